"""One way to open a database, whichever engine: locks, transactions, migrations, bulk writes."""

import os
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import dataframely as dy
import polars as pl
import polars.selectors as cs
from sqlalchemy import Connection, Engine, Executable, Table, create_engine, event, inspect, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DatabaseError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from analytics.vocabulary.errors import UserFacingError
from analytics.vocabulary.wording import typeset
from data.store.tables import SCHEMA_VERSION

# Any constant does, as long as every process of the product uses this one.
_ADVISORY_LOCK = 0x56494749
_BATCH = 50_000


def open_engine(url: str, *, lock_timeout_s: float) -> Engine:
    """Open SQLite (WAL, foreign keys, busy timeout) or PostgreSQL; its errors never repeat a figure.

    Raises `UserFacingError` when the address is not one of theirs.
    """
    try:
        backend = make_url(url).get_backend_name()
    except (ArgumentError, ValueError) as error:
        raise UserFacingError(
            "L'adresse de l'entrepôt n'est pas lisible. Donnez à VIGIE_DATABASE_URL le chemin d'un fichier, "
            "ou une adresse postgresql://utilisateur@hôte/base."
        ) from error
    if backend == "postgresql":
        return _open_postgresql(url).execution_options(lock_timeout_s=lock_timeout_s)
    if backend != "sqlite":
        raise UserFacingError(
            f"L'entrepôt « {backend} » n'est pas pris en charge : utilisez SQLite ou PostgreSQL."
        )
    database = make_url(url).database
    if database and database != ":memory:":
        try:
            Path(database).parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise UserFacingError(_unopened(f"le dossier de {database} ne peut pas être créé")) from error
    read_only = bool(database) and Path(str(database)).exists() and not os.access(str(database), os.W_OK)
    engine = create_engine(
        _read_only(Path(str(database))) if read_only else url,
        connect_args={"timeout": lock_timeout_s},
        hide_parameters=True,
    )

    def prepare(dbapi_connection: Any, _record: object) -> None:
        # The driver's own implicit BEGIN comes too late to lock before reading.
        dbapi_connection.isolation_level = None
        cursor = dbapi_connection.cursor()
        if not read_only:
            cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.close()

    def begin(connection: Connection) -> None:
        writing = connection.get_execution_options().get("writing", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")

    event.listen(engine, "connect", prepare)
    event.listen(engine, "begin", begin)
    return engine


def _open_postgresql(url: str) -> Engine:
    from data.store.postgres import ANSWER_S, READ_S, STATEMENT_S, ImpatientConnection  # SQLite does without

    engine = create_engine(
        url,
        pool_pre_ping=True,
        pool_timeout=2 * ANSWER_S,
        connect_args={
            "connect_timeout": ANSWER_S,
            "tcp_user_timeout": ANSWER_S * 1000,
            "options": f"-c statement_timeout={STATEMENT_S}s",
        },
        isolation_level="REPEATABLE READ",
        hide_parameters=True,
    )

    def connect(_dialect: object, _record: object, cargs: Any, cparams: Any) -> ImpatientConnection:
        return ImpatientConnection.connect(*cargs, **cparams)

    # Asked whether it is there, a connection answers at once; asked for something, it may take its time.
    def lend(dbapi_connection: ImpatientConnection, *_: object) -> None:
        dbapi_connection.patience = READ_S

    def take_back(dbapi_connection: ImpatientConnection | None, _record: object) -> None:
        if dbapi_connection is not None:
            dbapi_connection.patience = ANSWER_S

    event.listen(engine, "do_connect", connect)
    event.listen(engine, "checkout", lend)
    event.listen(engine, "checkin", take_back)
    return engine


def _read_only(path: Path) -> str:
    """Give the address of a file that may only be read: a copy on a share, an archive.

    Where nothing can be written beside it either, nobody else is writing it: it is read without a lock.
    """
    sealed = not os.access(path.parent, os.W_OK) and not Path(f"{path}-wal").exists()
    return f"sqlite:///file:{quote(str(path.resolve()))}?mode=ro&uri=true{'&immutable=1' if sealed else ''}"


@contextmanager
def reading(engine: Engine) -> Generator[Connection]:
    """Open a transaction that sees one state of the store, whatever is written meanwhile."""
    with engine.connect() as connection, connection.begin():
        yield connection


@contextmanager
def writing(engine: Engine) -> Generator[Connection]:
    """Open the one transaction that may write; others wait, then are told to try again.

    Raises `UserFacingError` when another write lasts longer than the lock timeout.
    """
    with engine.connect().execution_options(writing=True) as connection:
        if connection.dialect.name == "postgresql":
            # Read committed: what the previous writer left must be seen once its lock is ours.
            connection = connection.execution_options(isolation_level="READ COMMITTED")
        try:
            transaction = connection.begin()
            if connection.dialect.name == "postgresql":
                _wait_longer(connection)
                milliseconds = int(float(engine.get_execution_options()["lock_timeout_s"]) * 1000)
                connection.execute(text(f"SET LOCAL lock_timeout = {milliseconds}"))
                connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ADVISORY_LOCK})
        except OperationalError as error:
            if _is_lock(error):
                raise UserFacingError(
                    "Un autre import est en cours dans cet entrepôt. Rien n'a été écrit : "
                    "réessayez dans un instant."
                ) from error
            raise UserFacingError(
                "L'entrepôt n'accepte pas d'écriture, et rien n'a été écrit : vérifiez la place sur le "
                "disque, les droits du fichier, ou le serveur de base de données."
            ) from error
        with transaction:
            yield connection


