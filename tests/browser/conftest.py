"""A real browser on a real server; every console error and every request that leaves the machine fails."""

import shutil
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, Request, sync_playwright

from tests.conftest import REQUIRED
from tests.outils.visiteur import Server, running_server

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
SCREEN = {"width": 1280, "height": 800}
RIGHTS = ["clipboard-read", "clipboard-write"]
_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        if REQUIRED:
            pytest.fail("Chromium manque : ces tests sont obligatoires ici.")
        pytest.skip("Chromium n'est pas installé : tests de navigateur passés")
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=CHROMIUM, args=list(_FLAGS))
        yield launched
        launched.close()


@pytest.fixture(scope="module")
def server(browser: Browser, demo_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server on the demo; asks for the browser first, so that nothing starts where there is none."""
    folder = tmp_path_factory.mktemp("navigateur")
    shutil.copy(demo_file, folder / "vigie.sqlite")
    with running_server(folder) as running:
        yield running


@pytest.fixture
def empty_server(browser: Browser, tmp_path: Path) -> Iterator[Server]:
    """A server whose store is empty."""
    with running_server(tmp_path, VIGIE_DEMO="false") as running:
        yield running


@dataclass
class Watched:
    """A page, and what it did that it must not."""

    page: Page
    faults: list[str] = field(default_factory=list[str])

    def open(self, url: str) -> None:
        """Go there and wait until the page is whole."""
        self.page.goto(url)
        self.settle()

    def settle(self) -> None:
        """Wait until the script has run and the footer is drawn."""
        self.page.locator("footer.vigie-pied").wait_for(timeout=30_000)
        self.page.wait_for_function(
            "() => document.querySelector('[data-testid=\"stApp\"]')?.dataset.testScriptState !== 'running'"
            " && !document.querySelector('[data-testid=\"stStatusWidget\"]')"
            " && !document.querySelector('[data-testid=\"stSkeleton\"]')",
            timeout=30_000,
        )
        self.page.wait_for_timeout(300)

    def text(self) -> str:
        """Give all that a reader could read."""
        return self.page.locator("body").inner_text()


@contextmanager
def watched(browser: Browser, *, paste: bool = False, **options: Any) -> Generator[Watched]:
    """Open a browser window that notes its faults, and fail on them at the end; `paste`: it may."""
    options = {"viewport": SCREEN, "locale": "fr-FR", "permissions": RIGHTS if paste else []} | options
    context = browser.new_context(timezone_id="Europe/Paris", **options)
    page = context.new_page()
    seen = Watched(page)
    page.on("console", lambda message: seen.faults.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: seen.faults.append(str(error)))

    def request(sent: Request) -> None:
        parts = urlsplit(sent.url)
        if parts.scheme in {"http", "https", "ws", "wss"} and parts.hostname != "127.0.0.1":
            seen.faults.append(f"request to {parts.hostname}")

    page.on("request", request)
    # The console says that something is missing, not what.
    page.on(
        "response", lambda got: seen.faults.append(f"{got.status} {got.url}") if got.status >= 400 else None
    )
    yield seen
    context.close()
    assert seen.faults == []
