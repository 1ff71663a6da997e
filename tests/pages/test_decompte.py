"""The page of settlement beside what is kept: one state, one amount."""

import io
import json
import shutil
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from analytics.decompte.compte import fingerprint
from analytics.decompte.documents import pdf
from analytics.decompte.releve import Ajustement, Cout, Releve, is_far, read_cost
from analytics.vocabulary.errors import UserFacingError
from analytics.vocabulary.perimetre import NATIONAL, Perimetre
from analytics.vocabulary.reference import Reference
from data.reference import load_parameters
from data.settings import Settings
from data.store.store import Store, open_store
from pages import decompte
from pages.commun import lecture
from pages.commun.cadre import Contexte
from pages.commun.identite import Lecteur
from pages.vues import decompte as vue_decompte
from pages.vues import registre
from tests.data.store.test_store import entree
from tests.pages.decomptes import settled
from tests.pages.situations import at_address, ran, read_as, reading, text

NOW = datetime(2011, 2, 1, 9, tzinfo=UTC)
WHOLE, OWN = Lecteur("", NATIONAL), Lecteur("Douai", Perimetre.of(["CA-DOUAI"]))


@pytest.fixture
def laid(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What is laid out in PDF, nothing being printed."""
    contents: list[dict[str, Any]] = []

    def keep_laid(content: dict[str, Any], day: datetime) -> bytes:
        contents.append(content)
        return b"%PDF-"

    monkeypatch.setattr(pdf, "print_pdf", keep_laid)
    return contents


@pytest.fixture
def opened(
    demo_file: Path, tmp_path: Path, reference: Reference, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Store]:
    path = tmp_path / "v.sqlite"
    shutil.copy(demo_file, path)
    store = open_store(Settings(database_url=f"sqlite:///{path}"), reference)
    with reading(monkeypatch, store, registre, NOW):
        yield store


def keep(releve: Releve, *etats: str) -> int:
    number = int("".join(filter(str.isdigit, registre.keep(releve, auteur="A. Martin"))))
    for etat in etats:
        registre.advance(registre.open_file(number), etat, auteur="A. Martin", motif="Comité")
    return number


def page(**query: str) -> AppTest:
    usual = {"annee": "2009", "mois": "12", "cout": "56600", "cour": "CA-DOUAI"}
    return ran(at_address("decompte", usual | query, timeout=90))


def said(at: AppTest) -> str:
    return text(at).replace("\u00a0", " ").replace("\u202f", " ")


def first_lines(at: AppTest) -> list[str]:
    found = [part.split("</p>")[0] for part in said(at).split("vigie-conclusion'>")[1:]]
    return [line.split(" ; ")[0] + " ; " + line.split(" ; ")[1] if " ; " in line else line for line in found]


def test_the_page_opens_on_what_is_kept_and_its_amounts_are_a_simulation(
    opened: Store, reference: Reference, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert registre.standing(2009) is None
    assert len(first_lines(page())) == 1
    number = keep(settled(opened, reference), "provisoire", "contradictoire")
    base = Ajustement("CA-DOUAI", "base", read_cost("210"), "recomptage")

    def admitted(dossier: registre.Dossier) -> tuple[Ajustement, ...]:
        return (base,)

    monkeypatch.setattr(registre, "accepted", admitted)
    registre.replace(registre.open_file(number), auteur="A. Martin", motif="Admise")
    at = page()
    told = said(at)
    assert first_lines(at)[0] == (
        "Décompte n° 2, provisoire : 2 313 603 € ; ce que vous voyez est une simulation, écart +213 861 €."
    )
    assert "le ministère n'a pas évité 5 450 extractions, soit 44,65 ETPT, 2 527 464 €." in told
    table = told.split("Décompte par cour")[-1]
    assert table.count(">simulation</td>") == 37
    assert ">provisoire</td>" not in table
    # Another cost, another rule: still a simulation.
    assert ">provisoire</td>" not in said(page(cout="60400"))
    # The statement of a cour says what is kept of that cour.
    releve = said(page(onglet="releve"))
    assert (
        "Décompte n° 2, provisoire, Douai : 0 € ; ce que vous voyez est une simulation, écart +136 997 €."
        in releve
    )
    # A reader of one cour reads its amounts, and not the ministry's.
    read_as(monkeypatch, OWN, registre)
    own = said(page())
    assert (
        "Décompte n° 2, provisoire, Douai : 0 € ; ce que vous voyez est une simulation, écart +136 997 €."
        in own
    )
    assert "2 313 603" not in own


def test_the_settlement_that_stands_is_the_furthest_on_its_way(opened: Store, reference: Reference) -> None:
    found = settled(opened, reference)
    first = keep(found, "provisoire", "contradictoire", "definitif")
    other = replace(found, cout=Cout(read_cost("50000"), "Autre"))
    keep(other)
    standing = registre.standing(2009)
    assert standing is not None
    assert (standing.decompte, standing.etat) == (first, "definitif")
    assert registre.standing(2010) is None
    assert first_lines(page())[0].endswith(
        "définitif : 2 527 464 € ; ce que vous voyez est une simulation, de même montant."
    )
    # A link that settles nothing says so, and no state.
    assert "définitif" not in said(page(lecture="B"))
    # Seen as of a day when nothing was kept, the page says when it was.
    assert "définitif (enregistré le 1er février 2011) : " in said(page(connu_le="2010-06-01"))


@pytest.mark.parametrize(
    ("retenue", "proposee", "far"),
    [
        (9_433, 210, True),
        (9_433, 11_800, True),
        (9_433, 11_791, False),
        (100, 125, False),
        (0, 1, True),
        (0, 0, False),
    ],
)
def test_how_far_a_proposal_is_confirmed(retenue: int, proposee: int, far: bool) -> None:
    part = load_parameters().at("contestation_a_confirmer", date(2009, 12, 31)).valeur
    assert is_far(Fraction(retenue), Fraction(proposee), part) == far


def test_a_far_contest_is_confirmed_when_it_is_filed_and_when_it_is_admitted(
    opened: Store, reference: Reference
) -> None:
    number = keep(settled(opened, reference), "provisoire", "contradictoire")
    dossier = registre.open_file(number)

    def contest(value: str, *, ligne: str = "base", confirme: bool = False) -> str:
        return registre.contest(
            dossier,
            cour="CA-DOUAI",
            ligne=ligne,
            proposition=value,
            motif="Recomptage",
            piece="",
            auteur="B. Durand",
            confirme=confirme,
        )

    for value, ligne in (("210", "base"), ("94 330", "base"), ("0", "evitees"), ("10", "objectif")):
        with pytest.raises(registre.ToConfirmError, match="cochez la case"):
            contest(value, ligne=ligne)
    for value in ("", "   "):
        with pytest.raises(UserFacingError, match="Donnez la valeur proposée"):
            contest(value)
    for value in ("beaucoup", "NaN", "Infinity", "1,2,3"):
        with pytest.raises(UserFacingError, match="n'est pas un nombre"):
            contest(value)
    with pytest.raises(UserFacingError, match="positif ou nul"):
        contest("−5")
    # A page that cannot write it would be lost to all its readers.
    for value in ("1e999", "1e27", "9" * 30, "1 000 000 001"):
        with pytest.raises(UserFacingError, match="dépasse un milliard"):
            contest(value, confirme=True)
    with pytest.raises(UserFacingError, match="Choisissez la ligne"):
        contest("210", ligne="", confirme=True)
    assert registre.open_file(number).contestations == ()
    contest("9 000")  # near: no question
    contest("210", confirme=True)
    near, far = registre.open_file(number).contestations
    registre.answer(near, acceptee=True, motif="Vu", auteur="A. Martin")
    with pytest.raises(registre.ToConfirmError, match="confirme son effet"):
        registre.answer(far, acceptee=True, motif="Vu", auteur="A. Martin")
    assert registre.open_file(number).contestations[1].reponse is None
    registre.answer(far, acceptee=False, motif="Sans pièce", auteur="A. Martin")  # a refusal changes nothing
    replies = [each.reponse for each in registre.open_file(number).contestations]
    assert [reply is not None and reply.acceptee for reply in replies] == [True, False]


def test_the_form_asks_the_line_then_the_confirmation_with_its_effect(
    opened: Store, reference: Reference
) -> None:
    number = keep(settled(opened, reference), "provisoire", "contradictoire")
    at = page(onglet="etats")
    assert at.selectbox(key="contester_ligne").value is None
    assert not at.checkbox
    assert ">aucun motif</td>" in said(at)  # the first step, kept without one

    def submit(label: str) -> None:
        next(button for button in at.button if button.label == label).click().run()
        assert not at.exception, at.exception

    def type_in(label: str, text: str) -> None:
        next(box for box in at.text_input if box.label == label).set_value(text)

    at.text_input(key="contester_nom").set_value("B. Durand")
    type_in("Valeur proposée", "210")
    submit("Contester")
    assert "Choisissez la ligne" in said(at)
    at.selectbox(key="contester_ligne").select("base")
    next(box for box in at.text_input if box.label == "Motif" and box.form_id == "contester").set_value(
        "Recomptage"
    )
    submit("Contester")
    assert "Base d'extractions : 210 au lieu de 9 433 (−97,8 %)." in said(at)
    assert registre.open_file(number).contestations == ()
    (box,) = at.checkbox
    label = box.label.replace("\\", "").replace("\u00a0", " ").replace("\u202f", " ")
    assert label.endswith(
        "Si elle est admise : de 2,4204 ETPT, 136 997,16 € (ministère : 44,6548 ETPT, 2 527 463,87 €) à "
        "rien à rembourser (ministère : 40,8764 ETPT, 2 313 603,33 €)."
    )
    submit("Contester")  # not ticked: asked again
    assert registre.open_file(number).contestations == ()
    # Another value than the one that was seen is asked anew, ticked or not.
    at.checkbox[0].check()
    type_in("Valeur proposée", "310")
    submit("Contester")
    assert registre.open_file(number).contestations == ()
    assert "310 au lieu de 9 433" in at.checkbox[0].label.replace("\u202f", " ").replace("\\", "")
    at.checkbox[0].check()
    submit("Contester")
    (kept,) = registre.open_file(number).contestations
    assert (kept.ligne, kept.proposition, kept.piece) == ("base", 310, "")
    assert ">aucune pièce</td>" in said(at)
    # It is not admitted in one click either.
    key = f"repondre_{kept.contestation}"
    at.text_input(key=f"{key}_motif").set_value("Vu")
    at.text_input(key=f"{key}_nom").set_value("A. Martin")
    submit("Répondre")
    assert registre.open_file(number).contestations[0].reponse is None
    at.checkbox(key=f"{key}_confirmer").check()
    submit("Répondre")
    reply = registre.open_file(number).contestations[0].reponse
    assert reply is not None
    assert reply.acceptee


KNOWN = date(2010, 1, 20)
RESERVE = (
    "Situation connue le 20 janvier 2010. Elle repose sur 12 lots dont le jour de réception a été déclaré "
    "après coup, jusqu'au 1er février 2011."
)


@pytest.fixture
def declared_after(
    opened: Store, tmp_path: Path, reference: Reference, monkeypatch: pytest.MonkeyPatch
) -> Store:
    """A year received month after month, and entered a year later; then a lot that the day does not know."""
    store = open_store(Settings(database_url=f"sqlite:///{tmp_path / 'apres.sqlite'}"), reference)
    for rank in range(1, 13):
        lot = entree((date(2009, rank, 1), "TGI-LILLE", "JAP", 20, 12), sha=f"{rank:064}")
        received = date(2009 + rank // 12, rank % 12 + 1, 9)
        store.record(replace(lot, recu_le=received), connu_le=NOW)
    store.record(entree((date(2009, 5, 1), "TGI-LYON", "JAP", 9, 9), sha="f" * 64), connu_le=NOW)
    monkeypatch.setattr(lecture, "store", lambda: store)
    return store


def test_what_rests_on_days_declared_afterwards_says_so_everywhere(
    declared_after: Store, reference: Reference, laid: list[dict[str, Any]]
) -> None:
    number = keep(settled(declared_after, reference, connu_le=KNOWN), "provisoire")
    dossier = registre.open_file(number)
    assert registre.reserve_of(dossier).replace("\u00a0", " ") == RESERVE
    assert RESERVE in said(page(onglet="etats", connu_le=KNOWN.isoformat()))
    # The fingerprint is that of the figures: what is said beside moves nothing.
    assert "empreinte identique" in registre.check(dossier)
    for cour in ("CA-DOUAI", None):
        registre.document(dossier, "pdf", cour=cour)()
    assert [[text.replace("\u00a0", " ") for text in content["alertes"]][-1] for content in laid] == [
        RESERVE
    ] * 2
    told = json.loads(registre.document(dossier, "json", cour=None)())
    assert told["reserve"].replace("\u00a0", " ") == RESERVE
    figures = {name: value for name, value in told.items() if name not in ("reserve", "empreinte")}
    assert fingerprint(figures) == told["empreinte"] == dossier.garde.empreinte
    table = registre.document(dossier, "csv", cour=None)().decode("utf-8-sig").replace("\u00a0", " ")
    assert table.count(RESERVE) == 38
    book = zipfile.ZipFile(io.BytesIO(registre.document(dossier, "xlsx", cour=None)()))
    shared = book.read("xl/sharedStrings.xml").decode().replace("\u00a0", " ")
    assert RESERVE.replace("'", "&apos;") in shared or RESERVE in shared
    assert "provisoire, n° 1" in shared
    # As known today, or on a day that nobody declared afterwards, there is nothing to say.
    now = registre.open_file(keep(settled(declared_after, reference)))
    assert registre.reserve_of(now) == ""
    assert "reserve" not in json.loads(registre.document(now, "json", cour=None)())
    registre.document(now, "pdf", cour=None)()
    assert not any("Situation connue" in text for text in laid[-1]["alertes"])


@pytest.mark.parametrize("annee", ["2009", "2010"])
def test_the_documents_open_on_the_sentence_of_the_page(
    opened: Store, monkeypatch: pytest.MonkeyPatch, laid: list[dict[str, Any]], annee: str
) -> None:
    """A closed year to the euro; one that is not over, in the conditional with its range."""
    caught: list[Contexte] = []

    def catch(contexte: Contexte, vue: object, *, cour: str | None) -> None:
        caught.append(contexte)

    monkeypatch.setattr(decompte, "_draw_documents", catch)
    at = page(annee=annee, mois="12" if annee == "2009" else "9")
    vue_decompte.document(caught[0], "pdf", cour=None)
    vue_decompte.document(caught[0], "pdf", cour="CA-DOUAI")
    whole, douai = (content["conclusion"].replace("\u00a0", " ").replace("\u202f", " ") for content in laid)
    assert whole in said(at)
    assert "la cour d'appel de Douai" in douai
    assert ("8 chances sur 10" in whole) == (annee == "2010")


def test_nothing_to_pay_has_a_sentence_and_no_bars(opened: Store) -> None:
    at = page(annee="2010")
    assert len(at.get("plotly_chart")) == 1  # the steps alone
    assert "Rien à rembourser : il n'y a pas de montant à dessiner." in said(at)
    assert "Aucune cour n'aurait à rembourser" in said(at)
    at = page(annee="2010", onglet="sensibilite")
    assert not at.get("plotly_chart")
    assert "Aucune hypothèse, seule, ne fait rembourser quoi que ce soit au ministère" in said(at)
    # A year with something to pay draws both, and counts those that it does not draw.
    at = page()
    assert len(at.get("plotly_chart")) == 2
    assert "Et 21 autres, dans le tableau." in said(at)
    assert len(page(onglet="sensibilite").get("plotly_chart")) == 1


def test_the_costs_offered_have_room(opened: Store) -> None:
    options = page().selectbox(key="filtre_cout").options
    assert len(options) == 5
    assert all(len(option) <= 32 for option in options)
