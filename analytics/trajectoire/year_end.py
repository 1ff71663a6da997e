"""What the whole year may end at, and the odds of its objective: the projection, as a reading counts it."""

from dataclasses import dataclass
from fractions import Fraction
from math import ceil

from analytics.projection.model import round_probability
from analytics.projection.outlook import Avenir
from analytics.trajectoire.account import CompteAnnee


@dataclass(frozen=True)
class FinAnnee:
    """What the whole year may end at, as the reading counts it, and the odds of reaching its objective.

    `p_objectif` is rounded as it is known (`model.round_probability`): what is shown is what decides.
    `qXX`: XX % of the years projected end at or under it. `indicatif`: too little is known to be affirmative,
    because the share that answers has just moved (`reponse_mue`) or for want of months; `reponse`: the share
    of the answers due until December that all of this supposes.
    """

    moyenne: float
    q025: int
    q10: int
    q50: int
    q90: int
    q975: int
    p_objectif: float | None
    indicatif: bool
    reponse: float | None
    reponse_mue: bool


# While a projection is only indicative, no chances lower than this are told, nor as much above.
LEAST_ODDS = 0.05


def chances(avenir: Avenir, wanted: Fraction, mois_indicatifs: int) -> float:
    """Give the chances that what is to come reaches `wanted`, as finely as they are known.

    Certain only when nothing is to come any more: until then a correction, too, may come.
    """
    if not avenir.moyennes:
        return float(wanted <= 0)
    p = round_probability(avenir.at_least(ceil(wanted)))
    if wanted <= 0 or not avenir.is_indicative(mois_indicatifs):
        return p
    return min(max(p, LEAST_ODDS), 1 - LEAST_ODDS)


def project(
    evitees: int, compte: CompteAnnee | None, avenir: Avenir | None, mois_indicatifs: int
) -> FinAnnee | None:
    """Project the year in the terms of the reading; None where what it counts so far is not known."""
    if avenir is None:
        return None
    start, p = Fraction(evitees), None
    if compte and compte.lecture != "A":
        if compte.so_far is None:
            return None
        start = compte.so_far + compte.to_come
    if compte and compte.so_far is not None:
        p = chances(avenir, compte.objectif.annuel - compte.so_far - compte.to_come, mois_indicatifs)
    whole = round(start)
    low, tenth, half, ninetieth, high = (whole + avenir.quantile(q) for q in (0.025, 0.1, 0.5, 0.9, 0.975))
    return FinAnnee(
        moyenne=float(start) + avenir.moyenne,
        q025=low,
        q10=tenth,
        q50=half,
        q90=ninetieth,
        q975=high,
        p_objectif=p,
        indicatif=avenir.is_indicative(mois_indicatifs),
        reponse=avenir.reponse,
        reponse_mue=avenir.reponse_mue,
    )
