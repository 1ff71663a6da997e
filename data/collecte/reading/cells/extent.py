"""How far a sheet unfolds, counted while it is read, before any of it is laid out."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from xml.parsers import expat

from analytics.vocabulary.wording import typeset
from data.collecte.expected.limits import Limites, UnreadableFile
from data.collecte.reading.cells.findings import parse
from data.collecte.reading.cells.ods import OdsDocument, repeat_of

BLOCK = 1 << 20
DAMAGED = "Le classeur est incomplet ou abîmé : enregistrez-le de nouveau, puis renvoyez-le."
TOO_LARGE = (
    "Le classeur se déploie bien au-delà de sa taille apparente : copiez le seul tableau dans un classeur "
    "neuf."
)
_EXCEL_ROWS = 1_048_576
_MOST_TALL = 3
# A spreadsheet writes once the cells that follow each other and say the same: at most so many on average,
# beyond a first few.
_MOST_REPEATED, _REPEATED = 50, 100_000
_WIDE_SHEET = 26
# A cell of a spreadsheet holds 32 767 characters.
_LONGEST_TEXT = 100_000


@dataclass
class Laid:
    """What the sheets of a workbook come to once laid out, refused where it is more than an honest one's."""

    limites: Limites
    cellules: int = 0
    texte: int = 0
    feuilles: int = 0
    hautes: int = 0

    def add(self, *, cellules: int = 0, texte: int = 0, feuilles: int = 0, hautes: int = 0) -> None:
        """Count cells, characters, sheets, and those of more than a hundred thousand rows."""
        self.cellules += cellules
        self.texte += texte
        self.feuilles += feuilles
        self.hautes += hautes
        if (
            self.cellules > self.limites.cellules
            or self.texte > self.limites.texte
            or self.feuilles > self.limites.feuilles
            or self.hautes > _MOST_TALL
        ):
            raise UnreadableFile(typeset(TOO_LARGE))


_BLANKS = re.compile(rb"\s+")
_WIDE = re.compile(rb"\br\s*=\s*[\"']([A-Za-z]{2,})\d")
_ROW = re.compile(rb"\br\s*=\s*[\"'][A-Za-z]*(\d{4,})")
_TALL = re.compile(rb"\br\s*=\s*[\"'][A-Za-z]*\d{6,}")
# What a part of a workbook says that it holds: the native reader makes the room at once.
_ANNOUNCED = re.compile(rb"[cC]ount\s*=\s*(?:\"([^\"]*)\"|'([^']*)')")
_BEYOND = re.compile(rb"\br\s*=\s*[\"'][A-Za-z]*(\d{7,})")


def check_xlsx_cells(blocks: Iterator[bytes], laid: Laid) -> None:
    """Bound the rectangle that the cells span: calamine lays it out whole, were there one cell at its end."""
    width, height, cells = 26, 0, 0
    tall = False
    tail = b""
    for block in blocks:
        text = tail + block
        cut = text.rfind(b"<")
        tail = text[cut:] if cut > 0 else text
        text = text[:cut] if cut > 0 else b""
        if len(tail) > 4 * BLOCK:
            if tail.startswith(b"<") and b"\x00" not in tail:
                raise UnreadableFile(typeset(DAMAGED))
            # A picture has no tags: its end alone is kept, where a cell could begin.
            text, tail = text + tail, _BLANKS.sub(b" ", tail)[-1_000:]
        for found in _WIDE.finditer(text):
            width = max(width, _column_number(found[1]))
        if width > 26:
            height = max([height, *(int(found[1][:8]) for found in _ROW.finditer(text))])
        if _TALL.search(text):
            tall = True
            if any(int(found[1][:9]) > _EXCEL_ROWS for found in _BEYOND.finditer(text)):
                raise UnreadableFile(typeset(TOO_LARGE))
        if b"ount" in text:
            check_announced(text, laid.limites)
        found = text.count(b"<c") + text.count(b":c")
        cells += found
        laid.add(cellules=found)
    check_announced(tail, laid.limites)
    if tall and cells < 200_000:
        raise UnreadableFile(typeset(TOO_LARGE))
    laid.add(cellules=max(_rectangle(height, width) - cells, 0) if width > 26 else 0, hautes=int(tall))


def check_announced(text: bytes, limites: Limites) -> None:
    """Refuse a number of strings, of formats… that no honest workbook would announce."""
    for found in _ANNOUNCED.finditer(text):
        said = (found[1] or found[2] or b"0").strip()
        if not said.isdigit() or len(said) > 9 or int(said) > limites.cellules:
            raise UnreadableFile(typeset(TOO_LARGE))


def _rectangle(height: int, width: int) -> int:
    """Count the cells of a sheet; those of a very wide one, whose every column is laid out, three times."""
    return height * width * (3 if width > _WIDE_SHEET else 1)


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters.upper()[:6]:
        number = number * 26 + letter - 64
    return number


def check_ods_cells(blocks: Iterator[bytes], laid: Laid, document: OdsDocument) -> None:
    """Count the cells of the rectangle that each sheet draws: the native reader lays out the empty ones too.

    And their texts, each as often as its cell and its row say to repeat them, and as its spaces do.
    """
    row = column = width = drawn = written = unfolded = 0
    row_repeat = repeat = 1

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal row, column, width, drawn, written, unfolded, row_repeat, repeat
        kind = name.rpartition(":")[2]
        if kind == "table":
            row = width = drawn = 0
        elif kind == "table-row":
            row_repeat = repeat_of(attributes, "number-rows-repeated")
            row, column = row + row_repeat, 0
        elif kind in ("table-cell", "covered-table-cell"):
            repeat = repeat_of(attributes, "number-columns-repeated")
            column += repeat
            if any(key.endswith(("value-type", "formula")) for key in attributes):
                width = max(width, column)
                written, unfolded = written + 1, unfolded + row_repeat * repeat
                if unfolded > _REPEATED + _MOST_REPEATED * written:
                    raise UnreadableFile(typeset(TOO_LARGE))
                laid.add(cellules=_rectangle(row, width) - drawn)
                drawn = _rectangle(row, width)
        elif kind == "s" and (spaces := repeat_of(attributes, "c")) > 1:
            if spaces > _LONGEST_TEXT:
                raise UnreadableFile(typeset(TOO_LARGE))
            laid.add(texte=spaces * row_repeat * repeat)
        document.start(name, attributes)

    def text(data: str) -> None:
        if row_repeat * repeat > 1:
            laid.add(texte=len(data) * row_repeat * repeat)
        document.text(data)

    walk_ods(blocks, start, document.end, text)


def walk_ods(
    blocks: Iterator[bytes],
    start: Callable[[str, dict[str, str]], None],
    end: Callable[[str], None],
    text: Callable[[str], None],
) -> None:
    """Read the content of an ODS, handing over where elements start and end, and their texts."""
    parser = expat.ParserCreate()
    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler = text
    try:
        parse(parser, blocks)
    except expat.ExpatError as error:
        raise UnreadableFile(typeset(DAMAGED)) from error
