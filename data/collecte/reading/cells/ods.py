"""What the cells of an ODS sheet show and their values do not tell: styles, covered cells, formulas."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from data.collecte.reading.cells.findings import (
    BARRE,
    EXPOSANT,
    INDICE,
    LONGEST,
    NOTHING,
    WHITE,
    Constat,
    Constats,
    Fragment,
    Genre,
    attribute,
    extend,
    local_name,
    seen,
)


@dataclass
class OdsStyles:
    """How the styles of an ODS make a text look, by family and name."""

    marks: dict[tuple[str, str], str] = field(default_factory=lambda: dict[tuple[str, str], str]())
    parents: dict[tuple[str, str], str] = field(default_factory=lambda: dict[tuple[str, str], str]())
    encres: dict[tuple[str, str], str] = field(default_factory=lambda: dict[tuple[str, str], str]())
    fonds: dict[tuple[str, str], str] = field(default_factory=lambda: dict[tuple[str, str], str]())

    def mark(self, family: str, name: str) -> str:
        """Tell how a style makes a text look, from itself or from those that it follows."""
        return self._found(self.marks, family, name)

    def is_unseen(self, name: str) -> bool:
        """Tell whether a style of cells writes in white on white."""
        ink, ground = (self._found(each, "table-cell", name) for each in (self.encres, self.fonds))
        return ink == WHITE and ground in {"", "transparent", WHITE}

    def _found(self, kept: dict[tuple[str, str], str], family: str, name: str) -> str:
        for _ in range(20):
            if not name:
                return ""
            if (family, name) in kept:
                return kept[family, name]
            name = self.parents.get((family, name), "")
        return ""


class OdsDocument:
    """The content of an ODS, as its elements come: the findings of each of its sheets, and its first day."""

    def __init__(self) -> None:
        self.styles = OdsStyles()
        self.feuilles: dict[str, Constats] = {}
        self.null_date = ""
        self._style: tuple[str, str] | None = None
        self._sheet = Constats()
        self._columns: list[tuple[int, int, str]] = []
        self._row = self._row_repeat = 1
        self._column = self._column_count = 0
        self._row_style = ""
        self._cell: dict[str, str] | None = None
        self._repeat = 1
        self._fragments: list[Fragment] = []
        self._marks: list[str] = []
        self._aside = 0
        self._any_style = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Take the beginning of an element; cells and their paragraphs first, they are nearly all of it."""
        if not self._aside:
            if name == "table:table-cell":
                self._start_cell(attributes)
                return
            if name == "text:p":
                if self._fragments:
                    # A line feed is no change of format.
                    self.text("\n")
                return
        prefix, _, element = name.rpartition(":")
        if self._aside or (self._cell is not None and (prefix == "draw" or element == "annotation")):
            self._aside += 1
        elif element == "style":
            self._style = (attribute(attributes, "family"), attribute(attributes, "name"))
            self.styles.parents[self._style] = attribute(attributes, "parent-style-name")
        elif element == "text-properties" and self._style is not None:
            mark = _ods_mark(attributes)
            if mark is not None:
                self.styles.marks[self._style] = mark
            if ink := attribute(attributes, "color"):
                self.styles.encres[self._style] = ink.lower()
        elif element == "table-cell-properties" and self._style is not None:
            if ground := attribute(attributes, "background-color"):
                self.styles.fonds[self._style] = ground.lower()
        elif element == "null-date":
            self.null_date = attribute(attributes, "date-value") or "1899-12-30"
        elif element == "table" and prefix == "table":
            self._sheet = self.feuilles.setdefault(attribute(attributes, "name"), Constats())
            self._row = 1
            self._row_repeat = 0
            self._column_count = 0
            self._columns = []
            self._any_style = BARRE in self.styles.marks.values() or WHITE in self.styles.encres.values()
        elif element == "table-column":
            self._start_column(attributes)
        elif element == "table-row":
            self._start_row(attributes)
        elif element in {"table-cell", "covered-table-cell"}:
            self._start_cell(attributes)
        elif self._cell is not None and element in {"span", "a"}:
            self._marks.append(self.styles.mark("text", attribute(attributes, "style-name")))
            self._fragments.append(("", ""))

    def _start_cell(self, attributes: dict[str, str]) -> None:
        self._cell = attributes
        repeat = attributes.get("table:number-columns-repeated")
        self._repeat = 1 if repeat is None else repeat_of(attributes, "number-columns-repeated")
        self._fragments = []
        self._marks = []

    def _start_column(self, attributes: dict[str, str]) -> None:
        count = repeat_of(attributes, "number-columns-repeated")
        last = self._column_count + count - 1
        if attribute(attributes, "visibility") in {"collapse", "filter"}:
            extend(self._sheet.colonnes_masquees, self._column_count, last)
        style = attribute(attributes, "default-cell-style-name")
        if len(self._columns) < 20_000:
            self._columns.append((self._column_count, last, style))
        self._column_count += count

    def _start_row(self, attributes: dict[str, str]) -> None:
        self._row += self._row_repeat
        self._row_repeat = repeat_of(attributes, "number-rows-repeated")
        self._column = 0
        self._row_style = attribute(attributes, "default-cell-style-name")
        if attribute(attributes, "visibility") in {"collapse", "filter"}:
            extend(self._sheet.lignes_masquees, self._row, self._row + self._row_repeat - 1)

    def text(self, data: str) -> None:
        """Take a piece of text."""
        if self._cell is None or self._aside:
            return
        mark = next((mark for mark in reversed(self._marks) if mark), "") if self._marks else ""
        if self._fragments and self._fragments[-1][1] == mark:
            before = self._fragments[-1][0]
            if len(before) < LONGEST:
                self._fragments[-1] = (before + data[:LONGEST], mark)
        elif len(self._fragments) < LONGEST:
            self._fragments.append((data[:LONGEST], mark))

    def end(self, name: str) -> None:
        """Take the end of an element."""
        if self._aside:
            self._aside -= 1
            return
        if name == "text:p":
            return
        element = local_name(name)
        if element == "style":
            self._style = None
        elif element in {"span", "a"} and self._marks:
            self._marks.pop()
            self._fragments.append(("", ""))
        elif element in {"table-cell", "covered-table-cell"} and self._cell is not None:
            self._end_cell(self._cell, covered=element == "covered-table-cell")
            self._cell = None

    def _end_cell(self, cell: dict[str, str], *, covered: bool) -> None:
        column, self._column = self._column, self._column + self._repeat
        plain = len(self._fragments) < 2 and not (self._fragments and self._fragments[0][1])
        if (
            plain
            and not covered
            and not self._any_style
            and self._sheet.premiere is not None
            and "table:formula" not in cell
            and cell.get("calcext:value-type") != "error"
            and _says_its_value(cell, self._fragments)
        ):
            return
        shown = "".join(text for text, _ in self._fragments).strip()
        value = next((attribute(cell, name) for name in _VALUES if attribute(cell, name)), "")
        if self._sheet.premiere is None and (shown or value):
            self._sheet.premiere = (self._row, column)
        found = self._finding(cell, shown, value, column)
        if covered:
            held = shown or value
            found = ("couverte", held[:LONGEST]) if held else None
        if found is not None:
            self._sheet.add(Constat(self._row, self._row_repeat, column, self._repeat, *found))

    def _finding(self, cell: dict[str, str], shown: str, value: str, column: int) -> tuple[Genre, str] | None:
        if not cell and not shown:
            return None
        kind = cell.get("office:value-type") or attribute(cell, "value-type")
        if cell.get("calcext:value-type") == "error":
            return "erreur", shown[:LONGEST] or "#N/A"
        formula = cell.get("table:formula", "")
        if formula and not value and not shown and kind != "string":
            return "formule", "=" + formula.rpartition(":=")[2].removeprefix("=")[:LONGEST]
        if not shown:
            return None if _says_its_value(cell, self._fragments) else ("affichage", NOTHING)
        style = cell.get("table:style-name") or self._row_style
        if not style:
            style = next((name for first, last, name in self._columns if first <= column <= last), "")
        if self.styles.mark("table-cell", style) == BARRE:
            return "format", f"({BARRE} {shown[:LONGEST]})"
        if self.styles.is_unseen(style):
            return "blanc", shown[:LONGEST]
        if not _says_its_value(cell, self._fragments):
            return "affichage", shown[:LONGEST]
        return seen(self._fragments)


