"""Any file that is collected → one raw frame, and what was detected on the way.

One reader per shape, one raw frame out: nothing is judged here, every line keeps the number that a person
would give it and the text that was typed. What is not a table is refused in one sentence.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

import polars as pl

from analytics.wording import enumeration, number, typeset
from data.collecte.grid import Grille, match_grid, melt_grid
from data.collecte.headers import Entete, match_header
from data.collecte.limits import Limites, Progress, UnreadableFile, ignore_progress
from data.collecte.natures import DECLARATIONS
from data.collecte.text import SEPARATORS, as_typed, cells_of, decode, split_cells, split_lines
from data.collecte.totals import Total, set_totals_aside
from data.collecte.workbook import OLE_SIGNATURE, ZIP_SIGNATURE, Feuille, open_workbook

__all__ = ["Lecture", "Limites", "Total", "UnreadableFile", "read_file"]

# Titles and notes may stand above a table, not a whole page of them.
HEADER_WITHIN = 30
_GRID_COLUMNS = 200


@dataclass(frozen=True)
class Lecture:
    """What a file says, untouched, and what was recognised in it.

    `lignes` has `ligne`, one text column per field of the nature (null: the line is too short to have
    it, or the file has no such optional column) and `surplus` (what stands beyond the last column).
    """

    fichier: str
    sha256: str
    nature: str
    forme: str
    format: str
    encodage: str | None
    separateur: str | None
    feuille: str | None
    colonnes_ignorees: tuple[str, ...]
    lignes: pl.DataFrame
    totaux: tuple[Total, ...]


@dataclass(frozen=True)
class _Tableau:
    """A table found somewhere: its cells as text, and the header that was recognised."""

    entete: Entete | Grille
    cellules: pl.DataFrame
    separateur: str | None = None
    feuille: str | None = None


def read_file(content: bytes, fichier: str, *, limites: Limites, progress: Progress | None = None) -> Lecture:
    """Read a CSV, XLSX or ODS file of any of the natures collected, or raise `UnreadableFile`."""
    tell = progress or ignore_progress
    nom = PurePosixPath(fichier.replace("\\", "/")).name or "fichier"
    if not content.strip():
        raise UnreadableFile(typeset("Le fichier est vide : vérifiez que le tableau y est bien enregistré."))
    if len(content) > limites.octets:
        raise UnreadableFile(
            typeset(
                f"Le fichier dépasse la taille permise ({number(limites.octets // 1_000_000)}\u00a0Mo) : "
                "envoyez-le en plusieurs parties."
            )
        )
    tell(0.0, "Lecture du fichier")
    sha256 = hashlib.sha256(content).hexdigest()
    encodage = None
    if content.startswith((ZIP_SIGNATURE, OLE_SIGNATURE)):
        format_, feuilles = open_workbook(content, limites)
        tell(0.4, "Recherche du tableau")
        tableau = _table_of_workbook(feuilles)
    else:
        format_ = "csv"
        text, encodage = decode(content)
        tell(0.2, "Recherche du tableau")
        lines = split_lines(text)
        del text
        tableau = _table_of_text(lines, limites)
    tell(0.6, "Lecture des lignes")
    if isinstance(tableau.entete, Grille):
        nature, forme = DECLARATIONS, "grille"
        lignes, totaux = melt_grid(tableau.entete, tableau.cellules)
    else:
        nature, forme = tableau.entete.nature, "longue"
        lignes, totaux = _pick_fields(tableau.entete, tableau.cellules)
    tell(1.0, "Fichier lu")
    return Lecture(
        fichier=nom,
        sha256=sha256,
        nature=nature.nom,
        forme=forme,
        format=format_,
        encodage=encodage,
        separateur=tableau.separateur,
        feuille=tableau.feuille,
        colonnes_ignorees=tableau.entete.ignorees,
        lignes=lignes,
        totaux=totaux,
    )


def _table_of_text(lines: pl.DataFrame, limites: Limites) -> _Tableau:
    first = lines.head(HEADER_WITHIN)
    best: tuple[int, Entete, str] | None = None
    nearest: tuple[int, str] | None = None
    for ligne, line in first.iter_rows():
        for separator in SEPARATORS:
            cells = cells_of(line, separator)
            if not 1 < len(cells) <= limites.colonnes_csv:
                continue
            entete, missing = match_header(cells, ligne)
            if entete is not None and (best is None or len(entete.places) > best[0]):
                best = (len(entete.places), entete, separator)
            elif missing is not None and (nearest is None or missing[0] > nearest[0]):
                nearest = missing
    if best is not None:
        _, entete, separator = best
        body = lines.filter(pl.col("ligne") > entete.ligne)
        return _Tableau(entete, split_cells(body, separator, entete.largeur), separateur=separator)
    for separator in SEPARATORS:
        cells = split_cells(first, separator, _GRID_COLUMNS).drop("surplus")
        grille = match_grid(_filled(cells))
        if grille is not None:
            whole = _filled(split_cells(lines, separator, _GRID_COLUMNS).drop("surplus"))
            return _Tableau(grille, whole, separateur=separator)
    raise UnreadableFile(_no_table(nearest))


def _filled(cells: pl.DataFrame) -> pl.DataFrame:
    return cells.with_columns(pl.col(pl.String).fill_null(""))


def _table_of_workbook(feuilles: Sequence[Feuille]) -> _Tableau:
    found: list[tuple[Feuille, Entete | Grille]] = []
    nearest: tuple[int, str] | None = None
    for feuille in feuilles:
        first = feuille.cellules.head(HEADER_WITHIN)
        entete: Entete | Grille | None = None
        for row in first.iter_rows():
            candidate, missing = match_header(list(row[1:]), row[0])
            if candidate is not None:
                entete = candidate
                break
            if missing is not None and (nearest is None or missing[0] > nearest[0]):
                nearest = missing
        entete = entete or match_grid(first)
        if entete is not None:
            found.append((feuille, entete))
    if not found:
        raise UnreadableFile(_no_table(nearest))
    if len(found) > 1:
        noms = enumeration(f"« {feuille.nom[:40]} »" for feuille, _ in found)
        raise UnreadableFile(
            typeset(f"Plusieurs feuilles portent un tableau ({noms}) : n'en gardez qu'une par fichier.")
        )
    feuille, entete = found[0]
    return _Tableau(entete, feuille.cellules, feuille=feuille.nom)


def _no_table(nearest: tuple[int, str] | None) -> str:
    if nearest is not None:
        return nearest[1]
    return typeset(
        "Aucun tableau reconnu : la première ligne doit porter les titres "
        f"« {' ; '.join(champ.nom for champ in DECLARATIONS.champs if champ.requis)} », ou la feuille "
        "être celle "
        "du questionnaire."
    )


def _pick_fields(entete: Entete, cells: pl.DataFrame) -> tuple[pl.DataFrame, tuple[Total, ...]]:
    nature = entete.nature
    present = [champ.nom for champ in nature.champs if champ.nom in entete.places]
    if "surplus" in cells.columns:
        loose = [pl.col(f"c{index}") for index in entete.sans_titre]
        surplus = (
            pl.concat_str([*loose, pl.col("surplus")], separator=";", ignore_nulls=True)
            if loose
            else pl.col("surplus")
        )
    else:
        # A note beside the table of a worksheet shifts nothing: it is left aside.
        surplus = pl.lit(None, dtype=pl.String)
    picked = cells.filter(pl.col("ligne") > entete.ligne).select(
        "ligne",
        *(pl.col(f"c{entete.places[nom]}").alias(nom) for nom in present),
        surplus.alias("surplus"),
    )
    trimmed = picked["surplus"].str.strip_chars("; ,\t|\u00a0")
    picked = picked.with_columns(surplus=trimmed.set(trimmed == "", None))
    marked = [nom for nom in present if picked[nom].str.starts_with("'").any()]
    picked = picked.with_columns(as_typed(pl.col(nom)) for nom in marked)
    blank = pl.all_horizontal(
        *(pl.col(nom).is_null() | (pl.col(nom).str.strip_chars() == "") for nom in present),
        pl.col("surplus").is_null(),
    )
    if "surplus" not in cells.columns or entete.ignorees:
        picked = picked.filter(~blank)
    picked, totaux = set_totals_aside(nature, picked, present)
    absent = [champ.nom for champ in nature.champs if champ.nom not in entete.places]
    lignes = picked.with_columns(pl.lit(None, dtype=pl.String).alias(nom) for nom in absent)
    return nature.tapee.validate(lignes, cast=False).select(
        "ligne", *(champ.nom for champ in nature.champs), "surplus"
    ), totaux
