from datetime import date
from fractions import Fraction

import dataframely as dy
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics import coverage, indicators
from analytics.indicators import BaseObjectif, Bilan, Objectif, Periode, Seuils
from analytics.parameters import Parametres
from analytics.schemas import BaseAnnuelle, Interieur
from data.reference import Reference, load_illustrative_base, load_parameters
from tests.analytics.frames import aggregate, bases, executed, expected, total, totals

SEPTEMBER = Periode(date(2009, 9, 1))
NO_BASE = BaseAnnuelle.create_empty()
NO_COUNT = Interieur.create_empty()
NOTHING_AVOIDED = pl.DataFrame(schema={"annee": pl.Int64, "cour": pl.String, "evitees": pl.Int64})
KEY = pl.DataFrame({"cour": ["CA-1", "CA-2"], "extractions": [100_000, 55_000]})


@pytest.fixture(scope="module")
def parametres() -> Parametres:
    return load_parameters()


@pytest.fixture(scope="module")
def seuils(parametres: Parametres) -> Seuils:
    return Seuils.at(parametres, date(2009, 9, 1))


def find(
    annee: int,
    parametres: Parametres,
    *,
    loaded: dy.DataFrame[BaseAnnuelle] = NO_BASE,
    interieur: dy.DataFrame[Interieur] = NO_COUNT,
    evitees: pl.DataFrame = NOTHING_AVOIDED,
    cle: pl.DataFrame = KEY,
) -> dy.DataFrame[BaseObjectif]:
    return indicators.find_bases(
        annee, bases=loaded, interieur=interieur, evitees=evitees, cle=cle, parametres=parametres
    )


# --- The objective --------------------------------------------------------------------------------


def test_the_objective_of_2009_is_7_750_extractions_and_63_5_etpt(parametres: Parametres) -> None:
    found = find(2009, parametres, cle=load_illustrative_base())
    objectif = indicators.set_objective(found, annee=2009, parametres=parametres, ensemble=True)
    assert objectif is not None
    assert objectif.base == 155_000
    assert objectif.annuel == 7_750  # 155 000 × 5 %
    etpt = indicators.etpt_per_extraction(parametres, date(2009, 1, 1))
    assert etpt == Fraction(127, 15_500)  # 1 270 / 155 000
    assert objectif.annuel * etpt == Fraction(127, 2)  # 63,5
    assert objectif.source.startswith("Circulaire")
    assert not objectif.illustratif


def test_the_objective_to_date_is_one_twelfth_a_month() -> None:
    objectif = Objectif(2009, 155_000, Fraction(1, 20), "x", illustratif=False, hypothese=False)
    assert objectif.a_date(9) == Fraction(11_625, 2)  # 7 750 × 9 / 12 = 5 812,5
    assert objectif.a_date(12) == objectif.annuel


def test_a_cour_s_objective_says_that_its_base_is_illustrative(parametres: Parametres) -> None:
    found = find(2009, parametres)
    own = BaseObjectif.cast(found.filter(pl.col("cour") == "CA-1"))
    objectif = indicators.set_objective(own, annee=2009, parametres=parametres, ensemble=False)
    assert objectif is not None
    assert objectif.illustratif
    assert objectif.annuel == 5_000
    assert "illustrative" in objectif.source


def test_a_loaded_base_replaces_the_key_and_keeps_its_source(parametres: Parametres) -> None:
    found = find(2009, parametres, loaded=bases([(2008, "CA-1", 90_000, "Comptage 2008")]))
    assert found.rows() == [
        (2009, "CA-1", 90_000, "Comptage 2008", False, False),
        (2009, "CA-2", 55_000, indicators.SOURCE_KEY, True, False),
    ]
    whole = indicators.set_objective(found, annee=2009, parametres=parametres, ensemble=True)
    assert whole is not None
    assert whole.base == 145_000  # the national base is the sum of the cours
    assert whole.illustratif


def test_a_loaded_base_that_calls_itself_illustrative_is_believed(parametres: Parametres) -> None:
    found = find(2009, parametres, loaded=bases([(2008, "CA-1", 100_000, "Répartition illustrative")]))
    assert found["illustratif"].to_list() == [True, True]


