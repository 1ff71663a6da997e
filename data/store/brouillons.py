"""What is typed in questionnaires and not sent yet: kept place by place, so that two people add up.

Nothing is updated: each row says which places someone has just typed in, and the rows since the last time the
questionnaire was sent or given up make the draft.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime

from sqlalchemy import Connection, Engine, Row, func, insert, select

from analytics.vocabulary.errors import typed
from analytics.vocabulary.perimetre import Perimetre
from analytics.vocabulary.reference import Reference
from analytics.vocabulary.schemas import Brouillon, Frappe, Place, Saisie
from data.store.engine import reading, writing
from data.store.signed import check_allowed
from data.store.tables import brouillon

QUESTION = "question"
_COLUMNS = ("visioconferences", "extractions_evitees")
_SENT = ""


class Brouillons:
    """The drafts of the questionnaires; no view rests on them, so that the revision stays."""

    def __init__(self, engine: Engine, reference: Reference) -> None:
        self._engine = engine
        self._reference = reference

    def read(self, perimetre: Perimetre, *, mois: date, juridiction: str) -> Brouillon:
        """Read what is typed in a questionnaire; no place when nothing is, or when it was sent since."""
        check_allowed(self._reference, perimetre, mois, juridiction)
        with reading(self._engine) as connection:
            return _read(connection, mois, juridiction)

    def number(self, perimetre: Perimetre, *, mois: date, juridiction: str) -> int:
        """Give the number of the draft, which grows with whatever happens to it."""
        check_allowed(self._reference, perimetre, mois, juridiction)
        with reading(self._engine) as connection:
            return _number(connection, mois, juridiction)

    def write(
        self,
        perimetre: Perimetre,
        saisies: Sequence[Saisie],
        *,
        mois: date,
        juridiction: str,
        declarees: Mapping[Place, str],
        auteur: str,
        connu_le: datetime,
    ) -> tuple[Brouillon, tuple[Saisie, ...]]:
        """Keep what someone types; give the draft, and what was not kept: the place held something else.

        `declarees`: what each place shows when nobody types in it. Typed back to that, a place is not typed
        in any more: it follows what is declared. A place that holds neither what the browser showed nor what
        it sends was typed in by somebody else meanwhile, whose text stays.
        """
        (auteur,) = typed("Un brouillon porte un nom : complétez-le.", auteur)
        check_allowed(self._reference, perimetre, mois, juridiction)
        with writing(self._engine) as connection:
            known = _read(connection, mois, juridiction).frappes
            taken: list[tuple[str, str, str | None]] = []
            refused: list[Saisie] = []
            for saisie in saisies:
                declared = declarees.get(saisie.place, "")
                held = known[saisie.place].texte if saisie.place in known else declared
                if held == saisie.texte:
                    continue
                if held in saisie.avants:
                    taken.append((*saisie.place, None if saisie.texte == declared else saisie.texte))
                else:
                    refused.append(saisie)
            if taken:
                text = json.dumps({"frappes": taken}, ensure_ascii=False)
                _write(connection, mois, juridiction, text, auteur, connu_le)
            return _read(connection, mois, juridiction), tuple(refused)

    def put_away(
        self,
        perimetre: Perimetre,
        *,
        mois: date,
        juridiction: str,
        numero: int,
        auteur: str,
        connu_le: datetime,
    ) -> None:
        """Put the draft of a questionnaire away, sent or given up: as it was at `numero`.

        What somebody typed since, which nobody saw when that was decided, stays.
        """
        (auteur,) = typed("Un brouillon porte un nom : complétez-le.", auteur)
        check_allowed(self._reference, perimetre, mois, juridiction)
        with writing(self._engine) as connection:
            rows = _rows(connection, mois, juridiction)
            if not any(row.brouillon <= numero for row in rows):
                return
            _write(connection, mois, juridiction, _SENT, auteur, connu_le)
            for row in rows:
                if row.brouillon > numero:
                    _write(connection, mois, juridiction, row.texte, row.auteur, row.connu_le)


def _number(connection: Connection, mois: date, juridiction: str) -> int:
    table = brouillon.c
    statement = select(func.max(table.brouillon)).where(table.mois == mois, table.juridiction == juridiction)
    return int(connection.scalar(statement) or 0)


def _rows(connection: Connection, mois: date, juridiction: str) -> Sequence[Row[int, str, str, datetime]]:
    """Read what was typed since the draft was last put away, oldest first."""
    table = brouillon.c
    mine = (table.mois == mois) & (table.juridiction == juridiction)
    sent = select(func.max(table.brouillon)).where(mine, table.texte == _SENT).scalar_subquery()
    statement = (
        select(table.brouillon, table.texte, table.auteur, table.connu_le)
        .where(mine, table.brouillon > func.coalesce(sent, 0))
        .order_by(table.brouillon)
    )
    return connection.execute(statement).fetchall()


def _read(connection: Connection, mois: date, juridiction: str) -> Brouillon:
    frappes: dict[Place, Frappe] = {}
    for _, text, author, moment in _rows(connection, mois, juridiction):
        for place, left in _places(json.loads(text)):
            if left is None:
                frappes.pop(place, None)
            else:
                frappes[place] = Frappe(left, author, moment)
    return Brouillon(_number(connection, mois, juridiction), frappes)


def _places(row: dict[str, object]) -> Iterable[tuple[Place, str | None]]:
    """Give what a row says of each place; one of before held the whole form, and what it was opened on."""
    frappes: list[tuple[str, str, str | None]] | None = row.get("frappes")  # pyright: ignore[reportAssignmentType] - JSON that `write` wrote
    if frappes is not None:
        yield from (((first, second), left) for first, second, left in frappes)
        return
    form: dict[str, dict[str, list[str]]] = row  # pyright: ignore[reportAssignmentType] - JSON of the form of before
    opened = form.get("ouvert_sur", {})
    for activite, texts in form.get("cases", {}).items():
        shown = [str(figure) for figure in opened.get(activite, ("", ""))]
        for colonne, left, before in zip(_COLUMNS, texts, shown, strict=True):
            yield (activite, colonne), None if left == before else left
    for cle, left in form.get("reponses", {}).items():
        yield (QUESTION, cle), str(left)


def _write(
    connection: Connection, mois: date, juridiction: str, texte: str, auteur: str, connu_le: datetime
) -> None:
    connection.execute(
        insert(brouillon).values(
            mois=mois, juridiction=juridiction, texte=texte, auteur=auteur, connu_le=connu_le
        )
    )
