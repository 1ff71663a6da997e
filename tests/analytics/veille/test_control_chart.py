from datetime import date
from typing import Any

import dataframely as dy
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.trajectoire.words.cours import months_until
from analytics.veille import control_chart
from analytics.veille.control_chart import (
    OUTSIDE,
    SHIFT,
    TREND,
    TWO_OF_THREE,
    Carte,
    Reglages,
    assure,
    by_quarter,
    conclude_chart,
    limits_of,
    suggests_rebase,
)
from tests.analytics.vectors import vectors

SPC = vectors("spc_xmr")
USUAL = Reglages(tendance=7, serie=7, moyenne_minimale=5, limites_essai=13)


def months(count: int) -> list[date]:
    return months_until(date(2010, 12, 1), count)


def draw(values: list[float | None], *, recalages: tuple[int, ...] = ()) -> dy.DataFrame[Carte]:
    days = months(len(values))
    return control_chart.chart(
        days,
        values,
        cibles=[None] * len(values),
        recalages=[days[rank] for rank in recalages],
        reglages=USUAL,
    )


@pytest.mark.parametrize(
    "name",
    [
        "ptd_snapshot_r1",
        "ptd_snapshot_r2_outlier_screened",
        "ptd_facet_0",
        "ptd_vignette_deviations_screened",
        "edge_constant",
    ],
)
def test_the_limits_of_the_reference_implementation(name: str) -> None:
    expected: dict[str, Any] = SPC[name]["expected"]
    limits = limits_of(SPC[name]["input"]["y"])
    assert limits is not None
    assert (limits.bas, limits.haut) != (None, None)
    tolerance = 0.5 * 10 ** -(expected.get("decimals", 7) - 1)
    assert limits.centre == pytest.approx(expected["mean"], abs=tolerance)
    assert limits.bas == pytest.approx(expected["lpl"], abs=tolerance)
    assert limits.haut == pytest.approx(expected["upl"], abs=tolerance)


def test_points_that_the_reference_implementation_flags() -> None:
    assert draw(SPC["ptd_snapshot_r1"]["input"]["y"])["signal"].to_list() == [""] * 20
    deviations = SPC["ptd_vignette_deviations_screened"]
    drawn = draw(deviations["input"]["y"])
    flagged = [rank for rank, signal in enumerate(drawn["signal"]) if signal]
    assert flagged == deviations["expected"]["special_cause_index"]
    assert drawn["sens"][flagged[0]] == 1
    assert set(draw(SPC["edge_constant"]["input"]["y"])["signal"]) == {""}


@pytest.mark.parametrize("case", SPC["ptd_shift_7"]["cases"], ids=lambda case: str(case["side"]))
def test_seven_points_on_one_side_are_a_shift(case: dict[str, list[int]]) -> None:
    """The sides as small steps around a mean that two far points hold at zero, in a group of their own."""
    limits = control_chart.LimitesXmR(0.0, -100.0, 100.0, -66.0, 66.0)
    # Never a trend: the heights alternate.
    values = [side * (1.0 + rank % 2) for rank, side in enumerate(case["side"])]
    found = control_chart.label_points(values, limits, USUAL)
    ends = [
        int(
            found[rank][0] == SHIFT
            and rank >= 6
            and all(found[each][0] == SHIFT for each in range(rank - 6, rank + 1))
        )
        for rank in range(len(values))
    ]
    assert ends == case["end"]


@pytest.mark.parametrize("case", SPC["ptd_trend_7"]["cases"], ids=lambda case: str(case["y"]))
def test_seven_points_that_rise_or_fall_are_a_trend(case: dict[str, list[int]]) -> None:
    limits = control_chart.LimitesXmR(4.0, -100.0, 100.0, -66.0, 66.0)
    values = [float(value) for value in case["y"]]
    found = control_chart.label_points(values, limits, USUAL)
    marked = [rank for rank, (signal, _) in enumerate(found) if signal == TREND]
    expected_end = next((rank for rank, end in enumerate(case["end"]) if end), None)
    if expected_end is None:
        assert not marked
    else:
        assert marked == list(range(expected_end - 6, expected_end + 1))
        assert found[expected_end][1] == case["end"][expected_end]


def test_one_label_a_point_the_strongest_rule_first() -> None:
    limits = control_chart.LimitesXmR(0.0, -9.0, 9.0, -6.0, 6.0)
    values = [1.0, 2.0, 1.0, 7.0, 8.0, 2.0, 10.0, 1.0]
    found = [signal for signal, _ in control_chart.label_points(values, limits, USUAL)]
    assert found == [SHIFT, SHIFT, SHIFT, TWO_OF_THREE, TWO_OF_THREE, SHIFT, OUTSIDE, SHIFT]
    rising = [-3.0, -2.0, -1.0, 1.0, 2.0, 3.0, 10.0]
    found = [signal for signal, _ in control_chart.label_points(rising, limits, USUAL)]
    assert found == [TREND] * 6 + [OUTSIDE]


def test_a_trend_has_the_sense_of_its_direction_not_of_its_side() -> None:
    limits = control_chart.LimitesXmR(0.0, -90.0, 90.0, -60.0, 60.0)
    rising = [float(value) for value in range(-20, -12)]
    found = control_chart.label_points(rising, limits, USUAL)
    assert found[-1] == (TREND, 1)


_ASSURANCE = {"consistent_pass": "tenu", "consistent_fail": "manqué", "inconsistent": "incertain"}


