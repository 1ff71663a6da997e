"""The activities: their short names, their ranks, their panels and their table."""

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

import dataframely as dy
import polars as pl

from analytics.trajectoire.position import Bilan
from analytics.trajectoire.series import BilanActivite, SerieActivite
from analytics.trajectoire.words.conclusion import avoided
from analytics.vocabulary import wording
from analytics.vocabulary.columns import Colonne, applicable, integer, not_answered, share, short
from analytics.vocabulary.periods import Periode

SHORT_NAMES = {
    "CHINS_DETENTION": "Chambre de l'instruction",
    "JLD_DETENTION": "Débats JLD",
    "INSTRUCTION": "Juge d'instruction",
    "JUGEMENT_DETENTION": "Détention, au jugement",
    "JAP": "Juge de l'application des peines",
    "TAP": "Tribunal de l'application des peines",
    "CHAP": "Chambre de l'application des peines",
    "TPOL": "Tribunal de police",
    "ASSISES_TEMOINS": "Assises, témoins",
    "ASSISES_INTERROGATOIRE": "Assises, interrogatoire",
    "CORRECTIONNEL_TEMOINS": "Correctionnel, témoins",
    "CORRECTIONNEL_PREVENU": "Correctionnel, prévenu",
    "DELIBERE_INTERETS_CIVILS": "Délibérés, intérêts civils",
    "MANDATS_MAE": "Mandats, extradition",
    "CIVI_REPARATION": "CIVI, réparation, révision",
    "NOTIF_EXPERTISE": "Notification d'expertise",
    "GAV_PROLONGATION": "Prolongation de garde à vue",
    "ETRANGERS_ZA": "Zone d'attente",
    "ETRANGERS_RETENTION": "Rétention administrative",
    "CIVIL": "Audiences civiles",
    "ENTRAIDE": "Entraide pénale",
    "AUTRE": "Autre activité",
}


def name_activity(activite: str, libelle: str) -> str:
    """Give the short name of an activity, or its label when it has none."""
    return SHORT_NAMES.get(activite, libelle)


MOST_CATEGORIES = 8
OTHERS = "Autres"


def rank_activities(bilans: dy.DataFrame[BilanActivite], *, mesure: str) -> pl.DataFrame:
    """Keep the largest activities by `mesure`, the rest summed as « Autres »: eight rows at most.

    Columns `nom`, `valeur`, `texte`.
    """
    known = bilans.filter(pl.col(mesure) > 0).sort([mesure, "ordre"], descending=[True, False])
    kept, rest = known.head(MOST_CATEGORIES - 1), known.slice(MOST_CATEGORIES - 1)
    if rest.height == 1:
        kept, rest = known, rest.clear()
    rows = [
        (name_activity(activite, libelle), int(value), wording.number(int(value)))
        for activite, libelle, value in kept.select("activite", "libelle", mesure).iter_rows()
    ]
    if rest.height:
        total = int(rest[mesure].sum())
        rows.append((OTHERS, total, wording.number(total)))
    return pl.DataFrame(rows, schema={"nom": pl.String, "valeur": pl.Int64, "texte": pl.String}, orient="row")


