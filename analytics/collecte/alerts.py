"""The plausibility alerts and what became of them, and the question that each puts to its juridiction.

An alert is « à vérifier » until someone said otherwise; the last who spoke counts.
"""

import re
from datetime import date

import dataframely as dy
import polars as pl

from analytics.collecte.reminders import FICTIONAL, link_to, of_long_name
from analytics.vocabulary.schemas import STATUTS_ALERTE, SuiviAlertes
from analytics.vocabulary.wording import number, of_month, typeset

TO_CHECK = STATUTS_ALERTE[0]

# « 18 visioconférences, pour 2 d'habitude »: the alerts are kept as the sentences that were shown.
_JUMP = re.compile(r"^([\d\s]+) visioconférences, pour ([\d\s,]+) d'habitude")


def follow_alerts(alertes: pl.DataFrame, suivis: dy.DataFrame[SuiviAlertes]) -> pl.DataFrame:
    """Add to each alert its `statut`, and the `auteur`, the `commentaire` and the moment of who said so.

    `alertes` has `alerte` and, for the rest, whatever it brings along.
    """
    last = (
        suivis.sort("suivi")
        .unique("alerte", keep="last", maintain_order=True)
        .select("alerte", "statut", "auteur", "commentaire", suivi_le="connu_le")
    )
    return alertes.join(last, on="alerte", how="left", maintain_order="left").with_columns(
        pl.col("statut").fill_null(TO_CHECK)
    )


def write_question(
    *,
    nom: str,
    activite: str | None,
    mois: date,
    message: str,
    adresse_publique: str,
    juridiction: str,
    fictif: bool,
) -> str:
    """Ask a juridiction about a figure: courteous, ready to copy, with the address of its questionnaire.

    `activite`: null where the alert is about the whole answer. `fictif`: the text says that nothing in it is
    true.
    """
    head = f"{FICTIONAL}\n\n" if fictif else ""
    about = "" if activite is None else f", pour l'activité « {activite} »"
    times = _times(message)
    return typeset(
        f"""{head}Madame, Monsieur,

Dans les données {of_month(mois)} {of_long_name(nom)}{about}, un nombre nous a arrêtés : {message}{times}

Confirmez-le ou corrigez-le, s'il vous plaît, dans votre questionnaire :
{link_to(adresse_publique, juridiction, mois)}

Un nombre confirmé est gardé tel quel : cette question n'est pas un reproche.

La sous-direction de la statistique et des études"""
    )


def _times(message: str) -> str:
    """Say how many times the habit a figure is, when it is at least twice."""
    found = _JUMP.match(message)
    if found is None:
        return ""
    value = int("".join(found[1].split()))
    habit = float("".join(found[2].split()).replace(",", "."))
    if habit <= 0 or value < 2 * habit:
        return ""
    return f" C'est {number(value / habit)} fois votre habitude."
