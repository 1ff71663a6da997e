"""Pieces that several pages draw: the conclusion, the row of figures, notes, headings."""

from collections.abc import Callable, Sequence
from html import escape
from typing import Any

import streamlit as st

from analytics.vocabulary.columns import Chiffre
from analytics.vocabulary.wording import NOT_AVAILABLE, typeset
from pages.commun.navigation import escape_markdown


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
