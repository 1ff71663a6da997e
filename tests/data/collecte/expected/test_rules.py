"""Every rule has its French sentence, and every constraint on what is trusted has its rule."""

import ast
import inspect
from string import Formatter

import pytest

from data.collecte import importer
from data.collecte.expected import figures
from data.collecte.expected.natures import NATURES, Nature
from data.collecte.expected.rules import ALERTES, REGLES
from data.collecte.judging import bounds, judge, meanings, plausibility, reasons

BLANKS = {"champ", "valeur", "detail"}


@pytest.mark.parametrize("phrase", [*REGLES.values(), *ALERTES.values()])
def test_sentence_is_french_and_complete(phrase: str) -> None:
    assert phrase[-1] in ".?"
    assert {blank for _, blank, _, _ in Formatter().parse(phrase) if blank} <= BLANKS
    for mark in ":;?!»":
        assert f" {mark}" not in phrase
    assert "« " not in phrase


@pytest.mark.parametrize("nature", NATURES.values(), ids=lambda nature: nature.nom)
def test_every_constraint_of_the_trusted_schema_has_a_sentence(nature: Nature) -> None:
    constraints = set(nature.fiable._validation_rules(with_cast=False))  # pyright: ignore[reportPrivateUsage] - the rule is inside
    assert constraints == set(nature.couverture)
    assert set(nature.couverture.values()) <= REGLES.keys()


def test_every_rule_named_in_the_code_is_in_the_registry() -> None:
    """A rule is named by a text of its own: each such text must have a sentence, each sentence a use."""
    named: set[str] = set()
    for module in (bounds, figures, importer, judge, meanings, plausibility, reasons):
        for node in ast.walk(ast.parse(inspect.getsource(module))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                named.add(node.value)
            elif (
                isinstance(node, ast.JoinedStr)
                and len(node.values) == 2
                and isinstance(node.values[1], ast.Constant)
            ):
                named |= {f"{genre}{node.values[1].value}" for genre in ("juridiction", "cour", "activite")}
    assert (REGLES.keys() | ALERTES.keys()) - named == set()


def test_rule_without_a_sentence_cannot_be_reported() -> None:
    with pytest.raises(KeyError):
        judge._rule(judge.pl.lit(value=True), "sans_phrase")  # pyright: ignore[reportPrivateUsage] - the rule is inside


@pytest.mark.parametrize("nature", NATURES.values(), ids=lambda nature: nature.nom)
def test_typed_schema_has_every_column(nature: Nature) -> None:
    columns = set(nature.tapee.column_names())
    assert columns == {
        "ligne",
        "surplus",
        "obstacle",
        "champ_illisible",
        *(champ.nom for champ in nature.champs),
    }
    assert {*nature.cles, *nature.valeurs} == set(nature.fiable.column_names())
