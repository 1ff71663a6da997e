"""Situations built by hand, and the pages run on them as the router runs them."""

from collections.abc import Callable, Generator, Iterable, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime
from hashlib import sha256
from html import unescape
from types import ModuleType

import dataframely as dy
import polars as pl
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from analytics.vocabulary.perimetre import NATIONAL, Perimetre
from analytics.vocabulary.schemas import (
    AgregatActivite,
    Declarations,
    ProjectionGardee,
    Recalages,
    TotalJuridiction,
)
from data.store.store import Store
from pages.commun import identite, lecture
from pages.commun.identite import Lecteur
from pages.commun.lecture import Situation
from tests.analytics.frames import aggregate, lots, total, totals

COURTS = {"TGI-LILLE": "CA-DOUAI", "TGI-ARRAS": "CA-DOUAI", "TGI-LYON": "CA-LYON"}
MONTHS = [date(2009, rank, 1) for rank in range(1, 10)]
KNOWN = datetime(2009, 10, 12, 8, tzinfo=UTC)


def empty() -> Situation:
    """A store that nobody has written to."""
    return _situation(aggregate([]), totals([]), demo=False)


def ordinary(
    perimetre: Perimetre = NATIONAL, *, annee: int = 2009, demo: bool = False, alertes: Iterable[date] = ()
) -> Situation:
    """Nine months of a year: Arras silent in September, eight avoided a month for each answer."""
    months = [mois.replace(year=annee) for mois in MONTHS]
    said = [
        (mois, court, cour)
        for mois in months
        for court, cour in COURTS.items()
        if not (court == "TGI-ARRAS" and mois == months[-1])
    ]
    rows = [total(mois, court, cour, 8, visio=15) for mois, court, cour in said]
    by_cour: dict[tuple[date, str], int] = {}
    for mois, _, cour in said:
        by_cour[mois, cour] = by_cour.get((mois, cour), 0) + 1
    cells = [(mois, cour, "JAP", 12 * n, 8 * n) for (mois, cour), n in by_cour.items()]
    cells += [(mois, cour, "GAV_PROLONGATION", 3 * n, 0) for (mois, cour), n in by_cour.items()]
    return _situation(
        AgregatActivite.cast(perimetre.restrict(aggregate(cells))),
        TotalJuridiction.cast(perimetre.restrict(totals(rows))),
        perimetre=perimetre,
        demo=demo,
        alertes=alertes,
    )


def two_years() -> Situation:
    """Nine months of 2009, then nine of 2010."""
    first, second = ordinary(), ordinary(annee=2010)
    return _situation(
        AgregatActivite.cast(pl.concat([first.agregat, second.agregat])),
        TotalJuridiction.cast(pl.concat([first.totaux, second.totaux])),
        demo=False,
    )


def _situation(
    agregat: dy.DataFrame[AgregatActivite],
    totaux: dy.DataFrame[TotalJuridiction],
    *,
    perimetre: Perimetre = NATIONAL,
    demo: bool,
    alertes: Iterable[date] = (),
) -> Situation:
    written = lots(*([KNOWN] if agregat.height else []), origine="import")
    return Situation(
        jeton="",
        revision=1,
        lot=written.height,
        connu_le=None,
        demo=demo,
        perimetre=perimetre,
        agregat=agregat,
        totaux=totaux,
        lots=written,
        alertes=pl.DataFrame({"mois": list(alertes)}, schema={"mois": pl.Date}),
        projections=ProjectionGardee.create_empty(),
        recalages=Recalages.create_empty(),
    )


