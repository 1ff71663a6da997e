"""What a person wrote → the court or the activity that they meant, or why it cannot be known."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher, get_close_matches
from functools import lru_cache

from analytics.vocabulary.reference import Reference
from analytics.vocabulary.wording import place_of, unaccented

# Nearest names are looked for only for the first unknown names of a file: the search is slow, and a
# file where more names than this are unknown is not suffering from typing errors.
SUGGESTED_NAMES = 40
_CANDIDATES_SHOWN = 6


@dataclass(frozen=True)
class Resolution:
    """Either a code, or the candidates when several fit, or the nearest names when none does."""

    code: str | None = None
    candidats: tuple[str, ...] = ()
    proches: tuple[str, ...] = ()


class Noms:
    """The names under which a set of codes is known, and the label that designates each for sure."""

    def __init__(
        self, cles: Mapping[str, Iterable[str]], libelles: Mapping[str, str], *, of_courts: bool = False
    ) -> None:
        self._cles = {cle: tuple(dict.fromkeys(codes)) for cle, codes in cles.items() if cle}
        self._libelles = libelles
        self._searches_left = SUGGESTED_NAMES
        self._of_courts = of_courts

    def resolve(self, cle: str) -> Resolution:
        """Find what a normalised name designates."""
        codes = self._cles.get(cle, ())
        if len(codes) == 1:
            return Resolution(code=codes[0])
        if codes:
            shown = tuple(self._label(code) for code in codes[:_CANDIDATES_SHOWN])
            return Resolution(candidats=shown)
        return Resolution(proches=self._nearest(cle))

    def _nearest(self, cle: str) -> tuple[str, ...]:
        if self._searches_left <= 0:
            return ()
        self._searches_left -= 1
        if self._of_courts:
            found = [known for known in self._cles if _may_be_the_court(cle[:80], known)]
        else:
            # What is short is a part of a name sooner than another name with slips.
            words = set(cle[:80].split()) - _LINKS
            found = [known for known in self._cles if words and words <= set(known.split())]
            found = found or get_close_matches(cle[:80], self._cles, n=6, cutoff=0.72)
        codes = dict.fromkeys(code for near in found for code in self._cles[near])
        return tuple(self._label(code) for code in list(codes)[:3])

    def _label(self, code: str) -> str:
        return f"{self._libelles[code]} ({code})"


def _may_be_the_court(typed: str, known: str) -> bool:
    """Tell whether a name is another's with a slip: the same kind of court, each word nearly the same.

    Two towns may share all but one word (Châlons-sur-Marne, Chalon-sur-Saône): no word may be far.
    """
    kind, _, _ = typed.partition(" ")
    if (kind if kind in _KINDS_OF_COURT else "") != _kind_in(known):
        return False
    words, others = typed.split(), known.split()
    if len(words) != len(others):
        return _alike(typed.replace(" ", ""), known.replace(" ", ""), 0.95)
    return all(_alike(word, other, _NEAR) for word, other in zip(words, others, strict=True))


def _kind_in(known: str) -> str:
    kind = known.split(" ", 1)[0]
    return kind if kind in _KINDS_OF_COURT else ""


def _alike(one: str, other: str, least: float) -> bool:
    compared = SequenceMatcher(None, one, other)
    return compared.real_quick_ratio() >= least and compared.ratio() >= least


# Two letters exchanged in six, or one missing in four.
_NEAR = 0.8
_KINDS_OF_COURT = frozenset({"tgi", "tpi", "tsa", "cha", "ca"})
_KINDS = {
    "tribunal de grande instance": "tgi",
    "tribunal grande instance": "tgi",
    "t g i": "tgi",
    "tribunal de premiere instance": "tpi",
    "t p i": "tpi",
    "tribunal superieur d appel": "tsa",
    "t s a": "tsa",
    "chambre d appel": "cha",
    "cour d appel": "ca",
    "c a": "ca",
}
_KIND = re.compile(rf"({'|'.join(_KINDS)})(?![^ ])")
_LINKS = frozenset({"de", "d", "du", "des", "la", "le", "les", "l", "a", "et"})
_ABBREVIATIONS = {"st": "saint", "ste": "sainte"}

# The towns that everybody shortens; the others go by their full name.
_USUAL_PLACES = {
    "Aix-en-Provence": "Aix",
    "Avesnes-sur-Helpe": "Avesnes",
    "Boulogne-sur-Mer": "Boulogne",
    "Bourg-en-Bresse": "Bourg",
    "Bourgoin-Jallieu": "Bourgoin",
    "Brive-la-Gaillarde": "Brive",
    "Chalon-sur-Saône": "Chalon",
    "Charleville-Mézières": "Charleville",
    "Cherbourg-Octeville": "Cherbourg",
    "Châlons-en-Champagne": "Châlons",
    "Clermont-Ferrand": "Clermont",
    "Digne-les-Bains": "Digne",
    "La Roche-sur-Yon": "La Roche",
    "Le Puy-en-Velay": "Le Puy",
    "Les Sables-d'Olonne": "Les Sables",
    "Lons-le-Saunier": "Lons",
    "Saint-Dié-des-Vosges": "Saint-Dié",
    "Thonon-les-Bains": "Thonon",
    "Villefranche-sur-Saône": "Villefranche",
}

# One letter apart: what is short could be either, and is asked again.
_MISTAKEN_FOR = {"Chalon-sur-Saône": "Châlons", "Châlons-en-Champagne": "Chalon"}


def court_key(name: str) -> str:
    """Reduce a court's name to what tells it from the others: « TGI du Mans » → « tgi mans »."""
    if _is_formula(name):
        return _NO_NAME
    key = unaccented(name[:200])
    if found := _KIND.match(key):
        key = _KINDS[found[1]] + key[found.end() :]
    words = [_ABBREVIATIONS.get(word, word) for word in key.split()]
    return " ".join(word for word in words if word not in _LINKS)


