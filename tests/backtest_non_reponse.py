"""What the estimate of the silent is worth: `python -m tests.backtest_non_reponse FICHIER.parquet`.

Or on worlds made from a seed, on which its constants were tuned: `--simuler GRAINE`.

Over all the months of each world: bias of the total; relative error of each cour's total, root mean
square weighted by size (the square root of Σ T (E/T − 1)² / Σ T); whether the national 95 % interval and the
upper bound hold the truth, for the country and for the cours, and how high that bound is; coverage of the
cours' 80 % intervals. Beside: what is declared alone; the ratio estimator (Cochran 1977, ch. 6), which
spreads the respondents' rate over the silent; the bound by that rate + 1,96 standard errors (Manski 1989).
"""

import json
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean

import click
import numpy as np
import polars as pl
from numpy.typing import NDArray

from analytics.couverture.ceiling import cap_silence
from analytics.couverture.nonresponse import estimate
from analytics.statistics.negative_binomial import Loi
from analytics.vocabulary.errors import UserFacingError
from tests.outils.worlds import simulate_silences

Floats = NDArray[np.float64]
COLUMNS = {
    "non_reponse": pl.String,
    "monde": pl.Int64,
    "cour": pl.String,
    "juridiction": pl.String,
    "mois": pl.Int64,
    "base_mensuelle": pl.Float64,
    "saison": pl.Float64,
    "evitees_vraies": pl.Float64,
    "a_repondu": pl.Boolean,
}


@dataclass(frozen=True)
class Monde:
    """One world: what was really avoided, by whom, and who said so; all (juridictions, months)."""

    genre: str
    vraies: Floats
    exposition: Floats
    saison: Floats
    repondu: NDArray[np.bool_]
    cours: NDArray[np.str_]


def read_silences(path: Path) -> pl.DataFrame:
    """Read worlds of silent juridictions from a Parquet file; say in French what is wrong with it."""
    try:
        frame = pl.read_parquet(path)
        return frame.select(pl.col(name).cast(kind) for name, kind in COLUMNS.items())
    except (OSError, pl.exceptions.PolarsError) as error:
        raise UserFacingError(
            f"{path} n'est pas un fichier Parquet de mondes : il faut les colonnes {', '.join(COLUMNS)}."
        ) from error


def each_world(frame: pl.DataFrame) -> Iterator[Monde]:
    """Give the worlds one by one, juridictions and months in order."""
    keys = ["non_reponse", "monde"]
    ordered = frame.sort(*keys, "cour", "juridiction", "mois")
    for (genre, _), rows in ordered.group_by(keys, maintain_order=True):
        shape = (rows.select("cour", "juridiction").n_unique(), rows["mois"].n_unique())
        yield Monde(
            genre=str(genre),
            vraies=rows["evitees_vraies"].to_numpy().reshape(shape),
            exposition=(rows["base_mensuelle"] * rows["saison"]).to_numpy().reshape(shape),
            saison=rows["saison"].to_numpy().reshape(shape)[0],
            repondu=rows["a_repondu"].to_numpy().reshape(shape),
            cours=rows["cour"].to_numpy().reshape(shape)[:, 0].astype(np.str_),
        )


def _error_by_cour(monde: Monde, told: Floats) -> float:
    true = np.array([monde.vraies[monde.cours == cour].sum() for cour in np.unique(monde.cours)])
    said = np.array([told[monde.cours == cour].sum() for cour in np.unique(monde.cours)])
    live = true > 0
    return float(np.sqrt((true[live] * (said[live] / true[live] - 1) ** 2).sum() / true[live].sum()))


