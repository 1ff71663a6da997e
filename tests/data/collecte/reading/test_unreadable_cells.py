"""What cannot be read is not silence, what is hidden is not read, and both are said with the cell."""

import zipfile
from collections.abc import Callable, Sequence
from io import BytesIO
from typing import Any

import pytest

from data.collecte.importer import detected
from data.collecte.reading.cells.xlsx import shown_by
from data.collecte.reading.read import UnreadableFile
from tests.data.collecte.classeurs import (
    AVOIDED,
    MARS,
    TITLES,
    TOTAL,
    WRITERS,
    Cell,
    Page,
    Rows,
    Xml,
    ods,
    rewritten,
    state,
    whole,
    workbook,
    xlsx,
)
from tests.data.collecte.saisie import judging, reading

DOUAI = ["03/2009", "TGI-DOUAI", "JAP", 7, 2]
TAKEN = (3, MARS, "TGI-DOUAI", "JAP", 7, 2)
# Per format: a cell in error, a formula never computed.
ERROR: dict[str, Callable[[str], Cell]] = {
    "csv": str,
    # A workbook stores its errors in English; those of another language were pasted as texts.
    "xlsx": lambda error: (
        Xml(f'<c r="{{r}}" t="e"><f>1/0</f><v>{error}</v></c>')
        if error in {"#N/A", "#DIV/0!", "#REF!"}
        else error
    ),
    "ods": lambda error: Xml(
        '<table:table-cell table:formula="of:=1/0" office:value-type="string" office:string-value="" '
        f'calcext:value-type="error"><text:p>{error}</text:p></table:table-cell>'
    ),
}
FORMULA: dict[str, Cell] = {
    "xlsx": Xml('<c r="{r}"><f>2+10</f></c>'),
    "ods": Xml('<table:table-cell table:formula="of:=2+10"/>'),
}


def on_sheet(format_: str) -> str:
    return "" if format_ == "csv" else " de la feuille «\u00a0F\u00a0»"


@pytest.mark.parametrize("format_", WRITERS)
@pytest.mark.parametrize(
    ("champ", "place"), [("visioconferences", 3), ("extractions_evitees", 4), ("mois", 0)]
)
def test_error_refuses_its_line_and_names_its_cell(format_: str, champ: str, place: int) -> None:
    lines: list[Sequence[Cell]] = [TITLES]
    refused: list[tuple[object, ...]] = []
    for error in ("#N/A", "#DIV/0!", "#VALEUR!", "#NOM?", "Err:502", "####"):
        line: list[Cell] = ["03/2009", "TGI-LILLE", "JAP", 12, 3]
        line[place] = ERROR[format_](error)
        lines.append(line)
        cell = f"{'ABCDE'[place]}{len(lines)}{on_sheet(format_)}"
        said = (
            f"La cellule {cell} contient l'erreur «\u00a0{error}\u00a0»\u00a0: remplacez-la par sa "
            "valeur, ou videz-la."
        )
        refused.append((len(lines), "cellule_illisible", champ, error, said))
    taken = (len(lines) + 1, *TAKEN[1:])
    assert state(WRITERS[format_]([*lines, DOUAI]), f"c.{format_}") == whole([taken], refused)


def test_both_cells_in_error_are_no_silence() -> None:
    """The line of the two unreadable figures was taken for an absence of answer."""
    for format_, error in ERROR.items():
        line = ["03/2009", "TGI-LILLE", "JAP", error("#N/A"), error("#N/A")]
        found = state(WRITERS[format_]([TITLES, line, DOUAI]), f"c.{format_}")
        assert (found["acceptees"], found["sans_reponse"]) == ([TAKEN], [])
        assert [(row[0], row[1], row[2]) for row in found["refusees"]] == [
            (2, "cellule_illisible", "visioconferences")
        ]


@pytest.mark.parametrize("format_", FORMULA)
@pytest.mark.parametrize(
    ("first", "second", "cell", "champ"),
    [
        (True, True, "D2", "visioconferences"),
        (True, False, "D2", "visioconferences"),
        (False, True, "E2", "extractions_evitees"),
    ],
)
def test_formula_never_computed(format_: str, first: bool, second: bool, cell: str, champ: str) -> None:
    formula = FORMULA[format_]
    line = ["03/2009", "TGI-LILLE", "JAP", formula if first else 12, formula if second else 3]
    assert state(WRITERS[format_]([TITLES, line, DOUAI]), f"c.{format_}") == whole(
        [TAKEN],
        [
            (
                2,
                "cellule_illisible",
                champ,
                "=2+10",
                f"La cellule {cell} de la feuille «\u00a0F\u00a0» contient une formule sans valeur "
                "enregistrée («\u00a0=2+10\u00a0»)\u00a0: ouvrez le classeur, enregistrez-le, renvoyez-le.",
            )
        ],
    )


