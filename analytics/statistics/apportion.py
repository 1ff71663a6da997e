"""Parts that sum to their whole, and the one way to round a half."""

from collections.abc import Iterable, Mapping
from fractions import Fraction


def share_out(total: int, poids: Mapping[str, int]) -> dict[str, int]:
    """Share a whole number by weights, the parts summing to the whole (largest remainder).

    Ties go to the first code in alphabetical order. No weight at all shares nothing.
    """
    whole = sum(poids.values())
    if whole <= 0:
        return {}
    return _give_what_is_left(
        {code: Fraction(total * weight, whole) for code, weight in poids.items()}, total
    )


def sum_of(values: Iterable[Fraction]) -> Fraction:
    """Add up exact numbers."""
    return sum(values, Fraction(0))


def share_cents(exact: Mapping[str, Fraction]) -> dict[str, int]:
    """Round the sum of exact amounts in euros to the cent, half up, and share it by largest remainder.

    The parts sum to the rounded whole; ties go to the first code. Each part is within a cent and a half of
    its exact amount.
    """
    cents = {code: amount * 100 for code, amount in exact.items()}
    return _give_what_is_left(cents, round_half_up(sum_of(cents.values())))


def _give_what_is_left(exact: Mapping[str, Fraction], whole: int) -> dict[str, int]:
    """Round every part down, then give one more to those that lost the most, until they sum to the whole."""
    parts = {code: value.numerator // value.denominator for code, value in exact.items()}
    left = whole - sum(parts.values())
    for code in sorted(exact, key=lambda code: (parts[code] - exact[code], code))[:left]:
        parts[code] += 1
    return parts


def round_half_up(value: Fraction) -> int:
    """Round a positive number to the nearest whole one, halves up."""
    return (2 * value.numerator + value.denominator) // (2 * value.denominator)
