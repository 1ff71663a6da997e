from dataclasses import replace
from datetime import UTC, date, datetime
from fractions import Fraction

import polars as pl
import pytest

from analytics.trajectoire.account import Mois
from analytics.trajectoire.words.cours import months_until
from analytics.veille.control_chart import EITHER, OUTSIDE, TWO_OF_THREE, LimitesXmR, label_points
from analytics.veille.watch import Veille, expect_extractions, rebases_of, watch
from analytics.veille.words import (
    figure_of_month,
    label_chart,
    note_settings,
    tell_chance,
    tell_signal,
    title_signal,
)
from analytics.vocabulary.parameters import Parametres
from analytics.vocabulary.periods import Periode
from analytics.vocabulary.schemas import Recalages
from tests.analytics.frames import objective
from tests.analytics.vectors import vectors
from tests.banc_signaux import share_signalled

NB = "\u00a0"
DECEMBER = date(2009, 12, 1)


def plain(text: str) -> str:
    return text.replace(NB, " ")


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
    assert title_signal(told) == "En décembre, le taux ne se distingue pas de sa variation habituelle"
    figure = figure_of_month(told)
    assert figure.valeur == f"■{NB}Ne se distingue pas"
    assert figure.complement == f"de sa variation habituelle{NB}: ne pas commenter (limites d'essai)"
    texts = label_chart(told)["texte"].to_list()
    assert all(text.endswith("ne se distingue pas de sa variation habituelle") for text in texts)


def followed(parametres: Parametres, count: int) -> Veille:
    """About 5 % done, where 5 % is asked, for so many months on end."""
    ranks = [rank % 12 + 1 for rank in range(count)]
    whole = expect_extractions([month(rank, 0) for rank in ranks], Fraction(12_000), parametres)
    months = [
        replace(month(rank, round(due / 20) + (3 if order % 2 else -3)), mois=day)
        for order, (rank, due, day) in enumerate(
            zip(ranks, whole, months_until(DECEMBER, count), strict=True)
        )
    ]
    return watched(months, parametres)


def test_nothing_is_said_of_the_target_on_trial_limits(parametres: Parametres) -> None:
    trial, firm = followed(parametres, 12), followed(parametres, 24)
    assert trial.constat is not None
    assert trial.constat.essai
    assert trial.constat.assurance is None
    said = tell_signal(trial)
    assert "limites d'essai, moins de 13 mois les fondent : rien n'est encore dit de l'objectif" in plain(
        said
    )
    assert "tant que rien ne change" not in said
    assert firm.constat is not None
    assert not firm.constat.essai
    assert firm.constat.assurance == EITHER
    said = tell_signal(firm)
    assert "tant que rien ne change, l'objectif du mois est entre les limites" in plain(said)
    assert "essai" not in said


def test_which_reading_of_two_of_three_is_followed_is_said(parametres: Parametres) -> None:
    """Both published tools want three points on one side; they part on a point out of the limits."""
    facts = vectors("spc_xmr")["rule_parameter_survey"]["facts"]
    assert (
        "incl. beyond 3 sigma"
        in facts["MDC Excel single chart tool (per issues #194 #195 #202)"]["two_of_three"]
    )
    assert "2..3 sigma zone only" in facts["NHSRplotthedots 0.2.2"]["two_of_three"]
    limits = LimitesXmR(0.0, -9.0, 9.0, -6.0, 6.0)
    reglages = followed(parametres, 24).reglages
    # 10 is out of the limits, 7 near one: by the other reading, 7 would say nothing.
    assert [signal for signal, _ in label_points([1.0, 10.0, 7.0], limits, reglages)] == [
        "",
        OUTSIDE,
        TWO_OF_THREE,
    ]
    assert [signal for signal, _ in label_points([-1.0, 10.0, 7.0], limits, reglages)] == ["", OUTSIDE, ""]
    note = plain(note_settings(followed(parametres, 24), {}))
    assert "les trois du même côté de la moyenne" in note
    assert "un mois hors limites y compte, comme dans l'outil Excel de « Making Data Count »" in note
    assert "mais pas dans NHSRplotthedots 0.2.2." in note


@pytest.mark.parametrize(
    ("count", "part", "said"),
    [
        (
            37,
            "0.02",
            "Sur 37 cours suivies mois par mois, aucune ou une en moyenne montre ▲ ou ▼ par le seul hasard.",
        ),
        (
            37,
            "0.04",
            "Sur 37 cours suivies mois par mois, une ou deux en moyenne montrent ▲ ou ▼ par le seul hasard.",
        ),
        (50, "0.02", "Sur 50 cours suivies mois par mois, une en moyenne montre ▲ ou ▼ par le seul hasard."),
        (
            5,
            "0.02",
            "Si rien ne change, le hasard seul donne ▲ ou ▼ à l'une des 5 cours suivies ainsi environ un "
            "mois sur 10.",
        ),
        (
            1,
            "0.02",
            "Si rien ne change, le hasard seul donne ▲ ou ▼ à la seule cour suivie ainsi environ un mois "
            "sur 50.",
        ),
        (0, "0.02", ""),
    ],
)
def test_what_chance_alone_shows_is_counted(parametres: Parametres, count: int, part: str, said: str) -> None:
    by_month, by_quarter = followed(parametres, 24), watched([month(1, 1)], parametres)
    assert by_quarter.constat is None  # shows no icon, and is not counted
    assert plain(tell_chance([by_month] * count + [by_quarter] * 3, Fraction(part))) == said


def test_the_share_that_chance_shows_is_the_one_measured(parametres: Parametres) -> None:
    share = parametres.at("signal_hasard", DECEMBER).valeur
    measured = [
        share_signalled(3, 1_500, mean=mean, months=months, parametres=parametres)
        for mean, months in ((6.0, 24), (20.0, 18), (60.0, 12))
    ]
    # 4 500 charts: 0,2 points of chance, and one for the sizes that differ.
    assert abs(sum(measured) / 3 - float(share)) < 0.01


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
