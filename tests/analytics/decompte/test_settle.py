import random
from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.decompte.bareme import ECART_PROPRE, INTERESSEMENTS, MODES, MUTUALISE, NON_DETERMINE, Bareme
from analytics.decompte.settle import Compte, Decompte, PartDue, settle
from analytics.statistics.apportion import round_half_up, share_cents
from analytics.vocabulary.errors import UserFacingError
from data.reference import load_rules
from tests.analytics.vectors import vectors
from tests.outils.second_settlement import Row, settle_again

ETPT = Fraction(1_270, 155_000)  # circular, p. 1
COST = Fraction(45_000)  # illustrative: no text gives the cost of an ETPT
VECTORS = vectors("settlement")
TEXT = Bareme.from_toml(load_rules()[0])


def compte(
    cour: str, base: int | str, evitees: int | str, objectif: str | None = None, credits_: str | None = None
) -> Compte:
    whole = Fraction(base)
    return Compte(
        cour=cour,
        base=whole,
        objectif=whole / 20 if objectif is None else Fraction(objectif),
        evitees=Fraction(evitees),
        credits=None if credits_ is None else Fraction(credits_),
    )


def settled(
    comptes: Sequence[Compte], *, mode: str = MUTUALISE, cout: Fraction | None = COST, **rule: Any
) -> Decompte:
    return settle(comptes, replace(TEXT, **rule), mode=mode, cout=cout, etpt_par_extraction=ETPT)


def by_cour(decompte: Decompte) -> dict[str, PartDue]:
    return {part.cour: part for part in decompte.cours}


def cents(decompte: Decompte) -> dict[str, int | None]:
    return {part.cour: part.centimes for part in decompte.cours}


def bonus_cents(decompte: Decompte) -> dict[str, int | None]:
    return {part.cour: part.interessement_centimes for part in decompte.cours}


def exact(value: Mapping[str, str]) -> Fraction:
    return Fraction(value["fraction"])


# --- The reference values -------------------------------------------------------------------------


def test_the_ministry_alone() -> None:
    expected = VECTORS["national"]["expected"]
    assert exact(expected["etpt_per_extraction"]) == ETPT
    whole = settled([compte("A", 155_000, 0)]).national
    assert whole.objectif == exact(expected["target_avoided"])
    assert whole.etpt == exact(expected["etpt_of_5pct"])
    assert whole.base - whole.objectif == expected["extractions_allowed_2009"]


@pytest.mark.parametrize("row", VECTORS["national_grid"]["rows"], ids=lambda row: str(row["avoided"]))
@pytest.mark.parametrize("mode", MODES)
def test_the_grid_of_the_ministry(mode: str, row: Mapping[str, Any]) -> None:
    whole = settled([compte("A", 155_000, row["avoided"])], mode=mode).national
    assert whole.ecart == whole.du == exact(row["gap"])
    assert whole.excedent == exact(row["surplus"])
    assert whole.etpt == exact(row["debt_etpt"])
    assert whole.centimes == round(row["debt_eur_at_45000"] * 100)
    assert round(float(whole.evitees / whole.objectif * 100), 4) == row["attainment_pct"]


def test_one_extraction_is_worth_its_shadow_price() -> None:
    price = settled([compte("A", 155_000, 7_749)]).national.exact
    assert price == exact(VECTORS["national_grid"]["shadow_price_eur_per_extraction"])


def three(vector: Mapping[str, Any]) -> list[Compte]:
    given_ = vector["input"]
    return [compte(cour, base, given_["avoided"][cour]) for cour, base in given_["base"].items()]


