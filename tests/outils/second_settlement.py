"""The settlement computed a second time, to be compared with ours: whole numbers, one common denominator.

Written from the text (« au prorata des extractions non évitées ») and from the wording of the rules, not
from `analytics.decompte.settle`, and sharing nothing with it. Every figure is the text of a decimal number,
and becomes a count of millionths; every amount of a ministry is then a whole numerator over one denominator.
"""

from collections.abc import Mapping
from decimal import Decimal

MILLION = 1_000_000
# « environ 1270 ETPT, pour 155000 extractions » (circular, p. 1)
ETPT, EXTRACTIONS = 1_270, 155_000

# base, objectif, évitées, credits in euros; texts, the credits None where they are not loaded.
Row = tuple[str, str, str, str | None]


def millionths(text: str) -> int:
    """Count the millionths of a decimal number written in full."""
    counted = Decimal(text) * MILLION
    assert counted == int(counted), f"{text} is finer than a millionth"
    return int(counted)


def settle_again(
    rows: Mapping[str, Row], rule: Mapping[str, str | int], cost: str
) -> tuple[dict[str, int], dict[str, int] | None]:
    """Give the cents that each cour owes, and those of its intéressement: None where it is to be defined.

    `rule` is a table of `reglement.toml`; its `mode` is the one that is settled. No intéressement for a
    cour that is not settled.
    """

    def told(key: str, default: int = 0) -> int:
        return millionths(str(rule.get(key, default)))

    smallest, threshold = told("volume_minimum"), told("seuil")
    kept: dict[str, tuple[int, int]] = {}
    short: dict[str, int] = {}
    over: dict[str, int] = {}
    missed = asked = 0
    for cour, row in rows.items():
        base, objectif, avoided = (millionths(text) for text in row[:3])
        if base >= smallest:
            kept[cour] = base, objectif
            gap = objectif - avoided
            short[cour] = gap if gap > 0 and gap * MILLION > threshold * objectif else 0
            over[cour] = max(0, -gap)
            missed, asked = missed + gap, asked + objectif

    # Millionths of an extraction × of a euro × of a part paid; a cent is a hundredth of their product.
    price = ETPT * millionths(cost)
    cent = EXTRACTIONS * MILLION**3 // 100
    bill = {cour: gap * price * told("part", 1) for cour, gap in short.items()}
    all_short = sum(short.values())
    if rule.get("mode", "mutualise") == "mutualise" and all_short:
        owed = missed if missed > 0 and missed * MILLION > threshold * asked else 0
        # What is forgiven to a cour is owed by nobody: none pays more than its own gap.
        owed = min(owed, all_short)
        bill = {cour: amount * owed for cour, amount in bill.items()}
        scale = cent * all_short
    else:
        scale = cent
    if "plafond_credits" in rule:
        bill = {cour: amount * MILLION**2 for cour, amount in bill.items()}
        for cour in bill:
            credits_ = rows[cour][3]
            if credits_ is not None:
                bill[cour] = min(bill[cour], told("plafond_credits") * millionths(credits_) * 100 * scale)
        scale *= MILLION**2
    floor = told("plancher_eur") * 100 * scale
    bill = {cour: amount if amount * MILLION >= floor else 0 for cour, amount in bill.items()}
    due = dict.fromkeys(rows, 0) | hand_out(bill, scale)

    kind = str(rule.get("interessement", "non_determine"))
    if kind == "non_determine":
        return due, None
    share = told("interessement_part", 1)
    most, least = told("interessement_plafond"), told("interessement_seuil")
    # What is rewarded: millionths of an extraction × of a part, over a number that depends on the kind.
    under = {"plafonne": MILLION, "seuil": MILLION, "deux_paliers": 200, "fonds": max(1, sum(over.values()))}
    won: dict[str, int] = {}
    for cour, (base, objectif) in kept.items():
        above = over[cour]
        match kind:
            case "symetrique":
                won[cour] = above * MILLION
            case "partage":
                won[cour] = above * share
            case "plafonne":
                capped = "interessement_plafond" in rule
                won[cour] = share * (min(above * MILLION, most * objectif) if capped else above * MILLION)
            case "seuil":
                won[cour] = share * max(0, above * MILLION - least * objectif)
            case "deux_paliers":
                # In hundredths: half of what lies within 5 % of the base, all of what lies from 5 to 20 %.
                first = min(100 * above, 5 * base)
                then = min(100 * above, 20 * base) - first
                won[cour] = (first + 2 * then) * MILLION
            case "fonds":
                won[cour] = share * max(0, -missed) * above
            case _:
                raise AssertionError(kind)
    return due, hand_out({cour: amount * price for cour, amount in won.items()}, cent * under.get(kind, 1))


def hand_out(amounts: Mapping[str, int], scale: int) -> dict[str, int]:
    """Round the whole to the cent, half up, and give the cents left one by one to the largest remainder."""
    cents: dict[str, int] = {}
    rest: dict[str, int] = {}
    for cour, amount in amounts.items():
        cents[cour], rest[cour] = divmod(amount, scale)
    to_give, remainder = divmod(sum(rest.values()), scale)
    if 2 * remainder >= scale:
        to_give += 1
    for _ in range(to_give):
        lucky = min(rest, key=lambda cour: (-rest[cour], cour))
        cents[lucky] += 1
        rest[lucky] = -1
    return cents
