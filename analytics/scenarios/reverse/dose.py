"""What one lever must be worth for the year to reach its objective, or what stands in the way.

The year that is sought is the one that is shown: the mean of all the draws. The odds of what is asked are
those of the projection and of the draws together, as they are shown too.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace

import numpy as np

from analytics.leviers.levier import DEMANDE, NATURES, Levier
from analytics.scenarios.draws import draw, most_likely
from analytics.scenarios.scenario import Hypotheses, Scenario
from analytics.scenarios.simulation import Simulation, simulate
from analytics.scenarios.terrain import Terrain
from analytics.statistics.ranges import PALIER, Floats, Plage
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


@dataclass(frozen=True)
class But:
    """What is asked of a lever: that the year of some cours, taken together, reach `voulues`.

    `attendues`: what that year avoids if nothing changes. `pondere`: both are weighed by the effort of the
    escorts, and so is what the lever brings. `odds` gives the probability of what is asked, from what the
    levers add month by month in each draw (H, D); None where no law tells it.
    """

    cours: Collection[str]
    attendues: float
    voulues: float
    pondere: bool = False
    odds: Callable[[Floats], float] | None = None


def seek(
    terrain: Terrain,
    scenario: Scenario,
    hypotheses: Hypotheses,
    rank: int,
    but: But,
    *,
    tirages: int,
    graine: int,
) -> Recherche:
    """Find the least value of the lever `rank` (from 0) that brings the year to what is asked.

    The other levers stay as they are; `tirages` and `graine` are those of the scenario once it is opened.
    Raises `UserFacingError` for a lever that does not act in one direction only.
    """
    levier = scenario.leviers[rank]
    if levier.nature == DEMANDE:
        raise UserFacingError(
            "Le nombre d'extractions nécessaires ne se choisit pas : prenez un autre levier pour cette "
            "question."
        )
    essais = _Essais(terrain, scenario, hypotheses, rank, but, tirages=tirages, graine=graine)
    best, best_p = essais.at(essais.last)
    near = essais.guess()
    found = essais.least(lambda place: essais.at(place)[0] >= but.voulues - 1e-6, near)
    chances = essais.find_chances(near if found is None else found)
    if found is not None:
        year, p = essais.at(found)
        return Recherche(essais.value_of(found), year, p, chances, best, "", best)
    brake, after = essais.find_brake()
    return Recherche(None, best, best_p, chances, best, brake, after)


class _Essais:
    """The values of a lever tried so far, by their place on the grid of those that can be told."""

    def __init__(
        self,
        terrain: Terrain,
        scenario: Scenario,
        hypotheses: Hypotheses,
        rank: int,
        but: But,
        *,
        tirages: int,
        graine: int,
    ) -> None:
        self._terrain, self._scenario, self._hypotheses, self._rank = terrain, scenario, hypotheses, rank
        self._but, self._tirages, self._graine = but, tirages, graine
        self._bounds = NATURES[scenario.leviers[rank].nature]
        self._grain = _GRAIN_PART if self._bounds.part else _GRAIN_UNIT
        self.last = round((self._bounds.maximum - self._bounds.minimum) / self._grain)
        self._tried: dict[int, tuple[float, float | None]] = {}

    def value_of(self, place: int) -> float:
        """Give the value at a place."""
        return min(round(self._bounds.minimum + place * self._grain, 9), self._bounds.maximum)

    def at(self, place: int) -> tuple[float, float | None]:
        """Give the year and the odds at a value, run once."""
        if place not in self._tried:
            found = self._run(self._moved(self.value_of(place)), self._terrain, self._hypotheses)
            together = found.ensemble[found.rows(self._but.cours)].sum(axis=0)
            odds = self._but.odds
            self._tried[place] = self._mean(found), None if odds is None else odds(together)
        return self._tried[place]

    def guess(self) -> int:
        """Guess where what is asked is reached: where the most likely year reaches it."""
        low, high = self._bounds.minimum, self._bounds.maximum
        for _ in range(_STEPS):
            middle = (low + high) / 2
            likely = self._but.attendues + self._likely_gain(
                self._terrain, self._moved(middle), self._hypotheses
            )
            low, high = (low, middle) if likely >= self._but.voulues else (middle, high)
        return round((high - self._bounds.minimum) / self._grain)

    def least(self, reached: Callable[[int], bool], near: int) -> int | None:
        """Find the first place that is reached, looking near one: all those after it are."""
        if not reached(self.last):
            return None
        low, high, step = -1, self.last, 1
        place = min(max(near, 0), self.last)
        while low < place < high:
            # Further and further away from where it was expected, then halfway.
            low, high = (low, place) if reached(place) else (place, high)
            place = high - step if high == place else low + step
            step *= 4
        while high - low > 1:
            place = (low + high) // 2
            low, high = (low, place) if reached(place) else (place, high)
        return high

    def find_chances(self, near: int) -> tuple[tuple[float, float | None], ...]:
        """Find, for each of `CHANCES`, the least value that gives it."""
        if self._but.odds is None:
            return tuple((chance, None) for chance in CHANCES)
        places = [
            self.least(lambda place, chance=chance: (self.at(place)[1] or 0.0) >= chance, near)
            for chance in CHANCES
        ]
        return tuple(
            (chance, None if place is None else self.value_of(place))
            for chance, place in zip(CHANCES, places, strict=True)
        )

    def find_brake(self) -> tuple[str, float]:
        """Find which bound adds the most once lifted alone, the lever at its most, and the year then."""
        most, levier = self._bounds.maximum, self._scenario.leviers[self._rank]
        brake, ground, what, changes = max(
            ((name, *each) for name, each in _lift_each(self._terrain, self._hypotheses, levier).items()),
            key=lambda lifted: self._likely_gain(lifted[1], self._moved(most, **lifted[3]), lifted[2]),
        )
        return brake, self._mean(self._run(self._moved(most, **changes), ground, what))

    def _moved(self, value: float, **changes: object) -> Scenario:
        # What is lifted names fields of a lever.
        levers = [*self._scenario.leviers]
        levers[self._rank] = replace(levers[self._rank], valeur=Plage.sure(value), **changes)  # pyright: ignore[reportArgumentType] - fields of it
        return replace(self._scenario, leviers=tuple(levers))

    def _run(self, asked: Scenario, ground: Terrain, what: Hypotheses) -> Simulation:
        drawn = draw(asked, what, tirages=self._tirages, graine=self._graine)
        return simulate(ground, asked, what, drawn, pondere=self._but.pondere)

    def _mean(self, found: Simulation) -> float:
        return self._but.attendues + float(found.total(self._but.cours).mean())

    def _likely_gain(self, ground: Terrain, asked: Scenario, what: Hypotheses) -> float:
        """Give what a scenario adds, everything being at its most likely value."""
        found = simulate(ground, asked, what, most_likely(asked, what), pondere=self._but.pondere)
        return float(found.total(self._but.cours)[0])


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
