"""Bytes of an XLSX or ODS workbook → the cells of its visible sheets, after the archive was found harmless.

The archive is inflated once here, block by block and bounded, before calamine is trusted with it: a zip
directory can lie about sizes, and a few bytes of XML can announce billions of cells.
"""

import io
import logging
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any, Literal, TypeVar
from xml.parsers import expat

import fastexcel
import polars as pl

from analytics.vocabulary.wording import typeset
from data.collecte.expected.limits import Limites, UnreadableFile
from data.collecte.reading.cells.extent import (
    BLOCK,
    DAMAGED,
    TOO_LARGE,
    Laid,
    check_ods_cells,
    check_xlsx_cells,
    walk_ods,
)
from data.collecte.reading.cells.findings import Constats, TooManyFindings, parse
from data.collecte.reading.cells.ods import OdsDocument
from data.collecte.reading.cells.xlsx import (
    XlsxStyles,
    lay_shared_strings,
    read_cell_styles,
    read_rich_strings,
    read_string_lengths,
    read_xlsx_sheet,
)
from data.collecte.reading.csv_lines import UNCLEAN, cleaned
from data.collecte.reading.formats import refuse_other_archives

Format = Literal["xlsx", "ods"]

_PASSWORD = "Le classeur est protégé par un mot de passe : enregistrez-le sans protection, puis renvoyez-le."  # noqa: S105 - a sentence
# A spreadsheet lets its sheets have 31 characters.
_LONGEST_NAME = 100
_FAULTY = (
    "Le classeur a trop de cellules en erreur, de formules jamais calculées ou de mises en forme mêlées : "
    "ouvrez-le dans votre tableur, copiez les valeurs du seul tableau dans un classeur neuf, renvoyez-le."
)
# The day that a spreadsheet counts as 0, unless the workbook says otherwise.
_EPOCH = date(1899, 12, 30)
_EPOCH_1904 = date(1904, 1, 1)

T = TypeVar("T")

# What it notes of a file, in English, is none of the sender's business.
logging.getLogger("calamine").setLevel(logging.CRITICAL)


@dataclass(frozen=True)
class FeuilleLue:
    """One visible sheet: `ligne` (as the spreadsheet numbers it), then `c0`, `c1`… as text, « » if empty.

    `c0` is the column A. `constats` are the cells that do not say what their value says (`ligne`, `colonne`,
    `genre`, `vu`). What is hidden is not in the cells: `lignes_masquees` and `colonnes_masquees` (from 0)
    are those that held something. A day number of the sheet is `decalage` days short of the usual ones.
    """

    nom: str
    cellules: pl.DataFrame
    constats: pl.DataFrame
    lignes_masquees: tuple[int, ...] = ()
    colonnes_masquees: tuple[int, ...] = ()
    decalage: int = 0


@dataclass(frozen=True)
class Classeur:
    """A workbook: its format, its visible sheets, the names of the others."""

    format: Format
    feuilles: tuple[FeuilleLue, ...]
    feuilles_masquees: tuple[str, ...]


def open_workbook(content: bytes, limites: Limites) -> Classeur:
    """Check the archive, then read its visible sheets; refuse in one sentence what cannot be read."""
    try:
        kind, constats, decalage = _check_archive(content, limites)
        # Its types are partly unknown: what comes out is text, checked below.
        reader: Any = _guarded(lambda: fastexcel.read_excel(content))
        feuilles: list[FeuilleLue] = []
        masquees: list[str] = []
        Laid(limites).add(feuilles=len(reader.sheet_names))
        for nom in reader.sheet_names:
            sheet = _guarded(
                lambda nom=nom: reader.load_sheet(nom, header_row=None, skip_rows=0, dtypes="string")
            )
            if sheet.visible == "visible":
                frame = _guarded(sheet.to_polars)
                feuilles.append(_seen_sheet(nom[:_LONGEST_NAME], frame, constats(nom), decalage))
            else:
                masquees.append(nom[:_LONGEST_NAME])
    except TooManyFindings as error:
        raise UnreadableFile(typeset(_FAULTY)) from error
    return Classeur(kind, tuple(feuilles), tuple(masquees))


