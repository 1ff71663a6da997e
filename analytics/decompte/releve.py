"""The account of a year under one rule: what is settled of each cour, from which figures, and its evidence.

Before the year is complete it rests on the projection, and says so. What is written for a machine holds exact
numbers as decimal strings, in an order that never changes, so that its SHA-256 is that of the figures.
"""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from typing import Any, Protocol

import dataframely as dy
import polars as pl

from analytics.decompte.bareme import ECART_PROPRE, HYPOTHESE, MUTUALISE, STATUTS, Bareme
from analytics.decompte.settle import Compte, Decompte, Part, settle
from analytics.objectif.objective import Objectif, Periode, Regle, etpt_per_extraction
from analytics.objectif.profile import MONTHS_IN_YEAR, TWELFTHS
from analytics.projection.outlook import Perspectives
from analytics.trajectoire.country import Connus, Pays, survey
from analytics.trajectoire.position import Mois
from analytics.vocabulary.errors import UserFacingError
from analytics.vocabulary.parameters import Parametres
from analytics.vocabulary.schemas import Activites, CreditsVacataires
from analytics.vocabulary.wording import typeset

NO_COST = (
    "Le coût d'un ETPT n'est pas dans le texte et aucun n'est donné : le décompte s'arrête aux ETPT. "
    "Donnez un coût et sa source."
)
# What a contest may put right, by the line of the statement.
BASE, OBJECTIF, EVITEES = "base", "objectif", "evitees"
CONTESTABLES = {
    BASE: "Base d'extractions",
    OBJECTIF: "Objectif de l'année",
    EVITEES: "Extractions évitées retenues",
}


@dataclass(frozen=True)
class Cout:
    """The euros that one ETPT costs, and where that comes from; `hypothese`: no text gives it."""

    euros: Fraction
    source: str
    hypothese: bool = True


@dataclass(frozen=True)
class Ajustement:
    """A figure put right after a contest: `ligne` is one of `CONTESTABLES`."""

    cour: str
    ligne: str
    valeur: Fraction
    motif: str


def is_far(retenue: Fraction, proposee: Fraction, part: Fraction) -> bool:
    """Tell whether a figure proposed is so far from the one retained that someone must confirm it."""
    return abs(proposee - retenue) > part * abs(retenue)


@dataclass(frozen=True)
class Detail:
    """What stands behind the figures of one cour.

    `mois`: those of the year that are known; `projetees`: what the months to come are taken to add, 0 when
    the year is complete.
    """

    objectif: Objectif
    mois: tuple[Mois, ...]
    projetees: int
    ajustements: tuple[Ajustement, ...]

    @property
    def muettes(self) -> int:
        """Count the answers that did not come."""
        return sum(month.attendues - month.repondues for month in self.mois)

    @property
    def attendues(self) -> int:
        """Count the answers expected."""
        return sum(month.attendues for month in self.mois)


@dataclass(frozen=True)
class Releve:
    """A settlement with all it rests on; `autre` is the same in the other mode.

    `projete`: the year is not complete. `sans_base`: the cours that have no objective, and are left out.
    `reference`: the extractions of each cour before the practice. `perspectives`: what the months to come are
    projected from; written nowhere.
    """

    annee: int
    periode: Periode
    bareme: Bareme
    cout: Cout | None
    decompte: Decompte
    autre: Decompte
    details: Mapping[str, Detail]
    projete: bool
    sans_base: tuple[str, ...]
    reference: Mapping[str, Fraction]
    lot: int
    connu_le: date | None
    demonstration: bool
    perspectives: Perspectives | None = None

    def is_unheard(self, part: Part) -> bool:
        """Tell whether, of an open year, a cour's juridictions have said nothing: nothing to project."""
        heard = self.details.get(part.cour)
        return self.projete and heard is not None and not any(month.repondues for month in heard.mois)

    @property
    def hypothetique(self) -> bool:
        """Tell whether any amount here rests on a working hypothesis: its rule, its cost or its base."""
        return (
            self.bareme.hypothetique
            or (self.cout is not None and self.cout.hypothese)
            or any(
                detail.objectif.illustratif or detail.objectif.hypothese for detail in self.details.values()
            )
        )


def regle_of(bareme: Bareme) -> Regle:
    """Give the reading, the chaining and the counting of a rule; the year is settled whole."""
    return Regle(lecture=bareme.lecture, chainage=bareme.chainage, mode=bareme.comptage, profil=TWELFTHS)


