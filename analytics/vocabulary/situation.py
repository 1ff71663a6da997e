"""What is known, where it is read from, and when: the values that calculations are given together."""

from dataclasses import dataclass, field
from datetime import date

import dataframely as dy
import polars as pl

from analytics.vocabulary.parameters import Parametres
from analytics.vocabulary.perimetre import Perimetre
from analytics.vocabulary.reference import Reference
from analytics.vocabulary.schemas import (
    AgregatActivite,
    BaseActivite,
    BaseAnnuelle,
    CreditsVacataires,
    Equipements,
    Interieur,
    NiveauAnnuel,
    ObjectifFixe,
    TotalJuridiction,
)


@dataclass(frozen=True, kw_only=True)
class Faits:
    """What was known at one moment of some cours, or of all of them; a frame not given is empty."""

    agregat: dy.DataFrame[AgregatActivite] = field(default_factory=AgregatActivite.create_empty)
    totaux: dy.DataFrame[TotalJuridiction] = field(default_factory=TotalJuridiction.create_empty)
    bases: dy.DataFrame[BaseAnnuelle] = field(default_factory=BaseAnnuelle.create_empty)
    bases_activites: dy.DataFrame[BaseActivite] = field(default_factory=BaseActivite.create_empty)
    niveaux: dy.DataFrame[NiveauAnnuel] = field(default_factory=NiveauAnnuel.create_empty)
    objectifs: dy.DataFrame[ObjectifFixe] = field(default_factory=ObjectifFixe.create_empty)
    interieur: dy.DataFrame[Interieur] = field(default_factory=Interieur.create_empty)
    credits: dy.DataFrame[CreditsVacataires] = field(default_factory=CreditsVacataires.create_empty)
    equipements: dy.DataFrame[Equipements] = field(default_factory=Equipements.create_empty)

    def restricted_to(self, perimetre: Perimetre) -> "Faits":
        """Keep what a reader may see."""
        keep = perimetre.restrict
        return Faits(
            agregat=AgregatActivite.cast(keep(self.agregat)),
            totaux=TotalJuridiction.cast(keep(self.totaux)),
            bases=BaseAnnuelle.cast(keep(self.bases)),
            bases_activites=BaseActivite.cast(keep(self.bases_activites)),
            niveaux=NiveauAnnuel.cast(keep(self.niveaux)),
            objectifs=ObjectifFixe.cast(keep(self.objectifs)),
            interieur=Interieur.cast(keep(self.interieur)),
            credits=CreditsVacataires.cast(keep(self.credits)),
            equipements=Equipements.cast(keep(self.equipements)),
        )


@dataclass(frozen=True)
class Referentiel:
    """What does not depend on any answer: the courts and activities, the dated parameters, the key.

    `cle`: the allocation (cour, extractions) of the national base over the cours, where no base is loaded.
    """

    reference: Reference
    cle: pl.DataFrame
    parametres: Parametres


@dataclass(frozen=True)
class Moment:
    """When something was known: after one lot, at the end of a day (None: now); or that it is fictional."""

    lot: int
    connu_le: date | None
    demonstration: bool
