"""How a year's objective is spread over its months: a profile that has a name."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from analytics.collecte.calendar import OUVRE, counts
from analytics.vocabulary.parameters import Parametres
from analytics.vocabulary.periods import MONTHS_IN_YEAR

TWELFTHS, WORKING_DAYS, LAST_YEAR, SEASON = "douziemes", "jours_ouvres", "annee_precedente", "saison"
PROFILS = {
    TWELFTHS: "Un douzième par mois",
    WORKING_DAYS: "Selon les jours ouvrés",
    LAST_YEAR: "Selon la forme de l'année précédente",
    SEASON: "Selon la saison nationale (hypothèse)",
}


@dataclass(frozen=True)
class Profil:
    """The share of the year that each month carries, January first; the twelve sum to 1."""

    nom: str
    libelle: str
    parts: tuple[Fraction, ...]

    def until(self, mois_ecoules: int) -> Fraction:
        """Give the share of the year carried by its first months."""
        return sum(self.parts[:mois_ecoules], Fraction(0))

    def of(self, mois: date) -> Fraction:
        """Give the share of one month."""
        return self.parts[mois.month - 1]


def spread_year(nom: str, annee: int, *, evitees_avant: Mapping[int, int], parametres: Parametres) -> Profil:
    """Spread a year over its months, as the profile called `nom` does.

    `evitees_avant`: what all the cours avoided in each month (1–12) of the year before; without its twelve
    months, its shape is not known, and the profile is a twelfth a month, which its label says.
    """
    match nom:
        case "jours_ouvres":
            return Profil(nom, PROFILS[nom], _normalised(_working_days(annee)))
        case "saison":
            return Profil(nom, PROFILS[nom], season_of(annee, parametres))
        case "annee_precedente" if len(evitees_avant) == MONTHS_IN_YEAR and all(evitees_avant.values()):
            weights = [Fraction(evitees_avant[rank]) for rank in range(1, MONTHS_IN_YEAR + 1)]
            return Profil(nom, PROFILS[nom], _normalised(weights))
        case "annee_precedente":
            label = f"{PROFILS[TWELFTHS]} (les douze mois de {annee - 1} ne sont pas connus)"
            return Profil(nom, label, (Fraction(1, MONTHS_IN_YEAR),) * MONTHS_IN_YEAR)
        case _:
            return Profil(TWELFTHS, PROFILS[TWELFTHS], (Fraction(1, MONTHS_IN_YEAR),) * MONTHS_IN_YEAR)


def season_of(annee: int, parametres: Parametres) -> tuple[Fraction, ...]:
    """Give the share of each month in the national season: a working hypothesis, summing to 1."""
    return _normalised(
        [
            parametres.at(f"saison_{rank:02d}", date(annee, rank, 1)).valeur
            for rank in range(1, MONTHS_IN_YEAR + 1)
        ]
    )


def _normalised(weights: list[Fraction]) -> tuple[Fraction, ...]:
    whole = sum(weights, Fraction(0))
    return tuple(weight / whole for weight in weights)


def _working_days(annee: int) -> list[Fraction]:
    """Count the days from Monday to Friday that are no public holiday, month by month."""
    tally = [0] * MONTHS_IN_YEAR
    day = date(annee, 1, 1)
    while day.year == annee:
        tally[day.month - 1] += counts(day, OUVRE)
        day += timedelta(days=1)
    return [Fraction(number) for number in tally]
