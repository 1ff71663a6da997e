import polars as pl
import pytest

from analytics.trajectoire.words.tiles import title_map
from tests.analytics.frames import cours


@pytest.mark.parametrize(
    ("states", "title"),
    [
        ({"CA-1": "En retard"}, "0 cour sur 1 tient son objectif"),
        ({"CA-1": "En avance", "CA-2": "En retard"}, "1 cour sur 2 tient son objectif"),
        ({"CA-1": "En avance", "CA-2": "Objectif atteint"}, "2 cours sur 2 tiennent leur objectif"),
    ],
)
def test_the_title_of_the_map_agrees(states: dict[str, str], title: str) -> None:
    assert title_map(cours(states)) == title  # pyright: ignore[reportArgumentType] - a plain frame will do


def test_where_no_cour_can_be_placed_none_is_said_to_miss() -> None:
    frame = cours({"CA-1": "Non déterminé"}).with_columns(atteinte=pl.lit(None, dtype=pl.Float64))
    told = title_map(frame)  # pyright: ignore[reportArgumentType] - a plain frame will do
    assert told == "Aucune cour ne peut encore être située"
