from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from fractions import Fraction
from math import ceil

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.collecte import sums
from analytics.couverture import coverage
from analytics.objectif.lectures import USUAL_RULE
from analytics.objectif.objective import Exigence, Objectif
from analytics.objectif.profile import PROFILS, spread_year
from analytics.projection.outlook import Avenir
from analytics.trajectoire import position
from analytics.trajectoire.account import Mois
from analytics.trajectoire.cours import assess_each, assess_some
from analytics.trajectoire.position import Bilan, Seuils, add_up, months_of
from analytics.vocabulary.parameters import Parametres
from analytics.vocabulary.periods import Periode
from analytics.vocabulary.reference import Reference
from tests.analytics import frames
from tests.analytics.frames import NO_COUNT, aggregate, demand, executed, expected, total, totals

JUNE = Periode(date(2009, 6, 1))


@pytest.fixture(scope="module")
def seuils(parametres: Parametres) -> Seuils:
    return Seuils.at(parametres, date(2009, 6, 1))


def objective(base: int = 120_000, **changes: object) -> Objectif:
    """5 % of the base: with the default 6 000 a year, 3 000 at the end of June."""
    return replace(frames.objective(base), **changes)


def month(
    rank: int, evitees: int, *, annee: int = 2009, repondues: int = 8, executees: int | None = None
) -> Mois:
    return Mois(date(annee, rank, 1), evitees * 3, evitees * 2, evitees, 10, repondues, executees)


def half_year(evitees: int, *, repondues: int = 8, months: int = 6) -> list[Mois]:
    """The same sum over the first months, all of it in January."""
    return [month(rank, evitees if rank == 1 else 0, repondues=repondues) for rank in range(1, months + 1)]


def coming(mean: float, variance: float, *, known: int = 12) -> Avenir:
    return Avenir(moyennes=(mean,), variances=(variance,), mois_connus=known)


def assess(
    months: Sequence[Mois],
    seuils: Seuils,
    objectif: Objectif | None,
    *,
    avenir: Avenir | None = None,
    lecture: str = "A",
    periode: Periode = JUNE,
    borne_haute: int | None = None,
) -> Bilan:
    return position.assess(
        months,
        objectif=objectif,
        lecture=lecture,
        periode=periode,
        avenir=avenir,
        borne_haute=borne_haute,
        etpt_par_extraction=Fraction(127, 15_500),
        seuils=seuils,
    )


# --- States ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wanted", "etat"),
    [(0, "Objectif atteint"), (60, "En avance"), (100, "Sur la trajectoire"), (140, "En retard")],
)
def test_the_state_reads_the_chances_of_reaching_the_objective(
    parametres: Parametres, seuils: Seuils, wanted: int, etat: str
) -> None:
    """About 100 more are to come, give or take 20: 60 are nearly sure, 140 nearly out of reach."""
    objectif = objective(base=20 * (500 + wanted))
    bilan = assess(half_year(500), seuils, objectif, avenir=coming(100, 400))
    assert bilan.etat == etat
    assert bilan.reste == wanted
    assert bilan.glyphe == position.GLYPHS[etat]


@pytest.mark.parametrize(
    ("repondues", "etat"), [(5, "En retard"), (4, "Non déterminé"), (0, "Non déterminé")]
)
def test_a_delay_is_not_affirmed_when_too_few_answered(
    parametres: Parametres, seuils: Seuils, repondues: int, etat: str
) -> None:
    months = half_year(0, repondues=repondues)
    assert assess(months, seuils, objective(), avenir=coming(100, 400)).etat == etat


def test_few_answers_do_not_hide_good_news(parametres: Parametres, seuils: Seuils) -> None:
    months = half_year(6_000, repondues=1)
    assert assess(months, seuils, objective()).etat == "Objectif atteint"
    nearly = half_year(5_999, repondues=1)
    assert assess(nearly, seuils, objective(), avenir=coming(100, 400)).etat == "En avance"


