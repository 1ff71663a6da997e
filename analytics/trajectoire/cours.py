"""Where each cour stands against what the year asks of it, one row a cour."""

from collections.abc import Mapping, Sequence
from datetime import date
from fractions import Fraction

import dataframely as dy
import polars as pl

from analytics.objectif.objective import Exigence, Objectif, etpt_per_extraction
from analytics.projection.outlook import Perspectives
from analytics.trajectoire.account import Mois
from analytics.trajectoire.position import GLYPHS, Bilan, Seuils, assess
from analytics.vocabulary import wording
from analytics.vocabulary.parameters import Parametres
from analytics.vocabulary.periods import FIRST_YEAR, Periode
from analytics.vocabulary.schemas import Cours


class BilanCour(dy.Schema):
    """One row a cour: the fields of `Bilan`, with the base behind its objective."""

    cour = dy.String(primary_key=True)
    nom_court = dy.String()
    visioconferences = dy.Int64(min=0)
    visioconferences_objectif = dy.Int64(min=0)
    evitees_objectif = dy.Int64(min=0)
    attendues = dy.Int64(min=0)
    repondues = dy.Int64(min=0)
    part_reponse = dy.Float64(nullable=True)
    part_evitees = dy.Float64(nullable=True)
    etpt = dy.Float64()
    base = dy.Float64(nullable=True)
    objectif = dy.Float64(nullable=True)
    objectif_a_date = dy.Float64(nullable=True)
    retenues = dy.Float64(nullable=True)
    au_plus = dy.Float64(nullable=True)
    atteinte = dy.Float64(nullable=True)
    part_annuelle = dy.Float64(nullable=True)
    reste = dy.Int64(nullable=True)
    rythme_requis = dy.Float64(nullable=True)
    rythme_3m = dy.Float64(nullable=True)
    rythme_6m = dy.Float64(nullable=True)
    moyenne = dy.Float64(nullable=True)
    q025 = dy.Int64(nullable=True)
    q10 = dy.Int64(nullable=True)
    q50 = dy.Int64(nullable=True)
    q90 = dy.Int64(nullable=True)
    q975 = dy.Int64(nullable=True)
    p_objectif = dy.Float64(nullable=True, min=0, max=1)
    indicatif = dy.Bool(nullable=True)
    reponse = dy.Float64(nullable=True, min=0, max=1)
    etat = dy.String(check=lambda c: c.is_in(list(GLYPHS)))
    glyphe = dy.String()
    source = dy.String()
    illustratif = dy.Bool()
    hypothese = dy.Bool()


def assess_each(
    series: Mapping[str, Sequence[Mois]],
    *,
    cours: dy.DataFrame[Cours],
    exigence: Exigence,
    perspectives: Perspectives | None,
    bornes: Mapping[str, int | None],
    periode: Periode,
    parametres: Parametres,
) -> dy.DataFrame[BilanCour]:
    """Assess every cour of the period; `series` is `months_of`. Sorted as French readers look names up.

    `bornes`: the `borne_haute` of each cour, where it is known.
    """
    names = dict(cours.select("cour", "nom_court").iter_rows())
    present = [
        cour
        for cour, months in series.items()
        if not periode.mois_ecoules or any(_within(month, periode) for month in months)
    ]
    rows: list[dict[str, object]] = []
    for cour in sorted(present, key=lambda code: wording.collation_key(names.get(code, code))):
        objectif = exigence.of([cour], ensemble=False)
        bilan = assess_some(
            series[cour],
            [cour],
            objectif=objectif,
            lecture=exigence.regle.lecture,
            perspectives=perspectives,
            borne_haute=bornes.get(cour),
            periode=periode,
            parametres=parametres,
        )
        rows.append(
            {
                "cour": cour,
                "nom_court": names.get(cour, cour),
                **as_row(bilan),
                "base": float(objectif.base) if objectif else None,
                "source": objectif.source if objectif else wording.NOT_AVAILABLE,
                "illustratif": objectif.illustratif if objectif else False,
                "hypothese": objectif.hypothese if objectif else False,
            }
        )
    return BilanCour.validate(pl.DataFrame(rows, schema=BilanCour.create_empty().schema))


def assess_some(
    months: Sequence[Mois],
    cours: Sequence[str],
    *,
    objectif: Objectif | None,
    lecture: str,
    perspectives: Perspectives | None,
    borne_haute: int | None,
    periode: Periode,
    parametres: Parametres,
) -> Bilan:
    """Assess one cour, or several as one, from their sums: never an average of cours.

    `perspectives` is None where nothing is to be projected (one group of activities, say).
    """
    return assess(
        months,
        objectif=objectif,
        lecture=lecture,
        periode=periode,
        avenir=perspectives.of(cours) if perspectives else None,
        borne_haute=borne_haute,
        etpt_par_extraction=etpt_per_extraction(parametres, max(periode.fin, date(FIRST_YEAR, 1, 1))),
        seuils=Seuils.at(parametres, periode.fin),
    )


def _within(month: Mois, periode: Periode) -> bool:
    return periode.debut <= month.mois <= periode.fin


def as_row(bilan: Bilan) -> dict[str, object]:
    """Write a Bilan as the columns of `BilanCour`, fractions as floats."""

    def plain(value: Fraction | None) -> float | None:
        return None if value is None else float(value)

    ahead = bilan.projection
    return {
        "visioconferences": bilan.visioconferences,
        "visioconferences_objectif": bilan.visioconferences_objectif,
        "evitees_objectif": bilan.evitees_objectif,
        "attendues": bilan.attendues,
        "repondues": bilan.repondues,
        "part_reponse": plain(bilan.part_reponse),
        "part_evitees": plain(bilan.part_evitees),
        "etpt": plain(bilan.etpt),
        "objectif": plain(bilan.objectif),
        "objectif_a_date": plain(bilan.objectif_a_date),
        "retenues": plain(bilan.retenues),
        "au_plus": plain(bilan.au_plus),
        "atteinte": plain(bilan.atteinte),
        "part_annuelle": plain(bilan.part_annuelle),
        "reste": bilan.reste,
        "rythme_requis": plain(bilan.rythme_requis),
        "rythme_3m": plain(bilan.rythme_3m),
        "rythme_6m": plain(bilan.rythme_6m),
        **{
            name: getattr(ahead, name) if ahead else None
            for name in ("moyenne", "q025", "q10", "q50", "q90", "q975", "p_objectif", "indicatif", "reponse")
        },
        "etat": bilan.etat,
        "glyphe": bilan.glyphe,
    }
