from datetime import date
from fractions import Fraction

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.objective import (
    SOURCE_EXECUTED,
    SOURCE_KEY,
    BaseObjectif,
    Objectif,
    etpt_per_extraction,
    set_objective,
    share_out,
)
from analytics.parameters import Parametres
from data.reference import load_illustrative_base
from tests.analytics.frames import bases, executed, find


def test_the_objective_of_2009_is_7_750_extractions_and_63_5_etpt(parametres: Parametres) -> None:
    found = find(2009, parametres, cle=load_illustrative_base())
    objectif = set_objective(found, annee=2009, parametres=parametres, ensemble=True)
    assert objectif is not None
    assert objectif.base == 155_000
    assert objectif.annuel == 7_750  # 155 000 × 5 %
    etpt = etpt_per_extraction(parametres, date(2009, 1, 1))
    assert etpt == Fraction(127, 15_500)  # 1 270 / 155 000
    assert objectif.annuel * etpt == Fraction(127, 2)  # 63,5
    assert objectif.source.startswith("Circulaire")
    assert not objectif.illustratif


def test_the_objective_to_date_is_one_twelfth_a_month() -> None:
    objectif = Objectif(2009, 155_000, Fraction(1, 20), "x", illustratif=False, hypothese=False)
    assert objectif.a_date(9) == Fraction(11_625, 2)  # 7 750 × 9 / 12 = 5 812,5
    assert objectif.a_date(12) == objectif.annuel


def test_a_cour_s_objective_says_that_its_base_is_illustrative(parametres: Parametres) -> None:
    found = find(2009, parametres)
    own = BaseObjectif.cast(found.filter(pl.col("cour") == "CA-1"))
    objectif = set_objective(own, annee=2009, parametres=parametres, ensemble=False)
    assert objectif is not None
    assert objectif.illustratif
    assert objectif.annuel == 5_000
    assert "illustrative" in objectif.source


def test_a_loaded_base_replaces_the_key_and_keeps_its_source(parametres: Parametres) -> None:
    found = find(2009, parametres, loaded=bases([(2008, "CA-1", 90_000, "Comptage 2008")]))
    assert found.rows() == [
        (2009, "CA-1", 90_000, "Comptage 2008", False, False),
        (2009, "CA-2", 55_000, SOURCE_KEY, True, False),
    ]
    whole = set_objective(found, annee=2009, parametres=parametres, ensemble=True)
    assert whole is not None
    assert whole.base == 145_000  # the national base is the sum of the cours
    assert whole.illustratif


def test_a_loaded_base_that_calls_itself_illustrative_is_believed(parametres: Parametres) -> None:
    found = find(2009, parametres, loaded=bases([(2008, "CA-1", 100_000, "Répartition illustrative")]))
    assert found["illustratif"].to_list() == [True, True]


def test_the_base_of_2010_is_what_interieur_executed_in_2009(parametres: Parametres) -> None:
    found = find(2010, parametres, interieur=executed(2009, "CA-1", 7_000))
    assert found.row(0) == (2010, "CA-1", 84_000, SOURCE_EXECUTED, False, False)


def test_without_twelve_months_of_interieur_the_base_of_2010_is_a_hypothesis(parametres: Parametres) -> None:
    avoided = pl.DataFrame({"annee": [2009], "cour": ["CA-1"], "evitees": [4_000]})
    found = find(2010, parametres, interieur=executed(2009, "CA-1", 7_000, months=11), evitees=avoided)
    # 100 000 − 4 000 = 96 000; CA-2 avoided nothing that is known: 55 000.
    assert found["base"].to_list() == [96_000, 55_000]
    assert found["hypothese"].all()
    assert found["illustratif"].all()
    objectif = set_objective(found, annee=2010, parametres=parametres, ensemble=True)
    assert objectif is not None
    assert objectif.hypothese


def test_landing_exactly_on_target_leaves_a_half_extraction_to_2010(parametres: Parametres) -> None:
    avoided = pl.DataFrame({"annee": [2009, 2009], "cour": ["CA-1", "CA-2"], "evitees": [5_000, 2_750]})
    found = find(2010, parametres, evitees=avoided)
    objectif = set_objective(found, annee=2010, parametres=parametres, ensemble=True)
    assert objectif is not None
    assert objectif.base == 147_250
    assert objectif.annuel == Fraction(14_725, 2)  # 7 362,5


@pytest.mark.parametrize("annee", [2008, 2011])
def test_a_year_without_text_has_no_objective(annee: int, parametres: Parametres) -> None:
    found = find(annee, parametres)
    assert set_objective(found, annee=annee, parametres=parametres, ensemble=True) is None


@settings(max_examples=60, deadline=None)
@given(
    total_=st.integers(0, 200_000),
    poids=st.dictionaries(st.text("ABCD", min_size=1, max_size=3), st.integers(0, 500), min_size=1),
)
def test_shares_sum_to_the_whole_and_stay_within_one_of_exact(total_: int, poids: dict[str, int]) -> None:
    parts = share_out(total_, poids)
    whole = sum(poids.values())
    if whole == 0:
        assert parts == {}
        return
    assert sum(parts.values()) == total_
    assert all(abs(parts[code] - Fraction(total_ * poids[code], whole)) < 1 for code in poids)
    assert share_out(total_, dict(reversed(poids.items()))) == parts
