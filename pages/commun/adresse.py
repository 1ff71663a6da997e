"""What the reader chose to see: one frozen selection, read from an address and written back."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Any, TypeVar

from analytics.comparaison.comparison import CRITERES, MESURES
from analytics.decompte.bareme import MODES as SHARING
from analytics.objectif.lectures import CHAINAGES, LECTURES, MODES, Regle
from analytics.objectif.profile import PROFILS
from analytics.vocabulary import wording
from analytics.vocabulary.periods import EARLIEST_YEAR, LATEST_YEAR, Periode

STRICT = "strict"
FOURCHETTE = "fourchette"
OUI = "oui"

NO_YEAR = "aucune"

# The longest free text that a form writes into the address.
LONGEST = 200
MASQUES = "masques"

RULE_OPTIONS = ("lecture", "base", "comptage", "profil")


T = TypeVar("T")


@dataclass(frozen=True)
class Option:
    """A choice among a few named values, the first being the usual one; `valeurs` maps each to its words.

    Without values, any text of `longueur` characters at most will do: the page that asks for it judges it.
    `propre`: it changes what its own page shows only, and names nothing in what pages share.
    """

    libelle: str
    valeurs: Mapping[str, str]
    aide: str = ""
    longueur: int = 200
    propre: bool = False

    @property
    def usuelle(self) -> str:
        """Give the value shown unless another is asked."""
        return next(iter(self.valeurs), "")

    def allows(self, value: str) -> bool:
        """Tell whether a link may ask for that value."""
        return value in self.valeurs if self.valeurs else 0 < len(value) <= self.longueur


# What a page can show beside what every page shows, by the name it has in the address.
OPTIONS = {
    "onglet": Option(
        "Partie de la page",
        {
            "ensemble": "Vue d'ensemble",
            "detail": "Activités et juridictions",
            "agir": "Où agir",
            "thermometres": "Deux thermomètres",
            "projections": "Ce que valaient nos projections",
            "releve": "Relevé d'une cour",
            "regles": "Règles côte à côte",
            "sensibilite": "Sensibilité",
            "etats": "États et contestations",
            "effet": "Ce que le scénario change",
            "incertitude": "Ce qui compte le plus",
            "comparer": "Comparer",
            "reciproque": "Que faut-il ?",
            "rythme": "Rythme et cours",
            "grille": "Juridictions, mois par mois",
            "relancer": "À relancer",
            "messages": "Messages",
            "alertes": "Alertes",
        },
    ),
    "lecture": Option(
        "Ce qui est mesuré", LECTURES, "Le texte peut se lire de trois façons : la première est la lettre."
    ),
    "base": Option("Base à partir de 2010", CHAINAGES, "Le texte dit « réquisitions effectuées en 2009 »."),
    "comptage": Option("Comptage à partir de 2010", MODES),
    "profil": Option("Objectif mois par mois", PROFILS, "Comment l'objectif de l'année se répartit."),
    "regle": Option("Règle du décompte", {}),
    "partage": Option("Partage entre les cours", {"regle": "Selon la règle", **SHARING}),
    "cout": Option("Coût d'un ETPT, en euros", {}),
    "source": Option("Source du coût", {}),
    "mesure": Option("Mesure comparée", MESURES),
    "pairs": Option("Cours comparées", CRITERES),
    "ponderation": Option(
        "Poids d'une extraction",
        {"sans": "Toutes comptent autant", "priorite": "Selon l'effort d'escorte (hypothèse)"},
        "Pour le pilotage seulement : agents, distance, détenus particulièrement signalés. Le décompte "
        "reste sans pondération.",
    ),
    "scenario": Option("Scénario", {}, longueur=4000, propre=True),
    "face": Option("Scénarios comparés", {}, propre=True),
    "campagne": Option("Mois collecté", {}, longueur=7, propre=True),
    "ressort": Option("Ressort", {}, longueur=20, propre=True),
    "muettes": Option("Juridictions montrées", {"non": "Toutes", OUI: "Muettes depuis 3 mois"}, propre=True),
    "noms": Option(
        "Noms des autres cours",
        {"montres": "Montrés", MASQUES: "Masqués"},
        "Masqués : seule votre cour est nommée, sur l'écran comme dans les fichiers.",
    ),
}


@dataclass(frozen=True)
class Choix:
    """What can be chosen: the months of data, the cours of the reader, the groups, the activities.

    `recent`: the last month that data speak of; `dernier` is another where a far month stands alone.
    `usuel`: the month shown when none is asked for, the last one whose campaign is over: of one that is still
    being collected, most answers have yet to come.
    `groupe_de`: the group of each activity.
    """

    premier: date
    dernier: date
    recent: date
    usuel: date
    cours: Mapping[str, str]
    groupes: Sequence[str]
    activites: Mapping[str, str]
    groupe_de: Mapping[str, str]
    connus_le: Sequence[date]

    @property
    def annees(self) -> list[int]:
        """List the years of data, the last first."""
        return list(range(self.dernier.year, self.premier.year - 1, -1))

    def before(self, annee: int) -> list[int]:
        """List the years of data before one."""
        return [earlier for earlier in reversed(self.annees) if earlier < annee]

    def mois(self, annee: int) -> list[int]:
        """List the months of a year that have data, or could have."""
        first = self.premier.month if annee == self.premier.year else 1
        last = self.dernier.month if annee == self.dernier.year else 12
        return list(range(first, last + 1))


@dataclass(frozen=True)
class Selection:
    """What is shown. `cour` is always one the reader may see; `groupe` and `activite` may be all.

    `comparer` lists the earlier years drawn beside `annee`; `None`: all of them.
    """

    annee: int
    mois: int
    cour: str
    groupe: str | None
    activite: str | None
    connu_le: date | None
    fourchette: bool
    presentation: bool
    comparer: tuple[int, ...] | None
    options: tuple[tuple[str, str], ...] = ()

    def option(self, name: str) -> str:
        """Give what is chosen of one of the `OPTIONS`."""
        return dict(self.options).get(name, OPTIONS[name].usuelle)

    @property
    def regle(self) -> Regle:
        """Give the choices that the text leaves open."""
        return Regle(
            lecture=self.option("lecture"),
            chainage=self.option("base"),
            mode=self.option("comptage"),
            profil=self.option("profil"),
        )

    @property
    def periode(self) -> Periode:
        """Give the period, from January to the month chosen."""
        return Periode(date(self.annee, self.mois, 1))

    @property
    def cle(self) -> tuple[Any, ...]:
        """Give the scalars that name this selection in a cache, whatever the type size."""
        shared = tuple((name, value) for name, value in self.options if not OPTIONS[name].propre)
        return tuple(
            str(value) if isinstance(value, date) else value
            for field in fields(self)
            if field.name != "presentation"
            for value in [shared if field.name == "options" else getattr(self, field.name)]
        )

    def requete(self, **changes: Any) -> dict[str, str]:
        """Write the selection, with some changes, as the query of an address."""
        options = dict(self.options) | {name: changes.pop(name) for name in OPTIONS if name in changes}
        chosen = replace(self, **changes)
        written = {
            "annee": str(chosen.annee),
            "mois": str(chosen.mois),
            "cour": chosen.cour,
            "groupe": slug(chosen.groupe) if chosen.groupe else "",
            "activite": chosen.activite or "",
            "connu_le": chosen.connu_le.isoformat() if chosen.connu_le else "",
            "mode": FOURCHETTE if chosen.fourchette else "",
            "presentation": OUI if chosen.presentation else "",
            "comparer": write_years(chosen.comparer),
            **{name: value for name, value in options.items() if value != OPTIONS[name].usuelle},
        }
        return {name: value for name, value in written.items() if value}


NAMES = (
    "annee",
    "mois",
    "cour",
    "groupe",
    "activite",
    "connu_le",
    "mode",
    "presentation",
    "comparer",
    *OPTIONS,
)


def slug(nom: str) -> str:
    """Write a name so that it reads well in an address: « application-des-peines »."""
    return wording.unaccented(nom).replace(" ", "-")


def parse_day(demande: Mapping[str, str]) -> tuple[date | None, tuple[str, ...]]:
    """Read the day at which the situation is asked; said and ignored when it is not a date."""
    asked = demande.get("connu_le", "")
    if not asked:
        return None, ()
    try:
        day = date.fromisoformat(asked)
    except ValueError:
        day = date.min
    if EARLIEST_YEAR <= day.year <= LATEST_YEAR:
        return day, ()
    return None, (
        wording.typeset(
            f"Le lien demande la situation connue au « {asked[:LONGEST]} », qui n'est pas une date "
            "(attendu : 2009-10-12) : la dernière situation connue est affichée."
        ),
    )


def parse(demande: Mapping[str, str], choix: Choix) -> tuple[Selection, tuple[str, ...]]:
    """Read what an address asks; what cannot be shown is replaced, and said in French."""
    lien = _Lien(demande)
    connu_le = lien.hear(parse_day(lien.demande))
    annee = _parse_year(lien, choix)
    mois = _parse_month(lien, choix, annee)
    cour = _parse_cour(lien, choix)
    groupe = lien.choose(
        "groupe",
        {slug(groupe): groupe for groupe in choix.groupes},
        None,
        f"Le groupe d'activités « {lien.asks('groupe')} » n'existe pas : tous les groupes sont affichés.",
        spelt=slug,
    )
    activite = _parse_activity(lien, choix, groupe)
    comparer = lien.hear(_parse_years(lien.asks("comparer"), choix.before(annee)))
    selection = Selection(
        annee=annee,
        mois=mois,
        cour=cour,
        groupe=groupe,
        activite=activite,
        connu_le=connu_le,
        fourchette=_parse_switch(lien, "mode", {STRICT: False, FOURCHETTE: True}),
        presentation=_parse_switch(lien, "presentation", {OUI: True, "non": False}),
        comparer=comparer,
        options=_parse_options(lien),
    )
    return selection, tuple(wording.typeset(notice) for notice in lien.avis)


class _Lien:
    """A link being read: what it asks, and what is said of what it cannot have (`avis`)."""

    def __init__(self, demande: Mapping[str, str]) -> None:
        self.demande = {name: wording.clean_text(value, lines=False) for name, value in demande.items()}
        self.avis: list[str] = []
        # A month may be written whole, with its year.
        if whole := re.fullmatch(r"(\d{4})-(\d{1,2})", self.asks("mois")):
            self.demande |= {"annee": self.asks("annee") or whole[1], "mois": whole[2]}

    def asks(self, name: str) -> str:
        """Give what is asked under a name; nothing where nothing is."""
        return self.demande.get(name, "")

    def choose(
        self,
        name: str,
        known: Mapping[str, T],
        otherwise: T,
        said: str,
        *,
        spelt: Callable[[str], str] = str,
    ) -> T:
        """Give what is asked, of what is `known` by its spelling; else `otherwise`, which is `said`."""
        asked = spelt(self.asks(name))
        if asked in known:
            return known[asked]
        if asked:
            self.avis.append(said)
        return otherwise

    def hear(self, read: tuple[T, tuple[str, ...]]) -> T:
        """Give what was read by itself, and keep what was said of it."""
        self.avis.extend(read[1])
        return read[0]


def _parse_year(lien: _Lien, choix: Choix) -> int:
    usual = choix.usuel.year
    return lien.choose(
        "annee",
        {str(annee): annee for annee in choix.annees},
        usual,
        f"Le lien demande l'année « {lien.asks('annee')} », sans données : {usual} est affichée.",
        spelt=_spell_number,
    )


def _parse_month(lien: _Lien, choix: Choix, annee: int) -> int:
    months = choix.mois(annee)
    usual = choix.usuel.month if annee == choix.usuel.year else months[-1]
    shown = wording.month(date(annee, usual, 1))
    return lien.choose(
        "mois",
        {str(mois): mois for mois in months},
        usual,
        f"Le lien demande le mois « {lien.asks('mois')} », sans données en {annee} : {shown} est affiché.",
        spelt=_spell_number,
    )


def _parse_cour(lien: _Lien, choix: Choix) -> str:
    first = next(iter(choix.cours), "")
    instead = f" : {choix.cours[first]} est proposée." if first else "."
    return lien.choose(
        "cour",
        {code: code for code in choix.cours},
        first,
        f"La cour « {lien.asks('cour')} » demandée par le lien n'existe pas ou n'est pas dans votre périmètre"
        + instead,
    )


def _parse_activity(lien: _Lien, choix: Choix, groupe: str | None) -> str | None:
    activite = lien.choose(
        "activite",
        {code: code for code in choix.activites},
        None,
        f"L'activité « {lien.asks('activite')} » n'existe pas : toutes les activités sont affichées.",
    )
    if activite is None or groupe is None or choix.groupe_de[activite] == groupe:
        return activite
    lien.avis.append(
        f"L'activité « {choix.activites[activite]} » n'est pas du groupe « {groupe} » : "
        "tout le groupe est affiché."
    )
    return None


def _parse_switch(lien: _Lien, name: str, known: Mapping[str, bool]) -> bool:
    return lien.choose(
        name,
        known,
        False,
        f"Le lien demande « {name}={lien.asks(name)} » ; seuls {wording.enumeration(known)} existent : "
        "la présentation habituelle est affichée.",
    )


def _parse_options(lien: _Lien) -> tuple[tuple[str, str], ...]:
    """Give what is chosen of the `OPTIONS`, save the usual."""
    chosen: dict[str, str] = {}
    for name, option in OPTIONS.items():
        asked = lien.asks(name)
        value = lien.choose(
            name,
            {asked: asked} if option.allows(asked) else {},
            option.usuelle,
            f"Le lien demande « {name}={asked[:LONGEST]} », qui n'existe pas : {_instead(name, option)}.",
        )
        if value != option.usuelle:
            chosen[name] = value
    return tuple(sorted(chosen.items()))


def _instead(name: str, option: Option) -> str:
    """Say what is shown when a link asks for what does not exist; each page has its own parts."""
    if name == "onglet":
        return "la première partie de la page est affichée"
    if not option.valeurs:
        return "rien n'en est retenu"
    return f"« {option.libelle} » reste à « {option.valeurs[option.usuelle]} »"


def write_years(annees: tuple[int, ...] | None) -> str:
    """Write the years compared as an address says them; nothing when they are all compared."""
    if annees is None:
        return ""
    return ",".join(str(annee) for annee in annees) or NO_YEAR


def _parse_years(text: str, earlier: Sequence[int]) -> tuple[tuple[int, ...] | None, tuple[str, ...]]:
    if not text:
        return None, ()
    if text == NO_YEAR:
        return (), ()
    asked = [_parse_number(part) for part in text.split(",")]
    kept = tuple(sorted({annee for annee in asked if annee in earlier and annee is not None}))
    if len(kept) == len(asked):
        return kept, ()
    return None, (
        f"Le lien demande de comparer « {text[:LONGEST]} », qui n'est pas une liste d'années antérieures "
        "avec des données : toutes sont comparées.",
    )


def _spell_number(text: str) -> str:
    """Write a number as we do: « 03 » is 3."""
    number = _parse_number(text)
    return text if number is None else str(number)


def _parse_number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 4 else None
