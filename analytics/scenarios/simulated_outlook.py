"""Where the cours would be heading under a scenario, told in the words of the projection.

A year ends at what the projection may bring plus what the levers may add: the two are independent, so the law
of the sum is a convolution. Where the levers add nothing, it is that of the projection, exactly. Whoever
judges a cour (`position`, `releve`) is given these perspectives in place of those of scenario 0.
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from analytics.projection.outlook import Avenir, Perspectives
from analytics.statistics.negative_binomial import Loi
from analytics.statistics.ranges import Floats

_CERTAIN = 1 - 1e-10


@dataclass(frozen=True)
class _Somme:
    """The law of a count plus a whole shift drawn among some: P(sum ≤ `debut` + k) = `cumul`[k]."""

    debut: int
    cumul: Floats

    def at_most(self, count: int) -> float:
        rank = count - self.debut
        return 0.0 if rank < 0 else float(self.cumul[min(rank, self.cumul.size - 1)])

    def quantile(self, part: float) -> int:
        return self.debut + int(np.searchsorted(self.cumul, part))


def _add(mean: float, variance: float, shifts: Floats) -> _Somme:
    """Convolve a projected count with the draws of what levers add, counted whole from above."""
    law = Loi(np.array([mean]), np.array([variance]))
    last = int(law.quantile(_CERTAIN)[0])
    counts = np.arange(float(last + 1))
    below = Loi(np.full(counts.shape, mean), np.full(counts.shape, variance)).at_most(counts)
    whole = np.ceil(shifts - 1e-9).astype(np.int64)
    first = int(whole.min())
    weights = np.bincount(whole - first) / whole.size
    cumul = np.cumsum(np.convolve(np.diff(below, prepend=0.0), weights))
    return _Somme(first, np.minimum(cumul / cumul[-1], 1.0))


@dataclass(frozen=True)
class AvenirSimule(Avenir):
    """What the rest of the year may bring to some cours under a scenario.

    `moyennes` and `variances` are those of scenario 0; `effets` (H, D): what the levers add, cumulated month
    after month, in every draw.
    """

    effets: Floats = field(default_factory=lambda: np.zeros((0, 1)))

    @property
    def moyenne(self) -> float:
        """Give the mean of what is to come before the end of the year."""
        return super().moyenne + (float(self.effets[-1].mean()) if self.effets.size else 0.0)

    def means(self) -> list[float]:
        """Give the mean of what is to come, for each month to come."""
        return [plain + float(row.mean()) for plain, row in zip(self.moyennes, self.effets, strict=True)]

    @property
    def variance(self) -> float:
        """Give its variance."""
        return super().variance + (float(self.effets[-1].var()) if self.effets.size else 0.0)

    @cached_property
    def _sommes(self) -> tuple[_Somme | None, ...]:
        return tuple(
            None if not row.any() else _add(mean, variance, row)
            for mean, variance, row in zip(self.moyennes, self.variances, self.effets, strict=True)
        )

    def quantiles(self, part: float) -> list[int]:
        """Give what the sum stays under with probability `part`, for each month to come."""
        plain = super().quantiles(part)
        return [
            value if somme is None else somme.quantile(part)
            for value, somme in zip(plain, self._sommes, strict=True)
        ]

    def quantile(self, part: float) -> int:
        """Give what the whole sum stays under with probability `part`."""
        somme = self._sommes[-1] if self._sommes else None
        return super().quantile(part) if somme is None else somme.quantile(part)

    def at_least(self, count: int) -> float:
        """Give the probability that the whole sum reaches `count`."""
        somme = self._sommes[-1] if self._sommes else None
        if somme is None:
            return super().at_least(count)
        return min(max(1.0 - somme.at_most(count - 1), 0.0), 1.0)


@dataclass(frozen=True)
class PerspectivesSimulees(Perspectives):
    """The perspectives of the cours under a scenario; `effets` (C, H, D) is cumulated month after month."""

    effets: Floats = field(default_factory=lambda: np.zeros((0, 0, 1)))

    @classmethod
    def under(cls, perspectives: Perspectives, effets: Floats) -> "PerspectivesSimulees":
        """Put what levers add, (C, H, D) month by month in the order of the cours, upon scenario 0."""
        return cls(**vars(perspectives), effets=effets.cumsum(axis=1))

    def of(self, cours: Collection[str]) -> AvenirSimule | None:
        """Give what the rest of the year may bring to some cours together; None if none is projected."""
        plain = super().of(cours)
        if plain is None:
            return None
        inside = np.isin(self.cours, sorted(cours))
        together = self.effets[inside].sum(axis=0)[: len(plain.moyennes)]
        return AvenirSimule(**vars(plain), effets=together)


def draw_outlook(avenir: Avenir, points: Floats) -> Floats:
    """Draw what scenario 0 brings before the end of the year, one value for each point of 0–1."""
    if not avenir.moyennes:
        return np.zeros(points.shape)
    mean, variance = avenir.moyennes[-1], avenir.variances[-1]
    somme = _add(mean, variance, np.zeros(1))
    return somme.debut + np.searchsorted(somme.cumul, points).astype(np.float64)
