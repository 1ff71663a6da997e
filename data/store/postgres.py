"""A connection to PostgreSQL that gives up a server which no longer answers, even frozen."""

from typing import Any

import psycopg
from psycopg import errors

# What the server may take to answer at all, to answer a read, and to finish one statement of a write.
ANSWER_S, READ_S, STATEMENT_S = 5, 120, 300


class ImpatientConnection(psycopg.Connection[Any]):
    """A connection that is closed once its server has said nothing for `patience` seconds.

    The server's own limits do nothing when it is stopped in the middle of a statement: its machine still
    acknowledges what is sent, so that the network tells nothing either.
    """

    patience: float = ANSWER_S

    def wait(self, gen: Any, interval: float = 0.1, timeout: float | None = None) -> Any:
        """Wait for the server, no longer than `patience`."""
        try:
            return super().wait(gen, interval, self.patience if timeout is None else timeout)
        except errors._WaitTimeout as error:  # pyright: ignore[reportPrivateUsage] - no other name
            self.pgconn.finish()  # what it is in the middle of is not known: never used again
            raise psycopg.OperationalError("the server does not answer") from error
