"""The cours side by side: their table, their objectives, and the peers of one of them."""

from collections.abc import Mapping
from datetime import date
from fractions import Fraction

import dataframely as dy
import polars as pl

from analytics.objectif.base_et_taux import ILLUSTRATIVE
from analytics.objectif.objective import Exigence, Objectif
from analytics.trajectoire.cours import BilanCour
from analytics.trajectoire.words.pace_and_odds import odds_if
from analytics.vocabulary import wording
from analytics.vocabulary.columns import (
    Colonne,
    align_to_sort,
    integer,
    not_answered,
    share,
    two_decimals,
    write_months,
    write_rows,
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
    """Give each cour the list of what it avoided in each of the last months, null where it was silent.

    The list begins with the first month that anybody declared, where that is later.
    """
    first = mensuel["mois"].min()
    known = [month for month in months_until(fin, mois) if not isinstance(first, date) or month >= first]
    months = pl.DataFrame({"mois": known}, schema={"mois": pl.Date})
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
    Colonne("evitees_objectif", "Évitées", not_answered, nombre=True),
    Colonne("objectif_ecrit", "Objectif", nombre=True),
    Colonne("atteinte", "Atteinte", wording.attained, nombre=True),
    Colonne("part_reponse", "Réponses", share, nombre=True),
    Colonne("reste", "À éviter", integer, nombre=True),
    Colonne("chances_ecrites", "Chances", nombre=True),
    Colonne("part_evitees", "Part évitant une extraction, activités comptées", share, nombre=True),
    Colonne("etpt", "ETPT", two_decimals, nombre=True),
    Colonne("borne_haute", "Évitées, au plus", integer, nombre=True),
)
_LACK = Colonne("manque", "Il manque", nombre=True)
# What stands in the place of « Évitées » where another reading counts: the objective beside is its own.
_COUNTED = {
    "evitees_objectif": Colonne("retenues", "Retenues", integer, nombre=True),
    "borne_haute": Colonne("au_plus", "Retenues, au plus", integer, nombre=True),
}
# What fits the screen beside « Ce qui a changé »; the rest stands in the data of the map.
_SCREEN_WIDTHS = (108, 122, 56, 60, 62, 70, 58, 108)


def cour_columns(lecture: str, *, terminee: bool) -> tuple[Colonne, ...]:
    """Give the columns of the table of cours; of a finished year nothing is to come, something may lack.

    Nothing bounds what reading C counts: it rests on no answer.
    """
    dropped = {"chances_ecrites"} if terminee else set[str]()
    replaced = {"reste": _LACK} if terminee else {}
    if lecture != "A":
        replaced |= _COUNTED
        dropped |= {"borne_haute"} if lecture == "C" else set()
    return tuple(replaced.get(colonne.nom, colonne) for colonne in COUR_COLUMNS if colonne.nom not in dropped)


def screen_columns(lecture: str, *, terminee: bool) -> tuple[tuple[Colonne, int], ...]:
    """Give those that the screen shows, each with its width."""
    shown = cour_columns(lecture, terminee=terminee)[: 7 if terminee else 8]
    return tuple(zip(shown, _SCREEN_WIDTHS, strict=False))


def write_cours(par_cour: dy.DataFrame[BilanCour]) -> pl.DataFrame:
    """Add what the table of cours says: `etat_ecrit` (glyph and word), `objectif_ecrit`, `chances_ecrites`,
    `manque`.

    Counts are null where no juridiction answered. Its last column, `borne_haute`, is added by
    `coverage.add_bounds`.
    """
    targets = [
        mark_target(value, illustratif=illustratif, hypothese=hypothese)
        for value, illustratif, hypothese in par_cour.select(
            "objectif_a_date", "illustratif", "hypothese"
        ).iter_rows()
    ]
    lacking = [
        _write_lack(evitees, objectif)
        for evitees, objectif in par_cour.select("retenues", "objectif").iter_rows()
    ]
    chances = [
        odds_if(p, share, indicatif=bool(early))
        for p, share, early in par_cour.select("p_objectif", "reponse", "indicatif").iter_rows()
    ]
    silent = (pl.col("repondues") == 0) & (pl.col("attendues") > 0)
    return par_cour.with_columns(
        pl.when(~silent).then(pl.col(name)).alias(name)
        for name in ("visioconferences", "visioconferences_objectif", "evitees_objectif", "etpt")
    ).with_columns(
        etat_ecrit=pl.concat_str("glyphe", "etat", separator=" "),
        objectif_ecrit=pl.Series(targets, dtype=pl.String),
        chances_ecrites=pl.Series(chances, dtype=pl.String),
        manque=pl.Series(lacking, dtype=pl.String),
    )


def _write_lack(counted: float | None, target: float | None) -> str:
    """Write what lacks as a reader finds it who subtracts the two numbers of the row."""
    if counted is None or target is None:
        return wording.NOT_AVAILABLE
    gap = wording.difference(counted, target)
    return wording.number(gap) if gap > 0 else "0" if counted >= target else f"<{wording.NO_BREAK_SPACE}1"


