"""A second table in a file is refused by its cell; what is no data between the lines is set apart.

What follows a second header cannot be read with the first one: nothing of the file is taken.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl

from analytics.vocabulary.wording import MONTHS, typeset, unaccented
from data.collecte.expected.dates import month_of
from data.collecte.expected.limits import UnreadableFile
from data.collecte.reading.headers import Entete, header_key, titles_of
from data.collecte.reading.obstacles import cell_name

# The title of the column that says whose line it is.
COURTS = frozenset({"juridiction", "juridictions"})


@dataclass(frozen=True)
class Note:
    """A line that is no data: a page number, a footnote, the header repeated on each page."""

    ligne: int
    texte: str


def second_table(ligne: int, colonne: int, feuille: str | None, what: str) -> UnreadableFile:
    """Refuse a file whose second table begins at that cell."""
    cell = cell_name(ligne, colonne, feuille)
    return UnreadableFile(
        typeset(
            f"Un second tableau commence en {cell} ({what}) : rien n'a été pris, envoyez un tableau par "
            "fichier."
        )
    )


_NUMBER = r"^\s*[-+−]?[0-9](?:[0-9  .,'’]*[0-9])?\s*$"


def refuse_figures_without_title(cells: pl.DataFrame, columns: Sequence[int], feuille: str | None) -> None:
    """Refuse a table that has figures in columns of which no title says what they count.

    A word there is a note; a number is something that its sender believes to have sent.
    """
    held = set(cells.columns)
    names = [name for index in columns if (name := f"c{index}") in held]
    counted = cells.select(pl.col(names).str.contains(_NUMBER).any()).row(0) if names else ()
    for name in (name for name, holds in zip(names, counted, strict=True) if holds):
        ligne, text = cells.filter(pl.col(name).str.contains(_NUMBER)).select("ligne", name).row(0)
        raise UnreadableFile(
            typeset(
                f"La cellule {cell_name(ligne, int(name[1:]), feuille)} porte « {text.strip()[:40]} » sous "
                "aucun titre connu : donnez son titre à cette colonne (une activité et, dessous, sa "
                "mesure, dans une grille), ou retirez-la. Rien n'a été pris."
            )
        )


def _texts(cells: pl.DataFrame, ligne: int) -> int:
    """Count the cells of a row that hold something."""
    row = cells.row(by_predicate=pl.col("ligne") == ligne)
    return sum(isinstance(text, str) and bool(text.strip()) for text in row)


def _columns(cells: pl.DataFrame) -> list[int]:
    return sorted(int(name[1:]) for name in cells.columns if re.fullmatch(r"c\d+", name))


def cells_with_keys(cells: pl.DataFrame, keys: frozenset[str]) -> list[tuple[int, int, str]]:
    """List the cells that hold one of some titles, as row, column and key; in reading order."""
    # Accents may stand for vowels; the first letters are enough to leave nearly all the texts aside.
    starts = {re.sub("[aeiouc]", ".", key[:3]) for key in keys}
    likely = r"(?i)^\W*(?:" + "|".join(sorted(starts)) + ")"
    found: list[tuple[int, int, str]] = []
    columns = _columns(cells)
    # All the columns at once: a sheet may have thousands of them.
    names = [f"c{index}" for index in columns]
    kept = cells.select(pl.col(name).unique().drop_nulls().implode() for name in names)
    texts = [pl.col(name).explode() for name in names]
    kept = kept.select(
        each.filter(each.str.contains(likely) & (each.str.len_chars() < 120)).implode() for each in texts
    )
    for index in columns:
        column, texts = cells[f"c{index}"], kept[f"c{index}"][0]
        named = {text: key for text in texts if (key := header_key(text)) in keys}
        if named:
            where = cells.filter(column.is_in(list(named))).select("ligne", f"c{index}")
            found += [(ligne, index, named[text]) for ligne, text in where.iter_rows()]
    return sorted(found)


# ---------------------------------------------------------------- the long form


def set_headers_aside(
    entete: Entete, above: pl.DataFrame, cells: pl.DataFrame, feuille: str | None
) -> tuple[pl.DataFrame, tuple[Note, ...]]:
    """Take out the header repeated on each page; refuse what is the header of another table."""
    titles = titles_of(entete.nature)
    keys = frozenset(titles) | COURTS
    usual = {colonne: nom for nom, colonne in entete.places.items()}
    if any(_texts(above, ligne) > 1 for ligne, _, _ in cells_with_keys(above, COURTS)):
        raise second_table(entete.ligne, min(usual), feuille, "un autre est au-dessus")
    rows: dict[int, list[tuple[int, str]]] = {}
    for ligne, colonne, key in cells_with_keys(cells, keys):
        rows.setdefault(ligne, []).append((colonne, key))
    notes: list[Note] = []
    for ligne, found in rows.items():
        fields = {colonne: titles[key].nom for colonne, key in found if key in titles}
        if fields == usual:
            notes.append(Note(ligne, "en-tête répété"))
        elif len(set(fields.values())) > 1:
            colonne = next((c for c in fields if usual.get(c) != fields[c]), min(fields))
            raise second_table(ligne, colonne, feuille, "titres d'un autre tableau")
        elif any(key in COURTS for _, key in found) and _texts(cells, ligne) > 1:
            # The titles of a grid; a line that has figures is a line.
            row = cells.row(by_predicate=pl.col("ligne") == ligne, named=True)
            counted = (f"c{entete.places[nom]}" for nom in entete.nature.chiffres if nom in entete.places)
            if not any(re.search(r"[0-9]", row[name] or "") for name in counted):
                raise second_table(ligne, found[0][0], feuille, "titre d'un autre tableau")
    repeated = [note.ligne for note in notes]
    return (cells.filter(~pl.col("ligne").is_in(repeated)) if repeated else cells), tuple(notes)


# ---------------------------------------------------------------- lines that are no data

_PAGE = r"(?:page|p\.|feuillet|feuille)?\s*(?:n°\s*)?[0-9]{1,3}\s*(?:/|sur|de)\s*[0-9]{1,3}"
_NOTE = (
    rf"(?i)^\s*(?:[-–—]?\s*{_PAGE}\s*[-–—]?$|page\s+(?:n°\s*)?[0-9]{{1,4}}\s*$|[-–—]\s*[0-9]{{1,4}}\s*[-–—]$"
    r"|(?:\(\s*(?:[0-9]{1,2}|[a-z*])\s*\)|\[\s*[0-9]{1,2}\s*\]|[0-9]{1,2}\s*\)|[¹²³⁴⁵⁶⁷⁸⁹]+|\*{1,3})\s*\S"
    r"|(?:sources?|notes?|nb|n\.\s?b\.?|nota(?: bene)?|lecture|champ|légende|legende|avertissement|remarques?"
    r"|observations?|commentaires?)\s*(?:\(\d+\))?\s*:"
    r"|(?:édité|edité|édite|edite|imprimé|imprime|extrait|extraction|mis à jour|mise à jour|tableau édité"
    r"|document édité|état édité)s?(?:e|es)?\s+(?:le|du|au|à)\b)"
)


def set_notes_aside(
    cells: pl.DataFrame, needed: Sequence[str], notes: Sequence[Note] = ()
) -> tuple[pl.DataFrame, tuple[Note, ...]]:
    """Take out the lines that hold one text and nothing else, when that text is a note and not an answer."""
    held = [pl.col(nom).is_not_null() & (pl.col(nom).str.strip_chars() != "") for nom in needed]
    alone = cells.filter(pl.sum_horizontal(held) == 1)
    if alone.is_empty():
        return cells, tuple(sorted(notes, key=lambda note: note.ligne))
    text = pl.concat_str([pl.col(nom).fill_null("") for nom in needed]).str.strip_chars()
    found = alone.select("ligne", texte=text).filter(pl.col("texte").str.contains(_NOTE))
    known = {note.ligne for note in notes}
    kept = [Note(ligne, texte[:120]) for ligne, texte in found.iter_rows() if ligne not in known]
    away = [note.ligne for note in (*notes, *kept)]
    return cells.filter(~pl.col("ligne").is_in(away)), tuple(
        sorted((*notes, *kept), key=lambda note: note.ligne)
    )


# ---------------------------------------------------------------- the grid

_MONTH_WORDS = {unaccented(month) for month in MONTHS}
_AROUND_A_MONTH = frozenset(
    {
        *("mois", "periode", "questionnaire", "collecte", "declaration", "declarations", "tableau", "annee"),
        *("visioconference", "visioconferences", "extractions", "evitees", "donnees", "situation", "releve"),
        *("de", "d", "du", "des", "le", "la", "les", "l", "au", "pour", "suite", "concerne", "concernee"),
    }
)


def month_said(text: str) -> date | None:
    """Give the month that a line names and that it is all about: « Questionnaire d'avril 2009 (suite) »."""
    if len(text) > 120:
        return None
    words = [word for word in unaccented(text).split() if word not in _AROUND_A_MONTH]
    if len(words) == 2 and words[0] in _MONTH_WORDS:
        return month_of(" ".join(words))
    return month_of(text) if re.search(r"[-/.]|[^\W\d]", text) else None
