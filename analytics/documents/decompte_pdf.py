"""A statement that reads like a bill, as a PDF that assistive technology reads too (PDF/UA-1).

Texts travel as data, never as markup: whatever a name holds is printed as it is.
"""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date

from analytics.display.statement import Ligne, euros, write_plain
from analytics.documents.decompte import MINISTERE, tell_vintage, vintage, warn
from analytics.schemas import ETATS_DECOMPTE
from analytics.settlement import Part
from analytics.statement import Releve, statut_of, write_account
from analytics.trajectory import Mois
from analytics.wording import NOT_ANSWERED, month, number, typeset, with_unit

_TEMPLATE = r"""
#let d = json(bytes(sys.inputs.decompte))
#set document(title: d.titre, author: "Vigie", description: d.sous_titre)
#set text(lang: "fr", region: "FR", size: 9.5pt, hyphenate: false)
#set page(paper: "a4", margin: (x: 18mm, top: 20mm, bottom: 24mm), footer: context {
  set text(size: 7pt, fill: rgb("#3a3a3a"))
  line(length: 100%, stroke: 0.4pt + rgb("#dddddd"))
  grid(columns: (1fr, auto), gutter: 6mm,
    [#d.pied \ Empreinte SHA-256 : #raw(d.empreinte)],
    [Page #counter(page).display("1 / 1", both: true)])
})
#show "p. ": "p.\u{a0}"
#set table(stroke: (x, y) => (bottom: 0.4pt + rgb("#dddddd")), inset: (x: 4pt, y: 5pt))
#show table.cell.where(y: 0): set text(weight: "bold")
#show title: set text(size: 19pt, fill: rgb("#000091"))
#show heading: set text(size: 12pt, fill: rgb("#161616"))
#show heading: set block(above: 7mm, below: 3mm)
#text(size: 9pt)[Vigie — suivi des extractions judiciaires évitées]
#title()
#text(size: 11pt)[#d.sous_titre]
#for text in d.alertes {
  block(width: 100%, inset: 7pt, stroke: (left: 3pt + rgb("#b34000")), fill: rgb("#f6f6f6"),
    std.text(size: 12pt, weight: "bold", fill: rgb("#b34000"), text))
}
#let laid(one) = {
  heading(one.titre)
  table(
    columns: one.largeurs.map(w => w * 1fr),
    align: (x, y) => if one.droite.contains(x) { right } else { left },
    table.header(..one.entetes),
    ..one.lignes.map(l => l.cellules.map(c => if l.forte { strong(c) } else { c })).flatten(),
  )
}
#for one in d.tableaux { laid(one) }
"""


def write_pdf(
    releve: Releve,
    part: Part,
    lignes: Sequence[Ligne],
    *,
    nom: str,
    etat: str,
    version: int | None,
    noms: Mapping[str, str],
    logiciel: str,
) -> bytes:
    """Write the statement of one cour, or of the ministry (its `cour` is empty), as a PDF.

    `nom`: « cour d'appel de Douai », `noms`: those of the cours, by code; `etat`: one of
    `ETATS_DECOMPTE`; `logiciel`: the version of the software. The same settlement gives the same bytes.
    """
    import typst

    return typst.compile(
        _TEMPLATE.encode(),
        ignore_system_fonts=True,
        sys_inputs={
            "decompte": json.dumps(
                _lay_out(releve, part, lignes, nom, etat, version, noms, logiciel), ensure_ascii=False
            )
        },
        pdf_standards=["ua-1"],
        timestamp=vintage(releve),
    )


def _lay_out(
    releve: Releve,
    part: Part,
    lignes: Sequence[Ligne],
    nom: str,
    etat: str,
    version: int | None,
    noms: Mapping[str, str],
    logiciel: str,
) -> dict[str, object]:
    bareme = releve.bareme
    numbered = "" if version is None else f", version {version}"
    tables = [
        _table(
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
            f"État : {ETATS_DECOMPTE[etat]}{numbered}. {bareme.libelle} ({statut_of(releve)})."
        ),
        "alertes": warn(releve),
        "tableaux": tables,
        "pied": typeset(f"Règle {bareme.id} ; {tell_vintage(releve)} ; Vigie {logiciel}"),
        "empreinte": write_account(releve)["empreinte"],
    }


def _months(releve: Releve, part: Part) -> dict[str, object]:
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
    return _table(f"Mois par mois ({NOT_ANSWERED} : non répondu)", heads, rows, right=[1, 2, 3])


def _cours(releve: Releve, noms: Mapping[str, str]) -> dict[str, object]:
    def row(part: Part, name: str) -> tuple[str, ...]:
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
    return _table("Cour par cour", heads, rows, right=[1, 2, 3, 4, 5, 6])


def _table(
    title: str, heads: Mapping[str, int], rows: Sequence[tuple[Sequence[str], bool]], *, right: list[int]
) -> dict[str, object]:
    """Lay a table out for the template: `heads` gives each heading its share of the width."""
    return {
        "titre": typeset(title),
        "entetes": list(heads),
        "largeurs": list(heads.values()),
        "droite": right,
        "lignes": [{"cellules": list(cells), "forte": strong} for cells, strong in rows],
    }
