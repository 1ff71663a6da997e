"""Requests at the door, as a browser, a proxy or a program would send them."""

import asyncio
from collections.abc import MutableMapping
from typing import Any

import pytest

from data.settings import Settings
from pages.commun import identite
from pages.porte.serveur import Guard

SECRET = "s" * 32
LOCAL = {"Host": "localhost:8501"}


def knock(
    monkeypatch: pytest.MonkeyPatch,
    headers: dict[str, str],
    *,
    kind: str = "http",
    method: str = "GET",
    path: str = "/synthese",
    client: str = "127.0.0.1",
    version: str = "1.1",
    from_a_page: bool = True,
    again: tuple[tuple[str, str], ...] = (),
    **settings: Any,
) -> tuple[int, str]:
    """Ask the guard; give the status and the sentence: 200 and nothing where the application is reached."""
    if kind == "websocket" and from_a_page:
        headers = {"Origin": f"http://{headers['Host']}"} | headers
    monkeypatch.setattr(identite, "settings", lambda: Settings(**settings))
    answers: list[MutableMapping[str, Any]] = []
    reached: list[str] = []

    async def inner(*_: Any) -> None:
        reached.append("")

    async def send(message: MutableMapping[str, Any]) -> None:
        answers.append(message)

    scope = {
        "type": kind,
        "method": method,
        "path": path,
        "headers": [(name.lower().encode(), value.encode()) for name, value in (*headers.items(), *again)],
        "server": ("127.0.0.1", 8501),
        "client": (client, 5000),
        "http_version": version,
    }
    asyncio.run(Guard(inner, {"synthese": "Synthèse"})(scope, None, send))  # pyright: ignore - a bare scope will do
    if reached:
        assert answers == []
        return 200, ""
    if kind == "websocket":
        return int(answers[0]["code"]), ""
    return int(answers[0]["status"]), bytes(answers[1]["body"]).decode().replace("\u00a0", " ")
