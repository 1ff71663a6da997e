"""The states of settlements on screen: kept, advanced, contested, answered, checked, replaced."""

from datetime import date
from fractions import Fraction

import polars as pl
import streamlit as st

from analytics.decompte.bareme import USUAL_SETTLEMENT
from analytics.decompte.documents.write import Sorte, name_document
from analytics.decompte.releve import CONTESTABLES, Ajustement, Releve
from analytics.decompte.words.amounts import euros, owed_exactly, write_plain
from analytics.vocabulary import wording
from analytics.vocabulary.columns import Colonne
from analytics.vocabulary.moments import tell_moment
from analytics.vocabulary.perimetre import Savoir
from analytics.vocabulary.schemas import (
    CONTRADICTOIRE,
    CONTREPASSE,
    DEFINITIF,
    ETATS_DECOMPTE,
    PROVISOIRE,
    SIMULATION,
    Contestation,
)
from pages.commun import composants, signataire, suites, telechargements
from pages.commun.bloc_graphique import write_plain_table
from pages.commun.cadre import Contexte
from pages.commun.identite import lecteur
from pages.commun.navigation import escape_markdown
from pages.vues import registre
from pages.vues.registre import Dossier

NEXT = {SIMULATION: PROVISOIRE, PROVISOIRE: CONTRADICTOIRE, CONTRADICTOIRE: DEFINITIF}
_TO_CONFIRM = "contestation_a_confirmer"
_KEPT_COLUMNS = (
    Colonne("numero", "N°", nombre=True),
    Colonne("etat", "État"),
    Colonne("regle", "Règle"),
    Colonne("etpt", "ETPT", nombre=True),
    Colonne("montant", "Montant", nombre=True),
    Colonne("lot", "Situation (lot)", nombre=True),
    Colonne("auteur", "Par"),
    Colonne("quand", "Le"),
    Colonne("empreinte", "Empreinte"),
)
_STEP_COLUMNS = (
    Colonne("etat", "État"),
    Colonne("auteur", "Par"),
    Colonne("quand", "Le"),
    Colonne("motif", "Motif"),
)
_CONTEST_COLUMNS = (
    Colonne("cour", "Cour"),
    Colonne("ligne", "Ligne"),
    Colonne("proposition", "Valeur proposée", nombre=True),
    Colonne("motif", "Motif"),
    Colonne("piece", "Pièce"),
    Colonne("auteur", "Par"),
    Colonne("reponse", "Réponse"),
)


def draw_states(contexte: Contexte, releve: Releve) -> None:
    """Draw the settlements kept of the year, then the one chosen, with what its reader may do."""
    live = contexte.selection.connu_le is None or registre.reads_all()
    if registre.reads_all() and live:
        _draw_keep(releve)
    kept = registre.kept(contexte.selection.annee)
    if not kept:
        composants.note(
            "Aucun décompte n'est enregistré pour cette année : ce que montrent les autres onglets est une "
            "simulation."
        )
        return
    numbers = [each.decompte for each in kept]
    chosen = st.selectbox(
        "Décompte enregistré",
        numbers,
        format_func=lambda number: f"N° {number}, {ETATS_DECOMPTE[kept[numbers.index(number)].etat]}",
        key="decompte_choisi",
        width=300,
    )
    dossier = registre.open_file(chosen)
    _draw_file(contexte, dossier)


def _draw_keep(releve: Releve) -> None:
    with st.expander("Enregistrer la simulation affichée"), st.form("garder", border=False):
        composants.note(
            "Règle, coût, mode et situation du moment sont enregistrés avec leur empreinte ; ce qui est "
            "enregistré ne change plus."
        )
        author = signataire.ask_name(key="nom_garder")
        if st.form_submit_button("Enregistrer"):
            suites.do(lambda: registre.keep(releve, auteur=author))


