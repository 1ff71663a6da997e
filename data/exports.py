"""What leaves the store as tables: declarations, refused lines, lots."""

import csv
import io
from datetime import date
from importlib.metadata import version
from typing import Literal

import polars as pl

from analytics.vocabulary.perimetre import NATIONAL, Perimetre
from analytics.vocabulary.received import day_counted, tell_declared_after, told_lots
from analytics.vocabulary.wording import FICTIONAL, long_date, typeset
from data.collecte.expected.dates import day_of
from data.collecte.expected.natures import NATURES
from data.store.store import Store

Export = Literal["declarations", "rejets", "lots"]


def exported(
    store: Store,
    what: Export,
    *,
    perimetre: Perimetre = NATIONAL,
    du: date | None = None,
    au: date | None = None,
    connu_le: date | None = None,
    nature: str = "declarations",
    premieres: int | None = None,
) -> pl.DataFrame:
    """Give a table as it leaves: it can be imported again unchanged, and says when it is fictional.

    The refused lines, of one nature at a time, keep their number (`rejet`): a corrected file sent back
    marks them as corrected. `premieres`: no more of them than that.
    """
    last = store.lot_connu_le(connu_le)
    if what == "declarations":
        frame = store.declarations(perimetre, du=du, au=au, connu_le=connu_le).select(
            "mois",
            "juridiction",
            "activite",
            "visioconferences",
            "extractions_evitees",
            "cour",
            "connu_le",
            "recu_le",
            "lot",
        )
    elif what == "rejets":
        refused = _quarantine(store, perimetre, nature, last, du, au)
        frame = _lay_out(refused if premieres is None else refused.head(premieres), nature)
    else:
        frame = told_lots(store.lots(perimetre)).sort("lot")
        frame = frame if connu_le is None else frame.filter(day_counted() <= connu_le)
    return frame.with_columns(donnees=pl.lit(FICTIONAL)) if store.etat().demo else frame


def accompanying(store: Store, *, perimetre: Perimetre, connu_le: date | None) -> list[str]:
    """Say what must travel with a workbook: perimeter, date of the situation, version, fiction."""
    etat = store.etat()
    known = long_date(connu_le) if connu_le else f"lot {store.lot_connu_le(None)}, révision {etat.revision}"
    cours = "France entière" if perimetre.national else ", ".join(sorted(perimetre.cours))
    lines = [
        f"Périmètre : {cours}",
        f"Situation connue : {known}",
        "Colonne 1 : visioconférences. Colonne 2 : extractions évitées. Une cellule absente n'est pas zéro.",
        f"Vigie {version('vigie')}",
    ]
    if connu_le is not None:
        lines += filter(None, [tell_declared_after(store.lots(perimetre), connu_le)])
    return [typeset(line) for line in lines] + ([f"Données {FICTIONAL}"] if etat.demo else [])


def _quarantine(
    store: Store, perimetre: Perimetre, nature: str, last: int, du: date | None, au: date | None
) -> pl.DataFrame:
    """Read the lines refused and not corrected after lot `last`."""
    return store.rejets(perimetre, ouverts=False).filter(
        pl.col("nature") == nature,
        pl.col("lot") <= last,
        pl.col("corrige_par").is_null() | (pl.col("corrige_par") > last),
        pl.col("mois").is_null() | pl.col("mois").is_between(du or date.min, au or date.max),
    )


def _lay_out(refused: pl.DataFrame, nature: str) -> pl.DataFrame:
    """Put refused lines back in the columns of their nature, each with its number and reason."""
    fields = [champ.nom for champ in NATURES[nature].champs if champ.nom not in ("rejet", "recu_le")]
    last_figure = fields.index(NATURES[nature].chiffres[-1])
    rows = [_in_columns(texte, len(fields), last_figure) for texte in refused["texte"]]
    lines = pl.DataFrame(rows, schema=dict.fromkeys((*fields, "recu_le"), pl.String), orient="row")
    return pl.concat(
        [lines, refused.select("rejet", "motif", "champ", "fichier", "ligne", "lot")], how="horizontal"
    )


def _in_columns(texte: str, width: int, last_figure: int) -> list[str]:
    """Split a refused line into its columns, however it was typed; what is missing stays empty.

    The last column is the day of reception, where one was typed. What else stands beyond goes beside the
    last figure, which is then no number: were it dropped, the line would be accepted on its return without
    having been corrected.
    """
    try:
        cells = [cell for row in csv.reader(io.StringIO(texte, newline=""), delimiter=";") for cell in row]
    except csv.Error:
        cells = [texte]
    row, beyond = [*cells, *[""] * width][:width], cells[width:]
    received = beyond.pop() if len(beyond) == 1 and day_of(beyond[0]) else ""
    row[last_figure] = " ; ".join([row[last_figure], *beyond])
    return [*row, received]