def test_the_base_of_2010_is_what_interieur_executed_in_2009(parametres: Parametres) -> None:
    found = find(2010, parametres, interieur=executed(2009, "CA-1", 7_000))
    assert found.row(0) == (2010, "CA-1", 84_000, indicators.SOURCE_EXECUTED, False, False)


def test_without_twelve_months_of_interieur_the_base_of_2010_is_a_hypothesis(parametres: Parametres) -> None:
    avoided = pl.DataFrame({"annee": [2009], "cour": ["CA-1"], "evitees": [4_000]})
    found = find(2010, parametres, interieur=executed(2009, "CA-1", 7_000, months=11), evitees=avoided)
    # 100 000 − 4 000 = 96 000; CA-2 avoided nothing that is known: 55 000.
    assert found["base"].to_list() == [96_000, 55_000]
    assert found["hypothese"].all()
    assert found["illustratif"].all()
    objectif = indicators.set_objective(found, annee=2010, parametres=parametres, ensemble=True)
    assert objectif is not None
    assert objectif.hypothese


def test_landing_exactly_on_target_leaves_a_half_extraction_to_2010(parametres: Parametres) -> None:
    avoided = pl.DataFrame({"annee": [2009, 2009], "cour": ["CA-1", "CA-2"], "evitees": [5_000, 2_750]})
    found = find(2010, parametres, evitees=avoided)
    objectif = indicators.set_objective(found, annee=2010, parametres=parametres, ensemble=True)
    assert objectif is not None
    assert objectif.base == 147_250
    assert objectif.annuel == Fraction(14_725, 2)  # 7 362,5


@pytest.mark.parametrize("annee", [2008, 2011])
def test_a_year_without_text_has_no_objective(annee: int, parametres: Parametres) -> None:
    found = find(annee, parametres)
    assert indicators.set_objective(found, annee=annee, parametres=parametres, ensemble=True) is None


@settings(max_examples=60, deadline=None)
@given(
    total_=st.integers(0, 200_000),
    poids=st.dictionaries(st.text("ABCD", min_size=1, max_size=3), st.integers(0, 500), min_size=1),
)
def test_shares_sum_to_the_whole_and_stay_within_one_of_exact(total_: int, poids: dict[str, int]) -> None:
    parts = indicators.share_out(total_, poids)
    whole = sum(poids.values())
    if whole == 0:
        assert parts == {}
        return
    assert sum(parts.values()) == total_
    assert all(abs(parts[code] - Fraction(total_ * poids[code], whole)) < 1 for code in poids)
    assert indicators.share_out(total_, dict(reversed(poids.items()))) == parts


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
        objectif=indicators.set_objective(found, annee=2009, parametres=parametres, ensemble=True),
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


# --- Over time ------------------------------------------------------------------------------------


def test_a_month_nobody_answered_breaks_the_curve_and_a_zero_does_not(reference: Reference) -> None:
    jan, feb, mar, apr = (date(2009, rank, 1) for rank in range(1, 5))
    frame = aggregate([(jan, "CA-1", "JAP", 5, 4), (mar, "CA-1", "JAP", 0, 0), (apr, "CA-1", "JAP", 3, 2)])
    known = totals([total(mois, "TGI-A", "CA-1", 1) for mois in (jan, mar, apr)])
    due = expected([(mois, "TGI-A", "CA-1") for mois in (jan, feb, mar, apr)])
    traced = indicators.trace_year(
        indicators.sum_activities(frame, reference.activites),
        coverage.count_answers(known, due),
        periode=Periode(apr),
        objectif=Objectif(2009, 24_000, Fraction(1, 20), "x", illustratif=False, hypothese=False),
    )
    assert traced["cumul"].to_list() == [4, None, 4, 6, *[None] * 8]
    assert traced["evitees"].to_list()[:4] == [4, None, 0, 2]
    assert traced["objectif_cumule"].to_list() == [100.0 * rank for rank in range(1, 13)]
    assert traced["haut"].is_null().all()