@pytest.mark.parametrize(
    ("master", "share"),
    [
        ('<c r="{r}"><f t="shared" ref="D2:E2" si="0">2+10</f></c>', '<c r="{r}"><f t="shared" si="0"/></c>'),
        ('<c r="{r}"><f>2+10</f><v/></c>', '<c r="{r}"><f>2+10</f><v></v></c>'),
        ('<c r="{r}" t="str"><f>2+10</f></c>', '<c r="{r}" t="str"><f>2+10</f></c>'),
        (
            '<x:c xmlns:x="http://schemas.openxmlformats.org/spreadsheetml/2006/main" r="{r}">'
            "<x:f>2+10</x:f></x:c>",
        )
        * 2,
    ],
)
def test_formula_never_computed_however_it_is_written(master: str, share: str) -> None:
    rows = [TITLES, ["03/2009", "TGI-LILLE", "JAP", Xml(master), Xml(share)], DOUAI]
    found = state(xlsx(Page(rows)), "c.xlsx")
    assert (found["acceptees"], found["sans_reponse"]) == ([TAKEN], [])
    assert [row[:4] for row in found["refusees"]] == [(2, "cellule_illisible", "visioconferences", "=2+10")]


def test_formula_that_keeps_its_value_is_read() -> None:
    kept = {
        "xlsx": Xml('<c r="{r}"><f>2+10</f><v>12</v></c>'),
        "ods": Xml(
            '<table:table-cell table:formula="of:=2+10" office:value-type="float" office:value="12">'
            "<text:p>12</text:p></table:table-cell>"
        ),
    }
    for format_, cell in kept.items():
        line = ["03/2009", "TGI-LILLE", "JAP", cell, 3]
        assert state(WRITERS[format_]([TITLES, line]), f"c.{format_}") == whole(
            [(2, MARS, "TGI-LILLE", "JAP", 12, 3)]
        )


GRID: list[list[Cell]] = [
    ["Mois : mars 2009"],
    ["Juridiction", "JAP", None, "INSTRUCTION", None],
    [None, TOTAL, AVOIDED, TOTAL, AVOIDED],
]


@pytest.mark.parametrize("format_", FORMULA)
def test_grid_refuses_the_pair_and_takes_the_others(format_: str) -> None:
    rows = [
        *GRID,
        ["TGI de Lille", 12, 3, ERROR[format_]("#REF!"), 2],
        ["TGI de Douai", FORMULA[format_], 2, 1, 1],
    ]
    found = state(WRITERS[format_](rows), f"c.{format_}")
    assert found["acceptees"] == [
        (4, MARS, "TGI-LILLE", "JAP", 12, 3),
        (5, MARS, "TGI-DOUAI", "INSTRUCTION", 1, 1),
    ]
    assert [(row[0], row[2], row[3], row[4][:28]) for row in found["refusees"]] == [
        (4, "visioconferences", "#REF!", "La cellule D4 de la feuille "),
        (5, "visioconferences", "=2+10", "La cellule B5 de la feuille "),
    ]


@pytest.mark.parametrize("format_", ["xlsx", "ods"])
def test_error_elsewhere_refuses_nothing(format_: str) -> None:
    """In a hidden sheet, in another sheet, in a column that is no data, above the table, in a hidden row."""
    error, formula = ERROR[format_]("#N/A"), FORMULA[format_]
    rows = [
        ["Relevé", error],
        [*TITLES, "taux"],
        ["03/2009", "TGI-LILLE", "JAP", 12, 3, error],
        ["03/2009", "TGI-LILLE", "JAP", error, 3],
        [*DOUAI, formula],
    ]
    pages = (
        Page(rows, hidden_rows=(4,)),
        Page([["calcul", error]], "Calculs", state="hidden"),
        Page([["note", error, formula]], "Notes"),
    )
    content = xlsx(*pages) if format_ == "xlsx" else ods(*pages)
    assert state(content, f"c.{format_}") == whole(
        [(3, MARS, "TGI-LILLE", "JAP", 12, 3), (5, MARS, "TGI-DOUAI", "JAP", 7, 2)],
        masquees=((4,), (), ("Calculs",)),
    )


def test_cell_is_named_as_its_column_stands() -> None:
    """The table begins in column C, row 3."""
    for format_, error in (("xlsx", ERROR["xlsx"]), ("ods", ERROR["ods"])):
        line = [None, None, "03/2009", "TGI-LILLE", "JAP", error("#N/A"), 3]
        found = state(WRITERS[format_]([[], [], [None, None, *TITLES], line]), f"c.{format_}")
        assert [row[4][:39] for row in found["refusees"]] == [
            "La cellule F4 de la feuille «\u00a0F\u00a0» conti"
        ]
        assert (found["acceptees"], found["sans_reponse"]) == ([], [])


