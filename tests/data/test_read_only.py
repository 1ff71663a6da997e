"""A store that may only be read: its figures are read, a write says why it cannot be, nothing is touched."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from data.settings import Settings
from tests.data.store.migrations import migrating
from tests.data.test_upgrade import EARLIER
from tests.outils.visiteur import ROOT

# Root writes where it may not: the process is run without that power.
POWERLESS = ["setpriv", "--bounding-set=-dac_override,-dac_read_search"] if os.geteuid() == 0 else []


@pytest.fixture(params=["file", "folder"])
def sealed(request: pytest.FixtureRequest, demo_file: Path, tmp_path: Path) -> Iterator[Path]:
    """The demonstration, in a file that may not be written; nor, the second time, may its folder."""
    path = tmp_path / "une copie" / "vigie.sqlite"
    path.parent.mkdir()
    shutil.copy(demo_file, path)
    path.chmod(0o444)
    if request.param == "folder":
        path.parent.chmod(0o555)
    yield path
    path.parent.chmod(0o755)


def vigie(path: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*POWERLESS, sys.executable, "-m", "cli", *words],
        cwd=ROOT,
        env=os.environ | {"VIGIE_DATABASE_URL": str(path)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_it_is_read_and_not_written(sealed: Path) -> None:
    before = sealed.read_bytes()
    read = vigie(sealed, "trajectoire", "--annee", "2009", "--cour", "CA-DOUAI", "--format", "csv")
    assert (read.returncode, read.stderr) == (0, "")
    assert len(read.stdout.splitlines()) == 2
    written = vigie(sealed, "vider-demo", "--oui")
    assert written.returncode == 2
    assert "ne peut être que lu" in written.stderr
    assert "Traceback" not in written.stderr
    assert sealed.read_bytes() == before


def test_of_an_older_structure_it_says_where_to_bring_it_up(demo_file: Path, tmp_path: Path) -> None:
    path = tmp_path / "ancien" / "vigie.sqlite"
    path.parent.mkdir()
    shutil.copy(demo_file, path)
    with migrating(Settings(database_url=str(path))) as (_, move):
        move(EARLIER[-1])
    path.chmod(0o444)
    told = vigie(path, "trajectoire", "--annee", "2009", "--format", "csv")
    assert told.returncode == 2
    assert "structure d'une version plus ancienne" in told.stderr
    assert "vigie preparer" in told.stderr
