"""A campaign run from the screen, on a real store: followed, reminded, called, questioned."""

import re
import zipfile
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from pathlib import Path
from shutil import copyfile

import polars as pl
import pytest
from streamlit.testing.v1 import AppTest

from analytics.vocabulary.perimetre import NATIONAL, Perimetre
from analytics.vocabulary.reference import Reference
from analytics.vocabulary.schemas import ALERTES_SCHEMA, Envoi, Modele
from data.actes.textes import load_template
from data.settings import Settings
from data.store.store import Entree, Store, open_store
from pages.commun import lecture
from pages.commun.identite import Lecteur
from pages.vues import collecte
from tests.data.store.test_store import entree
from tests.outils.courrier import Facteur
from tests.pages.situations import at_address, ran, reading, text
from tests.pages.situations import words as written

FEBRUARY, MARCH = date(2009, 2, 1), date(2009, 3, 1)
# 10:00 in Paris on the day of the reminder; the others answered four days before.
T0 = datetime(2009, 4, 7, 8, tzinfo=UTC)
SILENT = ("CA-DOUAI", "TGI-EVRY", "TGI-LILLE", "TGI-LYON", "TGI-ARRAS")
ALERT = {
    "ligne": 2,
    "regle": "saut",
    "message": "18 visioconférences, pour 2 d'habitude\u00a0: est-ce exact\u00a0?",
    "mois": MARCH,
    "juridiction": "TGI-DOUAI",
    "activite": "JAP",
}


def answers(reference: Reference, mois: date, *silent: str) -> Entree:
    codes = reference.in_force(mois).filter(~pl.col("juridiction").is_in(silent))["juridiction"]
    given = entree(*((mois, code, "AUTRE", 1, 0) for code in codes))
    return replace(given, alertes=pl.DataFrame([ALERT] if silent == SILENT else [], schema=ALERTES_SCHEMA))


def lots(reference: Reference) -> list[tuple[Entree, datetime]]:
    """February, answered by all but Lille; March, by all but five."""
    return [
        (answers(reference, FEBRUARY, "TGI-LILLE"), datetime(2009, 3, 5, 8, tzinfo=UTC)),
        (answers(reference, MARCH, *SILENT), datetime(2009, 4, 3, 8, tzinfo=UTC)),
    ]


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory, reference: Reference) -> Path:
    path = tmp_path_factory.mktemp("collecte") / "v.db"
    store = open_store(Settings(database_url=f"sqlite:///{path}"), reference)
    for given, moment in lots(reference):
        store.record(given, connu_le=moment)
    store.close()
    return path


@pytest.fixture
def store(
    filled: Path, tmp_path: Path, reference: Reference, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Store]:
    """A store of one's own, on the day of the reminder."""
    path = tmp_path / "v.db"
    copyfile(filled, path)
    with opened(path, reference, monkeypatch) as own:
        yield own


@contextmanager
def opened(path: Path, reference: Reference, monkeypatch: pytest.MonkeyPatch) -> Generator[Store]:
    """The store that the pages read, at T0."""
    monkeypatch.setenv("VIGIE_DATABASE_URL", url := f"sqlite:///{path}")
    store = open_store(Settings(database_url=url), reference)
    with reading(monkeypatch, store, collecte, T0):
        yield store
    store.close()


def at(monkeypatch: pytest.MonkeyPatch, moment: datetime) -> None:
    monkeypatch.setattr(collecte, "utc_now", lambda: moment)


def see_only(monkeypatch: pytest.MonkeyPatch, *cours: str) -> None:
    monkeypatch.setattr(lecture, "lecteur", lambda: Lecteur("cheffe@exemple.fr", Perimetre.of(cours)))


def visit(**query: str) -> AppTest:
    return again(at_address("collecte", query))


def again(page: AppTest) -> AppTest:
    said = words(ran(page))
    assert "None" not in said
    assert "nan" not in said.split()
    return page


def words(page: AppTest) -> str:
    return text(page).replace("\u00a0", " ")


