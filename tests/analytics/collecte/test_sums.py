from datetime import date

from analytics.collecte import sums
from analytics.vocabulary.reference import Reference
from analytics.vocabulary.schemas import Interieur
from tests.analytics.frames import aggregate, rows_of


def test_column_2_outside_the_objective_never_counts(reference: Reference) -> None:
    frame = aggregate(
        [(date(2009, 1, 1), "CA-1", "JAP", 10, 6), (date(2009, 1, 1), "CA-1", "GAV_PROLONGATION", 20, 20)]
    )
    summed = sums.sum_activities(frame, reference.activites, par=["cour"])
    assert summed.rows() == [(date(2009, 1, 1), "CA-1", 30, 10, 6)]
    kept = sums.sum_activities(frame, reference.activites, groupe="Hors objectif")
    assert kept.rows() == [(date(2009, 1, 1), 20, 0, 0)]


def test_a_service_that_was_not_heard_leaves_the_month_unknown() -> None:
    rows = [
        (date(2009, rang, 1), "CA-1", service, 10, 9)
        for rang in (1, 2, 3)
        for service in ("police", "gendarmerie")
        if (rang, service) != (2, "police")
    ]
    # The year before, one service only: it counts alone.
    rows.append((date(2008, 12, 1), "CA-1", "police", 7, 7))
    counted = sums.count_executed(rows_of(Interieur, rows))
    assert dict(counted.select("mois", "executees").iter_rows()) == {
        date(2008, 12, 1): 7,
        date(2009, 1, 1): 18,
        date(2009, 3, 1): 18,
    }
