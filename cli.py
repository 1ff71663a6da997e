"""`vigie …`: the same questions as the screens, from a terminal, with the same numbers.

Exit codes: 0 all is well, 1 some lines were refused, 2 nothing could be used or the request makes no
sense. Errors are one French sentence on standard error.
"""

import errno
import getpass
import json
import os
import sys
import traceback
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import date
from fractions import Fraction
from io import FileIO
from pathlib import Path
from stat import S_ISREG
from typing import Any, TypeVar

import click
import polars as pl
from pydantic import ValidationError
from sqlalchemy.exc import SQLAlchemyError

from analytics.collecte.calendar import GENRES, campaigns_of_year, list_closed
from analytics.collecte.reminders import Rappel
from analytics.decompte.bareme import MODES as SHARING
from analytics.decompte.bareme import USUAL_SETTLEMENT, Bareme
from analytics.decompte.releve import find_rule, settle_year
from analytics.documents.table import write_table
from analytics.objectif.objective import CHAINAGES, LECTURES, MODES, USUAL_RULE, Regle
from analytics.objectif.profile import PROFILS
from analytics.scenarios.scenario import Scenario, parse_scenario
from analytics.scenarios.study import Socle, flatten_account
from analytics.scenarios.words.results import tell_chances, tell_search
from analytics.trajectoire.country import cover_each, flatten, last_period, list_positions, survey
from analytics.vocabulary.errors import UserFacingError, reason_of
from analytics.vocabulary.moments import PARIS, tell_moment
from analytics.vocabulary.months import FIRST_YEAR, LAST_YEAR
from analytics.vocabulary.schemas import MESSAGERIE, NATIONAL, SIMULATION, TELEPHONE, Perimetre
from analytics.vocabulary.wording import (
    agree,
    clean_text,
    count,
    enumeration,
    long_date,
    month,
    number,
    of_month,
    short_date,
    some_of,
    typeset,
)
from data.actes.archive import keep_past_projections, keep_projection
from data.actes.couts import choose_cost
from data.actes.relances import Bureau, Preparation, prepare, send, settle_doubts, write_folder
from data.actes.version import version_of
from data.collecte.expected.limits import Limites
from data.collecte.expected.names import cour_names, court_key, day_of, month_of
from data.collecte.expected.natures import NATURES
from data.collecte.importer import detected, examine, group_refusals, report, summary, tell_revisions
from data.demo import demo_lots
from data.exports import accompanying, exported
from data.reference import load_illustrative_base, load_parameters, load_reference, load_rules
from data.settings import Settings
from data.store.engine import tell_trouble
from data.store.store import DEMO_IN_THE_WAY, Entree, Store, open_store, utc_now
from pages.commun.calcul_scenarios import (
    Question,
    draws_of,
    months_read,
    places_of,
    seek_share,
    seen_cours,
    start_from,
)
from pages.commun.calcul_scenarios import account as account_of_scenario
from pages.commun.calcul_scenarios import run as run_scenario
from pages.commun.documents import write_document

_MEGABYTE = 1_000_000
_SCENARIO_MO = 1
_SHOWN_REFUSALS = 20
_Command = TypeVar("_Command", bound=Callable[..., Any])


class _FrenchCommand(click.Command):
    """A command whose help speaks French."""

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        formatter.write_usage(ctx.command_path, " ".join(self.collect_usage_pieces(ctx)), prefix="Usage : ")

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        records = [record for param in self.get_params(ctx) if (record := param.get_help_record(ctx))]
        if records:
            with formatter.section("Options "):
                formatter.write_dl([(name, _in_french(said)) for name, said in records])

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        option = super().get_help_option(ctx)
        if option is not None:
            option.help = "Montrer cette aide."
        return option


def _in_french(said: str) -> str:
    """Translate what the framework adds to the help of an option."""
    return said.replace("required]", "obligatoire]").replace("[default: ", "[par défaut : ")


class _FrenchGroup(_FrenchCommand, click.Group):
    """The list of commands, in French."""

    command_class = _FrenchCommand

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        _FrenchCommand.format_options(self, ctx, formatter)
        with formatter.section("Commandes "):
            formatter.write_dl(
                [(name, command.get_short_help_str(80)) for name, command in sorted(self.commands.items())]
            )


@click.group(cls=_FrenchGroup, subcommand_metavar="COMMANDE [OPTIONS]…")
def vigie() -> None:
    """Suivre les extractions judiciaires évitées par la visioconférence."""


