"""The questionnaire on screen, on a real store: open, closed, reopened, corrected, restricted, fictional."""

import json
import re
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from html import unescape
from itertools import count
from typing import Any

import polars as pl
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from analytics.vocabulary.errors import UserFacingError
from analytics.vocabulary.perimetre import NATIONAL, Perimetre
from analytics.vocabulary.reference import Reference
from analytics.vocabulary.schemas import Saisie
from data.actes import questionnaires
from data.actes.questionnaires import Formulaire, Guichet
from data.settings import Settings
from data.store.reponses import OvertakenError
from data.store.store import Store, open_store
from pages.commun import lecture, signataire
from pages.commun.identite import Lecteur
from pages.commun.lecture import Situation
from pages.ecrans.saisie import choix
from pages.ecrans.saisie.choix import Demande
from tests.conftest import lots_of_demo
from tests.data.store.test_store import entree
from tests.pages.situations import at_address, ran, read_as
from tests.pages.situations import text as words

MARCH, FEBRUARY = date(2009, 3, 1), date(2009, 2, 1)
# 10:05 in Paris, three days before the closing of March.
NOW = datetime(2009, 4, 7, 8, 5, tzinfo=UTC)
DOUAI, LYON = Perimetre.of(["CA-DOUAI"]), Perimetre.of(["CA-LYON"])
MONTHS = [date(2008, rank, 1) for rank in (10, 11, 12)] + [date(2009, 1, 1), FEBRUARY]


@pytest.fixture
def office(settings: Settings, reference: Reference) -> Iterator[Store]:
    """A store where Lille has made about fifteen debates a month, on SQLite: the engines are tried apart."""
    opened = open_store(settings, reference)
    opened.record(
        entree(*((mois, "TGI-LILLE", "JAP", 15, 8) for mois in MONTHS)), connu_le=NOW - timedelta(9)
    )
    yield opened
    opened.close()


@pytest.fixture
def store_url(tmp_path: object) -> str:
    return f"{tmp_path}/v.sqlite"


def desk(store: Store, *, perimetre: Perimetre = DOUAI, moment: datetime = NOW) -> Guichet:
    return Guichet(store, perimetre, moment)


def fill(guichet: Guichet, reponses: dict[str, str] | None = None, **cases: tuple[str, str]) -> Formulaire:
    sheet = questionnaires.sheet_of(questionnaires.open_form(guichet, MARCH, "TGI-LILLE"))
    return Formulaire({**sheet.cases, **cases}, sheet.ouvert_sur, reponses or {})


def validate(guichet: Guichet, sheet: Formulaire, auteur: str = "Greffe") -> int:
    dossier = questionnaires.open_form(guichet, MARCH, "TGI-LILLE")
    return questionnaires.validate(guichet, dossier, sheet, auteur=auteur)


# ---------------------------------------------------------------------- the rules, without the screen


def test_what_is_typed_is_judged_as_a_file(office: Store) -> None:
    dossier = questionnaires.open_form(desk(office), MARCH, "TGI-LILLE")
    # Of its kind, and legal by then.
    codes = dossier.lignes["activite"].to_list()
    assert "JAP" in codes
    assert not {"CHAP", "ASSISES_INTERROGATOIRE"} & set(codes)
    sheet = fill(desk(office), JAP=("12", "30"), TAP=("3,5", "1"), CIVIL=("4", ""), TPOL=("120", "2"))
    examined = questionnaires.examine(dossier, sheet)
    told = dict(examined.erreurs)
    assert "plus d'extractions évitées (30)" in told["JAP"]
    assert "n'est pas un nombre entier" in told["TAP"]
    assert "Un seul des nombres" in told["CIVIL"]
    assert examined.comparaison.filter(pl.col("etat") == "nouvelle")["activite"].to_list() == ["TPOL"]
    jump = questionnaires.examine(dossier, fill(desk(office), JAP=("120", "30")))
    (question,) = jump.questions
    assert "120 visioconférences, pour 15 d'habitude" in question.texte


