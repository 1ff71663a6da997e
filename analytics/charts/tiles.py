"""A map of the cours without any map: one tile each, where a reader expects it."""

import plotly.graph_objects as go
import polars as pl

from analytics.charts.figure import Trace, build, palette

# Fill and ink of each class: the hue says the state (late, then holding), the shade the attainment. Words
# and glyphs stand on every tile: colour only adds to them.
FILLS = ("#b34000", "#d67f4d", "#f0cbb3", "#d6e6f8", "#8fbcec", "#0063cb")
INKS = ("#ffffff", "#161616", "#161616", "#161616", "#161616", "#ffffff")
UNKNOWN_FILL = {False: "#e5e5e5", True: "#4a4a4a"}
UNKNOWN_INK = {False: "#3a3a3a", True: "#ffffff"}


def draw_tiles(frame: pl.DataFrame, *, dark: bool, height: int) -> go.Figure:
    """Draw the tiles; a click on one selects its point, whose `customdata` is the code of the cour.

    Columns: `cour`, `colonne` and `rangee` (place on the grid, from the top left), `classe` (0 to 5,
    null: not known), `etiquette` (what is written) and `texte` (what the pointer shows).
    """
    colours = palette(dark=dark)
    ranks: list[int | None] = frame["classe"].to_list()
    fills = [UNKNOWN_FILL[dark] if rank is None else FILLS[rank] for rank in ranks]
    inks = [UNKNOWN_INK[dark] if rank is None else INKS[rank] for rank in ranks]
    columns: list[int] = frame["colonne"].to_list()
    rows: list[float] = frame["rangee"].to_list()
    tiles: list[Trace] = [
        {
            "type": "rect",
            "x0": x - 0.47,
            "x1": x + 0.47,
            "y0": y - 0.46,
            "y1": y + 0.46,
            "fillcolor": fill,
            "line": {"width": 0},
            "layer": "below",
        }
        for x, y, fill in zip(columns, rows, fills, strict=True)
    ]
    points: Trace = {
        "type": "scatter",
        "mode": "markers+text",
        "x": columns,
        "y": rows,
        "text": frame["etiquette"].to_list(),
        "textfont": {"size": 10, "color": inks},
        "textposition": "middle center",
        "customdata": frame["cour"].to_list(),
        "hovertext": frame["texte"].to_list(),
        "hovertemplate": "%{hovertext}<extra></extra>",
        "marker": {"symbol": "square", "size": 40, "color": "rgba(0, 0, 0, 0)", "line": {"width": 0}},
        "selected": {"textfont": {"color": colours.text}},
        "unselected": {"marker": {"opacity": 0}},
    }
    blank = {"visible": False, "fixedrange": True}
    return build(
        [points],
        dark=dark,
        height=height,
        layout={
            "shapes": tiles,
            "xaxis": {**blank, "range": [min(columns, default=0) - 0.5, max(columns, default=1) + 0.5]},
            "yaxis": {**blank, "range": [max(rows, default=1) + 0.5, min(rows, default=0) - 0.5]},
            "margin": {"l": 0, "r": 0, "t": 0, "b": 0},
            "hovermode": "closest",
            "clickmode": "event+select",
        },
    )
