"""The account of a year under one rule: what is settled of each cour, from which figures, and its evidence.

Before the year is complete it rests on the projection, and says so. What is written for a machine holds exact
numbers as decimal strings, in an order that never changes, so that its SHA-256 is that of the figures.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

import polars as pl

from analytics.decompte.bareme import ECART_PROPRE, MUTUALISE, Bareme
from analytics.decompte.settle import Compte, Decompte, PartDue, settle
from analytics.objectif.lectures import Regle
from analytics.objectif.objective import Objectif, etpt_per_extraction
from analytics.objectif.profile import TWELFTHS
from analytics.projection.outlook import Perspectives
from analytics.trajectoire.account import Mois
from analytics.trajectoire.country import Pays, survey
from analytics.vocabulary.errors import UserFacingError
from analytics.vocabulary.parameters import Parametres
from analytics.vocabulary.periods import MONTHS_IN_YEAR, Periode
from analytics.vocabulary.situation import Faits, Moment, Referentiel
from analytics.vocabulary.wording import typeset

# Of digits: more than any amount of euros.
_LONGEST_COST = 20
NO_COST = (
    "Le coût d'un ETPT n'est pas dans le texte et aucun n'est donné : le décompte s'arrête aux ETPT. "
    "Donnez un coût et sa source."
)
# What a contest may put right, by the line of the statement.
BASE, OBJECTIF, EVITEES = "base", "objectif", "evitees"
CONTESTABLES = {
    BASE: "Base d'extractions",
    OBJECTIF: "Objectif de l'année",
    EVITEES: "Extractions évitées retenues",
}


@dataclass(frozen=True)
class Cout:
    """The euros that one ETPT costs, and where that comes from; `hypothese`: no text gives it."""

    euros: Fraction
    source: str
    hypothese: bool = True


@dataclass(frozen=True)
class Ajustement:
    """A figure put right after a contest: `ligne` is one of `CONTESTABLES`."""

    cour: str
    ligne: str
    valeur: Fraction
    motif: str


def is_far(retenue: Fraction, proposee: Fraction, part: Fraction) -> bool:
    """Tell whether a figure proposed is so far from the one retained that someone must confirm it."""
    return abs(proposee - retenue) > part * abs(retenue)


@dataclass(frozen=True)
class Detail:
    """What stands behind the figures of one cour.

    `mois`: those of the year that are known; `projetees`: what the months to come are taken to add, 0 when
    the year is complete.
    """

    objectif: Objectif
    mois: tuple[Mois, ...]
    projetees: int
    ajustements: tuple[Ajustement, ...]

    @property
    def muettes(self) -> int:
        """Count the answers that did not come."""
        return sum(month.attendues - month.repondues for month in self.mois)

    @property
    def attendues(self) -> int:
        """Count the answers expected."""
        return sum(month.attendues for month in self.mois)


@dataclass(frozen=True)
class Releve:
    """A settlement with all it rests on; `autre` is the same in the other mode.

    `projete`: the year is not complete. `sans_base`: the cours that have no objective, and are left out.
    `reference`: the extractions of each cour before the practice. `perspectives`: what the months to come are
    projected from; written nowhere.
    """

    annee: int
    periode: Periode
    bareme: Bareme
    cout: Cout | None
    decompte: Decompte
    autre: Decompte
    details: Mapping[str, Detail]
    projete: bool
    sans_base: tuple[str, ...]
    reference: Mapping[str, Fraction]
    moment: Moment
    perspectives: Perspectives | None = None

    def is_unheard(self, part: PartDue) -> bool:
        """Tell whether, of an open year, a cour's juridictions have said nothing: nothing to project."""
        heard = self.details.get(part.cour)
        return self.projete and heard is not None and not any(month.repondues for month in heard.mois)

    @property
    def hypothetique(self) -> bool:
        """Tell whether any amount here rests on a working hypothesis: its rule, its cost or its base."""
        return (
            self.bareme.hypothetique
            or (self.cout is not None and self.cout.hypothese)
            or any(
                detail.objectif.illustratif or detail.objectif.hypothese for detail in self.details.values()
            )
        )


def regle_of(bareme: Bareme) -> Regle:
    """Give the reading, the chaining and the counting of a rule; the year is settled whole."""
    return Regle(lecture=bareme.lecture, chainage=bareme.chainage, mode=bareme.comptage, profil=TWELFTHS)


def find_rule(baremes: Sequence[Bareme], name: str, annee: int) -> Bareme:
    """Find a rule by its name, in force that year; say in French what is wrong otherwise."""
    found = [bareme for bareme in baremes if bareme.id == name]
    if not found:
        known = ", ".join(sorted(bareme.id for bareme in baremes))
        raise UserFacingError(typeset(f"La règle « {name} » n'existe pas. Règles connues : {known}."))
    in_force = [bareme for bareme in found if bareme.in_force(annee)]
    if not in_force:
        raise UserFacingError(
            typeset(
                f"La règle « {name} » n'est pas en vigueur en {annee} : elle l'est du "
                f"{found[0].valide_du:%d/%m/%Y}"
                + (f" au {found[0].valide_au:%d/%m/%Y}." if found[0].valide_au else ".")
            )
        )
    return in_force[-1]


def read_cost(text: str) -> Fraction:
    """Read the euro cost of an ETPT as someone typed it: « 56600 », « 56 600,50 »; never negative."""
    cleaned = "".join(text.replace("€", "").split()).replace(",", ".")
    if (
        not cleaned
        or not all(c in "0123456789." for c in cleaned)
        or cleaned.count(".") > 1
        or cleaned == "."
        or len(cleaned) > _LONGEST_COST
    ):
        raise UserFacingError(
            typeset(f"Le coût d'un ETPT « {text} » n'est pas un nombre positif. Écrivez par exemple 56600.")
        )
    return Fraction(cleaned)


