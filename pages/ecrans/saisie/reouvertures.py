"""Taking the answer of a juridiction again once a collection is over: what the SDSE alone decides."""

from collections.abc import Mapping
from datetime import date, timedelta
from html import escape

import polars as pl
import streamlit as st

from analytics.vocabulary.columns import Colonne
from analytics.vocabulary.errors import UserFacingError
from analytics.vocabulary.moments import day_in_paris
from analytics.vocabulary.wording import long_date, month, short_date, typeset
from data.actes.questionnaires import Guichet
from pages.commun import composants, signataire, suites
from pages.commun.bloc_graphique import write_plain_table

SAID = "saisie_rouvert"
_USUAL_DAYS = 7
_COLUMNS = (
    Colonne("juridiction", "Juridiction"),
    Colonne("mois", "Mois"),
    Colonne("jusqu_au", "Jusqu'au"),
    Colonne("motif", "Motif"),
    Colonne("auteur", "Par"),
    Colonne("connu_le", "Le"),
)


def draw(guichet: Guichet, mois: date, juridiction: str, noms: Mapping[str, str]) -> None:
    """Draw, for who sees the whole ministry, the form that reopens a month, and the months reopened."""
    if not guichet.perimetre.national:
        return
    said = suites.take(SAID)
    with st.expander("Rouvrir un mois (SDSE)", icon=":material/lock_open:", expanded=bool(said)):
        if said:
            st.html(f"<p class='vigie-avis' role='status'>{escape(said)}</p>")
        if juridiction:
            _draw_form(guichet, mois, juridiction, noms[juridiction])
        else:
            composants.note("Choisissez d'abord la juridiction et le mois.")
        _list(guichet, noms)


def _draw_form(guichet: Guichet, mois: date, juridiction: str, nom: str) -> None:
    composants.note(
        typeset(f"{nom}, {month(mois)} : sa réponse sera prise de nouveau jusqu'au jour choisi inclus.")
    )
    with st.form("saisie_reouverture", border=False):
        with st.container(horizontal=True, gap="small"):
            until = st.date_input(
                "Jusqu'au",
                value=guichet.jour + timedelta(days=_USUAL_DAYS),
                min_value=guichet.jour,
                format="DD/MM/YYYY",
                width=160,
            )
            reason = st.text_input("Motif", max_chars=400, placeholder="Panne du réseau, erreur signalée…")
            author = signataire.ask_name("Nom de qui rouvre", key="reouverture_nom")
        if not st.form_submit_button("Rouvrir ce mois"):
            return
    try:
        guichet.store.collecte().reopen(
            guichet.perimetre,
            mois=mois,
            juridiction=juridiction,
            jusqu_au=until,
            motif=reason,
            auteur=author,
            connu_le=guichet.moment,
        )
    except UserFacingError as error:
        suites.refuse(str(error))
        return
    st.session_state[SAID] = typeset(f"{nom} : {month(mois)} est rouvert jusqu'au {long_date(until)}.")
    st.rerun()


def _list(guichet: Guichet, noms: Mapping[str, str]) -> None:
    rows = guichet.store.collecte().reopenings(guichet.perimetre).sort("reouverture", descending=True)
    if rows.is_empty():
        composants.note("Aucun mois n'a été rouvert.")
        return
    told = [
        (
            noms.get(row["juridiction"], row["juridiction"]),
            month(row["mois"]),
            short_date(row["jusqu_au"]),
            row["motif"],
            row["auteur"],
            short_date(day_in_paris(row["connu_le"])),
        )
        for row in rows.iter_rows(named=True)
    ]
    frame = pl.DataFrame(told, schema=[each.nom for each in _COLUMNS], orient="row")
    st.html(write_plain_table(frame, _COLUMNS, legende="Mois rouverts, le dernier d'abord"))
