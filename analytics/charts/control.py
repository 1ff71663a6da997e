"""The control chart, and the quarters that replace it where counts are small."""

import plotly.graph_objects as go
import polars as pl

from analytics.charts.figure import Palette, Trace, axis, build, note, palette, share_axis, value_axis
from analytics.vocabulary.wording import short_month

HEIGHT = 330
GOOD, BAD = "#0063cb", "#b34000"


def draw_control(frame: pl.DataFrame, *, dark: bool) -> go.Figure:
    """Draw the rate of each month inside its limits, group by group; points that break a rule stand out.

    Columns: those of `control_chart.Carte`, and `texte`. A missing month breaks the line; points of trial
    limits are hollow; the target is dashed.
    """
    colours = palette(dark=dark)
    months = frame["mois"].to_list()
    traces: list[Trace] = []
    for name, dash in (("bas", "dot"), ("haut", "dot"), ("centre", "solid")):
        traces += [
            {
                "type": "scatter",
                "mode": "lines",
                "name": name,
                "x": rows["mois"].to_list(),
                "y": rows[name].to_list(),
                "line": {"color": colours.muted, "width": 1.2, "dash": dash},
                "hoverinfo": "skip",
            }
            for _, rows in frame.group_by("groupe", maintain_order=True)
        ]
    traces.append(
        {
            "type": "scatter",
            "mode": "lines",
            "name": "Objectif du mois",
            "x": months,
            "y": frame["cible"].to_list(),
            "line": {"color": colours.target, "width": 1.5, "dash": "dash"},
            "connectgaps": False,
            "hoverinfo": "skip",
        }
    )
    traces.append(
        {
            "type": "scatter",
            "mode": "lines+markers",
            "name": "Taux d'évitement",
            "x": months,
            "y": frame["valeur"].to_list(),
            "text": frame["texte"].to_list(),
            "hovertemplate": "%{text}<extra></extra>",
            "connectgaps": False,
            "line": {"color": colours.own, "width": 2},
            "marker": {
                "size": [10 if sens else 7 for sens in frame["sens"]],
                "color": [_colour(sens, colours) for sens in frame["sens"]],
                "symbol": [_symbol(sens, trial) for sens, trial in frame.select("sens", "essai").iter_rows()],
            },
        }
    )
    return build(
        traces,
        dark=dark,
        height=HEIGHT,
        layout={
            "xaxis": axis(colours, **_month_ticks(frame)),
            "yaxis": share_axis(colours, _highest(frame), rangemode="nonnegative"),
            "margin": {"l": 8, "r": 70, "t": 16, "b": 8},
            "hovermode": "closest",
            "annotations": _ends(frame, colours),
        },
    )


def _colour(sens: int, colours: Palette) -> str:
    return {1: GOOD, -1: BAD}.get(sens, colours.own)


def _symbol(sens: int, trial: bool) -> str:
    shape = {1: "triangle-up", -1: "triangle-down"}.get(sens, "circle")
    return f"{shape}-open" if trial else shape


def _highest(frame: pl.DataFrame) -> float:
    return float(frame.select(pl.max_horizontal("valeur", "haut", "cible").max()).item() or 0.0)


def _month_ticks(frame: pl.DataFrame) -> dict[str, object]:
    """Name four months at most, the last one among them."""
    months = frame["mois"].to_list()
    months = months[::-1][:: max(1, -(-len(months) // 4))][::-1]
    return {"tickmode": "array", "tickvals": months, "ticktext": [short_month(day) for day in months]}


def _ends(frame: pl.DataFrame, colours: Palette) -> list[dict[str, object]]:
    """Name each line at its end, those too near one another pushed apart."""
    last = frame.row(-1, named=True)
    words = [
        (last["haut"], "limite haute", colours.muted),
        (last["centre"], "moyenne", colours.muted),
        (last["bas"], "limite basse", colours.muted),
        (last["cible"], "objectif", colours.target),
    ]
    known = sorted((value, word, colour) for value, word, colour in words if value is not None)
    if not known:
        return []
    span = frame.select(
        pl.max_horizontal("valeur", "haut", "cible").max() - pl.min_horizontal("valeur", "bas").min()
    ).item()
    step, level = (span or 1.0) / 18, float("-inf")
    notes: list[dict[str, object]] = []
    for value, word, colour in known:
        level = max(value, level + step)
        place = {"x": last["mois"], "y": level, "xanchor": "left", "xshift": 8, "yanchor": "middle"}
        notes.append(note(word, colour, **place))
    return notes


def draw_quarters(frame: pl.DataFrame, *, dark: bool) -> go.Figure:
    """Draw the sum of each quarter and the median of them all; a silent quarter breaks the line.

    Columns: `nom`, `valeur`, `mediane`, `texte`.
    """
    colours = palette(dark=dark)
    names = frame["nom"].to_list()
    return build(
        [
            {
                "type": "scatter",
                "mode": "lines",
                "name": "Médiane",
                "x": names,
                "y": frame["mediane"].to_list(),
                "line": {"color": colours.muted, "width": 1.2, "dash": "dot"},
                "hoverinfo": "skip",
            },
            {
                "type": "scatter",
                "mode": "lines+markers",
                "name": "Extractions évitées",
                "x": names,
                "y": frame["valeur"].to_list(),
                "text": frame["texte"].to_list(),
                "hovertemplate": "%{text}<extra></extra>",
                "connectgaps": False,
                "line": {"color": colours.own, "width": 2},
                "marker": {"size": 7, "color": colours.own},
            },
        ],
        dark=dark,
        height=HEIGHT,
        layout={"xaxis": axis(colours), "yaxis": value_axis(colours, tickformat=",d")},
    )
