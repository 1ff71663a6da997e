"""Reminding: each silent juridiction once, whatever goes wrong; a demonstration never."""

import signal
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from email import message_from_bytes
from email.policy import default
from functools import partial
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from analytics.collecte.reminders import Rappel
from analytics.vocabulary.errors import UserFacingError
from analytics.vocabulary.perimetre import NATIONAL, Perimetre
from analytics.vocabulary.reference import Reference
from analytics.vocabulary.schemas import Envoi, Modele
from data.actes.brouillons import write_folder
from data.actes.relances import (
    Bilan,
    Bureau,
    keep_template,
    note_call,
    prepare,
    send,
    settle_doubts,
    template_of,
)
from data.settings import Settings
from data.store.collecte import InDoubtError
from data.store.store import Store
from tests.conftest import lots_of_demo
from tests.data.store.test_store import entree
from tests.outils.courrier import HOST, Facteur, mail_settings
from tests.outils.ensemble import at_once
from tests.outils.refus import refused, sentence

MARCH = date(2009, 3, 1)
# 10:00 in Paris on the day of the reminder; the others answered four days before.
T0 = datetime(2009, 4, 7, 8, tzinfo=UTC)
ANSWERED = datetime(2009, 4, 3, 8, tzinfo=UTC)
SILENT = ("CA-DOUAI", "TGI-EVRY", "TGI-LILLE", "TGI-LES-SABLES-D-OLONNE", "TGI-LYON")
BOXES = {
    "chg.ca-douai@justice.fr",
    "chg.tgi-evry@justice.fr",
    "chg.tgi-lille@justice.fr",
    "chg.tgi-les-sables-d-olonne@justice.fr",
    "chg.tgi-lyon@justice.fr",
}


@pytest.fixture
def filled(store: Store, reference: Reference) -> Store:
    """A store where all but five juridictions have answered for March 2009."""
    fill(store, reference)
    return store


def fill(store: Store, reference: Reference) -> None:
    codes = reference.in_force(MARCH).filter(~pl.col("juridiction").is_in(SILENT))["juridiction"]
    store.record(entree(*((MARCH, code, "AUTRE", 1, 0) for code in codes)), connu_le=ANSWERED)


def reglages(settings: Settings, facteur: Facteur, **changes: Any) -> Settings:
    sender = {"expediteur": "Équipe de collecte <collecte@exemple.fr>", "database_url": settings.database_url}
    return Settings(**mail_settings(facteur.port, **sender | changes))


@pytest.fixture
def bureau(filled: Store, settings: Settings, facteur: Facteur) -> Bureau:
    return Bureau(filled, NATIONAL, reglages(settings, facteur), "A. Martin", lambda: T0)


def later(bureau: Bureau, **delay: float) -> Bureau:
    return replace(bureau, clock=lambda: T0 + timedelta(**delay))


def remind(bureau: Bureau, *, renvoyer: bool = False) -> Bilan:
    return send(bureau, prepare(bureau, MARCH, au=None), renvoyer=renvoyer, progress=silently)


def silently(_part: float, _label: str) -> None:
    """Show no progress."""


# ---------------------------------------------------------------------- whom


def test_the_silent_are_reminded_each_in_its_mailbox(bureau: Bureau, facteur: Facteur) -> None:
    bilan = remind(bureau)
    assert len(bilan.envoyes) == 5
    assert (bilan.deja, bilan.refuses, bilan.restants, bilan.douteux) == ((), (), (), ())
    assert Counter(facteur.destinataires) == Counter(BOXES)
    (evry,) = [each for each in facteur.courriers if each["To"] == "chg.tgi-evry@justice.fr"]
    assert evry["From"] == "Équipe de collecte <collecte@exemple.fr>"
    assert "du tribunal de grande instance d'Évry" in evry.get_content()
    assert "https://vigie.exemple/saisie?juridiction=TGI-EVRY&mois_saisi=2009-03" in evry.get_content()
    kept = bureau.store.collecte().reminders(NATIONAL, mois=MARCH)
    assert set(kept["resultat"]) == {"envoyé"}
    assert set(kept["message_id"]) == {each["Message-ID"] for each in facteur.courriers}
    assert kept["message_id"].is_unique().all()
    assert set(kept["auteur"]) == {"A. Martin"}


