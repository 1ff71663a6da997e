"""Where the cours are heading until December: from declared months to the projection of each, and back.

What is projected is what will be declared, since that is what is settled: the months to come are
exposed to the share of the juridictions that is expected to answer (`answering`).
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

import dataframely as dy
import numpy as np
import polars as pl

from analytics.couverture.coverage import Reponses
from analytics.objectif.profile import season_of
from analytics.projection import answering
from analytics.projection.answering import PROJETEE, PartReponse
from analytics.projection.model import Floats, Projection, project
from analytics.projection.national_path import Croyance
from analytics.statistics.negative_binomial import Loi
from analytics.vocabulary.parameters import Parametres
from analytics.vocabulary.periods import MONTHS_IN_YEAR, Periode, list_months


@dataclass(frozen=True)
class Avenir:
    """What the rest of the year may bring to some cours: mean and variance of the sum, month after month.

    Empty at the end of the year. `mois_connus`: how many months of data the projection rests on; `reponse`:
    the share of the answers due until December that is expected; `reponse_mue`: the country's moved lately.
    """

    moyennes: tuple[float, ...]
    variances: tuple[float, ...]
    mois_connus: int
    reponse: float | None = None
    reponse_mue: bool = False

    def is_indicative(self, mois_indicatifs: int) -> bool:
        """Tell whether too little is known to be affirmative: few months, or answers that moved lately."""
        return bool(self.moyennes) and (self.mois_connus <= mois_indicatifs or self.reponse_mue)

    @property
    def moyenne(self) -> float:
        """Give the mean of what is to come before the end of the year."""
        return self.moyennes[-1] if self.moyennes else 0.0

    @property
    def variance(self) -> float:
        """Give its variance."""
        return self.variances[-1] if self.variances else 0.0

    def quantiles(self, part: float) -> list[int]:
        """Give what the sum stays under with probability `part`, for each month to come."""
        law = Loi(np.array(self.moyennes, np.float64), np.array(self.variances, np.float64))
        return [int(value) for value in law.quantile(part)]

    def quantile(self, part: float) -> int:
        """Give what the whole sum stays under with probability `part`."""
        return int(self._whole.quantile(part)[0]) if self.moyennes else 0

    @property
    def _whole(self) -> Loi:
        return Loi(np.array([self.moyenne], np.float64), np.array([self.variance], np.float64))

    def at_least(self, count: int) -> float:
        """Give the probability that the whole sum reaches `count`."""
        if count <= 0 or not self.moyennes:
            return 1.0 if count <= 0 else 0.0
        return min(max(float(self._whole.at_least(count)[0]), 0.0), 1.0)


@dataclass(frozen=True)
class Perspectives:
    """The projection of every cour that has a base, and what it rests on; `cours` follow its rows.

    `connus`, `a_venir`: the T months known, the H to come; `exposition` (I, T), `exposition_future`
    (I, H) and `reponse` as in `model.project`; `reponse_mue`: the share that answers moved lately. No
    projection where no month is to come.
    """

    cours: tuple[str, ...]
    connus: tuple[date, ...]
    a_venir: tuple[date, ...]
    exposition: Floats
    exposition_future: Floats
    reponse: PartReponse
    reponse_mue: bool
    croyance: Croyance
    projection: Projection | None
    rythme_moyenne: Floats
    rythme_variance: Floats

    @property
    def mois_connus(self) -> int:
        """Count the months of data that the projection rests on."""
        return len(self.connus)

    def of(self, cours: Collection[str]) -> Avenir | None:
        """Give what the rest of the year may bring to some cours together; None if none is projected.

        Together they share the national path: their variances do not simply add.
        """
        rows = [self.cours.index(cour) for cour in cours if cour in self.cours]
        if not rows:
            return None
        if self.projection is None:
            return Avenir((), (), self.mois_connus)
        moyennes, variances = self.projection.together(rows)
        exposed, parts = self.exposition_future[rows], self.reponse.parts[rows]
        whole = np.divide(exposed, parts, out=np.zeros_like(exposed), where=parts > 0).sum()
        return Avenir(
            tuple(moyennes.tolist()),
            tuple(variances.tolist()),
            self.mois_connus,
            float(exposed.sum() / whole) if whole > 0 else None,
            self.reponse_mue,
        )


def look_ahead(
    mensuel: pl.DataFrame,
    reponses: dy.DataFrame[Reponses],
    *,
    bases: Mapping[str, Fraction],
    periode: Periode,
    parametres: Parametres,
    variante: str = PROJETEE,
) -> Perspectives | None:
    """Project every cour that has a base to the end of the year; None when nothing was ever declared.

    `mensuel` is `sums.sum_activities` by cour; `bases`, the extractions of a year before the
    practice. A cour's exposure in a month is a twelfth of its base, times the season, times the share of
    its juridictions that answered, or will answer: `variante` says how that is known (`answering`).
    """
    cours = tuple(sorted(cour for cour, base in bases.items() if base > 0))
    first = mensuel.filter(pl.col("mois") <= periode.fin)["mois"].min()
    if not cours or not isinstance(first, date):
        return None
    known = list_months(first, periode.fin)
    coming = list_months(periode.fin, date(periode.annee, MONTHS_IN_YEAR, 1))[1:]
    counts = _grid(mensuel, "evitees_objectif", cours, known)
    due, given = _grid(reponses, "attendues", cours, known), _grid(reponses, "repondues", cours, known)
    share = np.divide(given, due, out=np.zeros_like(given), where=due > 0)
    croyance = Croyance.of(parametres, periode.fin)
    reponse = answering.of(variante, given, due, len(coming), parametres, periode.fin)
    monthly = np.array([float(bases[cour]) / MONTHS_IN_YEAR for cour in cours])[:, None]
    seasons = {
        annee: [float(part) * MONTHS_IN_YEAR for part in season_of(annee, parametres)]
        for annee in range(first.year, periode.annee + 1)
    }
    exposition = monthly * np.array([seasons[mois.year][mois.month - 1] for mois in known]) * share
    future = monthly * np.array([seasons[mois.year][mois.month - 1] for mois in coming]) * reponse.parts
    rythme_moyenne, rythme_variance = run_rate(np.where(exposition > 0, counts, 0.0), exposition, future)
    return Perspectives(
        cours=cours,
        connus=tuple(known),
        a_venir=tuple(coming),
        exposition=exposition,
        exposition_future=future,
        reponse=reponse,
        reponse_mue=answering.has_moved(
            given.sum(axis=0), due.sum(axis=0), float(parametres.at("reponse_mouvement", periode.fin).valeur)
        ),
        croyance=croyance,
        projection=project(counts, exposition, future, croyance, reponse) if coming else None,
        rythme_moyenne=rythme_moyenne,
        rythme_variance=rythme_variance,
    )


def _grid(frame: pl.DataFrame, column: str, cours: tuple[str, ...], months: list[date]) -> Floats:
    """Lay a column out as (cours, months), zero where there is no row."""
    places = pl.DataFrame({"cour": cours}).join(pl.DataFrame({"mois": months}), how="cross")
    laid = places.join(frame, on=["cour", "mois"], how="left", maintain_order="left")
    return laid[column].fill_null(0).to_numpy().astype(np.float64).reshape(len(cours), len(months))


def run_rate(evitees: Floats, exposition: Floats, exposition_future: Floats) -> tuple[Floats, Floats]:
    """Prolong the rate held so far, season included: mean and quasi-Poisson variance of the sum to come.

    The plainest method, against which the projection is scored. Arrays as in `model.project`.
    """
    done, seen = evitees.sum(axis=1), exposition.sum(axis=1)
    rate = np.divide(done, seen, out=np.zeros_like(done), where=seen > 0)
    expected = rate[:, None] * exposition
    live = expected > 0
    spread = np.divide((evitees - expected) ** 2, expected, out=np.zeros_like(expected), where=live)
    freedom = max(int(live.sum()) - int((done > 0).sum()), 1)
    phi = max(1.0, float(spread.sum()) / freedom)
    mean = rate * exposition_future.sum(axis=1)
    return mean, phi * mean + phi * np.divide(mean**2, done, out=np.zeros_like(mean), where=done > 0)
