"""What is owed, step by step: the objective, what was avoided, what is left, and what that is worth."""

import plotly.graph_objects as go
import polars as pl

from analytics.charts.figure import axis, build, palette, value_axis

HEIGHT = 320


def draw_waterfall(marches: pl.DataFrame, *, dark: bool) -> go.Figure:
    """Draw the steps from left to right, each with its words above it.

    Columns: `nom`, `bas` and `haut` (where the step starts and ends), `texte`, and `sorte`: "total" (counted
    from the ground), "moins" (taken off), "plus" (added), "valeur" (the same, another unit).
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
        height=HEIGHT,
        layout={
            "xaxis": axis(colours, type="category", tickfont={"size": 12}),
            "yaxis": value_axis(
                colours,
                tickformat=",d",
                range=[0, max(marches["haut"].to_list(), default=1.0) * 1.15 or 1],
            ),
            "bargap": 0.3,
        },
    )
