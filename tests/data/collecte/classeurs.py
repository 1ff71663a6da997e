"""Workbooks written cell by cell, with what no library writes, and what an import makes of any file."""

import io
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from xml.sax.saxutils import escape

import xlsxwriter

from data.collecte.reading.cells.findings import column_letters
from data.collecte.reading.read import Lecture
from tests.data.collecte.saisie import HEADER, accounted_for, judging, reading

MARS, AVRIL = date(2009, 3, 1), date(2009, 4, 1)
TITLES = HEADER.split(";")
TOTAL, AVOIDED = "Total", "dont extractions évitées"


class Xml(str):
    """A cell as XML; in XLSX « {r} » is its name."""

    __slots__ = ()


Cell = str | int | None | Xml
Rows = Sequence[Sequence[Cell]]


def state(content: bytes, fichier: str = "essai.csv") -> dict[str, Any]:
    """Give all that an import makes of a file."""
    lecture = reading(content, fichier)
    jugement = judging(lecture)
    assert accounted_for(jugement)
    cell = ["ligne", "mois", "juridiction", "activite", "visioconferences", "extractions_evitees"]
    return {
        "acceptees": jugement.acceptees.select(cell).rows(),
        "refusees": jugement.rejets.select("ligne", "regle", "champ", "valeur", "motif").rows(),
        "sans_reponse": jugement.non_reponses["ligne"].to_list(),
        "alertes": jugement.alertes.height,
        "totaux": [(total.ligne, total.juste) for total in lecture.totaux],
        "notes": [note.ligne for note in lecture.notes],
        "masquees": masked(lecture),
    }


def masked(lecture: Lecture) -> tuple[tuple[int, ...], tuple[str, ...], tuple[str, ...]]:
    """Give what was hidden in a workbook: rows, columns, sheets."""
    return lecture.lignes_masquees, lecture.colonnes_masquees, lecture.feuilles_masquees


def whole(
    acceptees: Sequence[tuple[object, ...]], refusees: Sequence[tuple[object, ...]] = (), **others: object
) -> dict[str, Any]:
    """Write what is expected of an import, where the rest is nothing."""
    nothing: dict[str, Any] = {
        "sans_reponse": [],
        "alertes": 0,
        "totaux": [],
        "notes": [],
        "masquees": ((), (), ()),
    }
    return {"acceptees": list(acceptees), "refusees": list(refusees), **nothing, **others}


def csv(rows: Rows) -> bytes:
    """Write rows as a CSV."""
    return "\r\n".join(";".join("" if c is None else str(c) for c in row) for row in rows).encode()


# ---------------------------------------------------------------- XLSX


@dataclass(frozen=True)
class Page:
    """A sheet of a workbook."""

    rows: Rows
    nom: str = "F"
    state: str = "visible"
    hidden_rows: tuple[int, ...] = ()
    hidden_columns: tuple[int, ...] = ()
    merged: tuple[str, ...] = ()


_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"


def _xlsx_cell(cell: Cell, name: str) -> str:
    if cell is None or cell == "":
        return ""
    if isinstance(cell, Xml):
        return cell.replace("{r}", name)
    if isinstance(cell, int):
        return f'<c r="{name}"><v>{cell}</v></c>'
    return f'<c r="{name}" t="inlineStr"><is><t xml:space="preserve">{escape(cell)}</t></is></c>'


def _xlsx_sheet(page: Page) -> str:
    columns = "".join(f'<col min="{c + 1}" max="{c + 1}" width="9" hidden="1"/>' for c in page.hidden_columns)
    rows = "".join(
        f'<row r="{number}"{" hidden=" + chr(34) + "1" + chr(34) if number in page.hidden_rows else ""}>'
        + "".join(_xlsx_cell(cell, f"{column_letters(c)}{number}") for c, cell in enumerate(row))
        + "</row>"
        for number, row in enumerate(page.rows, 1)
    )
    columns = f"<cols>{columns}</cols>" if columns else ""
    merges = "".join(f'<mergeCell ref="{place}"/>' for place in page.merged)
    merges = f"<mergeCells>{merges}</mergeCells>" if merges else ""
    return f'<worksheet xmlns="{_MAIN}">{columns}<sheetData>{rows}</sheetData>{merges}</worksheet>'


