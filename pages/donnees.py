"""Files in, tables out: import, quarantine, templates, exports, history of the lots."""

from datetime import date
from functools import partial
from html import escape
from typing import Any

import polars as pl
import streamlit as st

from analytics.vocabulary.moments import day_in_paris
from analytics.vocabulary.received import told_lots
from analytics.vocabulary.wording import NO_BREAK_SPACE, count, month, number, short_date, typeset
from pages.commun import cadre, composants, navigation, signataire, suites, telechargements
from pages.commun.lecture import Situation
from pages.ecrans.donnees import depot
from pages.ecrans.donnees.depot import Depot

UPLOAD = "depot_fichiers"
TURN = "depot_tour"
OUTCOME = "depot_resultat"
SIGNED = "depot_auteur"
RECEIVED = "depot_recu_le"
LEAVE_DEMO = "depot_retirer_demo"
TEMPLATE_MONTH = "modele_mois"
LOTS_SHOWN = 50
QUARANTINE_SHOWN = 20
EXPORTS: tuple[tuple[depot.Format, str], ...] = (
    ("csv", "CSV"),
    ("xlsx", "XLSX"),
    ("ods", "ODS"),
    ("parquet", "Parquet"),
    ("json", "JSON"),
)
TEMPLATES: tuple[tuple[depot.TemplateFormat, str], ...] = (("csv", "CSV"), ("xlsx", "XLSX"), ("ods", "ODS"))
SORTS: tuple[tuple[depot.Sort, str], ...] = (
    ("rejets", "Lignes refusées, à corriger"),
    ("alertes", "Lignes prises, mais à vérifier"),
    ("acceptees", "Lignes acceptées"),
    ("non_reponses", "Sans réponse : ni zéro, ni erreur"),
)
TITLES = {
    "ligne": "Ligne",
    "champ": "Colonne",
    "valeur": "Valeur lue",
    "motif": "Pourquoi, et que faire",
    "recu_le": "Reçu le",
    "message": "Question",
    "mois": "Mois",
    "juridiction": "Juridiction",
    "activite": "Activité",
    "visioconferences": "Visioconférences",
    "extractions_evitees": "Extractions évitées",
    "cour": "Cour",
    "service": "Service",
    "extractions_requises": "Requises",
    "extractions_executees": "Exécutées",
    "annee": "Année",
    "extractions": "Extractions",
    "source": "Source",
    "credits_eur": "Crédits (€)",
    "etablissement": "Établissement",
    "population": "Population",
    "equipe_depuis": "Équipé depuis",
    "fichier": "Fichier",
}


def render() -> None:
    """Draw the page."""
    situation = cadre.open_plain("Données")
    _draw_outcome()
    bring_in, quarantine, take_out, history = st.tabs(
        ["Importer", "Lignes refusées", "Modèles et exports", "Historique des lots"]
    )
    with bring_in:
        _draw_import(situation)
    with quarantine:
        _draw_quarantine()
    with take_out:
        _draw_templates()
        _draw_exports(situation)
    with history:
        _draw_history(situation)
    cadre.close_page(None)


# ---------------------------------------------------------------- importer


def _draw_import(situation: Situation) -> None:
    composants.head("Déposer des fichiers de collecte")
    if not signataire.may_import():
        composants.note("Votre profil ne permet pas d'importer : adressez les fichiers à la SDSE.")
        return
    composants.note(
        "CSV, XLSX ou ODS : une ligne par activité, ou la grille du questionnaire. Rien n'est enregistré "
        "avant votre confirmation."
    )
    files = st.file_uploader(
        "Fichiers de collecte",
        # Whatever its name: a file is recognised by what it holds, and refused in our own words.
        type=None,
        accept_multiple_files=True,
        key=f"{UPLOAD}_{st.session_state.get(TURN, 0)}",
        label_visibility="collapsed",
    )
    if not files:
        return
    depots = _judged(files, situation.jeton)
    for place, examined in enumerate(depots):
        _draw_depot(examined)
        overtaken = examined.corrigees_depuis
        if overtaken and st.checkbox(
            "Rétablir les valeurs de ce fichier ("
            f"{count(overtaken, 'cellule corrigée', 'cellules corrigées')} depuis)",
            key=f"retablir_{files[place].file_id}",
        ):
            depots[place] = examined.retabli()
    if any(each.a_conserver for each in depots):
        # Its class makes the browser ask before it leaves.
        st.html(
            "<p class='vigie-note vigie-non-enregistre'>Pas encore enregistré\u00a0: sans confirmation, ces "
            "fichiers sont perdus si vous quittez la page.</p>"
        )
    _draw_confirmation(depots, situation)


