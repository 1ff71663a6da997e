"""The reverse questions as the page asks them: a dose, the least effort, a placement."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from functools import partial
from html import escape

import polars as pl
import streamlit as st

from analytics.leviers.levier import DEMANDE
from analytics.leviers.words import rough
from analytics.scenarios import study
from analytics.scenarios.reverse import questions
from analytics.scenarios.reverse.effort import CLES
from analytics.scenarios.reverse.placement import ETABLISSEMENT, Enveloppe
from analytics.scenarios.reverse.questions import Question
from analytics.scenarios.scenario import Scenario
from analytics.scenarios.study import Socle, answers_supposed
from analytics.scenarios.words.questions import (
    is_needed,
    name_chance,
    tell_chances,
    tell_effort,
    tell_placement,
    tell_search,
    write_dose,
)
from analytics.vocabulary.columns import Colonne, integer
from analytics.vocabulary.wording import add_up, number, typeset
from pages.commun import composants, filtres, lecture, suites, telechargements
from pages.commun.bloc_graphique import write_plain_table
from pages.commun.cadre import Contexte
from pages.ecrans.scenarios import atelier, calculs, modeles, resultats
from pages.ecrans.scenarios.resultats import TABS


def draw_reverse(contexte: Contexte, ground: Socle, scenario: Scenario) -> None:
    """Draw the questions asked backwards: what it takes to get there, where to put equipment."""
    cours = study.seen_cours(ground, contexte.situation.perimetre)
    pondere = calculs.weighs(contexte)
    rate = ground.pays.exigence.taux
    usual = round(float(rate) * 100, 1) if rate is not None else 5.0
    left, right = st.columns([1, 1], gap="medium")
    with left:
        composants.head("Que faut-il pour y arriver ?")
        typed = st.number_input(
            "Part de la base à éviter dans l'année (%)", 0.5, 50.0, usual, 0.5, format="%g", key="part_visee"
        )
        if pondere:
            composants.note(
                typeset(
                    "Chaque extraction compte pour l'effort de son escorte (« Poids d'une extraction »). "
                    "Pour le pilotage seulement : l'objectif et le décompte n'en savent rien."
                )
            )
        question = Question(
            cours,
            ensemble=contexte.situation.perimetre.national,
            part=Fraction(str(typed)) / 100,
            pondere=pondere,
        )
        _draw_search(contexte, ground, scenario, question)
        _draw_effort(contexte, ground, scenario, question)
    with right:
        composants.head("Où mettre les équipements ?")
        _draw_placement(contexte, ground, scenario, cours)


def _draw_search(contexte: Contexte, ground: Socle, scenario: Scenario, question: Question) -> None:
    """Answer for one lever: the scenario's own, or a general recourse from the first month to come."""
    models = modeles.models(ground, scenario, question.cours)
    asked = scenario if scenario.leviers else models["partout"][1]
    lines = resultats.describe(contexte, asked)
    ranks = [rank for rank, levier in enumerate(asked.leviers) if levier.nature != DEMANDE]
    if not ranks:
        composants.note("Ce scénario n'a pas de levier à doser : ajoutez-en un.")
        return
    rank = st.selectbox(
        "Levier à doser",
        ranks,
        format_func=dict(enumerate(lines)).__getitem__,
        key="levier_dose",
        placeholder="Choisir",
    )
    found = calculs.seek(contexte, ground, asked, rank, question)
    supposed = answers_supposed(ground, question.cours)
    _answer(
        tell_search(
            found,
            part=float(question.part),
            pondere=question.pondere,
            reponse=supposed,
        )
    )
    composants.note(tell_chances(found.recherche, found.levier, supposed))
    doses = [("Ouvrir ce scénario", "ouvrir_dose", found.recherche.valeur)]
    doses += [
        (f"Ouvrir à {name_chance(chance)}", f"ouvrir_dose_{round(chance * 100)}", valeur)
        for chance, valeur in found.recherche.chances
    ]
    with st.container(horizontal=True, gap="small"):
        for label, key, valeur in doses:
            if valeur is not None and is_needed(found.levier, valeur):
                opened = questions.with_value(asked, rank, valeur)
                dose = write_dose(found.levier, valeur)
                st.button(label, key=key, on_click=partial(_open, opened, dose), width="content")


def _open(scenario: Scenario, dose: str) -> None:
    """Show a scenario that was found, at the top of what it changes, and say so."""
    atelier.show(scenario)
    filtres.choose("onglet", TABS[0])
    text = typeset(f"Scénario ouvert : « {scenario.nom or 'sans nom'} », le levier dosé à {dose}.")
    suites.say_next(text)
    st.toast(text)