def test_the_situation_of_a_day_decides_who_is_silent(bureau: Bureau, reference: Reference) -> None:
    now, before = (prepare(bureau, MARCH, au=day) for day in (None, date(2009, 4, 2)))
    assert {each.juridiction for each in now.rappels} == set(SILENT)
    assert (now.jour, now.attendues) == (date(2009, 4, 7), reference.in_force(MARCH).height)
    assert len(before.rappels) == now.attendues
    assert before.jour == date(2009, 4, 2)


def test_nobody_is_late_before_the_campaign_opens(bureau: Bureau) -> None:
    with pytest.raises(UserFacingError) as failure:
        prepare(bureau, MARCH, au=date(2009, 3, 31))
    assert sentence(failure) == (
        "La collecte de mars 2009 ouvre le 1er avril 2009 : au 31 mars 2009, personne n'est en retard."
    )


def test_absences_are_counted_since_the_first_answer_of_the_store(bureau: Bureau) -> None:
    # March is the first month of this store: January and February were never collected here.
    assert {each.absences for each in prepare(bureau, MARCH, au=None).rappels} == {1}


def test_a_reader_of_some_cours_sees_his_own_and_sends_nothing(bureau: Bureau, facteur: Facteur) -> None:
    douai = replace(bureau, perimetre=Perimetre.of(["CA-DOUAI"]))
    assert {each.juridiction for each in prepare(douai, MARCH, au=None).rappels} == {"CA-DOUAI", "TGI-LILLE"}
    with pytest.raises(UserFacingError, match="tout le ministère"):
        remind(douai)
    assert facteur.courriers == []


def test_the_text_and_the_mailboxes_of_the_ministry_are_used(bureau: Bureau, facteur: Facteur) -> None:
    with pytest.raises(UserFacingError, match="n'existe pas"):
        keep_template(bureau, Modele("Objet", "$moi"))
    keep_template(bureau, Modele("Rappel $mois", "Pour $juridiction"))
    bureau.store.collecte().set_mailbox(
        NATIONAL, juridiction="TGI-LYON", adresse="lyon@exemple.fr", auteur="A", connu_le=T0
    )
    remind(bureau)
    assert "lyon@exemple.fr" in facteur.destinataires
    assert {each["Subject"] for each in facteur.courriers} == {"Rappel mars\u00a02009"}
    keep_template(bureau, None)
    assert "$echeance" in template_of(bureau.store).corps


def test_a_call_is_noted_and_told_as_the_last_contact(bureau: Bureau) -> None:
    note_call(bureau, mois=MARCH, juridiction="TGI-LILLE", dit="Réponse promise")
    (lille,) = [each for each in prepare(bureau, MARCH, au=None).rappels if each.juridiction == "TGI-LILLE"]
    assert (lille.dernier_contact, lille.contact) == (T0.date(), "téléphone")


# ---------------------------------------------------------------------- once


def test_nothing_is_sent_twice_unless_asked(bureau: Bureau, facteur: Facteur) -> None:
    remind(bureau)
    again = later(bureau, days=1)
    preparation = prepare(again, MARCH, au=None)
    assert preparation.to_send(renvoyer=False) == ()
    assert set(preparation.deja) == set(SILENT)
    assert remind(again) == Bilan((), (), (), ())
    # Someone who prepared before and sends after is told who did it.
    stale = replace(preparation, deja={})
    bilan = send(again, stale, renvoyer=False, progress=silently)
    assert len(bilan.deja) == 5
    assert "A. Martin l'a fait le 7\u00a0avril\u00a02009" in bilan.deja[0][1]
    assert len(facteur.courriers) == 5
    remind(again, renvoyer=True)
    assert Counter(facteur.destinataires) == Counter(dict.fromkeys(BOXES, 2))


def test_one_refused_does_not_stop_the_others_and_is_tried_again(bureau: Bureau, facteur: Facteur) -> None:
    facteur.refuses = frozenset({"chg.tgi-evry@justice.fr"})
    bilan = remind(bureau)
    ((evry, why),) = bilan.refuses
    assert (evry.juridiction, why) == ("TGI-EVRY", "550 5.1.1 No such mailbox")
    assert len(bilan.envoyes) == 4
    kept = bureau.store.collecte().reminders(NATIONAL).filter(pl.col("juridiction") == "TGI-EVRY")
    assert kept["resultat"].item() == "refusé\u00a0: 550 5.1.1 No such mailbox"
    facteur.refuses = frozenset()
    assert [each.juridiction for each in remind(later(bureau, hours=1)).envoyes] == ["TGI-EVRY"]
    assert Counter(facteur.destinataires) == Counter(BOXES)


