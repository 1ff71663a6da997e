"""What the cells of an XLSX sheet show and their values do not tell: styles, rich texts, formulas."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from xml.parsers import expat

from data.collecte.reading.cells.findings import (
    BARRE,
    LONGEST,
    MOST_FINDINGS,
    NOTHING,
    Constat,
    Constats,
    Fragment,
    Genre,
    TooManyFindings,
    column_number,
    extend,
    is_on,
    local_name,
    mark_of,
    parse,
    seen,
)


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
        element = local_name(name)
        parent = path[-1] if path else ""
        path.append(element)
        if element == "font" and parent == "fonts":
            fonts += 1
        elif "fonts" in path and mark_of(element, attributes) == BARRE:
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
    parse(parser, blocks)
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
            self._mark = self._mark or mark_of(element, attributes)

    def text(self, data: str) -> None:
        if self._inside and len(self._text) < LONGEST:
            self._text += data[:LONGEST]

    def end(self, element: str) -> None:
        if element == "rPh":
            self._phonetic = False
        elif element == "t":
            self._inside = False
        elif element == "r" and len(self.fragments) < LONGEST:
            self.fragments.append((self._text, self._mark))


def read_rich_strings(blocks: Iterable[bytes]) -> dict[int, tuple[Genre, str]]:
    """List the shared strings of an XLSX that have several formats, by their number."""
    rich: dict[int, tuple[Genre, str]] = {}
    number = -1
    runs = _Runs()
    parser = expat.ParserCreate()

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal number, runs
        element = local_name(name)
        if element == "si":
            number += 1
            runs = _Runs()
        else:
            runs.start(element, attributes)

    def end(name: str) -> None:
        element = local_name(name)
        if element != "si":
            runs.end(element)
        elif (found := seen(runs.fragments)) is not None:
            if len(rich) >= MOST_FINDINGS:
                raise TooManyFindings
            rich[number] = found

    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler = lambda data: runs.text(data)
    parse(parser, blocks)
    return rich


def read_string_lengths(blocks: Iterable[bytes]) -> list[int]:
    """List how many characters each shared string of an XLSX has."""
    lengths: list[int] = []
    parser = expat.ParserCreate()

    def start(name: str, _attributes: dict[str, str]) -> None:
        if local_name(name) == "si":
            lengths.append(0)

    def text(data: str) -> None:
        if lengths:
            lengths[-1] += len(data)

    parser.StartElementHandler, parser.CharacterDataHandler = start, text
    parse(parser, blocks)
    return lengths


def lay_shared_strings(blocks: Iterable[bytes], *, lengths: Sequence[int], lay: Callable[..., None]) -> None:
    """Tell `lay` how many characters (`texte`) of shared strings each cell of an XLSX sheet shows."""
    shared = inside = False
    number = ""
    parser = expat.ParserCreate()

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal shared, inside, number
        element = local_name(name)
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
        if inside and len(number) < LONGEST:
            number += data[:LONGEST]

    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler = text
    parse(parser, blocks)


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
        parse(parser, blocks)
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
        element = local_name(name)
        if element == "row":
            number = attributes.get("r", "")
            self._row = int(number) if number.isdigit() and len(number) < 10 else self._row + 1
            self._column = -1
            if is_on(attributes.get("hidden", "")):
                extend(self.constats.lignes_masquees, self._row, self._row)
        elif element == "col":
            first, last = attributes.get("min", ""), attributes.get("max", "")
            away = is_on(attributes.get("hidden", "")) or attributes.get("width", "") in {"0", "0.0"}
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
        if self._inside == "v" and len(self._value) < LONGEST:
            self._value += data[:LONGEST]
        elif self._inside == "f" and len(self._formula) < LONGEST:
            self._formula += data[:LONGEST]
        elif self._inside == "t":
            self._runs.text(data)
            if data.strip():
                self._value = self._value or data[:LONGEST]

    def end(self, name: str) -> None:
        element = local_name(name)
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
            return None if shown is None else ("affichage", shown[:LONGEST] or NOTHING)
        if self._type == "s" and self._value.isdigit():
            return self._rich.get(int(self._value))
        return seen(self._runs.fragments)
