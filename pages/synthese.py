"""Placeholder."""

import streamlit as st

from pages.commun.lecture import situation


def render() -> None:
    """Show."""
    st.title("synthese")
    known = situation(None)
    st.text(f"{known.totaux.height}")


if __name__ == "__main__":
    st.switch_page("app.py")
