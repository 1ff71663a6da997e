"""Any file that is collected → one raw frame, and what was detected on the way.

One reader per shape, one raw frame out: nothing is judged here, every line keeps the number that a person
would give it and the text that was typed. What is not a table is refused in one sentence.
"""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Literal

import polars as pl

from analytics.wording import enumeration, number, typeset, unaccented
from data.collecte.figures import is_total, read_amounts, read_counts
from data.collecte.limits import Limites, Progress, UnreadableFile, ignore_progress
from data.collecte.natures import DECLARATIONS, NATURES, Champ, Nature
from data.collecte.text import SEPARATORS, cells_of, decode, split_cells, split_lines
from data.collecte.workbook import OLE_SIGNATURE, ZIP_SIGNATURE, Feuille, open_workbook

__all__ = ["Lecture", "Limites", "Total", "UnreadableFile", "read_file"]

# Titles and notes may stand above a table, not a whole page of them.
HEADER_WITHIN = 30
_GRID_COLUMNS = 200

Forme = Literal["longue", "grille"]


@dataclass(frozen=True)
class Total:
    """A totals line: never data; `message` says in French when it is not the sum of the lines."""

    ligne: int
    libelle: str
    juste: bool
    message: str


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
class _Entete:
    """Where the long form's header stands, and which of its columns is which field."""

    nature: Nature
    ligne: int
    places: dict[str, int]
    largeur: int
    ignorees: tuple[str, ...]
    sans_titre: tuple[int, ...]


@dataclass(frozen=True)
class _Grille:
    """Where the questionnaire grid's two header rows stand, its month, and its pairs of columns."""

    ligne: int
    mois: str
    colonne_juridiction: int
    paires: tuple[tuple[str, int | None, int | None], ...]
    ignorees: tuple[str, ...]


@dataclass(frozen=True)
class _Tableau:
    """A table found somewhere: its cells as text, and the header that was recognised."""

    entete: _Entete | _Grille
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
    if isinstance(tableau.entete, _Grille):
        nature, forme = DECLARATIONS, "grille"
        lignes, totaux = _melt_grid(tableau.entete, tableau.cellules)
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


# ---------------------------------------------------------------- finding the table


def _table_of_text(lines: pl.DataFrame, limites: Limites) -> _Tableau:
    first = lines.head(HEADER_WITHIN)
    best: tuple[int, _Entete, str] | None = None
    nearest: tuple[int, str] | None = None
    for ligne, line in first.iter_rows():
        for separator in SEPARATORS:
            cells = cells_of(line, separator)
            if not 1 < len(cells) <= limites.colonnes_csv:
                continue
            entete, missing = _match_header(cells, ligne)
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
        grille = _match_grid(_filled(cells))
        if grille is not None:
            whole = _filled(split_cells(lines, separator, _GRID_COLUMNS).drop("surplus"))
            return _Tableau(grille, whole, separateur=separator)
    raise UnreadableFile(_no_table(nearest))


def _filled(cells: pl.DataFrame) -> pl.DataFrame:
    return cells.with_columns(pl.col(pl.String).fill_null(""))


def _table_of_workbook(feuilles: Sequence[Feuille]) -> _Tableau:
    found: list[tuple[Feuille, _Entete | _Grille]] = []
    nearest: tuple[int, str] | None = None
    for feuille in feuilles:
        first = feuille.cellules.head(HEADER_WITHIN)
        entete: _Entete | _Grille | None = None
        for row in first.iter_rows():
            candidate, missing = _match_header(list(row[1:]), row[0])
            if candidate is not None:
                entete = candidate
                break
            if missing is not None and (nearest is None or missing[0] > nearest[0]):
                nearest = missing
        entete = entete or _match_grid(first)
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


def _header_key(title: str) -> str:
    return unaccented(title[:100])


_HEADERS: dict[str, dict[str, Champ]] = {
    nature.nom: {
        _header_key(title): champ
        for champ in nature.champs
        for title in (champ.nom, champ.libelle, *champ.entetes)
    }
    for nature in NATURES.values()
}


def _match_header(cells: Sequence[str], ligne: int) -> tuple[_Entete | None, tuple[int, str] | None]:
    """Recognise the long form's titles; when some are missing, give how many were there and a sentence."""
    titles = list(cells)
    while titles and not titles[-1].strip():
        titles.pop()
    keys = [_header_key(title) for title in titles]
    nearest: tuple[int, str] | None = None
    best: _Entete | None = None
    for nature in NATURES.values():
        known = _HEADERS[nature.nom]
        places: dict[str, int] = {}
        twice: Champ | None = None
        for index, key in enumerate(keys):
            champ = known.get(key)
            if champ is None:
                continue
            if champ.nom in places:
                twice = champ
            places.setdefault(champ.nom, index)
        lacking = [champ for champ in nature.champs if champ.requis and champ.nom not in places]
        if lacking or twice is not None:
            if len(places) >= 2 and (nearest is None or len(places) > nearest[0]):
                nearest = (len(places), _header_trouble(nature, lacking, twice, ligne))
            continue
        if best is None or len(places) > len(best.places):
            used = set(places.values())
            best = _Entete(
                nature=nature,
                ligne=ligne,
                places=places,
                largeur=len(titles),
                ignorees=tuple(
                    title.strip()[:60]
                    for index, title in enumerate(titles)
                    if index not in used and title.strip()
                ),
                sans_titre=tuple(index for index, title in enumerate(titles) if not title.strip()),
            )
    return best, nearest


