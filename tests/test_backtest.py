"""The bars of the backtest, on a few worlds of the file and on fresh ones; the campaign is a command."""

import json

import polars as pl
import pytest
from click.testing import CliRunner

from tests.analytics.vectors import FOLDER
from tests.backtest import METHODS, ORIGINS, main, score
from tests.outils.worlds import FAMILIES, each_world, read_worlds, simulate

WORLDS = FOLDER / "cours.parquet"


def test_the_projection_reaches_its_bars() -> None:
    fresh = simulate(3, worlds=1).with_columns(monde=pl.col("monde") + 1)
    scores = score(pl.concat([read_worlds(WORLDS), fresh]), METHODS, origins=(1, 3, 9, 13, 18))
    ours, plain = scores["vigie"], scores["rythme_saisonnier"]
    assert ours["ensemble"]["crps"] <= 0.20  # these origins are harder than all ten together
    assert 0.80 <= ours["ensemble"]["couvre_80"] <= 0.90
    assert 0.93 <= ours["ensemble"]["couvre_95"] <= 0.98
    assert ours["ensemble"]["national_95"] >= 0.85
    assert ours["flat"]["crps"] <= 1.05 * plain["flat"]["crps"]
    for family in ("growth", "late", "fast"):
        assert ours[family]["crps"] < plain[family]["crps"]


def test_worlds_are_made_from_their_seed_alone() -> None:
    assert simulate(7, worlds=1).equals(simulate(7, worlds=1))
    assert not simulate(7, worlds=1).equals(simulate(8, worlds=1))
    assert {world.famille for world in each_world(simulate(7, worlds=1))} == set(FAMILIES)


def test_the_command_prints_its_scores_as_json() -> None:
    result = CliRunner().invoke(main, ["--simuler", "2", "--mondes", "1", "--format", "json"])
    assert result.exit_code == 0, result.output
    printed = json.loads(result.output)
    measures = {"crps", "couvre_80", "couvre_95", "national_80", "national_95", "biais", "brier", "ms"}
    assert set(printed) == {*FAMILIES, "ensemble", "par_origine", "comparaison"}
    assert set(printed["par_origine"]) == {f"apres_{origin:02d}" for origin in ORIGINS}
    for cell in (printed["ensemble"], *printed["par_origine"].values()):
        assert set(cell) == measures


@pytest.mark.parametrize("name", ["absent.parquet", "vide.parquet", "autre.parquet"])
def test_a_file_that_is_not_worlds_is_refused_in_french(
    tmp_path_factory: pytest.TempPathFactory, name: str
) -> None:
    folder = tmp_path_factory.mktemp("mondes")
    (folder / "vide.parquet").write_bytes(b"")
    pl.DataFrame({"a": [1]}).write_parquet(folder / "autre.parquet")
    result = CliRunner().invoke(main, [str(folder / name)])
    assert result.exit_code == 2
    assert "parquet" in result.output
