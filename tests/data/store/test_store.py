"""The store: append-only, replayable, whole or nothing, on both engines."""

import traceback
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import polars as pl
import pytest
from sqlalchemy import Engine, delete, inspect, select, update
from sqlalchemy.exc import IntegrityError

from analytics.vocabulary.errors import UserFacingError
from analytics.vocabulary.perimetre import NATIONAL, Perimetre
from analytics.vocabulary.reference import Reference
from analytics.vocabulary.schemas import COUNTRY, REJETS_SCHEMA
from data.actes.archive import keep_projection
from data.settings import Settings
from data.store import tables
from data.store.engine import open_engine, prepare_schema, reading, writing
from data.store.store import Entree, Etat, Store, open_store
from data.store.tables import SCHEMA_VERSION, metadata
from tests.conftest import lots_of_demo
from tests.data.collecte.saisie import history
from tests.outils.ensemble import at_once

T0 = datetime(2009, 3, 10, 12, tzinfo=UTC)
JANUARY, FEBRUARY = date(2009, 1, 1), date(2009, 2, 1)
Cell = tuple[date, str, str, int | None, int | None]


def entree(
    *cells: Cell, sha: str = "0" * 64, rejets: pl.DataFrame | None = None, corrige: int | None = None
) -> Entree:
    acceptees = history(*cells).with_row_index("ligne").with_columns(rejet=pl.lit(corrige, dtype=pl.Int64))
    refused = pl.DataFrame(schema=REJETS_SCHEMA) if rejets is None else rejets
    return Entree(
        nature="declarations",
        origine="import",
        auteur="Statisticien",
        fichier="f.csv",
        sha256=sha,
        encodage="utf-8",
        lues=acceptees.height + refused.height,
        acceptees=acceptees,
        rejets=refused,
    )


def figures(store: Store, dernier_lot: int | None = None) -> dict[tuple[str, str], tuple[int, int]]:
    rows = store.declarations(NATIONAL, dernier_lot=dernier_lot)
    return {
        (row["juridiction"], row["activite"]): (row["visioconferences"], row["extractions_evitees"])
        for row in rows.iter_rows(named=True)
    }


def test_a_new_store_is_empty_and_typed(store: Store) -> None:
    assert store.etat() == Etat(revision=0, lot=0, demo=False)
    faits = store.faits(NATIONAL)
    assert faits.agregat.is_empty()
    assert faits.totaux.schema["mois"] == pl.Date
    assert store.declarations(NATIONAL).is_empty()
    assert store.lots(NATIONAL).is_empty()


def test_the_migrations_build_exactly_the_tables_of_the_code(engine: Engine) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.config import Config
    from alembic.migration import MigrationContext
    from alembic.script import ScriptDirectory

    prepare_schema(engine)
    with reading(engine) as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
        assert {*metadata.tables} | {"alembic_version"} == {*inspect(connection).get_table_names()}
    config = Config()
    config.set_main_option("script_location", "data/migrations")
    assert ScriptDirectory.from_config(config).get_heads() == [SCHEMA_VERSION]


def test_the_latest_lot_gives_the_value_and_the_past_can_be_asked(store: Store) -> None:
    store.record(
        entree((JANUARY, "TGI-LILLE", "JAP", 4, 2), (JANUARY, "TGI-LILLE", "TAP", 1, 0)), connu_le=T0
    )
    store.record(entree((JANUARY, "TGI-LILLE", "JAP", 6, 5), sha="1" * 64), connu_le=T0 + timedelta(days=30))
    assert figures(store)["TGI-LILLE", "JAP"] == (6, 5)
    assert store.lot_connu_le(T0.date()) == 1
    assert figures(store, dernier_lot=1)["TGI-LILLE", "JAP"] == (4, 2)
    now, before = store.faits(NATIONAL), store.faits(NATIONAL, dernier_lot=1)
    assert now.totaux.row(0, named=True)["evitees_objectif"] == 5
    assert before.totaux.row(0, named=True)["evitees_objectif"] == 2
    # The first answer came with lot 1, the correction with lot 2.
    assert now.totaux.select("premier_lot", "dernier_lot").row(0) == (1, 2)


