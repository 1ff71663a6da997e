"""A scenario in words: its levers, what it changes, with the digits its hypotheses allow and no others.

What is written together adds up: the year without the scenario, what it adds, the year with it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any

import numpy as np
import polars as pl

from analytics.leviers.words import rough
from analytics.projection.outlook import Avenir
from analytics.scenarios.precision import digits_of
from analytics.scenarios.simulated_outlook import AvenirSimule
from analytics.statistics.ranges import Floats
from analytics.trajectoire.account import Mois
from analytics.trajectoire.position import Bilan
from analytics.trajectoire.words.pace_and_odds import odds_if, short_odds
from analytics.vocabulary import wording
from analytics.vocabulary.columns import Colonne


def signed(value: float) -> str:
    """Write a change with two significant digits and its sign: « +240 », « −15 »."""
    text = rough(abs(value))
    if text == "0":
        return text
    return ("+" if value > 0 else wording.MINUS) + text


@dataclass(frozen=True)
class AvantApres:
    """A year without and with a scenario, and the change, as they are written: they add up."""

    avant: str
    apres: str
    change: Decimal
    digits: int

    @property
    def change_signe(self) -> str:
        """Write the change with its sign."""
        return wording.number(self.change, signed=True)


def set_apart(avant: float, apres: float) -> AvantApres:
    """Write a year without and with a scenario, and round what separates them from what is written."""
    digits = digits_of(avant, apres, change=apres - avant)
    return AvantApres(
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


def span_of_draws(values: Floats) -> str:
    """Write between which values eight draws out of ten fall."""
    low, high = np.quantile(values, (0.1, 0.9)).tolist()
    return span(low, high)


def middle_of(bilan: Bilan) -> float:
    """Give the middle of what is projected, nothing where nothing is."""
    return float(bilan.projection.moyenne) if bilan.projection else 0.0


def has_state(bilan: Bilan) -> bool:
    """Tell whether a year has a state: it has an objective, and has begun."""
    return bilan.objectif is not None and bilan.attendues > 0


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
            text += f" ; chances de l'atteindre : {short_odds(before.p_objectif, indicatif=before.indicatif)}"
            text += f" → {short_odds(after.p_objectif, indicatif=after.indicatif)}"
            if after.reponse is not None:
                text += (
                    f" si {wording.percent(after.reponse, 0)} des réponses attendues arrivent, leviers à part"
                )
    return wording.typeset(text + ".")


def _tell_avoided(gains: Floats, nettes: Floats, ecart: AvantApres | None, annee: int) -> str:
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
                "chances": _arrow(
                    *(
                        odds_if(each["p_objectif"], each["reponse"], indicatif=bool(each["indicatif"]))
                        for each in (row, then)
                    )
                ),
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
    Colonne("chances", "Chances de l'atteindre, si réponses", nombre=True),
    Colonne("etat", "État à date"),
    Colonne("decompte", "Décompte, en ETPT", nombre=True),
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
