from dataclasses import replace

import polars as pl
import pytest

from analytics.couverture.coverage import Couverture, share_bounds
from analytics.couverture.words.coverage import mention, note_on_total, since_january, tell_coverage

NB, NARROW = "\u00a0", "\u202f"
KNOWN = Couverture(
    attendues=1_000,
    repondues=712,
    part_volume=0.843,
    declarees=412,
    estimees=480,
    bas=455,
    haut=508,
    borne_haute=1_560,
    au_prorata=False,
)
COMPLETE = replace(KNOWN, repondues=1_000, estimees=412, bas=412, haut=412, borne_haute=412)
UNKNOWN = replace(
    KNOWN, repondues=0, declarees=0, part_volume=None, estimees=None, bas=None, haut=None, borne_haute=None
)


def test_one_line_says_on_what_a_total_rests() -> None:
    said = f"412{NB}déclarées · 71{NB}% des réponses attendues · entre 412 et 1{NARROW}560"
    assert tell_coverage(KNOWN, fourchette=False) == said
    assert tell_coverage(KNOWN, fourchette=True) == f"{said} · estimées 480 (455 à 508, 8 fois sur 10)"


def test_when_every_answer_came_there_is_no_range() -> None:
    said = f"412{NB}déclarées · 100{NB}% des réponses attendues"
    assert tell_coverage(COMPLETE, fourchette=False) == tell_coverage(COMPLETE, fourchette=True) == said


def test_when_nobody_ever_answered_there_is_no_upper_bound() -> None:
    assert tell_coverage(UNKNOWN, fourchette=True) == f"aucune réponse reçue sur 1{NARROW}000"
    bounded = replace(UNKNOWN, borne_haute=12)
    told = tell_coverage(bounded, fourchette=False)
    assert told == f"aucune réponse reçue sur 1{NARROW}000 · sans doute 12 au plus"
    none_due = replace(UNKNOWN, attendues=0)
    assert "aucune réponse attendue" in tell_coverage(none_due, fourchette=False)


@pytest.mark.parametrize(("answers", "shown"), [(999, "99"), (996, "99"), (4, "1"), (1, "1"), (1_000, "100")])
def test_all_and_none_are_said_of_all_and_none_only(answers: int, shown: str) -> None:
    told = tell_coverage(replace(KNOWN, repondues=answers), fourchette=False)
    assert f"· {shown}{NB}% des réponses attendues" in told


def test_a_group_of_activities_says_how_its_bound_is_shared() -> None:
    told = tell_coverage(replace(KNOWN, au_prorata=True), fourchette=False)
    assert told.endswith(f"entre 412 et 1{NARROW}560, au prorata")


def test_the_note_of_a_page_adds_what_the_answers_weigh() -> None:
    note = note_on_total(KNOWN, fourchette=False)
    assert note.startswith(f"Depuis janvier{NB}: 412{NB}déclarées")
    assert note.endswith(f"84{NB}% du volume habituel.")
    assert "volume" not in note_on_total(UNKNOWN, fourchette=False)


def test_a_file_carries_the_coverage_of_its_total() -> None:
    strict, ranged = mention(KNOWN, fourchette=False), mention(KNOWN, fourchette=True)
    assert strict.colonnes["couverture"] == strict.texte == ranged.colonnes["couverture"]
    assert (strict.colonnes["total_borne_basse"], strict.colonnes["total_borne_haute"]) == ("412", "1560")
    assert "total_estime" not in strict.colonnes
    assert ranged.colonnes["total_estime"] == "480"
    assert mention(UNKNOWN, fourchette=True).colonnes["total_estime"] == "n.d."
    assert since_january(strict).texte == f"Depuis janvier{NB}: {strict.texte}"
    assert since_january(strict).colonnes == strict.colonnes


def test_an_activity_takes_its_share_of_the_bound() -> None:
    rows = pl.DataFrame({"compte_objectif": [True, True, False], "extractions_evitees": [309, 103, 7]})
    assert share_bounds(rows, KNOWN)["borne_haute"].to_list() == [1_170, 390, None]  # 3/4 and 1/4 of 1 148
    assert share_bounds(rows, UNKNOWN)["borne_haute"].null_count() == 3
