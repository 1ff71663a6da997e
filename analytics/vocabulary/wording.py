"""French as the readers expect it: numbers, dates, names, words for what is absent.

Every label, sentence, figure and document takes its French from here, so that a space or an
elision is right everywhere or nowhere. Nothing here follows the machine's locale.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Context, Decimal
from fractions import Fraction

NARROW_SPACE = "\u202f"
NO_BREAK_SPACE = "\u00a0"
MINUS = "\u2212"

NOT_ANSWERED = "n.r."
NOT_APPLICABLE = "s.o."
NOT_AVAILABLE = "n.d."
LEGEND_OF_ABSENCES = (
    "n.r.\u00a0: non répondu · s.o.\u00a0: sans objet · n.d.\u00a0: non disponible · (e)\u00a0: estimé"
)

MONTHS = (
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
)
SHORT_MONTHS = (
    "janv.",
    "févr.",
    "mars",
    "avr.",
    "mai",
    "juin",
    "juil.",
    "août",
    "sept.",
    "oct.",
    "nov.",
    "déc.",
)

Number = int | float | Decimal | Fraction

FICTIONAL = "fictives (démonstration)"


def _rounded(value: Number, digits: int) -> Decimal:
    """Round half away from zero, exactly for the exact types; to tens where `digits` is −1."""
    if isinstance(value, Fraction):
        scaled = abs(value) * Fraction(10) ** digits
        units = (scaled.numerator * 2 + scaled.denominator) // (scaled.denominator * 2)
        magnitude = Decimal(units).scaleb(-digits)
        return -magnitude if value < 0 else magnitude
    exact = Decimal(repr(float(value))) if isinstance(value, float) else Decimal(value)
    # As many digits as the number has: the usual 28 are an error past them, and a page that cannot be drawn.
    room = Context(prec=max(28, exact.adjusted() + digits + 2), rounding=ROUND_HALF_UP)
    return exact.quantize(Decimal(1).scaleb(-digits), context=room)


def number(value: Number | None, digits: int = 0, *, signed: bool = False) -> str:
    """Write a number the French way: « 155 000 », « 63,5 », « −5 »; absent is « n.d. ».

    `digits`: decimals; negative, it is rounded to tens (−1), hundreds (−2)…
    """
    if value is None or value != value:
        return NOT_AVAILABLE
    rounded = _rounded(value, digits)
    text = f"{rounded.copy_abs():,.{max(digits, 0)}f}".replace(",", NARROW_SPACE).replace(".", ",")
    if rounded < 0:
        return MINUS + text
    return f"+{text}" if signed and rounded > 0 else text


def difference(first: Number, last: Number, digits: int = 0) -> Decimal:
    """Give what separates two numbers as they are written: a reader who subtracts one finds the other.

    « 224 sur 228 : il manque 4 », whatever their decimals were: `difference(224, 228.45)` is 4. Write the
    three of them with the same `digits`.
    """
    return _rounded(last, digits) - _rounded(first, digits)


def add_up(parts: Sequence[Number], whole: Number, digits: int = 0) -> list[Decimal]:
    """Round parts so that, as they are written, they sum to their whole as it is written.

    The remainder goes to those that rounding takes the most from; ties go to the first. What the whole has
    beyond the sum of the parts is spread over all of them.
    """
    if not parts:
        return []
    step, target = Decimal(1).scaleb(-digits), _rounded(whole, digits)
    floors = [
        Decimal((Fraction(part) * Fraction(10) ** digits).__floor__()).scaleb(-digits) for part in parts
    ]
    each, left = divmod(int((target - sum(floors)) / step), len(parts))
    order = sorted(range(len(parts)), key=lambda rank: (Fraction(floors[rank]) - Fraction(parts[rank]), rank))
    more = dict.fromkeys(order[:left], step)
    return [floor + step * each + more.get(rank, 0) for rank, floor in enumerate(floors)]


def percent(share: Number | None, digits: int = 1, *, signed: bool = False) -> str:
    """Write a share given in 0–1 as « 5,0 % »; never clipped above 100 %."""
    if share is None or share != share:
        return NOT_AVAILABLE
    scaled = Decimal(repr(share)) * 100 if isinstance(share, float) else share * 100
    return number(scaled, digits, signed=signed) + NO_BREAK_SPACE + "%"


def attained(share: Number | None, digits: int = 1) -> str:
    """Write how much of an objective is reached: what is missed, were it by one, is never written 100 %."""
    if share is not None and share == share and share < 1:
        share = min(share, 1 - Fraction(1, 10 ** (digits + 2)))
    return percent(share, digits)


def points(difference: Number | None, digits: int = 1) -> str:
    """Write a difference between two shares as « +1,2 pt »."""
    if difference is None or difference != difference:
        return NOT_AVAILABLE
    scaled = Decimal(repr(difference)) * 100 if isinstance(difference, float) else difference * 100
    return number(scaled, digits, signed=True) + NO_BREAK_SPACE + "pt"


def with_unit(value: Number | None, unit: str, digits: int = 0) -> str:
    """Write « 1,47 ETPT » or « 1 234,50 € », the unit held to its number."""
    return NOT_AVAILABLE if value is None else number(value, digits) + NO_BREAK_SPACE + unit


def count(value: int | None, singular: str, plural: str | None = None) -> str:
    """Write a number with its noun, agreed: « 0 cour », « 1 cour », « 2 cours »."""
    if value is None:
        return NOT_AVAILABLE
    noun = singular if abs(value) < 2 else (plural or singular + "s")
    return f"{number(value)}{NO_BREAK_SPACE}{noun}"


def month(day: date) -> str:
    """Write the month of a date: « mars 2009 »."""
    return f"{MONTHS[day.month - 1]}{NO_BREAK_SPACE}{day.year}"


def short_month(day: date) -> str:
    """Write the month of a date for an axis or a column: « mars 2009 », « févr. 2009 »."""
    return f"{SHORT_MONTHS[day.month - 1]}{NO_BREAK_SPACE}{day.year}"


def long_date(day: date) -> str:
    """Write a date in full: « 1er mars 2009 », « 5 février 2009 »."""
    ordinal = "1er" if day.day == 1 else str(day.day)
    return f"{ordinal}{NO_BREAK_SPACE}{MONTHS[day.month - 1]}{NO_BREAK_SPACE}{day.year}"


def short_date(day: date) -> str:
    """Write a date in figures: « 05/02/2009 »."""
    return f"{day:%d/%m/%Y}"


_PLAIN = {code: chr(code).lower() if chr(code).isalnum() else " " for code in range(128)}


def unaccented(text: str) -> str:
    """Strip accents and case, spell out ligatures, straighten apostrophes and hyphens: the key of every name.

    Only letters and digits remain, separated by single spaces, so « Cour d’appel d'Aix–en–Provence »
    and « COUR D'APPEL D'AIX EN PROVENCE » have the same key.
    """
    if text.isascii():  # nearly every name of a file, and at a tenth of the cost
        return " ".join(text.translate(_PLAIN).split())
    spelled = text.replace("œ", "oe").replace("Œ", "oe").replace("æ", "ae").replace("Æ", "ae")
    decomposed = unicodedata.normalize("NFKD", spelled)
    bare = "".join(c for c in decomposed if not unicodedata.combining(c)).casefold()
    return " ".join("".join(c if c.isalnum() else " " for c in bare).split())


def collation_key(name: str) -> tuple[str, str]:
    """Order names as a French reader looks for them, ignoring « Cour d'appel de » and accents."""
    return unaccented(place_of(name)), name


