"""What a juridiction has declared, beside what is typed now."""

from collections.abc import Mapping
from typing import Any

import polars as pl
import streamlit as st

from analytics.collecte.questionnaire import REFUSED, UNANSWERED, WITHDRAWN
from analytics.vocabulary.columns import Colonne, not_answered
from analytics.vocabulary.moments import tell_moment
from analytics.vocabulary.wording import NOT_ANSWERED, month, number, of_month, typeset
from data.actes.questionnaires import FIGURES, Dossier, SaisieJugee
from pages.commun import composants
from pages.commun.bloc_graphique import write_plain_table
from pages.ecrans.saisie import tableau

HEADINGS: dict[str, str] = dict(zip(FIGURES, (nom for nom, _ in tableau.HEADS[1:]), strict=True))


def write_comparison(dossier: Dossier, examen: SaisieJugee) -> str:
    """Write what is about to be declared beside what is declared, and the last month answered."""
    previous = dossier.mois_precedent
    columns = [Colonne("nom", "Activité"), Colonne("reponse", "Votre réponse", nombre=True)]
    if not dossier.declarees.is_empty():
        columns.append(Colonne("avant", "Déclaré", nombre=True))
    if previous is not None:
        columns.append(Colonne("precedent", month(previous), nombre=True))
    columns.append(Colonne("etat", "Ce que fera la validation"))
    rows = [
        {
            "nom": dossier.noms[row["activite"]],
            "reponse": _answer(row),
            "avant": _pair(row, "_avant"),
            "precedent": _pair(row, "_precedent"),
            "etat": "à corriger d'abord" if row["etat"] == REFUSED else row["etat"],
        }
        for row in examen.comparaison.iter_rows(named=True)
    ]
    return write_plain_table(
        pl.DataFrame(rows),
        columns,
        legende=typeset(f"Visioconférences / dont extractions évitées ({NOT_ANSWERED} : non répondu)"),
    )


def _answer(row: Mapping[str, Any]) -> str:
    if row["etat"] == REFUSED:
        return REFUSED
    return NOT_ANSWERED if row["etat"] in (WITHDRAWN, UNANSWERED) else _pair(row, "")


def _pair(row: Mapping[str, Any], suffix: str) -> str:
    total, avoided = row[f"visioconferences{suffix}"], row[f"extractions_evitees{suffix}"]
    return NOT_ANSWERED if total is None else f"{number(total)} / {number(avoided)}"


def draw_declared(dossier: Dossier) -> None:
    """Draw what a month holds when nothing more is taken."""
    if dossier.derniere is None:
        composants.note(typeset(f"Aucune réponse n'est déclarée pour {month(dossier.mois)}."))
        return
    lot, auteur, moment = dossier.derniere
    composants.note(typeset(f"Déclaré par {auteur} le {tell_moment(moment)} (lot {lot})."))
    held = dossier.lignes.join(dossier.declarees, on="activite", how="left", maintain_order="left")
    columns = (
        Colonne("nom", "Activité"),
        Colonne("visioconferences", HEADINGS["visioconferences"], not_answered, nombre=True),
        Colonne("extractions_evitees", HEADINGS["extractions_evitees"], not_answered, nombre=True),
    )
    legende = typeset(f"Réponse {of_month(dossier.mois)} ({NOT_ANSWERED} : non répondu)")
    st.html(f"<div class='vigie-releve'>{write_plain_table(held, columns, legende=legende)}</div>")
