"""The register of settlements: what each says, how far it has come, what the cours answered.

Nothing here is ever updated: a settlement is its texts and their hashes, written once; a state, an answer,
a new version are rows that follow. The register computes nothing: it keeps canonical JSON that others
computed, and refuses a text that is not the one its hash names.
"""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from hashlib import sha256
from typing import TypedDict, Unpack

from sqlalchemy import ColumnElement, Connection, Engine, func, insert, or_, select, true
from sqlalchemy.engine import RowMapping

from analytics.vocabulary.errors import refusal, typed
from analytics.vocabulary.moments import day_in_paris, tell_moment
from analytics.vocabulary.perimetre import Perimetre
from analytics.vocabulary.schemas import (
    CONTRADICTOIRE,
    CONTREPASSE,
    DEFINITIF,
    ETATS_DECOMPTE,
    MOST_PROPOSED,
    PROVISOIRE,
    SIMULATION,
    Contestation,
    CoutEtpt,
    DecompteComplet,
    DecompteGarde,
    EtapeDecompte,
    RegleAjoutee,
    ReponseContestation,
)
from analytics.vocabulary.wording import count, long_date
from data.store import tables
from data.store.engine import reading, writing
from data.store.signed import check_clock, check_order, known_by, raise_revision

_NEXT = {SIMULATION: PROVISOIRE, PROVISOIRE: CONTRADICTOIRE, CONTRADICTOIRE: DEFINITIF}

_LAST = (
    select(tables.decompte_etape.c.decompte, func.max(tables.decompte_etape.c.rang).label("rang"))
    .group_by(tables.decompte_etape.c.decompte)
    .subquery()
)
_STANDING = tables.decompte.join(_LAST, _LAST.c.decompte == tables.decompte.c.decompte).join(
    tables.decompte_etape,
    (tables.decompte_etape.c.decompte == _LAST.c.decompte) & (tables.decompte_etape.c.rang == _LAST.c.rang),
)
_TEXTS = (tables.decompte.c.entrees, tables.decompte.c.resultat)
# Every settlement but its texts, with the state it is in; its number comes first.
_HEADERS = (
    select(
        *(column for column in tables.decompte.c if column.name not in ("entrees", "resultat")),
        tables.decompte_etape.c.etat,
    )
    .select_from(_STANDING)
    .order_by(tables.decompte.c.decompte)
)


class Contenu(TypedDict):
    """What a settlement says: two texts of canonical JSON, their SHA-256, and the last lot they know of."""

    entrees: str
    resultat: str
    empreinte_entrees: str
    empreinte: str
    lot: int


@dataclass(frozen=True)
class Opposition:
    """What a cour opposes to a line of its settlement (« evitees »…): the figure it proposes, and why.

    `piece`: the reference of a document, or empty.
    """

    cour: str
    ligne: str
    proposition: Decimal
    motif: str
    piece: str
    auteur: str


