"""Files made to swell, read by the terminal under a limit on its memory: each is refused in a sentence."""

import os
import re
import resource
import subprocess
import sys
import zipfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from tests.conftest import whole_run
from tests.data.collecte.classeurs import Page, ods
from tests.data.collecte.reading.test_unreadable_cells import HELD, repeated, with_rows
from tests.data.collecte.saisie import HEADER
from tests.outils.visiteur import ROOT

# Of addresses, of which less than half is memory: the largest workbook that is read takes 1,7 GB.
MOST_BYTES, MOST_S = 4 * 10**9, 60
MANY = 2**31


def swollen(member: str, size: int, start: bytes, end: bytes) -> bytes:
    """Make a workbook of which one member is nothing but spaces, once unpacked."""
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        if member == "content.xml":
            archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        else:
            archive.writestr("[Content_Types].xml", "<Types/>")
            archive.writestr("xl/workbook.xml", "<workbook/>")
        with archive.open(member, "w", force_zip64=True) as written:
            written.write(start)
            block = b" " * 10**7
            for _ in range(size // len(block)):
                written.write(block)
            written.write(end)
    return out.getvalue()


def deep(levels: int) -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", "<a>" * levels + "</a>" * levels)
    return out.getvalue()


def announcing(count: str, *, alone: bool = False) -> bytes:
    """Make a good workbook whose shared strings say that they are so many, or that only says so."""
    out, text = BytesIO(), BytesIO()
    with xlsxwriter.Workbook(text) as book:
        page: Any = book.add_worksheet()  # pyright: ignore[reportUnknownMemberType] - untyped there
        for rank, line in enumerate((HEADER, "2009-03;TGI-LILLE;JAP;4;1")):
            for place, word in enumerate(line.split(";")):
                page.write_string(rank, place, word)
    with zipfile.ZipFile(text) as good, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in good.namelist():
            content = good.read(name)
            if name == "xl/sharedStrings.xml":
                start = f'<sst count="{count}" uniqueCount="{count}"'
                content = (
                    f"{start}/>".encode()
                    if alone
                    else re.sub(rb'<sst ([^>]*?)count="\d+" uniqueCount="\d+"', start.encode(), content)
                )
            archive.writestr(name, content)
    return out.getvalue()


# What a spreadsheet never writes: whole lines said ten thousand times, that somebody refused would read.
_REFUSED = "".join(
    f'<table:table-cell office:value-type="string"><text:p>{word}</text:p></table:table-cell>'
    for word in ("2009-03", "NULLE", "JAP", "3", "9", "x", "y", "z")
)

BOMBS: dict[str, Callable[[], bytes]] = {
    "lignes.ods": lambda: with_rows(repeated("rows", MANY, HELD)),
    "colonnes.ods": lambda: with_rows(repeated("columns", MANY, HELD)),
    "vides.ods": lambda: with_rows(repeated("rows", MANY, "<table:table-cell/>")),
    "espaces.ods": lambda: swollen("content.xml", 10**9, b"<a>", b"</a>"),
    "espaces.xlsx": lambda: swollen("xl/worksheets/sheet1.xml", 10**9, b"<worksheet>", b"</worksheet>"),
    "textes.xlsx": lambda: swollen("xl/sharedStrings.xml", 10**9, b"<sst><si><t>", b"</t></si></sst>"),
    "profond.ods": lambda: deep(200_000),
    "une_ligne.csv": lambda: f"{HEADER}\n".encode() + b"x" * 19_000_000,
    "separateurs.csv": lambda: f"{HEADER}\n".encode() + b";" * 19_000_000,
    "guillemets.csv": lambda: f"{HEADER}\n".encode() + b'"' * 19_000_001,
    "lignes.csv": lambda: f"{HEADER}\n".encode() + b"\n" * 19_000_000,
    "nuls.csv": lambda: b"\x00" * 19_000_000,
    "jamais_ferme.csv": lambda: f'{HEADER}\n"'.encode() + b"a\n" * 9_000_000,
    "jamais_ferme_court.csv": lambda: f'{HEADER}\n"'.encode() + b"a\n" * 1_190_000,
    "largeur.ods": lambda: with_rows(
        repeated("rows", 180, HELD.replace("string", 'string" table:number-columns-repeated="16000'))
    ),
    "rectangle.ods": lambda: with_rows(
        repeated("rows", 345_000, HELD.replace("string", 'string" table:number-columns-repeated="26'))
    ),
    "refusees.ods": lambda: with_rows(repeated("rows", 10_000, _REFUSED) * 104),
    "annonce.xlsx": lambda: announcing("4000000000"),
    "annonce_seule.xlsx": lambda: announcing("1000000000", alone=True),
    "annonce_sans_fin.xlsx": lambda: announcing("18446744073709551615"),
    "annonce_deguisee.xlsx": lambda: announcing("&#52;000000000"),
    "blancs.ods": lambda: with_rows(
        repeated("rows", 2_500, HELD.replace(">x<", '>5<text:s text:c="100000"/><'))
    ),
}


# Repeated without end, nothing counts for nothing; a word too many is the fault of its line alone.
HARMLESS = {"vides.ods": 0, "colonnes.ods": 1, "blancs.ods": 1}


def limited() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MOST_BYTES, MOST_BYTES))


def vigie(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "cli", *words],
        cwd=ROOT,
        env=os.environ | {"VIGIE_DATABASE_URL": str(folder / "vigie.sqlite"), "VIGIE_DEMO": "false"},
        capture_output=True,
        text=True,
        check=False,
        timeout=MOST_S,
        preexec_fn=limited,
    )


@whole_run
@pytest.mark.parametrize("name", BOMBS)
def test_a_file_that_swells_is_refused_in_a_sentence(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(BOMBS[name]())
    ended = vigie(tmp_path, "importer", str(path), "--auteur", "Essai")
    said = ended.stdout + ended.stderr
    # What is beside the swelling may be read all the same.
    assert ended.returncode == HARMLESS.get(name, 2), said[-500:]
    assert "Traceback" not in said
    assert "capped" not in said
    assert "MemoryError" not in said
    assert len(said) < 5_000


@whole_run
def test_a_good_file_passes_under_the_same_limit(tmp_path: Path) -> None:
    path = tmp_path / "bon.csv"
    path.write_text(f"{HEADER}\n2009-03;TGI-LILLE;JAP;4;1\n", encoding="utf-8")
    assert vigie(tmp_path, "importer", str(path), "--auteur", "Essai").returncode == 0
    (tmp_path / "bon.ods").write_bytes(
        ods(Page([HEADER.split(";"), ["2009-03", "TGI-DOUAI", "JAP", "4", "1"]]))
    )
    assert vigie(tmp_path, "importer", str(tmp_path / "bon.ods"), "--auteur", "Essai").returncode == 0


@whole_run
@pytest.mark.parametrize("words", [("scenario",), ("objectif", "--atteindre", "5%", "--levier")])
def test_a_scenario_nested_without_end_is_refused(tmp_path: Path, words: tuple[str, ...]) -> None:
    path = tmp_path / "s.json"
    path.write_text("[" * 900_000)
    ended = vigie(tmp_path, *words, str(path), *(() if words[0] == "objectif" else ("--format", "json")))
    assert ended.returncode == 2
    assert "Traceback" not in ended.stderr
