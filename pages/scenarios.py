"""What if: levers, what they change month by month and cour by cour, and the reverse questions."""

from dataclasses import replace
from fractions import Fraction
from functools import partial
from html import escape
from time import perf_counter

import polars as pl
import streamlit as st

from analytics.leviers.words import rough
from analytics.scenarios.reverse.effort import CLES
from analytics.scenarios.reverse.placement import ETABLISSEMENT
from analytics.scenarios.scenario import DEMANDE, Scenario
from analytics.scenarios.study import Etude, Socle
from analytics.scenarios.words.results import is_needed, name_chance, tell_chances, tell_search, write_dose
from analytics.vocabulary.columns import Colonne, integer
from analytics.vocabulary.errors import UserFacingError
from analytics.vocabulary.schemas import ScenarioGarde
from analytics.vocabulary.wording import (
    NO_BREAK_SPACE,
    add_up,
    count,
    month,
    number,
    percent,
    typeset,
    with_unit,
)
from pages.commun import (
    bloc_graphique,
    cadre,
    calcul_scenarios,
    composants,
    filtres,
    lecture,
    navigation,
    suites,
    telechargements,
)
from pages.commun.bloc_graphique import write_plain_table
from pages.commun.cadre import Contexte
from pages.commun.calcul_scenarios import Question
from pages.ecrans.donnees import depot
from pages.ecrans.scenarios import atelier, gardes, resultats
from pages.ecrans.scenarios.resultats import VueScenario

TABS = ("effet", "incertitude", "comparer", "reciproque")
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
    ground = resultats.socle(contexte)
    if ground.terrain is None:
        composants.conclude(typeset(calcul_scenarios.NOTHING_PROJECTED))
        return
    vue = _compute(contexte, scenario)
    suites.say()
    if scenario.nom:
        kept = "" if garde is None else f", n° {garde.scenario}, {gardes.told_when(garde)}"
        composants.note(typeset(f"Scénario « {scenario.nom} »{kept}") + _archived(garde))
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
        _draw_reverse(contexte, ground, scenario)
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
            return resultats.read_text(contexte, garde.texte), garde
        return resultats.read_text(contexte, calcul_scenarios.read_link(asked)), None
    except UserFacingError as error:
        text = f"{error} « Rien ne change » est affiché."
        st.html(f"<p class='vigie-avis' role='alert'>{escape(typeset(text))}</p>")
        return nothing, None


def _archived(garde: ScenarioGarde | None) -> str:
    return "" if garde is None or not garde.archive else ", archivé"


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
            changes["connu_le"] = gardes.day_of(garde)
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


# --- Building and keeping -------------------------------------------------------------------------


def _draw_workshop(
    contexte: Contexte, ground: Socle, scenario: Scenario, garde: ScenarioGarde | None
) -> None:
    cours = calcul_scenarios.seen_cours(ground, contexte.situation.perimetre)
    composants.head("Leviers")
    if not scenario.leviers:
        atelier.draw_models(ground, scenario, cours)
    atelier.draw_levers(
        contexte,
        ground,
        scenario,
        resultats.describe(contexte, scenario),
        resultats.names_of(contexte),
    )
    with st.expander("Enregistrer, ouvrir, exporter", key="atelier_gardes"):
        left, right = st.columns([1, 1], gap="medium")
        with left:
            _draw_keep(contexte, scenario, garde)
        with right:
            _draw_kept(contexte)
            _draw_files(contexte, scenario)


def _draw_keep(contexte: Contexte, scenario: Scenario, garde: ScenarioGarde | None) -> None:
    composants.note(
        "Ce qui est enregistré ne change plus : le modifier en enregistre un autre, qui garde d'où il vient."
    )
    with st.form("garder_scenario", border=False):
        nom = st.text_input("Nom du scénario", scenario.nom, max_chars=100)
        note = st.text_input("Note", scenario.note, max_chars=400)
        author = depot.ask_name(key="nom_garder_scenario")
        sent = st.form_submit_button("Enregistrer" if garde is None else "Enregistrer une copie")
    if sent:
        if not scenario.leviers and not scenario.hypotheses:
            composants.note("Rien à enregistrer : ce scénario n'a pas de levier.")
            return
        try:
            made = gardes.keep(
                replace(scenario, depuis=contexte.selection.periode.fin),
                nom=nom,
                note=note,
                auteur=author,
                lot=contexte.situation.lot,
                tire_de=None if garde is None else garde.scenario,
            )
        except UserFacingError as error:
            composants.note(str(error))
            return
        filtres.choose("scenario", str(made))
        suites.announce(
            f"Scénario enregistré sous le n° {made}. Le lien de la page le rouvre, avec les mêmes chiffres."
        )
    if garde is not None and not gardes.may_put_away(garde):
        composants.note(f"Enregistré par {garde.auteur} : lui seul, ou un profil national, l'archive.")
    elif garde is not None:
        with st.form("archiver_scenario", border=False):
            author = depot.ask_name(key="nom_archive")
            label = "Ressortir des archives" if garde.archive else "Archiver ce scénario"
            if st.form_submit_button(label):
                suites.do(partial(gardes.put_away, garde.scenario, archive=not garde.archive, auteur=author))


