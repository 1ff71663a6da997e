"""Everything a page shows for one selection, computed once and shared by the sessions.

Never change what these functions return: other readers of the same perimeter are looking at it.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

import dataframely as dy
import polars as pl
import streamlit as st

from analytics.charts.bars import draw_bars
from analytics.charts.control import draw_control, draw_quarters
from analytics.charts.grids import draw_answers, draw_intensity
from analytics.charts.intervals import draw_intervals
from analytics.charts.panels import draw_panels
from analytics.charts.thermometers import draw_thermometers
from analytics.charts.tiles import FILLS, UNKNOWN_FILL, draw_tiles
from analytics.charts.trajectory import draw_trajectory
from analytics.collecte import sums
from analytics.couverture import coverage
from analytics.couverture.silence import Manque, Silence, survey_silence
from analytics.couverture.words.answers import (
    ANSWER_COLUMNS,
    COURT_COLUMNS,
    lay_out_answers,
    rank_courts,
    tell_answers,
    tell_courts,
    title_answers,
)
from analytics.couverture.words.coverage import Mention, mention, note_on_total
from analytics.couverture.words.silence import tell_silence
from analytics.objectif.need import Besoin, spread_base
from analytics.objectif.objective import (
    FIRST_YEAR,
    LECTURES,
    MESURES,
    USUAL_RULE,
    Objectif,
    Periode,
    Regle,
    etpt_per_extraction,
)
from analytics.objectif.profile import MONTHS_IN_YEAR
from analytics.projection.outlook import Avenir
from analytics.trajectoire.activities import AvenirActivites, look_at_activities
from analytics.trajectoire.country import Pays, survey
from analytics.trajectoire.hindsight import Verdict, judge_projections, sum_up
from analytics.trajectoire.position import (
    Bilan,
    BilanCour,
    Mois,
    Seuils,
    add_up,
    assess_some,
    count_months,
    months_of,
)
from analytics.trajectoire.series import (
    BilanActivite,
    SerieActivite,
    sum_up_activities,
    trace_activities,
    trace_months,
    trace_year,
)
from analytics.trajectoire.thermometers import read_thermometers
from analytics.trajectoire.words.activities import (
    ACTIVITY_COLUMNS,
    PANEL_COLUMNS,
    arrange_panels,
    conclude_activities,
    rank_activities,
    rank_shares,
    tell_activities,
    tell_shares,
    title_activities,
    title_ranked,
    title_shares,
    write_activities,
)
from analytics.trajectoire.words.activities_ahead import (
    columns_with_projection,
    tell_coming,
    write_projection,
)
from analytics.trajectoire.words.conclusion import conclude
from analytics.trajectoire.words.cours import (
    HISTORY,
    HISTORY_HELP,
    SIGNAL,
    compare_sums,
    cour_columns,
    explain_target,
    history_of,
    lay_out_cours,
    months_until,
    note_on_targets,
    screen_columns,
    write_cours,
)
from analytics.trajectoire.words.crossing import (
    cross_cours_and_activities,
    crossing_columns,
    tell_crossing,
    title_crossing,
    widen_crossing,
)
from analytics.trajectoire.words.figures import (
    Chiffre,
    figure_of_month,
    figures_of_use,
    row_of_figures,
    tell_etpt,
    tell_use,
)
from analytics.trajectoire.words.hindsight import (
    HINDSIGHT_COLUMNS,
    label_hindsight,
    tell_hindsight,
    title_hindsight,
)
from analytics.trajectoire.words.outlook import FAN_COLUMNS, fan_out
from analytics.trajectoire.words.thermometers import (
    COMPTEES,
    DECLAREES,
    MUETTES,
    ROW_COLUMNS,
    ROW_TITLES,
    THERMOMETER_COLUMNS,
    Ligne,
    columns_behind,
    detail_of,
    explain_gap,
    tell_thermometers,
    title_thermometers,
)
from analytics.trajectoire.words.tiles import CLASS_NAMES, place_tiles, tell_states, title_map
from analytics.trajectoire.words.trajectory import (
    SILENCE_COLUMNS,
    label_trajectory,
    newest_first,
    tell_trajectory,
    title_trajectory,
    trajectory_columns,
)
from analytics.veille.changes import Changement, response_rate, tell_changes
from analytics.veille.control_chart import suggests_rebase
from analytics.veille.watch import Veille, rebases_of, watch
from analytics.veille.words import (
    CHART_COLUMNS,
    GLYPHS_HELP,
    QUARTER_COLUMNS,
    glyph,
    label_chart,
    label_quarters,
    note_settings,
    tell_signal,
    title_signal,
)
from analytics.vocabulary import wording
from analytics.vocabulary.schemas import (
    COUNTRY,
    AgregatActivite,
    Interieur,
    TotalJuridiction,
    last_day_of_month,
)
from pages.commun import cadre, lecture
from pages.commun.bloc_graphique import Bloc, write_table_html
from pages.commun.cadre import Contexte
from pages.commun.filtres import slug
from pages.commun.lecture import Situation

HEIGHT = 330
MONTHS_SHOWN = 12
# What a row of the table of cours has room for.
MONTHS_OF_ROW = 6


@dataclass(frozen=True)
class Fonds:
    """What every page of one situation starts from."""

    attendues: pl.DataFrame
    reponses: dy.DataFrame[coverage.Reponses]
    mensuel: pl.DataFrame


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
    note_total: str
    note_etpt: str
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


@dataclass(frozen=True)
class VueActivites:
    """What the page of activities shows."""

    conclusion: str
    note_total: str
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
    return _fonds(
        situation,
        contexte.choix.premier,
        contexte.choix.dernier,
        (*situation.moment, situation.perimetre.cle),
    )


@st.cache_resource(show_spinner=False, max_entries=16)
def _fonds(_situation: Situation, premier: date, dernier: date, key: tuple[Any, ...]) -> Fonds:
    del key  # names the situation and the perimeter
    reference = lecture.reference()
    attendues = _situation.perimetre.restrict(reference.attendues(premier, dernier))
    return Fonds(
        attendues=attendues,
        reponses=coverage.count_answers(_situation.totaux, attendues),
        mensuel=sums.sum_activities(_situation.agregat, reference.activites, par=["cour"]),
    )


def pays(contexte: Contexte) -> Pays:
    """Give what rests on all the cours: never show of it what the reader's perimeter does not hold."""
    situation, selection = contexte.situation, contexte.selection
    return _pays(
        situation,
        selection.periode,
        selection.regle,
        (*situation.moment, situation.demo, str(selection.periode), str(selection.regle)),
    )


