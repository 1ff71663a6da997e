"""The twelve situations in which sentences are said: seeds, and declarations that a rule writes plainly.

Nothing here is computed by the product: what each juridiction avoids in a month is its share of the pace of
the objective (one twelfth of 5 % of the base of its cour), times what the situation says, give or take a
draw of its own. What is true of a situation is therefore known without any of its figures.
"""

import csv
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from fractions import Fraction
from functools import cache, cached_property
from pathlib import Path
from random import Random

REFERENCE = Path(__file__).parents[2] / "data" / "reference"
TAUX = Fraction(1, 20)
ETPT = Fraction(1270, 155_000)


def month(annee: int, rang: int) -> date:
    """The month of that rank, which may run over into the years around."""
    return date(annee + (rang - 1) // 12, (rang - 1) % 12 + 1, 1)


@dataclass(frozen=True)
class Ligne:
    """What one juridiction declared of one activity in one month, and whether a later lot changed it."""

    mois: date
    juridiction: str
    cour: str
    activite: str
    visio: int
    evitees: int
    corrigee: bool = False


@dataclass(frozen=True)
class Lieu:
    """A juridiction in force, by its code."""

    code: str
    cour: str
    sorte: str
    du: date
    au: date

    def due(self, mois: date) -> bool:
        """Tell whether it is in force on any day of a month."""
        return self.du < month(mois.year, mois.month + 1) and self.au >= mois


def _day(text: str, otherwise: date) -> date:
    return date.fromisoformat(text) if text else otherwise


@cache
def places() -> tuple[Lieu, ...]:
    """The juridictions of the country, one a period in force, read from the file itself."""
    with (REFERENCE / "juridictions.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return tuple(
        Lieu(
            row["code"],
            row["cour_code"],
            row["type"],
            _day(row["valid_from"], date.min),
            _day(row["valid_to"], date.max),
        )
        for row in rows
    )


@cache
def activities() -> Mapping[str, Mapping[str, str]]:
    """The rows of the questionnaire, by code, read from the file itself."""
    with (REFERENCE / "activites.csv").open(encoding="utf-8") as file:
        return {row["code"]: row for row in csv.DictReader(file)}


@cache
def bases() -> Mapping[str, int]:
    """The base of each cour, by the illustrative key: its parts sum to the 155 000 of the text."""
    with (REFERENCE / "base-demo.csv").open(encoding="utf-8") as file:
        return {row["cour_code"]: int(row["extractions_demo_155000"]) for row in csv.DictReader(file)}


@cache
def due(mois: date) -> tuple[Lieu, ...]:
    """The juridictions that a month expects, one each."""
    found: dict[str, Lieu] = {}
    for lieu in places():
        if lieu.due(mois):
            found.setdefault(lieu.code, lieu)
    return tuple(found.values())


@cache
def due_in(mois: date) -> Mapping[str, tuple[Lieu, ...]]:
    """The same, by cour."""
    found: dict[str, tuple[Lieu, ...]] = {}
    for lieu in due(mois):
        found[lieu.cour] = (*found.get(lieu.cour, ()), lieu)
    return found


@dataclass(frozen=True)
class Vue:
    """What a reader looks at: a page, a month, and what is chosen of it."""

    page: str
    cour: str = "CA-DOUAI"
    lecture: str = "A"
    groupe: str = ""
    fourchette: bool = False
    mois: date | None = None
    options: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Monde:
    """One situation: what was declared, and what is known beside it; `vues`: what readers look at of it."""

    nom: str
    fin: date
    lignes: tuple[Ligne, ...]
    vues: tuple[Vue, ...]
    niveaux: Mapping[str, int] = field(default_factory=dict[str, int])
    fixes: Mapping[str, int] = field(default_factory=dict[str, int])
    executees: Mapping[tuple[date, str], int] = field(default_factory=dict[tuple[date, str], int])
    prisons: tuple[tuple[str, str, int, date | None], ...] = ()
    alertes: int = 0
    recalages: tuple[tuple[str, date, str], ...] = ()
    gardees: "tuple[Gardee, ...]" = ()

    @cached_property
    def premier(self) -> date:
        """The first month that anybody declared."""
        return min(ligne.mois for ligne in self.lignes)

    @cached_property
    def par_cour(self) -> Mapping[str, list[Ligne]]:
        """What the juridictions of each cour declared."""
        found: dict[str, list[Ligne]] = {}
        for ligne in self.lignes:
            found.setdefault(ligne.cour, []).append(ligne)
        return found

    @cached_property
    def entendues(self) -> set[tuple[date, str]]:
        """Who answered, month by month."""
        return {(ligne.mois, ligne.juridiction) for ligne in self.lignes}


@dataclass(frozen=True)
class Gardee:
    """A projection of the past, as it was kept: what was declared then, and the law of what was to come."""

    mois: date
    cour: str
    evitees: int
    objectif: float
    moyenne: float
    variance: float
    rythme: float


def keep_projections(lignes: tuple[Ligne, ...], annee: int, *, trop: float) -> tuple[Gardee, ...]:
    """Write what was projected in three months of a year: what came, times `trop`; by the rule, a third."""
    found: list[Gardee] = []
    for rang in (2, 6, 10):
        for cour in ("FRANCE", *bases()):
            own = [x for x in lignes if x.mois.year == annee and cour in ("FRANCE", x.cour)]
            before = sum(x.evitees for x in own if x.mois.month <= rang)
            came = sum(x.evitees for x in own) - before
            mean = came * trop + 1
            found.append(Gardee(month(annee, rang), cour, before, 100.0, mean, 2 * mean + 1, mean / 3 + 1))
    return tuple(found)


Repond = Callable[[Lieu, date], bool]
Rythme = Callable[[Lieu, date], float]


def write(
    graine: int, mois: list[date], *, rythme: Rythme, repond: Repond, alea: float = 0.15
) -> Iterator[Ligne]:
    """Write what the juridictions declare: `rythme`, multiples of the pace asked; `alea`: its draw."""
    tirage = Random(graine)
    members: dict[str, int] = {}
    for lieu in due(mois[0]):
        members[lieu.cour] = members.get(lieu.cour, 0) + 1
    for each in mois:
        for lieu in due(each):
            drawn = 1 + alea * (2 * tirage.random() - 1)
            if not repond(lieu, each) or lieu.cour not in bases():
                continue
            pace = bases()[lieu.cour] / members[lieu.cour] * float(TAUX) / 12
            avoided = round(pace * rythme(lieu, each) * drawn)
            yield from answer(lieu, each, avoided)


def answer(lieu: Lieu, mois: date, evitees: int, *, corrigee: bool = False) -> Iterator[Ligne]:
    """Write one answer: two activities of the objective, two that do not count."""
    if lieu.sorte in ("TGI", "TPI"):
        parts = (("JLD_DETENTION", evitees - evitees // 3), ("JAP", evitees // 3))
    else:
        parts = (("CHINS_DETENTION", evitees),)
    for activite, count in parts:
        yield Ligne(mois, lieu.code, lieu.cour, activite, count + count // 4, count, corrigee)
    if lieu.sorte in ("TGI", "TPI"):
        yield Ligne(mois, lieu.code, lieu.cour, "GAV_PROLONGATION", 1, 0, corrigee)


def always(lieu: Lieu, mois: date) -> bool:
    """All of them answer, every month."""
    return True


def steady(value: float) -> Rythme:
    """The same pace everywhere, all along."""

    def pace(lieu: Lieu, mois: date) -> float:
        return value

    return pace


def year(annee: int, last: int, first: int = 1) -> list[date]:
    """The months of a year, from one rank to another."""
    return [month(annee, rang) for rang in range(first, last + 1)]


def adjust(lignes: list[Ligne], wanted: int, *, activite: str = "JLD_DETENTION") -> list[Ligne]:
    """Add to the lines of one activity, or take from them, until the total is `wanted`."""
    total = sum(ligne.evitees for ligne in lignes)
    gap, rank, kept = wanted - total, 0, list(lignes)
    while gap:
        ligne = kept[rank % len(kept)]
        step = 1 if gap > 0 else -1
        if ligne.activite == activite and ligne.evitees + step >= 0:
            kept[rank % len(kept)] = replace(ligne, visio=ligne.visio + step, evitees=ligne.evitees + step)
            gap -= step
        rank += 1
    return kept


# A settlement whose cost is given, and one in which each cour answers for its own gap.
COUT = Vue("decompte", options=(("cout", "56600"), ("source", "Note")))
PROPRE = Vue("decompte", options=(("partage", "ecart_propre"),))


COMPARE, AGIR, THERMO, PASSE = (
    Vue("comparaison"),
    (Vue("agir"), Vue("agir_cour")),
    Vue("thermometres"),
    Vue("projections"),
)


def usual(*more: Vue) -> tuple[Vue, ...]:
    """The pages that everybody opens, then those that a situation is made for."""
    return (Vue("ensemble"), Vue("cour"), Vue("activites"), *more)


def _executed(monde_mois: list[date], part: float) -> dict[tuple[date, str], int]:
    return {(mois, cour): round(base / 12 * part) for mois in monde_mois for cour, base in bases().items()}


def before_any_objective() -> Monde:
    """A year before the circular: nothing asks for anything."""
    months = year(2008, 6)
    lignes = tuple(write(1, months, rythme=steady(0.5), repond=always))
    return Monde("avant_objectif", months[-1], lignes, usual(COMPARE))


def first_month() -> Monde:
    """January alone is known: what it says is only indicative."""

    def pace(lieu: Lieu, mois: date) -> float:
        return 0.3 if lieu.cour == "CA-LYON" else 1.2

    lignes = tuple(write(2, year(2009, 1), rythme=pace, repond=always))
    return Monde("premier_mois", date(2009, 1, 1), lignes, usual(COMPARE, PASSE, Vue("cour", cour="CA-LYON")))


def ahead() -> Monde:
    """Half a year, everyone answers, well above the pace; prisons are equipped, all of them."""
    months = year(2009, 6)
    lignes = tuple(write(3, months, rythme=steady(1.7), repond=always))
    prisons = tuple(
        (cour, f"Maison d'arrêt {rank}", 300, date(2008, 3, 1)) for rank, cour in enumerate(sorted(bases()))
    )
    return Monde(
        "en_avance",
        months[-1],
        lignes,
        usual(
            COMPARE,
            *AGIR,
            THERMO,
            Vue("ensemble", groupe="Application des peines"),
            Vue("ensemble", fourchette=True),
            Vue("decompte"),
            COUT,
        ),
        prisons=prisons,
        executees=_executed(months, 0.9),
    )


def late() -> Monde:
    """Nine months, everyone answers, far under the pace: the other readings are known too."""
    months = year(2009, 9)
    lignes = tuple(write(4, months, rythme=steady(0.45), repond=always))
    prisons = tuple(
        (cour, f"Centre {rank}", 200 + 10 * rank, date(2008, 3, 1) if rank % 3 else None)
        for rank, cour in enumerate(sorted(bases()))
    )
    return Monde(
        "en_retard",
        months[-1],
        lignes,
        usual(
            COMPARE,
            *AGIR,
            THERMO,
            Vue("ensemble", lecture="B"),
            Vue("cour", lecture="B"),
            Vue("ensemble", lecture="C"),
            Vue("cour", lecture="C"),
            Vue("agir_cour", cour="CA-AGEN"),
            Vue("decompte"),
            COUT,
        ),
        niveaux={cour: base // 200 for cour, base in bases().items()},
        executees=_executed(months, 1.03),
        prisons=prisons,
    )


def already() -> Monde:
    """The objective of the year is reached in August."""
    months = year(2009, 8)
    lignes = tuple(write(5, months, rythme=steady(2.0), repond=always))
    return Monde("deja_atteint", months[-1], lignes, usual(Vue("ensemble", lecture="B"), Vue("decompte")))


def missed_by_one() -> Monde:
    """A year that is over, and one extraction short: 7 749 of 7 750."""
    lignes = adjust(list(write(6, year(2009, 12), rythme=steady(1.0), repond=always)), 7_749)
    return Monde("manque_une", date(2009, 12, 1), tuple(lignes), usual(Vue("decompte"), COUT, PROPRE))


def exceeded() -> Monde:
    """A year that is over, and exceeded; some objectives were set by the Secrétariat général."""
    lignes = tuple(write(7, year(2009, 12), rythme=steady(1.3), repond=always))
    fixes = {"CA-DOUAI": 400, "CA-LYON": 300}
    return Monde(
        "depassee",
        date(2009, 12, 1),
        lignes,
        usual(PASSE, Vue("decompte"), COUT, PROPRE),
        fixes=fixes,
        gardees=keep_projections(lignes, 2009, trop=0.8),
    )


def nobody() -> Monde:
    """Nobody answered since January; the year before, and a month to come, have answers."""
    months = [*year(2008, 12, 10), date(2009, 6, 1)]
    lignes = tuple(write(8, months, rythme=steady(0.6), repond=always))
    return Monde("personne", date(2009, 3, 1), lignes, usual(COMPARE, THERMO))


def half_silent() -> Monde:
    """Half the juridictions never answer, and one cour is wholly silent."""
    months = year(2009, 7)
    silent = {lieu.code for rank, lieu in enumerate(due(months[0])) if rank % 2}

    def answers(lieu: Lieu, mois: date) -> bool:
        return lieu.code not in silent and lieu.cour != "CA-REIMS"

    def pace(lieu: Lieu, mois: date) -> float:
        return 1.8 if lieu.cour == "CA-LYON" else 1.0

    lignes = tuple(write(9, months, rythme=pace, repond=answers))
    return Monde(
        "moitie_muette",
        months[-1],
        lignes,
        usual(
            COMPARE,
            *AGIR,
            Vue("cour", cour="CA-REIMS"),
            Vue("ensemble", fourchette=True),
            Vue("cour", fourchette=True),
            Vue("cour", cour="CA-LYON", fourchette=True),
            Vue("decompte"),
        ),
        alertes=3,
    )


def still() -> Monde:
    """Nothing changes from a month to the next, over a year and a half; a year of projections was kept."""
    months = [month(2008, rang) for rang in range(1, 19)]
    lignes = tuple(write(10, months, rythme=steady(0.8), repond=always, alea=0.0))
    return Monde(
        "immobile", months[-1], lignes, usual(*AGIR, PASSE), gardees=keep_projections(lignes, 2008, trop=1.05)
    )


def doubled() -> Monde:
    """One cour doubles in the last month, one falls by two thirds; one court falls silent, one is back."""
    months = [month(2008, rang) for rang in range(4, 19)]
    last = months[-1]

    def pace(lieu: Lieu, mois: date) -> float:
        return (
            0.8 * (2.5 if lieu.cour == "CA-DOUAI" else 0.3 if lieu.cour == "CA-LYON" else 1)
            if mois == last
            else 0.8
        )

    def answers(lieu: Lieu, mois: date) -> bool:
        if lieu.code == "TGI-RENNES":
            return mois != last
        return lieu.code != "TGI-NANTES" or mois == last or mois < month(last.year, last.month - 3)

    # Everywhere but in one cour, as many videoconferences again avoid nothing.
    lignes = tuple(
        x if x.cour == "CA-DIJON" else replace(x, visio=2 * x.visio)
        for x in write(11, months, rythme=pace, repond=answers, alea=0.05)
    )
    return Monde(
        "cour_double",
        last,
        lignes,
        usual(
            COMPARE,
            Vue("cour", cour="CA-LYON"),
            Vue("comparaison", options=(("mesure", "reponses"),)),
            Vue("comparaison", options=(("mesure", "colonnes"),)),
        ),
        recalages=(("CA-DOUAI", date(2009, 1, 1), "Livraison d'équipements"),),
    )


def jumping() -> Monde:
    """The share that answers jumps from a half to nine in ten in the last month."""
    months = year(2009, 7)
    order = {lieu.code: rank for rank, lieu in enumerate(due(months[0]))}

    def answers(lieu: Lieu, mois: date) -> bool:
        return order.get(lieu.code, 0) % 10 < (9 if mois >= months[-1] else 5)

    lignes = tuple(
        replace(x, corrigee=x.juridiction in ("TGI-LILLE", "CA-DOUAI") and x.mois == months[0])
        for x in write(12, months, rythme=steady(0.35), repond=answers)
    )
    return Monde("reponse_saute", months[-1], lignes, usual(COMPARE))


TWELVE: Mapping[str, Callable[[], Monde]] = {
    "avant_objectif": before_any_objective,
    "premier_mois": first_month,
    "en_avance": ahead,
    "en_retard": late,
    "deja_atteint": already,
    "manque_une": missed_by_one,
    "depassee": exceeded,
    "personne": nobody,
    "moitie_muette": half_silent,
    "immobile": still,
    "cour_double": doubled,
    "reponse_saute": jumping,
}
