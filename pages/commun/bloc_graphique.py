"""The one way a chart is shown: a finding, what it measures, the figure, a sentence, its data."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

import plotly.graph_objects as go  # pyright: ignore[reportMissingTypeStubs]
import polars as pl
import streamlit as st

from analytics.charts.figure import CONFIG
from analytics.display import Colonne, write_rows


@dataclass(frozen=True)
class Bloc:
    """Everything a chart shows, ready to draw; `donnees` goes to the file, `tableau` to the screen.

    `entete` says of the file what must travel with it: perimeter, data date, « fictif » where it is.
    `legende` lists (colour or nothing, word).
    """

    cle: str
    titre: str
    sous_titre: str
    figure: go.Figure
    alt: str
    phrase: str
    tableau: str
    donnees: pl.DataFrame
    fichier: str
    entete: tuple[str, ...]
    legende: tuple[tuple[str, str], ...] = ()


def write_table_html(frame: pl.DataFrame, colonnes: Sequence[Colonne], *, legende: str) -> str:
    """Write an accessible table, folded; every text is escaped."""
    heads = "".join(f'<th scope="col"{_align(colonne)}>{escape(colonne.titre)}</th>' for colonne in colonnes)
    body = "".join(
        "<tr>"
        + "".join(
            f'<th scope="row">{escape(text)}</th>'
            if rank == 0
            else f"<td{_align(colonne)}>{escape(text)}</td>"
            for rank, (colonne, text) in enumerate(zip(colonnes, row, strict=True))
        )
        + "</tr>"
        for row in write_rows(frame, colonnes)
    )
    return (
        "<details class='vigie-donnees'><summary>Données du graphique</summary>"
        f"<div class='vigie-defile' tabindex='0' role='region' aria-label='{escape(legende, quote=True)}'>"
        f"<table><caption>{escape(legende)}</caption><thead><tr>{heads}</tr></thead>"
        f"<tbody>{body}</tbody></table></div></details>"
    )


def _align(colonne: Colonne) -> str:
    return ' class="n"' if colonne.nombre else ""


def draw(bloc: Bloc, *, on_click: Callable[[], Any] | None = None) -> None:
    """Draw a chart and what goes with it. `on_click` is called when a point is chosen."""
    st.html(
        f"<h2 class='vigie-titre'>{escape(bloc.titre)}</h2>"
        f"<p class='vigie-mesure'>{escape(bloc.sous_titre)}</p>"
    )
    options: dict[str, Any] = {
        "theme": None,
        "config": CONFIG,
        "alt": bloc.alt,
        "key": f"graphique_{bloc.cle}",
    }
    if on_click is not None:
        options |= {"on_select": on_click, "selection_mode": "points"}
    show: Callable[..., Any] = getattr(st, "plotly_chart")  # noqa: B009  (its own types are unknown)
    show(bloc.figure, **options)
    st.html(f"{_legend(bloc.legende)}<p class='vigie-phrase'>{escape(bloc.phrase)}</p>{bloc.tableau}")
    download(bloc.donnees, cle=bloc.cle, fichier=bloc.fichier, entete=bloc.entete)


def _legend(items: tuple[tuple[str, str], ...]) -> str:
    """Write the legend: a swatch where there is a colour, always a word."""
    if not items:
        return ""
    words = "".join(
        "<span>" + (f'<i style="background:{colour}"></i>' if colour else "") + f"{escape(word)}</span> "
        for colour, word in items
    )
    return f"<p class='vigie-legende'>{words}</p>"


def download(donnees: pl.DataFrame, *, cle: str, fichier: str, entete: tuple[str, ...]) -> None:
    """Draw the link to a CSV file, written only when it is asked for."""

    def write() -> bytes:
        from data.exchange import write_table

        return write_table(donnees, "csv", sheet=cle, entete=entete)

    st.download_button(
        "Télécharger les données (CSV)",
        data=write,
        file_name=f"{fichier}.csv",
        mime="text/csv",
        key=f"telecharger_{cle}",
        on_click="ignore",
        type="tertiary",
        icon=":material/download:",
    )
