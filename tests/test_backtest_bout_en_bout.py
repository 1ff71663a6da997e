"""The end-to-end measure: every origin is judged, and what is announced holds about as often as it says."""

import polars as pl
from click.testing import CliRunner

from tests import backtest_bout_en_bout
from tests.backtest_bout_en_bout import COLUMNS, MONTHS, each_world, judge, summarise
from tests.outils.worlds import ANSWERS, simulate_answers


def test_what_is_announced_holds_about_as_often_as_it_says() -> None:
    """Two worlds of sixteen; the campaign is the command."""
    worlds = simulate_answers(5, worlds=1).filter(
        (pl.col("famille") == "growth") & pl.col("reponse").is_in(["monte", "saute"])
    )
    notes = [note for monde in each_world(worlds) for note in judge(monde)]
    assert len(notes) == 2 * 2 * len(MONTHS)
    found = summarise(notes)
    assert set(found) == {"annee_1", "annee_2", "saut", "ensemble", "par_reponse", "ms"}
    for years in (found, found["saut"]):
        for annee in ("annee_1", "annee_2"):
            assert list(years[annee]) == [str(month) for month in MONTHS]
            cells = list(years[annee].values())
            assert all({*COLUMNS, "p_sous_1_pour_cent"} == set(cell) for cell in cells)
            assert sum(cell["cours_95"] for cell in cells) / len(cells) > 0.85
            assert all(cell["p_sous_1_pour_cent"]["dites"] == 0 for cell in cells[:4]) or annee == "annee_2"
            # The more is known, the closer.
            assert cells[-1]["crps"] < cells[0]["crps"] / 3


def test_made_worlds_are_laid_out_as_those_that_are_read() -> None:
    worlds = simulate_answers(5, worlds=1)
    assert worlds.select("famille", "reponse").n_unique() == 16
    assert worlds["mois"].unique().sort().to_list() == list(range(1, 25))
    shares = worlds.group_by("reponse", "mois").agg(pl.col("a_repondu").mean())
    first, last = ({r: s for r, m, s in shares.iter_rows() if m == month} for month in (1, 24))
    assert set(first) == set(ANSWERS)
    assert abs(first["monte"] - 0.40) < 0.06
    assert abs(last["monte"] - 0.92) < 0.06


def test_the_command_wants_one_source_of_worlds() -> None:
    ended = CliRunner().invoke(backtest_bout_en_bout.main, [])
    assert ended.exit_code == 2
    assert "--simuler" in ended.output
    ended = CliRunner().invoke(backtest_bout_en_bout.main, ["rien.parquet", "--format", "json"])
    assert ended.exit_code == 2
    assert "Parquet" in ended.output
