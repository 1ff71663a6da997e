"""What a scenario is: levers, each with where it acts, when it comes and how sure its value is.

A scenario travels as JSON, in a file, a link or the store; whatever is unknown or out of bounds in it is
said, key by key, and nothing of it is run. Scenario 0, « rien ne change », has no lever.
"""

import json
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, cast

from analytics.scenarios.ranges import FORMES, PALIER, Plage
from analytics.vocabulary.errors import UserFacingError
from analytics.vocabulary.parameters import Parametres
from analytics.vocabulary.wording import clean_text, enumeration, typeset

FORMAT = "vigie-scenario/1"
RECOURS, POINTS, ETABLISSEMENTS, PRISONS, MATERIEL, OUVERTURE, REPONSE, DEMANDE = (
    "recours",
    "recours_points",
    "etablissements",
    "prisons",
    "materiel",
    "ouverture",
    "reponse",
    "demande",
)


@dataclass(frozen=True)
class Nature:
    """One kind of lever: its name, what its value says, and the bounds of that value.

    `part`: the value is a share, told as a percentage. `usuelle`: the range proposed at first.
    """

    libelle: str
    valeur: str
    minimum: float
    maximum: float
    part: bool
    usuelle: Plage


NATURES: Mapping[str, Nature] = {
    RECOURS: Nature(
        "Porter le recours à la visioconférence à un niveau",
        "Part des extractions nécessaires tenues par visioconférence",
        0.0,
        1.0,
        part=True,
        usuelle=Plage(0.2, 0.3, 0.4),
    ),
    POINTS: Nature(
        "Ajouter des points au recours à la visioconférence",
        "Points ajoutés à la part tenue par visioconférence",
        0.0,
        1.0,
        part=True,
        usuelle=Plage(0.02, 0.05, 0.08),
    ),
    ETABLISSEMENTS: Nature(
        "Équiper des établissements pénitentiaires",
        "Part de la population détenue dans un établissement équipé",
        0.0,
        1.0,
        part=True,
        usuelle=Plage(0.9, 0.95, 1.0),
    ),
    PRISONS: Nature(
        "Équiper des établissements désignés",
        "Part de ces équipements effectivement en service",
        0.0,
        1.0,
        part=True,
        usuelle=Plage(0.8, 1.0, 1.0),
    ),
    MATERIEL: Nature(
        "Ajouter des équipements aux juridictions",
        "Équipements ajoutés à chaque juridiction",
        0.0,
        20.0,
        part=False,
        usuelle=Plage(1.0, 1.0, 1.0),
    ),
    OUVERTURE: Nature(
        "Ouvrir une activité par la loi",
        "Part des extractions que la loi permettrait d'éviter",
        0.0,
        1.0,
        part=True,
        usuelle=Plage(0.5, 1.0, 1.0),
    ),
    REPONSE: Nature(
        "Porter le taux de réponse à un niveau",
        "Part des juridictions qui répondent",
        0.0,
        1.0,
        part=True,
        usuelle=Plage(0.8, 0.9, 1.0),
    ),
    DEMANDE: Nature(
        "Changer le nombre d'extractions nécessaires",
        "Variation des extractions nécessaires",
        -0.5,
        1.0,
        part=True,
        usuelle=Plage(-0.05, 0.0, 0.06),
    ),
}
# Longest wait for a lever that comes late, in months.
LATEST = 24.0
MOST_LEVERS = 12
LONGEST_TEXT = 400


@dataclass(frozen=True)
class Levier:
    """One lever. It acts from the month `du` to the month `au` (None: for good), both included.

    `forme`: how it comes; « lineaire » reaches all of it at the start of the month `plein`, « logistique »
    is at 10 % at the start of `du` and at 90 % at the start of `plein`. `retard`: months by which it may be
    late. `cours` and `juridictions` say where, together (none of either: everywhere); `activites`, on what
    (none: all). `prisons` are those that a lever of that kind equips, named as `name_prison` does.
    """

    nature: str
    valeur: Plage
    du: date
    forme: str = PALIER
    plein: date | None = None
    au: date | None = None
    retard: Plage = field(default_factory=lambda: Plage.sure(0.0))
    cours: tuple[str, ...] = ()
    juridictions: tuple[str, ...] = ()
    activites: tuple[str, ...] = ()
    prisons: tuple[str, ...] = ()
    nom: str = ""

    @property
    def ressorts(self) -> tuple[str, ...]:
        """List the cours that a lever names, by themselves or by one of their prisons."""
        return tuple(sorted({*self.cours, *map(cour_of_prison, self.prisons)}))

    def as_document(self) -> dict[str, Any]:
        """Write the lever as plain values; what is usual is left out."""
        written: dict[str, Any] = {
            "nature": self.nature,
            "valeur": _write_range(self.valeur),
            "du": f"{self.du:%Y-%m}",
        }
        if self.forme != PALIER:
            written["forme"] = self.forme
        for name in ("plein", "au"):
            day: date | None = getattr(self, name)
            if day is not None:
                written[name] = f"{day:%Y-%m}"
        if self.retard != Plage.sure(0.0):
            written["retard"] = _write_range(self.retard)
        for name in ("cours", "juridictions", "activites", "prisons"):
            if codes := getattr(self, name):
                written[name] = list(codes)
        if self.nom:
            written["nom"] = self.nom
        return written