def test_a_connection_that_drops_once_loses_nothing(bureau: Bureau, facteur: Facteur) -> None:
    facteur.coupures = frozenset({2})
    assert len(remind(bureau).envoyes) == 5
    assert Counter(facteur.destinataires) == Counter(BOXES)


def test_a_connection_that_drops_twice_leaves_the_rest_for_the_next_time(
    bureau: Bureau, facteur: Facteur
) -> None:
    facteur.coupures = frozenset({2, 3})
    bilan = remind(bureau)
    assert len(bilan.envoyes) == 2
    assert [why for _, why in bilan.refuses] == ["connexion perdue"]
    assert len(bilan.restants) == 2
    rest = remind(later(bureau, minutes=1))
    assert len(rest.envoyes) == 3
    assert Counter(facteur.destinataires) == Counter(BOXES)


def test_two_people_at_once_send_each_message_once(
    bureau: Bureau, facteur: Facteur, two_stores: tuple[Store, Store]
) -> None:
    desks = [replace(bureau, store=each, auteur=f"Personne {who}") for who, each in enumerate(two_stores)]
    ready = [(desk, prepare(desk, MARCH, au=None)) for desk in desks]
    told = at_once(partial(send, renvoyer=False, progress=silently), *ready)
    assert Counter(facteur.destinataires) == Counter(BOXES)
    assert sum(len(bilan.envoyes) for bilan in told) == 5
    # Whoever comes second is told that the first has sent it, or is sending it.
    assert sum(len(bilan.deja) + len(bilan.douteux) for bilan in told) == 5
    assert prepare(bureau, MARCH, au=None).douteuses == {}


@pytest.mark.parametrize("moment", ["avant", "apres"])
def test_a_sender_killed_midway_leaves_one_message_in_doubt_at_most(
    bureau: Bureau, facteur: Facteur, moment: str
) -> None:
    """Killed as the third message is about to leave, or as it has just left and nobody noted it."""
    command = [sys.executable, "-m", "tests.data.actes.relanceur", bureau.reglages.database_url]
    killed = subprocess.run([*command, str(facteur.port), moment], timeout=60)
    assert killed.returncode == -signal.SIGKILL
    assert len(facteur.courriers) == (2 if moment == "avant" else 3)
    # The one in doubt is left alone, however long: nobody knows whether it left.
    soon = remind(later(bureau, minutes=1))
    assert (len(soon.envoyes), len(soon.deja), len(soon.douteux)) == (2, 0, 1)
    ((rappel, told),) = soon.douteux
    assert told.startswith("Envoi en cours")
    with pytest.raises(InDoubtError, match="Envoi en cours"):
        settle_doubts(later(bureau, minutes=9), prepare(bureau, MARCH, au=None), partis=True)
    long_after = later(bureau, days=2)
    assert remind(long_after, renvoyer=False) == Bilan((), (), (), (), ((rappel, tell(long_after, rappel)),))
    assert tell(long_after, rappel).startswith("Issue inconnue")
    # A person looks, says what became of it, and what leaves follows.
    left = moment == "apres"
    assert settle_doubts(long_after, prepare(long_after, MARCH, au=None), partis=left) == 1
    last = remind(long_after)
    assert [each.juridiction for each in last.envoyes] == ([] if left else [rappel.juridiction])
    assert (last.deja, last.refuses, last.restants, last.douteux) == ((), (), (), ())
    assert Counter(facteur.destinataires) == Counter(BOXES)
    kept = bureau.store.collecte().reminders(NATIONAL).filter(pl.col("juridiction") == rappel.juridiction)
    assert kept.select("resultat", "tranche_par").rows() == (
        [("envoyé", "A. Martin")] if left else [("non parti", "A. Martin"), ("envoyé", None)]
    )


def tell(bureau: Bureau, rappel: Rappel) -> str:
    return prepare(bureau, MARCH, au=None).douteuses[rappel.juridiction]


