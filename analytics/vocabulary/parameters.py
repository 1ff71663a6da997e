"""Legal and working parameters: dated values that can always say where they come from."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from analytics.vocabulary.errors import UserFacingError
from analytics.vocabulary.wording import long_date


@dataclass(frozen=True)
class Parametre:
    """One value of a parameter, exact, with the days on which it is in force (inclusive).

    `verifie_le`: the day on which someone last compared it with its source, and found that it still holds.
    """

    nom: str
    libelle: str
    valeur: Fraction
    unite: str
    valide_du: date
    valide_au: date | None
    source: str
    verifie_le: date
    note: str

    @classmethod
    def from_toml(cls, table: Mapping[str, Any]) -> "Parametre":
        """Build one from a TOML table; the number is text there, so that it stays exact."""
        missing = {"nom", "libelle", "valeur", "unite", "valide_du", "source", "verifie_le"} - table.keys()
        if missing:
            raise UserFacingError(
                f"Paramètre {table.get('nom', 'sans nom')} : il manque {', '.join(sorted(missing))}."
            )
        try:
            valeur = Fraction(str(table["valeur"]))
        except ValueError as error:
            raise UserFacingError(
                f"Paramètre {table['nom']} : « {table['valeur']} » n'est pas un nombre. "
                "Écrivez-le entre guillemets, avec un point décimal."
            ) from error
        # A moment is a date for Python, but the two cannot be compared.
        if type(table["verifie_le"]) is not date:
            raise UserFacingError(
                f"Paramètre {table['nom']} : « verifie_le » attend une date sans guillemets, comme "
                f"2009-02-05, pas « {table['verifie_le']} »."
            )
        valide_au = table.get("valide_au")
        if valide_au is not None and valide_au < table["valide_du"]:
            raise UserFacingError(f"Paramètre {table['nom']} : la fin de validité précède le début.")
        return cls(
            nom=table["nom"],
            libelle=table["libelle"],
            valeur=valeur,
            unite=table["unite"],
            valide_du=table["valide_du"],
            valide_au=valide_au,
            source=table["source"],
            verifie_le=table["verifie_le"],
            note=table.get("note", ""),
        )


class Parametres:
    """All the values; ask for one at a date."""

    def __init__(self, valeurs: Iterable[Parametre]) -> None:
        self._valeurs = tuple(valeurs)
        for first in self._valeurs:
            for second in self._valeurs:
                if first is not second and first.nom == second.nom and _overlap(first, second):
                    raise UserFacingError(
                        f"Paramètre {first.nom} : deux valeurs sont en vigueur le "
                        f"{long_date(max(first.valide_du, second.valide_du))}. Fermez la plus ancienne."
                    )

    def __iter__(self) -> Iterator[Parametre]:
        return iter(self._valeurs)

    def find(self, nom: str, day: date) -> Parametre | None:
        """Give the value in force on `day`, None where there is none."""
        for valeur in self._valeurs:
            if (
                valeur.nom == nom
                and valeur.valide_du <= day
                and (valeur.valide_au is None or day <= valeur.valide_au)
            ):
                return valeur
        return None

    def at(self, nom: str, day: date) -> Parametre:
        """Give the value in force on `day`, or say in French that there is none."""
        found = self.find(nom, day)
        if found is not None:
            return found
        known = sorted(v.valide_du for v in self._valeurs if v.nom == nom)
        if not known:
            raise UserFacingError(f"Le paramètre {nom} n'existe pas.")
        raise UserFacingError(
            f"Aucune valeur du paramètre {nom} n'est en vigueur le {long_date(day)} "
            f"(première valeur : {long_date(known[0])}). Ajoutez-la avec sa source."
        )


def _overlap(first: Parametre, second: Parametre) -> bool:
    return first.valide_du <= (second.valide_au or date.max) and second.valide_du <= (
        first.valide_au or date.max
    )