def main(words: Sequence[str] | None = None) -> None:
    """Run the command line; say errors in French, and let defects crash."""
    try:
        code = vigie.main(words, prog_name="vigie", standalone_mode=False)
    except UserFacingError as error:
        click.echo(str(error), err=True)
        code = 2
    except click.UsageError as error:
        click.echo(_french(error), err=True)
        code = 2
    except ValidationError as error:
        names = ", ".join(f"VIGIE_{str(fault['loc'][0]).upper()}" for fault in error.errors())
        click.echo(f"Réglage invalide : {names}. Le tableau du README dit ce qui est attendu.", err=True)
        code = 2
    except SQLAlchemyError as error:
        click.echo(tell_trouble(error), err=True)
        code = 2
    except click.Abort:
        click.echo("Interrompu : ce qui était fini est enregistré, rien de ce qui était en cours.", err=True)
        code = 130
    except BaseException as error:  # a defect: said in one sentence too, with what finds it
        # What the native code of polars gives up on is no `Exception`.
        if not isinstance(error, Exception) and type(error).__name__ != "PanicException":
            raise
        last = traceback.extract_tb(error.__traceback__)[-1]
        where = f"{type(error).__name__}, {Path(last.filename).name}, ligne {last.lineno}"
        click.echo(
            typeset(
                f"Vigie a un défaut ({where}) : "
                "signalez-le avec la commande tapée. Ce qui n'était pas fini n'est pas enregistré."
            ),
            err=True,
        )
        code = 3
    sys.exit(code if isinstance(code, int) else 0)


def _french(error: click.UsageError) -> str:
    """Say in French what is wrong with the words typed after `vigie`."""
    match error:
        case click.NoSuchOption():
            near = f" Vouliez-vous dire {', '.join(error.possibilities)} ?" if error.possibilities else ""
            return f"L'option {error.option_name} n'existe pas.{near}"
        case click.MissingParameter():
            return f"Il manque {_name_of(error.param)} : voyez l'aide avec --help."
        case click.BadParameter():
            name = _name_of(error.param)
            if error.param and isinstance(error.param.type, click.Choice):
                return f"{name} attend : {', '.join(error.param.type.choices)}."
            if error.param and isinstance(error.param.type, click.IntRange):
                return f"{name} attend un nombre entier de {error.param.type.min} à {error.param.type.max}."
            return f"{name} : {error.message}"
        case click.exceptions.NoArgsIsHelpError() if error.ctx:
            return error.ctx.get_help()
        case _ if "No such command" in error.message:
            return f"Cette commande n'existe pas. Commandes : {', '.join(sorted(vigie.commands))}."
        case _:
            return f"La commande est incomplète, ou un mot est de trop : voyez « {_path(error)} --help »."


def _name_of(param: click.Parameter | None) -> str:
    """Name an option as it is typed, an argument as the help shows it."""
    if param is None:
        return "un argument"
    return param.opts[0] if isinstance(param, click.Option) else (param.metavar or param.name or "").upper()


def _path(error: click.UsageError) -> str:
    return error.ctx.command_path if error.ctx else "vigie"


class _Month(click.ParamType[date]):
    """A month, written in any of the ways files write it."""

    name = "MOIS"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """Give the first day of the month."""
        if isinstance(value, date):
            return value
        month = month_of(str(value))
        if month is None or not FIRST_YEAR <= month.year <= LAST_YEAR:
            self.fail(f"« {value} » n'est pas un mois. Écrivez par exemple 2009-03.", param, ctx)
        return month


class _Day(click.ParamType[date]):
    """A day."""

    name = "JOUR"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """Give the day."""
        if isinstance(value, date):
            return value
        day = day_of(str(value))
        if day is None or not FIRST_YEAR <= day.year <= LAST_YEAR:
            self.fail(f"« {value} » n'est pas une date. Écrivez par exemple 2009-07-10.", param, ctx)
        return day


@contextmanager
def _opened() -> Generator[Store]:
    """Open the store of the settings; from now on, no start fills it with the demo by itself."""
    store = open_store(Settings(), load_reference())
    try:
        store.settle()
        yield store
    finally:
        store.close()


@vigie.command()
@click.option("--demo", is_flag=True, help="Remplir un entrepôt vide de la démonstration fictive.")
def preparer(demo: bool) -> None:
    """Créer l'entrepôt, ou le mettre à niveau."""
    with _opened() as store:
        if demo:
            store.record_demo(demo_lots(load_reference()))
            keep_past_projections(store)
    click.echo("Entrepôt prêt, rempli de données de démonstration fictives." if demo else "Entrepôt prêt.")