def test_the_range_is_cumulated_up_to_the_end_of_the_period(reference: Reference) -> None:
    jan, feb = date(2009, 1, 1), date(2009, 2, 1)
    frame = aggregate([(jan, "CA-1", "JAP", 5, 4)])
    known = totals([total(jan, "TGI-A", "CA-1", 4)])
    due = expected([(jan, "TGI-A", "CA-1"), (feb, "TGI-A", "CA-1")])
    traced = indicators.trace_year(
        indicators.sum_activities(frame, reference.activites),
        coverage.count_answers(known, due),
        periode=Periode(feb),
        objectif=None,
        fourchette=coverage.bound(known, due),
    )
    assert traced["haut"].to_list() == [4, 8, *[None] * 10]  # 4 declared, then 4 plausible
    assert traced["objectif_cumule"].is_null().all()


def test_the_months_of_the_sparklines(reference: Reference) -> None:
    dec, jan, feb = date(2008, 12, 1), date(2009, 1, 1), date(2009, 2, 1)
    frame = aggregate([(dec, "CA-1", "JAP", 4, 1), (feb, "CA-1", "JAP", 10, 5)])
    known = totals([total(feb, "TGI-A", "CA-1", 5)])
    answers = coverage.count_answers(known, expected([(jan, "TGI-A", "CA-1"), (feb, "TGI-A", "CA-1")]))
    months = indicators.trace_months(
        indicators.sum_activities(frame, reference.activites),
        answers,
        mois=[dec, jan, feb],
        objectif=Objectif(2009, 24_000, Fraction(1, 20), "x", illustratif=False, hypothese=False),
        etpt_par_extraction=Fraction(1, 100),
    )
    assert months["atteinte"].to_list() == [None, None, 5 / 200]  # 100 a month
    assert months["part_evitees"].to_list() == [0.25, None, 0.5]
    assert months["part_reponse"].to_list() == [None, 0.0, 1.0]


def test_before_the_law_a_zero_is_without_object(reference: Reference) -> None:
    oct_, nov = date(2009, 10, 1), date(2009, 11, 1)
    frame = aggregate(
        [
            (oct_, "CA-1", "DELIBERE_INTERETS_CIVILS", 0, 0),
            (nov, "CA-1", "DELIBERE_INTERETS_CIVILS", 2, 1),
            (oct_, "CA-1", "JAP", 0, 0),
        ]
    )
    series = indicators.trace_activities(frame, reference.activites, debut=oct_, fin=nov)
    rows = {
        (row["activite"], row["mois"]): (row["sans_objet"], row["visioconferences"])
        for row in series.iter_rows(named=True)
    }
    # Possible since 26 November 2009: October is without object, November is not.
    assert rows["DELIBERE_INTERETS_CIVILS", oct_] == (True, None)
    assert rows["DELIBERE_INTERETS_CIVILS", nov] == (False, 2)
    assert rows["JAP", oct_] == (False, 0)
    assert rows["JAP", nov] == (False, None)
    summed = {row["activite"]: row for row in indicators.sum_up_activities(series).iter_rows(named=True)}
    assert not summed["DELIBERE_INTERETS_CIVILS"]["sans_objet"]
    assert summed["DELIBERE_INTERETS_CIVILS"]["part_evitees"] == 0.5
    assert summed["CORRECTIONNEL_PREVENU"]["sans_objet"]  # possible since 2011 only
    assert summed["GAV_PROLONGATION"]["part_evitees"] is None


# --- What changed ---------------------------------------------------------------------------------

MONTHS = [date(2009, rank, 1) for rank in range(1, 8)]


def monthly(by_cour: dict[str, list[int]]) -> pl.DataFrame:
    return pl.DataFrame(
        [
            {"mois": mois, "cour": cour, "visioconferences": value, "evitees_objectif": value}
            for cour, values in by_cour.items()
            for mois, value in zip(MONTHS, values, strict=True)
        ]
    )