class Registre:
    """Settlements in, with their states and contests; rules and costs that someone added."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    # ------------------------------------------------------------------ rules and costs

    def add_rule(self, *, identifiant: str, toml: str, auteur: str, connu_le: datetime) -> None:
        """Keep a rule that someone added; its identifier is taken for good."""
        identifiant, toml, auteur = typed(
            "Une règle ajoutée porte un identifiant, un texte et un nom : complétez les trois.",
            identifiant,
            toml,
            auteur,
        )
        table = tables.regle_ajoutee
        with writing(self._engine) as connection:
            known = connection.execute(select(table).where(table.c.identifiant == identifiant)).first()
            if known is not None:
                raise refusal(
                    f"La règle « {identifiant} » existe déjà : {known.auteur} l'a ajoutée le "
                    f"{tell_moment(known.connu_le)}. Donnez un autre identifiant à la vôtre."
                )
            connection.execute(
                insert(table).values(identifiant=identifiant, toml=toml, auteur=auteur, connu_le=connu_le)
            )
            raise_revision(connection)

    def rules(self, *, connu_le: date | datetime | None = None) -> tuple[RegleAjoutee, ...]:
        """Read the rules added, oldest first, as known at a moment or at the end of a day in Paris."""
        table = tables.regle_ajoutee
        statement = (
            select(table)
            .where(known_by(table.c.connu_le, connu_le))
            .order_by(table.c.connu_le, table.c.identifiant)
        )
        with reading(self._engine) as connection:
            return tuple(RegleAjoutee(**row) for row in connection.execute(statement).mappings())

    def add_cost(
        self,
        *,
        valide_du: date,
        valide_au: date | None,
        euros: Decimal,
        source: str,
        auteur: str,
        connu_le: datetime,
    ) -> None:
        """Keep what one ETPT costs over a period; where two hold the same day, the last recorded counts."""
        source, auteur = typed("Un coût porte un nom et une source : complétez les deux.", source, auteur)
        if not (euros.is_finite() and 0 < euros <= MOST_PROPOSED):
            raise refusal(
                "Le coût d'un ETPT est un montant en euros, au-dessus de zéro, d'un milliard au plus."
            )
        if valide_au is not None and valide_au < valide_du:
            raise refusal(
                f"Ce coût finirait le {long_date(valide_au)}, avant de commencer le {long_date(valide_du)} : "
                "corrigez l'une des deux dates."
            )
        with writing(self._engine) as connection:
            connection.execute(
                insert(tables.cout_etpt).values(
                    valide_du=valide_du,
                    valide_au=valide_au,
                    euros=euros,
                    source=source,
                    auteur=auteur,
                    connu_le=connu_le,
                )
            )
            raise_revision(connection)

    def costs(self) -> tuple[CoutEtpt, ...]:
        """Read every cost recorded, oldest first."""
        return self._costs(true())

    def cost_at(self, day: date, *, connu_le: date | datetime | None = None) -> CoutEtpt | None:
        """Give the cost in force on a day, as known at a moment or at the end of a day in Paris (None: now).

        None where no cost recorded holds that day: nobody said what it was.
        """
        table = tables.cout_etpt
        in_force = (table.c.valide_du <= day) & or_(table.c.valide_au.is_(None), table.c.valide_au >= day)
        found = self._costs(in_force & known_by(table.c.connu_le, connu_le))
        return found[-1] if found else None

    def _costs(self, condition: ColumnElement[bool]) -> tuple[CoutEtpt, ...]:
        table = tables.cout_etpt
        statement = select(table).where(condition).order_by(table.c.cout)
        with reading(self._engine) as connection:
            return tuple(CoutEtpt(**row) for row in connection.execute(statement).mappings())

    # ------------------------------------------------------------------ settlements

    def record(self, *, annee: int, auteur: str, connu_le: datetime, **contenu: Unpack[Contenu]) -> int:
        """Keep a settlement as a simulation, and give its number; the same one again gives that it has.

        A settlement is the same while it stands: once contrepassé, its contents may come back.
        """
        (auteur,) = typed("Un décompte porte un nom : complétez-le.", auteur)
        _check(contenu)
        table = tables.decompte
        same = _HEADERS.where(
            table.c.annee == annee,
            table.c.empreinte_entrees == contenu["empreinte_entrees"],
            table.c.empreinte == contenu["empreinte"],
            tables.decompte_etape.c.etat != CONTREPASSE,
        )
        with writing(self._engine) as connection:
            standing = connection.scalar(same)
            if standing is not None:
                return int(standing)
            number = _insert(connection, contenu, annee=annee, auteur=auteur, connu_le=connu_le)
            _step(connection, number, SIMULATION, auteur, "", connu_le)
            raise_revision(connection)
            return number

    def advance(
        self, decompte: int, *, depuis: str, vers: str, auteur: str, motif: str, connu_le: datetime
    ) -> None:
        """Bring a settlement from the state that a person saw to the next one.

        Raises `UserFacingError` when someone changed the state meanwhile (who, when, to what), when states
        do not follow each other, when the year already has a settlement that is final, and when one would
        be with a contest that nobody answered.
        """
        auteur, motif = _signed("Un changement d'état", auteur, motif)
        if _NEXT.get(depuis) != vers:
            raise refusal(
                f"Un décompte ne passe pas de l'état « {_name(depuis)} » à l'état « {_name(vers)} »."
                + (" Il se contrepasse en le remplaçant par un nouveau." if vers == CONTREPASSE else "")
            )
        with writing(self._engine) as connection:
            seen = _as_seen(connection, decompte, depuis)
            if vers == DEFINITIF:
                final = connection.scalar(
                    _HEADERS.where(
                        tables.decompte.c.annee == seen.annee, tables.decompte_etape.c.etat == DEFINITIF
                    )
                )
                if final is not None:
                    raise refusal(
                        f"L'année {seen.annee} a déjà un décompte définitif, le {_number(final)} : "
                        "c'est lui qu'il faut remplacer."
                    )
                _check_answered(connection, decompte)
            _step(connection, decompte, vers, auteur, motif, connu_le)
            raise_revision(connection)

    def replace(
        self,
        decompte: int,
        *,
        depuis: str,
        motif: str,
        auteur: str,
        connu_le: datetime,
        **contenu: Unpack[Contenu],
    ) -> int:
        """Contrepasser a settlement and keep the one that takes its place, at once; give the new number.

        The new one begins as `provisoire`. `depuis` is the state that the person saw, as in `advance`.
        """
        auteur, motif = _signed("Un remplacement", auteur, motif)
        _check(contenu)
        with writing(self._engine) as connection:
            seen = _as_seen(connection, decompte, depuis)
            if seen.etat == CONTREPASSE:
                raise refusal(f"Le décompte {_number(decompte)} est contrepassé : un autre l'a remplacé.")
            _step(connection, decompte, CONTREPASSE, auteur, motif, connu_le)
            number = _insert(
                connection, contenu, annee=seen.annee, remplace=decompte, auteur=auteur, connu_le=connu_le
            )
            _step(connection, number, PROVISOIRE, auteur, motif, connu_le)
            raise_revision(connection)
            return number

    def list(self, perimetre: Perimetre, *, annee: int | None = None) -> tuple[DecompteGarde, ...]:
        """Read the settlements of a year (all by default), oldest first, each with its state.

        They hold no figure of any cour, so every reader sees them.
        """
        del perimetre
        statement = _HEADERS if annee is None else _HEADERS.where(tables.decompte.c.annee == annee)
        with reading(self._engine) as connection:
            return tuple(DecompteGarde(**row) for row in connection.execute(statement).mappings())

    def get(self, decompte: int, perimetre: Perimetre) -> DecompteComplet:
        """Read one settlement with its texts, whole: whoever shows them keeps the cours of `perimetre`.

        The texts are what their hashes name, and only they can be checked: the register cannot cut them.
        """
        del perimetre
        statement = _HEADERS.add_columns(*_TEXTS).where(tables.decompte.c.decompte == decompte)
        with reading(self._engine) as connection:
            return DecompteComplet(**_found(connection.execute(statement).mappings().first(), decompte))

    def steps(self, decompte: int) -> tuple[EtapeDecompte, ...]:
        """Read the states a settlement took, in their order."""
        table = tables.decompte_etape
        columns = (column for column in table.c if column is not table.c.decompte)
        statement = select(*columns).where(table.c.decompte == decompte).order_by(table.c.rang)
        with reading(self._engine) as connection:
            return tuple(EtapeDecompte(**row) for row in connection.execute(statement).mappings())

    # ------------------------------------------------------------------ contests

    def contest(
        self,
        decompte: int,
        perimetre: Perimetre,
        opposition: Opposition,
        *,
        jusqu_au: date,
        connu_le: datetime,
    ) -> int:
        """Keep what a cour opposes to a line of its settlement, and give the number of the contest.

        `jusqu_au`: the last day allowed, which ends at midnight in Paris. Raises `UserFacingError` outside
        the reader's cours, outside the phase of contradiction, and past that day.
        """
        auteur, motif = _signed("Une contestation", opposition.auteur, opposition.motif)
        if not perimetre.holds(opposition.cour):
            raise refusal("Vous ne pouvez contester que les lignes des cours qui vous sont ouvertes.")
        proposition = opposition.proposition
        if not proposition.is_finite() or not 0 <= proposition <= MOST_PROPOSED:
            raise refusal("La valeur proposée est un nombre, de 0 à un milliard : corrigez-la.")
        with writing(self._engine) as connection:
            header = _header(connection, decompte)
            etat = header.etat
            check_order(connu_le, header.connu_le)
            if etat != CONTRADICTOIRE:
                raise refusal(
                    f"Le décompte {_number(decompte)} est à l'état « {_name(etat)} » : il ne se conteste que "
                    f"lorsqu'il est « {_name(CONTRADICTOIRE)} »."
                )
            if day_in_paris(connu_le) > jusqu_au:
                raise refusal(
                    f"Le délai pour contester ce décompte s'est achevé le {long_date(jusqu_au)} : "
                    "la contestation n'est pas enregistrée."
                )
            number = connection.execute(
                insert(tables.contestation)
                .values(
                    decompte=decompte,
                    cour=opposition.cour,
                    ligne=opposition.ligne,
                    proposition=proposition,
                    motif=motif,
                    piece=opposition.piece.strip(),
                    auteur=auteur,
                    connu_le=connu_le,
                )
                .returning(tables.contestation.c.contestation)
            ).scalar_one()
            raise_revision(connection)
            return number

    def answer(
        self, contestation: int, *, acceptee: bool, motif: str, auteur: str, connu_le: datetime
    ) -> None:
        """Answer a contest, once."""
        auteur, motif = _signed("Une réponse", auteur, motif)
        asked, table = tables.contestation, tables.reponse_contestation
        with writing(self._engine) as connection:
            contest = connection.execute(select(asked).where(asked.c.contestation == contestation)).first()
            if contest is None:
                raise refusal(f"La contestation {_number(contestation)} n'existe pas : rechargez la page.")
            check_order(connu_le, contest.connu_le)
            known = connection.execute(select(table).where(table.c.contestation == contestation)).first()
            if known is not None:
                raise refusal(
                    f"La contestation {_number(contestation)} a déjà sa réponse : {known.auteur} l'a "
                    f"{'acceptée' if known.acceptee else 'refusée'} le {tell_moment(known.connu_le)}."
                )
            connection.execute(
                insert(table).values(
                    contestation=contestation,
                    acceptee=acceptee,
                    motif=motif,
                    auteur=auteur,
                    connu_le=connu_le,
                )
            )
            raise_revision(connection)

    def contests(self, decompte: int, perimetre: Perimetre) -> tuple[Contestation, ...]:
        """Read the contests of a settlement made by the reader's cours, oldest first, with their answers."""
        asked, said = tables.contestation, tables.reponse_contestation
        statement = select(asked).where(asked.c.decompte == decompte).order_by(asked.c.contestation)
        answers = select(said).join(asked).where(asked.c.decompte == decompte)
        with reading(self._engine) as connection:
            replies = {
                row.contestation: ReponseContestation(row.acceptee, row.motif, row.auteur, row.connu_le)
                for row in connection.execute(answers)
            }
            return tuple(
                Contestation(**row, reponse=replies.get(row["contestation"]))
                for row in connection.execute(statement).mappings()
                if perimetre.holds(row["cour"])
            )


