"""What would be owed: the letter of the circular settled again, cour by cour, in exact fractions."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from tests.phrases.compte import Compte
from tests.phrases.ecoute import Dit
from tests.phrases.juste import RIEN, Juste, juge, says
from tests.phrases.nombres import Attendu, Environ, Proche
from tests.phrases.situations import ETPT, bases

D = "decompte.words."
MUTUALISE, PROPRE = "mutualisé", "écart propre"


@dataclass(frozen=True)
class Regle:
    """The year settled: what each cour was asked, avoided or will, and owes in extractions."""

    objectifs: Mapping[str, Fraction]
    evitees: Mapping[str, int]
    dus: Mapping[str, Fraction]
    projete: bool
    cout: Fraction | None

    @property
    def objectif(self) -> Fraction:
        return sum(self.objectifs.values(), Fraction(0))

    @property
    def fait(self) -> int:
        return sum(self.evitees.values())

    @property
    def du(self) -> Fraction:
        return sum(self.dus.values(), Fraction(0))

    def ecart(self, cour: str) -> Fraction:
        return max(Fraction(0), self.objectifs[cour] - self.evitees[cour])


def _mode(c: Compte) -> str:
    return PROPRE if dict(c.vue.options).get("partage") == "ecart_propre" else MUTUALISE


def _settle(c: Compte, mode: str) -> Regle:
    objectifs = {
        cour: Fraction(c.monde.fixes.get(cour, 0)) or Fraction(base, 20) for cour, base in bases().items()
    }
    evitees: dict[str, int] = {}
    for cour in objectifs:
        own = c.of(cour)
        ahead = own.tirage_de_tous
        evitees[cour] = own.evitees + (round(ahead.moyenne) if ahead is not None and c.rang < 12 else 0)
    gaps = {cour: max(Fraction(0), objectifs[cour] - evitees[cour]) for cour in objectifs}
    whole = sum(gaps.values(), Fraction(0))
    missing = max(Fraction(0), sum(objectifs.values(), Fraction(0)) - sum(evitees.values()))
    part = min(missing, whole) / whole if mode == MUTUALISE and whole else Fraction(1)
    cout = dict(c.vue.options).get("cout")
    return Regle(
        objectifs,
        evitees,
        {cour: gap * part for cour, gap in gaps.items()},
        projete=c.rang < 12,
        cout=Fraction(cout) if cout else None,
    )


def _about_etpt(etpt: Fraction) -> tuple[list[Attendu], list[str]]:
    if 0 < etpt < Fraction(1, 20):
        return [Fraction(1, 10)], ["moins de 0,1 ETPT"]
    return [etpt], []


def _about_euros(euros: Fraction) -> tuple[list[Attendu], list[str]]:
    if euros < 500:
        return [1], ["moins de 1 k€"]
    return ([euros / 1_000_000], ["M€"]) if euros >= 999_500 else ([euros / 1000], ["k€"])


def _owed(regle: Regle) -> tuple[list[Attendu], list[str]]:
    """What is owed, as it is said in a meeting."""
    if not regle.du:
        return [], ["rien à rembourser"]
    etpt = regle.du * ETPT
    if not regle.projete:
        return [etpt, *([etpt * regle.cout] if regle.cout is not None else [])], []
    nombres, mots = _about_etpt(etpt)
    if regle.cout is not None:
        more, words = _about_euros(etpt * regle.cout)
        nombres, mots = nombres + more, mots + words
    return nombres, mots


@juge(D + "decompte.conclude_settlement")
def conclude_settlement(c: Compte, dit: Dit) -> Juste:
    c = c.of(None)
    regle = _settle(c, _mode(c))
    gap = regle.objectif - regle.fait
    nombres: list[Attendu] = [2009]
    mots = ["projeté à fin d'année"] if regle.projete else []
    noms = ("le ministère",)
    if gap < 0:
        over = -gap
        told: list[Attendu] = [Environ(over) if regle.projete else over]
        mots.append("dépasserait l'objectif" if regle.projete else "dépasse l'objectif")
        owed, words = _owed(regle)
        if regle.projete and regle.du:
            return says(
                *mots, "intéressement non déterminé", nombres=[*nombres, *told, *_range(c, regle)], noms=noms
            )
        if owed:
            mots.append("à la charge des cours")
            told.append(regle.du)
            words += ["montant non déterminé"] if regle.cout is None else []
        return says(*mots, *words, "intéressement non déterminé", nombres=[*nombres, *told, *owed], noms=noms)
    if not gap:
        return says(*mots, "l'objectif :", "rien à rembourser", nombres=nombres, noms=noms)
    if regle.projete:
        told = [Environ(gap)]
        return says(
            *mots,
            "n'éviterait pas",
            "8 chances sur 10",
            nombres=[*nombres, *told, *_range(c, regle), 8, 10],
            noms=noms,
        )
    owed, words = _owed(regle)
    if regle.du != gap:
        words.append("à la charge des cours")
        owed = [regle.du, *owed]
    if regle.cout is None:
        words.append("montant non déterminé")
    return says(*mots, "n'a pas évité", *words, nombres=[*nombres, gap, *owed], noms=noms)


def _range(c: Compte, regle: Regle) -> list[Attendu]:
    """Between what is owed 8 times out of 10: the law of the country, whose cours the product draws."""
    law = c.tirage_de_tous
    assert law is not None
    low, high = (regle.objectif - c.evitees - law.quantile(part) for part in (0.9, 0.1))
    scale = ETPT * regle.cout if regle.cout is not None else Fraction(1)
    unit = 1 if regle.cout is None else 1_000_000 if high * scale >= 999_500 else 1000
    return [Proche(float(low * scale / unit), 0.06), Proche(float(high * scale / unit), 0.06)]


@juge(D + "decompte.tell_steps")
def tell_steps(c: Compte, dit: Dit) -> Juste:
    c = c.of(None)
    regle = _settle(c, _mode(c))
    owed, words = _owed(regle)
    if not owed:
        words = ["ien à rembourser"]
    fixed = len(c.monde.fixes)
    mots = ["dont le Secrétariat général a fixé l'objectif"] if fixed else []
    mots += ["Au milieu de la projection"] if regle.projete else []
    mots.append("Mutualisé" if _mode(c) == MUTUALISE else "Écart propre")
    return says(*mots, *words, nombres=[155_000, *([fixed] if fixed else []), *owed])


@juge(D + "releve.compare_modes")
def compare_modes(c: Compte, dit: Dit) -> Juste:
    first = _mode(c)
    other = PROPRE if first == MUTUALISE else MUTUALISE
    nombres: list[Attendu] = []
    mots = ["Au milieu de la projection"] if c.rang < 12 else []
    for mode in (first, other):
        owed, words = _owed(_settle(c.of(None), mode))
        nombres, mots = nombres + owed, mots + words
    return says(*mots, nombres=nombres)


@juge(D + "decompte.warn_settlement")
def warn_settlement(c: Compte, dit: Dit) -> Juste:
    cost = dict(c.vue.options).get("cout")
    mots = ["(la base des cours)" if not cost else "le coût d'un ETPT et la base des cours"]
    mots += [] if cost else ["s'arrête aux ETPT"]
    mots += ["L'année n'est pas complète"] if c.rang < 12 else []
    return says(*mots)


def _paying(c: Compte) -> int:
    return sum(due > 0 for due in _settle(c.of(None), _mode(c)).dus.values())


@juge(D + "parts.title_parts")
def title_parts(c: Compte, dit: Dit) -> Juste:
    paying = _paying(c)
    mots = ["u milieu de la projection"] if c.rang < 12 else []
    if not paying:
        return says(*mots, "ucune cour n'aurait à rembourser")
    return says(
        *mots,
        "auraient à rembourser" if paying > 1 else "aurait à rembourser",
        nombres=[paying, len(bases())],
    )


@juge(D + "parts.tell_undrawn")
def tell_undrawn(c: Compte, dit: Dit) -> Juste:
    paying = _paying(c)
    if not paying:
        return says("Rien à rembourser")
    left = paying - 15
    return RIEN if left <= 0 else says("autres" if left > 1 else "autre,", nombres=[left])


@juge(D + "parts.tell_rounding")
def tell_rounding(c: Compte, dit: Dit) -> Juste:
    if c.rang < 12:
        return RIEN
    dus = _settle(c.of(None), _mode(c)).dus.values()
    same = sum(round(due * ETPT, 4) for due in dus) == round(sum(dus, Fraction(0)) * ETPT, 4)
    return RIEN if same else says("leur somme diffère du total")
