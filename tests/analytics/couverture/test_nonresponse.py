import json

import numpy as np
import polars as pl
import pytest
from click.testing import CliRunner

from analytics.couverture.nonresponse import estimate
from tests.analytics.vectors import FOLDER, vectors
from tests.backtest_non_reponse import main, rate_bound, read_silences, score
from tests.outils.worlds import SILENCES, simulate_silences

HAND = vectors("nonresponse")


def test_the_rate_of_the_respondents_bounds_the_silent_in_the_backtest() -> None:
    """Manski's upper bound under monotone selection, plus 1,96 standard errors of the rate."""
    vector = HAND["manski_bounds_hand"]
    exposure = np.array([vector["input"]["exposure"]]).T
    answered = np.array([vector["input"]["responded"]]).T
    counts = np.array([[5.0], [12.0], [15.0], [0.0]])
    declared, _ = estimate(counts, exposure, answered).total(np.arange(4))
    assert declared == vector["expected"]["lower_declared"]
    at_rate = vector["expected"]["upper_monotone"] - declared
    bound = rate_bound(counts, exposure, answered)
    assert at_rate < bound.sum() < 1.6 * at_rate
    assert bound[:3].sum() == 0  # who answered left nothing unsaid


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


def test_who_never_answered_follows_its_cour() -> None:
    generator = np.random.default_rng(5)
    exposure = np.full((24, 12), 150.0)
    cours = np.repeat(["A", "B", "C", "D"], 6)
    rates = np.repeat([0.10, 0.01, 0.03, 0.03], 6)[:, None]
    counts = generator.poisson(exposure * rates).astype(np.float64)
    answered = np.ones((24, 12), dtype=np.bool_)
    answered[[0, 6]] = False
    told = np.where(answered, counts, 0.0)
    found = estimate(told, exposure, answered, cours)
    alone = estimate(told, exposure, answered)
    assert found.manque[0].sum() > 3 * found.manque[6].sum()
    assert alone.manque[0].sum() == pytest.approx(alone.manque[6].sum())


@pytest.mark.parametrize("units", [1, 6])
@pytest.mark.parametrize("months", [1, 2, 12, 30])
@pytest.mark.parametrize("share", [0.0, 0.3, 1.0])
def test_a_figure_comes_out_of_any_silence(units: int, months: int, share: float) -> None:
    """Also where nobody answered, in a month or ever, and where some are never in force."""
    generator = np.random.default_rng(months)
    exposure = generator.uniform(0.0, 300.0, (units, 1)) * np.ones((units, months))
    exposure[:, months // 2] = 0.0
    exposure[units // 2 :, 0] = 0.0
    answered = generator.random((units, months)) < share
    answered[:, -1] = False
    counts = np.where(answered, generator.poisson(exposure * 0.05), 0.0)
    found = estimate(counts, exposure, answered, ["A"] * units)
    declared, law = found.total(np.arange(units))
    assert declared == counts.sum()
    assert 0 <= law.moyenne[0] < np.inf
    assert law.moyenne[0] <= law.variance[0] < np.inf
    assert (found.manque[exposure == 0] == 0).all()


def test_the_estimate_on_worlds_whose_truth_is_known() -> None:
    made = simulate_silences(32, worlds=2).with_columns(pl.col("monde") + 2, "cour", "juridiction")
    scores = score(pl.concat([read_silences(FOLDER / "juridictions.parquet"), made]))
    for figures in scores.values():
        assert abs(figures["biais"]) <= 0.06  # four worlds at most of each; the campaign has more
        assert figures["bornes"] == 1
        assert figures["bornes_cours"] >= 0.95 > figures["bornes_taux_cours"]
        assert figures["hauteur"] < 2.2  # wide, and still worth reading
        assert figures["couvre_80"] >= 0.75
        assert figures["rmse_par_cour"] < figures["rmse_declare"] / 2
    assert scores["liee_a_l_usage"]["biais_rapport"] > 0.05  # the respondents' rate is confidently too high


def test_the_first_month_alone_does_not_make_anything_of_the_silent() -> None:
    """Nothing tells yet how the silent differ: what is believed of them must hold the estimate."""
    first = simulate_silences(32, worlds=3).filter(pl.col("mois") == 1)
    for figures in score(first).values():
        assert abs(figures["biais"]) < 0.4


def test_silent_worlds_are_made_from_their_seed_alone() -> None:
    made = simulate_silences(7, worlds=1)
    assert made.equals(simulate_silences(7, worlds=1))
    assert not made.equals(simulate_silences(8, worlds=1))
    assert set(made["non_reponse"]) == set(SILENCES)


def test_the_command_prints_its_scores() -> None:
    result = CliRunner().invoke(main, [str(FOLDER / "juridictions.parquet"), "--format", "json"])
    assert result.exit_code == 0, result.output
    assert set(json.loads(result.output)) == {"liee_a_l_usage", "au_hasard"}
    result = CliRunner().invoke(main, ["--simuler", "2", "--mondes", "1", "--format", "json"])
    assert result.exit_code == 0, result.output
    assert set(json.loads(result.output)) == set(SILENCES)
    assert CliRunner().invoke(main, []).exit_code == 2
    refused = CliRunner().invoke(main, [str(FOLDER / "cours.parquet")])
    assert refused.exit_code == 2
    assert "a_repondu" in refused.output
    assert pl.read_parquet(FOLDER / "juridictions.parquet")["monde"].n_unique() == 2