def _header_trouble(nature: Nature, lacking: Sequence[Champ], twice: Champ | None, ligne: int) -> str:
    if lacking:
        noms = enumeration(f"« {champ.nom} »" for champ in lacking)
        return typeset(
            f"L'en-tête de la ligne {ligne} ({nature.libelle}) n'a pas {noms} : complétez les titres des "
            "colonnes."
        )
    titre = twice.nom if twice else ""
    return typeset(
        f"La colonne « {titre} » figure deux fois dans l'en-tête (ligne {ligne}) : n'en gardez qu'une."
    )


_MONTH_LINE = re.compile(
    r"^\s*(?:mois|période|periode)\s*(?:concerné|de collecte)?\s*[::]\s*(.*)$", re.IGNORECASE
)


def _match_grid(first: pl.DataFrame) -> _Grille | None:
    """Recognise the questionnaire: a row of activities that begins with « Juridiction », a row of columns."""
    rows = [list(row) for row in first.iter_rows()]
    for position, row in enumerate(rows[:-1]):
        cells = [str(cell) for cell in row[1:]]
        titled = [index for index, cell in enumerate(cells) if cell.strip()]
        if len(titled) < 2 or _header_key(cells[titled[0]]) not in {"juridiction", "juridictions"}:
            continue
        below = [str(cell) for cell in rows[position + 1][1:]]
        paires, ignorees = _pairs(cells, below, titled[0])
        if not paires:
            continue
        mois = _month_above(rows[:position])
        if not mois.strip():
            raise UnreadableFile(
                typeset(
                    "Le mois du questionnaire manque : écrivez « Mois : mars 2009 » au-dessus du tableau."
                )
            )
        return _Grille(int(rows[position + 1][0]), mois, titled[0], paires, ignorees)
    return None


def _pairs(
    titles: Sequence[str], below: Sequence[str], court: int
) -> tuple[tuple[tuple[str, int | None, int | None], ...], tuple[str, ...]]:
    """Pair the columns of each activity; a title stands over the columns that follow it until the next."""
    totals: dict[str, int] = {}
    avoided: dict[str, int] = {}
    order: list[str] = []
    ignored: list[str] = []
    label, group = "", 0
    for index in range(court + 1, len(titles)):
        if titles[index].strip():
            label, group = titles[index].strip(), group + 1
        key = _header_key(below[index]) if index < len(below) else ""
        if not label or not key:
            continue
        # The same activity twice in the grid stays two pairs: the judge compares them.
        name = f"{group}\n{label}"
        if is_total(label):
            ignored.append(f"{label} – {below[index].strip()}")
        elif "evitee" in key and name not in avoided:
            avoided[name] = index
        elif "evitee" not in key and key.split()[0] in {
            "total",
            "visioconferences",
            "visioconference",
            "nombre",
        }:
            totals.setdefault(name, index)
        else:
            ignored.append(f"{label} – {below[index].strip()}")
        if name not in order:
            order.append(name)
    paires = tuple(
        (name.split("\n", 1)[1], totals.get(name), avoided.get(name))
        for name in order
        if name in totals or name in avoided
    )
    return paires, tuple(ignored)


def _month_above(rows: Sequence[Sequence[object]]) -> str:
    """Find « Mois : avril 2009 », in one cell or in two, above the table."""
    for row in rows:
        cells = [str(cell) for cell in row[1:]]
        for index, cell in enumerate(cells):
            if found := _MONTH_LINE.match(cell):
                return found[1].strip() or next((c for c in cells[index + 1 :] if c.strip()), "")
            if _header_key(cell) in {"mois", "periode", "mois concerne"}:
                return next((c for c in cells[index + 1 :] if c.strip()), "")
    return ""


# ---------------------------------------------------------------- from cells to the raw frame


_NEUTRALISED = r"^'('*[=+\-@\t\r])"


def as_typed(text: pl.Expr) -> pl.Expr:
    """Take back the apostrophe that an export puts before a text that a spreadsheet would calculate."""
    return text.str.replace(_NEUTRALISED, "$1")