def test_without_objective_or_projection_nothing_is_affirmed(parametres: Parametres, seuils: Seuils) -> None:
    assert assess(half_year(100), seuils, None).etat == "Non déterminé"
    assert assess(half_year(100), seuils, objective()).etat == "Non déterminé"


def test_a_finished_year_short_of_its_objective_is_late(parametres: Parametres, seuils: Seuils) -> None:
    december = Periode(date(2009, 12, 1))
    ended = Avenir(moyennes=(), variances=(), mois_connus=12)
    months = half_year(5_999, months=12)
    bilan = assess(months, seuils, objective(), avenir=ended, periode=december)
    assert (bilan.etat, bilan.reste, bilan.p_objectif) == ("En retard", 1, 0.0)
    assert bilan.rythme_requis is None
    won = assess(half_year(6_000, months=12), seuils, objective(), avenir=ended, periode=december)
    assert (won.etat, won.p_objectif) == ("Objectif atteint", 1.0)


@pytest.mark.parametrize(
    ("borne_haute", "etat", "decide"),
    [
        (2_999, "En retard", True),
        (3_000, "Non déterminé", False),
        (6_000, "Non déterminé", False),
        (None, "Non déterminé", False),
    ],
)
def test_few_answers_do_not_hide_a_delay_that_the_bounds_decide(
    parametres: Parametres, seuils: Seuils, borne_haute: int | None, etat: str, decide: bool
) -> None:
    """3 000 were to be avoided by the end of June; a tenth of the answers came, and little is to come."""
    months = half_year(100, repondues=1)
    bilan = assess(months, seuils, objective(), avenir=coming(100, 400), borne_haute=borne_haute)
    assert (bilan.etat, bilan.bornes_decident) == (etat, decide)
    assert bilan.au_plus == borne_haute
    # Enough answers: late whatever the bound.
    told = assess(half_year(100), seuils, objective(), avenir=coming(100, 400), borne_haute=borne_haute)
    assert told.etat == "En retard"


def test_the_bound_is_counted_as_the_reading_counts(parametres: Parametres, seuils: Seuils) -> None:
    objectif = objective(niveau=Fraction(1_200))
    months = half_year(700, repondues=1)
    for borne, decide in ((3_599, True), (3_600, False)):
        bilan = assess(months, seuils, objectif, lecture="B", avenir=coming(9, 9), borne_haute=borne)
        assert bilan.au_plus == borne - 600
        assert bilan.bornes_decident is decide
    # What Intérieur counts does not depend on who answered.
    counted = [month(rank, 0, executees=9_900, repondues=0) for rank in range(1, 7)]
    bilan = assess(counted, seuils, objectif, lecture="C", borne_haute=9_999)
    assert (bilan.au_plus, bilan.retenues) == (None, 600)


def test_of_who_never_answered_nothing_is_said(parametres: Parametres, seuils: Seuils) -> None:
    silent = [month(rank, 0, repondues=0) for rank in range(1, 7)]
    bilan = assess(silent, seuils, objective(), avenir=coming(100, 400), borne_haute=12)
    assert (bilan.retenues, bilan.atteinte, bilan.reste, bilan.projection) == (None, None, None, None)
    assert bilan.etat == "Non déterminé"
    # Who answered the year before, and not since, has a past to project from.
    before = [month(12, 30, annee=2008), *silent]
    assert assess(before, seuils, objective(), avenir=coming(100, 400)).projection is not None


def test_reading_c_sets_each_month_against_its_season(parametres: Parametres, seuils: Seuils) -> None:
    """Half as many are executed in August, as every year: nothing has fallen, and the year keeps its sum."""
    season = spread_year("saison", 2009, evitees_avant={}, parametres=parametres)
    objectif = replace(objective(), saison=season)
    months = [month(rank, 0, executees=int(120_000 * season.parts[rank - 1])) for rank in range(1, 13)]
    for until in range(1, 13):
        bilan = assess(months, seuils, objectif, lecture="C", periode=Periode(date(2009, until, 1)))
        assert bilan.retenues is not None
        assert 0 <= bilan.retenues < until  # nothing but what rounding down leaves
    # Against twelfths, the summer would count as a result, and be gone in December.
    flat = assess(months, seuils, objective(), lecture="C", periode=Periode(date(2009, 9, 1)))
    assert flat.retenues is not None
    assert abs(flat.retenues) > 500