@pytest.mark.parametrize(("mode", "name"), [(MUTUALISE, "mutualised"), (ECART_PROPRE, "own")])
def test_three_cours_to_the_cent(mode: str, name: str) -> None:
    vector = VECTORS["three_cours"]
    expected = vector["expected"]
    decompte = settled(three(vector), mode=mode)
    for cour, part in by_cour(decompte).items():
        assert part.objectif == expected["targets"][cour]
        assert part.ecart - part.excedent == expected["gaps"][cour]
        assert part.etpt == exact(expected[f"{name}_etpt"][cour])
    assert cents(decompte) == expected[f"{name}_cents_at_45000"]
    assert decompte.national.etpt == exact(expected[f"{name}_total"])


@pytest.mark.parametrize(
    ("name", "rule"),
    [
        ("bonus_symmetric", {"interessement": "symetrique"}),
        ("bonus_shared", {"interessement": "partage", "interessement_part": Fraction(1, 2)}),
    ],
)
def test_the_interessement_of_three_cours(name: str, rule: dict[str, Any]) -> None:
    vector = VECTORS[name]
    parts = by_cour(settled(three(vector), **rule))
    expected = {cour: exact(value) for cour, value in vector["expected_etpt"].items()}
    assert {cour: part.interessement_etpt for cour, part in parts.items()} == expected


def test_thirds_of_a_hundred_euros() -> None:
    vector = VECTORS["hamilton_thirds"]
    euros = Fraction(vector["input"]["total"], 100)
    quotas = {code: Fraction(part) * euros for code, part in vector["input"]["quotas"].items()}
    assert share_cents(quotas) == vector["expected"]
    assert share_cents(dict(reversed(quotas.items()))) == vector["expected"]


# --- What always holds ----------------------------------------------------------------------------


@st.composite
def compte_lists(draw: st.DrawFn, *, levels: bool = False) -> list[Compte]:
    """Draw the cours of a year; `levels`: readings B and C, where less than nothing may be avoided."""
    objectives = st.fractions(0, 8_000, max_denominator=10_000) | st.sampled_from(
        [Fraction("471.65"), Fraction(14_725, 2), Fraction(10**9 + 7, 2**21), Fraction(0)]
    )
    comptes: list[Compte] = []
    for code in draw(st.lists(st.integers(0, 99), min_size=1, max_size=12, unique=True)):
        objectif = draw(objectives)
        around = [Fraction(0), objectif, Fraction(int(objectif) + 1)]
        evitees = draw(st.sampled_from(around) | st.integers(-2_000 if levels else 0, 9_000).map(Fraction))
        credits_ = draw(st.none() | st.integers(0, 2_000_000).map(Fraction))
        comptes.append(Compte(f"CA-{code:02}", objectif * 20, objectif, evitees, credits_))
    return comptes


costs = st.fractions(0, 90_000, max_denominator=100) | st.just(Fraction(0)) | st.just(COST)
modes = st.sampled_from(list(MODES))
parts_of_one = st.fractions(0, 1, max_denominator=1_000)
# Rules that change the amounts; those without a threshold, a floor nor a cap are told apart below.
rules = st.fixed_dictionaries(
    {},
    optional={
        "part": parts_of_one,
        "seuil": parts_of_one,
        "plancher_eur": st.fractions(0, 200_000, max_denominator=100),
        "plafond_credits": st.fractions(0, 3, max_denominator=100),
        "volume_minimum": st.integers(0, 20_000),
        "interessement": st.sampled_from(list(INTERESSEMENTS)),
        "interessement_part": parts_of_one,
        "interessement_seuil": parts_of_one,
        "interessement_plafond": parts_of_one,
    },
)


