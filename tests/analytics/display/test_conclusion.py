from datetime import date
from fractions import Fraction

from analytics.display.conclusion import conclude
from analytics.objective import Periode
from analytics.outlook import Avenir
from analytics.trajectory import Bilan, Mois, Seuils, assess
from data.reference import load_parameters
from tests.analytics.frames import cours, objective

NB, NARROW = "\u00a0", "\u202f"
SEPTEMBER = Periode(date(2009, 9, 1))


def bilan(evitees: int, *, base: int | None = 155_000, mois: int = 9, repondues: int = 61) -> Bilan:
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
        avenir=Avenir(moyennes=(float(evitees),), variances=(2.0 * evitees,), mois_connus=mois),
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