def test_a_finished_year_is_judged_by_the_reading_that_knows_it(
    parametres: Parametres, seuils: Seuils
) -> None:
    months = [month(rank, 0, executees=9_900, repondues=0) for rank in range(1, 13)]
    december = Periode(date(2009, 12, 1))
    bilan = assess(months, seuils, objective(), lecture="C", periode=december)
    assert (bilan.etat, bilan.retenues) == ("En retard", 1_200)
    assert assess(months, seuils, objective(), periode=december).etat == "Non déterminé"
    assert bilan.etpt == 1_200 * Fraction(127, 15_500)


def test_a_projection_is_told_in_the_terms_of_its_reading(parametres: Parametres, seuils: Seuils) -> None:
    objectif = objective(niveau=Fraction(1_200))
    told = {
        lecture: assess(half_year(3_000), seuils, objectif, lecture=lecture, avenir=coming(4_200, 4_200))
        for lecture in ("A", "B")
    }
    a, b = told["A"].projection, told["B"].projection
    assert a is not None
    assert b is not None
    # B deducts 1 200 over the year.
    assert (a.q50 - b.q50, a.q10 - b.q10, a.q90 - b.q90) == (1_200, 1_200, 1_200)


# --- Figures --------------------------------------------------------------------------------------


def test_attainment_is_never_clipped_and_what_is_left_is_whole(
    parametres: Parametres, seuils: Seuils
) -> None:
    bilan = assess(half_year(9_000), seuils, objective())
    assert bilan.atteinte == 3  # 9 000 / 3 000
    assert bilan.part_annuelle == Fraction(3, 2)
    assert bilan.reste == 0
    short = assess(half_year(1_000), seuils, objective(base=100_010))  # 5 000,5 a year
    assert short.reste == 4_001  # 4 000,5 rounded up
    assert short.rythme_requis == Fraction(8_001, 12)  # 4 000,5 over six months


def test_the_pace_required_stands_beside_the_pace_held(parametres: Parametres, seuils: Seuils) -> None:
    months = [month(rank, 100 * rank) for rank in range(1, 7)]
    bilan = assess(months, seuils, objective())
    assert bilan.rythme_requis == 650  # (6 000 − 2 100) / 6
    assert bilan.rythme_3m == 500  # April to June
    assert bilan.rythme_6m == 350


def test_a_silent_month_is_not_a_month_at_zero(parametres: Parametres, seuils: Seuils) -> None:
    months = [month(rank, 0 if rank == 5 else 60, repondues=0 if rank == 5 else 8) for rank in range(1, 7)]
    bilan = assess(months, seuils, objective())
    assert (bilan.rythme_3m, bilan.rythme_6m) == (60, 60)
    silent = assess([month(rank, 0, repondues=0) for rank in range(1, 7)], seuils, objective())
    assert (silent.rythme_3m, silent.rythme_6m) == (None, None)


def test_the_pace_held_goes_back_into_the_year_before(parametres: Parametres, seuils: Seuils) -> None:
    months = [month(12, 90, annee=2008), month(1, 10)]
    bilan = assess(months, seuils, objective(), periode=Periode(date(2009, 1, 1)))
    assert bilan.rythme_3m == 50
    assert bilan.evitees_objectif == 10


