from datetime import date

from analytics import indicators
from data.reference import Reference
from tests.analytics.frames import aggregate


def test_column_2_outside_the_objective_never_counts(reference: Reference) -> None:
    frame = aggregate(
        [
            (date(2009, 1, 1), "CA-1", "JAP", 10, 6),
            (date(2009, 1, 1), "CA-1", "GAV_PROLONGATION", 20, 20),
        ]
    )
    summed = indicators.sum_activities(frame, reference.activites, par=["cour"])
    assert summed.rows() == [(date(2009, 1, 1), "CA-1", 30, 10, 6)]
    kept = indicators.sum_activities(frame, reference.activites, groupe="Hors objectif")
    assert kept.rows() == [(date(2009, 1, 1), 20, 0, 0)]
