"""Who gets through the door: settings that are read before it opens, and what each request must show.

The door stays shut on whatever is in doubt: a setting that cannot be read stops the start with one sentence.
"""

import asyncio
import hmac
import json
import re
import tomllib
from collections.abc import Collection, Mapping
from http.cookies import CookieError, SimpleCookie
from ipaddress import ip_address
from pathlib import Path
from typing import Any, NoReturn, cast
from urllib.parse import quote, unquote, urlsplit

from pydantic import ValidationError
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Scope
from streamlit import config
from streamlit.auth_util import get_cookie_with_chunks, get_secrets_auth_section
from streamlit.web.server.server_util import get_cookie_secret
from streamlit.web.server.starlette.starlette_app_utils import decode_signed_value
from streamlit.web.server.starlette.starlette_server_config import USER_COOKIE_NAME

from analytics.vocabulary.perimetre import NATIONAL, Perimetre
from analytics.vocabulary.wording import typeset
from data.settings import Settings
from data.store.store import utc_now
from pages.commun import identite, lecture
from pages.porte import televersements

SECRET_HEADER = "X-Vigie-Secret"  # noqa: S105 - the name of a header
RETURN_COOKIE = "vigie-retour"
LOGIN, LOGOUT = "/auth/login", "/auth/logout"
CALLBACK = "/oauth2callback"
_SHORTEST_SECRET = 32
_NEEDED = ("redirect_uri", "cookie_secret", "client_id", "client_secret", "server_metadata_url")
# What a proxy adds, and a browser does not.
_FORWARDED = re.compile(
    r"forwarded|^via$|real-?ip|client-?ip|connecting-?ip|remote-?(user|addr|ip)|user-?ip|external-address"
    r"|^x-original|^x-envoy|^x-vigie|^x-auth|^cf-|^cdn-loop|^front-end|ssl-client|^x-rewrite|^x-proxy|^x-amzn"
    r"|^x-request-id|^traceparent|^early-data|^max-forwards"
)
# Served to whoever signed in only, and not to whoever knows their address.
_SIGNED = ("/media/", televersements.UPLOADS)
_LONGEST_RETURN = 3_000
_SEE = " Voir docs/exploitation.md, « Identité »."


def check_settings() -> None:
    """Stop the start with one sentence where the settings leave in doubt who would be let in."""
    try:
        asked = identite.settings()
    except ValidationError as error:
        names = ", ".join(f"VIGIE_{str(fault['loc'][0]).upper()}" for fault in error.errors())
        _stop(f"Réglage invalide : {names}. Le tableau du README dit ce qui est attendu.")
    match asked.identite:
        case "locale":
            _check_local()
        case "oidc":
            _check_provider()
        case "mandataire":
            _check_proxy(asked)


def _stop(sentence: str) -> NoReturn:
    raise SystemExit(typeset(sentence))


def _check_local() -> None:
    if not is_loopback(config.get_option("server.address")):
        _stop(
            "Vigie refuse de répondre hors de cette machine tant qu'aucune identité n'est configurée : "
            f"réglez VIGIE_IDENTITE, ou gardez server.address = 127.0.0.1.{_SEE}"
        )
    for path in _secret_files():
        if "auth" in (_read_secrets(path) or {"auth": None}):
            _stop(
                f"Vigie ne démarre pas : {path} décrit une identité, ou ne se lit pas, et VIGIE_IDENTITE "
                f"vaut « locale », qui ouvre tout à cette machine. Réglez VIGIE_IDENTITE=oidc, ou retirez ce "
                f"fichier.{_SEE}"
            )


def _check_provider() -> None:
    paths = _secret_files()
    if not paths:
        _stop(f"VIGIE_IDENTITE vaut « oidc » et aucun secrets.toml n'est là : écrivez-le.{_SEE}")
    auth: dict[str, Any] = {}
    for path in paths:
        secrets = _read_secrets(path)
        if secrets is None:
            _stop(f"{path} ne se lit pas : Vigie ne démarre pas sans savoir qui entre.{_SEE}")
        auth |= secrets.get("auth", {}) if isinstance(secrets.get("auth", {}), dict) else {}
    missing = [name for name in _NEEDED if not str(auth.get(name, "")).strip()]
    if missing:
        _stop(f"La section [auth] de secrets.toml n'a pas : {', '.join(missing)}.{_SEE}")
    if len(str(auth["cookie_secret"])) < _SHORTEST_SECRET:
        _stop(f"cookie_secret est trop court : {_SHORTEST_SECRET} caractères tirés au sort, au moins.{_SEE}")
    address = urlsplit(str(auth["redirect_uri"]))
    if address.scheme != "https" and not is_loopback(address.hostname):
        _stop(f"redirect_uri doit être en https : une identité ne passe pas en clair sur le réseau.{_SEE}")


