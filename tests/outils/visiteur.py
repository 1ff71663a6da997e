"""A visitor without a browser: speaks the framework's websocket protocol to a server of ours."""

import asyncio
import contextlib
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import AsyncGenerator, Coroutine, Generator, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path
from typing import Any, TypeVar, cast

import websockets
from google.protobuf import json_format
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

Answer = TypeVar("Answer")
ROOT = Path(__file__).resolve().parents[2]
# In the order of the navigation.
PAGES = (
    "synthese",
    "cour",
    "comparaison",
    "activites",
    "scenarios",
    "decompte",
    "collecte",
    "saisie",
    "donnees",
    "methode",
)


@dataclass
class Server:
    """A running server, its address, and the time from its start to an open port and to readiness."""

    url: str
    pid: int
    log: Path
    port_open_s: float
    ready_s: float


def run_apart(coroutine: Coroutine[Any, Any, Answer]) -> Answer:
    """Run a coroutine on a thread of its own: a browser under test may hold this one's event loop."""
    with ThreadPoolExecutor(1) as threads:
        return threads.submit(asyncio.run, coroutine).result()


def free_port() -> int:
    """Find a port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running_server(
    folder: Path, *, wait_until_ready: bool = True, port: int = 0, **environment: str
) -> Generator[Server]:
    """Start `streamlit run app.py` as the README does, on a store of its own, and stop it at the end."""
    port = port or free_port()
    log = folder / "serveur.log"
    variables = {
        **os.environ,
        "VIGIE_DATABASE_URL": str(folder / "vigie.sqlite"),
        "HOME": str(folder),
        **environment,
    }
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.headless", "true"]
    began = time.monotonic()
    with log.open("w") as output:
        process = subprocess.Popen(
            [*command, "--server.port", str(port)], cwd=ROOT, env=variables, stdout=output, stderr=output
        )
    url = f"http://127.0.0.1:{port}"
    try:
        port_open_s = _wait(process, log, lambda: _listens(port), began)
        ready_s = _wait(process, log, lambda: _is_ready(url), began) if wait_until_ready else 0.0
        yield Server(url=url, pid=process.pid, log=log, port_open_s=port_open_s, ready_s=ready_s)
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait(process: subprocess.Popen[bytes], log: Path, condition: Any, began: float) -> float:
    while time.monotonic() - began < 60:
        if condition():
            return time.monotonic() - began
        if process.poll() is not None:
            break
        time.sleep(0.02)
    raise AssertionError(f"le serveur ne répond pas :\n{log.read_text()}")


def _listens(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False


def _is_ready(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/pret", timeout=5) as answer:
            return answer.status == 200
    except (urllib.error.URLError, OSError):
        return False


@dataclass
class Run:
    """What one run of a page sent: texts, errors, kinds of elements, pages of the navigation; every text."""

    status: str = ""
    seconds: float = 0.0
    texts: list[str] = field(default_factory=list[str])
    errors: list[str] = field(default_factory=list[str])
    kinds: list[str] = field(default_factory=list[str])
    pages: list[str] = field(default_factory=list[str])
    whole: str = ""


def _strings(sent: Any) -> Iterator[str]:
    """Give every text of a message, as it is read."""
    if isinstance(sent, str):
        yield unescape(sent)
    elif isinstance(sent, dict):
        for each in cast(dict[str, Any], sent).values():
            yield from _strings(each)
    elif isinstance(sent, list):
        for each in cast(list[Any], sent):
            yield from _strings(each)


class Visit:
    """One open page of one visitor."""

    def __init__(self, socket_: Any, page: str, query: str) -> None:
        self._socket = socket_
        self._page, self._query, self._hash = page, query, ""
        self._cache: dict[str, ForwardMsg] = {}

    async def run(self, timeout: float = 60) -> Run:
        """Ask for the page and wait until it is whole."""
        request = BackMsg()
        script = request.rerun_script
        script.page_name, script.query_string, script.page_script_hash = self._page, self._query, self._hash
        script.cached_message_hashes.extend(self._cache)
        script.context_info.timezone, script.context_info.locale = "Europe/Paris", "fr-FR"
        began = time.monotonic()
        await self._socket.send(request.SerializeToString())
        result = Run()
        while True:
            message = ForwardMsg()
            message.ParseFromString(await asyncio.wait_for(self._socket.recv(), timeout))
            kind = message.WhichOneof("type")
            if kind == "ref_hash" and message.ref_hash in self._cache:
                message = self._cache[message.ref_hash]
                kind = message.WhichOneof("type")
            elif message.metadata.cacheable and message.hash:
                self._cache[message.hash] = message
            if kind == "new_session":
                self._hash = message.new_session.page_script_hash or self._hash
            elif kind == "navigation":
                result.pages = [page.url_pathname for page in message.navigation.app_pages]
                self._hash = message.navigation.page_script_hash or self._hash
            elif kind == "delta":
                result.whole += "\n".join(_strings(json_format.MessageToDict(message.delta))) + "\n"
                self._note(message, result)
            elif kind == "script_finished":
                result.status = ForwardMsg.ScriptFinishedStatus.Name(message.script_finished)
                if message.script_finished != ForwardMsg.FINISHED_EARLY_FOR_RERUN:
                    result.seconds = time.monotonic() - began
                    return result

    @staticmethod
    def _note(message: ForwardMsg, result: Run) -> None:
        if message.delta.WhichOneof("type") != "new_element":
            return
        element = message.delta.new_element
        kind = element.WhichOneof("type")
        if kind is None:
            return
        result.kinds.append(kind)
        content: Any = getattr(element, kind)
        if kind == "exception":
            result.errors.append(f"{content.type}: {content.message}")
        for name in ("body", "label"):
            text = getattr(content, name, "")
            if isinstance(text, str) and text:
                result.texts.append(text)


@asynccontextmanager
async def visiting(
    url: str, page: str = "", query: str = "", *, cookies: Mapping[str, str] | None = None
) -> AsyncGenerator[Visit]:
    """Open a page as a new visitor, or as who has these cookies: those of a window that has signed in."""
    held = cookies or {}
    # As the framework's own window proves that it reads its cookies.
    proof = [held["_streamlit_xsrf"]] if "_streamlit_xsrf" in held else []
    async with websockets.connect(
        url.replace("http", "ws", 1) + "/_stcore/stream",
        subprotocols=[websockets.Subprotocol(each) for each in ("streamlit", *proof)],
        origin=websockets.Origin(url),
        additional_headers={"Cookie": "; ".join(f"{name}={value}" for name, value in held.items())},
        max_size=None,
        open_timeout=60,
        compression=None,
        ping_interval=None,
    ) as socket_:
        yield Visit(socket_, page, query)
