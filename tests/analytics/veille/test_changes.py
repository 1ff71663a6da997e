from collections.abc import Mapping
from datetime import date

import dataframely as dy
import polars as pl
import pytest

from analytics.veille.changes import Changement, tell_changes
from analytics.veille.control_chart import SHIFT, Constat
from analytics.veille.departures import (
    EXPECTED,
    FALL,
    NO_PAST,
    OTHER_ANSWERS,
    RISE,
    EcartDuMois,
    judge_cours,
)
from analytics.vocabulary.parameters import Parametres
from tests.analytics.frames import expected, total, totals

MONTHS = [date(2009, rank, 1) for rank in range(1, 8)]
NOMS = {
    "CA-DOUAI": "Douai",
    "TSA-MAMOUDZOU": "TSA de Mamoudzou",
    "TGI-LILLE": "TGI de Lille",
    "TPI-MAMOUDZOU": "TPI de Mamoudzou",
}
STABLE = "Aucune cour ne s'écarte nettement de ce qu'on attendait d'elle en juillet 2009"

# What one month of a cour was found to be: state, months judged, avoided, expected, deviation, chart.
Trouve = tuple[str, int, int, float, float, int | None]

QUIET: Trouve = (EXPECTED, 1, 9, 9.0, 0.0, 0)


def found(rows: Mapping[str, Trouve]) -> dy.DataFrame[EcartDuMois]:
    return EcartDuMois.validate(
        pl.DataFrame(
            [(cour, *row) for cour, row in rows.items()],
            schema=EcartDuMois.create_empty().schema,
            orient="row",
        )
    )


def changes(
    parametres: Parametres,
    rows: Mapping[str, Trouve],
    *,
    alertes: int = 0,
    silent: tuple[str, ...] = (),
    mois: date = MONTHS[-1],
) -> tuple[Changement, ...]:
    courts = {"CA-DOUAI": "TGI-LILLE", "TSA-MAMOUDZOU": "TPI-MAMOUDZOU"}
    known = totals(
        [
            total(month, court, cour, 9)
            for cour, court in courts.items()
            for month in MONTHS
            if not (court in silent and month == MONTHS[-1])
        ]
    )
    return tell_changes(
        found(rows),
        mois=mois,
        mensuel=known.group_by("mois", "cour").agg(pl.col("evitees_objectif").sum()),
        totaux=known,
        attendues=expected([(month, court, cour) for cour, court in courts.items() for month in MONTHS]),
        alertes=alertes,
        noms=NOMS,
        parametres=parametres,
    )


def plain(told: tuple[Changement, ...]) -> list[str]:
    return [change.phrase.replace("\u00a0", " ") for change in told]


def tell(parametres: Parametres, rows: Mapping[str, Trouve]) -> list[str]:
    return plain(changes(parametres, rows))


def test_tells_the_rise_the_fall_and_the_silence_in_grammatical_french(parametres: Parametres) -> None:
    rows: dict[str, Trouve] = {
        "CA-DOUAI": (RISE, 2, 45, 22.4, 4.1, 1),
        "TSA-MAMOUDZOU": (FALL, 1, 1, 8.25, -3.3, 0),
    }
    told = plain(changes(parametres, rows, alertes=1, silent=("TPI-MAMOUDZOU",)))
    assert told == [
        "Hausse à Douai : 45 extractions évitées en juin et juillet 2009, quand ses mois précédents et les "
        "autres cours en laissaient attendre 22 (signalé aussi par la carte de contrôle).",
        "Baisse au TSA de Mamoudzou : 1 extraction évitée en juillet 2009, quand ses mois précédents et les "
        "autres cours en laissaient attendre 8,3 (la carte de contrôle n'en dit rien).",
        "1 juridiction qui répondait depuis au moins 2 mois n'a rien déclaré pour juillet 2009 : "
        "TPI de Mamoudzou.",
        "1 donnée de juillet 2009 paraît étonnante et reste à vérifier.",
    ]


@pytest.mark.parametrize(
    ("chart", "said"),
    [
        (1, "(signalé aussi par la carte de contrôle)"),
        (0, "(la carte de contrôle n'en dit rien)"),
        (-1, "(la carte de contrôle signale au contraire une dégradation)"),
        (None, "(sans carte de contrôle)"),
    ],
)
def test_what_the_control_chart_says_of_a_rise(parametres: Parametres, chart: int | None, said: str) -> None:
    told = tell(parametres, {"CA-DOUAI": (RISE, 1, 45, 22.4, 4.1, chart)})
    assert said in told[0]
    assert told[0].count("carte de contrôle") == 1


