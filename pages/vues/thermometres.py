"""The two thermometers of one selection, and the months behind each line of their gap."""

from dataclasses import dataclass

import dataframely as dy
import polars as pl

from analytics.charts.thermometers import draw_thermometers
from analytics.couverture.silence import Silence
from analytics.trajectoire.position import add_up
from analytics.trajectoire.thermometers import read_thermometers
from analytics.trajectoire.words.thermometers import (
    COMPTEES,
    DECLAREES,
    MUETTES,
    ROW_COLUMNS,
    ROW_TITLES,
    THERMOMETER_COLUMNS,
    LigneExplication,
    columns_behind,
    detail_of,
    explain_gap,
    tell_thermometers,
    title_thermometers,
)
from analytics.vocabulary.schemas import Interieur
from pages.commun import lecture
from pages.commun.bloc_graphique import Bloc, write_table_html
from pages.commun.cadre import Contexte
from pages.commun.lecture import once
from pages.vues.calculs import Calcul, compute, silence


@dataclass(frozen=True)
class VueThermometres:
    """What the two counts say: the chart, and the lines of the gap, each with the months behind it."""

    bloc: Bloc
    lignes: tuple[tuple[LigneExplication, str], ...]


@once(64)
def thermometres(contexte: Contexte, *, cour: str | None) -> VueThermometres | None:
    """Set the count of Intérieur beside that of Justice; None for a year without objective."""
    calcul = compute(contexte, cour=cour)
    if calcul.objectif is None:
        return None
    interieur = contexte.situation.interieur.filter(pl.col("cour").is_in(calcul.cours))
    unsaid = silence(contexte)
    read, ecart = read_thermometers(
        add_up(calcul.pays.mois[code] for code in calcul.cours if code in calcul.pays.mois),
        Interieur.cast(interieur),
        objectif=calcul.objectif,
        non_dites={} if unsaid is None else unsaid.by_month(calcul.cours),
        periode=calcul.periode,
        parametres=lecture.parametres(),
    )
    detail, rows = detail_of(read), _rows_behind(calcul, Interieur.cast(interieur), unsaid)
    return VueThermometres(
        bloc=Bloc(
            cle="thermometres",
            titre=title_thermometers(ecart),
            sous_titre=f"Extractions par mois : base, requises, exécutées, évitées, {calcul.mesure}",
            figure=draw_thermometers(read, dark=contexte.sombre),
            phrase=tell_thermometers(ecart),
            tableau=calcul.table(read.sort("mois", descending=True), THERMOMETER_COLUMNS, "Les deux comptes"),
            donnees=read,
            fichier=f"{calcul.fichier}_deux-thermometres",
            entete=calcul.entete,
            mention=calcul.mention_entiere,
        ),
        lignes=tuple(
            (
                ligne,
                write_table_html(
                    detail,
                    columns_behind(ligne),
                    legende=f"{ligne.libelle}, mois par mois, {calcul.mesure}",
                    titre=f"{ligne.libelle}, mois par mois",
                )
                + (
                    write_table_html(
                        rows[ligne.lignes],
                        ROW_COLUMNS[ligne.lignes],
                        legende=f"{ligne.libelle}, {ROW_TITLES[ligne.lignes].lower()}, {calcul.mesure}",
                        titre=ROW_TITLES[ligne.lignes],
                    )
                    if ligne.lignes
                    else ""
                ),
            )
            for ligne in explain_gap(ecart)
        ),
    )


def _rows_behind(
    calcul: Calcul, interieur: dy.DataFrame[Interieur], unsaid: Silence | None
) -> dict[str, pl.DataFrame]:
    """List who declared, who did not answer, and what each service counted: by cour, or within one."""
    reference, periode = lecture.reference(), calcul.periode
    whose, names = "cour", dict(reference.cours.select("cour", "nom_court").iter_rows())
    if len(calcul.cours) == 1:
        whose = "juridiction"
        names = dict(reference.juridictions.select("juridiction", "nom_court").iter_rows())

    def named(frame: pl.DataFrame, measure: str) -> pl.DataFrame:
        nom = pl.col(whose).replace_strict(names, default=pl.col(whose), return_dtype=pl.String)
        return frame.with_columns(nom=nom).sort([measure, "nom"], descending=[True, False])

    silent = (
        pl.DataFrame(schema={whose: pl.String, "muettes": pl.Int64, "manque": pl.Float64})
        if unsaid is None
        else unsaid.list_silent(calcul.cours).group_by(whose).agg(pl.col("muettes", "manque").sum())
    )
    declared = periode.keep(calcul.totaux).group_by(whose).agg(evitees=pl.col("evitees_objectif").sum())
    return {
        DECLAREES: named(declared, "evitees"),
        MUETTES: named(silent, "manque"),
        COMPTEES: periode.keep(interieur)
        .group_by("mois", "service")
        .agg(requises=pl.col("extractions_requises").sum(), executees=pl.col("extractions_executees").sum())
        .sort(["mois", "service"], descending=[True, False]),
    }
