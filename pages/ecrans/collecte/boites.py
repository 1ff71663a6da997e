"""The mailbox of a juridiction, where it is not the one that the circular writes."""

import streamlit as st

from analytics.collecte.reminders import mailbox_of
from analytics.vocabulary.wording import typeset
from pages.commun import composants, lecture, signataire, suites
from pages.commun.navigation import findable
from pages.vues.collecte import Suivi

COURT, ADDRESS = "boite_juridiction", "boite_adresse"


def draw(suivi: Suivi, *, ressort: str) -> None:
    """Let the SDSE give the address of one juridiction, or go back to that of the circular."""
    courts = {
        row["juridiction"]: row
        for row in lecture.reference().in_force(suivi.campagne.mois).iter_rows(named=True)
        if ressort in ("", row["cour"])
    }
    given = lecture.store().collecte().mailboxes(suivi.situation.perimetre, mois=suivi.campagne.mois)
    own = sorted(courts[code]["nom"] for code in given if code in courts)
    with st.expander("Corriger l'adresse d'une juridiction", key="boite"):
        composants.note(
            typeset(f"Adresses propres : {', '.join(own)}.")
            if own
            else "Toutes les adresses suivent le modèle de la circulaire."
        )
        code = st.selectbox(
            "Juridiction",
            list(courts),
            index=None,
            format_func=lambda code: findable(code, courts[code]["nom"]) if code in courts else code,
            key=COURT,
            placeholder="Choisir une juridiction",
            filter_mode="contains",
        )
        if code is None or code not in courts:
            return
        court = courts[code]
        usual = mailbox_of(court["type"], court["ville"], suivi.bureau("").reglages.domaine_messagerie)
        typed = st.text_input(
            "Adresse de ses messages",
            value=given.get(code, usual),
            key=f"{ADDRESS}_{code}",
            max_chars=200,
            help=typeset(f"Celle de la circulaire : {usual}"),
        ).strip()
        author = signataire.ask_name(key="boite_auteur")
        with st.container(horizontal=True, gap="small"):
            kept = st.button("Enregistrer l'adresse", key="boite_garder", disabled=not typed)
            back = code in given and st.button("Revenir à l'adresse de la circulaire", key="boite_usuelle")
    if kept or back:
        address = typed if kept and typed != usual else ""
        said = f"{court['nom']} : ses messages partiront à {address or usual}."
        suites.do(lambda: _keep(suivi, author, code, address), said)


def _keep(suivi: Suivi, author: str, code: str, address: str) -> None:
    bureau = suivi.bureau(author)
    bureau.store.collecte().set_mailbox(
        bureau.perimetre,
        juridiction=code,
        adresse=address,
        auteur=bureau.auteur,
        connu_le=bureau.clock(),
    )
    st.session_state.pop(f"{ADDRESS}_{code}", None)