def test_a_doubt_is_settled_by_who_runs_the_collection_and_signs(bureau: Bureau) -> None:
    envoi = Envoi(MARCH, "TGI-LILLE", "messagerie", adresse="a@b.fr", message_id="<1@b.fr>", texte="Objet")
    collecte = bureau.store.collecte()
    collecte.begin_reminder(NATIONAL, envoi, renvoyer=False, auteur="A. Martin", connu_le=T0)
    now = later(bureau, hours=1)
    doubtful = prepare(now, MARCH, au=None)
    assert [rappel.juridiction for rappel, _ in doubtful.in_doubt()] == ["TGI-LILLE"]
    assert [rappel.juridiction for rappel, _ in doubtful.of_cour("CA-LYON").in_doubt()] == []
    for wrong in (replace(now, auteur=" "), replace(now, perimetre=Perimetre.of(["CA-DOUAI"]))):
        with pytest.raises(UserFacingError):
            settle_doubts(wrong, doubtful, partis=True)
    assert settle_doubts(now, doubtful.of_cour("CA-LYON"), partis=True) == 0
    assert set(collecte.reminders(NATIONAL)["resultat"]) == {"en cours"}
    # Sending again to everyone does not send beside one in doubt either.
    bilan = remind(now, renvoyer=True)
    assert {each.juridiction for each in bilan.envoyes} == set(SILENT) - {"TGI-LILLE"}
    assert [rappel.juridiction for rappel, _ in bilan.douteux] == ["TGI-LILLE"]


# ---------------------------------------------------------------------- what is listed leaves, and only that


@pytest.mark.parametrize(
    ("cour", "listed"),
    [
        ("", set(SILENT)),
        ("CA-DOUAI", {"CA-DOUAI", "TGI-LILLE"}),
        ("CA-LYON", {"TGI-LYON"}),
        ("CA-POITIERS", {"TGI-LES-SABLES-D-OLONNE"}),
        ("CA-BASTIA", set[str]()),
    ],
)
def test_what_is_listed_for_a_cour_is_what_leaves(
    bureau: Bureau, facteur: Facteur, tmp_path: Path, cour: str, listed: set[str]
) -> None:
    preparation = prepare(bureau, MARCH, au=None).of_cour(cour)
    assert {each.juridiction for each in preparation.rappels} == listed
    written, _ = write_folder(bureau, preparation, tmp_path, renvoyer=False)
    assert {path.stem.split("_")[-1] for path in written} == listed
    bilan = send(bureau, preparation, renvoyer=False, progress=silently)
    assert {each.juridiction for each in bilan.envoyes} == listed
    assert Counter(facteur.destinataires) == Counter(each.adresse for each in preparation.rappels)
    kept = bureau.store.collecte().reminders(NATIONAL)
    assert set(kept["juridiction"]) == listed
    assert kept.height == 2 * len(listed)
    again = send(bureau, prepare(bureau, MARCH, au=None).of_cour(cour), renvoyer=True, progress=silently)
    assert {each.juridiction for each in again.envoyes} == listed
    assert len(facteur.courriers) == 2 * len(listed)


# ---------------------------------------------------------------------- after the closing

CLOSED = {"days": 20}  # 27 April, the collection having ended on the 10th
UNTIL = date(2009, 5, 5)


def test_after_the_closing_nobody_is_invited_to_a_form_that_refuses(
    bureau: Bureau, facteur: Facteur, tmp_path: Path
) -> None:
    after = later(bureau, **CLOSED)
    preparation = prepare(after, MARCH, au=None)
    assert preparation.closes == set(SILENT)
    for act in (
        lambda: send(after, preparation, renvoyer=False, progress=silently),
        lambda: write_folder(after, preparation, tmp_path / "d", renvoyer=False),
    ):
        with refused("est close depuis le 10 avril 2009 : le questionnaire refuserait"):
            act()
    with pytest.raises(UserFacingError, match="déjà passé"):
        prepare(after, MARCH, au=None, rouvrir_jusqu_au=date(2009, 4, 26))
    assert facteur.proposes == 0
    assert not (tmp_path / "d").exists()
    assert after.store.collecte().reopenings(NATIONAL).is_empty()
    assert after.store.collecte().reminders(NATIONAL).is_empty()


