"""`vigie …`: the same questions as the screens, from a terminal, with the same numbers.

Exit codes: 0 all is well, 1 some lines were refused, 2 nothing could be used or the request makes no
sense. Errors are one French sentence on standard error.
"""

import sys
from collections.abc import Sequence

import click

from analytics.vocabulary.errors import UserFacingError
from pages.terminal.french import tell_failure, tell_misuse, vigie


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
    except click.Abort:
        click.echo("Interrompu : ce qui était fini est enregistré, rien de ce qui était en cours.", err=True)
        code = 130
    except BaseException as error:
        # What the native code of polars gives up on is no `Exception`.
        if not isinstance(error, Exception) and type(error).__name__ != "PanicException":
            raise
        sentence, code = tell_failure(error)
        click.echo(sentence, err=True)
    sys.exit(code if isinstance(code, int) else 0)


if __name__ == "__main__":
    main()
