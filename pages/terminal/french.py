"""The commands in French: their help, what is wrong with the words typed, months and days."""

import traceback
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

import click

from analytics.vocabulary.periods import EARLIEST_YEAR, LATEST_YEAR
from analytics.vocabulary.wording import typeset
from data.collecte.expected.names import day_of, month_of

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
            return f"Cette commande n'existe pas. Commandes : {', '.join(sorted(vigie.commands))}."
        case _:
            return f"La commande est incomplète, ou un mot est de trop : voyez « {_path(error)} --help »."


def tell_defect(error: BaseException) -> str:
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


class Month(click.ParamType[date]):
    """A month, written in any of the ways files write it."""

    name = "MOIS"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """Give the first day of the month."""
        if isinstance(value, date):
            return value
        month = month_of(str(value))
        if month is None or not EARLIEST_YEAR <= month.year <= LATEST_YEAR:
            self.fail(f"« {value} » n'est pas un mois. Écrivez par exemple 2009-03.", param, ctx)
        return month


class Day(click.ParamType[date]):
    """A day."""

    name = "JOUR"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """Give the day."""
        if isinstance(value, date):
            return value
        day = day_of(str(value))
        if day is None or not EARLIEST_YEAR <= day.year <= LATEST_YEAR:
            self.fail(f"« {value} » n'est pas une date. Écrivez par exemple 2009-07-10.", param, ctx)
        return day
