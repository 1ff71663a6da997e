"""The terminal: same answers as the screens, exit codes, errors in French."""

import io
import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing, redirect_stderr, redirect_stdout
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import partial
from pathlib import Path
from stat import S_ISFIFO
from typing import Any

import click
import polars as pl
import pytest
from sqlalchemy import Engine, event, text

import cli
from analytics.vocabulary.perimetre import NATIONAL
from analytics.vocabulary.schemas import Envoi
from data.reference import load_reference
from data.settings import Settings
from data.store.engine import writing
from data.store.store import open_store
from pages.terminal import exporter, french, importer, shared
from tests.conftest import new_database, whole_run
from tests.outils.courrier import Facteur
from tests.outils.visiteur import ROOT

SAMPLES = Path(__file__).parent / "data" / "collecte" / "echantillons"
DIRTY = SAMPLES / "2009-03_sale.csv"


class Terminal:
    """Runs `vigie …` in this process, on a store of its own."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys

    def __call__(self, *words: str | Path) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as stopped:
            cli.main([str(word) for word in words])
        captured = self._capsys.readouterr()
        return int(stopped.value.code or 0), captured.out, captured.err

    def exported(self, what: str, *words: str) -> list[dict[str, Any]]:
        """Give the rows of an export."""
        return json.loads(self("exporter", what, *words, "--format", "json", "--sortie", "-")[1])


@pytest.fixture
def vigie(
    settings: Settings, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Terminal:
    monkeypatch.setenv("VIGIE_DATABASE_URL", settings.database_url)
    return Terminal(capsys)


@pytest.fixture
def on_demo(
    demo_file: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Terminal:
    """A terminal on a copy of the demonstration."""
    copied = shutil.copy(demo_file, tmp_path / "demo.sqlite")
    monkeypatch.setenv("VIGIE_DATABASE_URL", str(copied))
    return Terminal(capsys)


def _reports(out: str) -> list[dict[str, Any]]:
    return json.loads(out)


def test_an_import_says_what_became_of_each_line(vigie: Terminal) -> None:
    code, out, _ = vigie("importer", DIRTY, "--format", "json", "--auteur", "Statisticienne")
    assert code == 1
    (report,) = _reports(out)
    assert list(report)[:6] == ["fichier", "sha256", "lot", "recu_le", "nature", "forme"]
    assert report["recu_le"] is None
    assert (report["fichier"], report["lot"], report["encodage"]) == ("2009-03_sale.csv", 1, "cp1252")
    assert {
        name: report[name] for name in ("lues", "acceptees", "inchangees", "refusees", "non_reponses")
    } == {"lues": 18, "acceptees": 5, "inchangees": 1, "refusees": 10, "non_reponses": 2}
    assert [line["ligne"] for line in report["rejets"]] == [3, 4, 8, 10, 11, 13, 16, 17, 18, 19]
    assert set(report["rejets"][0]) == {"ligne", "champ", "valeur", "motif"}
    assert vigie.exported("lots")[0]["auteur"] == "Statisticienne"


def test_the_same_file_twice_changes_nothing(vigie: Terminal) -> None:
    clean = SAMPLES / "2009-04_questionnaire.ods"
    assert vigie("importer", clean)[0] == 0
    code, out, _ = vigie("importer", clean, "--format", "json")
    assert code == 0
    (report,) = _reports(out)
    assert (report["lot"], report["acceptees"], report["inchangees"]) == (None, 0, report["lues"])
    assert len(vigie.exported("lots")) == 1


def test_a_simulation_writes_nothing(vigie: Terminal) -> None:
    code, out, _ = vigie("importer", DIRTY, "--simulation")
    assert code == 1
    assert "Simulation" in out
    assert vigie.exported("lots") == []


def test_every_nature_of_file_is_taken(vigie: Terminal) -> None:
    names = ("base-2008.csv", "credits-vacataires-2010.csv", "equipements.csv", "interieur-2009.csv")
    code, out, _ = vigie("importer", *(SAMPLES / name for name in names), "--format", "json")
    assert code == 0
    assert [report["nature"] for report in _reports(out)] == ["base", "credits", "equipements", "interieur"]
    assert [report["acceptees"] for report in _reports(out)] == [37, 37, 174, 888]


def test_exit_codes(vigie: Terminal, tmp_path: Path) -> None:
    nothing = tmp_path / "rien.csv"
    nothing.write_bytes(b"\x00\x01\x02")
    code, _, err = vigie("importer", nothing)
    assert code == 2
    assert err.startswith("rien.csv")
    assert vigie("importer", tmp_path / "absent.csv")[0] == 2
    # One usable file among others: some is taken, some is not.
    assert vigie("importer", nothing, SAMPLES / "base-2008.csv")[0] == 1


def test_the_demo_and_real_files_do_not_mix(vigie: Terminal) -> None:
    assert vigie("preparer", "--demo")[0] == 0
    code, out, err = vigie("importer", DIRTY)
    assert code == 2
    assert out == ""
    assert "vigie vider-demo" in err
    assert all(
        row["donnees"] == "fictives (démonstration)"
        for row in vigie.exported("declarations", "--cour", "Douai")
    )
    code, announced, _ = vigie("vider-demo")
    assert code == 1
    leaving = (
        "123\u00a0lots fictifs, 56\u202f848\u00a0déclarations fictives, 1\u00a0décompte gardé, "
        "1\u00a0contestation, 2\u00a0scénarios et 1\u00a0coût d'un ETPT"
    )
    assert announced.startswith(f"Partirait : {leaving}.\n")
    assert announced.endswith("ajoutez --oui pour confirmer.\n")
    assert vigie("importer", DIRTY)[0] == 2
    code, out, _ = vigie("vider-demo", "--oui")
    assert (code, out) == (0, f"Démonstration retirée : {leaving}.\nL'entrepôt est vide.\n")
    assert vigie("importer", DIRTY)[0] == 1
    code, out, _ = vigie("vider-demo", "--oui")
    assert (code, "rien n'a été retiré" in out) == (0, True)


@pytest.mark.parametrize("shape", ["csv", "xlsx", "ods"])
def test_what_is_exported_imports_again_unchanged(vigie: Terminal, tmp_path: Path, shape: str) -> None:
    assert vigie("importer", SAMPLES / "2009-06_collecte.csv")[0] == 0
    out_file = tmp_path / f"declarations.{shape}"
    assert vigie("exporter", "declarations", "--format", shape, "--sortie", out_file)[0] == 0
    code, out, _ = vigie("importer", out_file, "--format", "json")
    (report,) = _reports(out)
    assert code == 0
    assert (report["lot"], report["acceptees"], report["refusees"]) == (None, 0, 0)
    assert report["inchangees"] == report["lues"] > 2000


@pytest.mark.parametrize("shape", ["csv", "xlsx", "ods"])
def test_a_quarantine_corrected_and_sent_back_empties(vigie: Terminal, tmp_path: Path, shape: str) -> None:
    vigie("importer", DIRTY)
    out_file = tmp_path / f"rejets.{shape}"
    vigie("exporter", "rejets", "--format", shape, "--sortie", out_file)
    # As it stands, it says nothing new: the same ten lines are refused and not kept twice.
    code, out, _ = vigie("importer", out_file, "--format", "json")
    assert code == 2
    assert (_reports(out)[0]["refusees"], _reports(out)[0]["lot"]) == (10, None)
    before = vigie.exported("rejets")
    assert len(before) == 10
    corrected = pl.DataFrame(before).with_columns(
        mois=pl.lit("2009-03"),
        juridiction=pl.lit("TGI-ARRAS"),
        activite=pl.Series(
            [
                "JAP",
                "TAP",
                "TPOL",
                "CIVIL",
                "AUTRE",
                "ENTRAIDE",
                "INSTRUCTION",
                "JLD_DETENTION",
                "ETRANGERS_ZA",
                "JUGEMENT_DETENTION",
            ]
        ),
        visioconferences=pl.lit("3"),
        extractions_evitees=pl.lit("0"),
    )
    back = tmp_path / "corrige.csv"
    corrected.write_csv(back, separator=";")
    assert vigie("importer", back)[0] == 0
    assert vigie.exported("rejets") == []


def test_exports_filter_by_cour_month_and_date(vigie: Terminal) -> None:
    vigie("importer", SAMPLES / "2009-06_collecte.csv")

    rows = partial(vigie.exported, "declarations")
    everything = rows()
    assert set(everything[0]) >= {
        "mois",
        "juridiction",
        "activite",
        "visioconferences",
        "extractions_evitees",
        "cour",
        "connu_le",
        "lot",
    }
    assert {row["cour"] for row in rows("--cour", "cour d’appel de douai")} == {"CA-DOUAI"}
    assert rows("--du", "2009-07") == []
    assert rows("--au", "juin 2009") == everything
    assert rows("--connu-le", "2009-07-10") == []


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["zut"], "calendrier, decompte, exporter, importer, objectif, preparer, relances"),
        (["importer"], "FICHIER"),
        (["importer", "--forma", "json", "x"], "--format"),
        (["importer", "x", "--format", "xml"], "texte, json"),
        (["exporter", "declarations", "--format", "csv"], "--sortie"),
        (["exporter", "declarations", "--format", "csv", "--sortie", "-", "--du", "13/2009"], "13/2009"),
        (["exporter", "declarations", "--format", "csv", "--sortie", "-", "--connu-le", "hier"], "hier"),
        (["exporter", "declarations", "--format", "csv", "--sortie", "-", "--cour", "Dooai"], "CA-DOUAI"),
        (["exporter", "lots", "--format", "csv", "--sortie", "/nulle/part.csv"], "/nulle/part.csv"),
        (["exporter", "lots", "--format", "csv", "--sortie", "-", "--connu-le", "9999-12-31"], "9999-12-31"),
        (["trajectoire", "--annee", "2009", "--au", "9999-12-31", "--format", "csv"], "9999-12-31"),
        (["relances", "--mois", "9999-12"], "« 9999-12 » n'est pas un mois"),
        (["relances", "--mois", "0001-01"], "« 0001-01 » n'est pas un mois"),
        (
            ["exporter", "lots", "--format", "csv", "--sortie", "-", "--du", "2010-01", "--au", "2009-01"],
            "échangez-les",
        ),
    ],
)
def test_errors_are_french_sentences(vigie: Terminal, words: list[str], said: str) -> None:
    code, out, err = vigie(*words)
    assert code == 2
    assert out == ""
    assert said in err
    assert "Error" not in err
    assert len(err.strip().splitlines()) == 1


def test_a_defect_is_said_in_one_sentence_too(vigie: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object, **__: object) -> None:
        raise ValueError("year 10000 is out of range")

    monkeypatch.setattr(exporter, "exported", fails)
    code, out, err = vigie("exporter", "lots", "--format", "csv", "--sortie", "-")
    assert (code, out) == (3, "")
    assert "Vigie a un défaut (ValueError, test_cli.py" in err
    assert "10000" not in err
    assert len(err.strip().splitlines()) == 1


@pytest.mark.parametrize(
    ("variable", "value", "said"),
    [
        ("VIGIE_DATABASE_URL", "/proc/nulle/part/v.sqlite", "ne peut pas être ouvert"),
        ("VIGIE_DATABASE_URL", str(SAMPLES), "ne peut pas être ouvert"),
        ("VIGIE_DATABASE_URL", str(DIRTY), "ne peut pas être ouvert"),
        ("VIGIE_DATABASE_URL", "postgresql://127.0.0.1:1/vigie", "ne peut pas être ouvert"),
        ("VIGIE_DATABASE_URL", "postgresql://[::1", "n'est pas lisible"),
        ("VIGIE_DATABASE_URL", "postgresql://u:p@127.0.0.1:abc/x", "n'est pas lisible"),
        ("VIGIE_TAILLE_MAX_MO", "abc", "VIGIE_TAILLE_MAX_MO"),
    ],
)
def test_a_start_that_fails_says_why(
    vigie: Terminal, monkeypatch: pytest.MonkeyPatch, variable: str, value: str, said: str
) -> None:
    monkeypatch.setenv(variable, value)
    code, _, err = vigie("importer", DIRTY)
    assert code == 2
    assert said in err
    assert len(err.strip().splitlines()) == 1


def test_a_store_of_a_program_to_come_is_left_alone(vigie: Terminal, engine: Engine) -> None:
    assert vigie("importer", DIRTY)[0] == 1
    with writing(engine) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0999'"))
    code, _, err = vigie("importer", DIRTY)
    assert code == 2
    assert "une version plus récente de Vigie (structure 0999" in err
    assert len(err.strip().splitlines()) == 1
    with engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM lot")).scalar() == 1


def test_an_absurd_month_refuses_its_line_alone(vigie: Terminal, tmp_path: Path) -> None:
    path = tmp_path / "absurde.csv"
    path.write_text(
        "mois;juridiction;activite;visioconferences;extractions_evitees\n"
        "0001-01;TGI-LILLE;JAP;1;1\n9999-12;TGI-LILLE;JAP;1;1\n2009-03;TGI-LILLE;JAP;1;1\n"
    )
    code, out, _ = vigie("importer", path, "--format", "json")
    (report,) = _reports(out)
    assert code == 1
    assert [line["ligne"] for line in report["rejets"]] == [2, 3]
    assert report["acceptees"] == 1


@pytest.mark.parametrize("sortie", [".", "/", ""])
def test_an_output_that_is_no_file_is_refused(vigie: Terminal, sortie: str) -> None:
    code, _, err = vigie("exporter", "lots", "--format", "csv", "--sortie", sortie)
    assert code == 2
    assert "n'est pas un fichier" in err


def test_help_is_in_french(vigie: Terminal) -> None:
    code, out, _ = vigie("--help")
    assert code == 0
    assert "Commandes" in out
    assert "Show this message" not in out
    assert "Code de sortie" in vigie("importer", "--help")[1]


def test_the_list_of_commands_says_what_each_says_of_itself() -> None:
    group, nowhere = french.vigie, click.Context(french.vigie)
    said = {}
    for name in group.list_commands(nowhere):
        command = group.get_command(nowhere, name)
        assert command
        said[name] = command.get_short_help_str(80)
    assert said == {name: line for name, (_, line) in french.COMMANDS.items()}
    assert set(group.commands) == set(french.COMMANDS), "a command that the list does not name"


def test_the_list_of_commands_loads_nothing_that_reads_a_figure() -> None:
    asked = (
        "import sys, cli; print([m for m in ('polars', 'sqlalchemy', 'numpy', 'scipy') if m in sys.modules])"
    )
    loaded = subprocess.run(
        [sys.executable, "-c", asked], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert loaded.stdout.strip() == "[]"


def test_a_loop_of_links_is_no_output(vigie: Terminal, tmp_path: Path) -> None:
    (tmp_path / "a").symlink_to(tmp_path / "b")
    (tmp_path / "b").symlink_to(tmp_path / "a")
    code, _, err = vigie("exporter", "lots", "--format", "csv", "--sortie", tmp_path / "a")
    assert (code, "il renvoie à lui-même" in err) == (2, True)
    assert sorted(path.name for path in tmp_path.iterdir() if path.is_symlink()) == ["a", "b"]
    assert not list(tmp_path.glob("*.partiel"))


@pytest.fixture
def collected(vigie: Terminal) -> Terminal:
    """A store with a month of 2009 in it."""
    assert vigie("importer", SAMPLES / "2009-04_questionnaire.ods")[0] == 0
    return vigie


def test_the_trajectory_stops_at_the_month_asked_whatever_was_received_since(
    vigie: Terminal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    header = "mois;juridiction;activite;visioconferences;extractions_evitees"
    lines = [
        f"2009-{rank:02d};{court};JAP;{9 * rank + 3};{7 * rank % 11}"
        for rank in range(1, 13)
        for court in ("TGI-LILLE", "TGI-LYON", "TGI-NICE")
    ]
    whole, summer = tmp_path / "annee.csv", tmp_path / "ete.csv"
    whole.write_text("\n".join([header, *lines]), encoding="utf-8")
    summer.write_text("\n".join([header, *lines[: 8 * 3]]), encoding="utf-8")
    asked = ("trajectoire", "--annee", "2009", "--format", "json")
    assert vigie("importer", whole)[0] == 0
    code, stopped, _ = vigie(*asked, "--arrete-a", "2009-08")
    assert code == 0
    assert stopped != vigie(*asked)[1]
    for month, said in (("2010-01", "vont de janvier"), ("2008-12", "vont de janvier")):
        code, out, err = vigie(*asked, "--arrete-a", month)
        assert (code, out, said in err) == (2, "", True)
    # A store that never received the rest of the year says the same.
    monkeypatch.setenv("VIGIE_DATABASE_URL", str(tmp_path / "ete.sqlite"))
    assert vigie("importer", summer)[0] == 0
    assert vigie(*asked)[1] == stopped


def test_a_file_received_long_ago_is_known_then(vigie: Terminal, tmp_path: Path) -> None:
    path = tmp_path / "mars.csv"
    path.write_text(
        "mois;juridiction;activite;visioconferences;extractions_evitees\n2009-03;TGI-LILLE;JAP;4;2\n",
        encoding="utf-8",
    )
    code, out, err = vigie("importer", path, "--recu-le", "2099-01-01")
    assert (code, out) == (2, "")
    assert "n'est pas encore passé" in err
    code, out, err = vigie("importer", path, "--recu-le", "2008-04-09")
    assert code == 2
    assert "9 avril 2008 précède" in (out + err).replace("\u00a0", " ")
    code, out, _ = vigie("importer", path, "--recu-le", "2009-04-09", "--format", "json")
    assert (code, _reports(out)[0]["recu_le"], _reports(out)[0]["lot"]) == (0, "2009-04-09", 1)
    asked = ("trajectoire", "--annee", "2009", "--format", "json")
    assert vigie(*asked, "--au", "2009-04-08")[0] == 2
    code, out, _ = vigie(*asked, "--au", "2009-04-09")
    assert code == 0
    # Without the day, nobody knows whether it came in time: the import says so, and how to say it.
    other = tmp_path / "fevrier.csv"
    other.write_text(path.read_text().replace("2009-03", "2009-02"), encoding="utf-8")
    code, out, _ = vigie("importer", other)
    assert "Reçu après la clôture de février\u00a02009, jour de réception inconnu" in out
    assert "--recu-le le donne" in out


def test_the_trajectory_tells_the_country_then_each_cour(collected: Terminal) -> None:
    code, out, _ = collected("trajectoire", "--annee", "2009", "--format", "json")
    assert code == 0
    told = json.loads(out)
    assert (told["annee"], told["mois"], told["lecture"]) == (2009, "2009-04", "A")
    country, cours = told["national"], told["cours"]
    assert "cour" not in country
    assert "NATIONAL" not in [cour["cour"] for cour in cours]
    assert len(cours) == 35 + 2
    assert (country["objectif"], country["reste"]) == (7_750, 7_750 - country["evitees"])
    assert country["objectif_a_date"] == pytest.approx(7_750 * 4 / 12)
    assert country["evitees"] == sum(cour["evitees"] or 0 for cour in cours)
    assert set(country) >= {
        "base",
        "atteinte",
        "rythme_requis",
        "rythme_3m",
        "rythme_6m",
        "p_objectif",
        "etat",
    }
    assert set(country["projection"]) == {"moyenne", "q025", "q10", "q50", "q90", "q975"}
    assert country["indicatif"]
    assert 0 < country["couverture"] < 1
    assert country["couverture"] == pytest.approx(country["reponses_recues"] / country["reponses_attendues"])
    assert country["borne_basse"] == country["evitees"] < country["borne_haute"]
    for name in ("reponses_recues", "reponses_attendues", "borne_basse"):
        assert country[name] == sum(cour[name] for cour in cours)


def test_the_trajectory_of_one_cour_under_one_reading(collected: Terminal) -> None:
    code, out, _ = collected(
        "trajectoire", "--annee", "2009", "--cour", "douai", "--lecture", "C", "--format", "csv"
    )
    assert code == 0
    header, line = out.strip().splitlines()
    row = dict(zip(header.lstrip("\ufeff").split(";"), line.split(";"), strict=True))
    assert row["cour"] == "CA-DOUAI"
    assert row["retenues"] == row["atteinte"] == row["p_objectif"] == ""  # Intérieur has not counted
    assert row["etat"] == "Non déterminé"


def test_the_two_accounts_have_one_shape(collected: Terminal) -> None:
    """The country beside the cours, asked whole or for one; in a table, its line comes with all of them."""
    for asked in ((), ("--cour", "Douai")):
        read = {
            name: collected(name, "--annee", "2009", *asked, "--format", "json")[1]
            for name in ("trajectoire", "decompte")
        }
        told = {name: json.loads(text) for name, text in read.items()}
        for account in told.values():
            assert isinstance(account["national"], dict)
            assert "cour" not in account["national"]
            assert not asked or [line["cour"] for line in account["cours"]] == ["CA-DOUAI"]
        one, other = (sorted(line["cour"] for line in account["cours"]) for account in told.values())
        assert one == other
        for name in ("trajectoire", "decompte"):
            table = collected(name, "--annee", "2009", *asked, "--format", "csv")[1]
            head, *rows = table.lstrip("\ufeff").strip().splitlines()
            codes = [row.split(";")[head.split(";").index("cour")] for row in rows]
            assert ("NATIONAL" in codes) == (not asked)
            assert sorted(set(codes) - {"NATIONAL"}) == sorted(line["cour"] for line in told[name]["cours"])
        evitees = told["trajectoire"]["national"]["evitees"]
        assert evitees > 0
        if not asked:
            assert evitees == sum(line["evitees"] or 0 for line in told["trajectoire"]["cours"])


def test_a_year_without_data_is_said(collected: Terminal) -> None:
    code, _, err = collected("trajectoire", "--annee", "2011", "--format", "json")
    assert code == 2
    assert "2011" in err
    code, _, err = collected("trajectoire", "--annee", "2009", "--au", "2009-01-02", "--format", "json")
    assert code == 2
    for annee in ("abc", "1999"):
        code, out, err = collected("trajectoire", "--annee", annee, "--format", "json")
        assert (code, out) == (2, "")
        assert err.strip() == "--annee attend un nombre entier de 2000 à 2100."
    # A cour that did not exist yet is not an empty answer.
    code, out, err = collected("trajectoire", "--annee", "2009", "--cour", "CA-CAYENNE", "--format", "csv")
    assert (code, out) == (2, "")
    assert "n'était pas en vigueur" in err


def test_the_settlement_tells_exact_numbers(collected: Terminal) -> None:
    code, out, _ = collected("decompte", "--annee", "2009", "--cout-etpt", "56600", "--format", "json")
    assert code == 0
    told = json.loads(out)
    assert (told["annee"], told["regle"], told["statut_regle"]) == (2009, "circulaire-2009", "texte")
    assert (told["lecture"], told["mode"], told["cout_etpt_eur"]) == ("A", "mutualise", "56600")
    assert told["national"]["objectif"] == "7750"
    whole = sum(Decimal(line["montant_eur"]) for line in told["cours"])
    assert whole == Decimal(told["national"]["montant_eur"])


def test_without_a_cost_the_amount_is_null_and_the_reason_said(collected: Terminal) -> None:
    _, out, _ = collected("decompte", "--annee", "2009", "--cour", "Douai", "--format", "json")
    told = json.loads(out)
    assert told["cours"][0]["montant_eur"] is None
    assert told["national"]["montant_eur"] is None
    assert "n'est pas dans le texte" in told["raison"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--cout-etpt", "-5"), "n'est pas un nombre positif"),
        (("--cout-etpt", "beaucoup"), "n'est pas un nombre positif"),
        (("--regle", "zut"), "Règles connues"),
        (("--cour", "zut"), "n'est pas connue"),
        (("--cour", "Cayenne"), "n'a pas de base"),
        (("--lecture", "C"), "douze mois"),
        (("--lecture", "B"), "niveau de 2008"),
        (("--connu-le", "2009-01-02"), "Aucune déclaration"),
    ],
)
def test_what_cannot_be_settled_is_one_sentence(
    collected: Terminal, words: tuple[str, ...], said: str
) -> None:
    code, out, err = collected("decompte", "--annee", "2009", *words, "--format", "json")
    assert (code, out) == (2, "")
    assert said in err
    assert len(err.strip().splitlines()) == 1


def test_a_year_that_no_rule_settles_is_said(collected: Terminal) -> None:
    code, out, err = collected("decompte", "--annee", "2012", "--format", "json")
    assert (code, out) == (2, "")
    assert "n'est pas en vigueur en 2012" in err


def _write(path: Path, **document: Any) -> Path:
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


@whole_run
def test_a_scenario_gives_the_same_bytes_on_both_engines(
    postgres: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    vigie = Terminal(capsys)
    lever = {"nature": "recours", "valeur": [0.2, 0.3, 0.4], "du": "2009-04", "cours": ["CA-DOUAI"]}
    asked = _write(tmp_path / "s.json", depuis="2009-03", leviers=[lever])
    given: list[str] = []
    for url in (new_database(postgres), str(tmp_path / "v.sqlite")):
        monkeypatch.setenv("VIGIE_DATABASE_URL", url)
        assert vigie("preparer", "--demo")[0] == 0
        code, out, _ = vigie("scenario", asked, "--format", "json")
        assert code == 0
        given.append(out)
    assert given[0] == given[1]
    told = json.loads(out)
    assert (told["tirages"], told["graine"], told["annee"]) == (1024, 1, 2009)
    assert told["total"]["q10"] < told["total"]["moyenne"] < told["total"]["q90"]
    by_month = sum(each["moyenne"] for each in told["mois"])
    assert by_month == pytest.approx(told["total"]["moyenne"], rel=1e-6)
    moved = {each["cour"]: each["gain"] for each in told["cours"] if each["gain"]["moyenne"]}
    # One shape for all: the country stands beside its cours, not among them.
    assert set(moved) == {"CA-DOUAI"}
    assert told["national"]["gain"] == moved["CA-DOUAI"] == told["total"]
    assert vigie("scenario", asked, "--format", "csv")[1].startswith("\ufeffobjet;nom;gain_moyenne")
    code, out, _ = vigie("objectif", "--atteindre", "5%", "--levier", asked, "--format", "json")
    assert code == 0
    plain = json.loads(out)
    assert plain["frein"] == "perimetre"
    told = json.loads(
        vigie(
            "objectif",
            *("--atteindre", "5%", "--levier", asked, "--ponderation", "priorite", "--format", "json"),
        )[1]
    )
    # The escorts of Douai are not those of the country: another share, as far out of reach.
    assert told["ponderation"] == "priorite"
    assert told["au_mieux"] != plain["au_mieux"]
    assert told["au_mieux"] == pytest.approx(plain["au_mieux"], rel=0.5)


def test_a_bad_scenario_says_which_key_why_and_what_is_allowed(on_demo: Terminal, tmp_path: Path) -> None:
    vigie = on_demo
    bad = _write(
        tmp_path / "s.json",
        depuis="2009-03",
        leviers=[{"nature": "recours", "valeur": 2, "du": "avril", "x": 1}],
    )
    code, out, err = vigie("scenario", bad, "--format", "json")
    assert (code, out) == (2, "")
    for said in ("leviers[1].x", "connues", "leviers[1].valeur", "de 0 à 1", "leviers[1].du", "2009-04"):
        assert said in err
    late = _write(tmp_path / "t.json", depuis="2012-03", leviers=[])
    code, _, err = vigie("scenario", late, "--format", "json")
    assert code == 2
    assert "2012-03" in err
    assert vigie("scenario", tmp_path / "absent.json", "--format", "json")[0] == 2
    assert vigie("scenario", late, "--tirages", "1000", "--format", "json")[0] == 2
    assert vigie("objectif", "--atteindre", "beaucoup", "--levier", late)[0] == 2


def test_the_calendar_of_a_year(vigie: Terminal) -> None:
    code, out, _ = vigie("calendrier", "--annee", "2009", "--format", "json")
    told = json.loads(out)
    assert code == 0
    assert [line["mois"] for line in told] == [f"2009-{rank:02d}" for rank in range(1, 13)]
    assert told[0] == {
        "mois": "2009-01",
        "ouverture": "2009-02-05",
        "relance": "2009-02-22",
        "cloture": "2009-02-25",
        "jours_non_ouvres": [{"etape": "relance", "jour": "2009-02-22", "motif": "dimanche"}],
    }
    assert told[2]["jours_non_ouvres"] == []
    assert (told[3]["ouverture"], told[3]["relance"]) == ("2009-05-02", "2009-05-07")
    options = ("--ouverture", "ouvre", "--relance", "ouvre")
    code, out, _ = vigie("calendrier", "--annee", "2009", *options, "--format", "csv")
    lines = out.lstrip("\ufeff").splitlines()
    assert code == 0
    assert lines[0] == "mois;ouverture;relance;cloture;jours_non_ouvres"
    assert lines[4] == "2009-04;2009-05-04;2009-05-05;2009-05-10;cloture : dimanche"


def test_a_year_before_the_collection_has_no_calendar(vigie: Terminal) -> None:
    code, out, err = vigie("calendrier", "--annee", "2008", "--format", "json")
    assert (code, out) == (2, "")
    assert "première valeur" in err


def test_without_more_the_reminders_are_only_listed(collected: Terminal) -> None:
    code, out, _ = collected("relances", "--mois", "2009-04", "--au", "2009-05-07")
    lines = out.splitlines()
    assert code == 0
    assert lines[0].startswith("Collecte d'avril\u00a02009, situation au 7\u00a0mai\u00a02009 : ")
    # Nothing was known by then: all have been silent since January.
    lille = next(line for line in lines if "grande instance de Lille" in line)
    assert "chg.tgi-lille@justice.fr ; 4\u00a0mois sans réponse ; aucun contact" in lille
    assert "Rien n'a été envoyé" in lines[-1]
    code, out, _ = collected("relances", "--mois", "2009-04", "--au", "2009-05-07", "--etape", "telephone")
    assert code == 0
    assert "@" not in out


# The collection of April 2009 is long over: whoever is reminded has its month reopened.
OPEN_AGAIN = ("--rouvrir-jusqu-au", "2099-12-31")


def test_reminders_are_written_to_a_folder(
    collected: Terminal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = ("relances", "--mois", "2009-04", "--dossier", tmp_path / "relances")
    code, out, err = collected(*words, *OPEN_AGAIN)
    assert (code, out) == (2, "")
    assert "VIGIE_ADRESSE_PUBLIQUE" in err
    monkeypatch.setenv("VIGIE_ADRESSE_PUBLIQUE", "https://vigie.exemple")
    code, out, err = collected(*words)
    assert (code, out) == (2, "")
    assert "le questionnaire refuserait les réponses demandées" in err
    assert not (tmp_path / "relances").exists()
    code, out, err = collected(*words, *OPEN_AGAIN)
    written = sorted((tmp_path / "relances").glob("*.eml"))
    assert (code, err) == (0, "")
    assert out.startswith(f"{len(written)}\u00a0messages dans ")
    assert written[0].name.startswith("2009-04_relance_CA-")
    assert all(b"https://vigie.exemple/saisie" in path.read_bytes() for path in written)


def test_one_cour_is_reminded_and_no_other(
    collected: Terminal, facteur: Facteur, monkeypatch: pytest.MonkeyPatch
) -> None:
    facteur.take_mail_of_vigie(monkeypatch)
    words = ("relances", "--mois", "2009-04", "--cour", "Douai")
    _, listed, _ = collected(*words)
    boxes = re.findall(r"chg\S+", listed)
    assert 0 < len(boxes) < 15
    assert f"{len(boxes)}\u00a0messages à envoyer" in listed
    # Out of those of that cour, not of the country.
    reference = load_reference()
    own = reference.attendues(date(2009, 4, 1), date(2009, 4, 1)).filter(cour="CA-DOUAI").height
    assert f"{len(boxes)}\u00a0juridictions sur {own} n'ont pas répondu" in listed
    code, out, _ = collected(*words, "--envoyer", *OPEN_AGAIN)
    assert (code, out) == (0, f"{len(boxes)}\u00a0messages envoyés.\n")
    assert sorted(facteur.destinataires) == sorted(boxes)


def test_reminders_are_sent_once_and_what_was_refused_is_said(
    collected: Terminal, facteur: Facteur, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, listed, _ = collected("relances", "--mois", "2009-04")
    box = re.findall(r"chg\S+", listed)[-1]
    facteur.refuses = frozenset({box})
    facteur.take_mail_of_vigie(monkeypatch)
    code, out, err = collected("relances", "--mois", "2009-04", "--envoyer", "--auteur", "SDSE", *OPEN_AGAIN)
    sent = len(facteur.courriers)
    assert code == 1
    assert out == f"{sent}\u00a0messages envoyés.\n"
    assert f", {box} : refusé (550 5.1.1 No such mailbox)" in err
    facteur.refuses = frozenset()
    code, out, err = collected("relances", "--mois", "2009-04", "--envoyer", *OPEN_AGAIN)
    assert (code, err) == (0, "")
    assert out == f"1\u00a0message envoyé.\n{sent}\u00a0juridictions déjà relancées.\n"
    _, out, _ = collected("relances", "--mois", "2009-04")
    assert out.count("déjà relancée le ") == sent + 1
    assert len(set(facteur.destinataires)) == len(facteur.destinataires) == sent + 1


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--mois", "2009-04", "--envoyer"), "VIGIE_SMTP_HOTE"),
        (("--mois", "2009-04", "--envoyer", "--dossier", "d"), "choisissez l'un des deux"),
        (("--mois", "2009-04", "--envoyer", "--etape", "telephone"), "ne s'envoie pas"),
        (("--mois", "2009-04", "--au", "2009-04-30"), "personne n'est en retard"),
        (("--mois", "2008-12"), "première valeur"),
        (("--mois", "2009-04", "--dossier", "/proc/nulle", *OPEN_AGAIN), "ne peut pas être écrit"),
        (("--mois", "2009-04", "--dossier", "d", "--rouvrir-jusqu-au", "2009-05-20"), "déjà passé"),
        (("--mois", "2009-04", "--douteux", "peut-etre"), "partis, non-partis"),
        (("--mois", "2009-04", "--etape", "pigeon"), "messagerie, telephone"),
    ],
)
def test_what_cannot_be_reminded_is_one_sentence(
    collected: Terminal, words: tuple[str, ...], said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VIGIE_ADRESSE_PUBLIQUE", "https://vigie.exemple")
    code, out, err = collected("relances", *words)
    assert (code, out) == (2, "")
    assert said in err
    assert len(err.strip().splitlines()) == 1


def test_a_sending_that_was_killed_ends_with_a_doubt_and_a_person_decides(
    collected: Terminal, facteur: Facteur, monkeypatch: pytest.MonkeyPatch
) -> None:
    facteur.take_mail_of_vigie(monkeypatch)
    sending = ("relances", "--mois", "2009-04", "--cour", "Douai", "--envoyer", *OPEN_AGAIN)
    _, listed, _ = collected("relances", "--mois", "2009-04", "--cour", "Douai")
    box = re.findall(r"chg\S+", listed)[-1]
    silent = f"TGI-{box.removeprefix('chg.tgi-').split('@')[0].upper()}"
    begun = datetime(2009, 5, 7, 8, tzinfo=UTC)
    with closing(open_store(Settings(), load_reference())) as store:
        envoi = Envoi(date(2009, 4, 1), silent, "messagerie", adresse="a@b.fr", message_id="<1@b>", texte="T")
        store.collecte().begin_reminder(NATIONAL, envoi, renvoyer=False, auteur="A. Martin", connu_le=begun)
    code, out, err = collected(*sending)
    assert code == 1
    sent = len(facteur.destinataires)
    assert out == f"{sent}\u00a0messages envoyés.\n"
    assert "Issue inconnue\u00a0: A. Martin a commencé cet envoi le 7\u00a0mai\u00a02009" in err
    assert "1\u00a0message douteux" in err
    # The second run is no better informed, and does not say that all is well.
    code, out, err = collected(*sending)
    assert (code, len(facteur.destinataires)) == (1, sent)
    assert "message douteux" in err
    code, out, err = collected("relances", "--mois", "2009-04")
    assert code == 1
    assert "message douteux" in err
    code, out, err = collected(*sending, "--douteux", "non-partis")
    assert (code, err) == (0, "")
    assert out.startswith("1\u00a0message douteux : non parti.\n1\u00a0message envoyé.\n")
    assert facteur.destinataires[sent:] == [box]


def test_a_demonstration_reminds_nobody(on_demo: Terminal, tmp_path: Path) -> None:
    vigie = on_demo
    code, out, err = vigie("relances", "--mois", "2009-03", "--envoyer")
    assert (code, out) == (2, "")
    assert "elle n'envoie aucun message" in err
    code, out, _ = vigie("relances", "--mois", "2009-03", "--dossier", tmp_path / "messages")
    assert code == 0
    assert "fictifs (démonstration)" in out


def test_what_is_no_file_is_not_read(vigie: Terminal, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "tube.csv")
    for path in (tmp_path / "tube.csv", Path("/dev/zero"), tmp_path):
        code, _, err = vigie("importer", path)
        assert code == 2
        assert "n'est pas un fichier" in err
        assert len(err.strip().splitlines()) == 1


def test_dates_of_the_future_are_looked_for_and_said(vigie: Terminal) -> None:
    assert vigie("reparer-dates") == (0, "Rien n'est daté du futur dans cet entrepôt.\n", "")
    assert vigie("reparer-dates", "--oui") == (0, "Rien n'est daté du futur dans cet entrepôt.\n", "")


def sqlite_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A store of one file, filled, which the terminal opens."""
    path = tmp_path / "abime.sqlite"
    monkeypatch.setenv("VIGIE_DATABASE_URL", str(path))
    assert vigie_of_file("importer", DIRTY)[0] == 1
    return path