@vigie.command(name="vider-demo")
@click.option("--oui", is_flag=True, help="Confirmer : sans cette option, dire seulement ce qui partirait.")
def vider_demo(oui: bool) -> int:
    """Retirer la démonstration ; de vraies données ne sont jamais touchées.

    Ce qui a été préparé sur elle et n'est pas fictif reste : scénarios, texte et adresses des messages,
    règles et coûts du décompte.
    """
    with _opened() as store:
        contents = store.empty_demo() if oui else store.demo_contents()
    if contents is None:
        click.echo("Cet entrepôt ne contient pas de démonstration : rien n'a été retiré.")
        return 0
    staying = contents.tell_staying()
    if oui:
        click.echo(f"Démonstration retirée : {contents.tell_leaving()}.")
        click.echo(f"Gardé : {staying}." if staying else "L'entrepôt est vide.")
        return 0
    click.echo(f"Partirait : {contents.tell_leaving()}.")
    if staying:
        click.echo(f"Resterait : {staying}.")
    click.echo("Rien n'a été retiré : ajoutez --oui pour confirmer.")
    return 1


@vigie.command(name="reparer-dates")
@click.option("--oui", is_flag=True, help="Confirmer : sans cette option, dire seulement ce qui changerait.")
def reparer_dates(oui: bool) -> int:
    """Redater de maintenant ce qu'une horloge en avance a daté du futur.

    Tant que ces dates restent, « connu au » ne voit rien de ce qui est importé ensuite. À lancer quand
    l'horloge du serveur est réglée.
    """
    now = utc_now()
    with _opened() as store:
        found = store.redate(now) if oui else store.dated_later(now)
    if not found:
        click.echo("Rien n'est daté du futur dans cet entrepôt.")
        return 0
    if oui:
        click.echo(f"{count(found, 'écriture redatée', 'écritures redatées')} du {tell_moment(now)}.")
        return 0
    click.echo(f"{count(found, 'écriture est datée', 'écritures sont datées')} d'après {tell_moment(now)}.")
    click.echo("Rien n'a été changé : ajoutez --oui pour confirmer.")
    return 1


@vigie.command()
@click.argument("fichiers", metavar="FICHIER…", nargs=-1, required=True)
@click.option("--simulation", is_flag=True, help="Tout contrôler, ne rien écrire.")
@click.option(
    "--recu-le",
    type=_Day(),
    default=None,
    help="Jour où les fichiers sont arrivés, s'ils sont importés plus tard.",
)
@click.option(
    "--retablir", is_flag=True, help="Remettre les valeurs d'un fichier déjà importé, corrigées depuis."
)
@click.option(
    "--format", "output", type=click.Choice(["texte", "json"]), default="texte", help="Forme du compte rendu."
)
@click.option(
    "--auteur", metavar="NOM", default=None, help="Qui importe (par défaut, le compte de la machine)."
)
def importer(
    fichiers: tuple[str, ...],
    simulation: bool,
    recu_le: date | None,
    retablir: bool,
    output: str,
    auteur: str | None,
) -> int:
    """Contrôler des fichiers de collecte et les verser dans l'entrepôt, un lot par fichier.

    Une colonne « recu_le » dit le jour de réception ligne par ligne : il y a alors un lot par jour.

    Code de sortie : 0 si toutes les lignes sont prises, 1 si certaines sont refusées, 2 si rien n'est
    utilisable.
    """
    author = auteur or _account()
    with _opened() as store:
        if store.etat().demo and not simulation:
            raise UserFacingError(DEMO_IN_THE_WAY)
        reports = [
            _import_one(store, Settings(), Path(name), author, simulation, recu_le, retablir, output)
            for name in fichiers
        ]
    if output == "json":
        _give(json.dumps(reports, ensure_ascii=False, indent=1))
    refused = any(each["refusees"] or "erreur" in each for each in reports)
    taken = any(
        each["acceptees"] or each["inchangees"] or each["corrigees_depuis"] or each["non_reponses"]
        for each in reports
    )
    return (1 if refused else 0) if taken else 2


