"""Bytes of a CSV → its lines, numbered as a person counts them, then its cells.

Lines are split by polars, a million a second; only lines that hold a quotation mark go through the
csv module, so that a file is read the same way whatever its size.
"""

import codecs
import csv
import io

import polars as pl

from analytics.wording import typeset
from data.collecte.limits import UnreadableFile

SEPARATORS = (";", ",", "\t")
# A quoted cell may hold line ends; one that runs over more lines than this was never closed.
_LINES_IN_A_CELL = 20
_BLOCK = 8 << 20
_IN_PLACE = 12
# No text holds it once read: it makes polars see one column, the whole line.
_NEVER = "\x01"


def decode(content: bytes) -> tuple[bytes, str]:
    """Give the text in UTF-8 without BOM, with line feeds alone, and the name of the encoding found."""
    utf8, encodage = _as_utf8(content)
    # Files glued together may begin with several marks.
    while utf8.startswith(codecs.BOM_UTF8):
        utf8 = utf8[len(codecs.BOM_UTF8) :]
    if b"\x00" in utf8:
        raise UnreadableFile(
            typeset(
                "Ce n'est pas un fichier de texte : envoyez le tableau en CSV, ou le classeur en XLSX ou ODS."
            )
        )
    if _NEVER.encode() in utf8:
        utf8 = utf8.replace(_NEVER.encode(), b" ")
    if b"\r" in utf8:
        utf8 = utf8.replace(b"\r\n", b"\n")
        if b"\n" not in utf8:
            utf8 = utf8.replace(b"\r", b"\n")
    return utf8, encodage


def _as_utf8(content: bytes) -> tuple[bytes, str]:
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        try:
            return content.decode("utf-16").encode("utf-8"), "utf-16"
        except UnicodeError as error:
            raise UnreadableFile(
                typeset(
                    "Le fichier s'annonce en UTF-16 mais il est abîmé : enregistrez-le de nouveau en CSV "
                    "UTF-8."
                )
            ) from error
    bom = content.startswith(codecs.BOM_UTF8)
    text = content[3:] if bom else content
    if _is_utf8(text):
        return text, "utf-8-bom" if bom else "utf-8"
    # Windows-1252 leaves five bytes undefined: they become « � », and the line is judged with it.
    out = io.BytesIO()
    for start in range(0, len(text), _BLOCK):
        out.write(text[start : start + _BLOCK].decode("cp1252", errors="replace").encode("utf-8"))
    return out.getvalue(), "cp1252"


def _is_utf8(text: bytes) -> bool:
    """Check block by block: decoding a large text whole would hold it twice in memory."""
    if text.isascii():
        return True
    decoder = codecs.getincrementaldecoder("utf-8")()
    view = memoryview(text)
    try:
        for start in range(0, len(text), _BLOCK):
            decoder.decode(view[start : start + _BLOCK])
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def split_lines(utf8: bytes) -> pl.DataFrame:
    """List the lines of a text that hold something: `ligne` (the first is 1) and `texte`."""
    if not utf8.strip():
        return pl.DataFrame(schema={"ligne": pl.Int64, "texte": pl.String})
    lines = pl.read_csv(
        utf8,
        has_header=False,
        separator=_NEVER,
        quote_char=None,
        infer_schema=False,
        new_columns=["texte"],
    )
    return (
        lines.with_row_index("ligne", offset=1)
        .with_columns(pl.col("ligne").cast(pl.Int64))
        .filter(pl.col("texte").is_not_null() & pl.col("texte").str.contains(r"[^;,\t \r\u{a0}]"))
    )


def cells_of(line: str, separator: str) -> list[str]:
    """Split one record as RFC 4180 says; a record that breaks the rules is split as best can be."""
    empty: list[str] = []
    for strict in (True, False):
        try:
            return next(csv.reader([line], delimiter=separator, strict=strict), empty)
        except csv.Error as error:
            if _never_closed(error):
                break
    return line.split(separator)


def _never_closed(error: csv.Error) -> bool:
    return "unexpected end" in str(error)


def split_cells(lines: pl.DataFrame, separator: str, width: int) -> pl.DataFrame:
    """Split lines into `ligne`, `c0` … `c{width-1}` (null: the line is too short) and `surplus`.

    `surplus` holds what stands beyond the last column, null when there is nothing there.
    """
    quoted = pl.col("texte").str.contains('"', literal=True)
    plain = _split_plain(lines.filter(~quoted), separator, width)
    records = _join_open_records(lines, separator)
    if records.is_empty():
        return plain
    inside = records.filter(pl.col("dedans"))["ligne"]
    if not inside.is_empty():
        plain = plain.filter(~pl.col("ligne").is_in(inside.implode()))
    exact = _split_quoted(records.filter(~pl.col("dedans")), separator, width)
    return pl.concat([plain, exact]).sort("ligne")


def _columns(width: int) -> list[str]:
    return [f"c{index}" for index in range(width)]


