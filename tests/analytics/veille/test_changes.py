from datetime import date

import polars as pl

from analytics.veille.changes import compare_with_habit, tell_changes
from analytics.vocabulary.parameters import Parametres
from tests.analytics.frames import expected, total, totals

MONTHS = [date(2009, rank, 1) for rank in range(1, 8)]


def monthly(by_cour: dict[str, list[int]]) -> pl.DataFrame:
    return pl.DataFrame(
        [
            {"mois": mois, "cour": cour, "visioconferences": value, "evitees_objectif": value}
            for cour, values in by_cour.items()
            for mois, value in zip(MONTHS, values, strict=True)
        ]
    )


def tell(
    parametres: Parametres, by_cour: dict[str, list[int]], *, alertes: int = 0, silent: tuple[str, ...] = ()
) -> list[str]:
    courts = {"CA-DOUAI": "TGI-LILLE", "TSA-MAMOUDZOU": "TPI-MAMOUDZOU"}
    known = totals(
        [
            total(mois, court, cour, 1)
            for cour, court in courts.items()
            for mois in MONTHS
            if not (court in silent and mois == MONTHS[-1])
        ]
    )
    changes = tell_changes(
        mois=MONTHS[-1],
        mensuel=monthly(by_cour),
        totaux=known,
        attendues=expected([(mois, court, cour) for cour, court in courts.items() for mois in MONTHS]),
        alertes=alertes,
        noms_cours={"CA-DOUAI": "Douai", "TSA-MAMOUDZOU": "TSA de Mamoudzou"},
        noms_juridictions={"TGI-LILLE": "TGI de Lille", "TPI-MAMOUDZOU": "TPI de Mamoudzou"},
        parametres=parametres,
    )
    assert 3 <= len(changes) <= 5 or not alertes
    return [change.phrase for change in changes]


def test_compares_with_the_median_of_the_six_previous_months() -> None:
    compared = compare_with_habit(
        monthly({"CA-DOUAI": [1, 10, 12, 10, 11, 9, 20]}), mois=MONTHS[-1], mois_de_passe=6
    )
    # Past 1, 10, 12, 10, 11, 9: median 10; deviations 9, 0, 2, 0, 1, 1: median 1. (20 − 10) / 1 = 10.
    assert compared.rows() == [("CA-DOUAI", 20, 10.0, 6, 10.0)]


def test_fewer_than_three_months_make_no_habit() -> None:
    frame = monthly({"CA-DOUAI": [1, 10, 12, 10, 11, 9, 20]}).filter(pl.col("mois") >= MONTHS[4])
    assert compare_with_habit(frame, mois=MONTHS[-1], mois_de_passe=6).is_empty()


def test_tells_rises_and_falls_in_grammatical_french(parametres: Parametres) -> None:
    told = tell(
        parametres,
        {"CA-DOUAI": [10, 10, 11, 10, 10, 9, 25], "TSA-MAMOUDZOU": [8, 8, 8, 9, 8, 8, 1]},
        alertes=1,
        silent=("TPI-MAMOUDZOU",),
    )
    nb = "\u00a0"
    assert told[0] == (
        f"Hausse à Douai{nb}: 25{nb}extractions évitées en juillet{nb}2009, contre 10 d'ordinaire "
        f"(médiane des 6{nb}mois précédents)."
    )
    assert told[1].startswith(
        f"Baisse au TSA de Mamoudzou{nb}: 1{nb}extraction évitée en juillet{nb}2009, contre 8"
    )
    assert told[1].endswith(f"{nb}; 1{nb}juridiction n'a pas répondu.")
    assert told[2] == (
        f"1{nb}juridiction qui répondait depuis au moins 2{nb}mois n'a rien déclaré "
        f"pour juillet{nb}2009{nb}: TPI de Mamoudzou."
    )
    assert told[3] == f"1{nb}donnée de juillet{nb}2009 paraît étonnante et reste à vérifier."


def test_a_quiet_month_still_says_three_things(parametres: Parametres) -> None:
    told = tell(parametres, {"CA-DOUAI": [10] * 7, "TSA-MAMOUDZOU": [8] * 7})
    nb = "\u00a0"
    assert told == [
        f"Aucune cour ne s'écarte nettement de son habitude en juillet{nb}2009.",
        f"18{nb}extractions évitées en juillet{nb}2009, contre 18 en juin{nb}2009.",
        f"100,0{nb}% des juridictions ont répondu pour juillet{nb}2009 (0,0{nb}pt en un mois).",
    ]


def test_each_change_leads_to_a_view(parametres: Parametres) -> None:
    changes = tell_changes(
        mois=MONTHS[-1],
        mensuel=monthly({"CA-DOUAI": [10, 10, 11, 10, 10, 9, 25]}),
        totaux=totals([total(mois, "TGI-LILLE", "CA-DOUAI", 1) for mois in MONTHS]),
        attendues=expected([(mois, "TGI-LILLE", "CA-DOUAI") for mois in MONTHS]),
        alertes=3,
        noms_cours={},
        noms_juridictions={},
        parametres=parametres,
    )
    assert changes[0].page == "cour"
    assert changes[0].requete == (("cour", "CA-DOUAI"),)
    assert {change.nature: change.page for change in changes}["alertes"] == "collecte"
