"""What a scenario is: levers, each with where it acts, when it comes and how sure its value is.

A scenario travels as JSON, in a file, a link or the store; whatever is unknown or out of bounds in it is
said, key by key, and nothing of it is run. Scenario 0, « rien ne change », has no lever.
"""

import json
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from analytics.scenarios.ranges import PALIER, Plage
from analytics.vocabulary.parameters import Parametres

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