def _signed(what: str, auteur: str, motif: str) -> tuple[str, ...]:
    return typed(f"{what} porte un nom et un motif : complétez les deux.", auteur, motif)


def _number(number: int) -> str:
    return f"n°\u00a0{number}"


def _name(etat: str) -> str:
    return ETATS_DECOMPTE.get(etat, etat)


def _check(contenu: Contenu) -> None:
    """Refuse a text that its hash does not name: a defect of whoever computed it."""
    for text, empreinte in (
        (contenu["entrees"], contenu["empreinte_entrees"]),
        (contenu["resultat"], contenu["empreinte"]),
    ):
        if sha256(text.encode()).hexdigest() != empreinte:
            raise ValueError("the hash is not that of the text")


def _found(row: RowMapping | None, decompte: int) -> RowMapping:
    if row is None:
        raise refusal(f"Le décompte {_number(decompte)} n'existe pas : rechargez la page.")
    return row


def _header(connection: Connection, decompte: int) -> DecompteGarde:
    statement = _HEADERS.where(tables.decompte.c.decompte == decompte)
    return DecompteGarde(**_found(connection.execute(statement).mappings().first(), decompte))


def _as_seen(connection: Connection, decompte: int, depuis: str) -> DecompteGarde:
    """Read a settlement and make sure that it still is in the state that a person saw.

    Writes follow one another, so whoever comes second reads here what the first one did.
    """
    header = _header(connection, decompte)
    if header.etat != depuis:
        table = tables.decompte_etape
        last = connection.execute(
            select(table).where(table.c.decompte == decompte).order_by(table.c.rang.desc()).limit(1)
        ).one()
        raise refusal(
            f"Le décompte {_number(decompte)} n'est plus à l'état « {_name(depuis)} » : {last.auteur} l'a "
            f"mis à l'état « {_name(last.etat)} » le {tell_moment(last.connu_le)}. "
            "Rechargez la page et relisez-le."
        )
    return header


