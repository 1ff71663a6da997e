"""What is owed, step by step: the objective, what was avoided, what is left, and what that is worth."""

import plotly.graph_objects as go
import polars as pl

from analytics.charts.figure import axis, build, palette, value_axis

HEIGHT = 320


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
        height=HEIGHT,
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
