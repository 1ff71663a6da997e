"""Building a scenario on screen: its levers one by one, in plain French, and the models to start from.

The scenario lives in the address: every change writes it anew, so that a link is always the scenario shown.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import partial
from html import escape
from typing import Any

import streamlit as st

from analytics.scenarios.link import write_link
from analytics.scenarios.ranges import FORMES, PALIER, Plage
from analytics.scenarios.scenario import (
    ETABLISSEMENTS,
    INCERTAINES,
    MATERIEL,
    MOST_LEVERS,
    NATURES,
    OUVERTURE,
    PRISONS,
    REPONSE,
    Hypotheses,
    Levier,
    Scenario,
)
from analytics.scenarios.study import Socle, seen_cours
from analytics.scenarios.words.levers import Noms, tell_ceiling
from analytics.vocabulary.errors import UserFacingError
from analytics.vocabulary.periods import list_months
from analytics.vocabulary.wording import month, typeset
from pages.commun import composants, filtres, lecture
from pages.commun.cadre import Contexte
from pages.commun.navigation import findable
from pages.ecrans.scenarios.modeles import MODELS, models, where_most_is_left

EDITED = "scenario_levier_modifie"
UNDO = "scenario_precedent"
TURN = "scenario_tour"


def show(scenario: Scenario) -> None:
    """Put a scenario in the address, the one before being kept for an undo."""
    st.session_state[UNDO] = st.session_state.get("filtre_scenario_affiche", "")
    filtres.choose("scenario", write_link(scenario) if _says_something(scenario) else "")
    st.session_state.pop(EDITED, None)
    st.session_state[TURN] = _turn() + 1


def with_levers(scenario: Scenario, leviers: tuple[Levier, ...]) -> Scenario:
    """Give a scenario other levers; one of a model that gains or loses some is that model no more."""
    named = scenario.nom if len(leviers) == len(scenario.leviers) or scenario.nom not in MODELS else ""
    return replace(scenario, leviers=leviers, nom=named)


def _turn() -> int:
    return int(st.session_state.get(TURN, 0))


def _says_something(scenario: Scenario) -> bool:
    return bool(scenario.leviers or scenario.hypotheses or scenario.nom or scenario.note)


def undo() -> None:
    """Show again the scenario before the last change."""
    filtres.choose("scenario", st.session_state.pop(UNDO, ""))


def draw_levers(
    contexte: Contexte, ground: Socle, scenario: Scenario, lines: Sequence[str], noms: Noms
) -> None:
    """Draw the levers of a scenario, each with what can be done to it, then the form of a new one."""
    for rank, (levier, line) in enumerate(zip(scenario.leviers, lines, strict=False)):
        with st.container(horizontal=True, gap="small", vertical_alignment="center"):
            st.html(f"<p class='vigie-phrase'><strong>{rank + 1}.</strong> {escape(line)}</p>")
            st.button(
                "Modifier",
                key=f"modifier_{rank}",
                type="tertiary",
                on_click=partial(_edit, rank, levier),
                width="content",
            )
            st.button(
                "Retirer",
                key=f"retirer_{rank}",
                type="tertiary",
                on_click=partial(show, with_levers(scenario, _without(scenario, rank))),
                width="content",
            )
    for line in lines[len(scenario.leviers) :]:
        st.html(f"<p class='vigie-phrase'>{escape(line)}</p>")
    edited = _edited(scenario)
    if len(scenario.leviers) >= MOST_LEVERS and edited is None:
        composants.note(f"Un scénario a {MOST_LEVERS} leviers au plus.")
    else:
        title = "Ajouter un levier" if edited is None else f"Modifier le levier {edited + 1}"
        # A new form each time a lever was taken: folded, and empty.
        with st.expander(title, expanded=edited is not None, key=f"atelier_levier_{_turn()}_{title}"):
            _draw_form(contexte, ground, scenario, edited, noms)
    with st.expander("Hypothèses communes à tous les leviers", key="atelier_hypotheses"):
        _draw_hypotheses(contexte, ground, scenario)
    if UNDO in st.session_state:
        st.button("Annuler le dernier changement", key="annuler_scenario", type="tertiary", on_click=undo)


def _without(scenario: Scenario, rank: int) -> tuple[Levier, ...]:
    return (*scenario.leviers[:rank], *scenario.leviers[rank + 1 :])


def _edit(rank: int, levier: Levier) -> None:
    st.session_state[EDITED] = rank, levier


def _edited(scenario: Scenario) -> int | None:
    """Give the rank of the lever being changed; None where there is none, or another scenario is shown.

    A scenario is read anew at each run, and two of its levers may be alike: the rank alone names one.
    """
    rank, levier = st.session_state.get(EDITED, (0, None))
    return rank if scenario.leviers[rank : rank + 1] == (levier,) else None


def draw_models(ground: Socle, scenario: Scenario, cours: Sequence[str]) -> None:
    """Offer scenarios to start from, where there is no lever yet."""
    composants.note("Partez d'un modèle, que vous pourrez modifier, ou ajoutez un levier.")
    with st.container(horizontal=True, gap="small"):
        for cle, (label, made) in models(ground, scenario, cours).items():
            st.button(label, key=f"modele_{cle}", on_click=partial(show, made), width="content")


def _draw_form(contexte: Contexte, ground: Socle, scenario: Scenario, rank: int | None, noms: Noms) -> None:
    terrain = ground.terrain
    if terrain is None:
        return
    edited = None if rank is None else scenario.leviers[rank]
    mark = f"{_turn()}_{'nouveau' if rank is None else rank}"
    natures = list(NATURES)
    formes = list(FORMES)
    # Out of the form: what it asks depends on both.
    with st.container(horizontal=True, gap="small"):
        nature = st.selectbox(
            "Levier",
            natures,
            natures.index(edited.nature) if edited else 0,
            format_func=lambda name: NATURES[name].libelle,
            key=f"levier_nature_{mark}",
        )
        forme = st.selectbox(
            "Montée en charge",
            formes,
            formes.index(edited.forme) if edited else 0,
            format_func=lambda name: FORMES[name].capitalize(),
            key=f"forme_{mark}",
            width=240,
        )
    kind = NATURES[nature]
    usual = edited.valeur if edited is not None and edited.nature == nature else kind.usuelle
    months = list_months(terrain.mois[0], date(terrain.mois[-1].year + 1, 12, 1))
    if edited is not None:
        # A lever seen from another month keeps its own.
        months = sorted({*months, edited.du, *(day for day in (edited.plein,) if day is not None)})
    with st.form(f"levier_{mark}_{nature}", border=False):
        composants.note(
            typeset(f"{kind.valeur} : au moins, le plus probable, au plus. ")
            + "Les valeurs proposées sont des hypothèses de travail."
        )
        with st.container(horizontal=True, gap="small"):
            values = [
                _number(
                    label, value, kind.minimum, kind.maximum, part=kind.part, key=f"{name}_{mark}_{nature}"
                )
                for label, value, name in (
                    ("Au moins", usual.bas, "bas"),
                    ("Le plus probable", usual.probable, "probable"),
                    ("Au plus", usual.haut, "haut"),
                )
            ]
        places = _draw_places(nature, edited, noms, ground, mark)
        with st.container(horizontal=True, gap="small"):
            du = st.selectbox(
                "À partir de",
                months,
                _rank(months, edited.du if edited else None, 0),
                format_func=month,
                key=f"du_{mark}_{nature}",
                width=170,
            )
            plein: date | None = None
            if forme != PALIER:
                plein = st.selectbox(
                    "Complète en" if forme == "lineaire" else "À 90\u00a0% en",
                    months,
                    _rank(months, edited.plein if edited else None, min(3, len(months) - 1)),
                    format_func=month,
                    key=f"plein_{mark}_{nature}_{forme}",
                    width=190,
                )
            retard = st.number_input(
                "Retard possible, en mois",
                0,
                24,
                round(edited.retard.haut) if edited else 0,
                key=f"retard_{mark}_{nature}",
                width=170,
            )
        nom = st.text_input(
            "Nom court du levier", edited.nom if edited else "", max_chars=60, key=f"nom_{mark}_{nature}"
        )
        with st.container(horizontal=True, gap="small"):
            sent = st.form_submit_button("Ajouter le levier" if edited is None else "Enregistrer le levier")
            left = edited is not None and st.form_submit_button("Renoncer")
    if left:
        st.session_state.pop(EDITED, None)
        st.rerun()
    if sent:
        _take(
            contexte,
            scenario,
            rank,
            nature=nature,
            values=values,
            places=places,
            du=du,
            forme=forme,
            plein=plein,
            retard=retard,
            nom=nom,
        )


def _number(
    label: str, value: float, low: float, high: float, *, part: bool, key: str, width: int = 150
) -> float:
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
        width=width,
    )
    return value if typed == shown else typed / scale


def _draw_places(nature: str, edited: Levier | None, noms: Noms, ground: Socle, mark: str) -> dict[str, Any]:
    """Draw where a lever acts, and on what."""

    def several(
        label: str, named: Mapping[str, str], chosen: Sequence[str], key: str, none: str
    ) -> list[str]:
        return st.multiselect(
            label,
            list(named),
            [code for code in chosen if code in named],
            format_func=lambda code: findable(code if key in ("cours", "juridictions") else "", named[code]),
            key=f"{key}_{mark}_{nature}",
            placeholder=none,
            filter_mode="contains",
            select_all=False,
        )

    counted = lecture.reference().activites.filter("compte_objectif")["activite"].to_list()
    activites = {code: noms.activites[code] for code in counted}
    chosen: dict[str, Any] = {"activites": [], "juridictions": [], "nombre": 0, "cours": [], "prisons": []}
    if nature == PRISONS:
        waiting = set(ground.terrain.prisons) if ground.terrain else set[str]()
        # Those equipped since the lever was written stay in it: they change nothing.
        kept = edited.prisons if edited else ()
        listed = {code: name for code, name in noms.prisons.items() if code in waiting or code in kept}
        chosen["prisons"] = several("Établissements à équiper", listed, kept, "prisons", "Choisir")
        if not listed:
            composants.note(
                "Aucun établissement sans équipement n'est connu : importez-en la liste (Données)."
            )
        return chosen | {"ground": ground, "noms": noms}
    chosen["cours"] = several(
        "Cours", noms.cours, edited.cours if edited else (), "cours", "Toutes, ou celles des juridictions"
    )
    if nature != ETABLISSEMENTS:
        # A juridiction closed since the lever was written stays in it: nothing happens there.
        present = {*ground.potentiel["juridiction"], *(edited.juridictions if edited else ())}
        courts = {code: name for code, name in noms.juridictions.items() if code in present}
        chosen["juridictions"] = several(
            "Juridictions", courts, edited.juridictions if edited else (), "juridictions", "Toutes"
        )
        chosen["nombre"] = st.number_input(
            "Ou les juridictions où il reste le plus à éviter, au nombre de",
            0,
            50,
            0,
            key=f"nombre_{mark}_{nature}",
            help=typeset("0 : ne pas en choisir ainsi. Prises dans les cours choisies, pour ces activités."),
        )
    if nature not in (ETABLISSEMENTS, MATERIEL, REPONSE):
        chosen["activites"] = several(
            "Activités", activites, edited.activites if edited else (), "activites", "Toutes"
        )
    return chosen | {"ground": ground, "noms": noms}


def _rank(months: Sequence[date], wanted: date | None, usual: int) -> int:
    return months.index(wanted) if wanted in months else usual


def _take(
    contexte: Contexte,
    scenario: Scenario,
    rank: int | None,
    *,
    nature: str,
    values: Sequence[float],
    places: dict[str, Any],
    du: date,
    forme: str,
    plein: date | None,
    retard: int,
    nom: str,
) -> None:
    """Put what was typed in the scenario, or say what is wrong with it: what was typed stays.

    A lever that is changed takes the place of the one it was, with all that the form does not show.
    """
    edited = None if rank is None else scenario.leviers[rank]
    late = Plage(0.0, 0.0, float(retard))
    if edited is not None and round(edited.retard.haut) == retard:
        late = edited.retard
    ground: Socle = places["ground"]
    juridictions = tuple(places["juridictions"])
    cours: tuple[str, ...] = tuple(places["cours"])
    if places["nombre"]:
        within = cours or seen_cours(ground, contexte.situation.perimetre)
        juridictions = where_most_is_left(
            ground, within, activites=places["activites"], nombre=places["nombre"]
        )
        cours = ()
    try:
        if plein is not None and plein <= du:
            raise UserFacingError(
                typeset(f"La montée en charge doit finir après {month(du)} : choisissez un mois plus tard.")
            )
        if edited is not None and edited.au is not None and edited.au < du:
            raise UserFacingError(
                typeset(f"Ce levier s'arrête en {month(edited.au)} : choisissez un mois de départ plus tôt.")
            )
        if nature == PRISONS and not places["prisons"]:
            raise UserFacingError("Choisissez au moins un établissement à équiper.")
        if nature == OUVERTURE and not places["activites"]:
            raise UserFacingError("Choisissez au moins une activité que la loi ouvrirait.")
        levier = Levier(
            nature,
            Plage(*values),
            du,
            forme=forme,
            plein=plein,
            au=None if edited is None else edited.au,
            retard=late,
            cours=tuple(sorted(cours)),
            juridictions=juridictions,
            activites=tuple(sorted(places["activites"])),
            prisons=tuple(sorted(places["prisons"])),
            nom=nom.strip(),
        )
    except UserFacingError as error:
        st.html(f"<p class='vigie-avis' role='alert'>{escape(str(error))}</p>")
        return
    others = scenario.leviers if rank is None else _without(scenario, rank)
    show(with_levers(scenario, (*others, levier)))
    st.rerun()


def _draw_hypotheses(contexte: Contexte, ground: Socle, scenario: Scenario) -> None:
    usual = Hypotheses.at(lecture.parametres(), ground.jour)
    if ground.terrain is not None:
        cours = seen_cours(ground, contexte.situation.perimetre)
        composants.note(tell_ceiling(ground.terrain, usual.replaced_by(scenario.hypotheses), cours))
    with st.form("hypotheses", border=False):
        typed: dict[str, Plage | None] = {}
        wrong = False
        for name, label in INCERTAINES.items():
            plage: Plage = scenario.hypotheses.get(name, getattr(usual, name))
            composants.note(typeset(f"{label} (hypothèse de travail)"))
            with st.container(horizontal=True, gap="small"):
                bas, probable, haut = (
                    _number(word, value, 0.0, 1.0, part=True, key=f"hypothese_{name}_{end}")
                    for word, value, end in (
                        ("Au moins", plage.bas, "bas"),
                        ("Le plus probable", plage.probable, "probable"),
                        ("Au plus", plage.haut, "haut"),
                    )
                )
            try:
                typed[name] = Plage(bas, probable, haut)
            except UserFacingError:
                wrong = True
        sent = st.form_submit_button("Retenir ces hypothèses")
    if sent and wrong:
        st.html(
            "<p class='vigie-avis' role='alert'>Chaque plage va du plus bas au plus haut, la valeur probable "
            "entre les deux.</p>"
        )
    elif sent:
        changed = {
            name: plage
            for name, plage in typed.items()
            if plage is not None and plage != getattr(usual, name)
        }
        show(replace(scenario, hypotheses=changed))
        st.rerun()
