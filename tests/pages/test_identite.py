"""Who reads, and what they may see."""

from datetime import timedelta
from typing import Any

import pytest
import streamlit as st

from analytics.schemas import NATIONAL, Perimetre
from data.store import utc_now
from pages.commun import defauts, identite


def signed_in(monkeypatch: pytest.MonkeyPatch, **claims: Any) -> None:
    class User(dict[str, Any]):
        is_logged_in = True

    monkeypatch.setattr(identite, "is_configured", lambda: True)
    monkeypatch.setattr(st, "user", User({"iat": utc_now().timestamp(), **claims}))


def test_without_identity_the_reader_is_at_the_keyboard(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(identite, "is_configured", lambda: False)
    assert identite.lecteur().perimetre == NATIONAL
    assert not identite.must_sign_in()


def test_someone_not_signed_in_sees_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    class Nobody(dict[str, Any]):
        is_logged_in = False

    monkeypatch.setattr(identite, "is_configured", lambda: True)
    monkeypatch.setattr(st, "user", Nobody())
    assert identite.lecteur().perimetre == Perimetre.of([])
    assert identite.must_sign_in()


@pytest.mark.parametrize(
    ("claims", "perimetre"),
    [
        ({}, Perimetre.of([])),
        ({"vigie_cours": []}, Perimetre.of([])),
        ({"vigie_cours": None}, Perimetre.of([])),
        ({"vigie_cours": "CA-DOUAI"}, Perimetre.of(["CA-DOUAI"])),
        ({"vigie_cours": ["CA-DOUAI", "CA-LYON"]}, Perimetre.of(["CA-DOUAI", "CA-LYON"])),
        ({"vigie_cours": ["*"]}, NATIONAL),
        ({"vigie_cours": "*"}, NATIONAL),
    ],
)
def test_the_claim_gives_the_perimeter(
    monkeypatch: pytest.MonkeyPatch, claims: dict[str, Any], perimetre: Perimetre
) -> None:
    signed_in(monkeypatch, email="chef@cour.example", **claims)
    assert identite.lecteur().perimetre == perimetre
    assert identite.lecteur().nom == "chef@cour.example"


@pytest.mark.parametrize(
    ("hours", "fresh"), [(0, True), (11, True), (13, False), (24 * 29, False), (-1, False)]
)
def test_an_identity_lasts_a_working_day(hours: int, fresh: bool) -> None:
    now = utc_now()
    assert identite.is_fresh({"iat": (now - timedelta(hours=hours)).timestamp()}, now) is fresh


def test_an_identity_without_a_date_is_not_trusted(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not identite.is_fresh({}, utc_now())
    signed_in(monkeypatch, vigie_cours="*", iat=None)
    assert identite.must_sign_in()
    assert identite.lecteur().perimetre == Perimetre.of([])


def test_a_defect_is_told_in_french_and_logged_without_figures(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    shown: list[str] = []
    monkeypatch.setattr(st, "html", shown.append)
    try:
        raise RuntimeError("155000 extractions à Douai")
    except RuntimeError as error:
        defauts.report(error)
    assert "référence" in shown[0]
    assert "155000" not in shown[0]
    assert "155000" not in caplog.text
    assert "RuntimeError" in caplog.text
    assert "test_identite.py" in caplog.text
