"""Who reads, and what they may see."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import streamlit as st
from sqlalchemy.exc import OperationalError

from analytics.vocabulary.perimetre import NATIONAL, Perimetre
from data.settings import Settings
from data.store.store import utc_now
from pages.commun import identite, lecture
from pages.commun.identite import read_cours
from pages.porte import defauts

NONE = Perimetre.of([])
COURS = frozenset({"CA-DOUAI", "CA-LYON", "CA-PARIS"})


@pytest.fixture(autouse=True)
def known_anew() -> Iterator[None]:
    identite.settings.cache_clear()
    yield
    identite.settings.cache_clear()


class NobodyLeft:
    """A store from which nobody signed out, but of the keys given."""

    def __init__(self, *keys: str) -> None:
        self._keys = keys

    def deconnexions(self) -> "NobodyLeft":
        return self

    def known(self, cle: str) -> bool:
        return cle in self._keys


def signed_in(monkeypatch: pytest.MonkeyPatch, *, left: tuple[str, ...] = (), **claims: Any) -> None:
    class User(dict[str, Any]):
        is_logged_in = True

    monkeypatch.setattr(identite, "settings", lambda: Settings(identite="oidc"))
    monkeypatch.setattr(lecture, "store", lambda: NobodyLeft(*left))
    monkeypatch.setattr(st, "user", User({"iat": utc_now().timestamp(), **claims}))


def test_without_identity_the_reader_is_at_the_keyboard() -> None:
    assert identite.lecteur() == identite.Lecteur(nom="", perimetre=NATIONAL)


def test_someone_not_signed_in_sees_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    class Nobody(dict[str, Any]):
        is_logged_in = False

    monkeypatch.setattr(identite, "settings", lambda: Settings(identite="oidc"))
    monkeypatch.setattr(st, "user", Nobody())
    assert identite.lecteur() == identite.NOBODY
    # What the framework cannot read opens nothing.
    monkeypatch.delattr(Nobody, "is_logged_in")
    assert identite.lecteur() == identite.NOBODY


def test_the_setting_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VIGIE_IDENTITE", "oidc")
    assert identite.settings().identite == "oidc"
    monkeypatch.delenv("VIGIE_IDENTITE")
    assert identite.settings().identite == "oidc"


@pytest.mark.parametrize(
    ("granted", "perimetre"),
    [
        (None, NONE),
        ("", NONE),
        ([], NONE),
        ("CA-DOUAI", Perimetre.of(["CA-DOUAI"])),
        (" CA-DOUAI , CA-PARIS ", Perimetre.of(["CA-DOUAI", "CA-PARIS"])),
        ("CA-DOUAI CA-PARIS", Perimetre.of(["CA-DOUAI", "CA-PARIS"])),
        (["CA-DOUAI", "CA-LYON"], Perimetre.of(["CA-DOUAI", "CA-LYON"])),
        (("CA-DOUAI",), Perimetre.of(["CA-DOUAI"])),
        ("*", NATIONAL),
        (["*"], NATIONAL),
    ],
)
def test_the_claim_gives_the_perimeter(granted: object, perimetre: Perimetre) -> None:
    assert read_cours(granted, COURS) == (perimetre, "")


@pytest.mark.parametrize(
    "granted",
    [True, False, 1, 1.5, {"*": True}, {"CA-DOUAI": 1}, {"*"}, [["*"]], [True], [None], ["CA-DOUAI", 3]],
)
def test_a_claim_of_another_form_grants_nothing_and_says_so(granted: object) -> None:
    perimetre, why = read_cours(granted, COURS)
    assert perimetre == NONE
    assert "ni une liste de codes, ni" in why


@pytest.mark.parametrize(
    "granted", ["CA-LILLE", "CA-DOUAI;CA-PARIS", "**", "* CA-DOUAI", ["CA-DOUAI", "*"], "ca-douai", "CA-*"]
)
def test_a_code_that_nobody_knows_grants_nothing_and_says_so(granted: object) -> None:
    perimetre, why = read_cours(granted, COURS)
    assert perimetre == NONE
    assert "n'est pas le code d'une cour" in why


def test_an_identity_names_who_signs(monkeypatch: pytest.MonkeyPatch) -> None:
    signed_in(monkeypatch, email="chef@cour.example", vigie_cours="CA-DOUAI")
    assert identite.lecteur() == identite.Lecteur("chef@cour.example", Perimetre.of(["CA-DOUAI"]))
    signed_in(monkeypatch, name="Anne\u0000 \u202e Martin\n", vigie_cours="CA-DOUAI")
    assert identite.lecteur().nom == "Anne Martin"
    for odd in ({"a": 1}, ["x"], 7, True):
        signed_in(monkeypatch, name=odd, sub="s-42", vigie_cours="CA-DOUAI")
        assert identite.lecteur().nom == "s-42"
    signed_in(monkeypatch, email="\u200b\n", vigie_cours="*")
    assert identite.lecteur() == identite.NOBODY


@pytest.mark.parametrize(
    ("hours", "fresh"), [(0, True), (11, True), (13, False), (24 * 29, False), (-1, False)]
)
def test_an_identity_lasts_a_working_day(hours: int, fresh: bool) -> None:
    now = utc_now()
    assert identite.is_fresh({"iat": (now - timedelta(hours=hours)).timestamp()}, now) is fresh


@pytest.mark.parametrize(
    ("ends", "fresh"),
    [(60, True), (0, True), (-600, False), (-86_400, False), ("demain", False), (True, False)],
)
def test_an_identity_ends_when_the_provider_says(ends: Any, fresh: bool) -> None:
    now = utc_now()
    moment = now.timestamp() + ends if isinstance(ends, int) and not isinstance(ends, bool) else ends
    assert identite.is_fresh({"iat": (now - timedelta(hours=2)).timestamp(), "exp": moment}, now) is fresh


@pytest.mark.parametrize("given", [None, "hier", True, -1, 1e300, float("inf"), []])
def test_an_identity_without_a_date_is_not_trusted(monkeypatch: pytest.MonkeyPatch, given: Any) -> None:
    assert not identite.is_fresh({} if given is None else {"iat": given}, utc_now())
    signed_in(monkeypatch, email="x", vigie_cours="*", iat=given)
    assert identite.lecteur() == identite.NOBODY


def test_who_signed_out_is_nobody_again(monkeypatch: pytest.MonkeyPatch) -> None:
    claims: dict[str, Any] = {"iss": "i", "sub": "s", "iat": utc_now().timestamp(), "nonce": "n"}
    signed_in(monkeypatch, email="x", vigie_cours="*", **claims)
    assert identite.lecteur().perimetre == NATIONAL
    signed_in(monkeypatch, left=(identite.key_of(claims),), email="x", vigie_cours="*", **claims)
    assert identite.lecteur() == identite.NOBODY
    # Signing in anew is another signature.
    signed_in(
        monkeypatch, left=(identite.key_of(claims),), email="x", vigie_cours="*", **claims | {"nonce": "m"}
    )
    assert identite.lecteur().perimetre == NATIONAL


def announced(monkeypatch: pytest.MonkeyPatch, **headers: str) -> None:
    class Context:
        pass

    Context.headers = {name.replace("_", "-"): value for name, value in headers.items()}  # pyright: ignore - a mock
    monkeypatch.setattr(identite, "settings", lambda: Settings(identite="mandataire"))
    monkeypatch.setattr(st, "context", Context)


@pytest.mark.parametrize(
    ("sent", "nom"),
    [
        ("Hélène Ébéniste".encode(), "Hélène Ébéniste"),
        ("Hélène Ébéniste".encode("latin-1"), "Hélène Ébéniste"),
        ("Zoë Œuvrard €".encode(), "Zoë Œuvrard €"),
        (b"anne", "anne"),
        (b"(null)", ""),
        (b" - ", ""),
        ("\u00a0".encode(), ""),
        ("\u200b\u202e".encode(), ""),
    ],
)
def test_a_name_signs_as_the_proxy_wrote_it(monkeypatch: pytest.MonkeyPatch, sent: bytes, nom: str) -> None:
    monkeypatch.setattr(st, "session_state", {})
    # The framework gives each byte of a header as one character.
    announced(monkeypatch, X_Remote_User=sent.decode("latin-1"), X_Vigie_Cours="CA-DOUAI")
    assert identite.lecteur().nom == nom
    told = {"X-Remote-User": sent.decode("latin-1"), "X-Vigie-Cours": "CA-DOUAI"}
    assert identite.granted_by(told).vide is not bool(nom)


def test_a_proxy_says_who_reads(monkeypatch: pytest.MonkeyPatch) -> None:
    state: dict[str, Any] = {}
    monkeypatch.setattr(st, "session_state", state)
    announced(monkeypatch, X_Remote_User="anne", X_Vigie_Cours="CA-DOUAI,CA-PARIS")
    assert identite.lecteur() == identite.Lecteur("anne", Perimetre.of(["CA-DOUAI", "CA-PARIS"]))
    announced(monkeypatch, X_Remote_User="anne")
    assert identite.lecteur() == identite.Lecteur("anne", NONE)
    announced(monkeypatch, X_Vigie_Cours="*")
    assert identite.lecteur() == identite.NOBODY
    # A window left open all night.
    announced(monkeypatch, X_Remote_User="anne", X_Vigie_Cours="*")
    assert identite.lecteur().perimetre == NATIONAL
    state["arrivee"] -= timedelta(hours=13)
    assert identite.lecteur() == identite.NOBODY


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


def test_a_store_that_is_away_is_said_and_asked_again(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    shown: list[str] = []
    monkeypatch.setattr(st, "html", shown.append)
    monkeypatch.setattr(defauts, "_try_again", lambda: shown.append("again"))
    defauts.report(OperationalError("SELECT 155000", {}, Exception("no route to host")))
    assert "entrepôt ne répond pas" in shown[0]
    assert "nouvel essai toutes les 10" in shown[0]
    assert shown[1:] == ["again"]
    assert "155000" not in shown[0] + caplog.text


def test_the_perimeters_of_none_and_of_all_are_never_confused() -> None:
    assert Perimetre() == NONE
    assert Perimetre().vide
    assert not NATIONAL.vide
    assert not any(NONE.holds(cour) for cour in COURS)
    with pytest.raises(TypeError):
        _ = NATIONAL.cours
    for each in (NONE, NATIONAL, Perimetre.of(["CA-LYON", "CA-DOUAI"])):
        assert Perimetre.of_key(each.cle) == each
