import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from fractions import Fraction
from math import floor
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.couverture.silence import Manque
from analytics.decompte.bareme import ECART_PROPRE, MUTUALISE, Bareme
from analytics.decompte.compte import canonical, fingerprint, write_account, write_exact, write_json
from analytics.decompte.fourchette import draw_range
from analytics.decompte.releve import Ajustement, Cout, Releve, draw_up, find_rule, read_cost, regle_of
from analytics.decompte.settle import Compte, settle
from analytics.decompte.words.decompte import conclude_settlement, figures_of_settlement, warn_settlement
from analytics.decompte.words.releve import relief, write_statement
from analytics.decompte.words.rules import compare_rules, tell_differences
from analytics.projection.outlook import Perspectives
from analytics.trajectoire.account import Mois
from analytics.trajectoire.country import Pays
from analytics.vocabulary.errors import UserFacingError
from analytics.vocabulary.parameters import Parametres
from analytics.vocabulary.periods import Periode
from analytics.vocabulary.situation import Moment
from data.reference import load_parameters, load_rules
from tests.analytics.decompte.releves import half_a_year
from tests.analytics.frames import bases, demand

NB, NARROW, MINUS = "\u00a0", "\u202f", "\u2212"
RULES = [Bareme.from_toml(table) for table in load_rules()]
TEXT = next(rule for rule in RULES if rule.id == "circulaire-2009")
PRICE = Cout(Fraction(45_000), "Note du 3 mars 2010", hypothese=False)
# The ministry of the reference vectors: 80 000, 50 000 and 25 000 extractions.
COURS = {"CA-A": 80_000, "CA-B": 50_000, "CA-C": 25_000}
AVOIDED = {"CA-A": 4_200, "CA-B": 500, "CA-C": 300}


def country(
    parametres: Parametres,
    avoided: Mapping[str, int] = AVOIDED,
    *,
    months: int = 12,
    rule: Bareme = TEXT,
    perspectives: Perspectives | None = None,
    base: Mapping[str, int] = COURS,
) -> Pays:
    loaded = bases([(2008, cour, count, "Enquête 2008") for cour, count in base.items()])
    exigence = demand(
        2009,
        parametres,
        regle=regle_of(rule),
        loaded=loaded,
        cle=loaded.select("cour", "extractions").clear(),
    )
    series = {
        cour: [
            Mois(date(2009, rank, 1), count, count, count // 12 + (rank <= count % 12), 10, 8, None)
            for rank in range(1, months + 1)
        ]
        for cour, count in avoided.items()
    }
    return Pays(Periode(date(2009, months, 1)), exigence, series, exigence.bases, perspectives)


def account(
    parametres: Parametres,
    pays: Pays | None = None,
    *,
    rule: Bareme = TEXT,
    cout: Cout | None = PRICE,
    mode: str | None = None,
    ajustements: tuple[Ajustement, ...] = (),
) -> Releve:
    return draw_up(
        pays or country(parametres),
        rule,
        mode=mode,
        cout=cout,
        credits_eur={"CA-B": Fraction(1_000_000)},
        ajustements=ajustements,
        moment=Moment(7, None, demonstration=False),
        parametres=parametres,
    )


def formulas(releve: Releve, cour: str, manque: Manque | None = None) -> dict[str, tuple[str, str]]:
    part = next((part for part in releve.decompte.cours if part.cour == cour), releve.decompte.national)
    return {line.cle: (line.formule, line.valeur) for line in write_statement(releve, part, manque=manque)}


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (Fraction(7_725, 2), "3862.5"),
        (Fraction(1397, 62), "22.532258064516"),
        (Fraction(0), "0"),
        (Fraction(-1, 3), "-0.333333333333"),
        (Fraction(155_000), "155000"),
    ],
)
def test_exact_numbers_are_decimal_strings(value: Fraction, written: str) -> None:
    assert write_exact(value) == written


@pytest.mark.parametrize(
    ("typed", "read"), [("56600", 56_600), ("56 600,50 €", Fraction(113_201, 2)), ("0", 0)]
)
def test_a_cost_is_read_as_people_write_it(typed: str, read: Fraction | int) -> None:
    assert read_cost(typed) == read


