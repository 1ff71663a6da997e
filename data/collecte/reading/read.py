"""Any file that is collected → one raw frame, and what was detected on the way.

One reader per shape, one raw frame out: nothing is judged here, every line keeps the number that a person
would give it and the text that was typed. What is not a table is refused in one sentence.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

import polars as pl

from analytics.vocabulary.wording import enumeration, number, some_of, typeset
from data.collecte.expected.limits import Limites, Progress, UnreadableFile, ignore_progress
from data.collecte.expected.natures import DECLARATIONS, Nature
from data.collecte.reading.blocks import (
    Note,
    refuse_figures_without_title,
    second_table,
    set_headers_aside,
    set_notes_aside,
)
from data.collecte.reading.cells.findings import column_letters
from data.collecte.reading.csv_lines import (
    SEPARATORS,
    as_typed,
    cells_of,
    decode,
    join_records,
    split_cells,
    split_lines,
)
from data.collecte.reading.formats import ZIP_SIGNATURE, refuse_other_binaries
from data.collecte.reading.grid import Grille, match_grid, melt_grid
from data.collecte.reading.headers import Entete, header_key, match_header, titles_of
from data.collecte.reading.obstacles import NO_FINDING, Obstacles, any_column, first_obstacle
from data.collecte.reading.totals import Total, set_totals_aside
from data.collecte.reading.workbook import Classeur, FeuilleLue, open_workbook

__all__ = ["Lecture", "Limites", "Total", "UnreadableFile", "read_file"]

# Titles and notes may stand above a table, not a whole page of them.
HEADER_WITHIN = 30
_GRID_COLUMNS = 200


@dataclass(frozen=True)
class Lecture:
    """What a file says, untouched, and what was recognised in it.

    `lignes` has `ligne`, one text column per field of the nature (null: the line is too short to have
    it, or the file has no such optional column), `surplus` (what stands beyond the last column), and
    `obstacle` with `champ_illisible` where a cell of the line cannot be read. What is hidden in a workbook
    is left there: `lignes_masquees`, `colonnes_masquees` (by letter) and `feuilles_masquees` held something.
    `notes` are the lines that are no data, `accents_illisibles` a word of a text whose encoding is in doubt.
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
    notes: tuple[Note, ...] = ()
    lignes_masquees: tuple[int, ...] = ()
    colonnes_masquees: tuple[str, ...] = ()
    feuilles_masquees: tuple[str, ...] = ()
    accents_illisibles: str = ""


@dataclass(frozen=True)
class _Tableau:
    """A table found somewhere: its cells as text, those above it, and the header that was recognised."""

    entete: Entete | Grille
    cellules: pl.DataFrame
    dessus: pl.DataFrame
    separateur: str | None = None
    feuille: FeuilleLue | None = None

    @property
    def nom(self) -> str | None:
        """Name the sheet, where the file has sheets."""
        return None if self.feuille is None else self.feuille.nom


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
    encodage, doute = None, ""
    classeur: Classeur | None = None
    refuse_other_binaries(content)
    if content.startswith(ZIP_SIGNATURE):
        classeur = open_workbook(content, limites)
        tell(0.4, "Recherche du tableau")
        tableau = _table_of_workbook(classeur.feuilles)
    else:
        text, encodage, doute = decode(content)
        tell(0.2, "Recherche du tableau")
        if text.count(b"\n") > limites.lignes:
            raise UnreadableFile(
                typeset(
                    f"Le fichier a plus de {number(limites.lignes)} lignes : envoyez-le en plusieurs parties."
                )
            )
        lines = split_lines(text)
        del text
        try:
            tableau = _table_of_text(lines, limites)
        except UnreadableFile as refusal:
            raise (_unsure(doute) if doute else refusal) from None
    tell(0.6, "Lecture des lignes")
    feuille = tableau.feuille
    constats = NO_FINDING if feuille is None else feuille.constats
    if isinstance(tableau.entete, Grille):
        nature, forme = DECLARATIONS, "grille"
        obstacles = Obstacles(nature, constats, tableau.nom)
        lignes, totaux, notes = melt_grid(tableau.entete, tableau.cellules, obstacles, tableau.nom)
    else:
        nature, forme = tableau.entete.nature, "longue"
        obstacles = Obstacles(nature, constats, tableau.nom)
        lignes, totaux, notes = _pick_fields(tableau.entete, tableau, obstacles)
    if feuille is not None and feuille.decalage:
        lignes = _with_usual_days(nature, lignes, feuille.decalage)
    tell(1.0, "Fichier lu")
    return Lecture(
        fichier=nom,
        sha256=sha256,
        nature=nature.nom,
        forme=forme,
        format="csv" if classeur is None else classeur.format,
        encodage=encodage,
        separateur=tableau.separateur,
        feuille=tableau.nom,
        colonnes_ignorees=tableau.entete.ignorees,
        lignes=lignes,
        totaux=totaux,
        notes=notes,
        lignes_masquees=() if feuille is None else feuille.lignes_masquees,
        colonnes_masquees=()
        if feuille is None
        else tuple(column_letters(index) for index in feuille.colonnes_masquees),
        feuilles_masquees=() if classeur is None else classeur.feuilles_masquees,
        accents_illisibles=doute,
    )


