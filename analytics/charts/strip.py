"""A strip of dots: one among its peers, without rank."""

import plotly.graph_objects as go
import polars as pl

from analytics.charts.figure import Trace, axis, build, note, palette, value_axis
from analytics.wording import percent


def draw_strip(frame: pl.DataFrame, *, dark: bool) -> go.Figure:
    """Draw a dot a cour on one line, the reader's own in the accent colour and named; a mark at 100 %.

    Columns: `nom_court`, `valeur` (a share; null: not drawn), `soi` and `texte`.
    """
    colours = palette(dark=dark)
    known = frame.filter(pl.col("valeur").is_not_null())
    traces: list[Trace] = []
    for own in (False, True):
        rows = known.filter(pl.col("soi") == own)
        traces.append(
            {
                "type": "scatter",
                "mode": "markers",
                "name": "Cette cour" if own else "Ses pairs",
                "x": rows["valeur"].to_list(),
                "y": [0] * rows.height,
                "text": rows["texte"].to_list(),
                "hovertemplate": "%{text}<extra></extra>",
                "marker": {
                    "size": 18 if own else 13,
                    "symbol": "diamond" if own else "circle",
                    "color": colours.own if own else colours.peers,
                    "opacity": 1 if own else 0.75,
                    "line": {"width": 1, "color": colours.surface},
                },
            }
        )
    largest = max([*known["valeur"].to_list(), 1.0])
    end = largest * 1.12

    def anchor(value: float) -> str:
        """Keep a label inside the figure, whichever end its point is at."""
        return "left" if value < 0.2 * end else "right" if value > 0.8 * end else "center"

    notes = [
        note(text, colours.own, x=value, y=0, yshift=20, xanchor=anchor(value))
        for value, text in known.filter("soi").select("valeur", "texte").iter_rows()
    ]
    notes.append(note("objectif à date", colours.muted, x=1, y=-0.85, xanchor=anchor(1.0), yanchor="bottom"))
    step = 0.5 if largest <= 3 else 1.0 if largest <= 6 else 2.0
    ticks = [rank * step for rank in range(int(end / step) + 1)]
    return build(
        traces,
        dark=dark,
        height=150,
        layout={
            "xaxis": value_axis(
                colours,
                range=[-0.03 * end, end],
                tickmode="array",
                tickvals=ticks,
                ticktext=[percent(tick, 0) for tick in ticks],
            ),
            "yaxis": axis(colours, visible=False, range=[-1, 1]),
            "shapes": [
                {
                    "type": "line",
                    "x0": 1,
                    "x1": 1,
                    "y0": -0.5,
                    "y1": 0.6,
                    "line": {"color": colours.target, "dash": "dash", "width": 1.5},
                }
            ],
            "annotations": notes,
        },
    )