def _judged(files: list[Any], jeton: str) -> list[Depot]:
    """Judge each file once, with a progress bar, however often the page runs."""
    bar = st.empty()

    def tell(rank: int, part: float, label: str) -> None:
        bar.progress(
            min((rank + part) / len(files), 1.0),
            navigation.escape_markdown(f"{files[rank].name} : {label.lower()}"),
        )

    judged = [
        depot.judged_once(file.file_id, jeton, file.getvalue(), file.name, partial(tell, rank))
        for rank, file in enumerate(files)
    ]
    bar.empty()
    return judged


def _draw_depot(examined: Depot) -> None:
    if examined.erreur:
        st.html(
            f"<section class='vigie-depot vigie-refus' role='alert'><h3>{escape(examined.fichier)}</h3>"
            f"<p>{escape(examined.erreur)}</p></section>"
        )
        return
    said = (*examined.revisions, *examined.motifs, *examined.totaux)
    checks = "".join(f"<p>{escape(text)}</p>" for text in said)
    st.html(
        f"<section class='vigie-depot'><h3>{escape(examined.fichier)}</h3>"
        f"<p><strong>{escape(examined.bilan)}</strong></p><p>Reconnu : {escape(examined.detecte)}</p>"
        f"{checks}{''.join(_sort_of_lines(examined, *sort) for sort in SORTS)}</section>"
    )


def _sort_of_lines(examined: Depot, sort: depot.Sort, title: str) -> str:
    total = examined.nombre(sort)
    if not total:
        return ""
    shown = examined.premieres(sort)
    more = "" if shown.height == total else f", dont les {shown.height} premières"
    opened = " open" if sort == "rejets" else ""
    return (
        f"<details{opened}><summary>{title}{NO_BREAK_SPACE}: {number(total)}{more}</summary>"
        f"{_table(shown, title)}</details>"
    )


def _table(frame: pl.DataFrame, caption: str) -> str:
    """Write lines as a table, without the columns that hold nothing."""
    frame = frame.select(name for name in frame.columns if frame[name].null_count() < frame.height)
    heads = "".join(f"<th scope='col'>{escape(TITLES.get(name, name))}</th>" for name in frame.columns)
    rows = "".join(
        "<tr>"
        + "".join(
            # On a phone the cells of a line stand one under the other, each under its own name.
            f"<td data-titre='{escape(TITLES.get(name, name), quote=True)}'>{escape(_cell(name, value))}</td>"
            for name, value in row.items()
        )
        + "</tr>"
        for row in frame.iter_rows(named=True)
    )
    return (
        f"<div class='vigie-defile' tabindex='0' role='region' aria-label='{escape(caption, quote=True)}'>"
        f"<table class='vigie-table vigie-empile'><thead><tr>{heads}</tr></thead>"
        f"<tbody>{rows}</tbody></table></div>"
    )


def _cell(column: str, value: Any) -> str:
    """Write one value of a line; the column a refusal speaks of goes by its title."""
    if value is None:
        return ""
    text = str(value)
    return TITLES.get(text, text) if column == "champ" else text