@st.cache_resource(show_spinner=False, max_entries=64)
def _pays(_situation: Situation, _periode: Periode, _regle: Regle, key: tuple[Any, ...]) -> Pays:
    del key  # names the situation, the period and the rule
    reference = lecture.reference()
    return survey(
        lecture.whole(_situation),
        reference.attendues,
        activites=reference.activites,
        cle=lecture.cle_illustrative(),
        regle=_regle,
        periode=_periode,
        parametres=lecture.parametres(),
    )


def _avenir_activites(contexte: Contexte) -> AvenirActivites | None:
    """Project the activities of all the cours: of it too, only the reader's cours are ever shown."""
    situation, selection = contexte.situation, contexte.selection
    return _project_activities(
        situation,
        pays(contexte),
        selection.periode,
        (*situation.moment, situation.demo, str(selection.periode), str(selection.regle)),
    )


@st.cache_resource(show_spinner=False, max_entries=64)
def _project_activities(
    _situation: Situation, _pays: Pays, _periode: Periode, key: tuple[Any, ...]
) -> AvenirActivites | None:
    del key  # names the situation, the period and the rule
    return look_at_activities(
        _pays.perspectives,
        lecture.whole(_situation).agregat,
        lecture.reference().activites,
        seuils=Seuils.at(lecture.parametres(), _periode.fin),
    )


def besoin(contexte: Contexte) -> dy.DataFrame[Besoin]:
    """Give the extractions needed in every juridiction of the country: restrict before showing."""
    situation, periode = contexte.situation, contexte.selection.periode
    return _besoin(situation, pays(contexte), periode, (*situation.moment, situation.demo, str(periode)))


@st.cache_resource(show_spinner=False, max_entries=16)
def _besoin(
    _situation: Situation, _pays: Pays, _periode: Periode, key: tuple[Any, ...]
) -> dy.DataFrame[Besoin]:
    del key  # names the situation and the period
    reference, everywhere = lecture.reference(), lecture.whole(_situation)
    return spread_base(
        reference.attendues(_periode.fin, _periode.fin).select("juridiction", "cour", "type"),
        everywhere.totaux,
        bases={cour: base.extractions for cour, base in _pays.reference.items()},
        bases_activites=everywhere.bases_activites,
        activites=reference.activites,
        lignes=reference.lignes,
        day=last_day_of_month(_periode.fin),
        parametres=lecture.parametres(),
    )


