import json

import numpy as np
import polars as pl
import pytest
from click.testing import CliRunner

from analytics.nonresponse import estimate
from tests.analytics.vectors import FOLDER, vectors
from tests.backtest_non_reponse import main, read_silences, score

HAND = vectors("nonresponse")


def test_the_bound_is_the_respondents_rate_and_its_error() -> None:
    """Manski's upper bound under monotone selection, plus 1,96 standard errors of the rate."""
    vector = HAND["manski_bounds_hand"]
    exposure = np.array([vector["input"]["exposure"]]).T
    answered = np.array([vector["input"]["responded"]]).T
    counts = np.array([[5.0], [12.0], [15.0], [0.0]])
    found = estimate(counts, exposure, answered)
    everyone = np.arange(4)
    declared, _ = found.total(everyone)
    assert declared == vector["expected"]["lower_declared"]
    at_rate = vector["expected"]["upper_monotone"] - declared
    assert at_rate < found.bound(everyone) < 1.6 * at_rate
    assert found.bound(np.arange(3)) == 0  # who answered left nothing unsaid


def test_nothing_is_estimated_where_everyone_answered() -> None:
    counts = np.array([[4.0, 5.0], [1.0, 0.0]])
    found = estimate(counts, np.full((2, 2), 90.0), np.ones((2, 2), dtype=np.bool_))
    declared, law = found.total(np.arange(2))
    assert declared == 10
    assert (law.moyenne[0], law.variance[0]) == (0, 0)


def test_who_is_not_in_force_leaves_nothing_unsaid() -> None:
    exposure = np.array([[90.0, 90.0, 90.0], [90.0, 0.0, 0.0]])
    answered = np.array([[True, True, False], [True, False, False]])
    found = estimate(np.array([[4.0, 5.0, 0.0], [3.0, 0.0, 0.0]]), exposure, answered)
    assert found.manque[1].tolist() == [0, 0, 0]
    assert found.plafond[1].tolist() == [0, 0, 0]
    assert found.manque[0, 2] > 0


def test_one_s_own_history_speaks_before_the_others() -> None:
    generator = np.random.default_rng(4)
    exposure = np.full((20, 12), 200.0)
    rates = np.where(np.arange(20) == 0, 0.15, 0.02)[:, None]
    counts = generator.poisson(exposure * rates).astype(np.float64)
    answered = np.ones((20, 12), dtype=np.bool_)
    answered[:2, 6:] = False
    found = estimate(np.where(answered, counts, 0.0), exposure, answered)
    assert found.manque[0].sum() == pytest.approx(counts[0, :6].sum(), rel=0.15)
    assert found.manque[1].sum() < 60


def test_a_rough_exposure_does_not_break_the_estimate() -> None:
    """The exposure of a juridiction is a guess: half or twice as much hardly moves the estimate."""
    generator = np.random.default_rng(7)
    exposure = generator.uniform(50, 300, (60, 1)) * np.ones((60, 12))
    counts = generator.poisson(exposure * 0.04).astype(np.float64)
    answered = generator.random((60, 12)) < 0.7
    true = counts[~answered].sum()
    rough = exposure * generator.choice([0.5, 1.0, 2.0], (60, 1))
    found = estimate(np.where(answered, counts, 0.0), rough, answered)
    assert found.manque.sum() == pytest.approx(true, rel=0.1)


def test_the_estimate_on_worlds_whose_truth_is_known() -> None:
    scores = score(read_silences(FOLDER / "juridictions.parquet"))
    related, random = scores["liee_a_l_usage"], scores["au_hasard"]
    for figures in (related, random):
        assert abs(figures["biais"]) <= 0.06  # two worlds of each; the campaign has more
        assert figures["bornes"] == 1
        assert figures["couvre_80"] >= 0.75
        assert figures["rmse_par_cour"] < figures["rmse_declare"] / 2
    assert related["biais_rapport"] > 0.05  # spreading the respondents' rate is confidently too high


def test_the_command_prints_its_scores(tmp_path: object) -> None:
    result = CliRunner().invoke(main, [str(FOLDER / "juridictions.parquet"), "--format", "json"])
    assert result.exit_code == 0, result.output
    assert set(json.loads(result.output)) == {"liee_a_l_usage", "au_hasard"}
    refused = CliRunner().invoke(main, [str(FOLDER / "cours.parquet")])
    assert refused.exit_code == 2
    assert "a_repondu" in refused.output
    assert pl.read_parquet(FOLDER / "juridictions.parquet")["monde"].n_unique() == 2
