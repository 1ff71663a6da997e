"""The ground of the months to come: who is in force, month by month."""

from dataclasses import replace
from datetime import date
from functools import cache, partial
from typing import Protocol

import numpy as np
import polars as pl
import pytest

from analytics.leviers.levier import Levier
from analytics.objectif.lectures import USUAL_RULE
from analytics.scenarios.draws import most_likely
from analytics.scenarios.reverse.placement import Enveloppe
from analytics.scenarios.reverse.questions import place_equipment
from analytics.scenarios.scenario import Scenario
from analytics.scenarios.simulation import simulate
from analytics.scenarios.study import Socle, months_read, start_from
from analytics.statistics.ranges import Plage
from analytics.vocabulary.perimetre import NATIONAL
from analytics.vocabulary.reference import Reference
from analytics.vocabulary.schemas import Juridictions
from data.reference import load_referentiel
from data.store.store import Store
from pages.ecrans.scenarios import modeles


class Ground(Protocol):
    def __call__(self, fin: date, juridictions: Reference = ...) -> Socle: ...


@pytest.fixture(scope="module")
def ground(demo: Store, reference: Reference) -> Ground:
    faits = demo.faits(NATIONAL)

    def prepared(fin: date, juridictions: Reference) -> Socle:
        du, au = months_read(fin)
        return start_from(
            faits,
            replace(load_referentiel(), reference=juridictions),
            demo.declarations(NATIONAL, du=du, au=au),
            fin=fin,
            regle=USUAL_RULE,
        )

    # Five months serve some thirty tests: each is prepared once, and nobody changes it.
    usual = cache(partial(prepared, juridictions=reference))

    def of(fin: date, juridictions: Reference = reference) -> Socle:
        return usual(fin) if juridictions is reference else prepared(fin, juridictions)

    return of


def brought(socle: Socle, *levers: Levier) -> list[float]:
    """What levers add in each month to come, everything at its most likely value."""
    scenario = Scenario(socle.periode.fin, levers)
    hypotheses = socle.hypotheses(scenario)
    terrain = socle.terrain
    assert terrain is not None
    found = simulate(terrain, scenario, hypotheses, most_likely(scenario, hypotheses))
    return found.ensemble.sum(axis=0)[:, 0].tolist()


# Belley closes at the end of September 2009, Saumur and Tulle at the end of 2010, Lyon stays.
@pytest.mark.parametrize(
    ("fin", "juridiction", "months"),
    [
        (date(2009, 3, 1), "TGI-BELLEY", 6),
        (date(2009, 8, 1), "TGI-BELLEY", 1),
        (date(2009, 9, 1), "TGI-BELLEY", 0),
        (date(2010, 3, 1), "TGI-SAUMUR", 9),
        (date(2010, 12, 1), "TGI-TULLE", 0),
        (date(2009, 3, 1), "TGI-LYON", 9),
    ],
)
@pytest.mark.parametrize("nature", ["recours", "recours_points", "materiel", "reponse", "demande"])
def test_a_lever_stops_where_its_juridiction_closes(
    ground: Ground, fin: date, juridiction: str, months: int, nature: str
) -> None:
    socle = ground(fin)
    assert socle.terrain is not None
    lever = Levier(nature, Plage.sure(0.9), socle.terrain.mois[0], juridictions=(juridiction,))
    moved = brought(socle, lever)
    assert [abs(each) > 1e-9 for each in moved[months:]] == [False] * (len(moved) - months)
    # The others move nothing where nothing is practised yet.
    if nature in ("recours", "recours_points"):
        assert all(abs(each) > 1e-9 for each in moved[:months])


def test_the_need_of_a_court_that_closes_goes_to_those_of_its_cour(ground: Ground) -> None:
    terrain = ground(date(2009, 3, 1)).terrain
    assert terrain is not None
    lyon = terrain.cours.index("CA-LYON")
    by_month = terrain.volume[terrain.cour == lyon].sum(axis=0)
    everywhere = terrain.volume.sum(axis=0)
    # The season is the same for all: what Lyon needs keeps its share of the country in every month.
    assert by_month / everywhere == pytest.approx(np.full(9, by_month[0] / everywhere[0]))
    rows = np.isin(terrain.juridictions, ["TGI-BELLEY"])
    assert (terrain.volume[rows].sum(axis=0) > 0).tolist() == [True] * 6 + [False] * 3
    assert "TGI-BELLEY" not in terrain.durables
    assert set(terrain.juridictions) - terrain.durables == {"TGI-BELLEY", "TGI-MILLAU"}


def test_the_same_lever_everywhere_brings_what_it_did(ground: Ground) -> None:
    """Where a lever holds for the whole cour, a closing takes nothing off it."""
    socle = ground(date(2009, 3, 1))
    whole = brought(socle, Levier("recours_points", Plage.sure(0.01), date(2009, 4, 1), cours=("CA-LYON",)))
    assert min(whole[6:]) > 0.9 * min(whole[:6])


def test_a_court_that_opens_counts_from_its_first_month(ground: Ground, reference: Reference) -> None:
    opened = reference.juridictions.with_columns(
        valide_du=pl.when(pl.col("juridiction") == "TGI-MOULINS")
        .then(pl.date(2009, 8, 1))
        .otherwise("valide_du")
    )
    socle = ground(date(2009, 3, 1), replace(reference, juridictions=Juridictions.cast(opened)))
    lever = Levier("recours", Plage.sure(0.9), date(2009, 4, 1), juridictions=("TGI-MOULINS",))
    assert [each > 1e-9 for each in brought(socle, lever)] == [False] * 4 + [True] * 5


def test_the_ten_of_the_model_are_there_to_the_end(ground: Ground) -> None:
    socle = ground(date(2009, 3, 1))
    assert socle.terrain is not None
    chosen = modeles.where_most_is_left(socle, socle.terrain.cours, activites=(modeles.JLD,), nombre=300)
    assert "TGI-BELLEY" not in chosen
    assert "TGI-MOULINS" in chosen
    (ten,) = modeles.models(socle, Scenario(date(2009, 3, 1)), socle.terrain.cours)["jld"][1].leviers
    assert len(ten.juridictions) == 10
    assert set(ten.juridictions) <= socle.terrain.durables


def test_nothing_is_delivered_to_a_court_about_to_close(ground: Ground) -> None:
    socle = ground(date(2009, 8, 1))
    plan = place_equipment(
        socle,
        # Units that hold next to nothing: every court with something within reach asks for more.
        Scenario(date(2009, 8, 1), hypotheses={"utilisation": Plage.sure(0.001)}),
        Enveloppe(nombre=200, budget=None, cout_unite=1.0, cout_prison=1e9, part_par_cour=0.0),
        cours=("CA-LYON",),
    )
    assert plan.livraisons.height
    assert "TGI-BELLEY" not in plan.livraisons["lieu"].to_list()
