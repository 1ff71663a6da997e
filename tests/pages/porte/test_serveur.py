"""A fresh server, as a stranger and as a visitor meet it."""

import asyncio
import contextlib
import re
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import websockets

from pages.porte import serveur
from tests.outils.visiteur import PAGES, ROOT, Server, run_apart, running_server, visiting


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running_server(tmp_path_factory.mktemp("serveur")) as running:
        yield running


def _get(url: str) -> tuple[int, dict[str, str], str]:
    try:
        with urllib.request.urlopen(url, timeout=10) as answer:
            return answer.status, {k.lower(): v for k, v in answer.headers.items()}, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, dict(error.headers.items()), error.read().decode()


async def _first_run(url: str, page: str) -> tuple[list[str], list[str], str, list[str]]:
    async with visiting(url, page) as visit:
        run = await visit.run()
        return run.texts, run.errors, run.status, run.pages


# The rule is one for all pages, and each needs a server of its own.
@pytest.mark.parametrize("page", [PAGES[0], PAGES[4], PAGES[-1]])
def test_on_a_fresh_server_a_page_asked_first_goes_through_the_router(page: str, tmp_path: Path) -> None:
    """Without our rules, the first request for /page would run pages/page.py without app.py."""
    with running_server(tmp_path, wait_until_ready=False, VIGIE_DEMO="false") as fresh:
        _, errors, status, pages = run_apart(_first_run(fresh.url, page))
    assert errors == []
    assert status == "FINISHED_SUCCESSFULLY"
    assert [name for name in pages if name] == list(PAGES)


def test_the_page_is_in_french_and_says_what_it_may_load(server: Server) -> None:
    status, headers, body = _get(f"{server.url}/synthese")
    assert status == 200
    assert '<html lang="fr">' in body
    assert "<title>Vigie</title>" in body
    assert "agent" not in body
    policy = headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "http:" not in policy
    assert "https:" not in policy
    assert headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    "path", ["saisie/2009-03", "extractions", "index.html", "cour/CA-DOUAI", "_stcore/rien"]
)
def test_an_unknown_address_is_answered_in_french(server: Server, path: str) -> None:
    status, headers, body = _get(f"{server.url}/{path}")
    assert status == 404
    assert "Cette page n'existe pas" in body
    assert {name: f'href="/{name}"' in body for name in PAGES} == dict.fromkeys(PAGES, True)
    policy = {name.lower(): value for name, value in headers.items()}["content-security-policy"]
    assert "default-src 'self'" in policy


def test_the_files_that_pages_load_are_no_unknown_address(server: Server) -> None:
    body = _get(f"{server.url}/saisie")[2]
    (script,) = re.findall(r'<script type="module"[^>]* src="\./([^"]+)"', body)
    assert _get(f"{server.url}/{script}")[0] == 200
    assert _get(f"{server.url}/_stcore/health")[0] == 200
    assert _get(f"{server.url}/saisie/")[0] == 200


def test_internal_routes_are_closed(server: Server) -> None:
    for path in ("/_stcore/metrics", "/_stcore/agent/openapi.json", "/_stcore/agent/interact"):
        assert _get(server.url + path)[0] == 404, path
    assert _get(f"{server.url}/_stcore/health")[0] == 200
    assert _get(f"{server.url}/pret")[2] == '{"pret":true}'


def test_another_site_cannot_open_the_websocket(server: Server) -> None:
    async def knock() -> None:
        address = server.url.replace("http", "ws", 1) + "/_stcore/stream"
        async with websockets.connect(address, origin=websockets.Origin("https://ailleurs.example")):
            pass

    with pytest.raises(websockets.InvalidStatus):
        run_apart(knock())


def test_a_name_of_elsewhere_given_to_this_machine_is_refused(server: Server) -> None:
    request = urllib.request.Request(f"{server.url}/synthese", headers={"Host": "ailleurs.example"})
    with pytest.raises(urllib.error.HTTPError, match="403"):
        urllib.request.urlopen(request, timeout=10)


def test_no_figure_is_written_in_the_log(server: Server) -> None:
    run_apart(_first_run(server.url, "synthese"))
    assert "extractions" not in server.log.read_text()
    assert "WARNING" not in server.log.read_text()


def test_under_a_prefix_the_internal_routes_stay_closed(tmp_path: Path) -> None:
    # Ready at all means that the warm-up found its way under the prefix.
    with running_server(tmp_path, STREAMLIT_SERVER_BASE_URL_PATH="vigie", VIGIE_DEMO="false") as server:
        assert _get(f"{server.url}/vigie/_stcore/metrics")[0] == 404
        assert _get(f"{server.url}/vigie/_stcore/agent/openapi.json")[0] == 404
        status, headers, body = _get(f"{server.url}/vigie/synthese")
        assert status == 200
        assert "BACKEND_BASE_URL: window.location.origin + '/vigie'" in body
        assert "content-security-policy" in headers
        status, _, body = _get(f"{server.url}/vigie/saisie/2009-03")
        assert status == 404
        assert 'href="/vigie/saisie"' in body
        assert _get(f"{server.url}/vigie/")[0] == 200