def _draw_file(contexte: Contexte, dossier: Dossier) -> None:
    garde = dossier.garde
    replaced = "" if garde.remplace is None else f", remplace le n° {garde.remplace}"
    composants.head(wording.typeset(f"Décompte n° {garde.decompte} : {ETATS_DECOMPTE[garde.etat]}{replaced}"))
    rule = dossier.entrees["regle"]
    # To a reader of some cours, the line of the one that is chosen.
    own = {line["cour"]: line for line in dossier.cours}
    whole = lecteur().perimetre.knows(Savoir.LIGNE)
    chosen = contexte.selection.cour if contexte.selection.cour in own else next(iter(own), "")
    line = dossier.national if whole else own.get(chosen)
    amount = None if line is None else line["montant_eur"]
    nom = "le ministère" if whole else contexte.choix.cours.get(chosen, "")
    st.html(
        write_plain_table(
            pl.DataFrame(
                {
                    "numero": [str(garde.decompte)],
                    "etat": [ETATS_DECOMPTE[garde.etat]],
                    "regle": [rule["libelle"] if rule["id"] != USUAL_SETTLEMENT else "Circulaire, prorata"],
                    "etpt": [
                        wording.NOT_AVAILABLE if line is None else wording.number(float(line["etpt"]), 4)
                    ],
                    "montant": [euros(None if amount is None else round(float(amount) * 100))],
                    "lot": [str(garde.lot)],
                    "auteur": [garde.auteur],
                    "quand": [tell_moment(garde.connu_le)],
                    "empreinte": [f"{garde.empreinte[:16]}…"],
                }
            ),
            _KEPT_COLUMNS,
            legende=wording.typeset(f"Ce qui est enregistré : {nom}"),
        )
    )
    st.html(
        write_plain_table(
            pl.DataFrame(
                [
                    (
                        ETATS_DECOMPTE[step.etat],
                        step.auteur,
                        tell_moment(step.connu_le),
                        step.motif or "aucun motif",
                    )
                    for step in dossier.etapes
                ],
                schema=dict.fromkeys(("etat", "auteur", "quand", "motif"), pl.String),
                orient="row",
            ),
            _STEP_COLUMNS,
            legende="Étapes",
        )
    )
    composants.note(registre.reserve_of(dossier))
    _draw_documents(contexte, dossier)
    if st.button("Vérifier : recalculer depuis la situation d'alors", key="verifier_decompte"):
        suites.do(lambda: registre.check(dossier))
    if registre.reads_all():
        _draw_advance(dossier)
    _draw_contests(contexte, dossier)


def _draw_documents(contexte: Contexte, dossier: Dossier) -> None:
    """Draw the links to the documents of what is kept, with its state and its number."""
    mois = date.fromisoformat(f"{dossier.entrees['mois']}-01")
    wanted: list[tuple[Sorte, str | None, str]] = [("pdf", contexte.selection.cour, "Relevé de la cour")]
    if registre.reads_all():
        wanted.append(("pdf", None, "Relevé du ministère"))
        wanted.append(("xlsx", None, "Classeur à formules"))
    with st.container(horizontal=True, gap="small"):
        for sorte, cour, label in wanted:
            telechargements.offer(
                f"{label} ({sorte.upper()})",
                registre.document(dossier, sorte, cour=cour),
                fichier=name_document(
                    mois, sorte, cour=cour, etat=dossier.garde.etat, numero=dossier.garde.decompte
                ),
                cle=f"garde_{sorte}_{cour or 'ministere'}",
                discret=True,
            )


def _draw_advance(dossier: Dossier) -> None:
    etat = dossier.garde.etat
    # What was typed for one step is not the reason of the next.
    step = f"{dossier.garde.decompte}_{etat}"
    following = NEXT.get(etat)
    if following is not None:
        with (
            st.expander(f"Passer à l'état « {ETATS_DECOMPTE[following]} »"),
            st.form("avancer", border=False),
        ):
            author = signataire.ask_name(key="avancer_nom")
            motif = st.text_input(
                "Motif, lu par toutes les cours", max_chars=400, key=f"avancer_motif_{step}"
            )
            if st.form_submit_button("Confirmer"):
                suites.do(lambda: registre.advance(dossier, following, auteur=author, motif=motif))
    if etat != CONTREPASSE:
        with st.expander("Contrepasser et remplacer"), st.form("remplacer", border=False):
            changes = registre.accepted(dossier)
            composants.note(
                f"{wording.count(len(changes), 'correction admise', 'corrections admises')} dans le nouveau, "
                "qui sera provisoire. Celui-ci reste lisible, tel quel."
            )
            author = signataire.ask_name(key="remplacer_nom")
            motif = st.text_input(
                "Motif, lu par toutes les cours", max_chars=400, key=f"remplacer_motif_{step}"
            )
            if st.form_submit_button("Contrepasser et remplacer"):
                suites.do(lambda: registre.replace(dossier, auteur=author, motif=motif))


