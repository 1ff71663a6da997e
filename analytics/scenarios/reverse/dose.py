"""What one lever must be worth for the year to reach its objective, or what stands in the way.

The year that is sought is the one that is shown: the mean of all the draws. The odds of what is asked are
those of the projection and of the draws together, as they are shown too.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace

import numpy as np

from analytics.scenarios.draws import draw, most_likely
from analytics.scenarios.ranges import PALIER, Floats, Plage
from analytics.scenarios.scenario import DEMANDE, NATURES, Hypotheses, Levier, Scenario
from analytics.scenarios.simulation import Simulation, simulate
from analytics.scenarios.terrain import Terrain
from analytics.vocabulary.errors import UserFacingError

# Bisections on the most likely year, to know where to look for the one that is shown.
_STEPS = 12
# What values are told with: a tenth of a point, a tenth of a unit.
_GRAIN_PART, _GRAIN_UNIT = 0.001, 0.1
# One chance in two, four in five.
CHANCES = (0.5, 0.8)
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

    `obtenues`: what the year avoids then, in the mean of the draws; `p`: the probability that it reaches what
    is asked, None where no law tells it. `chances`: for each of `CHANCES`, the least value that gives it,
    None where none does. `au_mieux`: extractions avoided in the year with the lever at its most; `frein`: one
    of `FREINS`, the bound whose lifting alone would add the most there, and `sans_frein` what the year would
    then avoid.
    """

    valeur: float | None
    obtenues: float
    p: float | None
    chances: tuple[tuple[float, float | None], ...]
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
    tirages: int,
    graine: int,
    pondere: bool = False,
    odds: Callable[[Floats], float] | None = None,
) -> Recherche:
    """Find the least value of the lever `rank` (from 0) that brings the year to `voulues`.

    `attendues`: what the year avoids if nothing changes. `pondere`: both are weighed by the effort of the
    escorts, and so is what the lever brings. `odds` gives the probability of what is asked, from what the
    levers add month by month in each draw (H, D). The other levers stay as they are; `tirages` and `graine`
    are those of the scenario once it is opened. Raises `UserFacingError` for a lever that does not act in one
    direction only.
    """
    levier = scenario.leviers[rank]
    if levier.nature == DEMANDE:
        raise UserFacingError(
            "Le nombre d'extractions nécessaires ne se choisit pas : prenez un autre levier pour cette "
            "question."
        )
    bounds = NATURES[levier.nature]
    grain = _GRAIN_PART if bounds.part else _GRAIN_UNIT
    last = round((bounds.maximum - bounds.minimum) / grain)
    tried: dict[int, tuple[float, float | None]] = {}

    def value_of(place: int) -> float:
        return min(round(bounds.minimum + place * grain, 9), bounds.maximum)

    def moved(value: float, **changes: object) -> Scenario:
        # What is lifted names fields of a lever.
        one = replace(levier, valeur=Plage.sure(value), **changes)  # pyright: ignore[reportArgumentType] - fields of it
        levers = [*scenario.leviers]
        levers[rank] = one
        return replace(scenario, leviers=tuple(levers))

    def run(asked: Scenario, ground: Terrain = terrain, what: Hypotheses = hypotheses) -> Simulation:
        drawn = draw(asked, what, tirages=tirages, graine=graine)
        return simulate(ground, asked, what, drawn, pondere=pondere)

    def mean(found: Simulation) -> float:
        return attendues + float(found.total(cours).mean())

    def at(place: int) -> tuple[float, float | None]:
        """Give the year and the odds at a value, run once."""
        if place not in tried:
            found = run(moved(value_of(place)))
            together = found.ensemble[found.rows(cours)].sum(axis=0)
            tried[place] = mean(found), None if odds is None else odds(together)
        return tried[place]

    def likely(value: float) -> float:
        return attendues + central_gain(terrain, moved(value), hypotheses, cours, pondere=pondere)

    def least(reached: Callable[[int], bool], near: int) -> int | None:
        """Find the first place that is reached, looking near one: all those after it are."""
        if not reached(last):
            return None
        low, high, step = -1, last, 1
        place = min(max(near, 0), last)
        while low < place < high:
            # Further and further away from where it was expected, then halfway.
            low, high = (low, place) if reached(place) else (place, high)
            place = high - step if high == place else low + step
            step *= 4
        while high - low > 1:
            place = (low + high) // 2
            low, high = (low, place) if reached(place) else (place, high)
        return high

    chosen = tuple((chance, None) for chance in CHANCES) if odds is None else None
    best = at(last)[0]
    low, high = bounds.minimum, bounds.maximum
    for _ in range(_STEPS):
        middle = (low + high) / 2
        low, high = (low, middle) if likely(middle) >= voulues else (middle, high)
    near = round((high - bounds.minimum) / grain)
    found = least(lambda place: at(place)[0] >= voulues - 1e-6, near)
    if chosen is None:
        places = {
            chance: least(
                lambda place, chance=chance: (at(place)[1] or 0.0) >= chance, near if found is None else found
            )
            for chance in CHANCES
        }
        chosen = tuple(
            (chance, None if place is None else value_of(place)) for chance, place in places.items()
        )
    if found is not None:
        year, p = at(found)
        return Recherche(value_of(found), year, p, chosen, best, "", best)
    brake, ground, what, changes = max(
        ((name, *each) for name, each in _lift_each(terrain, hypotheses, levier).items()),
        key=lambda lifted: central_gain(
            lifted[1], moved(bounds.maximum, **lifted[3]), lifted[2], cours, pondere=pondere
        ),
    )
    after = mean(run(moved(bounds.maximum, **changes), ground, what))
    return Recherche(None, best, at(last)[1], chosen, best, brake, after)


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
