"""The pages read the situations, and everything they say on the way is heard, with who said it."""

import inspect
import sys
from collections.abc import Callable, Generator, Iterable, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import wraps
from importlib import import_module
from typing import Any

import polars as pl

from analytics.vocabulary.perimetre import NATIONAL
from analytics.vocabulary.schemas import (
    COUNTRY,
    AgregatActivite,
    Declarations,
    Equipements,
    Interieur,
    NiveauAnnuel,
    ObjectifFixe,
    ProjectionGardee,
    Recalages,
    TotalJuridiction,
)
from pages.commun.adresse import parse, slug
from pages.commun.cadre import Contexte, choices
from pages.commun.lecture import Situation
from pages.vues import activites, comparaison, cour, decompte, ensemble, leviers, thermometres, trajectoire
from tests.analytics.frames import lots, rows_of
from tests.phrases.situations import Ligne, Monde, Vue, activities

KNOWN = datetime(2010, 2, 12, 8, tzinfo=UTC)


@dataclass(frozen=True)
class Dit:
    """One sentence heard: which function said it, of what, what it was given, and what it said."""

    phrase: str
    monde: Monde
    vue: Vue
    donne: Mapping[str, Any]
    texte: str


def situation_of(monde: Monde) -> Situation:
    """Lay a situation out as the store gives it."""
    by_cell: dict[tuple[date, str, str], list[Ligne]] = {}
    by_court: dict[tuple[date, str], list[Ligne]] = {}
    for ligne in monde.lignes:
        by_cell.setdefault((ligne.mois, ligne.cour, ligne.activite), []).append(ligne)
        by_court.setdefault((ligne.mois, ligne.juridiction), []).append(ligne)
    counting = {code for code, row in activities().items() if row["compte_objectif"] == "oui"}
    written = lots(KNOWN, origine="import")
    return Situation(
        jeton=f"phrases-{monde.nom}",
        revision=1,
        lot=written.height,
        connu_le=None,
        demo=False,
        perimetre=NATIONAL,
        agregat=rows_of(
            AgregatActivite,
            [
                (*cell, len(each), sum(x.visio for x in each), sum(x.evitees for x in each))
                for cell, each in by_cell.items()
            ],
        ),
        totaux=rows_of(
            TotalJuridiction,
            [
                (
                    mois,
                    court,
                    each[0].cour,
                    len(each),
                    sum(x.visio for x in each),
                    sum(x.evitees for x in each),
                    sum(x.evitees for x in each if x.activite in counting),
                    1,
                    2 if any(x.corrigee for x in each) else 1,
                )
                for (mois, court), each in by_court.items()
            ],
        ),
        niveaux=rows_of(NiveauAnnuel, [(2008, cour, n, "Enquête") for cour, n in monde.niveaux.items()]),
        objectifs=rows_of(
            ObjectifFixe, [(2009, cour, n, "Note du 2 mars 2009") for cour, n in monde.fixes.items()]
        ),
        interieur=rows_of(
            Interieur, [(mois, cour, "police", n, n) for (mois, cour), n in monde.executees.items()]
        ),
        equipements=rows_of(Equipements, [(*prison, "Recensement") for prison in monde.prisons]),
        lots=written,
        alertes=pl.DataFrame({"mois": [monde.fin] * monde.alertes}, schema={"mois": pl.Date}),
        projections=rows_of(
            ProjectionGardee,
            [
                {
                    "lot": 1,
                    "mois": x.mois,
                    "cour": COUNTRY if x.cour == "FRANCE" else x.cour,
                    "connu_le": KNOWN,
                    "methode": "essai",
                    "evitees": x.evitees,
                    "objectif": x.objectif,
                    "moyenne": x.moyenne,
                    "variance": x.variance,
                    "rythme_moyenne": x.rythme,
                    "rythme_variance": 2 * x.rythme,
                }
                for x in monde.gardees
            ],
        ),
        recalages=rows_of(
            Recalages,
            [
                (rank, KNOWN, "Une personne", cour, mois, cause, False)
                for rank, (cour, mois, cause) in enumerate(monde.recalages)
            ],
        ),
    )


def context_of(monde: Monde, situation: Situation, vue: Vue) -> Contexte:
    """Give what a page is drawn from, as its address asks."""
    fin = vue.mois or monde.fin
    asked = {"annee": str(fin.year), "mois": str(fin.month), "cour": vue.cour, "lecture": vue.lecture}
    asked |= {"groupe": slug(vue.groupe)} if vue.groupe else {}
    asked |= {"mode": "fourchette"} if vue.fourchette else {}
    asked |= dict(vue.options)
    choix = choices(situation)
    assert choix is not None
    selection, avis = parse(asked, choix)
    assert not avis, avis
    return Contexte(situation, selection, choix, sombre=False)


SHOWN: Mapping[str, Callable[[Contexte], object]] = {
    "ensemble": ensemble.ensemble,
    "cour": cour.cour,
    "activites": activites.activites,
    "comparaison": comparaison.comparaison,
    "agir": lambda contexte: leviers.leviers(contexte, cour=None),
    "agir_cour": lambda contexte: leviers.leviers(contexte, cour=contexte.selection.cour),
    "thermometres": lambda contexte: thermometres.thermometres(contexte, cour=None),
    "projections": trajectoire.projections,
    "decompte": decompte.decompte,
}


def cells(monde: Monde) -> Callable[..., Any]:
    """Read the cells of a situation, as the store would."""

    def read(seen: Situation, du: date, au: date) -> Any:
        return rows_of(
            Declarations,
            [
                (x.mois, x.juridiction, x.activite, x.visio, x.evitees, x.cour, KNOWN, None, 1)
                for x in monde.lignes
                if du <= x.mois <= au
            ],
        )

    return read


def as_text(told: Any) -> str:
    """Write what a sentence gave back, one line each where it gives several."""
    if isinstance(told, str):
        return told
    lines = [
        line
        if isinstance(line, str)
        else str(getattr(line, "phrase", ""))
        or f"{getattr(line, 'libelle', '')} : {getattr(line, 'valeur', '')}"
        for line in told
    ]
    return "\n".join(lines)


@contextmanager
def hearing(phrases: Iterable[str], heard: Callable[[str, Mapping[str, Any], Any], None]) -> Generator[None]:
    """Have every module that says one of these sentences say it aloud, then put all of them back."""
    aloud: dict[int, Any] = {}
    for name in phrases:
        module, function = f"analytics.{name}".rsplit(".", 1)
        said = getattr(import_module(module), function)
        aloud[id(said)] = _speak(name, said, heard)
    replaced: list[tuple[Any, str, Any]] = []
    for holder in list(sys.modules.values()):
        if getattr(holder, "__name__", "").split(".")[0] in ("analytics", "data", "pages"):
            for attribute, value in list(vars(holder).items()):
                if id(value) in aloud:
                    replaced.append((holder, attribute, value))
                    setattr(holder, attribute, aloud[id(value)])
    try:
        yield
    finally:
        for holder, attribute, said in replaced:
            setattr(holder, attribute, said)


def _speak(name: str, said: Any, heard: Callable[[str, Mapping[str, Any], Any], None]) -> Any:
    signature = inspect.signature(said)

    @wraps(said)
    def aloud(*args: Any, **kwargs: Any) -> Any:
        told = said(*args, **kwargs)
        bound = signature.bind(*args, **kwargs)
        bound.apply_defaults()
        heard(name, bound.arguments, told)
        return told

    return aloud
