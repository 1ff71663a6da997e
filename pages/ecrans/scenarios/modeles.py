"""The models that a scenario starts from."""

from collections.abc import Sequence
from dataclasses import replace

import polars as pl

from analytics.leviers.levier import ETABLISSEMENTS, NATURES, RECOURS, REPONSE, Levier
from analytics.scenarios.scenario import Scenario
from analytics.scenarios.study import Socle
from analytics.statistics.ranges import PALIER, Plage

# A model acts on so many juridictions: those where most is left to avoid.
MODEL_COURTS = 10
JLD = "JLD_DETENTION"
_FEW_COURTS, _COURTS = "Les débats JLD dans dix TGI", "Les débats JLD"
_EVERYWHERE, _EQUIPPED = "Recours généralisé", "Équiper et faire répondre"
MODELS = (_FEW_COURTS, _COURTS, _EVERYWHERE, _EQUIPPED)


def models(ground: Socle, scenario: Scenario, cours: Sequence[str]) -> dict[str, tuple[str, Scenario]]:
    """Give the scenarios to start from: (label, scenario) by key."""
    terrain = ground.terrain
    if terrain is None:
        return {}
    start = terrain.mois[0]
    end = terrain.mois[-1]
    best = where_most_is_left(ground, cours, activites=(JLD,), nombre=MODEL_COURTS)
    sought = Levier(
        RECOURS,
        Plage(0.3, 0.5, 0.7),
        start,
        juridictions=best,
        activites=(JLD,),
        nom="Débats JLD par visioconférence",
    )
    everywhere = Levier(
        RECOURS,
        NATURES[RECOURS].usuelle,
        start,
        forme="lineaire" if end > start else PALIER,
        plein=end if end > start else None,
        nom="Recours généralisé",
    )
    prisons = Levier(ETABLISSEMENTS, NATURES[ETABLISSEMENTS].usuelle, start, nom="Établissements équipés")
    answers = Levier(REPONSE, NATURES[REPONSE].usuelle, start, nom="Réponses")
    where = _FEW_COURTS if len(best) >= MODEL_COURTS else _COURTS
    return {
        "jld": (where, replace(scenario, nom=where, leviers=(sought,))),
        "partout": ("Un recours généralisé", replace(scenario, nom=_EVERYWHERE, leviers=(everywhere,))),
        "prisons": (_EQUIPPED, replace(scenario, nom=_EQUIPPED, leviers=(prisons, answers))),
    }


def where_most_is_left(
    ground: Socle, cours: Sequence[str], *, activites: Sequence[str], nombre: int
) -> tuple[str, ...]:
    """List the juridictions of some cours where most is left to avoid, in some activities (none: all).

    Those that close before the last month to come, or are not open yet, are not among them.
    """
    lasting = sorted(ground.terrain.durables) if ground.terrain else []
    rows = ground.potentiel.filter(pl.col("cour").is_in(list(cours)), pl.col("juridiction").is_in(lasting))
    if activites:
        rows = rows.filter(pl.col("activite").is_in(list(activites)))
    ranked = (
        rows.group_by("juridiction")
        .agg(pl.col("potentiel").sum())
        .filter(pl.col("potentiel") > 0)
        .sort(["potentiel", "juridiction"], descending=[True, False])
    )
    return tuple(sorted(ranked.head(nombre)["juridiction"]))
