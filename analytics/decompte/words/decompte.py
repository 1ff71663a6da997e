"""The settlement of the ministry in words: what to conclude, the cours side by side, what rules change."""

from dataclasses import replace
from datetime import date
from fractions import Fraction

import polars as pl

from analytics.decompte.bareme import MODES, MUTUALISE, STATUTS
from analytics.decompte.fourchette import SEED, Fourchette
from analytics.decompte.releve import Releve
from analytics.decompte.settle import PartDue
from analytics.decompte.words.amounts import (
    NOTHING,
    about_etpt,
    about_euros,
    mark_estimate,
    owed_in_round,
    span_euros,
    span_numbers,
    write_etpt,
    write_plain,
    write_quantity,
)
from analytics.leviers.words import read_rough, rough
from analytics.objectif.lectures import MESURES
from analytics.vocabulary import wording
from analytics.vocabulary.columns import STEPS_SCHEMA, Chiffre
from analytics.vocabulary.schemas import ETATS_DECOMPTE, SIMULATION
from analytics.vocabulary.wording import number, percent, typeset, with_unit

MIDDLE = "Au milieu de la projection"
UNPRICED = "montant non déterminé, faute de coût d'un ETPT"


def conclude_settlement(
    releve: Releve, part: PartDue, *, nom: str, fourchette: Fourchette | None = None
) -> str:
    """Say in one sentence what the ministry, or a cour, would owe, under which rule, and what it is worth.

    Rounded; before the year is complete, in the conditional, with what it may come to.
    """
    rule = f"« {releve.bareme.libelle} »"
    if releve.bareme.lecture != "A":
        rule += f", lecture {releve.bareme.lecture} ({MESURES[releve.bareme.lecture]})"
    if releve.is_unheard(part):
        return typeset(
            f"Décompte {releve.annee}, {rule} : aucune juridiction n'a encore répondu "
            f"pour {nom}, rien ne se projette ; seul ce qui sera déclaré comptera."
        )
    when = f"Décompte {releve.annee}" + (", projeté à fin d'année" if releve.projete else "")
    told = _tell_gap(releve, part, nom) + ("" if part.exclue else _tell_debt(releve, part, fourchette))
    return typeset(f"{when}, {rule} : {told}.")


def _tell_gap(releve: Releve, part: PartDue, nom: str) -> str:
    """Say what was not avoided, or what is beyond the objective."""
    ahead = releve.projete
    if part.exclue:
        return f"{nom} n'est pas réglé : {part.exclue}"
    if part.excedent:
        over = _extractions(releve, part.excedent)
        if ahead:
            return f"{nom} dépasserait l'objectif " + ("de " if over.startswith("m") else "d'") + over
        return f"{nom} dépasse l'objectif de {over}"
    missed = max(part.objectif - part.evitees, Fraction(0))
    if not missed:
        return f"{nom} {'tiendrait' if ahead else 'tient'} l'objectif"
    told = nom + (" n'éviterait pas " if ahead else " n'a pas évité ") + _extractions(releve, missed)
    if not part.ecart:
        told += f", sous le seuil de {percent(releve.bareme.seuil)} de l'objectif"
    return told


def _tell_debt(releve: Releve, part: PartDue, fourchette: Fourchette | None) -> str:
    """Say what follows of it for who is told of: nothing, all of it, or its share."""
    if releve.projete and fourchette is not None:
        return _tell_range(releve, part, fourchette) + _tell_bonus(releve, part)
    told = owed_in_round(releve, part)
    if not part.du and part.ecart:
        return (
            f" ; compensées par les excédents des autres cours : {told}" if _offset(releve) else f" : {told}"
        )
    if not part.etpt:
        return f" : {told}{_tell_bonus(releve, part)}"
    if part.excedent or part.du != part.ecart:
        due = f"{_extractions(releve, part.du)} {'à sa charge' if part.cour else 'à la charge des cours'}"
        told = f" ; {due} {_sharing(releve)}, soit {told}"
    elif releve.bareme.part != 1:
        told = f", remboursées à {percent(releve.bareme.part, 0)}, soit {told}"
    else:
        told = f", soit {told}"
    if part.exact is not None and part.exact != part.etpt * (releve.cout.euros if releve.cout else 0):
        told += " (ramené par la règle : plafond ou plancher)"
    return told + (f", {UNPRICED}" if part.centimes is None else "") + _tell_bonus(releve, part)


def _offset(releve: Releve) -> bool:
    """Tell whether the cours beyond their objective make up for the others."""
    return releve.decompte.national.evitees >= releve.decompte.national.objectif


def _sharing(releve: Releve) -> str:
    return "après partage" if releve.decompte.mode == MUTUALISE else "en écart propre"


def _tell_bonus(releve: Releve, part: PartDue) -> str:
    if not part.excedent:
        return ""
    if part.interessement_etpt is None:
        return ", intéressement non déterminé"
    if releve.projete:
        worth = about_etpt(part.interessement_etpt)
        about = "de " if worth.startswith("moins") else "d'environ "
        return f", intéressement simulé {about}{worth}"
    return f", intéressement simulé de {with_unit(part.interessement_etpt, 'ETPT', 2)}"


