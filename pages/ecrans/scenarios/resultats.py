"""What the page of scenarios shows: what levers change, what matters most, how scenarios differ."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

import numpy as np
import polars as pl
import streamlit as st

from analytics.charts.bars import draw_bars, draw_waterfall
from analytics.charts.scenario import draw_gains, draw_paths
from analytics.couverture.words.coverage import since_january
from analytics.decompte.releve import Releve
from analytics.leviers.potential import HOURS_PER_EXTRACTION
from analytics.leviers.words import MOST_BARS
from analytics.scenarios.outlook import AvenirSimule
from analytics.scenarios.reverse import questions
from analytics.scenarios.scenario import INCERTAINES, Hypotheses, Scenario
from analytics.scenarios.study import NOTHING_PROJECTED, Etude, seen_cours
from analytics.scenarios.words.levers import describe_hypotheses, describe_lever
from analytics.scenarios.words.results import (
    COUR_COLUMNS,
    GAIN_COLUMNS,
    YEAR_COLUMNS,
    conclude_scenario,
    lay_out_cours,
    lay_out_gains,
    lay_out_year,
    set_apart,
    signed,
    span,
    title_cours,
    title_year,
)
from analytics.scenarios.words.steps import STEP_COLUMNS, step_through, tell_steps, title_steps
from analytics.trajectoire.country import Pays
from analytics.trajectoire.position import UNDETERMINED, Bilan, add_up
from analytics.trajectoire.words.outlook import short_odds
from analytics.vocabulary import wording
from analytics.vocabulary.columns import tell_rest
from analytics.vocabulary.errors import UserFacingError
from analytics.vocabulary.figures import Chiffre
from pages.commun import lecture
from pages.commun.adresse import slug
from pages.commun.bloc_graphique import Bloc, write_plain_table, write_table_html
from pages.commun.cadre import Contexte
from pages.ecrans.scenarios.calculs import assess, names_of, settle, socle, study, weighs
from pages.vues.calculs import bornes, mention_of

TABS = ("effet", "incertitude", "comparer", "reciproque")


@dataclass(frozen=True)
class VueScenario:
    """What one scenario changes, for the cours of its reader."""

    etude: Etude
    conclusion: str
    chiffres: tuple[Chiffre, ...]
    note: str
    annee: Bloc
    etapes: Bloc
    gains: Bloc
    cours: Bloc
    par_cour: str


def view(contexte: Contexte, scenario: Scenario, progress: Callable[[float], None] | None) -> VueScenario:
    """Give what one scenario changes; raises `UserFacingError` where nothing is projected."""
    etude = study(contexte, scenario, progress)
    return _view(contexte, etude, (*contexte.cle, etude.scenario.as_text()))


@st.cache_resource(show_spinner=False, max_entries=32)
def _view(_contexte: Contexte, _etude: Etude, key: tuple[Any, ...]) -> VueScenario:
    del key  # names everything that is shown
    ground, simulation = _etude.socle, _etude.simulation
    cours = list(seen_cours(ground, _contexte.situation.perimetre))
    before, after = assess(_contexte, ground.pays, ground), assess(_contexte, _etude.pays, ground)
    gains, nettes = simulation.total(cours), simulation.net(cours)
    avenir = ground.pays.perspectives.of(cours) if ground.pays.perspectives else None
    coming = _etude.pays.perspectives.of(cours) if _etude.pays.perspectives else None
    if avenir is None or not isinstance(coming, AvenirSimule):
        raise UserFacingError(NOTHING_PROJECTED)
    year = ground.periode.annee
    owed = settle(_contexte, ground, ground.pays), settle(_contexte, ground, _etude.pays)
    objectif = ground.pays.exigence.of(
        sorted(ground.pays.exigence.bases) if _contexte.situation.perimetre.national else cours,
        ensemble=_contexte.situation.perimetre.national,
    )
    frame = lay_out_year(
        add_up(ground.pays.mois[cour] for cour in cours if cour in ground.pays.mois),
        avenir,
        coming,
        annee=year,
        a_venir=simulation.terrain.mois,
        objectif_a_date=[float(objectif.a_date(rank)) if objectif else None for rank in range(1, 13)],
    )
    months = simulation.ensemble[simulation.rows(cours)].sum(axis=0)
    ecart = set_apart(middle_of(before), middle_of(after))
    monthly = lay_out_gains(months, simulation.terrain.mois, total=ecart.change)
    steps = step_through(simulation, cours, depart=middle_of(before))
    table = lay_out_cours(
        _seen(_contexte, ground.pays),
        _seen(_contexte, _etude.pays),
        {cour: simulation.total([cour]) for cour in cours},
        _owed_by_cour(owed, cours),
        total=ecart.change,
    )
    rests_on = since_january(mention_of(_contexte))
    nom = _etude.scenario.nom or "Scénario"
    place = f"{nom}, {_contexte.perimetre}, {_contexte.date_donnees}"
    fichier = f"{ground.periode.annee}_{slug(_contexte.perimetre)}_scenario_{slug(nom)[:40]}"
    entete = _contexte.entete | {"scenario": _etude.scenario.as_text(), "hypotheses": "hypothèses de travail"}
    return VueScenario(
        etude=_etude,
        conclusion=conclude_scenario(
            before, after, gains, nettes, annee=year, leviers=len(_etude.scenario.leviers)
        ),
        chiffres=_figures(_etude, before, after, gains, owed, cours, pondere=weighs(_contexte)),
        note=_note(_contexte, _etude, before, after, owed[0]),
        annee=Bloc(
            cle="scenario_annee",
            titre=title_year(before, after, annee=year, leviers=len(_etude.scenario.leviers)),
            sous_titre=f"Extractions évitées et déclarées, cumulées depuis janvier, {place}",
            figure=draw_paths(frame, dark=_contexte.sombre),
            alt=wording.typeset(f"Deux courbes cumulées pour {year}, l'une avec le scénario, et l'objectif."),
            phrase=wording.typeset(
                "Bande : 8 fois sur 10 ; trait plein, la moyenne. Le passé reste ce qui a été déclaré."
            ),
            tableau=write_table_html(frame, YEAR_COLUMNS, legende=f"L'année mois par mois, {place}"),
            donnees=frame.select("mois", "declare", "objectif", "rien", "milieu", "bas", "haut"),
            fichier=f"{fichier}_annee",
            entete=entete,
            mention=rests_on,
        ),
        etapes=Bloc(
            cle="scenario_etapes",
            titre=title_steps(simulation, steps, cours),
            sous_titre="De l'année si rien ne change à l'année du scénario, en extractions déclarées",
            figure=draw_waterfall(steps, dark=_contexte.sombre),
            alt=wording.typeset(f"Une marche par levier. {tell_steps(simulation, cours)}"),
            phrase=tell_steps(simulation, cours),
            tableau=write_table_html(steps, STEP_COLUMNS, legende=f"Effet de chaque levier, {place}"),
            donnees=_etude.lay_out_draws(cours),
            fichier=f"{fichier}_tirages",
            entete=entete,
            mention=rests_on,
        ),
        gains=Bloc(
            cle="scenario_mois",
            titre=wording.typeset(f"{ecart.change_signe} déclarées sur l'année ({span_of_draws(gains)})"),
            sous_titre="Extractions déclarées en plus, mois par mois, en moyenne et 8 fois sur 10",
            figure=draw_gains(monthly, dark=_contexte.sombre),
            alt="Une barre par mois à venir, avec sa fourchette.",
            phrase=wording.typeset(
                f"{wording.count(_etude.tirages.nombre, 'essai')}, toujours les mêmes : un même scénario "
                "redonne les mêmes chiffres."
            ),
            tableau=write_table_html(monthly, GAIN_COLUMNS, legende=f"Déclarées en plus, par mois, {place}"),
            donnees=monthly.drop("nom", "texte"),
            fichier=f"{fichier}_mois",
            entete=entete,
        ),
        cours=Bloc(
            cle="scenario_cours",
            titre=title_cours(table),
            sous_titre="Extractions déclarées en plus dans l'année, par cour",
            figure=draw_bars(_bars(table), dark=_contexte.sombre),
            alt=title_cours(table),
            phrase=wording.typeset(
                f"{tell_rest(table.filter(pl.col('gain_montre') != 0).height, MOST_BARS)} "
                "Décompte simulé : ce que chaque cour aurait à rembourser, en ETPT, selon la règle affichée "
                "au décompte. Hypothèse de travail, ne vaut pas décision."
            ).strip(),
            tableau="",
            donnees=table.drop("gain_montre", "gain_ecrit", "avant_ecrit", "apres_ecrit"),
            fichier=f"{fichier}_cours",
            entete=entete,
            mention=rests_on,
        ),
        par_cour=_write_cours(table, place),
    )


def _write_cours(table: pl.DataFrame, place: str) -> str:
    """Write what moves cour by cour in full; the cours where nothing does are folded."""
    moves = pl.any_horizontal(
        pl.col("gain_montre") != 0, pl.col("chances", "etat", "decompte").str.contains("→")
    )
    moved, still = table.filter(moves), table.filter(~moves)
    legend = f"Cour par cour, {place}"
    text = ""
    if moved.height:
        text = f"<div class='vigie-releve'>{write_plain_table(moved, COUR_COLUMNS, legende=legend)}</div>"
    if still.height:
        others = "autre cour" if still.height == 1 else "autres cours"
        title = f"{still.height} {others if moved.height else wording.agree(still.height, 'cour', 'cours')}"
        title = wording.typeset(f"{title} : rien n'y change")
        text += write_table_html(still, COUR_COLUMNS, legende=f"{title}, {place}", titre=title)
    return text


def middle_of(bilan: Bilan) -> float:
    """Give the middle of what is projected, nothing where nothing is."""
    return float(bilan.projection.moyenne) if bilan.projection else 0.0


def span_of_draws(values: Any) -> str:
    """Write between which values eight draws out of ten fall."""
    low, high = np.quantile(values, (0.1, 0.9)).tolist()
    return span(low, high)


def _bars(table: pl.DataFrame) -> pl.DataFrame:
    moved = table.filter(pl.col("gain_montre") != 0).head(MOST_BARS)
    return moved.select(
        "nom",
        valeur=pl.col("gain").clip(0),
        texte=pl.col("gain_montre").map_elements(
            partial(wording.number, signed=True), return_dtype=pl.String
        ),
    )


def _seen(contexte: Contexte, pays: Pays) -> pl.DataFrame:
    bounds = bornes(contexte) if contexte.selection.periode == pays.periode else {}
    whole = pays.assess_each(lecture.reference().cours, bounds, lecture.parametres())
    return contexte.situation.perimetre.restrict(whole)


def _owed_by_cour(
    owed: tuple[Releve | None, Releve | None], cours: Sequence[str]
) -> dict[str, tuple[str, str]]:
    before, after = owed
    if before is None or after is None:
        return {}
    first, second = (
        {part.cour: wording.number(part.etpt, 2) for part in releve.decompte.cours}
        for releve in (before, after)
    )
    return {cour: (first[cour], second[cour]) for cour in cours if cour in first and cour in second}


def _figures(
    etude: Etude,
    before: Bilan,
    after: Bilan,
    gains: Any,
    owed: tuple[Releve | None, Releve | None],
    cours: Sequence[str],
    *,
    pondere: bool,
) -> tuple[Chiffre, ...]:
    net = float(etude.simulation.net(cours).mean())
    first, then = before.projection, after.projection
    ecart = set_apart(middle_of(before), middle_of(after))
    levers = bool(etude.scenario.leviers)
    figures = [
        Chiffre(
            "Évitées en plus",
            wording.number(net, ecart.digits, signed=True),
            wording.typeset(f"déclarées en plus : {ecart.change_signe} ({span_of_draws(gains)})")
            if levers
            else "",
            "Ce que tous les leviers évitent de plus d'ici la fin de l'année, que ce soit déclaré ou non, "
            "moins les audiences que la facilité suscite ; puis ce qui en serait déclaré (8 fois sur 10).",
        ),
        Chiffre(
            "Année, déclarées",
            ecart.apres if then else wording.NOT_AVAILABLE,
            wording.typeset(f"si rien ne change : {ecart.avant if first else wording.NOT_AVAILABLE}")
            if levers
            else "",
            "Moyenne de ce que l'année peut donner : déclaré, projeté et ajouté par les leviers.",
        ),
        Chiffre(
            "Chances d'atteindre l'objectif",
            short_odds(after.p_objectif),
            wording.typeset(f"si rien ne change : {short_odds(before.p_objectif)}") if levers else "",
            "Probabilité que l'année atteigne son objectif, arrondie à cinq points.",
        ),
        Chiffre(
            "Équivalent",
            wording.with_unit(net * etude.socle.etpt_par_extraction, "ETPT", 1),
            "des évitées en plus, déclarées ou non" if levers else "",
            "ETPT que mobilisent les extractions évitées en plus (1 270 pour 155 000). Répondre davantage "
            "n'épargne aucune escorte : seul ce qui est vraiment évité compte.",
        ),
    ]
    if pondere:
        hours = questions.escort_hours(etude, cours)
        figures.append(
            Chiffre(
                "Escortes épargnées",
                f"{signed(hours)}{wording.NO_BREAK_SPACE}h",
                wording.typeset(f"soit {signed(hours / HOURS_PER_EXTRACTION)} pondérées"),
                "Heures d'agents : chaque extraction compte pour l'effort de son escorte, tout étant au "
                "plus probable. Hypothèse de travail, pour le pilotage seulement.",
            )
        )
    releve_before, releve_after = owed
    if releve_before is not None and releve_after is not None:
        seen = set(cours)

        def due(releve: Releve) -> float:
            return float(sum(part.etpt for part in releve.decompte.cours if part.cour in seen))

        figures.append(
            Chiffre(
                "Décompte simulé",
                wording.with_unit(due(releve_after), "ETPT", 1),
                wording.typeset(f"sinon : {wording.with_unit(due(releve_before), 'ETPT', 1)}")
                if levers
                else "",
                "Ce qui serait à rembourser selon la règle affichée au décompte, au milieu de la projection. "
                "Hypothèse de travail, ne vaut pas décision.",
            )
        )
    return tuple(figures)


def has_state(bilan: Bilan) -> bool:
    """Tell whether a year has a state: it has an objective, and has begun."""
    return bilan.objectif is not None and bilan.attendues > 0


def _states(before: Bilan, after: Bilan, fin: date) -> str:
    """Say the state of the months known, which is not that of the whole year."""
    now = f"{after.glyphe} {after.etat}"
    told = now if before.etat == after.etat else f"{before.glyphe} {before.etat} → {now}"
    text = f"État à fin {wording.month(fin)} : {told}"
    if after.etat == UNDETERMINED and after.p_objectif is not None:
        text += " (trop peu de réponses) ; les chances portent sur l'année entière"
    return text + "."


def _note(contexte: Contexte, etude: Etude, before: Bilan, after: Bilan, releve: Releve | None) -> str:
    texts = [
        *([] if not has_state(after) else [_states(before, after, contexte.selection.periode.fin)]),
        f"{since_january(mention_of(contexte)).texte}.",
        "Hypothèses de travail : parts, plafonds et capacités sont ceux de la page Méthode ; aucun n'est "
        "dans le texte, sauf les 85 % de population couverte.",
    ]
    if releve is None:
        texts.append(
            "Décompte non déterminé : aucun objectif ou aucune règle ne s'applique à "
            f"{etude.socle.periode.annee}."
        )
    if not contexte.situation.perimetre.national:
        texts.append("Seules les cours de votre périmètre sont comptées.")
    return wording.typeset(" ".join(texts))


def describe(contexte: Contexte, scenario: Scenario) -> list[str]:
    """Say in French what a scenario changes from scenario 0, a line a lever, then its hypotheses."""
    ground, noms = socle(contexte), names_of(contexte)
    usual = Hypotheses.at(lecture.parametres(), ground.jour)
    return [
        *(describe_lever(levier, noms, ground.terrain) for levier in scenario.leviers),
        *describe_hypotheses(scenario, {name: getattr(usual, name) for name in INCERTAINES}),
    ]


# --- What matters most ----------------------------------------------------------------------------


# --- The reverse question ---


# --- Side by side ---------------------------------------------------------------------------------
