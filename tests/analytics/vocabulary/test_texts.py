"""Texts that people edit: what a text lacks, or has in excess, is said in French before it is shown."""

import pytest

from analytics.vocabulary.errors import UserFacingError
from analytics.vocabulary.texts import read_table, read_text, read_texts
from tests.outils.refus import sentence


def said(error: pytest.ExceptionInfo[UserFacingError]) -> str:
    return sentence(error)


def test_a_text_that_has_its_blanks_is_read_as_it_stands() -> None:
    assert read_text("essai", "{base} × {taux}, soit {base} fois", ["base", "taux"]) == (
        "{base} × {taux}, soit {base} fois"
    )
    assert read_texts("essai", ["un", "deux"]) == ("un", "deux")
    assert read_table("essai", {"b": 1, "a": 2}, ["a"], more=True) == {"b": 1, "a": 2}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{base} seulement", "il manque « {taux} »"),
        ("{base} × {tau}", "il manque « {taux} » et « {tau} » n'est pas connu (connus : {base}, {taux})"),
        ("{base} × {taux:.2f}", "« {taux:.2f} » n'est pas connu"),
        ("{base} × {taux!r}", "« {taux!r} » n'est pas connu"),
        ("{base.__class__} × {taux}", "« {base.__class__} » n'est pas connu"),
        ("{base} × {taux} {}", "« {} » n'est pas connu"),
        ("{base × {taux}", "une accolade est ouverte sans être fermée"),
        ("{base} × taux}", "une accolade est ouverte sans être fermée"),
        ("  ", "il faut un texte entre guillemets"),
        (5, "il faut un texte entre guillemets"),
    ],
)
def test_a_text_whose_blanks_are_wrong_is_refused(text: object, told: str) -> None:
    with pytest.raises(UserFacingError) as error:
        read_text("formules, objectif", text, ["base", "taux"])
    assert said(error).startswith("Textes, « formules, objectif » : ")
    assert told in said(error)


def test_a_text_that_quotes_nothing_has_no_blank() -> None:
    with pytest.raises(UserFacingError) as error:
        read_text("etats, atteint", "au moins {seuil}")
    assert said(error) == "Textes, « etats, atteint » : « {seuil} » n'est pas connu."


def test_a_key_that_is_missing_or_unknown_is_refused() -> None:
    with pytest.raises(UserFacingError) as error:
        read_table("etats", {"atteint": "oui", "retard": "non"}, ["atteint", "en_retard"])
    assert said(error) == "Textes, « etats » : il manque « en_retard » et « retard » n'existe pas."
    with pytest.raises(UserFacingError, match="il faut une table"):
        read_table("etats", "atteint", ["atteint"])


@pytest.mark.parametrize("texts", ["un", [], None])
def test_a_list_of_texts_is_one(texts: object) -> None:
    with pytest.raises(UserFacingError, match="il faut une liste"):
        read_texts("sources", texts)
