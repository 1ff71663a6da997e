"""What the reader chose to see: one frozen selection, which lives in the address of the page.

The address always names the period, so that a link opens the same view next year. What a link asks
and cannot have is said in a French sentence, and replaced.
"""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Any, TypeVar

import streamlit as st

from analytics.comparaison.comparison import CRITERES, MESURES
from analytics.decompte.bareme import MODES as SHARING
from analytics.objectif.objective import CHAINAGES, LECTURES, MODES, Periode, Regle
from analytics.objectif.profile import PROFILS
from analytics.vocabulary import wording
from analytics.vocabulary.months import FIRST_YEAR, LAST_YEAR
from pages.commun.navigation import findable

T = TypeVar("T")

STRICT = "strict"
FOURCHETTE = "fourchette"
OUI = "oui"

NO_YEAR = "aucune"


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


# The longest free text that a form writes into the address.
LONGEST = 200
MASQUES = "masques"
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
RULE_OPTIONS = ("lecture", "base", "comptage", "profil")

_MEMORY = "vigie_demande"
_ADDRESS = "vigie_adresse"
_NOTICES = "vigie_avis"
_FORGET = "vigie_oubli"


@dataclass(frozen=True)
class Choix:
    """What can be chosen: the months of data, the cours of the reader, the groups, the activities.

    `usuel`: the month shown when none is asked for; `dernier` is another where a far month stands alone.
    `groupe_de`: the group of each activity.
    """

    premier: date
    dernier: date
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
    if FIRST_YEAR <= day.year <= LAST_YEAR:
        return day, ()
    return None, (
        wording.typeset(
            f"Le lien demande la situation connue au « {asked[:LONGEST]} », qui n'est pas une date "
            "(attendu : 2009-10-12) : la dernière situation connue est affichée."
        ),
    )


def parse(demande: Mapping[str, str], choix: Choix) -> tuple[Selection, tuple[str, ...]]:
    """Read what an address asks; what cannot be shown is replaced, and said in French."""
    notices: list[str] = []
    demande = {name: wording.clean_text(value, lines=False) for name, value in demande.items()}
    connu_le, said = parse_day(demande)
    notices.extend(said)
    # A month may be written whole, with its year.
    if whole := re.fullmatch(r"(\d{4})-(\d{1,2})", demande.get("mois", "")):
        demande = {**demande, "annee": demande.get("annee") or whole[1], "mois": whole[2]}
    annee = _parse_number(demande.get("annee", ""))
    if annee not in choix.annees:
        if demande.get("annee"):
            notices.append(
                f"Le lien demande l'année « {demande['annee']} », sans données : "
                f"{choix.usuel.year} est affichée."
            )
        annee = choix.usuel.year
    months = choix.mois(annee)
    usual = choix.usuel.month if annee == choix.usuel.year else months[-1]
    mois = _parse_number(demande.get("mois", ""))
    if mois not in months:
        if demande.get("mois"):
            shown = wording.month(date(annee, usual, 1))
            notices.append(
                f"Le lien demande le mois « {demande['mois']} », sans données en {annee} : "
                f"{shown} est affiché."
            )
        mois = usual
    cour = demande.get("cour", "")
    if cour not in choix.cours:
        fallback = next(iter(choix.cours), "")
        if cour:
            notices.append(
                f"La cour « {cour} » demandée par le lien n'existe pas ou n'est pas dans votre périmètre"
                + (f" : {choix.cours[fallback]} est proposée." if fallback else ".")
            )
        cour = fallback
    groups = {slug(groupe): groupe for groupe in choix.groupes}
    asked = slug(demande.get("groupe", ""))
    if asked and asked not in groups:
        notices.append(
            f"Le groupe d'activités « {demande['groupe']} » n'existe pas : tous les groupes sont affichés."
        )
    activite = demande.get("activite", "")
    if activite and activite not in choix.activites:
        notices.append(f"L'activité « {activite} » n'existe pas : toutes les activités sont affichées.")
        activite = ""
    groupe = groups.get(asked)
    if activite and groupe is not None and choix.groupe_de[activite] != groupe:
        notices.append(
            f"L'activité « {choix.activites[activite]} » n'est pas du groupe « {groupe} » : "
            "tout le groupe est affiché."
        )
        activite = ""
    comparer, said = _parse_years(demande.get("comparer", ""), choix.before(annee))
    notices.extend(said)
    for name, known in (
        ("mode", (STRICT, FOURCHETTE)),
        ("presentation", (OUI, "non")),
    ):
        if demande.get(name) and demande[name] not in known:
            notices.append(
                f"Le lien demande « {name}={demande[name]} » ; seuls {wording.enumeration(known)} existent : "
                "la présentation habituelle est affichée."
            )
    options: dict[str, str] = {}
    for name, option in OPTIONS.items():
        value = demande.get(name, "")
        if option.allows(value):
            if value != option.usuelle:
                options[name] = value
        elif value:
            notices.append(
                f"Le lien demande « {name}={value[:LONGEST]} », qui n'existe pas : {_instead(name, option)}."
            )
    selection = Selection(
        annee=annee,
        mois=mois,
        cour=cour,
        groupe=groupe,
        activite=activite or None,
        connu_le=connu_le,
        fourchette=demande.get("mode") == FOURCHETTE,
        presentation=demande.get("presentation") == OUI,
        comparer=comparer,
        options=tuple(sorted(options.items())),
    )
    return selection, tuple(wording.typeset(notice) for notice in notices)


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


