"""Everything the page of the collection shows of one campaign on one day, computed once and shared.

The day is today, or the one the address asks for: everything is then as it was known. On the demonstration,
whose months are long past, it is the day of the reminder, and whatever is recorded is dated of that day.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

import dataframely as dy
import polars as pl

from analytics.charts.collection import draw_rate
from analytics.collecte import calendar
from analytics.collecte.alerts import TO_CHECK, follow_alerts
from analytics.collecte.calendar import Campagne, campaign_of
from analytics.collecte.campaign import (
    AvancementCour,
    SuiviReponse,
    compare_cours,
    follow_answers,
    follow_rate,
)
from analytics.collecte.words import (
    LONG_SILENT,
    RATE_COLUMNS,
    Avancement,
    conclude,
    label_rate,
    list_figures,
    rank_cours,
    title_rate,
    write_cours,
)
from analytics.vocabulary.columns import Chiffre
from analytics.vocabulary.errors import UserFacingError
from analytics.vocabulary.moments import PARIS, day_in_paris
from analytics.vocabulary.schemas import COUNTRY, Modele
from analytics.vocabulary.wording import long_date, of_month, typeset
from data.actes.relances import Bureau, Preparation, prepare_from
from data.settings import Settings
from data.store.store import utc_now
from pages.commun import lecture
from pages.commun.bloc_graphique import Bloc, write_table_html
from pages.commun.cadre import Contexte
from pages.commun.lecture import Situation, once

MONTHS_SHOWN = 12
HEIGHT = 320


@dataclass(frozen=True)
class Suivi:
    """One campaign on one day. `contexte` is that of the day shown: its situation, its month.

    `rejouee`: the day was asked for, so that what is shown is past and nothing can be recorded.
    """

    contexte: Contexte
    campagne: Campagne
    jour: date
    rejouee: bool
    avis: str

    @property
    def cle(self) -> tuple[Any, ...]:
        """Name the campaign, the day, and what its reader sees of them."""
        own = (self.campagne.mois, self.jour, self.rejouee, self.contexte.sombre)
        return (*self.situation.cle, *own, str(Settings().database_url))

    @property
    def situation(self) -> Situation:
        """Give what was known that day."""
        return self.contexte.situation

    @property
    def demo(self) -> bool:
        """Tell whether nothing here is true."""
        return self.situation.demo

    @property
    def national(self) -> bool:
        """Tell whether the reader runs the collection: sees the whole ministry."""
        return self.situation.perimetre.national

    @property
    def au(self) -> date | None:
        """Give the day up to which things are read; None: everything until now."""
        return self.jour if self.rejouee or self.demo else None

    def clock(self) -> datetime:
        """Tell the time, or that of the day shown on the demonstration."""
        now = utc_now()
        if not self.demo:
            return now
        local = now.astimezone(PARIS)
        return local.replace(year=self.jour.year, month=self.jour.month, day=self.jour.day)

    def bureau(self, auteur: str) -> Bureau:
        """Open the desk from which someone reminds."""
        return Bureau(lecture.store(), self.situation.perimetre, Settings(), auteur, self.clock)

    def prepare(self, modele: Modele | None = None, *, rouvrir_jusqu_au: date | None = None) -> Preparation:
        """List whom to remind, and what each would receive, perhaps from a text being tried.

        `rouvrir_jusqu_au`: once the campaign is closed, until when who is reminded may answer.
        """
        return prepare_from(
            self.bureau(""),
            self.campagne.mois,
            totaux=self.situation.totaux,
            lots=self.situation.lots,
            au=self.au,
            rouvrir_jusqu_au=rouvrir_jusqu_au,
            modele=modele,
        )


@dataclass(frozen=True)
class VueCollecte:
    """What the page shows of a campaign that has opened."""

    conclusion: str
    chiffres: tuple[Chiffre, ...]
    rythme: Bloc
    cours: pl.DataFrame
    table: Any
    codes: tuple[str, ...]
    preparation: Preparation
    reponses: dy.DataFrame[SuiviReponse]
    alertes: pl.DataFrame


def list_campaigns(contexte: Contexte) -> tuple[date, ...]:
    """List the months whose campaign can be shown, the last first."""
    last = max(contexte.choix.recent, _usual_month(contexte))
    months = pl.date_range(contexte.choix.premier, last, "1mo", eager=True)
    first = calendar.first_month(lecture.parametres())
    return tuple(mois for mois in reversed(months.to_list()) if mois >= first)


def follow(contexte: Contexte) -> Suivi:
    """Give the campaign that the address asks for, on its day."""
    asked, known = contexte.selection.option("campagne"), contexte.selection.connu_le
    months = {f"{mois:%Y-%m}": mois for mois in list_campaigns(contexte)}
    mois = months.get(asked) or _usual_month(contexte)
    avis = ""
    if asked and asked not in months:
        avis = (
            f"Le lien demande la collecte « {asked} », qui n'est pas de celles que l'on peut montrer "
            f"(attendu : un mois comme 2009-03) : celle {of_month(mois)} est affichée."
        )
    campagne = campaign_of(mois, lecture.parametres())
    situation = contexte.situation
    if known is not None:
        jour = known
    elif situation.demo:
        jour = campagne.relance
        situation = lecture.situation(jour)
    else:
        jour = _today()
    shown = replace(
        contexte,
        situation=situation,
        selection=replace(contexte.selection, annee=mois.year, mois=mois.month),
    )
    return Suivi(shown, campagne, jour, known is not None and not situation.demo, typeset(avis))


def tell_next(day: date | None) -> str:
    """Say which campaign is open on a day (None: today), or opens next; nothing when no rule collects."""
    parametres, jour = lecture.parametres(), day or _today()
    if opened := calendar.open_campaign(jour, parametres):
        text = f"La collecte {of_month(opened.mois)} est ouverte jusqu'au {long_date(opened.cloture)}."
    elif coming := calendar.next_campaign(jour, parametres):
        text = (
            f"La prochaine collecte, celle {of_month(coming.mois)}, ouvre le {long_date(coming.ouverture)}."
        )
    else:
        return ""
    return typeset(text)


def places_of(suivi: Suivi) -> pl.DataFrame:
    """Give the juridictions of the months shown that the reader may see, each in its last cour."""
    reference, mois = lecture.reference(), suivi.campagne.mois
    due = suivi.situation.perimetre.restrict(reference.attendues(_months_shown(suivi)[0], mois))
    named = reference.juridictions.select("juridiction", "nom", "nom_court").unique(
        "juridiction", keep="last", maintain_order=True
    )
    return (
        due.sort("mois")
        .unique("juridiction", keep="last", maintain_order=True)
        .drop("mois")
        .join(named, on="juridiction", maintain_order="left")
    )


@once(32)
def view(suivi: Suivi) -> VueCollecte:
    """Give what the page shows. Raises `UserFacingError` for a campaign that has not opened."""
    preparation = suivi.prepare()
    situation, campagne = suivi.situation, suivi.campagne
    collecte = lecture.store().collecte()
    due, earlier = _due(suivi), _earlier(suivi)
    facts = (situation.totaux, due, situation.lots)
    progress = compare_cours(*facts, campagne=campagne, anterieures=earlier, jour=suivi.jour)
    alertes = _alerts(suivi)
    silent = pl.DataFrame(
        [(each.cour, each.absences) for each in preparation.rappels],
        schema={"cour": pl.String, "absences": pl.Int64},
        orient="row",
    )
    told = Avancement(
        campagne=campagne,
        jour=suivi.jour,
        ensemble=_whole(progress),
        campagnes=len(earlier),
        a_relancer=silent.height,
        muettes=silent.filter(pl.col("absences") >= LONG_SILENT).height,
        a_verifier=alertes.filter(pl.col("mois") == campagne.mois, pl.col("statut") == TO_CHECK).height,
        alertes=alertes.filter(pl.col("mois") == campagne.mois).height,
    )
    ranked = rank_cours(progress, silent, suivi.contexte.choix.cours)
    return VueCollecte(
        conclusion=conclude(told),
        chiffres=list_figures(told),
        rythme=_draw_rate(suivi, facts, earlier),
        cours=ranked,
        table=write_cours(ranked).to_arrow(),
        codes=tuple(ranked["cour"]),
        preparation=preparation,
        reponses=follow_answers(
            *facts,
            collecte.reopenings(situation.perimetre, connu_le=suivi.au),
            campagnes=[campaign_of(mois, lecture.parametres()) for mois in _months_shown(suivi)],
            jour=suivi.jour,
        ),
        alertes=alertes,
    )


def _alerts(suivi: Suivi) -> pl.DataFrame:
    """Give the alerts about the answers of the reader's juridictions, each with what became of it."""
    situation = suivi.situation
    follow_ups = lecture.store().collecte().alert_follow_ups(situation.perimetre, connu_le=suivi.au)
    asked = situation.alertes.filter(pl.col("juridiction").is_not_null(), pl.col("mois").is_not_null())
    return follow_alerts(asked, follow_ups)


