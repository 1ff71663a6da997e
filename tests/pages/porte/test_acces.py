"""The door: what the settings must say before it opens, and what a request must show."""

import asyncio
from collections.abc import Callable, MutableMapping
from pathlib import Path
from typing import Any

import pytest
from streamlit import config

from data.settings import Settings
from pages.commun import identite
from pages.porte import acces
from pages.porte.serveur import Guard
from tests.pages.porte.requetes import LOCAL, SECRET, knock

AUTH = {
    "redirect_uri": "https://vigie.example/oauth2callback",
    "cookie_secret": "k" * 32,
    "client_id": "vigie",
    "client_secret": "x",
    "server_metadata_url": "https://identite.example/.well-known/openid-configuration",
}


@pytest.fixture
def door(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., None]:
    """Check the settings, with secrets of that text."""

    def check(secrets: str | None = None, *, address: str = "127.0.0.1", **settings: Any) -> None:
        path = tmp_path / "secrets.toml"
        path.unlink(missing_ok=True)
        if secrets is not None:
            path.write_text(secrets)
        options: dict[str, Any] = {"secrets.files": [str(path)], "server.address": address}
        monkeypatch.setattr(config, "get_option", options.__getitem__)
        monkeypatch.setattr(identite, "settings", lambda: Settings(**settings))
        acces.check_settings()

    return check


def auth(**changes: str | None) -> str:
    lines = [f'{name} = "{value}"' for name, value in {**AUTH, **changes}.items() if value is not None]
    return "\n".join(["[auth]", *lines])


def stopped(door: Callable[..., None], *words: Any, **settings: Any) -> str:
    with pytest.raises(SystemExit) as stop:
        door(*words, **settings)
    return str(stop.value).replace("\u00a0", " ")


def test_what_is_whole_opens(door: Callable[..., None]) -> None:
    door()
    door('[autre]\nx = "1"')
    door(auth(), identite="oidc", address="0.0.0.0")
    door(auth(redirect_uri="http://localhost:8501/oauth2callback"), identite="oidc")
    door(identite="mandataire", mandataire_secret=SECRET, address="0.0.0.0")


@pytest.mark.parametrize("secrets", ["[auth", auth(), "[auth]\n", "\x00", "a = "])
def test_with_secrets_left_there_the_ministry_is_not_open_to_the_machine(
    door: Callable[..., None], secrets: str
) -> None:
    assert "décrit une identité, ou ne se lit pas" in stopped(door, secrets)


def test_no_identity_no_other_address(door: Callable[..., None]) -> None:
    for address in ("0.0.0.0", "192.168.1.4", "vigie.example", "::"):
        assert "aucune identité n'est configurée" in stopped(door, address=address)


@pytest.mark.parametrize(
    ("secrets", "said"),
    [
        (None, "aucun secrets.toml n'est là"),
        ("[auth", "ne se lit pas"),
        ("", "n'a pas : redirect_uri, cookie_secret, client_id, client_secret, server_metadata_url"),
        ("auth = 3", "n'a pas : redirect_uri"),
        (auth(client_secret=None), "n'a pas : client_secret"),
        (auth(client_id=" "), "n'a pas : client_id"),
        (auth(cookie_secret="court"), "cookie_secret est trop court"),
        (auth(redirect_uri="http://vigie.example/oauth2callback"), "doit être en https"),
    ],
)
def test_a_provider_badly_described_keeps_the_door_shut(
    door: Callable[..., None], secrets: str | None, said: str
) -> None:
    assert said in stopped(door, secrets, identite="oidc")


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({}, "32 caractères au moins"),
        ({"mandataire_secret": "court"}, "32 caractères au moins"),
        ({"mandataire_secret": SECRET, "mandataire_adresses": ""}, "ne nomme pas des adresses"),
        ({"mandataire_secret": SECRET, "mandataire_adresses": "10.0.0.1,proxy"}, "ne nomme pas des adresses"),
    ],
)
def test_a_proxy_badly_described_keeps_the_door_shut(
    door: Callable[..., None], settings: dict[str, str], said: str
) -> None:
    assert said in stopped(door, identite="mandataire", **settings)


def test_a_setting_of_no_known_value_keeps_the_door_shut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VIGIE_IDENTITE", "ouverte")
    identite.settings.cache_clear()
    with pytest.raises(SystemExit, match="VIGIE_IDENTITE"):
        acces.check_settings()
    identite.settings.cache_clear()