def name_prison(cour: str, etablissement: str) -> str:
    """Write the code of a prison: « CA-DOUAI/Centre pénitentiaire de Loos »."""
    return f"{cour}/{etablissement}"


def cour_of_prison(code: str) -> str:
    """Give the cour of a prison."""
    return code.partition("/")[0]


@dataclass(frozen=True)
class Hypotheses:
    """What every lever supposes, each in 0–1 but the last three.

    `substitution`: part of the new videoconferences that avoids an extraction; `rebond`: hearings that ease
    brings about, for one; `acceptation`: part accepted; `technique`: part of the calls that hold;
    `utilisation`: part of the slots that serve detainees. `equipements`: units of a juridiction; `jours` of
    hearing in a month; `creneaux` of a unit in a day.
    """

    substitution: Plage
    rebond: Plage
    acceptation: Plage
    technique: Plage
    utilisation: Plage
    equipements: float
    jours: float
    creneaux: float

    @classmethod
    def at(cls, parametres: Parametres, day: date) -> "Hypotheses":
        """Read those in force on a day."""

        def value(name: str) -> float:
            return float(parametres.at(name, day).valeur)

        ranges = {
            name: Plage(value(f"{name}_bas"), value(f"{name}_probable"), value(f"{name}_haut"))
            for name in INCERTAINES
        }
        return cls(
            **ranges,
            equipements=value("equipements_par_juridiction"),
            jours=value("jours_par_mois"),
            creneaux=value("creneaux_par_jour"),
        )

    def replaced_by(self, autres: Mapping[str, Plage]) -> "Hypotheses":
        """Put the ranges of a scenario in place of the usual ones."""
        return replace(self, **autres)


INCERTAINES: Mapping[str, str] = {
    "substitution": "Visioconférences nouvelles qui évitent vraiment une extraction",
    "rebond": "Audiences suscitées, par visioconférence nouvelle",
    "acceptation": "Comparutions acceptées par visioconférence",
    "technique": "Liaisons qui aboutissent",
    "utilisation": "Créneaux d'un équipement qui servent aux détenus",
}