def _draw_confirmation(depots: list[Depot], situation: Situation) -> None:
    kept = sum(examined.a_conserver for examined in depots)
    if not kept:
        composants.note("Rien de nouveau à enregistrer : ces fichiers n'apportent aucune ligne utilisable.")
        return
    brought = sum(examined.apporte for examined in depots)
    refused = kept - brought
    parts = [f"enregistrer {count(brought, 'ligne')}"] if brought else []
    parts += [f"garder {count(refused, 'refus', 'refus')} à corriger"] if refused else []
    several = sum(bool(examined.a_conserver) for examined in depots)
    # Each is judged again once those before it are written: what they say twice is not counted twice.
    label = f"enregistrer {count(several, 'fichier')}" if several > 1 else " et ".join(parts)
    label = label[0].upper() + label[1:]
    contents = depot.demo_contents() if situation.demo else None
    agreed = True
    with st.form("confirmation", border=False):
        author = signataire.ask_name("Votre nom (il signe le lot)", key=SIGNED)
        received = st.date_input(
            "Reçu le (si ce n'est pas aujourd'hui)",
            value=None,
            min_value=date(2009, 1, 1),
            max_value=depot.today_in_paris(),
            format="DD/MM/YYYY",
            key=RECEIVED,
        )
        composants.note(
            "Sans ce jour, les réponses à une collecte déjà close n'ont pas de rythme : on ne sait pas quand "
            "elles sont arrivées."
        )
        if contents is not None:
            staying = contents.tell_staying()
            composants.note(
                f"Cet entrepôt contient la démonstration fictive. La confirmation la retire "
                f"({contents.tell_leaving()}), "
                "puis enregistre vos fichiers : vraies et fausses données ne se mélangent jamais."
                + (f" Resterait : {staying}." if staying else "")
            )
            agreed = st.checkbox("Retirer la démonstration", key=LEAVE_DEMO)
            label = "Vider la démonstration et " + label[0].lower() + label[1:]
        confirmed = st.form_submit_button(label, type="primary")
    if not confirmed:
        return
    if not author.strip():
        st.html("<p class='vigie-avis' role='alert'>Indiquez votre nom : il signe le lot.</p>")
        return
    if not agreed:
        st.html(
            "<p class='vigie-avis' role='alert'>Cochez « Retirer la démonstration » pour confirmer : rien "
            "n'a été enregistré.</p>"
        )
        return
    day = received if isinstance(received, date) else None
    with st.spinner("Enregistrement…"):
        outcome = depot.record(depots, auteur=author.strip(), remplacer_demo=situation.demo, recu_le=day)
    st.session_state[OUTCOME] = outcome
    st.session_state[TURN] = st.session_state.get(TURN, 0) + 1
    st.rerun()


def _draw_outcome() -> None:
    """Say once what became of the files just confirmed."""
    for sentence, well in suites.take(OUTCOME, []):
        kind = "vigie-fait" if well else "vigie-avis"
        st.html(f"<p class='{kind}' role='status'>{escape(sentence)}</p>")


# ---------------------------------------------------------------- quarantaine, modèles, exports, lots


def _draw_quarantine() -> None:
    composants.head("Lignes refusées, en attente de correction")
    waiting = depot.quarantine_by_nature()
    if not waiting:
        composants.note("Aucune ligne n'attend de correction.")
        return
    composants.note(
        "Téléchargez, corrigez, redéposez : la colonne « rejet » fait le lien, et une ligne corrigée quitte "
        "cette liste."
    )
    for nature, total in waiting.items():
        lines = depot.quarantine(nature, QUARANTINE_SHOWN)
        name = depot.nature(nature)
        st.html(f"<h3 class='vigie-titre'>{escape(name[0].upper() + name[1:])} : {number(total)}</h3>")
        with st.container(horizontal=True, gap="small"):
            for shape, word in EXPORTS[:3]:
                telechargements.offer(
                    f"Télécharger ({word})",
                    depot.quarantine_file(nature, shape),
                    fichier=f"lignes_refusees_{nature}.{shape}",
                    cle=f"quarantaine_{nature}_{shape}",
                )
        st.html(_table(lines.drop("rejet", "lot", "donnees", strict=False), name))


