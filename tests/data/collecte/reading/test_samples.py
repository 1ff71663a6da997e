"""The samples, line by line: what real senders send, and what must become of it."""

from datetime import date

import polars as pl
import pytest

from tests.data.collecte.saisie import TODAY, accounted_for, judging, lines, reading, sample

SALE = "2009-03_sale.csv"


@pytest.mark.parametrize(
    ("nom", "forme", "format_", "encodage", "separateur", "feuille", "mois", "cellules"),
    [
        ("2009-02_questionnaire.xlsx", "grille", "xlsx", None, None, "Saisie", date(2009, 2, 1), 2012),
        ("2009-04_questionnaire.ods", "grille", "ods", None, None, "Saisie", date(2009, 4, 1), 2372),
        ("2009-06_collecte.csv", "longue", "csv", "cp1252", ";", None, date(2009, 6, 1), 2608),
    ],
)
def test_monthly_collection_is_accepted_whole(
    nom: str,
    forme: str,
    format_: str,
    encodage: str | None,
    separateur: str | None,
    feuille: str | None,
    mois: date,
    cellules: int,
) -> None:
    lecture = reading(sample(nom), nom)
    jugement = judging(lecture)
    assert (lecture.nature, lecture.forme, lecture.format) == ("declarations", forme, format_)
    assert (lecture.encodage, lecture.separateur, lecture.feuille) == (encodage, separateur, feuille)
    assert lecture.colonnes_ignorees == ()
    assert jugement.acceptees.height == jugement.lues == cellules
    assert jugement.acceptees["mois"].unique().to_list() == [mois]


@pytest.mark.parametrize(
    ("nom", "nature", "attendu"),
    [
        ("interieur-2009.csv", "interieur", 888),
        ("base-2008.csv", "base", 37),
        ("credits-vacataires-2010.csv", "credits", 37),
        ("equipements.csv", "equipements", 174),
    ],
)
def test_other_natures_are_recognised_and_accepted(nom: str, nature: str, attendu: int) -> None:
    jugement = judging(reading(sample(nom), nom))
    assert jugement.lecture.nature == nature
    assert jugement.acceptees.height == jugement.lues == attendu
    assert jugement.alertes.is_empty()


def test_faulty_file_line_by_line() -> None:
    jugement = judging(sample(SALE))
    assert jugement.lecture.encodage == "cp1252"
    assert jugement.lues == 18
    assert accounted_for(jugement)
    assert jugement.acceptees["ligne"].to_list() == [2, 5, 7, 9, 15]
    assert jugement.repetees.rows() == [(6, 5)]
    assert jugement.non_reponses["ligne"].to_list() == [12, 14]
    assert dict(jugement.rejets.select("ligne", "regle").iter_rows()) == {
        3: "evitees_superieures",
        4: "nombre_negatif",
        8: "juridiction_inconnue",
        10: "mois_illisible",
        11: "pas_encore_legale",
        13: "nombre_non_entier",
        16: "colonne_manquante",
        17: "formule",
        18: "juridiction_hors_vigueur",
        19: "maximum_depasse",
    }
    alerts = set(jugement.alertes.select("ligne", "regle").iter_rows())
    assert {(7, "hors_objectif"), (9, "saut")} <= alerts


def test_faulty_file_values_and_sentences() -> None:
    jugement = judging(sample(SALE))
    accepted = jugement.acceptees.filter(pl.col("ligne") == 9)
    assert accepted.select("juridiction", "activite", "visioconferences", "extractions_evitees").row(0) == (
        "TGI-DOUAI",
        "JAP",
        1204,
        1000,
    )
    zero = jugement.acceptees.filter(pl.col("ligne") == 15)
    assert zero["visioconferences"].to_list() == [0]
    motifs = dict(jugement.rejets.select("ligne", "motif").iter_rows())
    assert "16\u00a0mars\u00a02011" in motifs[11]
    assert "30\u00a0septembre\u00a02009" in motifs[18]
    assert "10\u202f000" in motifs[19]
    assert "extractions évitées" in motifs[16]
    rejet = jugement.rejets.row(by_predicate=pl.col("ligne") == 16, named=True)
    assert rejet["texte"] == "03/2009;TGI-BETHUNE;JAP;3"
    assert (rejet["champ"], rejet["juridiction"], rejet["activite"]) == (
        "extractions_evitees",
        "TGI-BETHUNE",
        "JAP",
    )
    assert jugement.rejets.filter(pl.col("ligne") == 10)["mois"].to_list() == [None]


def test_accepted_zero_before_the_law() -> None:
    jugement = judging(lines("2009-03;TGI-LILLE;CORRECTIONNEL_PREVENU;0;0"))
    assert jugement.acceptees.height == 1
    assert jugement.alertes.is_empty()


def test_same_month_as_today_is_questioned_not_refused() -> None:
    jugement = judging(lines("2012-06;TGI-LILLE;JAP;1;0", "2012-05;TGI-LILLE;JAP;1;0"), today=TODAY)
    assert jugement.acceptees.height == 2
    assert jugement.alertes.select("ligne", "regle").rows() == [(2, "mois_a_venir")]
