from hypothesis import given
from hypothesis import strategies as st

from analytics import wording
from analytics.display.tables import align_to_sort


@given(st.lists(st.integers(0, 3_000_000), min_size=1))
def test_numbers_written_as_text_sort_as_numbers(values: list[int]) -> None:
    written = align_to_sort([wording.number(value) for value in values])
    by_text = [value for _, value in sorted(zip(written, values, strict=True))]
    assert by_text == sorted(values)


def test_what_is_absent_sorts_last() -> None:
    written = align_to_sort(["9,0\u00a0%", "120,5\u00a0%", "n.d."])
    assert sorted(written) == ["  9,0\u00a0%", "120,5\u00a0%", "n.d."]
