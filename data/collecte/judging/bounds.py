"""What the reference and the parameters allow, line by line: courts, activities, law, business maximum."""

import polars as pl

from analytics.vocabulary.parameters import Parametres
from analytics.vocabulary.reference import Reference
from data.collecte.expected.natures import DECLARATIONS, Nature

# Beyond this, a count that no working parameter bounds is a typing error.
_LARGEST_COUNT = 10_000_000


def in_force_then(frame: pl.DataFrame, courts: pl.DataFrame, court: str) -> pl.Series:
    """Tell, line by line, whether the court was in force on a day of the month; null where unknown."""
    pairs = frame.select(court, "mois").unique().drop_nulls()
    within = (
        pairs.join(courts.select(court, "valide_du", "valide_au"), on=court)
        .filter(
            (pl.col("valide_du").is_null() | (pl.col("valide_du") <= pl.col("mois").dt.month_end()))
            & (pl.col("valide_au").is_null() | (pl.col("valide_au") >= pl.col("mois")))
        )
        .select(court, "mois")
        .unique()
        .with_columns(en_vigueur=pl.lit(value=True))
    )
    joined = frame.select(court, "mois").join(within, on=[court, "mois"], how="left", maintain_order="left")
    return joined.select(
        pl.when(pl.col(court).is_not_null() & pl.col("mois").is_not_null()).then(
            pl.col("en_vigueur").fill_null(value=False)
        )
    ).to_series()


def has_activity(frame: pl.DataFrame, reference: Reference) -> pl.Series:
    """Tell, line by line, whether this kind of juridiction fills in the activity; null where unknown."""
    known = (
        reference.juridictions.select("juridiction", "type")
        .unique()
        .join(reference.lignes.select("type", "activite"), on="type")
        .select("juridiction", "activite", prevue=pl.lit(value=True))
    )
    joined = frame.select("juridiction", "activite").join(
        known, on=["juridiction", "activite"], how="left", maintain_order="left"
    )
    return joined.select(
        pl.when(pl.col("juridiction").is_not_null() & pl.col("activite").is_not_null()).then(
            pl.col("prevue").fill_null(value=False)
        )
    ).to_series()


def largest_counts(
    nature: Nature, valeurs: pl.DataFrame, parametres: Parametres
) -> dict[str, pl.Series | pl.Expr]:
    """Give the business maximum of each line's month, as a column named `maximum`."""
    if nature is not DECLARATIONS:
        return {"maximum": pl.lit(_LARGEST_COUNT)}
    months = valeurs["mois"].unique().drop_nulls()
    if months.is_empty():
        return {"maximum": pl.lit(None, dtype=pl.Int64)}
    limits = {mois: int(parametres.at("maximum_metier", mois).valeur) for mois in months}
    return {"maximum": valeurs["mois"].replace_strict(limits, default=None, return_dtype=pl.Int64)}


def legal_since(valeurs: pl.DataFrame, reference: Reference) -> pl.Series:
    """Give the day from which each line's activity may go by video; null when it always could."""
    since = dict(reference.activites.select("activite", "legal_depuis").iter_rows())
    return valeurs["activite"].replace_strict(since, default=None, return_dtype=pl.Date)
