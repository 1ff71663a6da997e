"""The structure of a store, taken back and brought up again."""

from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection

import data
from data.settings import Settings
from data.store.engine import open_engine, writing


@contextmanager
def migrating(settings: Settings) -> Generator[tuple[Connection, Callable[[str], None]]]:
    """Move a store to another structure: an earlier one by its number, or "head"."""
    engine = open_engine(settings.database_url, lock_timeout_s=5)
    config = Config()
    config.set_main_option("script_location", str(Path(data.__file__).parent / "migrations"))
    with writing(engine) as connection:
        config.attributes["connection"] = connection

        def move(version: str) -> None:
            (command.upgrade if version == "head" else command.downgrade)(config, version)

        yield connection, move
    engine.dispose()