def silence(contexte: Contexte) -> Silence | None:
    """Give what every juridiction of the country left unsaid: sum it over the reader's cours only."""
    situation, periode = contexte.situation, contexte.selection.periode
    key = (*situation.moment, situation.demo, str(periode))
    return _silence(situation, pays(contexte), periode, key)


@st.cache_resource(show_spinner=False, max_entries=16)
def _silence(_situation: Situation, _pays: Pays, _periode: Periode, key: tuple[Any, ...]) -> Silence | None:
    del key  # names the situation and the period
    reference = lecture.reference()
    return survey_silence(
        lecture.whole(_situation),
        reference.attendues,
        bases={cour: base.extractions for cour, base in _pays.reference.items()},
        activites=reference.activites,
        lignes=reference.lignes,
        periode=_periode,
        parametres=lecture.parametres(),
    )


def couverture(contexte: Contexte, cours: Collection[str] | None = None) -> coverage.Couverture:
    """Tell on how much of the reader's cours, or of some of them, the total since January rests."""
    base, periode = fonds(contexte), contexte.selection.periode
    kept = set(base.reponses["cour"]) if cours is None else set(cours)
    return coverage.cover(
        base.reponses,
        silence(contexte),
        kept,
        periode=periode,
        declarees=_declared(base.mensuel, kept, periode),
    )


def mention_of(contexte: Contexte, cours: Collection[str] | None = None) -> Mention:
    """Give what goes with a total of the reader's cours, or of some of them, on screen and in a file."""
    return mention(couverture(contexte, cours), fourchette=contexte.selection.fourchette)


def note_of(contexte: Contexte, cours: Collection[str] | None = None) -> str:
    """Give the note under the figures of a page: on what their total rests."""
    return note_on_total(couverture(contexte, cours), fourchette=contexte.selection.fourchette)


def _declared(mensuel: pl.DataFrame, cours: Collection[str], periode: Periode) -> int:
    return int(periode.keep(mensuel).filter(pl.col("cour").is_in(sorted(cours)))["evitees_objectif"].sum())


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
    mois: Sequence[Mois]
    cours: tuple[str, ...]
    couverture: coverage.Couverture
    pays: Pays
    nom: str

    @property
    def periode(self) -> Periode:
        return self.contexte.selection.periode

    @property
    def terminee(self) -> bool:
        """Tell whether the year is over."""
        return self.periode.mois_ecoules == MONTHS_IN_YEAR

    @property
    def fichier(self) -> str:
        reading = "" if self.lecture == USUAL_RULE.lecture else f"_lecture-{self.lecture}"
        return f"{self.periode.fin:%Y-%m}_{slug(self.nom)}{reading}"

    @property
    def entete(self) -> dict[str, str]:
        """Give the columns that travel with every line of an export: those of what is shown."""
        usual = self.lecture == USUAL_RULE.lecture
        reading = {} if usual else {"lecture": LECTURES[self.lecture]}
        return self.contexte.entete | {"perimetre": self.nom} | reading

    @property
    def mesure(self) -> str:
        """Say the perimeter and the data date, as under every chart."""
        return f"{self.nom}, {self.contexte.date_donnees}"

    @property
    def lecture(self) -> str:
        """Give the reading of what is measured; one group of activities only has the first."""
        selection = self.contexte.selection
        return selection.regle.lecture if selection.groupe is None else USUAL_RULE.lecture

    @property
    def avenir(self) -> Avenir | None:
        """Give what the rest of the year may bring, where there is a rest and it is projected."""
        perspectives = self.pays.perspectives
        if perspectives is None or self.bilan.projection is None:
            return None
        ahead = perspectives.of(self.cours)
        return ahead if ahead is not None and ahead.moyennes else None

    @property
    def manque(self) -> Manque | None:
        """Give what silence may hide, where the reader asks for it and it can be told of these figures."""
        selection = self.contexte.selection
        if not selection.fourchette or selection.groupe is not None or self.lecture != USUAL_RULE.lecture:
            return None
        found = silence(self.contexte)
        return found.of(self.cours, declarees=self.bilan.evitees_objectif) if found else None

    @property
    def mention(self) -> Mention:
        """Give what goes with the total of the view, on screen and in a file."""
        return mention(self.couverture, fourchette=self.contexte.selection.fourchette)

    @property
    def mention_entiere(self) -> Mention:
        """Give what goes with the total of all activities, whatever group the reader chose."""
        return mention_of(self.contexte, self.cours)

    @property
    def note_total(self) -> str:
        """Give the note under the figures: on what their total rests."""
        return note_on_total(self.couverture, fourchette=self.contexte.selection.fourchette)

    @property
    def part_reponse_mois(self) -> Fraction | None:
        return response_rate(self.reponses, self.periode.fin)


