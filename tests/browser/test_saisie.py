"""A clerk answers by the keyboard, pastes, is questioned, reloads, validates; a colleague corrects."""

import re
import time
from hashlib import sha256
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, expect

from tests.browser.conftest import Watched, watched
from tests.conftest import whole_run
from tests.outils.visiteur import Server

# Silent in the demonstration for its last month, whose campaign the page opens by itself.
# Silent too: TGI-TROYES, TGI-NANTES, TGI-EVREUX, TGI-ALES, TGI-MENDE.
LINK = "saisie?juridiction=TGI-BOULOGNE-SUR-MER&mois_saisi=2010-12"
PASTED = "4\t2\n1 204\t12,5"


def cell(seen: Watched, code: str, column: str = "visioconferences") -> Locator:
    return seen.page.locator(f".vigie-q input[name='{code}.{column}']")


def fields(seen: Watched) -> dict[str, str]:
    """Read what the fields hold, as the reader sees them: those that are not empty."""
    every: dict[str, str] = seen.page.evaluate(
        "() => Object.fromEntries([...document.querySelectorAll('.vigie-q input')]"
        ".map(field => [field.name, field.value]))"
    )
    return {name: text for name, text in every.items() if text}


def holds(seen: Watched, expected: dict[str, str]) -> None:
    """Refuse that the fields hold anything else, once the page has drawn all that it was sent.

    What is told above the table is on the screen a moment before what the table shows.
    """
    limit = time.monotonic() + 10
    while fields(seen) != expected and time.monotonic() < limit:
        seen.page.wait_for_timeout(50)
    assert fields(seen) == expected


def focused(seen: Watched) -> str:
    return str(seen.page.evaluate("() => document.activeElement.name"))


def typed(seen: Watched, code: str, *keys: str) -> None:
    """Type from the first field of an activity: texts, and names of keys between angle brackets."""
    cell(seen, code).focus()
    for key in keys:
        if key.startswith("<"):
            seen.page.keyboard.press(key.strip("<>"))
        else:
            seen.page.keyboard.type(key, delay=20)


def paste(seen: Watched, text: str) -> None:
    seen.page.evaluate("text => navigator.clipboard.writeText(text)", text)
    seen.page.keyboard.press("Control+v")


def form(seen: Watched, server: Server, juridiction: str, mois: str = "2010-12") -> None:
    seen.open(f"{server.url}/saisie?juridiction={juridiction}&mois_saisi={mois}")
    seen.page.locator(".vigie-q").wait_for()


def kept(seen: Watched) -> None:
    """Wait until the server has taken in all that is typed."""
    seen.page.wait_for_function(
        "() => Object.keys(JSON.parse(sessionStorage.getItem('vigie-saisie') || '{}')).length === 0"
    )
    seen.settle()


def says(seen: Watched, text: str) -> None:
    expect(seen.page.locator("body")).to_contain_text(text, timeout=30_000)


def download(seen: Watched, label: str, folder: Path) -> Path:
    with seen.page.expect_download() as waiting:
        seen.page.get_by_role("button", name=label).click()
    path = folder / waiting.value.suggested_filename
    waiting.value.save_as(path)
    return path


