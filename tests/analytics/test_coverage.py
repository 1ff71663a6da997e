from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics import coverage
from data.reference import Reference
from tests.analytics.frames import expected, total, totals

JAN, FEB, MAR = date(2009, 1, 1), date(2009, 2, 1), date(2009, 3, 1)
COURTS = ("TGI-A", "TGI-B", "TGI-C", "TGI-D")
MONTHS = tuple(date(2009, rank, 1) for rank in range(1, 7))


def cour_of(court: str) -> str:
    return "CA-1" if court in COURTS[:2] else "CA-2"


def test_counts_answers_among_those_expected() -> None:
    known = totals([total(JAN, "TGI-A", "CA-1", 3), total(JAN, "TGI-X", "CA-1", 9)])
    due = expected([(JAN, "TGI-A", "CA-1"), (JAN, "TGI-B", "CA-1")])
    # TGI-X answered without being in force: neither in the numerator nor in the denominator.
    assert coverage.count_answers(known, due).rows() == [(JAN, "CA-1", 2, 1)]


def test_a_zero_is_an_answer() -> None:
    counted = coverage.count_answers(
        totals([total(JAN, "TGI-A", "CA-1", 0)]), expected([(JAN, "TGI-A", "CA-1")])
    )
    assert counted.row(0)[2:] == (1, 1)


def test_describes_answered_corrected_silent_and_not_in_force() -> None:
    known = totals(
        [
            total(JAN, "TGI-A", "CA-1", 1),
            total(FEB, "TGI-A", "CA-1", 1, lots=(1, 2)),
        ]
    )
    due = expected([(JAN, "TGI-A", "CA-1"), (FEB, "TGI-A", "CA-1"), (JAN, "TGI-B", "CA-1")])
    states = {(row[0], row[1]): row[2:] for row in coverage.describe_answers(known, due).rows()}
    assert states == {
        (JAN, "TGI-A"): ("répondu", "✓"),
        (FEB, "TGI-A"): ("corrigé", "C"),
        (JAN, "TGI-B"): ("silence", "·"),
        (FEB, "TGI-B"): ("pas en vigueur", "–"),
    }


def test_the_silent_may_have_done_as_much_as_their_own_best_month() -> None:
    known = totals([total(JAN, "TGI-A", "CA-1", 4), total(MAR, "TGI-A", "CA-1", 7)])
    due = expected([(mois, "TGI-A", "CA-1") for mois in (JAN, FEB, MAR)])
    # February: 0 declared, at most max(4, 7) = 7.
    assert coverage.bound(known, due).rows() == [
        (JAN, "CA-1", 4, 4),
        (FEB, "CA-1", 0, 7),
        (MAR, "CA-1", 7, 7),
    ]


def test_one_year_and_more_away_does_not_speak_for_a_month() -> None:
    early, late = date(2009, 1, 1), date(2010, 2, 1)
    known = totals([total(early, "TGI-A", "CA-1", 50), total(late, "TGI-B", "CA-1", 2)])
    due = expected([(late, "TGI-A", "CA-1"), (late, "TGI-B", "CA-1")])
    # Thirteen months separate them: the ceiling is that of the month, 2, not 50.
    assert coverage.ceilings(known, due)["plafond"].to_list() == [2]


def test_one_that_never_spoke_takes_the_ninetieth_centile_of_its_kind() -> None:
    courts = [f"TGI-{rank}" for rank in range(1, 11)]
    known = totals([total(JAN, court, "CA-1", rank) for rank, court in enumerate(courts, start=1)])
    due = expected([(JAN, court, "CA-1") for court in [*courts, "TGI-MUET"]])
    # Values 1 to 10: position 0,9 × 9 = 8,1, the higher neighbour is the tenth value, 10.
    assert coverage.ceilings(known, due)["plafond"].to_list() == [10]


def test_nobody_spoke_at_all() -> None:
    known = totals([])
    due = expected([(JAN, "TGI-A", "CA-1")])
    assert coverage.bound(known, due).rows() == [(JAN, "CA-1", 0, 0)]
    assert coverage.count_answers(known, due).row(0)[2:] == (1, 0)


