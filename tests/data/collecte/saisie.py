"""What the tests of this folder share: samples, lines typed in a test, and one way to judge them."""

from datetime import date, datetime
from pathlib import Path

import polars as pl

from data.collecte.importer import Examen, examine
from data.collecte.judging.judge import Jugement, judge
from data.collecte.reading.read import Lecture, Limites, read_file
from data.reference import load_parameters, load_reference, load_referentiel
from data.store.store import Store

SAMPLES = Path(__file__).parent / "echantillons"
LIMITES = Limites(octets=20_000_000)
TODAY = date(2012, 6, 15)
HEADER = "mois;juridiction;activite;visioconferences;extractions_evitees"
EMPTY_HISTORY = pl.DataFrame(
    schema={
        "mois": pl.Date,
        "juridiction": pl.String,
        "activite": pl.String,
        "visioconferences": pl.Int64,
        "extractions_evitees": pl.Int64,
    }
)


def reading(content: bytes, fichier: str = "essai.csv", limites: Limites = LIMITES) -> Lecture:
    """Read a file as an import does."""
    return read_file(content, fichier, limites=limites)


def judging(
    content: bytes | Lecture,
    *,
    historique: pl.DataFrame = EMPTY_HISTORY,
    today: date = TODAY,
    rejets_connus: frozenset[int] = frozenset(),
    dernier_mois: date | None = None,
) -> Jugement:
    """Read and judge a file as an import does."""
    return judge(
        reading(content) if isinstance(content, bytes) else content,
        reference=load_reference(),
        parametres=load_parameters(),
        historique=historique,
        today=today,
        rejets_connus=rejets_connus,
        dernier_mois=dernier_mois,
    )


def examined(
    store: Store,
    content: bytes,
    moment: datetime,
    *,
    auteur: str = "A",
    recu_le: date | None = None,
    retablir: bool = False,
) -> Examen:
    """Examine a file as an import does, at a moment."""
    found = examine(
        store,
        content,
        "f.csv",
        load_referentiel(),
        limites=Limites(octets=1_000_000),
        clock=lambda: moment,
        recu_le=recu_le,
    ).signed(auteur)
    return found.restored(store) if retablir else found


def lines(*typed: str, header: str = HEADER) -> bytes:
    """Give the bytes of a CSV: its header, then lines as typed."""
    return "\n".join([header, *typed]).encode()


def sample(name: str) -> bytes:
    """Give the bytes of a sample."""
    return (SAMPLES / name).read_bytes()


def history(*cells: tuple[date, str, str, int | None, int | None]) -> pl.DataFrame:
    """Give cells already known."""
    return pl.DataFrame(list(cells), schema=EMPTY_HISTORY.schema, orient="row")


def accounted_for(jugement: Jugement) -> bool:
    """Tell whether each line read is in exactly one of the four."""
    parts = (jugement.acceptees, jugement.rejets, jugement.non_reponses, jugement.repetees)
    return jugement.lues == sum(part.height for part in parts)
