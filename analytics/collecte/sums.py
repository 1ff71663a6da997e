"""The sums that every figure starts from: what was held by video, and what of it avoided an extraction."""

from collections.abc import Sequence

import dataframely as dy
import polars as pl

from analytics.vocabulary.schemas import Activites, AgregatActivite, Interieur


def sum_activities(
    agregat: dy.DataFrame[AgregatActivite],
    activites: dy.DataFrame[Activites],
    *,
    par: Sequence[str] = (),
    groupe: str | None = None,
) -> pl.DataFrame:
    """Sum the declared cells by month (and `par`): visioconferences, then those of the objective.

    `visioconferences_objectif` and `evitees_objectif` keep the activities that count for the
    objective; a column 2 typed on the others counts nowhere. `groupe` keeps one family of activities.
    """
    return (
        agregat.join(keep_group(activites, groupe).select("activite", "compte_objectif"), on="activite")
        .group_by("mois", *par)
        .agg(
            visioconferences=pl.col("visioconferences").sum(),
            visioconferences_objectif=pl.col("visioconferences").filter("compte_objectif").sum(),
            evitees_objectif=pl.col("extractions_evitees").filter("compte_objectif").sum(),
        )
        .sort("mois", *par)
    )


def count_executed(interieur: dy.DataFrame[Interieur]) -> pl.DataFrame:
    """Sum what Intérieur counted, by month and cour: `requises`, `executees`.

    Only the months counted by every service that counts for this cour in the year: one that has executed
    none says 0, and a service not heard is not a zero.
    """
    services = pl.col("service").n_unique().over("cour", pl.col("mois").dt.year())
    return (
        interieur.with_columns(services=services)
        .group_by("mois", "cour")
        .agg(
            requises=pl.col("extractions_requises").sum(),
            executees=pl.col("extractions_executees").sum(),
            complet=pl.len() == pl.col("services").first(),
        )
        .filter("complet")
        .drop("complet")
        .sort("mois", "cour")
    )


def keep_group(activites: dy.DataFrame[Activites], groupe: str | None) -> dy.DataFrame[Activites]:
    """Keep one family of activities, or all of them."""
    return activites if groupe is None else Activites.cast(activites.filter(pl.col("groupe") == groupe))


def avoided_by_year(
    agregat: dy.DataFrame[AgregatActivite], activites: dy.DataFrame[Activites]
) -> pl.DataFrame:
    """Sum what each cour avoided in each year, `evitees`, over the activities of the objective."""
    return (
        sum_activities(agregat, activites, par=["cour"])
        .group_by(annee=pl.col("mois").dt.year().cast(pl.Int64), cour="cour")
        .agg(evitees=pl.col("evitees_objectif").sum())
        .sort("annee", "cour")
    )
