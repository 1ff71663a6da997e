"""What a line says once read, as typed; and what a declaration says once it can be trusted."""

import dataframely as dy
import polars as pl


class Tapee(dy.Schema):
    """What every file as typed may have besides its own columns (`Nature.tapee`), which are texts.

    `ligne` is where the line stands, `surplus` what stood beyond the last column, `rejet` the number of
    the quarantined line that it corrects, `recu_le` the day it was received. `obstacle` is the sentence
    that says which cell of the line cannot be read, `champ_illisible` the column of that cell.
    """

    ligne = dy.Int64(min=1)
    surplus = dy.String(nullable=True)
    rejet = dy.String(nullable=True)
    recu_le = dy.String(nullable=True)
    obstacle = dy.String(nullable=True)
    champ_illisible = dy.String(nullable=True)


class DeclarationsSaisies(dy.Schema):
    """Declared cells that can be trusted; both figures null: a value withdrawn."""

    mois = dy.Date(primary_key=True)
    juridiction = dy.String(primary_key=True)
    activite = dy.String(primary_key=True)
    visioconferences = dy.Int64(nullable=True, min=0)
    extractions_evitees = dy.Int64(nullable=True, min=0)

    @dy.rule()
    def evitees_dans_le_total(cls) -> pl.Expr:
        """Column 2 counts some of column 1."""
        return pl.col("extractions_evitees").is_null() | (
            pl.col("extractions_evitees") <= pl.col("visioconferences")
        )

    @dy.rule()
    def retrait_entier(cls) -> pl.Expr:
        """A value is withdrawn whole."""
        return pl.col("visioconferences").is_null() == pl.col("extractions_evitees").is_null()