def test_the_day_of_a_situation_ends_at_midnight_in_paris(store: Store) -> None:
    # 23:30 in Paris on 10 March is 22:30 UTC; 00:30 on the 11th is 23:30 UTC on the 10th.
    store.record(
        entree((JANUARY, "TGI-LILLE", "JAP", 4, 2)), connu_le=datetime(2009, 3, 10, 22, 30, tzinfo=UTC)
    )
    store.record(
        entree((JANUARY, "TGI-LILLE", "JAP", 5, 2), sha="1" * 64),
        connu_le=datetime(2009, 3, 10, 23, 30, tzinfo=UTC),
    )
    assert store.lot_connu_le(date(2009, 3, 9)) == 0
    assert store.lot_connu_le(date(2009, 3, 10)) == 1
    assert store.lot_connu_le(date(2009, 3, 11)) == 2


def test_the_same_values_again_write_nothing(store: Store) -> None:
    lines = entree((JANUARY, "TGI-LILLE", "JAP", 4, 2))
    assert store.record(lines, connu_le=T0).acceptees == 1
    again = store.record(lines, connu_le=T0)
    assert (again.lot, again.acceptees, again.inchangees) == (None, 0, 1)
    assert store.etat() == Etat(revision=1, lot=1, demo=False)


def test_a_withdrawn_value_is_missing_not_zero(store: Store) -> None:
    store.record(
        entree((JANUARY, "TGI-LILLE", "JAP", 4, 2), (JANUARY, "TGI-DOUAI", "JAP", 1, 1)), connu_le=T0
    )
    store.record(entree((JANUARY, "TGI-LILLE", "JAP", None, None), sha="1" * 64), connu_le=T0)
    assert figures(store) == {("TGI-DOUAI", "JAP"): (1, 1)}
    assert store.faits(NATIONAL).totaux["juridiction"].to_list() == ["TGI-DOUAI"]
    assert figures(store, dernier_lot=1)["TGI-LILLE", "JAP"] == (4, 2)
    # Withdrawing it again, or what was never declared, says nothing new.
    nothing = store.record(
        entree(
            (JANUARY, "TGI-LILLE", "JAP", None, None), (JANUARY, "TGI-LILLE", "TAP", None, None), sha="2" * 64
        ),
        connu_le=T0,
    )
    assert nothing.lot is None


def test_a_file_of_several_months_may_change_one_of_them(store: Store) -> None:
    both = ((JANUARY, "TGI-LILLE", "JAP", 4, 2), (FEBRUARY, "TGI-LILLE", "JAP", 9, 9))
    store.record(entree(*both), connu_le=T0)
    corrected = (both[0], (FEBRUARY, "TGI-LILLE", "JAP", 7, 7))
    written = store.record(entree(*corrected, sha="1" * 64), connu_le=T0)
    assert (written.acceptees, written.inchangees) == (1, 1)
    assert store.faits(NATIONAL).totaux["visioconferences"].to_list() == [4, 7]
    assert store.faits(NATIONAL).agregat["visioconferences"].to_list() == [4, 7]


def test_a_file_brought_again_does_not_undo_a_later_correction(store: Store) -> None:
    first = entree((JANUARY, "TGI-LILLE", "JAP", 4, 2), (JANUARY, "TGI-LILLE", "TAP", 1, 0))
    store.record(first, connu_le=T0)
    store.record(entree((JANUARY, "TGI-LILLE", "JAP", 6, 5), sha="1" * 64), connu_le=T0)
    store.record(entree((JANUARY, "TGI-LILLE", "TAP", None, None), sha="2" * 64), connu_le=T0)
    assert store.preview(first).acceptees == 0
    again = store.record(first, connu_le=T0)
    assert (again.lot, again.acceptees, again.inchangees) == (None, 0, 0)
    assert again.depassees.select("activite", "avant", "apres").sort("activite").rows() == [
        ("JAP", "4/2", "6/5"),
        ("TAP", "1/0", "retirée"),
    ]
    assert figures(store) == {("TGI-LILLE", "JAP"): (6, 5)}
    # Another file may say the old value again: that is a correction of the correction.
    assert store.record(entree((JANUARY, "TGI-LILLE", "JAP", 4, 2), sha="3" * 64), connu_le=T0).lot == 4


