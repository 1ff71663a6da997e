"""`vigie importer`: files read, judged, and written."""

import json
import sys
from datetime import date
from pathlib import Path
from typing import Any

import click
import polars as pl

from analytics.collecte.calendar import list_closed
from analytics.vocabulary.errors import UserFacingError
from analytics.vocabulary.moments import day_in_paris
from analytics.vocabulary.wording import clean_text, count, enumeration, month
from data.actes.archive import keep_projection
from data.collecte.expected.limits import Limites
from data.collecte.importer import detected, examine, group_refusals, report, summary, tell_revisions
from data.reference import load_parameters, load_referentiel
from data.settings import Settings
from data.store.store import DEMO_IN_THE_WAY, Entree, Store, utc_now
from pages.terminal.french import vigie
from pages.terminal.shared import MEGABYTE, Day, Progress, account, give, opened, read_whole

_SHOWN_REFUSALS = 20


@vigie.command()
@click.argument("fichiers", metavar="FICHIER…", nargs=-1, required=True)
@click.option("--simulation", is_flag=True, help="Tout contrôler, ne rien écrire.")
@click.option(
    "--recu-le",
    type=Day(),
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
    author = auteur or account()
    with opened() as store:
        if store.etat().demo and not simulation:
            raise UserFacingError(DEMO_IN_THE_WAY)
        reports = [
            _import_one(store, Settings(), Path(name), author, simulation, recu_le, retablir, output)
            for name in fichiers
        ]
    if output == "json":
        give(json.dumps(reports, ensure_ascii=False, indent=1))
    refused = any(each["refusees"] or "erreur" in each for each in reports)
    taken = any(
        each["acceptees"] or each["inchangees"] or each["corrigees_depuis"] or each["non_reponses"]
        for each in reports
    )
    return (1 if refused else 0) if taken else 2


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
        content = read_whole(path, settings.taille_max_mo, "découpez-le par mois")
    except UserFacingError as error:
        return _unusable(path, error, output)
    with Progress(path.name, shown=output == "texte" and sys.stderr.isatty()) as progress:
        try:
            examen = examine(
                store,
                content,
                path.name,
                load_referentiel(),
                limites=Limites(octets=settings.taille_max_mo * MEGABYTE),
                clock=utc_now,
                recu_le=recu_le,
                progress=progress,
            ).signed(author)
            if retablir:
                examen = examen.restored(store)
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
    today = day_in_paris(utc_now())
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