def _account() -> str:
    """Name the account of the machine; some have a number only."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "compte inconnu"


def _read_whole(path: Path, most_mo: int, remedy: str) -> bytes:
    """Read a file that is one: no pipe nor device, which would never end, and no larger than it may be."""
    shown = clean_text(path.name, lines=False)
    try:
        found = path.stat()
        if not S_ISREG(found.st_mode):
            raise UserFacingError(f"{path} n'est pas un fichier : donnez le chemin d'un fichier enregistré.")
        if found.st_size > most_mo * _MEGABYTE:
            raise UserFacingError(f"{shown} dépasse {most_mo} Mo : {remedy}.")
        # Some files of the system have no size and no end: the read stops where they make it wait, or swell.
        content = bytearray()
        with FileIO(os.open(path, os.O_RDONLY | os.O_NONBLOCK)) as opened:
            while block := opened.read(_MEGABYTE):
                content += block
                if len(content) > most_mo * _MEGABYTE:
                    raise UserFacingError(f"{shown} dépasse {most_mo} Mo : {remedy}.")
        if block is None:
            raise BlockingIOError(errno.EAGAIN, "")
        return bytes(content)
    except OSError as error:
        raise UserFacingError(
            f"{path} ne peut pas être ouvert ({reason_of(error)}). Vérifiez le chemin."
        ) from error


def _give(content: bytes | str) -> None:
    """Write on the standard output, to the end: a full disk takes a part of it without an error."""
    left = memoryview(content if isinstance(content, bytes) else f"{content}\n".encode())
    out = sys.stdout.buffer
    try:
        while left:
            left = left[out.write(left) or 0 :]
        out.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        raise UserFacingError(
            f"La sortie n'a pas pu être écrite jusqu'au bout ({reason_of(error)}) : ce qui s'y trouve est "
            "incomplet."
        ) from error


def _import_one(
    store: Store,
    settings: Settings,
    path: Path,
    author: str,
    simulation: bool,
    recu_le: date | None,
    retablir: bool,
    output: str,
) -> dict[str, Any]:
    try:
        content = _read_whole(path, settings.taille_max_mo, "découpez-le par mois")
    except UserFacingError as error:
        return _unusable(path, error, output)
    with _Progress(path.name, shown=output == "texte" and sys.stderr.isatty()) as progress:
        try:
            examen = examine(
                store,
                content,
                path.name,
                auteur=author,
                reference=load_reference(),
                parametres=load_parameters(),
                limites=Limites(octets=settings.taille_max_mo * _MEGABYTE),
                clock=utc_now,
                recu_le=recu_le,
                retablir=retablir,
                progress=progress,
            )
            progress(1.0, "écriture")
            ecriture = examen.prevision if simulation else store.record(examen.entree, connu_le=utc_now())
            if ecriture.lot is not None:
                keep_projection(store, connu_le=utc_now())
        except UserFacingError as error:
            return _unusable(path, error, output)
    brief = output == "texte"
    account = report(examen, ecriture, shown=_SHOWN_REFUSALS if brief else None)
    if brief:
        shown = clean_text(path.name, lines=False)
        click.echo(f"{shown} : {detected(examen.lecture)}")
        click.echo(f"  {summary(examen, ecriture)}")
        for sentence in tell_revisions(examen.prevision, shown=_SHOWN_REFUSALS):
            click.echo(f"  {sentence}")
        if examen.prevision.depassees.height:
            click.echo("  Pour remettre les valeurs de ce fichier : ajoutez --retablir.")
        for total in account["totaux"]:
            click.echo(f"  ligne {total['ligne']} : {total['message']}")
        if examen.jugement.rejets.height > _SHOWN_REFUSALS:
            for sentence in group_refusals(examen.jugement.rejets, shown=5):
                click.echo(f"  {sentence}")
        for line in account["rejets"]:
            where = f", {line['champ']}" if line["champ"] else ""
            click.echo(f"  ligne {line['ligne']}{where} : {line['motif']}")
        hidden = account["refusees"] - _SHOWN_REFUSALS
        if hidden > 0:
            click.echo(
                f"  … et {count(hidden, 'autre refus', 'autres refus')} : "
                "« vigie exporter rejets » les donne tous."
            )
        for line in account["signalements"][:_SHOWN_REFUSALS]:
            cell = " ".join(filter(None, (line["juridiction"], line["activite"])))
            click.echo(f"  ligne {line['ligne']} ({cell}), à vérifier : {line['message']}")
        if simulation:
            click.echo("  Simulation : rien n'a été écrit.")
        elif ecriture.lot is not None:
            click.echo(f"  Lot {ecriture.lot} enregistré.")
            if undated := _months_without_day(examen.entree):
                click.echo(
                    f"  Reçu après la clôture de {enumeration(month(mois) for mois in undated)}, jour de "
                    "réception inconnu : le rythme des réponses n'en tient pas compte. --recu-le le donne."
                )
        else:
            click.echo("  Rien de nouveau : aucun lot n'a été enregistré.")
    return account


def _months_without_day(entree: Entree) -> tuple[date, ...]:
    """List the months of a file entered once their collection is over, nobody saying when it was received."""
    if entree.nature != "declarations" or entree.recu_le is not None:
        return ()
    lines = entree.acceptees
    if "recu_le" in lines.columns:
        lines = lines.filter(pl.col("recu_le").is_null())
    today = utc_now().astimezone(PARIS).date()
    return list_closed(lines["mois"].unique(), today, load_parameters())


def _unusable(path: Path, error: UserFacingError, output: str) -> dict[str, Any]:
    if output == "texte":
        click.echo(f"{clean_text(path.name, lines=False)} : {error}", err=True)
    empty = dict.fromkeys(("lues", "acceptees", "inchangees", "refusees", "non_reponses", "alertes"), 0)
    return {
        "fichier": path.name,
        "sha256": None,
        "lot": None,
        "forme": None,
        "encodage": None,
        **empty,
        "corrigees": [],
        "corrigees_depuis": [],
        "rejets": [],
        "erreur": str(error),
    }


class _Progress:
    """A bar on the terminal while a file is read and judged; silent elsewhere."""

    def __init__(self, name: str, *, shown: bool) -> None:
        self._name, self._shown = name, shown

    def __enter__(self) -> "_Progress":
        return self

    def __call__(self, part: float, label: str) -> None:
        if self._shown:
            filled = round(part * 24)
            bar = "█" * filled + "·" * (24 - filled)
            click.echo(f"\r\033[K{self._name} {bar} {part * 100:3.0f} % {label}", nl=False, err=True)

    def __exit__(self, *_: object) -> None:
        if self._shown:
            click.echo("\r\033[K", nl=False, err=True)


@vigie.command()
@click.argument("quoi", type=click.Choice(["declarations", "rejets", "lots"]))
@click.option("--cour", metavar="COUR", default=None, help="Une seule cour : code ou nom.")
@click.option("--du", type=_Month(), default=None, help="Premier mois.")
@click.option("--au", type=_Month(), default=None, help="Dernier mois.")
@click.option("--connu-le", type=_Day(), default=None, help="Situation connue à la fin de ce jour.")
@click.option(
    "--nature",
    type=click.Choice(list(NATURES)),
    default="declarations",
    help="Nature des lignes refusées.",
)
@click.option(
    "--format", "output", type=click.Choice(["csv", "xlsx", "ods", "parquet", "json"]), required=True
)
@click.option(
    "--sortie", metavar="FICHIER|-", required=True, help="Fichier à écrire ; « - » pour la sortie standard."
)
def exporter(
    quoi: Any,
    cour: str | None,
    du: date | None,
    au: date | None,
    connu_le: date | None,
    nature: str,
    output: Any,
    sortie: str,
) -> None:
    """Écrire les déclarations, les lignes refusées ou l'historique des lots."""
    seen = _perimetre(cour)
    if du is not None and au is not None and du > au:
        raise UserFacingError(typeset(f"--du ({month(du)}) est après --au ({month(au)}) : échangez-les."))
    with _opened() as store:
        frame = exported(store, quoi, perimetre=seen, du=du, au=au, connu_le=connu_le, nature=nature)
        notes = accompanying(store, perimetre=seen, connu_le=connu_le)
    content = write_table(frame, output, sheet=quoi.capitalize(), entete=notes)
    if sortie == "-":
        _give(content)
        return
    path = Path(sortie)
    if not path.name or (path.exists() and not path.is_file()):
        raise UserFacingError(f"« {sortie} » n'est pas un fichier : donnez un nom de fichier à --sortie.")
    partial = path.with_name(path.name + ".partiel")
    try:
        partial.write_bytes(content)
        partial.replace(path.resolve())
    except OSError as error:
        with suppress(OSError):
            partial.unlink()
        raise UserFacingError(f"{path} ne peut pas être écrit ({reason_of(error)}).") from error
    click.echo(f"{path} : {count(frame.height, 'ligne')}.", err=True)