def _draw_contests(contexte: Contexte, dossier: Dossier) -> None:
    composants.head("Contestations")
    if dossier.jusqu_au is not None and dossier.garde.etat == CONTRADICTOIRE:
        composants.note(f"Les lignes se contestent jusqu'au {wording.long_date(dossier.jusqu_au)} inclus.")
    names = contexte.choix.cours
    if dossier.contestations:
        st.html(
            write_plain_table(
                pl.DataFrame(
                    [
                        (
                            names.get(each.cour, each.cour),
                            CONTESTABLES.get(each.ligne, each.ligne),
                            wording.number(each.proposition, 2),
                            each.motif or "aucun motif",
                            each.piece or "aucune pièce",
                            each.auteur,
                            _tell_answer(each),
                        )
                        for each in dossier.contestations
                    ],
                    schema={colonne.nom: pl.String for colonne in _CONTEST_COLUMNS},
                    orient="row",
                ),
                _CONTEST_COLUMNS,
                legende="Contestations",
            )
        )
    else:
        composants.note("Aucune contestation.")
    if dossier.garde.etat == CONTRADICTOIRE:
        _draw_contest_form(contexte, dossier)
        if registre.reads_all():
            for each in dossier.contestations:
                if each.reponse is None:
                    _draw_answer(contexte, dossier, each)


def _tell_answer(contestation: Contestation) -> str:
    reply = contestation.reponse
    if reply is None:
        return "en attente"
    verdict = "admise" if reply.acceptee else "refusée"
    return wording.typeset(f"{verdict} par {reply.auteur} : {reply.motif}")


def _draw_contest_form(contexte: Contexte, dossier: Dossier) -> None:
    cour = contexte.selection.cour
    own = [line for line in dossier.cours if line["cour"] == cour]
    if not own:
        return
    nom = contexte.choix.cours[cour]
    with st.expander(f"Contester une ligne de {nom}"), st.form("contester", border=False):
        line = st.selectbox(
            "Ligne",
            list(CONTESTABLES),
            index=None,
            placeholder="Choisir une ligne",
            format_func=lambda key: wording.typeset(
                f"{CONTESTABLES[key]} (retenu : {write_plain(Fraction(own[0][key]))})"
            ),
            key="contester_ligne",
        )
        turn = f"{dossier.garde.decompte}_{len(dossier.contestations)}"
        value = st.text_input("Valeur proposée", max_chars=30, key=f"contester_valeur_{turn}")
        motif = st.text_input("Motif", max_chars=400, key=f"contester_motif_{turn}")
        piece = st.text_input("Référence d'une pièce", max_chars=200, key=f"contester_piece_{turn}")
        author = signataire.ask_name(key="contester_nom")
        asked = (dossier.garde.decompte, cour, line, value.strip())
        waiting = st.session_state.get(_TO_CONFIRM)
        sure = (
            waiting is not None
            and waiting[:2] == asked[:2]
            and st.checkbox(_confirmation(dossier, *waiting[1:]), key=f"confirmer_{waiting}")
        )
        if st.form_submit_button("Contester"):
            # Only what was seen is confirmed: another value asks again.
            suites.do(
                lambda: _contest(
                    dossier,
                    asked,
                    motif=motif,
                    piece=piece,
                    auteur=author,
                    confirme=sure and waiting == asked,
                )
            )


def _contest(
    dossier: Dossier,
    asked: tuple[int, str, str | None, str],
    *,
    motif: str,
    piece: str,
    auteur: str,
    confirme: bool,
) -> str:
    """Contest a line; remember what must be confirmed, so that the form asks it."""
    _, cour, line, value = asked
    try:
        told = registre.contest(
            dossier,
            cour=cour,
            ligne=line or "",
            proposition=value,
            motif=motif,
            piece=piece,
            auteur=auteur,
            confirme=confirme,
        )
    except registre.ToConfirmError as doubt:
        st.session_state[_TO_CONFIRM] = asked
        suites.announce(str(doubt))
    st.session_state.pop(_TO_CONFIRM, None)
    return told


