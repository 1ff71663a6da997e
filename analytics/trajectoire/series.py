"""The figures month by month: of a year, of the last months, of each activity."""

from collections.abc import Mapping, Sequence
from datetime import date
from fractions import Fraction

import dataframely as dy
import polars as pl

from analytics.couverture import coverage
from analytics.couverture.silence import Manque
from analytics.objectif.objective import Objectif
from analytics.vocabulary.periods import MONTHS_IN_YEAR, Periode
from analytics.vocabulary.schemas import Activites, AgregatActivite


class Trajectoire(dy.Schema):
    """One year, month by month, against its objective.

    `evitees` and `cumul` are null in a month without any answer: the line breaks there. `estime` and `haut`
    add to what is declared the estimate and the bound of what was left unsaid, null when not asked.
    `objectif_cumule` is null without objective.
    """

    annee = dy.Int64(primary_key=True)
    rang = dy.Int64(primary_key=True, min=1, max=12)
    mois = dy.Date()
    evitees = dy.Int64(nullable=True)
    cumul = dy.Int64(nullable=True)
    estime = dy.Int64(nullable=True)
    haut = dy.Int64(nullable=True)
    objectif_cumule = dy.Float64(nullable=True)


def trace_year(
    mensuel: pl.DataFrame,
    reponses: dy.DataFrame[coverage.Reponses],
    *,
    periode: Periode,
    objectif: Objectif | None,
    manque: Manque | None = None,
    retenues: Mapping[date, Fraction | None] | None = None,
) -> dy.DataFrame[Trajectoire]:
    """Cumulate a year's avoided extractions up to the end of the period, beside its objective.

    `manque` adds what the silent may have left unsaid. `retenues`: what a reading counts
    of each month instead of what was declared, None where it cannot.
    """
    avoided = periode.keep(mensuel).group_by("mois").agg(evitees=pl.col("evitees_objectif").sum())
    if retenues is not None:
        avoided = _whole_months(retenues)
    answered = (
        periode.keep(reponses)
        .group_by("mois")
        .agg(repondues=pl.col("repondues").sum())
        .filter(pl.col("repondues") > 0)
    )
    months = pl.DataFrame({"mois": [date(periode.annee, rang, 1) for rang in range(1, MONTHS_IN_YEAR + 1)]})
    frame = (
        months.join(avoided, on="mois", how="left")
        .join(answered, on="mois", how="left")
        .with_columns(
            evitees=pl.when(pl.col("evitees").is_null() & pl.col("repondues").is_null())
            .then(None)
            .otherwise(pl.col("evitees").fill_null(0))
            if retenues is None
            else pl.col("evitees")
        )
        .sort("mois")
    )
    cumul = manque.cumul if manque else dict[date, tuple[float, float]]()
    unsaid = pl.DataFrame(
        [(mois, *both) for mois, both in cumul.items()],
        schema={"mois": pl.Date, "non_dit": pl.Float64, "plafond": pl.Float64},
        orient="row",
    )
    declared = pl.col("evitees").fill_null(0).cum_sum()
    targets = [float(objectif.a_date(rang)) if objectif else None for rang in range(1, MONTHS_IN_YEAR + 1)]
    return Trajectoire.validate(
        frame.join(unsaid, on="mois", how="left")
        .sort("mois")
        .select(
            annee=pl.lit(periode.annee, dtype=pl.Int64),
            rang=pl.col("mois").dt.month().cast(pl.Int64),
            mois="mois",
            evitees="evitees",
            cumul=pl.when(pl.col("evitees").is_not_null()).then(declared),
            estime=(declared + pl.col("non_dit")).round().cast(pl.Int64),
            haut=(declared + pl.col("plafond")).round(6).ceil().cast(pl.Int64),
            objectif_cumule=pl.Series(targets, dtype=pl.Float64),
        )
    )


def _whole_months(retenues: Mapping[date, Fraction | None]) -> pl.DataFrame:
    """Round the cumulated counts, so that the months sum to the rounded whole; nothing after a gap."""
    rows: list[tuple[date, int]] = []
    total, written = Fraction(0), 0
    for mois, value in sorted(retenues.items()):
        if value is None:
            break
        total += value
        rows.append((mois, round(total) - written))
        written = round(total)
    return pl.DataFrame(rows, schema={"mois": pl.Date, "evitees": pl.Int64}, orient="row")