@vigie.command()
@click.option("--annee", type=click.IntRange(2000, 2100), required=True, help="Année de l'objectif.")
@click.option("--cour", metavar="COUR", default=None, help="Une seule cour : code ou nom.")
@click.option(
    "--arrete-a",
    type=_Month(),
    default=None,
    help="Ne lire que les mois jusqu'à celui-ci, quoi qu'on ait reçu depuis.",
)
@click.option("--au", type=_Day(), default=None, help="Situation connue à la fin de ce jour.")
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
    seen, reference, parametres = _perimetre(cour), load_reference(), load_parameters()
    regle = Regle(lecture=lecture, chainage=base, mode=comptage, profil=profil)
    with _opened() as store:
        demo, faits = store.etat().demo, store.faits(NATIONAL, connu_le=au)
    pays = survey(
        faits,
        reference.attendues,
        activites=reference.activites,
        cle=load_illustrative_base(),
        regle=regle,
        periode=last_period(faits, annee, arrete_a=arrete_a),
        parametres=parametres,
    )
    rests_on = cover_each(
        faits,
        reference.attendues,
        pays,
        activites=reference.activites,
        lignes=reference.lignes,
        parametres=parametres,
    )
    country, *each = list_positions(pays, reference.cours, rests_on, parametres)
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
        _give(write_table(flatten(rows), "csv", sheet="Trajectoire"))
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
    _give(json.dumps(account, ensure_ascii=False, indent=1))


