"""Numbers as people type them."""

from decimal import Decimal

import polars as pl
import pytest

from data.collecte.expected.figures import is_total, read_amounts, read_counts


def count(text: str) -> tuple[int | None, bool, bool, str | None]:
    row = read_counts(pl.Series([text])).row(0, named=True)
    return row["valeur"], row["vide"], row["retrait"], row["regle"]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0", 0),
        ("12", 12),
        (" 12 ", 12),
        ("007", 7),
        ("12,0", 12),
        ("12.00", 12),
        ("1 204", 1204),
        ("1\u00a0204", 1204),
        ("1\u202f204", 1204),
        ("1\u2009204", 1204),
        ("12 345 678", 12_345_678),
        ("+12", 12),
        ("+1 204", 1204),
        ("-0", 0),
        ("−0", 0),
        ("+0", 0),
    ],
)
def test_whole_number(text: str, value: int) -> None:
    assert count(text) == (value, False, False, None)


@pytest.mark.parametrize(
    "text", ["2,5", "1.204", "1,000", "12 34", "1E3", "douze", "12 visio", "0x1F", "1/2", "١٢"]
)
def test_not_a_whole_number(text: str) -> None:
    assert count(text) == (None, False, False, "nombre_non_entier")


@pytest.mark.parametrize(
    ("text", "regle"),
    [
        *((text, "rien_ou_zero") for text in ("néant", "NEANT", "RAS", "aucun", "rien", "zéro", "O", "X")),
        *((text, "valeur_logique") for text in ("VRAI", "FAUX", "TRUE", "oui")),
        *((text, "nombre_approche") for text in ("~10", "≈ 12", "environ 12", "< 5", "env. 30")),
        *((text, "nombre_annote") for text in ("12*", "12 (1)", "(12)", "12 [a]", "12²", "1 204 **")),
        *((text, "formule") for text in ("+12+3", "+A1", "+")),
        *((text, "nombre_negatif") for text in ("-01", "-0,5", "−12")),
    ],
)
def test_what_is_no_number_is_refused_for_what_it_is(text: str, regle: str) -> None:
    assert count(text) == (None, False, False, regle)


@pytest.mark.parametrize("text", ["-3", "− 3", "-2,5"])
def test_negative(text: str) -> None:
    assert count(text)[3] == "nombre_negatif"


@pytest.mark.parametrize("text", ["=1+1", "+5+1", "@SOMME(A1)", "= 3"])
def test_formula(text: str) -> None:
    assert count(text)[3] == "formule"


@pytest.mark.parametrize(
    "text",
    ["", "   ", "\u00a0", "n.r.", "NR", "n.d.", "nd", "-", "–", "Non répondu", "s.o.", "SO", "sans objet"],
)
def test_not_an_answer(text: str) -> None:
    assert count(text) == (None, True, False, None)


def test_withdrawal() -> None:
    assert count("Retrait") == (None, False, True, None)


def test_number_too_long_for_the_store_stays_a_number() -> None:
    value, _, _, regle = count("9" * 40)
    assert regle is None
    assert value is not None
    assert value > 10**12


def test_amounts() -> None:
    read = read_amounts(pl.Series(["20112,50", "20 112.5", "175", "-3", "1,234", "9" * 30, "n.d."]))
    assert read["valeur"].to_list() == [
        Decimal("20112.50"),
        Decimal("20112.50"),
        Decimal("175.00"),
        *[None] * 4,
    ]
    assert read["regle"].to_list() == [*[None] * 3, "nombre_negatif", *["montant_illisible"] * 2, None]


def test_labels_of_totals() -> None:
    assert all(map(is_total, ["Total", "TOTAUX", "total général", "Sous-total CA Douai", "Ensemble"]))
    assert not any(map(is_total, ["", "TGI-LILLE", "Totalement", "Juridiction"]))
