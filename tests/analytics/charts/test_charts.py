from datetime import date
from typing import Any

import numpy as np
import plotly.graph_objects as go
import polars as pl
import pytest

from analytics.charts.bars import draw_bars
from analytics.charts.control import draw_control, draw_quarters
from analytics.charts.figure import CONFIG, build, enlarge, palette, value_axis
from analytics.charts.funnel import draw_funnel
from analytics.charts.grids import draw_answers, draw_intensity
from analytics.charts.intervals import draw_intervals
from analytics.charts.panels import draw_panels
from analytics.charts.tiles import FILLS, UNKNOWN_FILL, draw_tiles
from analytics.charts.trajectory import draw_trajectory
from analytics.collecte import sums
from analytics.comparaison.comparison import funnel, shrink, trace_limits
from analytics.comparaison.words import label_funnel, label_ratios
from analytics.couverture import coverage
from analytics.couverture.silence import Manque
from analytics.couverture.words.answers import lay_out_answers
from analytics.trajectoire.position import GLYPHS
from analytics.trajectoire.series import sum_up_activities, trace_activities, trace_year
from analytics.trajectoire.words.activities import arrange_panels, rank_activities
from analytics.trajectoire.words.cours import months_until
from analytics.trajectoire.words.crossing import cross_cours_and_activities
from analytics.trajectoire.words.tiles import TILES, place_tiles
from analytics.trajectoire.words.trajectory import label_trajectory
from analytics.veille.control_chart import Reglages, by_quarter, chart
from analytics.veille.watch import Veille
from analytics.veille.words import label_chart, label_quarters
from analytics.vocabulary.periods import Periode
from analytics.vocabulary.reference import Reference
from tests.analytics.frames import aggregate, expected, objective, total, totals

JAN, FEB, MAR = (date(2009, rank, 1) for rank in range(1, 4))


def described(figure: go.Figure) -> dict[str, Any]:
    spec: dict[str, Any] = getattr(figure, "to_plotly_json")()  # noqa: B009 - its own types are unknown
    return spec


def trajectory(reference: Reference, *, ranged: bool) -> pl.DataFrame:
    frame = aggregate([(JAN, "CA-1", "JAP", 5, 4), (MAR, "CA-1", "JAP", 3, 3)])
    known = totals([total(JAN, "TGI-A", "CA-1", 4), total(MAR, "TGI-A", "CA-1", 3)])
    due = expected([(mois, "TGI-A", "CA-1") for mois in (JAN, FEB, MAR)])
    traced = trace_year(
        sums.sum_activities(frame, reference.activites),
        coverage.count_answers(known, due),
        periode=Periode(MAR),
        objectif=objective(24_000),
        manque=Manque(7, 10, 9, 12, 14, 1, dict.fromkeys((FEB, MAR), (2.0, 4.0))) if ranged else None,
    )
    return label_trajectory([traced])


@pytest.mark.parametrize(
    ("drawn", "seen"), [([0, 1, 2], True), ([0.5, None, 4.9], True), ([0, 5], False), ([None], False)]
)
def test_few_extractions_have_a_tick_each(drawn: list[float | None], seen: bool) -> None:
    """Between two whole numbers, plotly would write one of them twice."""
    traces: list[dict[str, Any]] = [
        {"type": "bar", "x": ["a", "b", "c"], "y": drawn},
        {"type": "bar", "y": [90], "yaxis": "y2"},
    ]
    axis = value_axis(palette(dark=False), tickformat=",d")
    figure = build(traces, dark=False, height=90, layout={"yaxis": axis, "yaxis2": axis, "xaxis": axis})
    layout = described(figure)["layout"]
    assert (layout["yaxis"].get("dtick") == 1) is seen
    assert "dtick" not in layout["yaxis2"]
    assert "dtick" not in layout["xaxis"]


def test_a_missing_month_breaks_the_line(reference: Reference) -> None:
    spec = described(draw_trajectory(trajectory(reference, ranged=False), dark=False, height=300))
    target, line = spec["data"]
    assert list(line["y"])[:4] == [4, None, 7, None]
    assert line["connectgaps"] is False
    assert target["line"]["dash"] == "dash"
    assert list(target["y"])[-1] == 1_200
    assert spec["layout"]["yaxis"]["rangemode"] == "tozero"
    assert spec["layout"]["xaxis"]["ticktext"][1] == "févr."
    assert {note["text"] for note in spec["layout"]["annotations"]} == {"2009<br>7", "Objectif<br>1\u202f200"}


