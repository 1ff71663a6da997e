"""Which input of a scenario moves the year the most."""

from typing import Any

import polars as pl
import streamlit as st

from analytics.charts.scenario import draw_tornado
from analytics.leviers.words import rough
from analytics.scenarios.sensitivity import move_each, variance_indices
from analytics.scenarios.study import Etude, draws_of, seen_cours
from analytics.scenarios.words.sensitivity import INDEX_COLUMNS, TORNADO_COLUMNS, name_input
from analytics.vocabulary import wording
from pages.commun import lecture
from pages.commun.bloc_graphique import Bloc, write_plain_table, write_table_html
from pages.commun.cadre import Contexte


def tornado(contexte: Contexte, etude: Etude) -> Bloc:
    """Give how far each uncertain input alone moves the year."""
    cours = seen_cours(etude.socle, contexte.situation.perimetre)
    moved = move_each(etude, cours)
    frame = pl.DataFrame(
        {
            "nom": [name_input(each.nom, etude.scenario.leviers) for each in moved],
            "bas": [each.bas for each in moved],
            "haut": [each.haut for each in moved],
            "centre": [each.centre for each in moved],
            "texte": [f"{rough(each.bas)} puis {rough(each.haut)}" for each in moved],
        },
        schema={"nom": pl.String, **dict.fromkeys(("bas", "haut", "centre"), pl.Float64), "texte": pl.String},
    )
    first = frame["nom"][0] if frame.height else ""
    title = f"« {first} » est ce qui déplace le plus l'année" if first else "Rien n'est incertain"
    return Bloc(
        cle="tornade",
        titre=wording.typeset(title),
        sous_titre="Extractions déclarées d'ici décembre, une donnée à la fois : basse, puis haute",
        figure=draw_tornado(frame, dark=contexte.sombre),
        alt="Une barre par donnée incertaine, la plus large en haut.",
        phrase="Barre hachurée : la donnée est basse ; barre pleine : elle est haute.",
        tableau=write_table_html(frame, TORNADO_COLUMNS, legende="Ce qui déplace l'année"),
        donnees=frame.drop("texte"),
        fichier=f"{etude.socle.periode.annee}_scenario_tornade",
        entete=contexte.entete,
    )


def indices(contexte: Contexte, etude: Etude) -> str:
    """Write the share of the variance that each input explains, as a table."""
    return _indices(contexte, etude, (*contexte.cle, etude.scenario.as_text()))


@st.cache_resource(show_spinner=False, max_entries=16)
def _indices(_contexte: Contexte, _etude: Etude, key: tuple[Any, ...]) -> str:
    del key  # names everything that is computed
    cours = seen_cours(_etude.socle, _contexte.situation.perimetre)
    found = variance_indices(_etude, cours, graine=draws_of(lecture.parametres(), _etude.socle.jour)[1])
    frame = pl.DataFrame(
        [(name_input(name, _etude.scenario.leviers), first, total) for name, first, total in found],
        schema={"nom": pl.String, "premier": pl.Float64, "total": pl.Float64},
        orient="row",
    )
    return write_plain_table(
        frame, INDEX_COLUMNS, legende="Part de l'incertitude de l'année que chaque donnée explique"
    )