def _draw_rate(suivi: Suivi, facts: tuple[Any, ...], earlier: Sequence[Campagne]) -> Bloc:
    campagne, contexte = suivi.campagne, suivi.contexte
    rythme = follow_rate(*facts, campagne=campagne, anterieures=earlier, jour=suivi.jour)
    title = title_rate(rythme)
    return Bloc(
        cle="rythme",
        titre=title,
        sous_titre=f"Part des juridictions en vigueur qui ont répondu, jour par jour, {contexte.perimetre}, "
        f"collecte {of_month(campagne.mois)}",
        figure=draw_rate(
            label_rate(rythme),
            relance=campagne.rank_of(campagne.relance),
            dark=contexte.sombre,
            height=HEIGHT,
        ),
        alt=typeset(f"Courbe de la part des réponses : {title}"),
        phrase=typeset(
            "Trait plein : cette collecte, jusqu'au jour de la situation. Tirets : médiane des collectes "
            "antérieures au jour de même rang."
        ),
        tableau=write_table_html(
            rythme, RATE_COLUMNS, legende=f"Réponses jour par jour, collecte {of_month(campagne.mois)}"
        ),
        donnees=rythme,
        fichier=f"{campagne.mois:%Y-%m}_rythme-reponses",
        entete=contexte.entete,
    )


