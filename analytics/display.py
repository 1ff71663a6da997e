"""What a screen says: the words, glyphs and sentences that go with the figures.

Every display fact becomes a column here, so that a chart, its table and its export never disagree.
Nothing is computed that a figure of `indicators` or `coverage` does not already hold.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

import dataframely as dy
import polars as pl

from analytics import coverage, indicators, wording
from analytics.indicators import (
    Bilan,
    BilanActivite,
    BilanCour,
    Objectif,
    Periode,
    SerieActivite,
    Trajectoire,
)
from analytics.schemas import Activites, AgregatActivite, Cours, Juridictions, TotalJuridiction

# --- Tables ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Colonne:
    """A column of a table: where it comes from, its French heading, how a value is written."""

    nom: str
    titre: str
    ecrire: Callable[[Any], str] = str
    nombre: bool = False


def integer(value: int | None) -> str:
    """Write a count; absent is « n.d. »."""
    return wording.number(value)


def one_decimal(value: float | None) -> str:
    """Write a quantity with one decimal."""
    return wording.number(value, 1)


def two_decimals(value: float | None) -> str:
    """Write a quantity with two decimals."""
    return wording.number(value, 2)


def share(value: float | None) -> str:
    """Write a share as a percentage."""
    return wording.percent(value)


def not_answered(value: int | None) -> str:
    """Write a count whose absence means that nobody answered."""
    return wording.NOT_ANSWERED if value is None else wording.number(value)


def plain(value: str | None) -> str:
    """Write a text; absent is « n.d. »."""
    return wording.NOT_AVAILABLE if value is None else value


def write_rows(frame: pl.DataFrame, colonnes: Sequence[Colonne]) -> list[list[str]]:
    """Write a frame as rows of French text, in the order of `colonnes`."""
    writers = [colonne.ecrire for colonne in colonnes]
    return [
        [write(value) for write, value in zip(writers, row, strict=True)]
        for row in frame.select([colonne.nom for colonne in colonnes]).iter_rows()
    ]


def align_to_sort(texts: Sequence[str]) -> list[str]:
    """Pad numbers written as text so that sorting them as text sorts them as numbers.

    All end with the same number of decimals and the same unit; those without digits come last.
    """
    longest = max((len(text) for text in texts), default=0)
    return [text.rjust(longest) if any(c.isdigit() for c in text) else text for text in texts]


# --- Sentences ------------------------------------------------------------------------------------


def with_article(nom: str) -> str:
    """Put its article before the name of a court: « la cour d'appel de Douai », « le tribunal … »."""
    article = "la " if nom.startswith(("Cour", "Chambre")) else "le "
    return article + nom[:1].lower() + nom[1:]


def _avoided(value: int) -> str:
    return wording.count(value, "extraction évitée", "extractions évitées")


def _expected(value: Fraction) -> str:
    whole = round(value)
    return f"{wording.number(value)} {wording.agree(whole, 'attendue', 'attendues')} à cette date"


def _answers(part: Fraction | None, mois: date, of: str = "des") -> str:
    if part is None:
        return "aucune réponse n'est attendue"
    return (
        f"{wording.percent(part, 0)} {of} juridictions ont répondu pour {wording.MONTHS[mois.month - 1]}"
        if part
        else f"aucune juridiction n'a répondu pour {wording.MONTHS[mois.month - 1]}"
    )


def conclude(
    bilan: Bilan,
    *,
    periode: Periode,
    par_cour: dy.DataFrame[BilanCour] | None,
    nom: str | None,
    groupe: str | None,
    part_reponse_mois: Fraction | None,
) -> str:
    """Say in one sentence what to conclude: for all the cours, or for the one called `nom`.

    With a `groupe` of activities, only its contribution is told: a state belongs to all activities.
    """
    when = f"Fin {wording.month(periode.fin)}"
    answers = _answers(part_reponse_mois, periode.fin, "des" if nom is None else "de ses")
    done = _avoided(bilan.evitees_objectif)
    subject = f"{when}, {done}" if nom is None else f"{when}, {with_article(nom)} compte {done}"
    if bilan.objectif_a_date is None:
        return wording.typeset(f"{subject} ; aucun objectif n'est fixé pour {periode.annee} ; {answers}.")
    if groupe is not None:
        return wording.typeset(
            f"{subject} dans le groupe « {groupe} », soit {wording.percent(bilan.atteinte)} "
            f"de l'objectif à date de toutes les activités ; {answers}."
        )
    parts = [f"{subject} sur {_expected(bilan.objectif_a_date)} : {bilan.etat.lower()}"]
    if par_cour is not None and par_cour.height > 1:
        holding = par_cour.filter(pl.col("etat").is_in(indicators.HOLDING)).height
        parts.append(
            f"{wording.count(holding, 'cour')} {wording.agree(holding, 'tient', 'tiennent')} l'objectif"
            if holding
            else "aucune cour ne tient l'objectif"
        )
    elif bilan.reste:
        parts.append(_still_to_avoid(bilan))
    parts.append(answers)
    return wording.typeset(" ; ".join([parts[0], (", " if nom is None else " ; ").join(parts[1:])]) + ".")


def _still_to_avoid(bilan: Bilan) -> str:
    left = f"encore {wording.count(bilan.reste, 'extraction')} à éviter d'ici décembre"
    if bilan.rythme_requis is None:
        return f"il manque {wording.count(bilan.reste, 'extraction')}"
    return f"{left}, soit {wording.number(bilan.rythme_requis, 1)} par mois"


def title_trajectory(bilan: Bilan, periode: Periode) -> str:
    """Say what the cumulated curve shows."""
    if bilan.atteinte is None:
        return wording.typeset(f"{_avoided(bilan.evitees_objectif)} en {periode.annee}")
    if bilan.etat == indicators.ATTAINED:
        return wording.typeset(
            f"L'objectif de {periode.annee} est atteint : {wording.percent(bilan.part_annuelle)} de l'année"
        )
    return f"{wording.percent(bilan.atteinte)} de l'objectif à date est atteint"


