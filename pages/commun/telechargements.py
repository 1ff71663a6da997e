"""Files to take away: one way to offer them, written only when they are asked for."""

from collections.abc import Callable, Mapping
from pathlib import PurePath

import polars as pl
import polars.selectors as cs
import streamlit as st

from analytics.documents.table import write_table

_MIME = {
    ".csv": "text/csv",
    ".json": "application/json",
    ".ods": "application/vnd.oasis.opendocument.spreadsheet",
    ".parquet": "application/vnd.apache.parquet",
    ".pdf": "application/pdf",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".zip": "application/zip",
}


def offer(libelle: str, write: Callable[[], bytes], *, fichier: str, cle: str, discret: bool = False) -> None:
    """Draw the button that gives a file, `discret` as a plain link.

    `write` runs at the click, outside the session, where nobody is signed in: what the reader may see is
    settled before. Bytes given at once would be fetched by the browser at every redrawing of the page, to see
    that they are there, and refused when the next redrawing has already replaced them.
    """
    st.download_button(
        libelle,
        data=_discreet(write),
        file_name=fichier,
        mime=_MIME[PurePath(fichier).suffix],
        key=cle,
        on_click="ignore",
        type="tertiary" if discret else "secondary",
        icon=":material/download:",
    )


def _discreet(write: Callable[[], bytes]) -> Callable[[], bytes]:
    """Let a failure say nothing of what the file held: it ends in the log."""

    def written() -> bytes:
        try:
            return write()
        except Exception as error:
            raise RuntimeError(f"the file could not be written: {type(error).__name__}") from None

    return written


def offer_table(donnees: pl.DataFrame, *, cle: str, fichier: str, entete: Mapping[str, str]) -> None:
    """Draw the link to a table as CSV; `fichier` has no suffix, `entete` travels with every line."""
    offer(
        "Télécharger les données (CSV)",
        lambda: write_table(prepare_export(donnees, entete), "csv", sheet=cle),
        fichier=f"{fichier}.csv",
        cle=f"telecharger_{cle}",
        discret=True,
    )


def prepare_export(donnees: pl.DataFrame, entete: Mapping[str, str]) -> pl.DataFrame:
    """Add to every line what must travel with it, and keep six decimals of what is not a whole number."""
    return donnees.with_columns(
        cs.float().round(6), *(pl.lit(value).alias(column) for column, value in entete.items())
    )
