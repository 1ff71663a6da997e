"""From one page to another, the selection kept."""

from importlib import import_module
from typing import Any

import streamlit as st

HOME = "synthese"


def page(nom: str) -> Any:
    """Give the page of that name, as the router registered it."""
    module = import_module(f"pages.{nom}")
    return st.Page(module.render, url_path=nom)


def enter() -> None:
    """Send whoever asked for the site alone to its first page, what they asked of it kept.

    The framework gives its default page no address: the first page could not have its own otherwise.
    """
    go(HOME, st.query_params.to_dict())


def go(nom: str, requete: dict[str, str]) -> None:
    """Leave for another page; nothing after this runs."""
    st.switch_page(page(nom), query_params=requete)


def link(nom: str, label: str, requete: dict[str, str], *, icon: str | None = None) -> None:
    """Draw a link to another page; the label is text, never Markdown."""
    st.page_link(page(nom), label=escape_markdown(label), icon=icon, query_params=requete)


def findable(code: str, nom: str) -> str:
    """Write the name of a court for a list that is searched by typing: « nim » finds Nîmes.

    The list looks for what is typed in the text of each choice, accents counting: a name that has some is
    followed by its code, which has none.
    """
    return (
        f"{nom} ({code})"
        if code and any(not letter.isascii() and letter.isalpha() for letter in nom)
        else nom
    )


def escape_markdown(text: str) -> str:
    """Keep a text as typed where Streamlit would read Markdown."""
    return "".join("\\" + c if c in "\\`*_{}[]()#+-.!|<>~:$^=" else c for c in text)
