"""Receipts as the page shows and gives them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from html import escape

import polars as pl
import streamlit as st

from analytics.collecte.receipt import FICTIONAL, Recu, write_receipt
from analytics.trajectoire.words.activities import name_activity
from analytics.vocabulary.columns import Colonne
from analytics.vocabulary.moments import tell_moment
from analytics.vocabulary.wording import NOT_ANSWERED, typeset
from data.actes.questionnaires import Guichet
from data.actes.version import version_of
from data.collecte.forms import read_form, read_moment
from pages.commun import composants, lecture, telechargements
from pages.commun.bloc_graphique import write_plain_table

COLUMNS = (
    Colonne("activite", "Activité"),
    Colonne("visioconferences", "Visioconférences", nombre=True),
    Colonne("extractions_evitees", "Extractions évitées", nombre=True),
)


@dataclass(frozen=True)
class RecuLu:
    """A receipt found, with the names of the activities."""

    recu: Recu
    noms: Mapping[str, str]


def find(guichet: Guichet, lot: int) -> RecuLu | None:
    """Find a receipt by its number; None when it does not exist, or is of cours the reader does not see."""
    reponse = guichet.store.reponses().validated(guichet.perimetre, lot)
    if reponse is None:
        return None
    reference = lecture.reference()
    court = reference.in_force(reponse.mois).filter(pl.col("juridiction") == reponse.juridiction)
    cours = dict(reference.cours.select("cour", "nom").iter_rows())
    return RecuLu(
        Recu(
            reponse,
            nom=court["nom"].item(-1),
            cour=cours[court["cour"].item(-1)],
            quand=tell_moment(read_moment(reponse.contenu)),
            chiffres=read_form(reponse.contenu),
        ),
        {
            code: name_activity(code, label)
            for code, label in reference.activites.select("activite", "libelle").iter_rows()
        },
    )


def draw(found: RecuLu, on_close: Callable[[], None]) -> None:
    """Draw a receipt, its downloads, and the way back to the form."""
    recu = found.recu
    composants.conclude(recu.phrase)
    if recu.reponse.fictive:
        st.html(f"<p class='vigie-demo' role='note'><strong>{escape(FICTIONAL)}</strong></p>")
    facts = "".join(
        f"<tr><th scope='row'>{escape(what)}</th><td class='vigie-fait-recu'>{escape(value)}</td></tr>"
        for what, value in recu.faits
    )
    st.html(f"<table class='vigie-table vigie-recu'><tbody>{facts}</tbody></table>")
    with st.container(horizontal=True, gap="small"):
        telechargements.offer(
            "Télécharger le reçu (PDF)",
            partial(_print, found, version_of()),
            fichier=f"{recu.fichier}.pdf",
            cle="saisie_recu",
        )
        telechargements.offer(
            "Télécharger les chiffres validés (CSV)",
            recu.reponse.contenu.encode,
            fichier=f"{recu.fichier}.csv",
            cle="saisie_chiffres",
        )
        st.button("Revenir au questionnaire", key="saisie_retour", on_click=on_close)
    composants.note(recu.verification)
    legende = typeset(f"Chiffres validés ({NOT_ANSWERED} : non répondu)")
    figures = pl.DataFrame(recu.rows(found.noms), schema=[each.nom for each in COLUMNS], orient="row")
    st.html(f"<div class='vigie-releve'>{write_plain_table(figures, COLUMNS, legende=legende)}</div>")


def _print(found: RecuLu, logiciel: str) -> bytes:
    return write_receipt(found.recu, found.noms, logiciel=logiciel, moment=found.recu.reponse.connu_le)
