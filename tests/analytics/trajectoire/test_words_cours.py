import polars as pl
import pytest

from analytics.trajectoire.cours import BilanCour
from analytics.trajectoire.words.cours import (
    cour_columns,
    lay_out_cours,
    note_on_chances,
    note_on_targets,
    write_cours,
)

NB = "\u00a0"
LISTS = {"historique": pl.List(pl.Float64)}


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
        "base": 1_200.0,
        "objectif": 60.0,
        "objectif_a_date": 45.0,
        "retenues": 5.0,
        "atteinte": 5 / 45,
        "part_annuelle": 5 / 60,
        "reste": 55,
        "rythme_requis": 18.3,
        "p_objectif": 0.10,
        "reponse": 0.8,
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
    history = pl.DataFrame({"cour": ["CA-1"], "historique": [[1.0, None, 2.0, 4.0]]})
    laid = lay_out_cours(table, history, {"CA-1": "▲"}, lecture="A", terminee=False)
    first = laid.row(0, named=True)
    assert first["Cour"] == "Agen"
    assert first["État"] == "▼ En retard"
    assert first["Objectif"].strip() == f"45{NB}(e)"
    assert first["Atteinte"] == f"11,1{NB}%"
    assert first["6 mois"] == "▃·▅█"  # the silent month has its place, and is no zero
    assert laid.row(1, named=True)["6 mois"] == ""
    assert (first["Mois"], laid.row(1, named=True)["Mois"]) == ("▲", "")
    assert first["Chances"].strip() == f"10{NB}% si 80{NB}%"
    assert laid.row(1, named=True)["Atteinte"] == "n.d."
    assert note_on_targets(table).startswith("(e)")
    assert "si 80" in note_on_chances(table)
    assert set(laid.dtypes) == {pl.String}


@pytest.mark.parametrize(
    ("evitees", "objectif", "lacking"),
    [(224, 228.45, "4"), (227, 228.45, "1"), (228, 228.45, f"<{NB}1"), (228, 228.0, "0"), (300, 228.45, "0")],
)
def test_a_finished_year_says_what_lacks_as_a_reader_subtracts_it(
    evitees: int, objectif: float, lacking: str
) -> None:
    told = row("CA-1", "Agen", retenues=float(evitees), evitees_objectif=evitees, objectif=objectif)
    table = BilanCour.validate(pl.DataFrame([told], schema=BilanCour.create_empty().schema))
    history = pl.DataFrame({"cour": ["CA-1"], "historique": [[1.0]]})
    laid = lay_out_cours(table, history, {}, lecture="A", terminee=True)
    assert laid["Il manque"].item().strip() == lacking
    # Nothing is to come any more: no chances, no pace.
    assert not {"Chances", "À éviter"} & set(laid.columns)
    assert {"Chances", "À éviter"} <= set(
        lay_out_cours(table, history, {}, lecture="A", terminee=False).columns
    )


@pytest.mark.parametrize("terminee", [False, True])
def test_another_reading_shows_what_it_counts_beside_its_own_objective(terminee: bool) -> None:
    told = row(
        "CA-1", "Douai", retenues=120.0, evitees_objectif=434, objectif_a_date=336.0, atteinte=120 / 336
    )
    table = BilanCour.validate(pl.DataFrame([told], schema=BilanCour.create_empty().schema))
    history = pl.DataFrame({"cour": ["CA-1"], "historique": [[1.0]]})
    for lecture in ("B", "C"):
        laid = lay_out_cours(table, history, {}, lecture=lecture, terminee=terminee).row(0, named=True)
        assert "Évitées" not in laid
        assert laid["Retenues"].strip() == "120"
        titles = [each.titre for each in cour_columns(lecture, terminee=terminee)]
        assert "Évitées, au plus" not in titles
        assert ("Retenues, au plus" in titles) is (lecture == "B")
    assert (
        lay_out_cours(table, history, {}, lecture="A", terminee=terminee)["Évitées"].item().strip() == "434"
    )


def test_a_cour_that_never_answered_avoided_nobody_knows_how_many() -> None:
    silent = row("CA-1", "Papeete", repondues=0, evitees_objectif=0, retenues=None, atteinte=None)
    table = BilanCour.validate(pl.DataFrame([silent], schema=BilanCour.create_empty().schema))
    history = pl.DataFrame({"cour": ["CA-1"], "historique": [[None, None]]}, schema_overrides=LISTS)
    laid = lay_out_cours(table, history, {}, lecture="A", terminee=False).row(0, named=True)
    assert (laid["Évitées"], laid["Atteinte"], laid["6 mois"]) == ("n.r.", "n.d.", "··")
    assert write_cours(table).select("visioconferences", "evitees_objectif", "etpt").row(0) == (None,) * 3
