"""What past projections were worth: each one kept, then scored when its year is complete.

Scores: CRPS (Gneiting & Raftery 2007) against that of the seasonal run-rate, coverage of the intervals,
PIT, and Brier of the chances given to the objective.
"""

from dataclasses import dataclass
from datetime import date

import dataframely as dy
import numpy as np
import polars as pl

from analytics.projection.model import METHOD
from analytics.statistics.negative_binomial import Loi
from analytics.trajectoire.country import Pays
from analytics.vocabulary.periods import MONTHS_IN_YEAR
from analytics.vocabulary.schemas import COUNTRY, ProjectionGardee

KEPT_SCHEMA = {
    name: kind for name, kind in ProjectionGardee.create_empty().schema.items() if name != "connu_le"
}


def lines_to_keep(pays: Pays, *, lot: int) -> pl.DataFrame:
    """Write what is projected for each cour and for the country, as the store keeps it.

    Empty at the end of a year, or where nothing is projected.
    """
    perspectives, exigence, periode = pays.perspectives, pays.exigence, pays.periode
    rows: list[tuple[object, ...]] = []
    if perspectives is not None and perspectives.projection is not None:
        for name, cours in ((COUNTRY, perspectives.cours), *((cour, (cour,)) for cour in perspectives.cours)):
            ahead = perspectives.of(cours)
            objectif = exigence.of(list(cours), ensemble=name == COUNTRY)
            if ahead is None or objectif is None:
                continue
            places = [perspectives.cours.index(cour) for cour in cours]
            months = (month for cour in cours for month in pays.mois.get(cour, ()))
            rows.append(
                (
                    lot,
                    periode.fin,
                    name,
                    METHOD,
                    sum(month.evitees for month in months if periode.debut <= month.mois <= periode.fin),
                    float(objectif.annuel),
                    ahead.moyenne,
                    ahead.variance,
                    float(perspectives.rythme_moyenne[places].sum()),
                    float(perspectives.rythme_variance[places].sum()),
                )
            )
    return pl.DataFrame(rows, schema=KEPT_SCHEMA, orient="row")


class Verdict(dy.Schema):
    """One projection of the past against what its year declared in the end.

    `annee_finie` and `total`: what the whole year declared. `pit`: the share of the law under what came
    (uniform when the projections are honest). `crps…` in extractions; `brier` of the chances given.
    """

    mois = dy.Date(primary_key=True)
    cour = dy.String(primary_key=True)
    projete = dy.Float64(min=0)
    bas_95 = dy.Int64(min=0)
    bas_80 = dy.Int64(min=0)
    haut_80 = dy.Int64(min=0)
    haut_95 = dy.Int64(min=0)
    total = dy.Int64(min=0)
    couvre_80 = dy.Bool()
    couvre_95 = dy.Bool()
    crps = dy.Float64(min=0)
    crps_rythme = dy.Float64(min=0)
    pit = dy.Float64(min=0, max=1)
    brier = dy.Float64(min=0, max=1)


