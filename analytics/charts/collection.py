"""The answers of a campaign, day by day."""

import plotly.graph_objects as go
import polars as pl

from analytics.charts.figure import axis, build, closest, held, line, note, palette, share_axis, ticks, told


def draw_rate(frame: pl.DataFrame, *, relance: int, dark: bool, height: int) -> go.Figure:
    """Draw the share of answers on each day of a campaign, beside what is usual, dashed.

    Columns: `rang` (1: the opening), `part` (null on the days to come: the line stops there),
    `part_habituelle` (null: nothing earlier), `libelle_jour` and `texte` (what the pointer shows).
    `relance`: the rank of the day of the reminder, marked.
    """
    colours = palette(dark=dark)
    ranks = frame["rang"].to_list()
    usual = line(colours.muted, 2, "dash", name="habituel", **held(frame, x="rang", y="part_habituelle"))
    now = told(
        frame,
        "rang",
        "part",
        name="cette collecte",
        connectgaps=False,
        line={"color": colours.own, "width": 3},
        marker={"size": 7, "color": colours.own},
    )
    ends = [
        note(
            words,
            colour,
            x=rows["rang"].to_list()[-1],
            y=rows[column].to_list()[-1],
            xanchor="left",
            yanchor="top" if column == "part_habituelle" else "bottom",
            xshift=6,
            bgcolor=colours.veil,
        )
        for column, words, colour in (
            ("part_habituelle", "habituel", colours.muted),
            ("part", "cette collecte", colours.own),
        )
        if (rows := frame.filter(pl.col(column).is_not_null())).height
    ]
    step = -(-len(ranks) // 6)
    return build(
        [usual, now],
        dark=dark,
        height=height,
        layout={
            "xaxis": axis(
                colours,
                range=[0.7, len(ranks) + 0.3],
                **ticks(ranks[::step], frame["libelle_jour"].to_list()[::step]),
            ),
            "yaxis": share_axis(colours, 1.0, range=[0, 1.02]),
            "shapes": [
                {
                    "type": "line",
                    "x0": relance,
                    "x1": relance,
                    "yref": "paper",
                    "y0": 0,
                    "y1": 1,
                    "line": {"color": colours.target, "width": 1, "dash": "dot"},
                }
            ],
            "annotations": [
                *ends,
                note(
                    "relance",
                    colours.target,
                    x=relance,
                    y=1,
                    yref="paper",
                    xanchor="right",
                    yanchor="top",
                    xshift=-4,
                ),
            ],
            **closest(right=86, top=12),
        },
    )
