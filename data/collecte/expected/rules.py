"""Why a line is refused or questioned: every rule with its French sentence, in order of priority.

A refused line is reported once, for the first rule that it breaks in the order of `REGLES`. Sentences
say what is wrong, then what to do. Between braces: `champ` (the column, in plain French), `valeur` (what
was typed) and `detail` (candidates, dates, other line), filled in by the judge.
"""

from typing import Final

from analytics.vocabulary.wording import typeset

_REGLES: dict[str, str] = {
    # The line itself.
    "ligne_trop_longue": (
        "La ligne a plus de cases que l'en-tête (en trop : « {valeur} ») : mettez entre guillemets tout "
        "libellé "
        "qui contient le séparateur, ou retirez ces cases."
    ),
    "colonne_manquante": (
        "La ligne est trop courte, il manque la colonne « {champ} » : complétez la ligne ; rien n'a été "
        "décalé."
    ),
    "cellule_illisible": "{detail}.",
    # What is spoken of.
    "mois_absent": "Le mois manque : écrivez-le comme 2009-03, 03/2009 ou mars 2009.",
    "mois_illisible": "« {valeur} » n'est pas un mois : écrivez-le comme 2009-03, 03/2009 ou mars 2009.",
    "mois_hors_bornes": (
        "Le mois « {valeur} » est hors de la période suivie (2000 à 2100) : corrigez l'année."
    ),
    "mois_pas_commence": "Le mois « {valeur} » n'a pas commencé : corrigez le mois ou l'année.",
    "annee_illisible": (
        "« {valeur} » n'est pas une année de 2000 à 2100 : écrivez-la en quatre chiffres, comme 2009."
    ),
    "juridiction_absente": "La juridiction manque : donnez son code (TGI-LILLE) ou son nom (TGI de Lille).",
    "juridiction_inconnue": "La juridiction « {valeur} » est inconnue : {detail}.",
    "juridiction_ambigue": "« {valeur} » peut désigner {detail} : précisez, ou donnez le code.",
    "cour_absente": "La cour manque : donnez son code (CA-DOUAI) ou son nom (cour d'appel de Douai).",
    "cour_inconnue": "La cour « {valeur} » est inconnue : {detail}.",
    "cour_ambigue": "« {valeur} » peut désigner {detail} : précisez, ou donnez le code.",
    "activite_absente": "L'activité manque : donnez son code (JAP) ou son libellé.",
    "activite_inconnue": "L'activité « {valeur} » est inconnue : {detail}.",
    "activite_ambigue": "« {valeur} » peut désigner {detail} : précisez, ou donnez le code.",
    "texte_absent": "La colonne « {champ} » est vide : complétez-la.",
    "texte_trop_long": "Le texte de la colonne « {champ} » dépasse {detail} caractères : abrégez-le.",
    "juridiction_hors_vigueur": "{detail}.",
    "cour_hors_vigueur": "{detail} : vérifiez la date, ou donnez la cour alors compétente.",
    "activite_hors_juridiction": "{detail} : vérifiez l'activité et la juridiction.",
    "rejet_illisible": (
        "« {valeur} » n'est pas un numéro de rejet : reprenez celui du fichier de quarantaine, ou videz "
        "la case."
    ),
    "recu_a_venir": (
        "Le jour de réception {valeur} n'est pas encore passé : donnez le jour où la réponse est arrivée, ou "
        "videz la case."
    ),
    "recu_avant_le_mois": (
        "Le jour de réception {valeur} précède le mois déclaré : corrigez l'un des deux, ou videz la case."
    ),
    # What is counted.
    "formule": "« {valeur} » est une formule ({champ}) : remplacez-la par son résultat.",
    "nombre_negatif": (
        "« {valeur} » est négatif ({champ}) : un nombre ne peut pas être inférieur à zéro, corrigez-le."
    ),
    "rien_ou_zero": ("« {valeur} » ({champ}) : si c'est zéro, tapez 0 ; sinon laissez les cases vides."),
    "valeur_logique": (
        "« {valeur} » dit oui ou non ({champ}), il faut un nombre : écrivez-le en chiffres, ou laissez vide."
    ),
    "nombre_approche": (
        "« {valeur} » est un ordre de grandeur ({champ}) : écrivez le nombre exact, en chiffres seuls."
    ),
    "nombre_annote": (
        "« {valeur} » porte une note ou une parenthèse ({champ}) : écrivez le nombre seul, la note ailleurs."
    ),
    "nombre_non_entier": (
        "« {valeur} » n'est pas un nombre entier ({champ}) : écrivez-le en chiffres, sans décimale ni point "
        "(1204 ou 1 204)."
    ),
    "montant_illisible": (
        "« {valeur} » n'est pas un montant ({champ}) : écrivez-le en euros, avec deux décimales au plus "
        "(20112,50)."
    ),
    "jour_illisible": (
        "« {valeur} » n'est pas une date ({champ}) : écrivez-la comme 2009-03-01 ou 01/03/2009."
    ),
    "retrait_incomplet": (
        "Un retrait porte sur les deux nombres : écrivez « retrait » dans les deux colonnes, ou un "
        "nombre dans chacune."
    ),
    "un_seul_chiffre": (
        "Un seul des nombres est donné, il manque « {champ} » : donnez tous les nombres (0 est un nombre), "
        "ou aucun."
    ),
    "maximum_depasse": (
        "« {valeur} » dépasse le maximum plausible de {detail} ({champ}) : vérifiez la frappe."
    ),
    "evitees_superieures": (
        "Il y a plus d'extractions évitées ({valeur}) que de visioconférences ({detail}) : la colonne 2 "
        "compte "
        "une partie de la colonne 1, corrigez l'une des deux."
    ),
    "pas_encore_legale": (
        "Cette activité n'est possible par visioconférence que depuis le {detail} : mettez 0 pour ce "
        "mois, ou "
        "vérifiez l'activité."
    ),
    # What the file says elsewhere.
    "valeurs_contradictoires": (
        "{detail} donne d'autres valeurs pour la même chose : gardez celles qui sont justes, supprimez les "
        "autres."
    ),
}