@pytest.mark.parametrize(
    "titles",
    [
        ("Visioconférences", "Extractions évitées"),
        ("visioconferences", "Dont extractions évitées"),
        ("Activité", "Visioconférences"),
        ("Juridiction", "Mois : avril 2009"),
        ("mois", "juridiction"),
    ],
)
def test_titles_pasted_with_their_figures_are_no_second_table(office: Store, titles: tuple[str, str]) -> None:
    """The whole form went away, and the draft kept it away: they are cells that hold no number."""
    guichet = desk(office)
    dossier = questionnaires.open_form(guichet, MARCH, "TGI-LILLE")
    sheet = fill(guichet, JAP=titles, TAP=("12", "3"), TPOL=("n.r.", "n.r."))
    examined = questionnaires.examine(dossier, sheet)
    assert set(examined.erreurs) == {"JAP"}
    assert "n'est pas un nombre" in examined.erreurs["JAP"]
    assert examined.comparaison.filter(activite="TAP")["etat"].item() in ("corrigée", "nouvelle")
    with pytest.raises(UserFacingError, match="Corrigez avant de valider"):
        validate(guichet, sheet)


def test_nothing_is_validated_before_it_is_ready(office: Store) -> None:
    guichet = desk(office)
    for sheet, auteur, why in (
        (fill(guichet), "Greffe", "vide"),
        (fill(guichet, JAP=("12", "8")), " ", "nom"),
        (fill(guichet, JAP=("12", "30")), "Greffe", "Corrigez avant de valider"),
        (fill(guichet, JAP=("120", "8")), "Greffe", "Confirmez avec un commentaire"),
    ):
        with pytest.raises(UserFacingError, match=why):
            validate(guichet, sheet, auteur)
    late = desk(office, moment=NOW + timedelta(days=4))
    with pytest.raises(UserFacingError, match="s'est close"):
        validate(late, fill(late, JAP=("12", "8")))
    assert office.etat().lot == 1


def test_a_confirmation_is_kept_beside_its_alert_and_the_draft_put_away(office: Store) -> None:
    guichet = desk(office)
    dossier = questionnaires.open_form(guichet, MARCH, "TGI-LILLE")
    sheet = fill(guichet, JAP=("120", "30"), TAP=("0", "0"))
    typed = Saisie(("JAP", "visioconferences"), "120", frozenset({""}))
    dossier, _ = questionnaires.type_in(guichet, dossier, [typed], auteur="")
    (question,) = questionnaires.examine(dossier, sheet).questions
    lot = validate(
        guichet, Formulaire(sheet.cases, sheet.ouvert_sur, {question.cle: "Procès de deux semaines"})
    )
    (alert,) = office.alertes(DOUAI).to_dicts()
    assert (alert["lot"], alert["regle"], alert["activite"]) == (lot, "saut", "JAP")
    (kept,) = office.collecte().alert_follow_ups(DOUAI).to_dicts()
    assert (kept["alerte"], kept["statut"], kept["commentaire"], kept["auteur"]) == (
        alert["alerte"],
        "confirmé",
        "Procès de deux semaines",
        "Greffe",
    )
    assert not office.brouillons().read(DOUAI, mois=MARCH, juridiction="TGI-LILLE").frappes
    answer = office.reponses().validated(DOUAI, lot)
    assert answer is not None
    assert sha256(answer.contenu.encode()).hexdigest() == answer.empreinte
    assert "2009-03;TGI-LILLE;TAP;0;0;Greffe;2009-04-07T10:05:00+02:00;" in answer.contenu
    assert "2009-03;TGI-LILLE;CIVIL;;;Greffe" in answer.contenu


def test_a_correction_withdraws_only_what_its_form_showed(office: Store) -> None:
    guichet = desk(office)
    opened_empty = fill(guichet, TAP=("3", "1"))
    validate(guichet, fill(guichet, JAP=("14", "8"), CIVIL=("2", "0")), "A")
    # Opened before A validated: what B left empty is not taken from A.
    validate(guichet, opened_empty, "B")
    cells = office.declarations(DOUAI, du=MARCH, au=MARCH)
    assert dict(cells.select("activite", "visioconferences").iter_rows()) == {"JAP": 14, "CIVIL": 2, "TAP": 3}
    # Opened on the three figures: what is emptied is withdrawn.
    validate(guichet, fill(guichet, CIVIL=("", "")), "B")
    assert set(office.declarations(DOUAI, du=MARCH, au=MARCH)["activite"]) == {"JAP", "TAP"}
    with pytest.raises(UserFacingError, match="déjà ceux"):
        validate(guichet, fill(guichet), "C")


