"""The cumulated extractions avoided, against the objective."""

import plotly.graph_objects as go  # pyright: ignore[reportMissingTypeStubs]
import polars as pl

from analytics.charts.figure import DASHES, Trace, axis, build, note, palette, value_axis
from analytics.wording import SHORT_MONTHS


def draw_trajectory(frame: pl.DataFrame, *, dark: bool, height: int) -> go.Figure:
    """Draw one line a year, the last year in the accent colour, with its objective dashed.

    Columns: `annee`, `rang` (1–12), `cumul` and `haut` (null: nothing to draw), `objectif_cumule`,
    `libelle_cumul`, `libelle_objectif` and `libelle_haut` (the words at the end of the lines) and
    `texte` (what the pointer shows). A month without answer breaks the line.
    """
    colours = palette(dark=dark)
    years = frame["annee"].unique().sort().to_list()
    traces: list[Trace] = []
    notes: list[dict[str, object]] = []
    for position, year in enumerate(reversed(years)):
        rows = frame.filter(pl.col("annee") == year).sort("rang")
        main = position == 0
        colour = colours.own if main else colours.lines[(position - 1) % len(colours.lines)]
        ranks = rows["rang"].to_list()
        if main and rows["haut"].is_not_null().any():
            traces += _band(rows, colours.band)
            notes.append(_end(rows, "haut", "libelle_haut", colours.muted, above=True))
        if rows["objectif_cumule"].is_not_null().any():
            traces.append(
                {
                    "type": "scatter",
                    "mode": "lines",
                    "name": rows["libelle_objectif"][0],
                    "x": ranks,
                    "y": rows["objectif_cumule"].to_list(),
                    "line": {"color": colours.target if main else colour, "width": 1.5, "dash": "dash"},
                    "hoverinfo": "skip",
                }
            )
            if main:
                notes.append(_end(rows, "objectif_cumule", "libelle_objectif", colours.target, above=True))
        traces.append(
            {
                "type": "scatter",
                "mode": "lines+markers",
                "name": rows["libelle_cumul"][0],
                "x": ranks,
                "y": rows["cumul"].to_list(),
                "text": rows["texte"].to_list(),
                "hovertemplate": "%{text}<extra></extra>",
                "connectgaps": False,
                "line": {
                    "color": colour,
                    "width": 3 if main else 2,
                    "dash": "solid" if main else DASHES[position % len(DASHES)],
                },
                "marker": {"size": 7 if main else 5, "color": colour},
            }
        )
        if rows["cumul"].is_not_null().any():
            notes.append(_end(rows, "cumul", "libelle_cumul", colour, above=False))
    return build(
        traces,
        dark=dark,
        height=height,
        layout={
            "xaxis": axis(
                colours,
                range=[0.6, 12.4],
                tickmode="array",
                tickvals=list(range(1, 13)),
                ticktext=list(SHORT_MONTHS),
            ),
            "yaxis": value_axis(colours, tickformat=",d"),
            "annotations": notes,
            "hovermode": "closest",
        },
    )


def _band(rows: pl.DataFrame, fill: str) -> list[Trace]:
    both = rows.filter(pl.col("haut").is_not_null(), pl.col("cumul").is_not_null())
    ranks = both["rang"].to_list()
    return [
        {
            "type": "scatter",
            "mode": "lines",
            "name": "Fourchette",
            "x": ranks + ranks[::-1],
            "y": both["haut"].to_list() + both["cumul"].to_list()[::-1],
            "fill": "toself",
            "fillcolor": fill,
            "line": {"width": 0},
            "hoverinfo": "skip",
        }
    ]


def _end(rows: pl.DataFrame, value: str, words: str, colour: str, *, above: bool) -> dict[str, object]:
    last = rows.filter(pl.col(value).is_not_null()).tail(1)
    rank = int(last["rang"].item())
    return note(
        str(last[words].item()),
        colour,
        x=rank,
        y=float(last[value].item()),
        xanchor="left" if rank <= 3 else "right",
        yanchor="bottom" if above else "top",
        yshift=6 if above else -8,
    )
