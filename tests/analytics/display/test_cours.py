import polars as pl

from analytics.display.cours import lay_out_cours, note_on_targets
from analytics.trajectory import BilanCour

NB = "\u00a0"


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
    laid = lay_out_cours(table, history, {"CA-1": "▲"})
    first = laid.row(0, named=True)
    assert first["Cour"] == "Agen"
    assert first["État"] == "▼ En retard"
    assert first["Objectif"].strip() == f"45{NB}(e)"
    assert first["Atteinte"] == f"11,1{NB}%"
    assert first["12 mois"] == [2.0, 4.0]  # never joined across a silence
    assert laid.row(1, named=True)["12 mois"] == []
    assert (first["Mois"], laid.row(1, named=True)["Mois"]) == ("▲", "")
    assert first["Chances"].strip() == f"10{NB}%"
    assert laid.row(1, named=True)["Atteinte"] == "n.d."
    assert note_on_targets(table).startswith("(e)")
    assert set(laid.drop("12 mois").dtypes) == {pl.String}
