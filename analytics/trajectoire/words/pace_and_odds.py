"""What the rest of the year may bring, in words: pace required, range of the year's end, odds."""

from datetime import date
from fractions import Fraction

import polars as pl

from analytics.objectif.lectures import MESURES
from analytics.projection.outlook import Avenir
from analytics.trajectoire.position import ATTAINED, Bilan
from analytics.trajectoire.year_end import LEAST_ODDS, FinAnnee
from analytics.vocabulary import wording
from analytics.vocabulary.columns import Colonne, integer
from analytics.vocabulary.periods import Periode

INDICATIVE = "indicatif"
# The chances covered by the three bands of the fan.
BANDS = ((0.95, 0.025, 0.975), (0.80, 0.10, 0.90), (0.50, 0.25, 0.75))


def odds(p: float | None, *, indicatif: bool = False) -> str:
    """Write the probability of reaching the objective, rounded as `FinAnnee` gives it.

    `indicatif`: too little is known to tell odds further than its bounds, which are told as bounds.
    """
    if p is None:
        return wording.NOT_AVAILABLE
    if indicatif and p <= LEAST_ODDS:
        return f"au plus {wording.percent(LEAST_ODDS, 0)}"
    if indicatif and p >= 1 - LEAST_ODDS:
        return f"au moins {wording.percent(1 - LEAST_ODDS, 0)}"
    if p < 0.01:
        return wording.typeset("moins de 1 %")
    if p > 0.99:
        return wording.typeset("plus de 99 %")
    return wording.percent(p, 0)


_SHORT = {"moins de": "<", "plus de": ">", "au plus": "≤", "au moins": "≥"}


def short_odds(p: float | None, *, indicatif: bool = False) -> str:
    """Write the same where there is little room: « < 1 % », « ≤ 5 % », « 70 % », « > 99 % »."""
    text = odds(p, indicatif=indicatif)
    for words, sign in _SHORT.items():
        text = text.replace(words + " ", sign + wording.NO_BREAK_SPACE)
    return text


def odds_if(p: float | None, reponse: float | None, *, indicatif: bool = False) -> str:
    """Write the odds with what they hang on: « 45 % si 80 % »; `reponse`: the share of answers supposed."""
    if p is None or reponse is None:
        return short_odds(p, indicatif=indicatif)
    return wording.typeset(f"{short_odds(p, indicatif=indicatif)} si {wording.percent(reponse, 0)}")


def odds_ahead(ahead: FinAnnee | None) -> str:
    """Write the odds of a projection with what they hang on, as bounds where they are."""
    if ahead is None:
        return wording.NOT_AVAILABLE
    return odds_if(ahead.p_objectif, ahead.reponse, indicatif=ahead.indicatif)


def pace_ratio(bilan: Bilan) -> Fraction | None:
    """Set the pace required against the one held in the last six months."""
    held = bilan.rythme_6m
    return bilan.rythme_requis / held if bilan.rythme_requis is not None and held and held > 0 else None


def tell_pace(bilan: Bilan) -> str:
    """Say what is needed from here, against what was held: « 975 par mois, soit 3,1 fois le rythme … »."""
    if bilan.etat == ATTAINED:
        return "l'objectif de l'année est atteint"
    if bilan.rythme_requis is None:
        return "l'année est terminée" if bilan.reste is not None else "le rythme requis n'est pas connu"
    needed = f"{_pace(bilan.rythme_requis)} par mois"
    ratio = pace_ratio(bilan)
    if ratio is None:
        return needed
    if ratio <= 1:
        return f"{needed}, {pace_held(bilan)} y suffit ({_pace(bilan.rythme_6m)})"
    times = wording.number(ratio, 1 if ratio < 10 else 0)
    return f"{needed}, soit {times} fois {pace_held(bilan)}"


_COUNTS = {2: "deux", 3: "trois", 4: "quatre", 5: "cinq"}


def pace_held(bilan: Bilan) -> str:
    """Name the pace held by the months it rests on: the last six, or those of them that were answered."""
    match bilan.mois_de_rythme:
        case 6:
            return "le rythme des six derniers mois"
        case 1:
            return "le rythme du seul mois connu"
        case known:
            return f"le rythme des {_COUNTS.get(known, str(known))} mois connus"


