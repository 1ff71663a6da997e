"""A settlement in words: states, certainty, what is owed in the mode shown."""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from fractions import Fraction

import numpy as np
import polars as pl
import pytest

from analytics.charts.bars import draw_bars, draw_waterfall
from analytics.couverture.silence import Manque
from analytics.decompte.bareme import ECART_PROPRE, MUTUALISE, Bareme
from analytics.decompte.fourchette import Fourchette, draw_range
from analytics.decompte.releve import Releve
from analytics.decompte.settle import Compte, PartDue, settle_with_more
from analytics.decompte.words.amounts import owed_in_round, span_euros
from analytics.decompte.words.decompte import conclude_settlement, figures_of_settlement, step_down, tell_kept
from analytics.decompte.words.parts import lay_out_parts, tell_rounding, tell_undrawn, title_parts
from analytics.decompte.words.releve import compare_modes, write_statement
from analytics.decompte.words.rules import compare_rules, lay_out_sensitivity, title_sensitivity
from analytics.projection.outlook import Perspectives
from analytics.vocabulary.situation import Moment
from tests.analytics.charts.test_charts import described
from tests.analytics.decompte.releves import CIRCULAIRE, COST, half_a_year, releve_of

NB, NARROW, MINUS = "\u00a0", "\u202f", "\u2212"
ALERTE = Fraction(1, 4)


def settled(
    avoided: Mapping[str, str | float],
    *,
    bareme: Bareme = CIRCULAIRE,
    mode: str = MUTUALISE,
    priced: bool = True,
    projete: bool = False,
) -> Releve:
    """Settle cours of 10 000 extractions, each to avoid 500."""
    comptes = [
        Compte(cour, Fraction(10_000), Fraction(500), Fraction(count), Fraction(100_000))
        for cour, count in avoided.items()
    ]
    return releve_of(
        comptes,
        bareme,
        mode,
        COST if priced else None,
        fin=date(2010, 6 if projete else 12, 1),
        projete=projete,
        moment=Moment(1, None, demonstration=False),
    )


def part_of(releve: Releve, cour: str) -> PartDue:
    decompte = releve.decompte
    return next(part for part in (decompte.national, *decompte.cours) if part.cour == cour)


def told(releve: Releve, cour: str = "", fourchette: Fourchette | None = None) -> str:
    nom = "Paris" if cour else "le ministère"
    text = conclude_settlement(releve, part_of(releve, cour), nom=nom, fourchette=fourchette)
    return text.replace(NB, " ").replace(NARROW, " ").split(" » : ")[1]


def lines(releve: Releve, cour: str, manque: Manque | None = None) -> dict[str, tuple[str, str, str]]:
    written = write_statement(releve, part_of(releve, cour), manque=manque)
    return {line.cle: (plain(line.libelle), plain(line.formule), plain(line.valeur)) for line in written}


def plain(text: str) -> str:
    return text.replace(NB, " ").replace(NARROW, " ")


# --- What is kept, and what is shown --------------------------------------------------------------


@pytest.mark.parametrize(
    ("etat", "kept", "shown", "said"),
    [
        ("provisoire", 231_360_333, 252_746_387, "provisoire : 2 313 603 € ; #, écart +213 861 €."),
        ("definitif", 252_746_387, 231_360_333, f"définitif : 2 527 464 € ; #, écart {MINUS}213 861 €."),
        # The gap is that of what is written, not of the cents: 0,60 € apart, written 1 € apart.
        ("contradictoire", 10_010, 10_070, "contradictoire : 100 € ; #, écart +1 €."),
        ("provisoire", 10_010, 10_040, "provisoire : 100 € ; #, de même montant."),
        ("simulation", None, 10_040, "simulation enregistrée : arrêté aux ETPT ; #."),
        ("provisoire", 10_010, None, "provisoire : 100 € ; #."),
    ],
)
def test_what_is_kept_is_said_first_with_the_gap_that_a_reader_finds(
    etat: str, kept: int | None, shown: int | None, said: str
) -> None:
    text = tell_kept(2, etat, kept, shown).replace(NB, " ").replace(NARROW, " ")
    assert text == f"Décompte n° 2, {said}".replace("#", "ce que vous voyez est une simulation")


