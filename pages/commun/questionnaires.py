"""Answering for a juridiction: what its month holds, what is typed, what validating would do, what is kept.

Nothing here knows the screen; the moment and the reader are given. A demonstration is answered like a real
collection, fictionally: what is validated leaves with it.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from hashlib import sha256

import dataframely as dy
import polars as pl

from analytics.display.activities import name_activity
from analytics.errors import UserFacingError
from analytics.questionnaire import (
    CHANGED,
    FIRST,
    SAME,
    UNANSWERED,
    WITHDRAWN,
    Comparaison,
    Fenetre,
    cases_to_send,
    check_not_empty,
    compare_answer,
    window_of,
)
from analytics.schemas import DEMO, ON_SCREEN, Brouillon, Perimetre, Reponse
from analytics.wording import typeset
from data.collecte.forms import WITHDRAWAL, judge_form, name_form, write_form
from data.collecte.importer import make_entree
from data.collecte.judge import Jugement
from data.moments import PARIS
from data.reference import load_parameters, load_reference
from data.store import Store
from pages.commun.archive import keep_projection

Cases = dict[str, tuple[str, str]]
CONFIRMED = "confirmé"
ANONYMOUS = "une personne sans nom"
_YEARS_OF_HABIT = 2
_FIGURES = ["visioconferences", "extractions_evitees"]


@dataclass(frozen=True)
class Guichet:
    """Who answers, with which rights, in which store, and when."""

    store: Store
    perimetre: Perimetre
    moment: datetime

    @property
    def jour(self) -> date:
        """Give the day in Paris."""
        return self.moment.astimezone(PARIS).date()


@dataclass(frozen=True)
class Dossier:
    """What is known of the month of a juridiction when its page is drawn.

    `lignes`: the activities of its questionnaire (`activite`, `libelle`, `nom`). `historique`: its cells of
    the last two years, this month included, each with its lot, author and time. `fictif`: all of it is.
    """

    mois: date
    juridiction: str
    nom: str
    fenetre: Fenetre
    lignes: pl.DataFrame
    historique: pl.DataFrame
    brouillon: Brouillon | None
    fictif: bool

    @property
    def declarees(self) -> pl.DataFrame:
        """Give what the month holds now."""
        return self.historique.filter(pl.col("mois") == self.mois)

    @property
    def mois_precedent(self) -> date | None:
        """Give the last month answered before this one."""
        found = self.historique.filter(pl.col("mois") < self.mois)["mois"].max()
        return found if isinstance(found, date) else None

    @property
    def vu(self) -> dict[str, int]:
        """Give the lot of each cell, as shown."""
        return dict(self.declarees.select("activite", "lot").iter_rows())

    @property
    def derniere(self) -> tuple[int, str, datetime] | None:
        """Tell the last lot of the month, who validated it and when; None where nobody answered."""
        last = self.declarees.sort("lot").tail(1).select("lot", "auteur", "connu_le").rows()
        return last[0] if last else None

    @property
    def cases(self) -> Cases:
        """Give the texts of a form filled with what is declared."""
        known = _figures_of(self.declarees)
        return {
            code: tuple(str(figure) for figure in known[code]) if code in known else ("", "")
            for code in self.lignes["activite"]
        }  # pyright: ignore[reportReturnType] - two figures a cell


@dataclass(frozen=True)
class Feuille:
    """What is typed: two texts an activity, the answers to the questions, and what the form opened on."""

    cases: Cases
    ouvert_sur: Mapping[str, tuple[int, int]]
    reponses: Mapping[str, str]

    def as_text(self) -> str:
        """Write it as a draft."""
        return json.dumps(
            {"cases": self.cases, "ouvert_sur": dict(self.ouvert_sur), "reponses": dict(self.reponses)},
            ensure_ascii=False,
        )


@dataclass(frozen=True)
class Question:
    """A figure that is far from the habits of the juridiction: `cle` changes with what is asked."""

    cle: str
    regle: str
    activite: str | None
    texte: str


@dataclass(frozen=True)
class Examen:
    """What is typed, judged: what is refused (place, why), what is asked, and what validating would do."""

    jugement: Jugement
    erreurs: tuple[tuple[str, str], ...]
    questions: tuple[Question, ...]
    comparaison: dy.DataFrame[Comparaison]

    @property
    def change(self) -> bool:
        """Tell whether validating would change a figure."""
        return self.comparaison["etat"].is_in([FIRST, CHANGED, WITHDRAWN]).any()

    @property
    def corrige(self) -> bool:
        """Tell whether validating would change a figure that was declared."""
        return self.comparaison["etat"].is_in([CHANGED, WITHDRAWN]).any()


def open_form(guichet: Guichet, mois: date, juridiction: str) -> Dossier:
    """Read what is known of the month of a juridiction; refuse one that is not the reader's."""
    collecte, reference = guichet.store.collecte(), load_reference()
    brouillon = collecte.draft(guichet.perimetre, mois=mois, juridiction=juridiction)
    court = reference.in_force(mois).filter(pl.col("juridiction") == juridiction).row(-1, named=True)
    return Dossier(
        mois=mois,
        juridiction=juridiction,
        nom=court["nom"],
        fenetre=window_of(
            mois, juridiction, guichet.jour, collecte.reopenings(guichet.perimetre), load_parameters()
        ),
        lignes=_named(reference.questionnaire(court["type"], mois)),
        historique=guichet.store.reponses().cells(
            guichet.perimetre,
            juridiction=juridiction,
            du=mois.replace(year=mois.year - _YEARS_OF_HABIT),
            au=mois,
        ),
        brouillon=brouillon,
        fictif=guichet.store.etat().demo,
    )


