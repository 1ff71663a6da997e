from datetime import UTC, date, datetime

import dataframely as dy
import polars as pl
import pytest

from analytics.trajectoire.hindsight import Verdict, judge_projections, sum_up, worth_by_age
from analytics.trajectoire.words.hindsight import label_hindsight, tell_hindsight, tell_worth, title_hindsight
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


def test_what_projections_were_worth_is_told_by_months_known_the_country_apart() -> None:
    rows = [
        (month, date(2009, month, 1), cour, 0, mean, 100.0)
        for month, mean in ((1, 100.0), (6, 100.0), (10, 180.0))
        for cour in ("CA-1", COUNTRY)
    ]
    worth = worth_by_age(judge_projections(kept(*rows), declared(185), fin=DECEMBER))
    assert worth.select("annee", "debut", "cours", "tenues_cours", "pays", "tenues_pays").rows() == [
        (2009, 1, 1, 0, 1, 0),
        (2009, 5, 1, 0, 1, 0),
        (2009, 9, 1, 1, 1, 1),
    ]
    assert worth["ecart_cours"].to_list() == pytest.approx([100 / 185 - 1, 100 / 185 - 1, 180 / 185 - 1])
    told = tell_worth(worth, 10).replace("\u00a0", " ")
    assert told == (
        "Ce que valaient les projections faites avec 9 à 11 mois connus : en 2009, 100 % des fourchettes de "
        "cour ont tenu (total annoncé 3 % trop bas) ; celle de la France entière 1 fois sur 1 (total annoncé "
        "3 % trop bas)."
    )
    assert "0 fois sur 1 (total annoncé 46 % trop bas)" in tell_worth(worth, 2).replace("\u00a0", " ")


def test_nothing_is_said_of_an_age_that_was_never_judged() -> None:
    none = judge_projections(kept(), declared(185), fin=DECEMBER)
    assert worth_by_age(none).is_empty()
    assert tell_worth(worth_by_age(none), 3) == ""
    early = judge_projections(
        kept((1, date(2009, 1, 1), "CA-1", 0, 100.0, 100.0)), declared(185), fin=DECEMBER
    )
    told = tell_worth(worth_by_age(early), 1)
    assert "France entière" not in told
    assert tell_worth(worth_by_age(early), 9) == ""
