from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from math import ceil
from typing import Any

import pytest

from analytics.projection.outlook import Avenir
from analytics.trajectoire.account import Mois
from analytics.trajectoire.position import Bilan, Seuils, assess
from analytics.trajectoire.words.conclusion import conclude, target_of_year
from analytics.trajectoire.words.conclusion import counted as write_counted
from analytics.trajectoire.words.figures import tell_use
from analytics.trajectoire.words.trajectory import tell_trajectory
from analytics.vocabulary.periods import Periode
from analytics.vocabulary.wording import MINUS
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


def concluded(found: Bilan, **said: Any) -> str:
    """What is concluded of September, for the country and on reading A unless something else is `said`."""
    usual: dict[str, Any] = {"periode": SEPTEMBER, "lecture": "A", "part_reponse_mois": Fraction(1, 2)}
    everywhere: dict[str, Any] = dict.fromkeys(("par_cour", "nom", "groupe"))
    return conclude(found, **(everywhere | usual | said))


def test_the_conclusion_of_the_country() -> None:
    table = cours({"CA-1": "En avance", "CA-2": "Sur la trajectoire", "CA-3": "En retard"})
    sentence = concluded(bilan(2_034), par_cour=table, part_reponse_mois=Fraction(61, 100))
    assert sentence == (
        f"Fin septembre{NB}2009, 2{NARROW}034{NB}extractions évitées sur 5{NARROW}813 attendues à cette "
        f"date{NB}: "
        f"en retard, moins de 1{NB}% de chances d'atteindre l'objectif de l'année{NB}; "
        f"2{NB}cours tiennent l'objectif, 61{NB}% des juridictions ont répondu pour septembre."
    )


@pytest.mark.parametrize(
    ("evitees", "base", "written"),
    # 5 % of the base; the year's objective less what was avoided, as both are written, is what is left.
    [
        (2, 1_608, "80,4 ; encore 79 "),
        (2, 1_600, "80 ; encore 78 "),
        (2, 1_612, "81 ; encore 79 "),
        (0, 30, "2 ; encore 2 "),
    ],
)
def test_what_is_left_is_what_a_reader_subtracts(evitees: int, base: int, written: str) -> None:
    told = tell_trajectory(bilan(evitees, base=base), SEPTEMBER, lecture="A", groupe=None)
    assert f"Objectif de l'année : {written}" in told.replace(NB, " ")


@pytest.mark.parametrize(
    ("held", "avoided", "said"),
    [
        (1, 0, "la seule d'une activité qui compte pour l'objectif n'a pas évité d'extraction"),
        (1, 1, "la seule d'une activité qui compte pour l'objectif a évité une extraction"),
        (4, 1, "25,0 % des 4 qui relèvent d'activités comptées dans l'objectif ont évité une extraction"),
        (0, 0, "1 visioconférence depuis janvier ; 61,0 % des réponses"),
    ],
)
def test_the_use_of_video_agrees_in_number(held: int, avoided: int, said: str) -> None:
    found = replace(
        bilan(0),
        visioconferences=1 if held < 2 else held,
        visioconferences_objectif=held,
        evitees_objectif=avoided,
        part_evitees=Fraction(avoided, held) if held else None,
    )
    assert said in tell_use(found).replace(NB, " ")


def counted(lecture: str, *, repondues: int = 61, niveau: Fraction | None = None) -> tuple[Bilan, str, str]:
    """A cour that executed 10 100 a month, for 10 000 in its season: what it says, and of its year's end."""
    months = [Mois(date(2009, rank, 1), 9, 9, 9, 100, repondues, 10_100) for rank in range(1, 10)]
    found = assess(
        months,
        objectif=replace(objective(120_000), niveau=niveau),
        lecture=lecture,
        periode=SEPTEMBER,
        avenir=Avenir(moyennes=(27.0,), variances=(30.0,), mois_connus=9),
        borne_haute=None,
        etpt_par_extraction=Fraction(127, 15_500),
        seuils=Seuils.at(load_parameters(), date(2009, 9, 1)),
    )
    told = concluded(
        found,
        nom="Tribunal supérieur d'appel de Mamoudzou",
        lecture=lecture,
        part_reponse_mois=Fraction(repondues, 100),
    )
    ends = tell_trajectory(found, SEPTEMBER, lecture=lecture, groupe=None)
    return found, plain(told), plain(ends)


def plain(text: str) -> str:
    return text.replace(NB, " ").replace(NARROW, " ")