def test_the_range_is_a_band_up_to_its_ceiling(reference: Reference) -> None:
    spec = described(draw_trajectory(trajectory(reference, ranged=True), dark=True, height=300))
    band, estimated = spec["data"][:2]
    assert band["fill"] == "toself"
    assert max(band["y"]) == 11  # 4 + at most 4 in February + 3
    assert estimated["y"][:3] == [None, 6, 9]
    assert estimated["marker"]["symbol"] == "diamond-open"
    assert any(note["text"] == "Au plus<br>11" for note in spec["layout"]["annotations"])


def test_the_band_breaks_where_the_line_does(reference: Reference) -> None:
    """Nobody answered in February: nothing joins January to March."""
    frame = trajectory(reference, ranged=True).with_columns(
        haut=pl.when(pl.col("rang") <= 3).then(pl.lit(12, dtype=pl.Int64))
    )
    spec = described(draw_trajectory(frame, dark=False, height=300))
    bands = [trace for trace in spec["data"] if trace["name"] == "Fourchette"]
    assert [sorted(set(trace["x"])) for trace in bands] == [[1], [3]]


def test_labels_of_one_month_never_overlap() -> None:
    frame = pl.DataFrame(
        {
            "annee": [2009] * 12,
            "rang": range(1, 13),
            "cumul": [100] * 12,
            "haut": [None] * 12,
            "objectif_cumule": [101.0] * 12,
            "libelle_cumul": ["a"] * 12,
            "libelle_objectif": ["b"] * 12,
            "libelle_haut": [""] * 12,
            "texte": [""] * 12,
        },
        schema_overrides={"haut": pl.Int64},
    )
    notes = described(draw_trajectory(frame, dark=False, height=300))["layout"]["annotations"]
    levels = sorted(note["y"] for note in notes)
    assert levels[1] - levels[0] > 10  # a tenth of the scale


def standing(atteintes: dict[str, float | None], *, etat: str | None = None) -> pl.DataFrame:
    states = [
        etat
        if etat is not None
        else "Non déterminé"
        if value is None
        else "En avance"
        if value >= 1.05
        else "En retard"
        for value in atteintes.values()
    ]
    return place_tiles(
        pl.DataFrame(  # pyright: ignore[reportArgumentType] - a plain frame will do
            {
                "cour": list(atteintes),
                "nom_court": list(atteintes),
                "atteinte": list(atteintes.values()),
                "part_reponse": [0.5] * len(atteintes),
                "etat": states,
                "glyphe": [GLYPHS[state] for state in states],
            }
        )
    )


def test_every_cour_has_its_own_place_on_the_map(reference: Reference) -> None:
    codes = reference.cours["cour"].to_list()
    assert set(codes) == set(TILES)
    for year in (2009, 2010, 2011, 2012):
        here = set(reference.attendues(date(year, 1, 1), date(year, 12, 1))["cour"])
        places = [TILES[code][:2] for code in codes if code in here]
        assert len(set(places)) == len(places), year


def test_tiles_carry_glyph_value_and_name_and_a_colour_by_class() -> None:
    placed = standing({"CA-DOUAI": 0.1, "CA-PARIS": 1.2, "CA-LYON": None, "CA-NEUVE": 0.96})
    spec = described(draw_tiles(placed, dark=False, height=300))
    (points,) = spec["data"]
    assert list(points["customdata"]) == ["CA-DOUAI", "CA-PARIS", "CA-LYON", "CA-NEUVE"]
    assert points["text"][0].startswith("▼\u00a010\u00a0%<br>")
    assert "Douai" in points["text"][0]
    assert "n.d." in points["text"][2]
    fills = [shape["fillcolor"] for shape in spec["layout"]["shapes"]]
    assert fills == [FILLS[0], FILLS[5], UNKNOWN_FILL[False], FILLS[2]]
    assert points["y"][3] == 8.25  # a cour the grid does not know is not left out


def test_the_colour_of_a_tile_does_not_affirm_what_is_not_determined() -> None:
    assert standing({"CA-DOUAI": 0.1}, etat="En retard")["classe"].to_list() == [0]
    assert standing({"CA-DOUAI": 0.1}, etat="Non déterminé")["classe"].to_list() == [None]


@pytest.mark.parametrize(
    ("etat", "shades"),
    [
        ("En retard", {0.49: 0, 0.5: 1, 0.74: 1, 0.75: 2, 0.98: 2, 1.2: 2}),
        ("Sur la trajectoire", {0.3: 3, 0.91: 3, 0.95: 4, 1.04: 4, 1.05: 5}),
        ("En avance", {0.91: 3, 1.3: 5}),
        ("Objectif atteint", {1.0: 4, 2.0: 5}),
    ],
)
def test_the_hue_of_a_tile_is_its_state_whatever_its_percentage(etat: str, shades: dict[float, int]) -> None:
    placed = standing({f"CA-{rank}": share for rank, share in enumerate(shades)}, etat=etat)
    assert placed["classe"].to_list() == list(shades.values())


