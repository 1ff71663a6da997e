"""The trajectory: a year cumulated month by month, beside its objective."""

from collections.abc import Iterable

import dataframely as dy
import polars as pl

from analytics.trajectoire import position
from analytics.trajectoire.position import Bilan
from analytics.trajectoire.series import Trajectoire
from analytics.trajectoire.words.conclusion import (
    avoided,
    counted,
    still_to_avoid,
    target_of_year,
    tell_nothing_counted,
)
from analytics.trajectoire.words.pace_and_odds import tell_range
from analytics.vocabulary import wording
from analytics.vocabulary.columns import Colonne, integer, not_answered, one_decimal
from analytics.vocabulary.periods import MONTHS_IN_YEAR, Periode


def title_trajectory(bilan: Bilan, periode: Periode, *, groupe: str | None) -> str:
    """Say what the cumulated curve shows; one group of activities only contributes to the objective."""
    if bilan.attendues and not bilan.repondues:
        return "Aucune juridiction n'a répondu depuis janvier"
    if bilan.atteinte is not None and groupe is not None:
        return wording.typeset(
            f"{avoided(bilan.evitees_objectif)} dans ce groupe, {wording.percent(bilan.atteinte)} de "
            "l'objectif à date de toutes les activités"
        )
    if bilan.objectif is not None and bilan.retenues is None:
        return "Rien à tracer : ce que cette lecture retient n'est pas connu"
    if bilan.atteinte is None:
        return wording.typeset(f"{avoided(bilan.evitees_objectif)} en {periode.annee}")
    if bilan.etat == position.ATTAINED:
        return wording.typeset(
            f"L'objectif de {periode.annee} est atteint : {wording.percent(bilan.part_annuelle)} de l'année"
        )
    if bilan.atteinte < 0:
        return wording.typeset(f"Rien de l'objectif à date n'est atteint : {counted(bilan)} retenues")
    return f"{wording.attained(bilan.atteinte)} de l'objectif à date est atteint"


def tell_trajectory(bilan: Bilan, periode: Periode, *, lecture: str, groupe: str | None) -> str:
    """Say in one sentence how far the year is from its objective."""
    if bilan.objectif is None:
        text = f"Aucun texte ne fixe d'objectif pour {periode.annee}"
    elif groupe is not None:
        text = (
            f"L'objectif de l'année, {wording.number(bilan.objectif)}, porte sur toutes les activités : ni "
            "reste à éviter ni projection pour un seul groupe"
        )
    elif bilan.reste is None:
        text = f"Objectif de l'année : {wording.number(bilan.objectif)} ; {tell_nothing_counted(lecture)}"
    elif not bilan.reste:
        asked = wording.number(bilan.objectif)
        noun = "extraction" if asked in ("0", "1") else "extractions"
        text = f"L'objectif de l'année, {asked} {noun} à éviter, est atteint"
    else:
        text = f"Objectif de l'année : {target_of_year(bilan)} ; {still_to_avoid(bilan)}"
        if bilan.projection is not None and periode.mois_ecoules < MONTHS_IN_YEAR:
            text += f". {tell_range(bilan, periode, lecture).rstrip('.')}"
    return wording.typeset(text + ".")


def label_trajectory(trajectoires: Iterable[dy.DataFrame[Trajectoire]]) -> pl.DataFrame:
    """Put the years together and add the words at the end of the lines and under the pointer."""
    labelled: list[pl.DataFrame] = []
    for frame in trajectoires:
        year = int(frame["annee"][0])
        target = frame["objectif_cumule"][-1]
        known = frame["cumul"].drop_nulls()
        high, estimated = frame["haut"].drop_nulls(), frame["estime"].drop_nulls()
        done = wording.number(int(known[-1])) if known.len() else wording.NOT_AVAILABLE
        labelled.append(
            frame.with_columns(
                libelle_cumul=pl.lit(f"{year}<br>{done}"),
                libelle_objectif=pl.lit(f"Objectif<br>{wording.number(target)}"),
                libelle_haut=pl.lit(f"Au plus<br>{wording.number(high[-1])}" if high.len() else ""),
                libelle_estime=pl.lit(
                    f"Estimé<br>{wording.number(estimated[-1])}" if estimated.len() else ""
                ),
                texte_estime=pl.Series(
                    [
                        wording.typeset(
                            f"{wording.month(day)} : {integer(middle)} estimées avec les réponses "
                            f"manquantes, sans doute {integer(most)} au plus"
                        )
                        for day, middle, most in frame.select("mois", "estime", "haut").iter_rows()
                    ],
                    dtype=pl.String,
                ),
                texte=pl.Series(
                    [
                        wording.typeset(
                            f"{wording.month(day)} : {not_answered(total)} au total, "
                            f"dont {not_answered(month)} ce mois"
                        )
                        for day, total, month in frame.select("mois", "cumul", "evitees").iter_rows()
                    ],
                    dtype=pl.String,
                ),
            )
        )
    return pl.concat(labelled)


def trajectory_columns(lecture: str) -> tuple[Colonne, ...]:
    """Give the columns of the months: what was avoided, or what another reading counts of them."""
    word, write = ("Évitées", not_answered) if lecture == "A" else ("Retenues", integer)
    return (
        Colonne("mois", "Mois", wording.month),
        Colonne("evitees", f"{word} dans le mois", write, nombre=True),
        Colonne("cumul", f"{word} depuis janvier", write, nombre=True),
        Colonne("objectif_cumule", "Objectif à date", one_decimal, nombre=True),
    )


SILENCE_COLUMNS = (
    Colonne("estime", "Estimées, avec les réponses manquantes", integer, nombre=True),
    Colonne("haut", "Au plus", integer, nombre=True),
)


def newest_first(frame: pl.DataFrame) -> pl.DataFrame:
    """Order the months of a labelled trajectory for reading, leaving out those still to come."""
    return frame.filter(pl.col("cumul").is_not_null() | (pl.col("annee") == pl.col("annee").max())).sort(
        "mois", descending=True
    )
