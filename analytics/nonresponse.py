"""What the silent juridictions may have avoided: their own history, and how often they answer.

Those who use video least also answer least: what the respondents do, spread over the silent, is too high.
Each juridiction has a level θ_j around a mean that depends on the share of the months it answered; the
national path is re-estimated with that mix held fixed, since new respondents pull the plain rate down.
A steering figure: the settlement counts what is declared.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analytics.national_path import follow
from analytics.negative_binomial import Loi
from analytics.projection import tune

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

ROUNDS = 8
RIDGE = 0.25
# How a month speaks for another month of the same juridiction, by their distance.
MEMORY = 0.93
# How fast what is known of a level fades away from the months answered, when its error is measured.
DRIFT = 0.5
# What the national path of a month may be wrong by, beside chance: log-points.
PATH_SD = 0.05


@dataclass(frozen=True)
class Estimation:
    """What J juridictions avoided over T months, answered or not, month by month.

    `declare`: (J, T), 0 where silent. `manque`: the mean of what was left unsaid, 0 where one answered.
    `propre`: (J,) its variance over all the months, each juridiction's own; `partage`: (K, J) how much each
    of K common causes (the path, the mean of the silent) moves the sum of each juridiction.
    `plafond`: (J, T) the bound of what was left unsaid.
    """

    declare: Floats
    manque: Floats
    propre: Floats
    partage: Floats
    plafond: Floats

    def total(self, rows: NDArray[np.intp]) -> tuple[float, Loi]:
        """Give what some juridictions declared together, and the law of what they left unsaid."""
        missing = float(self.manque[rows].sum())
        common = self.partage[:, rows].sum(axis=1)
        variance = float(self.propre[rows].sum() + np.square(common).sum())
        return float(self.declare[rows].sum()), Loi(np.array([missing]), np.array([max(variance, missing)]))

    def bound(self, rows: NDArray[np.intp]) -> float:
        """Give the most that some may have left unsaid, if none uses video more than those who speak."""
        return float(self.plafond[rows].sum())


def estimate(evitees: Floats, exposition: Floats, repondu: Flags) -> Estimation:
    """Estimate what each juridiction avoided in the months when it was silent.

    `evitees`, `exposition`, `repondu`: (J, T); the exposure (base × season) is that of a month, answered or
    not, and 0 where the juridiction was not in force.
    """
    counts = np.where(repondu, evitees, 0.0)
    seen = np.where(repondu, exposition, 0.0)
    live = exposition > 0
    due = np.maximum(live.sum(axis=1), 1).astype(np.float64)
    fraction: Floats = (repondu & live).sum(axis=1) / due
    around = fraction - float(fraction.mean())
    design = np.stack([np.ones_like(fraction), around], axis=1)
    months = counts.shape[1]
    ranks: Floats = np.arange(float(months))
    distance: Floats = np.abs(np.subtract.outer(ranks, ranks))
    weight: Floats = np.power(MEMORY, distance)

    level = np.ones_like(counts)
    path = follow(counts.sum(axis=0), seen.sum(axis=0), 0)
    beta, information = np.zeros(2), np.eye(2)
    mean, a = np.ones(fraction.size), np.ones_like(counts)
    reglage = tune(counts, seen * np.exp(path.connu))
    for _ in range(ROUNDS):
        expected = seen * np.exp(path.connu)
        beta, information = _regress(counts.sum(axis=1), expected.sum(axis=1), design, reglage.a0)
        mean = np.exp(design @ beta)
        a = reglage.a0 + counts @ weight / reglage.phi
        b = (reglage.a0 / mean)[:, None] + expected @ weight / reglage.phi
        level = a / b
        path = follow(counts.sum(axis=0), (seen * level).sum(axis=0), 0)
    silent = np.where(repondu, 0.0, exposition) * np.exp(path.connu)
    manque = silent * level
    own = manque.sum(axis=1)
    # What is known of a silent month fades with its distance to those answered; the error of a level is
    # made once for all the silent months of a juridiction, so months are not averaged as independent.
    fading: Floats = np.power(DRIFT, distance)
    known = reglage.a0 + counts @ fading / reglage.phi
    relative = np.divide((manque / known).sum(axis=1), own, out=np.zeros_like(own), where=own > 0)
    propre = reglage.phi * own + own**2 * relative
    prior_share = (
        reglage.a0 / mean / ((reglage.a0 / mean) + (seen * np.exp(path.connu)).sum(axis=1) / reglage.phi)
    )
    covariance = np.linalg.inv(information)
    root = np.linalg.cholesky(covariance)
    partage_beta = (root.T @ design.T) * (own * prior_share)
    path_sd = np.sqrt(1.0 / np.maximum(counts.sum(axis=0) / reglage.phi, 1.0) + PATH_SD**2)
    partage_path = (manque * path_sd).T
    return Estimation(
        declare=counts,
        manque=manque,
        propre=propre,
        partage=np.concatenate([partage_beta, partage_path]),
        plafond=_ceiling(counts, seen, exposition, repondu),
    )


def _regress(counts: Floats, expected: Floats, design: Floats, a0: float) -> tuple[Floats, Floats]:
    """Fit log θ_j = β0 + β1 x_j by ridge-penalised iteratively reweighted least squares (Gamma–Poisson)."""
    beta = np.zeros(design.shape[1])
    information = np.eye(design.shape[1])
    live = expected > 0
    x, y, e = design[live], counts[live], expected[live]
    for _ in range(12):
        m = e * np.exp(x @ beta)
        w = m / (1 + m / a0)
        gradient = x.T @ ((y - m) / (1 + m / a0)) - RIDGE * beta
        information = (x * w[:, None]).T @ x + RIDGE * np.eye(design.shape[1])
        beta = beta + np.linalg.solve(information, gradient)
    return beta, information


def _ceiling(counts: Floats, seen: Floats, exposition: Floats, repondu: Flags) -> Floats:
    """Bound the silent by the respondents' rate of the month + 1,96 standard errors (Manski 1989)."""
    total = seen.sum(axis=0)
    rate = np.divide(counts.sum(axis=0), total, out=np.zeros_like(total), where=total > 0)
    number = (seen > 0).sum(axis=0)
    residual = np.where(repondu, counts - rate * seen, 0.0)
    spread = (residual**2).sum(axis=0) * number / np.maximum(number - 1, 1)
    error = np.divide(np.sqrt(spread), total, out=np.zeros_like(total), where=total > 0)
    return np.where(repondu, 0.0, exposition) * (rate + 1.96 * error)
