"""`vigie scenario` and `vigie objectif`: what levers would change, and what one must be worth."""

import json
import sys
from datetime import date
from fractions import Fraction
from pathlib import Path

import click

from analytics.documents.table import write_table
from analytics.objectif.lectures import USUAL_RULE
from analytics.scenarios.reader import parse_scenario
from analytics.scenarios.reverse.questions import Question, seek_share
from analytics.scenarios.scenario import Scenario
from analytics.scenarios.study import (
    Socle,
    account_of_scenario,
    answers_supposed,
    draws_of,
    flatten_account,
    months_read,
    places_of,
    run_scenario,
    seen_cours,
    start_from,
)
from analytics.scenarios.words.questions import tell_chances, tell_search
from analytics.vocabulary.errors import UserFacingError
from analytics.vocabulary.perimetre import NATIONAL
from analytics.vocabulary.wording import clean_text
from data.reference import load_parameters, load_reference, load_referentiel
from pages.terminal.french import vigie
from pages.terminal.shared import Day, Progress, give, opened, read_whole

_SCENARIO_MO = 1


@vigie.command()
@click.argument("fichier", metavar="F.json")
@click.option(
    "--tirages", type=click.IntRange(1, 65536), default=None, help="Tirages : une puissance de deux."
)
@click.option("--graine", type=click.IntRange(0, 2**31), default=None, help="Graine des tirages.")
@click.option("--connu-le", type=Day(), default=None, help="Situation connue à la fin de ce jour.")
@click.option("--format", "output", type=click.Choice(["json", "csv"]), required=True)
def scenario(
    fichier: str, tirages: int | None, graine: int | None, connu_le: date | None, output: str
) -> None:
    """Simuler un scénario : ce que ses leviers évitent, par mois, par levier et par cour."""
    asked, ground = _read_scenario(fichier, connu_le)
    usual_draws, usual_seed = draws_of(load_parameters(), ground.jour)
    draws, seed = tirages or usual_draws, usual_seed if graine is None else graine
    if draws & (draws - 1):
        raise UserFacingError(f"--tirages attend une puissance de deux (512, 1024, 2048…), pas {draws}.")
    with Progress(Path(fichier).name, shown=sys.stderr.isatty()) as bar:
        etude = run_scenario(
            ground, asked, tirages=draws, graine=seed, progress=lambda part: bar(part, "simulation")
        )
    told = account_of_scenario(etude, NATIONAL, load_reference(), load_parameters(), graine=seed)
    if output == "csv":
        give(write_table(flatten_account(told), "csv", sheet="Scénario"))
        return
    give(json.dumps(told, ensure_ascii=False, indent=1))


@vigie.command()
@click.option("--atteindre", metavar="PART", required=True, help="Part de la base à éviter : 5%.")
@click.option("--levier", "fichier", metavar="F.json", required=True, help="Scénario d'un seul levier.")
@click.option("--connu-le", type=Day(), default=None, help="Situation connue à la fin de ce jour.")
@click.option(
    "--ponderation",
    type=click.Choice(["sans", "priorite"]),
    default="sans",
    show_default=True,
    help="Poids d'une extraction : toutes autant, ou selon l'effort d'escorte.",
)
@click.option("--format", "output", type=click.Choice(["json", "texte"]), default="texte", help="Forme.")
def objectif(atteindre: str, fichier: str, connu_le: date | None, ponderation: str, output: str) -> None:
    """Chercher la valeur d'un levier qui amène l'année à une part de la base."""
    part = _part(atteindre)
    asked, ground = _read_scenario(fichier, connu_le)
    if len(asked.leviers) != 1:
        raise UserFacingError(
            f"{fichier} : « leviers » en contient {len(asked.leviers)} ; la recherche dose un seul levier."
        )
    question = Question(
        seen_cours(ground, NATIONAL), ensemble=True, part=part, pondere=ponderation == "priorite"
    )
    found = seek_share(ground, asked, 0, question)
    supposed = answers_supposed(ground, question.cours)
    if output == "texte":
        click.echo(
            tell_search(
                found,
                part=float(part),
                pondere=question.pondere,
                reponse=supposed,
            )
        )
        if chances := tell_chances(found.recherche, found.levier, supposed):
            click.echo(chances)
        return
    click.echo(
        json.dumps(
            {
                "part": float(part),
                "base": round(found.base, 6),
                "voulues": round(found.voulues, 6),
                "plafond": None if found.plafond is None else round(found.plafond, 6),
                "ponderation": ponderation,
                "levier": found.levier.as_document(),
                **{
                    name: round(value, 6) if isinstance(value, float) else value
                    for name, value in vars(found.recherche).items()
                    if name != "chances"
                },
                "reponse_supposee": None if supposed is None else round(supposed, 6),
                "chances": [{"p": p, "valeur": valeur} for p, valeur in found.recherche.chances],
            },
            ensure_ascii=False,
            indent=1,
        )
    )


def _part(text: str) -> Fraction:
    """Read a share typed as « 5% », « 5 % » or « 3,5% »."""
    try:
        found = Fraction(text.replace("%", "").replace(",", ".").strip()) / 100
    except (ValueError, ZeroDivisionError) as error:
        raise UserFacingError(f"--atteindre attend une part comme 5%, pas « {text} ».") from error
    if not 0 < found <= 1:
        raise UserFacingError(f"--atteindre attend une part de 0 à 100 %, pas « {text} ».")
    return found


def _read_scenario(fichier: str, connu_le: date | None) -> tuple[Scenario, Socle]:
    """Read a scenario from a file, and gather what it starts from."""
    path = Path(fichier)
    try:
        text = read_whole(path, _SCENARIO_MO, "un scénario tient en quelques lignes").decode("utf-8")
    except UnicodeDecodeError as error:
        place = clean_text(fichier, lines=False)
        raise UserFacingError(
            f"{place} ne peut pas être lu (ce n'est pas un texte). Vérifiez le chemin."
        ) from error
    reference = load_reference()
    with opened() as store:
        faits = store.faits(NATIONAL, connu_le=connu_le)
        asked = parse_scenario(text, places_of(reference, faits.equipements, NATIONAL))
        du, au = months_read(asked.depuis)
        cellules = store.declarations(NATIONAL, du=du, au=au, connu_le=connu_le)
    last = faits.agregat["mois"].max()
    if not isinstance(last, date) or asked.depuis > last:
        raise UserFacingError(
            f"Le scénario part de {asked.depuis:%Y-%m} (« depuis »), un mois sans déclaration connue : "
            f"le dernier est {f'{last:%Y-%m}' if isinstance(last, date) else 'absent'}."
        )
    ground = start_from(faits, load_referentiel(), cellules, fin=asked.depuis, regle=USUAL_RULE)
    return asked, ground
