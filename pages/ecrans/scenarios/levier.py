"""The form of one lever: what was typed of it, and the lever that it makes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import streamlit as st

from analytics.leviers.levier import ETABLISSEMENTS, MATERIEL, NATURES, OUVERTURE, PRISONS, REPONSE, Levier
from analytics.scenarios.study import Socle
from analytics.scenarios.terrain import Terrain
from analytics.scenarios.words.levers import Noms
from analytics.statistics.ranges import FORMES, LINEAIRE, PALIER, Plage
from analytics.vocabulary.errors import UserFacingError
from analytics.vocabulary.periods import list_months
from analytics.vocabulary.wording import month, typeset
from pages.commun import composants, lecture
from pages.commun.navigation import findable
from pages.ecrans.scenarios.modeles import where_most_is_left


@dataclass(frozen=True)
class Lieu:
    """Where a lever acts, and on what; `nombre`: so many juridictions, those where most is left to avoid."""

    cours: tuple[str, ...] = ()
    juridictions: tuple[str, ...] = ()
    activites: tuple[str, ...] = ()
    prisons: tuple[str, ...] = ()
    nombre: int = 0

    def settled(self, ground: Socle, seen: Sequence[str]) -> "Lieu":
        """Choose the juridictions that were asked by their number, among those of a reader."""
        if not self.nombre:
            return self
        chosen = where_most_is_left(ground, self.cours or seen, activites=self.activites, nombre=self.nombre)
        return replace(self, cours=(), juridictions=chosen, nombre=0)


@dataclass(frozen=True)
class Saisie:
    """A lever as it was typed: `valeurs` is what its three fields say, in no order yet."""

    nature: str
    valeurs: tuple[float, float, float]
    lieu: Lieu
    du: date
    forme: str
    plein: date | None
    retard: int
    nom: str

    def make(self, edited: Levier | None) -> Levier:
        """Make the lever, or raise `UserFacingError`.

        A lever that is changed (`edited`) takes the place of the one it was, with all that the form does not
        show.
        """
        if self.plein is not None and self.plein <= self.du:
            raise UserFacingError(
                typeset(
                    f"La montée en charge doit finir après {month(self.du)} : choisissez un mois plus tard."
                )
            )
        au = None if edited is None else edited.au
        if au is not None and au < self.du:
            raise UserFacingError(
                typeset(f"Ce levier s'arrête en {month(au)} : choisissez un mois de départ plus tôt.")
            )
        if self.nature == PRISONS and not self.lieu.prisons:
            raise UserFacingError("Choisissez au moins un établissement à équiper.")
        if self.nature == OUVERTURE and not self.lieu.activites:
            raise UserFacingError("Choisissez au moins une activité que la loi ouvrirait.")
        late = Plage(0.0, 0.0, float(self.retard))
        if edited is not None and round(edited.retard.haut) == self.retard:
            late = edited.retard
        return Levier(
            self.nature,
            Plage(*self.valeurs),
            self.du,
            forme=self.forme,
            plein=self.plein,
            au=au,
            retard=late,
            cours=tuple(sorted(self.lieu.cours)),
            juridictions=self.lieu.juridictions,
            activites=tuple(sorted(self.lieu.activites)),
            prisons=tuple(sorted(self.lieu.prisons)),
            nom=self.nom.strip(),
        )


@dataclass(frozen=True)
class Formulaire:
    """The form of a lever, new or changed (`edited`), as it is drawn; `marque` names its fields."""

    ground: Socle
    terrain: Terrain
    noms: Noms
    edited: Levier | None
    marque: str

    def draw(self) -> tuple[Saisie | None, bool]:
        """Draw the form: what was sent, None where nothing was, and whether the reader gives it up."""
        nature, forme = self._draw_kind()
        marked = f"{self.marque}_{nature}"
        with st.form(f"levier_{marked}", border=False):
            valeurs = self._draw_values(nature, marked)
            lieu = self._draw_places(nature, marked)
            du, plein, retard = self._draw_dates(forme, marked)
            nom = st.text_input(
                "Nom court du levier",
                self.edited.nom if self.edited else "",
                max_chars=60,
                key=f"nom_{marked}",
            )
            with st.container(horizontal=True, gap="small"):
                label = "Ajouter le levier" if self.edited is None else "Enregistrer le levier"
                sent = st.form_submit_button(label)
                left = self.edited is not None and st.form_submit_button("Renoncer")
        saisie = Saisie(nature, valeurs, lieu, du, forme, plein, retard, nom)
        return saisie if sent else None, left

    def _draw_kind(self) -> tuple[str, str]:
        """Draw the kind of lever and how it comes: out of the form, what it asks depends on both."""
        natures, formes = list(NATURES), list(FORMES)
        with st.container(horizontal=True, gap="small"):
            nature = st.selectbox(
                "Levier",
                natures,
                natures.index(self.edited.nature) if self.edited else 0,
                format_func=lambda name: NATURES[name].libelle,
                key=f"levier_nature_{self.marque}",
            )
            forme = st.selectbox(
                "Montée en charge",
                formes,
                formes.index(self.edited.forme) if self.edited else 0,
                format_func=lambda name: FORMES[name].capitalize(),
                key=f"forme_{self.marque}",
                width=240,
            )
        return nature, forme

    def _draw_values(self, nature: str, marked: str) -> tuple[float, float, float]:
        kind = NATURES[nature]
        kept = self.edited is not None and self.edited.nature == nature
        composants.note(
            typeset(f"{kind.valeur} : au moins, le plus probable, au plus. ")
            + "Les valeurs proposées sont des hypothèses de travail."
        )
        return draw_range(
            self.edited.valeur if self.edited and kept else kind.usuelle,
            kind.minimum,
            kind.maximum,
            part=kind.part,
            key="{}_" + marked,
        )

    def _draw_dates(self, forme: str, marked: str) -> tuple[date, date | None, int]:
        """Draw when the lever comes, when all of it is there, and by how long it may be late."""
        edited, coming = self.edited, self.terrain.mois
        months = list_months(coming[0], date(coming[-1].year + 1, 12, 1))
        if edited is not None:
            # A lever seen from another month keeps its own.
            months = sorted({*months, edited.du, *(day for day in (edited.plein,) if day is not None)})
        plein: date | None = None
        with st.container(horizontal=True, gap="small"):
            du = st.selectbox(
                "À partir de",
                months,
                _rank(months, edited.du if edited else None, 0),
                format_func=month,
                key=f"du_{marked}",
                width=170,
            )
            if forme != PALIER:
                plein = st.selectbox(
                    "Complète en" if forme == LINEAIRE else "À 90\u00a0% en",
                    months,
                    _rank(months, edited.plein if edited else None, min(3, len(months) - 1)),
                    format_func=month,
                    key=f"plein_{marked}_{forme}",
                    width=190,
                )
            retard = st.number_input(
                "Retard possible, en mois",
                0,
                24,
                round(edited.retard.haut) if edited else 0,
                key=f"retard_{marked}",
                width=170,
            )
        return du, plein, retard

    def _draw_places(self, nature: str, marked: str) -> Lieu:
        """Draw where a lever acts, and on what."""
        if nature == PRISONS:
            return Lieu(prisons=self._draw_prisons(marked))
        edited = self.edited
        juridictions: tuple[str, ...] = ()
        activites: tuple[str, ...] = ()
        nombre = 0
        cours = _several(
            "Cours",
            self.noms.cours,
            edited.cours if edited else (),
            none="Toutes, ou celles des juridictions",
            key=f"cours_{marked}",
            by_code=True,
        )
        if nature != ETABLISSEMENTS:
            # A juridiction closed since the lever was written stays in it: nothing happens there.
            present = {*self.ground.potentiel["juridiction"], *(edited.juridictions if edited else ())}
            juridictions = _several(
                "Juridictions",
                {code: name for code, name in self.noms.juridictions.items() if code in present},
                edited.juridictions if edited else (),
                none="Toutes",
                key=f"juridictions_{marked}",
                by_code=True,
            )
            nombre = st.number_input(
                "Ou les juridictions où il reste le plus à éviter, au nombre de",
                0,
                50,
                0,
                key=f"nombre_{marked}",
                help=typeset(
                    "0 : ne pas en choisir ainsi. Prises dans les cours choisies, pour ces activités."
                ),
            )
        if nature not in (ETABLISSEMENTS, MATERIEL, REPONSE):
            counted = lecture.reference().activites.filter("compte_objectif")["activite"].to_list()
            activites = _several(
                "Activités",
                {code: self.noms.activites[code] for code in counted},
                edited.activites if edited else (),
                none="Toutes",
                key=f"activites_{marked}",
            )
        return Lieu(cours=cours, juridictions=juridictions, activites=activites, nombre=nombre)

    def _draw_prisons(self, marked: str) -> tuple[str, ...]:
        # Those equipped since the lever was written stay in it: they change nothing.
        kept = self.edited.prisons if self.edited else ()
        listed = {
            code: name
            for code, name in self.noms.prisons.items()
            if code in self.terrain.prisons or code in kept
        }
        chosen = _several("Établissements à équiper", listed, kept, none="Choisir", key=f"prisons_{marked}")
        if not listed:
            composants.note(
                "Aucun établissement sans équipement n'est connu : importez-en la liste (Données)."
            )
        return chosen


def draw_range(shown: Plage, low: float, high: float, *, part: bool, key: str) -> tuple[float, float, float]:
    """Draw the three numbers of a range, in no order yet; `key` has a place for the end that each is."""
    with st.container(horizontal=True, gap="small"):
        return (
            _number("Au moins", shown.bas, low, high, part=part, key=key.format("bas")),
            _number("Le plus probable", shown.probable, low, high, part=part, key=key.format("probable")),
            _number("Au plus", shown.haut, low, high, part=part, key=key.format("haut")),
        )


def _number(label: str, value: float, low: float, high: float, *, part: bool, key: str) -> float:
    """Draw a number, a share being typed as a percentage; give the value itself.

    What is left as it is shown stays as it was, whatever decimals the form does not show.
    """
    scale = 100 if part else 1
    shown = round(value * scale)
    typed = st.number_input(
        f"{label} (%)" if part else label,
        round(low * scale),
        round(high * scale),
        shown,
        key=key,
        width=150,
    )
    return value if typed == shown else typed / scale


def _several(
    label: str,
    named: Mapping[str, str],
    chosen: Sequence[str],
    *,
    none: str,
    key: str,
    by_code: bool = False,
) -> tuple[str, ...]:
    """Draw a choice of several, found by their names, and by their codes where people know them."""
    return tuple(
        st.multiselect(
            label,
            list(named),
            [code for code in chosen if code in named],
            format_func=lambda code: findable(code if by_code else "", named[code]),
            key=key,
            placeholder=none,
            filter_mode="contains",
            select_all=False,
        )
    )


def _rank(months: Sequence[date], wanted: date | None, usual: int) -> int:
    return months.index(wanted) if wanted in months else usual