# --- Each request ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    [
        *("X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "x-forwarded-user", "Forwarded", "Via"),
        *("X-Real-IP", "X-Remote-User", "Remote-User", "X-Vigie-Secret", "X_Forwarded_For", "True-Client-IP"),
        *(
            "CF-Connecting-IP",
            "X-Envoy-External-Address",
            "X-ProxyUser-Ip",
            "Fastly-Client-IP",
            "X-Amzn-Trace-Id",
            "CDN-Loop",
            "Front-End-Https",
            "X-SSL-Client-Verify",
            "Traceparent",
            "X-Original-URL",
        ),
    ],
)
@pytest.mark.parametrize("kind", ["http", "websocket"])
def test_what_a_proxy_forwards_is_refused_without_identity(
    monkeypatch: pytest.MonkeyPatch, name: str, kind: str
) -> None:
    assert knock(monkeypatch, LOCAL, kind=kind)[0] == 200
    assert knock(monkeypatch, LOCAL | {name: "10.0.0.9"}, kind=kind)[0] in {403, 1008}


@pytest.mark.parametrize(
    "settings", [{}, {"identite": "oidc"}, {"identite": "mandataire", "mandataire_secret": SECRET}]
)
def test_a_window_opened_from_no_page_is_refused(
    monkeypatch: pytest.MonkeyPatch, settings: dict[str, Any]
) -> None:
    headers = LOCAL if not settings else LOCAL | {"X-Vigie-Secret": SECRET, "X-Remote-User": "anne"}
    assert knock(monkeypatch, headers, kind="websocket", **settings)[0] == 200
    assert knock(monkeypatch, headers, kind="websocket", from_a_page=False, **settings)[0] == 1008