def score(frame: pl.DataFrame) -> dict[str, dict[str, float]]:
    """Score the estimate on each kind of silence."""
    notes: dict[str, dict[str, list[float]]] = {}
    for monde in each_world(frame):
        start = time.perf_counter()
        said = np.where(monde.repondu, monde.vraies, 0.0)
        ceiling = cap_silence(
            said,
            monde.saison,
            monde.repondu,
            monde.exposition > 0,
            ["TGI"] * monde.cours.size,
            [rank // 3 for rank in range(monde.saison.size)],
        )
        found = estimate(said, monde.exposition, monde.repondu, monde.cours)
        seconds = time.perf_counter() - start
        everyone = np.arange(monde.cours.size)
        declared, law = found.total(everyone)
        missing, true = float(monde.vraies.sum()) - declared, float(monde.vraies.sum())
        held = [
            _held(monde, found.total(np.flatnonzero(monde.cours == cour)), cour)
            for cour in np.unique(monde.cours)
        ]
        seen = np.where(monde.repondu, monde.exposition, 0.0).sum(axis=0)
        rate = np.where(monde.repondu, monde.vraies, 0.0).sum(axis=0) / seen
        spread = np.where(monde.repondu, monde.vraies, rate * monde.exposition)
        low, high = float(law.quantile(0.025)[0]), float(law.quantile(0.975)[0])
        for name, value in {
            "biais": (declared + float(law.moyenne[0])) / true - 1,
            "rmse_par_cour": _error_by_cour(monde, found.declare + found.manque),
            "national_95": float(low <= missing <= high),
            "couvre_80": fmean(held),
            "bornes": float(0 <= missing <= ceiling.sum()),
            "bornes_cours": _bounded(monde, ceiling),
            "hauteur": (declared + float(ceiling.sum())) / true,
            "biais_declare": declared / true - 1,
            "rmse_declare": _error_by_cour(monde, found.declare),
            "biais_rapport": float(spread.sum()) / true - 1,
            "rmse_rapport": _error_by_cour(monde, spread),
            "bornes_taux": float(missing <= rate_bound(said, monde.exposition, monde.repondu).sum()),
            "bornes_taux_cours": _bounded(monde, rate_bound(said, monde.exposition, monde.repondu)),
            "ms": seconds * 1000,
        }.items():
            notes.setdefault(monde.genre, {}).setdefault(name, []).append(value)
    return {
        genre: {name: round(fmean(values), 4) for name, values in named.items()}
        for genre, named in notes.items()
    }


def _held(monde: Monde, told: tuple[float, Loi], cour: str) -> float:
    declared, law = told
    missing = float(monde.vraies[monde.cours == cour].sum()) - declared
    return float(law.quantile(0.10)[0] <= missing <= law.quantile(0.90)[0])


def _bounded(monde: Monde, ceiling: Floats) -> float:
    """Give the share of the cours whose silent avoided no more than the bound."""
    unsaid = np.where(monde.repondu, 0.0, monde.vraies)
    return fmean(
        float(unsaid[monde.cours == cour].sum() <= ceiling[monde.cours == cour].sum())
        for cour in np.unique(monde.cours)
    )


def rate_bound(counts: Floats, exposition: Floats, repondu: NDArray[np.bool_]) -> Floats:
    """Bound the silent by the respondents' rate of the month + 1,96 standard errors (Manski 1989)."""
    seen = np.where(repondu, exposition, 0.0)
    total = seen.sum(axis=0)
    rate = np.divide(counts.sum(axis=0), total, out=np.zeros_like(total), where=total > 0)
    number = (seen > 0).sum(axis=0)
    residual = np.where(repondu, counts - rate * seen, 0.0)
    spread = (residual**2).sum(axis=0) * number / np.maximum(number - 1, 1)
    error = np.divide(np.sqrt(spread), total, out=np.zeros_like(total), where=total > 0)
    return np.where(repondu, 0.0, exposition) * (rate + 1.96 * error)


@click.command()
@click.argument("fichier", metavar="[FICHIER.parquet]", required=False)
@click.option("--format", "output", type=click.Choice(["texte", "json"]), default="texte")
@click.option("--simuler", metavar="GRAINE", type=int, help="Juger sur des mondes tirés de cette graine.")
@click.option("--mondes", type=int, default=24, help="Mondes de chaque genre, avec --simuler.")
def main(fichier: str | None, output: str, simuler: int | None, mondes: int) -> None:
    """Juger l'estimation des réponses manquantes sur des mondes simulés."""
    try:
        if (fichier is None) == (simuler is None):
            raise UserFacingError("Donnez un fichier de mondes, ou --simuler GRAINE.")
        frame = read_silences(Path(fichier)) if fichier else simulate_silences(simuler or 0, worlds=mondes)
        scores = score(frame)
    except UserFacingError as error:
        click.echo(str(error), err=True)
        sys.exit(2)
    if output == "json":
        click.echo(json.dumps(scores, ensure_ascii=False, indent=1))
        return
    for genre, figures in scores.items():
        click.echo(genre)
        for name, value in figures.items():
            click.echo(f"  {name:18}{value:9.3f}")


if __name__ == "__main__":
    main()
