"""What every form and every box of the pages has in common."""

import ast
import re
from html import unescape
from pathlib import Path
from typing import Any

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from pages.commun import signataire
from tests.outils.visiteur import ROOT
from tests.pages.situations import ordinary, run

PAGES = sorted((ROOT / "pages").rglob("*.py"))
TABS = {
    "synthese": ("ensemble", "thermometres", "projections"),
    "cour": ("ensemble", "detail", "thermometres"),
    "activites": ("ensemble",),
    "decompte": ("ensemble", "releve", "regles", "sensibilite"),
}


def _texts(path: Path) -> list[str]:
    """Give the texts that a module writes, the pieces of each put together."""
    written: list[str] = []
    nodes = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
    inside = {id(piece) for node in nodes if isinstance(node, ast.JoinedStr) for piece in node.values}
    for node in nodes:
        if isinstance(node, ast.JoinedStr):
            pieces = [str(each.value) for each in node.values if isinstance(each, ast.Constant)]
            written.append("…".join(pieces))
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in inside:
            written.append(node.value)
    return written


def test_one_field_alone_asks_who_acts() -> None:
    """Typed once, a name serves the session: a form that asks by itself would ask again."""
    asking: list[str] = []
    for path in PAGES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                label = node.args[0] if node.func.attr == "text_input" and node.args else None
                if isinstance(label, ast.Constant) and re.search(
                    r"\b(votre nom|nom de qui)\b", str(label.value), re.I
                ):
                    asking.append(f"{path.name}:{node.lineno}")
    assert asking == []
    users = {path.name for path in PAGES if "ask_name(" in path.read_text(encoding="utf-8")}
    assert {"formulaire.py", "donnees.py", "enregistrer.py", "etats.py", "messages.py", "cour.py"} <= users


def test_every_box_that_slides_is_reached_by_the_keyboard() -> None:
    boxes = [
        (path.name, tag)
        for path in PAGES
        for text in _texts(path)
        for tag in re.findall(r"<div class='vigie-(?:defile|lettre|grille)[^>]*>?", text)
    ]
    assert len(boxes) >= 6
    for name, tag in boxes:
        assert "tabindex='0'" in tag, f"{name}: {tag}"
        assert "role='region'" in tag, f"{name}: {tag}"
        assert "aria-label='" in tag, f"{name}: {tag}"


@pytest.mark.parametrize(("page", "tab"), [(page, tab) for page, tabs in TABS.items() for tab in tabs])
def test_two_boxes_of_a_page_never_have_one_name(
    monkeypatch: pytest.MonkeyPatch, page: str, tab: str
) -> None:
    at = run(monkeypatch, ordinary(), page, cour="CA-DOUAI", onglet=tab)
    html = " ".join(element.proto.body for element in at.get("html"))
    names = re.findall(r"role='region' aria-label='([^']*)'", html)
    assert names
    assert sorted(names) == sorted(set(names))


def test_a_part_that_a_page_does_not_have_is_said_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    def notices(**asked: Any) -> list[str]:
        at = run(monkeypatch, ordinary(), "synthese", **asked)
        html = " ".join(element.proto.body for element in at.get("html"))
        found = re.findall(r"<p class='vigie-avis' role='status'>(.*?)</p>", html)
        return [unescape(each).replace("\u00a0", " ") for each in found]

    assert notices(onglet="zzz") == [
        "Le lien demande « onglet=zzz », qui n'existe pas : la première partie de la page est affichée."
    ]
    (reading,) = notices(lecture="Z")
    assert reading.startswith(
        "Le lien demande « lecture=Z », qui n'existe pas : « Ce qui est mesuré » reste à « Lecture A"
    )
    assert notices(onglet="thermometres") == []
    # Of another page, where the reader comes from: no fault of the link.
    assert notices(onglet="messages") == []
    (long,) = notices(onglet="x" * 3000)
    assert len(long) < 300


@pytest.mark.parametrize("page", ["synthese", "activites", "methode", "cour", "comparaison"])
def test_an_address_says_what_its_page_looks_at_and_no_more(
    monkeypatch: pytest.MonkeyPatch, page: str
) -> None:
    at = run(monkeypatch, ordinary(), page, cour="CA-DOUAI", annee="2009", mois="9")
    whole = {"annee": "2009", "mois": "9", "cour": "CA-DOUAI"}
    expected = whole if page in ("cour", "comparaison") else {name: whole[name] for name in ("annee", "mois")}
    assert {name: at.query_params[name] for name in at.query_params} == expected
    # The other pages find it again.
    assert at.session_state["vigie_demande"]["cour"] == "CA-DOUAI"


FORMS = """
import streamlit as st
from pages.commun import signataire

with st.form("premier"):
    signataire.ask_name(key="premier_nom")
    if st.form_submit_button("Premier"):
        st.session_state["signe"] = signataire.name_given()
if st.session_state.get("page", 1) == 1:
    signataire.ask_name("Votre nom (il signe)", key="second_nom")
"""


def test_a_name_typed_in_one_form_is_in_the_others() -> None:
    st.cache_resource.clear()
    at = AppTest.from_string(FORMS, default_timeout=30).run()
    at.text_input(key="second_nom").set_value("  Anne Martin ").run()
    assert at.text_input(key="premier_nom").value == "Anne Martin"
    at.text_input(key="premier_nom").set_value("Bruno")
    at.button[0].click().run()
    assert at.session_state["signe"] == "Bruno"
    assert at.text_input(key="second_nom").value == "Bruno"
    # Another page, then back: the name is there; emptied, it is empty everywhere.
    at.session_state["page"] = 2
    at.run()
    assert len(at.text_input) == 1
    at.session_state["page"] = 1
    at.run()
    assert at.text_input(key="second_nom").value == "Bruno"
    at.text_input(key="second_nom").set_value("").run()
    assert [each.value for each in at.text_input] == ["", ""]
    assert not at.exception


def test_an_identity_signs_and_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    from analytics.vocabulary.perimetre import NATIONAL
    from pages.commun.identite import Lecteur

    def reader() -> Lecteur:
        return Lecteur(nom="anne@justice", perimetre=NATIONAL)

    monkeypatch.setattr(signataire, "lecteur", reader)
    at = AppTest.from_string(FORMS, default_timeout=30).run()
    assert not at.text_input
    at.button[0].click().run()
    assert at.session_state["signe"] == "anne@justice"