def _compute(contexte: Contexte, *, cour: str | None) -> _Calcul:
    """Compute the figures of all the cours of the reader, or of one; for one group, or all activities."""
    base, situation, periode = fonds(contexte), contexte.situation, contexte.selection.periode
    reference, parametres = lecture.reference(), lecture.parametres()
    mensuel = base.mensuel
    if contexte.selection.groupe:
        mensuel = sums.sum_activities(
            situation.agregat, reference.activites, par=["cour"], groupe=contexte.selection.groupe
        )

    def keep(frame: pl.DataFrame) -> pl.DataFrame:
        return frame if cour is None else frame.filter(pl.col("cour") == cour)

    everywhere = pays(contexte)
    seen = situation.perimetre
    cours = [cour] if cour else sorted(everywhere.mois.keys() if seen.national else seen.cours)
    ensemble = cour is None and seen.national
    asked = sorted(everywhere.exigence.bases) if ensemble else cours
    objectif = everywhere.exigence.of(asked, ensemble=ensemble)
    reponses = coverage.Reponses.cast(keep(base.reponses))
    whole = contexte.selection.groupe is None
    months = add_up(months_of(keep(mensuel), reponses, Interieur.cast(keep(situation.interieur))).values())
    covered = coverage.cover(
        reponses,
        silence(contexte),
        cours,
        periode=periode,
        declarees=_declared(base.mensuel, cours, periode),
        dont=None if whole else _declared(mensuel, cours, periode),
    )
    return _Calcul(
        contexte=contexte,
        mensuel=keep(mensuel),
        reponses=reponses,
        totaux=TotalJuridiction.cast(keep(situation.totaux)),
        attendues=keep(base.attendues),
        objectif=objectif,
        mois=months,
        bilan=assess_some(
            months,
            cours,
            objectif=objectif,
            lecture=contexte.selection.regle.lecture if whole else USUAL_RULE.lecture,
            perspectives=everywhere.perspectives if whole else None,
            borne_haute=covered.borne_haute if whole else None,
            periode=periode,
            parametres=parametres,
        ),
        cours=tuple(cours),
        couverture=covered,
        pays=everywhere,
        nom=contexte.perimetre if cour is None else contexte.choix.cours[cour],
    )


def _months_shown(calcul: _Calcul) -> pl.DataFrame:
    return trace_months(
        calcul.mensuel,
        calcul.reponses,
        mois=months_until(calcul.periode.fin, MONTHS_SHOWN),
        objectif=calcul.objectif,
        etpt_par_extraction=etpt_per_extraction(lecture.parametres(), date(FIRST_YEAR, 1, 1)),
    )


def _figures(calcul: _Calcul, months: pl.DataFrame) -> tuple[Chiffre, ...]:
    return row_of_figures(
        calcul.bilan,
        months,
        periode=calcul.periode,
        objectif=calcul.objectif,
        lecture=calcul.lecture,
        groupe=calcul.contexte.selection.groupe,
    )


def _of_use(calcul: _Calcul, months: pl.DataFrame) -> tuple[Chiffre, ...]:
    told = figures_of_use(
        calcul.bilan, months, periode=calcul.periode, part_reponse_mois=calcul.part_reponse_mois
    )
    return told if calcul.contexte.selection.groupe is None else told[:1]


def _tell_etpt(calcul: _Calcul, *, decimales: int) -> str:
    unit = etpt_per_extraction(lecture.parametres(), date(FIRST_YEAR, 1, 1))
    return tell_etpt(calcul.bilan, etpt_par_extraction=unit, decimales=decimales)