@vigie.command()
@click.option("--annee", type=click.IntRange(2000, 2100), required=True, help="Année de l'objectif.")
@click.option("--cour", metavar="COUR", default=None, help="Une seule cour : code ou nom.")
@click.option("--regle", default=USUAL_SETTLEMENT, help="Règle du décompte.", show_default=True)
@click.option("--lecture", type=click.Choice(list(LECTURES)), default=None, help="Ce qui est mesuré.")
@click.option("--mode", type=click.Choice(list(SHARING)), default=None, help="Partage entre les cours.")
@click.option("--cout-etpt", metavar="EUROS", default=None, help="Coût d'un ETPT, en euros.")
@click.option("--connu-le", type=_Day(), default=None, help="Situation connue à la fin de ce jour.")
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
    seen, reference = _perimetre(cour), load_reference()
    bareme = find_rule([Bareme.from_toml(table) for table in load_rules()], regle, annee)
    if lecture is not None:
        bareme = replace(bareme, lecture=lecture)
    with _opened() as store:
        lot = store.lot_connu_le(connu_le)
        demo, faits = store.etat().demo, store.faits(NATIONAL, connu_le=connu_le)
        lots = store.lots(NATIONAL)
        cout = choose_cost(cout_etpt or "", "", annee, store.registre(), connu_le, load_parameters())
    releve = settle_year(
        faits,
        reference.attendues,
        bareme,
        periode=last_period(faits, annee),
        mode=mode,
        cout=cout,
        ajustements=(),
        activites=reference.activites,
        cle=load_illustrative_base(),
        lot=lot,
        connu_le=connu_le,
        demonstration=demo,
        parametres=load_parameters(),
    )
    content = write_document(
        releve,
        output,
        faits,
        cour=None if seen.national else next(iter(seen.cours)),
        perimetre=NATIONAL,
        reference=reference,
        parametres=load_parameters(),
        etat=SIMULATION,
        version=version_of(),
        lots=lots,
    )
    _give(content)


@vigie.command()
@click.argument("fichier", metavar="F.json")
@click.option(
    "--tirages", type=click.IntRange(1, 65536), default=None, help="Tirages : une puissance de deux."
)
@click.option("--graine", type=click.IntRange(0, 2**31), default=None, help="Graine des tirages.")
@click.option("--connu-le", type=_Day(), default=None, help="Situation connue à la fin de ce jour.")
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
    with _Progress(Path(fichier).name, shown=sys.stderr.isatty()) as bar:
        etude = run_scenario(
            ground, asked, tirages=draws, graine=seed, progress=lambda part: bar(part, "simulation")
        )
    told = account_of_scenario(etude, NATIONAL, load_reference(), load_parameters(), graine=seed)
    if output == "csv":
        _give(write_table(flatten_account(told), "csv", sheet="Scénario"))
        return
    _give(json.dumps(told, ensure_ascii=False, indent=1))


@vigie.command()
@click.option("--atteindre", metavar="PART", required=True, help="Part de la base à éviter : 5%.")
@click.option("--levier", "fichier", metavar="F.json", required=True, help="Scénario d'un seul levier.")
@click.option("--connu-le", type=_Day(), default=None, help="Situation connue à la fin de ce jour.")
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
        text = _read_whole(path, _SCENARIO_MO, "un scénario tient en quelques lignes").decode("utf-8")
    except UnicodeDecodeError as error:
        raise UserFacingError(
            f"{path} ne peut pas être lu (ce n'est pas un texte). Vérifiez le chemin."
        ) from error
    reference = load_reference()
    with _opened() as store:
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
    ground = start_from(
        faits,
        cellules,
        fin=asked.depuis,
        regle=USUAL_RULE,
        reference=reference,
        cle=load_illustrative_base(),
        parametres=load_parameters(),
    )
    return asked, ground