@whole_run
def test_the_whole_story_of_an_answer(browser: Browser, server: Server, tmp_path: Path) -> None:
    with watched(browser, paste=True) as seen:
        seen.open(f"{server.url}/{LINK}")
        says(seen, "est ouverte jusqu'au 10\u00a0janvier\u00a02011 inclus")
        seen.page.get_by_label("Votre nom").fill("Greffe de Boulogne")
        seen.page.keyboard.press("Enter")
        # More avoided than made: told as soon as it is typed, beside the line.
        typed(seen, "JLD_DETENTION", "12", "<Tab>", "30", "<Tab>")
        says(seen, "plus d'extractions évitées (30) que de visioconférences (12)")
        typed(seen, "JLD_DETENTION", "<Control+a>", "400", "<Enter>", "<Control+a>", "3", "<Enter>")
        says(seen, "400 visioconférences, pour")
        says(seen, "par Greffe de Boulogne")
        # The two columns of a spreadsheet; what is not a whole number is refused, never read otherwise.
        assert focused(seen) == "INSTRUCTION.visioconferences"
        paste(seen, PASTED)
        says(seen, "«\u00a012,5\u00a0» n'est pas un nombre entier")
        kept(seen)
        before = fields(seen)
        assert before == {
            "JLD_DETENTION.visioconferences": "400",
            "JLD_DETENTION.extractions_evitees": "3",
            "INSTRUCTION.visioconferences": "4",
            "INSTRUCTION.extractions_evitees": "2",
            "JUGEMENT_DETENTION.visioconferences": "1 204",
            "JUGEMENT_DETENTION.extractions_evitees": "12,5",
        }
        seen.page.reload()
        seen.settle()
        says(seen, "«\u00a012,5\u00a0» n'est pas un nombre entier")
        says(seen, "Brouillon enregistré")
        holds(seen, before)
        typed(seen, "JUGEMENT_DETENTION", "<Control+a>", "9", "<Tab>", "4", "<Tab>")
        says(seen, "Aucune erreur")
        # An answer without its comment is not taken.
        seen.page.get_by_label("Votre nom").fill("Greffe de Boulogne")
        seen.page.keyboard.press("Enter")
        seen.settle()
        seen.page.get_by_role("button", name="Valider et transmettre").click()
        says(seen, "Confirmez avec un commentaire, ou corrigez")
        assert "Changé ailleurs" not in seen.text()
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
    with watched(browser) as colleague:
        colleague.open(f"{server.url}/{LINK}")
        says(colleague, "Correction\u00a0: Greffe de Boulogne a déclaré ce mois")
        assert "Brouillon enregistré" not in colleague.text()
        typed(colleague, "INSTRUCTION", "<Control+a>", "5", "<Tab>")
        says(colleague, "corrigée")
        colleague.page.get_by_label("Votre nom").fill("Présidence")
        colleague.page.get_by_role("button", name="Valider et transmettre").click()
        says(colleague, "Cochez la case")
        colleague.page.get_by_text("Je remplace 1").click()
        colleague.page.get_by_role("button", name="Valider et transmettre").click()
        says(colleague, "donnée à la démonstration")
        assert colleague.page.url != receipt
        says(colleague, "Présidence")


def test_tab_and_enter_go_from_field_to_field_and_overwrite_nothing(browser: Browser, server: Server) -> None:
    with watched(browser) as seen:
        form(seen, server, "TGI-TROYES")
        start = fields(seen)
        assert start == {}
        # Four figures in a row; then Enter, from the second column to the next activity.
        typed(seen, "JLD_DETENTION", "30", "<Tab>", "2", "<Tab>", "8", "<Tab>", "1", "<Tab>")
        assert focused(seen) == "JUGEMENT_DETENTION.visioconferences"
        typed(seen, "JUGEMENT_DETENTION", "5", "<Enter>", "0", "<Enter>", "7", "<Enter>")
        assert focused(seen) == "JAP.extractions_evitees"
        seen.page.keyboard.press("Shift+Enter")
        assert focused(seen) == "JAP.visioconferences"
        seen.page.keyboard.press("ArrowUp")
        assert focused(seen) == "JUGEMENT_DETENTION.visioconferences"
        seen.page.keyboard.press("ArrowDown")
        seen.page.keyboard.press("Shift+Tab")
        assert focused(seen) == "JUGEMENT_DETENTION.extractions_evitees"
        kept(seen)
        whole = {
            "JLD_DETENTION.visioconferences": "30",
            "JLD_DETENTION.extractions_evitees": "2",
            "INSTRUCTION.visioconferences": "8",
            "INSTRUCTION.extractions_evitees": "1",
            "JUGEMENT_DETENTION.visioconferences": "5",
            "JUGEMENT_DETENTION.extractions_evitees": "0",
            "JAP.visioconferences": "7",
        }
        holds(seen, whole)
        says(
            seen,
            "43 visioconférences, dont 3 extractions évitées, dans 3 des 18 activités".replace(
                " ", "\u00a0", 1
            ),
        )
        # A figure deleted is an answer not given, and the field says so.
        typed(seen, "INSTRUCTION", "<Control+a>", "<Delete>", "<Tab>", "<Delete>", "<Tab>")
        kept(seen)
        del whole["INSTRUCTION.visioconferences"], whole["INSTRUCTION.extractions_evitees"]
        holds(seen, whole)
        assert cell(seen, "INSTRUCTION").get_attribute("placeholder") == "n.r."
        says(seen, "dans 2 des 18")