def test_a_month_that_changes_under_the_hand_is_read_again(office: Store) -> None:
    guichet = desk(office)
    shown = questionnaires.open_form(guichet, MARCH, "TGI-LILLE")
    sheet = fill(guichet, JAP=("14", "8"))
    validate(guichet, fill(guichet, JAP=("13", "8")), "A")
    with pytest.raises(OvertakenError):
        questionnaires.validate(guichet, shown, sheet, auteur="B")
    assert office.declarations(DOUAI, du=MARCH, au=MARCH)["visioconferences"].to_list() == [13]


def test_a_month_reopened_is_taken_until_its_day(office: Store) -> None:
    later = NOW + timedelta(days=30)
    office.collecte().reopen(
        NATIONAL,
        mois=MARCH,
        juridiction="TGI-LILLE",
        jusqu_au=date(2009, 5, 10),
        motif="Panne",
        auteur="SDSE",
        connu_le=later,
    )
    reopened = desk(office, moment=later)
    window = questionnaires.open_form(reopened, MARCH, "TGI-LILLE").fenetre
    assert window.prend
    assert "rouverte pour votre juridiction jusqu'au 10\u00a0mai\u00a02009 (Panne)" in window.phrase
    validate(reopened, fill(reopened, JAP=("14", "8")))
    over = desk(office, moment=later + timedelta(days=4))
    assert not questionnaires.open_form(over, MARCH, "TGI-LILLE").fenetre.prend
    assert not questionnaires.open_form(reopened, MARCH, "TGI-ARRAS").fenetre.prend


# ---------------------------------------------------------------------- the screen

Visit = Callable[..., AppTest]
RANK = count(1)
SETTLE = choix.settle


@pytest.fixture
def visit(monkeypatch: pytest.MonkeyPatch) -> Iterator[Visit]:
    """Open the page on a store, as a reader, at a moment."""

    def opened(
        store: Store, *, moment: datetime = NOW, perimetre: Perimetre = DOUAI, nom: str = "", **query: str
    ) -> AppTest:
        monkeypatch.setattr(lecture, "store", lambda: store)
        read_as(monkeypatch, Lecteur(nom=nom, perimetre=perimetre), signataire)

        def settled(situation: Situation) -> Demande:
            return SETTLE(situation, lambda: moment)

        monkeypatch.setattr(choix, "settle", settled)
        st.cache_resource.clear()
        return ran(at_address("saisie", query))

    yield opened
    st.cache_resource.clear()


def table(at: AppTest) -> dict[str, Any] | None:
    """Give what the table of the form is drawn on; None where there is no form."""
    found = [json.loads(each.proto.mixed.json or each.proto.json) for each in at.get("bidi_component")]
    return found[0] if found else None


def shown(at: AppTest) -> dict[str, list[str]]:
    """Give the two texts that the fields of each activity show."""
    drawn = table(at)
    assert drawn is not None
    return {line["code"]: line["textes"] for line in drawn["lignes"]}


def send(at: AppTest, *frappes: tuple[str, str, str], avants: Sequence[str] | None = None) -> AppTest:
    """Type texts in fields (activity, column, text), as the browser sends them."""
    before = shown(at)
    typed = [
        {
            "n": next(RANK),
            "activite": code,
            "colonne": colonne,
            "texte": text,
            "avants": [before[code][questionnaires.FIGURES.index(colonne)]] if avants is None else avants,
        }
        for code, colonne, text in frappes
    ]
    at.session_state[at.session_state["saisie_tenue"].table] = {
        "frappes": {"instance": "fenêtre", "frappes": typed}
    }
    return ran(at)


def edit(at: AppTest, code: str, *figures: str) -> None:
    """Type in both fields of an activity."""
    send(at, *((code, colonne, text) for colonne, text in zip(questionnaires.FIGURES, figures, strict=True)))


LILLE = {"juridiction": "TGI-LILLE", "mois_saisi": "2009-03"}


