from datetime import UTC, date, datetime

import dataframely as dy
import polars as pl
import pytest

from analytics.trajectoire.hindsight import Verdict, judge_projections, sum_up
from analytics.trajectoire.words.hindsight import label_hindsight, tell_hindsight, title_hindsight
from analytics.vocabulary.schemas import COUNTRY, ProjectionGardee

KNOWN = datetime(2009, 7, 12, tzinfo=UTC)


def kept(*rows: tuple[int, date, str, int, float, float]) -> dy.DataFrame[ProjectionGardee]:
    """(lot, mois, cour, evitees, moyenne, variance) of projections; the run-rate announced nothing."""
    lines = [
        (lot, mois, cour, KNOWN, "essai", evitees, 150.0, moyenne, variance, 0.0, 0.0)
        for lot, mois, cour, evitees, moyenne, variance in rows
    ]
    return ProjectionGardee.validate(
        pl.DataFrame(lines, schema=ProjectionGardee.create_empty().schema, orient="row")
    )


def declared(total: int, *, annee: int = 2009) -> pl.DataFrame:
    """A year that ends at `total`, all of it in January."""
    return pl.DataFrame(
        {
            "mois": [date(annee, rank, 1) for rank in range(1, 13)],
            "cour": ["CA-1"] * 12,
            "evitees_objectif": [total, *[0] * 11],
        }
    )


JUNE, DECEMBER = date(2009, 6, 1), date(2009, 12, 1)


def test_a_projection_is_scored_against_what_its_year_declared() -> None:
    verdicts = judge_projections(kept((3, JUNE, "CA-1", 80, 100.0, 400.0)), declared(185), fin=DECEMBER)
    row = verdicts.row(0, named=True)
    assert (row["projete"], row["total"]) == (180, 185)
    assert (row["bas_80"], row["haut_80"]) == (80 + 75, 80 + 126)  # quantiles of the reference law
    assert row["couvre_80"]
    assert row["crps_rythme"] == 105  # nothing announced, 105 came
    assert 0 < row["crps"] < 10
    assert 0.5 < row["pit"] < 0.75
    assert row["brier"] == pytest.approx(0.0, abs=0.01)  # 150 was nearly sure, and was reached


def test_the_last_projection_of_a_month_is_the_one_judged() -> None:
    gardees = kept((3, JUNE, "CA-1", 80, 100.0, 400.0), (5, JUNE, "CA-1", 82, 104.0, 400.0))
    verdicts = judge_projections(gardees, declared(185), fin=DECEMBER)
    assert verdicts["projete"].to_list() == [186]


def test_a_year_still_running_is_not_judged() -> None:
    gardees = kept((3, JUNE, "CA-1", 80, 100.0, 400.0))
    assert judge_projections(gardees, declared(185), fin=date(2009, 11, 1)).is_empty()
    assert sum_up(judge_projections(gardees, declared(185), fin=date(2009, 11, 1))) is None
    never = judge_projections(gardees, declared(185), fin=date(2009, 11, 1))
    assert "rien à juger" in title_hindsight(never, "France entière")
    assert "sera jugée" in tell_hindsight(None)


def test_the_country_is_judged_apart_and_never_counted_among_the_cours() -> None:
    gardees = kept((3, JUNE, "CA-1", 80, 100.0, 400.0), (3, JUNE, COUNTRY, 80, 300.0, 10.0))
    verdicts = judge_projections(gardees, declared(185), fin=DECEMBER)
    valeur = sum_up(verdicts)
    assert valeur is not None
    assert (valeur.projections, valeur.couvre_80) == (1, 1.0)
    assert verdicts.filter(pl.col("cour") == COUNTRY)["couvre_95"].to_list() == [False]
    # What the title counts is what is shown: one place, not the mean of the others.
    for place, held in (("CA-1", "1 fois sur 1"), (COUNTRY, "0 fois sur 1")):
        shown = Verdict.cast(verdicts.filter(pl.col("cour") == place))
        assert title_hindsight(shown, "Ici") == f"Ici\u00a0: la fourchette à 80\u00a0% a tenu {held}"
    assert "règle de trois saisonnière" in tell_hindsight(valeur)
    labelled = label_hindsight(verdicts)
    assert labelled["tenu"].to_list() == ["dans la fourchette", "hors fourchette"]  # CA-1, then the country


def test_a_year_corrected_under_what_it_had_declared_is_left_aside() -> None:
    gardees = kept((3, JUNE, "CA-1", 80, 100.0, 400.0))
    assert judge_projections(gardees, declared(60), fin=DECEMBER).is_empty()
