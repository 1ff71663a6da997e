"""The tables of the store, the same on SQLite and PostgreSQL.

Writes are lots: nothing in `lot`, `declaration`, `confirmation`, `interieur`, `base_annuelle`,
`credit_vacataire`, `base_activite`, `niveau_annuel`, `objectif_fixe`, `equipement`, `rejet`, `alerte`,
`projection` or `recalage` is ever updated, save the mark that a refused line was corrected; nothing at all in
the tables of settlements, scenarios and the collection, from `regle_ajoutee` down.
`cellule`, `agregat_activite` and `total_juridiction` only repeat what `declaration` says now, and are
maintained in the transaction of each lot, so that a page reads a few thousand rows whatever the
length of the history.
"""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
)
from sqlalchemy.engine import Dialect

from analytics.vocabulary.wording import clean_text


class UtcDateTime(TypeDecorator[datetime]):
    """A moment, kept in UTC on engines that know time zones and on those that do not."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse a moment without time zone: nobody could say when it was."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs a time zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give back what the engine lost."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class TypedText(TypeDecorator[str]):
    """What a person typed, kept as it can be read: the same on an engine that takes any character and not."""

    impl = Text
    cache_ok = True
    lines = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Take away what nobody sees, and what one of the engines would refuse."""
        return None if value is None else clean_text(value, lines=self.lines)


class TypedLine(TypedText):
    """What a person typed on one line."""

    lines = False
    cache_ok = True


