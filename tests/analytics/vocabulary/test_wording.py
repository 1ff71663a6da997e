"""French to the space."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.vocabulary import wording

NB, NARROW = "\u00a0", "\u202f"


@pytest.mark.parametrize(
    ("value", "digits", "written"),
    [
        (0, 0, "0"),
        (999, 0, "999"),
        (1204, 0, "1\u202f204"),
        (155000, 0, "155\u202f000"),
        (63.5, 1, "63,5"),
        (-5, 0, "\u22125"),
        (Decimal("1234.5"), 2, "1\u202f234,50"),
        (Fraction(147250, 20), 1, "7\u202f362,5"),
        (2.5, 0, "3"),
        (-2.5, 0, "\u22123"),
        (Fraction(5, 2), 0, "3"),
        # Binary floats hide 2.675 just below: what was written is what is rounded.
        (2.675, 2, "2,68"),
        (-0.04, 1, "0,0"),
        (None, 0, "n.d."),
        (float("nan"), 0, "n.d."),
    ],
)
def test_numbers(value: int | float | Decimal | Fraction | None, digits: int, written: str) -> None:
    assert wording.number(value, digits) == written


def test_signs_shares_and_units() -> None:
    assert wording.number(5, signed=True) == "+5"
    assert wording.number(0, signed=True) == "0"
    assert wording.percent(0.05) == "5,0\u00a0%"
    assert wording.percent(Fraction(3, 2), 0) == "150\u00a0%"
    assert wording.percent(-0.05, signed=True) == "\u22125,0\u00a0%"
    assert wording.percent(None) == "n.d."
    assert wording.points(0.012) == "+1,2\u00a0pt"
    assert wording.with_unit(Fraction(127, 2), "ETPT", 1) == "63,5\u00a0ETPT"
    assert wording.with_unit(Decimal("1234.5"), "€", 2) == "1\u202f234,50\u00a0€"
    assert wording.with_unit(None, "€") == "n.d."


@pytest.mark.parametrize(
    ("value", "digits", "written"),
    [
        (1224.6, -1, "1\u202f220"),
        (Fraction(12246, 10), -1, "1\u202f220"),
        (Decimal(45), -1, "50"),
        (7281, -2, "7\u202f300"),
        (-4, -1, "0"),
    ],
)
def test_numbers_are_rounded_to_tens_and_hundreds(value: float, digits: int, written: str) -> None:
    assert wording.number(value, digits) == written


@pytest.mark.parametrize(
    ("first", "last", "digits", "gap"),
    [
        # Rounded on its own, each of these gaps is one off what the reader finds by subtracting.
        (224, Fraction(22845, 100), 0, 4),
        (Fraction(724, 10), Fraction(784, 10), 0, 6),
        (Fraction(725, 10), Fraction(784, 10), 0, 5),
        (957.4, 1217.9, -1, 260),
        (0.444, 0.556, 2, Decimal("0.12")),
        (5, 3, 0, -2),
    ],
)
def test_a_difference_is_that_of_the_numbers_written(
    first: float | Fraction, last: float | Fraction, digits: int, gap: Decimal | int
) -> None:
    assert wording.difference(first, last, digits) == gap


@given(st.fractions(-(10**6), 10**6), st.fractions(-(10**6), 10**6), st.integers(-2, 2))
def test_a_reader_who_subtracts_finds_the_difference(first: Fraction, last: Fraction, digits: int) -> None:
    def read(value: Fraction | Decimal) -> Decimal:
        text = wording.number(value, digits)
        return Decimal(text.replace("\u202f", "").replace(",", ".").replace("\u2212", "-"))

    gap = wording.difference(first, last, digits)
    assert read(first) + read(gap) == read(last)


def test_parts_sum_to_their_whole_as_written() -> None:
    assert wording.add_up([26.3, 26.3, 26.4], 79, 0) == [26, 26, 27]
    assert wording.add_up([Fraction(1, 3)] * 3, 1, 2) == [Decimal("0.34"), Decimal("0.33"), Decimal("0.33")]
    # The whole may be written with fewer digits than its parts.
    assert wording.add_up([88.1, 87.4, 87.5], 260) == [87, 86, 87]
    assert wording.add_up([-3.5, 10.5], 7) == [-3, 10]
    assert wording.add_up([], 0) == []


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=20), st.integers(-1, 2))
def test_parts_always_sum_and_stay_near(parts: list[float], digits: int) -> None:
    whole = sum(Fraction(part) for part in parts)
    written = wording.add_up(parts, whole, digits)
    assert sum(written) == wording.difference(0, whole, digits)
    assert all(
        abs(Fraction(a) - Fraction(b)) <= 2 * Fraction(10) ** -digits
        for a, b in zip(written, parts, strict=True)
    )


@given(st.integers(-(10**12), 10**12), st.integers(0, 4))
def test_a_written_number_reads_back(value: int, digits: int) -> None:
    exact = Decimal(value).scaleb(-digits)
    written = wording.number(exact, digits)
    back = written.replace("\u202f", "").replace(",", ".").replace("\u2212", "-")
    assert Decimal(back) == exact
    assert wording.number(Fraction(exact), digits) == written


def test_agreement_begins_at_two() -> None:
    assert [wording.count(n, "cour") for n in (0, 1, 2, 1204)] == [
        "0\u00a0cour",
        "1\u00a0cour",
        "2\u00a0cours",
        "1\u202f204\u00a0cours",
    ]
    assert wording.count(3, "refus", "refus") == "3\u00a0refus"


def test_dates() -> None:
    assert wording.month(date(2009, 8, 1)) == "août\u00a02009"
    assert wording.short_month(date(2009, 2, 1)) == "févr.\u00a02009"
    assert wording.long_date(date(2009, 3, 1)) == "1er\u00a0mars\u00a02009"
    assert wording.long_date(date(2009, 2, 5)) == "5\u00a0février\u00a02009"
    assert wording.short_date(date(2009, 2, 5)) == "05/02/2009"


@pytest.mark.parametrize(
    ("nom", "place", "of", "at"),
    [
        ("Cour d'appel d'Agen", "Agen", "d'Agen", "à Agen"),
        ("Cour d'appel de Rennes", "Rennes", "de Rennes", "à Rennes"),
        ("Tribunal de grande instance du Mans", "Le Mans", "du Mans", "au Mans"),
        (
            "Tribunal de grande instance des Sables-d'Olonne",
            "Les Sables-d'Olonne",
            "des Sables-d'Olonne",
            "aux Sables-d'Olonne",
        ),
        ("Tribunal de grande instance d'Évry", "Évry", "d'Évry", "à Évry"),
        ("Tribunal de grande instance d'Hazebrouck", "Hazebrouck", "d'Hazebrouck", "à Hazebrouck"),
        ("Tribunal de grande instance de La Rochelle", "La Rochelle", "de La Rochelle", "à La Rochelle"),
        ("Cour d'appel de Fort-de-France", "Fort-de-France", "de Fort-de-France", "à Fort-de-France"),
    ],
)
def test_names_elide(nom: str, place: str, of: str, at: str) -> None:
    assert wording.place_of(nom) == place
    assert wording.of_place(place) == of
    assert wording.at_place(place) == at


def test_every_court_s_label_says_its_town(reference: "object") -> None:
    from data.reference import load_reference

    for nom, ville in load_reference().juridictions.select("nom", "ville").iter_rows():
        # The full name is the town's, joined as French joins it, save where the law says more.
        if "(" in nom or "Réunion" in nom or "Miquelon" in nom:
            continue
        assert nom.endswith(" " + wording.of_place(ville)), nom


def test_the_key_of_a_name_forgives_how_it_is_typed() -> None:
    assert wording.unaccented("Cour d’appel d'Aix–en–Provence") == wording.unaccented(
        "COUR D'APPEL D'AIX EN PROVENCE"
    )
    assert wording.unaccented("cœur") == "coeur"


def test_collation_ignores_the_kind_of_court_and_accents() -> None:
    names = [
        "Cour d'appel de Paris",
        "Cour d'appel d'Orléans",
        "Cour d'appel d'Amiens",
        "Cour d'appel de Nîmes",
    ]
    assert [wording.place_of(n) for n in sorted(names, key=wording.collation_key)] == [
        "Amiens",
        "Nîmes",
        "Orléans",
        "Paris",
    ]


def test_enumeration() -> None:
    assert wording.enumeration([]) == ""
    assert wording.enumeration(["A"]) == "A"
    assert wording.enumeration(["A", "B", "C"]) == "A, B et C"


@pytest.mark.parametrize(
    ("typed", "held"),
    [
        ("155 000 extractions", f"155{NARROW}000 extractions"),
        ("5 % et 63,5 ETPT", f"5{NB}% et 63,5{NB}ETPT"),
        ("article 706-71, 12 mois", "article 706-71, 12 mois"),
    ],
)
def test_numbers_in_a_text_hold_together(typed: str, held: str) -> None:
    assert wording.typeset(typed) == held


@pytest.mark.parametrize(
    ("nom", "of", "at"),
    [
        ("Agen", "d'Agen", "à Agen"),
        ("TSA de Mamoudzou", "du TSA de Mamoudzou", "au TSA de Mamoudzou"),
        ("Rennes", "de Rennes", "à Rennes"),
    ],
)
def test_names_of_cours_elide(nom: str, of: str, at: str) -> None:
    assert (wording.of_cour(nom), wording.at_cour(nom)) == (of, at)


def test_some_names_and_the_count_of_the_others() -> None:
    assert wording.some_of(["A", "B"], 2) == "A et B"
    assert wording.some_of(["A", "B"], 3) == "A, B et 1 autre"
    assert wording.some_of(["A", "B"], 6) == f"A, B et 4{NB}autres"


@pytest.mark.parametrize("text", ["1e27", "1e999", "123456789012345678901234567890.5", "-1e40", "1e-40"])
def test_a_number_of_any_length_is_written(text: str) -> None:
    value = Decimal(text)
    whole = wording.number(value).replace("\u202f", "").replace(wording.MINUS, "-")
    assert int(whole) == int(value.to_integral_value("ROUND_HALF_UP"))
    assert wording.number(value, 1)
    assert wording.number(Fraction(value), 2)
