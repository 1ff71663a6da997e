"""The statement of a cour, or of the ministry: a bill whose every line shows its formula with its numbers."""

from fractions import Fraction
from math import ceil

from analytics.couverture.silence import Manque
from analytics.decompte.bareme import ECART_PROPRE, INTERESSEMENTS, MUTUALISE
from analytics.decompte.releve import BASE, EVITEES, NO_COST, OBJECTIF, Detail, Releve
from analytics.decompte.settle import Decompte, PartDue, settle_with_more
from analytics.decompte.words.amounts import (
    euros,
    owed_exactly,
    owed_in_round,
    span_etpt,
    span_euros,
    span_numbers,
    tell_etpt,
    why_nothing,
    write_plain,
)
from analytics.decompte.words.lignes import CIRCULAIRE_1, CIRCULAIRE_2, LigneReleve, write_extractions
from analytics.objectif.lectures import MESURES
from analytics.statistics.apportion import round_half_up
from analytics.vocabulary import wording
from analytics.vocabulary.periods import FIRST_YEAR
from analytics.vocabulary.wording import number, percent, typeset, with_unit

MODE_NAMES = {MUTUALISE: "mutualisé", ECART_PROPRE: "écart propre"}


def write_statement(releve: Releve, part: PartDue, *, manque: Manque | None) -> tuple[LigneReleve, ...]:
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
        LigneReleve(
            line.cle,
            typeset(line.libelle),
            typeset(line.formule),
            line.valeur,
            typeset(line.source),
            line.forte,
        )
        for line in lines
    )


