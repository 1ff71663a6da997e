"""What the commands share: the store opened, a file read, an answer given; a cour, a month, a day named."""

import errno
import getpass
import os
import sys
from collections.abc import Generator
from contextlib import contextmanager
from datetime import date
from io import FileIO
from pathlib import Path
from stat import S_ISREG
from typing import Any

import click

from analytics.vocabulary.errors import UserFacingError, reason_of
from analytics.vocabulary.perimetre import NATIONAL, Perimetre
from analytics.vocabulary.periods import EARLIEST_YEAR, LATEST_YEAR
from analytics.vocabulary.wording import clean_text
from data.collecte.expected.dates import day_of, month_of
from data.collecte.expected.names import cour_names, court_key
from data.reference import load_reference
from data.settings import Settings
from data.store.store import Store, open_store

MEGABYTE = 1_000_000


@contextmanager
def opened() -> Generator[Store]:
    """Open the store of the settings; from now on, no start fills it with the demo by itself."""
    store = open_store(Settings(), load_reference())
    try:
        store.settle()
        yield store
    finally:
        store.close()


def account() -> str:
    """Name the account of the machine; some have a number only."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "compte inconnu"


def read_whole(path: Path, most_mo: int, remedy: str) -> bytes:
    """Read a file that is one: no pipe nor device, which would never end, and no larger than it may be."""
    shown, place = (clean_text(str(each), lines=False) for each in (path.name, path))
    try:
        found = path.stat()
        if not S_ISREG(found.st_mode):
            raise UserFacingError(f"{place} n'est pas un fichier : donnez le chemin d'un fichier enregistré.")
        if found.st_size > most_mo * MEGABYTE:
            raise UserFacingError(f"{shown} dépasse {most_mo} Mo : {remedy}.")
        # Some files of the system have no size and no end: the read stops where they make it wait, or swell.
        content = bytearray()
        with FileIO(os.open(path, os.O_RDONLY | os.O_NONBLOCK)) as opened:
            while block := opened.read(MEGABYTE):
                content += block
                if len(content) > most_mo * MEGABYTE:
                    raise UserFacingError(f"{shown} dépasse {most_mo} Mo : {remedy}.")
        if block is None:
            raise BlockingIOError(errno.EAGAIN, "")
        return bytes(content)
    except OSError as error:
        raise UserFacingError(
            f"{place} ne peut pas être ouvert ({reason_of(error)}). Vérifiez le chemin."
        ) from error


def give(content: bytes | str) -> None:
    """Write on the standard output, to the end: a full disk takes a part of it without an error."""
    left = memoryview(content if isinstance(content, bytes) else f"{content}\n".encode())
    out = sys.stdout.buffer
    try:
        while left:
            left = left[out.write(left) or 0 :]
        out.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        raise UserFacingError(
            f"La sortie n'a pas pu être écrite jusqu'au bout ({reason_of(error)}) : ce qui s'y trouve est "
            "incomplet."
        ) from error


class Progress:
    """A bar on the terminal while a file is read and judged; silent elsewhere."""

    def __init__(self, name: str, *, shown: bool) -> None:
        self._name, self._shown = name, shown

    def __enter__(self) -> "Progress":
        return self

    def __call__(self, part: float, label: str) -> None:
        """Draw how far the work has come, and what it is at."""
        if self._shown:
            filled = round(part * 24)
            bar = "█" * filled + "·" * (24 - filled)
            click.echo(f"\r\033[K{self._name} {bar} {part * 100:3.0f} % {label}", nl=False, err=True)

    def __exit__(self, *_: object) -> None:
        if self._shown:
            click.echo("\r\033[K", nl=False, err=True)


def perimetre_of(cour: str | None) -> Perimetre:
    """Give the perimeter of one cour, by its code or its name, or of all of them."""
    if cour is None:
        return NATIONAL
    found = cour_names(load_reference()).resolve(court_key(cour))
    if found.code is None:
        near = found.candidats or found.proches
        hint = f" Vouliez-vous dire {', '.join(near)} ?" if near else ""
        raise UserFacingError(f"La cour « {cour} » n'est pas connue.{hint}")
    return Perimetre.of([found.code])


class Day(click.ParamType[date]):
    """A day."""

    name, written, usual = "JOUR", "une date", "2009-07-10"
    read = staticmethod(day_of)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """Give the day."""
        if isinstance(value, date):
            return value
        day = self.read(str(value))
        if day is None or not EARLIEST_YEAR <= day.year <= LATEST_YEAR:
            self.fail(f"« {value} » n'est pas {self.written}. Écrivez par exemple {self.usual}.", param, ctx)
        return day


class Month(Day):
    """A month, written in any of the ways files write it: its first day."""

    name, written, usual = "MOIS", "un mois", "2009-03"
    read = staticmethod(month_of)
