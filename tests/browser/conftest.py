"""A real browser on a real server; every console error and every request that leaves the machine fails.

Windows are lent from profile to profile: the framework's scripts, read and compiled anew by each new profile,
cost more than most tests. A profile that is given back keeps them, and nothing that a page left in it.
"""

import shutil
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Request,
    Response,
    ViewportSize,
    sync_playwright,
)

from tests.conftest import REQUIRED
from tests.outils.visiteur import Server, running_server

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
SCREEN: ViewportSize = {"width": 1280, "height": 800}
RIGHTS = ["clipboard-read", "clipboard-write"]
Scheme = Literal["light", "dark"]
# All that a page may leave in a profile, but for the files that it has read.
_LEFT = "cookies,local_storage,indexeddb,websql,service_workers,cache_storage,file_systems"
_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # The windows of a profile share what one of them has compiled: see `window`.
    "--renderer-process-limit=1",
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


@pytest.fixture(scope="session")
def server(browser: Browser, demo_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server on the demo, one for all: a test that writes does so where no other looks.

    Asks for the browser first, so that nothing starts where there is none.
    """
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

    def hear(self, message: ConsoleMessage) -> None:
        """Note an error of the console."""
        if message.type == "error":
            self.faults.append(message.text)

    def leaving(self, sent: Request) -> None:
        """Note a request that leaves the machine."""
        parts = urlsplit(sent.url)
        if parts.scheme in {"http", "https", "ws", "wss"} and parts.hostname != "127.0.0.1":
            self.faults.append(f"request to {parts.hostname}")

    def missing(self, got: Response) -> None:
        """Note an answer that is a refusal."""
        if got.status >= 400:
            self.faults.append(f"{got.status} {got.url}")


# The profiles that nobody uses, by browser and by what they were opened for.
_FREE: dict[tuple[Browser, str], list[BrowserContext]] = {}


def _open(browser: Browser, options: dict[str, Any]) -> BrowserContext:
    """Open a profile, and in it a window that stays: what is compiled leaves with the last of them."""
    context = browser.new_context(**options)
    stays = context.new_page()
    stays.route("**", lambda route: route.fulfill(body="", content_type="text/html"))
    stays.goto("http://127.0.0.1/")
    return context


@contextmanager
def window(browser: Browser, **options: Any) -> Generator[BrowserContext]:
    """Lend a profile in which nobody has signed in, nor left anything: alone, until it is given back."""
    options = {"locale": "fr-FR", "timezone_id": "Europe/Paris", "viewport": SCREEN} | options
    free = _FREE.setdefault((browser, repr(sorted(options.items()))), [])
    context = free.pop() if free else _open(browser, options)
    origins: set[str] = set()

    def follow(page: Page) -> None:
        page.on("framenavigated", lambda frame: origins.add("/".join(frame.url.split("/")[:3])))

    context.on("page", follow)
    yield context
    # A test that fails comes no further: nobody takes up its profile.
    context.remove_listener("page", follow)
    stays, *left = context.pages
    for page in left:
        page.close()
    cleaner = context.new_cdp_session(stays)
    for origin in origins:
        asked: dict[str, Any] = {"origin": origin, "storageTypes": _LEFT}
        cleaner.send("Storage.clearDataForOrigin", asked)  # pyright: ignore[reportUnknownMemberType] - untyped
    cleaner.detach()
    context.clear_cookies()
    context.clear_permissions()
    context.unroute_all()
    assert context.storage_state() == {"cookies": [], "origins": []}
    free.append(context)


@contextmanager
def watched(
    browser: Browser,
    *,
    paste: bool = False,
    viewport: ViewportSize = SCREEN,
    color_scheme: Scheme = "light",
    **options: Any,
) -> Generator[Watched]:
    """Open a browser window that notes its faults, and fail on them at the end; `paste`: it may."""
    with window(browser, **options) as context:
        if paste:
            context.grant_permissions(RIGHTS)
        page = context.new_page()
        page.set_viewport_size(viewport)
        page.emulate_media(color_scheme=color_scheme)
        seen = Watched(page)
        page.on("console", seen.hear)
        page.on("pageerror", lambda error: seen.faults.append(str(error)))
        page.on("request", seen.leaving)
        # The console says that something is missing, not what.
        page.on("response", seen.missing)
        yield seen
        page.close()
        assert seen.faults == []
