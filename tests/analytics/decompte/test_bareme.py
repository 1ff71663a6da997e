"""The rules of settlement: what is refused of one, and those that the product ships."""

from datetime import date, datetime
from fractions import Fraction
from typing import Any

import pytest

from analytics.decompte.bareme import MUTUALISE, NON_DETERMINE, TEXTE, Bareme
from analytics.vocabulary.errors import UserFacingError
from analytics.vocabulary.wording import typeset
from data.reference import load_rules

TABLE: dict[str, Any] = {
    "id": "essai",
    "libelle": "Essai",
    "statut": "hypothese",
    "source": "Hypothèse de travail",
    "valide_du": date(2009, 1, 1),
}


@pytest.mark.parametrize("key", ["libelle", "statut", "source", "valide_du"])
def test_a_rule_says_what_it_lacks(key: str) -> None:
    for table in ({k: v for k, v in TABLE.items() if k != key}, TABLE | {key: ""}):
        with pytest.raises(UserFacingError) as refusal:
            Bareme.from_toml(table)
        assert str(refusal.value) == typeset(f"Règle essai : il manque « {key} ».")


def test_a_rule_without_a_name_and_with_unknown_keys_says_it_all_at_once() -> None:
    table = {
        "libelle": "Essai",
        "statut": "hypothese",
        "valide_du": date(2009, 1, 1),
        "taux": "1",
        "bonus": "1",
    }
    with pytest.raises(UserFacingError) as refusal:
        Bareme.from_toml(table)
    assert str(refusal.value) == typeset(
        "Règle sans nom : il manque « id », il manque « source », "
        "« bonus » n'existe pas et « taux » n'existe pas."
    )


REFUSED = [
    ("statut", "certain", "attend texte, hypothese et a_definir, pas « certain »"),
    ("statut", ["texte"], "attend texte, hypothese et a_definir, pas « ['texte'] »"),
    ("lecture", "D", "attend A, B et C, pas « D »"),
    ("chainage", "niveau", "attend constatees, evitees, objectif et fixe, pas « niveau »"),
    ("comptage", "A", "attend niveau et incremental, pas « A »"),
    ("mode", "", "attend mutualise et ecart_propre, pas «  »"),
    ("mode", "mutualisé", "attend mutualise et ecart_propre, pas « mutualisé »"),
    ("part", "la moitié", "attend un nombre entre guillemets, pas « la moitié »"),
    ("part", "0,5", "attend un nombre entre guillemets, pas « 0,5 »"),
    ("part", "1/0", "attend un nombre entre guillemets, pas « 1/0 »"),
    ("part", True, "attend un nombre entre guillemets, pas « True »"),
    ("plancher_eur", float("nan"), "attend un nombre entre guillemets, pas « nan »"),
    ("plafond_credits", float("inf"), "attend un nombre entre guillemets, pas « inf »"),
    ("part", "-0.1", "attend un nombre de 0 à 1, pas « -0.1 »"),
    ("part", "1.0000001", "attend un nombre de 0 à 1, pas « 1.0000001 »"),
    ("seuil", "5", "attend un nombre de 0 à 1, pas « 5 »"),
    ("interessement_part", "50", "attend un nombre de 0 à 1, pas « 50 »"),
    ("plancher_eur", "-1", "attend un nombre positif, pas « -1 »"),
    ("plafond_credits", "-1", "attend un nombre positif, pas « -1 »"),
    ("interessement_seuil", "-1", "attend un nombre positif, pas « -1 »"),
    ("interessement_plafond", "-1", "attend un nombre positif, pas « -1 »"),
    ("volume_minimum", -5, "attend un nombre entier positif, pas « -5 »"),
    ("volume_minimum", "500", "attend un nombre entier positif, pas « 500 »"),
    ("volume_minimum", 0.5, "attend un nombre entier positif, pas « 0.5 »"),
    ("volume_minimum", True, "attend un nombre entier positif, pas « True »"),
    ("valide_du", "2009-01-01", "attend une date sans guillemets, pas « 2009-01-01 »"),
    ("valide_au", "2010-12-31", "attend une date sans guillemets, pas « 2010-12-31 »"),
    ("valide_au", datetime(2010, 12, 31, 8), "attend une date sans guillemets, pas « 2010-12-31 08:00:00 »"),
    ("libelle", 12, "attend un texte, pas « 12 »"),
]


