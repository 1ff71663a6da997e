"""From a file to a lot: read, judge, show, and only then write."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import polars as pl

from analytics.vocabulary.errors import UserFacingError
from analytics.vocabulary.moments import day_in_paris
from analytics.vocabulary.periods import EARLIEST_YEAR, LATEST_YEAR
from analytics.vocabulary.schemas import ALERTES_SCHEMA, CELL, IMPORT
from analytics.vocabulary.situation import Referentiel
from analytics.vocabulary.wording import agree, count, long_date, month, number, short_month, some_of, typeset
from data.collecte.expected.dates import month_of
from data.collecte.expected.limits import Limites, Progress, ignore_progress
from data.collecte.expected.natures import NATURES
from data.collecte.expected.rules import questions
from data.collecte.judging.judge import Jugement, judge
from data.collecte.judging.reasons import filled_in, null_or_column
from data.collecte.reading.read import Lecture, read_file
from data.store.store import Clock, Ecriture, Entree, Store

# Alerts told one by one in an account; all of them are counted, kept, and on screen.
_TOLD = 1_000
# Lines that are left aside, named in the one line that says what was recognised.
_RUNS_TOLD, _NAMES_TOLD = 20, 8
# How far back the habit of a cell is looked for.
_MONTHS_OF_HABIT = 24


@dataclass(frozen=True)
class Examen:
    """A file read and judged, and what writing it would change; nothing is written yet."""

    jugement: Jugement
    entree: Entree
    prevision: Ecriture

    @property
    def lecture(self) -> Lecture:
        """What was detected of the file."""
        return self.jugement.lecture

    @property
    def poids(self) -> int:
        """Weigh the lines it holds, in bytes."""
        jugement, prevision = self.jugement, self.prevision
        frames = (
            *(
                jugement.acceptees,
                jugement.rejets,
                jugement.non_reponses,
                jugement.alertes,
                jugement.repetees,
            ),
            *(prevision.corrigees, prevision.depassees, prevision.nouvelles),
        )
        return sum(int(frame.estimated_size()) for frame in frames)

    def signed(self, auteur: str) -> "Examen":
        """Put a name under what will be written."""
        return replace(self, entree=replace(self.entree, auteur=auteur))

    def received(self, recu_le: date | None) -> "Examen":
        """Say which day the file was received, where its lines do not; raises `UserFacingError`."""
        _check_received(recu_le, self.jugement)
        return replace(self, entree=replace(self.entree, recu_le=recu_le))

    def against(self, store: Store) -> "Examen":
        """Foresee again what writing it would change, another file having been written since."""
        return _foresee(store, self.jugement, self.entree)

    def restored(self, store: Store) -> "Examen":
        """Put back what the file says, whatever was corrected since it was brought first."""
        return _foresee(store, self.jugement, replace(self.entree, retablir=True))


def examine(
    store: Store,
    content: bytes,
    fichier: str,
    referentiel: Referentiel,
    *,
    limites: Limites,
    clock: Clock,
    recu_le: date | None = None,
    progress: Progress | None = None,
) -> Examen:
    """Read and judge a file against what the store knows; `recu_le`: the day it was received, if it is known.

    Raises `UnreadableFile` when it is not a table that can be judged, `UserFacingError` for a day to come.
    """
    today = day_in_paris(clock())
    if recu_le is not None and recu_le > today:
        raise UserFacingError(
            typeset(
                f"Le {long_date(recu_le)} n'est pas encore passé : donnez le jour où le fichier est arrivé."
            )
        )

    notify = progress or ignore_progress

    def stage(start: float) -> Progress:
        """Each of the two stages is half of the work."""
        return lambda part, label: notify(start + part / 2, label)

    lecture = read_file(content, fichier, limites=limites, progress=stage(0.0))
    jugement = judge(
        lecture,
        reference=referentiel.reference,
        parametres=referentiel.parametres,
        historique=_habits(store, lecture),
        today=today,
        rejets_connus=store.rejets_ouverts(),
        dernier_mois=None if store.etat().demo else store.dernier_mois(),
        progress=stage(0.5),
    )
    # What was read is judged: nobody asks for its lines again, and a file on screen may wait for long.
    jugement = replace(jugement, lecture=replace(lecture, lignes=lecture.lignes.clear()))
    _check_received(recu_le, jugement)
    return _foresee(store, jugement, make_entree(jugement, auteur="", origine=IMPORT, recu_le=recu_le))


def _check_received(recu_le: date | None, jugement: Jugement) -> None:
    """Refuse a day that comes before the months it brings: nobody answers for a month to come."""
    if recu_le is None or "mois" not in jugement.acceptees.columns or jugement.acceptees.is_empty():
        return
    last: date = jugement.acceptees["mois"].max()  # pyright: ignore[reportAssignmentType] - a Date column
    if recu_le < last:
        raise UserFacingError(
            typeset(
                f"Le {long_date(recu_le)} précède {month(last)}, que ce fichier déclare : donnez le jour où "
                "il est arrivé. Rien n'a été écrit."
            )
        )


_RETURN = "valeur_reprise"


def _foresee(store: Store, jugement: Jugement, entree: Entree) -> Examen:
    """Tell what writing would change, and question the values that go back to one already replaced."""
    prevision = store.preview(entree)
    back = _question_returns(prevision.corrigees, entree.acceptees)
    own = jugement.alertes.filter(pl.col("regle") != _RETURN)
    alertes = pl.concat([own, back]).sort("ligne", "regle")
    return Examen(replace(jugement, alertes=alertes), replace(entree, alertes=alertes), prevision)


def _question_returns(corrigees: pl.DataFrame, acceptees: pl.DataFrame) -> pl.DataFrame:
    if corrigees.is_empty():
        return pl.DataFrame(schema=ALERTES_SCHEMA)
    key = [name for name in corrigees.columns if name not in ("avant", "apres", "deja_remplacee")]
    back = corrigees.filter("deja_remplacee").join(acceptees.select("ligne", *key), on=key)
    return back.select(
        pl.col("ligne").cast(pl.Int64),
        regle=pl.lit(_RETURN),
        message=filled_in(questions()[_RETURN], valeur=pl.col("avant"), detail=pl.col("apres")),
        **{nom: null_or_column(back, nom) for nom in CELL},
    )


def make_entree(jugement: Jugement, *, auteur: str, origine: str, recu_le: date | None = None) -> Entree:
    """Make what was judged into the lot to write."""
    lecture = jugement.lecture
    return Entree(
        nature=lecture.nature,
        origine=origine,
        auteur=auteur,
        fichier=lecture.fichier,
        sha256=lecture.sha256,
        forme=lecture.forme,
        encodage=lecture.encodage,
        lues=jugement.lues,
        non_reponses=jugement.non_reponses.height,
        repetees=jugement.repetees.height,
        acceptees=jugement.acceptees,
        rejets=jugement.rejets,
        alertes=jugement.alertes,
        recu_le=recu_le,
    )


def _habits(store: Store, lecture: Lecture) -> pl.DataFrame:
    """Read the cells of the months that a file speaks of, and of those before; the demo teaches nothing."""
    texts = lecture.lignes["mois"].unique().drop_nulls() if "mois" in lecture.lignes.columns else ()
    read = [month for month in map(month_of, texts) if month is not None]
    months = [month for month in read if EARLIEST_YEAR <= month.year <= LATEST_YEAR]
    if not months or store.etat().demo:
        return store.historique(date.max, date.min)
    return store.historique(min(months) - timedelta(days=31 * _MONTHS_OF_HABIT), max(months))


def report(examen: Examen, ecriture: Ecriture, *, shown: int | None = None) -> dict[str, Any]:
    """Give the account of one file, as the terminal prints it in JSON; of the refusals, the first `shown`."""
    lecture, jugement = examen.lecture, examen.jugement
    rejets = jugement.rejets if shown is None else jugement.rejets.head(shown)
    return {
        "fichier": lecture.fichier,
        "sha256": lecture.sha256,
        "lot": ecriture.lot,
        "recu_le": None if examen.entree.recu_le is None else examen.entree.recu_le.isoformat(),
        "nature": lecture.nature,
        "forme": lecture.forme,
        "encodage": lecture.encodage,
        "accents_illisibles": lecture.accents_illisibles or None,
        "separateur": lecture.separateur,
        "feuille": lecture.feuille,
        "colonnes_ignorees": list(lecture.colonnes_ignorees),
        "lues": jugement.lues,
        "acceptees": ecriture.acceptees,
        "inchangees": ecriture.inchangees,
        "corrigees": _listed(ecriture.corrigees),
        "corrigees_depuis": _listed(ecriture.depassees),
        "refusees": jugement.rejets.height,
        "non_reponses": jugement.non_reponses.height,
        "alertes": jugement.alertes.height,
        "rejets": rejets.select("ligne", "champ", "valeur", "motif").to_dicts(),
        "signalements": jugement.alertes.head(_TOLD)
        .select("ligne", "juridiction", "activite", "regle", "message")
        .to_dicts(),
        "repetees": jugement.repetees.to_dicts(),
        "notes": [{"ligne": note.ligne, "texte": note.texte} for note in lecture.notes],
        "lignes_masquees": list(lecture.lignes_masquees),
        "colonnes_masquees": list(lecture.colonnes_masquees),
        "feuilles_masquees": list(lecture.feuilles_masquees),
        "totaux": [{"ligne": t.ligne, "juste": t.juste, "message": t.message} for t in lecture.totaux],
    }


def _listed(revised: pl.DataFrame) -> list[dict[str, Any]]:
    return revised.with_columns(pl.col(pl.Date).dt.to_string("iso")).to_dicts()


def tell_revisions(prevision: Ecriture, *, shown: int) -> tuple[str, ...]:
    """Say which values change, old → new, and what the file, brought before, no longer decides."""
    told: list[str] = []
    if prevision.importe_le is not None:
        day = long_date(day_in_paris(prevision.importe_le))
        left = prevision.depassees
        since = ""
        if left.height:
            since = count(left.height, "cellule a été corrigée", "cellules ont été corrigées")
            since = f" ; {since} depuis : {_some(left, shown)}"
        elif not prevision.corrigees.height:
            since = " ; rien n'en a été corrigé depuis"
        told.append(typeset(f"Déjà importé le {day}{since}."))
    if prevision.corrigees.height:
        told.append(typeset(f"Corrigées : {_some(prevision.corrigees, shown)}."))
    return tuple(told)


def group_refusals(rejets: pl.DataFrame, *, shown: int) -> tuple[str, ...]:
    """Say how many lines each reason refuses, with the first of them, the commonest reason first."""
    grouped = (
        rejets.group_by("regle", "champ", maintain_order=True)
        .agg(pl.len().alias("lignes"), pl.col("ligne").head(shown), pl.col("motif").first())
        .sort("lignes", descending=True, maintain_order=True)
    )
    return tuple(
        typeset(
            f"{count(row['lignes'], 'refus', 'refus')} ({agree(row['lignes'], 'ligne', 'lignes')} "
            f"{', '.join(map(str, row['ligne']))}{'…' if row['lignes'] > shown else ''}) : {row['motif']}"
        )
        for row in grouped.iter_rows(named=True)
    )


def _some(revised: pl.DataFrame, shown: int) -> str:
    key = [name for name in revised.columns if name not in ("avant", "apres", "deja_remplacee")]
    lines = [
        " ".join(short_month(row[name]) if isinstance(row[name], date) else str(row[name]) for name in key)
        + f" : {row['avant']} → {row['apres']}"
        for row in revised.head(shown).iter_rows(named=True)
    ]
    more = revised.height - shown
    return " ; ".join([*lines, f"et {number(more)} {agree(more, 'autre', 'autres')}"] if more > 0 else lines)


_SEPARATORS = {";": "point-virgule", ",": "virgule", "\t": "tabulation"}
_SHAPES = {"longue": "une ligne par activité", "grille": "grille du questionnaire"}


def nature_label(nature: str) -> str:
    """Name a kind of file in French."""
    return NATURES[nature].libelle


def detected(lecture: Lecture) -> str:
    """Say in one French line what was recognised of a file, and what of it is not read."""
    parts = [nature_label(lecture.nature), _SHAPES[lecture.forme], lecture.format.upper()]
    if lecture.encodage:
        parts.append(f"encodage {lecture.encodage}")
    if lecture.accents_illisibles:
        parts.append(typeset(f"accents douteux, on y voit « {lecture.accents_illisibles} »"))
    if lecture.separateur:
        parts.append(f"séparateur {_SEPARATORS[lecture.separateur]}")
    if lecture.feuille:
        parts.append(f"feuille « {lecture.feuille} »")
    if lecture.colonnes_ignorees:
        named, others = lecture.colonnes_ignorees[:_NAMES_TOLD], lecture.colonnes_ignorees[_NAMES_TOLD:]
        more = f" et {count(len(others), 'autre')}" if others else ""
        parts.append(typeset(f"colonnes ignorées : {', '.join(named)}{more}"))
    if lecture.notes:
        said = count(len(lecture.notes), "ligne qui n'est pas", "lignes qui ne sont pas")
        lines = _runs([note.ligne for note in lecture.notes])
        parts.append(f"{said} des données ({lines})")
    return " · ".join([*parts, *map(typeset, _hidden(lecture))])


def _hidden(lecture: Lecture) -> list[str]:
    """Say what is hidden in a workbook, and so was left there."""
    parts: list[str] = []
    if lecture.lignes_masquees:
        said = count(len(lecture.lignes_masquees), "ligne masquée non lue", "lignes masquées non lues")
        parts.append(f"{said} ({_runs(lecture.lignes_masquees)}) dans la feuille « {lecture.feuille} »")
    if lecture.colonnes_masquees:
        said = count(len(lecture.colonnes_masquees), "colonne masquée non lue", "colonnes masquées non lues")
        parts.append(f"{said} ({', '.join(lecture.colonnes_masquees)}) dans la feuille « {lecture.feuille} »")
    if lecture.feuilles_masquees:
        said = count(len(lecture.feuilles_masquees), "feuille masquée non lue", "feuilles masquées non lues")
        names = [f"« {nom[:40]} »" for nom in lecture.feuilles_masquees]
        parts.append(f"{said} ({some_of(names[:8], len(names))})")
    return parts


def _runs(lines: Sequence[int]) -> str:
    """List line numbers, those that follow one another as « 3 à 7 »; the first ones only of a long list."""
    runs: list[list[int]] = []
    for line in lines:
        if runs and runs[-1][-1] == line - 1:
            runs[-1][1:] = [line]
        else:
            runs.append([line])
    shown = [" à ".join(str(end) for end in run) for run in runs[:_RUNS_TOLD]]
    return ", ".join(shown) + (", …" if len(runs) > _RUNS_TOLD else "")


def summary(examen: Examen, ecriture: Ecriture) -> str:
    """Say in one French line what became of the lines of a file."""
    jugement = examen.jugement
    changed, left = ecriture.corrigees.height, ecriture.depassees.height
    return " · ".join(
        (
            count(jugement.lues, "ligne lue", "lignes lues"),
            count(ecriture.acceptees, "acceptée")
            + (f", dont {count(changed, 'corrigée')}" if changed else ""),
            count(ecriture.inchangees, "inchangée"),
            *((f"{count(left, 'corrigée')} depuis, laissée{'s' if left > 1 else ''}",) if left else ()),
            count(jugement.rejets.height, "refusée"),
            number(jugement.non_reponses.height) + " sans réponse",
            count(jugement.alertes.height, "alerte"),
        )
    )
