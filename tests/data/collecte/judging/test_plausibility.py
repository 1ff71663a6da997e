"""Alerts: each just below and just above its threshold; none ever refuses."""

from datetime import date
from statistics import median

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.vocabulary.wording import typeset
from tests.data.collecte.saisie import history, judging, lines


def months(count: int, year: int = 2009) -> list[date]:
    return [date(year + place // 12, place % 12 + 1, 1) for place in range(count)]


def alerts(*typed: str, known: pl.DataFrame | None = None) -> list[tuple[int, str]]:
    jugement = judging(lines(*typed), historique=history() if known is None else known)
    assert jugement.rejets.is_empty()
    return jugement.alertes.select("ligne", "regle").rows()


def test_column_2_outside_the_objective() -> None:
    assert alerts("2009-03;TGI-LILLE;GAV_PROLONGATION;3;1") == [(2, "hors_objectif")]
    assert alerts("2009-03;TGI-LILLE;GAV_PROLONGATION;3;0") == []


def test_column_2_where_it_is_rare() -> None:
    assert alerts("2009-03;TGI-LILLE;CIVIL;9;5") == []
    assert alerts("2009-03;TGI-LILLE;CIVIL;9;6") == [(2, "colonne_2_rare")]


def test_first_value_of_a_cell() -> None:
    assert alerts("2009-03;TGI-LILLE;JAP;200;0") == []
    assert alerts("2009-03;TGI-LILLE;JAP;201;0") == [(2, "saut")]


def test_jump_from_the_habit() -> None:
    # Other months: 10, 12, 14, hence a median of 12 and a deviation of 2; 12 + 8 × 2 = 28.
    known = history(
        *((mois, "TGI-LILLE", "JAP", n, 0) for mois, n in zip(months(3), (10, 12, 14), strict=True))
    )
    assert alerts("2009-05;TGI-LILLE;JAP;28;0", known=known) == []
    assert alerts("2009-05;TGI-LILLE;JAP;29;0", known=known) == [(2, "saut")]
    # Flat history: the deviation counts for one at least.
    flat = history(*((mois, "TGI-LILLE", "JAP", 10, 0) for mois in months(3)))
    assert alerts("2009-05;TGI-LILLE;JAP;18;0", known=flat) == []
    assert alerts("2009-05;TGI-LILLE;JAP;19;0", known=flat) == [(2, "saut")]


def test_own_month_of_the_history_is_not_its_own_habit() -> None:
    known = history(
        *((mois, "TGI-LILLE", "JAP", n, 0) for mois, n in zip(months(4), (10, 10, 10, 500), strict=True))
    )
    assert alerts("2009-04;TGI-LILLE;JAP;10;0", known=known) == []


def test_other_months_of_the_file_are_its_habit() -> None:
    typed = [f"{mois:%Y-%m};TGI-LILLE;JAP;10;0" for mois in months(6)]
    assert alerts(*typed, "2009-07;TGI-LILLE;JAP;40;0") == [(8, "saut")]


@given(st.lists(st.integers(0, 60), min_size=4, max_size=14))
def test_jumps_are_those_of_the_definition(values: list[int]) -> None:
    expected: list[tuple[int, str]] = []
    for place, value in enumerate(values):
        others = values[:place] + values[place + 1 :]
        centre = median(others)
        spread = median(abs(other - centre) for other in others)
        if abs(value - centre) > 8 * max(spread, 1):
            expected.append((place + 2, "saut"))
    typed = [f"{mois:%Y-%m};TGI-LILLE;JAP;{n};0" for mois, n in zip(months(len(values)), values, strict=True)]
    assert [alert for alert in alerts(*typed) if alert[1] == "saut"] == expected


def test_sudden_zero() -> None:
    known = history(*((mois, "TGI-LILLE", "JAP", 5, 0) for mois in months(3)))
    assert alerts("2009-04;TGI-LILLE;JAP;0;0", known=known) == [(2, "zero_soudain")]
    # A month without an answer in between: the zero is no longer sudden.
    assert alerts("2009-05;TGI-LILLE;JAP;0;0", known=known) == []
    small = history(*((mois, "TGI-LILLE", "JAP", 4, 0) for mois in months(3)))
    assert alerts("2009-04;TGI-LILLE;JAP;0;0", known=small) == []


def test_repeated_vector() -> None:
    known = history(
        (date(2009, 1, 1), "TGI-LILLE", "JAP", 5, 2),
        (date(2009, 1, 1), "TGI-LILLE", "TAP", 3, 1),
        (date(2009, 1, 1), "TGI-LILLE", "CIVIL", 0, 0),
    )
    same = ["2009-02;TGI-LILLE;CIVIL;0;0", "2009-02;TGI-LILLE;JAP;5;2", "2009-02;TGI-LILLE;TAP;3;1"]
    assert alerts(*same, known=known) == [(2, "vecteur_repete")]
    assert alerts(*same[:2], known=known) == []
    assert alerts(*same[:2], "2009-02;TGI-LILLE;TAP;3;2", known=known) == []
    assert alerts("2009-01;TGI-DOUAI;JAP;5;2", "2009-02;TGI-DOUAI;JAP;5;2") == []


def test_withdrawn_value_raises_nothing_and_is_no_habit() -> None:
    known = history(*((mois, "TGI-LILLE", "JAP", 10, 0) for mois in months(3)))
    typed = ["2009-03;TGI-LILLE;JAP;retrait;retrait", "2009-04;TGI-LILLE;JAP;100;0"]
    assert alerts(*typed, known=known) == []


def test_sentences_name_the_figures() -> None:
    known = history(*((mois, "TGI-LILLE", "JAP", 10, 0) for mois in months(4)))
    message = judging(lines("2009-06;TGI-LILLE;JAP;1204;0"), historique=known).alertes["message"][0]
    assert message == "1\u202f204 visioconférences, pour 10 d'habitude\u00a0: est-ce exact\u00a0?"


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        # The cour says the sum of its two juridictions.
        (
            (
                "TGI-LILLE;JUGEMENT_DETENTION;12;3",
                "TGI-DOUAI;JUGEMENT_DETENTION;7;2",
                "CA Douai;JUGEMENT_DETENTION;19;5",
            ),
            [4],
        ),
        (
            (
                "CA-DOUAI;JUGEMENT_DETENTION;19;5",
                "TGI-LILLE;JUGEMENT_DETENTION;12;3",
                "TGI-DOUAI;JUGEMENT_DETENTION;7;2",
            ),
            [2],
        ),
        (
            (
                "TGI-LILLE;JUGEMENT_DETENTION;12;3",
                "TGI-DOUAI;JUGEMENT_DETENTION;7;2",
                "CA-DOUAI;JUGEMENT_DETENTION;19;4",
            ),
            [],
        ),
        (
            (
                "TGI-LILLE;JUGEMENT_DETENTION;12;3",
                "TGI-DOUAI;JUGEMENT_DETENTION;0;0",
                "CA-AMIENS;JUGEMENT_DETENTION;12;3",
            ),
            [],
        ),
        # From ten on: below, numbers are sums of others by chance.
        (
            (
                "TGI-LILLE;JUGEMENT_DETENTION;6;1",
                "TGI-DOUAI;JUGEMENT_DETENTION;4;1",
                "CA-DOUAI;JUGEMENT_DETENTION;10;2",
            ),
            [4],
        ),
        (
            (
                "TGI-LILLE;JUGEMENT_DETENTION;5;1",
                "TGI-DOUAI;JUGEMENT_DETENTION;4;1",
                "CA-DOUAI;JUGEMENT_DETENTION;9;2",
            ),
            [],
        ),
        # One juridiction alone, zeros, another activity: nothing to ask.
        (("TGI-LILLE;JUGEMENT_DETENTION;12;3", "CA-DOUAI;JUGEMENT_DETENTION;12;3"), []),
        (
            (
                "TGI-LILLE;JUGEMENT_DETENTION;0;0",
                "TGI-DOUAI;JUGEMENT_DETENTION;0;0",
                "CA-DOUAI;JUGEMENT_DETENTION;0;0",
            ),
            [],
        ),
        (("TGI-LILLE;JAP;12;3", "TGI-DOUAI;JAP;7;2", "CA-DOUAI;JUGEMENT_DETENTION;19;5"), []),
    ],
)
def test_a_cour_that_is_the_sum_of_its_juridictions_is_questioned(
    typed: tuple[str, ...], found: list[int]
) -> None:
    asked = alerts(*(f"2009-03;{line}" for line in typed))
    assert [line for line, regle in asked if regle == "somme_du_ressort"] == found


