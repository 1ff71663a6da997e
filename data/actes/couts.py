"""The cost of an ETPT: given, recorded for the year, or none; never one that nobody retained."""

from datetime import date
from fractions import Fraction

from analytics.decompte.releve import Cout, read_cost
from analytics.vocabulary.parameters import Parametre, Parametres
from data.store.registre import Registre

SHORT_COSTS = {
    "cout_etpt_moyen": "Coût moyen",
    "cout_etpt_police": "Coût, police",
    "cout_etpt_gendarmerie": "Coût, gendarmerie",
    "cout_etpt_hors_pensions": "Coût hors pensions",
}
UNSOURCED = "Source non précisée"


def proposed(parametres: Parametres) -> dict[str, Parametre]:
    """Give the costs that can be retained, each with its source, by the name of their parameter."""
    return {name: parametres.at(name, date(2009, 12, 31)) for name in SHORT_COSTS}


def choose_cost(
    asked: str, source: str, annee: int, registre: Registre, connu_le: date | None, parametres: Parametres
) -> Cout | None:
    """Give the cost asked, a hypothesis; else the one recorded for the year; None where there is none."""
    if asked:
        euros = read_cost(asked)
        known = next((each.source for each in proposed(parametres).values() if each.valeur == euros), "")
        return Cout(euros, source or known or UNSOURCED)
    found = registre.cost_at(date(annee, 12, 31), connu_le=connu_le)
    return None if found is None else Cout(Fraction(found.euros), found.source, hypothese=False)
