"""What every signed write shares: texts typed, juridictions allowed, moments asked for, the revision."""

from datetime import date, datetime

from sqlalchemy import Column, ColumnElement, Connection, true, update

from analytics.errors import UserFacingError
from analytics.schemas import Perimetre
from analytics.wording import month, typeset
from data.moments import end_of
from data.reference import Reference
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


def check_allowed(reference: Reference, perimetre: Perimetre, mois: date, juridiction: str) -> None:
    """Refuse a juridiction that is not in force that month, or not the reader's."""
    if juridiction in perimetre.restrict(reference.in_force(mois))["juridiction"]:
        return
    if perimetre.national:
        raise refusal(
            f"La juridiction « {juridiction} » n'est pas en vigueur en {month(mois)} : "
            "choisissez-en une autre."
        )
    raise refusal("Cette juridiction n'est pas de celles qui vous sont ouvertes.")


def known_by(moments: Column[datetime], connu_le: date | datetime | None) -> ColumnElement[bool]:
    """Tell what was known at a moment (then included), or at the end of a day in Paris; None: all."""
    if connu_le is None:
        return true()
    return moments <= connu_le if isinstance(connu_le, datetime) else moments < end_of(connu_le)


def raise_revision(connection: Connection) -> None:
    """Tell every cached view that something changed."""
    connection.execute(update(revision).values(numero=revision.c.numero + 1))
