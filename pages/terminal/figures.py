"""The commands that give figures: trajectory, settlement, scenario, objective."""

import json
import sys
from dataclasses import replace
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

import click

from analytics.decompte.bareme import MODES as SHARING
from analytics.decompte.bareme import USUAL_SETTLEMENT, Bareme
from analytics.decompte.documents.account import Edition
from analytics.decompte.documents.write import write_document
from analytics.decompte.releve import find_rule, settle_year
from analytics.documents.table import write_table
from analytics.objectif.lectures import CHAINAGES, LECTURES, MODES, USUAL_RULE, Regle
from analytics.objectif.profile import PROFILS
from analytics.scenarios.reader import parse_scenario
from analytics.scenarios.reverse.questions import Question, seek_share
from analytics.scenarios.scenario import Scenario
from analytics.scenarios.study import (
    Socle,
    account_of_scenario,
    draws_of,
    flatten_account,
    months_read,
    places_of,
    run_scenario,
    seen_cours,
    start_from,
)
from analytics.scenarios.words.questions import tell_chances, tell_search
from analytics.trajectoire.country import cover_each, flatten, last_period, list_positions, survey
from analytics.vocabulary.errors import UserFacingError
from analytics.vocabulary.schemas import NATIONAL, SIMULATION
from analytics.vocabulary.situation import Moment
from analytics.vocabulary.wording import clean_text
from data.actes.couts import choose_cost
from data.actes.version import version_of
from data.reference import load_parameters, load_reference, load_referentiel, load_rules
from pages.terminal.french import Day, Month, vigie
from pages.terminal.shared import Progress, give, opened, perimetre_of, read_whole

_SCENARIO_MO = 1


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
    output: str,
) -> None:
    """Dire où en est chaque cour, et le ministère, face à l'objectif d'une année."""
    seen, referentiel = perimetre_of(cour), load_referentiel()
    regle = Regle(lecture=lecture, chainage=base, mode=comptage, profil=profil)
    with opened() as store:
        demo, faits = store.etat().demo, store.faits(NATIONAL, connu_le=au)
    pays = survey(faits, referentiel, regle=regle, periode=last_period(faits, annee, arrete_a=arrete_a))
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
        "profil": pays.exigence.profil.libelle,
        "demonstration": demo,
        "national": {name: value for name, value in country.items() if name != "cour"},
        "cours": lines,
    }
    give(json.dumps(account, ensure_ascii=False, indent=1))


@vigie.command()
@click.option("--annee", type=click.IntRange(2000, 2100), required=True, help="Année de l'objectif.")
@click.option("--cour", metavar="COUR", default=None, help="Une seule cour : code ou nom.")
@click.option("--regle", default=USUAL_SETTLEMENT, help="Règle du décompte.", show_default=True)
@click.option("--lecture", type=click.Choice(list(LECTURES)), default=None, help="Ce qui est mesuré.")
@click.option("--mode", type=click.Choice(list(SHARING)), default=None, help="Partage entre les cours.")
@click.option("--cout-etpt", metavar="EUROS", default=None, help="Coût d'un ETPT, en euros.")
@click.option("--connu-le", type=Day(), default=None, help="Situation connue à la fin de ce jour.")
@click.option(
    "--format", "output", type=click.Choice(["json", "csv", "xlsx", "pdf"]), required=True, help="Document."
)
def decompte(
    annee: int,
    cour: str | None,
    regle: str,
    lecture: str | None,
    mode: str | None,
    cout_etpt: str | None,
    connu_le: date | None,
    output: Any,
) -> None:
    """Régler une année : ce que chaque cour, et le ministère, auraient à rembourser."""
    seen, referentiel = perimetre_of(cour), load_referentiel()
    bareme = find_rule([Bareme.from_toml(table) for table in load_rules()], regle, annee)
    if lecture is not None:
        bareme = replace(bareme, lecture=lecture)
    with opened() as store:
        lot = store.lot_connu_le(connu_le)
        demo, faits = store.etat().demo, store.faits(NATIONAL, connu_le=connu_le)
        lots = store.lots(NATIONAL)
        cout = choose_cost(cout_etpt or "", "", annee, store.registre(), connu_le, load_parameters())
    releve = settle_year(
        faits,
        referentiel,
        bareme,
        periode=last_period(faits, annee),
        mode=mode,
        cout=cout,
        moment=Moment(lot, connu_le, demo),
    )
    content = write_document(
        releve,
        output,
        faits,
        referentiel,
        cour=None if seen.national else next(iter(seen.cours)),
        perimetre=NATIONAL,
        edition=Edition(SIMULATION, version_of()),
        lots=lots,
    )
    give(content)


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
    if output == "texte":
        click.echo(
            tell_search(
                found.recherche,
                found.levier,
                part=float(part),
                base=found.base,
                voulues=found.voulues,
                plafond=found.plafond,
                tenue=found.tenue,
                pondere=question.pondere,
            )
        )
        if chances := tell_chances(found.recherche, found.levier):
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