_COURT_KINDS = (
    "Tribunal supérieur d'appel",
    "Tribunal de grande instance",
    "Tribunal de première instance",
    "Chambre d'appel",
    "Cour d'appel",
)
_LINKS = (("des ", "Les "), ("du ", "Le "), ("d'", ""), ("de ", ""))


def place_of(court_name: str) -> str:
    """Give the town a court's name ends with: « Agen », « Le Mans », « Les Sables-d'Olonne ».

    A name that is not a court's comes back unchanged.
    """
    for kind in _COURT_KINDS:
        if court_name.startswith(kind + " "):
            rest = court_name[len(kind) + 1 :].split(" (")[0]
            for link, article in _LINKS:
                if rest.startswith(link):
                    return article + rest[len(link) :]
    return court_name


def of_place(town: str) -> str:
    """Join « de » to a town: « d'Agen », « du Mans », « des Sables-d'Olonne », « de Rennes »."""
    for article, joined in (("Le ", "du "), ("Les ", "des "), ("La ", "de La ")):
        if town.startswith(article):
            return joined + town[len(article) :]
    return ("d'" if unaccented(town)[:1] in set("aeiouyh") else "de ") + town


def at_place(town: str) -> str:
    """Join « à » to a town: « à Agen », « au Mans », « aux Sables-d'Olonne »."""
    for article, joined in (("Le ", "au "), ("Les ", "aux ")):
        if town.startswith(article):
            return joined + town[len(article) :]
    return "à " + town


