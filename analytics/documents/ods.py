"""OpenDocument spreadsheets, written as the XML they are: fast, streamed, and read by every office suite.

Cells are XML text: the caller builds rows of them, a block of rows at a time.
"""

import io
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import quoteattr

import polars as pl

_MIMETYPE = "application/vnd.oasis.opendocument.spreadsheet"
_NAMESPACES = " ".join(
    f'xmlns:{prefix}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for prefix, name in (
        ("office", "office"),
        ("style", "style"),
        ("table", "table"),
        ("text", "text"),
        ("fo", "xsl-fo-compatible"),
        ("number", "datastyle"),
    )
)
_HEAD = (
    f'<?xml version="1.0" encoding="UTF-8"?>\n<office:document-content {_NAMESPACES} office:version="1.2">'
    "<office:automatic-styles>"
    '<number:date-style style:name="jour"><number:year number:style="long"/><number:text>-</number:text>'
    '<number:month number:style="long"/><number:text>-</number:text><number:day number:style="long"/>'
    "</number:date-style>"
    '<number:date-style style:name="mois"><number:year number:style="long"/><number:text>-</number:text>'
    '<number:month number:style="long"/></number:date-style>'
    '<style:style style:name="cj" style:family="table-cell" style:data-style-name="jour"/>'
    '<style:style style:name="cm" style:family="table-cell" style:data-style-name="mois"/>'
    '<style:style style:name="ct" style:family="table-cell">'
    '<style:text-properties fo:font-weight="bold"/></style:style>'
    "</office:automatic-styles><office:body><office:spreadsheet>"
)
_TAIL = "</office:spreadsheet></office:body></office:document-content>"
_MANIFEST = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0" '
    'manifest:version="1.2">'
    f'<manifest:file-entry manifest:full-path="/" manifest:version="1.2" manifest:media-type="{_MIMETYPE}"/>'
    '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/>'
    "</manifest:manifest>"
)
# Characters that XML cannot hold, however they are written.
_ILLEGAL = "[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\u{fffe}\\u{ffff}]"

EMPTY_CELL = "<table:table-cell/>"
HIDDEN_BY_MERGE = "<table:covered-table-cell/>"


@dataclass(frozen=True)
class FeuilleOds:
    """A sheet: its name, its number of columns, its rows as blocks of XML."""

    nom: str
    colonnes: int
    blocs: Iterable[str]


def write_ods(feuilles: Sequence[FeuilleOds]) -> bytes:
    """Pack sheets into an ODS file; the same sheets give the same bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=4) as archive:
        archive.writestr(_member("mimetype", zipfile.ZIP_STORED), _MIMETYPE)
        archive.writestr(_member("META-INF/manifest.xml"), _MANIFEST)
        with archive.open(_member("content.xml"), "w", force_zip64=True) as content:
            content.write(_HEAD.encode())
            for feuille in feuilles:
                columns = f'<table:table-column table:number-columns-repeated="{max(feuille.colonnes, 1)}"/>'
                content.write(f"<table:table table:name={quoteattr(feuille.nom)}>{columns}".encode())
                for bloc in feuille.blocs:
                    content.write(bloc.encode())
                content.write(b"</table:table>")
            content.write(_TAIL.encode())
    return out.getvalue()


def _member(name: str, compression: int = zipfile.ZIP_DEFLATED) -> zipfile.ZipInfo:
    """Describe a member without the time of day, so that equal tables give equal files."""
    member = zipfile.ZipInfo(name, date_time=(2009, 2, 5, 0, 0, 0))
    member.compress_type = compression
    return member


def row(cells: Iterable[str]) -> str:
    """Write one row of cells."""
    return f"<table:table-row>{''.join(cells)}</table:table-row>"


def text_cell(text: str, *, bold: bool = False, columns: int = 1) -> str:
    """Write a cell of text, over several columns if asked."""
    written = pl.select(text_xml(pl.lit(text))).item()
    style = ' table:style-name="ct"' if bold else ""
    span = f' table:number-columns-spanned="{columns}"' if columns > 1 else ""
    cell = f'<table:table-cell{style}{span} office:value-type="string">{written}</table:table-cell>'
    return cell + HIDDEN_BY_MERGE * (columns - 1)


def text_xml(text: pl.Expr) -> pl.Expr:
    """Write texts as paragraphs, with the runs of spaces that XML would melt together."""
    escaped = text.str.replace_all(_ILLEGAL, "\N{REPLACEMENT CHARACTER}")
    for raw, entity in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;")):
        escaped = escaped.str.replace_all(raw, entity, literal=True)
    spaced = (
        escaped.str.replace_all("\r\n", "\n", literal=True)
        .str.replace_all("\r", "\n", literal=True)
        # Some readers lose a tab and glue the words together.
        .str.replace_all("\t", " ", literal=True)
        .str.replace_all("  ", " <text:s/>", literal=True)
        .str.replace_all("(?m)^ | $", "<text:s/>")
        .str.replace_all("\n", "</text:p><text:p>", literal=True)
    )
    return pl.concat_str(pl.lit("<text:p>"), spaced, pl.lit("</text:p>"))


def cells_of(column: pl.Series) -> pl.Expr:
    """Write a column as cells of its type; a null is an empty cell."""
    value = pl.col(column.name)
    dtype = column.dtype
    if dtype.is_numeric():
        shown = value.cast(pl.String)
        cell = pl.format(
            '<table:table-cell office:value-type="float" office:value="{}"><text:p>{}</text:p>'
            "</table:table-cell>",
            shown,
            shown,
        )
    elif dtype == pl.Date:
        style = "cm" if column.name == "mois" else "cj"
        shown = value.dt.to_string("iso")
        cell = pl.format(
            f'<table:table-cell table:style-name="{style}" office:value-type="date" office:date-value="{{}}">'
            "<text:p>{}</text:p></table:table-cell>",
            shown,
            shown,
        )
    else:
        cell = pl.concat_str(
            pl.lit('<table:table-cell office:value-type="string">'),
            text_xml(value),
            pl.lit("</table:table-cell>"),
        )
    return pl.when(value.is_null()).then(pl.lit(EMPTY_CELL)).otherwise(cell)
