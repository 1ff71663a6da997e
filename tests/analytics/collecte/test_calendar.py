"""The calendar of the collection: the vectors of the text, and what holds whatever the month."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.collecte.calendar import (
    CALENDAIRE,
    CLOSED,
    OPEN,
    OUVRABLE,
    OUVRE,
    REMINDED,
    TO_COME,
    JourNonOuvre,
    campaign_of,
    campaigns_of_year,
    counts,
    first_month,
    is_exceptional,
    last_opened,
    next_campaign,
    open_campaign,
    public_holidays,
)
from analytics.vocabulary.errors import UserFacingError
from analytics.vocabulary.parameters import Parametre, Parametres
from analytics.vocabulary.periods import last_in_a_row
from data.reference import load_parameters
from tests.outils.refus import refused

DAY = timedelta(days=1)
PARAMETRES = load_parameters()
months = st.dates(date(2009, 2, 1), date(2034, 12, 1)).map(lambda day: day.replace(day=1))


@pytest.mark.parametrize(
    ("mois", "ouverture", "si_ouvre", "relance", "cloture"),
    [
        # The first one is fixed by the text: there is nothing to read.
        ("2009-01-01", "2009-02-05", "2009-02-05", "2009-02-22", "2009-02-25"),
        ("2009-02-01", "2009-03-02", "2009-03-02", "2009-03-07", "2009-03-10"),
        ("2009-03-01", "2009-04-01", "2009-04-01", "2009-04-07", "2009-04-10"),
        ("2009-04-01", "2009-05-02", "2009-05-04", "2009-05-07", "2009-05-10"),
        # 1 June is Pentecost Monday.
        ("2009-05-01", "2009-06-02", "2009-06-02", "2009-06-07", "2009-06-10"),
        ("2009-07-01", "2009-08-01", "2009-08-03", "2009-08-07", "2009-08-10"),
        ("2009-12-01", "2010-01-02", "2010-01-04", "2010-01-07", "2010-01-10"),
    ],
)
def test_the_campaigns_of_the_text(
    mois: str, ouverture: str, si_ouvre: str, relance: str, cloture: str, parametres: Parametres
) -> None:
    found = campaign_of(date.fromisoformat(mois), parametres)
    assert (found.ouverture, found.relance, found.cloture) == tuple(
        date.fromisoformat(day) for day in (ouverture, relance, cloture)
    )
    read_otherwise = campaign_of(found.mois, parametres, ouverture="ouvre")
    assert read_otherwise.ouverture == date.fromisoformat(si_ouvre)
    assert (read_otherwise.relance, read_otherwise.cloture) == (found.relance, found.cloture)


def test_three_working_days_before_the_end(parametres: Parametres) -> None:
    # Back from Sunday 10 May 2009: Saturday, a public holiday, then the 7th, 6th and 5th, which count.
    assert campaign_of(date(2009, 4, 1), parametres, relance="ouvre").relance == date(2009, 5, 5)
    # Read as jours ouvrables, Saturday the 9th counts too.
    assert campaign_of(date(2009, 4, 1), parametres, relance="ouvrable").relance == date(2009, 5, 6)


def test_a_step_on_a_day_off_is_told_and_never_postponed(parametres: Parametres) -> None:
    told = {each.mois.month: each.jours_non_ouvres for each in campaigns_of_year(2009, parametres)}
    assert told[1] == (JourNonOuvre("relance", date(2009, 2, 22), "dimanche"),)
    assert told[2] == (JourNonOuvre("relance", date(2009, 3, 7), "samedi (non ouvré)"),)
    assert told[3] == ()
    assert told[4] == (JourNonOuvre("cloture", date(2009, 5, 10), "dimanche"),)
    # 10 May 2018 is Ascension: a closing on a Thursday, all the same.
    ascension = campaign_of(date(2018, 4, 1), parametres)
    assert ascension.jours_non_ouvres == (
        JourNonOuvre("cloture", date(2018, 5, 10), "jour férié (Ascension)"),
    )


@given(mois=months)
def test_what_holds_whatever_the_month(mois: date) -> None:
    campagne = campaign_of(mois, PARAMETRES)
    assert campagne.ouverture < campagne.relance < campagne.cloture
    assert campagne.ouverture.weekday() != 6
    assert campagne.ouverture not in public_holidays(campagne.ouverture.year)
    # Nothing earlier in the month would have done.
    earlier = [campagne.ouverture.replace(day=day) for day in range(1, campagne.ouverture.day)]
    assert not any(counts(day, OUVRABLE) for day in earlier)
    assert campagne.cloture.day == 10
    working = campaign_of(mois, PARAMETRES, ouverture="ouvre", relance="ouvre")
    assert campagne.ouverture <= working.ouverture < working.relance <= campagne.relance
    assert counts(working.relance, OUVRE)
    between = [working.relance + n * DAY for n in range((working.cloture - working.relance).days)]
    assert sum(counts(day, OUVRE) for day in between) == 3


@given(day=st.dates(date(2008, 1, 1), date(2034, 12, 31)))
def test_every_day_has_its_campaign_or_the_next(day: date) -> None:
    now, then = open_campaign(day, PARAMETRES), next_campaign(day, PARAMETRES)
    assert then is not None
    assert then.ouverture > day
    if now is not None:
        assert now.ouverture <= day <= now.cloture < then.ouverture
        assert then.mois > now.mois
    assert counts(day, OUVRE) <= counts(day, OUVRABLE) <= counts(day, CALENDAIRE)


def test_the_stages_of_a_campaign(parametres: Parametres) -> None:
    campagne = campaign_of(date(2009, 3, 1), parametres)
    days = [date(2009, 3, 31), date(2009, 4, 1), date(2009, 4, 6), date(2009, 4, 7), date(2009, 4, 10)]
    assert [campagne.stage_on(day) for day in days] == [TO_COME, OPEN, OPEN, REMINDED, REMINDED]
    assert campagne.stage_on(date(2009, 4, 11)) == CLOSED
    assert [campagne.is_open(day) for day in days] == [False, True, True, True, True]
    assert [campagne.rank_of(day) for day in days] == [0, 1, 6, 7, 10]
    assert campagne.jours == 10


def test_nothing_was_collected_before_the_circular(parametres: Parametres) -> None:
    assert first_month(parametres) == date(2009, 1, 1)
    assert open_campaign(date(2009, 1, 10), parametres) is None
    assert open_campaign(date(2009, 2, 4), parametres) is None
    first = next_campaign(date(2001, 1, 1), parametres)
    assert first is not None
    assert first.mois == date(2009, 1, 1)
    with pytest.raises(UserFacingError, match=r"en vigueur le 1er.décembre.2008"):
        campaign_of(date(2008, 12, 1), parametres)


def rules(**changes: str) -> Parametres:
    """Rules of a collection from 2009 to 2012."""
    values = {
        "semaine_ouverture": "6",
        "jour_cloture": "10",
        "jours_avant_relance": "3",
        "semaine_relance": "7",
    }
    return Parametres(
        Parametre.from_toml(
            {
                "nom": nom,
                "libelle": nom,
                "valeur": valeur,
                "unite": "",
                "valide_du": date(2009, 1, 1),
                "valide_au": date(2012, 12, 31),
                "source": "Essai",
                "verifie_le": date(2009, 2, 5),
            }
        )
        for nom, valeur in {**values, **changes}.items()
    )


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"jour_cloture": "30"}, "Le 30 n'existe pas en février"),
        ({"jours_avant_relance": "12"}, "ne se suivent pas"),
        ({"jours_avant_relance": "0"}, "ne se suivent pas"),
    ],
)
def test_rules_that_make_no_campaign_are_refused(changes: dict[str, str], said: str) -> None:
    with refused(said):
        campaign_of(date(2009, 1, 1), rules(**changes))


def test_a_collection_that_ends_has_no_next_campaign() -> None:
    last = next_campaign(date(2012, 12, 31), rules())
    assert last is not None
    assert last.mois == date(2012, 12, 1)
    assert next_campaign(last.ouverture, rules()) is None


def test_the_campaign_to_show_is_the_open_one_else_the_last(parametres: Parametres) -> None:
    def shown(day: date) -> date | None:
        found = last_opened(day, parametres)
        return found.mois if found else None

    assert shown(date(2009, 2, 4)) is None
    assert shown(date(2009, 2, 5)) == date(2009, 1, 1)
    # 1 March 2009 is a Sunday: the campaign of February opens the day after.
    assert shown(date(2009, 3, 1)) == date(2009, 1, 1)
    assert shown(date(2009, 3, 2)) == date(2009, 2, 1)
    assert shown(date(2009, 3, 31)) == date(2009, 2, 1)
    assert is_exceptional(date(2009, 1, 1), parametres)
    assert not is_exceptional(date(2009, 2, 1), parametres)


@pytest.mark.parametrize(
    ("months", "last"),
    [
        ([], None),
        (["2009-01"], "2009-01"),
        (["2009-03", "2009-01"], "2009-03"),
        (["2009-01", "2011-01"], "2011-01"),
        (["2009-01", "2011-02"], "2011-02"),
        (["2009-01", "2009-01", "2011-02"], "2011-02"),
        (["2009-01", "2009-02", "2011-02"], "2011-02"),
        (["2009-01", "2009-02", "2011-03"], "2009-02"),
        (["2009-01", "2009-02", "2019-05"], "2009-02"),
        (["2009-01", "2019-04", "2019-05"], "2019-05"),
        (["2019-05"], "2019-05"),
    ],
)
def test_a_month_that_stands_alone_is_no_latest_one(months: list[str], last: str | None) -> None:
    found = last_in_a_row(date.fromisoformat(f"{mois}-01") for mois in months)
    assert found == (None if last is None else date.fromisoformat(f"{last}-01"))