@given(comptes=compte_lists(levels=True), mode=modes, cout=costs, rule=rules)
def test_the_parts_sum_to_the_whole_and_stay_near_exact(
    comptes: list[Compte], mode: str, cout: Fraction, rule: dict[str, Any]
) -> None:
    decompte = settled(comptes, mode=mode, cout=cout, **rule)
    whole, parts = decompte.national, decompte.cours
    assert whole.centimes == sum(part.centimes or 0 for part in parts)
    assert whole.etpt == sum(part.etpt for part in parts)
    assert whole.du == sum(part.du for part in parts)
    assert whole.exact == sum(part.exact or 0 for part in parts)
    assert whole.centimes == round_half_up((whole.exact or Fraction(0)) * 100)
    for part in parts:
        assert part.centimes is not None
        assert part.exact is not None
        assert abs(part.centimes - part.exact * 100) <= Fraction(3, 2)
        assert part.exact <= part.etpt * cout
        if part.evitees >= part.objectif or part.exclue:
            assert (part.ecart, part.du, part.etpt, part.exact, part.centimes) == (0, 0, 0, 0, 0)
        # Nobody is asked more than what its own gap costs, mutualised or not.
        assert part.du <= max(Fraction(0), part.objectif - part.evitees)


@given(comptes=compte_lists(levels=True), mode=modes, cout=costs, rule=rules)
def test_the_order_of_amounts_and_of_gaps_is_preserved(
    comptes: list[Compte], mode: str, cout: Fraction, rule: dict[str, Any]
) -> None:
    rule.pop("plafond_credits", None)  # a cap may ask less of a larger gap: that is what it is for
    parts = settled(comptes, mode=mode, cout=cout, **rule).cours
    for one in parts:
        for other in parts:
            assert one.exact is not None
            assert other.exact is not None
            assert one.centimes is not None
            assert other.centimes is not None
            if one.ecart >= other.ecart:
                assert one.exact >= other.exact
            if one.exact > other.exact:
                assert one.centimes >= other.centimes


@given(comptes=compte_lists(levels=True), mode=modes, cout=costs, rule=rules, data=st.data())
def test_more_avoided_never_raises_one_s_own_bill(
    comptes: list[Compte], mode: str, cout: Fraction, rule: dict[str, Any], data: st.DataObject
) -> None:
    # On exact amounts: largest remainder may give one a cent more when the whole goes down.
    before = data.draw(st.sampled_from(comptes))
    more = data.draw(st.integers(1, 5_000) | st.fractions(0, 50, max_denominator=100))
    after = [replace(c, evitees=c.evitees + more) if c is before else c for c in comptes]
    one = by_cour(settled(comptes, mode=mode, cout=cout, **rule))[before.cour].exact
    two = by_cour(settled(after, mode=mode, cout=cout, **rule))[before.cour].exact
    assert one is not None
    assert two is not None
    assert two <= one


@given(comptes=compte_lists(levels=True), mode=modes, cout=st.none() | costs, rule=rules, data=st.data())
def test_the_order_of_rows_changes_nothing(
    comptes: list[Compte], mode: str, cout: Fraction | None, rule: dict[str, Any], data: st.DataObject
) -> None:
    shuffled = data.draw(st.permutations(comptes))
    assert settled(shuffled, mode=mode, cout=cout, **rule) == settled(comptes, mode=mode, cout=cout, **rule)


@given(comptes=compte_lists(levels=True), cout=costs, rule=rules)
def test_mutualised_is_the_ministry_s_debt_and_never_more_than_the_gaps(
    comptes: list[Compte], cout: Fraction, rule: dict[str, Any]
) -> None:
    shared = settled(comptes, mode=MUTUALISE, cout=cout, **rule).national
    own = settled(comptes, mode=ECART_PROPRE, cout=cout, **rule).national
    assert shared.du == shared.ecart
    assert own.du >= shared.du
    assert (own.exact or 0) >= (shared.exact or 0)
    if "seuil" not in rule:
        # « au prorata des extractions non évitées »: those of the cours above pay for the others.
        assert shared.du == max(Fraction(0), shared.objectif - shared.evitees)
        settles = [part for part in comptes if part.base >= rule.get("volume_minimum", 0)]
        above = sum(max(Fraction(0), part.evitees - part.objectif) for part in settles)
        assert own.du - shared.du == min(above, own.du)


