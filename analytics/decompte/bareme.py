"""The rules of settlement: dated objects with the wording they rest on and what they are worth.

`circulaire-2009` is the letter of the text; every other is a working hypothesis, and each amount under it
says so. They come from `data/parametres/reglement.toml`, and from those that people add.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date
from fractions import Fraction
from typing import Any

from analytics.objectif.lectures import CHAINAGES, CONSTATEES, LECTURES, NIVEAU
from analytics.objectif.lectures import MODES as COMPTAGES
from analytics.vocabulary.errors import UserFacingError
from analytics.vocabulary.wording import enumeration, typeset

TEXTE, HYPOTHESE, A_DEFINIR = "texte", "hypothese", "a_definir"
STATUTS = {
    TEXTE: "lettre du texte",
    HYPOTHESE: "hypothèse de travail, ne vaut pas décision",
    A_DEFINIR: "à définir : le texte ne fixe pas les modalités",
}
MUTUALISE, ECART_PROPRE = "mutualise", "ecart_propre"
MODES = {
    MUTUALISE: "Mutualisé : l'écart du ministère, partagé entre les cours en déficit au prorata des leurs",
    ECART_PROPRE: "Écart propre : chaque cour répond de son écart, sans que les autres le compensent",
}
USUAL_SETTLEMENT = "circulaire-2009"
NON_DETERMINE = "non_determine"
INTERESSEMENTS = {
    NON_DETERMINE: "Modalités à définir : rien n'est chiffré",
    "symetrique": "Symétrique : tout l'excédent, au coût du remboursement",
    "partage": "Partagé : une part de l'excédent",
    "plafonne": "Plafonné : une part de l'excédent, dans la limite d'une part de l'objectif",
    "seuil": "À seuil : une part de l'excédent au-delà d'une part de l'objectif",
    "deux_paliers": "Deux paliers : moitié de l'excédent jusqu'à 5 % de la base, tout au-delà, jusqu'à 20 %",
    "fonds": "Fonds commun : une part de l'excédent du ministère, au prorata des excédents des cours",
}


@dataclass(frozen=True)
class Bareme:
    """One dated rule of settlement, with the wording it rests on; parts are exact, in 0–1.

    `part` of the debt that is paid; `seuil`: the part of the objective under which a gap is forgiven;
    `plancher_eur`: amounts of a cour under it are not claimed; `plafond_credits`: the most a cour is asked,
    as a part of its crédits vacataires; `volume_minimum`: cours with a smaller base are not settled.
    """

    id: str
    libelle: str
    statut: str
    source: str
    valide_du: date
    valide_au: date | None = None
    lecture: str = "A"
    chainage: str = CONSTATEES
    comptage: str = NIVEAU
    mode: str = MUTUALISE
    part: Fraction = Fraction(1)
    seuil: Fraction = Fraction(0)
    plancher_eur: Fraction = Fraction(0)
    plafond_credits: Fraction | None = None
    volume_minimum: int = 0
    interessement: str = NON_DETERMINE
    interessement_part: Fraction = Fraction(1)
    interessement_seuil: Fraction = Fraction(0)
    interessement_plafond: Fraction | None = None
    note: str = ""

    @classmethod
    def from_toml(cls, table: Mapping[str, Any]) -> "Bareme":
        """Build one from a TOML table, numbers being text there; say in French what is wrong with it."""
        name = str(table.get("id", "sans nom"))
        missing = {key for key in ("id", "libelle", "statut", "source", "valide_du") if not table.get(key)}
        unknown = table.keys() - cls.__dataclass_fields__.keys()
        if missing or unknown:
            wrong = [
                *(f"il manque « {key} »" for key in sorted(missing)),
                *(f"« {key} » n'existe pas" for key in sorted(unknown)),
            ]
            raise UserFacingError(typeset(f"Règle {name} : {enumeration(wrong)}."))
        read = dict(table)
        for key, allowed in _ALLOWED.items():
            if key in read and str(read[key]) not in allowed:
                raise UserFacingError(
                    typeset(f"Règle {name} : « {key} » attend {enumeration(allowed)}, pas « {read[key]} ».")
                )
        for key, most in _NUMBERS.items():
            if key in read:
                read[key] = _number(name, key, read[key], most)
        least = read.get("volume_minimum", 0)
        if type(least) is not int or least < 0:
            raise UserFacingError(
                typeset(
                    f"Règle {name} : « volume_minimum » attend un nombre entier positif, pas « {least} »."
                )
            )
        for key, (kind, said) in _KINDS.items():
            # A moment is a date for Python, but the two cannot be compared.
            if read.get(key) is not None and type(read[key]) is not kind:
                raise UserFacingError(
                    typeset(f"Règle {name} : « {key} » attend {said}, pas « {read[key]} ».")
                )
        if read.get("interessement") == "plafonne" and read.get("interessement_plafond") is None:
            raise UserFacingError(
                typeset(f"Règle {name} : un intéressement plafonné demande « interessement_plafond ».")
            )
        bareme = cls(**read)
        if bareme.valide_au is not None and bareme.valide_au < bareme.valide_du:
            raise UserFacingError(typeset(f"Règle {name} : la fin de validité précède le début."))
        return bareme

    @classmethod
    def from_text(cls, table: Mapping[str, str]) -> "Bareme":
        """Build one from what `as_text` wrote."""
        read: dict[str, Any] = dict(table)
        for key in ("valide_du", "valide_au"):
            if key in read:
                read[key] = date.fromisoformat(read[key])
        if "volume_minimum" in read:
            read["volume_minimum"] = int(read["volume_minimum"])
        return cls.from_toml(read)

    def as_text(self) -> dict[str, str]:
        """Write the rule whole, each value as text; what is None is left out."""
        return {
            field.name: str(getattr(self, field.name))
            for field in fields(self)
            if getattr(self, field.name) is not None
        }

    def in_force(self, annee: int) -> bool:
        """Tell whether the rule settles a year."""
        return self.valide_du <= date(annee, 12, 31) and (
            self.valide_au is None or date(annee, 1, 1) <= self.valide_au
        )

    @property
    def hypothetique(self) -> bool:
        """Tell whether amounts under this rule are a working hypothesis, and must say so."""
        return self.statut != TEXTE


_ALLOWED: Mapping[str, Mapping[str, str]] = {
    "statut": STATUTS,
    "lecture": LECTURES,
    "chainage": CHAINAGES,
    "comptage": COMPTAGES,
    "mode": MODES,
    "interessement": INTERESSEMENTS,
}
_KINDS: Mapping[str, tuple[type, str]] = {
    **dict.fromkeys(("id", "libelle", "source", "note"), (str, "un texte")),
    **dict.fromkeys(("valide_du", "valide_au"), (date, "une date sans guillemets")),
}
# The numbers of a rule, each with the most it may be (None: no bound).
_NUMBERS: Mapping[str, int | None] = {
    "part": 1,
    "seuil": 1,
    "plancher_eur": None,
    "plafond_credits": None,
    "interessement_part": 1,
    "interessement_seuil": None,
    "interessement_plafond": None,
}


def _number(name: str, key: str, value: object, most: int | None) -> Fraction:
    try:
        # An exponent could make a number of a thousand million digits.
        if len(str(value)) > 40 or "e" in str(value).lower():
            raise ValueError(value)
        read = Fraction(str(value))
    except (ValueError, ZeroDivisionError) as error:
        raise UserFacingError(
            typeset(f"Règle {name} : « {key} » attend un nombre entre guillemets, pas « {value} ».")
        ) from error
    if read < 0 or (most is not None and read > most):
        bounds = "positif" if most is None else f"de 0 à {most}"
        raise UserFacingError(
            typeset(f"Règle {name} : « {key} » attend un nombre {bounds}, pas « {value} ».")
        )
    return read
