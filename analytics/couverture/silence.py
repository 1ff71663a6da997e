"""What silence may hide: beside what is declared, an estimate with its interval, and the most there may be.

For steering only: the settlement counts what is declared, and the difference is what silence costs.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from math import ceil

import dataframely as dy
import numpy as np
import polars as pl
from numpy.typing import NDArray

from analytics.couverture.ceiling import cap_silence
from analytics.couverture.nonresponse import Estimation, estimate
from analytics.couverture.volume import usual_volumes
from analytics.objectif.need import Besoin, spread_base
from analytics.objectif.profile import season_of
from analytics.vocabulary.parameters import Parametres
from analytics.vocabulary.periods import Periode, last_day_of_month, list_months
from analytics.vocabulary.schemas import TotalJuridiction
from analytics.vocabulary.situation import Faits, Referentiel

# Older months no longer tell what a juridiction does now.
MONTHS = 24


@dataclass(frozen=True)
class Manque:
    """Three figures for some cours since January: `declarees` ≤ `estimees` ≤ `au_plus`, in extractions.

    `bas`, `haut`: the estimate lies between them 8 times out of 10. `muettes`: answers that did not come.
    `cumul`: by month, (estimate, bound) of what was left unsaid since January.
    """

    declarees: int
    estimees: int
    bas: int
    haut: int
    au_plus: int
    muettes: int
    cumul: Mapping[date, tuple[float, float]]


@dataclass(frozen=True)
class Silence:
    """What every juridiction left unsaid in the months of a period.

    `juridictions` and `cours` follow its rows, `mois` its columns. `attendu`, `repondu`: (J, T) whether an
    answer was expected, and whether it came. `plafond`: (J, T) the most that was left unsaid (`ceiling`).
    `habituel`: (J,) its usual volume (`volume`).
    """

    juridictions: tuple[str, ...]
    cours: tuple[str, ...]
    mois: tuple[date, ...]
    attendu: NDArray[np.bool_]
    repondu: NDArray[np.bool_]
    estimation: Estimation
    plafond: NDArray[np.float64]
    habituel: NDArray[np.float64]

    def list_silent(self, cours: Collection[str]) -> pl.DataFrame:
        """List those of some cours that left something unsaid.

        Columns `juridiction`, `cour`, `muettes`, `manque` (estimated) and `plafond` (at most).
        """
        return pl.DataFrame(
            {
                "juridiction": self.juridictions,
                "cour": self.cours,
                "muettes": self._silent.sum(axis=1).astype(np.int64),
                "manque": self.estimation.manque.sum(axis=1),
                "plafond": self.plafond.sum(axis=1),
            }
        ).filter(pl.col("muettes") > 0, pl.col("cour").is_in(sorted(cours)))

    def by_month(self, cours: Collection[str]) -> dict[date, float]:
        """Estimate what some cours left unsaid in each month of the period."""
        unsaid = self.estimation.manque[self._rows(cours)].sum(axis=0)
        return dict(zip(self.mois, unsaid.tolist(), strict=True))

    def part_volume(self, cours: Collection[str]) -> float | None:
        """Give the share of the usual volume of some cours that the months answered stand for."""
        rows = self._rows(cours)
        usual = self.habituel[rows][:, None]
        due = float((usual * self.attendu[rows]).sum())
        return float((usual * (self.attendu & self.repondu)[rows]).sum()) / due if due else None

    def of(self, cours: Collection[str], *, declarees: int) -> Manque:
        """Sum it over some cours, beside what they declared.

        The estimate and its interval are held under the upper bound, which rests on the answers alone.
        """
        rows = self._rows(cours)
        _, law = self.estimation.total(rows)
        at_most = declarees + round_up(float(self.plafond[rows].sum()))
        low, high = (min(declarees + int(law.quantile(part)[0]), at_most) for part in (0.10, 0.90))
        most = self.plafond[rows].sum(axis=0).cumsum()
        unsaid = np.minimum(self.estimation.manque[rows].sum(axis=0).cumsum(), most).tolist()
        return Manque(
            declarees=declarees,
            estimees=min(round(declarees + float(law.moyenne[0])), at_most),
            bas=low,
            haut=high,
            au_plus=at_most,
            muettes=int(self._silent[rows].sum()),
            cumul=dict(zip(self.mois, zip(unsaid, most.tolist(), strict=True), strict=True)),
        )

    @property
    def _silent(self) -> NDArray[np.bool_]:
        return self.attendu & ~self.repondu

    def _rows(self, cours: Collection[str]) -> NDArray[np.intp]:
        return np.flatnonzero(np.isin(self.cours, sorted(cours)))


def round_up(value: float) -> int:
    """Round a bound to the next whole extraction, whatever the last bits of a sum of floats."""
    return ceil(round(value, 6))


def survey_silence(
    faits: Faits, referentiel: Referentiel, *, bases: Mapping[str, Fraction], periode: Periode
) -> Silence | None:
    """Gather what `estimate_silence` needs, from the facts of all the cours, and estimate.

    `bases`: the extractions of each cour before the practice.
    """
    reference, parametres = referentiel.reference, referentiel.parametres
    first = faits.totaux["mois"].min()
    if not isinstance(first, date):
        return None
    besoin = spread_base(
        reference.attendues(periode.fin, periode.fin).select("juridiction", "cour", "type"),
        faits,
        referentiel,
        bases=bases,
        day=last_day_of_month(periode.fin),
    )
    due = reference.attendues(first, periode.fin)
    return estimate_silence(faits.totaux, due, besoin, periode=periode, parametres=parametres)


def estimate_silence(
    totaux: dy.DataFrame[TotalJuridiction],
    attendues: pl.DataFrame,
    besoin: dy.DataFrame[Besoin],
    *,
    periode: Periode,
    parametres: Parametres,
) -> Silence | None:
    """Estimate what every juridiction avoided in the months of the period when it was silent.

    `totaux` and `attendues` (mois, juridiction, cour, type) hold the whole country, and the months before,
    which teach what each one does. None where nobody in force ever answered.
    """
    first = totaux["mois"].min()
    if not isinstance(first, date) or first > periode.fin:
        return None
    months = list_months(first, periode.fin)[-MONTHS:]
    due = attendues.filter(pl.col("mois").is_in(months)).sort("juridiction", "mois")
    places = due.group_by("juridiction", maintain_order=True).agg(pl.col("cour", "type").last())
    grid = (
        places.join(pl.DataFrame({"mois": months}), how="cross")
        .join(
            due.select("juridiction", "mois", en_vigueur=pl.lit(1.0)), on=["juridiction", "mois"], how="left"
        )
        .join(
            totaux.select("juridiction", "mois", evitees=pl.col("evitees_objectif").cast(pl.Float64)),
            on=["juridiction", "mois"],
            how="left",
        )
        .join(besoin.group_by("juridiction").agg(pl.col("base").sum()), on="juridiction", how="left")
        # One that has closed since weighs as the others of its cour.
        .with_columns(pl.col("base").fill_null(pl.col("base").mean().over("cour")))
        .sort("juridiction", "mois")
    )
    if grid.filter(pl.col("en_vigueur").is_not_null() & pl.col("evitees").is_not_null()).is_empty():
        return None
    shape = (places.height, len(months))
    season = np.array([float(season_of(mois.year, parametres)[mois.month - 1]) for mois in months])
    due_then = grid["en_vigueur"].is_not_null().to_numpy().reshape(shape)
    exposed = due_then * grid["base"].fill_null(0.0).to_numpy().reshape(shape)
    counts = grid["evitees"].to_numpy().reshape(shape)
    answered, said = ~np.isnan(counts), np.nan_to_num(counts)
    since = sum(mois < periode.debut for mois in months)
    quarters = [mois.year * 4 + (mois.month - 1) // 3 for mois in months]
    ceiling = cap_silence(said, season, answered, due_then, places["type"].to_list(), quarters)
    volumes = usual_volumes(totaux, due)
    return Silence(
        juridictions=tuple(places["juridiction"]),
        cours=tuple(places["cour"]),
        mois=tuple(months[since:]),
        attendu=due_then[:, since:],
        repondu=answered[:, since:],
        estimation=estimate(said, exposed * season, answered, places["cour"].to_list(), depuis=since),
        plafond=ceiling[:, since:],
        habituel=places.join(volumes, on="juridiction", maintain_order="left")["volume"].to_numpy(),
    )
