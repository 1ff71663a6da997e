"""Everything a page shows for one selection, computed once and shared by the sessions.

Never change what these functions return: other readers of the same perimeter are looking at it.
"""

from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

import dataframely as dy
import polars as pl
import streamlit as st

from analytics import coverage, display, indicators, wording
from analytics.charts.bars import draw_bars
from analytics.charts.grids import draw_answers, draw_intensity
from analytics.charts.panels import draw_panels
from analytics.charts.strip import draw_strip
from analytics.charts.tiles import FILLS, UNKNOWN_FILL, draw_tiles
from analytics.charts.trajectory import draw_trajectory
from analytics.display import Chiffre
from analytics.indicators import BaseObjectif, Bilan, BilanCour, Changement, Objectif, Periode
from analytics.schemas import AgregatActivite, TotalJuridiction
from pages.commun import lecture
from pages.commun.bloc_graphique import Bloc, write_table_html
from pages.commun.cadre import Contexte
from pages.commun.filtres import slug
from pages.commun.lecture import Situation

HEIGHT = 330
MONTHS_SHOWN = 12


@dataclass(frozen=True)
class Fonds:
    """What every page of one situation starts from."""

    attendues: pl.DataFrame
    reponses: dy.DataFrame[coverage.Reponses]
    mensuel: pl.DataFrame
    bases: dict[int, dy.DataFrame[BaseObjectif]]


@dataclass(frozen=True)
class TableCours:
    """The table of cours as the screen takes it; `codes` follow its rows."""

    tableau: Any
    colonnes: dict[str, Any]
    codes: tuple[str, ...]


@dataclass(frozen=True)
class VueEnsemble:
    """What the synthesis shows."""

    conclusion: str
    chiffres: tuple[Chiffre, ...]
    trajectoire: Bloc
    carte: Bloc
    lignes: pl.DataFrame
    table: TableCours
    note_objectif: str
    avertissement: str
    changements: tuple[Changement, ...]

    def search(self, cle: str) -> TableCours:
        """Keep the cours whose name contains the key (see `wording.unaccented`)."""
        return self.table if not cle else _table_of(self.lignes, cle)


@dataclass(frozen=True)
class VueCour:
    """What the page of one cour shows."""

    conclusion: str
    note_objectif: str
    avertissement: str
    chiffres: tuple[Chiffre, ...]
    trajectoire: Bloc
    pairs: Bloc
    activites: Bloc
    juridictions: Bloc
    reponses: Bloc


@dataclass(frozen=True)
class VueActivites:
    """What the page of activities shows."""

    conclusion: str
    panneaux: Bloc
    parts: Bloc
    croisement: Bloc


def ensemble(contexte: Contexte) -> VueEnsemble:
    """Give what the synthesis shows."""
    return _ensemble(contexte, contexte.cle)


def cour(contexte: Contexte) -> VueCour:
    """Give what the page of the selected cour shows."""
    return _cour(contexte, contexte.cle)


def activites(contexte: Contexte) -> VueActivites:
    """Give what the page of activities shows."""
    return _activites(contexte, contexte.cle)


def fonds(contexte: Contexte) -> Fonds:
    """Give what every page of this situation starts from."""
    situation = contexte.situation
    cours = situation.perimetre.cours
    return _fonds(
        situation,
        contexte.choix.premier,
        contexte.choix.dernier,
        (situation.revision, situation.lot, None if cours is None else tuple(sorted(cours))),
    )


@st.cache_resource(show_spinner=False, max_entries=16)
def _fonds(_situation: Situation, premier: date, dernier: date, key: tuple[Any, ...]) -> Fonds:
    del key  # names the situation and the perimeter
    reference, parametres = lecture.reference(), lecture.parametres()
    attendues = _situation.perimetre.restrict(reference.attendues(premier, dernier))
    avoided = indicators.avoided_by_year(_situation.agregat, reference.activites)
    bases = {
        annee: BaseObjectif.cast(
            _situation.perimetre.restrict(
                indicators.find_bases(
                    annee,
                    bases=_situation.bases,
                    interieur=_situation.interieur,
                    evitees=avoided,
                    cle=lecture.cle_illustrative(),
                    parametres=parametres,
                )
            )
        )
        for annee in range(premier.year, dernier.year + 1)
    }
    return Fonds(
        attendues=attendues,
        reponses=coverage.count_answers(_situation.totaux, attendues),
        mensuel=indicators.sum_activities(_situation.agregat, reference.activites, par=["cour"]),
        bases=bases,
    )


