"""Is this month's figure ordinary variation? The XmR control chart, as « Making Data Count » draws it.

Centre: the mean of the group; limits: mean ± 2,66 × the mean moving range (Shewhart; reference
implementation NHSRplotthedots 0.2.2). A group starts anew only where a person says so, with a cause.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from statistics import fmean, median

import dataframely as dy
import polars as pl

from analytics.vocabulary.parameters import Parametres

# 3 / d2 for two points, d2 = 1,128; a moving range beyond 3,267 times their mean is itself out of control.
LIMIT = 2.66
NEAR = 2 / 3 * LIMIT
SCREEN = 3.267

OUTSIDE, TREND, TWO_OF_THREE, SHIFT = "hors limites", "tendance", "deux sur trois", "série"
# Assurance: what the limits say of the target, as long as nothing changes.
PASSES, FAILS, EITHER = "tenu", "manqué", "incertain"


@dataclass(frozen=True)
class Reglages:
    """How many points make a trend, a shift, and firm limits; and the least mean that bears limits."""

    tendance: int
    serie: int
    moyenne_minimale: float
    limites_essai: int

    @classmethod
    def at(cls, parametres: Parametres, day: date) -> "Reglages":
        """Read the settings in force on a day."""
        return cls(
            tendance=int(parametres.at("signal_tendance", day).valeur),
            serie=int(parametres.at("signal_serie", day).valeur),
            moyenne_minimale=float(parametres.at("signal_moyenne_minimale", day).valeur),
            limites_essai=int(parametres.at("signal_limites_essai", day).valeur),
        )


class Carte(dy.Schema):
    """One month of a control chart, with all that is to be shown of it.

    `valeur` is null for a month without answer. `signal`: the one rule that the point breaks, "" if none;
    `sens`: 1 an improvement, −1 a deterioration. `essai`: the group has too few points for firm limits.
    """

    mois = dy.Date(primary_key=True)
    valeur = dy.Float64(nullable=True)
    cible = dy.Float64(nullable=True)
    groupe = dy.Int64(min=0)
    centre = dy.Float64(nullable=True)
    bas = dy.Float64(nullable=True)
    haut = dy.Float64(nullable=True)
    bas_2 = dy.Float64(nullable=True)
    haut_2 = dy.Float64(nullable=True)
    signal = dy.String(check=lambda c: c.is_in(["", OUTSIDE, TREND, TWO_OF_THREE, SHIFT]))
    sens = dy.Int64(min=-1, max=1)
    essai = dy.Bool()


@dataclass(frozen=True)
class LimitesXmR:
    """The centre and the limits of one group; the limits are None when no two months follow one another."""

    centre: float
    bas: float | None
    haut: float | None
    bas_2: float | None
    haut_2: float | None


def limits_of(values: Sequence[float | None]) -> LimitesXmR | None:
    """Compute the limits of a group; None where no month is known.

    Moving ranges are never taken across a missing month. Those at or beyond 3,267 times their mean are
    dropped once; the mean of the values keeps the outlier.
    """
    known = [value for value in values if value is not None]
    if not known:
        return None
    centre = fmean(known)
    ranges = [abs(b - a) for a, b in pairwise(values) if a is not None and b is not None]
    if not ranges:
        return LimitesXmR(centre, None, None, None, None)
    average = fmean(ranges)
    # Where all the others are nought (a step in a constant series), screening would leave no width at all.
    average = fmean([moved for moved in ranges if moved < SCREEN * average] or ranges) or average
    return LimitesXmR(
        centre,
        centre - LIMIT * average,
        centre + LIMIT * average,
        centre - NEAR * average,
        centre + NEAR * average,
    )


def chart(
    mois: Sequence[date],
    valeurs: Sequence[float | None],
    *,
    cibles: Sequence[float | None],
    recalages: Collection[date],
    reglages: Reglages,
) -> dy.DataFrame[Carte]:
    """Draw up the chart of a series of consecutive months, more being better.

    `recalages`: the first months of new groups. `cibles`: the target of each month.
    """
    starts = sorted({0, *(rank for rank, day in enumerate(mois) if day in recalages)})
    rows: list[tuple[object, ...]] = []
    for groupe, (start, end) in enumerate(pairwise([*starts, len(mois)])):
        values = valeurs[start:end]
        limits = limits_of(values)
        signals = label_points(values, limits, reglages)
        trial = sum(value is not None for value in values) < reglages.limites_essai
        for rank in range(start, end):
            signal, sens = signals[rank - start]
            bounds = (
                (limits.centre, limits.bas, limits.haut, limits.bas_2, limits.haut_2)
                if limits
                else (None,) * 5
            )
            rows.append((mois[rank], valeurs[rank], cibles[rank], groupe, *bounds, signal, sens, trial))
    return Carte.validate(pl.DataFrame(rows, schema=Carte.create_empty().schema, orient="row"))


def label_points(
    values: Sequence[float | None], limits: LimitesXmR | None, reglages: Reglages
) -> list[tuple[str, int]]:
    """Give each point the first rule that it breaks, in order, and its sense."""
    found: list[tuple[str, int]] = [("", 0)] * len(values)
    if limits is None:
        return found
    sides = [_side(value, limits.centre) for value in values]
    directions = [0, *(_side(b, a) if a is not None else 0 for a, b in pairwise(values))]
    # The weakest rule first: the strongest writes last.
    for rank in range(len(values)):
        _mark(found, sides, rank, reglages.serie, SHIFT)
    for rank in range(2, len(values)):
        window = range(rank - 2, rank + 1)
        side = sides[rank]
        if not side or any(sides[each] != side for each in window):
            continue
        # As the Excel tool of « Making Data Count » since November 2023: a point out of the limits counts.
        # NHSRplotthedots 0.2.2 counts only those between two thirds of a limit and the limit.
        far = [each for each in window if _beyond(values[each], limits.bas_2, limits.haut_2)]
        if len(far) >= 2:
            for each in far:
                found[each] = (TWO_OF_THREE, side)
    for rank in range(len(values)):
        # Seven points that rise are six rises; the first of them starts from the point before.
        way = directions[rank]
        window = range(rank - reglages.tendance + 2, rank + 1)
        if way and window.start >= 1 and all(directions[each] == way for each in window):
            for each in range(window.start - 1, rank + 1):
                found[each] = (TREND, way)
    for rank, value in enumerate(values):
        if side := _beyond(value, limits.bas, limits.haut):
            found[rank] = (OUTSIDE, side)
    return found


def _mark(found: list[tuple[str, int]], sides: Sequence[int], rank: int, length: int, signal: str) -> None:
    window = range(rank - length + 1, rank + 1)
    side = sides[rank]
    if side and window.start >= 0 and all(sides[each] == side for each in window):
        for each in window:
            found[each] = (signal, side)


def _side(value: float | None, centre: float) -> int:
    return 0 if value is None else (value > centre) - (value < centre)


def _beyond(value: float | None, low: float | None, high: float | None) -> int:
    if value is None or low is None or high is None:
        return 0
    return (value > high) - (value < low)


@dataclass(frozen=True)
class Constat:
    """What the chart says of its last known month.

    `assurance` is None without a target, without limits, or where these are on trial. `derniers`: how many
    months on end, this one included, lie on the same side (a shift) or move the same way (a trend). `connus`:
    how many months the chart knows since it began or started anew.
    """

    mois: date
    signal: str
    sens: int
    assurance: str | None
    essai: bool
    derniers: int
    connus: int


def conclude_chart(carte: dy.DataFrame[Carte]) -> Constat | None:
    """Read the chart at its last known month; None where none is known."""
    known = carte.filter(pl.col("valeur").is_not_null())
    if known.is_empty():
        return None
    last = known.row(-1, named=True)
    group = carte.filter(pl.col("groupe") == last["groupe"], pl.col("mois") <= last["mois"])
    alike = _run_of(last["signal"], last["sens"], group)
    return Constat(
        mois=last["mois"],
        signal=last["signal"],
        sens=last["sens"],
        # A few months do not say between what the rate varies: nor whether a target will hold.
        # Nor will a series that has just moved stay between its limits.
        assurance=None
        if last["essai"] or last["signal"]
        else assure(last["bas"], last["haut"], last["cible"]),
        essai=last["essai"],
        derniers=alike,
        connus=group["valeur"].count(),
    )


def _run_of(signal: str, sens: int, group: pl.DataFrame) -> int:
    values = group["valeur"].to_list()[::-1]
    centre = group["centre"].to_list()[-1]
    length = 0
    if signal == TREND:
        steps = (b is not None and a is not None and _side(a, b) == sens for a, b in pairwise(values))
        length = 1
    else:
        steps = (value is not None and _side(value, centre) == sens for value in values)
    for holds in steps:
        if not holds:
            break
        length += 1
    return length


def assure(low: float | None, high: float | None, target: float | None) -> str | None:
    """Say whether the target would be met as long as nothing changes: above it, under it, or astride."""
    if low is None or high is None or target is None:
        return None
    if low > target:
        return PASSES
    return FAILS if high < target else EITHER


class Trimestre(dy.Schema):
    """A quarter of a series too small for limits: its sum (null when no month answered), and the median."""

    mois = dy.Date(primary_key=True)
    valeur = dy.Int64(nullable=True)
    mediane = dy.Float64(nullable=True)


def by_quarter(mois: Sequence[date], comptes: Sequence[int | None]) -> dy.DataFrame[Trimestre]:
    """Sum a series by quarter, with its median: a run chart, without limits that chance would cross."""
    sums: dict[date, int | None] = {}
    for day, count in zip(mois, comptes, strict=True):
        quarter = date(day.year, 3 * ((day.month - 1) // 3) + 1, 1)
        before = sums.get(quarter)
        sums[quarter] = before if count is None else (before or 0) + count
    known = [total for total in sums.values() if total is not None]
    middle = float(median(known)) if known else None
    return Trimestre.validate(
        pl.DataFrame(
            [(quarter, total, middle) for quarter, total in sorted(sums.items())],
            schema=Trimestre.create_empty().schema,
            orient="row",
        )
    )


def suggests_rebase(carte: dy.DataFrame[Carte], *, depuis: date, reglages: Reglages) -> bool:
    """Tell whether all the months since an event lie on one side of the centre: a person may start anew."""
    after = carte.filter(pl.col("mois") >= depuis, pl.col("valeur").is_not_null())
    sides = {_side(value, centre) for value, centre in after.select("valeur", "centre").iter_rows()}
    before = carte.filter(pl.col("mois") < depuis, pl.col("valeur").is_not_null())
    return after.height >= reglages.serie and before.height > 0 and sides in ({1}, {-1})
