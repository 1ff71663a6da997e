"""What a scenario may hold: everything wrong is said, nothing is ignored."""

import json
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.leviers.levier import Levier
from analytics.scenarios.reader import Lieux, parse_scenario, read_scenario
from analytics.scenarios.scenario import Scenario, places_named
from analytics.statistics.ranges import Plage
from analytics.vocabulary.errors import UserFacingError

LIEUX = Lieux(
    cours={"CA-DOUAI"},
    juridictions={"TGI-LILLE"},
    activites={"JAP", "CHAP"},
    prisons={"CA-DOUAI/Loos", "CA-DOUAI/Béthune"},
)
LEVER: dict[str, Any] = {"nature": "recours", "valeur": [0.1, 0.2, 0.3], "du": "2009-04"}


def scenario(**changes: Any) -> dict[str, Any]:
    return {"depuis": "2009-03", "leviers": [{**LEVER, **changes}]}


def test_what_is_written_is_read_again() -> None:
    first = Scenario(
        date(2009, 3, 1),
        (
            Levier(
                "recours",
                Plage(0.1, 0.2, 0.3),
                date(2009, 4, 1),
                forme="logistique",
                plein=date(2009, 9, 1),
                au=date(2010, 3, 1),
                retard=Plage(0, 0, 3),
                cours=("CA-DOUAI",),
                juridictions=("TGI-LILLE",),
                activites=("CHAP", "JAP"),
                nom="Un levier",
            ),
            Levier("demande", Plage(-0.05, 0.0, 0.06), date(2009, 5, 1)),
            Levier(
                "prisons", Plage.sure(1.0), date(2009, 5, 1), prisons=("CA-DOUAI/Béthune", "CA-DOUAI/Loos")
            ),
        ),
        {"rebond": Plage.sure(0.1)},
        nom="Essai",
        note="Pour voir",
    )
    assert parse_scenario(first.as_text(), LIEUX) == first
    assert parse_scenario(first.as_text(), LIEUX).as_text() == first.as_text()


def test_the_order_of_the_levers_is_not_part_of_a_scenario() -> None:
    levers = [
        Levier("reponse", Plage.sure(0.9), date(2009, 4, 1)),
        Levier("recours", Plage.sure(0.2), date(2009, 4, 1)),
    ]
    one, two = (Scenario(date(2009, 3, 1), tuple(each)) for each in (levers, levers[::-1]))
    assert one.as_text() == two.as_text()


@pytest.mark.parametrize(
    ("changes", "key", "allowed"),
    [
        ({"nature": "magie"}, "leviers[1].nature", "recours_points"),
        ({"valeur": 2}, "leviers[1].valeur", "de 0 à 1"),
        ({"valeur": [0.5, 0.2, 0.9]}, "leviers[1].valeur", "dans l'ordre"),
        ({"valeur": float("nan")}, "leviers[1].valeur", "hors des bornes"),
        ({"valeur": "0.3"}, "leviers[1].valeur", "n'est pas lisible"),
        ({"valeur": True}, "leviers[1].valeur", "n'est pas lisible"),
        ({"du": "avril"}, "leviers[1].du", "2009-04"),
        ({"au": "2009-01"}, "leviers[1].au", "précède"),
        ({"forme": "lineaire"}, "leviers[1].plein", "un mois après"),
        ({"forme": "escalier"}, "leviers[1].forme", "logistique"),
        ({"retard": 50}, "leviers[1].retard", "de 0 à 24"),
        ({"cours": ["CA-ATLANTIS"]}, "leviers[1].cours", "CA-ATLANTIS"),
        ({"juridictions": "TGI-LILLE"}, "leviers[1].juridictions", "liste"),
        ({"activites": ["GAV"]}, "leviers[1].activites", "GAV"),
        ({"code": "import os"}, "leviers[1].code", "connues"),
        ({"nature": "prisons", "prisons": ["CA-DOUAI/Annœullin"]}, "leviers[1].prisons", "Annœullin"),
        ({"nature": "prisons"}, "leviers[1].prisons", "au moins un"),
        ({"prisons": ["CA-DOUAI/Loos"]}, "leviers[1].prisons", "réservé"),
        (
            {"nature": "prisons", "prisons": ["CA-DOUAI/Loos"], "cours": ["CA-DOUAI"]},
            "leviers[1]",
            "désignés n'ont ni",
        ),
        ({"nature": "ouverture"}, "leviers[1].activites", "au moins une"),
        ({"nature": "etablissements", "juridictions": ["TGI-LILLE"]}, "leviers[1].juridictions", "par cour"),
    ],
)
def test_each_fault_is_named_with_what_is_allowed(changes: dict[str, Any], key: str, allowed: str) -> None:
    with pytest.raises(UserFacingError) as refused:
        read_scenario(scenario(**changes), LIEUX)
    assert key in str(refused.value)
    assert allowed in str(refused.value)


def test_all_the_faults_are_told_at_once() -> None:
    text = '{"format":"autre/2","leviers":[%s],"hypotheses":{"magie":1,"rebond":3}}'
    with pytest.raises(UserFacingError) as refused:
        parse_scenario(text % ",".join(["{}"] * 20), LIEUX)
    for said in (
        "format",
        "depuis",
        "20 leviers",
        "leviers[1].nature",
        "hypotheses.magie",
        "hypotheses.rebond",
    ):
        assert said in str(refused.value)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inside: (
        st.lists(inside, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                [
                    "format",
                    "depuis",
                    "leviers",
                    "hypotheses",
                    "nature",
                    "valeur",
                    "du",
                    "au",
                    "cours",
                    "retard",
                    "prisons",
                    "x",
                ]
            ),
            inside,
            max_size=5,
        )
    ),
    max_leaves=20,
)


@given(_JSON)
def test_no_document_breaks_the_reader(document: Any) -> None:
    try:
        read = read_scenario(document, LIEUX)
    except UserFacingError:
        return
    assert json.loads(read.as_text())["depuis"] == document["depuis"]


def test_the_cours_named_are_those_of_the_juridictions_too() -> None:
    named = Scenario(
        date(2009, 3, 1),
        (
            Levier("recours", Plage.sure(0.2), date(2009, 4, 1), cours=("CA-A",), juridictions=("TGI-B",)),
            Levier("prisons", Plage.sure(1.0), date(2009, 4, 1), prisons=("CA-C/Une maison d'arrêt",)),
        ),
    )
    assert places_named(named, lambda code: {f"CA-{code[-1]}"}) == {"CA-A", "CA-B", "CA-C"}


@pytest.mark.parametrize("bad", ["\ud800", "\x00", "\u202e", "\u200b", "a\ud83d"])
def test_what_a_link_holds_is_cleaned_before_it_is_read(bad: str) -> None:
    """Half a character stopped the page, and the terminal, with a trace of the program."""
    document = {**scenario(nom=f"u{bad}v"), "nom": f"x{bad}y", "note": bad}
    found = parse_scenario(json.dumps(document), LIEUX)
    kept = "a" if bad.startswith("a") else ""
    assert (found.nom, found.note, found.leviers[0].nom) == (f"x{kept}y", kept, f"u{kept}v")
    wrong = {**scenario(nature=bad, cours=[bad]), f"cle{bad}": 1, "depuis": bad}
    with pytest.raises(UserFacingError) as refused:
        parse_scenario(json.dumps(wrong), LIEUX)
    assert bad[-1] not in str(refused.value)
