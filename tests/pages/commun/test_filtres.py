from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pages.commun.adresse import NAMES, Choix, Selection, parse, slug

CHOIX = Choix(
    premier=date(2009, 1, 1),
    dernier=date(2010, 3, 1),
    recent=date(2010, 12, 1),
    usuel=date(2010, 3, 1),
    cours={"CA-AGEN": "Agen", "CA-DOUAI": "Douai"},
    groupes=("Application des peines", "Jugement"),
    activites={"JAP": "Juge de l'application des peines", "AUDIENCE": "Audience"},
    groupe_de={"JAP": "Application des peines", "AUDIENCE": "Jugement"},
    connus_le=(date(2010, 4, 12),),
)
selections = st.builds(
    Selection,
    annee=st.just(2010),
    mois=st.integers(1, 3),
    cour=st.sampled_from(list(CHOIX.cours)),
    groupe=st.sampled_from([None, *CHOIX.groupes]),
    activite=st.sampled_from([None, *CHOIX.activites]),
    connu_le=st.one_of(st.none(), st.dates(date(2000, 1, 1), date(2100, 12, 31))),
    fourchette=st.booleans(),
    presentation=st.booleans(),
    comparer=st.sampled_from([None, (), (2009,)]),
)


def test_without_any_request_the_last_month_is_shown() -> None:
    selection, notices = parse({}, CHOIX)
    assert (selection.annee, selection.mois, selection.cour) == (2010, 3, "CA-AGEN")
    assert notices == ()
    assert selection.requete() == {"annee": "2010", "mois": "3", "cour": "CA-AGEN"}


@given(selections.filter(lambda s: s.activite is None or s.groupe in {None, CHOIX.groupe_de[s.activite]}))
def test_a_link_reopens_the_view_it_was_copied_from(selection: Selection) -> None:
    assert parse(selection.requete(), CHOIX) == (selection, ())
    assert set(selection.requete()) <= set(NAMES)


@pytest.mark.parametrize(
    ("request_", "said", "shown"),
    [
        ({"annee": "1999"}, "1999", {"annee": 2010}),
        ({"annee": "2009", "mois": "13"}, "13", {"mois": 12}),
        ({"annee": "2010", "mois": "4"}, "mars\u00a02010 est affiché", {"mois": 3}),
        ({"mois": "<b>"}, "<b>", {"mois": 3}),
        ({"mois": "²"}, "²", {"mois": 3}),
        ({"cour": "CA-XX"}, "n'existe pas ou n'est pas dans votre périmètre", {"cour": "CA-AGEN"}),
        ({"groupe": "sport"}, "tous les groupes sont affichés", {"groupe": None}),
        ({"activite": "X"}, "toutes les activités sont affichées", {"activite": None}),
        (
            {"groupe": "jugement", "activite": "JAP"},
            "n'est pas du groupe «\u00a0Jugement\u00a0»",
            {"groupe": "Jugement", "activite": None},
        ),
        (
            {"groupe": "jugement", "activite": "X"},
            "L'activité «\u00a0X\u00a0» n'existe pas",
            {"activite": None},
        ),
        ({"groupe": "sport", "activite": "JAP"}, "tous les groupes", {"groupe": None, "activite": "JAP"}),
        ({"connu_le": "hier"}, "n'est pas une date", {"connu_le": None}),
        ({"mode": "large"}, "strict et fourchette", {"fourchette": False}),
        ({"comparer": "2009,1789"}, "1789", {"comparer": None}),
        ({"comparer": "2010"}, "antérieures", {"comparer": None}),
        ({"presentation": "1"}, "oui et non", {"presentation": False}),
    ],
)
def test_what_a_link_cannot_have_is_said_and_replaced(
    request_: dict[str, str], said: str, shown: dict[str, object]
) -> None:
    selection, notices = parse(request_, CHOIX)
    assert len(notices) == 1
    assert said in notices[0]
    assert {name: getattr(selection, name) for name in shown} == shown


@given(st.dictionaries(st.sampled_from(NAMES), st.text(max_size=12)))
def test_no_link_ever_breaks_a_page(request_: dict[str, str]) -> None:
    selection, _ = parse(request_, CHOIX)
    assert selection.annee in CHOIX.annees
    assert selection.mois in CHOIX.mois(selection.annee)
    assert selection.cour in CHOIX.cours
    assert parse(selection.requete(), CHOIX) == (selection, ())


def test_the_size_of_type_does_not_change_what_is_computed() -> None:
    first, _ = parse({"presentation": "oui"}, CHOIX)
    second, _ = parse({}, CHOIX)
    assert first.cle == second.cle
    other, _ = parse({"cour": "CA-DOUAI"}, CHOIX)
    assert other.cle != second.cle


def test_names_read_well_in_an_address() -> None:
    assert slug("Détention et instruction") == "detention-et-instruction"


def test_a_month_that_stands_alone_can_be_asked_and_is_not_where_the_pages_open() -> None:
    choix = replace(CHOIX, dernier=date(2019, 5, 1))
    selection, notices = parse({}, choix)
    assert (selection.annee, selection.mois, notices) == (2010, 3, ())
    selection, notices = parse({"annee": "2019", "mois": "5"}, choix)
    assert (selection.annee, selection.mois, notices) == (2019, 5, ())
    selection, notices = parse({"annee": "2011"}, choix)
    assert (selection.annee, selection.mois, notices) == (2011, 12, ())


@pytest.mark.parametrize(
    "asked", ["9999-12-31", "0001-01-01", "1999-12-31", "2101-01-01", "hier", "2009-13-01"]
)
def test_a_day_out_of_all_bounds_is_said_and_ignored(asked: str) -> None:
    selection, notices = parse({"connu_le": asked}, CHOIX)
    assert selection.connu_le is None
    assert len(notices) == 1
    assert asked in notices[0]


def test_a_month_written_whole_brings_its_year() -> None:
    for asked in ({"mois": "2009-03"}, {"mois": "2009-3"}, {"mois": "2009-03", "annee": "2009"}):
        selection, notices = parse(asked, CHOIX)
        assert (selection.annee, selection.mois, notices) == (2009, 3, ())
