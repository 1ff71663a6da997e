"""Which cours leave, this month, what was to be expected of them.

Each cour is set against its own level, learnt from its months before, times the path of the others this
month: what everybody does is a change of nobody. Its count is believed negative binomial (Gamma–Poisson,
older months counting less); memory and dispersion are weighed on all the cours together, by how well each
month was announced by those before it. This month alone is judged, and the last two as one. The threshold is
one for all: as far out as it must be for chance to tell something, anywhere, no more often than is asked.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from itertools import product

import dataframely as dy
import numpy as np
import polars as pl
from numpy.typing import NDArray

from analytics.objectif.profile import season_of
from analytics.statistics.negative_binomial import Loi
from analytics.veille.control_chart import Constat
from analytics.vocabulary.parameters import Parametres
from analytics.vocabulary.periods import MONTHS_IN_YEAR, list_months
from analytics.vocabulary.schemas import TotalJuridiction

Floats = NDArray[np.float64]

# Months judged: the last one, and the last two as one.
WINDOWS = (1, 2)
# Fewer months than this, answered before those judged, do not make a level.
LEAST_HISTORY = 3
# Who usually answers is read on these last months.
USUAL_MONTHS = 6

RISE, FALL, EXPECTED, NO_PAST, OTHER_ANSWERS = (
    "hausse",
    "baisse",
    "attendu",
    "passé insuffisant",
    "réponses inhabituelles",
)


class EcartDuMois(dy.Schema):
    """A month of a cour against what was expected of it.

    `mois_juges`: 1, or 2 where this month and the one before are judged as one; `evitees` and `attendues` are
    over these months. `ecart`: in standard deviations. `carte`: the sense of the signal of its control chart
    for this month, 0 if it has none; null where it has no chart.
    """

    cour = dy.String(primary_key=True)
    etat = dy.String(check=lambda c: c.is_in([RISE, FALL, EXPECTED, NO_PAST, OTHER_ANSWERS]))
    mois_juges = dy.Int64(min=1, max=2)
    evitees = dy.Int64(min=0)
    attendues = dy.Float64(min=0)
    ecart = dy.Float64()
    carte = dy.Int64(nullable=True, min=-1, max=1)


def judge_cours(
    totaux: dy.DataFrame[TotalJuridiction],
    attendues: pl.DataFrame,
    *,
    mois: date,
    constats: Mapping[str, Constat | None],
    parametres: Parametres,
) -> dy.DataFrame[EcartDuMois]:
    """Judge the month of every cour in force: give those of all, and restrict them before showing.

    What a cour is exposed to in a month: the season × the share that answered, each juridiction weighing what
    it usually avoids. Its base is the same all along, and its level is learnt: it would change nothing. A
    cour that answered otherwise than usual is not judged: that is told by its silence. `constats`: what the
    control charts say, by cour.
    """
    past = round(parametres.at("changement_mois", mois).valeur)
    months = list_months(_months_before(mois, past), mois)
    due = attendues.filter(pl.col("mois").is_in(months))
    cours = sorted(due.filter(pl.col("mois") == mois)["cour"].unique())
    if not cours:
        return EcartDuMois.create_empty()
    counts, share = _lay_out(totaux, due, cours, months)
    season = [float(season_of(day.year, parametres)[day.month - 1]) * MONTHS_IN_YEAR for day in months]
    exposition = share * np.array(season)

    room = float(parametres.at("changement_reponse", mois).valeur)
    before = share[:, -1 - USUAL_MONTHS : -1]
    usual = _rate(before.sum(axis=1), (before > 0).sum(axis=1).astype(np.float64))
    alike = (np.abs(share[:, -2:] - usual[:, None]) <= room * usual[:, None]) & (share[:, -2:] > 0)
    answers = np.stack([alike[:, -1], alike.all(axis=1)])
    enough = np.stack([(share[:, :-window] > 0).sum(axis=1) >= LEAST_HISTORY for window in WINDOWS])
    part = float(parametres.at("changement_fausses_alertes", mois).valeur)
    found = judge_month(counts, exposition, answers & enough, part=part)

    rows: list[tuple[object, ...]] = []
    for rank, cour in enumerate(cours):
        # Of two that are told, the one further out; else this month alone.
        told = [window for window in range(len(WINDOWS)) if found.signal[window, rank]]
        window = max(told, key=lambda each: abs(found.ecart[each, rank]), default=0)
        state = {1: RISE, -1: FALL}.get(int(found.signal[window, rank]), EXPECTED)
        state = state if answers[0, rank] else OTHER_ANSWERS
        state = state if enough[0, rank] else NO_PAST
        constat = constats.get(cour)
        chart = constat.sens if constat is not None and constat.mois == mois else None
        figures = (int(found.compte[window, rank]), float(found.attendu[window, rank]))
        rows.append((cour, state, WINDOWS[window], *figures, float(found.ecart[window, rank]), chart))
    return EcartDuMois.validate(pl.DataFrame(rows, schema=EcartDuMois.create_empty().schema, orient="row"))


def _months_before(mois: date, count: int) -> date:
    rank = mois.year * MONTHS_IN_YEAR + mois.month - 1 - count
    return date(rank // MONTHS_IN_YEAR, rank % MONTHS_IN_YEAR + 1, 1)


def _lay_out(
    totaux: dy.DataFrame[TotalJuridiction], due: pl.DataFrame, cours: list[str], months: list[date]
) -> tuple[Floats, Floats]:
    """Give (I, T) what each cour avoided, and the share of its usual volume that answered."""
    answers = totaux.select("mois", "juridiction", came="evitees_objectif")
    known = due.join(answers, on=["mois", "juridiction"], how="left")
    learnt = known.filter(pl.col("mois").is_in(months[:-2]), pl.col("came").is_not_null())
    of_cour = learnt.group_by("cour").agg(typical=pl.col("came").mean())
    own = learnt.group_by("juridiction").agg(total=pl.col("came").sum(), times=pl.len())
    # A juridiction never seen weighs what one of its cour does; one seen once is half believed.
    typical = pl.col("typical").fill_null(0.0) + 0.1
    weighed = (
        known.join(of_cour, on="cour", how="left")
        .join(own, on="juridiction", how="left")
        .with_columns(
            weight=(pl.col("total").fill_null(0) + typical) / (pl.col("times").fill_null(0) + 1),
        )
    )
    sums = weighed.group_by("cour", "mois").agg(
        count=pl.col("came").sum(),
        share=pl.col("weight").filter(pl.col("came").is_not_null()).sum() / pl.col("weight").sum(),
    )
    places = pl.DataFrame({"cour": cours}).join(pl.DataFrame({"mois": months}), how="cross")
    laid = places.join(sums, on=["cour", "mois"], how="left", maintain_order="left")
    shape = (len(cours), len(months))
    counts, share = (
        laid[name].fill_null(0).to_numpy().astype(np.float64).reshape(shape) for name in ("count", "share")
    )
    return counts, share


_FADING = (0.75, 0.85, 0.92, 0.97, 1.0)
_SCATTER = (1.0, 1.2, 1.45, 1.75, 2.1, 2.5, 3.0, 3.7, 4.5, 5.5)
_SHOCK = (0.0, 0.003, 0.01, 0.03, 0.09)
_DELTA, _PHI, _KAPPA = np.array(list(product(_FADING, _SCATTER, _SHOCK))).T
# Before any figure: memory around ten months, variance about twice the mean, months of one cour alike.
_BELIEF: Floats = (
    -0.5 * ((_DELTA - 0.92) / 0.08) ** 2 - 0.5 * ((np.log(_PHI) - np.log(2.0)) / 0.6) ** 2 - _KAPPA / 0.05
)
# A month of the others is trusted as this many extractions less it: few others say little of the path.
_PATH_WEIGHT = 20.0
# What one cour brings to the path of the others is held within so many standard deviations.
_HELD = 3.0


@dataclass(frozen=True)
class Jugement:
    """What was expected of I units and what came, for each of `WINDOWS`: arrays (2, I).

    `signal`: 1 above what chance allows, −1 under it, 0 within. `ecart`: in standard deviations.
    """

    compte: Floats
    loi: Loi
    signal: NDArray[np.int64]

    @property
    def attendu(self) -> Floats:
        """Give the counts expected."""
        return self.loi.moyenne.reshape(self.compte.shape)

    @property
    def ecart(self) -> Floats:
        """Give how far each count is from what was expected, in standard deviations."""
        spread = np.sqrt(self.loi.variance).reshape(self.compte.shape)
        return _rate(self.compte - self.attendu, spread)


def judge_month(evitees: Floats, exposition: Floats, juges: NDArray[np.bool_], *, part: float) -> Jugement:
    """Judge the last month of every unit, and its last two as one.

    `evitees`, `exposition`: (I, T), in order, the last column being the month; an exposure of zero is a month
    without answer. `juges` (2, I): over which of `WINDOWS` each is judged; all of them show the path. `part`:
    the chance that, nothing having changed, anything is told at all.
    """
    law = expect_month(evitees, exposition)
    came = np.stack([evitees[:, -window:].sum(axis=1) for window in WINDOWS])
    judged = juges.ravel()
    found = np.zeros(came.size, np.int64)
    kept = Loi(law.moyenne[judged], law.variance[judged])
    if judged.any():
        low, high = find_limits(kept, part)
        counts = came.ravel()[judged]
        found[judged] = (counts >= high).astype(np.int64) - (counts <= low)
    return Jugement(came, law, found.reshape(came.shape))


def find_limits(law: Loi, part: float) -> tuple[Floats, Floats]:
    """Give the counts, at or under and at or over which a law is left: `part` of the time, all together.

    One probability serves for all; counts being whole, each law is left less often than that, and the
    probability is raised until their sum is what is asked (Tarone 1990, for tests of small counts).
    """
    # At this probability, two sides of every law cannot make more than what is asked.
    narrow = np.log(part / (2 * law.moyenne.size))
    low, high = _sides(law, float(np.exp(narrow)))
    wide = narrow + np.log(8)
    inner_low, inner_high = _sides(law, float(np.exp(wide)))
    for _ in range(8):
        tail = float(np.exp((narrow + wide) / 2))
        below = law.quantile(tail, between=(low, inner_low))
        above = law.quantile(1 - tail, between=(inner_high, high))
        if float((law.at_most(below - 1) + law.at_least(above + 1)).sum()) <= part:
            narrow, low, high = np.log(tail), below, above
        else:
            wide, inner_low, inner_high = np.log(tail), below, above
    return low - 1, high + 1


def _sides(law: Loi, tail: float) -> tuple[Floats, Floats]:
    """Give the quantiles of a probability, and of what it leaves to one."""
    return law.quantile(tail), law.quantile(1 - tail)


def expect_month(evitees: Floats, exposition: Floats) -> Loi:
    """Give the laws of the last month of each unit, then of its last two as one: 2 × I in a row."""
    seen = exposition > 0
    counts = np.where(seen, evitees, 0.0)
    others, certain = _path_of_others(counts, exposition)
    attendues = exposition * others
    weight = _weigh(counts[:, :-1], attendues[:, :-1], certain[:, :-1])
    laws = [_law(counts, attendues, certain, weight, window) for window in WINDOWS]
    return Loi(np.concatenate([m for m, _ in laws]), np.concatenate([v for _, v in laws]))


def _path_of_others(counts: Floats, exposition: Floats) -> tuple[Floats, Floats]:
    """Give (I, T) the path of all the units but one, and how many extractions make it known.

    Levels and path are those of a two-way table (each count ~ level × path × exposure), fitted on the months
    before the last; who answers may thus vary. One count far from its own level moves no other's path.
    """
    past = slice(None, -1)
    path = np.ones(counts.shape[1])
    for _ in range(6):
        level = _rate(counts[:, past].sum(axis=1), (exposition * path)[:, past].sum(axis=1))
        due = level[:, None] * exposition
        path = _rate(counts.sum(axis=0) + 0.5, due.sum(axis=0) + 0.5)
    level = _rate(counts[:, past].sum(axis=1), (exposition * path)[:, past].sum(axis=1))
    due = level[:, None] * exposition
    held = counts
    for _ in range(2):
        room = _HELD * np.sqrt(np.maximum(2 * due * path, 1.0))
        held = np.clip(counts, due * path - room, due * path + room)
        path = _rate(held.sum(axis=0) + 0.5, due.sum(axis=0) + 0.5)
    # Where few others are seen, the path is that of the three months before.
    before = np.array([float(path[max(t - 3, 0) : max(t, 1)].mean()) for t in range(path.size)])
    known: Floats = held.sum(axis=0) - held + _PATH_WEIGHT
    others: Floats = known / ((due.sum(axis=0) - due) * before + _PATH_WEIGHT) * before
    return others, known


def _rate(count: Floats, exposure: Floats) -> Floats:
    return np.divide(count, exposure, out=np.zeros_like(count), where=exposure > 0)


def _faded(values: Floats) -> Floats:
    """Sum the months of each unit, older ones counting less: (fadings, I)."""
    ages = np.arange(values.shape[1] - 1.0, -1.0, -1.0)
    return np.stack([values @ np.power(delta, ages) for delta in _FADING])


def _announce(done: Floats, due: Floats, coming: tuple[Floats, Floats, Floats]) -> tuple[Floats, Floats]:
    """Give, under each setting, the mean and variance of what comes: (settings, I).

    `done`, `due`: (fadings, I) what came and what was due before; `coming`: what is due now, the sum of its
    squares over the months, and how many extractions make the path known.
    """
    now, squares, certain = coming
    each = len(_SCATTER) * len(_SHOCK)
    done, due = np.repeat(done, each, axis=0), np.repeat(due, each, axis=0)
    phi, kappa, delta = _PHI[:, None], _KAPPA[:, None], _DELTA[:, None]
    # Half an extraction is believed before any, so that a cour that avoided nothing may avoid some.
    level = _rate(done + phi / 2, due)
    mean = level * now
    unsure = 1 / ((done / phi + 0.5) * delta) + phi / certain
    return mean, phi * mean + mean**2 * unsure + level**2 * squares * kappa


def _weigh(counts: Floats, attendues: Floats, certain: Floats) -> Floats:
    """Weigh the settings by how well they announced each month from those before: (settings,), of sum 1."""
    score = _BELIEF.copy()
    shape = (len(_FADING), counts.shape[0])
    done, due, months = np.zeros(shape), np.zeros(shape), np.zeros(counts.shape[0])
    fading = np.array(_FADING)[:, None]
    for month in range(counts.shape[1]):
        y, x = counts[:, month], attendues[:, month]
        live = (x > 0) & (months >= 2)
        if live.any():
            coming = (x[live], x[live] ** 2, certain[live, month])
            law = Loi(*_announce(done[:, live], due[:, live], coming))
            score += law.log_probability(y[live]).sum(axis=1)
        done, due, months = fading * done + y, fading * due + x, months + (x > 0)
    weight: Floats = np.exp(score - score.max())
    return weight / weight.sum()


def _law(
    counts: Floats, attendues: Floats, certain: Floats, weight: Floats, window: int
) -> tuple[Floats, Floats]:
    """Give the mean and variance of the last months of each unit, all settings weighed."""
    before, last = slice(None, -window), slice(-window, None)
    now = attendues[:, last]
    coming = (now.sum(axis=1), np.square(now).sum(axis=1), certain[:, last].sum(axis=1))
    means, variances = _announce(_faded(counts[:, before]), _faded(attendues[:, before]), coming)
    mean = weight @ means
    return mean, weight @ (variances + np.square(means - mean))
