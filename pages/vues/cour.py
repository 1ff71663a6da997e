"""What the page of one cour shows for one selection."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

import polars as pl

from analytics.charts.bars import draw_bars
from analytics.charts.control import draw_control, draw_quarters
from analytics.charts.grids import draw_answers
from analytics.couverture import coverage
from analytics.couverture.words.answers import (
    ANSWER_COLUMNS,
    COURT_COLUMNS,
    lay_out_answers,
    rank_courts,
    tell_answers,
    tell_courts,
    title_answers,
)
from analytics.trajectoire.position import add_up
from analytics.trajectoire.series import sum_up_activities
from analytics.trajectoire.words.activities import rank_activities, tell_activities, title_ranked
from analytics.trajectoire.words.conclusion import conclude
from analytics.trajectoire.words.cours import explain_target, months_until
from analytics.trajectoire.words.figures import tell_use
from analytics.veille.control_chart import suggests_rebase
from analytics.veille.watch import Veille, rebases_of, watch
from analytics.veille.words import (
    CHART_COLUMNS,
    QUARTER_COLUMNS,
    figure_of_month,
    label_chart,
    label_quarters,
    note_settings,
    tell_signal,
    title_signal,
)
from analytics.vocabulary import wording
from analytics.vocabulary.columns import Chiffre
from pages.commun import lecture
from pages.commun.bloc_graphique import Bloc
from pages.commun.cadre import Contexte
from pages.commun.lecture import once
from pages.vues.calculs import MONTHS_SHOWN, Calcul, compute, series_of, silence, table_of_activities
from pages.vues.trajectoire import draw_year, give_figures, months_shown, tell_etpt_of, warn_of_year


@dataclass(frozen=True)
class VueCour:
    """What the page of one cour shows."""

    conclusion: str
    note_objectif: str
    avertissement: str
    chiffres: tuple[Chiffre, ...]
    note_total: str
    note_etpt: str
    trajectoire: Bloc
    signal: Bloc
    veille: Veille
    recalages: Mapping[date, tuple[str, str]]
    recalage_possible: date | None
    note_usage: str
    activites: Bloc
    juridictions: Bloc
    reponses: Bloc


@once(128)
def cour(contexte: Contexte) -> VueCour:
    """Give what the page of the selected cour shows."""
    code = contexte.selection.cour
    calcul = compute(contexte, cour=code)
    reference = lecture.reference()
    nom = str(reference.cours.filter(pl.col("cour") == code)["nom"][0])
    shown = months_shown(calcul)
    recalages = rebases_of(contexte.situation.recalages, code)
    veille = _watch(calcul, recalages)
    return VueCour(
        conclusion=conclude(
            calcul.bilan,
            periode=calcul.periode,
            par_cour=None,
            nom=nom,
            groupe=contexte.selection.groupe,
            lecture=calcul.lecture,
            part_reponse_mois=calcul.part_reponse_mois,
        ),
        note_objectif=explain_target(calcul.objectif),
        avertissement=warn_of_year(calcul),
        chiffres=(*give_figures(calcul, shown), figure_of_month(veille)),
        note_total=calcul.note_total,
        note_etpt=tell_etpt_of(calcul, decimales=2),
        note_usage=tell_use(calcul.bilan),
        veille=veille,
        recalages=recalages,
        recalage_possible=_rebase_to_suggest(calcul, veille, code, recalages),
        signal=_draw_signal(calcul, veille, recalages),
        trajectoire=draw_year(calcul, cour=code),
        activites=_draw_activities_of(calcul),
        juridictions=_draw_courts_of(calcul),
        reponses=_draw_answers_of(calcul),
    )


def _watch(calcul: Calcul, recalages: Collection[date]) -> Veille:
    """Watch the months of the view, on all its activities."""
    bases = [calcul.pays.exigence.bases.get(cour) for cour in calcul.cours]
    known = [base.extractions for base in bases if base is not None]
    return watch(
        add_up(calcul.pays.mois[cour] for cour in calcul.cours if cour in calcul.pays.mois),
        base=sum(known, Fraction(0)) if known else None,
        objectif=calcul.objectif,
        recalages=recalages,
        periode=calcul.periode,
        parametres=lecture.parametres(),
    )


def _rebase_to_suggest(calcul: Calcul, veille: Veille, cour: str, recalages: Collection[date]) -> date | None:
    """Find the last delivery of equipment since which all months lie on one side of the centre."""
    if veille.carte is None:
        return None
    delivered = calcul.contexte.situation.equipements.filter(
        pl.col("cour") == cour, pl.col("equipe_depuis") <= calcul.periode.fin
    )["equipe_depuis"]
    for day in delivered.drop_nulls().unique().sort(descending=True):
        month = day.replace(day=1)
        if month not in recalages and suggests_rebase(veille.carte, depuis=month, reglages=veille.reglages):
            return month
    return None


def _draw_signal(calcul: Calcul, veille: Veille, recalages: Mapping[date, tuple[str, str]]) -> Bloc:
    dark = calcul.contexte.sombre
    sentence = " ".join(filter(None, (tell_signal(veille), note_settings(veille, recalages))))
    if veille.carte is not None:
        rows, columns = label_chart(veille), CHART_COLUMNS
        figure, measure = (
            draw_control(rows, dark=dark),
            "Extractions évitées / attendues là où l'on a répondu",
        )
    else:
        rows, columns = label_quarters(veille), QUARTER_COLUMNS
        figure, measure = draw_quarters(rows, dark=dark), "Extractions évitées par trimestre"
    return Bloc(
        cle="signal",
        titre=title_signal(veille),
        sous_titre=f"{measure}, {calcul.mesure}",
        figure=figure,
        alt=wording.typeset(f"{measure}. {title_signal(veille)}."),
        phrase=sentence,
        tableau=calcul.table(rows.sort("mois", descending=True), columns, measure),
        donnees=rows.drop("texte"),
        fichier=f"{calcul.fichier}_signal",
        entete=calcul.entete,
    )


def _draw_activities_of(calcul: Calcul) -> Bloc:
    summed = sum_up_activities(series_of(calcul, calcul.contexte.selection.cour))
    table, behind, to_come = table_of_activities(calcul, summed)
    ranked = rank_activities(summed, mesure="extractions_evitees")
    return Bloc(
        cle="activites_cour",
        titre=title_ranked(ranked, "extractions évitées"),
        sous_titre=f"Extractions évitées par activité depuis janvier, {calcul.mesure}",
        figure=draw_bars(ranked, dark=calcul.contexte.sombre),
        phrase=f"{tell_activities(summed, calcul.bilan)} {to_come}".rstrip(),
        tableau=table,
        donnees=behind,
        fichier=f"{calcul.fichier}_activites",
        entete=calcul.entete,
        mention=calcul.mention,
    )


def _draw_courts_of(calcul: Calcul) -> Bloc:
    summed = coverage.add_bounds(
        rank_courts(
            calcul.totaux,
            calcul.attendues,
            lecture.reference().juridictions,
            periode=calcul.periode,
        ),
        silence(calcul.contexte),
        par="juridiction",
        total="valeur",
    )
    return Bloc(
        cle="juridictions",
        titre=title_ranked(summed, "extractions évitées"),
        sous_titre=f"Extractions évitées par juridiction depuis janvier, {calcul.mesure}",
        figure=draw_bars(summed, dark=calcul.contexte.sombre),
        phrase=tell_courts(summed),
        tableau=calcul.table(summed, COURT_COLUMNS, "Juridictions"),
        donnees=summed.drop("texte"),
        fichier=f"{calcul.fichier}_juridictions",
        entete=calcul.entete,
        mention=calcul.mention_entiere,
    )


def _draw_answers_of(calcul: Calcul) -> Bloc:
    months = months_until(calcul.periode.fin, MONTHS_SHOWN)
    expected = calcul.attendues.filter(pl.col("mois").is_in(months))
    states = coverage.describe_answers(calcul.totaux, expected)
    laid = lay_out_answers(states, lecture.reference().juridictions)
    return Bloc(
        cle="reponses",
        titre=title_answers(states, calcul.periode),
        sous_titre=f"Réponses des juridictions, douze derniers mois, {calcul.mesure}",
        figure=draw_answers(laid, dark=calcul.contexte.sombre),
        phrase=tell_answers(states),
        tableau=calcul.table(laid, ANSWER_COLUMNS, "Réponses des juridictions"),
        donnees=laid.select("mois", "juridiction", "nom_court", "etat"),
        fichier=f"{calcul.fichier}_reponses",
        entete=calcul.entete,
        legende=tuple(("", f"{glyph} {word}") for word, glyph in coverage.GLYPHS.items()),
    )