def press(page: AppTest, label: str, **typed: str) -> AppTest:
    """Press a button, once these texts are typed, each under the key of its place."""
    for key, value in typed.items():
        next(box for box in [*page.text_input, *page.text_area] if box.key == key).set_value(value)
    next(button for button in page.button if button.label.replace("\u00a0", " ").startswith(label)).click()
    return again(page)


def offered(page: AppTest) -> list[str]:
    return [button.label for button in page.button]


def test_a_campaign_underway_is_told_in_one_sentence(store: Store) -> None:
    page = visit()
    said = words(page)
    assert (
        "Au 7 avril 2009, 218 juridictions sur 223 ont répondu pour mars 2009 (97,8 %), pour 99,6 % "
        "d'habitude à ce stade ; il reste 3 jours. 5 juridictions sont à relancer." in said
    )
    assert "1er avril 2009" in said
    assert "97,8 % de réponses le 7 avril 2009, 1,8 pt au-dessous de l'habitude" in said
    # The address keeps the campaign, and the choice offers the earlier one.
    page.selectbox(key="filtre_campagne").set_value("2009-02")
    again(page)
    assert page.query_params["campagne"] in ("2009-02", ["2009-02"])
    said = words(page)
    assert "Collecte de février 2009 close le 10 mars 2009 : 222 juridictions sur 223 ont répondu" in said
    assert "samedi (non ouvré)" in said


