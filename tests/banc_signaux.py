"""How often a control chart shows an icon by chance alone: `uv run python -m tests.banc_signaux [CHARTS]`.

The share of last months that break a rule, on stable series of counts more scattered than Poisson: what
`signal_hasard` holds, by how many are avoided a month and how many months are known.
"""

import sys
from datetime import date
from itertools import product

import numpy as np
from numpy.typing import NDArray

from analytics.objectif.profile import season_of
from analytics.veille.control_chart import Reglages, label_points, limits_of
from analytics.vocabulary.parameters import Parametres
from data.reference import load_parameters

DAY = date(2009, 12, 1)
MEANS = (6.0, 11.0, 20.0, 60.0)
MONTHS = (12, 18, 24)


def share_signalled(seed: int, charts: int, *, mean: float, months: int, parametres: Parametres) -> float:
    """Give the share of charts whose last month breaks a rule though nothing changed."""
    generator = np.random.default_rng(seed)
    reglages = Reglages.at(parametres, DAY)
    # The last month is December; a month of little activity is more scattered, as in the product.
    season = np.tile([float(part) * 12 for part in season_of(DAY.year, parametres)], 3)[-months:]
    signalled = 0
    for _ in range(charts):
        # Variance 1,2 to 3 times the mean, as in the worlds that judge the projection.
        excess = generator.uniform(0.2, 2.0)
        counts: NDArray[np.int64] = generator.poisson(generator.gamma(mean * season / excess, excess))
        values = [float(rate) for rate in counts / season]
        signalled += bool(label_points(values, limits_of(values), reglages)[-1][0])
    return signalled / charts


def main() -> None:
    """Print the shares."""
    charts = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
    parametres = load_parameters()
    shares: list[float] = []
    for mean, months in product(MEANS, MONTHS):
        share = share_signalled(1, charts, mean=mean, months=months, parametres=parametres)
        shares.append(share)
        print(f"{mean:.0f} par mois, {months} mois : {share:.1%}", flush=True)
    print(f"En moyenne : {np.mean(shares):.1%}")


if __name__ == "__main__":
    main()
