"""Stacked horizontal bars: what a whole is made of, by name, from zero."""

from collections.abc import Sequence

import plotly.graph_objects as go
import polars as pl

from analytics.charts.bars import BAR_HEIGHT
from analytics.charts.figure import Trace, axis, build, palette, value_axis


def part_colours(*, dark: bool) -> tuple[str, ...]:
    """Give the colours of the parts, in their order, for the legend."""
    colours = palette(dark=dark)
    return (colours.own, colours.lines[1], colours.peers)


# A part is known by its hatching too, never by its colour alone.
HATCHES = ("", "/", ".")


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
