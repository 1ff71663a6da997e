from datetime import date
from fractions import Fraction

import pytest

from analytics.display.conclusion import conclude
from analytics.objective import Periode
from analytics.outlook import Avenir
from analytics.trajectory import Bilan, Mois, Seuils, assess
from data.reference import load_parameters
from tests.analytics.frames import cours, objective

NB, NARROW = "\u00a0", "\u202f"
SEPTEMBER = Periode(date(2009, 9, 1))


def bilan(
    evitees: int,
    *,
    base: int | None = 155_000,
    mois: int = 9,
    repondues: int = 61,
    borne_haute: int | None = None,
) -> Bilan:
    """So much in January, nothing since; about as much again is to come."""
    months = [
        Mois(date(2009, rank, 1), evitees * 2, evitees * 2, evitees if rank == 1 else 0, 100, repondues, None)
        for rank in range(1, mois + 1)
    ]
    return assess(
        months,
        objectif=None if base is None else objective(base),
        lecture="A",
        periode=Periode(date(2009, mois, 1)),
        avenir=Avenir(
            moyennes=(float(evitees),) if mois < 12 else (),
            variances=(2.0 * evitees,) if mois < 12 else (),
            mois_connus=mois,
        ),
        borne_haute=borne_haute,
        etpt_par_extraction=Fraction(127, 15_500),
        seuils=Seuils.at(load_parameters(), date(2009, 9, 1)),
    )


def test_the_conclusion_of_the_country() -> None:
    table = cours({"CA-1": "En avance", "CA-2": "Sur la trajectoire", "CA-3": "En retard"})
    sentence = conclude(
        bilan(2_034),
        periode=SEPTEMBER,
        par_cour=table,  # pyright: ignore[reportArgumentType] - a plain frame will do
        nom=None,
        groupe=None,
        lecture="A",
        part_reponse_mois=Fraction(61, 100),
    )
    assert sentence == (
        f"Fin septembre{NB}2009, 2{NARROW}034{NB}extractions évitées sur 5{NARROW}813 attendues à cette "
        f"date{NB}: "
        f"en retard, moins de 1{NB}% de chances d'atteindre l'objectif de l'année{NB}; "
        f"2{NB}cours tiennent l'objectif, 61{NB}% des juridictions ont répondu pour septembre."
    )


def test_the_conclusion_of_a_cour() -> None:
    sentence = conclude(
        bilan(1, base=4_000),
        periode=SEPTEMBER,
        par_cour=None,
        nom="Cour d'appel d'Agen",
        groupe=None,
        lecture="A",
        part_reponse_mois=Fraction(0),
    )
    # 200 a year, 150 to date; 199 left over three months.
    assert sentence == (
        f"Fin septembre{NB}2009, la cour d'appel d'Agen compte 1{NB}extraction évitée sur 150 attendues à "
        "cette "
        f"date{NB}: en retard, moins de 1{NB}% de chances d'atteindre l'objectif de l'année{NB}; encore "
        f"199{NB}extractions à éviter d'ici décembre{NB}: 66 par mois{NB}; "
        "aucune juridiction n'a répondu pour septembre."
    )


def test_a_year_without_objective_says_so() -> None:
    sentence = conclude(
        bilan(10, base=None),
        periode=Periode(date(2011, 3, 1)),
        par_cour=None,
        nom="Tribunal supérieur d'appel de Mamoudzou",
        groupe=None,
        lecture="A",
        part_reponse_mois=None,
    )
    assert sentence == (
        f"Fin mars{NB}2011, le tribunal supérieur d'appel de Mamoudzou compte 10{NB}extractions évitées{NB}; "
        f"aucun objectif n'est fixé pour 2011{NB}; aucune réponse n'est attendue."
    )


def test_a_group_of_activities_only_contributes() -> None:
    sentence = conclude(
        bilan(58),
        periode=SEPTEMBER,
        par_cour=None,
        nom=None,
        groupe="Application des peines",
        lecture="A",
        part_reponse_mois=Fraction(1, 2),
    )
    assert (
        "dans le groupe «\u00a0Application des peines\u00a0», soit 1,0\u00a0% de l'objectif à date"
        in sentence
    )
    assert "en retard" not in sentence


def told(bilan: Bilan, *, nom: str | None = None, periode: Periode = SEPTEMBER) -> str:
    sentence = conclude(
        bilan,
        periode=periode,
        par_cour=None,
        nom=nom,
        groupe=None,
        lecture="A",
        part_reponse_mois=Fraction(1, 2),
    )
    return sentence.replace(NB, " ").replace(NARROW, " ")


def test_when_the_bounds_decide_the_sentence_says_so() -> None:
    assert (
        "492 extractions évitées sur 5 813 attendues à cette date : en retard, quoi que disent les réponses "
        "manquantes (au plus 2 163), moins de 1 % de chances"
    ) in told(bilan(492, repondues=30, borne_haute=2_163))


def test_when_they_do_not_decide_the_sentence_says_between_what() -> None:
    said = told(bilan(492, repondues=30, borne_haute=6_000))
    assert "non déterminé, entre 492 et 6 000 selon ce que diront les réponses manquantes ; encore" in said
    assert "de chances" not in said


def test_nobody_s_answer_is_no_zero() -> None:
    said = told(bilan(0, repondues=0), nom="Cour d'appel de Papeete")
    assert said == (
        "Fin septembre 2009, aucune juridiction de la cour d'appel de Papeete n'a répondu depuis janvier : "
        "rien n'est connu ; 5 813 attendues à cette date."
    )
    assert "aucune juridiction du tribunal" in told(bilan(0, repondues=0), nom="Tribunal supérieur d'appel")


@pytest.mark.parametrize(
    ("evitees", "base", "said"),
    [
        (
            224,
            4_569,
            "224 extractions évitées sur 228 attendues à cette date : en retard ; il manque 4 extractions",
        ),
        (73, 1_564, "sur 78 attendues à cette date : en retard ; il manque 5 extractions"),
        (77, 1_564, "sur 78 attendues à cette date : en retard ; il manque 1 extraction ;"),
        (78, 1_569, "sur 78 attendues à cette date : en retard ; il manque moins d'une extraction ;"),
    ],
)
def test_the_subtraction_that_a_reader_makes_is_right(evitees: int, base: int, said: str) -> None:
    year = bilan(evitees, base=base, mois=12)
    assert said in told(year, nom="Cour d'appel d'Agen", periode=Periode(date(2009, 12, 1)))
