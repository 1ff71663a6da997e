"""One figure as every screen shows it: its name, its value with its unit, its sense."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Chiffre:
    """One figure of the row: its name, its value with its unit, what stands beside it, its sense.

    `serie` is what its sparkline draws, month by month; it breaks at a month without answer (`with_gaps`).
    """

    libelle: str
    valeur: str
    complement: str
    sens: str
    serie: tuple[float, ...] = ()
