"""What a year asks: a rate of the extractions of the year before, under a rule that has a name.

The objective of a year is a rate (5 % in 2009, again in 2010) of the extractions of the year before
(circular of 5 February 2009, p. 2). The text can be read several ways: `Regle` names the choices made.
Objectives are exact fractions; they become floats only in the frames that screens show.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

import polars as pl

from analytics.objectif.base_et_taux import Base, avoided_in, find_bases, rate_of
from analytics.objectif.lectures import INCREMENTAL, Regle
from analytics.objectif.profile import SEASON, Profil, spread_year
from analytics.vocabulary.parameters import Parametres
from analytics.vocabulary.periods import FIRST_YEAR
from analytics.vocabulary.situation import Faits


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
    faits: Faits,
    *,
    regle: Regle,
    profil: Profil,
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
            bases=faits.bases,
            interieur=faits.interieur,
            evitees=evitees,
            cle=cle,
            parametres=parametres,
        ),
        evitees_avant=avoided_in(annee - 1, evitees),
        niveaux=_by_cour(faits.niveaux.filter(pl.col("annee") == FIRST_YEAR - 1).select("cour", "evitees")),
        fixes={
            cour: (Fraction(asked), source)
            for cour, asked, source in faits.objectifs.filter(pl.col("annee") == annee)
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
