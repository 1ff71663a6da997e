"""What changed in a month, and whether it is ordinary: the chart is drawn again, in plain sums."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from itertools import pairwise
from math import ceil, floor
from statistics import fmean

from tests.phrases.compte import MOIS, Compte, saison
from tests.phrases.ecoute import Dit
from tests.phrases.juste import RIEN, Juste, juge, says
from tests.phrases.nombres import Attendu, Proche
from tests.phrases.situations import month

V = "veille."
ORDINAIRE = "ne se distingue pas de sa variation habituelle"


@dataclass(frozen=True)
class Carte:
    """The chart of a cour at its last known month: the rule it breaks, its sense, and the limits."""

    mois: date
    silence: date | None
    regle: str
    sens: int
    suite: int
    bas: float | None
    haut: float | None
    cible: float | None
    groupe: int
    dernier: tuple[date, int] | None


def _months(c: Compte) -> list[date]:
    return [mois for mois in sorted({*c.connus, *c.mois}) if c.attendues(mois)][-24:]


def _average(c: Compte) -> float | None:
    """What a month that was answered avoids, on average."""
    answered = [c.evitees_en(mois) for mois in _months(c) if c.repondues(mois)]
    return fmean(answered) if answered else None


def _limits(values: Sequence[float | None]) -> tuple[float, float | None, float | None, float]:
    known = [x for x in values if x is not None]
    centre = fmean(known)
    moved = [abs(b - a) for a, b in pairwise(values) if a is not None and b is not None]
    if not moved:
        return centre, None, None, 0.0
    mean = fmean(moved)
    mean = fmean([x for x in moved if x < 3.267 * mean] or moved) or mean
    return centre, centre - 2.66 * mean, centre + 2.66 * mean, mean


def _rules(values: Sequence[float | None]) -> list[tuple[str, int]]:
    """The strongest rule that each month breaks: out of the limits, a trend, two of three, a shift."""
    if all(x is None for x in values):
        return [("", 0)] * len(values)
    centre, low, _, mean = _limits(values)
    side = [0 if x is None else (x > centre) - (x < centre) for x in values]
    way = [0, *(0 if a is None or b is None else (b > a) - (b < a) for a, b in pairwise(values))]
    found = [("", 0)] * len(values)

    def beyond(x: float | None, part: float) -> int:
        if x is None or low is None:
            return 0
        return (x > centre + part * 2.66 * mean) - (x < centre - part * 2.66 * mean)

    for k in range(6, len(values)):
        if side[k] and set(side[k - 6 : k + 1]) == {side[k]}:
            for j in range(k - 6, k + 1):
                found[j] = ("série", side[k])
    for k in range(2, len(values)):
        three = range(k - 2, k + 1)
        if side[k] and all(side[j] == side[k] for j in three):
            far = [j for j in three if beyond(values[j], 2 / 3)]
            if len(far) >= 2:
                for j in far:
                    found[j] = ("deux sur trois", side[k])
    for k in range(6, len(values)):
        if way[k] and all(way[j] == way[k] for j in range(k - 5, k + 1)):
            for j in range(k - 6, k + 1):
                found[j] = ("tendance", way[k])
    for k, x in enumerate(values):
        if beyond(x, 1):
            found[k] = ("hors limites", beyond(x, 1))
    return found


def _run(values: Sequence[float | None], regle: str, sens: int) -> int:
    if regle == "tendance":
        length = 1
        for a, b in pairwise(values[::-1]):
            if a is None or b is None or (a > b) - (a < b) != sens:
                break
            length += 1
        return length
    centre, length = _limits(values)[0], 0
    for x in values[::-1]:
        if x is None or (x > centre) - (x < centre) != sens:
            break
        length += 1
    return length


def _chart(c: Compte) -> Carte | None:
    """Draw the chart; None where there is too little, or no base, to draw one."""
    mean = _average(c)
    if c.annee != 2009 or mean is None or mean < 5:
        return None
    months = _months(c)
    values: list[float | None] = []
    for mois in months:
        share = Fraction(c.repondues(mois), len(c.attendues(mois)))
        values.append(float(c.evitees_en(mois) / (c.base * saison(mois) * share)) if share else None)
    anew = [mois for cour, mois, _ in c.monde.recalages if cour == c.cour]
    starts = sorted({0, *(k for k, mois in enumerate(months) if mois in anew)})
    signals: list[tuple[str, int]] = []
    for start, end in pairwise([*starts, len(months)]):
        signals += _rules(values[start:end])
    last = max(k for k, x in enumerate(values) if x is not None)
    start = max(k for k in starts if k <= last)
    group = values[start:]
    _, low, high, _ = _limits(group)
    due = (
        None
        if c.annuel is None or months[last].year != 2009
        else float(c.annuel / 12 / (c.base * saison(months[last])))
    )
    past = [(months[k], sens) for k, (regle, sens) in enumerate(signals) if regle]
    regle, sens = signals[last]
    return Carte(
        mois=months[last],
        silence=months[-1] if last < len(months) - 1 else None,
        regle=regle,
        sens=sens,
        suite=_run(values[start : last + 1], regle, sens) if regle else 0,
        bas=low,
        haut=high,
        cible=due,
        groupe=sum(x is not None for x in group),
        dernier=past[-1] if past else None,
    )


_REGLES = {
    ("hors limites", 1): "dépasse la limite haute",
    ("hors limites", -1): "passe sous la limite basse",
    ("tendance", 1): "mois de suite en hausse",
    ("tendance", -1): "mois de suite en baisse",
    ("deux sur trois", 1): "tout près de la limite haute",
    ("deux sur trois", -1): "tout près de la limite basse",
    ("série", 1): "mois de suite au-dessus de la moyenne",
    ("série", -1): "mois de suite sous la moyenne",
}


def _verdict(carte: Carte) -> tuple[list[Attendu], list[str], list[str]]:
    when = MOIS[carte.mois.month - 1]
    nombres: list[Attendu] = []
    mots: list[str] = []
    if carte.silence is not None:
        nombres += [carte.silence.year, carte.mois.year]
        mots.append("Aucune réponse pour")
    if not carte.regle:
        usual = ORDINAIRE if carte.groupe >= 4 else "trop peu de mois connus"
        return nombres, [*mots, usual], [when]
    mots.append(_REGLES[carte.regle, carte.sens])
    if carte.regle in ("tendance", "série"):
        nombres.append(carte.suite)
    return nombres, mots, [when]


@juge(V + "words.title_signal")
def title_signal(c: Compte, dit: Dit) -> Juste:
    if _average(c) is None:
        return says("Aucun mois répondu")
    carte = _chart(c)
    if carte is None:
        return says("Trop peu d'extractions pour juger")
    nombres, mots, noms = _verdict(carte)
    if not carte.regle and carte.dernier is not None:
        day, sens = carte.dernier
        nombres.append(day.year)
        mots += ["dernier signal en", "amélioration" if sens > 0 else "dégradation"]
    return says(*mots, nombres=nombres, noms=tuple(noms))


@juge(V + "words.tell_signal")
def tell_signal(c: Compte, dit: Dit) -> Juste:
    mean = _average(c)
    if mean is None:
        return says("rien ne peut être suivi")
    carte = _chart(c)
    if carte is None:
        if mean >= 5:
            return says("Sans base d'extractions")
        return says("le hasard seul y donnerait un signal", nombres=[mean, 5])
    nombres, mots, noms = _verdict(carte)
    if carte.groupe < 13:
        return says(*mots, "limites d'essai", nombres=[*nombres, 13], noms=tuple(noms))
    if not (carte.regle or carte.bas is None or carte.haut is None or carte.cible is None):
        held = carte.bas > carte.cible
        missed = carte.haut < carte.cible
        mots.append(
            "l'objectif du mois est tenu"
            if held
            else "l'objectif du mois est manqué"
            if missed
            else "tantôt tenu"
        )
    return says(*mots, nombres=nombres, noms=tuple(noms))


@juge(V + "words.note_settings")
def note_settings(c: Compte, dit: Dit) -> Juste:
    if _chart(c) is None:
        return RIEN
    shown = set(_months(c))
    anew = [(mois, cause) for cour, mois, cause in c.monde.recalages if cour == c.cour and mois in shown]
    nombres: list[Attendu] = [Fraction(266, 100), 7, 7, 2023]
    return says(
        *(["Recalée en"] if anew else []),
        nombres=[*nombres, *(mois.year for mois, _ in anew)],
        noms=("NHSRplotthedots 0.2.2", *(cause for _, cause in anew)),
    )


@juge(V + "words.tell_chance")
def tell_chance(c: Compte, dit: Dit) -> Juste:
    """Two signals in a hundred months that change nothing: what that makes of the cours followed."""
    c = c.entier
    count = sum(_chart(c.of(cour)) is not None for cour in c.toutes)
    if not count:
        return RIEN
    due = count * Fraction(2, 100)
    if due < Fraction(1, 2):
        who = [] if count == 1 else [count]
        return says("environ un mois sur", nombres=[*who, round(1 / due)])
    words = ["aucune", "une", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf", "dix"]
    low, high = words[floor(due)], words[ceil(due)]
    told = low if low == high else f"{low} ou {high}"
    return says(f"{told} en moyenne", nombres=[count])


@juge(V + "changes.tell_changes")
def tell_changes(c: Compte, dit: Dit) -> Juste:
    """One cour doubled and another fell in one situation only, by its own rule; the rest is counted."""
    c = c.entier
    nombres: list[Attendu] = []
    mots: list[str] = []
    noms: list[str] = []
    told = 0
    national = c.of(None)
    before = month(c.annee, c.rang - 1)
    if c.monde.nom == "cour_double":
        for cour, word, nom in (("CA-DOUAI", "Hausse à", "Douai"), ("CA-LYON", "Baisse à", "Lyon")):
            own = c.of(cour)
            past = [own.evitees_en(mois) / float(saison(mois) * 12) for mois in own.connus[:-1]]
            nombres += [own.evitees_en(c.fin), c.annee, Proche(fmean(past) * float(saison(c.fin) * 12), 0.25)]
            mots.append(word)
            noms.append(nom)
            told += 1
    elif _judged(c):
        nombres.append(c.annee)
        mots.append("Aucune cour ne s'écarte nettement")
        aside = len(c.toutes) - _judged(c)
        if aside:
            nombres.append(aside)
            mots.append("non jugées" if aside > 1 else "non jugée (")
        told += 1
    for turned, word in ((_fallen(c), "rien déclaré"), (_back(c), "de silence")):
        if turned:
            more = [turned - 3] if turned > 3 else []
            nombres += [turned, *([2, c.annee] if word == "rien déclaré" else [c.annee, 2]), *more]
            mots.append(word)
            told += 1
    if c.monde.alertes:
        nombres += [c.monde.alertes, c.annee]
        mots.append("à vérifier")
        told += 1
    if told < 3 and any(x.mois == c.fin for x in national.jusqu_ici):
        nombres += [national.evitees_en(c.fin), c.annee]
        if any(x.mois == before for x in national.jusqu_ici):
            nombres += [national.evitees_en(before), before.year]
            mots.append("contre")
        told += 1
    if told < 3:
        now = national.part_mois
        nombres += [now * 100, c.annee]
        mots.append("des juridictions ont répondu pour")
        if before in national.connus:
            then = Fraction(national.repondues(before), len(national.attendues(before)))
            nombres.append(Fraction(round(now * 1000) - round(then * 1000), 10))
    return says(*mots, nombres=nombres, noms=tuple(noms))


def _judged(c: Compte) -> int:
    """Count the cours with three months answered before this one, and that answer as they use to."""
    return sum(_is_judged(c.of(cour)) for cour in c.toutes)


def _is_judged(own: Compte) -> bool:
    known = own.connus[-25:]
    weight = _weights(own, known)
    share = [
        sum(weight[x.code] for x in own.attendues(m) if (m, x.code) in own.monde.entendues)
        / sum(weight[x.code] for x in own.attendues(m))
        for m in known
    ]
    if known[-1] != own.fin or not share[-1] or sum(x > 0 for x in share[:-1]) < 3:
        return False
    recent = [x for x in share[-7:-1] if x > 0]
    usual = sum(recent) / len(recent) if recent else 0.0
    return abs(share[-1] - usual) <= 0.25 * usual


def _weights(own: Compte, known: Sequence[date]) -> dict[str, float]:
    """What a juridiction usually avoids, as the months before the last two say; half of it its cour's."""
    learnt = set(known[:-2])
    counts: dict[tuple[date, str], int] = {}
    for x in own.jusqu_ici:
        if x.mois in learnt and x.activite in own.comptees:
            counts[x.mois, x.juridiction] = counts.get((x.mois, x.juridiction), 0) + x.evitees
    for x in own.jusqu_ici:
        if x.mois in learnt:
            counts.setdefault((x.mois, x.juridiction), 0)
    typical = (fmean(counts.values()) if counts else 0.0) + 0.1
    found: dict[str, float] = {}
    for mois in known:
        for lieu in own.attendues(mois):
            mine = [n for (_, code), n in counts.items() if code == lieu.code]
            found[lieu.code] = (sum(mine) + typical) / (len(mine) + 1)
    return found


def _fallen(c: Compte) -> int:
    """Count those that answered the two months before, and not this one."""
    return sum(_turns(c, code, before=True) for code in {x.code for x in c.of(None).attendues(c.fin)})


def _back(c: Compte) -> int:
    return sum(_turns(c, code, before=False) for code in {x.code for x in c.of(None).attendues(c.fin)})


def _turns(c: Compte, code: str, *, before: bool) -> bool:
    said = c.monde.entendues
    earlier = [month(c.annee, c.rang - k) for k in (1, 2)]
    if any(mois < c.monde.premier for mois in earlier):
        return False
    due = all(any(x.code == code for x in c.of(None).attendues(mois)) for mois in earlier)
    return (
        due and ((c.fin, code) in said) is not before and all(((m, code) in said) is before for m in earlier)
    )