def _whole(progress: dy.DataFrame[AvancementCour]) -> Mapping[str, float | None]:
    rows = progress.filter(pl.col("cour") == COUNTRY)
    if not rows.height:
        raise UserFacingError(
            "Aucune juridiction de votre périmètre n'était en vigueur ce mois-là : choisissez un autre mois."
        )
    return rows.drop("cour").row(0, named=True)


def _due(suivi: Suivi) -> pl.DataFrame:
    """List the answers expected from the first month of the store to that of the campaign."""
    premier = min(suivi.contexte.choix.premier, _months_shown(suivi)[0])
    return suivi.situation.perimetre.restrict(lecture.reference().attendues(premier, suivi.campagne.mois))


def _earlier(suivi: Suivi) -> list[Campagne]:
    """List the earlier campaigns in which someone, anywhere, answered: a month nobody collected is none."""
    months = lecture.whole(suivi.situation).agregat["mois"].unique().sort()
    first = calendar.first_month(lecture.parametres())
    return [campaign_of(mois, lecture.parametres()) for mois in months if first <= mois < suivi.campagne.mois]


def _months_shown(suivi: Suivi) -> list[date]:
    first = max(suivi.contexte.choix.premier, calendar.first_month(lecture.parametres()))
    last = suivi.campagne.mois
    months = pl.date_range(min(first, last), last, "1mo", eager=True).to_list()
    return months[-MONTHS_SHOWN:]


def _usual_month(contexte: Contexte) -> date:
    """Give the month of the campaign open on the day shown, else of the last one that data speak of."""
    known, dernier = contexte.selection.connu_le, contexte.choix.recent
    if known is None and contexte.situation.demo:
        return dernier
    found = calendar.last_opened(known or _today(), lecture.parametres())
    if found is None:
        return max(calendar.first_month(lecture.parametres()), contexte.choix.premier)
    return found.mois if found.is_open(known or _today()) else min(found.mois, dernier)


def _today() -> date:
    return day_in_paris(utc_now())
