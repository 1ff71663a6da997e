"""The window of a month, what an answer changes, and the sentences that tell it."""

from datetime import UTC, date, datetime

import polars as pl
import pytest

from analytics.collecte.questionnaire import (
    cases_to_send,
    check_not_empty,
    compare_answer,
    day_of_demo,
    months_to_answer,
    read_month,
    tell_totals,
    tell_unanswered,
    usual_month,
    window_of,
)
from analytics.vocabulary.errors import UserFacingError
from analytics.vocabulary.schemas import Reouvertures
from data.reference import load_parameters

MARCH = date(2009, 3, 1)
PARAMETRES = load_parameters()
Cell = tuple[str, int | None, int | None]


def cells(*rows: Cell) -> pl.DataFrame:
    schema = {"activite": pl.String, "visioconferences": pl.Int64, "extractions_evitees": pl.Int64}
    return pl.DataFrame(list(rows), schema=schema, orient="row")


def reopened(*until: date) -> pl.DataFrame:
    rows = [
        {
            "reouverture": rank,
            "mois": MARCH,
            "juridiction": "TGI-LILLE",
            "cour": "CA-DOUAI",
            "jusqu_au": jour,
            "motif": f"motif {rank}",
            "auteur": "SDSE",
            "connu_le": datetime(2009, 5, 1, tzinfo=UTC),
        }
        for rank, jour in enumerate(until, 1)
    ]
    return pl.DataFrame(rows, schema=Reouvertures.create_empty().schema)


@pytest.mark.parametrize(
    ("jour", "etat", "words"),
    [
        (date(2009, 3, 31), "à venir", "ouvrira le 1er avril 2009"),
        (date(2009, 4, 1), "ouverte", "ouverte jusqu'au 10 avril 2009 inclus"),
        (date(2009, 4, 10), "en relance", "c'est le dernier jour"),
        (date(2009, 4, 11), "close", "s'est close le 10 avril 2009"),
        (date(2009, 5, 5), "rouverte", "rouverte pour votre juridiction jusqu'au 5 mai 2009 (motif 2)"),
        (date(2009, 5, 6), "close", "s'est close"),
    ],
)
def test_a_month_is_answered_in_its_window(jour: date, etat: str, words: str) -> None:
    # The last reopening counts; before the closing there is nothing to reopen.
    late = [date(2009, 5, 20), date(2009, 5, 5)] if jour.month == 5 else []
    found = window_of(MARCH, "TGI-LILLE", jour, Reouvertures.validate(reopened(*late)), PARAMETRES)
    assert found.etat == etat
    assert found.prend == (etat in {"ouverte", "en relance", "rouverte"})
    assert words in found.phrase.replace("\u00a0", " ")
    other = window_of(MARCH, "TGI-ARRAS", jour, Reouvertures.validate(reopened(*late)), PARAMETRES)
    assert other.etat == ("close" if etat == "rouverte" else etat)


def test_the_month_that_a_page_opens_on() -> None:
    assert usual_month(date(2009, 4, 5), PARAMETRES) == MARCH
    assert usual_month(date(2009, 4, 20), PARAMETRES) == MARCH
    assert months_to_answer(date(2009, 4, 20), PARAMETRES) == [MARCH, date(2009, 2, 1), date(2009, 1, 1)]
    assert months_to_answer(date(2009, 1, 2), PARAMETRES) == [date(2009, 1, 1)]
    assert day_of_demo(MARCH, PARAMETRES) == date(2009, 4, 7)
    assert day_of_demo(date(2009, 1, 1), PARAMETRES) == date(2009, 2, 22)
    assert [read_month(text) for text in ("2009-03", "2009-13", "2009", "2009-3-", "")] == [
        MARCH,
        *[None] * 4,
    ]


def test_an_answer_beside_what_was_declared() -> None:
    lines = pl.DataFrame({"activite": ["NEUVE", "EGALE", "CORRIGEE", "RETIREE", "VIDE", "TUE", "RIEN"]})
    declared = cells(("EGALE", 2, 1), ("CORRIGEE", 5, 0), ("RETIREE", 7, 3), ("TUE", 4, 4))
    said = cells(
        ("NEUVE", 0, 0), ("EGALE", 2, 1), ("CORRIGEE", 5, 1), ("RETIREE", None, None), ("VIDE", None, None)
    )
    found = compare_answer(said, lines, declared, cells(("NEUVE", 9, 8)), refusees=())
    assert dict(found.select("activite", "etat").iter_rows()) == {
        "NEUVE": "nouvelle",
        "EGALE": "inchangée",
        "CORRIGEE": "corrigée",
        "RETIREE": "retirée",
        "VIDE": "non répondue",
        # Nothing is said of it: what was declared stays.
        "TUE": "inchangée",
        "RIEN": "non répondue",
    }
    assert found["activite"].to_list() == lines["activite"].to_list()
    assert found.row(0, named=True)["visioconferences_precedent"] == 9
    told = tell_totals(found).replace("\u00a0", " ")
    assert told == "11 visioconférences, dont 6 extractions évitées, dans 4 des 7 activités du questionnaire."
    assert "3 activités sans chiffre resteront" in tell_unanswered(found).replace("\u00a0", " ")
    check_not_empty(found)
    with pytest.raises(UserFacingError, match="vide"):
        check_not_empty(compare_answer(cells(), lines, cells(), cells(), refusees=()))
    whole = compare_answer(said.head(1), lines.head(1), cells(), cells(), refusees=())
    assert tell_unanswered(whole) == ""


def test_what_is_emptied_is_withdrawn_if_it_was_shown() -> None:
    typed = {"A": ("", ""), "B": ("", ""), "C": ("3", ""), "D": ("0", "0")}
    assert cases_to_send(typed, {"A": (2, 1), "C": (3, 1)}, "retrait") == {
        "A": ("retrait", "retrait"),
        "B": ("", ""),
        "C": ("3", ""),
        "D": ("0", "0"),
    }
