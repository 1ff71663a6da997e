"""The part of each cour in a settlement: its table, its title."""

from collections.abc import Mapping, Sequence
from fractions import Fraction

import polars as pl

from analytics.decompte.fourchette import Fourchette
from analytics.decompte.releve import Releve
from analytics.decompte.settle import PartDue
from analytics.decompte.words.amounts import (
    span_euros,
    span_numbers,
    write_amount,
    write_etpt,
    write_plain,
    write_quantity,
)
from analytics.decompte.words.decompte import MIDDLE, widen
from analytics.vocabulary import wording
from analytics.vocabulary.columns import Colonne, tell_rest
from analytics.vocabulary.schemas import ETATS_DECOMPTE, SIMULATION
from analytics.vocabulary.wording import percent, typeset

COUR_COLUMNS = (
    Colonne("nom", "Cour"),
    Colonne("objectif", "Objectif", nombre=True),
    Colonne("evitees", "Retenues", nombre=True),
    Colonne("ecart", "Non évitées", nombre=True),
    Colonne("du", "Après partage", nombre=True),
    Colonne("etpt", "ETPT", nombre=True),
    Colonne("montant", "Montant", nombre=True),
    Colonne("credits", "Part des crédits", nombre=True),
    Colonne("fourchette", "Fourchette (8 sur 10)", nombre=True),
    Colonne("etat", "État"),
)


def lay_out_parts(
    releve: Releve,
    parts: Sequence[PartDue],
    noms: Mapping[str, str],
    fourchettes: Mapping[str, Fourchette],
    *,
    alerte: Fraction,
) -> pl.DataFrame:
    """Lay out the cours: texts for the table, and `valeur`, `texte` for bars of what each owes.

    What is computed here is a simulation: a state belongs to what is kept.
    """
    rows: list[tuple[str, ...]] = []
    values: list[float] = []
    for part in parts:
        over = part.part_credits is not None and part.part_credits >= alerte
        ranged = fourchettes.get(part.cour)
        if ranged is not None and ranged.euros is not None:
            told = span_euros(*widen(ranged.euros, (part.centimes or 0) / 100))
        elif ranged is not None:
            told = f"{span_numbers(*widen(ranged.extractions, float(part.du)))} extractions"
        else:
            told = wording.NOT_AVAILABLE if releve.projete else wording.NOT_APPLICABLE
        rows.append(
            (
                noms.get(part.cour, part.cour),
                write_plain(part.objectif),
                write_quantity(releve, part.evitees),
                f"+{write_quantity(releve, part.excedent)}"
                if part.excedent
                else write_quantity(releve, part.ecart),
                write_quantity(releve, part.du),
                write_etpt(releve, part.etpt),
                write_amount(releve, part.centimes),
                ("⚠ " if over else "") + percent(part.part_credits, 0 if releve.projete else 1),
                told,
                part.exclue or ETATS_DECOMPTE[SIMULATION],
            )
        )
        values.append(float(part.etpt))
    frame = pl.DataFrame(rows, schema={colonne.nom: pl.String for colonne in COUR_COLUMNS}, orient="row")
    return frame.with_columns(
        valeur=pl.Series(values, dtype=pl.Float64),
        texte=pl.col("montant") if releve.cout is not None else pl.col("etpt"),
    ).sort(["valeur", "nom"], descending=[True, False], maintain_order=True)


def title_parts(releve: Releve, frame: pl.DataFrame) -> str:
    """Say how many cours would pay something; of a year that is not over, at the middle of its projection."""
    paying = frame.filter(pl.col("valeur") > 0)
    if not paying.height:
        told = "Aucune cour n'aurait à rembourser"
    else:
        told = (
            f"{wording.count(paying.height, 'cour')} sur {frame.height} "
            f"{wording.agree(paying.height, 'aurait', 'auraient')} à rembourser"
        )
    return typeset(f"{MIDDLE}, {told[0].lower()}{told[1:]}" if releve.projete else told)


def tell_undrawn(paying: pl.DataFrame, drawn: int) -> str:
    """Say how many pay beyond those that are drawn, or that none does."""
    if not paying.height:
        return typeset("Rien à rembourser : il n'y a pas de montant à dessiner.")
    return tell_rest(paying.height, drawn)


def tell_rounding(releve: Releve) -> str:
    """Say that the ETPT of the cours are rounded, where as written they do not sum to the whole."""
    if releve.projete:
        return ""
    written = sum(round(part.etpt, 4) for part in releve.decompte.cours)
    if written == round(sum((part.etpt for part in releve.decompte.cours), Fraction(0)), 4):
        return ""
    return typeset("ETPT arrondis à quatre décimales : leur somme diffère du total au dernier chiffre.")