HISTORY = "6 mois"
HISTORY_HELP = (
    "Extractions évitées des six derniers mois, une barre par mois, à l'échelle de chaque cour : ▁ zéro, "
    "· sans réponse"
)
SIGNAL = "Mois"


def lay_out_cours(
    par_cour: dy.DataFrame[BilanCour],
    historique: pl.DataFrame,
    signaux: Mapping[str, str],
    *,
    lecture: str,
    terminee: bool,
) -> pl.DataFrame:
    """Lay out the table of cours: `cour`, then text that sorts as it reads under French headings.

    The last months, one small bar each, follow the state; then the glyph of each cour's last month,
    from `signaux`. `lecture`: what is counted; `terminee`: the year is over.
    """
    written = write_cours(par_cour).join(historique, on="cour", how="left", maintain_order="left")
    shown = [colonne for colonne, _ in screen_columns(lecture, terminee=terminee)]
    rows = write_rows(written, shown)
    columns: dict[str, pl.Series] = {}
    for rank, colonne in enumerate(shown):
        texts = [row[rank] for row in rows]
        columns[colonne.titre] = pl.Series(align_to_sort(texts) if colonne.nombre else texts, dtype=pl.String)
    months = pl.Series(SIGNAL, [signaux.get(cour, "") for cour in written["cour"]], dtype=pl.String)
    history = pl.Series(
        HISTORY, [write_months(each or []) for each in written["historique"].to_list()], pl.String
    )
    return (
        pl.DataFrame({"cour": written["cour"], **columns}).insert_column(3, history).insert_column(4, months)
    )


def note_on_targets(par_cour: dy.DataFrame[BilanCour]) -> str:
    """Give the legend of « (e) » when a target bears it."""
    estimated = (par_cour["illustratif"] | par_cour["hypothese"]).any()
    return wording.typeset(ESTIMATED_LEGEND) if estimated else ""


def note_on_chances(par_cour: dy.DataFrame[BilanCour]) -> str:
    """Say what the chances of the table hang on, and the states with them, where anything is projected."""
    if par_cour["p_objectif"].is_null().all() or par_cour["reponse"].is_null().all():
        return ""
    return wording.typeset(
        "« 45 % si 80 % » : 45 % de chances d'atteindre l'objectif de l'année si 80 % des réponses attendues "
        "d'ici décembre arrivent. Un état qui dit où va l'année suppose ces mêmes réponses ; « objectif "
        "atteint » n'en suppose aucune."
    )


def compare_sums(exigence: Exigence) -> str:
    """Compare the sum of the objectives set cour by cour with the national one; nothing if none is set."""
    total = exigence.sum_of_cours
    national = exigence.of(list(exigence.bases), ensemble=True)
    if total is None or national is None:
        return ""
    gap = total - national.annuel
    if not gap:
        word = "égale à l'objectif national"
    else:
        word = (
            f"{wording.number(abs(gap), 1)} de {'plus' if gap > 0 else 'moins'} que l'objectif national "
            f"({wording.number(national.annuel, 1)})"
        )
    return wording.typeset(
        f"Le Secrétariat général a fixé l'objectif de {wording.count(len(exigence.fixes), 'cour')} : la "
        f"somme des objectifs des cours est de {wording.number(total, 1)}, {word}."
    )


def explain_target(objectif: Objectif | None) -> str:
    """Say of one cour's objective what it is made of and where its base comes from."""
    if objectif is None:
        return ""
    if objectif.fixe is not None:
        return wording.typeset(
            f"Objectif {objectif.annee} fixé par le Secrétariat général : "
            f"{wording.number(objectif.annuel)} extractions à éviter ({objectif.source_fixe}), au lieu de "
            f"{wording.number(objectif.taux * objectif.base, 1)} au taux de "
            f"{wording.percent(objectif.taux, 0)}."
        )
    text = (
        f"Objectif {objectif.annee} : {wording.percent(objectif.taux, 0)} de "
        f"{wording.number(objectif.base)} extractions, soit "
        + (
            f"{wording.number(objectif.taux * objectif.base, 1)}, plus "
            f"{wording.number(objectif.acquis)} déjà évitées l'année précédente, à éviter de nouveau : "
            f"{wording.number(objectif.annuel, 1)} à éviter"
            if objectif.acquis
            else f"{wording.number(objectif.annuel, 1)} à éviter"
        )
        + f". Base : {objectif.source[:1].lower()}{objectif.source[1:]}"
    )
    if objectif.illustratif and ILLUSTRATIVE not in wording.unaccented(objectif.source):
        text += " ; elle est illustrative"
    if objectif.hypothese:
        text += " ; c'est une hypothèse"
    return wording.typeset(text.rstrip(".") + ".")


def name_group(groupe: str | None) -> str:
    """Name a peer group of the ministry: « groupe 2 », « hors groupe », or that it is not known."""
    if groupe is None:
        return "groupe non connu"
    return groupe if groupe == "hors groupe" else f"groupe {groupe}"
