"""What levers would avoid, month by month, in every juridiction and activité, drawn many times.

In a cell (juridiction, activité) and a month, V extractions are needed, of which a share is avoided if
nothing changes: that of the projection, spread as the last months answered. Levers move that share up to a
ceiling, prison equipped × legal × acceptance × technical, and the videoconferences of a juridiction up to
what its units hold in a month. What is held beyond the ceiling already stays. A new videoconference avoids σ
of an extraction.

Everything is a difference with scenario 0: levers that change nothing leave it exactly as it is. The effect
of each lever is that of the lever alone; what they bring together beyond that is the interaction.
"""

from collections.abc import Callable, Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from analytics.leviers.effect import Action, Avant, Effet, Suppose, find_effect
from analytics.leviers.levier import Levier, months_of_ramp
from analytics.scenarios.draws import Tirages
from analytics.scenarios.scenario import Hypotheses, Scenario
from analytics.scenarios.terrain import Terrain
from analytics.statistics.ranges import Floats, ramp_of_months

_THREADS = 2
# Numbers worked on at once: as many as stay close to the processor, whatever the number of draws.
_BLOCK = 1 << 16


@dataclass(frozen=True)
class Simulation:
    """What a scenario adds to scenario 0, in extractions avoided and declared.

    `ensemble` (C, H, D): all the levers, month by month. `seuls` (L, C, D): each lever alone, over all the
    months. `nettes` (C, D): all the levers, over all the months, declared or not, less the hearings that ease
    brought about. `par_cellule` (N,): the mean of all the levers in each cell, where it was asked for.
    Weighed, `ensemble`, `seuls` and `nettes` count each extraction for the effort of its escort.
    """

    terrain: Terrain
    leviers: tuple[Levier, ...]
    tirages: Tirages
    ensemble: Floats
    seuls: Floats
    nettes: Floats
    par_cellule: Floats

    def rows(self, cours: Collection[str]) -> NDArray[np.intp]:
        """Give the ranks of some cours."""
        return np.flatnonzero(np.isin(self.terrain.cours, sorted(cours)))

    def total(self, cours: Collection[str]) -> Floats:
        """Sum all the levers over some cours and all the months, for each draw (D,)."""
        return self.ensemble[self.rows(cours)].sum(axis=1).sum(axis=0)

    def net(self, cours: Collection[str]) -> Floats:
        """Sum what is really avoided over some cours and all the months, declared or not, (D,)."""
        return self.nettes[self.rows(cours)].sum(axis=0)

    def alone(self, cours: Collection[str]) -> Floats:
        """Sum each lever alone over some cours, (L, D)."""
        return self.seuls[:, self.rows(cours)].sum(axis=1)

    def interaction(self, cours: Collection[str]) -> Floats:
        """Give what the levers bring together beyond the sum of each alone, (D,)."""
        return self.total(cours) - self.alone(cours).sum(axis=0)


def simulate(
    terrain: Terrain,
    scenario: Scenario,
    hypotheses: Hypotheses,
    tirages: Tirages,
    *,
    progress: Callable[[float], None] | None = None,
    by_cell: bool = False,
    pondere: bool = False,
) -> Simulation:
    """Run every draw of a scenario; `progress` is told the part done, 0 to 1.

    `pondere` weighs what is avoided by the effort of its escort: for steering alone, no settlement knows it.
    """
    months, draws, levers = len(terrain.mois), tirages.nombre, len(scenario.leviers)
    run = _Run(terrain, scenario.leviers, hypotheses, tirages, pondere=pondere)
    ensemble = np.zeros((len(terrain.cours), months, draws))
    seuls = np.zeros((levers, len(terrain.cours), draws))
    nettes = np.zeros((len(terrain.cours), draws))
    par_cellule = np.zeros(len(terrain.juridictions))
    by_cour: dict[int, list[tuple[int, int]]] = {}
    for cour, first, after in terrain.groupes:
        by_cour.setdefault(cour, []).append((first, after))

    def one_cour(cour: int) -> None:
        # One thread a cour, its juridictions in order: sums never depend on who came first.
        for first, after in by_cour[cour]:
            touching = [rank for rank in range(levers) if run.inside[rank, first:after].any()]
            if not touching:
                continue
            for some in _blocks(draws, (after - first) * months):
                found = run.evaluate(cour, first, after, touching, some, by_cell=by_cell)
                if found is None:
                    continue
                ensemble[cour, :, some] += found.declarees
                nettes[cour, some] += found.nettes
                if found.par_cellule is not None:
                    par_cellule[first:after] += found.par_cellule / draws
                for rank in touching:
                    alone = found if len(touching) == 1 else run.evaluate(cour, first, after, [rank], some)
                    if alone is not None:
                        seuls[rank, cour, some] += alone.declarees.sum(axis=0)

    if levers and months:
        with ThreadPoolExecutor(_THREADS) as pool:
            for done, _ in enumerate(pool.map(one_cour, sorted(by_cour)), 1):
                if progress is not None:
                    progress(done / len(by_cour))
    return Simulation(
        terrain=terrain,
        leviers=scenario.leviers,
        tirages=tirages,
        ensemble=ensemble,
        seuls=seuls,
        nettes=nettes,
        par_cellule=par_cellule,
    )