def test_what_was_withdrawn_then_declared_again_begins_anew(store: Store) -> None:
    store.record(entree((JANUARY, "TGI-LILLE", "JAP", 4, 2)), connu_le=T0)
    store.record(entree((JANUARY, "TGI-LILLE", "JAP", None, None), sha="1" * 64), connu_le=T0)
    store.record(entree((JANUARY, "TGI-LILLE", "JAP", 5, 2), sha="2" * 64), connu_le=T0)
    store.record(entree((JANUARY, "TGI-LILLE", "JAP", 6, 2), sha="3" * 64), connu_le=T0)
    before = store.faits(NATIONAL).totaux
    assert before.select("premier_lot", "dernier_lot").row(0) == (3, 4)
    store.rebuild()
    assert store.faits(NATIONAL).totaux.equals(before)
    assert store.faits(NATIONAL, dernier_lot=3).totaux.select("premier_lot", "dernier_lot").row(0) == (3, 3)
    assert store.faits(NATIONAL, dernier_lot=1).totaux.select("premier_lot", "dernier_lot").row(0) == (1, 1)


def test_a_quarantine_of_any_length_can_be_corrected(store: Store) -> None:
    lines = 70_000
    refused = pl.DataFrame({"ligne": range(lines)}, schema={"ligne": pl.Int64}).with_columns(
        regle=pl.lit("r"),
        champ=pl.lit("c"),
        valeur=pl.lit("v"),
        motif=pl.lit("m"),
        texte=pl.format("t{}", "ligne"),
        mois=pl.lit(None, dtype=pl.Date),
        juridiction=pl.lit(None, dtype=pl.String),
        activite=pl.lit(None, dtype=pl.String),
        remplace=pl.lit(None, dtype=pl.Int64),
    )
    store.record(entree(rejets=refused), connu_le=T0)
    again = refused.with_columns(remplace=pl.Series(sorted(store.rejets_ouverts())), texte=pl.lit("autre"))
    store.record(entree(rejets=again, sha="1" * 64), connu_le=T0)
    assert store.rejets(NATIONAL).height == lines
    assert store.rejets(NATIONAL)["lot"].unique().to_list() == [2]


def test_what_is_kept_beside_the_history_is_what_the_history_says(store: Store) -> None:
    store.record(
        entree((JANUARY, "TGI-LILLE", "JAP", 4, 2), (FEBRUARY, "TGI-LILLE", "JAP", 9, 9)), connu_le=T0
    )
    store.record(
        entree((JANUARY, "TGI-LILLE", "JAP", 7, 0), (JANUARY, "CA-DOUAI", "CHAP", 3, 1), sha="1" * 64),
        connu_le=T0,
    )
    store.record(entree((FEBRUARY, "TGI-LILLE", "JAP", None, None), sha="2" * 64), connu_le=T0)
    before, cells = store.faits(NATIONAL), store.declarations(NATIONAL)
    store.rebuild()
    after = store.faits(NATIONAL)
    assert after.agregat.equals(before.agregat)
    assert after.totaux.equals(before.totaux)
    assert store.declarations(NATIONAL).equals(cells)
    # The reading of the last lot through the history gives the same.
    assert store.declarations(NATIONAL, dernier_lot=3).equals(cells)


def test_column_2_outside_the_objective_is_kept_but_never_counts(store: Store) -> None:
    store.record(entree((JANUARY, "TGI-LILLE", "GAV_PROLONGATION", 31, 2)), connu_le=T0)
    total = store.faits(NATIONAL).totaux.row(0, named=True)
    assert (total["extractions_evitees"], total["evitees_objectif"]) == (2, 0)


