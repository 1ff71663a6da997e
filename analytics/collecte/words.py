"""How a campaign goes, in words and tables: its calendar, its answers by day, by cour, by juridiction."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import dataframely as dy
import polars as pl

from analytics.collecte.calendar import CLOSED, Campagne
from analytics.collecte.campaign import (
    AWAITED,
    CORRECTED,
    LATE,
    NO_ANSWER,
    NOT_IN_FORCE,
    ON_TIME,
    UNDATED,
    AvancementCour,
    RythmeReponse,
    SuiviReponse,
)
from analytics.vocabulary import wording
from analytics.vocabulary.columns import Chiffre, Colonne, align_to_sort, integer, share
from analytics.vocabulary.schemas import COUNTRY

# From how many months without an answer a juridiction is told apart.
LONG_SILENT = 3
LEGEND = {
    ON_TIME: "dans les temps",
    LATE: "hors délai",
    CORRECTED: "corrigée",
    AWAITED: "attendue",
    NO_ANSWER: "sans réponse",
    NOT_IN_FORCE: "pas en vigueur",
    UNDATED: "jour de réception inconnu",
}

# Shares are written with one decimal of a percent.
_SHARE_DIGITS = 3


@dataclass(frozen=True)
class Etape:
    """A day of the calendar of a campaign: what it is, what to know of it, where the day shown stands."""

    libelle: str
    jour: date
    note: str
    passee: bool
    courante: bool


@dataclass(frozen=True)
class Avancement:
    """Where a campaign stands on a day, told of all the cours seen.

    `campagnes`: how many earlier ones say what is usual; `muettes`: those silent for `LONG_SILENT` months.
    """

    campagne: Campagne
    jour: date
    ensemble: Mapping[str, float | None]
    campagnes: int
    a_relancer: int
    muettes: int
    a_verifier: int
    alertes: int

    @property
    def close(self) -> bool:
        """Tell whether the campaign is over."""
        return self.campagne.stage_on(self.jour) == CLOSED

    @property
    def jours_restants(self) -> int:
        """Count the days left, the day shown excluded."""
        return (self.campagne.cloture - self.jour).days

    @property
    def ecart(self) -> Decimal | None:
        """Give how far the share of answers is from what is usual by then, both as shown."""
        usual, part = self.ensemble["part_habituelle"], self.ensemble["part"]
        return None if usual is None or part is None else wording.difference(usual, part, _SHARE_DIGITS)


def list_steps(campagne: Campagne, jour: date) -> tuple[Etape, ...]:
    """List the days of a campaign in order, the day shown among them; a step nobody works on is told so."""
    not_worked = {each.etape: each.motif for each in campagne.jours_non_ouvres}
    days = {
        "Ouverture": (campagne.ouverture, ""),
        "Relance, puis appels": (campagne.relance, not_worked.get("relance", "")),
        "Clôture": (
            campagne.cloture,
            f"{motif}, non reportée" if (motif := not_worked.get("cloture")) else "",
        ),
    }
    steps = [
        Etape(label, day, note, passee=day < jour, courante=day == jour)
        for label, (day, note) in days.items()
    ]
    if jour not in [step.jour for step in steps]:
        steps.append(Etape("Jour de la situation", jour, "", passee=False, courante=True))
    return tuple(sorted(steps, key=lambda step: step.jour))


def conclude(avancement: Avancement) -> str:
    """Say in one sentence how many answered, what was usual by then, what is left and whom to remind."""
    campagne, ensemble = avancement.campagne, avancement.ensemble
    came, expected = int(ensemble["repondues"] or 0), int(ensemble["attendues"] or 0)
    who = (
        f"{wording.count(came, 'juridiction')} sur {wording.number(expected)} "
        f"{wording.agree(came, 'a répondu', 'ont répondu')}"
    )
    late, undated = int(ensemble["hors_delai"] or 0), int(ensemble["sans_jour"] or 0)
    told = [wording.percent(ensemble["part"])]
    if late:
        told.append(f"dont {wording.number(late)} hors délai")
    if undated:
        told.append(f"dont {wording.number(undated)} sans jour de réception connu")
    rate = ", ".join(told)
    usual = ensemble["part_habituelle"]
    habit = _why_no_habit(avancement) if usual is None else f"pour {wording.percent(usual)} d'habitude"
    if usual is not None:
        # The curve stops at the closing; this goes on.
        habit += ", réponses tardives comprises" if avancement.close else " à ce stade"
    if avancement.close:
        head = (
            f"Collecte {wording.of_month(campagne.mois)} close le {wording.long_date(campagne.cloture)} : "
            f"{who} ({rate}), {habit}"
        )
    else:
        head = (
            f"Au {wording.long_date(avancement.jour)}, {who} pour {wording.month(campagne.mois)} ({rate}), "
            f"{habit} ; {_time_left(avancement.jours_restants)}"
        )
    return wording.typeset(f"{head}. {_whom(avancement)}")


def _why_no_habit(avancement: Avancement) -> str:
    """Say why the pace of a campaign is compared with nothing."""
    if avancement.ensemble["sans_jour"]:
        return "leur rythme n'est donc comparé à aucun autre"
    if avancement.campagnes:
        return "sans rythme habituel, faute de connaître les jours de réception antérieurs"
    return "sans collecte antérieure à laquelle comparer"


def _time_left(days: int) -> str:
    if days == 0:
        return "la collecte se termine ce jour"
    return f"{wording.agree(days, 'il reste', 'il reste')} {wording.count(days, 'jour')}"


def _whom(avancement: Avancement) -> str:
    left = avancement.a_relancer
    if not left:
        return "Toutes ont répondu : personne n'est à relancer."
    text = f"{wording.count(left, 'juridiction')} {wording.agree(left, 'est', 'sont')} à relancer"
    if avancement.muettes:
        silent = wording.agree(avancement.muettes, "se tait", "se taisent")
        text += f", dont {wording.number(avancement.muettes)} qui {silent} depuis {LONG_SILENT} mois ou plus"
    return text + "."


def list_figures(avancement: Avancement) -> tuple[Chiffre, ...]:
    """Give the row of figures of a campaign."""
    ensemble, campagne = avancement.ensemble, avancement.campagne
    came, expected = int(ensemble["repondues"] or 0), int(ensemble["attendues"] or 0)
    closing = wording.short_date(campagne.cloture)
    return (
        Chiffre(
            "Juridictions qui ont répondu",
            wording.percent(ensemble["part"]),
            f"{wording.number(came)} sur {wording.number(expected)}",
            wording.typeset(
                "Juridictions en vigueur ce mois-là qui ont déclaré au moins un nombre, zéro compris."
            ),
        ),
        Chiffre(
            "Habituel à ce stade",
            wording.percent(ensemble["part_habituelle"]),
            wording.points(avancement.ecart)
            if avancement.ecart is not None
            else "jours de réception inconnus"
            if avancement.campagnes
            else "aucune collecte antérieure",
            wording.typeset(
                f"Médiane, au jour de même rang depuis l'ouverture, des collectes antérieures dont chaque "
                f"réponse a son jour ({wording.number(int(ensemble['campagnes_datees'] or 0))} sur "
                f"{wording.number(avancement.campagnes)}). « vigie importer --recu-le » donne ce jour."
            ),
        ),
        Chiffre(
            "Jours restants",
            "close" if avancement.close else wording.number(avancement.jours_restants),
            f"le {closing}" if avancement.close else f"clôture le {closing}",
            "Après la clôture, une réponse reste prise : elle est comptée hors délai.",
        ),
        Chiffre(
            "À relancer",
            wording.number(avancement.a_relancer),
            _silent_among(avancement),
            wording.typeset(
                f"Juridictions en vigueur sans réponse pour ce mois ; muettes : {LONG_SILENT} mois ou plus."
            ),
        ),
        Chiffre(
            "Alertes à vérifier",
            wording.number(avancement.a_verifier),
            f"sur {wording.count(avancement.alertes, 'alerte')}" if avancement.alertes else "aucune alerte",
            "Nombres acceptés qui s'écartent des habitudes de la juridiction : une question lui est posée.",
        ),
    )


def _silent_among(avancement: Avancement) -> str:
    if not avancement.a_relancer:
        return "toutes ont répondu"
    if not avancement.muettes:
        return "aucune muette"
    return f"dont {wording.count(avancement.muettes, 'muette')}"


def tell_exception(campagne: Campagne) -> str:
    """Tell that the text fixed by itself when a campaign opened."""
    return wording.typeset(
        f"Première collecte, exceptionnelle : {wording.count(campagne.jours, 'jour')}, de la diffusion de la "
        f"circulaire au {wording.long_date(campagne.cloture)} inclus. Les suivantes ouvrent le premier jour "
        "ouvrable."
    )


# --- Day by day ------------------------------------------------------------------------------------

RATE_COLUMNS = (
    Colonne("jour", "Jour", wording.long_date),
    Colonne("repondues", "Réponses reçues", integer, nombre=True),
    Colonne("attendues", "Attendues", integer, nombre=True),
    Colonne("part", "Part reçue", share, nombre=True),
    Colonne("part_habituelle", "Part habituelle", share, nombre=True),
)


def label_rate(rythme: dy.DataFrame[RythmeReponse]) -> pl.DataFrame:
    """Add what a curve of answers shows: `libelle_jour`, and `texte` for the pointer."""
    return rythme.with_columns(
        libelle_jour=pl.col("jour").map_elements(_short_day, return_dtype=pl.String),
        texte=pl.Series(
            [
                f"{wording.long_date(row['jour'])} : {wording.percent(row['part'])}, "
                f"{wording.percent(row['part_habituelle'])} d'habitude"
                for row in rythme.iter_rows(named=True)
            ],
            dtype=pl.String,
        ),
    )


def _short_day(day: date) -> str:
    return (
        f"{'1er' if day.day == 1 else day.day}{wording.NO_BREAK_SPACE}{wording.SHORT_MONTHS[day.month - 1]}"
    )


def title_rate(rythme: dy.DataFrame[RythmeReponse]) -> str:
    """Say, at the last day known of a campaign, how its answers stand against what is usual."""
    known = rythme.filter(pl.col("part").is_not_null())
    if rythme.height and (undated := rythme["sans_jour"][0]):
        told = wording.agree(undated, "est arrivée la réponse", "sont arrivées les réponses")
        who = f"de {wording.count(undated, 'juridiction')}"
        return f"Pas de rythme : on ignore quel jour {told} {who}"
    if not known.height:
        return "Aucune réponse n'est encore attendue"
    last = known.row(-1, named=True)
    told = f"{wording.percent(last['part'])} de réponses le {wording.long_date(last['jour'])}"
    usual = last["part_habituelle"]
    if usual is None:
        return told
    gap = wording.difference(usual, last["part"], _SHARE_DIGITS)
    if not gap:
        return f"{told}, comme d'habitude"
    side = "au-dessus" if gap > 0 else "au-dessous"
    return f"{told}, {wording.points(abs(gap)).removeprefix('+')} {side} de l'habitude de ce jour"


# --- Cour by cour ----------------------------------------------------------------------------------

COUR_COLUMNS = (
    Colonne("nom", "Cour"),
    Colonne("repondues", "Reçues", integer, nombre=True),
    Colonne("attendues", "Attendues", integer, nombre=True),
    Colonne("part", "Part", share, nombre=True),
    Colonne("part_habituelle", "Habituel", share, nombre=True),
    Colonne("a_relancer", "À relancer", integer, nombre=True),
    Colonne("muettes", "Muettes", integer, nombre=True),
)


def rank_cours(
    avancement: dy.DataFrame[AvancementCour], absences: pl.DataFrame, noms: Mapping[str, str]
) -> pl.DataFrame:
    """Rank the cours from the fewest answers to the most; `absences`: a row (cour, absences) a silent one."""
    silent = absences.group_by("cour").agg(
        a_relancer=pl.len().cast(pl.Int64), muettes=(pl.col("absences") >= LONG_SILENT).sum().cast(pl.Int64)
    )
    return (
        avancement.filter(pl.col("cour") != COUNTRY)
        .join(silent, on="cour", how="left")
        .with_columns(
            pl.col("a_relancer", "muettes").fill_null(0),
            nom=pl.col("cour").replace_strict(dict(noms), default=pl.col("cour")),
        )
        .sort(["part", "a_relancer", "nom"], descending=[False, True, False])
    )


def write_cours(ranked: pl.DataFrame) -> pl.DataFrame:
    """Write the cours as text that sorts as it reads, under French headings."""
    return pl.DataFrame(
        {
            colonne.titre: (
                align_to_sort([colonne.ecrire(value) for value in ranked[colonne.nom]])
                if colonne.nombre
                else ranked[colonne.nom]
            )
            for colonne in COUR_COLUMNS
        }
    )


# --- Court by court --------------------------------------------------------------------------------


@dataclass(frozen=True)
class Groupe:
    """The courts of one cour: each a name and one state a month, in the order of the months."""

    cour: str
    titre: str
    lignes: tuple[tuple[str, tuple[str, ...]], ...]


def group_answers(
    suivi: dy.DataFrame[SuiviReponse],
    places: pl.DataFrame,
    noms: Mapping[str, str],
    *,
    seules: Collection[str] | None,
) -> tuple[Groupe, ...]:
    """Group the answers of each month by cour, the cours and their courts as French readers look for them.

    `places`: the cour of each juridiction (`juridiction`, `cour`, `nom_court`, `type`), one row each.
    `seules`: the juridictions to keep, all where it is None.
    """
    states = {
        code: tuple(rows) for code, rows in suivi.sort("mois").group_by("juridiction").agg("etat").iter_rows()
    }
    courts: dict[str, list[tuple[bool, str, str]]] = {}
    for code, cour, name, kind in places.select("juridiction", "cour", "nom_court", "type").iter_rows():
        if code in states:
            courts.setdefault(cour, []).append((kind not in ("CA", "TSA", "CHA"), name, code))
    groups: list[Groupe] = []
    for cour in sorted(courts, key=lambda code: wording.collation_key(noms[code])):
        ordered = sorted(courts[cour], key=lambda court: (court[0], wording.unaccented(court[1])))
        rows = tuple((name, states[code]) for _, name, code in ordered if seules is None or code in seules)
        now = [states[code][-1] for _, _, code in ordered if states[code][-1] != NOT_IN_FORCE]
        came = sum(state in (ON_TIME, LATE, UNDATED, CORRECTED) for state in now)
        answered = wording.agree(came, "a répondu", "ont répondu")
        titre = f"{noms[cour]} : {wording.number(came)} sur {wording.number(len(now))} {answered}"
        if rows:
            groups.append(Groupe(cour, wording.typeset(titre), rows))
    return tuple(groups)


def share_pages(groupes: Sequence[Groupe], *, au_plus: int) -> tuple[tuple[Groupe, ...], ...]:
    """Share the cours among pages of some rows at most, a cour never being cut."""
    pages: list[list[Groupe]] = []
    room = 0
    for groupe in groupes:
        if not pages or len(groupe.lignes) > room:
            pages.append([])
            room = au_plus
        pages[-1].append(groupe)
        room -= len(groupe.lignes)
    return tuple(tuple(page) for page in pages)
