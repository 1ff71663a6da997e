"""Who may see what: the whole ministry or some cours, and what is of no one cour."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from typing import Self

import polars as pl

# The whole ministry, where cours are named by codes.
ALL_COURS = "*"


class Savoir(Enum):
    """What is not of any one cour, in the words that say it to readers; `A_UNE_COUR` says who may know it."""

    MOYENNE = "la part moyenne du pays, et les limites de ce qui sépare d'ordinaire les cours"
    ECART = "l'écart du ministère à son objectif et la somme des déficits, dont sa part se déduit"
    ARRIVEES = "le jour où chaque fichier est arrivé"
    LIGNE = "la ligne du ministère : évitées, ETPT, montants, intéressement, fourchettes"
    LOTS = "l'auteur, le nom, l'empreinte et les comptes d'un fichier qui n'est pas de ses seules cours"
    AUTRES = "les chiffres, les réponses, les décomptes et les contestations d'une autre cour"


# A cour checks its place among the others, and every figure of its own statement; it needs no more. The rest
# is asked of `Perimetre.knows` before it is shown or written, and `AUTRES` of `holds`.
A_UNE_COUR = frozenset({Savoir.MOYENNE, Savoir.ECART, Savoir.ARRIVEES})


@dataclass(frozen=True)
class Perimetre:
    """What a reader may see: the whole ministry (`national`), or some cours; of no cour, nothing.

    Every read of the store takes one, so that rights are enforced where data is read. The whole ministry is
    no list of cours: asking for one is an error of the program, so that « none » is never taken for « all ».
    """

    national: bool = False
    nommees: frozenset[str] = frozenset()

    @classmethod
    def of(cls, cours: Iterable[str]) -> Self:
        """Restrict to some cours; none at all is a perimeter that sees nothing."""
        return cls(nommees=frozenset(cours))

    @classmethod
    def of_key(cls, cle: str) -> Self:
        """Give the perimeter of a `cle`."""
        return cls(national=True) if cle == ALL_COURS else cls.of(filter(None, cle.split(",")))

    @property
    def cle(self) -> str:
        """Name the perimeter in a key: `*`, or its cours."""
        return ALL_COURS if self.national else ",".join(sorted(self.nommees))

    @property
    def cours(self) -> frozenset[str]:
        """Give the cours of a reader who does not see the whole ministry."""
        if self.national:
            raise TypeError("the whole ministry is no list of cours")
        return self.nommees

    @property
    def vide(self) -> bool:
        """Tell whether nothing at all may be seen."""
        return not self.national and not self.nommees

    def knows(self, savoir: Savoir) -> bool:
        """Tell whether the reader may learn what is of no one cour."""
        return self.national or savoir in A_UNE_COUR

    def holds(self, cour: str) -> bool:
        """Tell whether the reader may see a cour."""
        return self.national or cour in self.nommees

    def restrict(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Keep the rows of the reader's cours; `frame` must have a `cour` column."""
        return frame if self.national else frame.filter(pl.col("cour").is_in(sorted(self.nommees)))


NATIONAL = Perimetre(national=True)
