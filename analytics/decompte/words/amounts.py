"""Amounts and ETPT as they are written: exact on a bill, in round figures where they are estimated."""

from fractions import Fraction

from analytics.decompte.releve import Releve
from analytics.decompte.settle import Decompte, PartDue
from analytics.leviers.words import rough
from analytics.vocabulary import wording
from analytics.vocabulary.wording import number, with_unit

NOTHING = "rien à rembourser"


def span_numbers(low: float, high: float) -> str:
    """Write between which numbers; one number where they meet."""
    first, last = number(low), number(high)
    return last if first == last else f"{first} à {last}"


def write_quantity(releve: Releve, value: Fraction) -> str:
    """Write a number of extractions in a table: as it is, or rounded while it rests on a projection."""
    if not releve.projete:
        return write_plain(value)
    return mark_estimate((wording.MINUS if value <= -1 else "") + rough(abs(float(value))))


def mark_estimate(text: str) -> str:
    """Mark a number as an estimate: « ≈ 1,2 » ; nothing is nothing, and « moins de 1 k€ » says it already."""
    exact = text.startswith("moins") or (text.startswith("0") and not text.startswith("0,"))
    return text if exact else f"≈{wording.NO_BREAK_SPACE}{text}"


def write_etpt(releve: Releve, value: Fraction) -> str:
    """Write ETPT in a table: exactly, or rounded while they rest on a projection."""
    if not releve.projete:
        return number(value, 4)
    if 0 < value < Fraction(1, 20):
        return "moins de 0,1"
    return mark_estimate(number(value, 0 if value >= 10 or not value else 1))


def write_amount(releve: Releve, cents: int | None) -> str:
    """Write an amount in a table: to the cent, or rounded while it rests on a projection."""
    return mark_estimate(about_euros(cents / 100)) if releve.projete and cents is not None else euros(cents)


def write_plain(value: Fraction, digits: int = 4) -> str:
    """Write a quantity with as many decimals as it has, `digits` at most."""
    for places in range(digits):
        if (value * 10**places).denominator == 1:
            return number(value, places)
    return number(value, digits)


def euros(cents: int | None) -> str:
    """Write an amount in euros and cents; absent is « n.d. »."""
    return wording.NOT_AVAILABLE if cents is None else with_unit(Fraction(cents, 100), "€", 2)


def why_nothing(decompte: Decompte, part: PartDue) -> str:
    """Say why a cour owes nothing of the ministry's gap."""
    if not part.ecart:
        return "aucun écart à partager"
    if decompte.national.evitees < decompte.national.objectif:
        return "l'écart du ministère est sous le seuil de la règle"
    return "les excédents des autres cours compensent l'écart"


def tell_etpt(etpt: Fraction) -> str:
    """Write what is owed in ETPT, exactly enough to be done again; nothing is « rien », not 0,0000."""
    return with_unit(etpt, "ETPT", 4) if etpt else "rien"


def owed_exactly(part: PartDue) -> str:
    """Write what is owed so that it can be done again; nothing is said in words."""
    if not part.etpt:
        return NOTHING
    return tell_etpt(part.etpt) + ("" if part.centimes is None else f", {euros(part.centimes)}")


def owed_in_round(releve: Releve, part: PartDue) -> str:
    """Write what is owed as it is said in a meeting: rounded, and more so while it rests on a projection."""
    if not part.etpt:
        return NOTHING
    if not releve.projete:
        amount = "" if part.centimes is None else f", {with_unit(Fraction(part.centimes, 100), '€')}"
        return with_unit(part.etpt, "ETPT", 2) + amount
    amount = "" if part.centimes is None else f", {about_euros(part.centimes / 100)}"
    owed = about_etpt(part.etpt)
    return ("" if owed.startswith("moins") else "environ ") + owed + amount


def about_etpt(etpt: Fraction) -> str:
    """Write an uncertain number of ETPT: « 45 ETPT », « 1,6 ETPT »."""
    return (
        "moins de 0,1 ETPT" if 0 < etpt < Fraction(1, 20) else with_unit(etpt, "ETPT", 0 if etpt >= 10 else 1)
    )


def span_etpt(low: Fraction, high: Fraction) -> str:
    """Write between how many ETPT an estimate lies: « 9 à 11 ETPT »; one number where they meet."""
    if high < Fraction(1, 20):
        return about_etpt(high) if high else "moins de 0,1 ETPT"
    digits = 0 if high >= 10 else 1
    first, last = number(low, digits if low else 0), number(high, digits)
    return (f"{first} à " if first != last else "") + last + f"{wording.NO_BREAK_SPACE}ETPT"


def about_euros(value: float) -> str:
    """Write an uncertain amount: « 1,2 M€ », « 89 k€ »."""
    return span_euros(value, value)


def span_euros(low: float, high: float) -> str:
    """Write between which amounts, in the unit of the greater: « 0 à 1,2 M€ »; one number where they meet."""
    if 0 < high < 500:
        return "moins de 1 k€"
    scale, unit, digits = (1_000_000, "M€", 1) if high >= 999_500 else (1_000, "k€", 0)
    first, last = (number(value / scale, digits if value else 0) for value in (low, high))
    return (f"{first} à " if first != last else "") + last + wording.NO_BREAK_SPACE + unit
