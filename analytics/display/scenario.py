"""A scenario in words: its levers, what it changes, and never more digits than its hypotheses allow."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl

from analytics import wording
from analytics.display.levers import rough
from analytics.display.outlook import odds, short_odds
from analytics.display.tables import Colonne
from analytics.goal import FREINS, Recherche
from analytics.outlook import Avenir
from analytics.ranges import FORMES, PALIER, Floats, Plage
from analytics.scenario import (
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
from analytics.simulated_outlook import AvenirSimule
from analytics.simulation import Simulation, ceiling_of
from analytics.terrain import Terrain
from analytics.trajectory import Bilan, Mois

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
    before = "" if now is None else f"{wording.percent(now, 0)} → "
    return f"{before}{_share(levier.valeur.probable)}{_between(levier.valeur)}"


def _share(value: float) -> str:
    return wording.percent(min(value, 1.0), 0)


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
    inside = np.isin(terrain.cours, list(cours))[terrain.cour]
    volume = terrain.volume[inside]
    if not volume.sum():
        return ""
    parts = {
        "établissements équipés": float(
            np.average(terrain.equipe[terrain.cour[inside]], weights=volume.sum(axis=1))
        ),
        "loi": float(np.average(terrain.legale[inside], weights=volume)),
        "acceptation": hypotheses.acceptation.probable,
        "liaisons": hypotheses.technique.probable,
    }
    product, low, high = ceiling_of(list(parts.values()))
    told = " × ".join(f"{name} {_share(part)}" for name, part in parts.items())
    return wording.typeset(
        f"Plafond, au plus probable : {_share(product)} des extractions nécessaires tenues par "
        f"visioconférence ({told}) si ces conditions sont indépendantes ; de {_share(low)} à {_share(high)} "
        "selon ce qui les lie (bornes de Fréchet)."
    )


# --- What it changes ------------------------------------------------------------------------------


def conclude_scenario(avant: Bilan, apres: Bilan, gains: Floats, *, annee: int, leviers: int) -> str:
    """Say in one sentence what a scenario changes: the gain, its range, the year, the odds."""
    if not leviers:
        ahead = avant.projection
        end = wording.NOT_AVAILABLE if ahead is None else rough(ahead.moyenne)
        return wording.typeset(
            f"Rien ne change : l'année {annee} finirait vers {end} extractions évitées"
            + (f" pour un objectif de {wording.number(avant.objectif)}" if avant.objectif is not None else "")
            + ". Ajoutez un levier pour voir ce qu'il déplace."
        )
    low, high = np.quantile(gains, (0.1, 0.9)).tolist()
    mean = float(gains.mean())
    if abs(mean) < 0.5 and max(abs(low), abs(high)) < 0.5:
        return wording.typeset(
            f"Ces leviers ne changent rien avant la fin de {annee} : voyez leurs dates, leur périmètre et "
            "les plafonds."
        )
    before, after = avant.projection, apres.projection
    text = (
        f"Environ {rough(abs(mean))} extractions évitées de {'plus' if mean > 0 else 'moins'} d'ici décembre "
        f"{annee} ({span(low, high)}, 8 fois sur 10)"
    )
    if before is not None and after is not None:
        text += f" : {rough(before.moyenne)} → {rough(after.moyenne)}"
        if apres.objectif is not None:
            text += f" pour un objectif de {wording.number(apres.objectif)}"
            chances = f"{short_odds(before.p_objectif)} → {short_odds(after.p_objectif)}"
            text += f" ; chances de l'atteindre : {chances}"
    return wording.typeset(text + ".")


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
            "rien": round(total + nothing[rank]),
            "milieu": round(total + middle[rank]),
            "bas": total + low[rank],
            "haut": total + high[rank],
        }
    frame = pl.DataFrame(
        rows,
        schema={
            "mois": pl.Date,
            "declare": pl.Int64,
            "objectif": pl.Float64,
            **dict.fromkeys(("rien", "milieu", "bas", "haut"), pl.Int64),
        },
    )
    told = [_tell_month(row) for row in frame.iter_rows(named=True)]
    last = frame.row(-1, named=True)
    return frame.with_columns(
        mois_court=pl.Series([wording.SHORT_MONTHS[day.month - 1] for day in frame["mois"]], dtype=pl.String),
        texte=pl.Series(told, dtype=pl.String),
        fin_objectif=pl.lit(f"Objectif<br>{wording.number(last['objectif'])}"),
        fin_rien=pl.lit(f"Rien ne change<br>{rough(last['rien'])}"),
        fin_milieu=pl.lit(f"Scénario<br>{rough(last['milieu'])}"),
    )


def _tell_month(row: Mapping[str, object]) -> str:
    day: date = row["mois"]  # pyright: ignore[reportAssignmentType] - a Date column
    declared, middle = row["declare"], row["milieu"]
    if isinstance(declared, int):
        return wording.typeset(f"Fin {wording.month(day)} : {wording.number(declared)} évitées déclarées")
    if isinstance(middle, int):
        low, high, nothing = (float(str(row[name])) for name in ("bas", "haut", "rien"))
        return wording.typeset(
            f"Fin {wording.month(day)} : {rough(middle)} avec le scénario ({span(low, high)}), "
            f"{rough(nothing)} si rien ne change"
        )
    return wording.month(day)


YEAR_COLUMNS = (
    Colonne("mois", "À fin", wording.month),
    Colonne("declare", "Déclarées depuis janvier", wording.number, nombre=True),
    Colonne("rien", "Si rien ne change", rough, nombre=True),
    Colonne("milieu", "Avec le scénario", rough, nombre=True),
    Colonne("bas", "Scénario, au moins (1 fois sur 10 en dessous)", rough, nombre=True),
    Colonne("haut", "Scénario, au plus (1 fois sur 10 au-dessus)", rough, nombre=True),
    Colonne("objectif", "Objectif à date", wording.number, nombre=True),
)


def lay_out_gains(months: Floats, days: Sequence[date]) -> pl.DataFrame:
    """Lay out what each month gains, `months` (H, D): mean and range."""
    low, high = np.quantile(months, (0.1, 0.9), axis=1)
    means = months.mean(axis=1)
    return pl.DataFrame(
        {
            "mois": list(days),
            "nom": [wording.SHORT_MONTHS[day.month - 1] for day in days],
            "valeur": means,
            "bas": low,
            "haut": high,
            "texte": [
                f"{signed(float(mean))} ({span(float(a), float(b))})"
                for mean, a, b in zip(means, low, high, strict=True)
            ],
        },
        schema_overrides={"mois": pl.Date},
    )


GAIN_COLUMNS = (
    Colonne("mois", "Mois", wording.month),
    Colonne("texte", "Évitées en plus (8 fois sur 10 entre)", nombre=True),
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


def climb(steps: Sequence[tuple[str, float]], *, depart: float, debut: str, fin: str) -> pl.DataFrame:
    """Lay out steps from one total to another (`nom`, `bas`, `haut`, `texte`, `sorte`)."""
    rows = [(debut, 0.0, depart, rough(depart), "total")]
    level = depart
    for name, change in steps:
        following = level + change
        rows.append(
            (
                name,
                min(level, following),
                max(level, following),
                signed(change),
                "plus" if change >= 0 else "moins",
            )
        )
        level = following
    rows.append((fin, 0.0, max(level, 0.0), rough(level), "total"))
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


STEP_COLUMNS = (Colonne("nom", "Étape"), Colonne("texte", "Extractions évitées", nombre=True))


def lay_out_cours(
    avant: pl.DataFrame,
    apres: pl.DataFrame,
    gains: Mapping[str, Floats],
    decompte: Mapping[str, tuple[str, str]],
) -> pl.DataFrame:
    """Lay out what a scenario changes for each cour, the largest gain first.

    `avant`, `apres`: `BilanCour` frames; `decompte`: what each would owe, written, before and after.
    """
    after = {row["cour"]: row for row in apres.iter_rows(named=True)}
    rows: list[dict[str, object]] = []
    for row in avant.iter_rows(named=True):
        then = after[row["cour"]]
        drawn = gains.get(row["cour"], np.zeros(1))
        low, high = np.quantile(drawn, (0.1, 0.9)).tolist()
        owed = decompte.get(row["cour"], (wording.NOT_AVAILABLE, wording.NOT_AVAILABLE))
        rows.append(
            {
                "cour": row["cour"],
                "nom": row["nom_court"],
                "gain": float(drawn.mean()),
                "gain_ecrit": f"{signed(float(drawn.mean()))} ({span(low, high)})" if drawn.any() else "0",
                "objectif": row["objectif"],
                "annee_avant": row["moyenne"],
                "annee_apres": then["moyenne"],
                "chances": f"{short_odds(row['p_objectif'])} → {short_odds(then['p_objectif'])}",
                "etat": f"{row['glyphe']} {row['etat']} → {then['glyphe']} {then['etat']}"
                if row["etat"] != then["etat"]
                else f"{row['glyphe']} {row['etat']}",
                "decompte": f"{owed[0]} → {owed[1]}" if owed[0] != owed[1] else owed[0],
            }
        )
    schema = {
        **dict.fromkeys(("cour", "nom"), pl.String),
        "gain": pl.Float64,
        "gain_ecrit": pl.String,
        "objectif": pl.Float64,
        **dict.fromkeys(("annee_avant", "annee_apres"), pl.Float64),
        **dict.fromkeys(("chances", "etat", "decompte"), pl.String),
    }
    frame = pl.DataFrame(rows, schema=schema)
    return frame.sort(pl.col("gain").abs().round(6), descending=True, maintain_order=True)


COUR_COLUMNS = (
    Colonne("nom", "Cour"),
    Colonne("gain_ecrit", "Évitées en plus (8 fois sur 10 entre)", nombre=True),
    Colonne("annee_avant", "Année, si rien ne change", rough, nombre=True),
    Colonne("annee_apres", "Année, avec le scénario", rough, nombre=True),
    Colonne("objectif", "Objectif", wording.number, nombre=True),
    Colonne("chances", "Chances de l'atteindre", nombre=True),
    Colonne("etat", "État"),
    Colonne("decompte", "Décompte, en ETPT", nombre=True),
)


def title_steps(simulation: Simulation, cours: Sequence[str]) -> str:
    """Say which lever brings the most."""
    alone = simulation.alone(cours).mean(axis=1)
    if not alone.size:
        return "Aucun levier"
    rank = int(alone.argmax())
    return wording.typeset(
        f"« {name_levers(simulation.leviers)[rank].split('. ', 1)[1]} » apporte le plus seul : "
        f"{signed(float(alone[rank]))}"
        if alone[rank] >= 0.5
        else "Aucun levier ne déplace l'année à lui seul"
    )


def tell_steps(simulation: Simulation, cours: Sequence[str]) -> str:
    """Say how the steps are made, and what the levers bring together."""
    if len(simulation.leviers) < 2:
        return "Moyenne des tirages."
    together = float(simulation.interaction(cours).mean())
    kind = "se renforcent" if together >= 0.5 else "se recouvrent" if together <= -0.5 else "s'ajoutent"
    return wording.typeset(
        "Chaque levier est mesuré seul, en moyenne des tirages ; « Ensemble » est ce qu'ils font de plus ou "
        f"de moins une fois réunis : ici, ils {kind}."
    )


def title_cours(table: pl.DataFrame) -> str:
    """Say which cours move."""
    moved = table.filter(pl.col("gain").abs() >= 0.5)
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
    Colonne("premier", "Part de la variance, seule", lambda value: wording.percent(value, 0), nombre=True),
    Colonne("total", "Part, avec ses interactions", lambda value: wording.percent(value, 0), nombre=True),
)


# --- Reverse questions ----------------------------------------------------------------------------


def tell_search(
    found: Recherche, levier: Levier, *, part: float, base: float, p: float | None, pondere: bool
) -> str:
    """Answer « que faut-il pour atteindre 5 % ? » in a sentence; `pondere`: 5 % of the effort of escorts."""
    asked = wording.percent(part, 0 if round(part * 100, 6) % 1 == 0 else 1)
    asked += " de l'effort d'escorte" if pondere else ""
    unit = "extractions moyennes" if pondere else "extractions"
    if found.valeur is None:
        best = wording.percent(found.au_mieux / base if base else None)
        lifted = wording.percent(found.sans_frein / base if base else None)
        return wording.typeset(
            f"Hors d'atteinte : au mieux {best} au lieu de {asked}. Ce qui bloque d'abord : "
            f"{FREINS[found.frein]} (sans ce frein, {lifted})."
        )
    if found.valeur <= NATURES[levier.nature].minimum:
        return wording.typeset(
            f"L'année atteint déjà {asked} en moyenne, sans ce levier : {rough(found.obtenues)} {unit} "
            "évitées."
        )
    value = (
        wording.number(found.valeur, 1)
        if levier.nature == MATERIEL
        else wording.points(found.valeur)
        if levier.nature == POINTS
        else wording.percent(found.valeur)
    )
    return wording.typeset(
        f"Pour atteindre {asked}, il faut {value} : {NATURES[levier.nature].valeur.lower()}. L'année serait "
        f"alors de {rough(found.obtenues)} {unit} évitées"
        + ("" if p is None else f", avec {odds(p)} de chances d'atteindre l'objectif")
        + "."
    )