def arrange_panels(
    series: dy.DataFrame[SerieActivite], bilans: dy.DataFrame[BilanActivite], *, focus: str | None
) -> pl.DataFrame:
    """Prepare the small multiples: the largest activities, one panel each, then « Autres ».

    `focus` is an activity that must have its panel. An activity not legal in any month shown keeps
    its panel only when asked for, and says « s.o. ».
    """
    order = (
        bilans.filter(pl.col("visioconferences") > 0)
        .sort(["visioconferences", "ordre"], descending=[True, False])["activite"]
        .to_list()
    )
    if focus is not None:
        order = [focus, *(code for code in order if code != focus)]
    kept = order[: MOST_CATEGORIES - 1] if len(order) > MOST_CATEGORIES else order
    names = {
        code: name_activity(code, label) for code, label in bilans.select("activite", "libelle").iter_rows()
    }
    mentions = {row["activite"]: _mention(row) for row in bilans.iter_rows(named=True)}
    panels = [
        series.filter(pl.col("activite") == code).select(
            "mois",
            "visioconferences",
            "extractions_evitees",
            "sans_objet",
            nom=pl.lit(names[code]),
            mention=pl.lit(mentions[code]),
        )
        for code in kept
    ]
    others = [code for code in order if code not in kept]
    if others:
        panels.append(
            series.filter(pl.col("activite").is_in(others))
            .group_by("mois")
            .agg(
                visioconferences=pl.when(pl.col("visioconferences").is_not_null().any()).then(
                    pl.col("visioconferences").sum()
                ),
                extractions_evitees=pl.when(pl.col("extractions_evitees").is_not_null().any()).then(
                    pl.col("extractions_evitees").sum()
                ),
                sans_objet=pl.col("sans_objet").all(),
            )
            .sort("mois")
            .select(
                "mois",
                "visioconferences",
                "extractions_evitees",
                "sans_objet",
                nom=pl.lit(OTHERS),
                mention=pl.lit(f"{wording.number(len(others))} activités"),
            )
        )
    if not panels:
        return pl.DataFrame(
            schema={
                "mois": pl.Date,
                "visioconferences": pl.Int64,
                "extractions_evitees": pl.Int64,
                "sans_objet": pl.Boolean,
                **dict.fromkeys(("nom", "mention", "mois_libelle"), pl.String),
            }
        )
    return pl.concat(panels).with_columns(
        mois_libelle=pl.col("mois").map_elements(short, return_dtype=pl.String)
    )


def _mention(row: Mapping[str, Any]) -> str:
    if row["sans_objet"]:
        return f"{wording.NOT_APPLICABLE} sur toute la période"
    if not row["compte_objectif"]:
        return "hors objectif"
    if row["part_evitees"] is None:
        return wording.NOT_AVAILABLE
    return f"{wording.percent(row['part_evitees'], 0)} ont évité une extraction"


def conclude_activities(bilans: dy.DataFrame[BilanActivite], bilan: Bilan, periode: Periode) -> str:
    """Say in one sentence what the activities amount to."""
    if bilan.attendues and not bilan.repondues:
        return wording.typeset(f"Fin {wording.month(periode.fin)} : {NOBODY[0].lower()}{NOBODY[1:]}.")
    used = bilans.filter(pl.col("visioconferences") > 0).height
    told = (
        f"Fin {wording.month(periode.fin)}, "
        f"{wording.count(bilan.visioconferences, 'visioconférence')} dans "
        f"{wording.count(used, 'activité')} sur {bilans.height}"
    )
    if not bilans["compte_objectif"].any():
        told += ", dont aucune ne compte dans l'objectif"
    else:
        told += f" ; {avoided(bilan.evitees_objectif)}"
        if bilan.part_evitees is not None:
            told += (
                f", soit {wording.percent(bilan.part_evitees)} des visioconférences des activités comptées "
                "dans l'objectif"
            )
    return wording.typeset(f"{told}.")


def title_activities(bilans: dy.DataFrame[BilanActivite]) -> str:
    """Say which activity uses videoconferences most."""
    first = bilans.filter(pl.col("visioconferences") > 0).sort(
        ["visioconferences", "ordre"], descending=[True, False]
    )
    total = int(bilans["visioconferences"].sum())
    if first.is_empty():
        return "Aucune visioconférence déclarée"
    row = first.row(0, named=True)
    part = wording.percent(Fraction(row["visioconferences"], total), 0)
    return wording.typeset(
        f"« {name_activity(row['activite'], row['libelle'])} » réunit {part} des visioconférences"
    )


NOBODY = "Aucune juridiction n'a répondu depuis janvier : ce qui a été fait n'est pas connu"


def tell_activities(bilans: dy.DataFrame[BilanActivite], bilan: Bilan) -> str:
    """Say in one sentence what counts for the objective, and what was not legal yet."""
    if bilan.attendues and not bilan.repondues:
        return wording.typeset(f"{NOBODY}.")
    counted = bilans.filter("compte_objectif")
    if counted.is_empty():
        return wording.typeset(
            "Ces activités ne comptent pas dans l'objectif : seules leurs visioconférences sont suivies."
        )
    outside = int(bilans.filter(~pl.col("compte_objectif"))["visioconferences"].sum())
    not_yet = bilans.filter("sans_objet").height
    done = avoided(int(counted["extractions_evitees"].sum()))
    text = (
        f"{done} dans les activités comptées dans l'objectif ; "
        f"{wording.count(outside, 'visioconférence')} hors objectif"
    )
    if not_yet:
        text += (
            f" ; {wording.count(not_yet, 'activité')} sans objet (s.o.) : "
            f"la loi ne {wording.agree(not_yet, 'la', 'les')} permettait pas encore"
        )
    return wording.typeset(text + ".")


