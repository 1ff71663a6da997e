"""The two thermometers: what Justice declares, beside what Intérieur counts."""

from fractions import Fraction

from pages.vues import calculs
from tests.phrases.compte import Compte, saison
from tests.phrases.ecoute import Dit
from tests.phrases.juste import Juste, juge, says

T = "trajectoire.words.thermometers."


def _counted(c: Compte) -> int:
    return sum(c.executees(mois) is not None for mois in c.mois)


def _fall(c: Compte) -> Fraction:
    """What Intérieur executed less than the base of the same months."""
    return c.base * c.rang / 12 - sum(c.executees(mois) or 0 for mois in c.mois)


@juge(T + "title_thermometers")
def title_thermometers(c: Compte, dit: Dit) -> Juste:
    if not _counted(c):
        return says("Un seul thermomètre")
    fall = _fall(c)
    side = "extractions de moins" if fall >= 0 else "extractions de plus"
    if c.muet:
        return says("Rien de déclaré à la Justice", side, nombres=[abs(fall)])
    return says(side, nombres=[c.evitees, abs(fall)])


@juge(T + "tell_thermometers")
def tell_thermometers(c: Compte, dit: Dit) -> Juste:
    if not _counted(c):
        return says("Importez les extractions requises")
    if c.muet:
        return says("ne se comparent pas encore")
    fall, season = _fall(c), sum((c.base * saison(mois) for mois in c.mois), Fraction(0))
    silence = calculs.silence(c.contexte)
    unsaid = (
        Fraction(0)
        if silence is None
        else sum((Fraction(x) for x in silence.by_month(c.cours).values()), Fraction(0))
    )
    asked = sum(c.executees(mois) or 0 for mois in c.mois) + c.evitees + unsaid - season
    base = c.base * c.rang / 12
    moved = asked / season * 100
    mots = ["stable"] if abs(moved) < Fraction(1, 20) else ["en hausse" if moved > 0 else "en baisse"]
    nombres = [_counted(c), c.evitees, *([] if mots == ["stable"] else [abs(moved)])]
    if fall > c.evitees:
        mots.append("une baisse des extractions exécutées")
    else:
        mots.append(
            "baisser les extractions exécutées que de"
            if fall >= 0
            else "pas les extractions exécutées d'augmenter"
        )
    nombres.append(abs(fall) / base * 100)
    gap = season - base
    if abs(gap) > max(abs(asked), abs(c.evitees)):
        mots.append("l'objectif répartit l'année autrement que la saison")
        nombres.append(gap)
    return says(*mots, nombres=nombres)
