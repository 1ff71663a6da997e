"""The one way a chart is shown: a finding, what it measures, the figure, a sentence, its data."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

import polars as pl
import streamlit as st

from analytics.charts.figure import CONFIG, Figure, enlarge
from analytics.couverture.words.coverage import Mention
from analytics.vocabulary.columns import Colonne, write_rows
from analytics.vocabulary.wording import typeset
from pages.commun.telechargements import offer_table


@dataclass(frozen=True)
class Bloc:
    """Everything a chart shows, ready to draw; `donnees` goes to the file, `tableau` to the screen.

    `entete` holds what must travel with every line of the file, by column: perimeter, data date,
    « fictives » where they are.
    `legende` lists (colour or nothing, word). `mention` says on how much of the country its total rests,
    under the figure and in the file. `figure`: None where there is nothing to draw, which `phrase` says.
    `alt`: what is said to whoever does not see it, where that is more than the title.
    """

    cle: str
    titre: str
    sous_titre: str
    figure: Figure | None
    phrase: str
    tableau: str
    donnees: pl.DataFrame
    fichier: str
    entete: dict[str, str]
    alt: str = ""
    legende: tuple[tuple[str, str], ...] = ()
    mention: Mention | None = None


def write_table_html(
    frame: pl.DataFrame, colonnes: Sequence[Colonne], *, legende: str, titre: str = "Données du graphique"
) -> str:
    """Write the data of a chart as an accessible table, folded; every text is escaped."""
    return (
        f"<details class='vigie-donnees'><summary>{escape(titre)}</summary>"
        f"{write_plain_table(frame, colonnes, legende=legende)}</details>"
    )


_FIT_A_PHONE = 3


def write_plain_table(frame: pl.DataFrame, colonnes: Sequence[Colonne], *, legende: str) -> str:
    """Write a frame as an accessible table that scrolls by itself; every text is escaped.

    On a phone, a table of many columns becomes one block a row, each value after its heading.
    """
    stacked = len(colonnes) > _FIT_A_PHONE
    heads = "".join(f'<th scope="col"{_align(colonne)}>{escape(colonne.titre)}</th>' for colonne in colonnes)
    body = "".join(f"<tr>{_cells(row, colonnes, named=stacked)}</tr>" for row in write_rows(frame, colonnes))
    return (
        f"<div class='vigie-defile' tabindex='0' role='region' aria-label='{escape(legende)}'>"
        f"<table class='vigie-table{' vigie-empile' if stacked else ''}'><caption>{escape(legende)}</caption>"
        f"<thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def _cells(row: Sequence[str], colonnes: Sequence[Colonne], *, named: bool) -> str:
    """Write the cells of a row; `named`: each knows its heading."""
    first, *others = row
    return f'<th scope="row">{escape(first)}</th>' + "".join(
        f"<td{_align(colonne)}{_name(colonne) if named else ''}>{escape(text)}</td>"
        for colonne, text in zip(colonnes[1:], others, strict=True)
    )


def _name(colonne: Colonne) -> str:
    return f' data-titre="{escape(colonne.titre)}"'


def _align(colonne: Colonne) -> str:
    return ' class="n"' if colonne.nombre else ""


def draw(bloc: Bloc, *, agrandi: bool, on_click: Callable[[], Any] | None = None) -> None:
    """Draw a chart and what goes with it, larger for a projection.

    `on_click` is called when a point is chosen.
    """
    st.html(
        f"<h2 class='vigie-titre'>{escape(bloc.titre)}</h2>"
        f"<p class='vigie-mesure'>{escape(typeset(bloc.sous_titre))}</p>"
    )
    options: dict[str, Any] = {
        "theme": None,
        "config": CONFIG,
        "alt": bloc.alt or bloc.titre,
        "key": f"graphique_{bloc.cle}",
    }
    if on_click is not None:
        options |= {"on_select": on_click, "selection_mode": "points"}
    show: Callable[..., Any] = getattr(st, "plotly_chart")  # noqa: B009  (its own types are unknown)
    if bloc.figure is not None:
        show(enlarge(bloc.figure) if agrandi else bloc.figure, **options)
    rests_on = "" if bloc.mention is None else f"<p class='vigie-couverture'>{escape(bloc.mention.texte)}</p>"
    st.html(
        f"{_legend(bloc.legende)}<p class='vigie-phrase'>{escape(bloc.phrase)}</p>{rests_on}{bloc.tableau}"
    )
    entete = bloc.entete | (dict(bloc.mention.colonnes) if bloc.mention else {})
    offer_table(bloc.donnees, cle=bloc.cle, fichier=bloc.fichier, entete=entete)


def _legend(items: tuple[tuple[str, str], ...]) -> str:
    """Write the legend: a swatch where there is a colour, always a word."""
    if not items:
        return ""
    words = "".join(
        "<span>" + (f'<i style="background:{colour}"></i>' if colour else "") + f"{escape(word)}</span> "
        for colour, word in items
    )
    return f"<p class='vigie-legende'>{words}</p>"
