"""What one lever must be worth for the year to reach its objective, or what stands in the way.

Everything but that lever takes its most likely value: the answer is central, its odds are told beside it.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace

import numpy as np

from analytics.errors import UserFacingError
from analytics.ranges import PALIER, Plage
from analytics.scenario import DEMANDE, NATURES, Hypotheses, Levier, Scenario
from analytics.simulation import most_likely, simulate
from analytics.terrain import Terrain

_STEPS = 40
# What holds a lever back, in the order in which ties are told.
FREINS = {
    "perimetre": "son périmètre",
    "montee": "le temps qui reste et la montée en charge",
    "reponse": "les juridictions qui ne répondent pas",
    "equipement": "l'équipement des établissements pénitentiaires",
    "loi": "ce que la loi permet",
    "acceptation": "l'acceptation et la technique",
    "materiel": "la capacité des équipements des juridictions",
}


@dataclass(frozen=True)
class Recherche:
    """The least value of a lever that reaches what is asked; None: out of reach.

    `au_mieux`: extractions avoided in the year with the lever at its most; `frein`: one of `FREINS`, the
    bound whose lifting alone would add the most there, and `sans_frein` what the year would then avoid.
    """

    valeur: float | None
    obtenues: float
    au_mieux: float
    frein: str
    sans_frein: float


def seek(
    terrain: Terrain,
    scenario: Scenario,
    hypotheses: Hypotheses,
    rank: int,
    *,
    cours: Collection[str],
    attendues: float,
    voulues: float,
    pondere: bool = False,
) -> Recherche:
    """Find by bisection the least value of the lever `rank` (from 0) that brings the year to `voulues`.

    `attendues`: what the year avoids if nothing changes. `pondere`: both are weighed by the effort of the
    escorts, and so is what the lever brings. The other levers stay as they are. Raises `UserFacingError` for
    a lever that does not act in one direction only.
    """
    levier = scenario.leviers[rank]
    if levier.nature == DEMANDE:
        raise UserFacingError(
            "Le nombre d'extractions nécessaires ne se choisit pas : prenez un autre levier pour cette "
            "question."
        )
    bounds = NATURES[levier.nature]

    def year(
        value: float, ground: Terrain = terrain, what: Hypotheses = hypotheses, **changes: object
    ) -> float:
        # What is lifted names fields of a lever.
        moved = replace(levier, valeur=Plage.sure(value), **changes)  # pyright: ignore[reportArgumentType]
        levers = [*scenario.leviers]
        levers[rank] = moved
        return attendues + central_gain(
            ground, replace(scenario, leviers=tuple(levers)), what, cours, pondere=pondere
        )

    best = year(bounds.maximum)
    if best < voulues:
        lifted = _lift_each(terrain, hypotheses, levier)
        after = {
            name: year(bounds.maximum, ground, what, **changes)
            for name, (ground, what, changes) in lifted.items()
        }
        brake = max(after, key=lambda name: after[name])
        return Recherche(None, best, best, brake, after[brake])
    low, high = bounds.minimum, bounds.maximum
    if year(low) >= voulues:
        high = low
    for _ in range(_STEPS):
        middle = (low + high) / 2
        low, high = (low, middle) if year(middle) >= voulues else (middle, high)
    return Recherche(high, year(high), best, "", best)


def central_gain(
    terrain: Terrain, scenario: Scenario, hypotheses: Hypotheses, cours: Collection[str], *, pondere: bool
) -> float:
    """Give what a scenario adds in some cours, everything being at its most likely value."""
    found = simulate(terrain, scenario, hypotheses, most_likely(scenario, hypotheses), pondere=pondere)
    return float(found.total(cours)[0])


def _lift_each(
    terrain: Terrain, hypotheses: Hypotheses, levier: Levier
) -> dict[str, tuple[Terrain, Hypotheses, dict[str, object]]]:
    """Lift the bounds on a lever, one at a time."""
    at_once: dict[str, object] = {
        "forme": PALIER,
        "plein": None,
        "du": terrain.mois[0],
        "au": None,
        "retard": Plage.sure(0.0),
    }
    perfect = Plage.sure(1.0)
    everywhere: dict[str, object] = {"cours": (), "juridictions": (), "activites": ()}
    if levier.prisons:
        everywhere["prisons"] = tuple(sorted(terrain.prisons))
    return {
        "perimetre": (terrain, hypotheses, everywhere),
        "montee": (terrain, hypotheses, at_once),
        "reponse": (replace(terrain, reponse=np.ones_like(terrain.reponse)), hypotheses, {}),
        "equipement": (replace(terrain, equipe=np.ones_like(terrain.equipe)), hypotheses, {}),
        "loi": (replace(terrain, legale=np.ones_like(terrain.legale)), hypotheses, {}),
        "acceptation": (terrain, replace(hypotheses, acceptation=perfect, technique=perfect), {}),
        "materiel": (terrain, replace(hypotheses, equipements=1e6), {}),
    }
