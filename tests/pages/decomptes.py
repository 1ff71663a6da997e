"""Settlements made on a real store, as the page makes them."""

from datetime import date

from analytics.decompte.releve import Ajustement, Cout, Releve, find_rule, read_cost, settle_year
from analytics.trajectoire.country import last_period
from analytics.vocabulary.perimetre import NATIONAL
from analytics.vocabulary.reference import Reference
from analytics.vocabulary.situation import Moment
from data.reference import load_referentiel
from data.store.store import Store
from pages.vues import registre


def settled(
    store: Store,
    reference: Reference,
    *ajustements: Ajustement,
    cout: str = "56600",
    connu_le: date | None = None,
) -> Releve:
    """Settle 2009, as known now or at the end of a day."""
    faits = store.faits(NATIONAL, connu_le=connu_le)
    return settle_year(
        faits,
        load_referentiel(),
        find_rule(registre.rules(), "circulaire-2009", 2009),
        periode=last_period(faits, 2009),
        mode=None,
        cout=Cout(read_cost(cout), "Note"),
        ajustements=ajustements,
        moment=Moment(
            store.lot_connu_le(connu_le) if connu_le else store.etat().lot, connu_le, store.etat().demo
        ),
    )
