"""The statement of a cour, or of the ministry: a bill whose every line shows its formula with its numbers."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil

import polars as pl

from analytics import wording
from analytics.bareme import ECART_PROPRE, INTERESSEMENTS, MUTUALISE
from analytics.display.tables import Colonne
from analytics.objective import FIRST_YEAR
from analytics.settlement import Decompte, Part
from analytics.silence import Manque
from analytics.statement import BASE, EVITEES, NO_COST, OBJECTIF, Detail, Releve
from analytics.wording import number, percent, typeset, with_unit

CIRCULAIRE_1 = "Circulaire du 5 février 2009, p. 1"
CIRCULAIRE_2 = "Circulaire du 5 février 2009, p. 2"
MODE_NAMES = {MUTUALISE: "mutualisé", ECART_PROPRE: "écart propre"}


@dataclass(frozen=True)
class Ligne:
    """One line of a statement: its name, its formula with the numbers in it, its value, and the article.

    `cle` names it for a contest; `forte`: a result that the eye must find.
    """

    cle: str
    libelle: str
    formule: str
    valeur: str
    source: str
    forte: bool = False


def write_plain(value: Fraction, digits: int = 4) -> str:
    """Write a quantity with as many decimals as it has, `digits` at most."""
    for places in range(digits):
        if (value * 10**places).denominator == 1:
            return number(value, places)
    return number(value, digits)


def _extractions(value: Fraction) -> str:
    noun = wording.agree(int(value), "extraction", "extractions")
    return f"{write_plain(value)}{wording.NO_BREAK_SPACE}{noun}"


def euros(cents: int | None) -> str:
    """Write an amount in euros and cents; absent is « n.d. »."""
    return wording.NOT_AVAILABLE if cents is None else with_unit(Fraction(cents, 100), "€", 2)


def write_statement(releve: Releve, part: Part, *, manque: Manque | None) -> tuple[Ligne, ...]:
    """Write the statement of one cour, or of the ministry (its `cour` is empty).

    `manque`: what silence may hide of it, where it is estimated.
    """
    detail = releve.details.get(part.cour)
    lines = [
        *_base_lines(releve, part, detail),
        *_avoided_lines(releve, part, detail, manque),
        *_gap_lines(releve, part),
        *_amount_lines(releve, part),
        *_other_mode(releve, part),
        *_margin_lines(releve, part, manque),
    ]
    return tuple(
        Ligne(
            line.cle,
            typeset(line.libelle),
            typeset(line.formule),
            line.valeur,
            typeset(line.source),
            line.forte,
        )
        for line in lines
    )


def _base_lines(releve: Releve, part: Part, detail: Detail | None) -> list[Ligne]:
    if detail is None:
        count = wording.count(len(releve.decompte.cours), "cour")
        return [
            Ligne(BASE, "Base", f"somme des bases de {count}", _extractions(part.base), "Somme"),
            Ligne(
                OBJECTIF,
                f"Objectif {releve.annee}",
                f"somme des objectifs de {count}",
                f"{_extractions(part.objectif)} à éviter",
                CIRCULAIRE_2,
            ),
        ]
    target = detail.objectif
    put_right = {each.ligne: each for each in detail.ajustements}
    rate = f"{percent(target.taux, 0)} × {write_plain(target.base)}"
    if target.fixe is not None:
        formula, source = "fixé par le Secrétariat général", target.source_fixe
    elif target.acquis:
        formula = f"{rate} + {write_plain(target.acquis)} déjà évitées en {releve.annee - 1}"
        source = CIRCULAIRE_2
    else:
        formula, source = rate, CIRCULAIRE_2
    return [
        Ligne(
            BASE,
            "Base",
            _corrected(put_right.get(BASE), f"extractions de {_base_year(releve)}"),
            _extractions(part.base),
            target.source + (" (illustrative)" if target.illustratif else ""),
        ),
        Ligne(
            OBJECTIF,
            f"Objectif {releve.annee}",
            _corrected(put_right.get(OBJECTIF), f"{formula} = {write_plain(target.annuel)}"),
            f"{_extractions(part.objectif)} à éviter",
            source,
        ),
    ]


def _base_year(releve: Releve) -> int:
    return releve.annee - 1 if releve.bareme.chainage != "fixe" else FIRST_YEAR - 1


def _corrected(change: object, formula: str) -> str:
    motif = getattr(change, "motif", None)
    return formula if motif is None else f"corrigé après contestation : {motif} (au lieu de {formula})"


def _avoided_lines(releve: Releve, part: Part, detail: Detail | None, manque: Manque | None) -> list[Ligne]:
    details = [detail] if detail else list(releve.details.values())
    declared = sum(month.evitees for each in details for month in each.mois)
    projected = sum(each.projetees for each in details)
    missing, due = sum(each.muettes for each in details), sum(each.attendues for each in details)
    put_right = {each.ligne: each for each in detail.ajustements} if detail else {}
    formula = _counted(releve, part, detail, declared, projected)
    most = f" ; au plus {number(manque.au_plus)} évitées avec elles" if manque and manque.muettes else ""
    return [
        Ligne(
            EVITEES,
            "Extractions évitées retenues",
            _corrected(put_right.get(EVITEES), formula),
            write_plain(part.evitees),
            "Circulaire du 5 février 2009, III, 2 (colonne 2 de l'indicateur)",
        ),
        Ligne(
            "silence",
            "Réponses manquantes",
            f"{number(missing)} sur {number(due)} attendues : rien n'est compté pour elles{most}",
            "0",
            "Seul ce qui est déclaré et validé compte",
        ),
    ]


def _counted(releve: Releve, part: Part, detail: Detail | None, declared: int, projected: int) -> str:
    text = f"{number(declared)} déclarées de janvier à {wording.MONTHS[releve.periode.fin.month - 1]}"
    if releve.projete:
        text += f" + {number(projected)} projetées jusqu'en décembre (milieu de la projection)"
    match releve.bareme.lecture:
        case "B":
            level = None if detail is None else detail.objectif.niveau
            return text + (
                " − niveau de 2008" if level is None else f" − {write_plain(level)}, niveau de 2008"
            )
        case "C":
            return (
                f"{write_plain(part.base)} − {write_plain(part.base - part.evitees)} exécutées "
                "(Intérieur) ; colonne 2 : " + text
            )
        case _:
            return text


def _gap_lines(releve: Releve, part: Part) -> list[Ligne]:
    decompte, wanted, done = releve.decompte, write_plain(part.objectif), write_plain(part.evitees)
    if part.exclue:
        return [Ligne("ecart", "Hors décompte", part.exclue, "sans objet", releve.bareme.libelle, forte=True)]
    if part.excedent:
        gap = Ligne(
            "ecart",
            "Excédent",
            f"{done} − {wanted}",
            _extractions(part.excedent),
            CIRCULAIRE_2,
            forte=True,
        )
        return [gap]
    forgiven = part.objectif > part.evitees and not part.ecart
    lines = [
        Ligne(
            "ecart",
            "Extractions non évitées",
            f"{wanted} − {done}"
            + (f", sous le seuil de {percent(releve.bareme.seuil)} de l'objectif" if forgiven else ""),
            _extractions(part.ecart),
            CIRCULAIRE_2,
            forte=True,
        )
    ]
    if part.cour and decompte.mode == MUTUALISE:
        national = decompte.national
        gaps = sum((other.ecart for other in decompte.cours), Fraction(0))
        lines.append(
            Ligne(
                "part",
                "Part de l'écart du ministère",
                f"{write_plain(national.ecart)} × {write_plain(part.ecart)} / {write_plain(gaps)}"
                if gaps
                else "le ministère tient son objectif",
                _extractions(part.du),
                "Mode mutualisé : les cours au-dessus de leur objectif compensent celles au-dessous",
            )
        )
    return lines


def _amount_lines(releve: Releve, part: Part) -> list[Ligne]:
    decompte, bareme, cout = releve.decompte, releve.bareme, releve.cout
    unit = decompte.etpt_par_extraction
    share = "" if bareme.part == 1 else f" × {write_plain(bareme.part)}"
    lines = [
        Ligne(
            "etpt",
            "Équivalent en ETPT",
            f"{write_plain(part.du)} × {_ratio(unit)}{share}",
            with_unit(part.etpt, "ETPT", 4),
            CIRCULAIRE_1,
            forte=True,
        )
    ]
    if cout is None:
        return [
            *lines,
            Ligne("montant", "Remboursement simulé", NO_COST, wording.NOT_AVAILABLE, "", forte=True),
        ]
    formula = f"{with_unit(part.etpt, 'ETPT', 4)} × {write_plain(cout.euros, 2)} €"
    if not part.cour:
        formula = f"somme des montants des cours, arrondie une fois ; {formula}"
    elif part.exact is not None and part.exact != part.etpt * cout.euros:
        formula += f", ramené à {number(part.exact, 2)} € par la règle (plafond ou plancher)"
    lines.append(
        Ligne(
            "montant",
            "Remboursement",
            formula,
            euros(part.centimes),
            f"{cout.source} ; {CIRCULAIRE_2}",
            forte=True,
        )
    )
    if part.part_credits is not None and part.credits is not None:
        lines.append(
            Ligne(
                "credits",
                "Part des crédits vacataires",
                f"{euros(part.centimes)} / {number(part.credits, 2)} €",
                percent(part.part_credits),
                CIRCULAIRE_2,
            )
        )
    return lines


def _other_mode(releve: Releve, part: Part) -> list[Ligne]:
    """Write what the other mode would ask, beside the one that is settled."""
    other = releve.autre
    parts = {each.cour: each for each in (other.national, *other.cours)}
    same = parts[part.cour]
    if part.exclue or not (part.ecart or same.ecart):
        return []
    amount = "" if same.centimes is None else f", {euros(same.centimes)}"
    return [
        Ligne(
            "autre_mode",
            f"Dans l'autre mode ({MODE_NAMES[other.mode]})",
            f"{write_plain(same.du)} × {_ratio(other.etpt_par_extraction)}",
            f"{with_unit(same.etpt, 'ETPT', 4)}{amount}",
            "Pour comparaison",
        )
    ]


def _ratio(unit: Fraction) -> str:
    """Write 127/15 500 as the text does, 1 270 / 155 000, when it is that."""
    return "1 270 / 155 000" if unit == Fraction(1270, 155_000) else f"{unit.numerator} / {unit.denominator}"


def relief(decompte: Decompte, part: Part) -> Fraction:
    """Give the extractions that one more avoided takes off what is owed: one, or a share of it if mutualised.

    Mutualised, the ministry's gap falls by one, and so does the part of the cour in it.
    """
    step = min(Fraction(1), part.ecart)
    if not part.cour or decompte.mode == ECART_PROPRE:
        return step
    whole, gap = sum((other.ecart for other in decompte.cours), Fraction(0)), decompte.national.ecart
    if whole <= step:
        return min(step, gap)
    after = max(Fraction(0), gap - step) * (part.ecart - step) / (whole - step)
    return part.du - after


def _margin_lines(releve: Releve, part: Part, manque: Manque | None) -> list[Ligne]:
    decompte, cout = releve.decompte, releve.cout
    unit = decompte.etpt_par_extraction * releve.bareme.part
    lines: list[Ligne] = []
    if manque is not None and manque.muettes and part.ecart and releve.bareme.lecture == "A":
        unsaid = min(Fraction(manque.estimees - manque.declarees), part.ecart)
        cost = "" if cout is None else f", soit {with_unit(unsaid * unit * cout.euros, '€')}"
        lines.append(
            Ligne(
                "cout_silence",
                "Ce que coûte de ne pas répondre",
                f"environ {number(unsaid)} extractions sans doute évitées, non déclarées (estimation)",
                f"{with_unit(unsaid * unit, 'ETPT', 1)}{cost}",
                "Estimation de pilotage, hors décompte",
            )
        )
    if not part.exclue and part.ecart:
        lines.append(
            Ligne(
                "reste",
                "Reste à éviter pour ne rien devoir",
                f"{write_plain(part.objectif)} − {write_plain(part.evitees)}, arrondi à l'unité supérieure",
                wording.count(ceil(part.objectif - part.evitees), "extraction"),
                "",
            )
        )
        saved = relief(decompte, part)
        formula = f"{write_plain(saved)} × {_ratio(decompte.etpt_par_extraction)}"
        value = f"{wording.MINUS}{with_unit(saved * unit, 'ETPT', 4)}"
        if cout is not None:
            formula += f" × {write_plain(cout.euros, 2)} €"
            value += f", {wording.MINUS}{with_unit(saved * unit * cout.euros, '€', 2)}"
        if part.cour and decompte.mode == MUTUALISE:
            formula += " ; le reste du gain va aux autres cours en déficit"
        lines.append(
            Ligne(
                "prix",
                "Une extraction évitée de plus",
                f"{formula} ; plus rien une fois l'objectif atteint",
                value,
                "",
            )
        )
    if part.excedent:
        simulated = part.interessement_etpt
        lines.append(
            Ligne(
                "interessement",
                "Intéressement",
                INTERESSEMENTS[releve.bareme.interessement],
                "non déterminé"
                if simulated is None
                else f"{with_unit(simulated, 'ETPT', 4)}"
                + ("" if part.interessement_centimes is None else f", {euros(part.interessement_centimes)}")
                + " (simulation)",
                f"{CIRCULAIRE_2} : « modalités à définir »",
            )
        )
    return lines


STATEMENT_COLUMNS = (
    Colonne("libelle", "Ligne"),
    Colonne("formule", "Calcul"),
    Colonne("valeur", "Résultat", nombre=True),
    Colonne("source", "Texte ou source"),
)


def lay_out_statement(lines: Sequence[Ligne]) -> pl.DataFrame:
    """Lay a statement out as a table."""
    return pl.DataFrame(
        [(line.libelle, line.formule, line.valeur, line.source) for line in lines],
        schema=dict.fromkeys(("libelle", "formule", "valeur", "source"), pl.String),
        orient="row",
    )


def compare_modes(releve: Releve) -> str:
    """Say what the other mode would ask of the ministry's cours together."""
    first, second = releve.decompte, releve.autre

    def told(decompte: Decompte) -> str:
        total = decompte.national
        amount = "" if total.centimes is None else f", {euros(total.centimes)}"
        return f"{with_unit(total.etpt, 'ETPT', 4)}{amount}"

    return typeset(
        f"En mode {MODE_NAMES[first.mode]} : {told(first)}. En mode {MODE_NAMES[second.mode]} : "
        f"{told(second)}. "
        "L'écart propre peut dépasser ce que doit le ministère : les excédents n'y compensent rien."
    )