def _base_lines(releve: Releve, part: PartDue, detail: Detail | None) -> list[LigneReleve]:
    if detail is None:
        count = wording.count(len(releve.decompte.cours), "cour")
        return [
            LigneReleve(BASE, "Base", f"somme des bases de {count}", write_extractions(part.base), "Somme"),
            LigneReleve(
                OBJECTIF,
                f"Objectif {releve.annee}",
                f"somme des objectifs de {count}",
                f"{write_extractions(part.objectif)} à éviter",
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
        LigneReleve(
            BASE,
            "Base",
            _corrected(put_right.get(BASE), f"extractions de {_base_year(releve)}"),
            write_extractions(part.base),
            target.source + (" (illustrative)" if target.illustratif else ""),
        ),
        LigneReleve(
            OBJECTIF,
            f"Objectif {releve.annee}",
            _corrected(put_right.get(OBJECTIF), f"{formula} = {write_plain(target.annuel)}"),
            f"{write_extractions(part.objectif)} à éviter",
            source,
        ),
    ]


def _base_year(releve: Releve) -> int:
    return releve.annee - 1 if releve.bareme.chainage != "fixe" else FIRST_YEAR - 1


def _corrected(change: object, formula: str) -> str:
    motif = getattr(change, "motif", None)
    return (
        formula if motif is None else typeset(f"corrigé après contestation : {motif} (au lieu de {formula})")
    )


def _avoided_lines(
    releve: Releve, part: PartDue, detail: Detail | None, manque: Manque | None
) -> list[LigneReleve]:
    details = [detail] if detail else list(releve.details.values())
    declared = sum(month.evitees for each in details for month in each.mois)
    projected = sum(each.projetees for each in details)
    missing, due = sum(each.muettes for each in details), sum(each.attendues for each in details)
    put_right = {each.ligne: each for each in detail.ajustements} if detail else {}
    formula = _counted(releve, part, detail, declared, projected)
    most = ""
    if manque and manque.muettes:
        most = f" ; sans doute {number(manque.au_plus)} évitées avec elles, au plus"
    reading = releve.bareme.lecture
    lines = [
        LigneReleve(
            EVITEES,
            "Extractions évitées retenues" + ("" if reading == "A" else f", lecture {reading}"),
            _corrected(put_right.get(EVITEES), formula),
            wording.NOT_ANSWERED if releve.is_unheard(part) else write_plain(part.evitees),
            "Circulaire du 5 février 2009, III, 2 (colonne 2 de l'indicateur)"
            if reading == "A"
            else f"Autre lecture du texte : {MESURES[reading]}",
        )
    ]
    if reading == "C":  # counts what was executed: an answer that did not come changes nothing
        return lines
    return [
        *lines,
        LigneReleve(
            "silence",
            "Réponses manquantes",
            f"{number(missing)} sur {number(due)} attendues : rien n'est compté pour elles{most}",
            "0",
            "Seul ce qui est déclaré et validé compte",
        ),
    ]


def _counted(releve: Releve, part: PartDue, detail: Detail | None, declared: int, projected: int) -> str:
    last = wording.MONTHS[releve.periode.fin.month - 1]
    when = "en janvier" if releve.periode.fin.month == 1 else f"de janvier à {last}"
    text = f"{wording.count(declared, 'déclarée', 'déclarées')} {when}"
    if releve.is_unheard(part):
        text = f"aucune réponse {when}, rien n'est projeté"
    elif releve.projete:
        text += (
            f" + {wording.count(projected, 'projetée', 'projetées')} jusqu'en décembre "
            "(milieu de la projection)"
        )
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


def _gap_lines(releve: Releve, part: PartDue) -> list[LigneReleve]:
    decompte, wanted, done = releve.decompte, write_plain(part.objectif), write_plain(part.evitees)
    if part.exclue:
        return [
            LigneReleve(
                "ecart", "Hors décompte", part.exclue, "sans objet", releve.bareme.libelle, forte=True
            )
        ]
    if part.excedent:
        gap = LigneReleve(
            "ecart",
            "Excédent",
            f"{done} − {wanted}",
            write_extractions(part.excedent),
            CIRCULAIRE_2,
            forte=True,
        )
        return [gap]
    forgiven = part.objectif > part.evitees and not part.ecart
    lines = [
        LigneReleve(
            "ecart",
            "Extractions qui ne seraient pas évitées" if releve.projete else "Extractions non évitées",
            f"{wanted} − {done}"
            + (f", sous le seuil de {percent(releve.bareme.seuil)} de l'objectif" if forgiven else ""),
            write_extractions(part.ecart),
            CIRCULAIRE_2,
            forte=True,
        )
    ]
    if part.cour and decompte.mode == MUTUALISE:
        national = decompte.national
        gaps = sum((other.ecart for other in decompte.cours), Fraction(0))
        shared = f"{write_plain(national.ecart)} × {write_plain(part.ecart)} / {write_plain(gaps)}"
        lines.append(
            LigneReleve(
                "part",
                "Part de l'écart du ministère",
                shared if part.du else why_nothing(decompte, part),
                write_extractions(part.du),
                "Mode mutualisé : les cours au-dessus de leur objectif compensent celles au-dessous",
            )
        )
    return lines


def _write_enough(value: Fraction, times: Fraction) -> str:
    """Write a quantity with as many decimals, four at least, as a calculator needs to find the same cents."""
    wanted = round_half_up(value * times * 100)
    for digits in range(4, 13):
        shown = Fraction(wording.difference(0, value, digits))
        if round_half_up(shown * times * 100) == wanted:
            return write_plain(value, digits)
    return write_plain(value, 13)


def _amount_lines(releve: Releve, part: PartDue) -> list[LigneReleve]:
    decompte, bareme, cout = releve.decompte, releve.bareme, releve.cout
    unit = decompte.etpt_par_extraction
    share = "" if bareme.part == 1 else f" × {write_plain(bareme.part)}"
    lines = [
        LigneReleve(
            "etpt",
            "Équivalent en ETPT",
            f"{write_plain(part.du)} × {_ratio(unit)}{share}",
            tell_etpt(part.etpt),
            CIRCULAIRE_1,
            forte=True,
        )
    ]
    if cout is None:
        return [
            *lines,
            LigneReleve("montant", "Remboursement simulé", NO_COST, wording.NOT_AVAILABLE, "", forte=True),
        ]
    factor = f"{_write_enough(part.etpt, cout.euros)}{wording.NO_BREAK_SPACE}ETPT"
    formula = f"{factor} × {write_plain(cout.euros, 2)} €"
    if not part.etpt:
        formula = "aucun ETPT à rembourser"
    elif not part.cour:
        formula = f"somme des montants des cours, arrondie une fois ; {formula}"
    elif part.exact is not None and part.exact != part.etpt * cout.euros:
        formula += f", ramené à {number(part.exact, 2)} € par la règle (plafond ou plancher)"
    if part.cour and part.exact is not None and part.centimes != round_half_up(part.exact * 100):
        formula += " ; au centime voisin, pour que les cours somment au montant du ministère"
    lines.append(
        LigneReleve(
            "montant",
            "Remboursement projeté" if releve.projete else "Remboursement",
            formula,
            euros(part.centimes),
            f"{cout.source} ; {CIRCULAIRE_2}",
            forte=True,
        )
    )
    if part.part_credits is not None and part.credits is not None:
        lines.append(
            LigneReleve(
                "credits",
                "Part des crédits vacataires",
                f"{euros(part.centimes)} / {number(part.credits, 2)} €",
                percent(part.part_credits),
                CIRCULAIRE_2,
            )
        )
    return lines


def _other_mode(releve: Releve, part: PartDue) -> list[LigneReleve]:
    """Write what the other mode would ask, beside the one that is settled."""
    other = releve.autre
    parts = {each.cour: each for each in (other.national, *other.cours)}
    same = parts[part.cour]
    if part.exclue or not (part.ecart or same.ecart):
        return []
    share = "" if releve.bareme.part == 1 else f" × {write_plain(releve.bareme.part)}"
    return [
        LigneReleve(
            "autre_mode",
            f"Dans l'autre mode ({MODE_NAMES[other.mode]})",
            f"{write_plain(same.du)} × {_ratio(other.etpt_par_extraction)}{share}",
            owed_exactly(same),
            "Pour comparaison",
        )
    ]


def _ratio(unit: Fraction) -> str:
    """Write 127/15 500 as the text does, 1 270 / 155 000, when it is that."""
    return "1 270 / 155 000" if unit == Fraction(1270, 155_000) else f"{unit.numerator} / {unit.denominator}"


def relief(decompte: Decompte, part: PartDue) -> Fraction:
    """Give the extractions that one more avoided takes off what is owed: one, a share of it, or none.

    Mutualised, the ministry's gap falls by one, and so does the part of the cour in it.
    """
    return part.du - settle_with_more(decompte, part, Fraction(1)).du


def _margin_lines(releve: Releve, part: PartDue, manque: Manque | None) -> list[LigneReleve]:
    """Write what one more avoided, and what silence, would change: nothing that the mode shown does not."""
    lines: list[LigneReleve] = []
    if manque is not None and manque.muettes and part.du and releve.bareme.lecture == "A":
        low, middle, high = (
            settle_with_more(releve.decompte, part, Fraction(max(told - manque.declarees, 0)))
            for told in (manque.bas, manque.estimees, manque.haut)
        )
        if middle.etpt < part.etpt:
            between = span_numbers(manque.bas - manque.declarees, manque.haut - manque.declarees)
            lines.append(
                LigneReleve(
                    "cout_silence",
                    "Ce que coûte de ne pas répondre",
                    f"{between} extractions sans doute évitées (8 fois sur 10), déclarations manquantes "
                    "(estimation)" + ("" if middle.etpt else " : de quoi ne plus rien devoir"),
                    _spared(part, low, high),
                    "Estimation de pilotage, hors décompte",
                )
            )
    if not part.exclue and part.ecart:
        lines += [_left_to_avoid(releve, part), _price(releve, part)]
    if part.excedent:
        simulated = part.interessement_etpt
        lines.append(
            LigneReleve(
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


def _spared(part: PartDue, low: PartDue, high: PartDue) -> str:
    """Write between which ETPT, and which amounts, an estimate would spare: its range, in round figures."""
    least, most = part.etpt - low.etpt, part.etpt - high.etpt
    told = span_etpt(least, most)
    if part.exact is None or low.exact is None or high.exact is None:
        return told
    if part.exact == high.exact:
        return f"{told}, rien en euros"
    return f"{told}, soit {span_euros(float(part.exact - low.exact), float(part.exact - high.exact))}"


def _saved(part: PartDue, after: PartDue, *, digits: tuple[int, int], sign: str = "") -> str:
    """Write what is no longer owed between two settlements: « rien » rather than a zero with a sign."""
    if after.etpt == part.etpt:
        return "rien"
    told = f"{sign}{with_unit(part.etpt - after.etpt, 'ETPT', digits[0])}"
    if part.exact is None or after.exact is None:
        return told
    if part.exact == after.exact:
        return f"{told}, rien en euros"
    return f"{told}{', ' if sign else ', soit '}{sign}{with_unit(part.exact - after.exact, '€', digits[1])}"


def _left_to_avoid(releve: Releve, part: PartDue) -> LigneReleve:
    """Write what is missing of the objective; that it ends the debt is only said where it does."""
    frees = part.du and not releve.bareme.seuil and (part.cour or releve.decompte.mode == MUTUALISE)
    return LigneReleve(
        "reste",
        "Reste à éviter pour ne rien devoir" if frees else "Reste à éviter pour atteindre l'objectif",
        f"{write_plain(part.objectif)} − {write_plain(part.evitees)}, arrondi à l'unité supérieure",
        wording.count(ceil(part.objectif - part.evitees), "extraction"),
        "",
    )


def _price(releve: Releve, part: PartDue) -> LigneReleve:
    """Write what one more avoided would save, the whole rule applied anew."""
    decompte, cout = releve.decompte, releve.cout
    after = settle_with_more(decompte, part, Fraction(1))
    saved = part.du - after.du
    if not part.du:
        formula = f"rien n'est dû : {why_nothing(decompte, part)}"
    elif saved <= 0:
        formula = "la règle n'en tient pas compte"
    else:
        unit = decompte.etpt_par_extraction
        enough = write_plain(saved) if cout is None else _write_enough(saved, unit * cout.euros)
        formula = f"{enough} × {_ratio(unit)}"
        if cout is not None:
            formula += f" × {write_plain(cout.euros, 2)} €"
        if part.cour and decompte.mode == MUTUALISE and saved < 1:
            formula += " ; le reste du gain va aux autres cours en déficit"
        formula += " ; plus rien une fois l'objectif atteint"
    return LigneReleve(
        "prix",
        "Une extraction évitée de plus",
        formula,
        _saved(part, after, digits=(4, 2), sign=wording.MINUS),
        "",
    )


def compare_modes(releve: Releve) -> str:
    """Say what the other mode would ask of the ministry's cours together."""
    first, second = releve.decompte, releve.autre
    return typeset(
        ("Au milieu de la projection. " if releve.projete else "")
        + f"En mode {MODE_NAMES[first.mode]} : {owed_in_round(releve, first.national)}. "
        f"En mode {MODE_NAMES[second.mode]} : {owed_in_round(releve, second.national)}. "
        "L'écart propre peut dépasser ce que doit le ministère : les excédents n'y compensent rien."
    )
