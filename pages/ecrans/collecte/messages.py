"""The reminders by e-mail: their text, what would leave, the drafts to take away, the sending."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from html import escape

import polars as pl
import streamlit as st

from analytics.collecte.reminders import VARIABLES, Rappel, check_template, clean, lacks_link
from analytics.vocabulary.columns import Colonne
from analytics.vocabulary.errors import UserFacingError
from analytics.vocabulary.moments import tell_moment
from analytics.vocabulary.schemas import Modele
from analytics.vocabulary.wording import NO_BREAK_SPACE, agree, count, number, typeset
from data.actes.brouillons import zip_drafts
from data.actes.relances import (
    Bilan,
    Preparation,
    check_ready,
    keep_template,
    prepare,
    send,
    settle_doubts,
    template_of,
)
from data.actes.textes import load_template
from pages.commun import composants, lecture, signataire, suites, telechargements
from pages.commun.bloc_graphique import write_plain_table
from pages.commun.navigation import escape_markdown, findable
from pages.ecrans.collecte import boites, relances
from pages.vues.collecte import Suivi

_USUAL_DAYS = 7
_NO_LINK = "Ce texte n'a pas de $lien : la juridiction ne saura pas où répondre."
SUBJECT, BODY = "modele_sujet", "modele_corps"
ARCHIVE, OUTCOME, SHOWN = "relances_archive", "relances_bilan", "relances_montrees"


@dataclass(frozen=True)
class _Archive:
    """Drafts ready to be taken away, and what they were written from."""

    nom: str
    contenu: bytes
    messages: int


def draw(suivi: Suivi, *, ressort: str) -> None:
    """Draw what would leave and to whom, the ways to send it, and the text it is written from.

    What is listed, and only that, is what the buttons write or send.
    """
    if not suivi.national:
        composants.note(typeset(relances.RESERVED))
    typed = _typed(suivi)
    fault = _fault(typed)
    until = _choose_reopening(suivi)
    preparation = suivi.prepare(None if fault else typed, rouvrir_jusqu_au=until).of_cour(ressort)
    again = st.toggle(
        "Renvoyer aussi aux juridictions déjà relancées",
        key="relances_renvoyer",
        help="Sinon, un message ne part qu'une fois par juridiction et par collecte.",
    )
    left, right = st.columns([1, 1], gap="medium")
    with left:
        _draw_list(preparation, renvoyer=again)
        if suivi.national and suivi.rejouee:
            composants.note(typeset(relances.REPLAYED))
        elif suivi.national:
            _draw_doubts(suivi, preparation)
            _draw_ways(suivi, _Demande(ressort, until, again), preparation, unsaved=_unsaved(typed))
    with right:
        _draw_preview(preparation)
        if suivi.national:
            if not suivi.rejouee:
                boites.draw(suivi, ressort=ressort)
            _draw_template(suivi, typed, fault)


def _choose_reopening(suivi: Suivi) -> date | None:
    """Once a campaign is closed, ask until when those reminded may answer: their form refuses otherwise."""
    if not suivi.national or suivi.rejouee or suivi.jour <= suivi.campagne.cloture:
        return None
    return st.date_input(
        "Collecte close : rouvrir le mois des juridictions relancées jusqu'au",
        value=suivi.jour + timedelta(days=_USUAL_DAYS),
        min_value=suivi.jour,
        format="DD/MM/YYYY",
        key="relances_rouvrir",
        width=320,
    )


# --- What would leave ------------------------------------------------------------------------------


def _draw_list(preparation: Preparation, *, renvoyer: bool) -> None:
    waiting = preparation.to_send(renvoyer=renvoyer)
    already = sum(each.juridiction in preparation.deja for each in preparation.rappels)
    told = [f"{count(len(waiting), 'message')} à envoyer"]
    if already:
        told.append(count(already, "juridiction déjà relancée", "juridictions déjà relancées"))
    if doubts := len(preparation.in_doubt()):
        told.append(f"{count(doubts, 'message')} dont on ne sait s'il est parti")
    composants.head(", ".join(told))
    composants.note(typeset("Répétition : rien ne part tant que vous n'avez pas confirmé l'envoi."))
    if preparation.rappels:
        rows = [
            {"nom": each.nom, "adresse": each.adresse, "etat": _state(preparation, each)}
            for each in preparation.rappels
        ]
        st.html(
            write_plain_table(
                pl.DataFrame(rows),
                (Colonne("nom", "Juridiction"), Colonne("adresse", "Adresse"), Colonne("etat", "État")),
                legende="Destinataires",
            )
        )


def _state(preparation: Preparation, rappel: Rappel) -> str:
    if rappel.juridiction in preparation.douteuses:
        return "issue inconnue"
    left = preparation.deja.get(rappel.juridiction)
    return f"à{NO_BREAK_SPACE}envoyer" if left is None else f"déjà relancée le {tell_moment(left)}"


def _draw_preview(preparation: Preparation) -> None:
    composants.head("Aperçu")
    letters = {each.juridiction: each for each in preparation.rappels}
    if not letters:
        composants.note("Personne à relancer : aucun message à montrer.")
        return
    code = st.selectbox(
        "Message pour",
        list(letters),
        format_func=lambda code: findable(code, letters[code].nom) if code in letters else code,
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


@dataclass(frozen=True)
class _Demande:
    """What is asked of the messages: a cour (or all), a reopening, those already reminded or not.

    `montree`: what the screen showed as leaving, before what was just clicked.
    """

    ressort: str
    rouvrir_jusqu_au: date | None
    renvoyer: bool
    montree: tuple[tuple[str, ...], ...] = ()


def _draw_doubts(suivi: Suivi, preparation: Preparation) -> None:
    """Say which sendings were interrupted, and let someone say what became of the messages."""
    doubts = preparation.in_doubt()
    if not doubts:
        return
    items = "".join(f"<li>{escape(typeset(f'{rappel.nom} : {told}'))}</li>" for rappel, told in doubts)
    st.html(
        "<section class='vigie-depot vigie-refus' role='alert'><h3>Envois dont l'issue est inconnue</h3>"
        f"<ul>{items}</ul><p>Demandez à la juridiction si le message est arrivé, puis dites-le ici.</p>"
        "</section>"
    )
    with st.form("lever_doutes", border=False, enter_to_submit=False):
        author = signataire.ask_name(key="doute_auteur")
        with st.container(horizontal=True, gap="small"):
            left = st.form_submit_button(
                f"{count(len(doubts), 'message')} bien parti{'s' if len(doubts) > 1 else ''}"
            )
            stayed = st.form_submit_button("Rien n'est parti : à envoyer")
    if left or stayed:
        suites.do(
            lambda: _settle(suivi, preparation, author, partis=left),
            "Doute levé : la liste des messages à envoyer en tient compte.",
        )


def _settle(suivi: Suivi, preparation: Preparation, author: str, *, partis: bool) -> None:
    settle_doubts(suivi.bureau(author), preparation, partis=partis)


def _draw_ways(suivi: Suivi, demande: _Demande, preparation: Preparation, *, unsaved: bool) -> None:
    _draw_outcome(suivi.campagne.mois)
    if not preparation.to_send(renvoyer=demande.renvoyer):
        return
    if unsaved:
        suites.refuse(
            "Le texte est modifié sans être enregistré : enregistrez-le ou abandonnez la modification, et ce "
            "que montre l'aperçu sera ce qui part."
        )
        return
    if lacks_link(template_of(lecture.store())):
        composants.note(typeset(_NO_LINK))
    demande = replace(demande, montree=st.session_state.get(SHOWN, ()))
    st.session_state[SHOWN] = _leaving(preparation, demande)
    author = signataire.ask_name(key="messages_auteur", width=420)
    _draw_drafts(suivi, demande, preparation, author)
    _draw_sending(suivi, demande, preparation, author)


def _act(demande: _Demande, label: str) -> str:
    """Name an act as a button does: what it does to the months first, where it reopens them."""
    return f"Rouvrir et {label[0].lower()}{label[1:]}" if demande.rouvrir_jusqu_au else label


def _leaving(preparation: Preparation, demande: _Demande) -> tuple[tuple[str, ...], ...]:
    """Give what would leave, word for word."""
    return tuple(
        (each.juridiction, each.adresse, each.sujet, each.corps)
        for each in preparation.to_send(renvoyer=demande.renvoyer)
    )


def _prepare_as_shown(suivi: Suivi, demande: _Demande, author: str) -> Preparation:
    """Prepare again, just before acting; refuse when it is not what the screen showed at the click."""
    fresh = prepare(
        suivi.bureau(author), suivi.campagne.mois, au=suivi.au, rouvrir_jusqu_au=demande.rouvrir_jusqu_au
    ).of_cour(demande.ressort)
    if _leaving(fresh, demande) != demande.montree:
        raise UserFacingError(
            "La liste a changé depuis qu'elle est affichée : rien n'est parti. Relisez-la, puis confirmez."
        )
    return fresh


def _draw_drafts(suivi: Suivi, demande: _Demande, preparation: Preparation, author: str) -> None:
    """Offer the messages as drafts that a mail program opens; writing them is kept in the history."""
    composants.head("Emporter les messages")
    waiting = len(preparation.to_send(renvoyer=demande.renvoyer))
    fictional = " (FICTIF)" if preparation.fictif else ""
    if st.button(
        _act(demande, f"Préparer {count(waiting, 'brouillon')} en un fichier ZIP{fictional}"),
        key="archive_bouton",
    ):

        def write() -> None:
            fresh = _prepare_as_shown(suivi, demande, author)
            content = zip_drafts(suivi.bureau(author), fresh, renvoyer=demande.renvoyer)
            name = f"{suivi.campagne.mois:%Y-%m}{demande.ressort and '_' + demande.ressort}_relances"
            st.session_state[ARCHIVE] = _Archive(
                f"{name}{'_FICTIF' if preparation.fictif else ''}.zip", content, waiting
            )

        suites.do(write, f"{count(waiting, 'brouillon prêt', 'brouillons prêts')} : téléchargez le fichier.")
    archive: _Archive | None = st.session_state.get(ARCHIVE)
    if archive is not None and archive.nom.startswith(f"{suivi.campagne.mois:%Y-%m}"):
        content = archive.contenu
        telechargements.offer(
            f"Télécharger {archive.nom}", lambda: content, fichier=archive.nom, cle="telecharger_relances"
        )


def _draw_sending(suivi: Suivi, demande: _Demande, preparation: Preparation, author: str) -> None:
    composants.head("Envoyer")
    try:
        check_ready(suivi.bureau(""), fictif=preparation.fictif)
    except UserFacingError as error:
        suites.refuse(str(error))
        return
    waiting = count(len(preparation.to_send(renvoyer=demande.renvoyer)), "message")
    with st.form("envoyer_messages", border=False, enter_to_submit=False):
        sure = st.checkbox(f"Je confirme l'envoi de {waiting}, ceux de la liste", key="envoi_confirme")
        sent = st.form_submit_button(_act(demande, f"Envoyer {waiting}"), type="primary", key="envoi_bouton")
    if not sent:
        return
    if not sure or not author.strip():
        suites.refuse("Rien n'est parti : donnez votre nom et cochez la confirmation.")
        return
    bar = st.progress(0.0, "Envoi…")

    def advance(part: float, nom: str) -> None:
        bar.progress(part, escape_markdown(f"Envoi : {nom}"))

    def post() -> None:
        fresh = _prepare_as_shown(suivi, demande, author)
        bilan = send(suivi.bureau(author), fresh, renvoyer=demande.renvoyer, progress=advance)
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
    lines += [f"{rappel.nom}, {rappel.adresse} : {told}" for rappel, told in bilan.douteux]
    if bilan.restants:
        left = len(bilan.restants)
        lines.append(
            f"{number(left)} {agree(left, 'message non tenté', 'messages non tentés')}, la connexion étant "
            "perdue : envoyez de nouveau, seuls ceux-là partiront."
        )
    items = "".join(f"<li>{escape(typeset(line))}</li>" for line in lines)
    st.html(f"<section class='vigie-depot' role='status'><h3>Bilan de l'envoi</h3><ul>{items}</ul></section>")


# --- The text --------------------------------------------------------------------------------------


def _typed(suivi: Suivi) -> Modele:
    """Give the text being typed, here or before an interruption; the one kept where nobody types."""
    kept = template_of(lecture.store())
    typing = lecture.store().collecte().typing() if suivi.national else None
    start = typing[0] if typing else kept
    return Modele(st.session_state.get(SUBJECT, start.sujet), st.session_state.get(BODY, start.corps))


def _unsaved(typed: Modele) -> bool:
    return clean(typed) != clean(template_of(lecture.store()))


def _fault(modele: Modele) -> str:
    try:
        check_template(clean(modele))
    except UserFacingError as error:
        return str(error)
    return ""


def _draw_template(suivi: Suivi, typed: Modele, fault: str) -> None:
    unsaved = _unsaved(typed)
    with st.expander("Modifier le texte des messages", key="modele_relance", expanded=unsaved):
        st.session_state[SUBJECT], st.session_state[BODY] = typed.sujet, typed.corps

        def keep() -> None:
            now = Modele(st.session_state[SUBJECT], st.session_state[BODY])
            lecture.store().collecte().keep_typing(
                suivi.situation.perimetre, now if _unsaved(now) else None, connu_le=suivi.clock()
            )

        # A text of the past is read, not typed.
        frozen = suivi.rejouee
        st.text_input("Objet", key=SUBJECT, max_chars=200, on_change=keep, disabled=frozen)
        st.text_area("Texte", key=BODY, height=320, max_chars=5000, on_change=keep, disabled=frozen)
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
            composants.note(typeset(relances.REPLAYED))
            return
        if unsaved and (typing := lecture.store().collecte().typing()):
            composants.note(
                typeset(f"Modification du {tell_moment(typing[1])}, gardée mais pas encore enregistrée.")
            )
        astray = not fault and lacks_link(clean(typed))
        accepted = not astray or st.checkbox(
            typeset(f"{_NO_LINK} Je garde ce texte ainsi."), key="modele_sans_lien"
        )
        author = signataire.ask_name(key="modele_auteur")
        with st.container(horizontal=True, gap="small"):
            if st.button(
                "Enregistrer ce texte",
                key="modele_garder",
                disabled=bool(fault) or not accepted or not unsaved,
            ):
                _keep(suivi, author, typed, "Texte enregistré : les prochains messages l'utilisent.")
            if unsaved and st.button("Abandonner la modification", key="modele_abandon"):
                suites.do(lambda: _give_up(suivi), "Modification abandonnée : le texte enregistré est resté.")
            if template_of(lecture.store()) != load_template() and st.button(
                "Revenir au texte du produit", key="modele_produit"
            ):
                _keep(suivi, author, None, "Les messages ont de nouveau le texte du produit.")


def _keep(suivi: Suivi, author: str, modele: Modele | None, said: str) -> None:
    def write() -> None:
        keep_template(suivi.bureau(author), None if modele == load_template() else modele)
        _forget()

    suites.do(write, said)


def _give_up(suivi: Suivi) -> None:
    lecture.store().collecte().keep_typing(suivi.situation.perimetre, None, connu_le=suivi.clock())
    _forget()


def _forget() -> None:
    for name in (SUBJECT, BODY):
        st.session_state.pop(name, None)
