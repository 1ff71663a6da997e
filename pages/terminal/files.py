"""The commands that fill the store and take tables out of it."""

import json
import sys
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Any

import click
import polars as pl

from analytics.collecte.calendar import list_closed
from analytics.documents.table import write_table
from analytics.vocabulary.errors import UserFacingError, reason_of
from analytics.vocabulary.moments import PARIS, tell_moment
from analytics.vocabulary.wording import clean_text, count, enumeration, month, typeset
from data.actes.archive import keep_past_projections, keep_projection
from data.collecte.expected.limits import Limites
from data.collecte.expected.natures import NATURES
from data.collecte.importer import detected, examine, group_refusals, report, summary, tell_revisions
from data.demo import demo_lots
from data.exports import accompanying, exported
from data.reference import load_parameters, load_reference
from data.settings import Settings
from data.store.store import DEMO_IN_THE_WAY, Entree, Store, utc_now
from pages.terminal.french import Day, Month, vigie
from pages.terminal.shared import MEGABYTE, Progress, account, give, opened, perimetre_of, read_whole

_SHOWN_REFUSALS = 20


@vigie.command()
@click.option("--demo", is_flag=True, help="Remplir un entrepôt vide de la démonstration fictive.")
def preparer(demo: bool) -> None:
    """Créer l'entrepôt, ou le mettre à niveau."""
    with opened() as store:
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
    with opened() as store:
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
    with opened() as store:
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
                auteur=author,
                reference=load_reference(),
                parametres=load_parameters(),
                limites=Limites(octets=settings.taille_max_mo * MEGABYTE),
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
        partial.replace(path.resolve())
    except OSError as error:
        with suppress(OSError):
            partial.unlink()
        raise UserFacingError(f"{path} ne peut pas être écrit ({reason_of(error)}).") from error
    click.echo(f"{path} : {count(frame.height, 'ligne')}.", err=True)
