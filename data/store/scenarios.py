"""The scenarios that people keep: written once, duplicated, put away, never overwritten."""

import builtins
from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import Engine, func, insert, select
from sqlalchemy.engine import RowMapping

from analytics.vocabulary.errors import UserFacingError
from analytics.vocabulary.perimetre import Perimetre
from analytics.vocabulary.schemas import ScenarioGarde
from analytics.vocabulary.wording import typeset
from data.store import tables
from data.store.engine import reading, writing
from data.store.signed import raise_revision

_LAST = (
    select(tables.scenario_rangement.c.scenario, func.max(tables.scenario_rangement.c.rang).label("rang"))
    .group_by(tables.scenario_rangement.c.scenario)
    .subquery()
)
_KEPT = (
    select(tables.scenario, func.coalesce(tables.scenario_rangement.c.archive, False).label("archive"))
    .select_from(
        tables.scenario.outerjoin(_LAST, _LAST.c.scenario == tables.scenario.c.scenario).outerjoin(
            tables.scenario_rangement,
            (tables.scenario_rangement.c.scenario == _LAST.c.scenario)
            & (tables.scenario_rangement.c.rang == _LAST.c.rang),
        )
    )
    .order_by(tables.scenario.c.scenario)
)


class Scenarios:
    """The scenarios of a store. One that names a cour is seen by who sees every cour it names."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def keep(
        self,
        *,
        nom: str,
        note: str,
        texte: str,
        cours: frozenset[str],
        lot: int,
        tire_de: int | None,
        auteur: str,
        connu_le: datetime,
    ) -> int:
        """Keep a scenario, and give its number. `cours`: those it names; `tire_de`: the one it comes from."""
        nom, auteur = nom.strip(), auteur.strip()
        if not nom or not auteur:
            raise UserFacingError(
                "Un scénario se garde sous un nom, avec celui de son auteur : complétez les deux."
            )
        with writing(self._engine) as connection:
            number = connection.execute(
                insert(tables.scenario)
                .values(
                    nom=nom[:200],
                    note=note.strip()[:2000],
                    texte=texte,
                    empreinte=sha256(texte.encode()).hexdigest(),
                    cours=",".join(sorted(cours)),
                    lot=lot,
                    tire_de=tire_de,
                    auteur=auteur[:200],
                    connu_le=connu_le,
                )
                .returning(tables.scenario.c.scenario)
            ).scalar_one()
            raise_revision(connection)
            return number

    def put_away(
        self, scenario: int, perimetre: Perimetre, *, archive: bool, auteur: str, connu_le: datetime
    ) -> None:
        """Put a scenario away, or take it out again; it stays readable by its number."""
        auteur = auteur.strip()
        if not auteur:
            raise UserFacingError("Indiquez votre nom : il est gardé avec le changement.")
        kept = self.get(scenario, perimetre)
        if not perimetre.national and kept.auteur != auteur:
            raise UserFacingError("Ce scénario est celui de quelqu'un d'autre : gardez-en une copie à vous.")
        table = tables.scenario_rangement
        with writing(self._engine) as connection:
            last = connection.scalar(select(func.max(table.c.rang)).where(table.c.scenario == scenario))
            connection.execute(
                insert(table).values(
                    scenario=scenario,
                    rang=int(last or 0) + 1,
                    archive=archive,
                    auteur=auteur[:200],
                    connu_le=connu_le,
                )
            )
            raise_revision(connection)

    def list(self, perimetre: Perimetre, *, archives: bool = False) -> builtins.list[ScenarioGarde]:
        """Read the scenarios that a reader may see, oldest first; those put away only when asked."""
        with reading(self._engine) as connection:
            rows = connection.execute(_KEPT).mappings().all()
        kept = [_read(row) for row in rows]
        return [each for each in kept if _seen(each, perimetre) and (archives or not each.archive)]

    def get(self, scenario: int, perimetre: Perimetre) -> ScenarioGarde:
        """Read one scenario, put away or not; says so when there is none that the reader may see."""
        for each in self.list(perimetre, archives=True):
            if each.scenario == scenario:
                return each
        raise UserFacingError(
            typeset(f"Le scénario n° {scenario} n'existe pas, ou nomme des cours hors de votre périmètre.")
        )


def _read(row: RowMapping) -> ScenarioGarde:
    values: dict[str, Any] = dict(row)
    named: str = values.pop("cours")
    return ScenarioGarde(cours=frozenset(filter(None, named.split(","))), **values)


def _seen(garde: ScenarioGarde, perimetre: Perimetre) -> bool:
    return all(perimetre.holds(cour) for cour in garde.cours)
