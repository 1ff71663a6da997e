"""Revisions seen as such: what changes, what a file brought again no longer decides, and what goes back."""

from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest

from analytics.vocabulary.perimetre import NATIONAL
from data.collecte.importer import Examen, report, summary, tell_revisions
from data.store.store import Ecriture, Store
from tests.data.collecte.saisie import HEADER, examined

NOW = datetime(2010, 1, 4, 9, tzinfo=UTC)
V1 = "03/2009;TGI-LILLE;JAP;12;3\n03/2009;TGI-LILLE;INSTRUCTION;40;10\n"
V2 = "03/2009;TGI-LILLE;JAP;15;4\n"
GONE = "03/2009;TGI-LILLE;JAP;retrait;retrait\n"
Bring = Callable[..., tuple[Examen, Ecriture]]


@pytest.fixture
def bring(store: Store) -> Bring:
    def brought(
        lines: str, *, end: str = "\n", recu_le: date | None = None, retablir: bool = False
    ) -> tuple[Examen, Ecriture]:
        content = f"{HEADER}\n{lines}".replace("\n", end).encode()
        examen = examined(store, content, NOW, recu_le=recu_le, retablir=retablir)
        written = store.record(examen.entree, connu_le=NOW)
        # What was announced is what was done.
        foreseen = examen.prevision
        assert (foreseen.acceptees, foreseen.inchangees, foreseen.refus) == (
            written.acceptees,
            written.inchangees,
            written.refus,
        )
        assert foreseen.depassees.equals(written.depassees)
        return examen, written

    return brought


def values(store: Store) -> dict[str, tuple[int, int]]:
    rows = store.declarations(NATIONAL)
    return {
        row["activite"]: (row["visioconferences"], row["extractions_evitees"])
        for row in rows.iter_rows(named=True)
    }


def returns(examen: Examen) -> list[tuple[int, str]]:
    found = examen.entree.alertes.filter(regle="valeur_reprise")
    return [
        (line, text.replace("\u202f", " ").replace("\xa0", " "))
        for line, text in found.select("ligne", "message").iter_rows()
    ]


def spoken(examen: Examen) -> list[str]:
    return [
        text.replace("\u202f", " ").replace("\xa0", " ")
        for text in tell_revisions(examen.prevision, shown=20)
    ]


def test_a_corrected_cell_is_listed_old_and_new(store: Store, bring: Bring) -> None:
    assert spoken(bring(V1)[0]) == []
    examen, written = bring(V2)
    assert (written.lot, written.acceptees, written.inchangees) == (2, 1, 0)
    assert spoken(examen) == ["Corrigées : mars 2009 TGI-LILLE JAP : 12/3 → 15/4."]
    assert "1\u00a0acceptée, dont 1\u00a0corrigée" in summary(examen, written)
    assert returns(examen) == []
    assert report(examen, written)["corrigees"] == [
        {
            "mois": "2009-03-01",
            "juridiction": "TGI-LILLE",
            "activite": "JAP",
            "avant": "12/3",
            "apres": "15/4",
            "deja_remplacee": False,
        }
    ]


def test_the_same_file_after_a_correction_changes_nothing_and_says_so_truly(
    store: Store, bring: Bring
) -> None:
    bring(V1)
    bring(V2)
    examen, written = bring(V1)
    assert (written.lot, written.acceptees, written.inchangees) == (None, 0, 1)
    assert spoken(examen) == [
        "Déjà importé le 4 janvier 2010 ; 1 cellule a été corrigée depuis : "
        "mars 2009 TGI-LILLE JAP : 12/3 → 15/4."
    ]
    assert values(store) == {"JAP": (15, 4), "INSTRUCTION": (40, 10)}
    assert store.etat().lot == 2
    # On purpose, it is put back, and the return is questioned.
    examen, written = bring(V1, retablir=True)
    assert (written.lot, written.acceptees, written.inchangees) == (3, 1, 1)
    assert values(store) == {"JAP": (12, 3), "INSTRUCTION": (40, 10)}
    assert [line for line, _ in returns(examen)] == [2]
    assert spoken(examen) == [
        "Déjà importé le 4 janvier 2010.",
        "Corrigées : mars 2009 TGI-LILLE JAP : 15/4 → 12/3.",
    ]
    # The correction is now what is overtaken.
    examen, written = bring(V2)
    assert (written.lot, written.depassees.select("avant", "apres").rows()) == (None, [("15/4", "12/3")])


