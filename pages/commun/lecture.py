"""Reads that pages share: one situation of the store, cached for all sessions, seen by one reader."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal, ParamSpec, TypeVar

import dataframely as dy
import polars as pl
import streamlit as st

from analytics.objectif.lectures import Regle
from analytics.vocabulary.perimetre import NATIONAL, Perimetre
from analytics.vocabulary.periods import Periode
from analytics.vocabulary.received import day_counted
from analytics.vocabulary.schemas import Declarations, Lots, ProjectionGardee, Recalages
from analytics.vocabulary.situation import Faits, Moment
from data.actes import demonstration
from data.reference import load_parameters, load_reference, load_referentiel, load_rules
from data.settings import Settings
from data.store.store import Store, open_store
from pages.commun.identite import lecteur


@dataclass(frozen=True, kw_only=True)
class Situation(Faits):
    """What the store knew at one moment, restricted to one perimeter.

    A value computed from it may be cached under its `moment` and its perimeter. The frames are shared by
    all sessions: never change them.
    """

    revision: int
    jeton: str
    lot: int
    connu_le: date | None
    demo: bool
    perimetre: Perimetre
    lots: dy.DataFrame[Lots]
    alertes: pl.DataFrame
    projections: dy.DataFrame[ProjectionGardee]
    recalages: dy.DataFrame[Recalages]

    @property
    def cle(self) -> tuple[Any, ...]:
        """Name the moment, and what its reader may see of it."""
        return (*self.moment, self.demo, self.perimetre.cle)

    @property
    def vu(self) -> Moment:
        """Tell when it was known, as a settlement says it."""
        return Moment(self.lot, self.connu_le, self.demo)

    @property
    def moment(self) -> tuple[int, str, int, str]:
        """Name the moment."""
        return self.revision, self.jeton, self.lot, str(self.connu_le)


Parametrage = ParamSpec("Parametrage")
Valeur = TypeVar("Valeur")


def _names_nothing(frame: pl.DataFrame) -> str:
    # The framework would name it by a sample of its rows.
    raise TypeError(f"a frame names nothing: {frame.schema}")


# A class by its name where it is defined above this module.
_NAMED: dict[str | type[Any], Callable[[Any], Any]] = {
    Situation: lambda situation: situation.cle,
    "pages.commun.cadre.Contexte": lambda contexte: contexte.cle,
    "pages.vues.collecte.Suivi": lambda suivi: suivi.cle,
    "analytics.scenarios.study.Etude": lambda etude: etude.scenario.as_text(),
    "analytics.scenarios.scenario.Scenario": lambda scenario: scenario.as_text(),
    "analytics.scenarios.reverse.questions.Question": str,
    Periode: str,
    Regle: str,
    pl.DataFrame: _names_nothing,
}


def once(
    garde: int, *, attente: str | Literal[False] = False
) -> Callable[[Callable[Parametrage, Valeur]], Callable[Parametrage, Valeur]]:
    """Compute a value once for all sessions, and keep the last `garde` of them: the arguments are the key.

    An argument whose name begins with an underscore follows from the others and names nothing. What is kept
    is shared: never change it. `attente`: what the page says meanwhile.
    """
    return st.cache_resource(show_spinner=attente, max_entries=garde, hash_funcs=_NAMED)


def store() -> Store:
    """Give the store of the settings, opened once for the server."""
    return _open_store(Settings())


# What is read once and never written, as pages call it.
reference, parametres, rules, referentiel = load_reference, load_parameters, load_rules, load_referentiel


def situation(connu_le: date | None) -> Situation:
    """Read what was known at the end of a day (None: now), as the reader may see it."""
    opened = store()
    etat = opened.etat()
    lot = etat.lot if connu_le is None else opened.lot_connu_le(connu_le)
    reader = lecteur().perimetre
    return _situation(
        Settings().database_url, etat.revision, etat.jeton, lot, etat.demo, connu_le, reader.cle
    )


def whole(seen: Situation) -> Situation:
    """Read the same moment for all the cours, whoever reads.

    Only for what rests on the whole country (shape of a year, common path of a projection, limits of a
    comparison): what is computed from it is restricted to `seen.perimetre` before it is shown.
    """
    if seen.perimetre.national:
        return seen
    return _situation(
        Settings().database_url, seen.revision, seen.jeton, seen.lot, seen.demo, seen.connu_le, NATIONAL.cle
    )


def cells(seen: Situation, du: date, au: date) -> dy.DataFrame[Declarations]:
    """Read the cells declared in some months, as known at that moment and as its reader may see them."""
    return store().declarations(seen.perimetre, du=du, au=au, dernier_lot=seen.lot, connu_le=seen.connu_le)


@st.cache_resource(show_spinner=False, hash_funcs={Settings: lambda settings: settings.model_dump_json()})
def _open_store(settings: Settings) -> Store:
    opened = open_store(settings, load_reference())
    if settings.demo and opened.etat().revision == 0:
        demonstration.fill(opened)
    return opened


@st.cache_resource(show_spinner="Lecture des données…", max_entries=16)
def _situation(
    url: str, revision: int, jeton: str, lot: int, demo: bool, connu_le: date | None, perimetre: str
) -> Situation:
    del url  # part of the key only
    reader = Perimetre.of_key(perimetre)
    opened = store()
    faits = opened.faits(reader, dernier_lot=lot, connu_le=connu_le)
    lots = opened.lots(reader).filter(pl.col("lot") <= lot)
    if connu_le is not None:
        lots = lots.filter(day_counted() <= connu_le)
    return Situation(
        **vars(faits),
        revision=revision,
        jeton=jeton,
        lot=lot,
        connu_le=connu_le,
        demo=demo,
        perimetre=reader,
        lots=Lots.cast(lots),
        alertes=opened.alertes(reader, dernier_lot=lot, connu_le=connu_le),
        projections=opened.projections(reader, dernier_lot=lot, connu_le=connu_le),
        recalages=opened.recalages(reader, connu_le=connu_le),
    )