def test_a_figure_pressed_is_replaced_by_what_is_typed(browser: Browser, server: Server) -> None:
    """A tap puts the caret where it falls: « 7 », tapped, then « 9 », read 97."""
    with watched(browser) as seen:
        form(seen, server, "TGI-MONTLUCON")
        typed(seen, "JAP", "7", "<Tab>", "1", "<Tab>")
        cell(seen, "JAP").click(position={"x": 4, "y": 20})
        seen.page.keyboard.type("9")
        assert cell(seen, "JAP").input_value() == "9"
        # A second press, in the same field, puts the caret where it falls.
        cell(seen, "JAP").click(position={"x": 4, "y": 20})
        seen.page.keyboard.press("Home")
        seen.page.keyboard.type("1")
        kept(seen)
        holds(seen, {"JAP.visioconferences": "19", "JAP.extractions_evitees": "1"})


@pytest.mark.parametrize("wrong", ["7", "12,5", "abc"])
def test_a_figure_pressed_is_replaced_even_where_the_press_moves_it(
    browser: Browser, server: Server, wrong: str
) -> None:
    """Leaving a row writes its sentence under it before the mouse comes up: « 1 », then « 4 », read 41."""
    with watched(browser) as seen:
        form(seen, server, "TGI-MOULINS")
        for column in ("visioconferences", "extractions_evitees"):
            cell(seen, "TAP", column).fill("1")
        cell(seen, "JAP", "extractions_evitees").fill("")
        cell(seen, "JAP").fill(wrong)
        before = fields(seen)
        place = cell(seen, "TAP").bounding_box()
        assert place
        seen.page.mouse.move(place["x"] + 4, place["y"] + 4)
        seen.page.mouse.down()
        seen.page.wait_for_timeout(100)
        seen.page.mouse.up()
        seen.page.keyboard.type("4")
        kept(seen)
        holds(seen, {**before, "TAP.visioconferences": "4"})


def test_a_block_pasted_is_shown_and_what_does_not_fit_is_said(browser: Browser, server: Server) -> None:
    with watched(browser, paste=True) as seen:
        form(seen, server, "TGI-NANTES")
        typed(seen, "JLD_DETENTION", "99", "<Tab>", "1")
        kept(seen)
        cell(seen, "JLD_DETENTION").focus()
        # As a spreadsheet writes it: an empty cell, « n.r. », a quoted one, a last line feed.
        paste(seen, '3\t\nn.r.\tn.r.\n"1 204"\t0\n0\t0\r\n')
        says(seen, "Cases collées\u00a0: 8")
        pasted = {
            "JLD_DETENTION.visioconferences": "3",
            "INSTRUCTION.visioconferences": "n.r.",
            "INSTRUCTION.extractions_evitees": "n.r.",
            "JUGEMENT_DETENTION.visioconferences": "1 204",
            "JUGEMENT_DETENTION.extractions_evitees": "0",
            "JAP.visioconferences": "0",
            "JAP.extractions_evitees": "0",
        }
        holds(seen, pasted)
        kept(seen)
        holds(seen, pasted)
        says(seen, "dans 2 des 18")
        seen.page.reload()
        seen.settle()
        holds(seen, pasted)
        # From the second column, the second column of the block has no field.
        cell(seen, "JAP", "extractions_evitees").focus()
        paste(seen, "5\t6\n7\t8")
        says(seen, "Hors du tableau, donc non collé\u00a0: 6\u202f; 8.")
        holds(seen, {**pasted, "JAP.extractions_evitees": "5", "TAP.extractions_evitees": "7"})
        seen.page.get_by_role("button", name="Annuler le collage").click()
        holds(seen, pasted)
        kept(seen)
        holds(seen, pasted)