@pytest.mark.parametrize("nom", PROFILS)
def test_holding_the_pace_required_lands_on_the_objective_under_every_profile(
    parametres: Parametres, seuils: Seuils, nom: str
) -> None:
    profil = spread_year(
        nom, 2009, evitees_avant={rank: 10 + rank for rank in range(1, 13)}, parametres=parametres
    )
    objectif = objective(profil=profil)
    bilan = assess(half_year(1_000), seuils, objectif)
    assert bilan.rythme_requis is not None
    coming_ = sum(bilan.rythme_requis * 12 * part for part in profil.parts[6:])
    assert 1_000 + coming_ == objectif.annuel


@given(st.lists(st.integers(0, 2_000), min_size=6, max_size=6), st.integers(1, 300_000))
def test_what_is_left_and_what_is_done_make_the_objective(
    parametres: Parametres, counts: list[int], base: int
) -> None:
    seuils = Seuils.at(parametres, date(2009, 6, 1))
    objectif = objective(base=base)
    bilan = assess([month(rank, n) for rank, n in enumerate(counts, 1)], seuils, objectif)
    assert bilan.reste == ceil(max(Fraction(0), objectif.annuel - sum(counts)))
    assert (bilan.reste == 0) == (bilan.etat == "Objectif atteint")


# --- Readings -------------------------------------------------------------------------------------


def test_reading_b_deducts_the_level_of_2008(parametres: Parametres, seuils: Seuils) -> None:
    objectif = objective(niveau=Fraction(1_200))
    bilan = assess(half_year(3_000), seuils, objectif, lecture="B", avenir=coming(4_200, 4_200))
    assert bilan.retenues == 2_400  # 3 000 − half of 1 200
    assert bilan.atteinte == Fraction(4, 5)
    assert bilan.reste == 4_200  # 6 000 + 1 200 − 3 000
    assert bilan.p_objectif == pytest.approx(0.5, abs=0.02)
    assert assess(half_year(3_000), seuils, objective(), lecture="B").retenues is None


def test_reading_c_is_the_fall_that_interieur_counts(parametres: Parametres, seuils: Seuils) -> None:
    """10 000 a month were expected; 9 600 were executed and 400 avoided: demand has not moved."""
    months = [month(rank, 400, executees=9_600) for rank in range(1, 7)]
    bilan = assess(months, seuils, objective(), lecture="C", avenir=coming(3_600, 3_600))
    assert bilan.retenues == 2_400
    assert bilan.reste == 3_600
    assert bilan.p_objectif == pytest.approx(0.5, abs=0.02)
    assert bilan.rythme_6m == 400


def test_more_demand_lowers_the_chances_of_reading_c(parametres: Parametres, seuils: Seuils) -> None:
    """The same 400 avoided a month, but 10 000 executed: demand is up by 4 %, nothing has fallen."""
    months = [month(rank, 400, executees=10_000) for rank in range(1, 7)]
    bilan = assess(months, seuils, objective(), lecture="C", avenir=coming(3_600, 3_600))
    assert bilan.retenues == 0
    assert bilan.p_objectif == 0.005  # less than 1 %
    plain = assess(months, seuils, objective(), avenir=coming(3_600, 3_600))
    assert plain.p_objectif == pytest.approx(0.5, abs=0.02)


def test_a_month_that_interieur_did_not_count_leaves_reading_c_unknown(
    parametres: Parametres, seuils: Seuils
) -> None:
    months = [month(rank, 400, executees=None if rank == 3 else 9_600) for rank in range(1, 7)]
    bilan = assess(months, seuils, objective(), lecture="C", avenir=coming(3_600, 3_600))
    assert (bilan.retenues, bilan.atteinte, bilan.reste, bilan.p_objectif) == (None, None, None, None)
    assert bilan.etat == "Non déterminé"
    # What will be declared could still be projected: it is not what this reading counts.
    assert bilan.projection is None


