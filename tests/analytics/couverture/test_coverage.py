from collections.abc import Iterable
from datetime import date
from fractions import Fraction

import dataframely as dy
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.couverture import coverage
from analytics.couverture.silence import Silence, estimate_silence
from analytics.couverture.volume import usual_volumes
from analytics.objectif.need import Besoin
from analytics.vocabulary.periods import Periode
from analytics.vocabulary.reference import Reference
from analytics.vocabulary.schemas import TotalJuridiction
from data.reference import load_parameters
from tests.analytics.frames import expected, total, totals

JAN, FEB, MAR = date(2009, 1, 1), date(2009, 2, 1), date(2009, 3, 1)
COURTS = ("TGI-A", "TGI-B", "TGI-C", "TGI-D")


def cour_of(court: str) -> str:
    return "CA-1" if court in COURTS[:2] else "CA-2"


def test_counts_answers_among_those_expected() -> None:
    known = totals([total(JAN, "TGI-A", "CA-1", 3), total(JAN, "TGI-X", "CA-1", 9)])
    due = expected([(JAN, "TGI-A", "CA-1"), (JAN, "TGI-B", "CA-1")])
    # TGI-X answered without being in force: neither in the numerator nor in the denominator.
    assert coverage.count_answers(known, due).rows() == [(JAN, "CA-1", 2, 1)]


def test_a_zero_is_an_answer() -> None:
    counted = coverage.count_answers(
        totals([total(JAN, "TGI-A", "CA-1", 0)]), expected([(JAN, "TGI-A", "CA-1")])
    )
    assert counted.row(0)[2:] == (1, 1)


def test_describes_answered_corrected_silent_and_not_in_force() -> None:
    known = totals([total(JAN, "TGI-A", "CA-1", 1), total(FEB, "TGI-A", "CA-1", 1, lots=(1, 2))])
    due = expected([(JAN, "TGI-A", "CA-1"), (FEB, "TGI-A", "CA-1"), (JAN, "TGI-B", "CA-1")])
    states = {(row[0], row[1]): row[2:] for row in coverage.describe_answers(known, due).rows()}
    assert states == {
        (JAN, "TGI-A"): ("répondu", "✓"),
        (FEB, "TGI-A"): ("corrigé", "C"),
        (JAN, "TGI-B"): ("silence", "·"),
        (FEB, "TGI-B"): ("pas en vigueur", "–"),
    }


def test_tells_who_falls_silent_and_who_speaks_again() -> None:
    known = totals(
        [
            total(JAN, "TGI-A", "CA-1", 1),
            total(FEB, "TGI-A", "CA-1", 1),
            total(FEB, "TGI-B", "CA-1", 1),
            total(MAR, "TGI-C", "CA-2", 1),
        ]
    )
    due = expected([(mois, court, cour_of(court)) for mois in (JAN, FEB, MAR) for court in COURTS])
    fallen = coverage.falling_silent(known, due, mois=MAR, mois_precedents=2)
    back = coverage.speaking_again(known, due, mois=MAR, mois_precedents=2)
    assert fallen["juridiction"].to_list() == ["TGI-A"]  # B answered one month only, D never did
    assert back["juridiction"].to_list() == ["TGI-C"]


@pytest.mark.parametrize("month", [JAN, date(2009, 12, 1), date(2011, 1, 1)])
def test_every_juridiction_in_force_is_expected_once(month: date, reference: Reference) -> None:
    due = reference.attendues(month, month)
    assert due["juridiction"].n_unique() == due.height
    assert coverage.count_answers(totals([]), due)["attendues"].sum() == due.height


# --- On what a total rests ------------------------------------------------------------------------