@given(comptes=compte_lists(levels=True), mode=modes, cout=st.none() | costs, rule=rules)
def test_an_interessement_is_never_negative_and_absent_where_it_is_to_be_defined(
    comptes: list[Compte], mode: str, cout: Fraction | None, rule: dict[str, Any]
) -> None:
    decompte = settled(comptes, mode=mode, cout=cout, **rule)
    defined = rule.get("interessement", NON_DETERMINE) != NON_DETERMINE
    for part in decompte.cours:
        known = defined and not part.exclue
        assert (part.interessement_etpt is not None) is known
        assert (part.interessement_centimes is not None) is (known and cout is not None)
        assert (part.interessement_etpt or 0) >= 0
        assert (part.interessement_centimes or 0) >= 0
        # Symmetric: at most the whole surplus.
        assert (part.interessement_etpt or 0) <= part.excedent * ETPT
        if not part.excedent:
            assert not part.interessement_etpt
            assert not part.interessement_centimes
    whole = decompte.national
    if whole.interessement_centimes is not None:
        assert whole.interessement_centimes == sum(p.interessement_centimes or 0 for p in decompte.cours)
    if rule.get("interessement") == "fonds" and whole.interessement_etpt is not None:
        # The pool holds a part of the surplus of the ministry, and the cours share all of it.
        assert whole.interessement_etpt == rule.get("interessement_part", 1) * whole.excedent * ETPT


# --- Each clause of a rule, by hand ---------------------------------------------------------------

SOME_COST = Fraction(15_500)  # 15 500 × 127 / 15 500 = 127 € an extraction
ONE = 12_700  # cents of one extraction


@pytest.mark.parametrize(
    ("evitees", "paid"),
    [(950, 0), (949, 51 * ONE), (1_000, 0), (1_001, 0)],
    ids=["at the threshold", "just below it", "at target", "above"],
)
@pytest.mark.parametrize("mode", MODES)
def test_a_gap_within_the_threshold_is_forgiven_and_beyond_it_owed_whole(
    mode: str, evitees: int, paid: int
) -> None:
    # 5 % of an objective of 1 000: 50 extractions.
    decompte = settled([compte("A", 20_000, evitees)], mode=mode, cout=SOME_COST, seuil=Fraction(5, 100))
    assert cents(decompte) == {"A": paid}


def test_what_is_forgiven_to_a_cour_is_owed_by_no_other() -> None:
    # Objectives of 100. A misses 10, beyond the threshold of 5; B misses 4, forgiven. The ministry misses
    # 14 of 200, beyond 10: but A's own 10 are all that is owed.
    decompte = settled(
        [compte("A", 2_000, 90), compte("B", 2_000, 96)], cout=SOME_COST, seuil=Fraction(5, 100)
    )
    assert cents(decompte) == {"A": 10 * ONE, "B": 0}
    assert decompte.national.ecart == 10


def test_the_ministry_s_gap_may_be_forgiven_where_a_cour_s_is_not() -> None:
    # A misses 10 of 100, B exceeds by 4: the ministry misses 6 of 200, within its 10.
    comptes = [compte("A", 2_000, 90), compte("B", 2_000, 104)]
    shared = settled(comptes, cout=SOME_COST, seuil=Fraction(5, 100))
    own = settled(comptes, mode=ECART_PROPRE, cout=SOME_COST, seuil=Fraction(5, 100))
    assert cents(shared) == {"A": 0, "B": 0}
    assert cents(own) == {"A": 10 * ONE, "B": 0}


def test_an_amount_under_the_floor_is_not_claimed() -> None:
    # Gaps of 4, 5 and 6 extractions at 127 €; a floor of 635 € is 5 extractions.
    comptes = [compte("A", 2_000, 96), compte("B", 2_000, 95), compte("C", 2_000, 94)]
    decompte = settled(comptes, mode=ECART_PROPRE, cout=SOME_COST, plancher_eur=Fraction(635))
    assert cents(decompte) == {"A": 0, "B": 5 * ONE, "C": 6 * ONE}
    # The ETPT stay those of the gap: what is not claimed is still owed in kind.
    assert by_cour(decompte)["A"].etpt == 4 * ETPT