def test_tells_who_falls_silent_and_who_speaks_again() -> None:
    known = totals(
        [
            total(JAN, "TGI-A", "CA-1", 1),
            total(FEB, "TGI-A", "CA-1", 1),
            total(FEB, "TGI-B", "CA-1", 1),
            total(MAR, "TGI-C", "CA-2", 1),
        ]
    )
    due = expected([(mois, court, cour_of(court)) for mois in (JAN, FEB, MAR) for court in COURTS])
    fallen = coverage.falling_silent(known, due, mois=MAR, mois_precedents=2)
    back = coverage.speaking_again(known, due, mois=MAR, mois_precedents=2)
    assert fallen["juridiction"].to_list() == ["TGI-A"]  # B answered one month only, D never did
    assert back["juridiction"].to_list() == ["TGI-C"]


answers = st.dictionaries(
    st.tuples(st.sampled_from(MONTHS), st.sampled_from(COURTS)), st.integers(0, 60), max_size=24
)
in_force = st.sets(st.tuples(st.sampled_from(MONTHS), st.sampled_from(COURTS)), min_size=1)


@settings(max_examples=40, deadline=None)
@given(said=answers, due=in_force)
def test_low_never_exceeds_high_and_the_country_is_the_sum_of_the_cours(
    said: dict[tuple[date, str], int], due: set[tuple[date, str]]
) -> None:
    known = totals([total(mois, court, cour_of(court), value) for (mois, court), value in said.items()])
    asked = expected([(mois, court, cour_of(court)) for mois, court in sorted(due)])
    bounded = coverage.bound(known, asked)
    assert (bounded["bas"] <= bounded["haut"]).all()
    ceiling = coverage.ceilings(known, asked)["plafond"].sum()
    declared = sum(value for (mois, _), value in said.items() if mois in {month for month, _ in due})
    assert bounded["bas"].sum() == declared
    assert bounded["haut"].sum() == declared + ceiling


@settings(max_examples=40, deadline=None)
@given(said=answers, due=in_force)
def test_one_not_in_force_is_never_silent(
    said: dict[tuple[date, str], int], due: set[tuple[date, str]]
) -> None:
    known = totals([total(mois, court, cour_of(court), value) for (mois, court), value in said.items()])
    asked = expected([(mois, court, cour_of(court)) for mois, court in sorted(due)])
    silent = set(coverage.ceilings(known, asked).select("mois", "juridiction").rows())
    assert silent == due - said.keys()
    counted = coverage.count_answers(known, asked)
    assert counted["repondues"].sum() == len(due & said.keys())


@settings(max_examples=30, deadline=None)
@given(due=in_force, value=st.integers(0, 60))
def test_when_all_answer_there_is_no_range(due: set[tuple[date, str]], value: int) -> None:
    known = totals([total(mois, court, cour_of(court), value) for mois, court in sorted(due)])
    asked = expected([(mois, court, cour_of(court)) for mois, court in sorted(due)])
    bounded = coverage.bound(known, asked)
    assert bounded["bas"].to_list() == bounded["haut"].to_list()


@settings(max_examples=30, deadline=None)
@given(said=answers, due=in_force, data=st.data())
def test_the_order_of_rows_changes_nothing(
    said: dict[tuple[date, str], int], due: set[tuple[date, str]], data: st.DataObject
) -> None:
    rows = [total(mois, court, cour_of(court), value) for (mois, court), value in said.items()]
    asked = [(mois, court, cour_of(court)) for mois, court in sorted(due)]
    straight = coverage.bound(totals(rows), expected(asked))
    shuffled = coverage.bound(
        totals(data.draw(st.permutations(rows))), expected(data.draw(st.permutations(asked)))
    )
    assert straight.equals(shuffled)


@pytest.mark.parametrize("month", [JAN, date(2009, 12, 1), date(2011, 1, 1)])
def test_every_juridiction_in_force_is_expected_once(month: date, reference: Reference) -> None:
    due = reference.attendues(month, month)
    assert due["juridiction"].n_unique() == due.height
    assert coverage.count_answers(totals([]), due)["attendues"].sum() == due.height
