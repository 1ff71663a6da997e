"""Who answered, on how much of the country a total rests, and what silence may hide."""

from fractions import Fraction
from math import ceil

import numpy as np

from analytics.couverture.silence import Silence
from pages.vues import calculs
from tests.phrases.compte import Compte, Tirage
from tests.phrases.ecoute import Dit
from tests.phrases.juste import RIEN, Juste, juge, says
from tests.phrases.nombres import Attendu
from tests.phrases.situations import ETPT, Ligne, activities, month

C = "couverture.words."


@juge(C + "answers.title_answers")
def title_answers(c: Compte, dit: Dit) -> Juste:
    came = c.repondues(c.fin)
    return says("ont répondu" if came > 1 else "a répondu", nombres=[came, len(c.attendues(c.fin)), c.annee])


def _shown(c: Compte) -> list[tuple[object, str]]:
    """The answers expected over the last twelve months that data know of."""
    months = [month(c.annee, c.rang - k) for k in range(12)]
    return [(mois, lieu.code) for mois in months if mois >= c.monde.premier for lieu in c.attendues(mois)]


@juge(C + "answers.tell_answers")
def tell_answers(c: Compte, dit: Dit) -> Juste:
    shown = _shown(c)
    corrected = {(x.mois, x.juridiction) for x in c.monde.lignes if x.corrigee}
    came = [cell for cell in shown if cell in c.monde.entendues]
    changed = sum(cell in corrected for cell in came)
    nombres = [len(came), len(shown), Fraction(len(came), len(shown)) * 100, changed]
    return says(
        "réponses reçues" if len(came) > 1 else "réponse reçue",
        "corrigées" if changed > 1 else "corrigée depuis",
        nombres=nombres,
    )


@juge(C + "answers.tell_courts")
def tell_courts(c: Compte, dit: Dit) -> Juste:
    due = {lieu.code for mois in c.mois for lieu in c.attendues(mois)}
    heard = {x.juridiction for x in c.lignes}
    active = {x.juridiction for x in c.lignes if x.evitees and x.activite in c.comptees}
    silent = len(due - heard)
    mots = ["déclarent" if len(active) > 1 else "déclare au"]
    if silent:
        mots.append("n'a répondu à aucun mois" if silent == 1 else "n'ont répondu à aucun mois")
    return says(*mots, nombres=[len(active), len(due | heard), *([silent] if silent else [])])


def _estimate(c: Compte) -> tuple[int, int, int, int] | None:
    """What was declared and left unsaid: estimated, low, high, at most; from the draws, under the ceiling."""
    found = calculs.silence(c.contexte)
    if found is None or c.plafond is None:
        return None
    rows = [rank for rank, cour in enumerate(found.cours) if cour in c.cours]
    mean, variance = (float(x[0]) for x in _law(found, rows))
    law = Tirage(mean, variance, None)
    most = c.declarees + ceil(round(c.plafond, 6))
    low, high = (min(c.declarees + law.quantile(part), most) for part in (0.1, 0.9))
    return min(round(c.declarees + mean), most), low, high, most


def _law(found: Silence, rows: list[int]) -> tuple[list[float], list[float]]:
    _, law = found.estimation.total(np.array(rows))
    return law.moyenne.tolist(), law.variance.tolist()


def _share_of(c: Compte, value: int) -> int:
    """What one group has of what silence adds, in proportion of what is declared."""
    if not c.vue.groupe:
        return value
    part = Fraction(c.evitees, c.declarees) if c.declarees else Fraction(0)
    return c.evitees + round((value - c.declarees) * part)


def _scope(c: Compte, dit: Dit) -> Compte:
    """Some lines tell of all the activities, whatever group is shown."""
    return c if dit.donne["couverture"].au_prorata else c.entier


