"""The monthly questionnaire as a grid: one row a juridiction, two columns an activity → its raw lines."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from analytics.wording import typeset
from data.collecte.figures import is_total
from data.collecte.headers import header_key
from data.collecte.limits import UnreadableFile
from data.collecte.natures import DECLARATIONS
from data.collecte.text import as_typed
from data.collecte.totals import Total, set_totals_aside


@dataclass(frozen=True)
class Grille:
    """Where the questionnaire grid's two header rows stand, its month, and its pairs of columns."""

    ligne: int
    mois: str
    colonne_juridiction: int
    paires: tuple[tuple[str, int | None, int | None], ...]
    ignorees: tuple[str, ...]


_MONTH_LINE = re.compile(
    r"^\s*(?:mois|période|periode)\s*(?:concerné|de collecte)?\s*[::]\s*(.*)$", re.IGNORECASE
)


def match_grid(first: pl.DataFrame) -> Grille | None:
    """Recognise the questionnaire: a row of activities that begins with « Juridiction », a row of columns."""
    rows = [list(row) for row in first.iter_rows()]
    for position, row in enumerate(rows[:-1]):
        cells = [str(cell) for cell in row[1:]]
        titled = [index for index, cell in enumerate(cells) if cell.strip()]
        if len(titled) < 2 or header_key(cells[titled[0]]) not in {"juridiction", "juridictions"}:
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
        return Grille(int(rows[position + 1][0]), mois, titled[0], paires, ignorees)
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
        key = header_key(below[index]) if index < len(below) else ""
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
            if header_key(cell) in {"mois", "periode", "mois concerne"}:
                return next((c for c in cells[index + 1 :] if c.strip()), "")
    return ""


def melt_grid(grille: Grille, cells: pl.DataFrame) -> tuple[pl.DataFrame, tuple[Total, ...]]:
    """Lay the grid out in long form: one raw line a juridiction and a pair of columns, totals set aside."""
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
            recu_le=pl.lit(None, dtype=pl.String),
        )
        for activite, total, avoided in grille.paires
    ]
    melted = pl.concat(pieces).sort("ligne", maintain_order=True)
    present = [champ.nom for champ in DECLARATIONS.champs if champ.requis]
    melted, totaux = set_totals_aside(DECLARATIONS, melted, present)
    return DECLARATIONS.tapee.validate(melted, cast=False).select(
        "ligne", *(champ.nom for champ in DECLARATIONS.champs), "surplus"
    ), totaux
