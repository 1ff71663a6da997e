from collections.abc import Sequence
from datetime import date
from importlib import import_module
from typing import Any

import dataframely as dy
import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.comparaison.comparison import (
    ANONYMOUS,
    BELOW,
    CRITERES,
    FAR_ABOVE,
    IMPOSSIBLE,
    INSIDE,
    TAIL_95,
    TAIL_998,
    TOO_FEW,
    Dispersion,
    Entonnoir,
    Floats,
    Rapport,
    disperse,
    expect,
    find_peers,
    funnel,
    mask,
    overdispersion,
    place_ratios,
    scale_to_country,
    shrink,
    trace_limits,
)
from analytics.comparaison.words import (
    figure_of_comparison,
    label_funnel,
    label_ratios,
    legend_of_funnel,
    tell_funnel,
    tell_ratio,
    title_funnel,
)
from analytics.leviers.equipment import equipped_shares
from analytics.vocabulary.schemas import Equipements
from tests.analytics.vectors import vectors

FUNNEL = vectors("funnel")
MIX = vectors("comparison")["indirect_standardisation_hand"]


def counts_apart(z: float, skew: float = 1.0) -> float:
    """How many counts may separate an exact limit from the formula of a reference.

    Cornish and Fisher: a quantile of a count is that of a normal law, plus (z² − 1) / 6 of its skewness, plus
    a rounding of one at most. Garwood's bounds, around a count and not around its mean, lean the other way.
    """
    return 1 + skew * (z**2 - 1) / 6


Z = {TAIL_95: 1.959964, TAIL_998: 3.090232}


def test_at_large_counts_the_exact_limits_are_those_of_the_reference_for_ratios() -> None:
    """FunnelPlotR draws O / E by chi-square (Garwood) bounds; a rare event is binomial as it is Poisson."""
    given_, expected = FUNNEL["fp_sr_unadjusted"]["input"], FUNNEL["fp_sr_unadjusted"]["expected"]
    sizes = np.array(given_["expected"], dtype=np.float64)
    rare = 1e-3
    for tail, name in ((TAIL_95, "95"), (TAIL_998, "998")):
        low, high = Dispersion(rare, 1.0, 0.0).limits(sizes / rare, tail)
        apart = counts_apart(Z[tail])
        assert low / rare * sizes == pytest.approx(np.array(expected[f"ll{name}"]) * sizes, abs=apart)
        assert high / rare * sizes == pytest.approx(np.array(expected[f"ul{name}"]) * sizes, abs=apart)


def test_at_large_counts_the_exact_limits_are_those_of_the_reference_for_proportions() -> None:
    """PHEindicatormethods draws θ ± z √(θ(1−θ)/n), where that holds: 10 expected at least, either side."""
    vector = FUNNEL["phe_prop_limits"]
    theta = vector["average"]
    rows = [row for row in vector["rows"] if row["n"] * (1 - theta) >= 10]
    assert len(rows) >= 4
    n = np.array([row["n"] for row in rows])
    for tail, name in ((TAIL_95, "95"), (TAIL_998, "998")):
        low, high = Dispersion(theta, 1.0, 0.0).limits(n, tail)
        apart = counts_apart(Z[tail], abs(1 - 2 * theta))
        assert low * n == pytest.approx(np.array([row[f"lower{name}"] for row in rows]) / 100 * n, abs=apart)
        assert high * n == pytest.approx(np.array([row[f"upper{name}"] for row in rows]) / 100 * n, abs=apart)


@pytest.mark.parametrize("theta", [0.01, 0.05, 0.3, 0.8])
@pytest.mark.parametrize("tau2", [0.0, 0.0004, 0.004])
def test_a_cour_like_the_others_is_rarely_outside_at_any_size(theta: float, tau2: float) -> None:
    """Computed, not drawn, at every expected count from 1 to 200, with the law of another library."""
    stats: Any = import_module("scipy.stats")
    rho = 4 * tau2
    outside = {TAIL_95: 0.0, TAIL_998: 0.0}
    for expected_count in range(1, 201):
        n = max(round(expected_count / theta), 1)
        k = np.arange(n + 1)
        shapes = (theta * (1 / rho - 1), (1 - theta) * (1 / rho - 1)) if rho else ()
        law = stats.betabinom(n, *shapes) if rho else stats.binom(n, theta)
        chances: Floats = law.pmf(k)
        for tail in outside:
            low, high = Dispersion(theta, 1.0, tau2).limits(np.array([float(n)]), tail)
            out = float(chances[(k / n < low) | (k / n > high)].sum())
            assert out <= 2 * tail + 1e-9, (n, out)
            outside[tail] = max(outside[tail], out)
    # Nor are they so wide that nothing ever is: some size comes near what is said.
    # Where zero is the likeliest count at any size, nothing is too low.
    sides = 2 if not rho or theta * (1 / rho - 1) > 2 else 1
    assert outside[TAIL_95] > 0.8 * sides * TAIL_95
    assert outside[TAIL_998] > 0.6 * sides * TAIL_998


