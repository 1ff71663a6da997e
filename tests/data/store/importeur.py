"""A process that imports one file, for tests to kill: `python -m tests.data.store.importeur URL FICHIER`."""

import sys
from pathlib import Path

from data.collecte.expected.limits import Limites
from data.collecte.importer import examine
from data.reference import load_reference, load_referentiel
from data.settings import Settings
from data.store.store import open_store, utc_now


def main(url: str, path: Path) -> None:
    """Say « pret », wait for the word, import, say « fini »."""
    reference = load_reference()
    store = open_store(Settings(database_url=url), reference)
    print("pret", flush=True)
    sys.stdin.readline()
    examen = examine(
        store,
        path.read_bytes(),
        path.name,
        load_referentiel(),
        limites=Limites(octets=50_000_000),
        clock=utc_now,
    ).signed("Essai")
    store.record(examen.entree, connu_le=utc_now())
    print("fini", flush=True)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
