"""Settlements made up for the documents: any figures, any rule, no store."""

import random
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from fractions import Fraction

from analytics.decompte.bareme import ECART_PROPRE, MUTUALISE, TEXTE, Bareme
from analytics.decompte.releve import Cout, Detail, Releve
from analytics.decompte.settle import Compte, settle
from analytics.objectif.objective import Objectif
from analytics.objectif.profile import Profil
from analytics.trajectoire.position import Mois
from analytics.vocabulary.periods import Periode

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
        annee=2009,
        periode=Periode(date(2009, 12, 1)),
        bareme=bareme,
        cout=cout,
        decompte=first,
        autre=second,
        details={compte.cour: detail_of(compte) for compte in comptes},
        projete=False,
        sans_base=(),
        reference={},
        lot=1,
        connu_le=date(2010, 1, 20),
        demonstration=True,
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
