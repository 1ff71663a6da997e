"""The courts and the activities of the country, dated, as the calculations are given them."""

from dataclasses import dataclass
from datetime import date

import dataframely as dy
import polars as pl

from analytics.vocabulary.periods import last_day_of_month
from analytics.vocabulary.schemas import Activites, Cours, Juridictions

# Which rows of the questionnaire a kind of juridiction fills in.
LEVEL_OF_TYPE = {"CA": "CA", "TSA": "CA", "CHA": "CA", "TGI": "TGI", "TPI": "TGI"}


@dataclass(frozen=True)
class Reference:
    """The courts, their periods, and the rows each kind of court fills in."""

    cours: dy.DataFrame[Cours]
    juridictions: dy.DataFrame[Juridictions]
    activites: dy.DataFrame[Activites]

    def in_force(self, mois: date) -> pl.DataFrame:
        """Give the juridictions in force on any day of the month, one row each.

        This is the one rule of the denominator of a response rate and of what an import accepts.
        """
        return self.juridictions.filter(in_force_during(mois, last_day_of_month(mois)))

    def attendues(self, first: date, last: date) -> pl.DataFrame:
        """List the (mois, juridiction, cour) expected to answer from `first` to `last`, both included."""
        months = pl.DataFrame({"mois": pl.date_range(first, last, "1mo", eager=True)})
        return (
            months.join(self.juridictions, how="cross")
            .filter(in_force_during(pl.col("mois"), pl.col("mois").dt.month_end()))
            .select("mois", "juridiction", "cour", "type")
            .sort("mois", "cour", "juridiction")
        )

    def locate(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Add the cour each `juridiction` belonged to in `mois`; rows without juridiction get none."""
        pairs = frame.select("mois", "juridiction").unique()
        periods = self.juridictions.select("juridiction", "cour", "valide_du", "valide_au")
        located = (
            pairs.join(periods, on="juridiction")
            .filter(in_force_during(pl.col("mois"), pl.col("mois").dt.month_end()))
            .unique(["mois", "juridiction"], keep="last", maintain_order=True)
            .select("mois", "juridiction", "cour")
        )
        return frame.join(located, on=["mois", "juridiction"], how="left", maintain_order="left")

    @property
    def lignes(self) -> pl.DataFrame:
        """List the (type, activite) pairs of the questionnaire, with what an import must know of each."""
        kinds = pl.DataFrame({"type": list(LEVEL_OF_TYPE), "niveau": list(LEVEL_OF_TYPE.values())})
        return (
            self.activites.explode("niveaux")
            .rename({"niveaux": "niveau"})
            .join(kinds, on="niveau")
            .select("type", "activite", "ordre", "compte_objectif", "colonne_2", "legal_depuis")
            .sort("type", "ordre")
        )

    def questionnaire(self, kind: str, mois: date) -> pl.DataFrame:
        """List the activities that a kind of juridiction fills in for a month, in order, with their labels.

        One that the law does not allow yet is left out: its zero would say nothing.
        """
        legal = pl.col("legal_depuis").is_null() | (pl.col("legal_depuis") <= last_day_of_month(mois))
        return (
            self.lignes.filter(pl.col("type") == kind, legal)
            .join(self.activites.select("activite", "libelle"), on="activite", maintain_order="left")
            .select("activite", "libelle")
        )


def in_force_during(first_day: date | pl.Expr, last_day: date | pl.Expr) -> pl.Expr:
    """Tell whether [`valide_du`, `valide_au`] meets the days from `first_day` to `last_day`."""
    return (pl.col("valide_du").is_null() | (pl.col("valide_du") <= last_day)) & (
        pl.col("valide_au").is_null() | (pl.col("valide_au") >= first_day)
    )
