"""Between which values a proportion falls by chance: exact at small counts, where no normal law holds.

A count out of n is binomial; where units differ from one another by more than chance, beta-binomial, of the
same mean and of intraclass correlation ρ: each has a proportion of its own, of variance ρ θ (1 − θ).
"""

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaln, gammaln

Floats = NDArray[np.float64]

# What lies further out than this is not counted: less than a millionth, even of a skewed law.
_WIDTH = 14
# A proportion of its own for each, anywhere between 0 and 1: units cannot differ more.
_MOST = 0.9


def find_limits(theta: float, rho: float, n: Floats, tail: float) -> tuple[Floats, Floats]:
    """Give, for each n, the proportions under and over which a count falls with probability `tail` at most.

    A count k is under where P(X ≤ k) < tail, over where P(X ≥ k) < tail: never more often than is said, which
    an interpolated upper quantile would not hold. Between two counts the limit is interpolated (Spiegelhalter
    2005, appendix), the upper one as the lower one of n − k, so that it moves with n without a step.
    """
    pairs = [_limits_of(theta, rho, max(round(size), 1), tail) for size in n.tolist()]
    low, high = np.array(pairs, np.float64).reshape(-1, 2).T
    return np.clip(low / n, 0.0, 1.0), np.clip(high / n, 0.0, 1.0)


def _limits_of(theta: float, rho: float, n: int, tail: float) -> tuple[float, float]:
    counts, chances = _law(theta, rho, n)
    low = _under(counts, chances, tail)
    return low, n - _under(n - counts[::-1], chances[::-1], tail)


def _under(counts: Floats, chances: Floats, tail: float) -> float:
    """Give the interpolated count under which a law lies with probability `tail`."""
    cumulated = chances.cumsum()
    rank = int(np.searchsorted(cumulated, tail))
    return float(counts[rank] - (cumulated[rank] - tail) / chances[rank])


def _law(theta: float, rho: float, n: int) -> tuple[Floats, Floats]:
    """Give the counts that n may bring, and their probabilities."""
    theta, rho = min(max(theta, 1e-9), 1 - 1e-9), min(max(rho, 0.0), _MOST)
    mean = n * theta
    sd = np.sqrt(mean * (1 - theta) * (1 + (n - 1) * rho))
    first, last = max(np.floor(mean - _WIDTH * sd), 0.0), min(np.ceil(mean + _WIDTH * sd) + 30, n)
    counts: Floats = np.arange(first, last + 1, dtype=np.float64)
    ways: Floats = gammaln(n + 1) - gammaln(counts + 1) - gammaln(n - counts + 1)
    if rho < 1e-9:
        logs = ways + counts * np.log(theta) + (n - counts) * np.log1p(-theta)
    else:
        a, b = theta * (1 / rho - 1), (1 - theta) * (1 / rho - 1)
        logs = ways + betaln(counts + a, n - counts + b) - betaln(a, b)
    chances: Floats = np.exp(logs)
    return counts, chances / chances.sum()