def _named(lignes: pl.DataFrame) -> pl.DataFrame:
    names = [name_activity(code, label) for code, label in lignes.select("activite", "libelle").iter_rows()]
    return lignes.with_columns(nom=pl.Series(names, dtype=pl.String))


def _figures_of(cells: pl.DataFrame) -> dict[str, tuple[int, int]]:
    return {
        code: (total, avoided) for code, total, avoided in cells.select("activite", *_FIGURES).iter_rows()
    }


def blank_sheet(dossier: Dossier) -> Feuille:
    """Give the form as it opens without a draft: filled with what is declared."""
    return Feuille(dossier.cases, _figures_of(dossier.declarees), {})


def drafted_sheet(dossier: Dossier, texte: str) -> Feuille:
    """Give the form as a draft left it; the activities that it does not know stay empty."""
    kept = json.loads(texte)
    return Feuille(
        {code: tuple(kept["cases"].get(code, ("", ""))) for code in dossier.lignes["activite"]},
        {code: tuple(figures) for code, figures in kept["ouvert_sur"].items()},
        dict(kept["reponses"]),
    )


def examine(dossier: Dossier, feuille: Feuille) -> Examen:
    """Judge what is typed as a file would be, and put it beside what is known."""
    cases = cases_to_send(feuille.cases, feuille.ouvert_sur, WITHDRAWAL)
    jugement = judge_form(
        write_form(dossier.mois, dossier.juridiction, cases),
        dossier.mois,
        reference=load_reference(),
        parametres=load_parameters(),
        historique=dossier.historique.drop("lot", "auteur", "connu_le"),
        today=dossier.fenetre.jour,
    )
    previous = dossier.historique.filter(pl.col("mois") == dossier.mois_precedent)
    comparaison = compare_answer(jugement.acceptees, dossier.lignes, dossier.declarees, previous)
    names = dict(dossier.lignes.select("activite", "nom").iter_rows())
    settled = set(comparaison.filter(pl.col("etat").is_in([SAME, UNANSWERED]))["activite"])
    return Examen(
        jugement=jugement,
        erreurs=tuple(
            (names[code], motif) for code, motif in jugement.rejets.select("activite", "motif").iter_rows()
        ),
        questions=tuple(_asked(jugement.alertes, names, settled)),
        comparaison=comparaison,
    )


def _asked(alertes: pl.DataFrame, names: Mapping[str, str], settled: set[str]) -> Iterable[Question]:
    """Give the questions on what validating would change; one on the whole month names no activity."""
    if len(settled) == len(names):
        return
    for regle, message, code in alertes.select("regle", "message", "activite").iter_rows():
        if code not in settled:
            place = names.get(code, "Le mois entier")
            yield Question(f"{regle} {code} {message}", regle, code, typeset(f"{place} : {message}"))


def save_draft(guichet: Guichet, dossier: Dossier, feuille: Feuille, *, auteur: str) -> Brouillon:
    """Keep what is typed."""
    brouillon = Brouillon(
        dossier.mois, dossier.juridiction, feuille.as_text(), auteur or ANONYMOUS, guichet.moment
    )
    guichet.store.collecte().save_draft(
        guichet.perimetre,
        mois=brouillon.mois,
        juridiction=brouillon.juridiction,
        texte=brouillon.texte,
        auteur=brouillon.auteur,
        connu_le=brouillon.connu_le,
    )
    return brouillon


