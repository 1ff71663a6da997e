"""What readers are told of the year's end, judged: `python -m tests.backtest_bout_en_bout FICHIER.parquet`.

Or on worlds made from a seed: `--simuler GRAINE`. Worlds of juridictions of which some are silent; what is
known at the end of each month goes through the functions that the pages call, and is scored against what will
have been declared at the end of the year. By year, and by months known: coverage of the intervals over the
cours and for the country, median error of the national total (as a share of it), CRPS (summed over the cours
÷ their annual totals), and how often « less than 1 % of chances » was told, and came true. A share of answers
that jumps cannot be foreseen: those worlds stand apart (« saut »).
"""

import json
import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from pathlib import Path
from statistics import fmean, median
from typing import Any

import click
import numpy as np
import polars as pl

from analytics.couverture.coverage import Reponses
from analytics.projection.outlook import Avenir, Perspectives, look_ahead
from analytics.statistics.negative_binomial import Loi
from analytics.trajectoire.year_end import chances
from analytics.vocabulary.errors import UserFacingError
from analytics.vocabulary.parameters import Parametres
from analytics.vocabulary.periods import MONTHS_IN_YEAR, Periode
from data.reference import load_parameters
from tests.outils.worlds import RATE, read_answers, simulate_answers

JUMP = "saute"
# The first months, told as indicative only (parameter `mois_indicatifs`).
MOIS_INDICATIFS = 4
MONTHS = tuple(range(1, MONTHS_IN_YEAR))
COLUMNS = ("cours_80", "cours_95", "national_80", "national_95", "biais_median", "crps")


@dataclass(frozen=True)
class Monde:
    """One world as a collection sees it: what each cour declared, and who was to answer and did."""

    famille: str
    reponse: str
    mensuel: pl.DataFrame
    reponses: pl.DataFrame
    bases: dict[str, Fraction]
    parametres: Parametres


@dataclass(frozen=True)
class Note:
    """One projection, scored."""

    annee: int
    mois: int
    famille: str
    reponse: str
    cours_80: float
    cours_95: float
    national_80: float
    national_95: float
    erreur: float
    crps: float
    dites: int
    atteintes: int
    ms: float


