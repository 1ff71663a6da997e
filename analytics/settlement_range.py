"""Between which amounts a settlement may end: what is not known yet, drawn many times with a printed seed.

Three things move: what the months to come will bring (the projection), how many of the missing answers will
still arrive and count (none to all of them, any as likely), and, when asked, what an ETPT costs (triangular
over the hypotheses). Each draw is settled as the rule says, in floating point: a range, never an amount.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from analytics.bareme import MUTUALISE
from analytics.outlook import Perspectives
from analytics.statement import Releve

Floats = NDArray[np.float64]

DRAWS = 2000
SEED = 20090205
LOW, HIGH = 0.10, 0.90


@dataclass(frozen=True)
class Fourchette:
    """What a cour (or the ministry, key "") may owe, 8 times out of 10: extractions, and euros if priced."""

    extractions: tuple[float, float, float]
    euros: tuple[float, float, float] | None


@dataclass(frozen=True)
class Couts:
    """The euros of one ETPT between its hypotheses."""

    bas: Fraction
    central: Fraction
    haut: Fraction


def draw_range(
    releve: Releve,
    perspectives: Perspectives | None,
    non_dites: Mapping[str, float],
    *,
    couts: Couts | None,
    graine: int = SEED,
    tirages: int = DRAWS,
) -> dict[str, Fourchette]:
    """Draw what each cour, and the ministry, may owe in the mode of the settlement.

    `non_dites`: what each cour is estimated to have avoided without declaring it. `couts`: None where the
    cost is not known, or taken as it is given. The same seed gives the same bytes.
    """
    generator = np.random.default_rng(graine)
    parts = releve.decompte.cours
    wanted = np.array([float(part.objectif) for part in parts])
    settled = np.array([not part.exclue for part in parts])
    to_come = np.array([float(releve.details[part.cour].projetees) for part in parts])
    known = np.array([float(part.evitees) for part in parts]) - to_come
    coming = _draw_coming(generator, tuple(part.cour for part in parts), perspectives, to_come, tirages)
    arriving = generator.random((tirages, 1)) * np.array([non_dites.get(part.cour, 0.0) for part in parts])
    avoided = known + coming + arriving
    bareme = releve.bareme
    tolerance = float(bareme.seuil)
    short = np.where(settled, wanted - avoided, 0.0)
    gaps = np.where(short > tolerance * wanted, np.maximum(short, 0.0), 0.0)
    whole = short.sum(axis=1)
    national = np.where(whole > tolerance * wanted[settled].sum(), np.maximum(whole, 0.0), 0.0)
    total = gaps.sum(axis=1)
    due = gaps
    if releve.decompte.mode == MUTUALISE:
        share = np.divide(national, total, out=np.zeros_like(total), where=total > 0)
        due = gaps * share[:, None]
    unit = float(releve.decompte.etpt_par_extraction * bareme.part)
    price = _draw_cost(generator, releve, couts, tirages)
    found = {
        part.cour: _summarise(due[:, rank], None if price is None else due[:, rank] * unit * price)
        for rank, part in enumerate(parts)
    }
    owed = due.sum(axis=1)
    return {"": _summarise(owed, None if price is None else owed * unit * price), **found}


def _draw_coming(
    generator: np.random.Generator,
    cours: tuple[str, ...],
    perspectives: Perspectives | None,
    to_come: Floats,
    draws: int,
) -> Floats:
    """Draw what the months to come bring: a national factor, common to all, times each cour's own."""
    if perspectives is None or perspectives.projection is None or not (to_come > 0).any():
        return np.broadcast_to(to_come, (draws, len(cours)))
    projection = perspectives.projection
    rows = [perspectives.cours.index(cour) if cour in perspectives.cours else -1 for cour in cours]
    mean = np.array([projection.moyennes[row, -1] if row >= 0 else 0.0 for row in rows])
    own = np.array([projection.propre[row, -1] if row >= 0 else 0.0 for row in rows])
    spread = np.sqrt(np.log1p(projection.commune[-1]))
    common = np.exp(spread * generator.standard_normal((draws, 1)) - spread**2 / 2)
    live = (mean > 0) & (own > 0)
    shape = np.divide(mean**2, own, out=np.ones_like(mean), where=live)
    scale = np.divide(own, mean, out=np.zeros_like(mean), where=live)
    return common * generator.gamma(shape, 1.0, (draws, len(cours))) * scale


def _draw_cost(
    generator: np.random.Generator, releve: Releve, couts: Couts | None, draws: int
) -> Floats | None:
    if releve.cout is None:
        return None
    if couts is None or couts.bas == couts.haut:
        return np.full(draws, float(releve.cout.euros))
    return generator.triangular(float(couts.bas), float(couts.central), float(couts.haut), draws)


def _summarise(extractions: Floats, euros: Floats | None) -> Fourchette:
    def three(values: Floats) -> tuple[float, float, float]:
        low, middle, high = np.quantile(values, (LOW, 0.5, HIGH)).tolist()
        return low, middle, high

    return Fourchette(three(extractions), None if euros is None else three(euros))
