"""The cours compared, in words: who cannot be told from the others, and who really differs."""

from collections.abc import Mapping
from typing import Any

import dataframely as dy
import polars as pl

from analytics.comparaison.comparison import (
    ANONYMOUS,
    FAR_ABOVE,
    FAR_BELOW,
    IMPOSSIBLE,
    INSIDE,
    LEAST_EXPECTED,
    TOO_FEW,
    Dispersion,
    Entonnoir,
    Rapport,
)
from analytics.vocabulary import wording
from analytics.vocabulary.columns import Chiffre, Colonne, integer, share, two_decimals

NAMED = 4
# The share of cours that chance alone puts beyond the limits at 95 %.
BEYOND_95 = 0.05
LESS = f"on attend moins de {wording.number(LEAST_EXPECTED)}"
_NOUNS = {
    "evitees": "de la part d'extractions évitées",
    "colonnes": "de la part des visioconférences qui évitent une extraction",
    "reponses": "du taux de réponse",
}
SHORT = {
    "evitees": "Extractions évitées / extractions attendues là où l'on a répondu",
    "colonnes": "Colonne 2 / colonne 1, activités de l'objectif",
    "reponses": "Réponses reçues / réponses attendues",
}
AXES = {"evitees": "Extractions attendues", "colonnes": "Visioconférences", "reponses": "Réponses attendues"}


def title_funnel(placed: dy.DataFrame[Entonnoir]) -> str:
    """Say how many cours cannot be told from the country."""
    compared = placed.filter(pl.col("haut_95").is_not_null(), pl.col("position") != TOO_FEW)
    if compared.is_empty():
        few = placed.filter(pl.col("position") == TOO_FEW).height
        if few and few == placed.height:
            who = "cette cour" if few == 1 else f"chacune de ces {few} cours"
            return wording.typeset(f"Trop peu pour dire : {LESS} de {who}")
        return "Trop peu de cours pour les comparer"
    if compared.height == 1:
        return wording.typeset(f"{compared['nom_court'][0]}, seule à comparer : {compared['position'][0]}")
    alike = compared.filter(pl.col("position") == INSIDE).height
    far = compared.filter(pl.col("position").is_in([FAR_ABOVE, FAR_BELOW])).height
    other = compared.height - alike
    text = (
        f"{wording.count(alike, 'cour')} sur {compared.height} ne se "
        f"{wording.agree(alike, 'distingue', 'distinguent')} pas de la moyenne"
    )
    if other:
        text += f" ; {wording.number(other)} {wording.agree(other, 'diffère', 'diffèrent')}"
        if far:
            text += " nettement" if far == other else f", dont {wording.number(far)} nettement"
    return wording.typeset(text)


def tell_funnel(placed: dy.DataFrame[Entonnoir], spread: Dispersion | None, *, mesure: str) -> str:
    """Say where the country stands, and where the reader's own cour falls."""
    if spread is None:
        return "Il faut au moins trois cours avec des données pour tracer des limites."
    text = f"Moyenne nationale {_NOUNS[mesure]} : {wording.percent(spread.theta)}"
    own = placed.filter("soi")
    if own.height:
        row = own.row(0, named=True)
        text += f" ; {row['nom_court']} : {wording.percent(row['valeur'])}, {row['position']}"
    if spread.tau2 > 0:
        text += (
            f". La variance entre cours est {wording.number(spread.phi, 1)} fois celle du hasard seul : les "
            "limites en tiennent compte"
        )
    judged = placed.filter(~pl.col("position").is_in([TOO_FEW, IMPOSSIBLE])).height
    chance = round(judged * BEYOND_95)
    if chance:
        text += (
            f". Si rien ne distinguait ces {wording.count(judged, 'cour')}, environ {wording.number(chance)} "
            f"{wording.agree(chance, 'sortirait', 'sortiraient')} des limites à 95 % par le seul hasard"
        )
    few = placed.filter(pl.col("position") == TOO_FEW).height
    if few:
        text += (
            f". {wording.count(few, 'cour')} non {wording.agree(few, 'comparée', 'comparées')} (○), trop peu "
            f"pour dire : {LESS}"
        )
    return wording.typeset(text + ".")


