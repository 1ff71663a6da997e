from math import exp, factorial

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.statistics.negative_binomial import Loi
from tests.analytics.vectors import vectors

FORECAST = vectors("forecast")


def law(mean: float, variance: float) -> Loi:
    return Loi(np.array([mean], np.float64), np.array([variance], np.float64))


def test_the_predictive_of_a_gamma_poisson() -> None:
    expected = FORECAST["gamma_poisson_predictive"]["expected"]
    predicted = law(expected["mean"], expected["var"])
    for part, count in expected["quantiles"].items():
        assert predicted.quantile(float(part))[0] == count
    assert predicted.at_least(15)[0] == pytest.approx(expected["sf_ge_15"], rel=1e-9)
    for count, mass in expected["pmf"].items():
        found = predicted.at_most(float(count)) - predicted.at_most(float(count) - 1)
        assert found[0] == pytest.approx(mass, rel=1e-6)


@pytest.mark.parametrize("row", FORECAST["nb_moment_match"]["rows"], ids=lambda row: f"{row['mean']}")
def test_quantiles_by_mean_and_variance(row: dict[str, dict[str, float]]) -> None:
    matched = law(float(str(row["mean"])), float(str(row["var"])))
    for part, count in row["quantiles"].items():
        assert matched.quantile(float(part))[0] == count
    assert matched.at_least(float(str(row["mean"])))[0] == pytest.approx(row["p_ge_mean"], rel=1e-9)


@pytest.mark.parametrize("row", FORECAST["crps_nb"]["rows"], ids=lambda row: f"{row['mean']}")
def test_the_score_of_a_law(row: dict[str, float]) -> None:
    assert law(row["mean"], row["var"]).crps(np.array([row["y"]]))[0] == pytest.approx(row["crps"], rel=1e-9)


def test_a_variance_no_larger_than_the_mean_is_poisson() -> None:
    poisson = sum(exp(-3) * 3**k / factorial(k) for k in range(5))
    assert law(3.0, 1.0).at_most(4)[0] == pytest.approx(poisson, rel=1e-12)


def test_nothing_expected_is_certainly_nothing() -> None:
    nothing = law(0.0, 0.0)
    assert nothing.quantile(0.975)[0] == 0
    assert nothing.at_least(1)[0] == 0
    assert nothing.at_least(0)[0] == 1
    assert nothing.crps(np.array([3.0]))[0] == 3


@given(
    mean=st.floats(0.01, 20_000),
    excess=st.floats(0, 50),
    part=st.floats(0.01, 0.99),
    other=st.floats(0.01, 0.99),
)
def test_a_quantile_is_the_smallest_count_that_is_enough(
    mean: float, excess: float, part: float, other: float
) -> None:
    one = law(mean, mean * (1 + excess))
    found = one.quantile(part)
    assert one.at_most(found)[0] >= part
    assert found[0] == 0 or one.at_most(found - 1)[0] < part
    low, high = sorted((part, other))
    between = one.quantile(low), one.quantile(high)
    assert between[0][0] <= between[1][0]
    # Looked for between two that are known, each is what it is.
    for each in (low, (low + high) / 2, high):
        assert one.quantile(each, between=between)[0] == one.quantile(each)[0]
