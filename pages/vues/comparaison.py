"""What the page of comparison shows, and what the page of a cour says of it.

Limits and expectations come from all the cours, whoever reads; only the rows of the reader's perimeter
are shown.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

import dataframely as dy
import numpy as np
import polars as pl

from analytics.charts.funnel import draw_funnel
from analytics.charts.intervals import draw_intervals
from analytics.comparaison.comparison import (
    LEAST_EXPECTED,
    Dispersion,
    Entonnoir,
    Rapport,
    expect,
    find_peers,
    funnel,
    mask,
    place_ratios,
    scale_to_country,
    shrink,
    trace_limits,
)
from analytics.comparaison.words import (
    AXES,
    RATIO_COLUMNS,
    SHORT,
    figure_of_comparison,
    funnel_columns,
    label_funnel,
    label_ratios,
    legend_of_funnel,
    question_declarations,
    tell_funnel,
    tell_ratios,
    title_differing,
    title_funnel,
    title_ratios,
)
from analytics.leviers.equipment import equipped_shares
from analytics.trajectoire.account import Mois
from analytics.trajectoire.words.cours import name_group
from analytics.veille.watch import expect_extractions
from analytics.vocabulary import wording
from analytics.vocabulary.columns import Chiffre
from analytics.vocabulary.periods import Periode, last_day_of_month
from pages.commun import lecture
from pages.commun.adresse import MASQUES, slug
from pages.commun.bloc_graphique import Bloc, write_table_html
from pages.commun.cadre import Contexte
from pages.commun.lecture import once
from pages.vues.calculs import besoin, mention_of, note_of, pays

# The ranks are drawn; the same draws every time, so that a link shows the same figures.
SEED = 2009


@dataclass(frozen=True)
class VueComparaison:
    """What the page of comparison shows."""

    conclusion: str
    note_total: str
    question: str
    note: str
    entonnoir: Bloc
    rapports: Bloc


@once(64)
def comparaison(contexte: Contexte) -> VueComparaison:
    """Give what the page of comparison shows."""
    selection, situation = contexte.selection, contexte.situation
    masked = selection.option("noms") == MASQUES
    mesure = selection.option("mesure")
    peers = _peers(contexte)

    placed, spread = funnel(_measured(contexte, mesure), soi=selection.cour)
    shown = situation.perimetre.restrict(placed.filter(pl.col("cour").is_in(peers)))
    shown = Entonnoir.cast(mask(shown, par="valeur") if masked else shown)
    ratios = Rapport.cast(ratios_of(contexte).filter(pl.col("cour").is_in(peers)))
    ratios = Rapport.cast(mask(ratios, par="rapport") if masked else ratios)
    place = f"{contexte.perimetre}, {contexte.date_donnees}"
    fichier = f"{selection.periode.fin:%Y-%m}_{slug(contexte.perimetre)}"
    return VueComparaison(
        conclusion=title_ratios(ratios, nom=name_of(contexte)) + ".",
        note_total=note_of(contexte),
        question=question_declarations(shown, mesure=mesure),
        note=_note(contexte, masked=masked),
        entonnoir=_draw_funnel(contexte, shown, spread, place=place, fichier=fichier),
        rapports=_draw_ratios(contexte, ratios, place=place, fichier=fichier),
    )


def _left_out(contexte: Contexte) -> int:
    """Count what the reader's cours avoided in activities that have no base, so compared with nothing."""
    seen, periode = contexte.situation.perimetre, contexte.selection.periode
    declared = sum(
        month.evitees
        for cour, months in pays(contexte).mois.items()
        if seen.holds(cour)
        for month in _year(months, periode)
    )
    return declared - int(seen.restrict(_cells(contexte)[0])["observe"].sum())


def _note(contexte: Contexte, *, masked: bool) -> str:
    texts = [
        "Les limites viennent de toutes les cours, quelles que soient celles qui sont montrées."
        if contexte.situation.perimetre.national
        else "Votre profil ne montre que ses propres cours ; les limites viennent de toutes."
    ]
    if left := _left_out(contexte):
        told = wording.count(left, "extraction évitée", "extractions évitées")
        texts.append(
            f"{told} dans des activités sans base : non {wording.agree(left, 'comparée', 'comparées')}."
        )
    if masked:
        texts.append(
            "Les autres cours ne sont pas nommées, mais qui connaît les volumes peut en reconnaître une."
        )
    return wording.typeset(" ".join(texts))


