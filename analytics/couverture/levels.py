"""How much each juridiction uses video, month by month, learnt from the months it answered.

y_jt is negative binomial of mean e_jt exp(f_jt) and variance m + c m²: a month goes better or worse by a
share of itself. f_jt = path of the country + β × share of the months answered + what the cour does + what
the juridiction does, the last two a level and a slow drift (the first cosines of a random walk over the
months, Karhunen–Loève). So the mix of those who answer is held while the path is learnt, who hardly
answered follows its cour, and who answered for long, itself.

All of it is Gaussian on the log scale and learnt at once, by Newton steps on the variational bound (Gaussian
posterior, expectations by Gauss–Hermite: at the mode alone the silent would come out too low or too high);
given what is common, juridictions are independent, so each is eliminated before the common system is
solved. Spreads and dispersion are re-estimated on the way (EM), around what is believed of them.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ranks = NDArray[np.intp]

ROUNDS = 12
# The first rounds leave the spreads as believed: nothing is in place yet.
SETTLING = 2
# A level and two speeds of drift.
COSINES = 3
# What is believed, log-points: spread of the levels, drift a month; and what that is worth, in units.
OWN_SD, OWN_DRIFT, OWN_WORTH = 0.8, 0.12, 10.0
COUR_SD, COUR_DRIFT, COUR_WORTH = 0.5, 0.05, 20.0
# The national path: around its mean, its slope a month, its walk a month.
PATH_SD, SLOPE_SD, WALK_SD = 1.0, 0.12, 0.12
# β: who answers less uses less. Vague, it would make anything of the silent in the first month.
SHARE, SHARE_SD = 0.7, 0.7
SCATTER, SCATTER_WORTH = 0.10, 150.0
# Where nobody ever spoke: what the text asks for.
NOWHERE = 0.05

# Five points of Gauss–Hermite.
_NODES, _MASSES = np.polynomial.hermite_e.hermegauss(5)
_WEIGHTS = _MASSES / _MASSES.sum()


@dataclass(frozen=True)
class Niveaux:
    """What is known of the rate of J juridictions over T months.

    `taux`: (J, T) the expected rate; `variance`: (J, T) of its logarithm, all causes; `propre`: (J, T, T) the
    covariance of the logarithm that is each juridiction's own; `dispersion`: c.
    """

    taux: Floats
    variance: Floats
    propre: Floats
    dispersion: float
    _moves: Floats
    _index: Ranks
    _root: Floats

    def common(self, amounts: Floats) -> Floats:
        """Give (K, J): how much each of K independent common causes moves each juridiction's sum.

        `amounts`: (J, T), in extractions; a cause moves them all by its share of their logarithm.
        """
        moved = np.zeros((self._index.shape[0], self._root.shape[0]))
        np.put_along_axis(moved, self._index, np.einsum("jt,jtl->jl", amounts, self._moves), axis=1)
        return self._root.T @ moved.T


def learn(counts: Floats, seen: Floats, share: Floats, cours: Ranks) -> Niveaux:
    """Learn the levels of all the juridictions.

    `counts`, `seen`: (J, T), 0 where silent; `share`: (J,), centred; `cours`: (J,) from 0.
    """
    units, months = seen.shape
    counts = np.where(seen > 0, counts, 0.0)
    basis, speeds = _cosines(months)
    width = speeds.size
    spread_own = np.diag(np.where(np.arange(width) == 0, OWN_SD**2, OWN_DRIFT**2 * speeds))
    spread_cour = np.where(np.arange(width) == 0, COUR_SD**2, COUR_DRIFT**2 * speeds)
    believed_own, believed_cour = spread_own, spread_cour
    places = int(cours.max(initial=0)) + 1

    local, index = _design(basis, share, cours)
    pairs = index[:, :, None], index[:, None, :]
    size = months + 1 + places * width
    prior = np.zeros((size, size))
    prior[:months, :months] = np.linalg.inv(_path_covariance(months))
    prior[months, months] = SHARE_SD**-2
    believed = np.zeros(size)
    believed[months] = SHARE
    of_cours: Ranks = np.arange(months + 1, size, dtype=np.intp)

    origin = float(np.log((counts.sum() + 0.5) / seen.sum())) if seen.any() else float(np.log(NOWHERE))
    log_rate = np.full_like(seen, origin)
    variance, dispersion = np.zeros_like(seen), SCATTER
    own, common = np.zeros((units, width)), believed
    moves, own_log, covariance = local, np.zeros((units, months, months)), np.eye(size)
    for turn in range(ROUNDS):
        pull, weight = _evidence(counts, seen * np.exp(log_rate), np.sqrt(variance), dispersion)
        weighted = weight[:, :, None] * local
        precision = np.linalg.inv(spread_own)
        # Each juridiction given what is common, then what is common.
        covariance_own = np.linalg.inv((basis.T * weight[:, None, :]) @ basis + precision)
        crossed = basis.T @ weighted
        follows = covariance_own @ crossed
        pull_own = pull @ basis - own @ precision
        gradient, system = np.zeros(size), prior.copy()
        system[of_cours, of_cours] = 1.0 / np.tile(spread_cour, places)
        gradient -= system @ (common - believed)
        np.add.at(
            gradient,
            index,
            np.einsum("jtl,jt->jl", local, pull) - np.einsum("jkl,jk->jl", follows, pull_own),
        )
        np.add.at(system, pairs, local.transpose(0, 2, 1) @ weighted - crossed.transpose(0, 2, 1) @ follows)
        covariance = np.linalg.inv(system)
        step = np.clip(covariance @ gradient, -1.0, 1.0)
        common = common + step
        step_own = np.einsum("jkl,jl->jk", covariance_own, pull_own) - np.einsum(
            "jkl,jl->jk", follows, step[index]
        )
        own = own + np.clip(step_own, -1.0, 1.0)

        log_rate = origin + own @ basis.T + np.einsum("jtl,jl->jt", local, common[index])
        moves = local - basis @ follows
        shared = covariance[pairs]
        own_log = basis @ covariance_own @ basis.T
        variance = np.einsum("jtt->jt", own_log) + ((moves @ shared) * moves).sum(axis=2)
        if turn >= SETTLING:
            found = np.einsum("jk,jl->kl", own, own)
            found = found + (covariance_own + follows @ shared @ follows.transpose(0, 2, 1)).sum(axis=0)
            spread_own = (OWN_WORTH * believed_own + found) / (OWN_WORTH + units)
            square = common[of_cours] ** 2 + np.diag(covariance)[of_cours]
            spread_cour = (COUR_WORTH * believed_cour + square.reshape(places, width).sum(axis=0)) / (
                COUR_WORTH + places
            )
            dispersion = _scatter(
                counts, seen * np.exp(log_rate + variance / 2), weight * variance, dispersion
            )
    return Niveaux(
        taux=np.exp(log_rate + variance / 2),
        variance=variance,
        propre=own_log,
        dispersion=dispersion,
        _moves=moves,
        _index=index,
        _root=np.asarray(np.linalg.cholesky(covariance), dtype=np.float64),
    )


def _design(basis: Floats, share: Floats, cours: Ranks) -> tuple[Floats, Ranks]:
    """Give (J, T, L) what is common to several (the path, β, one's cour), and its ranks among all (J, L)."""
    months, width = basis.shape
    first = months + 1
    local = np.zeros((share.size, months, first + width))
    local[:, np.arange(months), np.arange(months)] = 1.0
    local[:, :, months] = share[:, None]
    local[:, :, first:] = basis
    index = np.zeros((share.size, first + width), dtype=np.intp)
    index[:, :first] = np.arange(first)
    index[:, first:] = first + cours[:, None] * width + np.arange(width)
    return local, index


def _cosines(months: int) -> tuple[Floats, Floats]:
    """Give (T, K) the cosines, the first a constant, and the variance of each for a walk of 1 a month."""
    order = np.arange(float(min(COSINES, months)))
    basis = np.cos(np.pi * np.outer(np.arange(months) + 0.5, order) / months)
    return basis, 2.0 * months / (np.pi * np.maximum(order, 1.0)) ** 2


def _path_covariance(months: int) -> Floats:
    t = np.arange(float(months))
    centred = t - t.mean()
    walk = np.minimum.outer(t, t) + 1.0
    return PATH_SD**2 + SLOPE_SD**2 * np.outer(centred, centred) + WALK_SD**2 * walk


def _evidence(counts: Floats, central: Floats, sd: Floats, dispersion: float) -> tuple[Floats, Floats]:
    """Give the expected slope and curvature of the log-likelihood in f ~ N(log(central / e), sd²)."""
    slope, curvature = np.zeros_like(counts), np.zeros_like(counts)
    for node, share in zip(_NODES, _WEIGHTS, strict=True):
        mean = central * np.exp(node * sd)
        damped = mean / (1.0 + dispersion * mean)
        slope += share * damped
        curvature += share * damped / (1.0 + dispersion * mean)
    scale = 1.0 + dispersion * counts
    return counts - scale * slope, scale * curvature


def _scatter(counts: Floats, mean: Floats, leverage: Floats, before: float) -> float:
    """Estimate c by the squares of what the means leave, each weighed by its own variance."""
    square = (counts - mean) ** 2 / (1.0 - np.minimum(leverage, 0.7))
    usual = np.where(mean > 0, mean + before * mean**2, 1.0)
    excess = float(((square - mean) * mean**2 / usual**2).sum())
    known = float((mean**4 / usual**2).sum())
    return float(np.clip((SCATTER_WORTH * SCATTER + excess) / (SCATTER_WORTH + known), 0.005, 1.0))
