"""The store: append-only lots, what they say now, and what they said at any date.

Every write is one lot in one transaction; killed at any point, it leaves all or nothing. Every read
takes the reader's `Perimetre` and, where it makes sense, the last lot to take into account, so that
any page or export can be replayed as it stood.

A lot counts from the day its file was received, where someone said so, else from the day it was entered: a
history loaded years after is still known « au » its own days. Of two values of a cell, the one received last
counts, then the one entered last (`lot.ordre`).
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from typing import Any

import dataframely as dy
import polars as pl
from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    Integer,
    String,
    Subquery,
    Table,
    and_,
    delete,
    exists,
    func,
    insert,
    or_,
    select,
    text,
    true,
    update,
)

from analytics.vocabulary.errors import UserFacingError
from analytics.vocabulary.moments import day_in_paris, end_of
from analytics.vocabulary.perimetre import NATIONAL, Perimetre, Savoir
from analytics.vocabulary.periods import last_in_a_row
from analytics.vocabulary.reference import Reference
from analytics.vocabulary.schemas import (
    ALERTES_SCHEMA,
    AUTEUR_DEMO,
    CELL,
    DEMO,
    REJETS_SCHEMA,
    AgregatActivite,
    BaseActivite,
    BaseAnnuelle,
    CreditsVacataires,
    Declarations,
    Equipements,
    Interieur,
    Lots,
    NiveauAnnuel,
    ObjectifFixe,
    ProjectionGardee,
    Recalages,
    Reponse,
    TotalJuridiction,
)
from analytics.vocabulary.situation import Faits
from analytics.vocabulary.wording import clean_text, count, enumeration, typeset
from data.settings import Settings
from data.store import tables
from data.store.brouillons import Brouillons
from data.store.collecte import Collecte
from data.store.engine import insert_frame, open_engine, prepare_schema, read_frame, reading, writing
from data.store.registre import Registre
from data.store.reponses import HIDDEN_OF_A_LOT, Reponses, answers_by_owner, check_unchanged, keep
from data.store.revisions import corrected, overtaken
from data.store.scenarios import Scenarios
from data.store.signatures import Deconnexions
from data.store.signed import SKEW, check_clock, check_order, raise_revision
from data.store.tables import (
    agregat_activite,
    alerte,
    base_activite,
    base_annuelle,
    cellule,
    confirmation,
    credit_vacataire,
    declaration,
    equipement,
    interieur,
    lot,
    metadata,
    niveau_annuel,
    objectif_fixe,
    projection,
    recalage,
    rejet,
    revision,
    total_juridiction,
)

Clock = Callable[[], datetime]
DEMO_IN_THE_WAY = (
    "Cet entrepôt contient la démonstration fictive : y ajouter de vraies données mélangerait les deux. "
    "Videz-la d'abord avec « vigie vider-demo »."
)

DEMO_GONE = typeset(
    "La démonstration vient d'être retirée de cet entrepôt : rien de fictif n'y est plus pris. Rechargez la "
    "page."
)
# What leaves with the demo, as it is announced; the rest of what hangs from the lots goes without saying.
_LEAVES: Mapping[Table, tuple[str, str]] = {
    lot: ("lot fictif", "lots fictifs"),
    declaration: ("déclaration fictive", "déclarations fictives"),
    tables.decompte: ("décompte gardé", "décomptes gardés"),
    tables.contestation: ("contestation", "contestations"),
    tables.relance: ("relance ou appel noté", "relances ou appels notés"),
    tables.reouverture: ("mois rouvert", "mois rouverts"),
    tables.brouillon: ("saisie de brouillon", "saisies de brouillons"),
    tables.suivi_alerte: ("suite donnée à une alerte", "suites données à des alertes"),
    recalage: ("recalage de courbe", "recalages de courbe"),
}
# What people prepared on the demo and is no fiction.
_STAYS: Mapping[Table, tuple[str, str]] = {
    tables.scenario: ("scénario", "scénarios"),
    tables.modele_relance: ("version du texte des messages", "versions du texte des messages"),
    tables.boite: ("adresse de messagerie", "adresses de messagerie"),
    tables.regle_ajoutee: ("règle de décompte", "règles de décompte"),
    tables.cout_etpt: ("coût d'un ETPT", "coûts d'un ETPT"),
}
_STAY_WITH_THEM = (tables.scenario_rangement, tables.modele_en_cours, tables.deconnexion)
# The lot of what was computed on a demo that has left.
NO_LOT = 0

TABLE_OF_NATURE: Mapping[str, Table] = {
    "declarations": declaration,
    "interieur": interieur,
    "base": base_annuelle,
    "base_activites": base_activite,
    "niveaux": niveau_annuel,
    "objectifs": objectif_fixe,
    "credits": credit_vacataire,
    "equipements": equipement,
}
# PostgreSQL takes 65 535 parameters in a statement.
_IDS_AT_ONCE = 10_000
# What separates two days in `lot.ordre`: no store holds as many lots.
_LOTS_A_DAY = 10**9
_CELL = ["mois", "juridiction", "activite"]
_FIGURES = ["visioconferences", "extractions_evitees"]
_CELL_SCHEMA = {
    **CELL,
    "visioconferences": pl.Int64,
    "extractions_evitees": pl.Int64,
    "premier_lot": pl.Int64,
    "lot": pl.Int64,
}


def utc_now() -> datetime:
    """Tell the time; the only clock of the product, passed to whoever needs one."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class Etat:
    """Where the store stands.

    `revision` rises with every write and is 0 while nobody decided what the store holds; `lot` is the
    last lot (0: none yet). `jeton` is drawn anew at each write: a store that was restored, then written to
    again, has the numbers of one that no longer exists, and not its `jeton`.
    """

    revision: int
    lot: int
    demo: bool
    jeton: str = field(default="", compare=False)


@dataclass(frozen=True)
class Entree:
    """What one lot brings: judged lines, and what is said of the file they come from.

    `acceptees` holds `ligne`, then the key and value columns of the nature's table, then `rejet` where
    a line corrects a refused one, and `recu_le` where lines say when each was received: there is then one
    lot a day. `repetees` counts the lines that only repeat another of the file. `recu_le`: the day the
    file was received, None where nobody said. `retablir`: a file brought again puts its values back, whatever
    was corrected since.
    """

    nature: str
    origine: str
    auteur: str
    fichier: str
    sha256: str
    lues: int
    acceptees: pl.DataFrame
    forme: str = "longue"
    encodage: str | None = None
    non_reponses: int = 0
    repetees: int = 0
    rejets: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=REJETS_SCHEMA))
    alertes: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=ALERTES_SCHEMA))
    recu_le: date | None = None
    retablir: bool = False


