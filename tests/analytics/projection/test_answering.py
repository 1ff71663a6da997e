"""Who will answer: projected towards where a collection settles, or frozen; never a certainty."""

from math import log

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.projection.answering import CroyanceReponse, foresee, freeze, has_moved
from analytics.projection.model import project
from analytics.projection.national_path import Croyance

USUAL = CroyanceReponse(palier=log(0.8 / 0.2), palier_sd=0.79)


def country(shares: list[float], units: int = 10, due: int = 20) -> tuple[np.ndarray, np.ndarray]:
    expected = np.full((units, len(shares)), float(due))
    return np.rint(expected * np.array(shares)), expected


@pytest.mark.parametrize(
    ("shares", "low", "high"),
    [
        ([0.4], 0.55, 0.80),  # from so low, towards where a collection settles
        ([0.4, 0.5, 0.6], 0.70, 0.92),
        ([0.8] * 6, 0.75, 0.85),
        ([0.95, 0.9, 0.85, 0.8, 0.75], 0.60, 0.78),
    ],
)
def test_the_share_that_answers_is_projected(shares: list[float], low: float, high: float) -> None:
    given_, due = country(shares)
    found = foresee(given_, due, 6, USUAL)
    assert low < found.parts[:, -1].mean() < high
    assert ((found.parts > 0) & (found.parts < 1)).all()
    # The further, the less is known.
    assert (np.diff(np.diag(found.commune)) > -1e-12).all()


def test_frozen_is_the_share_of_the_last_three_months_as_if_certain() -> None:
    given_, due = country([0.1, 0.4, 0.5, 0.6])
    found = freeze(given_, due, 4)
    assert found.parts == pytest.approx(np.full((10, 4), 0.5))
    assert not found.commune.any()
    assert not found.propre.any()


def test_a_cour_keeps_its_distance_to_the_country_less_so_where_little_is_known() -> None:
    given_, due = country([0.7] * 6)
    given_[0], given_[1] = due[0], 0.0
    due[2], given_[2] = 1.0, 0.0
    found = foresee(given_, due, 3, USUAL)
    always, never, small, usual = found.parts[:4, 0]
    assert never < small < usual < always
    assert found.propre[0] == found.propre.min() > 0


def test_nobody_was_due_or_answered_yet() -> None:
    nothing = np.zeros((3, 2))
    found = foresee(nothing, nothing, 5, USUAL)
    assert np.isfinite(found.parts).all()
    assert np.isfinite(found.commune).all()
    assert np.isfinite(found.propre).all()


@given(st.integers(1, 20), st.integers(1, 12), st.integers(0, 2**16))
@settings(max_examples=30, deadline=None)
def test_what_is_not_known_is_a_covariance(months: int, horizon: int, seed: int) -> None:
    generator = np.random.default_rng(seed)
    due = generator.integers(0, 9, (6, months)).astype(np.float64)
    given_ = generator.binomial(due.astype(int), 0.6).astype(np.float64)
    found = foresee(given_, due, horizon, USUAL)
    assert np.allclose(found.commune, found.commune.T)
    assert np.linalg.eigvalsh(found.commune).min() > -1e-9
    assert (found.propre >= 0).all()


def test_what_is_not_known_of_the_answers_widens_the_projection_and_moves_nothing() -> None:
    given_, due = country([0.6, 0.6, 0.6, 0.6])
    counts = np.rint(given_ / due * 30)
    found = foresee(given_, due, 6, USUAL)
    exposed, future = given_ / due * 600, found.parts * 600
    sure = project(counts, exposed, future, Croyance())
    unsure = project(counts, exposed, future, Croyance(), found)
    assert unsure.moyennes == pytest.approx(sure.moyennes)
    assert (unsure.variances > sure.variances).all()
    assert (unsure.commune > sure.commune).all()


@pytest.mark.parametrize(
    ("shares", "moved"),
    [
        ([0.5, 0.9], False),  # too few months to tell
        ([0.5, 0.5, 0.5, 0.65], True),
        ([0.9, 0.5, 0.5, 0.75], True),
        ([0.5, 0.9, 0.1, 0.55], False),
    ],
)
def test_an_answering_share_that_moved_is_told(shares: list[float], moved: bool) -> None:
    given_, due = country(shares)
    assert has_moved(given_.sum(axis=0), due.sum(axis=0), 0.10) is moved


def test_a_month_when_nobody_was_due_tells_no_move() -> None:
    assert not has_moved(np.array([5.0, 5, 5, 0]), np.array([10.0, 10, 10, 0]), 0.10)
