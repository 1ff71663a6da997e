"""The crossing of cours and activities, by videoconferences."""

import dataframely as dy
import polars as pl

from analytics.trajectoire.words.activities import name_activity
from analytics.vocabulary import wording
from analytics.vocabulary.columns import Colonne, not_answered, plain
from analytics.vocabulary.periods import Periode
from analytics.vocabulary.schemas import Activites, AgregatActivite, Cours


def title_crossing(crossed: pl.DataFrame) -> str:
    """Say which cour and activity meet most."""
    known = crossed.filter(pl.col("valeur") > 0)
    if known.is_empty():
        return "Aucune visioconférence déclarée"
    row = known.sort(["valeur", "ligne"], descending=[True, False]).row(0, named=True)
    return wording.typeset(
        f"{row['ligne']}, « {row['colonne']} » : {wording.count(row['valeur'], 'visioconférence')}"
    )


def tell_crossing(crossed: pl.DataFrame) -> str:
    """Say how many pairs are used."""
    used = crossed.filter(pl.col("valeur") > 0).height
    possible = crossed.filter(~pl.col("sans_objet")).height
    return wording.typeset(
        f"{wording.count(used, 'couple')} d'une cour qui a répondu et d'une activité permise, sur "
        f"{wording.number(possible)}, {wording.agree(used, 'compte', 'comptent')} au moins une "
        "visioconférence ; la teinte croît comme la racine carrée du nombre."
    )


def widen_crossing(crossed: pl.DataFrame) -> pl.DataFrame:
    """Put the activities across, for the table: one row a cour, the texts of the cells."""
    return crossed.pivot(on="colonne", index="ligne", values="texte", maintain_order=True)


def crossing_columns(crossed: pl.DataFrame) -> tuple[Colonne, ...]:
    """List the columns of the crossing's table."""
    names: list[str] = crossed["colonne"].unique(maintain_order=True).to_list()
    return (Colonne("ligne", "Cour"), *(Colonne(nom, nom, plain, nombre=True) for nom in names))


def cross_cours_and_activities(
    agregat: dy.DataFrame[AgregatActivite],
    activites: dy.DataFrame[Activites],
    cours: dy.DataFrame[Cours],
    *,
    periode: Periode,
) -> pl.DataFrame:
    """Cross cours and activities over a period, by videoconferences: a row a pair.

    Columns `cour`, `activite`, `ligne`, `colonne`, `valeur`, `texte`, `intensite`, `sans_objet`.

    An activity that was legal on no day of the period is « s.o. »; a pair nobody declared is « n.r. ».
    The tint grows as the square root of the count, so that small cours can be read beside Paris.
    """
    sums = periode.keep(agregat).group_by("cour", "activite").agg(valeur=pl.col("visioconferences").sum())
    names = dict(cours.select("cour", "nom_court").iter_rows())
    full_names = dict(cours.select("cour", "nom").iter_rows())
    codes = sorted(sums["cour"].unique().to_list(), key=lambda c: wording.collation_key(full_names.get(c, c)))
    lines = pl.DataFrame(
        {"cour": codes, "ligne": [names.get(code, code) for code in codes]},
        schema={"cour": pl.String, "ligne": pl.String},
    )
    end = pl.lit(periode.fin).dt.month_end()
    frame = (
        lines.join(activites.select("activite", "libelle", "legal_depuis", "ordre"), how="cross")
        .join(sums, on=["cour", "activite"], how="left")
        .with_columns(
            sans_objet=pl.col("legal_depuis").is_not_null()
            & (pl.col("legal_depuis") > end)
            & (pl.col("valeur").fill_null(0) == 0)
        )
        .with_columns(valeur=pl.when("sans_objet").then(None).otherwise("valeur"))
    )
    largest = max([1, *frame["valeur"].drop_nulls().to_list()])
    return frame.with_columns(
        colonne=pl.Series(
            [name_activity(code, label) for code, label in frame.select("activite", "libelle").iter_rows()],
            dtype=pl.String,
        ),
        texte=pl.Series(
            [
                wording.NOT_APPLICABLE if nothing else not_answered(value)
                for nothing, value in frame.select("sans_objet", "valeur").iter_rows()
            ],
            dtype=pl.String,
        ),
        intensite=(pl.col("valeur") / largest).sqrt(),
    )