def _wait_longer(connection: Connection) -> None:
    """Let the statements of a write take what the server allows them, and a little more to say so."""
    from data.store.postgres import ANSWER_S, STATEMENT_S, ImpatientConnection

    raw = connection.connection.dbapi_connection
    if isinstance(raw, ImpatientConnection):
        raw.patience = STATEMENT_S + ANSWER_S


def is_away(error: Exception) -> bool:
    """Tell whether the store does not answer, whatever was asked of it."""
    return isinstance(error, OperationalError | InterfaceError | PoolTimeout)


def tell_trouble(error: Exception) -> str:
    """Say in French what prevents the store from answering, and what to do; never what was asked of it."""
    origin = getattr(error, "orig", None)
    name = str(getattr(origin, "sqlite_errorname", ""))
    state = str(getattr(origin, "sqlstate", "") or "")
    for names, states, sentence in _TROUBLES:
        if name.startswith(names) or state.startswith(states):
            return typeset(sentence)
    return typeset(
        "L'entrepôt ne répond pas comme il le devrait : vérifiez son fichier ou son serveur de base de "
        "données, puis recommencez. Ce qui n'était pas fini n'est pas enregistré."
    )


# Names of errors of SQLite, beginnings of states of PostgreSQL.
_READ_ONLY = (("SQLITE_READONLY", "SQLITE_PERM"), ("25006", "42501"))
_TROUBLES = (
    (
        ("SQLITE_FULL", "SQLITE_IOERR"),
        ("53100",),
        "Le disque de l'entrepôt est plein, ou n'écrit plus : libérez de la place, puis recommencez. Ce qui "
        "n'était pas fini n'est pas enregistré.",
    ),
    (
        ("SQLITE_CORRUPT", "SQLITE_NOTADB"),
        ("XX001", "XX002"),
        "Le fichier de l'entrepôt est abîmé : arrêtez Vigie, et remettez la dernière sauvegarde (voir "
        "docs/exploitation.md).",
    ),
    (*_READ_ONLY, "L'entrepôt ne peut être que lu : donnez à ce compte le droit d'y écrire."),
)


def _is_read_only(error: OperationalError) -> bool:
    name, state = str(getattr(error.orig, "sqlite_errorname", "")), str(getattr(error.orig, "sqlstate", ""))
    return name.startswith(_READ_ONLY[0]) or state.startswith(_READ_ONLY[1])


