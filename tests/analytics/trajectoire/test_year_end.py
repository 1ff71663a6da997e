"""What is told of the year's end: never more affirmative than what is known."""

from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.projection.outlook import Avenir
from analytics.trajectoire.account import Mois
from analytics.trajectoire.position import LATE, UNDETERMINED, Bilan, Seuils, assess
from analytics.trajectoire.words.pace_and_odds import tell_range
from analytics.trajectoire.year_end import chances
from analytics.vocabulary.periods import Periode
from data.reference import load_parameters
from tests.analytics.trajectoire.test_position import objective

INDICATIVE = 4


def ahead(mean: float, *, known: int = 9, moved: bool = False) -> Avenir:
    return Avenir((mean,), (2 * mean,), known, 0.84, moved)


@given(st.floats(0.1, 1e4), st.integers(-100, 20_000), st.integers(1, 23), st.booleans())
def test_no_chances_are_certain_while_the_year_is_open(
    mean: float, wanted: int, known: int, moved: bool
) -> None:
    p = chances(ahead(mean, known=known, moved=moved), Fraction(wanted), INDICATIVE)
    if wanted > 0 and (known <= INDICATIVE or moved):
        assert 0.05 <= p <= 0.95
    else:
        assert 0.005 <= p <= 0.995


def test_a_finished_year_is_certain() -> None:
    assert chances(Avenir((), (), 12), Fraction(0), INDICATIVE) == 1.0
    assert chances(Avenir((), (), 12, None, True), Fraction(1, 3), INDICATIVE) == 0.0


def assessed(avenir: Avenir, *, until: int = 9) -> Bilan:
    months = [Mois(date(2009, rank, 1), 9, 9, 1, 10, 10, 100) for rank in range(1, until + 1)]
    return assess(
        months,
        objectif=objective(120_000),
        lecture="A",
        periode=Periode(date(2009, until, 1)),
        avenir=avenir,
        borne_haute=None,
        etpt_par_extraction=Fraction(127, 15_500),
        seuils=Seuils.at(load_parameters(), date(2009, 9, 1)),
    )


def plain(text: str) -> str:
    return text.replace("\u00a0", " ").replace("\u202f", " ")


@pytest.mark.parametrize(("known", "moved"), [(9, False), (3, False), (9, True)])
def test_nobody_is_late_and_nothing_is_excluded_while_little_is_known(known: int, moved: bool) -> None:
    """Ten avoided, six thousand asked: the same figures, told as far as they are known."""
    bilan = assessed(ahead(30.0, known=known, moved=moved))
    told = plain(tell_range(bilan, Periode(date(2009, 9, 1)), "A"))
    little = known <= INDICATIVE or moved
    assert bilan.etat == (UNDETERMINED if little else LATE)
    assert bilan.p_objectif == (0.05 if little else 0.005)
    assert ("moins de 1 %" in told) is not little
    assert ("projection indicative" in told) is little
    assert ("annonce trop peu quand les réponses" in told) is (little and not moved)
    assert ("la part des juridictions qui répondent vient de changer" in told) is moved
    # The condition stands by the chances, wherever they are.
    assert "Si environ 84 % des réponses attendues d'ici décembre arrivent" in told