def test_no_row_of_a_simulation_bears_another_state() -> None:
    found = settled({"A": 300, "B": 700, "C": 0})
    table = lay_out_parts(found, found.decompte.cours, {}, {}, alerte=ALERTE)
    assert table["etat"].to_list() == ["simulation"] * 3
    small = settled({"A": 300, "B": 1}, bareme=replace(CIRCULAIRE, volume_minimum=Fraction(20_000)))
    out = lay_out_parts(small, small.decompte.cours, {}, {}, alerte=ALERTE)
    assert all("inférieure" in etat for etat in out["etat"])


# --- The range ------------------------------------------------------------------------------------


def ahead(cours: int = 3) -> Perspectives:
    counts = np.array([[20.0, 25, 18, 22, 30, 19], [30.0, 28, 36, 25, 31, 33], [10.0, 12, 9, 8, 14, 11]])
    return half_a_year(2010, ("A", "B", "C"), counts, np.full((cours, 6), 800.0))


def projected(bareme: Bareme = CIRCULAIRE, mode: str = MUTUALISE) -> Releve:
    known, coming = {"A": 134, "B": 183, "C": 64}, ahead()
    to_come = {cour: found.quantile(0.5) for cour in known if (found := coming.of([cour]))}
    found = settled(
        {cour: count + to_come[cour] for cour, count in known.items()}, projete=True, bareme=bareme, mode=mode
    )
    details = {cour: replace(detail, projetees=to_come[cour]) for cour, detail in found.details.items()}
    return replace(found, details=details, perspectives=coming)


def test_the_range_is_that_of_the_trajectory() -> None:
    """What may be owed is what the trajectory's ends leave of the objective: the ministry's, each cour's."""
    found, coming = projected(), ahead()
    whole = coming.of(["A", "B", "C"])
    assert whole is not None
    low, _, high = draw_range(found)[""].extractions
    assert low == pytest.approx(1_500 - 381 - whole.quantile(0.9), abs=0.1)
    assert high == pytest.approx(1_500 - 381 - whole.quantile(0.1), abs=0.1)
    own = draw_range(projected(mode=ECART_PROPRE))
    for cour, known in (("A", 134), ("B", 183), ("C", 64)):
        one = coming.of([cour])
        assert one is not None
        assert own[cour].extractions[0] == pytest.approx(500 - known - one.quantile(0.9), abs=0.1)
        assert own[cour].extractions[2] == pytest.approx(500 - known - one.quantile(0.1), abs=0.1)


def test_a_rule_holds_its_range_too() -> None:
    capped = draw_range(projected(replace(CIRCULAIRE, plafond_credits=Fraction(1, 10)), ECART_PROPRE))
    assert [capped[cour].euros for cour in "ABC"] == [(10_000.0,) * 3] * 3
    assert capped[""].euros == (30_000.0,) * 3
    floored = draw_range(projected(replace(CIRCULAIRE, plancher_eur=Fraction(10**9)), ECART_PROPRE))
    assert floored[""].euros == (0.0, 0.0, 0.0)
    assert draw_range(replace(projected(), projete=False)) == {}
    assert draw_range(replace(projected(), perspectives=None)) == {}


def test_a_complete_year_has_an_amount_and_no_range() -> None:
    found = settled({"A": 300, "B": 700, "C": 0})
    *_, amount, _ = figures_of_settlement(found, found.decompte.national, None, alerte=ALERTE)
    assert (amount.valeur, amount.complement) == (f"231{NARROW}877{NB}€", "année terminée")
    table = lay_out_parts(found, found.decompte.cours, {}, {}, alerte=ALERTE)
    assert set(table["fourchette"]) == {"s.o."}
    ranged = Fourchette((0.0, 0.0, 150.5), (0.0, 0.0, 69_797.0))
    projete = settled({"A": 500, "B": 600}, projete=True)
    *_, amount, _ = figures_of_settlement(projete, projete.decompte.national, ranged, alerte=ALERTE)
    assert (amount.valeur, amount.complement) == (f"0 à 70{NB}k€", "8 fois sur 10")


