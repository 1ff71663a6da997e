"""Everything a page shows for one selection, computed once and shared by the sessions.

Never change what these functions return: other readers of the same perimeter are looking at it.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

import dataframely as dy
import polars as pl

from analytics.collecte import sums
from analytics.couverture import coverage
from analytics.couverture.silence import Manque, Silence, survey_silence
from analytics.couverture.words.coverage import Mention, mention, note_on_total
from analytics.objectif.lectures import LECTURES, USUAL_RULE, Regle
from analytics.objectif.need import Besoin, spread_base
from analytics.objectif.objective import Objectif
from analytics.projection.outlook import Avenir
from analytics.trajectoire.account import Mois
from analytics.trajectoire.activities import AvenirActivites, look_at_activities
from analytics.trajectoire.country import Pays, survey
from analytics.trajectoire.cours import assess_some
from analytics.trajectoire.position import Bilan, Seuils, add_up, months_of
from analytics.trajectoire.series import BilanActivite, SerieActivite, trace_activities
from analytics.trajectoire.words.activities import ACTIVITY_COLUMNS, write_activities
from analytics.trajectoire.words.activities_ahead import (
    columns_with_projection,
    tell_coming,
    write_projection,
)
from analytics.veille.changes import response_rate
from analytics.vocabulary.columns import Colonne
from analytics.vocabulary.periods import MONTHS_IN_YEAR, Periode, last_day_of_month
from analytics.vocabulary.schemas import AgregatActivite, Interieur, TotalJuridiction
from pages.commun import lecture
from pages.commun.adresse import slug
from pages.commun.bloc_graphique import write_table_html
from pages.commun.cadre import Contexte
from pages.commun.lecture import Situation, once

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


def fonds(contexte: Contexte) -> Fonds:
    """Give what every page of this situation starts from."""
    return _fonds(contexte.situation, contexte.choix.premier, contexte.choix.dernier)


@once(16)
def _fonds(situation: Situation, premier: date, dernier: date) -> Fonds:
    reference = lecture.reference()
    attendues = situation.perimetre.restrict(reference.attendues(premier, dernier))
    return Fonds(
        attendues=attendues,
        reponses=coverage.count_answers(situation.totaux, attendues),
        mensuel=sums.sum_activities(situation.agregat, reference.activites, par=["cour"]),
    )


# --- What rests on all the cours: computed on the whole country, whoever reads --------------------


def pays(contexte: Contexte) -> Pays:
    """Give what rests on all the cours: never show of it what the reader's perimeter does not hold."""
    selection = contexte.selection
    return _pays(lecture.whole(contexte.situation), selection.periode, selection.regle)


@once(64)
def _pays(whole: Situation, periode: Periode, regle: Regle) -> Pays:
    return survey(whole, lecture.referentiel(), regle=regle, periode=periode)


def _avenir_activites(contexte: Contexte) -> AvenirActivites | None:
    """Project the activities of all the cours: of it too, only the reader's cours are ever shown."""
    selection = contexte.selection
    return _project_activities(lecture.whole(contexte.situation), selection.periode, selection.regle)


@once(64)
def _project_activities(whole: Situation, periode: Periode, regle: Regle) -> AvenirActivites | None:
    return look_at_activities(
        _pays(whole, periode, regle).perspectives,
        whole.agregat,
        lecture.reference().activites,
        seuils=Seuils.at(lecture.parametres(), periode.fin),
    )


def bases_of(pays: Pays) -> dict[str, Fraction]:
    """Give the base of each cour, the same whatever the rule."""
    return {cour: base.extractions for cour, base in pays.reference.items()}


def besoin(contexte: Contexte) -> dy.DataFrame[Besoin]:
    """Give the extractions needed in every juridiction of the country: restrict before showing."""
    return _besoin(lecture.whole(contexte.situation), contexte.selection.periode, bases_of(pays(contexte)))


@once(16)
def _besoin(whole: Situation, periode: Periode, _bases: Mapping[str, Fraction]) -> dy.DataFrame[Besoin]:
    courts = lecture.reference().attendues(periode.fin, periode.fin).select("juridiction", "cour", "type")
    day = last_day_of_month(periode.fin)
    return spread_base(courts, whole, lecture.referentiel(), bases=_bases, day=day)


def silence(contexte: Contexte) -> Silence | None:
    """Give what every juridiction of the country left unsaid: sum it over the reader's cours only."""
    return _silence(lecture.whole(contexte.situation), contexte.selection.periode, bases_of(pays(contexte)))


@once(16)
def _silence(whole: Situation, periode: Periode, _bases: Mapping[str, Fraction]) -> Silence | None:
    return survey_silence(whole, lecture.referentiel(), bases=_bases, periode=periode)


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
class Calcul:
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
        """Give the months that the view is about."""
        return self.contexte.selection.periode

    @property
    def terminee(self) -> bool:
        """Tell whether the year is over."""
        return self.periode.mois_ecoules == MONTHS_IN_YEAR

    @property
    def fichier(self) -> str:
        """Name the files of the view, without what each of them holds."""
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

    def table(self, lignes: pl.DataFrame, colonnes: Sequence[Colonne], titre: str) -> str:
        """Write a table of the view; its title says of what, and as known when."""
        return write_table_html(lignes, colonnes, legende=f"{titre}, {self.mesure}")

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
        """Give the share of the answers that came for the last month."""
        return response_rate(self.reponses, self.periode.fin)


def compute(contexte: Contexte, *, cour: str | None) -> Calcul:
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
    return Calcul(
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


def bornes(contexte: Contexte) -> dict[str, int | None]:
    """Give what every cour of the country avoided at most since January: restrict before showing."""
    return coverage.list_bounds(pays(contexte).declared, silence(contexte))


def series_of(calcul: Calcul, code: str | None) -> dy.DataFrame[SerieActivite]:
    """Trace the activities of one cour, or of all of them, month by month."""
    situation, group = calcul.contexte.situation, calcul.contexte.selection.groupe
    kept = situation.agregat if code is None else situation.agregat.filter(pl.col("cour") == code)
    return trace_activities(
        AgregatActivite.cast(kept),
        sums.keep_group(lecture.reference().activites, group),
        debut=calcul.periode.debut,
        fin=calcul.periode.fin,
    )


def table_of_activities(calcul: Calcul, summed: dy.DataFrame[BilanActivite]) -> tuple[str, pl.DataFrame, str]:
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