def vigie_of_file(*words: object) -> tuple[int, str]:
    """Run the terminal; give its exit code and what it said of what went wrong."""
    err = io.StringIO()
    with redirect_stderr(err), redirect_stdout(io.StringIO()), pytest.raises(SystemExit) as stop:
        cli.main([str(word) for word in words])
    return int(str(stop.value.code)), err.getvalue().replace("\u00a0", " ")


def test_a_store_that_is_damaged_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = sqlite_file(tmp_path, monkeypatch)
    whole = path.read_bytes()
    for name in ("abime.sqlite-wal", "abime.sqlite-shm"):
        (tmp_path / name).unlink(missing_ok=True)
    path.write_bytes(whole[:4096] + b"\xff" * (len(whole) - 4096))
    code, said = vigie_of_file("importer", DIRTY)
    assert code == 2
    assert "abîmé" in said or "ne peut pas être ouvert" in said
    assert len(said.strip().splitlines()) == 1


def test_a_full_disk_is_one_sentence_and_nothing_is_half_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = sqlite_file(tmp_path, monkeypatch)

    def cramped(connection: Any, _record: object) -> None:
        connection.execute("PRAGMA max_page_count = 1")

    rows = "".join(f"2010-01;TGI-{'X' * 150}{rank};JAP;1;0\n" for rank in range(2_000))
    (tmp_path / "plein.csv").write_text(
        "mois;juridiction;activite;visioconferences;extractions_evitees\n2010-01;TGI-LILLE;JAP;1;0\n" + rows
    )
    event.listen(Engine, "connect", cramped)
    try:
        code, said = vigie_of_file("importer", tmp_path / "plein.csv")
    finally:
        event.remove(Engine, "connect", cramped)
    assert (code, "disque de l'entrepôt est plein" in said) == (2, True)
    assert len(said.strip().splitlines()) == 1
    with sqlite3.connect(path) as connection:
        assert connection.execute("SELECT max(lot) FROM lot").fetchone() == (1,)


