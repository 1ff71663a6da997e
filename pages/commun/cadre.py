"""What surrounds every page: title, perimeter and data date, filters, banner, notices, footer."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from html import escape
from typing import Any

import polars as pl
import streamlit as st

from analytics.collecte.calendar import campaign_of, list_closed
from analytics.trajectoire.words.activities import name_activity
from analytics.vocabulary import wording
from analytics.vocabulary.moments import day_in_paris
from analytics.vocabulary.periods import last_in_a_row
from analytics.vocabulary.received import day_counted, tell_declared_after
from data.actes.version import version_of
from data.store.store import utc_now
from pages.commun import adresse, filtres, lecture, navigation, style, suites
from pages.commun.adresse import Choix, Selection
from pages.commun.lecture import Situation

NATIONAL = "France entière"
DEMO = "Données de démonstration : fictives"
FICTIONAL = "fictives (démonstration)"
_PERSONAL = wording.typeset(
    "Vigie ne contient que des nombres par juridiction et par activité : aucune donnée relative à une "
    "personne détenue. Le nom de la personne qui dépose un fichier, tape ou valide une réponse est conservé "
    "avec ce qu'elle apporte."
)
_ACCESSIBILITY = wording.typeset(
    "Chaque graphique a un titre, une phrase et un tableau de données ; aucun sens n'est porté par la "
    "couleur seule. Conformité non encore auditée. Limites connues, dues au cadre Streamlit : les petites "
    "barres sous les chiffres ne sont pas lues par un lecteur d'écran ; une ligne du tableau des cours se "
    "choisit au clavier par Maj + Espace, et la carte à la souris seulement (la liste des cours la "
    "remplace) ; les messages que le navigateur affiche lui-même, pour un téléchargement par exemple, sont "
    "dans sa langue."
)


@dataclass(frozen=True)
class Contexte:
    """One view: what was known, what is selected, what the reader may see, and the theme."""

    situation: Situation
    selection: Selection
    choix: Choix
    sombre: bool

    @property
    def perimetre(self) -> str:
        """Name the perimeter of the reader."""
        return name_perimeter(self.situation, self.choix)

    @property
    def date_donnees(self) -> str:
        """Say until which month data go, and when they were known."""
        known = self.situation.connu_le or last_known(self.situation)
        text = f"données à fin {wording.month(self.selection.periode.fin)}"
        return text + (f", connues au {wording.short_date(known)}" if known else "")

    @property
    def entete(self) -> dict[str, str]:
        """Give the columns that must travel with every line of an export."""
        return {
            "perimetre": self.perimetre,
            "situation": self.date_donnees,
            "version": f"Vigie {version_of()}",
            **({"donnees": FICTIONAL} if self.situation.demo else {}),
        }

    @property
    def cle(self) -> tuple[Any, ...]:
        """Give the scalars that name everything this view shows; one perimeter never meets another."""
        return (*self.situation.cle, self.selection.cle, self.sombre)


def name_perimeter(situation: Situation, choix: Choix) -> str:
    """Name what the reader may see: the country, one cour, or how many."""
    if situation.perimetre.national:
        return NATIONAL
    if len(choix.cours) == 1:
        return next(iter(choix.cours.values()))
    return wording.count(len(choix.cours), "cour")


def last_known(situation: Situation) -> date | None:
    """Give the last day that counts of what the reader may see: received, else entered."""
    day = situation.lots.select(day_counted().max()).item()
    return day if isinstance(day, date) else None


def choices(situation: Situation) -> Choix | None:
    """List what can be chosen; nothing when there are no data.

    The months are those of the whole country: a cour that was silent for one must see that it was.
    """
    shown = last_known(situation) if situation.demo and situation.connu_le is None else situation.connu_le
    return _choices(situation, shown or day_in_paris(utc_now()))


@lecture.once(64)
def _choices(situation: Situation, jour: date) -> Choix | None:
    months: list[date] = lecture.whole(situation).agregat["mois"].unique().sort().to_list()
    recent = last_in_a_row(months)
    if recent is None:
        return None
    usuel = last_in_a_row(list_closed(months, jour, lecture.parametres())) or recent
    premier, dernier = months[0], months[-1]
    reference = lecture.reference()
    seen = situation.perimetre.restrict(reference.attendues(premier, dernier))["cour"].unique().to_list()
    names = {
        code: nom for code, nom in reference.cours.select("cour", "nom_court").iter_rows() if code in seen
    }
    full_names = dict(reference.cours.select("cour", "nom").iter_rows())
    codes = sorted(names, key=lambda code: wording.collation_key(full_names[code]))
    days = situation.lots.filter(pl.col("nature") == "declarations").select(day_counted().unique())
    return Choix(
        premier=premier,
        dernier=dernier,
        recent=recent,
        usuel=min(usuel, recent),
        cours={code: names[code] for code in codes},
        groupes=tuple(reference.activites["groupe"].unique(maintain_order=True)),
        activites={
            code: name_activity(code, label)
            for code, label in reference.activites.select("activite", "libelle").iter_rows()
        },
        groupe_de=dict(reference.activites.select("activite", "groupe").iter_rows()),
        connus_le=tuple(days.to_series().sort(descending=True)),
    )


def draw_under_way(contexte: Contexte) -> None:
    """Lead to the collection of the months that are still answered for, when what is shown stops before."""
    mois = contexte.choix.recent
    if contexte.selection.periode.fin == contexte.choix.usuel < mois:
        until = wording.long_date(campaign_of(mois, lecture.parametres()).cloture)
        told = f"La collecte {wording.of_month(mois)} est en cours, jusqu'au {until} : où elle en est"
        navigation.link("collecte", wording.typeset(told), {}, icon=":material/inbox:")


def is_dark() -> bool:
    """Tell whether the reader's theme is dark."""
    return st.context.theme.type == "dark"


