"""Any shape of file → the same raw frame, and what was detected."""

import io
import zipfile
from datetime import datetime
from typing import Any

import polars as pl
import pytest

from analytics.documents.table import write_table
from data.collecte.importer import detected
from data.collecte.reading.read import Lecture, Limites, UnreadableFile, read_file
from tests.data.collecte.classeurs import rearchived, rewritten, workbook
from tests.data.collecte.saisie import HEADER, judging, lines, reading, sample

LINE = "2009-03;TGI de Béthune;JAP;12;9"
FIELDS = ["mois", "juridiction", "activite", "visioconferences", "extractions_evitees"]


def typed(lecture: Lecture) -> list[tuple[object, ...]]:
    return lecture.lignes.select("ligne", *FIELDS).rows()


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("separator", [";", ",", "\t"])
@pytest.mark.parametrize(
    ("encoding", "detected"),
    [("utf-8", "utf-8"), ("utf-8-sig", "utf-8-bom"), ("cp1252", "cp1252"), ("utf-16", "utf-16")],
)
def test_csv_whatever_its_dress(encoding: str, detected: str, separator: str, line_end: str) -> None:
    text = line_end.join([HEADER, LINE, ""]).replace(";", separator)
    lecture = reading(text.encode(encoding))
    assert (lecture.format, lecture.encodage, lecture.separateur) == ("csv", detected, separator)
    assert typed(lecture) == [(2, "2009-03", "TGI de Béthune", "JAP", "12", "9")]


def test_headers_in_any_order_with_accents_and_case() -> None:
    lecture = reading(
        lines(
            "9;JAP;vu;12;2009-03;TGI-LILLE",
            header="EXTRACTIONS ÉVITÉES;Activité;commentaire;Visioconférences;Mois;Juridiction",
        )
    )
    assert typed(lecture) == [(2, "2009-03", "TGI-LILLE", "JAP", "12", "9")]
    assert lecture.colonnes_ignorees == ("commentaire",)


def test_title_and_blank_lines_keep_the_numbers_of_the_file() -> None:
    lecture = reading(f"\nCollecte de mars\n\n{HEADER}\n\n{LINE}\n;;;;\n{LINE}\n".encode())
    assert lecture.lignes["ligne"].to_list() == [6, 8]


def test_separator_inside_quotes() -> None:
    lecture = reading(lines('2009-03;TGI-LILLE;"Prononcé de délibéré ; intérêts civils";1;0', LINE))
    assert [row[3] for row in typed(lecture)] == ["Prononcé de délibéré ; intérêts civils", "JAP"]


def test_quoted_cell_over_several_lines_is_one_line() -> None:
    header = HEADER + ";note"
    lecture = reading(lines('2009-03;TGI-LILLE;JAP;1;0;"vu\navec\nle greffe"', LINE + ";", header=header))
    assert lecture.lignes["ligne"].to_list() == [2, 3]


def test_quotation_mark_never_closed_does_not_swallow_what_follows() -> None:
    lecture = reading(lines('2009-03;"TGI-LILLE;JAP;1;0', LINE, LINE))
    assert lecture.lignes["ligne"].to_list() == [2, 3, 4]


def test_short_line_is_not_shifted_and_long_line_keeps_its_surplus() -> None:
    lecture = reading(
        lines("2009-03;TGI-LILLE;JAP;3", "2009-03;TGI-LILLE;JAP;3;1;5", "2009-03;TGI-LILLE;JAP;3;1;;")
    )
    assert lecture.lignes["extractions_evitees"].to_list() == [None, "1", "1"]
    assert lecture.lignes["surplus"].to_list() == [None, "5", None]


def test_apostrophe_of_an_export_is_taken_back() -> None:
    lecture = reading(lines("2009-03;TGI-LILLE;JAP;'=1+1;''-x", "2009-03;TGI-LILLE;JAP;'12;1"))
    assert lecture.lignes["visioconferences"].to_list() == ["=1+1", "'12"]
    assert lecture.lignes["extractions_evitees"].to_list() == ["'-x", "1"]


def test_totals_line_is_checked_and_not_counted() -> None:
    right = reading(lines(LINE, "2009-04;TGI-LILLE;JAP;3;1", "Total;;;15;10"))
    assert right.lignes.height == 2
    assert [(total.ligne, total.juste) for total in right.totaux] == [(4, True)]
    wrong = reading(lines(LINE, "2009-03;Sous-total;JAP;1 300;9", "TOTAL;;;14;9"))
    assert [total.juste for total in wrong.totaux] == [False, False]
    assert "1\u202f300 annoncés, 12" in wrong.totaux[0].message
    assert "14 annoncés, 12" in wrong.totaux[1].message
    assert judging(wrong).lues == 1


