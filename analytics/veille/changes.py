"""What changed in a month, in a few French sentences."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from statistics import median

import dataframely as dy
import polars as pl

from analytics.couverture import coverage
from analytics.vocabulary import wording
from analytics.vocabulary.parameters import Parametres
from analytics.vocabulary.schemas import TotalJuridiction


@dataclass(frozen=True)
class Changement:
    """One French sentence about a month, and the view that shows it: a page and its query."""

    nature: str
    phrase: str
    page: str
    requete: tuple[tuple[str, str], ...] = ()


class EcartDuMois(dy.Schema):
    """A month of a cour against its own past: `ecart` in median absolute deviations (1 at least)."""

    cour = dy.String(primary_key=True)
    valeur = dy.Int64(min=0)
    habitude = dy.Float64(min=0)
    mois_compares = dy.Int64(min=1)
    ecart = dy.Float64()


# Fewer months than this do not make a habit.
LEAST_HISTORY = 3


def compare_with_habit(mensuel: pl.DataFrame, *, mois: date, mois_de_passe: int) -> dy.DataFrame[EcartDuMois]:
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
    return EcartDuMois.validate(pl.DataFrame(rows, schema=EcartDuMois.create_empty().schema, orient="row"))


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
                "collecte",
                onglet="alertes",
                campagne=f"{mois:%Y-%m}",
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
    deviations: dy.DataFrame[EcartDuMois],
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
            **_collection_of(mois, fallen),
        )
    back = coverage.speaking_again(totaux, attendues, mois=mois, mois_precedents=mois_precedents)
    if count := back.height:
        yield _change(
            "reponse",
            f"{wording.count(count, 'juridiction')} {wording.agree(count, 'répond', 'répondent')} "
            f"pour {wording.month(mois)} après au moins {span} de silence : {_some(back, noms)}.",
            **_collection_of(mois, back),
        )


NOT_SINGULAR, NOT_PLURAL = "n'a", "n'ont"


def _some(courts: pl.DataFrame, noms: Mapping[str, str]) -> str:
    names = sorted((noms.get(code, code) for code in courts["juridiction"]), key=wording.collation_key)
    return wording.some_of(names[:NAMES_IN_A_SENTENCE], len(names))


def _collection_of(mois: date, courts: pl.DataFrame) -> dict[str, str]:
    """Give the view that shows all of them: the answers of that month, of their cour where they share one."""
    view = {"page": "collecte", "campagne": f"{mois:%Y-%m}", "onglet": "grille"}
    cours = courts["cour"].unique().to_list()
    return view | ({"ressort": cours[0]} if len(cours) == 1 else {})


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
        f" ({wording.points(wording.difference(before, now, 3))} en un mois)" if before is not None else ""
    )
    return _change("taux", phrase + ".", "collecte", campagne=f"{mois:%Y-%m}")


def response_rate(reponses: dy.DataFrame[coverage.Reponses], mois: date) -> Fraction | None:
    """Give the share of the juridictions in force in a month that answered for it."""
    rows = reponses.filter(pl.col("mois") == mois)
    expected = int(rows["attendues"].sum())
    return Fraction(int(rows["repondues"].sum()), expected) if expected else None


def _month_before(mois: date) -> date:
    return date.fromordinal(mois.toordinal() - 1).replace(day=1)
