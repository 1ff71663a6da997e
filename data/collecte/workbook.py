"""Bytes of an XLSX or ODS workbook → the cells of its visible sheets, after the archive was found harmless.

The archive is inflated once here, block by block and bounded, before calamine is trusted with it: a zip
directory can lie about sizes, and a few bytes of XML can announce billions of cells.
"""

import io
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Literal, TypeVar
from xml.parsers import expat

import fastexcel
import polars as pl

from analytics.wording import enumeration, typeset
from data.collecte.limits import Limites, UnreadableFile

Format = Literal["xlsx", "ods"]

# Compound files: the old XLS, and what Office makes of a workbook with a password.
OLE_SIGNATURE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ZIP_SIGNATURE = b"PK"

_BLOCK = 1 << 20
_DAMAGED = "Le classeur est incomplet ou abîmé : enregistrez-le de nouveau, puis renvoyez-le."
_TOO_LARGE = (
    "Le classeur se déploie bien au-delà de sa taille apparente : copiez le seul tableau dans un classeur "
    "neuf."
)
_PASSWORD = "Le classeur est protégé par un mot de passe : enregistrez-le sans protection, puis renvoyez-le."  # noqa: S105 - a sentence
_EXCEL_ROWS = 1_048_576

T = TypeVar("T")


@dataclass(frozen=True)
class Feuille:
    """One visible sheet: `ligne` (as the spreadsheet numbers it), then `c0`, `c1`… as text, « » if empty."""

    nom: str
    cellules: pl.DataFrame


def open_workbook(content: bytes, limites: Limites) -> tuple[Format, list[Feuille]]:
    """Check the archive, then read its visible sheets; refuse in one sentence what cannot be read."""
    if content.startswith(OLE_SIGNATURE):
        raise UnreadableFile(
            typeset(
                "Le classeur est protégé par un mot de passe ou dans l'ancien format XLS : "
                "enregistrez-le en XLSX, "
                "sans protection."
            )
        )
    kind = _check_archive(content, limites)
    # Its types are partly unknown: what comes out is text, checked below.
    reader: Any = _guarded(lambda: fastexcel.read_excel(content))
    feuilles: list[Feuille] = []
    for nom in reader.sheet_names:
        sheet = _guarded(
            lambda nom=nom: reader.load_sheet(nom, header_row=None, skip_rows=0, dtypes="string")
        )
        if sheet.visible == "visible":
            feuilles.append(Feuille(nom, _as_cells(_guarded(sheet.to_polars))))
    return kind, feuilles


def _as_cells(sheet: pl.DataFrame) -> pl.DataFrame:
    cells = sheet.select(
        pl.col(name).cast(pl.String).fill_null("").alias(f"c{index}")
        for index, name in enumerate(sheet.columns)
    )
    return cells.with_row_index("ligne", offset=1).with_columns(pl.col("ligne").cast(pl.Int64))


def _guarded(call: Callable[[], T]) -> T:
    """Turn whatever the native reader dislikes into the one sentence, its panics included.

    A panic of the native code reaches Python as a `BaseException`; interruptions must still pass.
    """
    try:
        return call()
    except (KeyboardInterrupt, SystemExit, GeneratorExit, MemoryError):
        raise
    except BaseException as error:
        raise UnreadableFile(typeset(_DAMAGED)) from error


def _check_archive(content: bytes, limites: Limites) -> Format:
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
        members = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, OverflowError) as error:
        raise UnreadableFile(typeset(_DAMAGED)) from error
    if any(member.flag_bits & 0x1 for member in members):
        raise UnreadableFile(typeset(_PASSWORD))
    # The native reader ignores case, and tries each format until one will do: there must be only one.
    names = {_plain_name(member) for member in members}
    kinds = names & {"xl/workbook.xml", "xl/workbook.bin", "content.xml"}
    kind: Format = "xlsx" if kinds == {"xl/workbook.xml"} else "ods"
    if kind == "ods" and kinds != {"content.xml"}:
        raise UnreadableFile(
            typeset("Cette archive n'est pas un classeur : envoyez le fichier XLSX, ODS ou CSV lui-même.")
        )
    announced = sum(member.file_size for member in members)
    if (
        len(members) > 5_000
        or announced > limites.octets_decompresses
        or announced > limites.taux_compression * max(len(content), 50_000)
    ):
        raise UnreadableFile(typeset(_TOO_LARGE))
    for member in members:
        _check_member(content, member, kind, limites)
    return kind


def _plain_name(member: zipfile.ZipInfo) -> str:
    return member.filename.replace("\\", "/").lstrip("/").lower()


def _check_member(content: bytes, member: zipfile.ZipInfo, kind: Format, limites: Limites) -> None:
    """Inflate one member to its end: its true size, and what its cells would take once laid out."""
    blocks = _inflate(content, member)
    name = _plain_name(member)
    if kind == "ods" and name == "content.xml":
        _check_ods_cells(blocks, limites)
    elif kind == "ods" and name == "meta-inf/manifest.xml":
        if b"encryption-data" in b"".join(blocks):
            raise UnreadableFile(typeset(_PASSWORD))
    elif kind == "xlsx":
        # Any member may be named as a sheet, whatever its own name.
        _check_xlsx_cells(blocks, limites)
    else:
        for _ in blocks:
            pass