def _draw_templates() -> None:
    composants.head("Modèles du questionnaire")
    composants.note(
        "Le questionnaire vierge d'un mois, tel qu'il s'importe : juridictions et activités du mois."
    )
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        chosen = st.text_input(
            "Mois du modèle",
            value="2009-01",
            key=TEMPLATE_MONTH,
            placeholder="AAAA-MM",
            validate=(r"^(20\d\d)-(0[1-9]|1[0-2])$", "Écrivez un mois comme 2009-03."),
            width=160,
        )
        mois = _month_asked(chosen)
        for shape, word in TEMPLATES:
            telechargements.offer(
                f"Modèle {word}",
                depot.template_file(shape, mois),
                fichier=f"modele_{mois:%Y-%m}.{shape}",
                cle=f"modele_{shape}",
            )
    composants.note(f"Modèle de {month(mois)}.")


def _month_asked(text: str) -> date:
    try:
        return date.fromisoformat(f"{text}-01")
    except ValueError:
        return date(2009, 1, 1)


def _draw_exports(situation: Situation) -> None:
    composants.head("Exporter les déclarations")
    if situation.totaux.is_empty():
        composants.note("Pas encore de données à exporter.")
        return
    composants.note(
        "Toutes les cellules déclarées de votre périmètre, chacune avec son lot et sa date ; le fichier se "
        "réimporte tel quel."
        + (
            " Données de démonstration : la colonne « donnees » le dit à chaque ligne."
            if situation.demo
            else ""
        )
    )
    with st.container(horizontal=True, gap="small"):
        for shape, word in EXPORTS:
            telechargements.offer(
                f"Déclarations ({word})",
                depot.export_file("declarations", shape, connu_le=situation.connu_le),
                fichier=f"declarations{'_fictif' if situation.demo else ''}.{shape}",
                cle=f"export_{shape}",
            )


def _draw_history(situation: Situation) -> None:
    composants.head("Historique des lots")
    lots = told_lots(situation.lots).sort("lot", descending=True)
    if others := situation.lots.height - lots.height:
        told = f"{count(others, 'lot')} de plusieurs cours : seul qui les voit toutes en lit le détail."
        composants.note(typeset(told))
    if lots.is_empty():
        composants.note(
            "Aucun lot : rien n'a encore été importé." if not others else "Aucun lot de vos cours."
        )
        return
    shown = lots.head(LOTS_SHOWN)
    rows = "".join(
        "<tr>"
        f"<td class='n'>{row['lot']}</td><td>{short_date(day_in_paris(row['connu_le']))}</td>"
        f"<td>{short_date(row['recu_le']) if row['recu_le'] else ''}</td>"
        f"<td>{escape(row['auteur'])}</td><td>{escape(depot.nature(row['nature']))}</td>"
        f"<td>{escape(row['fichier'])}</td><td><code title='{row['sha256']}'>{row['sha256'][:12]}</code></td>"
        + "".join(
            f"<td class='n'>{number(row[name])}</td>" for name in ("acceptees", "inchangees", "refusees")
        )
        + f"<td class='n'>{number(row['alertes'])}</td></tr>"
        for row in shown.iter_rows(named=True)
    )
    heads = (
        "Lot",
        "Connu le",
        "Reçu le",
        "Auteur",
        "Nature",
        "Fichier",
        "Empreinte",
        "Acceptées",
        "Inchangées",
        "Refusées",
        "Alertes",
    )
    titles = "".join(f"<th scope='col'>{title}</th>" for title in heads)
    more = "" if shown.height == lots.height else f" ; les {shown.height} derniers sont montrés"
    composants.note(f"{count(lots.height, 'lot')}{more}.")
    st.html(
        "<div class='vigie-defile' tabindex='0' role='region' aria-label='Historique des lots'>"
        f"<table class='vigie-table'><thead><tr>{titles}</tr></thead><tbody>{rows}</tbody></table></div>"
    )
    telechargements.offer(
        "Télécharger l'historique (CSV)",
        depot.export_file("lots", "csv", connu_le=situation.connu_le),
        fichier="lots.csv",
        cle="export_lots",
        discret=True,
    )


if __name__ == "__main__":
    st.switch_page("app.py")
