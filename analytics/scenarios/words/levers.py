"""The levers of a scenario in words: what each gives, where, when, and on which hypotheses."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from analytics.leviers.levier import DEMANDE, MATERIEL, POINTS, PRISONS, RECOURS, Levier
from analytics.scenarios.scenario import INCERTAINES, Hypotheses, Scenario
from analytics.scenarios.simulation import ceiling_of, parts_of_ceiling
from analytics.scenarios.terrain import Terrain
from analytics.statistics.ranges import FORMES, PALIER, Plage
from analytics.vocabulary import wording

# Beyond so many names, the others are counted.
MOST_NAMES = 3
_SHORT = {
    RECOURS: "recours",
    POINTS: "recours",
    "etablissements": "détenus d'établissements équipés",
    PRISONS: "établissements désignés en service",
    MATERIEL: "équipements par juridiction",
    "ouverture": "part permise par la loi",
    "reponse": "taux de réponse",
    DEMANDE: "extractions nécessaires",
}


@dataclass(frozen=True)
class Noms:
    """The names of what a lever may name, by code; of those alone that the reader may see."""

    cours: Mapping[str, str]
    juridictions: Mapping[str, str]
    activites: Mapping[str, str]
    prisons: Mapping[str, str]


def describe_lever(levier: Levier, noms: Noms, terrain: Terrain | None) -> str:
    """Say in one line what a lever changes from scenario 0: « recours, débats JLD : 4 % → 9 % »."""
    what = _SHORT[levier.nature]
    told = _named(levier.activites, noms.activites)
    where = wording.enumeration(
        filter(
            None,
            (
                _named(levier.cours, noms.cours),
                _named(levier.juridictions, noms.juridictions),
                _named(levier.prisons, noms.prisons),
            ),
        )
    )
    subject = ", ".join(filter(None, (what, told, where or "toutes les cours")))
    text = f"{subject} : {_change(levier, terrain)}, {_when(levier)}{_not_there(levier, noms, terrain)}"
    return wording.typeset(f"{levier.nom} — {text}" if levier.nom else text)


def _not_there(levier: Levier, noms: Noms, terrain: Terrain | None) -> str:
    """Say which juridictions of a lever are not in force from the first to the last month to come."""
    if terrain is None:
        return ""
    told: list[str] = []
    for code in levier.juridictions:
        live, nom = terrain.months_of(code), noms.juridictions.get(code, code)
        if not live:
            told.append(f"{nom} n'est pas en activité sur ces mois : sans effet")
        elif live[-1] < terrain.mois[-1]:
            told.append(f"{nom} ferme fin {wording.month(live[-1])} : sans effet ensuite")
        elif live[0] > terrain.mois[0]:
            told.append(f"{nom} ouvre en {wording.month(live[0])} : sans effet avant")
    return f" ({' ; '.join(told)})" if told else ""


def _named(codes: Sequence[str], noms: Mapping[str, str]) -> str:
    shown = [noms.get(code, code) for code in codes[:MOST_NAMES]]
    return wording.some_of(shown, len(codes)) if codes else ""


def _change(levier: Levier, terrain: Terrain | None) -> str:
    now = None if terrain is None else _now(levier, terrain)
    if levier.nature == MATERIEL:
        return f"+{wording.number(levier.valeur.probable, 0 if levier.valeur.probable % 1 == 0 else 1)}"
    if levier.nature == DEMANDE:
        return f"{wording.percent(levier.valeur.probable, 0, signed=True)}{_between(levier.valeur)}"
    if levier.nature == POINTS:
        before = (
            "" if now is None else f"{wording.percent(now, 0)} → {capped(now + levier.valeur.probable)}, "
        )
        return f"{before}{wording.points(levier.valeur.probable, 0)}{_between(levier.valeur)}"
    asked = f"{_given(levier.valeur.probable)}{_between(levier.valeur)}"
    if now is None:
        return asked
    if levier.valeur.probable < now:  # only lifts who is below: « 6 % → 2 % » would read as a fall
        return f"{asked} là où l'on est en dessous, pour {wording.percent(now, 0)} en moyenne aujourd'hui"
    return f"{wording.percent(now, 0)} → {asked}"


def capped(value: float) -> str:
    """Write a share, never above the whole."""
    return wording.percent(min(value, 1.0), 0)


def _given(value: float) -> str:
    """Write the share that a lever is given, as finely as it is: « 77 % », « 77,4 % »."""
    return wording.percent(value, 0 if abs(value * 100 - round(value * 100)) < 1e-6 else 1)


def _between(plage: Plage) -> str:
    if not plage.largeur:
        return ""
    return f" ({wording.percent(plage.bas, 0)} à {wording.percent(plage.haut, 0)})"


def _now(levier: Levier, terrain: Terrain) -> float | None:
    """Give what the lever moves, as it stands if nothing changes, over where it acts."""
    inside = terrain.within(levier)
    weights = terrain.volume[inside].sum(axis=1)
    if not weights.sum():
        return None
    match levier.nature:
        case "recours" | "recours_points":
            return float((terrain.volume * terrain.maintenant)[inside].sum() / terrain.volume[inside].sum())
        case "prisons":
            return None
        case "etablissements":
            return float(np.average(terrain.equipe[terrain.cour[inside]], weights=weights))
        case "reponse":
            return float(np.average(terrain.reponse[terrain.cour[inside]], weights=weights))
        case _:
            return float(np.average(terrain.legale[inside].mean(axis=1), weights=weights))


def _when(levier: Levier) -> str:
    start = wording.of_place(wording.month(levier.du)) if levier.forme == PALIER else wording.month(levier.du)
    if levier.forme == PALIER:
        text = f"à partir {start}"
    elif levier.forme == "lineaire" and levier.plein:
        text = f"peu à peu {wording.of_place(start)} à {wording.month(levier.plein)}"
    else:
        end = wording.month(levier.plein) if levier.plein else ""
        text = f"{FORMES[levier.forme].split(' : ')[0]}, 10 % en {start}, 90 % en {end}"
    if levier.au is not None:
        text += f", jusqu'à {wording.month(levier.au)}"
    if levier.retard.haut:
        text += f", retard possible de {wording.number(levier.retard.haut, 0)} mois"
    return text


def describe_hypotheses(scenario: Scenario, usual: Mapping[str, Plage]) -> list[str]:
    """Say which hypotheses a scenario changes, one line each."""
    return [
        wording.typeset(
            f"{INCERTAINES[name]} : {capped(usual[name].probable)} → {capped(plage.probable)}"
            f"{_between(plage)}"
        )
        for name, plage in scenario.hypotheses.items()
    ]


def tell_ceiling(terrain: Terrain, hypotheses: Hypotheses, cours: Sequence[str]) -> str:
    """Say what part can be held by video at most, and between which bounds if its conditions are linked."""
    parts = parts_of_ceiling(terrain, hypotheses, cours)
    if not parts:
        return ""
    product, low, high = ceiling_of(list(parts.values()))
    told = " × ".join(f"{name} {capped(part)}" for name, part in parts.items())
    return wording.typeset(
        f"Plafond moyen, au plus probable : {capped(product)} des extractions nécessaires peuvent être "
        f"tenues par visioconférence ({told}), en tenant ces conditions pour indépendantes ; entre "
        f"{capped(low)} et {capped(high)} selon qu'elles se recoupent ou non."
    )


def name_levers(leviers: Sequence[Levier]) -> list[str]:
    """Give each lever a short name for a chart, no two alike."""
    names: list[str] = []
    for rank, levier in enumerate(leviers, 1):
        name = levier.nom or _SHORT[levier.nature].capitalize()
        name = name if len(name) <= 22 else name[:21].rstrip() + "…"
        names.append(f"{rank}. {name}")
    return names
