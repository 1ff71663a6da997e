from math import isnan

from hypothesis import given
from hypothesis import strategies as st

from analytics.vocabulary import wording
from analytics.vocabulary.columns import align_to_sort, with_gaps, write_months


@given(st.lists(st.integers(0, 3_000_000), min_size=1))
def test_numbers_written_as_text_sort_as_numbers(values: list[int]) -> None:
    written = align_to_sort([wording.number(value) for value in values])
    by_text = [value for _, value in sorted(zip(written, values, strict=True))]
    assert by_text == sorted(values)


def test_what_is_absent_sorts_last() -> None:
    written = align_to_sort(["9,0\u00a0%", "120,5\u00a0%", "n.d."])
    assert sorted(written) == ["  9,0\u00a0%", "120,5\u00a0%", "n.d."]


def test_a_sparkline_breaks_where_nobody_answered() -> None:
    drawn = with_gaps([None, 3, None, 0])
    assert (drawn[0], drawn[2]) == (3, 0)  # from the first month known
    assert isnan(drawn[1])
    assert with_gaps([None, None]) == ()


def test_every_month_has_its_bar_from_zero_or_its_silence() -> None:
    assert write_months([4, None, 2, 0]) == "█·▅▁"
    assert write_months([5, 5, None]) == "██·"
    assert write_months([0, 0]) == "▁▁"
    assert (write_months([None]), write_months([])) == ("·", "")
    # The smallest number that is not zero is not drawn as zero.
    assert write_months([1, 1000]) == "▂█"