def test_reopening_and_reminding_is_one_act(bureau: Bureau, facteur: Facteur) -> None:
    after = later(bureau, **CLOSED)
    # Lyon may already answer for longer.
    after.store.collecte().reopen(
        NATIONAL,
        mois=MARCH,
        juridiction="TGI-LYON",
        jusqu_au=date(2009, 5, 20),
        motif="Panne",
        auteur="B",
        connu_le=T0 + timedelta(days=19),
    )
    preparation = prepare(after, MARCH, au=None, rouvrir_jusqu_au=UNTIL).of_cour("CA-DOUAI")
    assert preparation.closes == frozenset()
    bilan = send(after, preparation, renvoyer=False, progress=silently)
    assert {each.juridiction for each in bilan.envoyes} == {"CA-DOUAI", "TGI-LILLE"}
    reopened = after.store.collecte().reopenings(NATIONAL)
    assert sorted(reopened.select("juridiction", "jusqu_au", "motif", "auteur").rows()) == [
        ("CA-DOUAI", UNTIL, "Relance après la clôture", "A. Martin"),
        ("TGI-LILLE", UNTIL, "Relance après la clôture", "A. Martin"),
        ("TGI-LYON", date(2009, 5, 20), "Panne", "B"),
    ]
    for courrier in facteur.courriers:
        told = courrier.get_content().replace("\u00a0", " ").replace("\u202f", " ")
        assert "s'est terminée le 10 avril 2009" in told
        assert "votre réponse est prise jusqu'au 5 mai 2009 inclus" in told
    # Lyon, open for longer, keeps its day and needs no reopening; the next reminder of Douai neither.
    plain = prepare(after, MARCH, au=None)
    assert plain.closes == {"TGI-EVRY", "TGI-LES-SABLES-D-OLONNE"}
    lyon = prepare(after, MARCH, au=None, rouvrir_jusqu_au=UNTIL).of_cour("CA-LYON")
    assert "20\u00a0mai\u00a02009" in lyon.rappels[0].corps
    send(after, lyon, renvoyer=False, progress=silently)
    assert after.store.collecte().reopenings(NATIONAL).height == 3


# ---------------------------------------------------------------------- a text that no message can carry


@pytest.mark.parametrize(
    "hidden", ["\u200b", "\u2028", "\x85", "\x0b", "\ufeff", "\u00ad", "\u202e", "\ud800"]
)
def test_a_character_nobody_sees_stops_no_reminder(bureau: Bureau, facteur: Facteur, hidden: str) -> None:
    if hidden != "\ud800":  # no database takes half a character
        # A store may already hold such a text.
        bureau.store.collecte().keep_template(
            NATIONAL, Modele(f"Rappel{hidden} $mois", f"Bon{hidden}jour\n$lien"), auteur="A", connu_le=T0
        )
        assert {each.sujet for each in prepare(bureau, MARCH, au=None).rappels} <= {
            "Rappel mars\u00a02009",
            "Rappel  mars\u00a02009",
        }
    keep_template(bureau, Modele(f"Rappel{hidden} $mois", f"Bonjour{hidden}\n$lien"))
    bilan = remind(bureau)
    assert len(bilan.envoyes) == 5
    assert Counter(facteur.destinataires) == Counter(BOXES)
    assert {" ".join(each["Subject"].split()) for each in facteur.courriers} == {"Rappel mars 2009"}


# ---------------------------------------------------------------------- what is not sent


