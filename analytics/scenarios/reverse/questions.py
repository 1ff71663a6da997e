"""Scenarios as the screens and the terminal compute them: the same numbers from both."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from math import ceil

import numpy as np
import polars as pl

from analytics.leviers.levier import RECOURS, Levier
from analytics.leviers.potential import HOURS_PER_EXTRACTION
from analytics.scenarios.draws import most_likely
from analytics.scenarios.precision import as_shown
from analytics.scenarios.reverse.dose import But, Recherche, seek
from analytics.scenarios.reverse.effort import Plan, plan_least_effort
from analytics.scenarios.reverse.placement import Enveloppe, Moyens, Placement, Prison, Site, place
from analytics.scenarios.scenario import Hypotheses, Scenario
from analytics.scenarios.simulated_outlook import AvenirSimule
from analytics.scenarios.simulation import ceiling_where, share_held, simulate
from analytics.scenarios.study import NOTHING_PROJECTED, Etude, Socle, draws_of
from analytics.statistics.ranges import Floats, Plage
from analytics.trajectoire.country import Pays
from analytics.trajectoire.cours import assess_some
from analytics.trajectoire.position import Bilan, add_up
from analytics.vocabulary.errors import UserFacingError
from analytics.vocabulary.periods import last_day_of_month
from analytics.vocabulary.schemas import COUNTRY


@dataclass(frozen=True)
class ReponseCherchee:
    """The answer to « que faut-il pour atteindre … ? », and the base it is a part of.

    `voulues`: the extractions of the year that it asks for. `plafond`: what can be held by video at most
    where the lever acts, and `tenue` what would be there: shares of the extractions needed, None where the
    lever sets no such share.
    """

    recherche: Recherche
    levier: Levier
    base: float
    voulues: float
    plafond: float | None
    tenue: float | None


@dataclass(frozen=True)
class Question:
    """Who asks what it takes: some cours, all of them together (`ensemble`), for `part` of their base.

    `pondere`: every extraction counts for the effort of its escort. The settlement knows nothing of it.
    """

    cours: tuple[str, ...]
    ensemble: bool
    part: Fraction
    pondere: bool


def assess_year(socle: Socle, pays: Pays, cours: Sequence[str], *, ensemble: bool) -> Bilan:
    """Assess some cours together in one country or another: the year that screens show."""
    known = pays.mois if ensemble else [cour for cour in cours if cour in pays.mois]
    return assess_some(
        add_up(pays.mois[cour] for cour in known),
        list(pays.mois) if ensemble else list(cours),
        objectif=pays.exigence.of(
            sorted(pays.exigence.bases) if ensemble else list(cours), ensemble=ensemble
        ),
        lecture=pays.exigence.regle.lecture,
        perspectives=pays.perspectives,
        borne_haute=_bound_of(socle, cours, ensemble=ensemble),
        periode=socle.periode,
        parametres=socle.parametres,
    )


def _bound_of(socle: Socle, cours: Sequence[str], *, ensemble: bool) -> int | None:
    """Give what these cours avoided at most so far; None where the year has not begun, or nobody answered."""
    names = [COUNTRY] if ensemble else list(cours)
    bounds = [socle.couvertures[name].borne_haute for name in names if name in socle.couvertures]
    return sum(bound or 0 for bound in bounds) if bounds and None not in bounds else None


def seek_share(socle: Socle, scenario: Scenario, rank: int, question: Question) -> ReponseCherchee:
    """Find the least value of a lever for the year to avoid the part asked for, as that year is shown."""
    base, expected = _expect(socle, question)
    terrain, perspectives = socle.terrain, socle.pays.perspectives
    if terrain is None or perspectives is None:
        raise UserFacingError(NOTHING_PROJECTED)
    wanted = float(question.part) * base
    hypotheses, levier = socle.hypotheses(scenario), scenario.leviers[rank]
    plain = perspectives.of(question.cours)

    def chances(added: Floats) -> float:
        if plain is None:
            return 0.0
        missing = ceil(wanted - (expected - plain.moyenne) - 1e-9)
        return AvenirSimule(**vars(plain), effets=added.cumsum(axis=0)).at_least(missing)

    draws, seed = draws_of(socle.parametres, socle.jour)
    found = seek(
        terrain,
        scenario,
        hypotheses,
        rank,
        But(
            question.cours,
            attendues=expected,
            voulues=as_shown(wanted),
            pondere=question.pondere,
            odds=None if question.pondere or plain is None else chances,
        ),
        tirages=draws,
        graine=seed,
    )
    plafond = tenue = None
    if levier.nature == RECOURS and found.valeur is not None:
        plafond = ceiling_where(terrain, hypotheses, question.cours, levier)
        tenue = share_held(terrain, hypotheses, levier, found.valeur, question.cours)
    return ReponseCherchee(found, levier, base, wanted, plafond, tenue)


def _expect(socle: Socle, question: Question) -> tuple[float, float]:
    """Give the base of what is asked, and what the year avoids if nothing changes, as it is shown.

    Weighed, a cour counts its base at the mean effort of its needs, and what it avoids at that of its
    practice.
    """
    objectif = socle.pays.exigence.of(sorted(question.cours), ensemble=question.ensemble)
    perspectives, periode = socle.pays.perspectives, socle.periode
    if perspectives is None:
        raise UserFacingError(NOTHING_PROJECTED)
    weights = _efforts(socle) if question.pondere else {}
    base = avoided = plain = 0.0
    bases = socle.pays.exigence.bases or socle.pays.reference
    for cour in question.cours:
        of_need, of_practice = weights.get(cour, (1.0, 1.0))
        extractions = float(bases[cour].extractions) if cour in bases else 0.0
        plain += extractions
        base += extractions * of_need
        done = sum(
            month.evitees
            for month in socle.pays.mois.get(cour, ())
            if periode.debut <= month.mois <= periode.fin
        )
        ahead = perspectives.of([cour])
        avoided += (done + (ahead.moyenne if ahead else 0.0)) * of_practice
    if objectif is not None and plain:
        base *= float(objectif.base) / plain
    shown = assess_year(socle, socle.pays, question.cours, ensemble=question.ensemble).projection
    return base, avoided if question.pondere or shown is None else float(shown.moyenne)


def _efforts(socle: Socle) -> dict[str, tuple[float, float]]:
    """Give, by cour, the mean effort of an escort over what is needed, and over what is avoided."""
    rows = (
        socle.potentiel.group_by("cour")
        .agg(
            need=(pl.col("poids") * pl.col("base")).sum() / pl.col("base").sum().replace(0.0, None),
            practice=(pl.col("poids") * pl.col("faites")).sum() / pl.col("faites").sum().replace(0.0, None),
        )
        .with_columns(pl.col("need").fill_null(1.0))
        .with_columns(pl.col("practice").fill_null(pl.col("need")))
    )
    return {cour: (need, practice) for cour, need, practice in rows.iter_rows()}


def escort_hours(etude: Etude, cours: Collection[str]) -> float:
    """Give the agent-hours of the escorts that a scenario spares, everything at its most likely value."""
    hypotheses = etude.hypotheses
    likely = most_likely(etude.scenario, hypotheses)
    found = simulate(etude.simulation.terrain, etude.scenario, hypotheses, likely, pondere=True)
    return float(found.net(cours)[0]) * HOURS_PER_EXTRACTION


def with_value(scenario: Scenario, rank: int, valeur: float) -> Scenario:
    """Give the scenario with the lever of a rank set to a value known for sure."""
    levers = list(scenario.leviers)
    levers[rank] = replace(levers[rank], valeur=Plage.sure(valeur))
    return replace(scenario, leviers=tuple(levers))


def left_to_avoid(socle: Socle, scenario: Scenario, cours: Collection[str], *, pondere: bool) -> pl.DataFrame:
    """List what could still be avoided and declared before the end of the year (`cour`, `activite`, `reste`).

    All that the ceilings and the units allow, from the first month to come, at the most likely hypotheses.
    """
    terrain = socle.terrain
    if terrain is None:
        raise UserFacingError(NOTHING_PROJECTED)
    everything = Scenario(
        scenario.depuis,
        (Levier(RECOURS, Plage.sure(1.0), terrain.mois[0]),),
        scenario.hypotheses,
    )
    hypotheses = socle.hypotheses(scenario)
    found = simulate(terrain, everything, hypotheses, most_likely(everything, hypotheses), by_cell=True)
    return (
        pl.DataFrame(
            {
                "cour": np.array(terrain.cours)[terrain.cour],
                "activite": terrain.activites,
                "reste": found.par_cellule * terrain.poids if pondere else found.par_cellule,
            }
        )
        .filter(pl.col("cour").is_in(sorted(cours)))
        .group_by("cour", "activite")
        .agg(pl.col("reste").sum().clip(0))
        .sort("cour", "activite")
    )


def least_effort(socle: Socle, scenario: Scenario, question: Question, *, cle: str) -> tuple[Plan, float]:
    """Plan the least effort for the year to avoid the part asked for; with it, what is missing without."""
    base, expected = _expect(socle, question)
    missing = max(float(question.part) * base - expected, 0.0)
    parametres, day = socle.parametres, socle.jour
    efforts = [
        float(parametres.at(f"effort_{name}_tiers", day).valeur)
        for name in ("premier", "deuxieme", "dernier")
    ]
    bases = socle.pays.exigence.bases or socle.pays.reference
    plan = plan_least_effort(
        left_to_avoid(socle, scenario, question.cours, pondere=question.pondere),
        voulues=missing,
        cle=cle,
        bases={cour: float(bases[cour].extractions) for cour in question.cours if cour in bases},
        efforts=efforts,
    )
    return plan, missing


def place_equipment(
    socle: Socle, scenario: Scenario, enveloppe: Enveloppe, *, cours: Collection[str]
) -> Placement:
    """Find where to put so many deliveries, or a budget, were all within reach held by video.

    Nothing is delivered to a juridiction that is about to close.
    """
    hypotheses = socle.hypotheses(scenario)
    reach = _within_reach(socle, hypotheses, cours)
    bases = socle.pays.reference
    return place(
        [
            Site(cour, juridiction, held, round(hypotheses.equipements))
            for cour, juridiction, held in reach.select("cour", "juridiction", "atteignables").iter_rows()
        ],
        _waiting_prisons(socle, cours, reach),
        Moyens(**vars(enveloppe), par_unite=_held_by_a_unit(hypotheses), plafond_unites=10, secondes=20.0),
        bases={cour: float(bases[cour].extractions) for cour in cours if cour in bases},
    )


def _within_reach(socle: Socle, hypotheses: Hypotheses, cours: Collection[str]) -> pl.DataFrame:
    """List the courts that stay, and the extractions a year within reach of each.

    `atteignables`: as prisons are; `a_equiper`: what equipping all those of its cour would add.
    """
    lasting = sorted(socle.terrain.durables) if socle.terrain else []
    quality = hypotheses.acceptation.probable * hypotheses.technique.probable
    rows = socle.potentiel.filter(
        pl.col("cour").is_in(sorted(cours)), pl.col("juridiction").is_in(lasting)
    ).with_columns(pl.col("faites").fill_null(0.0))
    return (
        rows.group_by("cour", "juridiction")
        .agg(
            atteignables=pl.max_horizontal(
                (pl.col("faites") + pl.col("potentiel")) * quality, "faites"
            ).sum(),
            a_equiper=(pl.col("non_equipees") * quality).sum(),
        )
        .sort("cour", "juridiction")
    )


def _waiting_prisons(socle: Socle, cours: Collection[str], reach: pl.DataFrame) -> list[Prison]:
    """List the prisons without videoconference; each brings its courts its part of the population left."""
    day = last_day_of_month(socle.periode.fin)
    lacking = socle.equipements.filter(
        pl.col("cour").is_in(sorted(cours)),
        pl.col("equipe_depuis").is_null() | (pl.col("equipe_depuis") > day),
    )
    held: dict[str, int] = dict(lacking.group_by("cour").agg(pl.col("population").sum()).iter_rows())
    lost: dict[str, dict[str, float]] = {}
    for cour, juridiction, more in reach.select("cour", "juridiction", "a_equiper").iter_rows():
        lost.setdefault(cour, {})[juridiction] = more
    return [
        Prison(
            cour,
            nom,
            {code: more * population / held[cour] for code, more in lost.get(cour, {}).items()}
            if held[cour]
            else {},
        )
        for cour, nom, population in lacking.select("cour", "etablissement", "population")
        .sort("cour", "etablissement")
        .iter_rows()
    ]


def _held_by_a_unit(hypotheses: Hypotheses) -> float:
    """Give the extractions that a unit holds in a year."""
    return (
        12
        * hypotheses.jours
        * hypotheses.creneaux
        * hypotheses.utilisation.probable
        * hypotheses.technique.probable
    )
