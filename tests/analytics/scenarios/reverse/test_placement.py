"""Where to put units: against every possible plan, where there are few."""

from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.scenarios.reverse.placement import Moyens, Prison, Site, place, value_of
from analytics.vocabulary.errors import UserFacingError

LIMITS = Moyens(
    nombre=3,
    budget=None,
    cout_unite=10.0,
    cout_prison=25.0,
    par_unite=100.0,
    plafond_unites=3,
    part_par_cour=0.0,
    secondes=10.0,
)
BASES = {"CA-A": 1.0, "CA-B": 1.0}


def with_limits(**changes: object) -> Moyens:
    return Moyens(**{**vars(LIMITS), **changes})  # pyright: ignore[reportArgumentType] - fields of it


@st.composite
def cases(drawn: st.DrawFn) -> tuple[list[Site], list[Prison], Moyens]:
    amounts = st.integers(0, 400).map(float)
    sites = [Site("CA-A" if rank < 2 else "CA-B", f"T{rank}", drawn(amounts), 1) for rank in range(3)]
    prisons = [
        Prison("CA-A", "P0", {"T0": drawn(amounts), "T1": drawn(amounts)}),
        Prison("CA-B", "P1", {"T2": drawn(amounts)}),
    ]
    number = drawn(st.none() | st.integers(0, 4))
    budget = drawn(st.integers(0, 90).map(float)) if number is None else None
    return sites, prisons, with_limits(nombre=number, budget=budget, plafond_unites=2)


@settings(max_examples=40)
@given(cases())
def test_the_plan_is_the_best_of_all_possible_ones(case: tuple[list[Site], list[Prison], Moyens]) -> None:
    sites, prisons, limits = case
    best = 0.0
    for units in product(range(3), repeat=3):
        for equipped in product(range(2), repeat=2):
            cost = sum(units) * limits.cout_unite + sum(equipped) * limits.cout_prison
            if limits.nombre is not None and sum(units) + sum(equipped) > limits.nombre:
                continue
            if limits.budget is not None and cost > limits.budget:
                continue
            best = max(best, value_of(sites, prisons, limits, units, equipped))
    found = place(sites, prisons, limits, bases=BASES)
    assert found.gain == pytest.approx(best, rel=1e-3, abs=1e-3)
    assert found.ecart <= 1e-3
    if limits.budget is not None:
        assert found.cout <= limits.budget + 1e-9


def test_each_delivery_tells_what_it_brings_and_what_the_next_would() -> None:
    sites = [Site("CA-A", "T0", 350.0, 1), Site("CA-B", "T1", 180.0, 1)]
    found = place(sites, [], with_limits(nombre=2), bases=BASES)
    assert found.gain == pytest.approx(200.0)
    assert found.livraisons.select("lieu", "nombre", "gain").rows() == [("T0", 2, 200.0)]
    assert found.suivante == pytest.approx(80.0)


def test_a_least_share_for_each_cour_is_honoured() -> None:
    sites = [Site("CA-A", "T0", 900.0, 1), Site("CA-B", "T1", 130.0, 1)]
    free = place(sites, [], with_limits(nombre=4, plafond_unites=4), bases=BASES)
    assert free.livraisons["cour"].to_list() == ["CA-A"]
    shared = place(sites, [], with_limits(nombre=4, plafond_unites=4, part_par_cour=0.5), bases=BASES)
    assert dict(shared.livraisons.select("cour", "nombre").iter_rows()) == {"CA-A": 3, "CA-B": 1}


def test_a_unit_is_worth_its_prison_and_both_are_chosen_together() -> None:
    sites = [Site("CA-A", "T0", 100.0, 1)]
    prisons = [Prison("CA-A", "P0", {"T0": 100.0})]
    assert place(sites, prisons, with_limits(nombre=1), bases=BASES).gain == pytest.approx(0.0)
    found = place(sites, prisons, with_limits(nombre=2), bases=BASES)
    assert found.gain == pytest.approx(100.0)
    assert set(found.livraisons["sorte"]) == {"juridiction", "etablissement"}


def test_without_a_limit_there_is_nothing_to_choose() -> None:
    with pytest.raises(UserFacingError, match="sans limite"):
        place([], [], with_limits(nombre=None), bases=BASES)
