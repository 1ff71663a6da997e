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

from analytics.scenarios.draws import Tirages
from analytics.scenarios.ranges import Floats, ramp_of_months
from analytics.scenarios.scenario import Hypotheses, Levier, Scenario, cour_of_prison, months_of_ramp
from analytics.scenarios.terrain import Terrain

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


@dataclass(frozen=True)
class _Effet:
    """What some levers change in one juridiction, in some of the draws.

    `declarees` (H, D), `nettes` (D,), `par_cellule` (A,): the sum over these draws.
    """

    declarees: Floats
    nettes: Floats
    par_cellule: Floats | None


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
        self._moving = [part.any(axis=1) for part in self._ramps]
        drawn = tirages.hypotheses
        self._quality = drawn["acceptation"] * drawn["technique"]
        self._substitution, self._rebound = drawn["substitution"], drawn["rebond"]
        self._per_unit = hypotheses.jours * hypotheses.creneaux * drawn["utilisation"] * drawn["technique"]
        self._units = hypotheses.equipements

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
    ) -> _Effet | None:
        """Run some levers in one juridiction and some draws; None where none of them ever moves anything.

        Arrays are (activités, months, draws), and as small as what varies: sums over the activités are taken
        as soon as they can be, in one buffer.
        """
        moving = np.flatnonzero(np.any([self._moving[rank] for rank in ranks], axis=0))
        if not moving.size:
            return None
        since = int(moving[0])
        terrain, months = self._terrain, slice(since, None)
        volume = terrain.volume[first:after, months, None]
        now = terrain.maintenant[first:after, months, None]
        legal, prisons = terrain.legale[first:after, months, None], float(terrain.equipe[cour])
        answers = float(terrain.reponse[cour])

        legal_then: Floats = legal
        prisons_then: Floats | float = prisons
        delivered: dict[str, Floats] = {}
        answers_then: Floats = np.full((1, 1, 1), answers)
        demand: Floats | None = None
        units: Floats | float = self._units
        targets: list[tuple[NDArray[np.bool_], Floats, Floats]] = []
        points: Floats | None = None
        for rank in ranks:
            value, part = self._tirages.valeurs[rank, draws], self._ramps[rank][months, draws]
            inside = self.inside[rank, first:after]
            # What holds for all the activités of the juridiction is kept once.
            here: NDArray[np.bool_] | float = 1.0 if inside.all() else inside[:, None, None]
            match self._leviers[rank].nature:
                case "ouverture":
                    legal_then = np.maximum(legal_then, legal + here * np.maximum(value - legal, 0.0) * part)
                case "etablissements":
                    prisons_then = np.maximum(prisons_then, prisons + np.maximum(value - prisons, 0.0) * part)
                case "prisons":
                    for code in self._leviers[rank].prisons:
                        if cour_of_prison(code) == terrain.cours[cour]:
                            delivered[code] = np.maximum(delivered.get(code, 0.0), value * part)
                case "materiel":
                    units = units + value * part
                case "reponse":
                    more = here * (np.maximum(value - answers, 0.0) * part)[None]
                    answers_then = np.maximum(answers_then, answers + more)
                case "demande":
                    factor = 1 + here * (value * part)[None]
                    demand = factor if demand is None else demand * factor
                case "recours_points":
                    added = here * (value * part)[None]
                    points = added if points is None else points + added
                case _:
                    targets.append((inside, value, part))

        if delivered:
            # One that two levers name is equipped once.
            added = sum(terrain.prisons.get(code, 0.0) * there for code, there in delivered.items())
            prisons_then = np.maximum(prisons_then, prisons + added)
        needed = volume if demand is None else volume * demand
        share = self._share(
            now, prisons, legal, prisons_then, legal_then, targets, points, self._quality[draws]
        )
        held = volume * now
        wanted = share * needed
        held_sum = held.sum(axis=0)
        added_sum = wanted.sum(axis=0) - held_sum
        room = np.maximum(units * self._per_unit[draws] - held_sum, 0.0)
        # What is held already is never given up; what is added is scaled down to the room that is left.
        kept = np.where(added_sum > room, room / np.where(added_sum > room, added_sum, 1.0), 1.0)

        # What is practised already avoids whole extractions; a new videoconference avoids σ of one.
        practised = (needed * now).sum(axis=0)
        new = held_sum + added_sum * kept - practised
        substitution = self._substitution[draws]
        avoided = practised + substitution * new
        net = avoided - held_sum - self._rebound[draws] * np.maximum(new, 0.0)
        cells: Floats | None = None
        weights = None if self._weights is None else self._weights[first:after]
        if by_cell or weights is not None or answers_then.shape[0] > 1:
            new_cells = held + (wanted - held) * kept - needed * now
            each = needed * now + substitution * new_cells
            cells = answers_then * each - answers * held
            if weights is not None:
                eased = self._rebound[draws] * np.maximum(new_cells, 0.0)
                net = (weights[:, None, None] * (each - held - eased)).sum(axis=0)
        together = answers_then[0] * avoided - answers * held_sum
        declared = together if cells is None else cells.sum(axis=0)
        if cells is not None and weights is not None:
            declared = (weights[:, None, None] * cells).sum(axis=0)
        shape = (terrain.volume.shape[1] - since, substitution.size)
        whole = np.zeros((terrain.volume.shape[1], substitution.size))
        whole[months] = declared
        return _Effet(
            declarees=whole,
            nettes=np.broadcast_to(net, shape).sum(axis=0),
            par_cellule=None if not by_cell or cells is None else cells.sum(axis=(1, 2)),
        )

    def _share(
        self,
        now: Floats,
        prisons: float,
        legal: Floats,
        prisons_then: Floats | float,
        legal_then: Floats,
        targets: Sequence[tuple[NDArray[np.bool_], Floats, Floats]],
        points: Floats | None,
        quality: Floats,
    ) -> Floats:
        """Give the share of the extractions needed that is held by video, between practice and ceiling."""
        changed = not isinstance(prisons_then, float) or legal_then is not legal
        if not changed and not targets and points is None:
            return now
        ceiling = prisons_then * legal_then * quality
        practised = self._practice(now, prisons, legal, prisons_then, legal_then, ceiling) if changed else now
        if not targets and points is None:
            return practised
        share = np.array(np.broadcast_to(practised, np.broadcast_shapes(practised.shape, ceiling.shape)))
        for inside, value, part in targets:
            rows = slice(None) if inside.all() else np.flatnonzero(inside)
            base = practised[rows]
            wanted = np.minimum(value, ceiling[rows])
            wanted -= base
            np.maximum(wanted, 0.0, out=wanted)
            wanted *= part
            wanted += base
            share[rows] = np.maximum(share[rows], wanted)
        if points is not None:
            share += points
            np.minimum(share, np.maximum(practised, ceiling), out=share)
        return share

    def _practice(
        self,
        now: Floats,
        prisons: float,
        legal: Floats,
        prisons_then: Floats | float,
        legal_then: Floats,
        ceiling: Floats,
    ) -> Floats:
        """Give the share avoided where practices do not change: those of today, on what equipment and law
        add.

        Where nothing was possible before, the practice is that of the country.
        """
        before = prisons * legal
        grown = np.where(
            before > 0,
            now * (prisons_then * legal_then) / np.where(before > 0, before, 1.0),
            self._terrain.usage * ceiling,
        )
        return np.maximum(now, np.minimum(grown, ceiling))


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