@vigie.command()
@click.option(
    "--annee",
    metavar="ANNEE",
    type=click.IntRange(2000, 2100),
    required=True,
    help="Année des mois collectés.",
)
@click.option(
    "--ouverture",
    type=click.Choice(["ouvrable", "ouvre"]),
    default=None,
    help="Lire « 1er jour ouvrable » autrement que les paramètres.",
)
@click.option(
    "--relance",
    type=click.Choice(list(GENRES)),
    default=None,
    help="Compter « trois jours avant » autrement que les paramètres.",
)
@click.option("--format", "output", type=click.Choice(["json", "csv"]), required=True)
def calendrier(annee: int, ouverture: str | None, relance: str | None, output: str) -> None:
    """Donner les dates de la collecte de chaque mois d'une année : ouverture, relance, clôture."""
    campaigns = campaigns_of_year(annee, load_parameters(), ouverture=ouverture, relance=relance)
    lines = [
        {
            "mois": f"{campagne.mois:%Y-%m}",
            "ouverture": campagne.ouverture.isoformat(),
            "relance": campagne.relance.isoformat(),
            "cloture": campagne.cloture.isoformat(),
            "jours_non_ouvres": [
                {"etape": each.etape, "jour": each.jour.isoformat(), "motif": each.motif}
                for each in campagne.jours_non_ouvres
            ],
        }
        for campagne in campaigns
    ]
    if output == "json":
        _give(json.dumps(lines, ensure_ascii=False, indent=1))
        return
    told = [
        " ; ".join(f"{each.etape} : {each.motif}" for each in campagne.jours_non_ouvres)
        for campagne in campaigns
    ]
    frame = pl.DataFrame(lines).with_columns(jours_non_ouvres=pl.Series(told, dtype=pl.String))
    _give(write_table(frame, "csv", sheet="Calendrier"))


@vigie.command()
@click.option("--mois", type=_Month(), required=True, help="Mois de données de la collecte.")
@click.option(
    "--au",
    type=_Day(),
    default=None,
    help="Qui n'avait pas répondu à la fin de ce jour (par défaut, maintenant).",
)
@click.option("--dossier", metavar="DOSSIER", default=None, help="Écrire un message .eml par juridiction.")
@click.option("--envoyer", is_flag=True, help="Envoyer les messages par le serveur réglé.")
@click.option(
    "--etape",
    type=click.Choice([MESSAGERIE, TELEPHONE]),
    default=MESSAGERIE,
    help="Relance par messagerie, ou liste de qui appeler.",
)
@click.option("--cour", metavar="COUR", default=None, help="Une seule cour : code ou nom.")
@click.option("--renvoyer", is_flag=True, help="Reprendre aussi les juridictions déjà relancées.")
@click.option(
    "--rouvrir-jusqu-au",
    type=_Day(),
    default=None,
    help="La collecte étant close, rouvrir jusqu'à ce jour le mois de qui reçoit un message.",
)
@click.option(
    "--douteux",
    type=click.Choice(["partis", "non-partis"]),
    default=None,
    help="Dire ce que sont devenus les messages dont l'envoi a été interrompu.",
)
@click.option(
    "--auteur", metavar="NOM", default=None, help="Qui relance (par défaut, le compte de la machine)."
)
def relances(
    mois: date,
    au: date | None,
    dossier: str | None,
    envoyer: bool,
    etape: str,
    cour: str | None,
    renvoyer: bool,
    rouvrir_jusqu_au: date | None,
    douteux: str | None,
    auteur: str | None,
) -> int:
    """Relancer les juridictions qui n'ont pas répondu pour un mois.

    Sans --dossier ni --envoyer, dire seulement qui le serait. Un message n'est envoyé qu'une fois par
    juridiction et par collecte. Celui dont l'envoi a été interrompu attend que quelqu'un dise, avec
    --douteux, s'il est parti. Code de sortie : 0 si tout est parti, 1 si des messages ne sont pas partis ou
    si l'on ignore s'ils le sont, 2 si rien ne pouvait partir.
    """
    if dossier is not None and envoyer:
        raise UserFacingError("--dossier et --envoyer s'excluent : choisissez l'un des deux.")
    if etape == TELEPHONE and (dossier is not None or envoyer):
        raise UserFacingError(
            "Une relance téléphonique ne s'envoie pas : sans --dossier ni --envoyer, la commande donne qui "
            "appeler."
        )
    with _opened() as store:
        bureau = Bureau(store, NATIONAL, Settings(), auteur or _account(), utc_now)
        seen = _perimetre(cour)
        asked = "" if seen.national else next(iter(seen.cours))

        def list_them() -> Preparation:
            return prepare(bureau, mois, au=au, rouvrir_jusqu_au=rouvrir_jusqu_au).of_cour(asked)

        preparation = list_them()
        if douteux is not None:
            settled = settle_doubts(bureau, preparation, partis=douteux == "partis")
            click.echo(
                f"{count(settled, 'message douteux', 'messages douteux')} : "
                f"{'parti' if douteux == 'partis' else 'non parti'}{'s' if settled > 1 else ''}."
            )
            preparation = list_them()
        if envoyer:
            return _send(bureau, preparation, renvoyer=renvoyer)
        if dossier is None:
            _list(preparation, etape, renvoyer=renvoyer)
            return 1 if preparation.in_doubt() else 0
        written, left_over = write_folder(bureau, preparation, Path(dossier), renvoyer=renvoyer)
    _warn_of_doubts(preparation.in_doubt())
    fictional = ", fictifs (démonstration)" if preparation.fictif else ""
    click.echo(f"{count(len(written), 'message')} dans {dossier}{fictional}.")
    if left_over:
        names = some_of((path.name for path in left_over[:3]), len(left_over))
        click.echo(f"À ne pas envoyer, écrits avant et sans objet depuis : {names}.", err=True)
    return 1 if preparation.in_doubt() else 0


