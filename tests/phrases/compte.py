"""What is true of a situation, added up row by row from its declarations: no function of the product here.

Two things only are taken from the product, as one takes draws: the mean and variance of what is to come, and
how much each juridiction may have left unsaid. Every quantile, chance, sum and verdict is made again here.
"""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from fractions import Fraction
from functools import cached_property
from math import ceil, exp, lgamma, log
from typing import Any

from pages.commun.cadre import Contexte
from pages.vues import calculs
from tests.phrases.situations import (
    ETPT,
    TAUX,
    Lieu,
    Ligne,
    Monde,
    Vue,
    activities,
    bases,
    due,
    due_in,
    month,
)

MOIS = """janvier février mars avril mai juin juillet août septembre octobre novembre décembre""".split()  # noqa: SIM905 - twelve quoted words read worse
SAISON = [Fraction(part, 100) for part in (104, 99, 109, 100, 98, 107, 94, 58, 103, 110, 108, 110)]
GROUPES = {"Application des peines": ("JAP", "TAP", "CHAP")}
ATTEINT, AVANCE, TIENT, RETARD, INCONNU = (
    "objectif atteint",
    "en avance",
    "sur la trajectoire",
    "en retard",
    "non déterminé",
)


@dataclass(frozen=True)
class Tirage:
    """The law of a sum: negative binomial of this mean and variance, or Poisson; `reponse`: supposed."""

    moyenne: float
    variance: float
    reponse: float | None

    @cached_property
    def cumul(self) -> list[float]:
        """Give P(F ≤ k) for k = 0, 1, … until nothing is left, each probability from its own formula."""
        m, v = self.moyenne, self.variance
        found, total, k = list[float](), 0.0, 0
        over = v > m * (1 + 1e-9)
        r = m * m / (v - m) if over else 0.0
        while total < 1 - 1e-10 and k < m + 60 * max(v, m) ** 0.5 + 60:
            if over:
                ways = lgamma(k + r) - lgamma(r) - lgamma(k + 1)
                part = ways + r * log(r / (r + m)) + k * log(m / (r + m))
            else:
                part = k * log(m) - m - lgamma(k + 1)
            total += exp(part)
            found.append(total)
            k += 1
        return found

    def quantile(self, part: float) -> int:
        """Give the smallest count reached with that probability."""
        if self.moyenne <= 0:
            return 0
        return next((k for k, total in enumerate(self.cumul) if total >= part), len(self.cumul))

    def at_least(self, count: int) -> float:
        """Give the chances of that count or more."""
        if count <= 0:
            return 1.0
        if self.moyenne <= 0 or count > len(self.cumul):
            return 0.0
        return 1 - self.cumul[count - 1]