@pytest.mark.parametrize(
    "words", [("scenario",), ("objectif", "--atteindre", "5%", "--levier"), ("importer",)]
)
@pytest.mark.parametrize("node", ["/dev/zero", "fifo", "large", "folder"])
def test_no_command_reads_what_is_no_file(
    vigie: Terminal, tmp_path: Path, words: tuple[str, ...], node: str
) -> None:
    path = Path(node) if node.startswith("/") else tmp_path / node
    if node == "fifo":
        os.mkfifo(path)
    elif node == "folder":
        path.mkdir()
    elif node == "large":
        with path.open("wb") as file:
            file.truncate(400_000_000)
    code, out, err = vigie(*words, str(path), *(("--format", "json") if words[0] != "importer" else ()))
    assert code == 2
    said = out + err
    assert "n'est pas un fichier" in said or "dépasse" in said
    assert "Traceback" not in said


def test_an_export_replaces_nothing_but_a_file(vigie: Terminal, tmp_path: Path) -> None:
    """Written by way of a rename, « --sortie /dev/null » put a file in the place of the device."""
    node, aimed = tmp_path / "tube", tmp_path / "cible.csv"
    os.mkfifo(node)
    words = ("exporter", "lots", "--format", "csv", "--sortie")
    code, _, err = vigie(*words, str(node))
    assert (code, "n'est pas un fichier" in err) == (2, True)
    assert S_ISFIFO(node.stat().st_mode)
    aimed.write_text("avant")
    link = tmp_path / "lien.csv"
    link.symlink_to(aimed)
    assert vigie(*words, str(link))[0] == 0
    assert link.is_symlink()
    assert aimed.read_text("utf-8-sig").startswith("lot;nature")
    assert [path.name for path in tmp_path.iterdir() if "partiel" in path.name] == []


