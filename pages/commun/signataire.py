"""Who signs what is recorded, and the day it is: asked of every form in one way."""

from typing import Literal
from urllib.parse import unquote

import streamlit as st

from pages.commun.identite import clean_name, lecteur

_NAME, _SHOWN_NAMES = "nom_de_qui_agit", "noms_montres"
_LONGEST_NAME = 200
# Written by `page.js`: a reload begins another session.
NAME_COOKIE = "vigie-nom"


def may_import() -> bool:
    """Tell whether the reader may write: only those who see the whole ministry run the collection."""
    return lecteur().perimetre.national


def signature() -> str:
    """Give the name the reader's identity already carries, if any."""
    return lecteur().nom


def name_given() -> str:
    """Give the name of whoever acts: that of their identity, else the last one typed in this browser."""
    state = st.session_state
    shown: dict[str, str] = state.setdefault(_SHOWN_NAMES, {})
    for key, name in shown.items():
        typed = clean_name(str(state.get(key, name)))
        if typed != name:
            state[_NAME] = shown[key] = typed
    if _NAME not in state:
        state[_NAME] = clean_name(unquote(dict(st.context.cookies).get(NAME_COOKIE, "")))
    return signature() or str(state[_NAME])


def ask_name(label: str = "Votre nom", *, key: str, width: int | Literal["stretch"] = "stretch") -> str:
    """Ask who signs, unless their identity says it; a name typed once serves every form of the browser."""
    if signature():
        return signature()
    name = name_given()
    if clean_name(str(st.session_state.get(key, ""))) != name:
        st.session_state[key] = name
    st.session_state[_SHOWN_NAMES][key] = name
    return clean_name(
        st.text_input(label, key=key, max_chars=_LONGEST_NAME, placeholder="Prénom Nom, service", width=width)
    )
