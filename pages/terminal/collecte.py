"""The commands of the collection: its calendar, its reminders."""

import json
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import click
import polars as pl

from analytics.collecte.calendar import GENRES, campaigns_of_year
from analytics.collecte.reminders import Rappel
from analytics.documents.table import write_table
from analytics.vocabulary.errors import UserFacingError
from analytics.vocabulary.moments import tell_moment
from analytics.vocabulary.perimetre import NATIONAL
from analytics.vocabulary.schemas import MESSAGERIE, TELEPHONE
from analytics.vocabulary.wording import agree, count, long_date, number, of_month, short_date, some_of
from data.actes.brouillons import write_folder
from data.actes.relances import Bureau, Preparation, prepare, send, settle_doubts
from data.reference import load_parameters
from data.settings import Settings
from data.store.store import utc_now
from pages.terminal.french import vigie
from pages.terminal.shared import Day, Month, Progress, account, give, opened, perimetre_of


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
        give(json.dumps(lines, ensure_ascii=False, indent=1))
        return
    told = [
        " ; ".join(f"{each.etape} : {each.motif}" for each in campagne.jours_non_ouvres)
        for campagne in campaigns
    ]
    frame = pl.DataFrame(lines).with_columns(jours_non_ouvres=pl.Series(told, dtype=pl.String))
    give(write_table(frame, "csv", sheet="Calendrier"))


@vigie.command()
@click.option("--mois", type=Month(), required=True, help="Mois de données de la collecte.")
@click.option(
    "--au",
    type=Day(),
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
    type=Day(),
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
    with opened() as store:
        bureau = Bureau(store, NATIONAL, Settings(), auteur or account(), utc_now)
        seen = perimetre_of(cour)
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
    with Progress("Relances", shown=sys.stderr.isatty()) as progress:
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
