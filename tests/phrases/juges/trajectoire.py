"""The trajectory: what to conclude, the pace, the odds, the curve, the map."""

from fractions import Fraction
from math import floor

from tests.phrases.compte import ATTEINT, AVANCE, INCONNU, MOIS, RETARD, TIENT, Compte
from tests.phrases.ecoute import Dit
from tests.phrases.juste import RIEN, Juste, juge, says
from tests.phrases.nombres import Attendu
from tests.phrases.situations import ETPT, TAUX, bases

T = "trajectoire.words."
HUIT_SUR_DIX = (8, 10)


def half_up(value: Fraction) -> int:
    """Round as a reader does."""
    return floor(value + Fraction(1, 2))


def _odds(p: float | None) -> tuple[list[Attendu], list[str]]:
    if p is None:
        return [], []
    if p < 0.01:
        return [1], ["moins de 1 %"]
    if p > 0.99:
        return [99], ["plus de 99 %"]
    return [p * 100], []


def _held(c: Compte) -> str:
    known = len(c.mois_de_rythme)
    if known == 6:
        return "le rythme des six derniers mois"
    if known == 1:
        return "le rythme du seul mois connu"
    return f"le rythme des {['', 'un', 'deux', 'trois', 'quatre', 'cinq'][known]} mois connus"


@juge(T + "pace_and_odds.pace_held")
def pace_held(c: Compte, dit: Dit) -> Juste:
    return says(_held(c))


@juge(T + "pace_and_odds.tell_pace")
def tell_pace(c: Compte, dit: Dit) -> Juste:
    if c.etat == ATTEINT:
        return says("l'objectif de l'année est atteint")
    if c.requis is None:
        return says("le rythme requis n'est pas connu" if c.reste is None else "l'année est terminée")
    if not c.tenu or c.tenu <= 0:
        return says(nombres=[c.requis])
    if c.requis <= c.tenu:
        return says(_held(c), "y suffit", nombres=[c.requis, c.tenu])
    return says(_held(c), "fois", nombres=[c.requis, c.requis / c.tenu])


def _missing(c: Compte) -> int:
    """What a finished year lacks, as a reader subtracts what is written."""
    assert c.annuel is not None
    assert c.retenues is not None
    return half_up(c.annuel) - half_up(c.retenues)


@juge(T + "conclusion.missing")
def missing(c: Compte, dit: Dit) -> Juste:
    gap = _missing(c)
    return says(nombres=[gap]) if gap > 0 else says("moins d'une")


@juge(T + "conclusion.still_to_avoid")
def still_to_avoid(c: Compte, dit: Dit) -> Juste:
    if c.requis is None:
        gap = _missing(c)
        told = says("il manque", nombres=[gap]) if gap > 0 else says("il manque", "moins d'une")
        plural = "extractions" if gap > 1 else ""
        return Juste(told.nombres, told.mots | ({plural} if plural else set[str]()))
    pace = tell_pace(c, dit)
    assert c.reste is not None
    more = {"encore", "d'ici décembre"} | ({"extractions"} if c.reste > 1 else set[str]())
    return Juste((c.reste, *pace.nombres), pace.mots | more)


@juge(T + "conclusion.target_of_year")
def target_of_year(c: Compte, dit: Dit) -> Juste:
    assert c.annuel is not None
    return says(nombres=[c.annuel])


@juge(T + "conclusion.counted")
def counted(c: Compte, dit: Dit) -> Juste:
    return says(nombres=[c.retenues]) if c.retenues is not None else says("n.d.")


@juge(T + "conclusion.tell_nothing_counted")
def tell_nothing_counted(c: Compte, dit: Dit) -> Juste:
    why = {
        "A": "les réponses manquent",
        "B": "le niveau de 2008 de chaque cour n'est pas importé",
        "C": "les extractions exécutées, comptées par l'Intérieur, ne sont pas importées pour tous ces mois",
    }[c.vue.lecture]
    nombres = [2008] if c.vue.lecture == "B" else []
    assert c.retenues is None
    return says(why, nombres=nombres)


def _tell_state(c: Compte) -> tuple[list[Attendu], list[str]]:
    """The state, and what it rests on."""
    if c.etat == INCONNU:
        if c.tirage is not None and c.indicatif:
            return [], [INCONNU, "n'est qu'indicative"]
        if c.au_plus is None or c.retenues is None:
            return [], [INCONNU]
        return [c.retenues, c.au_plus], [INCONNU, "selon ce que diront les réponses manquantes"]
    nombres: list[Attendu] = []
    mots = [c.etat]
    most, silent = c.au_plus, c.total_repondues < c.total_attendues
    if c.etat == RETARD and silent and most is not None and c.a_date is not None and most < c.a_date:
        nombres.append(most)
        mots.append("quoi que disent les réponses manquantes")
    if c.chances is not None and c.requis is not None and c.reste:
        more, words = _odds(c.chances)
        nombres, mots = nombres + more, [*mots, *words, "de chances d'atteindre l'objectif de l'année"]
        if c.tirage is not None and c.tirage.reponse is not None:
            nombres.append(c.tirage.reponse * 100)
            mots.append("des réponses attendues arrivent")
    return nombres, mots