def test_a_reader_sees_only_the_cours_of_the_perimeter(store: Store) -> None:
    rejets = pl.DataFrame(
        {
            "ligne": [2, 3],
            "regle": ["x", "y"],
            "champ": ["juridiction", "juridiction"],
            "valeur": ["?", "?"],
            "motif": ["m", "m"],
            "texte": ["t", "t"],
            "mois": [JANUARY, None],
            "juridiction": ["TGI-LYON", None],
            "activite": ["JAP", None],
            "remplace": [None, None],
        },
        schema=REJETS_SCHEMA,
    )
    store.record(
        entree((JANUARY, "TGI-LILLE", "JAP", 4, 2), (JANUARY, "TGI-LYON", "JAP", 8, 1), rejets=rejets),
        connu_le=T0,
    )
    douai = Perimetre.of(["CA-DOUAI"])
    assert store.declarations(douai)["juridiction"].to_list() == ["TGI-LILLE"]
    assert store.faits(douai).totaux["cour"].to_list() == ["CA-DOUAI"]
    assert store.faits(douai).agregat["visioconferences"].to_list() == [4]
    assert store.rejets(douai).is_empty()
    assert store.rejets(Perimetre.of(["CA-LYON"])).height == 1
    assert store.rejets(NATIONAL).height == 2
    assert store.declarations(Perimetre.of([])).is_empty()
    # Nor what a file that holds those of others is called, nor where its lines stand in it.
    place = ("fichier", "ligne")
    assert store.rejets(Perimetre.of(["CA-LYON"])).select(place).rows() == [(None, None)]
    assert store.rejets(NATIONAL).select(place).rows() == [("f.csv", 2), ("f.csv", 3)]


def test_a_court_follows_its_cour_at_each_date(store: Store) -> None:
    # Cayenne left the ressort of Fort-de-France for a cour of its own in 2012.
    store.record(
        entree(
            (date(2011, 12, 1), "TGI-CAYENNE", "JAP", 1, 0), (date(2012, 1, 1), "TGI-CAYENNE", "JAP", 1, 0)
        ),
        connu_le=T0,
    )
    assert store.declarations(NATIONAL)["cour"].to_list() == ["CA-FORT-DE-FRANCE", "CA-CAYENNE"]


def test_a_refused_line_waits_until_a_later_lot_corrects_it(store: Store) -> None:
    refused = {
        "ligne": [7, 8],
        "regle": ["evitees_superieures", "juridiction_inconnue"],
        "champ": ["extractions_evitees", "juridiction"],
        "valeur": ["8", "TGI \x00 Nulle-Part"],
        "motif": ["m", "m" * 3000],
        "texte": ["03/2009;TGI-LILLE;JAP;7;8", "x"],
        "mois": [JANUARY, None],
        "juridiction": ["TGI-LILLE", None],
        "activite": ["JAP", None],
        "remplace": [None, None],
    }
    store.record(entree(rejets=pl.DataFrame(refused, schema=REJETS_SCHEMA)), connu_le=T0)
    waiting = store.rejets(NATIONAL)
    assert waiting["ligne"].to_list() == [7, 8]
    unknown = waiting.row(1, named=True)["rejet"]
    # One is corrected because its cell is filled in, the other because the line names it.
    store.record(entree((JANUARY, "TGI-LILLE", "JAP", 8, 7), sha="1" * 64), connu_le=T0)
    assert store.rejets(NATIONAL)["rejet"].to_list() == [unknown]
    store.record(entree((JANUARY, "TGI-DOUAI", "JAP", 2, 1), sha="2" * 64, corrige=unknown), connu_le=T0)
    assert store.rejets(NATIONAL).is_empty()
    assert store.rejets(NATIONAL, ouverts=False).height == 2


def test_the_same_refused_file_is_not_kept_twice(store: Store) -> None:
    refused = pl.DataFrame(
        {"ligne": [2], "regle": ["r"], "champ": ["c"], "valeur": ["v"], "motif": ["m"], "texte": ["t"]}
    ).with_columns(
        mois=pl.lit(None, dtype=pl.Date),
        juridiction=pl.lit(None, dtype=pl.String),
        activite=pl.lit(None, dtype=pl.String),
        remplace=pl.lit(None, dtype=pl.Int64),
    )
    assert store.record(entree(rejets=refused), connu_le=T0).lot == 1
    assert store.record(entree(rejets=refused), connu_le=T0).lot is None
    assert store.rejets(NATIONAL).height == 1