def _inflate(content: bytes, member: zipfile.ZipInfo) -> Iterator[bytes]:
    """Give the bytes of a member by blocks, never more than the directory announced."""
    header = content[member.header_offset : member.header_offset + 30]
    if len(header) < 30 or header[:4] != b"PK\x03\x04":
        raise UnreadableFile(typeset(_DAMAGED))
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
        raise UnreadableFile(typeset(_DAMAGED))
    inflater = zlib.decompressobj(-15) if member.compress_type == zipfile.ZIP_DEFLATED else None
    size = 0
    for at in range(0, len(packed), _BLOCK):
        waiting = bytes(packed[at : at + _BLOCK])
        while waiting:
            try:
                block = waiting if inflater is None else inflater.decompress(waiting, _BLOCK)
            except zlib.error as error:
                raise UnreadableFile(typeset(_DAMAGED)) from error
            waiting = b"" if inflater is None else inflater.unconsumed_tail
            size += len(block)
            if size > member.file_size:
                raise UnreadableFile(typeset(_TOO_LARGE))
            if block:
                yield block
    if inflater is not None and size < member.file_size:
        rest = inflater.flush()
        size += len(rest)
        yield rest
    if size != member.file_size:
        raise UnreadableFile(typeset(_DAMAGED))


_BLANKS = re.compile(rb"\s+")
_WIDE = re.compile(rb"\br\s*=\s*[\"']([A-Za-z]{2,})\d")
_ROW = re.compile(rb"\br\s*=\s*[\"'][A-Za-z]*(\d{4,})")
_TALL = re.compile(rb"\br\s*=\s*[\"'][A-Za-z]*\d{6,}")
_BEYOND = re.compile(rb"\br\s*=\s*[\"'][A-Za-z]*(\d{7,})")
_ERROR_CELL = re.compile(rb"<(?:\w+:)?c\s[^>]*?\bt\s*=\s*[\"']e[\"'][^>]*>")
_REFERENCE = re.compile(rb"\br\s*=\s*[\"']([A-Za-z]+\d+)")


def _check_xlsx_cells(blocks: Iterator[bytes], limites: Limites) -> None:
    """Bound the rectangle that the cells span: calamine lays it out whole, were there one cell at its end."""
    width, height, cells = 26, 0, 0
    tall = False
    errors: list[str] = []
    tail = b""
    for block in blocks:
        text = tail + block
        cut = text.rfind(b"<")
        tail = text[cut:] if cut > 0 else text
        text = text[:cut] if cut > 0 else b""
        if len(tail) > 4 * _BLOCK:
            if tail.startswith(b"<") and b"\x00" not in tail:
                raise UnreadableFile(typeset(_DAMAGED))
            # A picture has no tags: its end alone is kept, where a cell could begin.
            text, tail = text + tail, _BLANKS.sub(b" ", tail)[-1_000:]
        for found in _WIDE.finditer(text):
            width = max(width, _column_number(found[1]))
        if width > 26:
            height = max([height, *(int(found[1][:8]) for found in _ROW.finditer(text))])
        if _TALL.search(text):
            tall = True
            if any(int(found[1][:9]) > _EXCEL_ROWS for found in _BEYOND.finditer(text)):
                raise UnreadableFile(typeset(_TOO_LARGE))
        cells += text.count(b"<c ")
        errors += [
            where[1].decode()
            for found in _ERROR_CELL.finditer(text)
            if (where := _REFERENCE.search(found[0]))
        ]
    hollow = tall and cells < 200_000
    if hollow or (width > 26 and width * height > limites.cellules):
        raise UnreadableFile(typeset(_TOO_LARGE))
    if errors:
        raise UnreadableFile(
            typeset(
                f"Le classeur a des cellules en erreur, par exemple {enumeration(errors[:3])} : "
                "remplacez-les par leur valeur, ou videz-les."
            )
        )


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters.upper()[:6]:
        number = number * 26 + letter - 64
    return number


def _check_ods_cells(blocks: Iterator[bytes], limites: Limites) -> None:
    """Count the cells that hold something, each as often as it and its row say to repeat them."""
    counted = 0
    row_repeat = 1
    parser = expat.ParserCreate()

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal counted, row_repeat
        kind = name.rpartition(":")[2]
        if kind == "table-row":
            row_repeat = _repeat(attributes, "number-rows-repeated")
        elif kind in ("table-cell", "covered-table-cell"):
            columns = _repeat(attributes, "number-columns-repeated")
            if any(key.endswith(("value-type", "formula")) for key in attributes):
                counted += row_repeat * columns
                if counted > limites.cellules:
                    raise UnreadableFile(typeset(_TOO_LARGE))

    parser.StartElementHandler = start
    try:
        for block in blocks:
            parser.Parse(block, False)
        parser.Parse(b"", True)
    except expat.ExpatError as error:
        raise UnreadableFile(typeset(_DAMAGED)) from error


def _repeat(attributes: dict[str, str], name: str) -> int:
    for key, value in attributes.items():
        if key.endswith(name):
            return int(value) if value.isascii() and value.isdigit() and len(value) < 10 else 1
    return 1
