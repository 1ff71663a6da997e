"""The monthly questionnaire as a grid: one row a juridiction, two columns an activity → its raw lines."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import polars as pl

from analytics.vocabulary.wording import typeset
from data.collecte.expected.dates import day_of, month_of
from data.collecte.expected.figures import is_total
from data.collecte.expected.limits import UnreadableFile
from data.collecte.expected.natures import DECLARATIONS
from data.collecte.reading.blocks import (
    COURTS,
    Note,
    cells_with_keys,
    month_said,
    refuse_figures_without_title,
    second_table,
    set_notes_aside,
)
from data.collecte.reading.csv_lines import as_typed
from data.collecte.reading.headers import header_key
from data.collecte.reading.obstacles import Obstacles, any_column, cell_name, first_obstacle
from data.collecte.reading.totals import Total, set_totals_aside


@dataclass(frozen=True)
class Grille:
    """Where the questionnaire grid's two header rows stand, its month, and its pairs of columns.

    `ligne` is the second of the two rows, `titres` the first. `sans_titre`: the columns on the right of the
    courts that bear no title of a pair, or none at all: nothing is read there.
    """

    ligne: int
    mois: str
    colonne_juridiction: int
    paires: tuple[tuple[str, int | None, int | None], ...]
    ignorees: tuple[str, ...]
    sans_titre: tuple[int, ...]
    titres: int

    @property
    def chiffres(self) -> list[int]:
        """List the columns that hold figures."""
        return [index for _, *pair in self.paires for index in pair if index is not None]


_MONTH_LINE = re.compile(
    r"^\s*(?:mois|période|periode)\s*(?:concerné|de collecte)?\s*[::]\s*(.*)$", re.IGNORECASE
)
_TITLE = "titre « Juridiction »"
_MONTH_KEYS = frozenset({"mois", "periode", "mois concerne"})
# What a cell that names a month must hold: nearly no other does.
_LIKE_A_MONTH = (
    r"(?i)mois|p.riode|janv|f.vr|mars|avr|mai|juin|juil|ao.t|sept|oct|nov|d.c|^\s*[0-9]{1,4}[-/.][0-9]{2,4}"
)


# Words of a sub-title that counts something else, as a year does: a share, an amount, what was not
# avoided, or is only hoped for.
_OTHER_THAN_COUNTS = frozenset(
    (
        "non",
        "sans",
        "hors",
        "pourcent",
        "mille",
        "taux",
        "part",
        "euros",
        "dollars",
        "cumul",
        "cumule",
        "cumulees",
        "objectif",
        "prevision",
        "prevue",
        "prevues",
        "annulee",
        "annulees",
        "reportees",
        "ecart",
        "evolution",
    )
)


def match_grid(first: pl.DataFrame, feuille: str | None = None) -> Grille | None:
    """Recognise the questionnaire: a row of activities that begins with « Juridiction », a row of columns."""
    rows = [list(row) for row in first.iter_rows()]
    for position, row in enumerate(rows[:-1]):
        cells = [str(cell) for cell in row[1:]]
        titled = [index for index, cell in enumerate(cells) if cell.strip()]
        if len(titled) < 2 or header_key(cells[titled[0]]) not in COURTS:
            continue
        below = [str(cell) for cell in rows[position + 1][1:]]
        paires, ignorees, bare = _pairs(cells, below, titled[0])
        if not paires:
            continue
        mois = _month_above(first.head(position), feuille)
        if not mois.strip():
            raise UnreadableFile(
                typeset(
                    "Le mois du questionnaire manque : écrivez « Mois : mars 2009 » au-dessus du tableau."
                )
            )
        return Grille(int(rows[position + 1][0]), mois, titled[0], paires, ignorees, bare, int(row[0]))
    return None


def _pairs(
    titles: Sequence[str], below: Sequence[str], court: int
) -> tuple[tuple[tuple[str, int | None, int | None], ...], tuple[str, ...], tuple[int, ...]]:
    """Pair the columns of each activity; a title stands over the columns that follow it until the next.

    Gives the pairs, the titles that are left out, and the columns without any.
    """
    totals: dict[str, int] = {}
    avoided: dict[str, int] = {}
    order: list[str] = []
    ignored: list[str] = []
    bare: list[int] = []
    label, group = "", 0
    for index in range(court + 1, len(titles)):
        if titles[index].strip():
            label, group = titles[index].strip(), group + 1
        key = header_key(below[index]) if index < len(below) else ""
        if not label or not key:
            if not is_total(label):
                bare.append(index)
            continue
        # The same activity twice in the grid stays two pairs: the judge compares them.
        name = f"{group}\n{label}"
        # The same measure twice under one activity: the second is of another, whose title is missing.
        if any(header_key(below[each[name]]) == key for each in (totals, avoided) if name in each):
            bare.append(index)
        elif is_total(label) or any(word in _OTHER_THAN_COUNTS or word[:4].isdigit() for word in key.split()):
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
    return paires, tuple(ignored), tuple(bare)


def _months_in(cells: pl.DataFrame) -> Iterator[tuple[int, int, str, bool]]:
    """List the months that rows announce, as row, column, text, and whether the word « Mois » says so."""
    likely = cells.filter(pl.any_horizontal(pl.col(pl.String).str.contains(_LIKE_A_MONTH)))
    for ligne, *texts in likely.iter_rows():
        for index, text in enumerate(texts):
            after = next((t for t in texts[index + 1 :] if t.strip()), "")
            if found := _MONTH_LINE.match(text):
                yield ligne, index, found[1].strip() or after, True
            elif header_key(text) in _MONTH_KEYS:
                yield ligne, index, after, True
            elif text.strip() and month_said(text) is not None:
                yield ligne, index, text, False


def _same_month(first: str, second: str) -> bool:
    read = (month_said(first) or month_of(first), month_said(second) or month_of(second))
    return read[0] == read[1] if None not in read else first.split() == second.split()


def _month_above(above: pl.DataFrame, feuille: str | None) -> str:
    """Find « Mois : avril 2009 », in one cell or in two, above the table; two months are two tables."""
    said = list(_months_in(above))
    announced = [text for _, _, text, named in said if named]
    if not announced or not announced[0].strip():
        return ""
    # A day alone may be the one when the table was printed.
    rows = [ligne for ligne, _, _, named in said if not named]
    for ligne, colonne, text, named in said:
        spoken = named or rows.count(ligne) > 1 or day_of(text) is None
        if spoken and text.strip() and not _same_month(text, announced[0]):
            raise second_table(ligne, colonne, feuille, f"« {text.strip()[:40]} »")
    return announced[0]


def _check_titles(grille: Grille, titles: Sequence[str], feuille: str | None) -> None:
    """Refuse a second column of courts, and a column of months, beside the grid's own."""
    for index, title in enumerate(titles):
        key = header_key(title)
        if index != grille.colonne_juridiction and key in COURTS:
            raise second_table(grille.titres, index, feuille, "second titre « Juridiction »")
        if key in _MONTH_KEYS:
            cell = cell_name(grille.titres, index, feuille)
            raise UnreadableFile(
                typeset(
                    f"La grille a une colonne « {title.strip()} » en {cell} : "
                    "une grille vaut pour un seul mois, envoyez-en une par mois."
                )
            )