_ALERTES: dict[str, str] = {
    "hors_objectif": (
        "{detail} ne compte pas dans l'objectif : les extractions évitées ({valeur}) sont gardées telles "
        "quelles, "
        "sans effet sur le résultat. Est-ce la bonne activité ?"
    ),
    "colonne_2_rare": (
        "{detail} évite rarement une extraction : {valeur} ce mois-ci, est-ce bien le nombre de "
        "personnes détenues ?"
    ),
    "saut": "{valeur} visioconférences, pour {detail} d'habitude : est-ce exact ?",
    "saut_sans_passe": (
        "{valeur} visioconférences, au-delà de {detail} pour une cellule au passé trop court : est-ce exact ?"
    ),
    "zero_soudain": (
        "0 visioconférence, pour {detail} d'habitude : est-ce un vrai zéro, ou une absence de réponse ?"
    ),
    "vecteur_repete": ("Tous les nombres {detail} sont ceux du mois précédent : est-ce une copie ?"),
    "mois_a_venir": "Le mois « {valeur} » n'est pas terminé : est-ce le bon mois ?",
    "executees_superieures": (
        "Plus d'extractions exécutées ({valeur}) que requises ({detail}) : les deux nombres sont-ils à "
        "leur place ?"
    ),
    "somme_du_ressort": (
        "{detail} déclare exactement la somme de ses juridictions ({valeur}) : est-ce son activité propre, "
        "ou un total qui compterait deux fois ?"
    ),
    "mois_avant_la_collecte": (
        "Le mois « {valeur} » précède la première collecte ({detail}) : est-ce le bon mois ?"
    ),
    "mois_lointain": "Le mois « {valeur} » précède de plus de deux ans {detail} : est-ce le bon mois ?",
    "mois_lointain_apres": (
        "Le mois « {valeur} » suit de plus de deux ans {detail} : est-ce la bonne année ? Les pages ne s'y "
        "ouvrent pas."
    ),
    "valeur_reprise": (
        "{valeur} redevient {detail}, valeur déjà remplacée une fois : est-ce voulu, ou un ancien fichier ?"
    ),
    "rejet_inconnu": (
        "Le rejet n° {valeur} n'attend pas de correction : la ligne est prise, aucun rejet n'est soldé."
    ),
}

REGLES: Final = {regle: typeset(phrase) for regle, phrase in _REGLES.items()}
ALERTES: Final = {alerte: typeset(phrase) for alerte, phrase in _ALERTES.items()}

# The priority of a rule is its place in the registry: the smaller is reported.
PRIORITE: Final = {regle: place for place, regle in enumerate(REGLES)}
