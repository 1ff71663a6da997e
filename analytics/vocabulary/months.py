"""Which months can be meant, and which ones stand alone: a mistyped year."""

from collections.abc import Iterable
from datetime import date, timedelta

# The years that anything here can speak of.
FIRST_YEAR, LAST_YEAR = 2000, 2100
# How many months may part one that is declared from the latest before it is questioned.
ORDINARY_MONTHS = 24
# Fewer months than this are no row, from which another could be told.
_TELLING = 2


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
