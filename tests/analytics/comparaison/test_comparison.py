from collections.abc import Sequence
from datetime import date

import dataframely as dy
import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.comparaison.comparison import (
    ANONYMOUS,
    CRITERES,
    FAR_ABOVE,
    IMPOSSIBLE,
    INSIDE,
    TOO_FEW,
    Z95,
    Z998,
    Dispersion,
    Entonnoir,
    Rapport,
    disperse,
    expect,
    find_peers,
    funnel,
    mask,
    overdispersion,
    place_ratios,
    proportion_limits,
    ratio_limits,
    scale_to_country,
    shrink,
    trace_limits,
)
from analytics.comparaison.words import figure_of_comparison, label_ratios, tell_ratio, title_funnel
from analytics.leviers.equipment import equipped_shares
from analytics.vocabulary.schemas import Equipements
from tests.analytics.vectors import vectors

FUNNEL = vectors("funnel")
MIX = vectors("comparison")["indirect_standardisation_hand"]


def test_exact_limits_of_a_ratio() -> None:
    given_, expected = FUNNEL["fp_sr_unadjusted"]["input"], FUNNEL["fp_sr_unadjusted"]["expected"]
    sizes = np.array(given_["expected"], dtype=np.float64)
    low, high = ratio_limits(sizes, 0.025)
    far_low, far_high = ratio_limits(sizes, 0.001)
    assert low == pytest.approx(expected["ll95"], abs=1e-6)
    assert high == pytest.approx(expected["ul95"], abs=1e-6)
    assert far_low == pytest.approx(expected["ll998"], abs=1e-6)
    assert far_high == pytest.approx(expected["ul998"], abs=1e-6)


def test_limits_of_a_proportion() -> None:
    vector = FUNNEL["phe_prop_limits"]
    n = np.array([row["n"] for row in vector["rows"]])
    for z, name in ((Z95, "95"), (Z998, "998")):
        low, high = proportion_limits(vector["average"], n, z)
        assert low * 100 == pytest.approx([row[f"lower{name}"] for row in vector["rows"]], abs=1e-4)
        assert high * 100 == pytest.approx([row[f"upper{name}"] for row in vector["rows"]], abs=1e-4)


def test_overdispersion_of_ratios() -> None:
    """The reference trims instead of winsorising; with six units at 10 %, it trims none."""
    vector = FUNNEL["fp_phi_shmi"]
    expected = np.array(vector["input"]["denominator"])
    s = 1 / np.sqrt(expected)
    z = np.log(np.array(vector["input"]["numerator"]) / expected) / s
    assert z == pytest.approx(vector["derived"]["z"])
    phi, tau2 = overdispersion(z, s, winsor=0.0)
    assert phi == pytest.approx(vector["expected"]["phi"], abs=1e-6)
    assert tau2 == pytest.approx(vector["derived"]["tau2"])


def test_the_funnel_of_37_cours() -> None:
    vector = FUNNEL["project_avoidance_rate_derived"]
    avoided, base = (np.array(vector["input"][name]) for name in ("avoided", "baseline"))
    spread = disperse(avoided, base)
    derived = vector["derived"]
    assert spread.theta == pytest.approx(derived["theta"])
    assert spread.phi == pytest.approx(derived["phi_winsorised"])
    assert spread.tau2 == pytest.approx(derived["tau2"])
    low, _ = spread.limits(base, Z95)
    assert low == pytest.approx(derived["od95_lower"])


def test_what_the_country_does_with_the_same_activities() -> None:
    given_, expected = MIX["input"], MIX["expected"]
    cells = [
        (f"C{c}", f"A{a}", base, avoided / len(bases))
        for c, (bases, avoided) in enumerate(zip(given_["baseline"], given_["avoided"], strict=True))
        for a, base in enumerate(bases)
    ]
    frame = pl.DataFrame(cells, schema=["cour", "activite", "exposition", "observe"], orient="row")
    # The vector gives the national rates; a cour large enough to set them alone brings them here.
    rates = given_["national_rate"]
    setting = [("PAYS", f"A{a}", 1e12, rate * 1e12) for a, rate in enumerate(rates)]
    country = pl.DataFrame(setting, schema=frame.schema, orient="row")
    found = expect(pl.concat([frame, country])).filter(pl.col("cour") != "PAYS")
    assert found["attendu"].to_list() == pytest.approx(expected["expected"], rel=1e-6)
    assert (found["observe"] / found["attendu"]).to_list() == pytest.approx(expected["sr"], rel=1e-6)


def rows(counts: Sequence[tuple[float, float]]) -> pl.DataFrame:
    return pl.DataFrame(
        [(f"CA-{rank}", f"Cour {rank}", top, bottom) for rank, (top, bottom) in enumerate(counts)],
        schema={
            "cour": pl.String,
            "nom_court": pl.String,
            "numerateur": pl.Float64,
            "denominateur": pl.Float64,
        },
        orient="row",
    )


