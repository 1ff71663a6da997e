import io
import os
import re
import shutil
import subprocess
import zipfile
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import polars as pl
import pytest

from analytics.decompte.bareme import ECART_PROPRE, MUTUALISE
from analytics.decompte.documents.xlsx import write_xlsx
from analytics.decompte.releve import Releve
from analytics.decompte.words.releve import write_statement
from data.reference import load_illustrative_base
from tests.analytics.decompte.releves import CIRCULAIRE, blank_results, make

OFFICE = shutil.which("soffice") or shutil.which("libreoffice")


def _without_results(book: bytes) -> bytes:
    """Take the results of its formulas out of a workbook: LibreOffice trusts those that it finds."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(book)) as read, zipfile.ZipFile(out, "w") as written:
        for name in read.namelist():
            written.writestr(name, re.sub(rb"(</f>)<v>[^<]*</v>", rb"\1", read.read(name)))
    return out.getvalue()


def _worlds() -> dict[str, Releve]:
    bases = dict(load_illustrative_base().iter_rows())
    options = {
        "plafond": replace(CIRCULAIRE, plafond_credits=Fraction(1)),
        "seuil": replace(CIRCULAIRE, seuil=Fraction(1, 10), part=Fraction(17, 20)),
        "plancher": replace(CIRCULAIRE, plancher_eur=Fraction(20_000), volume_minimum=2_000),
    }
    return {
        "mutualise": make(bases),
        "ecart_propre": make(bases, mode=ECART_PROPRE),
        **{name: make(bases, bareme=bareme) for name, bareme in options.items()},
        **{
            f"hasard{seed}": make(
                {f"CA-{rank:02d}": 7 + (rank * 7919 * (seed + 3)) % 9_433 for rank in range(37)},
                mode=(MUTUALISE, ECART_PROPRE)[seed % 2],
                graine=seed,
            )
            for seed in range(4)
        },
        # Four equal cours: the cents left over go to the first codes.
        "egales": make(dict.fromkeys(("CA-A", "CA-B", "CA-C", "CA-D"), 999), graine=5),
        "sans_cout": make(bases, cout=None),
    }


def _read(path: Path) -> pl.DataFrame:
    return pl.read_excel(path, sheet_name="Cours", read_options={"header_row": 2})


def _check(frame: pl.DataFrame, releve: Releve) -> None:
    parts = [*releve.decompte.cours, releve.decompte.national]
    assert frame["Cour"].to_list() == [part.cour or "NATIONAL" for part in parts]
    amounts = [None if value in (None, "") else round(float(value) * 100) for value in frame["Montant"]]
    assert amounts == [part.centimes for part in parts]
    for title, field in (("ETPT", "etpt"), ("Extractions dues", "du"), ("Non évitées", "ecart")):
        assert frame[title].to_list() == pytest.approx([float(getattr(part, field)) for part in parts])


def test_what_is_written_is_what_was_settled(tmp_path: Path) -> None:
    for name, releve in _worlds().items():
        path = tmp_path / f"{name}.xlsx"
        path.write_bytes(write_xlsx(releve, {}, lignes=()))
        _check(_read(path), releve)


def test_the_same_settlement_gives_the_same_bytes() -> None:
    releve = make({"CA-A": 1_000})
    lignes = write_statement(releve, releve.decompte.national, manque=None)
    assert write_xlsx(releve, {}, lignes=lignes) == write_xlsx(releve, {}, lignes=lignes)


def test_a_spreadsheet_finds_the_same_cents(tmp_path: Path) -> None:
    """Every result is blanked in the files: what comes back was computed by LibreOffice."""
    if OFFICE is None:
        if os.environ.get("VIGIE_TESTS_COMPLETS") == "1":
            pytest.fail("LibreOffice manque : ce test est obligatoire ici.")
        pytest.skip("LibreOffice n'est pas installé : recalcul des classeurs passé")
    profile, out = tmp_path / "profil", tmp_path / "recalcul"
    worlds, paths = _worlds(), list[Path]()
    for name, releve in worlds.items():
        paths.append(tmp_path / f"{name}.xlsx")
        blanked = releve if releve.cout is None else blank_results(releve)
        paths[-1].write_bytes(_without_results(write_xlsx(blanked, {}, lignes=())))
    subprocess.run(
        [
            OFFICE,
            f"-env:UserInstallation={profile.as_uri()}",
            "--headless",
            *("--convert-to", "xlsx", "--outdir", str(out), *map(str, paths)),
        ],
        check=True,
        capture_output=True,
        timeout=180,
    )
    for path, releve in zip(paths, worlds.values(), strict=True):
        _check(_read(out / path.name), releve)
