from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

import polars as pl
import pytest

from analytics.decompte.compte import write_account
from analytics.decompte.documents.account import account_frame, file_name, tell_vintage, warn
from analytics.documents.table import write_table
from tests.analytics.decompte.releves import COST, make

BASES = {"CA-A": 1_609, "CA-B": 2_345, "CA-C": 873}


@pytest.mark.parametrize(
    ("cour", "etat", "version", "name"),
    [
        ("CA-DOUAI", "provisoire", 2, "2009-12_CA-DOUAI_decompte-provisoire_v2.pdf"),
        ("", "definitif", 1, "2009-12_MINISTERE_decompte-definitif_v1.pdf"),
        ("", "", None, "2009-12_MINISTERE_decompte-simulation.pdf"),
        ("../x", "définitif", 1, "2009-12_X_decompte-definitif_v1.pdf"),
    ],
)
def test_a_document_is_named_for_what_it_is(cour: str, etat: str, version: int | None, name: str) -> None:
    assert file_name(date(2009, 12, 1), cour, etat=etat, version=version, suffixe="pdf") == name


def test_the_table_holds_the_ministry_then_each_cour_and_its_parts_sum() -> None:
    releve = make(BASES)
    frame = account_frame(releve, {"CA-A": "Alpha"})
    assert frame["cour"].to_list() == ["NATIONAL", *BASES]
    assert frame["nom"].to_list() == ["Ensemble du ministère", "Alpha", "CA-B", "CA-C"]
    assert frame["objectif"][1] == Decimal("80.45")
    assert frame["montant_eur"][1:].sum() == frame["montant_eur"][0]
    assert frame["montant_eur"].dtype == pl.Decimal(18, 2)
    assert frame["reponses_manquantes"].to_list() == [72, 24, 24, 24]
    assert frame["empreinte"].unique().to_list() == [write_account(releve)["empreinte"]]
    assert frame["donnees"].unique().to_list() == ["fictives (démonstration)"]
    assert frame["statut"].unique().to_list() == ["hypothèse de travail, ne vaut pas décision"]


def test_what_is_not_known_is_absent_never_zero() -> None:
    frame = account_frame(make(BASES, cout=None), {})
    for column in ("montant_eur", "part_credits", "interessement_etpt", "cout_etpt_eur", "source_cout"):
        assert frame[column].null_count() == frame.height


def test_the_table_leaves_as_csv_with_its_cents() -> None:
    releve = make(BASES)
    text = write_table(account_frame(releve, {}), "csv", sheet="decompte").decode("utf-8-sig")
    cents = releve.decompte.national.centimes
    assert cents is not None
    assert f";{cents // 100},{cents % 100:02d};" in text.splitlines()[1]


def test_a_reader_is_warned_before_any_figure() -> None:
    releve = make(BASES)
    assert len(warn(releve)) == 2
    sure = replace(
        releve,
        moment=replace(releve.moment, demonstration=False),
        cout=replace(COST, euros=Fraction(1), hypothese=False),
        projete=True,
    )
    assert [warning.split()[0] for warning in warn(sure)] == ["Année"]
    assert "20\u00a0janvier\u00a02010" in tell_vintage(sure)
    assert "dernier lot connu" in tell_vintage(replace(sure, moment=replace(sure.moment, connu_le=None)))
