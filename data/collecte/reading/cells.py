"""What the cells of a worksheet show and their values do not tell: errors, formulas never computed, marks.

The XML is streamed, a cell repeated a million times is one finding, and nothing is kept of a cell that has
nothing to say.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Literal
from xml.parsers import expat

import polars as pl

# `mixte`: several formats, harmless in a text; `format`: raised, lowered or struck out, harmless nowhere;
# `affichage`: a number that its format shows as another; `couverte`: hidden under merged cells; `blanc`:
# written in white on white.
Genre = Literal["erreur", "formule", "mixte", "format", "affichage", "couverte", "blanc"]
# A fragment of a cell: its text, and how it is shown.
Fragment = tuple[str, str]

NOTHING = "(rien)"
EXPOSANT, INDICE, BARRE = "exposant", "indice", "barré"
_LONGEST = 60
_WHITE = "#ffffff"
# More than these and the workbook is not one with a few faults.
MOST_FINDINGS = 100_000


class TooManyFindings(Exception):  # noqa: N818 - it is what was found
    """A sheet has more cells that cannot be read than a person would look at."""


@dataclass(frozen=True)
class Constat:
    """A run of cells, rows and columns from 1 and 0, that do not say what their value says."""

    ligne: int
    lignes: int
    colonne: int
    colonnes: int
    genre: Genre
    vu: str


@dataclass
class Constats:
    """What was seen in one sheet: cells, hidden rows (from 1) and columns (from 0), as first and last.

    `premiere`: the row and the column of the first cell that holds something. `fusions`: the merged cells
    of an XLSX, as first row, last row, first column and last column, which do not say what they cover.
    """

    cellules: list[Constat] = field(default_factory=lambda: list[Constat]())
    lignes_masquees: list[tuple[int, int]] = field(default_factory=lambda: list[tuple[int, int]]())
    colonnes_masquees: list[tuple[int, int]] = field(default_factory=lambda: list[tuple[int, int]]())
    premiere: tuple[int, int] | None = None
    fusions: list[tuple[int, int, int, int]] = field(
        default_factory=lambda: list[tuple[int, int, int, int]]()
    )

    def add(self, constat: Constat) -> None:
        """Keep a finding; refuse to keep without bound."""
        if len(self.cellules) >= MOST_FINDINGS:
            raise TooManyFindings
        self.cellules.append(constat)

    def add_covered(self, cells: pl.DataFrame) -> None:
        """Find what merged cells cover in a table, `ligne` and columns `c0`, `c1`…: only the first shows."""
        for top, bottom, left, right in self.fusions:
            for colonne in range(left, min(right + 1, cells.width - 1)):
                texts = cells[f"c{colonne}"].slice(top - 1, bottom - top + 1)
                for rank in (texts != "").arg_true():
                    if (rank, colonne) != (0, left):
                        vu = str(texts[rank]).strip()[:_LONGEST]
                        self.add(Constat(top + rank, 1, colonne, 1, "couverte", vu))

    def within(self, height: int, width: int) -> pl.DataFrame:
        """List the cells found in a table of that size: `ligne`, `colonne`, `genre`, `vu`."""
        rows: list[tuple[int, int, str, str]] = []
        for found in self.cellules:
            last = min(found.ligne + found.lignes, height + 1)
            end = min(found.colonne + found.colonnes, width)
            if (last - found.ligne) * max(end - found.colonne, 0) + len(rows) > MOST_FINDINGS:
                raise TooManyFindings
            rows += [
                (ligne, colonne, found.genre, found.vu)
                for ligne in range(found.ligne, last)
                for colonne in range(found.colonne, end)
            ]
        return pl.DataFrame(rows, schema=CONSTATS_SCHEMA, orient="row")


CONSTATS_SCHEMA = {"ligne": pl.Int64, "colonne": pl.Int64, "genre": pl.String, "vu": pl.String}


def column_letters(index: int) -> str:
    """Name a column, counted from 0, as a spreadsheet does."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def column_number(letters: str) -> int:
    """Count the columns up to the one of that name, itself included."""
    number = 0
    for letter in letters.upper()[:6]:
        number = number * 26 + ord(letter) - 64
    return number


