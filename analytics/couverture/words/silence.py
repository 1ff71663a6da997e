"""What silence may hide, in words, and what not answering costs; `coverage` gives the range."""

from fractions import Fraction

from analytics.couverture.silence import Manque
from analytics.vocabulary import wording


def tell_silence(manque: Manque, *, etpt_par_extraction: Fraction, a_date: Fraction | None) -> str:
    """Say what the answers that did not come may add, and what the settlement will not count of it."""
    if not manque.muettes:
        return wording.typeset("Toutes les réponses attendues sont parvenues : rien n'est à estimer.")
    unsaid = manque.estimees - manque.declarees
    least, most = manque.bas - manque.declarees, manque.haut - manque.declarees
    low, high = (wording.number(count * etpt_par_extraction, 1) for count in (least, most))
    etpt = f"{low} ETPT" if low == high else f"entre {low} et {high} ETPT"
    declared = (
        f"aux {wording.count(manque.declarees, 'extraction évitée', 'extractions évitées')} et déclarées "
        f"s'en ajouteraient environ {wording.number(unsaid)} ({wording.number(least)} à "
        f"{wording.number(most)})"
        if manque.declarees > 1
        else f"environ {wording.number(unsaid)} extractions ({wording.number(least)} à "
        f"{wording.number(most)}) auraient été évitées sans être déclarées"
    )
    return wording.typeset(
        f"{wording.count(manque.muettes, 'réponse manquante', 'réponses manquantes')} depuis janvier : "
        f"{declared}. Le décompte ne retient que le déclaré : ne pas répondre laisserait "
        f"{etpt} de côté (8 fois sur 10)." + _reaches(manque, a_date)
    )


def _reaches(manque: Manque, a_date: Fraction | None) -> str:
    """Say whether what is estimated reaches an objective to date that what is declared misses."""
    if a_date is None or manque.declarees >= a_date:
        return ""
    verb = "atteindrait" if manque.estimees >= a_date else "n'atteindrait pas non plus"
    return f" Avec elles, l'année {verb} l'objectif à date ({wording.number(a_date)})."