def judge_projections(
    gardees: dy.DataFrame[ProjectionGardee], mensuel: pl.DataFrame, *, fin: date
) -> dy.DataFrame[Verdict]:
    """Score the projections of the years that are complete at `fin`.

    Of several kept for one month, the last made before the next month was known is scored. `mensuel`:
    mois, cour, evitees_objectif, as known now.
    """
    complete = fin.year if fin.month == MONTHS_IN_YEAR else fin.year - 1
    years = mensuel.group_by(annee=pl.col("mois").dt.year(), cour="cour").agg(
        total=pl.col("evitees_objectif").sum()
    )
    country = years.group_by("annee").agg(pl.col("total").sum()).with_columns(cour=pl.lit(COUNTRY))
    totals = pl.concat([years, country.select(years.columns)])
    rows = (
        gardees.filter(pl.col("mois").dt.year() <= complete)
        .sort("lot")
        .unique(["mois", "cour"], keep="last", maintain_order=True)
        .with_columns(annee=pl.col("mois").dt.year())
        .join(totals, on=["annee", "cour"])
        # A correction may leave a year under what had been declared then: nothing to score.
        .filter(pl.col("total") >= pl.col("evitees"))
        .sort("mois", "cour")
    )
    if rows.is_empty():
        return Verdict.create_empty()
    law = Loi(rows["moyenne"].to_numpy(), rows["variance"].to_numpy())
    plain = Loi(rows["rythme_moyenne"].to_numpy(), rows["rythme_variance"].to_numpy())
    done, total = rows["evitees"].to_numpy(), rows["total"].to_numpy()
    came = (total - done).astype(np.float64)
    low, high = law.quantile(0.10), law.quantile(0.90)
    far_low, far_high = law.quantile(0.025), law.quantile(0.975)
    wanted = np.ceil(rows["objectif"].to_numpy() - done)
    chances = np.where(wanted <= 0, 1.0, law.at_least(np.maximum(wanted, 0.0)))
    reached = total >= rows["objectif"].to_numpy()
    return Verdict.validate(
        rows.select(
            "mois",
            "cour",
            projete=pl.col("evitees") + pl.col("moyenne"),
            bas_95=pl.Series((done + far_low).astype(np.int64)),
            bas_80=pl.Series((done + low).astype(np.int64)),
            haut_80=pl.Series((done + high).astype(np.int64)),
            haut_95=pl.Series((done + far_high).astype(np.int64)),
            total=pl.col("total").cast(pl.Int64),
            couvre_80=pl.Series((low <= came) & (came <= high)),
            couvre_95=pl.Series((far_low <= came) & (came <= far_high)),
            crps=pl.Series(law.crps(came)),
            crps_rythme=pl.Series(plain.crps(came)),
            pit=pl.Series((law.at_most(came) + law.at_most(came - 1)) / 2).clip(0.0, 1.0),
            brier=pl.Series(np.square(chances - reached)).clip(0.0, 1.0),
        )
    )


@dataclass(frozen=True)
class Valeur:
    """What the projections of some cours were worth together; CRPS as a share of what was declared."""

    projections: int
    couvre_80: float
    couvre_95: float
    crps: float
    crps_rythme: float
    brier: float


def sum_up(verdicts: dy.DataFrame[Verdict]) -> Valeur | None:
    """Sum up the scores of the cours, the country left aside; None when none was scored."""
    cours = verdicts.filter(pl.col("cour") != COUNTRY)
    if cours.is_empty() or not cours["total"].sum():
        return None
    declared = float(cours["total"].sum())
    shares = cours.select(pl.col("couvre_80", "couvre_95", "brier").cast(pl.Float64).mean()).row(0)
    return Valeur(
        projections=cours.height,
        couvre_80=shares[0],
        couvre_95=shares[1],
        crps=float(cours["crps"].sum()) / declared,
        crps_rythme=float(cours["crps_rythme"].sum()) / declared,
        brier=shares[2],
    )


# Months known by which what projections were worth is told: they are worth more and more.
AGES = ((1, 2), (3, 4), (5, 8), (9, 11))


def worth_by_age(verdicts: dy.DataFrame[Verdict]) -> pl.DataFrame:
    """Tell what projections were worth by year and months known, the country apart; latest year first.

    Columns: `annee`, `debut`, `fin` (months known), `cours` and `pays` (projections judged), `tenues_cours`
    and `tenues_pays` (ranges at 80 % that held), `ecart_cours`, `ecart_pays` (projected less declared, over
    what was declared, summed); null where none was judged.
    """
    month, country = pl.col("mois").dt.month(), pl.col("cour") == COUNTRY
    said: list[pl.DataFrame] = []
    for debut, fin in AGES:
        some = verdicts.filter(month.is_between(debut, fin)).group_by(annee=pl.col("mois").dt.year())
        said.append(
            some.agg(
                debut=pl.lit(debut),
                fin=pl.lit(fin),
                **{
                    name: value
                    for kind, which in (("cours", ~country), ("pays", country))
                    for name, value in (
                        (kind, which.sum()),
                        (f"tenues_{kind}", pl.col("couvre_80").filter(which).sum()),
                        (f"ecart_{kind}", _excess(which)),
                    )
                },
            )
        )
    return pl.concat(said).sort("annee", "debut", descending=[True, False])


def _excess(which: pl.Expr) -> pl.Expr:
    projected, total = pl.col("projete").filter(which).sum(), pl.col("total").filter(which).sum()
    return pl.when(total > 0).then(projected / total - 1)