def _draw_trajectory(calcul: _Calcul, *, cour: str | None) -> Bloc:
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
        phrase=sentence,
        tableau=write_table_html(newest_first(frame), columns, legende=f"{measure}, {calcul.mesure}")
        + (
            ""
            if fan is None
            else write_table_html(
                fan,
                FAN_COLUMNS,
                legende=f"Projection, {calcul.mesure}",
                titre="Données de la projection",
            )
        ),
        donnees=told,
        fichier=f"{calcul.fichier}_trajectoire",
        entete=calcul.entete,
        mention=calcul.mention if calcul.lecture != "C" else None,
    )


# --- The synthesis --------------------------------------------------------------------------------


@st.cache_resource(show_spinner=False, max_entries=64)
def _ensemble(_contexte: Contexte, key: tuple[Any, ...]) -> VueEnsemble:
    del key  # names everything that is shown
    calcul = _compute(_contexte, cour=None)
    base = fonds(_contexte)
    by_cour = _each_cour(_contexte)
    months = history_of(base.mensuel, fin=calcul.periode.fin, mois=MONTHS_OF_ROW)
    reference = lecture.reference()
    situation, mois = _contexte.situation, calcul.periode.fin
    shown = _months_shown(calcul)
    return VueEnsemble(
        conclusion=conclude(
            calcul.bilan,
            periode=calcul.periode,
            par_cour=by_cour,
            nom=None,
            groupe=_contexte.selection.groupe,
            lecture=calcul.lecture,
            part_reponse_mois=calcul.part_reponse_mois,
        ),
        chiffres=(*_figures(calcul, shown), *_of_use(calcul, shown)),
        note_total=calcul.note_total,
        note_etpt=_tell_etpt(calcul, decimales=1),
        trajectoire=_draw_trajectory(calcul, cour=None),
        carte=_draw_map(calcul, by_cour),
        lignes=(
            lines := lay_out_cours(
                by_cour,
                months,
                _signals(_contexte, by_cour["cour"].to_list()),
                lecture=_contexte.selection.regle.lecture,
                terminee=calcul.terminee,
            )
        ),
        table=_table_of(lines, ""),
        note_objectif=" ".join(
            filter(None, (note_on_targets(by_cour), compare_sums(calcul.pays.exigence)))
            if situation.perimetre.national
            else [note_on_targets(by_cour)]
        ),
        avertissement=_warn(calcul),
        changements=tell_changes(
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


NO_FAN = wording.typeset("La projection porte sur ce qui sera déclaré : sa courbe se lit sans la fourchette.")


def _warn(calcul: _Calcul) -> str:
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
    text = "Les états, le signal, la comparaison et le tableau des cours portent sur toutes les activités"
    if contexte.selection.fourchette:
        text += " ; la fourchette d'un groupe est partagée au prorata du déclaré, hors de la courbe"
    return wording.typeset(text + ".")


def _table_of(lignes: pl.DataFrame, cle: str) -> TableCours:
    """Prepare the rows kept for the screen: text that sorts as it reads, in French."""
    kept = [cle in wording.unaccented(nom) for nom in lignes["Cour"]]
    shown = lignes.filter(pl.Series(kept, dtype=pl.Boolean))
    return TableCours(
        tableau=shown.drop("cour").to_arrow(),
        colonnes={
            HISTORY: st.column_config.TextColumn(HISTORY, width=66, alignment="right", help=HISTORY_HELP),
            SIGNAL: st.column_config.TextColumn(SIGNAL, width=44, alignment="center", help=GLYPHS_HELP),
            **{
                colonne.titre: st.column_config.TextColumn(
                    colonne.titre, width=width, alignment="right" if colonne.nombre else "left"
                )
                for terminee in (False, True)
                for each in LECTURES
                for colonne, width in screen_columns(each, terminee=terminee)
            },
        },
        codes=tuple(shown["cour"]),
    )


def _signals(contexte: Contexte, cours: Collection[str]) -> dict[str, str]:
    """Give the glyph of the last month of each cour."""
    everywhere = pays(contexte)
    return {
        cour: glyph(
            watch(
                everywhere.mois[cour],
                base=base.extractions if (base := everywhere.exigence.bases.get(cour)) else None,
                objectif=everywhere.exigence.of([cour], ensemble=False),
                recalages=rebases_of(contexte.situation.recalages, cour),
                periode=contexte.selection.periode,
                parametres=lecture.parametres(),
            )
        )
        for cour in cours
    }


def bornes(contexte: Contexte) -> dict[str, int | None]:
    """Give what every cour of the country avoided at most since January: restrict before showing."""
    return coverage.list_bounds(pays(contexte).declared, silence(contexte))


def _each_cour(contexte: Contexte) -> dy.DataFrame[BilanCour]:
    """Assess every cour of the reader, on all activities: a state is a fact about the objective."""
    assessed = pays(contexte).assess_each(lecture.reference().cours, bornes(contexte), lecture.parametres())
    return BilanCour.cast(contexte.situation.perimetre.restrict(assessed))


def _draw_map(calcul: _Calcul, by_cour: dy.DataFrame[BilanCour]) -> Bloc:
    sentence = tell_states(by_cour)
    bounded = coverage.add_bounds(
        write_cours(by_cour), silence(calcul.contexte), par="cour", total="evitees_objectif"
    )
    return Bloc(
        cle="carte",
        titre=title_map(by_cour),
        sous_titre=f"Atteinte de l'objectif à date par cour, {calcul.contexte.date_donnees}",
        figure=draw_tiles(place_tiles(by_cour), dark=calcul.contexte.sombre, height=HEIGHT),
        alt=wording.typeset(f"Une case par cour, à sa place sur la carte. {sentence}"),
        phrase=sentence,
        tableau=write_table_html(
            bounded,
            cour_columns(calcul.contexte.selection.regle.lecture, terminee=calcul.terminee),
            legende=f"Les cours, {calcul.mesure}",
        ),
        donnees=bounded.drop("etat_ecrit", "objectif_ecrit", "manque"),
        fichier=f"{calcul.fichier}_cours",
        entete=calcul.entete,
        mention=calcul.mention_entiere if calcul.contexte.selection.regle.lecture != "C" else None,
        legende=(
            *zip(FILLS, CLASS_NAMES, strict=True),
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
    shown = _months_shown(calcul)
    recalages = rebases_of(_contexte.situation.recalages, code)
    veille = _watch(calcul, recalages)
    return VueCour(
        conclusion=conclude(
            calcul.bilan,
            periode=calcul.periode,
            par_cour=None,
            nom=nom,
            groupe=_contexte.selection.groupe,
            lecture=calcul.lecture,
            part_reponse_mois=calcul.part_reponse_mois,
        ),
        note_objectif=explain_target(calcul.objectif),
        avertissement=_warn(calcul),
        chiffres=(*_figures(calcul, shown), figure_of_month(veille)),
        note_total=calcul.note_total,
        note_etpt=_tell_etpt(calcul, decimales=2),
        note_usage=tell_use(calcul.bilan),
        veille=veille,
        recalages=recalages,
        recalage_possible=_rebase_to_suggest(calcul, veille, code, recalages),
        signal=_draw_signal(calcul, veille, recalages),
        trajectoire=_draw_trajectory(calcul, cour=code),
        activites=_draw_activities_of(calcul),
        juridictions=_draw_courts_of(calcul),
        reponses=_draw_answers_of(calcul),
    )


def _watch(calcul: _Calcul, recalages: Collection[date]) -> Veille:
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


def _rebase_to_suggest(
    calcul: _Calcul, veille: Veille, cour: str, recalages: Collection[date]
) -> date | None:
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


def _draw_signal(calcul: _Calcul, veille: Veille, recalages: Mapping[date, tuple[str, str]]) -> Bloc:
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
        tableau=write_table_html(
            rows.sort("mois", descending=True), columns, legende=f"{measure}, {calcul.mesure}"
        ),
        donnees=rows.drop("texte"),
        fichier=f"{calcul.fichier}_signal",
        entete=calcul.entete,
    )


def _series_of(calcul: _Calcul, code: str | None) -> dy.DataFrame[SerieActivite]:
    situation, group = calcul.contexte.situation, calcul.contexte.selection.groupe
    kept = situation.agregat if code is None else situation.agregat.filter(pl.col("cour") == code)
    return trace_activities(
        AgregatActivite.cast(kept),
        sums.keep_group(lecture.reference().activites, group),
        debut=calcul.periode.debut,
        fin=calcul.periode.fin,
    )


def _table_of_activities(
    calcul: _Calcul, summed: dy.DataFrame[BilanActivite]
) -> tuple[str, pl.DataFrame, str]:
    """Give the table of activities, its file, and what is said of the projection, where there is one."""
    legende = f"Activités, {calcul.mesure}"
    avenir = _avenir_activites(calcul.contexte)
    bounded = coverage.share_bounds(summed, calcul.couverture)
    rows = write_activities(summed).join(
        bounded.select("activite", "borne_haute"), on="activite", maintain_order="left"
    )
    if avenir is None or not set(calcul.cours) & set(avenir.cours) or not summed["compte_objectif"].any():
        return write_table_html(rows, ACTIVITY_COLUMNS, legende=legende), bounded, ""
    ended = avenir.end_of_year(calcul.cours, summed)
    rows = rows.join(write_projection(ended), on="activite", maintain_order="left")
    table = write_table_html(rows, columns_with_projection(ended), legende=legende)
    return table, coverage.share_bounds(ended, calcul.couverture), tell_coming(ended)


def _draw_activities_of(calcul: _Calcul) -> Bloc:
    summed = sum_up_activities(_series_of(calcul, calcul.contexte.selection.cour))
    table, behind, to_come = _table_of_activities(calcul, summed)
    ranked = rank_activities(summed, mesure="extractions_evitees")
    return Bloc(
        cle="activites_cour",
        titre=title_ranked(ranked, "extractions évitées"),
        sous_titre=f"Extractions évitées par activité depuis janvier, {calcul.mesure}",
        figure=draw_bars(ranked, dark=calcul.contexte.sombre),
        alt=title_ranked(ranked, "extractions évitées"),
        phrase=f"{tell_activities(summed, calcul.bilan)} {to_come}".rstrip(),
        tableau=table,
        donnees=behind,
        fichier=f"{calcul.fichier}_activites",
        entete=calcul.entete,
        mention=calcul.mention,
    )


def _draw_courts_of(calcul: _Calcul) -> Bloc:
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
        alt=title_ranked(summed, "extractions évitées"),
        phrase=tell_courts(summed),
        tableau=write_table_html(summed, COURT_COLUMNS, legende=f"Juridictions, {calcul.mesure}"),
        donnees=summed.drop("texte"),
        fichier=f"{calcul.fichier}_juridictions",
        entete=calcul.entete,
        mention=calcul.mention_entiere,
    )


def _draw_answers_of(calcul: _Calcul) -> Bloc:
    months = months_until(calcul.periode.fin, MONTHS_SHOWN)
    expected = calcul.attendues.filter(pl.col("mois").is_in(months))
    states = coverage.describe_answers(calcul.totaux, expected)
    laid = lay_out_answers(states, lecture.reference().juridictions)
    return Bloc(
        cle="reponses",
        titre=title_answers(states, calcul.periode),
        sous_titre=f"Réponses des juridictions, douze derniers mois, {calcul.mesure}",
        figure=draw_answers(laid, dark=calcul.contexte.sombre),
        alt=title_answers(states, calcul.periode),
        phrase=tell_answers(states),
        tableau=write_table_html(laid, ANSWER_COLUMNS, legende=f"Réponses des juridictions, {calcul.mesure}"),
        donnees=laid.select("mois", "juridiction", "nom_court", "etat"),
        fichier=f"{calcul.fichier}_reponses",
        entete=calcul.entete,
        legende=tuple(("", f"{glyph} {word}") for word, glyph in coverage.GLYPHS.items()),
    )


# --- Two thermometers -----------------------------------------------------------------------------


@dataclass(frozen=True)
class VueThermometres:
    """What the two counts say: the chart, and the lines of the gap, each with the months behind it."""

    bloc: Bloc
    lignes: tuple[tuple[Ligne, str], ...]


def thermometres(contexte: Contexte, *, cour: str | None) -> VueThermometres | None:
    """Set the count of Intérieur beside that of Justice; None for a year without objective."""
    return _thermometres(contexte, cour, contexte.cle)


@st.cache_resource(show_spinner=False, max_entries=64)
def _thermometres(_contexte: Contexte, cour: str | None, key: tuple[Any, ...]) -> VueThermometres | None:
    del key  # with the cour, names everything that is shown
    calcul = _compute(_contexte, cour=cour)
    if calcul.objectif is None:
        return None
    interieur = _contexte.situation.interieur.filter(pl.col("cour").is_in(calcul.cours))
    unsaid = silence(_contexte)
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
            figure=draw_thermometers(read, dark=_contexte.sombre),
            alt=title_thermometers(ecart),
            phrase=tell_thermometers(ecart),
            tableau=write_table_html(
                read.sort("mois", descending=True),
                THERMOMETER_COLUMNS,
                legende=f"Les deux comptes, {calcul.mesure}",
            ),
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
    calcul: _Calcul, interieur: dy.DataFrame[Interieur], unsaid: Silence | None
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


# --- What projections were worth -------------------------------------------------------------------


def projections(contexte: Contexte) -> Bloc:
    """Give what the past projections of the reader's cours were worth."""
    return _projections(contexte, contexte.cle)


@st.cache_resource(show_spinner=False, max_entries=32)
def _projections(_contexte: Contexte, key: tuple[Any, ...]) -> Bloc:
    del key  # names everything that is shown
    base = fonds(_contexte)
    verdicts = judge_projections(
        _contexte.situation.projections, base.mensuel, fin=_contexte.selection.periode.fin
    )
    codes = [COUNTRY, *verdicts["cour"].unique().sort()]
    shown = next((code for code in codes if verdicts.filter(pl.col("cour") == code).height), COUNTRY)
    place = cadre.NATIONAL if shown == COUNTRY else _contexte.choix.cours[shown]
    own = Verdict.cast(verdicts.filter(pl.col("cour") == shown))
    labelled, valeur = label_hindsight(own), sum_up(verdicts)
    title = title_hindsight(own, place)
    return Bloc(
        cle="projections",
        titre=title,
        sous_titre="Projections de fin d'année, mois par mois, rapportées au total déclaré ensuite, "
        f"{place}, {_contexte.date_donnees}",
        figure=draw_intervals(
            labelled, reference=1.0, mot="total déclaré en fin d'année", dark=_contexte.sombre
        ),
        alt=title,
        phrase=tell_hindsight(valeur),
        tableau=write_table_html(labelled, HINDSIGHT_COLUMNS, legende=f"Projections gardées, {place}"),
        donnees=verdicts,
        fichier=f"{_contexte.selection.periode.fin:%Y-%m}_projections-jugees",
        entete=_contexte.entete,
    )


# --- Activities -----------------------------------------------------------------------------------


@st.cache_resource(show_spinner=False, max_entries=64)
def _activites(_contexte: Contexte, key: tuple[Any, ...]) -> VueActivites:
    del key  # names everything that is shown
    calcul = _compute(_contexte, cour=None)
    series = _series_of(calcul, None)
    summed = sum_up_activities(series)
    table, behind, to_come = _table_of_activities(calcul, summed)
    panels = arrange_panels(series, summed, focus=_contexte.selection.activite)
    sentence = tell_activities(summed, calcul.bilan)
    shares = rank_shares(summed)
    crossed = cross_cours_and_activities(
        _contexte.situation.agregat,
        sums.keep_group(lecture.reference().activites, _contexte.selection.groupe),
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
            figure=draw_panels(panels, dark=_contexte.sombre),
            alt=title_activities(summed),
            phrase=sentence,
            tableau=write_table_html(
                panels, PANEL_COLUMNS, legende=f"Activités mois par mois, {calcul.mesure}"
            ),
            donnees=series,
            fichier=f"{calcul.fichier}_activites-par-mois",
            entete=_contexte.entete,
            mention=calcul.mention,
        ),
        croisement=Bloc(
            cle="croisement",
            titre=title_crossing(crossed),
            sous_titre=f"Visioconférences par cour et par activité depuis janvier, {calcul.mesure}",
            figure=draw_intensity(crossed, dark=_contexte.sombre),
            alt=title_crossing(crossed),
            phrase=tell_crossing(crossed),
            tableau=write_table_html(
                widen_crossing(crossed),
                crossing_columns(crossed),
                legende=f"Visioconférences par cour et par activité, {calcul.mesure}",
            ),
            donnees=crossed.select("cour", "activite", "valeur", "texte"),
            fichier=f"{calcul.fichier}_cours-et-activites",
            entete=_contexte.entete,
        ),
        parts=Bloc(
            cle="parts",
            titre=title_shares(summed),
            sous_titre="Part des visioconférences ayant évité une extraction (colonne 2 / colonne 1), "
            f"activités comptées dans l'objectif, {calcul.mesure}",
            figure=None if shares.is_empty() else draw_bars(shares, dark=_contexte.sombre),
            alt=title_shares(summed),
            phrase=f"{tell_shares()} {to_come}".rstrip(),
            tableau=table,
            donnees=behind,
            fichier=f"{calcul.fichier}_activites",
            entete=_contexte.entete,
            mention=calcul.mention,
        ),
    )
