"""The least effort: by hand, by key, at the margin."""

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.scenarios.reverse.effort import BASE, EGAL, LIBRE, POTENTIEL, Plan, plan_least_effort
from tests.analytics.vectors import vectors

HAND = vectors("scenario")["lp_hand"]


def cells(rows: list[tuple[str, str, float]]) -> pl.DataFrame:
    return pl.DataFrame(
        rows, schema={"cour": pl.String, "activite": pl.String, "reste": pl.Float64}, orient="row"
    )


LEFT = cells([("CA-A", "X", 300.0), ("CA-A", "Y", 150.0), ("CA-B", "X", 90.0)])
BASES = {"CA-A": 1_000.0, "CA-B": 3_000.0}


def plan(voulues: float, cle: str = LIBRE, reste: pl.DataFrame = LEFT) -> Plan:
    return plan_least_effort(reste, voulues=voulues, cle=cle, bases=BASES, efforts=(1.0, 2.0, 4.0))


def test_the_programme_solved_by_hand() -> None:
    caps, costs = HAND["input"]["caps"], HAND["input"]["cost"]
    # The three caps as the three segments of three places, the dearer ones being closed by their cost.
    found = [
        plan_least_effort(cells([("C", "X", cap)]), voulues=cap, cle=LIBRE, bases={}, efforts=(cost,))
        for cap, cost in zip(caps, costs, strict=True)
    ]
    assert [each.effort for each in found] == pytest.approx([a * b for a, b in zip(caps, costs, strict=True)])
    import numpy as np

    from analytics.scenarios.reverse.effort import _highs  # pyright: ignore[reportPrivateUsage] - solved alone

    x, dual = _highs(
        np.array(costs, dtype=float),
        -np.ones((1, 3)),
        [-float(HAND["input"]["target"])],
        np.array(caps, dtype=float),
        free=0,
        costs=np.array(costs, dtype=float),
    )
    assert x.tolist() == pytest.approx(HAND["expected"]["x"])
    assert float(x @ np.array(costs)) == pytest.approx(HAND["expected"]["cost"])
    assert dual == pytest.approx(HAND["expected"]["shadow_price"])


def test_the_easiest_thirds_come_first_and_the_dual_is_the_next_one() -> None:
    found = plan(200.0)
    # 180 in the first thirds at 1, then 20 at 2.
    assert found.effort == pytest.approx(180 + 2 * 20)
    assert found.marginal == pytest.approx(2.0)
    assert plan(201.0).effort - found.effort == pytest.approx(found.marginal)


def test_out_of_reach_gives_all_there_is() -> None:
    found = plan(10_000.0)
    assert not found.suffit
    assert found.atteignables == pytest.approx(540.0)
    assert found.parts["evitees"].sum() == pytest.approx(540.0)


@settings(max_examples=40)
@given(st.floats(0, 540), st.sampled_from([LIBRE, BASE, POTENTIEL, EGAL]))
def test_every_key_avoids_what_is_asked_and_none_does_it_cheaper_than_no_key(
    voulues: float, cle: str
) -> None:
    found = plan(voulues, cle)
    assert found.parts["evitees"].sum() >= voulues - 1e-6
    assert found.effort >= plan(voulues).effort - 1e-6
    assert (found.parts["evitees"] <= found.parts["reste"] + 1e-6).all()


def test_keys_ask_each_cour_for_its_share() -> None:
    by_potential = plan(270.0, POTENTIEL).parts.group_by("cour").agg(pl.col("evitees").sum()).sort("cour")
    assert by_potential["evitees"].to_list() == pytest.approx([225.0, 45.0])
    by_base = plan(100.0, BASE).parts.group_by("cour").agg(pl.col("evitees").sum()).sort("cour")
    assert by_base["evitees"].to_list() == pytest.approx([25.0, 75.0])


def test_nothing_left_is_an_empty_plan() -> None:
    found = plan(10.0, reste=cells([]))
    assert found.parts.is_empty()
    assert not found.suffit
