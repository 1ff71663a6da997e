"""What the rest of the year may bring to each activity, in the country and in each cour.

The national total of each activity is projected as a cour is (`model.project`), then shared over the
cours so that the activities of a cour sum to what that cour is projected to bring: one future, told twice.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date

import dataframely as dy
import numpy as np
import polars as pl

from analytics.projection.model import Floats, project
from analytics.projection.outlook import Perspectives
from analytics.statistics.negative_binomial import Loi
from analytics.trajectoire.position import Seuils
from analytics.trajectoire.series import BilanActivite
from analytics.vocabulary.periods import last_day_of_month
from analytics.vocabulary.schemas import Activites, AgregatActivite

# How many avoided extractions a cour must be expected to show in an activity before its own habit there
# weighs as much as that of the country. On the demo, 1 to 30 give the same error within 5 %.
HABIT = 10.0
_STEPS = 200
_NEAR = 1e-10


class FinActivite(BilanActivite):
    """One activity since January, and how many extractions it will have avoided at the end of the year.

    `q10` and `q90`: one year in ten ends under, one in ten above. Null outside the objective, and where
    nothing is known of an activity yet to become possible. `projection_indicative`: too few months are known.
    """

    projection_moyenne = dy.Float64(min=0, nullable=True)
    projection_q10 = dy.Int64(min=0, nullable=True)
    projection_q90 = dy.Int64(min=0, nullable=True)
    projection_indicative = dy.Bool()


@dataclass(frozen=True)
class AvenirActivites:
    """The sums to come of C cours in A activities, and what is uncertain of them.

    `moyennes`: (C, A). `phi`: overdispersion; `relative`: (A,), relative variance of each national total
    beyond it; `part`: (C, A), that of the share that each cour takes of it. `connues`: (A,), false where an
    activity will be possible this year and never was in a month that someone declared.
    """

    cours: tuple[str, ...]
    activites: tuple[str, ...]
    moyennes: Floats
    phi: float
    relative: Floats
    part: Floats
    connues: tuple[bool, ...]
    indicatif: bool

    def of(self, cours: Collection[str]) -> Loi:
        """Give the laws (A,) of what is to come in some cours together.

        Of an activity that brings M_S to the cours S, a share s of its total:
        Var = φ M_S + M_S² (relative + (1 − s)² (v_S + v_R)), v_S = Σ_S m² part / M_S², R all the others.
        What a share may gain, the others lose: of the whole country, only its own variance remains.
        """
        inside = np.isin(self.cours, list(cours))
        total, own = self.moyennes.sum(axis=0), self.moyennes[inside].sum(axis=0)
        shared = self.moyennes**2 * self.part
        part = _ratio(shared[inside].sum(axis=0), own**2)
        part = part + _ratio(shared[~inside].sum(axis=0), (total - own) ** 2)
        others = _ratio(self.moyennes[~inside].sum(axis=0), total)
        return Loi(own, self.phi * own + own**2 * (self.relative + others**2 * part))

    def end_of_year(
        self, cours: Collection[str], bilans: dy.DataFrame[BilanActivite]
    ) -> dy.DataFrame[FinActivite]:
        """Add what is to come in some cours to what they declared since January, `bilans`."""
        law = self.of(cours)
        to_come = pl.DataFrame(
            {
                "activite": self.activites,
                "moyenne": law.moyenne,
                "bas": law.quantile(0.1).astype(np.int64),
                "haut": law.quantile(0.9).astype(np.int64),
            }
        ).filter(pl.Series(self.connues))
        done = pl.col("extractions_evitees")
        return FinActivite.validate(
            bilans.join(to_come, on="activite", how="left", maintain_order="left").select(
                *BilanActivite.column_names(),
                projection_moyenne=done + pl.col("moyenne"),
                projection_q10=done + pl.col("bas"),
                projection_q90=done + pl.col("haut"),
                projection_indicative=pl.lit(self.indicatif),
            )
        )


def look_at_activities(
    perspectives: Perspectives | None,
    agregat: dy.DataFrame[AgregatActivite],
    activites: dy.DataFrame[Activites],
    *,
    seuils: Seuils,
) -> AvenirActivites | None:
    """Project the activities that count for the objective; None where the cours are not projected.

    The exposure of an activity in a month is that of the country, season and answers included, in equal
    shares among the activities, zero before the law allows it: no count by activity is known beforehand. Its
    level is then its size beside the mean activity, whose level is 1, as the prior Gamma(a0, a0) believes;
    how far sizes spread is what a0 learns. Shares of what was declared so far would announce each month
    from itself: on the demo, 80 % intervals then hold 79 % of the time instead of 81 %. An activity that was
    possible in no known month has no level: it is given nothing, and is said to be unknown.
    """
    kept = activites.filter("compte_objectif").sort("activite")
    codes = tuple(kept["activite"])
    if perspectives is None or perspectives.projection is None or not codes:
        return None
    legal_before, legal_after = (
        np.array([[_legal(day, mois) for mois in months] for day in kept["legal_depuis"]])
        for months in (perspectives.connus, perspectives.a_venir)
    )
    exposed = (perspectives.exposition > 0)[:, None] & legal_before
    counts = np.where(exposed, _lay_out(agregat, perspectives, codes), 0.0)
    exposition = legal_before * perspectives.exposition.sum(axis=0)
    known = exposition.any(axis=1)
    future = legal_after * known[:, None] * perspectives.exposition_future.sum(axis=0)
    if not future.any():
        return None
    share = 1 / len(codes)
    # Who answers moves all the activities at once, and none on its own.
    who = replace(perspectives.reponse, propre=np.zeros(len(codes)))
    national = project(counts.sum(axis=0), exposition * share, future * share, perspectives.croyance, who)
    cours = perspectives.projection
    of_cour, of_activity = cours.moyennes[:, -1], national.moyennes[:, -1]

    # What each cour would show in each activity, had it the country's habits in the months it answered.
    mix = _ratio(counts.sum(axis=0), counts.sum(axis=(0, 1)))
    expected = counts.sum(axis=1) @ mix.T
    seen = counts.sum(axis=2)
    habit = (HABIT + seen) / (HABIT + expected)
    level = _ratio(cours.propre[:, -1] - cours.reglage.phi * of_cour, of_cour**2)
    return AvenirActivites(
        cours=perspectives.cours,
        activites=codes,
        moyennes=fit(habit, of_cour, of_activity),
        phi=national.reglage.phi,
        relative=_ratio(national.variances[:, -1] - national.reglage.phi * of_activity, of_activity**2),
        part=level[:, None] + 1 / (HABIT + seen),
        connues=tuple((known | ~legal_after.any(axis=1)).tolist()),
        indicatif=perspectives.mois_connus <= seuils.mois_indicatifs or perspectives.reponse_mue,
    )


def fit(habit: Floats, of_cour: Floats, of_activity: Floats) -> Floats:
    """Share totals over cells (C, A): iterative proportional fitting from the habits, all above zero.

    Each row sums exactly to `of_cour`; the columns are proportional to `of_activity`, within 1e-10.
    """
    columns = of_activity * (of_cour.sum() / of_activity.sum())
    cells = habit * of_cour[:, None] * columns
    for _ in range(_STEPS):
        cells = cells * _ratio(columns, cells.sum(axis=0))
        cells = cells * _ratio(of_cour, cells.sum(axis=1))[:, None]
        if np.abs(cells.sum(axis=0) - columns).max() <= _NEAR * columns.max():
            break
    return cells


def _ratio(top: Floats, bottom: Floats) -> Floats:
    """Divide, nothing by nothing being nothing; what rounding leaves under zero is zero."""
    return np.divide(np.maximum(top, 0.0), bottom, out=np.zeros_like(top), where=bottom > 0)


def _legal(legal_depuis: date | None, mois: date) -> bool:
    """Tell whether the law allowed an activity on some day of a month."""
    return legal_depuis is None or legal_depuis <= last_day_of_month(mois)


def _lay_out(
    agregat: dy.DataFrame[AgregatActivite], perspectives: Perspectives, codes: tuple[str, ...]
) -> Floats:
    """Lay out what was declared as (cours, activities, months), zero where there is no row."""
    cube = np.zeros((len(perspectives.cours), len(codes), len(perspectives.connus)))
    places = [
        pl.DataFrame({name: values, f"rang_{name}": range(len(values))})
        for name, values in (("cour", perspectives.cours), ("activite", codes), ("mois", perspectives.connus))
    ]
    rows = agregat.select("cour", "activite", "mois", "extractions_evitees")
    for place in places:
        rows = rows.join(place, on=place.columns[0])
    cour, activite, mois, count = (
        rows[name].to_numpy() for name in ("rang_cour", "rang_activite", "rang_mois", "extractions_evitees")
    )
    cube[cour, activite, mois] = count
    return cube
