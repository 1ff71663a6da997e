"""The settlement of the ministry in words: what to conclude, the cours side by side, what rules change."""

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Any

import polars as pl

from analytics import wording
from analytics.bareme import INTERESSEMENTS, MODES, STATUTS, Bareme
from analytics.display.figures import Chiffre
from analytics.display.statement import euros, write_plain
from analytics.display.tables import Colonne
from analytics.objective import CHAINAGES, LECTURES
from analytics.objective import MODES as COMPTAGES
from analytics.settlement import Decompte, Part
from analytics.settlement_range import SEED, Fourchette
from analytics.statement import Releve
from analytics.wording import number, percent, typeset, with_unit

UNPRICED = "montant non déterminé, faute de coût d'un ETPT"


def _owed(part: Part) -> str:
    amount = UNPRICED if part.centimes is None else euros(part.centimes)
    return f"{with_unit(part.etpt, 'ETPT', 4)}, {amount}"


def conclude_settlement(releve: Releve, part: Part, *, nom: str) -> str:
    """Say in one sentence what the ministry, or a cour, would owe, under which rule, and what it is worth."""
    when = f"Décompte {releve.annee}" + (", projeté à fin d'année" if releve.projete else "")
    if part.exclue:
        told = f"{nom} n'est pas réglé : {part.exclue}"
    elif part.excedent:
        told = f"{nom} dépasse l'objectif de {write_plain(part.excedent)} extractions : rien à rembourser"
        if part.interessement_etpt is None:
            told += ", intéressement non déterminé"
        else:
            told += f", intéressement simulé de {with_unit(part.interessement_etpt, 'ETPT', 4)}"
    elif not part.ecart:
        told = f"{nom} tient l'objectif : rien à rembourser"
    else:
        told = f"{nom} n'a pas évité {write_plain(part.ecart)} extractions, soit {_owed(part)}"
    return typeset(f"{when}, « {releve.bareme.libelle} » : {told}.")


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
    part: Part, fourchette: Fourchette | None, *, alerte: Fraction
) -> tuple[Chiffre, ...]:
    """Give the row of figures: gap, ETPT, amount with its range, share of the credits with its alert."""
    low_high = ""
    if fourchette is not None and part.centimes is not None and fourchette.euros is not None:
        low, high = widen(fourchette.euros, part.centimes / 100)
        low_high = f"de {_thousands(low)} à {_thousands(high)}"
    elif fourchette is not None:
        low, high = widen(fourchette.extractions, float(part.du))
        low_high = f"de {number(low)} à {number(high)} extractions"
    over = part.part_credits is not None and part.part_credits >= alerte
    return (
        Chiffre(
            "Excédent" if part.excedent else "Non évitées",
            write_plain(part.excedent or part.ecart),
            typeset(f"objectif : {write_plain(part.objectif)}"),
            "Objectif de l'année moins ce qui est retenu comme évité.",
        ),
        Chiffre(
            "Équivalent en ETPT",
            number(part.etpt, 2),
            "",
            "Au prorata des extractions non évitées, après la règle et le mode.",
        ),
        Chiffre(
            "Remboursement simulé",
            wording.NOT_AVAILABLE if part.centimes is None else with_unit(Fraction(part.centimes, 100), "€"),
            low_high,
            typeset(
                "Montant au centime dans le relevé. Fourchette 8 fois sur 10 : mois à venir, réponses "
                f"manquantes qui pourraient arriver, hypothèses de coût (graine {SEED})."
            ),
        ),
        Chiffre(
            "Part des crédits vacataires",
            percent(part.part_credits),
            ("⚠ " if over else "")
            + (f"alerte à {percent(alerte, 0)}" if part.part_credits is not None else ""),
            "Crédits de l'année suivante, sur lesquels la cour répond (circulaire, p. 2).",
        ),
    )


def widen(drawn: tuple[float, float, float], here: float) -> tuple[float, float]:
    """Give the ends of a range, the figure as it stands always within: missing answers may never come."""
    return min(drawn[0], here), max(drawn[2], here)


def _thousands(value: float) -> str:
    return with_unit(Fraction(round(value / 1000)) if value >= 1000 else Fraction(0), "k€")