def test_limits_move_with_the_size_without_a_step() -> None:
    sizes = np.arange(100.0, 3_000.0)
    for tail in (TAIL_95, TAIL_998):
        for limit in Dispersion(0.05, 1.0, 0.0).limits(sizes, tail):
            assert np.abs(np.diff(limit * sizes)).max() < 0.6  # of one extraction


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
    derived = vector["derived"]
    theta = float(avoided.sum() / base.sum())
    assert theta == pytest.approx(derived["theta"])
    spread = disperse(avoided, base, theta)
    assert spread.phi == pytest.approx(derived["phi_winsorised"])
    assert spread.tau2 == pytest.approx(derived["tau2"])
    # The vector's limits are those of the arcsine scale, to which the exact ones come at large counts. One
    # count separates them, and the skewness of what the cours add, a Beta of shape a: (z² − 1) / 3√a of it.
    low, _ = spread.limits(base, TAIL_95)
    rho = 4 * spread.tau2
    sd = np.sqrt(theta * (1 - theta) * (1 / base + rho))
    lean = (Z[TAIL_95] ** 2 - 1) / 3 / np.sqrt(theta / rho) * sd
    arcsine = np.array(derived["od95_lower"])
    assert (np.abs(low - arcsine) <= counts_apart(Z[TAIL_95]) / base + lean).all()
    large = base >= 2_000
    assert low[large] == pytest.approx(arcsine[large], rel=0.06)


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
    spread = disperse(top, bottom, float(top.sum() / bottom.sum()))
    plain = Dispersion(spread.theta, 1.0, 0.0)
    size = np.array([float(n)])
    (low, high), (plain_low, plain_high) = spread.limits(size, TAIL_95), plain.limits(size, TAIL_95)
    # Of one count at most: a law more spread may hold a few more zeros, and its tail be thinner there.
    assert low <= plain_low + 1 / n
    assert high >= plain_high - 1 / n
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
    assert told.endswith("trop peu pour dire")
    figure = figure_of_comparison(own)
    assert (figure.valeur, figure.complement) == ("n.d.", "trop peu pour dire")
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


def test_what_is_too_small_to_say_anything_is_said_with_the_threshold() -> None:
    few = {f"CA-{rank}": (90 + rank, 100.0) for rank in range(8)}
    placed, spread = compared(few | {"TSA": (0, 1.2)})[0], Dispersion(0.05, 1.0, 0.0)
    told = tell_funnel(placed, spread, mesure="evitees").replace("\u00a0", " ")
    assert "1 cour non comparée (○), trop peu pour dire : on attend moins de 5." in told
    labelled = label_funnel(placed)
    row = labelled.filter(cour="TSA").row(0, named=True)
    assert row["position_ecrite"] == "○ trop peu pour dire (moins de 5 attendues)"
    assert row["texte"].endswith("trop peu pour dire (moins de 5 attendues)")
    assert labelled.filter(~pl.col("dit"))["cour"].to_list() == ["TSA"]
    assert legend_of_funnel(placed) == (("", "○ trop peu pour dire (moins de 5 attendues)"),)
    # Where every cour is large enough, none of it is said.
    enough, _ = compared(few)
    assert "trop peu" not in tell_funnel(enough, spread, mesure="evitees")
    assert legend_of_funnel(enough) == ()
    assert label_funnel(enough)["dit"].all()


def test_a_group_too_small_to_say_anything_is_said_so() -> None:
    few = {f"CA-{rank}": (90 + rank, 100.0) for rank in range(8)}
    placed, _ = compared(few | {"TSA": (0, 1.2), "TPI": (1, 2.0)})
    small = Entonnoir.cast(placed.filter(pl.col("cour").is_in(["TSA", "TPI"])))
    assert title_funnel(small) == "Trop peu pour dire\u00a0: on attend moins de 5 de chacune de ces 2 cours"
    own = Entonnoir.cast(small.filter(cour="TSA"))
    assert title_funnel(own) == "Trop peu pour dire\u00a0: on attend moins de 5 de cette cour"
    mixed = Entonnoir.cast(placed.filter(pl.col("cour").is_in(["TSA", "CA-3", "CA-4"])))
    assert "Trop peu" not in title_funnel(mixed)


def test_no_cour_is_called_low_for_avoiding_nothing_where_chance_does_that() -> None:
    """Expected 3,8: the arcsine limits called a zero far too low; 2,2 % of cours do that by chance."""
    others = {f"CA-{rank}": (100.0, 2_000.0) for rank in range(8)}
    frame = rows([*others.values(), (0, 76.0), (0, 110.0)])
    placed, spread = funnel(frame, soi=None)
    assert spread is not None
    zero, larger = placed.row(8, named=True), placed.row(9, named=True)
    assert zero["position"] == TOO_FEW
    assert larger["position"] == BELOW  # 5,4 expected: 0,4 % of cours, so not beyond 99,8 %
    assert larger["bas_998"] <= 0