@juge(C + "coverage.tell_coverage")
def tell_coverage(c: Compte, dit: Dit) -> Juste:
    c = _scope(c, dit)
    found = _estimate(c)
    if c.muet:
        most = [] if found is None else [found[3]]
        return says(
            "aucune réponse reçue", *(["au plus"] if most else []), nombres=[c.total_attendues, *most]
        )
    part = Fraction(c.total_repondues, c.total_attendues) * 100
    whole = c.total_repondues == c.total_attendues
    shown = Fraction(100) if whole else min(max(Fraction(round(part)), Fraction(1)), Fraction(99))
    nombres: list[Attendu] = [c.evitees, shown]
    mots = ["déclarées" if c.evitees > 1 else "déclarée"]
    if not whole and found is not None:
        mots.append("entre")
        nombres += [c.evitees, _share_of(c, found[3])]
        if dit.donne["fourchette"]:
            mots.append("estimées")
            nombres += [*(_share_of(c, value) for value in found[:3]), 8, 10]
    return says(*mots, nombres=nombres)


def _habit(c: Compte) -> Fraction | None:
    """The share of the usual volume that the months answered stand for."""
    volumes = _volumes(c)
    due = sum((volumes[lieu.code] for mois in c.mois for lieu in c.attendues(mois)), Fraction(0))
    came = sum(
        (
            volumes[lieu.code]
            for mois in c.mois
            for lieu in c.attendues(mois)
            if (mois, lieu.code) in c.monde.entendues
        ),
        Fraction(0),
    )
    return came / due if due else None


def _volumes(c: Compte) -> dict[str, Fraction]:
    """What each juridiction avoids in a month it answers; what its like do, where it never did."""
    if "volumes" in c.monde.__dict__:
        return c.monde.__dict__["volumes"]
    counted = {code for code, row in activities().items() if row["compte_objectif"] == "oui"}
    everyone = c.of(None)
    said: dict[str, list[Ligne]] = {}
    for x in everyone.jusqu_ici:
        said.setdefault(x.juridiction, []).append(x)
    places = {lieu.code: lieu for mois in everyone.connus for lieu in everyone.attendues(mois)}
    own: dict[str, Fraction] = {}
    for code, lines in said.items():
        if code in places:
            own[code] = Fraction(
                sum(x.evitees for x in lines if x.activite in counted), len({x.mois for x in lines})
            )

    def mean(codes: list[str]) -> Fraction | None:
        return sum((own[code] for code in codes), Fraction(0)) / len(codes) if codes else None

    found: dict[str, Fraction] = {}
    for code, lieu in places.items():
        like = [x for x in own if places[x].cour == lieu.cour and places[x].sorte == lieu.sorte]
        kind = [x for x in own if places[x].sorte == lieu.sorte]
        value = own.get(code) if code in own else mean(like)
        if value is None:
            value = mean(kind)
        if value is None:
            value = mean(list(own))
        found[code] = value if value is not None else Fraction(0)
    c.monde.__dict__["volumes"] = found
    return found


@juge(C + "coverage.tell_volume")
def tell_volume(c: Compte, dit: Dit) -> Juste:
    part = _habit(c)
    return RIEN if part is None else says(nombres=[float(part * 100)])


@juge(C + "coverage.note_on_total")
def note_on_total(c: Compte, dit: Dit) -> Juste:
    told, habit = tell_coverage(c, dit), tell_volume(c, dit)
    return says(*told.mots, nombres=[*told.nombres, *habit.nombres], noms=("Depuis janvier",))


@juge(C + "silence.tell_silence")
def tell_silence(c: Compte, dit: Dit) -> Juste:
    missing = c.total_attendues - c.total_repondues
    if not missing:
        return says("Toutes les réponses attendues sont parvenues")
    found = _estimate(c)
    assert found is not None
    middle, low, high, _ = found
    add = [value - c.declarees for value in (middle, low, high)]
    many = "réponses manquantes" if missing > 1 else "réponse manquante"
    nombres: list[Attendu] = [missing, *([c.declarees] if c.declarees > 1 else []), *add]
    ends = [add[1] * ETPT, add[2] * ETPT]
    same = f"{float(ends[0]):.1f}" == f"{float(ends[1]):.1f}"
    nombres += [*(ends[:1] if same else ends), 8, 10]
    mots = [many]
    if c.a_date is not None and c.declarees < c.a_date:
        mots.append("atteindrait l'objectif à date" if middle >= c.a_date else "n'atteindrait pas non plus")
        nombres.append(c.a_date)
    return says(*mots, nombres=nombres)
