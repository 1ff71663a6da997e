"""The figures of the dashboard: objective, attainment, states, and what changed.

The objective of a year is a rate (5 % in 2009, again in 2010) of the extractions of the year before
(circular of 5 February 2009, p. 2). The performance is column 2 of the monthly indicator, over the
activities that count for the objective (III, 2): reading A, the letter of the text. Objectives are
exact fractions; they become floats only in the frames that screens show.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from math import ceil
from statistics import median

import dataframely as dy
import polars as pl

from analytics import coverage, wording
from analytics.errors import UserFacingError
from analytics.parameters import Parametres
from analytics.schemas import (
    Activites,
    AgregatActivite,
    BaseAnnuelle,
    Cours,
    Interieur,
    TotalJuridiction,
)

# The first year of the objective; its base is the year before, which only the text gives.
FIRST_YEAR = 2009
MONTHS_IN_YEAR = 12

ATTAINED = "Objectif atteint"
AHEAD = "En avance"
ON_TRACK = "Sur la trajectoire"
LATE = "En retard"
UNDETERMINED = "Non déterminé"
GLYPHS = {ATTAINED: "●", AHEAD: "▲", ON_TRACK: "■", LATE: "▼", UNDETERMINED: "○"}
HOLDING = (ATTAINED, AHEAD, ON_TRACK)

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


# --- Attainment and states ------------------------------------------------------------------------


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


# --- Over time ------------------------------------------------------------------------------------


class Trajectoire(dy.Schema):
    """One year, month by month, against its objective.

    `evitees` and `cumul` are null in a month without any answer: the line breaks there. `haut` is the
    cumulated plausible ceiling, null when not asked. `objectif_cumule` is null without objective.
    """

    annee = dy.Int64(primary_key=True)
    rang = dy.Int64(primary_key=True, min=1, max=12)
    mois = dy.Date()
    evitees = dy.Int64(nullable=True)
    cumul = dy.Int64(nullable=True)
    haut = dy.Int64(nullable=True)
    objectif_cumule = dy.Float64(nullable=True)


def trace_year(
    mensuel: pl.DataFrame,
    reponses: dy.DataFrame[coverage.Reponses],
    *,
    periode: Periode,
    objectif: Objectif | None,
    fourchette: dy.DataFrame[coverage.Fourchette] | None = None,
) -> dy.DataFrame[Trajectoire]:
    """Cumulate a year's avoided extractions up to the end of the period, beside its objective.

    `fourchette` adds the plausible ceiling of what the silent left unsaid.
    """
    avoided = periode.keep(mensuel).group_by("mois").agg(evitees=pl.col("evitees_objectif").sum())
    answered = (
        periode.keep(reponses)
        .group_by("mois")
        .agg(repondues=pl.col("repondues").sum())
        .filter(pl.col("repondues") > 0)
    )
    months = pl.DataFrame(
        {"mois": [date(periode.annee, rang, 1) for rang in range(1, MONTHS_IN_YEAR + 1)]},
    )
    frame = (
        months.join(avoided, on="mois", how="left")
        .join(answered, on="mois", how="left")
        .with_columns(
            evitees=pl.when(pl.col("evitees").is_null() & pl.col("repondues").is_null())
            .then(None)
            .otherwise(pl.col("evitees").fill_null(0))
        )
        .sort("mois")
    )
    if fourchette is None:
        frame = frame.with_columns(plafond=pl.lit(None, dtype=pl.Int64))
    else:
        ceilings = periode.keep(fourchette).group_by("mois").agg(plafond=pl.col("haut").sum())
        frame = frame.join(ceilings, on="mois", how="left")
    targets = [float(objectif.a_date(rang)) if objectif else None for rang in range(1, MONTHS_IN_YEAR + 1)]
    return Trajectoire.validate(
        frame.sort("mois").select(
            annee=pl.lit(periode.annee, dtype=pl.Int64),
            rang=pl.col("mois").dt.month().cast(pl.Int64),
            mois="mois",
            evitees="evitees",
            cumul=pl.when(pl.col("evitees").is_not_null()).then(pl.col("evitees").fill_null(0).cum_sum()),
            haut=pl.when(pl.col("plafond").is_not_null()).then(pl.col("plafond").fill_null(0).cum_sum()),
            objectif_cumule=pl.Series(targets, dtype=pl.Float64),
        )
    )


def trace_months(
    mensuel: pl.DataFrame,
    reponses: dy.DataFrame[coverage.Reponses],
    *,
    mois: Sequence[date],
    objectif: Objectif | None,
    etpt_par_extraction: Fraction,
) -> pl.DataFrame:
    """Give the figures of each month for the sparklines; null where nothing was declared.

    Columns: `mois`, the three counts, `part_evitees`, `part_reponse`, `etpt`, and `atteinte`, which is
    cumulated since January of the objective's year and null in the others.
    """
    sums = mensuel.group_by("mois").agg(
        pl.col("visioconferences", "visioconferences_objectif", "evitees_objectif").sum()
    )
    answers = reponses.group_by("mois").agg(
        part_reponse=pl.col("repondues").sum() / pl.col("attendues").sum(),
    )
    frame = (
        pl.DataFrame({"mois": list(mois)}, schema={"mois": pl.Date})
        .join(sums, on="mois", how="left")
        .join(answers, on="mois", how="left")
        .sort("mois")
        .with_columns(
            part_evitees=pl.when(pl.col("visioconferences_objectif") > 0).then(
                pl.col("evitees_objectif") / pl.col("visioconferences_objectif")
            ),
            etpt=pl.col("evitees_objectif") * float(etpt_par_extraction),
        )
    )
    if objectif is None or not objectif.annuel:
        return frame.with_columns(atteinte=pl.lit(None, dtype=pl.Float64))
    in_year = pl.col("mois").dt.year() == objectif.annee
    so_far = pl.when(in_year).then(pl.col("evitees_objectif").fill_null(0)).otherwise(0).cum_sum()
    target = float(objectif.annuel) / MONTHS_IN_YEAR * pl.col("mois").dt.month()
    return frame.with_columns(
        atteinte=pl.when(in_year & pl.col("evitees_objectif").is_not_null()).then(so_far / target)
    )


class SerieActivite(dy.Schema):
    """One activity, one month. Counts are null where nothing was declared.

    `sans_objet`: not legally possible on any day of that month; what is declared then is still shown.
    """

    mois = dy.Date(primary_key=True)
    activite = dy.String(primary_key=True)
    ordre = dy.Int64()
    libelle = dy.String()
    groupe = dy.String()
    compte_objectif = dy.Bool()
    sans_objet = dy.Bool()
    visioconferences = dy.Int64(nullable=True)
    extractions_evitees = dy.Int64(nullable=True)


def trace_activities(
    agregat: dy.DataFrame[AgregatActivite],
    activites: dy.DataFrame[Activites],
    *,
    debut: date,
    fin: date,
) -> dy.DataFrame[SerieActivite]:
    """Follow every activity from the month `debut` to the month `fin`.

    Before `legal_depuis` nothing could be done: the activity is « sans objet », not weak.
    """
    months = pl.DataFrame({"mois": pl.date_range(debut, fin, "1mo", eager=True)})
    sums = agregat.group_by("mois", "activite").agg(
        pl.col("visioconferences").sum(), pl.col("extractions_evitees").sum()
    )
    not_yet = pl.col("legal_depuis").is_not_null() & (pl.col("legal_depuis") > pl.col("mois").dt.month_end())
    return SerieActivite.validate(
        months.join(activites, how="cross")
        .join(sums, on=["mois", "activite"], how="left")
        .select(
            "mois",
            "activite",
            "ordre",
            "libelle",
            "groupe",
            "compte_objectif",
            sans_objet=not_yet,
            visioconferences=pl.when(not_yet & (pl.col("visioconferences") == 0))
            .then(None)
            .otherwise("visioconferences"),
            extractions_evitees=pl.when(not_yet & (pl.col("visioconferences") == 0))
            .then(None)
            .otherwise("extractions_evitees"),
        )
        .sort("ordre", "mois")
    )


class BilanActivite(dy.Schema):
    """One activity over a period; `part_evitees` = column 2 / column 1, null outside the objective."""

    activite = dy.String(primary_key=True)
    ordre = dy.Int64()
    libelle = dy.String()
    groupe = dy.String()
    compte_objectif = dy.Bool()
    sans_objet = dy.Bool()
    visioconferences = dy.Int64(min=0)
    extractions_evitees = dy.Int64(min=0)
    part_evitees = dy.Float64(nullable=True)


def sum_up_activities(series: dy.DataFrame[SerieActivite]) -> dy.DataFrame[BilanActivite]:
    """Sum each activity over its months; « sans objet » only when it was so in all of them."""
    return BilanActivite.validate(
        series.group_by("activite", "ordre", "libelle", "groupe", "compte_objectif")
        .agg(
            pl.col("visioconferences").sum(),
            pl.col("extractions_evitees").sum(),
            sans_objet=pl.col("sans_objet").all(),
        )
        .with_columns(
            part_evitees=pl.when(pl.col("compte_objectif") & (pl.col("visioconferences") > 0)).then(
                pl.col("extractions_evitees") / pl.col("visioconferences")
            )
        )
        .select(BilanActivite.column_names())
        .sort("ordre")
    )


# --- What changed ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Changement:
    """One French sentence about a month, and the view that shows it: a page and its query."""

    nature: str
    phrase: str
    page: str
    requete: tuple[tuple[str, str], ...] = ()


class Ecart(dy.Schema):
    """A month of a cour against its own past: `ecart` in median absolute deviations (1 at least)."""

    cour = dy.String(primary_key=True)
    valeur = dy.Int64(min=0)
    habitude = dy.Float64(min=0)
    mois_compares = dy.Int64(min=1)
    ecart = dy.Float64()


# Fewer months than this do not make a habit.
LEAST_HISTORY = 3


def compare_with_habit(mensuel: pl.DataFrame, *, mois: date, mois_de_passe: int) -> dy.DataFrame[Ecart]:
    """Set each cour's avoided extractions of a month against the median of its previous months.

    `mensuel` is `sum_activities` by cour. A cour with fewer than three months of past, or silent
    this month, is left out. The deviation is (value − median) / median absolute deviation.
    """
    window = mensuel.filter(
        pl.col("mois") <= mois, pl.col("mois") >= pl.lit(mois).dt.offset_by(f"-{mois_de_passe}mo")
    )
    rows: list[tuple[str, int, float, int, float]] = []
    for (cour,), frame in window.sort("cour", "mois").group_by("cour", maintain_order=True):
        now = frame.filter(pl.col("mois") == mois)
        past = [int(value) for value in frame.filter(pl.col("mois") < mois)["evitees_objectif"]]
        if now.is_empty() or len(past) < LEAST_HISTORY:
            continue
        value = int(now["evitees_objectif"].item())
        habit = median(past)
        spread = max(median([abs(earlier - habit) for earlier in past]), 1)
        rows.append((str(cour), value, float(habit), len(past), (value - habit) / spread))
    return Ecart.validate(pl.DataFrame(rows, schema=Ecart.create_empty().schema, orient="row"))


def tell_changes(
    *,
    mois: date,
    mensuel: pl.DataFrame,
    totaux: dy.DataFrame[TotalJuridiction],
    attendues: pl.DataFrame,
    alertes: int,
    noms_cours: Mapping[str, str],
    noms_juridictions: Mapping[str, str],
    parametres: Parametres,
) -> tuple[Changement, ...]:
    """Say in three to five sentences what changed this month, each with the view that shows it.

    The largest rise and fall of a cour against its own habit; the juridictions that fell silent or
    answer again; the alerts; then, if that is little, the month's total and response rate.
    `attendues` covers the past months too.
    """
    deviations = compare_with_habit(
        mensuel, mois=mois, mois_de_passe=round(parametres.at("changement_mois", mois).valeur)
    )
    least = float(parametres.at("changement_ecarts", mois).valeur)
    reponses = coverage.count_answers(totaux, attendues)
    told = [
        *_tell_moves(deviations, least, mois, reponses, noms_cours),
        *_tell_silences(
            mois,
            totaux,
            attendues,
            noms_juridictions,
            mois_precedents=round(parametres.at("silence_mois", mois).valeur),
        ),
    ]
    if alertes:
        told.append(
            _change(
                "alertes",
                f"{wording.count(alertes, 'donnée')} {wording.of_month(mois)} "
                f"{wording.agree(alertes, 'paraît étonnante', 'paraissent étonnantes')} "
                f"et {wording.agree(alertes, 'reste', 'restent')} à vérifier.",
                "donnees",
            )
        )
    for filler in (_tell_total(mensuel, mois), _tell_response(reponses, mois)):
        if len(told) < LEAST_SENTENCES and filler is not None:
            told.append(filler)
    return tuple(told[:MOST_SENTENCES])


def _change(nature: str, phrase: str, page: str, **requete: str) -> Changement:
    return Changement(nature, wording.typeset(phrase), page, tuple(requete.items()))


LEAST_SENTENCES = 3
MOST_SENTENCES = 5
NAMES_IN_A_SENTENCE = 3


def _tell_moves(
    deviations: dy.DataFrame[Ecart],
    least: float,
    mois: date,
    reponses: dy.DataFrame[coverage.Reponses],
    noms: Mapping[str, str],
) -> Iterable[Changement]:
    by_size = deviations.sort("ecart", "cour")
    rise = by_size.filter(pl.col("ecart") >= least).tail(1)
    fall = by_size.filter(pl.col("ecart") <= -least).head(1)
    for nature, word, moved in (("hausse", "Hausse", rise), ("baisse", "Baisse", fall)):
        for row in moved.iter_rows(named=True):
            habit = Fraction(row["habitude"])
            usual = wording.number(habit, 0 if habit.denominator == 1 else 1)
            avoided = wording.count(row["valeur"], "extraction évitée", "extractions évitées")
            past = wording.count(row["mois_compares"], "mois", "mois")
            phrase = (
                f"{word} {wording.at_cour(noms.get(row['cour'], row['cour']))} : {avoided} "
                f"en {wording.month(mois)}, contre {usual} d'ordinaire (médiane des {past} précédents)"
            )
            silent = _silent(reponses, row["cour"], mois) if nature == "baisse" else 0
            if silent:
                verb = wording.agree(silent, "n'a", "n'ont")
                phrase += f" ; {wording.count(silent, 'juridiction')} {verb} pas répondu"
            yield _change(nature, phrase + ".", "cour", cour=row["cour"])
    if rise.is_empty() and fall.is_empty() and not deviations.is_empty():
        yield _change(
            "stable",
            f"Aucune cour ne s'écarte nettement de son habitude en {wording.month(mois)}.",
            "activites",
        )


def _silent(reponses: dy.DataFrame[coverage.Reponses], cour: str, mois: date) -> int:
    now = reponses.filter(pl.col("mois") == mois, pl.col("cour") == cour)
    return int((now["attendues"] - now["repondues"]).sum())


def _tell_silences(
    mois: date,
    totaux: dy.DataFrame[TotalJuridiction],
    attendues: pl.DataFrame,
    noms: Mapping[str, str],
    *,
    mois_precedents: int,
) -> Iterable[Changement]:
    span = wording.count(mois_precedents, "mois", "mois")
    fallen = coverage.falling_silent(totaux, attendues, mois=mois, mois_precedents=mois_precedents)
    if count := fallen.height:
        yield _change(
            "silence",
            f"{wording.count(count, 'juridiction')} qui {wording.agree(count, 'répondait', 'répondaient')} "
            f"depuis au moins {span} {wording.agree(count, NOT_SINGULAR, NOT_PLURAL)} rien déclaré "
            f"pour {wording.month(mois)} : {_some(fallen, noms)}.",
            "cour",
            cour=_most_frequent(fallen),
        )
    back = coverage.speaking_again(totaux, attendues, mois=mois, mois_precedents=mois_precedents)
    if count := back.height:
        yield _change(
            "reponse",
            f"{wording.count(count, 'juridiction')} {wording.agree(count, 'répond', 'répondent')} "
            f"pour {wording.month(mois)} après au moins {span} de silence : {_some(back, noms)}.",
            "cour",
            cour=_most_frequent(back),
        )


NOT_SINGULAR, NOT_PLURAL = "n'a", "n'ont"


def _some(courts: pl.DataFrame, noms: Mapping[str, str]) -> str:
    names = sorted((noms.get(code, code) for code in courts["juridiction"]), key=wording.collation_key)
    return wording.some_of(names[:NAMES_IN_A_SENTENCE], len(names))


def _most_frequent(courts: pl.DataFrame) -> str:
    return str(courts.group_by("cour").len().sort("len", "cour", descending=[True, False])["cour"][0])


def _tell_total(mensuel: pl.DataFrame, mois: date) -> Changement | None:
    def total(month: date) -> int | None:
        rows = mensuel.filter(pl.col("mois") == month)
        return int(rows["evitees_objectif"].sum()) if rows.height else None

    earlier = _month_before(mois)
    now, before = total(mois), total(earlier)
    if now is None:
        return None
    phrase = (
        f"{wording.count(now, 'extraction évitée', 'extractions évitées')} en {wording.month(mois)}"
        + (f", contre {wording.number(before)} en {wording.month(earlier)}" if before is not None else "")
        + "."
    )
    return _change("total", phrase, "activites")


def _tell_response(reponses: dy.DataFrame[coverage.Reponses], mois: date) -> Changement | None:
    now = response_rate(reponses, mois)
    if now is None:
        return None
    before = response_rate(reponses, _month_before(mois))
    phrase = f"{wording.percent(now)} des juridictions ont répondu pour {wording.month(mois)}" + (
        f" ({wording.points(now - before)} en un mois)" if before is not None else ""
    )
    return _change("taux", phrase + ".", "donnees")


def response_rate(reponses: dy.DataFrame[coverage.Reponses], mois: date) -> Fraction | None:
    """Give the share of the juridictions in force in a month that answered for it."""
    rows = reponses.filter(pl.col("mois") == mois)
    expected = int(rows["attendues"].sum())
    return Fraction(int(rows["repondues"].sum()), expected) if expected else None


def _month_before(mois: date) -> date:
    return date.fromordinal(mois.toordinal() - 1).replace(day=1)
