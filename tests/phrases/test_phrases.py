"""Every sentence composed from figures has a row; the twelve situations make each of them true and false."""

import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import streamlit as st

from analytics.vocabulary.reference import Reference
from data.settings import Settings
from data.store.store import Store, open_store
from pages.commun import lecture
from pages.commun.lecture import Situation
from tests.phrases.compte import Compte
from tests.phrases.ecoute import SHOWN, Dit, as_text, cells, context_of, hearing, situation_of
from tests.phrases.juste import JUGES, Juste, fault
from tests.phrases.liste import sentences
from tests.phrases.nombres import Environ, explains, numbers_in, unexplained
from tests.phrases.situations import TWELVE, Monde

HERE = Path(__file__).parent
# Rows that nobody has judged yet: this number only goes down.
LEFT = 25
SILENT, NUMBERS = "·", "="
# The pages that are about one cour; the others are about all of them.
OF_ONE = {"cour", "agir_cour"}

for path in sorted((HERE / "juges").glob("[a-z]*.py")):
    import_module(f"tests.phrases.juges.{path.stem}")


@cache
def table() -> Mapping[str, Any]:
    return tomllib.loads((HERE / "table.toml").read_text(encoding="utf-8"))


@cache
def rows() -> Mapping[str, Mapping[str, Any]]:
    return {row["phrase"]: row for row in table()["phrase"]}


def judged() -> dict[str, Mapping[str, Any]]:
    return {phrase: row for phrase, row in rows().items() if not row.get("a_juger")}


def test_every_sentence_has_a_row_and_every_row_a_sentence() -> None:
    assert len(rows()) == len(table()["phrase"])
    assert not rows().keys() & table()["mots"].keys()
    assert {*rows(), *table()["mots"]} == set(sentences())


def test_every_row_says_what_would_make_it_false() -> None:
    assert set(judged()) == set(JUGES)
    for phrase, row in judged().items():
        for name in ("affirme", "statistique", "fausse_si"):
            assert row[name].strip(), phrase
        assert row["situations"], phrase
        assert row["situations"].keys() <= TWELVE.keys(), phrase
        assert set(row["situations"].values()) <= {*row["verdicts"], SILENT, NUMBERS}, phrase
        # It says one thing here and must say another there, or there is only one thing to say.
        assert len(set(row["situations"].values())) > 1 or row.get("pourquoi"), phrase


def test_what_is_left_to_judge_only_goes_down() -> None:
    assert sum(bool(row.get("a_juger")) for row in rows().values()) <= LEFT


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory, reference: Reference) -> Iterator[Store]:
    """A store that nobody has written to: the pages ask it for what is kept of a year."""
    path = tmp_path_factory.mktemp("phrases") / "vigie.sqlite"
    opened = open_store(Settings(database_url=str(path)), reference)
    yield opened
    opened.close()


@pytest.fixture
def said(nom: str, empty: Store, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[tuple[Dit, Compte]]]:
    """Everything that the pages say of one situation, each with the account that judges it."""
    monde = TWELVE[nom]()

    def everything(seen: Situation) -> Situation:
        return seen

    def kept() -> Store:
        return empty

    monkeypatch.setattr(lecture, "whole", everything)
    monkeypatch.setattr(lecture, "cells", cells(monde))
    monkeypatch.setattr(lecture, "store", kept)
    yield list(_listen(monde))
    st.cache_resource.clear()


def _listen(monde: Monde) -> Iterator[tuple[Dit, Compte]]:
    situation = situation_of(monde)
    accounts: dict[tuple[object, ...], Compte] = {}
    for vue in monde.vues:
        heard: list[tuple[str, Mapping[str, Any], Any]] = []

        def hear(*said: Any, heard: list[Any] = heard) -> None:
            heard.append(said)

        contexte = context_of(monde, situation, vue)
        with hearing(rows(), hear):
            SHOWN[vue.page](contexte)
        key = (vue.mois, vue.lecture, vue.groupe, vue.options)
        whole = accounts.setdefault(key, Compte(monde, vue, contexte, None))
        once: set[tuple[str, str]] = set()
        for phrase, donne, told in heard:
            texte = as_text(told)
            if (phrase, texte) not in once:
                once.add((phrase, texte))
                cour = vue.cour if vue.page in OF_ONE else None
                yield Dit(phrase, monde, vue, donne, texte), whole.of(cour)


@pytest.mark.parametrize("nom", list(TWELVE))
def test_what_is_said_of_a_situation_is_true(nom: str, said: list[tuple[Dit, Compte]]) -> None:
    faults: list[str] = []
    found: dict[str, set[str]] = {}
    for dit, compte in said:
        row = judged().get(dit.phrase)
        if row is None:
            continue
        juste = JUGES[dit.phrase](compte, dit)
        found.setdefault(dit.phrase, set()).update(_told(juste))
        if wrong := fault(dit.texte, juste, row["verdicts"]):
            faults.append(f"{dit.phrase} ({dit.vue.page}, lecture {dit.vue.lecture}) {wrong}")
    assert not faults, "\n".join(faults)
    tried = {phrase: row["situations"][nom] for phrase, row in judged().items() if nom in row["situations"]}
    untold = {phrase: word for phrase, word in tried.items() if word not in found.get(phrase, ())}
    assert untold == {}


def _told(juste: Juste) -> set[str]:
    return {SILENT} if juste.rien else {*juste.mots} or {NUMBERS}


def test_every_number_of_a_sentence_is_explained() -> None:
    texte = "Fin juin\u00a02009, 1\u202f234 évitées sur 63,5 : −5\u00a0%, environ 1\u202f200"
    assert [each.valeur for each in numbers_in(texte)][:2] == [2009, 1234]
    assert unexplained(texte, [2009, 1234, 63.46, -5, Environ(1178)]) == ""
    assert unexplained(texte, [2009, 1235, 63.46, -5, Environ(1178)]) == "« 1\u202f234 » n'est pas 1235"
    assert "pour" in unexplained(texte, [2009, 1234])
    assert explains(Environ(0.7), numbers_in("1")[0])