@juge(T + "conclusion.conclude")
def conclude(c: Compte, dit: Dit) -> Juste:
    national = c.cour is None
    nombres: list[Attendu] = [c.annee]
    mots: list[str] = []
    noms = (f"Fin {MOIS[c.rang - 1]}",)
    answers: list[Attendu] = [c.part_mois * 100] if c.part_mois else []
    last = [] if c.part_mois else ["aucune juridiction n'a répondu pour"]
    if c.muet and (c.vue.lecture != "C" or c.retenues is None):
        if c.a_date is None:
            return says(
                "depuis janvier",
                "rien n'est connu",
                "aucun objectif n'est fixé",
                nombres=[*nombres, c.annee],
                noms=noms,
            )
        return says("depuis janvier", "rien n'est connu", nombres=[*nombres, c.a_date], noms=noms)
    nombres.append(c.evitees)
    if c.a_date is None:
        return says("aucun objectif n'est fixé", *last, nombres=[*nombres, c.annee, *answers], noms=noms)
    if c.vue.groupe:
        part = Fraction(c.evitees) / c.a_date * 100
        return says("dans le groupe", *last, nombres=[*nombres, part, *answers], noms=(*noms, c.vue.groupe))
    if c.vue.lecture != "A":
        if c.retenues is None:
            told = tell_nothing_counted(c, dit)
            return says(
                "ne peut rien en dire",
                *told.mots,
                *last,
                nombres=[*nombres, *told.nombres, c.a_date, *answers],
                noms=noms,
            )
        mots.append(f"la lecture {c.vue.lecture} en retient")
        nombres.append(c.retenues)
    nombres.append(c.a_date)
    more, words = _tell_state(c)
    nombres, mots = nombres + more, mots + words
    unknown = c.etats.get(INCONNU, 0) if national else 0
    if national and unknown < len(c.toutes):
        if c.tenues:
            nombres.append(c.tenues)
            mots.append("tient l'objectif" if c.tenues == 1 else "tiennent l'objectif")
        else:
            mots.append("aucune cour ne tient l'objectif")
        if unknown:
            nombres.append(unknown)
            mots.append("non située" if unknown == 1 else "non situées")
    elif c.reste:
        left = still_to_avoid(c, dit)
        nombres, mots = nombres + list(left.nombres), mots + sorted(left.mots & _LEFT)
    return says(*mots, *last, nombres=[*nombres, *answers], noms=noms)


_LEFT = frozenset({"encore", "y suffit", "il manque", "moins d'une"})


@juge(T + "pace_and_odds.suppose")
def suppose(c: Compte, dit: Dit) -> Juste:
    nombres: list[Attendu] = []
    if c.tirage is not None and c.tirage.reponse is not None:
        nombres = [c.tirage.reponse * 100]
    more = ["et si la demande reste celle de l'année"] if c.vue.lecture == "C" else []
    return says(*more, nombres=nombres)


@juge(T + "pace_and_odds.tell_caution")
def tell_caution(c: Compte, dit: Dit) -> Juste:
    if c.tirage is None or not c.indicatif:
        return RIEN
    if c.reponses_bougent:
        return says("projection indicative", "la part des juridictions qui répondent vient de changer")
    return says("projection indicative", "le début d'une année")


@juge(T + "pace_and_odds.tell_range")
def tell_range(c: Compte, dit: Dit) -> Juste:
    if c.tirage is None:
        return says("Aucune projection")
    if c.rang == 12:
        return says("L'année est terminée")
    supposed, caution = suppose(c, dit), tell_caution(c, dit)
    start = half_up(c.depart) if c.depart >= 0 else -half_up(-c.depart)
    low, high = (start + c.tirage.quantile(part) for part in (0.1, 0.9))
    nombres, mots = list(supposed.nombres), list(supposed.mots)
    fall = c.vue.lecture == "C" and high < 0
    nombres += [-high, -low] if fall else [low, high]
    if fall:
        mots.append("extractions exécutées en plus")
    nombres += [2008] if c.vue.lecture == "B" else []
    more, words = _odds(c.chances)
    return says(
        "l'année finira entre",
        *mots,
        *words,
        *caution.mots,
        *(["chances d'atteindre l'objectif"] if c.chances is not None else []),
        nombres=[*nombres, *HUIT_SUR_DIX, *more],
    )


@juge(T + "trajectory.tell_trajectory")
def tell_trajectory(c: Compte, dit: Dit) -> Juste:
    if c.annuel is None:
        return says("Aucun texte ne fixe d'objectif", nombres=[c.annee])
    if c.vue.groupe:
        return says("ni reste à éviter ni projection", nombres=[c.annuel])
    if c.reste is None:
        told = tell_nothing_counted(c, dit)
        return says("ne peut rien en dire", nombres=[c.annuel, *told.nombres])
    if not c.reste:
        return says("est atteint", nombres=[c.annuel])
    left = still_to_avoid(c, dit)
    nombres, mots = [c.annuel, *left.nombres], set(left.mots & _LEFT)
    if c.tirage is not None and c.rang < 12:
        ranged = tell_range(c, dit)
        nombres += ranged.nombres
        mots |= ranged.mots & {
            "l'année finira entre",
            "projection indicative",
            "moins de 1 %",
            "plus de 99 %",
        }
    return says(*mots, nombres=nombres)