def _check_proxy(asked: Settings) -> None:
    if len(asked.mandataire_secret.get_secret_value()) < _SHORTEST_SECRET:
        _stop(
            f"VIGIE_MANDATAIRE_SECRET doit avoir {_SHORTEST_SECRET} caractères au moins : lui seul distingue "
            f"le mandataire d'un autre programme.{_SEE}"
        )
    try:
        found = [ip_address(each) for each in proxies(asked)]
    except ValueError:
        found = []
    if not found:
        _stop(f"VIGIE_MANDATAIRE_ADRESSES ne nomme pas des adresses : {asked.mandataire_adresses}.{_SEE}")


def own_address() -> str:
    """Give the address that the application's visits to itself come from: one that is served."""
    asked = identite.settings()
    return proxies(asked)[0] if asked.identite == "mandataire" else "127.0.0.1"


def own_headers() -> dict[str, str]:
    """Give what the application's visits to itself must show: what its proxy would, of a national reader."""
    asked = identite.settings()
    if asked.identite != "mandataire":
        return {}
    return {
        SECRET_HEADER: asked.mandataire_secret.get_secret_value(),
        asked.mandataire_nom: "prechauffage",
        asked.mandataire_cours: "*",
    }


def proxies(asked: Settings) -> list[str]:
    """List the addresses that the proxy may have."""
    return [each.strip() for each in asked.mandataire_adresses.split(",") if each.strip()]


def _secret_files() -> list[Path]:
    """List the files of secrets that are there, or that something prevents from being seen."""
    found: list[Path] = []
    for name in config.get_option("secrets.files"):
        path = Path(str(name)).expanduser()
        try:
            if path.exists():
                found.append(path)
        except OSError:
            found.append(path)
    return found


def _read_secrets(path: Path) -> dict[str, Any] | None:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None


def is_loopback(host: str | None) -> bool:
    """Tell whether an address can only be reached from this machine."""
    if not host:
        return False
    if host == "localhost":
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


# --- Each request ---------------------------------------------------------------------------------


async def refuse(scope: Scope, path: str) -> ASGIApp | None:
    """Give the answer to a request that shows too little of who sends it; None where it may pass."""
    asked = identite.settings()
    headers = read_headers(scope)
    if _is_of_another_site(headers):
        return _answer("Cette requête vient d'un autre site.", 403)
    # A browser always says which page opens a window on the server; a program that does not is no reader.
    if scope["type"] == "websocket" and "origin" not in headers:
        return _answer("Cette requête ne vient d'aucune page.", 403)
    match asked.identite:
        case "locale":
            if (refused := _refuse_elsewhere(scope, headers)) is not None:
                return refused
        case "mandataire":
            if not _is_proxy(scope, headers, asked):
                return _answer("Vigie ne répond qu'à son mandataire.", 403)
            if _says_twice(scope, asked):
                return _answer(
                    "Le mandataire annonce deux fois qui lit : il doit effacer ce qu'il reçoit.", 400
                )
            if path.startswith(_SIGNED) and await _sees_nothing(asked, headers):
                return _answer("Aucune cour ne vous est ouverte.", 403)
        case "oidc":
            if path.startswith(_SIGNED) and not await asyncio.to_thread(is_signed, headers):
                return _answer("Connectez-vous d'abord.", 403)
            if path.startswith(_SIGNED) and await _sees_nothing(asked, headers):
                return _answer("Aucune cour ne vous est ouverte.", 403)
    if path.startswith(televersements.UPLOADS) and scope["type"] == "http" and scope["method"] == "PUT":
        reader = await asyncio.to_thread(_perimetre_of, asked, headers)
        if (too_much := televersements.refuse(path, headers, reader)) is not None:
            return _answer(*too_much)
    return None


async def _sees_nothing(asked: Settings, headers: Mapping[str, str]) -> bool:
    return (await asyncio.to_thread(_perimetre_of, asked, headers)).vide


def _is_of_another_site(headers: Mapping[str, str]) -> bool:
    """Tell whether a page of elsewhere sends this; the framework would look up its own address to say so."""
    origin, host = headers.get("origin"), headers.get("host", "").lower()
    if origin is None:
        return False
    scheme, _, name = origin.lower().partition("://")
    usual = {"http": ":80", "https": ":443"}.get(scheme, "")
    return name.removesuffix(usual) != host.removesuffix(usual)


def _perimetre_of(asked: Settings, headers: Mapping[str, str]) -> Perimetre:
    """Tell what whoever sends a request may see."""
    match asked.identite:
        case "locale":
            return NATIONAL
        case "oidc":
            claims = claims_of(headers) or {}
            return identite.granted_to(claims)
        case "mandataire":
            told = {
                name: headers.get(name.lower(), "") for name in (asked.mandataire_nom, asked.mandataire_cours)
            }
            return identite.granted_by(told)