def title_ranked(ranked: pl.DataFrame, mesure: str) -> str:
    """Say which bar is the longest, and its share."""
    known = ranked.filter(pl.col("valeur") > 0)
    total = int(known["valeur"].sum())
    if not total:
        return f"Rien de déclaré pour les {mesure}"
    row = known.sort("valeur", descending=True, maintain_order=True).row(0, named=True)
    part = wording.percent(Fraction(int(row["valeur"]), total), 0)
    return wording.typeset(f"{row['nom']} : {part} des {mesure}")


def rank_shares(bilans: dy.DataFrame[BilanActivite]) -> pl.DataFrame:
    """Rank the activities used most by their share of videoconferences that avoided an extraction."""
    used = (
        bilans.filter(pl.col("part_evitees").is_not_null())
        .sort(["visioconferences", "ordre"], descending=[True, False])
        .head(MOST_CATEGORIES)
        .sort(["part_evitees", "ordre"], descending=[True, False])
    )
    rows = [
        (name_activity(activite, libelle), float(part), wording.percent(part))
        for activite, libelle, part in used.select("activite", "libelle", "part_evitees").iter_rows()
    ]
    return pl.DataFrame(
        rows, schema={"nom": pl.String, "valeur": pl.Float64, "texte": pl.String}, orient="row"
    )


def title_shares(bilans: dy.DataFrame[BilanActivite]) -> str:
    """Say how the share that avoided an extraction ranges over the activities used most."""
    ranked = rank_shares(bilans)
    if ranked.is_empty():
        return "Aucune visioconférence d'une activité comptée dans l'objectif"
    high, low = ranked.row(0, named=True), ranked.row(-1, named=True)
    return wording.typeset(
        f"De {wording.percent(low['valeur'], 0)} ({low['nom']}) à "
        f"{wording.percent(high['valeur'], 0)} ({high['nom']})"
    )


def tell_shares() -> str:
    """Say what the share means."""
    return wording.typeset(
        "Une visioconférence évite une extraction quand elle concerne une personne détenue qui aurait dû "
        "être conduite devant le juge ; les auditions de témoins ou d'experts n'en évitent pas."
    )


PANEL_COLUMNS = (
    Colonne("nom", "Activité"),
    Colonne("mois", "Mois", wording.month),
    Colonne("visioconferences", "Visioconférences", not_answered, nombre=True),
    Colonne("extractions_evitees", "Extractions évitées", not_answered, nombre=True),
)


ACTIVITY_COLUMNS = (
    Colonne("libelle", "Activité"),
    Colonne("visioconferences_ecrit", "Visioconférences", nombre=True),
    Colonne("evitees_ecrit", "Extractions évitées", nombre=True),
    Colonne("borne_haute", "Au plus (au prorata)", applicable, nombre=True),
    Colonne("part_ecrit", "Part ayant évité une extraction", nombre=True),
    Colonne("objectif_ecrit", "Compte pour l'objectif"),
    Colonne("groupe", "Groupe"),
)


def write_activities(bilans: dy.DataFrame[BilanActivite]) -> pl.DataFrame:
    """Add what the table of activities says: « s.o. » where the law did not allow, or nothing counts.

    `borne_haute` is added by `coverage.share_bounds`.
    """
    not_yet = pl.col("sans_objet") & (pl.col("visioconferences") == 0)

    def written(column: str, write: Callable[[Any], str]) -> pl.Expr:
        return (
            pl.when(not_yet)
            .then(pl.lit(wording.NOT_APPLICABLE))
            .otherwise(pl.col(column).map_elements(write, return_dtype=pl.String))
        )

    return bilans.with_columns(
        objectif_ecrit=pl.when("compte_objectif").then(pl.lit("oui")).otherwise(pl.lit("non")),
        visioconferences_ecrit=written("visioconferences", integer),
        evitees_ecrit=written("extractions_evitees", integer),
        part_ecrit=pl.when(not_yet | ~pl.col("compte_objectif"))
        .then(pl.lit(wording.NOT_APPLICABLE))
        .otherwise(pl.col("part_evitees").map_elements(share, return_dtype=pl.String, skip_nulls=False)),
    )