def test_the_link_of_a_reminder_is_answered_then_corrected(office: Store, visit: Visit) -> None:
    at = visit(office, nom="greffe@lille", **LILLE)
    said = words(at)
    assert "la collecte de mars\u00a02009 est ouverte jusqu'au 10\u00a0avril\u00a02009 inclus" in said
    assert "14\u00a0activités sans chiffre resteront «\u00a0non répondu\u00a0»" in said
    assert "Brouillon enregistré" not in said
    edit(at, "JAP", "12", "30")
    assert "1\u00a0erreur à corriger" in words(at)
    assert "Brouillon enregistré à 10\u00a0h\u00a005 par greffe@lille" in words(at)
    # Another browser finds the draft, and its error.
    other = visit(office, nom="president@lille", **LILLE)
    assert "plus d'extractions évitées (30)" in words(other)
    assert "par greffe@lille" in words(other)
    edit(other, "JAP", "14", "9")
    assert "Aucune erreur" in words(other)
    other.button(key="saisie_valider").click().run()
    assert not other.exception, other.exception
    told = words(other)
    assert "enregistrée et transmise à la SDSE\u00a0: reçu n°\u00a02" in told.replace("n° 2", "n°\u00a02")
    assert other.query_params["recu"] == "2"
    # The first one, still at the form, is shown what was validated, and confirms before replacing it.
    at.run()
    assert "Correction\u00a0: president@lille a déclaré ce mois" in words(at)
    edit(at, "JAP", "15", "9")
    at.button(key="saisie_valider").click().run()
    assert "Cochez la case" in words(at)
    assert office.etat().lot == 2
    at.checkbox[0].check().run()
    at.button(key="saisie_valider").click().run()
    assert "reçu n° 3" in words(at).replace("\u00a0", " ")
    cells = office.reponses().cells(DOUAI, juridiction="TGI-LILLE", du=MARCH, au=MARCH)
    assert cells.select("visioconferences", "lot").rows() == [(15, 3)]


def signed(at: AppTest, name: str) -> AppTest:
    at.text_input(key="saisie_auteur").set_value(name).run()
    assert not at.exception, at.exception
    return at


def test_two_people_in_different_cells_add_up_and_are_told(office: Store, visit: Visit) -> None:
    first, second = signed(visit(office, **LILLE), "Anne"), signed(visit(office, **LILLE), "Bruno")
    send(second, ("TAP", "visioconferences", "33"))
    # Anne has not been redrawn since: she saw an empty form.
    send(first, ("CIVIL", "visioconferences", "44"))
    assert (shown(first)["TAP"], shown(first)["CIVIL"]) == (["33", ""], ["44", ""])
    told = words(first)
    assert "Changé ailleurs depuis que vous avez ouvert ce questionnaire" in told
    assert "Tribunal de l'application des peines, visioconférences (33, Bruno)" in told
    drawn = table(first)
    assert drawn is not None
    assert [line["code"] for line in drawn["lignes"] if any(line["venues"])] == ["TAP"]
    second.run()
    assert "Audiences civiles, visioconférences (44, Anne)" in words(second)
    assert shown(second) == shown(first)
    kept = office.brouillons().read(DOUAI, mois=MARCH, juridiction="TGI-LILLE").frappes
    assert {place: (each.texte, each.auteur) for place, each in kept.items()} == {
        ("TAP", "visioconferences"): ("33", "Bruno"),
        ("CIVIL", "visioconferences"): ("44", "Anne"),
    }


def test_in_the_same_cell_the_first_stays_and_the_second_is_told(office: Store, visit: Visit) -> None:
    first, second = signed(visit(office, **LILLE), "Anne"), signed(visit(office, **LILLE), "Bruno")
    send(second, ("TAP", "visioconferences", "33"))
    send(first, ("TAP", "visioconferences", "44"), avants=[""])
    assert shown(first)["TAP"] == ["33", ""]
    told = words(first)
    assert "Bruno a mis «\u00a033\u00a0» pendant que vous tapiez «\u00a044\u00a0»" in told
    # What comes later was not there while it was typed.
    send(second, ("TAP", "visioconferences", "0"))
    first.run()
    told = words(first)
    assert "Bruno a mis «\u00a033\u00a0» pendant que vous tapiez «\u00a044\u00a0»" in told
    assert "La case montre maintenant «\u00a00\u00a0»" in told
    # Typed again over what is shown, it replaces.
    send(first, ("TAP", "visioconferences", "44"))
    assert shown(first)["TAP"] == ["44", ""]
    assert "vous tapiez" not in words(first)
    second.run()
    assert "visioconférences (44, Anne)" in words(second)