def _seen_sheet(nom: str, sheet: pl.DataFrame, constats: Constats, decalage: int) -> FeuilleLue:
    """Keep of a sheet what its sender sees, each cell in its own column."""
    cells = _as_cells(sheet, constats)
    constats.add_covered(cells)
    width = cells.width - 1
    columns = [
        index
        for first, last in constats.colonnes_masquees
        for index in range(first, min(last + 1, width))
        if (cells[f"c{index}"] != "").any()
    ]
    cells = cells.with_columns(pl.lit("").alias(f"c{index}") for index in columns)
    hidden = pl.any_horizontal(
        pl.lit(value=False),
        *(pl.col("ligne").is_between(first, last) for first, last in constats.lignes_masquees[:1_000]),
    )
    if len(constats.lignes_masquees) > 1_000:
        rows = [
            ligne
            for first, last in constats.lignes_masquees
            for ligne in range(first, min(last, cells.height) + 1)
        ]
        hidden = pl.col("ligne").is_in(rows)
    away = cells.filter(hidden & pl.any_horizontal(pl.col(pl.String) != ""))["ligne"].to_list()
    return FeuilleLue(
        nom,
        cells.filter(~hidden) if constats.lignes_masquees else cells,
        constats.within(cells.height, width),
        tuple(away),
        tuple(columns),
        decalage,
    )


def _as_cells(sheet: pl.DataFrame, constats: Constats) -> pl.DataFrame:
    texts = sheet.select(pl.all().cast(pl.String).fill_null(""))
    texts.columns = [f"c{index}" for index in range(sheet.width)]
    # A sheet may have thousands of columns that hold nothing.
    held = _where(texts, pl.all() != "")
    width = texts.columns.index(held[-1]) + 1 if held else 0
    texts = texts.select(texts.columns[:width])
    texts = texts.with_columns(cleaned(texts[nom]) for nom in _where(texts, pl.all().str.contains(UNCLEAN)))
    # A French spreadsheet writes the booleans in French; the native reader, in English.
    english = pl.all().is_in(list(_BOOLEANS))
    texts = texts.with_columns(pl.col(nom).replace(_BOOLEANS) for nom in _where(texts, english))
    # The native reader begins at the first column that holds something.
    missing = _columns_missing(texts, constats)
    if missing:
        texts = texts.select(
            *(pl.lit("").alias(f"c{index}") for index in range(missing)),
            *(pl.col(f"c{index}").alias(f"c{index + missing}") for index in range(texts.width)),
        )
    return texts.with_row_index("ligne", offset=1).with_columns(pl.col("ligne").cast(pl.Int64))


def _where(texts: pl.DataFrame, found: pl.Expr) -> list[str]:
    """Name the columns in which something is found: asked of all at once, there may be thousands."""
    told = texts.select(found.any()).row(0) if texts.width else ()
    return [nom for nom, there in zip(texts.columns, told, strict=True) if there]


def _columns_missing(texts: pl.DataFrame, constats: Constats) -> int:
    """Count the empty columns before the table, from where its first cell stands in the sheet."""
    if constats.premiere is None or not 0 < constats.premiere[0] <= texts.height:
        return 0
    row = texts.row(constats.premiere[0] - 1)
    first = next((index for index, text in enumerate(row) if text.strip()), None)
    return 0 if first is None else max(constats.premiere[1] - first, 0)


def _guarded(call: Callable[[], T]) -> T:
    """Turn whatever the native reader dislikes into the one sentence, its panics included.

    A panic of the native code reaches Python as a `BaseException`; interruptions must still pass.
    """
    try:
        return call()
    except (KeyboardInterrupt, SystemExit, GeneratorExit, MemoryError):
        raise
    except BaseException as error:
        raise UnreadableFile(typeset(DAMAGED)) from error


