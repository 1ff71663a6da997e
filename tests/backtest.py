"""What the projection is worth, on worlds whose truth is known: `python -m tests.backtest FICHIER.parquet`.

Origins after months 1, 3, 6, 9, 11 of both years; the target is each cour's sum to December. CRPS summed
over the cours ÷ sum of their annual totals, averaged over origins and worlds; coverage of the central
intervals over the cours and for the country; error of the national total; Brier score of « annual total ≥ 5 %
of the base ». By family, over all, and by origin (« apres_03 »: after three months). Base and season are
given, as they would be.
"""

import json
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from statistics import fmean
from typing import Any

import click
import numpy as np
import polars as pl
from numpy.typing import NDArray

from analytics.projection.model import project
from analytics.projection.national_path import Croyance
from analytics.projection.outlook import run_rate
from analytics.statistics.negative_binomial import Loi
from analytics.vocabulary.errors import UserFacingError
from tests.outils.worlds import Monde, each_world, read_worlds, simulate

Floats = NDArray[np.float64]
_AFTER = "apres_"
ORIGINS = (1, 3, 6, 9, 11, 13, 15, 18, 21, 23)


@dataclass(frozen=True)
class Annonce:
    """What a method announces of the sums to come: one law a cour, and one for the country."""

    cours: Loi
    pays: Loi


Methode = Callable[[Floats, Floats, Floats], Annonce]


def vigie(evitees: Floats, exposition: Floats, future: Floats) -> Annonce:
    """Announce as the product does."""
    projected = project(evitees, exposition, future, Croyance())
    mean, variance = projected.together(range(evitees.shape[0]))
    return Annonce(projected.loi, Loi(mean[-1:], variance[-1:]))


def plain_run_rate(evitees: Floats, exposition: Floats, future: Floats) -> Annonce:
    """Announce that each month to come will be the mean of those known, Poisson."""
    mean = evitees.mean(axis=1) * future.shape[1]
    return Annonce(Loi(mean, mean), Loi(mean.sum(keepdims=True), mean.sum(keepdims=True)))


def seasonal_run_rate(evitees: Floats, exposition: Floats, future: Floats) -> Annonce:
    """Announce the rate held so far, season included, quasi-Poisson."""
    mean, variance = run_rate(evitees, exposition, future)
    return Annonce(Loi(mean, variance), Loi(mean.sum(keepdims=True), variance.sum(keepdims=True)))


METHODS: dict[str, Methode] = {
    "vigie": vigie,
    "rythme": plain_run_rate,
    "rythme_saisonnier": seasonal_run_rate,
}


@dataclass
class _Notes:
    crps: list[float] = field(default_factory=list[float])
    couvre_80: list[float] = field(default_factory=list[float])
    couvre_95: list[float] = field(default_factory=list[float])
    national_80: list[float] = field(default_factory=list[float])
    national_95: list[float] = field(default_factory=list[float])
    biais: list[float] = field(default_factory=list[float])
    brier: list[float] = field(default_factory=list[float])
    ms: list[float] = field(default_factory=list[float])

    def add(self, monde: Monde, origin: int, annonce: Annonce, seconds: float) -> None:
        year = slice(12 if origin > 12 else 0, 24 if origin > 12 else 12)
        total = monde.evitees[:, year].sum(axis=1)
        target = monde.evitees[:, origin : year.stop].sum(axis=1)
        self.crps.append(float(annonce.cours.crps(target).sum() / total.sum()))
        self.couvre_80.append(float(_holds(annonce.cours, target, 0.80).mean()))
        self.couvre_95.append(float(_holds(annonce.cours, target, 0.95).mean()))
        whole = target.sum(keepdims=True)
        self.national_80.append(float(_holds(annonce.pays, whole, 0.80).mean()))
        self.national_95.append(float(_holds(annonce.pays, whole, 0.95).mean()))
        self.biais.append(float((annonce.pays.moyenne - whole).sum() / total.sum()))
        known = total - target
        miss: Floats = annonce.cours.at_least(monde.objectif - known) - (total >= monde.objectif)
        self.brier.append(float(np.dot(miss, miss)) / miss.size)
        self.ms.append(seconds * 1000)

    def mean(self) -> dict[str, float]:
        return {name: round(fmean(values), 4) for name, values in vars(self).items()}


