"""Whom to call: the silent juridictions, the call recorded, and every reminder of the campaign."""

from datetime import date
from typing import Any

import polars as pl
import streamlit as st

from analytics.collecte.reminders import Rappel
from analytics.vocabulary.columns import Colonne, integer
from analytics.vocabulary.moments import tell_moment
from analytics.vocabulary.schemas import DOSSIER, EN_COURS, MESSAGERIE, Relances
from analytics.vocabulary.wording import NO_BREAK_SPACE, count, of_month, short_date, typeset
from data.actes.relances import note_call
from pages.commun import composants, lecture, signataire, suites, telechargements
from pages.commun.bloc_graphique import write_plain_table
from pages.commun.navigation import findable
from pages.vues.collecte import Suivi, VueCollecte

ROWS_SHOWN = 200
RESERVED = "Seule la SDSE relance : vous voyez ici les juridictions de votre ressort."
REPLAYED = "Situation passée : rien ne s'y enregistre. Revenez à la dernière situation pour agir."


def draw(suivi: Suivi, vue: VueCollecte, *, ressort: str) -> None:
    """Draw the list to call, the form that records a call, and the history of the reminders."""
    rappels = [each for each in vue.preparation.rappels if ressort in ("", each.cour)]
    rappels.sort(key=_worst_first)
    if rappels and suivi.contexte.selection.presentation:
        _draw_list(suivi, rappels)
    elif rappels:
        left, right = st.columns([3, 2], gap="medium")
        with left:
            _draw_list(suivi, rappels)
        with right:
            _draw_call(suivi, rappels)
    else:
        composants.head("Personne à relancer")
        composants.note(typeset(f"Toutes les juridictions ont répondu pour la collecte {_of(suivi)}."))
    _draw_history(suivi, ressort)


def _of(suivi: Suivi) -> str:
    return of_month(suivi.campagne.mois)


def _worst_first(rappel: Rappel) -> tuple[int, date, str]:
    return -rappel.absences, rappel.dernier_contact or date.min, rappel.nom


def _draw_list(suivi: Suivi, rappels: list[Rappel]) -> None:
    composants.head(
        typeset(f"{count(len(rappels), 'juridiction')} à relancer, les plus longtemps muettes d'abord")
    )
    noms = suivi.contexte.choix.cours
    frame = pl.DataFrame(
        [
            (
                each.nom,
                noms[each.cour],
                each.absences,
                each.dernier_contact,
                each.contact,
                each.adresse,
                each.juridiction,
            )
            for each in rappels
        ],
        schema={
            "nom": pl.String,
            "cour": pl.String,
            "mois_sans_reponse": pl.Int64,
            "dernier_contact": pl.Date,
            "contact": pl.String,
            "adresse": pl.String,
            "juridiction": pl.String,
        },
        orient="row",
    )
    shown = frame.head(ROWS_SHOWN).with_columns(
        vu=pl.Series([_contact(each) for each in rappels[:ROWS_SHOWN]], dtype=pl.String)
    )
    st.html(
        write_plain_table(
            shown,
            (
                Colonne("nom", "Juridiction"),
                Colonne("cour", "Cour"),
                Colonne("mois_sans_reponse", "Mois sans réponse", integer, nombre=True),
                Colonne("vu", "Dernier contact"),
            ),
            legende=f"Juridictions à relancer, collecte {_of(suivi)}",
        )
    )
    if frame.height > ROWS_SHOWN:
        composants.note(f"Les {ROWS_SHOWN} premières sont montrées ; le fichier les donne toutes.")
    telechargements.offer_table(
        frame,
        cle="a_relancer",
        fichier=f"{suivi.campagne.mois:%Y-%m}_a-relancer",
        entete=suivi.contexte.entete,
    )


def _contact(rappel: Rappel) -> str:
    if rappel.dernier_contact is None:
        return "jamais"
    return f"{short_date(rappel.dernier_contact)}{NO_BREAK_SPACE}({rappel.contact})"


def _draw_call(suivi: Suivi, rappels: list[Rappel]) -> None:
    composants.head("Noter un appel")
    if not suivi.national or suivi.rejouee:
        composants.note(typeset(REPLAYED if suivi.national else RESERVED))
        return
    names = {each.juridiction: each.nom for each in rappels}
    with st.form("noter_appel", border=False, enter_to_submit=False):
        code = st.selectbox(
            "Juridiction appelée",
            list(names),
            format_func=lambda code: findable(code, names[code]),
            key="appel_juridiction",
            filter_mode="contains",
        )
        said = st.text_area("Ce qui a été dit", key="appel_dit", height=90, max_chars=1000)
        author = signataire.ask_name(key="appel_auteur")
        sent = st.form_submit_button("Enregistrer l'appel")
    composants.note(f"L'appel est daté du {short_date(suivi.clock().date())}.")
    if sent:
        suites.do(
            lambda: note_call(suivi.bureau(author), mois=suivi.campagne.mois, juridiction=code, dit=said),
            f"Appel enregistré : {names[code]}.",
        )


def _draw_history(suivi: Suivi, ressort: str) -> None:
    composants.head("Relances de cette collecte")
    reminders = (
        lecture.store()
        .collecte()
        .reminders(suivi.situation.perimetre, mois=suivi.campagne.mois, connu_le=suivi.au)
    )
    kept = reminders.filter(pl.col("cour") == ressort) if ressort else reminders
    if not kept.height:
        composants.note("Aucune relance pour l'instant.")
        return
    written = _write_history(Relances.cast(kept))
    st.html(
        write_plain_table(
            written.head(ROWS_SHOWN),
            (
                Colonne("nom", "Juridiction"),
                Colonne("quand", "Le"),
                Colonne("voie", "Par"),
                Colonne("suite", "Suite"),
                Colonne("auteur", "Auteur"),
                Colonne("dit", "Ce qui a été dit"),
            ),
            legende=f"{count(kept.height, 'relance')}, la plus récente d'abord",
        )
    )
    telechargements.offer_table(
        written, cle="relances", fichier=f"{suivi.campagne.mois:%Y-%m}_relances", entete=suivi.contexte.entete
    )


def _write_history(relances: pl.DataFrame) -> pl.DataFrame:
    names = dict(lecture.reference().juridictions.select("juridiction", "nom").iter_rows())
    return pl.DataFrame(
        [
            {
                "nom": names[row["juridiction"]],
                "quand": tell_moment(row["connu_le"]),
                "voie": "messagerie" if row["etape"] == MESSAGERIE else "téléphone",
                "suite": _outcome(row),
                "auteur": row["auteur"],
                "dit": row["texte"].split("\n")[0],
            }
            for row in relances.sort("relance", descending=True).iter_rows(named=True)
        ]
    )


def _outcome(row: dict[str, Any]) -> str:
    told: str = row["resultat"]
    if told == DOSSIER:
        told = "écrit dans un dossier"
    elif told == EN_COURS:
        told = "issue inconnue"
    judge = row["tranche_par"]
    return told if judge is None else f"{told}, selon {judge}"
