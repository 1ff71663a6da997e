from dataclasses import replace
from datetime import date
from fractions import Fraction

import dataframely as dy
import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from analytics.trajectoire.account import Mois
from analytics.trajectoire.thermometers import EcartExplique, Thermometre, read_thermometers
from analytics.trajectoire.words.thermometers import (
    columns_behind,
    detail_of,
    explain_gap,
    tell_thermometers,
    title_thermometers,
)
from analytics.vocabulary.periods import Periode
from analytics.vocabulary.schemas import Interieur
from data.reference import load_parameters
from tests.analytics.frames import objective

NB = "\u00a0"


def counted(rows: list[tuple[int, int, int]]) -> dy.DataFrame[Interieur]:
    """(month, required, executed) of one service."""
    lines = [(date(2009, rank, 1), "CA-1", "police", r, x) for rank, r, x in rows]
    return Interieur.validate(pl.DataFrame(lines, schema=Interieur.create_empty().schema, orient="row"))


def months(avoided: list[int], executed: list[int | None]) -> list[Mois]:
    return [
        Mois(date(2009, rank, 1), n, n, n, 10, 8, x)
        for rank, (n, x) in enumerate(zip(avoided, executed, strict=True), 1)
    ]


def compared(
    mois: list[Mois],
    rows: list[tuple[int, int, int]],
    *,
    base: int = 155_000,
    non_dites: dict[date, float] | None = None,
    fin: int = 12,
) -> tuple[dy.DataFrame[Thermometre], EcartExplique | None]:
    """Compare the two counts of 2009, from January to the month `fin`."""
    return read_thermometers(
        mois,
        counted(rows),
        objectif=objective(base),
        non_dites=non_dites or {},
        periode=Periode(date(2009, fin, 1)),
        parametres=load_parameters(),
    )


@given(
    st.lists(
        st.tuples(st.integers(0, 900), st.integers(0, 20_000), st.integers(0, 20_000)),
        min_size=1,
        max_size=12,
    ),
    st.dictionaries(st.sampled_from([date(2009, rank, 1) for rank in range(1, 13)]), st.floats(0, 500)),
)
def test_the_lines_always_make_the_gap(rows: list[tuple[int, int, int]], unsaid: dict[date, float]) -> None:
    line = [(rank, r, x) for rank, (_, r, x) in enumerate(rows, 1)]
    frame, ecart = compared(months([a for a, _, _ in rows], [x for _, _, x in rows]), line, non_dites=unsaid)
    assert ecart is not None
    assert ecart.ecart == ecart.calendrier + ecart.demande + ecart.declarations + ecart.non_executees
    detail = detail_of(frame)
    for name in ("ecart", "calendrier", "demande", "declarations", "non_executees", "constatee"):
        assert abs(float(detail[name].sum()) - float(getattr(ecart, name))) < 1e-6
    # As written too: the two counts leave the gap, and the four lines make it.
    justice, interieur, gap, *parts = (
        int(line.valeur.replace("\u202f", "").replace("\u2212", "-")) for line in explain_gap(ecart)
    )
    assert gap == justice - interieur == sum(parts)


def test_more_demand_hides_what_was_avoided() -> None:
    """155 000 a year; 7 750 avoided while demand is up by 3 %: executed 151 900, a fall of 2,0 % only."""
    required = 155_000 + 4_650 - 7_750
    by_month = [required // 12] * 11 + [required - required // 12 * 11]
    _, ecart = compared(
        months([7_750 // 12] * 11 + [7_750 - 7_750 // 12 * 11], list(by_month)),
        [(rank, n, n) for rank, n in enumerate(by_month, start=1)],
    )
    assert ecart is not None
    assert ecart.part_demande == Fraction(3, 100)
    assert ecart.constatee == 3_100
    assert ecart.calendrier == 0  # over a whole year, the season is the base
    assert f"en hausse de 3,0{NB}%" in tell_thermometers(ecart)
    assert f"que de 2,0{NB}%" in tell_thermometers(ecart)


def test_months_that_interieur_did_not_count_are_left_out_of_both_sides() -> None:
    frame, ecart = compared(months([40, 50], [900, None]), [(1, 905, 900)], base=12_000, fin=2)
    assert ecart is not None
    assert (ecart.mois, ecart.declaree, ecart.non_executees) == (1, 40, -5)
    assert ecart.constatee == 100
    assert frame["executees"].to_list() == [900, None]
    nothing = compared(months([40], [None]), [], base=12_000)[1]
    assert nothing is None
    assert explain_gap(None) == ()
    assert "Importez" in tell_thermometers(None)


def test_every_line_opens_on_its_months() -> None:
    frame, ecart = compared(months([40], [900]), [(1, 905, 900)], base=12_000)
    detail = detail_of(frame)
    lines = explain_gap(ecart)
    assert len(lines) == 7
    for ligne in lines:
        assert {colonne.nom for colonne in columns_behind(ligne)} <= set(detail.columns)


def test_a_month_that_nobody_answered_is_not_a_zero() -> None:
    """It breaks the line; what Intérieur counted then still makes the gap."""
    spoken, silent, none = (
        Mois(date(2009, rank, 1), n, n, n, 10, answers, 900)
        for rank, n, answers in ((1, 40, 8), (2, 0, 0), (3, 0, 8))
    )
    frame, ecart = compared(
        [spoken, silent, none],
        [(1, 950, 900), (2, 950, 900), (3, 950, 900)],
        non_dites={date(2009, 2, 1): 30.0},
    )
    assert frame["evitees"].to_list() == [40, None, 0]
    assert ecart is not None
    assert ecart.mois == 3
    detail = detail_of(frame)
    assert abs(float(detail["demande"].sum()) - float(ecart.demande)) < 1e-6
    assert detail["ecart"].null_count() == 0


def test_where_nobody_answered_nothing_is_counted_as_none_avoided() -> None:
    silent = [replace(month, repondues=0) for month in months([0, 0], [8_000, 9_000])]
    _, ecart = compared(silent, [(1, 8_100, 8_000), (2, 9_100, 9_000)], fin=2)
    assert ecart is not None
    assert ecart.muette
    assert "0 " not in title_thermometers(ecart).replace(NB, " ").split(";")[0]
    assert title_thermometers(ecart).startswith("Rien de déclaré à la Justice, faute de réponse")
    assert tell_thermometers(ecart).startswith("Aucune juridiction n'a répondu")
    assert explain_gap(ecart) == ()


def test_one_is_singular_and_a_demand_that_does_not_move_is_stable() -> None:
    _, ecart = compared(months([1], [14_000]), [(1, 14_000, 14_000)], fin=1)
    assert ecart is not None
    told = tell_thermometers(replace(ecart, part_demande=Fraction(1, 10_000))).replace(NB, " ")
    assert "1 extraction évitée, avec une demande stable, n'empêche pas" in told
