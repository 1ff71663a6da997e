from datetime import UTC, date, datetime
from fractions import Fraction

import dataframely as dy
import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.leviers.potential import (
    HOURS_PER_EXTRACTION,
    Potentiel,
    add_up_potential,
    cost_of_inaction,
    find_potential,
)
from analytics.objectif.need import Besoin, spread_base
from analytics.objectif.profile import season_of
from analytics.vocabulary.parameters import Parametres
from analytics.vocabulary.perimetre import NATIONAL
from analytics.vocabulary.periods import Periode
from analytics.vocabulary.reference import Reference
from analytics.vocabulary.schemas import BaseActivite, Declarations, Equipements
from analytics.vocabulary.situation import Faits
from data.reference import load_parameters, load_reference, load_referentiel
from data.store.store import Store
from tests.analytics.frames import rows_of, total, totals

JUNE = Periode(date(2009, 6, 1))
TOWNS = ("TGI-LILLE", "TGI-DOUAI", "CA-DOUAI")
NO_COUNT = BaseActivite.create_empty()


def declared(rows: list[tuple[int, str, str, int, int]]) -> dy.DataFrame[Declarations]:
    """Rows of (month of 2009, juridiction, activite, visioconferences, extractions_evitees)."""
    known = datetime(2009, 7, 10, tzinfo=UTC)
    return rows_of(
        Declarations,
        [
            (date(2009, rang, 1), court, activite, visio, avoided, "CA-DOUAI", known, None, 1)
            for rang, court, activite, visio, avoided in rows
        ],
    )


def courts(reference: Reference, codes: tuple[str, ...] = TOWNS) -> pl.DataFrame:
    return reference.attendues(JUNE.fin, JUNE.fin).filter(pl.col("juridiction").is_in(codes)).drop("mois")


def need(
    cellules: dy.DataFrame[Declarations], *, base: int = 10_000, loaded: dy.DataFrame[BaseActivite] = NO_COUNT
) -> dy.DataFrame[Besoin]:
    return spread_base(
        courts(load_reference()),
        Faits(
            totaux=totals(
                total(mois, court, "CA-DOUAI", 0, visio=visio)
                for mois, court, visio in cellules.group_by("mois", "juridiction")
                .agg(pl.col("visioconferences").sum())
                .iter_rows()
            ),
            bases_activites=loaded,
        ),
        load_referentiel(),
        bases={"CA-DOUAI": Fraction(base)},
        day=date(2009, 6, 30),
    )


def potential(
    cellules: dy.DataFrame[Declarations], *, equipe: float | None = 1.0, periode: Periode = JUNE
) -> dy.DataFrame[Potentiel]:
    reference = load_reference()
    return find_potential(
        need(cellules),
        cellules,
        activites=reference.activites,
        juridictions=reference.juridictions,
        equipes={} if equipe is None else {"CA-DOUAI": equipe},
        periode=periode,
        parametres=load_parameters(),
    )


def row(frame: pl.DataFrame, juridiction: str, activite: str) -> dict[str, float]:
    return frame.filter(pl.col("juridiction") == juridiction, pl.col("activite") == activite).row(
        0, named=True
    )


NOBODY = declared([])


def test_the_key_of_the_parameters_sums_to_one(parametres: Parametres) -> None:
    assert sum(parametre.valeur for parametre in parametres if parametre.nom.startswith("part_base_")) == 1


def test_the_base_is_spread_whole(reference: Reference) -> None:
    spread = need(declared([(5, "TGI-LILLE", "JAP", 30, 2), (5, "TGI-DOUAI", "JAP", 10, 2)]))
    assert spread["base"].sum() == pytest.approx(10_000)
    assert not spread["compte"].any()
    # A cour fills in its own activities only.
    assert set(spread.filter(pl.col("juridiction") == "CA-DOUAI")["activite"]) <= set(
        reference.lignes.filter(pl.col("type") == "CA")["activite"]
    )
    # Half of an activity in equal parts, half by the videoconferences declared: 1 + 1,5 against 1 + 0,5.
    lille, douai = (row(spread, court, "JAP")["base"] for court in ("TGI-LILLE", "TGI-DOUAI"))
    assert lille / douai == pytest.approx(1.25 / 0.75)


