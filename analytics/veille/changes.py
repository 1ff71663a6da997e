"""What changed in a month, in a few French sentences."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

import dataframely as dy
import polars as pl

from analytics.couverture import coverage
from analytics.veille.departures import EXPECTED, FALL, NO_PAST, RISE, EcartDuMois
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


def tell_changes(
    ecarts: dy.DataFrame[EcartDuMois],
    *,
    mois: date,
    mensuel: pl.DataFrame,
    totaux: dy.DataFrame[TotalJuridiction],
    attendues: pl.DataFrame,
    alertes: int,
    noms: Mapping[str, str],
    parametres: Parametres,
) -> tuple[Changement, ...]:
    """Say in three to five sentences what changed this month, each with the view that shows it.

    The cours that leave what was expected of them (`judge_cours`); the juridictions that fell silent or
    answer again; the alerts; then, if that is little, the month's total and response rate. `attendues` covers
    the past months too; `noms`, those of cours and juridictions.
    """
    reponses = coverage.count_answers(totaux, attendues)
    told = [
        *_tell_moves(ecarts, mois, noms),
        *_tell_silences(
            mois,
            totaux,
            attendues,
            noms,
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
    ecarts: dy.DataFrame[EcartDuMois], mois: date, noms: Mapping[str, str]
) -> Iterable[Changement]:
    """Tell the furthest rise and the furthest fall, then name the others; or that no cour stands out."""
    by_size = ecarts.sort("ecart", "cour")
    rises, falls = (by_size.filter(pl.col("etat") == state) for state in (RISE, FALL))
    for nature, word, moved in ((RISE, "Hausse", rises.tail(1)), (FALL, "Baisse", falls.head(1))):
        for row in moved.iter_rows(named=True):
            where, when = noms.get(row["cour"], row["cour"]), _months_judged(mois, row["mois_juges"])
            avoided = wording.count(row["evitees"], "extraction évitée", "extractions évitées")
            due = wording.number(row["attendues"], 0 if row["attendues"] >= FEW else 1)
            chart = _say_chart(row["carte"], RISE_SENSE[nature])
            yield _change(
                nature,
                f"{word} {wording.at_cour(where)} : {avoided} en {when}, quand ses mois précédents et les "
                f"autres cours en laissaient attendre {due} ({chart}).",
                "cour",
                cour=row["cour"],
            )
    others = pl.concat([rises.head(-1), falls.tail(-1)])
    if count := others.height:
        names = sorted((noms.get(code, code) for code in others["cour"]), key=wording.collation_key)
        yield _change(
            "autres",
            f"{wording.count(count, 'autre cour', 'autres cours')} "
            f"{wording.agree(count, STRAYS, STRAY)} aussi de ce qu'on attendait "
            f"{wording.agree(count, OF_IT, OF_THEM)} en {wording.month(mois)} : "
            f"{wording.some_of(names[:NAMES_IN_A_SENTENCE], count)}.",
            "activites",
        )
    judged = ecarts.filter(pl.col("etat").is_in([RISE, FALL, EXPECTED])).height
    if judged and rises.is_empty() and falls.is_empty():
        yield _change(
            "stable",
            f"Aucune cour ne s'écarte nettement de ce qu'on attendait d'elle en {wording.month(mois)}"
            + _say_unjudged(ecarts)
            + ".",
            "activites",
        )


# Under so many expected, a decimal says something.
FEW = 10
STRAYS, STRAY, OF_IT, OF_THEM = "s'écarte", "s'écartent", "d'elle", "d'elles"
RISE_SENSE = {RISE: 1, FALL: -1}


def _months_judged(mois: date, count: int) -> str:
    if count == 1:
        return wording.month(mois)
    earlier = _month_before(mois)
    first = wording.MONTHS[earlier.month - 1] if earlier.year == mois.year else wording.month(earlier)
    return f"{first} et {wording.month(mois)}"


def _say_chart(carte: int | None, sens: int) -> str:
    """Say whether the control chart of that cour signals this month too, the same way."""
    if carte is None:
        return "sans carte de contrôle"
    if carte == 0:
        return "la carte de contrôle n'en dit rien"
    if carte == sens:
        return "signalé aussi par la carte de contrôle"
    return f"la carte de contrôle signale au contraire une {'amélioration' if carte > 0 else 'dégradation'}"


def _say_unjudged(ecarts: dy.DataFrame[EcartDuMois]) -> str:
    """Count the cours that were not judged, and say why."""
    aside = ecarts.filter(~pl.col("etat").is_in([RISE, FALL, EXPECTED]))
    if aside.is_empty():
        return ""
    new = aside.filter(pl.col("etat") == NO_PAST).height
    reasons = (["trop peu de mois passés"] if new else []) + (
        ["réponses inhabituelles"] if new < aside.height else []
    )
    return (
        f" ; {wording.count(aside.height, 'cour')} non {wording.agree(aside.height, 'jugée', 'jugées')} "
        f"({', ou '.join(reasons)})"
    )


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
