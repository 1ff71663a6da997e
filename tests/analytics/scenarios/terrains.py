"""Grounds made by hand, small enough to be checked."""

from datetime import date

import numpy as np

from analytics.scenarios.scenario import Hypotheses
from analytics.scenarios.terrain import Terrain
from analytics.statistics.ranges import Plage
from analytics.vocabulary.periods import list_months

START = date(2009, 4, 1)
PERFECT = Hypotheses(
    substitution=Plage.sure(1.0),
    rebond=Plage.sure(0.0),
    acceptation=Plage.sure(1.0),
    technique=Plage.sure(1.0),
    utilisation=Plage.sure(1.0),
    equipements=1_000.0,
    jours=20.0,
    creneaux=6.0,
)
USUAL = Hypotheses(
    substitution=Plage(0.6, 0.9, 1.0),
    rebond=Plage(0.0, 0.03, 0.15),
    acceptation=Plage(0.8, 0.9, 0.95),
    technique=Plage(0.9, 0.95, 0.99),
    utilisation=Plage(0.4, 0.6, 0.8),
    equipements=1.0,
    jours=20.0,
    creneaux=6.0,
)


def ground(
    *,
    cours: int = 2,
    courts: int = 2,
    activities: int = 2,
    months: int = 3,
    volume: float = 100.0,
    now: float = 0.1,
    legal: float = 1.0,
    prisons: float = 1.0,
    answers: float = 1.0,
) -> Terrain:
    """Every cell alike: `volume` extractions a month, `now` of them avoided."""
    cells = cours * courts * activities
    codes = tuple(f"CA-{rank}" for rank in range(cours))
    cour = np.repeat(np.arange(cours), courts * activities)
    shape = (cells, months)
    return Terrain(
        mois=tuple(list_months(START, date(2012, 12, 1))[:months]),
        cours=codes,
        cour=cour,
        juridictions=tuple(
            f"TGI-{c}-{j}" for c in range(cours) for j in range(courts) for _ in range(activities)
        ),
        activites=tuple(f"A{a}" for _ in range(cours * courts) for a in range(activities)),
        volume=np.full(shape, volume),
        maintenant=np.full(shape, now),
        legale=np.full(shape, legal),
        equipe=np.full(cours, prisons),
        reponse=np.full(cours, answers),
        usage=now,
        poids=np.ones(cells),
        prisons={},
    )
