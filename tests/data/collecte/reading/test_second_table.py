"""A second table in a file: never a figure under another juridiction, month or activity."""

import pytest

from data.collecte.reading.read import UnreadableFile
from tests.data.collecte.classeurs import AVOIDED, AVRIL, MARS, TITLES, TOTAL, WRITERS, Rows, state, whole
from tests.data.collecte.saisie import reading

GRID: Rows = [
    ["Mois : mars 2009"],
    ["Juridiction", "JAP", None, "INSTRUCTION", None],
    [None, TOTAL, AVOIDED, TOTAL, AVOIDED],
    ["TGI de Lille", 12, 3, 5, 2],
    ["TGI de Douai", 7, 2, 1, 1],
]
LONG: Rows = [TITLES, ["03/2009", "TGI-LILLE", "JAP", 12, 3]]
SWAPPED = ["mois", "juridiction", "activite", "extractions_evitees", "visioconferences"]

SECOND: dict[str, tuple[Rows, str]] = {
    "beside, the same rows": (
        [
            ["Mois : mars 2009"],
            ["Juridiction", "JAP", None, "Juridiction", "INSTRUCTION", None],
            [None, TOTAL, AVOIDED, None, TOTAL, AVOIDED],
            ["TGI de Lille", 12, 3, "TGI de Douai", 20, 9],
        ],
        "D2",
    ),
    "beside, lower": (
        [
            *GRID[:3],
            [*GRID[3], None, "Juridiction", "JAP", None],
            [*GRID[4], None, None, TOTAL, AVOIDED],
            ["TGI d'Arras", 1, 0, 1, 0, None, "TGI de Lille", 40, 9],
        ],
        "G4",
    ),
    "below, another month": ([*GRID, [], ["Mois : avril 2009"], *GRID[1:]], "A8"),
    "below, the same month, activities in another order": (
        [*GRID, ["Juridiction", "INSTRUCTION", None, "JAP", None], *GRID[2:]],
        "A6",
    ),
    "below, shifted by a column": ([*GRID, *([None, *row] for row in GRID[1:])], "B6"),
    "a line says another month": ([*GRID, ["Mois : avril 2009"], ["TGI d'Arras", 1, 0, 1, 0]], "A6"),
    "a line is another month": ([*GRID, ["Avril 2009"], ["TGI d'Arras", 1, 0, 1, 0]], "A6"),
    "a line is all about another month": (
        [*GRID, [None, "Collecte du mois d'avril 2009 (suite)"], ["TGI d'Arras", 1, 0, 1, 0]],
        "B6",
    ),
    "below, without the title of the courts": (
        [*GRID, [None, "INSTRUCTION", None, "JAP", None], ["TGI d'Arras", 1, 0, 1, 0]],
        "B6",
    ),
    "below, with the row of columns alone": (
        [*GRID, [None, AVOIDED, TOTAL, AVOIDED, TOTAL], ["TGI d'Arras", 0, 1, 0, 1]],
        "B6",
    ),
    "two months above": ([["Mois : mars 2009", None, None, "Mois : avril 2009"], *GRID[1:]], "D1"),
    "a month over each group": ([GRID[0], [None, "mars 2009", None, "avril 2009"], *GRID[1:]], "D2"),
    "long form, below, columns in another order": (
        [*LONG, SWAPPED, ["03/2009", "TGI-DOUAI", "JAP", 2, 7]],
        "D3",
    ),
    "long form, beside, lower": (
        [TITLES, *([*row, None, *other] for row, other in ((LONG[1], TITLES), (LONG[1], LONG[1])))],
        "G2",
    ),
    "long form, beside, the same rows": ([[*TITLES, None, *TITLES], [*LONG[1], None, *LONG[1]]], "G1"),
    "a grid below the long form": ([*LONG, [], *GRID], "A5"),
    "a grid above the long form": ([*GRID, [], *LONG], "A7"),
    "more columns below": (
        [*LONG, [], [*TITLES, "rejet"], ["03/2009", "TGI-DOUAI", "JAP", 2, 7, None]],
        "F4",
    ),
}


