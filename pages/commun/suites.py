"""What a form records, and what is said of it: once, at the top of the page."""

from collections.abc import Callable
from html import escape
from typing import Any, NoReturn

import streamlit as st

from analytics.vocabulary.errors import UserFacingError
from analytics.vocabulary.wording import typeset

_SAID = "dit"
_TAKEN = "suites_prises"


def take(name: str, nothing: Any = "") -> Any:
    """Give what an act left in the session to be said once.

    It stays there until the page is whole: a click meanwhile has the page drawn again from its top, and
    what had been taken out by then would never have been seen.
    """
    st.session_state.setdefault(_TAKEN, set()).add(name)
    return st.session_state.get(name, nothing)


def close() -> None:
    """Let go of what this page, now whole, has said."""
    for name in st.session_state.pop(_TAKEN, ()):
        st.session_state.pop(name, None)


def say() -> None:
    """Say what became of what was just asked.

    In a place of its own, there even when it is empty: pieces that move down the page would be drawn anew,
    and the forms below closed.
    """
    with st.container(key="dit"):
        if said := take(_SAID):
            st.html(f"<p class='vigie-fait' role='status'>{escape(said)}</p>")


def say_next(said: str) -> None:
    """Have this said at the top of the page when it is drawn again."""
    st.session_state[_SAID] = typeset(said)


def announce(said: str) -> NoReturn:
    """Draw the page again, and say this at its top."""
    say_next(said)
    st.rerun()


def do(act: Callable[[], str | None], said: str = "") -> None:
    """Do what was asked, say so and draw the page again; what is refused is said on the spot, what was typed
    stays. Without `said`, `act` gives what to say.
    """
    try:
        told = act()
    except UserFacingError as error:
        refuse(str(error))
        return
    announce(said or told or "")


def refuse(why: str) -> None:
    """Say why nothing was done."""
    st.html(f"<p class='vigie-avis' role='alert'>{escape(why)}</p>")
