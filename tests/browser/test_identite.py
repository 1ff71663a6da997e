"""Signing in through a real provider, in a real browser: each sees and takes away what is theirs."""

import csv
import io
import json
import re
import shutil
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, expect

from data.reference import load_reference
from tests.browser import conftest
from tests.browser.conftest import Watched
from tests.conftest import whole_run
from tests.outils.visiteur import PAGES, Server, free_port, run_apart, running_server, visiting

READERS = {
    "nationale": {"email": "sg@justice.example", "vigie_cours": "*"},
    "douai": {"email": "pp@douai.example", "vigie_cours": "CA-DOUAI"},
    "deux": {"email": "deux@cours.example", "vigie_cours": "CA-DOUAI, CA-PARIS"},
    "sans": {"email": "stagiaire@justice.example"},
    "vrai": {"email": "vrai@justice.example", "vigie_cours": True},
    "etoile": {"email": "etoile@justice.example", "vigie_cours": {"*": True}},
    "inconnue": {"email": "inconnue@justice.example", "vigie_cours": ["CA-DOUAI", "CA-LILLE"]},
}
DECEMBER = "annee=2009&mois=12&cour=CA-DOUAI"


@dataclass(frozen=True)
class Site:
    """A server that knows its readers by a provider."""

    url: str
    server: Server
    secrets: Path


