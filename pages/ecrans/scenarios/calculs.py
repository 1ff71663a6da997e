"""What the page of scenarios computes, once for all who see the same."""

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from typing import Any

import polars as pl
import streamlit as st

from analytics.decompte.releve import Releve, draw_up, regle_of
from analytics.leviers.words import name_activities, name_juridictions
from analytics.scenarios.reader import parse_scenario
from analytics.scenarios.reverse import questions
from analytics.scenarios.reverse.questions import Question, ReponseCherchee
from analytics.scenarios.scenario import Scenario, name_prison
from analytics.scenarios.study import (
    Etude,
    Socle,
    draws_of,
    months_read,
    places_of,
    run_scenario,
    seen_cours,
    start_from,
)
from analytics.scenarios.words.levers import Noms
from analytics.trajectoire.country import Pays
from analytics.trajectoire.position import Bilan
from analytics.vocabulary.errors import UserFacingError
from pages.commun import lecture
from pages.commun.cadre import Contexte
from pages.commun.lecture import Situation
from pages.vues import decompte
from pages.vues.leviers import PRIORITAIRE


def names_of(contexte: Contexte) -> Noms:
    """Give the names of what a lever may name, of those that the reader may see."""
    reference = lecture.reference()
    seen = contexte.situation.perimetre.restrict(reference.juridictions)
    return Noms(
        cours=contexte.choix.cours,
        juridictions={
            code: name
            for code, name in name_juridictions(reference.juridictions).items()
            if code in set(seen["juridiction"])
        },
        activites=name_activities(reference.activites),
        prisons={
            name_prison(cour, nom): nom
            for cour, nom in contexte.situation.equipements.select("cour", "etablissement").iter_rows()
        },
    )


def weighs(contexte: Contexte) -> bool:
    """Tell whether extractions count for the effort of their escort."""
    return contexte.selection.option("ponderation") == PRIORITAIRE


def socle(contexte: Contexte) -> Socle:
    """Give what every scenario of this situation starts from: all the cours, restrict before showing."""
    situation, selection = contexte.situation, contexte.selection
    bareme = decompte.rule_of(contexte)
    key = (*situation.moment, situation.demo, str(selection.periode), str(regle_of(bareme)))
    return _socle(contexte, key)


@st.cache_resource(show_spinner=False, max_entries=16)
def _socle(_contexte: Contexte, key: tuple[Any, ...]) -> Socle:
    del key  # names the situation, the month and the rule
    everywhere: Situation = lecture.whole(_contexte.situation)
    fin = _contexte.selection.periode.fin
    return start_from(
        everywhere,
        lecture.cells(everywhere, *months_read(fin)),
        fin=fin,
        regle=regle_of(decompte.rule_of(_contexte)),
        reference=lecture.reference(),
        cle=lecture.cle_illustrative(),
        parametres=lecture.parametres(),
    )


def read_text(contexte: Contexte, text: str) -> Scenario:
    """Read a scenario from its JSON, as this reader may; it then starts from the situation shown."""
    situation = contexte.situation
    lieux = places_of(lecture.reference(), situation.equipements, situation.perimetre)
    return parse_scenario(text, lieux)


def study(contexte: Contexte, scenario: Scenario, progress: Callable[[float], None] | None = None) -> Etude:
    """Run a scenario on the situation shown, once for all who see the same."""
    ground = socle(contexte)
    shown = replace(scenario, depuis=contexte.selection.periode.fin)
    key = (
        *contexte.situation.moment,
        str(ground.periode),
        str(ground.pays.exigence.regle),
        replace(shown, nom="", note="").as_text(),
    )
    slot = _slot(key)
    if not slot:
        draws, seed = draws_of(lecture.parametres(), ground.jour)
        slot.append(run_scenario(ground, shown, tirages=draws, graine=seed, progress=progress))
    return slot[0]


@st.cache_resource(show_spinner=False, max_entries=24)
def _slot(key: tuple[Any, ...]) -> list[Etude]:
    """Give where a study is kept: what draws a progress bar cannot run in a cached function."""
    del key
    return []


def assess(contexte: Contexte, pays: Pays, ground: Socle) -> Bilan:
    """Assess the cours of the reader together, in one country or another."""
    return questions.assess_year(
        ground,
        pays,
        seen_cours(ground, contexte.situation.perimetre),
        ensemble=contexte.situation.perimetre.national,
    )


def settle(contexte: Contexte, ground: Socle, pays: Pays) -> Releve | None:
    """Settle the year of a country under the rule shown; None where the text asks for nothing, or cannot."""
    everywhere = lecture.whole(contexte.situation)
    rows = everywhere.credits.filter(pl.col("annee") == ground.periode.annee + 1).select(
        "cour", "credits_eur"
    )
    shared = contexte.selection.option("partage")
    try:
        return draw_up(
            pays,
            decompte.rule_of(contexte),
            mode=None if shared == decompte.LIKE_THE_RULE else shared,
            cout=decompte.cost_of(contexte),
            credits_eur={cour: Fraction(amount) for cour, amount in rows.iter_rows()},
            ajustements=(),
            lot=everywhere.lot,
            connu_le=everywhere.connu_le,
            demonstration=everywhere.demo,
            parametres=lecture.parametres(),
        )
    except UserFacingError:
        return None


def seek(
    contexte: Contexte, ground: Socle, scenario: Scenario, rank: int, question: Question
) -> ReponseCherchee:
    """Give what a lever must be worth, sought once for all who ask the same."""
    key = (*contexte.cle, scenario.as_text(), rank, str(question))
    return _seek(ground, scenario, rank, question, key)


@st.cache_resource(show_spinner="Recherche en cours…", max_entries=32)
def _seek(
    _ground: Socle, _scenario: Scenario, _rank: int, _question: Question, key: tuple[Any, ...]
) -> ReponseCherchee:
    del key  # names everything that is asked
    return questions.seek_share(_ground, _scenario, _rank, _question)
