"""What the page of activities shows for one selection."""

from dataclasses import dataclass

from analytics.charts.bars import draw_bars
from analytics.charts.grids import draw_intensity
from analytics.charts.panels import draw_panels
from analytics.collecte import sums
from analytics.trajectoire.series import sum_up_activities
from analytics.trajectoire.words.activities import (
    PANEL_COLUMNS,
    arrange_panels,
    conclude_activities,
    rank_shares,
    tell_activities,
    tell_shares,
    title_activities,
    title_shares,
)
from analytics.trajectoire.words.crossing import (
    cross_cours_and_activities,
    crossing_columns,
    tell_crossing,
    title_crossing,
    widen_crossing,
)
from pages.commun import lecture
from pages.commun.bloc_graphique import Bloc
from pages.commun.cadre import Contexte
from pages.commun.lecture import once
from pages.vues.calculs import compute, series_of, table_of_activities


@dataclass(frozen=True)
class VueActivites:
    """What the page of activities shows."""

    conclusion: str
    note_total: str
    panneaux: Bloc
    parts: Bloc
    croisement: Bloc


@once(64)
def activites(contexte: Contexte) -> VueActivites:
    """Give what the page of activities shows."""
    calcul = compute(contexte, cour=None)
    series = series_of(calcul, None)
    summed = sum_up_activities(series)
    table, behind, to_come = table_of_activities(calcul, summed)
    panels = arrange_panels(series, summed, focus=contexte.selection.activite)
    sentence = tell_activities(summed, calcul.bilan)
    shares = rank_shares(summed)
    crossed = cross_cours_and_activities(
        contexte.situation.agregat,
        sums.keep_group(lecture.reference().activites, contexte.selection.groupe),
        lecture.reference().cours,
        periode=calcul.periode,
    )
    return VueActivites(
        conclusion=conclude_activities(summed, calcul.bilan, calcul.periode),
        note_total=calcul.note_total,
        panneaux=Bloc(
            cle="panneaux",
            titre=title_activities(summed),
            sous_titre="Visioconférences (pointillé) et extractions évitées (trait plein) par mois, chaque "
            f"activité à son échelle, {calcul.mesure}",
            figure=None if panels.is_empty() else draw_panels(panels, dark=contexte.sombre),
            phrase=sentence,
            tableau=calcul.table(panels, PANEL_COLUMNS, "Activités mois par mois"),
            donnees=series,
            fichier=f"{calcul.fichier}_activites-par-mois",
            entete=contexte.entete,
            mention=calcul.mention,
        ),
        croisement=Bloc(
            cle="croisement",
            titre=title_crossing(crossed),
            sous_titre=f"Visioconférences par cour et par activité depuis janvier, {calcul.mesure}",
            figure=draw_intensity(crossed, dark=contexte.sombre),
            phrase=tell_crossing(crossed),
            tableau=calcul.table(
                widen_crossing(crossed),
                crossing_columns(crossed),
                "Visioconférences par cour et par activité",
            ),
            donnees=crossed.select("cour", "activite", "valeur", "texte"),
            fichier=f"{calcul.fichier}_cours-et-activites",
            entete=contexte.entete,
        ),
        parts=Bloc(
            cle="parts",
            titre=title_shares(summed),
            sous_titre="Part des visioconférences ayant évité une extraction (colonne 2 / colonne 1), "
            f"activités comptées dans l'objectif, {calcul.mesure}",
            figure=None if shares.is_empty() else draw_bars(shares, dark=contexte.sombre),
            phrase=f"{tell_shares()} {to_come}".rstrip(),
            tableau=table,
            donnees=behind,
            fichier=f"{calcul.fichier}_activites",
            entete=contexte.entete,
            mention=calcul.mention,
        ),
    )