@pytest.mark.parametrize(
    ("typed", "juste"),
    [
        # Subtotals, each of what stands above it since the last one; the total of all.
        (("A;5;1", "B;2;1", "Sous-total;7;2", "C;3;1", "D;4;0", "Sous-total;7;1", "Total;14;3"), [True] * 3),
        # A total carried forward: of all the lines above it.
        (("A;5;1", "Total;5;1", "B;2;1", "Total;7;2", "C;3;1", "Total;10;3"), [True] * 3),
        # A total that stands above its lines.
        (("Total;7;2", "A;5;1", "B;2;1"), [True]),
        (("A;5;1", "B;2;1", "Sous-total;8;2", "C;3;1"), [False]),
    ],
)
def test_a_subtotal_is_compared_with_the_lines_it_can_add_up(
    typed: tuple[str, ...], juste: list[bool]
) -> None:
    courts = {"A": "TGI-LILLE", "B": "TGI-DOUAI", "C": "TGI-ARRAS", "D": "TGI-CAMBRAI"}
    written = [line.split(";") for line in typed]
    lecture = reading(
        lines(
            *(f"2009-03;{courts.get(name, name)};JAP;{total};{avoided}" for name, total, avoided in written)
        )
    )
    assert [total.juste for total in lecture.totaux] == juste
    assert lecture.lignes.height == len(typed) - len(juste)


def test_a_wrong_subtotal_says_the_sum_of_its_own_lines() -> None:
    first = "2009-03;TGI-ARRAS;JAP;40;4"
    typed = (first, "2009-03;Sous-total;JAP;40;4", LINE, "2009-03;Sous-total;JAP;13;9")
    right, wrong = reading(lines(*typed)).totaux
    assert right.juste
    assert "13 annoncés, 12 en additionnant" in wrong.message


def test_totals_line_of_a_month_written_otherwise() -> None:
    typed = (LINE, "03/2009;TGI-LILLE;JAP;1;0", "2009-04;TGI-LILLE;JAP;3;1")
    assert reading(lines(*typed, "mars 2009;Total;;13;9")).totaux[0].juste
    (wrong,) = reading(lines(*typed, "mars 2009;Total;;1;9")).totaux
    assert "1 annoncé, 13" in wrong.message


# ---------------------------------------------------------------- workbooks


def table(book: Any, nom: str, first_row: int = 0) -> Any:
    page = book.add_worksheet(nom)
    for column, title in enumerate(FIELDS):
        page.write_string(first_row, column, title)
    return page


def test_sheet_that_holds_the_table_is_found() -> None:
    def fill(book: Any) -> None:
        book.add_worksheet("Notice").write_string(0, 0, "À lire avant de remplir")
        page = table(book, "Données", 3)
        page.write_datetime(4, 0, datetime(2009, 3, 1), book.add_format({"num_format": "mmm-yy"}))
        page.write_row(4, 1, ["TGI-LILLE", "JAP", 12.0, 9])
        page.write_row(6, 0, ["mars 2009", "TGI-LILLE", "TAP", 2.5, 0])
        table(book, "Ancien").hide()

    lecture = reading(workbook(fill), "c.xlsx")
    assert lecture.feuille == "Données"
    assert typed(lecture) == [
        (5, "2009-03-01 00:00:00", "TGI-LILLE", "JAP", "12", "9"),
        (7, "mars 2009", "TGI-LILLE", "TAP", "2.5", "0"),
    ]
    jugement = judging(lecture)
    assert jugement.acceptees["ligne"].to_list() == [5]
    assert jugement.rejets["regle"].to_list() == ["nombre_non_entier"]


def test_two_sheets_with_a_table_are_refused_by_name() -> None:
    def fill(book: Any) -> None:
        table(book, "Mars")
        table(book, "Avril")

    with pytest.raises(UnreadableFile, match=r"Mars.*Avril"):
        reading(workbook(fill), "c.xlsx")


ONE = pl.DataFrame({nom: [text] for nom, text in zip(FIELDS, LINE.split(";"), strict=True)})
XLSX = write_table(ONE, "xlsx", sheet="Saisie")
ODS = write_table(ONE, "ods", sheet="Saisie")
SHEET = "xl/worksheets/sheet1.xml"


