"""Moments as Paris lives them: the day one falls on, where a day ends, how one is told."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from analytics.vocabulary.wording import NO_BREAK_SPACE, long_date

PARIS = ZoneInfo("Europe/Paris")


def day_in_paris(moment: datetime) -> date:
    """Give the day on which a moment fell in Paris, as « situation connue au » counts it."""
    return moment.astimezone(PARIS).date()


def end_of(day: date) -> datetime:
    """Give the end of a day."""
    return datetime.combine(day + timedelta(days=1), time.min, tzinfo=PARIS)


def tell_moment(moment: datetime) -> str:
    """Write a moment in full: « 5 mars 2010 à 14 h 05 »."""
    return f"{long_date(day_in_paris(moment))} à {tell_hour(moment)}"


def tell_hour(moment: datetime) -> str:
    """Write the time of a moment: « 14 h 05 »."""
    local = moment.astimezone(PARIS)
    return f"{local.hour}{NO_BREAK_SPACE}h{NO_BREAK_SPACE}{local:%M}"