def activity_key(name: str) -> str:
    """Reduce an activity's name to its letters: case, accents, dashes and apostrophes do not count."""
    return _NO_NAME if _is_formula(name) else unaccented(name[:300])


def _is_formula(name: str) -> bool:
    """Tell whether a spreadsheet would show something else than what is written."""
    return name.lstrip().startswith("=")


_NO_NAME = "="

# Code, name, short name, kind, town.
_Court = tuple[str, str, str, str, str]


def court_names(reference: Reference) -> Noms:
    """Every name of every juridiction, whenever in force; a bare town names all its courts."""
    rows = reference.juridictions.select("juridiction", "nom", "nom_court", "type", "ville").unique(
        maintain_order=True
    )
    return _names_of_courts(rows.iter_rows())


def cour_names(reference: Reference) -> Noms:
    """Every name of every cour; a bare town is enough where only cours are spoken of."""
    rows = reference.cours.select("cour", "nom", "nom_court", "type").iter_rows()
    return _names_of_courts((cour, nom, court, kind, place_of(nom)) for cour, nom, court, kind in rows)


def _names_of_courts(rows: Iterable[_Court]) -> Noms:
    return Noms(*_keys_of_courts(tuple(rows)), of_courts=True)


@lru_cache(maxsize=8)
def _keys_of_courts(rows: tuple[_Court, ...]) -> tuple[dict[str, list[str]], dict[str, str]]:
    cles: dict[str, list[str]] = {}
    libelles: dict[str, str] = {}
    for code, nom, nom_court, kind, ville in rows:
        place = place_of(nom)
        places = [place, ville]
        for short in (_USUAL_PLACES, _MISTAKEN_FOR):
            places += [short[full] for full in {place, ville} & short.keys()]
        names = {code, nom, nom_court, *places, *(f"{kind} {spelled}" for spelled in places)}
        for cle in sorted({court_key(name) for name in names}):
            cles.setdefault(cle, []).append(code)
        libelles[code] = nom
    return cles, libelles


def activity_names(reference: Reference) -> Noms:
    """Every name of every activity: code, label, and the head of the label before its dash."""
    cles: dict[str, list[str]] = {}
    libelles: dict[str, str] = {}
    for code, libelle in reference.activites.select("activite", "libelle").iter_rows():
        bare = re.sub(r"\s*\([^)]*\)", "", libelle)
        for cle in {activity_key(name) for name in (code, libelle, bare, libelle.split(" – ")[0])}:
            cles.setdefault(cle, []).append(code)
        libelles[code] = libelle
    return Noms(cles, libelles)