def test_answers_show_a_glyph_in_every_cell(reference: Reference) -> None:
    known = totals(
        [total(JAN, "TGI-LILLE", "CA-DOUAI", 1), total(FEB, "CA-DOUAI", "CA-DOUAI", 1, lots=(1, 2))]
    )
    due = expected([(mois, court, "CA-DOUAI") for mois in (JAN, FEB) for court in ("TGI-LILLE", "CA-DOUAI")])
    laid = lay_out_answers(coverage.describe_answers(known, due), reference.juridictions)
    (heat,) = described(draw_answers(laid, dark=False))["data"]
    assert list(heat["y"]) == ["CA de Douai", "TGI de Lille"]  # the cour first
    assert list(heat["x"]) == ["janv.", "févr."]
    assert [list(line) for line in heat["text"]] == [["·", "C"], ["✓", "·"]]


def test_bars_start_at_zero_and_say_when_there_is_no_answer() -> None:
    frame = pl.DataFrame({"nom": ["a", "b"], "valeur": [3, None], "texte": ["3", "n.r."]})
    spec = described(draw_bars(frame, dark=False))
    assert list(spec["data"][0]["x"]) == [3, 0]
    assert list(spec["data"][0]["text"]) == ["3", "n.r."]
    assert spec["layout"]["xaxis"]["range"][0] == 0


def test_the_control_chart_draws_limits_by_group_and_breaks_where_nobody_answered() -> None:
    days = months_until(date(2010, 12, 1), 16)
    values = [0.02, 0.03] * 4 + [0.08, None, 0.09, 0.08, 0.09, 0.08, 0.09, 0.20]
    drawn = chart(
        days,
        values,
        cibles=[0.05] * 16,
        recalages=[days[8]],
        reglages=Reglages(tendance=7, serie=7, moyenne_minimale=5, limites_essai=13),
    )
    watched = Veille(drawn, None, None, 9.0, Reglages(7, 7, 5, 13))
    spec = described(draw_control(label_chart(watched), dark=False))
    names = [trace["name"] for trace in spec["data"]]
    assert names.count("haut") == 2  # one for each group: limits never cross a new start
    points = spec["data"][names.index("Taux d'évitement")]
    assert points["y"][9] is None
    assert points["connectgaps"] is False
    assert set(points["marker"]["symbol"]) >= {"circle-open"}  # trial limits
    assert spec["data"][names.index("Objectif du mois")]["line"]["dash"] == "dash"


def test_quarters_are_drawn_without_limits() -> None:
    days = months_until(date(2010, 6, 1), 6)
    quarters = by_quarter(days, [1, 0, None, 2, 1, 1])
    watched = Veille(None, quarters, None, 1.0, Reglages(7, 7, 5, 13))
    spec = described(draw_quarters(label_quarters(watched), dark=True))
    assert [trace["name"] for trace in spec["data"]] == ["Médiane", "Extractions évitées"]
    assert spec["data"][1]["x"] == ["1er trim. 2010", "2e trim. 2010"]


def test_the_funnel_names_its_limits_and_its_own_cour() -> None:
    rows = pl.DataFrame(
        {
            "cour": ["CA-1", "CA-2", "CA-3", "CA-4"],
            "nom_court": ["Agen", "Douai", "Lyon", "Bastia"],
            "numerateur": [50.0, 90.0, 70.0, 1.0],
            "denominateur": [1_000.0, 1_500.0, 1_400.0, 40.0],
        }
    )
    placed, spread = funnel(rows, soi="CA-2")
    assert spread is not None
    spec = described(
        draw_funnel(
            label_funnel(placed),
            trace_limits(spread, 1_500.0),
            centre=spread.theta,
            axe="Extractions attendues",
            dark=False,
        )
    )
    own = next(trace for trace in spec["data"] if trace.get("name") == "Cette cour")
    assert own["x"] == [1_500.0]
    assert own["marker"]["symbol"] == ["diamond"]
    others = next(trace for trace in spec["data"] if trace.get("name") == "Autres cours")
    assert others["marker"]["symbol"] == ["circle", "circle", "circle-open"]  # the last too small to judge
    words = [note["text"] for note in spec["layout"]["annotations"]]
    assert words.count("95 %") == 2
    assert "Douai" in words
    assert "Lyon" not in words


