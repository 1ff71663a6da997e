"""What leaves the store as tables: declarations, refused lines, lots."""

import csv
import io
from datetime import date
from importlib.metadata import version
from typing import Literal

import polars as pl

from analytics.schemas import NATIONAL, Perimetre
from analytics.wording import long_date, typeset
from data.collecte.natures import NATURES
from data.store import Store

Export = Literal["declarations", "rejets", "lots"]
FICTIONAL = "fictives (démonstration)"


def exported(
    store: Store,
    what: Export,
    *,
    perimetre: Perimetre = NATIONAL,
    du: date | None = None,
    au: date | None = None,
    connu_le: date | None = None,
    nature: str = "declarations",
) -> pl.DataFrame:
    """Give a table as it leaves: it can be imported again unchanged, and says when it is fictional.

    The refused lines, of one nature at a time, keep their number (`rejet`): a corrected file sent back
    marks them as corrected.
    """
    last = store.lot_connu_le(connu_le)
    if what == "declarations":
        frame = store.declarations(perimetre, du=du, au=au, dernier_lot=last).select(
            "mois",
            "juridiction",
            "activite",
            "visioconferences",
            "extractions_evitees",
            "cour",
            "connu_le",
            "lot",
        )
    elif what == "rejets":
        frame = _quarantine(store, perimetre, nature, last, du, au)
    else:
        frame = store.lots(perimetre).filter(pl.col("lot") <= last).sort("lot")
    return frame.with_columns(donnees=pl.lit(FICTIONAL)) if store.etat().demo else frame


def accompanying(store: Store, *, perimetre: Perimetre, connu_le: date | None) -> list[str]:
    """Say what must travel with a workbook: perimeter, date of the situation, version, fiction."""
    etat = store.etat()
    known = long_date(connu_le) if connu_le else f"lot {store.lot_connu_le(None)}, révision {etat.revision}"
    cours = "France entière" if perimetre.cours is None else ", ".join(sorted(perimetre.cours))
    lines = [
        f"Périmètre : {cours}",
        f"Situation connue : {known}",
        "Colonne 1 : visioconférences. Colonne 2 : extractions évitées. Une cellule absente n'est pas zéro.",
        f"Vigie {version('vigie')}",
    ]
    return [typeset(line) for line in lines] + ([f"Données {FICTIONAL}"] if etat.demo else [])


def _quarantine(
    store: Store, perimetre: Perimetre, nature: str, last: int, du: date | None, au: date | None
) -> pl.DataFrame:
    """Lay out the lines refused and not corrected after lot `last`, each with its number and reason."""
    refused = store.rejets(perimetre, ouverts=False).filter(
        pl.col("nature") == nature,
        pl.col("lot") <= last,
        pl.col("corrige_par").is_null() | (pl.col("corrige_par") > last),
        pl.col("mois").is_null() | pl.col("mois").is_between(du or date.min, au or date.max),
    )
    fields = [champ.nom for champ in NATURES[nature].champs if champ.genre != "rejet"]
    last_figure = fields.index(NATURES[nature].chiffres[-1])
    rows = [_in_columns(texte, len(fields), last_figure) for texte in refused["texte"]]
    lines = pl.DataFrame(rows, schema=dict.fromkeys(fields, pl.String), orient="row")
    return pl.concat(
        [lines, refused.select("rejet", "motif", "champ", "fichier", "ligne", "lot")], how="horizontal"
    )


def _in_columns(texte: str, width: int, last_figure: int) -> list[str]:
    """Split a refused line into its columns, however it was typed; what is missing stays empty.

    What stands beyond the last column goes beside the last figure, which is then no number: were it
    dropped, the line would be accepted on its return without having been corrected.
    """
    try:
        cells = [cell for row in csv.reader(io.StringIO(texte, newline=""), delimiter=";") for cell in row]
    except csv.Error:
        cells = [texte]
    row = [*cells, *[""] * width][:width]
    row[last_figure] = " ; ".join([row[last_figure], *cells[width:]])
    return row