def test_each_reading_names_what_it_counts() -> None:
    _, told, ends = counted("C")
    assert "compte 81 extractions évitées ; la lecture C en retient −900 sur 4 500 attendues" in told
    assert (
        "Si les réponses attendues d'ici décembre arrivent et si la demande reste celle de l'année, "
        "l'année finira entre 1"
    ) in ends
    assert "extractions exécutées en plus (8 chances sur 10)" in ends
    _, told, ends = counted("B", niveau=Fraction(120))
    assert "la lecture B en retient −9 sur 4 500 attendues" in told
    assert "extractions évitées au-delà du niveau de 2008 (8 chances sur 10)" in ends
    _, _, ends = counted("A")
    assert "Si les réponses attendues d'ici décembre arrivent, l'année finira entre" in ends
    assert "extractions évitées déclarées (8 chances sur 10)" in ends


def test_a_reading_without_its_data_says_which_and_writes_no_hole() -> None:
    _, told, ends = counted("B")
    assert told == (
        "Fin septembre 2009, le tribunal supérieur d'appel de Mamoudzou compte 81 extractions évitées ; la "
        "lecture B ne peut rien en dire, le niveau de 2008 de chaque cour n'est pas importé ; 4 500 "
        "attendues à cette date ; 61 % de ses juridictions ont répondu pour septembre."
    )
    assert "la lecture B ne peut rien en dire, le niveau de 2008 de chaque cour n'est pas importé." in ends


def test_where_nobody_answered_reading_c_still_counts() -> None:
    found, told, _ = counted("C", repondues=0)
    assert found.retenues == -900
    assert (
        "aucune juridiction du tribunal supérieur d'appel de Mamoudzou n'a répondu depuis janvier ; la "
        in told
    )
    assert "lecture C en retient −900 sur 4 500 attendues à cette date" in told
    assert "rien n'est connu" not in told
    assert "rien n'est connu" in counted("A", repondues=0)[1]


def test_the_conclusion_of_a_cour() -> None:
    sentence = concluded(bilan(1, base=4_000), nom="Cour d'appel d'Agen", part_reponse_mois=Fraction(0))
    # 200 a year, 150 to date; 199 left over three months.
    assert sentence == (
        f"Fin septembre{NB}2009, la cour d'appel d'Agen compte 1{NB}extraction évitée sur 150 attendues à "
        "cette "
        f"date{NB}: en retard, moins de 1{NB}% de chances d'atteindre l'objectif de l'année{NB}; encore "
        f"199{NB}extractions à éviter d'ici décembre{NB}: 66 par mois{NB}; "
        "aucune juridiction n'a répondu pour septembre."
    )


def test_a_year_without_objective_says_so() -> None:
    sentence = concluded(
        bilan(10, base=None),
        periode=Periode(date(2011, 3, 1)),
        nom="Tribunal supérieur d'appel de Mamoudzou",
        part_reponse_mois=None,
    )
    assert sentence == (
        f"Fin mars{NB}2011, le tribunal supérieur d'appel de Mamoudzou compte 10{NB}extractions évitées{NB}; "
        f"aucun objectif n'est fixé pour 2011{NB}; aucune réponse n'est attendue."
    )


def test_a_group_of_activities_only_contributes() -> None:
    sentence = concluded(bilan(58), groupe="Application des peines")
    assert (
        "dans le groupe «\u00a0Application des peines\u00a0», soit 1,0\u00a0% de l'objectif à date"
        in sentence
    )
    assert "en retard" not in sentence


def told(bilan: Bilan, *, nom: str | None = None, periode: Periode = SEPTEMBER) -> str:
    sentence = concluded(bilan, periode=periode, nom=nom)
    return sentence.replace(NB, " ").replace(NARROW, " ")


def test_when_the_bounds_decide_the_sentence_says_so() -> None:
    assert (
        "492 extractions évitées sur 5 813 attendues à cette date : en retard, sans doute quoi que disent "
        "les réponses manquantes (2 163 au plus), moins de 1 % de chances"
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


@pytest.mark.parametrize(
    "retenues", [Fraction("1442.6"), Fraction("1442.9"), Fraction(-2), Fraction("133.5")]
)
@pytest.mark.parametrize("annuel", [155_000, 8_960, 18_996])
def test_another_reading_subtracts_too(retenues: Fraction, annuel: int) -> None:
    """Reading C counts fractions: « 7 750,0 ; encore 6 308 » stood beside 1 443."""
    base = bilan(100, base=annuel)
    assert base.objectif is not None
    found = replace(base, retenues=retenues, reste=ceil(base.objectif - retenues))
    read = [
        Decimal(text.replace(NARROW, "").replace(",", ".").replace(MINUS, "-"))
        for text in (target_of_year(found), write_counted(found))
    ]
    assert ceil(read[0] - read[1]) == found.reste


def test_whole_counts_are_told_whole_between_their_bounds() -> None:
    said = told(bilan(20, repondues=30, borne_haute=66_000))
    assert "entre 20 et 66 000 selon ce que diront les réponses manquantes" in said