def test_what_a_file_only_repeated_is_not_undone_either(store: Store, bring: Bring) -> None:
    """JAP stood at 12/3 before V1 came: V1 wrote nothing of it, and brought again after V2 still does not."""
    bring("03/2009;TGI-LILLE;JAP;12;3\n03/2009;TGI-LYON;CIVIL;8;0\n")
    bring(V1)
    bring(V2)
    _, written = bring(V1)
    assert written.lot is None
    assert values(store)["JAP"] == (15, 4)
    assert written.depassees.select("activite").to_series().to_list() == ["JAP"]
    _, restored = bring(V1, retablir=True)
    assert restored.acceptees == 1
    # And V2 does not come back either, once V1 was put back on purpose.
    _, again = bring(V2)
    assert again.lot is None
    assert again.depassees.height == 1


def test_the_same_file_with_nothing_corrected_says_only_when(store: Store, bring: Bring) -> None:
    bring(V1)
    examen, written = bring(V1)
    assert (written.lot, written.acceptees, written.inchangees) == (None, 0, 2)
    assert spoken(examen) == ["Déjà importé le 4 janvier 2010 ; rien n'en a été corrigé depuis."]


def test_other_bytes_go_back_to_a_replaced_value_with_a_question(store: Store, bring: Bring) -> None:
    bring(V1)
    bring(V2)
    examen, written = bring(V1, end="\r\n")
    assert (written.lot, written.acceptees, written.inchangees) == (3, 1, 1)
    assert values(store) == {"JAP": (12, 3), "INSTRUCTION": (40, 10)}
    assert returns(examen) == [
        (2, "15/4 redevient 12/3, valeur déjà remplacée une fois : est-ce voulu, ou un ancien fichier ?")
    ]
    assert store.alertes(NATIONAL).filter(regle="valeur_reprise")["lot"].to_list() == [3]


def test_after_a_withdrawal(store: Store, bring: Bring) -> None:
    bring(V1)
    examen, written = bring(GONE)
    assert spoken(examen) == ["Corrigées : mars 2009 TGI-LILLE JAP : 12/3 → retirée."]
    examen, written = bring(V1)
    assert (written.lot, written.inchangees) == (None, 1)
    assert spoken(examen)[0].endswith("mars 2009 TGI-LILLE JAP : 12/3 → retirée.")
    assert values(store) == {"INSTRUCTION": (40, 10)}
    examen, written = bring(V1, end="\r\n")
    assert (written.lot, written.acceptees, written.inchangees) == (3, 1, 1)
    assert spoken(examen) == ["Corrigées : mars 2009 TGI-LILLE JAP : retirée → 12/3."]
    assert len(returns(examen)) == 1


def test_withdrawing_twice_or_what_was_never_said_changes_nothing(store: Store, bring: Bring) -> None:
    bring(GONE)
    assert store.etat().lot == 0
    bring(V1)
    bring(GONE)
    examen, written = bring(GONE, end="\r\n")
    assert (written.lot, written.acceptees, written.inchangees) == (None, 0, 1)
    assert spoken(examen) == []


def test_a_new_value_is_no_return_and_a_new_cell_no_correction(store: Store, bring: Bring) -> None:
    bring(V1)
    bring(V2)
    examen, written = bring("03/2009;TGI-LILLE;JAP;16;4\n03/2009;TGI-DOUAI;JAP;12;3\n")
    assert (written.acceptees, written.corrigees.height) == (2, 1)
    assert returns(examen) == []


def test_a_file_received_before_is_compared_with_what_was_known_then(store: Store, bring: Bring) -> None:
    bring(V2, recu_le=date(2009, 6, 1))
    examen, written = bring(V1, recu_le=date(2009, 4, 9))
    assert (written.acceptees, written.corrigees.height, written.depassees.height) == (2, 0, 0)
    assert values(store)["JAP"] == (15, 4)
    # Brought again without a day, it was corrected since.
    examen, written = bring(V1)
    assert (written.lot, written.depassees.select("avant", "apres").rows()) == (None, [("12/3", "15/4")])
    assert returns(examen) == []
