"""A table as it leaves: CSV, XLSX, ODS, Parquet or JSON, such that what leaves can come back unchanged.

Dates of a column named `mois` are written as months. A text that a spreadsheet would calculate is made
harmless; the reader of `data.collecte` undoes it. Numbers are never touched.
"""

import io
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from typing import Any, Literal

import polars as pl
import xlsxwriter
from xlsxwriter.exceptions import FileCreateError

from analytics.documents import ods
from analytics.vocabulary.errors import UserFacingError, reason_of, refusal
from analytics.vocabulary.wording import number, typeset

Format = Literal["csv", "xlsx", "ods", "parquet", "json"]

READ_ME = "Lisez-moi"

# What a spreadsheet takes for the beginning of a formula.
_CALCULATED = r"^('*[=+\-@\t\r])"
# In a workbook a text is marked as such: only an apostrophe that would be taken back needs another.
_APOSTROPHE = r"^('+[=+\-@\t\r])"
_SHEET_ROWS = 1_048_576
_CELL_CHARACTERS = 32_767
_BLOCK = 50_000


def write_table(frame: pl.DataFrame, format: Format, *, sheet: str, entete: Sequence[str] = ()) -> bytes:  # noqa: A002 - the word for it
    """Give a table as the bytes of a file; `entete` goes to a second sheet of the workbooks.

    A CSV must come back as it left: what must accompany its lines stands in columns, not above them.
    """
    match format:
        case "csv":
            return _write_csv(frame)
        case "xlsx":
            return _write_xlsx(_for_sheet(frame), sheet, entete)
        case "ods":
            return _write_ods(_for_sheet(frame), sheet, entete)
        case "parquet":
            out = io.BytesIO()
            frame.write_parquet(out)
            return out.getvalue()
        case "json":
            return _write_json(frame)


def _as_plain(name: str, dtype: pl.DataType) -> pl.Expr:
    """Give a column as text or number, whatever it holds: lists, yes and no, moments."""
    column = pl.col(name)
    if isinstance(dtype, pl.List):
        return column.cast(pl.List(pl.String)).list.join("|", ignore_nulls=True)
    if dtype == pl.Boolean:
        return pl.when(column).then(pl.lit("oui")).when(~column).then(pl.lit("non"))
    if isinstance(dtype, pl.Datetime):
        zone = dtype.time_zone
        shown = column if zone is None else column.dt.convert_time_zone("UTC")
        return shown.dt.strftime("%Y-%m-%dT%H:%M:%S" + ("" if zone is None else "Z"))
    if dtype.is_float():
        return pl.when(column.is_finite()).then(column)
    if dtype.is_numeric() or dtype == pl.Date:
        return column
    return column.cast(pl.String)


def _write_csv(frame: pl.DataFrame) -> bytes:
    columns: list[pl.Expr] = []
    for name, dtype in frame.schema.items():
        plain = _as_plain(name, dtype)
        if dtype == pl.Date:
            plain = plain.dt.strftime("%Y-%m" if name == "mois" else "%Y-%m-%d")
        elif isinstance(dtype, pl.Decimal):
            plain = plain.cast(pl.String).str.replace(".", ",", literal=True)
        elif not dtype.is_numeric():
            plain = plain.str.replace(_CALCULATED, "'$1")
        columns.append(plain.alias(name))
    text = frame.select(columns)
    # A carriage return inside a text must be quoted too, which « necessary » forgets.
    bent = any(
        text[name].str.contains("\r", literal=True).any()
        for name in text.columns
        if text[name].dtype == pl.String
    )
    written = text.write_csv(
        separator=";",
        line_terminator="\r\n",
        decimal_comma=True,
        quote_style="non_numeric" if bent else "necessary",
    )
    return b"\xef\xbb\xbf" + written.encode("utf-8")


def _write_json(frame: pl.DataFrame) -> bytes:
    columns = [
        pl.col(name).cast(pl.Float64).alias(name)
        if isinstance(dtype, pl.Decimal)
        else _as_plain(name, dtype).alias(name)
        if isinstance(dtype, pl.Datetime) or dtype.is_float()
        else pl.col(name)
        for name, dtype in frame.schema.items()
    ]
    return frame.select(columns).write_json().encode("utf-8")