def _blocks(draws: int, numbers: int) -> list[slice]:
    """Cut the draws in runs of some, of `numbers` each."""
    each = max(_BLOCK // max(numbers, 1), 1)
    return [slice(start, min(start + each, draws)) for start in range(0, draws, each)]


class _Run:
    """One scenario being run: what each lever is worth in each month and draw."""

    def __init__(
        self,
        terrain: Terrain,
        leviers: Sequence[Levier],
        hypotheses: Hypotheses,
        tirages: Tirages,
        *,
        pondere: bool,
    ) -> None:
        self._terrain, self._leviers, self._tirages = terrain, leviers, tirages
        self._weights = terrain.poids if pondere else None
        self.inside = (
            np.stack([terrain.within(levier) for levier in leviers])
            if leviers
            else np.zeros((0, len(terrain.juridictions)), dtype=bool)
        )
        origin = terrain.mois[0] if terrain.mois else date(2009, 1, 1)
        months = np.arange(float(len(terrain.mois)))
        self._ramps = [
            self._ramp(levier, origin, months, tirages.retards[rank]) for rank, levier in enumerate(leviers)
        ]
        # The first month where each moves something, that after the last where it never does.
        self._since = [int(np.argmax(np.append(part.any(axis=1), True))) for part in self._ramps]
        drawn = tirages.hypotheses
        self._suppose = Suppose(
            qualite=drawn["acceptation"] * drawn["technique"],
            par_unite=hypotheses.jours * hypotheses.creneaux * drawn["utilisation"] * drawn["technique"],
            unites=hypotheses.equipements,
            substitution=drawn["substitution"],
            rebond=drawn["rebond"],
        )

    @staticmethod
    def _ramp(levier: Levier, origin: date, months: Floats, late: Floats) -> Floats:
        start, full = months_of_ramp(levier, origin)
        part = ramp_of_months(levier.forme, months, late, debut=start, fin=full)
        if levier.au is not None:
            last = (levier.au.year - origin.year) * 12 + levier.au.month - origin.month
            part[months > last] = 0.0
        return part

    def evaluate(
        self,
        cour: int,
        first: int,
        after: int,
        ranks: Sequence[int],
        draws: slice,
        *,
        by_cell: bool = False,
    ) -> Effet | None:
        """Run some levers in one juridiction and some draws; None where none of them ever moves anything."""
        since = min(self._since[rank] for rank in ranks)
        if since == len(self._terrain.mois):
            return None
        rows, months = slice(first, after), slice(since, None)
        found = find_effect(
            self._before(cour, rows, months),
            [
                Action(
                    self._leviers[rank],
                    self._tirages.valeurs[rank, draws],
                    self._ramps[rank][months, draws],
                    self.inside[rank, rows],
                )
                for rank in ranks
            ],
            self._suppose.of(draws),
            by_cell=by_cell,
        )
        whole = np.zeros((len(self._terrain.mois), found.nettes.size))
        whole[months] = found.declarees
        return found._replace(declarees=whole)

    def _before(self, cour: int, rows: slice, months: slice) -> Avant:
        terrain = self._terrain
        return Avant(
            cour=terrain.cours[cour],
            volume=terrain.volume[rows, months, None],
            maintenant=terrain.maintenant[rows, months, None],
            legale=terrain.legale[rows, months, None],
            equipe=float(terrain.equipe[cour]),
            reponse=float(terrain.reponse[cour]),
            usage=terrain.usage,
            prisons=terrain.prisons,
            poids=None if self._weights is None else self._weights[rows],
        )


def share_held(
    terrain: Terrain, hypotheses: Hypotheses, levier: Levier, valeur: float, cours: Collection[str]
) -> float | None:
    """Give the share held by video, where a lever on it acts and in the last month, once it is fully there.

    Nowhere beyond the ceiling, everything at its most likely value; None where it acts on nothing.
    """
    inside = terrain.within(levier) & np.isin(terrain.cours, sorted(cours))[terrain.cour]
    needed, now = terrain.volume[inside, -1], terrain.maintenant[inside, -1]
    if not needed.sum():
        return None
    quality = hypotheses.acceptation.probable * hypotheses.technique.probable
    ceiling = terrain.equipe[terrain.cour[inside]] * terrain.legale[inside, -1] * quality
    return float(np.average(np.maximum(now, np.minimum(valeur, ceiling)), weights=needed))


def parts_of_ceiling(
    terrain: Terrain, hypotheses: Hypotheses, cours: Collection[str], levier: Levier | None = None
) -> dict[str, float]:
    """Give the conditions of a videoconference and the share that meets each, over some cours.

    `levier`: only where it acts. Empty where nothing is needed.
    """
    inside = np.isin(terrain.cours, sorted(cours))[terrain.cour]
    if levier is not None:
        inside &= terrain.within(levier)
    volume = terrain.volume[inside]
    if not volume.sum():
        return {}
    return {
        "établissements équipés": float(
            np.average(terrain.equipe[terrain.cour[inside]], weights=volume.sum(axis=1))
        ),
        "loi": float(np.average(terrain.legale[inside], weights=volume)),
        "acceptation": hypotheses.acceptation.probable,
        "liaisons": hypotheses.technique.probable,
    }


def ceiling_where(
    terrain: Terrain, hypotheses: Hypotheses, cours: Collection[str], levier: Levier | None = None
) -> float | None:
    """Give the mean ceiling: the share of the extractions needed that can be held by video at most."""
    parts = parts_of_ceiling(terrain, hypotheses, cours, levier)
    return ceiling_of(list(parts.values()))[0] if parts else None


def ceiling_of(parts: Sequence[float]) -> tuple[float, float, float]:
    """Give what can be avoided at most when several conditions must hold: (product, lowest, highest).

    The product supposes them independent; whatever links them, the truth lies between the bounds of Fréchet,
    max(0, Σp − (n − 1)) and min p. The 85 % of the circular (p. 4) are a share of the prison population.
    """
    product = float(np.prod(parts)) if parts else 1.0
    lowest = max(0.0, sum(parts) - (len(parts) - 1))
    return product, lowest, min(parts, default=1.0)
