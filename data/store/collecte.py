"""What a campaign leaves beside its answers: reminders, months reopened, alerts followed up.

Nothing here is ever updated: the last row counts. Reads give what the reader's cours concern, and writes
refuse the others; what the SDSE alone decides (reminding, reopening, texts, mailboxes) asks for the whole
ministry. A reminder is written before it leaves and its outcome after, so that of two people at once one
alone sends, and that a process killed meanwhile leaves at most one message in doubt. A doubt stays until a
person says whether the message left.
"""

import re
from collections.abc import Iterable
from dataclasses import asdict
from datetime import date, datetime, timedelta

import dataframely as dy
import polars as pl
from sqlalchemy import ColumnElement, Connection, Engine, Select, Table, func, insert, select

from analytics.vocabulary.errors import UserFacingError, refusal, typed
from analytics.vocabulary.moments import day_in_paris, tell_moment
from analytics.vocabulary.perimetre import Perimetre
from analytics.vocabulary.reference import Reference
from analytics.vocabulary.schemas import (
    EN_COURS,
    ENVOYE,
    MESSAGERIE,
    NON_PARTI,
    STATUTS_ALERTE,
    Envoi,
    Modele,
    Relances,
    Reouvertures,
    SuiviAlertes,
)
from analytics.vocabulary.wording import long_date, typeset
from data.store import tables
from data.store.engine import read_frame, reading, writing
from data.store.signed import check_allowed, known_by, raise_revision

