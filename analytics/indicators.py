"""Where a cour, or the country, stands: what was avoided, set against the objective.

The performance is column 2 of the monthly indicator, over the activities that count for the objective
(III, 2): reading A, the letter of the text.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from math import ceil

import dataframely as dy
import polars as pl

from analytics import coverage, wording
from analytics.objective import (
    FIRST_YEAR,
    MONTHS_IN_YEAR,
    BaseObjectif,
    Objectif,
    Periode,
    etpt_per_extraction,
    set_objective,
)
from analytics.parameters import Parametres
from analytics.schemas import Activites, AgregatActivite, Cours

ATTAINED = "Objectif atteint"
AHEAD = "En avance"
ON_TRACK = "Sur la trajectoire"
LATE = "En retard"
UNDETERMINED = "Non déterminé"
GLYPHS = {ATTAINED: "●", AHEAD: "▲", ON_TRACK: "■", LATE: "▼", UNDETERMINED: "○"}
HOLDING = (ATTAINED, AHEAD, ON_TRACK)


@dataclass(frozen=True)
class Seuils:
    """The thresholds of the states, shares in 0–1 (`data/parametres/pilotage.toml`)."""

    en_avance: Fraction
    trajectoire: Fraction
    reponse_minimale: Fraction

    @classmethod
    def at(cls, parametres: Parametres, day: date) -> "Seuils":
        """Read the thresholds in force on a day."""
        return cls(
            en_avance=parametres.at("seuil_en_avance", day).valeur,
            trajectoire=parametres.at("seuil_trajectoire", day).valeur,
            reponse_minimale=parametres.at("part_reponse_minimale", day).valeur,
        )


@dataclass(frozen=True)
class Bilan:
    """Where a cour, or the country, stands at the end of a period. `None`: cannot be known.

    `part_evitees` = column 2 / column 1, both over the activities that count for the objective.
    `atteinte` = avoided / objective to date, never clipped. `reste` = whole extractions still to avoid
    before the end of the year; `rythme_requis` = the same by month left.
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
    atteinte: Fraction | None
    part_annuelle: Fraction | None
    reste: int | None
    rythme_requis: Fraction | None
    etat: str

    @property
    def glyphe(self) -> str:
        """Give the glyph that stands by the word of the state."""
        return GLYPHS[self.etat]


def assess(
    *,
    visioconferences: int,
    visioconferences_objectif: int,
    evitees_objectif: int,
    attendues: int,
    repondues: int,
    mois_ecoules: int,
    objectif: Objectif | None,
    etpt_par_extraction: Fraction,
    seuils: Seuils,
) -> Bilan:
    """Set what was avoided against the objective.

    The state reads the attainment to date: at least the whole year's objective is « atteint »; then
    « en avance » and « sur la trajectoire » from their thresholds up. A shortfall is affirmed only
    when enough answers came: silence can only hide avoided extractions, so below the least response
    rate a cour short of its objective to date is « non déterminé ».
    """
    part_reponse = Fraction(repondues, attendues) if attendues else None
    annuel = objectif.annuel if objectif else None
    a_date = objectif.a_date(mois_ecoules) if objectif else None
    atteinte = Fraction(evitees_objectif) / a_date if a_date else None
    left = MONTHS_IN_YEAR - mois_ecoules
    missing = max(Fraction(0), annuel - evitees_objectif) if annuel is not None else None
    return Bilan(
        visioconferences=visioconferences,
        visioconferences_objectif=visioconferences_objectif,
        evitees_objectif=evitees_objectif,
        attendues=attendues,
        repondues=repondues,
        part_reponse=part_reponse,
        part_evitees=(
            Fraction(evitees_objectif, visioconferences_objectif) if visioconferences_objectif else None
        ),
        etpt=evitees_objectif * etpt_par_extraction,
        objectif=annuel,
        objectif_a_date=a_date,
        atteinte=atteinte,
        part_annuelle=Fraction(evitees_objectif) / annuel if annuel else None,
        reste=ceil(missing) if missing is not None else None,
        rythme_requis=missing / left if missing is not None and left else None,
        etat=_state(evitees_objectif, annuel, atteinte, part_reponse, seuils),
    )


