import numpy as np
import pytest

from analytics.statistics.negative_binomial import Loi
from analytics.veille.departures import WINDOWS, expect_month, find_limits, judge_month
from analytics.vocabulary.parameters import Parametres
from tests.banc_changements import (
    EVERYONE,
    PART,
    make,
    told_when_nothing_changes,
    told_when_one_rises,
    told_with_silences,
)


def test_the_limits_leave_what_is_asked_and_hardly_less() -> None:
    mean = np.array([0.5, 3.0, 11.0, 60.0, 300.0] * 8)
    law = Loi(mean, 2 * mean)
    low, high = find_limits(law, 0.10)
    outside = float((law.at_most(low) + law.at_least(high)).sum())
    assert 0.07 < outside <= 0.10
    assert (low < mean).all()
    assert (mean < high).all()


def test_a_month_where_nothing_changes_tells_something_one_time_in_ten_at_most() -> None:
    """600 months, so 2,4 points of chance; `python -m tests.banc_changements` draws 10 000."""
    told, known = told_when_nothing_changes(7, 600)
    assert told <= PART + 0.024
    assert 0.05 < known <= PART + 0.024


def test_who_answers_changes_nothing_of_that(parametres: Parametres) -> None:
    """100 months, so 6 points of chance."""
    told, judged = told_with_silences(7, 20, first=0.8, last=0.8, parametres=parametres)
    assert told <= PART + 0.06
    assert judged > 0.4


def test_a_rise_that_can_be_seen_is_told_nearly_as_often_as_by_one_who_knows() -> None:
    told, known = told_when_one_rises(7, 25, rise=2.5)
    assert told[-1] >= 0.95  # 60 a month
    assert (told >= known - 0.25).all()


def test_what_is_expected_follows_the_level_of_a_cour_and_the_path_of_the_others() -> None:
    exposition = np.ones((12, 13))
    counts = np.full((12, 13), 20.0) * np.linspace(1, 3, 13)
    counts[0] *= 4
    law = expect_month(counts, exposition)
    now, both = law.moyenne.reshape(len(WINDOWS), 12)
    assert now == pytest.approx(counts[:, -1], rel=0.05)
    assert both == pytest.approx(counts[:, -2:].sum(axis=1), rel=0.05)
    assert (law.variance > law.moyenne).all()


def test_one_large_cour_that_changes_makes_no_other_seem_to() -> None:
    exposition = np.ones((12, 13))
    counts = np.full((12, 13), 60.0)
    counts[0] = 300.0
    counts[0, -1] = 900.0
    signal = judge_month(counts, exposition, np.ones((2, 12), np.bool_), part=PART).signal
    assert (signal[:, 0] == 1).all()
    assert not signal[:, 1:].any()


def test_those_that_are_not_judged_are_never_told() -> None:
    generator = np.random.default_rng(3)
    suite = make(generator)
    counts = suite.draw(generator)
    counts[:, -1] *= 0
    counts[0, -1] = 10_000
    aside = EVERYONE.copy()
    aside[:, 0] = False
    assert not judge_month(counts, suite.exposition, aside, part=PART).signal[:, 0].any()
    assert not judge_month(counts, suite.exposition, ~EVERYONE, part=PART).signal.any()
