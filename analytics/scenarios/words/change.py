"""What a scenario changes for the cours of a reader: the two years, and the frames that are drawn of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

import polars as pl

from analytics.scenarios.reverse.questions import assess_year
from analytics.scenarios.simulated_outlook import AvenirSimule
from analytics.scenarios.study import NOTHING_PROJECTED, Etude
from analytics.scenarios.words.results import (
    AvantApres,
    lay_out_cours,
    lay_out_gains,
    lay_out_year,
    middle_of,
    set_apart,
)
from analytics.scenarios.words.steps import step_through
from analytics.statistics.ranges import Floats
from analytics.trajectoire.position import Bilan, add_up
from analytics.vocabulary import wording
from analytics.vocabulary.errors import UserFacingError

# What each cour would owe, in ETPT; None where nothing can be settled.
Dus = Mapping[str, Fraction] | None


@dataclass(frozen=True)
class DeuxAnnees:
    """Scenario 0 and a scenario side by side, for some cours, before anything is drawn.

    `avant`, `apres`, `dus`: the two years; `ecart`: what separates them, as it is written. `gains`, `nettes`
    (D,): what is declared more, and what is really avoided. `annee`, `mois`, `etapes` and `par_cour` are the
    frames of `lay_out_year`, `lay_out_gains`, `step_through` and `lay_out_cours`.
    """

    etude: Etude
    cours: tuple[str, ...]
    avant: Bilan
    apres: Bilan
    dus: tuple[Dus, Dus]
    ecart: AvantApres
    gains: Floats
    nettes: Floats
    annee: pl.DataFrame
    mois: pl.DataFrame
    etapes: pl.DataFrame
    par_cour: pl.DataFrame

    @property
    def leviers(self) -> int:
        """Count the levers."""
        return len(self.etude.scenario.leviers)


def lay_out_change(
    etude: Etude,
    cours: Sequence[str],
    *,
    ensemble: bool,
    positions: tuple[pl.DataFrame, pl.DataFrame],
    dus: tuple[Dus, Dus],
) -> DeuxAnnees:
    """Lay a scenario out beside scenario 0; raises `UserFacingError` where nothing is projected.

    `ensemble`: the cours are the whole country. `positions`: theirs one by one (`BilanCour`), and `dus` what
    they owe, without the scenario, then with it.
    """
    simulation, pays = etude.simulation, etude.socle.pays
    avant, apres = (assess_year(etude.socle, each, cours, ensemble=ensemble) for each in (pays, etude.pays))
    ecart = set_apart(middle_of(avant), middle_of(apres))
    months = simulation.ensemble[simulation.rows(cours)].sum(axis=0)
    return DeuxAnnees(
        etude=etude,
        cours=tuple(cours),
        avant=avant,
        apres=apres,
        dus=dus,
        ecart=ecart,
        gains=simulation.total(cours),
        nettes=simulation.net(cours),
        annee=_lay_out_two_years(etude, cours, ensemble=ensemble),
        mois=lay_out_gains(months, simulation.terrain.mois, total=ecart.change),
        etapes=step_through(simulation, cours, depart=middle_of(avant)),
        par_cour=lay_out_cours(
            *positions,
            {cour: simulation.total([cour]) for cour in cours},
            _write_dues(dus, cours),
            total=ecart.change,
        ),
    )


def _lay_out_two_years(etude: Etude, cours: Sequence[str], *, ensemble: bool) -> pl.DataFrame:
    """Lay the year out month by month, with and without the scenario, beside its objective."""
    pays = etude.socle.pays
    avenir = pays.perspectives.of(cours) if pays.perspectives else None
    coming = etude.pays.perspectives.of(cours) if etude.pays.perspectives else None
    if avenir is None or not isinstance(coming, AvenirSimule):
        raise UserFacingError(NOTHING_PROJECTED)
    objectif = pays.exigence.of(sorted(pays.exigence.bases) if ensemble else list(cours), ensemble=ensemble)
    return lay_out_year(
        add_up(pays.mois[cour] for cour in cours if cour in pays.mois),
        avenir,
        coming,
        annee=etude.socle.periode.annee,
        a_venir=etude.simulation.terrain.mois,
        objectif_a_date=[float(objectif.a_date(rank)) if objectif else None for rank in range(1, 13)],
    )


def _write_dues(dus: tuple[Dus, Dus], cours: Sequence[str]) -> dict[str, tuple[str, str]]:
    before, after = dus
    if before is None or after is None:
        return {}
    return {
        cour: (wording.number(before[cour], 2), wording.number(after[cour], 2))
        for cour in cours
        if cour in before and cour in after
    }
