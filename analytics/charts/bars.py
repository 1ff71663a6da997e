"""Bars, always from zero: quantities by name, what a whole is made of, what is owed step by step."""

from collections.abc import Sequence
from typing import Any

import plotly.graph_objects as go
import polars as pl

from analytics.charts.figure import (
    Palette,
    Trace,
    axis,
    build,
    hatched,
    held,
    name_axis,
    note,
    palette,
    value_axis,
)

BAR_HEIGHT = 30

HATCHES = ("", "/", ".")

WATERFALL_HEIGHT = 320


def draw_bars(frame: pl.DataFrame, *, dark: bool, couleur: str | None = None) -> go.Figure:
    """Draw a bar a row, the first on top, its number written at its end; `couleur`: the accent's, if None.

    Columns: `nom`, `valeur` (null: nothing to draw) and `texte` (what is written, which says so then).
    """
    colours = palette(dark=dark)
    values = [value or 0 for value in frame["valeur"].to_list()]
    return build(
        [
            {
                "type": "bar",
                "orientation": "h",
                "x": values,
                **held(frame, y="nom", text="texte"),
                # Within the bar where it fits: on a narrow screen nothing is cut.
                "textposition": "auto",
                "insidetextanchor": "end",
                "insidetextfont": {"color": colours.surface},
                "constraintext": "none",
                "textangle": 0,
                "cliponaxis": False,
                "marker": {"color": couleur or colours.own},
                "hovertemplate": "%{y} : %{text}<extra></extra>",
            }
        ],
        dark=dark,
        height=BAR_HEIGHT * max(frame.height, 2) + 20,
        layout={"xaxis": _hidden_axis(colours, values), "yaxis": name_axis(colours), "bargap": 0.35},
    )


def _hidden_axis(colours: Palette, lengths: Sequence[float]) -> dict[str, Any]:
    """Describe an axis that nobody reads, each length being written: room for it, beyond the longest."""
    return value_axis(
        colours, showticklabels=False, showgrid=False, range=[0, (max(lengths, default=0) or 1) * 1.3]
    )


def part_colours(*, dark: bool) -> tuple[str, ...]:
    """Give the colours of the parts, in their order, for the legend."""
    colours = palette(dark=dark)
    return (colours.own, colours.lines[1], colours.peers)


def draw_stacks(frame: pl.DataFrame, parts: Sequence[tuple[str, str]], *, dark: bool) -> go.Figure:
    """Draw a bar a row, the first on top, its parts one after the other; `total` is written at its end.

    `parts`, three at most: the column of each and its name; what is written of it is in `…_ecrit`. The
    other columns: `nom` and `total`.
    """
    colours = palette(dark=dark)
    traces: list[Trace] = [
        {
            "type": "bar",
            "orientation": "h",
            "name": word,
            **held(frame, x=column, y="nom", customdata=f"{column}_ecrit"),
            "hovertemplate": f"%{{y}}, {word} : %{{customdata}}<extra></extra>",
            "marker": hatched(colour, hatch),
        }
        for (column, word), colour, hatch in zip(parts, part_colours(dark=dark), HATCHES, strict=False)
    ]
    whole = [sum(row) for row in frame.select(column for column, _ in parts).iter_rows()]
    return build(
        traces,
        dark=dark,
        height=BAR_HEIGHT * max(frame.height, 2) + 20,
        layout={
            "barmode": "stack",
            "xaxis": _hidden_axis(colours, whole),
            "yaxis": name_axis(colours),
            "bargap": 0.35,
            "annotations": [
                note(text, colours.text, x=length, y=name, xanchor="left", xshift=4)
                for length, (name, text) in zip(whole, frame.select("nom", "total").iter_rows(), strict=True)
            ],
        },
    )


def draw_waterfall(marches: pl.DataFrame, *, dark: bool) -> go.Figure:
    """Draw the steps from left to right, each with its words beside it; one unit for all of them.

    Columns: `nom`, `bas` and `haut` (where the step starts and ends), `texte`, and `sorte`: "total" (counted
    from the ground), "moins" (taken off), "plus" (added), "valeur" (another sum, below zero where it
    is beyond the first).
    """
    colours = palette(dark=dark)
    looks = {
        "total": (colours.own, ""),
        "moins": (colours.lines[1], "/"),
        "plus": (colours.lines[0], ""),
        "valeur": (colours.peers, "."),
    }
    shown = [looks[sorte] for sorte in marches["sorte"]]
    return build(
        [
            {
                "type": "bar",
                **held(marches, x="nom", base="bas", text="texte"),
                "y": (marches["haut"] - marches["bas"]).to_list(),
                "textposition": "outside",
                "cliponaxis": False,
                "textangle": 0,
                "constraintext": "none",
                "hovertemplate": "%{x} : %{text}<extra></extra>",
                "marker": hatched([colour for colour, _ in shown], [shape for _, shape in shown]),
            }
        ],
        dark=dark,
        height=WATERFALL_HEIGHT,
        layout={
            "xaxis": axis(colours, type="category", tickfont={"size": 12}),
            "yaxis": value_axis(colours, tickformat=",d", range=_range(marches)),
            "bargap": 0.3,
        },
    )


def _range(marches: pl.DataFrame) -> list[float]:
    """Give the ends of the axis: from zero, or from under the lowest step, with room for the words."""
    lowest, highest = (min([0.0, *marches["bas"].to_list()]), max(marches["haut"].to_list(), default=1.0))
    room = (highest - lowest) * 0.15
    return [lowest - room if lowest < 0 else 0, highest + room or 1]
