"""The two counts, month by month."""

import plotly.graph_objects as go
import polars as pl

from analytics.charts.figure import (
    DASHES,
    Trace,
    build,
    closest,
    note,
    palette,
    push_up,
    value_axis,
    year_axis,
)

HEIGHT = 360


def draw_thermometers(frame: pl.DataFrame, *, dark: bool) -> go.Figure:
    """Draw the base, what was required, what was executed, and what was avoided below.

    Columns: `mois`, `base`, `requises`, `executees`, `evitees`; a month that nobody counted breaks a line.
    """
    colours = palette(dark=dark)
    ranks = [day.month for day in frame["mois"]]
    lines = (
        ("base", "Base", colours.target, "dash"),
        ("requises", "Requises", colours.lines[1], DASHES[2]),
        ("executees", "Exécutées", colours.lines[0], "solid"),
        ("evitees", "Évitées", colours.own, "solid"),
    )
    traces: list[Trace] = []
    ends: list[tuple[float, int, str, str]] = []
    for column, name, colour, dash in lines:
        values = frame[column].cast(pl.Float64).to_list()
        traces.append(
            {
                "type": "scatter",
                "mode": "lines" if column == "base" else "lines+markers",
                "name": name,
                "x": ranks,
                "y": values,
                "connectgaps": False,
                "line": {"color": colour, "width": 2, "dash": dash},
                "marker": {"size": 6, "color": colour},
                "hovertemplate": f"{name} : %{{y:,.0f}}<extra></extra>",
            }
        )
        last = next((place for place in reversed(range(len(values))) if values[place] is not None), None)
        if last is not None:
            ends.append((float(values[last] or 0.0), ranks[last], name, colour))
    ends.sort()
    levels = push_up((value for value, *_ in ends), max((value for value, *_ in ends), default=1.0) / 16)
    return build(
        traces,
        dark=dark,
        height=HEIGHT,
        layout={
            "xaxis": year_axis(colours, 12.4),
            "yaxis": value_axis(colours, tickformat=",d"),
            "annotations": [
                note(name, colour, x=rank, y=level, xanchor="left", xshift=8)
                for (_, rank, name, colour), level in zip(ends, levels, strict=True)
            ],
            **closest(right=72),
        },
    )
