"""What an alert becomes, and what is asked of its juridiction."""

from datetime import UTC, date, datetime

import polars as pl
import pytest

from analytics.collecte.alerts import follow_alerts, write_question
from analytics.vocabulary.schemas import SuiviAlertes
from data.collecte.expected.rules import questions
from tests.analytics.frames import rows_of

MARCH = date(2009, 3, 1)


def question(message: str, *, activite: str | None = "Débats JLD", fictif: bool = False) -> str:
    return write_question(
        nom="Tribunal de grande instance d'Arras",
        activite=activite,
        mois=MARCH,
        message=message,
        adresse_publique="https://vigie.exemple/",
        juridiction="TGI-ARRAS",
        fictif=fictif,
    ).replace("\u00a0", " ")


def test_a_question_names_the_court_the_activity_and_its_questionnaire() -> None:
    text = question(questions()["saut"].format(valeur="18", detail="2"))
    assert "données de mars 2009 du tribunal de grande instance d'Arras" in text
    assert "pour l'activité « Débats JLD »" in text
    assert "https://vigie.exemple/saisie?juridiction=TGI-ARRAS&mois_saisi=2009-03" in text
    assert text.startswith("Madame, Monsieur,")
    assert question("Est-ce exact ?", fictif=True).startswith("Message fictif : ")
    assert "l'activité" not in question("Tous les nombres sont ceux du mois précédent.", activite=None)


@pytest.mark.parametrize(
    ("regle", "valeur", "detail", "told"),
    [
        ("saut", "18", "2", "C'est 9 fois votre habitude."),
        ("saut", "1\u202f204", "150,5", "C'est 8 fois votre habitude."),
        ("saut", "18", "9,5", ""),
        ("saut", "18", "0", ""),
        ("zero_soudain", "", "12", ""),
        ("saut_sans_passe", "300", "100", ""),
    ],
)
def test_how_many_times_the_habit_is_told_from_twice_up(
    regle: str, valeur: str, detail: str, told: str
) -> None:
    text = question(questions()[regle].format(valeur=valeur, detail=detail))
    assert (told in text) if told else ("fois votre habitude" not in text)


def test_the_last_who_spoke_of_an_alert_counts() -> None:
    def said(number: int, statut: str, auteur: str) -> tuple[object, ...]:
        return (number, 7, "CA-DOUAI", statut, "", auteur, datetime(2009, 4, number, tzinfo=UTC))

    follow_ups = rows_of(SuiviAlertes, [said(1, "confirmé", "A"), said(2, "corrigé", "B")])
    followed = follow_alerts(pl.DataFrame({"alerte": [7, 8]}), follow_ups)
    assert followed.select("alerte", "statut", "auteur").rows() == [
        (7, "corrigé", "B"),
        (8, "à vérifier", None),
    ]
