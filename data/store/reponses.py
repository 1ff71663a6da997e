"""The answers that juridictions give on screen: what a month holds now, and what was validated.

An answer is a lot like any other, of one juridiction for one month. Its text is kept beside it, so that
whoever holds the receipt can find it again and compute its SHA-256.
"""

from datetime import date

import polars as pl
from sqlalchemy import Connection, Engine, insert, select

from analytics.vocabulary.errors import UserFacingError
from analytics.vocabulary.perimetre import Perimetre
from analytics.vocabulary.reference import Reference
from analytics.vocabulary.schemas import Reponse, ReponseValidee
from analytics.vocabulary.wording import typeset
from data.store import tables
from data.store.engine import read_frame, reading
from data.store.signed import check_allowed

_CELLS = {
    "mois": pl.Date,
    "juridiction": pl.String,
    "activite": pl.String,
    "visioconferences": pl.Int64,
    "extractions_evitees": pl.Int64,
    "lot": pl.Int64,
    "auteur": pl.String,
    "connu_le": pl.Datetime("us", "UTC"),
}


# What a lot says of its authors, its file and its lines: of those that are not only theirs, a reader of some
# cours does not learn it.
HIDDEN_OF_A_LOT = frozenset(
    {
        *("auteur", "fichier", "sha256", "encodage"),
        *("lues", "acceptees", "inchangees", "refusees", "non_reponses", "alertes"),
    }
)


class OvertakenError(UserFacingError):
    """The month changed after it was shown: whoever validates must read it again first."""


class Reponses:
    """What a juridiction has declared, with who said so, and the receipts of what it validated."""

    def __init__(self, engine: Engine, reference: Reference) -> None:
        self._engine = engine
        self._reference = reference

    def cells(self, perimetre: Perimetre, *, juridiction: str, du: date, au: date) -> pl.DataFrame:
        """Read the cells of a juridiction now: the two figures, the lot they come from, its author and time.

        The months in which it is not of the reader's cours are left out.
        """
        cell, lot = tables.cellule.c, tables.lot.c
        months = pl.date_range(du, au, "1mo", eager=True).to_list()
        statement = (
            select(
                cell.mois,
                cell.juridiction,
                cell.activite,
                cell.visioconferences,
                cell.extractions_evitees,
                cell.lot,
                lot.auteur,
                lot.connu_le,
            )
            .join(tables.lot, lot.lot == cell.lot)
            .where(cell.mois.in_(months), cell.juridiction == juridiction)
            .order_by(cell.mois, cell.activite)
        )
        with reading(self._engine) as connection:
            rows = read_frame(connection, statement, _CELLS)
        return perimetre.restrict(self._reference.locate(rows)).select(list(_CELLS))

    def validated(self, perimetre: Perimetre, lot: int) -> ReponseValidee | None:
        """Read an answer as it was validated; None when it is none, or not of the reader's cours."""
        said, written = tables.questionnaire.c, tables.lot.c
        statement = (
            select(tables.questionnaire, written.sha256, written.fichier, written.auteur)
            .add_columns(written.connu_le, written.origine)
            .join(tables.lot, written.lot == said.lot)
            .where(said.lot == lot)
        )
        with reading(self._engine) as connection:
            row = connection.execute(statement).mappings().first()
        if row is None or not self._seen(perimetre, row["mois"], row["juridiction"]):
            return None
        return ReponseValidee(
            lot=row["lot"],
            mois=row["mois"],
            juridiction=row["juridiction"],
            contenu=row["contenu"],
            empreinte=row["sha256"],
            fichier=row["fichier"],
            auteur=row["auteur"],
            connu_le=row["connu_le"],
            fictive=row["origine"] == "demo",
        )

    def _seen(self, perimetre: Perimetre, mois: date, juridiction: str) -> bool:
        return juridiction in perimetre.restrict(self._reference.in_force(mois))["juridiction"]


def check_unchanged(connection: Connection, reference: Reference, reponse: Reponse) -> None:
    """Refuse an answer that is not the reader's to give, or to a month that changed since it was shown."""
    check_allowed(reference, reponse.perimetre, reponse.mois, reponse.juridiction)
    cell = tables.cellule.c
    statement = select(cell.activite, cell.lot).where(
        cell.mois == reponse.mois, cell.juridiction == reponse.juridiction
    )
    now = {row.activite: row.lot for row in connection.execute(statement)}
    if now != dict(reponse.vu):
        raise OvertakenError(
            typeset(
                "Ces chiffres ont changé pendant que vous validiez : rien n'a été enregistré. Lisez ce qui a "
                "été déclaré entre-temps, puis validez de nouveau."
            )
        )


def keep(connection: Connection, lot: int, reponse: Reponse) -> None:
    """Keep the text of an answer beside its lot."""
    connection.execute(
        insert(tables.questionnaire).values(
            lot=lot, mois=reponse.mois, juridiction=reponse.juridiction, contenu=reponse.contenu
        )
    )


def answers_by_owner(
    connection: Connection, reference: Reference, perimetre: Perimetre
) -> tuple[list[int], list[int]]:
    """List the lots that are answers on screen of the reader's cours, then those of the others."""
    said = tables.questionnaire.c
    kinds = {"lot": pl.Int64, "mois": pl.Date, "juridiction": pl.String}
    answers = read_frame(connection, select(said.lot, said.mois, said.juridiction), kinds)
    own = perimetre.restrict(reference.locate(answers))["lot"].to_list()
    return own, [lot for lot in answers["lot"] if lot not in set(own)]
