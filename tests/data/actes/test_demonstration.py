"""What a visitor finds: the whole of it, and that it leaves whole."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl
import pytest

from analytics.objectif.lectures import USUAL_RULE
from analytics.trajectoire.country import survey
from analytics.trajectoire.position import AHEAD, ATTAINED, LATE, UNDETERMINED
from analytics.vocabulary.perimetre import NATIONAL, Perimetre
from analytics.vocabulary.periods import Periode
from analytics.vocabulary.reference import Reference
from analytics.vocabulary.schemas import AUTEUR_DEMO, CONTRADICTOIRE
from data.actes import demonstration
from data.demo import ALERT_COURT, CORRECTED_COUR, CORRECTED_MONTH, SILENT_COUR
from data.reference import load_parameters, load_referentiel
from data.settings import Settings
from data.store.store import Store, open_store

AUGUST = Periode(date(2010, 8, 1))


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory, reference: Reference) -> Iterator[Store]:
    path: Path = tmp_path_factory.mktemp("visite") / "vigie.sqlite"
    store = open_store(Settings(database_url=str(path)), reference)
    demonstration.fill(store)
    yield store
    store.close()


def states(store: Store, periode: Periode, reference: Reference, *, au: date | None = None) -> dict[str, str]:
    pays = survey(store.faits(NATIONAL, connu_le=au), load_referentiel(), regle=USUAL_RULE, periode=periode)
    rows = pays.assess_each(reference.cours, {}, load_parameters())
    return dict(rows.select("cour", "etat").iter_rows())


def test_nothing_is_known_after_the_day_of_the_visit(filled: Store) -> None:
    lots = filled.lots(NATIONAL)
    assert lots["connu_le"].max() == datetime(2010, 10, 7, 17, tzinfo=UTC)
    assert date(2010, 10, 7) == demonstration.JOUR
    assert filled.etat().demo
    answered = (
        filled.faits(NATIONAL).totaux.filter(pl.col("mois") == date(2010, 9, 1))["juridiction"].n_unique()
    )
    assert 100 < answered < 160, "the collection of September is under way"


def test_the_year_is_late_with_cours_ahead_and_one_that_says_nothing(
    filled: Store, reference: Reference
) -> None:
    found = states(filled, AUGUST, reference)
    counted = {state: list(found.values()).count(state) for state in set(found.values())}
    assert counted[LATE] > 20
    assert counted[AHEAD] + counted[ATTAINED] > 5
    assert found[SILENT_COUR] == UNDETERMINED
    country = survey(filled.faits(NATIONAL), load_referentiel(), regle=USUAL_RULE, periode=AUGUST)
    whole = country.assess_whole(None, load_parameters())
    assert whole.etat == LATE
    assert whole.p_objectif is not None
    assert 0.01 < whole.p_objectif < 0.5, "late, and yet something may be done"


def test_a_correction_changed_what_was_thought_of_a_cour(filled: Store) -> None:
    june = pl.col("mois") == CORRECTED_MONTH

    def avoided(au: date) -> int:
        rows = filled.faits(NATIONAL, connu_le=au).totaux
        return int(rows.filter(june, pl.col("cour") == CORRECTED_COUR)["extractions_evitees"].sum())

    assert avoided(date(2010, 7, 20)) == 0
    assert avoided(date(2010, 8, 1)) > 30


def test_a_figure_waits_to_be_verified(filled: Store) -> None:
    september = filled.alertes(NATIONAL).filter(pl.col("mois") == date(2010, 9, 1))
    assert ALERT_COURT in september["juridiction"].to_list()


def test_the_settlement_of_the_first_year_is_contested_by_one_cour(filled: Store) -> None:
    (kept,) = filled.registre().list(NATIONAL)
    assert (kept.annee, kept.etat, kept.auteur) == (2009, CONTRADICTOIRE, AUTEUR_DEMO)
    (contest,) = filled.registre().contests(kept.decompte, NATIONAL)
    assert (contest.cour, contest.reponse) == (demonstration.CONTESTING, None)
    (cost,) = filled.registre().costs()
    assert cost.source.startswith("Hypothèse de la démonstration")
    assert [each.auteur for each in filled.scenarios().list(NATIONAL)] == [AUTEUR_DEMO] * 2


def test_filled_twice_it_is_there_once(filled: Store) -> None:
    before = filled.etat()
    demonstration.fill(filled)
    assert filled.etat() == before


def test_it_leaves_whole_and_what_people_made_of_it_stays(tmp_path: Path, reference: Reference) -> None:
    store = open_store(Settings(database_url=str(tmp_path / "v.sqlite")), reference)
    demonstration.fill(store)
    (first, _) = store.scenarios().list(NATIONAL)
    opened = store.scenarios().get(first.scenario, Perimetre(national=True))
    own = store.scenarios().keep(
        nom="Le mien",
        note="",
        texte=opened.texte,
        cours=frozenset(),
        lot=store.etat().lot,
        tire_de=first.scenario,
        auteur="A. Martin",
        connu_le=datetime(2026, 1, 1, tzinfo=UTC),
    )
    leaving = store.empty_demo()
    assert leaving is not None
    counted = {singular: number for number, singular, _ in leaving.partent}
    assert (counted["scénario"], counted["coût d'un ETPT"], counted["contestation"]) == (2, 1, 1)
    assert leaving.restent == ((1, "scénario", "scénarios"),)
    (left,) = store.scenarios().list(NATIONAL)
    assert (left.scenario, left.nom, left.tire_de) == (own, "Le mien", None)
    assert store.registre().costs() == ()
    assert store.registre().list(NATIONAL) == ()
    store.close()