YEAR = tuple(date(2009, rank, 1) for rank in range(1, 9))
PLACES = {
    "TGI-A": ("CA-1", "TGI"),
    "TGI-B": ("CA-1", "TGI"),
    "CA-1": ("CA-1", "CA"),
    "TGI-C": ("CA-2", "TGI"),
    "TGI-D": ("CA-2", "TGI"),
    "TPI-E": ("CA-2", "TPI"),
}
PERIMETERS = ({"CA-1"}, {"CA-2"}, {"CA-1", "CA-2"})
EVERYWHERE = [(mois, court) for mois in YEAR for court in PLACES]
Cell = tuple[date, str]
Said = dict[Cell, int]


def due_of(cells: Iterable[Cell]) -> pl.DataFrame:
    return pl.concat(
        [expected([(mois, court, PLACES[court][0])], kind=PLACES[court][1]) for mois, court in cells]
    )


def told_of(said: Said) -> dy.DataFrame[TotalJuridiction]:
    return totals(total(mois, court, PLACES[court][0], count) for (mois, court), count in said.items())


def silence_of(said: Said, due: Iterable[Cell]) -> Silence | None:
    need = pl.DataFrame(
        [(cour, court, kind, "JAP", 600.0, False) for court, (cour, kind) in PLACES.items()],
        schema=Besoin.create_empty().schema,
        orient="row",
    )
    return estimate_silence(
        told_of(said),
        due_of(due),
        Besoin.validate(need),
        periode=Periode(YEAR[-1]),
        parametres=load_parameters(),
    )


def covered(said: Said, due: Iterable[Cell], cours: set[str], dont: int | None = None) -> coverage.Couverture:
    known, cells = told_of(said), sorted(due)
    return coverage.cover(
        coverage.count_answers(known, due_of(cells)),
        silence_of(said, cells),
        cours,
        periode=Periode(YEAR[-1]),
        declarees=sum(count for (_, court), count in said.items() if PLACES[court][0] in cours),
        dont=dont,
    )


@st.composite
def worlds(draw: st.DrawFn) -> tuple[Said, set[Cell]]:
    """Eight months of six juridictions; one at least answers in January, when the collection begins."""
    due = draw(st.sets(st.sampled_from(EVERYWHERE))) | {EVERYWHERE[0]}
    spoken = draw(st.sets(st.sampled_from(sorted(due)))) | {EVERYWHERE[0]}
    return {cell: draw(st.integers(0, 40)) for cell in sorted(spoken)}, due


@settings(max_examples=40, deadline=None)
@given(world=worlds())
def test_lower_bound_estimate_and_upper_bound_are_in_order(world: tuple[Said, set[Cell]]) -> None:
    said, due = world
    for cours in PERIMETERS:
        found = covered(said, due, cours)
        assert found.estimees is not None
        assert found.bas is not None
        assert found.haut is not None
        assert found.borne_haute is not None
        assert found.declarees <= found.estimees <= found.borne_haute
        assert found.declarees <= found.bas <= found.haut <= found.borne_haute
        # One that is not in force is neither expected nor silent.
        own = {cell for cell in due if PLACES[cell[1]][0] in cours}
        assert (found.attendues, found.repondues) == (len(own), len(own & said.keys()))
        assert found.complete == (own <= said.keys())
        if found.complete:
            assert found.largeur == 0


@settings(max_examples=40, deadline=None)
@given(world=worlds(), chosen=st.integers(0, 10**6), share=st.floats(0, 1))
def test_an_answer_never_widens_the_range(world: tuple[Said, set[Cell]], chosen: int, share: float) -> None:
    """Any whole number from 0 to the ceiling of the cell, for the country and for each cour."""
    said, due = world
    silent = sorted(due - said.keys())
    found = silence_of(said, sorted(due))
    if not silent or found is None:
        return
    mois, court = silent[chosen % len(silent)]
    ceiling = found.plafond[found.juridictions.index(court), found.mois.index(mois)]
    value = int(share * ceiling)
    for cours in PERIMETERS:
        before = covered(said, due, cours).largeur
        after = covered(said | {(mois, court): value}, due, cours).largeur
        assert before is not None
        assert after is not None
        assert after <= before
    whole = covered(said, due, PERIMETERS[-1]).largeur or 0
    left = covered(said | {(mois, court): value}, due, PERIMETERS[-1]).largeur or 0
    assert left <= whole - int(ceiling)  # that cell's own part of the range is gone


