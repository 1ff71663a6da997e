"""What the framework says by itself, in French; what the keyboard sees; what an unknown address answers."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Dialog, expect

from tests.browser.conftest import Scheme, Watched, watched, window
from tests.conftest import whole_run
from tests.outils.visiteur import Server, running_server

TEXTS = {
    "Page not found": "Page inconnue",
    "Failed to generate file for download": (
        "Ce fichier n'a pas pu être écrit\u00a0: rechargez la page, puis recommencez."
    ),
    "Connection error": "Connexion perdue",
    "No results": "Aucun résultat",
    "Select all": "Tout choisir",
    "Select 2 matches": "Choisir les 2",
    "application/pdf files are not allowed.": "Vigie ne lit pas ce type de fichier.",
    "files are not allowed.": "Vigie ne lit pas ce type de fichier.",
    "File must be 20.0MB or smaller.": "Ce fichier dépasse 20,0\u00a0Mo.",
    "0.7KB": "0,7\u00a0Ko",
    "7.9MB": "7,9\u00a0Mo",
    "512B": "512\u00a0octets",
    "20MB per file": "20\u00a0Mo au plus par fichier",
    "Skip to main content": "Aller au contenu",
    # What is not the framework's, whole, stays as it is.
    "Help for": None,
    "TGI de Selectville": None,
    "No results.": None,
    "0.7": None,
}
NAMES = {
    "Help for Visioconférences, total": "Aide\u00a0: Visioconférences, total",
    "Expand sidebar": "Ouvrir le menu",
    "Remove mars.csv": "Retirer mars.csv",
    "mars.csv, 0.7KB": "mars.csv, 0,7\u00a0Ko",
    "Download as CSV: Les cours": "Télécharger (CSV)\u00a0: Les cours",
    "month, Jusqu'au": "mois, Jusqu'au",
    "Cour d'appel de Douai": None,
}


def test_each_text_of_the_framework_is_said_in_french(browser: Browser, server: Server) -> None:
    with watched(browser) as seen:
        seen.open(f"{server.url}/methode")
        said = seen.page.evaluate(
            """async ([texts, names]) => {
              const box = document.body.appendChild(document.createElement("div"));
              const made = texts.map(text => box.appendChild(document.createElement("p")));
              made.forEach((each, rank) => { each.textContent = texts[rank]; });
              const named = names.map(name => box.appendChild(document.createElement("button")));
              named.forEach((each, rank) => each.setAttribute("aria-label", names[rank]));
              const later = box.appendChild(document.createTextNode(""));
              later.data = "Close";
              const ours = box.appendChild(document.createElement("div"));
              ours.dataset.testid = "stHtml";
              ours.innerHTML = "<p title='Close'>Close</p>";
              await new Promise(resolve => setTimeout(resolve, 50));
              return [made.map(each => each.textContent), named.map(each => each.ariaLabel), later.data,
                      ours.innerHTML];
            }""",
            [list(TEXTS), list(NAMES)],
        )
        assert dict(zip(TEXTS, said[0], strict=True)) == {text: new or text for text, new in TEXTS.items()}
        assert dict(zip(NAMES, said[1], strict=True)) == {name: new or name for name, new in NAMES.items()}
        assert said[2] == "Fermer"
        assert said[3] == '<p title="Close">Close</p>'


def test_a_list_without_an_answer_and_a_file_dropped_speak_french(
    browser: Browser, server: Server, tmp_path: Path
) -> None:
    (tmp_path / "mars.csv").write_text("mois;juridiction\n" + "x" * 700)
    with watched(browser) as seen:
        seen.open(f"{server.url}/saisie")
        seen.page.get_by_role("combobox", name="Juridiction").click()
        seen.page.keyboard.type("zzzz")
        expect(seen.page.locator("body")).to_contain_text("Aucun résultat")
        seen.open(f"{server.url}/donnees")
        button = seen.page.locator("[data-testid=stFileUploaderDropzone] button")
        expect(button).to_have_accessible_name("Choisir des fichiers")
        seen.page.get_by_test_id("stFileUploaderDropzoneInput").set_input_files(tmp_path / "mars.csv")
        expect(seen.page.locator("body")).to_contain_text("0,7\u00a0Ko")
        seen.settle()
        assert re.search(r"\d(KB|MB)|icon|Upload|Remove", seen.text()) is None
        expect(seen.page.get_by_role("button", name="Retirer mars.csv")).to_be_visible()


def test_the_calendar_speaks_french_in_a_browser_of_another_language(
    browser: Browser, server: Server, tmp_path: Path
) -> None:
    (tmp_path / "mars.csv").write_text(
        "mois;juridiction;activite;visioconferences;extractions_evitees\n2009-03;TGI-LILLE;JAP;3;1\n"
    )
    with watched(browser, locale="en-US") as seen:
        seen.open(f"{server.url}/donnees")
        seen.page.get_by_test_id("stFileUploaderDropzoneInput").set_input_files(tmp_path / "mars.csv")
        day = seen.page.get_by_test_id("stDateInput")
        expect(day).to_contain_text("jj/mm/aaaa")
        first, second, third = day.get_by_role("spinbutton").all()
        for part in (first, second, third):
            expect(part).to_have_attribute("aria-valuetext", "vide")
        first.focus()
        seen.page.keyboard.type("14012011")
        day.get_by_role("button", name="Choisir une date").click()
        calendar = seen.page.get_by_test_id("stDateInputCalendar")
        expect(calendar).to_contain_text("janvier 2011")
        expect(calendar.locator("thead")).to_have_text("LMMJVSD")
        expect(calendar.get_by_role("button", name="vendredi 14 janvier 2011")).to_be_visible()
        spoken = calendar.evaluate(
            "whole => [...whole.querySelectorAll('*')].map(each => each.ariaLabel ?? '').join(' ')"
        )
        assert re.search(r"January|Friday|Selected|Today|Choose|month|year", spoken) is None


def outline(seen: Watched) -> tuple[str, str]:
    """Tell which element the keyboard is on, and the line drawn around it."""
    name, line = seen.page.evaluate(
        "() => [document.activeElement.textContent, getComputedStyle(document.activeElement).outline]"
    )
    return str(name), str(line)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_keyboard_is_seen_on_the_menu(browser: Browser, server: Server, scheme: Scheme) -> None:
    with watched(browser, color_scheme=scheme) as seen:
        seen.open(f"{server.url}/methode")
        seen.page.keyboard.press("Tab")
        assert outline(seen)[0] == "Aller au contenu"
        for name in ("Synthèse", "Cour", "Comparaison"):
            seen.page.keyboard.press("Tab")
            told, line = outline(seen)
            assert told == name
            assert "solid 2px" in line
        # And on the links of « Ce qui a changé ».
        seen.open(f"{server.url}/synthese")
        seen.page.keyboard.press("Tab")
        seen.page.locator(".st-key-changements a").first.focus()
        assert "solid 2px" in outline(seen)[1]


def test_on_a_phone_the_heat_map_is_reached_by_the_keyboard(browser: Browser, server: Server) -> None:
    with watched(browser, viewport={"width": 390, "height": 844}) as seen:
        seen.open(f"{server.url}/activites")
        box = seen.page.get_by_role("region", name="Visioconférences par cour et par activité")
        box.focus()
        before = box.evaluate("each => each.scrollLeft")
        for _ in range(5):
            seen.page.keyboard.press("ArrowRight")
        seen.page.wait_for_timeout(500)
        assert box.evaluate("each => each.scrollLeft") > before


def test_an_unknown_address_leads_to_a_page_of_ours(browser: Browser, server: Server) -> None:
    with window(browser) as context:
        page = context.new_page()
        for address in ("saisie/2009-03", "extractions", "cour/CA-DOUAI/2009"):
            answer = page.goto(f"{server.url}/{address}")
            assert answer is not None
            assert answer.status == 404
            assert page.title() == "Page inconnue · Vigie"
            assert page.locator("h1").inner_text() == "Cette page n'existe pas"
        page.get_by_role("link", name="Saisie").click()
        expect(page.locator("h1").first).to_have_text("Saisie", timeout=30_000)


def test_the_window_is_named_after_what_it_shows(browser: Browser, server: Server) -> None:
    with watched(browser) as seen:
        for address, name in (
            ("synthese", "Synthèse, France entière · Vigie"),
            ("cour?cour=CA-DOUAI", "Cour d'appel de Douai · Vigie"),
            ("donnees", "Données · Vigie"),
            (
                "saisie?juridiction=TGI-LILLE&mois_saisi=2010-11",
                "Saisie, Tribunal de grande instance de Lille, novembre\u00a02010 · Vigie",
            ),
        ):
            seen.open(f"{server.url}/{address}")
            expect(seen.page).to_have_title(name)


@whole_run
def test_a_lost_server_is_said_in_french(browser: Browser, tmp_path: Path) -> None:
    page = browser.new_page()
    with running_server(tmp_path, VIGIE_DEMO="false") as server:
        page.goto(f"{server.url}/methode")
        page.locator("footer.vigie-pied").wait_for(timeout=30_000)
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Connexion perdue", timeout=60_000)
    assert "treamlit" not in dialog.inner_text()
    page.close()


REFUSED = (
    "mois;juridiction;activite;visioconferences;extractions_evitees\n"
    "2009-03;TGI-LILLE;JAP;3;1\n2009-03;TGI-INVENTE;JAP;3;1\n"
)


def test_on_a_phone_each_refusal_stands_whole_under_its_line(browser: Browser, server: Server) -> None:
    with watched(browser, viewport={"width": 390, "height": 844}) as seen:
        seen.open(f"{server.url}/donnees")
        uploader = seen.page.locator("input[type=file]").first
        uploader.set_input_files({"name": "mars.csv", "mimeType": "text/csv", "buffer": REFUSED.encode()})
        why = seen.page.get_by_text("TGI-INVENTE").last
        expect(why).to_be_visible()
        cells = seen.page.locator("table.vigie-empile td").all()
        shown = [cell.bounding_box() for cell in cells if cell.is_visible()]
        assert len(shown) >= 4
        for box in shown:
            assert box is not None
            assert box["x"] >= 0
            assert box["x"] + box["width"] <= 390


def test_a_file_that_is_not_confirmed_is_not_left_without_a_word(browser: Browser, server: Server) -> None:
    asked: list[str] = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    with watched(browser) as seen:
        seen.open(f"{server.url}/donnees")
        seen.page.on("dialog", stay)
        uploader = seen.page.locator("input[type=file]").first
        uploader.set_input_files({"name": "mars.csv", "mimeType": "text/csv", "buffer": REFUSED.encode()})
        expect(seen.page.locator(".vigie-non-enregistre")).to_be_visible()
        # The browser asks only of who has touched the page.
        seen.page.locator("h1").click()
        seen.page.evaluate("() => { setTimeout(() => location.reload(), 0); }")
        seen.page.wait_for_timeout(1_500)
        assert asked == ["beforeunload"]
        expect(seen.page.locator(".vigie-non-enregistre")).to_be_visible()


@whole_run
@pytest.mark.parametrize(
    "address",
    [
        "decompte?annee=2009&mois=12&cour=CA-DOUAI&onglet=releve",
        "scenarios?annee=2009&mois=3&onglet=reciproque",
        "cour?annee=2010&mois=9&cour=CA-DOUAI",
    ],
)
def test_on_a_phone_no_figure_is_cut_nor_out_of_sight(browser: Browser, server: Server, address: str) -> None:
    with watched(browser, viewport={"width": 390, "height": 844}) as seen:
        seen.open(f"{server.url}/{address}")
        cut = seen.page.evaluate(
            """() => [...document.querySelectorAll(
                '[data-testid=stMetric] p, table.vigie-empile td, table.vigie-empile tbody th'
            )].filter(each => {
                const box = each.getBoundingClientRect();
                const room = each.closest('[data-testid=stMetric]') ?? document.body;
                const around = room.getBoundingClientRect();
                return box.width && (box.right > around.right + 1 || box.left < around.left - 1);
            }).map(each => each.textContent)"""
        )
        assert cut == []
        assert seen.page.locator("[data-testid=stMetric] p").count() > 4