def each_world(frame: pl.DataFrame) -> Iterator[Monde]:
    """Give the worlds of a frame one by one, with the season that each of them has."""
    usual = load_parameters()
    months = pl.date(2009 + (pl.col("mois") - 1) // 12, (pl.col("mois") - 1) % 12 + 1, 1)
    laid = frame.with_columns(
        mois=months, cour=pl.format("CA-{}", pl.col("cour").cast(pl.String).str.zfill(2))
    )
    for (famille, reponse, _), rows in laid.group_by("famille", "reponse", "monde", maintain_order=True):
        by_cour = rows.group_by("mois", "cour", maintain_order=True).agg(
            evitees_objectif=pl.col("evitees_vraies").filter("a_repondu").sum().cast(pl.Int64),
            attendues=pl.len().cast(pl.Int64),
            repondues=pl.col("a_repondu").sum().cast(pl.Int64),
            base=pl.col("base_mensuelle").sum(),
        )
        seasons = dict(rows.group_by(pl.col("mois").dt.month()).agg(pl.col("saison").first()).iter_rows())
        bases = by_cour.filter(pl.col("mois") == date(2009, 1, 1)).select("cour", "base")
        yield Monde(
            famille=str(famille),
            reponse=str(reponse),
            mensuel=by_cour.select("mois", "cour", "evitees_objectif"),
            reponses=by_cour.select("mois", "cour", "attendues", "repondues"),
            bases={cour: _exact(base * MONTHS_IN_YEAR) for cour, base in bases.iter_rows()},
            parametres=_with_season(usual, seasons),
        )


def _with_season(parametres: Parametres, seasons: dict[int, float]) -> Parametres:
    """Put the season of a world in the place of the one that is believed of the country."""
    return Parametres(
        replace(each, valeur=_exact(seasons[int(each.nom[-2:])])) if each.nom.startswith("saison_") else each
        for each in parametres
    )


def _exact(value: float) -> Fraction:
    return Fraction(value).limit_denominator(10**6)


def judge(monde: Monde) -> Iterator[Note]:
    """Project a world at the end of each month but the last of its two years, and score what is told."""
    for annee in (2009, 2010):
        year = monde.mensuel.filter(pl.col("mois").dt.year() == annee)
        for month in MONTHS:
            day = date(annee, month, 1)
            known = pl.col("mois") <= day
            start = time.perf_counter()
            ahead = look_ahead(
                monde.mensuel.filter(known),
                Reponses.validate(monde.reponses.filter(known)),
                bases=monde.bases,
                periode=Periode(day),
                parametres=monde.parametres,
            )
            ms = (time.perf_counter() - start) * 1000
            if ahead is None:
                continue
            done = dict(year.filter(known).group_by("cour").agg(pl.col("evitees_objectif").sum()).iter_rows())
            totals = dict(year.group_by("cour").agg(pl.col("evitees_objectif").sum()).iter_rows())
            yield _note(monde, ahead, annee, month, done, totals, ms)


def _note(
    monde: Monde,
    ahead: Perspectives,
    annee: int,
    month: int,
    done: dict[str, int],
    totals: dict[str, int],
    ms: float,
) -> Note:
    held: dict[float, list[bool]] = {0.80: [], 0.95: []}
    moyennes: list[float] = []
    variances: list[float] = []
    came: list[int] = []
    told = reached = 0
    for cour in ahead.cours:
        avenir = ahead.of([cour])
        assert avenir is not None
        rest = totals[cour] - done[cour]
        for level, answers in held.items():
            answers.append(_holds(avenir, rest, level))
        moyennes.append(avenir.moyenne)
        variances.append(avenir.variance)
        came.append(rest)
        objectif = RATE * float(monde.bases[cour])
        if chances(avenir, Fraction(objectif) - done[cour], MOIS_INDICATIFS) < 0.01:
            told += 1
            reached += totals[cour] >= objectif
    country = ahead.of(ahead.cours)
    assert country is not None
    whole, rest = sum(totals.values()), sum(came)
    law = Loi(np.array(moyennes), np.array(variances))
    return Note(
        annee=annee - 2008,
        mois=month,
        famille=monde.famille,
        reponse=monde.reponse,
        cours_80=fmean(held[0.80]),
        cours_95=fmean(held[0.95]),
        national_80=float(_holds(country, rest, 0.80)),
        national_95=float(_holds(country, rest, 0.95)),
        erreur=(country.moyenne - rest) / whole,
        crps=float(law.crps(np.array(came, np.float64)).sum()) / whole,
        dites=told,
        atteintes=reached,
        ms=ms,
    )


def _holds(avenir: Avenir, value: int, level: float) -> bool:
    tail = (1 - level) / 2
    return avenir.quantile(tail) <= value <= avenir.quantile(1 - tail)


def summarise(notes: list[Note]) -> dict[str, Any]:
    """Sum the notes up, by year and months known; the worlds whose share jumps apart."""
    steady = [note for note in notes if note.reponse != JUMP]
    jumping = [note for note in notes if note.reponse == JUMP]
    by_answer: defaultdict[str, list[Note]] = defaultdict(list)
    for note in notes:
        by_answer[note.reponse].append(note)
    return {
        **_by_year(steady),
        "saut": _by_year(jumping),
        "ensemble": {"crps": _round(fmean(note.crps for note in notes))},
        "par_reponse": {
            reponse: {
                f"annee_{annee}": _cell([note for note in some if note.annee == annee]) for annee in (1, 2)
            }
            for reponse, some in sorted(by_answer.items())
        },
        "ms": _round(fmean(note.ms for note in notes)),
    }


def _by_year(notes: list[Note]) -> dict[str, Any]:
    return {
        f"annee_{annee}": {
            str(month): _cell(some)
            for month in MONTHS
            if (some := [note for note in notes if (note.annee, note.mois) == (annee, month)])
        }
        for annee in (1, 2)
    }


def _cell(notes: list[Note]) -> dict[str, Any]:
    if not notes:
        return {}
    means = {
        name: _round(fmean(getattr(note, name) for note in notes))
        for name in ("cours_80", "cours_95", "national_80", "national_95", "crps")
    }
    return {
        **means,
        "biais_median": _round(median(note.erreur for note in notes)),
        "p_sous_1_pour_cent": {
            "dites": sum(note.dites for note in notes),
            "atteintes": sum(note.atteintes for note in notes),
        },
    }


def _round(value: float) -> float:
    return round(value, 4)


@click.command()
@click.argument("fichier", metavar="[FICHIER.parquet]", required=False)
@click.option("--simuler", metavar="GRAINE", type=int, help="Juger sur des mondes tirés de cette graine.")
@click.option("--mondes", type=int, default=4, help="Mondes par famille et par réponse, avec --simuler.")
@click.option("--format", "output", type=click.Choice(["texte", "json"]), default="texte")
def main(fichier: str | None, simuler: int | None, mondes: int, output: str) -> None:
    """Juger ce que les pages annoncent de la fin d'année, réponses manquantes comprises."""
    try:
        if (fichier is None) == (simuler is None):
            raise UserFacingError("Donnez un fichier de mondes, ou --simuler GRAINE.")
        frame = read_answers(Path(fichier)) if fichier else simulate_answers(simuler or 0, worlds=mondes)
    except UserFacingError as error:
        click.echo(str(error), err=True)
        sys.exit(2)
    found = summarise([note for monde in each_world(frame) for note in judge(monde)])
    if output == "json":
        click.echo(json.dumps(found, ensure_ascii=False, indent=1))
        return
    for title, years in (("réponse qui monte, reste ou baisse", found), ("réponse qui saute", found["saut"])):
        for annee in (1, 2):
            click.echo(f"{title}, année {annee}")
            click.echo("  mois" + "".join(f"{name:>14}" for name in COLUMNS) + f"{'P<1 %':>12}")
            for month, cell in years[f"annee_{annee}"].items():
                rare = cell["p_sous_1_pour_cent"]
                click.echo(
                    f"  {month:>4}"
                    + "".join(f"{cell[name]:14.3f}" for name in COLUMNS)
                    + f"{rare['atteintes']:>6}/{rare['dites']}"
                )
    click.echo(f"ensemble : CRPS {found['ensemble']['crps']:.4f} ; {found['ms']:.1f} ms par projection")


if __name__ == "__main__":
    main()
