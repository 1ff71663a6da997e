"""The signatures given back: whoever signed out is out, on every server, whatever a browser kept."""

from datetime import datetime, timedelta

from sqlalchemy import Engine, delete, exists, insert, select

from data.store.engine import reading, writing
from data.store.tables import deconnexion

# Longer than any signature lasts.
_KEPT = timedelta(days=2)


class Deconnexions:
    """The signatures that ended before their time, by a key that says nothing of whose they were."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def note(self, cle: str, *, connu_le: datetime) -> None:
        """Keep that a signature ended; forget those that would have ended by themselves."""
        with writing(self._engine) as connection:
            connection.execute(delete(deconnexion).where(deconnexion.c.connu_le < connu_le - _KEPT))
            if not connection.scalar(select(exists().where(deconnexion.c.cle == cle))):
                connection.execute(insert(deconnexion).values(cle=cle, connu_le=connu_le))

    def known(self, cle: str) -> bool:
        """Tell whether a signature ended."""
        with reading(self._engine) as connection:
            return bool(connection.scalar(select(exists().where(deconnexion.c.cle == cle))))
