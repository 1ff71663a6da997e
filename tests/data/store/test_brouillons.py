"""Drafts of questionnaires: two people add up, no text goes under another, what is sent is put away."""

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, insert, text

from analytics.vocabulary.errors import UserFacingError
from analytics.vocabulary.perimetre import NATIONAL, Perimetre
from analytics.vocabulary.schemas import Brouillon, Place, Saisie
from data.store import tables
from data.store.engine import writing
from data.store.store import Store
from tests.conftest import lots_of_demo
from tests.outils.ensemble import at_once
from tests.outils.refus import refuses

MARCH = date(2009, 3, 1)
T0 = datetime(2009, 4, 7, 8, tzinfo=UTC)
DOUAI, LYON = Perimetre.of(["CA-DOUAI"]), Perimetre.of(["CA-LYON"])
LILLE: dict[str, Any] = {"mois": MARCH, "juridiction": "TGI-LILLE"}
VISIO, AVOIDED = "visioconferences", "extractions_evitees"
FIRST, SECOND = ("JAP", VISIO), ("JAP", AVOIDED)
QUESTIONED = ("question", "saut JAP 12")


def write(
    store: Store,
    *saisies: tuple[Place, str, str],
    auteur: str = "Greffe",
    minutes: int = 0,
    declarees: dict[Place, str] | None = None,
) -> list[Place]:
    """Type texts (place, text, what was shown before); give the places that were not kept."""
    typed = [Saisie(place, texte, frozenset({avant})) for place, texte, avant in saisies]
    _, refused = store.brouillons().write(
        DOUAI,
        typed,
        **LILLE,
        declarees=declarees or {},
        auteur=auteur,
        connu_le=T0 + timedelta(minutes=minutes),
    )
    return [each.place for each in refused]


def draft(store: Store) -> Brouillon:
    return store.brouillons().read(DOUAI, **LILLE)


def put_away(store: Store, numero: int | None = None) -> None:
    seen = draft(store).numero if numero is None else numero
    store.brouillons().put_away(DOUAI, **LILLE, numero=seen, auteur="Greffe", connu_le=T0)


def texts(store: Store) -> dict[Place, tuple[str, str]]:
    return {place: (each.texte, each.auteur) for place, each in draft(store).frappes.items()}


def test_two_people_in_different_places_add_up(store: Store) -> None:
    assert write(store, (FIRST, "33", ""), auteur="B") == []
    # A never saw what B typed.
    assert write(store, (SECOND, "44", ""), (QUESTIONED, "Procès", ""), auteur="A", minutes=1) == []
    assert texts(store) == {FIRST: ("33", "B"), SECOND: ("44", "A"), QUESTIONED: ("Procès", "A")}
    last = draft(store).derniere
    assert last is not None
    assert (last.auteur, last.connu_le) == ("A", T0 + timedelta(minutes=1))


def test_in_the_same_place_the_second_is_told_and_the_first_stays(store: Store) -> None:
    write(store, (FIRST, "33", ""), auteur="B")
    # One place is taken, the other is not: what can be kept is.
    assert write(store, (FIRST, "44", ""), (SECOND, "1", ""), auteur="A") == [FIRST]
    assert texts(store) == {FIRST: ("33", "B"), SECOND: ("1", "A")}
    # Whoever has seen 33 replaces it.
    assert write(store, (FIRST, "44", "33"), auteur="A") == []
    assert texts(store)[FIRST] == ("44", "A")
    # The same text is no dispute.
    assert write(store, (FIRST, "44", ""), auteur="C") == []
    assert texts(store)[FIRST] == ("44", "A")
    # Emptied by one while the other types.
    write(store, (SECOND, "", "1"), auteur="B")
    assert write(store, (SECOND, "12", "1"), auteur="A") == [SECOND]
    assert SECOND not in texts(store)
    assert write(store, (SECOND, "7", ""), auteur="A") == []


def test_a_text_sent_twice_or_late_is_one_text(store: Store) -> None:
    def send(texte: str, *avants: str) -> int:
        typed = Saisie(FIRST, texte, frozenset(avants))
        _, refused = store.brouillons().write(DOUAI, [typed], **LILLE, declarees={}, auteur="A", connu_le=T0)
        return len(refused)

    assert send("4", "") == 0
    number = draft(store).numero
    assert send("4", "") == 0
    assert draft(store).numero == number
    # « 4 » may have been lost on the way, or not.
    assert send("44", "", "4") == 0
    assert send("445", "", "44x") == 1
    assert texts(store)[FIRST] == ("44", "A")


def test_typed_back_to_what_is_declared_a_place_follows_it(store: Store) -> None:
    declared = {FIRST: "14", SECOND: "8"}
    write(store, (FIRST, "", "14"), declarees=declared)
    assert texts(store)[FIRST] == ("", "Greffe")
    write(store, (FIRST, "14", ""), declarees=declared)
    assert texts(store) == {}
    # Emptied again where nothing is declared: nothing would be withdrawn, whatever is declared later.
    write(store, (FIRST, "3", ""))
    write(store, (FIRST, "", "3"))
    assert texts(store) == {}
    # What is declared meanwhile is not what was seen.
    assert write(store, (FIRST, "3", ""), declarees={FIRST: "15"}) == [FIRST]