def _for_sheet(frame: pl.DataFrame) -> pl.DataFrame:
    """Prepare a table for a workbook: plain columns, texts no longer than a cell holds."""
    if frame.height >= _SHEET_ROWS:
        raise UserFacingError(
            typeset(
                f"Le tableau a {number(frame.height)} lignes, plus qu'un classeur n'en contient : "
                "choisissez le CSV, "
                "ou restreignez la période."
            )
        )
    columns: list[pl.Expr] = []
    for name, dtype in frame.schema.items():
        plain = _as_plain(name, dtype)
        if not (dtype.is_numeric() or dtype == pl.Date):
            plain = plain.str.replace(_APOSTROPHE, "'$1").str.slice(0, _CELL_CHARACTERS)
        columns.append(plain.alias(name))
    return frame.select(columns)


def sheet_name(title: str) -> str:
    """Make a title into a name that a spreadsheet accepts for a sheet."""
    clean = "".join(
        " " if character in "[]:*?/\\'" or ord(character) < 32 else character for character in title
    )
    return clean.strip()[:31] or "Feuille 1"


@contextmanager
def written_whole(book: Any) -> Generator[Any]:
    """Close a workbook once filled; say in French what the disk refuses of what waits there meanwhile."""
    try:
        with book as workbook:
            yield workbook
    except FileCreateError as error:
        cause = error.args[0] if error.args else None
        told = reason_of(cause) if isinstance(cause, OSError) else "l'espace temporaire est refusé"
        raise refusal(f"Le classeur n'a pas pu être écrit ({told}).") from error


def _write_xlsx(frame: pl.DataFrame, sheet: str, entete: Sequence[str]) -> bytes:
    out = io.BytesIO()
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    book: Any = xlsxwriter.Workbook(out, options)
    with written_whole(book) as workbook:
        title = workbook.add_format({"bold": True})
        styles = {
            "mois": workbook.add_format({"num_format": "yyyy-mm"}),
            "jour": workbook.add_format({"num_format": "yyyy-mm-dd"}),
        }
        page = workbook.add_worksheet(sheet_name(sheet))
        page.freeze_panes(1, 0)
        for place, name in enumerate(frame.columns):
            page.set_column(place, place, min(max(len(name) + 2, 10), 40))
            page.write_string(0, place, name, title)
        dates = {
            place: styles["mois" if name == "mois" else "jour"]
            for place, (name, dtype) in enumerate(frame.schema.items())
            if dtype == pl.Date
        }
        for rank, values in enumerate(frame.iter_rows(), 1):
            for place, value in enumerate(values):
                if value is None:
                    continue
                if isinstance(value, str):
                    page.write_string(rank, place, value)
                elif isinstance(value, date):
                    page.write_datetime(rank, place, value, dates[place])
                else:
                    page.write_number(rank, place, float(value) if isinstance(value, Decimal) else value)
        if entete:
            notes = workbook.add_worksheet(READ_ME)
            notes.set_column(0, 0, 100)
            for rank, line in enumerate(entete):
                notes.write_string(rank, 0, line)
    return out.getvalue()


def _write_ods(frame: pl.DataFrame, sheet: str, entete: Sequence[str]) -> bytes:
    feuilles = [ods.FeuilleOds(sheet_name(sheet), frame.width, _ods_rows(frame))]
    if entete:
        feuilles.append(ods.FeuilleOds(READ_ME, 1, (ods.row([ods.text_cell(line)]) for line in entete)))
    return ods.write_ods(feuilles)


def _ods_rows(frame: pl.DataFrame) -> Iterator[str]:
    yield ods.row(ods.text_cell(name, bold=True) for name in frame.columns)
    if not frame.width:
        return
    cells = [ods.cells_of(frame[name]).alias(name) for name in frame.columns]
    for block in frame.iter_slices(_BLOCK):
        rows = block.select(pl.concat_str(pl.lit("<table:table-row>"), *cells, pl.lit("</table:table-row>")))
        yield "".join(rows.to_series())