def test_a_paste_undone_leaves_what_was_typed_elsewhere_since(browser: Browser, server: Server) -> None:
    with (
        watched(browser, paste=True) as one,
        watched(browser) as two,
    ):
        form(one, server, "TGI-ALENCON")
        before = fields(one)
        cell(one, "JAP").focus()
        paste(one, "5\t2\n7\t3")
        kept(one)
        form(two, server, "TGI-ALENCON")
        cell(two, "TAP").fill("33")
        kept(two)
        expect(cell(one, "TAP")).to_have_value("33", timeout=30_000)
        one.page.get_by_role("button", name="Annuler le collage").click()
        says(one, "Collage annulé")
        kept(one)
        holds(one, {**before, "TAP.visioconferences": "33"})
        form(two, server, "TGI-ALENCON")
        holds(two, fields(one))


def test_titles_and_names_pasted_with_the_figures_shift_none_of_them(
    browser: Browser, server: Server
) -> None:
    with watched(browser, paste=True) as seen:
        form(seen, server, "TGI-EVREUX")
        before = fields(seen)
        figures = {
            "JAP.visioconferences": "5",
            "JAP.extractions_evitees": "2",
            "TAP.visioconferences": "n.r.",
            "TAP.extractions_evitees": "n.r.",
        }
        names = [cell(seen, code).evaluate("field => field.labels[0].textContent") for code in ("JAP", "TAP")]
        for pasted, told in (
            ("Visioconférences\tExtractions évitées\n5\t2\nn.r.\tn.r.", "Titres laissés de côté"),
            (f"{names[0]}\t5\t2\n{names[1]}\tn.r.\tn.r.", "Cases collées\u00a0: 4."),
            (
                f"Activité\tVisioconférences\tÉvitées\n{names[0].upper()}\t5\t2\n{names[1]}\tn.r.\tn.r.",
                "Titres laissés de côté",
            ),
        ):
            cell(seen, "JAP").focus()
            paste(seen, pasted)
            says(seen, told)
            holds(seen, {**before, **figures})
            kept(seen)
            seen.page.get_by_role("button", name="Annuler le collage").click()
            says(seen, "Collage annulé")
            kept(seen)
            holds(seen, before)
        # Named otherwise than the rows they would go to, nothing is pasted.
        cell(seen, "JAP").focus()
        paste(seen, f"{names[1]}\t5\t2\n{names[0]}\t1\t1")
        says(seen, "Rien n'est collé")
        holds(seen, before)


def test_a_press_is_not_lost_when_leaving_a_field_moves_the_button(browser: Browser, server: Server) -> None:
    with watched(browser, paste=True) as seen:
        form(seen, server, "TGI-GRENOBLE")
        before = fields(seen)
        # Two half rows: each is reproached as soon as its field is left, above the button that is pressed.
        cell(seen, "ENTRAIDE", "extractions_evitees").focus()
        paste(seen, "5\n6")
        kept(seen)
        after = {"ENTRAIDE.extractions_evitees": "5", "AUTRE.extractions_evitees": "6"}
        holds(seen, {**before, **after})
        seen.settle()
        seen.page.get_by_role("button", name="Annuler le collage").click()
        says(seen, "Collage annulé")
        holds(seen, before)
        kept(seen)
        holds(seen, before)


