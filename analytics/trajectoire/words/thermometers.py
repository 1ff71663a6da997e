"""The two thermometers, in words that both ministries can argue over."""

from dataclasses import dataclass, replace
from fractions import Fraction

import dataframely as dy
import polars as pl

from analytics.trajectoire.thermometers import EcartExplique, Thermometre
from analytics.vocabulary import wording
from analytics.vocabulary.columns import Colonne, integer, not_answered


def title_thermometers(ecart: EcartExplique | None) -> str:
    """Say what each ministry counts."""
    if ecart is None:
        return wording.typeset("Un seul thermomètre : l'Intérieur n'a rien compté sur ces mois")
    seen = ecart.constatee
    fall = (
        f"{wording.number(seen)} extractions de moins"
        if seen >= 0
        else f"{wording.number(-seen)} extractions de plus"
    )
    if ecart.muette:
        return wording.typeset(f"Rien de déclaré à la Justice, faute de réponse ; {fall} selon l'Intérieur")
    declared = wording.count(ecart.declaree, "évitée", "évitées")
    return wording.typeset(f"{declared} selon la Justice ; {fall} selon l'Intérieur")


def tell_thermometers(ecart: EcartExplique | None) -> str:
    """Say how far the fall goes once demand has moved, on the months that both have counted."""
    if ecart is None:
        return (
            "Importez les extractions requises et exécutées comptées par l'Intérieur pour comparer les deux."
        )
    counted = wording.agree(ecart.mois, "compté", "comptés")
    if ecart.muette:
        return wording.typeset(
            "Aucune juridiction n'a répondu sur ces mois : les deux comptes ne se comparent pas encore."
        )
    many = ecart.declaree > 1
    text = (
        f"Sur {wording.count(ecart.mois, 'mois', 'mois')} {counted} des deux côtés, "
        f"{wording.count(ecart.declaree, 'extraction évitée', 'extractions évitées')}"
    )
    if ecart.part_demande is not None and ecart.part_constatee is not None:
        if ecart.constatee > ecart.declaree:  # they fell by more than what was avoided: that is not « only »
            fell = (
                f"{'accompagnent' if many else 'accompagne'} une baisse des extractions exécutées de "
                f"{wording.percent(ecart.part_constatee)}"
            )
        elif ecart.part_constatee >= 0:
            fell = (
                f"ne {'font' if many else 'fait'} baisser les extractions exécutées que de "
                f"{wording.percent(ecart.part_constatee)}"
            )
        else:
            fell = (
                f"n'{'empêchent' if many else 'empêche'} pas les extractions exécutées d'augmenter de "
                f"{wording.percent(-ecart.part_constatee)}"
            )
        text += f", avec une demande {_moved(ecart.part_demande)}, {fell} de la base"
        if abs(ecart.calendrier) > max(abs(ecart.demande), abs(ecart.declaree)):
            text += (
                " ; l'objectif répartit l'année autrement que la saison, ce qui pèse ici "
                f"{wording.number(ecart.calendrier, signed=True)}"
            )
    return wording.typeset(text + ".")


def _moved(part: Fraction) -> str:
    """Say which way the demand went: « stable » where no figure shown would tell."""
    size = wording.percent(abs(part))
    if size == wording.percent(0):
        return "stable"
    return f"en {'hausse' if part > 0 else 'baisse'} de {size}"


# The rows that a line opens on, beside its months.
DECLAREES, MUETTES, COMPTEES = "declarees", "muettes", "comptees"
ROW_COLUMNS = {
    DECLAREES: (Colonne("nom", "Cour ou juridiction"), Colonne("evitees", "Évitées", integer, nombre=True)),
    MUETTES: (
        Colonne("nom", "Cour ou juridiction"),
        Colonne("muettes", "Réponses manquantes", integer, nombre=True),
        Colonne("manque", "Évitées sans être déclarées (estimation)", integer, nombre=True),
    ),
    COMPTEES: (
        Colonne("mois", "Mois", wording.month),
        Colonne("service", "Service"),
        Colonne("requises", "Requises", integer, nombre=True),
        Colonne("executees", "Exécutées", integer, nombre=True),
    ),
}
ROW_TITLES = {
    DECLAREES: "Qui les a déclarées",
    MUETTES: "Qui n'a pas répondu",
    COMPTEES: "Service par service",
}


@dataclass(frozen=True)
class LigneExplication:
    """One line of the explanation: its name, its figure, what it means, the column and the rows behind it.

    `lignes`: DECLAREES, MUETTES or COMPTEES; "" where the months are all there is.
    """

    libelle: str
    valeur: str
    sens: str
    colonne: str
    lignes: str = ""


