"""What each activity will have brought at the end of the year: two columns and one sentence."""

from math import ceil, floor, log10
from typing import Any

import dataframely as dy
import polars as pl

from analytics.trajectoire.activities import FinActivite
from analytics.trajectoire.words.activities import ACTIVITY_COLUMNS, name_activity
from analytics.trajectoire.words.pace_and_odds import INDICATIVE
from analytics.vocabulary import wording
from analytics.vocabulary.columns import Colonne

MOST_NAMED = 3


def columns_with_projection(fins: dy.DataFrame[FinActivite]) -> tuple[Colonne, ...]:
    """List the columns of the table of activities, the year's end beside what is already avoided."""
    mention = f" ({INDICATIVE})" if fins["projection_indicative"].any() else ""
    place = [colonne.nom for colonne in ACTIVITY_COLUMNS].index("evitees_ecrit") + 1
    return (
        *ACTIVITY_COLUMNS[:place],
        Colonne("projection_ecrit", f"Projection à fin d'année{mention}", nombre=True),
        Colonne("fourchette_ecrit", f"Fourchette à 80{wording.NO_BREAK_SPACE}%{mention}", nombre=True),
        *ACTIVITY_COLUMNS[place:],
    )


def write_projection(fins: dy.DataFrame[FinActivite]) -> pl.DataFrame:
    """Write what each activity will end at: `activite`, `projection_ecrit`, `fourchette_ecrit`.

    « s.o. » outside the objective or before the law allows it, « n.d. » where nothing is known of it yet.
    """
    rows = [(row["activite"], *_written(row)) for row in fins.iter_rows(named=True)]
    names = ("activite", "projection_ecrit", "fourchette_ecrit")
    return pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String), orient="row")


def _written(row: dict[str, Any]) -> tuple[str, str]:
    mean, low, high = (row[f"projection_{name}"] for name in ("moyenne", "q10", "q90"))
    done = row["extractions_evitees"]
    if not row["compte_objectif"]:
        return wording.NOT_APPLICABLE, wording.NOT_APPLICABLE
    if mean is None:
        return wording.NOT_AVAILABLE, wording.NOT_AVAILABLE
    if row["sans_objet"] and not row["visioconferences"]:
        return wording.NOT_APPLICABLE, wording.NOT_APPLICABLE
    unit = meaningful_unit(high - low)
    # Rounded outwards, never under what is already declared.
    bottom, top = max(floor(low / unit) * unit, done), ceil(high / unit) * unit
    return (
        wording.number(max(round(mean / unit) * unit, done)),
        f"{wording.number(bottom)} à {wording.number(top)}",
    )


def meaningful_unit(width: int) -> int:
    """Give the step that a range this wide leaves a meaning to: 1, 5, 10, 50 …, a tenth of it at most."""
    power = 10 ** max(floor(log10(max(width, 1))) - 1, 0)
    return power * 5 if width >= power * 50 else power


def tell_coming(fins: dy.DataFrame[FinActivite]) -> str:
    """Name the activities that bring half of what is to come, three at most; nothing where none is."""
    to_come = (
        fins.with_columns(a_venir=pl.col("projection_moyenne") - pl.col("extractions_evitees"))
        .filter(pl.col("a_venir") > 0)
        .sort(["a_venir", "ordre"], descending=[True, False])
    )
    if to_come.is_empty():
        return ""
    parts = to_come["a_venir"] / to_come["a_venir"].sum()
    count = min(int((parts.cum_sum() < 0.5).sum()) + 1, MOST_NAMED)
    names = [
        f"« {name_activity(activite, libelle)} »"
        for activite, libelle in to_come.select("activite", "libelle").head(count).iter_rows()
    ]
    brought = wording.percent(float(parts.head(count).sum()), 0)
    mention = f" ({INDICATIVE})" if fins["projection_indicative"].any() else ""
    return wording.typeset(
        f"D'ici décembre, {wording.enumeration(names)} {wording.agree(count, 'devrait', 'devraient')} "
        f"apporter {brought} de ce qui est à venir dans ces activités{mention}."
    )
