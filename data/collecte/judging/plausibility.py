"""The questions that a figure raises without being refused: what differs from the cell's own habits.

Alerts never block. They are asked of what the file says, against its other months and the cells already
known; where both speak of the same month, the file is believed.
"""

from datetime import date

import numpy as np
import numpy.typing as npt
import polars as pl

from analytics.vocabulary.parameters import Parametres
from analytics.vocabulary.periods import is_far, last_in_a_row, previous_month
from analytics.vocabulary.reference import Reference
from analytics.vocabulary.schemas import ALERTES_SCHEMA, CELL
from analytics.vocabulary.wording import NARROW_SPACE, month, number, of_court
from data.collecte.expected.rules import questions
from data.collecte.judging.reasons import filled_in

_FIGURES = ["visioconferences", "extractions_evitees"]
# A habit is what the last six known months show.
_HABIT_MONTHS = 6
# Fewer figures than this can be equal two months running by chance.
_TELLING_FIGURES = 2
# Smaller numbers than this are the sum of others by chance alone, every month.
_LEAST_SUM = 10
# The first month that was ever collected.
_FIRST_MONTH = date(2009, 1, 1)


def question_declarations(
    acceptees: pl.DataFrame,
    *,
    reference: Reference,
    parametres: Parametres,
    historique: pl.DataFrame,
    today: date,
    dernier_mois: date | None = None,
) -> pl.DataFrame:
    """List the alerts on accepted cells: `ligne`, `regle`, `message` and the cell; withdrawals raise none.

    `dernier_mois`: the latest month that is known already.
    """
    declared = acceptees.filter(pl.col("visioconferences").is_not_null())
    if declared.is_empty():
        return pl.DataFrame(schema=ALERTES_SCHEMA)
    latest = declared["mois"].max()
    assert isinstance(latest, date)  # noqa: S101 - a Date column that is not empty
    setting = {
        nom: float(parametres.at(nom, latest).valeur)
        for nom in (
            "saut_ecarts",
            "historique_minimal",
            "premiere_valeur_plausible",
            "zero_soudain_mediane",
            "colonne_2_rare_maximum",
        )
    }
    cells = _known_cells(acceptees, historique)
    alerts = [
        _on_activities(declared, reference, setting["colonne_2_rare_maximum"]),
        _future_months(declared, today),
        _far_months(declared, dernier_mois),
        _sums_of_a_cour(declared, reference),
        _jumps(cells, setting),
        _sudden_zeros(cells, setting["zero_soudain_mediane"]),
        _repeated_vectors(cells, reference),
    ]
    return pl.concat([pl.DataFrame(schema=ALERTES_SCHEMA), *alerts]).sort("ligne", "regle")


def _count(column: str) -> pl.Expr:
    """Write counts as a person does: « 1 204 »."""
    return pl.col(column).cast(pl.String).str.replace(r"(\d)(\d{3})$", f"${{1}}{NARROW_SPACE}${{2}}")


def _alert(
    lines: pl.DataFrame,
    regle: str,
    *,
    valeur: pl.Expr | None = None,
    detail: pl.Expr | None = None,
    phrase: str | None = None,
) -> pl.DataFrame:
    """Write one alert a line, with the sentence of the rule, or another of the registry (`phrase`)."""
    given = {name: blank for name, blank in (("valeur", valeur), ("detail", detail)) if blank is not None}
    message = filled_in(questions()[phrase or regle], **given)
    return lines.select("ligne", *CELL, regle=pl.lit(regle), message=message).select(list(ALERTES_SCHEMA))


