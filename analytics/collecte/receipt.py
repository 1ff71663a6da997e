"""The receipt of an answer: what was validated, by whom, when, and how anyone can check it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import polars as pl

from analytics.documents.pdf import lay_table, print_pdf
from analytics.vocabulary.schemas import ReponseValidee
from analytics.vocabulary.wording import NOT_ANSWERED, month, number, of_month, typeset

FICTIONAL = typeset("FICTIF : réponse donnée à la démonstration, transmise à personne.")
WITHDRAWN = "retirée"


@dataclass(frozen=True)
class Recu:
    """A receipt as it is read: the answer, the name of its court, its figures, the time in Paris in words.

    `chiffres`: `activite`, `visioconferences`, `extractions_evitees`, `retiree`, in the order of the form.
    """

    reponse: ReponseValidee
    nom: str
    cour: str
    quand: str
    chiffres: pl.DataFrame

    @property
    def titre(self) -> str:
        """Name it."""
        return typeset(f"Reçu n° {self.reponse.lot}")

    @property
    def phrase(self) -> str:
        """Say what became of the answer."""
        given = "donnée à la démonstration" if self.reponse.fictive else "enregistrée et transmise à la SDSE"
        return typeset(f"Réponse {of_month(self.reponse.mois)} {given} : reçu n° {self.reponse.lot}.")

    @property
    def fichier(self) -> str:
        """Name its file, without an extension."""
        fictive = "_fictif" if self.reponse.fictive else ""
        return f"{self.reponse.mois:%Y-%m}_{self.reponse.juridiction}_recu-{self.reponse.lot}{fictive}"

    @property
    def faits(self) -> tuple[tuple[str, str], ...]:
        """Give what it attests, one thing a line."""
        return (
            ("Référence", f"lot {self.reponse.lot}"),
            ("Juridiction", self.nom),
            ("Cour", self.cour),
            ("Mois", month(self.reponse.mois)),
            ("Validé par", self.reponse.auteur),
            ("Validé le", typeset(f"{self.quand} (heure de Paris)")),
            ("Empreinte SHA-256", self.reponse.empreinte),
        )

    @property
    def verification(self) -> str:
        """Say how to check it."""
        return typeset(
            f"Pour vérifier : l'empreinte est celle du fichier des chiffres validés « {self.fichier}.csv ». "
            "Calculez-la sur le fichier tel quel, sans l'ouvrir dans un tableur, avec « sha256sum » (Linux), "
            "« shasum -a 256 » (macOS) ou « Get-FileHash » (Windows) : elle doit être la même, caractère "
            "pour caractère."
        )

    def rows(self, noms: Mapping[str, str]) -> list[tuple[str, str, str]]:
        """Write its figures, an activity a line, then the total; `noms`: those of the activities, by code."""
        written = [
            (noms.get(row["activite"], row["activite"]), *_written(row))
            for row in self.chiffres.iter_rows(named=True)
        ]
        total = (number(self.chiffres[name].sum()) for name in ("visioconferences", "extractions_evitees"))
        return [*written, ("Total", *total)]  # pyright: ignore[reportReturnType] - two figures a line


def _written(row: Mapping[str, object]) -> tuple[str, str]:
    if row["retiree"]:
        return WITHDRAWN, WITHDRAWN
    figures = (row["visioconferences"], row["extractions_evitees"])
    first, second = (number(figure) if isinstance(figure, int) else NOT_ANSWERED for figure in figures)
    return first, second


def write_receipt(recu: Recu, noms: Mapping[str, str], *, logiciel: str, moment: datetime) -> bytes:
    """Print a receipt; `logiciel`: the version of the software, `moment`: when it was validated."""
    rows: Sequence[tuple[Sequence[str], bool]] = [
        (row, rank == recu.chiffres.height) for rank, row in enumerate(recu.rows(noms))
    ]
    heads = {"Activité": 5, "Visioconférences": 2, "Extractions évitées": 2}
    return print_pdf(
        {
            "titre": recu.titre,
            "sous_titre": typeset(f"{recu.nom}. {recu.phrase}"),
            "alertes": [FICTIONAL] if recu.reponse.fictive else [],
            "tableaux": [
                lay_table("Ce qui est attesté", {"Quoi": 2, "Valeur": 5}, _facts(recu), right=[]),
                lay_table(f"Chiffres ({NOT_ANSWERED} : non répondu)", heads, rows, right=[1, 2]),
            ],
            "textes": [recu.verification],
            "pied": typeset(f"Questionnaire {of_month(recu.reponse.mois)} ; Vigie {logiciel}"),
            "empreinte": recu.reponse.empreinte,
        },
        moment,
    )


def _facts(recu: Recu) -> list[tuple[tuple[str, str], bool]]:
    return [(fact, False) for fact in recu.faits]
