"""How the cours compare, fairly: who cannot be told from the others, and who really differs."""

import streamlit as st

from pages.commun import bloc_graphique, cadre, composants
from pages.vues.comparaison import comparaison

OPTIONS = ("mesure", "pairs", "noms")


def render() -> None:
    """Draw the page."""
    contexte = cadre.open_page("Comparaison", choix_cour=True, options=OPTIONS)
    if contexte is not None:
        agrandi = contexte.selection.presentation
        vue = comparaison(contexte)
        composants.conclude(vue.conclusion)
        composants.note(vue.note_total)
        composants.note(vue.question)
        funnel, ratios = st.columns([1, 1], gap="medium")
        with funnel:
            bloc_graphique.draw(vue.entonnoir, agrandi=agrandi)
        with ratios:
            bloc_graphique.draw(vue.rapports, agrandi=agrandi)
        composants.note(vue.note)
    cadre.close_page(contexte)


if __name__ == "__main__":
    st.switch_page("app.py")
