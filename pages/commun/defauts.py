"""What a reader sees, and what the log keeps, when a page cannot be drawn."""

import logging
import secrets
import traceback
from html import escape

import streamlit as st

from analytics.errors import UserFacingError
from analytics.wording import typeset

_LOGGER = logging.getLogger("vigie")


def report(error: Exception) -> None:
    """Tell the reader in French, and the log where it happened.

    The message of an error may hold figures, and stays out of the log.
    """
    if isinstance(error, UserFacingError):
        _show("Cette page ne peut pas être affichée", str(error))
        return
    reference = secrets.token_hex(4)
    places = " < ".join(
        f"{frame.filename.rsplit('/', 1)[-1]}:{frame.lineno} {frame.name}"
        for frame in reversed(traceback.extract_tb(error.__traceback__)[-8:])
    )
    _LOGGER.error("défaut %s : %s ; %s", reference, type(error).__name__, places)
    _show(
        "Cette page n'a pas pu être affichée",
        "Vos données ne sont pas en cause, et rien n'a été modifié. Rechargez la page ; si cela persiste, "
        f"signalez la référence {reference} à l'équipe qui tient Vigie.",
    )


def _show(title: str, sentence: str) -> None:
    st.html(
        f"<section class='vigie-vide' role='alert'><h2>{escape(title)}</h2>"
        f"<p>{escape(typeset(sentence))}</p></section>"
    )
