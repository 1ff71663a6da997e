"""The control chart, and the quarters that replace it where counts are small."""

import plotly.graph_objects as go
import polars as pl

from analytics.charts.figure import (
    Palette,
    Trace,
    axis,
    build,
    closest,
    held,
    line,
    note,
    palette,
    push_up,
    share_axis,
    ticks,
    told,
    value_axis,
)
from analytics.vocabulary.wording import short_month

HEIGHT = 330
GOOD, BAD = "#0063cb", "#b34000"


def draw_control(frame: pl.DataFrame, *, dark: bool) -> go.Figure:
    """Draw the rate of each month inside its limits, group by group; points that break a rule stand out.

    Columns: those of `control_chart.Carte`, and `texte`. A missing month breaks the line; points of trial
    limits are hollow; the target is dashed.
    """
    colours = palette(dark=dark)
    limits: list[Trace] = [
        line(colours.muted, 1.2, dash, name=name, **held(rows, x="mois", y=name))
        for name, dash in (("bas", "dot"), ("haut", "dot"), ("centre", "solid"))
        for _, rows in frame.group_by("groupe", maintain_order=True)
    ]
    target = line(colours.target, 1.5, "dash", name="Objectif du mois", **held(frame, x="mois", y="cible"))
    rate = told(
        frame,
        "mois",
        "valeur",
        name="Taux d'évitement",
        connectgaps=False,
        line={"color": colours.own, "width": 2},
        marker={
            "size": [10 if sens else 7 for sens in frame["sens"]],
            "color": [_colour(sens, colours) for sens in frame["sens"]],
            "symbol": [_symbol(sens, trial) for sens, trial in frame.select("sens", "essai").iter_rows()],
        },
    )
    return build(
        [*limits, {**target, "connectgaps": False}, rate],
        dark=dark,
        height=HEIGHT,
        layout={
            "xaxis": axis(colours, **_month_ticks(frame)),
            "yaxis": share_axis(colours, _highest(frame), rangemode="nonnegative"),
            **closest(right=70),
            "annotations": _ends(frame, colours),
        },
    )


def _colour(sens: int, colours: Palette) -> str:
    return {1: GOOD, -1: BAD}.get(sens, colours.own)


def _symbol(sens: int, trial: bool) -> str:
    shape = {1: "triangle-up", -1: "triangle-down"}.get(sens, "circle")
    return f"{shape}-open" if trial else shape


def _highest(frame: pl.DataFrame) -> float:
    return float(frame.select(pl.max_horizontal("valeur", "haut", "cible").max()).item() or 0.0)


def _month_ticks(frame: pl.DataFrame) -> dict[str, object]:
    """Name four months at most, the last one among them."""
    months = frame["mois"].to_list()
    months = months[::-1][:: max(1, -(-len(months) // 4))][::-1]
    return ticks(months, [short_month(day) for day in months])


def _ends(frame: pl.DataFrame, colours: Palette) -> list[dict[str, object]]:
    """Name each line at its end, those too near one another pushed apart."""
    last = frame.row(-1, named=True)
    words = [
        (last["haut"], "limite haute", colours.muted),
        (last["centre"], "moyenne", colours.muted),
        (last["bas"], "limite basse", colours.muted),
        (last["cible"], "objectif", colours.target),
    ]
    known = sorted((value, word, colour) for value, word, colour in words if value is not None)
    span = frame.select(
        pl.max_horizontal("valeur", "haut", "cible").max() - pl.min_horizontal("valeur", "bas").min()
    ).item()
    levels = push_up((value for value, *_ in known), (span or 1.0) / 18)
    return [
        note(word, colour, x=last["mois"], y=level, xanchor="left", xshift=8, yanchor="middle")
        for (_, word, colour), level in zip(known, levels, strict=True)
    ]


def draw_quarters(frame: pl.DataFrame, *, dark: bool) -> go.Figure:
    """Draw the sum of each quarter and the median of them all; a silent quarter breaks the line.

    Columns: `nom`, `valeur`, `mediane`, `texte`.
    """
    colours = palette(dark=dark)
    return build(
        [
            line(colours.muted, 1.2, "dot", name="Médiane", **held(frame, x="nom", y="mediane")),
            told(
                frame,
                "nom",
                "valeur",
                name="Extractions évitées",
                connectgaps=False,
                line={"color": colours.own, "width": 2},
                marker={"size": 7, "color": colours.own},
            ),
        ],
        dark=dark,
        height=HEIGHT,
        layout={"xaxis": axis(colours), "yaxis": value_axis(colours, tickformat=",d")},
    )