def _on_activities(declared: pl.DataFrame, reference: Reference, rare_maximum: float) -> pl.DataFrame:
    """Question column 2 where it cannot count for the objective, or rarely holds much."""
    avoided = declared.filter(pl.col("extractions_evitees") > 0).join(
        reference.activites.select("activite", "libelle", "compte_objectif", "colonne_2"), on="activite"
    )
    large = (pl.col("colonne_2") == "rare") & (pl.col("extractions_evitees") > rare_maximum)
    valeur, detail = _count("extractions_evitees"), pl.col("libelle")
    return pl.concat(
        [
            _alert(avoided.filter(~pl.col("compte_objectif")), "hors_objectif", valeur=valeur, detail=detail),
            _alert(
                avoided.filter(pl.col("compte_objectif") & large),
                "colonne_2_rare",
                valeur=valeur,
                detail=detail,
            ),
        ]
    )


def _future_months(declared: pl.DataFrame, today: date) -> pl.DataFrame:
    """Question each month that is not over, once, at its first line."""
    future = declared.filter(pl.col("mois").dt.month_end() >= today)
    first = future.sort("ligne").unique("mois", keep="first", maintain_order=True)
    names = pl.Series([month(mois) for mois in first["mois"]], dtype=pl.String)
    return _alert(first, "mois_a_venir", valeur=pl.lit(names))


def _far_months(declared: pl.DataFrame, dernier_mois: date | None) -> pl.DataFrame:
    """Question a month before the first collection, or far from the latest, once, at its first line.

    What is far after all the others stands alone: it is no latest month.
    """
    first = declared.sort("ligne").unique("mois", keep="first", maintain_order=True)
    months: list[date] = first["mois"].to_list()
    # What is known already is a row of months by itself.
    known = [] if dernier_mois is None else [previous_month(dernier_mois), dernier_mois]
    latest = last_in_a_row([*(mois for mois in months if mois >= _FIRST_MONTH), *known]) or _FIRST_MONTH
    found: list[pl.DataFrame] = []
    for regle, phrase, far, detail in (
        ("mois_avant_la_collecte", None, [mois < _FIRST_MONTH for mois in months], _FIRST_MONTH),
        ("mois_lointain", None, [mois >= _FIRST_MONTH and is_far(mois, latest) for mois in months], latest),
        ("mois_lointain", "mois_lointain_apres", [is_far(latest, mois) for mois in months], latest),
    ):
        lines = first.filter(pl.Series(far, dtype=pl.Boolean))
        names = pl.Series([month(mois) for mois in lines["mois"]], dtype=pl.String)
        found.append(_alert(lines, regle, valeur=pl.lit(names), detail=pl.lit(month(detail)), phrase=phrase))
    return pl.concat(found)


def _sums_of_a_cour(declared: pl.DataFrame, reference: Reference) -> pl.DataFrame:
    """Question a cour whose two figures are exactly those of its juridictions put together.

    One juridiction alone could equal its cour by chance, and so could zeros.
    """
    kinds = reference.juridictions.select("juridiction", "nom_court", "type").unique("juridiction")
    located = reference.locate(declared.select("ligne", *CELL, *_FIGURES)).join(kinds, on="juridiction")
    beneath = ["TGI", "TPI"]
    sums = (
        located.filter(pl.col("type").is_in(beneath))
        .group_by("mois", "cour", "activite")
        .agg(
            pl.len().alias("juridictions"), *(pl.col(name).sum().alias(f"somme_{name}") for name in _FIGURES)
        )
        .filter(pl.col("juridictions") > 1)
    )
    found = (
        located.filter(~pl.col("type").is_in(beneath) & (pl.col("visioconferences") >= _LEAST_SUM))
        .join(sums, on=["mois", "cour", "activite"])
        .filter(*(pl.col(name) == pl.col(f"somme_{name}") for name in _FIGURES))
    )
    figures = pl.concat_str(*(_count(name) for name in _FIGURES), separator="/")
    return _alert(found, "somme_du_ressort", valeur=figures, detail=pl.col("nom_court"))


