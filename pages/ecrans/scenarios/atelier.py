"""Building a scenario on screen: its levers one by one, in plain French, and the models to start from.

The scenario lives in the address: every change writes it anew, so that a link is always the scenario shown.
"""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from html import escape

import streamlit as st

from analytics.leviers.levier import Levier
from analytics.scenarios.link import write_link
from analytics.scenarios.scenario import INCERTAINES, MOST_LEVERS, Hypotheses, Scenario
from analytics.scenarios.study import Socle, seen_cours
from analytics.scenarios.words.levers import Noms, tell_ceiling
from analytics.statistics.ranges import Plage
from analytics.vocabulary.errors import UserFacingError
from analytics.vocabulary.wording import typeset
from pages.commun import composants, filtres, lecture
from pages.commun.cadre import Contexte
from pages.ecrans.scenarios.levier import Formulaire, draw_range
from pages.ecrans.scenarios.modeles import MODELS, models

EDITED = "scenario_levier_modifie"
UNDO = "scenario_precedent"
TURN = "scenario_tour"


def show(scenario: Scenario) -> None:
    """Put a scenario in the address, the one before being kept for an undo."""
    st.session_state[UNDO] = st.session_state.get("filtre_scenario_affiche", "")
    filtres.choose("scenario", write_link(scenario) if _says_something(scenario) else "")
    st.session_state.pop(EDITED, None)
    st.session_state[TURN] = _turn() + 1


def with_levers(scenario: Scenario, leviers: tuple[Levier, ...]) -> Scenario:
    """Give a scenario other levers; one of a model that gains or loses some is that model no more."""
    named = scenario.nom if len(leviers) == len(scenario.leviers) or scenario.nom not in MODELS else ""
    return replace(scenario, leviers=leviers, nom=named)


def _turn() -> int:
    return int(st.session_state.get(TURN, 0))


def _says_something(scenario: Scenario) -> bool:
    return bool(scenario.leviers or scenario.hypotheses or scenario.nom or scenario.note)


def undo() -> None:
    """Show again the scenario before the last change."""
    filtres.choose("scenario", st.session_state.pop(UNDO, ""))


def draw_levers(
    contexte: Contexte, ground: Socle, scenario: Scenario, lines: Sequence[str], noms: Noms
) -> None:
    """Draw the levers of a scenario, each with what can be done to it, then the form of a new one."""
    for rank, (levier, line) in enumerate(zip(scenario.leviers, lines, strict=False)):
        with st.container(horizontal=True, gap="small", vertical_alignment="center"):
            st.html(f"<p class='vigie-phrase'><strong>{rank + 1}.</strong> {escape(line)}</p>")
            st.button(
                "Modifier",
                key=f"modifier_{rank}",
                type="tertiary",
                on_click=partial(_edit, rank, levier),
                width="content",
            )
            st.button(
                "Retirer",
                key=f"retirer_{rank}",
                type="tertiary",
                on_click=partial(show, with_levers(scenario, _without(scenario, rank))),
                width="content",
            )
    for line in lines[len(scenario.leviers) :]:
        st.html(f"<p class='vigie-phrase'>{escape(line)}</p>")
    edited = _edited(scenario)
    if len(scenario.leviers) >= MOST_LEVERS and edited is None:
        composants.note(f"Un scénario a {MOST_LEVERS} leviers au plus.")
    else:
        title = "Ajouter un levier" if edited is None else f"Modifier le levier {edited + 1}"
        # A new form each time a lever was taken: folded, and empty.
        with st.expander(title, expanded=edited is not None, key=f"atelier_levier_{_turn()}_{title}"):
            _draw_form(contexte, ground, scenario, edited, noms)
    with st.expander("Hypothèses communes à tous les leviers", key="atelier_hypotheses"):
        _draw_hypotheses(contexte, ground, scenario)
    if UNDO in st.session_state:
        st.button("Annuler le dernier changement", key="annuler_scenario", type="tertiary", on_click=undo)


def _without(scenario: Scenario, rank: int) -> tuple[Levier, ...]:
    return (*scenario.leviers[:rank], *scenario.leviers[rank + 1 :])


def _edit(rank: int, levier: Levier) -> None:
    st.session_state[EDITED] = rank, levier


def _edited(scenario: Scenario) -> int | None:
    """Give the rank of the lever being changed; None where there is none, or another scenario is shown.

    A scenario is read anew at each run, and two of its levers may be alike: the rank alone names one.
    """
    rank, levier = st.session_state.get(EDITED, (0, None))
    return rank if scenario.leviers[rank : rank + 1] == (levier,) else None


def draw_models(ground: Socle, scenario: Scenario, cours: Sequence[str]) -> None:
    """Offer scenarios to start from, where there is no lever yet."""
    composants.note("Partez d'un modèle, que vous pourrez modifier, ou ajoutez un levier.")
    with st.container(horizontal=True, gap="small"):
        for cle, (label, made) in models(ground, scenario, cours).items():
            st.button(label, key=f"modele_{cle}", on_click=partial(show, made), width="content")


def _draw_form(contexte: Contexte, ground: Socle, scenario: Scenario, rank: int | None, noms: Noms) -> None:
    """Draw the form of a lever, and put what was typed in the scenario, or say what is wrong with it."""
    if ground.terrain is None:
        return
    edited = None if rank is None else scenario.leviers[rank]
    marque = f"{_turn()}_{'nouveau' if rank is None else rank}"
    saisie, left = Formulaire(ground, ground.terrain, noms, edited, marque).draw()
    if left:
        st.session_state.pop(EDITED, None)
        st.rerun()
    if saisie is None:
        return
    seen = seen_cours(ground, contexte.situation.perimetre)
    try:
        levier = replace(saisie, lieu=saisie.lieu.settled(ground, seen)).make(edited)
    except UserFacingError as error:
        st.html(f"<p class='vigie-avis' role='alert'>{escape(str(error))}</p>")
        return
    others = scenario.leviers if rank is None else _without(scenario, rank)
    show(with_levers(scenario, (*others, levier)))
    st.rerun()


def _draw_hypotheses(contexte: Contexte, ground: Socle, scenario: Scenario) -> None:
    usual = Hypotheses.at(lecture.parametres(), ground.jour)
    if ground.terrain is not None:
        cours = seen_cours(ground, contexte.situation.perimetre)
        composants.note(tell_ceiling(ground.terrain, usual.replaced_by(scenario.hypotheses), cours))
    with st.form("hypotheses", border=False):
        typed: dict[str, Plage | None] = {}
        wrong = False
        for name, label in INCERTAINES.items():
            plage: Plage = scenario.hypotheses.get(name, getattr(usual, name))
            composants.note(typeset(f"{label} (hypothèse de travail)"))
            ends = draw_range(plage, 0.0, 1.0, part=True, key=f"hypothese_{name}_" + "{}")
            try:
                typed[name] = Plage(*ends)
            except UserFacingError:
                wrong = True
        sent = st.form_submit_button("Retenir ces hypothèses")
    if sent and wrong:
        st.html(
            "<p class='vigie-avis' role='alert'>Chaque plage va du plus bas au plus haut, la valeur probable "
            "entre les deux.</p>"
        )
    elif sent:
        changed = {
            name: plage
            for name, plage in typed.items()
            if plage is not None and plage != getattr(usual, name)
        }
        show(replace(scenario, hypotheses=changed))
        st.rerun()
