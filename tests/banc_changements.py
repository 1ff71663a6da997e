"""How often « Ce qui a changé » speaks: `uv run python -m tests.banc_changements [MONTHS]`.

Months of 37 cours in which nothing changes but what is common to all; then the same with one cour, of a
given size, that does half as much again from one month on. Beside it, an oracle that knows the mean and the
variance of every count, and is held to the same false alarms: what is told of so small numbers, at best.
"""

import sys
import time
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analytics.statistics.negative_binomial import Loi
from analytics.veille.departures import WINDOWS, find_limits, judge_month

Floats = NDArray[np.float64]

PART = 0.10
SIZES = (9.0, 11.0, 20.0, 60.0)
RISE = 1.5
KNOWN = 24
EVERYONE = np.ones((len(WINDOWS), 37 + len(SIZES)), np.bool_)


@dataclass(frozen=True)
class Suite:
    """Cours whose levels never move: exposures and true means (I, T), and `phi`, variance over mean."""

    exposition: Floats
    moyennes: Floats
    phi: float

    def draw(self, generator: np.random.Generator, means: Floats | None = None) -> Floats:
        """Draw counts, Gamma–Poisson of variance φ × mean."""
        wanted = self.moyennes if means is None else means
        excess = max(self.phi - 1, 1e-6)
        rates: Floats = generator.gamma(np.maximum(wanted, 1e-9) / excess, excess)
        counts: NDArray[np.int64] = generator.poisson(rates)
        return counts.astype(np.float64)


def make(generator: np.random.Generator, *, drift: float = 0.0) -> Suite:
    """Make 37 cours as `worlds` does, and one of each of `SIZES` at the last month; `drift`: sd a month."""
    t = np.arange(float(KNOWN + 1))
    base = generator.lognormal(5.4, 0.95, 37)
    base *= 155_000 / 12 / base.sum()
    rate = generator.uniform(0.03, 0.07) * generator.lognormal(0.0, 0.45, 37)
    # Half the worlds are settled; in the others the practice spreads, the same way for all.
    middle, slow = generator.uniform(2, 12), generator.uniform(1.5, 5.0)
    path = np.ones(t.size) if generator.random() < 0.5 else 0.1 + 0.9 / (1 + np.exp((middle - t) / slow))
    path = path * np.exp(generator.normal(0.0, generator.uniform(0.02, 0.10), t.size))
    season = np.tile(generator.uniform(0.85, 1.12, 12), 3)[: t.size]
    sizes = np.array(SIZES)
    base, rate = np.r_[base, sizes / 0.05], np.r_[rate, np.full(sizes.size, 0.05)]
    exposition = base[:, None] * season
    means = exposition * rate[:, None] * path
    means[37:] *= (sizes / means[37:, -1])[:, None]
    means *= np.exp(np.asarray(generator.normal(0.0, drift, means.shape), np.float64).cumsum(axis=1))
    return Suite(exposition, means, 1 + generator.uniform(0.2, 2.0))


def oracle(counts: Floats, means: Floats, phi: float) -> NDArray[np.int64]:
    """Judge as `judge_month` does, knowing all: signals (2, I)."""
    mean = np.concatenate([means[:, -window:].sum(axis=1) for window in WINDOWS])
    came = np.concatenate([counts[:, -window:].sum(axis=1) for window in WINDOWS])
    low, high = find_limits(Loi(mean, phi * mean), PART)
    return ((came >= high).astype(np.int64) - (came <= low)).reshape(len(WINDOWS), -1)


MONTHS_OF_PAST = (6, 9, 12, 15, 18, 22)


def told_when_nothing_changes(seed: int, months: int, *, drift: float = 0.0) -> tuple[float, float]:
    """Give the share of months in which anything is told: by the product, and by the oracle."""
    generator = np.random.default_rng(seed)
    told: list[tuple[bool, bool]] = []
    for _ in range(months // len(MONTHS_OF_PAST)):
        suite = make(generator, drift=drift)
        counts = suite.draw(generator)
        for past in MONTHS_OF_PAST:
            seen = slice(0, past + 1)
            found = judge_month(counts[:, seen], suite.exposition[:, seen], EVERYONE, part=PART)
            known = oracle(counts[:, seen], suite.moyennes[:, seen], suite.phi)
            told.append((bool(found.signal.any()), bool(known.any())))
    product, best = np.array(told).mean(axis=0)
    return float(product), float(best)


def told_when_one_rises(seed: int, worlds: int, *, rise: float = RISE) -> tuple[Floats, Floats]:
    """Give, for each of `SIZES`, the share of rises told within two months: by the product, by the oracle."""
    generator = np.random.default_rng(seed)
    told, known = np.zeros((worlds, len(SIZES)), np.bool_), np.zeros((worlds, len(SIZES)), np.bool_)
    for rank in range(worlds):
        suite = make(generator)
        risen = suite.moyennes.copy()
        risen[37:, -2:] *= rise
        once, plain = suite.draw(generator, risen), suite.draw(generator)
        for which in range(len(SIZES)):
            unit = 37 + which
            counts = plain.copy()
            counts[unit] = once[unit]
            for seen in (slice(0, KNOWN), slice(0, KNOWN + 1)):
                came, exposed = counts[:, seen], suite.exposition[:, seen]
                found = judge_month(came, exposed, EVERYONE, part=PART).signal
                best = oracle(came, suite.moyennes[:, seen], suite.phi)
                told[rank, which] |= bool((found[:, unit] > 0).any())
                known[rank, which] |= bool((best[:, unit] > 0).any())
    return told.mean(axis=0), known.mean(axis=0)


def main() -> None:
    """Print the shares."""
    months = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    start = time.perf_counter()
    print(f"Rien ne change, {months} mois : au moins une cour signalée")
    for drift in (0.0, 0.03, 0.05):
        told, known = told_when_nothing_changes(1, months if not drift else months // 5, drift=drift)
        print(
            f"  dérive propre {drift:.0%} par mois : {told:.1%} des mois (oracle : {known:.1%})", flush=True
        )
    print(f"Une cour fait {RISE - 1:.0%} de plus : dit en deux mois, {months // 20} mondes")
    told, known = told_when_one_rises(2, months // 20)
    for size, found, best in zip(SIZES, told, known, strict=True):
        print(f"  {size:.0f} par mois : {found:.0%} (oracle : {best:.0%})")
    print(f"{time.perf_counter() - start:.0f} s")


if __name__ == "__main__":
    main()
