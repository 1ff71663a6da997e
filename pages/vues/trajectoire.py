"""The trajectory of a selection: its figures, its chart, its warnings, its past projections."""

from datetime import date

import dataframely as dy
import polars as pl

from analytics.charts.intervals import draw_intervals
from analytics.charts.trajectory import draw_trajectory
from analytics.couverture.words.silence import tell_silence
from analytics.objectif.lectures import MESURES, USUAL_RULE
from analytics.objectif.objective import etpt_per_extraction
from analytics.trajectoire.account import count_months
from analytics.trajectoire.hindsight import Verdict, judge_projections, sum_up, worth_by_age
from analytics.trajectoire.series import trace_months, trace_year
from analytics.trajectoire.words.cours import months_until
from analytics.trajectoire.words.figures import figures_of_use, row_of_figures, tell_etpt
from analytics.trajectoire.words.hindsight import (
    HINDSIGHT_COLUMNS,
    WORTH_COLUMNS,
    label_hindsight,
    tell_hindsight,
    tell_worth,
    title_hindsight,
)
from analytics.trajectoire.words.pace_and_odds import FAN_COLUMNS, fan_out
from analytics.trajectoire.words.trajectory import (
    SILENCE_COLUMNS,
    label_trajectory,
    newest_first,
    tell_trajectory,
    title_trajectory,
    trajectory_columns,
)
from analytics.vocabulary import wording
from analytics.vocabulary.columns import Chiffre
from analytics.vocabulary.periods import FIRST_YEAR, Periode
from analytics.vocabulary.schemas import COUNTRY
from pages.commun import cadre, lecture
from pages.commun.bloc_graphique import Bloc, write_table_html
from pages.commun.cadre import Contexte
from pages.commun.lecture import once
from pages.vues.calculs import HEIGHT, MONTHS_SHOWN, Calcul, fonds


def months_shown(calcul: Calcul) -> pl.DataFrame:
    """Trace the last months of a view, as its small curves show them."""
    return trace_months(
        calcul.mensuel,
        calcul.reponses,
        mois=months_until(calcul.periode.fin, MONTHS_SHOWN),
        objectif=calcul.objectif,
        etpt_par_extraction=etpt_per_extraction(lecture.parametres(), date(FIRST_YEAR, 1, 1)),
    )


def give_figures(calcul: Calcul, months: pl.DataFrame) -> tuple[Chiffre, ...]:
    """Give the row of figures of a view: where it stands, what is needed, where it is heading."""
    return row_of_figures(
        calcul.bilan,
        months,
        periode=calcul.periode,
        objectif=calcul.objectif,
        lecture=calcul.lecture,
        groupe=calcul.contexte.selection.groupe,
    )


def give_figures_of_use(calcul: Calcul, months: pl.DataFrame) -> tuple[Chiffre, ...]:
    """Give the figures of the recourse to video; of one group of activities, the first alone."""
    told = figures_of_use(
        calcul.bilan, months, periode=calcul.periode, part_reponse_mois=calcul.part_reponse_mois
    )
    return told if calcul.contexte.selection.groupe is None else told[:1]


def tell_etpt_of(calcul: Calcul, *, decimales: int) -> str:
    """Say what the extractions avoided of a view are worth in ETPT."""
    unit = etpt_per_extraction(lecture.parametres(), date(FIRST_YEAR, 1, 1))
    return tell_etpt(calcul.bilan, etpt_par_extraction=unit, decimales=decimales)


