"""Keeping what was projected, each time something new is known: the same for the screens and the terminal."""

from datetime import date, datetime

import polars as pl

from analytics.collecte.calendar import campaign_of
from analytics.objectif.lectures import USUAL_RULE
from analytics.trajectoire.country import survey
from analytics.trajectoire.hindsight import lines_to_keep
from analytics.vocabulary.moments import day_in_paris
from analytics.vocabulary.perimetre import NATIONAL
from analytics.vocabulary.periods import Periode, last_in_a_row
from analytics.vocabulary.situation import Faits
from data.reference import load_parameters, load_referentiel
from data.store.store import Store


def keep_projection(store: Store, *, connu_le: datetime) -> None:
    """Keep what is projected from all that is known now, under the usual rule."""
    store.keep_projections(_project(store.faits(NATIONAL), store.etat().lot), connu_le=connu_le)


def keep_past_projections(store: Store) -> None:
    """Keep what would have been projected when each campaign closed, or when its first answers came late."""
    months, parametres = store.months_by_lot(), load_parameters()
    moments = dict(store.lots(NATIONAL).select("lot", "connu_le").iter_rows())
    told: dict[date, int] = {}
    for lot in sorted(months):
        day = day_in_paris(moments[lot])
        for mois in months[lot]:
            if mois not in told or day <= campaign_of(mois, parametres).cloture:
                told[mois] = lot
    # Not all at once at the end: who replays a day must find what was projected by then.
    replayed = [(lot, _project(faits, lot)) for lot, faits in store.replay(set(told.values()))]
    for lot, lines in replayed:
        store.keep_projections(lines, connu_le=moments[lot])


def _project(faits: Faits, lot: int) -> pl.DataFrame:
    last = last_in_a_row(faits.agregat["mois"])
    if last is None:
        return pl.DataFrame()
    pays = survey(faits, load_referentiel(), regle=USUAL_RULE, periode=Periode(last))
    return lines_to_keep(pays, lot=lot)
