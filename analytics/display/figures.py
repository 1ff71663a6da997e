"""The row of figures at the top of a page: where one stands, what is needed, where it is heading."""

from dataclasses import dataclass
from fractions import Fraction

import polars as pl

from analytics import wording
from analytics.display.comparison import tell_ratio
from analytics.display.cours import ESTIMATED_LEGEND, mark_target
from analytics.display.outlook import INDICATIVE, pace_ratio, short_odds
from analytics.display.signals import icon, tell_signal
from analytics.display.tables import with_gaps
from analytics.objective import LECTURES, Objectif, Periode
from analytics.trajectory import Bilan
from analytics.watch import Veille


@dataclass(frozen=True)
class Chiffre:
    """One figure of the row: its name, its value with its unit, what stands beside it, its sense.

    `serie` is what its sparkline draws, month by month; it breaks at a month without answer (`with_gaps`).
    """

    libelle: str
    valeur: str
    complement: str
    sens: str
    serie: tuple[float, ...] = ()


def row_of_figures(
    bilan: Bilan,
    mois: pl.DataFrame,
    *,
    periode: Periode,
    objectif: Objectif | None,
    lecture: str,
    groupe: str | None,
) -> tuple[Chiffre, ...]:
    """Give the four figures of the trajectory; `mois` is `series.trace_months` of the same rows.

    With a `groupe` of activities, only its contribution is told: nothing is projected for it.
    """
    estimated = objectif is not None and (objectif.illustratif or objectif.hypothese)
    target = mark_target(bilan.objectif_a_date, illustratif=estimated, hypothese=False)
    whole = groupe is None
    year = mois.filter(pl.col("mois").dt.year() == periode.annee)
    profile = objectif.profil.libelle if objectif else ""
    counted = bilan.retenues if whole and bilan.retenues is not None else bilan.evitees_objectif

    def series(column: str, frame: pl.DataFrame) -> tuple[float, ...]:
        return with_gaps(frame[column].to_list())

    return (
        Chiffre(
            "Extractions évitées",
            wording.number(bilan.evitees_objectif),
            wording.typeset(
                f"objectif à date : {target}"
                if lecture == "A" or not whole
                else f"lecture {lecture} : {wording.number(counted if bilan.retenues is not None else None)} "
                f"sur {target}"
            ),
            wording.typeset(
                "Colonne 2 de l'indicateur, déclarée depuis janvier, pour les activités qui comptent pour "
                f"l'objectif. {LECTURES[lecture]}. Objectif à date : objectif de l'année réparti "
                f"« {profile[:1].lower()}{profile[1:]} ». " + (ESTIMATED_LEGEND if estimated else "")
            ),
            series("evitees_objectif", mois),
        ),
        Chiffre(
            "Atteinte de l'objectif" if whole else "Contribution à l'objectif",
            wording.percent(bilan.atteinte),
            f"{bilan.glyphe} {bilan.etat}" if whole else "groupe choisi",
            wording.typeset(
                "Ce qui compte / objectif à date, sans plafond : plus de 100 % signifie que le rythme "
                "dépasse l'objectif. L'état vient des chances d'atteindre l'objectif de l'année et du taux "
                "de réponse."
            ),
            series("atteinte", year) if lecture == "A" else (),
        ),
        _pace(bilan) if whole else _pace_held(bilan),
        _end_of_year(bilan, periode) if whole else _answers(bilan, mois),
    )


def _pace_held(bilan: Bilan) -> Chiffre:
    return Chiffre(
        "Rythme tenu",
        _by_month(bilan.rythme_6m),
        wording.typeset(f"trois derniers mois : {_by_month(bilan.rythme_3m)}"),
        "Moyenne des mois répondus parmi les six derniers. Le rythme requis n'a de sens que pour toutes les "
        "activités.",
    )


def _pace(bilan: Bilan) -> Chiffre:
    ratio = pace_ratio(bilan)
    sense = (
        "Ce qui reste à éviter, par mois restant (un mois de poids moyen dans le profil de l'objectif). "
        "Rythme tenu : moyenne des mois répondus parmi les six derniers ; "
        f"parmi les trois derniers : {_by_month(bilan.rythme_3m)}."
    )
    if bilan.reste is None:
        return Chiffre("Rythme requis", wording.NOT_AVAILABLE, "", wording.typeset(sense))
    if bilan.rythme_requis is None:
        done = "objectif atteint" if bilan.reste == 0 else f"il manque {wording.number(bilan.reste)}"
        return Chiffre("Rythme requis", "année terminée", done, wording.typeset(sense))
    if ratio is None:
        beside = f"tenu : {_by_month(bilan.rythme_6m)}"
    elif bilan.reste == 0:
        beside = "objectif déjà atteint"
    elif ratio <= 1:
        beside = f"tenu : {_by_month(bilan.rythme_6m)}"
    else:
        times = wording.number(ratio, 1 if ratio < 10 else 0)
        known = (
            "six mois" if bilan.mois_de_rythme == 6 else wording.count(bilan.mois_de_rythme, "mois", "mois")
        )
        beside = f"{times} fois le rythme de {known}"
    return Chiffre(
        "Rythme requis", _by_month(bilan.rythme_requis), wording.typeset(beside), wording.typeset(sense)
    )


