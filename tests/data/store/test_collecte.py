"""What a campaign leaves in the store: nothing edited, rights kept, nobody reminded twice; both engines."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import polars as pl
import pytest
from sqlalchemy import Engine, insert
from sqlalchemy.exc import IntegrityError

from analytics.vocabulary.errors import UserFacingError
from analytics.vocabulary.perimetre import NATIONAL, Perimetre
from analytics.vocabulary.schemas import (
    ALERTES_SCHEMA,
    APPELE,
    DOSSIER,
    EN_COURS,
    ENVOYE,
    MESSAGERIE,
    TELEPHONE,
    Envoi,
    Modele,
)
from data.store import tables
from data.store.collecte import AlreadyRemindedError, Collecte, InDoubtError
from data.store.engine import writing
from data.store.store import Store
from tests.conftest import lots_of_demo
from tests.data.store.test_store import entree
from tests.outils.ensemble import at_once
from tests.outils.refus import refused, refuses, sentence

# 12:00 in Paris, the day of the reminder.
T0 = datetime(2009, 4, 7, 10, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
MARCH = date(2009, 3, 1)
DOUAI, LYON = Perimetre.of(["CA-DOUAI"]), Perimetre.of(["CA-LYON"])
LILLE = Envoi(MARCH, "TGI-LILLE", MESSAGERIE, "chg.tgi-lille@justice.fr", "<1@vigie>", "Madame, Monsieur,")
CALL = Envoi(MARCH, "TGI-LILLE", TELEPHONE, "", "", "Le greffe répondra demain")


@pytest.fixture
def collecte(store: Store) -> Collecte:
    return store.collecte()


def send(
    collecte: Collecte,
    resultat: str | None = ENVOYE,
    *,
    auteur: str = "A. Martin",
    connu_le: datetime = T0,
    renvoyer: bool = False,
) -> int:
    number = collecte.begin_reminder(NATIONAL, LILLE, renvoyer=renvoyer, auteur=auteur, connu_le=connu_le)
    if resultat is not None:
        collecte.end_reminder(number, resultat=resultat, connu_le=connu_le + MINUTE)
    return number


def results(
    collecte: Collecte, perimetre: Perimetre = NATIONAL, connu_le: datetime | None = None
) -> list[str]:
    return collecte.reminders(perimetre, connu_le=connu_le)["resultat"].to_list()


# ---------------------------------------------------------------------- reminders


def test_a_reminder_leaves_once(collecte: Collecte) -> None:
    send(collecte)
    with pytest.raises(AlreadyRemindedError) as failure:
        send(collecte, auteur="B. Petit", connu_le=T0 + DAY)
    assert sentence(failure) == "Déjà relancée : A. Martin l'a fait le 7 avril 2009 à 12 h 00."
    send(collecte, connu_le=T0 + DAY, renvoyer=True)
    frame = collecte.reminders(NATIONAL, mois=MARCH)
    assert frame["rang"].to_list() == [1, 2]
    row = frame.row(0, named=True)
    assert (row["cour"], row["adresse"], row["texte"]) == ("CA-DOUAI", LILLE.adresse, LILLE.texte)
    assert collecte.reminders(NATIONAL, mois=date(2009, 2, 1)).is_empty()


def test_one_that_was_refused_may_leave_again(collecte: Collecte) -> None:
    send(collecte, "refusé : 550 boîte inconnue")
    send(collecte, connu_le=T0 + HOUR)
    assert results(collecte) == ["refusé : 550 boîte inconnue", ENVOYE]


def test_another_campaign_has_its_own_reminder(collecte: Collecte) -> None:
    send(collecte)
    april = replace(LILLE, mois=date(2009, 4, 1))
    collecte.begin_reminder(NATIONAL, april, renvoyer=False, auteur="A", connu_le=T0 + 30 * DAY)
    assert results(collecte) == [ENVOYE, EN_COURS]


def test_one_on_its_way_is_not_sent_beside_even_again(collecte: Collecte) -> None:
    send(collecte, None)
    for renvoyer in (False, True):
        with pytest.raises(InDoubtError, match="Envoi en cours"):
            send(collecte, connu_le=T0 + 9 * MINUTE, renvoyer=renvoyer)
        # Whoever was sending it is gone, and may have sent it: a person says so, no delay does.
        with pytest.raises(InDoubtError, match="Issue inconnue"):
            send(collecte, connu_le=T0 + 10 * DAY, renvoyer=renvoyer)
    assert results(collecte) == [EN_COURS]


def test_a_person_says_what_became_of_a_sending_that_was_interrupted(collecte: Collecte) -> None:
    def settle(*, partis: bool, juridictions: tuple[str, ...] = ("TGI-LILLE",), **changes: Any) -> int:
        asked: dict[str, Any] = {"mois": MARCH, "auteur": "B. Petit", "connu_le": T0 + HOUR} | changes
        return collecte.settle_doubts(
            asked.pop("perimetre", NATIONAL), juridictions=juridictions, partis=partis, **asked
        )

    send(collecte, None)
    with pytest.raises(InDoubtError, match="Envoi en cours"):
        settle(partis=True, connu_le=T0 + 9 * MINUTE)
    with pytest.raises(UserFacingError, match="tout le ministère"):
        settle(partis=True, perimetre=DOUAI)
    assert settle(partis=True, juridictions=("TGI-LYON",)) == 0
    assert settle(partis=True, mois=date(2009, 2, 1)) == 0
    assert results(collecte) == [EN_COURS]
    assert settle(partis=False) == 1
    assert settle(partis=True) == 0
    assert results(collecte) == ["non parti"]
    send(collecte, None, connu_le=T0 + DAY)
    assert settle(partis=True, connu_le=T0 + 2 * DAY) == 1
    frame = collecte.reminders(NATIONAL)
    assert frame["resultat"].to_list() == ["non parti", ENVOYE]
    assert frame["tranche_par"].to_list() == ["B. Petit", "B. Petit"]
    with pytest.raises(AlreadyRemindedError, match="Déjà relancée"):
        send(collecte, connu_le=T0 + 3 * DAY)


def test_of_two_people_reminding_at_once_one_alone_sends(
    two_stores: tuple[Store, Store], collecte: Collecte
) -> None:

    def work(who: int, envoi: Envoi) -> str:
        mine = two_stores[who].collecte()
        try:
            mine.begin_reminder(NATIONAL, envoi, renvoyer=False, auteur=f"Personne {who}", connu_le=T0)
        except InDoubtError as refusal:
            return str(refusal)
        return ""

    for turn in range(1, 13):
        envoi = replace(LILLE, mois=date(2010, turn, 1))
        told = at_once(work, (0, envoi), (1, envoi))
        (row,) = collecte.reminders(NATIONAL, mois=date(2010, turn, 1)).to_dicts()
        won, lost = sorted(told)
        assert won == ""
        assert f"{row['auteur']} l'a commencé" in lost


def test_the_tables_themselves_refuse_the_same_rank_or_outcome_twice(
    engine: Engine, collecte: Collecte
) -> None:
    number = send(collecte)
    with pytest.raises(IntegrityError):
        collecte.end_reminder(number, resultat=ENVOYE, connu_le=T0)
    again = {
        "mois": MARCH,
        "juridiction": "TGI-LILLE",
        "etape": MESSAGERIE,
        "rang": 1,
        "adresse": "a",
        "message_id": "m",
        "texte": "t",
        "auteur": "a",
        "connu_le": T0,
    }
    with pytest.raises(IntegrityError), writing(engine) as connection:
        connection.execute(insert(tables.relance).values(again))


def test_calls_and_files_are_kept_as_many_as_they_are(store: Store, collecte: Collecte) -> None:
    before = store.etat().revision
    for connu_le in (T0, T0 + HOUR):
        collecte.note_reminder(NATIONAL, CALL, resultat=APPELE, auteur="A", connu_le=connu_le)
    collecte.note_reminder(NATIONAL, LILLE, resultat=DOSSIER, auteur="A", connu_le=T0 + HOUR)
    # A file written is not a message sent.
    send(collecte, connu_le=T0 + 2 * HOUR)
    frame = collecte.reminders(NATIONAL)
    assert frame.select("etape", "rang", "resultat").rows() == [
        (TELEPHONE, 1, APPELE),
        (TELEPHONE, 2, APPELE),
        (MESSAGERIE, 1, DOSSIER),
        (MESSAGERIE, 2, ENVOYE),
    ]
    assert store.etat().revision > before


def test_the_past_knows_what_had_left_by_then(collecte: Collecte) -> None:
    send(collecte)
    assert results(collecte, connu_le=T0 - MINUTE) == []
    assert results(collecte, connu_le=T0) == [EN_COURS]
    assert results(collecte, connu_le=T0 + MINUTE) == [ENVOYE]


# ---------------------------------------------------------------------- rights


def test_a_reader_sees_the_reminders_of_his_cours_and_makes_none(collecte: Collecte) -> None:
    send(collecte)
    assert results(collecte, DOUAI) == [ENVOYE]
    assert results(collecte, LYON) == []
    with pytest.raises(UserFacingError, match="tout le ministère"):
        collecte.begin_reminder(DOUAI, LILLE, renvoyer=True, auteur="A", connu_le=T0)
    with pytest.raises(UserFacingError, match="tout le ministère"):
        collecte.note_reminder(DOUAI, CALL, resultat=APPELE, auteur="A", connu_le=T0)
    assert len(results(collecte)) == 1


def test_only_the_ministry_reopens_changes_texts_and_mailboxes(store: Store, collecte: Collecte) -> None:
    before = store.etat()
    refuses(
        "Seul qui voit tout le ministère",
        lambda: reopen(collecte, perimetre=DOUAI),
        lambda: collecte.keep_template(DOUAI, Modele("o", "t"), auteur="A", connu_le=T0),
        lambda: collecte.set_mailbox(DOUAI, juridiction="TGI-LILLE", adresse="", auteur="A", connu_le=T0),
    )
    assert store.etat() == before


def test_a_juridiction_must_be_in_force(collecte: Collecte) -> None:
    with refused("« CA-CAYENNE » n'est pas en vigueur en mars 2009"):
        collecte.begin_reminder(
            NATIONAL, replace(LILLE, juridiction="CA-CAYENNE"), renvoyer=False, auteur="A", connu_le=T0
        )
    with pytest.raises(UserFacingError, match="n'est pas connue"):
        collecte.set_mailbox(NATIONAL, juridiction="TGI-X", adresse="a@b.fr", auteur="A", connu_le=T0)


# ---------------------------------------------------------------------- reopened months


def reopen(
    collecte: Collecte,
    juridiction: str = "TGI-LILLE",
    *,
    jusqu_au: date = date(2009, 4, 20),
    motif: str = "Panne du greffe",
    connu_le: datetime = T0,
    perimetre: Perimetre = NATIONAL,
) -> None:
    collecte.reopen(
        perimetre,
        mois=MARCH,
        juridiction=juridiction,
        jusqu_au=jusqu_au,
        motif=motif,
        auteur="SDSE",
        connu_le=connu_le,
    )


def test_a_month_is_reopened_for_one_juridiction(collecte: Collecte) -> None:
    reopen(collecte)
    reopen(collecte, "TGI-LYON", connu_le=T0 + DAY)
    assert collecte.reopenings(NATIONAL)["juridiction"].to_list() == ["TGI-LILLE", "TGI-LYON"]
    (row,) = collecte.reopenings(DOUAI).to_dicts()
    assert (row["mois"], row["cour"], row["jusqu_au"], row["motif"]) == (
        MARCH,
        "CA-DOUAI",
        date(2009, 4, 20),
        "Panne du greffe",
    )
    assert collecte.reopenings(NATIONAL, connu_le=T0.date())["juridiction"].to_list() == ["TGI-LILLE"]


def test_a_month_is_reopened_until_a_day_to_come(collecte: Collecte) -> None:
    # Midnight in Paris is 22:00 UTC: the 7th may still be given at 21:59, no longer at 22:00.
    evening = datetime(2009, 4, 7, 21, 59, tzinfo=UTC)
    reopen(collecte, jusqu_au=date(2009, 4, 7), connu_le=evening)
    with pytest.raises(UserFacingError, match="déjà passé"):
        reopen(collecte, jusqu_au=date(2009, 4, 7), connu_le=evening + MINUTE)
    with pytest.raises(UserFacingError, match="un nom et un motif"):
        reopen(collecte, motif=" ")
    assert collecte.reopenings(NATIONAL).height == 1


# ---------------------------------------------------------------------- texts and mailboxes


def test_the_last_template_counts_and_one_can_go_back(collecte: Collecte) -> None:
    assert collecte.template() is None
    collecte.keep_template(NATIONAL, Modele("Objet", "Texte $mois"), auteur="A", connu_le=T0)
    collecte.keep_template(NATIONAL, Modele("Objet 2", "Texte 2"), auteur="A", connu_le=T0 + DAY)
    assert collecte.template() == Modele("Objet 2", "Texte 2")
    assert collecte.template(connu_le=T0.date()) == Modele("Objet", "Texte $mois")
    collecte.keep_template(NATIONAL, None, auteur="A", connu_le=T0 + 2 * DAY)
    assert collecte.template() is None
    for incomplete in (Modele("", "Texte"), Modele("Objet", " ")):
        with pytest.raises(UserFacingError, match="un objet et un texte"):
            collecte.keep_template(NATIONAL, incomplete, auteur="A", connu_le=T0)


def test_a_mailbox_may_differ_from_the_pattern(collecte: Collecte) -> None:
    def give(juridiction: str, adresse: str, connu_le: datetime = T0) -> None:
        collecte.set_mailbox(
            NATIONAL, juridiction=juridiction, adresse=adresse, auteur="A", connu_le=connu_le
        )

    give("TGI-LILLE", " greffe.lille@justice.fr ")
    give("TGI-LYON", "lyon@justice.fr", T0 + DAY)
    assert collecte.mailboxes(NATIONAL, mois=MARCH) == {
        "TGI-LILLE": "greffe.lille@justice.fr",
        "TGI-LYON": "lyon@justice.fr",
    }
    assert list(collecte.mailboxes(DOUAI, mois=MARCH)) == ["TGI-LILLE"]
    assert list(collecte.mailboxes(NATIONAL, mois=MARCH, connu_le=T0.date())) == ["TGI-LILLE"]
    give("TGI-LILLE", "", T0 + DAY)
    assert list(collecte.mailboxes(NATIONAL, mois=MARCH)) == ["TGI-LYON"]
    for wrong in ("lille", "lille@justice", "a b@justice.fr", "greffé@justice.fr", "a@b.fr\nBcc: c@d.fr"):
        with pytest.raises(UserFacingError, match="n'est pas une adresse"):
            give("TGI-LILLE", wrong)


# ---------------------------------------------------------------------- alerts


def alerts(*places: str | None) -> pl.DataFrame:
    lines = [(1, "saut", "Très haut", MARCH, place, "JAP") for place in places]
    return pl.DataFrame(lines, schema=ALERTES_SCHEMA, orient="row")


def test_an_alert_is_followed_by_whom_it_concerns(store: Store, collecte: Collecte) -> None:
    lot = replace(entree((MARCH, "TGI-LILLE", "JAP", 4, 2)), alertes=alerts("TGI-LILLE", "TGI-LYON", None))
    store.record(lot, connu_le=T0)
    lille, lyon, nobody = store.alertes(NATIONAL)["alerte"].to_list()

    def follow(perimetre: Perimetre, alerte: int, statut: str, connu_le: datetime = T0) -> None:
        collecte.follow_alert(
            perimetre, alerte=alerte, statut=statut, commentaire="Vu", auteur="A", connu_le=connu_le
        )

    follow(DOUAI, lille, "à vérifier")
    follow(DOUAI, lille, "confirmé", T0 + DAY)
    follow(NATIONAL, nobody, "corrigé")
    for alerte in (lyon, nobody, 99):
        with pytest.raises(UserFacingError, match="ne vous est pas ouverte"):
            follow(DOUAI, alerte, "confirmé")
    with pytest.raises(UserFacingError, match="à vérifier, confirmé, corrigé"):
        follow(NATIONAL, lyon, "vu")
    assert collecte.alert_follow_ups(DOUAI)["statut"].to_list() == ["à vérifier", "confirmé"]
    assert collecte.alert_follow_ups(LYON).is_empty()
    assert collecte.alert_follow_ups(NATIONAL)["alerte"].to_list() == [lille, lille, nobody]
    assert collecte.alert_follow_ups(DOUAI, connu_le=T0.date())["statut"].to_list() == ["à vérifier"]


# ---------------------------------------------------------------------- the store


def test_nobody_signs_with_an_empty_name(store: Store, collecte: Collecte) -> None:
    before = store.etat()
    refuses(
        "complétez",
        lambda: send(collecte, auteur=" "),
        lambda: collecte.note_reminder(
            NATIONAL, replace(CALL, texte="\n"), resultat=APPELE, auteur="A", connu_le=T0
        ),
        lambda: collecte.begin_reminder(
            NATIONAL, replace(LILLE, adresse=""), renvoyer=False, auteur="A", connu_le=T0
        ),
        lambda: collecte.keep_template(NATIONAL, None, auteur="", connu_le=T0),
        lambda: collecte.set_mailbox(NATIONAL, juridiction="TGI-LILLE", adresse="", auteur="", connu_le=T0),
    )
    assert store.etat() == before


def test_what_rests_on_the_demo_goes_with_it_and_what_was_prepared_stays(store: Store) -> None:
    store.record_demo(lots_of_demo())
    collecte = store.collecte()
    send(collecte)
    reopen(collecte)
    collecte.keep_template(NATIONAL, Modele("o", "t"), auteur="A", connu_le=T0)
    collecte.set_mailbox(NATIONAL, juridiction="TGI-LILLE", adresse="a@b.fr", auteur="A", connu_le=T0)
    number = store.alertes(NATIONAL)["alerte"].item(0)
    collecte.follow_alert(NATIONAL, alerte=number, statut="confirmé", commentaire="", auteur="A", connu_le=T0)
    contents = store.empty_demo()
    assert contents is not None
    leaving = {singular: number for number, singular, _ in contents.partent}
    assert {name: leaving[name] for name in leaving if name not in ("lot fictif", "déclaration fictive")} == {
        "relance ou appel noté": 1,
        "mois rouvert": 1,
        "suite donnée à une alerte": 1,
    }
    assert [(number, singular) for number, singular, _ in contents.restent] == [
        (1, "version du texte des messages"),
        (1, "adresse de messagerie"),
    ]
    assert collecte.reminders(NATIONAL).is_empty()
    assert collecte.reopenings(NATIONAL).is_empty()
    assert collecte.alert_follow_ups(NATIONAL).is_empty()
    # The text and the addresses are no fiction: they were prepared for the collection to come.
    assert collecte.template() == Modele("o", "t")
    assert collecte.mailboxes(NATIONAL, mois=MARCH) == {"TGI-LILLE": "a@b.fr"}


def test_the_scenarios_stay_when_the_demo_leaves_even_twice(store: Store) -> None:
    def kept() -> list[tuple[str, int, bool]]:
        return [(each.nom, each.lot, each.archive) for each in scenarios.list(NATIONAL, archives=True)]

    def keep(nom: str, tire_de: int | None = None) -> int:
        return scenarios.keep(
            nom=nom,
            note="",
            texte="{}",
            cours=frozenset(),
            lot=store.etat().lot,
            tire_de=tire_de,
            auteur="A",
            connu_le=T0,
        )

    scenarios = store.scenarios()
    lots = lots_of_demo()
    store.record_demo(lots)
    first = keep("Un")
    scenarios.put_away(first, NATIONAL, archive=True, auteur="A", connu_le=T0)
    keep("Deux", first)
    contents = store.demo_contents()
    assert contents is not None
    assert contents.restent == ((2, "scénario", "scénarios"),)
    assert store.empty_demo() == contents
    assert kept() == [("Un", 0, True), ("Deux", 0, False)]
    # The lot that they are tied to is none: the store is empty, and takes its first lot, or a demo again.
    assert (store.etat().lot, store.lots(NATIONAL).height, store.lot_connu_le(None)) == (0, 0, 0)
    store.record_demo(lots)
    assert store.lots(NATIONAL).height == len(lots)
    keep("Trois")
    again = store.demo_contents()
    assert again is not None
    assert (again.partent[0][0], again.restent) == (len(lots), ((3, "scénario", "scénarios"),))
    given = entree((MARCH, "TGI-LILLE", "JAP", 1, 0))
    assert store.record(given, connu_le=T0, remplacer_demo=True).lot == 1
    assert kept() == [("Un", 0, True), ("Deux", 0, False), ("Trois", 0, False)]
    assert store.lots(NATIONAL)["lot"].to_list() == [1]