def _warn_of_doubts(doubts: Sequence[tuple[Rappel, str]]) -> None:
    """Say which messages may have left or not, and how someone says so."""
    for rappel, told in doubts:
        click.echo(f"  {rappel.nom}, {rappel.adresse} : {told}", err=True)
    if doubts:
        click.echo(
            f"{count(len(doubts), 'message douteux', 'messages douteux')} : demandez à la juridiction ce "
            "qu'elle a reçu, puis relancez avec « --douteux partis » ou « --douteux non-partis ».",
            err=True,
        )


def _list(preparation: Preparation, etape: str, *, renvoyer: bool) -> None:
    """Say who would be reminded, and who has been."""
    rappels = preparation.rappels
    expected = f"{count(len(rappels), 'juridiction')} sur {number(preparation.attendues)}"
    silent = agree(len(rappels), "n'a pas répondu", "n'ont pas répondu")
    click.echo(
        f"Collecte {of_month(preparation.campagne.mois)}, situation au {long_date(preparation.jour)} : "
        f"{expected} {silent}."
    )
    for rappel in rappels:
        facts = [f"{count(rappel.absences, 'mois', 'mois')} sans réponse", _contact(rappel)]
        if etape == MESSAGERIE:
            facts.insert(0, rappel.adresse)
            left = preparation.deja.get(rappel.juridiction)
            if left is not None and not renvoyer:
                facts.append(f"déjà relancée le {tell_moment(left)}")
        click.echo(f"  {rappel.nom} : {' ; '.join(facts)}")
    if etape == MESSAGERIE:
        waiting = preparation.to_send(renvoyer=renvoyer)
        click.echo(
            f"{count(len(waiting), 'message')} à envoyer : --dossier les écrit, --envoyer les envoie. "
            "Rien n'a été envoyé."
        )
        _warn_of_doubts(preparation.in_doubt())


def _contact(rappel: Rappel) -> str:
    if rappel.dernier_contact is None:
        return "aucun contact"
    return f"dernier contact le {short_date(rappel.dernier_contact)} ({rappel.contact})"


def _send(bureau: Bureau, preparation: Preparation, *, renvoyer: bool) -> int:
    """Send the reminders, say what became of each; give the exit code."""
    with _Progress("Relances", shown=sys.stderr.isatty()) as progress:
        bilan = send(bureau, preparation, renvoyer=renvoyer, progress=progress)
    click.echo(f"{count(len(bilan.envoyes), 'message envoyé', 'messages envoyés')}.")
    already = len(bilan.deja)
    if not renvoyer:
        already += sum(each.juridiction in preparation.deja for each in preparation.rappels)
    if already:
        click.echo(f"{count(already, 'juridiction déjà relancée', 'juridictions déjà relancées')}.")
    for rappel, told in bilan.deja:
        click.echo(f"  {rappel.nom} : {told}")
    for rappel, why in bilan.refuses:
        click.echo(f"  {rappel.nom}, {rappel.adresse} : refusé ({why})", err=True)
    if bilan.restants:
        unsent = count(len(bilan.restants), "message n'est pas parti", "messages ne sont pas partis")
        click.echo(f"{unsent}, la connexion étant perdue : relancez la même commande.", err=True)
    _warn_of_doubts(bilan.douteux)
    return 1 if bilan.refuses or bilan.restants or bilan.douteux else 0


def _perimetre(cour: str | None) -> Perimetre:
    if cour is None:
        return NATIONAL
    found = cour_names(load_reference()).resolve(court_key(cour))
    if found.code is None:
        near = found.candidats or found.proches
        hint = f" Vouliez-vous dire {', '.join(near)} ?" if near else ""
        raise UserFacingError(f"La cour « {cour} » n'est pas connue.{hint}")
    return Perimetre.of([found.code])


if __name__ == "__main__":
    main()