def test_a_count_by_activity_replaces_the_key() -> None:
    loaded = rows_of(
        BaseActivite,
        [(2008, "CA-DOUAI", "JAP", 300, "Enquête"), (2008, "CA-DOUAI", "INSTRUCTION", 100, "Enquête")],
    )
    spread = need(NOBODY, base=4_000, loaded=loaded)
    sums = dict(spread.group_by("activite").agg(pl.col("base").sum()).iter_rows())
    assert sums == pytest.approx({"JAP": 3_000, "INSTRUCTION": 1_000})
    assert spread["compte"].all()


def test_what_is_not_legal_yet_is_not_within_reach() -> None:
    found = potential(declared([(5, "TGI-LILLE", "JAP", 3, 2)]))
    cell = row(found, "TGI-LILLE", "CORRECTIONNEL_PREVENU")
    assert cell["potentiel"] == 0
    assert cell["non_permises"] == pytest.approx(cell["base"])
    later = row(
        potential(declared([(5, "TGI-LILLE", "JAP", 3, 2)]), periode=Periode(date(2011, 3, 1))),
        "TGI-LILLE",
        "CORRECTIONNEL_PREVENU",
    )
    assert later["potentiel"] == pytest.approx(later["base"] / 2)


def test_what_is_done_is_read_on_the_last_six_months_answered(parametres: Parametres) -> None:
    rows = [(rang, "TGI-LILLE", "JAP", 9, 9 if rang == 1 else 2) for rang in (1, 2, 3, 4, 5, 6, 7)]
    cell = row(potential(declared(rows)), "TGI-LILLE", "JAP")
    season = season_of(2009, parametres)
    assert cell["faites"] == pytest.approx(12 / float(sum(season[1:7])))
    assert cell["potentiel"] == pytest.approx(cell["base"] - cell["faites"])


def test_silence_is_not_zero() -> None:
    found = potential(declared([(5, "TGI-LILLE", "JAP", 3, 2)]))
    assert row(found, "TGI-DOUAI", "JAP")["faites"] is None
    # An activity that an answering juridiction left empty is not practised there.
    assert row(found, "TGI-LILLE", "INSTRUCTION")["faites"] == 0
    summed = add_up_potential(found, "juridiction", pondere=False)
    by_court = {line["cle"]: line for line in summed.iter_rows(named=True)}
    assert by_court["TGI-DOUAI"]["au_plus"] == by_court["TGI-DOUAI"]["potentiel"] > 0
    assert by_court["TGI-LILLE"]["au_plus"] == 0


def test_a_cour_whose_equipment_is_not_known_has_the_ceiling_of_the_text() -> None:
    cell = row(potential(declared([(5, "TGI-LILLE", "JAP", 0, 0)]), equipe=None), "TGI-LILLE", "JAP")
    assert cell["potentiel"] == pytest.approx(0.85 * cell["base"])
    assert cell["non_equipees"] == pytest.approx(0.15 * cell["base"])


@given(
    st.lists(
        st.tuples(
            st.integers(1, 6),
            st.sampled_from(TOWNS),
            st.sampled_from(["JUGEMENT_DETENTION", "AUTRE", "MANDATS_MAE"]),
            st.integers(0, 400),
        ),
        unique_by=lambda cell: cell[:3],
        max_size=12,
    ),
    st.floats(0, 1),
)
def test_the_parts_sum_to_the_base_or_to_what_is_done(
    cells: list[tuple[int, str, str, int]], equipe: float
) -> None:
    found = potential(declared([(*cell, cell[3]) for cell in cells]), equipe=equipe)
    whole = found.select(
        parts=pl.col("faites").fill_null(0)
        + pl.col("potentiel")
        + pl.col("non_equipees")
        + pl.col("non_permises"),
        want=pl.max_horizontal("base", pl.col("faites").fill_null(0)),
    )
    assert whole["parts"].to_list() == pytest.approx(whole["want"].to_list())


