"""The months that a question is about: those of a year, those to come, and the ones that stand alone."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

MONTHS_IN_YEAR = 12

# The first year of the objective; its base is the year before, which only the text gives.
FIRST_YEAR = 2009
# The years that anything here can speak of.
EARLIEST_YEAR, LATEST_YEAR = 2000, 2100
# How many months may part one that is declared from the latest before it is questioned.
ORDINARY_MONTHS = 24
# Fewer months than this are no row, from which another could be told.
_TELLING = 2


@dataclass(frozen=True)
class Periode:
    """A year, from January to the end of one of its months (`fin`, first day of that month)."""

    fin: date

    @property
    def annee(self) -> int:
        """Give the year."""
        return self.fin.year

    @property
    def debut(self) -> date:
        """Give the first day of the year."""
        return date(self.fin.year, 1, 1)

    @property
    def mois_ecoules(self) -> int:
        """Count the months elapsed, 1 to 12."""
        return self.fin.month

    def keep(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Keep the rows whose `mois` lies in the period."""
        return frame.filter(pl.col("mois").is_between(self.debut, self.fin))


class AnneeAVenir(Periode):
    """A year none of whose months is known yet; `fin` is the December before it."""

    @property
    def annee(self) -> int:
        """Give the year."""
        return self.fin.year + 1

    @property
    def debut(self) -> date:
        """Give the first day of the year."""
        return date(self.annee, 1, 1)

    @property
    def mois_ecoules(self) -> int:
        """Count the months elapsed: none."""
        return 0


def period_ahead(fin: date) -> Periode:
    """Give the year that still has months to come after `fin`: its own, or the next one after a December."""
    return AnneeAVenir(fin) if fin.month == MONTHS_IN_YEAR else Periode(fin)


def list_months(first: date, last: date) -> list[date]:
    """List the months from one to another, both included."""
    ranks = range(first.year * 12 + first.month - 1, last.year * 12 + last.month)
    return [date(rank // 12, rank % 12 + 1, 1) for rank in ranks]


def last_day_of_month(first_day: date) -> date:
    """Give the last day of the month that begins on `first_day`."""
    following = first_day.replace(year=first_day.year + first_day.month // 12, month=first_day.month % 12 + 1)
    return date.fromordinal(following.toordinal() - 1)


def last_in_a_row(months: Iterable[date]) -> date | None:
    """Give the latest month, leaving out one that stands alone, far after several others: a mistyped year.

    Of two months far from each other, nothing tells which is mistyped. None where there are no months.
    """
    ordered = sorted(set(months))
    if len(ordered) > _TELLING and is_far(ordered[-2], ordered[-1]):
        return ordered[-2]
    return ordered[-1] if ordered else None


def is_far(earlier: date, later: date) -> bool:
    """Tell whether more than two years part two months: nothing is declared so late without being asked."""
    return (later.year - earlier.year) * 12 + later.month - earlier.month > ORDINARY_MONTHS


def previous_month(day: date) -> date:
    """Give the first day of the month before that of a day."""
    return (day.replace(day=1) - timedelta(days=1)).replace(day=1)