def name_of(contexte: Contexte) -> str:
    """Name the selected cour."""
    return contexte.choix.cours[contexte.selection.cour]


def ratios_of(contexte: Contexte) -> dy.DataFrame[Rapport]:
    """Compare every cour of the reader with what its activities lead to expect."""
    cells, _ = _cells(contexte)
    rows = expect(cells).with_columns(
        nom_court=pl.col("cour").replace_strict(_names(), default=pl.col("cour"), return_dtype=pl.String)
    )
    compared = shrink(rows, soi=contexte.selection.cour, generator=np.random.default_rng(SEED))
    placed, spread = funnel(_measured(contexte, "evitees"), soi=contexte.selection.cour)
    return Rapport.cast(contexte.situation.perimetre.restrict(place_ratios(compared, placed, spread)))


@once(64)
def own_ratio(contexte: Contexte) -> Chiffre:
    """Give the figure that compares the selected cour with the country."""
    return figure_of_comparison(ratios_of(contexte).filter("soi"))


def _names() -> dict[str, str]:
    return dict(lecture.reference().cours.select("cour", "nom_court").iter_rows())


def _cells(contexte: Contexte) -> tuple[pl.DataFrame, bool]:
    """List what each cour avoided and the extractions to be expected where one answered, since January.

    By activité where a base by activité is loaded for all the cours (then True); else for all of them at
    once.
    """
    situation, periode = lecture.whole(contexte.situation), contexte.selection.periode
    everywhere, parametres = pays(contexte), lecture.parametres()
    shares = {
        cour: float(sum(expect_extractions(_year(months, periode), Fraction(1), parametres)))
        for cour, months in everywhere.mois.items()
    }
    share = pl.col("cour").replace_strict(shares, default=0.0, return_dtype=pl.Float64)
    counting = lecture.reference().activites.filter("compte_objectif").select("activite")
    sums = (
        periode.keep(situation.agregat)
        .join(counting, on="activite", how="semi")
        .group_by("cour", "activite")
        .agg(observe=pl.col("extractions_evitees").sum())
    )
    needed = besoin(contexte)
    loaded = needed.height > 0 and bool(needed["compte"].all())
    if loaded:
        bases, cells = needed.group_by("cour", "activite").agg(pl.col("base").sum()), sums
    else:
        bases = pl.DataFrame(
            [(cour, "", float(base.extractions)) for cour, base in everywhere.exigence.bases.items()],
            schema={"cour": pl.String, "activite": pl.String, "base": pl.Float64},
            orient="row",
        )
        cells = sums.group_by("cour").agg(pl.col("observe").sum(), activite=pl.lit(""))
    joined = bases.join(cells, on=["cour", "activite"]).with_columns(exposition=pl.col("base") * share)
    return joined.select("cour", "activite", "exposition", "observe").sort("cour", "activite"), loaded


def _year(months: Sequence[Mois], periode: Periode) -> list[Mois]:
    return [month for month in months if periode.debut <= month.mois <= periode.fin]


def _measured(contexte: Contexte, mesure: str) -> pl.DataFrame:
    """Give the numerator and the denominator of every cour, for one measure, since January."""
    periode: Periode = contexte.selection.periode
    everywhere = pays(contexte)
    names = _names()
    if mesure == "evitees":
        # The ratios of the other chart, as shares: what is called a difference there is one here.
        cells, _ = _cells(contexte)
        return scale_to_country(expect(cells)).select(
            "cour",
            nom_court=pl.col("cour").replace_strict(names, default=pl.col("cour"), return_dtype=pl.String),
            numerateur=pl.col("observe").cast(pl.Float64),
            denominateur=pl.col("denominateur").cast(pl.Float64),
        )
    rows: list[tuple[str, str, float, float]] = []
    for cour, months in sorted(everywhere.mois.items()):
        year = _year(months, periode)
        if mesure == "colonnes":
            top = sum(month.evitees for month in year)
            bottom = float(sum(month.visioconferences_objectif for month in year))
        else:
            top = sum(month.repondues for month in year)
            bottom = float(sum(month.attendues for month in year))
        rows.append((cour, names.get(cour, cour), float(top), bottom))
    return pl.DataFrame(
        rows,
        schema={
            "cour": pl.String,
            "nom_court": pl.String,
            "numerateur": pl.Float64,
            "denominateur": pl.Float64,
        },
        orient="row",
    )


