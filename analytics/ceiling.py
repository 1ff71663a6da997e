"""The most a silent juridiction may have avoided in a month: its own record, or that of its like.

The record of a juridiction is the most it declared in one month, the season taken out. Once it has answered
often enough, its record is its ceiling. Until then it may also do as its like: the record that most
juridictions of its type never exceeded. A ceiling is a number of extractions, not a rate: it depends on
no base, so on nothing that a later answer would move.

An answer never widens what silence leaves open. Let one come for a month that was silent, between 0 and the
ceiling of that month: no ceiling rises, and that one is gone. For the record of who answers cannot rise above
its ceiling: either it does not move, or it stays at or under the record of its like; and an order statistic
does not rise when a value at or under it comes in, or rises up to it. One above the ceiling proves the
ceiling wrong: then, and only then, may the others rise.
"""

from collections.abc import Sequence
from math import ceil

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

# Months answered from which a juridiction is known by its own record alone.
ENOUGH = 6
# The record of its like: the one that this share of them never exceeded.
OF_ITS_LIKE = 0.85


def cap_silence(
    evitees: Floats, saison: Floats, repondu: Flags, en_vigueur: Flags, types: Sequence[str]
) -> Floats:
    """Bound what J juridictions may have avoided in each month they were silent; 0 in the others.

    `evitees`, `repondu`, `en_vigueur`: (J, T); `saison`: (T,) the weight of each month, mean 1; `types`: (J,)
    the kind of each. One that is not in force is not silent.
    """
    said = repondu & en_vigueur
    answers = said.sum(axis=1)
    records = np.where(said, evitees / saison, 0.0).max(axis=1, initial=0.0)
    like = _records_of_its_like(records, answers > 0, np.asarray(types))
    ceilings = np.where(answers >= ENOUGH, records, np.maximum(records, like))
    return np.where(en_vigueur & ~repondu, ceilings[:, None] * saison, 0.0)


def _records_of_its_like(records: Floats, known: Flags, types: NDArray[np.str_]) -> Floats:
    """Give each juridiction the record of its type; of the highest type, where its own never answered."""
    usual = {
        kind: _order_statistic(records[known & (types == kind)])
        for kind in np.unique(types)
        if (known & (types == kind)).any()
    }
    highest = max(usual.values(), default=0.0)
    return np.array([usual.get(kind, highest) for kind in types], dtype=np.float64)


def _order_statistic(values: Floats) -> float:
    """Give the value that a share of the others never exceeds: one of them, so that it never rises alone."""
    return float(np.sort(values)[ceil(OF_ITS_LIKE * values.size) - 1])