def run(
    monkeypatch: pytest.MonkeyPatch,
    situation: Situation | Callable[[date | None], Situation],
    page: str,
    whole: Situation | None = None,
    **query: str,
) -> AppTest:
    """Run one page on a situation, with the query of an address; `whole`: what all the cours declared."""

    def give(day: date | None) -> Situation:
        return named(situation(day) if callable(situation) else situation, whole)

    monkeypatch.setattr(lecture, "situation", give)

    def everything(seen: Situation) -> Situation:
        return replace(whole, jeton=seen.jeton) if whole else seen

    monkeypatch.setattr(lecture, "whole", everything)
    monkeypatch.setattr(lecture, "cells", cells)
    return ran(at_address(page, query, timeout=30))


def named(seen: Situation, whole: Situation | None) -> Situation:
    """Name a situation, and all that was declared, by what they hold: what is computed from it is kept.

    As in the product, a page that is run on the same situation again computes nothing anew.
    """
    held = sha256()
    for each in (seen, *([whole] if whole else [])):
        for name, value in sorted(vars(each).items()):
            held.update(f"{name}:".encode())
            held.update(value.serialize() if isinstance(value, pl.DataFrame) else repr(value).encode())
    return replace(seen, jeton=held.hexdigest())


# `run`, once it knows what it replaces: the fixture `visit`.
Visit = Callable[..., AppTest]


def at_address(page: str, query: Mapping[str, str], *, timeout: float = 60) -> AppTest:
    """Make one page as the router runs it, with the query of an address, ready to run."""
    at = AppTest.from_string(f"from pages import {page}\n{page}.render()\n", default_timeout=timeout)
    for name, value in query.items():
        at.query_params[name] = value
    return at


def ran(at: AppTest) -> AppTest:
    """Run a page, which must not fail."""
    at.run()
    assert not at.exception, at.exception
    return at


@contextmanager
def reading(
    monkeypatch: pytest.MonkeyPatch, store: Store, clock: ModuleType, moment: datetime
) -> Generator[Store]:
    """Have the pages read a store at a moment, which `clock` is the module to tell.

    What was computed from it is kept from test to test, as from visitor to visitor: each write gives the
    store a number of its own. Of a copy, which would count from the same number, everything is read anew.
    """
    monkeypatch.setattr(lecture, "store", lambda: store)
    monkeypatch.setattr(clock, "utc_now", lambda: moment)
    if [store] != _LAST_READ:
        st.cache_resource.clear()
    _LAST_READ[:] = [store]
    yield store


_LAST_READ: list[Store] = []


def read_as(monkeypatch: pytest.MonkeyPatch, lecteur: Lecteur, *modules: ModuleType) -> None:
    """Have the pages, and these modules, read by someone."""
    for module in (lecture, identite, *modules):
        monkeypatch.setattr(module, "lecteur", lambda: lecteur)


def cells(seen: Situation, du: date, au: date) -> dy.DataFrame[Declarations]:
    """The cells behind the totals of a situation, all of one activity."""
    return Declarations.validate(
        seen.totaux.filter(pl.col("mois").is_between(du, au)).select(
            "mois",
            "juridiction",
            "visioconferences",
            "extractions_evitees",
            "cour",
            activite=pl.lit("JAP"),
            connu_le=pl.lit(KNOWN),
            recu_le=pl.lit(None, dtype=pl.Date),
            lot=pl.lit(1, dtype=pl.Int64),
        )
    )


def text(at: AppTest) -> str:
    """Everything the page says, as it is read."""
    return unescape(words(at))


def words(at: AppTest) -> str:
    """Everything the page says, as one text."""
    html = " ".join(element.proto.body for element in at.get("html"))
    metrics = " ".join(f"{metric.label} {metric.value} {metric.delta}" for metric in at.metric)
    links = " ".join(element.proto.label for element in at.get("page_link"))
    return f"{html} {metrics} {links}"


def metrics(at: AppTest) -> dict[str, str]:
    """The figures of the page, by their names."""
    return {metric.label: metric.value for metric in at.metric}


def charts_of(at: AppTest) -> str:
    """Everything the charts of the page hold, as one text."""
    return " ".join(chart.proto.spec for chart in at.get("plotly_chart"))
