"""What a year asks: a rate of the extractions of the year before, under a rule that has a name.

The objective of a year is a rate (5 % in 2009, again in 2010) of the extractions of the year before
(circular of 5 February 2009, p. 2). The text can be read several ways: `Regle` names the choices made.
Objectives are exact fractions; they become floats only in the frames that screens show.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

import dataframely as dy
import polars as pl

from analytics.collecte import sums
from analytics.objectif.profile import MONTHS_IN_YEAR, SEASON, TWELFTHS, Profil, spread_year
from analytics.vocabulary import wording
from analytics.vocabulary.parameters import Parametres
from analytics.vocabulary.schemas import BaseAnnuelle, Interieur, NiveauAnnuel, ObjectifFixe

# The first year of the objective; its base is the year before, which only the text gives.
FIRST_YEAR = 2009

SOURCE_KEY = "Clé de répartition par population (illustrative)"
# A source that calls itself illustrative is believed.
ILLUSTRATIVE = "illustrati"
SOURCE_EXECUTED = "Extractions exécutées l'année précédente, comptées par l'Intérieur"
SOURCE_HYPOTHESIS = "Base de l'année précédente moins extractions évitées (hypothèse)"
SOURCE_ATTAINED = "Base de l'année précédente, son objectif supposé atteint (hypothèse)"
SOURCE_UNCHANGED = "Base de 2008, inchangée (hypothèse)"

# What is measured (the text judges « le nombre de visioconférences » and asks for fewer extractions).
LECTURES = {
    "A": "Lecture A : extractions évitées déclarées",
    "B": "Lecture B : extractions évitées au-delà de leur niveau de 2008",
    "C": "Lecture C : baisse des extractions exécutées, comptées par l'Intérieur",
}
# The same, as what is counted is named in a sentence.
MESURES = {
    "A": "extractions évitées déclarées",
    "B": "extractions évitées au-delà du niveau de 2008",
    "C": "extractions exécutées en moins",
}
# What the rate of 2010 applies to: « les réquisitions effectuées en 2009 ».
CONSTATEES, EVITEES, ATTEINT, FIXE = "constatees", "evitees", "objectif", "fixe"
CHAINAGES = {
    CONSTATEES: "Extractions exécutées l'année précédente (Intérieur)",
    EVITEES: "Base de l'année précédente moins extractions évitées",
    ATTEINT: "Base de l'année précédente, objectif supposé atteint",
    FIXE: "Base de 2008, inchangée",
}
# Whether what was avoided the year before counts again, or must be added to.
NIVEAU, INCREMENTAL = "niveau", "incremental"
MODES = {
    NIVEAU: "En niveau : toutes les extractions évitées de l'année comptent",
    INCREMENTAL: "Incrémental : seulement celles qui s'ajoutent à l'année précédente",
}


@dataclass(frozen=True)
class Regle:
    """The choices that the text leaves open: what is measured, on which base, and how it is spread."""

    lecture: str
    chainage: str
    mode: str
    profil: str


# The letter of the text, and what the product shows unless asked otherwise.
USUAL_RULE = Regle(lecture="A", chainage=CONSTATEES, mode=NIVEAU, profil=TWELFTHS)


# --- The period -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Periode:
    """A year, from January to the end of one of its months (`fin`, first day of that month)."""

    fin: date

    @property
    def annee(self) -> int:
        """Give the year."""
        return self.fin.year

    @property
    def debut(self) -> date:
        """Give the first day of the year."""
        return date(self.fin.year, 1, 1)

    @property
    def mois_ecoules(self) -> int:
        """Count the months elapsed, 1 to 12."""
        return self.fin.month

    def keep(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Keep the rows whose `mois` lies in the period."""
        return frame.filter(pl.col("mois").is_between(self.debut, self.fin))


class AnneeAVenir(Periode):
    """A year none of whose months is known yet; `fin` is the December before it."""

    @property
    def annee(self) -> int:
        """Give the year."""
        return self.fin.year + 1

    @property
    def debut(self) -> date:
        """Give the first day of the year."""
        return date(self.annee, 1, 1)

    @property
    def mois_ecoules(self) -> int:
        """Count the months elapsed: none."""
        return 0


