"""Where videoconference is installed, in shares of the prison population."""

import dataframely as dy
import polars as pl

from analytics.vocabulary.schemas import Equipements


def equipped_shares(equipements: dy.DataFrame[Equipements], day: object) -> dict[str, float]:
    """Give, by cour, the share of the prison population held where videoconference is installed."""
    shares = (
        equipements.group_by("cour")
        .agg(
            part=pl.col("population").filter(pl.col("equipe_depuis") <= pl.lit(day)).sum()
            / pl.col("population").sum().replace(0, None)
        )
        .drop_nulls()
    )
    return {cour: float(part) for cour, part in shares.iter_rows()}