_ADDRESS = re.compile(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
# A message leaves in less; past this, whoever was sending it is gone.
_IN_FLIGHT = timedelta(minutes=10)


class AlreadyRemindedError(UserFacingError):
    """Someone has sent this very reminder."""


class InDoubtError(UserFacingError):
    """Someone began to send this very reminder, and nobody knows whether it left."""


class Collecte:
    """Reminders out and their outcome in; months reopened, texts, mailboxes, alerts followed up."""

    def __init__(self, engine: Engine, reference: Reference) -> None:
        self._engine = engine
        self._reference = reference

    # ------------------------------------------------------------------ reopened months

    def reopen(
        self,
        perimetre: Perimetre,
        *,
        mois: date,
        juridiction: str,
        jusqu_au: date,
        motif: str,
        auteur: str,
        connu_le: datetime,
    ) -> None:
        """Take the answer of a juridiction for a month again, until a day (included)."""
        auteur, motif = typed("Une réouverture porte un nom et un motif : complétez les deux.", auteur, motif)
        self._allow_national(perimetre, "rouvrir un mois")
        self._allow(perimetre, mois, juridiction)
        if jusqu_au < day_in_paris(connu_le):
            raise refusal(f"Le {long_date(jusqu_au)} est déjà passé : donnez un jour à venir.")
        self._add(
            tables.reouverture,
            mois=mois,
            juridiction=juridiction,
            jusqu_au=jusqu_au,
            motif=motif,
            auteur=auteur,
            connu_le=connu_le,
        )

    def reopenings(
        self, perimetre: Perimetre, *, connu_le: date | datetime | None = None
    ) -> dy.DataFrame[Reouvertures]:
        """Read the months reopened, oldest first, as known at a moment or at the end of a day in Paris."""
        table = tables.reouverture
        statement = select(table).where(known_by(table.c.connu_le, connu_le)).order_by(table.c.reouverture)
        with reading(self._engine) as connection:
            rows = read_frame(connection, statement, Reouvertures)
        located = self._reference.locate(rows).filter(pl.col("cour").is_not_null())
        return Reouvertures.validate(perimetre.restrict(located).select(list(Reouvertures.columns())))

    # ------------------------------------------------------------------ reminders

    def begin_reminder(
        self, perimetre: Perimetre, envoi: Envoi, *, renvoyer: bool, auteur: str, connu_le: datetime
    ) -> int:
        """Keep an e-mail that is about to leave, and give its number; its outcome is to follow at once.

        Raises `AlreadyRemindedError` when the e-mail of this campaign has left for that juridiction, unless
        `renvoyer`, and `InDoubtError` when one was begun and nobody said whether it left.
        """
        self._check_reminder(perimetre, envoi, auteur)
        with writing(self._engine) as connection:
            for earlier in connection.execute(_with_outcome(envoi)):
                if earlier.resultat is None:
                    raise InDoubtError(tell_doubt(earlier.auteur, earlier.connu_le, connu_le))
                if earlier.resultat == ENVOYE and not renvoyer:
                    raise AlreadyRemindedError(
                        typeset(
                            f"Déjà relancée : {earlier.auteur} l'a fait le {tell_moment(earlier.connu_le)}."
                        )
                    )
            return self._write_reminder(connection, envoi, auteur, connu_le)

    def end_reminder(self, relance: int, *, resultat: str, connu_le: datetime) -> None:
        """Say what became of a reminder, once."""
        with writing(self._engine) as connection:
            connection.execute(
                insert(tables.relance_issue).values(relance=relance, resultat=resultat, connu_le=connu_le)
            )
            raise_revision(connection)

    def settle_doubts(
        self,
        perimetre: Perimetre,
        *,
        mois: date,
        juridictions: Iterable[str],
        partis: bool,
        auteur: str,
        connu_le: datetime,
    ) -> int:
        """Say, of the reminders whose sending was interrupted, whether they left; give how many were settled.

        One that began less than ten minutes ago may still be leaving: it is refused.
        """
        (auteur,) = typed("Qui lève un doute donne son nom : complétez-le.", auteur)
        self._allow_national(perimetre, "dire ce qu'un message est devenu")
        sent, said = tables.relance, tables.relance_issue
        asked = set(juridictions)
        with writing(self._engine) as connection:
            waiting = connection.execute(
                select(sent.c.relance, sent.c.juridiction, sent.c.auteur, sent.c.connu_le)
                .join(said, said.c.relance == sent.c.relance, isouter=True)
                .where(sent.c.mois == mois, sent.c.etape == MESSAGERIE, said.c.relance.is_(None))
                .order_by(sent.c.relance)
            ).all()
            settled = [row for row in waiting if row.juridiction in asked]
            for row in settled:
                if connu_le - row.connu_le < _IN_FLIGHT:
                    raise InDoubtError(tell_doubt(row.auteur, row.connu_le, connu_le))
            for row in settled:
                connection.execute(
                    insert(said).values(
                        relance=row.relance,
                        resultat=ENVOYE if partis else NON_PARTI,
                        connu_le=connu_le,
                        auteur=auteur,
                    )
                )
            if settled:
                raise_revision(connection)
        return len(settled)

    def note_reminder(
        self, perimetre: Perimetre, envoi: Envoi, *, resultat: str, auteur: str, connu_le: datetime
    ) -> None:
        """Keep a reminder made otherwise, with its outcome: on the telephone, or written for someone to send.

        As many as were made: they forbid nothing.
        """
        self._check_reminder(perimetre, envoi, auteur)
        with writing(self._engine) as connection:
            number = self._write_reminder(connection, envoi, auteur, connu_le)
            connection.execute(
                insert(tables.relance_issue).values(relance=number, resultat=resultat, connu_le=connu_le)
            )

    def reminders(
        self, perimetre: Perimetre, *, mois: date | None = None, connu_le: date | datetime | None = None
    ) -> dy.DataFrame[Relances]:
        """Read the reminders of a campaign (all by default), oldest first, as known at a moment.

        One whose outcome was not known then is « en cours ».
        """
        sent, said = tables.relance, tables.relance_issue
        outcome = (sent.c.relance == said.c.relance) & known_by(said.c.connu_le, connu_le)
        statement = (
            select(
                sent,
                func.coalesce(said.c.resultat, EN_COURS).label("resultat"),
                said.c.auteur.label("tranche_par"),
            )
            .join(said, outcome, isouter=True)
            .where(known_by(sent.c.connu_le, connu_le))
            .order_by(sent.c.relance)
        )
        if mois is not None:
            statement = statement.where(sent.c.mois == mois)
        with reading(self._engine) as connection:
            rows = read_frame(connection, statement, Relances)
        located = self._reference.locate(rows).filter(pl.col("cour").is_not_null())
        return Relances.validate(perimetre.restrict(located).select(list(Relances.columns())))

    # ------------------------------------------------------------------ texts and mailboxes

    def keep_template(
        self, perimetre: Perimetre, modele: Modele | None, *, auteur: str, connu_le: datetime
    ) -> None:
        """Keep the text of the reminders to come; None goes back to that of the product."""
        (auteur,) = typed("Un modèle porte un nom : complétez-le.", auteur)
        self._allow_national(perimetre, "changer le modèle des relances")
        sujet, corps = ("", "") if modele is None else (modele.sujet.strip(), modele.corps.strip())
        if modele is not None:
            typed("Un modèle a un objet et un texte : complétez les deux.", sujet, corps)
        with writing(self._engine) as connection:
            connection.execute(
                insert(tables.modele_relance).values(
                    sujet=sujet, corps=corps, auteur=auteur, connu_le=connu_le
                )
            )
            _keep_typing(connection, None, connu_le)
            raise_revision(connection)

    def keep_typing(self, perimetre: Perimetre, modele: Modele | None, *, connu_le: datetime) -> None:
        """Keep the text of the reminders as it is being typed; None: it is given up. No view rests on it."""
        self._allow_national(perimetre, "changer le modèle des relances")
        with writing(self._engine) as connection:
            _keep_typing(connection, modele, connu_le)

    def typing(self) -> tuple[Modele, datetime] | None:
        """Read the text being typed and when it was; None: nobody is typing one."""
        table = tables.modele_en_cours
        with reading(self._engine) as connection:
            row = connection.execute(select(table).order_by(table.c.frappe.desc()).limit(1)).first()
        if row is None or not (row.sujet or row.corps):
            return None
        return Modele(row.sujet, row.corps), row.connu_le

    def template(self, *, connu_le: date | datetime | None = None) -> Modele | None:
        """Read the text of the reminders; None: that of the product."""
        table = tables.modele_relance
        statement = (
            select(table.c.sujet, table.c.corps)
            .where(known_by(table.c.connu_le, connu_le))
            .order_by(table.c.modele.desc())
            .limit(1)
        )
        with reading(self._engine) as connection:
            row = connection.execute(statement).first()
        return None if row is None or not row.corps else Modele(row.sujet, row.corps)

    def set_mailbox(
        self, perimetre: Perimetre, *, juridiction: str, adresse: str, auteur: str, connu_le: datetime
    ) -> None:
        """Keep the address of a juridiction that does not follow the pattern; empty goes back to it."""
        (auteur,) = typed("Une adresse porte le nom de qui la donne : complétez-le.", auteur)
        self._allow_national(perimetre, "changer une adresse")
        if juridiction not in self._reference.juridictions["juridiction"]:
            raise refusal(f"La juridiction « {juridiction} » n'est pas connue : rechargez la page.")
        adresse = adresse.strip()
        if adresse and not _ADDRESS.fullmatch(adresse):
            raise refusal(
                f"« {adresse} » n'est pas une adresse de messagerie : écrivez par exemple "
                "chg.tgi-lille@justice.fr, sans accent."
            )
        self._add(tables.boite, juridiction=juridiction, adresse=adresse, auteur=auteur, connu_le=connu_le)

    def mailboxes(
        self, perimetre: Perimetre, *, mois: date, connu_le: date | datetime | None = None
    ) -> dict[str, str]:
        """Read the addresses that do not follow the pattern, of the juridictions in force in a month."""
        table = tables.boite
        statement = (
            select(table.c.juridiction, table.c.adresse)
            .where(known_by(table.c.connu_le, connu_le))
            .order_by(table.c.boite)
        )
        with reading(self._engine) as connection:
            given = {row.juridiction: row.adresse for row in connection.execute(statement)}
        seen = perimetre.restrict(self._reference.in_force(mois))["juridiction"]
        return {code: given[code] for code in seen.sort() if given.get(code)}

    # ------------------------------------------------------------------ alerts

    def follow_alert(
        self,
        perimetre: Perimetre,
        *,
        alerte: int,
        statut: str,
        commentaire: str,
        auteur: str,
        connu_le: datetime,
    ) -> None:
        """Keep what someone concluded on a plausibility alert."""
        (auteur,) = typed("Le suivi d'une alerte porte un nom : complétez-le.", auteur)
        if statut not in STATUTS_ALERTE:
            raise refusal(f"Une alerte est {', '.join(STATUTS_ALERTE)} : choisissez l'un des trois.")
        with writing(self._engine) as connection:
            concerned = perimetre.restrict(self._alerts(connection))
            if alerte not in concerned["alerte"]:
                raise refusal("Cette alerte n'existe pas ou ne vous est pas ouverte : rechargez la page.")
            connection.execute(
                insert(tables.suivi_alerte).values(
                    alerte=alerte,
                    statut=statut,
                    commentaire=commentaire.strip(),
                    auteur=auteur,
                    connu_le=connu_le,
                )
            )
            raise_revision(connection)

    def alert_follow_ups(
        self, perimetre: Perimetre, *, connu_le: date | datetime | None = None
    ) -> dy.DataFrame[SuiviAlertes]:
        """Read what was concluded on the alerts, oldest first; an alert without juridiction has no cour."""
        table = tables.suivi_alerte
        statement = select(table).where(known_by(table.c.connu_le, connu_le)).order_by(table.c.suivi)
        with reading(self._engine) as connection:
            rows = read_frame(connection, statement, SuiviAlertes)
            alerts = self._alerts(connection)
        located = rows.join(alerts, on="alerte", maintain_order="left")
        return SuiviAlertes.validate(perimetre.restrict(located).select(list(SuiviAlertes.columns())))

    def _alerts(self, connection: Connection) -> pl.DataFrame:
        """Give each alert the cour it concerns."""
        table = tables.alerte
        kinds = {"alerte": pl.Int64, "mois": pl.Date, "juridiction": pl.String}
        rows = read_frame(connection, select(table.c.alerte, table.c.mois, table.c.juridiction), kinds)
        return self._reference.locate(rows).select("alerte", "cour")

    # ------------------------------------------------------------------ what writes share

    def _add(self, table: Table, **values: object) -> None:
        with writing(self._engine) as connection:
            connection.execute(insert(table).values(**values))
            raise_revision(connection)

    def _check_reminder(self, perimetre: Perimetre, envoi: Envoi, auteur: str) -> None:
        self._allow_national(perimetre, "relancer une juridiction")
        self._allow(perimetre, envoi.mois, envoi.juridiction)
        typed("Une relance porte un nom et un texte : complétez les deux.", auteur, envoi.texte)
        if envoi.etape == MESSAGERIE:
            typed("Un message a une adresse : complétez-la.", envoi.adresse)

    def _write_reminder(self, connection: Connection, envoi: Envoi, auteur: str, connu_le: datetime) -> int:
        last = select(func.max(tables.relance.c.rang)).where(_same(envoi))
        rang = int(connection.scalar(last) or 0) + 1
        number = connection.execute(
            insert(tables.relance)
            .values(**asdict(envoi), rang=rang, auteur=auteur.strip(), connu_le=connu_le)
            .returning(tables.relance.c.relance)
        ).scalar_one()
        raise_revision(connection)
        return number

    def _allow(self, perimetre: Perimetre, mois: date, juridiction: str) -> None:
        check_allowed(self._reference, perimetre, mois, juridiction)

    def _allow_national(self, perimetre: Perimetre, what: str) -> None:
        if not perimetre.national:
            raise refusal(f"Seul qui voit tout le ministère peut {what}.")


def tell_doubt(auteur: str, begun: datetime, now: datetime) -> str:
    """Say what is known of a sending that nobody saw end."""
    if now - begun < _IN_FLIGHT:
        return typeset(
            f"Envoi en cours : {auteur} l'a commencé le {tell_moment(begun)}. S'il a été interrompu, dites, "
            "dix minutes après, ce qu'il est devenu."
        )
    return typeset(
        f"Issue inconnue : {auteur} a commencé cet envoi le {tell_moment(begun)}, et personne n'a noté s'il "
        "est parti."
    )


def _keep_typing(connection: Connection, modele: Modele | None, connu_le: datetime) -> None:
    sujet, corps = ("", "") if modele is None else (modele.sujet, modele.corps)
    connection.execute(insert(tables.modele_en_cours).values(sujet=sujet, corps=corps, connu_le=connu_le))


def _same(envoi: Envoi) -> ColumnElement[bool]:
    """Tell the reminders of a juridiction in a campaign, by one way."""
    sent = tables.relance.c
    return (sent.mois == envoi.mois) & (sent.juridiction == envoi.juridiction) & (sent.etape == envoi.etape)


def _with_outcome(envoi: Envoi) -> Select[str, datetime, str | None]:
    """Ask who reminded, when, and what became of it."""
    sent, said = tables.relance, tables.relance_issue
    return (
        select(sent.c.auteur, sent.c.connu_le, said.c.resultat)
        .join(said, said.c.relance == sent.c.relance, isouter=True)
        .where(_same(envoi))
        .order_by(sent.c.relance)
    )
