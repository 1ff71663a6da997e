"""A campaign in words: its days, its conclusion, its grid by cour."""

from dataclasses import replace
from datetime import date

import polars as pl
import pytest

from analytics.charts.collection import draw_rate
from analytics.collecte.calendar import campaign_of
from analytics.collecte.campaign import AWAITED, GLYPHS, NO_ANSWER, ON_TIME, RythmeReponse, SuiviReponse
from analytics.collecte.words import (
    Avancement,
    Groupe,
    conclude,
    group_answers,
    label_rate,
    list_figures,
    list_steps,
    share_pages,
    tell_exception,
    title_rate,
)
from analytics.vocabulary.parameters import Parametres
from tests.analytics.charts.test_charts import described

FEB, MAR = date(2009, 2, 1), date(2009, 3, 1)


@pytest.fixture
def underway(parametres: Parametres) -> Avancement:
    return Avancement(
        campagne=campaign_of(MAR, parametres),
        jour=date(2009, 4, 7),
        ensemble={
            "attendues": 218,
            "repondues": 96,
            "hors_delai": 0,
            "sans_jour": 0,
            "campagnes_datees": 2,
            "part": 96 / 218,
            "part_habituelle": 0.412,
        },
        campagnes=2,
        a_relancer=122,
        muettes=41,
        a_verifier=3,
        alertes=5,
    )


def plain(text: str) -> str:
    return text.replace("\u00a0", " ")


def test_the_conclusion_says_the_rate_the_habit_the_days_left_and_whom(underway: Avancement) -> None:
    assert plain(conclude(underway)) == (
        "Au 7 avril 2009, 96 juridictions sur 218 ont répondu pour mars 2009 (44,0 %), pour 41,2 % "
        "d'habitude à ce stade ; il reste 3 jours. 122 juridictions sont à relancer, dont 41 qui se taisent "
        "depuis 3 mois ou plus."
    )
    last = replace(underway, jour=date(2009, 4, 10), a_relancer=0, muettes=0)
    assert "la collecte se termine ce jour. Toutes ont répondu" in plain(conclude(last))
    eve = replace(underway, jour=date(2009, 4, 9))
    assert "il reste 1 jour." in plain(conclude(eve))


def test_a_closed_campaign_tells_its_late_answers(underway: Avancement) -> None:
    after = replace(
        underway,
        jour=date(2009, 4, 20),
        ensemble={**underway.ensemble, "hors_delai": 12, "part_habituelle": None},
        campagnes=0,
        a_relancer=1,
        muettes=1,
    )
    assert plain(conclude(after)) == (
        "Collecte de mars 2009 close le 10 avril 2009 : 96 juridictions sur 218 ont répondu (44,0 %, dont 12 "
        "hors délai), sans collecte antérieure à laquelle comparer. 1 juridiction est à relancer, dont 1 qui "
        "se tait depuis 3 mois ou plus."
    )
    values = {each.libelle: (each.valeur, plain(each.complement)) for each in list_figures(after)}
    assert values["Jours restants"] == ("close", "le 10/04/2009")
    assert values["Habituel à ce stade"] == ("n.d.", "aucune collecte antérieure")


def test_the_gap_is_that_of_the_two_shares_as_they_are_written(underway: Avancement) -> None:
    ensemble = {**underway.ensemble, "part": 102 / 203, "part_habituelle": 0.450549}
    seen = replace(underway, ensemble=ensemble, jour=date(2009, 4, 20))
    values = {each.libelle: (plain(each.valeur), plain(each.complement)) for each in list_figures(seen)}
    assert values["Juridictions qui ont répondu"][0] == "50,2 %"
    assert values["Habituel à ce stade"] == ("45,1 %", "+5,1 pt")
    assert "(50,2 %), pour 45,1 % d'habitude, réponses tardives comprises." in plain(conclude(seen))


def test_the_day_shown_takes_its_place_among_the_steps(parametres: Parametres) -> None:
    april = campaign_of(date(2009, 4, 1), parametres)

    def steps(jour: date) -> list[tuple[str, str, bool, bool]]:
        return [(each.libelle, each.note, each.passee, each.courante) for each in list_steps(april, jour)]

    assert steps(date(2009, 5, 5)) == [
        ("Ouverture", "", True, False),
        ("Jour de la situation", "", False, True),
        ("Relance, puis appels", "", False, False),
        ("Clôture", "dimanche, non reportée", False, False),
    ]
    assert [each[0] for each in steps(april.relance)] == ["Ouverture", "Relance, puis appels", "Clôture"]
    first = campaign_of(date(2009, 1, 1), parametres)
    assert "21 jours" in plain(tell_exception(first))


def rates(*parts: float | None, usual: float | None = 0.5, sans_jour: int = 0) -> pl.DataFrame:
    return pl.DataFrame(
        [
            (
                MAR,
                rank,
                date(2009, 4, rank),
                10,
                None if part is None else round(10 * part),
                part,
                usual,
                sans_jour,
            )
            for rank, part in enumerate(parts, 1)
        ],
        schema=RythmeReponse.create_empty().schema,
        orient="row",
    )


