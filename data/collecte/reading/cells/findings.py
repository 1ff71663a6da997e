"""What the cells of a worksheet show and their values do not tell: errors, formulas never computed, marks.

The XML is streamed, a cell repeated a million times is one finding, and nothing is kept of a cell that has
nothing to say.
"""

from collections.abc import Iterable, Sequence
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
LONGEST = 60
WHITE = "#ffffff"
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
                        vu = str(texts[rank]).strip()[:LONGEST]
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
    return ("format" if marked else "mixte"), text[:LONGEST]


def parse(parser: expat.XMLParserType, blocks: Iterable[bytes]) -> None:
    """Read all of a document, block by block."""
    parser.buffer_text = True
    for block in blocks:
        parser.Parse(block, False)
    parser.Parse(b"", True)


def local_name(name: str) -> str:
    """Give the name of an element or of an attribute, without its namespace."""
    return name.rpartition(":")[2]


def attribute(attributes: dict[str, str], name: str) -> str:
    """Give an attribute whatever its prefix."""
    value = attributes.get(name)
    if value is not None:
        return value
    return next((value for key, value in attributes.items() if local_name(key) == name), "")


def is_on(value: str) -> bool:
    """Tell whether an attribute says yes."""
    return value in {"1", "true", "on"}


def mark_of(element: str, attributes: dict[str, str]) -> str:
    """Tell how an element of an XLSX font makes a text look."""
    value = attributes.get("val", "")
    if element == "vertAlign":
        return {"superscript": EXPOSANT, "subscript": INDICE}.get(value, "")
    if element in {"strike", "dstrike"} and value not in {"0", "false", "off"}:
        return BARRE
    return ""


def extend(runs: list[tuple[int, int]], first: int, last: int) -> None:
    """Add a run of rows or columns, joined to the one before where it follows it."""
    if runs and runs[-1][1] == first - 1:
        runs[-1] = (runs[-1][0], last)
    else:
        runs.append((first, last))