def _pick_fields(entete: _Entete, cells: pl.DataFrame) -> tuple[pl.DataFrame, tuple[Total, ...]]:
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
    picked, totaux = _set_totals_aside(nature, picked, present)
    absent = [champ.nom for champ in nature.champs if champ.nom not in entete.places]
    lignes = picked.with_columns(pl.lit(None, dtype=pl.String).alias(nom) for nom in absent)
    return nature.tapee.validate(lignes, cast=False).select(
        "ligne", *(champ.nom for champ in nature.champs), "surplus"
    ), totaux


def _melt_grid(grille: _Grille, cells: pl.DataFrame) -> tuple[pl.DataFrame, tuple[Total, ...]]:
    body = cells.filter(pl.col("ligne") > grille.ligne)
    court = pl.col(f"c{grille.colonne_juridiction}")
    used = [index for _, first, second in grille.paires for index in (first, second) if index is not None]
    filled = pl.any_horizontal(
        court.str.strip_chars() != "", *(pl.col(f"c{i}").str.strip_chars() != "" for i in used)
    )
    body = body.filter(filled)

    def figure(index: int | None) -> pl.Expr:
        return pl.lit(None, dtype=pl.String) if index is None else as_typed(pl.col(f"c{index}"))

    pieces = [
        body.select(
            "ligne",
            surplus=pl.lit(None, dtype=pl.String),
            mois=pl.lit(grille.mois),
            juridiction=court,
            activite=pl.lit(activite),
            visioconferences=figure(total),
            extractions_evitees=figure(avoided),
            rejet=pl.lit(None, dtype=pl.String),
        )
        for activite, total, avoided in grille.paires
    ]
    melted = pl.concat(pieces).sort("ligne", maintain_order=True)
    present = [champ.nom for champ in DECLARATIONS.champs if champ.requis]
    melted, totaux = _set_totals_aside(DECLARATIONS, melted, present)
    return DECLARATIONS.tapee.validate(melted, cast=False).select(
        "ligne", *(champ.nom for champ in DECLARATIONS.champs), "surplus"
    ), totaux


def _set_totals_aside(
    nature: Nature, lignes: pl.DataFrame, present: Sequence[str]
) -> tuple[pl.DataFrame, tuple[Total, ...]]:
    """Take the totals lines out, each compared with the sum of the lines it speaks of."""
    keys = [nom for nom in nature.cles if nom in present]
    looks_total = pl.any_horizontal(
        pl.col(nom)
        .str.contains(r"(?i)^['\s\u{a0}]*(?:sous[\s\-]*)?(?:total|totaux|ensemble)\b")
        .fill_null(value=False)
        for nom in keys
    )
    totals = lignes.filter(looks_total)
    if totals.is_empty():
        return lignes, ()
    counted = [nom for nom in nature.chiffres if nom in present]
    rest = lignes.filter(~looks_total)
    figures = rest.select(*keys, *(_amounts(nature, nom, rest[nom]).alias(nom) for nom in counted))
    found: list[Total] = []
    for row in totals.head(1_000).iter_rows(named=True):
        spoken = [nom for nom in keys if (row[nom] or "").strip() and not is_total(row[nom])]
        part = figures.filter(pl.col(nom) == row[nom] for nom in spoken) if spoken else figures
        found.append(_checked_total(nature, row, part, counted, keys))
    return rest, tuple(found)


def _amounts(nature: Nature, nom: str, texts: pl.Series) -> pl.Series:
    read = read_amounts if nature.champ(nom).genre == "montant" else read_counts
    return read(texts)["valeur"]


def _checked_total(
    nature: Nature,
    row: dict[str, str | None],
    part: pl.DataFrame,
    counted: Sequence[str],
    keys: Sequence[str],
) -> Total:
    ligne = int(row["ligne"] or 0)
    libelle = next(((row[nom] or "").strip() for nom in keys if is_total(row[nom] or "")), "Total")[:60]
    gaps: list[str] = []
    for nom in counted:
        announced = _amounts(nature, nom, pl.Series([row[nom]], dtype=pl.String))[0]
        if announced is None:
            continue
        computed = part[nom].sum() or 0
        digits = 2 if nature.champ(nom).genre == "montant" else 0
        if announced != computed:
            gaps.append(
                f"{nature.champ(nom).libelle} : {number(announced, digits)} annoncés, "
                f"{number(computed, digits)} en additionnant les lignes"
            )
    if not gaps:
        return Total(
            ligne, libelle, juste=True, message=typeset(f"Ligne {ligne}, « {libelle} » : somme exacte.")
        )
    return Total(
        ligne,
        libelle,
        juste=False,
        message=typeset(
            f"Ligne {ligne}, « {libelle} », {' ; '.join(gaps)} : vérifiez qu'il ne manque pas de ligne."
        ),
    )
