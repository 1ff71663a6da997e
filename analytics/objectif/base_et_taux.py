"""The base of a year and its rate: the extractions that the objective is a share of, and their source."""

from dataclasses import dataclass
from datetime import date
from fractions import Fraction

import dataframely as dy
import polars as pl

from analytics.collecte import sums
from analytics.objectif.lectures import CONSTATEES, FIXE
from analytics.statistics.apportion import share_out
from analytics.vocabulary import wording
from analytics.vocabulary.parameters import Parametres
from analytics.vocabulary.periods import FIRST_YEAR, MONTHS_IN_YEAR
from analytics.vocabulary.schemas import BaseAnnuelle, Interieur

SOURCE_KEY = "Clé de répartition par population (illustrative)"
# A source that calls itself illustrative is believed.
ILLUSTRATIVE = "illustrati"
SOURCE_EXECUTED = "Extractions exécutées l'année précédente, comptées par l'Intérieur"
SOURCE_HYPOTHESIS = "Base de l'année précédente moins extractions évitées (hypothèse)"
SOURCE_ATTAINED = "Base de l'année précédente, son objectif supposé atteint (hypothèse)"
SOURCE_UNCHANGED = "Base de 2008, inchangée (hypothèse)"


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


def rate_of(annee: int, parametres: Parametres) -> Fraction | None:
    """Give the reduction asked of a year, or nothing when no text asks for one."""
    found = parametres.find("taux_reduction", date(annee, 1, 1))
    return found.valeur if found else None