def _is_lock(error: OperationalError) -> bool:
    """Tell a wait that lasted too long (SQLITE_BUSY, lock_not_available) from every other trouble."""
    origin = error.orig
    return getattr(origin, "sqlite_errorname", "").startswith("SQLITE_BUSY") or (
        getattr(origin, "sqlstate", None) == "55P03"
    )


def prepare_schema(engine: Engine) -> None:
    """Bring the store to the last migration; safe when two processes start at once."""
    try:
        with reading(engine) as connection:
            found = _schema_version(connection)
    except DatabaseError as error:
        if str(getattr(error.orig, "sqlite_errorname", "")).startswith(_TROUBLES[0][0]):
            raise UserFacingError(tell_trouble(error)) from error
        shown = engine.url.render_as_string(hide_password=True)
        raise UserFacingError(
            _unopened(f"{shown} ne répond pas, n'est pas une base de données, ou vous est fermé")
        ) from error
    if found == SCHEMA_VERSION:
        return
    # Migrations are numbered: a number beyond ours is that of a program to come.
    if found is not None and found > SCHEMA_VERSION:
        raise UserFacingError(
            f"L'entrepôt a été écrit par une version plus récente de Vigie (structure {found}, celle-ci va "
            f"jusqu'à {SCHEMA_VERSION}) : mettez le programme à jour, ou ouvrez un autre entrepôt "
            "(VIGIE_DATABASE_URL). Rien n'a été modifié."
        )
    # Imported here: a start on an up-to-date store need not pay for it.
    from alembic import command
    from alembic.config import Config

    try:
        with writing(engine) as connection:
            config = Config()
            config.set_main_option("script_location", str(Path(__file__).parent.parent / "migrations"))
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    except OperationalError as error:
        if found is None or not _is_read_only(error):
            raise
        raise UserFacingError(
            typeset(
                f"L'entrepôt a la structure d'une version plus ancienne ({found}, celle-ci lit la "
                f"{SCHEMA_VERSION}) et ne peut être que lu : mettez à niveau, par « vigie preparer », une "
                "copie où ce compte peut écrire."
            )
        ) from error


def _unopened(reason: str) -> str:
    return f"L'entrepôt ne peut pas être ouvert : {reason}. Vérifiez VIGIE_DATABASE_URL."


def _schema_version(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def read_frame(
    connection: Connection, statement: Executable, schema: Mapping[str, Any] | type[dy.Schema]
) -> pl.DataFrame:
    """Read rows into a frame typed beforehand, so that an empty answer has its types too."""
    kinds = dict(schema.create_empty().schema) if isinstance(schema, type) else schema
    result = connection.execute(statement)
    names = list(result.keys())
    return pl.DataFrame(result.fetchall(), schema={name: kinds[name] for name in names}, orient="row")


def insert_frame(connection: Connection, table: Table, frame: pl.DataFrame) -> None:
    """Insert a frame whose columns are columns of the table, by the fastest way the engine has."""
    if frame.is_empty():
        return
    names = ", ".join(frame.columns)
    if connection.dialect.name == "postgresql":
        import psycopg  # not needed by SQLite, and slow to import

        cursor = connection.connection.cursor()
        try:
            with cursor.copy(f"COPY {table.name} ({names}) FROM STDIN") as copy:
                for row in frame.iter_rows(buffer_size=_BATCH):
                    copy.write_row(row)
        except psycopg.Error as error:
            # Its message quotes the row; the code alone says what went wrong.
            raise RuntimeError(f"COPY {table.name}: {type(error).__name__} {error.sqlstate}") from None
        return
    # SQLite keeps dates as ISO text: what SQLAlchemy itself writes.
    typed = frame.with_columns(cs.date().dt.to_string("%Y-%m-%d"))
    marks = ", ".join("?" * len(frame.columns))
    statement = f"INSERT INTO {table.name} ({names}) VALUES ({marks})"  # noqa: S608 - names are the table's
    for part in typed.iter_slices(_BATCH):
        connection.exec_driver_sql(statement, part.rows())
