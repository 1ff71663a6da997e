"""Which judicial activities use videoconferences, and which of them avoid extractions."""

import streamlit as st

from pages.commun import bloc_graphique, cadre, composants, filtres
from pages.vues import activites, pieces
from pages.vues.activites import VueActivites
from pages.vues.leviers import leviers

TABS = ("ensemble", "agir")


def render() -> None:
    """Draw the page."""
    contexte = cadre.open_page("Activités", groupe=True, activite=True, options=("ponderation",))
    if contexte is not None:
        agrandi = contexte.selection.presentation
        vue = activites.activites(contexte)
        composants.conclude(vue.conclusion)
        composants.note(vue.note_total)
        if filtres.draw_tabs(contexte.selection, TABS) == "agir":
            pieces.levers(leviers(contexte, cour=None), agrandi=agrandi)
        else:
            _draw_whole(vue, agrandi=agrandi)
    cadre.close_page(contexte)


def _draw_whole(vue: VueActivites, *, agrandi: bool) -> None:
    panels, shares = st.columns([3, 2], gap="medium")
    with panels:
        bloc_graphique.draw(vue.panneaux, agrandi=agrandi)
    with shares:
        bloc_graphique.draw(vue.parts, agrandi=agrandi)
    bloc_graphique.draw(vue.croisement, agrandi=agrandi)


if __name__ == "__main__":
    st.switch_page("app.py")
