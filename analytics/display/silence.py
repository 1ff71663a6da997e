"""What silence may hide, in words, and what not answering costs; `coverage` gives the range."""

from fractions import Fraction

from analytics import wording
from analytics.silence import Manque


def tell_silence(manque: Manque, *, etpt_par_extraction: Fraction) -> str:
    """Say what the answers that did not come may add, and what the settlement will not count of it."""
    if not manque.muettes:
        return wording.typeset("Toutes les réponses attendues sont parvenues : rien n'est à estimer.")
    unsaid = manque.estimees - manque.declarees
    etpt = wording.with_unit(unsaid * etpt_par_extraction, "ETPT", 1)
    return wording.typeset(
        f"{wording.count(manque.muettes, 'réponse manquante', 'réponses manquantes')} depuis janvier : aux "
        f"{wording.number(manque.declarees)} extractions évitées déclarées s'en ajouteraient environ "
        f"{wording.number(unsaid)}. Le décompte ne retient que le déclaré : ne pas répondre laisserait "
        f"{etpt} de côté."
    )
