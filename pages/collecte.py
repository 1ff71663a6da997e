"""Running a campaign: where its answers stand, who is silent, whom to remind, which figures to check."""

from html import escape
from typing import Any

import streamlit as st

from analytics.collecte.calendar import is_exceptional
from analytics.collecte.words import COUR_COLUMNS, list_steps, tell_exception
from analytics.vocabulary.errors import UserFacingError
from analytics.vocabulary.wording import long_date, month, typeset
from pages.commun import adresse, bloc_graphique, cadre, composants, filtres, lecture, suites, telechargements
from pages.commun.cadre import Contexte
from pages.commun.navigation import findable
from pages.ecrans.collecte import alertes, grille, messages, relances
from pages.vues import collecte
from pages.vues.collecte import Suivi, VueCollecte

TABS = ("rythme", "grille", "relancer", "messages", "alertes")
# What a meeting looks at: nobody writes to a juridiction while projecting.
PROJECTED = ("rythme", "grille", "relancer", "alertes")
TABLE = "collecte_cours"


def render() -> None:
    """Draw the page."""
    contexte = cadre.open_page("Collecte", periode=False)
    if contexte is None:
        composants.note(collecte.tell_next(None))
        cadre.close_page(None)
        return
    suivi = collecte.follow(contexte)
    _draw_calendar(contexte, suivi)
    suites.say()
    try:
        _draw(suivi, collecte.view(suivi))
    except UserFacingError as error:
        composants.conclude(str(error))
    cadre.close_page(suivi.contexte)


def _draw_calendar(contexte: Contexte, suivi: Suivi) -> None:
    """Draw the choice of the campaign and its days."""
    mois = suivi.campagne.mois
    with st.container(key="calendrier", horizontal=True, vertical_alignment="center", gap="medium"):
        if contexte.selection.presentation:
            composants.head(f"Données de {month(mois)}")
        else:
            months = {f"{each:%Y-%m}": month(each) for each in collecte.list_campaigns(contexte)}
            filtres.choose_among("campagne", "Mois collecté", months, f"{mois:%Y-%m}", width=170)
        items = "".join(
            f"<li class='{'c' if step.courante else 'p' if step.passee else ''}'"
            f"{' aria-current=date' if step.courante else ''}><b>{escape(step.libelle)}</b>"
            f"<span>{escape(long_date(step.jour))}</span>"
            f"{f'<em>{escape(step.note)}</em>' if step.note else ''}</li>"
            for step in list_steps(suivi.campagne, suivi.jour)
        )
        st.html(f"<ol class='vigie-calendrier' aria-label='Calendrier de la collecte'>{items}</ol>")
    notes = [suivi.avis]
    if suivi.demo:
        notes.append(
            typeset(
                f"Démonstration : vu au {long_date(suivi.jour)} ; ce que vous y enregistrez porte cette date."
            )
        )
    if is_exceptional(mois, lecture.parametres()):
        notes.append(tell_exception(suivi.campagne))
    composants.note(" ".join(filter(None, notes)))


def _draw(suivi: Suivi, vue: VueCollecte) -> None:
    composants.conclude(vue.conclusion)
    composants.figures(vue.chiffres)
    selection = suivi.contexte.selection
    shown = filtres.draw_tabs(selection, PROJECTED if selection.presentation else TABS)
    if shown == "rythme":
        _draw_progress(suivi, vue)
        return
    ressort = _choose_among_courts(suivi.contexte, grid=shown == "grille")
    if shown == "grille":
        grille.draw(suivi, vue, ressort=ressort)
    elif shown == "relancer":
        relances.draw(suivi, vue, ressort=ressort)
    elif shown == "messages":
        messages.draw(suivi, ressort=ressort)
    else:
        alertes.draw(suivi, vue, ressort=ressort)


def _choose_among_courts(contexte: Contexte, *, grid: bool) -> str:
    """Let one cour be chosen among those of the reader, and give it; nothing: all of them."""
    cours, selection = contexte.choix.cours, contexte.selection
    asked = selection.option("ressort")
    chosen = asked if asked in cours else ""
    if asked and not chosen:
        suites.refuse(
            typeset(
                f"Le lien demande la cour « {asked} », qui n'est pas dans votre périmètre : "
                "toutes les vôtres sont montrées."
            )
        )
    if not selection.presentation:
        with st.container(horizontal=True, gap="small"):
            if len(cours) > 1:
                filtres.choose_among(
                    "ressort",
                    "Cour",
                    {"": "Toutes les cours", **cours},
                    chosen,
                    width=230,
                    show=lambda code: findable(code, cours[code]) if code else "Toutes les cours",
                )
            if grid:
                silent = adresse.OPTIONS["muettes"]
                filtres.choose_among(
                    "muettes", silent.libelle, silent.valeurs, selection.option("muettes"), width=230
                )
    return chosen


def _draw_progress(suivi: Suivi, vue: VueCollecte) -> None:
    left, right = st.columns([4, 5], gap="medium")
    with left:
        bloc_graphique.draw(vue.rythme, agrandi=suivi.contexte.selection.presentation)
    with right:
        composants.head("Les cours, de la moins à la plus avancée")
        st.session_state["collecte_codes"] = vue.codes
        composants.table(
            vue.table,
            cle=TABLE,
            colonnes=_columns(),
            on_choice=_open_cour,
            alt="Tableau des cours : réponses, attendues, part, part habituelle, juridictions à relancer",
        )
        composants.note("Cochez une ligne pour voir les juridictions de cette cour, mois par mois.")
        telechargements.offer_table(
            vue.cours,
            cle="cours",
            fichier=f"{suivi.campagne.mois:%Y-%m}_collecte-par-cour",
            entete=suivi.contexte.entete,
        )


def _columns() -> dict[str, Any]:
    return {
        colonne.titre: st.column_config.TextColumn(
            colonne.titre,
            width=74 if colonne.nombre else 130,
            alignment="right" if colonne.nombre else "left",
        )
        for colonne in COUR_COLUMNS
    }


def _open_cour() -> None:
    rows = st.session_state[TABLE]["selection"]["rows"]
    codes = st.session_state["collecte_codes"]
    if rows and rows[0] < len(codes):
        filtres.choose("onglet", "grille")
        filtres.choose("ressort", codes[rows[0]])


if __name__ == "__main__":
    st.switch_page("app.py")
