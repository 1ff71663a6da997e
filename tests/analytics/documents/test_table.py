"""What leaves can come back: the same cells, the same texts, nothing that a spreadsheet would calculate."""

import csv
import errno
import io
import json
import operator
import zipfile
from datetime import UTC, date, datetime
from decimal import Decimal
from importlib import import_module
from typing import Any, Literal

import fastexcel
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from xlsxwriter import Workbook
from xlsxwriter.exceptions import FileCreateError

from analytics.documents.table import READ_ME, sheet_name, write_table
from analytics.vocabulary.errors import UserFacingError
from data.collecte.reading.csv_lines import as_typed
from data.reference import load_reference
from tests.data.collecte.saisie import history, judging, lines, reading

MIXED = pl.DataFrame(
    {
        "mois": [date(2009, 3, 1), None],
        "texte": ["=1+1", "simple ; « été »"],
        "nombre": [-3, None],
        "montant": [Decimal("-1234.50"), None],
        "part": [0.25, float("nan")],
        "jour": [date(2009, 3, 15), None],
        "oui": [True, False],
        "liste": [["a", "b"], []],
        "connu_le": [datetime(2009, 3, 1, 12, tzinfo=UTC), None],
    }
)


def test_csv_is_dressed_for_a_french_spreadsheet() -> None:
    written = write_table(MIXED, "csv", sheet="x")
    assert written.startswith(b"\xef\xbb\xbf")
    head, first, second, rest = written.decode("utf-8-sig").split("\r\n")
    assert head == "mois;texte;nombre;montant;part;jour;oui;liste;connu_le"
    assert first == "2009-03;'=1+1;-3;-1234,50;0,25;2009-03-15;oui;a|b;2009-03-01T12:00:00Z"
    assert second == ';"simple ; « été »";;;;;non;"";'
    assert rest == ""


def test_json_is_a_list_of_objects() -> None:
    first, second = json.loads(write_table(MIXED, "json", sheet="x"))
    assert first["mois"] == "2009-03-01"
    assert first["texte"] == "=1+1"
    assert first["montant"] == -1234.5
    assert first["liste"] == ["a", "b"]
    assert first["connu_le"] == "2009-03-01T12:00:00Z"
    assert second["part"] is None


def test_parquet_is_the_frame() -> None:
    assert pl.read_parquet(write_table(MIXED.drop("part"), "parquet", sheet="x")).equals(MIXED.drop("part"))


@pytest.mark.parametrize("format_", ["xlsx", "ods"])
def test_workbook_holds_texts_as_texts_and_numbers_as_numbers(format_: Literal["xlsx", "ods"]) -> None:
    written = write_table(MIXED, format_, sheet="Feuille/été", entete=["Périmètre : tout", "=2+2"])
    reader: Any = fastexcel.read_excel(written)
    assert reader.sheet_names == ["Feuille été", READ_ME]
    table = reader.load_sheet(0).to_polars()
    assert table["texte"].to_list() == MIXED["texte"].to_list()
    assert table["nombre"].to_list() == [-3, None]
    assert table["montant"].to_list() == [-1234.5, None]
    assert [str(day)[:10] for day in table["mois"]] == ["2009-03-01", "None"]
    notes = reader.load_sheet(1, header_row=None).to_polars()
    assert notes.to_series().to_list() == ["Périmètre : tout", "=2+2"]
    members = zipfile.ZipFile(io.BytesIO(written))
    sheets = [
        members.read(name) for name in members.namelist() if name.endswith(("sheet1.xml", "content.xml"))
    ]
    assert not any(b"<f>" in sheet or b"table:formula" in sheet for sheet in sheets)


def test_ods_is_read_by_another_library() -> None:
    # Its names are untyped.
    load: Any = import_module("odf.opendocument").load
    odf: Any = import_module("odf.table")
    texts = ["  deux  espaces ", "a\nb", "<&>\"'", "tabulation\tici", "", "\x0bx"]
    written = write_table(pl.DataFrame({"texte": texts, "n": range(len(texts))}), "ods", sheet="Saisie")
    document = load(io.BytesIO(written))
    tables = document.spreadsheet.getElementsByType(odf.Table)
    assert [table.getAttribute("name") for table in tables] == ["Saisie"]
    rows = tables[0].getElementsByType(odf.TableRow)
    assert len(rows) == len(texts) + 1
    numbers = [row.getElementsByType(odf.TableCell)[1].getAttribute("value") for row in rows[1:]]
    assert numbers == [str(n) for n in range(len(texts))]
    reader: Any = fastexcel.read_excel(written)
    read = reader.load_sheet(0, dtypes={"texte": "string"}).to_polars()["texte"].fill_null("")
    assert read.to_list() == [*texts[:3], "tabulation ici", "", "\N{REPLACEMENT CHARACTER}x"]