def test_a_draft_is_found_again_until_it_is_put_away(store: Store) -> None:
    before = store.etat()
    drafts = store.brouillons()
    assert (draft(store).numero, draft(store).derniere) == (0, None)
    put_away(store)
    assert draft(store).numero == 0
    write(store, (FIRST, "4", ""))
    put_away(store)
    assert texts(store) == {}
    assert draft(store).numero > 1
    put_away(store)
    assert draft(store).numero == 2
    seen = drafts.number(DOUAI, **LILLE)
    write(store, (SECOND, "5", ""))
    assert texts(store) == {SECOND: ("5", "Greffe")}
    assert drafts.number(DOUAI, **LILLE) > seen
    assert drafts.number(DOUAI, mois=date(2009, 2, 1), juridiction="TGI-LILLE") == 0
    # What is being typed changes no figure of anybody.
    assert store.etat() == before


def test_what_is_typed_while_the_draft_is_sent_stays(store: Store) -> None:
    write(store, (FIRST, "4", ""), auteur="A")
    seen = draft(store).numero
    write(store, (SECOND, "2", ""), auteur="B", minutes=1)
    write(store, (FIRST, "5", "4"), auteur="B", minutes=2)
    put_away(store, seen)
    assert texts(store) == {FIRST: ("5", "B"), SECOND: ("2", "B")}
    assert draft(store).frappes[SECOND].connu_le == T0 + timedelta(minutes=1)
    # Given up a second time by someone who saw the first only: nothing of it is left to give up.
    put_away(store, seen)
    assert len(texts(store)) == 2


def test_a_draft_written_whole_before_is_still_read(store: Store, engine: Engine) -> None:
    old = {
        "cases": {"JAP": ["4", "2"], "TAP": ["14", ""], "CIVIL": ["", ""]},
        "ouvert_sur": {"TAP": [14, 8]},
        "reponses": {"saut JAP 12": "Procès"},
    }
    with writing(engine) as connection:
        connection.execute(
            insert(tables.brouillon).values(**LILLE, texte=json.dumps(old), auteur="Avant", connu_le=T0)
        )
    assert texts(store) == {
        FIRST: ("4", "Avant"),
        SECOND: ("2", "Avant"),
        ("TAP", AVOIDED): ("", "Avant"),
        QUESTIONED: ("Procès", "Avant"),
    }
    write(store, (FIRST, "5", "4"))
    assert texts(store)[FIRST] == ("5", "Greffe")
    assert len(texts(store)) == 4


def test_a_draft_belongs_to_the_reader_s_juridictions(store: Store) -> None:
    drafts = store.brouillons()
    signed: dict[str, Any] = {"auteur": "A", "connu_le": T0}
    refuses(
        "pas de celles qui vous sont ouvertes",
        lambda: drafts.write(LYON, [Saisie(FIRST, "1", frozenset({""}))], **LILLE, declarees={}, **signed),
        lambda: drafts.read(LYON, **LILLE),
        lambda: drafts.number(LYON, **LILLE),
        lambda: drafts.put_away(LYON, **LILLE, numero=9, **signed),
    )
    with pytest.raises(UserFacingError, match="complétez"):
        drafts.write(NATIONAL, [], **LILLE, declarees={}, auteur=" ", connu_le=T0)
    assert texts(store) == {}


def test_of_two_people_at_once_in_one_place_one_alone_writes(two_stores: tuple[Store, Store]) -> None:

    def typing(store: Store, auteur: str, texte: str, other: Place) -> tuple[str, list[Place]]:
        return auteur, write(store, (FIRST, texte, ""), (other, texte, ""), auteur=auteur)

    people = (two_stores[0], "A", "1", SECOND), (two_stores[1], "B", "2", ("TAP", VISIO))
    outcome = dict(at_once(typing, *people))
    (loser,) = [auteur for auteur, refused in outcome.items() if refused]
    winner = "B" if loser == "A" else "A"
    assert outcome == {loser: [FIRST], winner: []}
    kept = texts(two_stores[0])
    assert kept[FIRST][1] == winner
    assert {place: who for place, (_, who) in kept.items() if place != FIRST} == {
        SECOND: "A",
        ("TAP", VISIO): "B",
    }


def test_a_draft_goes_with_the_demonstration(store: Store) -> None:
    store.record_demo(lots_of_demo())
    write(store, (FIRST, "4", ""))
    store.empty_demo()
    assert texts(store) == {}


def test_rows_are_only_ever_added(store: Store, engine: Engine) -> None:
    for texte, avant in (("1", ""), ("2", "1"), ("3", "2")):
        write(store, (FIRST, texte, avant))
    put_away(store)
    with engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM brouillon")).scalar() == 4