def settle_year(
    faits: Faits,
    referentiel: Referentiel,
    bareme: Bareme,
    *,
    periode: Periode,
    mode: str | None,
    cout: Cout | None,
    moment: Moment,
    ajustements: Sequence[Ajustement] = (),
) -> Releve:
    """Gather a year under one rule, and settle it; the arguments are those of `survey` and `draw_up`.

    The credits are those of the year after (circular, p. 2: « en début d'année 2010, sur leur crédits
    vacataires »).
    """
    if not bareme.in_force(periode.annee):
        raise UserFacingError(typeset(f"La règle « {bareme.id} » n'est pas en vigueur en {periode.annee}."))
    rows = faits.credits.filter(pl.col("annee") == periode.annee + 1).select("cour", "credits_eur")
    return draw_up(
        survey(faits, referentiel, regle=regle_of(bareme), periode=periode),
        bareme,
        mode=mode,
        cout=cout,
        credits_eur={cour: Fraction(amount) for cour, amount in rows.iter_rows()},
        ajustements=ajustements,
        moment=moment,
        parametres=referentiel.parametres,
    )


def draw_up(
    pays: Pays,
    bareme: Bareme,
    *,
    mode: str | None,
    cout: Cout | None,
    credits_eur: Mapping[str, Fraction],
    ajustements: Sequence[Ajustement],
    moment: Moment,
    parametres: Parametres,
) -> Releve:
    """Settle the year of `pays`, gathered under `regle_of(bareme)`.

    `credits_eur`: the crédits vacataires on which each cour answers.
    """
    exigence, periode = pays.exigence, pays.periode
    if exigence.taux is None or not exigence.bases:
        raise UserFacingError(
            f"{periode.annee} n'a pas de base ou pas d'objectif : aucun décompte n'est possible."
        )
    details: dict[str, Detail] = {}
    comptes: list[Compte] = []
    for cour, base in sorted(exigence.bases.items()):
        if not base.extractions:
            raise UserFacingError(
                f"La base de {cour} pour {periode.annee} est de 0 extraction : corrigez-la d'abord."
            )
        detail, compte = _account(pays, cour, bareme, credits_eur.get(cour), ajustements)
        details[cour] = detail
        comptes.append(compte)
    chosen = mode or bareme.mode
    first, second = (
        settle(
            comptes,
            bareme,
            mode=name,
            cout=cout.euros if cout else None,
            etpt_par_extraction=etpt_per_extraction(parametres, periode.debut),
        )
        for name in (chosen, ECART_PROPRE if chosen == MUTUALISE else MUTUALISE)
    )
    return Releve(
        annee=periode.annee,
        periode=periode,
        bareme=bareme,
        cout=cout,
        decompte=first,
        autre=second,
        details=details,
        projete=periode.mois_ecoules < MONTHS_IN_YEAR,
        sans_base=tuple(sorted(set(pays.mois) - set(exigence.bases))),
        reference={cour: base.extractions for cour, base in pays.reference.items()},
        moment=moment,
        perspectives=pays.perspectives,
    )


def _account(
    pays: Pays, cour: str, bareme: Bareme, credits_eur: Fraction | None, ajustements: Sequence[Ajustement]
) -> tuple[Detail, Compte]:
    objectif = pays.exigence.of([cour], ensemble=False)
    if objectif is None:
        raise UserFacingError(f"{cour} n'a pas d'objectif en {pays.periode.annee}.")
    year = tuple(
        month for month in pays.mois.get(cour, ()) if pays.periode.debut <= month.mois <= pays.periode.fin
    )
    own = tuple(each for each in ajustements if each.cour == cour)
    put_right = {each.ligne: each.valeur for each in own}
    if BASE in put_right:
        # The rate applies to the base put right, unless the objective was set or is put right too.
        objectif = replace(objectif, base=put_right[BASE])
    counted, to_come = _counted(pays, cour, bareme, objectif, year)
    detail = Detail(objectif=objectif, mois=year, projetees=to_come, ajustements=own)
    return detail, Compte(
        cour=cour,
        base=objectif.base,
        objectif=put_right.get(OBJECTIF, objectif.annuel),
        evitees=put_right.get(EVITEES, counted),
        credits=credits_eur,
    )


def _counted(
    pays: Pays, cour: str, bareme: Bareme, objectif: Objectif, year: Sequence[Mois]
) -> tuple[Fraction, int]:
    """Give what the reading counts of a whole year, and how much of it is projected."""
    declared = sum(month.evitees for month in year)
    ahead = pays.perspectives.of([cour]) if pays.perspectives else None
    # Its mean: those of the cours make that of the country, which no other middle does.
    to_come = round(ahead.moyenne) if ahead is not None else 0
    match bareme.lecture:
        case "B":
            if objectif.niveau is None:
                raise UserFacingError(
                    "La lecture B déduit le niveau de 2008, qui n'est pas importé pour toutes les cours : "
                    "importez les niveaux annuels."
                )
            return Fraction(declared + to_come) - objectif.niveau, to_come
        case "C":
            executed = [month.executees for month in year if month.executees is not None]
            if len(executed) < MONTHS_IN_YEAR:
                raise UserFacingError(
                    "La lecture C compte les extractions exécutées selon l'Intérieur : il faut les douze "
                    f"mois de {pays.periode.annee} pour toutes les cours ({cour} n'en a que {len(executed)})."
                )
            return objectif.base - sum(executed), 0
        case _:
            return Fraction(declared + to_come), to_come
