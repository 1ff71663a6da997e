"""A manager builds a scenario, keeps it, compares it, shares it, and asks the reverse question."""

import re

from playwright.sync_api import Browser, expect

from tests.browser.conftest import Watched, watched
from tests.conftest import whole_run
from tests.outils.visiteur import Server


def conclusion(seen: Watched) -> str:
    return seen.page.locator(".vigie-conclusion").first.inner_text()


def keep(seen: Watched, nom: str) -> None:
    seen.page.get_by_text("Enregistrer, ouvrir, exporter").click()
    seen.page.get_by_label("Nom du scénario").fill(nom)
    seen.page.get_by_label("Votre nom").first.fill("Cheffe de projet")
    seen.page.get_by_role("button", name=re.compile("^Enregistrer( une copie)?$")).click()
    seen.page.get_by_text("Scénario enregistré sous le n°").wait_for(timeout=90_000)
    seen.settle()


@whole_run
def test_the_whole_story_of_a_scenario(browser: Browser, server: Server) -> None:
    with watched(browser) as seen:
        seen.open(f"{server.url}/scenarios?annee=2010&mois=3")
        assert "Rien ne change" in conclusion(seen)
        # Ten TGI, the JLD debates, from April.
        seen.page.get_by_text("Ajouter un levier").click()
        seen.page.get_by_role("spinbutton", name=re.compile("Ou les juridictions")).fill("10")
        seen.page.get_by_role("spinbutton", name="Au plus (%)").first.fill("90")
        seen.page.get_by_role("spinbutton", name="Le plus probable (%)").first.fill("60")
        seen.page.get_by_label("Activités").click()
        seen.page.keyboard.type("Débats JLD")
        seen.page.get_by_role("option", name="Débats JLD").click()
        seen.page.keyboard.press("Escape")
        seen.page.get_by_label("Nom court du levier").fill("JLD dans dix TGI")
        seen.page.get_by_role("button", name="Ajouter le levier").click()
        expect(seen.page.locator(".vigie-conclusion").first).to_contain_text("de plus", timeout=30_000)
        seen.settle()
        text = seen.text()
        assert "JLD dans dix TGI" in text
        assert "d'avril" in text
        assert "Chances d'atteindre l'objectif" in text
        assert "Décompte simulé" in text
        told = conclusion(seen)
        keep(seen, "Débats JLD")
        first = re.search(r"scenario=(\d+)", seen.page.url)
        assert first
        link = seen.page.url
        # Another one, from a model, to compare with.
        seen.open(f"{server.url}/scenarios?annee=2010&mois=3")
        seen.page.get_by_role("button", name="Un recours généralisé").click()
        expect(seen.page.locator(".vigie-conclusion").first).to_contain_text("de plus", timeout=30_000)
        seen.settle()
        keep(seen, "Recours généralisé")
        seen.page.get_by_text("Comparer", exact=True).click()
        expect(seen.page).to_have_url(re.compile("onglet=comparer"), timeout=30_000)
        seen.settle()
        seen.page.get_by_label("Scénarios enregistrés à comparer").click()
        seen.page.get_by_role("option", name=re.compile("Débats JLD")).first.click()
        # Escape on a list already closed would empty it.
        expect(seen.page).to_have_url(re.compile("face="), timeout=30_000)
        seen.page.get_by_text("De « Recours généralisé » à « Débats JLD »").first.wait_for(timeout=90_000)
        # The reverse question.
        seen.page.get_by_text("Que faut-il ?").click()
        seen.page.get_by_text("Le moindre effort").wait_for(timeout=30_000)
        seen.settle()
        assert "Levier à doser" in seen.text()
    with watched(browser) as colleague:
        colleague.open(link)
        assert conclusion(colleague) == told
