"""Two thermometers: what Justice says it avoided, what Intérieur says it no longer executes, and the gap.

Exact, month by month and cour by cour, where Intérieur's count is loaded. With b the base spread by the
objective's profile, s the same spread by the season, a what is declared avoided, r what was required of
Intérieur and x what it executed: the fall it sees is b − x, the gap a − (b − x), and

    gap = (s − b) calendar + (r + a + m − s) demand − m declarations − (r − x) required and not executed.

m is what silent juridictions are estimated to have avoided without declaring it (`silence`): it lowers r and
not a. Demand is what would have been required without video, less what the season expects.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

import dataframely as dy
import polars as pl

from analytics.collecte.sums import count_executed
from analytics.objectif.objective import Objectif
from analytics.objectif.profile import season_of
from analytics.trajectoire.account import Mois
from analytics.vocabulary.parameters import Parametres
from analytics.vocabulary.periods import Periode
from analytics.vocabulary.schemas import Interieur


class Thermometre(dy.Schema):
    """One month of the two counts; Intérieur's are null where it was not loaded.

    `evitees` is null where nobody answered. `non_dites`: estimated to be avoided by those who did not.
    """

    mois = dy.Date(primary_key=True)
    base = dy.Float64(min=0)
    saison = dy.Float64(min=0)
    evitees = dy.Int64(nullable=True, min=0)
    non_dites = dy.Float64(min=0)
    requises = dy.Int64(nullable=True, min=0)
    executees = dy.Int64(nullable=True, min=0)


@dataclass(frozen=True)
class EcartExplique:
    """The gap between the two counts over the months that both know, and what makes it; exact.

    `declaree` − `constatee` = `calendrier` + `demande` + `declarations` (≤ 0, an estimate) + `non_executees`
    (≤ 0). `part_demande`: demand against what the season expects, a share. `muette`: nobody answered in
    any of these months, so that `declaree`, 0, says nothing.
    """

    mois: int
    muette: bool
    declaree: int
    constatee: Fraction
    calendrier: Fraction
    demande: Fraction
    declarations: Fraction
    non_executees: int
    part_demande: Fraction | None
    base: Fraction

    @property
    def ecart(self) -> Fraction:
        """Give what Justice declares beyond the fall that Intérieur sees."""
        return self.declaree - self.constatee

    @property
    def part_constatee(self) -> Fraction | None:
        """Give the fall that Intérieur sees, against the base of the same months."""
        return self.constatee / self.base if self.base else None


def read_thermometers(
    months: Sequence[Mois],
    interieur: dy.DataFrame[Interieur],
    *,
    objectif: Objectif,
    non_dites: Mapping[date, float],
    periode: Periode,
    parametres: Parametres,
) -> tuple[dy.DataFrame[Thermometre], EcartExplique | None]:
    """Set the two counts side by side since January; no gap where Intérieur has not counted.

    `interieur` holds the lines of the same cours as `months`, `non_dites` what they are estimated to have
    left unsaid, by month.
    """
    counted = {
        mois: (int(required), int(executed))
        for mois, required, executed in count_executed(interieur)
        .group_by("mois")
        .agg(pl.col("requises", "executees").sum())
        .iter_rows()
    }
    season = season_of(periode.annee, parametres)
    rows: list[tuple[date, float, float, int | None, float, int | None, int | None]] = []
    base, due, unsaid = Fraction(0), Fraction(0), Fraction(0)
    declared = required = executed = known = 0
    heard = False
    for month in months:
        if not periode.debut <= month.mois <= periode.fin:
            continue
        part = objectif.base * objectif.profil.of(month.mois)
        expected = objectif.base * season[month.mois.month - 1]
        # A month counts where Intérieur has counted all of the cours looked at.
        r, x = counted.get(month.mois, (None, None)) if month.executees is not None else (None, None)
        missing = non_dites.get(month.mois, 0.0)
        said = month.evitees if month.repondues or month.evitees else None
        rows.append((month.mois, float(part), float(expected), said, missing, r, x))
        if r is not None and x is not None:
            base, due, known = base + part, due + expected, known + 1
            unsaid, heard = unsaid + Fraction(missing), heard or said is not None
            declared, required, executed = declared + month.evitees, required + r, executed + x
    frame = Thermometre.validate(pl.DataFrame(rows, schema=Thermometre.create_empty().schema, orient="row"))
    if not known:
        return frame, None
    demand = required + declared + unsaid - due
    return frame, EcartExplique(
        mois=known,
        muette=not heard,
        declaree=declared,
        constatee=base - executed,
        calendrier=due - base,
        demande=demand,
        declarations=-unsaid,
        non_executees=executed - required,
        part_demande=demand / due if due else None,
        base=base,
    )
