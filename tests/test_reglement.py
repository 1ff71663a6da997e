"""The law, case by case: each file of `tests/reglement` is a worked example that a jurist can redo by hand.

It holds a sentence of what it shows, the passage of the text, the inputs, the arithmetic in comments, and
what the product must find: exact numbers, as texts (« 127/15500 »). A key that no one reads is an error.
"""

import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import dataframely as dy
import polars as pl
import pytest

from analytics.collecte.calendar import campaign_of
from analytics.decompte.bareme import Bareme
from analytics.decompte.releve import Cout, Releve, settle_year
from analytics.decompte.settle import Compte, Decompte, PartDue, settle
from analytics.objectif.base_et_taux import rate_of
from analytics.objectif.lectures import USUAL_RULE, Regle
from analytics.objectif.objective import Objectif, etpt_per_extraction
from analytics.objectif.profile import spread_year
from analytics.vocabulary.errors import UserFacingError
from analytics.vocabulary.periods import Periode
from analytics.vocabulary.reference import Reference
from analytics.vocabulary.schemas import (
    CreditsVacataires,
    Interieur,
    Juridictions,
    NiveauAnnuel,
)
from analytics.vocabulary.situation import Faits, Moment, Referentiel
from data.reference import load_parameters, load_reference, load_rules
from tests.analytics.frames import (
    NO_COUNT,
    NOTHING_AVOIDED,
    aggregate,
    bases,
    demand,
    total,
    totals,
)

FOLDER = Path(__file__).parent / "reglement"
FILES = sorted(FOLDER.glob("*.toml"))
PARAMETRES = load_parameters()
FIRST_DAY = date(2009, 1, 1)
SILENT, UNDETERMINED = "n.r.", "non déterminé"
# Any activity whose column 2 counts for the objective.
ACTIVITY = "JAP"

Table = Mapping[str, Any]