@pytest.mark.parametrize("format_", WRITERS)
@pytest.mark.parametrize("nom", SECOND)
def test_file_with_a_second_table_is_refused_by_its_cell(nom: str, format_: str) -> None:
    rows, cell = SECOND[nom]
    sheet = "" if format_ == "csv" else "de la feuille «\u00a0F\u00a0» "
    with pytest.raises(UnreadableFile) as refusal:
        reading(WRITERS[format_](rows), f"c.{format_}")
    message = str(refusal.value)
    if "deux fois" in message:
        assert f"la seconde en {cell}" in message
    else:
        assert message.startswith(f"Un second tableau commence en {cell} {sheet}(")
        assert message.endswith("rien n'a été pris, envoyez un tableau par fichier.")


@pytest.mark.parametrize("format_", WRITERS)
def test_column_of_months_in_a_grid_is_not_left_aside(format_: str) -> None:
    rows = [
        GRID[0],
        ["Juridiction", "Mois", "JAP", None],
        [None, None, TOTAL, AVOIDED],
        ["TGI de Lille", "04/2009", 12, 3],
    ]
    with pytest.raises(UnreadableFile, match=r"colonne «\u00a0Mois\u00a0» en B2"):
        reading(WRITERS[format_](rows), f"c.{format_}")


@pytest.mark.parametrize("format_", WRITERS)
def test_titles_repeated_on_each_page_are_no_second_table(format_: str) -> None:
    grid = state(WRITERS[format_]([*GRID, *GRID[:3], ["TGI d'Arras", 9, 4, 2, 1]]), f"c.{format_}")
    assert grid == whole(
        [
            (4, MARS, "TGI-LILLE", "JAP", 12, 3),
            (4, MARS, "TGI-LILLE", "INSTRUCTION", 5, 2),
            (5, MARS, "TGI-DOUAI", "JAP", 7, 2),
            (5, MARS, "TGI-DOUAI", "INSTRUCTION", 1, 1),
            (9, MARS, "TGI-ARRAS", "JAP", 9, 4),
            (9, MARS, "TGI-ARRAS", "INSTRUCTION", 2, 1),
        ],
        notes=[6, 7, 8],
    )
    long = state(WRITERS[format_]([*LONG, TITLES, ["04/2009", "TGI-DOUAI", "JAP", 7, 2]]), f"c.{format_}")
    assert long == whole(
        [(2, MARS, "TGI-LILLE", "JAP", 12, 3), (4, AVRIL, "TGI-DOUAI", "JAP", 7, 2)], notes=[3]
    )


@pytest.mark.parametrize("format_", WRITERS)
def test_words_of_a_title_in_a_line_are_no_second_table(format_: str) -> None:
    """A footnote that names a month, a totals line, a day of printing: nothing that begins a table."""
    rows = [
        ["Édité le", "02/04/2009"],
        *GRID,
        ["Total", 19, 5, 6, 3],
        ["(1) chambre détachée fermée en avril 2009"],
    ]
    assert state(WRITERS[format_](rows), f"c.{format_}") == whole(
        [
            (5, MARS, "TGI-LILLE", "JAP", 12, 3),
            (5, MARS, "TGI-LILLE", "INSTRUCTION", 5, 2),
            (6, MARS, "TGI-DOUAI", "JAP", 7, 2),
            (6, MARS, "TGI-DOUAI", "INSTRUCTION", 1, 1),
        ],
        totaux=[(7, True), (7, True)],
        notes=[8],
    )


# A grid whose figures stand under no title of a pair, and the cell that the refusal names.
LEFT_OUT: dict[str, tuple[Rows, str]] = {
    "the first activity has no measures": (
        [
            GRID[0],
            ["Juridiction", "JAP", None, "TAP", None],
            [None, None, None, TOTAL, AVOIDED],
            ["TGI de Lille", 12, 3, 20, 9],
        ],
        "B4",
    ),
    "the last activity has no measures": (
        [
            GRID[0],
            ["Juridiction", "JAP", None, "TAP", None],
            [None, TOTAL, AVOIDED, None, None],
            ["TGI de Lille", 12, 3, 20, 9],
        ],
        "D4",
    ),
    "titles over the second column of their pair": (
        [
            GRID[0],
            ["Juridiction", None, "JAP", None, "TAP"],
            [None, TOTAL, AVOIDED, TOTAL, AVOIDED],
            ["TGI de Lille", 12, 3, 20, 9],
        ],
        "B4",
    ),
    "a figure beyond the titles": (
        [
            GRID[0],
            ["Juridiction", "JAP", None],
            [None, TOTAL, AVOIDED],
            ["TGI de Lille", 12, 3, None, "1 077"],
        ],
        "E4",
    ),
    "another table without any title": (
        [
            GRID[0],
            ["Juridiction", "JAP", None],
            [None, TOTAL, AVOIDED],
            ["TGI de Lille", 12, 3, None, "TGI-AUCH", 4, 1],
        ],
        "F4",
    ),
}


