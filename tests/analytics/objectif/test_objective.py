from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.objectif.base_et_taux import SOURCE_EXECUTED, SOURCE_KEY, Base
from analytics.objectif.lectures import ATTEINT, EVITEES, FIXE, INCREMENTAL, USUAL_RULE
from analytics.objectif.objective import etpt_per_extraction
from analytics.statistics.apportion import share_out
from analytics.vocabulary.parameters import Parametres
from data.reference import load_illustrative_base
from tests.analytics.frames import avoided, bases, demand, executed, find
from tests.analytics.vectors import vectors

BOTH = ["CA-1", "CA-2"]


def test_the_objective_of_2009_is_7_750_extractions_and_63_5_etpt(parametres: Parametres) -> None:
    exigence = demand(2009, parametres, cle=load_illustrative_base())
    objectif = exigence.of(list(exigence.bases), ensemble=True)
    assert objectif is not None
    assert objectif.base == 155_000
    assert objectif.annuel == 7_750  # 155 000 × 5 %
    etpt = etpt_per_extraction(parametres, date(2009, 1, 1))
    assert etpt == Fraction(127, 15_500)  # 1 270 / 155 000
    assert objectif.annuel * etpt == Fraction(127, 2)  # 63,5
    assert objectif.source.startswith("Circulaire")
    assert not objectif.illustratif


def test_the_objective_to_date_is_one_twelfth_a_month(parametres: Parametres) -> None:
    objectif = demand(2009, parametres).of(BOTH, ensemble=True)
    assert objectif is not None
    assert objectif.a_date(9) == Fraction(11_625, 2)  # 7 750 × 9 / 12 = 5 812,5
    assert objectif.a_date(12) == objectif.annuel


def test_a_cour_s_objective_says_that_its_base_is_illustrative(parametres: Parametres) -> None:
    objectif = demand(2009, parametres).of(["CA-1"], ensemble=False)
    assert objectif is not None
    assert objectif.illustratif
    assert objectif.annuel == 5_000
    assert "illustrative" in objectif.source


def test_a_loaded_base_replaces_the_key_and_keeps_its_source(parametres: Parametres) -> None:
    loaded = bases([(2008, "CA-1", 90_000, "Comptage 2008")])
    assert find(2009, parametres, loaded=loaded) == {
        "CA-1": Base(Fraction(90_000), "Comptage 2008", illustratif=False, hypothese=False),
        "CA-2": Base(Fraction(55_000), SOURCE_KEY, illustratif=True, hypothese=False),
    }
    whole = demand(2009, parametres, loaded=loaded).of(BOTH, ensemble=True)
    assert whole is not None
    assert whole.base == 145_000  # the national base is the sum of the cours
    assert whole.illustratif


def test_a_loaded_base_that_calls_itself_illustrative_is_believed(parametres: Parametres) -> None:
    found = find(2009, parametres, loaded=bases([(2008, "CA-1", 100_000, "Répartition illustrative")]))
    assert [base.illustratif for base in found.values()] == [True, True]


def test_the_base_of_2010_is_what_interieur_executed_in_2009(parametres: Parametres) -> None:
    found = find(2010, parametres, interieur=executed(2009, "CA-1", 7_000))
    assert found["CA-1"] == Base(Fraction(84_000), SOURCE_EXECUTED, illustratif=False, hypothese=False)


def test_without_twelve_months_of_interieur_the_base_of_2010_is_a_hypothesis(parametres: Parametres) -> None:
    interieur, before = executed(2009, "CA-1", 7_000, months=11), avoided(2009, CA_1=4_000)
    found = find(2010, parametres, interieur=interieur, evitees=before)
    # 100 000 − 4 000 = 96 000; CA-2 avoided nothing that is known: 55 000.
    assert [base.extractions for base in found.values()] == [96_000, 55_000]
    assert all(base.hypothese and base.illustratif for base in found.values())
    objectif = demand(2010, parametres, interieur=interieur, evitees=before).of(BOTH, ensemble=True)
    assert objectif is not None
    assert objectif.hypothese


# How the reference values call what the rate of 2010 applies to.
CHAINED = {"constructed": EVITEES, "at_target": ATTEINT, "fixed": FIXE}