def test_same_table_gives_the_same_ods() -> None:
    assert write_table(MIXED, "ods", sheet="x") == write_table(MIXED, "ods", sheet="x")


def test_sheet_names_are_acceptable() -> None:
    assert sheet_name("a/b:c*d?[e]\\'" + "x" * 40) == "a b c d  e   " + "x" * 18
    assert sheet_name("  ") == "Feuille 1"


def test_table_too_long_for_a_workbook_is_a_french_sentence() -> None:
    with pytest.raises(UserFacingError, match="CSV"):
        write_table(pl.DataFrame({"n": pl.int_range(0, 1_048_576, eager=True)}), "xlsx", sheet="x")


@pytest.mark.parametrize("format_", ["csv", "xlsx", "ods"])
def test_empty_table_keeps_its_columns(format_: Literal["csv", "xlsx", "ods"]) -> None:
    assert len(write_table(MIXED.clear(), format_, sheet="x")) > 50


WRITTEN = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), max_size=20)
PREFIX = st.sampled_from(["", "=", "+", "-", "@", "\t", "\r", "'", "'=", "''-", "' "])


@given(st.lists(st.builds(operator.add, PREFIX, WRITTEN), min_size=1, max_size=8))
@settings(deadline=None)
def test_no_csv_cell_begins_like_a_formula_and_each_comes_back(texts: list[str]) -> None:
    written = write_table(pl.DataFrame({"texte": texts}), "csv", sheet="x").decode("utf-8-sig")
    cells = [row[0] if row else "" for row in csv.reader(io.StringIO(written, newline=""), delimiter=";")][1:]
    assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for cell in cells)
    assert pl.DataFrame({"t": cells}).select(as_typed(pl.col("t"))).to_series().to_list() == texts


COURTS = load_reference().juridictions.filter(pl.col("valide_du").is_null(), pl.col("valide_au").is_null())
CELLS = (
    COURTS.join(load_reference().lignes.filter(pl.col("legal_depuis") < date(2009, 1, 1)), on="type")
    .select("juridiction", "activite")
    .sort("juridiction", "activite")
    .rows()
)
VALUES = st.integers(0, 10_000).flatmap(lambda total: st.tuples(st.just(total), st.integers(0, total)))


@given(
    cells=st.dictionaries(
        st.tuples(st.sampled_from([date(2009, 1, 1), date(2010, 12, 1)]), st.sampled_from(CELLS)),
        VALUES,
        min_size=1,
        max_size=12,
    ),
    format_=st.sampled_from(["csv", "xlsx", "ods"]),
)
@settings(deadline=None, max_examples=60)
def test_declarations_come_back_the_same(
    cells: dict[tuple[date, tuple[str, str]], tuple[int, int]], format_: Literal["csv", "xlsx", "ods"]
) -> None:
    frame = history(*((mois, *cell, *values) for (mois, cell), values in cells.items()))
    jugement = judging(reading(write_table(frame, format_, sheet="Déclarations", entete=["mois"])))
    assert jugement.rejets.is_empty()
    assert jugement.acceptees.select(frame.columns).equals(frame)


def test_quarantine_file_comes_back_to_the_same_refusals() -> None:
    refused = ["2009-03;TGI-LILLE;JAP;=1+1;0", "2009-03;TGI-LILLE;TAP;-3;0", "2009-03;@X;JAP;1;0"]
    first = judging(lines(*refused)).rejets
    fields = ["mois", "juridiction", "activite", "visioconferences", "extractions_evitees"]
    split = [
        dict(zip(fields, row, strict=True)) for row in csv.reader(first["texte"].to_list(), delimiter=";")
    ]
    exported = pl.DataFrame(split).with_columns(rejet=pl.Series([1, 2, 3]), motif=first["motif"])
    for format_ in ("csv", "xlsx", "ods"):
        again = judging(reading(write_table(exported, format_, sheet="Rejets"))).rejets
        columns = ["ligne", "regle", "champ", "valeur", "motif"]
        assert again.select(columns).equals(first.select(columns))


def test_a_disk_that_refuses_what_waits_meanwhile_is_told_in_french(monkeypatch: pytest.MonkeyPatch) -> None:
    """A workbook waits in temporary files: what their disk refuses was a defect."""

    whole = Workbook.close

    def refused(book: Workbook) -> None:
        whole(book)
        raise FileCreateError(OSError(errno.EFBIG, "File too large"))

    monkeypatch.setattr(Workbook, "close", refused)
    with pytest.raises(UserFacingError, match="plus grand qu'il n'est permis"):
        write_table(pl.DataFrame({"a": [1]}), "xlsx", sheet="Essai")