def test_half_a_character_pasted_is_left_out(office: Store, visit: Visit) -> None:
    at = signed(visit(office, **LILLE), "Anne")
    send(at, ("TAP", "visioconferences", "3\ud800\x003\u202e"))
    assert shown(at)["TAP"] == ["33", ""]
    assert not at.exception


def test_what_came_from_elsewhere_is_read_before_it_is_validated(office: Store, visit: Visit) -> None:
    first, second = signed(visit(office, **LILLE), "Anne"), signed(visit(office, **LILLE), "Bruno")
    edit(first, "JAP", "14", "9")
    edit(second, "TAP", "2", "1")
    first.button(key="saisie_valider").click().run()
    assert "viennent de changer ailleurs" in words(first)
    assert office.etat().lot == 1
    assert shown(first)["TAP"] == ["2", "1"]
    first.button(key="saisie_valider").click().run()
    assert not first.exception, first.exception
    assert office.etat().lot == 2
    cells = office.reponses().cells(DOUAI, juridiction="TGI-LILLE", du=MARCH, au=MARCH)
    assert cells.select("activite", "visioconferences", "extractions_evitees").rows() == [
        ("JAP", 14, 9),
        ("TAP", 2, 1),
    ]
    # The other one is shown what was validated, and that nothing more is a draft.
    second.run()
    assert shown(second)["JAP"] == ["14", "9"]
    assert "Brouillon enregistré" not in words(second)


def test_what_is_typed_and_validated_at_once_is_validated(office: Store, visit: Visit) -> None:
    at = signed(visit(office, **LILLE), "Anne")
    at.button(key="saisie_valider").click()
    send(at, ("JAP", "visioconferences", "14"), ("JAP", "extractions_evitees", "0"))
    assert at.query_params["recu"] == "2"
    cells = office.reponses().cells(DOUAI, juridiction="TGI-LILLE", du=MARCH, au=MARCH)
    assert cells.select("activite", "visioconferences", "extractions_evitees").rows() == [("JAP", 14, 0)]


def test_a_refused_text_is_shown_as_it_was_typed_and_is_no_figure(office: Store, visit: Visit) -> None:
    validate(desk(office), fill(desk(office), JAP=("14", "8"), TAP=("2", "1")))
    at = visit(office, nom="greffe@lille", **LILLE)
    texts = (("JAP", "12,5", "8"), ("TAP", "", "1"), ("CIVIL", "3.5", "0"), ("TPOL", "1 204", "0"))
    for code, first, second in texts:
        edit(at, code, first, second)
    assert {code: shown(at)[code] for code, _, _ in texts} == {
        code: [first, second] for code, first, second in texts
    }
    drawn = table(at)
    assert drawn is not None
    assert [line["code"] for line in drawn["lignes"] if line["erreur"]] == ["JAP", "TAP", "CIVIL"]
    rows = {row[0]: row[1:] for row in html_rows(at, "Votre réponse")}
    assert rows["Juge de l'application des peines"][0] == "en erreur"
    assert rows["Juge de l'application des peines"][1] == "14 / 8"
    assert rows["Juge de l'application des peines"][-1] == "à corriger d'abord"
    assert rows["Tribunal de l'application des peines"][0] == "en erreur"
    assert rows["Audiences civiles"][0] == "en erreur"
    # What is counted is what would be sent, not what the refused cells held before.
    said = words(at).replace("\u202f", " ").replace("\u00a0", " ")
    assert "1 204 visioconférences, dont 0 extraction évitée, dans 1 des 14 activités" in said
    assert "10 activités sans chiffre resteront" in said


def html_rows(at: AppTest, column: str) -> list[list[str]]:
    """Read the table that has a column of that name."""
    written = [each.proto.body for each in at.get("html")]
    (found,) = [body for body in written if f">{column}<" in body]
    rows = re.findall(r"<tr>(.*?)</tr>", found, re.DOTALL)
    texts = [[unescape(cell) for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row)] for row in rows]
    return [[cell.replace("\u00a0", " ") for cell in row] for row in texts]


