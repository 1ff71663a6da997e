from datetime import date

import numpy as np
import pytest

from analytics.leviers.levier import RECOURS, Levier
from analytics.projection.outlook import Avenir
from analytics.scenarios.simulated_outlook import AvenirSimule
from analytics.scenarios.words.levers import Noms, describe_lever
from analytics.scenarios.words.results import lay_out_year, set_apart
from analytics.scenarios.words.steps import climb
from analytics.statistics.ranges import Plage
from tests.analytics.scenarios.terrains import ground

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


@pytest.mark.parametrize(
    ("part", "written"),
    [
        (0.774, " → 77,4 %"),
        (0.8, " → 80 %"),
        # Below what is done on average, it only lifts who is lower: an arrow would read as a fall.
        (0.017, "1,7 % là où l'on est en dessous, pour "),
    ],
)
def test_a_lever_is_written_as_it_is_given_and_never_as_a_fall(part: float, written: str) -> None:
    terrain = ground(cours=2, courts=2, activities=2, months=6)
    levier = Levier(RECOURS, Plage.sure(part), terrain.mois[1])
    told = describe_lever(levier, Noms({}, {}, {}, {}), terrain).replace("\u00a0", " ")
    assert written in told
    assert ("→" in told) is ("→" in written)


def test_what_separates_two_scenarios_is_written_as_in_the_table_beside() -> None:
    """The table said 11 030 and 10 750; the title above it, −300."""
    frame = climb([("recours", -281.0)], depart=11_031.0, debut="A", fin="B", digits=-1)
    told = [text.replace("\u202f", " ").replace("\u2212", "-") for text in frame["texte"]]
    assert told == ["11 030", "-280", "10 750"]
