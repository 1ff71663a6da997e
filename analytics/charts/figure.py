"""How every figure looks: the tokens of the State's design system, in light and in dark.

Plotly has no types. Figures are therefore described by plain mappings, and `build` is the one place
where a description becomes a `go.Figure`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

import plotly.graph_objects as go
import polars as pl

from analytics.vocabulary.wording import MONTHS, NARROW_SPACE, SHORT_MONTHS, percent

# What the rest of the product calls a figure, without knowing plotly.
Figure = go.Figure

Trace = dict[str, Any]
Layout = Mapping[str, Any]

FONT = "Arial, Helvetica, system-ui, sans-serif"


@dataclass(frozen=True)
class Palette:
    """The colours of one theme; `own` is the reader's cour, `peers` the others; `veil`
    lets words be read over a line."""

    text: str
    muted: str
    grid: str
    surface: str
    veil: str
    own: str
    band: str
    fan: str
    peers: str
    target: str
    lines: tuple[str, ...]
    scale: tuple[str, str]


LIGHT = Palette(
    text="#3a3a3a",
    muted="#666666",
    grid="#dddddd",
    surface="#f6f6f6",
    veil="rgba(255, 255, 255, 0.8)",
    own="#000091",
    band="rgba(0, 0, 145, 0.18)",
    fan="rgba(0, 0, 145, 0.11)",
    peers="#929292",
    target="#161616",
    lines=("#29598F", "#31A7AE", "#B478F1", "#b34000", "#161616"),
    scale=("#f5f5fe", "#000091"),
)
DARK = Palette(
    text="#cecece",
    muted="#929292",
    grid="#3a3a3a",
    surface="#242424",
    veil="rgba(22, 22, 22, 0.8)",
    own="#8585f6",
    band="rgba(133, 133, 246, 0.28)",
    fan="rgba(133, 133, 246, 0.16)",
    peers="#929292",
    target="#ffffff",
    lines=("#6fa3dc", "#4ec4cb", "#c79cf5", "#fc5d00", "#ffffff"),
    scale=("#242424", "#8585f6"),
)
DASHES = ("solid", "dash", "dot", "dashdot", "longdash")

# Everything plotly might say by itself, in French; nothing is fetched.
CONFIG: dict[str, Any] = {
    "displayModeBar": False,
    "scrollZoom": False,
    "doubleClick": False,
    "showTips": False,
    "responsive": True,
    "locale": "fr",
    "locales": {
        "fr": {
            "dictionary": {"Click to enter X axis title": "Titre de l'axe", "Loading...": "Chargement…"},
            "format": {
                "months": list(MONTHS),
                "shortMonths": list(SHORT_MONTHS),
                "decimal": ",",
                "thousands": NARROW_SPACE,
                "date": "%d/%m/%Y",
            },
        }
    },
}


def palette(*, dark: bool) -> Palette:
    """Give the colours of the theme."""
    return DARK if dark else LIGHT


def axis(colours: Palette, **options: Any) -> dict[str, Any]:
    """Describe a sober axis; `options` complete or replace its settings."""
    return {
        "showgrid": False,
        "zeroline": False,
        "linecolor": colours.grid,
        "ticks": "",
        "ticklabelstandoff": 4,
        "tickfont": {"size": 11, "color": colours.muted},
        "automargin": True,
        "fixedrange": True,
        **options,
    }


def value_axis(colours: Palette, **options: Any) -> dict[str, Any]:
    """Describe an axis of quantities: from zero, with a light grid."""
    return axis(
        colours,
        **{"rangemode": "tozero", "showgrid": True, "gridcolor": colours.grid, "nticks": 5, **options},
    )


def share_axis(colours: Palette, top: float, **options: Any) -> dict[str, Any]:
    """Describe an axis of shares up to `top`, written « 10 % »: plotly would leave the space out."""
    step = next((step for step in _STEPS if top / step <= 5.5), 1.0)
    ticks = [rank * step for rank in range(int(top / step + 1e-9) + 1)]
    words = [percent(tick, 1 if step < 0.01 else 0) for tick in ticks]
    return value_axis(colours, tickmode="array", tickvals=ticks, ticktext=words, **options)


_STEPS = (0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5)


def name_axis(colours: Palette) -> dict[str, Any]:
    """Describe the axis of the names of horizontal bars, the first on top."""
    return axis(colours, autorange="reversed", showline=False, tickfont={"size": 12})


def year_axis(colours: Palette, end: float) -> dict[str, Any]:
    """Describe the axis of the twelve months of a year, by rank, up to `end`."""
    return axis(colours, range=[0.7, end], **ticks(range(1, 13), SHORT_MONTHS))


def ticks(places: Sequence[Any], words: Sequence[str]) -> dict[str, Any]:
    """Name these places of an axis, and no other."""
    return {"tickmode": "array", "tickvals": list(places), "ticktext": list(words)}


def closest(*, right: int, top: int = 16, bottom: int = 8) -> dict[str, Any]:
    """Describe a figure whose pointer finds the nearest point, with room (pixels) for words around it."""
    return {"margin": {"l": 8, "r": right, "t": top, "b": bottom}, "hovermode": "closest"}


def held(frame: pl.DataFrame, **columns: str) -> Trace:
    """Give what a trace draws: under each of its names, the values of a column."""
    return {name: frame[column].to_list() for name, column in columns.items()}


def line(colour: str, width: float, dash: str | None = None, **options: Any) -> Trace:
    """Describe a line that says nothing to the pointer; `options` say where it goes."""
    pen = {"color": colour, "width": width} | ({"dash": dash} if dash else {})
    return {"type": "scatter", "mode": "lines", "line": pen, "hoverinfo": "skip", **options}


def told(frame: pl.DataFrame, x: str, y: str, text: str = "texte", **options: Any) -> Trace:
    """Describe points, joined in the order of the frame; the pointer shows the sentence of each."""
    return {
        "type": "scatter",
        "mode": "lines+markers",
        **held(frame, x=x, y=y, text=text),
        "hovertemplate": "%{text}<extra></extra>",
        **options,
    }


def band(frame: pl.DataFrame, x: str, low: str, high: str, fill: str, **options: Any) -> Trace:
    """Describe the surface between two columns over the same places; it says nothing to the pointer."""
    back = frame[::-1]
    return {
        "type": "scatter",
        "mode": "lines",
        "hoverinfo": "skip",
        "x": [*frame[x], *back[x]],
        "y": [*frame[high], *back[low]],
        "fill": "toself",
        "fillcolor": fill,
        "line": {"width": 0},
        **options,
    }


def hatched(colour: Any, shape: Any) -> dict[str, Any]:
    """Describe bars known by their hatching too, never by their colour alone."""
    return {"color": colour, "pattern": {"shape": shape, "fillmode": "overlay", "size": 6, "solidity": 0.25}}


def push_up(levels: Iterable[float], step: float) -> list[float]:
    """Raise levels, given from the lowest, so that words written at them are `step` apart at least."""
    placed: list[float] = []
    for level in levels:
        placed.append(max(level, placed[-1] + step) if placed else level)
    return placed


def note(text: str, colour: str, **place: Any) -> dict[str, Any]:
    """Describe a word written on the figure, without arrow."""
    return {"text": text, "showarrow": False, "font": {"size": 12, "color": colour}, **place}


def build(traces: Sequence[Trace], *, dark: bool, height: int, layout: Layout) -> go.Figure:
    """Turn descriptions into a figure: transparent, no legend, French separators, nothing to zoom.

    `height` in pixels. Raises ValueError when a description is not one plotly knows.
    """
    colours = palette(dark=dark)
    return go.Figure(
        {
            "data": list(traces),
            "layout": {
                "template": "none",
                "height": height,
                "margin": {"l": 8, "r": 8, "t": 8, "b": 8},
                "paper_bgcolor": "rgba(0, 0, 0, 0)",
                "plot_bgcolor": "rgba(0, 0, 0, 0)",
                "font": {"family": FONT, "size": 12, "color": colours.text},
                "hoverlabel": {"font": {"family": FONT, "size": 12}},
                "separators": "," + NARROW_SPACE,
                "showlegend": False,
                "dragmode": False,
                **{name: _whole_ticks(name, each, traces) for name, each in layout.items()},
            },
        }
    )


_FEW = 5.0


def _whole_ticks(name: str, described: Any, traces: Sequence[Trace]) -> Any:
    """Give an axis of whole counts that stay few a tick each: plotly would write two of the same name."""
    if not name.startswith(("xaxis", "yaxis")) or described.get("tickformat") != ",d":
        return described
    letter, suffix = name[0], name[5:]
    values = [
        float(value)
        for trace in traces
        if trace.get(f"{letter}axis", letter) == f"{letter}{suffix}"
        for value in trace.get(letter, ())
        if isinstance(value, int | float)
    ]
    reach = [*values, *described.get("range", ())]
    return {**described, "dtick": 1} if reach and max(map(abs, reach)) < _FEW else described


PROJECTION = 1.3
_FONTS = ("font", "tickfont", "textfont")


def enlarge(figure: go.Figure) -> go.Figure:
    """Give the same figure with larger type, for a projection; the one given is left as it is."""
    described: dict[str, Any] = _enlarge_type(cast(Any, figure).to_plotly_json())
    described["layout"]["height"] = round(described["layout"]["height"] * PROJECTION)
    return go.Figure(described)


def _enlarge_type(described: Any) -> Any:
    if isinstance(described, dict):
        items = cast(dict[str, Any], described)
        return {
            name: {**value, "size": value["size"] * PROJECTION}
            if name in _FONTS and "size" in value
            else _enlarge_type(value)
            for name, value in items.items()
        }
    if isinstance(described, list):
        return [_enlarge_type(value) for value in cast(list[Any], described)]
    return described
