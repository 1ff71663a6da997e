"""Parameters: dated, exact, sourced."""

from datetime import UTC, date, datetime
from fractions import Fraction

import pytest

from analytics.vocabulary.errors import UserFacingError
from analytics.vocabulary.parameters import Parametre, Parametres
from data.reference import load_parameters


def table(**changes: object) -> dict[str, object]:
    return {
        "nom": "taux",
        "libelle": "Taux",
        "valeur": "0.05",
        "unite": "part",
        "valide_du": date(2009, 1, 1),
        "source": "circulaire",
        "verifie_le": date(2026, 11, 27),
        **changes,
    }


def test_the_values_of_the_text() -> None:
    parametres = load_parameters()
    day = date(2009, 6, 1)
    assert parametres.at("extractions_2008", day).valeur == 155_000
    assert parametres.at("etpt_2008", day).valeur == 1_270
    assert parametres.at("taux_reduction", day).valeur == Fraction(1, 20)
    assert parametres.at("part_population_couverte", day).valeur == Fraction(17, 20)
    assert all(parametre.source for parametre in parametres)


def test_a_value_was_checked_after_the_circular_and_not_in_the_future() -> None:
    days = {parametre.verifie_le for parametre in load_parameters()}
    assert date(2009, 2, 5) <= min(days)
    assert max(days) <= datetime.now(UTC).date()


def test_what_follows_from_them() -> None:
    parametres = load_parameters()
    base, etpt, rate = (
        parametres.at(nom, date(2009, 6, 1)).valeur
        for nom in ("extractions_2008", "etpt_2008", "taux_reduction")
    )
    assert base * rate == 7_750
    assert base * rate * etpt / base == Fraction(127, 2)
    assert etpt / base == Fraction(127, 15_500)
    # If 2009 lands exactly on its target, 2010 asks for half an extraction.
    assert (base - base * rate) * rate == Fraction(14_725, 2)


def test_a_day_without_value_is_an_error_in_french() -> None:
    with pytest.raises(UserFacingError, match=r"taux_reduction.*1er.janvier.2011.*source"):
        load_parameters().at("taux_reduction", date(2011, 1, 1))
    with pytest.raises(UserFacingError, match="n'existe pas"):
        load_parameters().at("inconnu", date(2009, 1, 1))


def test_the_bounds_of_a_value_are_inclusive() -> None:
    first = Parametre.from_toml(table(valide_au=date(2009, 12, 31)))
    second = Parametre.from_toml(table(valeur="0.06", valide_du=date(2010, 1, 1)))
    parametres = Parametres([first, second])
    assert parametres.at("taux", date(2009, 12, 31)) == first
    assert parametres.at("taux", date(2010, 1, 1)) == second


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"valeur": "cinq"}, "n'est pas un nombre"),
        ({"valide_au": date(2008, 1, 1)}, "précède"),
        ({"source": None}, "il manque source"),
        ({"verifie_le": None}, "il manque verifie_le"),
        ({"verifie_le": "2026-11-27"}, "« verifie_le » attend une date"),
        ({"verifie_le": datetime(2026, 11, 27, 9)}, "« verifie_le » attend une date"),
    ],
)
def test_a_wrong_value_is_refused_at_load(changes: dict[str, object], said: str) -> None:
    wrong = {name: value for name, value in table(**changes).items() if value is not None}
    with pytest.raises(UserFacingError, match=said):
        Parametre.from_toml(wrong)


def test_two_values_in_force_at_once_are_refused() -> None:
    with pytest.raises(UserFacingError, match="deux valeurs"):
        Parametres([Parametre.from_toml(table()), Parametre.from_toml(table(valide_du=date(2010, 1, 1)))])
