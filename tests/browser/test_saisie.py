"""A clerk answers by the keyboard, pastes, is questioned, reloads, validates; a colleague corrects."""

import re
from hashlib import sha256
from pathlib import Path

from playwright.sync_api import Browser, Locator, expect

from tests.browser.conftest import Watched, long_story, watched
from tests.visiteur import Server

SCREEN = {"width": 1280, "height": 800}
# Silent in the demonstration for its last month, whose campaign the page opens by itself.
LINK = "saisie?juridiction=TGI-BOULOGNE-SUR-MER&mois_saisi=2010-12"
PASTED = "4\t2\n1 204\t12,5"


def selected(seen: Watched) -> Locator:
    """Give the case that the keyboard is on, as assistive technology is told."""
    return seen.page.locator("td[role=gridcell][aria-selected=true]")


def first_case(seen: Watched) -> None:
    """Go to the first activity from the keyboard alone."""
    seen.settle()
    seen.page.locator("summary", has_text="Comment compter").focus()
    seen.page.keyboard.press("Tab")
    seen.page.keyboard.press("Control+Home")
    expect(selected(seen)).to_have_text("Débats JLD")
    seen.page.keyboard.press("ArrowRight")
    expect(selected(seen)).to_have_attribute("aria-colindex", "2")


def typed(seen: Watched, *texts: str) -> None:
    """Type in cases one after the other, along the line, no faster than a hand."""
    for rank, text in enumerate(texts):
        if rank:
            seen.page.keyboard.press("Tab")
            seen.page.wait_for_timeout(200)
        seen.page.keyboard.type(text, delay=80)
    seen.page.wait_for_timeout(200)
    seen.page.keyboard.press("Enter")


def paste(seen: Watched, text: str) -> None:
    seen.page.evaluate("text => navigator.clipboard.writeText(text)", text)
    seen.page.keyboard.press("Control+v")


def says(seen: Watched, text: str) -> None:
    expect(seen.page.locator("body")).to_contain_text(text, timeout=30_000)


def download(seen: Watched, label: str, folder: Path) -> Path:
    with seen.page.expect_download() as waiting:
        seen.page.get_by_role("button", name=label).click()
    path = folder / waiting.value.suggested_filename
    waiting.value.save_as(path)
    return path


@long_story
def test_the_whole_story_of_an_answer(browser: Browser, server: Server, tmp_path: Path) -> None:
    rights = ["clipboard-read", "clipboard-write"]
    with watched(browser, viewport=SCREEN, permissions=rights) as seen:
        seen.open(f"{server.url}/{LINK}")
        says(seen, "est ouverte jusqu'au 10\u00a0janvier\u00a02011 inclus")
        seen.page.get_by_label("Votre nom").fill("Greffe de Boulogne")
        seen.page.keyboard.press("Enter")
        # More avoided than made: told as soon as it is typed, beside the line.
        first_case(seen)
        typed(seen, "12", "30")
        says(seen, "plus d'extractions évitées (30) que de visioconférences (12)")
        first_case(seen)
        typed(seen, "400", "3")
        says(seen, "400 visioconférences, pour")
        says(seen, "par Greffe de Boulogne")
        # The two columns of a spreadsheet; what is not a whole number is refused, never read otherwise.
        seen.page.keyboard.press("ArrowLeft")
        paste(seen, PASTED)
        says(seen, "«\u00a012,5\u00a0» n'est pas un nombre entier")
        seen.settle()
        seen.page.reload()
        seen.settle()
        says(seen, "«\u00a012,5\u00a0» n'est pas un nombre entier")
        says(seen, "Brouillon enregistré")
        first_case(seen)
        for _ in range(2):
            seen.page.keyboard.press("ArrowDown")
        typed(seen, "9", "4")
        says(seen, "Aucune erreur")
        # An answer without its comment is not taken.
        seen.page.get_by_label("Votre nom").fill("Greffe de Boulogne")
        seen.page.get_by_role("button", name="Valider et transmettre").click()
        says(seen, "Confirmez avec un commentaire, ou corrigez")
        assert "Un autre brouillon" not in seen.text()
        for comment in seen.page.get_by_label("Je confirme ce chiffre").all():
            comment.fill("Rattrapage de l'année")
            comment.press("Enter")
            seen.settle()
        seen.page.get_by_role("button", name="Valider et transmettre").click()
        says(seen, "donnée à la démonstration")
        seen.settle()
        receipt = seen.page.url
        assert re.search(r"recu=\d+", receipt)
        text = seen.text()
        assert "FICTIF" in text
        assert "Greffe de Boulogne" in text
        written = download(seen, "Télécharger les chiffres validés", tmp_path)
        assert sha256(written.read_bytes()).hexdigest() in text
        assert download(seen, "Télécharger le reçu", tmp_path).read_bytes().startswith(b"%PDF")
        seen.page.reload()
        seen.settle()
        assert "donnée à la démonstration" in seen.text()
    with watched(browser, viewport=SCREEN) as colleague:
        colleague.open(f"{server.url}/{LINK}")
        says(colleague, "Correction\u00a0: Greffe de Boulogne a déclaré ce mois")
        assert "Brouillon enregistré" not in colleague.text()
        first_case(colleague)
        colleague.page.keyboard.press("ArrowDown")
        typed(colleague, "5")
        says(colleague, "corrigée")
        colleague.page.get_by_label("Votre nom").fill("Présidence")
        colleague.page.get_by_role("button", name="Valider et transmettre").click()
        says(colleague, "Cochez la case")
        colleague.page.get_by_text("Je remplace 1").click()
        colleague.page.get_by_role("button", name="Valider et transmettre").click()
        says(colleague, "donnée à la démonstration")
        assert colleague.page.url != receipt
        says(colleague, "Présidence")
