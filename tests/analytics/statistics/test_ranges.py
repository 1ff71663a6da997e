"""Ranges, ramps and draws, against reference values."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.statistics.ranges import LINEAIRE, LOGISTIQUE, PALIER, Plage, draw_points, ramp, ramp_of_months
from analytics.vocabulary.errors import UserFacingError
from tests.analytics.vectors import vectors

VECTORS = vectors("scenario")


@pytest.mark.parametrize("name", ["pert_0_0.5_1", "pert_4_8_14"])
def test_the_pert_law_is_that_of_the_reference(name: str) -> None:
    vector = VECTORS[name]
    plage = Plage(*vector["input"])
    assert plage.formes == pytest.approx((vector["alpha"], vector["beta"]))
    assert plage.moyenne == pytest.approx(vector["mean_rule"])
    for part, value in vector["ppf"].items():
        assert plage.quantile(np.array([float(part)]))[0] == pytest.approx(value, abs=1e-8)


def test_ramps_are_those_of_the_reference() -> None:
    vector = VECTORS["ramps"]
    t = np.array(vector["t"], dtype=np.float64)
    assert ramp(LINEAIRE, t, debut=0, fin=6) == pytest.approx(np.array(vector["linear_t0_0_d6"]))
    told = ramp(LOGISTIQUE, t, debut=2, fin=10)
    assert told == pytest.approx(np.array(vector["logistic_10_90_at_2_10"]), abs=1e-9)
    assert [told[2], told[6], told[10]] == pytest.approx([0.1, 0.5, 0.9])
    assert ramp(PALIER, t, debut=3, fin=3).tolist() == [0.0] * 3 + [1.0] * 10


def test_a_step_that_is_late_counts_for_the_part_of_its_month() -> None:
    part = ramp_of_months(PALIER, np.arange(4.0), np.array([0.0, 0.25, 1.5]), debut=1, fin=1)
    assert part[:, 0].tolist() == [0.0, 1.0, 1.0, 1.0]
    assert part[:, 1].tolist() == [0.0, 0.75, 1.0, 1.0]
    assert part[:, 2].tolist() == [0.0, 0.0, 0.5, 1.0]


def test_a_range_out_of_order_is_refused_in_french() -> None:
    with pytest.raises(UserFacingError, match="du plus bas au plus haut"):
        Plage(0.5, 0.2, 0.9)


def test_the_same_seed_draws_the_same_points_well_spread() -> None:
    points = draw_points(6, 1024, 1)
    assert np.array_equal(points, draw_points(6, 1024, 1))
    assert not np.array_equal(points, draw_points(6, 1024, 2))
    # One point in each of 1 024 slices, in every dimension.
    for row in points:
        assert len(np.unique(np.floor(row * 1024))) >= 1022
        assert row.mean() == pytest.approx(0.5, abs=1e-3)


@given(st.floats(0, 1), st.floats(0, 1), st.floats(0, 1), st.floats(0.001, 0.999))
def test_a_quantile_stays_within_its_range_and_rises(a: float, m: float, b: float, part: float) -> None:
    low, middle, high = sorted((a, m, b))
    found = Plage(low, middle, high).quantile(np.array([part, min(part + 0.001, 0.9999)]))
    assert low - 1e-9 <= found[0] <= found[1] <= high + 1e-9
