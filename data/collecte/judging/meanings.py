"""What each distinct text of a file means, looked up once, whatever the number of lines."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import polars as pl

from analytics.vocabulary.periods import EARLIEST_YEAR, LATEST_YEAR
from analytics.vocabulary.reference import Reference
from analytics.vocabulary.wording import number
from data.collecte.expected.dates import day_of, month_of, year_of
from data.collecte.expected.figures import read_amounts, read_counts
from data.collecte.expected.names import (
    Noms,
    activity_key,
    activity_names,
    cour_names,
    court_key,
    court_names,
)
from data.collecte.expected.natures import Champ, Nature
from data.collecte.expected.rules import PRIORITE


@dataclass(frozen=True)
class Textes:
    """The distinct texts of one column, and what each means.

    `table` has `texte`, `valeur`, `regle` (its priority, null when fine), `detail`, `vide`, `retrait`;
    `numeros` gives, for each line of the file, the row of `table` (null: the line has no such column).
    """

    champ: Champ
    table: pl.DataFrame
    numeros: pl.Series

    def on_lines(self, column: str) -> pl.Series:
        """Give one column of the table for every line of the file."""
        return self.table[column].gather(self.numeros)


def read_texts(nature: Nature, lignes: pl.DataFrame, reference: Reference) -> dict[str, Textes]:
    """Look up every text of the columns of a nature."""
    return {champ.nom: _read_column(champ, lignes[champ.nom], reference) for champ in nature.champs}


def _read_column(champ: Champ, column: pl.Series, reference: Reference) -> Textes:
    distinct = column.drop_nulls().unique()
    ranks = pl.DataFrame({"texte": distinct}).with_row_index("numero")
    numeros = pl.DataFrame({"texte": column}).join(ranks, on="texte", how="left", maintain_order="left")[
        "numero"
    ]
    if champ.genre == "compte":
        read = read_counts(distinct)
    elif champ.genre == "montant":
        read = read_amounts(distinct)
    else:
        read = _read_words(champ, distinct.to_list(), reference)
    table = read.select(
        texte=distinct,
        valeur="valeur",
        regle=pl.col("regle").replace_strict(PRIORITE, return_dtype=pl.UInt8),
        detail=pl.col("detail") if "detail" in read.columns else pl.lit(None, dtype=pl.String),
        vide="vide",
        retrait="retrait",
    )
    return Textes(champ, table, numeros)


_Meaning = tuple[object, str | None, str | None]


def _read_words(champ: Champ, texts: Sequence[str], reference: Reference) -> pl.DataFrame:
    """Find what each text means: its value, or the rule it breaks and the detail of the sentence."""
    reader, dtype = _reader_of(champ, reference)
    meanings = [reader(text.strip()) for text in texts]
    return pl.DataFrame(
        {
            "valeur": pl.Series([value for value, _, _ in meanings], dtype=dtype),
            "regle": pl.Series([regle for _, regle, _ in meanings], dtype=pl.String),
            "detail": pl.Series([detail for _, _, detail in meanings], dtype=pl.String),
            "vide": pl.Series([not text.strip() for text in texts], dtype=pl.Boolean),
            "retrait": pl.repeat(value=False, n=len(texts), dtype=pl.Boolean, eager=True),
        }
    )


def _reader_of(champ: Champ, reference: Reference) -> tuple[Callable[[str], _Meaning], pl.DataType]:
    match champ.genre:
        case "mois":
            return _read_month, pl.Date()
        case "annee":
            return lambda text: _or_rule(year_of(text), "annee_illisible"), pl.Int64()
        case "jour":
            return _read_day, pl.Date()
        case "juridiction":
            return _name_reader(court_names(reference), court_key, "juridiction"), pl.String()
        case "cour":
            return _name_reader(cour_names(reference), court_key, "cour"), pl.String()
        case "activite":
            return _name_reader(activity_names(reference), activity_key, "activite"), pl.String()
        case "rejet":
            return _read_rejet, pl.Int64()
        case _:
            return _text_reader(champ.longueur), pl.String()


def _or_rule(value: object, regle: str) -> _Meaning:
    return (value, None, None) if value is not None else (None, regle, None)


def _text_reader(longest: int | None) -> Callable[[str], _Meaning]:
    def read(text: str) -> _Meaning:
        if longest is not None and len(text) > longest:
            return None, "texte_trop_long", number(longest)
        return _or_rule(text or None, "texte_absent")

    return read


def _read_month(text: str) -> _Meaning:
    if not text:
        return None, "mois_absent", None
    mois = month_of(text)
    if mois is None:
        return None, "mois_illisible", None
    if not EARLIEST_YEAR <= mois.year <= LATEST_YEAR:
        return None, "mois_hors_bornes", None
    return mois, None, None


def _read_day(text: str) -> _Meaning:
    return _or_rule(day_of(text), "jour_illisible") if text else (None, None, None)


def _read_rejet(text: str) -> _Meaning:
    if not text:
        return None, None, None
    whole = text.removesuffix(".0")
    return _or_rule(
        int(whole) if whole.isascii() and whole.isdigit() and len(whole) < 16 else None, "rejet_illisible"
    )


def _either(names: Sequence[str]) -> str:
    """Offer names as a sentence does: « A, B ou C »."""
    return " ou ".join(part for part in (", ".join(names[:-1]), names[-1]) if part)


def _name_reader(noms: Noms, key: Callable[[str], str], genre: str) -> Callable[[str], _Meaning]:
    def read(text: str) -> _Meaning:
        if not text:
            return None, f"{genre}_absente", None
        found = noms.resolve(key(text))
        if found.code is not None:
            return found.code, None, None
        if found.candidats:
            return None, f"{genre}_ambigue", _either(found.candidats)
        if found.proches:
            return None, f"{genre}_inconnue", f"peut-être {_either(found.proches)}"
        return None, f"{genre}_inconnue", "donnez son code, ou son nom tel que sur la page Méthode"

    return read