def _says_its_value(cell: dict[str, str], fragments: Sequence[Fragment]) -> bool:
    """Tell whether the text of a cell is the number that it holds, but for its spaces and its decimals."""
    value = cell.get("office:value", "")
    if not value:
        return True
    text = fragments[0][0] if len(fragments) == 1 else "".join(text for text, _ in fragments)
    if text == value:
        return True
    read = re.sub(r"[\s\u00a0\u202f\u2009]", "", text).replace(",", ".").replace("−", "-").strip("()")
    try:
        number, written = float(value), float(read)
    except ValueError:
        return False
    if number > 0 and ("(" in text or written < 0):
        return False
    digits = len(read.partition(".")[2])
    return abs(abs(number) - abs(written)) <= 0.5 * 10**-digits + 1e-9


_VALUES = ("value", "date-value", "time-value", "boolean-value", "string-value")


def _ods_mark(attributes: dict[str, str]) -> str | None:
    """Tell how properties make a text look; None where they say nothing of it."""
    lines = {
        attribute(attributes, name) for name in ("text-line-through-style", "text-line-through-type")
    } - {""}
    if lines - {"none"}:
        return "" if "none" in lines else BARRE
    place = attribute(attributes, "text-position").split()
    if not place:
        return "" if lines else None
    if place[0] == "super":
        return EXPOSANT
    if place[0] == "sub" or place[0].startswith("-"):
        return INDICE
    return "" if place[0] in {"0%", "0"} else EXPOSANT


# No number longer than this is told from another: all of them are out of any bound.
_DIGITS = 12


def repeat_of(attributes: dict[str, str], name: str) -> int:
    """Tell how many times an element is repeated; without bound where the number is."""
    value = attribute(attributes, name) or "1"
    if not (value.isascii() and value.isdigit()):
        return 1
    return int(value) if len(value) <= _DIGITS else 10**_DIGITS