def seen(fragments: Sequence[Fragment]) -> tuple[Genre, str] | None:
    """Say what a cell of several formats shows: « 12 (exposant 1) »; None where it is of one, and plain."""
    kept = [(text, shown) for text, shown in fragments if text.strip()]
    marked = any(shown for _, shown in kept)
    if not marked and len(kept) < 2:
        return None
    text = " ".join(f"({shown} {text.strip()})" if shown else text.strip() for text, shown in kept)
    if not marked:
        text = " + ".join(text.strip() for text, _ in kept)
    return ("format" if marked else "mixte"), text[:_LONGEST]


def _parse(parser: expat.XMLParserType, blocks: Iterable[bytes]) -> None:
    parser.buffer_text = True
    for block in blocks:
        parser.Parse(block, False)
    parser.Parse(b"", True)


def _local(name: str) -> str:
    return name.rpartition(":")[2]


def _attribute(attributes: dict[str, str], name: str) -> str:
    """Give an attribute whatever its prefix."""
    value = attributes.get(name)
    if value is not None:
        return value
    return next((value for key, value in attributes.items() if _local(key) == name), "")


def _is_on(value: str) -> bool:
    return value in {"1", "true", "on"}


def _mark_of(element: str, attributes: dict[str, str]) -> str:
    """Tell how an element of an XLSX font makes a text look."""
    value = attributes.get("val", "")
    if element == "vertAlign":
        return {"superscript": EXPOSANT, "subscript": INDICE}.get(value, "")
    if element in {"strike", "dstrike"} and value not in {"0", "false", "off"}:
        return BARRE
    return ""


# ---------------------------------------------------------------- XLSX


@dataclass(frozen=True)
class XlsxStyles:
    """The cell styles of an XLSX, by number, that show something else than the value: struck out, white on
    white, or by a number format (`formats` holds its code)."""

    barres: frozenset[int] = frozenset()
    blancs: frozenset[int] = frozenset()
    formats: dict[int, str] = field(default_factory=lambda: dict[int, str]())


# Percentages, powers of ten and fractions among the formats that every workbook has.
_BUILT_IN = {9: "0%", 10: "0.00%", 11: "0.00E+00", 12: "# ?/?", 13: "# ??/??", 48: "##0.0E+0"}
_QUOTED = re.compile(r'"([^"]*)"|\\(.)|_.|\*.|\[[^\]]*\]')
_SPACES = " \u00a0\u202f\u2009"


def shown_by(code: str, value: str) -> str | None:
    """Write a number as its format shows it, where that is another number or a mark; None where it is plain.

    Known of a format code: its sections by sign, literal text, percent, powers, fractions, scaling by
    thousands. Dates, decimals and groups of thousands change no number.
    """
    try:
        number = float(value)
    except ValueError:
        return None
    sections = re.split(r';(?=(?:[^"]*"[^"]*")*[^"]*$)', code)
    rank = 1 if number < 0 and len(sections) > 1 else 2 if number == 0 and len(sections) > 2 else 0
    section = sections[rank]
    literal = "".join(quoted or escaped or "" for quoted, escaped in _QUOTED.findall(section))
    bare = _QUOTED.sub("", section)
    if re.search(r"(?i)[ymdhs]", bare) or bare.strip() in {"General", "Standard", "@"}:
        return None
    if not section.strip():
        return ""
    if "%" in bare:
        return f"{number * 100:g}\u00a0%"
    scaled = re.search(r"[0#?](,+)(?:$|[^0#?,])", bare)
    if scaled:
        return f"{number / 1000 ** len(scaled[1]):g}"
    if re.search(r"(?i)e[+-]|/", bare):
        return f"{number:g} ({bare.strip()})"
    # What a positive number is written after: a minus or a parenthesis makes another of it.
    before = re.split("[0#?]", _QUOTED.sub(lambda found: found[1] or found[2] or "", section))[0]
    if number > 0 and "-" in before:
        return f"-{number:g}"
    if number > 0 and "(" in before:
        return f"({number:g})"
    marks = literal.strip(_SPACES + "-+()")
    if not re.search("[0#?]", bare):
        return marks
    return f"{number:g}{literal}" if marks else None