def _tell_range(releve: Releve, part: PartDue, fourchette: Fourchette) -> str:
    """Say what may be owed, 8 times out of 10."""
    if fourchette.euros is not None and part.centimes is not None:
        low, high = widen(fourchette.euros, part.centimes / 100)
        told = span_euros(low, high)
    else:
        low, high = widen(fourchette.extractions, float(part.du))
        told = f"{span_numbers(low, high)} extractions"
    if not high:
        return f" : {NOTHING}"
    if part.du and part.du == part.ecart:
        return f", soit {told} (8 chances sur 10)"
    shared = f" {_sharing(releve)}" if part.du or part.cour else ""
    return f" ; à rembourser{shared} : {told} (8 chances sur 10)"


def _extractions(releve: Releve, value: Fraction) -> str:
    """Write a number of extractions as certain as it is: « environ 190 extractions », « 5 450 … »."""
    if not releve.projete:
        noun = wording.agree(int(value), "extraction", "extractions")
        return f"{write_plain(value, 2)}{wording.NO_BREAK_SPACE}{noun}"
    if value < 1:
        return "moins d'une extraction"
    # The noun agrees with the number as it is written.
    noun = wording.agree(read_rough(float(value)), "extraction", "extractions")
    return f"environ {rough(float(value))}{wording.NO_BREAK_SPACE}{noun}"


def tell_kept(
    numero: int,
    etat: str,
    kept: int | None,
    shown: int | None,
    *,
    nom: str = "",
    enregistre: date | None = None,
    projete: bool = False,
) -> str:
    """Say first what is kept of a year, and that what is shown is a simulation: its gap with what is kept.

    Amounts in cents, written in whole euros, whose difference is that of what is written; of a projection
    (`projete`) the gap is only about.
    """
    name = "simulation enregistrée" if etat == SIMULATION else ETATS_DECOMPTE[etat]
    when = "" if enregistre is None else f" (enregistré le {wording.long_date(enregistre)})"
    told = f"Décompte n° {numero}, {name}{when}{f', {nom}' if nom else ''}"
    here = "ce que vous voyez est une simulation"
    if kept is None or shown is None:
        amount = "arrêté aux ETPT" if kept is None else with_unit(Fraction(kept, 100), "€")
        return typeset(f"{told} : {amount} ; {here}.")
    first, last = Fraction(kept, 100), Fraction(shown, 100)
    gap = wording.difference(first, last)
    apart = f"écart {number(gap, signed=True)} €" if gap else "de même montant"
    if projete:
        sign = wording.MINUS if gap < 0 else "+"
        apart = f"au milieu de la projection, écart d'environ {sign}{rough(abs(float(gap)))} €"
    return typeset(f"{told} : {with_unit(first, '€')} ; {here}, {apart}.")


def warn_settlement(releve: Releve) -> str:
    """Say what the amounts are worth: on screen, in charts, in files."""
    texts: list[str] = []
    if releve.hypothetique:
        texts.append(STATUTS["hypothese"].capitalize())
    causes: list[str] = []
    if releve.bareme.hypothetique:
        causes.append("la règle")
    if releve.cout is not None and releve.cout.hypothese:
        causes.append("le coût d'un ETPT")
    if any(each.objectif.illustratif or each.objectif.hypothese for each in releve.details.values()):
        causes.append("la base des cours")
    if causes:
        texts[0] += f" ({wording.enumeration(causes)})"
    if releve.cout is None:
        texts.append(
            "Le coût d'un ETPT n'est pas dans le texte et aucun n'est retenu : le décompte s'arrête aux ETPT"
        )
    if releve.projete:
        texts.append("L'année n'est pas complète : les mois à venir sont ceux de la projection")
    bare = [part.cour for part in releve.decompte.cours if part.credits is None]
    if releve.bareme.plafond_credits is not None and bare:
        told = wording.count(len(bare), "cour")
        texts.append(f"Crédits vacataires non importés pour {told} : le plafond ne s'y applique pas")
    if releve.sans_base:
        texts.append(f"Sans base, donc hors décompte : {', '.join(releve.sans_base)}")
    return typeset(". ".join(texts) + "." if texts else "")