def period_ahead(fin: date) -> Periode:
    """Give the year that still has months to come after `fin`: its own, or the next one after a December."""
    return AnneeAVenir(fin) if fin.month == MONTHS_IN_YEAR else Periode(fin)


def list_months(first: date, last: date) -> list[date]:
    """List the months from one to another, both included."""
    ranks = range(first.year * 12 + first.month - 1, last.year * 12 + last.month)
    return [date(rank // 12, rank % 12 + 1, 1) for rank in ranks]


# --- The base and the objective -------------------------------------------------------------------


@dataclass(frozen=True)
class Base:
    """The extractions to which the rate of a year applies, for one cour, and what they are worth.

    `illustratif`: rests on the allocation by population, which no text gives. `hypothese`: rests on
    anything but a count.
    """

    extractions: Fraction
    source: str
    illustratif: bool
    hypothese: bool


def share_out(total: int, poids: Mapping[str, int]) -> dict[str, int]:
    """Share a whole number by weights, the parts summing to the whole (largest remainder).

    Ties go to the first code in alphabetical order. No weight at all shares nothing.
    """
    whole = sum(poids.values())
    if whole <= 0:
        return {}
    exact = {code: Fraction(total * weight, whole) for code, weight in poids.items()}
    parts = {code: value.numerator // value.denominator for code, value in exact.items()}
    left = total - sum(parts.values())
    for code in sorted(exact, key=lambda code: (parts[code] - exact[code], code))[:left]:
        parts[code] += 1
    return parts


def find_bases(
    annee: int,
    *,
    chainage: str,
    bases: dy.DataFrame[BaseAnnuelle],
    interieur: dy.DataFrame[Interieur],
    evitees: pl.DataFrame,
    cle: pl.DataFrame,
    parametres: Parametres,
) -> dict[str, Base]:
    """Find, for each cour, the extractions to which the rate of `annee` applies.

    For 2009: the base loaded for 2008; else the extractions of 2008 given by the text, spread by the
    allocation key `cle` (cour, extractions), which is illustrative. For 2010, by `chainage`: what
    Intérieur executed the year before, or the base loaded for it (else, as the next, a hypothesis); the
    base less what was avoided, `evitees` (annee, cour, evitees); the base less its own objective; the base
    of 2008. No base before 2009.
    """
    if annee < FIRST_YEAR:
        return {}
    if annee == FIRST_YEAR:
        total = parametres.at("extractions_2008", date(FIRST_YEAR, 1, 1)).valeur
        weights = {
            cour: int(extractions) for cour, extractions in cle.select("cour", "extractions").iter_rows()
        }
        found = {
            cour: Base(Fraction(part), SOURCE_KEY, illustratif=True, hypothese=False)
            for cour, part in share_out(round(total), weights).items()
        }
        return dict(sorted((found | _loaded(bases, annee)).items()))
    before = find_bases(
        FIRST_YEAR if chainage == FIXE else annee - 1,
        chainage=chainage,
        bases=bases,
        interieur=interieur,
        evitees=evitees,
        cle=cle,
        parametres=parametres,
    )
    avoided = avoided_in(annee - 1, evitees)
    taux = rate_of(annee - 1, parametres) or Fraction(0)

    def chained(cour: str, base: Base) -> Base:
        match chainage:
            case "objectif":
                left, source = base.extractions * (1 - taux), SOURCE_ATTAINED
            case "fixe":
                left, source = base.extractions, SOURCE_UNCHANGED
            case _:
                left = max(Fraction(0), base.extractions - avoided.get(cour, 0))
                source = SOURCE_HYPOTHESIS
        return Base(left, source, illustratif=base.illustratif, hypothese=True)

    found = {cour: chained(cour, base) for cour, base in before.items()}
    if chainage == CONSTATEES:
        executed = (
            sums.count_executed(interieur)
            .filter(pl.col("mois").dt.year() == annee - 1)
            .group_by("cour")
            .agg(mois=pl.len(), executees=pl.col("executees").sum())
            .filter(pl.col("mois") == MONTHS_IN_YEAR)
        )
        found |= {
            cour: Base(Fraction(count), SOURCE_EXECUTED, illustratif=False, hypothese=False)
            for cour, count in executed.select("cour", "executees").iter_rows()
        }
        found |= _loaded(bases, annee)
    return dict(sorted(found.items()))


def _loaded(bases: dy.DataFrame[BaseAnnuelle], annee: int) -> dict[str, Base]:
    return {
        cour: Base(
            Fraction(count), source, illustratif=ILLUSTRATIVE in wording.unaccented(source), hypothese=False
        )
        for cour, count, source in bases.filter(pl.col("annee") == annee - 1)
        .select("cour", "extractions", "source")
        .iter_rows()
    }


def avoided_in(annee: int, evitees: pl.DataFrame) -> dict[str, int]:
    """Give what each cour avoided in a year; `evitees` has annee, cour, evitees."""
    rows = evitees.filter(pl.col("annee") == annee).select("cour", "evitees").iter_rows()
    return {cour: int(count) for cour, count in rows}


@dataclass(frozen=True)
class Objectif:
    """What a year asks of some cours, exact, and where its base comes from.

    `acquis`: what was avoided before and must be avoided again before anything counts (« incrémental »).
    `fixe`: the objective that the Secrétariat général set itself, in place of the rate, and `source_fixe`
    the note that says so. `illustratif`, `hypothese`: whether the objective rests on such a base.
    `niveau`: what was already avoided in 2008, for reading B; None: not known. `saison`: how the
    extractions themselves come over the year, for reading C; None: as the objective is spread.
    """

    annee: int
    base: Fraction
    taux: Fraction
    source: str
    illustratif: bool
    hypothese: bool
    profil: Profil
    acquis: Fraction = Fraction(0)
    fixe: Fraction | None = None
    source_fixe: str = ""
    niveau: Fraction | None = None
    saison: Profil | None = None

    @property
    def annuel(self) -> Fraction:
        """Give the extractions to avoid in the year: 5 % of 155 000 = 7 750 (circular, p. 1 and 2)."""
        return self.fixe if self.fixe is not None else self.taux * self.base + self.acquis

    def a_date(self, mois_ecoules: int) -> Fraction:
        """Give the objective after some months, as the profile spreads the year."""
        return self.annuel * self.profil.until(mois_ecoules)


def rate_of(annee: int, parametres: Parametres) -> Fraction | None:
    """Give the reduction asked of a year, or nothing when no text asks for one."""
    found = parametres.find("taux_reduction", date(annee, 1, 1))
    return found.valeur if found else None


@dataclass(frozen=True)
class Exigence:
    """What one year asks of every cour under one rule; `of` sums it over some of them."""

    annee: int
    regle: Regle
    taux: Fraction | None
    profil: Profil
    bases: Mapping[str, Base]
    evitees_avant: Mapping[str, int]
    niveaux: Mapping[str, int]
    fixes: Mapping[str, tuple[Fraction, str]]
    base_du_texte: Fraction
    source_du_texte: str
    saison: Profil

    def of(self, cours: Collection[str], *, ensemble: bool) -> Objectif | None:
        """Sum what is asked of some cours; None when the year has no rate, or they have no base.

        `ensemble` says that they are all the cours: the objective is then the rate of the whole base,
        whatever was set for each of them; and when the bases sum to the figure of the text, however
        spread over the cours, the source is the text and nothing is illustrative.
        """
        kept = {cour: self.bases[cour] for cour in cours if cour in self.bases}
        if self.taux is None or not kept:
            return None
        total = sum((base.extractions for base in kept.values()), Fraction(0))
        whole_text = ensemble and self.annee == FIRST_YEAR and total == self.base_du_texte
        if whole_text:
            source, illustratif, hypothese = self.source_du_texte, False, False
        else:
            source = " ; ".join(sorted({base.source for base in kept.values()}))
            illustratif = any(base.illustratif for base in kept.values())
            hypothese = any(base.hypothese for base in kept.values())
        acquis = sum((self._acquis(cour) for cour in kept), Fraction(0))
        fixed = {} if ensemble else {cour: self.fixes[cour] for cour in kept if cour in self.fixes}
        fixe = None
        if fixed:
            fixe = sum(
                (
                    fixed[cour][0] if cour in fixed else self.taux * base.extractions + self._acquis(cour)
                    for cour, base in kept.items()
                ),
                Fraction(0),
            )
            illustratif = any(base.illustratif for cour, base in kept.items() if cour not in fixed)
            hypothese = any(base.hypothese for cour, base in kept.items() if cour not in fixed)
        levels = [self.niveaux.get(cour) for cour in kept]
        return Objectif(
            annee=self.annee,
            base=total,
            taux=self.taux,
            source=source,
            illustratif=illustratif,
            hypothese=hypothese,
            profil=self.profil,
            acquis=acquis,
            fixe=fixe,
            source_fixe=" ; ".join(sorted({said for _, said in fixed.values()})),
            niveau=None if None in levels else Fraction(sum(level or 0 for level in levels)),
            saison=self.saison,
        )

    def _acquis(self, cour: str) -> Fraction:
        """Give what the cour must avoid again before anything counts.

        Reading C needs nothing: a fall of the extractions executed is already net of it.
        """
        if self.regle.mode != INCREMENTAL or self.regle.lecture == "C" or self.annee == FIRST_YEAR:
            return Fraction(0)
        level = self.niveaux.get(cour, 0) if self.regle.lecture == "B" else 0
        return Fraction(max(0, self.evitees_avant.get(cour, 0) - level))

    @property
    def sum_of_cours(self) -> Fraction | None:
        """Sum the objectives of the cours one by one, where the Secrétariat général set some; else None."""
        if not self.fixes:
            return None
        each = (self.of([cour], ensemble=False) for cour in self.bases)
        return sum((objectif.annuel for objectif in each if objectif), Fraction(0))


def require(
    annee: int,
    *,
    regle: Regle,
    profil: Profil,
    bases: dy.DataFrame[BaseAnnuelle],
    interieur: dy.DataFrame[Interieur],
    niveaux: dy.DataFrame[NiveauAnnuel],
    fixes: dy.DataFrame[ObjectifFixe],
    evitees: pl.DataFrame,
    cle: pl.DataFrame,
    parametres: Parametres,
) -> Exigence:
    """Gather what a year asks of every cour; `evitees` (annee, cour, evitees) is what was avoided."""
    text = parametres.at("extractions_2008", date(FIRST_YEAR, 1, 1))
    return Exigence(
        annee=annee,
        regle=regle,
        taux=rate_of(annee, parametres),
        profil=profil,
        bases=find_bases(
            annee,
            chainage=regle.chainage,
            bases=bases,
            interieur=interieur,
            evitees=evitees,
            cle=cle,
            parametres=parametres,
        ),
        evitees_avant=avoided_in(annee - 1, evitees),
        niveaux=_by_cour(niveaux.filter(pl.col("annee") == FIRST_YEAR - 1).select("cour", "evitees")),
        fixes={
            cour: (Fraction(asked), source)
            for cour, asked, source in fixes.filter(pl.col("annee") == annee)
            .select("cour", "extractions_a_eviter", "source")
            .iter_rows()
        },
        base_du_texte=text.valeur,
        source_du_texte=text.source,
        saison=spread_year(SEASON, annee, evitees_avant={}, parametres=parametres),
    )


def _by_cour(frame: pl.DataFrame) -> dict[str, int]:
    rows: Iterable[tuple[str, int]] = frame.iter_rows()
    return {cour: int(count) for cour, count in rows}


def etpt_per_extraction(parametres: Parametres, day: date) -> Fraction:
    """Give the ETPT one extraction mobilises: 1 270 / 155 000 = 127/15 500 (circular, p. 1)."""
    return parametres.at("etpt_2008", day).valeur / parametres.at("extractions_2008", day).valeur
