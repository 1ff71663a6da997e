"""The control chart of a cour started anew, or taken back, by who may."""

from datetime import date

from analytics.vocabulary.errors import UserFacingError
from data.store.store import utc_now
from pages.commun.identite import lecteur
from pages.commun.lecture import store


def rebase(cour: str, mois: date, cause: str, auteur: str, *, retire: bool) -> str:
    """Start the control chart of a cour anew at a month, or take it back; say what became of it."""
    if not lecteur().perimetre.holds(cour):
        return "Cette cour n'est pas dans votre périmètre : rien n'a été enregistré."
    try:
        store().rebase(cour=cour, mois=mois, cause=cause, auteur=auteur, retire=retire, connu_le=utc_now())
    except UserFacingError as error:
        return str(error)
    return "Recalage annulé." if retire else "Recalage enregistré."