def test_an_open_campaign_comes_first_even_before_any_answer(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    at(monkeypatch, datetime(2009, 5, 4, 8, tzinfo=UTC))
    said = words(visit())
    assert "Au 4 mai 2009, 0 juridiction sur 223 a répondu pour avril 2009 (0,0 %)" in said
    assert "dimanche, non reportée" in said
    at(monkeypatch, datetime(2009, 5, 20, 8, tzinfo=UTC))
    assert "Collecte de mars 2009 close le 10 avril 2009" in words(visit())


def test_the_grid_names_the_long_silent_and_says_each_state_in_words(store: Store) -> None:
    said = words(visit(onglet="grille", ressort="CA-DOUAI"))
    assert "12 juridictions, mois par mois" in said
    assert "Douai : 9 sur 12 ont répondu" in said
    assert "<span>sans réponse</span>·" in said
    assert "<span>attendue</span>○" in said
    assert "TGI de Lyon" not in said
    page = visit(onglet="grille")
    assert "223 juridictions, mois par mois" in words(page)
    assert words(page).count("<tr><th scope=row>") <= 90
    assert "Aucune juridiction ne se tait depuis 3 mois : bonne nouvelle." in words(
        visit(onglet="grille", muettes="oui")
    )


def test_a_call_is_recorded_under_a_name_and_becomes_the_last_contact(store: Store) -> None:
    page = visit(onglet="relancer")
    assert "Aucune relance pour l'instant." in words(page)
    # Silent for two months, Lille comes first.
    assert page.selectbox(key="appel_juridiction").value == "TGI-LILLE"
    press(page, "Enregistrer l'appel", appel_dit="Réponse promise jeudi")
    assert "complétez les deux" in words(page)
    assert store.collecte().reminders(NATIONAL).is_empty()
    press(page, "Enregistrer l'appel", appel_auteur="A. Martin")
    said = words(page)
    assert "Appel enregistré : Tribunal de grande instance de Lille." in said
    assert "07/04/2009 (téléphone)" in said
    assert "Réponse promise jeudi" in said
    assert store.collecte().reminders(NATIONAL)["auteur"].to_list() == ["A. Martin"]


def test_an_alert_is_asked_about_and_followed_up(store: Store) -> None:
    page = visit(onglet="alertes")
    said = words(page)
    assert "1 alerte, dont 1 à vérifier" in said
    assert "C'est 9 fois votre habitude." in said
    assert "/saisie?juridiction=TGI-DOUAI&mois_saisi=2009-03" in said
    (number,) = store.alertes(NATIONAL).filter(mois=MARCH)["alerte"]
    page.radio(key=f"alerte_statut_{number}_à vérifier").set_value("confirmé")
    page.text_area(key=f"alerte_commentaire_{number}").set_value("Deux audiences de plus")
    press(page, "Enregistrer la suite", alerte_auteur="A. Martin")
    said = words(page)
    assert "1 alerte, dont 0 à vérifier" in said
    assert "A. Martin : Deux audiences de plus" in said
    assert "alerte « confirmé »" in said


def test_a_reader_of_one_cour_sees_no_other_and_sends_nothing(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    see_only(monkeypatch, "CA-LYON")
    said = words(visit(onglet="messages"))
    assert "Seule la SDSE relance" in said
    assert "Tribunal de grande instance de Lyon" in said
    page = visit(onglet="relancer", ressort="CA-DOUAI")
    assert "« CA-DOUAI », qui n'est pas dans votre périmètre" in words(page)
    assert not [label for label in offered(page) if label.startswith(("Envoyer", "Enregistrer", "Préparer"))]
    for tab in ("rythme", "grille", "relancer", "messages", "alertes"):
        said = words(visit(onglet=tab))
        assert not [name for name in ("Lille", "Douai", "Arras", "Évry") if name in said]


def test_without_settings_nothing_can_leave_and_it_is_said(store: Store) -> None:
    page = visit(onglet="messages")
    said = words(page)
    assert "5 messages à envoyer" in said
    assert "Aucun message ne peut partir : réglez VIGIE_SMTP_HOTE" in said
    assert "Envoyer" not in offered(page)
    assert "chg.ca-douai@justice.fr" in said
    # A situation of the past is read, not acted upon.
    page = visit(onglet="relancer", connu_le="2009-04-02")
    assert "Situation passée : rien ne s'y enregistre." in words(page)
    assert "Au 2 avril 2009, 0 juridiction sur 223" in words(page)
    assert "Enregistrer l'appel" not in offered(page)


def test_a_text_that_cannot_be_filled_in_is_refused_while_it_is_typed(store: Store) -> None:
    page = visit(onglet="messages")
    page.text_input(key="modele_sujet").set_value("Rappel $mois_en_cours")
    again(page)
    assert "la variable « $mois_en_cours » n'existe pas" in words(page)
    assert next(button for button in page.button if button.key == "modele_garder").disabled
    page.text_input(key="modele_sujet").set_value("Rappel pour $mois")
    again(page)
    assert "Rappel pour mars 2009" in words(page)
    press(page, "Enregistrer ce texte", modele_auteur="A. Martin")
    kept = store.collecte().template()
    assert kept is not None
    assert kept.sujet == "Rappel pour $mois"
    press(page, "Revenir au texte du produit", modele_auteur="A. Martin")
    assert store.collecte().template() is None
    assert "votre réponse est attendue" in words(page)


def test_the_messages_leave_from_the_page_once_confirmed(store: Store, facteur: Facteur) -> None:
    facteur.refuses = frozenset({"chg.tgi-evry@justice.fr"})
    page = visit(onglet="messages")
    press(page, "Envoyer", messages_auteur="A. Martin")
    assert "Rien n'est parti" in words(page)
    assert facteur.courriers == []
    page.checkbox(key="envoi_confirme").set_value(True)
    press(page, "Envoyer")
    said = words(page)
    assert "4 messages envoyés" in said
    assert "refusé (550 5.1.1 No such mailbox)" in said
    assert "1 message à envoyer, 4 juridictions déjà relancées" in said
    assert "déjà relancée le 7 avril 2009 à 10 h 00" in said
    assert len(facteur.courriers) == 4


def typed_and_confirmed(page: AppTest, label: str) -> AppTest:
    page.text_input(key="messages_auteur").set_value("A. Martin")
    page.checkbox(key="envoi_confirme").set_value(True)
    return press(page, label)


def recipients(page: AppTest) -> list[str]:
    """The addresses of the table of recipients, as the screen shows them."""
    return re.findall(r"<td[^>]*>(chg\.[^<]+)</td>", written(page))


@pytest.mark.parametrize(
    ("ressort", "listed"),
    [
        ("", ["ca-douai", "tgi-arras", "tgi-lille", "tgi-lyon", "tgi-evry"]),
        ("CA-DOUAI", ["ca-douai", "tgi-arras", "tgi-lille"]),
        ("CA-LYON", ["tgi-lyon"]),
        ("CA-PARIS", ["tgi-evry"]),
    ],
)
def test_what_the_screen_lists_is_what_leaves(
    store: Store, facteur: Facteur, ressort: str, listed: list[str]
) -> None:
    page = visit(onglet="messages", ressort=ressort)
    boxes = [f"chg.{box}@justice.fr" for box in listed]
    number = f"{len(boxes)} message{'s' if len(boxes) > 1 else ''}"
    assert recipients(page) == boxes
    assert f"{number} à envoyer" in words(page)
    labels = [label.replace("\u00a0", " ") for label in offered(page)]
    assert f"Envoyer {number}" in labels
    assert f"Préparer {number.replace('message', 'brouillon')} en un fichier ZIP" in labels
    press(page, "Préparer", messages_auteur="A. Martin")
    with zipfile.ZipFile(BytesIO(page.session_state["relances_archive"].contenu)) as drafts:
        assert len(drafts.namelist()) == len(boxes)
    typed_and_confirmed(page, f"Envoyer {number}")
    assert sorted(facteur.destinataires) == sorted(boxes)
    kept = store.collecte().reminders(NATIONAL)
    assert sorted(kept.filter(resultat="envoyé")["adresse"]) == sorted(boxes)
    assert kept.height == 2 * len(boxes)


def test_nobody_is_reminded_in_a_cour_where_all_have_answered(store: Store, facteur: Facteur) -> None:
    page = visit(onglet="messages", ressort="CA-BASTIA")
    assert recipients(page) == []
    assert "0 message à envoyer" in words(page)
    assert not [label for label in offered(page) if label.startswith(("Envoyer", "Préparer", "Rouvrir"))]
    assert facteur.proposes == 0


def test_a_list_that_changes_under_the_reader_is_shown_again_before_anything_leaves(
    store: Store, facteur: Facteur
) -> None:
    page = visit(onglet="messages", ressort="CA-DOUAI")
    # Arras answers while the reader reads.
    store.record(entree((MARCH, "TGI-ARRAS", "AUTRE", 1, 0), sha="7" * 64), connu_le=T0)
    typed_and_confirmed(page, "Envoyer 3 messages")
    assert "La liste a changé depuis qu'elle est affichée : rien n'est parti." in words(page)
    assert facteur.proposes == 0
    assert len(recipients(page)) == 2
    typed_and_confirmed(page, "Envoyer 2 messages")
    assert len(facteur.destinataires) == 2


def test_after_the_closing_one_act_reopens_and_reminds(
    store: Store, facteur: Facteur, monkeypatch: pytest.MonkeyPatch
) -> None:
    at(monkeypatch, datetime(2009, 4, 20, 8, tzinfo=UTC))
    page = visit(onglet="messages", ressort="CA-LYON", campagne="2009-03")
    assert page.date_input(key="relances_rouvrir").value == date(2009, 4, 27)
    page.date_input(key="relances_rouvrir").set_value(date(2009, 4, 30))
    again(page)
    assert "votre réponse est prise jusqu'au 30 avril 2009 inclus" in words(page)
    typed_and_confirmed(page, "Rouvrir et envoyer 1 message")
    assert facteur.destinataires == ["chg.tgi-lyon@justice.fr"]
    reopened = store.collecte().reopenings(NATIONAL)
    assert reopened.select("juridiction", "mois", "jusqu_au").rows() == [
        ("TGI-LYON", MARCH, date(2009, 4, 30))
    ]


def test_a_sending_that_was_interrupted_is_settled_on_the_page(store: Store, facteur: Facteur) -> None:
    envoi = Envoi(MARCH, "TGI-LYON", "messagerie", adresse="a@b.fr", message_id="<1@b.fr>", texte="Objet")
    store.collecte().begin_reminder(
        NATIONAL, envoi, renvoyer=False, auteur="B. Petit", connu_le=T0 - timedelta(hours=1)
    )
    page = visit(onglet="messages", ressort="CA-LYON")
    said = words(page)
    assert "0 message à envoyer, 1 message dont on ne sait s'il est parti" in said
    assert "Issue inconnue : B. Petit a commencé cet envoi le 7 avril 2009 à 9 h 00" in said
    press(page, "Rien n'est parti : à envoyer", doute_auteur="A. Martin")
    assert "Doute levé" in words(page)
    typed_and_confirmed(page, "Envoyer 1 message")
    assert facteur.destinataires == ["chg.tgi-lyon@justice.fr"]
    assert store.collecte().reminders(NATIONAL)["resultat"].to_list() == ["non parti", "envoyé"]
    assert "non parti, selon A. Martin" in words(visit(onglet="relancer"))


def test_a_text_being_typed_survives_a_change_of_tab_and_a_reload(store: Store, facteur: Facteur) -> None:
    page = visit(onglet="messages")
    body = page.text_area(key="modele_corps").value or ""
    page.text_area(key="modele_corps").set_value(body + "\nAJOUT NON ENREGISTRÉ")
    again(page)
    # What the preview shows is not what would leave: nothing leaves until someone decides.
    assert "Le texte est modifié sans être enregistré" in words(page)
    assert not [label for label in offered(page) if label.startswith(("Envoyer", "Préparer"))]
    page.query_params["onglet"] = "relancer"
    again(page)
    page.query_params["onglet"] = "messages"
    assert "AJOUT NON ENREGISTRÉ" in str(again(page).text_area(key="modele_corps").value)
    # Another browser, or the same one reloaded.
    other = visit(onglet="messages")
    assert "AJOUT NON ENREGISTRÉ" in str(other.text_area(key="modele_corps").value)
    assert "Modification du 7 avril 2009 à 10 h 00, gardée mais pas encore enregistrée." in words(other)
    press(other, "Abandonner la modification")
    assert other.text_area(key="modele_corps").value == body
    assert "Envoyer 5\u00a0messages" in offered(other)
    assert store.collecte().template() is None
    assert visit(onglet="messages").text_area(key="modele_corps").value == body


def test_a_text_that_leads_nowhere_is_questioned(store: Store) -> None:
    page = visit(onglet="messages")
    page.text_area(key="modele_corps").set_value("Bonjour, votre réponse manque.")
    again(page)
    keep = next(button for button in page.button if button.key == "modele_garder")
    assert keep.disabled
    assert "n'a pas de $lien" in page.checkbox(key="modele_sans_lien").label
    page.checkbox(key="modele_sans_lien").set_value(True)
    again(page)
    press(page, "Enregistrer ce texte", modele_auteur="A. Martin")
    assert store.collecte().template() == Modele(load_template().sujet, "Bonjour, votre réponse manque.")
    # The question stays beside the list, whoever sends.
    assert words(visit(onglet="messages")).count("n'a pas de $lien") >= 1


def test_the_demonstration_sends_nothing_and_gives_its_messages_away(
    tmp_path: Path, reference: Reference, monkeypatch: pytest.MonkeyPatch
) -> None:
    with opened(tmp_path / "v.db", reference, monkeypatch) as own:
        own.record_demo([(replace(each, origine="demo"), moment) for each, moment in lots(reference)])
        at(monkeypatch, datetime(2026, 5, 4, 8, tzinfo=UTC))
        page = visit(onglet="messages")
        said = words(page)
        assert "Démonstration : vu au 7 avril 2009" in said
        assert "elle n'envoie aucun message" in said
        assert "[FICTIF]" in said
        press(page, "Préparer 5 brouillons en un fichier ZIP (FICTIF)", messages_auteur="A. Martin")
        archive = page.session_state["relances_archive"]
        assert archive.nom == "2009-03_relances_FICTIF.zip"
        with zipfile.ZipFile(BytesIO(archive.contenu)) as drafts:
            assert len(drafts.namelist()) == 5
            assert b"fictif" in drafts.read("2009-03_relance_TGI-LILLE.eml")
        kept = own.collecte().reminders(NATIONAL)
        assert set(kept["connu_le"].dt.date()) == {date(2009, 4, 7)}


def test_good_news_and_empty_states_are_designed(
    tmp_path: Path, reference: Reference, monkeypatch: pytest.MonkeyPatch
) -> None:
    with opened(tmp_path / "v.db", reference, monkeypatch) as own:
        said = words(visit())
        assert "Pas encore de données" in said
        assert "La collecte de mars 2009 est ouverte jusqu'au 10 avril 2009." in said
        own.record(answers(reference, MARCH), connu_le=T0)
        page = visit(onglet="relancer")
        assert "Toutes ont répondu : personne n'est à relancer." in words(page)
        assert "Personne à relancer" in words(page)
        assert "Aucune alerte" in words(visit(onglet="alertes"))
        said = words(visit(campagne="2012-13", presentation="oui"))
        assert "« 2012-13 », qui n'est pas de celles que l'on peut montrer" in said
        assert "Données de mars 2009" in said


def test_the_address_keeps_neither_a_cour_nor_a_period_that_the_page_does_not_look_at(store: Store) -> None:
    page = visit(campagne="2009-03", cour="CA-DOUAI", annee="2009", mois="2")
    assert {name: page.query_params[name] for name in page.query_params} == {"campagne": "2009-03"}
    kept = page.session_state["vigie_demande"]
    assert (kept["cour"], kept["annee"], kept["mois"]) == ("CA-DOUAI", "2009", "2")


def test_the_address_of_one_juridiction_is_corrected_then_given_back_to_the_circular(
    store: Store, facteur: Facteur
) -> None:
    usual = [
        f"chg.{box}@justice.fr" for box in ("ca-douai", "tgi-arras", "tgi-lille", "tgi-lyon", "tgi-evry")
    ]
    page = visit(onglet="messages")
    page.selectbox(key="boite_juridiction").set_value("TGI-ARRAS")
    again(page)
    assert page.text_input(key="boite_adresse_TGI-ARRAS").value == "chg.tgi-arras@justice.fr"
    assert "Revenir à l'adresse de la circulaire" not in offered(page)
    for wrong, why in (
        ("greffe arras", "n'est pas une adresse"),
        ("a@b.fr, c@d.fr", "n'est pas une adresse"),
    ):
        page.text_input(key="boite_adresse_TGI-ARRAS").set_value(wrong)
        press(page, "Enregistrer l'adresse", boite_auteur="A. Martin")
        assert why in words(page)
        assert store.collecte().mailboxes(NATIONAL, mois=MARCH) == {}
    page.text_input(key="boite_adresse_TGI-ARRAS").set_value("greffe@arras.fr")
    press(page, "Enregistrer l'adresse", boite_auteur="A. Martin")
    assert "Tribunal de grande instance d'Arras : ses messages partiront à greffe@arras.fr." in words(page)
    assert store.collecte().mailboxes(NATIONAL, mois=MARCH) == {"TGI-ARRAS": "greffe@arras.fr"}
    assert "Adresses propres : Tribunal de grande instance d'Arras." in words(page)
    typed_and_confirmed(page, "Envoyer 5 messages")
    assert sorted(facteur.destinataires) == sorted(
        ["greffe@arras.fr", *(box for box in usual if "arras" not in box)]
    )
    press(page, "Revenir à l'adresse de la circulaire", boite_auteur="A. Martin")
    assert "partiront à chg.tgi-arras@justice.fr" in words(page)
    assert store.collecte().mailboxes(NATIONAL, mois=MARCH) == {}
