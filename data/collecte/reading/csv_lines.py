"""Bytes of a CSV → its lines, numbered as a person counts them, then its cells.

Lines are split by polars, a million a second; only lines that hold a quotation mark go through the
csv module, so that a file is read the same way whatever its size.
"""

import csv

import polars as pl

from analytics.vocabulary.wording import typeset
from data.collecte.expected.limits import UnreadableFile
from data.collecte.reading.encodings import as_utf8
from data.collecte.reading.formats import refuse_other_texts

SEPARATORS = (";", ",", "\t")
# A quoted cell may hold line ends; one that runs over more lines than this was never closed.
_LINES_IN_A_CELL = 20
# What nobody sees, wherever it stands: marks of direction, joiners, soft hyphens, blanks of no width.
_UNSEEN = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180e\u200b\u200c\u200d\u200e\u200f"
    "\u202a\u202b\u202c\u202d\u202e\u2060\u2061\u2062\u2063\u2064\u2066\u2067\u2068\u2069\u206a\u206b"
    "\u206c\u206d\u206e\u206f\u2800\u3164\ufe0e\ufe0f\ufeff\uffa0"
)
# What looks like the hyphen of the keyboard, and the blanks that no rule of ours knows.
_ALIKE = {
    "-": "\u2010\u2011",
    " ": "\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2008\u200a\u205f\u3000",
}
_IN_PLACE = 12
# What a text to be cleaned holds.
UNCLEAN = f"[{_UNSEEN}{''.join(_ALIKE.values())}]"
# No text holds it once read: it makes polars see one column, the whole line.
_NEVER = "\x01"


def decode(content: bytes) -> tuple[bytes, str, str]:
    """Give the text in UTF-8 without BOM, its lines ended alike; the encoding found; a word in doubt."""
    found = as_utf8(content)
    utf8 = _cleaned(found.utf8)
    refuse_other_texts(utf8)
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
    return utf8, found.encodage, found.doute


def cleaned(texts: pl.Series) -> pl.Series:
    """Take away what nobody sees, and write alike what looks alike: the same in every column."""
    if not texts.str.contains(UNCLEAN).any():
        return texts
    texts = texts.str.replace_all(f"[{_UNSEEN}]", "")
    for written, alike in _ALIKE.items():
        texts = texts.str.replace_all(f"[{alike}]", written)
    return texts


def _cleaned(utf8: bytes) -> bytes:
    """Do as `cleaned` for a whole text."""
    if utf8.isascii():
        return utf8
    codes = {character.encode(): b"" for character in _UNSEEN}
    codes |= {c.encode(): written.encode() for written, alike in _ALIKE.items() for c in alike}
    leads = {lead for lead in {code[:2] for code in codes} if lead in utf8}
    for code, written in codes.items():
        if code[:2] in leads and code in utf8:
            utf8 = utf8.replace(code, written)
    return utf8


def split_lines(utf8: bytes) -> pl.DataFrame:
    """List the lines of a text that hold something: `ligne` (the first is 1) and `texte`."""
    if not utf8.strip():
        return pl.DataFrame(schema={"ligne": pl.Int64, "texte": pl.String})
    lines = pl.read_csv(
        utf8, has_header=False, separator=_NEVER, quote_char=None, infer_schema=False, new_columns=["texte"]
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


def join_records(lines: pl.DataFrame, separator: str) -> pl.DataFrame:
    """Put back together the records whose quoted cells hold line ends, numbered as a spreadsheet does.

    A mark that is never closed is an ordinary character: its line stands alone, and the lines that follow
    are not swallowed.
    """
    odd = lines.filter(pl.col("texte").str.count_matches('"', literal=True) % 2 == 1)["ligne"]
    if odd.is_empty():
        return lines
    joined: dict[int, str] = {}
    # Each record takes the room of one row, whatever its lines; `ends` are its last lines.
    inside: set[int] = set()
    ends: list[int] = []
    numbers, texts = lines["ligne"].to_list(), lines["texte"].to_list()
    opened_at = lines.select(lines["ligne"].is_in(odd.implode()).arg_true()).to_series().to_list()
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
        ends += [numbers[last]] * (numbers[last] - numbers[first])
        turn += 1
    if not joined:
        return lines
    whole = pl.DataFrame(
        {"ligne": list(joined), "entier": list(joined.values())},
        schema={"ligne": pl.Int64, "entier": pl.String},
    )
    shifted = pl.Series(ends, dtype=pl.Int64).search_sorted(lines["ligne"], side="left").cast(pl.Int64)
    return (
        lines.with_columns(decalage=shifted)
        .join(whole, on="ligne", how="left", maintain_order="left")
        .filter(~pl.col("ligne").is_in(sorted(inside)))
        .select(ligne=pl.col("ligne") - pl.col("decalage"), texte=pl.coalesce("entier", "texte"))
    )


def split_cells(records: pl.DataFrame, separator: str, width: int) -> pl.DataFrame:
    """Split records into `ligne`, `c0` … `c{width-1}` (null: the line is too short) and `surplus`.

    `surplus` holds what stands beyond the last column, null when there is nothing there.
    """
    quoted = pl.col("texte").str.contains('"', literal=True)
    plain = _split_plain(records.filter(~quoted), separator, width)
    marked = records.filter(quoted)
    if marked.is_empty():
        return plain
    return pl.concat([plain, _split_quoted(marked, separator, width)]).sort("ligne")


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


# What `analytics.documents.table` puts an apostrophe before.
_NEUTRALISED = r"^'('*[=+\-@\t\r])"


def as_typed(text: pl.Expr) -> pl.Expr:
    """Take back the apostrophe that an export puts before a text that a spreadsheet would calculate."""
    return text.str.replace(_NEUTRALISED, "$1")
