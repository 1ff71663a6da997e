"""`vigie trajectoire`: where each cour stands, and where it is heading."""

import json
from datetime import date

import click

from analytics.documents.table import write_table
from analytics.objectif.lectures import CHAINAGES, LECTURES, MODES, USUAL_RULE, Regle
from analytics.objectif.profile import PROFILS
from analytics.projection.answering import PROJETEE, VARIANTES
from analytics.projection.model import METHOD
from analytics.trajectoire.country import cover_each, flatten, last_period, list_positions, survey
from analytics.vocabulary.errors import UserFacingError
from analytics.vocabulary.perimetre import NATIONAL
from data.reference import load_referentiel
from pages.terminal.french import vigie
from pages.terminal.shared import Day, Month, give, opened, perimetre_of


@vigie.command()
@click.option("--annee", type=click.IntRange(2000, 2100), required=True, help="Année de l'objectif.")
@click.option("--cour", metavar="COUR", default=None, help="Une seule cour : code ou nom.")
@click.option(
    "--arrete-a",
    type=Month(),
    default=None,
    help="Ne lire que les mois jusqu'à celui-ci, quoi qu'on ait reçu depuis.",
)
@click.option("--au", type=Day(), default=None, help="Situation connue à la fin de ce jour.")
@click.option(
    "--lecture", type=click.Choice(list(LECTURES)), default=USUAL_RULE.lecture, help="Ce qui est mesuré."
)
@click.option(
    "--base", type=click.Choice(list(CHAINAGES)), default=USUAL_RULE.chainage, help="Base à partir de 2010."
)
@click.option(
    "--comptage", type=click.Choice(list(MODES)), default=USUAL_RULE.mode, help="Comptage à partir de 2010."
)
@click.option(
    "--profil", type=click.Choice(list(PROFILS)), default=USUAL_RULE.profil, help="Objectif mois par mois."
)
@click.option(
    "--reponse", type=click.Choice(list(VARIANTES)), default=PROJETEE, help="Part des réponses à venir."
)
@click.option("--format", "output", type=click.Choice(["json", "csv"]), required=True)
def trajectoire(
    annee: int,
    cour: str | None,
    au: date | None,
    arrete_a: date | None,
    lecture: str,
    base: str,
    comptage: str,
    profil: str,
    reponse: str,
    output: str,
) -> None:
    """Dire où en est chaque cour, et le ministère, face à l'objectif d'une année."""
    seen, referentiel = perimetre_of(cour), load_referentiel()
    regle = Regle(lecture=lecture, chainage=base, mode=comptage, profil=profil)
    with opened() as store:
        demo, faits = store.etat().demo, store.faits(NATIONAL, connu_le=au)
    periode = last_period(faits, annee, arrete_a=arrete_a)
    pays = survey(faits, referentiel, regle=regle, periode=periode, reponse=reponse)
    rests_on = cover_each(faits, referentiel, pays)
    country, *each = list_positions(pays, referentiel.reference.cours, rests_on, referentiel.parametres)
    lines = [line for line in each if seen.holds(line["cour"])]
    for line in (country, *lines):
        couverture = rests_on[line["cour"]]
        line |= {
            "reponses_recues": couverture.repondues,
            "reponses_attendues": couverture.attendues,
            "borne_basse": couverture.declarees,
            "borne_haute": couverture.borne_haute,
        }
    if not lines:
        raise UserFacingError(
            f"La cour « {cour} » n'était pas en vigueur et n'a rien déclaré en {annee} : "
            "choisissez une autre année."
        )
    if output == "csv":
        rows = [country, *lines] if seen.national else lines
        give(write_table(flatten(rows), "csv", sheet="Trajectoire"))
        return
    account = {
        "annee": annee,
        "mois": f"{pays.periode.fin:%Y-%m}",
        "connu_le": au.isoformat() if au else None,
        "lecture": lecture,
        "base": base,
        "comptage": comptage,
        "methode": METHOD if reponse == PROJETEE else f"{METHOD}-{reponse}",
        "profil": pays.exigence.profil.libelle,
        "demonstration": demo,
        "national": {name: value for name, value in country.items() if name != "cour"},
        "cours": lines,
    }
    give(json.dumps(account, ensure_ascii=False, indent=1))
