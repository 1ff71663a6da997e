"""The most a silent juridiction may have avoided in a month: its own record, or that of its like.

The record of a juridiction is the most it declared in one month, the season taken out, from the first month
known to the end of the quarter looked at: a practice that grows does not raise what came before. Once it has
answered often enough, its record is its ceiling. Until then it may also do as its like: the record that
most juridictions of its type had not exceeded by then. A ceiling is a number of extractions, not a rate: it
depends on no base, so on nothing else that a later answer would move.

An answer never widens what silence leaves open. Let one come for a month that was silent, between 0 and the
ceiling of that month: no ceiling rises, and that one is gone. For it enters the records of its quarter and of
later ones only, whose ceilings were at least as high; there, either it moves no record, or it stays at or
under the record of its like, and an order statistic that a value enters does not rise above that value. One
above the ceiling proves the ceiling wrong: then, and only then, may the others rise.
"""

from collections.abc import Sequence
from math import ceil

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

# Months answered from which a juridiction is known by its own record alone.
ENOUGH = 6
# The record of its like: the one that this share of them had not exceeded.
OF_ITS_LIKE = 0.85


def cap_silence(
    evitees: Floats,
    saison: Floats,
    repondu: Flags,
    en_vigueur: Flags,
    types: Sequence[str],
    trimestres: Sequence[int],
) -> Floats:
    """Bound what J juridictions may have avoided in each month they were silent; 0 in the others.

    `evitees`, `repondu`, `en_vigueur`: (J, T); `saison`: (T,) the weight of each month, mean 1; `types`: (J,)
    the kind of each; `trimestres`: (T,) the quarter of each month, in order. One that is not in force is not
    silent.
    """
    said, kinds, quarters = repondu & en_vigueur, np.asarray(types), np.asarray(trimestres)
    by_month = np.where(said, evitees / saison, 0.0)
    ceilings = np.zeros_like(by_month)
    like = dict.fromkeys(types, 0.0)
    for quarter in np.unique(quarters):
        known = quarters <= quarter
        records, answers = by_month[:, known].max(axis=1), said[:, known].sum(axis=1)
        like = _records_of_its_like(records, answers > 0, kinds, like)
        usual = np.array([like[kind] for kind in types], dtype=np.float64)
        found = np.where(answers >= ENOUGH, records, np.maximum(records, usual))
        ceilings[:, quarters == quarter] = found[:, None]
    return np.where(en_vigueur & ~repondu, ceilings * saison, 0.0)


def _records_of_its_like(
    records: Floats, known: Flags, kinds: NDArray[np.str_], before: dict[str, float]
) -> dict[str, float]:
    """Give the record of each type, never under that of the quarter before.

    A type that has not answered yet has the highest of the others.
    """
    found = {
        kind: max(earlier, _order_statistic(records[known & (kinds == kind)]))
        for kind, earlier in before.items()
        if (known & (kinds == kind)).any()
    }
    highest = max(found.values(), default=0.0)
    return {kind: found.get(kind, highest) for kind in before}


def _order_statistic(values: Floats) -> float:
    """Give the value that a share of them does not exceed: one of them, so that it never rises alone."""
    return float(np.sort(values)[ceil(OF_ITS_LIKE * values.size) - 1])