@dataclass(frozen=True)
class Scenario:
    """Levers and hypotheses, from what was known at the end of a month.

    The levers are kept in one order, whatever order they were given in, so that the same levers draw the same
    numbers. `hypotheses` holds only what differs from the usual.
    """

    depuis: date
    leviers: tuple[Levier, ...] = ()
    hypotheses: Mapping[str, Plage] = field(default_factory=dict[str, Plage])
    nom: str = ""
    note: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "leviers", tuple(sorted(self.leviers, key=_rank)))

    def as_document(self) -> dict[str, Any]:
        """Write the scenario as plain values."""
        written: dict[str, Any] = {
            "format": FORMAT,
            "depuis": f"{self.depuis:%Y-%m}",
            "leviers": [levier.as_document() for levier in self.leviers],
        }
        if self.hypotheses:
            written["hypotheses"] = {
                name: _write_range(plage) for name, plage in sorted(self.hypotheses.items())
            }
        return written | {name: text for name in ("nom", "note") if (text := getattr(self, name))}

    def as_text(self) -> str:
        """Write the scenario as canonical JSON: the same scenario, the same bytes."""
        return json.dumps(self.as_document(), ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _rank(levier: Levier) -> str:
    return json.dumps(levier.as_document(), sort_keys=True)


def _write_range(plage: Plage) -> float | list[float]:
    bounds = [float(plage.bas), float(plage.probable), float(plage.haut)]
    return bounds if plage.largeur else bounds[1]


# --- Reading --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Lieux:
    """The codes that a scenario may name: those that its reader may see."""

    cours: Collection[str]
    juridictions: Collection[str]
    activites: Collection[str]
    prisons: Collection[str]


def parse_scenario(text: str, lieux: Lieux) -> Scenario:
    """Read a scenario from its JSON; say in French everything that is wrong with it."""
    try:
        document = _cleaned(json.loads(text))
    except (ValueError, RecursionError) as error:
        raise UserFacingError(
            "Ce scénario n'est pas un texte JSON lisible : exportez-le de nouveau, ou recopiez le lien "
            "entier."
        ) from error
    return read_scenario(document, lieux)


def _cleaned(value: object) -> object:
    """Keep of what came in a link or a file what can be read, names of keys included."""
    match value:
        case str():
            return clean_text(value)
        case list():
            return [_cleaned(each) for each in cast("list[object]", value)]
        case dict():
            return {
                clean_text(name): _cleaned(each) for name, each in cast("dict[str, object]", value).items()
            }
        case _:
            return value


def read_scenario(document: object, lieux: Lieux) -> Scenario:
    """Read a scenario from plain values.

    Raises `UserFacingError` that names each faulty key, says why, and what is allowed.
    """
    reader = _Reader(lieux)
    scenario = reader.read(document)
    if reader.faults or scenario is None:
        raise UserFacingError(typeset("Scénario refusé. " + " ".join(reader.faults)))
    return scenario


_SCENARIO_KEYS = ("format", "depuis", "leviers", "hypotheses", "nom", "note")
_LEVER_KEYS = (
    "nature",
    "valeur",
    "du",
    "forme",
    "plein",
    "au",
    "retard",
    "cours",
    "juridictions",
    "activites",
    "prisons",
    "nom",
)


class _Reader:
    """Reads plain values, and keeps all that is wrong instead of stopping at the first."""

    def __init__(self, lieux: Lieux) -> None:
        self._lieux = lieux
        self.faults: list[str] = []

    def _say(self, key: str, why: str) -> None:
        self.faults.append(f"« {key} » : {why}.")

    def read(self, document: object) -> Scenario | None:
        table = self._table(document, "scénario", _SCENARIO_KEYS)
        if table is None:
            return None
        if table.get("format", FORMAT) != FORMAT:
            self._say("format", f"{_shown(table['format'])} n'est pas connu ; attendu : {FORMAT}")
        depuis = self._month(table, "depuis", "depuis", required=True)
        listed: Any = table.get("leviers", [])
        if not isinstance(listed, list):
            self._say("leviers", "une liste est attendue")
            listed = []
        levers = cast("list[object]", listed)
        if len(levers) > MOST_LEVERS:
            self._say("leviers", f"{len(levers)} leviers, {MOST_LEVERS} au plus")
            levers = levers[:MOST_LEVERS]
        read = [self._lever(each, rank) for rank, each in enumerate(levers, 1)]
        hypotheses = self._hypotheses(table.get("hypotheses", {}))
        texts = {name: self._text(table, name, name) for name in ("nom", "note")}
        if depuis is None:
            return None
        return Scenario(
            depuis=depuis, leviers=tuple(each for each in read if each), hypotheses=hypotheses, **texts
        )

    def _table(self, value: object, where: str, known: Sequence[str]) -> dict[str, Any] | None:
        if not isinstance(value, dict):
            self._say(where, "un objet JSON est attendu")
            return None
        table = cast("dict[str, Any]", value)
        for key in table.keys() - set(known):
            self._say(f"{where}.{key}"[:80], f"cette clé n'existe pas ; connues : {enumeration(known)}")
        return table

    def _lever(self, value: object, rank: int) -> Levier | None:
        where = f"leviers[{rank}]"
        table = self._table(value, where, _LEVER_KEYS)
        if table is None:
            return None
        nature = table.get("nature")
        if not isinstance(nature, str) or nature not in NATURES:
            self._say(f"{where}.nature", f"{_shown(nature)} n'existe pas ; permis : {enumeration(NATURES)}")
            return None
        kind = NATURES[nature]
        valeur = self._range(table, "valeur", where, kind.minimum, kind.maximum, required=True)
        retard = self._range(table, "retard", where, 0.0, LATEST, required=False)
        du = self._month(table, "du", f"{where}.du", required=True)
        au, plein = (self._month(table, name, f"{where}.{name}", required=False) for name in ("au", "plein"))
        forme = table.get("forme", PALIER)
        if not isinstance(forme, str) or forme not in FORMES:
            self._say(f"{where}.forme", f"{_shown(forme)} n'existe pas ; permis : {enumeration(FORMES)}")
            return None
        if du is not None:
            if au is not None and au < du:
                self._say(f"{where}.au", "la fin précède le début")
            if forme != PALIER and (plein is None or plein <= du):
                self._say(f"{where}.plein", f"la forme « {forme} » demande un mois après « du »")
        places = {
            name: self._codes(table, name, where, getattr(self._lieux, name))
            for name in ("cours", "juridictions", "activites", "prisons")
        }
        if (nature == PRISONS) != bool(places["prisons"]):
            self._say(
                f"{where}.prisons",
                "nommez au moins un établissement"
                if nature == PRISONS
                else f"réservé à la nature « {PRISONS} »",
            )
        if nature == PRISONS and (places["cours"] or places["juridictions"]):
            self._say(where, "des établissements désignés n'ont ni « cours » ni « juridictions »")
        if nature == OUVERTURE and not places["activites"]:
            self._say(f"{where}.activites", "une ouverture par la loi nomme au moins une activité")
        if nature == ETABLISSEMENTS and places["juridictions"]:
            self._say(f"{where}.juridictions", "les établissements se choisissent par cour")
        nom = self._text(table, "nom", f"{where}.nom")
        if valeur is None or du is None:
            return None
        return Levier(
            nature=nature,
            valeur=valeur,
            du=du,
            forme=forme,
            plein=plein if forme != PALIER else None,
            au=au,
            retard=retard or Plage.sure(0.0),
            nom=nom,
            **places,
        )

    def _hypotheses(self, value: object) -> dict[str, Plage]:
        table = self._table(value, "hypotheses", tuple(INCERTAINES)) or {}
        read = {
            name: self._range(table, name, "hypotheses", 0.0, 1.0, required=True)
            for name in INCERTAINES
            if name in table
        }
        return {name: plage for name, plage in read.items() if plage is not None}

    def _range(
        self, table: Mapping[str, Any], name: str, where: str, low: float, high: float, *, required: bool
    ) -> Plage | None:
        if name not in table:
            if required:
                self._say(f"{where}.{name}", "cette valeur manque")
            return None
        value: Any = table[name]
        numbers: list[Any] = cast("list[Any]", value) if isinstance(value, list) else [value] * 3
        bounds = f"un nombre de {low:g} à {high:g}, ou trois : au moins, probable, au plus".replace(".", ",")
        shown = _shown(cast("object", value))
        if len(numbers) != 3 or any(type(each) not in (int, float) for each in numbers):
            self._say(f"{where}.{name}", f"{shown} n'est pas lisible ; attendu : {bounds}")
            return None
        bas, probable, haut = numbers
        # A NaN is in no interval; a whole number may be too long for a float.
        if not low <= bas <= probable <= haut <= high:
            self._say(f"{where}.{name}", f"{shown} est hors des bornes ; attendu : {bounds}, dans l'ordre")
            return None
        return Plage(float(bas), float(probable), float(haut))

    def _month(self, table: Mapping[str, Any], name: str, where: str, *, required: bool) -> date | None:
        value = table.get(name)
        if value is None:
            if required:
                self._say(where, "ce mois manque ; attendu : 2009-04")
            return None
        try:
            if not isinstance(value, str) or len(value) != 7:
                raise ValueError(value)
            return date.fromisoformat(f"{value}-01")
        except ValueError:
            self._say(where, f"{_shown(value)} n'est pas un mois ; attendu : 2009-04")
            return None

    def _codes(
        self, table: Mapping[str, Any], name: str, where: str, known: Collection[str]
    ) -> tuple[str, ...]:
        value = table.get(name, [])
        if not isinstance(value, list):
            self._say(f"{where}.{name}", "une liste de codes est attendue")
            return ()
        codes = sorted({str(each) for each in cast("list[Any]", value)})
        unknown = [code for code in codes if code not in known]
        if unknown:
            named = enumeration(f"{code[:40]}" for code in unknown[:5])
            self._say(f"{where}.{name}", f"{named} n'existe pas, ou n'est pas dans votre périmètre")
        return tuple(code for code in codes if code in known)

    def _text(self, table: Mapping[str, Any], name: str, where: str) -> str:
        value = table.get(name, "")
        if not isinstance(value, str) or len(value) > LONGEST_TEXT:
            self._say(where, f"un texte de {LONGEST_TEXT} caractères au plus est attendu")
            return ""
        return value.strip() if name == "note" else " ".join(value.split())


def _shown(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False, default=str)
    return f"« {text[:60]}{'…' if len(text) > 60 else ''} »"


def places_named(scenario: Scenario, cour_of: Callable[[str], Collection[str]]) -> frozenset[str]:
    """List the cours that a scenario names, by themselves or by one of their juridictions."""
    return frozenset(_cours_named(scenario, cour_of))


def _cours_named(scenario: Scenario, cour_of: Callable[[str], Collection[str]]) -> Iterator[str]:
    for levier in scenario.leviers:
        yield from levier.ressorts
        for juridiction in levier.juridictions:
            yield from cour_of(juridiction)


def months_of_ramp(levier: Levier, origine: date) -> tuple[float, float]:
    """Give when a lever starts and is fully there, in months from the start of the month `origine`."""
    start = _months_between(origine, levier.du)
    return start, start if levier.plein is None else _months_between(origine, levier.plein)


def _months_between(first: date, last: date) -> float:
    return float((last.year - first.year) * 12 + last.month - first.month)