def _check_archive(content: bytes, limites: Limites) -> tuple[Format, Callable[[str], Constats], int]:
    """Find the archive harmless; give its format, what its sheets show, and by how much its days differ."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
        members = archive.infolist()
    # zipfile calls « not implemented » an archive that wants a later version of the format.
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, OverflowError) as error:
        raise UnreadableFile(typeset(DAMAGED)) from error
    if any(member.flag_bits & 0x1 for member in members):
        raise UnreadableFile(typeset(_PASSWORD))
    # The native reader ignores case, and tries each format until one will do: there must be only one.
    names = {_plain_name(member) for member in members}
    mimetype = next((member for member in members if _plain_name(member) == "mimetype"), None)
    small = mimetype is not None and mimetype.file_size < 200
    refuse_other_archives(names, b"".join(_inflate(content, mimetype)) if mimetype and small else b"")
    kind: Format = "xlsx" if "xl/workbook.xml" in names else "ods"
    announced = sum(member.file_size for member in members)
    if (
        len(members) > 5_000
        or announced > limites.octets_decompresses
        or announced > limites.taux_compression * max(len(content), 50_000)
    ):
        raise UnreadableFile(typeset(TOO_LARGE))
    document = OdsDocument()
    laid = Laid(limites)
    # Its styles may be named in the content: they are read first.
    for member in sorted(members, key=lambda member: _plain_name(member) == "content.xml"):
        _check_member(content, member, kind, laid, document)
    if kind == "ods":
        return kind, lambda nom: document.feuilles.get(nom, Constats()), _days_late(document.null_date)
    book = _XlsxBook(content, members)
    book.lay_strings(laid)
    return kind, book.constats, _days_late("1904-01-01" if book.since_1904 else "")


def _days_late(first_day: str) -> int:
    try:
        return (date.fromisoformat(first_day) - _EPOCH).days if first_day else 0
    except ValueError:
        return 0


_BOOLEANS = {"true": "VRAI", "false": "FAUX"}
_WORTH_READING = re.compile(
    rb"<(?:\w+:)?(?:f|r|rPr|mergeCell)[ />]|\bhidden\s*=|\bwidth=\"0|\bt\s*=\s*[\"']e[\"']"
)


class _XlsxBook:
    """The members of an XLSX that tell what its sheets show."""

    def __init__(self, content: bytes, members: list[zipfile.ZipInfo]) -> None:
        self._content = content
        self._members = {_plain_name(member): member for member in members}
        self.since_1904 = False
        self._sheets: dict[str, str] = {}
        targets: dict[str, str] = {}

        def relation(_name: str, attributes: dict[str, str]) -> None:
            if "Id" in attributes:
                target = attributes.get("Target", "").replace("\\", "/")
                place = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
                targets[attributes["Id"]] = place.lower()

        def described(name: str, attributes: dict[str, str]) -> None:
            element = name.rpartition(":")[2]
            if element == "workbookPr":
                self.since_1904 = attributes.get("date1904", "") in {"1", "true", "on"}
            elif element == "sheet":
                number = next((v for key, v in attributes.items() if key.rpartition(":")[2] == "id"), "")
                self._sheets[attributes.get("name", "")] = targets.get(number, "")

        self._walk("xl/_rels/workbook.xml.rels", relation)
        self._walk("xl/workbook.xml", described)
        self._styles = XlsxStyles()
        if self._says("xl/styles.xml", re.compile(rb"(?i)strike|numFmt|F{6}\"|theme=\"0\"|indexed=\"[19]\"")):
            self._styles = self._read("xl/styles.xml", read_cell_styles, XlsxStyles())
        self._rich: dict[int, Any] = {}
        if self._says("xl/sharedstrings.xml", _WORTH_READING):
            self._rich = self._read("xl/sharedstrings.xml", read_rich_strings, {})

    def lay_strings(self, laid: Laid) -> None:
        """Count the shared strings, each as often as a cell shows it: a few bytes for one, however long."""
        name = "xl/sharedstrings.xml"
        room = laid.limites.texte - laid.texte
        if name not in self._members or self._members[name].file_size * laid.cellules <= room:
            return
        lengths = self._read(name, read_string_lengths, [0])
        if max(lengths, default=0) * laid.cellules > room:
            for place in set(self._sheets.values()):
                self._read(place, partial(lay_shared_strings, lengths=lengths, lay=laid.add), None)

    def constats(self, nom: str) -> Constats:
        """Look at a sheet: whole where it may have something to say."""
        place = self._sheets.get(nom, "")
        styles = self._styles
        whole = bool(styles.barres or styles.blancs or styles.formats or self._rich) or self._says(
            place, _WORTH_READING
        )
        return self._read(
            place, partial(read_xlsx_sheet, whole=whole, styles=self._styles, rich=self._rich), Constats()
        )

    def _blocks(self, name: str) -> Iterator[bytes]:
        return _inflate(self._content, self._members[name])

    def _says(self, name: str, pattern: re.Pattern[bytes]) -> bool:
        if name not in self._members:
            return False
        tail = b""
        for block in self._blocks(name):
            if pattern.search(tail + block):
                return True
            tail = block[-200:]
        return False

    def _read(self, name: str, read: Callable[[Iterator[bytes]], T], otherwise: T) -> T:
        if name not in self._members:
            return otherwise
        try:
            return read(self._blocks(name))
        except expat.ExpatError as error:
            raise UnreadableFile(typeset(DAMAGED)) from error

    def _walk(self, name: str, start: Callable[[str, dict[str, str]], None]) -> None:
        def walk(blocks: Iterator[bytes]) -> None:
            parser = expat.ParserCreate()
            parser.StartElementHandler = start
            parse(parser, blocks)

        self._read(name, walk, None)


def _plain_name(member: zipfile.ZipInfo) -> str:
    return member.filename.replace("\\", "/").lstrip("/").lower()


def _check_member(
    content: bytes, member: zipfile.ZipInfo, kind: Format, laid: Laid, document: OdsDocument
) -> None:
    """Inflate one member to its end: its true size, and what its cells would take once laid out."""
    blocks = _inflate(content, member)
    name = _plain_name(member)
    if kind == "ods" and name == "content.xml":
        check_ods_cells(blocks, laid, document)
    elif kind == "ods" and name == "styles.xml":
        walk_ods(blocks, document.start, document.end, document.text)
    elif kind == "ods" and name == "meta-inf/manifest.xml":
        if b"encryption-data" in b"".join(blocks):
            raise UnreadableFile(typeset(_PASSWORD))
    elif kind == "xlsx":
        # Any member may be named as a sheet, whatever its own name.
        check_xlsx_cells(blocks, laid)
    else:
        for _ in blocks:
            pass


def _inflate(content: bytes, member: zipfile.ZipInfo) -> Iterator[bytes]:
    """Give the bytes of a member by blocks, never more than the directory announced."""
    header = content[member.header_offset : member.header_offset + 30]
    if len(header) < 30 or header[:4] != b"PK\x03\x04":
        raise UnreadableFile(typeset(DAMAGED))
    start = (
        member.header_offset
        + 30
        + int.from_bytes(header[26:28], "little")
        + int.from_bytes(header[28:30], "little")
    )
    packed = memoryview(content)[start : start + member.compress_size]
    if len(packed) != member.compress_size or member.compress_type not in (
        zipfile.ZIP_STORED,
        zipfile.ZIP_DEFLATED,
    ):
        raise UnreadableFile(typeset(DAMAGED))
    inflater = zlib.decompressobj(-15) if member.compress_type == zipfile.ZIP_DEFLATED else None
    size = 0
    for at in range(0, len(packed), BLOCK):
        waiting = bytes(packed[at : at + BLOCK])
        while waiting:
            try:
                block = waiting if inflater is None else inflater.decompress(waiting, BLOCK)
            except zlib.error as error:
                raise UnreadableFile(typeset(DAMAGED)) from error
            waiting = b"" if inflater is None else inflater.unconsumed_tail
            size += len(block)
            if size > member.file_size:
                raise UnreadableFile(typeset(TOO_LARGE))
            if block:
                yield block
    if inflater is not None and size < member.file_size:
        rest = inflater.flush()
        size += len(rest)
        yield rest
    if size != member.file_size:
        raise UnreadableFile(typeset(DAMAGED))