def test_a_cour_far_from_the_others_is_seen_and_the_others_are_not() -> None:
    placed, _ = funnel(rows([(50 + n % 3, 1_000) for n in range(12)] + [(200, 1_000)]), soi="CA-12")
    assert placed.filter("soi")["position"].to_list() == [FAR_ABOVE]
    assert set(placed.filter(~pl.col("soi"))["position"]) == {INSIDE}


def test_what_cannot_be_a_proportion_is_said_not_drawn() -> None:
    placed, spread = funnel(rows([(50, 1_000), (40, 900), (60, 1_100), (12, 10), (0, 0)]), soi=None)
    assert spread is not None
    assert placed.height == 4  # no denominator: nothing to compare
    odd = placed.filter(pl.col("valeur") > 1).row(0, named=True)
    assert (odd["position"], odd["haut_95"], odd["glyphe"]) == (IMPOSSIBLE, None, "○")


def test_two_cours_make_no_funnel() -> None:
    placed, spread = funnel(rows([(5, 10), (3, 10)]), soi=None)
    assert spread is None
    assert placed["haut_95"].to_list() == [None, None]


@given(
    st.lists(st.tuples(st.integers(0, 300), st.integers(300, 9_000)), min_size=3, max_size=20),
    st.integers(1, 50_000),
)
def test_widened_limits_are_never_narrower(counts: list[tuple[int, int]], n: int) -> None:
    top, bottom = (np.array(column, dtype=np.float64) for column in zip(*counts, strict=True))
    if not top.sum():
        return
    spread = disperse(top, bottom)
    plain = Dispersion(spread.theta, 1.0, 0.0)
    size = np.array([float(n)])
    (low, high), (plain_low, plain_high) = spread.limits(size, Z95), plain.limits(size, Z95)
    assert low <= plain_low + 1e-12
    assert high >= plain_high - 1e-12
    traced = trace_limits(spread, 5_000.0)
    assert (traced["bas_998"] <= traced["bas_95"]).all()
    assert (traced["haut_95"] <= traced["haut_998"]).all()


def ratios(counts: list[tuple[int, float]]) -> pl.DataFrame:
    return rows([(float(top), bottom) for top, bottom in counts]).rename(
        {"numerateur": "observe", "denominateur": "attendu"}
    )


@given(st.lists(st.tuples(st.integers(0, 500), st.floats(0.1, 500)), min_size=1, max_size=15), st.randoms())
def test_shrunk_ratios_lie_between_the_raw_one_and_1(counts: list[tuple[int, float]], mixer: object) -> None:
    shrunk = shrink(ratios(counts), soi=None, generator=np.random.default_rng(1))
    for row in shrunk.iter_rows(named=True):
        low, high = sorted((row["brut"], 1.0))
        assert low - 1e-9 <= row["rapport"] <= high + 1e-9
        assert row["bas_95"] <= row["bas_80"] <= row["haut_80"] <= row["haut_95"]
        assert 1 <= row["rang_bas"] <= row["rang_haut"] <= len(counts)
    reversed_rows = ratios(counts).reverse()
    again = shrink(reversed_rows, soi=None, generator=np.random.default_rng(1))
    assert again.sort("cour").equals(shrunk.sort("cour"))


def test_nothing_to_compare_is_empty() -> None:
    assert shrink(ratios([]), soi=None, generator=np.random.default_rng(1)).is_empty()


@pytest.mark.parametrize("critere", CRITERES)
def test_peers_always_hold_the_cour_itself(critere: str) -> None:
    codes = [f"CA-{rank}" for rank in range(9)]
    peers = find_peers(
        "CA-4",
        critere=critere,
        groupes=dict.fromkeys(codes[3:6], "2") | {"CA-0": None},
        volumes={code: float(rank) for rank, code in enumerate(codes)},
        equipes={code: 1 - rank / 9 for rank, code in enumerate(codes) if rank != 8},
    )
    assert "CA-4" in peers
    assert len(peers) == {"toutes": 9, "groupe": 3, "volume": 3, "equipement": 3}[critere]
    assert find_peers(
        "CA-0", critere="groupe", groupes={"CA-0": None, "CA-1": None}, volumes={}, equipes={}
    ) == {"CA-0"}


def test_the_share_equipped_is_that_of_the_population() -> None:
    frame = Equipements.validate(
        pl.DataFrame(
            [
                ("CA-1", "A", 300, date(2008, 1, 1), "x"),
                ("CA-1", "B", 100, None, "x"),
                ("CA-2", "C", 0, None, "x"),
            ],
            schema=Equipements.create_empty().schema,
            orient="row",
        )
    )
    assert equipped_shares(frame, date(2009, 1, 1)) == {"CA-1": 0.75}
    assert equipped_shares(frame, date(2007, 1, 1)) == {"CA-1": 0.0}


