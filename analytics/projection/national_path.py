"""The path that the recourse to video follows in the whole country, and where it may go next.

x_t = log((Σy + ½) / Σe), observed with noise 2 / (Σy + ½) + s_o², follows a shape plus a damped local linear
trend. No shape nor setting is chosen: all are weighed, each by its likelihood and its prior (Bayesian model
averaging), in one vectorised Kalman filter. The shapes are none (the trend alone: 27 settings with a slope,
9 without), a practice that has settled, and practices that spread along a logistic curve (Griliches 1957),
early or late, fast or slow, from a first few users to a level that is believed only roughly.
"""

from dataclasses import dataclass
from datetime import date
from itertools import product
from math import log

import numpy as np
from numpy.typing import NDArray

from analytics.statistics import kalman
from analytics.statistics.kalman import Banque
from analytics.vocabulary.parameters import Parametres

Floats = NDArray[np.float64]

LEVEL_SD = (0.03, 0.06, 0.12)
SLOPE_SD = (0.01, 0.03, 0.06)
SHOCK_SD = (0.03, 0.08, 0.15)
# What is left of the slope after a month: the spread of a practice slows down.
DAMPING = 0.90
# A logistic spread: when half of it is done (months after the first known), and its slowness, in months.
MIDDLES = (-3, 0, 3, 5, 7, 9, 11, 13, 16, 20, 26)
SLOWNESS = (1.5, 2.7, 4.5)
FIRST_USERS = 0.06
# The normal law stays under it nine times out of ten.
NINE_TENTHS = 1.2816
# How far the country strays from its curve: level and shock of a month.
CURVE_LEVEL_SD = (0.01, 0.03, 0.06)
CURVE_SHOCK_SD = (0.04, 0.08, 0.14)


@dataclass(frozen=True)
class Croyance:
    """What is believed before any figure.

    `pente`, `pente_sd`: of a trend without a shape, log-points a month; `p_tendance`: that there is one.
    `p_courbes`: that the practice settles, or spreads towards a level; `p_etablie`: of these, that it has
    settled from the start; `palier`, `palier_sd`: logarithm of that level, as a share of the base.
    """

    pente: float = 0.04
    pente_sd: float = 0.09
    p_tendance: float = 0.7
    p_courbes: float = 0.85
    p_etablie: float = 0.3
    palier: float = log(0.07)
    palier_sd: float = 0.45

    @classmethod
    def of(cls, parametres: Parametres, day: date) -> "Croyance":
        """Read what is believed of the level where a practice settles, on a day."""
        low, level, high = (
            float(parametres.at(f"recours_palier_{name}", day).valeur) for name in ("bas", "median", "haut")
        )
        return cls(palier=log(level), palier_sd=log(high / low) / (2 * NINE_TENTHS))


# A practice that has settled is known to have done so at no particular level.
_SETTLED_SD = 0.6
_VAGUE = 4.0


@dataclass(frozen=True)
class Chemin:
    """The log path: known months (T,), then mean (H,) and covariance (H, H) of those to come."""

    connu: Floats
    futur: Floats
    covariance: Floats


def _bank(
    shape: Floats, level: Floats, slope: Floats, shock: Floats, belief: Floats, mean: Floats, variance: Floats
) -> Banque:
    """Make models of two states, level and slope; `mean`, `variance`: (K, 2) those of the first month."""
    size = level.size
    cov, step, moves = np.zeros((size, 2, 2)), np.zeros((size, 2, 2)), np.zeros((size, 2, 2))
    cov[:, 0, 0], cov[:, 1, 1] = variance.T
    step[:, 0, 0] = 1.0
    step[:, 0, 1] = step[:, 1, 1] = np.where(slope > 0, DAMPING, 0.0)
    moves[:, 0, 0], moves[:, 1, 1] = level**2, slope**2
    return Banque(mean=mean, cov=cov, step=step, moves=moves, shock=shock, shape=shape, belief=belief)


def _trends(croyance: Croyance, start: float, months: int) -> Banque:
    """List the models without a shape, which start where the first month is."""
    level, slope, shock = np.array(list(product(LEVEL_SD, (0.0, *SLOPE_SD), SHOCK_SD))).T
    trend = slope > 0
    with_trend = int(trend.sum())
    each: Floats = np.where(
        trend, croyance.p_tendance / with_trend, (1 - croyance.p_tendance) / (level.size - with_trend)
    )
    return _bank(
        shape=np.zeros((level.size, months)),
        level=level,
        slope=slope,
        shock=shock,
        belief=each * (1 - croyance.p_courbes),
        mean=np.stack([np.full(level.size, start), np.where(trend, croyance.pente, 0.0)], axis=1),
        variance=np.stack([np.full(level.size, _VAGUE), np.where(trend, croyance.pente_sd**2, 0.0)], axis=1),
    )


def _curves(croyance: Croyance, months: int) -> Banque:
    """List the practices that have settled, and those that spread, around a level roughly known."""
    middle, slow = np.array(list(product(MIDDLES, SLOWNESS)), np.float64).T
    month = np.arange(months, dtype=np.float64)
    spread = FIRST_USERS + (1 - FIRST_USERS) / (1 + np.exp((middle[:, None] - month) / slow[:, None]))
    belief = np.r_[croyance.p_etablie, np.full(middle.size, (1 - croyance.p_etablie) / middle.size)]
    known = np.r_[_SETTLED_SD, np.full(middle.size, croyance.palier_sd)] ** 2
    level, shock = np.array(list(product(CURVE_LEVEL_SD, CURVE_SHOCK_SD))).T
    count, around = int(belief.size), int(level.size)
    return _bank(
        shape=np.repeat(np.vstack([np.zeros(months), np.log(spread)]), around, axis=0),
        level=np.tile(level, count),
        slope=np.zeros(count * around),
        shock=np.tile(shock, count),
        belief=np.repeat(belief, around) / around * croyance.p_courbes,
        mean=np.tile([croyance.palier, 0.0], (count * around, 1)),
        variance=np.stack([np.repeat(known, around), np.zeros(count * around)], axis=1),
    )


def follow(evitees: Floats, exposition: Floats, horizon: int, croyance: Croyance) -> Chemin:
    """Follow the national path and prolong it; a month without exposure is one that nobody saw.

    `evitees`, `exposition`: (T,) sums over all the units.
    """
    seen = exposition > 0
    x = np.log((evitees + 0.5) / np.where(seen, exposition, 1.0))
    start = float(x[seen][0]) if seen.any() else croyance.palier
    bank = _trends(croyance, start, x.size + horizon)
    if croyance.p_courbes > 0:
        bank = bank.beside(_curves(croyance, x.size + horizon))
    followed = kalman.follow(bank, x, 2.0 / (evitees + 0.5), seen)
    return Chemin(followed.smooth(), *followed.prolong())
