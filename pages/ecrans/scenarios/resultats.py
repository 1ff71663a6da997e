"""What one scenario changes, as its page shows it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import polars as pl

from analytics.couverture.words.coverage import since_january
from analytics.leviers.potential import HOURS_PER_EXTRACTION
from analytics.scenarios.reverse import questions
from analytics.scenarios.scenario import INCERTAINES, Hypotheses, Scenario
from analytics.scenarios.study import Etude, Socle, seen_cours
from analytics.scenarios.words.change import DeuxAnnees, Dus, lay_out_change
from analytics.scenarios.words.levers import describe_hypotheses, describe_lever
from analytics.scenarios.words.results import (
    COUR_COLUMNS,
    conclude_scenario,
    has_state,
    signed,
    span_of_draws,
)
from analytics.trajectoire.country import Pays
from analytics.trajectoire.position import UNDETERMINED, Bilan
from analytics.trajectoire.words.pace_and_odds import odds_ahead, suppose
from analytics.vocabulary import wording
from analytics.vocabulary.columns import Chiffre
from pages.commun import lecture
from pages.commun.bloc_graphique import Bloc, write_plain_table, write_table_html
from pages.commun.cadre import Contexte
from pages.commun.lecture import once
from pages.ecrans.scenarios.calculs import names_of, settle, socle, study, weighs
from pages.ecrans.scenarios.planche import Planche
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
    return _view(contexte, etude)


@once(32)
def _view(contexte: Contexte, etude: Etude) -> VueScenario:
    perimetre, ground = contexte.situation.perimetre, etude.socle
    change = lay_out_change(
        etude,
        seen_cours(ground, perimetre),
        ensemble=perimetre.national,
        positions=(_seen(contexte, ground.pays), _seen(contexte, etude.pays)),
        dus=(_dues(contexte, ground, ground.pays), _dues(contexte, ground, etude.pays)),
    )
    planche = Planche.of(contexte, etude)
    return VueScenario(
        etude=etude,
        conclusion=conclude_scenario(
            change.avant,
            change.apres,
            change.gains,
            change.nettes,
            annee=ground.periode.annee,
            leviers=change.leviers,
        ),
        chiffres=_figures(change, pondere=weighs(contexte)),
        note=_note(contexte, change),
        annee=planche.show_year(change),
        etapes=planche.show_steps(change),
        gains=planche.show_months(change),
        cours=planche.show_cours(change),
        par_cour=_write_cours(change.par_cour, planche.place),
    )


def _dues(contexte: Contexte, ground: Socle, pays: Pays) -> Dus:
    """Give what each cour would owe in a country, under the rule shown; None where it cannot be settled."""
    releve = settle(contexte, ground, pays)
    return None if releve is None else {part.cour: part.etpt for part in releve.decompte.cours}


def _seen(contexte: Contexte, pays: Pays) -> pl.DataFrame:
    bounds = bornes(contexte) if contexte.selection.periode == pays.periode else {}
    whole = pays.assess_each(lecture.reference().cours, bounds, lecture.parametres())
    return contexte.situation.perimetre.restrict(whole)


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


def _figures(change: DeuxAnnees, *, pondere: bool) -> tuple[Chiffre, ...]:
    etude, before, after, ecart = change.etude, change.avant, change.apres, change.ecart
    net, reading = float(change.nettes.mean()), etude.socle.pays.exigence.regle.lecture
    first, then = before.projection, after.projection
    levers = bool(change.leviers)
    figures = [
        Chiffre(
            "Évitées en plus",
            wording.number(net, ecart.digits, signed=True),
            wording.typeset(f"déclarées en plus : {ecart.change_signe} ({span_of_draws(change.gains)})")
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
            "Moyenne de ce que l'année peut donner : déclaré, projeté et ajouté par les leviers. Ceux-ci et "
            "la projection supposent la même part de réponses, et leurs écarts sont additionnés comme s'ils "
            "étaient indépendants : la fourchette de l'année est un peu trop étroite.",
        ),
        Chiffre(
            "Chances d'atteindre l'objectif",
            odds_ahead(then),
            wording.typeset(f"si rien ne change : {odds_ahead(first)}") if levers else "",
            "Probabilité que l'année atteigne son objectif, arrondie à cinq points"
            + ("." if then is None else f", {suppose(reading, then.reponse)}, leviers à part."),
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
        hours = questions.escort_hours(etude, change.cours)
        figures.append(
            Chiffre(
                "Escortes épargnées",
                f"{signed(hours)}{wording.NO_BREAK_SPACE}h",
                wording.typeset(f"soit {signed(hours / HOURS_PER_EXTRACTION)} pondérées"),
                "Heures d'agents : chaque extraction compte pour l'effort de son escorte, tout étant au "
                "plus probable. Hypothèse de travail, pour le pilotage seulement.",
            )
        )
    owed = [
        float(sum(etpt for cour, etpt in dus.items() if cour in change.cours))
        for dus in change.dus
        if dus is not None
    ]
    if len(owed) == 2:
        figures.append(
            Chiffre(
                "Décompte simulé",
                wording.with_unit(owed[1], "ETPT", 1),
                wording.typeset(f"sinon : {wording.with_unit(owed[0], 'ETPT', 1)}") if levers else "",
                "Ce qui serait à rembourser selon la règle affichée au décompte, au milieu de la projection. "
                "Hypothèse de travail, ne vaut pas décision.",
            )
        )
    return tuple(figures)


def _states(before: Bilan, after: Bilan, fin: date) -> str:
    """Say the state of the months known, which is not that of the whole year."""
    now = f"{after.glyphe} {after.etat}"
    told = now if before.etat == after.etat else f"{before.glyphe} {before.etat} → {now}"
    text = f"État à fin {wording.month(fin)} : {told}"
    if after.etat == UNDETERMINED and after.projection is not None and after.projection.indicatif:
        text += " (la projection n'est qu'indicative) ; les chances portent sur l'année entière"
    elif after.etat == UNDETERMINED and after.p_objectif is not None:
        text += " (trop peu de réponses) ; les chances portent sur l'année entière"
    return text + "."


def _note(contexte: Contexte, change: DeuxAnnees) -> str:
    fin = contexte.selection.periode.fin
    texts = [
        *([_states(change.avant, change.apres, fin)] if has_state(change.apres) else []),
        f"{since_january(mention_of(contexte)).texte}.",
        "Hypothèses de travail : parts, plafonds et capacités sont ceux de la page Méthode ; aucun n'est "
        "dans le texte, sauf les 85 % de population couverte. La fourchette de l'année est un peu trop "
        "étroite : les leviers et la projection supposent les mêmes "
        "réponses, et sont tenus pour indépendants.",
    ]
    if change.dus[0] is None:
        texts.append(
            "Décompte non déterminé : aucun objectif ou aucune règle ne s'applique à "
            f"{change.etude.socle.periode.annee}."
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
