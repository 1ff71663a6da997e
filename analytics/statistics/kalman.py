"""Several linear models of one series, none of them chosen: filtered together, weighed by their likelihood.

Kalman filter, Rauch–Tung–Striebel smoother, Bayesian model averaging. What is observed of a month is a shape,
plus the first state of the model, plus the shock of the month, plus noise.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

# Models that the months known have made less likely than this are forgotten.
_NEGLIGIBLE = 1e-5
# A state that is known for certain has this variance: its matrix has an inverse.
_CERTAIN = 1e-12


@dataclass(frozen=True)
class Banque:
    """K models of S states: where each starts, how it moves, and what is believed of it before any month.

    `mean` (K, S), `cov`, `step`, `moves` (K, S, S): states of the first month, what takes them to the next,
    and the covariance of what a month adds; `shock` (K,): standard deviation of what a month has of its own;
    `shape` (K, T + H); `belief` (K,), above zero.
    """

    mean: Floats
    cov: Floats
    step: Floats
    moves: Floats
    shock: Floats
    shape: Floats
    belief: Floats

    def beside(self, other: "Banque") -> "Banque":
        """Put the models of another bank beside these."""
        mine, theirs = vars(self), vars(other)
        return Banque(**{name: np.concatenate([mine[name], theirs[name]]) for name in mine})

    def only(self, kept: NDArray[np.bool_]) -> "Banque":
        """Keep some of the models."""
        return Banque(**{name: values[kept] for name, values in vars(self).items()})


@dataclass(frozen=True)
class Suivi:
    """Models that have followed T months: `banque` at the last of them, its belief (summing to 1) learnt.

    `filtered`, `expected`: mean and covariance of the states, knowing a month, and just before.
    """

    banque: Banque
    filtered: tuple[tuple[Floats, Floats], ...]
    expected: tuple[tuple[Floats, Floats], ...]

    def smooth(self) -> Floats:
        """Look back: give what each month (T,) was, its shock and noise apart, knowing what came after."""
        bank, months = self.banque, len(self.filtered)
        if not months:
            return np.zeros(0)
        after, eye = self.filtered[-1][0], np.eye(bank.mean.shape[1])
        levels = [bank.belief @ after[:, 0]]
        for month in range(months - 2, -1, -1):
            mean, cov = self.filtered[month]
            ahead_mean, ahead_cov = self.expected[month + 1]
            back = cov @ bank.step.transpose(0, 2, 1) @ np.linalg.inv(ahead_cov + _CERTAIN * eye)
            after = mean + np.einsum("kij,kj->ki", back, after - ahead_mean)
            levels.append(bank.belief @ after[:, 0])
        return np.array(levels[::-1]) + bank.belief @ bank.shape[:, :months]

    def prolong(self) -> tuple[Floats, Floats]:
        """Give the mean (H,) and covariance (H, H) of the months to come: total variance over models."""
        bank, mean, cov = self.banque, self.banque.mean, self.banque.cov
        levels = bank.shape[:, len(self.filtered) :].copy()
        horizon = levels.shape[1]
        covariance = np.zeros((mean.shape[0], horizon, horizon))
        reached: list[Floats] = []
        for month in range(horizon):
            mean = np.einsum("kij,kj->ki", bank.step, mean)
            cov = bank.step @ cov @ bank.step.transpose(0, 2, 1) + bank.moves
            levels[:, month] += mean[:, 0]
            reached.append(cov)
        for first in range(horizon):
            carried = reached[first]
            for later in range(first, horizon):
                covariance[:, first, later] = covariance[:, later, first] = carried[:, 0, 0]
                carried = bank.step @ carried
        covariance += np.eye(horizon) * (bank.shock**2)[:, None, None]
        centre = bank.belief @ levels
        apart = levels - centre
        within = np.einsum("k,kij->ij", bank.belief, covariance)
        return centre, within + np.einsum("k,ki,kj->ij", bank.belief, apart, apart)


def follow(banque: Banque, observed: Floats, noise: Floats, seen: NDArray[np.bool_]) -> Suivi:
    """Follow the months known (T,), of noise variance `noise`; those that nobody saw are not observed."""
    mean, cov, step = banque.mean, banque.cov, banque.step
    weights: Floats = np.log(banque.belief)
    filtered: list[tuple[Floats, Floats]] = []
    expected: list[tuple[Floats, Floats]] = []
    for month in range(observed.size):
        if month:
            mean = np.einsum("kij,kj->ki", step, mean)
            cov = step @ cov @ step.transpose(0, 2, 1) + banque.moves
        expected.append((mean, cov))
        if seen[month]:
            total = cov[:, 0, 0] + noise[month] + banque.shock**2
            miss = observed[month] - banque.shape[:, month] - mean[:, 0]
            weights = weights - 0.5 * (np.log(total) + miss**2 / total)
            gain = cov[:, :, 0] / total[:, None]
            mean = mean + gain * miss[:, None]
            cov = cov - gain[:, :, None] * cov[:, None, 0, :]
        filtered.append((mean, cov))
    weights = np.exp(weights - weights.max())
    kept = weights > _NEGLIGIBLE * weights.sum()
    learnt = replace(banque, mean=mean, cov=cov, belief=weights).only(kept)
    return Suivi(
        banque=replace(learnt, belief=learnt.belief / learnt.belief.sum()),
        filtered=tuple((mean[kept], cov[kept]) for mean, cov in filtered),
        expected=tuple((mean[kept], cov[kept]) for mean, cov in expected),
    )
