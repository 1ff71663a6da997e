from collections.abc import Mapping
from datetime import date
from fractions import Fraction

import dataframely as dy
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.couverture.silence import Manque, Silence, estimate_silence
from analytics.couverture.words.silence import tell_silence
from analytics.objectif.need import Besoin
from analytics.vocabulary.periods import Periode
from data.reference import load_parameters
from tests.analytics.frames import expected, rows_of, total, totals

MONTHS = tuple(date(2009, rank, 1) for rank in range(1, 7))
COURTS = {"TGI-A": "CA-1", "TGI-B": "CA-1", "TGI-C": "CA-2", "TGI-D": "CA-2"}
Said = Mapping[tuple[date, str], int]
EVERYWHERE = [(mois, court) for mois in MONTHS for court in COURTS]


def need(base: float = 600.0) -> dy.DataFrame[Besoin]:
    return rows_of(Besoin, [(cour, court, "TGI", "JAP", base, False) for court, cour in COURTS.items()])


def silence(
    said: Said, due: list[tuple[date, str]] = EVERYWHERE, *, fin: date = MONTHS[-1]
) -> Silence | None:
    return estimate_silence(
        totals(total(mois, court, COURTS[court], count) for (mois, court), count in said.items()),
        expected([(mois, court, COURTS[court]) for mois, court in due]),
        need(),
        periode=Periode(fin),
        parametres=load_parameters(),
    )


def declared(said: Said, cours: set[str]) -> int:
    return sum(count for (_, court), count in said.items() if COURTS[court] in cours)


answers = st.dictionaries(st.sampled_from(EVERYWHERE), st.integers(0, 40), min_size=1, max_size=24)
in_force = st.sets(st.sampled_from(EVERYWHERE), min_size=1)


@settings(max_examples=25, deadline=None)
@given(said=answers, due=in_force)
def test_declared_estimate_and_bound_are_in_order(said: Said, due: set[tuple[date, str]]) -> None:
    found = silence(said, sorted(due))
    if found is None:
        return
    for cours in ({"CA-1"}, {"CA-2"}, {"CA-1", "CA-2"}):
        told = found.of(cours, declarees=declared(said, cours))
        assert told.declarees <= told.bas <= told.haut <= told.au_plus
        assert told.declarees <= told.estimees <= told.au_plus
        # One that is not in force is never silent.
        silent = {cell for cell in due - said.keys() if COURTS[cell[1]] in cours}
        assert told.muettes <= len(silent)


def test_when_all_answer_the_figures_are_one() -> None:
    said = {(mois, court): 5 + rank for rank, (mois, court) in enumerate(EVERYWHERE)}
    found = silence(said)
    assert found is not None
    told = found.of(set(COURTS.values()), declarees=sum(said.values()))
    assert {told.declarees, told.estimees, told.bas, told.haut, told.au_plus} == {sum(said.values())}
    assert told.muettes == 0
    assert "Toutes les réponses attendues" in tell_silence(
        told, etpt_par_extraction=Fraction(127, 15_500), a_date=None
    )


def test_the_silent_follow_their_own_past() -> None:
    """B spoke of six a month until June, C of twelve: what they leave unsaid in June follows."""
    said = {(mois, court): 12 if court == "TGI-C" else 6 for mois, court in EVERYWHERE}
    said = {
        cell: count for cell, count in said.items() if cell[0] != MONTHS[-1] or cell[1] in ("TGI-A", "TGI-D")
    }
    found = silence(said)
    assert found is not None
    one, two = (found.of({cour}, declarees=declared(said, {cour})) for cour in ("CA-1", "CA-2"))
    assert 4 < one.estimees - one.declarees < 9
    assert 8 < two.estimees - two.declarees < 17
    assert (one.muettes, two.muettes) == (1, 1)


def test_the_months_before_the_year_teach_and_are_not_counted() -> None:
    said = {(mois, court): 6 for mois, court in EVERYWHERE if not (mois < MONTHS[3] and court == "TGI-A")}
    whole = silence(said)
    assert whole is not None
    assert whole.of({"CA-1"}, declarees=0).muettes == 3
    months = [(date(2010, mois.month, 1), court) for mois, court in EVERYWHERE]
    after = silence(said | dict.fromkeys(months, 6), EVERYWHERE + months, fin=date(2010, 6, 1))
    assert after is not None
    assert after.mois[0] == date(2010, 1, 1)
    assert after.of({"CA-1"}, declarees=72).estimees == 72


def test_nobody_ever_answered() -> None:
    assert silence({}) is None


@pytest.mark.parametrize(
    ("a_date", "said"),
    [
        (5_681, "atteindrait l'objectif à date"),
        (7_000, "n'atteindrait pas non plus"),
        (5_429, ""),
        (None, ""),
    ],
)
def test_the_sentence_says_whether_the_estimate_reaches_what_is_declared_misses(
    a_date: int | None, said: str
) -> None:
    manque = Manque(
        muettes=370, declarees=5_429, estimees=6_432, bas=6_314, haut=6_553, au_plus=7_567, cumul={}
    )
    told = tell_silence(
        manque, etpt_par_extraction=Fraction(127, 15_500), a_date=None if a_date is None else Fraction(a_date)
    )
    assert ("l'objectif à date" in told) is bool(said)
    assert said in told
