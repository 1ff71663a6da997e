"""How many digits the hypotheses of a scenario allow."""

from math import ceil, floor, log10


def _magnitude(value: float) -> int:
    """Count the digits of a quantity beyond the first: 2 for 263, 0 under 10."""
    return floor(log10(abs(value))) if abs(value) >= 1 else 0


def digits_of(*years: float | None, change: float | None = None) -> int:
    """Choose with how many digits some years, and what separates them, are written: three for the least of
    them, so that it is the same number alone, and never fewer than what makes the change show; as
    `wording.number` takes them, 0 or negative.
    """
    coarse = min((_magnitude(year) for year in years if year is not None), default=0) - 2
    return -max(0, coarse if change is None or abs(change) < 0.5 else min(coarse, _magnitude(change)))


def as_shown(wanted: float) -> float:
    """Give the least year that, however it is written, is not under what is wanted."""
    step = 10 ** -digits_of(wanted)
    return ceil(wanted / step - 1e-9) * step