def _confirmation(dossier: Dossier, cour: str, ligne: str, value: str) -> str:
    """Write what is confirmed: the figure, and what it would change of the amounts."""
    proposed = registre.read_proposal(value)
    change = Ajustement(cour, ligne, Fraction(proposed), "")
    doubt = registre.doubt_of(dossier, cour, ligne, proposed)
    before, after = registre.effect_of_change(dossier, change)
    return escape_markdown(f"Je confirme. {doubt} {_tell_effect(before, after, cour)}")


def _draw_answer(contexte: Contexte, dossier: Dossier, contestation: Contestation) -> None:
    nom = contexte.choix.cours.get(contestation.cour, contestation.cour)
    key = f"repondre_{contestation.contestation}"
    title = wording.typeset(f"Répondre à {nom} : {CONTESTABLES.get(contestation.ligne, contestation.ligne)}")
    with st.expander(title):
        before, after = registre.effect_of(dossier, contestation)
        effect = _tell_effect(before, after, contestation.cour)
        composants.note(effect)
        doubt = registre.doubt_of(dossier, contestation.cour, contestation.ligne, contestation.proposition)
        with st.form(key, border=False):
            verdict = st.radio("Réponse", ["Admettre", "Refuser"], horizontal=True, key=f"{key}_verdict")
            motif = st.text_input("Motif", max_chars=400, key=f"{key}_motif")
            author = signataire.ask_name(key=f"{key}_nom")
            sure = bool(doubt) and st.checkbox(
                escape_markdown(f"Je confirme, pour admettre. {doubt} {effect}"), key=f"{key}_confirmer"
            )
            if st.form_submit_button("Répondre"):
                suites.do(
                    lambda: registre.answer(
                        contestation,
                        acceptee=verdict == "Admettre",
                        motif=motif,
                        auteur=author,
                        confirme=sure,
                    )
                )


def _tell_effect(before: Releve, after: Releve, cour: str) -> str:
    """Say what a contest would change, were it accepted."""

    def told(releve: Releve) -> str:
        part = next(part for part in releve.decompte.cours if part.cour == cour)
        national = releve.decompte.national
        whole = f" (ministère : {owed_exactly(national)})" if lecteur().perimetre.knows(Savoir.LIGNE) else ""
        return f"{owed_exactly(part)}{whole}"

    return wording.typeset(f"Si elle est admise : de {told(before)} à {told(after)}.")


def draw_new_cost(annee: int) -> None:
    """Let the cost of an ETPT be recorded for a year: it is then in force, and no longer a hypothesis."""
    with st.popover(f"Enregistrer le coût de {annee}"), st.form("cout_en_vigueur", border=False):
        typed = st.text_input("Euros par ETPT", placeholder="56 600", max_chars=20)
        source = st.text_input("Source du coût", placeholder="Document et page", max_chars=400)
        author = signataire.ask_name(key="cout_nom")
        if st.form_submit_button("Enregistrer ce coût"):
            suites.do(lambda: registre.record_cost(typed, source=source, auteur=author, annee=annee))


def draw_new_rule() -> None:
    """Let someone add a rule, written as TOML or read from a file."""
    with st.expander("Ajouter une règle"), st.form("nouvelle_regle", border=False):
        composants.note(
            "Une règle par texte, au format TOML : id, libelle, statut (hypothese ou a_definir), source, "
            "valide_du, puis ce qui change. Les nombres s'écrivent entre guillemets."
        )
        typed = st.text_area("Règle", value=EXAMPLE, height=180)
        uploaded = st.file_uploader("Ou un fichier", type=["toml"], key="fichier_regle")
        author = signataire.ask_name(key="regle_nom")
        if st.form_submit_button("Ajouter la règle"):
            text = uploaded.getvalue().decode("utf-8", "replace") if uploaded is not None else typed
            suites.do(lambda: registre.add_rule(text, auteur=author))


EXAMPLE = """id = "seuil-dix-pour-cent"
libelle = "Écarts de moins de 10 % pardonnés"
statut = "hypothese"
source = "Hypothèse de travail"
valide_du = 2009-01-01
valide_au = 2010-12-31
seuil = "0.1"
"""
