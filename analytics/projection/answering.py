"""The share of the juridictions that will answer in the months to come, and how far it may be from there.

What is projected is what will be declared: it depends on who answers as much as on what is avoided. The
logit of the country's share goes back, faster or slower, to a level where a collection settles (its prior
comes from the parameters), with a slope of its own that fades; settings are weighed by their likelihood, as
in `national_path`. Each cour keeps its distance to the country, less so where few answers are known.
"""

from dataclasses import dataclass
from datetime import date
from itertools import product
from math import log

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit

from analytics.projection.national_path import NINE_TENTHS
from analytics.statistics import kalman
from analytics.statistics.kalman import Banque
from analytics.vocabulary.parameters import Parametres

Floats = NDArray[np.float64]

# The ways in which months to come may be exposed.
PROJETEE, FIGEE = "projetee", "figee"
VARIANTES = {
    PROJETEE: "Part des réponses projetée, avec son incertitude",
    FIGEE: "Part des réponses figée à celle des trois derniers mois",
}

# A month brings the share closer to where it settles by one of these parts; it moves by chance by one of
# these standard deviations (of its logit), and so does its slope.
RETURN = (0.07, 0.15, 0.30)
LEVEL_SD = (0.03, 0.10, 0.25)
SLOPE_SD = (0.0, 0.05)
FIRST_SLOPE_SD = 0.15
DAMPING = 0.90
# How much a month weighs, the month after, in what is known of one cour's answers.
MEMORY = 0.8
# Answers that the country lends to each cour: what is believed of it before its own are known.
LENT = 2.0
# What a month of the country's declarations owes to which juridictions answered, beside how many did.
WHO_SD = 0.06
# Without projecting it, the share of the months to come is that of the last ones.
MONTHS_OF_COVERAGE = 3

_VAGUE = 4.0


@dataclass(frozen=True)
class CroyanceReponse:
    """Where the share that answers is believed to settle: mean and standard deviation of its logit."""

    palier: float
    palier_sd: float

    @classmethod
    def of(cls, parametres: Parametres, day: date) -> "CroyanceReponse":
        """Read what is believed on a day."""
        low, level, high = (
            float(parametres.at(f"reponse_palier_{name}", day).valeur) for name in ("bas", "median", "haut")
        )
        return cls(
            palier=log(level / (1 - level)),
            palier_sd=float(logit(high) - logit(low)) / (2 * NINE_TENTHS),
        )


@dataclass(frozen=True)
class PartReponse:
    """What share of each cour will answer: `parts` (I, H), 0 to 1.

    `commune` (H, H): covariance of the logarithm of the share, the same for all; `propre` (I,): relative
    variance of each cour's own.
    """

    parts: Floats
    commune: Floats
    propre: Floats


def of(
    variante: str, repondues: Floats, attendues: Floats, horizon: int, parametres: Parametres, day: date
) -> PartReponse:
    """Tell what will answer: projected as is believed on a day, or frozen; `variante` is one of the two."""
    if variante == FIGEE or not horizon:
        return freeze(repondues, attendues, horizon)
    return foresee(repondues, attendues, horizon, CroyanceReponse.of(parametres, day))


def has_moved(repondues: Floats, attendues: Floats, most: float) -> bool:
    """Tell whether the share (T,) moved by more than `most` in the last three months."""
    if attendues.size <= MONTHS_OF_COVERAGE or not (attendues[[-1, -1 - MONTHS_OF_COVERAGE]] > 0).all():
        return False
    before, now = (repondues[rank] / attendues[rank] for rank in (-1 - MONTHS_OF_COVERAGE, -1))
    return bool(abs(now - before) > most)


def freeze(repondues: Floats, attendues: Floats, horizon: int) -> PartReponse:
    """Take the share of the last months for those to come, as if it were certain."""
    due = attendues[:, -MONTHS_OF_COVERAGE:].sum(axis=1)
    given = repondues[:, -MONTHS_OF_COVERAGE:].sum(axis=1)
    share: Floats = np.divide(given, due, out=np.zeros_like(due), where=due > 0)
    return PartReponse(
        parts=np.repeat(share[:, None], horizon, axis=1),
        commune=np.zeros((horizon, horizon)),
        propre=np.zeros_like(share),
    )


def foresee(repondues: Floats, attendues: Floats, horizon: int, croyance: CroyanceReponse) -> PartReponse:
    """Project the share of each cour; `repondues`, `attendues`: answers (I, T), given among those due."""
    given, due = repondues.sum(axis=0), attendues.sum(axis=0)
    share = (given + 0.5) / (due + 1.0)
    mean, covariance = _follow(given, due, horizon, croyance)
    country = expit(mean / np.sqrt(1 + np.pi * np.diag(covariance) / 8))  # the mean of a logit-normal law

    memory: Floats = np.power(MEMORY, np.arange(due.size - 1.0, -1.0, -1.0))
    own_given, own_silent = repondues @ memory, (attendues - repondues) @ memory
    expected_given, expected_silent = (attendues * share) @ memory, (attendues * (1 - share)) @ memory
    whole = np.where(expected_given + expected_silent > 0, expected_given + expected_silent, 1.0)
    apart = np.log(
        (own_given + LENT * expected_given / whole + 1e-9)
        / (own_silent + LENT * expected_silent / whole + 1e-9)
    ) - np.log((expected_given + 1e-9) / (expected_silent + 1e-9))
    parts = expit(logit(country) + apart[:, None])
    mean_part = parts.mean(axis=1)
    far = 1 - country
    return PartReponse(
        parts=parts,
        commune=far[:, None] * far * covariance + np.eye(horizon) * WHO_SD**2,
        propre=(1 - mean_part) / mean_part / (own_given + own_silent + LENT),
    )


def _follow(given: Floats, due: Floats, horizon: int, croyance: CroyanceReponse) -> tuple[Floats, Floats]:
    """Follow the logit of the country's share, and prolong it: mean (H,) and covariance (H, H)."""
    back, level, slope = np.array(list(product(RETURN, LEVEL_SD, SLOPE_SD))).T
    count = int(back.size)
    seen: Floats = np.log((given + 0.5) / (due - given + 0.5))
    part = np.clip((given + 0.5) / (due + 1.0), 0.03, 0.97)
    cov, step, moves = np.zeros((count, 3, 3)), np.zeros((count, 3, 3)), np.zeros((count, 3, 3))
    cov[:, 0, 0], cov[:, 2, 2] = _VAGUE, croyance.palier_sd**2
    cov[:, 1, 1] = np.where(slope > 0, FIRST_SLOPE_SD**2, 0.0)
    step[:, 0, 0], step[:, 0, 1], step[:, 0, 2] = 1 - back, 1.0, back
    step[:, 1, 1], step[:, 2, 2] = DAMPING, 1.0
    moves[:, 0, 0], moves[:, 1, 1] = level**2, slope**2
    bank = Banque(
        mean=np.tile([seen[0], 0.0, croyance.palier], (count, 1)),
        cov=cov,
        step=step,
        moves=moves,
        shock=np.zeros(count),
        shape=np.zeros((count, due.size + horizon)),
        belief=np.full(count, 1 / count),
    )
    return kalman.follow(bank, seen, 1.0 / (np.maximum(due, 1.0) * part * (1 - part)), due > 0).prolong()