def test_the_name_that_signs_is_kept_after_a_reload(browser: Browser, server: Server) -> None:
    with watched(browser) as seen:
        form(seen, server, "TGI-CAYENNE", "2010-11")
        seen.page.get_by_label("Votre nom").fill("Éloïse d'Évreux; greffe")
        seen.page.keyboard.press("Tab")
        seen.settle()
        seen.page.reload()
        seen.settle()
        seen.page.locator(".vigie-q").wait_for()
        assert seen.page.get_by_label("Votre nom").input_value() == "Éloïse d'Évreux; greffe"
        form(seen, server, "TGI-CAYENNE")
        typed(seen, "AUTRE", "3", "<Tab>", "1", "<Tab>")
        says(seen, "par Éloïse d'Évreux; greffe")


def test_a_key_pressed_just_before_a_reload_is_not_lost(browser: Browser, server: Server) -> None:
    with watched(browser) as seen:
        form(seen, server, "TGI-EVREUX")
        for rank, code in enumerate(("JLD_DETENTION", "INSTRUCTION", "JAP")):
            # Neither left nor idle long enough to be sent.
            typed(seen, code, str(rank + 1))
            seen.page.reload()
            seen.settle()
            seen.page.locator(".vigie-q").wait_for()
            assert fields(seen)[f"{code}.visioconferences"] == str(rank + 1)
        kept(seen)
        three = ("JLD_DETENTION", "INSTRUCTION", "JAP")
        holds(seen, {f"{code}.visioconferences": str(rank + 1) for rank, code in enumerate(three)})
    # And it is a draft for everyone.
    with watched(browser) as other:
        form(other, server, "TGI-EVREUX")
        assert len(fields(other)) == 3


@whole_run
def test_two_people_on_one_month_see_each_other(browser: Browser, server: Server) -> None:
    with watched(browser) as anne, watched(browser) as bruno:
        for seen, name in ((anne, "Anne"), (bruno, "Bruno")):
            form(seen, server, "TGI-ALES")
            seen.page.get_by_label("Votre nom").fill(name)
            seen.page.keyboard.press("Enter")
            seen.settle()
        typed(bruno, "TAP", "33", "<Tab>")
        kept(bruno)
        typed(anne, "CIVIL", "44", "<Tab>")
        kept(anne)
        both = {"TAP.visioconferences": "33", "CIVIL.visioconferences": "44"}
        holds(anne, both)
        says(anne, "(33, Bruno)")
        cell(bruno, "JAP").focus()
        # Without a gesture of his, Bruno is told.
        says(bruno, "(44, Anne)")
        holds(bruno, both)
        # His hand is where it was.
        assert focused(bruno) == "JAP.visioconferences"


def test_on_a_phone_the_form_is_whole(browser: Browser, server: Server) -> None:
    with watched(browser, viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True) as seen:
        form(seen, server, "TGI-MENDE")
        assert seen.page.evaluate("() => document.documentElement.scrollWidth") <= 390
        cut = seen.page.evaluate(
            "() => [...document.querySelectorAll('.vigie-q label, .vigie-q-tete b, .vigie-q-tete small')]"
            ".filter(each => each.offsetParent && each.clientWidth)"
            ".filter(each => each.scrollWidth > each.clientWidth + 1"
            " || each.getBoundingClientRect().right > 390).map(each => each.textContent)"
        )
        assert cut == []
        assert seen.page.locator(".vigie-q-tete b").all_inner_texts() == [
            "Visioconférences",
            "Extractions évitées",
        ]
        assert cell(seen, "JAP").get_attribute("inputmode") == "numeric"
        expect(cell(seen, "JAP")).to_have_accessible_name("Juge de l'application des peines Visioconférences")
        # However far one is down the list, the two headings are in sight.
        cell(seen, "CIVIL", "extractions_evitees").focus()
        expect(seen.page.locator(".vigie-q-tete b").nth(1)).to_be_in_viewport()
        head, field = (
            each.bounding_box() for each in (seen.page.locator(".vigie-q-tete"), cell(seen, "CIVIL"))
        )
        assert head is not None
        assert field is not None
        assert head["y"] + head["height"] <= field["y"]
        expect(seen.page.locator(".vigie-clavier")).to_be_hidden()
        assert cell(seen, "JAP").bounding_box()["height"] >= 44  # pyright: ignore[reportOptionalSubscript] - it is on the page
