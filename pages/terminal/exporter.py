"""`vigie exporter`: tables taken out of the store."""

import errno
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Any

import click

from analytics.documents.table import write_table
from analytics.vocabulary.errors import UserFacingError, reason_of
from analytics.vocabulary.wording import count, month, typeset
from data.collecte.expected.natures import NATURES
from data.exports import accompanying, exported
from pages.terminal.french import vigie
from pages.terminal.shared import Day, Month, give, opened, perimetre_of


@vigie.command()
@click.argument("quoi", type=click.Choice(["declarations", "rejets", "lots"]))
@click.option("--cour", metavar="COUR", default=None, help="Une seule cour : code ou nom.")
@click.option("--du", type=Month(), default=None, help="Premier mois.")
@click.option("--au", type=Month(), default=None, help="Dernier mois.")
@click.option("--connu-le", type=Day(), default=None, help="Situation connue à la fin de ce jour.")
@click.option(
    "--nature", type=click.Choice(list(NATURES)), default="declarations", help="Nature des lignes refusées."
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
    seen = perimetre_of(cour)
    if du is not None and au is not None and du > au:
        raise UserFacingError(typeset(f"--du ({month(du)}) est après --au ({month(au)}) : échangez-les."))
    with opened() as store:
        frame = exported(store, quoi, perimetre=seen, du=du, au=au, connu_le=connu_le, nature=nature)
        notes = accompanying(store, perimetre=seen, connu_le=connu_le)
    content = write_table(frame, output, sheet=quoi.capitalize(), entete=notes)
    if sortie == "-":
        give(content)
        return
    path = Path(sortie)
    if not path.name or (path.exists() and not path.is_file()):
        raise UserFacingError(f"« {sortie} » n'est pas un fichier : donnez un nom de fichier à --sortie.")
    partial = path.with_name(path.name + ".partiel")
    try:
        partial.write_bytes(content)
        partial.replace(_followed(path))
    except OSError as error:
        with suppress(OSError):
            partial.unlink()
        raise UserFacingError(f"{path} ne peut pas être écrit ({reason_of(error)}).") from error
    click.echo(f"{path} : {count(frame.height, 'ligne')}.", err=True)


def _followed(path: Path) -> Path:
    """Follow the links of a path to what will be written."""
    try:
        return path.resolve()
    except RuntimeError as error:  # what a loop of links is called
        raise OSError(errno.ELOOP, "") from error
