"""What is not known for sure, drawn: each input of a scenario, many times or at its most likely."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from analytics.scenarios.scenario import INCERTAINES, Hypotheses, Scenario
from analytics.statistics.ranges import Floats, draw_points

# Dimensions drawn before those of the levers: the projection, then the hypotheses.
_COMMON = 1 + len(INCERTAINES)


@dataclass(frozen=True)
class Tirages:
    """D draws of all that is uncertain: `projection` in 0–1; the rest as values.

    `valeurs`, `retards` (L, D) follow the levers of the scenario.
    """

    projection: Floats
    hypotheses: dict[str, Floats]
    valeurs: Floats
    retards: Floats

    @property
    def nombre(self) -> int:
        """Count the draws."""
        return self.projection.size


def name_inputs(scenario: Scenario) -> list[str]:
    """Name the inputs in the order of the draws: the projection, the hypotheses, each lever's two."""
    levers = [f"{name}:{rank}" for rank in range(len(scenario.leviers)) for name in ("valeur", "retard")]
    return ["projection", *INCERTAINES, *levers]


def take(scenario: Scenario, hypotheses: Hypotheses, points: Floats) -> Tirages:
    """Turn points (inputs, D) of the unit cube into values, each by its own PERT law."""
    return Tirages(
        projection=points[0],
        hypotheses={
            name: getattr(hypotheses, name).quantile(points[1 + rank])
            for rank, name in enumerate(INCERTAINES)
        },
        valeurs=_stack(
            [
                levier.valeur.quantile(points[_COMMON + 2 * rank])
                for rank, levier in enumerate(scenario.leviers)
            ],
            points,
        ),
        retards=_stack(
            [
                levier.retard.quantile(points[_COMMON + 2 * rank + 1])
                for rank, levier in enumerate(scenario.leviers)
            ],
            points,
        ),
    )


def _stack(rows: Sequence[Floats], points: Floats) -> Floats:
    return np.stack(rows) if rows else np.zeros((0, points.shape[1]))


def draw(scenario: Scenario, hypotheses: Hypotheses, *, tirages: int, graine: int) -> Tirages:
    """Draw all that is uncertain: the same seed, the same numbers."""
    return take(scenario, hypotheses, draw_points(len(name_inputs(scenario)), tirages, graine))


def most_likely(scenario: Scenario, hypotheses: Hypotheses) -> Tirages:
    """Give the one draw where everything takes its most likely value."""
    return Tirages(
        projection=np.array([0.5]),
        hypotheses={name: np.array([getattr(hypotheses, name).probable]) for name in INCERTAINES},
        valeurs=np.array([[levier.valeur.probable] for levier in scenario.leviers]).reshape(-1, 1),
        retards=np.array([[levier.retard.probable] for levier in scenario.leviers]).reshape(-1, 1),
    )
