from datetime import date
from fractions import Fraction

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics import display, wording
from analytics.indicators import BilanCour, Objectif, Periode, Seuils, assess
from analytics.method import list_parameters, write_formulas
from data.reference import Reference, load_parameters
from tests.analytics.frames import expected, total, totals

NB, NARROW = "\u00a0", "\u202f"
SEPTEMBER = Periode(date(2009, 9, 1))


def bilan(evitees: int, *, base: int | None = 155_000, mois: int = 9, repondues: int = 61):
    parametres = load_parameters()
    return assess(
        visioconferences=evitees * 2,
        visioconferences_objectif=evitees * 2,
        evitees_objectif=evitees,
        attendues=100,
        repondues=repondues,
        mois_ecoules=mois,
        objectif=None
        if base is None
        else Objectif(2009, base, Fraction(1, 20), "Circulaire", illustratif=False, hypothese=False),
        etpt_par_extraction=Fraction(127, 15_500),
        seuils=Seuils.at(parametres, date(2009, 9, 1)),
    )


def cours(states: dict[str, str]) -> pl.DataFrame:
    return pl.DataFrame(
        {"cour": list(states), "etat": list(states.values()), "objectif": [1.0] * len(states)}
    )


def test_the_conclusion_of_the_country() -> None:
    table = cours({"CA-1": "En avance", "CA-2": "Sur la trajectoire", "CA-3": "En retard"})
    sentence = display.conclude(
        bilan(2_034),
        periode=SEPTEMBER,
        par_cour=table,  # pyright: ignore[reportArgumentType]
        nom=None,
        groupe=None,
        part_reponse_mois=Fraction(61, 100),
    )
    assert sentence == (
        f"Fin septembre{NB}2009, 2{NARROW}034{NB}extractions évitées sur 5{NARROW}813 attendues à cette "
        f"date{NB}: "
        f"en retard{NB}; 2{NB}cours tiennent l'objectif, 61{NB}% des juridictions ont répondu pour septembre."
    )


def test_the_conclusion_of_a_cour() -> None:
    sentence = display.conclude(
        bilan(1, base=4_000),
        periode=SEPTEMBER,
        par_cour=None,
        nom="Cour d'appel d'Agen",
        groupe=None,
        part_reponse_mois=Fraction(0),
    )
    # 200 a year, 150 to date; 199 left over three months.
    assert sentence == (
        f"Fin septembre{NB}2009, la cour d'appel d'Agen compte 1{NB}extraction évitée sur 150 attendues à "
        "cette "
        f"date{NB}: en retard{NB}; encore 199{NB}extractions à éviter d'ici décembre, soit 66,3 par "
        f"mois{NB}; "
        "aucune juridiction n'a répondu pour septembre."
    )


def test_a_year_without_objective_says_so() -> None:
    sentence = display.conclude(
        bilan(10, base=None),
        periode=Periode(date(2011, 3, 1)),
        par_cour=None,
        nom="Tribunal supérieur d'appel de Mamoudzou",
        groupe=None,
        part_reponse_mois=None,
    )
    assert sentence == (
        f"Fin mars{NB}2011, le tribunal supérieur d'appel de Mamoudzou compte 10{NB}extractions évitées{NB}; "
        f"aucun objectif n'est fixé pour 2011{NB}; aucune réponse n'est attendue."
    )


def test_a_group_of_activities_only_contributes() -> None:
    sentence = display.conclude(
        bilan(58),
        periode=SEPTEMBER,
        par_cour=None,
        nom=None,
        groupe="Application des peines",
        part_reponse_mois=Fraction(1, 2),
    )
    assert (
        "dans le groupe «\u00a0Application des peines\u00a0», soit 1,0\u00a0% de l'objectif à date"
        in sentence
    )
    assert "en retard" not in sentence


@pytest.mark.parametrize(
    ("states", "title"),
    [
        ({"CA-1": "En retard"}, "0 cour sur 1 tient son objectif"),
        ({"CA-1": "En avance", "CA-2": "En retard"}, "1 cour sur 2 tient son objectif"),
        ({"CA-1": "En avance", "CA-2": "Objectif atteint"}, "2 cours sur 2 tiennent leur objectif"),
    ],
)
def test_the_title_of_the_map_agrees(states: dict[str, str], title: str) -> None:
    assert display.title_map(cours(states)) == title  # pyright: ignore[reportArgumentType]


@given(st.lists(st.integers(0, 3_000_000), min_size=1))
def test_numbers_written_as_text_sort_as_numbers(values: list[int]) -> None:
    written = display.align_to_sort([wording.number(value) for value in values])
    by_text = [value for _, value in sorted(zip(written, values, strict=True))]
    assert by_text == sorted(values)


def test_what_is_absent_sorts_last() -> None:
    written = display.align_to_sort(["9,0\u00a0%", "120,5\u00a0%", "n.d."])
    assert sorted(written) == ["  9,0\u00a0%", "120,5\u00a0%", "n.d."]


def row(cour: str, nom: str, **values: object) -> dict[str, object]:
    return {
        "cour": cour,
        "nom_court": nom,
        "visioconferences": 10,
        "visioconferences_objectif": 10,
        "evitees_objectif": 5,
        "attendues": 4,
        "repondues": 2,
        "part_reponse": 0.5,
        "part_evitees": None,
        "etpt": 0.04,
        "base": 1_200,
        "objectif": 60.0,
        "objectif_a_date": 45.0,
        "atteinte": 5 / 45,
        "part_annuelle": 5 / 60,
        "reste": 55,
        "rythme_requis": 18.3,
        "etat": "En retard",
        "glyphe": "▼",
        "source": "x",
        "illustratif": True,
        "hypothese": False,
        **values,
    }