def trace_months(
    mensuel: pl.DataFrame,
    reponses: dy.DataFrame[coverage.Reponses],
    *,
    mois: Sequence[date],
    objectif: Objectif | None,
    etpt_par_extraction: Fraction,
) -> pl.DataFrame:
    """Give the figures of each month for the sparklines; null where nothing was declared.

    Columns: `mois`, the three counts, `part_evitees`, `part_reponse`, `etpt`, and `atteinte`, which is
    cumulated since January of the objective's year and null in the others.
    """
    sums = mensuel.group_by("mois").agg(
        pl.col("visioconferences", "visioconferences_objectif", "evitees_objectif").sum()
    )
    answers = reponses.group_by("mois").agg(
        part_reponse=pl.col("repondues").sum() / pl.col("attendues").sum()
    )
    frame = (
        pl.DataFrame({"mois": list(mois)}, schema={"mois": pl.Date})
        .join(sums, on="mois", how="left")
        .join(answers, on="mois", how="left")
        .sort("mois")
        .with_columns(
            part_evitees=pl.when(pl.col("visioconferences_objectif") > 0).then(
                pl.col("evitees_objectif") / pl.col("visioconferences_objectif")
            ),
            etpt=pl.col("evitees_objectif") * float(etpt_par_extraction),
        )
    )
    if objectif is None or not objectif.annuel:
        return frame.with_columns(atteinte=pl.lit(None, dtype=pl.Float64))
    in_year = pl.col("mois").dt.year() == objectif.annee
    so_far = pl.when(in_year).then(pl.col("evitees_objectif").fill_null(0)).otherwise(0).cum_sum()
    to_date = {rang: float(objectif.a_date(rang)) for rang in range(1, MONTHS_IN_YEAR + 1)}
    target = pl.col("mois").dt.month().cast(pl.Int64).replace_strict(to_date, return_dtype=pl.Float64)
    return frame.with_columns(
        atteinte=pl.when(in_year & pl.col("evitees_objectif").is_not_null()).then(so_far / target)
    )


class SerieActivite(dy.Schema):
    """One activity, one month. Counts are null where nothing was declared.

    `sans_objet`: not legally possible on any day of that month; what is declared then is still shown.
    """

    mois = dy.Date(primary_key=True)
    activite = dy.String(primary_key=True)
    ordre = dy.Int64()
    libelle = dy.String()
    groupe = dy.String()
    compte_objectif = dy.Bool()
    sans_objet = dy.Bool()
    visioconferences = dy.Int64(nullable=True)
    extractions_evitees = dy.Int64(nullable=True)


def trace_activities(
    agregat: dy.DataFrame[AgregatActivite], activites: dy.DataFrame[Activites], *, debut: date, fin: date
) -> dy.DataFrame[SerieActivite]:
    """Follow every activity from the month `debut` to the month `fin`.

    Before `legal_depuis` nothing could be done: the activity is « sans objet », not weak.
    """
    months = pl.DataFrame({"mois": pl.date_range(debut, fin, "1mo", eager=True)})
    sums = agregat.group_by("mois", "activite").agg(
        pl.col("visioconferences").sum(), pl.col("extractions_evitees").sum()
    )
    not_yet = pl.col("legal_depuis").is_not_null() & (pl.col("legal_depuis") > pl.col("mois").dt.month_end())
    return SerieActivite.validate(
        months.join(activites, how="cross")
        .join(sums, on=["mois", "activite"], how="left")
        .select(
            "mois",
            "activite",
            "ordre",
            "libelle",
            "groupe",
            "compte_objectif",
            sans_objet=not_yet,
            visioconferences=pl.when(not_yet & (pl.col("visioconferences") == 0))
            .then(None)
            .otherwise("visioconferences"),
            extractions_evitees=pl.when(not_yet & (pl.col("visioconferences") == 0))
            .then(None)
            .otherwise("extractions_evitees"),
        )
        .sort("ordre", "mois")
    )


class BilanActivite(dy.Schema):
    """One activity over a period; `part_evitees` = column 2 / column 1, null outside the objective."""

    activite = dy.String(primary_key=True)
    ordre = dy.Int64()
    libelle = dy.String()
    groupe = dy.String()
    compte_objectif = dy.Bool()
    sans_objet = dy.Bool()
    visioconferences = dy.Int64(min=0)
    extractions_evitees = dy.Int64(min=0)
    part_evitees = dy.Float64(nullable=True)


def sum_up_activities(series: dy.DataFrame[SerieActivite]) -> dy.DataFrame[BilanActivite]:
    """Sum each activity over its months; « sans objet » only when it was so in all of them."""
    return BilanActivite.validate(
        series.group_by("activite", "ordre", "libelle", "groupe", "compte_objectif")
        .agg(
            pl.col("visioconferences").sum(),
            pl.col("extractions_evitees").sum(),
            sans_objet=pl.col("sans_objet").all(),
        )
        .with_columns(
            part_evitees=pl.when(pl.col("compte_objectif") & (pl.col("visioconferences") > 0)).then(
                pl.col("extractions_evitees") / pl.col("visioconferences")
            )
        )
        .select(BilanActivite.column_names())
        .sort("ordre")
    )
