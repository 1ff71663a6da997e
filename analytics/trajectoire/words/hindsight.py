"""What past projections were worth, in words."""

import dataframely as dy
import polars as pl

from analytics.trajectoire.hindsight import Valeur, Verdict
from analytics.vocabulary import wording
from analytics.vocabulary.columns import Colonne, integer, two_decimals


def title_hindsight(verdicts: dy.DataFrame[Verdict], place: str) -> str:
    """Say how often the ranges shown held: those of one cour, or of the country."""
    if verdicts.is_empty():
        return wording.typeset("Aucune année n'est encore complète à cette date : rien à juger")
    held = int(verdicts["couvre_80"].sum())
    return wording.typeset(
        f"{place} : la fourchette à 80 % a tenu {wording.number(held)} fois sur "
        f"{wording.number(verdicts.height)}"
    )


def tell_hindsight(valeur: Valeur | None) -> str:
    """Say how far the projections fell, beside the plainest method."""
    if valeur is None:
        return wording.typeset(
            "Chaque projection est gardée telle qu'elle a été faite ; elle sera jugée quand le mois de "
            "décembre de son année sera connu."
        )
    better = 1 - valeur.crps / valeur.crps_rythme if valeur.crps_rythme else 0.0
    against = (
        f"{wording.percent(better, 0)} de moins que la règle de trois saisonnière"
        if better >= 0
        else f"{wording.percent(-better, 0)} de plus que la règle de trois saisonnière"
    )
    return wording.typeset(
        f"{wording.number(valeur.projections)} projections de cours jugées sur le total déclaré en fin "
        f"d'année : la fourchette à 80 % le contenait {wording.percent(valeur.couvre_80, 0)} du temps, "
        f"celle à 95 %, {wording.percent(valeur.couvre_95, 0)}. Erreur : "
        f"{wording.percent(valeur.crps)} du total, {against}. Chances annoncées : "
        f"{wording.number(valeur.brier, 3)} (0 parfait, 0,25 à pile ou face). Un total déclaré compte "
        "aussi les réponses tardives et les juridictions qui se mettent à répondre."
    )


def tell_worth(worth: pl.DataFrame, mois_ecoules: int) -> str:
    """Say under a projection what those of the past were worth, made with as many months known."""
    same = worth.filter((pl.col("debut") <= mois_ecoules) & (mois_ecoules <= pl.col("fin")))
    if same.is_empty():
        return ""
    first, last = same.select("debut", "fin").row(0)
    told: list[str] = []
    for row in same.iter_rows(named=True):
        held: list[str] = []
        if row["cours"]:
            share = wording.percent(row["tenues_cours"] / row["cours"], 0)
            held.append(f"{share} des fourchettes de cour ont tenu{_excess(row['ecart_cours'])}")
        if row["pays"]:
            held.append(
                f"celle de la France entière {wording.number(row['tenues_pays'])} fois sur "
                f"{wording.number(row['pays'])}{_excess(row['ecart_pays'])}"
            )
        told.append(f"en {row['annee']}, " + " ; ".join(held))
    return wording.typeset(
        f"Ce que valaient les projections faites avec {first} à {last} mois connus : {' ; '.join(told)}."
    )


def _excess(part: float | None) -> str:
    if part is None:
        return ""
    if abs(part) < 0.005:
        return " (total juste)"
    return f" (total annoncé {wording.percent(abs(part), 0)} {'trop haut' if part > 0 else 'trop bas'})"


def write_share(value: float | None) -> str:
    """Write how far a total was from what came: « +4 % », « −12 % »."""
    if value is None:
        return wording.NOT_AVAILABLE
    sign = "+" if value > 0 else "−" if value < 0 else ""
    return f"{sign}{wording.percent(abs(value), 0)}"


WORTH_COLUMNS = (
    Colonne("annee", "Année"),
    Colonne("debut", "Mois connus : de"),
    Colonne("fin", "à"),
    Colonne("cours", "Projections de cour", integer, nombre=True),
    Colonne("tenues_cours", "dont tenues à 80 %", integer, nombre=True),
    Colonne("ecart_cours", "Écart du total", write_share, nombre=True),
    Colonne("pays", "Projections du pays", integer, nombre=True),
    Colonne("tenues_pays", "dont tenues à 80 %", integer, nombre=True),
    Colonne("ecart_pays", "Écart du total", write_share, nombre=True),
)


def label_hindsight(verdicts: dy.DataFrame[Verdict]) -> pl.DataFrame:
    """Lay out projections, latest first, as multiples of what came: `rapport`, ranges, `texte`, `tenu`."""
    frame = verdicts.filter(pl.col("total") > 0).sort("mois", "cour", descending=[True, False])
    told = [
        wording.typeset(
            f"Fin {wording.month(row['mois'])} : de {wording.number(row['bas_80'])} à "
            f"{wording.number(row['haut_80'])} projetées, {wording.number(row['total'])} déclarées"
        )
        for row in frame.iter_rows(named=True)
    ]
    return frame.with_columns(
        *(pl.col(name) / pl.col("total") for name in ("bas_95", "bas_80", "haut_80", "haut_95")),
        rapport=pl.col("projete") / pl.col("total"),
        bas=pl.col("bas_80"),
        haut=pl.col("haut_80"),
        soi=pl.lit(value=False),
        nom_court=pl.Series([wording.short_month(day) for day in frame["mois"]], dtype=pl.String),
        texte=pl.Series(told, dtype=pl.String),
        tenu=pl.when("couvre_80").then(pl.lit("dans la fourchette")).otherwise(pl.lit("hors fourchette")),
    )


HINDSIGHT_COLUMNS = (
    Colonne("mois", "Projeté fin", wording.month),
    Colonne("projete", "Projection", integer, nombre=True),
    Colonne("bas", "80 % : de", integer, nombre=True),
    Colonne("haut", "à", integer, nombre=True),
    Colonne("total", "Déclaré en fin d'année", integer, nombre=True),
    Colonne("tenu", "Verdict"),
    Colonne("pit", "PIT", two_decimals, nombre=True),
)
