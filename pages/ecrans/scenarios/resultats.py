"""What the page of scenarios shows: what levers change, what matters most, how scenarios differ."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from functools import partial
from typing import Any

import numpy as np
import polars as pl
import streamlit as st

from analytics.charts.bars import draw_bars
from analytics.charts.scenario import draw_gains, draw_paths, draw_tornado
from analytics.charts.waterfall import draw_waterfall
from analytics.couverture.words.coverage import since_january
from analytics.decompte.releve import Releve, draw_up, regle_of
from analytics.leviers.potential import HOURS_PER_EXTRACTION
from analytics.leviers.words import MOST_BARS, name_activities, name_juridictions, rough
from analytics.scenarios.outlook import AvenirSimule
from analytics.scenarios.scenario import INCERTAINES, Hypotheses, Scenario, name_prison, parse_scenario
from analytics.scenarios.sensitivity import move_each, variance_indices
from analytics.scenarios.study import Etude, Socle
from analytics.scenarios.words.results import (
    COUR_COLUMNS,
    GAIN_COLUMNS,
    INDEX_COLUMNS,
    STEP_COLUMNS,
    TORNADO_COLUMNS,
    YEAR_COLUMNS,
    Noms,
    climb,
    conclude_scenario,
    describe_hypotheses,
    describe_lever,
    lay_out_cours,
    lay_out_gains,
    lay_out_year,
    name_input,
    name_levers,
    set_apart,
    signed,
    span,
    step_through,
    tell_steps,
    title_cours,
    title_steps,
    title_year,
)
from analytics.trajectoire.country import Pays
from analytics.trajectoire.position import UNDETERMINED, Bilan, add_up
from analytics.trajectoire.words.figures import Chiffre
from analytics.trajectoire.words.outlook import short_odds
from analytics.vocabulary import wording
from analytics.vocabulary.columns import Colonne, tell_rest
from analytics.vocabulary.errors import UserFacingError
from pages.commun import calcul_scenarios, lecture
from pages.commun.bloc_graphique import Bloc, write_plain_table, write_table_html
from pages.commun.cadre import Contexte
from pages.commun.calcul_scenarios import Question, Reponse
from pages.commun.filtres import slug
from pages.commun.lecture import Situation
from pages.vues import decompte
from pages.vues.calculs import bornes, mention_of
from pages.vues.leviers import PRIORITAIRE

MOST_COMPARED = 4


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


def names_of(contexte: Contexte) -> Noms:
    """Give the names of what a lever may name, of those that the reader may see."""
    reference = lecture.reference()
    seen = contexte.situation.perimetre.restrict(reference.juridictions)
    return Noms(
        cours=contexte.choix.cours,
        juridictions={
            code: name
            for code, name in name_juridictions(reference.juridictions).items()
            if code in set(seen["juridiction"])
        },
        activites=name_activities(reference.activites),
        prisons={
            name_prison(cour, nom): nom
            for cour, nom in contexte.situation.equipements.select("cour", "etablissement").iter_rows()
        },
    )


def weighs(contexte: Contexte) -> bool:
    """Tell whether extractions count for the effort of their escort."""
    return contexte.selection.option("ponderation") == PRIORITAIRE


def socle(contexte: Contexte) -> Socle:
    """Give what every scenario of this situation starts from: all the cours, restrict before showing."""
    situation, selection = contexte.situation, contexte.selection
    bareme = decompte.rule_of(contexte)
    key = (*situation.moment, situation.demo, str(selection.periode), str(regle_of(bareme)))
    return _socle(contexte, key)


@st.cache_resource(show_spinner=False, max_entries=16)
def _socle(_contexte: Contexte, key: tuple[Any, ...]) -> Socle:
    del key  # names the situation, the month and the rule
    everywhere: Situation = lecture.whole(_contexte.situation)
    fin = _contexte.selection.periode.fin
    return calcul_scenarios.start_from(
        everywhere,
        lecture.cells(everywhere, *calcul_scenarios.months_read(fin)),
        fin=fin,
        regle=regle_of(decompte.rule_of(_contexte)),
        reference=lecture.reference(),
        cle=lecture.cle_illustrative(),
        parametres=lecture.parametres(),
    )


def read_text(contexte: Contexte, text: str) -> Scenario:
    """Read a scenario from its JSON, as this reader may; it then starts from the situation shown."""
    situation = contexte.situation
    lieux = calcul_scenarios.places_of(lecture.reference(), situation.equipements, situation.perimetre)
    return parse_scenario(text, lieux)


def study(contexte: Contexte, scenario: Scenario, progress: Callable[[float], None] | None = None) -> Etude:
    """Run a scenario on the situation shown, once for all who see the same."""
    ground = socle(contexte)
    shown = replace(scenario, depuis=contexte.selection.periode.fin)
    key = (
        *contexte.situation.moment,
        str(ground.periode),
        str(ground.pays.exigence.regle),
        replace(shown, nom="", note="").as_text(),
    )
    slot = _slot(key)
    if not slot:
        draws, seed = calcul_scenarios.draws_of(lecture.parametres(), ground.jour)
        slot.append(calcul_scenarios.run(ground, shown, tirages=draws, graine=seed, progress=progress))
    return slot[0]


@st.cache_resource(show_spinner=False, max_entries=24)
def _slot(key: tuple[Any, ...]) -> list[Etude]:
    """Give where a study is kept: what draws a progress bar cannot run in a cached function."""
    del key
    return []


def assess(contexte: Contexte, pays: Pays, ground: Socle) -> Bilan:
    """Assess the cours of the reader together, in one country or another."""
    return calcul_scenarios.assess_year(
        ground,
        pays,
        calcul_scenarios.seen_cours(ground, contexte.situation.perimetre),
        ensemble=contexte.situation.perimetre.national,
    )


def settle(contexte: Contexte, ground: Socle, pays: Pays) -> Releve | None:
    """Settle the year of a country under the rule shown; None where the text asks for nothing, or cannot."""
    everywhere = lecture.whole(contexte.situation)
    rows = everywhere.credits.filter(pl.col("annee") == ground.periode.annee + 1).select(
        "cour", "credits_eur"
    )
    shared = contexte.selection.option("partage")
    try:
        return draw_up(
            pays,
            decompte.rule_of(contexte),
            mode=None if shared == decompte.LIKE_THE_RULE else shared,
            cout=decompte.cost_of(contexte),
            credits_eur={cour: Fraction(amount) for cour, amount in rows.iter_rows()},
            ajustements=(),
            lot=everywhere.lot,
            connu_le=everywhere.connu_le,
            demonstration=everywhere.demo,
            parametres=lecture.parametres(),
        )
    except UserFacingError:
        return None


def view(contexte: Contexte, scenario: Scenario, progress: Callable[[float], None] | None) -> VueScenario:
    """Give what one scenario changes; raises `UserFacingError` where nothing is projected."""
    etude = study(contexte, scenario, progress)
    return _view(contexte, etude, (*contexte.cle, etude.scenario.as_text()))


@st.cache_resource(show_spinner=False, max_entries=32)
def _view(_contexte: Contexte, _etude: Etude, key: tuple[Any, ...]) -> VueScenario:
    del key  # names everything that is shown
    ground, simulation = _etude.socle, _etude.simulation
    cours = list(calcul_scenarios.seen_cours(ground, _contexte.situation.perimetre))
    before, after = assess(_contexte, ground.pays, ground), assess(_contexte, _etude.pays, ground)
    gains, nettes = simulation.total(cours), simulation.net(cours)
    avenir = ground.pays.perspectives.of(cours) if ground.pays.perspectives else None
    coming = _etude.pays.perspectives.of(cours) if _etude.pays.perspectives else None
    if avenir is None or not isinstance(coming, AvenirSimule):
        raise UserFacingError(calcul_scenarios.NOTHING_PROJECTED)
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
    ecart = set_apart(_middle(before), _middle(after))
    monthly = lay_out_gains(months, simulation.terrain.mois, total=ecart.change)
    steps = step_through(simulation, cours, depart=_middle(before))
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
            titre=wording.typeset(f"{ecart.change_signe} déclarées sur l'année ({_span(gains)})"),
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


def _middle(bilan: Bilan) -> float:
    return float(bilan.projection.moyenne) if bilan.projection else 0.0


def _span(values: Any) -> str:
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
    ecart = set_apart(_middle(before), _middle(after))
    levers = bool(etude.scenario.leviers)
    figures = [
        Chiffre(
            "Évitées en plus",
            wording.number(net, ecart.digits, signed=True),
            wording.typeset(f"déclarées en plus : {ecart.change_signe} ({_span(gains)})") if levers else "",
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
        hours = calcul_scenarios.escort_hours(etude, cours)
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


def _has_state(bilan: Bilan) -> bool:
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
        *([] if not _has_state(after) else [_states(before, after, contexte.selection.periode.fin)]),
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


def tornado(contexte: Contexte, etude: Etude) -> Bloc:
    """Give how far each uncertain input alone moves the year."""
    cours = calcul_scenarios.seen_cours(etude.socle, contexte.situation.perimetre)
    moved = move_each(etude, cours)
    frame = pl.DataFrame(
        {
            "nom": [name_input(each.nom, etude.scenario.leviers) for each in moved],
            "bas": [each.bas for each in moved],
            "haut": [each.haut for each in moved],
            "centre": [each.centre for each in moved],
            "texte": [f"{rough(each.bas)} puis {rough(each.haut)}" for each in moved],
        },
        schema={
            "nom": pl.String,
            **dict.fromkeys(("bas", "haut", "centre"), pl.Float64),
            "texte": pl.String,
        },
    )
    first = frame["nom"][0] if frame.height else ""
    title = f"« {first} » est ce qui déplace le plus l'année" if first else "Rien n'est incertain"
    return Bloc(
        cle="tornade",
        titre=wording.typeset(title),
        sous_titre="Extractions déclarées d'ici décembre, une donnée à la fois : basse, puis haute",
        figure=draw_tornado(frame, dark=contexte.sombre),
        alt="Une barre par donnée incertaine, la plus large en haut.",
        phrase="Barre hachurée : la donnée est basse ; barre pleine : elle est haute.",
        tableau=write_table_html(frame, TORNADO_COLUMNS, legende="Ce qui déplace l'année"),
        donnees=frame.drop("texte"),
        fichier=f"{etude.socle.periode.annee}_scenario_tornade",
        entete=contexte.entete,
    )


def indices(contexte: Contexte, etude: Etude) -> str:
    """Write the share of the variance that each input explains, as a table."""
    return _indices(contexte, etude, (*contexte.cle, etude.scenario.as_text()))


@st.cache_resource(show_spinner=False, max_entries=16)
def _indices(_contexte: Contexte, _etude: Etude, key: tuple[Any, ...]) -> str:
    del key  # names everything that is computed
    cours = calcul_scenarios.seen_cours(_etude.socle, _contexte.situation.perimetre)
    found = variance_indices(
        _etude, cours, graine=calcul_scenarios.draws_of(lecture.parametres(), _etude.socle.jour)[1]
    )
    frame = pl.DataFrame(
        [(name_input(name, _etude.scenario.leviers), first, total) for name, first, total in found],
        schema={"nom": pl.String, "premier": pl.Float64, "total": pl.Float64},
        orient="row",
    )
    return write_plain_table(
        frame, INDEX_COLUMNS, legende="Part de l'incertitude de l'année que chaque donnée explique"
    )


# --- The reverse question ---


def seek(contexte: Contexte, ground: Socle, scenario: Scenario, rank: int, question: Question) -> Reponse:
    """Give what a lever must be worth, sought once for all who ask the same."""
    key = (*contexte.cle, scenario.as_text(), rank, str(question))
    return _seek(ground, scenario, rank, question, key)


@st.cache_resource(show_spinner="Recherche en cours…", max_entries=32)
def _seek(
    _ground: Socle, _scenario: Scenario, _rank: int, _question: Question, key: tuple[Any, ...]
) -> Reponse:
    del key  # names everything that is asked
    return calcul_scenarios.seek_share(_ground, _scenario, _rank, _question)


# --- Side by side ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class VueComparee:
    """Up to four scenarios side by side, and what explains each difference from the first."""

    tableau: str
    ecarts: tuple[Bloc, ...]
    refus: tuple[str, ...]


def side_by_side(contexte: Contexte, gardes: Sequence[tuple[str, Scenario]]) -> VueComparee:
    """Set scenarios side by side; the first is the reference."""
    etudes: list[tuple[str, Etude]] = []
    refus: list[str] = []
    for nom, scenario in gardes[:MOST_COMPARED]:
        try:
            etudes.append((nom, study(contexte, scenario)))
        except UserFacingError as error:
            refus.append(f"{nom} : {error}")
    if not etudes:
        return VueComparee("", (), tuple(refus))
    ground = etudes[0][1].socle
    cours = calcul_scenarios.seen_cours(ground, contexte.situation.perimetre)
    zero = assess(contexte, ground.pays, ground)
    bilans = [assess(contexte, etude.pays, ground) for _, etude in etudes]
    # One number of digits for a row: each year less the first is the change under it.
    digits = min(set_apart(_middle(zero), _middle(bilan)).digits for bilan in bilans)
    columns: list[tuple[str, list[str]]] = [
        ("Rien ne change", _column(contexte, ground, ground.pays, zero, zero, None, cours, digits))
    ]
    for (nom, etude), bilan in zip(etudes, bilans, strict=True):
        columns.append((nom, _column(contexte, ground, etude.pays, zero, bilan, etude, cours, digits)))
    rows = pl.DataFrame(
        {
            "mesure": [
                "Leviers",
                "Évitées en plus",
                "Déclarées en plus",
                "Équivalent",
                "Année, déclarées",
                "Chances d'atteindre l'objectif",
                "État à date",
                "Décompte simulé",
            ],
            **{f"s{rank}": values for rank, (_, values) in enumerate(columns)},
        }
    )
    table = write_plain_table(
        rows,
        (Colonne("mesure", "Mesure"), *(Colonne(f"s{rank}", nom) for rank, (nom, _) in enumerate(columns))),
        legende=f"Scénarios côte à côte, {contexte.perimetre}, {contexte.date_donnees}",
    )
    first = etudes[0]
    return VueComparee(
        table,
        tuple(_explain(contexte, first, other, cours, digits) for other in etudes[1:]),
        tuple(refus),
    )


def _column(
    contexte: Contexte,
    ground: Socle,
    pays: Pays,
    zero: Bilan,
    bilan: Bilan,
    etude: Etude | None,
    cours: Sequence[str],
    digits: int,
) -> list[str]:
    owed = settle(contexte, ground, pays)
    seen = set(cours)
    due = None if owed is None else float(sum(part.etpt for part in owed.decompte.cours if part.cour in seen))
    change = wording.difference(_middle(zero), _middle(bilan), digits)
    net = np.zeros(1) if etude is None else etude.simulation.net(cours)
    return [
        "0" if etude is None else str(len(etude.scenario.leviers)),
        wording.number(float(net.mean()), digits, signed=True) + (f" ({_span(net)})" if etude else ""),
        wording.number(change, signed=True) + (f" ({_span(etude.simulation.total(cours))})" if etude else ""),
        wording.with_unit(float(net.mean()) * ground.etpt_par_extraction, "ETPT", 1),
        wording.number(_middle(bilan), digits) if bilan.projection else wording.NOT_AVAILABLE,
        short_odds(bilan.p_objectif),
        f"{bilan.glyphe} {bilan.etat}" if _has_state(bilan) else wording.NOT_AVAILABLE,
        wording.with_unit(due, "ETPT", 1),
    ]


def _explain(
    contexte: Contexte,
    reference: tuple[str, Etude],
    other: tuple[str, Etude],
    cours: Sequence[str],
    digits: int,
) -> Bloc:
    """Explain the difference between two scenarios, lever by lever, as a waterfall; digits of the table."""
    (first_name, first), (nom, etude) = reference, other
    one, two = _effects(first, cours), _effects(etude, cours)
    start = _middle(assess(contexte, first.pays, first.socle))
    end = _middle(assess(contexte, etude.pays, etude.socle))
    steps: list[tuple[str, float]] = []
    for key in dict.fromkeys((*one, *two)):
        change = two.get(key, ("", 0.0))[1] - one.get(key, ("", 0.0))[1]
        label = (one.get(key) or two[key])[0]
        if abs(change) >= 0.5:
            sign = "sans " if key not in two else "avec " if key not in one else ""
            steps.append((f"{sign}{label}", change))
    # What they bring together, with the steps too small to be drawn: the last total is the other's year.
    together = (end - start) - sum(change for _, change in steps)
    if abs(together) >= 0.5:
        steps.append(("Ensemble", together))
    frame = climb(steps, depart=start, debut=first_name[:22], fin=nom[:22], digits=digits)
    gap = wording.number(wording.difference(start, end, digits), signed=True)
    title = wording.typeset(f"De « {first_name} » à « {nom} » : {gap} extractions évitées et déclarées")
    return Bloc(
        cle=f"ecart_{slug(nom)}",
        titre=title,
        sous_titre=f"L'écart, levier par levier, {contexte.perimetre}, {contexte.date_donnees}",
        figure=draw_waterfall(frame, dark=contexte.sombre),
        alt=title,
        phrase=wording.typeset(
            "Chaque levier est mesuré seul ; « Ensemble » est ce qu'ils font de plus ou de moins réunis."
        ),
        tableau=write_table_html(frame, STEP_COLUMNS, legende=title),
        donnees=frame.select("nom", "bas", "haut", "sorte"),
        fichier=f"{etude.socle.periode.annee}_scenarios_ecart",
        entete=contexte.entete,
    )


def _effects(etude: Etude, cours: Sequence[str]) -> dict[str, tuple[str, float]]:
    """Give the mean effect of each lever alone, by what it is."""
    means = etude.simulation.alone(cours).mean(axis=1).tolist()
    names = [name.split(". ", 1)[1] for name in name_levers(etude.scenario.leviers)]
    keys = [str(levier.as_document()) for levier in etude.scenario.leviers]
    return {key: (name, mean) for key, name, mean in zip(keys, names, means, strict=True)}
