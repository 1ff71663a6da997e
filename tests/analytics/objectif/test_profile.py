from datetime import date
from fractions import Fraction

import pytest

from analytics.objectif.profile import PROFILS, spread_year
from analytics.vocabulary.parameters import Parametres


@pytest.mark.parametrize("nom", PROFILS)
def test_every_profile_spreads_the_whole_year_and_no_more(nom: str, parametres: Parametres) -> None:
    shape = {rank: rank for rank in range(1, 13)}
    profil = spread_year(nom, 2009, evitees_avant=shape, parametres=parametres)
    assert sum(profil.parts) == 1
    assert profil.until(12) == 1
    assert profil.until(0) == 0
    assert all(part > 0 for part in profil.parts)
    assert profil.nom == nom


def test_working_days_are_those_of_the_french_calendar(parametres: Parametres) -> None:
    profil = spread_year("jours_ouvres", 2009, evitees_avant={}, parametres=parametres)
    # 261 weekdays less 9 public holidays in 2009; May has three public holidays on a weekday
    # (1, 8, and Ascension on the 21st): 21 less 3.
    assert profil.of(date(2009, 5, 1)) == Fraction(18, 252)
    assert profil.of(date(2009, 8, 1)) == Fraction(21, 252)


def test_last_year_s_shape_needs_its_twelve_months(parametres: Parametres) -> None:
    known = spread_year(
        "annee_precedente", 2010, evitees_avant={rank: rank for rank in range(1, 13)}, parametres=parametres
    )
    assert known.of(date(2010, 12, 1)) == Fraction(12, 78)
    partly = spread_year("annee_precedente", 2010, evitees_avant={1: 5}, parametres=parametres)
    assert partly.of(date(2010, 12, 1)) == Fraction(1, 12)
    assert "2009" in partly.libelle


def test_august_is_the_lightest_month_of_the_season(parametres: Parametres) -> None:
    profil = spread_year("saison", 2009, evitees_avant={}, parametres=parametres)
    assert min(profil.parts) == profil.of(date(2009, 8, 1))
