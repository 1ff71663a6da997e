"""A process killed amid a replacement: `python -m tests.data.store.remplaceur URL NUMERO RANG`."""

import os
import signal
import sys
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import event

from data.store.engine import open_engine
from data.store.registre import Registre


def main(url: str, decompte: int, last_write: int) -> None:
    """Replace a settlement, and die by `kill -9` once as many rows were written."""
    engine = open_engine(url, lock_timeout_s=20)
    written = 0

    def die(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        nonlocal written
        written += statement.startswith(("INSERT", "UPDATE"))
        if written == last_write:
            os.kill(os.getpid(), signal.SIGKILL)

    event.listen(engine, "after_cursor_execute", die)
    text = f'{{"version":{last_write}}}'
    empreinte = sha256(text.encode()).hexdigest()
    Registre(engine).replace(
        decompte,
        depuis="simulation",
        motif="Base corrigée",
        entrees=text,
        resultat=text,
        empreinte_entrees=empreinte,
        empreinte=empreinte,
        lot=1,
        auteur="Essai",
        connu_le=datetime(2010, 3, 2, tzinfo=UTC),
    )


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