def test_what_is_not_a_text_of_a_field_is_ignored(office: Store, visit: Visit) -> None:
    at = visit(office, nom="greffe@lille", **LILLE)
    good = {"n": 1, "activite": "JAP", "colonne": "visioconferences", "texte": "4", "avants": [""]}
    bad: list[Any] = [
        {**good, "activite": "INCONNUE"},
        {**good, "colonne": "lot"},
        {**good, "texte": 4},
        {**good, "n": "2"},
        {**good, "avants": None},
        "4",
        None,
    ]
    for sent in (
        {"instance": "x", "frappes": bad},
        {"instance": 3, "frappes": [good]},
        {"frappes": None},
        [good],
        "texte",
    ):
        at.session_state[at.session_state["saisie_tenue"].table] = {"frappes": sent}
        at.run()
        assert not at.exception, at.exception
    assert not office.brouillons().read(DOUAI, mois=MARCH, juridiction="TGI-LILLE").frappes
    # The same number of the same window is one text; that of another window is another.
    for instance, kept in (("y", "4"), ("y", "4"), ("z", "5")):
        at.session_state[at.session_state["saisie_tenue"].table] = {
            "frappes": {"instance": instance, "frappes": [{**good, "texte": kept, "avants": ["", "4"]}]}
        }
        at.run()
        assert shown(at)["JAP"] == [kept, ""]
    assert office.brouillons().number(DOUAI, mois=MARCH, juridiction="TGI-LILLE") == 2


def test_an_answer_to_a_question_is_kept_and_told_like_a_figure(office: Store, visit: Visit) -> None:
    first, second = signed(visit(office, **LILLE), "Anne"), signed(visit(office, **LILLE), "Bruno")
    edit(first, "JAP", "120", "30")
    second.run()

    def question(at: AppTest) -> Any:
        (found,) = [each for each in at.text_input if each.label.startswith("Je confirme")]
        return found

    question(first).set_value("Procès").run()
    question(second).set_value("Retard").run()
    assert question(second).value == "Procès"
    assert "Anne a mis «\u00a0Procès\u00a0» pendant que vous tapiez «\u00a0Retard\u00a0»" in words(second)
    question(second).set_value("Procès et retard").run()
    first.run()
    assert question(first).value == "Procès et retard"
    first.button(key="saisie_valider").click().run()
    (kept,) = office.collecte().alert_follow_ups(DOUAI)["commentaire"].to_list()
    assert kept == "Procès et retard"


def test_the_name_typed_once_serves_every_form(office: Store, visit: Visit) -> None:
    at = signed(visit(office, **LILLE), "Anne Martin")
    edit(at, "JAP", "14", "9")
    at.button(key="saisie_valider").click().run()
    assert at.query_params["recu"] == "2"
    at.button(key="saisie_retour").click().run()
    assert at.text_input(key="saisie_auteur").value == "Anne Martin"
    at.selectbox(key="saisie_juridiction").set_value("TGI-ARRAS").run()
    assert at.text_input(key="saisie_auteur").value == "Anne Martin"
    # Emptied, it stays empty; another one takes its place.
    signed(at, "")
    at.selectbox(key="saisie_juridiction").set_value("TGI-LILLE").run()
    assert at.text_input(key="saisie_auteur").value == ""
    edit(at, "JAP", "15", "9")
    at.checkbox[0].check().run()
    at.button(key="saisie_valider").click().run()
    assert "Donnez votre nom" in words(at)
    signed(at, "Bruno")
    at.button(key="saisie_valider").click().run()
    assert office.lots(DOUAI)["auteur"].to_list()[:2] == ["Bruno", "Anne Martin"]


def test_outside_the_window_the_figures_are_read_only(office: Store, visit: Visit) -> None:
    validate(desk(office), fill(desk(office), JAP=("14", "8")))
    closed = visit(office, moment=NOW + timedelta(days=10), **LILLE)
    said = words(closed)
    assert "la collecte de mars\u00a02009 s'est close le 10\u00a0avril\u00a02009" in said
    assert "La collecte d'avril\u00a02009 ouvrira le 2\u00a0mai\u00a02009" in said
    assert "Déclaré par Greffe" in said
    assert table(closed) is None
    # Who does not run the collection reopens nothing.
    assert not closed.expander
    national = visit(office, moment=NOW + timedelta(days=10), perimetre=NATIONAL, nom="SDSE", **LILLE)
    national.text_input[0].set_value("Panne du réseau")
    national.button[0].click().run()
    assert not national.exception, national.exception
    assert "est rouvert jusqu'au 24\u00a0avril\u00a02009" in words(national)
    assert "(Panne du réseau)" in words(national)
    assert table(national)
    to_come = visit(office, juridiction="TGI-LILLE", mois_saisi="2009-04")
    assert "la collecte d'avril\u00a02009 ouvrira le 2\u00a0mai\u00a02009" in words(to_come)
    # As it is typed by hand; the number that the other pages share is no month here.
    typed = visit(office, juridiction="TGI-LILLE", mois="2009-04")
    assert "la collecte d'avril\u00a02009 ouvrira le 2\u00a0mai\u00a02009" in words(typed)
    shared = visit(office, juridiction="TGI-LILLE", mois="2")
    assert "mars\u00a02009" in words(shared)
    assert "ne se lit pas" not in words(shared)