@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_an_output_that_is_full_is_said(demo_file: Path, unbuffered: str) -> None:
    with Path("/dev/full").open("wb") as full:
        ended = subprocess.run(
            [sys.executable, "-m", "cli", "exporter", "declarations", "--format", "csv", "--sortie", "-"],
            cwd=ROOT,
            env=os.environ | {"VIGIE_DATABASE_URL": str(demo_file), "PYTHONUNBUFFERED": unbuffered},
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert ended.returncode == 2
    assert "jusqu'au bout" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_file_that_makes_the_reader_wait_is_refused(
    vigie: Terminal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Some files of the system pass for ordinary ones."""

    def passes(_mode: int) -> bool:
        return True

    monkeypatch.setattr(shared, "S_ISREG", passes)
    path = tmp_path / "sans_fin.csv"
    os.mkfifo(path)
    kept_open = os.open(path, os.O_RDWR)
    try:
        code, _, said = vigie("importer", path)
        assert (code, "il n'a pas de fin" in said) == (2, True)
    finally:
        os.close(kept_open)
    code, _, said = vigie("importer", "/dev/zero")
    assert (code, "dépasse" in said) == (2, True)


def test_a_name_of_file_is_said_without_what_nobody_sees(vigie: Terminal, tmp_path: Path) -> None:
    for name in ("rtl\u202evsc.csv", "nom\nligne.csv", "nul\x1b[31m.csv"):
        path = tmp_path / name
        path.write_bytes(DIRTY.read_bytes())
        for words in (("importer", path, "--simulation"), ("importer", tmp_path / "rien" / name)):
            _, out, err = vigie(*words)
            said = out + err
            assert not {"\u202e", "\x1b"} & set(said), name
            assert name.partition("\n")[0][:3] in said


def test_what_the_native_code_gives_up_on_is_said_too(
    vigie: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    class PanicException(BaseException):
        pass

    def gives_up(*_: object, **__: object) -> None:
        raise PanicException("PyObject pointer is null")

    monkeypatch.setattr(importer, "report", gives_up)
    code, _, said = vigie("importer", DIRTY, "--simulation")
    assert (code, "Vigie a un défaut (PanicException" in said) == (3, True)