@pytest.mark.parametrize("format_", WRITERS)
@pytest.mark.parametrize("nom", LEFT_OUT)
def test_no_figure_of_a_grid_is_lost_without_a_word(nom: str, format_: str) -> None:
    rows, cell = LEFT_OUT[nom]
    with pytest.raises(UnreadableFile) as refusal:
        reading(WRITERS[format_](rows), f"c.{format_}")
    sheet = "" if format_ == "csv" else " de la feuille «\u00a0F\u00a0»"
    assert str(refusal.value).startswith(f"La cellule {cell}{sheet} porte «\u00a0")
    assert str(refusal.value).endswith("Rien n'a été pris.")


@pytest.mark.parametrize("format_", ["xlsx", "ods"])
def test_no_figure_beside_the_long_form_is_lost_without_a_word(format_: str) -> None:
    rows = [LONG[0], [*LONG[1], None, "03/2009", "TGI-CHAUMONT", "JAP", 7, 2]]
    with pytest.raises(UnreadableFile, match=r"La cellule J2 de la feuille .* porte «\u00a07\u00a0»"):
        reading(WRITERS[format_](rows), f"c.{format_}")
    # A word beside the table is a note.
    noted = [LONG[0], [*LONG[1], None, "vu avec le greffe"]]
    assert reading(WRITERS[format_](noted), f"c.{format_}").lignes.height == 1


@pytest.mark.parametrize("format_", WRITERS)
@pytest.mark.parametrize(
    "title",
    [
        "Extractions non évitées",
        "Visioconférences annulées",
        "Visioconférences 2008",
        "Extractions évitées 2008",
        "Visioconférences prévues",
        "Visioconférences sans détenu",
        "Extractions évitées (cumul)",
        "Dont extractions évitées (%)",
        "Extractions évitées (€)",
        "Taux d'évitées",
    ],
)
def test_a_measure_that_counts_something_else_is_left_and_said(title: str, format_: str) -> None:
    rows = [
        GRID[0],
        ["Juridiction", "JAP", None, None],
        [None, TOTAL, AVOIDED, title],
        ["TGI de Lille", 12, 3, 9],
    ]
    read = reading(WRITERS[format_](rows), f"c.{format_}")
    assert read.colonnes_ignorees == (f"JAP – {title}",)
    assert read.lignes.select("visioconferences", "extractions_evitees").row(0) == ("12", "3")


@pytest.mark.parametrize("format_", WRITERS)
@pytest.mark.parametrize(
    "title", ["extractions évitées (%)", "extractions évitées €", "Extractions évitées ‰"]
)
def test_a_unit_is_part_of_a_title(title: str, format_: str) -> None:
    rows = [[*LONG[0][:4], title], LONG[1]]
    with pytest.raises(UnreadableFile, match="n'a pas «\u00a0extractions_evitees\u00a0»"):
        reading(WRITERS[format_](rows), f"c.{format_}")


@pytest.mark.parametrize("format_", WRITERS)
def test_a_measure_twice_under_one_activity_is_of_another_that_has_no_title(format_: str) -> None:
    rows = [
        GRID[0],
        ["Juridiction", "JAP", None, None, None],
        [None, TOTAL, AVOIDED, TOTAL, AVOIDED],
        ["TGI de Lille", 12, 3, 20, 9],
    ]
    with pytest.raises(UnreadableFile) as refused:
        reading(WRITERS[format_](rows), f"c.{format_}")
    assert "D4" in str(refused.value)
    assert "«\u00a020\u00a0» sous aucun titre connu" in str(refused.value)