@dataclass(frozen=True)
class Compte:
    """The account of a view: of all the cours, or of one (`cour`)."""

    monde: Monde
    vue: Vue
    contexte: Contexte
    cour: str | None
    freres: "dict[str | None, Compte]" = field(default_factory=dict["str | None", "Compte"])

    @property
    def fin(self) -> date:
        return self.vue.mois or self.monde.fin

    @property
    def rang(self) -> int:
        return self.fin.month

    @property
    def annee(self) -> int:
        return self.fin.year

    @property
    def quand(self) -> str:
        """Write the last month, as sentences do."""
        return f"{MOIS[self.rang - 1]}\u00a0{self.annee}"

    @cached_property
    def toutes(self) -> tuple[str, ...]:
        """The cours that are expected to answer since anything is known."""
        return tuple(sorted({lieu.cour for mois in {*self.connus, *self.mois} for lieu in due(mois)}))

    @cached_property
    def cours(self) -> tuple[str, ...]:
        return self.toutes if self.cour is None else (self.cour,)

    def of(self, cour: str | None) -> "Compte":
        """Give the same account for one cour, or for all of them."""
        if cour not in self.freres:
            self.freres[cour] = Compte(self.monde, self.vue, self.contexte, cour, self.freres)
        return self.freres[cour]

    @cached_property
    def entier(self) -> "Compte":
        """Give the same account of all the activities, whatever group is looked at."""
        if not self.vue.groupe:
            return self
        return Compte(self.monde, replace(self.vue, groupe=""), self.contexte, self.cour)

    # --- What was declared ------------------------------------------------------------------------

    @cached_property
    def jusqu_ici(self) -> list[Ligne]:
        """Everything declared by the juridictions looked at, up to the month shown."""
        kept = self.monde.lignes if self.cour is None else self.monde.par_cour.get(self.cour, [])
        return [x for x in kept if x.mois <= self.fin]

    @cached_property
    def lignes(self) -> list[Ligne]:
        """What they declared since January."""
        return [x for x in self.jusqu_ici if x.mois.year == self.annee]

    @property
    def du_groupe(self) -> Collection[str]:
        """The activities looked at."""
        return GROUPES.get(self.vue.groupe, tuple(activities()))

    @cached_property
    def comptees(self) -> Collection[str]:
        """Those of them that count for the objective."""
        return [code for code in self.du_groupe if activities()[code]["compte_objectif"] == "oui"]

    @cached_property
    def visio(self) -> int:
        return sum(x.visio for x in self.lignes if x.activite in self.du_groupe)

    @cached_property
    def visio_comptee(self) -> int:
        return sum(x.visio for x in self.lignes if x.activite in self.comptees)

    @cached_property
    def evitees(self) -> int:
        return sum(x.evitees for x in self.lignes if x.activite in self.comptees)

    @cached_property
    def _par_mois(self) -> Mapping[date, int]:
        found = Counter[date]()
        for x in self.jusqu_ici:
            if x.activite in self.comptees:
                found[x.mois] += x.evitees
        return found

    def evitees_en(self, mois: date) -> int:
        return self._par_mois.get(mois, 0)

    # --- Who answered -----------------------------------------------------------------------------

    def attendues(self, mois: date) -> tuple[Lieu, ...]:
        return due(mois) if self.cour is None else due_in(mois).get(self.cour, ())

    def repondues(self, mois: date) -> int:
        return sum((mois, lieu.code) in self.monde.entendues for lieu in self.attendues(mois))

    @cached_property
    def mois(self) -> list[date]:
        """The months since January."""
        return [month(self.annee, rang) for rang in range(1, self.rang + 1)]

    @cached_property
    def total_attendues(self) -> int:
        return sum(len(self.attendues(mois)) for mois in self.mois)

    @cached_property
    def total_repondues(self) -> int:
        return sum(self.repondues(mois) for mois in self.mois)

    @property
    def muet(self) -> bool:
        """Tell whether nobody answered since January."""
        return not self.total_repondues

    @cached_property
    def part_mois(self) -> Fraction:
        return Fraction(self.repondues(self.fin), len(self.attendues(self.fin)))

    # --- What is asked ----------------------------------------------------------------------------

    @property
    def base(self) -> Fraction:
        if self.cour is None:
            return Fraction(155_000)
        return Fraction(bases()[self.cour])

    @property
    def annuel(self) -> Fraction | None:
        """The objective of the year: 5 % of the base, or what was set for that cour."""
        if self.annee != 2009:
            return None
        if self.cour is not None and self.cour in self.monde.fixes:
            return Fraction(self.monde.fixes[self.cour])
        return TAUX * self.base

    @property
    def a_date(self) -> Fraction | None:
        return None if self.annuel is None else self.annuel * self.rang / 12

    @cached_property
    def niveau(self) -> Fraction | None:
        levels = [self.monde.niveaux.get(cour) for cour in self.cours if cour in bases()]
        return None if None in levels or not levels else Fraction(sum(x or 0 for x in levels))

    def executees(self, mois: date) -> int | None:
        found = [self.monde.executees.get((mois, cour)) for cour in self.cours if cour in bases()]
        return None if None in found or not found else sum(x or 0 for x in found)

    def retenue_en(self, mois: date) -> Fraction | None:
        """What the reading counts of one month."""
        match self.vue.lecture:
            case "B":
                return None if self.niveau is None else self.evitees_en(mois) - self.niveau / 12
            case "C":
                done = self.executees(mois)
                return None if done is None else self.base * saison(mois) - done
            case _:
                return Fraction(self.evitees_en(mois))

    @cached_property
    def retenues(self) -> Fraction | None:
        if self.annuel is None or (self.muet and self.vue.lecture != "C"):
            return None
        each = [self.retenue_en(mois) for mois in self.mois]
        return None if None in each else sum((x for x in each if x is not None), Fraction(0))

    @cached_property
    def reste_exact(self) -> Fraction | None:
        if self.retenues is None or self.annuel is None:
            return None
        ahead = (self.niveau or 0) * Fraction(12 - self.rang, 12) if self.vue.lecture == "B" else Fraction(0)
        return max(Fraction(0), self.annuel - self.retenues + ahead)

    @property
    def reste(self) -> int | None:
        return None if self.reste_exact is None else ceil(self.reste_exact)

    @property
    def requis(self) -> Fraction | None:
        """The pace from here; None once the year is over."""
        if self.reste_exact is None or self.rang == 12:
            return None
        return self.reste_exact / (12 - self.rang)

    @cached_property
    def mois_de_rythme(self) -> list[date]:
        """The months that the pace held rests on: answered, among the last six."""
        last = [month(self.annee, self.rang - k) for k in range(6)]
        kept = [m for m in last if self.repondues(m) and (self.vue.lecture == "A" or m.year == self.annee)]
        return [m for m in kept if self.retenue_en(m) is not None]

    @cached_property
    def tenu(self) -> Fraction | None:
        held = [x for m in self.mois_de_rythme if (x := self.retenue_en(m)) is not None]
        return sum(held, Fraction(0)) / len(held) if held else None

    # --- What may come, from the draws --------------------------------------------------------------

    @cached_property
    def tirage(self) -> Tirage | None:
        """The law of what is to come; None where nothing is projected."""
        heard = any((m, x.code) in self.monde.entendues for m in self.connus for x in self.attendues(m))
        return self.tirage_de_tous if heard and not self.vue.groupe else None

    @cached_property
    def tirage_de_tous(self) -> Tirage | None:
        """The same, heard or not: of who never answered, a settlement still needs something."""
        found = calculs.pays(self.contexte).perspectives
        ahead = found.of(self.cours) if found else None
        return None if ahead is None else Tirage(ahead.moyenne, ahead.variance, ahead.reponse)

    @cached_property
    def connus(self) -> list[date]:
        first = self.monde.premier
        months = (month(first.year, first.month + k) for k in range(36))
        return [mois for mois in months if mois <= self.fin]

    @property
    def peu_de_mois(self) -> bool:
        """Tell whether four months at most are known."""
        return len(self.connus) <= 4

    @cached_property
    def reponses_bougent(self) -> bool:
        """Tell whether the country's share of answers moved by more than ten points in three months."""
        if len(self.connus) <= 3:
            return False
        all_of_them = self.of(None)
        now, before = (
            Fraction(all_of_them.repondues(m), len(all_of_them.attendues(m)))
            for m in (self.fin, self.connus[-4])
        )
        return abs(now - before) > Fraction(1, 10)

    @property
    def indicatif(self) -> bool:
        return self.rang < 12 and (self.peu_de_mois or self.reponses_bougent)

    @cached_property
    def depart(self) -> Fraction:
        """What the reading counts of the year, before what the draws add."""
        if self.vue.lecture == "A" or self.retenues is None:
            return Fraction(self.evitees)
        return self.retenues + self.vient_seul

    @cached_property
    def vient_seul(self) -> Fraction:
        """What the rest of the year adds by itself to the account of a reading."""
        match self.vue.lecture:
            case "B":
                return -(self.niveau or Fraction(0)) * Fraction(12 - self.rang, 12)
            case "C":
                spent = self.base * sum((saison(m) for m in self.mois), Fraction(0))
                need = sum((self.executees(m) or 0) + self.evitees_en(m) for m in self.mois)
                return (self.base - spent) * (1 - need / spent)
            case _:
                return Fraction(0)

    @cached_property
    def chances(self) -> float | None:
        """The chances of the year's objective, rounded to five points as they are known."""
        if self.tirage is None or self.annuel is None or self.retenues is None:
            return None
        wanted = self.annuel - self.retenues - self.vient_seul
        if self.rang == 12:
            return float(wanted <= 0)
        p = self.tirage.at_least(ceil(wanted))
        p = (
            (0.995 if p > 0.5 else 0.005)
            if p < 0.01 or p > 0.99
            else min(max(round(p * 20) / 20, 0.01), 0.99)
        )
        return min(max(p, 0.05), 0.95) if self.indicatif and wanted > 0 else p

    # --- What silence may hide ----------------------------------------------------------------------

    @cached_property
    def plafond(self) -> float | None:
        """The most that these cours left unsaid, added up court by court."""
        found = calculs.silence(self.contexte)
        if found is None:
            return None
        return sum(
            float(row.sum())
            for row, cour in zip(found.plafond, found.cours, strict=True)
            if cour in self.cours
        )

    @cached_property
    def declarees(self) -> int:
        """What they declared of all activities of the objective, whatever group is looked at."""
        counted = {code for code, row in activities().items() if row["compte_objectif"] == "oui"}
        return sum(x.evitees for x in self.lignes if x.activite in counted)

    @property
    def au_plus(self) -> Fraction | None:
        if self.plafond is None or self.retenues is None or self.vue.lecture == "C":
            return None
        return self.retenues + ceil(round(self.plafond, 6))

    @cached_property
    def etat(self) -> str:
        """The verdict, as the circular and the thresholds of steering make it."""
        if self.annuel is None or self.reste is None or (self.vue.lecture != "C" and self.muet):
            return INCONNU
        if not self.reste:
            return ATTEINT
        if self.tirage is not None and self.indicatif:
            return INCONNU
        p = self.chances
        if p is not None and p >= 0.4:
            return AVANCE if p >= 0.8 else TIENT
        if self.vue.lecture == "C":
            return INCONNU if p is None and self.rang < 12 else RETARD
        if self.au_plus is not None and self.a_date is not None and self.au_plus < self.a_date:
            return RETARD
        answered = Fraction(self.total_repondues, self.total_attendues)
        return INCONNU if p is None or answered < Fraction(1, 2) else RETARD

    @cached_property
    def etats(self) -> Mapping[str, int]:
        """How many cours are in each state."""
        # A state is a fact about all the activities.
        return Counter(self.entier.of(cour).etat for cour in self.toutes)

    @property
    def tenues(self) -> int:
        return sum(self.etats.get(state, 0) for state in (ATTEINT, AVANCE, TIENT))

    @property
    def etpt(self) -> Fraction:
        counted = self.retenues if self.vue.lecture != "A" and self.retenues is not None else self.evitees
        return counted * ETPT


def saison(mois: date) -> Fraction:
    """The share of the year that extractions of a month make, as the national season has it."""
    return SAISON[mois.month - 1] / sum(SAISON)


def given(donne: Mapping[str, Any], name: str) -> Any:
    """Give what a sentence was told, to know whom it speaks of."""
    return donne[name]