def test_error_repeated_a_million_times_is_one_finding() -> None:
    line = '<table:table-cell/><table:table-cell table:number-columns-repeated="16000" ' + str(
        ERROR["ods"]("#N/A")
    ).removeprefix("<table:table-cell ")
    rows = [TITLES, ["03/2009", "TGI-LILLE", "JAP", 12, 3], [Xml(line)]]
    content = ods(Page(rows))
    with zipfile.ZipFile(BytesIO(content)) as archive:
        assert archive.getinfo("content.xml").file_size < 5_000
    found = state(content, "c.ods")
    assert found["acceptees"] == [(2, MARS, "TGI-LILLE", "JAP", 12, 3)]


def test_workbook_of_faults_only_is_one_sentence() -> None:
    rows = [TITLES, *([["03/2009", "TGI-LILLE", "JAP", FORMULA["xlsx"], FORMULA["xlsx"]]] * 50_001)]
    with pytest.raises(UnreadableFile, match="trop de cellules"):
        reading(xlsx(Page(rows)), "c.xlsx")


BOOLEANS: dict[str, Callable[[bool], Cell]] = {
    "xlsx": lambda true: Xml(f'<c r="{{r}}" t="b"><v>{true:d}</v></c>'),
    "ods": lambda true: Xml(
        f'<table:table-cell office:value-type="boolean" office:boolean-value="{str(true).lower()}">'
        f"<text:p>{'VRAI' if true else 'FAUX'}</text:p></table:table-cell>"
    ),
}


@pytest.mark.parametrize("format_", BOOLEANS)
@pytest.mark.parametrize(("true", "shown"), [(True, "VRAI"), (False, "FAUX")])
def test_a_boolean_is_said_as_its_sender_sees_it(format_: str, true: bool, shown: str) -> None:
    line = ["03/2009", "TGI-LILLE", "JAP", BOOLEANS[format_](true), 0]
    found = state(WRITERS[format_]([TITLES, line, DOUAI]), f"c.{format_}")
    ((_, regle, champ, valeur, motif),) = found["refusees"]
    assert (regle, champ, valeur) == ("valeur_logique", "visioconferences", shown)
    assert motif.startswith(f"«\u00a0{shown}\u00a0» dit oui ou non")


# ---------------------------------------------------------------- under merged cells


def covered(text: str) -> Xml:
    return Xml(
        f'<table:covered-table-cell office:value-type="string"><text:p>{text}</text:p>'
        "</table:covered-table-cell>"
    )


@pytest.mark.parametrize(
    ("line", "merged", "champ", "cell", "vu"),
    [
        (["03/2009", "TGI-LILLE", "JAP", 12, 3], "D2:E2", "extractions_evitees", "E2", "3"),
        (["03/2009", "TGI-LILLE", "JAP", 12, 3], "D1:D2", "visioconferences", "D2", "12"),
        (["03/2009", "TGI-LILLE", "JAP", 12, 3], "A2:B2", "juridiction", "B2", "TGI-LILLE"),
        (["03/2009", "TGI-LILLE", "JAP", 12, 3], "B1:C2", "juridiction", "B2", "TGI-LILLE"),
    ],
)
def test_what_merged_cells_cover_is_not_read(
    line: list[Cell], merged: str, champ: str, cell: str, vu: str
) -> None:
    found = state(xlsx(Page([TITLES, line, DOUAI], merged=(merged,))), "c.xlsx")
    assert found["acceptees"] == [TAKEN]
    ((ligne, regle, wrong, valeur, motif),) = found["refusees"]
    assert (ligne, regle, wrong, valeur) == (2, "cellule_illisible", champ, vu)
    assert motif.startswith(f"La cellule {cell} de la feuille «\u00a0F\u00a0» tient «\u00a0{vu}\u00a0» sous")


@pytest.mark.parametrize("place", [1, 3, 4])
def test_what_merged_cells_cover_is_not_read_in_ods(place: int) -> None:
    line: list[Cell] = ["03/2009", "TGI-LILLE", "JAP", 12, 3]
    line[place] = covered(str(line[place]))
    found = state(ods(Page([TITLES, line, DOUAI])), "c.ods")
    assert found["acceptees"] == [TAKEN]
    ((ligne, regle, _, _, motif),) = found["refusees"]
    assert (ligne, regle) == (2, "cellule_illisible")
    assert f"La cellule {'ABCDE'[place]}2 de la feuille" in motif


def test_merged_cells_that_cover_nothing_are_read_as_before() -> None:
    rows: Rows = [
        ["Collecte de mars", None, None, None, None],
        TITLES,
        DOUAI,
        ["Fin", None, None, None, None],
    ]
    found = state(xlsx(Page(rows, merged=("A1:E1", "A4:E4"))), "c.xlsx")
    assert found["acceptees"] == [TAKEN]


