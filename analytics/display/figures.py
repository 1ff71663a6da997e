"""The row of six figures at the top of a page."""

from dataclasses import dataclass
from fractions import Fraction

import polars as pl

from analytics import wording
from analytics.display.cours import ESTIMATED_LEGEND, mark_target
from analytics.indicators import Bilan
from analytics.objective import Objectif, Periode


@dataclass(frozen=True)
class Chiffre:
    """One figure of the row: its name, its value with its unit, what stands beside it, its sense.

    `serie` is what its sparkline draws, month by month; a month without answer is missing from it.
    """

    libelle: str
    valeur: str
    complement: str
    sens: str
    serie: tuple[float, ...]


def row_of_figures(
    bilan: Bilan,
    mois: pl.DataFrame,
    *,
    periode: Periode,
    objectif: Objectif | None,
    part_reponse_mois: Fraction | None,
    decimales_etpt: int,
    etpt_objectif: Fraction | None,
    groupe: str | None,
) -> tuple[Chiffre, ...]:
    """Give the six figures; `mois` is `series.trace_months` of the same rows."""
    estimated = objectif is not None and (objectif.illustratif or objectif.hypothese)
    target = mark_target(
        bilan.objectif_a_date,
        illustratif=estimated,
        hypothese=False,
    )
    whole = groupe is None
    year = mois.filter(pl.col("mois").dt.year() == periode.annee)

    def series(column: str, frame: pl.DataFrame) -> tuple[float, ...]:
        return tuple(float(value) for value in frame[column].drop_nulls())

    return (
        Chiffre(
            "Extractions évitées",
            wording.number(bilan.evitees_objectif),
            wording.typeset(f"objectif à date : {target}"),
            wording.typeset(
                "Colonne 2 de l'indicateur, déclarée depuis janvier, pour les activités qui comptent pour "
                "l'objectif. Objectif à date : objectif de l'année × mois écoulés / 12. "
                + (ESTIMATED_LEGEND if estimated else "")
            ),
            series("evitees_objectif", mois),
        ),
        Chiffre(
            "Atteinte de l'objectif" if whole else "Contribution à l'objectif",
            wording.percent(bilan.atteinte),
            f"{bilan.glyphe} {bilan.etat}" if whole else "groupe choisi",
            wording.typeset(
                "Extractions évitées / objectif à date, sans plafond : plus de 100 % signifie que le rythme "
                "dépasse l'objectif. L'état tient compte du taux de réponse."
            ),
            series("atteinte", year),
        ),
        Chiffre(
            "Visioconférences",
            wording.number(bilan.visioconferences),
            f"depuis janvier {periode.annee}",
            wording.typeset(
                "Colonne 1 de l'indicateur : toutes les visioconférences judiciaires, que la personne soit "
                "détenue ou non."
            ),
            series("visioconferences", mois),
        ),
        Chiffre(
            "Avec extraction évitée",
            wording.percent(bilan.part_evitees),
            "colonne 2 / colonne 1",
            "Extractions évitées / visioconférences, dans les activités qui comptent pour l'objectif.",
            series("part_evitees", mois),
        ),
        Chiffre(
            "Taux de réponse",
            wording.percent(bilan.part_reponse),
            wording.typeset(
                f"{wording.MONTHS[periode.fin.month - 1]} : {wording.percent(part_reponse_mois)}"
            ),
            "Réponses mensuelles reçues / réponses attendues des juridictions en vigueur, depuis janvier. "
            "Une juridiction a répondu quand elle a déclaré au moins une activité.",
            series("part_reponse", mois),
        ),
        Chiffre(
            "Équivalent ETPT",
            wording.with_unit(bilan.etpt, "ETPT", decimales_etpt),
            wording.typeset(f"objectif annuel : {wording.number(etpt_objectif, decimales_etpt)}"),
            wording.hold_numbers(
                wording.typeset(
                    "Extractions évitées × 1 270 / 155 000 : équivalent temps plein travaillé de police et "
                    "de "
                    "gendarmerie, d'après les valeurs de la circulaire."
                )
            ),
            series("etpt", mois),
        ),
    )
