"""Levers on small grounds: by hand, at their bounds, in any order."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.leviers.levier import Levier
from analytics.projection.outlook import Avenir
from analytics.scenarios import simulation
from analytics.scenarios.draws import draw, most_likely
from analytics.scenarios.scenario import Hypotheses, Scenario
from analytics.scenarios.simulated_outlook import AvenirSimule, draw_outlook
from analytics.scenarios.simulation import Simulation, ceiling_of, simulate
from analytics.scenarios.terrain import Terrain
from analytics.statistics.negative_binomial import Loi
from analytics.statistics.ranges import Floats, Plage
from tests.analytics.scenarios.terrains import PERFECT, START, USUAL, ground
from tests.analytics.vectors import vectors

SINCE = date(2009, 3, 1)
DRAWS = 64


def lever(nature: str, *valeur: float, **changes: object) -> Levier:
    plage = Plage(*valeur) if len(valeur) == 3 else Plage.sure(valeur[0])
    return replace(Levier(nature, plage, START), **changes)  # pyright: ignore[reportArgumentType] - fields of it


def run(terrain: Terrain, *levers: Levier, what: Hypotheses = PERFECT, draws: int = DRAWS) -> Simulation:
    scenario = Scenario(SINCE, levers)
    return simulate(terrain, scenario, what, draw(scenario, what, tirages=draws, graine=1))


def whole(found: Simulation) -> Floats:
    return found.total(found.terrain.cours)


def test_a_share_is_reached_from_what_is_done_now() -> None:
    # 8 cells × 3 months × 100 extractions, from 10 % to 30 %.
    found = run(ground(), lever("recours", 0.3))
    assert whole(found) == pytest.approx(8 * 3 * 100 * 0.2)


def test_points_are_added_to_what_is_done_now() -> None:
    assert whole(run(ground(), lever("recours_points", 0.05))) == pytest.approx(8 * 3 * 100 * 0.05)


def test_a_perimeter_holds_its_cours_and_its_juridictions_for_its_activities() -> None:
    acting = lever("recours", 0.3, cours=("CA-0",), juridictions=("TGI-1-1",), activites=("A0",))
    found = run(ground(), acting)
    assert found.total(["CA-0"]) == pytest.approx(2 * 3 * 20)
    assert found.total(["CA-1"]) == pytest.approx(1 * 3 * 20)


def test_dates_bound_a_lever_and_the_past_has_no_month() -> None:
    acting = lever("recours", 0.3, du=date(2009, 5, 1), au=date(2009, 5, 1))
    months = run(ground(), acting).ensemble.sum(axis=0)
    assert months[0] == pytest.approx(0.0)
    assert months[1] == pytest.approx(8 * 20)
    assert months[2] == pytest.approx(0.0)


def test_equipment_extends_what_is_done_now_and_alone_raises_no_practice() -> None:
    # From half to all of the population covered: twice what is avoided now.
    found = run(ground(prisons=0.5), lever("etablissements", 1.0))
    assert whole(found) == pytest.approx(8 * 3 * 100 * 0.1)


def test_prisons_named_add_the_population_that_they_hold() -> None:
    # Of what CA-0 holds, half is equipped, and 30 % then 20 % wait: named twice, one is equipped once.
    terrain = replace(ground(prisons=0.5), prisons={"CA-0/A": 0.3, "CA-0/B": 0.2})
    one = lever("prisons", 1.0, prisons=("CA-0/A",))
    both = lever("prisons", 1.0, prisons=("CA-0/A", "CA-0/B"))
    practice = 4 * 3 * 100 * 0.1
    assert whole(run(terrain, one)) == pytest.approx(practice * 0.3 / 0.5)
    assert whole(run(terrain, one, both)) == pytest.approx(practice * 0.5 / 0.5)
    assert whole(run(terrain, replace(both, valeur=Plage.sure(0.5)))) == pytest.approx(practice * 0.25 / 0.5)
    # A level that is reached otherwise holds these prisons too.
    level = lever("etablissements", 0.9, cours=("CA-0",))
    assert whole(run(terrain, one, level)) == pytest.approx(practice * 0.4 / 0.5)
    # Equipped since, or unknown: nothing to add.
    assert whole(run(terrain, lever("prisons", 1.0, prisons=("CA-1/C",)))) == pytest.approx(0.0)


def test_weights_count_the_effort_of_what_is_avoided_and_change_no_capacity() -> None:
    terrain, acting = ground(), lever("recours", 0.3)
    scenario = Scenario(SINCE, (acting,))
    drawn = draw(scenario, USUAL, tirages=DRAWS, graine=1)

    def weighed(poids: Floats) -> Floats:
        return whole(simulate(replace(terrain, poids=poids), scenario, USUAL, drawn, pondere=True))

    plain = whole(simulate(terrain, scenario, USUAL, drawn))
    assert weighed(np.ones(8)) == pytest.approx(plain, rel=1e-12)
    assert weighed(np.full(8, 2.0)) == pytest.approx(2 * plain, rel=1e-12)
    # The first activité of each juridiction alone counts: half of cells that are all alike.
    assert weighed(np.tile([1.0, 0.0], 4)) == pytest.approx(plain / 2, rel=1e-12)


def test_draws_are_the_same_however_many_are_worked_on_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    levers = (
        lever("recours", 0.1, 0.3, 0.6),
        lever("reponse", 0.6, 0.7, 0.9),
        lever("demande", -0.1, 0.0, 0.1),
    )
    terrain = ground(answers=0.5)
    found = run(terrain, *levers, what=USUAL)
    monkeypatch.setattr(simulation, "_BLOCK", 100)
    again = run(terrain, *levers, what=USUAL)
    assert found.ensemble.tobytes() == again.ensemble.tobytes()
    assert found.seuls.tobytes() == again.seuls.tobytes()


def test_an_activity_opened_by_the_law_takes_the_habit_of_the_country() -> None:
    terrain = replace(ground(legal=0.0, now=0.0), usage=0.2)
    found = run(terrain, lever("ouverture", 0.5, activites=("A0",)))
    assert whole(found) == pytest.approx(4 * 3 * 100 * 0.5 * 0.2)


def test_answers_declare_what_was_avoided_in_silence() -> None:
    assert whole(run(ground(answers=0.5), lever("reponse", 0.8))) == pytest.approx(8 * 3 * 100 * 0.1 * 0.3)


def test_answers_of_some_activities_only() -> None:
    acting = lever("reponse", 0.8, activites=("A1",))
    assert whole(run(ground(answers=0.5), acting)) == pytest.approx(4 * 3 * 100 * 0.1 * 0.3)


def test_demand_moves_what_is_needed_at_the_same_practice() -> None:
    assert whole(run(ground(), lever("demande", -0.05))) == pytest.approx(-8 * 3 * 100 * 0.1 * 0.05)


def test_a_new_videoconference_avoids_a_part_and_brings_others_about() -> None:
    what = replace(PERFECT, substitution=Plage.sure(0.8), rebond=Plage.sure(0.1))
    found = run(ground(), lever("recours", 0.3), what=what)
    assert whole(found) == pytest.approx(8 * 3 * 20 * 0.8)
    assert found.nettes.sum(axis=0) == pytest.approx(8 * 3 * 20 * 0.7)


def test_units_hold_what_is_added_never_what_is_held_already() -> None:
    # One unit holds 120 a month; a juridiction needs 2 × 100 and holds 20 now.
    what = replace(PERFECT, equipements=1.0)
    assert whole(run(ground(), lever("recours", 1.0), what=what)) == pytest.approx(4 * 3 * (120 - 20))
    assert whole(run(ground(now=0.9), lever("recours", 1.0), what=what)) == pytest.approx(0.0)
    more = run(ground(), lever("recours", 1.0), lever("materiel", 1.0), what=what)
    assert whole(more) == pytest.approx(4 * 3 * (200 - 20))


NATURES = ("recours", "recours_points", "etablissements", "materiel", "ouverture", "reponse", "demande")


@st.composite
def levers(drawn: st.DrawFn) -> Levier:
    nature = drawn(st.sampled_from(NATURES))
    low, high = (-0.3, 0.5) if nature == "demande" else (0.0, 1.0)
    valeur = sorted(drawn(st.tuples(*[st.floats(low, high)] * 3)))
    return Levier(
        nature,
        Plage(*valeur),
        drawn(st.sampled_from([date(2009, 3, 1), START, date(2009, 6, 1)])),
        forme=drawn(st.sampled_from(["palier", "lineaire", "logistique"])),
        plein=date(2009, 8, 1),
        retard=Plage(0.0, 0.0, drawn(st.floats(0, 3))),
        cours=drawn(st.sampled_from([(), ("CA-0",)])),
        activites=("A0",) if nature == "ouverture" else drawn(st.sampled_from([(), ("A1",)])),
    )


grounds = st.builds(
    ground,
    now=st.floats(0, 0.6),
    legal=st.floats(0, 1),
    prisons=st.floats(0, 1),
    answers=st.floats(0, 1),
    volume=st.floats(0, 300),
)


@settings(max_examples=60)
@given(grounds, st.lists(levers(), max_size=4), st.integers(0, 3))
def test_levers_commute_and_their_steps_sum_to_the_total(
    terrain: Terrain, chosen: list[Levier], turn: int
) -> None:
    one = run(terrain, *chosen, what=USUAL, draws=16)
    two = run(terrain, *chosen[turn:], *chosen[:turn], what=USUAL, draws=16)
    assert one.ensemble.tobytes() == two.ensemble.tobytes()
    steps = one.alone(terrain.cours).sum(axis=0) + one.interaction(terrain.cours)
    assert steps == pytest.approx(whole(one), rel=1e-9, abs=1e-9)
    if len(one.leviers) == 1:
        assert one.interaction(terrain.cours) == pytest.approx(0.0, abs=1e-9)


@settings(max_examples=60)
@given(grounds, st.lists(levers(), max_size=4))
def test_ceilings_and_units_hold_in_every_draw(terrain: Terrain, chosen: list[Levier]) -> None:
    """With everyone answering and every videoconference avoiding, what is declared is what is held."""
    kept = [
        each for each in chosen if each.nature not in ("demande", "reponse", "etablissements", "ouverture")
    ]
    sure = replace(USUAL, substitution=Plage.sure(1.0))
    terrain = replace(terrain, reponse=np.ones_like(terrain.reponse))
    found = run(terrain, *kept, what=sure, draws=16)
    held = np.zeros_like(found.ensemble)
    np.add.at(held, terrain.cour, (terrain.volume * terrain.maintenant)[:, :, None])
    quality = found.tirages.hypotheses["acceptation"] * found.tirages.hypotheses["technique"]
    most = np.zeros_like(found.ensemble)
    ceiling = terrain.equipe[terrain.cour][:, None] * terrain.legale
    top = np.maximum(ceiling[:, :, None] * quality, terrain.maintenant[:, :, None])
    np.add.at(most, terrain.cour, terrain.volume[:, :, None] * top)
    assert (held + found.ensemble <= most + 1e-6).all()
    units = 1.0 + sum(each.valeur.haut for each in kept if each.nature == "materiel")
    per_unit = 120 * found.tirages.hypotheses["utilisation"] * found.tirages.hypotheses["technique"]
    # Two juridictions a cour, each as loaded as the other.
    assert (held + found.ensemble <= np.maximum(2 * units * per_unit, held) + 1e-6).all()


@settings(max_examples=40)
@given(grounds, st.lists(levers(), max_size=3))
def test_levers_worth_nothing_change_nothing_exactly(terrain: Terrain, chosen: list[Levier]) -> None:
    nothing = [replace(each, valeur=Plage.sure(0.0)) for each in chosen if each.nature not in ("recours",)]
    assert not run(terrain, *nothing, what=USUAL, draws=8).ensemble.any()


@given(levers())
@settings(max_examples=40)
def test_a_lever_known_for_sure_gives_every_draw_the_same(each: Levier) -> None:
    sure = replace(each, valeur=Plage.sure(each.valeur.probable), retard=Plage.sure(0.0))
    what = Hypotheses(
        *(
            Plage.sure(getattr(USUAL, name).probable)
            for name in ("substitution", "rebond", "acceptation", "technique", "utilisation")
        ),
        equipements=1.0,
        jours=20.0,
        creneaux=6.0,
    )
    scenario = Scenario(SINCE, (sure,))
    central = simulate(ground(), scenario, what, most_likely(scenario, what))
    drawn = run(ground(), sure, what=what, draws=8)
    assert whole(drawn) == pytest.approx(np.full(8, whole(central)[0]), abs=1e-9)


@settings(max_examples=30)
@given(st.floats(0.2, 0.4), st.floats(0.0, 0.1), st.floats(1.0, 1.8), st.floats(0.05, 0.2))
def test_a_wider_range_never_narrows_the_band(
    probable: float, below: float, wider: float, above: float
) -> None:
    """Scaled about its most likely value, and below every ceiling."""

    def band(scale: float) -> float:
        acting = lever("recours", probable - below * scale, probable, probable + above * scale)
        low, high = np.quantile(whole(run(ground(), acting, what=replace(PERFECT))), (0.1, 0.9))
        return float(high - low)

    assert band(wider) >= band(1.0) - 1e-9


def test_the_ceiling_is_a_product_within_the_bounds_of_frechet() -> None:
    vector = vectors("scenario")["ceiling"]
    product, low, high = ceiling_of(list(vector["input"].values()))
    assert product == pytest.approx(vector["product"])
    assert [low, high] == pytest.approx(vector["frechet"])


# --- The outlook under a scenario ------------------------------------------------------------------

PLAIN = Avenir((40.0, 100.0), (90.0, 400.0), 9)


def test_an_outlook_to_which_nothing_is_added_is_that_of_the_projection() -> None:
    same = AvenirSimule(PLAIN.moyennes, PLAIN.variances, 9, effets=np.zeros((2, 8)))
    assert [same.quantiles(q) for q in (0.1, 0.5, 0.9)] == [PLAIN.quantiles(q) for q in (0.1, 0.5, 0.9)]
    assert [same.quantile(q) for q in (0.025, 0.5, 0.975)] == [PLAIN.quantile(q) for q in (0.025, 0.5, 0.975)]
    assert [same.at_least(n) for n in (0, 80, 100, 150)] == [PLAIN.at_least(n) for n in (0, 80, 100, 150)]
    assert (same.moyenne, same.variance) == (PLAIN.moyenne, PLAIN.variance)


def test_a_sure_gain_moves_the_whole_outlook() -> None:
    moved = AvenirSimule(PLAIN.moyennes, PLAIN.variances, 9, effets=np.full((2, 8), 30.0))
    assert moved.quantile(0.5) == PLAIN.quantile(0.5) + 30
    assert moved.at_least(130) == pytest.approx(PLAIN.at_least(100), abs=1e-8)


def test_an_uncertain_gain_is_mixed_as_draws_would_be() -> None:
    gains = np.linspace(0.0, 80.0, 64)
    moved = AvenirSimule(PLAIN.moyennes, PLAIN.variances, 9, effets=np.stack([gains, gains]))
    law = Loi(np.full(64, 100.0), np.full(64, 400.0))
    by_hand = float(law.at_least(150 - np.ceil(gains - 1e-9)).mean())
    assert moved.at_least(150) == pytest.approx(by_hand, abs=1e-8)
    assert moved.quantile(0.9) - moved.quantile(0.1) > PLAIN.quantile(0.9) - PLAIN.quantile(0.1)


def test_draws_of_the_projection_follow_its_law() -> None:
    points = (np.arange(1024) + 0.5) / 1024
    drawn = draw_outlook(PLAIN, points)
    assert drawn.mean() == pytest.approx(100.0, rel=0.01)
    assert np.quantile(drawn, 0.9, method="inverted_cdf") == pytest.approx(PLAIN.quantile(0.9), abs=1)
