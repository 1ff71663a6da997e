"""`vigie …`: the same questions as the screens, from a terminal, with the same numbers.

Exit codes: 0 all is well, 1 some lines were refused, 2 nothing could be used or the request makes no
sense. Errors are one French sentence on standard error.
"""

import sys
from collections.abc import Sequence

import click
from pydantic import ValidationError
from sqlalchemy.exc import SQLAlchemyError

from analytics.vocabulary.errors import UserFacingError
from data.store.engine import tell_trouble
from pages.terminal import collecte, decompte, entrepot, exporter, importer, scenario, trajectoire
from pages.terminal.french import tell_defect, tell_misuse, vigie

# Each declares its commands to `vigie` when it is imported.
COMMANDS = (entrepot, importer, exporter, trajectoire, decompte, scenario, collecte)


def main(words: Sequence[str] | None = None) -> None:
    """Run the command line; say errors in French, and let defects crash."""
    try:
        code = vigie.main(words, prog_name="vigie", standalone_mode=False)
    except UserFacingError as error:
        click.echo(str(error), err=True)
        code = 2
    except click.UsageError as error:
        click.echo(tell_misuse(error), err=True)
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
        click.echo(tell_defect(error), err=True)
        code = 3
    sys.exit(code if isinstance(code, int) else 0)


if __name__ == "__main__":
    main()