@pytest.mark.parametrize(
    ("low", "high", "written"),
    [
        (0, 0, "0 k€"),
        (0, 400, "moins de 1 k€"),
        (0, 69_798, "0 à 70 k€"),
        (0, 1_226_000, "0 à 1,2 M€"),
        (999_600, 999_600, "1,0 M€"),
        (89_200, 89_400, "89 k€"),
        (1_948_000, 2_527_000, "1,9 à 2,5 M€"),
    ],
)
def test_an_uncertain_amount_is_written_in_one_unit(low: float, high: float, written: str) -> None:
    assert span_euros(low, high).replace(NB, " ") == written


# --- The steps ------------------------------------------------------------------------------------


def steps(releve: Releve, cour: str = "") -> list[tuple[str, float, float, str]]:
    frame = step_down(releve, part_of(releve, cour))
    return [
        (nom, low, high, text.replace(NB, " ").replace(NARROW, " "))
        for nom, low, high, text in frame.select("nom", "bas", "haut", "texte").iter_rows()
    ]


def test_steps_are_in_extractions_and_each_bar_is_as_high_as_its_number() -> None:
    assert steps(settled({"A": 300, "B": 200})) == [
        ("Objectif", 0, 1_000, "1 000"),
        ("Évitées", 500, 1_000, f"{MINUS}500"),
        ("Non évitées", 0, 500, "500"),
    ]
    # Beyond the objective the bar goes under zero.
    assert steps(settled({"A": 900, "B": 344.5})) == [
        ("Objectif", 0, 1_000, "1 000"),
        ("Évitées", -244.5, 1_000, f"{MINUS}1 244,5"),
        ("Excédent", -244.5, 0, "244,5"),
    ]
    # Less than nothing avoided (another reading) adds to what is missing.
    assert steps(settled({"A": -50, "B": 0})) == [
        ("Objectif", 0, 1_000, "1 000"),
        ("Évitées", 1_000, 1_050, "+50"),
        ("Non évitées", 0, 1_050, "1 050"),
    ]
    # A share that is not the gap has its own step, for a cour and for the ministry.
    assert steps(settled({"A": 300, "B": 600}), "A")[2:] == [
        ("Non évitées", 0, 200, "200"),
        ("Après partage", 0, 100, "100"),
    ]
    own = settled({"A": 300, "B": 900}, mode=ECART_PROPRE)
    assert steps(own)[2:] == [("Excédent", -200, 0, "200"), ("Après partage", 0, 200, "200")]
    assert steps(settled({"A": 440, "B": 0}, projete=True))[1:] == [
        ("Évitées", 560, 1_000, f"≈ {MINUS}440"),
        ("Non évitées", 0, 560, "≈ 560"),
    ]


@pytest.mark.parametrize(("a", "b"), [(436, 0), (487.25, 496.8), (612.3, 551.9), (3, 0.2), (400, 599.7)])
def test_projected_steps_add_up_as_they_are_written(a: float, b: float) -> None:
    def read(text: str) -> int:
        return int(re.sub(r"[^\d-]", "", text.replace(MINUS, "-")))

    (_, _, _, wanted), (_, _, _, avoided), (name, _, _, left) = steps(settled({"A": a, "B": b}, projete=True))
    assert read(wanted) + read(avoided) == read(left) * (-1 if name == "Excédent" else 1)


def test_the_gap_with_a_projection_is_only_about() -> None:
    told = tell_kept(2, "provisoire", 231_360_333, 323_554_800, projete=True)
    assert (
        told.replace(NB, " ")
        .replace(NARROW, " ")
        .endswith("au milieu de la projection, écart d'environ +920 000 €.")
    )


