"""What is not known for sure: a range, how fast something comes, and the same draws every time.

Everything drawn is rounded to nine decimals: the last digits of a special function differ between machines,
and the same seed must give the same bytes on all of them.
"""

from dataclasses import dataclass
from math import log

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaincinv

from analytics.vocabulary.errors import UserFacingError

Floats = NDArray[np.float64]

_DIGITS = 9
PALIER, LINEAIRE, LOGISTIQUE = "palier", "lineaire", "logistique"
FORMES = {PALIER: "d'un coup", LINEAIRE: "à pas réguliers", LOGISTIQUE: "en S : lent, rapide, puis lent"}


@dataclass(frozen=True)
class Plage:
    """A value known between two bounds, with the one that is most likely: `bas` ≤ `probable` ≤ `haut`."""

    bas: float
    probable: float
    haut: float

    def __post_init__(self) -> None:
        if not self.bas <= self.probable <= self.haut:
            raise UserFacingError(
                "Une plage va du plus bas au plus haut, la valeur probable entre les deux\u00a0: remettez "
                "ces trois valeurs dans l'ordre."
            )

    @classmethod
    def sure(cls, value: float) -> "Plage":
        """Give a value known for sure."""
        return cls(value, value, value)

    @property
    def largeur(self) -> float:
        """Give what separates the bounds; 0 for a value known for sure."""
        return self.haut - self.bas

    def as_value(self) -> float | list[float]:
        """Write it as a plain value: one number where it is sure, three otherwise."""
        bounds = [float(self.bas), float(self.probable), float(self.haut)]
        return bounds if self.largeur else bounds[1]

    @property
    def formes(self) -> tuple[float, float]:
        """Give α = 1 + 4(m − a)/(b − a) and β = 1 + 4(b − m)/(b − a), those of the PERT law (Vose)."""
        if not self.largeur:
            return 1.0, 1.0
        return (
            1 + 4 * (self.probable - self.bas) / self.largeur,
            1 + 4 * (self.haut - self.probable) / self.largeur,
        )

    @property
    def moyenne(self) -> float:
        """Give the mean of the PERT law, (a + 4m + b) / 6."""
        return (self.bas + 4 * self.probable + self.haut) / 6

    def quantile(self, part: Floats) -> Floats:
        """Give what the value stays under with probability `part`; the value itself when it is sure."""
        if not self.largeur:
            return np.full(np.shape(part), self.probable)
        alpha, beta = self.formes
        drawn: Floats = np.asarray(betaincinv(alpha, beta, part), dtype=np.float64)
        return np.round(self.bas + self.largeur * drawn, _DIGITS)


def ramp(forme: str, temps: Floats, *, debut: float, fin: float) -> Floats:
    """Tell which part of a change is there at some moments, 0 to 1; all in months from a same origin.

    « palier »: nothing before `debut`, all from there. « lineaire »: from 0 at `debut` to 1 at `fin`.
    « logistique »: 10 % at `debut` and 90 % at `fin`, two dates people can name: k = 2 ln 9 / (fin − debut).
    A change that takes no time is a « palier » whatever its shape.
    """
    if forme == PALIER or fin <= debut:
        return np.where(temps >= debut, 1.0, 0.0)
    if forme == LINEAIRE:
        return np.clip((temps - debut) / (fin - debut), 0.0, 1.0)
    steepness = 2 * log(9) / (fin - debut)
    return np.round(1 / (1 + np.exp(-steepness * (temps - (debut + fin) / 2))), _DIGITS)


def ramp_of_months(forme: str, mois: Floats, retard: Floats, *, debut: float, fin: float) -> Floats:
    """Give the part (H, D) of a change that whole months hold, each draw being late by `retard` months.

    A month counts for the part of it that comes after a « palier », and for its middle otherwise.
    """
    late = mois[:, None] - retard[None, :]
    if forme == PALIER or fin <= debut:
        return np.clip(late + 1 - debut, 0.0, 1.0)
    return ramp(forme, late + 0.5, debut=debut, fin=fin)


def draw_points(dimensions: int, tirages: int, graine: int) -> Floats:
    """Draw points (dimensions, tirages) of the unit cube, well spread: a scrambled Sobol sequence.

    `tirages`: a power of two. With 1 024 of them a mean has a standard deviation about 150 times smaller
    than with as many plain draws. The same seed gives the same points.
    """
    # Slow to import: only who simulates pays for it.
    from scipy.stats.qmc import Sobol

    points: Floats = np.asarray(
        Sobol(dimensions, scramble=True, rng=np.random.default_rng(graine)).random(tirages), dtype=np.float64
    )
    # Neither 0 nor 1: a quantile there would be a bound, or no number at all.
    return np.clip(np.round(points.T, _DIGITS), 1e-9, 1 - 1e-9)
