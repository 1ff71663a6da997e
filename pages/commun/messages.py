"""The reminders by e-mail: their text, what would leave, the drafts to take away, the sending."""

from dataclasses import dataclass
from datetime import date
from html import escape

import polars as pl
import streamlit as st

from analytics.display.tables import Colonne
from analytics.errors import UserFacingError
from analytics.reminders import USUAL_TEMPLATE, VARIABLES, Rappel, check_template
from analytics.schemas import Modele
from analytics.wording import NO_BREAK_SPACE, agree, count, number, typeset
from data.moments import tell_moment
from pages.commun import composants, lecture, rappels, suites
from pages.commun.bloc_graphique import write_plain_table
from pages.commun.navigation import escape_markdown
from pages.commun.relances import (
    Bilan,
    Preparation,
    check_ready,
    keep_template,
    prepare,
    send,
    template_of,
    zip_drafts,
)
from pages.commun.vue_collecte import Suivi

ROWS_SHOWN = 200
SUBJECT, BODY = "modele_sujet", "modele_corps"
ARCHIVE, OUTCOME = "relances_archive", "relances_bilan"


@dataclass(frozen=True)
class _Archive:
    """Drafts ready to be taken away, and what they were written from."""

    nom: str
    contenu: bytes
    messages: int


def draw(suivi: Suivi, *, ressort: str) -> None:
    """Draw what would leave and to whom, the ways to send it, and the text it is written from."""
    if not suivi.national:
        composants.note(typeset(rappels.RESERVED))
    typed = _typed()
    fault = _fault(typed)
    preparation = suivi.prepare(None if fault else typed)
    again = st.toggle(
        "Renvoyer aussi aux juridictions déjà relancées",
        key="relances_renvoyer",
        help="Sinon, un message ne part qu'une fois par juridiction et par collecte.",
    )
    left, right = st.columns([1, 1], gap="medium")
    with left:
        _draw_list(preparation, renvoyer=again, ressort=ressort)
        if suivi.national:
            _draw_ways(suivi, preparation, renvoyer=again)
    with right:
        _draw_preview(preparation, ressort)
        if suivi.national:
            _draw_template(suivi, typed, fault)


# --- What would leave ------------------------------------------------------------------------------


def _draw_list(preparation: Preparation, *, renvoyer: bool, ressort: str) -> None:
    waiting = preparation.to_send(renvoyer=renvoyer)
    already = len(preparation.rappels) - len(preparation.to_send(renvoyer=False))
    told = f"{count(len(waiting), 'message')} à envoyer"
    if already:
        told += f", {count(already, 'juridiction déjà relancée', 'juridictions déjà relancées')}"
    composants.head(told)
    composants.note(typeset("Répétition : rien ne part tant que vous n'avez pas confirmé l'envoi."))
    listed = [each for each in preparation.rappels if ressort in ("", each.cour)][:ROWS_SHOWN]
    if listed:
        rows = [
            {"nom": each.nom, "adresse": each.adresse, "etat": _state(preparation, each)} for each in listed
        ]
        st.html(
            write_plain_table(
                pl.DataFrame(rows),
                (
                    Colonne("nom", "Juridiction"),
                    Colonne("adresse", "Adresse"),
                    Colonne("etat", "État"),
                ),
                legende="Destinataires",
            )
        )


def _state(preparation: Preparation, rappel: Rappel) -> str:
    left = preparation.deja.get(rappel.juridiction)
    return f"à{NO_BREAK_SPACE}envoyer" if left is None else f"déjà relancée le {tell_moment(left)}"


def _draw_preview(preparation: Preparation, ressort: str) -> None:
    composants.head("Aperçu")
    letters = {each.juridiction: each for each in preparation.rappels if ressort in ("", each.cour)}
    if not letters:
        composants.note("Personne à relancer : aucun message à montrer.")
        return
    code = st.selectbox(
        "Message pour",
        list(letters),
        format_func=lambda code: letters[code].nom if code in letters else code,
        key="apercu_juridiction",
        filter_mode="contains",
    )
    shown = letters[code if code in letters else next(iter(letters))]
    st.html(
        "<div class='vigie-lettre' tabindex='0' role='region' aria-label='Aperçu du message'>"
        f"<p><b>À</b> {escape(shown.adresse)}<br><b>Objet</b> {escape(shown.sujet)}</p>"
        f"<pre>{escape(shown.corps)}</pre></div>"
    )


# --- The ways out ----------------------------------------------------------------------------------


def _draw_ways(suivi: Suivi, preparation: Preparation, *, renvoyer: bool) -> None:
    if suivi.rejouee:
        composants.note(typeset(rappels.REPLAYED))
        return
    _draw_outcome(suivi.campagne.mois)
    waiting = preparation.to_send(renvoyer=renvoyer)
    if waiting:
        _draw_drafts(suivi, preparation, len(waiting), renvoyer=renvoyer)
        _draw_sending(suivi, preparation, len(waiting), renvoyer=renvoyer)


