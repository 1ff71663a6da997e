"""Where one cour stands: its pace, its year's end, its month, its peers, then what it is made of."""

import streamlit as st

from analytics.vocabulary.wording import month
from pages.commun import bloc_graphique, cadre, composants, filtres, signataire, suites
from pages.commun.adresse import RULE_OPTIONS
from pages.commun.cadre import Contexte
from pages.ecrans.cour import recalage
from pages.vues import cour, pieces, thermometres
from pages.vues.comparaison import draw_group, own_ratio
from pages.vues.cour import VueCour
from pages.vues.leviers import leviers

TABS = ("ensemble", "detail", "agir", "thermometres")


def render() -> None:
    """Draw the page."""
    contexte = cadre.open_page("Cour", cour=True, groupe=True, options=(*RULE_OPTIONS, "ponderation"))
    if contexte is not None:
        vue = cour.cour(contexte)
        composants.conclude(vue.conclusion)
        composants.figures((*vue.chiffres, own_ratio(contexte)))
        cadre.draw_under_way(contexte)
        for note in (vue.note_total, vue.note_usage, vue.note_etpt, vue.note_objectif, vue.avertissement):
            composants.note(note)
        shown = filtres.draw_tabs(contexte.selection, TABS)
        if shown == "detail":
            _draw_detail(contexte, vue)
        elif shown == "agir":
            pieces.levers(
                leviers(contexte, cour=contexte.selection.cour), agrandi=contexte.selection.presentation
            )
        elif shown == "thermometres":
            told = thermometres.thermometres(contexte, cour=contexte.selection.cour)
            pieces.thermometers(told, agrandi=contexte.selection.presentation)
        else:
            _draw_whole(contexte, vue)
    cadre.close_page(contexte)


def _draw_whole(contexte: Contexte, vue: VueCour) -> None:
    agrandi = contexte.selection.presentation
    left, right = st.columns([3, 2], gap="medium")
    with left:
        bloc_graphique.draw(vue.trajectoire, agrandi=agrandi)
    with right:
        bloc_graphique.draw(vue.signal, agrandi=agrandi)
        if vue.veille.carte is not None and not agrandi:
            _draw_rebase(contexte, vue)
    left, right = st.columns([3, 2], gap="medium")
    with left:
        bloc_graphique.draw(vue.reponses, agrandi=agrandi)
    with right:
        bloc_graphique.draw(draw_group(contexte), agrandi=agrandi)


def _draw_detail(contexte: Contexte, vue: VueCour) -> None:
    agrandi = contexte.selection.presentation
    left, right = st.columns([1, 1], gap="medium")
    with left:
        bloc_graphique.draw(vue.activites, agrandi=agrandi)
    with right:
        bloc_graphique.draw(vue.juridictions, agrandi=agrandi)


def _draw_rebase(contexte: Contexte, vue: VueCour) -> None:
    """Let a person start the chart anew, for a cause, or take it back."""
    cour = contexte.selection.cour
    if vue.recalage_possible is not None:
        composants.note(
            f"Depuis la livraison d'un équipement en {month(vue.recalage_possible)}, tous les mois sont du "
            "même côté de la moyenne\u00a0: un recalage de la carte peut se justifier."
        )
    if contexte.selection.connu_le is not None:
        return
    with st.expander("Recaler la carte de contrôle"):
        if vue.veille.carte is None:
            return
        months = list(vue.veille.carte["mois"])[1:]
        with st.form("recalage", border=False):
            suggested = months.index(vue.recalage_possible) if vue.recalage_possible in months else 0
            start = st.selectbox("Premier mois du nouveau régime", months, suggested, format_func=month)
            cause = st.text_input(
                "Cause constatée", placeholder="Livraison de deux équipements au TGI", max_chars=400
            )
            author = signataire.ask_name(key="recalage_nom")
            if st.form_submit_button("Recaler à partir de ce mois") and start is not None:
                st.session_state["recalage_dit"] = recalage.rebase(cour, start, cause, author, retire=False)
                st.rerun()
        for mois, (why, who) in vue.recalages.items():
            if st.button(f"Annuler le recalage de {month(mois)} ({why})", key=f"annuler_{mois}"):
                st.session_state["recalage_dit"] = recalage.rebase(cour, mois, why, who, retire=True)
                st.rerun()
    if said := suites.take("recalage_dit"):
        composants.note(said)


if __name__ == "__main__":
    st.switch_page("app.py")