def tell_trajectory(bilan: Bilan, trajectoire: dy.DataFrame[Trajectoire], periode: Periode) -> str:
    """Say in one sentence how far the year is from its objective, and what silence may hide."""
    if bilan.objectif is None:
        text = f"Aucun texte ne fixe d'objectif pour {periode.annee}"
    elif not bilan.reste:
        text = f"L'objectif de l'année, {wording.number(bilan.objectif)} extractions à éviter, est atteint"
    else:
        text = f"Objectif de l'année : {wording.number(bilan.objectif)} ; {_still_to_avoid(bilan)}"
    high = trajectoire["haut"].drop_nulls()
    if high.len():
        text += (
            f" ; avec le plafond plausible des réponses manquantes, au plus "
            f"{wording.number(int(high[-1]))} extractions évitées au lieu de "
            f"{wording.number(bilan.evitees_objectif)}"
        )
    return wording.typeset(text + ".")


def title_map(par_cour: dy.DataFrame[BilanCour]) -> str:
    """Say how many cours hold their objective."""
    holding = par_cour.filter(pl.col("etat").is_in(indicators.HOLDING)).height
    if par_cour["objectif"].is_null().all():
        return "Aucun objectif à cette date"
    held = wording.agree(holding, "cour sur {} tient son objectif", "cours sur {} tiennent leur objectif")
    return f"{wording.number(holding)} {held.format(wording.number(par_cour.height))}"


def tell_states(par_cour: dy.DataFrame[BilanCour]) -> str:
    """Count the cours in each state, in one sentence."""
    counted = [
        (state, par_cour.filter(pl.col("etat") == state).height)
        for state in (*indicators.HOLDING, indicators.LATE, indicators.UNDETERMINED)
    ]
    words = [f"{wording.number(height)} « {state.lower()} »" for state, height in counted if height]
    return wording.typeset("Cours par état : " + wording.enumeration(words) + ".")


# --- The trajectory -------------------------------------------------------------------------------


def label_trajectory(trajectoires: Iterable[dy.DataFrame[Trajectoire]]) -> pl.DataFrame:
    """Put the years together and add the words at the end of the lines and under the pointer."""
    labelled: list[pl.DataFrame] = []
    for frame in trajectoires:
        year = int(frame["annee"][0])
        target = frame["objectif_cumule"][-1]
        known = frame["cumul"].drop_nulls()
        high = frame["haut"].drop_nulls()
        done = wording.number(int(known[-1])) if known.len() else wording.NOT_AVAILABLE
        labelled.append(
            frame.with_columns(
                libelle_cumul=pl.lit(f"{year}<br>{done}"),
                libelle_objectif=pl.lit(f"Objectif<br>{wording.number(target)}"),
                libelle_haut=pl.lit(f"Au plus<br>{wording.number(int(high[-1]))}" if high.len() else ""),
                texte=pl.Series(
                    [
                        wording.typeset(
                            f"{wording.month(day)} : {not_answered(total)} au total, "
                            f"dont {not_answered(month)} ce mois"
                        )
                        for day, total, month in frame.select("mois", "cumul", "evitees").iter_rows()
                    ],
                    dtype=pl.String,
                ),
            )
        )
    return pl.concat(labelled)


TRAJECTORY_COLUMNS = (
    Colonne("mois", "Mois", wording.month),
    Colonne("evitees", "Évitées dans le mois", not_answered, nombre=True),
    Colonne("cumul", "Évitées depuis janvier", not_answered, nombre=True),
    Colonne("objectif_cumule", "Objectif à date", one_decimal, nombre=True),
)
CEILING_COLUMN = Colonne("haut", "Au plus, avec les réponses manquantes", integer, nombre=True)


def newest_first(frame: pl.DataFrame) -> pl.DataFrame:
    """Order the months of a labelled trajectory for reading, leaving out those still to come."""
    return frame.filter(pl.col("cumul").is_not_null() | (pl.col("annee") == pl.col("annee").max())).sort(
        "mois", descending=True
    )


# --- The map --------------------------------------------------------------------------------------

# Where a reader expects each cour: column and row from the top left, and the name that fits a tile.
# The last row is overseas; Cayenne, a cour since 2012, takes the place Mamoudzou left in 2011.
TILES: dict[str, tuple[int, float, str]] = {
    "CA-DOUAI": (4, 0, "Douai"),
    "CA-ROUEN": (3, 1, "Rouen"),
    "CA-AMIENS": (4, 1, "Amiens"),
    "CA-REIMS": (5, 1, "Reims"),
    "CA-METZ": (6, 1, "Metz"),
    "CA-RENNES": (1, 2, "Rennes"),
    "CA-CAEN": (2, 2, "Caen"),
    "CA-VERSAILLES": (3, 2, "Versailles"),
    "CA-PARIS": (4, 2, "Paris"),
    "CA-NANCY": (5, 2, "Nancy"),
    "CA-COLMAR": (6, 2, "Colmar"),
    "CA-ANGERS": (2, 3, "Angers"),
    "CA-ORLEANS": (3, 3, "Orléans"),
    "CA-BOURGES": (4, 3, "Bourges"),
    "CA-DIJON": (5, 3, "Dijon"),
    "CA-BESANCON": (6, 3, "Besançon"),
    "CA-POITIERS": (2, 4, "Poitiers"),
    "CA-LIMOGES": (3, 4, "Limoges"),
    "CA-RIOM": (4, 4, "Riom"),
    "CA-LYON": (5, 4, "Lyon"),
    "CA-CHAMBERY": (6, 4, "Chambéry"),
    "CA-BORDEAUX": (2, 5, "Bordeaux"),
    "CA-AGEN": (3, 5, "Agen"),
    "CA-NIMES": (4, 5, "Nîmes"),
    "CA-GRENOBLE": (5, 5, "Grenoble"),
    "CA-PAU": (2, 6, "Pau"),
    "CA-TOULOUSE": (3, 6, "Toulouse"),
    "CA-MONTPELLIER": (4, 6, "Montpel."),
    "CA-AIX-EN-PROVENCE": (5, 6, "Aix"),
    "CA-BASTIA": (7, 6, "Bastia"),
    "TSA-SAINT-PIERRE": (1, 7.25, "St-Pierre"),
    "CA-BASSE-TERRE": (2, 7.25, "Basse-T."),
    "CA-FORT-DE-FRANCE": (3, 7.25, "Fort-de-F."),
    "CA-CAYENNE": (4, 7.25, "Cayenne"),
    "TSA-MAMOUDZOU": (4, 7.25, "Mamoudz."),
    "CA-SAINT-DENIS": (5, 7.25, "St-Denis"),
    "CA-NOUMEA": (6, 7.25, "Nouméa"),
    "CA-PAPEETE": (7, 7.25, "Papeete"),
}
# Lower bounds of the classes of attainment; below the first one is class 0.
CLASSES = (0.25, 0.5, 0.75, 0.95, 1.05)
CLASS_NAMES = ("moins de 25 %", "25 à 50 %", "50 à 75 %", "75 à 95 %", "95 à 105 %", "105 % et plus")