def _insert(
    connection: Connection,
    contenu: Contenu,
    *,
    annee: int,
    auteur: str,
    connu_le: datetime,
    remplace: int | None = None,
) -> int:
    if connection.scalar(select(tables.lot.c.lot).where(tables.lot.c.lot == contenu["lot"])) is None:
        raise refusal(
            f"L'entrepôt ne contient pas le lot {_number(contenu['lot'])} dont ce décompte est tiré : "
            "rechargez la page et recalculez-le."
        )
    values = {**contenu, "annee": annee, "remplace": remplace, "auteur": auteur, "connu_le": connu_le}
    return connection.execute(
        insert(tables.decompte).values(values).returning(tables.decompte.c.decompte)
    ).scalar_one()


def _check_answered(connection: Connection, decompte: int) -> None:
    """Refuse to make final what a cour contests still; read where the state is written, not before."""
    asked, said = tables.contestation, tables.reponse_contestation
    pending = connection.scalar(
        select(func.count())
        .select_from(asked.outerjoin(said))
        .where(asked.c.decompte == decompte, said.c.contestation.is_(None))
    )
    if pending:
        told = count(int(pending), "contestation")
        raise refusal(f"{told} sans réponse : répondez avant de rendre ce décompte définitif.")


def _step(
    connection: Connection, decompte: int, etat: str, auteur: str, motif: str, connu_le: datetime
) -> None:
    """Add the next state of a settlement, with the hash that its row holds."""
    of_decompte = tables.decompte_etape.c.decompte == decompte
    rang, before = connection.execute(
        select(func.max(tables.decompte_etape.c.rang), func.max(tables.decompte_etape.c.connu_le)).where(
            of_decompte
        )
    ).one()
    check_clock(connection, connu_le)
    check_order(connu_le, before)
    kept = select(tables.decompte.c.empreinte).where(tables.decompte.c.decompte == decompte)
    connection.execute(
        insert(tables.decompte_etape).values(
            decompte=decompte,
            rang=int(rang or 0) + 1,
            etat=etat,
            auteur=auteur,
            motif=motif,
            connu_le=connu_le,
            empreinte=kept.scalar_subquery(),
        )
    )
