"""The reverse questions in words: what one lever must be worth, and with which chances."""

from analytics.leviers.levier import MATERIEL, NATURES, POINTS, PRISONS, RECOURS, Levier
from analytics.leviers.words import rough
from analytics.projection.model import round_probability
from analytics.scenarios.precision import digits_of
from analytics.scenarios.reverse.dose import FREINS, Recherche
from analytics.scenarios.reverse.effort import Plan
from analytics.scenarios.reverse.placement import Placement
from analytics.scenarios.reverse.questions import ReponseCherchee
from analytics.scenarios.words.levers import capped
from analytics.trajectoire.words.pace_and_odds import odds
from analytics.vocabulary import wording

_DOSES = {
    RECOURS: "porter le recours à la visioconférence à {}",
    POINTS: "ajouter {} à la part tenue par visioconférence",
    "etablissements": "que {} de la population détenue soit dans un établissement équipé",
    PRISONS: "que {} de ces équipements soient en service",
    MATERIEL: "ajouter {} à chaque juridiction",
    "ouverture": "que la loi permette d'éviter {} des extractions",
    "reponse": "que {} des juridictions répondent",
}

_CHANCES = {0.5: "une chance sur deux", 0.8: "quatre chances sur cinq"}


def tell_search(answer: ReponseCherchee, *, part: float, pondere: bool, reponse: float | None) -> str:
    """Answer « que faut-il pour atteindre 5 % ? » in a sentence; `pondere`: 5 % of the effort of escorts.

    `reponse`: the share of the answers to come that the odds suppose.
    """
    found, levier, plafond, tenue = answer.recherche, answer.levier, answer.plafond, answer.tenue
    base, voulues = answer.base, answer.voulues
    asked = wording.percent(part, 0 if round(part * 100, 6) % 1 == 0 else 1)
    asked += " de l'effort d'escorte" if pondere else " de la base"
    unit = "extractions moyennes" if pondere else "extractions"
    goal = f"{asked} ({wording.number(voulues, 0 if voulues % 1 == 0 else 1)} {unit} évitées et déclarées)"
    year = wording.number(found.obtenues, digits_of(found.obtenues))
    chances = (
        ""
        if found.p is None
        else f", avec {odds(round_probability(found.p))} de chances d'en atteindre autant"
        + _if_answered(reponse)
    )
    if found.valeur is None:
        best = wording.percent(found.au_mieux / base if base else None)
        lifted = wording.percent(found.sans_frein / base if base else None)
        blocked = f"Ce qui bloque d'abord : {FREINS[found.frein]} (sans ce frein, {lifted})."
        if lifted == best:
            blocked = "Aucun frein, levé seul, n'y change rien."
        return wording.typeset(f"Hors d'atteinte : au mieux {best} au lieu de {goal}{chances}. {blocked}")
    if not is_needed(levier, found.valeur):
        return wording.typeset(f"Sans ce levier, l'année atteint déjà {goal}, en moyenne : {year}{chances}.")
    reach = ""
    if plafond is not None and tenue is not None:
        reach = (
            f", dans la limite du plafond de chaque juridiction et activité ({capped(plafond)} en moyenne) : "
            f"{capped(tenue)} des extractions nécessaires seraient alors tenues par visioconférence"
        )
    dose = _DOSES[levier.nature].format(write_dose(levier, found.valeur))
    return wording.typeset(
        f"Pour atteindre {goal}, il faut {dose}{reach}. L'année serait de {year}{chances}."
    )


def write_dose(levier: Levier, valeur: float) -> str:
    """Write the value of a lever, as the search gives it."""
    if levier.nature == MATERIEL:
        return wording.with_unit(valeur, wording.agree(int(valeur), "équipement", "équipements"), 1)
    return wording.points(valeur) if levier.nature == POINTS else wording.percent(valeur)


def is_needed(levier: Levier, valeur: float) -> bool:
    """Tell whether a value found asks anything of the lever: its least asks nothing."""
    return valeur > NATURES[levier.nature].minimum


def _if_answered(reponse: float | None) -> str:
    if reponse is None:
        return ""
    return f" si {wording.percent(reponse, 0)} des réponses attendues arrivent, leviers à part"


def tell_chances(found: Recherche, levier: Levier, reponse: float | None) -> str:
    """Say what value gives one chance in two, and four in five; nothing where no law tells it."""
    if found.p is None:
        return ""

    def tell(valeur: float | None) -> str:
        if valeur is None:
            return "hors d'atteinte"
        return write_dose(levier, valeur) if is_needed(levier, valeur) else "rien de plus que ce qui est"

    told = [f"{_CHANCES[chance]}, {tell(valeur)}" for chance, valeur in found.chances]
    return wording.typeset(f"Pour {' ; pour '.join(told)}{_if_answered(reponse)}.")


def name_chance(chance: float) -> str:
    """Name odds that a value is sought for: « une chance sur deux »."""
    return _CHANCES[chance]


def tell_effort(plan: Plan, missing: float, *, pondere: bool) -> str:
    """Say how many are missing, and what effort they take; `missing` is at least one half."""
    unit = "extractions moyennes" if pondere else "extractions"
    lacking = wording.number(missing)  # to the unit: what it takes from the year shown to what is asked
    if not plan.suffit:
        return wording.typeset(
            f"Il manque {lacking} {unit} ; au mieux {rough(plan.atteignables)} d'ici décembre."
        )
    return wording.typeset(
        f"Il manque {lacking} {unit}. En commençant par les plus faciles, chacune demande en "
        f"moyenne {wording.number(plan.effort / missing, 1)} fois l'effort d'une des plus faciles ; une de "
        f"plus, {wording.number(plan.marginal, 1)} fois."
    )


def tell_placement(plan: Placement) -> str:
    """Say what a plan of deliveries brings, what it costs, and whether another would do better."""
    return wording.typeset(
        f"{wording.count(int(plan.livraisons['nombre'].sum()), 'livraison')} : {rough(plan.gain)} "
        f"extractions par an de plus à portée, pour {wording.with_unit(round(plan.cout), '€')} ; la "
        f"suivante en apporterait {rough(plan.suivante)}. "
        + (
            "Aucun autre placement ne ferait mieux."
            if plan.ecart < 0.0005
            else f"Un autre placement ferait au plus {wording.percent(plan.ecart)} de mieux."
        )
    )
