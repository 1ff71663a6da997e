"""The cumulated extractions avoided, against the objective."""

from collections.abc import Sequence
from dataclasses import dataclass

import plotly.graph_objects as go
import polars as pl

from analytics.charts.figure import (
    DASHES,
    Palette,
    Trace,
    band,
    build,
    closest,
    held,
    line,
    note,
    palette,
    push_up,
    told,
    value_axis,
    year_axis,
)


def draw_trajectory(
    frame: pl.DataFrame, *, eventail: pl.DataFrame | None = None, dark: bool, height: int
) -> go.Figure:
    """Draw one line a year, the last year in the accent colour, with its objective dashed.

    Columns: `annee`, `rang` (1–12), `cumul`, `estime` and `haut` (null: nothing to draw), `objectif_cumule`,
    `libelle_cumul`, `libelle_objectif`, `libelle_estime` and `libelle_haut` (the words at the end of the
    lines), `texte` and `texte_estime` (what the pointer shows). A month without answer breaks the line.
    `eventail` adds the fan of what is to come: `rang`, `bas_95`, `haut_95`, `bas_80`, `haut_80`, `bas_50`,
    `haut_50`, `milieu`, `texte`, and `libelle` (the words at its end).
    """
    colours = palette(dark=dark)
    drawn = frame.select(pl.max_horizontal(pl.col("cumul", "haut", "objectif_cumule").cast(pl.Float64).max()))
    largest = float(drawn.item() or 0)
    if eventail is not None:
        largest = max(largest, float(eventail["haut_95"].to_list()[-1]))
    years = frame["annee"].unique().sort().to_list()
    traces: list[Trace] = [] if eventail is None else _fan(eventail, colours)
    ends: list[_End] = []
    if eventail is not None:
        ends.append(_end(eventail, "milieu", "libelle", colours.own))
    for position, year in enumerate(reversed(years)):
        rows = frame.filter(pl.col("annee") == year).sort("rang")
        main = position == 0
        colour = colours.own if main else colours.lines[(position - 1) % len(colours.lines)]
        if main and rows["haut"].is_not_null().any():
            traces += [*_band(rows, colours.band), _estimated(rows, colours.own)]
            ends.append(_end(rows, "estime", "libelle_estime", colours.own))
            ends.append(_end(rows, "haut", "libelle_haut", colours.muted))
        if rows["objectif_cumule"].is_not_null().any():
            drawn = held(rows, x="rang", y="objectif_cumule") | {"name": rows["libelle_objectif"][0]}
            traces.append(line(colours.target if main else colour, 1.5, "dash", **drawn))
            if main:
                ends.append(_end(rows, "objectif_cumule", "libelle_objectif", colours.target))
        traces.append(
            told(
                rows,
                "rang",
                "cumul",
                name=rows["libelle_cumul"][0],
                connectgaps=False,
                line={
                    "color": colour,
                    "width": 3 if main else 2,
                    "dash": "solid" if main else DASHES[position % len(DASHES)],
                },
                marker={"size": 7 if main else 5, "color": colour},
            )
        )
        if rows["cumul"].is_not_null().any() and not (main and eventail is not None):
            ends.append(_end(rows, "cumul", "libelle_cumul", colour))
    return build(
        traces,
        dark=dark,
        height=height,
        layout={
            "xaxis": year_axis(colours, 12.1),
            "yaxis": value_axis(colours, tickformat=",d"),
            "annotations": [
                note(
                    end.words,
                    end.colour,
                    x=end.rank,
                    y=level,
                    xanchor="left",
                    yanchor="middle",
                    align="left",
                    xshift=6,
                    bgcolor=colours.veil,
                )
                for end, level in _spread(ends, largest, height=height)
            ],
            **closest(right=66),
        },
    )


def _fan(eventail: pl.DataFrame, colours: Palette) -> list[Trace]:
    """Draw the bands from the widest to the narrowest, then the middle: same hue, ever denser."""
    bands = [
        band(eventail, "rang", f"bas_{level}", f"haut_{level}", colours.fan, name=f"{level} %")
        for level in (95, 80, 50)
    ]
    middle = told(
        eventail,
        "rang",
        "milieu",
        name="Projection",
        line={"color": colours.own, "width": 1.5, "dash": "dot"},
        marker={"size": 6, "symbol": "circle-open", "color": colours.own},
    )
    return [*bands, middle]


def _estimated(rows: pl.DataFrame, colour: str) -> Trace:
    """Draw what is estimated with hollow points: they are not declared."""
    return told(
        rows,
        "rang",
        "estime",
        "texte_estime",
        name="Estimé",
        line={"color": colour, "width": 1.5, "dash": "dot"},
        marker={"size": 7, "symbol": "diamond-open", "color": colour},
    )


def _band(rows: pl.DataFrame, fill: str) -> list[Trace]:
    """Fill from what is declared up to the bound, broken where nobody answered as the line is."""
    both = rows.filter(pl.col("haut").is_not_null(), pl.col("cumul").is_not_null())
    runs = both.with_columns(suite=pl.col("rang") - pl.int_range(pl.len())).partition_by("suite")
    return [band(run, "rang", "cumul", "haut", fill, name="Fourchette") for run in runs]


@dataclass(frozen=True)
class _End:
    """The words at the end of a line."""

    rank: int
    value: float
    words: str
    colour: str


def _end(rows: pl.DataFrame, value: str, words: str, colour: str) -> _End:
    last = rows.filter(pl.col(value).is_not_null()).tail(1)
    return _End(int(last["rang"].item()), float(last[value].item()), str(last[words].item()), colour)


# Two lines of words, as a share of a figure one pixel high.
LABEL_HEIGHT = 34


def _spread(ends: Sequence[_End], largest: float, *, height: int) -> list[tuple[_End, float]]:
    """Give each label its level: its line's end, pushed up where labels of one month would overlap."""
    top = max([largest, *(end.value for end in ends)]) or 1.0
    step = top * LABEL_HEIGHT / max(height - 60, LABEL_HEIGHT)
    placed: list[tuple[_End, float]] = []
    for rank in sorted({end.rank for end in ends}):
        here = sorted((end for end in ends if end.rank == rank), key=lambda end: end.value)
        placed += zip(here, push_up((end.value for end in here), step), strict=True)
    return placed
