"""The blank questionnaire comes back whole: nothing refused, nothing answered, until it is filled in."""

from datetime import date
from typing import Literal

import pytest

from analytics.vocabulary.reference import Reference
from data.collecte.templates import template
from tests.data.collecte.saisie import judging, reading


@pytest.mark.parametrize("mois", [date(2009, 4, 1), date(2012, 2, 1)])
@pytest.mark.parametrize("format_", ["csv", "xlsx", "ods"])
def test_blank_questionnaire_is_all_silence(
    reference: Reference, format_: Literal["csv", "xlsx", "ods"], mois: date
) -> None:
    lecture = reading(template(format_, reference, mois), f"modele.{format_}")
    jugement = judging(lecture, today=date(2015, 1, 1))
    assert lecture.forme == ("longue" if format_ == "csv" else "grille")
    assert jugement.rejets.is_empty()
    assert jugement.acceptees.is_empty()
    expected = reference.in_force(mois).select("juridiction", "type").unique()
    cells = expected.join(reference.lignes, on="type").select("juridiction", "activite")
    assert jugement.lues == jugement.non_reponses.height == cells.height
    assert jugement.non_reponses["mois"].unique().to_list() == [mois]


def test_same_month_gives_the_same_ods(reference: Reference) -> None:
    assert template("ods", reference, date(2009, 4, 1)) == template("ods", reference, date(2009, 4, 1))


def test_filled_in_line_is_accepted(reference: Reference) -> None:
    text = template("csv", reference, date(2009, 4, 1)).decode("utf-8-sig")
    filled = text.replace("2009-04;TGI-LILLE;JAP;;", "2009-04;TGI-LILLE;JAP;4;2")
    jugement = judging(filled.encode())
    assert jugement.acceptees.select("juridiction", "visioconferences").rows() == [("TGI-LILLE", 4)]
