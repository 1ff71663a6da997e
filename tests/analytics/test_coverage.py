from datetime import date

import pytest

from analytics import coverage
from data.reference import Reference
from tests.analytics.frames import expected, total, totals

JAN, FEB, MAR = date(2009, 1, 1), date(2009, 2, 1), date(2009, 3, 1)
COURTS = ("TGI-A", "TGI-B", "TGI-C", "TGI-D")


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


@pytest.mark.parametrize("month", [JAN, date(2009, 12, 1), date(2011, 1, 1)])
def test_every_juridiction_in_force_is_expected_once(month: date, reference: Reference) -> None:
    due = reference.attendues(month, month)
    assert due["juridiction"].n_unique() == due.height
    assert coverage.count_answers(totals([]), due)["attendues"].sum() == due.height
