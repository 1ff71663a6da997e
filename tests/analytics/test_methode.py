import re
from collections.abc import Callable
from copy import deepcopy
from typing import Any

import polars as pl
import pytest

from analytics.methode import Methode, list_activities, list_parameters, write_formulas, write_states
from analytics.trajectoire.position import GLYPHS
from analytics.vocabulary.reference import Reference
from analytics.vocabulary.wording import long_date
from data.actes.textes import load_methode
from data.reference import load_parameters, load_texts
from tests.outils.refus import refused

NB, NARROW = "\u00a0", "\u202f"


def test_the_formulas_are_written_with_their_numbers() -> None:
    written = {item.nom: item.calcul for item in write_formulas(load_methode(), load_parameters())}
    assert written["Objectif de l'année"] == f"155{NARROW}000 × 5{NB}% = 7{NARROW}750 extractions en 2009"
    assert written["Équivalent ETPT"].startswith(
        f"7{NARROW}750 × 1{NARROW}270 / 155{NARROW}000 = 63,5{NB}ETPT"
    )
    assert written["Objectif à date"].startswith(f"7{NARROW}750 × 9 / 12 = 5{NARROW}812,5")


def test_every_parameter_is_listed_with_its_dates_and_source() -> None:
    parametres = load_parameters()
    listed = list_parameters(parametres)
    assert listed.height == len(list(parametres))
    assert not any(listed[column].eq("").any() for column in ("libelle", "valeur", "en_vigueur", "source"))
    days = {f"vérifié le {long_date(parametre.verifie_le)}" for parametre in parametres}
    assert set(listed["verifie"]) == days
    assert all(re.fullmatch(rf"vérifié le \d+(er)?{NB}\w+{NB}\d{{4}}", day) for day in days)
    rates = listed.filter(pl.col("libelle").str.starts_with("Réduction"))
    assert rates["valeur"].to_list() == [f"5{NB}%", f"5{NB}%"]
    assert rates["en_vigueur"].to_list()[0] == "du 01/01/2009 au 31/12/2009"


def test_activities_not_legal_yet_are_without_object(reference: Reference) -> None:
    listed = list_activities(reference.activites)
    assert listed.height == 22
    assert "26/11/2009" in listed["depuis"].to_list()


def test_no_blank_is_left_in_what_is_read_and_every_state_is_told() -> None:
    methode, parametres = load_methode(), load_parameters()
    formulas = write_formulas(methode, parametres)
    assert len(formulas) == len(methode.formules) == 19
    states = dict(write_states(methode, parametres))
    assert states.keys() == GLYPHS.keys()
    assert f"80{NB}%" in states["En avance"]
    written = [text for each in formulas for text in (each.nom, each.sens, each.calcul)] + [*states.values()]
    assert not any(brace in text for text in written for brace in "{}")


def without(*path: str) -> Callable[[dict[str, Any]], None]:
    def change(document: dict[str, Any]) -> None:
        for key in path[:-1]:
            document = document[key]
        del document[path[-1]]

    return change


def instead(text: object, *path: str) -> Callable[[dict[str, Any]], None]:
    def change(document: dict[str, Any]) -> None:
        for key in path[:-1]:
            document = document[key]
        document[path[-1]] = text

    return change


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (without("demonstration"), "« methode » : il manque « demonstration »"),
        (instead("…", "annexe"), "« methode » : « annexe » n'existe pas"),
        (without("formules", "objectif"), "« formules » : il manque « objectif »"),
        (without("formules", "reste", "sens"), "« formules, reste » : il manque « sens »"),
        (instead("…", "formules", "reste", "note"), "« formules, reste » : « note » n'existe pas"),
        (instead("{base} × 5 %", "formules", "objectif", "calcul"), "il manque « {taux} »"),
        (instead("{reste}", "formules", "reste", "calcul"), "« {reste} » n'est pas connu"),
        (instead("peu", "etats", "en_retard"), "« etats, en_retard » : il manque « {trajectoire} »"),
        (instead("…", "etats", "perdu"), "« etats » : « perdu » n'existe pas"),
        (instead([], "limites"), "« limites » : il faut une liste"),
    ],
)
def test_a_text_that_someone_edited_badly_is_refused_in_french(
    change: Callable[[dict[str, Any]], None], told: str
) -> None:
    document = deepcopy(dict(load_texts("methode")))
    change(document)
    with refused(told):
        Methode.from_toml(document)


def test_a_formula_may_be_added_where_it_quotes_no_number() -> None:
    document = deepcopy(dict(load_texts("methode")))
    document["formules"]["nouvelle"] = {"nom": "Nouvelle", "sens": "Un sens.", "calcul": "a / b"}
    assert list(Methode.from_toml(document).formules)[-1] == "nouvelle"