def test_the_figure_draws_the_steps_whole() -> None:
    found = settled({"A": 900, "B": 345})
    spec = described(draw_waterfall(step_down(found, found.decompte.national), dark=False))
    (bars,) = spec["data"]
    assert [list(bars[name]) for name in ("base", "y")] == [[0, -245, -245], [1_000, 1_245, 245]]
    low, high = spec["layout"]["yaxis"]["range"]
    assert low < -245
    assert high > 1_000
    under = described(
        draw_waterfall(step_down(other := settled({"A": 1}), other.decompte.national), dark=True)
    )
    assert under["layout"]["yaxis"]["range"][0] == 0


def test_bars_are_those_who_pay_and_the_others_are_counted() -> None:
    found = settled(dict.fromkeys((f"C{rank:02}" for rank in range(36)), 100) | {"Z": 900})
    table = lay_out_parts(found, found.decompte.cours, {}, {}, alerte=ALERTE)
    paying = table.filter(pl.col("valeur") > 0)
    assert title_parts(found, table) == f"36{NB}cours sur 37 auraient à rembourser"
    assert tell_undrawn(paying, 15) == f"Et 21{NB}autres, dans le tableau."
    assert tell_undrawn(paying, 35) == f"Et 1{NB}autre, dans le tableau."
    assert tell_undrawn(paying, 36) == ""
    assert tell_undrawn(paying.head(0), 15).startswith(f"Rien à rembourser{NB}:")
    texts = described(draw_bars(paying.head(15), dark=False))["data"][0]
    assert (len(texts["y"]), texts["textposition"], texts["constraintext"]) == (15, "auto", "none")


def test_hypotheses_that_change_nothing_have_a_sentence() -> None:
    nothing = settled({"A": 900}).decompte
    frame = lay_out_sensitivity([("Ici", nothing), ("Ailleurs", nothing)], nothing, projete=False)
    assert not any(frame["valeur"])
    assert title_sensitivity(frame).startswith("Aucune hypothèse")
    here, less = settled({"A": 300}).decompte, settled({"A": 400}).decompte
    frame = lay_out_sensitivity([("Ici", here), ("Plus", less)], here, projete=False)
    assert title_sensitivity(frame).replace(NB, " ").replace(NARROW, " ").endswith("de 46 375 € à 92 751 €")
    rounded = lay_out_sensitivity([("Ici", here), ("Plus", less)], here, projete=True)
    assert [text.replace(NB, " ") for text in rounded["texte"]] == ["93 k€", "46 k€"]


# --- What is owed in the mode shown ---------------------------------------------------------------


def test_a_gap_that_others_make_up_for_costs_nothing() -> None:
    found = settled({"A": "406.25", "B": 900})
    assert told(found, "A") == (
        "Paris n'a pas évité 93,75 extractions ; compensées par les excédents des autres cours : "
        "rien à rembourser."
    )
    bill = lines(found, "A", Manque(406, 600, 500, 700, 800, 12, {}))
    assert "cout_silence" not in bill
    assert bill["etpt"][2] == "rien"
    assert bill["montant"][1:] == ("aucun ETPT à rembourser", "0,00 €")
    assert bill["prix"] == (
        "Une extraction évitée de plus",
        "rien n'est dû : les excédents des autres cours compensent l'écart",
        "rien",
    )
    assert bill["reste"][0] == "Reste à éviter pour atteindre l'objectif"
    assert bill["autre_mode"][2] == "0,7681 ETPT, 43 477,02 €"
    assert not any("0,0000" in text or f"{MINUS}0" in text for line in bill.values() for text in line)
    said = compare_modes(found).replace(NB, " ").replace(NARROW, " ")
    assert said.startswith(
        "En mode mutualisé : rien à rembourser. En mode écart propre : 0,77 ETPT, 43 477 €."
    )


