"""The figures to check: what each alert asks, what became of it, and the question to send."""

from datetime import date
from html import escape
from typing import Any

import polars as pl
import streamlit as st

from analytics.collecte.alerts import TO_CHECK, write_question
from analytics.collecte.calendar import campaign_of
from analytics.vocabulary.columns import Colonne, plain
from analytics.vocabulary.schemas import STATUTS_ALERTE
from analytics.vocabulary.wording import NO_BREAK_SPACE, count, month, of_month, short_month, typeset
from data.actes.relances import tell_unreachable
from data.settings import Settings
from pages.commun import composants, lecture, signataire, suites, telechargements
from pages.commun.bloc_graphique import write_plain_table
from pages.ecrans.collecte import relances
from pages.vues.collecte import Suivi, VueCollecte

ROWS_SHOWN = 200
COLUMNS = (
    Colonne("nom", "Juridiction"),
    Colonne("mois", "Mois", short_month),
    Colonne("libelle", "Activité", plain),
    Colonne("message", "Question"),
    Colonne("statut", "Statut", lambda statut: statut.replace(" ", NO_BREAK_SPACE)),
    Colonne("suite", "Suite donnée"),
)


def draw(suivi: Suivi, vue: VueCollecte, *, ressort: str) -> None:
    """Draw the alerts of the month collected, or all, then what one of them asks and what becomes of it."""
    everything = not suivi.contexte.selection.presentation and st.toggle(
        "Tous les mois", key="alertes_toutes", help="Sinon, celles du mois collecté."
    )
    alertes = _named(vue.alertes)
    kept = alertes.filter(
        pl.lit(everything) | (pl.col("mois") == suivi.campagne.mois),
        pl.lit(not ressort) | (pl.col("cour") == ressort),
    ).sort([pl.col("statut") != TO_CHECK, pl.col("mois"), pl.col("nom")], descending=[False, True, False])
    if not kept.height:
        composants.head("Aucune alerte")
        when = "" if everything else f" pour les données {of_month(suivi.campagne.mois)}"
        composants.note(f"Aucun nombre accepté ne s'écarte des habitudes{when}.")
        return
    waiting = kept.filter(pl.col("statut") == TO_CHECK).height
    composants.head(f"{count(kept.height, 'alerte')}, dont {count(waiting, 'à vérifier', 'à vérifier')}")
    st.html(write_plain_table(kept.head(ROWS_SHOWN), COLUMNS, legende="Alertes, celles à vérifier d'abord"))
    telechargements.offer_table(
        kept.select(
            "mois", "juridiction", "nom", "cour", "activite", "message", "statut", "auteur", "commentaire"
        ),
        cle="alertes",
        fichier=f"{suivi.campagne.mois:%Y-%m}_alertes",
        entete=suivi.contexte.entete,
    )
    if not suivi.contexte.selection.presentation:
        _draw_one(suivi, kept)


def _named(alertes: pl.DataFrame) -> pl.DataFrame:
    """Add to the alerts the names that the screen shows, and what was said of each."""
    reference = lecture.reference()
    names = dict(reference.juridictions.select("juridiction", "nom").iter_rows())
    activities = dict(reference.activites.select("activite", "libelle").iter_rows())
    return alertes.with_columns(
        nom=pl.col("juridiction").replace_strict(names, return_dtype=pl.String),
        libelle=pl.col("activite").replace_strict(activities, return_dtype=pl.String),
        suite=pl.when(pl.col("auteur").is_not_null())
        .then(
            pl.concat_str(
                pl.col("auteur"),
                pl.when(pl.col("commentaire") != "")
                .then(pl.lit(" : ") + pl.col("commentaire"))
                .otherwise(pl.lit("")),
            )
        )
        .otherwise(pl.lit("")),
    )


def _draw_one(suivi: Suivi, kept: pl.DataFrame) -> None:
    rows = {row["alerte"]: row for row in kept.iter_rows(named=True)}
    chosen = st.selectbox(
        "Alerte à suivre",
        list(rows),
        format_func=lambda number: _label(rows[number]) if number in rows else "",
        key="alerte_choisie",
        filter_mode="contains",
    )
    if chosen is None:
        return
    left, right = st.columns([1, 1], gap="medium")
    with left:
        _draw_question(rows[chosen], fictif=suivi.demo)
        composants.note(_warn_if_closed(suivi, rows[chosen]["mois"]))
    with right:
        _draw_follow_up(suivi, rows[chosen])


def _warn_if_closed(suivi: Suivi, mois: date) -> str:
    """Say that the form a question leads to would refuse the answer, and what opens it."""
    if suivi.jour <= campaign_of(mois, lecture.parametres()).cloture:
        return ""
    return typeset(
        f"La collecte {of_month(mois)} est close : si ce mois n'est pas déjà rouvert pour cette juridiction, "
        "rouvrez-le (page Saisie, « Rouvrir un mois ») avant d'envoyer la question, sinon le questionnaire "
        "refusera la réponse."
    )


def _label(row: dict[str, Any]) -> str:
    about = "" if row["libelle"] is None else f", {row['libelle']}"
    return f"{row['nom']}, {month(row['mois'])}{about} ({row['statut']})"


def _draw_question(row: dict[str, Any], *, fictif: bool) -> None:
    composants.head("Question à la juridiction, à copier")
    if not fictif:
        composants.note(tell_unreachable(Settings()))
    text = write_question(
        nom=row["nom"],
        activite=row["libelle"],
        mois=row["mois"],
        message=row["message"],
        adresse_publique=Settings().adresse_publique,
        juridiction=row["juridiction"],
        fictif=fictif,
    )
    st.html(
        "<div class='vigie-lettre vigie-copie' tabindex='0' role='region' aria-label='Question à copier'>"
        f"<pre>{escape(text)}</pre></div>"
    )
    composants.note("Un clic sélectionne tout le texte.")


def _draw_follow_up(suivi: Suivi, row: dict[str, Any]) -> None:
    composants.head("Suite donnée")
    if suivi.rejouee:
        composants.note(typeset(relances.REPLAYED))
        return
    number = row["alerte"]
    with st.form("suivre_alerte", border=False, enter_to_submit=False):
        status = st.radio(
            "Statut",
            STATUTS_ALERTE,
            index=STATUTS_ALERTE.index(row["statut"]),
            horizontal=True,
            key=f"alerte_statut_{number}_{row['statut']}",
        )
        comment = st.text_area("Commentaire", key=f"alerte_commentaire_{number}", height=90, max_chars=1000)
        author = signataire.ask_name(key="alerte_auteur")
        sent = st.form_submit_button("Enregistrer la suite")
    if sent:
        suites.do(
            lambda: (
                lecture.store()
                .collecte()
                .follow_alert(
                    suivi.situation.perimetre,
                    alerte=number,
                    statut=status,
                    commentaire=comment,
                    auteur=author,
                    connu_le=suivi.clock(),
                )
            ),
            f"Suite enregistrée : {row['nom']}, alerte « {status} ».",
        )
