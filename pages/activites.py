"""Which judicial activities use videoconferences, and which of them avoid extractions."""

import streamlit as st

from pages.commun import bloc_graphique, cadre, composants, vues


def render() -> None:
    """Draw the page."""
    contexte = cadre.open_page("Activités", groupe=True, activite=True)
    if contexte is not None:
        agrandi = contexte.selection.presentation
        vue = vues.activites(contexte)
        composants.conclude(vue.conclusion)
        panels, shares = st.columns([3, 2], gap="medium")
        with panels:
            bloc_graphique.draw(vue.panneaux, agrandi=agrandi)
        with shares:
            bloc_graphique.draw(vue.parts, agrandi=agrandi)
        bloc_graphique.draw(vue.croisement, agrandi=agrandi)
    cadre.close_page(contexte)


if __name__ == "__main__":
    st.switch_page("app.py")
