"""Every rule has its French sentence, and every constraint on what is trusted has its rule."""

import ast
import inspect
from copy import deepcopy
from string import Formatter

import pytest

from data.collecte import importer
from data.collecte.expected import figures, natures, rules
from data.collecte.expected.natures import NATURES, Nature
from data.collecte.expected.rules import ALERTES, REGLES, questions, refusals
from data.collecte.judging import bounds, judge, meanings, plausibility, reasons
from data.reference import load_texts
from tests.outils.refus import refused

BLANKS = {"champ", "valeur", "detail"}


@pytest.mark.parametrize("phrase", [*refusals().values(), *questions().values()])
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


@pytest.mark.parametrize(
    ("table", "key", "text", "told"),
    [
        ("refus", "mois_absent", None, "« refus » : il manque « mois_absent »"),
        ("refus", "mois_perdu", "Le mois.", "« refus » : « mois_perdu » n'existe pas"),
        ("refus", "mois_illisible", "Quel mois ?", "« refus, mois_illisible » : il manque « {valeur} »"),
        ("questions", "zero_soudain", "{detail}, {mois} ?", "« {mois} » n'est pas connu"),
        ("natures", "base", None, "« natures » : il manque « base »"),
        ("colonnes", "jour", "jour", "« colonnes » : « jour » n'existe pas"),
    ],
)
def test_a_sentence_that_someone_edited_badly_is_refused_in_french(
    monkeypatch: pytest.MonkeyPatch, table: str, key: str, text: str | None, told: str
) -> None:
    edited = deepcopy(dict(load_texts("collecte")))
    edited[table] = {name: said for name, said in (edited[table] | {key: text}).items() if said is not None}
    for module in (rules, natures):
        monkeypatch.setattr(module, "load_texts", {"collecte": edited}.__getitem__)
    read = {
        "refus": rules.refusals.__wrapped__,
        "questions": rules.questions.__wrapped__,
        "natures": lambda: natures._labels.__wrapped__("natures"),  # pyright: ignore[reportPrivateUsage] - past what is kept
        "colonnes": lambda: natures._labels.__wrapped__("colonnes"),  # pyright: ignore[reportPrivateUsage] - past what is kept
    }[table]
    with refused(told):
        read()


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