def open_page(
    titre: str,
    *,
    cour: bool = False,
    choix_cour: bool = False,
    groupe: bool = False,
    activite: bool = False,
    options: Sequence[str] = (),
    periode: bool = True,
    filtrable: bool = True,
) -> Contexte | None:
    """Draw the top of a page and give its context; nothing when there are no data, which it then says.

    `cour` makes the page that of one cour; `choix_cour` lets one be chosen among those shown. They,
    `groupe`, `activite` and `options` say which filters the page has beside the period; without `periode`,
    it has none, and tells by itself of when it speaks.
    """
    name_window(titre)
    day, _ = adresse.parse_day(filtres.read_request())
    situation = lecture.situation(day)
    choix = choices(situation)
    if choix is None:
        st.html(style.sheet(presentation=False))
        _banner(situation)
        draw_nothing_yet(titre, day)
        return None
    unused = ([] if cour or choix_cour else ["cour"]) + ([] if periode else ["annee", "mois", "comparer"])
    selection, notices = filtres.settle(choix, inutiles=unused)
    st.html(style.sheet(presentation=selection.presentation))
    contexte = Contexte(situation, selection, choix, is_dark())
    nom = lecture.reference().cours
    heading = titre
    place = f"{contexte.perimetre}, {contexte.date_donnees}" if periode else contexte.perimetre
    if cour:
        heading = str(nom.filter(pl.col("cour") == selection.cour)["nom"][0])
        place = contexte.date_donnees
    name_window(heading if cour else f"{heading}, {contexte.perimetre}")
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.html(f"<div class='vigie-entete'><h1>{escape(heading)}</h1><p>{escape(place)}</p></div>")
        with st.container(
            key="filtres", horizontal=True, vertical_alignment="center", gap="small", width="content"
        ):
            if selection.presentation:
                filtres.draw_exit()
            elif filtrable:
                filtres.draw(
                    selection,
                    choix,
                    cour=cour or choix_cour,
                    groupe=groupe,
                    activite=activite,
                    periode=periode,
                    options=options,
                )
    _banner(situation)
    for notice in notices:
        st.html(f"<p class='vigie-avis' role='status'>{escape(notice)}</p>")
    if selection.connu_le:
        text = wording.typeset(
            f"Situation telle qu'elle était connue le {wording.long_date(selection.connu_le)} : "
            "les lots reçus depuis ne sont pas comptés. "
            + tell_declared_after(situation.lots, selection.connu_le)
        )
        st.html(f"<p class='vigie-avis'>{escape(text)}</p>")
    return contexte


def open_plain(titre: str) -> Situation:
    """Draw the top of a page that has no selection, and give what is known today."""
    name_window(titre)
    situation = lecture.situation(None)
    st.html(style.sheet(presentation=False))
    st.html(f"<div class='vigie-entete'><h1>{escape(titre)}</h1></div>")
    _banner(situation)
    return situation


def name_window(titre: str) -> None:
    """Name the window: tabs, history and bookmarks tell pages apart by it."""
    st.set_page_config(page_title=wording.typeset(f"{titre} · Vigie"))


def _banner(situation: Situation) -> None:
    if situation.demo:
        st.html(f"<p class='vigie-demo' role='note'>{escape(wording.typeset(DEMO))}</p>")


def draw_nothing_yet(titre: str, day: date | None) -> None:
    """Say that there is nothing to show yet, and what to do next."""
    when = f" au {wording.long_date(day)}" if day else ""
    st.html(
        f"<div class='vigie-entete'><h1>{escape(titre)}</h1></div>"
        f"<section class='vigie-vide'><h2>Pas encore de données</h2>"
        f"<p>Aucune déclaration n'est connue{escape(when)} dans votre périmètre. "
        "Les chiffres apparaîtront dès le premier envoi accepté.</p></section>"
    )
    navigation.link("donnees", "Importer des données", {}, icon=":material/upload_file:")
    if day is not None:
        st.button(
            "Revenir à la dernière situation connue",
            key="derniere_situation",
            on_click=filtres.forget,
            type="tertiary",
        )


def close_page(contexte: Contexte | None) -> None:
    """Draw the footer."""
    facts = [f"Vigie {version_of()}"]
    if contexte is not None:
        facts.append(contexte.date_donnees)
        if contexte.situation.demo:
            facts.append(DEMO.lower())
    st.html(
        f"<footer class='vigie-pied'><p>{escape(wording.typeset(' · '.join(facts)))}<br>"
        f"{escape(wording.LEGEND_OF_ABSENCES)}</p>"
        f"<details><summary>Données personnelles</summary><p>{escape(_PERSONAL)}</p></details>"
        f"<details><summary>Accessibilité</summary><p>{escape(_ACCESSIBILITY)}</p></details>"
        "</footer>"
    )
    suites.close()
