"""The map: a tile each cour, its place, its class and its words."""

import dataframely as dy
import polars as pl

from analytics.trajectoire import position
from analytics.trajectoire.cours import BilanCour
from analytics.trajectoire.words.conclusion import not_placed
from analytics.vocabulary import wording


def title_map(par_cour: dy.DataFrame[BilanCour]) -> str:
    """Say how many cours hold their objective."""
    holding = par_cour.filter(pl.col("etat").is_in(position.HOLDING)).height
    if par_cour["objectif"].is_null().all():
        return "Aucun objectif à cette date"
    if par_cour["atteinte"].is_null().all() or (par_cour["etat"] == position.UNDETERMINED).all():
        return "Aucune cour ne peut encore être située"
    held = wording.agree(holding, "cour sur {} tient son objectif", "cours sur {} tiennent leur objectif")
    return f"{wording.number(holding)} {held.format(wording.number(par_cour.height))}{not_placed(par_cour)}"


def tell_states(par_cour: dy.DataFrame[BilanCour]) -> str:
    """Count the cours in each state, in one sentence."""
    counted = [
        (state, par_cour.filter(pl.col("etat") == state).height)
        for state in (*position.HOLDING, position.LATE, position.UNDETERMINED)
    ]
    words = [f"{wording.number(height)} « {state.lower()} »" for state, height in counted if height]
    return wording.typeset("Cours par état : " + wording.enumeration(words) + ".")


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
# Lower bounds of the shades of attainment, for the cours that are late, then for those that hold.
LATE_SHADES, HOLDING_SHADES = (0.5, 0.75), (0.95, 1.05)
CLASS_NAMES = tuple(
    wording.typeset(name)
    for name in (
        "en retard, moins de 50 %",
        "en retard, 50 à 75 %",
        "en retard, 75 % et plus",
        "tient, moins de 95 %",
        "tient, 95 à 105 %",
        "tient, 105 % et plus",
    )
)


def place_tiles(par_cour: dy.DataFrame[BilanCour]) -> pl.DataFrame:
    """Place each cour on the grid, with its class, what its tile says and what the pointer shows.

    A cour whose state is not determined has no class: a colour would affirm what its silence may hide. One
    that holds at 91 %, and one that is late at 98 %, have the colours of their states.

    A cour unknown to the grid is put on a row of its own at the bottom: none is ever left out.
    """
    rows: list[dict[str, object]] = []
    unplaced = 0
    for row in par_cour.iter_rows(named=True):
        column, line, name = TILES.get(row["cour"], (unplaced, 8.25, row["nom_court"]))
        unplaced += row["cour"] not in TILES
        attained: float | None = row["atteinte"]
        rows.append(
            {
                "cour": row["cour"],
                "nom_court": row["nom_court"],
                "colonne": column,
                "rangee": float(line),
                "classe": _class_of(row["etat"], attained),
                "etiquette": f"{row['glyphe']}{wording.NO_BREAK_SPACE}"
                f"{wording.attained(attained, 0)}<br><span style='font-size:9px'>{name}</span>",
                "texte": wording.typeset(
                    f"{row['nom_court']} : {wording.attained(attained)} de l'objectif à date, "
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


def _class_of(etat: str, attained: float | None) -> int | None:
    """Give the class of a tile: its state first, then how far it is."""
    if etat == position.UNDETERMINED or attained is None:
        return None
    if etat == position.LATE:
        return sum(attained >= bound for bound in LATE_SHADES)
    return len(LATE_SHADES) + 1 + sum(attained >= bound for bound in HOLDING_SHADES)