def _parse_number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 4 else None


def read_request() -> dict[str, str]:
    """Read what is asked now: the address when someone changed it, else what the session remembers."""
    state = st.session_state
    address = _address()
    if state.pop(_FORGET, False):
        state[_MEMORY], state[_ADDRESS] = {}, address
        state.pop(_NOTICES, None)
    if address and address != state.get(_ADDRESS):
        state[_MEMORY] = address
        state[_ADDRESS] = address
    request: dict[str, str] = state.get(_MEMORY, {})
    return request


def settle(choix: Choix, *, inutiles: Collection[str]) -> tuple[Selection, tuple[str, ...]]:
    """Turn what is asked into a selection, and write it back into the session and the address.

    `inutiles`: what the page does not look at, kept for the others and left out of its address. Notices about
    a bad link stay until the reader chooses something.
    """
    state = st.session_state
    selection, notices = parse(read_request(), choix)
    if notices:
        state[_NOTICES] = notices
    remember(selection, inutiles=inutiles)
    kept: tuple[str, ...] = state.get(_NOTICES, ())
    return selection, kept


def remember(selection: Selection, *, inutiles: Collection[str]) -> None:
    """Keep a selection in the session, and in the address of the page what it looks at."""
    whole = selection.requete()
    st.session_state[_MEMORY] = whole
    written = {name: value for name, value in whole.items() if name not in inutiles}
    if _address() != written:
        st.query_params.from_dict(written)
    st.session_state[_ADDRESS] = written


def draw(
    selection: Selection,
    choix: Choix,
    *,
    cour: bool,
    groupe: bool,
    activite: bool,
    periode: bool,
    options: Sequence[str],
) -> None:
    """Draw the filters of a page; each keeps the address up to date.

    Without `periode`, the page chooses by itself the months it shows.
    """
    if cour:
        _select(
            "cour",
            "Cour",
            list(choix.cours),
            selection.cour,
            lambda code: findable(code, choix.cours[code]),
            width=205,
        )
    if periode:
        _select("annee", "Année", choix.annees, selection.annee, str, width=88)
        months = choix.mois(selection.annee)
        _select("mois", "Mois de fin", months, selection.mois, lambda m: wording.MONTHS[m - 1], width=124)
    others = (selection.groupe, selection.activite, selection.connu_le, selection.fourchette or None)
    chosen = sum(value is not None for value in others)
    chosen += sum(selection.option(name) != OPTIONS[name].usuelle for name in options)
    with st.popover("Filtres" + (f" ({chosen})" if chosen else ""), icon=":material/tune:"):
        if groupe:
            groups = {"": "Tous les groupes", **{slug(nom): nom for nom in choix.groupes}}
            now = slug(selection.groupe) if selection.groupe else ""
            _select("groupe", "Groupe d'activités", list(groups), now, groups.__getitem__)
        if activite:
            listed = {"": "Toutes les activités"} | {
                code: nom
                for code, nom in choix.activites.items()
                if selection.groupe in {None, choix.groupe_de[code]}
            }
            _select("activite", "Activité", list(listed), selection.activite or "", listed.__getitem__)
        asked = {selection.connu_le} if selection.connu_le else set[date]()
        known: list[date] = sorted(asked.union(choix.connus_le), reverse=True)
        days = {"": "Dernière situation", **{day.isoformat(): wording.long_date(day) for day in known}}
        now = selection.connu_le.isoformat() if selection.connu_le else ""
        _select("connu_le", "Situation connue au", list(days), now, days.__getitem__)
        for name in options:
            option = OPTIONS[name]
            _select(
                name,
                option.libelle,
                list(option.valeurs),
                selection.option(name),
                option.valeurs.__getitem__,
                help_text=wording.typeset(option.aide) or None,
            )
        if periode:
            _toggle(
                "mode",
                "Avec fourchette",
                selection.fourchette,
                FOURCHETTE,
                help_text="Ajoute à ce qui est déclaré une estimation des réponses manquantes, son "
                "intervalle et une borne. Sans elle, seul ce qui est déclaré compte.",
            )
        if periode and (earlier := choix.before(selection.annee)):
            _compare(earlier, selection.comparer)
        _toggle(
            "presentation",
            "Présentation",
            selection.presentation,
            OUI,
            help_text="Agrandit le texte et masque les menus et les filtres, pour une projection.",
        )


