from datetime import date
from fractions import Fraction

import dataframely as dy
import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from analytics.collecte import sums
from analytics.couverture.coverage import Reponses
from analytics.projection.outlook import Perspectives, look_ahead
from analytics.trajectoire.activities import AvenirActivites, fit, look_at_activities
from analytics.trajectoire.position import Seuils
from analytics.trajectoire.series import sum_up_activities, trace_activities
from analytics.trajectoire.words.activities_ahead import (
    columns_with_projection,
    meaningful_unit,
    tell_coming,
    write_projection,
)
from analytics.vocabulary.periods import Periode
from analytics.vocabulary.schemas import Activites, AgregatActivite
from data.reference import load_parameters, load_reference
from tests.analytics.frames import aggregate

NB = "\u00a0"
ACTIVITIES = load_reference().activites
PARAMETRES = load_parameters()
BASES = {f"CA-{rank}": Fraction(2000 * rank) for rank in range(1, 7)}
RATES = {
    "JAP": 0.02,
    "INSTRUCTION": 0.03,
    "JLD_DETENTION": 0.01,
    "TPOL": 0.0005,
    "CORRECTIONNEL_TEMOINS": 0.0,
}
NOT_YET = "DELIBERE_INTERETS_CIVILS"  # possible since 26 November 2009
Row = tuple[date, str, str, int, int]


