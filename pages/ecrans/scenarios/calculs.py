"""What the page of scenarios computes, once for all who see the same."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from fractions import Fraction
from typing import Any

import polars as pl

from analytics.decompte.releve import Releve, draw_up, regle_of
from analytics.leviers.levier import name_prison
from analytics.leviers.words import name_activities, name_juridictions
from analytics.objectif.lectures import Regle
from analytics.scenarios.reader import parse_scenario
from analytics.scenarios.reverse import questions
from analytics.scenarios.reverse.questions import Question, ReponseCherchee
from analytics.scenarios.scenario import Scenario
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
from analytics.vocabulary.periods import Periode
from pages.commun import lecture
from pages.commun.cadre import Contexte
from pages.commun.lecture import Situation, once
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
    fin, regle = contexte.selection.periode.fin, regle_of(decompte.rule_of(contexte))
    return _socle(lecture.whole(contexte.situation), fin, regle)


@once(16)
def _socle(everywhere: Situation, fin: date, regle: Regle) -> Socle:
    cellules = lecture.cells(everywhere, *months_read(fin))
    return start_from(everywhere, lecture.referentiel(), cellules, fin=fin, regle=regle)


def read_text(contexte: Contexte, text: str) -> Scenario:
    """Read a scenario from its JSON, as this reader may; it then starts from the situation shown."""
    situation = contexte.situation
    lieux = places_of(lecture.reference(), situation.equipements, situation.perimetre)
    return parse_scenario(text, lieux)


def study(contexte: Contexte, scenario: Scenario, progress: Callable[[float], None] | None = None) -> Etude:
    """Run a scenario on the situation shown, once for all who see the same."""
    ground = socle(contexte)
    shown = replace(scenario, depuis=contexte.selection.periode.fin)
    slot = _slot(
        contexte.situation.moment,
        ground.periode,
        ground.pays.exigence.regle,
        replace(shown, nom="", note="").as_text(),
    )
    if not slot:
        draws, seed = draws_of(lecture.parametres(), ground.jour)
        slot.append(run_scenario(ground, shown, tirages=draws, graine=seed, progress=progress))
    return slot[0]


@once(24)
def _slot(moment: tuple[Any, ...], periode: Periode, regle: Regle, scenario: str) -> list[Etude]:
    """Give where a study is kept: what draws a progress bar cannot run in a cached function."""
    del moment, periode, regle, scenario  # they name it
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
            moment=everywhere.vu,
            parametres=lecture.parametres(),
        )
    except UserFacingError:
        return None


def seek(
    contexte: Contexte, ground: Socle, scenario: Scenario, rank: int, question: Question
) -> ReponseCherchee:
    """Give what a lever must be worth, sought once for all who ask the same."""
    return _seek(contexte, ground, scenario, rank, question)


@once(32, attente="Recherche en cours…")
def _seek(
    contexte: Contexte, _ground: Socle, scenario: Scenario, rank: int, question: Question
) -> ReponseCherchee:
    del contexte  # what the ground is that of
    return questions.seek_share(_ground, scenario, rank, question)
