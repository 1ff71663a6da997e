from math import isclose

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.projection.model import Reglage, project, relative_variances, round_probability, update
from analytics.projection.national_path import Croyance, follow
from tests.analytics.vectors import vectors

FORECAST = vectors("forecast")
# The published method knows no curve; the product weighs its trends beside the curves.
PUBLISHED = Croyance(p_courbes=0.0)
USUAL = Croyance()


def test_the_state_of_a_cour_forgets_and_skips_a_silent_month() -> None:
    given_, expected = FORECAST["discounted_state"]["input"], FORECAST["discounted_state"]["expected"]
    reglage = Reglage(given_["a0"], given_["delta"], given_["phi"])
    a, b = update(np.array([given_["Y"]]), np.array([given_["X"]]), reglage)
    assert (a[0], b[0]) == pytest.approx((expected["a"], expected["b"]))
    assert a[0] / b[0] == pytest.approx(expected["theta"])


def test_the_variance_of_a_drifting_level() -> None:
    given_, expected = FORECAST["drift_variance"]["input"], FORECAST["drift_variance"]["expected"]
    found = relative_variances(np.array([given_["weights"]]), np.array([expected["V"]]))
    assert found[0, -1] == pytest.approx(expected["rel_var"])


@pytest.mark.parametrize("row", FORECAST["national_path_bma"]["rows"], ids=lambda row: f"T={row['T']}")
def test_the_national_path_follows_the_published_one(row: dict[str, object]) -> None:
    """The prototype's own arithmetic is not published: same path within 2 %, same spread within 10 %."""
    given_ = FORECAST["national_path_bma"]["input"]
    months = int(str(row["T"]))
    expected_path, expected_sd = np.array(row["log_forecast"]), np.array(row["forecast_sd"])
    path = follow(
        np.array(given_["counts"][:months]),
        np.array(given_["exposure"][:months]),
        expected_path.size,
        PUBLISHED,
    )
    assert np.abs(path.connu - np.array(row["log_path_smoothed"])).max() < 0.02
    assert np.abs(path.futur - expected_path).max() < 0.02
    assert np.abs(np.sqrt(np.diag(path.covariance)) / expected_sd - 1).max() < 0.10


def country(months: int = 18, units: int = 12, rate: float = 0.02) -> tuple[np.ndarray, np.ndarray]:
    generator = np.random.default_rng(5)
    exposure = generator.uniform(50, 900, (units, 1)) * np.ones((units, months))
    return generator.poisson(exposure * rate).astype(np.float64), exposure


def test_a_unit_that_will_not_be_exposed_brings_exactly_nothing() -> None:
    counts, exposure = country()
    future = exposure[:, :6].copy()
    future[3] = 0
    projected = project(counts, exposure, future, USUAL)
    assert projected.moyennes[3].tolist() == [0] * 6
    assert projected.variances[3].tolist() == [0] * 6
    assert projected.loi.quantile(0.975)[3] == 0


def test_a_unit_never_seen_follows_the_country() -> None:
    counts, exposure = country()
    seen = exposure.copy()
    seen[0], counts[0] = 0, 0
    projected = project(counts, seen, exposure[:, :6], USUAL)
    others = counts[1:].sum() / seen[1:].sum()
    assert projected.moyennes[0, -1] / exposure[0, :6].sum() == pytest.approx(others, rel=0.1)
    # Less is known of it than of the others.
    relative = np.sqrt(projected.variances[:, -1]) / projected.moyennes[:, -1]
    assert relative[0] == relative.max()


def test_a_silent_month_is_not_a_month_at_zero() -> None:
    counts, exposure = country()
    silent_counts, silent = counts.copy(), exposure.copy()
    silent_counts[:, 5], silent[:, 5] = 0, 0
    said_zero = project(silent_counts, exposure, exposure[:, :6], USUAL)
    said_nothing = project(silent_counts, silent, exposure[:, :6], USUAL)
    complete = project(counts, exposure, exposure[:, :6], USUAL)
    assert said_nothing.moyennes.sum() == pytest.approx(complete.moyennes.sum(), rel=0.03)
    assert said_zero.moyennes.sum() < said_nothing.moyennes.sum()


def test_the_country_varies_more_than_cours_that_would_not_move_together() -> None:
    counts, exposure = country()
    projected = project(counts, exposure, exposure[:, :6], USUAL)
    mean, variance = projected.together(range(12))
    assert mean[-1] == pytest.approx(projected.moyennes[:, -1].sum())
    assert variance[-1] > projected.variances[:, -1].sum()
    one, own = projected.together([4])
    assert (one[-1], own[-1]) == (projected.moyennes[4, -1], projected.variances[4, -1])


def test_the_first_month_alone_is_enough_to_project() -> None:
    counts, exposure = country(months=1)
    projected = project(counts, exposure, np.tile(exposure, (1, 11)), USUAL)
    assert (projected.moyennes > 0).all()
    assert (np.diff(projected.moyennes, axis=1) > 0).all()


def test_nobody_answered_yet() -> None:
    nothing = np.zeros((4, 2))
    projected = project(nothing, nothing, nothing, USUAL)
    assert projected.moyennes.sum() == 0
    assert np.isfinite(projected.variances).all()


@given(st.permutations(range(12)))
def test_the_order_of_the_units_changes_nothing(order: list[int]) -> None:
    counts, exposure = country(months=6)
    straight = project(counts, exposure, exposure[:, :3], USUAL)
    shuffled = project(counts[order], exposure[order], exposure[order, :3], USUAL)
    assert np.allclose(shuffled.moyennes, straight.moyennes[order], rtol=1e-9)
    assert np.allclose(shuffled.variances, straight.variances[order], rtol=1e-9)


@given(st.floats(0, 1))
def test_a_probability_is_told_no_finer_than_it_is_known(p: float) -> None:
    told = round_probability(p)
    if 0.01 <= p <= 0.99:
        assert isclose(told * 20 % 1, 0, abs_tol=1e-9) or told in (0.01, 0.99)
        assert abs(told - p) <= 0.025 + 1e-9
    else:
        assert told == (0.995 if p > 0.5 else 0.005)
