"""The demo: fictional, the same every time, and with something of everything."""

import polars as pl

from analytics.vocabulary.perimetre import NATIONAL
from analytics.vocabulary.reference import Reference
from data.demo import demo_lots
from data.reference import load_parameters
from data.store.store import Store


def test_the_demo_is_the_same_every_time(reference: Reference) -> None:
    first, second = demo_lots(reference), demo_lots(reference)
    assert [entree.sha256 for entree, _ in first] == [entree.sha256 for entree, _ in second]
    assert [moment for _, moment in first] == [moment for _, moment in second]
    # The figures of the demo are part of it: a change of them is a decision.
    total = pl.concat(
        [
            entree.acceptees.select("extractions_evitees")
            for entree, _ in first
            if entree.nature == "declarations"
        ]
    )
    assert total["extractions_evitees"].sum() == TOTAL


TOTAL = 10_119


def test_the_demo_tells_its_story(store: Store, reference: Reference) -> None:
    store.record_demo(demo_lots(reference))
    faits = store.faits(NATIONAL)
    by_month = faits.totaux.group_by("mois").agg(
        pl.len(), pl.col("evitees_objectif").sum(), pl.col("visioconferences").sum()
    )
    by_month = by_month.sort("mois").with_columns(pl.col("mois").dt.year().alias("annee"))
    assert by_month.height == 24
    # Few answer at first, nearly all at the end.
    expected = reference.attendues(by_month["mois"].item(0), by_month["mois"].item(-1)).group_by("mois").len()
    rate = (
        by_month.join(expected, on="mois")
        .sort("mois")
        .select(pl.col("len") / pl.col("len_right"))
        .to_series()
    )
    assert 0.3 < rate.item(0) < 0.5
    assert rate.item(-1) > 0.85
    # August is empty, and adoption grows.
    avoided = by_month["evitees_objectif"].to_list()
    assert avoided[19] < 0.7 * avoided[18]
    assert sum(avoided[12:]) > 2 * sum(avoided[:12])
    # The first year misses its objective.
    rate_2009 = load_parameters().at("taux_reduction", by_month["mois"].item(0)).valeur
    assert sum(avoided[:12]) < 155_000 * rate_2009
    assert store.rejets(NATIONAL).height > 5
    assert store.alertes(NATIONAL).height > 5
    assert (faits.totaux["premier_lot"] < faits.totaux["dernier_lot"]).any()
    for frame in (faits.bases, faits.interieur, faits.credits, faits.equipements):
        assert not frame.is_empty()


def test_silence_follows_use(reference: Reference) -> None:
    """Those who use the equipment least answer least: the trap of any expansion of the answers."""
    declared = pl.concat(
        [
            entree.acceptees.select("juridiction", "mois", "extractions_evitees")
            for entree, _ in demo_lots(reference)
            if entree.nature == "declarations"
        ]
    )
    by_court = declared.group_by("juridiction").agg(
        mois=pl.col("mois").n_unique(), usage=pl.col("extractions_evitees").sum() / pl.col("mois").n_unique()
    )
    assert by_court.select(pl.corr("mois", "usage", method="spearman")).item() > 0.1
