"""The activities: which are used, what they avoid, what they will bring; the crossing with the cours."""

from collections import Counter
from datetime import date
from fractions import Fraction

from analytics.trajectoire.words.activities import SHORT_NAMES
from tests.phrases.compte import MOIS, Compte
from tests.phrases.ecoute import Dit
from tests.phrases.juste import RIEN, Juste, juge, says
from tests.phrases.situations import activities, month

T = "trajectoire.words."
NOBODY = "Aucune juridiction n'a répondu depuis janvier"


def _visio(c: Compte) -> Counter[str]:
    found = Counter[str]()
    for x in c.lignes:
        if x.activite in c.du_groupe:
            found[x.activite] += x.visio
    return found


def _evitees(c: Compte) -> Counter[str]:
    found = Counter[str]()
    for x in c.lignes:
        if x.activite in c.comptees:
            found[x.activite] += x.evitees
    return found


def _in_order(counts: Counter[str]) -> list[str]:
    """The largest first; of equals, the first of the questionnaire."""
    order = list(activities())
    return sorted(
        (code for code in counts if counts[code]), key=lambda code: (-counts[code], order.index(code))
    )


def _legal(code: str, mois: date) -> bool:
    """Tell whether the law allowed an activity on some day of a month."""
    since = activities()[code]["legal_depuis"]
    return not since or date.fromisoformat(since) < month(mois.year, mois.month + 1)


@juge(T + "activities.conclude_activities")
def conclude_activities(c: Compte, dit: Dit) -> Juste:
    when = (MOIS[c.rang - 1],)
    if c.muet:
        return says(NOBODY.lower(), nombres=[c.annee], noms=when)
    used = len(_in_order(_visio(c)))
    nombres = [c.annee, c.visio, used, len(c.du_groupe)]
    if not c.comptees:
        return says("dont aucune ne compte", nombres=nombres, noms=when)
    part = [Fraction(c.evitees, c.visio_comptee) * 100] if c.visio_comptee else []
    return says(*(["soit"] if part else []), nombres=[*nombres, c.evitees, *part], noms=when)


@juge(T + "activities.tell_activities")
def tell_activities(c: Compte, dit: Dit) -> Juste:
    if c.muet:
        return says(NOBODY)
    if not c.comptees:
        return says("ne comptent pas dans l'objectif")
    outside = c.visio - c.visio_comptee
    not_yet = sum(not any(_legal(code, mois) for mois in c.mois) for code in c.du_groupe)
    word = {0: [], 1: ["la loi ne la permettait pas encore"]}.get(
        not_yet, ["la loi ne les permettait pas encore"]
    )
    return says(*word, nombres=[c.evitees, outside, *([not_yet] if not_yet else [])])


@juge(T + "activities.title_activities")
def title_activities(c: Compte, dit: Dit) -> Juste:
    counts = _visio(c)
    if not c.visio:
        return says("Aucune visioconférence déclarée")
    first = _in_order(counts)[0]
    return says("réunit", nombres=[Fraction(counts[first], c.visio) * 100], noms=(SHORT_NAMES[first],))


@juge(T + "activities.title_ranked")
def title_ranked(c: Compte, dit: Dit) -> Juste:
    total = c.evitees
    if not total:
        return says("Rien de déclaré")
    names = list(dit.donne["ranked"]["nom"])
    if set(names) <= {*SHORT_NAMES.values(), "Autres"}:
        counts = _evitees(c)
        first = _in_order(counts)[0]
        return says(nombres=[Fraction(counts[first], total) * 100], noms=(SHORT_NAMES[first],))
    by_court = Counter[str]()
    for x in c.lignes:
        if x.activite in c.comptees:
            by_court[x.juridiction] += x.evitees
    return says(nombres=[Fraction(max(by_court.values()), total) * 100])


@juge(T + "activities.title_shares")
def title_shares(c: Compte, dit: Dit) -> Juste:
    visio, avoided = _visio(c), _evitees(c)
    shares = {code: Fraction(avoided[code], visio[code]) for code in c.comptees if visio[code]}
    if not shares:
        return says("Aucune visioconférence d'une activité comptée")
    low, high = min(shares.values()), max(shares.values())
    return says(nombres=[low * 100, high * 100])


@juge(T + "activities_ahead.tell_coming")
def tell_coming(c: Compte, dit: Dit) -> Juste:
    """Half of what is to come, as the law of each activity has its mean; no more than three are named."""
    coming = {
        row["activite"]: row["projection_moyenne"] - row["extractions_evitees"]
        for row in dit.donne["fins"].iter_rows(named=True)
        if row["projection_moyenne"] is not None
    }
    whole, named, held = sum(x for x in coming.values() if x > 0), list[str](), 0.0
    for code in sorted(coming, key=lambda code: -coming[code]):
        if held >= whole / 2 or len(named) == 3:
            break
        named.append(code)
        held += coming[code]
    if not named:
        return RIEN
    mots = ["devrait" if len(named) == 1 else "devraient"] + (["(indicatif)"] if c.indicatif else [])
    return says(*mots, nombres=[held / whole * 100], noms=tuple(SHORT_NAMES[code] for code in named))


@juge(T + "crossing.title_crossing")
def title_crossing(c: Compte, dit: Dit) -> Juste:
    pairs = _pairs(c)
    if not pairs:
        return says("Aucune visioconférence déclarée")
    most = max(pairs.values())
    return says(nombres=[most], noms=(SHORT_NAMES[max(pairs, key=lambda pair: pairs[pair])[1]],))


@juge(T + "crossing.tell_crossing")
def tell_crossing(c: Compte, dit: Dit) -> Juste:
    used = sum(count > 0 for count in _pairs(c).values())
    heard = {x.cour for x in c.lignes}
    possible = len(heard) * sum(_legal(code, c.fin) for code in c.du_groupe)
    return says(
        "couples" if used > 1 else "couple d'",
        "comptent" if used > 1 else "compte au",
        nombres=[used, possible],
    )


def _pairs(c: Compte) -> Counter[tuple[str, str]]:
    found = Counter[tuple[str, str]]()
    for x in c.lignes:
        if x.activite in c.du_groupe and x.visio:
            found[x.cour, x.activite] += x.visio
    return found
