"""The row of figures at the top of a page: where one stands, what is needed, where it is heading."""

from fractions import Fraction

import polars as pl

from analytics.objectif.lectures import LECTURES, MESURES
from analytics.objectif.objective import Objectif
from analytics.trajectoire.position import ATTAINED, Bilan
from analytics.trajectoire.words.conclusion import counted, missing
from analytics.trajectoire.words.cours import ESTIMATED_LEGEND, mark_target
from analytics.trajectoire.words.pace_and_odds import INDICATIVE, pace_ratio, short_odds, suppose
from analytics.trajectoire.year_end import FinAnnee
from analytics.vocabulary import wording
from analytics.vocabulary.columns import Chiffre, with_gaps
from analytics.vocabulary.periods import MONTHS_IN_YEAR, Periode


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
    plain = lecture == "A" or not whole

    def series(column: str, frame: pl.DataFrame) -> tuple[float, ...]:
        return with_gaps(frame[column].to_list())

    tiles = [
        Chiffre(
            "Extractions évitées" if plain else f"Lecture {lecture}",
            _answered(bilan, bilan.evitees_objectif) if plain else counted(bilan),
            wording.typeset(f"objectif à date : {target}"),
            wording.typeset(
                ("" if plain else f"Ce que la lecture retient. {LECTURES[lecture]}. ")
                + "Colonne 2 de l'indicateur, déclarée depuis janvier, pour les activités qui comptent pour "
                + (
                    f"l'objectif. {LECTURES['A']}. "
                    if plain
                    else "l'objectif : ce que retient la lecture A. "
                )
                + "Objectif à date : objectif de l'année réparti "
                f"« {profile[:1].lower()}{profile[1:]} ». " + (ESTIMATED_LEGEND if estimated else "")
            ),
            series("evitees_objectif", mois) if plain else (),
        ),
        Chiffre(
            "Atteinte de l'objectif" if whole else "Contribution à l'objectif",
            wording.attained(bilan.atteinte),
            f"{bilan.glyphe} {bilan.etat}" if whole else "groupe choisi",
            wording.typeset(
                "Ce qui compte / objectif à date, sans plafond : plus de 100 % signifie que le rythme "
                "dépasse l'objectif. L'état vient des chances d'atteindre l'objectif de l'année et du taux "
                "de réponse."
            ),
            series("atteinte", year) if lecture == "A" else (),
        ),
        _pace(bilan) if whole else _pace_held(bilan),
    ]
    if not whole:
        tiles.append(_answers(bilan, mois))
    elif periode.mois_ecoules < MONTHS_IN_YEAR:
        tiles.append(_end_of_year(bilan, lecture))
    return tuple(tiles)


def _answered(bilan: Bilan, value: int) -> str:
    """Write a count of what was declared; where nobody answered, it is no zero."""
    return wording.NOT_ANSWERED if bilan.attendues and not bilan.repondues else wording.number(value)


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
        return _gap_of_year(bilan)
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


def _gap_of_year(bilan: Bilan) -> Chiffre:
    """Give what a finished year has beyond its objective, or lacks."""
    attained = bilan.reste == 0
    value = missing(bilan)
    if attained and bilan.retenues is not None and bilan.objectif is not None:
        value = wording.number(wording.difference(bilan.objectif, bilan.retenues))
    return Chiffre(
        "Au-delà de l'objectif" if attained else "Il manque",
        value,
        "année terminée",
        "Écart entre ce qui compte pour l'objectif et l'objectif de l'année.",
    )


def _by_month(value: Fraction | None) -> str:
    if value is None:
        return wording.NOT_AVAILABLE
    return wording.number(value, 0 if abs(value) >= 20 else 1) + " / mois"


def _end_of_year(bilan: Bilan, lecture: str) -> Chiffre:
    ahead = bilan.projection
    if ahead is None:
        return Chiffre("Fin d'année", wording.NOT_AVAILABLE, "aucune projection", "")
    if bilan.etat == ATTAINED:
        chances = "objectif déjà atteint"
    else:
        chances = f"objectif : {short_odds(ahead.p_objectif, indicatif=ahead.indicatif)}" + (
            "" if ahead.p_objectif is None else " de chances"
        )
        chances += _condition(ahead)
    what = "Extractions évitées qui seront déclarées sur l'année"
    if lecture != "A":
        what = f"Ce que la lecture {lecture} retiendra de l'année ({MESURES[lecture]})"
    return Chiffre(
        "Fin d'année",
        f"{wording.number(ahead.q10)} à {wording.number(ahead.q90)}",
        wording.typeset(chances),
        wording.typeset(
            f"{what}, 8 chances sur 10, {suppose(lecture, ahead.reponse)}. À 95 % : de "
            f"{wording.number(ahead.q025)} à {wording.number(ahead.q975)}. Chances arrondies à 5 points."
        ),
    )


def _condition(ahead: FinAnnee) -> str:
    """Say what the chances hang on: « si 85 % répondent », « indicatif »."""
    answered = "" if ahead.reponse is None else f" si {wording.percent(ahead.reponse, 0)} répondent"
    return answered + (f" ({INDICATIVE})" if ahead.indicatif else "")


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
            _answered(bilan, bilan.visioconferences),
            ""
            if bilan.part_evitees is None
            else f"{wording.number(bilan.evitees_objectif)} "
            f"{wording.agree(bilan.evitees_objectif, 'évite', 'évitent')} une extraction",
            wording.typeset(
                "Colonne 1 de l'indicateur : toutes les visioconférences judiciaires, que la personne soit "
                "détenue ou non. Celles qui évitent une extraction : colonne 2, dans les activités qui "
                f"comptent pour l'objectif, {wording.percent(bilan.part_evitees)} de leurs "
                f"{wording.number(bilan.visioconferences_objectif)} visioconférences."
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


def tell_etpt(bilan: Bilan, *, etpt_par_extraction: Fraction, decimales: int) -> str:
    """Say what the extractions avoided are worth in ETPT, against the year's objective."""
    if bilan.attendues and not bilan.repondues:
        return ""
    text = f"Équivalent : {wording.with_unit(bilan.etpt, 'ETPT', decimales)} de police et de gendarmerie"
    if bilan.objectif is not None:
        target = wording.number(bilan.objectif * etpt_par_extraction, decimales)
        text += f" sur {target} visés dans l'année"
    return wording.typeset(text + " (1 270 ETPT pour 155 000 extractions, circulaire, p. 1).")


def tell_use(bilan: Bilan) -> str:
    """Say, for one cour, how much video is used and who answered since January."""
    if bilan.attendues and not bilan.repondues:
        return ""
    text = f"{wording.count(bilan.visioconferences, 'visioconférence')} depuis janvier ; "
    if bilan.visioconferences_objectif == 1:
        held = "a évité une extraction" if bilan.evitees_objectif else "n'a pas évité d'extraction"
        text += f"la seule d'une activité qui compte pour l'objectif {held} ; "
    elif bilan.part_evitees is not None:
        text += (
            f"{wording.percent(bilan.part_evitees)} des {wording.number(bilan.visioconferences_objectif)} "
            "qui relèvent d'activités comptées dans l'objectif ont évité une extraction ; "
        )
    return wording.typeset(
        text + f"{wording.percent(bilan.part_reponse)} des réponses attendues sont parvenues."
    )