def _holds(loi: Loi, value: Floats, level: float) -> NDArray[np.bool_]:
    tail = (1 - level) / 2
    return (loi.quantile(tail) <= value) & (value <= loi.quantile(1 - tail))


def score(
    frame: pl.DataFrame, methods: dict[str, Methode], *, origins: Iterable[int] = ORIGINS
) -> dict[str, dict[str, dict[str, float]]]:
    """Score each method on each family, over all of them (« ensemble »), and by months known."""
    notes: dict[str, dict[str, _Notes]] = {name: {} for name in methods}
    for monde in each_world(frame):
        for origin in origins:
            stop = 24 if origin > 12 else 12
            known = monde.evitees[:, :origin], monde.exposition[:, :origin], monde.exposition[:, origin:stop]
            for name, method in methods.items():
                start = time.perf_counter()
                annonce = method(*known)
                seconds = time.perf_counter() - start
                for group in (monde.famille, "ensemble", f"{_AFTER}{origin:02d}"):
                    notes[name].setdefault(group, _Notes()).add(monde, origin, annonce, seconds)
    return {name: {group: kept.mean() for group, kept in groups.items()} for name, groups in notes.items()}


def autoets(evitees: Floats, exposition: Floats, future: Floats) -> Annonce:
    """Announce with AutoETS (statsforecast), cour by cour, on the rates; for comparison only."""
    models: Any = import_module("statsforecast.models")  # an optional group: its types may be absent

    months = future.shape[1]
    mean, spread = np.zeros(evitees.shape[0]), np.zeros(evitees.shape[0])
    for rank, (counts, seen, ahead) in enumerate(zip(evitees, exposition, future, strict=True)):
        fitted: dict[str, Floats] = models.AutoETS(season_length=1).forecast(
            y=counts / seen * seen.mean(), h=months, level=[80]
        )
        scale = ahead / seen.mean()
        mean[rank] = max(float((fitted["mean"] * scale).sum()), 0.0)
        each = (fitted["hi-80"] - fitted["lo-80"]) / (2 * 1.2816)
        spread[rank] = float(((each * scale) ** 2).sum())
    variance = np.maximum(np.nan_to_num(spread), mean)
    return Annonce(Loi(mean, variance), Loi(mean.sum(keepdims=True), variance.sum(keepdims=True)))


# An exponential smoothing needs a few months; the others are then scored at the same origins.
AUTOETS_ORIGINS = (9, 11, 13, 15, 18, 21, 23)


@click.command()
@click.argument("fichier", metavar="[FICHIER.parquet]", required=False)
@click.option("--format", "output", type=click.Choice(["texte", "json"]), default="texte")
@click.option("--simuler", metavar="GRAINE", type=int, help="Juger sur des mondes tirés de cette graine.")
@click.option("--mondes", type=int, default=8, help="Mondes par famille, avec --simuler.")
@click.option("--autoets", "with_ets", is_flag=True, help="Comparer aussi à AutoETS (groupe « banc »).")
def main(fichier: str | None, output: str, simuler: int | None, mondes: int, with_ets: bool) -> None:
    """Juger la projection sur des mondes simulés."""
    try:
        if (fichier is None) == (simuler is None):
            raise UserFacingError("Donnez un fichier de mondes, ou --simuler GRAINE.")
        frame = read_worlds(Path(fichier)) if fichier else simulate(simuler or 0, worlds=mondes)
        methods, origins = dict(METHODS), ORIGINS
        if with_ets:
            try:
                import_module("statsforecast")
            except ImportError as error:
                raise UserFacingError(
                    "AutoETS n'est pas installé : lancez "
                    "« uv run --no-dev --group banc python -m tests.backtest … »."
                ) from error
            methods["autoets"], origins = autoets, AUTOETS_ORIGINS
        scores = score(frame, methods, origins=origins)
    except UserFacingError as error:
        click.echo(str(error), err=True)
        sys.exit(2)
    if output == "json":
        ours = scores.pop("vigie")
        by_origin = {group: ours.pop(group) for group in sorted(ours) if group.startswith(_AFTER)}
        told = {**ours, "par_origine": by_origin, "comparaison": scores}
        click.echo(json.dumps(told, ensure_ascii=False, indent=1))
        return
    for name, groups in scores.items():
        click.echo(name)
        for group, figures in sorted(groups.items()):
            click.echo(f"  {group:9}" + "  ".join(f"{key} {value:.3f}" for key, value in figures.items()))


if __name__ == "__main__":
    main()
