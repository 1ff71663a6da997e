"""Why a line is refused or questioned: every rule in order of priority, and what its sentence quotes.

A refused line is reported once, for the first rule that it breaks in the order of `REGLES`. The French
sentences are in `data/textes/collecte.toml`. Between braces there: `champ` (the column, in plain French),
`valeur` (what was typed) and `detail` (candidates, dates, other line), filled in by the judge.
"""

from collections.abc import Mapping
from functools import cache
from typing import Final

from analytics.vocabulary.texts import read_table, read_text
from analytics.vocabulary.wording import typeset
from data.reference import load_texts

Blanks = Mapping[str, tuple[str, ...]]

REGLES: Final[Blanks] = {
    # The line itself.
    "ligne_trop_longue": ("valeur",),
    "colonne_manquante": ("champ",),
    "cellule_illisible": ("detail",),
    # What is spoken of.
    "mois_absent": (),
    "mois_illisible": ("valeur",),
    "mois_hors_bornes": ("valeur",),
    "mois_pas_commence": ("valeur",),
    "annee_illisible": ("valeur",),
    "juridiction_absente": (),
    "juridiction_inconnue": ("valeur", "detail"),
    "juridiction_ambigue": ("valeur", "detail"),
    "cour_absente": (),
    "cour_inconnue": ("valeur", "detail"),
    "cour_ambigue": ("valeur", "detail"),
    "activite_absente": (),
    "activite_inconnue": ("valeur", "detail"),
    "activite_ambigue": ("valeur", "detail"),
    "texte_absent": ("champ",),
    "texte_trop_long": ("champ", "detail"),
    "juridiction_hors_vigueur": ("detail",),
    "cour_hors_vigueur": ("detail",),
    "activite_hors_juridiction": ("detail",),
    "rejet_illisible": ("valeur",),
    "recu_a_venir": ("valeur",),
    "recu_avant_le_mois": ("valeur",),
    # What is counted.
    "formule": ("champ", "valeur"),
    "nombre_negatif": ("champ", "valeur"),
    "rien_ou_zero": ("champ", "valeur"),
    "valeur_logique": ("champ", "valeur"),
    "nombre_approche": ("champ", "valeur"),
    "nombre_annote": ("champ", "valeur"),
    "nombre_non_entier": ("champ", "valeur"),
    "montant_illisible": ("champ", "valeur"),
    "jour_illisible": ("champ", "valeur"),
    "retrait_incomplet": (),
    "un_seul_chiffre": ("champ",),
    "maximum_depasse": ("champ", "valeur", "detail"),
    "evitees_superieures": ("valeur", "detail"),
    "pas_encore_legale": ("detail",),
    # What the file says elsewhere.
    "valeurs_contradictoires": ("detail",),
}

ALERTES: Final[Blanks] = {
    "hors_objectif": ("valeur", "detail"),
    "colonne_2_rare": ("valeur", "detail"),
    "saut": ("valeur", "detail"),
    "saut_sans_passe": ("valeur", "detail"),
    "zero_soudain": ("detail",),
    "vecteur_repete": ("detail",),
    "mois_a_venir": ("valeur",),
    "executees_superieures": ("valeur", "detail"),
    "somme_du_ressort": ("valeur", "detail"),
    "mois_avant_la_collecte": ("valeur", "detail"),
    "mois_lointain": ("valeur", "detail"),
    "mois_lointain_apres": ("valeur", "detail"),
    "valeur_reprise": ("valeur", "detail"),
    "rejet_inconnu": ("valeur",),
}

# The priority of a rule is its place in the registry: the smaller is reported.
PRIORITE: Final = {regle: place for place, regle in enumerate(REGLES)}


@cache
def refusals() -> Mapping[str, str]:
    """Give the sentence of every rule that refuses a line."""
    return _sentences("refus", REGLES)


@cache
def questions() -> Mapping[str, str]:
    """Give the sentence of every question put to who sent a line that is accepted."""
    return _sentences("questions", ALERTES)


def _sentences(kind: str, quoted: Blanks) -> Mapping[str, str]:
    written = read_table(kind, load_texts("collecte").get(kind), quoted)
    return {rule: typeset(read_text(f"{kind}, {rule}", written[rule], quoted[rule])) for rule in quoted}