@dataclass(frozen=True)
class _Calcul:
    """The figures of one view, before they are drawn: all the cours of the reader, or one of them."""

    contexte: Contexte
    mensuel: pl.DataFrame
    reponses: dy.DataFrame[coverage.Reponses]
    totaux: dy.DataFrame[TotalJuridiction]
    attendues: pl.DataFrame
    objectif: Objectif | None
    bilan: Bilan
    nom: str

    @property
    def periode(self) -> Periode:
        return self.contexte.selection.periode

    @property
    def fichier(self) -> str:
        return f"{self.periode.fin:%Y-%m}_{slug(self.nom)}"

    @property
    def mesure(self) -> str:
        """Say the perimeter and the data date, as under every chart."""
        return f"{self.nom}, {self.contexte.date_donnees}"

    @property
    def part_reponse_mois(self) -> Fraction | None:
        return indicators.response_rate(self.reponses, self.periode.fin)


def _compute(contexte: Contexte, *, cour: str | None) -> _Calcul:
    """Compute the figures of all the cours of the reader, or of one; for one group, or all activities."""
    base, situation, periode = fonds(contexte), contexte.situation, contexte.selection.periode
    reference, parametres = lecture.reference(), lecture.parametres()
    mensuel = base.mensuel
    if contexte.selection.groupe:
        mensuel = indicators.sum_activities(
            situation.agregat, reference.activites, par=["cour"], groupe=contexte.selection.groupe
        )

    def keep(frame: pl.DataFrame) -> pl.DataFrame:
        return frame if cour is None else frame.filter(pl.col("cour") == cour)

    bases = BaseObjectif.cast(keep(base.bases[periode.annee]))
    objectif = indicators.set_objective(
        bases,
        annee=periode.annee,
        parametres=parametres,
        ensemble=cour is None and situation.perimetre.cours is None,
    )
    reponses = coverage.Reponses.cast(keep(base.reponses))
    return _Calcul(
        contexte=contexte,
        mensuel=keep(mensuel),
        reponses=reponses,
        totaux=TotalJuridiction.cast(keep(situation.totaux)),
        attendues=keep(base.attendues),
        objectif=objectif,
        bilan=indicators.assess_whole(
            keep(mensuel), reponses, objectif=objectif, periode=periode, parametres=parametres
        ),
        nom=contexte.perimetre if cour is None else contexte.choix.cours[cour],
    )


def _figures(calcul: _Calcul, *, decimales_etpt: int) -> tuple[Chiffre, ...]:
    parametres = lecture.parametres()
    etpt = indicators.etpt_per_extraction(parametres, date(indicators.FIRST_YEAR, 1, 1))
    months = indicators.trace_months(
        calcul.mensuel,
        calcul.reponses,
        mois=display.months_until(calcul.periode.fin, MONTHS_SHOWN),
        objectif=calcul.objectif,
        etpt_par_extraction=etpt,
    )
    return display.row_of_figures(
        calcul.bilan,
        months,
        periode=calcul.periode,
        objectif=calcul.objectif,
        part_reponse_mois=calcul.part_reponse_mois,
        decimales_etpt=decimales_etpt,
        etpt_objectif=None if calcul.objectif is None else calcul.objectif.annuel * etpt,
        groupe=calcul.contexte.selection.groupe,
    )


def _draw_trajectory(calcul: _Calcul, *, cour: str | None) -> Bloc:
    selection, periode = calcul.contexte.selection, calcul.periode
    ranged = None
    if selection.fourchette and selection.groupe is None:
        ranged = coverage.bound(calcul.totaux, periode.keep(calcul.attendues))
    traced = indicators.trace_year(
        calcul.mensuel, calcul.reponses, periode=periode, objectif=calcul.objectif, fourchette=ranged
    )
    others: list[dy.DataFrame[indicators.Trajectoire]] = []
    earlier = calcul.contexte.choix.before(periode.annee)
    for annee in earlier if selection.comparer is None else selection.comparer:
        others.append(
            indicators.trace_year(
                calcul.mensuel, calcul.reponses, periode=Periode(date(annee, 12, 1)), objectif=None
            )
        )
    frame = display.label_trajectory([*others, traced])
    columns = [*display.TRAJECTORY_COLUMNS]
    if ranged is not None:
        columns.append(display.CEILING_COLUMN)
    title = display.title_trajectory(calcul.bilan, periode)
    sentence = display.tell_trajectory(calcul.bilan, traced, periode)
    return Bloc(
        cle="trajectoire" if cour is None else "trajectoire_cour",
        titre=title,
        sous_titre=f"Extractions évitées cumulées depuis janvier, {calcul.mesure}",
        figure=draw_trajectory(frame, dark=calcul.contexte.sombre, height=HEIGHT),
        alt=wording.typeset(f"Courbe cumulée, mois par mois : {title}. {sentence}"),
        phrase=sentence,
        tableau=write_table_html(
            display.newest_first(frame), columns, legende=f"Extractions évitées, {calcul.mesure}"
        ),
        donnees=frame.select("annee", "mois", "evitees", "cumul", "haut", "objectif_cumule"),
        fichier=f"{calcul.fichier}_trajectoire",
        entete=calcul.contexte.entete,
    )


