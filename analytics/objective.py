"""What a year asks: a rate of the extractions of the year before.

The objective of a year is a rate (5 % in 2009, again in 2010) of the extractions of the year before
(circular of 5 February 2009, p. 2). Objectives are exact fractions; they become floats only in the
frames that screens show.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

import dataframely as dy
import polars as pl

from analytics import wording
from analytics.errors import UserFacingError
from analytics.parameters import Parametres
from analytics.schemas import BaseAnnuelle, Interieur

# The first year of the objective; its base is the year before, which only the text gives.
FIRST_YEAR = 2009
MONTHS_IN_YEAR = 12

SOURCE_KEY = "Clé de répartition par population (illustrative)"
# A source that calls itself illustrative is believed.
ILLUSTRATIVE = "illustrati"
SOURCE_EXECUTED = "Extractions exécutées l'année précédente, comptées par l'Intérieur"
SOURCE_HYPOTHESIS = "Base de l'année précédente moins extractions évitées (hypothèse)"


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


# --- The base and the objective -------------------------------------------------------------------


class BaseObjectif(dy.Schema):
    """The extractions to which the rate of a year applies, by cour, and what they are worth.

    `illustratif`: rests on the allocation by population, which no text gives. `hypothese`: rests on
    avoided extractions in place of a count by Intérieur.
    """

    annee = dy.Int64(primary_key=True)
    cour = dy.String(primary_key=True)
    base = dy.Int64(min=0)
    source = dy.String()
    illustratif = dy.Bool()
    hypothese = dy.Bool()


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
    bases: dy.DataFrame[BaseAnnuelle],
    interieur: dy.DataFrame[Interieur],
    evitees: pl.DataFrame,
    cle: pl.DataFrame,
    parametres: Parametres,
) -> dy.DataFrame[BaseObjectif]:
    """Find, for each cour, the extractions to which the rate of `annee` applies.

    In order: a base loaded for the year before; for 2009, the extractions of 2008 given by the text,
    spread by the allocation key `cle` (cour, extractions), which is illustrative; from 2010 on, the
    extractions executed the year before as counted by Intérieur, if its twelve months are known; else
    the base of the year before less the extractions avoided in it, `evitees` (annee, cour, evitees),
    a hypothesis since the text speaks of « réquisitions effectuées en 2009 ». No base before 2009.
    """
    if annee < FIRST_YEAR:
        return BaseObjectif.create_empty()
    found: dict[str, tuple[int, str, bool, bool]] = {}
    if annee == FIRST_YEAR:
        total = parametres.at("extractions_2008", date(FIRST_YEAR, 1, 1)).valeur
        weights = {
            cour: int(extractions) for cour, extractions in cle.select("cour", "extractions").iter_rows()
        }
        for cour, part in share_out(round(total), weights).items():
            found[cour] = (part, SOURCE_KEY, True, False)
    else:
        before = find_bases(
            annee - 1, bases=bases, interieur=interieur, evitees=evitees, cle=cle, parametres=parametres
        )
        avoided = {
            cour: int(count)
            for cour, count in evitees.filter(pl.col("annee") == annee - 1)
            .select("cour", "evitees")
            .iter_rows()
        }
        for row in before.iter_rows(named=True):
            left = max(0, int(row["base"]) - avoided.get(row["cour"], 0))
            found[row["cour"]] = (left, SOURCE_HYPOTHESIS, bool(row["illustratif"]), True)
        executed = (
            interieur.filter(pl.col("mois").dt.year() == annee - 1)
            .group_by("cour")
            .agg(mois=pl.col("mois").n_unique(), executees=pl.col("extractions_executees").sum())
            .filter(pl.col("mois") == MONTHS_IN_YEAR)
        )
        for cour, count in executed.select("cour", "executees").iter_rows():
            found[cour] = (int(count), SOURCE_EXECUTED, False, False)
    for cour, count, source in (
        bases.filter(pl.col("annee") == annee - 1).select("cour", "extractions", "source").iter_rows()
    ):
        found[cour] = (int(count), str(source), ILLUSTRATIVE in wording.unaccented(str(source)), False)
    return BaseObjectif.validate(
        pl.DataFrame(
            [(annee, cour, *values) for cour, values in sorted(found.items())],
            schema=BaseObjectif.create_empty().schema,
            orient="row",
        )
    )


@dataclass(frozen=True)
class Objectif:
    """What a year asks: a rate of a base, both exact, and where the base comes from."""

    annee: int
    base: int
    taux: Fraction
    source: str
    illustratif: bool
    hypothese: bool

    @property
    def annuel(self) -> Fraction:
        """Give the extractions to avoid in the year: 5 % of 155 000 = 7 750 (circular, p. 1 and 2)."""
        return self.taux * self.base

    def a_date(self, mois_ecoules: int) -> Fraction:
        """Give the objective after some months, one twelfth of the year each (profile « 1/12 »)."""
        return self.annuel * mois_ecoules / MONTHS_IN_YEAR


def rate_of(annee: int, parametres: Parametres) -> Fraction | None:
    """Give the reduction asked of a year, or nothing when no text asks for one."""
    try:
        return parametres.at("taux_reduction", date(annee, 1, 1)).valeur
    except UserFacingError:
        return None


def set_objective(
    bases: dy.DataFrame[BaseObjectif], *, annee: int, parametres: Parametres, ensemble: bool
) -> Objectif | None:
    """Sum the bases of some cours into one objective; none when the year has no rate or no base.

    `ensemble` says that the bases are those of all cours: when they sum to the figure of the text,
    however it is spread over the cours, the source is the text and nothing is illustrative.
    """
    taux = rate_of(annee, parametres)
    if taux is None or bases.is_empty():
        return None
    base = int(bases["base"].sum())
    if ensemble and annee == FIRST_YEAR:
        text = parametres.at("extractions_2008", date(annee, 1, 1))
        if base == text.valeur:
            return Objectif(annee, base, taux, text.source, illustratif=False, hypothese=False)
    return Objectif(
        annee=annee,
        base=base,
        taux=taux,
        source=" ; ".join(bases["source"].unique().sort()),
        illustratif=bool(bases["illustratif"].any()),
        hypothese=bool(bases["hypothese"].any()),
    )


def etpt_per_extraction(parametres: Parametres, day: date) -> Fraction:
    """Give the ETPT one extraction mobilises: 1 270 / 155 000 = 127/15 500 (circular, p. 1)."""
    return parametres.at("etpt_2008", day).valeur / parametres.at("extractions_2008", day).valeur