def _draw_effort(contexte: Contexte, ground: Socle, scenario: Scenario, question: Question) -> None:
    composants.head("Le moindre effort")
    key = st.selectbox(
        "Partage entre les cours", list(CLES), format_func=dict(CLES).__getitem__, key="cle_effort"
    )
    plan, missing = questions.least_effort(ground, scenario, question, cle=key)
    if missing < 0.5:
        composants.note(typeset("Rien à ajouter : l'année y arrive, au milieu de la projection."))
        return
    _answer(tell_effort(plan, missing, pondere=question.pondere), waited=False)
    noms = calculs.names_of(contexte)
    ordered = plan.parts.filter(pl.col("evitees") > 0).sort("evitees", descending=True)
    # As they are written, the parts make what they add up to.
    whole = float(ordered["evitees"].sum())
    written = pl.Series([int(part) for part in add_up(ordered["evitees"].to_list(), whole)])
    _show_plan(
        contexte,
        ordered.with_columns(evitees=written)
        .filter(pl.col("evitees") > 0)
        .with_columns(nom_cour=_named("cour", noms.cours), nom_activite=_named("activite", noms.activites)),
        (
            Colonne("nom_cour", "Cour"),
            Colonne("nom_activite", "Activité"),
            Colonne("evitees", "À éviter en plus", number, nombre=True),
            Colonne("reste", "Encore à portée", rough, nombre=True),
            Colonne("effort", "Effort (1 : une des plus faciles)", rough, nombre=True),
        ),
        legende="Plan de moindre effort (hypothèse : un effort par tiers de ce qui reste à portée)",
        donnees=plan.parts,
        cle="effort",
        fichier=f"{ground.periode.annee}_moindre-effort",
    )


def _draw_placement(contexte: Contexte, ground: Socle, scenario: Scenario, cours: tuple[str, ...]) -> None:
    enveloppe = _ask_envelope(ground)
    if enveloppe is None:
        return
    with st.spinner("Recherche du meilleur placement…"):
        plan = questions.place_equipment(ground, scenario, enveloppe, cours=cours)
    _answer(tell_placement(plan))
    noms = calculs.names_of(contexte)
    lieu = pl.when(pl.col("sorte") == ETABLISSEMENT).then("lieu").otherwise(_named("lieu", noms.juridictions))
    _show_plan(
        contexte,
        plan.livraisons.with_columns(nom_cour=_named("cour", noms.cours), nom_lieu=lieu),
        (
            Colonne("nom_lieu", "Livrer à"),
            Colonne("nom_cour", "Cour"),
            Colonne("nombre", "Nombre", integer, nombre=True),
            Colonne("gain", "Extractions par an qui y tiennent", rough, nombre=True),
        ),
        legende="Livraisons, si tout ce qui est à portée était tenu par visioconférence",
        donnees=plan.livraisons,
        cle="placement",
        fichier=f"{ground.periode.annee}_placement",
    )


def _ask_envelope(ground: Socle) -> Enveloppe | None:
    """Ask what may be spent; None until it is sent."""
    parametres = lecture.parametres()

    def ask_cost(label: str, most: int, name: str) -> float:
        usual = round(float(parametres.at(name, ground.jour).valeur))
        return float(st.number_input(f"{label} (€)", 0, most, usual, 1_000, width=170))

    with st.form("placement", border=False):
        mode = st.radio("Limite", ["Un nombre d'équipements", "Un budget"], horizontal=True)
        with st.container(horizontal=True, gap="small"):
            nombre = st.number_input("Équipements à placer", 1, 500, 10, width=170)
            budget = st.number_input("Ou budget (€)", 1_000, 50_000_000, 300_000, 10_000, width=170)
        with st.container(horizontal=True, gap="small"):
            unit = ask_cost("Coût d'un équipement", 1_000_000, "cout_equipement")
            prison = ask_cost("Coût d'un établissement", 5_000_000, "cout_etablissement")
        least = st.number_input(
            "Part minimale de chaque cour (% de ce que sa base lui donnerait)", 0, 100, 0, 10
        )
        composants.note("Coûts : hypothèses de travail, aucun n'est dans le texte.")
        sent = st.form_submit_button("Chercher le meilleur placement")
    if not sent:
        return None
    return Enveloppe(
        nombre=nombre if mode.startswith("Un nombre") else None,
        budget=float(budget) if mode == "Un budget" else None,
        cout_unite=unit,
        cout_prison=prison,
        part_par_cour=least / 100,
    )


# --- What the three answers have in common --------------------------------------------------------


def _answer(sentence: str, *, waited: bool = True) -> None:
    """Write an answer; one that was waited for is read out."""
    role = " role='status'" if waited else ""
    st.html(f"<p class='vigie-phrase'{role}><strong>{escape(sentence)}</strong></p>")


def _named(column: str, noms: Mapping[str, str]) -> pl.Expr:
    """Name what a column holds the codes of; a code without a name stays."""
    return pl.col(column).replace_strict(dict(noms), default=pl.col(column))


def _show_plan(
    contexte: Contexte,
    rows: pl.DataFrame,
    colonnes: Sequence[Colonne],
    *,
    legende: str,
    donnees: pl.DataFrame,
    cle: str,
    fichier: str,
) -> None:
    """Write a plan as a table, and offer it whole."""
    st.html(write_plain_table(rows, colonnes, legende=legende))
    telechargements.offer_table(donnees, cle=cle, fichier=fichier, entete=contexte.entete)