def _split_plain(lines: pl.DataFrame, separator: str, width: int) -> pl.DataFrame:
    names = [*_columns(width), "surplus"]
    fields = pl.col("texte").str.splitn(separator, width + 1).struct.rename_fields(names)
    pieces = [
        _stored_once(piece.select("ligne", fields).unnest("texte"))
        for piece in lines.select("ligne", "texte").iter_slices(200_000)
    ]
    schema = {"ligne": pl.Int64, **dict.fromkeys(names, pl.String)}
    return pl.concat([pl.DataFrame(schema=schema), *pieces])


def _stored_once(piece: pl.DataFrame) -> pl.DataFrame:
    """Keep one copy of each long text: a million full names otherwise weigh as much as the file itself."""
    shared: list[pl.Series] = []
    for column in piece.iter_columns():
        longest = column.str.len_bytes().max() if column.dtype == pl.String else None
        # Polars holds a text of twelve bytes in place.
        if not isinstance(longest, int) or longest <= _IN_PLACE:
            continue
        texts = column.drop_nulls().unique()
        if len(texts) > piece.height // 2:
            continue
        ranks = pl.DataFrame({"texte": texts}).with_row_index("rang")
        joined = pl.DataFrame({"texte": column}).join(ranks, on="texte", how="left", maintain_order="left")
        shared.append(texts.gather(joined["rang"]).alias(column.name))
    return piece.with_columns(shared)


def _split_quoted(records: pl.DataFrame, separator: str, width: int) -> pl.DataFrame:
    names = [*_columns(width), "surplus"]
    schema = {"ligne": pl.Int64, **dict.fromkeys(names, pl.String)}
    pieces = [pl.DataFrame(schema=schema)]
    for piece in records.select("ligne", "texte").iter_slices(50_000):
        columns: list[list[str | None]] = [[] for _ in names]
        for line in piece["texte"]:
            cells = cells_of(line, separator)
            for index in range(width):
                columns[index].append(cells[index] if index < len(cells) else None)
            columns[width].append(separator.join(cells[width:]) if len(cells) > width else None)
        pieces.append(
            pl.DataFrame({"ligne": piece["ligne"], **dict(zip(names, columns, strict=True))}, schema=schema)
        )
    return pl.concat(pieces)


def _join_open_records(lines: pl.DataFrame, separator: str) -> pl.DataFrame:
    """List the records that hold a quotation mark: `ligne`, `texte`, `dedans`.

    A quoted cell that holds line ends gives one record, at its first line; its other lines are
    `dedans`. A mark that is never closed is an ordinary character: its line stands alone, and the
    lines that follow are not swallowed.
    """
    quoted = lines.filter(pl.col("texte").str.contains('"', literal=True)).select("ligne", "texte")
    odd = quoted.filter(pl.col("texte").str.count_matches('"', literal=True) % 2 == 1)
    records = quoted.with_columns(dedans=pl.lit(value=False))
    if odd.is_empty():
        return records
    joined: dict[int, str] = {}
    inside: set[int] = set()
    numbers, texts = lines["ligne"].to_list(), lines["texte"].to_list()
    opened_at = lines.select(lines["ligne"].is_in(odd["ligne"].implode()).arg_true()).to_series().to_list()
    turn = 0
    while turn < len(opened_at):
        first = opened_at[turn]
        turn += 1
        last = opened_at[turn] if turn < len(opened_at) else None
        if last is None or numbers[last] - numbers[first] > _LINES_IN_A_CELL:
            continue
        if not _stays_open(texts[first], separator):
            continue
        record = "\n".join(texts[first : last + 1])
        if not _is_sound(record, separator):
            continue
        joined[numbers[first]] = record
        inside.update(numbers[first + 1 : last + 1])
        turn += 1
    if not joined:
        return records
    whole = pl.DataFrame(
        {"ligne": list(joined), "texte": list(joined.values())},
        schema={"ligne": pl.Int64, "texte": pl.String},
    )
    others = pl.DataFrame({"ligne": sorted(inside)}, schema={"ligne": pl.Int64}).join(lines, on="ligne")
    return pl.concat(
        [
            records.filter(~pl.col("ligne").is_in([*joined, *inside])),
            whole.with_columns(dedans=pl.lit(value=False)),
            others.select("ligne", "texte", dedans=pl.lit(value=True)),
        ]
    )


def _is_sound(record: str, separator: str) -> bool:
    """Tell whether a record keeps to the rules of quotation."""
    try:
        next(csv.reader([record], delimiter=separator, strict=True), None)
    except csv.Error:
        return False
    return True


def _stays_open(line: str, separator: str) -> bool:
    """Tell whether a quoted cell begun on this line goes on to the next."""
    try:
        next(csv.reader([line], delimiter=separator, strict=True), None)
    except csv.Error as error:
        return _never_closed(error)
    return False


# What `data.exchange` puts an apostrophe before.
_NEUTRALISED = r"^'('*[=+\-@\t\r])"


def as_typed(text: pl.Expr) -> pl.Expr:
    """Take back the apostrophe that an export puts before a text that a spreadsheet would calculate."""
    return text.str.replace(_NEUTRALISED, "$1")
