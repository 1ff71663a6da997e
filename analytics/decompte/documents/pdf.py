"""A statement that reads like a bill, as a PDF."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date

from analytics.decompte.compte import statut_of, write_account
from analytics.decompte.documents.account import MINISTERE, Edition, tell_vintage, vintage, warn
from analytics.decompte.releve import Releve
from analytics.decompte.settle import PartDue
from analytics.decompte.words.amounts import euros, write_plain
from analytics.decompte.words.lignes import LigneReleve
from analytics.documents.pdf import lay_table, print_pdf
from analytics.trajectoire.account import Mois
from analytics.vocabulary.schemas import ETATS_DECOMPTE
from analytics.vocabulary.wording import NOT_ANSWERED, month, number, typeset, with_unit


def write_pdf(
    releve: Releve,
    part: PartDue,
    lignes: Sequence[LigneReleve],
    edition: Edition,
    *,
    nom: str,
    noms: Mapping[str, str],
    conclusion: str = "",
    reserve: str = "",
) -> bytes:
    """Write the statement of one cour, or of the ministry (its `cour` is empty), as a PDF.

    `nom`: « cour d'appel de Douai », `noms`: those of the cours, by code; `conclusion`: the sentence it
    opens on; `reserve`: as in `warn`. The same settlement gives the same bytes.
    """
    laid = _lay_out(releve, part, lignes, edition, nom, noms)
    laid |= {"conclusion": conclusion, "textes": [], "alertes": warn(releve, reserve)}
    return print_pdf(laid, vintage(releve))


def _lay_out(
    releve: Releve,
    part: PartDue,
    lignes: Sequence[LigneReleve],
    edition: Edition,
    nom: str,
    noms: Mapping[str, str],
) -> dict[str, object]:
    bareme = releve.bareme
    numbered = "" if edition.numero is None else f", version {edition.numero}"
    tables = [
        lay_table(
            "Relevé",
            {"Ligne": 3, "Calcul": 5, "Résultat": 3, "Texte ou source": 4},
            [((line.libelle, line.formule, line.valeur, line.source), line.forte) for line in lignes],
            right=[2],
        ),
        _months(releve, part),
    ]
    if not part.cour:
        tables.append(_cours(releve, noms))
    return {
        "titre": typeset(f"Décompte {releve.annee} — {nom}"),
        "sous_titre": typeset(
            f"État : {ETATS_DECOMPTE[edition.etat]}{numbered}. {bareme.libelle} ({statut_of(releve)})."
        ),
        "tableaux": tables,
        "pied": typeset(f"Règle {bareme.id} ; {tell_vintage(releve)} ; Vigie {edition.logiciel}"),
        "empreinte": write_account(releve)["empreinte"],
    }


def _months(releve: Releve, part: PartDue) -> dict[str, object]:
    """Lay out what was declared month by month; a month when nobody answered is not 0."""
    details = [releve.details[part.cour]] if part.cour else list(releve.details.values())
    by_month: defaultdict[date, list[Mois]] = defaultdict(list)
    for detail in details:
        for each in detail.mois:
            by_month[each.mois].append(each)
    rows: list[tuple[tuple[str, ...], bool]] = []
    for day, months in sorted(by_month.items()):
        answered = sum(each.repondues for each in months)
        figures = (
            (
                number(sum(each.visioconferences for each in months)),
                number(sum(each.evitees for each in months)),
            )
            if answered
            else (NOT_ANSWERED, NOT_ANSWERED)
        )
        due = sum(each.attendues for each in months)
        rows.append(((month(day), *figures, f"{number(answered)} sur {number(due)}"), False))
    heads = {"Mois": 3, "Visioconférences déclarées": 3, "Extractions évitées": 3, "Réponses reçues": 3}
    return lay_table(f"Mois par mois ({NOT_ANSWERED} : non répondu)", heads, rows, right=[1, 2, 3])


def _cours(releve: Releve, noms: Mapping[str, str]) -> dict[str, object]:
    def row(part: PartDue, name: str) -> tuple[str, ...]:
        return (
            name,
            write_plain(part.base, 2),
            write_plain(part.objectif, 2),
            write_plain(part.evitees, 2),
            write_plain(part.ecart, 2),
            with_unit(part.etpt, "ETPT", 4),
            euros(part.centimes),
        )

    decompte = releve.decompte
    rows = [(row(part, noms.get(part.cour, part.cour)), False) for part in decompte.cours]
    rows.append((row(decompte.national, MINISTERE), True))
    heads = {
        "Cour": 5, "Base": 3, "Objectif": 3, "Évitées": 3, "Non évitées": 3, "ETPT": 4, "Montant": 5,
    }  # fmt: skip
    return lay_table("Cour par cour", heads, rows, right=[1, 2, 3, 4, 5, 6])
