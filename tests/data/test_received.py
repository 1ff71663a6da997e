"""A history loaded long after it was received tells the same story as the one that was entered day by day."""

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import polars as pl
import pytest

from analytics.vocabulary.errors import UserFacingError
from analytics.vocabulary.perimetre import NATIONAL
from analytics.vocabulary.received import tell_declared_after
from analytics.vocabulary.schemas import TotalJuridiction
from data.exports import accompanying, exported
from data.settings import Settings
from data.store.store import Entree, Store, open_store
from tests.conftest import REQUIRED
from tests.data.collecte.saisie import HEADER, examined
from tests.data.store.migrations import migrating
from tests.data.store.test_store import entree

JAN, FEB = date(2009, 1, 1), date(2009, 2, 1)
YEARS_AFTER = datetime(2026, 11, 26, 9, tzinfo=UTC)
COURTS, ACTIVITIES = ("TGI-LILLE", "TGI-ARRAS"), ("JAP", "AUTRE")


def on(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 10, tzinfo=UTC)


def sent(rng: random.Random, number: int) -> tuple[date, Entree]:
    """One file: a few cells of two months, some taken back, received one day of the spring."""
    cells = {
        (rng.choice((JAN, FEB)), rng.choice(COURTS), rng.choice(ACTIVITIES)): rng.choice(
            ((None, None), (3, 1), (4, 2), (5, 0))
        )
        for _ in range(3)
    }
    rows: Any = [(*cell, *figures) for cell, figures in cells.items()]
    return date(2009, 3, 1) + timedelta(days=rng.randrange(20)), entree(*rows, sha=f"{number:064d}")


def told(store: Store, day: date | None) -> tuple[Any, ...]:
    """Give all that is known at the end of a day, lots being named by the day they count from."""
    days = dict(
        store.lots(NATIONAL)
        .select("lot", pl.coalesce("recu_le", pl.col("connu_le").dt.date()).alias("jour"))
        .iter_rows()
    )
    faits = store.faits(NATIONAL, connu_le=day)
    cells = store.declarations(NATIONAL, connu_le=day)
    return (
        cells.drop("connu_le", "recu_le", "lot").rows(),
        [days[number] for number in cells["lot"]],
        faits.agregat.rows(),
        faits.totaux.drop("premier_lot", "dernier_lot").rows(),
        [
            (days[first], days[last])
            for first, last in faits.totaux.select("premier_lot", "dernier_lot").rows()
        ],
    )


@pytest.fixture
def beside(reference: Any, tmp_path_factory: pytest.TempPathFactory) -> Store:
    path = tmp_path_factory.mktemp("jour-le-jour") / "v.db"
    return open_store(Settings(database_url=f"sqlite:///{path}"), reference)


@pytest.mark.parametrize("seed", range(6 if REQUIRED else 2))
def test_the_order_of_entering_changes_nothing_of_what_was_known_each_day(
    store: Store, beside: Store, seed: int
) -> None:
    rng = random.Random(seed)
    files = sorted((sent(rng, number) for number in range(12)), key=lambda file: file[0])
    # One file a day: two of the same day are told apart by the order in which they were entered.
    files = [file for rank, file in enumerate(files) if not rank or file[0] != files[rank - 1][0]]
    for day, given in files:
        beside.record(given, connu_le=on(day))
    shuffled = rng.sample(files, len(files))
    for rank, (day, given) in enumerate(shuffled):
        store.record(replace(given, recu_le=day), connu_le=YEARS_AFTER + timedelta(minutes=rank))
    for day in [None, *(day for day, _ in files), date(2009, 2, 28), date(2009, 3, 31)]:
        assert told(store, day) == told(beside, day), day
    # What the store keeps up to date is what its history says.
    before = told(store, None)
    store.rebuild()
    assert told(store, None) == before
    beside.close()