def _set_headers_aside(
    grille: Grille, cells: pl.DataFrame, feuille: str | None
) -> tuple[pl.DataFrame, tuple[Note, ...]]:
    """Take out the titles repeated on each page; refuse what begins another grid, or another month."""
    known = {
        tuple(cell.strip() for cell in row): ligne
        for ligne, *row in cells.filter(pl.col("ligne") <= grille.ligne).iter_rows()
        if any(cell.strip() for cell in row)
    }
    titles = next(key for key, ligne in known.items() if ligne == grille.titres)
    _check_titles(grille, titles, feuille)
    body = cells.filter(pl.col("ligne") > grille.ligne)
    suspects: dict[int, tuple[int, str]] = {}
    for ligne, colonne, _ in cells_with_keys(body, COURTS):
        suspects.setdefault(ligne, (colonne, _TITLE))
    below = next((key for key, ligne in known.items() if ligne == grille.ligne), ())
    keys = {header_key(text) for text in below} - {""} | {"visioconferences", "dont extractions evitees"}
    labels = {header_key(label) for label, _, _ in grille.paires} - {""}
    for ligne, colonne, key in cells_with_keys(body, frozenset(keys | labels)):
        # « Total » may stand beside a line, and begins one that is a sum.
        if colonne != grille.colonne_juridiction and key != "total":
            suspects.setdefault(ligne, (colonne, "titres d'un autre tableau"))
    for ligne, colonne, text, named in _months_in(body):
        row = body.filter(pl.col("ligne") == ligne)
        counted = (index for index in grille.chiffres if index != colonne)
        figures = any(re.search(r"[0-9]", row[f"c{index}"][0]) for index in counted)
        if named or not figures:
            same = _same_month(text, grille.mois)
            suspects.setdefault(ligne, (colonne, "" if same else f"« {text.strip()[:40]} »"))
    notes: list[Note] = []
    others: list[int] = []
    first = {row[grille.colonne_juridiction] for row in known} - {""}
    candidates = body.filter(
        pl.col("ligne").is_in(list(suspects)) | pl.col(f"c{grille.colonne_juridiction}").is_in(list(first))
    )
    for ligne, *row in candidates.iter_rows():
        if tuple(cell.strip() for cell in row) in known:
            notes.append(Note(ligne, "titre répété"))
        elif ligne in suspects and suspects[ligne][1]:
            others.append(ligne)
        elif ligne in suspects:
            notes.append(Note(ligne, next(cell.strip() for cell in row if cell.strip())[:120]))
    if others:
        what = suspects[others[0]][1]
        # Below the month that makes another table of it, the title is where that table begins.
        titles_after = [ligne for ligne in suspects if ligne >= others[0] and suspects[ligne][1] == _TITLE]
        ligne = min(titles_after, default=others[0])
        raise second_table(ligne, suspects[ligne][0], feuille, what)
    return body.filter(~pl.col("ligne").is_in([note.ligne for note in notes])), tuple(notes)


