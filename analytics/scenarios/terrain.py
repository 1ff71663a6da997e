"""The ground that levers act upon: extractions needed and avoided, cell by cell, if nothing changes.

Scenario 0 is the projection of the trajectory: in each cour and month, the cells are made to sum to it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import cached_property

import dataframely as dy
import numpy as np
import polars as pl
from numpy.typing import NDArray

from analytics.leviers.equipment import equipped_shares
from analytics.leviers.levier import Levier, name_prison
from analytics.leviers.potential import Potentiel
from analytics.objectif.profile import season_of
from analytics.projection.outlook import Perspectives
from analytics.statistics.ranges import Floats
from analytics.vocabulary.parameters import Parametres
from analytics.vocabulary.periods import last_day_of_month
from analytics.vocabulary.schemas import Activites, Equipements


@dataclass(frozen=True)
class Terrain:
    """What levers act upon: N cells in order of cour, juridiction and activité, over the H months to come.

    `cour` (N,): rank of the cour of a cell in `cours`. `volume` (N, H): extractions needed in a month;
    `maintenant` (N, H): the share of them avoided if nothing changes. `legale` (N, H): what the law allows;
    `equipe` (C,): share of the population held in equipped prisons; `reponse` (C,): share of the juridictions
    that answer; `usage`: part of what could be avoided that is, in the country. `poids` (N,): effort of an
    escort, of mean 1 over the country. `prisons`: the share of the population of its cour that each prison
    without videoconference holds, by its code.

    A juridiction needs nothing in a month when it is not in force: those of its cour take its extractions on.
    """

    mois: tuple[date, ...]
    cours: tuple[str, ...]
    cour: NDArray[np.intp]
    juridictions: tuple[str, ...]
    activites: tuple[str, ...]
    volume: Floats
    maintenant: Floats
    legale: Floats
    equipe: Floats
    reponse: Floats
    usage: float
    poids: Floats
    prisons: Mapping[str, float]

    @cached_property
    def groupes(self) -> tuple[tuple[int, int, int], ...]:
        """List the juridictions: (rank of the cour, first row, row after the last)."""
        names = np.array(self.juridictions)
        starts = [0, *(np.flatnonzero(names[1:] != names[:-1]) + 1).tolist()] if len(names) else []
        ends = [*starts[1:], len(names)]
        return tuple((int(self.cour[a]), a, b) for a, b in zip(starts, ends, strict=True))

    @cached_property
    def durables(self) -> frozenset[str]:
        """List the juridictions where something is needed in each of the months, from first to last."""
        return frozenset(
            self.juridictions[first]
            for _, first, after in self.groupes
            if bool(self._needing(slice(first, after)).all())
        )

    def months_of(self, juridiction: str) -> tuple[date, ...]:
        """List the months where a juridiction needs something; none where it is not in force."""
        live = self._needing(np.isin(self.juridictions, [juridiction]))
        return tuple(self.mois[rank] for rank in np.flatnonzero(live).tolist())

    def _needing(self, cells: slice | NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Tell in which months some cells need anything, (H,)."""
        return np.asarray((self.volume[cells] > 0).any(axis=0), dtype=np.bool_)

    def within(self, levier: Levier) -> NDArray[np.bool_]:
        """Tell which cells (N,) a lever acts upon."""
        inside = np.ones(len(self.juridictions), dtype=bool)
        if levier.ressorts or levier.juridictions:
            named = np.isin(self.cours, levier.ressorts)[self.cour]
            inside = named | np.isin(self.juridictions, levier.juridictions)
        if levier.activites:
            inside &= np.isin(self.activites, levier.activites)
        return inside


