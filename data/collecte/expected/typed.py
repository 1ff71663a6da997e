"""What each kind of file says once read: the schemas that its lines must reach."""

import dataframely as dy
import polars as pl


class _Tapee(dy.Schema):
    """What every file as typed may have besides its own columns.

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


class DeclarationsTapees(_Tapee):
    """Lines of declarations as typed; null where the line is too short to have the column."""

    mois = dy.String(nullable=True)
    juridiction = dy.String(nullable=True)
    activite = dy.String(nullable=True)
    visioconferences = dy.String(nullable=True)
    extractions_evitees = dy.String(nullable=True)


class InterieurTape(_Tapee):
    """Lines of extractions counted by Intérieur, as typed."""

    mois = dy.String(nullable=True)
    cour = dy.String(nullable=True)
    service = dy.String(nullable=True)
    extractions_requises = dy.String(nullable=True)
    extractions_executees = dy.String(nullable=True)


class BaseTapee(_Tapee):
    """Lines of a reference year, as typed."""

    annee = dy.String(nullable=True)
    cour = dy.String(nullable=True)
    extractions = dy.String(nullable=True)
    source = dy.String(nullable=True)


class BaseActiviteTapee(_Tapee):
    """Lines of a reference year by activité, as typed."""

    annee = dy.String(nullable=True)
    cour = dy.String(nullable=True)
    activite = dy.String(nullable=True)
    extractions = dy.String(nullable=True)
    source = dy.String(nullable=True)


class NiveauTape(_Tapee):
    """Lines of what was avoided before the objective, as typed."""

    annee = dy.String(nullable=True)
    cour = dy.String(nullable=True)
    evitees = dy.String(nullable=True)
    source = dy.String(nullable=True)


class ObjectifTape(_Tapee):
    """Lines of the objectives set cour by cour, as typed."""

    annee = dy.String(nullable=True)
    cour = dy.String(nullable=True)
    extractions_a_eviter = dy.String(nullable=True)
    source = dy.String(nullable=True)


class CreditsTapes(_Tapee):
    """Lines of crédits vacataires, as typed."""

    annee = dy.String(nullable=True)
    cour = dy.String(nullable=True)
    credits_eur = dy.String(nullable=True)
    source = dy.String(nullable=True)


class EquipementsTapes(_Tapee):
    """Lines of equipment, as typed."""

    cour = dy.String(nullable=True)
    etablissement = dy.String(nullable=True)
    population = dy.String(nullable=True)
    equipe_depuis = dy.String(nullable=True)
    source = dy.String(nullable=True)


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
