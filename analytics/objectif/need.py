"""Where extractions are needed: the base of each cour, spread over its activities and its juridictions.

No text gives either split. By activity: the base by activity where someone counted one, else a national key
(`part_base_…`). By juridiction: among those that fill the activity in, partly in equal parts, partly by the
videoconferences they declare (`repartition_volume`). All of it is a working hypothesis, and says so.
"""

from collections.abc import Mapping
from datetime import date
from fractions import Fraction

import dataframely as dy
import polars as pl

from analytics.vocabulary.situation import Faits, Referentiel


class Besoin(dy.Schema):
    """The extractions of a year of one juridiction and one activité of the objective, before any video.

    `compte`: whether the split by activity rests on a count, and not on the national key.
    """

    cour = dy.String()
    juridiction = dy.String(primary_key=True)
    type = dy.String()
    activite = dy.String(primary_key=True)
    base = dy.Float64(min=0)
    compte = dy.Bool()


def spread_base(
    juridictions: pl.DataFrame,
    faits: Faits,
    referentiel: Referentiel,
    *,
    bases: Mapping[str, Fraction],
    day: date,
) -> dy.DataFrame[Besoin]:
    """Spread the base of every cour; what an activity has that no juridiction fills in is left out.

    `juridictions`: (juridiction, cour, type) in force. The months that they answered in the last year tell
    their volume; one that answered none counts as an average one of its cour.
    """
    reference, parametres = referentiel.reference, referentiel.parametres
    volumes = (
        faits.totaux.filter(pl.col("mois") <= day, pl.col("mois") > pl.lit(day).dt.offset_by("-1y"))
        .group_by("juridiction")
        .agg(pl.col("visioconferences").mean())
    )
    counted = reference.activites.filter("compte_objectif")["activite"].to_list()
    shares = {code: parametres.find(f"part_base_{code}", day) for code in counted}
    key = {code: float(part.valeur) for code, part in shares.items() if part}
    loaded = (
        faits.bases_activites.filter(pl.col("activite").is_in(counted), pl.col("annee") < day.year)
        .filter(pl.col("annee") == pl.col("annee").max().over("cour"))
        .select("cour", "activite", poids=pl.col("extractions").cast(pl.Float64), compte=pl.lit(value=True))
        .filter(pl.col("poids").sum().over("cour") > 0)
    )
    plain = (
        pl.DataFrame({"cour": list(bases)}, schema={"cour": pl.String})
        .join(loaded, on="cour", how="anti")
        .join(
            pl.DataFrame(
                {"activite": list(key), "poids": list(key.values())},
                schema={"activite": pl.String, "poids": pl.Float64},
            ),
            how="cross",
        )
        .with_columns(compte=pl.lit(value=False))
    )
    of_cour = pl.DataFrame(
        {"cour": list(bases), "extractions": [float(base) for base in bases.values()]},
        schema={"cour": pl.String, "extractions": pl.Float64},
    )
    by_activity = (
        pl.concat([loaded, plain])
        .join(of_cour, on="cour")
        .select(
            "cour",
            "activite",
            "compte",
            base=pl.col("extractions") * pl.col("poids") / pl.col("poids").sum().over("cour"),
        )
    )
    share = float(parametres.at("repartition_volume", day).valeur)
    weighed = juridictions.join(volumes, on="juridiction", how="left").with_columns(
        poids=(1 - share)
        + share
        * (pl.col("visioconferences") / pl.col("visioconferences").mean().over("cour", "type"))
        .fill_nan(1.0)
        .fill_null(1.0)
    )
    return Besoin.validate(
        weighed.join(reference.lignes.select("type", "activite"), on="type")
        .join(by_activity, on=["cour", "activite"])
        .select(
            "cour",
            "juridiction",
            "type",
            "activite",
            base=pl.col("base") * pl.col("poids") / pl.col("poids").sum().over("cour", "activite"),
            compte="compte",
        )
        .sort("cour", "juridiction", "activite")
    )