def _asked(*, host: str, server: str) -> MutableMapping[str, Any]:
    """Ask the guard alone for a page; give the start of its answer."""
    from pages.porte.serveur import Guard

    answers: list[MutableMapping[str, Any]] = []

    async def never(*_: Any) -> Any:
        raise AssertionError("the application was reached")

    async def send(message: MutableMapping[str, Any]) -> None:
        answers.append(message)

    headers = [(b"host", host.encode())]
    scope = {"type": "http", "method": "GET", "path": "/", "headers": headers, "server": (server, 80)}
    run_apart(Guard(never, {})(scope, never, send))
    return answers[0]


@pytest.mark.parametrize("host", ["[::1", "[zz]", "", "127.0.0.1.example", "ailleurs.example:8501"])
def test_a_host_that_is_no_address_of_this_machine_is_refused(host: str) -> None:
    answer = _asked(host=host, server="127.0.0.1")
    assert answer["status"] == 403
    assert b"content-security-policy" in dict(answer["headers"])


def test_nobody_is_served_before_what_two_threads_would_import_at_once() -> None:
    """Half imported by one session, pandas made plotly fail in another: the first pages were errors."""
    told = subprocess.run(
        [
            sys.executable,
            "-c",
            "import asyncio, sys\n"
            "from pages.porte import serveur\n"
            "async def live():\n"
            "    async with serveur.lifespan_with(serveur.Readiness(), ())(None):\n"
            "        print('pandas' in sys.modules)\n"
            "print('pandas' in sys.modules)\n"
            "asyncio.run(live())\n",
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert told.stdout.split() == ["False", "True"]


def test_another_address_is_refused_without_identity(tmp_path: Path) -> None:
    refused = subprocess.run(
        [sys.executable, "-m", "streamlit", "run", "app.py", "--server.address", "0.0.0.0"],
        cwd=ROOT,
        env={
            "PATH": "/usr/bin:/bin",
            "HOME": str(tmp_path),
            "VIGIE_DATABASE_URL": str(tmp_path / "v.sqlite"),
        },
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert refused.returncode != 0
    assert "aucune identité n'est configurée" in refused.stderr
    assert "VIGIE_IDENTITE" in refused.stderr
    assert "Traceback" not in refused.stderr
    assert not (tmp_path / "v.sqlite").exists()


def test_a_server_bound_elsewhere_answers_nobody_without_identity() -> None:
    # The name is this machine's own: it is the address that is refused.
    assert _asked(host="127.0.0.1", server="10.0.0.1")["status"] == 403


def test_two_pages_are_drawn_at_once_and_a_stuck_one_holds_up_nobody_for_long(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(serveur, "_TURNS", threading.BoundedSemaphore(2))
    monkeypatch.setattr(serveur, "_PATIENCE_S", 30.0)
    drawing, most, lock = 0, 0, threading.Lock()

    def draw(rank: int) -> None:
        nonlocal drawing, most
        with contextlib.suppress(RuntimeError), serveur.turn():
            with lock:
                drawing += 1
                most = max(most, drawing)
            time.sleep(0.02)
            with lock:
                drawing -= 1
            if rank % 3 == 0:
                raise RuntimeError  # its turn goes to the next all the same

    with ThreadPoolExecutor(10) as pool:
        list(pool.map(draw, range(20)))
    assert most == 2
    monkeypatch.setattr(serveur, "_PATIENCE_S", 0.05)
    with serveur.turn(), serveur.turn():
        draw(1)
    with serveur.turn(), serveur.turn():  # as many turns as before: who did without one gives none back
        assert not serveur._TURNS.acquire(blocking=False)  # pyright: ignore[reportPrivateUsage] - counted


def test_what_a_visitor_sends_that_cannot_be_read_is_one_line_of_the_log(server: Server) -> None:
    before = server.log.read_text()

    async def send() -> None:
        address = server.url.replace("http", "ws") + "/_stcore/stream"
        async with websockets.connect(
            address, subprotocols=[websockets.Subprotocol("streamlit")], origin=websockets.Origin(server.url)
        ) as socket:
            await socket.send(b"\x0a\xff\xff\xff\xff\x0f")
            with contextlib.suppress(TimeoutError, websockets.ConnectionClosed):
                await asyncio.wait_for(socket.recv(), 2)

    run_apart(send())
    said = server.log.read_text().removeprefix(before)
    assert "Traceback" not in said
    assert len(said.splitlines()) <= 2


def _heard(*sent: bytes | str) -> list[bytes]:
    """Give what the application hears of what a window sends."""
    from pages.porte.serveur import Guard

    waiting: list[dict[str, Any]] = [
        {"type": "websocket.receive", "bytes": each}
        if isinstance(each, bytes)
        else {"type": "websocket.receive", "text": each}
        for each in sent
    ]
    heard: list[bytes] = []

    async def receive() -> Any:
        return waiting.pop(0) if waiting else {"type": "websocket.disconnect", "code": 1000}

    async def listens(_scope: Any, receive: Any, _send: Any) -> None:
        while (message := await receive())["type"] == "websocket.receive":
            heard.append(message["bytes"])

    async def send(_message: Any) -> None:
        raise AssertionError("the window was refused")

    headers = [(b"host", b"127.0.0.1"), (b"origin", b"http://127.0.0.1")]
    scope = {"type": "websocket", "path": "/_stcore/stream", "headers": headers, "server": ("127.0.0.1", 80)}
    run_apart(Guard(listens, {})(scope, receive, send))
    return heard


def test_a_window_is_heard_on_what_our_pages_ask_and_on_nothing_else() -> None:
    """The framework would empty what all readers share, or write files beside the program, for anybody."""
    from streamlit.proto.BackMsg_pb2 import BackMsg

    def written(kind: str, payload: str = "") -> bytes:
        message = BackMsg()
        if payload:
            getattr(message.backend_operation_request, payload).SetInParent()
        elif isinstance(getattr(message, kind), bool):
            setattr(message, kind, True)
        else:
            getattr(message, kind).SetInParent()
        return message.SerializeToString()

    kinds = {each.name for each in BackMsg.DESCRIPTOR.oneofs_by_name["type"].fields}
    kinds -= {"backend_operation_request"}
    asked = BackMsg().backend_operation_request
    payloads = {each.name for each in asked.DESCRIPTOR.oneofs_by_name["payload"].fields}
    ours = {"rerun_script", "stop_script", "app_heartbeat", "file_urls_request"}
    useful = {"deferred_file", "dataframe_chunk"}
    assert ours < kinds
    assert useful < payloads
    for kind in kinds:
        assert (_heard(written(kind)) != []) is (kind in ours), kind
    for payload in payloads:
        assert (_heard(written("", payload)) != []) is (payload in useful), payload
    good = written("rerun_script")
    bad = (written("clear_cache"), b"", b"\x0a\xff\xff\xff\xff\x0f", b"\xff" * 1000)
    assert _heard(*bad, good, *bad, good) == [good, good]
    assert _heard("clear_cache") == []


@pytest.mark.parametrize(
    ("path", "status", "said"),
    [
        ("media/0000.csv", 404, "Ce fichier n'est plus là"),
        ("media/", 404, "Ce fichier n'est plus là"),
        ("/synthese", 400, "Cette page n'existe pas"),
        ("_stcore/%2e%2e/x", None, "Cette page n'existe pas"),
        ("component/x", 404, "Adresse inconnue."),
    ],
)
def test_what_the_framework_refuses_is_said_in_french(
    server: Server, path: str, status: int | None, said: str
) -> None:
    got, headers, body = _get(f"{server.url}/{path}")
    assert got == status or status is None
    assert said in body.replace("\u00a0", " ")
    assert {"not found", "bad request", "invalid"} & set(re.findall(r"[a-z]+ ?[a-z]+", body.lower())) == set()
    assert "content-security-policy" in {name.lower() for name in headers}


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_a_page_asked_otherwise_than_to_be_read_answers_in_french(server: Server, method: str) -> None:
    request = urllib.request.Request(f"{server.url}/synthese", method=method, data=b"")
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(request, timeout=10)
    said = refused.value.read().decode()
    assert "Cette demande ne peut pas être traitée" in said
    assert "Allowed" not in said


def test_a_file_for_a_window_that_is_gone_is_refused_in_french(server: Server) -> None:
    opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
    opener.open(f"{server.url}/_stcore/host-config", timeout=10).close()
    request = urllib.request.Request(
        f"{server.url}/_stcore/upload_file/partie/fichier",
        data=b'--b\r\nContent-Disposition: form-data; name="f"; filename="f.csv"\r\n\r\nx\r\n--b--\r\n',
        method="PUT",
        headers={"Content-Type": "multipart/form-data; boundary=b"},
    )
    with pytest.raises(urllib.error.HTTPError) as refused:
        opener.open(request, timeout=10)
    assert "rechargez-la" in refused.value.read().decode()