def test_of_two_values_the_one_received_last_counts_whenever_it_is_entered(store: Store) -> None:
    cell = (JAN, "TGI-LILLE", "JAP")
    correction = replace(entree((*cell, 5, 2), sha="2" * 64), recu_le=date(2009, 5, 4))
    first = replace(entree((*cell, 3, 1), sha="1" * 64), recu_le=date(2009, 2, 20))
    store.record(correction, connu_le=YEARS_AFTER)
    assert store.preview(first).acceptees == 1
    assert store.record(first, connu_le=YEARS_AFTER).acceptees == 1

    def value(day: date | None) -> list[tuple[int, int]]:
        frame = store.declarations(NATIONAL, connu_le=day)
        return frame.select("visioconferences", "extractions_evitees").rows()

    assert value(None) == [(5, 2)]
    assert value(date(2009, 5, 4)) == [(5, 2)]
    assert value(date(2009, 5, 3)) == value(date(2009, 2, 20)) == [(3, 1)]
    assert value(date(2009, 2, 19)) == []
    totals = store.faits(NATIONAL).totaux
    assert TotalJuridiction.validate(totals).select("premier_lot", "dernier_lot").rows() == [(2, 1)]
    # Entered without a day, a file counts from the day it is entered.
    store.record(entree((*cell, 9, 9), sha="3" * 64), connu_le=YEARS_AFTER)
    assert value(None) == [(9, 9)]
    assert value(date(2026, 11, 25)) == [(5, 2)]


def test_small_tables_follow_the_day_received_too(store: Store) -> None:
    def base(extractions: int) -> pl.DataFrame:
        return pl.DataFrame(
            {
                "ligne": [2],
                "annee": [2008],
                "cour": ["CA-DOUAI"],
                "extractions": [extractions],
                "source": ["S"],
            }
        )

    given = replace(entree(), nature="base")
    store.record(
        replace(given, acceptees=base(900), sha256="9" * 64, recu_le=date(2009, 6, 1)), connu_le=YEARS_AFTER
    )
    store.record(
        replace(given, acceptees=base(800), sha256="8" * 64, recu_le=date(2009, 3, 1)), connu_le=YEARS_AFTER
    )
    for day, found in (
        (None, [900]),
        (date(2009, 6, 1), [900]),
        (date(2009, 5, 31), [800]),
        (date(2009, 2, 28), []),
    ):
        assert store.faits(NATIONAL, connu_le=day).bases["extractions"].to_list() == found


# ---------------------------------------------------------------------- files


def imported(store: Store, content: str, *, recu_le: date | None = None) -> Callable[[], pl.DataFrame]:
    examen = examined(store, content.encode(), YEARS_AFTER, recu_le=recu_le)
    store.record(examen.entree, connu_le=YEARS_AFTER)
    return lambda: examen.jugement.rejets


@pytest.mark.parametrize("title", ["recu_le", "Reçu le", "Date de réception"])
def test_a_column_says_the_day_of_each_line_one_lot_a_day(store: Store, title: str) -> None:
    refused = imported(
        store,
        f"{HEADER};{title}\n"
        "2009-02;TGI-LILLE;JAP;3;1;12/03/2009\n"
        "2009-01;TGI-LILLE;JAP;4;2;2009-02-20\n"
        "2009-01;TGI-ARRAS;JAP;1;0;\n"
        "2009-02;TGI-ARRAS;JAP;1;0;27/11/2026\n"
        "2009-02;TGI-DOUAI;JAP;1;0;31/01/2009\n"
        "2009-02;TGI-BETHUNE;JAP;1;0;hier\n",
        recu_le=date(2010, 1, 4),
    )
    assert refused().select("ligne", "regle", "champ").rows() == [
        (5, "recu_a_venir", "recu_le"),
        (6, "recu_avant_le_mois", "recu_le"),
        (7, "jour_illisible", "recu_le"),
    ]
    lots = store.lots(NATIONAL).sort("lot")
    assert lots.select("recu_le", "acceptees", "lues", "refusees").rows() == [
        (date(2009, 2, 20), 1, 4, 3),
        (date(2009, 3, 12), 1, 1, 0),
        # The line that says nothing takes the day of the file.
        (date(2010, 1, 4), 1, 1, 0),
    ]
    known = store.declarations(NATIONAL, connu_le=date(2009, 2, 20))
    assert known.select("mois", "juridiction").rows() == [(JAN, "TGI-LILLE")]
    assert store.declarations(NATIONAL).height == 3