def test_two_months_judged_as_one_name_both_years(parametres: Parametres) -> None:
    told = [
        change.phrase.replace("\u00a0", " ")
        for change in changes(parametres, {"CA-DOUAI": (RISE, 2, 45, 22.4, 4.1, None)}, mois=date(2009, 1, 1))
    ]
    assert "45 extractions évitées en décembre 2008 et janvier 2009" in told[0]


def test_the_others_that_leave_are_counted_and_named(parametres: Parametres) -> None:
    rows = {f"CA-{rank}": (RISE, 1, 90, 40.0, 4.0 + rank, 0) for rank in range(3)}
    told = tell(parametres, rows)
    assert told[0].startswith("Hausse à CA-2 ")
    assert told[1] == (
        "2 autres cours s'écartent aussi de ce qu'on attendait d'elles en juillet 2009 : CA-0 et CA-1."
    )
    alone = tell(parametres, {name: rows[name] for name in ("CA-0", "CA-1")})
    assert alone[1] == ("1 autre cour s'écarte aussi de ce qu'on attendait d'elle en juillet 2009 : CA-0.")
    one = tell(parametres, {"CA-0": rows["CA-0"]})
    assert not any("autre cour " in each or STABLE in each for each in one)


def test_a_quiet_month_still_says_three_things(parametres: Parametres) -> None:
    told = tell(parametres, dict.fromkeys(("CA-DOUAI", "TSA-MAMOUDZOU"), QUIET))
    assert told == [
        f"{STABLE}.",
        "18 extractions évitées en juillet 2009, contre 18 en juin 2009.",
        "100,0 % des juridictions ont répondu pour juillet 2009 (0,0 pt en un mois).",
    ]


def test_cours_that_were_not_judged_are_counted_beside_it(parametres: Parametres) -> None:
    rows: dict[str, Trouve] = {
        "A": (EXPECTED, 1, 9, 9.0, 0.0, 0),
        "B": (NO_PAST, 1, 9, 9.0, 0.0, 0),
        "C": (OTHER_ANSWERS, 1, 0, 9.0, 0.0, 0),
    }
    assert tell(parametres, rows)[0] == (
        f"{STABLE} ; 2 cours non jugées (trop peu de mois passés, ou réponses inhabituelles)."
    )
    assert tell(parametres, {name: rows[name] for name in "AB"})[0] == (
        f"{STABLE} ; 1 cour non jugée (trop peu de mois passés)."
    )
    assert tell(parametres, {name: rows[name] for name in "AC"})[0] == (
        f"{STABLE} ; 1 cour non jugée (réponses inhabituelles)."
    )
    # Where none was judged, nothing is said of what none did.
    assert not any("Aucune cour" in each for each in tell(parametres, {"B": rows["B"]}))


def test_each_change_leads_to_a_view(parametres: Parametres) -> None:
    told = changes(parametres, {"CA-DOUAI": (RISE, 1, 45, 22.4, 4.1, 1)}, alertes=3)
    assert told[0].page == "cour"
    assert told[0].requete == (("cour", "CA-DOUAI"),)
    assert {change.nature: change.page for change in told}["alertes"] == "collecte"


# --- From declared months to what is told ------------------------------------------------------------

YEAR = [date(2009, rank, 1) for rank in range(1, 13)]
COURS = tuple(f"CA-{rank:02d}" for rank in range(12))


def judged(
    parametres: Parametres,
    counts: Mapping[tuple[str, int], int | None],
    *,
    cours: tuple[str, ...] = COURS,
    first: int = 1,
    constats: Mapping[str, Constat | None] | None = None,
) -> pl.DataFrame:
    """Two juridictions a cour, of 60 and 20 avoided in a month of the season; some are told otherwise."""
    seasons = [float(parametres.at(f"saison_{mois.month:02d}", mois).valeur) for mois in YEAR]
    middle = sum(seasons) / 12
    rows = [
        (mois, f"{cour}-{name}", cour, counts.get((f"{cour}-{name}", mois.month), usual))
        for cour in cours
        for mois in YEAR[first - 1 :]
        for name, usual in (("TGI", round(60 * seasons[mois.month - 1] / middle)), ("TI", 20))
    ]
    return judge_cours(
        totals([total(mois, court, cour, came) for mois, court, cour, came in rows if came is not None]),
        expected([(mois, court, cour) for mois, court, cour, _ in rows]),
        mois=YEAR[-1],
        constats=constats or {},
        parametres=parametres,
    )


