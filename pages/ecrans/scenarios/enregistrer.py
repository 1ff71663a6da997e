"""Keeping a scenario, opening one that was kept, taking it in a file."""

from dataclasses import replace
from functools import partial

import streamlit as st

from analytics.scenarios.scenario import Scenario
from analytics.vocabulary.errors import UserFacingError
from analytics.vocabulary.schemas import ScenarioGarde
from analytics.vocabulary.wording import typeset
from pages.commun import adresse, composants, filtres, navigation, signataire, suites, telechargements
from pages.commun.cadre import Contexte
from pages.ecrans.scenarios import atelier, calculs, gardes


def draw(contexte: Contexte, scenario: Scenario, garde: ScenarioGarde | None) -> None:
    """Draw what keeps a scenario, folded; `garde`: the one that is shown, where it is kept already."""
    with st.expander("Enregistrer, ouvrir, exporter", key="atelier_gardes"):
        left, right = st.columns([1, 1], gap="medium")
        with left:
            _draw_keep(contexte, scenario, garde)
        with right:
            _draw_kept(contexte)
            _draw_files(contexte, scenario)


def archived(garde: ScenarioGarde | None) -> str:
    """Say that a scenario was put away, where it was."""
    return "" if garde is None or not garde.archive else ", archivé"


def _draw_keep(contexte: Contexte, scenario: Scenario, garde: ScenarioGarde | None) -> None:
    composants.note(
        "Ce qui est enregistré ne change plus : le modifier en enregistre un autre, qui garde d'où il vient."
    )
    with st.form("garder_scenario", border=False):
        nom = st.text_input("Nom du scénario", scenario.nom, max_chars=100)
        note = st.text_input("Note", scenario.note, max_chars=400)
        author = signataire.ask_name(key="nom_garder_scenario")
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
            author = signataire.ask_name(key="nom_archive")
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
        fin = calculs.read_text(contexte, each.texte).depuis if _opens(contexte, each) else None
        changes: dict[str, object] = {"scenario": str(each.scenario)}
        if (
            fin is not None
            and fin.year in contexte.choix.annees
            and fin.month in contexte.choix.mois(fin.year)
        ):
            changes |= {"annee": fin.year, "mois": fin.month}
        label = f"N° {each.scenario}{archived(each)}, {each.nom}, {gardes.told_when(each)}"
        navigation.link("scenarios", typeset(label), contexte.selection.requete(**changes))


def _opens(contexte: Contexte, garde: ScenarioGarde) -> bool:
    try:
        calculs.read_text(contexte, garde.texte)
    except UserFacingError:
        return False
    return True


def _draw_files(contexte: Contexte, scenario: Scenario) -> None:
    telechargements.offer(
        "Exporter ce scénario (JSON)",
        replace(scenario, depuis=contexte.selection.periode.fin).as_text().encode,
        fichier=f"scenario_{adresse.slug(scenario.nom) or 'sans-nom'}.json",
        cle="exporter_scenario",
        discret=True,
    )
    with st.form("importer_scenario", border=False):
        uploaded = st.file_uploader("Importer un scénario", type=["json"], key="fichier_scenario")
        sent = st.form_submit_button("Ouvrir ce fichier")
    if sent and uploaded is not None:
        try:
            opened = calculs.read_text(contexte, uploaded.getvalue().decode("utf-8", "replace"))
        except UserFacingError as error:
            composants.note(str(error))
            return
        atelier.show(opened)
        st.rerun()
