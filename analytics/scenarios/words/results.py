"""A scenario in words: its levers, what it changes, with the digits its hypotheses allow and no others.

What is written together adds up: the year without the scenario, what it adds, the year with it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import partial
from math import ceil, floor, log10
from typing import Any

import numpy as np
import polars as pl

from analytics.leviers.words import rough
from analytics.projection.model import round_probability
from analytics.projection.outlook import Avenir
from analytics.scenarios.outlook import AvenirSimule
from analytics.scenarios.ranges import FORMES, PALIER, Floats, Plage
from analytics.scenarios.reverse.dose import FREINS, Recherche
from analytics.scenarios.scenario import (
    DEMANDE,
    INCERTAINES,
    MATERIEL,
    NATURES,
    POINTS,
    PRISONS,
    RECOURS,
    Hypotheses,
    Levier,
    Scenario,
)
from analytics.scenarios.simulation import Simulation, ceiling_of, parts_of_ceiling
from analytics.scenarios.terrain import Terrain
from analytics.trajectoire.position import Bilan, Mois
from analytics.trajectoire.words.outlook import odds, short_odds
from analytics.vocabulary import wording
from analytics.vocabulary.columns import Colonne

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


def signed(value: float) -> str:
    """Write a change with two significant digits and its sign: « +240 », « −15 »."""
    text = rough(abs(value))
    if text == "0":
        return text
    return ("+" if value > 0 else wording.MINUS) + text


def _magnitude(value: float) -> int:
    """Count the digits of a quantity beyond the first: 2 for 263, 0 under 10."""
    return floor(log10(abs(value))) if abs(value) >= 1 else 0


def digits_of(*years: float | None, change: float | None = None) -> int:
    """Choose with how many digits some years, and what separates them, are written: three for the least of
    them, so that it is the same number alone, and never fewer than what makes the change show; as
    `wording.number` takes them, 0 or negative.
    """
    coarse = min((_magnitude(year) for year in years if year is not None), default=0) - 2
    return -max(0, coarse if change is None or abs(change) < 0.5 else min(coarse, _magnitude(change)))


def as_shown(wanted: float) -> float:
    """Give the least year that, however it is written, is not under what is wanted."""
    step = 10 ** -digits_of(wanted)
    return ceil(wanted / step - 1e-9) * step


@dataclass(frozen=True)
class Ecart:
    """A year without and with a scenario, and the change, as they are written: they add up."""

    avant: str
    apres: str
    change: Decimal
    digits: int

    @property
    def change_signe(self) -> str:
        """Write the change with its sign."""
        return wording.number(self.change, signed=True)


def set_apart(avant: float, apres: float) -> Ecart:
    """Write a year without and with a scenario, and round what separates them from what is written."""
    digits = digits_of(avant, apres, change=apres - avant)
    return Ecart(
        wording.number(avant, digits),
        wording.number(apres, digits),
        wording.difference(avant, apres, digits),
        digits,
    )


def span(low: float, high: float) -> str:
    """Write a range: « 210 à 280 »."""

    def one(value: float) -> str:
        return (wording.MINUS if value <= -0.5 else "") + rough(abs(value))

    return f"{one(low)} à {one(high)}"


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
            "" if now is None else f"{wording.percent(now, 0)} → {_share(now + levier.valeur.probable)}, "
        )
        return f"{before}{wording.points(levier.valeur.probable, 0)}{_between(levier.valeur)}"
    asked = f"{_given(levier.valeur.probable)}{_between(levier.valeur)}"
    if now is None:
        return asked
    if levier.valeur.probable < now:  # only lifts who is below: « 6 % → 2 % » would read as a fall
        return f"{asked} là où l'on est en dessous, pour {wording.percent(now, 0)} en moyenne aujourd'hui"
    return f"{wording.percent(now, 0)} → {asked}"


def _share(value: float) -> str:
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
            f"{INCERTAINES[name]} : {_share(usual[name].probable)} → {_share(plage.probable)}"
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
    told = " × ".join(f"{name} {_share(part)}" for name, part in parts.items())
    return wording.typeset(
        f"Plafond moyen, au plus probable : {_share(product)} des extractions nécessaires peuvent être "
        f"tenues par visioconférence ({told}), en tenant ces conditions pour indépendantes ; entre "
        f"{_share(low)} et {_share(high)} selon qu'elles se recoupent ou non."
    )


# --- What it changes ------------------------------------------------------------------------------


def conclude_scenario(
    avant: Bilan, apres: Bilan, gains: Floats, nettes: Floats, *, annee: int, leviers: int
) -> str:
    """Say in one sentence what a scenario changes: what is avoided, what is declared of it, the odds.

    `gains`: what is declared more, in each draw; `nettes`: what is really avoided, declared or not.
    """
    objectif = None if avant.objectif is None else wording.number(avant.objectif)
    if not leviers:
        ahead = avant.projection
        end = None if ahead is None else ahead.moyenne
        return wording.typeset(
            f"Rien ne change : l'année {annee} finirait vers {wording.number(end, digits_of(end))} "
            "extractions évitées et déclarées"
            + (f" pour un objectif de {objectif}" if objectif is not None else "")
            + ". Ajoutez un levier pour voir ce qu'il déplace."
        )
    if max(float(np.abs(gains).max()), float(np.abs(nettes).max())) < 0.5:
        return wording.typeset(
            f"Ces leviers ne changent rien avant la fin de {annee} : voyez leurs dates, leur périmètre et "
            "les plafonds."
        )
    before, after = avant.projection, apres.projection
    ecart = None if before is None or after is None else set_apart(before.moyenne, after.moyenne)
    text = _tell_avoided(gains, nettes, ecart, annee)
    if ecart is not None:
        text += f". Déclarées dans l'année : {ecart.avant} → {ecart.apres}"
        if objectif is not None:
            text += f" pour un objectif de {objectif}"
        if before is not None and after is not None and before.p_objectif is not None:
            text += f" ; chances de l'atteindre : {short_odds(before.p_objectif)}"
            text += f" → {short_odds(after.p_objectif)}"
    return wording.typeset(text + ".")


def _tell_avoided(gains: Floats, nettes: Floats, ecart: Ecart | None, annee: int) -> str:
    """Say what is avoided, then what would be declared of it."""
    net, mean = float(nettes.mean()), float(gains.mean())
    digits = digits_of(net, change=mean) if ecart is None else ecart.digits
    declared = wording.number(abs(wording.difference(0, mean, digits) if ecart is None else ecart.change))
    way = "plus" if mean > 0 else "moins"
    low, high = np.quantile(nettes, (0.1, 0.9)).tolist()
    when = f"d'ici décembre {annee}"
    if abs(net) < 0.5:
        return (
            f"Aucune extraction évitée de plus {when}, mais {declared} déclarées de {way} : seules les "
            "réponses changent"
        )
    text = (
        f"Environ {wording.number(abs(net), digits)} extractions évitées de "
        f"{'plus' if net > 0 else 'moins'} {when} ({span(low, high)}, 8 fois sur 10)"
    )
    if abs(mean) < 0.5:
        return text + ", dont aucune ne serait déclarée"
    if net >= mean > 0:
        return f"{text}, dont {declared} seraient déclarées"
    if mean > net > 0:
        return (
            f"{text}, et {declared} déclarées de plus : qui se met à répondre déclare aussi ce qu'il évitait "
            "déjà"
        )
    return f"{text}, et {declared} déclarées de {way}"


def title_year(avant: Bilan, apres: Bilan, *, annee: int, leviers: int) -> str:
    """Say where the year would end, beside its objective."""
    before, after = avant.projection, apres.projection
    if before is None or after is None:
        return wording.typeset(f"{annee} n'est pas projetée")
    ecart = set_apart(before.moyenne, after.moyenne)
    text = f"L'année {annee} finirait vers {ecart.apres}"
    if leviers and ecart.change:
        text += f" au lieu de {ecart.avant}"
    if avant.objectif is not None:
        text += f", pour {wording.number(avant.objectif)} attendues"
    return wording.typeset(text)


def lay_out_year(
    mois: Sequence[Mois],
    avant: Avenir,
    apres: AvenirSimule,
    *,
    annee: int,
    a_venir: Sequence[date],
    objectif_a_date: Sequence[float | None],
) -> pl.DataFrame:
    """Lay the year out month by month, cumulated, for the chart and its table.

    `mois`: those known since January; `objectif_a_date`: at the end of each of the twelve months.
    """
    known = {month.mois: month for month in mois if month.mois.year == annee and month.mois < a_venir[0]}
    total = 0
    rows: list[dict[str, object]] = []
    for rank in range(1, 13):
        day = date(annee, rank, 1)
        month = known.get(day)
        declared = None
        if month is not None:
            total += month.evitees
            declared = total if month.repondues else None
        rows.append(
            {
                "mois": day,
                "declare": declared,
                "objectif": objectif_a_date[rank - 1],
                "rien": None,
                "milieu": None,
                "bas": None,
                "haut": None,
            }
        )
    start = len(known)
    if start:
        rows[start - 1] |= {"rien": total, "milieu": total, "bas": total, "haut": total}
    ahead = [day for day in a_venir if day.year == annee]
    nothing, middle = avant.moyennes, apres.means()
    low, high = apres.quantiles(0.1), apres.quantiles(0.9)
    for rank, day in enumerate(ahead):
        rows[day.month - 1] |= {
            # Not rounded here: written twice rounded, 1 224,6 would be 1 230.
            "rien": total + nothing[rank],
            "milieu": total + middle[rank],
            "bas": total + low[rank],
            "haut": total + high[rank],
        }
    frame = pl.DataFrame(
        rows,
        schema={
            "mois": pl.Date,
            "declare": pl.Int64,
            **dict.fromkeys(("objectif", "rien", "milieu"), pl.Float64),
            **dict.fromkeys(("bas", "haut"), pl.Int64),
        },
    )
    last = frame.row(-1, named=True)
    # At the end of the year, the digits with which the rest of the page writes it.
    digits = set_apart(total + nothing[-1], total + middle[-1]).digits if ahead else 0
    told = [_tell_month(row, digits) for row in frame.iter_rows(named=True)]
    return frame.with_columns(
        *(
            pl.col(name)
            .map_elements(partial(wording.number, digits=digits), return_dtype=pl.String)
            .fill_null(wording.NOT_AVAILABLE)
            .alias(f"{name}_ecrit")
            for name in ("rien", "milieu", "bas", "haut")
        ),
        mois_court=pl.Series([wording.SHORT_MONTHS[day.month - 1] for day in frame["mois"]], dtype=pl.String),
        texte=pl.Series(told, dtype=pl.String),
        fin_objectif=pl.lit(f"Objectif<br>{wording.number(last['objectif'])}"),
        fin_rien=pl.lit(f"Rien ne change<br>{wording.number(last['rien'], digits)}"),
        fin_milieu=pl.lit(f"Scénario<br>{wording.number(last['milieu'], digits)}"),
    )


def _tell_month(row: Mapping[str, object], digits: int) -> str:
    day: date = row["mois"]  # pyright: ignore[reportAssignmentType] - a Date column
    declared, middle = row["declare"], row["milieu"]
    if isinstance(declared, int):
        return wording.typeset(f"Fin {wording.month(day)} : {wording.number(declared)} évitées déclarées")
    if isinstance(middle, float):
        low, high, nothing = (float(str(row[name])) for name in ("bas", "haut", "rien"))
        return wording.typeset(
            f"Fin {wording.month(day)} : {wording.number(middle, digits)} avec le scénario "
            f"({wording.number(low, digits)} à {wording.number(high, digits)}), "
            f"{wording.number(nothing, digits)} si rien ne change"
        )
    return wording.month(day)


YEAR_COLUMNS = (
    Colonne("mois", "À fin", wording.month),
    Colonne("declare", "Déclarées depuis janvier", wording.number, nombre=True),
    Colonne("rien_ecrit", "Si rien ne change", nombre=True),
    Colonne("milieu_ecrit", "Avec le scénario", nombre=True),
    Colonne("bas_ecrit", "Scénario, au moins (1 fois sur 10 en dessous)", nombre=True),
    Colonne("haut_ecrit", "Scénario, au plus (1 fois sur 10 au-dessus)", nombre=True),
    Colonne("objectif", "Objectif à date", wording.number, nombre=True),
)


def lay_out_gains(months: Floats, days: Sequence[date], *, total: Decimal) -> pl.DataFrame:
    """Lay out what each month gains, `months` (H, D): mean and range; as written, they sum to `total`."""
    low, high = np.quantile(months, (0.1, 0.9), axis=1)
    means = months.mean(axis=1)
    written = wording.add_up(means.tolist(), total)
    return pl.DataFrame(
        {
            "mois": list(days),
            "nom": [wording.SHORT_MONTHS[day.month - 1] for day in days],
            "valeur": means,
            "bas": low,
            "haut": high,
            "texte": [
                f"{wording.number(mean, signed=True)} ({span(float(a), float(b))})"
                for mean, a, b in zip(written, low, high, strict=True)
            ],
        },
        schema_overrides={"mois": pl.Date},
    )


GAIN_COLUMNS = (
    Colonne("mois", "Mois", wording.month),
    Colonne("texte", "Déclarées en plus (8 fois sur 10 entre)", nombre=True),
)


def name_levers(leviers: Sequence[Levier]) -> list[str]:
    """Give each lever a short name for a chart, no two alike."""
    names: list[str] = []
    for rank, levier in enumerate(leviers, 1):
        name = levier.nom or _SHORT[levier.nature].capitalize()
        name = name if len(name) <= 22 else name[:21].rstrip() + "…"
        names.append(f"{rank}. {name}")
    return names


def step_through(simulation: Simulation, cours: Sequence[str], *, depart: float) -> pl.DataFrame:
    """Lay out what each lever adds to the year, alone, then what they bring together beyond that.

    `depart`: the year if nothing changes. Columns as `charts.waterfall.draw_waterfall` takes them.
    """
    alone = simulation.alone(cours).mean(axis=1).tolist()
    together = float(simulation.interaction(cours).mean())
    steps = list(zip(name_levers(simulation.leviers), alone, strict=True))
    if len(steps) > 1:
        steps.append(("Ensemble", together))
    return climb(steps, depart=depart, debut="Rien ne change", fin="Scénario")


def climb(
    steps: Sequence[tuple[str, float]], *, depart: float, debut: str, fin: str, digits: int | None = None
) -> pl.DataFrame:
    """Lay out steps from one total to another (`nom`, `bas`, `haut`, `texte`, `sorte`).

    Each step is written as what separates the totals around it, as these would be written: with `digits`,
    those that the same totals have elsewhere on the page.
    """
    arrive = depart + sum(change for _, change in steps)
    digits = set_apart(depart, arrive).digits if digits is None else digits
    rows = [(debut, 0.0, depart, wording.number(depart, digits), "total")]
    level = depart
    for name, change in steps:
        following = level + change
        rows.append(
            (
                name,
                min(level, following),
                max(level, following),
                wording.number(wording.difference(level, following, digits), signed=True),
                "plus" if change >= 0 else "moins",
            )
        )
        level = following
    rows.append((fin, 0.0, max(level, 0.0), wording.number(level, digits), "total"))
    return pl.DataFrame(
        rows,
        schema={
            "nom": pl.String,
            "bas": pl.Float64,
            "haut": pl.Float64,
            "texte": pl.String,
            "sorte": pl.String,
        },
        orient="row",
    )


STEP_COLUMNS = (Colonne("nom", "Étape"), Colonne("texte", "Extractions évitées déclarées", nombre=True))


def lay_out_cours(
    avant: pl.DataFrame,
    apres: pl.DataFrame,
    gains: Mapping[str, Floats],
    decompte: Mapping[str, tuple[str, str]],
    *,
    total: Decimal,
) -> pl.DataFrame:
    """Lay out what a scenario changes for each cour, the largest gain first.

    `avant`, `apres`: `BilanCour` frames; `decompte`: what each would owe, written, before and after. As
    written (`gain_montre`), the gains sum to `total`, and each is what separates the two years of its row.
    """
    after = {row["cour"]: row for row in apres.iter_rows(named=True)}
    moved = [row["cour"] for row in avant.iter_rows(named=True) if gains.get(row["cour"], np.zeros(1)).any()]
    shown = dict(
        zip(moved, wording.add_up([float(gains[cour].mean()) for cour in moved], total), strict=True)
    )
    rows: list[dict[str, object]] = []
    for row in avant.iter_rows(named=True):
        then = after[row["cour"]]
        drawn = gains.get(row["cour"], np.zeros(1))
        low, high = np.quantile(drawn, (0.1, 0.9)).tolist()
        owed = decompte.get(row["cour"], (wording.NOT_AVAILABLE, wording.NOT_AVAILABLE))
        gain, year = shown.get(row["cour"], Decimal(0)), row["moyenne"]
        start = None if year is None else wording.difference(0, year)
        rows.append(
            {
                "cour": row["cour"],
                "nom": row["nom_court"],
                "gain": float(drawn.mean()),
                "gain_montre": int(gain),
                "gain_ecrit": f"{wording.number(gain, signed=True)} ({span(low, high)})"
                if drawn.any()
                else "0",
                "objectif": row["objectif"],
                "annee_avant": year,
                "annee_apres": then["moyenne"],
                "avant_ecrit": wording.number(start),
                "apres_ecrit": wording.number(None if start is None else start + gain),
                "chances": _arrow(short_odds(row["p_objectif"]), short_odds(then["p_objectif"])),
                "etat": _arrow(_name_state(row), _name_state(then)),
                "decompte": _arrow(*owed),
            }
        )
    schema = {
        **dict.fromkeys(("cour", "nom"), pl.String),
        "gain": pl.Float64,
        "gain_montre": pl.Int64,
        "gain_ecrit": pl.String,
        "objectif": pl.Float64,
        **dict.fromkeys(("annee_avant", "annee_apres"), pl.Float64),
        **dict.fromkeys(("avant_ecrit", "apres_ecrit", "chances", "etat", "decompte"), pl.String),
    }
    frame = pl.DataFrame(rows, schema=schema)
    return frame.sort(pl.col("gain").abs().round(6), descending=True, maintain_order=True)


def _arrow(before: str, after: str) -> str:
    return before if before == after else f"{before} → {after}"


def _name_state(row: Mapping[str, Any]) -> str:
    """Name the state of a cour: there is none without an objective, nor before the year begins."""
    begun = row["objectif"] is not None and row["attendues"]
    return f"{row['glyphe']} {row['etat']}" if begun else wording.NOT_AVAILABLE


COUR_COLUMNS = (
    Colonne("nom", "Cour"),
    Colonne("gain_ecrit", "Déclarées en plus (8 fois sur 10 entre)", nombre=True),
    Colonne("avant_ecrit", "Année, si rien ne change", nombre=True),
    Colonne("apres_ecrit", "Année, avec le scénario", nombre=True),
    Colonne("objectif", "Objectif", wording.number, nombre=True),
    Colonne("chances", "Chances de l'atteindre", nombre=True),
    Colonne("etat", "État à date"),
    Colonne("decompte", "Décompte, en ETPT", nombre=True),
)


def title_steps(simulation: Simulation, steps: pl.DataFrame, cours: Sequence[str]) -> str:
    """Say which lever brings the most, as its step says it."""
    alone = simulation.alone(cours).mean(axis=1)
    if not alone.size:
        return "Aucun levier"
    rank = int(alone.argmax())
    return wording.typeset(
        f"« {name_levers(simulation.leviers)[rank].split('. ', 1)[1]} » apporte le plus seul : "
        f"{steps['texte'][1 + rank]}"
        if alone[rank] >= 0.5
        else "Aucun levier ne déplace l'année à lui seul"
    )


def tell_steps(simulation: Simulation, cours: Sequence[str]) -> str:
    """Say how the steps are made, and what the levers bring together."""
    if len(simulation.leviers) < 2:
        return "En moyenne."
    together = float(simulation.interaction(cours).mean())
    kind = "se renforcent" if together >= 0.5 else "se recouvrent" if together <= -0.5 else "s'ajoutent"
    return wording.typeset(
        "Chaque levier est mesuré seul, en moyenne ; « Ensemble » est ce qu'ils font de plus ou "
        f"de moins une fois réunis : ici, ils {kind}."
    )


def title_cours(table: pl.DataFrame) -> str:
    """Say which cours move."""
    moved = table.filter(pl.col("gain_montre") != 0)
    if moved.is_empty():
        return "Aucune cour ne bouge"
    return wording.typeset(
        f"{wording.count(moved.height, 'cour bouge', 'cours bougent')} ; d'abord "
        f"{wording.enumeration(moved['nom'].to_list()[:3])}"
    )


# --- Inputs ---------------------------------------------------------------------------------------


def name_input(name: str, leviers: Sequence[Levier]) -> str:
    """Name an input of the draws: « Recours : valeur », « Part acceptée »."""
    if name == "projection":
        return "La projection, si rien ne change"
    if name in INCERTAINES:
        return INCERTAINES[name]
    kind, rank = name.split(":")
    return f"{name_levers(leviers)[int(rank)]} : {'valeur' if kind == 'valeur' else 'retard'}"


TORNADO_COLUMNS = (
    Colonne("nom", "Donnée incertaine"),
    Colonne("texte", "Année, la donnée étant basse puis haute", nombre=True),
)
INDEX_COLUMNS = (
    Colonne("nom", "Donnée incertaine"),
    Colonne("premier", "Part de l'incertitude, à elle seule", lambda value: _about(value), nombre=True),
    Colonne("total", "Part, combinée aux autres", lambda value: _about(value), nombre=True),
)


def _about(share: float) -> str:
    """Write a share that is only estimated."""
    return wording.typeset(f"environ {wording.percent(share, 0)}")


# --- Reverse questions ----------------------------------------------------------------------------


def tell_search(
    found: Recherche,
    levier: Levier,
    *,
    part: float,
    base: float,
    voulues: float,
    plafond: float | None,
    tenue: float | None,
    pondere: bool,
) -> str:
    """Answer « que faut-il pour atteindre 5 % ? » in a sentence; `pondere`: 5 % of the effort of escorts."""
    asked = wording.percent(part, 0 if round(part * 100, 6) % 1 == 0 else 1)
    asked += " de l'effort d'escorte" if pondere else " de la base"
    unit = "extractions moyennes" if pondere else "extractions"
    goal = f"{asked} ({wording.number(voulues, 0 if voulues % 1 == 0 else 1)} {unit} évitées et déclarées)"
    year = wording.number(found.obtenues, digits_of(found.obtenues))
    chances = (
        ""
        if found.p is None
        else f", avec {odds(round_probability(found.p))} de chances d'en atteindre autant"
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
            f", dans la limite du plafond de chaque juridiction et activité ({_share(plafond)} en moyenne) : "
            f"{_share(tenue)} des extractions nécessaires seraient alors tenues par visioconférence"
        )
    dose = _DOSES[levier.nature].format(write_dose(levier, found.valeur))
    return wording.typeset(
        f"Pour atteindre {goal}, il faut {dose}{reach}. L'année serait de {year}{chances}."
    )


_DOSES = {
    RECOURS: "porter le recours à la visioconférence à {}",
    POINTS: "ajouter {} à la part tenue par visioconférence",
    "etablissements": "que {} de la population détenue soit dans un établissement équipé",
    PRISONS: "que {} de ces équipements soient en service",
    MATERIEL: "ajouter {} à chaque juridiction",
    "ouverture": "que la loi permette d'éviter {} des extractions",
    "reponse": "que {} des juridictions répondent",
}


def write_dose(levier: Levier, valeur: float) -> str:
    """Write the value of a lever, as the search gives it."""
    if levier.nature == MATERIEL:
        return wording.with_unit(valeur, wording.agree(int(valeur), "équipement", "équipements"), 1)
    return wording.points(valeur) if levier.nature == POINTS else wording.percent(valeur)


def is_needed(levier: Levier, valeur: float) -> bool:
    """Tell whether a value found asks anything of the lever: its least asks nothing."""
    return valeur > NATURES[levier.nature].minimum


def tell_chances(found: Recherche, levier: Levier) -> str:
    """Say what value gives one chance in two, and four in five; nothing where no law tells it."""
    if found.p is None:
        return ""

    def tell(valeur: float | None) -> str:
        if valeur is None:
            return "hors d'atteinte"
        return write_dose(levier, valeur) if is_needed(levier, valeur) else "rien de plus que ce qui est"

    told = [f"{_CHANCES[chance]}, {tell(valeur)}" for chance, valeur in found.chances]
    return wording.typeset(f"Pour {' ; pour '.join(told)}.")


_CHANCES = {0.5: "une chance sur deux", 0.8: "quatre chances sur cinq"}


def name_chance(chance: float) -> str:
    """Name odds that a value is sought for: « une chance sur deux »."""
    return _CHANCES[chance]
