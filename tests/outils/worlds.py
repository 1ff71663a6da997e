"""Simulated worlds: read, or made from a seed, to judge a method on a truth that is known.

Never shown as data. Made ones are laid out as those that are read: famille, monde, cour, mois (1–24),
base_mensuelle (extractions a month before any videoconference), saison (mean 1), evitees.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from analytics.vocabulary.errors import UserFacingError

Floats = NDArray[np.float64]

FAMILIES = ("growth", "flat", "late", "fast")
COLUMNS = {
    "famille": pl.String,
    "monde": pl.Int64,
    "cour": pl.String,
    "mois": pl.Int64,
    "base_mensuelle": pl.Float64,
    "saison": pl.Float64,
    "evitees": pl.Int64,
}
RATE = 0.05
MONTHS = 24


@dataclass(frozen=True)
class Monde:
    """One world: counts and exposures (cours, months), and the objective of a year for each cour."""

    famille: str
    numero: int
    evitees: Floats
    exposition: Floats
    objectif: Floats


# Worlds of juridictions that answer or not, over two years.
ANSWER_COLUMNS = {
    "famille": pl.String,
    "reponse": pl.String,
    "monde": pl.Int64,
    "cour": pl.Int64,
    "juridiction": pl.Int64,
    "mois": pl.Int64,
    "base_mensuelle": pl.Float64,
    "saison": pl.Float64,
    "evitees_vraies": pl.Int64,
    "a_repondu": pl.Boolean,
}


def read_worlds(path: Path) -> pl.DataFrame:
    """Read worlds from a Parquet file; say in French what is wrong with it."""
    return _read(path, COLUMNS)


def read_answers(path: Path) -> pl.DataFrame:
    """Read worlds of juridictions that answer or not, likewise."""
    return _read(path, ANSWER_COLUMNS).sort("famille", "reponse", "monde", "cour", "juridiction", "mois")


def _read(path: Path, columns: Mapping[str, Any]) -> pl.DataFrame:
    try:
        frame = pl.read_parquet(path)
    except (OSError, pl.exceptions.PolarsError) as error:
        raise UserFacingError(
            f"{path} ne peut pas être lu comme un fichier Parquet : vérifiez le chemin et le format."
        ) from error
    missing = [name for name in columns if name not in frame.columns]
    if missing:
        raise UserFacingError(f"{path} n'a pas les colonnes attendues : il manque {', '.join(missing)}.")
    try:
        return frame.select(pl.col(name).cast(kind) for name, kind in columns.items())
    except pl.exceptions.PolarsError as error:
        raise UserFacingError(f"{path} : une colonne n'a pas le type attendu.") from error


def each_world(frame: pl.DataFrame) -> Iterator[Monde]:
    """Give the worlds of a frame one by one, cours and months in order."""
    for (famille, numero), rows in frame.sort("famille", "monde", "cour", "mois").group_by(
        "famille", "monde", maintain_order=True
    ):
        units = rows["cour"].n_unique()
        shape = (units, rows.height // units)
        base = rows["base_mensuelle"].to_numpy().reshape(shape)
        yield Monde(
            famille=str(famille),
            numero=int(str(numero)),
            evitees=rows["evitees"].to_numpy().reshape(shape).astype(np.float64),
            exposition=base * rows["saison"].to_numpy().reshape(shape),
            objectif=RATE * 12 * base[:, 0],
        )


_SEASON = np.array([1.00, 0.98, 1.12, 1.02, 0.95, 1.10, 0.88, 0.55, 1.00, 1.12, 1.05, 0.93])


def simulate(seed: int, *, worlds: int) -> pl.DataFrame:
    """Make worlds of the four families from a seed.

    Each cour follows a logistic adoption of its own around that of the country (except where it is flat),
    from a first few that already use it, with a national shock a month, its own slow drift, and counts
    more scattered than Poisson.
    """
    generator = np.random.default_rng(seed)
    frames = [_world(generator, famille, numero) for famille in FAMILIES for numero in range(worlds)]
    return pl.concat(frames)


def _world(generator: np.random.Generator, famille: str, numero: int) -> pl.DataFrame:
    units = 37
    base = np.sort(generator.lognormal(5.4, 0.95, units))[::-1]
    base *= 155_000 / 12 / base.sum()
    season = _SEASON * generator.normal(1.0, 0.02, 12)
    season = np.tile(season / season.mean(), MONTHS // 12)
    t: Floats = np.arange(MONTHS, dtype=np.float64)
    ceiling = generator.uniform(0.04, 0.09) * generator.lognormal(0.0, 0.45, units)
    match famille:
        case "flat":
            adoption = np.ones((units, MONTHS))
            ceiling = generator.uniform(0.02, 0.06) * generator.lognormal(0.0, 0.5, units)
        case "late":
            middle = generator.uniform(14, 18) + generator.normal(0.0, 2.0, units)
            adoption = _logistic(t, middle, generator.uniform(2.0, 4.0, units), first=0.06)
        case "fast":
            middle = generator.uniform(2, 6) + generator.normal(0.0, 1.2, units)
            adoption = _logistic(t, middle, generator.uniform(1.2, 2.5, units), first=0.12)
        case _:
            middle = generator.uniform(6, 12) + generator.normal(0.0, 2.5, units)
            adoption = _logistic(t, middle, generator.uniform(2.5, 5.0, units), first=0.06)
    counts = _drawn(generator, base[:, None] * season * ceiling[:, None] * adoption)
    return pl.DataFrame(
        {
            "famille": [famille] * counts.size,
            "monde": [numero] * counts.size,
            "cour": np.repeat([f"C{rank:02d}" for rank in range(units)], MONTHS),
            "mois": np.tile(t + 1, units).astype(np.int64),
            "base_mensuelle": np.repeat(base, MONTHS),
            "saison": np.tile(season, units),
            "evitees": counts.ravel(),
        },
        schema=COLUMNS,
    )


def _drawn(generator: np.random.Generator, expected: Floats) -> NDArray[np.int64]:
    """Draw two years of counts (units, months): a shock a month for all, a slow drift for each, chance."""
    shock = np.exp(generator.normal(0.0, generator.uniform(0.02, 0.10), MONTHS))
    drift = np.exp(generator.normal(0.0, 0.05, expected.shape).cumsum(axis=1))
    excess = generator.uniform(0.2, 2.0)
    # Gamma–Poisson of variance (1 + excess) × mean.
    rates: Floats = generator.gamma(np.maximum(expected * shock * drift, 1e-9) / excess, excess)
    return generator.poisson(rates)


def _logistic(t: Floats, middle: Floats, slowness: Floats, *, first: float) -> Floats:
    return first + (1 - first) / (1 + np.exp((middle[:, None] - t) / slowness[:, None]))


SILENCES = ("au_hasard", "liee_a_l_usage", "liee_au_moment")


def simulate_silences(seed: int, *, worlds: int) -> pl.DataFrame:
    """Make worlds of juridictions of which some are silent, each told with three kinds of silence.

    Every juridiction has a ceiling and an adoption of its own, partly shared with its cour; how often it
    answers is its own too. Where silence is related to use, those that use video more answer more; where it
    is related to the moment, each answers more in the months when it uses it more: no estimate models that.
    """
    generator = np.random.default_rng(seed)
    return pl.concat([_silent_world(generator, numero) for numero in range(worlds)])


def _silent_world(generator: np.random.Generator, numero: int) -> pl.DataFrame:
    sizes = generator.lognormal(0.0, 0.7, 37)
    members: NDArray[np.int64] = 2 + generator.poisson(101 * np.asarray(sizes / sizes.sum()))
    cours = np.repeat(np.arange(37), members)
    units, months = cours.size, 12
    base = generator.lognormal(0.0, 0.75, units)
    base *= 155_000 / 12 / base.sum()
    season = _SEASON * generator.normal(1.0, 0.02, months)
    season /= season.mean()
    t: Floats = np.arange(months, dtype=np.float64)

    def shared(cour_sd: float, own_sd: float) -> Floats:
        return generator.normal(0.0, cour_sd, 37)[cours] + generator.normal(0.0, own_sd, units)

    ceiling = generator.uniform(0.03, 0.08) * np.exp(
        shared(generator.uniform(0.2, 0.7), generator.uniform(0.4, 0.9))
    )
    middle = generator.uniform(4, 10) + shared(generator.uniform(0.5, 2.0), generator.uniform(2.0, 5.0))
    adoption = _logistic(t, middle, generator.uniform(1.5, 5.0, units), first=generator.uniform(0.02, 0.15))
    shock = np.exp(generator.normal(0.0, generator.uniform(0.02, 0.10), months))
    drift = np.exp(generator.normal(0.0, 0.05, (units, months)).cumsum(axis=1))
    mean: Floats = base[:, None] * season * ceiling[:, None] * adoption * shock * drift
    # Of variance (1 + excess) × mean + scatter × mean²: chance, and months that go better or worse.
    excess, scatter = generator.uniform(0.05, 0.6), generator.uniform(0.03, 0.20)
    lucky = mean * generator.gamma(1 / scatter, scatter, mean.shape)
    rates: Floats = generator.gamma(np.maximum(lucky, 1e-9) / excess, excess)
    counts: NDArray[np.int64] = generator.poisson(rates)

    # The answers rise from 40 % to 90 %; `use` is what each does beside the others, that month or all along.
    use: Floats = np.log(ceiling[:, None] * adoption * drift)
    use -= use.mean(axis=0)
    lasting = use.mean(axis=1, keepdims=True) * np.ones(months)
    rise = np.linspace(-0.6, 3.6, months)
    own = generator.normal(0.0, 1.7, (units, 1)) + np.zeros(months)
    draw = generator.random((units, months))
    tied = generator.uniform(0.5, 1.2)
    frames: list[pl.DataFrame] = []
    for genre, habit in zip(
        SILENCES, (own, own + tied * lasting / lasting.std(), own + tied * use / use.std()), strict=True
    ):
        answered = draw < 1 / (1 + np.exp(-rise - habit))
        frames.append(
            pl.DataFrame(
                {
                    "non_reponse": [genre] * counts.size,
                    "monde": [numero] * counts.size,
                    "cour": np.repeat(np.char.mod("C%02d", cours), months),
                    "juridiction": np.repeat(np.char.mod("J%03d", np.arange(units)), months),
                    "mois": np.tile(np.arange(1, months + 1), units),
                    "base_mensuelle": np.repeat(base, months),
                    "saison": np.tile(season, units),
                    "evitees_vraies": counts.ravel().astype(np.float64),
                    "a_repondu": answered.ravel(),
                }
            )
        )
    return pl.concat(frames)


ANSWERS = ("monte", "stable", "baisse", "saute")


def simulate_answers(seed: int, *, worlds: int) -> pl.DataFrame:
    """Make two years of juridictions, of the four families of practice, that answer in four ways.

    The share that answers rises from 40 to 92 %, stays at 79 %, falls from 88 to 52 % then comes back, or
    jumps from 47 to 88 % in July. Those that use video more answer more, and who answered last month does
    so more often.
    """
    generator = np.random.default_rng(seed)
    return pl.concat(
        [
            _answering_world(generator, famille, reponse, numero)
            for famille in FAMILIES
            for reponse in ANSWERS
            for numero in range(worlds)
        ]
    )


_SPREAD = {  # middle between, spread of it, slowness between, first users
    "late": (14.0, 18.0, 2.0, 2.0, 4.0, 0.06),
    "fast": (2.0, 6.0, 1.2, 1.2, 2.5, 0.12),
    "growth": (6.0, 12.0, 2.5, 2.5, 5.0, 0.06),
}


def _answering_world(generator: np.random.Generator, famille: str, reponse: str, numero: int) -> pl.DataFrame:
    sizes = generator.lognormal(0.0, 0.7, 37)
    members: NDArray[np.int64] = 1 + generator.poisson(140 * np.asarray(sizes / sizes.sum()))
    cours = np.repeat(np.arange(37), members)
    units = cours.size
    base = generator.lognormal(0.0, 0.7, units)
    base *= 155_000 / 12 / base.sum()
    season = _SEASON * generator.normal(1.0, 0.02, 12)
    season = np.tile(season / season.mean(), MONTHS // 12)
    t: Floats = np.arange(MONTHS, dtype=np.float64)

    def shared(cour_sd: float, own_sd: float) -> Floats:
        return generator.normal(0.0, cour_sd, 37)[cours] + generator.normal(0.0, own_sd, units)

    apart = np.exp(shared(0.45, 0.55))
    if famille == "flat":
        ceiling, adoption = generator.uniform(0.03, 0.08) * apart, np.ones((units, MONTHS))
    else:
        first, last, spread, quick, slow, users = _SPREAD[famille]
        ceiling = generator.uniform(0.04, 0.09) * apart
        middle = generator.uniform(first, last) + shared(0.8 * spread, 0.6 * spread)
        adoption = _logistic(t, middle, generator.uniform(quick, slow, units), first=users)
    counts = _drawn(generator, base[:, None] * season * ceiling[:, None] * adoption)

    use: Floats = np.log(ceiling)
    habit = generator.normal(0.0, 1.1, units) + 0.8 * (use - use.mean()) / use.std()
    answered = np.zeros((units, MONTHS), dtype=np.bool_)
    for month, share in enumerate(_shares(reponse)):
        drawn = generator.random(units) < 1 / (1 + np.exp(-habit - _shift(habit, share)))
        kept = (generator.random(units) < 0.25) & (month > 0)
        answered[:, month] = np.where(kept, answered[:, month - 1], drawn)
    return pl.DataFrame(
        {
            "famille": [famille] * counts.size,
            "reponse": [reponse] * counts.size,
            "monde": [numero] * counts.size,
            "cour": np.repeat(cours, MONTHS),
            "juridiction": np.repeat(np.arange(units), MONTHS),
            "mois": np.tile(t + 1, units).astype(np.int64),
            "base_mensuelle": np.repeat(base, MONTHS),
            "saison": np.tile(season, units),
            "evitees_vraies": counts.ravel(),
            "a_repondu": answered.ravel(),
        },
        schema=ANSWER_COLUMNS,
    )


def _shares(reponse: str) -> list[float]:
    months = range(MONTHS)
    match reponse:
        case "monte":
            return [0.40 + 0.52 * min(month, 11) / 11 for month in months]
        case "baisse":
            return [
                0.88 - 0.36 * month / 11 if month < 12 else min(0.72 + 0.008 * (month - 12), 0.80)
                for month in months
            ]
        case "saute":
            return [0.47 if month < 6 else 0.88 for month in months]
        case _:
            return [0.79] * MONTHS


def _shift(habit: Floats, share: float) -> float:
    """Find what to add to the habits for that share to answer on average, by bisection."""
    low, high = -12.0, 12.0
    for _ in range(50):
        middle = (low + high) / 2
        if float((1 / (1 + np.exp(-habit - middle))).mean()) < share:
            low = middle
        else:
            high = middle
    return low
