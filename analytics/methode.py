"""How each figure is computed, written with its numbers; the activities and dated parameters behind it."""

from dataclasses import dataclass
from datetime import date
from fractions import Fraction

import dataframely as dy
import polars as pl

from analytics.couverture.ceiling import ENOUGH, OF_ITS_LIKE
from analytics.objectif.base_et_taux import rate_of
from analytics.objectif.objective import etpt_per_extraction
from analytics.trajectoire.position import AHEAD, ATTAINED, LATE, ON_TRACK, UNDETERMINED, Seuils
from analytics.vocabulary import wording
from analytics.vocabulary.columns import Colonne, plain
from analytics.vocabulary.parameters import Parametre, Parametres
from analytics.vocabulary.periods import FIRST_YEAR, MONTHS_IN_YEAR
from analytics.vocabulary.schemas import Activites


@dataclass(frozen=True)
class Formule:
    """One figure: its name, what it means, and the formula with its numbers."""

    nom: str
    sens: str
    calcul: str


def write_formulas(parametres: Parametres) -> tuple[Formule, ...]:
    """Write the formulas with the values in force in 2009, the first year of the objective.

    155 000 × 5 % = 7 750 extractions; 7 750 × 1 270 / 155 000 = 63,5 ETPT (circular, p. 1 and 2).
    """
    day = date(FIRST_YEAR, 1, 1)
    base = parametres.at("extractions_2008", day).valeur
    etpt = parametres.at("etpt_2008", day).valeur
    taux = rate_of(FIRST_YEAR, parametres) or Fraction(0)
    objectif = base * taux
    unit = etpt_per_extraction(parametres, day)
    elapsed = 9
    n = wording.number
    formulas = (
        Formule(
            "Objectif de l'année",
            "Extractions à éviter dans l'année : un taux appliqué aux extractions de l'année précédente.",
            f"{n(base)} × {wording.percent(taux, 0)} = {n(objectif, _digits(objectif))} extractions en "
            f"{FIRST_YEAR}",
        ),
        Formule(
            "Objectif à date",
            "Part de l'objectif attendue à la fin d'un mois : un douzième par mois écoulé (profil « 1/12 »).",
            f"{n(objectif, _digits(objectif))} × {elapsed} / {MONTHS_IN_YEAR} = "
            f"{n(objectif * elapsed / MONTHS_IN_YEAR, 1)} à fin septembre {FIRST_YEAR}",
        ),
        Formule(
            "Atteinte de l'objectif",
            "Extractions évitées déclarées, rapportées à l'objectif à date. Jamais plafonnée.",
            "extractions évitées / objectif à date",
        ),
        Formule(
            "Encore à éviter",
            "Ce qui manque pour l'année, en extractions entières (arrondi à l'unité supérieure).",
            "objectif de l'année − extractions évitées",
        ),
        Formule(
            "Rythme requis",
            "Ce qui reste à éviter, pour chaque mois restant de poids moyen ; en regard, le rythme des trois "
            "et des six derniers mois, ceux sans réponse laissés de côté.",
            "(objectif de l'année − ce qui compte déjà) / mois restants",
        ),
        Formule(
            "Fin d'année et chances d'atteindre l'objectif",
            "Ce qui sera déclaré d'ici décembre si le taux de réponse reste celui des trois derniers mois. "
            "Le niveau de chaque cour est appris de son passé, les mois récents comptant davantage, "
            "autour d'un "
            "chemin national commun ; les chances sont arrondies à cinq points.",
            "loi binomiale négative : base mensuelle × saison × part ayant répondu × chemin "
            "national × niveau "
            "de la cour",
        ),
        Formule(
            "Fin d'année par activité",
            "La même projection sur le total national de chaque activité, partagée entre les cours selon "
            "leurs habitudes (moins elles reposent sur de déclarations, moins elles comptent), puis mise à "
            "l'échelle : les activités d'une cour font exactement la projection de la cour. Une activité que "
            "la loi ne permet que pour des mois à venir n'est pas projetée (n.d.).",
            "φ m + m² × (incertitude de l'activité + incertitude de la part de la cour) : variance autour "
            "d'une moyenne m",
        ),
        Formule(
            "Carte de contrôle",
            "Taux d'évitement mensuel là où l'on a répondu, et limites de sa variation habituelle (XmR, "
            "« Making Data Count »). Aucune limite sous cinq extractions évitées par mois en moyenne.",
            "moyenne ± 2,66 × écart moyen d'un mois à l'autre",
        ),
        Formule(
            "Comparaison des cours",
            "Limites d'un entonnoir, élargies pour la dispersion que les cours montrent au-delà du hasard ; "
            "rapports à base égale, ramenés vers 1 d'autant plus que les nombres sont petits.",
            "(a + évitées) / (a + attendues), a estimé sur toutes les cours",
        ),
        Formule(
            "Où agir : ce qui reste à portée",
            "Ce que la loi permet et que l'équipement met à portée, moins ce qui est déjà évité (six "
            "derniers mois répondus, sur un an). Base par activité, part permise et répartition par "
            "juridiction sont des hypothèses de travail ; rien n'entre dans le décompte.",
            "base × part permise × part de la population carcérale équipée − déjà évitées",
        ),
        Formule(
            "Équivalent ETPT",
            "Équivalent temps plein travaillé (ETPT) de police et de gendarmerie, au prorata des "
            "extractions.",
            f"{n(objectif, _digits(objectif))} × {n(etpt)} / {n(base)} = {n(objectif * unit, 1)} ETPT "
            f"(une extraction : {n(unit, 4)} ETPT)",
        ),
        Formule(
            "Part ayant évité une extraction",
            "Dans les activités qui comptent pour l'objectif seulement.",
            "colonne 2 / colonne 1 = extractions évitées / visioconférences",
        ),
        Formule(
            "Taux de réponse",
            "Une juridiction a répondu pour un mois quand elle a déclaré au moins une activité. Sur "
            "plusieurs "
            "mois, on divise la somme des réponses par la somme des réponses attendues.",
            "juridictions ayant répondu / juridictions en vigueur ce mois-là",
        ),
        Formule(
            "Borne basse, ou déclaré",
            "Le silence compté zéro : pour une somme, c'est ce qui est déclaré. Le décompte ne retient que "
            "cela.",
            "somme des extractions évitées déclarées",
        ),
        Formule(
            "Estimation",
            "Ce que les juridictions muettes ont sans doute évité sans le dire, ajouté au déclaré : le "
            "niveau de chacune, appris de ses mois répondus, de sa cour et de la part des mois où elle "
            "répond (qui répond peu utilise peu), autour d'un chemin national. Son intervalle tient 8 fois "
            "sur 10.",
            "déclaré + somme, sur les muettes, de base × saison × taux appris",
        ),
        Formule(
            "Borne haute",
            "Chaque juridiction muette à son plafond : le plus qu'elle ait déclaré en un mois, saison "
            f"retirée, jusqu'à la fin du trimestre ; si elle a répondu moins de {ENOUGH} mois, ou bien ce "
            f"que {wording.percent(OF_ITS_LIKE, 0)} des juridictions de son type n'ont pas dépassé. Une "
            "réponse de plus, sous son plafond, n'élargit jamais la fourchette. Par activité : au prorata "
            "du déclaré.",
            "déclaré + somme, sur les muettes, de plafond × saison",
        ),
        Formule(
            "Part du volume habituel",
            "Ce que pèsent les réponses reçues. Le volume habituel d'une juridiction est ce qu'elle déclare "
            "par mois répondu ; si elle n'a jamais répondu, la moyenne de son type dans sa cour, à défaut "
            "dans le pays.",
            "volume habituel des réponses reçues / volume habituel des réponses attendues",
        ),
        Formule(
            "Base de 2010",
            "Le texte renvoie aux « réquisitions effectuées en 2009 ». Par cour : extractions exécutées en "
            "2009, "
            "comptées par l'Intérieur, quand les douze mois sont connus.",
            "à défaut : base de 2008 − extractions évitées en 2009 (hypothèse, signalée)",
        ),
    )
    return tuple(
        Formule(item.nom, wording.typeset(item.sens), wording.typeset(item.calcul)) for item in formulas
    )