def test_a_clock_that_steps_back_does_not_reorder_lots(store: Store) -> None:
    store.record(entree((JANUARY, "TGI-LILLE", "JAP", 4, 2)), connu_le=T0)
    later = entree((JANUARY, "TGI-LILLE", "JAP", 5, 2), sha="1" * 64)
    with pytest.raises(UserFacingError, match="précède ce qui a déjà été fait"):
        store.record(later, connu_le=T0 - timedelta(days=9))
    store.record(later, connu_le=T0 - timedelta(minutes=9))
    assert store.lots(NATIONAL)["connu_le"].to_list() == [T0, T0]


def test_credits_are_exact_to_the_cent(store: Store) -> None:
    frame = pl.DataFrame(
        {
            "ligne": [2],
            "annee": [2010],
            "cour": ["CA-AGEN"],
            "credits_eur": [Decimal("20112.53")],
            "source": ["s"],
        },
        schema_overrides={"credits_eur": pl.Decimal(14, 2)},
    )
    lines = replace(entree(), nature="credits", acceptees=frame, lues=1)
    store.record(lines, connu_le=T0)
    assert store.faits(NATIONAL).credits["credits_eur"].to_list() == [Decimal("20112.53")]
    again = store.record(lines, connu_le=T0)
    assert again.lot is None


def test_the_demo_and_real_data_never_mix(store: Store) -> None:
    lots = lots_of_demo()
    store.record_demo(lots)
    store.record_demo(lots)  # a second server starting at the same time
    assert store.etat() == Etat(revision=1, lot=len(lots), demo=True)
    real = entree((JANUARY, "TGI-LILLE", "JAP", 4, 2))
    with pytest.raises(UserFacingError, match="vigie vider-demo"):
        store.record(real, connu_le=T0)
    assert store.record(real, connu_le=T0, remplacer_demo=True).lot == 1
    assert store.etat().demo is False
    assert figures(store) == {("TGI-LILLE", "JAP"): (4, 2)}
    assert store.demo_contents() is store.empty_demo() is None
    with pytest.raises(UserFacingError, match="vraies données"):
        store.record_demo(lots)


def test_emptying_the_demo_leaves_an_empty_store(store: Store) -> None:
    lots = lots_of_demo()
    store.record_demo(lots)
    announced = store.demo_contents()
    assert announced is not None
    assert (announced.partent[0], announced.restent) == ((len(lots), "lot fictif", "lots fictifs"), ())
    assert store.empty_demo() == announced
    assert store.lots(NATIONAL).is_empty()
    assert store.faits(NATIONAL).bases.is_empty()
    assert store.etat().revision == 2


def test_two_imports_at_once_both_land(settings: Settings, reference: Reference) -> None:
    stores = [open_store(settings, reference) for _ in range(4)]

    def work(number: int) -> int:
        for turn in range(5):
            cell = (JANUARY, "TGI-LILLE", "JAP", 100 * number + turn, 0)
            stores[number].record(entree(cell, sha=f"{number}{turn}".zfill(64)), connu_le=T0)
        return number

    assert at_once(work, (0,), (1,), (2,), (3,)) == [0, 1, 2, 3]
    etat = stores[0].etat()
    assert (etat.lot, etat.revision) == (20, 20)
    assert stores[0].declarations(NATIONAL)["lot"].to_list() == [20]
    for opened in stores:
        opened.close()


def test_the_same_file_imported_twice_at_once_lands_once(two_stores: tuple[Store, Store]) -> None:

    def work(opened: Store) -> int | None:
        return opened.record(entree((JANUARY, "TGI-LILLE", "JAP", 4, 2)), connu_le=T0).lot

    written = at_once(work, *((opened,) for opened in two_stores))
    assert sorted(written, key=str) == [1, None]


