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
from analytics.vocabulary.schemas import A_UNE_COUR, Savoir
from analytics.vocabulary.wording import LEGEND_OF_ABSENCES, typeset
from pages.commun import cadre, lecture
from pages.commun.bloc_graphique import write_plain_table

DEFINITIONS = (
    (
        "Extraction judiciaire",
        "Une personne détenue est conduite devant un juge par la police ou la gendarmerie. Les "
        "prolongations de "
        "garde à vue et les extractions médicales n'en sont pas.",
    ),
    (
        "Visioconférence (colonne 1)",
        "Toute visioconférence réalisée dans une activité juridictionnelle, avec ou sans personne détenue.",
    ),
    (
        "Extraction évitée (colonne 2)",
        "Visioconférence avec une personne détenue, qui a rendu une extraction inutile. La colonne 2 ne "
        "dépasse "
        "jamais la colonne 1.",
    ),
    (
        "Activité comptée dans l'objectif",
        "Toutes, sauf la prolongation de garde à vue, la zone d'attente et la rétention administrative : une "
        "colonne 2 déclarée dans ces trois activités n'entre dans aucun total d'extractions évitées.",
    ),
    ("Juridiction, cour, ressort", "Une juridiction appartient au ressort d'une cour, à une date donnée."),
    ("ETPT", "Équivalent temps plein travaillé."),
    (
        "Campagne",
        "La collecte d'un mois : elle ouvre le premier jour ouvrable du mois suivant et ferme le 10 ; "
        "la première, exceptionnelle, a duré jusqu'au 25 février 2009.",
    ),
    ("Relance", "Message envoyé trois jours avant la clôture aux juridictions qui n'ont pas répondu."),
    (
        "Remboursement",
        "Si l'objectif n'est pas atteint, la Justice rembourse l'Intérieur au prorata des extractions non "
        "évitées.",
    ),
    (
        "Intéressement",
        "Part revenant à la Justice au-delà de l'objectif : modalités « à définir » dans le texte.",
    ),
)
SOURCES = (
    "Circulaire du Secrétaire général du ministère de la Justice du 5 février 2009, pour l'objectif, les "
    "155 000 extractions et les 1 270 ETPT, tous deux donnés « environ ».",
    "Cours et juridictions : Code de l'organisation judiciaire, tableau IV, par dates de vigueur. "
    "Coordonnées : "
    "GeoNames, licence CC BY.",
    "Groupes de cours : groupes de la direction des services judiciaires, inconnus pour certaines cours.",
    "Base de 2008 par cour : le texte n'en donne pas. Sans base importée, les 155 000 extractions sont "
    "réparties "
    "selon la population des ressorts : cette clé est illustrative, et le dit partout où elle sert.",
    "Les 22 activités sont reconstituées d'après la circulaire et l'article 706-71 du Code de procédure "
    "pénale : "
    "ce n'est pas le questionnaire officiel, qui n'est pas public.",
)
PUBLISHED = (
    "Plus de 5 000 visioconférences dans les juridictions de janvier à août 2009, soit cinq fois plus "
    "qu'un an "
    "avant (+400 %).",
    "Deux visioconférences sur trois reliaient un établissement pénitentiaire en 2008.",
    "Plus de 500 équipements dans les juridictions et 120 établissements pénitentiaires équipés fin 2009.",
    "Un avis du Sénat de décembre 2009 retient 7 520 extractions et 60 ETPT, donc une base de 150 400 "
    "extractions "
    "et de 1 200 ETPT : la base est datée et sourcée, jamais une constante.",
    "10 784 extractions exécutées par l'administration pénitentiaire en 2012 ; 65 244 requises en 2016, dont "
    "environ 21 % non exécutées ; plus de 30 000 évitées par la visioconférence en 2023.",
)
CHECKS = (
    "La colonne 2 dépasse la colonne 1 : la ligne est refusée.",
    "Le mois, la juridiction ou l'activité n'existe pas, ou la juridiction n'est pas en vigueur : la ligne "
    "est "
    "refusée, avec son motif, et gardée jusqu'à sa correction.",
    "Un nombre s'écarte de l'habitude de la juridiction, un zéro survient soudain, une activité qui évite "
    "rarement "
    "une extraction en évite beaucoup : la ligne est acceptée et une question est posée.",
)
LIMITS = (
    "Ce que l'on mesure. Lecture par défaut, la lettre du texte : la colonne 2 rapportée à 5 % de la base. "
    "Deux "
    "autres lectures existent : la colonne 2 moins son niveau de 2008 (il faudrait une hypothèse : "
    "l'indicateur "
    "de 2008 n'avait pas de colonne 2), et la baisse des extractions exécutées, comptées par l'Intérieur.",
    "Une réponse manquante n'est jamais un zéro. Les écrans montrent ce qui est déclaré, le taux de "
    "réponse, et "
    "une fourchette sur demande ; le décompte ne retient que ce qui est déclaré.",
    "Le profil d'un douzième par mois ignore les saisons, dont les mois d'été ; trois autres se choisissent "
    "dans « Filtres ». La saison nationale, qui sert aussi à la projection et aux comparaisons, est une "
    "hypothèse de travail.",
)
DEMONSTRATION = (
    "Aucune série par cour, aucun taux de réponse, aucune répartition par activité n'est public. Les "
    "données de "
    "démonstration sont fictives : elles ont une forme vraisemblable, mais ne disent rien d'une juridiction "
    "réelle. Chaque écran et chaque fichier exporté le rappellent."
)


def render() -> None:
    """Draw the page."""
    contexte = cadre.open_page("Méthode", filtrable=False)
    parametres = lecture.parametres()
    st.html(
        "<article class='vigie-methode'>"
        + _part("Définitions", _terms(DEFINITIONS))
        + _part(
            "Comment chaque chiffre est calculé",
            "".join(
                f"<h3>{_write(item.nom)}</h3><p>{_write(item.sens)}</p>"
                f"<p class='formule'>{_write(item.calcul)}</p>"
                for item in write_formulas(parametres)
            ),
        )
        + _part(
            "États",
            _terms((f"{GLYPHS[state]} {state}", meaning) for state, meaning in write_states(parametres)),
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
        + _part("Contrôles de vraisemblance", _items(CHECKS))
        + _part("Sources", _items(SOURCES))
        + _part("Choix de lecture et limites", _items(LIMITS))
        + _part("Qui voit quoi", _items(_who_knows()))
        + _part("Chiffres publiés, pour comparaison", _items(PUBLISHED))
        + _part("Données de démonstration", f"<p>{_write(DEMONSTRATION)}</p>")
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
