"""The least effort that avoids so many extractions: which activities of which cours, and at what price.

The first third of what is left to avoid somewhere is the easiest, the last the hardest: a linear programme
fills the cheapest segments first, within the sharing key between the cours. Its dual is the effort of one
more avoided extraction. Solved by HiGHS.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

import dataframely as dy
import numpy as np
import polars as pl
from numpy.typing import NDArray

from analytics.statistics.ranges import Floats

LIBRE, BASE, POTENTIEL, EGAL = "libre", "base", "potentiel", "egal"
CLES = {
    LIBRE: "Au moindre effort, où que ce soit",
    BASE: "Au prorata de la base de chaque cour",
    POTENTIEL: "Au prorata de ce qui reste à portée",
    EGAL: "À effort égal, rapporté à la base",
}


class PartEffort(dy.Schema):
    """What one cour would avoid in one activité, of the `reste` that could be, and the effort it takes."""

    cour = dy.String(primary_key=True)
    activite = dy.String(primary_key=True)
    reste = dy.Float64(min=0)
    evitees = dy.Float64(min=0)
    effort = dy.Float64(min=0)


@dataclass(frozen=True)
class Plan:
    """The plan of least effort. `marginal`: the effort of one more avoided extraction; `effort`: of them all.

    `atteignables`: all that could be avoided; the plan holds all of it where it is not enough (`suffit`
    False).
    """

    parts: dy.DataFrame[PartEffort]
    effort: float
    marginal: float | None
    atteignables: float
    suffit: bool


def plan_least_effort(
    reste: pl.DataFrame, *, voulues: float, cle: str, bases: Mapping[str, float], efforts: Sequence[float]
) -> Plan:
    """Find the least effort that avoids `voulues` more extractions.

    `reste` (cour, activite, reste): what is left to avoid in each. `efforts`: that of an extraction in each
    equal part of it, never falling. Keys `BASE` and `POTENTIEL` ask each cour for its share, at most what it
    can; `EGAL` makes the heaviest effort of a cour, rapported to its base, as light as can be.
    """
    rows = reste.filter(pl.col("reste") > 0).sort("cour", "activite")
    whole = float(rows["reste"].sum())
    wanted = min(max(voulues, 0.0), whole)
    segments = len(efforts)
    limits = np.repeat(rows["reste"].to_numpy() / segments, segments)
    costs = np.tile(np.array(efforts, dtype=np.float64), rows.height)
    owner = np.repeat(rows["cour"].to_numpy(), segments)
    found, marginal = (
        _solve(limits, costs, wanted, owner, cle=cle, bases=bases) if rows.height else (limits, None)
    )
    by_cell, effort = (
        found.reshape(-1, segments).sum(axis=1),
        (found * costs).reshape(-1, segments).sum(axis=1),
    )
    parts = rows.select("cour", "activite", "reste").with_columns(
        evitees=pl.Series(np.maximum(by_cell, 0.0), dtype=pl.Float64),
        effort=pl.Series(np.maximum(effort, 0.0), dtype=pl.Float64),
    )
    return Plan(
        parts=PartEffort.validate(parts, cast=True),
        effort=float(effort.sum()),
        marginal=marginal,
        atteignables=whole,
        suffit=voulues <= whole * (1 + 1e-9),
    )


def _solve(
    limits: Floats,
    costs: Floats,
    wanted: float,
    owner: NDArray[np.object_],
    *,
    cle: str,
    bases: Mapping[str, float],
) -> tuple[Floats, float | None]:
    """Solve the programme: what each segment avoids, and the dual of the total."""
    cours = sorted(set(owner.tolist()))
    member = np.array([owner == cour for cour in cours], dtype=np.float64)
    if cle == EGAL:
        # One more unknown: the heaviest effort a cour bears for an extraction of its base.
        weights = np.array([bases.get(cour, 0.0) for cour in cours])
        total = np.append(-np.ones(limits.size), 0.0)
        heavy = np.hstack([member * costs, -weights[:, None]])
        # Among the plans as light for all, the one of least effort: a tie is broken by a little of it.
        aim = np.append(costs * 1e-9, 1.0)
        return _highs(
            aim, np.vstack([total, heavy]), [-wanted] + [0.0] * len(cours), limits, free=1, costs=costs
        )
    total = -np.ones((1, limits.size))
    if cle == LIBRE:
        return _highs(costs, total, [-wanted], limits, free=0, costs=costs)
    left = member @ limits
    shares = left if cle == POTENTIEL else np.array([bases.get(cour, 0.0) for cour in cours])
    asked = np.minimum(wanted * shares / max(float(shares.sum()), 1e-300), left)
    return _highs(
        costs, np.vstack([total, -member]), [-wanted, *(-asked).tolist()], limits, free=0, costs=costs
    )


def _highs(
    aim: Floats, rows: Floats, most: Sequence[float], limits: Floats, *, free: int, costs: Floats
) -> tuple[Floats, float | None]:
    # Slow to import: only who asks pays for it. Its own types are unknown.
    from scipy import optimize

    bounds = [(0.0, float(limit)) for limit in limits] + [(0.0, None)] * free
    solved: Any = cast("Any", optimize).linprog(
        aim, A_ub=rows, b_ub=np.array(most), bounds=bounds, method="highs"
    )
    if not solved.success:
        raise RuntimeError(f"linear programme: {solved.message}")
    found: Floats = np.asarray(solved.x, dtype=np.float64)[: limits.size]
    if free:
        used = costs[found > 1e-9]
        return found, float(used.max()) if used.size else None
    return found, -float(solved.ineqlin.marginals[0])
