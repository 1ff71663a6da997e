"""Every page in a real browser, at each width and theme; the import, and shared links."""

import re
import shutil
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.conftest import Scheme, watched
from tests.conftest import whole_run
from tests.outils.visiteur import PAGES, Server

SIZES = {"projection": (1280, 800), "telephone": (390, 844)}
# What a French screen must never show.
FOREIGN = re.compile(
    r"\b(None|NaN|null|undefined|Traceback|Error|Loading|Choose an option|Browse files|Drag and drop|"
    r"No results|Select|Search|Skip|Upload|Download|Deploy|Rerun|Help for|Sidebar|sidebar|Fullscreen|"
    r"Show|Remove|Close|Clear|Open|App pages|icon|file|files|\d(?:KB|MB|B))\b"
)
# What only assistive technology says.
NAMES = """() => [...document.body.querySelectorAll("*")].flatMap(each =>
  ["aria-label", "title", "placeholder", "alt", "aria-roledescription", "aria-valuetext"]
    .map(name => each.getAttribute(name)).filter(Boolean))"""
SAMPLE = Path(__file__).parent.parent / "data" / "collecte" / "echantillons" / "2009-03_sale.csv"


@pytest.mark.parametrize(
    ("size", "scheme"),
    [
        ("telephone", "dark"),
        pytest.param("projection", "light", marks=whole_run),
        pytest.param("projection", "dark", marks=whole_run),
        pytest.param("telephone", "light", marks=whole_run),
    ],
)
def test_every_page_opens_whole_and_in_french(
    browser: Browser, server: Server, size: str, scheme: Scheme
) -> None:
    width, height = SIZES[size]
    # One window for all of them: each new one would read the framework's scripts again.
    with watched(browser, viewport={"width": width, "height": height}, color_scheme=scheme) as seen:
        for page in PAGES:
            seen.open(f"{server.url}/{page}")
            text = seen.text()
            assert seen.page.locator("h1").first.inner_text().strip(), page
            assert "Données de démonstration" in text, page
            assert FOREIGN.search(text) is None, (page, FOREIGN.search(text))
            named = [name for name in seen.page.evaluate(NAMES) if FOREIGN.search(name)]
            assert named == [], page
            assert re.fullmatch(r".+ · Vigie", seen.page.title()), page
            overflow = seen.page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
            assert overflow <= 0, f"{page}: {overflow} px to scroll sideways"
            assert seen.page.evaluate("document.documentElement.lang") == "fr", page


def test_a_shared_link_reopens_the_view(browser: Browser, server: Server) -> None:
    with watched(browser) as seen:
        seen.open(f"{server.url}/cour?cour=CA-DOUAI&annee=2009&mois=9&mode=fourchette")
        expect(seen.page.locator("h1").first).to_contain_text("Douai")
        expect(seen.page.locator("body")).to_contain_text("septembre\u00a02009")
        address = seen.page.url
        seen.page.reload()
        seen.settle()
        expect(seen.page.locator("h1").first).to_contain_text("Douai")
        assert seen.page.url == address


def test_a_link_that_asks_the_impossible_says_so(browser: Browser, server: Server) -> None:
    with watched(browser) as seen:
        seen.open(f"{server.url}/cour?cour=CA-NULLE-PART&annee=1812")
        assert "1812" in seen.text()
        assert seen.page.locator(".vigie-avis").count() >= 1


def test_names_from_files_are_shown_as_text(browser: Browser, empty_server: Server, tmp_path: Path) -> None:
    trap = tmp_path / "piege.csv"
    trap.write_text(
        "mois;juridiction;activite;visioconferences;extractions_evitees\n"
        '2009-03;<img src=x onerror="window.pris=1">;JAP;1;1\n'
        "2009-03;[lien](http://ailleurs.example) **gras**;JAP;1;1\n",
        encoding="utf-8",
    )
    with watched(browser) as seen:
        seen.open(f"{empty_server.url}/donnees")
        seen.page.locator("input[type=file]").set_input_files(trap)
        seen.page.get_by_text("2 lignes lues").wait_for(timeout=20_000)
        assert seen.page.evaluate("window.pris") is None
        assert "<img src=x" in seen.text()
        assert "**gras**" in seen.text()


def test_the_whole_import_on_screen(browser: Browser, empty_server: Server) -> None:
    with watched(browser) as seen:
        seen.open(f"{empty_server.url}/synthese")
        assert "Pas encore de données" in seen.text()
        seen.open(f"{empty_server.url}/donnees")
        seen.page.locator("input[type=file]").set_input_files(SAMPLE)
        seen.page.get_by_text("18 lignes lues").wait_for(timeout=20_000)
        text = seen.text()
        assert "encodage cp1252" in text
        assert "à corriger\u00a0: 10" in text
        # Without a name under the lot, nothing is written.
        button = seen.page.get_by_role("button", name=re.compile("Enregistrer 5 lignes"))
        button.click()
        seen.page.get_by_text("Indiquez votre nom").wait_for()
        seen.page.get_by_label("Votre nom").fill("Statisticienne")
        button.click()
        seen.page.get_by_text("5 lignes enregistrées").wait_for(timeout=20_000)
        seen.page.get_by_role("tab", name="Historique des lots").click()
        expect(seen.page.get_by_role("tabpanel").filter(visible=True)).to_contain_text("Statisticienne")
        seen.page.get_by_role("tab", name="Lignes refusées").click()
        expect(seen.page.get_by_role("tabpanel").filter(visible=True)).to_contain_text("TGI-INCONNU")
        seen.open(f"{empty_server.url}/synthese")
        assert "Pas encore de données" not in seen.text()
        assert "démonstration" not in seen.text()


def test_one_confirmation_replaces_the_demo(browser: Browser, demo_file: Path, tmp_path: Path) -> None:
    from tests.outils.visiteur import running_server

    shutil.copy(demo_file, tmp_path / "vigie.sqlite")
    with (
        running_server(tmp_path) as server,
        watched(browser) as seen,
    ):
        seen.open(f"{server.url}/donnees")
        seen.page.locator("input[type=file]").set_input_files(SAMPLE)
        seen.page.get_by_text("18 lignes lues").wait_for(timeout=20_000)
        seen.page.get_by_label("Votre nom").fill("Statisticienne")
        leave = seen.page.get_by_role("button", name=re.compile("Vider la démonstration et enregistrer"))
        leave.click()
        seen.page.get_by_text("Cochez « Retirer la démonstration »").wait_for(timeout=20_000)
        seen.page.get_by_text(re.compile("^Retirer la démonstration")).click()
        leave.click()
        seen.page.get_by_text("5 lignes enregistrées").wait_for(timeout=20_000)
        assert "Données de démonstration : fictives" not in seen.text()


def test_the_keyboard_reaches_the_navigation(browser: Browser, server: Server) -> None:
    with watched(browser) as seen:
        seen.open(f"{server.url}/methode")
        seen.page.get_by_role("link", name="Synthèse").first.focus()
        seen.page.keyboard.press("Enter")
        seen.page.wait_for_url(re.compile("/(synthese)?(\\?.*)?$"))
        seen.settle()
        assert seen.page.locator("h1").first.inner_text().startswith("Synthèse")