def _state(
    evitees: int,
    annuel: Fraction | None,
    atteinte: Fraction | None,
    part_reponse: Fraction | None,
    seuils: Seuils,
) -> str:
    if not annuel or atteinte is None:
        return UNDETERMINED
    if evitees >= annuel:
        return ATTAINED
    if atteinte < 1 and (part_reponse is None or part_reponse < seuils.reponse_minimale):
        return UNDETERMINED
    if atteinte >= seuils.en_avance:
        return AHEAD
    return ON_TRACK if atteinte >= seuils.trajectoire else LATE


class BilanCour(dy.Schema):
    """One row a cour: the fields of `Bilan`, with the base behind its objective."""

    cour = dy.String(primary_key=True)
    nom_court = dy.String()
    visioconferences = dy.Int64(min=0)
    visioconferences_objectif = dy.Int64(min=0)
    evitees_objectif = dy.Int64(min=0)
    attendues = dy.Int64(min=0)
    repondues = dy.Int64(min=0)
    part_reponse = dy.Float64(nullable=True)
    part_evitees = dy.Float64(nullable=True)
    etpt = dy.Float64(min=0)
    base = dy.Int64(nullable=True)
    objectif = dy.Float64(nullable=True)
    objectif_a_date = dy.Float64(nullable=True)
    atteinte = dy.Float64(nullable=True)
    part_annuelle = dy.Float64(nullable=True)
    reste = dy.Int64(nullable=True)
    rythme_requis = dy.Float64(nullable=True)
    etat = dy.String(check=lambda c: c.is_in(list(GLYPHS)))
    glyphe = dy.String()
    source = dy.String()
    illustratif = dy.Bool()
    hypothese = dy.Bool()


def sum_activities(
    agregat: dy.DataFrame[AgregatActivite],
    activites: dy.DataFrame[Activites],
    *,
    par: Sequence[str] = (),
    groupe: str | None = None,
) -> pl.DataFrame:
    """Sum the declared cells by month (and `par`): visioconferences, then those of the objective.

    `visioconferences_objectif` and `evitees_objectif` keep the activities that count for the
    objective; a column 2 typed on the others counts nowhere. `groupe` keeps one family of activities.
    """
    return (
        agregat.join(keep_group(activites, groupe).select("activite", "compte_objectif"), on="activite")
        .group_by("mois", *par)
        .agg(
            visioconferences=pl.col("visioconferences").sum(),
            visioconferences_objectif=pl.col("visioconferences").filter("compte_objectif").sum(),
            evitees_objectif=pl.col("extractions_evitees").filter("compte_objectif").sum(),
        )
        .sort("mois", *par)
    )


def keep_group(activites: dy.DataFrame[Activites], groupe: str | None) -> dy.DataFrame[Activites]:
    """Keep one family of activities, or all of them."""
    return activites if groupe is None else Activites.cast(activites.filter(pl.col("groupe") == groupe))


def avoided_by_year(
    agregat: dy.DataFrame[AgregatActivite], activites: dy.DataFrame[Activites]
) -> pl.DataFrame:
    """Sum what each cour avoided in each year, `evitees`, over the activities of the objective."""
    return (
        sum_activities(agregat, activites, par=["cour"])
        .group_by(annee=pl.col("mois").dt.year().cast(pl.Int64), cour="cour")
        .agg(evitees=pl.col("evitees_objectif").sum())
        .sort("annee", "cour")
    )


