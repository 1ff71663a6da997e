"""From a year without levers to the year with all of them, step by step, in words."""

from collections.abc import Sequence

import polars as pl

from analytics.scenarios.simulation import Simulation
from analytics.scenarios.words.levers import name_levers
from analytics.scenarios.words.results import set_apart
from analytics.vocabulary import wording
from analytics.vocabulary.columns import STEPS_SCHEMA, Colonne


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
    return pl.DataFrame(rows, schema=STEPS_SCHEMA, orient="row")


STEP_COLUMNS = (Colonne("nom", "Étape"), Colonne("texte", "Extractions évitées déclarées", nombre=True))


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
