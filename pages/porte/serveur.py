"""The application as a server sees it: what it refuses, what it adds, and its first visitor."""

import asyncio
import base64
import contextlib
import hashlib
import json
import logging
import re
import threading
from collections.abc import AsyncGenerator, Generator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from html import escape
from importlib import import_module
from pathlib import Path
from typing import Any

import streamlit as st
from google.protobuf.message import DecodeError
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit import config
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from analytics.vocabulary.wording import typeset
from pages.commun import lecture
from pages.porte import acces, televersements

_LOGGER = logging.getLogger("vigie.serveur")
# Routes of the framework that answer without identity and that the product does not use.
_CLOSED = (
    "/_stcore/metrics",
    "/_stcore/agent",
    "/_stcore/script-health-check",
    "/component",
    "/_stcore/bidi",
)
# What a window may ask of its server. The framework listens to more: it empties what all readers share,
# and writes files beside the program for whoever develops with it.
_HEARD = frozenset({"rerun_script", "stop_script", "app_heartbeat", "file_urls_request"})
_HEARD_OPERATIONS = frozenset({"deferred_file", "dataframe_chunk"})
_LOST_WINDOW = typeset("Cette page n'est plus connue du serveur : rechargez-la, puis déposez le fichier.")
_WARM_UP_S = 60.0
_RETRY_S = 10.0
_STORE_ANSWERS_S = 2.0
# Pages drawn at once in one process. More would each go slower, and the loop that answers everybody (health,
# websockets) would get the interpreter after all of them: seconds, with 200 visitors.
_TURNS = threading.BoundedSemaphore(2)
# Past which a page is drawn all the same: a long import or a store that is away holds up nobody else.
_PATIENCE_S = 10.0


@contextmanager
def turn() -> Generator[None]:
    """Wait for one's turn to draw a page."""
    held = _TURNS.acquire(timeout=_PATIENCE_S)
    try:
        yield
    finally:
        if held:
            _TURNS.release()


def base_path() -> str:
    """Give the prefix under which the server answers: empty, or « /prefixe »."""
    prefix = str(config.get_option("server.baseUrlPath")).strip("/")
    return f"/{prefix}" if prefix else ""


async def _store_answers() -> bool:
    """Tell whether the store answers at once; waiting longer would keep a load balancer waiting too."""
    try:
        await asyncio.wait_for(asyncio.to_thread(lambda: lecture.store().etat()), _STORE_ANSWERS_S)
    except Exception:  # whatever it is, the store cannot be read
        return False
    return True


class Readiness:
    """Whether the first visitor's work is done and the store answers: `/pret` answers 503 until then."""

    def __init__(self) -> None:
        self.done = False

    async def answer(self, _request: Request) -> JSONResponse:
        """Answer a load balancer: whether the first visitor's work is done, and the store answers."""
        ready = self.done and await _store_answers()
        return JSONResponse({"pret": ready}, status_code=200 if ready else 503)

    def routes(self) -> Sequence[BaseRoute]:
        """Give the route to mount beside the framework's."""
        return [Route(path, self.answer) for path in {"/pret", f"{base_path()}/pret"}]