def test_the_law_is_worked_out_in_many_cases() -> None:
    assert len(FILES) >= 12


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_case_says_what_it_shows_and_shows_its_arithmetic(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    case = tomllib.loads(text)
    assert case["montre"].endswith(".")
    assert case["texte"]
    worked = [line for line in text.splitlines() if line.startswith("#")]
    assert any("=" in line for line in worked)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_arithmetic_of_a_case_is_right(path: Path) -> None:
    for line in path.read_text(encoding="utf-8").splitlines():
        for equality in EQUALITY.findall(line) if line.startswith("#") else ():
            first, *others = equality.split(" = ")
            assert all(holds(first, other) for other in others), equality


# « 155 000 × 5 % = 7 750 », « 1 / 3 = 0,333… »: numbers as they are written in French.
NUMBER = r"\d+(?: \d{3})*(?:,\d+(?: \d{1,3})*)?(?: %)?"
SIDE = rf"\(?{NUMBER}(?:\)?(?: [×/+−] )\(?{NUMBER})*\)?…?"
EQUALITY = re.compile(rf"{SIDE}(?: = {SIDE})+")


def holds(side: str, other: str) -> bool:
    """Tell whether two sides are equal; one that ends with « … » gives the first decimals of the other."""
    if not other.endswith("…"):
        return value_of(side) == value_of(other)
    decimals = 10 ** len(other.split(",")[1].replace(" ", "").rstrip("…"))
    return value_of(side) * decimals // 1 == value_of(other) * decimals


def value_of(side: str) -> Fraction:
    def exact(number: re.Match[str]) -> str:
        part = "/100" if number[0].endswith("%") else ""
        digits = number[0].rstrip(" %").replace(" ", "").replace(",", ".")
        return f'Fraction("{digits}"){part}'

    return eval(re.sub(NUMBER, exact, side.rstrip("…")).replace("×", "*").replace("−", "-"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_product_finds_what_was_found_by_hand(path: Path) -> None:
    case = tomllib.loads(path.read_text(encoding="utf-8"))
    assert case.keys() == {"montre", "texte", "sujet", "donnees", "attendu"}
    subject = SUBJECTS[case["sujet"]]
    assert case["donnees"].keys() <= subject.read
    if "refus" in case["attendu"]:
        assert case["attendu"].keys() == {"refus"}
        with pytest.raises(UserFacingError, match=re.escape(case["attendu"]["refus"])):
            subject.find(case["donnees"])
        return
    check(case["attendu"], subject.find(case["donnees"]), path.stem)


def test_a_key_that_no_one_reads_is_an_error() -> None:
    with pytest.raises(AssertionError, match=r"essai\.cours\.CA-1: no one finds « annuelle »"):
        check({"cours": {"CA-1": {"annuelle": "5000"}}}, {"cours": {"CA-1": {"annuel": 5_000}}}, "essai")
    with pytest.raises(AssertionError, match=r"essai\.annuel"):
        check({"annuel": "5000"}, {"annuel": Fraction(5_001)}, "essai")


def check(wanted: Table, found: Table, where: str) -> None:
    """Compare all that is wanted, key by key, with what is found."""
    assert wanted, f"{where}: nothing is expected"
    for key, value in wanted.items():
        assert key in found, f"{where}: no one finds « {key} »"
        if isinstance(value, dict):
            check(value, found[key], f"{where}.{key}")  # pyright: ignore[reportUnknownArgumentType] - its keys are not known
        else:
            assert as_found(value, found[key]) == found[key], f"{where}.{key}"


def as_found(written: Any, found: Any) -> Any:
    """Read an expected value as the kind that is found: a fraction, nothing, or what it is."""
    if written == UNDETERMINED:
        return None
    return Fraction(written) if isinstance(found, Fraction) else written


# --- The objective --------------------------------------------------------------------------------


def find_objective(donnees: Table) -> Table:
    annee = donnees["annee"]
    exigence = demand(
        annee,
        PARAMETRES,
        regle=Regle(
            lecture="A",
            chainage=donnees.get("chainage", USUAL_RULE.chainage),
            mode=donnees.get("comptage", USUAL_RULE.mode),
            profil=USUAL_RULE.profil,
        ),
        loaded=bases([(2008, cour, count, "Comptage") for cour, count in donnees.get("bases", {}).items()]),
        interieur=executed_by(donnees.get("executees_avant", {}), annee - 1),
        fixes=donnees.get("fixes"),
        evitees=pl.DataFrame(
            [(annee - 1, cour, count) for cour, count in donnees.get("evitees_avant", {}).items()],
            schema=NOTHING_AVOIDED.schema,
            orient="row",
        ),
        cle=pl.DataFrame(
            list(donnees["cle"].items()), schema={"cour": pl.String, "extractions": pl.Int64}, orient="row"
        ),
    )
    whole = exigence.of(list(exigence.bases), ensemble=True)
    assert whole is not None
    unit = etpt_per_extraction(PARAMETRES, FIRST_DAY)
    each = {cour: exigence.of([cour], ensemble=False) for cour in exigence.bases}
    return {
        "etpt_par_extraction": unit,
        "etpt": whole.annuel * unit,
        "somme_des_cours": exigence.sum_of_cours,
        "ministere": tell_objective(whole),
        "cours": {cour: tell_objective(objectif) for cour, objectif in each.items() if objectif is not None},
    }


def tell_objective(objectif: Objectif) -> Table:
    told = ("base", "acquis", "annuel", "illustratif", "hypothese", "source")
    return {name: getattr(objectif, name) for name in told}


def executed_by(counts: Mapping[str, list[int]], annee: int) -> dy.DataFrame[Interieur]:
    rows = [
        (date(annee, rank, 1), cour, "police", count, count)
        for cour, months in counts.items()
        for rank, count in enumerate(months, start=1)
    ]
    return Interieur.validate(pl.DataFrame(rows, schema=NO_COUNT.schema, orient="row"))


# --- The settlement -------------------------------------------------------------------------------


def find_settlement(donnees: Table) -> Table:
    """Settle cours whose figures are given; the objective of 2009 is the rate of the text."""
    bareme, taux = bareme_of(donnees), rate_of(2009, PARAMETRES)
    assert taux is not None
    comptes: list[Compte] = []
    for cour, figures in donnees["cours"].items():
        assert figures.keys() <= {"base", "evitees", "credits"}
        base = Fraction(figures["base"])
        held = Fraction(figures["credits"]) if "credits" in figures else None
        comptes.append(Compte(cour, base, base * taux, Fraction(figures["evitees"]), held))
    decompte = settle(
        comptes,
        bareme,
        mode=donnees.get("mode", bareme.mode),
        cout=Fraction(donnees["cout"]) if "cout" in donnees else None,
        etpt_par_extraction=etpt_per_extraction(PARAMETRES, FIRST_DAY),
    )
    return {"hypothetique": bareme.hypothetique, **tell_settlement(decompte)}


def bareme_of(donnees: Table) -> Bareme:
    """Give a rule that the product ships, with what a case adds to it."""
    name = donnees.get("regle", "circulaire-2009")
    shipped = next(table for table in load_rules() if table["id"] == name)
    return Bareme.from_toml({**shipped, **donnees.get("ajouts", {})})


def tell_settlement(decompte: Decompte) -> Table:
    return {
        "ministere": tell_part(decompte.national),
        "cours": {part.cour: tell_part(part) for part in decompte.cours},
    }


def tell_part(part: PartDue) -> Table:
    told = {field.name: getattr(part, field.name) for field in fields(part)}
    plain = part.exclue.replace("\u202f", " ").replace("\u00a0", " ")
    return {**told, "part_credits": part.part_credits, "exclue": plain}


# --- The statement of a year, from what is declared ------------------------------------------------


def find_statement(donnees: Table) -> Table:
    """Settle 2009 as the product does, from the months that each cour declared."""
    cours: Mapping[str, Table] = donnees["cours"]
    for figures in cours.values():
        assert figures.keys() <= {"base", "niveau_2008", "evitees", "executees", "credits"}
    answers = [
        (date(2009, rank, 1), cour, count)
        for cour, figures in cours.items()
        for rank, count in enumerate(figures["evitees"], start=1)
    ]
    heard = [(mois, cour, count) for mois, cour, count in answers if count != SILENT]
    loaded = bases(
        [(2008, cour, figures["base"], "Comptage") for cour, figures in cours.items() if "base" in figures]
    )
    faits = Faits(
        agregat=aggregate([(mois, cour, ACTIVITY, count, count) for mois, cour, count in heard]),
        totaux=totals([total(mois, f"TGI-{cour}", cour, count) for mois, cour, count in heard]),
        bases=loaded,
        interieur=executed_by(
            {cour: each["executees"] for cour, each in cours.items() if "executees" in each}, 2009
        ),
        niveaux=NiveauAnnuel.validate(
            by_year_and_cour(
                NiveauAnnuel, 2008, {cour: each.get("niveau_2008") for cour, each in cours.items()}
            )
        ),
        credits=CreditsVacataires.validate(
            by_year_and_cour(
                CreditsVacataires, 2010, {cour: each.get("credits") for cour, each in cours.items()}
            )
        ),
    )
    cout = donnees.get("cout")
    releve = settle_year(
        faits,
        Referentiel(one_court_each(cours), loaded.select("cour", "extractions").clear(), PARAMETRES),
        bareme_of(donnees),
        periode=Periode(date(2009, 12, 1)),
        mode=donnees.get("mode"),
        cout=None if cout is None else Cout(Fraction(cout), "Pour l'exemple"),
        moment=Moment(1, None, demonstration=False),
    )
    return {"sans_base": list(releve.sans_base), **tell_statement(releve)}


def one_court_each(cours: Iterable[str]) -> Reference:
    """Give each cour one juridiction, in force whatever the day."""
    courts = pl.DataFrame(
        [
            (f"TGI-{cour}", f"TGI-{cour}", f"TGI-{cour}", "TGI", cour, "", 0.0, 0.0, None, None)
            for cour in cours
        ],
        schema=Juridictions.create_empty().schema,
        orient="row",
    )
    return replace(load_reference(), juridictions=Juridictions.validate(courts))


def by_year_and_cour(schema: type[dy.Schema], annee: int, counts: Mapping[str, Any]) -> pl.DataFrame:
    rows = [
        (annee, cour, Decimal(count) if schema is CreditsVacataires else count, "Comptage")
        for cour, count in counts.items()
        if count is not None
    ]
    return pl.DataFrame(rows, schema=schema.create_empty().schema, orient="row")


def tell_statement(releve: Releve) -> Table:
    told = tell_settlement(releve.decompte)
    heard = {
        cour: {"attendues": detail.attendues, "muettes": detail.muettes}
        for cour, detail in releve.details.items()
    }
    return {**told, "cours": {cour: {**part, **heard[cour]} for cour, part in told["cours"].items()}}


# --- The year and its months ----------------------------------------------------------------------


def find_profile(donnees: Table) -> Table:
    """Spread an objective over the months; the month looked at is the last one elapsed."""
    profil = spread_year(donnees["profil"], donnees["annee"], evitees_avant={}, parametres=PARAMETRES)
    elapsed = donnees["mois_ecoules"]
    assert sum(profil.parts) == 1
    return {
        "part_du_mois": profil.of(date(donnees["annee"], elapsed, 1)),
        "part_a_date": profil.until(elapsed),
        "objectif_a_date": Fraction(donnees["objectif"]) * profil.until(elapsed),
    }


def find_campaign(donnees: Table) -> Table:
    campagne = campaign_of(donnees["mois"], PARAMETRES)
    return {name: getattr(campagne, name) for name in ("ouverture", "relance", "cloture")}


@dataclass(frozen=True)
class Subject:
    """What a kind of case reads, and how the product answers it."""

    read: frozenset[str]
    find: Callable[[Table], Table]


SUBJECTS = {
    "objectif": Subject(
        frozenset(
            {"annee", "chainage", "comptage", "cle", "bases", "fixes", "evitees_avant", "executees_avant"}
        ),
        find_objective,
    ),
    "decompte": Subject(frozenset({"regle", "ajouts", "mode", "cout", "cours"}), find_settlement),
    "releve": Subject(frozenset({"regle", "ajouts", "mode", "cout", "cours"}), find_statement),
    "profil": Subject(frozenset({"profil", "annee", "objectif", "mois_ecoules"}), find_profile),
    "campagne": Subject(frozenset({"mois"}), find_campaign),
}