def draw_tabs(selection: Selection, onglets: Sequence[str]) -> str:
    """Draw the parts of a page and give the one to show: the first, unless the address asks for another."""
    asked = selection.option("onglet")
    shown = asked if asked in onglets else onglets[0]
    st.session_state["filtre_onglet"] = shown
    st.segmented_control(
        "Partie de la page",
        onglets,
        key="filtre_onglet",
        format_func=lambda name: wording.typeset(OPTIONS["onglet"].valeurs[name]),
        label_visibility="collapsed",
        required=True,
        on_change=_choose_from,
        args=("onglet", "filtre_onglet", str),
    )
    return shown


def choose_among(
    name: str,
    label: str,
    values: Mapping[str, str],
    value: str,
    *,
    width: int,
    show: Callable[[str], str] | None = None,
) -> None:
    """Draw a choice that lives in the address, its values being known to the page only."""
    key = f"filtre_{name}"
    st.session_state[key] = value
    st.selectbox(
        label,
        list(values),
        key=key,
        format_func=show or (lambda code: values.get(code, code)),
        placeholder="Choisir",
        filter_mode="contains",
        width=width,
        on_change=_choose_from,
        args=(name, key, str),
    )


def choose(name: str, value: str) -> None:
    """Change one thing asked, as a filter would."""
    _choose(name, value)


def draw_exit() -> None:
    """Draw the way out of the presentation, the only control it shows."""
    st.button(
        "Quitter la présentation",
        key="quitter_presentation",
        icon=":material/close_fullscreen:",
        type="tertiary",
        on_click=_choose,
        args=("presentation", ""),
    )


def _select(
    name: str,
    label: str,
    options: Sequence[T],
    value: T,
    show: Callable[[T], str],
    *,
    width: int | None = None,
    written: Callable[[T], str] = str,
    help_text: str | None = None,
) -> None:
    key = f"filtre_{name}"
    st.session_state[key] = value
    st.selectbox(
        label,
        options,
        key=key,
        format_func=show,
        placeholder="Choisir",
        filter_mode="contains",
        label_visibility="collapsed" if width else "visible",
        width=width or "stretch",
        help=help_text,
        on_change=_choose_from,
        args=(name, key, written),
    )


def _compare(earlier: Sequence[int], chosen: tuple[int, ...] | None) -> None:
    """Draw the choice of the earlier years; all of them is written as none in particular."""
    key = "filtre_comparer"

    def written(years: list[int]) -> str:
        return "" if set(years) == set(earlier) else write_years(tuple(sorted(years)))

    st.session_state[key] = list(earlier if chosen is None else chosen)
    st.pills(
        "Comparer à",
        list(earlier),
        key=key,
        selection_mode="multi",
        on_change=_choose_from,
        args=("comparer", key, written),
    )


def _toggle(
    name: str, label: str, value: bool, on: str, *, off: str = "", help_text: str | None = None
) -> None:
    key = f"filtre_{name}"

    def written(chosen: bool) -> str:
        return on if chosen else off

    st.session_state[key] = value
    st.toggle(
        label,
        key=key,
        help=help_text,
        on_change=_choose_from,
        args=(name, key, written),
    )


def _choose_from(name: str, key: str, written: Callable[[Any], str]) -> None:
    _choose(name, written(st.session_state[key]))


def _choose(name: str, value: str) -> None:
    """Change one thing asked; a year without the month chosen falls back silently on its last month."""
    request = {**st.session_state.get(_MEMORY, {})}
    request.pop(name, None)
    if value:
        request[name] = value
    if name == "annee":
        request.pop("mois", None)
        request.pop("comparer", None)
    st.session_state[_MEMORY] = request
    st.session_state.pop(_NOTICES, None)


def forget() -> None:
    """Forget everything asked, address included: the page then shows the last situation known."""
    st.session_state[_FORGET] = True


def _address() -> dict[str, str]:
    return {name: st.query_params[name] for name in NAMES if name in st.query_params}
