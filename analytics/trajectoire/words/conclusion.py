"""The sentence that says what to conclude, for all the cours or for one of them."""

from datetime import date
from fractions import Fraction
from math import ceil, floor

import dataframely as dy
import polars as pl

from analytics.trajectoire import position
from analytics.trajectoire.cours import BilanCour
from analytics.trajectoire.position import Bilan
from analytics.trajectoire.words.pace_and_odds import odds, tell_pace
from analytics.vocabulary import wording
from analytics.vocabulary.periods import Periode

LESS_THAN_ONE = "moins d'une"


def with_article(nom: str) -> str:
    """Put its article before the name of a court: « la cour d'appel de Douai », « le tribunal … »."""
    article = "la " if nom.startswith(("Cour", "Chambre")) else "le "
    return article + nom[:1].lower() + nom[1:]


def avoided(value: int) -> str:
    """Count the extractions avoided."""
    return wording.count(value, "extraction évitée", "extractions évitées")


def _expected(value: Fraction) -> str:
    whole = floor(value + Fraction(1, 2))  # as it is written
    return f"{wording.number(value)} {wording.agree(whole, 'attendue', 'attendues')} à cette date"


def _answers(part: Fraction | None, mois: date, of: str = "des") -> str:
    if part is None:
        return "aucune réponse n'est attendue"
    return (
        f"{wording.percent(part, 0)} {of} juridictions ont répondu pour {wording.MONTHS[mois.month - 1]}"
        if part
        else f"aucune juridiction n'a répondu pour {wording.MONTHS[mois.month - 1]}"
    )


def conclude(
    bilan: Bilan,
    *,
    periode: Periode,
    par_cour: dy.DataFrame[BilanCour] | None,
    nom: str | None,
    groupe: str | None,
    lecture: str,
    part_reponse_mois: Fraction | None,
) -> str:
    """Say in one sentence what to conclude: for all the cours, or for the one called `nom`.

    With a `groupe` of activities, only its contribution is told: a state belongs to all activities.
    """
    when = f"Fin {wording.month(periode.fin)}"
    answers = _answers(part_reponse_mois, periode.fin, "des" if nom is None else "de ses")
    done = avoided(bilan.evitees_objectif)
    subject = f"{when}, {done}" if nom is None else f"{when}, {with_article(nom)} compte {done}"
    if not bilan.repondues and bilan.attendues:
        if lecture != "C" or bilan.retenues is None:
            return wording.typeset(_nobody(bilan, when, nom, periode))
        subject = f"{when}, {_none_answered(nom)}"
    if bilan.objectif_a_date is None:
        return wording.typeset(f"{subject} ; aucun objectif n'est fixé pour {periode.annee} ; {answers}.")
    if groupe is not None:
        return wording.typeset(
            f"{subject} dans le groupe « {groupe} », soit {wording.percent(bilan.atteinte)} "
            f"de l'objectif à date de toutes les activités ; {answers}."
        )
    told = subject
    if lecture != "A":
        if bilan.retenues is None:
            text = f"{subject} ; {tell_nothing_counted(lecture)} ; {_expected(bilan.objectif_a_date)}"
            return wording.typeset(f"{text} ; {answers}.")
        told += f" ; la lecture {lecture} en retient {counted(bilan)}"
    parts = [f"{told} sur {_expected(bilan.objectif_a_date)} : {_state(bilan)}"]
    undetermined = par_cour is not None and (par_cour["etat"] == position.UNDETERMINED).all()
    if par_cour is not None and par_cour.height > 1 and not undetermined:
        holding = par_cour.filter(pl.col("etat").is_in(position.HOLDING)).height
        held = (
            f"{wording.count(holding, 'cour')} {wording.agree(holding, 'tient', 'tiennent')} l'objectif"
            if holding
            else "aucune cour ne tient l'objectif"
        )
        parts.append(held + not_placed(par_cour))
    elif bilan.reste:
        parts.append(still_to_avoid(bilan))
    parts.append(answers)
    return wording.typeset(" ; ".join([parts[0], (", " if nom is None else " ; ").join(parts[1:])]) + ".")


def not_placed(par_cour: dy.DataFrame[BilanCour]) -> str:
    """Count the cours whose state is not determined, beside those that hold: they miss nothing yet."""
    count = par_cour.filter(pl.col("etat") == position.UNDETERMINED).height
    return f" ({wording.number(count)} non {wording.agree(count, 'située', 'situées')})" if count else ""