# ---------------------------------------------------------------- several formats in a cell

SUPER = '<r><rPr><vertAlign val="superscript"/></rPr><t>1</t></r>'
STRUCK = "<r><rPr><strike/></rPr><t>4</t></r>"
ODS_STYLES = (
    '<style:style style:name="haut" style:family="text"><style:text-properties '
    'style:text-position="super 58%"/>'
    '</style:style><style:style style:name="raye" style:family="text"><style:text-properties '
    'style:text-line-through-style="solid"/></style:style>'
    '<style:style style:name="gras" style:family="text"><style:text-properties '
    'fo:font-weight="bold"/></style:style>'
    '<style:style style:name="cellule" style:family="table-cell"><style:text-properties '
    'style:text-line-through-type="single"/></style:style>'
    '<style:style style:name="fille" style:family="table-cell" style:parent-style-name="cellule"/>'
)


def inline(runs: str) -> Xml:
    return Xml(f'<c r="{{r}}" t="inlineStr"><is>{runs}</is></c>')


def paragraph(text: str, attributes: str = "") -> Xml:
    return Xml(
        f'<table:table-cell office:value-type="string"{attributes}><text:p>{text}</text:p></table:table-cell>'
    )


def with_formats(format_: str, rows: Rows) -> bytes:
    if format_ == "ods":
        return ods(Page(rows), styles=ODS_STYLES)
    return xlsx(
        Page(rows),
        fonts="<font><strike/></font><font><b/></font>",
        strings=f"<si><r><t>12</t></r>{SUPER}</si><si><t>12</t></si>",
    )


@pytest.mark.parametrize(
    ("format_", "cell", "seen"),
    [
        ("xlsx", inline(f"<r><t>12</t></r>{SUPER}"), "12 (exposant 1)"),
        ("xlsx", inline(f"{STRUCK}<r><t>12</t></r>"), "(barré 4) 12"),
        ("xlsx", inline("<r><t>1</t></r><r><rPr><b/></rPr><t>2</t></r>"), "1 + 2"),
        (
            "xlsx",
            inline('<r><t>12</t></r><r><rPr><vertAlign val="subscript"/></rPr><t>a</t></r>'),
            "12 (indice a)",
        ),
        ("xlsx", inline(STRUCK), "(barré 4)"),
        ("xlsx", Xml('<c r="{r}" t="s"><v>0</v></c>'), "12 (exposant 1)"),
        ("xlsx", Xml('<c r="{r}" t="s" s="1"><v>1</v></c>'), "(barré 12)"),
        ("xlsx", Xml('<c r="{r}" s="1"><v>12</v></c>'), "(barré 12)"),
        ("ods", paragraph('12<text:span text:style-name="haut">1</text:span>'), "12 (exposant 1)"),
        ("ods", paragraph('<text:span text:style-name="raye">4</text:span>12'), "(barré 4) 12"),
        ("ods", paragraph('1<text:span text:style-name="gras">2</text:span>'), "1 + 2"),
        (
            "ods",
            Xml(
                '<table:table-cell table:style-name="fille" office:value-type="float" office:value="12">'
                "<text:p>12</text:p></table:table-cell>"
            ),
            "(barré 12)",
        ),
    ],
)
@pytest.mark.parametrize("place", [3, 4])
def test_count_of_several_formats_is_refused_with_what_is_seen(
    format_: str, cell: Xml, seen: str, place: int
) -> None:
    line: list[Cell] = ["03/2009", "TGI-LILLE", "JAP", 400, 3]
    line[place] = cell
    assert state(with_formats(format_, [TITLES, line, DOUAI]), f"c.{format_}") == whole(
        [TAKEN],
        [
            (
                2,
                "cellule_illisible",
                TITLES[place],
                seen,
                f"La cellule {'DE'[place - 3]}2 de la feuille «\u00a0F\u00a0» a plusieurs mises en "
                f"forme, on y voit «\u00a0{seen}\u00a0»\u00a0: tapez-y le seul nombre, "
                "sans appel de note ni texte barré.",
            )
        ],
    )


