"""The day that a lot counts from: received, where someone said so, else entered; and what rests on the first.

A history may be entered years after it was received. What is said of the past then rests on a declaration
made afterwards, and says so.
"""

from datetime import date

import dataframely as dy
import polars as pl

from analytics.vocabulary.moments import PARIS
from analytics.vocabulary.schemas import Lots
from analytics.vocabulary.wording import count, long_date, typeset


def day_entered() -> pl.Expr:
    """Give the day in Paris on which a lot was entered."""
    return pl.col("connu_le").dt.convert_time_zone(PARIS.key).dt.date()


def told_lots(lots: pl.DataFrame) -> pl.DataFrame:
    """Keep the lots whose author and file the reader may know; of the others, only that they came."""
    return lots.filter(pl.col("sha256") != "")


def day_counted() -> pl.Expr:
    """Give the day from which a lot counts as known."""
    return pl.coalesce("recu_le", day_entered())


def tell_declared_after(lots: dy.DataFrame[Lots], connu_le: date) -> str:
    """Say of a situation how many of its lots were entered later than it; nothing where none was."""
    later = lots.filter(pl.col("recu_le") <= connu_le, day_entered() > connu_le)
    if later.is_empty():
        return ""
    last: date = later.select(day_entered().max()).item()
    return typeset(
        f"Elle repose sur {count(later.height, 'lot')} dont le jour de réception a été déclaré après coup, "
        f"jusqu'au {long_date(last)}."
    )
