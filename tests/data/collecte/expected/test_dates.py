"""Months, days and years as people write them."""

from datetime import date

import pytest

from data.collecte.expected.dates import day_of, month_of, year_of

MARCH = date(2009, 3, 1)


@pytest.mark.parametrize(
    "text",
    [
        "2009-03",
        "03/2009",
        "3/2009",
        "2009/03",
        "2009/3",
        "03-2009",
        "200903",
        "mars 2009",
        "Mars 2009",
        "MARS\u00a02009",
        "mars-09",
        "mars 09",
        "15 mars 2009",
        "1er mars 2009",
        "2009-03-15",
        "15/03/2009",
        "2009-03-01 00:00:00",
        "2009-03-01T00:00:00.000",
        "39873",
        "39873.0",
        " 2009-03 ",
    ],
)
def test_month_is_read_however_written(text: str) -> None:
    assert month_of(text) == MARCH


@pytest.mark.parametrize(
    ("text", "mois"),
    [
        ("janv. 2010", date(2010, 1, 1)),
        ("févr-09", date(2009, 2, 1)),
        ("août 2009", date(2009, 8, 1)),
        ("AOUT 2009", date(2009, 8, 1)),
        ("juil. 09", date(2009, 7, 1)),
        ("déc-2009", date(2009, 12, 1)),
        ("1999-12", date(1999, 12, 1)),
    ],
)
def test_month_names_and_their_beginnings(text: str, mois: date) -> None:
    assert month_of(text) == mois


@pytest.mark.parametrize(
    "text",
    [
        "",
        "13/2009",
        "2009-00",
        "mars",
        "2009",
        "jui 2009",
        "31/02/2009",
        "premier trimestre 2009",
        "٢٠٠٩-٠٣",
        "9" * 40,
    ],
)
def test_what_is_not_a_month(text: str) -> None:
    assert month_of(text) is None


def test_days_and_years() -> None:
    assert day_of("2009-08-01") == day_of("01/08/2009") == day_of("1er août 2009") == date(2009, 8, 1)
    assert day_of("2009-08-01 00:00:00") == date(2009, 8, 1)
    assert day_of("2009-08") is None
    for hour in ("2009-08-01T25:00", "2009-08-01 12:60", "01/08/2009 24:00"):
        assert day_of(hour) is None, hour
    assert year_of("2008") == year_of("2008.0") == year_of(" 2008 ") == 2008
    assert year_of("08") is None
    assert year_of("1812") is None
