from datetime import date
from fractions import Fraction

from analytics.collecte import sums
from analytics.couverture import coverage
from analytics.couverture.silence import Manque
from analytics.trajectoire.series import sum_up_activities, trace_activities, trace_months, trace_year
from analytics.vocabulary.periods import Periode
from analytics.vocabulary.reference import Reference
from tests.analytics.frames import aggregate, expected, objective, total, totals


def test_a_month_nobody_answered_breaks_the_curve_and_a_zero_does_not(reference: Reference) -> None:
    jan, feb, mar, apr = (date(2009, rank, 1) for rank in range(1, 5))
    frame = aggregate([(jan, "CA-1", "JAP", 5, 4), (mar, "CA-1", "JAP", 0, 0), (apr, "CA-1", "JAP", 3, 2)])
    known = totals([total(mois, "TGI-A", "CA-1", 1) for mois in (jan, mar, apr)])
    due = expected([(mois, "TGI-A", "CA-1") for mois in (jan, feb, mar, apr)])
    traced = trace_year(
        sums.sum_activities(frame, reference.activites),
        coverage.count_answers(known, due),
        periode=Periode(apr),
        objectif=objective(24_000),
    )
    assert traced["cumul"].to_list() == [4, None, 4, 6, *[None] * 8]
    assert traced["evitees"].to_list()[:4] == [4, None, 0, 2]
    assert traced["objectif_cumule"].to_list() == [100.0 * rank for rank in range(1, 13)]
    assert traced["haut"].is_null().all()


def test_the_range_is_cumulated_up_to_the_end_of_the_period(reference: Reference) -> None:
    jan, feb = date(2009, 1, 1), date(2009, 2, 1)
    frame = aggregate([(jan, "CA-1", "JAP", 5, 4)])
    known = totals([total(jan, "TGI-A", "CA-1", 4)])
    due = expected([(jan, "TGI-A", "CA-1"), (feb, "TGI-A", "CA-1")])
    traced = trace_year(
        sums.sum_activities(frame, reference.activites),
        coverage.count_answers(known, due),
        periode=Periode(feb),
        objectif=None,
        manque=Manque(4, 6, 5, 8, 8, 1, {jan: (0.0, 0.0), feb: (1.6, 4.0)}),
    )
    assert traced["cumul"].to_list() == [4, None, *[None] * 10]
    assert traced["estime"].to_list() == [4, 6, *[None] * 10]  # 4 declared, then 1,6 estimated
    assert traced["haut"].to_list() == [4, 8, *[None] * 10]  # 4 declared, then 4 at most
    assert traced["objectif_cumule"].is_null().all()


def test_the_months_of_the_sparklines(reference: Reference) -> None:
    dec, jan, feb = date(2008, 12, 1), date(2009, 1, 1), date(2009, 2, 1)
    frame = aggregate([(dec, "CA-1", "JAP", 4, 1), (feb, "CA-1", "JAP", 10, 5)])
    known = totals([total(feb, "TGI-A", "CA-1", 5)])
    answers = coverage.count_answers(known, expected([(jan, "TGI-A", "CA-1"), (feb, "TGI-A", "CA-1")]))
    months = trace_months(
        sums.sum_activities(frame, reference.activites),
        answers,
        mois=[dec, jan, feb],
        objectif=objective(24_000),
        etpt_par_extraction=Fraction(1, 100),
    )
    assert months["atteinte"].to_list() == [None, None, 5 / 200]  # 100 a month
    assert months["part_evitees"].to_list() == [0.25, None, 0.5]
    assert months["part_reponse"].to_list() == [None, 0.0, 1.0]


def test_before_the_law_a_zero_is_without_object(reference: Reference) -> None:
    oct_, nov = date(2009, 10, 1), date(2009, 11, 1)
    frame = aggregate(
        [
            (oct_, "CA-1", "DELIBERE_INTERETS_CIVILS", 0, 0),
            (nov, "CA-1", "DELIBERE_INTERETS_CIVILS", 2, 1),
            (oct_, "CA-1", "JAP", 0, 0),
        ]
    )
    series = trace_activities(frame, reference.activites, debut=oct_, fin=nov)
    rows = {
        (row["activite"], row["mois"]): (row["sans_objet"], row["visioconferences"])
        for row in series.iter_rows(named=True)
    }
    # Possible since 26 November 2009: October is without object, November is not.
    assert rows["DELIBERE_INTERETS_CIVILS", oct_] == (True, None)
    assert rows["DELIBERE_INTERETS_CIVILS", nov] == (False, 2)
    assert rows["JAP", oct_] == (False, 0)
    assert rows["JAP", nov] == (False, None)
    summed = {row["activite"]: row for row in sum_up_activities(series).iter_rows(named=True)}
    assert not summed["DELIBERE_INTERETS_CIVILS"]["sans_objet"]
    assert summed["DELIBERE_INTERETS_CIVILS"]["part_evitees"] == 0.5
    assert summed["CORRECTIONNEL_PREVENU"]["sans_objet"]  # possible since 2011 only
    assert summed["GAV_PROLONGATION"]["part_evitees"] is None