def state_of(ecarts: pl.DataFrame, cour: str) -> str:
    return str(ecarts.filter(cour=cour)["etat"].item())


def test_where_nothing_moves_nothing_is_told(parametres: Parametres) -> None:
    assert set(judged(parametres, {})["etat"]) == {EXPECTED}


def test_one_that_leaves_its_own_level_is_told_and_no_other(parametres: Parametres) -> None:
    ecarts = judged(parametres, {("CA-03-TGI", 12): 150, ("CA-05-TGI", 12): 2, ("CA-05-TI", 12): 1})
    assert {cour: state_of(ecarts, cour) for cour in COURS} == {
        **dict.fromkeys(COURS, EXPECTED),
        "CA-03": RISE,
        "CA-05": FALL,
    }
    row = ecarts.filter(cour="CA-03").row(0, named=True)
    assert (row["mois_juges"], row["evitees"]) == (1, 170)
    assert 70 < row["attendues"] < 90
    assert row["carte"] is None


def test_what_everybody_does_is_told_of_nobody(parametres: Parametres) -> None:
    doubled = {
        (f"{cour}-{name}", 12): 2 * usual for cour in COURS for name, usual in (("TGI", 55), ("TI", 20))
    }
    assert set(judged(parametres, doubled)["etat"]) == {EXPECTED}


def test_two_months_each_too_little_are_told_as_one(parametres: Parametres) -> None:
    risen = {("CA-03-TI", 11): 45, ("CA-03-TI", 12): 45}
    row = judged(parametres, risen).filter(cour="CA-03").row(0, named=True)
    assert (row["etat"], row["mois_juges"]) == (RISE, 2)
    last = judged(parametres, {("CA-03-TI", 12): 45})
    assert state_of(last, "CA-03") == EXPECTED


def test_who_answers_is_not_a_change_of_practice(parametres: Parametres) -> None:
    # The one that weighs most is silent: told by its silence, whatever the count.
    assert state_of(judged(parametres, {("CA-03-TGI", 12): None}), "CA-03") == OTHER_ANSWERS
    # It is silent all along but for this month.
    back = {("CA-03-TGI", rank): None for rank in range(1, 12)}
    assert state_of(judged(parametres, back), "CA-03") == OTHER_ANSWERS
    # Another that avoids next to nothing is silent: what remains is judged, and is as expected.
    small = {("CA-03-TI", rank): 2 for rank in range(1, 12)} | {("CA-03-TI", 12): None}
    assert state_of(judged(parametres, small), "CA-03") == EXPECTED
    # Nobody answered at all.
    nobody = {("CA-03-TGI", 12): None, ("CA-03-TI", 12): None}
    assert state_of(judged(parametres, nobody), "CA-03") == OTHER_ANSWERS


def test_a_cour_without_past_is_not_judged(parametres: Parametres) -> None:
    new = {("CA-03-" + name, rank): None for name in ("TGI", "TI") for rank in range(1, 10)}
    assert state_of(judged(parametres, new), "CA-03") == NO_PAST
    enough = {("CA-03-" + name, rank): None for name in ("TGI", "TI") for rank in range(1, 9)}
    assert state_of(judged(parametres, enough), "CA-03") == EXPECTED
    assert set(judged(parametres, {}, first=10)["etat"]) == {NO_PAST}
    assert set(judged(parametres, {}, first=12)["etat"]) == {NO_PAST}


def test_the_chart_counts_only_where_it_speaks_of_that_month(parametres: Parametres) -> None:
    told = Constat(YEAR[-1], SHIFT, -1, None, essai=False, derniers=7, connus=12)
    late = Constat(YEAR[-2], SHIFT, -1, None, essai=False, derniers=7, connus=12)
    ecarts = judged(parametres, {}, constats={"CA-00": told, "CA-01": late, "CA-02": None})
    assert ecarts.sort("cour")["carte"].to_list()[:4] == [-1, None, None, None]


def test_a_cour_alone_is_set_against_its_own_past(parametres: Parametres) -> None:
    assert state_of(judged(parametres, {}, cours=("CA-00",)), "CA-00") == EXPECTED
    alone = judged(parametres, {("CA-00-TGI", 12): 300}, cours=("CA-00",))
    assert state_of(alone, "CA-00") == RISE
