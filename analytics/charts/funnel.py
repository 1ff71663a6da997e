"""A funnel: each cour at its size, inside or outside what chance and custom allow."""

import plotly.graph_objects as go
import polars as pl

from analytics.charts.figure import Trace, axis, build, closest, held, line, note, palette, share_axis, told

HEIGHT = 400
_LINES = (("bas_998", "dot"), ("bas_95", "dash"), ("haut_95", "dash"), ("haut_998", "dot"))


def draw_funnel(
    points: pl.DataFrame, limits: pl.DataFrame | None, *, centre: float | None, axe: str, dark: bool
) -> go.Figure:
    """Draw the cours as points and the limits as lines, named at their end; the reader's own stands out.

    `points`: `denominateur`, `valeur`, `soi`, `texte`, `nom_court`, `dit`: false where nothing can be said of
    it, and the point is hollow. `limits`: `denominateur`, `bas_998`,
    `bas_95`, `haut_95`, `haut_998`; None: no limits. `axe` names the sizes.
    """
    colours = palette(dark=dark)
    # polars gives the type of any value to a maximum.
    largest = float(points["denominateur"].cast(pl.Float64).max() or 1.0)  # pyright: ignore[reportArgumentType] - a number column
    top = min(1.0, 1.15 * float(points["valeur"].max() or 0.1))  # pyright: ignore[reportArgumentType] - the same
    traces: list[Trace] = []
    at_end = {"x": 1, "xref": "paper", "xanchor": "right", "y": 0, "yref": "paper", "yanchor": "top"}
    notes = [note(axe, colours.muted, yshift=-30, **at_end)]
    if limits is not None:
        end = limits.row(-1, named=True)
        for name, dash in _LINES:
            traces.append(line(colours.muted, 1.2, dash, name=name, **held(limits, x="denominateur", y=name)))
            if name == "bas_95" and end[name] - end["bas_998"] < 0.02 * end["haut_998"]:
                continue  # both low limits lie on zero: their labels would too
            word = "99,8 %" if "998" in name else "95 %"
            notes.append(
                note(word, colours.muted, x=end["denominateur"], y=end[name], xanchor="left", xshift=4)
            )
        top = min(1.0, max(top, 1.1 * end["haut_998"]))
    if centre is not None:
        traces.append(line(colours.target, 1.2, name="Moyenne", x=[0, largest * 1.05], y=[centre, centre]))
    for own, name, size, symbol, colour in (
        (False, "Autres cours", 9, "circle", colours.peers),
        (True, "Cette cour", 13, "diamond", colours.own),
    ):
        rows = points.filter(pl.col("soi") == own)
        symbols = [symbol if dit else f"{symbol}-open" for dit in rows["dit"]]
        # A hollow symbol is drawn in the colour of its marker, a full one is set off from its neighbours.
        edges = [{True: colours.surface, False: colour}[dit] for dit in rows["dit"]]
        marker = {"size": size, "symbol": symbols, "color": colour, "line": {"width": 1, "color": edges}}
        traces.append(told(rows, "denominateur", "valeur", mode="markers", name=name, marker=marker))
    notes += [
        note(name, colours.own, x=x, y=y, yshift=15)
        for name, x, y in points.filter("soi").select("nom_court", "denominateur", "valeur").iter_rows()
    ]
    return build(
        traces,
        dark=dark,
        height=HEIGHT,
        layout={
            "xaxis": axis(colours, range=[0, largest * 1.06], tickformat=",d", nticks=6),
            "yaxis": share_axis(colours, top, range=[0, top]),
            **closest(right=52, bottom=56),
            "annotations": notes,
        },
    )