def find_rule(baremes: Sequence[Bareme], name: str, annee: int) -> Bareme:
    """Find a rule by its name, in force that year; say in French what is wrong otherwise."""
    found = [bareme for bareme in baremes if bareme.id == name]
    if not found:
        known = ", ".join(sorted(bareme.id for bareme in baremes))
        raise UserFacingError(typeset(f"La règle « {name} » n'existe pas. Règles connues : {known}."))
    in_force = [bareme for bareme in found if bareme.in_force(annee)]
    if not in_force:
        raise UserFacingError(
            typeset(
                f"La règle « {name} » n'est pas en vigueur en {annee} : elle l'est du "
                f"{found[0].valide_du:%d/%m/%Y}"
                + (f" au {found[0].valide_au:%d/%m/%Y}." if found[0].valide_au else ".")
            )
        )
    return in_force[-1]


def read_cost(text: str) -> Fraction:
    """Read the euro cost of an ETPT as someone typed it: « 56600 », « 56 600,50 »; never negative."""
    cleaned = "".join(text.replace("€", "").split()).replace(",", ".")
    if (
        not cleaned
        or not all(c in "0123456789." for c in cleaned)
        or cleaned.count(".") > 1
        or cleaned == "."
    ):
        raise UserFacingError(
            typeset(f"Le coût d'un ETPT « {text} » n'est pas un nombre positif. Écrivez par exemple 56600.")
        )
    return Fraction(cleaned)


class Comptables(Connus, Protocol):
    """The facts that a settlement rests on, all the cours, as known at one moment."""

    @property
    def credits(self) -> dy.DataFrame[CreditsVacataires]: ...  # noqa: D102 - its type says it


def settle_year(
    faits: Comptables,
    attendues: Callable[[date, date], pl.DataFrame],
    bareme: Bareme,
    *,
    periode: Periode,
    mode: str | None,
    cout: Cout | None,
    ajustements: Sequence[Ajustement],
    activites: dy.DataFrame[Activites],
    cle: pl.DataFrame,
    lot: int,
    connu_le: date | None,
    demonstration: bool,
    parametres: Parametres,
) -> Releve:
    """Gather a year under one rule, and settle it; the arguments are those of `survey` and `draw_up`.

    The credits are those of the year after (circular, p. 2: « en début d'année 2010, sur leur crédits
    vacataires »).
    """
    if not bareme.in_force(periode.annee):
        raise UserFacingError(typeset(f"La règle « {bareme.id} » n'est pas en vigueur en {periode.annee}."))
    pays = survey(
        faits,
        attendues,
        activites=activites,
        cle=cle,
        regle=regle_of(bareme),
        periode=periode,
        parametres=parametres,
    )
    rows = faits.credits.filter(pl.col("annee") == periode.annee + 1).select("cour", "credits_eur")
    return draw_up(
        pays,
        bareme,
        mode=mode,
        cout=cout,
        credits_eur={cour: Fraction(amount) for cour, amount in rows.iter_rows()},
        ajustements=ajustements,
        lot=lot,
        connu_le=connu_le,
        demonstration=demonstration,
        parametres=parametres,
    )


def draw_up(
    pays: Pays,
    bareme: Bareme,
    *,
    mode: str | None,
    cout: Cout | None,
    credits_eur: Mapping[str, Fraction],
    ajustements: Sequence[Ajustement],
    lot: int,
    connu_le: date | None,
    demonstration: bool,
    parametres: Parametres,
) -> Releve:
    """Settle the year of `pays`, gathered under `regle_of(bareme)`.

    `credits_eur`: the crédits vacataires on which each cour answers.
    """
    exigence, periode = pays.exigence, pays.periode
    if exigence.taux is None or not exigence.bases:
        raise UserFacingError(
            f"{periode.annee} n'a pas de base ou pas d'objectif : aucun décompte n'est possible."
        )
    details: dict[str, Detail] = {}
    comptes: list[Compte] = []
    for cour, base in sorted(exigence.bases.items()):
        if not base.extractions:
            raise UserFacingError(
                f"La base de {cour} pour {periode.annee} est de 0 extraction : corrigez-la d'abord."
            )
        detail, compte = _account(pays, cour, bareme, credits_eur.get(cour), ajustements)
        details[cour] = detail
        comptes.append(compte)
    chosen = mode or bareme.mode
    first, second = (
        settle(
            comptes,
            bareme,
            mode=name,
            cout=cout.euros if cout else None,
            etpt_par_extraction=etpt_per_extraction(parametres, periode.debut),
        )
        for name in (chosen, ECART_PROPRE if chosen == MUTUALISE else MUTUALISE)
    )
    return Releve(
        annee=periode.annee,
        periode=periode,
        bareme=bareme,
        cout=cout,
        decompte=first,
        autre=second,
        details=details,
        projete=periode.mois_ecoules < MONTHS_IN_YEAR,
        sans_base=tuple(sorted(set(pays.mois) - set(exigence.bases))),
        reference={cour: base.extractions for cour, base in pays.reference.items()},
        lot=lot,
        connu_le=connu_le,
        demonstration=demonstration,
        perspectives=pays.perspectives,
    )