def test_a_proxy_that_says_nothing_of_itself_is_refused_without_identity(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    status, said = knock(monkeypatch, {"Host": "127.0.0.1:8501"}, version="1.0")
    assert (status, "réglez VIGIE_IDENTITE" in said) == (403, True)


@pytest.mark.parametrize("kind", ["http", "websocket"])
def test_only_the_proxy_is_answered(monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    known: dict[str, Any] = {"identite": "mandataire", "mandataire_secret": SECRET, "kind": kind}
    good = {"Host": "vigie.example", "X-Vigie-Secret": SECRET, "X-Remote-User": "anne"}
    assert knock(monkeypatch, good, **known)[0] == 200
    for headers in (
        {"Host": "vigie.example", "X-Remote-User": "anne"},
        good | {"X-Vigie-Secret": ""},
        good | {"X-Vigie-Secret": SECRET[:-1]},
        good | {"X-Vigie-Secret": SECRET + "s"},
    ):
        assert knock(monkeypatch, headers, **known)[0] in {403, 1008}
    assert knock(monkeypatch, good, client="10.0.0.9", **known)[0] in {403, 1008}
    assert (
        knock(monkeypatch, good, client="10.0.0.9", mandataire_adresses="10.0.0.8, 10.0.0.9", **known)[0]
        == 200
    )


@pytest.mark.parametrize("kind", ["http", "websocket"])
@pytest.mark.parametrize("name", ["X-Vigie-Secret", "x-remote-user", "X-Vigie-Cours"])
def test_a_header_said_twice_is_refused(monkeypatch: pytest.MonkeyPatch, kind: str, name: str) -> None:
    """The page would read the first, the door the last: neither is known to be the proxy's."""
    known: dict[str, Any] = {"identite": "mandataire", "mandataire_secret": SECRET, "kind": kind}
    good = {"Host": "v", "X-Vigie-Secret": SECRET, "X-Remote-User": "anne", "X-Vigie-Cours": "*"}
    assert knock(monkeypatch, good, **known)[0] == 200
    for value in (SECRET, "CA-DOUAI", ""):
        assert knock(monkeypatch, good, again=((name, value),), **known)[0] in {400, 403, 1008}


@pytest.mark.parametrize("path", ["/media/ab.csv", "/_stcore/upload_file/fenetre/fichier"])
def test_files_are_not_for_who_sees_nothing(monkeypatch: pytest.MonkeyPatch, path: str) -> None:
    known: dict[str, Any] = {"identite": "mandataire", "mandataire_secret": SECRET, "path": path}
    good = {"Host": "v", "X-Vigie-Secret": SECRET, "X-Remote-User": "anne", "X-Vigie-Cours": "CA-DOUAI"}
    assert knock(monkeypatch, good, **known)[0] == 200
    for less in ({"X-Remote-User": ""}, {"X-Vigie-Cours": ""}, {"X-Vigie-Cours": "CA-DOUAI;CA-PARIS"}):
        assert knock(monkeypatch, good | less, **known)[0] == 403


@pytest.mark.parametrize("path", ["/media/ab.csv", "/_stcore/upload_file/fenetre/fichier"])
@pytest.mark.parametrize("cookie", ["", "_streamlit_user=n'importe quoi", '_streamlit_user="{}"', "\x7f=;;"])
def test_files_are_for_those_who_signed(monkeypatch: pytest.MonkeyPatch, path: str, cookie: str) -> None:
    headers = LOCAL | {"Cookie": cookie, "Content-Length": "10"}
    assert knock(monkeypatch, headers, path=path, method="PUT", identite="oidc") == (
        403,
        "Connectez-vous d'abord.",
    )


@pytest.mark.parametrize(
    ("origin", "passes"),
    [
        (None, True),
        ("http://localhost:8501", True),
        ("https://LOCALHOST:8501", True),
        ("http://localhost:9999", False),
        ("http://127.0.0.1:8501", False),
        ("https://ailleurs.example", False),
        ("null", False),
        ("", False),
    ],
)
@pytest.mark.parametrize("kind", ["http", "websocket"])
def test_what_a_page_of_elsewhere_sends_is_refused(
    monkeypatch: pytest.MonkeyPatch, origin: str | None, passes: bool, kind: str
) -> None:
    headers = LOCAL if origin is None else LOCAL | {"Origin": origin}
    served = passes and (origin is not None or kind == "http")
    assert (knock(monkeypatch, headers, kind=kind, from_a_page=False)[0] == 200) is served


@pytest.mark.parametrize("host", ["vigie.example", "vigie.example:443"])
def test_the_port_that_goes_without_saying_makes_no_other_site(
    monkeypatch: pytest.MonkeyPatch, host: str
) -> None:
    """A proxy may write it in the name it passes; the browser leaves it out of its origin."""
    known: dict[str, Any] = {"identite": "mandataire", "mandataire_secret": SECRET}
    headers = {"Host": host, "X-Vigie-Secret": SECRET, "X-Remote-User": "anne"}
    for origin, passes in (
        ("https://vigie.example", True),
        ("https://vigie.example:444", False),
        ("http://vigie.example:80", host == "vigie.example"),
    ):
        status = knock(monkeypatch, headers | {"Origin": origin}, **known)[0]
        assert (status == 200) is passes, origin


@pytest.mark.parametrize(
    ("kept", "address"),
    [
        ("%2Fcour%3Fannee%3D2009%26cour%3DCA-DOUAI", "/cour?annee=2009&cour=CA-DOUAI"),
        ("/synthese", "/synthese"),
        (
            "/saisie?juridiction=TGI-NIMES&mois_saisi=2009-03",
            "/saisie?juridiction=TGI-NIMES&mois_saisi=2009-03",
        ),
        ("", ""),
        ("//ailleurs.example/cour", ""),
        ("https://ailleurs.example/cour", ""),
        ("/autre", ""),
        ("/cour%0d%0aSet-Cookie: a=b", ""),
        ("/cour%3Fa=%0d%0aX: y", ""),
        ("/cour?" + "a" * 4000, ""),
    ],
)
def test_one_comes_back_to_a_page_of_ours_alone(kept: str, address: str) -> None:
    pages = {"/", "/cour", "/synthese", "/saisie"}
    assert acces.return_to({"cookie": f"vigie-retour={kept}"}, pages) == address


@pytest.mark.parametrize("secure", [True, False])
def test_cookies_keep_to_https_where_browsers_come_by_it(
    monkeypatch: pytest.MonkeyPatch, secure: bool
) -> None:
    monkeypatch.setattr(identite, "settings", lambda: Settings(identite="oidc"))
    monkeypatch.setattr(acces, "is_secure", lambda: secure)
    answers: list[MutableMapping[str, Any]] = []

    async def signed(_scope: Any, _receive: Any, send: Any) -> None:
        cookies = [(b"set-cookie", b"_streamlit_user=a; HttpOnly"), (b"set-cookie", b"b=c; Secure")]
        await send({"type": "http.response.start", "status": 302, "headers": [*cookies, (b"location", b"/")]})
        await send({"type": "http.response.body", "body": b""})

    async def send(message: MutableMapping[str, Any]) -> None:
        answers.append(message)

    scope = {
        "type": "http",
        "method": "GET",
        "path": "/oauth2callback",
        "headers": [(b"cookie", b"vigie-retour=%2Fcour%3Fannee%3D2009")],
        "client": ("10.0.0.1", 1),
    }
    asyncio.run(Guard(signed, {"cour": "Cour"})(scope, None, send))  # pyright: ignore - a bare scope will do
    headers: list[tuple[bytes, bytes]] = answers[0]["headers"]
    assert [value for name, value in headers if name == b"set-cookie"] == [
        b"_streamlit_user=a; HttpOnly" + (b"; Secure" if secure else b""),
        b"b=c; Secure",
    ]
    # And whoever signed in comes back where they were going.
    assert dict(headers)[b"location"] == b"/cour?annee=2009"
