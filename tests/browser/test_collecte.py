"""The SDSE runs a campaign: its rate, the silent, a call, the messages, a figure to check."""

import re
from pathlib import Path
from zipfile import ZipFile

from playwright.sync_api import Browser, expect

from tests.browser.conftest import Watched, watched
from tests.conftest import whole_run
from tests.outils.visiteur import Server


def show(seen: Watched, tab: str) -> None:
    seen.page.get_by_role("radio", name=tab).click()
    expect(seen.page).to_have_url(re.compile("onglet="))
    seen.settle()


@whole_run
def test_the_whole_story_of_a_campaign(browser: Browser, server: Server, tmp_path: Path) -> None:
    with watched(browser) as seen:
        page = seen.page
        seen.open(f"{server.url}/collecte?campagne=2009-09")
        conclusion = page.locator(".vigie-conclusion").first
        expect(conclusion).to_contain_text("Au 7 octobre 2009, 60 juridictions sur 223 ont répondu")
        # It is read without scrolling, and the day shown stands in the calendar.
        box = conclusion.bounding_box()
        assert box is not None
        assert box["y"] + box["height"] < 400
        expect(page.locator("[aria-current=date]")).to_contain_text("7 octobre 2009")
        # Who has been silent for long.
        show(seen, "Juridictions, mois par mois")
        page.get_by_label("Juridictions montrées").click()
        page.get_by_role("option", name="Muettes depuis 3 mois").click()
        expect(page.locator("body")).to_contain_text("29 juridictions sans réponse depuis 3 mois ou plus")
        assert "muettes=oui" in page.url
        assert page.get_by_role("rowheader", name="TGI d'Agen").count() == 1
        # One of them is called.
        show(seen, "À relancer")
        page.get_by_label("Ce qui a été dit").fill("Le greffe répondra demain")
        page.get_by_label("Votre nom").fill("Statisticienne")
        page.get_by_role("button", name="Enregistrer l'appel").click()
        page.get_by_text("Appel enregistré").wait_for(timeout=30_000)
        expect(page.locator("body")).to_contain_text("07/10/2009 (téléphone)", timeout=30_000)
        seen.settle()
        assert "Le greffe répondra demain" in seen.text()
        # The messages are read over, and taken away: the demonstration sends none.
        show(seen, "Messages")
        expect(page.locator(".vigie-lettre")).to_contain_text(
            "[FICTIF] Visioconférence, données de septembre"
        )
        assert "elle n'envoie aucun message" in seen.text()
        page.get_by_label("Votre nom").first.fill("Statisticienne")
        page.get_by_role("button", name=re.compile("Préparer 163 brouillons")).click()
        with page.expect_download(timeout=60_000) as taken:
            page.get_by_role("button", name="Télécharger 2009-09_relances_FICTIF.zip").click(timeout=60_000)
        taken.value.save_as(tmp_path / "relances.zip")
        with ZipFile(tmp_path / "relances.zip") as drafts:
            assert len(drafts.namelist()) == 163
        # A figure is questioned, and what became of it kept.
        show(seen, "Alertes")
        expect(page.locator(".vigie-copie")).to_contain_text("juridiction=TGI-LYON&mois_saisi=2009-09")
        page.get_by_role("radio", name="confirmé").locator("xpath=ancestor::label").click()
        page.get_by_label("Votre nom").fill("Statisticienne")
        page.get_by_role("button", name="Enregistrer la suite").click()
        page.get_by_text("Suite enregistrée").wait_for(timeout=30_000)
        seen.settle()
        assert "1 alerte, dont 0 à vérifier" in seen.text().replace("\u00a0", " ")
