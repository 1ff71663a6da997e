"""What the page of all the cours shows for one selection."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import dataframely as dy
import polars as pl
import streamlit as st

from analytics.charts.tiles import FILLS, UNKNOWN_FILL, draw_tiles
from analytics.couverture import coverage
from analytics.objectif.lectures import LECTURES
from analytics.trajectoire.cours import BilanCour
from analytics.trajectoire.words.conclusion import conclude
from analytics.trajectoire.words.cours import (
    HISTORY,
    HISTORY_HELP,
    SIGNAL,
    compare_sums,
    cour_columns,
    history_of,
    lay_out_cours,
    note_on_chances,
    note_on_targets,
    screen_columns,
    write_cours,
)
from analytics.trajectoire.words.tiles import CLASS_NAMES, place_tiles, tell_states, title_map
from analytics.veille.changes import Changement, tell_changes
from analytics.veille.departures import EcartDuMois, judge_cours
from analytics.veille.watch import Veille, rebases_of, watch
from analytics.veille.words import GLYPHS_HELP, glyph, tell_chance
from analytics.vocabulary import wording
from analytics.vocabulary.columns import Chiffre
from pages.commun import lecture
from pages.commun.bloc_graphique import Bloc
from pages.commun.cadre import Contexte
from pages.commun.lecture import once
from pages.vues.calculs import HEIGHT, MONTHS_OF_ROW, Calcul, bornes, compute, fonds, pays, silence
from pages.vues.trajectoire import (
    draw_year,
    give_figures,
    give_figures_of_use,
    months_shown,
    tell_etpt_of,
    warn_of_year,
)


@dataclass(frozen=True)
class TableCours:
    """The table of cours as the screen takes it; `codes` follow its rows."""

    tableau: Any
    colonnes: dict[str, Any]
    codes: tuple[str, ...]


@dataclass(frozen=True)
class VueEnsemble:
    """What the synthesis shows."""

    conclusion: str
    chiffres: tuple[Chiffre, ...]
    note_total: str
    note_etpt: str
    trajectoire: Bloc
    carte: Bloc
    lignes: pl.DataFrame
    table: TableCours
    note_objectif: str
    note_signaux: str
    avertissement: str
    changements: tuple[Changement, ...]

    def search(self, cle: str) -> TableCours:
        """Keep the cours whose name contains the key (see `wording.unaccented`)."""
        return self.table if not cle else _table_of(self.lignes, cle)


@once(64)
def ensemble(contexte: Contexte) -> VueEnsemble:
    """Give what the synthesis shows."""
    calcul = compute(contexte, cour=None)
    base = fonds(contexte)
    by_cour = _each_cour(contexte)
    months = history_of(base.mensuel, fin=calcul.periode.fin, mois=MONTHS_OF_ROW)
    reference = lecture.reference()
    situation, mois = contexte.situation, calcul.periode.fin
    shown = months_shown(calcul)
    veilles = _watch_each(contexte)
    return VueEnsemble(
        conclusion=conclude(
            calcul.bilan,
            periode=calcul.periode,
            par_cour=by_cour,
            nom=None,
            groupe=contexte.selection.groupe,
            lecture=calcul.lecture,
            part_reponse_mois=calcul.part_reponse_mois,
        ),
        chiffres=(*give_figures(calcul, shown), *give_figures_of_use(calcul, shown)),
        note_total=calcul.note_total,
        note_etpt=tell_etpt_of(calcul, decimales=1),
        trajectoire=draw_year(calcul, cour=None),
        carte=_draw_map(calcul, by_cour),
        lignes=(
            lines := lay_out_cours(
                by_cour,
                months,
                {cour: glyph(veilles[cour]) for cour in by_cour["cour"]},
                lecture=contexte.selection.regle.lecture,
                terminee=calcul.terminee,
            )
        ),
        table=_table_of(lines, ""),
        note_objectif=" ".join(
            filter(
                None,
                (
                    note_on_targets(by_cour),
                    note_on_chances(by_cour),
                    compare_sums(calcul.pays.exigence) if situation.perimetre.national else "",
                ),
            )
        ),
        note_signaux=tell_chance(veilles.values(), lecture.parametres().at("signal_hasard", mois).valeur),
        avertissement=warn_of_year(calcul),
        changements=tell_changes(
            _departures(contexte, veilles),
            mois=mois,
            mensuel=base.mensuel,
            totaux=situation.totaux,
            attendues=base.attendues,
            alertes=situation.alertes.filter(pl.col("mois") == mois).height,
            noms={
                **dict(reference.juridictions.select("juridiction", "nom_court").iter_rows()),
                **contexte.choix.cours,
            },
            parametres=lecture.parametres(),
        ),
    )


def _table_of(lignes: pl.DataFrame, cle: str) -> TableCours:
    """Prepare the rows kept for the screen: text that sorts as it reads, in French."""
    kept = [cle in wording.unaccented(nom) for nom in lignes["Cour"]]
    shown = lignes.filter(pl.Series(kept, dtype=pl.Boolean))
    return TableCours(
        tableau=shown.drop("cour").to_arrow(),
        colonnes={
            HISTORY: st.column_config.TextColumn(HISTORY, width=70, alignment="right", help=HISTORY_HELP),
            SIGNAL: st.column_config.TextColumn(SIGNAL, width=40, alignment="center", help=GLYPHS_HELP),
            **{
                colonne.titre: st.column_config.TextColumn(
                    colonne.titre, width=width, alignment="right" if colonne.nombre else "left"
                )
                for terminee in (False, True)
                for each in LECTURES
                for colonne, width in screen_columns(each, terminee=terminee)
            },
        },
        codes=tuple(shown["cour"]),
    )


def _watch_each(contexte: Contexte) -> dict[str, Veille]:
    """Watch every cour of the reader."""
    everywhere, parametres = pays(contexte), lecture.parametres()
    return {
        cour: watch(
            months,
            base=base.extractions if (base := everywhere.exigence.bases.get(cour)) else None,
            objectif=everywhere.exigence.of([cour], ensemble=False),
            recalages=rebases_of(contexte.situation.recalages, cour),
            periode=contexte.selection.periode,
            parametres=parametres,
        )
        for cour, months in everywhere.mois.items()
        if contexte.situation.perimetre.holds(cour)
    }


def _departures(contexte: Contexte, veilles: Mapping[str, Veille]) -> dy.DataFrame[EcartDuMois]:
    """Judge the month of every cour beside all the others, and keep those of the reader."""
    whole, mois = lecture.whole(contexte.situation), contexte.selection.periode.fin
    first = whole.totaux["mois"].min()
    judged = judge_cours(
        whole.totaux,
        lecture.reference().attendues(first if isinstance(first, date) else mois, mois),
        mois=mois,
        constats={cour: veille.constat for cour, veille in veilles.items()},
        parametres=lecture.parametres(),
    )
    return EcartDuMois.cast(contexte.situation.perimetre.restrict(judged))


def _each_cour(contexte: Contexte) -> dy.DataFrame[BilanCour]:
    """Assess every cour of the reader, on all activities: a state is a fact about the objective."""
    assessed = pays(contexte).assess_each(lecture.reference().cours, bornes(contexte), lecture.parametres())
    return BilanCour.cast(contexte.situation.perimetre.restrict(assessed))


def _draw_map(calcul: Calcul, by_cour: dy.DataFrame[BilanCour]) -> Bloc:
    sentence = " ".join(filter(None, (tell_states(by_cour), note_on_chances(by_cour))))
    bounded = coverage.add_bounds(
        write_cours(by_cour), silence(calcul.contexte), par="cour", total="evitees_objectif"
    )
    return Bloc(
        cle="carte",
        titre=title_map(by_cour),
        sous_titre=f"Atteinte de l'objectif à date par cour, {calcul.contexte.date_donnees}",
        figure=draw_tiles(place_tiles(by_cour), dark=calcul.contexte.sombre, height=HEIGHT),
        alt=wording.typeset(f"Une case par cour, à sa place sur la carte. {sentence}"),
        phrase=sentence,
        tableau=calcul.table(
            bounded,
            cour_columns(calcul.contexte.selection.regle.lecture, terminee=calcul.terminee),
            "Les cours",
        ),
        donnees=bounded.drop("etat_ecrit", "objectif_ecrit", "chances_ecrites", "manque"),
        fichier=f"{calcul.fichier}_cours",
        entete=calcul.entete,
        mention=calcul.mention_entiere if calcul.contexte.selection.regle.lecture != "C" else None,
        legende=(
            *zip(FILLS, CLASS_NAMES, strict=True),
            (UNKNOWN_FILL[calcul.contexte.sombre], "non déterminé"),
        ),
    )