def place_tiles(par_cour: dy.DataFrame[BilanCour]) -> pl.DataFrame:
    """Place each cour on the grid, with its class, what its tile says and what the pointer shows.

    A cour whose state is not determined has no class: a colour would affirm what its silence may hide.

    A cour unknown to the grid is put on a row of its own at the bottom: none is ever left out.
    """
    rows: list[dict[str, object]] = []
    unplaced = 0
    for row in par_cour.iter_rows(named=True):
        column, line, name = TILES.get(row["cour"], (unplaced, 8.25, row["nom_court"]))
        unplaced += row["cour"] not in TILES
        attained: float | None = row["atteinte"]
        told = attained if row["etat"] != indicators.UNDETERMINED else None
        rows.append(
            {
                "cour": row["cour"],
                "nom_court": row["nom_court"],
                "colonne": column,
                "rangee": float(line),
                "classe": None if told is None else sum(told >= bound for bound in CLASSES),
                "etiquette": f"{row['glyphe']}{wording.NO_BREAK_SPACE}"
                f"{wording.percent(attained, 0)}<br><span style='font-size:9px'>{name}</span>",
                "texte": wording.typeset(
                    f"{row['nom_court']} : {wording.percent(attained)} de l'objectif à date, "
                    f"{row['etat'].lower()} ; {wording.percent(row['part_reponse'])} de réponses"
                ),
            }
        )
    return pl.DataFrame(
        rows,
        schema={
            "cour": pl.String,
            "nom_court": pl.String,
            "colonne": pl.Int64,
            "rangee": pl.Float64,
            "classe": pl.Int64,
            "etiquette": pl.String,
            "texte": pl.String,
        },
    )


# --- The table of cours ---------------------------------------------------------------------------

ESTIMATED_MARK = "(e)"
ESTIMATED_LEGEND = (
    "(e) : objectif estimé. Le texte ne donne pas de base par cour ; celle-ci est répartie par une clé "
    "illustrative, ou repose sur une hypothèse (voir Méthode)."
)


def mark_target(
    value: float | Fraction | None, *, illustratif: bool, hypothese: bool, digits: int = 0
) -> str:
    """Write the objective of a cour, with « (e) » when its base is estimated."""
    text = wording.number(value, digits)
    return f"{text}{wording.NO_BREAK_SPACE}{ESTIMATED_MARK}" if illustratif or hypothese else text


def history_of(mensuel: pl.DataFrame, *, fin: date, mois: int) -> pl.DataFrame:
    """Give each cour the list of what it avoided in each of the last months, null where it was silent."""
    months = pl.DataFrame({"mois": months_until(fin, mois)})
    grid = mensuel.select("cour").unique().join(months, how="cross")
    return (
        grid.join(mensuel, on=["mois", "cour"], how="left")
        .sort("cour", "mois")
        .group_by("cour", maintain_order=True)
        .agg(historique=pl.col("evitees_objectif").cast(pl.Float64))
    )


