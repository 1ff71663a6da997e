"""Which uncertain input moves the year the most: one at a time, then by the variance each explains."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, cast

import numpy as np

from analytics.scenarios.draws import name_inputs, take
from analytics.scenarios.simulated_outlook import draw_outlook
from analytics.scenarios.simulation import simulate
from analytics.scenarios.study import Etude
from analytics.statistics.ranges import Floats

LOW, HIGH = 0.10, 0.90
# Draws of each of the two samples of the indices; the model runs (inputs + 2) times as many.
SAMPLES = 512


@dataclass(frozen=True)
class Mouvement:
    """What is avoided with one input at its first, then at its last decile; `centre`: at its median."""

    nom: str
    bas: float
    haut: float
    centre: float


def move_each(etude: Etude, cours: Collection[str]) -> list[Mouvement]:
    """Move each input alone between its deciles, the others at their median; the widest move first.

    Inputs that move nothing (known for sure, say) are left out.
    """
    names = name_inputs(etude.scenario)
    points = np.full((len(names), 2 * len(names) + 1), 0.5)
    for rank in range(len(names)):
        points[rank, 2 * rank + 1], points[rank, 2 * rank + 2] = LOW, HIGH
    year = _year(etude, cours, points)
    found = [
        Mouvement(name, float(year[2 * rank + 1]), float(year[2 * rank + 2]), float(year[0]))
        for rank, name in enumerate(names)
    ]
    moving = [each for each in found if abs(each.haut - each.bas) >= 0.5]
    return sorted(moving, key=lambda each: (-abs(each.haut - each.bas), each.nom))


def variance_indices(etude: Etude, cours: Collection[str], *, graine: int) -> list[tuple[str, float, float]]:
    """Estimate, for each input, the share of the variance it explains alone, then with others (Sobol).

    What sampling alone would make impossible is put right: alone, they explain no more than the whole, and
    each no more than with the others.
    """
    # Slow to import: only who asks pays for it.
    from scipy import stats

    names = name_inputs(etude.scenario)

    def of_points(points: Floats) -> Floats:
        return _year(etude, cours, points)[None, :]

    found: Any = cast("Any", stats).sobol_indices(
        func=of_points,
        n=SAMPLES,
        dists=[cast("Any", stats).uniform()] * len(names),
        rng=np.random.default_rng(graine),
    )
    first: Floats = np.clip(np.nan_to_num(np.asarray(found.first_order, np.float64).ravel()), 0.0, 1.0)
    total: Floats = np.clip(np.nan_to_num(np.asarray(found.total_order, np.float64).ravel()), 0.0, 1.0)
    first = first / max(1.0, float(first.sum()))
    total = np.maximum(total, first)
    rows = [(name, float(a), float(b)) for name, a, b in zip(names, first, total, strict=True)]
    return sorted((row for row in rows if row[2] >= 0.005), key=lambda row: -row[2])


def _year(etude: Etude, cours: Collection[str], points: Floats) -> Floats:
    """Give what some cours avoid in the months to come, for each point (inputs, D)."""
    inside = np.clip(points, 1e-9, 1 - 1e-9)
    drawn = take(etude.scenario, etude.hypotheses, inside)
    found = simulate(etude.simulation.terrain, etude.scenario, etude.hypotheses, drawn)
    avenir = etude.avenir(cours)
    nothing = draw_outlook(avenir, inside[0]) if avenir is not None else 0.0
    return nothing + found.total(cours)
