"""The path that the recourse to video follows in the whole country, and where it may go next.

x_t = log((Σy + ½) / Σe), observed with noise 2 / (Σy + ½) + s_o², follows a damped local linear trend. Its
settings are not chosen but weighed: 27 with a trend, 9 without, each by its likelihood and its prior
(Bayesian model averaging), all of them in one vectorised Kalman filter.
"""

from dataclasses import dataclass
from math import exp, sqrt

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

LEVEL_SD = (0.03, 0.06, 0.12)
SLOPE_SD = (0.01, 0.03, 0.06)
SHOCK_SD = (0.03, 0.08, 0.15)
# What is left of the slope after a month: the spread of a practice slows down.
DAMPING = 0.90


@dataclass(frozen=True)
class Croyance:
    """What is believed of the slope before any figure: log-points a month, and whether there is one.

    `acquis`: the share of the base from which a practice is believed to have settled: the room left for
    growth shrinks to nothing there, and with it the slope and the chances of a trend. None: always room.
    """

    pente: float
    pente_sd: float
    p_tendance: float
    p_tendance_acquise: float
    acquis: float | None


# A practice that starts, spreads; one that begins at what the text asks for (5 % of the base) has spread.
PRIOR = Croyance(pente=0.08, pente_sd=0.12, p_tendance=0.8, p_tendance_acquise=0.2, acquis=0.05)
_VAGUE = 4.0


@dataclass(frozen=True)
class Chemin:
    """The log path: known months (T,), then mean (H,) and covariance (H, H) of those to come."""

    connu: Floats
    futur: Floats
    covariance: Floats
    p_tendance: float


def follow(evitees: Floats, exposition: Floats, horizon: int, *, croyance: Croyance = PRIOR) -> Chemin:
    """Follow the national path and prolong it; a month without exposure is one that nobody saw.

    `evitees`, `exposition`: (T,) sums over all the units.
    """
    level, slope, shock = (
        grid.ravel() for grid in np.meshgrid(LEVEL_SD, (0.0, *SLOPE_SD), SHOCK_SD, indexing="ij")
    )
    trend = slope > 0
    settings = level.size
    seen = exposition > 0
    x = np.log((evitees + 0.5) / np.where(seen, exposition, 1.0))
    noise = 2.0 / (evitees + 0.5)
    start = x[seen][0] if seen.any() else 0.0
    room = 1.0 if croyance.acquis is None else sqrt(max(0.0, 1.0 - exp(float(start)) / croyance.acquis))
    p_trend = croyance.p_tendance_acquise + (croyance.p_tendance - croyance.p_tendance_acquise) * room

    mean = np.stack([np.full(settings, start), np.where(trend, croyance.pente * room, 0.0)], axis=1)
    cov = np.zeros((settings, 2, 2))
    cov[:, 0, 0] = _VAGUE
    cov[:, 1, 1] = np.where(trend, croyance.pente_sd**2, 0.0)
    step = np.zeros((settings, 2, 2))
    step[:, 0, 0] = 1.0
    step[:, 0, 1] = step[:, 1, 1] = np.where(trend, DAMPING, 0.0)
    moves = np.zeros((settings, 2, 2))
    moves[:, 0, 0], moves[:, 1, 1] = level**2, slope**2

    with_trend = int(trend.sum())
    belief: Floats = np.where(trend, p_trend / with_trend, (1 - p_trend) / (settings - with_trend))
    weights: Floats = np.log(belief)
    filtered: list[tuple[Floats, Floats]] = []
    expected: list[tuple[Floats, Floats]] = []
    for month in range(x.size):
        if month:
            mean = np.einsum("kij,kj->ki", step, mean)
            cov = step @ cov @ step.transpose(0, 2, 1) + moves
        expected.append((mean, cov))
        if seen[month]:
            total = cov[:, 0, 0] + noise[month] + shock**2
            miss = x[month] - mean[:, 0]
            weights = weights - 0.5 * (np.log(total) + miss**2 / total)
            gain = cov[:, :, 0] / total[:, None]
            mean = mean + gain * miss[:, None]
            cov = cov - gain[:, :, None] * cov[:, None, 0, :]
        filtered.append((mean, cov))
    weights = np.exp(weights - weights.max())
    weights /= weights.sum()
    return Chemin(
        connu=_smooth(filtered, expected, step, weights),
        **_prolong(mean, cov, step, moves, shock, weights, horizon),
        p_tendance=float(weights[trend].sum()),
    )


def _smooth(
    filtered: list[tuple[Floats, Floats]],
    expected: list[tuple[Floats, Floats]],
    step: Floats,
    weights: Floats,
) -> Floats:
    """Look back (Rauch–Tung–Striebel): what each month's level is, knowing all that came after."""
    if not filtered:
        return np.zeros(0)
    after = filtered[-1][0]
    levels = [weights @ after[:, 0]]
    for month in range(len(filtered) - 2, -1, -1):
        mean, cov = filtered[month]
        ahead_mean, ahead_cov = expected[month + 1]
        back = cov @ step.transpose(0, 2, 1) @ np.linalg.pinv(ahead_cov)
        after = mean + np.einsum("kij,kj->ki", back, after - ahead_mean)
        levels.append(weights @ after[:, 0])
    return np.array(levels[::-1])


def _prolong(
    mean: Floats, cov: Floats, step: Floats, moves: Floats, shock: Floats, weights: Floats, horizon: int
) -> dict[str, Floats]:
    """Give the mean and the covariance of the path to come, by total variance over the settings.

    A month to come moves with the level, and has its own shock.
    """
    levels = np.zeros((weights.size, horizon))
    covariance = np.zeros((weights.size, horizon, horizon))
    powers: list[Floats] = []
    for month in range(horizon):
        mean = np.einsum("kij,kj->ki", step, mean)
        cov = step @ cov @ step.transpose(0, 2, 1) + moves
        levels[:, month] = mean[:, 0]
        powers.append(cov)
    for first in range(horizon):
        carried = powers[first]
        for later in range(first, horizon):
            covariance[:, first, later] = covariance[:, later, first] = carried[:, 0, 0]
            carried = step @ carried
    covariance += np.eye(horizon) * (shock**2)[:, None, None]
    centre = weights @ levels
    apart = levels - centre
    return {
        "futur": centre,
        "covariance": np.einsum("k,kij->ij", weights, covariance)
        + np.einsum("k,ki,kj->ij", weights, apart, apart),
    }
