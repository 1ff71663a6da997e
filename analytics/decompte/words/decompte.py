"""The settlement of the ministry in words: what to conclude, the cours side by side, what rules change."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from fractions import Fraction
from typing import Any

import polars as pl

from analytics.decompte.bareme import INTERESSEMENTS, MODES, MUTUALISE, STATUTS, Bareme
from analytics.decompte.fourchette import SEED, Fourchette
from analytics.decompte.releve import Releve
from analytics.decompte.settle import Decompte, Part
from analytics.decompte.words.releve import (
    NOTHING,
    about_etpt,
    about_euros,
    euros,
    owed_exactly,
    owed_in_round,
    span_euros,
    write_plain,
)
from analytics.leviers.words import read_rough, rough
from analytics.objectif.objective import CHAINAGES, LECTURES, MESURES
from analytics.objectif.objective import MODES as COMPTAGES
from analytics.trajectoire.words.figures import Chiffre
from analytics.vocabulary import wording
from analytics.vocabulary.columns import Colonne, tell_rest
from analytics.vocabulary.schemas import ETATS_DECOMPTE, SIMULATION, Savoir
from analytics.vocabulary.wording import number, percent, typeset, with_unit

MIDDLE = "Au milieu de la projection"
UNPRICED = "montant non déterminé, faute de coût d'un ETPT"


def conclude_settlement(releve: Releve, part: Part, *, nom: str, fourchette: Fourchette | None = None) -> str:
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


def _tell_gap(releve: Releve, part: Part, nom: str) -> str:
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


def _tell_debt(releve: Releve, part: Part, fourchette: Fourchette | None) -> str:
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
    return told + (f", {UNPRICED}" if part.centimes is None else "")


def _offset(releve: Releve) -> bool:
    """Tell whether the cours beyond their objective make up for the others."""
    return releve.decompte.national.evitees >= releve.decompte.national.objectif


def _sharing(releve: Releve) -> str:
    return "après partage" if releve.decompte.mode == MUTUALISE else "en écart propre"


def _tell_bonus(releve: Releve, part: Part) -> str:
    if not part.excedent:
        return ""
    if part.interessement_etpt is None:
        return ", intéressement non déterminé"
    if releve.projete:
        return f", intéressement simulé d'environ {about_etpt(part.interessement_etpt)}"
    return f", intéressement simulé de {with_unit(part.interessement_etpt, 'ETPT', 2)}"


def _tell_range(releve: Releve, part: Part, fourchette: Fourchette) -> str:
    """Say what may be owed, 8 times out of 10."""
    if fourchette.euros is not None and part.centimes is not None:
        low, high = widen(fourchette.euros, part.centimes / 100)
        told = span_euros(low, high)
    else:
        low, high = widen(fourchette.extractions, float(part.du))
        told = f"{_span(low, high)} extractions"
    if not high:
        return f" : {NOTHING}"
    if part.du and part.du == part.ecart:
        return f", soit {told} (8 chances sur 10)"
    shared = f" {_sharing(releve)}" if part.du or part.cour else ""
    return f" ; à rembourser{shared} : {told} (8 chances sur 10)"


def _span(low: float, high: float) -> str:
    first, last = number(low), number(high)
    return last if first == last else f"{first} à {last}"


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


def _quantity(releve: Releve, value: Fraction) -> str:
    """Write a number of extractions in a table: as it is, or rounded while it rests on a projection."""
    if not releve.projete:
        return write_plain(value)
    return _about((wording.MINUS if value <= -1 else "") + rough(abs(float(value))))


def _about(text: str) -> str:
    return text if text.startswith("0") and not text.startswith("0,") else f"≈{wording.NO_BREAK_SPACE}{text}"


def _etpt(releve: Releve, value: Fraction) -> str:
    return _about(number(value, 0 if value >= 10 or not value else 1)) if releve.projete else number(value, 4)


def _amount(releve: Releve, cents: int | None) -> str:
    return _about(about_euros(cents / 100)) if releve.projete and cents is not None else euros(cents)


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
    releve: Releve, part: Part, fourchette: Fourchette | None, *, alerte: Fraction
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
        told, beside = wording.NOT_AVAILABLE, f"de {_span(low, high)} extractions, 8 fois sur 10"
    else:
        told, beside = span_euros(*widen(fourchette.euros, part.centimes / 100)), "8 fois sur 10"
    first, *others = (
        Chiffre(
            "Excédent" if part.excedent else "Non évitées",
            _quantity(releve, gap),
            typeset(f"objectif : {write_plain(part.objectif)}"),
            "Objectif de l'année moins ce qui est retenu comme évité"
            + (", mois à venir projetés." if ahead else "."),
        ),
        Chiffre(
            "Équivalent en ETPT",
            (_etpt(releve, part.etpt) if ahead else number(part.etpt, 2)) if part.etpt else "0",
            "",
            "Au prorata des extractions non évitées, après la règle et le mode.",
        ),
        Chiffre(
            "Remboursement simulé",
            told,
            beside,
            typeset(
                "Montant au centime dans le relevé. Avant la fin de l'année, fourchette des mois à venir, si "
                "le taux de réponse reste celui des trois derniers mois, comme dans la trajectoire (graine "
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


def _whole_euros(releve: Releve, part: Part) -> str:
    cents = part.centimes or 0
    return about_euros(cents / 100) if releve.projete else with_unit(Fraction(cents, 100), "€")


def widen(drawn: tuple[float, float, float], here: float) -> tuple[float, float]:
    """Give the ends of a range, the figure as it stands always within."""
    return min(drawn[0], here), max(drawn[2], here)


def step_down(releve: Releve, part: Part) -> pl.DataFrame:
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
            _about(taken + avoided) if releve.projete else taken + avoided,
            "moins" if part.evitees >= 0 else "plus",
        ),
    ]
    if part.excedent:
        rows.append(("Excédent", left, 0.0, _quantity(releve, part.excedent), "valeur"))
    else:
        rows.append(("Non évitées", 0.0, left, _quantity(releve, part.objectif - part.evitees), "total"))
    if part.du != max(part.objectif - part.evitees, Fraction(0)):
        rows.append(("Après partage", 0.0, float(part.du), _quantity(releve, part.du), "total"))
    return pl.DataFrame(
        rows,
        schema={
            "nom": pl.String,
            "bas": pl.Float64,
            "haut": pl.Float64,
            "texte": pl.String,
            "sorte": pl.String,
        },
        orient="row",
    )


def tell_steps(releve: Releve, part: Part) -> str:
    """Say where the objective comes from, what the steps are, and what is left comes to."""
    worth = f"à rembourser : {owed_in_round(releve, part)}" if part.etpt else NOTHING
    worth = f"{MIDDLE}, {worth}" if releve.projete else worth[0].upper() + worth[1:]
    return typeset(
        f"Objectif : base de {write_plain(part.base)} extractions au taux de l'année. "
        f"{wording.MINUS} évitées = non évitées ; × ETPT par extraction ; × coût d'un ETPT. "
        f"{MODES[releve.decompte.mode]}. {worth}."
    )


COUR_COLUMNS = (
    Colonne("nom", "Cour"),
    Colonne("objectif", "Objectif", nombre=True),
    Colonne("evitees", "Retenues", nombre=True),
    Colonne("ecart", "Non évitées", nombre=True),
    Colonne("du", "Après partage", nombre=True),
    Colonne("etpt", "ETPT", nombre=True),
    Colonne("montant", "Montant", nombre=True),
    Colonne("credits", "Part des crédits", nombre=True),
    Colonne("fourchette", "Fourchette (8 sur 10)", nombre=True),
    Colonne("etat", "État"),
)


def lay_out_parts(
    releve: Releve,
    parts: Sequence[Part],
    noms: Mapping[str, str],
    fourchettes: Mapping[str, Fourchette],
    *,
    alerte: Fraction,
) -> pl.DataFrame:
    """Lay out the cours: texts for the table, and `valeur`, `texte` for bars of what each owes.

    What is computed here is a simulation: a state belongs to what is kept.
    """
    rows: list[tuple[str, ...]] = []
    values: list[float] = []
    for part in parts:
        over = part.part_credits is not None and part.part_credits >= alerte
        ranged = fourchettes.get(part.cour)
        if ranged is not None and ranged.euros is not None:
            told = span_euros(*widen(ranged.euros, (part.centimes or 0) / 100))
        elif ranged is not None:
            told = f"{_span(*widen(ranged.extractions, float(part.du)))} extractions"
        else:
            told = wording.NOT_AVAILABLE if releve.projete else wording.NOT_APPLICABLE
        rows.append(
            (
                noms.get(part.cour, part.cour),
                write_plain(part.objectif),
                _quantity(releve, part.evitees),
                f"+{_quantity(releve, part.excedent)}" if part.excedent else _quantity(releve, part.ecart),
                _quantity(releve, part.du),
                _etpt(releve, part.etpt),
                _amount(releve, part.centimes),
                ("⚠ " if over else "") + percent(part.part_credits, 0 if releve.projete else 1),
                told,
                part.exclue or ETATS_DECOMPTE[SIMULATION],
            )
        )
        values.append(float(part.etpt))
    frame = pl.DataFrame(rows, schema={colonne.nom: pl.String for colonne in COUR_COLUMNS}, orient="row")
    return frame.with_columns(
        valeur=pl.Series(values, dtype=pl.Float64),
        texte=pl.col("montant") if releve.cout is not None else pl.col("etpt"),
    ).sort(["valeur", "nom"], descending=[True, False], maintain_order=True)


def title_parts(releve: Releve, frame: pl.DataFrame) -> str:
    """Say how many cours would pay something; of a year that is not over, at the middle of its projection."""
    paying = frame.filter(pl.col("valeur") > 0)
    if not paying.height:
        told = "Aucune cour n'aurait à rembourser"
    else:
        told = (
            f"{wording.count(paying.height, 'cour')} sur {frame.height} "
            f"{wording.agree(paying.height, 'aurait', 'auraient')} à rembourser"
        )
    return typeset(f"{MIDDLE}, {told[0].lower()}{told[1:]}" if releve.projete else told)


def tell_undrawn(paying: pl.DataFrame, drawn: int) -> str:
    """Say how many pay beyond those that are drawn, or that none does."""
    if not paying.height:
        return typeset("Rien à rembourser : il n'y a pas de montant à dessiner.")
    return tell_rest(paying.height, drawn)


# --- Rules side by side ---------------------------------------------------------------------------

_TOLD: dict[str, tuple[str, Callable[[Any], str]]] = {
    "lecture": ("lecture", lambda value: LECTURES[value]),
    "chainage": ("base à partir de 2010", lambda value: CHAINAGES[value]),
    "comptage": ("comptage", lambda value: COMPTAGES[value]),
    "mode": ("partage", lambda value: MODES[value]),
    "part": ("part remboursée", lambda value: percent(value, 0)),
    "seuil": ("seuil", lambda value: percent(value)),
    "plancher_eur": ("plancher", lambda value: with_unit(value, "€")),
    "plafond_credits": (
        "plafond",
        lambda value: "aucun" if value is None else f"{percent(value, 0)} des crédits vacataires",
    ),
    "volume_minimum": ("base minimale", lambda value: wording.count(value, "extraction")),
    "interessement": ("intéressement", lambda value: INTERESSEMENTS[value]),
    "interessement_part": ("part de l'intéressement", lambda value: percent(value, 0)),
    "interessement_seuil": ("seuil de l'intéressement", lambda value: percent(value, 0)),
    "interessement_plafond": (
        "plafond de l'intéressement",
        lambda value: "aucun" if value is None else f"{percent(value, 0)} de l'objectif",
    ),
}


def tell_differences(bareme: Bareme, reference: Bareme) -> str:
    """Say in French what a rule does otherwise than another one."""
    changes = [
        f"{label} : {write(getattr(bareme, name))} (au lieu de {write(getattr(reference, name))})"
        for name, (label, write) in _TOLD.items()
        if getattr(bareme, name) != getattr(reference, name)
    ]
    return typeset(" ; ".join(changes) if changes else "rien de différent")


RULE_COLUMNS = (
    Colonne("regle", "Règle"),
    Colonne("statut", "Statut"),
    Colonne("ecart", "Non évitées (ministère)", nombre=True),
    Colonne("etpt", "ETPT", nombre=True),
    Colonne("montant", "Remboursement simulé", nombre=True),
    Colonne("interessement", "Intéressement (simulation)", nombre=True),
    Colonne("cour", "La cour choisie", nombre=True),
    Colonne("differences", "Ce qui change"),
)
# What a reader must be allowed to know to read a column; every other is of the cour chosen, or of the rule.
RULE_KNOWN = {
    "ecart": Savoir.ECART,
    "etpt": Savoir.LIGNE,
    "montant": Savoir.LIGNE,
    "interessement": Savoir.LIGNE,
}


def compare_rules(releves: Sequence[Releve], *, cour: str) -> pl.DataFrame:
    """Set some rules side by side, the first being the one the others are compared with."""
    rows: list[tuple[str, ...]] = []
    for releve in releves:
        national = releve.decompte.national
        own = next((part for part in releve.decompte.cours if part.cour == cour), None)
        rows.append(
            (
                releve.bareme.libelle,
                STATUTS[releve.bareme.statut],
                _quantity(releve, national.ecart),
                _etpt(releve, national.etpt),
                _amount(releve, national.centimes),
                "non déterminé" if national.interessement_etpt is None else _rewarded(releve, national),
                wording.NOT_AVAILABLE if own is None else _owed(releve, own),
                tell_differences(releve.bareme, releves[0].bareme)
                if releve is not releves[0]
                else "référence",
            )
        )
    return pl.DataFrame(rows, schema={colonne.nom: pl.String for colonne in RULE_COLUMNS}, orient="row")


def _owed(releve: Releve, part: Part) -> str:
    if releve.projete or not part.etpt:
        return owed_in_round(releve, part)
    return owed_exactly(part) if part.centimes is not None else f"{owed_exactly(part)}, {UNPRICED}"


def _rewarded(releve: Releve, part: Part) -> str:
    if releve.projete and part.interessement_etpt is not None:
        cents = part.interessement_centimes
        amount = "" if cents is None else f", {about_euros(cents / 100)}"
        return f"environ {about_etpt(part.interessement_etpt)}{amount}" if part.interessement_etpt else "rien"
    amount = "" if part.interessement_centimes is None else f", {euros(part.interessement_centimes)}"
    return f"{with_unit(part.interessement_etpt, 'ETPT', 4)}{amount}"


# --- Sensitivity ----------------------------------------------------------------------------------

SENSITIVITY_COLUMNS = (
    Colonne("nom", "Hypothèse"),
    Colonne("texte", "Remboursement du ministère", nombre=True),
    Colonne("ecart_ecrit", "Écart au décompte affiché", nombre=True),
)


def lay_out_sensitivity(
    cases: Sequence[tuple[str, Decompte]], reference: Decompte, *, projete: bool
) -> pl.DataFrame:
    """Lay out what the ministry would owe if one hypothesis alone changed; rounded while it is projected."""
    priced = reference.cout is not None

    def measure(decompte: Decompte) -> Fraction:
        national = decompte.national
        return Fraction(national.centimes or 0, 100) if priced else national.etpt

    def write(value: Fraction, *, signed: bool = False) -> str:
        unit, digits = ("€", 0) if priced else ("ETPT", 2)
        if projete and value:
            # To the thousand of euros, or a tenth of an ETPT: the months to come allow no more.
            unit, digits, value = ("k€", 0, value / 1000) if priced else ("ETPT", 1, value)
        return number(value, digits, signed=signed) + wording.NO_BREAK_SPACE + unit

    here = measure(reference)
    return pl.DataFrame(
        [
            (nom, float(measure(case)), write(measure(case)), write(measure(case) - here, signed=True))
            for nom, case in cases
        ],
        schema={"nom": pl.String, "valeur": pl.Float64, "texte": pl.String, "ecart_ecrit": pl.String},
        orient="row",
    )


def title_sensitivity(frame: pl.DataFrame) -> str:
    """Say between which amounts the hypotheses lead, one at a time; `frame`: `lay_out_sensitivity`."""
    if not any(frame["valeur"]):
        return "Aucune hypothèse, seule, ne fait rembourser quoi que ce soit au ministère"
    first, *_, last = frame.sort("valeur", maintain_order=True)["texte"]
    return typeset(f"Selon l'hypothèse, le ministère rembourserait de {first} à {last}")
