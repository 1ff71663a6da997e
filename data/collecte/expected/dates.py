"""What a person wrote → the month, the day or the year that they meant, or None."""

import re
from calendar import monthrange
from datetime import date, timedelta

from analytics.vocabulary.periods import EARLIEST_YEAR, LATEST_YEAR
from analytics.vocabulary.wording import MONTHS, unaccented

_SPREADSHEET_EPOCH = date(1899, 12, 30)
_MONTH_KEYS = tuple(unaccented(month) for month in MONTHS)


def _compile(*patterns: str) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(pattern, re.ASCII) for pattern in patterns)


_NUMERIC_MONTHS = _compile(
    r"(?P<y>\d{4})[-/.](?P<m>\d{1,2})", r"(?P<m>\d{1,2})[-/.](?P<y>\d{4})", r"(?P<y>\d{4})(?P<m>\d{2})"
)
_HOUR = r"(?:[01]?\d|2[0-3]):[0-5]\d(?::[0-5]\d)?"
_DAYS = _compile(
    r"(?P<y>\d{4})[-/.](?P<m>\d{1,2})[-/.](?P<d>\d{1,2})(?:[ T]" + _HOUR + r"(?:\.\d+)?)?",
    r"(?P<d>\d{1,2})[-/.](?P<m>\d{1,2})[-/.](?P<y>\d{4})(?: " + _HOUR + r")?",
)
(_SERIAL,) = _compile(r"(?P<n>\d{5})(?:\.0+)?")
(_WORDS,) = _compile(r"(?:(?:\d{1,2}|1er) )?(?P<month>[a-z]{3,}) ?(?P<y>\d{4}|\d{2})")
(_FRENCH_DAY,) = _compile(r"(?P<d>\d{1,2}|1er) (?P<month>[a-z]{3,}) (?P<y>\d{4})")


def month_of(text: str) -> date | None:
    """Read a month however it is written; give its first day, None where it is not one.

    Understood: 2009-03, 03/2009, 2009/03, mars 2009, mars-09, any date (its month), a spreadsheet's
    day number.
    """
    written = " ".join(text[:60].split())
    for pattern in _NUMERIC_MONTHS:
        if found := pattern.fullmatch(written):
            return _day(int(found["y"]), int(found["m"]), 1)
    day = day_of(written)
    if day is not None:
        return day.replace(day=1)
    if found := _WORDS.fullmatch(unaccented(written)):
        year = int(found["y"])
        month = _month_number(found["month"])
        return None if month is None else _day(year if year > 99 else 2000 + year, month, 1)
    return None


def day_of(text: str) -> date | None:
    """Read a day: 2009-03-01, 01/03/2009, 1er mars 2009, a spreadsheet's day number; else None."""
    written = " ".join(text[:60].split())
    for pattern in _DAYS:
        if found := pattern.fullmatch(written):
            return _day(int(found["y"]), int(found["m"]), int(found["d"]))
    if found := _SERIAL.fullmatch(written):
        return _SPREADSHEET_EPOCH + timedelta(days=int(found["n"]))
    if found := _FRENCH_DAY.fullmatch(unaccented(written)):
        month = _month_number(found["month"])
        day = 1 if found["d"] == "1er" else int(found["d"])
        return None if month is None else _day(int(found["y"]), month, day)
    return None


def _month_number(word: str) -> int | None:
    """Recognise a month by its name or by enough of its beginning."""
    fitting = [number for number, name in enumerate(_MONTH_KEYS, 1) if name.startswith(word)]
    return fitting[0] if len(fitting) == 1 else None


def _day(year: int, month: int, day: int) -> date | None:
    if not (1 <= year <= 9999 and 1 <= month <= 12 and 1 <= day <= monthrange(year, month)[1]):
        return None
    return date(year, month, day)


def year_of(text: str) -> int | None:
    """Read a year written in four digits; a spreadsheet may add « .0 »."""
    found = re.fullmatch(r"(\d{4})(?:[.,]0)?", text.strip(), re.ASCII)
    return int(found[1]) if found and EARLIEST_YEAR <= int(found[1]) <= LATEST_YEAR else None
