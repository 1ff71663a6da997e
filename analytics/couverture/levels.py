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
    modele = _Modele.of(counts, seen, share, cours)
    lois, appris = modele.lois, modele.start()
    for turn in range(ROUNDS):
        reponse = _respond(modele, lois, appris)
        step, covariance = _common_step(modele, lois, appris, reponse)
        own = appris.own + _own_step(modele, reponse, step)
        appris = _look_again(modele, reponse, own, appris.common + step, covariance)
        if turn >= SETTLING:
            lois = _update_spreads(modele, lois, appris, reponse)
    return Niveaux(
        taux=np.exp(appris.log_rate + appris.variance / 2),
        variance=appris.variance,
        propre=appris.own_log,
        dispersion=lois.dispersion,
        _moves=appris.moves,
        _index=modele.index,
        _root=np.asarray(np.linalg.cholesky(appris.covariance), dtype=np.float64),
    )


@dataclass(frozen=True)
class _Lois:
    """What is supposed of the spreads: of what is own (K, K) and of the cours (K,), and c (`dispersion`)."""

    own: Floats
    cour: Floats
    dispersion: float


@dataclass(frozen=True)
class _Modele:
    """The model and what is observed: f_jt = `origin` + `basis` × own_j + `local`_j × common.

    `basis` (T, K): the level and the drifts; `local` (J, T, L): how what is common comes into f, by the ranks
    `index` (J, L) of the C common unknowns: path of the country, β, then K of each cour (`of_cours`).
    `prior` (C, C) is the precision of the path and of β around `believed` (C,); `lois`: what is believed.
    """

    counts: Floats
    seen: Floats
    basis: Floats
    local: Floats
    index: Ranks
    of_cours: Ranks
    prior: Floats
    believed: Floats
    origin: float
    lois: _Lois

    @classmethod
    def of(cls, counts: Floats, seen: Floats, share: Floats, cours: Ranks) -> "_Modele":
        """Lay the model out on what is observed."""
        months = seen.shape[1]
        counts = np.where(seen > 0, counts, 0.0)
        basis, speeds = _cosines(months)
        level = np.arange(speeds.size) == 0
        local, index = _design(basis, share, cours)
        size = months + 1 + (int(cours.max(initial=0)) + 1) * speeds.size
        prior, believed = np.zeros((size, size)), np.zeros(size)
        prior[:months, :months] = np.linalg.inv(_path_covariance(months))
        prior[months, months] = SHARE_SD**-2
        believed[months] = SHARE
        return cls(
            counts=counts,
            seen=seen,
            basis=basis,
            local=local,
            index=index,
            of_cours=np.arange(months + 1, size, dtype=np.intp),
            prior=prior,
            believed=believed,
            origin=float(np.log((counts.sum() + 0.5) / seen.sum())) if seen.any() else float(np.log(NOWHERE)),
            lois=_Lois(
                own=np.diag(np.where(level, OWN_SD**2, OWN_DRIFT**2 * speeds)),
                cour=np.where(level, COUR_SD**2, COUR_DRIFT**2 * speeds),
                dispersion=SCATTER,
            ),
        )

    @property
    def pairs(self) -> tuple[Ranks, Ranks]:
        """Give the ranks of the pairs of common unknowns that each juridiction knows, (J, L, L)."""
        return self.index[:, :, None], self.index[:, None, :]

    def start(self) -> "_Appris":
        """Begin where everybody does as the country does, as if it were sure."""
        units, months = self.seen.shape
        return _Appris(
            own=np.zeros((units, self.basis.shape[1])),
            common=self.believed,
            covariance=np.eye(self.believed.size),
            log_rate=np.full_like(self.seen, self.origin),
            variance=np.zeros_like(self.seen),
            own_log=np.zeros((units, months, months)),
            moves=self.local,
        )


@dataclass(frozen=True)
class _Appris:
    """What is learnt so far: `own` (J, K) and `common` (C,) with its `covariance`, and f that they make.

    f has mean `log_rate` and variance `variance` (J, T), of which `own_log` (J, T, T) is each juridiction's
    own; `moves` (J, T, L): how f moves with what is common, what is own following.
    """

    own: Floats
    common: Floats
    covariance: Floats
    log_rate: Floats
    variance: Floats
    own_log: Floats
    moves: Floats


