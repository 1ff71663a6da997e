"""The frames everything else speaks of: what a row means, which columns, which bounds.

`mois` is always the first day of a month. Counts are integers. Missing is never zero: a count is
null only where the schema says what the null means. Codes are plain strings, never Enum or
Categorical: such columns, shared by threads and converted to pandas, have frozen the server.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple

import dataframely as dy
import polars as pl

from analytics.vocabulary.perimetre import Perimetre

# Where a line of figures by cour also has one for the whole country.
COUNTRY = "NATIONAL"


class Cours(dy.Schema):
    """The 35 cours d'appel and 2 tribunaux supérieurs d'appel of 2009, and what came later."""

    cour = dy.String(primary_key=True)
    nom = dy.String()
    nom_court = dy.String()
    type = dy.String(check=lambda c: c.is_in(["CA", "TSA"]))
    outre_mer = dy.Bool()
    latitude = dy.Float64()
    longitude = dy.Float64()
    groupe_dsj = dy.String(nullable=True)
    valide_du = dy.Date(nullable=True)
    valide_au = dy.Date(nullable=True)


class Juridictions(dy.Schema):
    """One row a juridiction and a period in which it belonged to one cour; bounds are inclusive.

    The natural key is (`juridiction`, `valide_du`): a TGI can close, reopen, or change cour.
    A null bound is open.
    """

    juridiction = dy.String()
    nom = dy.String()
    nom_court = dy.String()
    type = dy.String(check=lambda c: c.is_in(["CA", "TSA", "CHA", "TGI", "TPI"]))
    cour = dy.String()
    ville = dy.String()
    latitude = dy.Float64()
    longitude = dy.Float64()
    valide_du = dy.Date(nullable=True)
    valide_au = dy.Date(nullable=True)

    @dy.rule()
    def cle_unique(cls) -> pl.Expr:
        """One row a juridiction and a start of validity."""
        return pl.struct("juridiction", "valide_du").is_unique()


class Activites(dy.Schema):
    """The rows of the monthly questionnaire, in its order.

    `niveaux` lists the kinds of juridiction that fill the row in. `compte_objectif`: its column 2
    counts for the objective. `colonne_2`: attendue, rare (worth a question when large) or exclue.
    `legal_depuis`: before that date a zero is structural; null when it was always possible.
    """

    ordre = dy.Int64(min=0)
    activite = dy.String(primary_key=True)
    libelle = dy.String()
    groupe = dy.String()
    niveaux = dy.List(dy.String())
    compte_objectif = dy.Bool()
    colonne_2 = dy.String(check=lambda c: c.is_in(["attendue", "rare", "exclue"]))
    legal_depuis = dy.Date(nullable=True)
    base_legale = dy.String(nullable=True)
    note = dy.String(nullable=True)


class Declarations(dy.Schema):
    """The value of a cell (mois, juridiction, activité) as last declared at the date asked.

    Column 1 is `visioconferences`, column 2 `extractions_evitees` (circular, III, 2).
    """

    mois = dy.Date(primary_key=True)
    juridiction = dy.String(primary_key=True)
    activite = dy.String(primary_key=True)
    visioconferences = dy.Int64(min=0)
    extractions_evitees = dy.Int64(min=0)
    cour = dy.String()
    connu_le = dy.Datetime(time_zone="UTC")
    recu_le = dy.Date(nullable=True)
    lot = dy.Int64()

    @dy.rule()
    def evitees_dans_le_total(cls) -> pl.Expr:
        """Column 2 counts some of column 1."""
        return pl.col("extractions_evitees") <= pl.col("visioconferences")


class AgregatActivite(dy.Schema):
    """Sums of the declared cells of one month, cour and activité; `cellules` of them were declared."""

    mois = dy.Date(primary_key=True)
    cour = dy.String(primary_key=True)
    activite = dy.String(primary_key=True)
    cellules = dy.Int64(min=1)
    visioconferences = dy.Int64(min=0)
    extractions_evitees = dy.Int64(min=0)


class TotalJuridiction(dy.Schema):
    """What one juridiction declared for one month; a row exists only where it answered.

    `evitees_objectif` keeps the activities whose column 2 counts for the objective. `premier_lot` and
    `dernier_lot` tell an answer corrected later from one left as it came.
    """

    mois = dy.Date(primary_key=True)
    juridiction = dy.String(primary_key=True)
    cour = dy.String()
    cellules = dy.Int64(min=1)
    visioconferences = dy.Int64(min=0)
    extractions_evitees = dy.Int64(min=0)
    evitees_objectif = dy.Int64(min=0)
    premier_lot = dy.Int64()
    dernier_lot = dy.Int64()


class BaseAnnuelle(dy.Schema):
    """Extractions of a reference year, per cour, with where the figure comes from."""

    annee = dy.Int64(primary_key=True)
    cour = dy.String(primary_key=True)
    extractions = dy.Int64(min=0)
    source = dy.String()


class BaseActivite(dy.Schema):
    """Extractions of a reference year, per cour and activité, where someone counted them."""

    annee = dy.Int64(primary_key=True)
    cour = dy.String(primary_key=True)
    activite = dy.String(primary_key=True)
    extractions = dy.Int64(min=0)
    source = dy.String()


class NiveauAnnuel(dy.Schema):
    """Extractions already avoided in a year before the objective: the level that reading B deducts."""

    annee = dy.Int64(primary_key=True)
    cour = dy.String(primary_key=True)
    evitees = dy.Int64(min=0)
    source = dy.String()


class ObjectifFixe(dy.Schema):
    """The objective that the Secrétariat général set for one cour, in place of the rate."""

    annee = dy.Int64(primary_key=True)
    cour = dy.String(primary_key=True)
    extractions_a_eviter = dy.Int64(min=0)
    source = dy.String()


class Interieur(dy.Schema):
    """Extractions required by the courts and executed, as counted by police and gendarmerie."""

    mois = dy.Date(primary_key=True)
    cour = dy.String(primary_key=True)
    service = dy.String(primary_key=True)
    extractions_requises = dy.Int64(min=0)
    extractions_executees = dy.Int64(min=0)


class CreditsVacataires(dy.Schema):
    """The budget line of each cour on which its responsibility is engaged (circular, p. 2)."""

    annee = dy.Int64(primary_key=True)
    cour = dy.String(primary_key=True)
    credits_eur = dy.Decimal(precision=14, scale=2, min=0)
    source = dy.String()


class Equipements(dy.Schema):
    """Prisons, their population, and since when they have videoconference; null: not equipped."""

    cour = dy.String(primary_key=True)
    etablissement = dy.String(primary_key=True)
    population = dy.Int64(min=0)
    equipe_depuis = dy.Date(nullable=True)
    source = dy.String()


# Where a lot comes from: a file, the questionnaire on screen, or fiction.
IMPORT, ON_SCREEN, DEMO = "import", "questionnaire", "demo"
# Who signs what the demonstration holds.
AUTEUR_DEMO = "Démonstration"


class Lots(dy.Schema):
    """The history of writes: who, when, from which file, with what result.

    `connu_le`: when the lot was entered. `recu_le`: the day its file was received, where someone said so;
    it may be long before.
    """

    lot = dy.Int64(primary_key=True)
    nature = dy.String()
    origine = dy.String()
    auteur = dy.String()
    connu_le = dy.Datetime(time_zone="UTC")
    recu_le = dy.Date(nullable=True)
    fichier = dy.String()
    sha256 = dy.String()
    forme = dy.String()
    encodage = dy.String(nullable=True)
    lues = dy.Int64(min=0)
    acceptees = dy.Int64(min=0)
    inchangees = dy.Int64(min=0)
    refusees = dy.Int64(min=0)
    non_reponses = dy.Int64(min=0)
    alertes = dy.Int64(min=0)


class ProjectionGardee(dy.Schema):
    """What was projected for the end of the year of `mois`, when `mois` was the last month known.

    `cour` is `COUNTRY` for all of them. `evitees`: declared since January at that time; `moyenne` and
    `variance`: of what the rest of the year would bring; `rythme_…`: the same by seasonal run-rate.
    """

    lot = dy.Int64(primary_key=True)
    mois = dy.Date(primary_key=True)
    cour = dy.String(primary_key=True)
    connu_le = dy.Datetime(time_zone="UTC")
    methode = dy.String()
    evitees = dy.Int64(min=0)
    objectif = dy.Float64(min=0)
    moyenne = dy.Float64(min=0)
    variance = dy.Float64(min=0)
    rythme_moyenne = dy.Float64(min=0)
    rythme_variance = dy.Float64(min=0)


class Recalages(dy.Schema):
    """Someone starts the control chart of a cour anew at `mois`, for a cause; or takes it back."""

    recalage = dy.Int64(primary_key=True)
    connu_le = dy.Datetime(time_zone="UTC")
    auteur = dy.String()
    cour = dy.String()
    mois = dy.Date()
    cause = dy.String()
    retire = dy.Bool()


# How a juridiction is reminded, and what became of it; « refusé » is followed by what the server said.
MESSAGERIE, TELEPHONE = "messagerie", "telephone"
ENVOYE, REFUSE, DOSSIER, APPELE, EN_COURS = "envoyé", "refusé", "dossier", "appelé", "en cours"
# A sending was interrupted; someone looked, and the message had not left.
NON_PARTI = "non parti"
# What is said of a plausibility alert, once someone looked.
STATUTS_ALERTE = ("à vérifier", "confirmé", "corrigé")


class Relances(dy.Schema):
    """Reminders sent or made for the campaign of `mois`; « dossier »: written for someone to send.

    « en cours »: it was being sent, and nobody said what became of it. `texte` is the message, or what was
    said on the telephone. `tranche_par`: who said what became of one whose sending was interrupted.
    """

    relance = dy.Int64(primary_key=True)
    mois = dy.Date()
    juridiction = dy.String()
    cour = dy.String()
    etape = dy.String(check=lambda c: c.is_in([MESSAGERIE, TELEPHONE]))
    rang = dy.Int64(min=1)
    adresse = dy.String()
    message_id = dy.String()
    texte = dy.String()
    resultat = dy.String()
    tranche_par = dy.String(nullable=True)
    auteur = dy.String()
    connu_le = dy.Datetime(time_zone="UTC")


class Reouvertures(dy.Schema):
    """One juridiction may answer for `mois` until a day, its campaign being closed; the last one counts."""

    reouverture = dy.Int64(primary_key=True)
    mois = dy.Date()
    juridiction = dy.String()
    cour = dy.String()
    jusqu_au = dy.Date()
    motif = dy.String()
    auteur = dy.String()
    connu_le = dy.Datetime(time_zone="UTC")


# The cell that a line of a file speaks of, as far as it could be resolved.
CELL = {"mois": pl.Date, "juridiction": pl.String, "activite": pl.String}
# A line that was refused; `remplace`: the quarantined line that it corrects, or tries to.
REJETS_SCHEMA = {
    "ligne": pl.Int64,
    **dict.fromkeys(("regle", "champ", "valeur", "motif", "texte"), pl.String),
    **CELL,
    "remplace": pl.Int64,
}
# A question put to who sent a line that was accepted.
ALERTES_SCHEMA = {"ligne": pl.Int64, "regle": pl.String, "message": pl.String, **CELL}


class SuiviAlertes(dy.Schema):
    """What someone concluded on a plausibility alert; the last one counts."""

    suivi = dy.Int64(primary_key=True)
    alerte = dy.Int64()
    cour = dy.String(nullable=True)
    statut = dy.String(check=lambda c: c.is_in(list(STATUTS_ALERTE)))
    commentaire = dy.String()
    auteur = dy.String()
    connu_le = dy.Datetime(time_zone="UTC")


@dataclass(frozen=True)
class Envoi:
    """One reminder, as it leaves: `etape` is `MESSAGERIE` or `TELEPHONE`.

    `texte`: the message, or what was said; a telephone call has no address and no `message_id`.
    """

    mois: date
    juridiction: str
    etape: str
    adresse: str
    message_id: str
    texte: str


@dataclass(frozen=True)
class Modele:
    """The text of a reminder, with its variables: `$juridiction`, `$mois`…"""

    sujet: str
    corps: str


# A place of a questionnaire that is typed in: an activity and one of its two figures, or a question asked.
Place = tuple[str, str]


@dataclass(frozen=True)
class Frappe:
    """What someone last typed in a place of a questionnaire."""

    texte: str
    auteur: str
    connu_le: datetime


@dataclass(frozen=True)
class Saisie:
    """A text that a browser sends for a place; `avants`: what it showed there before, one after the other."""

    place: Place
    texte: str
    avants: frozenset[str]


@dataclass(frozen=True)
class Brouillon:
    """What was typed in the questionnaire of a juridiction and not sent yet, place by place.

    `numero` grows with whatever happens to it; a place that is not in `frappes` holds what is declared.
    """

    numero: int
    frappes: Mapping[Place, Frappe]

    @property
    def derniere(self) -> Frappe | None:
        """Give what was typed last."""
        return max(self.frappes.values(), key=lambda each: each.connu_le, default=None)


@dataclass(frozen=True)
class Reponse:
    """The answer of one juridiction for one month, about to be written with its lot.

    `perimetre`: that of whoever answers. `contenu`: the text validated, whose SHA-256 is that of the lot.
    `vu`: the cells of that month (`activite` → lot) that the screen showed when it was validated.
    """

    perimetre: Perimetre
    mois: date
    juridiction: str
    contenu: str
    vu: Mapping[str, int]


@dataclass(frozen=True)
class ReponseValidee:
    """The answer that a juridiction gave on screen: its lot, who validated it, when, and the very text.

    `fictive`: it was given to the demonstration.
    """

    lot: int
    mois: date
    juridiction: str
    contenu: str
    empreinte: str
    fichier: str
    auteur: str
    connu_le: datetime
    fictive: bool


@dataclass(frozen=True)
class Consigne:
    """How an activity of the questionnaire is counted: what goes in, what does not."""

    compte: str
    exclut: str


# The states of a settlement that is kept, in their order, and how they are told.
SIMULATION, PROVISOIRE, CONTRADICTOIRE, DEFINITIF, CONTREPASSE = (
    "simulation",
    "provisoire",
    "contradictoire",
    "definitif",
    "contrepasse",
)
# No figure of a settlement, proposed in its place, is larger: the whole country has 155 000 extractions.
MOST_PROPOSED = 1_000_000_000
ETATS_DECOMPTE: Mapping[str, str] = {
    SIMULATION: "simulation",
    PROVISOIRE: "provisoire",
    CONTRADICTOIRE: "contradictoire",
    DEFINITIF: "définitif",
    CONTREPASSE: "contrepassé",
}


class RegleAjoutee(NamedTuple):
    """A rule of settlement that someone added: the text of one `[[regle]]` table."""

    identifiant: str
    toml: str
    auteur: str
    connu_le: datetime


@dataclass(frozen=True)
class CoutEtpt:
    """What one ETPT costs in euros, and from when to when (inclusive; None: no end known)."""

    cout: int
    valide_du: date
    valide_au: date | None
    euros: Decimal
    source: str
    auteur: str
    connu_le: datetime


@dataclass(frozen=True)
class DecompteGarde:
    """A settlement that is kept, without its figures: which year, from which lot, in which state now.

    `empreinte` and `empreinte_entrees`: SHA-256 of the texts of its result and of what went in.
    `remplace`: the settlement whose place it took.
    """

    decompte: int
    annee: int
    etat: str
    empreinte_entrees: str
    empreinte: str
    lot: int
    remplace: int | None
    auteur: str
    connu_le: datetime


@dataclass(frozen=True)
class DecompteComplet(DecompteGarde):
    """A settlement with the canonical JSON of all the cours: whoever shows it keeps those of the reader."""

    entrees: str
    resultat: str


@dataclass(frozen=True)
class EtapeDecompte:
    """A state that a settlement took: who decided, why (empty for the first record), on which result."""

    rang: int
    etat: str
    auteur: str
    motif: str
    connu_le: datetime
    empreinte: str


@dataclass(frozen=True)
class ScenarioGarde:
    """A scenario that is kept: its JSON, the cours it names, the last lot it was computed on.

    `tire_de`: the scenario it was duplicated from; `archive`: someone put it away.
    """

    scenario: int
    nom: str
    note: str
    texte: str
    empreinte: str
    cours: frozenset[str]
    lot: int
    tire_de: int | None
    auteur: str
    connu_le: datetime
    archive: bool


@dataclass(frozen=True)
class ReponseContestation:
    """What was answered to a contest, once."""

    acceptee: bool
    motif: str
    auteur: str
    connu_le: datetime


@dataclass(frozen=True)
class Contestation:
    """A cour says that a line of its settlement should be `proposition`.

    `piece` names a document, or is empty; `reponse` is None until someone answers.
    """

    contestation: int
    decompte: int
    cour: str
    ligne: str
    proposition: Decimal
    motif: str
    piece: str
    auteur: str
    connu_le: datetime
    reponse: ReponseContestation | None
