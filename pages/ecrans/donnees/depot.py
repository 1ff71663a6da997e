"""Bringing files in from the screen, and taking tables out: what the page Données asks for."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from threading import Lock
from typing import Literal

import polars as pl
import streamlit as st
from cachetools import LRUCache, cached

from analytics.documents.table import Format, write_table
from analytics.vocabulary.errors import UserFacingError
from analytics.vocabulary.moments import day_in_paris
from analytics.vocabulary.perimetre import Perimetre
from analytics.vocabulary.wording import count, short_month
from data.actes.archive import keep_projection
from data.collecte.expected.limits import Limites
from data.collecte.importer import (
    Examen,
    detected,
    examine,
    group_refusals,
    nature_label,
    summary,
    tell_revisions,
)
from data.collecte.templates import template
from data.exports import Export, accompanying, exported
from data.store.store import ContenuDemo, Ecriture, utc_now
from pages.commun.identite import lecteur
from pages.commun.lecture import reference, referentiel, store
from pages.commun.signataire import may_import

_MEGABYTE = 1_000_000
# Judged files waiting for a confirmation, all visitors together: a window that was closed would keep its own
# for two minutes, and twenty megabytes of refused lines come to 120. Past this the oldest is judged again.
MOST_KEPT = 300 * _MEGABYTE
_SHOWN = 10
_LARGE = 2 * _MEGABYTE
_ONE_LARGE = Lock()
_COLUMNS = {
    "rejets": ["ligne", "champ", "valeur", "motif"],
    "alertes": ["ligne", "juridiction", "activite", "message"],
}
Progress = Callable[[float, str], None]
Sort = Literal["acceptees", "rejets", "alertes", "non_reponses"]
TemplateFormat = Literal["csv", "xlsx", "ods"]


@dataclass(frozen=True)
class Depot:
    """A file brought in: judged, or refused whole with a sentence."""

    fichier: str
    examen: Examen | None
    erreur: str

    @property
    def detecte(self) -> str:
        """Say what was recognised."""
        return detected(self.examen.lecture) if self.examen else ""

    @property
    def bilan(self) -> str:
        """Say what writing it would do."""
        return summary(self.examen, self.examen.prevision) if self.examen else ""

    @property
    def apporte(self) -> int:
        """Count the lines that would change something."""
        return self.examen.prevision.acceptees if self.examen else 0

    @property
    def a_conserver(self) -> int:
        """Count the lines to write, and the refused ones that are not waiting already."""
        return self.apporte + (self.examen.prevision.refus if self.examen else 0)

    @property
    def corrigees_depuis(self) -> int:
        """Count what the file said when it was brought before, and was corrected since."""
        return self.examen.prevision.depassees.height if self.examen else 0

    @property
    def revisions(self) -> tuple[str, ...]:
        """Say which values change, and what the file no longer decides."""
        return tell_revisions(self.examen.prevision, shown=_SHOWN) if self.examen else ()

    @property
    def motifs(self) -> tuple[str, ...]:
        """Group the refused lines by reason: how many, the first of them, the commonest first."""
        if self.examen is None:
            return ()
        refused = self.examen.jugement.rejets
        grouped = group_refusals(refused, shown=5)
        return grouped if refused.height > _SHOWN else ()

    def retabli(self) -> "Depot":
        """Put back the values of the file, whatever was corrected since."""
        return self if self.examen is None else replace(self, examen=self.examen.restored(store()))

    @property
    def totaux(self) -> tuple[str, ...]:
        """Say how the totals lines agree with the sums."""
        found = self.examen.lecture.totaux if self.examen else ()
        # The total of a grid is one of each activity.
        return tuple(dict.fromkeys(total.message for total in found))

    def premieres(self, quoi: Sort) -> pl.DataFrame:
        """Give the first lines of one sort, as they are shown."""
        if self.examen is None:
            return pl.DataFrame()
        frame = self._lignes(quoi)
        columns = _COLUMNS.get(quoi, [name for name in frame.columns if name != "rejet"])
        shown = frame.select(columns).head(_SHOWN)
        if "mois" in shown.columns:
            months = {day: short_month(day) for day in shown["mois"].drop_nulls().unique()}
            shown = shown.with_columns(pl.col("mois").replace_strict(months, return_dtype=pl.String))
        return shown

    def nombre(self, quoi: Sort) -> int:
        """Count the lines of one sort."""
        if self.examen is None:
            return 0
        return self._lignes(quoi).height

    def _lignes(self, quoi: Sort) -> pl.DataFrame:
        """Give the lines of one sort; those accepted are those that change something."""
        if self.examen is None:
            return pl.DataFrame()
        frame: pl.DataFrame = getattr(self.examen.jugement, quoi)
        if quoi != "acceptees":
            return frame
        news = self.examen.prevision.nouvelles
        return frame.join(news, on=news.columns, how="semi", maintain_order="left")


def _weigh(depot: Depot) -> int:
    return 1 + (depot.examen.poids if depot.examen else 0)


def _identity(numero: str, jeton: str, *_of_its_content: object) -> tuple[str, str]:
    return numero, jeton


KEPT = LRUCache[tuple[str, str], Depot](MOST_KEPT, _weigh)


@cached(KEPT, key=_identity, lock=Lock())
def judged_once(numero: str, jeton: str, content: bytes, fichier: str, progress: Progress) -> Depot:
    """Judge one file brought in (`numero`: of its upload) once for a store, as long as there is room."""
    del numero, jeton  # the key: the number of an upload is known to its own window only
    return judge_file(content, fichier, progress)


def judge_file(content: bytes, fichier: str, progress: Progress) -> Depot:
    """Read and judge one file; nothing is written.

    Large ones are judged one after the other, whoever brings them: each may take a gigabyte while it is read.
    """
    if len(content) < _LARGE and not content.startswith(b"PK"):
        return _judge(content, fichier, progress)
    if not _ONE_LARGE.acquire(blocking=False):
        progress(0.0, "un autre fichier est en cours de contrôle")
        _ONE_LARGE.acquire()
    try:
        return _judge(content, fichier, progress)
    finally:
        _ONE_LARGE.release()


def _judge(content: bytes, fichier: str, progress: Progress) -> Depot:
    limit: int = st.get_option("server.maxUploadSize")
    try:
        examen = examine(
            store(),
            content,
            fichier,
            referentiel(),
            limites=Limites(octets=limit * _MEGABYTE),
            clock=utc_now,
            progress=progress,
        )
    except UserFacingError as error:
        return Depot(fichier, None, str(error))
    return Depot(fichier, examen, "")


def demo_contents() -> ContenuDemo | None:
    """Tell what would leave with the demo, and what would stay."""
    return store().demo_contents()


def today_in_paris() -> date:
    """Give the day it is."""
    return day_in_paris(utc_now())


def record(
    depots: Sequence[Depot], *, auteur: str, remplacer_demo: bool, recu_le: date | None = None
) -> list[tuple[str, bool]]:
    """Write the judged files, one lot each; say of each what became of it, and whether it went well."""
    if not may_import():
        return [("Votre profil ne permet pas d'importer : adressez le fichier à la SDSE.", False)]
    outcome: list[tuple[str, bool]] = []
    for depot in depots:
        if depot.examen is None:
            continue
        signed = depot.examen.signed(auteur)
        try:
            if recu_le is not None:
                signed = signed.received(recu_le)
            if any(well for _, well in outcome) and not store().etat().demo:
                # Judged beside the others, it may now correct what one of them has just said.
                signed = signed.against(store())
            written = store().record(signed.entree, connu_le=utc_now(), remplacer_demo=remplacer_demo)
        except UserFacingError as error:
            outcome.append((f"{depot.fichier} : {error}", False))
            continue
        if written.lot is not None:
            keep_projection(store(), connu_le=utc_now())
        outcome.append((f"{depot.fichier} : {_told(written, signed.jugement.alertes.height)}", True))
    return outcome


def _told(written: Ecriture, alertes: int) -> str:
    if written.lot is None:
        return "rien de nouveau, tout était déjà connu ; aucun lot n'a été enregistré."
    taken = count(written.acceptees, "ligne enregistrée", "lignes enregistrées")
    kept = f", {count(written.refus, 'refusée')} gardée{'s' if written.refus > 1 else ''} à corriger"
    unchanged = count(written.inchangees, "inchangée")
    asked = f", {count(alertes, 'alerte')} à vérifier" if alertes else ""
    told = f"lot {written.lot}, {taken}, {unchanged}{kept if written.refus else ''}{asked}."
    return " ".join((told, *tell_revisions(replace(written, importe_le=None), shown=_SHOWN)))


def quarantine(nature: str, premieres: int) -> pl.DataFrame:
    """Give the first refused lines of one nature that nobody corrected yet."""
    return exported(store(), "rejets", perimetre=lecteur().perimetre, nature=nature, premieres=premieres)


def quarantine_by_nature() -> dict[str, int]:
    """Count the refused lines waiting, by nature."""
    counted = store().rejets(lecteur().perimetre).group_by("nature").len().sort("nature")
    return dict(counted.iter_rows())


def quarantine_file(nature: str, shape: Format) -> Callable[[], bytes]:
    """Write the refused lines of one nature as a file, when asked."""
    # Who reads is settled now: a download runs outside the session, where nobody is signed in.
    seen = lecteur().perimetre
    return lambda: _file(
        exported(store(), "rejets", perimetre=seen, nature=nature), shape, "Lignes refusées", seen, None
    )


def export_file(what: Export, shape: Format, *, connu_le: date | None) -> Callable[[], bytes]:
    """Write the reader's declarations, refused lines or lots as a file, when asked."""
    seen = lecteur().perimetre
    return lambda: _file(
        exported(store(), what, perimetre=seen, connu_le=connu_le), shape, what.capitalize(), seen, connu_le
    )


def _file(frame: pl.DataFrame, shape: Format, title: str, seen: Perimetre, connu_le: date | None) -> bytes:
    notes = accompanying(store(), perimetre=seen, connu_le=connu_le)
    return write_table(frame, shape, sheet=title, entete=notes)


def template_file(shape: TemplateFormat, mois: date) -> Callable[[], bytes]:
    """Write the blank questionnaire of a month, when asked."""
    return lambda: template(shape, reference(), mois)


def nature(code: str) -> str:
    """Name a kind of file."""
    return nature_label(code)