def test_a_write_that_waits_too_long_is_told_to_try_again(
    settings: Settings, engine: Engine, reference: Reference
) -> None:
    hurried = Settings(database_url=settings.database_url, attente_verrou_s=0.2)
    store = open_store(hurried, reference)
    with writing(engine), pytest.raises(UserFacingError, match="réessayez"):
        store.record(entree((JANUARY, "TGI-LILLE", "JAP", 4, 2)), connu_le=T0)
    assert store.record(entree((JANUARY, "TGI-LILLE", "JAP", 4, 2)), connu_le=T0).lot == 1
    store.close()


def test_reading_goes_on_while_a_lot_is_written(
    settings: Settings, engine: Engine, reference: Reference
) -> None:
    store = open_store(settings, reference)
    store.record(entree((JANUARY, "TGI-LILLE", "JAP", 4, 2)), connu_le=T0)
    with writing(engine):
        assert figures(store) == {("TGI-LILLE", "JAP"): (4, 2)}
    store.close()


@pytest.mark.parametrize("url", ["mysql://localhost/x", "::::"])
def test_another_engine_is_refused_in_french(url: str) -> None:
    with pytest.raises(UserFacingError, match=r"SQLite|chemin"):
        open_engine(url, lock_timeout_s=1)


def test_an_error_of_the_store_repeats_no_figure(store: Store) -> None:
    impossible = entree((JANUARY, "TGI-LILLE", "JAP", 4, 54321))
    with pytest.raises((IntegrityError, RuntimeError)) as failure:
        store.record(impossible, connu_le=T0)
    assert "54321" not in "".join(traceback.format_exception(failure.value))
    assert store.etat().lot == 0


CELLS: tuple[Cell, ...] = (
    (date(2009, 1, 1), "TGI-LILLE", "JAP", 12, 8),
    (date(2009, 2, 1), "TGI-LILLE", "JAP", 14, 9),
)
MORE: tuple[Cell, ...] = (
    (date(2009, 2, 1), "TGI-LYON", "JAP", 9, 1),
    (date(2009, 1, 1), "TGI-LILLE", "JAP", 9, 1),
)


def test_projections_are_kept_once_for_a_lot_and_seen_by_whom_they_concern(store: Store) -> None:
    store.record(entree(*CELLS), connu_le=T0)
    keep_projection(store, connu_le=T0)
    before = store.etat()
    kept = store.projections(NATIONAL)
    assert {COUNTRY, "CA-DOUAI"} <= set(kept["cour"])
    assert set(kept["lot"]) == {1}
    keep_projection(store, connu_le=T0)
    assert store.etat() == before
    assert store.projections(NATIONAL).equals(kept)
    assert set(store.projections(Perimetre.of(["CA-DOUAI"]))["cour"]) == {"CA-DOUAI"}
    assert store.projections(NATIONAL, dernier_lot=0).is_empty()


def test_a_replay_gives_what_each_lot_knew(store: Store) -> None:
    store.record(entree(*CELLS), connu_le=T0)
    store.record(entree(*MORE, sha="1" * 64), connu_le=T0)
    for lot, faits in store.replay([1, 2]):
        known = store.faits(NATIONAL, dernier_lot=lot)
        assert faits.agregat.equals(known.agregat)
        assert faits.totaux.drop("premier_lot", "dernier_lot").equals(
            known.totaux.drop("premier_lot", "dernier_lot")
        )


def test_a_new_start_is_kept_with_who_and_why_and_can_be_taken_back(store: Store) -> None:
    for retire in (False, True):
        store.rebase(
            cour="CA-DOUAI",
            mois=date(2009, 5, 1),
            cause="Livraison",
            auteur="A. Martin",
            retire=retire,
            connu_le=T0,
        )
    rows = store.recalages(NATIONAL)
    assert rows["retire"].to_list() == [False, True]
    assert rows["auteur"].unique().to_list() == ["A. Martin"]
    assert store.recalages(NATIONAL, connu_le=T0.date()).height == 2
    assert store.recalages(NATIONAL, connu_le=T0.date() - timedelta(days=1)).is_empty()
    assert store.recalages(Perimetre.of(["CA-LYON"])).is_empty()