def test_a_demonstration_never_sends(
    store: Store, settings: Settings, facteur: Facteur, tmp_path: Path
) -> None:
    store.record_demo(lots_of_demo())
    bureau = Bureau(store, NATIONAL, reglages(settings, facteur), "A", lambda: T0)
    preparation = prepare(bureau, MARCH, au=None)
    assert preparation.fictif
    for renvoyer in (False, True):
        with pytest.raises(UserFacingError, match="démonstration fictive"):
            send(bureau, preparation, renvoyer=renvoyer, progress=silently)
    assert facteur.proposes == 0
    assert store.collecte().reminders(NATIONAL).is_empty()
    written, _ = write_folder(bureau, preparation, tmp_path, renvoyer=False)
    assert len(written) == len(preparation.rappels) > 50
    for path in written:
        message: Any = message_from_bytes(path.read_bytes(), policy=default)
        assert message["Subject"].startswith("[FICTIF] ")
        assert message.get_content().startswith("Message fictif")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"smtp_hote": ""}, "VIGIE_SMTP_HOTE"),
        ({"expediteur": ""}, "VIGIE_EXPEDITEUR"),
        ({"expediteur": "personne"}, "n'est pas une adresse"),
        ({"adresse_publique": ""}, "VIGIE_ADRESSE_PUBLIQUE"),
        ({"adresse_publique": "http://localhost:8501"}, "VIGIE_ADRESSE_PUBLIQUE"),
        ({"adresse_publique": "https://127.0.0.1/vigie"}, "VIGIE_ADRESSE_PUBLIQUE"),
        ({"adresse_publique": "http://[::1]:8501"}, "VIGIE_ADRESSE_PUBLIQUE"),
        ({"adresse_publique": "vigie.exemple"}, "VIGIE_ADRESSE_PUBLIQUE"),
    ],
)
def test_nothing_leaves_before_the_settings_are_given(
    bureau: Bureau, facteur: Facteur, settings: Settings, changes: dict[str, str], said: str
) -> None:
    with pytest.raises(UserFacingError, match=said):
        remind(replace(bureau, reglages=reglages(settings, facteur, **changes)))
    # The link would lead to this very machine.
    bare = Settings(database_url=settings.database_url, smtp_hote=HOST, expediteur="a@b.fr")
    with pytest.raises(UserFacingError, match="VIGIE_ADRESSE_PUBLIQUE"):
        remind(replace(bureau, reglages=bare))
    assert bureau.store.collecte().reminders(NATIONAL).is_empty()


@pytest.mark.parametrize("adresse", [None, "", "http://localhost:8501", "http://0.0.0.0:8501", "vigie"])
def test_no_draft_carries_the_address_of_this_machine(
    bureau: Bureau, settings: Settings, tmp_path: Path, adresse: str | None
) -> None:
    given: dict[str, Any] = {} if adresse is None else {"adresse_publique": adresse}
    bare = replace(bureau, reglages=Settings(database_url=settings.database_url, **given))
    with pytest.raises(UserFacingError, match="VIGIE_ADRESSE_PUBLIQUE"):
        write_folder(bare, prepare(bare, MARCH, au=None), tmp_path / "d", renvoyer=False)
    assert not (tmp_path / "d").exists()
    assert bureau.store.collecte().reminders(NATIONAL).is_empty()


def test_a_server_that_does_not_answer_leaves_no_trace(
    bureau: Bureau, facteur: Facteur, settings: Settings
) -> None:
    with pytest.raises(UserFacingError, match="ne répond pas"):
        remind(replace(bureau, reglages=reglages(settings, facteur, smtp_port=1)))
    assert bureau.store.collecte().reminders(NATIONAL).is_empty()


def test_a_folder_holds_one_draft_each_under_the_same_names(
    bureau: Bureau, facteur: Facteur, tmp_path: Path
) -> None:
    preparation = prepare(bureau, MARCH, au=None)
    written, left_over = write_folder(bureau, preparation, tmp_path, renvoyer=False)
    assert [path.name for path in written] == [
        "2009-03_relance_CA-DOUAI.eml",
        "2009-03_relance_TGI-LILLE.eml",
        "2009-03_relance_TGI-LYON.eml",
        "2009-03_relance_TGI-EVRY.eml",
        "2009-03_relance_TGI-LES-SABLES-D-OLONNE.eml",
    ]
    assert left_over == ()
    assert set(bureau.store.collecte().reminders(NATIONAL)["resultat"]) == {"dossier"}
    # Lille answers: its draft is still there, and is not to be sent.
    bureau.store.record(entree((MARCH, "TGI-LILLE", "AUTRE", 1, 0), sha="1" * 64), connu_le=T0)
    again, left_over = write_folder(bureau, prepare(bureau, MARCH, au=None), tmp_path, renvoyer=False)
    assert len(again) == 4
    assert [path.name for path in left_over] == ["2009-03_relance_TGI-LILLE.eml"]
    # Writing files sends nothing, and forbids nothing.
    assert facteur.courriers == []
    assert len(remind(bureau).envoyes) == 4
