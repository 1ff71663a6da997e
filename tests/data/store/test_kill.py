"""`kill -9` at any moment of an import leaves the state before it, or the state after it; nothing between."""

import os
import random
import subprocess
import sys
import time
from datetime import date
from pathlib import Path

import polars as pl

from analytics.vocabulary.perimetre import NATIONAL
from analytics.vocabulary.reference import Reference
from data.settings import Settings
from data.store.store import Store, open_store

# As many as it takes to meet every moment where the merge is decided; fewer in the everyday command.
KILLS = 20 if os.environ.get("VIGIE_TESTS_COMPLETS") == "1" else 6
SEED = 20090205


def _file(folder: Path, reference: Reference, value: int) -> tuple[Path, int]:
    """Write a year of declarations that all say `value`; give how many cells it holds."""
    lines = (
        reference.attendues(date(2009, 1, 1), date(2009, 3, 1))
        .join(
            reference.lignes.filter(pl.col("legal_depuis").fill_null(date.min) < date(2009, 1, 1)), on="type"
        )
        .select(
            mois=pl.col("mois").dt.to_string("%Y-%m"),
            juridiction="juridiction",
            activite="activite",
            visioconferences=pl.lit(value),
            extractions_evitees=pl.lit(0),
        )
    )
    path = folder / f"{value}.csv"
    lines.write_csv(path, separator=";")
    return path, lines.height


def _start(url: str, path: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "tests.data.store.importeur", url, str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def _go(process: subprocess.Popen[str]) -> None:
    assert process.stdin is not None
    assert process.stdout is not None
    assert process.stdout.readline() == "pret\n"
    process.stdin.write("\n")
    process.stdin.flush()


def _values(store: Store) -> set[int]:
    return set(store.declarations(NATIONAL)["visioconferences"].unique().to_list())


def test_an_import_killed_anywhere_is_whole_or_absent(
    settings: Settings, reference: Reference, tmp_path: Path
) -> None:
    # A first import, not killed, gives the time one takes.
    path, cells = _file(tmp_path, reference, 1)
    with _start(settings.database_url, path) as process:
        _go(process)
        began = time.monotonic()
        assert process.wait(60) == 0
        duration = time.monotonic() - began
    store = open_store(settings, reference)
    assert store.declarations(NATIONAL).height == cells

    moments = random.Random(SEED)
    current, landed = 1, 0
    for value in range(2, 2 + KILLS):
        path, _ = _file(tmp_path, reference, value)
        with _start(settings.database_url, path) as process:
            _go(process)
            time.sleep(moments.uniform(0, duration))
            process.kill()
        declared = store.declarations(NATIONAL)
        # Every cell speaks with one voice: the last import that landed.
        assert declared.height == cells
        assert _values(store) in ({current}, {value})
        if _values(store) == {value}:
            current, landed = value, landed + 1
        assert store.etat().lot == 1 + landed
    before = store.faits(NATIONAL)
    store.rebuild()
    after = store.faits(NATIONAL)
    assert after.totaux.equals(before.totaux)
    assert after.agregat.equals(before.agregat)
    assert landed < KILLS, "no import was killed in time: the test proves nothing"
    store.close()