def test_a_reader_sees_the_juridictions_and_receipts_of_their_cours(office: Store, visit: Visit) -> None:
    lot = validate(desk(office), fill(desk(office), JAP=("14", "8")))
    own = visit(office, **LILLE, recu=str(lot))
    assert "Greffe" in words(own)
    assert "lot 2" in words(own)
    other = visit(office, perimetre=LYON, **LILLE, recu=str(lot))
    said = words(other)
    assert "n'existe pas, ou n'est pas d'une juridiction qui vous est ouverte" in said
    assert "n'est pas de celles qui vous sont ouvertes" in said
    assert "Greffe" not in said
    assert table(other) is None
    assert all("Lyon" in label for label in other.selectbox[0].options)
    alone = visit(office, perimetre=Perimetre.of(["TSA-SAINT-PIERRE"]))
    assert "Choisissez votre juridiction" in words(alone) or table(alone)


@pytest.mark.parametrize("text", ["#N/A", "#DIV/0!", "Err:502"])
def test_an_error_pasted_in_a_field_is_no_cell_of_a_worksheet(office: Store, visit: Visit, text: str) -> None:
    at = visit(office, nom="greffe@lille", **LILLE)
    edit(at, "JAP", text, "1")
    drawn = table(at)
    assert drawn is not None
    told = {line["code"]: line["erreur"] for line in drawn["lignes"] if line["erreur"]}
    assert told == {"JAP": f"«\u00a0{text}\u00a0» est l'erreur d'un tableur\u00a0: tapez le nombre."}


def test_a_draft_is_given_up(office: Store, visit: Visit) -> None:
    at = visit(office, nom="greffe@lille", **LILLE)
    edit(at, "JLD_DETENTION", "3", "1")
    at.button(key="saisie_abandonner").click().run()
    assert not at.exception, at.exception
    assert not office.brouillons().read(DOUAI, mois=MARCH, juridiction="TGI-LILLE").frappes
    assert "0 des 14\u00a0activités" in words(at)


def test_the_demonstration_is_answered_fictionally(
    settings: Settings, reference: Reference, visit: Visit
) -> None:
    store = open_store(settings, reference)
    store.record_demo(lots_of_demo())
    at = visit(
        store, moment=datetime(2026, 11, 26, tzinfo=UTC), nom="essai", juridiction="TGI-BOULOGNE-SUR-MER"
    )
    said = words(at)
    assert "la page se place au 7\u00a0janvier\u00a02011" in said
    assert "la collecte de décembre\u00a02010 est ouverte" in said
    edit(at, "JLD_DETENTION", "0", "0")
    at.button(key="saisie_valider").click().run()
    assert not at.exception, at.exception
    assert "Réponse de décembre\u00a02010 donnée à la démonstration" in words(at)
    assert "7\u00a0janvier\u00a02011 à" in words(at)
    assert "FICTIF" in words(at)
    assert store.lots(NATIONAL)["origine"].unique().to_list() == ["demo"]
    # The page tells the hour of the receipt, not the one under which the store keeps the lot.
    (hour,) = re.findall(r"7\u00a0janvier\u00a02011 à \d+\u00a0h\u00a0\d\d", words(at))
    at.button(key="saisie_retour").click().run()
    assert f"essai a déclaré ce mois le {hour} (lot " in words(at)
    assert len(set(re.findall(r"(?:\d+|1er)\u00a0janvier\u00a02011 à \d+\u00a0h\u00a0\d\d", words(at)))) == 1
    day = visit(store, juridiction="TGI-LILLE", connu_le="2009-05-20", mois_saisi="2009-04")
    assert "s'est close le 10\u00a0mai\u00a02009" in words(day)
    store.close()