@pytest.mark.parametrize(("key", "value", "said"), REFUSED)
def test_a_value_that_cannot_be_is_refused_in_french(key: str, value: object, said: str) -> None:
    with pytest.raises(UserFacingError) as refusal:
        Bareme.from_toml(TABLE | {key: value})
    assert str(refusal.value) == typeset(f"Règle essai : « {key} » {said}.")


def test_an_interessement_that_has_no_name_is_refused() -> None:
    with pytest.raises(UserFacingError, match=r"non_determine, symetrique, .* et fonds, pas «.prime.»"):
        Bareme.from_toml(TABLE | {"interessement": "prime"})


def test_dates_the_wrong_way_round_are_refused() -> None:
    with pytest.raises(UserFacingError) as refusal:
        Bareme.from_toml(TABLE | {"valide_au": date(2008, 12, 31)})
    assert str(refusal.value) == typeset("Règle essai : la fin de validité précède le début.")
    assert Bareme.from_toml(TABLE | {"valide_au": date(2009, 1, 1)}).in_force(2009)


def test_numbers_stay_exact_and_what_is_unsaid_is_the_text() -> None:
    read = Bareme.from_toml(
        TABLE | {"part": "0.1", "seuil": 0.05, "plafond_credits": "1.5", "plancher_eur": "99.99"}
    )
    assert (read.part, read.seuil) == (Fraction(1, 10), Fraction(1, 20))
    assert (read.plafond_credits, read.plancher_eur) == (Fraction(3, 2), Fraction(9_999, 100))
    usual = Bareme.from_toml(TABLE)
    assert (usual.lecture, usual.mode, usual.part, usual.seuil) == ("A", MUTUALISE, 1, 0)
    assert usual.interessement == NON_DETERMINE
    assert usual.hypothetique


def test_a_rule_is_in_force_in_every_year_that_its_dates_touch() -> None:
    rule = Bareme.from_toml(TABLE | {"valide_du": date(2009, 12, 31), "valide_au": date(2011, 1, 1)})
    assert [annee for annee in range(2007, 2014) if rule.in_force(annee)] == [2009, 2010, 2011]
    assert Bareme.from_toml(TABLE).in_force(2050)


def test_the_rules_shipped_settle_2009_and_2010_and_only_the_circular_is_the_text() -> None:
    shipped = [Bareme.from_toml(table) for table in load_rules()]
    assert len({rule.id for rule in shipped}) == len(shipped)
    for rule in shipped:
        assert [annee for annee in range(2005, 2020) if rule.in_force(annee)] == [2009, 2010], rule.id
        assert rule.hypothetique is (rule.statut != TEXTE)
    assert [rule.id for rule in shipped if rule.statut == TEXTE] == ["circulaire-2009"]
    # The letter of the text: the whole debt, no threshold, floor nor cap, and nothing defined beyond.
    text = next(rule for rule in shipped if rule.statut == TEXTE)
    assert (text.part, text.seuil, text.plancher_eur, text.plafond_credits) == (1, 0, 0, None)
    assert (text.volume_minimum, text.mode, text.interessement) == (0, MUTUALISE, NON_DETERMINE)


def test_a_capped_interessement_says_its_cap() -> None:
    with pytest.raises(
        UserFacingError,
        match="demande « interessement_plafond »".replace(" »", "\u00a0»").replace("« ", "«\u00a0"),
    ):
        Bareme.from_toml(TABLE | {"interessement": "plafonne"})


def test_a_rule_written_as_text_is_read_back_the_same() -> None:
    for table in load_rules():
        rule = Bareme.from_toml(table)
        assert Bareme.from_text(rule.as_text()) == rule


@pytest.mark.parametrize("value", ["1e999999999", "9" * 41])
def test_a_number_too_long_to_be_one_is_refused(value: str) -> None:
    with pytest.raises(UserFacingError, match="attend un nombre"):
        Bareme.from_toml(TABLE | {"part": value})
