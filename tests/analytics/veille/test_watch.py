from datetime import UTC, date, datetime
from fractions import Fraction

import polars as pl

from analytics.trajectoire.account import Mois
from analytics.veille.control_chart import OUTSIDE
from analytics.veille.watch import Veille, expect_extractions, rebases_of, watch
from analytics.veille.words import figure_of_month, note_settings, tell_signal, title_signal
from analytics.vocabulary.parameters import Parametres
from analytics.vocabulary.periods import Periode
from analytics.vocabulary.schemas import Recalages
from tests.analytics.frames import objective

NB = "\u00a0"


def month(rank: int, evitees: int, *, repondues: int = 10) -> Mois:
    return Mois(date(2009, rank, 1), evitees, evitees, evitees, 10, repondues, None)


def watched(
    months: list[Mois], parametres: Parametres, *, base: Fraction | None = Fraction(12_000)
) -> Veille:
    return watch(
        months,
        base=base,
        objectif=objective(12_000),
        recalages=[],
        periode=Periode(months[-1].mois),
        parametres=parametres,
    )


def test_a_silent_month_expects_nothing_and_august_little(parametres: Parametres) -> None:
    months = [month(7, 5), month(8, 5), month(9, 5, repondues=5), month(10, 0, repondues=0)]
    july, august, september, october = expect_extractions(months, Fraction(12_000), parametres)
    assert august < july / Fraction(3, 2)
    assert september < july
    assert october == 0


def test_what_follows_the_season_is_ordinary(parametres: Parametres) -> None:
    whole = expect_extractions([month(rank, 0) for rank in range(1, 13)], Fraction(12_000), parametres)
    months = [month(rank, round(due / 20) + (3 if rank % 2 else -3)) for rank, due in enumerate(whole, 1)]
    told = watched(months, parametres)
    assert told.constat is not None
    assert told.constat.signal == ""
    assert told.constat.assurance == "incertain"  # 5 % is asked, about 5 % is done
    assert title_signal(told) == "Variation habituelle en décembre, pour un mois isolé"
    assert "limites d'essai" in tell_signal(told)  # twelve months
    assert figure_of_month(told).valeur == f"■{NB}Variation habituelle"


def test_a_month_far_above_stands_out(parametres: Parametres) -> None:
    told = watched(
        [*(month(rank, 48 + rank % 3) for rank in range(1, 12) if rank != 8), month(12, 400)], parametres
    )
    assert told.constat is not None
    assert (told.constat.signal, told.constat.sens) == (OUTSIDE, 1)
    assert title_signal(told) == f"Amélioration en décembre{NB}: ce mois dépasse la limite haute"
    assert "2,66" in note_settings(told, {date(2009, 6, 1): ("Deux équipements livrés", "A. Martin")})
    assert f"Recalée en juin{NB}2009{NB}: Deux équipements livrés (A. Martin)" in note_settings(
        told, {date(2009, 6, 1): ("Deux équipements livrés", "A. Martin")}
    )


def test_small_counts_are_followed_by_quarter_and_it_is_said(parametres: Parametres) -> None:
    told = watched([month(rank, rank % 3) for rank in range(1, 7)], parametres)
    assert told.carte is None
    assert told.trimestres is not None
    assert "Le suivi est donc trimestriel" in tell_signal(told)
    assert note_settings(told, {}) == ""
    unknown = watched([month(rank, 50) for rank in range(1, 7)], parametres, base=None)
    assert "Sans base" in tell_signal(unknown)


def test_nobody_ever_answered(parametres: Parametres) -> None:
    told = watched([month(1, 0, repondues=0)], parametres)
    assert told.moyenne is None
    assert title_signal(told) == "Aucun mois répondu"
    assert "Aucun mois" in tell_signal(told)


def test_the_last_word_on_a_new_start_wins() -> None:
    known = datetime(2009, 9, 1, tzinfo=UTC)
    rows = [
        (1, known, "A", "CA-1", date(2009, 3, 1), "équipement", False),
        (2, known, "B", "CA-1", date(2009, 5, 1), "greffe", False),
        (3, known, "C", "CA-1", date(2009, 3, 1), "équipement", True),
        (4, known, "D", "CA-2", date(2009, 4, 1), "autre cour", False),
    ]
    frame = Recalages.validate(pl.DataFrame(rows, schema=Recalages.create_empty().schema, orient="row"))
    assert rebases_of(frame, "CA-1") == {date(2009, 5, 1): ("greffe", "B")}
