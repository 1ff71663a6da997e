"""The reverse questions as the page asks them: a dose, the least effort, a placement."""

from fractions import Fraction
from functools import partial
from html import escape

import polars as pl
import streamlit as st

from analytics.leviers.words import rough
from analytics.scenarios import study
from analytics.scenarios.reverse import questions
from analytics.scenarios.reverse.effort import CLES
from analytics.scenarios.reverse.placement import ETABLISSEMENT
from analytics.scenarios.reverse.questions import Question
from analytics.scenarios.scenario import DEMANDE, Scenario
from analytics.scenarios.study import Socle
from analytics.scenarios.words.questions import is_needed, name_chance, tell_chances, tell_search, write_dose
from analytics.vocabulary.columns import Colonne, integer
from analytics.vocabulary.wording import add_up, count, number, percent, typeset, with_unit
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
    sentence = tell_search(
        found.recherche,
        found.levier,
        part=float(question.part),
        base=found.base,
        voulues=found.voulues,
        plafond=found.plafond,
        tenue=found.tenue,
        pondere=question.pondere,
    )
    st.html(f"<p class='vigie-phrase' role='status'><strong>{escape(sentence)}</strong></p>")
    composants.note(tell_chances(found.recherche, found.levier))
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
    unit = "extractions moyennes" if question.pondere else "extractions"
    if missing < 0.5:
        composants.note(typeset("Rien à ajouter : l'année y arrive, au milieu de la projection."))
        return
    lacking = number(missing)  # to the unit: what it takes from the year shown to what is asked
    text = (
        f"Il manque {lacking} {unit}. En commençant par les plus faciles, chacune demande en "
        f"moyenne {number(plan.effort / missing, 1)} fois l'effort d'une des plus faciles ; une de plus, "
        f"{number(plan.marginal, 1)} fois."
        if plan.suffit
        else f"Il manque {lacking} {unit} ; au mieux {rough(plan.atteignables)} d'ici décembre."
    )
    st.html(f"<p class='vigie-phrase'><strong>{escape(typeset(text))}</strong></p>")
    noms = calculs.names_of(contexte)
    ordered = plan.parts.filter(pl.col("evitees") > 0).sort("evitees", descending=True)
    # As they are written, the parts make what they add up to.
    whole = float(ordered["evitees"].sum())
    rows = (
        ordered.with_columns(
            evitees=pl.Series([int(part) for part in add_up(ordered["evitees"].to_list(), whole)])
        )
        .filter(pl.col("evitees") > 0)
        .with_columns(
            nom_cour=pl.col("cour").replace_strict(dict(noms.cours), default=pl.col("cour")),
            nom_activite=pl.col("activite").replace_strict(dict(noms.activites), default=pl.col("activite")),
        )
    )
    st.html(
        write_plain_table(
            rows,
            (
                Colonne("nom_cour", "Cour"),
                Colonne("nom_activite", "Activité"),
                Colonne("evitees", "À éviter en plus", number, nombre=True),
                Colonne("reste", "Encore à portée", rough, nombre=True),
                Colonne("effort", "Effort (1 : une des plus faciles)", rough, nombre=True),
            ),
            legende="Plan de moindre effort (hypothèse : un effort par tiers de ce qui reste à portée)",
        )
    )
    telechargements.offer_table(
        plan.parts, cle="effort", fichier=f"{ground.periode.annee}_moindre-effort", entete=contexte.entete
    )


def _draw_placement(contexte: Contexte, ground: Socle, scenario: Scenario, cours: tuple[str, ...]) -> None:
    parametres = lecture.parametres()
    day = ground.jour
    with st.form("placement", border=False):
        mode = st.radio("Limite", ["Un nombre d'équipements", "Un budget"], horizontal=True)
        with st.container(horizontal=True, gap="small"):
            nombre = st.number_input("Équipements à placer", 1, 500, 10, width=170)
            budget = st.number_input("Ou budget (€)", 1_000, 50_000_000, 300_000, 10_000, width=170)
        with st.container(horizontal=True, gap="small"):
            unit = st.number_input(
                "Coût d'un équipement (€)",
                0,
                1_000_000,
                round(float(parametres.at("cout_equipement", day).valeur)),
                1_000,
                width=170,
            )
            prison = st.number_input(
                "Coût d'un établissement (€)",
                0,
                5_000_000,
                round(float(parametres.at("cout_etablissement", day).valeur)),
                1_000,
                width=170,
            )
        least = st.number_input(
            "Part minimale de chaque cour (% de ce que sa base lui donnerait)", 0, 100, 0, 10
        )
        composants.note("Coûts : hypothèses de travail, aucun n'est dans le texte.")
        sent = st.form_submit_button("Chercher le meilleur placement")
    if not sent:
        return
    with st.spinner("Recherche du meilleur placement…"):
        plan = questions.place_equipment(
            ground,
            scenario,
            nombre=nombre if mode.startswith("Un nombre") else None,
            budget=float(budget) if mode == "Un budget" else None,
            cout_unite=float(unit),
            cout_prison=float(prison),
            part_par_cour=least / 100,
            cours=cours,
        )
    told = (
        f"{count(int(plan.livraisons['nombre'].sum()), 'livraison')} : {rough(plan.gain)} extractions par an "
        f"de plus à portée, pour {with_unit(round(plan.cout), '€')} ; la suivante en apporterait "
        f"{rough(plan.suivante)}. "
        + (
            "Aucun autre placement ne ferait mieux."
            if plan.ecart < 0.0005
            else f"Un autre placement ferait au plus {percent(plan.ecart)} de mieux."
        )
    )
    st.html(f"<p class='vigie-phrase' role='status'><strong>{escape(typeset(told))}</strong></p>")
    noms = calculs.names_of(contexte)
    rows = plan.livraisons.with_columns(
        nom_cour=pl.col("cour").replace_strict(dict(noms.cours), default=pl.col("cour")),
        nom_lieu=pl.when(pl.col("sorte") == ETABLISSEMENT)
        .then("lieu")
        .otherwise(pl.col("lieu").replace_strict(dict(noms.juridictions), default=pl.col("lieu"))),
    )
    st.html(
        write_plain_table(
            rows,
            (
                Colonne("nom_lieu", "Livrer à"),
                Colonne("nom_cour", "Cour"),
                Colonne("nombre", "Nombre", integer, nombre=True),
                Colonne("gain", "Extractions par an qui y tiennent", rough, nombre=True),
            ),
            legende="Livraisons, si tout ce qui est à portée était tenu par visioconférence",
        )
    )
    telechargements.offer_table(
        plan.livraisons, cle="placement", fichier=f"{ground.periode.annee}_placement", entete=contexte.entete
    )
