from datetime import date

import numpy as np
import pytest

from analytics.display.scenario import lay_out_year, set_apart
from analytics.outlook import Avenir
from analytics.simulated_outlook import AvenirSimule

DECEMBER = date(2009, 12, 1)


@pytest.mark.parametrize(
    ("before", "after", "written"),
    [
        (8_153.2, 8_424.6, "8 420"),
        (8_153.2, 11_234.6, "11 230"),
        (964.4, 1_224.6, "1 225"),
        (96.4, 99.46, "99"),
    ],
)
def test_the_end_of_the_year_is_not_rounded_twice(before: float, after: float, written: str) -> None:
    """8 424,6 is 8 425, and 8 420 to the nearest ten: never 8 430."""
    frame = lay_out_year(
        [],
        Avenir((before,), (before,), 3),
        AvenirSimule((after,), (after,), 3, effets=np.zeros((1, 1))),
        annee=2009,
        a_venir=[DECEMBER],
        objectif_a_date=[None] * 12,
    )
    last = frame.row(-1, named=True)
    told = [
        last["milieu_ecrit"],
        last["fin_milieu"].removeprefix("Scénario<br>"),
        set_apart(before, after).apres,
    ]
    assert [text.replace("\u202f", " ") for text in told] == [written] * 3
