"""Where to act: what is left to avoid, by activity and by juridiction, and what equipment would add."""

from dataclasses import dataclass
from datetime import date

import dataframely as dy
import polars as pl

from analytics.charts.bars import draw_bars, draw_stacks, part_colours
from analytics.collecte import sums
from analytics.couverture.words.coverage import since_january
from analytics.leviers.equipment import equipped_shares
from analytics.leviers.potential import (
    MONTHS_BACK,
    Potentiel,
    add_up_potential,
    cost_of_inaction,
    find_potential,
)
from analytics.leviers.words import (
    INACTION_COLUMNS,
    LEVER_COLUMNS,
    MOST_BARS,
    PARTS,
    PLACE_COLUMNS,
    keep_worth_drawing,
    label_inaction,
    label_levers,
    name_activities,
    name_juridictions,
    rank_places,
    tell_inaction,
    tell_levers,
    tell_places,
    title_inaction,
    title_levers,
    title_places,
)
from analytics.objectif.need import Besoin
from analytics.objectif.objective import etpt_per_extraction
from analytics.vocabulary import wording
from analytics.vocabulary.columns import tell_rest
from analytics.vocabulary.periods import Periode, last_day_of_month
from analytics.vocabulary.schemas import Equipements
from pages.commun import lecture
from pages.commun.adresse import slug
from pages.commun.bloc_graphique import Bloc, write_table_html
from pages.commun.cadre import Contexte
from pages.commun.lecture import Situation, once
from pages.vues import calculs

PRIORITAIRE = "priorite"


@dataclass(frozen=True)
class VueLeviers:
    """What is left to avoid, and where; what equipping the other prisons would add."""

    activites: Bloc
    juridictions: Bloc | None
    equipement: Bloc | None
    note_equipement: str


def potentiel(contexte: Contexte) -> dy.DataFrame[Potentiel]:
    """Give what is left to avoid in all the cours of the country: restrict it before it is shown."""
    return _potentiel(lecture.whole(contexte.situation), contexte.selection.periode, calculs.besoin(contexte))


@once(16)
def _potentiel(pays: Situation, periode: Periode, _besoin: dy.DataFrame[Besoin]) -> dy.DataFrame[Potentiel]:
    reference = lecture.reference()
    first = periode.fin.year * 12 + periode.fin.month - MONTHS_BACK
    return find_potential(
        _besoin,
        lecture.cells(pays, date(first // 12, first % 12 + 1, 1), periode.fin),
        activites=reference.activites,
        juridictions=reference.juridictions,
        equipes=equipped_shares(pays.equipements, last_day_of_month(periode.fin)),
        periode=periode,
        parametres=lecture.parametres(),
    )


@once(64)
def leviers(contexte: Contexte, *, cour: str | None) -> VueLeviers:
    """Give what is left to avoid for all the cours of the reader, or for one."""
    selection, reference = contexte.selection, lecture.reference()

    def keep(frame: pl.DataFrame) -> pl.DataFrame:
        return frame if cour is None else frame.filter(pl.col("cour") == cour)

    whole = contexte.situation.perimetre.restrict(keep(potentiel(contexte)))
    kept = sums.keep_group(reference.activites, selection.groupe)["activite"].to_list()
    shown = Potentiel.cast(whole.filter(pl.col("activite").is_in(kept)))
    one = shown if selection.activite is None else shown.filter(pl.col("activite") == selection.activite)
    pondere = selection.option("ponderation") == PRIORITAIRE
    nom = contexte.perimetre if cour is None else contexte.choix.cours[cour]
    place, entete = f"{nom}, {contexte.date_donnees}", contexte.entete | {"perimetre": nom}
    fichier = f"{selection.periode.fin:%Y-%m}_{slug(nom)}"
    unit = "Extractions par an" if not pondere else "Extractions par an, pondérées par l'effort d'escorte"
    by_activity = add_up_potential(shown, "activite", pondere=pondere)
    activities = label_levers(by_activity, name_activities(reference.activites))
    places = label_levers(
        add_up_potential(Potentiel.cast(one), "juridiction", pondere=pondere),
        name_juridictions(reference.juridictions),
    )
    ranked, drawn = rank_places(places), keep_worth_drawing(activities)
    named = "toutes activités" if selection.activite is None else contexte.choix.activites[selection.activite]
    prisons = Equipements.cast(keep(contexte.situation.equipements))
    retards = cost_of_inaction(
        shown,
        prisons,
        periode=selection.periode,
        etpt_par_extraction=float(
            etpt_per_extraction(lecture.parametres(), max(selection.periode.fin, date(2009, 1, 1)))
        ),
    )
    names = None if cour else dict(reference.cours.select("cour", "nom_court").iter_rows())
    lost = label_inaction(retards, names)
    sentence = tell_inaction(retards, connus=prisons.height)
    title = title_inaction(retards, connus=prisons.height)
    rests_on = since_january(calculs.mention_of(contexte, None if cour is None else [cour]))
    return VueLeviers(
        activites=Bloc(
            cle="leviers",
            titre=title_levers(activities),
            sous_titre=f"{unit} : déjà évitées, à portée, à équiper, {place}",
            figure=draw_stacks(drawn.head(MOST_BARS), PARTS, dark=contexte.sombre),
            alt=wording.typeset(f"Une barre par activité : {title_levers(activities)}."),
            phrase=" ".join(
                filter(
                    None,
                    (
                        tell_levers(by_activity, compte=bool(shown["compte"].all()), pondere=pondere),
                        tell_rest(drawn.height, MOST_BARS),
                    ),
                )
            ),
            tableau=write_table_html(activities, LEVER_COLUMNS, legende=f"Où agir, par activité, {place}"),
            donnees=by_activity.rename({"cle": "activite"}),
            fichier=f"{fichier}_ou-agir-activites",
            entete=entete,
            mention=rests_on,
            legende=tuple(
                (colour, word)
                for colour, (_, word) in zip(part_colours(dark=contexte.sombre), PARTS, strict=True)
            ),
        ),
        juridictions=None
        if ranked.is_empty()
        else Bloc(
            cle="lieux",
            titre=title_places(places),
            sous_titre=f"{unit}, à portée, {named}, {place}",
            figure=draw_bars(ranked, dark=contexte.sombre),
            alt=wording.typeset(f"Une barre par juridiction : {title_places(places)}."),
            phrase=tell_places(),
            tableau=write_table_html(places, PLACE_COLUMNS, legende=f"Où agir, par juridiction, {place}"),
            donnees=one,
            fichier=f"{fichier}_ou-agir-juridictions",
            entete=entete,
            mention=rests_on,
        ),
        note_equipement=wording.typeset(f"{title}. {sentence}"),
        equipement=None
        if retards.is_empty()
        else Bloc(
            cle="inaction",
            titre=title,
            sous_titre=f"Extractions par an hors de portée faute d'équipement, {place}",
            figure=draw_bars(lost.head(MOST_BARS), dark=contexte.sombre),
            alt=wording.typeset(f"Une barre par {'établissement' if cour else 'cour'} : {title}."),
            phrase=f"{sentence} {tell_rest(lost.height, MOST_BARS)}".strip(),
            tableau=write_table_html(lost, INACTION_COLUMNS, legende=f"Établissements non équipés, {place}"),
            donnees=retards,
            fichier=f"{fichier}_cout-inaction",
            entete=entete,
        ),
    )
