"""The blank questionnaire of a month, such that what is filled in comes back without a refusal."""

import io
from collections.abc import Iterator
from datetime import date
from typing import Any, Literal

import polars as pl
import xlsxwriter

from analytics.documents import ods
from analytics.documents.table import READ_ME, write_table
from analytics.vocabulary.reference import LEVEL_OF_TYPE, Reference
from analytics.vocabulary.wording import month, typeset

TITLE = "Utilisation de la visioconférence dans les activités juridictionnelles"
HEADINGS = ("Total", "dont extractions évitées")
SHEET = "Saisie"


def template(format: Literal["csv", "xlsx", "ods"], reference: Reference, mois: date) -> bytes:  # noqa: A002 - the word for it
    """Give the blank questionnaire: the grid as a workbook, one line an activity as a CSV."""
    if format == "csv":
        return _long_form(reference, mois)
    courts = _courts(reference, mois)
    return _xlsx_grid(reference, courts, mois) if format == "xlsx" else _ods_grid(reference, courts, mois)


def _courts(reference: Reference, mois: date) -> pl.DataFrame:
    """List the juridictions in force that month: cour by cour, the cour first, then its tribunals."""
    return (
        reference.in_force(mois)
        .select("juridiction", "nom", "type", "cour")
        .unique("juridiction", keep="first", maintain_order=True)
        .sort("cour", pl.col("type").replace_strict(LEVEL_OF_TYPE) != "CA", "nom")
    )


def _long_form(reference: Reference, mois: date) -> bytes:
    lines = (
        _courts(reference, mois)
        .join(reference.lignes.select("type", "activite"), on="type", maintain_order="left_right")
        .select(
            pl.lit(mois).alias("mois"),
            "juridiction",
            "activite",
            visioconferences=pl.lit(None, dtype=pl.Int64),
            extractions_evitees=pl.lit(None, dtype=pl.Int64),
        )
    )
    return write_table(lines, "csv", sheet=SHEET)


def _notes(mois: date) -> list[str]:
    return [
        typeset(line)
        for line in (
            f"Questionnaire de {month(mois)}.",
            "Colonne « Total » : toutes les visioconférences de l'activité, personne détenue ou non.",
            "Colonne « dont extractions évitées » : celles qui ont rendu une extraction inutile.",
            "Zéro est une réponse : écrivez 0. Une case vide veut dire que vous ne répondez pas.",
            "Les cases grisées ne concernent pas la juridiction : laissez-les vides.",
            "Pour retirer une valeur déjà transmise, écrivez « retrait » dans les deux colonnes.",
        )
    ]


def _month_line(mois: date) -> str:
    return typeset(f"Mois : {month(mois)}")


def _xlsx_grid(reference: Reference, courts: pl.DataFrame, mois: date) -> bytes:
    labels = reference.activites.select("activite", "libelle").rows()
    known = set(reference.lignes.select("type", "activite").iter_rows())
    out = io.BytesIO()
    book: Any = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False})
    with book as workbook:
        bold = workbook.add_format({"bold": True})
        head = workbook.add_format(
            {"bold": True, "text_wrap": True, "valign": "top", "align": "center", "border": 1, "font_size": 9}
        )
        grey = workbook.add_format({"bg_color": "#D9D9D9"})
        page = workbook.add_worksheet(SHEET)
        page.write_string(0, 0, TITLE, bold)
        page.write_string(1, 0, _month_line(mois), bold)
        page.write_string(3, 0, "Juridiction", head)
        page.set_column(0, 0, 48)
        page.set_column(1, 2 * len(labels), 11)
        page.set_row(3, 90)
        page.freeze_panes(5, 1)
        for rank, (_, libelle) in enumerate(labels):
            page.merge_range(3, 1 + 2 * rank, 3, 2 + 2 * rank, libelle, head)
            for offset, heading in enumerate(HEADINGS):
                page.write_string(4, 1 + 2 * rank + offset, heading, head)
        for line, (nom, kind) in enumerate(courts.select("nom", "type").iter_rows(), 5):
            page.write_string(line, 0, nom)
            for rank, (activite, _) in enumerate(labels):
                if (kind, activite) not in known:
                    page.write_blank(line, 1 + 2 * rank, None, grey)
                    page.write_blank(line, 2 + 2 * rank, None, grey)
        notes = workbook.add_worksheet(READ_ME)
        notes.set_column(0, 0, 100)
        for rank, note in enumerate(_notes(mois)):
            notes.write_string(rank, 0, note)
    return out.getvalue()


def _ods_grid(reference: Reference, courts: pl.DataFrame, mois: date) -> bytes:
    labels = reference.activites["libelle"].to_list()
    width = 1 + 2 * len(labels)

    def rows() -> Iterator[str]:
        yield ods.row([ods.text_cell(TITLE, bold=True)])
        yield ods.row([ods.text_cell(_month_line(mois), bold=True)])
        yield ods.row([ods.EMPTY_CELL])
        heads = [ods.text_cell(label, bold=True, columns=2) for label in labels]
        yield ods.row([ods.text_cell("Juridiction", bold=True), *heads])
        headings = [ods.text_cell(heading, bold=True) for heading in HEADINGS]
        yield ods.row([ods.EMPTY_CELL, *headings * len(labels)])
        for nom in courts["nom"]:
            yield ods.row([ods.text_cell(nom), *[ods.EMPTY_CELL] * (width - 1)])

    notes = (ods.row([ods.text_cell(note)]) for note in _notes(mois))
    return ods.write_ods([ods.FeuilleOds(SHEET, width, rows()), ods.FeuilleOds(READ_ME, 1, notes)])