def test_a_cour_is_asked_at_most_a_part_of_its_credits() -> None:
    # Gaps of 10 extractions, 1 270 €; half of 1 000, 3 000 and 0 €, and credits not loaded: no cap.
    comptes = [
        compte("A", 2_000, 90, credits_="1000"),
        compte("B", 2_000, 90, credits_="3000"),
        compte("C", 2_000, 90, credits_="0"),
        compte("D", 2_000, 90),
    ]
    decompte = settled(comptes, mode=ECART_PROPRE, cout=SOME_COST, plafond_credits=Fraction(1, 2))
    assert cents(decompte) == {"A": 50_000, "B": 127_000, "C": 0, "D": 127_000}
    parts = by_cour(decompte)
    assert parts["A"].part_credits == Fraction(1, 2)
    assert parts["B"].part_credits == Fraction(1_270, 3_000)
    assert parts["C"].part_credits is None
    assert parts["D"].part_credits is None
    assert decompte.national.credits is None  # D's are not known: the sum is not


def test_a_cour_under_the_minimum_volume_is_not_settled_nor_paid_for() -> None:
    # B, base 1 999, misses everything: the ministry's gap is A's alone.
    comptes = [compte("A", 2_000, 90), compte("B", 1_999, 0)]
    decompte = settled(comptes, cout=SOME_COST, volume_minimum=2_000)
    assert cents(decompte) == {"A": 10 * ONE, "B": 0}
    assert (decompte.national.base, decompte.national.ecart) == (2_000, 10)
    assert [part.exclue for part in decompte.cours] == ["", "base inférieure à 2\u202f000\u00a0extractions"]
    assert cents(settled(comptes, cout=SOME_COST, volume_minimum=1_999))["B"] != 0


def test_a_part_of_the_debt() -> None:
    decompte = settled([compte("A", 2_000, 90)], cout=SOME_COST, part=Fraction(3, 10))
    assert cents(decompte) == {"A": 3 * ONE}
    assert decompte.national.etpt == 3 * ETPT
    assert decompte.national.du == 10


@pytest.mark.parametrize(
    ("rule", "won"),
    [
        # A exceeds its 100 by 60, B its 100 by 20, C misses 30: the ministry exceeds by 50. Bases of 2 000.
        ({"interessement": "symetrique"}, {"A": 60, "B": 20, "C": 0}),
        ({"interessement": "partage", "interessement_part": "1/4"}, {"A": 15, "B": 5, "C": 0}),
        # At most 40 % of the objective, 40; half of it.
        (
            {"interessement": "plafonne", "interessement_part": "1/2", "interessement_plafond": "2/5"},
            {"A": 20, "B": 10, "C": 0},
        ),
        ({"interessement": "plafonne"}, {"A": 60, "B": 20, "C": 0}),
        # Beyond 10 % of the objective, 10.
        ({"interessement": "seuil", "interessement_seuil": "1/10"}, {"A": 50, "B": 10, "C": 0}),
        # Half, up to 5 % of the base: 100.
        ({"interessement": "deux_paliers"}, {"A": 30, "B": 10, "C": 0}),
        # Half of 50, shared 60 to 20.
        ({"interessement": "fonds", "interessement_part": "1/2"}, {"A": "75/4", "B": "25/4", "C": 0}),
    ],
    ids=lambda value: str(value.get("interessement", "")),
)
@pytest.mark.parametrize("mode", MODES)
def test_each_interessement(mode: str, rule: dict[str, Any], won: dict[str, Any]) -> None:
    read = {key: value if key == "interessement" else Fraction(value) for key, value in rule.items()}
    comptes = [compte("A", 2_000, 160), compte("B", 2_000, 120), compte("C", 2_000, 70)]
    parts = by_cour(settled(comptes, mode=mode, cout=SOME_COST, **read))
    expected = {cour: Fraction(extractions) * ETPT for cour, extractions in won.items()}
    assert {cour: part.interessement_etpt for cour, part in parts.items()} == expected
    assert {cour: part.interessement_centimes for cour, part in parts.items()} == {
        cour: int(Fraction(extractions) * ONE) for cour, extractions in won.items()
    }


