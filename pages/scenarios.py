"""What if: levers, what they change month by month and cour by cour, and the reverse questions."""

from html import escape
from time import perf_counter

import streamlit as st

from analytics.scenarios import link, study
from analytics.scenarios.scenario import Scenario
from analytics.scenarios.study import Etude, Socle
from analytics.vocabulary.errors import UserFacingError
from analytics.vocabulary.moments import day_in_paris
from analytics.vocabulary.schemas import ScenarioGarde
from analytics.vocabulary.wording import NO_BREAK_SPACE, month, percent, typeset
from pages.commun import (
    bloc_graphique,
    cadre,
    composants,
    filtres,
    navigation,
    suites,
)
from pages.commun.cadre import Contexte
from pages.ecrans.scenarios import atelier, calculs, comparees, enregistrer, gardes, resultats, sensibilite
from pages.ecrans.scenarios.reciproque import draw_reverse
from pages.ecrans.scenarios.resultats import TABS, VueScenario

OPTIONS = ("lecture", "ponderation")
# Seconds: a bar that only passes would be a flash.
PATIENCE = 0.5


def render() -> None:
    """Draw the page."""
    contexte = cadre.open_page("Scénarios", options=OPTIONS)
    if contexte is not None:
        try:
            _draw(contexte)
        except UserFacingError as error:
            composants.conclude(str(error))
    cadre.close_page(contexte)


def _draw(contexte: Contexte) -> None:
    asked = contexte.selection.option("scenario")
    st.session_state["filtre_scenario_affiche"] = asked
    scenario, garde = _asked(contexte, asked)
    ground = calculs.socle(contexte)
    if ground.terrain is None:
        composants.conclude(typeset(study.NOTHING_PROJECTED))
        return
    vue = _compute(contexte, scenario)
    suites.say()
    if scenario.nom:
        kept = "" if garde is None else f", n° {garde.scenario}, {gardes.told_when(garde)}"
        composants.note(typeset(f"Scénario « {scenario.nom} »{kept}") + enregistrer.archived(garde))
    composants.conclude(vue.conclusion)
    composants.figures(vue.chiffres)
    composants.note(vue.note)
    _warn_of_vintage(contexte, scenario, garde)
    if ground.pays.exigence.taux is None:
        _offer_another_month(contexte)
    if not contexte.selection.presentation:
        _draw_workshop(contexte, ground, scenario, garde)
    shown = filtres.draw_tabs(contexte.selection, TABS)
    agrandi = contexte.selection.presentation
    if shown == "incertitude":
        _draw_inputs(contexte, vue.etude, agrandi=agrandi)
    elif shown == "comparer":
        _draw_comparison(contexte, scenario, agrandi=agrandi)
    elif shown == "reciproque":
        draw_reverse(contexte, ground, scenario)
    else:
        _draw_effect(vue, agrandi=agrandi)


def _asked(contexte: Contexte, asked: str) -> tuple[Scenario, ScenarioGarde | None]:
    """Give the scenario that the address holds, by its number or whole; what cannot be opened is said."""
    nothing = Scenario(contexte.selection.periode.fin)
    if not asked:
        return nothing, None
    try:
        if asked.isdigit():
            garde = gardes.open_kept(int(asked))
            return calculs.read_text(contexte, garde.texte), garde
        return calculs.read_text(contexte, link.read_link(asked)), None
    except UserFacingError as error:
        text = f"{error} « Rien ne change » est affiché."
        st.html(f"<p class='vigie-avis' role='alert'>{escape(typeset(text))}</p>")
        return nothing, None


def _compute(contexte: Contexte, scenario: Scenario) -> VueScenario:
    """Give the view, with a bar that advances where the draws take long enough to be waited for."""
    place, started = st.empty(), perf_counter()

    def advance(part: float) -> None:
        if perf_counter() - started > PATIENCE:
            place.progress(part, text=f"Simulation{NO_BREAK_SPACE}: {percent(part, 0)} des cours")

    vue = resultats.view(contexte, scenario, advance)
    place.empty()
    return vue


def _warn_of_vintage(contexte: Contexte, scenario: Scenario, garde: ScenarioGarde | None) -> None:
    """Say when the scenario was made on another situation than the one shown, and how to find that one."""
    fin = contexte.selection.periode.fin
    told: list[str] = []
    if scenario.leviers and scenario.depuis != fin:
        told.append(
            f"Scénario conçu depuis fin {month(scenario.depuis)}, montré ici depuis fin {month(fin)}."
        )
    elsewhere = garde is not None and garde.lot != contexte.situation.lot
    if garde is not None and gardes.on_the_demo(garde):
        elsewhere = False
        told.append("Scénario enregistré sur la démonstration, retirée depuis.")
    elif garde is not None and elsewhere:
        told.append(f"Des données sont arrivées depuis le lot {garde.lot}, sur lequel il a été enregistré.")
    if told:
        composants.note(typeset(" ".join(told)))
        changes: dict[str, object] = {"annee": scenario.depuis.year, "mois": scenario.depuis.month}
        if garde is not None and elsewhere:
            changes["connu_le"] = day_in_paris(garde.connu_le)
        navigation.link(
            "scenarios", "Le montrer sur sa situation d'origine", contexte.selection.requete(**changes)
        )


