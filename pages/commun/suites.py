"""What the collection records from a form, and what is said of it: once, at the top of the page."""

from collections.abc import Callable
from html import escape

import streamlit as st

from analytics.errors import UserFacingError
from analytics.wording import typeset
from pages.commun import depot

_SAID = "collecte_dit"


def say() -> None:
    """Say what became of what was just asked."""
    if said := st.session_state.pop(_SAID, ""):
        st.html(f"<p class='vigie-fait' role='status'>{escape(said)}</p>")


def do(write: Callable[[], None], said: str) -> None:
    """Write, say so and draw the page again; what is refused is said on the spot, what was typed stays."""
    try:
        write()
    except UserFacingError as error:
        refuse(str(error))
        return
    st.session_state[_SAID] = typeset(said)
    st.rerun()


def refuse(why: str) -> None:
    """Say why nothing was done."""
    st.html(f"<p class='vigie-avis' role='alert'>{escape(why)}</p>")


def ask_name(key: str) -> str:
    """Ask who is writing, unless the reader's identity already says it."""
    return depot.ask_name(key=key)