def test_the_second_step_of_the_two_step_interessement_stops_at_a_fifth_of_the_base() -> None:
    # Base 2 000, objective 100: A exceeds by 250 (half of 100, and 150), B by 900 (half of 100, and 300).
    comptes = [compte("A", 2_000, 350), compte("B", 2_000, 1_000)]
    parts = by_cour(settled(comptes, interessement="deux_paliers"))
    assert parts["A"].interessement_etpt == 200 * ETPT
    assert parts["B"].interessement_etpt == 350 * ETPT


def test_no_pool_where_the_ministry_does_not_exceed_its_objective() -> None:
    decompte = settled([compte("A", 2_000, 160), compte("B", 2_000, 40)], interessement="fonds")
    assert bonus_cents(decompte) == {"A": 0, "B": 0}


def test_without_a_cost_it_stops_at_etpt() -> None:
    decompte = settled([compte("A", 2_000, 90)], cout=None, interessement="symetrique", volume_minimum=1)
    for part in (*decompte.cours, decompte.national):
        assert part.etpt == 10 * ETPT
        assert part.exact is part.centimes is part.part_credits is part.interessement_centimes is None
    assert decompte.national.interessement_etpt == 0


@pytest.mark.parametrize("mode", MODES)
def test_a_cost_of_nothing_asks_nothing_and_is_not_an_absent_cost(mode: str) -> None:
    comptes = [compte("A", 2_000, 60), compte("B", 2_000, 120)]
    decompte = settled(comptes, mode=mode, cout=Fraction(0), interessement="symetrique")
    assert cents(decompte) == bonus_cents(decompte) == {"A": 0, "B": 0}
    assert decompte.national.etpt > 0


def test_a_negative_cost_is_refused() -> None:
    with pytest.raises(UserFacingError, match="ne peut pas être négatif"):
        settled([compte("A", 2_000, 90)], cout=Fraction(-1))


@pytest.mark.parametrize("mode", MODES)
def test_above_everywhere_nothing_is_owed_and_the_text_credits_nothing(mode: str) -> None:
    decompte = settled([compte("A", 2_000, 100), compte("B", 2_000, 500)], mode=mode)
    assert cents(decompte) == {"A": 0, "B": 0}
    assert bonus_cents(decompte) == {"A": None, "B": None}
    assert decompte.national.excedent == 400
    assert decompte.national.interessement_etpt is None


@pytest.mark.parametrize("mode", MODES)
def test_an_objective_that_is_no_whole_number(mode: str) -> None:
    # Base 9 433: 471,65, of which 400 avoided; 71,65 × 1 270 / 155 000 × 45 000 = 26 418,048 387… €.
    assert cents(settled([compte("A", 9_433, 400)], mode=mode)) == {"A": 2_641_805}


def test_halves_of_a_cent_go_up_once_for_the_ministry() -> None:
    # Three exact half cents make 1,5 cent: 2 for the ministry, to the first two codes.
    half = Fraction(1, 200)
    assert share_cents({"C": half, "A": half, "B": half}) == {"A": 1, "B": 1, "C": 0}
    assert [round_half_up(Fraction(n, 2)) for n in range(5)] == [0, 1, 1, 2, 2]
    assert share_cents({}) == {}


