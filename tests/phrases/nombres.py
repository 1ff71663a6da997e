"""The numbers of a French sentence, and whether each of them is the one that a statistic explains."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import floor, log10

NARROW, MINUS = "\u202f", "\u2212"
_NUMBER = re.compile(rf"[{MINUS}+]?\d{{1,3}}(?:{NARROW}\d{{3}})+(?:,\d+)?|[{MINUS}+]?\d+(?:,\d+)?")

Valeur = int | float | Fraction | Decimal


@dataclass(frozen=True)
class Environ:
    """A quantity that is written with two significant digits."""

    valeur: Valeur


@dataclass(frozen=True)
class Proche:
    """A quantity that the product models, and that is known here but for so much of itself."""

    valeur: float
    part: float


Attendu = Valeur | Environ | Proche


@dataclass(frozen=True)
class Nombre:
    """A number as it is written: its text, its value, and its decimals."""

    texte: str
    valeur: Fraction
    decimales: int


def numbers_in(texte: str) -> list[Nombre]:
    """List every number of a sentence, in order; a name that holds one must be taken out before."""
    found: list[Nombre] = []
    for match in _NUMBER.finditer(texte):
        plain = match[0].replace(NARROW, "").replace(MINUS, "-").replace(",", ".")
        found.append(Nombre(match[0], Fraction(plain), len(plain.partition(".")[2])))
    return found


def explains(attendu: Attendu, nombre: Nombre) -> bool:
    """Tell whether a statistic, rounded as the number is written, is that number."""
    if isinstance(attendu, Environ):
        value = Fraction(attendu.valeur)
        step = Fraction(10) ** max(0, floor(log10(abs(value))) - 1) if abs(value) >= 1 else Fraction(1)
        return abs(value - nombre.valeur) <= step / 2 + step / 10**6
    if isinstance(attendu, Proche):
        return abs(attendu.valeur - float(nombre.valeur)) <= attendu.part * abs(attendu.valeur)
    exact = isinstance(attendu, int | Fraction | Decimal)
    room = Fraction(1, 2 * 10**nombre.decimales)
    return abs(Fraction(attendu) - nombre.valeur) <= room + (0 if exact else Fraction(1, 10**7))


def unexplained(texte: str, attendus: Sequence[Attendu]) -> str:
    """Say which number no statistic explains, or which statistic is not given; else nothing."""
    found = numbers_in(texte)
    for nombre, attendu in zip(found, attendus, strict=False):
        if not explains(attendu, nombre):
            return f"« {nombre.texte} » n'est pas {attendu}"
    if len(found) != len(attendus):
        return f"{[each.texte for each in found]} pour {[str(each) for each in attendus]}"
    return ""
