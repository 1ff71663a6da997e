"""The questionnaire on screen as a file: the text that is validated, read and judged like any import.

One line an activity, in the columns of an export; three more, which the reader ignores, say who validated,
when, and where it is fictional. The text of an answer is therefore a file that can be imported again.
"""

from collections.abc import Mapping
from datetime import date, datetime

import polars as pl

from analytics.documents.table import write_table
from analytics.vocabulary.parameters import Parametres
from analytics.vocabulary.reference import Reference
from analytics.vocabulary.wording import FICTIONAL
from data.collecte.expected.limits import Limites
from data.collecte.judging.judge import Jugement, judge
from data.collecte.reading.read import read_file

# What stands in both columns of a value that is taken back.
WITHDRAWAL = "retrait"
_FIGURES = ("visioconferences", "extractions_evitees")
_LIMITS = Limites(octets=1_000_000)


def name_form(mois: date) -> str:
    """Name the file of an answer; not after the juridiction, since every reader sees the names of files."""
    return f"questionnaire_{mois:%Y-%m}.csv"


def write_form(
    mois: date,
    juridiction: str,
    cases: Mapping[str, tuple[str, str]],
    *,
    auteur: str = "",
    valide_le: datetime | None = None,
    fictif: bool = False,
) -> bytes:
    """Write what is typed, or validated, as the CSV of an import: `cases` gives two texts an activity."""
    lines = pl.DataFrame(
        [(activite, *texts) for activite, texts in cases.items()],
        schema=dict.fromkeys(("activite", *_FIGURES), pl.String),
        orient="row",
    ).select(
        pl.lit(mois).alias("mois"),
        pl.lit(juridiction).alias("juridiction"),
        "activite",
        *_FIGURES,
        valide_par=pl.lit(auteur),
        valide_le=pl.lit("" if valide_le is None else valide_le.isoformat(timespec="seconds")),
        donnees=pl.lit(FICTIONAL if fictif else ""),
    )
    # An empty text is nothing at all: it would be written between quotation marks.
    lines = lines.with_columns(pl.col(pl.String).replace("", None))
    return write_table(lines, "csv", sheet=juridiction)


def read_form(contenu: str) -> pl.DataFrame:
    """Read the figures of a validated text: `activite`, the two figures, and `retiree`.

    Both figures are null where nothing was answered, and where the value was taken back.
    """
    lines = pl.read_csv(contenu.removeprefix("\ufeff").encode(), separator=";", infer_schema=False)
    return lines.select(
        "activite",
        *(pl.col(name).cast(pl.Int64, strict=False) for name in _FIGURES),
        retiree=(pl.col(_FIGURES[0]) == WITHDRAWAL).fill_null(value=False),
    )


def read_moment(contenu: str) -> datetime:
    """Read when a text was validated."""
    lines = pl.read_csv(contenu.removeprefix("\ufeff").encode(), separator=";", infer_schema=False)
    return datetime.fromisoformat(lines["valide_le"].item(0))


def judge_form(
    content: bytes,
    mois: date,
    *,
    reference: Reference,
    parametres: Parametres,
    historique: pl.DataFrame,
    today: date,
) -> Jugement:
    """Judge what is typed by the rules of a file; nothing is written."""
    return judge(
        read_file(content, name_form(mois), limites=_LIMITS),
        reference=reference,
        parametres=parametres,
        historique=historique,
        today=today,
    )
