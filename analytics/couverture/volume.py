"""The usual volume of each juridiction: what it declares in a month that it answers.

Half of the juridictions may answer and hold nine tenths of the extractions avoided, or one tenth: a total
says both. One that never answered counts as the average of its like: those of its type in its cour, else in
the country, else all.
"""

import dataframely as dy
import polars as pl

from analytics.vocabulary.schemas import TotalJuridiction


class Volume(dy.Schema):
    """What a juridiction usually avoids in a month; null where nobody ever answered."""

    juridiction = dy.String(primary_key=True)
    volume = dy.Float64(nullable=True, min=0)


def usual_volumes(totaux: dy.DataFrame[TotalJuridiction], attendues: pl.DataFrame) -> dy.DataFrame[Volume]:
    """Average what each juridiction declared in the months it was expected to answer and did.

    `attendues`: one row (mois, juridiction, cour, type) a juridiction and a month in force, of the whole
    country; the last one tells where it belongs.
    """
    own = (
        totaux.join(attendues, on=["mois", "juridiction"], how="semi")
        .group_by("juridiction")
        .agg(volume=pl.col("evitees_objectif").mean())
    )
    places = attendues.sort("mois").group_by("juridiction").agg(pl.col("cour", "type").last())
    mean = pl.col("volume").mean()
    return Volume.validate(
        places.join(own, on="juridiction", how="left")
        .select(
            "juridiction", volume=pl.coalesce("volume", mean.over("cour", "type"), mean.over("type"), mean)
        )
        .sort("juridiction")
    )
