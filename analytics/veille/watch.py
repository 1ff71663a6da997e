"""The control chart of a cour, or of the country: its rate of avoidance month by month, and the verdict."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from statistics import fmean

import dataframely as dy
import polars as pl

from analytics.objectif.objective import Objectif
from analytics.objectif.profile import season_of
from analytics.trajectoire.account import Mois
from analytics.veille.control_chart import (
    Carte,
    Constat,
    Reglages,
    Trimestre,
    by_quarter,
    chart,
    conclude_chart,
)
from analytics.vocabulary.parameters import Parametres
from analytics.vocabulary.periods import Periode
from analytics.vocabulary.schemas import Recalages

# As far back as a reader follows; older months no longer say what is ordinary.
MONTHS = 24


def expect_extractions(months: Sequence[Mois], base: Fraction, parametres: Parametres) -> list[Fraction]:
    """Give the extractions to be expected each month, without video, where one answered.

    A twelfth of the base × season × share of the answers that came: nothing for a silent month.
    """
    seasons = {annee: season_of(annee, parametres) for annee in {month.mois.year for month in months}}
    return [
        base
        * seasons[month.mois.year][month.mois.month - 1]
        * (Fraction(month.repondues, month.attendues) if month.attendues else 0)
        for month in months
    ]


@dataclass(frozen=True)
class Veille:
    """What is watched: a control chart, or quarters where the counts are too small to bear limits.

    `carte` holds rates (extractions avoided / extractions to be expected where one answered). `moyenne`:
    extractions avoided in a month that was answered.
    """

    carte: dy.DataFrame[Carte] | None
    trimestres: dy.DataFrame[Trimestre] | None
    constat: Constat | None
    moyenne: float | None
    reglages: Reglages


def watch(
    months: Sequence[Mois],
    *,
    base: Fraction | None,
    objectif: Objectif | None,
    recalages: Collection[date],
    periode: Periode,
    parametres: Parametres,
) -> Veille:
    """Watch the last months of a cour, or of some as one.

    The rate of a month is what was avoided over `expect_extractions`, so that August or a silence is not
    taken for a change. Its target is the month's part of the objective over
    the same base. Without a base, quarters are shown.
    """
    reglages = Reglages.at(parametres, periode.fin)
    kept = [month for month in months if month.mois <= periode.fin][-MONTHS:]
    answered = [month.evitees for month in kept if month.repondues]
    mean = fmean(answered) if answered else None
    if base is None or not base or mean is None or mean < reglages.moyenne_minimale:
        counts = [month.evitees if month.repondues else None for month in kept]
        quarters = by_quarter([month.mois for month in kept], counts)
        return Veille(None, quarters, None, mean, reglages)
    expected = expect_extractions(kept, base, parametres)
    values = [float(month.evitees / due) if due else None for month, due in zip(kept, expected, strict=True)]
    targets = [_target(month, due, objectif) for month, due in zip(kept, expected, strict=True)]
    drawn = chart(
        [month.mois for month in kept], values, cibles=targets, recalages=recalages, reglages=reglages
    )
    return Veille(drawn, None, conclude_chart(drawn), mean, reglages)


def _target(month: Mois, due: Fraction, objectif: Objectif | None) -> float | None:
    """Give the month's part of the objective, over what is to be expected of all the juridictions."""
    if objectif is None or objectif.annee != month.mois.year or not due:
        return None
    whole = due * month.attendues / month.repondues
    return float(objectif.annuel * objectif.profil.of(month.mois) / whole)


def rebases_of(recalages: dy.DataFrame[Recalages], cour: str) -> dict[date, tuple[str, str]]:
    """List the months at which the chart of a cour starts anew, each with (cause, author); last word wins."""
    kept: dict[date, tuple[str, str]] = {}
    rows = recalages.filter(pl.col("cour") == cour).sort("recalage")
    for mois, cause, auteur, retire in rows.select("mois", "cause", "auteur", "retire").iter_rows():
        kept.pop(mois, None)
        if not retire:
            kept[mois] = (cause, auteur)
    return dict(sorted(kept.items()))