@pytest.mark.parametrize("typed", ["", "-4", "abc", "1.2.3", ".", "1e6", "NaN"])
def test_a_cost_that_is_none_is_refused(typed: str) -> None:
    with pytest.raises(UserFacingError, match="n'est pas un nombre positif"):
        read_cost(typed)


def test_the_account_of_the_reference_ministry(parametres: Parametres) -> None:
    written = write_account(account(parametres))
    assert written["national"]["etpt"] == "22.532258064516"
    assert written["national"]["montant_eur"] == "1013951.61"
    amounts = {line["cour"]: line["montant_eur"] for line in written["cours"]}
    assert amounts == {"CA-A": "0.00", "CA-B": "687424.82", "CA-C": "326526.79"}
    assert written["cours"][1]["part_credits"] == "0.687425"
    assert written["national"]["interessement_etpt"] is None  # « à définir », never 0
    assert json.loads(write_json(written)) == written


def test_without_a_cost_it_stops_at_etpt_and_says_why(parametres: Parametres) -> None:
    written = write_account(account(parametres, cout=None))
    assert written["national"]["montant_eur"] is None
    assert written["cout_etpt_eur"] is None
    assert "n'est pas dans le texte" in written["raison"]
    assert "s'arrête aux ETPT" in formulas(account(parametres, cout=None), "CA-B")["montant"][0]


def test_the_fingerprint_is_that_of_the_figures(parametres: Parametres) -> None:
    one, same = write_account(account(parametres)), write_account(account(parametres))
    assert one == same
    content = {name: value for name, value in one.items() if name != "empreinte"}
    assert one["empreinte"] == fingerprint(content)
    assert canonical({"b": 1, "a": 2}) == '{"a":2,"b":1}'
    moved = write_account(account(parametres, country(parametres, AVOIDED | {"CA-C": 301})))
    assert moved["empreinte"] != one["empreinte"]


def test_every_line_shows_its_numbers(parametres: Parametres) -> None:
    told = formulas(account(parametres), "")
    assert told["etpt"] == (f"2{NARROW}750 × 1{NARROW}270 / 155{NARROW}000", f"22,5323{NB}ETPT")
    own = formulas(account(parametres), "CA-B")
    assert own["objectif"][0] == f"5{NB}% × 50{NARROW}000 = 2{NARROW}500"
    assert own["ecart"] == (f"2{NARROW}500 {MINUS} 500", f"2{NARROW}000{NB}extractions")
    assert own["part"][0] == f"2{NARROW}750 × 2{NARROW}000 / 2{NARROW}950"
    assert own["montant"][1] == f"687{NARROW}424,82{NB}€"
    assert own["reste"][1] == f"2{NARROW}000{NB}extractions"
    assert formulas(account(parametres), "CA-A")["interessement"][1] == "non déterminé"
    assert "part" not in formulas(account(parametres, mode=ECART_PROPRE), "CA-B")


@pytest.mark.parametrize("mode", [MUTUALISE, ECART_PROPRE])
@pytest.mark.parametrize("euros_each", [Fraction(56_600), Fraction(45_123_45, 100), Fraction(1)])
@given(avoided=st.lists(st.integers(0, 4_500), min_size=3, max_size=3))
def test_a_calculator_finds_the_cents_from_what_is_printed(
    avoided: list[int], euros_each: Fraction, mode: str
) -> None:
    """« 0,4641 ETPT × 56 600 € » is 26 268,06, whatever exact 26 265,60 stands beside."""
    parametres = load_parameters()
    found = account(
        parametres,
        country(parametres, dict(zip(COURS, avoided, strict=True))),
        cout=Cout(euros_each, "Note", hypothese=False),
        mode=mode,
    )
    for cour in COURS:
        formula, value = formulas(found, cour)["montant"]
        if "ETPT ×" not in formula:
            assert formula == "aucun ETPT à rembourser"
            continue
        etpt, each = (read(part) for part in formula.split(" ; ")[0].split(" × "))
        assert each == euros_each
        cents = floor(etpt * each * 100 + Fraction(1, 2))
        assert abs(cents - read(value) * 100) == ("centime voisin" in formula)


