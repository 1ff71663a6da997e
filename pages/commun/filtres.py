"""The filters as a page draws them: settled from its address, remembered from one page to the next.

The address always names the period, so that a link opens the same view next year. What a link asks
and cannot have is said in a French sentence, and replaced.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date
from typing import Any

import streamlit as st

from analytics.vocabulary import wording
from pages.commun.adresse import (
    FOURCHETTE,
    NAMES,
    OPTIONS,
    OUI,
    Choix,
    Selection,
    T,
    parse,
    slug,
    write_years,
)
from pages.commun.navigation import findable

_MEMORY = "vigie_demande"
_ADDRESS = "vigie_adresse"
_NOTICES = "vigie_avis"
_FORGET = "vigie_oubli"


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
    st.toggle(label, key=key, help=help_text, on_change=_choose_from, args=(name, key, written))


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
