"""What the silent juridictions may have avoided: their own history, their cour's, how often they answer.

Those who use video least also answer least: what the respondents do, spread over the silent, is too high.
`levels` learns what each juridiction does with the mix of respondents held; this gives the law of what was
left unsaid. A steering figure: the settlement counts what is declared.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analytics.couverture.levels import learn
from analytics.statistics.negative_binomial import Loi

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

# What the silent, all together, may do otherwise than their past, their cour and the share of months answered
# tell: no answer can show it. Relative, one standard deviation.
SILENCE_SD = 0.08


@dataclass(frozen=True)
class Estimation:
    """What J juridictions avoided over T months, answered or not, month by month.

    `declare`: (J, T), 0 where silent. `manque`: the mean of what was left unsaid, 0 where one answered.
    `propre`: (J,) its variance over all the months, each juridiction's own; `partage`: (K, J) how much each
    of K common causes (the path, the cours, the silent as a whole) moves the sum of each juridiction.
    """

    declare: Floats
    manque: Floats
    propre: Floats
    partage: Floats

    def total(self, rows: NDArray[np.intp]) -> tuple[float, Loi]:
        """Give what some juridictions declared together, and the law of what they left unsaid."""
        missing = float(self.manque[rows].sum())
        common = self.partage[:, rows].sum(axis=1)
        variance = float(self.propre[rows].sum() + np.square(common).sum())
        return float(self.declare[rows].sum()), Loi(np.array([missing]), np.array([max(variance, missing)]))


def estimate(
    evitees: Floats,
    exposition: Floats,
    repondu: Flags,
    cours: Sequence[str] | NDArray[np.str_] | None = None,
    *,
    depuis: int = 0,
) -> Estimation:
    """Estimate what each juridiction avoided in the months when it was silent.

    The months before the rank `depuis` teach, and are not estimated.

    `evitees`, `exposition`, `repondu`: (J, T); the exposure (base × season) is that of a month, answered or
    not, and 0 where the juridiction was not in force. `cours`: (J,) the cour of each, which it resembles;
    without it, all are taken to be of one.
    """
    counts = np.where(repondu, evitees, 0.0)
    seen = np.where(repondu, exposition, 0.0)
    live = exposition > 0
    share: Floats = (repondu & live).sum(axis=1) / np.maximum(live.sum(axis=1), 1)
    names = np.zeros(share.size) if cours is None else np.asarray(cours)
    places: NDArray[np.intp] = np.unique(names, return_inverse=True)[1]
    levels = learn(counts, seen, share - float(share.mean()), places)

    manque = np.where(repondu, 0.0, exposition) * levels.taux
    manque[:, :depuis] = 0.0
    own = manque.sum(axis=1)
    # The squares of the months that go better or worse are those of the rate itself, which is not known.
    chance = own + levels.dispersion * (manque**2 * np.exp(levels.variance)).sum(axis=1)
    level = np.einsum("jt,js,jts->j", manque, manque, np.expm1(levels.propre))
    return Estimation(
        declare=counts[:, depuis:],
        manque=manque[:, depuis:],
        propre=chance + level,
        partage=np.concatenate([levels.common(manque), SILENCE_SD * own[None, :]]),
    )
