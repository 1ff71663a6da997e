"""Where to act, in words: never more digits than the hypotheses behind the figures allow."""

from math import floor, log10

import dataframely as dy
import polars as pl

from analytics.leviers.potential import HOURS_PER_EXTRACTION, ResteAEviter, Retard
from analytics.trajectoire.words.activities import name_activity
from analytics.vocabulary import wording
from analytics.vocabulary.columns import Colonne, integer
from analytics.vocabulary.schemas import Activites, Juridictions

MOST_BARS = 12

# The parts of a bar that are drawn, in their order: (column, name).
PARTS = (("faites", "déjà évitées"), ("potentiel", "à portée"), ("non_equipees", "à équiper"))


def rough(value: float | None) -> str:
    """Write a quantity with two significant digits at most, and no decimal."""
    return wording.number(None if value is None else read_rough(value))


def read_rough(value: float) -> int:
    """Round a quantity as `rough` writes it."""
    if value < 0.5:
        return 0
    scale = 10 ** max(0, floor(log10(value)) - 1)
    return round(value / scale) * scale


def label_levers(leviers: dy.DataFrame[ResteAEviter], noms: dict[str, str]) -> pl.DataFrame:
    """Name the levers and write their figures; those where nothing is or could be avoided come last."""
    return (
        leviers.with_columns(
            nom=pl.col("cle").replace_strict(noms, default=pl.col("cle"), return_dtype=pl.String),
            **{
                f"{name}_ecrit": pl.col(name).map_elements(rough, return_dtype=pl.String)
                for name in ("base", "faites", "potentiel", "au_plus", "non_equipees", "non_permises")
            },
        )
        # The number at the end of a bar is that of one of its parts: it says which.
        .with_columns(total=pl.format("{} à portée", "potentiel_ecrit"))
        .sort(["potentiel", "non_equipees", "nom"], descending=[True, True, False])
    )


def name_activities(activites: dy.DataFrame[Activites]) -> dict[str, str]:
    """Give the short name of every activity."""
    return {
        code: name_activity(code, label)
        for code, label in activites.select("activite", "libelle").iter_rows()
    }


def name_juridictions(juridictions: dy.DataFrame[Juridictions]) -> dict[str, str]:
    """Give the short name of every juridiction."""
    return dict(juridictions.select("juridiction", "nom_court").iter_rows())


def keep_worth_drawing(labelled: pl.DataFrame) -> pl.DataFrame:
    """Keep the activities where something is, or could be, avoided; the largest first."""
    return labelled.filter(pl.col("faites") + pl.col("potentiel") + pl.col("non_equipees") >= 0.5)


def title_levers(labelled: pl.DataFrame) -> str:
    """Say where most of what is left lies."""
    whole = float(labelled["potentiel"].sum())
    if whole < 0.5:
        return "Plus rien à portée avec l'équipement actuel"
    first = labelled.head(2)
    part = float(first["potentiel"].sum()) / whole
    names = wording.enumeration(f"«\u00a0{nom}\u00a0»" for nom in first["nom"])
    verb = wording.agree(first.height, "réunit", "réunissent")
    return wording.typeset(f"{names} {verb} {wording.percent(part, 0)} de ce qui reste à portée")


def tell_levers(leviers: dy.DataFrame[ResteAEviter], *, compte: bool, pondere: bool) -> str:
    """Say how much is within reach, what is not known of it, and on which hypotheses it rests."""
    within, silent = float(leviers["potentiel"].sum()), float(leviers["au_plus"].sum())
    unit = "extractions moyennes" if pondere else "extractions"
    text = (
        f"Environ {rough(within)} {unit} par an restent à portée avec l'équipement actuel"
        if within >= 0.5
        else "Rien ne reste à portée avec l'équipement actuel"
    )
    if silent >= 0.5:
        text += (
            f", dont {rough(silent)} au plus dans des juridictions dont aucune réponse récente n'est connue"
        )
    barred = float(leviers["non_permises"].sum())
    text += f" ; la loi n'en permet pas {rough(barred)} à cette date. "
    text += (
        "Base par activité importée"
        if compte
        else "Base par activité : clé nationale, hypothèse de travail que nul texte ne donne"
    )
    text += " ; par juridiction, selon leurs visioconférences et à parts égales pour moitié."
    if pondere:
        hours = wording.number(HOURS_PER_EXTRACTION, 1)
        text += (
            " Pondération, hypothèse de pilotage : une extraction compte selon les heures d'agents de son "
            f"escorte, une extraction moyenne en valant {hours}. Le décompte reste sans pondération."
        )
    return wording.typeset(text)


