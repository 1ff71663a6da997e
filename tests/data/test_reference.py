"""The courts and activities of the country, at their dates."""

from datetime import date

import polars as pl

from analytics.vocabulary.periods import last_day_of_month
from analytics.vocabulary.reference import Reference
from data.reference import load_illustrative_base


def _tgi(reference: Reference, day: date) -> int:
    return reference.in_force(day).filter(pl.col("type") == "TGI").height


def test_the_number_of_tgi_follows_the_reform(reference: Reference) -> None:
    assert _tgi(reference, date(2009, 1, 1)) == 181
    assert _tgi(reference, date(2009, 10, 1)) == 179
    assert _tgi(reference, date(2011, 1, 1)) == 160


def test_37_cours_in_2009(reference: Reference) -> None:
    # The courts of appeal stand among the juridictions: they fill the questionnaire in too.
    assert reference.in_force(date(2009, 1, 1))["cour"].n_unique() == 37


def test_a_court_that_lived_a_day_of_the_month_is_expected(reference: Reference) -> None:
    # Bressuire closed on 5 September 2010.
    expected = reference.attendues(date(2010, 8, 1), date(2010, 10, 1)).filter(
        pl.col("juridiction") == "TGI-BRESSUIRE"
    )
    assert expected["mois"].to_list() == [date(2010, 8, 1), date(2010, 9, 1)]


def test_a_court_that_stands_twice_is_expected_once(reference: Reference) -> None:
    expected = reference.attendues(date(2009, 1, 1), date(2016, 12, 1))
    assert expected.select(pl.struct("mois", "juridiction").is_unique().all()).item()
    saumur = expected.filter(pl.col("juridiction") == "TGI-SAUMUR")["mois"]
    assert date(2010, 12, 1) in saumur
    assert date(2011, 1, 1) not in saumur
    assert date(2014, 9, 1) in saumur


def test_the_rows_of_the_questionnaire(reference: Reference) -> None:
    counts = dict(reference.lignes.group_by("type").len().iter_rows())
    assert counts == {"CA": 12, "TSA": 12, "CHA": 12, "TGI": 20, "TPI": 20}
    assert reference.activites.height == 22
    outside = reference.activites.filter(~pl.col("compte_objectif"))["activite"].to_list()
    assert outside == ["GAV_PROLONGATION", "ETRANGERS_ZA", "ETRANGERS_RETENTION"]


def test_short_names(reference: Reference) -> None:
    names = dict(reference.juridictions.select("juridiction", "nom_court").iter_rows())
    assert names["TGI-LE-MANS"] == "TGI du Mans"
    assert names["TGI-EVRY"] == "TGI d'Évry"
    cours = dict(reference.cours.select("cour", "nom_court").iter_rows())
    assert cours["CA-AGEN"] == "Agen"
    assert cours["TSA-MAMOUDZOU"] == "TSA de Mamoudzou"


def test_the_illustrative_base_sums_to_the_text() -> None:
    base = load_illustrative_base()
    assert base["extractions"].sum() == 155_000
    assert base.height == 37


def test_last_day_of_month() -> None:
    assert last_day_of_month(date(2008, 2, 1)) == date(2008, 2, 29)
    assert last_day_of_month(date(2009, 12, 1)) == date(2009, 12, 31)