def question_declarations(placed: dy.DataFrame[Entonnoir], *, mesure: str) -> str:
    """Ask, of the cours whose column 2 is far above the others', what they declare; nothing otherwise."""
    high = placed.filter(pl.col("position") == FAR_ABOVE)
    if mesure != "colonnes" or high.is_empty():
        return ""
    names = wording.enumeration(high["nom_court"].unique(maintain_order=True))
    return wording.typeset(
        f"À vérifier avec {names} : une part si haute est d'abord une question de déclaration. Des "
        "visioconférences qui n'ont pas évité d'extraction sont-elles comptées en colonne 2 ?"
    )


def label_funnel(placed: dy.DataFrame[Entonnoir]) -> pl.DataFrame:
    """Add what the pointer, the table and the point say: `texte`, `position_ecrite` and `dit`."""
    told = [
        wording.typeset(
            f"{row['nom_court']} : {wording.percent(row['valeur'])} "
            f"({wording.number(row['numerateur'])} sur {wording.number(row['denominateur'])}), "
            f"{row['position']}"
        )
        for row in placed.iter_rows(named=True)
    ]
    return placed.with_columns(
        texte=pl.Series(told, dtype=pl.String),
        position_ecrite=pl.concat_str("glyphe", "position", separator=" "),
        dit=~pl.col("position").is_in([TOO_FEW, IMPOSSIBLE]),
    )


def legend_of_funnel(placed: dy.DataFrame[Entonnoir]) -> tuple[tuple[str, str], ...]:
    """Say what a hollow point is, where there is one."""
    return tuple(
        ("", f"○ {position}") for position in (TOO_FEW, IMPOSSIBLE) if (placed["position"] == position).any()
    )


def funnel_columns(mesure: str) -> tuple[Colonne, ...]:
    """Give the columns of the table of a funnel."""
    top = {"evitees": "Évitées", "colonnes": "Évitées", "reponses": "Réponses"}[mesure]
    return (
        Colonne("nom_court", "Cour"),
        Colonne("valeur", "Part", share, nombre=True),
        Colonne("numerateur", top, integer, nombre=True),
        Colonne("denominateur", AXES[mesure], integer, nombre=True),
        Colonne("bas_95", "Limite basse 95 %", share, nombre=True),
        Colonne("haut_95", "Limite haute 95 %", share, nombre=True),
        Colonne("position_ecrite", "Position"),
    )


def title_ratios(ratios: dy.DataFrame[Rapport], *, nom: str) -> str:
    """Say where the reader's cour, called `nom`, stands; without it, between which ratios the cours lie."""
    if ratios.is_empty():
        return "Aucune cour à comparer à base égale"
    own = ratios.filter("soi")
    if own.height:
        return tell_ratio(own)
    low, high = ratios.select(bas=pl.col("rapport").min(), haut=pl.col("rapport").max()).row(0)
    return wording.typeset(
        f"{nom} n'a rien déclaré qui puisse être comparé ; les autres évitent de {wording.number(low, 2)} à "
        f"{wording.number(high, 2)} fois ce que leur base laisse attendre"
    )


def title_differing(ratios: dy.DataFrame[Rapport]) -> str:
    """Name the cours that differ, those that do most first; say when none does."""
    compared = ratios.filter(pl.col("attendu") >= LEAST_EXPECTED, pl.col("position").is_not_null())
    if compared.is_empty():
        return "Aucune cour à comparer à base égale"
    differing = compared.filter(pl.col("position") != INSIDE).sort("brut", descending=True)
    if differing.is_empty():
        return "Aucune cour ne s'écarte nettement des autres"
    verb = wording.agree(differing.height, "diffère", "diffèrent")
    if (differing["nom_court"] == ANONYMOUS).all():
        return wording.typeset(f"{wording.count(differing.height, 'cour')} {verb}")
    names = wording.some_of(differing["nom_court"].head(NAMED), differing.height)
    return wording.typeset(f"{wording.count(differing.height, 'cour')} {verb} : {names}")


def is_comparable(row: Mapping[str, Any]) -> bool:
    """Tell whether enough is expected of a cour for its ratio to say anything."""
    return row["attendu"] >= LEAST_EXPECTED


def verdict_of(row: Mapping[str, Any]) -> str:
    """Say whether a cour differs: whether its ratio leaves what usually separates cours of its size."""
    if not is_comparable(row):
        return TOO_FEW
    return INSIDE if row["position"] is None else str(row["position"])