@pytest.mark.parametrize(
    ("month_", "latest", "regle"),
    [
        ("2008-12", None, "mois_avant_la_collecte"),
        ("2005-03", date(2009, 6, 1), "mois_avant_la_collecte"),
        ("2009-01", date(2011, 1, 1), None),
        ("2009-01", date(2011, 2, 1), "mois_lointain"),
        ("2009-01", None, None),
        ("2011-01", date(2009, 1, 1), None),
        ("2012-05", date(2010, 3, 1), "mois_lointain"),
    ],
)
def test_a_month_too_far_from_the_others_is_a_question_never_a_block(
    month_: str, latest: date | None, regle: str | None
) -> None:
    jugement = judging(lines(f"{month_};TGI-LILLE;JAP;3;1"), dernier_mois=latest)
    assert jugement.acceptees.height == 1
    assert jugement.alertes["regle"].to_list() == ([] if regle is None else [regle])


def test_a_month_far_before_the_others_of_the_file_is_asked_once() -> None:
    typed = ("2009-01;TGI-LILLE;JAP;3;1", "2009-01;TGI-DOUAI;JAP;3;1", "2011-03;TGI-LILLE;JAP;3;1")
    assert alerts(*typed) == [(2, "mois_lointain")]


def test_a_mistyped_year_is_the_one_that_is_asked_not_all_the_other_months() -> None:
    typed = [f"2009-{mois:02};TGI-LILLE;JAP;3;1" for mois in range(1, 13)]
    assert alerts(*typed, "2012-05;TGI-LILLE;JAP;3;1") == [(14, "mois_lointain")]
    jugement = judging(lines("2012-05;TGI-LILLE;JAP;3;1"), dernier_mois=date(2010, 3, 1))
    (message,) = jugement.alertes["message"]
    assert message == typeset(
        "Le mois « mai\u00a02012 » suit de plus de deux ans mars\u00a02010 : est-ce la bonne année ? "
        "Les pages ne s'y ouvrent pas."
    )


def test_a_collection_that_resumes_after_years_is_no_mistyped_year() -> None:
    typed = ("2012-04;TGI-LILLE;JAP;3;1", "2012-05;TGI-LILLE;JAP;3;1")
    assert judging(lines(*typed), dernier_mois=date(2009, 12, 1)).alertes.is_empty()