@pytest.mark.parametrize(
    ("format_", "cell"),
    [
        ("xlsx", inline('<r><t xml:space="preserve">TGI de </t></r><r><rPr><b/></rPr><t>Lille</t></r>')),
        ("ods", paragraph('TGI de <text:span text:style-name="gras">Lille</text:span>')),
    ],
)
def test_emphasis_in_a_name_or_a_title_is_harmless(format_: str, cell: Xml) -> None:
    title = (
        inline("<r><t>visio</t></r><r><rPr><i/></rPr><t>conferences</t></r>")
        if format_ == "xlsx"
        else paragraph('visio<text:span text:style-name="gras">conferences</text:span>')
    )
    plain: Cell = Xml('<c r="{r}" s="2"><v>12</v></c>') if format_ == "xlsx" else 12
    rows = [[*TITLES[:3], title, TITLES[4]], ["03/2009", cell, "JAP", plain, 3]]
    assert state(with_formats(format_, rows), f"c.{format_}") == whole([(2, MARS, "TGI-LILLE", "JAP", 12, 3)])


def test_line_feed_in_a_count_is_no_format() -> None:
    found = state(ods(Page([TITLES, ["03/2009", "TGI-LILLE", "JAP", paragraph("12</text:p><text:p>a"), 3]])))
    assert [row[1:4] for row in found["refusees"]] == [("nombre_non_entier", "visioconferences", "12\na")]


def test_mark_in_a_name_or_a_struck_line_is_refused() -> None:
    noted = inline(f"<r><t>TGI de Lille</t></r>{SUPER}")
    struck = inline("<r><rPr><strike/></rPr><t>TGI de Lille</t></r>")
    for cell, seen in ((noted, "TGI de Lille (exposant 1)"), (struck, "(barré TGI de Lille)")):
        found = state(with_formats("xlsx", [TITLES, ["03/2009", cell, "JAP", 12, 3], DOUAI]), "c.xlsx")
        assert found["acceptees"] == [TAKEN]
        assert [row[1:4] for row in found["refusees"]] == [("cellule_illisible", "juridiction", seen)]


def test_mark_in_a_grid_refuses_its_pair() -> None:
    rows = [*GRID, ["TGI de Lille", inline(f"<r><t>12</t></r>{SUPER}"), 3, 5, 2]]
    found = state(with_formats("xlsx", rows), "c.xlsx")
    assert found["acceptees"] == [(4, MARS, "TGI-LILLE", "INSTRUCTION", 5, 2)]
    assert [row[:4] for row in found["refusees"]] == [
        (4, "cellule_illisible", "visioconferences", "12 (exposant 1)")
    ]


# ---------------------------------------------------------------- what is hidden


@pytest.mark.parametrize("format_", ["xlsx", "ods", "ods collapse"])
def test_hidden_rows_and_sheets_are_left_and_said(format_: str) -> None:
    rows = [
        TITLES,
        ["03/2009", "TGI-LILLE", "JAP", 12, 3],
        ["03/2009", "TGI-ARRAS", "JAP", 1, 1],
        ["03/2009", "TGI-BETHUNE", "JAP", 1, 1],
        [],
        ["03/2009", "TGI-DOUAI", "JAP", 7, 2],
    ]
    pages = (Page(rows, hidden_rows=(3, 4, 5)), Page([TITLES, *rows[1:2]], "Ancien", state="hidden"))
    content = (
        xlsx(*pages)
        if format_ == "xlsx"
        else ods(*pages, visibility="collapse" if format_ == "ods collapse" else "filter")
    )
    assert state(content, "c") == whole(
        [(2, MARS, "TGI-LILLE", "JAP", 12, 3), (6, MARS, "TGI-DOUAI", "JAP", 7, 2)],
        masquees=((3, 4), (), ("Ancien",)),
    )
    assert detected(reading(content)).endswith(
        "2\u00a0lignes masquées non lues (3 à 4) dans la feuille «\u00a0F\u00a0» · "
        "1\u00a0feuille masquée non lue («\u00a0Ancien\u00a0»)"
    )


def test_hidden_row_and_column_of_a_grid_are_left_and_said() -> None:
    rows = [*GRID, ["TGI de Lille", 12, 3, 5, 2], ["TGI de Douai", 7, 2, 1, 1]]
    for write in (xlsx, ods):
        content = write(Page(rows, hidden_rows=(4,), hidden_columns=(3, 4)))
        assert state(content) == whole([(5, MARS, "TGI-DOUAI", "JAP", 7, 2)], masquees=((4,), ("D", "E"), ()))


def test_hidden_column_that_is_needed_is_named() -> None:
    for write in (xlsx, ods):
        with pytest.raises(
            UnreadableFile, match=r"Feuille «\u00a0F\u00a0».*« ?\u00a0?mois.*masquées, non lues\u00a0: A"
        ):
            reading(write(Page([TITLES, DOUAI], hidden_columns=(0,))))


def test_nothing_hidden_nothing_said() -> None:
    assert "masqué" not in detected(reading(xlsx(Page([TITLES, DOUAI], hidden_rows=(9,)))))


# ---------------------------------------------------------------- days counted from 1904


def null_date(zero: str) -> str:
    inside = f'<table:null-date table:date-value="{zero}"/>'
    return f"<table:calculation-settings>{inside}</table:calculation-settings>"


