"""The store behind the screens: what a first start puts in it, and what is shared by sessions."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import polars as pl
import pytest
import streamlit as st
from streamlit.runtime.caching.hashing import UserHashError

from analytics.objectif.lectures import USUAL_RULE, Regle
from analytics.vocabulary.perimetre import NATIONAL, Perimetre
from analytics.vocabulary.periods import Periode
from analytics.vocabulary.reference import Reference
from data.actes.demonstration import JOUR
from data.demo import demo_lots
from data.settings import Settings
from data.store.store import open_store
from pages.commun import lecture
from pages.commun.lecture import Situation
from tests.conftest import lots_of_demo
from tests.pages import situations


@pytest.fixture
def screens(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("VIGIE_DATABASE_URL", settings.database_url)
    st.cache_resource.clear()
    yield
    lecture.store().close()
    st.cache_resource.clear()


@pytest.mark.usefixtures("screens")
def test_a_first_start_fills_a_store_nobody_decided_about(settings: Settings, reference: Reference) -> None:
    assert lecture.store().etat().demo
    number = lecture.store().etat().lot
    lecture.store().close()
    st.cache_resource.clear()
    # The next start takes it as it is.
    assert lecture.store().etat().lot == number == len(demo_lots(reference, jour=JOUR))


@pytest.mark.usefixtures("screens")
def test_a_store_that_was_prepared_or_emptied_stays_empty(settings: Settings, reference: Reference) -> None:
    prepared = open_store(settings, reference)
    prepared.settle()
    prepared.close()
    assert lecture.store().etat().lot == 0
    lecture.store().record_demo(lots_of_demo())
    lecture.store().empty_demo()
    lecture.store().close()
    st.cache_resource.clear()
    assert lecture.store().etat().lot == 0


@pytest.mark.usefixtures("screens")
def test_no_demo_where_the_setting_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VIGIE_DEMO", "false")
    assert lecture.store().etat().lot == 0


@pytest.mark.usefixtures("screens")
def test_a_situation_is_read_once_a_revision_and_replays_the_past() -> None:
    now = lecture.situation(None)
    assert lecture.situation(None) is now
    past = lecture.situation(date(2009, 9, 15))
    assert past.totaux["mois"].max() == date(2009, 8, 1)
    assert past.lots["connu_le"].dt.date().max() == date(2009, 9, 10)
    assert past.alertes["lot"].max() <= past.lot  # pyright: ignore[reportOperatorIssue] - there are alerts
    # What was said in time for September is the same now, corrections aside.
    first = past.totaux.filter(pl.col("mois") == date(2009, 1, 1))
    assert first.height <= now.totaux.filter(pl.col("mois") == date(2009, 1, 1)).height
    lecture.store().empty_demo()
    assert lecture.situation(None).totaux.is_empty()
    assert lecture.situation(None).perimetre == NATIONAL


def test_what_is_kept_once_is_kept_under_all_its_arguments() -> None:
    computed: list[str] = []

    @lecture.once(8)
    def shown(situation: Situation, periode: Periode, regle: Regle) -> str:
        computed.append(f"{situation.perimetre.cle} {periode} {regle.lecture}")
        return computed[-1]

    whole, own = situations.ordinary(), situations.ordinary(Perimetre.of(["CA-DOUAI"]))
    months = [Periode(date(2009, 9, 1)), Periode(date(2009, 8, 1))]
    rules = [USUAL_RULE, replace(USUAL_RULE, lecture="B")]
    asked = [(s, p, r) for s in (whole, own) for p in months for r in rules]
    first = [shown(*each) for each in asked]
    assert len(set(first)) == len(computed) == 8
    # The same again, other objects: nothing is computed, and each is given its own.
    assert [shown(replace(s), replace(p), replace(r)) for s, p, r in asked] == first
    assert len(computed) == 8
    demo = replace(whole, demo=True)
    assert shown(demo, months[0], rules[0]) == first[0]
    assert len(computed) == 9


def test_a_frame_names_nothing_and_is_refused_aloud() -> None:
    @lecture.once(8)
    def shown(frame: pl.DataFrame) -> int:
        return frame.height

    with pytest.raises(UserHashError, match="a frame names nothing"):
        shown(pl.DataFrame({"mois": [1]}))
