"""Horizontal bars: quantities by name, always from zero."""

import plotly.graph_objects as go
import polars as pl

from analytics.charts.figure import axis, build, palette, value_axis

BAR_HEIGHT = 30


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