def months(count: int) -> list[date]:
    return [date(2009 + rank // 12, rank % 12 + 1, 1) for rank in range(count)]


def declared(count: int, seed: int = 3) -> list[Row]:
    """Every cour answers every month; the even ones hold twice as many JAP as the others would."""
    generator = np.random.default_rng(seed)
    rows: list[Row] = []
    for mois in months(count):
        for cour, base in BASES.items():
            for activite, rate in RATES.items():
                habit = 2.0 if activite == "JAP" and int(cour[-1]) % 2 == 0 else 1.0
                done = int(generator.poisson(float(base) / 12 * rate * habit * 4))
                rows.append((mois, cour, activite, done + 1, done))
    return rows


def answers(count: int, silent: frozenset[tuple[date, str]] = frozenset()) -> dy.DataFrame[Reponses]:
    rows = [(mois, cour, 5, 0 if (mois, cour) in silent else 5) for mois in months(count) for cour in BASES]
    return Reponses.validate(pl.DataFrame(rows, schema=Reponses.create_empty().schema, orient="row"))


def ahead_of(
    rows: list[Row], count: int, silent: frozenset[tuple[date, str]] = frozenset()
) -> tuple[Perspectives, AvenirActivites | None, dy.DataFrame[AgregatActivite]]:
    frame = aggregate(rows)
    perspectives = look_ahead(
        sums.sum_activities(frame, ACTIVITIES, par=["cour"]),
        answers(count, silent),
        bases=BASES,
        periode=Periode(months(count)[-1]),
        parametres=PARAMETRES,
    )
    assert perspectives is not None
    thresholds = Seuils.at(PARAMETRES, date(2009, 1, 1))
    return perspectives, look_at_activities(perspectives, frame, ACTIVITIES, seuils=thresholds), frame


def outlook(
    rows: list[Row], count: int, silent: frozenset[tuple[date, str]] = frozenset()
) -> AvenirActivites:
    found = ahead_of(rows, count, silent)[1]
    assert found is not None
    return found


def mean_of(found: AvenirActivites, activite: str, cours: list[str] | None = None) -> float:
    return float(found.of(cours or list(BASES)).moyenne[found.activites.index(activite)])


@given(st.integers(0, 2**20), st.integers(1, 23).filter(lambda count: count != 12))
@settings(max_examples=25, deadline=None)
def test_the_activities_of_a_cour_sum_to_what_it_is_projected_to_bring(seed: int, count: int) -> None:
    perspectives, found, _ = ahead_of(declared(count, seed), count)
    assert found is not None
    assert perspectives.projection is not None
    assert np.allclose(found.moyennes.sum(axis=1), perspectives.projection.moyennes[:, -1], rtol=1e-9, atol=0)
    law = found.of(list(BASES))
    for values in (found.moyennes, found.relative, found.part, law.moyenne, law.variance):
        assert np.isfinite(values).all()
        assert (values >= 0).all()
    assert (law.variance >= law.moyenne).all()


@given(
    arrays(np.float64, (5, 4), elements=st.floats(0.1, 10)),
    arrays(np.float64, 5, elements=st.sampled_from([0.0, 0.3, 40.0, 900.0])).filter(
        lambda row: row.sum() > 0
    ),
    arrays(np.float64, 4, elements=st.sampled_from([0.0, 0.02, 7.0, 300.0])).filter(
        lambda row: row.sum() > 0
    ),
)
@settings(deadline=None)
def test_cells_keep_both_margins(habit: np.ndarray, of_cour: np.ndarray, of_activity: np.ndarray) -> None:
    cells = fit(habit, of_cour, of_activity)
    assert np.allclose(cells.sum(axis=1), of_cour, rtol=1e-9)
    assert np.allclose(cells.sum(axis=0), of_activity * of_cour.sum() / of_activity.sum(), rtol=1e-6)
    assert (cells >= 0).all()


@given(st.randoms(use_true_random=False))
@settings(max_examples=10, deadline=None)
def test_the_order_of_the_rows_changes_nothing(random: object) -> None:
    rows = declared(6)
    shuffled = list(rows)
    getattr(random, "shuffle")(shuffled)  # noqa: B009  (its own types are unknown)
    assert np.array_equal(outlook(shuffled, 6).moyennes, outlook(rows, 6).moyennes)


def test_what_was_never_declared_brings_next_to_nothing_and_a_habit_is_kept() -> None:
    found = outlook(declared(9), 9)
    assert 0 <= mean_of(found, "CORRECTIONNEL_TEMOINS") < 1
    assert mean_of(found, "INSTRUCTION") > mean_of(found, "JLD_DETENTION") > mean_of(found, "TPOL")
    even, odd = (mean_of(found, "JAP", [cour]) / found.of([cour]).moyenne.sum() for cour in ("CA-6", "CA-5"))
    assert even > 1.4 * odd


def test_an_activity_that_no_known_month_allowed_is_unknown_not_zero() -> None:
    found = outlook(declared(9), 9)
    assert mean_of(found, NOT_YET) == 0
    assert not found.connues[found.activites.index(NOT_YET)]  # possible before the end of the year
    assert found.connues[found.activites.index("CORRECTIONNEL_PREVENU")]  # not before 2011
    # Possible since November 2009, declared from then on: January to October are not months at zero.
    since = [
        (mois, cour, NOT_YET, 10, 10) for mois in months(18) for cour in BASES if mois >= date(2009, 11, 1)
    ]
    always = [(mois, cour, "CIVIL", 10, 10) for mois, cour, *_ in since]
    later = outlook([*declared(18), *since, *always], 18)
    assert later.connues[later.activites.index(NOT_YET)]
    assert mean_of(later, NOT_YET) == pytest.approx(6 * 6 * 10, rel=0.35)
    assert mean_of(later, NOT_YET) > mean_of(later, "CIVIL")


def test_a_month_without_answers_is_not_a_month_at_zero() -> None:
    rows, february = declared(9), months(9)[1]
    complete = mean_of(outlook(rows, 9), "JAP")
    missing = [row for row in rows if row[0] != february]
    silent = mean_of(outlook(missing, 9, frozenset((february, cour) for cour in BASES)), "JAP")
    zeros = mean_of(outlook([row if row[0] != february else (*row[:3], 1, 0) for row in rows], 9), "JAP")
    assert silent == pytest.approx(complete, rel=0.05)
    assert zeros < silent


def test_a_cour_is_less_sure_than_the_country_and_the_country_keeps_its_own_variance() -> None:
    found = outlook(declared(9), 9)
    country, one = found.of(list(BASES)), found.of(["CA-3"])
    assert country.variance == pytest.approx(
        found.phi * country.moyenne + country.moyenne**2 * found.relative
    )
    place = found.activites.index("JAP")
    relative = [law.variance[place] / law.moyenne[place] ** 2 for law in (country, one)]
    assert relative[0] < relative[1]
    assert one.quantile(0.1)[place] < one.moyenne[place] < one.quantile(0.9)[place]


def test_nothing_is_projected_in_december_or_before_any_declaration() -> None:
    assert ahead_of(declared(12), 12)[1] is None
    thresholds = Seuils.at(PARAMETRES, date(2009, 1, 1))
    assert look_at_activities(None, aggregate([]), ACTIVITIES, seuils=thresholds) is None
    none_counts = Activites.cast(ACTIVITIES.filter(~pl.col("compte_objectif")))
    perspectives, _, frame = ahead_of(declared(3), 3)
    assert look_at_activities(perspectives, frame, none_counts, seuils=thresholds) is None


def test_the_table_is_written_no_finer_than_it_is_known() -> None:
    _, found, frame = ahead_of(declared(9), 9)
    assert found is not None
    summed = sum_up_activities(trace_activities(frame, ACTIVITIES, debut=months(1)[0], fin=months(9)[-1]))
    ended = found.end_of_year(list(BASES), summed)
    assert ended["activite"].to_list() == summed["activite"].to_list()
    jap = ended.filter(pl.col("activite") == "JAP").row(0, named=True)
    assert jap["extractions_evitees"] < jap["projection_q10"] < jap["projection_q90"]
    to_come = (ended["projection_moyenne"] - ended["extractions_evitees"]).sum()
    assert to_come == pytest.approx(found.moyennes.sum())
    written = {activite: texts for activite, *texts in write_projection(ended).iter_rows()}
    assert written["GAV_PROLONGATION"] == ["s.o.", "s.o."]
    assert written["CORRECTIONNEL_PREVENU"] == ["s.o.", "s.o."]
    assert written[NOT_YET] == ["n.d.", "n.d."]
    assert " à " in written["JAP"][1]
    assert [colonne.titre for colonne in columns_with_projection(ended)[2:5]] == [
        "Extractions évitées",
        "Projection à fin d'année",
        f"Fourchette à 80{NB}%",
    ]
    told = tell_coming(ended)
    assert "Juge de l'application des peines" in told
    assert "indicatif" not in told


def test_the_first_months_are_only_indicative() -> None:
    _, found, frame = ahead_of(declared(4), 4)
    assert found is not None
    summed = sum_up_activities(trace_activities(frame, ACTIVITIES, debut=months(1)[0], fin=months(4)[-1]))
    ended = found.end_of_year(["CA-1"], summed)
    assert sum("(indicatif)" in colonne.titre for colonne in columns_with_projection(ended)) == 2
    assert "(indicatif)" in tell_coming(ended)


@pytest.mark.parametrize(("width", "unit"), [(0, 1), (9, 1), (49, 1), (50, 5), (99, 5), (150, 10), (900, 50)])
def test_a_range_leaves_a_meaning_to_a_tenth_of_itself(width: int, unit: int) -> None:
    assert meaningful_unit(width) == unit