def _known_cells(acceptees: pl.DataFrame, historique: pl.DataFrame) -> pl.DataFrame:
    """Put the file's cells and the history's together, by cell and month; `ligne` is null in the history.

    `cellule` and `rang_mois` are numbers: a million of them are compared faster than as many texts.
    """
    courts = pl.concat([acceptees["juridiction"], historique["juridiction"]]).unique().sort()
    activities = pl.concat([acceptees["activite"], historique["activite"]]).unique().sort()
    place_of_court = {court: place for place, court in enumerate(courts)}
    place_of_activity = {activity: place for place, activity in enumerate(activities)}

    def numbered(frame: pl.DataFrame, ligne: pl.Expr) -> pl.DataFrame:
        return frame.select(
            ligne.cast(pl.Int64).alias("ligne"),
            rang_juridiction=pl.col("juridiction").replace_strict(place_of_court, return_dtype=pl.Int32),
            rang_activite=pl.col("activite").replace_strict(place_of_activity, return_dtype=pl.Int32),
            rang_mois=pl.col("mois").dt.year().cast(pl.Int32) * 12 + pl.col("mois").dt.month(),
            visioconferences=pl.col("visioconferences").cast(pl.Int32),
            extractions_evitees=pl.col("extractions_evitees").cast(pl.Int32),
        ).with_columns(cellule=pl.col("rang_juridiction") * len(activities) + pl.col("rang_activite"))

    typed = numbered(acceptees, pl.col("ligne"))
    known = numbered(historique.filter(pl.col("visioconferences").is_not_null()), pl.lit(None))
    if not known.is_empty():
        known = known.join(typed.select("cellule", "rang_mois"), on=["cellule", "rang_mois"], how="anti")
    cells = pl.concat([typed.filter(pl.col("visioconferences").is_not_null()), known])
    ordered = cells.sort("cellule", "rang_mois")
    return ordered.with_columns(
        juridiction=courts.gather(ordered["rang_juridiction"]),
        activite=activities.gather(ordered["rang_activite"]),
    )


