"""Counts more scattered than chance alone would make them: the negative binomial by its mean and variance.

r = m² / (v − m), p = r / (r + m); the Poisson law where the variance is no larger than the mean, and a
certain zero where the mean is zero. Written on the incomplete beta function, since the distributions of
scipy take seconds to import.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import betainc, gammaincc, gammaln, ndtri

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Loi:
    """As many laws as there are means; `moyenne` and `variance` have the same length."""

    moyenne: Floats
    variance: Floats

    def at_most(self, count: Floats | float) -> Floats:
        """Give P(F ≤ count) for each law."""
        m, v = self.moyenne, self.variance
        k = np.floor(np.broadcast_to(np.asarray(count, dtype=np.float64), m.shape))
        over = (v > m * (1 + 1e-9)) & (m > 0)
        # Each law is worked out by its own function alone: they take all the time.
        found = np.where(m > 0, np.nan, 1.0)
        mean, below = m[over], np.maximum(k[over], -0.5) + 1
        found[over] = betainc(np.maximum(mean, 1e-300) ** 2 / (v[over] - mean), below, mean / v[over])
        plain = ~over & (m > 0)
        found[plain] = gammaincc(np.maximum(k[plain], -0.5) + 1, np.maximum(m[plain], 1e-300))
        return np.where(k < 0, 0.0, found)

    def at_least(self, count: Floats | float) -> Floats:
        """Give P(F ≥ count) for each law."""
        return 1.0 - self.at_most(np.ceil(np.asarray(count, dtype=np.float64)) - 1)

    def log_probability(self, count: Floats) -> Floats:
        """Give log P(F = count) for each law, a variance at the mean or under it counting as just above."""
        m = np.maximum(self.moyenne, 1e-9)
        r = m**2 / np.maximum(self.variance - m, 1e-6 * m)
        ways = gammaln(count + r) - gammaln(r) - gammaln(count + 1)
        return ways - r * np.log1p(m / r) + count * np.log(m / (r + m))

    def quantile(self, part: float, *, between: tuple[Floats, Floats] | None = None) -> Floats:
        """Give the smallest count that each law stays at or under with probability `part`, 0 < part < 1.

        `between`: quantiles of a lower and of a higher probability, where they are known: it lies there.
        """
        if between is None:
            m = self.moyenne
            sd = np.sqrt(np.maximum(self.variance, m))
            low = np.full(m.shape, -1.0)
            high = np.ceil(m + (abs(float(ndtri(part))) + 2) * sd) + 1
            while (short := self.at_most(high) < part).any():
                high = np.where(short, high * 2 + 1, high)
        else:
            low, high = between[0] - 1, between[1].copy()
        while (open_ := high - low > 1).any():
            # Those that are found wait for no other.
            left = Loi(self.moyenne[open_], self.variance[open_])
            middle = np.floor((low[open_] + high[open_]) / 2)
            enough = left.at_most(middle) >= part
            high[open_] = np.where(enough, middle, high[open_])
            low[open_] = np.where(enough, low[open_], middle)
        return high

    def crps(self, value: Floats) -> Floats:
        """Score each law against what happened, in extractions: Σ_k (F(k) − 1{k ≥ value})²; low is good."""
        last = np.maximum(self.quantile(1 - 1e-9), value) + 1
        scores: list[float] = []
        for mean, variance, end, true in zip(self.moyenne, self.variance, last, value, strict=True):
            counts = np.arange(float(end))
            one = Loi(np.full(counts.shape, float(mean)), np.full(counts.shape, float(variance)))
            scores.append(float(((one.at_most(counts) - (counts >= true)) ** 2).sum()))
        return np.array(scores)