def assess_each(
    mensuel: pl.DataFrame,
    reponses: dy.DataFrame[coverage.Reponses],
    *,
    cours: dy.DataFrame[Cours],
    bases: dy.DataFrame[BaseObjectif],
    periode: Periode,
    parametres: Parametres,
) -> dy.DataFrame[BilanCour]:
    """Assess every cour that was expected to answer, or declared, in the period.

    `mensuel` is `sum_activities` by cour. Sorted as French readers look names up.
    """
    seuils = Seuils.at(parametres, periode.fin)
    etpt = etpt_per_extraction(parametres, max(periode.fin, date(FIRST_YEAR, 1, 1)))
    sums = {row["cour"]: row for row in _totals(periode.keep(mensuel), par=["cour"]).iter_rows(named=True)}
    answers = {
        row["cour"]: row for row in _answers(periode.keep(reponses), par=["cour"]).iter_rows(named=True)
    }
    names = dict(cours.select("cour", "nom_court").iter_rows())
    rows: list[dict[str, object]] = []
    for cour in sorted(
        sums.keys() | answers.keys(), key=lambda code: wording.collation_key(names.get(code, code))
    ):
        base = BaseObjectif.cast(bases.filter(pl.col("cour") == cour))
        objectif = set_objective(base, annee=periode.annee, parametres=parametres, ensemble=False)
        bilan = assess(
            **_counts(sums.get(cour), answers.get(cour)),
            mois_ecoules=periode.mois_ecoules,
            objectif=objectif,
            etpt_par_extraction=etpt,
            seuils=seuils,
        )
        rows.append(
            {
                "cour": cour,
                "nom_court": names.get(cour, cour),
                **_as_floats(bilan),
                "base": objectif.base if objectif else None,
                "source": objectif.source if objectif else wording.NOT_AVAILABLE,
                "illustratif": objectif.illustratif if objectif else False,
                "hypothese": objectif.hypothese if objectif else False,
            }
        )
    return BilanCour.validate(pl.DataFrame(rows, schema=BilanCour.create_empty().schema))


def assess_whole(
    mensuel: pl.DataFrame,
    reponses: dy.DataFrame[coverage.Reponses],
    *,
    objectif: Objectif | None,
    periode: Periode,
    parametres: Parametres,
) -> Bilan:
    """Assess all the rows given as one, from their sums: never an average of cours."""
    sums = _totals(periode.keep(mensuel), par=[])
    answers = _answers(periode.keep(reponses), par=[])
    return assess(
        **_counts(_only_row(sums), _only_row(answers)),
        mois_ecoules=periode.mois_ecoules,
        objectif=objectif,
        etpt_par_extraction=etpt_per_extraction(parametres, max(periode.fin, date(FIRST_YEAR, 1, 1))),
        seuils=Seuils.at(parametres, periode.fin),
    )


def _only_row(frame: pl.DataFrame) -> Mapping[str, int] | None:
    return frame.row(0, named=True) if frame.height else None


def _totals(mensuel: pl.DataFrame, *, par: Sequence[str]) -> pl.DataFrame:
    columns = ["visioconferences", "visioconferences_objectif", "evitees_objectif"]
    sums = [pl.col(column).sum() for column in columns]
    return mensuel.group_by(par).agg(sums) if par else mensuel.select(sums)


def _answers(reponses: pl.DataFrame, *, par: Sequence[str]) -> pl.DataFrame:
    sums = [pl.col("attendues").sum(), pl.col("repondues").sum()]
    return reponses.group_by(par).agg(sums) if par else reponses.select(sums)


def _counts(sums: Mapping[str, int] | None, answers: Mapping[str, int] | None) -> dict[str, int]:
    def of(row: Mapping[str, int] | None, column: str) -> int:
        return int(row[column]) if row else 0

    return {
        "visioconferences": of(sums, "visioconferences"),
        "visioconferences_objectif": of(sums, "visioconferences_objectif"),
        "evitees_objectif": of(sums, "evitees_objectif"),
        "attendues": of(answers, "attendues"),
        "repondues": of(answers, "repondues"),
    }


def _as_floats(bilan: Bilan) -> dict[str, object]:
    def plain(value: Fraction | int | str | None) -> float | int | str | None:
        return float(value) if isinstance(value, Fraction) else value

    return {
        "visioconferences": bilan.visioconferences,
        "visioconferences_objectif": bilan.visioconferences_objectif,
        "evitees_objectif": bilan.evitees_objectif,
        "attendues": bilan.attendues,
        "repondues": bilan.repondues,
        "part_reponse": plain(bilan.part_reponse),
        "part_evitees": plain(bilan.part_evitees),
        "etpt": plain(bilan.etpt),
        "objectif": plain(bilan.objectif),
        "objectif_a_date": plain(bilan.objectif_a_date),
        "atteinte": plain(bilan.atteinte),
        "part_annuelle": plain(bilan.part_annuelle),
        "reste": bilan.reste,
        "rythme_requis": plain(bilan.rythme_requis),
        "etat": bilan.etat,
        "glyphe": bilan.glyphe,
    }