def lay_out_terrain(
    potentiel: dy.DataFrame[Potentiel],
    perspectives: Perspectives | None,
    *,
    bases: Mapping[str, Fraction],
    ouvertes: pl.DataFrame,
    activites: dy.DataFrame[Activites],
    equipements: dy.DataFrame[Equipements],
    day: date,
    parametres: Parametres,
) -> Terrain | None:
    """Lay out the ground of the months to come; None where nothing is projected.

    `potentiel` tells what each cell needs and avoids in a year; where a juridiction answered none of the last
    months, it is taken to do as the country does in that activity. `bases`: the extractions of each cour
    before the practice. `ouvertes` (mois, juridiction): those in force in each month to come. `equipements`:
    the prisons, as they are on a day; a cour that has none there has the ceiling of the text (85 %, circular
    p. 4).
    """
    if perspectives is None or perspectives.projection is None:
        return None
    months = perspectives.a_venir
    rows = potentiel.filter(pl.col("cour").is_in(perspectives.cours)).sort("cour", "juridiction", "activite")
    ranks = {cour: rank for rank, cour in enumerate(perspectives.cours)}
    cour = np.array([ranks[code] for code in rows["cour"]], dtype=np.intp)
    seasons = {annee: season_of(annee, parametres) for annee in {mois.year for mois in months}}
    parts = np.array([float(seasons[mois.year][mois.month - 1]) for mois in months])
    base = rows["base"].to_numpy()
    volume = _move(base, rows, _open(rows, ouvertes, months)) * parts
    legal = _legal(activites, months, parametres)
    legale = np.array([legal[code] for code in rows["activite"]]).reshape(len(rows), len(months))

    whole = np.array([float(bases[code]) for code in perspectives.cours])
    exposed = perspectives.exposition_future.sum(axis=1)
    reponse = np.clip(exposed / np.maximum(whole * parts.sum(), 1e-300), 0.0, 1.0)
    habit = _habits(rows)[:, None] * (legale > 0)
    coming = np.diff(perspectives.projection.moyennes, axis=1, prepend=0.0)
    # What a cour is projected to declare, over the part that declares, is what it avoids.
    avoided = np.divide(coming, reponse[:, None], out=np.zeros_like(coming), where=reponse[:, None] > 0)
    expected = _by_cour(volume * habit, cour, len(ranks))
    plain = _by_cour(volume * (legale > 0), cour, len(ranks))
    scale = np.divide(avoided, expected, out=np.zeros_like(avoided), where=expected > 0)
    even = np.divide(avoided, plain, out=np.zeros_like(avoided), where=(expected <= 0) & (plain > 0))
    maintenant = np.minimum(habit * scale[cour] + even[cour] * (legale > 0), 1.0)
    covered = float(parametres.at("part_population_couverte", months[0]).valeur)
    equipes = equipped_shares(equipements, day)
    equipe = np.array([equipes.get(code, covered) for code in perspectives.cours])
    possible = float((volume * legale * equipe[cour][:, None]).sum())
    return Terrain(
        mois=months,
        cours=perspectives.cours,
        cour=cour,
        juridictions=tuple(rows["juridiction"]),
        activites=tuple(rows["activite"]),
        volume=volume,
        maintenant=maintenant,
        legale=legale,
        equipe=equipe,
        reponse=reponse,
        usage=min(float((volume * maintenant).sum()) / possible, 1.0) if possible else 0.0,
        poids=rows["poids"].to_numpy(),
        prisons=missing_shares(equipements, day),
    )


def _open(rows: pl.DataFrame, ouvertes: pl.DataFrame, months: tuple[date, ...]) -> NDArray[np.bool_]:
    """Tell in which months the juridiction of each cell is in force, (N, H)."""
    by_month: dict[date, list[str]] = dict(ouvertes.group_by("mois").agg("juridiction").iter_rows())
    return np.stack([rows["juridiction"].is_in(by_month.get(mois, [])).to_numpy() for mois in months], axis=1)


def _move(base: Floats, rows: pl.DataFrame, open_: NDArray[np.bool_]) -> Floats:
    """Spread what each cour needs in each activité over the juridictions in force: base of a year (N, H)."""
    needs = rows.select(rank=pl.struct("cour", "activite").rank("dense") - 1).to_series().to_numpy()
    needs = needs.astype(np.intp)
    count = int(needs.max(initial=-1)) + 1
    whole = _by_cour(np.repeat(base[:, None], open_.shape[1], axis=1), needs, count)
    left = _by_cour(base[:, None] * open_, needs, count)
    more = np.divide(whole, left, out=np.zeros_like(whole), where=left > 0)
    return base[:, None] * open_ * more[needs]


def missing_shares(equipements: dy.DataFrame[Equipements], day: date) -> dict[str, float]:
    """Give, by prison without videoconference, the share of the population of its cour that it holds."""
    part = pl.col("population") / pl.col("population").sum().over("cour").replace(0, None)
    waiting = pl.col("equipe_depuis").is_null() | (pl.col("equipe_depuis") > day)
    rows = equipements.select("cour", "etablissement", part=part, attend=waiting)
    return {
        name_prison(cour, etablissement): float(share)
        for cour, etablissement, share, waits in rows.iter_rows()
        if waits and share is not None
    }


def _legal(
    activites: dy.DataFrame[Activites], months: tuple[date, ...], parametres: Parametres
) -> dict[str, list[float]]:
    """Give, month by month, the share of the extractions of each activity that the law allows to avoid."""
    found: dict[str, list[float]] = {}
    for code, since in activites.select("activite", "legal_depuis").iter_rows():
        shares: list[float] = []
        for mois in months:
            open_ = since is None or since <= last_day_of_month(mois)
            part = parametres.find(f"part_legale_{code}", mois)
            shares.append((float(part.valeur) if part else 1.0) if open_ else 0.0)
        found[code] = shares
    return found


def _habits(rows: pl.DataFrame) -> Floats:
    """Give the share of the extractions needed that each cell avoids; unknown ones do as the country does."""
    known = rows.filter(pl.col("faites").is_not_null())
    country = known.group_by("activite").agg(
        pays=pl.col("faites").sum() / pl.col("base").sum().replace(0.0, None)
    )
    share = pl.col("faites") / pl.col("base").replace(0.0, None)
    return (
        rows.join(country, on="activite", how="left", maintain_order="left")
        .select(share.fill_null(pl.col("pays")).fill_null(0.0).clip(0.0, 1.0))
        .to_series()
        .to_numpy()
    )


def _by_cour(cells: Floats, cour: NDArray[np.intp], count: int) -> Floats:
    """Sum cells (N, H) by cour (C, H)."""
    summed = np.zeros((count, cells.shape[1]))
    np.add.at(summed, cour, cells)
    return summed