@pytest.mark.parametrize("grid", [False, True])
def test_days_of_1904_are_counted_from_1904(grid: bool) -> None:
    """1 March 2009 is the day 38411 from 1904, 39873 from 1900."""
    for day, first in ((38411, 1904), (39873, 1900)):
        rows = (
            [["Mois", day], *GRID[1:], ["TGI de Lille", 12, 3, None, None]]
            if grid
            else [TITLES, [day, "TGI-LILLE", "JAP", 12, 3]]
        )
        where = 4 if grid else 2
        expected = [(where, MARS, "TGI-LILLE", "JAP", 12, 3)]
        properties = '<workbookPr date1904="1"/>' if first == 1904 else '<workbookPr date1904="0"/>'
        zero = "1904-01-01" if first == 1904 else "1899-12-30"
        settings = null_date(zero)
        assert state(xlsx(Page(rows), properties=properties))["acceptees"] == expected
        assert state(ods(Page(rows), settings=settings))["acceptees"] == expected


def test_dates_that_are_dates_are_left_as_they_are() -> None:
    date_cell = Xml(
        '<table:table-cell office:value-type="date" office:date-value="2009-03-01"><text:p>mars 09</text:p>'
        "</table:table-cell>"
    )
    settings = null_date("1904-01-01")
    jugement = judging(reading(ods(Page([TITLES, [date_cell, *DOUAI[1:]]]), settings=settings)))
    assert jugement.acceptees["mois"].to_list() == [MARS]


# A number format, a value under it, and what is seen in its place; None: the number itself.
SHOWN = [
    ('0" 000"', 12, "12 000"),
    ('0"*"', 12, "12*"),
    ("0%", 12, "1200\u00a0%"),
    (";;;", 12, "(rien)"),
    ("0;-0;;@", 0, "(rien)"),
    ("#,##0,", 12_000, "12"),
    ("0.00E+00", 12, "12 (0.00E+00)"),
    ("# ?/?", 12, "12 (# ?/?)"),
    ("-0", 12, "-12"),
    ('"-"0', 12, "-12"),
    ("(0)", 12, "(12)"),
    ("\\(0\\)", 12, "(12)"),
    ("+0", 12, None),
    ("0_);(0)", 12, None),
    ("0;-0;;@", 12, None),
    ("#,##0", 1_204, None),
    ("# ##0", 1_204, None),
    ("0.00", 12, None),
    ('_-* #,##0\\ _€_-;-* #,##0\\ _€_-;_-* "-"??\\ _€_-;_-@_-', 12, None),
    ("[Red]0;[Blue]-0", 12, None),
    ("dd/mm/yyyy", 12, None),
    ("General", 12, None),
]


def plain(text: str) -> str:
    return text.replace("\u00a0", " ").replace("\u202f", " ")


@pytest.mark.parametrize(("code", "value", "vu"), SHOWN)
def test_number_that_its_format_shows_as_another_is_refused(code: str, value: int, vu: str | None) -> None:
    assert (shown_by(code, str(value)) or (None if vu is None else "(rien)")) == vu

    def fill(book: Any) -> None:
        sheet = book.add_worksheet("F")
        sheet.write_row(0, 0, TITLES)
        sheet.write_row(1, 0, ["03/2009", "TGI-LILLE", "JAP"])
        sheet.write_number(1, 3, value, book.add_format({"num_format": code}))
        sheet.write_number(1, 4, 0)
        sheet.write_row(2, 0, DOUAI)

    found = state(workbook(fill), "c.xlsx")
    assert TAKEN in found["acceptees"]
    if code == "dd/mm/yyyy":
        # A date is no count: refused as such.
        assert len(found["acceptees"]) == 1
        return
    assert (len(found["acceptees"]) == 2) is (vu is None)
    if vu is not None:
        ((line, _, champ, _, motif),) = found["refusees"]
        assert (line, champ) == (2, "visioconferences")
        assert f"La cellule D2 de la feuille « F » montre « {plain(vu)} »" in plain(motif)


@pytest.mark.parametrize(
    ("value", "text", "taken"),
    [
        ("12", "12", True),
        ("1204", "1 204", True),
        ("12", "12,00", True),
        ("12", "12 000", False),
        ("12", "12*", False),
        ("12", "1200 %", False),
        ("12", "", False),
        ("12000", "12", False),
        ("12", "-12", False),
        ("12", "−12", False),
        ("12", "(12)", False),
    ],
)
def test_ods_cell_that_shows_another_number_is_refused(value: str, text: str, taken: bool) -> None:
    shown = f"<text:p>{text}</text:p>" if text else ""
    cell = Xml(
        f'<table:table-cell office:value-type="float" office:value="{value}">{shown}</table:table-cell>'
    )
    found = state(ods(Page([TITLES, ["03/2009", "TGI-LILLE", "JAP", cell, 3], DOUAI])), "c.ods")
    assert TAKEN in found["acceptees"]
    assert (len(found["acceptees"]) == 2) is taken
    if not taken:
        assert f"montre « {text or '(rien)'} »" in plain(found["refusees"][0][4])


