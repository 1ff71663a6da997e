"""What every document of a settlement shares: its states, its warnings, its name, its table."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction

import dataframely as dy
import polars as pl

from analytics.decompte.compte import statut_of, write_account, write_exact
from analytics.decompte.releve import Detail, Releve
from analytics.decompte.settle import PartDue
from analytics.vocabulary.received import tell_declared_after
from analytics.vocabulary.schemas import Lots
from analytics.vocabulary.wording import long_date, typeset, unaccented

FICTIONAL = "fictives (démonstration)"
MINISTERE = "Ensemble du ministère"
_PRECISION = 6


def warn(releve: Releve, reserve: str = "") -> list[str]:
    """List what a reader must know before any figure: a hypothesis, a projection, fiction.

    `reserve`: what is said of the facts beside, as days of reception declared afterwards.
    """
    warnings: list[str] = []
    if releve.hypothetique:
        warnings.append("Hypothèse de travail, ne vaut pas décision")
    if releve.projete:
        warnings.append(f"Année incomplète : projection au-delà de {_month(releve)}")
    if releve.moment.demonstration:
        warnings.append("Données de démonstration : fictives")
    return [typeset(warning) for warning in (*warnings, *filter(None, [reserve]))]


def tell_reserve(lots: dy.DataFrame[Lots], connu_le: date | None) -> str:
    """Say of a settlement as known on a day that it rests on days of reception declared later, if it does."""
    told = "" if connu_le is None else tell_declared_after(lots, connu_le)
    return typeset(f"Situation connue le {long_date(connu_le)}. {told}") if connu_le and told else ""


def _month(releve: Releve) -> str:
    return f"{releve.periode.fin:%m/%Y}"


def vintage(releve: Releve) -> datetime:
    """Give the moment that the figures are of, so that the same figures give the same bytes."""
    day = releve.moment.connu_le or releve.periode.fin
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def tell_vintage(releve: Releve) -> str:
    """Say which data the figures rest on."""
    known = (
        "dernier lot connu"
        if releve.moment.connu_le is None
        else f"connu le {long_date(releve.moment.connu_le)}"
    )
    return typeset(f"lot {releve.moment.lot}, {known}, mois clos jusqu'à {_month(releve)}")


@dataclass(frozen=True)
class Edition:
    """Which copy of a settlement a document is: its state (of `ETATS_DECOMPTE`), and the version of Vigie.

    `numero`: that of the settlement, where it is kept.
    """

    etat: str
    logiciel: str
    numero: int | None = None


def file_name(mois: date, cour: str, *, etat: str, version: int | None, suffixe: str) -> str:
    """Name a document: « 2009-12_CA-DOUAI_decompte-provisoire_v2.pdf »; an empty `cour` is the ministry.

    A code or a state that is not plain letters and digits is made so.
    """
    whose, state = (
        "-".join(unaccented(text).split()) for text in (cour or "ministere", etat or "simulation")
    )
    numbered = "" if version is None else f"_v{version}"
    return f"{mois:%Y-%m}_{whose.upper()}_decompte-{state}{numbered}.{suffixe}"


def account_frame(releve: Releve, noms: Mapping[str, str], *, reserve: str = "") -> pl.DataFrame:
    """Lay a settlement out: the ministry, then one row a cour, each with its rule, cost and evidence.

    Quantities are rounded to six decimals, amounts are exact to the cent; absent where they have no meaning.
    """
    parts = [releve.decompte.national, *releve.decompte.cours]
    account, cout = write_account(releve), releve.cout
    rows = [
        {
            "cour": part.cour or "NATIONAL",
            "nom": noms.get(part.cour, part.cour) if part.cour else MINISTERE,
            "base": _decimal(part.base),
            "objectif": _decimal(part.objectif),
            "evitees": _decimal(part.evitees),
            "reponses_attendues": sum(detail.attendues for detail in _details(releve, part)),
            "reponses_manquantes": sum(detail.muettes for detail in _details(releve, part)),
            "non_evitees": _decimal(part.ecart),
            "excedent": _decimal(part.excedent),
            "extractions_dues": _decimal(part.du),
            "etpt": _decimal(part.etpt),
            "montant_eur": _cents(part.centimes),
            "credits_eur": _decimal(part.credits, 2),
            "part_credits": _decimal(part.part_credits),
            "interessement_etpt": _decimal(part.interessement_etpt),
            "interessement_simule_eur": _cents(part.interessement_centimes),
            "exclue": part.exclue or None,
        }
        for part in parts
    ]
    exact, money = pl.Decimal(18, _PRECISION), pl.Decimal(18, 2)
    schema: dict[str, pl.DataType | type[pl.DataType]] = dict.fromkeys(rows[0], exact)
    schema |= dict.fromkeys(("cour", "nom", "exclue"), pl.String)
    schema |= dict.fromkeys(("reponses_attendues", "reponses_manquantes"), pl.Int64)
    schema |= dict.fromkeys(("montant_eur", "credits_eur", "interessement_simule_eur"), money)
    return pl.DataFrame(rows, schema=schema).with_columns(
        mois=pl.lit(releve.periode.fin),
        regle=pl.lit(releve.bareme.id),
        lecture=pl.lit(releve.bareme.lecture),
        mode=pl.lit(releve.decompte.mode),
        statut=pl.lit(statut_of(releve)),
        cout_etpt_eur=pl.lit(None if cout is None else _decimal(cout.euros, 2), dtype=money),
        source_cout=pl.lit(None if cout is None else cout.source, dtype=pl.String),
        projete=pl.lit(releve.projete),
        lot=pl.lit(releve.moment.lot),
        connu_le=pl.lit(releve.moment.connu_le, dtype=pl.Date),
        donnees=pl.lit(FICTIONAL if releve.moment.demonstration else None, dtype=pl.String),
        reserve=pl.lit(reserve or None, dtype=pl.String),
        empreinte=pl.lit(account["empreinte"]),
    )


def _details(releve: Releve, part: PartDue) -> list[Detail]:
    return [releve.details[part.cour]] if part.cour else list(releve.details.values())


def _decimal(value: Fraction | None, digits: int = _PRECISION) -> Decimal | None:
    """Round a quantity half up, away from zero."""
    return None if value is None else Decimal(write_exact(value, digits))


def _cents(cents: int | None) -> Decimal | None:
    return None if cents is None else Decimal(cents).scaleb(-2)