def draw_year(calcul: Calcul, *, cour: str | None) -> Bloc:
    """Draw the year of a view against its objective, beside other years and what may come."""
    selection, periode = calcul.contexte.selection, calcul.periode
    counted = None
    if calcul.objectif is not None and calcul.lecture != USUAL_RULE.lecture:
        counted = count_months(calcul.mois, objectif=calcul.objectif, lecture=calcul.lecture, periode=periode)
    traced = trace_year(
        calcul.mensuel,
        calcul.reponses,
        periode=periode,
        objectif=calcul.objectif,
        manque=calcul.manque,
        retenues=counted,
    )
    earlier = (
        calcul.contexte.choix.before(periode.annee) if selection.comparer is None else selection.comparer
    )
    others = [
        trace_year(calcul.mensuel, calcul.reponses, periode=Periode(date(annee, 12, 1)), objectif=None)
        for annee in (earlier if counted is None else ())
    ]
    frame = label_trajectory([*others, traced])
    columns = [*trajectory_columns(calcul.lecture)]
    if calcul.manque is not None:
        columns += SILENCE_COLUMNS
    fan = None
    # What is projected is column 2: beside what another reading counts, it would mislead.
    # Nor beside what is estimated: it goes on from what is declared, and the two would not join.
    if calcul.avenir is not None and counted is None and calcul.manque is None:
        fan = fan_out(calcul.avenir, periode=periode, cumul=calcul.bilan.evitees_objectif)
    worth = worth_by_age(judged(calcul.contexte)) if fan is not None else None
    past = "" if worth is None else tell_worth(worth, periode.mois_ecoules)
    groupe = selection.groupe
    title = title_trajectory(calcul.bilan, periode, groupe=groupe)
    sentence = tell_trajectory(calcul.bilan, periode, lecture=calcul.lecture, groupe=groupe)
    measure = (
        "Extractions évitées cumulées"
        if counted is None
        else f"Ce que retient la lecture {calcul.lecture} ({MESURES[calcul.lecture]})"
    )
    told = frame.select("annee", "mois", "evitees", "cumul", "estime", "haut", "objectif_cumule")
    if fan is not None:
        told = told.join(
            fan.drop("rang", "texte", "libelle").rename(
                {name: f"projection_{name}" for name in fan.columns if name[:3] in ("bas", "hau", "mil")}
            ),
            on="mois",
            how="left",
        )
    if counted is not None:  # what another reading counts is not column 2, in a file either
        told = told.rename({"evitees": "retenues"})
    return Bloc(
        cle="trajectoire" if cour is None else "trajectoire_cour",
        titre=title,
        sous_titre=f"{measure} depuis janvier, {calcul.mesure}",
        figure=draw_trajectory(frame, eventail=fan, dark=calcul.contexte.sombre, height=HEIGHT),
        alt=wording.typeset(f"Courbe cumulée, mois par mois : {title}. {sentence}"),
        phrase=f"{sentence} {past}" if past else sentence,
        tableau=calcul.table(newest_first(frame), columns, measure)
        + (
            ""
            if fan is None
            else write_table_html(
                fan,
                FAN_COLUMNS,
                legende=f"Projection, {calcul.mesure}",
                titre="Données de la projection",
            )
        )
        + (
            ""
            if worth is None or worth.is_empty()
            else write_table_html(
                worth,
                WORTH_COLUMNS,
                legende=f"Projections passées, {calcul.contexte.date_donnees}",
                titre="Ce que valaient les projections passées",
            )
        ),
        donnees=told,
        fichier=f"{calcul.fichier}_trajectoire",
        entete=calcul.entete,
        mention=calcul.mention if calcul.lecture != "C" else None,
    )


NO_FAN = wording.typeset("La projection porte sur ce qui sera déclaré : sa courbe se lit sans la fourchette.")


def warn_of_year(calcul: Calcul) -> str:
    """Say what silence may hide, where it is asked; and what the filters chosen cannot show together."""
    contexte, manque = calcul.contexte, calcul.manque
    if manque is not None:
        unit = etpt_per_extraction(lecture.parametres(), date(FIRST_YEAR, 1, 1))
        told = tell_silence(manque, etpt_par_extraction=unit, a_date=calcul.bilan.objectif_a_date)
        return f"{told} {NO_FAN}" if calcul.avenir is not None else told
    if contexte.selection.fourchette and calcul.lecture != USUAL_RULE.lecture:
        return wording.typeset(
            "La fourchette porte sur ce qui est déclaré : la courbe de la lecture "
            f"{calcul.lecture} ne la montre pas."
        )
    if contexte.selection.groupe is None:
        return ""
    text = (
        "Les états, le signal, ce qui a changé, la comparaison et le tableau des cours portent sur toutes "
        "les activités"
    )
    if contexte.selection.fourchette:
        text += " ; la fourchette d'un groupe est partagée au prorata du déclaré, hors de la courbe"
    return wording.typeset(text + ".")


@once(32)
def judged(contexte: Contexte) -> dy.DataFrame[Verdict]:
    """Judge the past projections of the reader's cours."""
    return judge_projections(
        contexte.situation.projections, fonds(contexte).mensuel, fin=contexte.selection.periode.fin
    )


@once(32)
def projections(contexte: Contexte) -> Bloc:
    """Give what the past projections of the reader's cours were worth."""
    verdicts = judged(contexte)
    codes = [COUNTRY, *verdicts["cour"].unique().sort()]
    shown = next((code for code in codes if verdicts.filter(pl.col("cour") == code).height), COUNTRY)
    place = cadre.NATIONAL if shown == COUNTRY else contexte.choix.cours[shown]
    own = Verdict.cast(verdicts.filter(pl.col("cour") == shown))
    labelled, valeur = label_hindsight(own), sum_up(verdicts)
    title = title_hindsight(own, place)
    return Bloc(
        cle="projections",
        titre=title,
        sous_titre="Projections de fin d'année, mois par mois, rapportées au total déclaré ensuite, "
        f"{place}, {contexte.date_donnees}",
        figure=draw_intervals(
            labelled, reference=1.0, mot="total déclaré en fin d'année", dark=contexte.sombre
        ),
        phrase=tell_hindsight(valeur),
        tableau=write_table_html(labelled, HINDSIGHT_COLUMNS, legende=f"Projections gardées, {place}"),
        donnees=verdicts,
        fichier=f"{contexte.selection.periode.fin:%Y-%m}_projections-jugees",
        entete=contexte.entete,
    )
