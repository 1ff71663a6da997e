"""The questionnaire on screen, on a real store: open, closed, reopened, corrected, restricted, fictional."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from html import unescape

import polars as pl
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from analytics.errors import UserFacingError
from analytics.schemas import NATIONAL, Perimetre
from data.answers import OvertakenError
from data.reference import Reference
from data.settings import Settings
from data.store import Store, open_store
from pages.commun import choix_saisie, depot, identite, lecture, questionnaires
from pages.commun.choix_saisie import Demande
from pages.commun.identite import Lecteur
from pages.commun.lecture import Situation
from pages.commun.questionnaires import Feuille, Guichet
from tests.conftest import lots_of_demo
from tests.data.test_store import entree
from tests.pages import situations

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


def fill(guichet: Guichet, reponses: dict[str, str] | None = None, **cases: tuple[str, str]) -> Feuille:
    sheet = questionnaires.blank_sheet(questionnaires.open_form(guichet, MARCH, "TGI-LILLE"))
    return Feuille({**sheet.cases, **cases}, sheet.ouvert_sur, reponses or {})


def validate(guichet: Guichet, sheet: Feuille, auteur: str = "Greffe") -> int:
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
    assert "plus d'extractions évitées (30)" in told["Juge de l'application des peines"]
    assert "n'est pas un nombre entier" in told["Tribunal de l'application des peines"]
    assert "Un seul des nombres" in told["Audiences civiles"]
    assert examined.comparaison.filter(pl.col("etat") == "nouvelle")["activite"].to_list() == ["TPOL"]
    jump = questionnaires.examine(dossier, fill(desk(office), JAP=("120", "30")))
    (question,) = jump.questions
    assert "120 visioconférences, pour 15 d'habitude" in question.texte


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
    questionnaires.save_draft(guichet, dossier, sheet, auteur="")
    (question,) = questionnaires.examine(dossier, sheet).questions
    lot = validate(guichet, Feuille(sheet.cases, sheet.ouvert_sur, {question.cle: "Procès de deux semaines"}))
    (alert,) = office.alertes(DOUAI).to_dicts()
    assert (alert["lot"], alert["regle"], alert["activite"]) == (lot, "saut", "JAP")
    (kept,) = office.collecte().alert_follow_ups(DOUAI).to_dicts()
    assert (kept["alerte"], kept["statut"], kept["commentaire"], kept["auteur"]) == (
        alert["alerte"],
        "confirmé",
        "Procès de deux semaines",
        "Greffe",
    )
    assert office.collecte().draft(DOUAI, mois=MARCH, juridiction="TGI-LILLE") is None
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
SETTLE = choix_saisie.settle


@pytest.fixture
def visit(monkeypatch: pytest.MonkeyPatch) -> Iterator[Visit]:
    """Open the page on a store, as a reader, at a moment."""

    def opened(
        store: Store, *, moment: datetime = NOW, perimetre: Perimetre = DOUAI, nom: str = "", **query: str
    ) -> AppTest:
        reader = Lecteur(nom=nom, perimetre=perimetre)

        def here() -> Store:
            return store

        def reading() -> Lecteur:
            return reader

        monkeypatch.setattr(lecture, "store", here)
        for module in (lecture, depot, identite):
            monkeypatch.setattr(module, "lecteur", reading)

        def settled(situation: Situation) -> Demande:
            return SETTLE(situation, lambda: moment)

        monkeypatch.setattr(choix_saisie, "settle", settled)
        st.cache_resource.clear()
        at = AppTest.from_string("from pages import saisie\nsaisie.render()\n", default_timeout=60)
        for name, value in query.items():
            at.query_params[name] = value
        at.run()
        assert not at.exception, at.exception
        return at

    yield opened
    st.cache_resource.clear()


def words(at: AppTest) -> str:
    return unescape(situations.words(at))


def edit(at: AppTest, row: int, *figures: str) -> None:
    """Type in a line of the grid."""
    editor = at.data_editor[0]
    changes = dict(zip(("Visioconférences", "Extractions évitées"), figures, strict=True))
    assert editor.key
    at.session_state[editor.key] = {"edited_rows": {row: changes}, "added_rows": [], "deleted_rows": []}
    at.run()
    assert not at.exception, at.exception


LILLE = {"juridiction": "TGI-LILLE", "mois_saisi": "2009-03"}


def test_the_link_of_a_reminder_is_answered_then_corrected(office: Store, visit: Visit) -> None:
    at = visit(office, nom="greffe@lille", **LILLE)
    said = words(at)
    assert "la collecte de mars\u00a02009 est ouverte jusqu'au 10\u00a0avril\u00a02009 inclus" in said
    assert "14\u00a0activités sans chiffre resteront «\u00a0non répondu\u00a0»" in said
    assert "Brouillon enregistré" not in said
    jap = questionnaires.open_form(desk(office), MARCH, "TGI-LILLE").lignes["activite"].to_list().index("JAP")
    edit(at, jap, "12", "30")
    assert "1\u00a0erreur à corriger" in words(at)
    assert "Brouillon enregistré à 10\u00a0h\u00a005 par greffe@lille" in words(at)
    # Another browser finds the draft, and its error.
    other = visit(office, nom="president@lille", **LILLE)
    assert "plus d'extractions évitées (30)" in words(other)
    assert "par greffe@lille" in words(other)
    edit(other, jap, "14", "9")
    assert "Aucune erreur" in words(other)
    other.button(key="saisie_valider").click().run()
    assert not other.exception, other.exception
    told = words(other)
    assert "enregistrée et transmise à la SDSE\u00a0: reçu n°\u00a02" in told.replace("n° 2", "n°\u00a02")
    assert other.query_params["recu"] == "2"
    # The first one, still at the form, is shown what was validated, and confirms before replacing it.
    at.run()
    assert "Correction\u00a0: president@lille a déclaré ce mois" in words(at)
    edit(at, jap, "15", "9")
    at.button(key="saisie_valider").click().run()
    assert "Cochez la case" in words(at)
    assert office.etat().lot == 2
    at.checkbox[0].check().run()
    at.button(key="saisie_valider").click().run()
    assert "reçu n° 3" in words(at).replace("\u00a0", " ")
    cells = office.reponses().cells(DOUAI, juridiction="TGI-LILLE", du=MARCH, au=MARCH)
    assert cells.select("visioconferences", "lot").rows() == [(15, 3)]


def test_outside_the_window_the_figures_are_read_only(office: Store, visit: Visit) -> None:
    validate(desk(office), fill(desk(office), JAP=("14", "8")))
    closed = visit(office, moment=NOW + timedelta(days=10), **LILLE)
    said = words(closed)
    assert "la collecte de mars\u00a02009 s'est close le 10\u00a0avril\u00a02009" in said
    assert "La collecte d'avril\u00a02009 ouvrira le 2\u00a0mai\u00a02009" in said
    assert "Déclaré par Greffe" in said
    assert not closed.data_editor
    # Who does not run the collection reopens nothing.
    assert not closed.expander
    national = visit(office, moment=NOW + timedelta(days=10), perimetre=NATIONAL, nom="SDSE", **LILLE)
    national.text_input[0].set_value("Panne du réseau")
    national.button[0].click().run()
    assert not national.exception, national.exception
    assert "est rouvert jusqu'au 24\u00a0avril\u00a02009" in words(national)
    assert "(Panne du réseau)" in words(national)
    assert national.data_editor
    to_come = visit(office, juridiction="TGI-LILLE", mois_saisi="2009-04")
    assert "la collecte d'avril\u00a02009 ouvrira le 2\u00a0mai\u00a02009" in words(to_come)


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
    assert not other.data_editor
    assert all("Lyon" in label for label in other.selectbox[0].options)
    alone = visit(office, perimetre=Perimetre.of(["TSA-SAINT-PIERRE"]))
    assert "Choisissez votre juridiction" in words(alone) or alone.data_editor


def test_a_draft_is_given_up(office: Store, visit: Visit) -> None:
    at = visit(office, nom="greffe@lille", **LILLE)
    edit(at, 0, "3", "1")
    at.button(key="saisie_abandonner").click().run()
    assert not at.exception, at.exception
    assert office.collecte().draft(DOUAI, mois=MARCH, juridiction="TGI-LILLE") is None
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
    edit(at, 0, "0", "0")
    at.button(key="saisie_valider").click().run()
    assert not at.exception, at.exception
    assert "Réponse de décembre\u00a02010 donnée à la démonstration" in words(at)
    assert "7\u00a0janvier\u00a02011 à" in words(at)
    assert "FICTIF" in words(at)
    assert store.lots(NATIONAL)["origine"].unique().to_list() == ["demo"]
    day = visit(store, juridiction="TGI-LILLE", connu_le="2009-05-20", mois_saisi="2009-04")
    assert "s'est close le 10\u00a0mai\u00a02009" in words(day)
    store.close()
