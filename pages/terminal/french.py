"""The commands in French: their list, their help, what is wrong with the words typed."""

import traceback
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any, TypeVar

import click

from analytics.vocabulary.wording import typeset

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


# Where each command is, and its line in the list: the help reads no figure, so it loads nothing that does.
COMMANDS = {
    "calendrier": ("collecte", "Donner les dates de la collecte de chaque mois d'une année : ouverture,..."),
    "decompte": (
        "decompte",
        "Régler une année : ce que chaque cour, et le ministère, auraient à rembourser.",
    ),
    "exporter": ("exporter", "Écrire les déclarations, les lignes refusées ou l'historique des lots."),
    "importer": (
        "importer",
        "Contrôler des fichiers de collecte et les verser dans l'entrepôt, un lot par...",
    ),
    "objectif": ("scenario", "Chercher la valeur d'un levier qui amène l'année à une part de la base."),
    "preparer": ("entrepot", "Créer l'entrepôt, ou le mettre à niveau."),
    "relances": ("collecte", "Relancer les juridictions qui n'ont pas répondu pour un mois."),
    "reparer-dates": ("entrepot", "Redater de maintenant ce qu'une horloge en avance a daté du futur."),
    "scenario": (
        "scenario",
        "Simuler un scénario : ce que ses leviers évitent, par mois, par levier et par...",
    ),
    "trajectoire": (
        "trajectoire",
        "Dire où en est chaque cour, et le ministère, face à l'objectif d'une année.",
    ),
    "vider-demo": ("entrepot", "Retirer la démonstration ; de vraies données ne sont jamais touchées."),
}


class _FrenchGroup(_FrenchCommand, click.Group):
    """The list of commands, in French; the one that is asked for is loaded, and no other."""

    command_class = _FrenchCommand

    def list_commands(self, ctx: click.Context) -> list[str]:
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name in COMMANDS:  # its file declares it to `vigie`
            import_module(f"pages.terminal.{COMMANDS[cmd_name][0]}")
        return super().get_command(ctx, cmd_name)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        _FrenchCommand.format_options(self, ctx, formatter)
        with formatter.section("Commandes "):
            formatter.write_dl([(name, line) for name, (_, line) in COMMANDS.items()])


@click.group(cls=_FrenchGroup, subcommand_metavar="COMMANDE [OPTIONS]…")
def vigie() -> None:
    """Suivre les extractions judiciaires évitées par la visioconférence."""


def tell_misuse(error: click.UsageError) -> str:
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
            return f"Cette commande n'existe pas. Commandes : {', '.join(COMMANDS)}."
        case _:
            return f"La commande est incomplète, ou un mot est de trop : voyez « {_path(error)} --help »."


def tell_failure(error: BaseException) -> tuple[str, int]:
    """Say what a setting or the store refused, or that the fault is ours; with the exit code."""
    # Slow to load, and a command that ends well has no use for them here.
    from pydantic import ValidationError
    from sqlalchemy.exc import SQLAlchemyError

    if isinstance(error, ValidationError):
        names = ", ".join(f"VIGIE_{str(fault['loc'][0]).upper()}" for fault in error.errors())
        return f"Réglage invalide : {names}. Le tableau du README dit ce qui est attendu.", 2
    if isinstance(error, SQLAlchemyError):
        from data.store.engine import tell_trouble

        return tell_trouble(error), 2
    return _tell_defect(error), 3


def _tell_defect(error: BaseException) -> str:
    """Say that it is ours, and what finds it; a defect is the only error whose cause is not told."""
    last = traceback.extract_tb(error.__traceback__)[-1]
    where = f"{type(error).__name__}, {Path(last.filename).name}, ligne {last.lineno}"
    return typeset(
        f"Vigie a un défaut ({where}) : "
        "signalez-le avec la commande tapée. Ce qui n'était pas fini n'est pas enregistré."
    )


def _name_of(param: click.Parameter | None) -> str:
    """Name an option as it is typed, an argument as the help shows it."""
    if param is None:
        return "un argument"
    return param.opts[0] if isinstance(param, click.Option) else (param.metavar or param.name or "").upper()


def _path(error: click.UsageError) -> str:
    return error.ctx.command_path if error.ctx else "vigie"
