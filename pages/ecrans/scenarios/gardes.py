"""The scenarios that people keep, as the page writes and reads them."""

from dataclasses import replace

from analytics.scenarios.scenario import Scenario
from analytics.scenarios.study import cours_named
from analytics.vocabulary.errors import UserFacingError
from analytics.vocabulary.moments import tell_moment
from analytics.vocabulary.schemas import ScenarioGarde
from analytics.vocabulary.wording import typeset
from data.store.store import NO_LOT, utc_now
from pages.commun import lecture
from pages.commun.identite import lecteur


def kept(*, archives: bool) -> list[ScenarioGarde]:
    """List the scenarios that the reader may see, the last first."""
    return lecture.store().scenarios().list(lecteur().perimetre, archives=archives)[::-1]


def open_kept(number: int) -> ScenarioGarde:
    """Open one of them."""
    return lecture.store().scenarios().get(number, lecteur().perimetre)


def keep(scenario: Scenario, *, nom: str, note: str, auteur: str, lot: int, tire_de: int | None) -> int:
    """Keep a scenario under a name, and give its number."""
    named = replace(scenario, nom=nom.strip(), note=note.strip())
    return (
        lecture.store()
        .scenarios()
        .keep(
            nom=nom,
            note=note,
            texte=named.as_text(),
            cours=cours_named(named, lecture.reference()),
            lot=lot,
            tire_de=tire_de,
            auteur=auteur,
            connu_le=utc_now(),
        )
    )


def put_away(number: int, *, archive: bool, auteur: str) -> str:
    """Put a scenario away, or take it out again; say what became of it."""
    try:
        lecture.store().scenarios().put_away(
            number, lecteur().perimetre, archive=archive, auteur=auteur, connu_le=utc_now()
        )
    except UserFacingError as error:
        return str(error)
    return (
        "Scénario archivé : il reste lisible par son lien." if archive else "Scénario ressorti des archives."
    )


def may_put_away(garde: ScenarioGarde) -> bool:
    """Tell whether the reader may put a scenario away, as the store will judge."""
    reader = lecteur()
    return reader.perimetre.national or garde.auteur == reader.nom


def told_when(garde: ScenarioGarde) -> str:
    """Say who kept a scenario, when, and on what."""
    ground = "sur la démonstration, retirée depuis" if on_the_demo(garde) else f"sur le lot {garde.lot}"
    return typeset(f"{garde.auteur}, {tell_moment(garde.connu_le)}, {ground}")


def on_the_demo(garde: ScenarioGarde) -> bool:
    """Tell whether a scenario was kept on a demonstration that has left since."""
    return garde.lot == NO_LOT