# --- The synthesis --------------------------------------------------------------------------------


@st.cache_resource(show_spinner=False, max_entries=64)
def _ensemble(_contexte: Contexte, key: tuple[Any, ...]) -> VueEnsemble:
    del key  # names everything that is shown
    calcul = _compute(_contexte, cour=None)
    base = fonds(_contexte)
    by_cour = _each_cour(_contexte)
    months = display.history_of(base.mensuel, fin=calcul.periode.fin, mois=MONTHS_SHOWN)
    reference = lecture.reference()
    situation, mois = _contexte.situation, calcul.periode.fin
    return VueEnsemble(
        conclusion=display.conclude(
            calcul.bilan,
            periode=calcul.periode,
            par_cour=by_cour,
            nom=None,
            groupe=_contexte.selection.groupe,
            part_reponse_mois=calcul.part_reponse_mois,
        ),
        chiffres=_figures(calcul, decimales_etpt=1),
        trajectoire=_draw_trajectory(calcul, cour=None),
        carte=_draw_map(calcul, by_cour),
        lignes=(lines := display.lay_out_cours(by_cour, months)),
        table=_table_of(lines, ""),
        note_objectif=display.note_on_targets(by_cour),
        avertissement=_warn(_contexte),
        changements=indicators.tell_changes(
            mois=mois,
            mensuel=base.mensuel,
            totaux=situation.totaux,
            attendues=base.attendues,
            alertes=situation.alertes.filter(pl.col("mois") == mois).height,
            noms_cours=_contexte.choix.cours,
            noms_juridictions=dict(reference.juridictions.select("juridiction", "nom_court").iter_rows()),
            parametres=lecture.parametres(),
        ),
    )


def _warn(contexte: Contexte) -> str:
    """Say what the filters chosen cannot show together."""
    if contexte.selection.groupe is None:
        return ""
    text = "Les états et le tableau des cours portent sur toutes les activités"
    if contexte.selection.fourchette:
        text += " ; la fourchette n'existe pas pour un seul groupe"
    return wording.typeset(text + ".")


def _table_of(lignes: pl.DataFrame, cle: str) -> TableCours:
    """Prepare the rows kept for the screen: text that sorts as it reads, in French."""
    kept = [cle in wording.unaccented(nom) for nom in lignes["Cour"]]
    shown = lignes.filter(pl.Series(kept, dtype=pl.Boolean))
    return TableCours(
        tableau=shown.drop("cour").to_arrow(),
        colonnes={
            display.HISTORY: st.column_config.LineChartColumn(
                display.HISTORY, width=106, y_min=0, help="Extractions évitées, mois par mois"
            ),
            **{
                colonne.titre: st.column_config.TextColumn(
                    colonne.titre, width=width, alignment="right" if colonne.nombre else "left"
                )
                for colonne, width in zip(display.SCREEN_COLUMNS, display.SCREEN_WIDTHS, strict=True)
            },
        },
        codes=tuple(shown["cour"]),
    )


def _each_cour(contexte: Contexte) -> dy.DataFrame[BilanCour]:
    """Assess every cour of the reader, on all activities: a state is a fact about the objective."""
    base, periode = fonds(contexte), contexte.selection.periode
    return indicators.assess_each(
        base.mensuel,
        base.reponses,
        cours=lecture.reference().cours,
        bases=base.bases[periode.annee],
        periode=periode,
        parametres=lecture.parametres(),
    )