def title_places(labelled: pl.DataFrame) -> str:
    """Say what the first juridictions hold of what is left."""
    whole = float(labelled["potentiel"].sum())
    shown = labelled.filter(pl.col("potentiel") >= 0.5).head(MOST_BARS)
    if not shown.height:
        return "Plus rien à portée"
    part = wording.percent(float(shown["potentiel"].sum()) / whole, 0)
    if shown.height == labelled.filter(pl.col("potentiel") >= 0.5).height:
        return wording.typeset(f"{shown['nom'][0]} d'abord")
    named = wording.count(shown.height, "juridiction")
    return wording.typeset(f"{named} réunissent {part} de ce qui reste à portée")


def rank_places(labelled: pl.DataFrame) -> pl.DataFrame:
    """Keep the juridictions where most is left, as bars (`nom`, `valeur`, `texte`)."""
    return (
        labelled.filter(pl.col("potentiel") >= 0.5)
        .head(MOST_BARS)
        .select(
            "nom",
            valeur="potentiel",
            texte=pl.when(pl.col("au_plus") > 0)
            .then(pl.format("{} au plus", "potentiel_ecrit"))
            .otherwise("potentiel_ecrit"),
        )
    )


def tell_places() -> str:
    """Say what « au plus » means, and what the split is worth."""
    return wording.typeset(
        "« Au plus » : la juridiction n'a répondu à aucun des douze derniers mois, ce qu'elle évite déjà "
        "n'est pas connu. La base d'une juridiction est répartie, et non comptée : à vérifier avec elle."
    )


def label_inaction(retards: dy.DataFrame[Retard], noms: dict[str, str] | None) -> pl.DataFrame:
    """Write what the prisons without equipment cost, the most first: cour by cour, or one by one.

    `noms`: the names of the cours; None to list the prisons.
    """
    if noms is None:
        rows = retards.with_columns(nom="etablissement", etablissements=pl.lit(1, dtype=pl.Int64))
    else:
        rows = (
            retards.group_by("cour")
            .agg(pl.col("population", "extractions", "etpt").sum(), etablissements=pl.len().cast(pl.Int64))
            .with_columns(
                nom=pl.col("cour").replace_strict(noms, default=pl.col("cour"), return_dtype=pl.String)
            )
        )
    return rows.sort(["extractions", "nom"], descending=[True, False]).with_columns(
        valeur="extractions",
        texte=pl.col("extractions").map_elements(rough, return_dtype=pl.String),
        etpt_ecrit=pl.col("etpt").map_elements(
            lambda value: wording.number(value, 1), return_dtype=pl.String
        ),
    )


def title_inaction(retards: dy.DataFrame[Retard], *, connus: int) -> str:
    """Say what not equipping costs in a year; `connus` counts the prisons whose equipment is known."""
    lost = float(retards["extractions"].sum())
    if not connus:
        return "Équipement des établissements : aucune donnée importée"
    if not retards.height:
        return "Tous les établissements connus sont équipés"
    etpt = rough(float(retards["etpt"].sum()))
    return wording.typeset(f"Ne pas équiper le reste coûte {rough(lost)} extractions et {etpt} ETPT par an")


def tell_inaction(retards: dy.DataFrame[Retard], *, connus: int) -> str:
    """Say how many prisons are not equipped, and what the figure supposes."""
    if not connus:
        return wording.typeset(
            "Sans l'état des équipements, le plafond du texte est retenu partout : importez les équipements "
            "pour chiffrer ce qui manque."
        )
    if not retards.height:
        known = wording.count(connus, "établissement connu", "établissements connus")
        return f"{known}, {wording.agree(connus, 'équipé', 'tous équipés')} à cette date."
    return wording.typeset(
        f"{wording.count(retards.height, 'établissement')} sur {wording.number(connus)} sans visioconférence "
        "à cette date. Le coût suppose que les extractions suivent la population détenue."
    )


LEVER_COLUMNS = (
    Colonne("nom", "Activité"),
    Colonne("base_ecrit", "Base (par an)", nombre=True),
    Colonne("faites_ecrit", "Déjà évitées", nombre=True),
    Colonne("potentiel_ecrit", "À portée", nombre=True),
    Colonne("au_plus_ecrit", "dont juridictions muettes (au plus)", nombre=True),
    Colonne("non_equipees_ecrit", "À équiper", nombre=True),
    Colonne("non_permises_ecrit", "Non permises par la loi", nombre=True),
)
PLACE_COLUMNS = (Colonne("nom", "Juridiction"), *LEVER_COLUMNS[1:])
INACTION_COLUMNS = (
    Colonne("nom", "Cour ou établissement"),
    Colonne("etablissements", "Établissements non équipés", integer, nombre=True),
    Colonne("population", "Population de ces établissements", integer, nombre=True),
    Colonne("texte", "Extractions hors de portée (par an)", nombre=True),
    Colonne("etpt_ecrit", "ETPT", nombre=True),
)
