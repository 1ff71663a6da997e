"""How the collection of a month goes, day by day."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import dataframely as dy
import polars as pl
import pytest

from analytics.collecte import campaign
from analytics.collecte.calendar import Campagne, campaign_of
from analytics.couverture import coverage
from analytics.vocabulary.parameters import Parametres
from analytics.vocabulary.perimetre import NATIONAL
from analytics.vocabulary.reference import Reference
from analytics.vocabulary.schemas import COUNTRY, Lots, Relances, Reouvertures, TotalJuridiction
from data.store.store import Store
from tests.analytics.frames import expected, lots, rows_of, total, totals

JAN, FEB, MAR = date(2009, 1, 1), date(2009, 2, 1), date(2009, 3, 1)
NEVER_REOPENED = Reouvertures.create_empty()
NEVER_REMINDED = Relances.create_empty()
NO_CLOSING = campaign.closings_of([])


def at(day: str, hour: int = 10) -> datetime:
    return datetime.fromisoformat(day).replace(hour=hour, tzinfo=UTC)


@pytest.fixture
def march(parametres: Parametres) -> Campagne:
    """Open from 1 to 10 April 2009."""
    return campaign_of(MAR, parametres)


def reopened(*rows: tuple[date, str, date]) -> dy.DataFrame[Reouvertures]:
    lines = [
        (number, mois, court, "CA-1", until, "Panne", "SDSE", at("2009-04-12"))
        for number, (mois, court, until) in enumerate(rows, start=1)
    ]
    return rows_of(Reouvertures, lines)


def reminded(*rows: tuple[str, str, str, datetime]) -> dy.DataFrame[Relances]:
    """Rows of (juridiction, etape, resultat, connu_le)."""
    lines = [
        (number, MAR, court, "CA-1", etape, number, "", "", "", resultat, None, "SDSE", moment)
        for number, (court, etape, resultat, moment) in enumerate(rows, start=1)
    ]
    return rows_of(Relances, lines)


def states(
    known: dy.DataFrame[TotalJuridiction],
    due: pl.DataFrame,
    history: dy.DataFrame[Lots],
    *campagnes: Campagne,
    jour: date,
    reouvertures: dy.DataFrame[Reouvertures] = NEVER_REOPENED,
) -> dict[tuple[date, str], tuple[str, str]]:
    frame = campaign.follow_answers(known, due, history, reouvertures, campagnes=campagnes, jour=jour)
    return {(row["mois"], row["juridiction"]): (row["etat"], row["glyphe"]) for row in frame.to_dicts()}


def test_the_six_states(march: Campagne, parametres: Parametres) -> None:
    known = totals(
        [
            total(MAR, "TGI-A", "CA-1", 1),
            total(MAR, "TGI-B", "CA-1", 1, lots=(2, 2)),
            total(MAR, "TGI-C", "CA-1", 1, lots=(1, 3)),
        ]
    )
    due = expected([(MAR, f"TGI-{name}", "CA-1") for name in "ABCD"] + [(FEB, "TGI-E", "CA-1")])
    # 23:30 in Paris on the last day is 21:30 UTC: on time. Half an hour after midnight is not.
    history = lots(
        datetime(2009, 4, 10, 21, 30, tzinfo=UTC), datetime(2009, 4, 10, 22, 30, tzinfo=UTC), at("2009-05-02")
    )
    february = campaign_of(FEB, parametres)
    told = states(known, due, history, february, march, jour=date(2009, 4, 10))
    assert {court: told[MAR, f"TGI-{court}"] for court in "ABCDE"} == {
        "A": ("répondue", "✓"),
        "B": ("répondue hors délai", "R"),
        "C": ("corrigée", "C"),
        "D": ("attendue", "○"),
        "E": ("sans objet", "–"),
    }
    assert told[FEB, "TGI-E"] == ("non répondue", "·")
    after = states(known, due, history, february, march, jour=date(2009, 4, 11))
    assert after[MAR, "TGI-D"] == ("non répondue", "·")


def test_a_late_answer_that_is_corrected_stays_late(march: Campagne) -> None:
    known = totals([total(MAR, "TGI-A", "CA-1", 1, lots=(1, 2))])
    due = expected([(MAR, "TGI-A", "CA-1")])
    frame = campaign.follow_answers(
        known,
        due,
        lots(at("2009-04-22"), at("2009-05-02")),
        NEVER_REOPENED,
        campagnes=[march],
        jour=date(2009, 5, 3),
    )
    assert frame.row(0, named=True) == {
        "mois": MAR,
        "juridiction": "TGI-A",
        "cour": "CA-1",
        "etat": "répondue hors délai",
        "glyphe": "R",
        "repondue_le": date(2009, 4, 22),
        "modifiee_le": date(2009, 5, 2),
        "corrigee": True,
    }


def test_a_reopened_month_is_awaited_until_its_day(march: Campagne) -> None:
    due = expected([(MAR, "TGI-A", "CA-1"), (MAR, "TGI-B", "CA-1")])
    # The last word counts: 20 April, not the 30th.
    reouvertures = reopened((MAR, "TGI-A", date(2009, 4, 30)), (MAR, "TGI-A", date(2009, 4, 20)))
    for day, awaited in ((20, "attendue"), (21, "non répondue")):
        told = states(totals([]), due, lots(), march, jour=date(2009, 4, day), reouvertures=reouvertures)
        assert told[MAR, "TGI-A"][0] == awaited
        assert told[MAR, "TGI-B"][0] == "non répondue"


def test_the_rate_rises_day_by_day_and_the_days_to_come_have_none(
    march: Campagne, parametres: Parametres
) -> None:
    courts = [f"TGI-{name}" for name in "ABCD"]
    january, february = campaign_of(JAN, parametres), campaign_of(FEB, parametres)
    known = totals(
        [
            total(JAN, "TGI-A", "CA-1", 1, lots=(1, 1)),
            total(FEB, "TGI-A", "CA-1", 1, lots=(2, 2)),
            total(FEB, "TGI-B", "CA-1", 1, lots=(2, 2)),
            total(MAR, "TGI-A", "CA-1", 1, lots=(3, 3)),
            # Not in force: neither in the numerator nor in the denominator.
            total(MAR, "TGI-X", "CA-1", 1, lots=(3, 3)),
        ]
    )
    due = expected([(mois, court, "CA-1") for mois in (JAN, FEB, MAR) for court in courts])
    # January answered on its day 1, February on its day 3, March on its day 2.
    history = lots(at("2009-02-05"), at("2009-03-04"), at("2009-04-02"))
    frame = campaign.follow_rate(
        known, due, history, campagne=march, anterieures=[january, february], jour=date(2009, 4, 3)
    )
    assert frame["rang"].to_list() == list(range(1, 11))
    assert frame["jour"].to_list() == [date(2009, 4, day) for day in range(1, 11)]
    assert frame["attendues"].unique().to_list() == [4]
    assert frame["repondues"].to_list() == [0, 1, 1] + [None] * 7
    assert frame["part"].to_list() == [0, 0.25, 0.25] + [None] * 7
    # The median of January (a quarter from day 1) and February (nothing, then a half from day 3).
    assert frame["part_habituelle"].to_list() == [0.125, 0.125, *[0.375] * 8]


def test_without_an_earlier_campaign_nothing_is_expected(march: Campagne) -> None:
    frame = campaign.follow_rate(
        totals([]),
        expected([(MAR, "TGI-A", "CA-1")]),
        lots(),
        campagne=march,
        anterieures=[],
        jour=march.cloture,
    )
    assert frame["part_habituelle"].to_list() == [None] * 10
    assert frame["part"].to_list() == [0.0] * 10


def test_a_campaign_of_nobody_has_no_rate(march: Campagne) -> None:
    frame = campaign.follow_rate(
        totals([]), expected([]), lots(), campagne=march, anterieures=[], jour=march.cloture
    )
    assert frame["attendues"].unique().to_list() == [0]
    assert frame["part"].to_list() == [None] * 10


def test_who_is_to_be_reminded_since_when_and_when_last_heard_of() -> None:
    due = expected(
        [(mois, court, "CA-1") for mois in (JAN, FEB, MAR) for court in ("TGI-A", "TGI-B", "TGI-C")]
        + [(MAR, "TGI-D", "CA-2"), (MAR, "TGI-E", "CA-2")]
    )
    known = totals(
        [
            total(JAN, "TGI-A", "CA-1", 1, lots=(1, 2)),
            total(FEB, "TGI-C", "CA-1", 0),
            total(MAR, "TGI-E", "CA-2", 0),
        ]
    )
    relances = reminded(
        ("TGI-A", "messagerie", "refusé : 550 inconnu", at("2009-04-07")),
        ("TGI-A", "messagerie", "dossier", at("2009-04-07")),
        ("TGI-B", "messagerie", "envoyé", at("2009-04-07")),
        ("TGI-B", "telephone", "appelé", at("2009-04-09")),
        ("TGI-C", "messagerie", "envoyé", at("2009-01-31")),
    )
    found = campaign.list_to_remind(
        known, due, lots(at("2009-02-05"), at("2009-03-01")), relances, mois=MAR, clotures=NO_CLOSING
    )
    assert found.rows() == [
        # Answered in January, changed on 1 March: two months missed since. A refused e-mail reached nobody.
        ("TGI-A", "CA-1", 2, date(2009, 3, 1), "réponse"),
        ("TGI-B", "CA-1", 3, date(2009, 4, 9), "téléphone"),
        ("TGI-C", "CA-1", 1, date(2009, 2, 5), "réponse"),
        # In force since March only, never heard of.
        ("TGI-D", "CA-2", 1, None, None),
    ]


def test_each_cour_is_compared_with_itself_at_the_same_delay(march: Campagne, parametres: Parametres) -> None:
    """By the third day: CA-1 gave 1 of 2 in January and 0 of 2 in February; CA-2 is new in March."""
    january, february = (campaign_of(mois, parametres) for mois in (JAN, FEB))
    due = expected(
        [(mois, court, "CA-1") for mois in (JAN, FEB, MAR) for court in ("TGI-A", "TGI-B")]
        + [(MAR, "TGI-C", "CA-2")]
    )
    known = totals(
        [
            total(JAN, "TGI-A", "CA-1", 1, lots=(1, 1)),
            total(FEB, "TGI-A", "CA-1", 1, lots=(2, 2)),
            total(MAR, "TGI-A", "CA-1", 1, lots=(3, 3)),
            total(MAR, "TGI-C", "CA-2", 1, lots=(4, 4)),
        ]
    )
    # The third day of each campaign is 7 February, 4 March and 3 April; 12 April is past the closing.
    history = lots(at("2009-02-07"), at("2009-03-05"), at("2009-04-03"), at("2009-04-12"))
    facts = (known, due, history)

    def compared(jour: date) -> list[tuple[object, ...]]:
        found = campaign.compare_cours(*facts, campagne=march, anterieures=[january, february], jour=jour)
        return found.rows()

    assert compared(date(2009, 4, 3)) == [
        ("CA-1", 2, 1, 0, 0, 2, 0.5, 0.25),
        ("CA-2", 1, 0, 0, 0, 0, 0.0, None),
        (COUNTRY, 3, 1, 0, 0, 2, 1 / 3, 0.25),
    ]
    assert compared(date(2009, 4, 12)) == [
        ("CA-1", 2, 1, 0, 0, 2, 0.5, 0.5),
        ("CA-2", 1, 1, 1, 0, 0, 1.0, None),
        (COUNTRY, 3, 2, 1, 0, 2, 2 / 3, 0.5),
    ]


def history_loaded_years_after() -> tuple[dy.DataFrame[TotalJuridiction], pl.DataFrame, dy.DataFrame[Lots]]:
    """Three months of files: January without its day, February and March with theirs, entered in 2011."""
    known = totals(
        [
            total(JAN, "TGI-A", "CA-1", 1, lots=(1, 1)),
            total(FEB, "TGI-A", "CA-1", 1, lots=(2, 2)),
            total(MAR, "TGI-A", "CA-1", 1, lots=(3, 3)),
            total(MAR, "TGI-B", "CA-1", 1, lots=(4, 4)),
            total(MAR, "TGI-C", "CA-1", 1, lots=(5, 5)),
        ]
    )
    due = expected([(mois, f"TGI-{name}", "CA-1") for mois in (JAN, FEB, MAR) for name in "ABCD"])
    entered = lots(*[at("2011-06-01", hour) for hour in range(8, 13)], origine="import")
    days = [None, date(2009, 3, 4), date(2009, 4, 2), date(2009, 4, 22), None]
    return known, due, Lots.validate(entered.with_columns(recu_le=pl.Series(days, dtype=pl.Date)))


def test_an_answer_counts_from_the_day_its_file_was_received(march: Campagne, parametres: Parametres) -> None:
    january, february = (campaign_of(mois, parametres) for mois in (JAN, FEB))
    told = states(*history_loaded_years_after(), january, february, march, jour=date(2011, 6, 1))
    assert {court: told[MAR, f"TGI-{court}"] for court in "ABCD"} == {
        "A": ("répondue", "✓"),
        "B": ("répondue hors délai", "R"),
        # Entered once the collection was over, nobody said when it came: neither late nor in time.
        "C": ("répondue, jour inconnu", "?"),
        "D": ("non répondue", "·"),
    }
    assert told[JAN, "TGI-A"] == ("répondue, jour inconnu", "?")
    assert told[FEB, "TGI-A"] == ("répondue", "✓")
    # A file entered before the closing was there that day, whatever nobody said.
    known, due, history = history_loaded_years_after()
    soon = history.with_columns(
        connu_le=pl.when(pl.col("lot") == 5).then(pl.lit(at("2009-04-10"))).otherwise("connu_le")
    )
    assert states(known, due, Lots.validate(soon), march, jour=date(2011, 6, 1))[MAR, "TGI-C"][1] == "✓"


def test_answers_without_a_day_have_no_pace_and_give_none_to_others(
    march: Campagne, parametres: Parametres
) -> None:
    january, february = (campaign_of(mois, parametres) for mois in (JAN, FEB))
    facts = history_loaded_years_after()
    later: Any = {"campagne": march, "anterieures": [january, february], "jour": date(2011, 6, 1)}
    frame = campaign.follow_rate(*facts, **later)
    assert frame["sans_jour"].unique().to_list() == [1]
    assert frame["repondues"].to_list() == frame["part"].to_list() == [None] * 10
    # January, whose answer has no day, says nothing of what is usual: February alone, from its third day.
    assert frame["part_habituelle"].to_list() == [0, 0, *[0.25] * 8]
    country = campaign.compare_cours(*facts, **later).filter(pl.col("cour") == COUNTRY)
    assert country.row(0, named=True) == {
        "cour": COUNTRY,
        "attendues": 4,
        "repondues": 3,
        "hors_delai": 1,
        "sans_jour": 1,
        "campagnes_datees": 1,
        "part": 0.75,
        "part_habituelle": None,
    }
    # Seen in February, whose answers have their day, January still says nothing.
    seen = campaign.compare_cours(
        *facts, campagne=february, anterieures=[january], jour=february.cloture
    ).filter(pl.col("cour") == COUNTRY)
    assert seen.select("repondues", "sans_jour", "campagnes_datees", "part_habituelle").row(0) == (
        1,
        0,
        0,
        None,
    )


def test_an_answer_without_a_day_is_no_contact(parametres: Parametres) -> None:
    known, due, history = history_loaded_years_after()
    closings = campaign.closings_of(campaign_of(mois, parametres) for mois in (JAN, FEB, MAR))
    found = campaign.list_to_remind(known, due, history, NEVER_REMINDED, mois=MAR, clotures=closings)
    assert found.rows() == [("TGI-D", "CA-1", 3, None, None)]
    april = expected([(date(2009, 4, 1), f"TGI-{name}", "CA-1") for name in "ABCD"])
    found = campaign.list_to_remind(
        known, pl.concat([due, april]), history, NEVER_REMINDED, mois=date(2009, 4, 1), clotures=closings
    )
    assert found.select("juridiction", "absences", "dernier_contact").rows() == [
        ("TGI-A", 1, date(2009, 4, 2)),
        ("TGI-B", 1, date(2009, 4, 22)),
        ("TGI-C", 1, None),
        ("TGI-D", 4, None),
    ]


def test_the_demo_has_answers_on_time_late_and_corrected(
    demo: Store, reference: Reference, parametres: Parametres
) -> None:
    known, history = demo.faits(NATIONAL).totaux, demo.lots(NATIONAL)
    year = [campaign_of(date(2009, rank, 1), parametres) for rank in range(1, 13)]
    due = reference.attendues(date(2009, 1, 1), date(2009, 12, 1))
    frame = campaign.follow_answers(
        known, due, history, NEVER_REOPENED, campagnes=year, jour=year[-1].cloture + timedelta(days=60)
    )
    counts = dict(frame.group_by("etat").len().iter_rows())
    assert counts[campaign.ON_TIME] > 900
    assert counts[campaign.LATE] > 50
    assert counts[campaign.CORRECTED] > 10
    assert counts[campaign.NO_ANSWER] > 900
    assert campaign.AWAITED not in counts
    # The same answers as told elsewhere, by months and cour.
    answered = frame.filter(pl.col("etat").is_in([campaign.ON_TIME, campaign.LATE, campaign.CORRECTED]))
    assert answered.height == coverage.count_answers(known, due)["repondues"].sum()
    # Answers come all along a campaign, more of them once reminded.
    rates = campaign.follow_rate(
        known, due, history, campagne=year[8], anterieures=year[:8], jour=year[8].cloture
    )
    by_rank = dict(rates.select("rang", "part").iter_rows())
    assert 0 < by_rank[4] < by_rank[7] < by_rank[8] < by_rank[10]
    assert by_rank[10] > rates["part_habituelle"].item(-1) > 0.3