def _with_month(cells: pl.DataFrame) -> pl.DataFrame:
    before = pl.col("rang_mois") - 1
    return cells.with_columns(mois=pl.date(before // 12, before % 12 + 1, 1))


def _jumps(cells: pl.DataFrame, setting: dict[str, float]) -> pl.DataFrame:
    """Question a figure far from the median of the cell's other months, in median absolute deviations."""
    gaps, minimal = setting["saut_ecarts"], setting["historique_minimal"]
    counted = cells.with_columns(
        autres=pl.len().over("cellule") - 1, centre=pl.col("visioconferences").median().over("cellule")
    )
    young = counted.filter(
        pl.col("ligne").is_not_null()
        & (pl.col("autres") < minimal)
        & (pl.col("visioconferences") > setting["premiere_valeur_plausible"])
    )
    # A figure that jumps from its other months is at least half as far from the median of all, itself
    # included, as soon as the rule asks for two deviations: most cells need no closer look.
    near = gaps / 2 if gaps >= 2 else -1.0
    candidate = (
        pl.col("ligne").is_not_null()
        & (pl.col("autres") >= minimal)
        & ((pl.col("visioconferences") - pl.col("centre")).abs() > near)
    )
    doubtful = counted.filter(candidate.any().over("cellule")).sort("cellule", "visioconferences")
    found = _far_from_others(doubtful, gaps)
    return pl.concat(
        [
            _alert(
                _with_month(young),
                "saut",
                phrase="saut_sans_passe",
                valeur=_count("visioconferences"),
                detail=pl.lit(number(int(setting["premiere_valeur_plausible"]))),
            ),
            _alert(
                _with_month(found),
                "saut",
                valeur=_count("visioconferences"),
                detail=_habit(found["habitude"]),
            ),
        ]
    )


def _habit(medians: pl.Series) -> pl.Expr:
    """Write medians the French way: « 12 », « 12,5 »."""
    words = {m: number(m, 0 if float(m).is_integer() else 1) for m in medians.unique()}
    return pl.lit(pl.Series([words[m] for m in medians], dtype=pl.String))


def _far_from_others(cells: pl.DataFrame, gaps: float) -> pl.DataFrame:
    """Keep the file's figures that jump; `cells` is sorted by cell then figure. Adds `habitude`."""
    figures = cells["visioconferences"].to_numpy().astype(np.float64)
    lengths = cells.group_by("cellule", maintain_order=True).len()["len"].to_list()
    habits = np.empty_like(figures)
    far = np.zeros(len(figures), dtype=np.bool_)
    start = 0
    for length in lengths:
        group = figures[start : start + length]
        if length > 1:
            centres = _medians_without_each(group)
            spreads = np.empty_like(group)
            for centre in np.unique(centres):
                concerned = centres == centre
                distances = np.abs(group - centre)
                order = np.argsort(distances, kind="stable")
                unsorted = np.empty_like(group)
                unsorted[order] = _medians_without_each(distances[order])
                spreads[concerned] = unsorted[concerned]
            habits[start : start + length] = centres
            far[start : start + length] = np.abs(group - centres) > gaps * np.maximum(spreads, 1.0)
        start += length
    jumping = cells.with_columns(habitude=pl.Series(habits), saute=pl.Series(far))
    return jumping.filter(pl.col("saute") & pl.col("ligne").is_not_null())


def _medians_without_each(ordered: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Give, for each place of a sorted array, the median of the array without it."""
    places = np.arange(len(ordered))
    others = len(ordered) - 1
    low, high = (others - 1) // 2, others // 2
    at_low = ordered[np.where(places <= low, low + 1, low)]
    at_high = ordered[np.where(places <= high, high + 1, high)]
    return (at_low + at_high) / 2


def _sudden_zeros(cells: pl.DataFrame, habit: float) -> pl.DataFrame:
    """Question a zero where the month before was positive and the last months were not small."""
    previous = pl.col("visioconferences").shift(1).over("cellule")
    month_before = pl.col("rang_mois").shift(1).over("cellule")
    zero = (
        pl.col("ligne").is_not_null()
        & (pl.col("visioconferences") == 0)
        & (previous > 0)
        & (month_before == pl.col("rang_mois") - 1)
    )
    marked = cells.with_columns(zero=zero)
    concerned = marked.filter(pl.col("zero").any().over("cellule")).with_columns(
        habitude=pl.col("visioconferences")
        .cast(pl.Float64)
        .shift(1)
        .rolling_median(window_size=_HABIT_MONTHS, min_samples=1)
        .over("cellule")
    )
    found = concerned.filter(pl.col("zero") & (pl.col("habitude") >= habit))
    return _alert(_with_month(found), "zero_soudain", detail=_habit(found["habitude"]))


def _repeated_vectors(cells: pl.DataFrame, reference: Reference) -> pl.DataFrame:
    """Question a juridiction whose figures of the month are all those of the month before."""
    vectors = cells.group_by("rang_juridiction", "rang_mois").agg(
        # Shortened, so that the sum of a vector's hashes cannot overflow.
        empreinte=(
            pl.struct("rang_activite", "visioconferences", "extractions_evitees").hash() // 2**16
        ).sum(),
        cellules=pl.len(),
        positives=(pl.col("visioconferences") > 0).sum(),
        ligne=pl.col("ligne").min(),
        juridiction=pl.col("juridiction").first(),
        activite=pl.lit(None, dtype=pl.String),
    )
    before = vectors.select("rang_juridiction", pl.col("rang_mois") + 1, "empreinte", "cellules")
    repeated = vectors.filter(pl.col("ligne").is_not_null() & (pl.col("positives") >= _TELLING_FIGURES)).join(
        before, on=["rang_juridiction", "rang_mois", "empreinte", "cellules"], how="semi"
    )
    names = {
        code: of_court(nom)
        for code, nom in reference.juridictions.select("juridiction", "nom_court").iter_rows()
    }
    return _alert(
        _with_month(repeated),
        "vecteur_repete",
        detail=pl.col("juridiction").replace_strict(names, return_dtype=pl.String),
    )