def test_each_way_of_owing_less_than_the_gap_is_said() -> None:
    shared = settled({"A": 300, "B": 600})
    assert told(shared, "A") == (
        "Paris n'a pas évité 200 extractions ; 100 extractions à sa charge après partage, "
        "soit 0,82 ETPT, 46 375 €."
    )
    own = settled({"A": 300, "B": 900}, mode=ECART_PROPRE)
    assert told(own) == (
        "le ministère dépasse l'objectif de 200 extractions ; 200 extractions à la charge des cours en écart "
        "propre, soit 1,64 ETPT, 92 751 €, intéressement non déterminé."
    )
    half = settled({"A": 300}, bareme=replace(CIRCULAIRE, part=Fraction(1, 2)))
    assert (
        told(half, "A")
        == "Paris n'a pas évité 200 extractions, remboursées à 50 %, soit 0,82 ETPT, 46 375 €."
    )
    forgiven = settled({"A": 460}, bareme=replace(CIRCULAIRE, seuil=Fraction(1, 10)))
    assert told(forgiven, "A") == (
        "Paris n'a pas évité 40 extractions, sous le seuil de 10,0 % de l'objectif : rien à rembourser."
    )
    capped = settled({"A": 0}, bareme=replace(CIRCULAIRE, plafond_credits=Fraction(1, 2)))
    assert told(capped, "A") == (
        "Paris n'a pas évité 500 extractions, soit 4,10 ETPT, 50 000 € "
        "(ramené par la règle : plafond ou plancher)."
    )
    unpriced = settled({"A": 300}, priced=False)
    assert told(unpriced, "A") == (
        "Paris n'a pas évité 200 extractions, soit 1,64 ETPT, montant non déterminé, faute de coût d'un ETPT."
    )


def test_one_more_avoided_is_settled_by_the_whole_rule() -> None:
    # A cap leaves the amount as it is; a threshold is crossed at once; mutualised, a share comes off.
    capped = settled({"A": 0}, bareme=replace(CIRCULAIRE, plafond_credits=Fraction(1, 2)))
    assert lines(capped, "A")["prix"][2] == f"{MINUS}0,0082 ETPT, rien en euros"
    near = settled({"A": 449}, bareme=replace(CIRCULAIRE, seuil=Fraction(1, 10)))
    assert lines(near, "A")["prix"][2] == f"{MINUS}0,4179 ETPT, {MINUS}23 651,50 €"
    assert lines(near, "A")["reste"][0] == "Reste à éviter pour atteindre l'objectif"
    shared = settled({"A": 300, "B": 400, "C": 600})
    before, after = part_of(shared, "A"), settle_with_more(shared.decompte, part_of(shared, "A"), Fraction(1))
    assert before.exact is not None
    assert after.exact is not None
    again = settled({"A": 301, "B": 400, "C": 600})
    assert after == part_of(again, "A")
    amount = f"{float(before.exact - after.exact):.2f}".replace(".", ",")
    assert lines(shared, "A")["prix"][2].endswith(f"{MINUS}{amount} €")
    assert lines(shared, "A")["reste"][0] == "Reste à éviter pour ne rien devoir"
    country = settle_with_more(shared.decompte, shared.decompte.national, Fraction(30))
    assert country.du == shared.decompte.national.du - 30


# --- Certainty ------------------------------------------------------------------------------------


def test_a_projection_is_told_in_the_conditional_and_rounded() -> None:
    short = settled({"A": 400, "B": "407.5"}, projete=True)
    ranged = Fourchette((0.0, 192.5, 2_600.0), (0.0, 89_273.0, 1_226_000.0))
    assert told(short, "", ranged) == (
        "le ministère n'éviterait pas environ 190 extractions, soit 0 à 1,2 M€ (8 chances sur 10)."
    )
    assert told(short) == (
        "le ministère n'éviterait pas environ 190 extractions, soit environ 1,6 ETPT, 89 k€."
    )
    over = settled({"A": 600, "B": "577.5"}, projete=True)
    assert told(over, "", Fourchette((0.0, 0.0, 150.5), (0.0, 0.0, 69_797.0))) == (
        "le ministère dépasserait l'objectif d'environ 180 extractions ; à rembourser : 0 à 70 k€ "
        "(8 chances sur 10), intéressement non déterminé."
    )
    own = settled({"A": 600, "B": 300, "C": 700}, mode=ECART_PROPRE, projete=True)
    assert told(own, "", Fourchette((180.0, 200.0, 220.0), (83_000.0, 92_751.0, 102_000.0))) == (
        "le ministère dépasserait l'objectif d'environ 100 extractions ; à rembourser en écart propre : "
        "83 à 102 k€ (8 chances sur 10), intéressement non déterminé."
    )
    shared = settled({"A": 300, "B": 600}, projete=True)
    assert told(shared, "A", Fourchette((0.0, 100.0, 150.0), (0.0, 46_375.0, 69_600.0))) == (
        "Paris n'éviterait pas environ 200 extractions ; à rembourser après partage : 0 à 70 k€ "
        "(8 chances sur 10)."
    )
    none = Fourchette((0.0, 0.0, 0.0), (0.0, 0.0, 0.0))
    assert told(over, "", none).endswith("extractions : rien à rembourser, intéressement non déterminé.")
    assert (
        told(settled({"A": 500}, projete=True), "A", none)
        == "Paris tiendrait l'objectif : rien à rembourser."
    )
    assert owed_in_round(short, short.decompte.national).replace(NB, " ") == "environ 1,6 ETPT, 89 k€"