def figures_of_settlement(
    releve: Releve, part: PartDue, fourchette: Fourchette | None, *, alerte: Fraction
) -> tuple[Chiffre, ...]:
    """Give the row of figures: gap, ETPT, amount with its range, share of the credits with its alert."""
    over = part.part_credits is not None and part.part_credits >= alerte
    ahead = releve.projete
    gap = part.excedent or part.ecart
    if fourchette is None:
        told, beside = wording.NOT_AVAILABLE if part.centimes is None else _whole_euros(releve, part), ""
        if part.centimes is not None and not ahead:
            beside = "année terminée"
    elif fourchette.euros is None or part.centimes is None:
        low, high = widen(fourchette.extractions, float(part.du))
        told, beside = wording.NOT_AVAILABLE, f"de {span_numbers(low, high)} extractions, 8 fois sur 10"
    else:
        told, beside = span_euros(*widen(fourchette.euros, part.centimes / 100)), "8 fois sur 10"
    first, *others = (
        Chiffre(
            "Excédent" if part.excedent else "Non évitées",
            write_quantity(releve, gap),
            typeset(f"objectif : {write_plain(part.objectif)}"),
            "Objectif de l'année moins ce qui est retenu comme évité"
            + (", mois à venir projetés." if ahead else "."),
        ),
        Chiffre(
            "Équivalent en ETPT",
            (write_etpt(releve, part.etpt) if ahead else number(part.etpt, 2)) if part.etpt else "0",
            "",
            "Au prorata des extractions non évitées, après la règle et le mode.",
        ),
        Chiffre(
            "Remboursement simulé",
            told,
            beside,
            typeset(
                "Montant au centime dans le relevé. Avant la fin de l'année, fourchette des mois à venir, "
                "sous la même hypothèse de réponse que la trajectoire (graine "
                f"{SEED}). Coût et réponses manquantes : onglet Sensibilité."
            ),
        ),
        Chiffre(
            "Part des crédits vacataires",
            percent(part.part_credits, 0 if ahead else 1),
            ("⚠ " if over else "")
            + (f"alerte à {percent(alerte, 0)}" if part.part_credits is not None else ""),
            "Crédits de l'année suivante, sur lesquels la cour répond (circulaire, p. 2).",
        ),
    )
    if releve.is_unheard(part):
        unknown = [
            replace(each, valeur=wording.NOT_AVAILABLE, complement="aucune réponse") for each in others
        ]
        return replace(first, valeur=wording.NOT_AVAILABLE), *unknown
    return first, *others


def _whole_euros(releve: Releve, part: PartDue) -> str:
    cents = part.centimes or 0
    return about_euros(cents / 100) if releve.projete else with_unit(Fraction(cents, 100), "€")


def widen(drawn: tuple[float, float, float], here: float) -> tuple[float, float]:
    """Give the ends of a range, the figure as it stands always within."""
    return min(drawn[0], here), max(drawn[2], here)


def step_down(releve: Releve, part: PartDue) -> pl.DataFrame:
    """Lay out the steps from the objective to what is paid for, all in extractions.

    Columns `nom`, `bas`, `haut`, `texte`, `sorte`. Beyond the objective, the step goes under zero by the
    excess: a bar is as high as its number.
    """
    wanted, left = float(part.objectif), float(part.objectif - part.evitees)
    taken = wording.MINUS if part.evitees >= 0 else "+"
    objective, avoided = write_plain(part.objectif), write_plain(abs(part.evitees))
    if releve.projete:
        # What lacks is written as elsewhere, about; what is avoided, as the difference that a reader finds.
        gap = (-1 if left < 0 else 1) * read_rough(abs(left))
        objective = number(part.objectif)
        avoided = number(abs(wording.difference(gap, part.objectif)))
    rows = [
        ("Objectif", 0.0, wanted, objective, "total"),
        (
            "Évitées",
            min(left, wanted),
            max(left, wanted),
            mark_estimate(taken + avoided) if releve.projete else taken + avoided,
            "moins" if part.evitees >= 0 else "plus",
        ),
    ]
    if part.excedent:
        rows.append(("Excédent", left, 0.0, write_quantity(releve, part.excedent), "valeur"))
    else:
        rows.append(("Non évitées", 0.0, left, write_quantity(releve, part.objectif - part.evitees), "total"))
    if part.du != max(part.objectif - part.evitees, Fraction(0)):
        rows.append(("Après partage", 0.0, float(part.du), write_quantity(releve, part.du), "total"))
    return pl.DataFrame(rows, schema=STEPS_SCHEMA, orient="row")


def _tell_objective(releve: Releve, part: PartDue) -> str:
    """Say what an objective is made of: the rate of its base, save where the Secrétariat général set it."""
    whose = [detail.objectif for cour, detail in releve.details.items() if part.cour in ("", cour)]
    fixed = sum(objectif.fixe is not None for objectif in whose)
    if fixed and part.cour:
        return "fixé par le Secrétariat général"
    text = f"base de {write_plain(part.base)} extractions au taux de l'année"
    if any(objectif.acquis for objectif in whose):
        text += ", plus ce qui avait été évité l'année précédente"
    if fixed:
        text += f", sauf {wording.count(fixed, 'cour')} dont le Secrétariat général a fixé l'objectif"
    return text


def tell_steps(releve: Releve, part: PartDue) -> str:
    """Say where the objective comes from, what the steps are, and what is left comes to."""
    worth = f"à rembourser : {owed_in_round(releve, part)}" if part.etpt else NOTHING
    worth = f"{MIDDLE}, {worth}" if releve.projete else worth[0].upper() + worth[1:]
    return typeset(
        f"Objectif : {_tell_objective(releve, part)}. "
        f"{wording.MINUS} évitées = non évitées ; × ETPT par extraction ; × coût d'un ETPT. "
        f"{MODES[releve.decompte.mode]}. {worth}."
    )