def tell(
    parametres: Parametres, by_cour: dict[str, list[int]], *, alertes: int = 0, silent: tuple[str, ...] = ()
) -> list[str]:
    courts = {"CA-DOUAI": "TGI-LILLE", "TSA-MAMOUDZOU": "TPI-MAMOUDZOU"}
    known = totals(
        [
            total(mois, court, cour, 1)
            for cour, court in courts.items()
            for mois in MONTHS
            if not (court in silent and mois == MONTHS[-1])
        ]
    )
    changes = indicators.tell_changes(
        mois=MONTHS[-1],
        mensuel=monthly(by_cour),
        totaux=known,
        attendues=expected([(mois, court, cour) for cour, court in courts.items() for mois in MONTHS]),
        alertes=alertes,
        noms_cours={"CA-DOUAI": "Douai", "TSA-MAMOUDZOU": "TSA de Mamoudzou"},
        noms_juridictions={"TGI-LILLE": "TGI de Lille", "TPI-MAMOUDZOU": "TPI de Mamoudzou"},
        parametres=parametres,
    )
    assert 3 <= len(changes) <= 5 or not alertes
    return [change.phrase for change in changes]


def test_compares_with_the_median_of_the_six_previous_months() -> None:
    compared = indicators.compare_with_habit(
        monthly({"CA-DOUAI": [1, 10, 12, 10, 11, 9, 20]}), mois=MONTHS[-1], mois_de_passe=6
    )
    # Past 1, 10, 12, 10, 11, 9: median 10; deviations 9, 0, 2, 0, 1, 1: median 1. (20 − 10) / 1 = 10.
    assert compared.rows() == [("CA-DOUAI", 20, 10.0, 6, 10.0)]


def test_fewer_than_three_months_make_no_habit() -> None:
    frame = monthly({"CA-DOUAI": [1, 10, 12, 10, 11, 9, 20]}).filter(pl.col("mois") >= MONTHS[4])
    assert indicators.compare_with_habit(frame, mois=MONTHS[-1], mois_de_passe=6).is_empty()


def test_tells_rises_and_falls_in_grammatical_french(parametres: Parametres) -> None:
    told = tell(
        parametres,
        {"CA-DOUAI": [10, 10, 11, 10, 10, 9, 25], "TSA-MAMOUDZOU": [8, 8, 8, 9, 8, 8, 1]},
        alertes=1,
        silent=("TPI-MAMOUDZOU",),
    )
    nb = "\u00a0"
    assert told[0] == (
        f"Hausse à Douai{nb}: 25{nb}extractions évitées en juillet{nb}2009, contre 10 d'ordinaire "
        f"(médiane des 6{nb}mois précédents)."
    )
    assert told[1].startswith(
        f"Baisse au TSA de Mamoudzou{nb}: 1{nb}extraction évitée en juillet{nb}2009, contre 8"
    )
    assert told[1].endswith(f"{nb}; 1{nb}juridiction n'a pas répondu.")
    assert told[2] == (
        f"1{nb}juridiction qui répondait depuis au moins 2{nb}mois n'a rien déclaré "
        f"pour juillet{nb}2009{nb}: TPI de Mamoudzou."
    )
    assert told[3] == f"1{nb}donnée de juillet{nb}2009 paraît étonnante et reste à vérifier."


def test_a_quiet_month_still_says_three_things(parametres: Parametres) -> None:
    told = tell(parametres, {"CA-DOUAI": [10] * 7, "TSA-MAMOUDZOU": [8] * 7})
    nb = "\u00a0"
    assert told == [
        f"Aucune cour ne s'écarte nettement de son habitude en juillet{nb}2009.",
        f"18{nb}extractions évitées en juillet{nb}2009, contre 18 en juin{nb}2009.",
        f"100,0{nb}% des juridictions ont répondu pour juillet{nb}2009 (0,0{nb}pt en un mois).",
    ]


def test_each_change_leads_to_a_view(parametres: Parametres) -> None:
    changes = indicators.tell_changes(
        mois=MONTHS[-1],
        mensuel=monthly({"CA-DOUAI": [10, 10, 11, 10, 10, 9, 25]}),
        totaux=totals([total(mois, "TGI-LILLE", "CA-DOUAI", 1) for mois in MONTHS]),
        attendues=expected([(mois, "TGI-LILLE", "CA-DOUAI") for mois in MONTHS]),
        alertes=3,
        noms_cours={},
        noms_juridictions={},
        parametres=parametres,
    )
    assert changes[0].page == "cour"
    assert changes[0].requete == (("cour", "CA-DOUAI"),)
    assert {change.nature: change.page for change in changes}["alertes"] == "donnees"
