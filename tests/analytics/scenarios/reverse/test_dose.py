"""What a lever must be worth, and what stands in its way."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from analytics.leviers.levier import Levier
from analytics.scenarios.draws import most_likely
from analytics.scenarios.reverse.dose import But, seek
from analytics.scenarios.scenario import Hypotheses, Scenario
from analytics.scenarios.simulation import simulate
from analytics.scenarios.terrain import Terrain
from analytics.statistics.ranges import Plage
from analytics.vocabulary.errors import UserFacingError
from tests.analytics.scenarios.terrains import PERFECT, START, ground

SINCE = date(2009, 3, 1)
ALL = ("CA-0", "CA-1")
LEVER = Levier("recours", Plage(0.1, 0.2, 0.3), START)


def ask(terrain: Terrain, levier: Levier, voulues: float, what: Hypotheses = PERFECT):
    return seek(
        terrain,
        Scenario(SINCE, (levier,)),
        what,
        0,
        But(ALL, attendues=100.0, voulues=voulues),
        tirages=64,
        graine=1,
    )


def test_the_least_value_is_that_of_a_fine_search() -> None:
    terrain = ground()
    found = ask(terrain, LEVER, 580.0)
    # 100 + 2 400 × (value − 0.1) = 580.
    assert found.valeur == pytest.approx(0.3, abs=1e-6)
    assert found.obtenues == pytest.approx(580.0, abs=1e-3)

    def year(value: float) -> float:
        tried = Scenario(SINCE, (replace(LEVER, valeur=Plage.sure(value)),))
        return 100.0 + float(simulate(terrain, tried, PERFECT, most_likely(tried, PERFECT)).total(ALL)[0])

    enough = [value for value in np.linspace(0, 1, 401) if year(value) >= 580.0]
    assert found.valeur == pytest.approx(enough[0], abs=2.5e-3)


def test_what_is_reached_already_needs_nothing() -> None:
    assert ask(ground(), LEVER, 50.0).valeur == pytest.approx(0.0, abs=1e-9)


@pytest.mark.parametrize(
    ("frein", "terrain", "levier", "what"),
    [
        ("perimetre", ground(), replace(LEVER, cours=("CA-0",)), PERFECT),
        ("montee", ground(), replace(LEVER, du=date(2009, 6, 1)), PERFECT),
        ("reponse", ground(answers=0.4), LEVER, PERFECT),
        ("equipement", ground(prisons=0.5), LEVER, PERFECT),
        ("loi", ground(legal=0.5), LEVER, PERFECT),
        ("acceptation", ground(), LEVER, replace(PERFECT, acceptation=Plage.sure(0.5))),
        ("materiel", ground(), LEVER, replace(PERFECT, equipements=0.5)),
    ],
)
def test_out_of_reach_names_what_stands_in_the_way(
    frein: str, terrain: Terrain, levier: Levier, what: Hypotheses
) -> None:
    found = ask(terrain, levier, 5_000.0, what)
    assert found.valeur is None
    assert found.frein == frein
    assert found.sans_frein > found.au_mieux


def test_a_prison_that_is_not_enough_is_held_back_by_its_perimeter() -> None:
    terrain = replace(ground(prisons=0.5), prisons={"CA-0/A": 0.3, "CA-0/B": 0.2, "CA-1/C": 0.5})
    found = ask(terrain, Levier("prisons", Plage.sure(1.0), START, prisons=("CA-0/A",)), 340.0)
    # 100 + 120 × 0.3 / 0.5; with every prison that waits, 100 + 240.
    assert (found.au_mieux, found.frein) == (pytest.approx(172.0), "perimetre")
    assert found.sans_frein == pytest.approx(340.0)


def test_a_weighed_search_asks_less_where_escorts_are_heavy() -> None:
    terrain = replace(ground(), poids=np.full(8, 2.0))
    asked = Scenario(SINCE, (LEVER,))
    found = seek(
        terrain,
        asked,
        PERFECT,
        0,
        But(ALL, attendues=100.0, voulues=580.0, pondere=True),
        tirages=64,
        graine=1,
    )
    # 100 + 2 × 2 400 × (value − 0.1) = 580.
    assert found.valeur == pytest.approx(0.2, abs=1e-6)


def test_demand_is_not_a_choice() -> None:
    with pytest.raises(UserFacingError, match="ne se choisit pas"):
        ask(ground(), Levier("demande", Plage.sure(0.0), START), 500.0)
