"""Settlements made up for the documents: any figures, any rule, no store."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from fractions import Fraction

import numpy as np

from analytics.decompte.bareme import ECART_PROPRE, MUTUALISE, TEXTE, Bareme
from analytics.decompte.releve import Cout, Detail, Releve
from analytics.decompte.settle import Compte, settle
from analytics.objectif.objective import Objectif
from analytics.objectif.profile import Profil
from analytics.projection.answering import freeze
from analytics.projection.model import project
from analytics.projection.national_path import Croyance
from analytics.projection.outlook import Perspectives
from analytics.statistics.negative_binomial import Floats
from analytics.trajectoire.account import Mois
from analytics.vocabulary.periods import Periode
from analytics.vocabulary.situation import Moment

CIRCULAIRE = Bareme("circulaire-2009", "Circulaire", TEXTE, "Circulaire, p. 2", date(2009, 1, 1))
EVEN = Profil("douziemes", "Un douzième par mois", (Fraction(1, 12),) * 12)
COST = Cout(Fraction(56_600), "hypothèse d'essai")


def make(
    bases: Mapping[str, int],
    *,
    bareme: Bareme = CIRCULAIRE,
    mode: str = MUTUALISE,
    cout: Cout | None = COST,
    graine: int = 0,
) -> Releve:
    """Draw what each cour avoided, from nothing to half more than its objective."""
    dice = random.Random(graine)
    comptes = [
        Compte(
            cour,
            Fraction(base),
            Fraction(base, 20),
            Fraction(dice.randint(0, base * 3 // 40)),
            Fraction(base * 25, 2),
        )
        for cour, base in sorted(bases.items())
    ]
    return releve_of(comptes, bareme, mode, cout, Moment(1, date(2010, 1, 20), demonstration=True))


def releve_of(
    comptes: Sequence[Compte],
    bareme: Bareme,
    mode: str,
    cout: Cout | None,
    moment: Moment,
    *,
    fin: date = date(2009, 12, 1),
    projete: bool = False,
) -> Releve:
    """Settle the accounts one way, then the other."""
    first, second = (
        settle(
            comptes,
            bareme,
            mode=name,
            cout=cout.euros if cout else None,
            etpt_par_extraction=Fraction(127, 15_500),
        )
        for name in (mode, ECART_PROPRE if mode == MUTUALISE else MUTUALISE)
    )
    return Releve(
        annee=fin.year,
        periode=Periode(fin),
        bareme=bareme,
        cout=cout,
        decompte=first,
        autre=second,
        details={compte.cour: detail_of(compte) for compte in comptes},
        projete=projete,
        sans_base=(),
        reference={},
        moment=moment,
    )


def detail_of(compte: Compte) -> Detail:
    objectif = Objectif(2009, compte.base, Fraction(1, 20), "essai", False, False, EVEN)
    months = tuple(
        Mois(date(2009, month, 1), 4, 4, int(compte.evitees) if month == 1 else 0, 5, 3, None)
        for month in range(1, 13)
    )
    return Detail(objectif, months, 0, ())


def blank_results(releve: Releve) -> Releve:
    """Give the same inputs with every result at nothing: only a recalculation can find them again."""
    parts = tuple(
        replace(part, ecart=Fraction(0), du=Fraction(0), etpt=Fraction(0), exact=Fraction(0), centimes=0)
        for part in (releve.decompte.national, *releve.decompte.cours)
    )
    return replace(releve, decompte=replace(releve.decompte, national=parts[0], cours=parts[1:]))


def half_a_year(annee: int, cours: tuple[str, ...], counts: Floats, exposure: Floats) -> Perspectives:
    """Give what six known months (cours × months) promise for the six others, of the same exposure."""
    return Perspectives(
        cours=cours,
        connus=tuple(date(annee, rank, 1) for rank in range(1, 7)),
        a_venir=tuple(date(annee, rank, 1) for rank in range(7, 13)),
        exposition=exposure,
        exposition_future=exposure,
        reponse=freeze(np.ones_like(exposure), np.ones_like(exposure), exposure.shape[1]),
        reponse_mue=False,
        croyance=Croyance(),
        projection=project(counts, exposure, exposure, Croyance()),
        rythme_moyenne=np.zeros(len(cours)),
        rythme_variance=np.zeros(len(cours)),
    )