def test_an_answer_above_its_ceiling_may_widen_the_range() -> None:
    """It proves the ceiling wrong, for itself and for its like: this is what the property leaves out."""
    said = {(YEAR[0], "TGI-A"): 2, (YEAR[0], "TGI-C"): 2}
    due = {(YEAR[0], court) for court in ("TGI-A", "TGI-B", "TGI-C", "TGI-D")}
    before = covered(said, due, {"CA-1", "CA-2"})
    after = covered(said | {(YEAR[0], "TGI-B"): 40}, due, {"CA-1", "CA-2"})
    assert (before.largeur, after.largeur) == (4, 40)


def test_when_all_answer_the_four_figures_are_one() -> None:
    said = {cell: 5 + rank for rank, cell in enumerate(EVERYWHERE)}
    found = covered(said, EVERYWHERE, {"CA-1", "CA-2"})
    assert {found.declarees, found.estimees, found.bas, found.haut, found.borne_haute} == {sum(said.values())}
    assert (found.part_reponse, found.part_volume, found.complete) == (1, 1, True)


def test_half_of_the_juridictions_may_hold_most_of_the_volume() -> None:
    """B answers seven months of eight, 90 a month; A all of them, 10: 710 of the usual 800."""
    due = [(mois, court) for mois in YEAR for court in ("TGI-A", "TGI-B")]
    said = {(mois, court): 10 if court == "TGI-A" else 90 for mois, court in due}
    del said[YEAR[-1], "TGI-B"]
    found = covered(said, due, {"CA-1"})
    assert found.part_reponse == Fraction(15, 16)
    assert found.part_volume == pytest.approx(710 / 800)


def test_who_never_answered_weighs_as_its_like() -> None:
    due = due_of((YEAR[0], court) for court in PLACES)
    known = told_of({(YEAR[0], "TGI-A"): 6, (YEAR[0], "CA-1"): 40})
    found = dict(usual_volumes(known, due).iter_rows())
    assert found["TGI-B"] == 6  # as the TGI of its cour
    assert found["TGI-C"] == found["TGI-D"] == 6  # as those of the country
    assert found["TPI-E"] == 23  # nobody of its type ever answered


def test_an_answer_out_of_force_is_no_usual_volume() -> None:
    due = due_of([(YEAR[1], "TGI-A")])
    known = told_of({(YEAR[0], "TGI-A"): 50, (YEAR[1], "TGI-A"): 2})
    assert usual_volumes(known, due).rows() == [("TGI-A", 2.0)]


def test_some_activities_take_their_share_of_what_silence_may_hide() -> None:
    said = {(YEAR[0], "TGI-A"): 20, (YEAR[0], "TGI-B"): 20}
    due = [(YEAR[0], court) for court in ("TGI-A", "TGI-B", "TGI-C")]
    everything, some = covered(said, due, {"CA-1", "CA-2"}), covered(said, due, {"CA-1", "CA-2"}, dont=10)
    assert everything.borne_haute == 60  # C at the record of its like
    assert (some.declarees, some.borne_haute, some.au_prorata) == (10, 15, True)
    assert some.part_reponse == everything.part_reponse == Fraction(2, 3)
    assert covered(said, due, {"CA-1", "CA-2"}, dont=0).largeur == 0


def test_where_nobody_ever_answered_nothing_is_known_above_zero() -> None:
    found = covered({}, [(YEAR[0], "TGI-A")], {"CA-1"})
    assert (found.attendues, found.repondues, found.declarees) == (1, 0, 0)
    assert (found.estimees, found.borne_haute, found.largeur, found.part_volume) == (None, None, None, None)