def read_cell_styles(blocks: Iterable[bytes]) -> XlsxStyles:
    """List the cell styles of an XLSX that are struck out or unseen, or may show another number."""
    struck_fonts: set[int] = set()
    white_fonts: set[int] = set()
    bare_fills: set[int] = set()
    struck: set[int] = set()
    white: set[int] = set()
    codes = dict(_BUILT_IN)
    formats: dict[int, str] = {}
    path: list[str] = []
    fonts = fills = styles = -1
    parser = expat.ParserCreate()

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal fonts, fills, styles
        element = _local(name)
        parent = path[-1] if path else ""
        path.append(element)
        if element == "font" and parent == "fonts":
            fonts += 1
        elif "fonts" in path and _mark_of(element, attributes) == BARRE:
            struck_fonts.add(fonts)
        elif element == "color" and parent == "font" and _is_white(attributes):
            white_fonts.add(fonts)
        elif element == "fill" and parent == "fills":
            fills += 1
        elif (element == "patternFill" and attributes.get("patternType", "none") == "none") or (
            element == "fgColor" and parent == "patternFill" and _is_white(attributes)
        ):
            bare_fills.add(fills)
        elif element == "numFmt" and parent == "numFmts" and attributes.get("numFmtId", "").isdigit():
            codes[int(attributes["numFmtId"])] = attributes.get("formatCode", "")[:200]
        elif element == "xf" and parent == "cellXfs":
            styles += 1
            font = attributes.get("fontId", "0")
            fill = attributes.get("fillId", "0")
            if font.isdigit() and int(font) in struck_fonts:
                struck.add(styles)
            if (
                font.isdigit()
                and int(font) in white_fonts
                and fill.isdigit()
                and int(fill) in bare_fills | {0}
            ):
                white.add(styles)
            code = codes.get(int(number)) if (number := attributes.get("numFmtId", "")).isdigit() else None
            if code is not None and any(shown_by(code, value) is not None for value in ("12", "0")):
                formats[styles] = code

    def end(_name: str) -> None:
        path.pop()

    parser.StartElementHandler, parser.EndElementHandler = start, end
    _parse(parser, blocks)
    return XlsxStyles(frozenset(struck), frozenset(white), formats)


def _is_white(attributes: dict[str, str]) -> bool:
    """Tell whether a colour of an XLSX is white: as such, as the paper of its theme, or of its palette."""
    shade = attributes.get("tint", "0") in {"", "0"}
    return attributes.get("rgb", "").upper()[-6:] == "FFFFFF" or (
        shade and (attributes.get("theme") == "0" or attributes.get("indexed") in {"1", "9"})
    )


class _Runs:
    """The runs of a rich text of an XLSX, as its elements come."""

    def __init__(self) -> None:
        self.fragments: list[Fragment] = []
        self._text = ""
        self._mark = ""
        self._inside = self._phonetic = False

    def start(self, element: str, attributes: dict[str, str]) -> None:
        if element == "rPh":
            self._phonetic = True
        elif element == "r":
            self._text = self._mark = ""
        elif element == "t":
            self._inside = not self._phonetic
        else:
            self._mark = self._mark or _mark_of(element, attributes)

    def text(self, data: str) -> None:
        if self._inside and len(self._text) < _LONGEST:
            self._text += data[:_LONGEST]

    def end(self, element: str) -> None:
        if element == "rPh":
            self._phonetic = False
        elif element == "t":
            self._inside = False
        elif element == "r" and len(self.fragments) < _LONGEST:
            self.fragments.append((self._text, self._mark))


