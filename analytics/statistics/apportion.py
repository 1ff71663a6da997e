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
    exact = {code: Fraction(total * weight, whole) for code, weight in poids.items()}
    parts = {code: value.numerator // value.denominator for code, value in exact.items()}
    left = total - sum(parts.values())
    for code in sorted(exact, key=lambda code: (parts[code] - exact[code], code))[:left]:
        parts[code] += 1
    return parts


def sum_of(values: Iterable[Fraction]) -> Fraction:
    """Add up exact numbers."""
    return sum(values, Fraction(0))


def share_cents(exact: Mapping[str, Fraction]) -> dict[str, int]:
    """Round the sum of exact amounts in euros to the cent, half up, and share it by largest remainder.

    The parts sum to the rounded whole; ties go to the first code. Each part is within a cent and a half of
    its exact amount.
    """
    whole = round_half_up(sum_of(exact.values()) * 100)
    parts = {code: amount * 100 // 1 for code, amount in exact.items()}
    left = whole - sum(parts.values())
    order = sorted(exact, key=lambda code: (parts[code] - exact[code] * 100, code))
    for code in order[:left]:
        parts[code] += 1
    return {code: int(cents) for code, cents in parts.items()}


def round_half_up(value: Fraction) -> int:
    """Round a positive number to the nearest whole one, halves up."""
    return (2 * value.numerator + value.denominator) // (2 * value.denominator)