def _draw_drafts(suivi: Suivi, preparation: Preparation, waiting: int, *, renvoyer: bool) -> None:
    """Offer the messages as drafts that a mail program opens; writing them is kept in the history."""
    composants.head("Emporter les messages")
    fictional = " (FICTIF)" if preparation.fictif else ""
    with st.form("ecrire_messages", border=False, enter_to_submit=False):
        author = suites.ask_name("archive_auteur")
        sent = st.form_submit_button(f"Préparer {count(waiting, 'brouillon')} en un fichier ZIP{fictional}")
    if sent:

        def write() -> None:
            bureau = suivi.bureau(author)
            mois = suivi.campagne.mois
            content = zip_drafts(bureau, suivi.prepare(), renvoyer=renvoyer)
            name = f"{mois:%Y-%m}_relances{'_FICTIF' if preparation.fictif else ''}.zip"
            st.session_state[ARCHIVE] = _Archive(name, content, waiting)

        suites.do(write, f"{count(waiting, 'brouillon prêt', 'brouillons prêts')} : téléchargez le fichier.")
    archive: _Archive | None = st.session_state.get(ARCHIVE)
    if archive is not None and archive.nom.startswith(f"{suivi.campagne.mois:%Y-%m}"):
        st.download_button(
            f"Télécharger {archive.nom}",
            data=archive.contenu,
            file_name=archive.nom,
            mime="application/zip",
            key="telecharger_relances",
            on_click="ignore",
            icon=":material/download:",
        )


def _draw_sending(suivi: Suivi, preparation: Preparation, waiting: int, *, renvoyer: bool) -> None:
    composants.head("Envoyer")
    try:
        check_ready(suivi.bureau(""), fictif=preparation.fictif)
    except UserFacingError as error:
        suites.refuse(str(error))
        return
    with st.form("envoyer_messages", border=False, enter_to_submit=False):
        author = suites.ask_name("envoi_auteur")
        sure = st.checkbox(
            f"Je confirme l'envoi de {count(waiting, 'message')}, avec le texte enregistré",
            key="envoi_confirme",
        )
        sent = st.form_submit_button("Envoyer", type="primary")
    if not sent:
        return
    if not sure or not author.strip():
        suites.refuse("Rien n'est parti : donnez votre nom et cochez la confirmation.")
        return
    bar = st.progress(0.0, "Envoi…")

    def advance(part: float, nom: str) -> None:
        bar.progress(part, escape_markdown(f"Envoi : {nom}"))

    def post() -> None:
        bureau = suivi.bureau(author)
        fresh = prepare(bureau, suivi.campagne.mois, au=None)
        bilan = send(bureau, fresh, renvoyer=renvoyer, progress=advance)
        st.session_state[OUTCOME] = (suivi.campagne.mois, bilan)

    suites.do(post, "Envoi terminé : le bilan est sous la liste des destinataires.")
    bar.empty()


def _draw_outcome(mois: date) -> None:
    """Say what became of the last sending of this session, until the next one."""
    sent: tuple[date, Bilan] | None = st.session_state.get(OUTCOME)
    if sent is None or sent[0] != mois:
        return
    bilan = sent[1]
    lines = [count(len(bilan.envoyes), "message envoyé", "messages envoyés")]
    lines += [f"{rappel.nom} : {told}" for rappel, told in bilan.deja]
    lines += [f"{rappel.nom}, {rappel.adresse} : refusé ({why})" for rappel, why in bilan.refuses]
    if bilan.restants:
        left = len(bilan.restants)
        lines.append(
            f"{number(left)} {agree(left, 'message non tenté', 'messages non tentés')}, la connexion étant "
            "perdue : envoyez de nouveau, seuls ceux-là partiront."
        )
    items = "".join(f"<li>{escape(typeset(line))}</li>" for line in lines)
    st.html(f"<section class='vigie-depot' role='status'><h3>Bilan de l'envoi</h3><ul>{items}</ul></section>")


# --- The text --------------------------------------------------------------------------------------


def _typed() -> Modele:
    """Give the text being typed; the one kept where nobody types."""
    kept = template_of(lecture.store())
    return Modele(st.session_state.get(SUBJECT, kept.sujet), st.session_state.get(BODY, kept.corps))


def _fault(modele: Modele) -> str:
    try:
        check_template(modele)
    except UserFacingError as error:
        return str(error)
    return ""


def _draw_template(suivi: Suivi, typed: Modele, fault: str) -> None:
    with st.expander("Modifier le texte des messages", key="modele_relance"):
        st.session_state[SUBJECT], st.session_state[BODY] = typed.sujet, typed.corps
        st.text_input("Objet", key=SUBJECT, max_chars=200)
        st.text_area("Texte", key=BODY, height=320, max_chars=5000)
        if fault:
            suites.refuse(fault)
        else:
            composants.note("L'aperçu montre ce texte ; il ne part qu'une fois enregistré.")
        examples = "".join(
            f"<tr><th scope='row'><code>${escape(name)}</code></th><td>{escape(example)}</td></tr>"
            for name, example in VARIABLES.items()
        )
        st.html(
            "<details class='vigie-donnees'><summary>Variables, et ce qu'elles deviennent</summary>"
            f"<table class='vigie-table'><tbody>{examples}</tbody></table></details>"
        )
        if suivi.rejouee:
            composants.note(typeset(rappels.REPLAYED))
            return
        author = suites.ask_name("modele_auteur")
        with st.container(horizontal=True, gap="small"):
            if st.button("Enregistrer ce texte", key="modele_garder", disabled=bool(fault)):
                _keep(suivi, author, typed, "Texte enregistré : les prochains messages l'utilisent.")
            if st.button("Revenir au texte du produit", key="modele_produit"):
                _keep(suivi, author, None, "Les messages ont de nouveau le texte du produit.")


def _keep(suivi: Suivi, author: str, modele: Modele | None, said: str) -> None:
    def write() -> None:
        keep_template(suivi.bureau(author), None if modele == USUAL_TEMPLATE else modele)
        for name in (SUBJECT, BODY):
            st.session_state.pop(name, None)

    suites.do(write, said)