@pytest.mark.parametrize(
    "row",
    vectors("settlement")["chain_2010"]["rows"],
    ids=lambda row: f"{row['base_mode']}-{row['avoided_2009']}",
)
def test_2010_chains_on_2009_as_the_rule_says(parametres: Parametres, row: Mapping[str, Any]) -> None:
    # Having avoided 5 000: a base of 150 000, 7 500 in level, 12 500 when only what is added counts.
    before = avoided(2009, CA_1=row["avoided_2009"])
    regle = replace(USUAL_RULE, chainage=CHAINED[row["base_mode"]])
    level = demand(2010, parametres, regle=regle, evitees=before).of(BOTH, ensemble=True)
    added = demand(2010, parametres, regle=replace(regle, mode=INCREMENTAL), evitees=before).of(
        BOTH, ensemble=True
    )
    assert level is not None
    assert added is not None
    assert level.base == Fraction(row["base_2010"]["fraction"])
    assert level.annuel == Fraction(row["level_need"]["fraction"])
    assert added.annuel == Fraction(row["incremental_need"]["fraction"])
    assert level.hypothese


def test_the_first_year_has_nothing_to_add_to(parametres: Parametres) -> None:
    regle = replace(USUAL_RULE, mode=INCREMENTAL)
    objectif = demand(2009, parametres, regle=regle, evitees=avoided(2008, CA_1=900)).of(BOTH, ensemble=True)
    assert objectif is not None
    assert objectif.annuel == 7_750


def test_reading_b_adds_only_to_what_exceeded_the_level_of_2008(parametres: Parametres) -> None:
    regle = replace(USUAL_RULE, lecture="B", mode=INCREMENTAL, chainage=FIXE)
    exigence = demand(
        2010, parametres, regle=regle, niveaux={"CA-1": 1_000, "CA-2": 50}, evitees=avoided(2009, CA_1=5_000)
    )
    objectif = exigence.of(BOTH, ensemble=True)
    assert objectif is not None
    assert objectif.acquis == 4_000  # CA-2 avoided nothing in 2009: nothing to add to
    assert objectif.niveau == 1_050


def test_the_level_of_2008_is_known_when_it_is_for_every_cour(parametres: Parametres) -> None:
    exigence = demand(2009, parametres, niveaux={"CA-1": 1_000})
    one, both = exigence.of(["CA-1"], ensemble=False), exigence.of(BOTH, ensemble=True)
    assert one is not None
    assert one.niveau == 1_000
    assert both is not None
    assert both.niveau is None


def test_objectives_set_by_the_secretariat_replace_the_rate_of_their_cour_only(
    parametres: Parametres,
) -> None:
    exigence = demand(2009, parametres, fixes={"CA-1": 6_000})
    one, other = exigence.of(["CA-1"], ensemble=False), exigence.of(["CA-2"], ensemble=False)
    assert one is not None
    assert (one.annuel, one.source_fixe) == (6_000, "Note du 2 mars 2009")
    # The base keeps its own source: the note sets an objective, not a base.
    assert one.source == SOURCE_KEY
    assert not one.illustratif
    assert other is not None
    assert other.annuel == 2_750
    whole = exigence.of(BOTH, ensemble=True)
    assert whole is not None
    assert whole.annuel == 7_750  # the law of the country does not move
    assert exigence.sum_of_cours == 8_750  # and the sum can be compared with it
    assert demand(2009, parametres).sum_of_cours is None


@pytest.mark.parametrize("annee", [2008, 2011])
def test_a_year_without_text_has_no_objective(annee: int, parametres: Parametres) -> None:
    assert demand(annee, parametres).of(BOTH, ensemble=True) is None


@given(
    counts=st.dictionaries(st.sampled_from(["CA_1", "CA_2"]), st.integers(0, 60_000)),
    chainage=st.sampled_from(["constatees", EVITEES, ATTEINT, FIXE]),
    mode=st.sampled_from(["niveau", INCREMENTAL]),
)
def test_the_country_is_the_sum_of_its_cours_under_every_rule(
    parametres: Parametres, counts: dict[str, int], chainage: str, mode: str
) -> None:
    regle = replace(USUAL_RULE, chainage=chainage, mode=mode)
    exigence = demand(2010, parametres, regle=regle, evitees=avoided(2009, **counts))
    each = [exigence.of([cour], ensemble=False) for cour in BOTH]
    whole = exigence.of(BOTH, ensemble=True)
    assert whole is not None
    assert whole.annuel == sum(objectif.annuel for objectif in each if objectif)


@settings(max_examples=60, deadline=None)
@given(
    total_=st.integers(0, 200_000),
    poids=st.dictionaries(st.text("ABCD", min_size=1, max_size=3), st.integers(0, 500), min_size=1),
)
def test_shares_sum_to_the_whole_and_stay_within_one_of_exact(total_: int, poids: dict[str, int]) -> None:
    parts = share_out(total_, poids)
    whole = sum(poids.values())
    if whole == 0:
        assert parts == {}
        return
    assert sum(parts.values()) == total_
    assert all(abs(parts[code] - Fraction(total_ * poids[code], whole)) < 1 for code in poids)
    assert share_out(total_, dict(reversed(poids.items()))) == parts
