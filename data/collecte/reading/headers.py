"""The titles of a table in long form → which column is which field, of which nature."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from analytics.vocabulary.wording import enumeration, typeset, unaccented
from data.collecte.expected.natures import NATURES, Champ, Nature
from data.collecte.reading.cells.findings import column_letters


@dataclass(frozen=True)
class Entete:
    """Where the long form's header stands, and which of its columns is which field."""

    nature: Nature
    ligne: int
    places: dict[str, int]
    largeur: int
    ignorees: tuple[str, ...]
    sans_titre: tuple[int, ...]


def header_key(title: str) -> str:
    """Reduce a title to what tells it from the others: accents, case and underscores do not count.

    A unit does: « extractions évitées (%) » counts none.
    """
    return unaccented(_UNIT.sub(lambda sign: f" {_UNITS[sign[0]]} ", title[:100]))


_UNITS = {"%": "pourcent", "‰": "pour mille", "€": "euros", "$": "dollars"}
_UNIT = re.compile("[%‰€$]")


_HEADERS: dict[str, dict[str, Champ]] = {
    nature.nom: {
        header_key(title): champ
        for champ in nature.champs
        for title in (champ.nom, champ.libelle, *champ.entetes)
    }
    for nature in NATURES.values()
}


def titles_of(nature: Nature) -> dict[str, Champ]:
    """Give the titles that a nature knows, each with its column."""
    return _HEADERS[nature.nom]


def match_header(cells: Sequence[str], ligne: int) -> tuple[Entete | None, tuple[int, str] | None]:
    """Recognise the long form's titles; when some are missing, give how many were there and a sentence."""
    titles = list(cells)
    while titles and not titles[-1].strip():
        titles.pop()
    keys = [header_key(title) for title in titles]
    nearest: tuple[int, str] | None = None
    best: Entete | None = None
    for nature in NATURES.values():
        known = _HEADERS[nature.nom]
        places: dict[str, int] = {}
        twice: tuple[Champ, int] | None = None
        for index, key in enumerate(keys):
            champ = known.get(key)
            if champ is None:
                continue
            if champ.nom in places and twice is None:
                twice = (champ, index)
            places.setdefault(champ.nom, index)
        lacking = [champ for champ in nature.champs if champ.requis and champ.nom not in places]
        if lacking or twice is not None:
            if len(places) >= 2 and (nearest is None or len(places) > nearest[0]):
                nearest = (len(places), _header_trouble(nature, lacking, twice, ligne))
            continue
        if best is None or len(places) > len(best.places):
            used = set(places.values())
            best = Entete(
                nature=nature,
                ligne=ligne,
                places=places,
                largeur=len(titles),
                ignorees=tuple(
                    title.strip()[:60]
                    for index, title in enumerate(titles)
                    if index not in used and title.strip()
                ),
                sans_titre=tuple(index for index, title in enumerate(titles) if not title.strip()),
            )
    return best, nearest


def _header_trouble(
    nature: Nature, lacking: Sequence[Champ], twice: tuple[Champ, int] | None, ligne: int
) -> str:
    if lacking:
        noms = enumeration(f"« {champ.nom} »" for champ in lacking)
        return typeset(
            f"L'en-tête de la ligne {ligne} ({nature.libelle}) n'a pas {noms} : complétez les titres des "
            "colonnes."
        )
    titre, colonne = (twice[0].nom, twice[1]) if twice else ("", 0)
    return typeset(
        f"La colonne « {titre} » figure deux fois dans l'en-tête (ligne {ligne}, la seconde en "
        f"{column_letters(colonne)}{ligne}) : n'en gardez qu'une, un seul tableau par fichier."
    )