@pytest.fixture(scope="module")
def site(browser: Browser, demo_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with serving(tmp_path_factory.mktemp("identite"), demo_file) as found:
        yield found


@contextmanager
def serving(folder: Path, demo_file: Path) -> Generator[Site]:
    shutil.copy(demo_file, folder / "vigie.sqlite")
    with provider(folder) as metadata:
        port = free_port()
        secrets = folder / ".streamlit" / "secrets.toml"
        secrets.parent.mkdir()
        secrets.write_text(described(port, metadata))
        with running_server(folder, port=port, VIGIE_IDENTITE="oidc") as running:
            yield Site(f"http://127.0.0.1:{port}", running, secrets)


@contextmanager
def provider(folder: Path) -> Generator[str]:
    """Start an OpenID Connect provider that knows the readers; give where it describes itself."""
    port = free_port()
    users = [json.dumps({"sub": sub, **claims}) for sub, claims in READERS.items()]
    words = [word for user in users for word in ("--user-claims", user)]
    with (folder / "fournisseur.log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "oidc_provider_mock", "-p", str(port), "-e", "36000", *words],
            stdout=log,
            stderr=log,
        )
    try:
        yield f"http://127.0.0.1:{port}/.well-known/openid-configuration"
    finally:
        process.kill()
        process.wait()


def described(port: int, metadata: str) -> str:
    return (
        "[auth]\n"
        f'redirect_uri = "http://127.0.0.1:{port}/oauth2callback"\n'
        f'cookie_secret = "{"k" * 40}"\n'
        'client_id = "vigie"\nclient_secret = "secret"\n'
        f'server_metadata_url = "{metadata}"\n'
    )


@contextmanager
def window(browser: Browser) -> Generator[tuple[BrowserContext, Watched]]:
    with conftest.window(browser) as context:
        context.route("https://**", lambda route: route.abort())
        yield context, Watched(context.new_page())


def sign_in(seen: Watched, site: Site, who: str, page: str) -> None:
    """Ask for a page, and sign in on the way."""
    seen.page.goto(f"{site.url}/{page}")
    seen.page.get_by_role("button", name="Se connecter").click(timeout=30_000)
    seen.page.get_by_role("button", name=who, exact=True).click(timeout=30_000)
    seen.page.get_by_text("Connecté").wait_for(timeout=30_000)


def take(seen: Watched, label: str) -> tuple[str, bytes]:
    with seen.page.expect_download(timeout=60_000) as waiting:
        seen.page.get_by_role("button", name=label, exact=True).first.click()
    return waiting.value.suggested_filename, Path(waiting.value.path()).read_bytes()


async def all_pages(url: str, cookies: dict[str, str]) -> dict[str, str]:
    """Give all that the server sends of each page to who has these cookies."""
    said: dict[str, str] = {}
    for page in PAGES:
        async with visiting(url, page, DECEMBER, cookies=cookies) as visit:
            run = await visit.run()
        assert (run.status, run.errors) == ("FINISHED_SUCCESSFULLY", [])
        # Nothing that holds figures otherwise than as text.
        assert set(run.kinds) == {"heading", "html", "button"}
        said[page] = run.whole.replace("\u00a0", " ")
    return said


def plain(seen: Watched) -> str:
    return seen.text().replace("\u00a0", " ")


@pytest.mark.parametrize("page", ["cour", "decompte", "donnees"])
def test_nobody_sees_nothing(browser: Browser, site: Site, page: str) -> None:
    with window(browser) as (_, seen):
        seen.page.goto(f"{site.url}/{page}?{DECEMBER}")
        expect(seen.page.get_by_role("button", name="Se connecter")).to_be_visible(timeout=30_000)
        assert "Douai" not in plain(seen)
        assert "footer" not in seen.page.content()


@pytest.mark.parametrize("path", ["media/0123456789abcdef.csv", "_stcore/upload_file/fenetre/fichier"])
def test_nobody_reads_nor_leaves_a_file(site: Site, path: str) -> None:
    request = urllib.request.Request(f"{site.url}/{path}", data=b"x" * 100, method="PUT")
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(request)
    assert refused.value.code == 403
    assert refused.value.read().decode() == "Connectez-vous d'abord."


def test_a_national_reader_comes_back_where_they_were_going_and_takes_every_document(
    browser: Browser, site: Site
) -> None:
    with window(browser) as (_, seen):
        sign_in(seen, site, "nationale", f"decompte?{DECEMBER}")
        seen.settle()
        assert seen.page.url.startswith(f"{site.url}/decompte?")
        assert "cour=CA-DOUAI" in seen.page.url
        assert "Connecté : sg@justice.example" in plain(seen)
        assert "le ministère" in plain(seen)
        names: dict[str, bytes] = {}
        for label in ("Relevé (PDF)", "Classeur à formules (XLSX)", "Tableau (CSV)", "Données (JSON)"):
            name, content = take(seen, label)
            names[name.rpartition(".")[2]] = content
        assert names["pdf"].startswith(b"%PDF")
        assert names["xlsx"].startswith(b"PK")
        assert "NATIONAL" in names["csv"].decode("utf-8-sig")
        assert len(json.loads(names["json"])["cours"]) == 37
        # One field of a name, nowhere: the identity signs.
        seen.open(f"{site.url}/decompte?{DECEMBER}&onglet=etats")
        assert seen.page.get_by_label("Votre nom").count() == 0


def test_a_reader_of_one_cour_takes_away_that_cour_alone(browser: Browser, site: Site) -> None:
    with window(browser) as (_, seen):
        sign_in(seen, site, "douai", f"decompte?{DECEMBER}")
        seen.settle()
        assert "le ministère" not in plain(seen)
        _, table = take(seen, "Tableau (CSV)")
        rows = list(csv.DictReader(io.StringIO(table.decode("utf-8-sig")), delimiter=";"))
        assert [row["cour"] for row in rows] == ["CA-DOUAI"]
        account = json.loads(take(seen, "Données (JSON)")[1])
        assert "national" not in account
        assert [line["cour"] for line in account["cours"]] == ["CA-DOUAI"]
        assert take(seen, "Relevé (PDF)")[1].startswith(b"%PDF")
        assert seen.page.get_by_role("button", name="Classeur à formules (XLSX)").count() == 0


def test_a_reader_of_two_cours_reads_one_at_a_time(browser: Browser, site: Site) -> None:
    with window(browser) as (_, seen):
        sign_in(seen, site, "deux", "decompte?annee=2009&mois=12&cour=CA-PARIS")
        seen.settle()
        assert "le ministère" not in plain(seen)
        account = json.loads(take(seen, "Données (JSON)")[1])
        assert [line["cour"] for line in account["cours"]] == ["CA-PARIS"]


@pytest.mark.parametrize(
    ("who", "why"),
    [
        ("sans", "Aucune cour ne vous est ouverte."),
        ("vrai", "n'est ni une liste de codes, ni « * »"),
        ("etoile", "n'est ni une liste de codes, ni « * »"),
        ("inconnue", "« CA-LILLE », qui n'est pas le code d'une cour"),
    ],
)
def test_without_a_cour_nothing_is_shown_and_the_reason_is_said(
    browser: Browser, site: Site, who: str, why: str
) -> None:
    with window(browser) as (context, seen):
        sign_in(seen, site, who, f"decompte?{DECEMBER}")
        seen.page.get_by_role("alert").wait_for(timeout=30_000)
        said = {"": plain(seen)}
        cookies = {each.get("name", ""): each.get("value", "") for each in context.cookies(site.url)}
    # What the server sends of each page to the same person: all that a window could show of it.
    said |= run_apart(all_pages(site.url, cookies))
    for page, told in said.items():
        assert why in told, page
        assert "n'a pas pu être affichée" not in told, page
        assert "extraction" not in told.lower(), page


def test_who_signed_out_is_out_whatever_the_browser_kept(browser: Browser, site: Site) -> None:
    with window(browser) as (context, seen):
        sign_in(seen, site, "douai", f"cour?{DECEMBER}")
        seen.settle()
        kept = [each for each in context.cookies() if each.get("name", "").startswith("_streamlit_user")]
        assert kept
        assert all(each.get("httpOnly") for each in kept)
        # A second window of the same person, open already.
        other = Watched(context.new_page())
        other.open(f"{site.url}/cour?{DECEMBER}")
        assert "Connecté : pp@douai.example" in plain(other)
        seen.page.get_by_role("button", name="Se déconnecter").click()
        seen.page.get_by_role("button", name="End session").click(timeout=30_000)
        expect(seen.page.get_by_role("button", name="Se connecter")).to_be_visible(timeout=30_000)
        other.page.get_by_role("link", name="Activités", exact=True).click()
        expect(other.page.get_by_role("button", name="Se connecter")).to_be_visible(timeout=30_000)
        context.add_cookies(kept)  # pyright: ignore[reportArgumentType] - as they came
        seen.page.goto(f"{site.url}/cour?{DECEMBER}")
        expect(seen.page.get_by_role("button", name="Se connecter")).to_be_visible(timeout=30_000)
        assert "Douai" not in plain(seen)


def test_secrets_that_cannot_be_read_any_more_open_nothing(
    browser: Browser, demo_file: Path, tmp_path: Path
) -> None:
    with serving(tmp_path, demo_file) as site:
        for broken in ("[auth\nredirect", "", "[autre]\nx = 1\n"):
            site.secrets.write_text(broken)
            with window(browser) as (_, seen):
                seen.page.goto(f"{site.url}/decompte?{DECEMBER}")
                button = seen.page.get_by_role("button", name="Se connecter")
                expect(button).to_be_visible(timeout=30_000)
                assert "Douai" not in plain(seen)
                button.click()
                seen.page.get_by_role("alert").wait_for(timeout=30_000)
                assert "prévenez l'équipe qui tient Vigie" in plain(seen)


@whole_run
def test_a_provider_that_does_not_answer_is_said_in_french(
    browser: Browser, demo_file: Path, tmp_path: Path
) -> None:
    with serving(tmp_path, demo_file) as site:
        port = site.url.rpartition(":")[2]
        site.secrets.write_text(described(int(port), f"http://127.0.0.1:{free_port()}/.well-known/x"))
        with window(browser) as (_, seen):
            seen.page.goto(f"{site.url}/cour?{DECEMBER}")
            seen.page.get_by_role("button", name="Se connecter").click(timeout=30_000)
            seen.page.get_by_role("heading", name="La connexion n'a pas abouti").wait_for(timeout=30_000)
            seen.page.get_by_role("link", name="Recommencer").click()
            expect(seen.page.get_by_role("button", name="Se connecter")).to_be_visible(timeout=30_000)
        assert "Traceback" not in site.server.log.read_text()


def test_what_is_kept_is_taken_away_by_whom_it_concerns(browser: Browser, site: Site) -> None:
    states = f"decompte?{DECEMBER}&onglet=etats"
    with window(browser) as (_, seen):
        sign_in(seen, site, "nationale", states)
        seen.settle()
        seen.page.get_by_text("Enregistrer la simulation affichée").click()
        seen.page.get_by_role("button", name="Enregistrer", exact=True).click()
        seen.page.get_by_text("Ce qui est enregistré : le ministère").wait_for(timeout=30_000)
        seen.settle()
        kept = seen.page.locator("table", has_text="Empreinte").first.inner_text()
        assert "sg@justice.example" in kept
        total = json.loads(take(seen_at(seen, f"{site.url}/decompte?{DECEMBER}"), "Données (JSON)")[1])
        etpt = f"{float(total['national']['etpt']):.4f}".replace(".", ",")
        assert etpt in kept
        seen.open(f"{site.url}/{states}")
        for label, start in (
            ("Relevé de la cour (PDF)", b"%PDF"),
            ("Relevé du ministère (PDF)", b"%PDF"),
            ("Classeur à formules (XLSX)", b"PK"),
        ):
            name, content = take(seen, label)
            assert content.startswith(start), label
            assert "simulation" in name
    with window(browser) as (_, seen):
        sign_in(seen, site, "douai", states)
        seen.page.get_by_text("Ce qui est enregistré : Douai").wait_for(timeout=30_000)
        seen.settle()
        kept = seen.page.locator("table", has_text="Empreinte").first.inner_text()
        own = next(line for line in total["cours"] if line["cour"] == "CA-DOUAI")
        assert f"{float(own['etpt']):.4f}".replace(".", ",") in kept
        assert etpt not in plain(seen)
        assert seen.page.get_by_text("Enregistrer la simulation affichée").count() == 0
        assert seen.page.get_by_text("Passer à l'état").count() == 0
        offered = seen.page.get_by_test_id("stDownloadButton").all_inner_texts()
        assert [text.split("\n")[-1] for text in offered] == ["Relevé de la cour (PDF)"]
        assert take(seen, "Relevé de la cour (PDF)")[1].startswith(b"%PDF")


def seen_at(seen: Watched, url: str) -> Watched:
    seen.open(url)
    return seen


@whole_run
def test_a_reader_of_one_cour_reads_of_no_other_and_not_the_line_of_the_ministry(
    browser: Browser, site: Site
) -> None:
    """Every page, every tab, every table that can be taken away."""
    cours = load_reference().cours
    # Méthode speaks of no cour's figures; « Bas » and the like are words as well as places.
    others = [nom for cour, nom in cours.select("cour", "nom_court").iter_rows() if cour != "CA-DOUAI"]
    with window(browser) as (_, seen):
        sign_in(seen, site, "nationale", f"decompte?{DECEMBER}")
        seen.settle()
        national = json.loads(take(seen, "Données (JSON)")[1])["national"]
        secrets = {f"{int(national['evitees']):,}".replace(",", " ")}
        secrets |= {f"{float(national['etpt']):.4f}".replace(".", ","), "Intéressement (simulation)"}
    with window(browser) as (_, seen):
        sign_in(seen, site, "douai", f"synthese?{DECEMBER}")
        for address in [
            *PAGES,
            *(f"decompte?onglet={tab}" for tab in ("releve", "regles", "etats", "sensibilite")),
            *(f"cour?onglet={tab}" for tab in ("activites", "agir")),
            *(f"collecte?onglet={tab}" for tab in ("juridictions", "relances", "messages", "alertes")),
        ]:
            page, _, tab = address.partition("?")
            seen.open(f"{site.url}/{page}?{DECEMBER}&{tab}")
            said = plain(seen)
            assert "n'a pas pu être affichée" not in said, address
            buttons = seen.page.get_by_role("button", name="Télécharger les données (CSV)")
            for rank in range(buttons.count()):
                with seen.page.expect_download(timeout=60_000) as waiting:
                    buttons.nth(rank).dispatch_event("click")
                said += Path(waiting.value.path()).read_text("utf-8-sig")
            assert [nom for nom in others if re.search(rf"\b{re.escape(nom)}\b", said)] == [], address
            assert [code for code in set(cours["cour"]) - {"CA-DOUAI"} if code in said] == [], address
            assert [secret for secret in secrets if secret in said] == [], address