def _nobody(bilan: Bilan, when: str, nom: str | None, periode: Periode) -> str:
    """Say that nothing is known, for want of any answer: silence is no zero."""
    text = f"{when}, {_none_answered(nom)} : rien n'est connu"
    if bilan.objectif_a_date is None:
        return f"{text} ; aucun objectif n'est fixé pour {periode.annee}."
    return f"{text} ; {_expected(bilan.objectif_a_date)}."


def _none_answered(nom: str | None) -> str:
    of = "" if nom is None else f" de {with_article(nom)}".replace(" de le ", " du ")
    return f"aucune juridiction{of} n'a répondu depuis janvier"


# What a reading cannot be computed without.
_WITHOUT = {
    "B": "le niveau de 2008 de chaque cour n'est pas importé",
    "C": "les extractions exécutées, comptées par l'Intérieur, ne sont pas importées pour tous ces mois",
}


def tell_nothing_counted(lecture: str) -> str:
    """Say why a reading counts nothing: « la lecture B ne peut rien en dire, le niveau de 2008 … »."""
    return f"la lecture {lecture} ne peut rien en dire, {_WITHOUT.get(lecture, 'les réponses manquent')}"


def _state(bilan: Bilan) -> str:
    """Say the state, and what it rests on: the odds, or what the missing answers may hide."""
    state = bilan.etat.lower()
    if bilan.etat == position.UNDETERMINED:
        if bilan.projection is not None and bilan.projection.indicatif:
            return f"{state}, la projection n'est qu'indicative"
        if bilan.au_plus is None or bilan.retenues is None or bilan.repondues == bilan.attendues:
            return state
        bounds = bilan.retenues, bilan.au_plus
        digits = 0 if all(bound == int(bound) for bound in bounds) else fineness(bilan)
        low, high = (wording.number(bound, digits) for bound in bounds)
        return f"{state}, entre {low} et {high} selon ce que diront les réponses manquantes"
    if bilan.bornes_decident and bilan.repondues < bilan.attendues and bilan.etat == position.LATE:
        most = wording.number(bilan.au_plus)
        state += f", sans doute quoi que disent les réponses manquantes ({most} au plus)"
    ahead = bilan.projection
    if ahead is not None and ahead.p_objectif is not None and bilan.rythme_requis is not None and bilan.reste:
        chances = odds(ahead.p_objectif, indicatif=ahead.indicatif)
        state += f", {chances} de chances d'atteindre l'objectif de l'année"
        if ahead.reponse is not None:
            state += f" si {wording.percent(ahead.reponse, 0)} des réponses attendues arrivent"
    return state


def missing(bilan: Bilan) -> str:
    """Write what a finished year lacks, as a reader finds it who subtracts the numbers shown."""
    if bilan.retenues is None or bilan.objectif is None:
        return wording.NOT_AVAILABLE
    gap = wording.difference(bilan.retenues, bilan.objectif)
    return wording.number(gap) if gap > 0 else LESS_THAN_ONE


def target_of_year(bilan: Bilan) -> str:
    """Write the year's objective as finely as it takes to find what is left: 80,4 less 2 leaves 79 whole."""
    if bilan.objectif is None:
        return wording.NOT_AVAILABLE
    return wording.number(bilan.objectif, fineness(bilan))


def counted(bilan: Bilan) -> str:
    """Write what a reading counts, as finely as the year's objective beside it."""
    if bilan.retenues is None:
        return wording.NOT_AVAILABLE
    return wording.number(bilan.retenues, fineness(bilan))


def fineness(bilan: Bilan) -> int:
    """Give the decimals that the objective and what is counted need for their difference to be what is left.

    No decimal once the year is over: what it lacks is told as the difference of the two.
    """
    if bilan.rythme_requis is not None and bilan.retenues is not None and bilan.objectif is not None:
        for digits in (0, 1):
            if ceil(wording.difference(bilan.retenues, bilan.objectif, digits)) == bilan.reste:
                return digits
    return 0


def still_to_avoid(bilan: Bilan) -> str:
    """Say how many extractions are left to avoid before the end of the year, or lack at its end."""
    if bilan.rythme_requis is None:
        gap = missing(bilan)
        return f"il manque {gap} {'extraction' if gap in ('1', LESS_THAN_ONE) else 'extractions'}"
    left = wording.count(bilan.reste, "extraction")
    return f"encore {left} à éviter d'ici décembre : {tell_pace(bilan)}"
