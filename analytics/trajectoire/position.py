"""Where a cour, or the country, stands against what the year asks of it, and where it is heading.

The performance is column 2 of the monthly indicator, over the activities that count for the objective
(circular of 5 February 2009, III, 2): reading A, the letter of the text. Readings B and C measure it
otherwise (`regle.LECTURES`) where their data are loaded.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from math import ceil

import dataframely as dy
import polars as pl

from analytics.collecte import sums
from analytics.couverture import coverage
from analytics.objectif.objective import Objectif
from analytics.projection.outlook import Avenir
from analytics.trajectoire.account import CompteAnnee, Mois, list_answered, plain_pace
from analytics.trajectoire.year_end import FinAnnee, project
from analytics.vocabulary.parameters import Parametres
from analytics.vocabulary.periods import MONTHS_IN_YEAR, Periode
from analytics.vocabulary.schemas import Interieur

ATTAINED = "Objectif atteint"
AHEAD = "En avance"
ON_TRACK = "Sur la trajectoire"
LATE = "En retard"
UNDETERMINED = "Non déterminé"
GLYPHS = {ATTAINED: "●", AHEAD: "▲", ON_TRACK: "■", LATE: "▼", UNDETERMINED: "○"}
HOLDING = (ATTAINED, AHEAD, ON_TRACK)


@dataclass(frozen=True)
class Seuils:
    """The thresholds of the states, in 0–1, and the months whose projection is indicative."""

    probabilite_en_avance: float
    probabilite_trajectoire: float
    reponse_minimale: Fraction
    mois_indicatifs: int

    @classmethod
    def at(cls, parametres: Parametres, day: date) -> "Seuils":
        """Read the thresholds in force on a day."""
        return cls(
            probabilite_en_avance=float(parametres.at("probabilite_en_avance", day).valeur),
            probabilite_trajectoire=float(parametres.at("probabilite_trajectoire", day).valeur),
            reponse_minimale=parametres.at("part_reponse_minimale", day).valeur,
            mois_indicatifs=int(parametres.at("mois_indicatifs", day).valeur),
        )


@dataclass(frozen=True)
class Bilan:
    """Where a cour, or the country, stands at the end of a period. `None`: cannot be known.

    `part_evitees` = column 2 / column 1, both over the activities that count for the objective.
    `retenues`: what the reading counts of the year so far; `au_plus`: what it would count if every missing
    answer came at its ceiling. `atteinte` = retenues / objective to date, never clipped. `etpt`: what is
    counted is worth, by the reading. `reste` = whole extractions still to avoid before the end of the year;
    `rythme_requis` = the same for a month of average weight; `rythme_3m`, `rythme_6m`: what the last months
    held, likewise, the latter resting on `mois_de_rythme` months, six or fewer.
    """

    visioconferences: int
    visioconferences_objectif: int
    evitees_objectif: int
    attendues: int
    repondues: int
    part_reponse: Fraction | None
    part_evitees: Fraction | None
    etpt: Fraction
    objectif: Fraction | None
    objectif_a_date: Fraction | None
    retenues: Fraction | None
    au_plus: Fraction | None
    atteinte: Fraction | None
    part_annuelle: Fraction | None
    reste: int | None
    rythme_requis: Fraction | None
    rythme_3m: Fraction | None
    rythme_6m: Fraction | None
    mois_de_rythme: int
    projection: FinAnnee | None
    etat: str

    @property
    def bornes_decident(self) -> bool:
        """Tell whether the objective to date is missed whatever the missing answers say."""
        most, due = self.au_plus, self.objectif_a_date
        return most is not None and due is not None and most < due

    @property
    def glyphe(self) -> str:
        """Give the glyph that stands by the word of the state."""
        return GLYPHS[self.etat]

    @property
    def p_objectif(self) -> float | None:
        """Give the probability that the year reaches its objective."""
        return self.projection.p_objectif if self.projection else None


def assess(
    months: Sequence[Mois],
    *,
    objectif: Objectif | None,
    lecture: str,
    periode: Periode,
    avenir: Avenir | None,
    borne_haute: int | None,
    etpt_par_extraction: Fraction,
    seuils: Seuils,
) -> Bilan:
    """Set what was avoided against the objective, as one reading of the text counts it.

    `months`: those of the year, and before, for the pace held; later ones are ignored. `avenir`: what the
    rest of the year may bring, None when nothing can be projected. `borne_haute`: what was avoided so far if
    every missing answer came at its ceiling (`coverage.Couverture`); None: not known.

    The state: « atteint » when the whole year's objective is; « non déterminé » while the projection is only
    indicative; else by the probability of reaching it. A shortfall is affirmed when enough answers came or
    the objective to date is missed even at the upper bound: else silence may hide avoided extractions, and
    the cour is « non déterminé ». Reading C rests on what Intérieur counts: it needs no answer.
    """
    known = [month for month in months if month.mois <= periode.fin]
    year = [month for month in known if month.mois >= periode.debut]
    evitees = sum(month.evitees for month in year)
    counted = sum(month.visioconferences_objectif for month in year)
    attendues = sum(month.attendues for month in year)
    repondues = sum(month.repondues for month in year)
    part_reponse = Fraction(repondues, attendues) if attendues else None
    compte = CompteAnnee(objectif, lecture, year, periode) if objectif else None
    a_date = objectif.a_date(periode.mois_ecoules) if objectif else None
    retenues = compte.so_far if compte else None
    reste = compte.left if compte else None
    # Of who never answered, nothing is known: a projection would only repeat the country.
    heard = any(month.repondues for month in known)
    projection = project(evitees, compte, avenir, seuils.mois_indicatifs) if heard else None
    at_most = None
    if retenues is not None and borne_haute is not None and lecture != "C":
        at_most = retenues + borne_haute - evitees
    bilan = Bilan(
        visioconferences=sum(month.visioconferences for month in year),
        visioconferences_objectif=counted,
        evitees_objectif=evitees,
        attendues=attendues,
        repondues=repondues,
        part_reponse=part_reponse,
        part_evitees=Fraction(evitees, counted) if counted else None,
        etpt=(evitees if lecture == "A" or retenues is None else retenues) * etpt_par_extraction,
        objectif=objectif.annuel if objectif else None,
        objectif_a_date=a_date,
        retenues=retenues,
        au_plus=at_most,
        atteinte=retenues / a_date if retenues is not None and a_date else None,
        part_annuelle=retenues / objectif.annuel if objectif and retenues is not None and a_date else None,
        reste=None if reste is None else ceil(reste),
        rythme_requis=compte.pace_required(periode) if compte else None,
        rythme_3m=compte.pace_held(known, periode, 3) if compte else plain_pace(known, periode, 3),
        rythme_6m=compte.pace_held(known, periode, 6) if compte else plain_pace(known, periode, 6),
        mois_de_rythme=len(
            compte.months_held(known, periode, 6) if compte else list_answered(known, periode, 6)
        ),
        projection=projection,
        etat=UNDETERMINED,
    )
    return replace(bilan, etat=_state(bilan, lecture, seuils, ended=periode.mois_ecoules == MONTHS_IN_YEAR))


def _state(bilan: Bilan, lecture: str, seuils: Seuils, *, ended: bool) -> str:
    if not bilan.objectif or bilan.reste is None or (lecture != "C" and not bilan.repondues):
        return UNDETERMINED
    if bilan.reste <= 0:
        return ATTAINED
    if bilan.projection and bilan.projection.indicatif:
        # Neither late nor ahead: what little is known is told by the odds alone.
        return UNDETERMINED
    p = bilan.p_objectif
    if p is not None and p >= seuils.probabilite_trajectoire:
        return AHEAD if p >= seuils.probabilite_en_avance else ON_TRACK
    if lecture == "C":
        # Intérieur counts what was executed: missing answers hide nothing of it.
        return UNDETERMINED if p is None and not ended else LATE
    if bilan.bornes_decident:
        return LATE
    if p is None or bilan.part_reponse is None or bilan.part_reponse < seuils.reponse_minimale:
        return UNDETERMINED
    return LATE


# --- From frames ----------------------------------------------------------------------------------


def months_of(
    mensuel: pl.DataFrame, reponses: dy.DataFrame[coverage.Reponses], interieur: dy.DataFrame[Interieur]
) -> dict[str, list[Mois]]:
    """List the months of each cour that was expected to answer, or declared, in order.

    `mensuel` is `sums.sum_activities` by cour.
    """
    executed = sums.count_executed(interieur)
    columns = ["visioconferences", "visioconferences_objectif", "evitees_objectif", "attendues", "repondues"]
    rows = (
        mensuel.join(reponses, on=["mois", "cour"], how="full", coalesce=True)
        .join(executed.select("mois", "cour", "executees"), on=["mois", "cour"], how="left")
        .with_columns(pl.col(columns).fill_null(0))
        .sort("cour", "mois")
        .select("cour", "mois", *columns, "executees")
    )
    found: dict[str, list[Mois]] = {}
    for cour, mois, *figures in rows.iter_rows():
        found.setdefault(cour, []).append(Mois(mois, *figures))
    return found


def add_up(series: Iterable[Sequence[Mois]]) -> list[Mois]:
    """Sum some cours month by month; what Intérieur executed is known where it is for all of them."""
    together: dict[date, list[Mois]] = {}
    for months in series:
        for month in months:
            together.setdefault(month.mois, []).append(month)
    return [
        Mois(
            mois=mois,
            visioconferences=sum(month.visioconferences for month in months),
            visioconferences_objectif=sum(month.visioconferences_objectif for month in months),
            evitees=sum(month.evitees for month in months),
            attendues=sum(month.attendues for month in months),
            repondues=sum(month.repondues for month in months),
            executees=(
                None
                if any(month.executees is None for month in months)
                else sum(month.executees or 0 for month in months)
            ),
        )
        for mois, months in sorted(together.items())
    ]
