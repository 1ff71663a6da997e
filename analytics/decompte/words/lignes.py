"""The lines of a statement, and how they are laid out: what its words, its page and its documents share."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import polars as pl

from analytics.decompte.words.amounts import write_plain
from analytics.vocabulary import wording
from analytics.vocabulary.columns import Colonne

CIRCULAIRE_1 = "Circulaire du 5 février 2009, p. 1"
CIRCULAIRE_2 = "Circulaire du 5 février 2009, p. 2"


@dataclass(frozen=True)
class LigneReleve:
    """One line of a statement: its name, its formula with the numbers in it, its value, and the article.

    `cle` names it for a contest; `forte`: a result that the eye must find.
    """

    cle: str
    libelle: str
    formule: str
    valeur: str
    source: str
    forte: bool = False


def write_extractions(value: Fraction) -> str:
    """Write a number of extractions with its unit."""
    noun = wording.agree(int(value), "extraction", "extractions")
    return f"{write_plain(value)}{wording.NO_BREAK_SPACE}{noun}"


STATEMENT_COLUMNS = (
    Colonne("libelle", "Ligne"),
    Colonne("formule", "Calcul"),
    Colonne("valeur", "Résultat", nombre=True),
    Colonne("source", "Texte ou source"),
)


def lay_out_statement(lines: Sequence[LigneReleve]) -> pl.DataFrame:
    """Lay a statement out as a table."""
    return pl.DataFrame(
        [(line.libelle, line.formule, line.valeur, line.source) for line in lines],
        schema=dict.fromkeys(("libelle", "formule", "valeur", "source"), pl.String),
        orient="row",
    )
