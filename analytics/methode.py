"""How each figure is computed, written with its numbers; the activities and dated parameters behind it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

import dataframely as dy
import polars as pl

from analytics.comparaison.comparison import LEAST_EXPECTED
from analytics.couverture.ceiling import ENOUGH, OF_ITS_LIKE
from analytics.objectif.base_et_taux import rate_of
from analytics.objectif.objective import etpt_per_extraction
from analytics.trajectoire.position import AHEAD, ATTAINED, LATE, ON_TRACK, UNDETERMINED, Seuils
from analytics.vocabulary import wording
from analytics.vocabulary.columns import Colonne, plain
from analytics.vocabulary.parameters import Parametre, Parametres
from analytics.vocabulary.periods import FIRST_YEAR, MONTHS_IN_YEAR
from analytics.vocabulary.schemas import Activites
from analytics.vocabulary.texts import read_table, read_text, read_texts


@dataclass(frozen=True)
class Formule:
    """One figure: its name, what it means, and the formula with its numbers."""

    nom: str
    sens: str
    calcul: str


# The numbers that a text quotes, by their names between braces; a text not named here quotes none.
_QUOTED_BY_FORMULAS: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("objectif", "calcul"): ("base", "taux", "objectif", "annee"),
    ("objectif_a_date", "calcul"): ("objectif", "mois_ecoules", "objectif_a_date", "mois", "annee"),
    ("etpt", "calcul"): ("objectif", "etpt", "base", "objectif_etpt", "etpt_par_extraction"),
    ("borne_haute", "sens"): ("mois_suffisants", "part_du_type"),
    ("carte_de_controle", "sens"): ("part_du_hasard", "limites_essai"),
    ("comparaison", "sens"): ("attendues_minimales",),
    ("ce_qui_a_change", "sens"): ("fausses_alertes", "reponse"),
}
_QUOTED_BY_STATES: Mapping[str, tuple[str, ...]] = {
    "atteint": (),
    "en_avance": ("en_avance",),
    "sur_la_trajectoire": ("trajectoire", "en_avance"),
    "en_retard": ("trajectoire",),
    "non_determine": ("trajectoire", "reponses"),
}
_STATES: Mapping[str, str] = {
    "atteint": ATTAINED,
    "en_avance": AHEAD,
    "sur_la_trajectoire": ON_TRACK,
    "en_retard": LATE,
    "non_determine": UNDETERMINED,
}


@dataclass(frozen=True)
class Methode:
    """What the method says, as people wrote it; numbers stand in formulas and states as blanks.

    `formules` by their keys, in the order in which they are read; `etats` by the states of a cour;
    `definitions` by their terms.
    """

    definitions: Mapping[str, str]
    formules: Mapping[str, Formule]
    etats: Mapping[str, str]
    controles: tuple[str, ...]
    sources: tuple[str, ...]
    limites: tuple[str, ...]
    chiffres_publies: tuple[str, ...]
    demonstration: str

    @classmethod
    def from_toml(cls, document: Mapping[str, Any]) -> "Methode":
        """Build it from `data/textes/methode.toml`; say in French what a text lacks or has in excess."""
        texts = read_table("methode", document, cls.__dataclass_fields__)
        definitions = read_table("definitions", texts["definitions"], (), more=True)
        formules = read_table(
            "formules", texts["formules"], [key for key, _ in _QUOTED_BY_FORMULAS], more=True
        )
        etats = read_table("etats", texts["etats"], _STATES)
        return cls(
            definitions={
                term: read_text(f"definitions, {term}", meaning) for term, meaning in definitions.items()
            },
            formules={key: _read_formula(key, table) for key, table in formules.items()},
            etats={
                state: read_text(f"etats, {key}", etats[key], _QUOTED_BY_STATES[key])
                for key, state in _STATES.items()
            },
            controles=read_texts("controles", texts["controles"]),
            sources=read_texts("sources", texts["sources"]),
            limites=read_texts("limites", texts["limites"]),
            chiffres_publies=read_texts("chiffres_publies", texts["chiffres_publies"]),
            demonstration=read_text("demonstration", texts["demonstration"]),
        )


def _read_formula(key: str, table: object) -> Formule:
    """Read the three texts of a formula."""
    texts = read_table(f"formules, {key}", table, Formule.__dataclass_fields__)
    return Formule(
        **{
            name: read_text(f"formules, {key}, {name}", text, _QUOTED_BY_FORMULAS.get((key, name), ()))
            for name, text in texts.items()
        }
    )


def write_formulas(methode: Methode, parametres: Parametres) -> tuple[Formule, ...]:
    """Write the formulas with the values in force in 2009, the first year of the objective.

    155 000 × 5 % = 7 750 extractions; 7 750 × 1 270 / 155 000 = 63,5 ETPT (circular, p. 1 and 2).
    """
    numbers = _numbers_of(parametres, date(FIRST_YEAR, 1, 1))
    return tuple(
        Formule(
            item.nom,
            wording.typeset(item.sens.format_map(numbers)),
            wording.typeset(item.calcul.format_map(numbers)),
        )
        for item in methode.formules.values()
    )


def _numbers_of(parametres: Parametres, day: date, elapsed: int = 9) -> Mapping[str, str]:
    """Write the numbers that formulas quote: the objective of the year, whole and after some months."""
    base = parametres.at("extractions_2008", day).valeur
    etpt = parametres.at("etpt_2008", day).valeur
    taux = rate_of(day.year, parametres) or Fraction(0)
    objectif = base * taux
    unit = etpt_per_extraction(parametres, day)
    n = wording.number
    return {
        "annee": str(day.year),
        "base": n(base),
        "taux": wording.percent(taux, 0),
        "objectif": n(objectif, _digits(objectif)),
        "mois_ecoules": str(elapsed),
        "mois": wording.MONTHS[elapsed - 1],
        "objectif_a_date": n(objectif * elapsed / MONTHS_IN_YEAR, 1),
        "etpt": n(etpt),
        "objectif_etpt": n(objectif * unit, 1),
        "etpt_par_extraction": n(unit, 4),
        "mois_suffisants": str(ENOUGH),
        "part_du_type": wording.percent(OF_ITS_LIKE, 0),
        "part_du_hasard": wording.percent(parametres.at("signal_hasard", day).valeur, 0),
        "limites_essai": n(parametres.at("signal_limites_essai", day).valeur),
        "attendues_minimales": n(LEAST_EXPECTED),
        "fausses_alertes": wording.percent(parametres.at("changement_fausses_alertes", day).valeur, 0),
        "reponse": wording.percent(parametres.at("changement_reponse", day).valeur, 0),
    }


def write_states(methode: Methode, parametres: Parametres) -> tuple[tuple[str, str], ...]:
    """Say what each state means, with the thresholds in force in 2009."""
    seuils = Seuils.at(parametres, date(FIRST_YEAR, 1, 1))
    thresholds = {
        "en_avance": wording.percent(seuils.probabilite_en_avance, 0),
        "trajectoire": wording.percent(seuils.probabilite_trajectoire, 0),
        "reponses": wording.percent(seuils.reponse_minimale, 0),
    }
    return tuple((state, meaning.format_map(thresholds)) for state, meaning in methode.etats.items())


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