def read_rich_strings(blocks: Iterable[bytes]) -> dict[int, tuple[Genre, str]]:
    """List the shared strings of an XLSX that have several formats, by their number."""
    rich: dict[int, tuple[Genre, str]] = {}
    number = -1
    runs = _Runs()
    parser = expat.ParserCreate()

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal number, runs
        element = _local(name)
        if element == "si":
            number += 1
            runs = _Runs()
        else:
            runs.start(element, attributes)

    def end(name: str) -> None:
        element = _local(name)
        if element != "si":
            runs.end(element)
        elif (found := seen(runs.fragments)) is not None:
            if len(rich) >= MOST_FINDINGS:
                raise TooManyFindings
            rich[number] = found

    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler = lambda data: runs.text(data)
    _parse(parser, blocks)
    return rich


def read_string_lengths(blocks: Iterable[bytes]) -> list[int]:
    """List how many characters each shared string of an XLSX has."""
    lengths: list[int] = []
    parser = expat.ParserCreate()

    def start(name: str, _attributes: dict[str, str]) -> None:
        if _local(name) == "si":
            lengths.append(0)

    def text(data: str) -> None:
        if lengths:
            lengths[-1] += len(data)

    parser.StartElementHandler, parser.CharacterDataHandler = start, text
    _parse(parser, blocks)
    return lengths


def lay_shared_strings(blocks: Iterable[bytes], *, lengths: Sequence[int], lay: Callable[..., None]) -> None:
    """Tell `lay` how many characters (`texte`) of shared strings each cell of an XLSX sheet shows."""
    shared = inside = False
    number = ""
    parser = expat.ParserCreate()

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal shared, inside, number
        element = _local(name)
        if element == "c":
            shared = attributes.get("t") == "s"
        inside, number = shared and element == "v", ""

    def end(_name: str) -> None:
        nonlocal inside
        if inside and number.strip().isdigit() and int(number) < len(lengths):
            lay(texte=lengths[int(number)])
        inside = False

    def text(data: str) -> None:
        nonlocal number
        if inside and len(number) < _LONGEST:
            number += data[:_LONGEST]

    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler = text
    _parse(parser, blocks)


_RANGE = re.compile(r"([A-Z]{1,3})([0-9]{1,7}):([A-Z]{1,3})([0-9]{1,7})")


class _Enough(Exception):  # noqa: N818 - nothing went wrong
    """What was looked for in a sheet has been found."""


def read_xlsx_sheet(
    blocks: Iterator[bytes],
    *,
    whole: bool,
    styles: XlsxStyles | None = None,
    rich: dict[int, tuple[Genre, str]] | None = None,
) -> Constats:
    """Look at the cells of an XLSX sheet; only up to the first that holds something unless `whole`."""
    sheet = _XlsxSheet(whole, styles or XlsxStyles(), rich or {})
    parser = expat.ParserCreate()
    parser.StartElementHandler, parser.EndElementHandler = sheet.start, sheet.end
    parser.CharacterDataHandler = sheet.text
    with suppress(_Enough):
        _parse(parser, blocks)
    return sheet.constats


