"""A point and its intervals, one line a cour, in the order given: nobody is ranked."""

import plotly.graph_objects as go
import polars as pl

from analytics.charts.figure import Trace, axis, build, closest, line, note, palette, ticks

LINE = 19


def draw_intervals(frame: pl.DataFrame, *, reference: float, mot: str, dark: bool) -> go.Figure:
    """Draw `rapport` with its thick (80 %) and thin (95 %) bars, from the first row at the top.

    Columns: `nom_court`, `rapport`, `bas_95`, `bas_80`, `haut_80`, `haut_95`, `soi`, `texte`; perhaps `brut`,
    a hollow diamond, and `limite_bas`, `limite_haut`, a wide grey band behind it. `reference`, a vertical
    line, is named `mot`.
    """
    colours = palette(dark=dark)
    places = list(range(frame.height, 0, -1))
    traces: list[Trace] = []
    for place, row in zip(places, frame.iter_rows(named=True), strict=True):
        colour = colours.own if row["soi"] else colours.peers
        if row.get("limite_bas") is not None:
            limits = [row["limite_bas"], row["limite_haut"]]
            traces.append(line(colours.grid, LINE - 5, x=limits, y=[place, place]))
        for low, high, width in (("bas_95", "haut_95", 1.5), ("bas_80", "haut_80", 5)):
            traces.append(line(colour, width, x=[row[low], row[high]], y=[place, place]))
    tints = [colours.own if own else colours.text for own in frame["soi"]]
    if "brut" in frame.columns:
        traces.append(
            {
                "type": "scatter",
                "mode": "markers",
                "name": "Rapport brut",
                "x": frame["brut"].to_list(),
                "y": places,
                "hoverinfo": "skip",
                "marker": {"size": 9, "symbol": "diamond-open", "color": tints},
            }
        )
    traces.append(
        {
            "type": "scatter",
            "mode": "markers",
            "name": "Rapport",
            "x": frame["rapport"].to_list(),
            "y": places,
            "text": frame["texte"].to_list(),
            "hovertemplate": "%{text}<extra></extra>",
            "marker": {
                "size": [10 if own else 7 for own in frame["soi"]],
                "symbol": "circle",
                "color": tints,
            },
        }
    )
    # polars gives the type of any value to a maximum.
    highest = float(frame["haut_95"].max() or 1.0) if frame.height else 1.0  # pyright: ignore[reportArgumentType] - a float column
    return build(
        traces,
        dark=dark,
        height=70 + LINE * max(frame.height, 2),
        layout={
            "xaxis": axis(
                colours,
                range=[0, max(highest * 1.05, reference * 1.25)],
                tickformat=".1f",
                showgrid=True,
                gridcolor=colours.grid,
                nticks=6,
            ),
            "yaxis": axis(
                colours, range=[0.3, frame.height + 0.9], **ticks(places, frame["nom_court"].to_list())
            ),
            **closest(right=12, top=24),
            "shapes": [
                {
                    "type": "line",
                    "x0": reference,
                    "x1": reference,
                    "y0": 0.3,
                    "y1": frame.height + 0.6,
                    "line": {"color": colours.target, "dash": "dash", "width": 1.5},
                }
            ],
            "annotations": [note(mot, colours.muted, x=reference, y=1, yref="paper", yanchor="bottom")],
        },
    )
