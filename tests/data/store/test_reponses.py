"""Answers given on screen: kept with their text, never over what the screen did not show."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256

import pytest

from analytics.vocabulary.errors import UserFacingError
from analytics.vocabulary.perimetre import NATIONAL, Perimetre
from analytics.vocabulary.schemas import DEMO, ON_SCREEN, Reponse
from data.store.reponses import OvertakenError
from data.store.store import Entree, Store
from tests.data.store.test_store import entree, figures
from tests.outils.ensemble import at_once

MARCH, FEBRUARY = date(2009, 3, 1), date(2009, 2, 1)
T0 = datetime(2009, 4, 7, 8, tzinfo=UTC)
DOUAI, LYON = Perimetre.of(["CA-DOUAI"]), Perimetre.of(["CA-LYON"])


def answer(
    visio: int, *, auteur: str = "Greffe", vu: Mapping[str, int] | None = None, perimetre: Perimetre = DOUAI
) -> tuple[Entree, Reponse]:
    contenu = f"{auteur};{visio}"
    lot = replace(
        entree((MARCH, "TGI-LILLE", "JAP", visio, 2), sha=sha256(contenu.encode()).hexdigest()),
        auteur=auteur,
        origine=ON_SCREEN,
    )
    return lot, Reponse(perimetre, MARCH, "TGI-LILLE", contenu, vu or {})


def give(store: Store, visio: int, **options: object) -> int | None:
    lot, reponse = answer(visio, **options)  # pyright: ignore[reportArgumentType] - passed on as they are
    return store.record(lot, connu_le=T0, reponse=reponse).lot


def test_an_answer_is_kept_with_its_text_for_whom_it_concerns(store: Store) -> None:
    assert give(store, 4) == 1
    found = store.reponses().validated(DOUAI, 1)
    assert found is not None
    assert (found.mois, found.juridiction, found.auteur, found.connu_le) == (MARCH, "TGI-LILLE", "Greffe", T0)
    assert sha256(found.contenu.encode()).hexdigest() == found.empreinte
    assert not found.fictive
    assert store.reponses().validated(LYON, 1) is None
    assert store.reponses().validated(NATIONAL, 2) is None
    cells = store.reponses().cells(DOUAI, juridiction="TGI-LILLE", du=FEBRUARY, au=MARCH)
    assert cells.select("activite", "visioconferences", "extractions_evitees", "lot", "auteur").row(0) == (
        "JAP",
        4,
        2,
        1,
        "Greffe",
    )
    assert store.reponses().cells(LYON, juridiction="TGI-LILLE", du=FEBRUARY, au=MARCH).is_empty()
    assert store.reponses().cells(DOUAI, juridiction="TGI-LILLE", du=FEBRUARY, au=FEBRUARY).is_empty()


def test_who_answered_elsewhere_is_not_told(store: Store) -> None:
    give(store, 4)
    store.record(entree((MARCH, "TGI-LYON", "JAP", 1, 0), sha="2" * 64), connu_le=T0)
    assert store.lots(NATIONAL)["lot"].to_list() == [2, 1]
    assert store.lots(DOUAI)["lot"].to_list() == [2, 1]
    # An import speaks of many cours; an answer, of one.
    assert store.lots(LYON)["lot"].to_list() == [2]


def test_nothing_is_written_over_what_was_not_shown(store: Store) -> None:
    give(store, 4, auteur="A")
    # Neither seen at all, nor seen as it was before.
    for vu in ({}, {"JAP": 7}, {"JAP": 1, "TAP": 1}):
        with pytest.raises(OvertakenError, match="rien n'a été enregistré"):
            give(store, 6, auteur="B", vu=vu)
    assert store.etat().lot == 1
    assert give(store, 6, auteur="B", vu={"JAP": 1}) == 2
    # A gave way to B; the figures of A again, once those of B were read, are taken too.
    assert give(store, 4, auteur="A encore", vu={"JAP": 2}) == 3
    assert figures(store)["TGI-LILLE", "JAP"] == (4, 2)
    # A withdrawal is a change like another.
    store.record(entree((MARCH, "TGI-LILLE", "JAP", None, None), sha="3" * 64), connu_le=T0)
    with pytest.raises(OvertakenError):
        give(store, 9, vu={"JAP": 3})


def test_the_same_figures_make_no_lot_and_no_receipt(store: Store) -> None:
    give(store, 4, auteur="A")
    assert give(store, 4, auteur="B", vu={"JAP": 1}) is None
    assert store.reponses().validated(NATIONAL, 2) is None


def test_an_answer_is_given_by_whom_it_concerns(store: Store) -> None:
    with pytest.raises(UserFacingError, match="pas de celles qui vous sont ouvertes"):
        give(store, 4, perimetre=LYON)
    lot, reponse = answer(4, perimetre=NATIONAL)
    with pytest.raises(UserFacingError, match="n'est pas en vigueur"):
        store.record(lot, connu_le=T0, reponse=replace(reponse, juridiction="TGI-NULLE-PART"))
    assert store.etat().lot == 0


def test_fiction_is_taken_by_a_demonstration_only(store: Store) -> None:
    lot, reponse = answer(4)
    with pytest.raises(UserFacingError, match="démonstration"):
        store.record(replace(lot, origine=DEMO), connu_le=T0, reponse=reponse)
    store.record_demo([(replace(lot, origine=DEMO, sha256="4" * 64), T0)])
    with pytest.raises(UserFacingError, match="démonstration"):
        store.record(lot, connu_le=T0, reponse=replace(reponse, vu={"JAP": 1}))
    other, again = answer(5, vu={"JAP": 1})
    written = store.record(replace(other, origine=DEMO), connu_le=T0 + timedelta(days=1), reponse=again)
    found = store.reponses().validated(DOUAI, written.lot or 0)
    assert found is not None
    assert found.fictive
    store.empty_demo()
    assert store.reponses().validated(NATIONAL, written.lot or 0) is None


def test_of_two_people_at_once_one_alone_answers(two_stores: tuple[Store, Store]) -> None:
    """Both had read an empty month; each has its own connections."""

    def validate(store: Store, auteur: str, visio: int) -> str:
        try:
            return f"{auteur} {give(store, visio, auteur=auteur)}"
        except OvertakenError:
            return "overtaken"

    told = at_once(validate, (two_stores[0], "A", 4), (two_stores[1], "B", 6))
    (winner,) = [each for each in told if each != "overtaken"]
    assert len(told) == 2
    found = two_stores[0].reponses().validated(NATIONAL, 1)
    assert found is not None
    assert winner == f"{found.auteur} 1"
    assert figures(two_stores[1])["TGI-LILLE", "JAP"] == ((4, 2) if found.auteur == "A" else (6, 2))
    assert two_stores[0].etat().lot == 1
