"""The account of a settlement as a machine reads it: exact numbers, its inputs, its fingerprint."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import date
from fractions import Fraction
from typing import Any

from analytics.decompte.bareme import HYPOTHESE, STATUTS, Bareme
from analytics.decompte.releve import NO_COST, Ajustement, Cout, Releve, settle_year
from analytics.decompte.settle import PartDue
from analytics.vocabulary.periods import Periode
from analytics.vocabulary.situation import Faits, Moment, Referentiel


def write_exact(value: Fraction, digits: int = 12) -> str:
    """Write a number as a decimal string: exactly where it ends, else to `digits` decimals, half up."""
    sign = "-" if value < 0 else ""
    scaled = abs(value) * 10**digits
    units = (2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator)
    whole, rest = divmod(units, 10**digits)
    decimals = f"{rest:0{digits}d}".rstrip("0")
    return f"{sign}{whole}" + (f".{decimals}" if decimals else "")


def write_cents(cents: int | None) -> str | None:
    """Write an amount of cents as euros, always with two decimals."""
    return None if cents is None else f"{cents // 100}.{cents % 100:02d}"


def write_account(releve: Releve) -> dict[str, Any]:
    """Write a settlement for a machine; `empreinte` is the SHA-256 of all the rest."""
    decompte = releve.decompte
    account: dict[str, Any] = {
        "annee": releve.annee,
        "regle": releve.bareme.id,
        "statut_regle": releve.bareme.statut,
        "lecture": releve.bareme.lecture,
        "mode": decompte.mode,
        "cout_etpt_eur": None if releve.cout is None else write_exact(releve.cout.euros),
        "source_cout": None if releve.cout is None else releve.cout.source,
        "connu_le": None if releve.moment.connu_le is None else releve.moment.connu_le.isoformat(),
        "lot": releve.moment.lot,
        "mois": f"{releve.periode.fin:%Y-%m}",
        "projete": releve.projete,
        "hypothese": releve.hypothetique,
        "raison": NO_COST if releve.cout is None else None,
        "demonstration": releve.moment.demonstration,
        "ajustements": _write_adjustments(releve),
        "national": _write_part(decompte.national),
        "cours": [
            {
                "cour": part.cour,
                **_write_part(part),
                "part_credits": None if part.part_credits is None else write_exact(part.part_credits, 6),
                "source_base": releve.details[part.cour].objectif.source,
                "exclue": part.exclue or None,
            }
            for part in decompte.cours
        ],
    }
    return {**account, "empreinte": fingerprint(account)}


def _write_adjustments(releve: Releve) -> list[dict[str, str]]:
    return [
        {"cour": each.cour, "ligne": each.ligne, "valeur": write_exact(each.valeur), "motif": each.motif}
        for detail in releve.details.values()
        for each in detail.ajustements
    ]


def _write_part(part: PartDue) -> dict[str, Any]:
    return {
        "base": write_exact(part.base),
        "objectif": write_exact(part.objectif),
        "evitees": write_exact(part.evitees),
        "non_evitees": write_exact(part.ecart),
        "excedent": write_exact(part.excedent),
        "etpt": write_exact(part.etpt),
        "montant_eur": write_cents(part.centimes),
        "interessement_etpt": None
        if part.interessement_etpt is None
        else write_exact(part.interessement_etpt),
        "interessement_simule_eur": write_cents(part.interessement_centimes),
    }


def write_json(account: Mapping[str, Any]) -> str:
    """Write an account as the terminal prints it and the page gives it, to the byte."""
    return json.dumps(account, ensure_ascii=False, indent=1) + "\n"


def canonical(document: Mapping[str, Any]) -> str:
    """Write a document so that the same content is always the same text."""
    return json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def fingerprint(document: Mapping[str, Any]) -> str:
    """Give the SHA-256 of a document written canonically."""
    return hashlib.sha256(canonical(document).encode()).hexdigest()


def write_inputs(releve: Releve) -> dict[str, Any]:
    """Write all that a settlement was computed from: enough to compute it again, years later."""
    return {
        "annee": releve.annee,
        "mois": f"{releve.periode.fin:%Y-%m}",
        "regle": releve.bareme.as_text(),
        "mode": releve.decompte.mode,
        "etpt_par_extraction": str(releve.decompte.etpt_par_extraction),
        "cout": None
        if releve.cout is None
        else {
            "euros": write_exact(releve.cout.euros),
            "source": releve.cout.source,
            "hypothese": releve.cout.hypothese,
        },
        "lot": releve.moment.lot,
        "connu_le": None if releve.moment.connu_le is None else releve.moment.connu_le.isoformat(),
        "ajustements": _write_adjustments(releve),
    }


def settle_again(
    entrees: Mapping[str, Any],
    faits: Faits,
    referentiel: Referentiel,
    *,
    demonstration: bool,
    ajouts: Sequence[Ajustement] = (),
) -> Releve:
    """Settle again from what `write_inputs` wrote, and the facts known after its lot.

    `ajouts`: figures put right since, after those that were already.
    """
    kept = [
        Ajustement(each["cour"], each["ligne"], Fraction(each["valeur"]), each["motif"])
        for each in entrees["ajustements"]
        if not any((new.cour, new.ligne) == (each["cour"], each["ligne"]) for new in ajouts)
    ]
    cout = entrees["cout"]
    return settle_year(
        faits,
        referentiel,
        Bareme.from_text(entrees["regle"]),
        periode=Periode(date.fromisoformat(f"{entrees['mois']}-01")),
        mode=entrees["mode"],
        cout=None
        if cout is None
        else Cout(Fraction(cout["euros"]), cout["source"], hypothese=cout["hypothese"]),
        ajustements=(*kept, *ajouts),
        moment=Moment(
            entrees["lot"],
            None if entrees["connu_le"] is None else date.fromisoformat(entrees["connu_le"]),
            demonstration,
        ),
    )


def write_texts(releve: Releve) -> tuple[str, str]:
    """Write what is kept of a settlement: its inputs and its result, canonically; their SHA-256 name them."""
    account = write_account(releve)
    del account["empreinte"]
    return canonical(write_inputs(releve)), canonical(account)


def statut_of(releve: Releve) -> str:
    """Say what an amount of this settlement is worth."""
    return STATUTS[HYPOTHESE] if releve.hypothetique else STATUTS[releve.bareme.statut]