def of_court(short_name: str) -> str:
    """Join « de » to a court's short name: « du TGI de Rouen », « de la CA d'Agen »."""
    return ("de la " if short_name.startswith(("CA ", "Chambre ")) else "du ") + short_name


def enumeration(items: Iterable[str]) -> str:
    """Join words as a sentence does: « A, B et C »."""
    words = list(items)
    return " et ".join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else "".join(words)


def of_cour(nom_court: str) -> str:
    """Join « de » to the short name of a cour: « d'Agen », « du TSA de Mamoudzou »."""
    return "du " + nom_court if nom_court.startswith("TSA ") else of_place(nom_court)


def at_cour(nom_court: str) -> str:
    """Join « à » to the short name of a cour: « à Agen », « au TSA de Mamoudzou »."""
    return "au " + nom_court if nom_court.startswith("TSA ") else at_place(nom_court)


def of_month(day: date) -> str:
    """Join « de » to a month: « de mars 2009 », « d'avril 2009 »."""
    return of_place(month(day))


def some_of(names: Iterable[str], total: int) -> str:
    """Name the first ones and count the others: « A, B et 3 autres »."""
    shown = list(names)
    others = total - len(shown)
    if others <= 0:
        return enumeration(shown)
    return enumeration([*shown, "1 autre" if others == 1 else f"{number(others)}{NO_BREAK_SPACE}autres"])


def typeset(sentence: str) -> str:
    """Hold French punctuation and units to their word: no-break spaces in « », before : ; ? ! % € ETPT."""
    for mark in ("»", ":", ";", "?", "!"):
        sentence = sentence.replace(" " + mark, NO_BREAK_SPACE + mark)
    return _hold_numbers(sentence.replace("« ", "«" + NO_BREAK_SPACE))


def agree(value: int, singular: str, plural: str) -> str:
    """Choose the form that agrees with a count: French is plural from two up."""
    return singular if abs(value) < 2 else plural


def _hold_numbers(text: str) -> str:
    """Hold the thousands and the unit of numbers typed in a text: « 155 000 », « 5 % », « 63,5 ETPT »."""
    grouped = re.sub(r"(?<=\d) (?=\d{3}(?!\d))", NARROW_SPACE, text)
    return re.sub(r"(?<=\d) (?=%|ETPT\b|€)", NO_BREAK_SPACE, grouped)


def clean_text(text: str, *, lines: bool = True) -> str:
    """Keep of what a person typed what can be read: nothing invisible, no half of a character.

    What ends a line in other systems becomes a line feed, or a space where a text has one line (`lines`).
    """
    end = "\n" if lines else " "
    whole = text.replace("\r\n", "\n")
    kept: list[str] = []
    for each in whole:
        kind = unicodedata.category(each)
        if each in "\n\r\x0b\x0c\x85" or kind in {"Zl", "Zp"}:
            kept.append(end)
        elif each == "\t":
            kept.append(each if lines else " ")
        elif kind not in {"Cc", "Cf", "Cs", "Cn"}:
            kept.append(each)
    return "".join(kept)
