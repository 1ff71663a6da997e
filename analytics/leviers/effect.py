"""What some levers change in one juridiction, in some of the draws: they act, more is held, and is declared.

Arrays are (activités, months, draws), and as small as what varies: sums over the activités are taken as soon
as they can be, in one buffer. Months go from the first where a lever moves something.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from analytics.leviers.levier import (
    DEMANDE,
    ETABLISSEMENTS,
    MATERIEL,
    OUVERTURE,
    POINTS,
    PRISONS,
    RECOURS,
    REPONSE,
    Levier,
    cour_of_prison,
)
from analytics.statistics.ranges import Floats


class Avant(NamedTuple):
    """One juridiction before any lever, as `Terrain` tells it.

    `volume`, `maintenant`, `legale` (A, H, 1); `equipe`, `reponse`: those of its cour; `poids` (A,): None
    where every extraction counts the same.
    """

    cour: str
    volume: Floats
    maintenant: Floats
    legale: Floats
    equipe: float
    reponse: float
    usage: float
    prisons: Mapping[str, float]
    poids: Floats | None


class Suppose(NamedTuple):
    """What every lever supposes, in each draw (D,).

    `qualite`: part of what equipment and law allow that is accepted and holds; `par_unite`: extractions that
    a unit holds in a month; `unites` of a juridiction; `substitution` and `rebond` as in `Hypotheses`.
    """

    qualite: Floats
    par_unite: Floats
    unites: float
    substitution: Floats
    rebond: Floats

    def of(self, draws: slice) -> "Suppose":
        """Give that of some draws."""
        return Suppose(
            self.qualite[draws],
            self.par_unite[draws],
            self.unites,
            self.substitution[draws],
            self.rebond[draws],
        )


class Action(NamedTuple):
    """One lever at work: its value (D,), the part of it that is there (H, D), the activités it is on (A,)."""

    levier: Levier
    valeur: Floats
    part: Floats
    dedans: NDArray[np.bool_]

    @property
    def ici(self) -> NDArray[np.bool_] | float:
        """Tell where it acts, to multiply by: what holds for all the activités is kept once."""
        return 1.0 if self.dedans.all() else self.dedans[:, None, None]

    @property
    def apport(self) -> Floats:
        """Give what its value adds, where it is one to add."""
        return self.ici * (self.valeur * self.part)[None]


class Effet(NamedTuple):
    """What some levers change in one juridiction, in some of the draws.

    `declarees` (H, D), `nettes` (D,), `par_cellule` (A,): the sum over these draws.
    """

    declarees: Floats
    nettes: Floats
    par_cellule: Floats | None


def find_effect(avant: Avant, actions: Sequence[Action], suppose: Suppose, *, by_cell: bool = False) -> Effet:
    """Run some levers in one juridiction; `by_cell` tells each activité apart."""
    apres = _act(avant, actions, suppose.unites)
    needed = avant.volume if apres.demande is None else avant.volume * apres.demande
    held, wanted = avant.volume * avant.maintenant, _share_held(apres, suppose.qualite) * needed
    held_sum = held.sum(axis=0)
    added_sum = wanted.sum(axis=0) - held_sum
    kept = _part_that_fits(added_sum, apres.unites * suppose.par_unite - held_sum)
    together = _Evitees.of(held_sum, added_sum * kept, (needed * avant.maintenant).sum(axis=0), suppose)
    nettes = together.less_ease(suppose)
    cells: Floats | None = None
    if by_cell or avant.poids is not None or apres.reponse.shape[0] > 1:
        each = _Evitees.of(held, (wanted - held) * kept, needed * avant.maintenant, suppose)
        cells = apres.reponse * each.evitees - avant.reponse * held
        declarees = cells.sum(axis=0)
        if avant.poids is not None:
            weights = avant.poids[:, None, None]
            declarees = (weights * cells).sum(axis=0)
            nettes = (weights * each.less_ease(suppose)).sum(axis=0)
    else:
        declarees = apres.reponse[0] * together.evitees - avant.reponse * held_sum
    par_cellule = cells.sum(axis=(1, 2)) if by_cell and cells is not None else None
    return Effet(declarees, nettes.sum(axis=0), par_cellule)


# --- What each kind of lever does ------------------------------------------------------------------


@dataclass
class _Apres:
    """The same juridiction once levers came: as it was before, until one moves it.

    `livrees`: the part of each prison that is equipped by name; `demande`: by what the needs are multiplied;
    `cibles`: the levels to bring the share held to, and `points` what is added to it.
    """

    avant: Avant
    legale: Floats
    equipe: Floats | float
    reponse: Floats
    unites: Floats | float
    livrees: dict[str, Floats] = field(default_factory=dict[str, Floats])
    demande: Floats | None = None
    cibles: list[Action] = field(default_factory=list[Action])
    points: Floats | None = None


def _act(avant: Avant, actions: Sequence[Action], unites: float) -> _Apres:
    """Let each lever do what those of its kind do."""
    apres = _Apres(avant, avant.legale, avant.equipe, np.full((1, 1, 1), avant.reponse), unites)
    for action in actions:
        _WHAT_IT_DOES[action.levier.nature](apres, action)
    if apres.livrees:
        # One that two levers name is equipped once.
        added = sum(avant.prisons.get(code, 0.0) * there for code, there in apres.livrees.items())
        apres.equipe = np.maximum(apres.equipe, avant.equipe + added)
    return apres


def _open_by_law(apres: _Apres, action: Action) -> None:
    before = apres.avant.legale
    opened = before + action.ici * np.maximum(action.valeur - before, 0.0) * action.part
    apres.legale = np.maximum(apres.legale, opened)


def _equip_prisons(apres: _Apres, action: Action) -> None:
    before = apres.avant.equipe
    apres.equipe = np.maximum(apres.equipe, before + np.maximum(action.valeur - before, 0.0) * action.part)


def _equip_named_prisons(apres: _Apres, action: Action) -> None:
    for code in action.levier.prisons:
        if cour_of_prison(code) == apres.avant.cour:
            apres.livrees[code] = np.maximum(apres.livrees.get(code, 0.0), action.valeur * action.part)


def _deliver_units(apres: _Apres, action: Action) -> None:
    apres.unites = apres.unites + action.valeur * action.part


def _make_answer(apres: _Apres, action: Action) -> None:
    before = apres.avant.reponse
    more = action.ici * (np.maximum(action.valeur - before, 0.0) * action.part)[None]
    apres.reponse = np.maximum(apres.reponse, before + more)


def _change_needs(apres: _Apres, action: Action) -> None:
    factor = 1 + action.apport
    apres.demande = factor if apres.demande is None else apres.demande * factor


def _add_points(apres: _Apres, action: Action) -> None:
    apres.points = action.apport if apres.points is None else apres.points + action.apport


def _aim_at_level(apres: _Apres, action: Action) -> None:
    apres.cibles.append(action)


_WHAT_IT_DOES: Mapping[str, Callable[[_Apres, Action], None]] = {
    RECOURS: _aim_at_level,
    POINTS: _add_points,
    ETABLISSEMENTS: _equip_prisons,
    PRISONS: _equip_named_prisons,
    MATERIEL: _deliver_units,
    OUVERTURE: _open_by_law,
    REPONSE: _make_answer,
    DEMANDE: _change_needs,
}


# --- What is then held, and avoided ----------------------------------------------------------------


def _share_held(apres: _Apres, qualite: Floats) -> Floats:
    """Give the share of the extractions needed that is held by video, between practice and ceiling."""
    avant, asked = apres.avant, bool(apres.cibles) or apres.points is not None
    raised = apres.equipe is not avant.equipe or apres.legale is not avant.legale
    if not raised and not asked:
        return avant.maintenant
    ceiling = apres.equipe * apres.legale * qualite
    practised = _practice(apres, ceiling) if raised else avant.maintenant
    if not asked:
        return practised
    share = np.array(np.broadcast_to(practised, np.broadcast_shapes(practised.shape, ceiling.shape)))
    for cible in apres.cibles:
        rows = slice(None) if cible.dedans.all() else np.flatnonzero(cible.dedans)
        base = practised[rows]
        wanted = np.minimum(cible.valeur, ceiling[rows])
        wanted -= base
        np.maximum(wanted, 0.0, out=wanted)
        wanted *= cible.part
        wanted += base
        share[rows] = np.maximum(share[rows], wanted)
    if apres.points is not None:
        share += apres.points
        np.minimum(share, np.maximum(practised, ceiling), out=share)
    return share


def _practice(apres: _Apres, ceiling: Floats) -> Floats:
    """Give the share avoided where practices do not change: those of today, on what equipment and law add.

    Where nothing was possible before, the practice is that of the country.
    """
    now, before = apres.avant.maintenant, apres.avant.equipe * apres.avant.legale
    grown = np.where(
        before > 0,
        now * (apres.equipe * apres.legale) / np.where(before > 0, before, 1.0),
        apres.avant.usage * ceiling,
    )
    return np.maximum(now, np.minimum(grown, ceiling))


def _part_that_fits(added: Floats, left: Floats) -> Floats:
    """Give the part of what is added that units hold: what is held already is never given up."""
    room = np.maximum(left, 0.0)
    return np.where(added > room, room / np.where(added > room, added, 1.0), 1.0)


class _Evitees(NamedTuple):
    """What is avoided (`evitees`): of `tenues` before the levers, and the `nouvelles` videoconferences."""

    tenues: Floats
    nouvelles: Floats
    evitees: Floats

    @classmethod
    def of(cls, held: Floats, added: Floats, practised: Floats, suppose: Suppose) -> "_Evitees":
        """Count: what is practised already avoids whole extractions; a new videoconference, σ of one."""
        new = held + added - practised
        return cls(held, new, practised + suppose.substitution * new)

    def less_ease(self, suppose: Suppose) -> Floats:
        """Give what the levers avoid more, less the hearings that ease brought about."""
        return self.evitees - self.tenues - suppose.rebond * np.maximum(self.nouvelles, 0.0)
