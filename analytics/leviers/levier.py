"""What a lever is: its kind, where it acts, when it comes and how sure its value is.

What each kind does to a juridiction is in `effect`; what a set of them is, in `analytics.scenarios`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from analytics.statistics.ranges import PALIER, Plage

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
            "valeur": self.valeur.as_value(),
            "du": f"{self.du:%Y-%m}",
        }
        if self.forme != PALIER:
            written["forme"] = self.forme
        for name in ("plein", "au"):
            day: date | None = getattr(self, name)
            if day is not None:
                written[name] = f"{day:%Y-%m}"
        if self.retard != Plage.sure(0.0):
            written["retard"] = self.retard.as_value()
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


def months_of_ramp(levier: Levier, origine: date) -> tuple[float, float]:
    """Give when a lever starts and is fully there, in months from the start of the month `origine`."""
    start = _months_between(origine, levier.du)
    return start, start if levier.plein is None else _months_between(origine, levier.plein)


def _months_between(first: date, last: date) -> float:
    return float((last.year - first.year) * 12 + last.month - first.month)