def test_tables_round_what_is_projected_and_the_statement_does_not() -> None:
    found = settled({"A": 400, "B": "407.5"}, projete=True)
    row = lay_out_parts(found, found.decompte.cours[:1], {}, {}, alerte=ALERTE).row(0, named=True)
    shown = {
        name: str(row[name]).replace(NB, " ")
        for name in ("evitees", "ecart", "etpt", "montant", "fourchette")
    }
    assert shown == {
        "evitees": "≈ 400",
        "ecart": "≈ 100",
        "etpt": "≈ 0,8",
        "montant": "≈ 46 k€",
        "fourchette": "n.d.",
    }
    bill = lines(found, "A")
    assert bill["ecart"][0] == "Extractions qui ne seraient pas évitées"
    assert bill["montant"][::2] == ("Remboursement projeté", "46 375,49 €")
    closed = settled({"A": 400, "B": "407.5"})
    exact = lay_out_parts(closed, closed.decompte.cours[:1], {}, {}, alerte=ALERTE).row(0, named=True)
    assert exact["montant"] == f"46{NARROW}375,49{NB}€"
    assert title_parts(found, lay_out_parts(found, found.decompte.cours, {}, {}, alerte=ALERTE)) == (
        f"Au milieu de la projection, 2{NB}cours sur 2 auraient à rembourser"
    )


def test_an_interessement_is_as_certain_as_the_year() -> None:
    rule = replace(CIRCULAIRE, interessement="symetrique")
    ahead_, closed = (
        settled({"A": 600, "B": 620}, bareme=rule, projete=projete) for projete in (True, False)
    )
    assert told(ahead_).endswith("rien à rembourser, intéressement simulé d'environ 1,8 ETPT.")
    assert told(closed).endswith("rien à rembourser, intéressement simulé de 1,80 ETPT.")
    amounts = compare_rules([ahead_, closed], cour="A")["interessement"]
    assert [plain(text) for text in amounts] == ["environ 1,8 ETPT, 102 k€", "1,8026 ETPT, 102 026,06 €"]
    nothing = settled({"A": 100}, bareme=rule, projete=True)
    assert compare_rules([nothing], cour="A")["interessement"].to_list() == ["rien"]


def test_parts_that_do_not_sum_say_that_they_are_rounded() -> None:
    """Three parts of a third of a ten-thousandth are written 0,0000 and make 0,0001: said, and only then."""
    found = settled({"A": 100, "B": 200, "C": 300})

    def with_etpt(value: Fraction, *, projete: bool = False) -> Releve:
        cours = tuple(replace(part, etpt=value) for part in found.decompte.cours)
        return replace(found, projete=projete, decompte=replace(found.decompte, cours=cours))

    assert tell_rounding(with_etpt(Fraction(1, 4))) == ""
    assert "arrondis à quatre décimales" in tell_rounding(with_etpt(Fraction(1, 30_000)))
    assert tell_rounding(with_etpt(Fraction(1, 30_000), projete=True)) == ""  # written in round figures
