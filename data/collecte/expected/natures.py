"""The eight kinds of file that are collected: their columns, their keys, the schema each must reach."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Literal

import dataframely as dy

from analytics.vocabulary.schemas import (
    BaseActivite,
    BaseAnnuelle,
    CreditsVacataires,
    Equipements,
    Interieur,
    NiveauAnnuel,
    ObjectifFixe,
)
from analytics.vocabulary.texts import read_table, read_text
from data.collecte.expected.typed import DeclarationsSaisies, Tapee
from data.reference import load_texts

Genre = Literal[
    "mois", "annee", "jour", "juridiction", "cour", "activite", "compte", "montant", "texte", "rejet"
]


@dataclass(frozen=True)
class Champ:
    """A column that a file may hold.

    `entetes` are the headers accepted besides its name, unaccented and in lower case. A column that is
    not `requis` may be missing from the header. A text may have `longueur` characters.
    """

    nom: str
    genre: Genre
    entetes: tuple[str, ...] = ()
    requis: bool = True
    longueur: int | None = None

    @property
    def libelle(self) -> str:
        """Give the name that a message gives it."""
        return _labels("colonnes")[self.nom]


@dataclass(frozen=True)
class Nature:
    """One kind of file. A line whose `chiffres` are all blank is « not an answer ».

    `couverture` names, for each rule of the trusted schema, the rule of the judge that enforces it:
    what the schema would refuse has been refused before, with a French sentence.
    """

    nom: str
    champs: tuple[Champ, ...]
    cles: tuple[str, ...]
    valeurs: tuple[str, ...]
    chiffres: tuple[str, ...]
    fiable: type[dy.Schema]
    couverture: Mapping[str, str]

    @property
    def libelle(self) -> str:
        """Give the name that a message gives it."""
        return _labels("natures")[self.nom]

    @cached_property
    def tapee(self) -> type[dy.Schema]:
        """Give what its lines are as typed: null where one is too short to have the column."""
        own = {champ.nom: dy.String(nullable=True) for champ in self.champs if champ not in (_REJET, _RECU)}
        return type(f"{self.nom}_tapees", (Tapee,), own)

    def champ(self, nom: str) -> Champ:
        """Give the column of that name."""
        return next(champ for champ in self.champs if champ.nom == nom)


_MOIS = Champ("mois", "mois", ("mois concerne", "mois de collecte", "periode"))
_ANNEE = Champ("annee", "annee", ("exercice",))
_COUR = Champ("cour", "cour", ("cour d appel", "code cour", "ressort"))
_REJET = Champ("rejet", "rejet", ("numero de rejet",), requis=False)
_RECU = Champ(
    "recu_le",
    "jour",
    ("recu le", "recue le", "date de reception", "jour de reception"),
    requis=False,
)
_SOURCE = Champ("source", "texte", ("origine",), longueur=400)

_ACTIVITE = Champ(
    "activite",
    "activite",
    ("activites", "activite juridictionnelle", "code activite", "libelle de l activite"),
)

DECLARATIONS = Nature(
    nom="declarations",
    champs=(
        _MOIS,
        Champ(
            "juridiction",
            "juridiction",
            (
                "juridictions",
                "code juridiction",
                "code de la juridiction",
                "nom de la juridiction",
                "tribunal",
            ),
        ),
        _ACTIVITE,
        Champ(
            "visioconferences",
            "compte",
            (
                "visioconference",
                "nombre de visioconferences",
                "visioconferences total",
                "total des visioconferences",
                "total visioconferences",
                "total",
                "colonne 1",
            ),
        ),
        Champ(
            "extractions_evitees",
            "compte",
            (
                "extraction evitee",
                "evitees",
                "dont extractions evitees",
                "nombre d extractions evitees",
                "dont evitees",
                "colonne 2",
            ),
        ),
        _REJET,
        _RECU,
    ),
    cles=("mois", "juridiction", "activite"),
    valeurs=("visioconferences", "extractions_evitees"),
    chiffres=("visioconferences", "extractions_evitees"),
    fiable=DeclarationsSaisies,
    couverture={
        "primary_key": "valeurs_contradictoires",
        "mois|nullability": "mois_absent",
        "juridiction|nullability": "juridiction_absente",
        "activite|nullability": "activite_absente",
        "visioconferences|min": "nombre_negatif",
        "extractions_evitees|min": "nombre_negatif",
        "evitees_dans_le_total": "evitees_superieures",
        "retrait_entier": "retrait_incomplet",
    },
)


def _given_and_positive(chiffre: str) -> dict[str, str]:
    return {f"{chiffre}|nullability": "un_seul_chiffre", f"{chiffre}|min": "nombre_negatif"}


INTERIEUR = Nature(
    nom="interieur",
    champs=(
        _MOIS,
        _COUR,
        Champ("service", "texte", ("force", "escorte"), longueur=60),
        Champ("extractions_requises", "compte", ("requises", "requisitions")),
        Champ("extractions_executees", "compte", ("executees",)),
        _REJET,
        _RECU,
    ),
    cles=("mois", "cour", "service"),
    valeurs=("extractions_requises", "extractions_executees"),
    chiffres=("extractions_requises", "extractions_executees"),
    fiable=Interieur,
    couverture={
        "primary_key": "valeurs_contradictoires",
        "mois|nullability": "mois_absent",
        "cour|nullability": "cour_absente",
        "service|nullability": "texte_absent",
        **_given_and_positive("extractions_requises"),
        **_given_and_positive("extractions_executees"),
    },
)


def _by_year(nom: str, chiffre: Champ, *, fiable: type[dy.Schema], par: tuple[Champ, ...] = ()) -> Nature:
    """Describe one figure a year and a cour (and `par` something else), with its source."""
    return Nature(
        nom=nom,
        champs=(_ANNEE, _COUR, *par, chiffre, _SOURCE, _REJET, _RECU),
        cles=("annee", "cour", *(champ.nom for champ in par)),
        valeurs=(chiffre.nom, "source"),
        chiffres=(chiffre.nom,),
        fiable=fiable,
        couverture={
            "primary_key": "valeurs_contradictoires",
            "annee|nullability": "annee_illisible",
            "cour|nullability": "cour_absente",
            "source|nullability": "texte_absent",
            **{f"{champ.nom}|nullability": f"{champ.nom}_absente" for champ in par},
            **_given_and_positive(chiffre.nom),
        },
    )


_EXTRACTIONS = Champ("extractions", "compte")

BASE = _by_year("base", _EXTRACTIONS, fiable=BaseAnnuelle)

BASE_ACTIVITES = _by_year("base_activites", _EXTRACTIONS, par=(_ACTIVITE,), fiable=BaseActivite)

NIVEAUX = _by_year(
    "niveaux",
    Champ("evitees", "compte", ("niveau", "extractions deja evitees", "deja evitees")),
    fiable=NiveauAnnuel,
)

OBJECTIFS = _by_year(
    "objectifs",
    Champ("extractions_a_eviter", "compte", ("objectif", "a eviter")),
    fiable=ObjectifFixe,
)

CREDITS = _by_year(
    "credits",
    Champ("credits_eur", "montant", ("credits", "credits en euros", "montant", "credits vacataires")),
    fiable=CreditsVacataires,
)

EQUIPEMENTS = Nature(
    nom="equipements",
    champs=(
        _COUR,
        Champ("etablissement", "texte", ("etablissement penitentiaire", "prison"), longueur=200),
        Champ("population", "compte", ("population detenue", "detenus")),
        Champ("equipe_depuis", "jour", ("equipee depuis", "date d equipement")),
        _SOURCE,
        _REJET,
        _RECU,
    ),
    cles=("cour", "etablissement"),
    valeurs=("population", "equipe_depuis", "source"),
    chiffres=("population",),
    fiable=Equipements,
    couverture={
        "primary_key": "valeurs_contradictoires",
        "cour|nullability": "cour_absente",
        "etablissement|nullability": "texte_absent",
        **_given_and_positive("population"),
        "source|nullability": "texte_absent",
    },
)

NATURES = {
    nature.nom: nature
    for nature in (DECLARATIONS, INTERIEUR, BASE, BASE_ACTIVITES, NIVEAUX, OBJECTIFS, CREDITS, EQUIPEMENTS)
}


@cache
def _labels(kind: str) -> Mapping[str, str]:
    """Read the names of the files (« natures ») or of their columns (« colonnes »): one each, no other."""
    named = {
        "natures": list(NATURES),
        "colonnes": list(dict.fromkeys(champ.nom for nature in NATURES.values() for champ in nature.champs)),
    }[kind]
    written = read_table(kind, load_texts("collecte").get(kind), named)
    return {nom: read_text(f"{kind}, {nom}", written[nom]) for nom in named}