def tell_ratio(own: pl.DataFrame) -> str:
    """Say of one cour what it avoided against what is to be expected of it, and whether it really differs.

    The raw ratio is what was observed; the shrunk one stands in the chart, and is called so.
    """
    row = own.row(0, named=True)
    if not is_comparable(row):
        counted = wording.count(round(row["observe"]), "extraction évitée", "extractions évitées")
        return wording.typeset(
            f"{row['nom_court']} : {counted} pour {wording.number(row['attendu'], 1)} attendues, trop peu "
            "pour dire"
        )
    return wording.typeset(
        f"{row['nom_court']} évite {wording.number(row['brut'], 2)} fois ce que sa base laisse attendre : "
        f"{verdict_of(row)}"
    )


def tell_ratios(*, charge: bool) -> str:
    """Say what is compared with what, and why no rank is given."""
    what = (
        "pour autant d'extractions attendues des mêmes activités"
        if charge
        else "pour autant d'extractions attendues ; la composition des activités n'est pas corrigée, "
        "faute de base par activité importée"
    )
    return wording.typeset(
        f"Attendu : ce que le pays évite {what}. Bande grise : où tombent d'ordinaire les cours de cette "
        "taille ; une cour ne diffère que si son losange creux, ce qu'elle a fait, en sort. Point : le même "
        "rapport, resserré vers 1 d'autant plus que les nombres disent peu ; sa barre dit avec quelle "
        "précision on le connaît (épaisse : 80 chances sur 100 ; fine : 95), non que la cour diffère. Pas de "
        f"classement. Trop peu pour dire, donc sans point : {LESS} extractions évitées."
    )


def label_ratios(ratios: dy.DataFrame[Rapport]) -> pl.DataFrame:
    """Add what the pointer and the table say: `texte`, `intervalle`, `rangs`, `verdict`. Sorted by name."""
    told: list[str] = []
    ranges: list[str] = []
    ranks: list[str] = []
    verdicts: list[str] = []
    for row in ratios.iter_rows(named=True):
        ranges.append(f"{wording.number(row['bas_95'], 2)} à {wording.number(row['haut_95'], 2)}")
        ranks.append(f"{row['rang_bas']} à {row['rang_haut']} sur {row['cours_comparees']}")
        verdicts.append(verdict_of(row))
        told.append(
            wording.typeset(
                f"{row['nom_court']} : {wording.number(row['brut'], 2)}, resserré "
                f"{wording.number(row['rapport'], 2)} (de {ranges[-1]}) ; {verdicts[-1]}"
            )
        )
    labelled = ratios.with_columns(
        texte=pl.Series(told, dtype=pl.String),
        intervalle=pl.Series(ranges, dtype=pl.String),
        rangs=pl.Series(ranks, dtype=pl.String),
        verdict=pl.Series(verdicts, dtype=pl.String),
    )
    order = sorted(
        range(labelled.height), key=lambda rank: wording.collation_key(labelled["nom_court"][rank])
    )
    return labelled[order] if order else labelled


RATIO_COLUMNS = (
    Colonne("nom_court", "Cour"),
    Colonne("observe", "Évitées", integer, nombre=True),
    Colonne("attendu", "Attendu", integer, nombre=True),
    Colonne("brut", "Rapport brut", two_decimals, nombre=True),
    Colonne("rapport", "Rapport resserré", two_decimals, nombre=True),
    Colonne("intervalle", "Précision à 95 %"),
    Colonne("verdict", "Diffère des autres ?"),
    Colonne("rangs", "Rangs possibles (90 %)"),
)


def figure_of_comparison(own: pl.DataFrame) -> Chiffre:
    """Give the ratio of a cour to what is to be expected of it; `own`: its row of `Rapport`."""
    if own.is_empty():
        return Chiffre("À base égale", wording.NOT_AVAILABLE, "", "Aucune extraction à comparer.")
    row = own.row(0, named=True)
    if not is_comparable(row):
        return Chiffre("À base égale", wording.NOT_AVAILABLE, "trop peu pour dire", tell_ratio(own) + ".")
    return Chiffre(
        "À base égale",
        f"{wording.number(row['brut'], 2)} fois",
        verdict_of(row),
        wording.typeset(
            f"{tell_ratio(own)}. Resserré vers la moyenne : {wording.number(row['rapport'], 2)} (de "
            f"{wording.number(row['bas_95'], 2)} à {wording.number(row['haut_95'], 2)})."
        ),
    )