def _pace(value: Fraction | None) -> str:
    return wording.number(value, 0 if value is None or value >= 20 else 1)


def suppose(lecture: str, reponse: float | None) -> str:
    """Say what a projection supposes of the months to come; `reponse`: the share of the answers that come."""
    share = "les" if reponse is None else f"environ {wording.percent(reponse, 0)} des"
    answers = f"si {share} réponses attendues d'ici décembre arrivent"
    return f"{answers} et si la demande reste celle de l'année" if lecture == "C" else answers


def tell_caution(bilan: Bilan) -> str:
    """Say why a projection is only indicative: the answers that moved, or by how much its like were wrong."""
    ahead = bilan.projection
    if ahead is None or not ahead.indicatif:
        return ""
    if ahead.reponse_mue:
        return (
            "projection indicative : la part des juridictions qui répondent vient de changer, et le total "
            "déclaré la suit"
        )
    return (
        "projection indicative : le début d'une année se trompe souvent de beaucoup, et annonce trop peu "
        "quand les réponses deviennent plus nombreuses"
    )


def tell_range(bilan: Bilan, periode: Periode, lecture: str) -> str:
    """Say in which range the year will end, and with what chances of reaching its objective."""
    ahead = bilan.projection
    if ahead is None:
        return "Aucune projection : la base ou les réponses manquent."
    if periode.mois_ecoules == 12:
        return "L'année est terminée : il n'y a plus rien à projeter."
    supposed = suppose(lecture, ahead.reponse)
    low, high, counted = ahead.q10, ahead.q90, MESURES[lecture]
    if lecture == "C" and high < 0:  # fewer than none is more
        low, high, counted = -high, -low, "extractions exécutées en plus"
    text = (
        f"{supposed[0].upper()}{supposed[1:]}, l'année finira entre {wording.number(low)} et "
        f"{wording.number(high)} {counted} (8 chances sur 10)"
    )
    if ahead.p_objectif is not None:
        text += f" ; chances d'atteindre l'objectif : {odds(ahead.p_objectif, indicatif=ahead.indicatif)}"
    if ahead.indicatif:
        text += f" ; {tell_caution(bilan)}"
    return wording.typeset(text + ".")


def fan_out(avenir: Avenir, *, periode: Periode, cumul: int) -> pl.DataFrame:
    """Lay out the fan of the year's end: from the last known month, three bands and their middle.

    Columns: `rang`, `mois`, `bas_95`, `haut_95`, `bas_80`, … `milieu`, `texte` (what the pointer shows).
    """
    ranks = list(range(periode.mois_ecoules, 13))
    columns: dict[str, list[int]] = {}
    for level, low, high in BANDS:
        name = f"{level * 100:.0f}"
        columns[f"bas_{name}"] = [cumul, *(cumul + value for value in avenir.quantiles(low))]
        columns[f"haut_{name}"] = [cumul, *(cumul + value for value in avenir.quantiles(high))]
    columns["milieu"] = [cumul, *(cumul + value for value in avenir.quantiles(0.5))]
    frame = pl.DataFrame(
        {"rang": ranks, "mois": [date(periode.annee, rang, 1) for rang in ranks], **columns},
        schema_overrides=dict.fromkeys(("rang", *columns), pl.Int64),
    )
    told = [
        wording.typeset(
            f"Fin {wording.month(row['mois'])}, projeté : {wording.number(row['milieu'])}, de "
            f"{wording.number(row['bas_80'])} à {wording.number(row['haut_80'])} 8 fois sur 10"
        )
        for row in frame.iter_rows(named=True)
    ]
    last = frame.row(-1, named=True)
    words = f"{wording.number(last['bas_80'])} à<br>{wording.number(last['haut_80'])}"
    return frame.with_columns(texte=pl.Series(told, dtype=pl.String), libelle=pl.lit(words))


FAN_COLUMNS = (
    Colonne("mois", "Projeté à fin", wording.month),
    Colonne("milieu", "Milieu", integer, nombre=True),
    *(
        Colonne(f"{end}_{level}", wording.typeset(f"{level} % : {word}"), integer, nombre=True)
        for level in (50, 80, 95)
        for end, word in (("bas", "de"), ("haut", "à"))
    ),
)