def read(text: str) -> Fraction:
    """Type what is printed on a calculator."""
    return Fraction(text.split(NB)[0].replace(NARROW, "").replace(",", "."))


def test_silence_has_its_line_and_its_cost(parametres: Parametres) -> None:
    hidden = Manque(500, 620, 560, 690, 800, 24, {})
    told = formulas(account(parametres), "CA-B", hidden)
    assert told["silence"] == (
        f"24 sur 120 attendues{NB}: rien n'est compté pour elles{NB}; sans doute 800 évitées avec elles, "
        "au plus",
        "0",
    )
    assert "60 à 190 extractions sans doute évitées (8 fois sur 10)" in told["cout_silence"][0].replace(
        NB, " "
    )
    # The ministry's gap falls by 60 and the part of B with it: 2 000 × 2 750 / 2 950 − 1 940 × 2 690 / 2 890
    # = 58,66 extractions, not 60; by 190, 185,57.
    assert told["cout_silence"][1] == f"0,5 à 1,5{NB}ETPT, soit 22 à 68{NB}k€"


@given(
    st.dictionaries(st.sampled_from("ABCDEF"), st.integers(0, 900), min_size=2),
    st.sampled_from([MUTUALISE, ECART_PROPRE]),
)
def test_one_more_avoided_saves_what_the_statement_says(avoided: dict[str, int], mode: str) -> None:
    """Recomputed with one more, a cour in deficit owes exactly that much less."""

    def of(changed: str | None) -> Any:
        return settle(
            [
                Compte(cour, Fraction(10_000), Fraction(500), Fraction(count + (cour == changed)))
                for cour, count in avoided.items()
            ],
            TEXT,
            mode=mode,
            cout=None,
            etpt_par_extraction=Fraction(127, 15_500),
        )

    before = of(None)
    for part in before.cours:
        if part.ecart:
            after = next(other for other in of(part.cour).cours if other.cour == part.cour)
            assert part.du - after.du == relief(before, part)


def test_before_the_year_ends_it_rests_on_the_projection(parametres: Parametres) -> None:
    counts = np.array([[20.0] * 6, [30.0] * 6, [10.0] * 6])
    exposure = np.array([[base / 12] * 6 for base in COURS.values()])
    ahead = half_a_year(2009, tuple(COURS), counts, exposure)
    half = {"CA-A": 120, "CA-B": 180, "CA-C": 60}
    found = account(parametres, country(parametres, half, months=6, perspectives=ahead))
    assert found.projete
    assert found.decompte.national.evitees > sum(half.values())
    assert "projetées jusqu'en décembre" in formulas(found, "CA-B")["evitees"][0]
    assert "projection" in warn_settlement(found)
    first = draw_range(found)
    assert first == draw_range(found)  # same seed, same figures
    low, _, high = first[""].extractions
    assert low < float(found.decompte.national.du) < high
    assert first[""].euros == pytest.approx(
        [value * 127 / 15_500 * 45_000 for value in first[""].extractions]
    )


def test_a_complete_year_has_no_range(parametres: Parametres) -> None:
    assert draw_range(account(parametres)) == {}


def test_a_figure_put_right_says_so_and_changes_the_account(parametres: Parametres) -> None:
    change = Ajustement("CA-B", "evitees", Fraction(700), "double compte corrigé")
    after = account(parametres, ajustements=(change,))
    told = formulas(after, "CA-B")["evitees"]
    assert told == (
        f"corrigé après contestation{NB}: double compte corrigé (au lieu de 500{NB}déclarées de janvier à "
        "décembre)",
        "700",
    )
    assert after.decompte.national.ecart == 2_550
    assert write_account(after)["ajustements"][0]["valeur"] == "700"


