"""The months that a question is about: those of a year, those to come, their last day."""

from dataclasses import dataclass
from datetime import date

import polars as pl

MONTHS_IN_YEAR = 12

# The first year of the objective; its base is the year before, which only the text gives.
FIRST_YEAR = 2009


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
