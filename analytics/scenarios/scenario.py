"""What a scenario is: levers (`analytics.leviers`), and what they suppose.

A scenario travels as JSON, in a file, a link or the store; whatever is unknown or out of bounds in it is
said, key by key, and nothing of it is run. Scenario 0, « rien ne change », has no lever.
"""

import json
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from analytics.leviers.levier import Levier
from analytics.statistics.ranges import Plage
from analytics.vocabulary.parameters import Parametres

FORMAT = "vigie-scenario/1"
MOST_LEVERS = 12
LONGEST_TEXT = 400


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
                name: plage.as_value() for name, plage in sorted(self.hypotheses.items())
            }
        return written | {name: text for name in ("nom", "note") if (text := getattr(self, name))}

    def as_text(self) -> str:
        """Write the scenario as canonical JSON: the same scenario, the same bytes."""
        return json.dumps(self.as_document(), ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _rank(levier: Levier) -> str:
    return json.dumps(levier.as_document(), sort_keys=True)


def places_named(scenario: Scenario, cour_of: Callable[[str], Collection[str]]) -> frozenset[str]:
    """List the cours that a scenario names, by themselves or by one of their juridictions."""
    return frozenset(_cours_named(scenario, cour_of))


def _cours_named(scenario: Scenario, cour_of: Callable[[str], Collection[str]]) -> Iterator[str]:
    for levier in scenario.leviers:
        yield from levier.ressorts
        for juridiction in levier.juridictions:
            yield from cour_of(juridiction)
