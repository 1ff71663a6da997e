"""Where one cour stands: its pace, its peers, its activities, its juridictions and their answers."""

import streamlit as st

from pages.commun import bloc_graphique, cadre, composants, vues
from pages.commun.filtres import RULE_OPTIONS


def render() -> None:
    """Draw the page."""
    contexte = cadre.open_page("Cour", cour=True, groupe=True, options=RULE_OPTIONS)
    if contexte is not None:
        agrandi = contexte.selection.presentation
        vue = vues.cour(contexte)
        composants.conclude(vue.conclusion)
        composants.figures(vue.chiffres)
        composants.note(vue.note_etpt)
        composants.note(vue.note_objectif)
        composants.note(vue.avertissement)
        for left, right, widths in (
            (vue.trajectoire, vue.pairs, [2, 1]),
            (vue.activites, vue.reponses, [1, 1]),
        ):
            first, second = st.columns(widths, gap="medium")
            with first:
                bloc_graphique.draw(left, agrandi=agrandi)
            with second:
                bloc_graphique.draw(right, agrandi=agrandi)
        bloc_graphique.draw(vue.juridictions, agrandi=agrandi)
    cadre.close_page(contexte)


if __name__ == "__main__":
    st.switch_page("app.py")
