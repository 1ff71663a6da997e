"""What every figure means, how it is computed, and what the data cannot say."""

from collections.abc import Iterable
from html import escape

import streamlit as st

from analytics.methode import (
    ACTIVITY_REFERENCE_COLUMNS,
    PARAMETER_COLUMNS,
    list_activities,
    list_parameters,
    write_formulas,
    write_states,
)
from analytics.trajectoire.position import GLYPHS
from analytics.trajectoire.words.cours import ESTIMATED_LEGEND
from analytics.vocabulary.perimetre import A_UNE_COUR, Savoir
from analytics.vocabulary.wording import LEGEND_OF_ABSENCES, typeset
from data.actes.textes import load_methode
from pages.commun import cadre, lecture
from pages.commun.bloc_graphique import write_plain_table


def render() -> None:
    """Draw the page."""
    contexte = cadre.open_page("Méthode", filtrable=False)
    methode, parametres = load_methode(), lecture.parametres()
    st.html(
        "<article class='vigie-methode'>"
        + _part("Définitions", _terms(methode.definitions.items()))
        + _part(
            "Comment chaque chiffre est calculé",
            "".join(
                f"<h3>{_write(item.nom)}</h3><p>{_write(item.sens)}</p>"
                f"<p class='formule'>{_write(item.calcul)}</p>"
                for item in write_formulas(methode, parametres)
            ),
        )
        + _part(
            "États",
            _terms(
                (f"{GLYPHS[state]} {state}", meaning) for state, meaning in write_states(methode, parametres)
            ),
        )
        + _part(
            "Légende des absences",
            f"<p>{_write(LEGEND_OF_ABSENCES)}</p><p>{_write(ESTIMATED_LEGEND)}</p>"
            "<p>Un mois sans aucune réponse interrompt la courbe ; il ne vaut pas zéro. Une activité que "
            "la loi "
            "ne permettait pas encore est « s.o. », même si un zéro a été déclaré.</p>",
        )
        + "</article>"
        + _part(
            "Paramètres",
            write_plain_table(
                list_parameters(parametres), PARAMETER_COLUMNS, legende="Valeurs, dates et sources"
            ),
        )
        + _part(
            "Les activités",
            write_plain_table(
                list_activities(lecture.reference().activites),
                ACTIVITY_REFERENCE_COLUMNS,
                legende="Reconstitution : ce n'est pas le questionnaire officiel, qui n'est pas public",
            ),
        )
        + "<article class='vigie-methode'>"
        + _part("Contrôles de vraisemblance", _items(methode.controles))
        + _part("Sources", _items(methode.sources))
        + _part("Choix de lecture et limites", _items(methode.limites))
        + _part("Qui voit quoi", _items(_who_knows()))
        + _part("Chiffres publiés, pour comparaison", _items(methode.chiffres_publies))
        + _part("Données de démonstration", f"<p>{_write(methode.demonstration)}</p>")
        + "</article>"
    )
    cadre.close_page(contexte)


def _who_knows() -> Iterable[str]:
    """Say what the profile of some cours reads beyond them, and what it does not."""
    yield "Un profil national lit tout. Celui de quelques cours lit leurs chiffres et leurs documents."
    for intro, known in (("Il lit aussi", True), ("Il ne lit pas", False)):
        told = [each.value for each in Savoir if (each in A_UNE_COUR) is known]
        yield f"{intro} : {' ; '.join(told)}."


def _write(text: str) -> str:
    """Write a text as HTML, its spaces right."""
    return escape(typeset(text))


def _part(titre: str, contents: str) -> str:
    return f"<section class='vigie-methode-partie'><h2>{escape(titre)}</h2>{contents}</section>"


def _terms(terms: Iterable[tuple[str, str]]) -> str:
    return (
        "<dl>"
        + "".join(f"<dt>{_write(term)}</dt><dd>{_write(meaning)}</dd>" for term, meaning in terms)
        + "</dl>"
    )


def _items(items: Iterable[str]) -> str:
    return "<ul>" + "".join(f"<li>{_write(item)}</li>" for item in items) + "</ul>"


if __name__ == "__main__":
    st.switch_page("app.py")
