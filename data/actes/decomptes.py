"""What is kept of a settlement: its inputs and its result, as texts, with their fingerprints."""

from hashlib import sha256

from analytics.decompte.compte import write_texts
from analytics.decompte.releve import Releve
from data.store.registre import Contenu


def contents_of(releve: Releve) -> Contenu:
    """Write a settlement as the register keeps it."""
    entrees, resultat = write_texts(releve)
    return {
        "entrees": entrees,
        "resultat": resultat,
        "empreinte_entrees": sha256(entrees.encode()).hexdigest(),
        "empreinte": sha256(resultat.encode()).hexdigest(),
        "lot": releve.moment.lot,
    }
