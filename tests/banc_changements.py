"""How often « Ce qui a changé » speaks: `uv run python -m tests.banc_changements [MONTHS]`.

Months of 37 cours in which nothing changes but what is common to all; then the same with one cour, of a
given size, that does half as much again from one month on. Beside it, an oracle that knows the mean and the
variance of every count, and is held to the same false alarms: what is told of so small numbers, at best.
Last, juridictions that answer or not at random, as they are declared: silence makes no change either.
"""

import sys
import time
from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl
from numpy.typing import NDArray

from analytics.objectif.profile import season_of
from analytics.statistics.negative_binomial import Loi
from analytics.veille.departures import (
    EXPECTED,
    FALL,
    RISE,
    WINDOWS,
    find_limits,
    judge_cours,
    judge_month,
)
from analytics.vocabulary.parameters import Parametres
from analytics.vocabulary.periods import list_months
from analytics.vocabulary.schemas import TotalJuridiction
from data.reference import load_parameters
from tests.analytics.frames import total, totals

Floats = NDArray[np.float64]

PART = 0.10
SIZES = (9.0, 11.0, 20.0, 60.0)
HALF_MORE = 1.5
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


def told_when_one_rises(seed: int, worlds: int, *, rise: float = HALF_MORE) -> tuple[Floats, Floats]:
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


def told_with_silences(
    seed: int, worlds: int, *, first: float, last: float, parametres: Parametres
) -> tuple[float, float]:
    """Give the share of months in which anything is told though nothing changes, and of cours judged.

    Around 175 juridictions, each at its own level, answer with a chance that goes from `first` to `last`.
    """
    generator = np.random.default_rng(seed)
    months = list_months(date(2009, 1, 1), date(2010, 12, 1))
    season = np.array([float(part) * 12 for part in season_of(2009, parametres)] * 2)
    told: list[tuple[bool, float]] = []
    for _ in range(worlds):
        sizes = generator.lognormal(0.0, 0.7, 37)
        cours = np.repeat(np.arange(37), 2 + generator.poisson(101 * np.asarray(sizes / sizes.sum())))
        units = int(cours.size)
        base: Floats = generator.lognormal(0.0, 0.75, units)
        level: Floats = generator.normal(0.0, 0.4, 37)[cours] + generator.normal(0.0, 0.6, units)
        rate = generator.uniform(0.03, 0.07) * 12_900 / float(base.sum())
        mean: Floats = (base * np.exp(level) * rate)[:, None] * season
        draws: Floats = generator.random((units, 24))
        answers = draws < np.linspace(first, last, 24)
        suite = Suite(mean, mean * np.exp(generator.normal(0.0, 0.06, 24)), 1 + generator.uniform(0.2, 2.0))
        due = pl.DataFrame(
            {
                "cour": np.repeat(np.char.mod("C%02d", cours), 24),
                "juridiction": np.repeat(np.char.mod("J%03d", np.arange(units)), 24),
                "mois": months * units,
                "came": suite.draw(generator).astype(np.int64).ravel(),
                "answers": answers.ravel(),
            }
        )
        rows = due.filter("answers").select("mois", "juridiction", "cour", "came").iter_rows()
        totaux = totals([total(*row) for row in rows])
        for day in (months[rank] for rank in (8, 12, 16, 20, 23)):
            known = pl.col("mois") <= day
            found = judge_cours(
                TotalJuridiction.cast(totaux.filter(known)),
                due.filter(known).select("mois", "juridiction", "cour"),
                mois=day,
                constats={},
                parametres=parametres,
            )["etat"]
            moved = found.is_in([RISE, FALL])
            told.append((bool(moved.any()), float((moved | (found == EXPECTED)).sum()) / found.len()))
    shares = np.array(told).mean(axis=0)
    return float(shares[0]), float(shares[1])


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
    for rise in (HALF_MORE, 2.0):
        print(f"Une cour fait {rise - 1:.0%} de plus : dit en deux mois, {months // 40} mondes")
        told, known = told_when_one_rises(2, months // 40, rise=rise)
        for size, found, best in zip(SIZES, told, known, strict=True):
            print(f"  {size:.0f} par mois : {found:.0%} (oracle : {best:.0%})", flush=True)
    print("Rien ne change, les juridictions répondent au hasard")
    for first, last in ((1.0, 1.0), (0.8, 0.8), (0.4, 0.9)):
        share, judged = told_with_silences(
            3, months // 50, first=first, last=last, parametres=load_parameters()
        )
        print(
            f"  de {first:.0%} à {last:.0%} : {share:.1%} des mois, {judged:.0%} des cours jugées", flush=True
        )
    print(f"{time.perf_counter() - start:.0f} s")


if __name__ == "__main__":
    main()
