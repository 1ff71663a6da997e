"""A store that was filled under an earlier structure is brought up with all that it holds."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, func, inspect, select, text

from analytics.vocabulary.perimetre import NATIONAL
from data.reference import load_reference
from data.settings import Settings
from data.store.engine import reading
from data.store.store import Store, open_store
from data.store.tables import SCHEMA_VERSION, metadata
from tests.data.store.migrations import migrating
from tests.data.store.test_registre import contest, kept
from tests.data.store.test_scenarios import keep
from tests.data.store.test_store import entree

MARCH, APRIL = date(2009, 3, 1), date(2009, 4, 1)
T0 = datetime(2009, 4, 20, 9, tzinfo=UTC)
EARLIER = [f"{number:04d}" for number in range(1, int(SCHEMA_VERSION))]


def fill(store: Store) -> None:
    """Write something in each chapter of the product."""
    store.record(entree((MARCH, "TGI-LILLE", "JAP", 9, 4), (MARCH, "TGI-DOUAI", "JAP", 3, 1)), connu_le=T0)
    store.record(entree((MARCH, "TGI-LILLE", "JAP", 10, 5), sha="1" * 64), connu_le=T0)
    store.rebase(
        cour="CA-DOUAI", mois=MARCH, cause="Nouvelle maison d'arrêt", auteur="A", retire=False, connu_le=T0
    )
    keep(store)
    contest(store.registre(), kept(store.registre(), etat="contradictoire"))
    store.collecte().reopen(
        NATIONAL,
        mois=MARCH,
        juridiction="TGI-LILLE",
        jusqu_au=date(2009, 4, 30),
        motif="Panne",
        auteur="A",
        connu_le=T0,
    )


def rows_of(connection: Connection) -> dict[str, list[dict[str, Any]]]:
    """Read every row of every table that is there, in one order."""
    there = set(inspect(connection).get_table_names())
    found: dict[str, list[dict[str, Any]]] = {}
    for name in sorted(there & set(metadata.tables)):
        columns = {column["name"] for column in inspect(connection).get_columns(name)}
        table = metadata.tables[name]
        picked = [column for column in table.columns if column.name in columns]
        rows = connection.execute(select(*picked).order_by(*picked)).mappings()
        found[name] = [dict(row) for row in rows]
    return found


@pytest.mark.parametrize("version", EARLIER)
def test_what_an_earlier_structure_held_is_all_there(
    settings: Settings, engine: Engine, version: str
) -> None:
    store = open_store(settings, load_reference())
    fill(store)
    shown = store.faits(NATIONAL)
    store.close()
    with migrating(settings) as (connection, move):
        move(version)
        before = rows_of(connection)
        assert connection.execute(text("SELECT version_num FROM alembic_version")).scalar() == version
    assert before["cellule"]
    store = open_store(settings, load_reference())
    with reading(engine) as connection:
        after = rows_of(connection)
    assert set(after) == set(metadata.tables)
    for name, rows in before.items():
        columns = rows[0].keys() if rows else ()
        assert [{key: row[key] for key in columns} for row in after[name]] == rows, name
    # The product reads it, and goes on writing.
    again = store.faits(NATIONAL)
    assert again.agregat.equals(shown.agregat)
    assert again.totaux.equals(shown.totaux)
    store.record(entree((APRIL, "TGI-LILLE", "JAP", 7, 2), sha="2" * 64), connu_le=T0)
    assert store.declarations(NATIONAL).height == 3
    store.close()


def test_each_chapter_is_in_what_is_compared(settings: Settings, engine: Engine) -> None:
    """So that a table of tomorrow, forgotten here, is noticed."""
    store = open_store(settings, load_reference())
    fill(store)
    store.close()
    with reading(engine) as connection:
        filled = {
            name
            for name, table in metadata.tables.items()
            if connection.execute(select(func.count()).select_from(table)).scalar()
        }
    assert {"cellule", "lot", "scenario", "decompte", "contestation", "recalage", "reouverture"} <= filled