class _XlsxSheet:
    def __init__(self, whole: bool, styles: XlsxStyles, rich: dict[int, tuple[Genre, str]]) -> None:
        self.constats = Constats()
        self._whole, self._styles, self._rich = whole, styles, rich
        self._row, self._column = 0, -1
        self._type = self._value = self._formula = ""
        self._style = 0
        self._has_formula = self._has_value = self._in_cell = False
        self._inside = ""
        self._runs = _Runs()
        # The text of a formula is written once for all the cells that share it.
        self._shared: dict[str, str] = {}
        self._share = ""

    def start(self, name: str, attributes: dict[str, str]) -> None:
        element = _local(name)
        if element == "row":
            number = attributes.get("r", "")
            self._row = int(number) if number.isdigit() and len(number) < 10 else self._row + 1
            self._column = -1
            if _is_on(attributes.get("hidden", "")):
                _extend(self.constats.lignes_masquees, self._row, self._row)
        elif element == "col":
            first, last = attributes.get("min", ""), attributes.get("max", "")
            away = _is_on(attributes.get("hidden", "")) or attributes.get("width", "") in {"0", "0.0"}
            if away and first.isdigit() and last.isdigit():
                self.constats.colonnes_masquees.append((int(first) - 1, int(last) - 1))
        elif element == "mergeCell" and (found := _RANGE.fullmatch(attributes.get("ref", ""))):
            if len(self.constats.fusions) >= MOST_FINDINGS:
                raise TooManyFindings
            left, top, right, bottom = found.groups()
            self.constats.fusions.append(
                (int(top), int(bottom), column_number(left) - 1, column_number(right) - 1)
            )
        elif element == "c":
            letters = attributes.get("r", "").rstrip("0123456789")
            self._column = column_number(letters) - 1 if letters.isalpha() else self._column + 1
            style = attributes.get("s", "")
            self._style = int(style) if style.isdigit() else 0
            self._type = attributes.get("t", "n")
            self._value = self._formula = self._share = ""
            self._has_formula = self._has_value = False
            self._in_cell = True
            self._runs = _Runs()
        elif self._in_cell:
            self._inside = element
            if element == "f":
                self._has_formula = True
                self._share = attributes.get("si", "")
            elif element == "v":
                self._has_value = True
            else:
                self._runs.start(element, attributes)

    def text(self, data: str) -> None:
        if not self._in_cell:
            return
        if self._inside == "v" and len(self._value) < _LONGEST:
            self._value += data[:_LONGEST]
        elif self._inside == "f" and len(self._formula) < _LONGEST:
            self._formula += data[:_LONGEST]
        elif self._inside == "t":
            self._runs.text(data)
            if data.strip():
                self._value = self._value or data[:_LONGEST]

    def end(self, name: str) -> None:
        element = _local(name)
        if element != "c":
            self._inside = ""
            if self._in_cell:
                self._runs.end(element)
            return
        self._in_cell = False
        if self._share and self._formula and len(self._shared) < MOST_FINDINGS:
            self._shared[self._share] = self._formula
        holds = bool(self._value.strip())
        if holds and self.constats.premiere is None:
            self.constats.premiere = (self._row, self._column)
            if not self._whole:
                raise _Enough
        found = self._finding()
        if found is not None:
            self.constats.add(Constat(self._row, 1, self._column, 1, *found))

    def _finding(self) -> tuple[Genre, str] | None:
        if self._type == "e":
            return "erreur", self._value or "#N/A"
        if self._has_formula and not self._value.strip() and not (self._type == "str" and self._has_value):
            return "formule", "=" + (self._formula or self._shared.get(self._share, ""))
        if self._style in self._styles.barres and self._value.strip():
            # The text of a shared string is not here: it is read in the table.
            return "format", "" if self._type == "s" else f"({BARRE} {self._value.strip()})"
        if self._style in self._styles.blancs and self._value.strip():
            return "blanc", "" if self._type == "s" else self._value.strip()
        if self._type == "n" and self._style in self._styles.formats and self._value.strip():
            shown = shown_by(self._styles.formats[self._style], self._value.strip())
            return None if shown is None else ("affichage", shown[:_LONGEST] or NOTHING)
        if self._type == "s" and self._value.isdigit():
            return self._rich.get(int(self._value))
        return seen(self._runs.fragments)


def _extend(runs: list[tuple[int, int]], first: int, last: int) -> None:
    """Add a run of rows or columns, joined to the one before where it follows it."""
    if runs and runs[-1][1] == first - 1:
        runs[-1] = (runs[-1][0], last)
    else:
        runs.append((first, last))