@dataclass(frozen=True)
class Ecriture:
    """What became of an `Entree`: the last lot it made, or None when it brought nothing new.

    `acceptees` counts the values that change or are new, `inchangees` those that are what the store says,
    and the lines that only repeat another of the file. `corrigees` lists the values that change: the key of
    the nature, `avant`, `apres`, `deja_remplacee` (it goes back to a value that had been replaced).
    `depassees` lists what this very file already said and was corrected since: the key, `avant` (what it
    says), `apres` (what counts); it is left as it is. `importe_le`: when this very file was brought last.
    `nouvelles`: the keys of what is accepted. `refus`: how many refused lines are kept.
    """

    lot: int | None
    acceptees: int
    inchangees: int
    refus: int = 0
    corrigees: pl.DataFrame = field(default_factory=pl.DataFrame)
    depassees: pl.DataFrame = field(default_factory=pl.DataFrame)
    nouvelles: pl.DataFrame = field(default_factory=pl.DataFrame)
    importe_le: datetime | None = None


@dataclass(frozen=True)
class ContenuDemo:
    """What a store of demonstration holds, counted and named: (how many, singular, plural)."""

    partent: tuple[tuple[int, str, str], ...]
    restent: tuple[tuple[int, str, str], ...]

    def tell_leaving(self) -> str:
        """List what leaves with the demo."""
        return enumeration(count(*each) for each in self.partent)

    def tell_staying(self) -> str:
        """List what stays, nothing where nothing does."""
        return enumeration(count(*each) for each in self.restent) if self.restent else ""


@dataclass(frozen=True)
class _Connu:
    """Which lots are taken into account: up to one, and received by the end of a day (None: all)."""

    lot: int
    jour: date | None

    def among(self) -> ColumnElement[bool]:
        """Tell the rows of `lot` that are."""
        known = lot.c.lot <= self.lot
        return known if self.jour is None else and_(known, lot.c.ordre < _rank(self.jour, 0) + _LOTS_A_DAY)


