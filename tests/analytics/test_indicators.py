from datetime import date
from fractions import Fraction

import pytest

from analytics import coverage, indicators
from analytics.indicators import Bilan, Seuils
from analytics.objective import Objectif, Periode, set_objective
from analytics.parameters import Parametres
from data.reference import Reference
from tests.analytics.frames import aggregate, expected, find, total, totals

SEPTEMBER = Periode(date(2009, 9, 1))


@pytest.fixture(scope="module")
def seuils(parametres: Parametres) -> Seuils:
    return Seuils.at(parametres, date(2009, 9, 1))


# --- Attainment and states ------------------------------------------------------------------------


def assess(
    seuils: Seuils,
    evitees: int,
    *,
    base: int = 120_000,
    mois: int = 6,
    repondues: int = 80,
    attendues: int = 100,
) -> Bilan:
    """Assess against 5 % of `base`: with the default, 6 000 a year, 3 000 at the end of June."""
    return indicators.assess(
        visioconferences=evitees * 3,
        visioconferences_objectif=evitees * 2,
        evitees_objectif=evitees,
        attendues=attendues,
        repondues=repondues,
        mois_ecoules=mois,
        objectif=Objectif(2009, base, Fraction(1, 20), "x", illustratif=False, hypothese=False),
        etpt_par_extraction=Fraction(127, 15_500),
        seuils=seuils,
    )


@pytest.mark.parametrize(
    ("evitees", "etat"),
    [
        (6_000, "Objectif atteint"),  # the whole year
        (5_999, "En avance"),
        (3_150, "En avance"),  # 105 % of 3 000
        (3_149, "Sur la trajectoire"),
        (2_850, "Sur la trajectoire"),  # 95 %
        (2_849, "En retard"),
        (0, "En retard"),
    ],
)
def test_states_on_each_side_of_their_thresholds(seuils: Seuils, evitees: int, etat: str) -> None:
    bilan = assess(seuils, evitees)
    assert bilan.etat == etat
    assert bilan.glyphe == indicators.GLYPHS[etat]


@pytest.mark.parametrize(
    ("evitees", "repondues", "etat"),
    [
        (1_000, 50, "En retard"),  # half the answers are enough to say so
        (1_000, 49, "Non déterminé"),
        (2_999, 49, "Non déterminé"),
        (3_000, 49, "Sur la trajectoire"),  # silence can only add
        (6_000, 10, "Objectif atteint"),
    ],
)
def test_a_delay_is_not_affirmed_when_too_few_answered(
    seuils: Seuils, evitees: int, repondues: int, etat: str
) -> None:
    assert assess(seuils, evitees, repondues=repondues).etat == etat


def test_attainment_is_never_clipped_and_what_is_left_is_whole(seuils: Seuils) -> None:
    bilan = assess(seuils, 9_000)
    assert bilan.atteinte == 3  # 9 000 / 3 000
    assert bilan.part_annuelle == Fraction(3, 2)
    assert bilan.reste == 0
    short = assess(seuils, 1_000, base=100_010)  # 5 000,5 a year
    assert short.reste == 4_001  # 4 000,5 rounded up
    assert short.rythme_requis == Fraction(8_001, 12)  # 4 000,5 over six months
    assert assess(seuils, 1, mois=12).rythme_requis is None


def test_the_share_is_over_the_activities_of_the_objective(seuils: Seuils) -> None:
    bilan = assess(seuils, 100)
    assert bilan.part_evitees == Fraction(1, 2)
    assert assess(seuils, 0).part_evitees is None
    assert bilan.etpt == Fraction(127, 155)  # 100 × 127 / 15 500


def test_nobody_expected_means_no_rate(seuils: Seuils) -> None:
    bilan = assess(seuils, 10, attendues=0, repondues=0)
    assert bilan.part_reponse is None
    assert bilan.etat == "Non déterminé"


# --- Sums -----------------------------------------------------------------------------------------


def test_column_2_outside_the_objective_never_counts(reference: Reference) -> None:
    frame = aggregate(
        [
            (date(2009, 1, 1), "CA-1", "JAP", 10, 6),
            (date(2009, 1, 1), "CA-1", "GAV_PROLONGATION", 20, 20),
        ]
    )
    summed = indicators.sum_activities(frame, reference.activites, par=["cour"])
    assert summed.rows() == [(date(2009, 1, 1), "CA-1", 30, 10, 6)]
    kept = indicators.sum_activities(frame, reference.activites, groupe="Hors objectif")
    assert kept.rows() == [(date(2009, 1, 1), 20, 0, 0)]


def test_the_country_is_the_sum_of_the_cours_not_their_average(
    reference: Reference, parametres: Parametres
) -> None:
    mois = date(2009, 1, 1)
    frame = aggregate([(mois, "CA-1", "JAP", 100, 90), (mois, "CA-2", "JAP", 10, 1)])
    monthly = indicators.sum_activities(frame, reference.activites, par=["cour"])
    known = totals([total(mois, "TGI-A", "CA-1", 90), total(mois, "TGI-B", "CA-2", 1)])
    due = expected([(mois, "TGI-A", "CA-1"), (mois, "TGI-B", "CA-2"), (mois, "TGI-C", "CA-2")])
    answers = coverage.count_answers(known, due)
    period = Periode(mois)
    found = find(2009, parametres)
    each = indicators.assess_each(
        monthly, answers, cours=reference.cours, bases=found, periode=period, parametres=parametres
    )
    whole = indicators.assess_whole(
        monthly,
        answers,
        objectif=set_objective(found, annee=2009, parametres=parametres, ensemble=True),
        periode=period,
        parametres=parametres,
    )
    assert whole.evitees_objectif == each["evitees_objectif"].sum() == 91
    assert whole.part_reponse == Fraction(2, 3)  # the average of the cours would be 3/4
    assert whole.part_evitees == Fraction(91, 110)
    assert each["cour"].to_list() == ["CA-1", "CA-2"]
    assert each["illustratif"].all()


def test_months_outside_the_period_do_not_count(reference: Reference, parametres: Parametres) -> None:
    frame = aggregate(
        [
            (date(2008, 12, 1), "CA-1", "JAP", 5, 5),
            (date(2009, 9, 1), "CA-1", "JAP", 3, 2),
            (date(2009, 10, 1), "CA-1", "JAP", 7, 7),
        ]
    )
    bilan = indicators.assess_whole(
        indicators.sum_activities(frame, reference.activites),
        coverage.Reponses.create_empty(),
        objectif=None,
        periode=SEPTEMBER,
        parametres=parametres,
    )
    assert (bilan.visioconferences, bilan.evitees_objectif) == (3, 2)
    assert bilan.atteinte is None
    assert bilan.etat == "Non déterminé"