def test_column_of_no_width_is_hidden() -> None:
    def fill(book: Any) -> None:
        sheet = book.add_worksheet("F")
        sheet.write_row(0, 0, [*TITLES, "note"])
        sheet.write_row(1, 0, [*DOUAI, "vu"])
        sheet.set_column(5, 5, 0)

    assert reading(workbook(fill), "c.xlsx").colonnes_masquees == ("F",)


# ---------------------------------------------------------------- laid out without bound

HELD = '<table:table-cell office:value-type="string"><text:p>x</text:p></table:table-cell>'
EMPTY = "<table:table-cell/>"


def repeated(what: str, times: int, cells: str) -> str:
    row = f' table:number-rows-repeated="{times}"' if what == "rows" else ""
    column = f' table:number-columns-repeated="{times}"' if what == "columns" else ""
    return f"<table:table-row{row}>{cells.replace('/>', column + '/>', 1)}</table:table-row>"


def with_rows(*rows: str) -> bytes:
    end = "</table:table>"
    added = ("".join(rows) + end).encode()
    return rewritten(ods(Page([TITLES, DOUAI])), "content.xml", lambda xml: xml.replace(end.encode(), added))


SPACES = HELD.replace(">x<", '>5<text:s text:c="{}"/><')
LONG = HELD.replace(">x<", f">{'x' * 60_000}<")
WIDE = 'string" table:number-columns-repeated="16000'
ANOTHER = '</table:table><table:table table:name="S{}">'


@pytest.mark.parametrize(
    ("most", "rows"),
    [
        (5_000, (repeated("rows", 2**31, HELD),)),
        (5_000, (repeated("rows", 10**30, HELD),)),
        (5_000, (repeated("rows", 10**9 - 1, EMPTY), repeated("rows", 1, HELD))),
        (5_000, (repeated("rows", 2**31, EMPTY), repeated("rows", 1, HELD))),
        (5_000, (repeated("columns", 2**31, EMPTY + HELD),)),
        # What a few bytes announce is counted once laid out.
        (20_000, (f"<table:table-row>{SPACES.format(1_500_000_000)}</table:table-row>",)),
        (20_000, (f"<table:table-row>{SPACES.format(10**40)}</table:table-row>",)),
        (20_000, (repeated("rows", 20_000, SPACES.format(100_000)),)),
        (20_000, (repeated("rows", 1_000, HELD.replace("string", WIDE)),)),
        (20_000, (repeated("rows", 20_000, LONG),)),
        # Ten sheets that are each within bounds.
        (20_000, tuple(f"{repeated('rows', 1_000_000, HELD)}{ANOTHER.format(n)}" for n in range(10))),
        (20_000, tuple(ANOTHER.format(n) for n in range(1_001))),
    ],
    ids=[
        *("lignes", "lignes_sans_fin", "loin", "plus_loin", "colonnes", "espaces", "sans_fin"),
        *("espaces_repetees", "rectangle", "texte_repete", "feuilles", "mille_feuilles"),
    ],
)
def test_a_sheet_that_unfolds_without_bound_is_refused_before_it_does(
    most: int, rows: tuple[str, ...]
) -> None:
    content = with_rows(*rows)
    assert len(content) < most
    with pytest.raises(UnreadableFile, match="se déploie bien au-delà"):
        reading(content, "c.ods")


def shared(lengths: Sequence[int], cells: Callable[[int], int], rows: int) -> bytes:
    """Write a workbook of five columns of shared strings; `cells` gives the string of each row."""
    strings = "".join(f"<si><t>{'a' * length}</t></si>" for length in lengths)
    body = [[Xml(f'<c r="{{r}}" t="s"><v>{cells(row)}</v></c>') for _ in range(5)] for row in range(rows)]
    return xlsx(Page([TITLES, DOUAI, *body]), strings=strings)


def test_a_long_text_shown_by_many_cells_is_counted_as_often() -> None:
    with pytest.raises(UnreadableFile, match="se déploie bien au-delà"):
        reading(shared([30_000], lambda _: 0, 8_000), "c.xlsx")
    # One note as long, and as many cells that show something else, is an honest workbook.
    honest = shared([30_000, 2], lambda row: 0 if row < 20 else 1, 8_000)
    assert judging(reading(honest, "c.xlsx")).lues > 0