def test_what_cannot_be_settled_is_said(parametres: Parametres) -> None:
    with pytest.raises(UserFacingError, match="Règles connues"):
        find_rule(RULES, "zut", 2009)
    with pytest.raises(UserFacingError, match="n'est pas en vigueur en 2012"):
        find_rule(RULES, "circulaire-2009", 2012)
    with pytest.raises(UserFacingError, match="0 extraction"):
        account(parametres, country(parametres, base=COURS | {"CA-C": 0}))
    for lecture, missing in (("B", "niveau de 2008"), ("C", "douze mois")):
        rule = replace(TEXT, lecture=lecture)
        with pytest.raises(UserFacingError, match=missing):
            account(parametres, country(parametres, rule=rule), rule=rule)


def test_amounts_under_a_hypothesis_say_so(parametres: Parametres) -> None:
    letter = account(parametres)
    assert not letter.hypothetique
    assert warn_settlement(letter) == ""
    rule = next(rule for rule in RULES if rule.id == "interessement-partage")
    shared = account(parametres, rule=rule)
    assert "ne vaut pas décision (la règle)" in warn_settlement(shared)
    assert "(simulation)" in formulas(shared, "CA-A")["interessement"][1]
    assert "intéressement" in tell_differences(rule, TEXT)
    assert tell_differences(TEXT, TEXT) == "rien de différent"
    told = compare_rules([letter, shared], cour="CA-A")
    assert told["interessement"].to_list()[0] == "non déterminé"
    assert told["differences"].to_list()[0] == "référence"
    part = letter.decompte.cours[0]
    assert "intéressement non déterminé" in conclude_settlement(letter, part, nom="A")


def test_credits_are_flagged_and_cap_the_amount_where_a_rule_says_so(parametres: Parametres) -> None:
    rule = next(rule for rule in RULES if rule.id == "plafond-credits")
    capped = account(parametres, rule=replace(rule, plafond_credits=Fraction(1, 2)))
    own = next(part for part in capped.decompte.cours if part.cour == "CA-B")
    assert own.centimes == 50_000_000
    assert own.part_credits == Fraction(1, 2)
    assert "Crédits vacataires non importés pour 2" in warn_settlement(capped)
    assert "ramené à" in formulas(capped, "CA-B")["montant"][0]
    assert load_parameters().at("alerte_credits", date(2009, 12, 31)).valeur == Fraction(1, 4)


def test_a_cour_that_said_nothing_is_not_projected(parametres: Parametres) -> None:
    pays = country(parametres, months=3)
    silent = [replace(month, repondues=0, evitees=0) for month in pays.mois["CA-C"]]
    found = account(parametres, replace(pays, mois={**pays.mois, "CA-C": silent}))
    parts = {part.cour: part for part in found.decompte.cours}
    assert [cour for cour, part in parts.items() if found.is_unheard(part)] == ["CA-C"]
    assert not found.is_unheard(found.decompte.national)
    told = conclude_settlement(found, parts["CA-C"], nom="Caen").replace(NB, " ")
    assert "aucune juridiction n'a encore répondu pour Caen, rien ne se projette" in told
    assert "chances" not in told
    assert formulas(found, "CA-C")["evitees"] == (
        "aucune réponse de janvier à mars, rien n'est projeté",
        "n.r.",
    )
    tiles = figures_of_settlement(found, parts["CA-C"], None, alerte=Fraction(1, 4))
    assert [tile.valeur for tile in tiles] == ["n.d."] * 4
    # A year that is over counts what was declared, which is nothing: the letter of the text.
    assert not account(parametres, country(parametres, {**AVOIDED, "CA-C": 0})).is_unheard(parts["CA-C"])


@pytest.mark.parametrize("lecture", ["A", "C"])
def test_a_reading_that_is_not_the_usual_one_is_named(parametres: Parametres, lecture: str) -> None:
    found = account(parametres, rule=TEXT)
    read = replace(found, bareme=replace(found.bareme, lecture=lecture))
    part = read.decompte.national
    told = conclude_settlement(read, part, nom="le ministère")
    lines = {line.cle: line for line in write_statement(read, part, manque=None)}
    assert ("lecture C (extractions exécutées en moins)" in told) is (lecture == "C")
    assert ("colonne 2 de l'indicateur" in lines["evitees"].source) is (lecture == "A")
    assert ("silence" in lines) is (lecture == "A")