def with_rows(content: bytes, rows: bytes) -> bytes:
    """Add rows, as XML, at the end of the sheet of a workbook."""
    member, end = (SHEET, b"</sheetData>") if content is XLSX else ("content.xml", b"</table:table>")
    return rewritten(content, member, lambda xml: xml.replace(end, rows + end))


def repeated(cell: bytes, columns: int) -> bytes:
    """Write a million rows of a cell repeated, as OpenDocument abridges them."""
    return (
        b'<table:table-row table:number-rows-repeated="1048000"><table:table-cell '
        + cell
        + b' table:number-columns-repeated="%d"/></table:table-row>' % columns
    )


def lying_about_size(content: bytes) -> bytes:
    """Announce, in the directory, a member far smaller than it inflates."""
    big = rewritten(content, "xl/styles.xml", lambda styles: styles + b" " * 5_000_000)
    members = zipfile.ZipFile(io.BytesIO(big)).infolist()
    true_size = next(member.file_size for member in members if member.filename == "xl/styles.xml")
    return big.replace(true_size.to_bytes(4, "little"), (1000).to_bytes(4, "little"))


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (b"", "vide"),
        (b" \n\r\n ", "vide"),
        (b"\xef\xbb\xbf\xef\xbb\xbf", "tableau"),
        (b"\x00\x01\x02\x00", "texte"),
        (b"\xff\xfe\x00\xd8", "UTF-16"),
        (b"%PDF-1.4\n%\xe2\xe3\xcf\xd3", "PDF"),
        (b"Bonjour,\nvoici les chiffres du mois.", "tableau"),
        (b"mois;juridiction;visioconferences\n", "activite"),
        (b"mois;mois;juridiction;activite;visioconferences;extractions_evitees\n", "deux fois"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600, "mot de passe"),
        (b"PK\x03\x04" + b"x" * 50, "abîmé"),
        (XLSX[:-300], "abîmé"),
        (ODS[: len(ODS) // 2], "abîmé"),
        (rewritten(XLSX, "xl/workbook.xml", lambda _: b"<xml"), "abîmé"),
        (rewritten(ODS, "content.xml", lambda xml: xml[:-40]), "abîmé"),
        (
            rewritten(
                ODS, "META-INF/manifest.xml", lambda xml: xml.replace(b"/>", b"><manifest:encryption-data/>")
            ),
            "mot de passe",
        ),
        (rewritten(XLSX, "xl/styles.xml", lambda _: b" " * 30_000_000), "déploie"),
        (lying_about_size(XLSX), "déploie"),
        (with_rows(XLSX, b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'), "déploie"),
        (with_rows(XLSX, b'<row r="3"><c r="B900000"><v>1</v></c></row>'), "déploie"),
        (with_rows(XLSX, b'<row r="3"><c r="B3000000"><v>1</v></c></row>'), "déploie"),
        (with_rows(ODS, repeated(b'office:value="1" office:value-type="float"', 1000)), "déploie"),
    ],
)
def test_unreadable_file_is_one_french_sentence(content: bytes, word: str) -> None:
    with pytest.raises(UnreadableFile, match=word) as refusal:
        reading(content, "c.xlsx")
    message = str(refusal.value)
    assert message.endswith(".")
    assert "\n" not in message
    assert " :" not in message


FAR_CELL = b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'


def moved(content: bytes, place: str) -> bytes:
    """Put the sheet of a workbook elsewhere in its archive."""
    linked = rewritten(
        content,
        "xl/_rels/workbook.xml.rels",
        lambda held: held.replace(b"worksheets/sheet1.xml", f"/{place}".encode()),
    )
    return rearchived(linked, lambda name, held: (place if name == SHEET else name, held))


@pytest.mark.parametrize(
    "place",
    ["evil/sheet1.xml", "xl/worksheets/sheet1.XML", "xl/worksheets/sheet1.bin", "xl/media/image1.png"],
)
def test_far_cell_is_found_wherever_the_sheet_is(place: str) -> None:
    with pytest.raises(UnreadableFile, match="déploie"):
        reading(moved(with_rows(XLSX, FAR_CELL), place), "c.xlsx")


def with_member(content: bytes, name: str, member: bytes) -> bytes:
    """Add a member to an archive."""
    out = io.BytesIO(content)
    with zipfile.ZipFile(out, "a") as archive:
        archive.writestr(name, member)
    return out.getvalue()


def test_pictures_of_a_workbook_do_not_matter() -> None:
    for picture in (bytes(range(256)) * 20, b"BM" + bytes(9_000_000), b"BM<" + bytes(9_000_000)):
        assert reading(with_member(XLSX, "xl/media/image1.bmp", picture), "c.xlsx").lignes.height == 1


@pytest.mark.parametrize("other", ["content.xml", "Content.XML", "xl/workbook.bin", "XL\\Workbook.bin"])
def test_archive_of_two_formats_is_refused(other: str) -> None:
    with pytest.raises(UnreadableFile, match="classeur"):
        reading(with_member(XLSX, other, b"<a/>"), "c.xlsx")


def test_file_over_the_limit() -> None:
    with pytest.raises(UnreadableFile, match="1\u00a0Mo"):
        reading(b"x" * 1_000_001, limites=Limites(octets=1_000_000))


def test_trailing_repeated_blank_rows_are_not_a_bomb() -> None:
    content = with_rows(ODS, repeated(b"", 1024))
    assert reading(content, "c.ods").lignes.height == 1


# ---------------------------------------------------------------- the grid


GRID = [
    "Utilisation de la visioconférence",
    "Mois : avril 2009",
    "",
    "Juridiction;JAP;;Chambre de l'application des peines;;Total;",
    ";Total;dont extractions évitées;Total;dont extractions évitées;Total;dont extractions évitées",
    "TGI de Lille;4;2;;;4;2",
    "CA de Douai;;;1;1;1;1",
    "TGI de Béthune;;;;;;",
    "TGI d'Arras;n.r.;n.r.;s.o.;s.o.;;",
    "Total;4;2;1;0;5;2",
]


def test_grid_saved_as_csv() -> None:
    lecture = reading("\r\n".join(GRID).encode("cp1252"))
    jugement = judging(lecture)
    assert (lecture.forme, lecture.format, lecture.separateur) == ("grille", "csv", ";")
    assert lecture.colonnes_ignorees == ("Total – Total", "Total – dont extractions évitées")
    assert jugement.acceptees.select("ligne", "juridiction", "activite", "visioconferences").rows() == [
        (6, "TGI-LILLE", "JAP", 4),
        (7, "CA-DOUAI", "CHAP", 1),
    ]
    assert jugement.non_reponses.select("ligne", "activite").rows() == [(8, "JAP"), (9, "JAP")]
    assert jugement.rejets.is_empty()
    assert [total.juste for total in lecture.totaux] == [True, False]


def test_grid_rows_that_cannot_be_placed_are_refused_not_dropped() -> None:
    rows = [*GRID[:5], "TGI de Nulle-Part;1;0;;;;", "Fait à Lille;;;;;;", "TGI de Lille;;;3;1;;"]
    jugement = judging("\n".join(rows).encode())
    assert jugement.rejets.select("ligne", "regle").rows() == [
        (6, "juridiction_inconnue"),
        (7, "juridiction_inconnue"),
        (8, "activite_hors_juridiction"),
    ]


def test_grid_without_its_month() -> None:
    with pytest.raises(UnreadableFile, match="mois"):
        reading("\n".join(["Mois :", *GRID[2:]]).encode())


def test_missing_column_of_a_grid_is_refused() -> None:
    rows = [
        "Mois;avril 2009",
        "Juridiction;JAP;TAP;",
        ";Total;Total;dont extractions évitées",
        "TGI-LILLE;1;2;1",
    ]
    jugement = judging("\n".join(rows).encode())
    assert jugement.acceptees["activite"].to_list() == ["TAP"]
    assert jugement.rejets["regle"].to_list() == ["colonne_manquante"]


def test_progress_is_told_from_start_to_end() -> None:
    told: list[float] = []
    read_file(
        sample("2009-03_sale.csv"),
        "a/b\\c.csv",
        limites=Limites(octets=10_000),
        progress=lambda part, _label: told.append(part),
    )
    assert told == sorted(told)
    assert (told[0], told[-1]) == (0.0, 1.0)


def test_file_name_is_bare() -> None:
    assert reading(lines(LINE), "C:\\bureau\\mars.csv").fichier == "mars.csv"
    assert reading(lines(LINE), "../../etc/mars.csv").fichier == "mars.csv"


def test_of_many_ignored_columns_the_first_are_named() -> None:
    """A sheet of 16 000 columns wrote a line of 170 000 characters."""
    names = [f"col{rank}" for rank in range(300)]
    text = f"{HEADER};{';'.join(names)}\n2009-03;TGI-LILLE;JAP;4;1{';' * 300}\n"
    said = detected(reading(text.encode()))
    assert "colonnes ignorées\u00a0: col0, col1, " in said
    assert "et 292\u00a0autres" in said
    assert len(said) < 300
