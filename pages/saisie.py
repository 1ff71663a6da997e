"""The monthly questionnaire of a juridiction: filled in, validated, corrected, and its receipt."""

from functools import partial
from html import escape

import streamlit as st

from analytics.collecte.calendar import next_campaign, open_campaign
from analytics.vocabulary.errors import UserFacingError
from analytics.vocabulary.wording import long_date, month, of_month, typeset
from data.actes import questionnaires
from data.actes.questionnaires import Dossier
from pages.commun import cadre, composants, lecture
from pages.ecrans.saisie import choix, declare, formulaire, recus, reouvertures
from pages.ecrans.saisie.choix import Demande


def render() -> None:
    """Draw the page."""
    situation = cadre.open_plain("Saisie")
    try:
        demande = choix.settle(situation)
        _draw(demande, demo=situation.demo)
    except UserFacingError as error:
        composants.conclude(str(error))
    cadre.close_page(None)


def _draw(demande: Demande, *, demo: bool) -> None:
    for notice in demande.avis:
        st.html(f"<p class='vigie-avis' role='status'>{escape(notice)}</p>")
    if demo:
        _say_fictional(demande)
    lot = choix.asked_receipt()
    found = None if lot is None else recus.find(demande.guichet, lot)
    if found is not None:
        recus.draw(found, partial(choix.ask, recu=""))
        return
    if lot is not None:
        told = f"Le reçu n° {lot} n'existe pas, ou n'est pas d'une juridiction qui vous est ouverte."
        st.html(f"<p class='vigie-avis' role='alert'>{escape(typeset(told))}</p>")
    choix.draw(demande)
    if demande.juridiction:
        dossier = questionnaires.open_form(demande.guichet, demande.mois, demande.juridiction)
        _draw_form(demande, dossier)
    else:
        _invite(demande)
    reouvertures.draw(demande.guichet, demande.mois, demande.juridiction, demande.noms)


def _say_fictional(demande: Demande) -> None:
    told = (
        f"Pour l'essai, la page se place au {long_date(demande.guichet.jour)} ; les réponses reçues depuis y "
        "figurent aussi. Ce qui est validé ici est FICTIF, prend rang après elles et part avec la "
        "démonstration."
    )
    st.html(f"<p class='vigie-demo' role='note'>{escape(typeset(told))}</p>")


def _invite(demande: Demande) -> None:
    if not demande.noms:
        composants.conclude("Aucune juridiction ne vous est ouverte : demandez un accès à la SDSE.")
        return
    composants.conclude(
        typeset(f"Choisissez votre juridiction pour ouvrir son questionnaire {of_month(demande.mois)}.")
    )


def _draw_form(demande: Demande, dossier: Dossier) -> None:
    cadre.name_window(f"Saisie, {dossier.nom}, {month(dossier.mois)}")
    told = dossier.fenetre.phrase
    composants.conclude(typeset(f"{dossier.nom} : {told[0].lower()}{told[1:]}"))
    if dossier.fenetre.prend:
        formulaire.draw(demande.guichet, dossier, partial(_show_receipt, dossier))
        return
    composants.note(_what_next(demande))
    declare.draw_declared(dossier)


def _show_receipt(dossier: Dossier, lot: int) -> None:
    choix.ask(juridiction=dossier.juridiction, mois_saisi=f"{dossier.mois:%Y-%m}", recu=str(lot))
    st.rerun()


def _what_next(demande: Demande) -> str:
    """Say which collection is open, else which opens next."""
    parametres, jour = lecture.parametres(), demande.guichet.jour
    now = open_campaign(jour, parametres)
    if now is not None:
        return typeset(f"La collecte {of_month(now.mois)} est ouverte : choisissez ce mois pour répondre.")
    coming = next_campaign(jour, parametres)
    if coming is None or coming.mois == demande.mois:
        return ""
    return typeset(f"La collecte {of_month(coming.mois)} ouvrira le {long_date(coming.ouverture)}.")


if __name__ == "__main__":
    st.switch_page("app.py")
