"""The form of the questionnaire: its table, its checks as one types, its draft, its validation.

What is typed goes to the draft at once, place by place: a reload, or another browser, finds it again. The
form shows what is declared and the draft over it, and that is what is validated, once the reader has seen it.
Places hold texts: what is pasted is read, or refused in French, by the rules of a file, where a column of
numbers would silently read « 12,5 » as 125.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from html import escape
from typing import Any

import polars as pl
import streamlit as st

from analytics.collecte.questionnaire import CHANGED, WITHDRAWN, tell_totals, tell_unanswered
from analytics.vocabulary.columns import Colonne
from analytics.vocabulary.errors import UserFacingError
from analytics.vocabulary.moments import PARIS, tell_hour, tell_moment
from analytics.vocabulary.schemas import Frappe, Place, Saisie
from analytics.vocabulary.wording import NOT_ANSWERED, count, enumeration, number, typeset
from data.actes import questionnaires
from data.actes.questionnaires import FIGURES, Dossier, Formulaire, Guichet, Question, SaisieJugee
from data.reference import load_counting_rules
from data.store.brouillons import QUESTION
from data.store.reponses import OvertakenError
from pages.commun import composants, signataire, suites
from pages.commun.bloc_graphique import write_plain_table
from pages.commun.navigation import escape_markdown
from pages.ecrans.saisie import tableau
from pages.ecrans.saisie.declare import HEADINGS, write_comparison

HELD = "saisie_tenue"
NAME = "saisie_auteur"
SAID = "saisie_dit"
_LOOK_EVERY_S = 10
_TOLD_AT_MOST = 4


@dataclass
class Ecartee:
    """What was typed here and not kept: the text, what the place held instead then, and who put it there."""

    texte: str
    tenu: str
    auteur: str


@dataclass
class Tenue:
    """The form that a session holds.

    `tour`: grows each time it is opened anew. `recu`: the window that typed last, and its last text taken in.
    `numero`: that of the draft as it was drawn. `montrees`: what the form shows, empty before it opens.
    `venues`: what came from somebody else since it opened. `ecartees`: what was typed here and not kept,
    because somebody else had typed there meanwhile.
    """

    cle: tuple[Any, ...]
    tour: int
    recu: tuple[str, int] = ("", 0)
    numero: int = 0
    montrees: dict[Place, str] = field(default_factory=dict[Place, str])
    venues: set[Place] = field(default_factory=set[Place])
    ecartees: dict[Place, Ecartee] = field(default_factory=dict[Place, Ecartee])

    @property
    def table(self) -> str:
        """Name the table of this turn."""
        return f"saisie_cases_{self.tour}"


def draw(guichet: Guichet, dossier: Dossier, on_validated: Callable[[int], None]) -> None:
    """Draw the form; `on_validated` is called with the number of the lot once the answer is written."""
    tenue = _held(dossier)
    dossier, as_seen = _take_in(guichet, dossier, tenue)
    feuille = questionnaires.sheet_of(dossier)
    examen = questionnaires.examine(dossier, feuille)
    # Apart: a sentence more among the pieces of the page would have the table drawn anew, and the hand lost.
    with st.container(key="saisie_haut"):
        if said := suites.take(SAID):
            _tell(said, urgent=True)
        _draw_top(dossier, tenue, examen)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        _draw_name()
        _draw_draft(guichet, dossier)
    with st.expander("Comment compter chaque activité", icon=":material/help:"):
        st.html(_counting_rules(dossier))
    left, right = st.columns([5, 3], gap="medium")
    with left, st.container(key="saisie_grille"):
        tableau.draw(
            tenue.table, dossier, feuille, erreurs=examen.erreurs, venues=tenue.venues, recu=tenue.recu
        )
    with right:
        _draw_checks(dossier, examen)
        _draw_questions(examen.questions, feuille, tenue)
    _draw_validation(guichet, dossier, feuille, examen, on_validated, as_seen=as_seen)
    _watch(guichet, dossier)


def _tell(sentence: str, *, urgent: bool = False) -> None:
    role = "alert" if urgent else "status"
    kind = "vigie-avis vigie-refus" if urgent else "vigie-avis"
    st.html(f"<p class='{kind}' role='{role}'>{escape(sentence)}</p>")


# ---------------------------------------------------------------- what the session holds


def _held(dossier: Dossier) -> Tenue:
    """Give the form that the session holds, or open it anew."""
    cle = (dossier.mois, dossier.juridiction)
    held: Tenue | None = st.session_state.get(HELD)
    if held is None or held.cle != cle:
        held = Tenue(cle, held.tour + 1 if held else 0)
        st.session_state[HELD] = held
    return held


def forget() -> None:
    """Let the form be opened anew."""
    held: Tenue | None = st.session_state.get(HELD)
    if held is not None:
        st.session_state[HELD] = replace(held, cle=())


def _take_in(guichet: Guichet, dossier: Dossier, tenue: Tenue) -> tuple[Dossier, bool]:
    """Keep what was typed here since, and note what came from elsewhere.

    Gives what is known then, and whether the form still shows what the reader had before their eyes, with
    what they have just typed.
    """
    sent = tableau.read_sent(tenue.table, recu=tenue.recu)
    saisies = [*(sent.saisies if sent else ()), *_answers_typed(tenue)]
    expected = dict(tenue.montrees)
    if saisies:
        dossier, refused = questionnaires.type_in(guichet, dossier, saisies, auteur=signataire.name_given())
        for saisie in saisies:
            expected[saisie.place] = saisie.texte
            tenue.venues.discard(saisie.place)
            tenue.ecartees.pop(saisie.place, None)
        held, frappes = _places(questionnaires.sheet_of(dossier)), dossier.brouillon.frappes
        for each in refused:
            by = frappes[each.place].auteur if each.place in frappes else ""
            tenue.ecartees[each.place] = Ecartee(each.texte, held.get(each.place, ""), by)
    if sent:
        tenue.recu = sent.instance, sent.dernier
    shown = _places(questionnaires.sheet_of(dossier))
    came = {place for place in {*shown, *expected} if shown.get(place, "") != expected.get(place, "")}
    as_seen = not came or not tenue.montrees
    if tenue.montrees:
        tenue.venues |= came
    tenue.montrees, tenue.numero = shown, dossier.brouillon.numero
    return dossier, as_seen


def _places(feuille: Formulaire) -> dict[Place, str]:
    """Give the text of each place that the form shows."""
    figures = {
        (code, colonne): text
        for code, texts in feuille.cases.items()
        for colonne, text in zip(FIGURES, texts, strict=True)
    }
    return figures | {(QUESTION, cle): text for cle, text in feuille.reponses.items()}


def _draw_name() -> None:
    """Ask who types, unless their identity says it."""
    if signature := signataire.signature():
        composants.note(typeset(f"Brouillon et réponse sont signés par {signature}."))
    signataire.ask_name("Votre nom (il signe le brouillon et la réponse)", key=NAME, width=420)


@st.fragment(run_every=_LOOK_EVERY_S)
def _watch(guichet: Guichet, dossier: Dossier) -> None:
    """Look whether somebody else typed or validated, and draw the form again."""
    tenue: Tenue = st.session_state[HELD]
    number = guichet.store.brouillons().number(
        guichet.perimetre, mois=dossier.mois, juridiction=dossier.juridiction
    )
    if tenue.cle == (dossier.mois, dossier.juridiction) and number != tenue.numero:
        st.rerun()


# ---------------------------------------------------------------- the top


def _draw_top(dossier: Dossier, tenue: Tenue, examen: SaisieJugee) -> None:
    """Draw what concerns the whole form: how far it is, whether it corrects, what somebody else types."""
    filled = examen.comparaison.filter(pl.col("visioconferences").is_not_null()).height
    todo = f"{number(filled)} des {count(examen.comparaison.height, 'activité')} ont un chiffre"
    if examen.erreurs:
        todo += f", {count(len(examen.erreurs), 'erreur')} à corriger"
    hint = (
        "Au clavier : Tabulation et Entrée vont à la case suivante, de la première colonne à la seconde puis "
        "à l'activité d'après ; Maj les fait revenir ; les flèches montent et descendent. Un bloc copié d'un "
        "tableur se colle."
    )
    st.html(
        f"<p class='vigie-note'>{escape(typeset(todo))}. "
        f"<span class='vigie-clavier'>{escape(typeset(hint))}</span></p>"
    )
    if dossier.derniere is not None:
        lot, auteur, moment = dossier.derniere
        _tell(
            typeset(
                f"Correction : {auteur} a déclaré ce mois le {tell_moment(moment)} (lot {lot}). Ce que vous "
                "changez remplacera ses chiffres, qui restent dans l'historique."
            )
        )
    _draw_others(dossier, tenue)


def _draw_others(dossier: Dossier, tenue: Tenue) -> None:
    """Say what somebody else typed since the form opened, and what was therefore not kept."""
    frappes = dossier.brouillon.frappes
    for place, each in tenue.ecartees.items():
        held, now = each.tenu or NOT_ANSWERED, tenue.montrees.get(place, "") or NOT_ANSWERED
        known = f"{each.auteur} a mis « {held} »" if each.auteur else f"« {held} » a été déclaré ou remis"
        kept = "garde" if now == held else "montre maintenant"
        _tell(
            typeset(
                f"{_where(dossier, place)} : {known} pendant que vous tapiez "
                f"« {each.texte or NOT_ANSWERED} ». La case {kept} « {now} » : "
                "tapez de nouveau pour le remplacer."
            ),
            urgent=True,
        )
    came = sorted(place for place in tenue.venues if place not in tenue.ecartees)
    if not came:
        return
    told = [
        f"{_where(dossier, place)} ({tenue.montrees.get(place) or NOT_ANSWERED}"
        + (f", {frappes[place].auteur})" if place in frappes else ")")
        for place in came[:_TOLD_AT_MOST]
    ]
    others = len(came) - len(told)
    if others:
        told.append(count(others, "autre case", "autres cases"))
    _tell(typeset(f"Changé ailleurs depuis que vous avez ouvert ce questionnaire : {enumeration(told)}."))


def _where(dossier: Dossier, place: Place) -> str:
    kind, rest = place
    if kind == QUESTION:
        return "Réponse à une question"
    return f"{dossier.noms.get(kind, kind)}, {HEADINGS.get(rest, rest).lower()}"


def _draw_draft(guichet: Guichet, dossier: Dossier) -> None:
    """Say when the draft was kept and by whom, and let it be given up."""
    last = dossier.brouillon.derniere
    if last is None:
        return
    with st.popover("Abandonner le brouillon", key="saisie_abandon"):
        st.text("Tout ce qui est tapé et non validé sera retiré, ce que d'autres ont tapé aussi.")
        st.button("Oui, abandonner", key="saisie_abandonner", on_click=_give_up, args=(guichet, dossier))
    told = escape(_told_draft(guichet, last))
    st.html(f"<p class='vigie-note' role='status'>{told}</p>", width="content")


def _told_draft(guichet: Guichet, last: Frappe) -> str:
    local = last.connu_le.astimezone(PARIS)
    when = f"à {tell_hour(local)}" if local.date() == guichet.jour else f"le {tell_moment(local)}"
    return typeset(f"Brouillon enregistré {when} par {last.auteur}.")


def _give_up(guichet: Guichet, dossier: Dossier) -> None:
    questionnaires.give_up_draft(guichet, dossier, auteur=signataire.name_given())
    forget()


def _counting_rules(dossier: Dossier) -> str:
    rules = load_counting_rules()
    frame = pl.DataFrame(
        [
            (label, rules[code].compte, rules[code].exclut)
            for code, label in dossier.lignes.select("activite", "libelle").iter_rows()
        ],
        schema=["activite", "compte", "exclut"],
        orient="row",
    )
    columns = (
        Colonne("activite", "Activité"),
        Colonne("compte", "Ce qui se compte"),
        Colonne("exclut", "Ce qui ne se compte pas"),
    )
    legende = (
        "Colonne 1 : toutes les visioconférences de l'activité, personne détenue ou non. Colonne 2 : parmi "
        "elles, celles qui ont lié un détenu et rendu son extraction inutile. Un zéro se tape ; une case "
        "vide est une non-réponse."
    )
    return write_plain_table(frame, columns, legende=typeset(legende))


# ---------------------------------------------------------------- the checks


def _draw_checks(dossier: Dossier, examen: SaisieJugee) -> None:
    """Say what is typed so far, and what is refused: where, what, what next."""
    composants.head("Contrôles")
    composants.note(tell_totals(examen.comparaison))
    composants.note(tell_unanswered(examen.comparaison))
    if not examen.erreurs:
        composants.note("Aucune erreur.")
        return
    lines = "".join(
        f"<li><strong>{escape(dossier.noms[code])}</strong> : {escape(why)}</li>"
        for code, why in examen.erreurs.items()
    )
    st.html(
        f"<section class='vigie-depot vigie-refus' role='alert'><h3>{count(len(examen.erreurs), 'erreur')} à "
        f"corriger</h3><ul>{lines}</ul></section>"
    )


def _answer_key(tenue: Tenue, cle: str) -> str:
    return f"saisie_question_{tenue.tour}_{cle}"


def _answers_typed(tenue: Tenue) -> list[Saisie]:
    """Give the answers to questions that were typed since the form was last drawn."""
    prefix = _answer_key(tenue, "")
    typed = {
        str(key).removeprefix(prefix): str(value).strip()
        for key, value in st.session_state.items()
        if str(key).startswith(prefix)
    }
    shown = {cle: tenue.montrees.get((QUESTION, cle), "") for cle in typed}
    return [
        Saisie((QUESTION, cle), text, frozenset([shown[cle]]))
        for cle, text in typed.items()
        if text != shown[cle]
    ]


def _draw_questions(questions: Sequence[Question], feuille: Formulaire, tenue: Tenue) -> None:
    """Ask about the figures that are far from the habits; a comment confirms."""
    if not questions:
        return
    composants.head(f"{count(len(questions), 'question')} avant de valider")
    for question in questions:
        key, known = _answer_key(tenue, question.cle), feuille.reponses.get(question.cle, "")
        if str(st.session_state.get(key, "")).strip() != known:
            st.session_state[key] = known
        st.html(f"<p class='vigie-phrase'>{escape(question.texte)} Confirmez ou corrigez.</p>")
        st.text_input(
            "Je confirme ce chiffre, parce que…",
            key=key,
            max_chars=400,
            placeholder="Par exemple : procès de deux semaines, reprise d'un retard",
        )


# ---------------------------------------------------------------- the validation


def _draw_validation(
    guichet: Guichet,
    dossier: Dossier,
    feuille: Formulaire,
    examen: SaisieJugee,
    on_validated: Callable[[int], None],
    *,
    as_seen: bool,
) -> None:
    """Draw what changes and the button; what has just come from elsewhere is read before it is validated."""
    composants.head("Valider")
    with st.expander("Comparer au dernier mois répondu", expanded=examen.corrige):
        st.html(write_comparison(dossier, examen))
    confirmed = _draw_correction(dossier, examen)
    if not st.button("Valider et transmettre à la SDSE", key="saisie_valider", type="primary"):
        return
    try:
        if not as_seen:
            raise UserFacingError(
                "Des chiffres de ce questionnaire viennent de changer ailleurs : lisez-les, puis validez de "
                "nouveau. Rien n'a été enregistré."
            )
        if not confirmed:
            raise UserFacingError("Cochez la case : elle confirme que vous remplacez des chiffres déclarés.")
        with st.spinner("Enregistrement…"):
            lot = questionnaires.validate(guichet, dossier, feuille, auteur=signataire.name_given())
    except OvertakenError as overtaken:
        st.session_state[SAID] = str(overtaken)
        st.rerun()
    except UserFacingError as refused:
        _tell(str(refused), urgent=True)
        return
    forget()
    on_validated(lot)


def _draw_correction(dossier: Dossier, examen: SaisieJugee) -> bool:
    """Ask to confirm what is replaced; asked anew as soon as somebody declares something else."""
    if not examen.corrige or dossier.derniere is None:
        return True
    lot, auteur, moment = dossier.derniere
    changed = examen.comparaison["etat"].is_in([CHANGED, WITHDRAWN]).sum()
    label = typeset(
        f"Je remplace {count(int(changed), 'chiffre déclaré', 'chiffres déclarés')} par {auteur} le "
        f"{tell_moment(moment)} (lot {lot})."
    )
    return st.checkbox(escape_markdown(label), key=f"saisie_confirme_{lot}_{len(dossier.vu)}")