@pytest.mark.parametrize("repondues", [0, 1, 4, 8])
def test_missing_answers_hide_nothing_of_what_interieur_counts(seuils: Seuils, repondues: int) -> None:
    """2 400 fewer are due by June, none came: late, however few answered."""
    months = [month(rank, 0, repondues=repondues, executees=10_000) for rank in range(1, 7)]
    bilan = assess(months, seuils, objective(), lecture="C", avenir=coming(100, 100))
    assert bilan.etat == ("En retard" if repondues else "Non déterminé")
    # The same under reading A would wait for the answers.
    plain = assess(months, seuils, objective(), avenir=coming(100, 100))
    assert plain.etat == ("En retard" if repondues == 8 else "Non déterminé")


# --- Sums -----------------------------------------------------------------------------------------


def test_the_share_is_over_the_activities_of_the_objective(parametres: Parametres, seuils: Seuils) -> None:
    bilan = assess(half_year(100), seuils, objective())
    assert bilan.part_evitees == Fraction(1, 2)
    assert bilan.etpt == Fraction(127, 155)  # 100 × 127 / 15 500
    assert assess(half_year(0), seuils, objective()).part_evitees is None


def test_the_country_is_the_sum_of_the_cours_not_their_average(
    reference: Reference, parametres: Parametres
) -> None:
    mois = date(2009, 1, 1)
    frame = aggregate([(mois, "CA-1", "JAP", 100, 90), (mois, "CA-2", "JAP", 10, 1)])
    monthly = sums.sum_activities(frame, reference.activites, par=["cour"])
    known = totals([total(mois, "TGI-A", "CA-1", 90), total(mois, "TGI-B", "CA-2", 1)])
    due = expected([(mois, "TGI-A", "CA-1"), (mois, "TGI-B", "CA-2"), (mois, "TGI-C", "CA-2")])
    series = months_of(monthly, coverage.count_answers(known, due), executed(2009, "CA-1", 8_000, months=1))
    exigence, period = demand(2009, parametres), Periode(mois)
    each = assess_each(
        series,
        cours=reference.cours,
        exigence=exigence,
        perspectives=None,
        bornes={},
        periode=period,
        parametres=parametres,
    )
    together = add_up(series.values())
    whole = assess_some(
        together,
        ["CA-1", "CA-2"],
        objectif=exigence.of(["CA-1", "CA-2"], ensemble=True),
        lecture="A",
        perspectives=None,
        borne_haute=None,
        periode=period,
        parametres=parametres,
    )
    assert whole.evitees_objectif == each["evitees_objectif"].sum() == 91
    assert whole.part_reponse == Fraction(2, 3)  # the average of the cours would be 3/4
    assert whole.part_evitees == Fraction(91, 110)
    assert each["cour"].to_list() == ["CA-1", "CA-2"]
    assert each["illustratif"].all()
    assert [line.executees for line in together] == [None]  # CA-2 was not counted by Intérieur


def test_months_outside_the_period_do_not_count(reference: Reference, parametres: Parametres) -> None:
    frame = aggregate(
        [
            (date(2008, 12, 1), "CA-1", "JAP", 5, 5),
            (date(2009, 6, 1), "CA-1", "JAP", 3, 2),
            (date(2009, 7, 1), "CA-1", "JAP", 7, 7),
        ]
    )
    monthly = sums.sum_activities(frame, reference.activites, par=["cour"])
    series = months_of(monthly, coverage.Reponses.create_empty(), NO_COUNT)
    bilan = assess_some(
        series["CA-1"],
        ["CA-1"],
        objectif=None,
        lecture="A",
        perspectives=None,
        borne_haute=None,
        periode=JUNE,
        parametres=parametres,
    )
    assert (bilan.visioconferences, bilan.evitees_objectif) == (3, 2)
    assert bilan.atteinte is None
    assert bilan.etat == "Non déterminé"


def test_an_exigence_without_that_cour_asks_nothing_of_it(
    reference: Reference, parametres: Parametres
) -> None:
    exigence: Exigence = demand(2009, parametres, regle=USUAL_RULE)
    assert exigence.of(["CA-INCONNUE"], ensemble=False) is None