def test_equipping_a_prison_takes_its_share_of_what_its_cour_lacks() -> None:
    found = potential(declared([(5, "TGI-LILLE", "JAP", 0, 0)]), equipe=0.5)
    prisons = rows_of(
        Equipements,
        [
            ("CA-DOUAI", "Maison A", 400, date(2008, 1, 1), "fictif"),
            ("CA-DOUAI", "Maison B", 300, None, "fictif"),
            ("CA-DOUAI", "Maison C", 100, date(2009, 7, 1), "fictif"),
        ],
    )
    lost = cost_of_inaction(found, prisons, periode=JUNE, etpt_par_extraction=127 / 15_500)
    assert lost["etablissement"].to_list() == ["Maison B", "Maison C"]
    whole = float(found["non_equipees"].sum())
    assert lost["extractions"].to_list() == pytest.approx([0.75 * whole, 0.25 * whole])
    assert lost["etpt"].sum() == pytest.approx(whole * 127 / 15_500)


def test_weights_are_of_mean_one_and_longer_for_who_is_further() -> None:
    found = potential(declared([(5, "TGI-LILLE", "JAP", 3, 2)]))
    weights = found["poids"].to_numpy()
    assert np.average(weights, weights=found["base"].to_numpy()) == pytest.approx(1)
    # Lille is 30 km from the seat, Douai is the seat; instruction has more watched detainees than the JAP.
    assert row(found, "TGI-LILLE", "JAP")["poids"] > row(found, "TGI-DOUAI", "JAP")["poids"]
    assert row(found, "TGI-LILLE", "INSTRUCTION")["poids"] > row(found, "TGI-LILLE", "JAP")["poids"]
    assert pytest.approx(13.167, abs=5e-4) == HOURS_PER_EXTRACTION
    plain = add_up_potential(found, "activite", pondere=False)["base"].sum()
    assert add_up_potential(found, "activite", pondere=True)["base"].sum() == pytest.approx(plain)


def test_nobody_answered_ever() -> None:
    found = potential(NOBODY)
    assert found["faites"].null_count() == found.height
    assert add_up_potential(found, "cour", pondere=False)["au_plus"].sum() > 0


def test_no_escort_is_longer_than_a_road(reference: Reference) -> None:
    far = Besoin.validate(
        pl.DataFrame(
            {
                "juridiction": ["TPI-NOUMEA", "TPI-MATA-UTU"],
                "cour": ["CA-NOUMEA"] * 2,
                "type": ["TPI"] * 2,
                "activite": ["JAP"] * 2,
                "base": [50.0] * 2,
                "compte": [True] * 2,
            }
        )
    )
    found = find_potential(
        far,
        NOBODY,
        activites=reference.activites,
        juridictions=reference.juridictions,
        equipes={},
        periode=JUNE,
        parametres=load_parameters(),
    )
    near, beyond = (row(found, code, "JAP")["poids"] for code in ("TPI-NOUMEA", "TPI-MATA-UTU"))
    # Wallis is 2 000 km away, across the date line: it weighs a road of 300 km, not a flight of 36 000.
    assert 1 < beyond / near < 6


def test_the_order_in_which_rows_come_changes_no_digit(demo: Store, parametres: Parametres) -> None:
    reference, periode = load_reference(), Periode(date(2010, 9, 1))
    faits, cells = demo.faits(NATIONAL), demo.declarations(NATIONAL).filter(pl.col("mois") > date(2009, 9, 1))
    besoin = spread_base(
        reference.attendues(periode.fin, periode.fin),
        faits,
        load_referentiel(),
        bases=dict.fromkeys(reference.cours["cour"], Fraction(4_000)),
        day=date(2010, 9, 30),
    )
    found = [
        find_potential(
            besoin,
            Declarations.cast(cells.sample(fraction=1, shuffle=True, seed=seed)),
            activites=reference.activites,
            juridictions=reference.juridictions,
            equipes={},
            periode=periode,
            parametres=parametres,
        )
        for seed in range(4)
    ]
    for par in ("activite", "juridiction", "cour"):
        summed = [add_up_potential(each, par, pondere=True).rows() for each in found]
        assert summed[1:] == summed[:-1]
    assert all(each.equals(found[0]) for each in found)