def test_a_text_of_more_lines_than_a_spreadsheet_is_to_be_sent_in_parts() -> None:
    with pytest.raises(UnreadableFile, match="plus de 1\u202f200\u202f000 lignes"):
        reading(f'{";".join(TITLES)}\n"'.encode() + b"a\n" * 1_200_001)


def test_the_names_of_sheets_are_told_short() -> None:
    named = Page([TITLES, DOUAI], nom="N" * 5_000)
    assert len(reading(ods(named), "c.ods").feuille or "") == 100
    many = ods(*(Page([TITLES, DOUAI], nom=f"{n}{'M' * 90}") for n in range(30)))
    with pytest.raises(UnreadableFile, match="et 22\u00a0autres") as refused:
        reading(many, "c.ods")
    assert len(str(refused.value)) < 800


def test_the_empty_rest_of_a_sheet_is_nothing() -> None:
    rest = repeated("columns", 16_384, EMPTY).replace(
        "<table:table-row", '<table:table-row table:number-rows-repeated="1048573"'
    )
    assert state(with_rows(rest), "c.ods")["acceptees"] == [(2, *TAKEN[1:])]


# ---------------------------------------------------------------- white on white


def coloured(font: dict[str, object], *, place: int = 3, header: dict[str, object] | None = None) -> bytes:
    """Write a real workbook of two lines; one cell of the first has that look."""
    line: list[str | int] = ["03/2009", "TGI-LILLE", "JAP", 12, 3]

    def fill(book: Any) -> None:
        sheet = book.add_worksheet("F")
        sheet.write_row(0, 0, TITLES, book.add_format(header or {}))
        sheet.write_row(1, 0, line)
        sheet.write(1, place, line[place], book.add_format(font))
        sheet.write_row(2, 0, DOUAI)

    return workbook(fill)


def as_white(shown: str, cell: str) -> str:
    return (
        f"La cellule {cell} de la feuille «\u00a0F\u00a0» tient «\u00a0{shown}\u00a0», écrit en blanc sur "
        "fond blanc\u00a0: personne ne l'y voit. Donnez-lui une couleur, ou videz-la, vérifiez, renvoyez le "
        "fichier."
    )


@pytest.mark.parametrize("font", [{"font_color": "white"}, {"font_color": "#FFFFFF", "bg_color": "#FFFFFF"}])
@pytest.mark.parametrize(
    ("place", "champ", "shown"), [(3, "visioconferences", "12"), (1, "juridiction", "TGI-LILLE")]
)
def test_what_is_white_on_white_is_no_answer(
    font: dict[str, object], place: int, champ: str, shown: str
) -> None:
    content = coloured(font, place=place)
    assert state(content, "c.xlsx") == whole(
        [TAKEN], [(2, "cellule_illisible", champ, shown, as_white(shown, f"{'ABCDE'[place]}2"))]
    )


@pytest.mark.parametrize(
    "font",
    [
        {"font_color": "white", "bg_color": "#000091"},
        {"font_color": "#FEFEFE"},
        {"bg_color": "#FFFFFF"},
        {"bold": True},
    ],
)
def test_white_that_is_seen_is_an_answer(font: dict[str, object]) -> None:
    content = coloured(font, header={"font_color": "white", "bg_color": "#000091"})
    assert [row[0] for row in state(content, "c.xlsx")["acceptees"]] == [2, 3]


WHITE = (
    '<style:style style:name="blanc" style:family="table-cell"><style:text-properties fo:color="#FFFFFF"/>'
    '</style:style><style:style style:name="fils" style:family="table-cell" style:parent-style-name="blanc"/>'
    '<style:style style:name="sur_bleu" style:family="table-cell" style:parent-style-name="blanc">'
    '<style:table-cell-properties fo:background-color="#000091"/></style:style>'
    '<style:style style:name="sur_blanc" style:family="table-cell" style:parent-style-name="blanc">'
    '<style:table-cell-properties fo:background-color="#ffffff"/></style:style>'
)


@pytest.mark.parametrize(
    ("style", "read"), [("blanc", False), ("fils", False), ("sur_blanc", False), ("sur_bleu", True)]
)
def test_white_on_white_is_no_answer_in_an_ods_either(style: str, read: bool) -> None:
    cell = Xml(
        f'<table:table-cell table:style-name="{style}" office:value-type="float" office:value="12">'
        "<text:p>12</text:p></table:table-cell>"
    )
    rows: Rows = [TITLES, ["03/2009", "TGI-LILLE", "JAP", cell, 3], DOUAI]
    told = state(ods(Page(rows), styles=WHITE), "c.ods")
    assert [row[0] for row in told["acceptees"]] == ([2, 3] if read else [3])
    assert [row[-1] for row in told["refusees"]] == ([] if read else [as_white("12", "D2")])