def shell() -> tuple[bytes, str]:
    """Give the page that every URL starts from, in French, and the security policy that fits it.

    The framework's own page announces English, preloads a font we do not use and describes its agent
    interface, which is closed here.
    """
    source = (Path(st.__file__).parent / "static" / "index.html").read_text(encoding="utf-8")
    page = source.replace('<html lang="en">', '<html lang="fr">').replace(
        "<title>Streamlit</title>", "<title>Vigie</title>"
    )
    page = re.sub(r"<!--.*?-->", "", page, flags=re.DOTALL)
    page = re.sub(r'<link rel="service-desc"[^>]*>', "", page)
    page = re.sub(r'<link\s+rel="preload"[^>]*as="font"[^>]*/>', "", page)
    page = re.sub(
        r"<noscript>.*?</noscript>",
        "<noscript><p>Vigie a besoin de JavaScript : activez-le dans votre navigateur, puis rechargez "
        "la page.</p></noscript>",
        page,
        flags=re.DOTALL,
    )
    # Told where the server is, the page need not ask /page/_stcore/… first and meet a 404.
    base_url = f"window.location.origin + '{base_path()}'"
    page = page.replace(
        "<script>", f"<script>\n      window.__streamlit = {{ BACKEND_BASE_URL: {base_url} }}", 1
    )
    ours = (Path(__file__).parent / "actifs" / "page.js").read_text(encoding="utf-8")
    ours = ours.replace("__BASE__", json.dumps(base_path()))
    page = page.replace("<head>", f"<head>\n    <script>{ours}</script>", 1)
    hashes = [
        "'sha256-" + base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() + "'"
        for script in re.findall(r"<script>(.*?)</script>", page, flags=re.DOTALL)
    ]
    policy = "; ".join(
        (
            "default-src 'self'",
            f"script-src 'self' {' '.join(hashes)} 'unsafe-eval' 'wasm-unsafe-eval'",
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "font-src 'self' data:",
            "connect-src 'self'",
            "worker-src 'self' blob:",
            "object-src 'none'",
            "base-uri 'self'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        )
    )
    return page.encode(), policy


def unknown_page(pages: Mapping[str, str]) -> bytes:
    """Give what an address of no page answers: what is wrong, and the pages there are, by title."""
    links = "".join(
        f'<li><a href="{base_path()}/{escape(nom)}">{escape(title)}</a></li>' for nom, title in pages.items()
    )
    return _plain_page(
        "Page inconnue",
        "Cette page n'existe pas",
        "L'adresse demandée n'est celle d'aucune page de Vigie : elle a pu être coupée ou mal recopiée. Un "
        "lien de relance finit par « ?juridiction=…&mois_saisi=… ».",
        f"<p>{typeset('Pages de Vigie :')}</p><ul>{links}</ul>",
    )


def unsigned_page() -> bytes:
    """Give what a sign-in that fails answers: what it may be, and the way back."""
    return _plain_page(
        "Connexion",
        "La connexion n'a pas abouti",
        "Le service qui identifie ne répond pas, ou la demande a expiré. Recommencez ; si cela dure, "
        "prévenez l'équipe qui tient Vigie.",
        f'<p><a href="{base_path()}/">Recommencer</a></p>',
    )


def lost_file_page() -> bytes:
    """Give what the address of a download that is no longer held answers."""
    return _plain_page(
        "Téléchargement",
        "Ce fichier n'est plus là",
        "Un téléchargement se prépare pour la page qui l'offre, et ne vaut que tant qu'elle est ouverte. "
        "Rouvrez la page, puis téléchargez de nouveau.",
        f'<p><a href="{base_path()}/">Ouvrir Vigie</a></p>',
    )


def refused_page() -> bytes:
    """Give what a page asked otherwise than to be read answers."""
    return _plain_page(
        "Demande refusée",
        "Cette demande ne peut pas être traitée",
        "Une page de Vigie s'ouvre par son adresse, dans un navigateur ; rien ne s'y envoie autrement.",
        f'<p><a href="{base_path()}/">Ouvrir Vigie</a></p>',
    )


def _plain_page(titre: str, quoi: str, phrase: str, suite: str) -> bytes:
    return f"""<!DOCTYPE html>
<html lang="fr"><head><meta charset="utf-8"><title>{escape(titre)} · Vigie</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><link rel="icon" href="data:,">
<style>:root {{ color-scheme: light dark; }} body {{ font: 1rem/1.5 Arial, sans-serif; max-width: 40rem;
margin: 3rem auto; padding: 0 1rem; }} li {{ margin: .4rem 0; }}</style></head>
<body><main><h1>{escape(quoi, quote=False)}</h1>
<p>{escape(typeset(phrase), quote=False)}</p>
{suite}</main></body></html>""".encode()


class Guard:
    """Wrap every request: no visitor from elsewhere without identity, closed routes, security headers.

    `pages`: the title of each page, by name; an address that is none of theirs is said to be unknown.
    """

    def __init__(self, app: ASGIApp, pages: Mapping[str, str]) -> None:
        self._app = app
        self._page, self._policy = shell()
        self._unknown = unknown_page(pages)
        self._lost = lost_file_page()
        self._refused = refused_page()
        self._addresses = {"/", *(f"/{nom}" for nom in pages)}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or pass on."""
        if scope["type"] not in {"http", "websocket"}:
            await self._app(scope, receive, send)
            return
        path = str(scope["path"]).removeprefix(base_path()) or "/"
        refusal = await self._refusal(scope, path)
        if refusal is not None and scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008, "reason": "refus"})
        elif refusal is not None:
            await refusal(scope, receive, _Dressing(send, self._page, self._policy))
        elif scope["type"] == "websocket":
            await self._app(scope, _listen(receive), send)
        elif path in self._addresses:
            dressed = _Dressing(send, self._page, self._policy, failed=self._refused)
            await self._app(scope, receive, dressed)
        elif path in {acces.LOGIN, acces.LOGOUT, acces.CALLBACK}:
            await self._sign(scope, receive, send, path)
        else:
            failed = self._lost if path.startswith("/media/") else self._unknown
            dressed = _Dressing(send, self._unknown, self._policy, status=404, failed=failed)
            if path.startswith(televersements.UPLOADS):
                dressed = _Dressing(send, b"", self._policy, failed=_LOST_WINDOW.encode(), plain=True)
            await self._app(scope, receive, dressed)

    async def _sign(self, scope: Scope, receive: Receive, send: Send, path: str) -> None:
        """Let somebody out for good, or in where they were going."""
        headers = acces.read_headers(scope)
        going = ""
        if path == acces.LOGOUT:
            await asyncio.to_thread(acces.sign_out, headers)
        elif path == acces.CALLBACK:
            going = acces.return_to(headers, self._addresses)
        dressed = _Dressing(
            send, self._unknown, self._policy, status=404, going=going, failed=unsigned_page()
        )
        await self._app(scope, receive, dressed)

    async def _refusal(self, scope: Scope, path: str) -> ASGIApp | None:
        refused = await acces.refuse(scope, path)
        if refused is None and any(path == closed or path.startswith(closed + "/") for closed in _CLOSED):
            return PlainTextResponse("Adresse inconnue.", status_code=404)
        return refused


def _listen(receive: Receive) -> Receive:
    """Let through what a page of ours asks; the rest is not heard."""

    async def heard() -> Message:
        while True:
            message = await receive()
            if message["type"] != "websocket.receive" or _is_ours(message.get("bytes")):
                return message

    return heard


def _is_ours(content: bytes | None) -> bool:
    asked = BackMsg()
    try:
        asked.ParseFromString(content or b"")
    except DecodeError:
        return False
    kind = asked.WhichOneof("type")
    if kind == "backend_operation_request":
        kind = asked.backend_operation_request.WhichOneof("payload")
        return kind in _HEARD_OPERATIONS
    return kind in _HEARD


class _Dressing:
    """Add the security headers to a response, and put a page of ours in place of the framework's."""

    def __init__(
        self,
        send: Send,
        page: bytes,
        policy: str,
        *,
        status: int = 200,
        going: str = "",
        failed: bytes = b"",
        plain: bool = False,
    ) -> None:
        self._send = send
        self._plain = plain
        self._failed = failed
        self._page = page
        self._policy = policy
        self._status = status
        self._going = going
        self._is_page = False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            headers: list[tuple[bytes, bytes]] = list(message["headers"])
            kind = next((value for name, value in headers if name.lower() == b"content-type"), b"")
            self._is_page = message["status"] == 200 and kind.startswith(b"text/html")
            if self._failed and message["status"] >= 400:
                self._is_page, self._page, self._status = True, self._failed, message["status"]
                headers = [(name, value) for name, value in headers if name.lower() != b"content-type"]
                written = b"plain" if self._plain else b"html"
                headers.append((b"content-type", b"text/" + written + b"; charset=utf-8"))
            if self._is_page:
                ours = {b"content-length", b"content-encoding", b"etag", b"last-modified", b"cache-control"}
                headers = [(name, value) for name, value in headers if name.lower() not in ours]
                headers += [
                    (b"content-length", str(len(self._page)).encode()),
                    (b"cache-control", b"no-cache"),
                ]
            headers = [self._held(name, value) for name, value in headers]
            headers += [
                (b"content-security-policy", self._policy.encode()),
                (b"x-content-type-options", b"nosniff"),
                (b"referrer-policy", b"same-origin"),
                (b"cross-origin-opener-policy", b"same-origin"),
                (b"permissions-policy", b"camera=(), geolocation=(), microphone=()"),
            ]
            status = self._status if self._is_page else message["status"]
            await self._send({**message, "status": status, "headers": headers})
        elif message["type"] == "http.response.body" and self._is_page:
            if not message.get("more_body", False):
                await self._send({"type": "http.response.body", "body": self._page})
        else:
            await self._send(message)

    def _held(self, name: bytes, value: bytes) -> tuple[bytes, bytes]:
        """Keep cookies to https where browsers come by it; send who has signed in where they were going."""
        kind = name.lower()
        if kind == b"set-cookie" and b"secure" not in value.lower() and acces.is_secure():
            return name, value + b"; Secure"
        if kind == b"location" and self._going:
            return name, (base_path() + self._going).encode()
        return name, value


async def visit(app: ASGIApp, page: str) -> bool:
    """Run one page as a visitor's browser would, without a network; tell whether it ended well."""
    to_app: asyncio.Queue[Message] = asyncio.Queue()
    done = asyncio.Event()
    succeeded = False

    async def send(message: Message) -> None:
        nonlocal succeeded
        if message["type"] == "websocket.close":
            done.set()
        if message["type"] == "websocket.send" and message.get("bytes"):
            forward = ForwardMsg()
            forward.ParseFromString(message["bytes"])
            if forward.WhichOneof("type") == "script_finished":
                succeeded = forward.script_finished == ForwardMsg.FINISHED_SUCCESSFULLY
                if forward.script_finished != ForwardMsg.FINISHED_EARLY_FOR_RERUN:
                    done.set()

    request = BackMsg()
    request.rerun_script.page_name = page
    request.rerun_script.query_string = ""
    await to_app.put({"type": "websocket.connect"})
    await to_app.put({"type": "websocket.receive", "bytes": request.SerializeToString()})
    scope: dict[str, Any] = {
        "type": "websocket",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "scheme": "ws",
        "server": ("127.0.0.1", 0),
        "client": (acces.own_address(), 0),
        "root_path": "",
        "path": f"{base_path()}/_stcore/stream",
        "raw_path": f"{base_path()}/_stcore/stream".encode(),
        "query_string": b"",
        "headers": [
            (b"host", b"127.0.0.1"),
            (b"origin", b"http://127.0.0.1"),
            (b"sec-websocket-protocol", b"streamlit"),
            *((name.lower().encode(), value.encode()) for name, value in acces.own_headers().items()),
        ],
        "subprotocols": ["streamlit"],
        "state": {},
    }
    connection = asyncio.ensure_future(app(scope, to_app.get, send))
    try:
        await asyncio.wait_for(done.wait(), _WARM_UP_S)
    finally:
        await to_app.put({"type": "websocket.disconnect", "code": 1000})
        with contextlib.suppress(asyncio.TimeoutError):
            await asyncio.wait_for(connection, 5)
    return succeeded


async def _visited(app: ASGIApp, page: str) -> bool:
    try:
        return await visit(app, page)
    except TimeoutError:
        return False


def believe_no_forwarded_address() -> None:
    """Keep to each request the address it came from.

    The server replaces it by what `X-Forwarded-For` says, whatever process of this machine sends it: the
    proxy would not be known by its own, and another would pass for it. It asks for this class once it has
    our app.
    """

    def as_it_comes(app: ASGIApp, trusted_hosts: object) -> ASGIApp:
        del trusted_hosts
        return app

    uvicorn_config: Any = import_module("uvicorn.config")
    uvicorn_config.ProxyHeadersMiddleware = as_it_comes


def log_in_one_line() -> None:
    """Let the framework say in one line what a visitor may make fail at will: no trace in the log."""
    made = logging.getLogRecordFactory()

    def short(*args: Any, **named: Any) -> logging.LogRecord:
        record = made(*args, **named)
        if record.exc_info and record.name.startswith(("streamlit", "uvicorn", "starlette")):
            kind = getattr(record.exc_info[0], "__name__", "Exception")
            record.msg, record.args = f"{record.getMessage().splitlines()[0]} ({kind})", ()
            record.exc_info = None
        return record

    logging.setLogRecordFactory(short)


def lifespan_with(readiness: Readiness, pages: Sequence[str]) -> Any:
    """Once the application lives, visit each page, so that no real visitor is the first."""

    @asynccontextmanager
    async def lifespan(app: Any) -> AsyncGenerator[None]:
        log_in_one_line()

        async def warm_up() -> None:
            while not readiness.done:
                failed = [page for page in pages if not await _visited(app, page)]
                readiness.done = not failed
                if failed:
                    _LOGGER.warning("préchauffage incomplet (%s), nouvel essai", ", ".join(failed))
                    await asyncio.sleep(_RETRY_S)
            # Slow to import, and only simulations need it: ready before anyone asks for one.
            await asyncio.to_thread(import_module, "scipy.stats")

        # Before anyone is served: the framework imports it on first use, and plotly, which asks another
        # thread's half-imported module for its types, would fail on the very first pages.
        await asyncio.to_thread(import_module, "pandas")
        task = asyncio.create_task(warm_up())
        yield
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task

    return lifespan