# ---------------------------------------------------------------- ODS


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
        return ink == _WHITE and ground in {"", "transparent", _WHITE}

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
            self._style = (_attribute(attributes, "family"), _attribute(attributes, "name"))
            self.styles.parents[self._style] = _attribute(attributes, "parent-style-name")
        elif element == "text-properties" and self._style is not None:
            mark = _ods_mark(attributes)
            if mark is not None:
                self.styles.marks[self._style] = mark
            if ink := _attribute(attributes, "color"):
                self.styles.encres[self._style] = ink.lower()
        elif element == "table-cell-properties" and self._style is not None:
            if ground := _attribute(attributes, "background-color"):
                self.styles.fonds[self._style] = ground.lower()
        elif element == "null-date":
            self.null_date = _attribute(attributes, "date-value") or "1899-12-30"
        elif element == "table" and prefix == "table":
            self._sheet = self.feuilles.setdefault(_attribute(attributes, "name"), Constats())
            self._row = 1
            self._row_repeat = 0
            self._column_count = 0
            self._columns = []
            self._any_style = BARRE in self.styles.marks.values() or _WHITE in self.styles.encres.values()
        elif element == "table-column":
            self._start_column(attributes)
        elif element == "table-row":
            self._start_row(attributes)
        elif element in {"table-cell", "covered-table-cell"}:
            self._start_cell(attributes)
        elif self._cell is not None and element in {"span", "a"}:
            self._marks.append(self.styles.mark("text", _attribute(attributes, "style-name")))
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
        if _attribute(attributes, "visibility") in {"collapse", "filter"}:
            _extend(self._sheet.colonnes_masquees, self._column_count, last)
        style = _attribute(attributes, "default-cell-style-name")
        if len(self._columns) < 20_000:
            self._columns.append((self._column_count, last, style))
        self._column_count += count

    def _start_row(self, attributes: dict[str, str]) -> None:
        self._row += self._row_repeat
        self._row_repeat = repeat_of(attributes, "number-rows-repeated")
        self._column = 0
        self._row_style = _attribute(attributes, "default-cell-style-name")
        if _attribute(attributes, "visibility") in {"collapse", "filter"}:
            _extend(self._sheet.lignes_masquees, self._row, self._row + self._row_repeat - 1)

    def text(self, data: str) -> None:
        """Take a piece of text."""
        if self._cell is None or self._aside:
            return
        mark = next((mark for mark in reversed(self._marks) if mark), "") if self._marks else ""
        if self._fragments and self._fragments[-1][1] == mark:
            before = self._fragments[-1][0]
            if len(before) < _LONGEST:
                self._fragments[-1] = (before + data[:_LONGEST], mark)
        elif len(self._fragments) < _LONGEST:
            self._fragments.append((data[:_LONGEST], mark))

    def end(self, name: str) -> None:
        """Take the end of an element."""
        if self._aside:
            self._aside -= 1
            return
        if name == "text:p":
            return
        element = _local(name)
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
        value = next((_attribute(cell, name) for name in _VALUES if _attribute(cell, name)), "")
        if self._sheet.premiere is None and (shown or value):
            self._sheet.premiere = (self._row, column)
        found = self._finding(cell, shown, value, column)
        if covered:
            held = shown or value
            found = ("couverte", held[:_LONGEST]) if held else None
        if found is not None:
            self._sheet.add(Constat(self._row, self._row_repeat, column, self._repeat, *found))

    def _finding(self, cell: dict[str, str], shown: str, value: str, column: int) -> tuple[Genre, str] | None:
        if not cell and not shown:
            return None
        kind = cell.get("office:value-type") or _attribute(cell, "value-type")
        if cell.get("calcext:value-type") == "error":
            return "erreur", shown[:_LONGEST] or "#N/A"
        formula = cell.get("table:formula", "")
        if formula and not value and not shown and kind != "string":
            return "formule", "=" + formula.rpartition(":=")[2].removeprefix("=")[:_LONGEST]
        if not shown:
            return None if _says_its_value(cell, self._fragments) else ("affichage", NOTHING)
        style = cell.get("table:style-name") or self._row_style
        if not style:
            style = next((name for first, last, name in self._columns if first <= column <= last), "")
        if self.styles.mark("table-cell", style) == BARRE:
            return "format", f"({BARRE} {shown[:_LONGEST]})"
        if self.styles.is_unseen(style):
            return "blanc", shown[:_LONGEST]
        if not _says_its_value(cell, self._fragments):
            return "affichage", shown[:_LONGEST]
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
        _attribute(attributes, name) for name in ("text-line-through-style", "text-line-through-type")
    } - {""}
    if lines - {"none"}:
        return "" if "none" in lines else BARRE
    place = _attribute(attributes, "text-position").split()
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
    value = _attribute(attributes, name) or "1"
    if not (value.isascii() and value.isdigit()):
        return 1
    return int(value) if len(value) <= _DIGITS else 10**_DIGITS
