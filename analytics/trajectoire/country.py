"""What rests on all the cours at once: what the year asks of each, and where they are heading together."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import dataframely as dy
import polars as pl

from analytics.collecte import sums
from analytics.couverture import coverage
from analytics.couverture.silence import survey_silence
from analytics.objectif.base_et_taux import Base, find_bases
from analytics.objectif.lectures import Regle
from analytics.objectif.objective import Exigence, require
from analytics.objectif.profile import Profil, spread_year
from analytics.projection.answering import PROJETEE
from analytics.projection.outlook import Perspectives, look_ahead
from analytics.trajectoire.account import Mois
from analytics.trajectoire.cours import BilanCour, as_row, assess_each, assess_some
from analytics.trajectoire.position import Bilan, add_up, months_of
from analytics.vocabulary.errors import UserFacingError
from analytics.vocabulary.parameters import Parametres
from analytics.vocabulary.periods import FIRST_YEAR, Periode
from analytics.vocabulary.schemas import COUNTRY, Cours
from analytics.vocabulary.situation import Faits, Referentiel
from analytics.vocabulary.wording import NOT_AVAILABLE, month, typeset


@dataclass(frozen=True)
class Pays:
    """All the cours at the end of a period; whoever shows some of it keeps to the reader's perimeter.

    `reference`: the extractions of 2008 in each cour, before the practice.
    """

    periode: Periode
    exigence: Exigence
    mois: Mapping[str, Sequence[Mois]]
    reference: Mapping[str, Base]
    perspectives: Perspectives | None

    @property
    def declared(self) -> dict[str, int]:
        """Give what each cour declared avoided since January."""
        return {
            cour: sum(
                month.evitees for month in months if self.periode.debut <= month.mois <= self.periode.fin
            )
            for cour, months in self.mois.items()
        }

    def assess_each(
        self, cours: dy.DataFrame[Cours], bornes: Mapping[str, int | None], parametres: Parametres
    ) -> dy.DataFrame[BilanCour]:
        """Assess every cour; `bornes`: what each avoided at most so far, where it is known."""
        return assess_each(
            self.mois,
            cours=cours,
            exigence=self.exigence,
            perspectives=self.perspectives,
            bornes=bornes,
            periode=self.periode,
            parametres=parametres,
        )

    def assess_whole(self, borne_haute: int | None, parametres: Parametres) -> Bilan:
        """Assess the country, which avoided `borne_haute` at most so far."""
        return assess_some(
            add_up(self.mois.values()),
            list(self.mois),
            objectif=self.exigence.of(list(self.exigence.bases), ensemble=True),
            lecture=self.exigence.regle.lecture,
            perspectives=self.perspectives,
            borne_haute=borne_haute,
            periode=self.periode,
            parametres=parametres,
        )


def survey(
    faits: Faits, referentiel: Referentiel, *, regle: Regle, periode: Periode, reponse: str = PROJETEE
) -> Pays:
    """Gather all the cours at the end of a period, under one rule; `faits`: those of all of them.

    `reponse`: how the share that will answer is known (`answering.VARIANTES`).
    """
    reference, parametres = referentiel.reference, referentiel.parametres
    mensuel = sums.sum_activities(faits.agregat, reference.activites, par=["cour"])
    first = faits.agregat["mois"].min()
    due = reference.attendues(first if isinstance(first, date) else periode.debut, periode.fin)
    reponses = coverage.count_answers(faits.totaux, due)
    avoided = sums.avoided_by_year(faits.agregat, reference.activites)
    before = find_bases(
        FIRST_YEAR,
        chainage=regle.chainage,
        bases=faits.bases,
        interieur=faits.interieur,
        evitees=avoided,
        cle=referentiel.cle,
        parametres=parametres,
    )
    return Pays(
        periode=periode,
        exigence=require(
            periode.annee,
            faits,
            regle=regle,
            profil=profile_of(regle, periode.annee, mensuel, parametres),
            evitees=avoided,
            cle=referentiel.cle,
            parametres=parametres,
        ),
        mois=months_of(mensuel, reponses, faits.interieur),
        reference=before,
        perspectives=look_ahead(
            mensuel,
            reponses,
            bases={cour: base.extractions for cour, base in before.items()},
            periode=periode,
            parametres=parametres,
            variante=reponse,
        ),
    )


def last_period(faits: Faits, annee: int, *, arrete_a: date | None = None) -> Periode:
    """Give the year until its last month of data, or until an earlier one (`arrete_a`).

    Says so when the year has no data, or none for that month.
    """
    months = faits.agregat.filter(pl.col("mois").dt.year() == annee)["mois"]
    first, last = months.min(), months.max()
    if not isinstance(first, date) or not isinstance(last, date):
        raise UserFacingError(
            f"Aucune déclaration n'est connue pour {annee} à cette date : choisissez une autre année."
        )
    if arrete_a is None:
        return Periode(last)
    if not first <= arrete_a <= last:
        raise UserFacingError(
            typeset(
                f"L'année {annee} ne peut pas être arrêtée à {month(arrete_a)} : ses données vont de "
                f"{month(first)} à {month(last)}."
            )
        )
    return Periode(arrete_a)


def list_positions(
    pays: Pays,
    cours: dy.DataFrame[Cours],
    couvertures: Mapping[str, coverage.Couverture],
    parametres: Parametres,
) -> list[dict[str, Any]]:
    """Tell where the country, then each cour, stands: what the terminal prints, and the pages show.

    `couvertures` is `cover_each`; empty where the year has not begun.
    """
    bornes = {cour: couverture.borne_haute for cour, couverture in couvertures.items()}
    whole = pays.exigence.of(list(pays.exigence.bases), ensemble=True)
    country = {
        **as_row(pays.assess_whole(bornes.get(COUNTRY), parametres)),
        "cour": COUNTRY,
        "base": float(whole.base) if whole else None,
        "source": whole.source if whole else NOT_AVAILABLE,
    }
    rows = [country, *pays.assess_each(cours, bornes, parametres).iter_rows(named=True)]
    return [_position(row) for row in rows]


_AHEAD = ("moyenne", "q025", "q10", "q50", "q90", "q975")


def _position(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "cour": row["cour"],
        "base": row["base"],
        "source_base": row["source"],
        "objectif": row["objectif"],
        "objectif_a_date": row["objectif_a_date"],
        # Who never answered since January avoided nobody knows how many: silence is no zero.
        "evitees": row["evitees_objectif"] if row["repondues"] or not row["attendues"] else None,
        "retenues": row["retenues"],
        "atteinte": row["atteinte"],
        "reste": row["reste"],
        "rythme_requis": row["rythme_requis"],
        "rythme_3m": row["rythme_3m"],
        "rythme_6m": row["rythme_6m"],
        "projection": None if row["moyenne"] is None else {name: row[name] for name in _AHEAD},
        "p_objectif": row["p_objectif"],
        "indicatif": row["indicatif"],
        "reponse_supposee": row["reponse"],
        "etat": row["etat"],
        "couverture": row["part_reponse"],
    }


def cover_each(faits: Faits, referentiel: Referentiel, pays: Pays) -> dict[str, coverage.Couverture]:
    """Tell on what the total of the country (`COUNTRY`), then of each cour, rests; arguments as `survey`."""
    first, periode = faits.agregat["mois"].min(), pays.periode
    due = referentiel.reference.attendues(first if isinstance(first, date) else periode.debut, periode.fin)
    answers = coverage.count_answers(faits.totaux, due)
    bases = {cour: base.extractions for cour, base in pays.reference.items()}
    unsaid = survey_silence(faits, referentiel, bases=bases, periode=periode)
    declared = pays.declared
    groups = {COUNTRY: list(declared)} | {cour: [cour] for cour in declared}
    return {
        name: coverage.cover(
            answers, unsaid, cours, periode=periode, declarees=sum(declared[cour] for cour in cours)
        )
        for name, cours in groups.items()
    }


def flatten(positions: Iterable[Mapping[str, Any]]) -> pl.DataFrame:
    """Lay positions out as a table, `projection_…` a column each."""
    rows: list[dict[str, Any]] = []
    for position in positions:
        ahead: Mapping[str, Any] = position["projection"] or {}
        row = {name: value for name, value in position.items() if name != "projection"}
        rows.append(row | {f"projection_{name}": ahead.get(name) for name in _AHEAD})
    return pl.DataFrame(rows, infer_schema_length=None)


def profile_of(regle: Regle, annee: int, mensuel: pl.DataFrame, parametres: Parametres) -> Profil:
    """Spread a year over its months as the rule says; `mensuel` holds what all the cours declared."""
    before = mensuel.filter(pl.col("mois").is_between(date(annee - 1, 1, 1), date(annee - 1, 12, 1)))
    by_month = before.group_by("mois").agg(pl.col("evitees_objectif").sum())
    shape = {mois.month: int(count) for mois, count in by_month.iter_rows()}
    return spread_year(regle.profil, annee, evitees_avant=shape, parametres=parametres)