def _with_usual_days(nature: Nature, lignes: pl.DataFrame, decalage: int) -> pl.DataFrame:
    """Count from the usual day the day numbers of a workbook that counts from another."""
    days = [champ.nom for champ in nature.champs if champ.genre in {"mois", "jour"}]
    return lignes.with_columns(
        pl.when(pl.col(nom).str.contains(r"^\s*[0-9]{5}(?:\.0+)?\s*$"))
        .then(
            (pl.col(nom).str.strip_chars().cast(pl.Float64, strict=False) + decalage)
            .cast(pl.Int64)
            .cast(pl.String)
        )
        .otherwise(nom)
        .alias(nom)
        for nom in days
    )


def _table_of_text(lines: pl.DataFrame, limites: Limites) -> _Tableau:
    nearest: tuple[int, str] | None = None
    # A title may run over several lines: records are put together before titles are looked for.
    firsts = {
        separator: join_records(lines.head(HEADER_WITHIN + 40), separator).head(HEADER_WITHIN)
        for separator in SEPARATORS
    }
    best: tuple[int, int, Entete, str] | None = None
    for separator, first in firsts.items():
        for ligne, line in first.iter_rows():
            cells = cells_of(line, separator)
            if not 1 < len(cells) <= limites.colonnes_csv:
                continue
            entete, missing = match_header(cells, ligne)
            if entete is not None:
                # The first header is the one; what another would be is judged from it.
                rank = (-ligne, len(entete.places))
                if best is None or rank > best[:2]:
                    best = (*rank, entete, separator)
                break
            if missing is not None and (nearest is None or missing[0] > nearest[0]):
                nearest = missing
    if best is not None:
        *_, entete, separator = best
        records = join_records(lines, separator)
        above = _filled(
            split_cells(records.filter(pl.col("ligne") < entete.ligne), separator, entete.largeur)
        )
        body = split_cells(records.filter(pl.col("ligne") > entete.ligne), separator, entete.largeur)
        _refuse_table_beyond(entete, body, separator)
        return _Tableau(entete, body, above.drop("surplus"), separateur=separator)
    for separator, first in firsts.items():
        cells = split_cells(first, separator, _GRID_COLUMNS).drop("surplus")
        grille = match_grid(_filled(cells))
        if grille is not None:
            records = join_records(lines, separator)
            whole = _filled(split_cells(records, separator, _GRID_COLUMNS).drop("surplus"))
            return _Tableau(grille, whole, whole.head(0), separateur=separator)
    raise UnreadableFile(_no_table(nearest))


def _refuse_table_beyond(entete: Entete, body: pl.DataFrame, separator: str) -> None:
    """Refuse a table whose titles stand to the right of the last column of the first one."""
    titles = titles_of(entete.nature)
    beyond = body.filter(
        pl.col("surplus").str.contains(r"(?i)juridiction|cour|visio|extraction|activit|rejet|re.u")
    )
    for ligne, text in beyond.select("ligne", "surplus").head(1_000).iter_rows():
        found = [index for index, cell in enumerate(cells_of(text, separator)) if header_key(cell) in titles]
        if found:
            raise second_table(ligne, entete.largeur + found[0], None, "titres d'un autre tableau")


