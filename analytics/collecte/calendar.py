"""The calendar of the collection: when each campaign opens, is reminded of and closes; public holidays.

A campaign collects one month of data, and takes place in the month that follows. Its rules are dated
parameters, asked for at the month of data. A closing is not postponed when it falls on a day when
nobody works: the text says « au plus tard le 10 »; the campaign only tells so.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

from analytics.vocabulary.errors import UserFacingError
from analytics.vocabulary.parameters import Parametres
from analytics.vocabulary.periods import previous_month
from analytics.vocabulary.wording import month, of_month, typeset

# How many days of the week count, from Monday: all seven, those but Sunday, those but the weekend.
CALENDAIRE, OUVRABLE, OUVRE = 7, 6, 5
GENRES: Mapping[str, int] = {"calendaire": CALENDAIRE, "ouvrable": OUVRABLE, "ouvre": OUVRE}

TO_COME, OPEN, REMINDED, CLOSED = "à venir", "ouverte", "en relance", "close"

_DAY = timedelta(days=1)


@dataclass(frozen=True)
class JourNonOuvre:
    """A step of a campaign (`etape`: relance or cloture) that falls on a day when nobody works, and why."""

    etape: str
    jour: date
    motif: str


@dataclass(frozen=True)
class Campagne:
    """The collection of the data of `mois`: its first day, the day of the reminder, its last day."""

    mois: date
    ouverture: date
    relance: date
    cloture: date

    @property
    def jours_non_ouvres(self) -> tuple[JourNonOuvre, ...]:
        """Tell which of the reminder and the closing fall on a day when nobody works."""
        steps = (("relance", self.relance), ("cloture", self.cloture))
        return tuple(
            JourNonOuvre(etape, jour, motif) for etape, jour in steps if (motif := why_not_worked(jour))
        )

    @property
    def jours(self) -> int:
        """Count the days of the campaign, both ends included."""
        return (self.cloture - self.ouverture).days + 1

    def rank_of(self, day: date) -> int:
        """Give the rank of a day in the campaign: 1 is the opening, 0 and less are before."""
        return (day - self.ouverture).days + 1

    def stage_on(self, day: date) -> str:
        """Tell where the campaign stands on a day; « en relance » is from the reminder to the closing."""
        if day < self.ouverture:
            return TO_COME
        if day > self.cloture:
            return CLOSED
        return REMINDED if day >= self.relance else OPEN

    def is_open(self, day: date) -> bool:
        """Tell whether answers are taken on a day."""
        return self.ouverture <= day <= self.cloture


def campaign_of(
    mois: date, parametres: Parametres, *, ouverture: str | None = None, relance: str | None = None
) -> Campagne:
    """Give the campaign that collects a month of data.

    `ouverture` and `relance` name a kind of days (`GENRES`) to read the text otherwise than the parameters
    do; where the opening is a day that the text fixes, there is nothing to read. Raises `UserFacingError`
    for a month that no rule collects, and when the rules put the reminder outside of the campaign.
    """
    mois = mois.replace(day=1)
    following = next_month(mois)
    fixed = parametres.find("jour_ouverture", mois)
    if fixed is not None:
        opening = _day_of(following, int(fixed.valeur))
    else:
        opening = _first_counted(following, _kind(ouverture, "semaine_ouverture", mois, parametres))
    closing = _day_of(following, int(parametres.at("jour_cloture", mois).valeur))
    reminder = _days_before(
        closing,
        int(parametres.at("jours_avant_relance", mois).valeur),
        _kind(relance, "semaine_relance", mois, parametres),
    )
    if not opening < reminder < closing:
        raise UserFacingError(
            typeset(
                f"Collecte {of_month(mois)} : ouverture le {opening:%d/%m/%Y}, relance le "
                f"{reminder:%d/%m/%Y}, clôture le {closing:%d/%m/%Y} ne se suivent pas. Corrigez les "
                "paramètres de la collecte."
            )
        )
    return Campagne(mois, opening, reminder, closing)


def campaigns_of_year(
    annee: int, parametres: Parametres, *, ouverture: str | None = None, relance: str | None = None
) -> tuple[Campagne, ...]:
    """Give the campaigns that collect the twelve months of a year of data, most of them in that year."""
    return tuple(
        campaign_of(date(annee, rank, 1), parametres, ouverture=ouverture, relance=relance)
        for rank in range(1, 13)
    )


def open_campaign(day: date, parametres: Parametres) -> Campagne | None:
    """Give the campaign that is open on a day, None where none is."""
    mois = previous_month(day)
    if parametres.find("jour_cloture", mois) is None:
        return None
    found = campaign_of(mois, parametres)
    return found if found.is_open(day) else None


def next_campaign(day: date, parametres: Parametres) -> Campagne | None:
    """Give the first campaign that opens after a day; None where the rules of the collection have ended."""
    for mois in _months_from(max(previous_month(day), first_month(parametres))):
        if parametres.find("jour_cloture", mois) is None:
            return None
        found = campaign_of(mois, parametres)
        if found.ouverture > day:
            return found
    return None


def last_opened(day: date, parametres: Parametres) -> Campagne | None:
    """Give the campaign that is open on a day, else the last that was; None before the first."""
    mois = previous_month(day)
    while mois >= first_month(parametres):
        if parametres.find("jour_cloture", mois) is not None:
            found = campaign_of(mois, parametres)
            if found.ouverture <= day:
                return found
        mois = previous_month(mois)
    return None


def is_exceptional(mois: date, parametres: Parametres) -> bool:
    """Tell whether the text itself fixes the day on which the campaign of a month opens."""
    return parametres.find("jour_ouverture", mois) is not None


def first_month(parametres: Parametres) -> date:
    """Give the first month of data that was ever collected."""
    return min(each.valide_du for each in parametres if each.nom == "jour_cloture").replace(day=1)


def counts(day: date, genre: int) -> bool:
    """Tell whether a day is of a kind: any day, or one of the first days of the week that is no holiday."""
    return genre == CALENDAIRE or (day.weekday() < genre and day not in public_holidays(day.year))


def why_not_worked(day: date) -> str:
    """Say why offices are closed on a day: « dimanche », « jour férié (Toussaint) »; else nothing."""
    holiday = public_holidays(day.year).get(day)
    if holiday is not None:
        return f"jour férié ({holiday})"
    return {5: "samedi (non ouvré)", 6: "dimanche"}.get(day.weekday(), "")


@cache
def public_holidays(annee: int) -> Mapping[date, str]:
    """Give the public holidays of a year in all of France, each with its French name.

    Those of Alsace-Moselle and of overseas are left out: none moves a first working day before 2035.
    """
    from holidays import country_holidays  # slow to import, rarely needed

    return dict(country_holidays("FR", years=annee, language="fr"))


def next_month(mois: date) -> date:
    """Give the first day of the month that follows."""
    return date(mois.year + mois.month // 12, mois.month % 12 + 1, 1)


def _months_from(mois: date) -> Iterator[date]:
    while True:
        yield mois
        mois = next_month(mois)


def _kind(asked: str | None, nom: str, mois: date, parametres: Parametres) -> int:
    return int(parametres.at(nom, mois).valeur) if asked is None else GENRES[asked]


def _day_of(mois: date, rank: int) -> date:
    try:
        return mois.replace(day=rank)
    except ValueError as error:
        raise UserFacingError(
            typeset(f"Le {rank} n'existe pas en {month(mois)} : corrigez les paramètres de la collecte.")
        ) from error


def _first_counted(day: date, genre: int) -> date:
    while not counts(day, genre):
        day += _DAY
    return day


def _days_before(day: date, number: int, genre: int) -> date:
    """Go back from a day, counting only days of a kind."""
    while number:
        day -= _DAY
        number -= counts(day, genre)
    return day


def list_closed(months: Iterable[date], jour: date, parametres: Parametres) -> tuple[date, ...]:
    """List, of some months, those that were collected and whose campaign is over on a day."""
    first = first_month(parametres)
    return tuple(
        sorted(mois for mois in months if mois >= first and jour > campaign_of(mois, parametres).cloture)
    )