def step_down(part: Part) -> pl.DataFrame:
    """Lay out the steps from the objective to what is owed (`nom`, `bas`, `haut`, `texte`, `sorte`)."""
    wanted, done, gap = (float(value) for value in (part.objectif, part.evitees, part.du))
    left = max(wanted - done, 0.0)
    rows = [
        ("Objectif", 0.0, wanted, write_plain(part.objectif), "total"),
        ("Évitées", left, wanted, f"{wording.MINUS}{write_plain(part.evitees)}", "moins"),
    ]
    if part.excedent:
        rows.append(("Excédent", 0.0, float(part.excedent), write_plain(part.excedent), "valeur"))
    else:
        rows.append(
            ("Non évitées", 0.0, left, write_plain(max(part.objectif - part.evitees, Fraction(0))), "total")
        )
        if part.cour and abs(gap - left) > 1e-9:
            rows.append(("Après partage", 0.0, gap, write_plain(part.du), "total"))
        rows.append(("ETPT", 0.0, gap, with_unit(part.etpt, "ETPT", 2), "valeur"))
        rows.append(("Euros", 0.0, gap, "n.d." if part.centimes is None else euros(part.centimes), "valeur"))
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
    """Say where the objective comes from, and what the steps are."""
    return typeset(
        f"Objectif : base de {write_plain(part.base)} extractions au taux de l'année. "
        f"{wording.MINUS} évitées = non évitées ; × ETPT par extraction ; × coût d'un ETPT. "
        f"{MODES[releve.decompte.mode]}."
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
    etat: str,
) -> pl.DataFrame:
    """Lay out the cours: texts for the table, and `valeur`, `texte` for bars of what each owes."""
    rows: list[tuple[str, ...]] = []
    values: list[float] = []
    for part in parts:
        over = part.part_credits is not None and part.part_credits >= alerte
        ranged = fourchettes.get(part.cour)
        told = wording.NOT_AVAILABLE
        if ranged is not None and ranged.euros is not None:
            low, high = widen(ranged.euros, (part.centimes or 0) / 100)
            told = f"{_thousands(low)} à {_thousands(high)}"
        elif ranged is not None:
            low, high = widen(ranged.extractions, float(part.du))
            told = f"{number(low)} à {number(high)} extractions"
        rows.append(
            (
                noms.get(part.cour, part.cour),
                write_plain(part.objectif),
                write_plain(part.evitees),
                f"+{write_plain(part.excedent)}" if part.excedent else write_plain(part.ecart),
                write_plain(part.du),
                number(part.etpt, 4),
                euros(part.centimes),
                ("⚠ " if over else "") + percent(part.part_credits),
                told,
                part.exclue or etat,
            )
        )
        values.append(float(part.etpt))
    frame = pl.DataFrame(rows, schema={colonne.nom: pl.String for colonne in COUR_COLUMNS}, orient="row")
    return frame.with_columns(
        valeur=pl.Series(values, dtype=pl.Float64),
        texte=pl.col("montant") if releve.cout is not None else pl.col("etpt"),
    ).sort(["valeur", "nom"], descending=[True, False], maintain_order=True)


def title_parts(frame: pl.DataFrame) -> str:
    """Say how many cours would pay something."""
    paying = frame.filter(pl.col("valeur") > 0)
    if not paying.height:
        return "Aucune cour n'aurait à rembourser"
    return typeset(
        f"{wording.count(paying.height, 'cour')} sur {frame.height} "
        f"{wording.agree(paying.height, 'aurait', 'auraient')} à rembourser"
    )


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
                write_plain(national.ecart),
                number(national.etpt, 4),
                euros(national.centimes),
                "non déterminé" if national.interessement_etpt is None else _rewarded(national),
                wording.NOT_AVAILABLE if own is None else _owed(own),
                tell_differences(releve.bareme, releves[0].bareme)
                if releve is not releves[0]
                else "référence",
            )
        )
    return pl.DataFrame(rows, schema={colonne.nom: pl.String for colonne in RULE_COLUMNS}, orient="row")


def _rewarded(part: Part) -> str:
    amount = "" if part.interessement_centimes is None else f", {euros(part.interessement_centimes)}"
    return f"{with_unit(part.interessement_etpt, 'ETPT', 4)}{amount}"


# --- Sensitivity ----------------------------------------------------------------------------------

SENSITIVITY_COLUMNS = (
    Colonne("nom", "Hypothèse"),
    Colonne("texte", "Remboursement du ministère", nombre=True),
    Colonne("ecart_ecrit", "Écart au décompte affiché", nombre=True),
)


def lay_out_sensitivity(cases: Sequence[tuple[str, Decompte]], reference: Decompte) -> pl.DataFrame:
    """Lay out what the ministry would owe if one hypothesis alone changed."""
    priced = reference.cout is not None

    def measure(decompte: Decompte) -> Fraction:
        national = decompte.national
        return Fraction(national.centimes or 0, 100) if priced else national.etpt

    def write(value: Fraction, *, signed: bool = False) -> str:
        unit, digits = ("€", 0) if priced else ("ETPT", 2)
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
