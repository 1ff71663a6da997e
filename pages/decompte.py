"""What each cour, and the ministry, would have to reimburse: a settlement that can be done again by hand."""

from functools import partial

import streamlit as st

from analytics.decompte.documents.write import Sorte, name_document
from analytics.vocabulary.errors import UserFacingError
from analytics.vocabulary.perimetre import Savoir
from analytics.vocabulary.wording import with_unit
from pages.commun import adresse, bloc_graphique, cadre, composants, filtres, suites, telechargements
from pages.commun.cadre import Contexte
from pages.ecrans.decompte.etats import draw_new_cost, draw_new_rule, draw_states
from pages.vues import registre
from pages.vues.decompte import (
    MOST_RULES,
    VueDecompte,
    decompte,
    document,
    rules_side_by_side,
    sensitivity,
    short_costs,
    statement_of,
    tell_standing,
)

DOCUMENTS = {"pdf": "Relevé", "xlsx": "Classeur à formules", "csv": "Tableau", "json": "Données"}
TABS = ("ensemble", "releve", "regles", "etats", "sensibilite")


def render() -> None:
    """Draw the page."""
    contexte = cadre.open_page("Décompte", choix_cour=True, options=("lecture", "partage"))
    if contexte is not None:
        try:
            _draw(contexte, decompte(contexte))
        except UserFacingError as error:
            composants.conclude(str(error))
            _draw_choices(contexte)
    cadre.close_page(contexte)


def _draw(contexte: Contexte, vue: VueDecompte) -> None:
    suites.say()
    if standing := tell_standing(contexte, vue.releve):
        composants.conclude(standing)
    composants.conclude(vue.conclusion)
    composants.figures(vue.chiffres)
    composants.note(vue.note_total)
    composants.note(vue.avertissement)
    composants.note(vue.modes)
    if not contexte.selection.presentation:
        _draw_choices(contexte)
    whole = contexte.situation.perimetre.knows(Savoir.LIGNE)
    shown = filtres.draw_tabs(contexte.selection, TABS if whole else TABS[:4])
    agrandi = contexte.selection.presentation
    if shown == "releve":
        _draw_statement(contexte, vue)
    elif shown == "regles":
        _draw_rules(contexte, vue)
    elif shown == "etats":
        draw_states(contexte, vue.releve)
    elif shown == "sensibilite":
        bloc_graphique.draw(sensitivity(contexte), agrandi=agrandi)
    else:
        left, right = st.columns([1, 1], gap="medium")
        with left:
            bloc_graphique.draw(vue.cascade, agrandi=agrandi)
            _draw_documents(contexte, vue, cour=vue.cour)
        with right:
            bloc_graphique.draw(vue.cours, agrandi=agrandi)


def _draw_documents(contexte: Contexte, vue: VueDecompte, *, cour: str | None) -> None:
    """Draw the links to the documents, each written when it is asked for."""
    national = contexte.situation.perimetre.national
    sorts: tuple[Sorte, ...] = ("pdf", "xlsx", "csv", "json") if national else ("pdf", "csv", "json")
    with st.container(horizontal=True, gap="small"):
        for sort in sorts:
            telechargements.offer(
                f"{DOCUMENTS[sort]} ({sort.upper()})",
                partial(document, contexte, sort, cour=cour),
                fichier=name_document(vue.releve.periode.fin, sort, cour=cour, etat="simulation"),
                cle=f"document_{sort}_{cour or 'ministere'}",
                discret=True,
            )


def _draw_choices(contexte: Contexte) -> None:
    """Let the rule and the cost be chosen: no amount without a cost and its source."""
    selection = contexte.selection
    names = {bareme.id: bareme.libelle for bareme in registre.rules() if bareme.in_force(selection.annee)}
    costs = {"": "Aucun : s'arrêter aux ETPT"} | {
        f"{float(value):.0f}": f"{with_unit(value, '€')} · {name}" for name, value in short_costs()
    }
    with st.container(horizontal=True, gap="small", vertical_alignment="bottom", key="choix_decompte"):
        now = selection.option("regle")
        filtres.choose_among(
            "regle", "Règle", names, now if now in names else next(iter(names), ""), width=300
        )
        asked = selection.option("cout")
        listed = costs if asked in costs else costs | {asked: f"{asked} €, saisi"}
        filtres.choose_among("cout", "Coût d'un ETPT", listed, asked, width=330)
        with st.popover("Autre coût"), st.form("autre_cout", border=False):
            typed = st.text_input("Euros par ETPT et par an", placeholder="56 600", max_chars=20)
            source = st.text_input("Source", placeholder="Document et page", max_chars=adresse.LONGEST)
            if st.form_submit_button("Retenir ce coût"):
                if typed.strip() and source.strip():
                    filtres.choose("cout", "".join(typed.split()))
                    filtres.choose("source", source.strip())
                    st.rerun()
                composants.note("Un coût porte une valeur et une source : complétez les deux.")
        if registre.reads_all():
            draw_new_cost(selection.annee)


def _draw_statement(contexte: Contexte, whole: VueDecompte) -> None:
    vue = statement_of(contexte)
    if vue is None:
        composants.note("Cette cour n'a pas de base pour cette année : rien n'est à régler.")
        return
    composants.head(vue.conclusion)
    composants.note(tell_standing(contexte, whole.releve, contexte.selection.cour))
    st.html(f"<div class='vigie-releve'>{vue.tableau}</div>")
    st.html(vue.declarations)
    _draw_documents(contexte, whole, cour=contexte.selection.cour)


def _draw_rules(contexte: Contexte, vue: VueDecompte) -> None:
    names = {
        bareme.id: bareme.libelle for bareme in registre.rules() if bareme.in_force(contexte.selection.annee)
    }
    first = vue.releve.bareme.id
    usual = [first, *(name for name in names if name != first)][:MOST_RULES]
    chosen = st.multiselect(
        "Règles comparées (quatre au plus ; la première sert de référence)",
        list(names),
        usual,
        format_func=names.__getitem__,
        max_selections=MOST_RULES,
        key="regles_comparees",
        placeholder="Choisir",
        filter_mode="contains",
        select_all=False,
    )
    if chosen:
        st.html(f"<div class='vigie-releve'>{rules_side_by_side(contexte, chosen)}</div>")
    else:
        composants.note("Choisissez au moins une règle.")
    if registre.reads_all():
        draw_new_rule()


if __name__ == "__main__":
    st.switch_page("app.py")