@pytest.mark.parametrize(
    ("parts", "usual", "told"),
    [
        (
            (0.2, 0.6, None),
            0.5,
            "60,0 % de réponses le 2 avril 2009, 10,0 pt au-dessus de l'habitude de ce jour",
        ),
        (
            (0.2, 0.3, None),
            0.5,
            "30,0 % de réponses le 2 avril 2009, 20,0 pt au-dessous de l'habitude de ce jour",
        ),
        (
            (0.502475, None, None),
            0.450549,
            "50,2 % de réponses le 1er avril 2009, 5,1 pt au-dessus de l'habitude de ce jour",
        ),
        ((0.5, None, None), 0.5, "50,0 % de réponses le 1er avril 2009, comme d'habitude"),
        ((0.5, None, None), None, "50,0 % de réponses le 1er avril 2009"),
        ((None, None, None), 0.5, "Aucune réponse n'est encore attendue"),
    ],
)
def test_the_title_of_the_curve_is_what_it_shows(
    parts: tuple[float | None, ...], usual: float | None, told: str
) -> None:
    assert plain(title_rate(RythmeReponse.validate(rates(*parts, usual=usual)))) == told


@pytest.mark.parametrize(
    ("undated", "told"),
    [
        (1, "Pas de rythme : on ignore quel jour est arrivée la réponse de 1 juridiction"),
        (4, "Pas de rythme : on ignore quel jour sont arrivées les réponses de 4 juridictions"),
    ],
)
def test_without_days_there_is_no_pace_and_the_title_says_why(undated: int, told: str) -> None:
    frame = RythmeReponse.validate(rates(None, None, None, sans_jour=undated))
    assert plain(title_rate(frame)) == told


def test_answers_without_a_day_are_told_neither_late_nor_usual(underway: Avancement) -> None:
    without = {**underway.ensemble, "sans_jour": 96, "campagnes_datees": 0, "part_habituelle": None}
    loaded = replace(underway, jour=date(2009, 4, 20), ensemble=without, a_relancer=0, muettes=0)
    assert plain(conclude(loaded)) == (
        "Collecte de mars 2009 close le 10 avril 2009 : 96 juridictions sur 218 ont répondu (44,0 %, dont 96 "
        "sans jour de réception connu), leur rythme n'est donc comparé à aucun autre. Toutes ont répondu : "
        "personne n'est à relancer."
    )
    values = {each.libelle: (each.valeur, plain(each.complement)) for each in list_figures(loaded)}
    assert values["Habituel à ce stade"] == ("n.d.", "jours de réception inconnus")
    # The answers of this campaign have their day, those of the earlier ones have not.
    habit = replace(loaded, ensemble={**without, "sans_jour": 0})
    assert "(44,0 %), sans rythme habituel, faute de connaître les jours de réception antérieurs." in plain(
        conclude(habit)
    )


@pytest.mark.parametrize("dark", [False, True])
def test_the_days_to_come_are_a_gap_not_a_zero(*, dark: bool) -> None:
    frame = label_rate(RythmeReponse.validate(rates(0.2, 0.6, None)))
    drawn = described(draw_rate(frame, relance=2, dark=dark, height=300))
    usual, now = drawn["data"]
    assert list(now["y"]) == [0.2, 0.6, None]
    assert now["connectgaps"] is False
    assert list(usual["y"]) == [0.5, 0.5, 0.5]
    words = [each["text"] for each in drawn["layout"]["annotations"]]
    assert words == ["habituel", "cette collecte", "relance"]


def grid(*rows: tuple[date, str, str]) -> pl.DataFrame:
    return pl.DataFrame(
        [(mois, court, "CA-1", state, GLYPHS[state], None, None, False) for mois, court, state in rows],
        schema=SuiviReponse.create_empty().schema,
        orient="row",
    )


def test_the_grid_counts_a_whole_cour_even_where_some_of_its_rows_are_shown() -> None:
    answers = SuiviReponse.validate(
        grid(
            (FEB, "TGI-B", NO_ANSWER),
            (MAR, "TGI-B", AWAITED),
            (FEB, "TGI-A", ON_TIME),
            (MAR, "TGI-A", ON_TIME),
            (FEB, "CA-Z", ON_TIME),
            (MAR, "CA-Z", ON_TIME),
        )
    )
    places = pl.DataFrame(
        [
            ("TGI-B", "CA-1", "TGI de B", "TGI"),
            ("TGI-A", "CA-1", "TGI d'A", "TGI"),
            ("CA-Z", "CA-1", "Z", "CA"),
        ],
        schema=["juridiction", "cour", "nom_court", "type"],
        orient="row",
    )
    (whole,) = group_answers(answers, places, {"CA-1": "Un"}, seules=None)
    assert [name for name, _ in whole.lignes] == ["Z", "TGI d'A", "TGI de B"]
    assert plain(whole.titre) == "Un : 2 sur 3 ont répondu"
    (some,) = group_answers(answers, places, {"CA-1": "Un"}, seules={"TGI-B"})
    assert some.lignes == (("TGI de B", (NO_ANSWER, AWAITED)),)
    assert some.titre == whole.titre
    assert group_answers(answers, places, {"CA-1": "Un"}, seules=set()) == ()


def test_a_page_never_cuts_a_cour() -> None:
    def cour(name: str, rows: int) -> Groupe:
        return Groupe(name, name, (("TGI", (ON_TIME,)),) * rows)

    groups = [cour("A", 40), cour("B", 40), cour("C", 30), cour("D", 120), cour("E", 1)]
    pages = share_pages(groups, au_plus=90)
    assert [[each.cour for each in page] for page in pages] == [["A", "B"], ["C"], ["D"], ["E"]]
    assert share_pages([], au_plus=90) == ()