def _offer_another_month(contexte: Contexte) -> None:
    """Where the year ahead has no objective, offer years that have one, seen from their spring."""
    years = [annee for annee in contexte.choix.annees if annee in (2009, 2010)]
    composants.note(
        typeset(
            "Aucun texte ne fixe d'objectif pour l'année à venir : ni chances, ni décompte. Pour un scénario "
            "face à un objectif, repartez d'un mois d'une année qui en a un :"
        )
    )
    with st.container(horizontal=True, gap="small"):
        for annee in years:
            if 3 in contexte.choix.mois(annee):
                navigation.link(
                    "scenarios",
                    f"Depuis fin mars{NO_BREAK_SPACE}{annee}",
                    contexte.selection.requete(annee=annee, mois=3),
                )


def _draw_effect(vue: VueScenario, *, agrandi: bool) -> None:
    if not vue.etude.scenario.leviers:
        bloc_graphique.draw(vue.annee, agrandi=agrandi)
        return
    left, right = st.columns([3, 2], gap="medium")
    with left:
        bloc_graphique.draw(vue.annee, agrandi=agrandi)
    with right:
        bloc_graphique.draw(vue.gains, agrandi=agrandi)
    left, right = st.columns([3, 2], gap="medium")
    with left:
        bloc_graphique.draw(vue.etapes, agrandi=agrandi)
    with right:
        bloc_graphique.draw(vue.cours, agrandi=agrandi)
    st.html(vue.par_cour)


def _draw_workshop(
    contexte: Contexte, ground: Socle, scenario: Scenario, garde: ScenarioGarde | None
) -> None:
    cours = study.seen_cours(ground, contexte.situation.perimetre)
    composants.head("Leviers")
    if not scenario.leviers:
        atelier.draw_models(ground, scenario, cours)
    atelier.draw_levers(
        contexte, ground, scenario, resultats.describe(contexte, scenario), calculs.names_of(contexte)
    )
    enregistrer.draw(contexte, scenario, garde)


def _draw_inputs(contexte: Contexte, etude: Etude, *, agrandi: bool) -> None:
    bloc_graphique.draw(sensibilite.tornado(contexte, etude), agrandi=agrandi)
    if st.toggle(
        "Estimer la part de chaque donnée dans l'incertitude",
        key="indices_sobol",
        help="Ce que l'on gagnerait à mieux connaître chaque donnée. Quelques secondes de calcul.",
    ):
        with st.spinner("Estimation en cours…"):
            st.html(sensibilite.indices(contexte, etude))


def _draw_comparison(contexte: Contexte, scenario: Scenario, *, agrandi: bool) -> None:
    # Beside itself, a scenario would show nothing.
    listed = [each for each in gardes.kept(archives=False) if each.texte != scenario.as_text()]
    names = {str(each.scenario): f"N° {each.scenario}, {each.nom}" for each in listed}
    asked = [code for code in contexte.selection.option("face").split(",") if code in names]
    room = comparees.MOST_COMPARED - 1
    st.session_state["face_choisis"] = asked[:room]

    def write() -> None:
        filtres.choose("face", ",".join(st.session_state["face_choisis"]))

    st.multiselect(
        "Scénarios enregistrés à comparer à celui-ci (trois au plus)",
        list(names),
        format_func=names.__getitem__,
        max_selections=room,
        key="face_choisis",
        placeholder="Choisir",
        filter_mode="contains",
        select_all=False,
        on_change=write,
    )
    if not listed:
        composants.note("Enregistrez des scénarios pour les comparer : ils apparaîtront ici.")
    chosen = [(scenario.nom or "Scénario affiché", scenario)]
    for code in asked[:room]:
        garde = gardes.open_kept(int(code))
        try:
            chosen.append((garde.nom, calculs.read_text(contexte, garde.texte)))
        except UserFacingError as error:
            composants.note(str(error))
    vue = comparees.side_by_side(contexte, chosen)
    st.html(f"<div class='vigie-releve'>{vue.tableau}</div>")
    for refus in vue.refus:
        composants.note(refus)
    for bloc in vue.ecarts:
        bloc_graphique.draw(bloc, agrandi=agrandi)


if __name__ == "__main__":
    st.switch_page("app.py")