def test_intervals_follow_the_order_given() -> None:
    rows = pl.DataFrame(
        {
            "cour": ["CA-1", "CA-2"],
            "nom_court": ["Lyon", "Agen"],
            "observe": [30, 12],
            "attendu": [20.0, 15.0],
        }
    )
    ratios = label_ratios(shrink(rows, soi="CA-2", generator=np.random.default_rng(1)))
    spec = described(draw_intervals(ratios, reference=1.0, mot="comme le pays", dark=False))
    assert spec["layout"]["yaxis"]["ticktext"] == ["Agen", "Lyon"]  # as names are read, not as they rank
    raw, shrunk = spec["data"][-2:]
    assert (raw["marker"]["symbol"], list(raw["x"])) == ("diamond-open", [0.8, 1.5])
    assert list(shrunk["x"]) == [pytest.approx(0.9, abs=0.1), pytest.approx(1.3, abs=0.15)]
    assert len(spec["data"]) == 6  # two bars each, what was observed, and what it is shrunk to


def test_panels_draw_the_two_columns_and_name_the_structural_zeros(reference: Reference) -> None:
    frame = aggregate(
        [
            (JAN, "CA-1", "JAP", 5, 4),
            (MAR, "CA-1", "JAP", 3, 3),
            (JAN, "CA-1", "DELIBERE_INTERETS_CIVILS", 0, 0),
        ]
    )
    series = trace_activities(frame, reference.activites, debut=JAN, fin=MAR)
    summed = sum_up_activities(series)
    panels = arrange_panels(series, summed, focus="DELIBERE_INTERETS_CIVILS")
    spec = described(draw_panels(panels, dark=False))
    notes = [note["text"] for note in spec["layout"]["annotations"]]
    assert notes[0] == "<b>Délibérés,<br>intérêts civils</b><br>s.o. sur toute la période"
    assert notes[1] == "<b>Juge de<br>l'application des peines</b><br>88\u00a0% ont évité une extraction"
    assert list(spec["data"][0]["y"]) == [None, None, None]
    assert list(spec["data"][3]["y"]) == [4, None, 3]
    assert spec["data"][3]["connectgaps"] is False


def test_no_more_than_eight_categories_then_others(reference: Reference) -> None:
    frame = aggregate([(JAN, "CA-1", code, 10, 5) for code in reference.activites["activite"]])
    series = trace_activities(frame, reference.activites, debut=JAN, fin=JAN)
    summed = sum_up_activities(series)
    ranked = rank_activities(summed, mesure="visioconferences")
    assert ranked.height == 8
    assert ranked["nom"].to_list()[-1] == "Autres"
    assert ranked["valeur"].sum() == summed["visioconferences"].sum() == 220
    panels = arrange_panels(series, summed, focus=None)
    assert panels["nom"].n_unique() == 8
    assert panels["visioconferences"].sum() == 220


def test_the_crossing_writes_every_cell(reference: Reference) -> None:
    frame = aggregate([(JAN, "CA-AGEN", "JAP", 4, 1), (JAN, "CA-PARIS", "JAP", 100, 1)])
    crossed = cross_cours_and_activities(frame, reference.activites, reference.cours, periode=Periode(JAN))
    heat, absent = described(draw_intensity(crossed, dark=False))["data"]
    column = list(heat["x"]).index("Juge de l'application des peines")
    assert list(heat["y"]) == ["Agen", "Paris"]
    assert heat["text"][0][column] == "4"
    assert heat["z"][0][column] == pytest.approx(0.2)  # √(4 / 100)
    written = set(zip(absent["x"], absent["y"], absent["text"], strict=True))
    assert ("Correctionnel, prévenu", "Agen", "s.o.") in written
    assert ("Chambre de l'instruction", "Agen", "n.r.") in written
    assert len(written) == 2 * 22 - 2


def test_a_projection_enlarges_a_copy() -> None:
    figure = draw_bars(pl.DataFrame({"nom": ["a"], "valeur": [3], "texte": ["3"]}), dark=False)
    larger = described(enlarge(figure))
    assert larger["layout"]["font"]["size"] == pytest.approx(12 * 1.3)
    assert described(figure)["layout"]["font"]["size"] == 12


def test_plotly_speaks_french_and_fetches_nothing() -> None:
    assert CONFIG["locale"] == "fr"
    assert CONFIG["locales"]["fr"]["format"]["decimal"] == ","
    spec = described(draw_bars(pl.DataFrame({"nom": ["a"], "valeur": [3], "texte": ["3"]}), dark=True))
    assert spec["layout"]["separators"] == ",\u202f"
    assert "http" not in str(spec)
