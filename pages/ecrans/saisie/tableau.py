"""The table in which a questionnaire is typed: ours, since a grid of the framework shows less than it holds.

The browser's half is `actifs/saisie.js`. It sends every text typed with what its field showed before, until
the answer says that it was taken in; what it sends is read here, and believed in nothing but that.
"""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import streamlit as st
from streamlit.components.v2 import component
from streamlit.components.v2.get_bidi_component_manager import get_bidi_component_manager
from streamlit.components.v2.manifest_scanner import ComponentConfig, ComponentManifest

from analytics.vocabulary.schemas import Place, Saisie
from analytics.vocabulary.wording import NOT_ANSWERED, clean_text, typeset
from data.actes.questionnaires import FIGURES, Dossier, Formulaire

HEADS = (
    ("Activité", ""),
    ("Visioconférences", "toutes, détenu ou non"),
    ("Extractions évitées", "parmi elles, détenu non extrait"),
)
_PACKAGE, _NAME = "vigie", "saisie"
_LONGEST = 100
_MOST = 500
_PHRASES = {
    "attente": "Ce qui vient d'être tapé n'est pas encore enregistré : vérifiez la connexion. Rien n'est "
    "perdu tant que cette fenêtre reste ouverte.",
    "perdues": "Tapé avant le rechargement et non remis, la case ayant changé depuis :",
    "collees": "Cases collées :",
    "titres": "Titres laissés de côté :",
    "autres": "Rien n'est collé : ces noms ne sont pas ceux des lignes où ils iraient. Placez-vous sur la "
    "première de leurs lignes, ou copiez les nombres seuls :",
    "dehors": "Hors du tableau, donc non collé :",
    "annuler": "Annuler le collage",
    "annule": "Collage annulé.",
}


@dataclass(frozen=True)
class Envoi:
    """What a browser sends: who it is, the number of its last text, and the texts not yet taken in."""

    instance: str
    dernier: int
    saisies: tuple[Saisie, ...]


def read_sent(key: str, *, recu: tuple[str, int]) -> Envoi | None:
    """Read what the browser last sent; `recu`: the window and number of the last text taken in already."""
    state: Any = st.session_state.get(key)
    sent: Any = cast(Mapping[str, Any], state).get("frappes") if isinstance(state, Mapping) else None
    if not isinstance(sent, Mapping):
        return None
    told = cast(Mapping[str, Any], sent)
    instance, frappes = told.get("instance"), told.get("frappes")
    if not isinstance(instance, str) or not isinstance(frappes, Sequence):
        return None
    read = [_read(each) for each in cast(Sequence[Any], frappes)[:_MOST]]
    known = recu[1] if instance == recu[0] else 0
    kept = [each for each in read if each is not None and each[0] > known]
    if not kept:
        return None
    return Envoi(instance[:_LONGEST], max(rank for rank, _ in kept), tuple(saisie for _, saisie in kept))


def _read(frappe: Any) -> tuple[int, Saisie] | None:
    """Read one text typed; None where the browser sends anything else."""
    match frappe:
        case {
            "n": int(rank),
            "activite": str(activite),
            "colonne": str(colonne),
            "texte": str(texte),
            "avants": [*avants],
        } if colonne in FIGURES:
            before = frozenset(str(each)[:_LONGEST] for each in avants)
            text = clean_text(texte[:_LONGEST], lines=False).strip()
            return rank, Saisie((activite, colonne), text, before)
        case _:
            return None


def draw(
    key: str,
    dossier: Dossier,
    feuille: Formulaire,
    *,
    erreurs: Mapping[str, str],
    venues: AbstractSet[Place],
    recu: tuple[str, int],
) -> None:
    """Draw the table on what the form shows; `venues`: the places that somebody else filled in meanwhile."""
    manager = get_bidi_component_manager()
    if manager.get_component_asset_root(f"{_PACKAGE}.{_NAME}") is None:
        # Served from here, as a file: the policy of the page lets no script come from a text.
        manifest = ComponentManifest(_PACKAGE, "", [ComponentConfig(_NAME, "actifs")])
        manager.register_from_manifest(manifest, Path(__file__).parent)
    draw_component = component(f"{_PACKAGE}.{_NAME}", js="saisie.js", isolate_styles=False)
    draw_component(
        key=key,
        data={
            "cle": f"{dossier.mois:%Y-%m} {dossier.juridiction}",
            "entetes": [{"nom": nom, "aide": aide} for nom, aide in HEADS],
            "lignes": [
                {
                    "code": code,
                    "nom": nom,
                    "textes": list(feuille.cases[code]),
                    "erreur": typeset(erreurs.get(code, "")),
                    "venues": [(code, colonne) in venues for colonne in FIGURES],
                }
                for code, nom in dossier.noms.items()
            ],
            "vide": NOT_ANSWERED,
            "phrases": {name: typeset(phrase) for name, phrase in _PHRASES.items()},
            "recu": {"instance": recu[0], "n": recu[1]},
        },
        on_frappes_change=lambda: None,
    )
