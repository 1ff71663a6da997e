"""What every signed write shares: texts that must be typed, moments asked for, the revision that rises."""

from datetime import date, datetime

from sqlalchemy import Column, ColumnElement, Connection, true, update

from analytics.errors import UserFacingError
from analytics.wording import typeset
from data.moments import end_of
from data.tables import revision


def refusal(sentence: str) -> UserFacingError:
    """Make an error of a French sentence, its spaces right."""
    return UserFacingError(typeset(sentence))


def typed(sentence: str, *texts: str) -> tuple[str, ...]:
    """Strip what a person must have typed; say `sentence` where one of the texts is empty."""
    stripped = tuple(text.strip() for text in texts)
    if not all(stripped):
        raise refusal(sentence)
    return stripped


def known_by(moments: Column[datetime], connu_le: date | datetime | None) -> ColumnElement[bool]:
    """Tell what was known at a moment (then included), or at the end of a day in Paris; None: all."""
    if connu_le is None:
        return true()
    return moments <= connu_le if isinstance(connu_le, datetime) else moments < end_of(connu_le)


def raise_revision(connection: Connection) -> None:
    """Tell every cached view that something changed."""
    connection.execute(update(revision).values(numero=revision.c.numero + 1))