def test_a_lot_dated_in_the_future_is_refused(store: Store) -> None:
    cell = (JANUARY, "TGI-LILLE", "JAP", 4, 2)
    for ahead in (timedelta(minutes=11), timedelta(days=3650)):
        with pytest.raises(UserFacingError, match="en avance sur celle de"):
            store.record(entree(cell), connu_le=datetime.now(UTC) + ahead)
    assert store.lots(NATIONAL).is_empty()
    assert store.record(entree(cell), connu_le=datetime.now(UTC) + timedelta(minutes=5)).lot == 1


def test_dates_left_by_a_clock_that_was_ahead_are_said_then_repaired(store: Store, engine: Engine) -> None:
    store.record(entree((JANUARY, "TGI-LILLE", "JAP", 4, 2)), connu_le=T0)
    store.record(entree((JANUARY, "TGI-LILLE", "JAP", 5, 2), sha="1" * 64), connu_le=T0 + timedelta(days=1))
    far = datetime(2019, 3, 11, 12, tzinfo=UTC)
    with writing(engine) as connection:
        # As an earlier version wrote it, ten years ahead.
        rank = date(2019, 3, 11).toordinal() * 10**9 + 2
        connection.execute(update(tables.lot).where(tables.lot.c.lot == 2).values(connu_le=far, ordre=rank))
    now = T0 + timedelta(days=2)
    with pytest.raises(UserFacingError, match="vigie reparer-dates"):
        store.record(entree((JANUARY, "TGI-DOUAI", "JAP", 1, 0), sha="2" * 64), connu_le=now)
    assert store.dated_later(now) == 1
    revision = store.etat().revision
    assert store.redate(now) == 1
    assert store.etat().revision == revision + 1
    assert (store.dated_later(now), store.redate(now)) == (0, 0)
    assert store.record(entree((JANUARY, "TGI-DOUAI", "JAP", 1, 0), sha="2" * 64), connu_le=now).lot == 3
    assert figures(store) == {("TGI-LILLE", "JAP"): (5, 2), ("TGI-DOUAI", "JAP"): (1, 0)}
    seen = store.declarations(NATIONAL, connu_le=date(2009, 3, 12))
    assert sorted(seen["juridiction"]) == ["TGI-DOUAI", "TGI-LILLE"]
    assert store.declarations(NATIONAL, connu_le=date(2009, 3, 11))["visioconferences"].to_list() == [4]


def test_a_reader_of_some_cours_learns_of_a_file_only_that_it_came(store: Store) -> None:
    store.record(entree((JANUARY, "TGI-LILLE", "JAP", 4, 2)), connu_le=T0)
    (seen,) = store.lots(Perimetre.of(["CA-DOUAI"])).iter_rows(named=True)
    assert {name for name, value in seen.items() if value not in ("", 0, None)} == {
        *("lot", "nature", "origine", "connu_le", "forme")
    }
    assert store.lots(NATIONAL)["fichier"].to_list() == ["f.csv"]


def test_a_store_put_back_never_meets_what_was_read_after_it(store: Store, engine: Engine) -> None:
    """A dump restored, then one import: the numbers are those of a lot that is no more."""
    store.record(entree((JANUARY, "TGI-LILLE", "JAP", 4, 2)), connu_le=T0)
    rows = (tables.cellule, tables.agregat_activite, tables.total_juridiction, tables.declaration, tables.lot)
    with reading(engine) as connection:
        before = connection.execute(select(tables.revision)).mappings().one()
    store.record(entree((FEBRUARY, "TGI-LILLE", "JAP", 7, 3), sha="1" * 64), connu_le=T0)
    seen = store.etat()
    with writing(engine) as connection:
        for table in rows:
            connection.execute(delete(table).where(table.c.lot == 2) if "lot" in table.c else delete(table))
        connection.execute(update(tables.revision).values(numero=before["numero"], jeton=before["jeton"]))
    store.rebuild()
    store.record(entree((FEBRUARY, "TGI-LILLE", "JAP", 9, 9), sha="2" * 64), connu_le=T0)
    now = store.etat()
    assert (now.revision, now.lot, now.demo) == (seen.revision, seen.lot, seen.demo)
    assert now.jeton != seen.jeton
    assert len({before["jeton"], seen.jeton, now.jeton}) == 3
