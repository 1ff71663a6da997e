"""Where to act: what is left within reach, court by court, and what is not equipped."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from pages.vues.leviers import potentiel
from tests.phrases.compte import Compte
from tests.phrases.ecoute import Dit
from tests.phrases.juste import Juste, juge, says
from tests.phrases.nombres import Attendu, Environ
from tests.phrases.situations import ETPT, month

L = "leviers.words."


@dataclass(frozen=True)
class Ligne:
    """What is left of one activity in one juridiction, as the product models it: to be added up here."""

    juridiction: str
    activite: str
    cour: str
    portee: float
    muette: bool
    a_equiper: float
    non_permise: float


def _rows(c: Compte) -> list[Ligne]:
    return [
        Ligne(
            row["juridiction"],
            row["activite"],
            row["cour"],
            row["potentiel"],
            row["faites"] is None,
            row["non_equipees"],
            row["non_permises"],
        )
        for row in potentiel(c.contexte).iter_rows(named=True)
        if row["cour"] in c.cours
    ]


def _share(counts: Mapping[str, float], first: int) -> float:
    return sum(sorted(counts.values(), reverse=True)[:first]) / sum(counts.values()) * 100


@juge(L + "title_levers")
def title_levers(c: Compte, dit: Dit) -> Juste:
    left = defaultdict[str, float](float)
    for row in _rows(c):
        left[row.activite] += row.portee
    if sum(left.values()) < 0.5:
        return says("Plus rien à portée")
    return says("réunissent", nombres=[_share(left, 2)])


@juge(L + "tell_levers")
def tell_levers(c: Compte, dit: Dit) -> Juste:
    rows = _rows(c)
    within, barred = sum(row.portee for row in rows), sum(row.non_permise for row in rows)
    silent = sum(row.portee for row in rows if row.muette)
    heard = {x.juridiction for x in c.jusqu_ici if x.mois > month(c.annee, c.rang - 12)}
    assert all(row.muette is (row.juridiction not in heard) for row in rows)
    nombres: list[Attendu] = [Environ(within)] if within >= 0.5 else []
    mots = ["restent à portée" if within >= 0.5 else "Rien ne reste"]
    if silent >= 0.5:
        nombres.append(Environ(silent))
        mots.append("dont aucune réponse récente n'est connue")
    return says(*mots, "clé nationale", nombres=[*nombres, Environ(barred)])


@juge(L + "title_places")
def title_places(c: Compte, dit: Dit) -> Juste:
    left = defaultdict[str, float](float)
    for row in _rows(c):
        left[row.juridiction] += row.portee
    some = [code for code, value in left.items() if value >= 0.5]
    if not some:
        return says("Plus rien à portée")
    if len(some) <= 12:
        return says("d'abord")
    return says("réunissent", nombres=[12, _share(left, 12)])


def _prisons(c: Compte) -> tuple[int, list[tuple[str, int]]]:
    known = [prison for prison in c.monde.prisons if prison[0] in c.cours]
    after = month(c.annee, c.rang + 1)
    return len(known), [(cour, n) for cour, _, n, since in known if since is None or since >= after]


@juge(L + "title_inaction")
def title_inaction(c: Compte, dit: Dit) -> Juste:
    known, bare = _prisons(c)
    if not known:
        return says("aucune donnée importée")
    if not bare:
        return says("Tous les établissements connus sont équipés")
    held = defaultdict[str, float](float)
    for cour, _, n, _ in c.monde.prisons:
        held[cour] += n
    lost = defaultdict[str, float](float)
    for row in _rows(c):
        lost[row.cour] += row.a_equiper
    whole = sum(lost[cour] * n / held[cour] for cour, n in bare)
    return says("Ne pas équiper le reste", nombres=[Environ(whole), Environ(whole * float(ETPT))])


@juge(L + "tell_inaction")
def tell_inaction(c: Compte, dit: Dit) -> Juste:
    known, bare = _prisons(c)
    if not known:
        return says("Sans l'état des équipements")
    if not bare:
        return says("tous équipés" if known > 1 else "connu, équipé", nombres=[known])
    return says("sans visioconférence", nombres=[len(bare), known])


@juge(L + "tell_places")
def tell_places(c: Compte, dit: Dit) -> Juste:
    return says("Au plus")
