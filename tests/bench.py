"""`uv run python -m tests.bench`: what the product costs, beside what bare polars would for the same work.

Prints each figure as it comes and writes them all in `bench.json`. Nothing here is asserted: a slow
machine is not a defect. The pages are measured on a real server, by visitors that speak its protocol.
"""

import argparse
import asyncio
import json
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import polars as pl
import psutil

from analytics.leviers.levier import POINTS, RECOURS, REPONSE, Levier
from analytics.scenarios.draws import draw
from analytics.scenarios.scenario import Scenario
from analytics.scenarios.simulation import simulate
from analytics.statistics.ranges import LOGISTIQUE, Plage
from analytics.vocabulary.reference import Reference
from data.reference import load_reference
from data.settings import Settings
from data.store.store import Entree, open_store
from tests.analytics.scenarios.terrains import USUAL, ground
from tests.outils.visiteur import PAGES, running_server, visiting

LINES = 1_000_000
VISITS = 25
PAGES_EACH = 8
REFUSED = 200_000


def declared(reference: Reference, months: int) -> pl.DataFrame:
    """Make declarations of every cell of the country, from January 2009."""
    last = date(2009 + (months - 1) // 12, (months - 1) % 12 + 1, 1)
    cells = reference.attendues(date(2009, 1, 1), last).join(
        reference.lignes.filter(pl.col("legal_depuis").fill_null(date.min) < date(2009, 1, 1)), on="type"
    )
    return cells.select(
        "mois",
        "juridiction",
        "activite",
        visioconferences=(pl.int_range(pl.len()) * 7 % 23).cast(pl.Int64),
        extractions_evitees=(pl.int_range(pl.len()) * 7 % 23 // 2).cast(pl.Int64),
    )


def as_entree(cells: pl.DataFrame, number: int) -> Entree:
    """Make a lot of declarations that differ from those of another number."""
    lines = cells.with_row_index("ligne").with_columns(pl.col("visioconferences") + number)
    return Entree(
        nature="declarations",
        origine="import",
        auteur="mesure",
        fichier=f"{number}.csv",
        sha256=f"{number:064d}",
        lues=lines.height,
        acceptees=lines,
    )


def fill(path: Path, cells: pl.DataFrame, lots: int) -> int:
    """Fill a store with some lots of the same cells; give the number of declarations."""
    store = open_store(Settings(database_url=str(path)), load_reference())
    for number in range(lots):
        store.record(
            as_entree(cells, number), connu_le=datetime(2019, 1, 1, tzinfo=UTC) + timedelta(days=number)
        )
    store.close()
    return cells.height * lots


def bare_polars(cells: pl.DataFrame, lots: int) -> float:
    """Time the sums a page needs, from all the declared rows, with nothing else; seconds."""
    rows = pl.concat([as_entree(cells, number).acceptees for number in range(lots)])

    def once() -> float:
        began = time.perf_counter()
        rows.group_by("mois", "activite").agg(pl.col("visioconferences", "extractions_evitees").sum())
        rows.group_by("mois", "juridiction").agg(pl.len(), pl.col("extractions_evitees").sum())
        return time.perf_counter() - began

    return median(once() for _ in range(5))


def measure_import(folder: Path) -> dict[str, Any]:
    """Time `vigie importer` on a million lines, and polars reading the same file as text."""
    cells = declared(load_reference(), 460).head(LINES)
    return run_import(cells.with_columns(pl.col("mois").dt.to_string("%Y-%m")), folder)


def measure_refusals(folder: Path) -> dict[str, Any]:
    """Time `vigie importer` on lines all refused, each kind beside as many accepted."""
    good = declared(load_reference(), 120).head(REFUSED)
    good = good.with_columns(pl.col("mois").dt.to_string("%Y-%m"))
    rank = pl.int_range(pl.len()).cast(pl.String)
    results = {
        "acceptees": run_import(good, folder),
        "noms_inconnus": run_import(good.with_columns(juridiction="TGI de Nulle-part " + rank), folder),
        "mois_illisibles": run_import(good.with_columns(mois="mois " + rank), folder),
        "negatifs": run_import(good.with_columns(visioconferences=-1 - pl.int_range(pl.len())), folder),
        "evitees_de_trop": run_import(good.with_columns(extractions_evitees=pl.lit(9_999)), folder),
    }
    for found in results.values():
        found["fois_acceptees"] = round(found["secondes"] / results["acceptees"]["secondes"], 2)
    return results


def run_import(lines: pl.DataFrame, folder: Path) -> dict[str, Any]:
    """Time `vigie importer` on some lines in an empty store, and polars reading the same file as text."""
    for old in folder.iterdir():
        old.unlink()
    path = folder / "lignes.csv"
    lines.write_csv(path, separator=";")
    began = time.perf_counter()
    pl.read_csv(path, separator=";", infer_schema=False)
    bare = time.perf_counter() - began
    environment = {"VIGIE_DATABASE_URL": str(folder / "lignes.sqlite"), "PATH": "/usr/bin:/bin"}
    began = time.perf_counter()
    account = folder / "compte_rendu.json"
    command = [sys.executable, "-m", "cli", "importer", str(path), "--auteur", "mesure", "--format", "json"]
    with account.open("wb") as output:
        process = subprocess.Popen(command, env=environment, stdout=output)
    watched = psutil.Process(process.pid)
    peak = 0
    while process.poll() is None:
        try:
            peak = max(peak, watched.memory_info().rss)
        except psutil.Error:
            break
        time.sleep(0.05)
    seconds = time.perf_counter() - began
    report = json.loads(account.read_bytes())[0]
    return {
        "lignes": report["lues"],
        "acceptees": report["acceptees"],
        "secondes": round(seconds, 2),
        "lignes_par_s": round(report["lues"] / seconds),
        "memoire_mib": round(peak / 2**20),
        "polars_lecture_seule_s": round(bare, 3),
    }


async def visit_alone(url: str, pid: int, page: str) -> dict[str, float]:
    """Open one page again and again as new visitors; give CPU and wall milliseconds of one."""
    process = psutil.Process(pid)

    async def once() -> float:
        async with visiting(url, page) as visit:
            run = await visit.run()
            if run.errors or run.status != "FINISHED_SUCCESSFULLY":
                raise RuntimeError(f"{page}: {run.status} {run.errors}")
            return run.seconds

    for _ in range(3):
        await once()
    await asyncio.sleep(0.5)
    before = process.cpu_times()
    walls = [await once() for _ in range(VISITS)]
    after = process.cpu_times()
    spent = (after.user + after.system - before.user - before.system) / VISITS
    return {"cpu_ms": round(spent * 1000, 1), "mur_ms": round(median(walls) * 1000, 1)}


def measure_pages(folder: Path, name: str, months: int, lots: int) -> dict[str, Any]:
    """Measure every page on a store of so many months, declared so many times."""
    cells = declared(load_reference(), months)
    store = folder / f"{name}.sqlite"
    rows = fill(store, cells, lots)
    bare = bare_polars(cells, lots) * 1000
    own = folder / name
    own.mkdir()
    with running_server(own, VIGIE_DATABASE_URL=str(store)) as server:
        pages = {page: asyncio.run(visit_alone(server.url, server.pid, page)) for page in PAGES}
        memory = psutil.Process(server.pid).memory_info().rss
    for figures in pages.values():
        figures["rapport_polars"] = round(figures["cpu_ms"] / bare, 2)
    return {
        "declarations": rows,
        "polars_seul_ms": round(bare, 1),
        "memoire_mib": round(memory / 2**20),
        "pages": pages,
    }


def measure_start(folder: Path) -> dict[str, Any]:
    """Time a first start (store and demo to make), a next one, and the first visitor against the second."""
    own = folder / "demarrage"
    own.mkdir()
    result: dict[str, Any] = {}
    for turn in ("premier_demarrage", "demarrage_suivant"):
        with running_server(own) as server:

            async def draw(url: str = server.url) -> float:
                async with visiting(url, "synthese") as visit:
                    return (await visit.run()).seconds

            result[turn] = {
                "port_ouvert_s": round(server.port_open_s, 2),
                "pret_s": round(server.ready_s, 2),
                "premier_visiteur_ms": round(asyncio.run(draw()) * 1000),
                "deuxieme_visiteur_ms": round(asyncio.run(draw()) * 1000),
            }
    return result


async def crowd(url: str, users: int) -> dict[str, Any]:
    """Put many visitors on the server at once, without think time, and ask for its health meanwhile."""
    latencies: list[float] = []
    healths: list[float] = []
    errors: list[str] = []
    done = asyncio.Event()

    async def visitor(number: int) -> None:
        try:
            async with visiting(url, PAGES[number % 3]) as visit:
                for _ in range(PAGES_EACH):
                    run = await visit.run()
                    latencies.append(run.seconds)
                    errors.extend(run.errors)
        except Exception as error:  # a load test counts every failure, whatever it is
            errors.append(repr(error))

    def ask_health() -> float:
        began = time.perf_counter()
        with urllib.request.urlopen(f"{url}/_stcore/health", timeout=10):
            return time.perf_counter() - began

    async def health() -> None:
        while not done.is_set():
            healths.append(await asyncio.to_thread(ask_health))
            await asyncio.sleep(0.2)

    watcher = asyncio.create_task(health())
    began = time.perf_counter()
    await asyncio.gather(*(visitor(number) for number in range(users)))
    elapsed = time.perf_counter() - began
    done.set()
    await watcher
    ordered = sorted(latencies)
    return {
        "visiteurs": users,
        "pages": len(latencies),
        "erreurs": len(errors),
        "exemples": errors[:3],
        "pages_par_s": round(len(latencies) / elapsed, 1),
        "mediane_ms": round(median(ordered) * 1000),
        "p95_ms": round(ordered[int(len(ordered) * 0.95)] * 1000),
        "sante_max_ms": round(max(healths) * 1000),
    }


def measure_crowd(folder: Path, users: int) -> dict[str, Any]:
    """Measure many visitors on the demo."""
    own = folder / "foule"
    own.mkdir()
    with running_server(own) as server:
        before = psutil.Process(server.pid).memory_info().rss
        result = asyncio.run(crowd(server.url, users))
        result["memoire_mib"] = round(psutil.Process(server.pid).memory_info().rss / 2**20)
        result["memoire_avant_mib"] = round(before / 2**20)
    return result


def measure_scenario(folder: Path) -> dict[str, Any]:
    """Measure 37 cours × 20 activités × 24 months × 1 024 draws, by how many levers act on all of it.

    Beside them, one minimum and one sum over as many numbers: the least that any of it could cost.
    """
    del folder
    terrain = ground(cours=37, courts=1, activities=20, months=24)
    levers = (
        Levier(RECOURS, Plage(0.2, 0.3, 0.4), terrain.mois[2], forme=LOGISTIQUE, plein=terrain.mois[14]),
        Levier(POINTS, Plage(0.02, 0.05, 0.08), terrain.mois[5]),
        Levier(REPONSE, Plage(0.8, 0.9, 1.0), terrain.mois[1]),
    )
    results: dict[str, Any] = {}
    for count in (1, len(levers)):
        scenario = Scenario(terrain.mois[0], levers[:count])
        drawn = draw(scenario, USUAL, tirages=1024, graine=1)
        simulate(terrain, scenario, USUAL, drawn)
        start = time.perf_counter()
        simulate(terrain, scenario, USUAL, drawn)
        results[f"{count}_leviers_s"] = round(time.perf_counter() - start, 2)
    plain = np.random.default_rng(1).random((20, 24, 1024))
    start = time.perf_counter()
    for _ in terrain.cours:
        np.minimum(plain, 0.5).sum(axis=0)
    results["numpy_nu_s"] = round(time.perf_counter() - start, 2)
    results["memoire_mib"] = psutil.Process().memory_info().rss // 2**20
    return results


STEPS: dict[str, Callable[[Path], dict[str, Any]]] = {
    "demarrage": measure_start,
    "pages_24_mois": lambda folder: measure_pages(folder, "mois_24", 24, 1),
    "pages_120_mois": lambda folder: measure_pages(folder, "mois_120", 120, 1),
    "scenario": measure_scenario,
    "foule": lambda folder: measure_crowd(folder, 50),
    "foule_200": lambda folder: measure_crowd(folder, 200),
    "import": measure_import,
    "refus": measure_refusals,
    "pages_10_millions": lambda folder: measure_pages(folder, "millions_10", 120, 32),
}


def main(arguments: Sequence[str]) -> None:
    """Run the measures asked for (all of them by default)."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("mesures", nargs="*", choices=[*STEPS, []], help="par défaut, toutes")
    parser.add_argument("--sortie", type=Path, default=Path("bench.json"))
    options = parser.parse_args(arguments)
    results: dict[str, Any] = {}
    for name in options.mesures or STEPS:
        with tempfile.TemporaryDirectory() as folder:
            results[name] = STEPS[name](Path(folder))
        print(name, json.dumps(results[name], ensure_ascii=False, indent=1), flush=True)
        options.sortie.write_text(json.dumps(results, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
