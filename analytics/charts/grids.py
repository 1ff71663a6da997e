"""Heat maps whose every cell also carries a word, a number or a glyph."""

import plotly.graph_objects as go
import polars as pl

from analytics.charts.figure import Trace, axis, build, palette

LIGHT_TINTS = ("#f0c3a9", "#f6f6f6", "#d3e5f9", "#8fb8e8")
DARK_TINTS = ("#7a3310", "#2a2a2a", "#1f3f66", "#3b6fb5")
ROW_HEIGHT = 24
TOP_OF_LABELS = 120


def draw_answers(frame: pl.DataFrame, *, dark: bool) -> go.Figure:
    """Draw the answers of juridictions, a row each, month by month.

    Columns: `nom_court`, `mois_libelle` (both in the order to show), `etat`, `glyphe`, and `teinte`
    (0 silence, 1 not in force, 2 answered, 3 corrected). The glyph stands in every cell.
    """
    colours = palette(dark=dark)
    names, months = _in_order(frame, "nom_court"), _in_order(frame, "mois_libelle")
    tints = DARK_TINTS if dark else LIGHT_TINTS
    heat = _heat(frame, names, months, row="nom_court", column="mois_libelle", value="teinte", text="glyphe")
    return build(
        [
            {
                **heat,
                "customdata": _matrix(frame, names, months, "nom_court", "mois_libelle", "etat"),
                "hovertemplate": "%{y}, %{x} : %{customdata}<extra></extra>",
                "colorscale": [[rank / 3, tint] for rank, tint in enumerate(tints)],
                "zmin": 0,
                "zmax": 3,
                "textfont": {"size": 14, "color": colours.target},
            }
        ],
        dark=dark,
        height=max(150, ROW_HEIGHT * len(names) + 50),
        layout={
            "xaxis": axis(colours, side="top", type="category", showline=False),
            "yaxis": axis(colours, autorange="reversed", type="category", showline=False),
        },
    )


def draw_intensity(frame: pl.DataFrame, *, dark: bool) -> go.Figure:
    """Draw a number for each pair of `ligne` and `colonne`, the darker the larger.

    Columns: `ligne`, `colonne` (both in the order to show), `intensite` (0–1, null: nothing to tint)
    and `texte`, written in the cell.
    """
    colours = palette(dark=dark)
    names, columns = _in_order(frame, "ligne"), _in_order(frame, "colonne")
    heat = _heat(frame, names, columns, row="ligne", column="colonne", value="intensite", text="texte")
    absent = frame.filter(pl.col("intensite").is_null())
    return build(
        [
            {
                **heat,
                "hovertemplate": "%{y}, %{x} : %{text}<extra></extra>",
                "colorscale": [[0, colours.scale[0]], [1, colours.scale[1]]],
                "zmin": 0,
                "zmax": 1,
                "textfont": {"size": 10},
            },
            {
                "type": "scatter",
                "mode": "text",
                "x": absent["colonne"].to_list(),
                "y": absent["ligne"].to_list(),
                "text": absent["texte"].to_list(),
                "textfont": {"size": 10, "color": colours.muted},
                "hoverinfo": "skip",
            },
        ],
        dark=dark,
        height=max(200, 20 * len(names) + TOP_OF_LABELS + 20),
        layout={
            "xaxis": axis(
                colours,
                side="top",
                type="category",
                categoryorder="array",
                categoryarray=columns,
                tickangle=-55,
                showline=False,
                dtick=1,
            ),
            "yaxis": axis(
                colours,
                autorange="reversed",
                type="category",
                categoryorder="array",
                categoryarray=names,
                showline=False,
                dtick=1,
            ),
        },
    )


def _in_order(frame: pl.DataFrame, column: str) -> list[str]:
    return frame[column].unique(maintain_order=True).to_list()


def _matrix(
    frame: pl.DataFrame, rows: list[str], columns: list[str], row: str, column: str, value: str
) -> list[list[object]]:
    found = {(name, place): held for name, place, held in frame.select(row, column, value).iter_rows()}
    return [[found.get((name, place)) for place in columns] for name in rows]


def _heat(
    frame: pl.DataFrame, rows: list[str], columns: list[str], *, row: str, column: str, value: str, text: str
) -> Trace:
    values = _matrix(frame, rows, columns, row, column, value)
    texts = _matrix(frame, rows, columns, row, column, text)
    return {
        "type": "heatmap",
        "x": columns,
        "y": rows,
        "z": values,
        "text": [
            ["" if held is None or value is None else held for held, value in zip(*lines, strict=True)]
            for lines in zip(texts, values, strict=True)
        ],
        "texttemplate": "%{text}",
        "xgap": 2,
        "ygap": 2,
        "showscale": False,
        "hoverongaps": False,
    }
