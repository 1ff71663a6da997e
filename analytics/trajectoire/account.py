"""The months of a cour, and the account that one reading of the text makes of them: so far, left, pace."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from analytics.objectif.objective import Objectif
from analytics.objectif.profile import Profil
from analytics.vocabulary.periods import MONTHS_IN_YEAR, Periode


@dataclass(frozen=True)
class Mois:
    """One month of a cour, or of some: what was declared, and what Intérieur executed (None: unknown).

    `visioconferences_objectif` and `evitees` keep the activities that count for the objective.
    """

    mois: date
    visioconferences: int
    visioconferences_objectif: int
    evitees: int
    attendues: int
    repondues: int
    executees: int | None


@dataclass(frozen=True)
class CompteAnnee:
    """The account of one reading: what counts, and what is left."""

    objectif: Objectif
    lecture: str
    year: Sequence[Mois]
    periode: Periode

    def of_month(self, month: Mois) -> Fraction | None:
        """Give what one month counts for; None where the data of the reading are missing."""
        part = self.objectif.profil.of(month.mois)
        match self.lecture:
            case "B":
                level = self.objectif.niveau
                return None if level is None else month.evitees - level * part
            case "C":
                # Fewer are executed in August whatever anybody does: each month is set against its season.
                due = self.objectif.base * self.season.of(month.mois)
                return None if month.executees is None else due - month.executees
            case _:
                return Fraction(month.evitees)

    @property
    def season(self) -> Profil:
        """Give how the extractions themselves come over the year."""
        return self.objectif.saison or self.objectif.profil

    @property
    def so_far(self) -> Fraction | None:
        """Give what the year counts so far; None when a month of it is not known, or nobody answered."""
        each = [self.of_month(month) for month in self.year]
        if self.lecture != "C" and self.year and not any(month.repondues for month in self.year):
            return None
        complete = len(self.year) == self.periode.mois_ecoules or self.lecture == "A"
        known = [value for value in each if value is not None]
        return sum(known, Fraction(0)) if complete and len(known) == len(each) else None

    @property
    def to_come(self) -> Fraction:
        """Give what the rest of the year adds to the account by itself: what reading B still deducts.

        Reading C: what demand, held where it is since January, takes away from the months to come.
        """
        ahead = 1 - self.objectif.profil.until(self.periode.mois_ecoules)
        match self.lecture:
            case "B":
                return -(self.objectif.niveau or Fraction(0)) * ahead
            case "C":
                ahead = 1 - self.season.until(self.periode.mois_ecoules)
                spent = self.objectif.base * (1 - ahead)
                need = sum((month.executees or 0) + month.evitees for month in self.year)
                return self.objectif.base * ahead * (1 - need / spent) if spent else Fraction(0)
            case _:
                return Fraction(0)

    @property
    def left(self) -> Fraction | None:
        """Give what is still to avoid before the end of the year, exactly."""
        if self.so_far is None:
            return None
        coming = self.to_come if self.lecture == "B" else Fraction(0)
        return max(Fraction(0), self.objectif.annuel - self.so_far - coming)

    def pace_required(self, periode: Periode) -> Fraction | None:
        """Give what is left for each month to come, one of average weight in the profile."""
        ahead = 1 - self.objectif.profil.until(periode.mois_ecoules)
        return None if self.left is None or not ahead else self.left / ahead / MONTHS_IN_YEAR

    def pace_held(self, known: Sequence[Mois], periode: Periode, span: int) -> Fraction | None:
        """Give what the last months held, for a month of average weight; silent months do not count."""
        counted = self.months_held(known, periode, span)
        if not counted:
            return None
        return sum((value for value, _ in counted), Fraction(0)) / sum(part for _, part in counted) / 12

    def months_held(
        self, known: Sequence[Mois], periode: Periode, span: int
    ) -> list[tuple[Fraction, Fraction]]:
        """List what each of the last months counts for, with its part of the year, where it is known."""
        kept = list_answered(known, periode, span)
        if self.lecture != "A":
            kept = [month for month in kept if month.mois >= periode.debut]
        held = [(self.of_month(month), self.objectif.profil.of(month.mois)) for month in kept]
        return [(value, part) for value, part in held if value is not None]


def list_answered(known: Sequence[Mois], periode: Periode, span: int) -> list[Mois]:
    """List those of the last months that someone answered."""
    last = periode.fin.year * 12 + periode.fin.month
    recent = (month for month in known if last - (month.mois.year * 12 + month.mois.month) < span)
    return [month for month in recent if month.repondues]


def count_months(
    months: Sequence[Mois], *, objectif: Objectif, lecture: str, periode: Periode
) -> dict[date, Fraction | None]:
    """Give what one reading counts of each month of the period; None where its data are missing."""
    year = [month for month in months if periode.debut <= month.mois <= periode.fin]
    compte = CompteAnnee(objectif, lecture, year, periode)
    return {month.mois: compte.of_month(month) for month in year}


def plain_pace(known: Sequence[Mois], periode: Periode, span: int) -> Fraction | None:
    """Give what the last answered months held on average, where no objective weighs them."""
    kept = [month.evitees for month in list_answered(known, periode, span)]
    return Fraction(sum(kept), len(kept)) if kept else None