@dataclass(frozen=True)
class _Reponse:
    """How each juridiction answers to what is observed, what is common being given.

    `pull`, `weight` (J, T): slope and curvature of the log-likelihood in f. `own_pull` (J, K) and
    `own_covariance` (J, K, K): those of what is own; `crossed` (J, K, L): its curvature with what is common,
    which it `follows` (J, K, L).
    """

    pull: Floats
    weight: Floats
    own_pull: Floats
    own_covariance: Floats
    crossed: Floats
    follows: Floats


def _respond(modele: _Modele, lois: _Lois, appris: _Appris) -> _Reponse:
    """Solve each juridiction given what is common."""
    basis, precision = modele.basis, np.linalg.inv(lois.own)
    central = modele.seen * np.exp(appris.log_rate)
    pull, weight = _evidence(modele.counts, central, np.sqrt(appris.variance), lois.dispersion)
    own_covariance = _inverse((basis.T * weight[:, None, :]) @ basis + precision)
    crossed = basis.T @ (weight[:, :, None] * modele.local)
    return _Reponse(
        pull=pull,
        weight=weight,
        own_pull=pull @ basis - appris.own @ precision,
        own_covariance=own_covariance,
        crossed=crossed,
        follows=own_covariance @ crossed,
    )


def _common_step(modele: _Modele, lois: _Lois, appris: _Appris, reponse: _Reponse) -> tuple[Floats, Floats]:
    """Give the Newton step of what is common, what is own being eliminated, and its covariance."""
    local, index, follows = modele.local, modele.index, reponse.follows
    gradient, system = np.zeros(modele.believed.size), modele.prior.copy()
    system[modele.of_cours, modele.of_cours] = 1.0 / np.tile(
        lois.cour, modele.of_cours.size // lois.cour.size
    )
    gradient -= system @ (appris.common - modele.believed)
    np.add.at(
        gradient,
        index,
        np.einsum("jtl,jt->jl", local, reponse.pull) - np.einsum("jkl,jk->jl", follows, reponse.own_pull),
    )
    weighted = reponse.weight[:, :, None] * local
    seen = local.transpose(0, 2, 1) @ weighted - reponse.crossed.transpose(0, 2, 1) @ follows
    np.add.at(system, modele.pairs, seen)
    covariance = _inverse(system)
    return np.clip(covariance @ gradient, -1.0, 1.0), covariance


def _inverse(matrices: Floats) -> Floats:
    return np.asarray(np.linalg.inv(matrices), dtype=np.float64)


def _own_step(modele: _Modele, reponse: _Reponse, step: Floats) -> Floats:
    """Give the step of what is own: its pull, and what it follows of the common step."""
    pulled = np.einsum("jkl,jl->jk", reponse.own_covariance, reponse.own_pull)
    followed = np.einsum("jkl,jl->jk", reponse.follows, step[modele.index])
    return np.clip(pulled - followed, -1.0, 1.0)


def _look_again(
    modele: _Modele, reponse: _Reponse, own: Floats, common: Floats, covariance: Floats
) -> _Appris:
    """Give what f becomes once what is own and what is common have moved."""
    basis, local = modele.basis, modele.local
    moves = local - basis @ reponse.follows
    own_log = basis @ reponse.own_covariance @ basis.T
    shared = covariance[modele.pairs]
    return _Appris(
        own=own,
        common=common,
        covariance=covariance,
        log_rate=modele.origin + own @ basis.T + np.einsum("jtl,jl->jt", local, common[modele.index]),
        variance=np.einsum("jtt->jt", own_log) + ((moves @ shared) * moves).sum(axis=2),
        own_log=own_log,
        moves=moves,
    )


def _update_spreads(modele: _Modele, lois: _Lois, appris: _Appris, reponse: _Reponse) -> _Lois:
    """Estimate the spreads and c again, around what is believed of them."""
    believed, follows, of_cours = modele.lois, reponse.follows, modele.of_cours
    units, width = appris.own.shape
    found = np.einsum("jk,jl->kl", appris.own, appris.own)
    shared = appris.covariance[modele.pairs]
    found = found + (reponse.own_covariance + follows @ shared @ follows.transpose(0, 2, 1)).sum(axis=0)
    square = (appris.common[of_cours] ** 2 + np.diag(appris.covariance)[of_cours]).reshape(-1, width)
    mean = modele.seen * np.exp(appris.log_rate + appris.variance / 2)
    return _Lois(
        own=(OWN_WORTH * believed.own + found) / (OWN_WORTH + units),
        cour=(COUR_WORTH * believed.cour + square.sum(axis=0)) / (COUR_WORTH + len(square)),
        dispersion=_scatter(modele.counts, mean, reponse.weight * appris.variance, lois.dispersion),
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