class ExactDecimal(TypeDecorator[Decimal]):
    """An exact number, kept as text: SQLite has no exact decimal type."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> str | None:
        """Write every digit."""
        return None if value is None else str(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Decimal | None:
        """Read every digit."""
        return None if value is None else Decimal(value)


metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
    }
)

# The last migration; a test holds it against the scripts, so that a start need not read them.
SCHEMA_VERSION = "0008"

# One row: the number that every write raises. Caches are keyed by it, so several servers agree.
revision = Table(
    "revision",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("numero", Integer, nullable=False),
    Column("demo", Boolean, nullable=False),
    # Drawn anew at each write: a store put back to an earlier state never meets again what was read after it.
    Column("jeton", String(32), nullable=False, server_default=""),
    CheckConstraint("id = 1", name="une_seule_ligne"),
)

lot = Table(
    "lot",
    metadata,
    Column("lot", Integer, primary_key=True),
    Column("nature", String(20), nullable=False),
    Column("origine", String(20), nullable=False),
    Column("auteur", String(200), nullable=False),
    Column("connu_le", UtcDateTime(), nullable=False),
    Column("fichier", String(400), nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("forme", String(20), nullable=False),
    Column("encodage", String(20)),
    Column("lues", Integer, nullable=False),
    Column("acceptees", Integer, nullable=False),
    Column("inchangees", Integer, nullable=False),
    Column("refusees", Integer, nullable=False),
    Column("non_reponses", Integer, nullable=False),
    Column("alertes", Integer, nullable=False),
    # The day the file was received, where someone said so: it may have been entered long after.
    Column("recu_le", Date),
    # What decides between two values of a cell: the day received (else entered), then the number of the lot.
    Column("ordre", BigInteger, nullable=False, server_default="0"),
    Index(None, "connu_le"),
    Index(None, "sha256"),
    Index(None, "ordre"),
)


def _of_lot() -> Column[int]:
    return Column("lot", Integer, ForeignKey("lot.lot"), nullable=False)


def _cell() -> tuple[Column[Any], ...]:
    """What names a cell of the questionnaire."""
    return (
        Column("mois", Date, nullable=False),
        Column("juridiction", String(60), nullable=False),
        Column("activite", String(40), nullable=False),
    )


def _by_year(name: str, *columns: Column[Any], by: tuple[str, ...] = ()) -> Table:
    """What lots give a year and a cour (and `by` some of the columns), with its source."""
    return Table(
        name,
        metadata,
        _of_lot(),
        Column("annee", Integer, nullable=False),
        Column("cour", String(60), nullable=False),
        *columns,
        Column("source", String(400), nullable=False),
        PrimaryKeyConstraint("lot", "annee", "cour", *by),
    )


def _signed() -> tuple[Column[Any], ...]:
    """Who wrote the row, and when."""
    return Column("auteur", TypedLine, nullable=False), Column("connu_le", UtcDateTime(), nullable=False)


# Null in both figures: the lot withdraws the value.
declaration = Table(
    "declaration",
    metadata,
    _of_lot(),
    *_cell(),
    Column("visioconferences", Integer),
    Column("extractions_evitees", Integer),
    PrimaryKeyConstraint("lot", "mois", "juridiction", "activite"),
    CheckConstraint(
        "(visioconferences IS NULL AND extractions_evitees IS NULL)"
        " OR (0 <= extractions_evitees AND extractions_evitees <= visioconferences)",
        name="evitees_dans_le_total",
    ),
    sqlite_with_rowid=False,
)

# A cell that a lot received on a known day repeats as it was: what it says must hold, should a lot received
# before it, and saying otherwise, be entered after it.
confirmation = Table(
    "confirmation",
    metadata,
    _of_lot(),
    *_cell(),
    PrimaryKeyConstraint("lot", "mois", "juridiction", "activite"),
    sqlite_with_rowid=False,
)

cellule = Table(
    "cellule",
    metadata,
    *_cell(),
    Column("visioconferences", Integer, nullable=False),
    Column("extractions_evitees", Integer, nullable=False),
    # The first lot that declared the cell since it was last withdrawn, and the one that gives its value.
    Column("premier_lot", Integer, nullable=False),
    Column("lot", Integer, nullable=False),
    PrimaryKeyConstraint("mois", "juridiction", "activite"),
    sqlite_with_rowid=False,
)

agregat_activite = Table(
    "agregat_activite",
    metadata,
    Column("mois", Date, nullable=False),
    Column("cour", String(60), nullable=False),
    Column("activite", String(40), nullable=False),
    Column("cellules", Integer, nullable=False),
    Column("visioconferences", Integer, nullable=False),
    Column("extractions_evitees", Integer, nullable=False),
    PrimaryKeyConstraint("mois", "cour", "activite"),
    sqlite_with_rowid=False,
)

total_juridiction = Table(
    "total_juridiction",
    metadata,
    Column("mois", Date, nullable=False),
    Column("juridiction", String(60), nullable=False),
    Column("cour", String(60), nullable=False),
    Column("cellules", Integer, nullable=False),
    Column("visioconferences", Integer, nullable=False),
    Column("extractions_evitees", Integer, nullable=False),
    Column("evitees_objectif", Integer, nullable=False),
    Column("premier_lot", Integer, nullable=False),
    Column("dernier_lot", Integer, nullable=False),
    PrimaryKeyConstraint("mois", "juridiction"),
    sqlite_with_rowid=False,
)

interieur = Table(
    "interieur",
    metadata,
    _of_lot(),
    Column("mois", Date, nullable=False),
    Column("cour", String(60), nullable=False),
    Column("service", String(60), nullable=False),
    Column("extractions_requises", Integer, nullable=False),
    Column("extractions_executees", Integer, nullable=False),
    PrimaryKeyConstraint("lot", "mois", "cour", "service"),
)

base_annuelle = _by_year("base_annuelle", Column("extractions", Integer, nullable=False))

base_activite = _by_year(
    "base_activite",
    Column("activite", String(40), nullable=False),
    Column("extractions", Integer, nullable=False),
    by=("activite",),
)

niveau_annuel = _by_year("niveau_annuel", Column("evitees", Integer, nullable=False))

objectif_fixe = _by_year("objectif_fixe", Column("extractions_a_eviter", Integer, nullable=False))

credit_vacataire = _by_year(
    "credit_vacataire",
    # Cents: SQLite has no exact decimal type.
    Column("credits_centimes", BigInteger, nullable=False),
)

equipement = Table(
    "equipement",
    metadata,
    _of_lot(),
    Column("cour", String(60), nullable=False),
    Column("etablissement", String(200), nullable=False),
    Column("population", Integer, nullable=False),
    Column("equipe_depuis", Date),
    Column("source", String(400), nullable=False),
    PrimaryKeyConstraint("lot", "cour", "etablissement"),
)

# A refused line waits here, as typed, until a later lot corrects it.
rejet = Table(
    "rejet",
    metadata,
    Column("rejet", Integer, primary_key=True),
    _of_lot(),
    Column("ligne", Integer, nullable=False),
    Column("regle", String(40), nullable=False),
    Column("champ", String(40), nullable=False),
    Column("valeur", String(400), nullable=False),
    Column("motif", String(1000), nullable=False),
    Column("texte", String(2000), nullable=False),
    Column("mois", Date),
    Column("juridiction", String(60)),
    Column("activite", String(40)),
    Column("corrige_par", Integer, ForeignKey("lot.lot")),
    Index(None, "lot"),
)

alerte = Table(
    "alerte",
    metadata,
    Column("alerte", Integer, primary_key=True),
    _of_lot(),
    Column("ligne", Integer, nullable=False),
    Column("regle", String(40), nullable=False),
    Column("message", String(1000), nullable=False),
    Column("mois", Date),
    Column("juridiction", String(60)),
    Column("activite", String(40)),
    Index(None, "mois"),
)

# What was projected for the end of a year, each time something new was known; `cour` may be the country.
projection = Table(
    "projection",
    metadata,
    _of_lot(),
    Column("mois", Date, nullable=False),
    Column("cour", String(60), nullable=False),
    Column("connu_le", UtcDateTime(), nullable=False),
    Column("methode", String(20), nullable=False),
    Column("evitees", Integer, nullable=False),
    Column("objectif", Float, nullable=False),
    Column("moyenne", Float, nullable=False),
    Column("variance", Float, nullable=False),
    # The seasonal run-rate, against which the projection is scored.
    Column("rythme_moyenne", Float, nullable=False),
    Column("rythme_variance", Float, nullable=False),
    PrimaryKeyConstraint("lot", "mois", "cour"),
)

# A person decided that a control chart starts anew at a month, or took it back (`retire`).
recalage = Table(
    "recalage",
    metadata,
    Column("recalage", Integer, primary_key=True),
    Column("connu_le", UtcDateTime(), nullable=False),
    Column("auteur", String(200), nullable=False),
    Column("cour", String(60), nullable=False),
    Column("mois", Date, nullable=False),
    Column("cause", String(400), nullable=False),
    Column("retire", Boolean, nullable=False),
    Index(None, "cour"),
)

# A rule of settlement that someone added: one [[regle]] table of TOML.
regle_ajoutee = Table(
    "regle_ajoutee",
    metadata,
    Column("identifiant", TypedLine, primary_key=True),
    Column("toml", Text, nullable=False),
    *_signed(),
)

# What one ETPT costs in euros; `valide_au` is null as long as no end is known.
cout_etpt = Table(
    "cout_etpt",
    metadata,
    Column("cout", Integer, primary_key=True),
    Column("valide_du", Date, nullable=False),
    Column("valide_au", Date),
    Column("euros", ExactDecimal(), nullable=False),
    Column("source", TypedText, nullable=False),
    *_signed(),
)

# A settlement as it was computed: two texts of canonical JSON, each with the SHA-256 of its bytes.
decompte = Table(
    "decompte",
    metadata,
    Column("decompte", Integer, primary_key=True),
    Column("annee", Integer, nullable=False),
    Column("entrees", Text, nullable=False),
    Column("resultat", Text, nullable=False),
    Column("empreinte_entrees", String(64), nullable=False),
    Column("empreinte", String(64), nullable=False),
    _of_lot(),
    # Unique: a settlement is replaced once, so that its versions make one chain.
    Column("remplace", Integer, ForeignKey("decompte.decompte"), unique=True),
    *_signed(),
)

# The states a settlement went through; two people cannot both write its next `rang`.
decompte_etape = Table(
    "decompte_etape",
    metadata,
    Column("decompte", Integer, ForeignKey("decompte.decompte"), nullable=False),
    Column("rang", Integer, nullable=False),
    Column("etat", String(20), nullable=False),
    Column("auteur", TypedLine, nullable=False),
    Column("motif", TypedText, nullable=False),
    Column("connu_le", UtcDateTime(), nullable=False),
    # That of the settlement, again: what this person had before their eyes.
    Column("empreinte", String(64), nullable=False),
    PrimaryKeyConstraint("decompte", "rang"),
)

contestation = Table(
    "contestation",
    metadata,
    Column("contestation", Integer, primary_key=True),
    Column("decompte", Integer, ForeignKey("decompte.decompte"), nullable=False),
    Column("cour", String(60), nullable=False),
    Column("ligne", String(60), nullable=False),
    Column("proposition", ExactDecimal(), nullable=False),
    Column("motif", TypedText, nullable=False),
    Column("piece", TypedText, nullable=False),
    *_signed(),
)

# The primary key is that of the contest: it is answered once.
reponse_contestation = Table(
    "reponse_contestation",
    metadata,
    Column("contestation", Integer, ForeignKey("contestation.contestation"), primary_key=True),
    Column("acceptee", Boolean, nullable=False),
    Column("motif", TypedText, nullable=False),
    *_signed(),
)

# A scenario as its author kept it: canonical JSON of its levers, and the last lot it was computed on.
scenario = Table(
    "scenario",
    metadata,
    Column("scenario", Integer, primary_key=True),
    Column("nom", TypedLine, nullable=False),
    Column("note", TypedText, nullable=False),
    Column("texte", Text, nullable=False),
    Column("empreinte", String(64), nullable=False),
    _of_lot(),
    # The codes of the cours it names, sorted and joined by commas: who does not see them all does not see it.
    Column("cours", Text, nullable=False),
    Column("tire_de", Integer, ForeignKey("scenario.scenario")),
    *_signed(),
)

# Someone put a scenario away, or took it out again.
scenario_rangement = Table(
    "scenario_rangement",
    metadata,
    Column("scenario", Integer, ForeignKey("scenario.scenario"), nullable=False),
    Column("rang", Integer, nullable=False),
    Column("archive", Boolean, nullable=False),
    *_signed(),
    PrimaryKeyConstraint("scenario", "rang"),
)

# The Secrétariat général takes the answer of a juridiction again; the last row of a pair counts.
reouverture = Table(
    "reouverture",
    metadata,
    Column("reouverture", Integer, primary_key=True),
    Column("mois", Date, nullable=False),
    Column("juridiction", String(60), nullable=False),
    Column("jusqu_au", Date, nullable=False),
    Column("motif", TypedText, nullable=False),
    *_signed(),
)

# A reminder as it was about to leave; two people cannot both write its next `rang`.
relance = Table(
    "relance",
    metadata,
    Column("relance", Integer, primary_key=True),
    Column("mois", Date, nullable=False),
    Column("juridiction", String(60), nullable=False),
    Column("etape", String(20), nullable=False),
    Column("rang", Integer, nullable=False),
    Column("adresse", TypedLine, nullable=False),
    Column("message_id", Text, nullable=False),
    Column("texte", TypedText, nullable=False),
    *_signed(),
    UniqueConstraint("mois", "juridiction", "etape", "rang"),
)

# What became of a reminder, said once; none: it was interrupted, or is on its way.
relance_issue = Table(
    "relance_issue",
    metadata,
    Column("relance", Integer, ForeignKey("relance.relance"), primary_key=True),
    Column("resultat", Text, nullable=False),
    Column("connu_le", UtcDateTime(), nullable=False),
    # Who decided, where the sending was interrupted; null where the server itself answered.
    Column("auteur", TypedLine),
)

# The text of the reminders as it is being typed, so that no interruption loses it; the last row counts,
# both texts empty: nobody is typing.
modele_en_cours = Table(
    "modele_en_cours",
    metadata,
    Column("frappe", Integer, primary_key=True),
    Column("sujet", TypedLine, nullable=False),
    Column("corps", TypedText, nullable=False),
    Column("connu_le", UtcDateTime(), nullable=False),
)

# The text of the reminders, the last row counts; both texts empty: that of the product.
modele_relance = Table(
    "modele_relance",
    metadata,
    Column("modele", Integer, primary_key=True),
    Column("sujet", TypedLine, nullable=False),
    Column("corps", TypedText, nullable=False),
    *_signed(),
)

# The mailbox of a juridiction where it is not that of the pattern, the last row counts; empty: it is.
boite = Table(
    "boite",
    metadata,
    Column("boite", Integer, primary_key=True),
    Column("juridiction", String(60), nullable=False),
    Column("adresse", TypedLine, nullable=False),
    *_signed(),
)

suivi_alerte = Table(
    "suivi_alerte",
    metadata,
    Column("suivi", Integer, primary_key=True),
    Column("alerte", Integer, ForeignKey("alerte.alerte"), nullable=False),
    Column("statut", String(20), nullable=False),
    Column("commentaire", TypedText, nullable=False),
    *_signed(),
)

# What was typed in a questionnaire and not sent yet, a row each time; empty: it was sent, or given up.
brouillon = Table(
    "brouillon",
    metadata,
    Column("brouillon", Integer, primary_key=True),
    Column("mois", Date, nullable=False),
    Column("juridiction", String(60), nullable=False),
    Column("texte", Text, nullable=False),
    *_signed(),
    Index(None, "mois", "juridiction"),
)

# The answer of a juridiction given on screen: the text whose SHA-256 is that of its lot, as it was validated.
questionnaire = Table(
    "questionnaire",
    metadata,
    Column("lot", Integer, ForeignKey("lot.lot"), primary_key=True),
    Column("mois", Date, nullable=False),
    Column("juridiction", String(60), nullable=False),
    Column("contenu", Text, nullable=False),
)

# A signature that its owner gave back before it ended; the key says nothing of whose it was.
deconnexion = Table(
    "deconnexion",
    metadata,
    Column("cle", String(64), primary_key=True),
    Column("connu_le", UtcDateTime(), nullable=False),
)