def write_states(parametres: Parametres) -> tuple[tuple[str, str], ...]:
    """Say what each state means, with the thresholds in force in 2009."""
    seuils = Seuils.at(parametres, date(FIRST_YEAR, 1, 1))
    ahead, on_track, answers = (
        wording.percent(value, 0)
        for value in (seuils.probabilite_en_avance, seuils.probabilite_trajectoire, seuils.reponse_minimale)
    )
    return (
        (ATTAINED, "les extractions évitées atteignent l'objectif de toute l'année"),
        (AHEAD, f"au moins {ahead} de chances d'atteindre l'objectif de l'année, d'après la projection"),
        (ON_TRACK, f"de {on_track} à {ahead} de chances"),
        (LATE, f"moins de {on_track} de chances"),
        (
            UNDETERMINED,
            f"moins de {on_track} de chances, et moins de {answers} des réponses attendues : le silence peut "
            "cacher des extractions évitées, un retard n'est donc pas affirmé ; ou aucune projection n'est "
            "possible",
        ),
    )


def _digits(value: Fraction) -> int:
    return 0 if value.denominator == 1 else 1


PARAMETER_COLUMNS = (
    Colonne("libelle", "Paramètre"),
    Colonne("valeur", "Valeur", nombre=True),
    Colonne("unite", "Unité"),
    Colonne("en_vigueur", "En vigueur"),
    Colonne("source", "Source"),
    Colonne("verifie", "Vérification"),
    Colonne("note", "Remarque"),
)


