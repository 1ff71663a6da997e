"""What leaves the store can come back, and says what was known."""

from datetime import UTC, date, datetime, timedelta

import polars as pl

from analytics.documents.table import write_table
from analytics.vocabulary.perimetre import NATIONAL
from analytics.vocabulary.schemas import REJETS_SCHEMA
from data.exports import exported
from data.store.store import Ecriture, Entree, Store
from tests.data.collecte.saisie import examined
from tests.data.store.test_store import entree as accepted

T0 = datetime(2009, 3, 10, 12, tzinfo=UTC)
HEADER = "mois;juridiction;activite;visioconferences;extractions_evitees"
FIELDS = HEADER.split(";")


def entree(*textes: str) -> Entree:
    """Give a lot of refused lines, as an import judged them."""
    refused = pl.DataFrame(
        [
            {"ligne": ligne, "regle": "mois_illisible", "motif": "?", "texte": texte}
            for ligne, texte in enumerate(textes, 2)
        ],
        schema=REJETS_SCHEMA,
    )
    return accepted(rejets=refused)


def imported(store: Store, content: bytes, *, day: datetime = T0) -> tuple[Ecriture, pl.DataFrame]:
    """Import a file; give what became of it, and its refused lines."""
    examen = examined(store, content, day, auteur="Statisticien")
    return store.record(examen.entree, connu_le=day), examen.jugement.rejets


def sent_back(store: Store) -> tuple[Ecriture, pl.DataFrame]:
    """Import the quarantine untouched."""
    return imported(store, write_table(exported(store, "rejets"), "csv", sheet="Rejets"))


def test_quarantine_sent_back_untouched_is_refused_whole_and_says_nothing_new(store: Store) -> None:
    typed = [
        "2009-03,TGI-LILLE,JAP,40,0,12,0",
        '2009-01,TGI-LILLE,JAP,4,2,"a\nb"',
        "2009-02,TGI-LILLE,JAP,4,,2",
        f"13/2009,TGI-LILLE,{'x' * 3_000},4,2",
        "13/2009," + '"' + '""' * 900 + ',\n","' + "y;" * 900 + '",4,2',
        "2009-03,TGI-LILLE,TAP,3,8",
        "2009-04,TGI-LILLE,TAP,3",
    ]
    first, _ = imported(store, "\n".join([HEADER.replace(";", ","), *typed]).encode())
    assert first.lot == 1
    for shape in ("csv", "xlsx", "ods"):
        content = write_table(exported(store, "rejets"), shape, sheet="Rejets")
        ecriture, refused = imported(store, content)
        assert (ecriture.lot, ecriture.acceptees, refused.height) == (None, 0, len(typed))
    assert exported(store, "rejets").height == len(typed)


def test_any_text_kept_is_laid_out_and_its_surplus_refused_again(store: Store) -> None:
    textes = (
        "2009-03;TGI-LILLE;JAP;40;0;12;0",
        "2009-01;TGI-LILLE;JAP;4;2;a\nb",
        "2009-02;TGI-LILLE;JAP;4;2;a\rb",
        '13/2009;TGI-LILLE;"jamais fermé;4;2',
        "13/2009;TGI-LILLE;JAP;4;2",
    )
    store.record(entree(*textes), connu_le=T0)
    lines = exported(store, "rejets").select(FIELDS).rows()
    assert [row[-1] for row in lines] == ["0 ; 12 ; 0", "2 ; a ; b", "2 ; a ; b", "", "2"]
    assert lines[3] == ("13/2009", "TGI-LILLE", "jamais fermé;4;2", "", "")
    ecriture, refused = sent_back(store)
    assert (ecriture.acceptees, refused.height) == (0, len(textes))


def test_quarantine_of_a_day_holds_what_was_corrected_later(store: Store) -> None:
    imported(store, f"{HEADER}\n13/2009;TGI-LILLE;JAP;4;2\n2009-01;TGI-LILLE;JAP;4;9".encode())
    (number,) = exported(store, "rejets").filter(pl.col("mois") == "13/2009")["rejet"]
    later = T0 + timedelta(days=30)
    correction = f"rejet;{HEADER}\n{number};2009-02;TGI-LILLE;JAP;4;2"
    assert imported(store, correction.encode(), day=later)[0].lot == 2

    def months(connu_le: date | None) -> list[str]:
        return sorted(exported(store, "rejets", connu_le=connu_le)["mois"])

    assert months(T0.date()) == ["13/2009", "2009-01"]
    assert months(later.date()) == months(None) == ["2009-01"]
    assert months(T0.date() - timedelta(days=1)) == []
    assert store.rejets(NATIONAL).height == 1
