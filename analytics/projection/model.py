"""What the months to come may bring: a discounted Gamma–Poisson model around a common national path.

y_ct is an overdispersed Poisson count of mean θ_c A_t e_ct: A_t is the national path (`national_path`),
e_ct the exposure (monthly base × season × share that answered), θ_c the cour's own level, believed to be
Gamma(a0, a0) before any figure, older months counting ever less (discount δ). A month that brought nothing
in has no exposure: it says nothing, and is not a zero. The exposure of a month to come is not known either
(`answering`): it varies for all the units at once, and for each on its own.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln

from analytics.projection.answering import PartReponse
from analytics.projection.national_path import Croyance, follow
from analytics.statistics.negative_binomial import Loi

Floats = NDArray[np.float64]

METHOD = "dgp-2"
# The mean of a lognormal law is at most e^¼ its median here: a spread of 70 % or more is not that well known.
_MOST_ABOVE = 0.25

A0 = (0.4, 0.8, 1.5, 3.0, 6.0)
DISCOUNT = (0.60, 0.70, 0.80, 0.87, 0.93, 0.97)
DISPERSION = (1.0, 1.4, 2.0, 3.0, 4.5)


@dataclass(frozen=True)
class Reglage:
    """The hyper-parameters: spread of the cours' levels, memory, overdispersion."""

    a0: float
    delta: float
    phi: float


@dataclass(frozen=True)
class Projection:
    """The sums to come of I units over 1 … H months, and of several of them together.

    `moyennes`, `variances`: (I, H), cumulated. `propre`: the part of the variance that is each unit's own;
    `commune`: (H,), the relative variance that the path, and who answers, bring to all of them at once.
    """

    moyennes: Floats
    propre: Floats
    commune: Floats
    reglage: Reglage

    @property
    def variances(self) -> Floats:
        """Give the variance of each unit alone: its own, the path's, and both at once."""
        own = np.divide(
            self.propre, self.moyennes**2, out=np.zeros_like(self.propre), where=self.moyennes > 0
        )
        relative = np.maximum(own - self.reglage.phi / np.maximum(self.moyennes, 1e-300), 0.0)
        return self.propre + self.moyennes**2 * self.commune * (1 + relative)

    def together(self, rows: Sequence[int]) -> tuple[Floats, Floats]:
        """Give the mean and variance (H,) of some units summed: the path moves them all the same way.

        Adding them as independent gives a 95 % interval that holds 60 % of the time; so, 94 %.
        """
        if len(rows) == 1:
            return self.moyennes[rows[0]], self.variances[rows[0]]
        total = self.moyennes[list(rows)].sum(axis=0)
        return total, self.propre[list(rows)].sum(axis=0) + total**2 * self.commune

    @property
    def loi(self) -> Loi:
        """Give the law of the whole sum of each unit."""
        return Loi(self.moyennes[:, -1], self.variances[:, -1])


def project(
    evitees: Floats,
    exposition: Floats,
    exposition_future: Floats,
    croyance: Croyance,
    reponse: PartReponse | None = None,
) -> Projection:
    """Project the months to come of every unit.

    `evitees`, `exposition`: (I, T), in order; `exposition_future`: (I, H), H ≥ 1, as expected; `reponse` says
    how far it may be from there. A unit that was never exposed follows the national path; one that will not
    be exposed brings exactly nothing.
    """
    horizon = exposition_future.shape[1]
    seen = exposition > 0
    counts = np.where(seen, evitees, 0.0)
    path = follow(counts.sum(axis=0), exposition.sum(axis=0), horizon, croyance)
    expected = exposition * np.exp(path.connu)
    reglage = tune(counts, expected)
    a, b = update(counts, expected, reglage)
    # The mean of what a lognormal path brings, not its median: the latter announces too little.
    likely = np.exp(path.futur + np.minimum(np.diag(path.covariance) / 2, _MOST_ABOVE))
    to_come = exposition_future * likely

    cumulated = to_come.cumsum(axis=1)
    moyennes = (a / b)[:, None] * cumulated
    fading: Floats = np.power(reglage.delta, np.arange(1.0, horizon + 1))
    drift: Floats = 1.0 / (reglage.a0 + (a - reglage.a0)[:, None] * fading)
    relative = relative_variances(to_come, drift)
    together = path.covariance
    if reponse is not None:
        relative, together = relative + reponse.propre[:, None], together + reponse.commune
    everyone = to_come.sum(axis=0)
    commune = np.zeros(horizon)
    for last in range(horizon):
        whole = everyone[: last + 1].sum()
        if whole > 0:
            shares = everyone[: last + 1] / whole
            commune[last] = np.expm1(shares @ together[: last + 1, : last + 1] @ shares)
    return Projection(
        moyennes=moyennes,
        propre=reglage.phi * moyennes + moyennes**2 * relative,
        commune=commune,
        reglage=reglage,
    )


