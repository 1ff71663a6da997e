"""Small multiples: the same two curves for each activity, on their own scale."""

from math import ceil
from typing import Any

import plotly.graph_objects as go
import polars as pl

from analytics.charts.figure import Trace, axis, build, note, palette, ticks, value_axis

ACROSS = 2
PANEL_HEIGHT = 165
LONGEST_LINE = 24


def draw_panels(frame: pl.DataFrame, *, dark: bool) -> go.Figure:
    """Draw a panel a `nom`, in the order given: videoconferences, and the extractions they avoided.

    Columns: `nom`, `mois_libelle`, `visioconferences`, `extractions_evitees` (null breaks the line),
    `sans_objet` (all of the panel's months: the panel says so) and `mention`, written under the name.
    """
    colours = palette(dark=dark)
    names = frame["nom"].unique(maintain_order=True).to_list()
    down = ceil(len(names) / ACROSS)
    traces: list[Trace] = []
    notes: list[dict[str, Any]] = []
    axes: dict[str, Any] = {}
    for position, name in enumerate(names):
        rows = frame.filter(pl.col("nom") == name)
        suffix = "" if position == 0 else str(position + 1)
        column, line = position % ACROSS, position // ACROSS
        left, right = column / ACROSS + 0.05 * (column > 0), (column + 1) / ACROSS - 0.04 * (column == 0)
        top = 1 - line / down
        bottom = top - 1 / down
        ceiling = bottom + (top - bottom) * 0.68
        months = rows["mois_libelle"].to_list()
        for measure, colour, dash, fill in (
            ("visioconferences", colours.peers, "dot", "none"),
            ("extractions_evitees", colours.own, "solid", "tozeroy"),
        ):
            traces.append(
                {
                    "type": "scatter",
                    "mode": "lines",
                    "name": "Visioconférences" if measure == "visioconferences" else "Extractions évitées",
                    "x": months,
                    "y": rows[measure].to_list(),
                    "xaxis": "x" + suffix,
                    "yaxis": "y" + suffix,
                    "connectgaps": False,
                    "fill": fill,
                    "fillcolor": colours.band,
                    "line": {"color": colour, "dash": dash, "width": 2},
                    "hovertemplate": f"{name}, %{{x}} : %{{y:,d}}<extra></extra>",
                }
            )
        shown = [months[0], months[-1]] if len(months) > 1 else months
        axes["xaxis" + suffix] = axis(
            colours,
            domain=[left, right],
            anchor="y" + suffix,
            type="category",
            **ticks(shown, shown),
            tickangle=0,
            tickfont={"size": 9, "color": colours.muted},
        )
        axes["yaxis" + suffix] = value_axis(
            colours,
            domain=[bottom + 0.16 / down, ceiling],
            anchor="x" + suffix,
            nticks=3,
            tickformat=",d",
            tickfont={"size": 9, "color": colours.muted},
        )
        notes.append(
            note(
                f"<b>{_wrapped(name)}</b><br>{rows['mention'][0]}",
                colours.text,
                x=left,
                y=top,
                xref="paper",
                yref="paper",
                xanchor="left",
                yanchor="top",
                align="left",
                font={"size": 11, "color": colours.text},
            )
        )
    return build(traces, dark=dark, height=PANEL_HEIGHT * max(down, 1), layout={**axes, "annotations": notes})


def _wrapped(name: str) -> str:
    """Cut a long name in two lines, the second as long as it may be."""
    if len(name) <= LONGEST_LINE or " " not in name:
        return name
    cut = name.find(" ", len(name) - LONGEST_LINE - 1)
    return name[:cut] + "<br>" + name[cut + 1 :] if cut > 0 else name
