"""Bars, always from zero: quantities by name, what a whole is made of, what is owed step by step."""

from collections.abc import Sequence

import plotly.graph_objects as go
import polars as pl

from analytics.charts.figure import Trace, axis, build, palette, value_axis

BAR_HEIGHT = 30

# A part is known by its hatching too, never by its colour alone.
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
                "y": frame["nom"].to_list(),
                "text": frame["texte"].to_list(),
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
        layout={
            "xaxis": value_axis(
                colours, showticklabels=False, showgrid=False, range=[0, (max(values, default=0) or 1) * 1.3]
            ),
            "yaxis": axis(colours, autorange="reversed", showline=False, tickfont={"size": 12}),
            "bargap": 0.35,
        },
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
    names = frame["nom"].to_list()
    traces: list[Trace] = [
        {
            "type": "bar",
            "orientation": "h",
            "name": word,
            "x": frame[column].to_list(),
            "y": names,
            "customdata": frame[f"{column}_ecrit"].to_list(),
            "hovertemplate": f"%{{y}}, {word} : %{{customdata}}<extra></extra>",
            "marker": {
                "color": colour,
                "pattern": {"shape": hatch, "fillmode": "overlay", "size": 6, "solidity": 0.25},
            },
        }
        for (column, word), colour, hatch in zip(parts, part_colours(dark=dark), HATCHES, strict=False)
    ]
    whole = [sum(row) for row in frame.select(column for column, _ in parts).iter_rows()]
    largest = max(whole, default=0) or 1
    return build(
        traces,
        dark=dark,
        height=BAR_HEIGHT * max(frame.height, 2) + 20,
        layout={
            "barmode": "stack",
            "xaxis": value_axis(colours, showticklabels=False, showgrid=False, range=[0, largest * 1.3]),
            "yaxis": axis(colours, autorange="reversed", showline=False, tickfont={"size": 12}),
            "bargap": 0.35,
            "annotations": [
                {
                    "x": length,
                    "y": name,
                    "text": text,
                    "showarrow": False,
                    "xanchor": "left",
                    "xshift": 4,
                    "font": {"size": 12, "color": colours.text},
                }
                for length, name, text in zip(whole, names, frame["total"].to_list(), strict=True)
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
    tints = {
        "total": colours.own,
        "moins": colours.lines[1],
        "plus": colours.lines[0],
        "valeur": colours.peers,
    }
    hatches = {"total": "", "moins": "/", "plus": "", "valeur": "."}
    return build(
        [
            {
                "type": "bar",
                "x": marches["nom"].to_list(),
                "y": (marches["haut"] - marches["bas"]).to_list(),
                "base": marches["bas"].to_list(),
                "text": marches["texte"].to_list(),
                "textposition": "outside",
                "cliponaxis": False,
                "textangle": 0,
                "constraintext": "none",
                "hovertemplate": "%{x} : %{text}<extra></extra>",
                "marker": {
                    "color": [tints[sorte] for sorte in marches["sorte"]],
                    "pattern": {
                        "shape": [hatches[sorte] for sorte in marches["sorte"]],
                        "fillmode": "overlay",
                        "size": 6,
                        "solidity": 0.25,
                    },
                },
            }
        ],
        dark=dark,
        height=WATERFALL_HEIGHT,
        layout={
            "xaxis": axis(colours, type="category", tickfont={"size": 12}),
            "yaxis": value_axis(
                colours,
                tickformat=",d",
                range=_range(marches),
            ),
            "bargap": 0.3,
        },
    )


def _range(marches: pl.DataFrame) -> list[float]:
    """Give the ends of the axis: from zero, or from under the lowest step, with room for the words."""
    lowest, highest = (min([0.0, *marches["bas"].to_list()]), max(marches["haut"].to_list(), default=1.0))
    room = (highest - lowest) * 0.15
    return [lowest - room if lowest < 0 else 0, highest + room or 1]