def _filled(cells: pl.DataFrame) -> pl.DataFrame:
    return cells.with_columns(pl.col(pl.String).fill_null(""))


def _table_of_workbook(feuilles: Sequence[FeuilleLue]) -> _Tableau:
    found: list[tuple[FeuilleLue, Entete | Grille]] = []
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
                nearest = (missing[0], _on_sheet(feuille, missing[1]))
        entete = entete or match_grid(first, feuille.nom)
        if entete is not None:
            found.append((feuille, entete))
    if not found:
        raise UnreadableFile(_no_table(nearest))
    if len(found) > 1:
        noms = some_of((f"« {feuille.nom[:40]} »" for feuille, _ in found[:8]), len(found))
        raise UnreadableFile(
            typeset(f"Plusieurs feuilles portent un tableau ({noms}) : n'en gardez qu'une par fichier.")
        )
    feuille, entete = found[0]
    cells = feuille.cellules
    if isinstance(entete, Grille):
        return _Tableau(entete, cells, cells.head(0), feuille=feuille)
    return _Tableau(
        entete,
        cells.filter(pl.col("ligne") > entete.ligne),
        cells.filter(pl.col("ligne") < entete.ligne),
        feuille=feuille,
    )


def _on_sheet(feuille: FeuilleLue, sentence: str) -> str:
    """Say of which sheet a sentence speaks, and what is hidden there."""
    hidden = ""
    if feuille.colonnes_masquees:
        letters = enumeration(column_letters(index) for index in feuille.colonnes_masquees[:6])
        hidden = f" Colonnes masquées, non lues : {letters}."
    return typeset(f"Feuille « {feuille.nom[:40]} » : {sentence[0].lower()}{sentence[1:]}{hidden}")


def _unsure(doute: str) -> UnreadableFile:
    return UnreadableFile(
        typeset(
            f"Les accents du fichier ne se lisent pas (on y voit « {doute} ») : enregistrez-le en CSV UTF-8, "
            "ou envoyez le classeur."
        )
    )


def _no_table(nearest: tuple[int, str] | None) -> str:
    if nearest is not None:
        return nearest[1]
    return typeset(
        "Aucun tableau reconnu : la première ligne doit porter les titres "
        f"« {' ; '.join(champ.nom for champ in DECLARATIONS.champs if champ.requis)} », ou la feuille "
        "être celle "
        "du questionnaire."
    )


def _pick_fields(
    entete: Entete, tableau: _Tableau, obstacles: Obstacles
) -> tuple[pl.DataFrame, tuple[Total, ...], tuple[Note, ...]]:
    nature = entete.nature
    cells, notes = set_headers_aside(entete, tableau.dessus, tableau.cellules, tableau.nom)
    present = [champ.nom for champ in nature.champs if champ.nom in entete.places]
    if "surplus" in cells.columns:
        loose = [pl.col(f"c{index}") for index in entete.sans_titre]
        surplus = (
            pl.concat_str([*loose, pl.col("surplus")], separator=";", ignore_nulls=True)
            if loose
            else pl.col("surplus")
        )
    else:
        # A note beside the table of a worksheet shifts nothing: it is left aside. A figure is no note.
        titled = {*range(entete.largeur)} - {*entete.sans_titre}
        bare = [index for index in range(cells.width - 1) if index not in titled]
        refuse_figures_without_title(cells, bare, tableau.nom)
        surplus = pl.lit(None, dtype=pl.String)
    laid = {nom: obstacles.laid_on(cells, entete.places[nom], nom) for nom in present}
    obstacle, champ = first_obstacle(cells.height, ((nom, laid[nom][1]) for nom in present))
    picked = cells.select(
        "ligne",
        *(texts.alias(nom) for nom, (texts, _) in laid.items()),
        surplus.alias("surplus"),
        obstacle,
        champ,
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
    picked, notes = set_notes_aside(picked, present, notes)
    picked, totaux = set_totals_aside(nature, picked, present)
    absent = [champ.nom for champ in nature.champs if champ.nom not in entete.places]
    lignes = picked.with_columns(pl.lit(None, dtype=pl.String).alias(nom) for nom in absent)
    return (
        nature.tapee.validate(lignes, cast=False).select(
            "ligne", *any_column([champ.nom for champ in nature.champs])
        ),
        totaux,
        notes,
    )