def _says_twice(scope: Scope, asked: Settings) -> bool:
    """Tell whether a request has two of a header that says who reads: the proxy wrote one of them."""
    ours = {name.lower() for name in (SECRET_HEADER, asked.mandataire_nom, asked.mandataire_cours)}
    names = [name.decode("latin-1").lower() for name, _ in scope["headers"]]
    return any(names.count(name) > 1 for name in ours)


def read_headers(scope: Scope) -> dict[str, str]:
    """Give the headers of a request by their names in small letters; of several alike, the last."""
    return {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}


def sign_out(headers: Mapping[str, str]) -> None:
    """Keep that whoever sends this request signs out: what their browser holds is worth nothing any more."""
    claims = claims_of(headers)
    if claims is not None:
        lecture.store().deconnexions().note(identite.key_of(claims), connu_le=utc_now())


def return_to(headers: Mapping[str, str], pages: Collection[str]) -> str:
    """Give the address that somebody asked for before they signed in; empty where it is no page of ours."""
    asked = unquote(read_cookies(headers).get(RETURN_COOKIE, ""))
    page, _, query = asked.partition("?")
    if page not in pages or not asked.isprintable() or len(asked) > _LONGEST_RETURN:
        return ""
    return quote(page) + (f"?{quote(query, safe='=&%,+-._~')}" if query else "")


def is_secure() -> bool:
    """Tell whether browsers come here by https, so that a cookie must never go otherwise."""
    return str(get_secrets_auth_section().get("redirect_uri", "")).startswith("https://")


def _answer(sentence: str, status: int) -> ASGIApp:
    return PlainTextResponse(typeset(sentence), status_code=status)


def _refuse_elsewhere(scope: Scope, headers: Mapping[str, str]) -> ASGIApp | None:
    server: tuple[str, int | None] | None = scope.get("server")
    if not is_loopback(server[0] if server else None):
        return _answer(
            "Vigie ne répond qu'à cette machine tant qu'aucune identité n'est configurée (VIGIE_IDENTITE).",
            403,
        )
    # A page of elsewhere may give its own name to this machine's address: the name must be ours.
    if not is_loopback(_host_of(headers)):
        return _answer("Ce nom n'est pas celui de cette machine.", 403)
    # A proxy that says nothing of itself still speaks, by default, as no browser does.
    bare = scope.get("http_version") == "1.0"
    if bare or any(_FORWARDED.search(name.replace("_", "-")) for name in headers):
        return _answer(
            "Cette requête vient d'un mandataire, et Vigie ignore qui il annonce : réglez VIGIE_IDENTITE.",
            403,
        )
    return None


def _host_of(headers: Mapping[str, str]) -> str | None:
    """Give the host a request is addressed to, without its port."""
    try:
        return urlsplit(f"//{headers['host']}").hostname if "host" in headers else None
    except ValueError:  # not an address at all
        return None


def _is_proxy(scope: Scope, headers: Mapping[str, str], asked: Settings) -> bool:
    client: tuple[str, int] | None = scope.get("client")
    given = headers.get(SECRET_HEADER.lower(), "").encode("latin-1")
    known = asked.mandataire_secret.get_secret_value().encode()
    return client is not None and client[0] in proxies(asked) and hmac.compare_digest(given, known)


def is_signed(headers: Mapping[str, str]) -> bool:
    """Tell whether a request carries the signature of somebody, which still holds."""
    claims = claims_of(headers)
    return (
        claims is not None
        and identite.is_fresh(claims, utc_now())
        and not lecture.store().deconnexions().known(identite.key_of(claims))
    )


def claims_of(headers: Mapping[str, str]) -> dict[str, Any] | None:
    """Read what the cookie of a request says of who signed in, where it is ours."""
    cookies = read_cookies(headers)
    try:
        held = get_cookie_with_chunks(
            lambda name: (
                decode_signed_value(get_cookie_secret(), name, cookies[name].encode("latin-1"))
                if name in cookies
                else None
            ),
            USER_COOKIE_NAME,
        )
        claims = None if held is None else json.loads(held)
    except (ValueError, UnicodeError):
        return None
    if not isinstance(claims, dict):
        return None
    said = cast("dict[str, Any]", claims)
    return said if said.get("is_logged_in") is True else None


def read_cookies(headers: Mapping[str, str]) -> dict[str, str]:
    """Read the cookies of a request; none where they cannot be read."""
    try:
        return {name: each.value for name, each in SimpleCookie(headers.get("cookie", "")).items()}
    except CookieError:
        return {}
