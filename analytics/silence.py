"""What silence may hide: beside what is declared, an estimate with its interval, and a bound.

For steering only: the settlement counts what is declared, and the difference is what silence costs.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Protocol

import dataframely as dy
import numpy as np
import polars as pl
from numpy.typing import NDArray

from analytics.need import Besoin, spread_base
from analytics.nonresponse import Estimation, estimate
from analytics.objective import Periode
from analytics.outlook import list_months
from analytics.parameters import Parametres
from analytics.profile import season_of
from analytics.schemas import Activites, BaseActivite, TotalJuridiction, last_day_of_month

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

    `juridictions` and `cours` follow its rows.
    """

    juridictions: tuple[str, ...]
    cours: tuple[str, ...]
    mois: tuple[date, ...]
    estimation: Estimation

    def list_silent(self, cours: Collection[str]) -> pl.DataFrame:
        """List those of some cours that left something unsaid: `juridiction`, `cour`, `muettes`, `manque`."""
        unsaid = self.estimation.manque
        return pl.DataFrame(
            {
                "juridiction": self.juridictions,
                "cour": self.cours,
                "muettes": (unsaid > 0).sum(axis=1).astype(np.int64),
                "manque": unsaid.sum(axis=1),
            }
        ).filter(pl.col("muettes") > 0, pl.col("cour").is_in(sorted(cours)))

    def by_month(self, cours: Collection[str]) -> dict[date, float]:
        """Estimate what some cours left unsaid in each month of the period."""
        unsaid = self.estimation.manque[self._rows(cours)].sum(axis=0)
        return dict(zip(self.mois, unsaid.tolist(), strict=True))

    def _rows(self, cours: Collection[str]) -> NDArray[np.intp]:
        return np.flatnonzero(np.isin(self.cours, sorted(cours)))

    def of(self, cours: Collection[str], *, declarees: int) -> Manque:
        """Sum it over some cours, beside what they declared."""
        rows = self._rows(cours)
        _, law = self.estimation.total(rows)
        low, high = (declarees + int(law.quantile(part)[0]) for part in (0.10, 0.90))
        bound = declarees + self.estimation.bound(rows)
        unsaid = self.estimation.manque[rows].sum(axis=0).cumsum().tolist()
        at_most = self.estimation.plafond[rows].sum(axis=0).cumsum().tolist()
        return Manque(
            declarees=declarees,
            estimees=round(declarees + float(law.moyenne[0])),
            bas=low,
            haut=high,
            au_plus=max(round(bound), high),
            muettes=int((self.estimation.manque[rows] > 0).sum()),
            cumul=dict(zip(self.mois, zip(unsaid, at_most, strict=True), strict=True)),
        )


class Muets(Protocol):
    """The facts of all the cours that tell what silence may hide."""

    @property
    def totaux(self) -> dy.DataFrame[TotalJuridiction]: ...  # noqa: D102
    @property
    def bases_activites(self) -> dy.DataFrame[BaseActivite]: ...  # noqa: D102


def survey_silence(
    faits: Muets,
    attendues: Callable[[date, date], pl.DataFrame],
    *,
    bases: Mapping[str, Fraction],
    activites: dy.DataFrame[Activites],
    lignes: pl.DataFrame,
    periode: Periode,
    parametres: Parametres,
) -> Silence | None:
    """Gather what `estimate_silence` needs, from the facts of all the cours, and estimate.

    `bases`: the extractions of each cour before the practice. `lignes`: see `need.spread_base`.
    """
    first = faits.totaux["mois"].min()
    if not isinstance(first, date):
        return None
    besoin = spread_base(
        attendues(periode.fin, periode.fin).select("juridiction", "cour", "type"),
        faits.totaux,
        bases=bases,
        bases_activites=faits.bases_activites,
        activites=activites,
        lignes=lignes,
        day=last_day_of_month(periode.fin),
        parametres=parametres,
    )
    return estimate_silence(
        faits.totaux, attendues(first, periode.fin), besoin, periode=periode, parametres=parametres
    )


def estimate_silence(
    totaux: dy.DataFrame[TotalJuridiction],
    attendues: pl.DataFrame,
    besoin: dy.DataFrame[Besoin],
    *,
    periode: Periode,
    parametres: Parametres,
) -> Silence | None:
    """Estimate what every juridiction avoided in the months of the period when it was silent.

    `totaux` and `attendues` (mois, juridiction, cour) hold the whole country, and the months before, which
    teach what each one does. None where nobody in force ever answered.
    """
    first = totaux["mois"].min()
    if not isinstance(first, date) or first > periode.fin:
        return None
    months = list_months(first, periode.fin)[-MONTHS:]
    due = attendues.filter(pl.col("mois").is_in(months)).sort("juridiction", "mois")
    places = due.group_by("juridiction", maintain_order=True).agg(pl.col("cour").last())
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
    exposed = (grid["en_vigueur"].fill_null(0.0) * grid["base"].fill_null(0.0)).to_numpy().reshape(shape)
    counts = grid["evitees"].to_numpy().reshape(shape)
    since = sum(mois < periode.debut for mois in months)
    return Silence(
        juridictions=tuple(places["juridiction"]),
        cours=tuple(places["cour"]),
        mois=tuple(months[since:]),
        estimation=estimate(
            np.nan_to_num(counts), exposed * season, ~np.isnan(counts), places["cour"].to_list(), depuis=since
        ),
    )