def _peers(contexte: Contexte) -> list[str]:
    everywhere = pays(contexte)
    cours = lecture.reference().cours
    day: date = last_day_of_month(contexte.selection.periode.fin)
    found = find_peers(
        contexte.selection.cour,
        critere=contexte.selection.option("pairs"),
        groupes=dict(cours.select("cour", "groupe_dsj").iter_rows()),
        volumes={cour: float(base.extractions) for cour, base in everywhere.exigence.bases.items()}
        or dict.fromkeys(everywhere.mois, 0.0),
        equipes=equipped_shares(lecture.whole(contexte.situation).equipements, day),
    )
    return sorted(found)


def _draw_funnel(
    contexte: Contexte,
    shown: dy.DataFrame[Entonnoir],
    spread: Dispersion | None,
    *,
    place: str,
    fichier: str,
) -> Bloc:
    mesure = contexte.selection.option("mesure")
    labelled = label_funnel(shown)
    largest = float(shown["denominateur"].to_numpy().max(initial=1.0))
    sentence = tell_funnel(shown, spread, mesure=mesure)
    return Bloc(
        cle="entonnoir",
        titre=title_funnel(shown),
        sous_titre=f"{SHORT[mesure]}, depuis janvier, {place}",
        figure=draw_funnel(
            labelled,
            None if spread is None else trace_limits(spread, largest),
            centre=None if spread is None else spread.theta,
            axe=AXES[mesure],
            dark=contexte.sombre,
        ),
        alt=wording.typeset(f"Entonnoir : {title_funnel(shown)}. {sentence}"),
        phrase=sentence,
        tableau=write_table_html(labelled, funnel_columns(mesure), legende=f"{SHORT[mesure]}, {place}"),
        donnees=shown,
        fichier=f"{fichier}_comparaison-{mesure}",
        entete=contexte.entete,
        legende=legend_of_funnel(shown),
        mention=mention_of(contexte),
    )


@once(64)
def draw_group(contexte: Contexte) -> Bloc:
    """Draw the selected cour among those of its group in the ministry."""
    cours = lecture.reference().cours
    groupes: dict[str, str | None] = dict(cours.select("cour", "groupe_dsj").iter_rows())
    own = contexte.selection.cour
    peers = find_peers(own, critere="groupe", groupes=groupes, volumes={}, equipes={})
    ratios = Rapport.cast(ratios_of(contexte).filter(pl.col("cour").is_in(sorted(peers))))
    if contexte.selection.option("noms") == MASQUES:
        ratios = Rapport.cast(mask(ratios, par="rapport"))
    place = f"{name_group(groupes.get(own))}, {contexte.date_donnees}"
    fichier = f"{contexte.selection.periode.fin:%Y-%m}_{slug(contexte.choix.cours[own])}_groupe"
    return _draw_ratios(contexte, ratios, place=place, fichier=fichier)


def _draw_ratios(contexte: Contexte, ratios: dy.DataFrame[Rapport], *, place: str, fichier: str) -> Bloc:
    labelled = label_ratios(ratios)
    drawn = labelled.filter(pl.col("attendu") >= LEAST_EXPECTED)
    _, loaded = _cells(contexte)
    title = title_differing(ratios)
    return Bloc(
        cle="rapports",
        titre=title,
        sous_titre=f"Extractions évitées / attendues à base égale, depuis janvier, {place}",
        figure=draw_intervals(drawn, reference=1.0, mot="comme le pays", dark=contexte.sombre),
        alt=wording.typeset(f"Un point et son intervalle par cour : {title}."),
        phrase=tell_ratios(charge=loaded),
        tableau=write_table_html(labelled, RATIO_COLUMNS, legende=f"À base égale, {place}"),
        donnees=ratios,
        fichier=f"{fichier}_base-egale",
        entete=contexte.entete,
        mention=mention_of(contexte),
    )
