"""What several pages draw of one view: the two thermometers, the levers."""

from html import escape

import streamlit as st

from pages.commun.bloc_graphique import draw
from pages.commun.composants import head, note
from pages.vues.leviers import VueLeviers
from pages.vues.thermometres import VueThermometres


def thermometers(vue: VueThermometres | None, *, agrandi: bool) -> None:
    """Draw the two counts, then each line of the gap with the months behind it."""
    if vue is None:
        note("Sans objectif pour cette année, il n'y a pas de base à laquelle comparer les deux comptes.")
        return
    left, right = st.columns([3, 2], gap="medium")
    with left:
        draw(vue.bloc, agrandi=agrandi)
    with right:
        if vue.lignes:
            head("Ce qui fait l'écart")
        for ligne, behind in vue.lignes:
            st.html(
                f"<p class='vigie-phrase'><strong>{escape(ligne.libelle)}\u00a0: {escape(ligne.valeur)}"
                "</strong><br>"
                f"{escape(ligne.sens)}</p>{behind}"
            )


def levers(vue: VueLeviers, *, agrandi: bool) -> None:
    """Draw what is left to avoid by activity, by juridiction, then what equipment would add."""
    left, right = st.columns([3, 2], gap="medium")
    with left:
        draw(vue.activites, agrandi=agrandi)
    with right:
        if vue.juridictions is not None:
            draw(vue.juridictions, agrandi=agrandi)
    if vue.equipement is None:
        note(vue.note_equipement)
    else:
        draw(vue.equipement, agrandi=agrandi)