def months_until(fin: date, count: int) -> list[date]:
    """List `count` months, the last one being `fin`."""
    last = fin.year * 12 + fin.month - 1
    return [date(rank // 12, rank % 12 + 1, 1) for rank in range(last - count + 1, last + 1)]


COUR_COLUMNS = (
    Colonne("nom_court", "Cour"),
    Colonne("etat_ecrit", "État"),
    Colonne("evitees_objectif", "Évitées", integer, nombre=True),
    Colonne("objectif_ecrit", "Objectif", nombre=True),
    Colonne("atteinte", "Atteinte", share, nombre=True),
    Colonne("part_reponse", "Réponses", share, nombre=True),
    Colonne("reste", "À éviter", integer, nombre=True),
    Colonne("part_evitees", "Part ayant évité une extraction", share, nombre=True),
    Colonne("etpt", "ETPT", two_decimals, nombre=True),
)
# What fits the screen beside « Ce qui a changé »; the rest stands in the data of the map.
SCREEN_COLUMNS = COUR_COLUMNS[:7]
SCREEN_WIDTHS = (142, 132, 70, 80, 76, 82, 72)


def write_cours(par_cour: dy.DataFrame[BilanCour]) -> pl.DataFrame:
    """Add what the table of cours says: `etat_ecrit` (glyph and word) and `objectif_ecrit`."""
    targets = [
        mark_target(value, illustratif=illustratif, hypothese=hypothese)
        for value, illustratif, hypothese in par_cour.select(
            "objectif_a_date", "illustratif", "hypothese"
        ).iter_rows()
    ]
    return par_cour.with_columns(
        etat_ecrit=pl.concat_str("glyphe", "etat", separator=" "),
        objectif_ecrit=pl.Series(targets, dtype=pl.String),
    )


HISTORY = "12 mois"


def lay_out_cours(par_cour: dy.DataFrame[BilanCour], historique: pl.DataFrame) -> pl.DataFrame:
    """Lay out the table of cours: `cour`, then text that sorts as it reads under French headings.

    A sparkline, « 12 mois », follows the state; a silent month is missing from it.
    """
    written = write_cours(par_cour).join(historique, on="cour", how="left", maintain_order="left")
    rows = write_rows(written, SCREEN_COLUMNS)
    columns: dict[str, pl.Series] = {}
    for rank, colonne in enumerate(SCREEN_COLUMNS):
        texts = [row[rank] for row in rows]
        columns[colonne.titre] = pl.Series(align_to_sort(texts) if colonne.nombre else texts, dtype=pl.String)
    return pl.DataFrame({"cour": written["cour"], **columns}).insert_column(
        3, written["historique"].list.drop_nulls().alias(HISTORY)
    )


def note_on_targets(par_cour: dy.DataFrame[BilanCour]) -> str:
    """Give the legend of « (e) » when a target bears it."""
    estimated = (par_cour["illustratif"] | par_cour["hypothese"]).any()
    return wording.typeset(ESTIMATED_LEGEND) if estimated else ""


def explain_target(objectif: Objectif | None) -> str:
    """Say of one cour's objective what it is made of and where its base comes from."""
    if objectif is None:
        return ""
    text = (
        f"Objectif {objectif.annee} : {wording.percent(objectif.taux, 0)} de "
        f"{wording.number(objectif.base)} extractions, soit {wording.number(objectif.annuel, 1)} à éviter. "
        f"Base : {objectif.source[:1].lower()}{objectif.source[1:]}"
    )
    if objectif.illustratif and "illustrati" not in objectif.source.lower():
        text += " ; elle est illustrative"
    if objectif.hypothese:
        text += " ; c'est une hypothèse"
    return wording.typeset(text.rstrip(".") + ".")


# --- Activities -----------------------------------------------------------------------------------

SHORT_NAMES = {
    "CHINS_DETENTION": "Chambre de l'instruction",
    "JLD_DETENTION": "Débats JLD",
    "INSTRUCTION": "Juge d'instruction",
    "JUGEMENT_DETENTION": "Détention, au jugement",
    "JAP": "Juge de l'application des peines",
    "TAP": "Tribunal de l'application des peines",
    "CHAP": "Chambre de l'application des peines",
    "TPOL": "Tribunal de police",
    "ASSISES_TEMOINS": "Assises, témoins",
    "ASSISES_INTERROGATOIRE": "Assises, interrogatoire",
    "CORRECTIONNEL_TEMOINS": "Correctionnel, témoins",
    "CORRECTIONNEL_PREVENU": "Correctionnel, prévenu",
    "DELIBERE_INTERETS_CIVILS": "Délibérés, intérêts civils",
    "MANDATS_MAE": "Mandats, extradition",
    "CIVI_REPARATION": "CIVI, réparation, révision",
    "NOTIF_EXPERTISE": "Notification d'expertise",
    "GAV_PROLONGATION": "Prolongation de garde à vue",
    "ETRANGERS_ZA": "Zone d'attente",
    "ETRANGERS_RETENTION": "Rétention administrative",
    "CIVIL": "Audiences civiles",
    "ENTRAIDE": "Entraide pénale",
    "AUTRE": "Autre activité",
}


def name_activity(activite: str, libelle: str) -> str:
    """Give the short name of an activity, or its label when it has none."""
    return SHORT_NAMES.get(activite, libelle)


MOST_CATEGORIES = 8
OTHERS = "Autres"


def rank_activities(bilans: dy.DataFrame[BilanActivite], *, mesure: str) -> pl.DataFrame:
    """Keep the largest activities by `mesure`, the rest summed as « Autres »: eight rows at most.

    Columns `nom`, `valeur`, `texte`.
    """
    known = bilans.filter(pl.col(mesure) > 0).sort([mesure, "ordre"], descending=[True, False])
    kept, rest = known.head(MOST_CATEGORIES - 1), known.slice(MOST_CATEGORIES - 1)
    if rest.height == 1:
        kept, rest = known, rest.clear()
    rows = [
        (name_activity(activite, libelle), int(value), wording.number(int(value)))
        for activite, libelle, value in kept.select("activite", "libelle", mesure).iter_rows()
    ]
    if rest.height:
        total = int(rest[mesure].sum())
        rows.append((OTHERS, total, wording.number(total)))
    return pl.DataFrame(rows, schema={"nom": pl.String, "valeur": pl.Int64, "texte": pl.String}, orient="row")


def arrange_panels(
    series: dy.DataFrame[SerieActivite], bilans: dy.DataFrame[BilanActivite], *, focus: str | None
) -> pl.DataFrame:
    """Prepare the small multiples: the largest activities, one panel each, then « Autres ».

    `focus` is an activity that must have its panel. An activity not legal in any month shown keeps
    its panel only when asked for, and says « s.o. ».
    """
    order = (
        bilans.filter(pl.col("visioconferences") > 0)
        .sort(["visioconferences", "ordre"], descending=[True, False])["activite"]
        .to_list()
    )
    if focus is not None:
        order = [focus, *(code for code in order if code != focus)]
    kept = order[: MOST_CATEGORIES - 1] if len(order) > MOST_CATEGORIES else order
    names = {
        code: name_activity(code, label) for code, label in bilans.select("activite", "libelle").iter_rows()
    }
    mentions = {row["activite"]: _mention(row) for row in bilans.iter_rows(named=True)}
    panels = [
        series.filter(pl.col("activite") == code).select(
            "mois",
            "visioconferences",
            "extractions_evitees",
            "sans_objet",
            nom=pl.lit(names[code]),
            mention=pl.lit(mentions[code]),
        )
        for code in kept
    ]
    others = [code for code in order if code not in kept]
    if others:
        panels.append(
            series.filter(pl.col("activite").is_in(others))
            .group_by("mois")
            .agg(
                visioconferences=pl.when(pl.col("visioconferences").is_not_null().any()).then(
                    pl.col("visioconferences").sum()
                ),
                extractions_evitees=pl.when(pl.col("extractions_evitees").is_not_null().any()).then(
                    pl.col("extractions_evitees").sum()
                ),
                sans_objet=pl.col("sans_objet").all(),
            )
            .sort("mois")
            .select(
                "mois",
                "visioconferences",
                "extractions_evitees",
                "sans_objet",
                nom=pl.lit(OTHERS),
                mention=pl.lit(f"{wording.number(len(others))} activités"),
            )
        )
    if not panels:
        return pl.DataFrame(schema={"nom": pl.String, "mention": pl.String})
    return pl.concat(panels).with_columns(
        mois_libelle=pl.col("mois").map_elements(_short, return_dtype=pl.String)
    )


def _mention(row: Mapping[str, Any]) -> str:
    if row["sans_objet"]:
        return f"{wording.NOT_APPLICABLE} sur toute la période"
    if not row["compte_objectif"]:
        return "hors objectif"
    if row["part_evitees"] is None:
        return wording.NOT_AVAILABLE
    return f"{wording.percent(row['part_evitees'], 0)} ont évité une extraction"


def conclude_activities(bilans: dy.DataFrame[BilanActivite], bilan: Bilan, periode: Periode) -> str:
    """Say in one sentence what the activities amount to."""
    used = bilans.filter(pl.col("visioconferences") > 0).height
    return wording.typeset(
        f"Fin {wording.month(periode.fin)}, "
        f"{wording.count(bilan.visioconferences, 'visioconférence')} dans "
        f"{wording.count(used, 'activité')} sur {bilans.height} ; {_avoided(bilan.evitees_objectif)}, "
        f"soit {wording.percent(bilan.part_evitees)} des visioconférences des activités comptées "
        "dans l'objectif."
    )


def title_activities(bilans: dy.DataFrame[BilanActivite]) -> str:
    """Say which activity uses videoconferences most."""
    first = bilans.filter(pl.col("visioconferences") > 0).sort(
        ["visioconferences", "ordre"], descending=[True, False]
    )
    total = int(bilans["visioconferences"].sum())
    if first.is_empty():
        return "Aucune visioconférence déclarée"
    row = first.row(0, named=True)
    part = wording.percent(Fraction(row["visioconferences"], total), 0)
    return wording.typeset(
        f"« {name_activity(row['activite'], row['libelle'])} » réunit {part} des visioconférences"
    )


def tell_activities(bilans: dy.DataFrame[BilanActivite]) -> str:
    """Say in one sentence what counts for the objective, and what was not legal yet."""
    counted = bilans.filter("compte_objectif")
    outside = int(bilans.filter(~pl.col("compte_objectif"))["visioconferences"].sum())
    not_yet = bilans.filter("sans_objet").height
    done = _avoided(int(counted["extractions_evitees"].sum()))
    text = (
        f"{done} dans les activités comptées dans l'objectif ; "
        f"{wording.count(outside, 'visioconférence')} hors objectif"
    )
    if not_yet:
        text += (
            f" ; {wording.count(not_yet, 'activité')} sans objet (s.o.) : "
            f"la loi ne {wording.agree(not_yet, 'la', 'les')} permettait pas encore"
        )
    return wording.typeset(text + ".")


def title_ranked(ranked: pl.DataFrame, mesure: str) -> str:
    """Say which bar is the longest, and its share."""
    known = ranked.filter(pl.col("valeur") > 0)
    total = int(known["valeur"].sum())
    if not total:
        return f"Aucune des {mesure} n'est déclarée" if mesure else "Rien n'est déclaré"
    row = known.sort("valeur", descending=True, maintain_order=True).row(0, named=True)
    part = wording.percent(Fraction(int(row["valeur"]), total), 0)
    return wording.typeset(f"{row['nom']} : {part} des {mesure}")


def rank_shares(bilans: dy.DataFrame[BilanActivite]) -> pl.DataFrame:
    """Rank the activities used most by their share of videoconferences that avoided an extraction."""
    used = (
        bilans.filter(pl.col("part_evitees").is_not_null())
        .sort(["visioconferences", "ordre"], descending=[True, False])
        .head(MOST_CATEGORIES)
        .sort(["part_evitees", "ordre"], descending=[True, False])
    )
    rows = [
        (name_activity(activite, libelle), float(part), wording.percent(part))
        for activite, libelle, part in used.select("activite", "libelle", "part_evitees").iter_rows()
    ]
    return pl.DataFrame(
        rows, schema={"nom": pl.String, "valeur": pl.Float64, "texte": pl.String}, orient="row"
    )


def title_shares(bilans: dy.DataFrame[BilanActivite]) -> str:
    """Say how the share that avoided an extraction ranges over the activities used most."""
    ranked = rank_shares(bilans)
    if ranked.is_empty():
        return "Aucune visioconférence comptée dans l'objectif"
    high, low = ranked.row(0, named=True), ranked.row(-1, named=True)
    return wording.typeset(
        f"De {wording.percent(low['valeur'], 0)} ({low['nom']}) à "
        f"{wording.percent(high['valeur'], 0)} ({high['nom']})"
    )


def tell_shares(bilans: dy.DataFrame[BilanActivite]) -> str:
    """Say what the share means."""
    del bilans
    return wording.typeset(
        "Une visioconférence évite une extraction quand elle concerne une personne détenue qui aurait dû "
        "être conduite devant le juge ; les auditions de témoins ou d'experts n'en évitent pas."
    )


PANEL_COLUMNS = (
    Colonne("nom", "Activité"),
    Colonne("mois", "Mois", wording.month),
    Colonne("visioconferences", "Visioconférences", not_answered, nombre=True),
    Colonne("extractions_evitees", "Extractions évitées", not_answered, nombre=True),
)


def title_crossing(crossed: pl.DataFrame) -> str:
    """Say which cour and activity meet most."""
    known = crossed.filter(pl.col("valeur") > 0)
    if known.is_empty():
        return "Aucune visioconférence déclarée"
    row = known.sort(["valeur", "ligne"], descending=[True, False]).row(0, named=True)
    return wording.typeset(
        f"{row['ligne']}, « {row['colonne']} » : {wording.count(row['valeur'], 'visioconférence')}"
    )


def tell_crossing(crossed: pl.DataFrame) -> str:
    """Say how many pairs are used."""
    used = crossed.filter(pl.col("valeur") > 0).height
    possible = crossed.filter(~pl.col("sans_objet")).height
    return wording.typeset(
        f"{wording.number(used)} couples d'une cour et d'une activité sur {wording.number(possible)} "
        "comptent au moins une visioconférence ; la teinte croît comme la racine carrée du nombre."
    )


def widen_crossing(crossed: pl.DataFrame) -> pl.DataFrame:
    """Put the activities across, for the table: one row a cour, the texts of the cells."""
    return crossed.pivot(on="colonne", index="ligne", values="texte", maintain_order=True)


def crossing_columns(crossed: pl.DataFrame) -> tuple[Colonne, ...]:
    """List the columns of the crossing's table."""
    names: list[str] = crossed["colonne"].unique(maintain_order=True).to_list()
    return (Colonne("ligne", "Cour"), *(Colonne(nom, nom, plain, nombre=True) for nom in names))


ACTIVITY_COLUMNS = (
    Colonne("libelle", "Activité"),
    Colonne("groupe", "Groupe"),
    Colonne("objectif_ecrit", "Compte pour l'objectif"),
    Colonne("visioconferences_ecrit", "Visioconférences", nombre=True),
    Colonne("evitees_ecrit", "Extractions évitées", nombre=True),
    Colonne("part_ecrit", "Part ayant évité une extraction", nombre=True),
)


def write_activities(bilans: dy.DataFrame[BilanActivite]) -> pl.DataFrame:
    """Add what the table of activities says: « s.o. » where the law did not allow, or nothing counts."""
    not_yet = pl.col("sans_objet") & (pl.col("visioconferences") == 0)

    def written(column: str, write: Callable[[Any], str]) -> pl.Expr:
        return (
            pl.when(not_yet)
            .then(pl.lit(wording.NOT_APPLICABLE))
            .otherwise(pl.col(column).map_elements(write, return_dtype=pl.String))
        )

    return bilans.with_columns(
        objectif_ecrit=pl.when("compte_objectif").then(pl.lit("oui")).otherwise(pl.lit("non")),
        visioconferences_ecrit=written("visioconferences", integer),
        evitees_ecrit=written("extractions_evitees", integer),
        part_ecrit=pl.when(not_yet | ~pl.col("compte_objectif"))
        .then(pl.lit(wording.NOT_APPLICABLE))
        .otherwise(pl.col("part_evitees").map_elements(share, return_dtype=pl.String, skip_nulls=False)),
    )


def cross_cours_and_activities(
    agregat: dy.DataFrame[AgregatActivite],
    activites: dy.DataFrame[Activites],
    cours: dy.DataFrame[Cours],
    *,
    periode: Periode,
) -> pl.DataFrame:
    """Cross cours and activities over a period, by videoconferences: a row a pair.

    Columns `cour`, `activite`, `ligne`, `colonne`, `valeur`, `texte`, `intensite`, `sans_objet`.

    An activity that was legal on no day of the period is « s.o. »; a pair nobody declared is « n.r. ».
    The tint grows as the square root of the count, so that small cours can be read beside Paris.
    """
    sums = periode.keep(agregat).group_by("cour", "activite").agg(valeur=pl.col("visioconferences").sum())
    names = dict(cours.select("cour", "nom_court").iter_rows())
    full_names = dict(cours.select("cour", "nom").iter_rows())
    codes = sorted(sums["cour"].unique().to_list(), key=lambda c: wording.collation_key(full_names.get(c, c)))
    lines = pl.DataFrame(
        {"cour": codes, "ligne": [names.get(code, code) for code in codes]},
        schema={"cour": pl.String, "ligne": pl.String},
    )
    end = pl.lit(periode.fin).dt.month_end()
    frame = (
        lines.join(activites.select("activite", "libelle", "legal_depuis", "ordre"), how="cross")
        .join(sums, on=["cour", "activite"], how="left")
        .with_columns(
            sans_objet=pl.col("legal_depuis").is_not_null()
            & (pl.col("legal_depuis") > end)
            & (pl.col("valeur").fill_null(0) == 0)
        )
        .with_columns(valeur=pl.when("sans_objet").then(None).otherwise("valeur"))
    )
    largest = max([1, *frame["valeur"].drop_nulls().to_list()])
    return frame.with_columns(
        colonne=pl.Series(
            [name_activity(code, label) for code, label in frame.select("activite", "libelle").iter_rows()],
            dtype=pl.String,
        ),
        texte=pl.Series(
            [
                wording.NOT_APPLICABLE if nothing else not_answered(value)
                for nothing, value in frame.select("sans_objet", "valeur").iter_rows()
            ],
            dtype=pl.String,
        ),
        intensite=(pl.col("valeur") / largest).sqrt(),
    )


# --- The answers of a cour ------------------------------------------------------------------------

ANSWER_TINTS = {coverage.SILENT: 0, coverage.NOT_IN_FORCE: 1, coverage.ANSWERED: 2, coverage.CORRECTED: 3}


def lay_out_answers(
    etats: dy.DataFrame[coverage.EtatReponse], juridictions: dy.DataFrame[Juridictions]
) -> pl.DataFrame:
    """Order the answers for the heat map: the cour first, then its courts as French readers look for them."""
    known = {
        code: (kind not in ("CA", "TSA", "CHA"), wording.collation_key(nom), nom_court)
        for code, kind, nom, nom_court in juridictions.select(
            "juridiction", "type", "nom", "nom_court"
        ).iter_rows()
    }
    codes = sorted(etats["juridiction"].unique().to_list(), key=lambda code: known[code][:2])
    order = pl.DataFrame(
        {
            "juridiction": codes,
            "rang": range(len(codes)),
            "nom_court": [known[code][2] for code in codes],
        },
        schema_overrides={"juridiction": pl.String, "nom_court": pl.String, "rang": pl.Int64},
    )
    return (
        etats.join(order, on="juridiction")
        .sort("rang", "mois")
        .with_columns(
            mois_libelle=pl.col("mois").map_elements(_short, return_dtype=pl.String),
            teinte=pl.col("etat").replace_strict(ANSWER_TINTS, return_dtype=pl.Int64),
        )
    )


def _short(day: date) -> str:
    return wording.SHORT_MONTHS[day.month - 1]


def title_answers(etats: dy.DataFrame[coverage.EtatReponse], periode: Periode) -> str:
    """Say how many juridictions answered for the last month."""
    now = etats.filter(pl.col("mois") == periode.fin, pl.col("etat") != coverage.NOT_IN_FORCE)
    came = now.filter(pl.col("etat") != coverage.SILENT).height
    if not now.height:
        return "Aucune juridiction en vigueur"
    answered = wording.agree(came, "a répondu", "ont répondu")
    return (
        f"{wording.count(came, 'juridiction')} sur {now.height} {answered} pour {wording.month(periode.fin)}"
    )


def tell_answers(etats: dy.DataFrame[coverage.EtatReponse], periode: Periode) -> str:
    """Count the answers expected, received and corrected over the months shown."""
    del periode
    expected = etats.filter(pl.col("etat") != coverage.NOT_IN_FORCE)
    came = expected.filter(pl.col("etat") != coverage.SILENT).height
    corrected = expected.filter(pl.col("etat") == coverage.CORRECTED).height
    part = Fraction(came, expected.height) if expected.height else None
    return wording.typeset(
        f"{wording.number(came)} {wording.agree(came, 'réponse reçue', 'réponses reçues')} sur "
        f"{wording.number(expected.height)} attendues ({wording.percent(part)}), dont "
        f"{wording.number(corrected)} {wording.agree(corrected, 'corrigée', 'corrigées')} depuis."
    )


ANSWER_COLUMNS = (
    Colonne("nom_court", "Juridiction"),
    Colonne("mois", "Mois", wording.month),
    Colonne("etat", "Réponse"),
)


def rank_courts(
    totaux: dy.DataFrame[TotalJuridiction],
    attendues: pl.DataFrame,
    juridictions: dy.DataFrame[Juridictions],
    *,
    periode: Periode,
) -> pl.DataFrame:
    """Rank the juridictions of a cour by what they avoided; one that never answered is « n.r. ».

    Columns `juridiction`, `nom`, `valeur` (null: no answer), `texte`, `attendues`, `repondues`.
    """
    expected = periode.keep(attendues).group_by("juridiction").agg(attendues=pl.len())
    answered = (
        periode.keep(totaux)
        .group_by("juridiction")
        .agg(valeur=pl.col("evitees_objectif").sum(), repondues=pl.len())
    )
    names = juridictions.select("juridiction", nom="nom_court").unique(subset="juridiction", keep="first")
    frame = (
        expected.join(answered, on="juridiction", how="full", coalesce=True)
        .join(names, on="juridiction", how="left")
        .select(
            "juridiction",
            pl.col("nom").fill_null(pl.col("juridiction")),
            "valeur",
            attendues=pl.col("attendues").fill_null(0).cast(pl.Int64),
            repondues=pl.col("repondues").fill_null(0).cast(pl.Int64),
        )
        .sort(["valeur", "nom"], descending=[True, False], nulls_last=True)
    )
    return frame.with_columns(
        texte=pl.Series([not_answered(value) for value in frame["valeur"]], dtype=pl.String)
    )


def tell_courts(ranked: pl.DataFrame) -> str:
    """Say how many juridictions avoided something, and how many never answered."""
    active = ranked.filter(pl.col("valeur") > 0).height
    silent = ranked.filter(pl.col("valeur").is_null()).height
    text = (
        f"{wording.count(active, 'juridiction')} sur {ranked.height} "
        f"{wording.agree(active, 'déclare', 'déclarent')} au moins une extraction évitée"
    )
    if silent:
        never = wording.agree(silent, "n'a répondu à aucun mois", "n'ont répondu à aucun mois")
        text += f" ; {wording.number(silent)} {never} (n.r.)"
    return wording.typeset(text + ".")


COURT_COLUMNS = (
    Colonne("nom", "Juridiction"),
    Colonne("valeur", "Extractions évitées", not_answered, nombre=True),
    Colonne("repondues", "Réponses reçues", integer, nombre=True),
    Colonne("attendues", "Réponses attendues", integer, nombre=True),
)


# --- Peers ----------------------------------------------------------------------------------------


def gather_peers(par_cour: dy.DataFrame[BilanCour], cours: dy.DataFrame[Cours], *, cour: str) -> pl.DataFrame:
    """Keep the cours of the same group: `nom_court`, `valeur` (attainment), `soi`, `texte`. No rank."""
    groups = dict(cours.select("cour", "groupe_dsj").iter_rows())
    own = groups.get(cour)
    peers = [code for code, group in groups.items() if code == cour or (own is not None and group == own)]
    return (
        par_cour.filter(pl.col("cour").is_in(peers))
        .select("cour", "nom_court", "etat", "glyphe", valeur="atteinte", soi=pl.col("cour") == cour)
        .with_columns(
            texte=pl.struct("nom_court", "valeur").map_elements(
                lambda row: wording.typeset(f"{row['nom_court']} : {wording.percent(row['valeur'])}"),
                return_dtype=pl.String,
            )
        )
    )


def name_group(groupe: str | None) -> str:
    """Name a peer group of the ministry: « groupe 2 », « hors groupe », or that it is not known."""
    if groupe is None:
        return "groupe non connu"
    return groupe if groupe == "hors groupe" else f"groupe {groupe}"


def title_peers(peers: pl.DataFrame, nom_court: str) -> str:
    """Say where the cour stands among its peers, without a rank."""
    own = peers.filter("soi")["valeur"].to_list()
    others = peers.filter(~pl.col("soi"))["valeur"].drop_nulls()
    if not own or own[0] is None:
        return f"L'atteinte {wording.of_cour(nom_court)} n'est pas connue"
    if not others.len():
        return f"Aucun pair {wording.of_cour(nom_court)} n'est connu"
    above = int((others > own[0]).sum())
    return (
        f"{wording.at_cour(nom_court)[:1].upper()}{wording.at_cour(nom_court)[1:]}, "
        f"{wording.percent(own[0])} ; {wording.count(above, 'pair')} sur {others.len()} "
        f"{wording.agree(above, 'fait', 'font')} plus"
    ).replace(" ;", wording.NO_BREAK_SPACE + ";")


def tell_peers(peers: pl.DataFrame) -> str:
    """Say between which attainments the peers stand."""
    others = peers.filter(~pl.col("soi"))["valeur"].drop_nulls().sort().to_list()
    if not others:
        return "Aucune comparaison : aucun pair n'est connu dans votre périmètre.".replace(" :", "\u00a0:")
    return wording.typeset(
        f"{wording.count(len(others), 'pair')} : de {wording.percent(others[0])} à "
        f"{wording.percent(others[-1])} de l'objectif à date. Sans classement : les cours d'un groupe "
        "n'ont pas toutes les mêmes activités."
    )


PEER_COLUMNS = (
    Colonne("nom_court", "Cour"),
    Colonne("valeur", "Atteinte de l'objectif à date", share, nombre=True),
    Colonne("etat", "État"),
)


# --- The figures of a row -------------------------------------------------------------------------


@dataclass(frozen=True)
class Chiffre:
    """One figure of the row: its name, its value with its unit, what stands beside it, its sense.

    `serie` is what its sparkline draws, month by month; a month without answer is missing from it.
    """

    libelle: str
    valeur: str
    complement: str
    sens: str
    serie: tuple[float, ...]


def row_of_figures(
    bilan: Bilan,
    mois: pl.DataFrame,
    *,
    periode: Periode,
    objectif: Objectif | None,
    part_reponse_mois: Fraction | None,
    decimales_etpt: int,
    etpt_objectif: Fraction | None,
    groupe: str | None,
) -> tuple[Chiffre, ...]:
    """Give the six figures; `mois` is `indicators.trace_months` of the same rows."""
    estimated = objectif is not None and (objectif.illustratif or objectif.hypothese)
    target = mark_target(
        bilan.objectif_a_date,
        illustratif=estimated,
        hypothese=False,
    )
    whole = groupe is None
    year = mois.filter(pl.col("mois").dt.year() == periode.annee)

    def series(column: str, frame: pl.DataFrame) -> tuple[float, ...]:
        return tuple(float(value) for value in frame[column].drop_nulls())

    return (
        Chiffre(
            "Extractions évitées",
            wording.number(bilan.evitees_objectif),
            wording.typeset(f"objectif à date : {target}"),
            wording.typeset(
                "Colonne 2 de l'indicateur, déclarée depuis janvier, pour les activités qui comptent pour "
                "l'objectif. Objectif à date : objectif de l'année × mois écoulés / 12. "
                + (ESTIMATED_LEGEND if estimated else "")
            ),
            series("evitees_objectif", mois),
        ),
        Chiffre(
            "Atteinte de l'objectif" if whole else "Contribution à l'objectif",
            wording.percent(bilan.atteinte),
            f"{bilan.glyphe} {bilan.etat}" if whole else "groupe choisi",
            wording.typeset(
                "Extractions évitées / objectif à date, sans plafond : plus de 100 % signifie que le rythme "
                "dépasse l'objectif. L'état tient compte du taux de réponse."
            ),
            series("atteinte", year),
        ),
        Chiffre(
            "Visioconférences",
            wording.number(bilan.visioconferences),
            f"depuis janvier {periode.annee}",
            wording.typeset(
                "Colonne 1 de l'indicateur : toutes les visioconférences judiciaires, que la personne soit "
                "détenue ou non."
            ),
            series("visioconferences", mois),
        ),
        Chiffre(
            "Avec extraction évitée",
            wording.percent(bilan.part_evitees),
            "colonne 2 / colonne 1",
            "Extractions évitées / visioconférences, dans les activités qui comptent pour l'objectif.",
            series("part_evitees", mois),
        ),
        Chiffre(
            "Taux de réponse",
            wording.percent(bilan.part_reponse),
            wording.typeset(
                f"{wording.MONTHS[periode.fin.month - 1]} : {wording.percent(part_reponse_mois)}"
            ),
            "Réponses mensuelles reçues / réponses attendues des juridictions en vigueur, depuis janvier. "
            "Une juridiction a répondu quand elle a déclaré au moins une activité.",
            series("part_reponse", mois),
        ),
        Chiffre(
            "Équivalent ETPT",
            wording.with_unit(bilan.etpt, "ETPT", decimales_etpt),
            wording.typeset(f"objectif annuel : {wording.number(etpt_objectif, decimales_etpt)}"),
            wording.hold_numbers(
                wording.typeset(
                    "Extractions évitées × 1 270 / 155 000 : équivalent temps plein travaillé de police et "
                    "de "
                    "gendarmerie, d'après les valeurs de la circulaire."
                )
            ),
            series("etpt", mois),
        ),
    )


# --- The activities, as the method explains them --------------------------------------------------

ACTIVITY_REFERENCE_COLUMNS = (
    Colonne("libelle", "Activité", wording.typeset),
    Colonne("groupe", "Groupe"),
    Colonne("objectif", "Compte pour l'objectif"),
    Colonne("colonne_2", "Colonne 2"),
    Colonne("depuis", "Possible depuis"),
    Colonne("base_legale", "Base légale", plain),
)


def list_activities(activites: dy.DataFrame[Activites]) -> pl.DataFrame:
    """List the activities with what counts, what is expected of column 2, and since when."""
    return activites.sort("ordre").select(
        "libelle",
        "groupe",
        "colonne_2",
        "base_legale",
        objectif=pl.when("compte_objectif").then(pl.lit("oui")).otherwise(pl.lit("non")),
        depuis=pl.col("legal_depuis")
        .map_elements(wording.short_date, return_dtype=pl.String)
        .fill_null("toujours"),
    )