class Store:
    """Lots in, situations out."""

    def __init__(self, engine: Engine, reference: Reference) -> None:
        self._engine = engine
        self._reference = reference
        self._objective = reference.activites.filter("compte_objectif")["activite"].to_list()

    def close(self) -> None:
        """Give the connections back."""
        self._engine.dispose()

    def registre(self) -> Registre:
        """Open the register of settlements that this store holds."""
        return Registre(self._engine)

    def scenarios(self) -> Scenarios:
        """Open the scenarios that this store holds."""
        return Scenarios(self._engine)

    def collecte(self) -> Collecte:
        """Open what this store holds of the collection itself: reminders, drafts, months reopened."""
        return Collecte(self._engine, self._reference)

    def reponses(self) -> Reponses:
        """Open the answers given on screen that this store holds."""
        return Reponses(self._engine, self._reference)

    def brouillons(self) -> Brouillons:
        """Open what is typed in questionnaires and not sent yet."""
        return Brouillons(self._engine, self._reference)

    def deconnexions(self) -> Deconnexions:
        """Open the signatures that were given back before their time."""
        return Deconnexions(self._engine)

    # ------------------------------------------------------------------ where it stands

    def etat(self) -> Etat:
        """Tell the revision, the last lot, and whether the store holds the demo."""
        with reading(self._engine) as connection:
            return _etat(connection)

    def lot_connu_le(self, day: date | None) -> int:
        """Give the last of the lots received by the end of a day in Paris (0: none was); None means now.

        Some before it may have been received later: reads take the day as well.
        """
        with reading(self._engine) as connection:
            everything = _Connu(_etat(connection).lot, day)
            found = connection.scalar(select(func.max(lot.c.lot)).where(everything.among()))
        return int(found or 0)

    # ------------------------------------------------------------------ reads

    def faits(
        self, perimetre: Perimetre, *, dernier_lot: int | None = None, connu_le: date | None = None
    ) -> Faits:
        """Read all that pages show, as entered up to `dernier_lot` and received by `connu_le` (None: now)."""
        with reading(self._engine) as connection:
            known = _known(connection, dernier_lot, connu_le)
            if _is_everything(connection, known):
                agregat = read_frame(connection, select(agregat_activite), AgregatActivite)
                totaux = read_frame(connection, select(total_juridiction), TotalJuridiction)
            else:
                agregat, totaux = self._aggregate(connection, _cells_known(connection, known))
            faits = _faits(connection, known, agregat, totaux)
        return faits if perimetre == NATIONAL else faits.restricted_to(perimetre)

    def replay(self, lots: Collection[int]) -> Iterator[tuple[int, Faits]]:
        """Give what was known of all the cours after each of some lots, the history being read once."""
        with reading(self._engine) as connection:
            history = select(declaration).join(lot, lot.c.lot == declaration.c.lot).order_by(lot.c.ordre)
            said = read_frame(connection, history, _CELL_SCHEMA)
            for last in sorted(lots):
                cells = (
                    said.filter(pl.col("lot") <= last)
                    .unique(_CELL, keep="last", maintain_order=True)
                    .filter(pl.col("visioconferences").is_not_null())
                    .with_columns(premier_lot=pl.col("lot"))
                )
                yield last, _faits(connection, _Connu(last, None), *self._aggregate(connection, cells))

    def declarations(
        self,
        perimetre: Perimetre,
        *,
        du: date | None = None,
        au: date | None = None,
        dernier_lot: int | None = None,
        connu_le: date | None = None,
    ) -> dy.DataFrame[Declarations]:
        """Read the declared cells of some months (all by default), each with its lot and its date."""
        with reading(self._engine) as connection:
            known = _known(connection, dernier_lot, connu_le)
            if _is_everything(connection, known):
                # Months × juridictions as two lists: both engines answer from the primary key.
                statement = select(cellule).where(cellule.c.mois.in_(_months(connection, du, au)))
                if not perimetre.national:
                    statement = statement.where(cellule.c.juridiction.in_(self._juridictions(perimetre)))
                cells = read_frame(connection, statement, _CELL_SCHEMA)
            else:
                cells = _cells_known(connection, known).filter(
                    pl.col("mois").is_between(du or date.min, au or date.max)
                )
            moments = read_frame(connection, select(lot.c.lot, lot.c.connu_le, lot.c.recu_le), Lots)
        located = self._reference.locate(cells).join(moments, on="lot", how="left")
        return Declarations.validate(
            perimetre.restrict(located).select(list(Declarations.columns())).sort(_CELL)
        )

    def lots(self, perimetre: Perimetre) -> dy.DataFrame[Lots]:
        """Read the history of writes: no figure of any cour, nor the answers of others.

        To a reader of some cours, a file that may hold those of others says when it came, and no more.
        """
        with reading(self._engine) as connection:
            columns = [lot.c[name] for name in Lots.columns()]
            rows = read_frame(
                connection, select(*columns).where(lot.c.lot != NO_LOT).order_by(lot.c.lot.desc()), Lots
            )
            own, others = answers_by_owner(connection, self._reference, perimetre)
        seen = rows.filter(~pl.col("lot").is_in(others))
        if not perimetre.knows(Savoir.LOTS):
            seen = seen.with_columns(
                pl.when(pl.col("lot").is_in(own))
                .then(pl.col(name))
                .otherwise(pl.lit(0 if dtype == pl.Int64 else "", dtype=dtype))
                .alias(name)
                for name, dtype in rows.schema.items()
                if name in HIDDEN_OF_A_LOT
            )
        return Lots.validate(seen)

    def rejets(self, perimetre: Perimetre, *, ouverts: bool = True) -> pl.DataFrame:
        """Read the refused lines that nobody corrected yet (or all), latest lot first.

        A line whose juridiction could not be made out belongs to no cour: only a reader of the whole
        ministry sees it. A reader of some cours reads neither the name of a file that may hold others, nor
        the place of the line in it (null).
        """
        statement = (
            select(rejet, lot.c.nature, lot.c.fichier, lot.c.connu_le)
            .join(lot, lot.c.lot == rejet.c.lot)
            .order_by(rejet.c.lot.desc(), rejet.c.ligne)
        )
        if ouverts:
            statement = statement.where(rejet.c.corrige_par.is_(None))
        schema = {
            "rejet": pl.Int64,
            "lot": pl.Int64,
            **REJETS_SCHEMA,
            "corrige_par": pl.Int64,
            "nature": pl.String,
            "fichier": pl.String,
            "connu_le": pl.Datetime("us", "UTC"),
        }
        with reading(self._engine) as connection:
            seen = perimetre.restrict(self._reference.locate(read_frame(connection, statement, schema)))
            if perimetre.knows(Savoir.LOTS):
                return seen
            own, _ = answers_by_owner(connection, self._reference, perimetre)
        return seen.with_columns(pl.when(pl.col("lot").is_in(own)).then(pl.col("fichier", "ligne")))

    def rejets_ouverts(self) -> frozenset[int]:
        """List the numbers of the refused lines that await a correction."""
        with reading(self._engine) as connection:
            return frozenset(connection.scalars(select(rejet.c.rejet).where(rejet.c.corrige_par.is_(None))))

    def alertes(
        self, perimetre: Perimetre, *, dernier_lot: int | None = None, connu_le: date | None = None
    ) -> pl.DataFrame:
        """Read the plausibility alerts, with the date they were raised."""
        statement = (
            select(alerte, lot.c.connu_le).join(lot, lot.c.lot == alerte.c.lot).order_by(alerte.c.alerte)
        )
        schema = {"alerte": pl.Int64, "lot": pl.Int64, **ALERTES_SCHEMA, "connu_le": pl.Datetime("us", "UTC")}
        with reading(self._engine) as connection:
            statement = statement.where(_known(connection, dernier_lot, connu_le).among())
            return perimetre.restrict(self._reference.locate(read_frame(connection, statement, schema)))

    def historique(self, du: date, au: date) -> pl.DataFrame:
        """Read the current cells of some months, for an import to compare with."""
        with reading(self._engine) as connection:
            statement = select(cellule).where(cellule.c.mois.in_(_months(connection, du, au)))
            return read_frame(connection, statement, _CELL_SCHEMA).drop("premier_lot", "lot")

    def dernier_mois(self) -> date | None:
        """Give the latest month that holds a declared cell, but a mistyped one; None where none does."""
        with reading(self._engine) as connection:
            return last_in_a_row(connection.scalars(select(total_juridiction.c.mois).distinct()))

    def projections(
        self, perimetre: Perimetre, *, dernier_lot: int | None = None, connu_le: date | None = None
    ) -> dy.DataFrame[ProjectionGardee]:
        """Read the projections kept, oldest first; that of the country only by who sees all of it.

        One made after `connu_le` knew more than was received by then.
        """
        statement = select(projection).order_by(projection.c.lot, projection.c.mois, projection.c.cour)
        if dernier_lot is not None:
            statement = statement.where(projection.c.lot <= dernier_lot)
        if connu_le is not None:
            statement = statement.where(projection.c.connu_le < end_of(connu_le))
        with reading(self._engine) as connection:
            kept = read_frame(connection, statement, ProjectionGardee)
        return ProjectionGardee.validate(perimetre.restrict(kept))

    def months_by_lot(self) -> dict[int, set[date]]:
        """List the months of which each lot of declarations speaks."""
        statement = select(declaration.c.lot, declaration.c.mois).distinct()
        found: dict[int, set[date]] = {}
        with reading(self._engine) as connection:
            for number, mois in connection.execute(statement):
                found.setdefault(number, set()).add(mois)
        return found

    def recalages(self, perimetre: Perimetre, *, connu_le: date | None = None) -> dy.DataFrame[Recalages]:
        """Read every decision to start a control chart anew, and every one taken back, oldest first.

        Those known at the end of a day in Paris; None means now.
        """
        statement = select(recalage).order_by(recalage.c.recalage)
        if connu_le is not None:
            statement = statement.where(recalage.c.connu_le < end_of(connu_le))
        with reading(self._engine) as connection:
            rows = read_frame(connection, statement, Recalages)
        return Recalages.validate(perimetre.restrict(rows))

    # ------------------------------------------------------------------ writes

    def record(
        self,
        entree: Entree,
        *,
        connu_le: datetime,
        remplacer_demo: bool = False,
        reponse: Reponse | None = None,
    ) -> Ecriture:
        """Write one lot, whole, or nothing; the same values again write nothing.

        A lot that is the `reponse` of a juridiction is written only if its month is still what was shown.
        Raises `UserFacingError` then, on a store that holds the demo, unless `remplacer_demo` empties it
        first, for a fictional lot anywhere else, and when another write lasts too long.
        """
        with writing(self._engine) as connection:
            demo = _etat(connection).demo
            if demo and entree.origine != DEMO:
                if not remplacer_demo:
                    raise UserFacingError(DEMO_IN_THE_WAY)
                _empty(connection)
            if entree.origine == DEMO and not demo:
                raise UserFacingError(DEMO_GONE)
            if reponse is not None:
                check_unchanged(connection, self._reference, reponse)
            written = self._write(connection, entree, connu_le)
            if reponse is not None and written.lot is not None:
                keep(connection, written.lot, reponse)
            return written

    def preview(self, entree: Entree) -> Ecriture:
        """Tell what `record` would do, without writing; before the demo leaves, as if it had left."""
        with reading(self._engine) as connection:
            if _etat(connection).demo:
                key = _key_of(TABLE_OF_NATURE[entree.nature])
                return Ecriture(
                    None,
                    entree.acceptees.height,
                    entree.repetees,
                    entree.rejets.height,
                    nouvelles=entree.acceptees.select(key),
                )
            known = connection.scalar(select(func.max(lot.c.connu_le)).where(lot.c.sha256 == entree.sha256))
            found = [_compare(connection, part).foreseen(connection) for part in _by_day(entree)]
            return replace(_whole(found), importe_le=known)

    def record_demo(self, lots_of_demo: list[tuple[Entree, datetime]]) -> bool:
        """Fill an empty store with the demo, in one transaction; do nothing if another process just did.

        Tells whether it did.
        """
        with writing(self._engine) as connection:
            etat = _etat(connection)
            if etat.demo:
                return False
            if etat.lot:
                raise UserFacingError(
                    "Cet entrepôt contient déjà de vraies données : la démonstration n'y est pas ajoutée."
                )
            for entree, connu_le in lots_of_demo:
                _insert_lot(
                    connection,
                    entree,
                    connu_le,
                    _as_stored(entree.nature, entree.acceptees),
                    0,
                    entree.rejets,
                )
            self._rebuild(connection)
            raise_revision(connection, demo=True)
            return True

    def keep_projections(self, lines: pl.DataFrame, *, connu_le: datetime) -> None:
        """Keep what was projected from one lot; the same lot and month again change nothing.

        `lines` has the columns of `ProjectionGardee` but `connu_le`.
        """
        if lines.is_empty():
            return
        with writing(self._engine) as connection:
            known = read_frame(
                connection, select(projection.c.lot, projection.c.mois).distinct(), ProjectionGardee
            )
            new = lines.join(known, on=["lot", "mois"], how="anti")
            if new.is_empty():
                return
            insert_frame(connection, projection, new.with_columns(connu_le=pl.lit(connu_le.astimezone(UTC))))
            raise_revision(connection)

    def rebase(
        self, *, cour: str, mois: date, cause: str, auteur: str, retire: bool, connu_le: datetime
    ) -> None:
        """Record that someone starts the control chart of a cour anew at a month, or takes it back."""
        if not cause.strip() or not auteur.strip():
            raise UserFacingError("Un recalage porte un nom et une cause : complétez les deux.")
        with writing(self._engine) as connection:
            connection.execute(
                insert(recalage).values(
                    connu_le=connu_le.astimezone(UTC),
                    auteur=clean_text(auteur, lines=False).strip()[:200],
                    cour=cour,
                    mois=mois,
                    cause=clean_text(cause).strip()[:400],
                    retire=retire,
                )
            )
            raise_revision(connection)

    def settle(self) -> None:
        """Note that someone decided what this store holds, so that no start fills it with the demo."""
        if self.etat().revision == 0:
            with writing(self._engine) as connection:
                connection.execute(update(revision).where(revision.c.numero == 0).values(numero=1))

    def demo_contents(self) -> ContenuDemo | None:
        """Count what the demo would take with it, and what would stay; None where there is no demo."""
        with reading(self._engine) as connection:
            return _contents(connection) if _etat(connection).demo else None

    def empty_demo(self) -> ContenuDemo | None:
        """Remove the demo and what rests on it, and tell what left; a store of real data is never touched.

        What people prepared on it and is no fiction stays: scenarios, texts, addresses, rules, costs. What
        the demo signed of them leaves.
        """
        with writing(self._engine) as connection:
            if not _etat(connection).demo:
                return None
            contents = _contents(connection)
            _empty(connection)
            return contents

    def dated_later(self, now: datetime) -> int:
        """Count the rows that are dated later than now: written while a clock was ahead."""
        with reading(self._engine) as connection:
            return sum(
                int(connection.scalar(select(func.count()).select_from(table).where(later)) or 0)
                for table, later in _later_than(now)
            )

    def redate(self, now: datetime) -> int:
        """Date from now what is dated later, and put the lots in order again; give how many rows were."""
        with writing(self._engine) as connection:
            changed = sum(
                connection.execute(update(table).where(later).values(connu_le=now)).rowcount
                for table, later in _later_than(now)
            )
            day = day_in_paris(now)
            moved = select(lot.c.lot).where(lot.c.connu_le == now, lot.c.recu_le.is_(None))
            for number in connection.scalars(moved).all():
                connection.execute(update(lot).where(lot.c.lot == number).values(ordre=_rank(day, number)))
            if changed:
                self._rebuild(connection)
                raise_revision(connection)
            return changed

    def rebuild(self) -> None:
        """Recompute from the history alone what is kept beside it; it must change nothing."""
        with writing(self._engine) as connection:
            self._rebuild(connection)

    def _write(self, connection: Connection, entree: Entree, connu_le: datetime) -> Ecriture:
        return _whole([self._write_day(connection, part, connu_le) for part in _by_day(entree)])

    def _write_day(self, connection: Connection, entree: Entree, connu_le: datetime) -> Ecriture:
        compared = _compare(connection, entree)
        before, current, changed = compared.before, compared.current, compared.news
        repeated = _repeated(connection, entree, changed)
        corrections = _corrections(entree)
        refused = _new_rejets(connection, entree)
        foreseen = compared.ecriture(refused.height)
        if changed.is_empty() and repeated.is_empty() and refused.is_empty() and not corrections:
            return foreseen
        number = _insert_lot(connection, entree, connu_le, changed, foreseen.inchangees, refused)
        if entree.nature == "declarations":
            insert_frame(connection, confirmation, repeated.select(_CELL).with_columns(lot=number))
            if before is None:
                self._maintain(connection, number, changed, current)
            else:
                _hold_what_was_confirmed(connection, number, changed, current)
                self._rebuild(connection, changed["mois"].unique().to_list())
        else:
            insert_frame(connection, TABLE_OF_NATURE[entree.nature], repeated.with_columns(lot=number))
        _mark_corrected(connection, number, corrections + refused["remplace"].drop_nulls().to_list())
        raise_revision(connection)
        return replace(foreseen, lot=number)

    def _maintain(
        self, connection: Connection, number: int, changed: pl.DataFrame, current: pl.DataFrame
    ) -> None:
        """Bring `cellule` and the two aggregates up to date with the lot just inserted.

        `current` holds the cells of the months of the lot, as they stood before it.
        """
        if changed.is_empty():
            return
        connection.execute(
            text(
                "INSERT INTO cellule"
                " (mois, juridiction, activite, visioconferences, extractions_evitees, premier_lot, lot)"
                " SELECT mois, juridiction, activite, visioconferences, extractions_evitees, lot, lot"
                " FROM declaration WHERE lot = :number AND visioconferences IS NOT NULL"
                " ON CONFLICT (mois, juridiction, activite) DO UPDATE SET"
                " visioconferences = excluded.visioconferences,"
                " extractions_evitees = excluded.extractions_evitees, lot = excluded.lot"
            ),
            {"number": number},
        )
        withdrawn = declaration.alias()
        connection.execute(
            delete(cellule).where(
                exists().where(
                    withdrawn.c.lot == number,
                    withdrawn.c.visioconferences.is_(None),
                    *(withdrawn.c[name] == cellule.c[name] for name in _CELL),
                )
            )
        )
        months = changed["mois"].unique()
        kept = current.filter(pl.col("mois").is_in(months.implode())).join(changed, on=_CELL, how="anti")
        new_values = (
            changed.filter(pl.col("visioconferences").is_not_null())
            .join(current.select(*_CELL, "premier_lot"), on=_CELL, how="left")
            .with_columns(
                pl.col("premier_lot").fill_null(number).cast(pl.Int64), lot=pl.lit(number, dtype=pl.Int64)
            )
        )
        agregat, totaux = self._aggregate(connection, pl.concat([kept, new_values.select(kept.columns)]))
        for table, frame in ((agregat_activite, agregat), (total_juridiction, totaux)):
            connection.execute(delete(table).where(table.c.mois.in_(months.to_list())))
            insert_frame(connection, table, frame)

    def _rebuild(self, connection: Connection, months: list[date] | None = None) -> None:
        """Recompute from the history what is kept beside it, for some months (all by default)."""
        cells = _cells_known(connection, _known(connection, None, None), months)
        agregat, totaux = self._aggregate(connection, cells)
        for table, frame in ((cellule, cells), (agregat_activite, agregat), (total_juridiction, totaux)):
            gone = delete(table)
            connection.execute(gone if months is None else gone.where(table.c.mois.in_(months)))
            insert_frame(connection, table, frame)

    def _aggregate(self, connection: Connection, cells: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
        """Sum cells by (mois, cour, activite) and by (mois, juridiction)."""
        ranks = read_frame(connection, select(lot.c.lot, lot.c.ordre), {"lot": pl.Int64, "ordre": pl.Int64})
        located = (
            self._reference.locate(cells)
            .join(ranks, on="lot", how="left")
            .join(
                ranks.rename({"lot": "premier_lot", "ordre": "premier_ordre"}), on="premier_lot", how="left"
            )
        )
        agregat = located.group_by("mois", "cour", "activite").agg(
            cellules=pl.len().cast(pl.Int64),
            visioconferences=pl.col("visioconferences").sum(),
            extractions_evitees=pl.col("extractions_evitees").sum(),
        )
        totaux = (
            located.group_by("mois", "juridiction", "cour")
            .agg(
                cellules=pl.len().cast(pl.Int64),
                visioconferences=pl.col("visioconferences").sum(),
                extractions_evitees=pl.col("extractions_evitees").sum(),
                evitees_objectif=pl.col("extractions_evitees")
                .filter(pl.col("activite").is_in(self._objective))
                .sum(),
                premier_lot=pl.col("premier_ordre").min() % _LOTS_A_DAY,
                dernier_lot=pl.col("ordre").max() % _LOTS_A_DAY,
            )
            .select(list(TotalJuridiction.columns()))
        )
        return agregat, totaux

    def _juridictions(self, perimetre: Perimetre) -> list[str]:
        return perimetre.restrict(self._reference.juridictions)["juridiction"].unique().to_list()


def open_store(settings: Settings, reference: Reference) -> Store:
    """Open the store of the settings, created and migrated as needed, without any data in it."""
    engine = open_engine(settings.database_url, lock_timeout_s=settings.attente_verrou_s)
    try:
        prepare_schema(engine)
    except BaseException:
        engine.dispose()
        raise
    return Store(engine, reference)


def _faits(connection: Connection, known: _Connu, agregat: pl.DataFrame, totaux: pl.DataFrame) -> Faits:
    """Put the aggregates beside the small tables, as known then."""
    return Faits(
        agregat=AgregatActivite.validate(agregat.sort("mois", "cour", "activite")),
        totaux=TotalJuridiction.validate(totaux.sort("mois", "cour", "juridiction")),
        bases=BaseAnnuelle.validate(_latest(connection, base_annuelle, BaseAnnuelle, known)),
        bases_activites=BaseActivite.validate(_latest(connection, base_activite, BaseActivite, known)),
        niveaux=NiveauAnnuel.validate(_latest(connection, niveau_annuel, NiveauAnnuel, known)),
        objectifs=ObjectifFixe.validate(_latest(connection, objectif_fixe, ObjectifFixe, known)),
        interieur=Interieur.validate(_latest(connection, interieur, Interieur, known)),
        credits=CreditsVacataires.validate(_credits(connection, known)),
        equipements=Equipements.validate(_latest(connection, equipement, Equipements, known)),
    )


def _etat(connection: Connection) -> Etat:
    row = connection.execute(select(revision.c.numero, revision.c.jeton, revision.c.demo)).one()
    last = connection.scalar(select(func.max(lot.c.lot)))
    return Etat(revision=row.numero, lot=int(last or 0), demo=row.demo, jeton=row.jeton)


def _months(connection: Connection, du: date | None, au: date | None) -> list[date]:
    """List the months that hold declared cells now, within the bounds asked."""
    statement = select(total_juridiction.c.mois).distinct()
    if du:
        statement = statement.where(total_juridiction.c.mois >= du)
    if au:
        statement = statement.where(total_juridiction.c.mois <= au)
    return list(connection.scalars(statement))


def _rank(day: date, number: int) -> int:
    """Give what orders two lots: the day that counts, then the number."""
    return day.toordinal() * _LOTS_A_DAY + number


def _known(connection: Connection, last: int | None, day: date | None) -> _Connu:
    return _Connu(_etat(connection).lot if last is None else last, day)


def _is_everything(connection: Connection, known: _Connu) -> bool:
    """Tell whether no lot is left out, so that what the store keeps up to date can be read as it is."""
    return not connection.scalar(select(exists().where(~known.among())))


def _before(connection: Connection, day: date | None) -> _Connu | None:
    """Give what was known when a lot was received, where lots received later were entered before it."""
    if day is None:
        return None
    last = _etat(connection).lot
    known = _Connu(last, day)
    return None if _is_everything(connection, known) else known


def _by_day(entree: Entree) -> list[Entree]:
    """Part a lot whose lines say when they were received: one lot a day, the earliest first.

    What is no accepted line (refused, repeated, unanswered) goes with the first.
    """
    if "recu_le" not in entree.acceptees.columns:
        return [entree]
    days = entree.acceptees["recu_le"].unique().sort(nulls_last=True).to_list()
    parts = [
        replace(
            entree,
            recu_le=day or entree.recu_le,
            acceptees=(lines := entree.acceptees.filter(pl.col("recu_le").eq_missing(day))).drop("recu_le"),
            alertes=entree.alertes.filter(pl.col("ligne").is_in(lines["ligne"].implode())),
            rejets=entree.rejets.clear(),
            lues=lines.height,
            non_reponses=0,
            repetees=0,
        )
        for day in days
    ]
    if not parts:
        return [replace(entree, acceptees=entree.acceptees.drop("recu_le"))]
    first = parts[0]
    rest = entree.acceptees.height - first.acceptees.height
    parts[0] = replace(
        first,
        rejets=entree.rejets,
        lues=entree.lues - rest,
        non_reponses=entree.non_reponses,
        repetees=entree.repetees,
        alertes=pl.concat(
            [
                first.alertes,
                entree.alertes.filter(~pl.col("ligne").is_in(entree.acceptees["ligne"].implode())),
            ]
        ),
    )
    return parts


def _cells_known(connection: Connection, known: _Connu, months: list[date] | None = None) -> pl.DataFrame:
    """Rebuild every cell of some months (all by default) as it stood then; a withdrawn one is absent."""
    among = known.among() if months is None else and_(known.among(), declaration.c.mois.in_(months))
    said = _said(connection, among)
    cell = [said.c[name] for name in _CELL]
    ends = (
        select(*cell, func.min(said.c.ordre).label("premier"), func.max(said.c.ordre).label("dernier"))
        .group_by(*cell)
        .subquery()
    )
    statement = (
        select(
            *cell,
            *(said.c[name] for name in _FIGURES),
            (ends.c.premier % _LOTS_A_DAY).label("premier_lot"),
            (said.c.ordre % _LOTS_A_DAY).label("lot"),
        )
        .join(ends, and_(*(said.c[name] == ends.c[name] for name in _CELL), said.c.ordre == ends.c.dernier))
        .where(said.c.visioconferences.is_not(None))
    )
    cells = read_frame(connection, statement, _CELL_SCHEMA)
    return cells.join(_first_since_withdrawal(connection, said), on=_CELL, how="left").select(
        *_CELL, *_FIGURES, pl.coalesce("depuis", "premier_lot").alias("premier_lot"), "lot"
    )


def _said(connection: Connection, among: ColumnElement[bool]) -> Subquery:
    """Give what some lots said of each cell, with the order in which they count.

    What repeats the value just before it says nothing: it was entered before that value was.
    """
    said = (
        select(*(declaration.c[name] for name in (*_CELL, *_FIGURES)), lot.c.ordre)
        .join(lot, lot.c.lot == declaration.c.lot)
        .where(among)
        .subquery()
    )
    if not connection.scalar(select(exists().where(lot.c.recu_le.is_not(None)))):
        return said
    window: Any = {"partition_by": [said.c[name] for name in _CELL], "order_by": said.c.ordre}
    before = [func.lag(said.c[name]).over(**window).label(f"avant_{name}") for name in _FIGURES]
    columns = (*_CELL, *_FIGURES, "ordre")
    rank = func.row_number().over(**window).label("rang")
    ranked = select(*(said.c[name] for name in columns), *before, rank).subquery()
    news = [ranked.c[name].is_distinct_from(ranked.c[f"avant_{name}"]) for name in _FIGURES]
    return select(*(ranked.c[name] for name in columns)).where(or_(ranked.c.rang == 1, *news)).subquery()


def _first_since_withdrawal(connection: Connection, said: Subquery) -> pl.DataFrame:
    """Give, for the few cells that were withdrawn once, the first lot that declared them again, `depuis`."""
    cell = [said.c[name] for name in _CELL]
    gone = (
        select(*cell, func.max(said.c.ordre).label("retrait"))
        .where(said.c.visioconferences.is_(None))
        .group_by(*cell)
        .subquery()
    )
    statement = (
        select(*cell, (func.min(said.c.ordre) % _LOTS_A_DAY).label("depuis"))
        .join(gone, and_(*(said.c[name] == gone.c[name] for name in _CELL)))
        .where(said.c.ordre > gone.c.retrait)
        .group_by(*cell)
    )
    return read_frame(connection, statement, {**_CELL_SCHEMA, "depuis": pl.Int64})


def _key_of(table: Table) -> list[str]:
    return [column.name for column in table.primary_key.columns if column.name != "lot"]


def _rows_of(connection: Connection, table: Table, columns: Mapping[str, Any], known: _Connu) -> pl.DataFrame:
    """Read the latest value of each key of one of the small tables."""
    statement = select(table).join(lot, lot.c.lot == table.c.lot).where(known.among()).order_by(lot.c.ordre)
    return read_frame(
        connection, statement, {"lot": pl.Int64, "credits_centimes": pl.Int64, **columns}
    ).unique(_key_of(table), keep="last", maintain_order=True)


def _latest(connection: Connection, table: Table, schema: type[dy.Schema], known: _Connu) -> pl.DataFrame:
    columns = schema.create_empty().schema
    return _rows_of(connection, table, columns, known).select(list(columns)).sort(_key_of(table))


def _credits(connection: Connection, known: _Connu) -> pl.DataFrame:
    rows = _rows_of(connection, credit_vacataire, CreditsVacataires.create_empty().schema, known)
    return _in_euros(rows).select(list(CreditsVacataires.columns())).sort("annee", "cour")


def _in_euros(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.with_columns(
        credits_eur=(pl.col("credits_centimes").cast(pl.Decimal(16, 2)) / 100).cast(pl.Decimal(14, 2))
    )


def _as_stored(nature: str, frame: pl.DataFrame) -> pl.DataFrame:
    """Give the columns of the nature's table, euros as cents."""
    if nature == "credits":
        frame = frame.with_columns(credits_centimes=(pl.col("credits_eur") * 100).cast(pl.Int64))
    names = [column.name for column in TABLE_OF_NATURE[nature].columns if column.name != "lot"]
    return frame.select(names)


def _current(connection: Connection, entree: Entree, before: _Connu | None) -> pl.DataFrame:
    """Read what the store says of what a lot speaks of; for declarations, of all of its months.

    It says so now, or said so `before`, when a lot that is only entered now was received.
    """
    table = TABLE_OF_NATURE[entree.nature]
    if entree.nature == "declarations":
        months = entree.acceptees["mois"].unique().to_list()
        if before is not None:
            return _cells_known(connection, before, months)
        return read_frame(connection, select(cellule).where(cellule.c.mois.in_(months)), _CELL_SCHEMA)
    columns = _as_stored(entree.nature, entree.acceptees).schema
    return _rows_of(connection, table, columns, before or _known(connection, None, None))


@dataclass(frozen=True)
class _Comparaison:
    """A lot beside what the store said of its keys, now or when it was received (`before`)."""

    entree: Entree
    before: _Connu | None
    current: pl.DataFrame
    news: pl.DataFrame
    corrigees: pl.DataFrame
    depassees: pl.DataFrame

    def ecriture(self, refused: int) -> Ecriture:
        """Tell what writing it does, but for the number of the lot."""
        left = self.entree.acceptees.height - self.news.height - self.depassees.height
        return Ecriture(
            None,
            self.news.height,
            left + self.entree.repetees,
            refused,
            self.corrigees,
            self.depassees,
            self.news.select(_key_of(TABLE_OF_NATURE[self.entree.nature])),
        )

    def foreseen(self, connection: Connection) -> Ecriture:
        """Tell what writing it would do."""
        return self.ecriture(_new_rejets(connection, self.entree).height)


def _compare(connection: Connection, entree: Entree) -> _Comparaison:
    before = _before(connection, entree.recu_le)
    current = _current(connection, entree, before)
    changed = _changed(current, entree)
    news = changed if entree.retablir else _news(connection, changed, entree, current)
    key = _key_of(TABLE_OF_NATURE[entree.nature])
    history = _history(connection, entree, changed, before or _known(connection, None, None))
    said = changed.join(news, on=changed.columns, how="anti", nulls_equal=True)
    return _Comparaison(
        entree,
        before,
        current,
        news,
        corrected(news, current, history, key),
        overtaken(said, current, history, key),
    )


def _history(connection: Connection, entree: Entree, changed: pl.DataFrame, known: _Connu) -> pl.DataFrame:
    """Read all that was said of the keys of some lines, whenever."""
    table = TABLE_OF_NATURE[entree.nature]
    columns = [table.c[name] for name in changed.columns]
    statement = select(*columns).join(lot, lot.c.lot == table.c.lot).where(known.among())
    if entree.nature == "declarations":
        statement = statement.where(table.c.mois.in_(changed["mois"].unique().to_list()))
    return read_frame(connection, statement, changed.schema).join(changed, on=_key_of(table), how="semi")


def _whole(parts: list[Ecriture]) -> Ecriture:
    """Put together what became of the parts of a lot, one a day."""
    return Ecriture(
        max((each.lot for each in parts if each.lot is not None), default=None),
        sum(each.acceptees for each in parts),
        sum(each.inchangees for each in parts),
        sum(each.refus for each in parts),
        pl.concat(each.corrigees for each in parts),
        pl.concat(each.depassees for each in parts),
        pl.concat(each.nouvelles for each in parts),
    )


def _changed(current: pl.DataFrame, entree: Entree) -> pl.DataFrame:
    """Keep the accepted lines that say something new, in the columns of their table."""
    proposed = _as_stored(entree.nature, entree.acceptees)
    key = _key_of(TABLE_OF_NATURE[entree.nature])
    values = [name for name in proposed.columns if name not in key]
    compared = proposed.join(current, on=key, how="left", suffix="_actuel", maintain_order="left")
    known = pl.col("lot").is_not_null()
    same = known & pl.all_horizontal(pl.col(name).eq_missing(pl.col(f"{name}_actuel")) for name in values)
    # Withdrawing what was never declared says nothing; only the two figures of a cell can be withdrawn.
    withdrawn = pl.all_horizontal(pl.col(name).is_null() for name in values)
    return compared.filter(~same & (known | ~withdrawn)).select(proposed.columns)


def _news(
    connection: Connection, changed: pl.DataFrame, entree: Entree, current: pl.DataFrame
) -> pl.DataFrame:
    """Leave out what this very file already said: brought again, it does not undo a later correction.

    What it said and was not written, for it stood already, is told by the later lot that changed it.
    """
    table = TABLE_OF_NATURE[entree.nature]
    same_file = select(lot.c.lot).where(lot.c.sha256 == entree.sha256)
    last = connection.scalar(select(func.max(same_file.subquery().c.lot)))
    if last is None:
        return changed
    said = select(*(table.c[name] for name in changed.columns)).where(table.c.lot.in_(same_file))
    return changed.join(
        read_frame(connection, said, changed.schema), on=changed.columns, how="anti", nulls_equal=True
    ).join(current.filter(pl.col("lot") > last), on=_key_of(table), how="anti")


def _repeated(connection: Connection, entree: Entree, changed: pl.DataFrame) -> pl.DataFrame:
    """Give what a lot received on a known day says again as it was, unless it is the same file again."""
    proposed = _as_stored(entree.nature, entree.acceptees)
    if entree.recu_le is None:
        return proposed.clear()
    same = exists().where(lot.c.sha256 == entree.sha256, lot.c.recu_le == entree.recu_le)
    if connection.scalar(select(same)):
        return proposed.clear()
    return proposed.join(changed, on=_key_of(TABLE_OF_NATURE[entree.nature]), how="anti")


def _hold_what_was_confirmed(
    connection: Connection, number: int, changed: pl.DataFrame, current: pl.DataFrame
) -> None:
    """Keep what was received after a lot that is entered late, and had only repeated what stood before it.

    `current`: the cells as they stood when that lot was received. Where the next that was said of a cell was
    the same value again, that value is written as declared then.
    """
    rank = connection.scalar(select(lot.c.ordre).where(lot.c.lot == number))

    def next_in(table: Table, name: str) -> pl.DataFrame:
        cell = [table.c[each] for each in _CELL]
        statement = (
            select(*cell, func.min(lot.c.ordre).label(name))
            .join(lot, lot.c.lot == table.c.lot)
            .where(lot.c.ordre > rank, table.c.mois.in_(changed["mois"].unique().to_list()))
            .group_by(*cell)
        )
        return read_frame(connection, statement, {**_CELL_SCHEMA, name: pl.Int64})

    held = (
        changed.select(_CELL)
        .join(next_in(confirmation, "confirme"), on=_CELL)
        .join(next_in(declaration, "declare"), on=_CELL, how="left")
        .filter(pl.col("declare").is_null() | (pl.col("confirme") < pl.col("declare")))
        .join(current.select(*_CELL, *_FIGURES), on=_CELL, how="left")
        .select(*_CELL, *_FIGURES, lot=pl.col("confirme") % _LOTS_A_DAY)
    )
    insert_frame(connection, declaration, held)


def _insert_lot(
    connection: Connection,
    entree: Entree,
    connu_le: datetime,
    changed: pl.DataFrame,
    unchanged: int,
    refused: pl.DataFrame,
) -> int:
    last_lot, last_moment = connection.execute(select(func.max(lot.c.lot), func.max(lot.c.connu_le))).one()
    number = int(last_lot or 0) + 1
    moment = connu_le.astimezone(UTC)
    check_clock(connection, moment)
    if last_moment is not None:
        # A clock that steps back a little must not put a lot before those it follows. A fictional answer is
        # given on a day of the past.
        if entree.origine != DEMO:
            check_order(moment + SKEW, last_moment)
        moment = max(moment, last_moment)
    connection.execute(
        insert(lot).values(
            lot=number,
            nature=entree.nature,
            origine=entree.origine,
            auteur=clean_text(entree.auteur, lines=False)[:200],
            connu_le=moment,
            recu_le=entree.recu_le,
            ordre=_rank(entree.recu_le or day_in_paris(moment), number),
            fichier=clean_text(entree.fichier, lines=False)[:400],
            sha256=entree.sha256,
            forme=entree.forme,
            encodage=entree.encodage,
            lues=entree.lues,
            acceptees=changed.height,
            inchangees=unchanged,
            refusees=entree.rejets.height,
            non_reponses=entree.non_reponses,
            alertes=entree.alertes.height,
        )
    )
    insert_frame(connection, TABLE_OF_NATURE[entree.nature], changed.with_columns(lot=number))
    lines = (
        (rejet, refused.select(list(REJETS_SCHEMA)).drop("remplace")),
        (alerte, entree.alertes.select(list(ALERTES_SCHEMA))),
    )
    for table, frame in lines:
        insert_frame(connection, table, _fitting(table, frame).with_columns(lot=number))
    return number


def _fitting(table: Table, frame: pl.DataFrame) -> pl.DataFrame:
    """Fit texts that come from files to their columns: cut, without what no database takes, never null."""
    fitted: list[pl.Expr] = []
    for column in table.columns:
        if column.name in frame.columns and isinstance(column.type, String) and column.type.length:
            text_ = (
                pl.col(column.name)
                .str.replace_all("\x00", "\ufffd", literal=True)
                .str.head(column.type.length)
            )
            fitted.append(text_ if column.nullable else text_.fill_null(""))
    return frame.with_columns(fitted)


def _new_rejets(connection: Connection, entree: Entree) -> pl.DataFrame:
    """Keep the refused lines that are not waiting already, from this very file or from a quarantine."""
    if connection.scalar(select(exists().where(lot.c.sha256 == entree.sha256))):
        return entree.rejets.clear()
    waiting = select(rejet.c.rejet.label("remplace"), rejet.c.texte).where(rejet.c.corrige_par.is_(None))
    known = read_frame(connection, waiting, REJETS_SCHEMA)
    # A quarantine gives a line that was too short all its fields: empty ones at its end say nothing new.
    said = pl.col("texte").str.strip_chars_end(";")
    return _fitting(rejet, entree.rejets).join(
        known, left_on=["remplace", said], right_on=["remplace", said], how="anti"
    )


def _corrections(entree: Entree) -> list[int]:
    if "rejet" not in entree.acceptees.columns:
        return []
    return entree.acceptees["rejet"].drop_nulls().to_list()


def _mark_corrected(connection: Connection, number: int, corrections: list[int]) -> None:
    """Mark the refused lines that this lot names, or whose cell it fills in."""
    same_cell = exists().where(
        declaration.c.lot == number, *(declaration.c[name] == rejet.c[name] for name in _CELL)
    )
    waiting = update(rejet).where(rejet.c.corrige_par.is_(None), rejet.c.lot < number)
    connection.execute(waiting.where(same_cell).values(corrige_par=number))
    for start in range(0, len(corrections), _IDS_AT_ONCE):
        named = rejet.c.rejet.in_(corrections[start : start + _IDS_AT_ONCE])
        connection.execute(waiting.where(named).values(corrige_par=number))


def _contents(connection: Connection) -> ContenuDemo:
    def counted(
        named: Mapping[Table, tuple[str, str]], which: Callable[[Table], ColumnElement[bool]]
    ) -> tuple[tuple[int, str, str], ...]:
        found = [
            (int(connection.scalar(select(func.count()).select_from(table).where(which(table))) or 0), *words)
            for table, words in named.items()
        ]
        return tuple(each for each in found if each[0])

    return ContenuDemo(
        (
            *counted(_LEAVES, lambda table: lot.c.lot != NO_LOT if table is lot else true()),
            *counted(_STAYS, lambda table: table.c.auteur == AUTEUR_DEMO),
        ),
        counted(_STAYS, lambda table: table.c.auteur != AUTEUR_DEMO),
    )


def _later_than(now: datetime) -> list[tuple[Table, ColumnElement[bool]]]:
    """List the tables that say when each of their rows was written, and which rows were after now."""
    return [
        (table, table.c.connu_le > now) for table in metadata.sorted_tables if "connu_le" in table.columns
    ]


def _empty(connection: Connection) -> None:
    """Remove every lot and all that hangs from it, but what is no fiction; the revision still rises."""
    _forget_what_the_demo_signed(connection)
    if connection.scalar(select(exists().where(tables.scenario.c.lot != NO_LOT))):
        _keep_the_scenarios(connection)
    kept = {*_STAYS, *_STAY_WITH_THEM, revision}
    for table in reversed(metadata.sorted_tables):
        if table is lot:
            connection.execute(delete(lot).where(lot.c.lot != NO_LOT))
        elif table not in kept:
            connection.execute(delete(table))
    raise_revision(connection, demo=False)


def _forget_what_the_demo_signed(connection: Connection) -> None:
    """Remove what looks like people's work and is fiction: the scenarios and the cost of the demo."""
    scenario, put_away = tables.scenario, tables.scenario_rangement
    fictional = select(scenario.c.scenario).where(scenario.c.auteur == AUTEUR_DEMO)
    connection.execute(delete(put_away).where(put_away.c.scenario.in_(fictional)))
    connection.execute(update(scenario).where(scenario.c.tire_de.in_(fictional)).values(tire_de=None))
    for table in _STAYS:
        connection.execute(delete(table).where(table.c.auteur == AUTEUR_DEMO))


def _keep_the_scenarios(connection: Connection) -> None:
    """Tie the scenarios to no lot: the one that each was computed on leaves."""
    if not connection.scalar(select(exists().where(lot.c.lot == NO_LOT))):
        columns = [column for column in lot.columns if not column.nullable]
        empty = {column.name: 0 if isinstance(column.type, Integer) else "" for column in columns}
        connection.execute(insert(lot).values(empty | {"connu_le": datetime(1970, 1, 1, tzinfo=UTC)}))
    connection.execute(update(tables.scenario).values(lot=NO_LOT))