def test_what_leaves_with_its_days_comes_back_with_them(store: Store, beside: Store) -> None:
    imported(store, f"{HEADER}\n2009-01;TGI-LILLE;JAP;3;1\n", recu_le=date(2009, 2, 20))
    imported(store, f"{HEADER}\n2009-02;TGI-LILLE;JAP;4;1\n", recu_le=date(2009, 3, 9))
    content = exported(store, "declarations").write_csv(separator=";")
    imported(beside, content)
    for day in (date(2009, 2, 19), date(2009, 2, 20), date(2009, 3, 9), None):
        assert told(beside, day) == told(store, day)
    beside.close()


def test_a_refused_line_keeps_its_day_until_it_is_corrected(store: Store) -> None:
    imported(store, f"{HEADER};recu_le\n2009-01;TGI-LILLE;JAP;3;12;2009-02-20\n")
    waiting = exported(store, "rejets")
    assert waiting["recu_le"].to_list() == ["2009-02-20"]
    corrected = waiting.with_columns(extractions_evitees=pl.lit("2"))
    imported(store, corrected.write_csv(separator=";"))
    assert exported(store, "rejets").is_empty()
    assert store.declarations(NATIONAL)["recu_le"].to_list() == [date(2009, 2, 20)]


def test_no_file_was_received_tomorrow(store: Store) -> None:
    with pytest.raises(UserFacingError) as failure:
        imported(store, f"{HEADER}\n2009-01;TGI-LILLE;JAP;3;1\n", recu_le=date(2026, 11, 27))
    assert "n'est pas encore passé" in str(failure.value)
    assert store.etat().lot == 0
    imported(store, f"{HEADER}\n2009-01;TGI-LILLE;JAP;3;1\n", recu_le=date(2026, 11, 26))
    assert store.etat().lot == 1


def test_what_rests_on_days_declared_afterwards_says_so(store: Store) -> None:
    imported(store, f"{HEADER}\n2009-01;TGI-LILLE;JAP;3;1\n", recu_le=date(2009, 2, 20))
    imported(store, f"{HEADER}\n2009-02;TGI-LILLE;JAP;3;1\n", recu_le=date(2009, 3, 5))
    store.record(entree((FEB, "TGI-ARRAS", "JAP", 1, 0)), connu_le=YEARS_AFTER)
    lots = store.lots(NATIONAL)
    assert tell_declared_after(lots, date(2009, 2, 19)) == ""
    assert tell_declared_after(lots, date(2026, 11, 26)) == ""
    one, two = (tell_declared_after(lots, date(2009, month, 28)).replace("\u00a0", " ") for month in (2, 3))
    assert one == (
        "Elle repose sur 1 lot dont le jour de réception a été déclaré après coup, jusqu'au 26 novembre 2026."
    )
    assert "2 lots dont le jour" in two
    notes = accompanying(store, perimetre=NATIONAL, connu_le=date(2009, 3, 28))
    assert two in [note.replace("\u00a0", " ") for note in notes]
    assert not [
        note for note in accompanying(store, perimetre=NATIONAL, connu_le=None) if "réception" in note
    ]
    assert exported(store, "lots", connu_le=date(2009, 2, 28))["lot"].to_list() == [1]


def test_a_store_written_before_counts_from_the_days_it_was_entered(
    settings: Settings, reference: Any
) -> None:
    store = open_store(settings, reference)
    # 23:30 in UTC is the next day in Paris.
    store.record(entree((JAN, "TGI-LILLE", "JAP", 3, 1)), connu_le=datetime(2009, 2, 20, 23, 30, tzinfo=UTC))
    store.close()
    for version in ("0006", "head"):
        with migrating(settings) as (_, move):
            move(version)
    store = open_store(settings, reference)
    assert store.declarations(NATIONAL, connu_le=date(2009, 2, 20)).is_empty()
    assert store.declarations(NATIONAL, connu_le=date(2009, 2, 21)).height == 1
    # A lot that follows takes its place after it.
    store.record(entree((JAN, "TGI-LILLE", "JAP", 4, 1), sha="1" * 64), connu_le=YEARS_AFTER)
    assert store.declarations(NATIONAL)["visioconferences"].to_list() == [4]
    store.close()
