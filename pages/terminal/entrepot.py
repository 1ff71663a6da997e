"""`vigie preparer`, `vider-demo`, `reparer-dates`: the store itself."""

import click

from analytics.vocabulary.moments import tell_moment
from analytics.vocabulary.wording import count
from data.actes import demonstration
from data.store.store import utc_now
from pages.terminal.french import vigie
from pages.terminal.shared import opened


@vigie.command()
@click.option("--demo", is_flag=True, help="Remplir un entrepôt vide de la démonstration fictive.")
def preparer(demo: bool) -> None:
    """Créer l'entrepôt, ou le mettre à niveau."""
    with opened() as store:
        if demo:
            demonstration.fill(store)
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