def xlsx(*pages: Page, properties: str = "", fonts: str = "", strings: str = "") -> bytes:
    """Write a workbook; `fonts` are those of its cell styles from 1, `strings` the shared strings."""
    sheets = "".join(
        f'<sheet name="{page.nom}" sheetId="{n}" state="{page.state}" r:id="rId{n}"/>'
        for n, page in enumerate(pages, 1)
    )
    links = "".join(
        f'<Relationship Id="rId{n}" Type="{_REL}/worksheet" Target="worksheets/sheet{n}.xml"/>'
        for n in range(1, len(pages) + 1)
    )
    count = fonts.count("<font>") + 1
    xfs = "".join(f'<xf numFmtId="0" fontId="{n}" fillId="0" borderId="0"/>' for n in range(count))
    members = {
        "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
        "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}"><Relationship Id="rId1" '
        f'Type="{_REL}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_REL}">{properties}'
        f"<sheets>{sheets}</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}">{links}'
        f'<Relationship Id="rId90" Type="{_REL}/styles" Target="styles.xml"/>'
        f'<Relationship Id="rId91" Type="{_REL}/sharedStrings" Target="sharedStrings.xml"/></Relationships>',
        "xl/styles.xml": f'<styleSheet xmlns="{_MAIN}"><fonts><font/>{fonts}</fonts>'
        f"<cellXfs>{xfs}</cellXfs></styleSheet>",
        "xl/sharedStrings.xml": f'<sst xmlns="{_MAIN}">{strings}</sst>',
    }
    members |= {f"xl/worksheets/sheet{n}.xml": _xlsx_sheet(page) for n, page in enumerate(pages, 1)}
    return packed(members)


def packed(members: dict[str, str]) -> bytes:
    """Put members in an archive."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, member in members.items():
            archive.writestr(name, member)
    return out.getvalue()


# ---------------------------------------------------------------- ODS

_ODS_NAMES = " ".join(
    f'xmlns:{prefix}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for prefix, name in (
        ("office", "office"),
        ("style", "style"),
        ("table", "table"),
        ("text", "text"),
        ("fo", "xsl-fo-compatible"),
    )
)


def _ods_cell(cell: Cell) -> str:
    if cell is None or cell == "":
        return "<table:table-cell/>"
    if isinstance(cell, Xml):
        return cell
    if isinstance(cell, int):
        return (
            f'<table:table-cell office:value-type="float" office:value="{cell}"><text:p>{cell}</text:p>'
            "</table:table-cell>"
        )
    return f'<table:table-cell office:value-type="string"><text:p>{escape(cell)}</text:p></table:table-cell>'


def _ods_sheet(page: Page, visibility: str) -> str:
    style = "" if page.state == "visible" else ' table:style-name="cachee"'
    columns = "".join(
        "<table:table-column"
        + (' table:visibility="collapse"' if column in page.hidden_columns else "")
        + "/>"
        for column in range(max(len(row) for row in page.rows))
    )
    rows = "".join(
        "<table:table-row"
        + (f' table:visibility="{visibility}"' if number in page.hidden_rows else "")
        + ">"
        + "".join(map(_ods_cell, row))
        + "</table:table-row>"
        for number, row in enumerate(page.rows, 1)
    )
    return f'<table:table table:name="{page.nom}"{style}>{columns}{rows}</table:table>'


def ods(*pages: Page, styles: str = "", settings: str = "", visibility: str = "filter") -> bytes:
    """Write an OpenDocument workbook; `styles` are its automatic ones."""
    content = (
        f'<?xml version="1.0"?><office:document-content {_ODS_NAMES} '
        'xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0" '
        'office:version="1.3"><office:automatic-styles>'
        '<style:style style:name="cachee" style:family="table"><style:table-properties '
        f'table:display="false"/></style:style>{styles}</office:automatic-styles><office:body>'
        f"<office:spreadsheet>{settings}{''.join(_ods_sheet(page, visibility) for page in pages)}"
        "</office:spreadsheet></office:body></office:document-content>"
    )
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    manifest = "urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"
    return packed(
        {
            "mimetype": kind,
            "META-INF/manifest.xml": f'<manifest:manifest xmlns:manifest="{manifest}">'
            f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{kind}"/></manifest:manifest>',
            "content.xml": content,
        }
    )


WRITERS: dict[str, Callable[[Rows], bytes]] = {
    "csv": csv,
    "xlsx": lambda rows: xlsx(Page(rows)),
    "ods": lambda rows: ods(Page(rows)),
}


# ---------------------------------------------------------------- any workbook


def workbook(fill: Callable[[Any], None]) -> bytes:
    """Write a workbook with the library, whose types are partly unknown."""
    out = io.BytesIO()
    book: Any = xlsxwriter.Workbook(out, {"in_memory": True})
    with book:
        fill(book)
    return out.getvalue()


def rearchived(content: bytes, change: Callable[[str, bytes], tuple[str, bytes]]) -> bytes:
    """Change the members of an archive, each given by its name and what it holds."""
    source = zipfile.ZipFile(io.BytesIO(content))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in source.namelist():
            archive.writestr(*change(name, source.read(name)))
    return out.getvalue()


def rewritten(content: bytes, member: str, change: Callable[[bytes], bytes]) -> bytes:
    """Change one member of an archive."""
    return rearchived(content, lambda name, held: (name, change(held) if name == member else held))
