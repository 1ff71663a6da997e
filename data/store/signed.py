"""What every signed write shares: juridictions allowed, moments asked for, the revision."""

from datetime import UTC, date, datetime, timedelta
from secrets import token_hex

from sqlalchemy import Column, ColumnElement, Connection, text, true, update

from analytics.vocabulary.errors import refusal
from analytics.vocabulary.moments import end_of, tell_moment
from analytics.vocabulary.perimetre import Perimetre
from analytics.vocabulary.reference import Reference
from analytics.vocabulary.wording import month
from data.store.tables import revision

# Two machines never tell quite the same time.
SKEW = timedelta(minutes=10)
# The clock of the store, which its servers share.
_CLOCKS = {
    "postgresql": text("SELECT extract(epoch from clock_timestamp())"),
    "sqlite": text("SELECT strftime('%s', 'now')"),
}


def check_clock(connection: Connection, moment: datetime) -> None:
    """Refuse what would be dated in the future: all that is written later would seem to come before it."""
    clock = _CLOCKS[connection.dialect.name]
    now = datetime.fromtimestamp(float(connection.execute(clock).scalar_one()), UTC)
    if moment > now + SKEW:
        raise refusal(
            f"Rien n'a été enregistré : l'heure donnée ({tell_moment(moment)}) est en avance sur celle de "
            f"l'entrepôt ({tell_moment(now)}). Réglez l'horloge de ce serveur, puis recommencez."
        )


def check_order(moment: datetime, before: datetime | None) -> None:
    """Refuse what would be dated before what it follows: a clock that stepped back."""
    if before is not None and moment < before:
        raise refusal(
            f"Rien n'a été enregistré : l'heure de ce serveur ({tell_moment(moment)}) précède ce qui a déjà "
            f"été fait ({tell_moment(before)}). Réglez son horloge, ou, si elle avançait alors, lancez "
            "« vigie reparer-dates »."
        )


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


def raise_revision(connection: Connection, **changes: bool) -> None:
    """Note that the store changed: what was read of it before is not what it says now."""
    drawn = token_hex(16)
    connection.execute(update(revision).values(numero=revision.c.numero + 1, jeton=drawn, **changes))