def _draw_map(calcul: _Calcul, by_cour: dy.DataFrame[BilanCour]) -> Bloc:
    sentence = display.tell_states(by_cour)
    return Bloc(
        cle="carte",
        titre=display.title_map(by_cour),
        sous_titre=f"Atteinte de l'objectif à date par cour, {calcul.contexte.date_donnees}",
        figure=draw_tiles(display.place_tiles(by_cour), dark=calcul.contexte.sombre, height=HEIGHT),
        alt=wording.typeset(f"Une case par cour, à sa place sur la carte. {sentence}"),
        phrase=sentence,
        tableau=write_table_html(
            display.write_cours(by_cour), display.COUR_COLUMNS, legende=f"Les cours, {calcul.mesure}"
        ),
        donnees=by_cour,
        fichier=f"{calcul.fichier}_cours",
        entete=calcul.contexte.entete,
        legende=(
            *zip(FILLS, display.CLASS_NAMES, strict=True),
            (UNKNOWN_FILL[calcul.contexte.sombre], "non déterminé"),
        ),
    )


# --- One cour -------------------------------------------------------------------------------------


@st.cache_resource(show_spinner=False, max_entries=128)
def _cour(_contexte: Contexte, key: tuple[Any, ...]) -> VueCour:
    del key  # names everything that is shown
    code = _contexte.selection.cour
    calcul = _compute(_contexte, cour=code)
    reference = lecture.reference()
    nom = str(reference.cours.filter(pl.col("cour") == code)["nom"][0])
    return VueCour(
        conclusion=display.conclude(
            calcul.bilan,
            periode=calcul.periode,
            par_cour=None,
            nom=nom,
            groupe=_contexte.selection.groupe,
            part_reponse_mois=calcul.part_reponse_mois,
        ),
        note_objectif=display.explain_target(calcul.objectif),
        avertissement=_warn(_contexte),
        chiffres=_figures(calcul, decimales_etpt=2),
        trajectoire=_draw_trajectory(calcul, cour=code),
        pairs=_draw_peers(calcul, code),
        activites=_draw_activities_of(calcul),
        juridictions=_draw_courts_of(calcul),
        reponses=_draw_answers_of(calcul),
    )


def _draw_peers(calcul: _Calcul, code: str) -> Bloc:
    cours = lecture.reference().cours
    group = cours.filter(pl.col("cour") == code)["groupe_dsj"][0]
    peers = display.gather_peers(_each_cour(calcul.contexte), cours, cour=code)
    return Bloc(
        cle="pairs",
        titre=display.title_peers(peers, calcul.nom),
        sous_titre=f"Atteinte de l'objectif à date, cours du même groupe ({display.name_group(group)}), "
        f"{calcul.contexte.date_donnees}",
        figure=draw_strip(peers, dark=calcul.contexte.sombre),
        alt=display.title_peers(peers, calcul.nom),
        phrase=display.tell_peers(peers),
        tableau=write_table_html(peers, display.PEER_COLUMNS, legende="Atteinte de l'objectif à date"),
        donnees=peers.select("cour", "nom_court", "etat", atteinte="valeur"),
        fichier=f"{calcul.fichier}_pairs",
        entete=calcul.contexte.entete,
    )


def _series_of(calcul: _Calcul, code: str | None) -> dy.DataFrame[indicators.SerieActivite]:
    situation, group = calcul.contexte.situation, calcul.contexte.selection.groupe
    kept = situation.agregat if code is None else situation.agregat.filter(pl.col("cour") == code)
    return indicators.trace_activities(
        AgregatActivite.cast(kept),
        indicators.keep_group(lecture.reference().activites, group),
        debut=calcul.periode.debut,
        fin=calcul.periode.fin,
    )


def _draw_activities_of(calcul: _Calcul) -> Bloc:
    summed = indicators.sum_up_activities(_series_of(calcul, calcul.contexte.selection.cour))
    ranked = display.rank_activities(summed, mesure="extractions_evitees")
    return Bloc(
        cle="activites_cour",
        titre=display.title_ranked(ranked, "extractions évitées"),
        sous_titre=f"Extractions évitées par activité depuis janvier, {calcul.mesure}",
        figure=draw_bars(ranked, dark=calcul.contexte.sombre),
        alt=display.title_ranked(ranked, "extractions évitées"),
        phrase=display.tell_activities(summed),
        tableau=write_table_html(
            display.write_activities(summed), display.ACTIVITY_COLUMNS, legende=f"Activités, {calcul.mesure}"
        ),
        donnees=summed,
        fichier=f"{calcul.fichier}_activites",
        entete=calcul.contexte.entete,
    )


def _draw_courts_of(calcul: _Calcul) -> Bloc:
    summed = display.rank_courts(
        calcul.totaux,
        calcul.attendues,
        lecture.reference().juridictions,
        periode=calcul.periode,
    )
    return Bloc(
        cle="juridictions",
        titre=display.title_ranked(summed, "extractions évitées"),
        sous_titre=f"Extractions évitées par juridiction depuis janvier, {calcul.mesure}",
        figure=draw_bars(summed, dark=calcul.contexte.sombre),
        alt=display.title_ranked(summed, "extractions évitées"),
        phrase=display.tell_courts(summed),
        tableau=write_table_html(summed, display.COURT_COLUMNS, legende=f"Juridictions, {calcul.mesure}"),
        donnees=summed.drop("texte"),
        fichier=f"{calcul.fichier}_juridictions",
        entete=calcul.contexte.entete,
    )


