"""A process killed at its third reminder: `python -m tests.data.actes.relanceur URL PORT avant|apres`."""

import os
import signal
import sys
from datetime import UTC, date, datetime
from email.message import EmailMessage

from analytics.vocabulary.perimetre import NATIONAL
from data.actes.relances import Bureau, prepare, send
from data.post import Poste
from data.reference import load_reference
from data.settings import Settings
from data.store.store import open_store
from tests.outils.courrier import mail_settings


def main(url: str, port: int, moment: str) -> None:
    """Send, and die by `kill -9` before or after the third message left, nothing being noted of it."""
    deliver = Poste.send
    offered = 0

    def deliver_or_die(self: Poste, message: EmailMessage) -> None:
        nonlocal offered
        offered += 1
        if offered == 3 and moment == "apres":
            deliver(self, message)
        if offered == 3:
            os.kill(os.getpid(), signal.SIGKILL)
        deliver(self, message)

    Poste.send = deliver_or_die
    known, day = Settings(**mail_settings(port, database_url=url)), datetime(2009, 4, 7, 8, tzinfo=UTC)
    bureau = Bureau(open_store(known, load_reference()), NATIONAL, known, "Essai", lambda: day)
    preparation = prepare(bureau, date(2009, 3, 1), au=None)
    send(bureau, preparation, renvoyer=False, progress=lambda _part, _label: None)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), sys.argv[3])