def _draw_kept(contexte: Contexte) -> None:
    everything = st.toggle("Montrer les archives", key="scenarios_archives")
    listed = gardes.kept(archives=everything)
    if not listed:
        composants.note("Aucun scénario enregistré que vous puissiez voir.")
        return
    for each in listed[:20]:
        fin = resultats.read_text(contexte, each.texte).depuis if _opens(contexte, each) else None
        changes: dict[str, object] = {"scenario": str(each.scenario)}
        if (
            fin is not None
            and fin.year in contexte.choix.annees
            and fin.month in contexte.choix.mois(fin.year)
        ):
            changes |= {"annee": fin.year, "mois": fin.month}
        label = f"N° {each.scenario}{_archived(each)}, {each.nom}, {gardes.told_when(each)}"
        navigation.link("scenarios", typeset(label), contexte.selection.requete(**changes))


def _opens(contexte: Contexte, garde: ScenarioGarde) -> bool:
    try:
        resultats.read_text(contexte, garde.texte)
    except UserFacingError:
        return False
    return True


def _draw_files(contexte: Contexte, scenario: Scenario) -> None:
    telechargements.offer(
        "Exporter ce scénario (JSON)",
        replace(scenario, depuis=contexte.selection.periode.fin).as_text().encode,
        fichier=f"scenario_{filtres.slug(scenario.nom) or 'sans-nom'}.json",
        cle="exporter_scenario",
        discret=True,
    )
    with st.form("importer_scenario", border=False):
        uploaded = st.file_uploader("Importer un scénario", type=["json"], key="fichier_scenario")
        sent = st.form_submit_button("Ouvrir ce fichier")
    if sent and uploaded is not None:
        try:
            opened = resultats.read_text(contexte, uploaded.getvalue().decode("utf-8", "replace"))
        except UserFacingError as error:
            composants.note(str(error))
            return
        atelier.show(opened)
        st.rerun()


# --- What matters, comparison ---------------------------------------------------------------------


def _draw_inputs(contexte: Contexte, etude: Etude, *, agrandi: bool) -> None:
    bloc_graphique.draw(resultats.tornado(contexte, etude), agrandi=agrandi)
    if st.toggle(
        "Estimer la part de chaque donnée dans l'incertitude",
        key="indices_sobol",
        help="Ce que l'on gagnerait à mieux connaître chaque donnée. Quelques secondes de calcul.",
    ):
        with st.spinner("Estimation en cours…"):
            st.html(resultats.indices(contexte, etude))


def _draw_comparison(contexte: Contexte, scenario: Scenario, *, agrandi: bool) -> None:
    # Beside itself, a scenario would show nothing.
    listed = [each for each in gardes.kept(archives=False) if each.texte != scenario.as_text()]
    names = {str(each.scenario): f"N° {each.scenario}, {each.nom}" for each in listed}
    asked = [code for code in contexte.selection.option("face").split(",") if code in names]
    room = resultats.MOST_COMPARED - 1
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
            chosen.append((garde.nom, resultats.read_text(contexte, garde.texte)))
        except UserFacingError as error:
            composants.note(str(error))
    vue = resultats.side_by_side(contexte, chosen)
    st.html(f"<div class='vigie-releve'>{vue.tableau}</div>")
    for refus in vue.refus:
        composants.note(refus)
    for bloc in vue.ecarts:
        bloc_graphique.draw(bloc, agrandi=agrandi)


# --- Reverse questions ----------------------------------------------------------------------------


def _draw_reverse(contexte: Contexte, ground: Socle, scenario: Scenario) -> None:
    cours = calcul_scenarios.seen_cours(ground, contexte.situation.perimetre)
    pondere = resultats.weighs(contexte)
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
    models = atelier.models(ground, scenario, question.cours)
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
    found = resultats.seek(contexte, ground, asked, rank, question)
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
                opened = calcul_scenarios.with_value(asked, rank, valeur)
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
    plan, missing = calcul_scenarios.least_effort(ground, scenario, question, cle=key)
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
    noms = resultats.names_of(contexte)
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
        plan = calcul_scenarios.place_equipment(
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
    noms = resultats.names_of(contexte)
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


if __name__ == "__main__":
    st.switch_page("app.py")