def _draw_answers_of(calcul: _Calcul) -> Bloc:
    months = display.months_until(calcul.periode.fin, MONTHS_SHOWN)
    expected = calcul.attendues.filter(pl.col("mois").is_in(months))
    states = coverage.describe_answers(calcul.totaux, expected)
    laid = display.lay_out_answers(states, lecture.reference().juridictions)
    return Bloc(
        cle="reponses",
        titre=display.title_answers(states, calcul.periode),
        sous_titre=f"Réponses des juridictions, douze derniers mois, {calcul.mesure}",
        figure=draw_answers(laid, dark=calcul.contexte.sombre),
        alt=display.title_answers(states, calcul.periode),
        phrase=display.tell_answers(states, calcul.periode),
        tableau=write_table_html(
            laid, display.ANSWER_COLUMNS, legende=f"Réponses des juridictions, {calcul.mesure}"
        ),
        donnees=laid.select("mois", "juridiction", "nom_court", "etat"),
        fichier=f"{calcul.fichier}_reponses",
        entete=calcul.contexte.entete,
        legende=tuple(("", f"{glyph} {word}") for word, glyph in coverage.GLYPHS.items()),
    )


# --- Activities -----------------------------------------------------------------------------------


@st.cache_resource(show_spinner=False, max_entries=64)
def _activites(_contexte: Contexte, key: tuple[Any, ...]) -> VueActivites:
    del key  # names everything that is shown
    calcul = _compute(_contexte, cour=None)
    series = _series_of(calcul, None)
    summed = indicators.sum_up_activities(series)
    written = display.write_activities(summed)
    panels = display.arrange_panels(series, summed, focus=_contexte.selection.activite)
    sentence = display.tell_activities(summed)
    crossed = display.cross_cours_and_activities(
        _contexte.situation.agregat,
        indicators.keep_group(lecture.reference().activites, _contexte.selection.groupe),
        lecture.reference().cours,
        periode=calcul.periode,
    )
    return VueActivites(
        conclusion=display.conclude_activities(summed, calcul.bilan, calcul.periode),
        panneaux=Bloc(
            cle="panneaux",
            titre=display.title_activities(summed),
            sous_titre="Visioconférences (pointillé) et extractions évitées (trait plein) par mois, chaque "
            f"activité à son échelle, {calcul.mesure}",
            figure=draw_panels(panels, dark=_contexte.sombre),
            alt=display.title_activities(summed),
            phrase=sentence,
            tableau=write_table_html(
                panels, display.PANEL_COLUMNS, legende=f"Activités mois par mois, {calcul.mesure}"
            ),
            donnees=series,
            fichier=f"{calcul.fichier}_activites-par-mois",
            entete=_contexte.entete,
        ),
        croisement=Bloc(
            cle="croisement",
            titre=display.title_crossing(crossed),
            sous_titre=f"Visioconférences par cour et par activité depuis janvier, {calcul.mesure}",
            figure=draw_intensity(crossed, dark=_contexte.sombre),
            alt=display.title_crossing(crossed),
            phrase=display.tell_crossing(crossed),
            tableau=write_table_html(
                display.widen_crossing(crossed),
                display.crossing_columns(crossed),
                legende=f"Visioconférences par cour et par activité, {calcul.mesure}",
            ),
            donnees=crossed.select("cour", "activite", "valeur", "texte"),
            fichier=f"{calcul.fichier}_cours-et-activites",
            entete=_contexte.entete,
        ),
        parts=Bloc(
            cle="parts",
            titre=display.title_shares(summed),
            sous_titre="Part des visioconférences ayant évité une extraction (colonne 2 / colonne 1), "
            f"activités comptées dans l'objectif, {calcul.mesure}",
            figure=draw_bars(display.rank_shares(summed), dark=_contexte.sombre),
            alt=display.title_shares(summed),
            phrase=display.tell_shares(summed),
            tableau=write_table_html(
                written, display.ACTIVITY_COLUMNS, legende=f"Activités, {calcul.mesure}"
            ),
            donnees=summed,
            fichier=f"{calcul.fichier}_activites",
            entete=_contexte.entete,
        ),
    )
