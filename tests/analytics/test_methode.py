import re

import polars as pl

from analytics.methode import list_activities, list_parameters, write_formulas
from analytics.vocabulary.reference import Reference
from analytics.vocabulary.wording import long_date
from data.reference import load_parameters

NB, NARROW = "\u00a0", "\u202f"


def test_the_formulas_are_written_with_their_numbers() -> None:
    written = {item.nom: item.calcul for item in write_formulas(load_parameters())}
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
