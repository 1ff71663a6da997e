"""Small frames that tests build by hand."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from fractions import Fraction
from typing import TypeVar

import dataframely as dy
import polars as pl

from analytics.objectif.base_et_taux import Base, find_bases
from analytics.objectif.lectures import USUAL_RULE, Regle
from analytics.objectif.objective import Exigence, Objectif, require
from analytics.objectif.profile import Profil, spread_year
from analytics.vocabulary.parameters import Parametres
from analytics.vocabulary.schemas import (
    AgregatActivite,
    BaseAnnuelle,
    Interieur,
    Lots,
    NiveauAnnuel,
    ObjectifFixe,
    TotalJuridiction,
)
from analytics.vocabulary.situation import Faits
from data.reference import load_parameters

Lignes = TypeVar("Lignes", bound=dy.Schema)


def rows_of(schema: type[Lignes], rows: Iterable[object]) -> dy.DataFrame[Lignes]:
    """Rows in the order of the columns of a schema, or by their names."""
    return schema.validate(pl.DataFrame(list(rows), schema=schema.create_empty().schema, orient="row"))


def total(
    mois: date,
    juridiction: str,
    cour: str,
    evitees: int,
    *,
    visio: int | None = None,
    lots: tuple[int, int] = (1, 1),
) -> Mapping[str, object]:
    return {
        "mois": mois,
        "juridiction": juridiction,
        "cour": cour,
        "cellules": 1,
        "visioconferences": evitees if visio is None else visio,
        "extractions_evitees": evitees,
        "evitees_objectif": evitees,
        "premier_lot": lots[0],
        "dernier_lot": lots[1],
    }


def totals(rows: Iterable[Mapping[str, object]]) -> dy.DataFrame[TotalJuridiction]:
    return rows_of(TotalJuridiction, rows)


def expected(rows: Iterable[tuple[date, str, str]], kind: str = "TGI") -> pl.DataFrame:
    """Rows of (mois, juridiction, cour) expected to answer."""
    return pl.DataFrame(
        [(mois, juridiction, cour, kind) for mois, juridiction, cour in rows],
        schema={"mois": pl.Date, "juridiction": pl.String, "cour": pl.String, "type": pl.String},
        orient="row",
    )


def aggregate(rows: Iterable[tuple[date, str, str, int, int]]) -> dy.DataFrame[AgregatActivite]:
    """Rows of (mois, cour, activite, visioconferences, extractions_evitees)."""
    return rows_of(
        AgregatActivite,
        [(mois, cour, activite, 1, visio, evitees) for mois, cour, activite, visio, evitees in rows],
    )


def bases(rows: Iterable[tuple[int, str, int, str]]) -> dy.DataFrame[BaseAnnuelle]:
    return rows_of(BaseAnnuelle, rows)


def executed(annee: int, cour: str, by_month: int, months: int = 12) -> dy.DataFrame[Interieur]:
    return rows_of(
        Interieur,
        [(date(annee, rang, 1), cour, "police", by_month, by_month) for rang in range(1, months + 1)],
    )


NO_BASE = BaseAnnuelle.create_empty()
NO_COUNT = Interieur.create_empty()
NOTHING_AVOIDED = pl.DataFrame(schema={"annee": pl.Int64, "cour": pl.String, "evitees": pl.Int64})
KEY = pl.DataFrame({"cour": ["CA-1", "CA-2"], "extractions": [100_000, 55_000]})


def find(
    annee: int,
    parametres: Parametres,
    *,
    chainage: str = USUAL_RULE.chainage,
    loaded: dy.DataFrame[BaseAnnuelle] = NO_BASE,
    interieur: dy.DataFrame[Interieur] = NO_COUNT,
    evitees: pl.DataFrame = NOTHING_AVOIDED,
    cle: pl.DataFrame = KEY,
) -> dict[str, Base]:
    return find_bases(
        annee,
        chainage=chainage,
        bases=loaded,
        interieur=interieur,
        evitees=evitees,
        cle=cle,
        parametres=parametres,
    )


def twelfths(parametres: Parametres) -> Profil:
    return spread_year("douziemes", 2009, evitees_avant={}, parametres=parametres)


def objective(base: int, annee: int = 2009) -> Objectif:
    """5 % of a base, a twelfth a month."""
    return Objectif(
        annee,
        Fraction(base),
        Fraction(1, 20),
        "Circulaire",
        illustratif=False,
        hypothese=False,
        profil=twelfths(load_parameters()),
    )


def demand(
    annee: int,
    parametres: Parametres,
    *,
    regle: Regle = USUAL_RULE,
    loaded: dy.DataFrame[BaseAnnuelle] = NO_BASE,
    interieur: dy.DataFrame[Interieur] = NO_COUNT,
    niveaux: Mapping[str, int] | None = None,
    fixes: Mapping[str, int] | None = None,
    evitees: pl.DataFrame = NOTHING_AVOIDED,
    cle: pl.DataFrame = KEY,
) -> Exigence:
    """What a year asks; `niveaux` are of 2008, `fixes` of the year itself."""
    return require(
        annee,
        Faits(
            bases=loaded,
            interieur=interieur,
            niveaux=rows_of(
                NiveauAnnuel, [(2008, cour, count, "Enquête 2008") for cour, count in (niveaux or {}).items()]
            ),
            objectifs=rows_of(
                ObjectifFixe,
                [(annee, cour, count, "Note du 2 mars 2009") for cour, count in (fixes or {}).items()],
            ),
        ),
        regle=regle,
        profil=spread_year(regle.profil, annee, evitees_avant={}, parametres=parametres),
        evitees=evitees,
        cle=cle,
        parametres=parametres,
    )


def avoided(annee: int, **counts: int) -> pl.DataFrame:
    """What each cour (CA_1 for CA-1) avoided in a year."""
    return pl.DataFrame(
        [(annee, cour.replace("_", "-"), count) for cour, count in counts.items()],
        schema=NOTHING_AVOIDED.schema,
        orient="row",
    )


def cours(states: dict[str, str]) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "cour": list(states),
            "etat": list(states.values()),
            "objectif": [1.0] * len(states),
            "atteinte": [0.5] * len(states),
        }
    )


def lots(*moments: datetime, origine: str = "questionnaire") -> dy.DataFrame[Lots]:
    """The history of writes: the first lot, then those that follow, each with its moment."""
    said = {"nature": "declarations", "origine": origine, "auteur": "A", "fichier": "f.csv"}
    counted = dict.fromkeys(("lues", "acceptees", "inchangees", "refusees", "non_reponses", "alertes"), 0)
    rows = [
        {"lot": number, "connu_le": moment, "sha256": "0" * 64, "forme": "longue", **said, **counted}
        for number, moment in enumerate(moments, start=1)
    ]
    return rows_of(Lots, rows)
