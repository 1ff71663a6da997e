"""What other rules and other hypotheses would change to a settlement, in words."""

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

import polars as pl

from analytics.decompte.bareme import INTERESSEMENTS, MODES, STATUTS, Bareme
from analytics.decompte.releve import Releve
from analytics.decompte.settle import Decompte, PartDue
from analytics.decompte.words.amounts import (
    about_etpt,
    about_euros,
    euros,
    owed_exactly,
    owed_in_round,
    write_amount,
    write_etpt,
    write_quantity,
)
from analytics.decompte.words.decompte import UNPRICED
from analytics.objectif.lectures import CHAINAGES, LECTURES
from analytics.objectif.lectures import MODES as COMPTAGES
from analytics.vocabulary import wording
from analytics.vocabulary.columns import Colonne
from analytics.vocabulary.perimetre import Savoir
from analytics.vocabulary.wording import number, percent, typeset, with_unit

# What a reader must be allowed to know to read a column; every other is of the cour chosen, or of the rule.
RULE_KNOWN = {
    "ecart": Savoir.ECART,
    "etpt": Savoir.LIGNE,
    "montant": Savoir.LIGNE,
    "interessement": Savoir.LIGNE,
}


_TOLD: dict[str, tuple[str, Callable[[Any], str]]] = {
    "lecture": ("lecture", lambda value: LECTURES[value]),
    "chainage": ("base à partir de 2010", lambda value: CHAINAGES[value]),
    "comptage": ("comptage", lambda value: COMPTAGES[value]),
    "mode": ("partage", lambda value: MODES[value]),
    "part": ("part remboursée", lambda value: percent(value, 0)),
    "seuil": ("seuil", lambda value: percent(value)),
    "plancher_eur": ("plancher", lambda value: with_unit(value, "€")),
    "plafond_credits": (
        "plafond",
        lambda value: "aucun" if value is None else f"{percent(value, 0)} des crédits vacataires",
    ),
    "volume_minimum": ("base minimale", lambda value: wording.count(value, "extraction")),
    "interessement": ("intéressement", lambda value: INTERESSEMENTS[value]),
    "interessement_part": ("part de l'intéressement", lambda value: percent(value, 0)),
    "interessement_seuil": ("seuil de l'intéressement", lambda value: percent(value, 0)),
    "interessement_plafond": (
        "plafond de l'intéressement",
        lambda value: "aucun" if value is None else f"{percent(value, 0)} de l'objectif",
    ),
}


def tell_differences(bareme: Bareme, reference: Bareme) -> str:
    """Say in French what a rule does otherwise than another one."""
    changes = [
        f"{label} : {write(getattr(bareme, name))} (au lieu de {write(getattr(reference, name))})"
        for name, (label, write) in _TOLD.items()
        if getattr(bareme, name) != getattr(reference, name)
    ]
    return typeset(" ; ".join(changes) if changes else "rien de différent")


RULE_COLUMNS = (
    Colonne("regle", "Règle"),
    Colonne("statut", "Statut"),
    Colonne("ecart", "Non évitées (ministère)", nombre=True),
    Colonne("etpt", "ETPT", nombre=True),
    Colonne("montant", "Remboursement simulé", nombre=True),
    Colonne("interessement", "Intéressement (simulation)", nombre=True),
    Colonne("cour", "La cour choisie", nombre=True),
    Colonne("differences", "Ce qui change"),
)


def compare_rules(releves: Sequence[Releve], *, cour: str) -> pl.DataFrame:
    """Set some rules side by side, the first being the one the others are compared with."""
    rows: list[tuple[str, ...]] = []
    for releve in releves:
        national = releve.decompte.national
        own = next((part for part in releve.decompte.cours if part.cour == cour), None)
        rows.append(
            (
                releve.bareme.libelle,
                STATUTS[releve.bareme.statut],
                write_quantity(releve, national.ecart),
                write_etpt(releve, national.etpt),
                write_amount(releve, national.centimes),
                "non déterminé" if national.interessement_etpt is None else _rewarded(releve, national),
                wording.NOT_AVAILABLE if own is None else _owed(releve, own),
                tell_differences(releve.bareme, releves[0].bareme)
                if releve is not releves[0]
                else "référence",
            )
        )
    return pl.DataFrame(rows, schema={colonne.nom: pl.String for colonne in RULE_COLUMNS}, orient="row")


def _owed(releve: Releve, part: PartDue) -> str:
    if releve.projete or not part.etpt:
        return owed_in_round(releve, part)
    return owed_exactly(part) if part.centimes is not None else f"{owed_exactly(part)}, {UNPRICED}"


def _rewarded(releve: Releve, part: PartDue) -> str:
    if releve.projete and part.interessement_etpt is not None:
        cents = part.interessement_centimes
        amount = "" if cents is None else f", {about_euros(cents / 100)}"
        return f"environ {about_etpt(part.interessement_etpt)}{amount}" if part.interessement_etpt else "rien"
    amount = "" if part.interessement_centimes is None else f", {euros(part.interessement_centimes)}"
    return f"{with_unit(part.interessement_etpt, 'ETPT', 4)}{amount}"


SENSITIVITY_COLUMNS = (
    Colonne("nom", "Hypothèse"),
    Colonne("texte", "Remboursement du ministère", nombre=True),
    Colonne("ecart_ecrit", "Écart au décompte affiché", nombre=True),
)


def lay_out_sensitivity(
    cases: Sequence[tuple[str, Decompte]], reference: Decompte, *, projete: bool
) -> pl.DataFrame:
    """Lay out what the ministry would owe if one hypothesis alone changed; rounded while it is projected."""
    priced = reference.cout is not None

    def measure(decompte: Decompte) -> Fraction:
        national = decompte.national
        return Fraction(national.centimes or 0, 100) if priced else national.etpt

    def write(value: Fraction, *, signed: bool = False) -> str:
        unit, digits = ("€", 0) if priced else ("ETPT", 2)
        if projete and value:
            # To the thousand of euros, or a tenth of an ETPT: the months to come allow no more.
            unit, digits, value = ("k€", 0, value / 1000) if priced else ("ETPT", 1, value)
        return number(value, digits, signed=signed) + wording.NO_BREAK_SPACE + unit

    here = measure(reference)
    return pl.DataFrame(
        [
            (nom, float(measure(case)), write(measure(case)), write(measure(case) - here, signed=True))
            for nom, case in cases
        ],
        schema={"nom": pl.String, "valeur": pl.Float64, "texte": pl.String, "ecart_ecrit": pl.String},
        orient="row",
    )


def title_sensitivity(frame: pl.DataFrame) -> str:
    """Say between which amounts the hypotheses lead, one at a time; `frame`: `lay_out_sensitivity`."""
    if not any(frame["valeur"]):
        return "Aucune hypothèse, seule, ne fait rembourser quoi que ce soit au ministère"
    first, *_, last = frame.sort("valeur", maintain_order=True)["texte"]
    return typeset(f"Selon l'hypothèse, le ministère rembourserait de {first} à {last}")
