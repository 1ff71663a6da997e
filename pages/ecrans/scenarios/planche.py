"""The four charts of a scenario: the year, its months, what each lever does, and each cour."""

from dataclasses import dataclass
from functools import partial

import polars as pl

from analytics.charts.bars import draw_bars, draw_waterfall
from analytics.charts.scenario import draw_gains, draw_paths
from analytics.couverture.words.coverage import since_january
from analytics.leviers.words import MOST_BARS
from analytics.scenarios.study import Etude
from analytics.scenarios.words.change import DeuxAnnees
from analytics.scenarios.words.results import (
    GAIN_COLUMNS,
    YEAR_COLUMNS,
    span_of_draws,
    title_cours,
    title_year,
)
from analytics.scenarios.words.steps import STEP_COLUMNS, tell_steps, title_steps
from analytics.vocabulary import wording
from analytics.vocabulary.columns import tell_rest
from pages.commun.adresse import slug
from pages.commun.bloc_graphique import Bloc, write_table_html
from pages.commun.cadre import Contexte
from pages.vues.calculs import mention_of


@dataclass(frozen=True)
class Planche:
    """What all the charts of a scenario share; `place` says which scenario, where and when."""

    contexte: Contexte
    place: str
    fichier: str
    entete: dict[str, str]

    @classmethod
    def of(cls, contexte: Contexte, etude: Etude) -> "Planche":
        """Name the charts of a scenario and their files."""
        nom = etude.scenario.nom or "Scénario"
        return cls(
            contexte,
            place=f"{nom}, {contexte.perimetre}, {contexte.date_donnees}",
            fichier=f"{etude.socle.periode.annee}_{slug(contexte.perimetre)}_scenario_{slug(nom)[:40]}",
            entete=contexte.entete
            | {"scenario": etude.scenario.as_text(), "hypotheses": "hypothèses de travail"},
        )

    def show_year(self, change: DeuxAnnees) -> Bloc:
        """Show where the year ends, with the scenario and without it."""
        annee, frame = change.etude.socle.periode.annee, change.annee
        return Bloc(
            cle="scenario_annee",
            titre=title_year(change.avant, change.apres, annee=annee, leviers=change.leviers),
            sous_titre=f"Extractions évitées et déclarées, cumulées depuis janvier, {self.place}",
            figure=draw_paths(frame, dark=self.contexte.sombre),
            alt=wording.typeset(
                f"Deux courbes cumulées pour {annee}, l'une avec le scénario, et l'objectif."
            ),
            phrase=wording.typeset(
                "Bande : 8 fois sur 10 ; trait plein, la moyenne. Le passé reste ce qui a été déclaré."
            ),
            tableau=write_table_html(frame, YEAR_COLUMNS, legende=f"L'année mois par mois, {self.place}"),
            donnees=frame.select("mois", "declare", "objectif", "rien", "milieu", "bas", "haut"),
            fichier=f"{self.fichier}_annee",
            entete=self.entete,
            mention=since_january(mention_of(self.contexte)),
        )

    def show_steps(self, change: DeuxAnnees) -> Bloc:
        """Show what each lever brings, from one year to the other."""
        simulation, steps = change.etude.simulation, change.etapes
        told = tell_steps(simulation, change.cours)
        return Bloc(
            cle="scenario_etapes",
            titre=title_steps(simulation, steps, change.cours),
            sous_titre="De l'année si rien ne change à l'année du scénario, en extractions déclarées",
            figure=draw_waterfall(steps, dark=self.contexte.sombre),
            alt=wording.typeset(f"Une marche par levier. {told}"),
            phrase=told,
            tableau=write_table_html(steps, STEP_COLUMNS, legende=f"Effet de chaque levier, {self.place}"),
            donnees=change.etude.lay_out_draws(change.cours),
            fichier=f"{self.fichier}_tirages",
            entete=self.entete,
            mention=since_january(mention_of(self.contexte)),
        )

    def show_months(self, change: DeuxAnnees) -> Bloc:
        """Show what the scenario adds, month by month."""
        frame, gains = change.mois, span_of_draws(change.gains)
        return Bloc(
            cle="scenario_mois",
            titre=wording.typeset(f"{change.ecart.change_signe} déclarées sur l'année ({gains})"),
            sous_titre="Extractions déclarées en plus, mois par mois, en moyenne et 8 fois sur 10",
            figure=draw_gains(frame, dark=self.contexte.sombre),
            alt="Une barre par mois à venir, avec sa fourchette.",
            phrase=wording.typeset(
                f"{wording.count(change.etude.tirages.nombre, 'essai')}, toujours les mêmes : un même "
                "scénario redonne les mêmes chiffres."
            ),
            tableau=write_table_html(
                frame, GAIN_COLUMNS, legende=f"Déclarées en plus, par mois, {self.place}"
            ),
            donnees=frame.drop("nom", "texte"),
            fichier=f"{self.fichier}_mois",
            entete=self.entete,
        )

    def show_cours(self, change: DeuxAnnees) -> Bloc:
        """Show which cours move the most."""
        table = change.par_cour
        moved = table.filter(pl.col("gain_montre") != 0)
        return Bloc(
            cle="scenario_cours",
            titre=title_cours(table),
            sous_titre="Extractions déclarées en plus dans l'année, par cour",
            figure=draw_bars(_bars(moved), dark=self.contexte.sombre),
            phrase=wording.typeset(
                f"{tell_rest(moved.height, MOST_BARS)} "
                "Décompte simulé : ce que chaque cour aurait à rembourser, en ETPT, selon la règle affichée "
                "au décompte. Hypothèse de travail, ne vaut pas décision."
            ).strip(),
            tableau="",
            donnees=table.drop("gain_montre", "gain_ecrit", "avant_ecrit", "apres_ecrit"),
            fichier=f"{self.fichier}_cours",
            entete=self.entete,
            mention=since_january(mention_of(self.contexte)),
        )


def _bars(moved: pl.DataFrame) -> pl.DataFrame:
    return moved.head(MOST_BARS).select(
        "nom",
        valeur=pl.col("gain").clip(0),
        texte=pl.col("gain_montre").map_elements(
            partial(wording.number, signed=True), return_dtype=pl.String
        ),
    )
