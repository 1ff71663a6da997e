"""The page of the files, on a real store: empty, filled, refused, and who may write."""

import json
import re
from datetime import date
from html import unescape
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from analytics.vocabulary.perimetre import NATIONAL, Perimetre
from analytics.vocabulary.reference import Reference
from data.collecte.expected.limits import ignore_progress
from data.collecte.importer import Examen
from data.collecte.templates import template
from data.settings import Settings
from data.store.store import Store
from pages.commun import lecture, signataire, telechargements
from pages.commun.identite import Lecteur
from pages.ecrans.donnees import depot
from tests.conftest import lots_of_demo
from tests.pages import situations
from tests.pages.situations import at_address, read_as, text, words

SAMPLES = Path(__file__).parent.parent / "data" / "collecte" / "echantillons"
DIRTY = ("2009-03_sale.csv", (SAMPLES / "2009-03_sale.csv").read_bytes(), "text/csv")


@pytest.fixture
def page(settings: Settings, store: Store, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    """The page on an empty store, on each engine."""
    monkeypatch.setenv("VIGIE_DATABASE_URL", settings.database_url)
    monkeypatch.setenv("VIGIE_DEMO", "false")

    def opened(_settings: Settings) -> Store:
        return store

    monkeypatch.setattr(lecture, "_open_store", opened)
    st.cache_resource.clear()
    return at_address("donnees", {})


def ran(page: AppTest) -> str:
    return text(situations.ran(page))


def drop(page: AppTest, *files: tuple[str, bytes, str]) -> str:
    """Draw the page, then again once these files are on it; give what it says."""
    ran(page)
    page.file_uploader[0].set_value(list(files))
    return ran(page)


def sign(page: AppTest) -> None:
    page.text_input(key="depot_auteur").set_value("Statisticienne")
    page.button[0].click().run()


def test_an_empty_store_says_so_everywhere(page: AppTest) -> None:
    said = ran(page)
    assert "Aucune ligne n'attend de correction" in said
    assert "Pas encore de données à exporter" in said
    assert "Aucun lot" in said


def test_a_file_is_shown_before_it_is_written_then_written_once(page: AppTest, store: Store) -> None:
    said = drop(page, DIRTY)
    assert "18\u00a0lignes lues" in said
    assert "10\u00a0refusées" in said
    assert "TGI-INCONNU" in said
    assert store.etat().lot == 0
    sign(page)
    assert not page.exception
    assert (
        "lot 1, 5\u00a0lignes enregistrées, 1\u00a0inchangée, 10\u00a0refusées gardées à corriger, "
        in unescape(words(page))
    )
    assert store.lots(NATIONAL)["auteur"].to_list() == ["Statisticienne"]
    # The uploader is empty again; the same file brought back has nothing to add.
    said = drop(page, DIRTY)
    assert "0\u00a0acceptée" in said
    assert "Lignes refusées, en attente" in said
    assert "Rien de nouveau à enregistrer" in said
    assert not page.button


def test_without_a_name_nothing_is_written(page: AppTest, store: Store) -> None:
    drop(page, DIRTY)
    page.button[0].click().run()
    assert "Indiquez votre nom" in unescape(words(page))
    assert store.etat().lot == 0


def test_a_file_that_is_no_table_is_refused_in_one_sentence(page: AppTest) -> None:
    said = drop(page, ("image.csv", b"\x89PNG\r\n\x1a\n\x00\x00", "text/csv"))
    assert "vigie-refus" in said
    assert not page.button
    assert "Rien de nouveau à enregistrer" in said


def test_several_files_each_make_a_lot(page: AppTest, store: Store) -> None:
    ran(page)
    base = ("base-2008.csv", (SAMPLES / "base-2008.csv").read_bytes(), "text/csv")
    page.file_uploader[0].set_value([DIRTY, base])
    ran(page)
    sign(page)
    assert store.lots(NATIONAL)["nature"].to_list() == ["base", "declarations"]


def test_one_confirmation_empties_the_demo_and_imports(page: AppTest, store: Store) -> None:
    store.record_demo(lots_of_demo())
    said = ran(page)
    assert "Données de démonstration" in said
    said = drop(page, DIRTY)
    # The demo teaches the controls nothing: the five lines are new.
    assert "5\u00a0acceptées" in said
    assert page.button[0].label.startswith("Vider la démonstration et enregistrer")
    assert "lots fictifs" in said
    sign(page)
    # Nothing leaves before the box is ticked.
    assert "Cochez «" in unescape(words(page))
    assert store.etat().demo is True
    page.checkbox(key="depot_retirer_demo").check()
    page.button[0].click().run()
    assert store.etat().demo is False
    assert store.declarations(NATIONAL).height == 5
    assert "vigie-demo'" not in unescape(words(page))


def test_files_dropped_together_correct_each_other_aloud(page: AppTest, store: Store) -> None:
    """Judged beside each other, each knew nothing of what the one before would write."""
    ran(page)
    head = "mois;juridiction;activite;visioconferences;extractions_evitees\n03/2009;TGI-DOUAI;JAP;"
    files = [("a.csv", f"{head}12;3\n"), ("b.csv", f"{head}7;2\n"), ("c.csv", f"{head}12;3\n\n")]
    examined = [depot.judge_file(text.encode(), name, lambda _part, _label: None) for name, text in files]
    outcome = depot.record(examined, auteur="SDSE", remplacer_demo=False)
    told = [text.replace("\u00a0", " ").replace("\u202f", " ") for text, _ in outcome]
    assert told == [
        "a.csv : lot 1, 1 ligne enregistrée, 0 inchangée.",
        "b.csv : lot 2, 1 ligne enregistrée, 0 inchangée. Corrigées : mars 2009 TGI-DOUAI JAP : 12/3 → 7/2.",
        "c.csv : lot 3, 1 ligne enregistrée, 0 inchangée, 1 alerte à vérifier. Corrigées : mars 2009 "
        "TGI-DOUAI JAP : 7/2 → 12/3.",
    ]
    # The value that comes back is questioned, once.
    alerts = store.alertes(NATIONAL)
    assert alerts.select("lot", "regle").rows() == [(3, "valeur_reprise")]


def test_a_reader_of_some_cours_imports_nothing(
    page: AppTest, store: Store, monkeypatch: pytest.MonkeyPatch, reference: Reference
) -> None:
    store.record_demo(lots_of_demo())
    reader = Lecteur(nom="chef@cour", perimetre=Perimetre.of(["CA-DOUAI"]))
    read_as(monkeypatch, reader, depot, signataire)
    said = ran(page)
    assert "Votre profil ne permet pas d'importer" in said
    assert not page.file_uploader
    # Even past the screen, the writing itself refuses.
    examined = depot.judge_file(DIRTY[1], DIRTY[0], lambda _part, _label: None)
    assert depot.record([examined], auteur="x", remplacer_demo=True) == [
        ("Votre profil ne permet pas d'importer : adressez le fichier à la SDSE.", False)
    ]
    assert store.etat().demo
    # And what is taken out is theirs alone.
    quarantined = depot.quarantine("declarations", 1_000)
    cour_of = dict(reference.juridictions.select("juridiction", "cour").iter_rows())
    assert {cour_of[code] for code in quarantined["juridiction"]} <= {"CA-DOUAI"}
    # A column that holds nothing, as the file and the line of a national file, is not drawn; all are named.
    said = words(page.run())
    refused = said[said.index("en attente de correction") :]
    assert "TGI-DUNKERQUE" in refused
    assert {"Fichier", "Ligne", "recu_le"} & set(re.findall(r"<th scope='col'>(.*?)</th>", refused)) == set()
    situation = lecture.situation(None)
    assert situation.totaux["cour"].unique().to_list() == ["CA-DOUAI"]
    assert situation.alertes["cour"].unique().to_list() in (["CA-DOUAI"], [])


def test_a_download_keeps_the_rights_of_whoever_asked_for_it(
    page: AppTest, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The file is written later, outside the session, where nobody is signed in."""
    store.record_demo(lots_of_demo())
    reader = Lecteur(nom="chef@cour", perimetre=Perimetre.of(["CA-DOUAI"]))
    monkeypatch.setattr(depot, "lecteur", lambda: reader)
    write = depot.export_file("declarations", "json", connu_le=None)

    def nobody() -> Lecteur:
        raise AttributeError("st.user has no attribute « 155000 »")

    monkeypatch.setattr(depot, "lecteur", nobody)
    assert {row["cour"] for row in json.loads(write())} == {"CA-DOUAI"}
    given: dict[str, Any] = {}

    def button(_label: str, **options: Any) -> None:
        given.update(options)

    monkeypatch.setattr(st, "download_button", button)
    telechargements.offer("Prendre", lambda: nobody().nom.encode(), fichier="a.csv", cle="a")
    with pytest.raises(RuntimeError) as failure:
        given["data"]()
    assert "155000" not in str(failure.value)
    assert failure.value.__cause__ is None


@pytest.mark.parametrize("shape", ["csv", "xlsx", "ods"])
def test_the_blank_templates_import_cleanly(page: AppTest, shape: str, reference: Reference) -> None:
    content = template(shape, reference, date(2009, 3, 1))  # pyright: ignore[reportArgumentType] - one of three
    said = drop(page, (f"modele.{shape}", content, "application/octet-stream"))
    assert "0\u00a0refusée" in said
    assert "0\u00a0acceptée" in said


def test_the_day_received_goes_with_the_lot(page: AppTest, store: Store) -> None:
    said = drop(page, DIRTY)
    assert "n'ont pas de rythme" in said
    assert "Pas encore enregistré" in said
    page.text_input(key="depot_auteur").set_value("Statisticienne")
    page.date_input(key="depot_recu_le").set_value(date(2009, 4, 9))
    page.button[0].click().run()
    assert store.lots(NATIONAL)["recu_le"].to_list() == [date(2009, 4, 9)]
    assert "09/04/2009" in ran(page)


@pytest.mark.parametrize("name", ["scan.pdf", "photo.png", "courrier.docx"])
def test_any_kind_of_file_is_taken_then_refused_in_french(page: AppTest, store: Store, name: str) -> None:
    ran(page)
    assert not page.file_uploader[0].proto.type
    page.file_uploader[0].set_value([(name, b"%PDF-1.4\n\x00 not a table", "application/octet-stream")])
    assert "vigie-refus" in ran(page)
    assert store.etat().lot == 0


def test_a_file_corrected_since_is_put_back_by_a_tick(page: AppTest, store: Store) -> None:
    head = "mois;juridiction;activite;visioconferences;extractions_evitees\n"
    first, second = (f"{head}03/2009;TGI-LILLE;JAP;{said}\n".encode() for said in ("12;3", "15;4"))
    for content in (first, second):
        drop(page, ("v.csv", content, "text/csv"))
        sign(page)
    said = drop(page, ("v.csv", first, "text/csv"))
    assert "12/3 → 15/4" in said
    assert not page.button
    page.checkbox[0].check()
    ran(page)
    page.button[0].click().run()
    assert store.etat().lot == 3
    assert store.declarations(NATIONAL)["visioconferences"].to_list() == [12]


def test_a_judged_file_weighs_what_its_lines_do(page: AppTest) -> None:
    ran(page)
    lines = "".join(f"03/2009;TGI-X{rank};JAP;1;1\n" for rank in range(2_000))
    content = f"mois;juridiction;activite;visioconferences;extractions_evitees\n{lines}".encode()
    depot.KEPT.clear()
    judged = depot.judged_once("upload", "store", content, "mars.csv", ignore_progress)
    assert judged.examen is not None
    assert judged.nombre("rejets") == 2_000
    assert depot.KEPT.currsize >= judged.examen.jugement.rejets.estimated_size() > 100 * 2_000
    # What was read is not kept beside what was judged.
    assert judged.examen.lecture.lignes.is_empty()
    depot.KEPT.clear()


def test_judged_files_left_on_screen_have_a_bound_for_all_visitors(monkeypatch: pytest.MonkeyPatch) -> None:
    judged: list[str] = []

    def third_of_the_room(_content: bytes, fichier: str, _progress: depot.Progress) -> depot.Depot:
        judged.append(fichier)
        return depot.Depot(fichier, cast("Examen", SimpleNamespace(poids=depot.MOST_KEPT // 3 - 1)), "")

    monkeypatch.setattr(depot, "judge_file", third_of_the_room)
    depot.KEPT.clear()
    for numero in (0, 1, 0, 2, 0, 3, 0, 4, 0, 1):
        name = f"{numero}.csv"
        assert depot.judged_once(name, "store", b"", name, ignore_progress).fichier == name
        assert depot.KEPT.currsize <= depot.MOST_KEPT
    # Each once, but the one that had to make room.
    assert judged == ["0.csv", "1.csv", "2.csv", "3.csv", "4.csv", "1.csv"]
    depot.KEPT.clear()
