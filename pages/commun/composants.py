"""Pieces that several pages draw: the conclusion, the row of figures, notes, headings."""

from collections.abc import Callable, Sequence
from html import escape
from typing import Any

import streamlit as st

from analytics.trajectoire.words.figures import Chiffre
from analytics.vocabulary.wording import NOT_AVAILABLE, typeset
from pages.commun.bloc_graphique import draw
from pages.commun.navigation import escape_markdown
from pages.vues.calculs import VueThermometres
from pages.vues.leviers import VueLeviers


def conclude(phrase: str) -> None:
    """Draw the one sentence that says what to conclude."""
    st.html(f"<p class='vigie-conclusion'>{escape(typeset(phrase))}</p>")


def head(titre: str) -> None:
    """Draw the heading of a part of the page."""
    st.html(f"<h2 class='vigie-titre'>{escape(typeset(titre))}</h2>")


def note(phrase: str) -> None:
    """Draw a note, if there is one."""
    if phrase:
        st.html(f"<p class='vigie-note'>{escape(typeset(phrase))}</p>")


def figures(chiffres: Sequence[Chiffre]) -> None:
    """Draw the row of figures, each with its unit, its sparkline and its sense."""
    with st.container(key="chiffres"):
        for chiffre in chiffres:
            st.metric(
                escape_markdown(chiffre.libelle),
                escape_markdown(chiffre.valeur),
                escape_markdown(chiffre.complement),
                delta_color="off",
                delta_arrow="off",
                help=escape_markdown(chiffre.sens),
                chart_data=list(chiffre.serie) if len(chiffre.serie) > 1 else None,
                # Bars start at zero: a curve that does not makes a good month look like none.
                chart_type="bar",
            )


def thermometers(vue: VueThermometres | None, *, agrandi: bool) -> None:
    """Draw the two counts, then each line of the gap with the months behind it."""
    if vue is None:
        note("Sans objectif pour cette année, il n'y a pas de base à laquelle comparer les deux comptes.")
        return
    left, right = st.columns([3, 2], gap="medium")
    with left:
        draw(vue.bloc, agrandi=agrandi)
    with right:
        if vue.lignes:
            head("Ce qui fait l'écart")
        for ligne, behind in vue.lignes:
            st.html(
                f"<p class='vigie-phrase'><strong>{escape(ligne.libelle)}\u00a0: {escape(ligne.valeur)}"
                "</strong><br>"
                f"{escape(ligne.sens)}</p>{behind}"
            )


def levers(vue: VueLeviers, *, agrandi: bool) -> None:
    """Draw what is left to avoid by activity, by juridiction, then what equipment would add."""
    left, right = st.columns([3, 2], gap="medium")
    with left:
        draw(vue.activites, agrandi=agrandi)
    with right:
        if vue.juridictions is not None:
            draw(vue.juridictions, agrandi=agrandi)
    if vue.equipement is None:
        note(vue.note_equipement)
    else:
        draw(vue.equipement, agrandi=agrandi)


def table(
    tableau: Any, *, cle: str, colonnes: dict[str, Any], on_choice: Callable[[], None], alt: str
) -> None:
    """Draw a table whose rows can be chosen, one at a time; `on_choice` is then called."""
    show: Callable[..., Any] = getattr(st, "dataframe")  # noqa: B009  (its own types are unknown)
    show(
        tableau,
        key=cle,
        hide_index=True,
        height=420,
        column_config=colonnes,
        on_select=on_choice,
        selection_mode="single-row",
        placeholder=NOT_AVAILABLE,
        alt=alt,
    )