def give_up_draft(guichet: Guichet, dossier: Dossier, *, auteur: str) -> None:
    """Put the draft away."""
    guichet.store.collecte().consume_draft(
        guichet.perimetre,
        mois=dossier.mois,
        juridiction=dossier.juridiction,
        auteur=auteur or ANONYMOUS,
        connu_le=guichet.moment,
    )


def validate(guichet: Guichet, dossier: Dossier, feuille: Feuille, *, auteur: str) -> int:
    """Write the answer, signed, and give the number of its lot: the reference of the receipt.

    Raises `UserFacingError`, nothing being written: outside of the window, on an error, a question without an
    answer, an empty form or figures that are all known already, and when the month changed meanwhile.
    """
    auteur = auteur.strip()
    if not auteur:
        raise UserFacingError(typeset("Donnez votre nom : il signe la réponse."))
    if not dossier.fenetre.prend:
        raise UserFacingError(dossier.fenetre.phrase)
    examen = examine(dossier, feuille)
    _check_ready(examen, feuille)
    contenu = write_form(
        dossier.mois,
        dossier.juridiction,
        _canonical(examen),
        auteur=auteur,
        valide_le=guichet.moment.astimezone(PARIS),
        fictif=dossier.fictif,
    )
    kept = {(question.regle, question.activite) for question in examen.questions}
    asked = pl.Series(
        [pair in kept for pair in examen.jugement.alertes.select("regle", "activite").iter_rows()],
        dtype=pl.Boolean,
    )
    entree = replace(
        make_entree(examen.jugement, auteur=auteur, origine=DEMO if dossier.fictif else ON_SCREEN),
        fichier=name_form(dossier.mois),
        sha256=sha256(contenu).hexdigest(),
        alertes=examen.jugement.alertes.filter(asked),
    )
    reponse = Reponse(guichet.perimetre, dossier.mois, dossier.juridiction, contenu.decode(), dossier.vu)
    lot = guichet.store.record(entree, connu_le=guichet.moment, reponse=reponse).lot
    if lot is None:
        raise UserFacingError(typeset("Ces chiffres sont déjà ceux qui sont déclarés : rien à enregistrer."))
    _confirm(guichet, lot, examen, feuille, auteur)
    give_up_draft(guichet, dossier, auteur=auteur)
    keep_projection(guichet.store, connu_le=guichet.moment)
    return lot


def _check_ready(examen: Examen, feuille: Feuille) -> None:
    if examen.erreurs:
        raise UserFacingError(
            typeset(f"{examen.erreurs[0][0]} : {examen.erreurs[0][1]} Corrigez avant de valider.")
        )
    check_not_empty(examen.comparaison)
    silent = [each for each in examen.questions if not feuille.reponses.get(each.cle, "").strip()]
    if silent:
        raise UserFacingError(
            typeset(f"{silent[0].texte} Confirmez avec un commentaire, ou corrigez, avant de valider.")
        )
    if not examen.change:
        raise UserFacingError(typeset("Ces chiffres sont déjà ceux qui sont déclarés : rien à enregistrer."))


def _canonical(examen: Examen) -> Cases:
    """Give the figures as they are kept: digits, « retrait », or nothing."""
    cases: Cases = {}
    for row in examen.comparaison.iter_rows(named=True):
        if row["etat"] == WITHDRAWN:
            cases[row["activite"]] = (WITHDRAWAL, WITHDRAWAL)
        elif row["visioconferences"] is None:
            cases[row["activite"]] = ("", "")
        else:
            cases[row["activite"]] = (str(row["visioconferences"]), str(row["extractions_evitees"]))
    return cases


def _confirm(guichet: Guichet, lot: int, examen: Examen, feuille: Feuille, auteur: str) -> None:
    """Keep the answers to the questions beside the alerts of the lot."""
    said = {(each.regle, each.activite): feuille.reponses[each.cle].strip() for each in examen.questions}
    alertes = guichet.store.alertes(guichet.perimetre).filter(pl.col("lot") == lot)
    for number, regle, activite in alertes.select("alerte", "regle", "activite").iter_rows():
        guichet.store.collecte().follow_alert(
            guichet.perimetre,
            alerte=number,
            statut=CONFIRMED,
            commentaire=said[regle, activite],
            auteur=auteur,
            connu_le=guichet.moment,
        )
