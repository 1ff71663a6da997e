"""Where the ministry stands: figures, trajectory, map of the cours, what changed this month."""

import streamlit as st

from analytics.vocabulary.wording import unaccented
from pages.commun import bloc_graphique, cadre, composants, filtres, navigation
from pages.commun.adresse import RULE_OPTIONS
from pages.commun.cadre import Contexte
from pages.vues import ensemble, pieces, thermometres, trajectoire
from pages.vues.ensemble import VueEnsemble

TABS = ("ensemble", "thermometres", "projections")
CHOSEN = "cour_choisie"
MAP = "graphique_carte"
TABLE = "tableau_cours"
OPENER = "ouvrir_cour"


def render() -> None:
    """Draw the page."""
    contexte = cadre.open_page("Synthèse", groupe=True, options=RULE_OPTIONS)
    if contexte is not None:
        chosen = st.session_state.pop(CHOSEN, None)
        if chosen is not None:
            navigation.go("cour", contexte.selection.requete(cour=chosen))
        _draw(contexte, ensemble.ensemble(contexte))
    cadre.close_page(contexte)


def _draw(contexte: Contexte, vue: VueEnsemble) -> None:
    agrandi = contexte.selection.presentation
    composants.conclude(vue.conclusion)
    composants.figures(vue.chiffres)
    cadre.draw_under_way(contexte)
    composants.note(vue.note_total)
    composants.note(vue.note_etpt)
    composants.note(vue.avertissement)
    shown = filtres.draw_tabs(contexte.selection, TABS)
    if shown == "projections":
        bloc_graphique.draw(trajectoire.projections(contexte), agrandi=agrandi)
    elif shown == "thermometres":
        pieces.thermometers(thermometres.thermometres(contexte, cour=None), agrandi=agrandi)
    else:
        _draw_whole(contexte, vue)


def _draw_whole(contexte: Contexte, vue: VueEnsemble) -> None:
    agrandi = contexte.selection.presentation
    trajectory, tiles = st.columns([2, 1], gap="medium")
    with trajectory:
        bloc_graphique.draw(vue.trajectoire, agrandi=agrandi)
    with tiles:
        bloc_graphique.draw(vue.carte, agrandi=agrandi, on_click=_choose_on_map)
    table, changes = st.columns([2, 1], gap="medium")
    with table:
        _draw_table(contexte, vue)
    with changes:
        composants.head("Ce qui a changé ce mois")
        with st.container(key="changements"):
            for change in vue.changements:
                requete = contexte.selection.requete(**dict(change.requete))
                navigation.link(change.page, change.phrase, requete, icon=":material/arrow_forward:")


def _draw_table(contexte: Contexte, vue: VueEnsemble) -> None:
    composants.head("Les cours")
    with st.container(horizontal=True, gap="small"):
        searched = st.text_input(
            "Rechercher une cour", key="recherche_cour", placeholder="Rechercher une cour", width=230
        )
        st.selectbox(
            "Ouvrir une cour",
            list(contexte.choix.cours),
            index=None,
            key=OPENER,
            format_func=lambda code: navigation.findable(code, contexte.choix.cours[code]),
            placeholder="Choisir une cour",
            filter_mode="contains",
            width=230,
            on_change=_choose_in_list,
        )
    shown = vue.search(unaccented(searched))
    composants.table(
        shown.tableau,
        cle=TABLE,
        colonnes=shown.colonnes,
        on_choice=_choose_in_table,
        alt="Tableau des cours : état, extractions évitées, objectif à date, atteinte, taux de réponse",
    )
    st.session_state["cours_affichees"] = shown.codes
    composants.note(vue.note_objectif)
    composants.note(vue.note_signaux)
    composants.note("Cochez une ligne, choisissez une case de la carte ou un nom pour ouvrir une cour.")


def _choose_on_map() -> None:
    points = st.session_state[MAP]["selection"]["points"]
    if points:
        st.session_state[CHOSEN] = points[0]["customdata"]


def _choose_in_list() -> None:
    st.session_state[CHOSEN] = st.session_state[OPENER]


def _choose_in_table() -> None:
    rows = st.session_state[TABLE]["selection"]["rows"]
    codes = st.session_state["cours_affichees"]
    if rows and rows[0] < len(codes):
        st.session_state[CHOSEN] = codes[rows[0]]


if __name__ == "__main__":
    st.switch_page("app.py")
