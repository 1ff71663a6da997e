"""Several scenarios side by side, and what makes each differ from the first."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from analytics.charts.bars import draw_waterfall
from analytics.scenarios.scenario import Scenario
from analytics.scenarios.study import Etude, Socle, seen_cours
from analytics.scenarios.words.levers import name_levers
from analytics.scenarios.words.results import has_state, middle_of, set_apart, span_of_draws
from analytics.scenarios.words.steps import STEP_COLUMNS, climb
from analytics.trajectoire.country import Pays
from analytics.trajectoire.position import Bilan
from analytics.trajectoire.words.pace_and_odds import odds_ahead
from analytics.vocabulary import wording
from analytics.vocabulary.columns import Colonne
from analytics.vocabulary.errors import UserFacingError
from pages.commun.adresse import slug
from pages.commun.bloc_graphique import Bloc, write_plain_table, write_table_html
from pages.commun.cadre import Contexte
from pages.ecrans.scenarios.calculs import assess, settle, study

MOST_COMPARED = 4


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
    cours = seen_cours(ground, contexte.situation.perimetre)
    zero = assess(contexte, ground.pays, ground)
    bilans = [assess(contexte, etude.pays, ground) for _, etude in etudes]
    # One number of digits for a row: each year less the first is the change under it.
    digits = min(set_apart(middle_of(zero), middle_of(bilan)).digits for bilan in bilans)
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
        table, tuple(_explain(contexte, first, other, cours, digits) for other in etudes[1:]), tuple(refus)
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
    change = wording.difference(middle_of(zero), middle_of(bilan), digits)
    net = np.zeros(1) if etude is None else etude.simulation.net(cours)
    return [
        "0" if etude is None else str(len(etude.scenario.leviers)),
        wording.number(float(net.mean()), digits, signed=True)
        + (f" ({span_of_draws(net)})" if etude else ""),
        wording.number(change, signed=True)
        + (f" ({span_of_draws(etude.simulation.total(cours))})" if etude else ""),
        wording.with_unit(float(net.mean()) * ground.etpt_par_extraction, "ETPT", 1),
        wording.number(middle_of(bilan), digits) if bilan.projection else wording.NOT_AVAILABLE,
        odds_ahead(bilan.projection),
        f"{bilan.glyphe} {bilan.etat}" if has_state(bilan) else wording.NOT_AVAILABLE,
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
    start = middle_of(assess(contexte, first.pays, first.socle))
    end = middle_of(assess(contexte, etude.pays, etude.socle))
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
