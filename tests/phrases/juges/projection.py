"""What past projections were worth, once their year is known: every range judged again."""

from dataclasses import dataclass

from tests.phrases.compte import Compte, Tirage
from tests.phrases.ecoute import Dit
from tests.phrases.juste import RIEN, Juste, juge, says
from tests.phrases.nombres import Attendu
from tests.phrases.situations import Gardee

T = "trajectoire.words.hindsight."


@dataclass(frozen=True)
class Jugee:
    """One projection, and what its year declared in the end."""

    gardee: Gardee
    total: int

    @property
    def loi(self) -> Tirage:
        return Tirage(self.gardee.moyenne, self.gardee.variance, None)

    @property
    def venu(self) -> int:
        return self.total - self.gardee.evitees

    def tient(self, part: float) -> bool:
        """Tell whether what came lies in the range that holds that part of the law."""
        tail = (1 - part) / 2
        return self.loi.quantile(tail) <= self.venu <= self.loi.quantile(1 - tail)

    def erreur(self, loi: Tirage) -> float:
        """The score of a law against what came: the square of what its cumulated chances are wrong by."""
        counts = range(max(len(loi.cumul), self.venu + 1))
        at = [loi.cumul[k] if k < len(loi.cumul) else 1.0 for k in counts]
        return sum((p - (k >= self.venu)) ** 2 for k, p in zip(counts, at, strict=True))

    @property
    def brier(self) -> float:
        wanted = self.gardee.objectif - self.gardee.evitees
        chances = 1.0 if wanted <= 0 else self.loi.at_least(-int(-wanted // 1))
        return (chances - (self.total >= self.gardee.objectif)) ** 2


def _judged(c: Compte) -> list[Jugee]:
    complete = c.annee if c.rang == 12 else c.annee - 1
    found: list[Jugee] = []
    for x in c.monde.gardees:
        if x.mois.year <= complete:
            whole = [
                y.evitees
                for y in c.monde.lignes
                if y.mois.year == x.mois.year and x.cour in ("FRANCE", y.cour)
            ]
            found.append(Jugee(x, sum(whole)))
    return found


@juge(T + "title_hindsight")
def title_hindsight(c: Compte, dit: Dit) -> Juste:
    own = [x for x in _judged(c) if x.gardee.cour == "FRANCE"]
    if not own:
        return says("Aucune année n'est encore complète")
    return says("la fourchette à 80 % a tenu", nombres=[80, sum(x.tient(0.8) for x in own), len(own)])


@juge(T + "tell_hindsight")
def tell_hindsight(c: Compte, dit: Dit) -> Juste:
    judged = [x for x in _judged(c) if x.gardee.cour != "FRANCE"]
    if not judged:
        return says("elle sera jugée quand")
    declared = sum(x.total for x in judged)
    error = sum(x.erreur(x.loi) for x in judged)
    plain = sum(x.erreur(Tirage(x.gardee.rythme, 2 * x.gardee.rythme, None)) for x in judged)
    better = 1 - error / plain
    held = [sum(x.tient(part) for x in judged) / len(judged) * 100 for part in (0.8, 0.95)]
    return says(
        "de moins que la règle de trois" if better >= 0 else "de plus que la règle de trois",
        nombres=[
            len(judged),
            80,
            held[0],
            95,
            held[1],
            error / declared * 100,
            abs(better) * 100,
            sum(x.brier for x in judged) / len(judged),
            0,
            0.25,
        ],
    )


@juge(T + "tell_worth")
def tell_worth(c: Compte, dit: Dit) -> Juste:
    ages = next(age for age in ((1, 2), (3, 4), (5, 8), (9, 11), (12, 12)) if age[0] <= c.rang <= age[1])
    same = [x for x in _judged(c) if ages[0] <= x.gardee.mois.month <= ages[1]]
    if not same:
        return RIEN
    nombres: list[Attendu] = [*ages]
    mots: list[str] = []
    for annee in sorted({x.gardee.mois.year for x in same}, reverse=True):
        nombres.append(annee)
        for country in (False, True):
            some = [x for x in same if x.gardee.mois.year == annee and (x.gardee.cour == "FRANCE") is country]
            held = sum(x.tient(0.8) for x in some)
            nombres += [held, len(some)] if country else [held / len(some) * 100]
            total = sum(x.total for x in some)
            excess = sum(x.gardee.evitees + x.gardee.moyenne for x in some) / total - 1
            if abs(excess) < 0.005:
                mots.append("(total juste)")
            else:
                nombres.append(abs(excess) * 100)
                mots.append("trop haut" if excess > 0 else "trop bas")
    return says(*mots, nombres=nombres)
