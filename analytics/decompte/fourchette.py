"""Between which amounts a settlement may end: the months to come, drawn many times with a printed seed.

One thing moves, as in the trajectory: what the months to come will bring if the response rate stays that of
the last ones. A complete year has no range. What missing answers would change if they arrived, or another
cost of an ETPT, are hypotheses, shown one at a time elsewhere. Each draw is settled as the rule says (the
steps of `settle`: threshold, mode, cap, floor), in floating point: a range, never an amount.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analytics.decompte.bareme import MUTUALISE
from analytics.decompte.releve import Releve
from analytics.projection.outlook import Perspectives

Floats = NDArray[np.float64]

DRAWS = 2000
SEED = 20090205
LOW, HIGH = 0.10, 0.90


@dataclass(frozen=True)
class Fourchette:
    """What a cour (or the ministry, key "") may owe, 8 times out of 10: extractions, and euros if priced."""

    extractions: tuple[float, float, float]
    euros: tuple[float, float, float] | None


def draw_range(releve: Releve, *, graine: int = SEED, tirages: int = DRAWS) -> dict[str, Fourchette]:
    """Draw what each cour, and the ministry, may owe in the mode of the settlement.

    The same seed gives the same bytes; empty where nothing is left to come.
    """
    if not releve.projete or releve.perspectives is None or releve.perspectives.projection is None:
        return {}
    parts, bareme = releve.decompte.cours, releve.bareme
    wanted = np.array([float(part.objectif) for part in parts])
    settled = np.array([not part.exclue for part in parts])
    to_come = np.array([float(releve.details[part.cour].projetees) for part in parts])
    known = np.array([float(part.evitees) for part in parts]) - to_come
    names = tuple(part.cour for part in parts)
    coming = _draw_coming(np.random.default_rng(graine), names, releve.perspectives, to_come, tirages)
    kept = [name for name, each in zip(names, settled, strict=True) if each]
    tolerance = float(bareme.seuil)
    short = np.where(settled, wanted - known - coming, 0.0)
    gaps = np.where(short > tolerance * wanted, np.maximum(short, 0.0), 0.0)
    due = gaps
    if releve.decompte.mode == MUTUALISE:
        drawn = _hold(coming[:, settled].sum(axis=1), releve.perspectives, kept)
        whole = (wanted - known)[settled].sum() - drawn
        total = gaps.sum(axis=1)
        national = np.where(whole > tolerance * wanted[settled].sum(), np.maximum(whole, 0.0), 0.0)
        share = np.divide(gaps, total[:, None], out=np.zeros_like(gaps), where=total[:, None] > 0)
        due = share * national[:, None]
    owed = due.sum(axis=1)
    if releve.cout is None:
        found = {name: Fourchette(_summarise(due[:, rank]), None) for rank, name in enumerate(names)}
        return {"": Fourchette(_summarise(owed), None), **found}
    euros = due * float(releve.decompte.etpt_par_extraction * bareme.part * releve.cout.euros)
    for rank, part in enumerate(parts):
        if bareme.plafond_credits is not None and part.credits is not None:
            euros[:, rank] = np.minimum(euros[:, rank], float(bareme.plafond_credits * part.credits))
    euros = np.where(euros >= float(bareme.plancher_eur), euros, 0.0)
    found = {
        name: Fourchette(_summarise(due[:, rank]), _summarise(euros[:, rank]))
        for rank, name in enumerate(names)
    }
    return {"": Fourchette(_summarise(owed), _summarise(euros.sum(axis=1))), **found}


def _draw_coming(
    generator: np.random.Generator,
    cours: tuple[str, ...],
    perspectives: Perspectives,
    to_come: Floats,
    draws: int,
) -> Floats:
    """Draw what the months to come bring: a national factor, common to all, times each cour's own."""
    projection = perspectives.projection
    if projection is None or not (to_come > 0).any():
        return np.broadcast_to(to_come, (draws, len(cours)))
    rows = [perspectives.cours.index(cour) if cour in perspectives.cours else -1 for cour in cours]
    mean = np.array([projection.moyennes[row, -1] if row >= 0 else 0.0 for row in rows])
    own = np.array([projection.propre[row, -1] if row >= 0 else 0.0 for row in rows])
    spread = np.sqrt(np.log1p(projection.commune[-1]))
    common = np.exp(spread * generator.standard_normal((draws, 1)) - spread**2 / 2)
    live = (mean > 0) & (own > 0)
    shape = np.divide(mean**2, own, out=np.ones_like(mean), where=live)
    scale = np.divide(own, mean, out=np.zeros_like(mean), where=live)
    drawn = common * generator.gamma(shape, 1.0, (draws, len(cours))) * scale
    return np.column_stack([_hold(drawn[:, rank], perspectives, [cour]) for rank, cour in enumerate(cours)])


def _hold(drawn: Floats, perspectives: Perspectives, cours: Sequence[str]) -> Floats:
    """Hold draws to the three numbers that the trajectory prints: a reader finds them in both places."""
    ahead = perspectives.of(cours)
    if ahead is None:
        return drawn
    marks = (LOW, 0.5, HIGH)
    here = np.quantile(drawn, marks)
    return drawn + np.interp(drawn, here, np.array([ahead.quantile(part) for part in marks]) - here)


def _summarise(values: Floats) -> tuple[float, float, float]:
    low, middle, high = np.quantile(values, (LOW, 0.5, HIGH)).tolist()
    return low, middle, high