def test_masked_peers_keep_neither_name_nor_code() -> None:
    placed, _ = funnel(rows([(50, 1_000), (40, 900), (60, 1_100)]), soi="CA-1")
    masked = mask(placed, par="valeur")
    assert masked.filter(~pl.col("soi"))["nom_court"].unique().to_list() == [ANONYMOUS]
    text = masked.write_csv()
    assert "CA-0" not in text
    assert "Cour 2" not in text
    assert "CA-1" in text


def compared(counts: dict[str, tuple[int, float]]) -> tuple[dy.DataFrame[Entonnoir], dy.DataFrame[Rapport]]:
    """Cours of (observe, attendu), in the funnel and as ratios: the same numbers, said twice."""
    frame = pl.DataFrame(
        [(cour, cour, float(top), bottom, bottom * 20) for cour, (top, bottom) in counts.items()],
        schema={
            "cour": pl.String,
            "nom_court": pl.String,
            "observe": pl.Float64,
            "attendu": pl.Float64,
            "exposition": pl.Float64,
        },
        orient="row",
    )
    # What the country avoids is what is expected of all of them together.
    frame = frame.with_columns(pl.col("attendu") * pl.col("observe").sum() / pl.col("attendu").sum())
    scaled = scale_to_country(frame).rename({"observe": "numerateur"})
    placed, spread = funnel(scaled.select("cour", "nom_court", "numerateur", "denominateur"), soi=None)
    shrunk = shrink(frame, soi=None, generator=np.random.default_rng(1))
    return placed, place_ratios(shrunk, placed, spread)


def test_the_two_charts_call_the_same_cours_different() -> None:
    """Ten cours around 1, one at 1,5 that its own numbers make sure, one at 3: only the last differs."""
    counts = {f"CA-{rank:02d}": (round(100 * (0.6 + 0.08 * rank)), 100.0) for rank in range(10)}
    placed, ratios = compared(counts | {"CA-SURE": (1_500, 1_000.0), "CA-LOIN": (600, 200.0)})
    funnel_says = dict(placed.select("cour", "position").iter_rows())
    for row in ratios.iter_rows(named=True):
        assert row["position"] == funnel_says[row["cour"]]
        inside = row["limite_bas"] <= row["brut"] <= row["limite_haut"]
        assert inside == (row["position"] == INSIDE), row
    sure = ratios.filter(cour="CA-SURE").row(0, named=True)
    # Known well, and away from 1: that is no difference from the others yet.
    assert sure["bas_95"] > 1
    assert sure["position"] == INSIDE
    told = tell_ratio(ratios.filter(cour="CA-SURE")).replace("\u00a0", " ")
    assert told.startswith("CA-SURE évite 1,")
    assert told.endswith(" fois ce que sa base laisse attendre : écart courant entre cours")
    assert ratios.filter(cour="CA-LOIN")["position"].item() != INSIDE


@pytest.mark.parametrize(("observe", "attendu"), [(0, 0.03), (0, 4.9), (3, 1.2)])
def test_a_cour_of_which_too_little_is_expected_is_not_compared(observe: int, attendu: float) -> None:
    counts = {f"CA-{rank}": (100 + rank, 100.0) for rank in range(5)}
    _, ratios = compared(counts | {"TSA": (observe, attendu)})
    own = ratios.filter(cour="TSA")
    told = tell_ratio(own).replace("\u00a0", " ")
    assert told.startswith(f"TSA : {observe} extraction")
    assert told.endswith("trop peu pour comparer")
    figure = figure_of_comparison(own)
    assert (figure.valeur, figure.complement) == ("n.d.", "trop peu pour comparer")
    assert label_ratios(ratios).filter(cour="TSA")["verdict"].item().startswith("trop peu")
    # Nor by the other chart: both count the same cours as differing, among the same.
    others = {f"CA-{rank:02}": (90, 100.0) for rank in range(10)} | {"CA-LOIN": (200, 100.0)}
    placed, _ = compared(others | {"TSA": (observe, attendu)})
    assert placed.filter(cour="TSA")["position"].item() == TOO_FEW
    assert title_funnel(placed).replace("\u00a0", " ").startswith("10 cours sur 11 ne se distinguent pas")


def test_what_was_observed_is_not_told_as_what_it_is_shrunk_to() -> None:
    counts = {f"CA-{rank}": (100 + rank, 100.0) for rank in range(8)}
    _, ratios = compared(counts | {"CA-ZERO": (0, 6.0)})
    own = ratios.filter(cour="CA-ZERO")
    assert own["rapport"].item() > 0.2
    assert "évite 0,00 fois" in tell_ratio(own)
    assert figure_of_comparison(own).valeur == "0,00 fois"
    assert "Resserré vers la moyenne" in figure_of_comparison(own).sens