def update(evitees: Floats, attendues: Floats, reglage: Reglage) -> tuple[Floats, Floats]:
    """Learn each unit's level θ ~ Gamma(a, b) from its months, older ones counting less.

    a = a0 + Σ δ^(T−t) y_t / φ, b = a0 + Σ δ^(T−t) X_t / φ; `attendues` X = exposure × path.
    """
    months = evitees.shape[1]
    memory: Floats = np.power(reglage.delta, np.arange(months - 1.0, -1.0, -1.0)) / reglage.phi
    return reglage.a0 + evitees @ memory, reglage.a0 + attendues @ memory


def relative_variances(to_come: Floats, drift: Floats) -> Floats:
    """Give, for 1 … H months, the relative variance of the sum when θ drifts as a martingale.

    Σ_ij w_i w_j V_min(i,j), w the share of each month in what is to come. `to_come`, `drift`: (I, H).
    """
    cumulated = to_come.cumsum(axis=1)
    # The months after i all share V_i with it: Σ_i V_i (x_i² + 2 x_i Σ_{j>i} x_j), for every last month.
    square = (drift * to_come**2).cumsum(axis=1)
    before = (drift * to_come).cumsum(axis=1) - drift * to_come
    crossed = 2 * (to_come * before).cumsum(axis=1)
    return np.divide(square + crossed, cumulated**2, out=np.zeros_like(square), where=cumulated > 0)


def tune(evitees: Floats, attendues: Floats) -> Reglage:
    """Choose the hyper-parameters that would have best announced each month from those before it.

    Pooled one-step negative-binomial log score, with weak priors: log a0 ~ N(log 1.5, 0.9),
    δ ~ N(0.85, 0.10), log φ ~ N(log 2, 0.6).
    """
    settings = np.array(list(product(A0, DISCOUNT, DISPERSION)))
    a0, delta, phi = settings.T
    score = (
        -0.5 * ((np.log(a0) - np.log(1.5)) / 0.9) ** 2
        - 0.5 * ((delta - 0.85) / 0.10) ** 2
        - 0.5 * ((np.log(phi) - np.log(2.0)) / 0.6) ** 2
    )
    units, months = evitees.shape
    y, x = np.zeros((delta.size, units)), np.zeros((delta.size, units))
    for month in range(months):
        now = attendues[:, month]
        live = now > 0
        if month and live.any():
            a = a0[:, None] + y[:, live] / phi[:, None]
            b = a0[:, None] + x[:, live] / phi[:, None]
            mean = a / b * now[live]
            spread = (phi - 1)[:, None] * mean + mean**2 / a
            score = score + _log_score(evitees[live, month], mean, spread).sum(axis=1)
        y = delta[:, None] * y + evitees[:, month]
        x = delta[:, None] * x + now
    return Reglage(*(float(value) for value in settings[int(score.argmax())]))


def _log_score(count: Floats, mean: Floats, spread: Floats) -> Floats:
    """Give the log probability of a count, negative binomial of variance mean + spread."""
    r = mean**2 / np.maximum(spread, 1e-9)
    return (
        gammaln(count + r)
        - gammaln(r)
        - gammaln(count + 1)
        + r * np.log(r / (r + mean))
        + count * np.log(mean / (r + mean))
    )


def round_probability(p: float) -> float:
    """Round a probability to what is known of it: five points, never under ½ % nor over 99,5 %."""
    if p < 0.01 or p > 0.99:
        return 0.995 if p > 0.5 else 0.005
    return min(max(round(p * 20) / 20, 0.01), 0.99)