def test_the_table_of_cours_is_french_text_beside_a_sparkline() -> None:
    table = BilanCour.validate(
        pl.DataFrame(
            [row("CA-1", "Agen"), row("CA-2", "Paris", atteinte=None, illustratif=False)],
            schema=BilanCour.create_empty().schema,
        )
    )
    history = pl.DataFrame({"cour": ["CA-1"], "historique": [[1.0, None, 2.0]]})
    laid = display.lay_out_cours(table, history)
    first = laid.row(0, named=True)
    assert first["Cour"] == "Agen"
    assert first["État"] == "▼ En retard"
    assert first["Objectif"].strip() == f"45{NB}(e)"
    assert first["Atteinte"] == f"11,1{NB}%"
    assert first["12 mois"] == [1.0, 2.0]
    assert laid.row(1, named=True)["Atteinte"] == "n.d."
    assert display.note_on_targets(table).startswith("(e)")
    assert set(laid.drop("12 mois").dtypes) == {pl.String}


def test_peers_are_compared_without_rank(reference: Reference) -> None:
    table = BilanCour.validate(
        pl.DataFrame(
            [
                row("CA-DOUAI", "Douai", atteinte=0.4),
                row("CA-LYON", "Lyon", atteinte=0.9),
                row("CA-PARIS", "Paris", atteinte=2.0),
            ],
            schema=BilanCour.create_empty().schema,
        )
    )
    peers = display.gather_peers(table, reference.cours, cour="CA-DOUAI")
    assert peers["cour"].to_list() == ["CA-DOUAI", "CA-LYON"]  # Paris is « hors groupe »
    assert display.title_peers(peers, "Douai") == f"À Douai, 40,0{NB}%{NB}; 1{NB}pair sur 1 fait plus"
    alone = display.gather_peers(table, reference.cours, cour="CA-PARIS")
    assert alone["cour"].to_list() == ["CA-PARIS"]
    assert "aucun pair" in display.tell_peers(alone)


def test_courts_that_never_answered_are_not_at_zero(reference: Reference) -> None:
    jan = date(2009, 1, 1)
    ranked = display.rank_courts(
        totals([total(jan, "TGI-LILLE", "CA-DOUAI", 0)]),
        expected([(jan, "TGI-LILLE", "CA-DOUAI"), (jan, "TGI-ARRAS", "CA-DOUAI")]),
        reference.juridictions,
        periode=Periode(jan),
    )
    assert ranked.select("nom", "valeur", "texte").rows() == [
        ("TGI de Lille", 0, "0"),
        ("TGI d'Arras", None, "n.r."),
    ]
    assert "1 n'a répondu à aucun mois (n.r.)" in display.tell_courts(ranked)


def test_the_formulas_are_written_with_their_numbers() -> None:
    written = {item.nom: item.calcul for item in write_formulas(load_parameters())}
    assert written["Objectif de l'année"] == f"155{NARROW}000 × 5{NB}% = 7{NARROW}750 extractions en 2009"
    assert written["Équivalent ETPT"].startswith(f"7{NARROW}750 × 1{NARROW}270 / 155{NARROW}000 = 63,5 ETPT")
    assert written["Objectif à date"].startswith(f"7{NARROW}750 × 9 / 12 = 5{NARROW}812,5")


def test_every_parameter_is_listed_with_its_dates_and_source() -> None:
    parametres = load_parameters()
    listed = list_parameters(parametres)
    assert listed.height == len(list(parametres))
    assert not any(listed[column].eq("").any() for column in ("libelle", "valeur", "en_vigueur", "source"))
    rates = listed.filter(pl.col("libelle").str.starts_with("Réduction"))
    assert rates["valeur"].to_list() == [f"5{NB}%", f"5{NB}%"]
    assert rates["en_vigueur"].to_list()[0] == "du 01/01/2009 au 31/12/2009"


def test_activities_not_legal_yet_are_without_object(reference: Reference) -> None:
    listed = display.list_activities(reference.activites)
    assert listed.height == 22
    assert "26/11/2009" in listed["depuis"].to_list()


@pytest.mark.parametrize(
    ("typed", "held"),
    [
        ("155 000 extractions", f"155{NARROW}000 extractions"),
        ("5 % et 63,5 ETPT", f"5{NB}% et 63,5{NB}ETPT"),
        ("article 706-71, 12 mois", "article 706-71, 12 mois"),
    ],
)
def test_numbers_in_a_text_hold_together(typed: str, held: str) -> None:
    assert wording.hold_numbers(typed) == held


@pytest.mark.parametrize(
    ("nom", "of", "at"),
    [
        ("Agen", "d'Agen", "à Agen"),
        ("TSA de Mamoudzou", "du TSA de Mamoudzou", "au TSA de Mamoudzou"),
        ("Rennes", "de Rennes", "à Rennes"),
    ],
)
def test_names_of_cours_elide(nom: str, of: str, at: str) -> None:
    assert (wording.of_cour(nom), wording.at_cour(nom)) == (of, at)


def test_some_names_and_the_count_of_the_others() -> None:
    assert wording.some_of(["A", "B"], 2) == "A et B"
    assert wording.some_of(["A", "B"], 3) == "A, B et 1 autre"
    assert wording.some_of(["A", "B"], 6) == f"A, B et 4{NB}autres"