def melt_grid(
    grille: Grille, cells: pl.DataFrame, obstacles: Obstacles, feuille: str | None
) -> tuple[pl.DataFrame, tuple[Total, ...], tuple[Note, ...]]:
    """Lay the grid out in long form: one raw line a juridiction and pair of columns; the rest aside."""
    body, notes = _set_headers_aside(grille, cells, feuille)
    court = f"c{grille.colonne_juridiction}"
    needed = [court, *(f"c{index}" for index in grille.chiffres)]
    noms = {
        index: nom
        for _, *pair in grille.paires
        for nom, index in zip(DECLARATIONS.chiffres, pair, strict=True)
    }
    laid: dict[str, pl.Series | None] = {}
    seen: list[pl.Series] = []
    for index in (grille.colonne_juridiction, *grille.chiffres):
        texts, laid[f"c{index}"] = obstacles.laid_on(body, index, noms.get(index, "juridiction"))
        seen.append(texts.alias(f"c{index}"))
    body = body.with_columns(*seen, *(o.alias(f"o {name}") for name, o in laid.items() if o is not None))
    body, notes = set_notes_aside(body, needed, notes)
    body = body.filter(pl.any_horizontal(pl.col(name).str.strip_chars() != "" for name in needed))
    refuse_figures_without_title(body, grille.sans_titre, feuille)

    def figure(index: int | None) -> pl.Expr:
        return pl.lit(None, dtype=pl.String) if index is None else as_typed(pl.col(f"c{index}"))

    def piece(activite: str, total: int | None, avoided: int | None) -> pl.DataFrame:
        places = zip(
            ("juridiction", *DECLARATIONS.chiffres), (grille.colonne_juridiction, total, avoided), strict=True
        )
        obstacle, champ = first_obstacle(
            body.height,
            ((nom, body[f"o c{index}"] if f"o c{index}" in body.columns else None) for nom, index in places),
        )
        return body.select(
            "ligne",
            surplus=pl.lit(None, dtype=pl.String),
            mois=pl.lit(grille.mois),
            juridiction=pl.col(court),
            activite=pl.lit(activite),
            visioconferences=figure(total),
            extractions_evitees=figure(avoided),
            rejet=pl.lit(None, dtype=pl.String),
            recu_le=pl.lit(None, dtype=pl.String),
            obstacle=obstacle,
            champ_illisible=champ,
        )

    melted = pl.concat([piece(*pair) for pair in grille.paires]).sort("ligne", maintain_order=True)
    present = [champ.nom for champ in DECLARATIONS.champs if champ.requis]
    melted, totaux = set_totals_aside(DECLARATIONS, melted, present)
    return (
        DECLARATIONS.tapee.validate(melted, cast=False).select(
            "ligne", *any_column([champ.nom for champ in DECLARATIONS.champs])
        ),
        totaux,
        notes,
    )
