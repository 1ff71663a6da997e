"""Where to put so many units, or a budget: the deliveries that avoid the most extractions.

A unit delivered to a juridiction widens what it can hold; a prison equipped widens what its cour can reach.
One is worth little without the other, so they are chosen together, whole units at a time, by a mixed-integer
programme (HiGHS) with a time limit; how far the plan may be from the best is told.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

import dataframely as dy
import numpy as np
import polars as pl

from analytics.statistics.ranges import Floats
from analytics.vocabulary.errors import UserFacingError

JURIDICTION, ETABLISSEMENT = "juridiction", "etablissement"


@dataclass(frozen=True)
class Site:
    """One juridiction: extractions a year within reach, of which `unites` units hold some."""

    cour: str
    code: str
    atteignables: float
    unites: int


@dataclass(frozen=True)
class Prison:
    """One prison without videoconference: what equipping it would put within reach, a year, by court."""

    cour: str
    nom: str
    apports: Mapping[str, float]


@dataclass(frozen=True)
class Enveloppe:
    """What may be spent: so many deliveries (`nombre`) or euros (`budget`), each None when it is not bounded.

    `part_par_cour`: each cour receives at least this part of what its base would give it.
    """

    nombre: int | None
    budget: float | None
    cout_unite: float
    cout_prison: float
    part_par_cour: float


@dataclass(frozen=True)
class Moyens(Enveloppe):
    """What may be spent, and what a unit is worth.

    `par_unite`: extractions that a unit holds in a year; `plafond_unites`: units of one juridiction at most.
    `secondes`: when to stop looking for better.
    """

    par_unite: float
    plafond_unites: int
    secondes: float


class Livraison(dy.Schema):
    """Deliveries to one place, and the extractions a year that would be lost without them."""

    cour = dy.String()
    sorte = dy.String(check=lambda c: c.is_in([JURIDICTION, ETABLISSEMENT]))
    lieu = dy.String()
    nombre = dy.Int64(min=1)
    gain = dy.Float64(min=0)


@dataclass(frozen=True)
class Placement:
    """The plan: its deliveries, the extractions a year it adds, its cost in euros.

    `ecart`: how far, at most, it is from the best (0–1). `suivante`: what one more delivery would add.
    """

    livraisons: dy.DataFrame[Livraison]
    gain: float
    cout: float
    ecart: float
    suivante: float


def place(
    sites: Sequence[Site], prisons: Sequence[Prison], limites: Moyens, *, bases: Mapping[str, float]
) -> Placement:
    """Find the deliveries that avoid the most; raises `UserFacingError` when nothing bounds them."""
    if limites.nombre is None and limites.budget is None:
        raise UserFacingError(
            "Donnez un nombre d'équipements ou un budget : sans limite, il n'y a rien à choisir."
        )
    units, equipped, gap = _best(sites, prisons, limites, bases)
    gain = value_of(sites, prisons, limites, units, equipped)
    rows: list[tuple[str, str, str, int, float]] = []
    for rank, site in enumerate(sites):
        if units[rank]:
            without = [*units[:rank], 0, *units[rank + 1 :]]
            lost = gain - value_of(sites, prisons, limites, without, equipped)
            rows.append((site.cour, JURIDICTION, site.code, units[rank], max(lost, 0.0)))
    for rank, prison in enumerate(prisons):
        if equipped[rank]:
            without = [*equipped[:rank], 0, *equipped[rank + 1 :]]
            lost = gain - value_of(sites, prisons, limites, units, without)
            rows.append((prison.cour, ETABLISSEMENT, prison.nom, 1, max(lost, 0.0)))
    frame = pl.DataFrame(rows, schema=Livraison.create_empty().schema, orient="row")
    return Placement(
        livraisons=Livraison.validate(frame.sort(["gain", "lieu"], descending=[True, False])),
        gain=gain,
        cout=sum(units) * limites.cout_unite + sum(equipped) * limites.cout_prison,
        ecart=gap,
        suivante=_next_gain(sites, prisons, limites, units, equipped, gain),
    )


def value_of(
    sites: Sequence[Site],
    prisons: Sequence[Prison],
    limites: Moyens,
    units: Sequence[int],
    equipped: Sequence[int],
) -> float:
    """Count the extractions a year that some deliveries add."""
    added = 0.0
    for rank, site in enumerate(sites):
        reach = site.atteignables + sum(
            prison.apports.get(site.code, 0.0)
            for chosen, prison in zip(equipped, prisons, strict=True)
            if chosen
        )
        held = min(reach, limites.par_unite * (site.unites + units[rank]))
        added += held - min(site.atteignables, limites.par_unite * site.unites)
    return added


def _next_gain(
    sites: Sequence[Site],
    prisons: Sequence[Prison],
    limites: Moyens,
    units: list[int],
    equipped: list[int],
    gain: float,
) -> float:
    """Give the most that one more delivery would add to a plan."""
    best = 0.0
    for rank in range(len(sites)):
        if units[rank] < limites.plafond_unites:
            more = [*units[:rank], units[rank] + 1, *units[rank + 1 :]]
            best = max(best, value_of(sites, prisons, limites, more, equipped) - gain)
    for rank in range(len(prisons)):
        if not equipped[rank]:
            more = [*equipped[:rank], 1, *equipped[rank + 1 :]]
            best = max(best, value_of(sites, prisons, limites, units, more) - gain)
    return best


def _best(
    sites: Sequence[Site], prisons: Sequence[Prison], limites: Moyens, bases: Mapping[str, float]
) -> tuple[list[int], list[int], float]:
    """Solve the programme. Unknowns: volumes held by the sites, units delivered, prisons equipped."""
    # Slow to import: only who asks pays for it. Its own types are not those it takes.
    from scipy import optimize

    solver = cast("Any", optimize)

    s, p = len(sites), len(prisons)
    volumes, units, equipped = slice(0, s), slice(s, 2 * s), slice(2 * s, 2 * s + p)
    size = 2 * s + p
    rows: list[Floats] = []
    lows: list[float] = []
    highs: list[float] = []

    def ask(row: Floats, low: float, high: float) -> None:
        rows.append(row)
        lows.append(low)
        highs.append(high)

    for rank, site in enumerate(sites):
        capacity = np.zeros(size)
        capacity[rank], capacity[s + rank] = 1.0, -limites.par_unite
        ask(capacity, -np.inf, limites.par_unite * site.unites)
        reach = np.zeros(size)
        reach[rank] = 1.0
        for number, prison in enumerate(prisons):
            reach[2 * s + number] = -prison.apports.get(site.code, 0.0)
        ask(reach, -np.inf, site.atteignables)
    deliveries = np.zeros(size)
    deliveries[units] = deliveries[equipped] = 1.0
    if limites.nombre is not None:
        ask(deliveries, 0.0, float(limites.nombre))
    if limites.budget is not None:
        spent = np.zeros(size)
        spent[units], spent[equipped] = limites.cout_unite, limites.cout_prison
        ask(spent, 0.0, limites.budget)
    if limites.part_par_cour > 0:
        _give_each_its_part(sites, prisons, limites, bases, ask, size)
    aim = np.zeros(size)
    aim[volumes] = -1.0
    # Between plans that avoid as much, the one with fewer deliveries.
    aim[units] = aim[equipped] = 1e-6
    integrality = np.zeros(size)
    integrality[units] = integrality[equipped] = 1
    high = np.full(size, np.inf)
    high[units], high[equipped] = limites.plafond_unites, 1
    solved = solver.milp(
        aim,
        constraints=solver.LinearConstraint(np.array(rows), lows, highs),
        integrality=integrality,
        bounds=solver.Bounds(np.zeros(size), high),
        options={"time_limit": limites.secondes, "mip_rel_gap": 1e-4},
    )
    if solved.x is None:
        raise UserFacingError(
            "Aucun plan ne tient dans ces limites : baissez la part minimale de chaque cour, ou augmentez le "
            "nombre d'équipements ou le budget."
        )
    found = np.rint(solved.x).astype(int)
    return found[units].tolist(), found[equipped].tolist(), float(solved.mip_gap or 0.0)


def _give_each_its_part(
    sites: Sequence[Site],
    prisons: Sequence[Prison],
    limites: Moyens,
    bases: Mapping[str, float],
    ask: Any,
    size: int,
) -> None:
    """Ask that every cour receives at least a part of what its base would give it, rounded down."""
    s = len(sites)
    whole = sum(bases.values()) or 1.0
    number = limites.nombre
    if number is None:
        number = int((limites.budget or 0.0) // max(limites.cout_unite, limites.cout_prison, 1e-9))
    for cour in sorted({site.cour for site in sites}):
        least = int(limites.part_par_cour * number * bases.get(cour, 0.0) / whole)
        if least:
            row = np.zeros(size)
            for rank, site in enumerate(sites):
                row[s + rank] = float(site.cour == cour)
            for rank, prison in enumerate(prisons):
                row[2 * s + rank] = float(prison.cour == cour)
            ask(row, float(least), np.inf)
