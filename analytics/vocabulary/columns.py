"""How a figure alone, and the columns of a table, are written.

Every display fact becomes a column, so that a chart, its table and its export never disagree.
Nothing is computed that a figure of `position`, `series` or `coverage` does not already hold.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from math import nan
from typing import Any

import polars as pl

from analytics.vocabulary import wording


@dataclass(frozen=True)
class Colonne:
    """A column of a table: where it comes from, its French heading, how a value is written."""

    nom: str
    titre: str
    ecrire: Callable[[Any], str] = str
    nombre: bool = False


@dataclass(frozen=True)
class Chiffre:
    """One figure of the row: its name, its value with its unit, what stands beside it, its sense.

    `serie` is what its sparkline draws, month by month; it breaks at a month without answer (`with_gaps`).
    """

    libelle: str
    valeur: str
    complement: str
    sens: str
    serie: tuple[float, ...] = ()


def integer(value: int | None) -> str:
    """Write a count; absent is « n.d. »."""
    return wording.number(value)


def one_decimal(value: float | None) -> str:
    """Write a quantity with one decimal."""
    return wording.number(value, 1)


def two_decimals(value: float | None) -> str:
    """Write a quantity with two decimals."""
    return wording.number(value, 2)


def share(value: float | None) -> str:
    """Write a share as a percentage."""
    return wording.percent(value)


def not_answered(value: int | None) -> str:
    """Write a count whose absence means that nobody answered."""
    return wording.NOT_ANSWERED if value is None else wording.number(value)


def applicable(value: int | None) -> str:
    """Write a count whose absence means that it has no sense there."""
    return wording.NOT_APPLICABLE if value is None else wording.number(value)


def plain(value: str | None) -> str:
    """Write a text; absent is « n.d. »."""
    return wording.NOT_AVAILABLE if value is None else value


def short(day: date) -> str:
    """Write a month by its short name, without its year."""
    return wording.SHORT_MONTHS[day.month - 1]


def with_gaps(values: Sequence[float | None]) -> tuple[float, ...]:
    """Prepare a sparkline that breaks where nobody answered, from the first month known."""
    known = [rank for rank, value in enumerate(values) if value is not None]
    return tuple(nan if value is None else float(value) for value in values[known[0] :]) if known else ()


# What a waterfall draws, one step a row.
STEPS_SCHEMA = {
    "nom": pl.String,
    "bas": pl.Float64,
    "haut": pl.Float64,
    "texte": pl.String,
    "sorte": pl.String,
}
LEVELS = "▂▃▄▅▆▇█"
ZERO, UNKNOWN = "▁", "·"


def write_months(values: Sequence[float | None]) -> str:
    """Write the last months as one small bar each, from zero; a silent month is a point, none is left out."""
    top = max((value for value in values if value is not None), default=0)
    bars = [
        UNKNOWN
        if value is None
        else ZERO
        if not value
        else LEVELS[min(int(value / top * len(LEVELS)), len(LEVELS) - 1)]
        for value in values
    ]
    return "".join(bars)


def write_rows(frame: pl.DataFrame, colonnes: Sequence[Colonne]) -> list[list[str]]:
    """Write a frame as rows of French text, in the order of `colonnes`."""
    writers = [colonne.ecrire for colonne in colonnes]
    return [
        [write(value) for write, value in zip(writers, row, strict=True)]
        for row in frame.select([colonne.nom for colonne in colonnes]).iter_rows()
    ]


def tell_rest(total: int, drawn: int) -> str:
    """Say how many a chart leaves out: « Et 24 autres, dans le tableau. »; nothing if it draws them all."""
    left = total - drawn
    return wording.typeset(f"Et {wording.count(left, 'autre')}, dans le tableau.") if left > 0 else ""


def align_to_sort(texts: Sequence[str]) -> list[str]:
    """Pad numbers written as text so that sorting them as text sorts them as numbers.

    All end with the same number of decimals and the same unit; those without digits come last.
    """
    longest = max((len(text) for text in texts), default=0)
    return [text.rjust(longest) if any(c.isdigit() for c in text) else text for text in texts]
