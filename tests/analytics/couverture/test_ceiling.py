from dataclasses import dataclass, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from analytics.couverture.ceiling import ENOUGH, cap_silence

KINDS = ("TGI", "CA", "TPI")


@dataclass(frozen=True)
class Monde:
    """What was declared, by whom, in months of uneven weight."""

    evitees: NDArray[np.float64]
    saison: NDArray[np.float64]
    repondu: NDArray[np.bool_]
    en_vigueur: NDArray[np.bool_]
    types: tuple[str, ...]

    def caps(self) -> NDArray[np.float64]:
        return cap_silence(
            self.evitees, self.saison, self.repondu, self.en_vigueur, self.types, self.trimestres
        )

    @property
    def trimestres(self) -> list[int]:
        return [rank // 3 for rank in range(self.saison.size)]


@st.composite
def worlds(draw: st.DrawFn) -> Monde:
    units, months = draw(st.integers(1, 7)), draw(st.integers(1, 9))
    generator = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    shape = (units, months)
    repondu = generator.random(shape) < draw(st.sampled_from([0.1, 0.5, 0.9]))
    return Monde(
        evitees=np.where(repondu, generator.poisson(generator.lognormal(1.0, 1.0, (units, 1)), shape), 0.0),
        saison=generator.uniform(0.6, 1.4, months),
        repondu=repondu,
        en_vigueur=generator.random(shape) < 0.85,
        types=tuple(generator.choice(KINDS, units).tolist()),
    )


@settings(max_examples=300, deadline=None)
@given(monde=worlds(), chosen=st.integers(0, 10**6), share=st.sampled_from([0.0, 0.4, 1.0]))
def test_an_answer_under_its_ceiling_raises_no_ceiling(monde: Monde, chosen: int, share: float) -> None:
    """So that what silence leaves open shrinks by that ceiling at least."""
    before = monde.caps()
    silent = np.argwhere(monde.en_vigueur & ~monde.repondu)
    if not silent.size:
        assert not before.any()
        return
    place = tuple(silent[chosen % len(silent)])
    repondu, evitees = monde.repondu.copy(), monde.evitees.copy()
    repondu[place], evitees[place] = True, share * before[place]
    after = replace(monde, repondu=repondu, evitees=evitees).caps()
    assert after[place] == 0
    assert (after <= before + 1e-9).all()
    assert after.sum() <= before.sum() - before[place] + 1e-9


@given(monde=worlds())
def test_only_who_is_in_force_and_silent_has_a_ceiling(monde: Monde) -> None:
    caps = monde.caps()
    assert (caps >= 0).all()
    assert not caps[~monde.en_vigueur | monde.repondu].any()
    assert not replace(monde, repondu=np.ones_like(monde.repondu)).caps().any()


def caps_of(
    evitees: list[list[float]], *, types: tuple[str, ...] | None = None, by_quarter: bool = False
) -> NDArray[np.float64]:
    """Bound months of the same weight, all in force, of one quarter or not; a negative count is a silence."""
    counts = np.array(evitees)
    in_force = np.ones_like(counts, dtype=np.bool_)
    return cap_silence(
        np.maximum(counts, 0.0),
        np.ones(len(evitees[0])),
        counts >= 0,
        in_force,
        types or ("TGI",) * len(evitees),
        [rank // 3 if by_quarter else 0 for rank in range(len(evitees[0]))],
    )


def test_who_answered_often_is_held_to_its_own_record() -> None:
    own = [2.0, 0.0, 3.0, 1.0, 2.0, 2.0][:ENOUGH]
    caps = caps_of([[*own, -1.0], [30.0] * (ENOUGH + 1)])
    assert caps[0, -1] == 3


def test_who_hardly_answered_may_also_do_as_its_like() -> None:
    """Twenty records 1 to 20: 85 % of them never exceed 17; who went higher keeps its own."""
    others = [[float(rank), float(rank)] for rank in range(1, 21)]
    assert caps_of([*others, [-1.0, -1.0]])[-1].tolist() == [17, 17]
    modest = caps_of([*others[:-1], [0.0, 20.0], [1.0, -1.0]])
    assert modest[-1, -1] == 17  # with its own among twenty-one, the eighteenth
    assert caps_of([*others[:-1], [20.0, -1.0]])[-1, -1] == 20


def test_a_type_that_never_answered_is_held_to_the_highest_of_the_others() -> None:
    caps = caps_of([[4.0], [9.0], [-1.0], [-1.0]], types=("TGI", "CA", "TPI", "TGI"))
    assert caps[:, 0].tolist() == [0, 0, 9, 4]


def test_the_weight_of_the_month_is_taken_out_and_put_back() -> None:
    caps = cap_silence(
        np.array([[10.0, 0.0]]),
        np.array([1.25, 0.5]),
        np.array([[True, False]]),
        np.ones((1, 2), dtype=np.bool_),
        ["TGI"],
        [0, 0],
    )
    assert caps[0].tolist() == pytest.approx([0.0, 4.0])


def test_a_practice_that_grows_does_not_raise_the_quarters_before() -> None:
    caps = caps_of([[1.0, -1.0, 1.0, 4.0, -1.0, 9.0, -1.0]], by_quarter=True)
    assert caps[0].tolist() == [0, 1, 0, 0, 9, 0, 9]


def test_the_record_of_its_like_never_falls() -> None:
    """One that answers low from the second quarter on does not lower what its like may do."""
    caps = caps_of(
        [[8.0, -1.0, -1.0, -1.0], [-1.0, -1.0, -1.0, 1.0], [-1.0, -1.0, -1.0, -1.0]],
        types=("TGI", "CA", "CA"),
        by_quarter=True,
    )
    assert caps[2].tolist() == [8, 8, 8, 8]


def test_nobody_ever_answered() -> None:
    assert not caps_of([[-1.0, -1.0], [-1.0, -1.0]]).any()
