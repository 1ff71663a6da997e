"""A scenario beside scenario 0: the year cumulated, what each month gains, what each input moves."""

import plotly.graph_objects as go
import polars as pl

from analytics.charts.bars import BAR_HEIGHT
from analytics.charts.figure import (
    Trace,
    axis,
    band,
    build,
    closest,
    hatched,
    held,
    name_axis,
    note,
    palette,
    push_up,
    told,
    value_axis,
)

HEIGHT = 320
# Less than this share of the height between two words at the end of lines, and they would overlap.
_APART = 0.13


def draw_paths(frame: pl.DataFrame, *, dark: bool) -> go.Figure:
    """Draw the year cumulated: declared, objective, scenario 0 dotted, the scenario with its band.

    Columns: `mois_court`, `declare`, `objectif`, `rien`, `milieu`, `bas`, `haut` (null: nothing to draw),
    `texte`. The words at the end of the lines: `fin_objectif`, `fin_rien`, `fin_milieu`.
    """
    colours = palette(dark=dark)
    names = frame["mois_court"].to_list()
    ahead = frame.filter(pl.col("milieu").is_not_null())

    def line(column: str, colour: str, dash: str, *, width: float, symbol: str | None = None) -> Trace:
        return told(
            frame,
            "mois_court",
            column,
            mode="lines+markers" if symbol else "lines",
            connectgaps=False,
            line={"color": colour, "width": width, "dash": dash},
            marker={"size": 6, "symbol": symbol or "circle", "color": colour},
        )

    traces: list[Trace] = [
        band(ahead, "mois_court", "bas", "haut", colours.band),
        line("objectif", colours.target, "dash", width=1.5),
        line("rien", colours.muted, "dot", width=1.5, symbol="circle-open"),
        line("milieu", colours.own, "solid", width=3, symbol="circle"),
        line("declare", colours.own, "solid", width=3, symbol="circle"),
    ]
    ends = sorted(
        (float(values[-1]), str(frame[words][-1]), colour)
        for column, words, colour in (
            ("objectif", "fin_objectif", colours.target),
            ("rien", "fin_rien", colours.muted),
            ("milieu", "fin_milieu", colours.own),
        )
        if (values := frame[column].drop_nulls()).len()
    )
    columns = ("declare", "objectif", "rien", "milieu", "haut")
    top = max((float(value) for name in columns for value in frame[name].drop_nulls()), default=1.0) or 1.0
    levels = push_up((value for value, *_ in ends), top * _APART)
    place = {"x": len(names) - 1, "xanchor": "left", "yanchor": "middle", "align": "left", "xshift": 8}
    return build(
        traces,
        dark=dark,
        height=HEIGHT,
        layout={
            "xaxis": axis(
                colours,
                type="category",
                categoryorder="array",
                categoryarray=names,
                range=[-0.3, len(names) - 0.6],
            ),
            "yaxis": value_axis(colours, tickformat=",d"),
            "annotations": [
                note(words, colour, y=level, **place)
                for (_, words, colour), level in zip(ends, levels, strict=True)
            ],
            **closest(right=92),
        },
    )


def draw_gains(frame: pl.DataFrame, *, dark: bool) -> go.Figure:
    """Draw what each month gains, with its range as a whisker.

    Columns: `nom`, `valeur`, `bas`, `haut`, `texte`.
    """
    colours = palette(dark=dark)
    values = frame["valeur"]
    return build(
        [
            {
                "type": "bar",
                **held(frame, x="nom", y="valeur", customdata="texte"),
                "error_y": {
                    "type": "data",
                    "symmetric": False,
                    "array": (frame["haut"] - values).clip(0).to_list(),
                    "arrayminus": (values - frame["bas"]).clip(0).to_list(),
                    "color": colours.text,
                    "thickness": 1.5,
                    "width": 4,
                },
                "hovertemplate": "%{x} : %{customdata}<extra></extra>",
                "marker": {"color": colours.own},
            }
        ],
        dark=dark,
        height=HEIGHT - 60,
        layout={
            "xaxis": axis(colours, type="category"),
            "yaxis": value_axis(colours, tickformat=",d"),
            "bargap": 0.35,
            "margin": {"l": 8, "r": 8, "t": 16, "b": 8},
        },
    )


def draw_tornado(frame: pl.DataFrame, *, dark: bool) -> go.Figure:
    """Draw how far each input alone moves the total, the widest on top.

    Columns: `nom`, `bas` and `haut` (the total with the input low, high), `centre`, `texte`.
    """
    colours = palette(dark=dark)
    centre = float(frame["centre"][0]) if frame.height else 0.0
    traces: list[Trace] = [
        {
            "type": "bar",
            "orientation": "h",
            **held(frame, y="nom", customdata="texte"),
            "base": centre,
            "x": (frame[column] - centre).to_list(),
            "hovertemplate": "%{y} : %{customdata}<extra></extra>",
            "marker": hatched(colour, hatch),
        }
        for column, colour, hatch in (("bas", colours.peers, "/"), ("haut", colours.own, ""))
    ]
    return build(
        traces,
        dark=dark,
        height=BAR_HEIGHT * max(frame.height, 2) + 50,
        layout={
            "barmode": "overlay",
            "xaxis": axis(colours, showgrid=True, gridcolor=colours.grid, tickformat=",d", nticks=6),
            "yaxis": name_axis(colours),
            "bargap": 0.35,
        },
    )
