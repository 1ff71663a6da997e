"""The form of the questionnaire: its grid, its checks as one types, its draft, its validation.

What is typed lives in the session, and in a draft as soon as it changes: a reload, or another browser, finds
it again. The grid holds texts: what is pasted is read, or refused in French, by the rules of a file, where a
column of numbers would silently read « 12,5 » as 125.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from html import escape
from typing import Any

import polars as pl
import streamlit as st

from analytics.display.tables import Colonne, not_answered
from analytics.errors import UserFacingError
from analytics.questionnaire import CHANGED, UNANSWERED, WITHDRAWN, tell_totals, tell_unanswered
from analytics.schemas import Brouillon
from analytics.wording import NO_BREAK_SPACE, NOT_ANSWERED, count, month, number, of_month, typeset
from data.answers import OvertakenError
from data.moments import PARIS, tell_moment
from data.reference import load_counting_rules
from pages.commun import composants, depot, questionnaires
from pages.commun.bloc_graphique import write_plain_table
from pages.commun.navigation import escape_markdown
from pages.commun.questionnaires import Cases, Dossier, Examen, Feuille, Guichet, Question

HELD = "saisie_tenue"
NAME = "saisie_auteur"
SAID = "saisie_dit"
VISIO, AVOIDED = "Visioconférences", "Extractions évitées"
_ROW, _HEADER = 35, 38


@dataclass
class Tenue:
    """The form that a session holds: how it opened, on which turn of the grid, and what its draft says."""

    cle: tuple[Any, ...]
    tour: int
    ouverte: Feuille
    texte: str
    brouillon: Brouillon | None


def draw(guichet: Guichet, dossier: Dossier, on_validated: Callable[[int], None]) -> None:
    """Draw the form; `on_validated` is called with the number of the lot once the answer is written."""
    if said := st.session_state.pop(SAID, ""):
        _tell(said, urgent=True)
    tenue = _held(dossier)
    top = st.container()
    line = st.container(horizontal=True, vertical_alignment="bottom", gap="small")
    with line:
        _draw_name()
    with st.expander("Comment compter chaque activité", icon=":material/help:"):
        st.html(_counting_rules(dossier))
    left, right = st.columns([5, 3], gap="medium")
    with left:
        cases = _draw_grid(dossier, tenue)
    feuille = replace(tenue.ouverte, cases=cases, reponses=_answered(tenue))
    examen = questionnaires.examine(dossier, feuille)
    with right:
        _draw_checks(examen)
        answers = {**feuille.reponses, **_draw_questions(examen.questions, feuille)}
    feuille = replace(feuille, reponses={cle: text for cle, text in answers.items() if text.strip()})
    _keep(guichet, dossier, tenue, feuille)
    with top:
        _draw_top(dossier, tenue, examen)
    with line:
        _draw_draft(guichet, dossier, tenue)
    _draw_validation(guichet, dossier, feuille, examen, on_validated)


def _tell(sentence: str, *, urgent: bool = False) -> None:
    role = "alert" if urgent else "status"
    kind = "vigie-avis vigie-refus" if urgent else "vigie-avis"
    st.html(f"<p class='{kind}' role='{role}'>{escape(sentence)}</p>")


# ---------------------------------------------------------------- what the session holds


def _held(dossier: Dossier) -> Tenue:
    """Give the form that the session holds; opened on the draft, else on what is declared."""
    cle = (dossier.mois, dossier.juridiction)
    held: Tenue | None = st.session_state.get(HELD)
    if held is None or held.cle != cle:
        draft = dossier.brouillon
        sheet = (
            questionnaires.drafted_sheet(dossier, draft.texte)
            if draft
            else questionnaires.blank_sheet(dossier)
        )
        turn = held.tour + 1 if held else 0
        held = Tenue(cle, turn, sheet, sheet.as_text(), draft)
        st.session_state[HELD] = held
    return held


def forget() -> None:
    """Let the form be opened anew, on the draft or on what is declared."""
    held: Tenue | None = st.session_state.get(HELD)
    if held is not None:
        st.session_state[HELD] = replace(held, cle=())


def _draw_name() -> None:
    """Ask who types, unless their identity says it."""
    signature = depot.signature()
    if signature:
        composants.note(typeset(f"Brouillon et réponse sont signés par {signature}."))
        return
    st.text_input(
        "Votre nom (il signe le brouillon et la réponse)",
        key=NAME,
        max_chars=200,
        placeholder="Prénom Nom, service",
        width=420,
    )


def _name() -> str:
    return depot.signature() or str(st.session_state.get(NAME, "")).strip()


def _keep(guichet: Guichet, dossier: Dossier, tenue: Tenue, feuille: Feuille) -> None:
    """Keep what is typed as a draft, when it is not what the draft says already."""
    text = feuille.as_text()
    if text == tenue.texte:
        return
    tenue.brouillon = questionnaires.save_draft(guichet, dossier, feuille, auteur=_name())
    tenue.texte = text


# ---------------------------------------------------------------- the top


def _draw_top(dossier: Dossier, tenue: Tenue, examen: Examen) -> None:
    """Draw what concerns the whole form: how far it is, whether it corrects, the draft of somebody else."""
    filled = examen.comparaison.filter(pl.col("visioconferences").is_not_null()).height
    todo = f"{number(filled)} des {count(examen.comparaison.height, 'activité')} ont un chiffre"
    if examen.erreurs:
        todo += f", {count(len(examen.erreurs), 'erreur')} à corriger"
    composants.note(
        typeset(
            f"{todo}. Au clavier : Ctrl + Début va à la première case, les flèches, Tabulation et Entrée "
            "passent de l'une à l'autre. Un bloc copié d'un tableur se colle."
        )
    )
    if dossier.derniere is not None:
        lot, auteur, moment = dossier.derniere
        _tell(
            typeset(
                f"Correction : {auteur} a déclaré ce mois le {tell_moment(moment)} (lot {lot}). Ce que vous "
                "changez remplacera ses chiffres, qui restent dans l'historique."
            )
        )
    _draw_other_draft(dossier, tenue)


def _draw_draft(guichet: Guichet, dossier: Dossier, tenue: Tenue) -> None:
    """Say when the draft was kept and by whom, and let it be given up."""
    if tenue.brouillon is None:
        return
    with st.popover("Abandonner le brouillon", key="saisie_abandon"):
        st.text("Tout ce qui est tapé et non validé sera retiré.")
        st.button("Oui, abandonner", key="saisie_abandonner", on_click=_give_up, args=(guichet, dossier))
    told = escape(_told_draft(guichet, tenue.brouillon))
    st.html(f"<p class='vigie-note' role='status'>{told}</p>", width="content")


def _told_draft(guichet: Guichet, brouillon: Brouillon) -> str:
    local = brouillon.connu_le.astimezone(PARIS)
    when = f"à {local.hour} h {local:%M}" if local.date() == guichet.jour else f"le {tell_moment(local)}"
    return typeset(f"Brouillon enregistré {when} par {brouillon.auteur}.").replace(
        " h ", f"{NO_BREAK_SPACE}h{NO_BREAK_SPACE}"
    )


def _draw_other_draft(dossier: Dossier, tenue: Tenue) -> None:
    """Say that someone typed elsewhere since, and offer to take it up."""
    other, mine = dossier.brouillon, tenue.brouillon
    if other is None or other.texte == tenue.texte or (mine and other.connu_le <= mine.connu_le):
        return
    _tell(
        typeset(
            f"Un autre brouillon a été enregistré le {tell_moment(other.connu_le)} par {other.auteur} : "
            "votre prochaine frappe le remplacera."
        )
    )
    st.button("Reprendre ce brouillon", key="saisie_reprendre", on_click=forget)


def _give_up(guichet: Guichet, dossier: Dossier) -> None:
    questionnaires.give_up_draft(guichet, dossier, auteur=_name())
    forget()


# ---------------------------------------------------------------- the grid


def _draw_grid(dossier: Dossier, tenue: Tenue) -> Cases:
    """Draw the two columns, and give what they hold; an empty case is shown « n.r. »."""
    codes = dossier.lignes["activite"].to_list()
    opened = [tenue.ouverte.cases[code] for code in codes]
    frame = pl.DataFrame(
        {
            "Activité": dossier.lignes["nom"],
            VISIO: [first or None for first, _ in opened],
            AVOIDED: [second or None for _, second in opened],
        },
        schema_overrides={VISIO: pl.String, AVOIDED: pl.String},
    )
    text: Any = st.column_config.TextColumn
    edit: Callable[..., Any] = getattr(st, "data_editor")  # noqa: B009  (its own types are unknown)
    with st.container(key="saisie_grille"):
        edited = edit(
            frame,
            key=f"saisie_cases_{tenue.tour}",
            hide_index=True,
            height=_HEADER + _ROW * len(codes),
            num_rows="fixed",
            disabled=["Activité"],
            placeholder=NOT_ANSWERED,
            alt=f"Questionnaire {of_month(dossier.mois)} : une ligne par activité, deux nombres à taper",
            column_config={
                "Activité": text(width=130),
                VISIO: text(width=95, alignment="right", max_chars=40, help="Toutes, avec un détenu ou non."),
                AVOIDED: text(
                    width=95,
                    alignment="right",
                    max_chars=40,
                    help="Parmi elles, celles qui ont rendu l'extraction d'un détenu inutile.",
                ),
            },
        )
    pairs = zip(edited[VISIO], edited[AVOIDED], strict=True)
    return {
        code: ((first or "").strip(), (second or "").strip())
        for code, (first, second) in zip(codes, pairs, strict=True)
    }


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


def _draw_checks(examen: Examen) -> None:
    """Say what is typed so far, and what is refused: where, what, what next."""
    composants.head("Contrôles")
    composants.note(tell_totals(examen.comparaison))
    composants.note(tell_unanswered(examen.comparaison))
    if not examen.erreurs:
        composants.note("Aucune erreur.")
        return
    lines = "".join(
        f"<li><strong>{escape(place)}</strong> : {escape(why)}</li>" for place, why in examen.erreurs
    )
    st.html(
        f"<section class='vigie-depot vigie-refus' role='alert'><h3>{count(len(examen.erreurs), 'erreur')} à "
        f"corriger</h3><ul>{lines}</ul></section>"
    )


def _answer_key(tenue: Tenue, cle: str) -> str:
    return f"saisie_question_{tenue.tour}_{cle}"


def _answered(tenue: Tenue) -> dict[str, str]:
    """Give the answers to questions that the form holds: those of the draft, and those typed since."""
    prefix = _answer_key(tenue, "")
    typed = {
        str(key).removeprefix(prefix): str(value)
        for key, value in st.session_state.items()
        if str(key).startswith(prefix)
    }
    return {**tenue.ouverte.reponses, **typed}


def _draw_questions(questions: Sequence[Question], feuille: Feuille) -> dict[str, str]:
    """Ask about the figures that are far from the habits; a comment confirms."""
    if not questions:
        return {}
    composants.head(f"{count(len(questions), 'question')} avant de valider")
    tenue: Tenue = st.session_state[HELD]
    answers: dict[str, str] = {}
    for question in questions:
        key = _answer_key(tenue, question.cle)
        st.session_state.setdefault(key, feuille.reponses.get(question.cle, ""))
        st.html(f"<p class='vigie-phrase'>{escape(question.texte)} Confirmez ou corrigez.</p>")
        answers[question.cle] = st.text_input(
            "Je confirme ce chiffre, parce que…",
            key=key,
            max_chars=400,
            placeholder="Par exemple : procès de deux semaines, reprise d'un retard",
        )
    return answers


# ---------------------------------------------------------------- the validation


def _draw_validation(
    guichet: Guichet, dossier: Dossier, feuille: Feuille, examen: Examen, on_validated: Callable[[int], None]
) -> None:
    """Draw the totals, what changes, the name, and the button."""
    composants.head("Valider")
    with st.expander("Comparer au dernier mois répondu", expanded=examen.corrige):
        st.html(_write_comparison(dossier, examen))
    confirmed = _draw_correction(dossier, examen)
    if not st.button("Valider et transmettre à la SDSE", key="saisie_valider", type="primary"):
        return
    try:
        if not confirmed:
            raise UserFacingError("Cochez la case : elle confirme que vous remplacez des chiffres déclarés.")
        with st.spinner("Enregistrement…"):
            lot = questionnaires.validate(guichet, dossier, feuille, auteur=_name())
    except OvertakenError as overtaken:
        st.session_state[SAID] = str(overtaken)
        st.rerun()
    except UserFacingError as refused:
        _tell(str(refused), urgent=True)
        return
    forget()
    on_validated(lot)


def _draw_correction(dossier: Dossier, examen: Examen) -> bool:
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


def _write_comparison(dossier: Dossier, examen: Examen) -> str:
    """Write what is about to be declared beside what is declared, and the last month answered."""
    previous = dossier.mois_precedent
    columns = [Colonne("nom", "Activité"), Colonne("reponse", "Votre réponse", nombre=True)]
    if not dossier.declarees.is_empty():
        columns.append(Colonne("avant", "Déclaré", nombre=True))
    if previous is not None:
        columns.append(Colonne("precedent", month(previous), nombre=True))
    columns.append(Colonne("etat", "Ce que fera la validation"))
    names = dict(dossier.lignes.select("activite", "nom").iter_rows())
    rows = [
        {
            "nom": names[row["activite"]],
            "reponse": _pair(row, "") if row["etat"] not in (WITHDRAWN, UNANSWERED) else NOT_ANSWERED,
            "avant": _pair(row, "_avant"),
            "precedent": _pair(row, "_precedent"),
            "etat": row["etat"],
        }
        for row in examen.comparaison.iter_rows(named=True)
    ]
    return write_plain_table(
        pl.DataFrame(rows),
        columns,
        legende=typeset(f"Visioconférences / dont extractions évitées ({NOT_ANSWERED} : non répondu)"),
    )


def _pair(row: dict[str, Any], suffix: str) -> str:
    total, avoided = row[f"visioconferences{suffix}"], row[f"extractions_evitees{suffix}"]
    return NOT_ANSWERED if total is None else f"{number(total)} / {number(avoided)}"


def draw_declared(dossier: Dossier) -> None:
    """Draw what a month holds when nothing more is taken."""
    if dossier.derniere is None:
        composants.note(typeset(f"Aucune réponse n'est déclarée pour {month(dossier.mois)}."))
        return
    lot, auteur, moment = dossier.derniere
    composants.note(typeset(f"Déclaré par {auteur} le {tell_moment(moment)} (lot {lot})."))
    held = dossier.lignes.join(dossier.declarees, on="activite", how="left", maintain_order="left")
    columns = (
        Colonne("nom", "Activité"),
        Colonne("visioconferences", VISIO, not_answered, nombre=True),
        Colonne("extractions_evitees", AVOIDED, not_answered, nombre=True),
    )
    legende = typeset(f"Réponse {of_month(dossier.mois)} ({NOT_ANSWERED} : non répondu)")
    st.html(f"<div class='vigie-releve'>{write_plain_table(held, columns, legende=legende)}</div>")