def explain_gap(ecart: EcartExplique | None) -> tuple[LigneExplication, ...]:
    """Explain, line by line, what makes the gap between the two counts; the lines sum to it."""
    if ecart is None or ecart.muette:
        return ()

    # As they are written, the two counts leave the gap, and the four lines make it.
    gap = wording.difference(ecart.constatee, ecart.declaree)
    calendar, demand, unsaid, undone = (
        wording.number(part, signed=True)
        for part in wording.add_up(
            [ecart.calendrier, ecart.demande, ecart.declarations, ecart.non_executees], gap
        )
    )
    lines = (
        LigneExplication(
            "Évitées, déclarées par la Justice",
            wording.number(ecart.declaree),
            "Colonne 2 de l'indicateur, activités de l'objectif.",
            "evitees",
            DECLAREES,
        ),
        LigneExplication(
            "Baisse constatée par l'Intérieur",
            wording.number(ecart.constatee),
            "Base des mêmes mois, moins les extractions exécutées.",
            "constatee",
            COMPTEES,
        ),
        LigneExplication(
            "Écart", wording.number(gap, signed=True), "La somme des quatre lignes qui suivent.", "ecart"
        ),
        LigneExplication(
            "dont calendrier",
            calendar,
            "L'objectif répartit l'année autrement que la saison : l'écart s'annule en décembre.",
            "calendrier",
        ),
        LigneExplication(
            "dont demande",
            demand,
            "Requises plus évitées, déclarées ou non, moins ce que la saison laisse attendre. Positif : "
            "davantage d'affaires à juger.",
            "demande",
        ),
        LigneExplication(
            "dont déclarations",
            unsaid,
            "Extractions que les juridictions muettes auraient évitées sans les déclarer : une estimation. "
            "L'Intérieur les voit, la Justice ne les compte pas.",
            "declarations",
            MUETTES,
        ),
        LigneExplication(
            "dont requises et non exécutées",
            undone,
            "Une extraction requise qui n'a pas eu lieu n'est ni évitée ni exécutée : c'est une définition.",
            "non_executees",
            COMPTEES,
        ),
    )
    return tuple(replace(line, sens=wording.typeset(line.sens)) for line in lines)


def detail_of(thermometre: dy.DataFrame[Thermometre]) -> pl.DataFrame:
    """Give the months behind each line of the explanation, a column a line; the last month first."""
    known = thermometre.filter(pl.col("executees").is_not_null())
    declared = pl.col("evitees").fill_null(0)
    return (
        known.with_columns(
            constatee=pl.col("base") - pl.col("executees"),
            calendrier=pl.col("saison") - pl.col("base"),
            demande=pl.col("requises") + declared + pl.col("non_dites") - pl.col("saison"),
            declarations=-pl.col("non_dites"),
            non_executees=pl.col("executees") - pl.col("requises"),
        )
        .with_columns(ecart=declared - pl.col("constatee"))
        .sort("mois", descending=True)
    )


_BEHIND = {
    "evitees": ("evitees",),
    "constatee": ("base", "executees", "constatee"),
    "ecart": ("evitees", "constatee", "ecart"),
    "calendrier": ("saison", "base", "calendrier"),
    "demande": ("requises", "evitees", "non_dites", "saison", "demande"),
    "declarations": ("non_dites", "declarations"),
    "non_executees": ("executees", "requises", "non_executees"),
}
_TITLES = {
    "base": "Base, selon l'objectif",
    "saison": "Base, selon la saison",
    "evitees": "Évitées",
    "requises": "Requises",
    "executees": "Exécutées",
    "constatee": "Baisse constatée",
    "ecart": "Écart",
    "calendrier": "Calendrier",
    "demande": "Demande",
    "non_dites": "Évitées sans être déclarées (estimation)",
    "declarations": "Déclarations",
    "non_executees": "Non exécutées",
}


def _column(name: str) -> Colonne:
    return Colonne(name, _TITLES[name], not_answered if name == "evitees" else integer, nombre=True)


def columns_behind(ligne: LigneExplication) -> tuple[Colonne, ...]:
    """Give the columns of the months behind one line."""
    return (Colonne("mois", "Mois", wording.month), *(_column(name) for name in _BEHIND[ligne.colonne]))


THERMOMETER_COLUMNS = (
    Colonne("mois", "Mois", wording.month),
    *(_column(name) for name in ("base", "saison", "requises", "executees", "evitees")),
)
