"""Behind Debian's nginx, as the documentation configures it: it says who reads, and nobody passes beside."""

import os
import shutil
import subprocess
import time
import urllib.error
import urllib.request
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.browser.conftest import watched
from tests.conftest import REQUIRED, whole_run
from tests.outils.visiteur import ROOT, free_port, running_server

SECRET = "s" * 40
DECEMBER = "annee=2009&mois=12&cour=CA-DOUAI"
# Who signs in with which cours; the proxy's own business, here a file of passwords.
PEOPLE = {"sg": "*", "douai": "CA-DOUAI", "personne": ""}

pytestmark = whole_run


@dataclass(frozen=True)
class Mandataire:
    """The address that readers use, and that of the application behind."""

    url: str
    behind: str


@pytest.fixture(scope="module", params=["", "/vigie"], ids=["racine", "prefixe"])
def proxied(
    request: pytest.FixtureRequest, demo_file: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Mandataire]:
    nginx = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    if nginx is None:
        if REQUIRED:
            raise AssertionError("nginx is not installed")
        pytest.skip("nginx n'est pas installé")
    folder = tmp_path_factory.mktemp("nginx")
    shutil.copy(demo_file, folder / "vigie.sqlite")
    prefix, outside, inside = request.param, free_port(), free_port()
    settings = {
        "VIGIE_IDENTITE": "mandataire",
        "VIGIE_MANDATAIRE_SECRET": SECRET,
        "VIGIE_MANDATAIRE_ADRESSES": "127.0.0.1",
        "STREAMLIT_SERVER_BASE_URL_PATH": prefix.strip("/"),
    }
    (folder / "nginx.conf").write_text(configured(folder, outside, inside, prefix))
    (folder / "comptes").write_text("".join(f"{name}:{{PLAIN}}{name}\n" for name in PEOPLE))
    with running_server(folder, port=inside, wait_until_ready=False, **settings):
        process = subprocess.Popen([nginx, "-p", str(folder), "-c", str(folder / "nginx.conf")])
        try:
            wait_for(f"http://127.0.0.1:{outside}{prefix}/pret", "sg")
            yield Mandataire(f"http://127.0.0.1:{outside}{prefix}", f"http://127.0.0.1:{inside}{prefix}")
        finally:
            process.terminate()
            process.wait()


def configured(folder: Path, outside: int, inside: int, prefix: str) -> str:
    """Fill the configuration that the documentation gives in what is of this machine."""
    shown = (ROOT / "docs" / "exploitation.md").read_text(encoding="utf-8")
    block = shown.split("```nginx\n")[1].split("```")[0]
    block = block.replace("listen 443 ssl;", f"listen 127.0.0.1:{outside};")
    block = "".join(line for line in block.splitlines(keepends=True) if "ssl_certificate" not in line)
    block = block.replace("/etc/nginx/vigie.comptes", str(folder / "comptes")).replace("VOTRE_SECRET", SECRET)
    block = block.replace("127.0.0.1:8501", f"127.0.0.1:{inside}").replace("/vigie/", f"{prefix}/")
    readers = "".join(f'    {name} "{cours}";\n' for name, cours in PEOPLE.items())
    return (
        # Its workers read the passwords from a folder of this account alone.
        ("user root;\n" if os.geteuid() == 0 else "")
        + "daemon off;\nworker_processes 1;\nerror_log erreurs.log;\npid nginx.pid;\n"
        "events { worker_connections 512; }\nhttp {\n"
        + "".join(
            f"{kind}_temp_path {folder}/{kind};\n"
            for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        + "access_log off;\nmap $remote_user $vigie_cours {\n"
        + readers
        + "}\n"
        + block
        + "}\n"
    )


def ask(url: str, name: str = "", **headers: str) -> tuple[int, str]:
    sent = {each.replace("_", "-"): value for each, value in headers.items()}
    if name:
        sent["Authorization"] = "Basic " + b64encode(f"{name}:{name}".encode()).decode()
    try:
        with urllib.request.urlopen(urllib.request.Request(url, headers=sent), timeout=10) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def wait_for(url: str, name: str) -> None:
    for _ in range(240):
        try:
            if ask(url, name)[0] == 200:
                return
        except OSError:
            pass
        time.sleep(0.25)
    raise AssertionError(f"{url} does not answer: {ask(url, name)}")


def test_the_proxy_says_who_reads_and_the_page_lives(browser: Browser, proxied: Mandataire) -> None:
    for name, holds, lacks in (("sg", "le ministère", "Aucune cour"), ("douai", "Douai", "le ministère")):
        credentials = {"username": name, "password": name}
        with watched(browser, http_credentials=credentials) as seen:
            seen.open(f"{proxied.url}/decompte?{DECEMBER}")
            assert holds in seen.text()
            assert lacks not in seen.text()
            assert f"Connecté\u00a0: {name}" in seen.text()
            # A websocket that lives: another page without a reload.
            seen.page.get_by_role("link", name="Activités", exact=True).click()
            seen.page.get_by_text("visioconférences dans").wait_for(timeout=30_000)
            assert seen.page.url.startswith(f"{proxied.url}/activites")
            with seen.page.expect_download(timeout=60_000) as waiting:
                seen.page.get_by_role("button", name="Télécharger les données (CSV)").first.dispatch_event(
                    "click"
                )
            assert Path(waiting.value.path()).stat().st_size > 1_000


def test_without_a_cour_the_reason_is_said(browser: Browser, proxied: Mandataire) -> None:
    with watched(browser, http_credentials={"username": "personne", "password": "personne"}) as seen:
        seen.page.goto(f"{proxied.url}/decompte?{DECEMBER}")
        seen.page.get_by_role("alert").wait_for(timeout=30_000)
        assert "Aucune cour ne vous est ouverte" in seen.text()


def test_what_a_visitor_announces_is_worth_nothing(proxied: Mandataire) -> None:
    assert ask(f"{proxied.url}/synthese")[0] == 401
    # Beside the proxy, or with a secret that is not its own, nothing.
    forged = {"X_Remote_User": "sg", "X_Vigie_Cours": "*"}
    assert ask(f"{proxied.behind}/synthese", **forged)[0] == 403
    assert ask(f"{proxied.behind}/synthese", X_Vigie_Secret="t" * 40, **forged)[0] == 403
    assert ask(f"{proxied.behind}/_stcore/health")[0] == 403
    # What an address is said to be does not make it another.
    assert ask(f"{proxied.behind}/_stcore/health", X_Vigie_Secret=SECRET, X_Forwarded_For="9.9.9.9")[0] == 200
    # Through it, what is announced of oneself is erased: the page is drawn for douai all the same.
    assert ask(f"{proxied.url}/_stcore/health", "douai", **forged)[0] == 200


def test_another_address_does_not_pass_for_that_of_the_proxy(tmp_path: Path) -> None:
    with running_server(
        tmp_path,
        wait_until_ready=False,
        VIGIE_IDENTITE="mandataire",
        VIGIE_MANDATAIRE_SECRET=SECRET,
        VIGIE_MANDATAIRE_ADRESSES="10.0.0.5",
        VIGIE_DEMO="false",
    ) as running:
        for forwarded in ({}, {"X_Forwarded_For": "10.0.0.5"}, {"X_Forwarded_For": "10.0.0.5:80, 10.0.0.5"}):
            status, _ = ask(f"{running.url}/_stcore/health", X_Vigie_Secret=SECRET, **forwarded)
            assert status == 403, forwarded
