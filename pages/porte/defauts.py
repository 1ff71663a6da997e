"""What a reader sees, and what the log keeps, when a page cannot be drawn."""

import logging
import secrets
import traceback
from html import escape

import streamlit as st

from analytics.vocabulary.errors import UserFacingError
from analytics.vocabulary.wording import typeset
from data.store.engine import is_away, tell_trouble

_LOGGER = logging.getLogger("vigie")
_RETRY_S = 10
_WAITING = "entrepot_attendu"


def report(error: Exception) -> None:
    """Tell the reader in French, and the log where it happened.

    The message of an error may hold figures, and stays out of the log.
    """
    if isinstance(error, UserFacingError):
        _show("Cette page ne peut pas être affichée", str(error))
        return
    if is_away(error):
        _LOGGER.error("l'entrepôt ne répond pas : %s", type(error).__name__)
        _show(
            "L'entrepôt ne répond pas",
            f"{tell_trouble(error)} Si vous veniez d'enregistrer, vérifiez-le quand la page reviendra : "
            f"nouvel essai toutes les {_RETRY_S} secondes, sans rien faire.",
        )
        _try_again()
        return
    reference = secrets.token_hex(4)
    places = " < ".join(
        f"{frame.filename.rsplit('/', 1)[-1]}:{frame.lineno} {frame.name}"
        for frame in reversed(traceback.extract_tb(error.__traceback__)[-8:])
    )
    _LOGGER.error("défaut %s : %s ; %s", reference, type(error).__name__, places)
    _show(
        "Cette page n'a pas pu être affichée",
        "Rechargez la page, et vérifiez ce que vous veniez d'enregistrer ; si cela persiste, "
        f"signalez la référence {reference} à l'équipe qui tient Vigie.",
    )


@st.fragment(run_every=_RETRY_S)
def _try_again() -> None:
    """Draw the page again a while later: a store that comes back needs nobody."""
    if st.session_state.pop(_WAITING, False):
        st.rerun()
    st.session_state[_WAITING] = True


def _show(title: str, sentence: str) -> None:
    st.html(
        f"<section class='vigie-vide' role='alert'><h2>{escape(title)}</h2>"
        f"<p>{escape(typeset(sentence))}</p></section>"
    )
