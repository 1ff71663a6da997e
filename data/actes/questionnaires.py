"""Answering for a juridiction: what its month holds, what is typed, what validating would do, what is kept.

Nothing here knows the screen; the moment and the reader are given. A demonstration is answered like a real
collection, fictionally: what is validated leaves with it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from hashlib import sha256

import dataframely as dy
import polars as pl

from analytics.collecte.questionnaire import (
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
from analytics.trajectoire.words.activities import name_activity
from analytics.vocabulary.errors import UserFacingError
from analytics.vocabulary.moments import PARIS, day_in_paris
from analytics.vocabulary.perimetre import Perimetre
from analytics.vocabulary.schemas import DEMO, ON_SCREEN, Brouillon, Place, Reponse, Saisie
from analytics.vocabulary.wording import clean_text, typeset
from data.actes.archive import keep_projection
from data.collecte.expected.figures import NON_ANSWERS
from data.collecte.expected.limits import UnreadableFile
from data.collecte.forms import WITHDRAWAL, judge_form, name_form, read_moment, write_form
from data.collecte.importer import make_entree
from data.collecte.judging.judge import Jugement
from data.reference import load_parameters, load_reference
from data.store.brouillons import QUESTION
from data.store.store import Store

Cases = dict[str, tuple[str, str]]
CONFIRMED = "confirmé"
ANONYMOUS = "une personne sans nom"
_YEARS_OF_HABIT = 2
FIGURES = ("visioconferences", "extractions_evitees")


@dataclass(frozen=True)
class Guichet:
    """Who answers, with which rights, in which store, and when."""

    store: Store
    perimetre: Perimetre
    moment: datetime

    @property
    def jour(self) -> date:
        """Give the day in Paris."""
        return day_in_paris(self.moment)


@dataclass(frozen=True)
class Dossier:
    """What is known of the month of a juridiction when its page is drawn.

    `lignes`: the activities of its questionnaire (`activite`, `libelle`, `nom`). `historique`: its cells of
    the last two years, this month included, each with its lot, author and time. `derniere`: the last lot of
    the month, who validated it and when, as its receipt says; None where nobody answered. `fictif`: all of it
    is.
    """

    mois: date
    juridiction: str
    nom: str
    fenetre: Fenetre
    lignes: pl.DataFrame
    historique: pl.DataFrame
    derniere: tuple[int, str, datetime] | None
    brouillon: Brouillon
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
    def noms(self) -> dict[str, str]:
        """Name each activity, in order."""
        return dict(self.lignes.select("activite", "nom").iter_rows())

    @property
    def cases(self) -> Cases:
        """Give the texts of a form filled with what is declared."""
        known = _figures_of(self.declarees)
        return {
            code: tuple(str(figure) for figure in known[code]) if code in known else ("", "")
            for code in self.lignes["activite"]
        }  # pyright: ignore[reportReturnType] - two figures a cell


@dataclass(frozen=True)
class Formulaire:
    """What the form shows: two texts an activity, the answers to the questions, and the figures declared."""

    cases: Cases
    ouvert_sur: Mapping[str, tuple[int, int]]
    reponses: Mapping[str, str]


@dataclass(frozen=True)
class Question:
    """A figure that is far from the habits of the juridiction: `cle` changes with what is asked."""

    cle: str
    regle: str
    activite: str | None
    texte: str


@dataclass(frozen=True)
class SaisieJugee:
    """What is typed, judged: what is refused and why, by activity; what is asked; what validating does."""

    jugement: Jugement
    erreurs: Mapping[str, str]
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
    brouillon = guichet.store.brouillons().read(guichet.perimetre, mois=mois, juridiction=juridiction)
    historique = guichet.store.reponses().cells(
        guichet.perimetre, juridiction=juridiction, du=mois.replace(year=mois.year - _YEARS_OF_HABIT), au=mois
    )
    court = reference.in_force(mois).filter(pl.col("juridiction") == juridiction).row(-1, named=True)
    return Dossier(
        mois=mois,
        juridiction=juridiction,
        nom=court["nom"],
        fenetre=window_of(
            mois, juridiction, guichet.jour, collecte.reopenings(guichet.perimetre), load_parameters()
        ),
        lignes=_named(reference.questionnaire(court["type"], mois)),
        historique=historique,
        derniere=_last(guichet, historique.filter(pl.col("mois") == mois)),
        brouillon=brouillon,
        fictif=guichet.store.etat().demo,
    )


def _named(lignes: pl.DataFrame) -> pl.DataFrame:
    names = [name_activity(code, label) for code, label in lignes.select("activite", "libelle").iter_rows()]
    return lignes.with_columns(nom=pl.Series(names, dtype=pl.String))


def _figures_of(cells: pl.DataFrame) -> dict[str, tuple[int, int]]:
    return {code: (total, avoided) for code, total, avoided in cells.select("activite", *FIGURES).iter_rows()}


def _last(guichet: Guichet, declarees: pl.DataFrame) -> tuple[int, str, datetime] | None:
    """Tell the last lot of a month; an answer on screen was given when its own text says."""
    last = declarees.sort("lot").tail(1).select("lot", "auteur", "connu_le").rows()
    if not last:
        return None
    lot, auteur, connu_le = last[0]
    reponse = guichet.store.reponses().validated(guichet.perimetre, lot)
    return lot, auteur, connu_le if reponse is None else read_moment(reponse.contenu)


def sheet_of(dossier: Dossier) -> Formulaire:
    """Give what the form shows: what is declared, and over it what is typed and not sent yet."""
    typed = {place: frappe.texte for place, frappe in dossier.brouillon.frappes.items()}
    return Formulaire(
        cases={
            code: tuple(
                typed.get((code, colonne), text) for colonne, text in zip(FIGURES, texts, strict=True)
            )
            for code, texts in dossier.cases.items()
        },  # pyright: ignore[reportArgumentType] - two figures a cell
        ouvert_sur=_figures_of(dossier.declarees),
        reponses={cle: text for (kind, cle), text in typed.items() if kind == QUESTION},
    )


def examine(dossier: Dossier, feuille: Formulaire) -> SaisieJugee:
    """Judge what is typed as a file would be, and put it beside what is known."""
    cases = cases_to_send(feuille.cases, feuille.ouvert_sur, WITHDRAWAL)
    try:
        jugement = _judge(dossier, cases)
    except UnreadableFile:
        # Titles pasted with their figures would begin a second table: here they are no numbers, and no more.
        jugement = _judge(
            dossier, {code: (_no_title(first), _no_title(last)) for code, (first, last) in cases.items()}
        )
    previous = dossier.historique.filter(pl.col("mois") == pl.lit(dossier.mois_precedent, pl.Date))
    erreurs: dict[str, str] = {}
    for code, regle, text, motif in jugement.rejets.select(
        "activite", "regle", "valeur", "motif"
    ).iter_rows():
        if regle == "cellule_illisible":
            # A field is no cell of a worksheet.
            motif = typeset(f"« {text} » est l'erreur d'un tableur : tapez le nombre.")
        erreurs[code] = f"{erreurs[code]} {motif}" if code in erreurs else motif
    comparaison = compare_answer(
        jugement.acceptees, dossier.lignes, dossier.declarees, previous, refusees=erreurs
    )
    names = dossier.noms
    settled = set(comparaison.filter(pl.col("etat").is_in([SAME, UNANSWERED]))["activite"])
    return SaisieJugee(
        jugement=jugement,
        erreurs=erreurs,
        questions=tuple(_asked(jugement.alertes, names, settled)),
        comparaison=comparaison,
    )


def _judge(dossier: Dossier, cases: Mapping[str, tuple[str, str]]) -> Jugement:
    return judge_form(
        write_form(dossier.mois, dossier.juridiction, cases),
        dossier.mois,
        reference=load_reference(),
        parametres=load_parameters(),
        historique=dossier.historique.drop("lot", "auteur", "connu_le"),
        today=dossier.fenetre.jour,
    )


def _no_title(text: str) -> str:
    """Replace the words of a cell of figures by one that no title of a table is."""
    known = text.strip().lower() in {*NON_ANSWERS, WITHDRAWAL}
    return text if known or not any(each.isalpha() for each in text) else "du texte"


def _asked(alertes: pl.DataFrame, names: Mapping[str, str], settled: set[str]) -> Iterable[Question]:
    """Give the questions on what validating would change; one on the whole month names no activity."""
    if len(settled) == len(names):
        return
    for regle, message, code in alertes.select("regle", "message", "activite").iter_rows():
        if code not in settled:
            place = names.get(code, "Le mois entier")
            yield Question(f"{regle} {code} {message}", regle, code, typeset(f"{place} : {message}"))


def type_in(
    guichet: Guichet, dossier: Dossier, saisies: Sequence[Saisie], *, auteur: str
) -> tuple[Dossier, tuple[Saisie, ...]]:
    """Keep what is typed as a draft; give what is known then, and what somebody else had typed meanwhile.

    Places that the questionnaire does not have are ignored.
    """
    declarees: dict[Place, str] = {
        (code, colonne): text
        for code, texts in dossier.cases.items()
        for colonne, text in zip(FIGURES, texts, strict=True)
    }
    brouillon, refused = guichet.store.brouillons().write(
        guichet.perimetre,
        [each for each in saisies if each.place in declarees or each.place[0] == QUESTION],
        mois=dossier.mois,
        juridiction=dossier.juridiction,
        declarees=declarees,
        auteur=auteur.strip() or ANONYMOUS,
        connu_le=guichet.moment,
    )
    return replace(dossier, brouillon=brouillon), refused


def give_up_draft(guichet: Guichet, dossier: Dossier, *, auteur: str) -> None:
    """Put the draft away, as it is known here."""
    guichet.store.brouillons().put_away(
        guichet.perimetre,
        mois=dossier.mois,
        juridiction=dossier.juridiction,
        numero=dossier.brouillon.numero,
        auteur=auteur.strip() or ANONYMOUS,
        connu_le=guichet.moment,
    )


def validate(guichet: Guichet, dossier: Dossier, feuille: Formulaire, *, auteur: str) -> int:
    """Write the answer, signed, and give the number of its lot: the reference of the receipt.

    Raises `UserFacingError`, nothing being written: outside of the window, on an error, a question without an
    answer, an empty form or figures that are all known already, and when the month changed meanwhile.
    """
    auteur = clean_text(auteur, lines=False).strip()
    if not auteur:
        raise UserFacingError(typeset("Donnez votre nom : il signe la réponse."))
    if not dossier.fenetre.prend:
        raise UserFacingError(dossier.fenetre.phrase)
    examen = examine(dossier, feuille)
    _check_ready(dossier, examen, feuille)
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


def _check_ready(dossier: Dossier, examen: SaisieJugee, feuille: Formulaire) -> None:
    for code, motif in examen.erreurs.items():
        raise UserFacingError(typeset(f"{dossier.noms[code]} : {motif} Corrigez avant de valider."))
    check_not_empty(examen.comparaison)
    silent = [each for each in examen.questions if not feuille.reponses.get(each.cle, "").strip()]
    if silent:
        raise UserFacingError(
            typeset(f"{silent[0].texte} Confirmez avec un commentaire, ou corrigez, avant de valider.")
        )
    if not examen.change:
        raise UserFacingError(typeset("Ces chiffres sont déjà ceux qui sont déclarés : rien à enregistrer."))


def _canonical(examen: SaisieJugee) -> Cases:
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


def _confirm(guichet: Guichet, lot: int, examen: SaisieJugee, feuille: Formulaire, auteur: str) -> None:
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