def _account(
    pays: Pays,
    cour: str,
    bareme: Bareme,
    credits_eur: Fraction | None,
    ajustements: Sequence[Ajustement],
) -> tuple[Detail, Compte]:
    objectif = pays.exigence.of([cour], ensemble=False)
    if objectif is None:
        raise UserFacingError(f"{cour} n'a pas d'objectif en {pays.periode.annee}.")
    year = tuple(
        month for month in pays.mois.get(cour, ()) if pays.periode.debut <= month.mois <= pays.periode.fin
    )
    own = tuple(each for each in ajustements if each.cour == cour)
    put_right = {each.ligne: each.valeur for each in own}
    if BASE in put_right:
        # The rate applies to the base put right, unless the objective was set or is put right too.
        objectif = replace(objectif, base=put_right[BASE])
    counted, to_come = _counted(pays, cour, bareme, objectif, year)
    detail = Detail(objectif=objectif, mois=year, projetees=to_come, ajustements=own)
    return detail, Compte(
        cour=cour,
        base=objectif.base,
        objectif=put_right.get(OBJECTIF, objectif.annuel),
        evitees=put_right.get(EVITEES, counted),
        credits=credits_eur,
    )


def _counted(
    pays: Pays, cour: str, bareme: Bareme, objectif: Objectif, year: Sequence[Mois]
) -> tuple[Fraction, int]:
    """Give what the reading counts of a whole year, and how much of it is projected."""
    declared = sum(month.evitees for month in year)
    ahead = pays.perspectives.of([cour]) if pays.perspectives else None
    to_come = ahead.quantile(0.5) if ahead is not None else 0
    match bareme.lecture:
        case "B":
            if objectif.niveau is None:
                raise UserFacingError(
                    "La lecture B déduit le niveau de 2008, qui n'est pas importé pour toutes les cours : "
                    "importez les niveaux annuels."
                )
            return Fraction(declared + to_come) - objectif.niveau, to_come
        case "C":
            executed = [month.executees for month in year if month.executees is not None]
            if len(executed) < MONTHS_IN_YEAR:
                raise UserFacingError(
                    "La lecture C compte les extractions exécutées selon l'Intérieur : il faut les douze "
                    f"mois de {pays.periode.annee} pour toutes les cours ({cour} n'en a que {len(executed)})."
                )
            return objectif.base - sum(executed), 0
        case _:
            return Fraction(declared + to_come), to_come


# --- For a machine --------------------------------------------------------------------------------


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
        "connu_le": None if releve.connu_le is None else releve.connu_le.isoformat(),
        "lot": releve.lot,
        "mois": f"{releve.periode.fin:%Y-%m}",
        "projete": releve.projete,
        "hypothese": releve.hypothetique,
        "raison": NO_COST if releve.cout is None else None,
        "demonstration": releve.demonstration,
        "ajustements": [
            {"cour": each.cour, "ligne": each.ligne, "valeur": write_exact(each.valeur), "motif": each.motif}
            for detail in releve.details.values()
            for each in detail.ajustements
        ],
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


def _write_part(part: Part) -> dict[str, Any]:
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
        "lot": releve.lot,
        "connu_le": None if releve.connu_le is None else releve.connu_le.isoformat(),
        "ajustements": [
            {"cour": each.cour, "ligne": each.ligne, "valeur": write_exact(each.valeur), "motif": each.motif}
            for detail in releve.details.values()
            for each in detail.ajustements
        ],
    }


def settle_again(
    entrees: Mapping[str, Any],
    faits: Comptables,
    attendues: Callable[[date, date], pl.DataFrame],
    *,
    activites: dy.DataFrame[Activites],
    cle: pl.DataFrame,
    demonstration: bool,
    parametres: Parametres,
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
        attendues,
        Bareme.from_text(entrees["regle"]),
        periode=Periode(date.fromisoformat(f"{entrees['mois']}-01")),
        mode=entrees["mode"],
        cout=None
        if cout is None
        else Cout(Fraction(cout["euros"]), cout["source"], hypothese=cout["hypothese"]),
        ajustements=(*kept, *ajouts),
        activites=activites,
        cle=cle,
        lot=entrees["lot"],
        connu_le=None if entrees["connu_le"] is None else date.fromisoformat(entrees["connu_le"]),
        demonstration=demonstration,
        parametres=parametres,
    )


def write_texts(releve: Releve) -> tuple[str, str]:
    """Write what is kept of a settlement: its inputs and its result, canonically; their SHA-256 name them."""
    account = write_account(releve)
    del account["empreinte"]
    return canonical(write_inputs(releve)), canonical(account)


def statut_of(releve: Releve) -> str:
    """Say what an amount of this settlement is worth."""
    return STATUTS[HYPOTHESE] if releve.hypothetique else STATUTS[releve.bareme.statut]