def list_parameters(parametres: Parametres) -> pl.DataFrame:
    """List every value of every parameter, with its dates, its source, and when that was last checked."""
    return pl.DataFrame(
        [
            {
                "libelle": parametre.libelle,
                "valeur": write_value(parametre),
                "unite": "" if parametre.unite == PART else parametre.unite,
                "en_vigueur": _write_dates(parametre),
                "source": wording.typeset(parametre.source),
                "verifie": f"vérifié le {wording.long_date(parametre.verifie_le)}",
                "note": wording.typeset(parametre.note),
            }
            for parametre in parametres
        ],
        schema=dict.fromkeys((colonne.nom for colonne in PARAMETER_COLUMNS), pl.String),
    )


PART = "part"


def write_value(parametre: Parametre) -> str:
    """Write the value of a parameter; a share as a percentage."""
    if parametre.unite == PART:
        return wording.percent(parametre.valeur, 0 if (parametre.valeur * 100).denominator == 1 else 2)
    return wording.number(parametre.valeur, 0 if parametre.valeur.denominator == 1 else 2)


def _write_dates(parametre: Parametre) -> str:
    start = wording.short_date(parametre.valide_du)
    if parametre.valide_au is None:
        return f"depuis le {start}"
    return f"du {start} au {wording.short_date(parametre.valide_au)}"


ACTIVITY_REFERENCE_COLUMNS = (
    Colonne("libelle", "Activité", wording.typeset),
    Colonne("groupe", "Groupe"),
    Colonne("objectif", "Compte pour l'objectif"),
    Colonne("colonne_2", "Colonne 2"),
    Colonne("depuis", "Possible depuis"),
    Colonne("base_legale", "Base légale", plain),
)


def list_activities(activites: dy.DataFrame[Activites]) -> pl.DataFrame:
    """List the activities with what counts, what is expected of column 2, and since when."""
    return activites.sort("ordre").select(
        "libelle",
        "groupe",
        "colonne_2",
        "base_legale",
        objectif=pl.when("compte_objectif").then(pl.lit("oui")).otherwise(pl.lit("non")),
        depuis=pl.col("legal_depuis")
        .map_elements(wording.short_date, return_dtype=pl.String)
        .fill_null("toujours"),
    )