@given(st.dictionaries(st.text("ABC", min_size=1, max_size=3), st.fractions(0, 10**6), max_size=12))
def test_cents_sum_to_the_rounded_whole_and_keep_the_order(amounts: dict[str, Fraction]) -> None:
    shared = share_cents(amounts)
    assert sum(shared.values()) == round_half_up(sum(amounts.values(), Fraction(0)) * 100)
    assert all(abs(shared[code] - amount * 100) < 1 for code, amount in amounts.items())
    # Among equal amounts, the fewest cents first: then cents never go down as amounts go up.
    ordered = sorted(amounts, key=lambda code: (amounts[code], shared[code]))
    assert all(shared[one] <= shared[two] for one, two in pairwise(ordered))
    assert share_cents(dict(reversed(amounts.items()))) == shared


# --- Computed a second time -----------------------------------------------------------------------


def a_ministry(source: random.Random) -> tuple[dict[str, Row], dict[str, Any], str]:
    """Draw cours, a rule as `reglement.toml` writes it, and a cost; figures as texts."""
    rows: dict[str, Row] = {}
    pull = source.choice([0.3, 0.9, 1.0, 1.1, 1.6])  # how near the objective the country is
    for rank in source.sample(range(100), source.randint(1, 40)):
        base = source.randint(0, 12_000)
        twentieths = source.choice([1, 1, 1, 2])  # 5 % of the base, or 10 %
        objectif = f"{base * twentieths * 5 // 100}.{base * twentieths * 5 % 100:02}"
        if source.random() < 0.1:
            objectif = f"{source.randint(0, 900)}.{source.randint(0, 9_999):04}"
        avoided = max(-50, round(source.gauss(pull, 0.4) * float(objectif)))
        evitees = objectif if source.random() < 0.05 else str(avoided)
        credits_ = f"{source.randint(0, 300_000)}.{source.randint(0, 99):02}"
        rows[f"CA-{rank:02}"] = (str(base), objectif, evitees, source.choice([credits_, None]))
    rule: dict[str, Any] = {"mode": source.choice(list(MODES))}
    for key, values in {
        "part": ["0.5", "0.333", "1"],
        "seuil": ["0.05", "0.1", "0.25"],
        "plancher_eur": ["100", "1000.50", "20000"],
        "plafond_credits": ["0.1", "0.333", "1"],
        "volume_minimum": [0, 500, 3_000],
        "interessement": list(INTERESSEMENTS),
        "interessement_part": ["0.5", "0.333"],
        "interessement_seuil": ["0.1", "0.075"],
        "interessement_plafond": ["0.2", "0.125"],
    }.items():
        if source.random() < (0.9 if key == "interessement" else 0.3):
            rule[key] = source.choice(values)
    if rule.get("interessement") == "plafonne":
        rule.setdefault("interessement_plafond", "0.2")  # a rule file must say it
    return rows, rule, source.choice(["45000", "56612.37", "49500.5", f"{source.randint(0, 90_000)}.01"])


def test_a_second_calculation_gives_the_same_cents_on_a_thousand_ministries() -> None:
    source = random.Random(5_022_009)
    seen = {"owed": 0, "rewarded": 0, "cours": 0}
    for number in range(1_000):
        rows, rule, cost = a_ministry(source)
        bareme = Bareme.from_toml({**load_rules()[0], **rule})
        comptes = [
            compte(cour, base, evitees, objectif, credits_)
            for cour, (base, objectif, evitees, credits_) in rows.items()
        ]
        decompte = settle(comptes, bareme, mode=bareme.mode, cout=Fraction(cost), etpt_par_extraction=ETPT)
        due, bonus = settle_again(rows, rule, cost)
        assert cents(decompte) == due, (number, rule)
        if bonus is None:
            assert set(bonus_cents(decompte).values()) <= {None}, (number, rule)
        else:
            ours = {cour: won for cour, won in bonus_cents(decompte).items() if won is not None}
            assert ours == bonus, (number, rule)
        seen["owed"] += any(due.values())
        seen["rewarded"] += any((bonus or {}).values())
        seen["cours"] += len(rows)
    # What is compared is not all zeros.
    assert seen["owed"] > 500
    assert seen["rewarded"] > 300
    assert seen["cours"] > 15_000