def _by_month(value: Fraction | None) -> str:
    if value is None:
        return wording.NOT_AVAILABLE
    return wording.number(value, 0 if abs(value) >= 20 else 1) + " / mois"


def _end_of_year(bilan: Bilan, periode: Periode) -> Chiffre:
    ahead = bilan.projection
    if ahead is None:
        return Chiffre("Fin d'année", wording.NOT_AVAILABLE, "aucune projection", "")
    over = periode.mois_ecoules == 12
    chances = f"objectif : {short_odds(ahead.p_objectif)}" + (
        "" if ahead.p_objectif is None else " de chances"
    )
    return Chiffre(
        "Fin d'année",
        wording.number(ahead.q50) if over else f"{wording.number(ahead.q10)} à {wording.number(ahead.q90)}",
        wording.typeset(
            "année terminée" if over else chances + (f" ({INDICATIVE})" if ahead.indicatif else "")
        ),
        wording.typeset(
            "Extractions évitées qui seront déclarées sur l'année, 8 chances sur 10, si le taux de réponse "
            "reste celui des trois derniers mois. À 95 % : de "
            f"{wording.number(ahead.q025)} à {wording.number(ahead.q975)}. Chances arrondies à 5 points."
        ),
    )


def _answers(bilan: Bilan, mois: pl.DataFrame) -> Chiffre:
    return Chiffre(
        "Taux de réponse",
        wording.percent(bilan.part_reponse),
        "depuis janvier",
        "Réponses mensuelles reçues / réponses attendues des juridictions en vigueur, depuis janvier. "
        "Une juridiction a répondu quand elle a déclaré au moins une activité.",
        with_gaps(mois["part_reponse"].to_list()),
    )


def figures_of_use(
    bilan: Bilan, mois: pl.DataFrame, *, periode: Periode, part_reponse_mois: Fraction | None
) -> tuple[Chiffre, ...]:
    """Give the two figures of the collection: how much video is used, and who answered."""
    answers = _answers(bilan, mois)
    return (
        Chiffre(
            "Visioconférences",
            wording.number(bilan.visioconferences),
            wording.typeset(f"{wording.percent(bilan.part_evitees, 0)} évitent une extraction"),
            wording.typeset(
                "Colonne 1 de l'indicateur : toutes les visioconférences judiciaires, que la personne soit "
                "détenue ou non. Part évitant une extraction : colonne 2 / colonne 1, dans les activités qui "
                "comptent pour l'objectif."
            ),
            with_gaps(mois["visioconferences"].to_list()),
        ),
        Chiffre(
            answers.libelle,
            answers.valeur,
            wording.typeset(
                f"{wording.MONTHS[periode.fin.month - 1]} : {wording.percent(part_reponse_mois)}"
            ),
            answers.sens,
            answers.serie,
        ),
    )


def figure_of_month(veille: Veille) -> Chiffre:
    """Give the figure of the month: is it ordinary variation."""
    sense = tell_signal(veille)
    beside = ""
    if veille.constat is not None:
        beside = "ne pas commenter" if not veille.constat.signal else veille.constat.signal
        beside += " (limites d'essai)" if veille.constat.essai else ""
    elif veille.trimestres is not None and veille.moyenne is not None:
        beside = f"{wording.number(veille.moyenne, 1)} par mois en moyenne"
    return Chiffre("Ce mois-ci", icon(veille), beside, sense)


def figure_of_comparison(own: pl.DataFrame, *, position: str) -> Chiffre:
    """Give the ratio of a cour to what is to be expected of it; `own`: its row of `Rapport`."""
    if own.is_empty():
        return Chiffre("À base égale", wording.NOT_AVAILABLE, "", "Aucune extraction à comparer.")
    row = own.row(0, named=True)
    return Chiffre(
        "À base égale",
        f"{wording.number(row['rapport'], 2)} fois",
        f"de {wording.number(row['bas_95'], 2)} à {wording.number(row['haut_95'], 2)}",
        tell_ratio(own, position=position) + ".",
    )


def tell_etpt(bilan: Bilan, *, etpt_par_extraction: Fraction, decimales: int) -> str:
    """Say what the extractions avoided are worth in ETPT, against the year's objective."""
    text = f"Équivalent : {wording.with_unit(bilan.etpt, 'ETPT', decimales)} de police et de gendarmerie"
    if bilan.objectif is not None:
        target = wording.number(bilan.objectif * etpt_par_extraction, decimales)
        text += f" sur {target} visés dans l'année"
    return wording.typeset(text + " (1 270 ETPT pour 155 000 extractions, circulaire, p. 1).")


def tell_use(bilan: Bilan) -> str:
    """Say, for one cour, how much video is used and who answered since January."""
    text = f"{wording.count(bilan.visioconferences, 'visioconférence')} depuis janvier ; "
    if bilan.part_evitees is not None:
        text += (
            f"dans les activités qui comptent pour l'objectif, {wording.percent(bilan.part_evitees)} ont "
            "évité une extraction ; "
        )
    return wording.typeset(
        text + f"{wording.percent(bilan.part_reponse)} des réponses attendues sont parvenues."
    )