@juge(T + "trajectory.title_trajectory")
def title_trajectory(c: Compte, dit: Dit) -> Juste:
    if c.muet:
        return says("Aucune juridiction n'a répondu")
    if c.a_date is None:
        return says(nombres=[c.evitees, c.annee])
    if c.vue.groupe:
        return says("dans ce groupe", nombres=[c.evitees, Fraction(c.evitees) / c.a_date * 100])
    if c.retenues is None:
        return says("Rien à tracer")
    assert c.annuel is not None
    if c.etat == ATTEINT:
        return says("est atteint :", nombres=[c.annee, c.retenues / c.annuel * 100])
    if c.retenues < 0:
        return says("Rien de l'objectif à date n'est atteint", nombres=[c.retenues])
    part = c.retenues / c.a_date * 100
    # Of what is missed, never 100 %.
    return says(
        "de l'objectif à date est atteint", nombres=[min(part, Fraction(999, 10)) if part < 100 else part]
    )


@juge(T + "tiles.title_map")
def title_map(c: Compte, dit: Dit) -> Juste:
    if c.annuel is None:
        return says("Aucun objectif à cette date")
    unknown = c.etats.get(INCONNU, 0)
    if unknown == len(c.toutes):
        return says("Aucune cour ne peut encore être située")
    verb = "tient son objectif" if c.tenues < 2 else "tiennent leur objectif"
    if not unknown:
        return says(verb, nombres=[c.tenues, len(c.toutes)])
    return says(
        verb, "non située" if unknown == 1 else "non situées", nombres=[c.tenues, len(c.toutes), unknown]
    )


@juge(T + "conclusion.not_placed")
def not_placed(c: Compte, dit: Dit) -> Juste:
    unknown = c.etats.get(INCONNU, 0)
    return says("non située)" if unknown == 1 else "non situées", nombres=[unknown]) if unknown else RIEN


@juge(T + "tiles.tell_states")
def tell_states(c: Compte, dit: Dit) -> Juste:
    order = [state for state in (ATTEINT, AVANCE, TIENT, RETARD, INCONNU) if c.etats.get(state)]
    return says(*(f"« {state} »" for state in order), nombres=[c.etats[state] for state in order])


@juge(T + "cours.note_on_targets")
def note_on_targets(c: Compte, dit: Dit) -> Juste:
    return RIEN if c.annuel is None else says("objectif estimé")


@juge(T + "cours.note_on_chances")
def note_on_chances(c: Compte, dit: Dit) -> Juste:
    ahead = c.tirage_de_tous
    if ahead is None or ahead.reponse is None or all(c.entier.of(cour).chances is None for cour in c.cours):
        return RIEN
    return says("si 80 % des réponses attendues", nombres=[45, 80, 45, 80])


@juge(T + "cours.compare_sums")
def compare_sums(c: Compte, dit: Dit) -> Juste:
    fixed = c.monde.fixes
    if not fixed or c.annuel is None:
        return RIEN
    total = sum(
        (Fraction(fixed[cour]) if cour in fixed else TAUX * n for cour, n in bases().items()), Fraction(0)
    )
    gap = total - 7750
    word = "de moins que" if gap < 0 else "de plus que" if gap else "égale à"
    return says(word, nombres=[len(fixed), total, *([abs(gap), 7750] if gap else [])])


@juge(T + "cours.explain_target")
def explain_target(c: Compte, dit: Dit) -> Juste:
    if c.annuel is None:
        return RIEN
    if c.cour in c.monde.fixes:
        # « Note du 2 mars 2009 » is the source, and its numbers are its own.
        return says(
            "fixé par le Secrétariat général",
            nombres=[2009, c.annuel, TAUX * c.base, 5],
            noms=("Note du 2 mars 2009",),
        )
    return says("illustrative", nombres=[2009, 5, c.base, c.annuel])


@juge(T + "figures.tell_etpt")
def tell_etpt(c: Compte, dit: Dit) -> Juste:
    if c.muet:
        return RIEN
    target = [] if c.annuel is None else [c.annuel * ETPT]
    return says(*(["visés dans l'année"] if target else []), nombres=[c.etpt, *target, 1270, 155_000, 1])


@juge(T + "figures.tell_use")
def tell_use(c: Compte, dit: Dit) -> Juste:
    if c.muet:
        return RIEN
    part = Fraction(c.total_repondues, c.total_attendues) * 100
    if c.visio_comptee == 1:
        return says("a évité une extraction" if c.evitees else "n'a pas évité", nombres=[c.visio, part])
    held = [Fraction(c.evitees, c.visio_comptee) * 100, c.visio_comptee] if c.visio_comptee else []
    return says(*(["ont évité une extraction"] if held else []), nombres=[c.visio, *held, part])
