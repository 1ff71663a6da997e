"""Scenarios kept on both engines: written once, put away, seen by who may."""

from datetime import UTC, date, datetime

import pytest

from analytics.vocabulary.errors import UserFacingError
from analytics.vocabulary.perimetre import NATIONAL, Perimetre
from data.store.store import Store
from tests.data.store.test_store import entree

NOW = datetime(2009, 4, 12, 9, tzinfo=UTC)


def keep(
    store: Store, nom: str = "Essai", cours: frozenset[str] = frozenset(), tire_de: int | None = None
) -> int:
    return store.scenarios().keep(
        nom=nom,
        note="",
        texte=f'{{"nom":"{nom}"}}',
        cours=cours,
        lot=1,
        tire_de=tire_de,
        auteur="A. Martin",
        connu_le=NOW,
    )


@pytest.fixture
def filled(store: Store) -> Store:
    store.record(entree((date(2009, 3, 1), "TGI-LILLE", "JAP", 5, 2)), connu_le=NOW)
    return store


def test_a_scenario_is_kept_and_its_copy_says_where_it_comes_from(filled: Store) -> None:
    first = keep(filled)
    before = filled.etat().revision
    second = keep(filled, "Copie", tire_de=first)
    assert filled.etat().revision == before + 1
    kept = filled.scenarios().list(NATIONAL)
    assert [(each.scenario, each.nom, each.tire_de, each.archive) for each in kept] == [
        (first, "Essai", None, False),
        (second, "Copie", first, False),
    ]
    assert filled.scenarios().get(first, NATIONAL).texte == '{"nom":"Essai"}'


def test_a_scenario_is_put_away_and_taken_out_again(filled: Store) -> None:
    number = keep(filled)
    scenarios = filled.scenarios()
    scenarios.put_away(number, NATIONAL, archive=True, auteur="B", connu_le=NOW)
    assert scenarios.list(NATIONAL) == []
    assert scenarios.get(number, NATIONAL).archive
    scenarios.put_away(number, NATIONAL, archive=False, auteur="B", connu_le=NOW)
    assert [each.scenario for each in scenarios.list(NATIONAL)] == [number]


def test_a_reader_sees_what_names_only_his_cours(filled: Store) -> None:
    own, general = keep(filled, "D", frozenset({"CA-DOUAI"})), keep(filled, "G")
    other = keep(filled, "DL", frozenset({"CA-DOUAI", "CA-LYON"}))
    reader = Perimetre.of(["CA-DOUAI"])
    assert [each.scenario for each in filled.scenarios().list(reader)] == [own, general]
    with pytest.raises(UserFacingError, match="périmètre"):
        filled.scenarios().get(other, reader)
    with pytest.raises(UserFacingError, match="périmètre"):
        filled.scenarios().put_away(other, reader, archive=True, auteur="B", connu_le=NOW)


def test_a_name_and_an_author_are_asked_for(filled: Store) -> None:
    with pytest.raises(UserFacingError, match="nom"):
        keep(filled, "  ")
    number = keep(filled)
    with pytest.raises(UserFacingError, match="votre nom"):
        filled.scenarios().put_away(number, NATIONAL, archive=True, auteur=" ", connu_le=NOW)


def test_a_reader_puts_away_their_own_scenarios_alone(filled: Store) -> None:
    number, reader = keep(filled, "G"), Perimetre.of(["CA-DOUAI"])
    scenarios = filled.scenarios()
    with pytest.raises(UserFacingError, match="celui de quelqu'un d'autre"):
        scenarios.put_away(number, reader, archive=True, auteur="B. Petit", connu_le=NOW)
    assert not scenarios.get(number, NATIONAL).archive
    scenarios.put_away(number, reader, archive=True, auteur="A. Martin", connu_le=NOW)
    assert scenarios.get(number, NATIONAL).archive


NASTY = "a\x00=1+1\u2028b\ud800c\u200b\u202e\r\nd\te\x07\ufeff"


def test_what_is_typed_is_kept_as_it_can_be_read_on_both_engines(filled: Store) -> None:
    """One engine refused what the other kept, and a character that nobody sees hid a formula."""
    number = filled.scenarios().keep(
        nom=NASTY, note=NASTY, texte="{}", cours=frozenset(), lot=1, tire_de=None, auteur=NASTY, connu_le=NOW
    )
    kept = filled.scenarios().get(number, NATIONAL)
    assert kept.note == "a=1+1\nbc\nd\te"
    assert {kept.nom, kept.auteur} == {"a=1+1 bc d e"}
    filled.rebase(
        cour="CA-DOUAI", mois=date(2009, 3, 1), cause=NASTY, auteur=NASTY, retire=False, connu_le=NOW
    )
    (row,) = filled.recalages(NATIONAL).iter_rows(named=True)
    assert (row["cause"], row["auteur"]) == ("a=1+1\nbc\nd\te", "a=1+1 bc d e")
    with pytest.raises(UserFacingError, match="un nom"):
        filled.registre().add_rule(identifiant="x", toml="y", auteur="\u200b\x00", connu_le=NOW)