@pytest.mark.parametrize(
    "case", [case for case in SPC["ptd_assurance"]["cases"] if case["direction"] == "increase"]
)
def test_assurance_reads_the_limits_against_the_target(case: dict[str, Any]) -> None:
    assert assure(case["lpl"], case["upl"], case["target"]) == _ASSURANCE[case["expected"]]


def test_a_target_on_a_limit_or_absent_assures_nothing() -> None:
    assert assure(4, 6, 4) == "incertain"
    assert assure(4, 6, None) is None
    assert assure(None, None, 4) is None


def test_ranges_are_not_taken_across_a_missing_month_or_a_new_start() -> None:
    limits = limits_of([1.0, 3.0, None, 100.0, 102.0])
    assert limits is not None
    assert limits.haut == pytest.approx(limits.centre + 2.66 * 2)
    rebased = draw([1.0, 2.0, 1.0, 2.0, 50.0, 51.0, 50.0, 51.0], recalages=(4,))
    assert rebased["groupe"].to_list() == [0] * 4 + [1] * 4
    assert rebased["centre"].to_list() == [1.5] * 4 + [50.5] * 4
    assert set(rebased["signal"]) == {""}


def test_a_missing_month_has_no_point_and_breaks_a_run() -> None:
    drawn = draw([*[1.0] * 6, 9.0, 8.0, 9.0, None, 9.0, 8.0, 9.0, 8.0])
    assert drawn["valeur"][9] is None
    assert drawn["signal"][9] == ""
    assert SHIFT not in drawn["signal"].to_list()


def test_a_lone_month_has_a_mean_and_no_limits() -> None:
    drawn = draw([4.0])
    assert drawn.row(0, named=True)["haut"] is None
    verdict = conclude_chart(drawn)
    assert verdict is not None
    assert (verdict.signal, verdict.essai) == ("", True)
    assert conclude_chart(draw([None, None])) is None


def test_the_verdict_is_that_of_the_last_known_month() -> None:
    verdict = conclude_chart(draw([*[5.0, 6.0] * 8, 40.0, None]))
    assert verdict is not None
    assert (verdict.signal, verdict.sens, verdict.essai) == (OUTSIDE, 1, False)
    assert verdict.mois == date(2010, 11, 1)


def test_the_verdict_counts_the_months_on_end() -> None:
    above = conclude_chart(draw([*[1.0, 2.0] * 6, *[4.0, 5.0, 4.5, 4.0, 5.0, 4.5, 4.0, 5.0]]))
    assert above is not None
    assert (above.sens, above.derniers) == (1, 8)
    rising = conclude_chart(draw([*[10.0, -10.0] * 6, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0]))
    assert rising is not None
    assert (rising.signal, rising.derniers) == (TREND, 9)  # from −10


def test_small_series_are_summed_by_quarter() -> None:
    days = [date(2009, rank, 1) for rank in range(1, 10)]
    told = by_quarter(days, [1, None, 2, None, None, None, 0, 0, 1])
    assert told.rows() == [
        (date(2009, 1, 1), 3, 2.0),
        (date(2009, 4, 1), None, 2.0),
        (date(2009, 7, 1), 1, 2.0),
    ]


def test_a_new_start_is_suggested_where_all_has_moved_since() -> None:
    drawn = draw([*[5.0, 6.0] * 6, *[20.0, 21.0] * 4])
    assert suggests_rebase(drawn, depuis=months(20)[12], reglages=USUAL)
    assert not suggests_rebase(drawn, depuis=months(20)[0], reglages=USUAL)
    assert not suggests_rebase(drawn, depuis=months(20)[15], reglages=USUAL)  # five months are too few


@given(
    st.lists(st.one_of(st.none(), st.integers(-50, 50).map(float)), min_size=2, max_size=30),
    st.integers(-100, 100),
)
def test_a_shift_of_all_values_shifts_the_chart_and_its_mirror_flags_the_same(
    values: list[float | None], constant: int
) -> None:
    drawn = draw(values)
    moved = draw([None if value is None else value + constant for value in values])
    mirror = draw([None if value is None else -value for value in values])
    for column in ("centre", "bas", "haut"):
        pairs = zip(drawn[column], moved[column], strict=True)
        assert all(a is None or abs(a + constant - b) < 1e-6 for a, b in pairs)
    assert drawn["signal"].to_list() == mirror["signal"].to_list()
    assert drawn["sens"].to_list() == [-sens for sens in mirror["sens"]]


def test_a_step_in_a_constant_series_keeps_a_width() -> None:
    """Screening drops its only move: without a guard the limits would meet, and every point cross them."""
    limits = limits_of([4.0] * 6 + [9.0] * 6)
    assert limits is not None
    assert limits.bas is not None
    assert limits.haut is not None
    assert limits.haut - limits.bas > 2


def test_limits_of_the_months_before_a_delivery_tell_those_after_it() -> None:
    """Every month after the equipment came lies beyond the limits of the twelve before."""
    vector: dict[str, Any] = SPC["shift_after_equipment"]
    values, baseline = vector["input"]["y"], vector["input"]["fix_after"]
    limits = limits_of(values[:baseline])
    assert limits is not None
    assert (limits.centre, limits.bas, limits.haut) == pytest.approx(
        tuple(vector["expected"][name] for name in ("mean", "lpl", "upl")), abs=1e-5
    )
    labels = [label for label, _ in control_chart.label_points(values, limits, USUAL)]
    assert labels[baseline:] == [OUTSIDE] * (len(values) - baseline)
