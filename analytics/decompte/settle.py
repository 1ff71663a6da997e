"""What is owed where the objective is missed, exactly: rules as data, one rounding, parts that sum.

« Le ministère de la Justice, en cas de non atteinte partielle ou totale de l'objectif, rembourserait le
ministère de l'Intérieur au prorata des extractions non évitées et donc des ETPT engagés » (circular of
5 February 2009, p. 2). Beyond the objective, an intéressement « dont les modalités sont à définir »: never an
amount due. Everything is a `Fraction` until the cents, rounded once for the ministry and shared over the
cours by largest remainder. `fourchette` says the same rule again over draws: a step that changes here changes
there.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from analytics.decompte.bareme import MUTUALISE, NON_DETERMINE, Bareme
from analytics.statistics.apportion import share_cents, sum_of
from analytics.vocabulary.errors import UserFacingError
from analytics.vocabulary.wording import count

# The two steps of « deux_paliers », in parts of the base (a British pilot of 2011).
FIRST_STEP, LAST_STEP = Fraction(5, 100), Fraction(20, 100)


@dataclass(frozen=True)
class Compte:
    """What is settled of one cour: its base, its objective, what its rule counts as avoided, its credits.

    `credits`: its crédits vacataires in euros, None where they are not loaded.
    """

    cour: str
    base: Fraction
    objectif: Fraction
    evitees: Fraction
    credits: Fraction | None = None


@dataclass(frozen=True)
class PartDue:
    """What one cour, or the ministry, owes or is beyond; exact. Amounts in cents, None without a cost.

    `ecart`: not avoided, after the threshold; `du`: the extractions paid for, after the mode; `exact`: the
    amount in euros before rounding. `etpt` = du × ETPT per extraction × part paid. `interessement_…`: None
    where the modalities are to be defined. `exclue`: why the cour is not settled, else "".
    """

    cour: str
    base: Fraction
    objectif: Fraction
    evitees: Fraction
    ecart: Fraction
    excedent: Fraction
    du: Fraction
    etpt: Fraction
    exact: Fraction | None
    centimes: int | None
    credits: Fraction | None
    interessement_etpt: Fraction | None
    interessement_centimes: int | None
    exclue: str = ""

    @property
    def part_credits(self) -> Fraction | None:
        """Give the share of the crédits vacataires that the amount represents."""
        if self.centimes is None or not self.credits:
            return None
        return Fraction(self.centimes, 100) / self.credits


@dataclass(frozen=True)
class Decompte:
    """A settlement: the ministry, and each cour in the order of its code.

    `cout`: euros of one ETPT, None when no cost is given: it then stops at ETPT.
    """

    bareme: Bareme
    mode: str
    cout: Fraction | None
    etpt_par_extraction: Fraction
    national: PartDue
    cours: tuple[PartDue, ...]


def settle(
    comptes: Sequence[Compte],
    bareme: Bareme,
    *,
    mode: str,
    cout: Fraction | None,
    etpt_par_extraction: Fraction,
) -> Decompte:
    """Settle a year; the order of `comptes` changes nothing.

    Mutualised, the ministry's gap is shared over the cours in deficit pro rata of their gaps (it reproduces
    the ministry's debt); écart propre, each cour owes its own.
    """
    if cout is not None and cout < 0:
        raise UserFacingError("Le coût d'un ETPT ne peut pas être négatif.")
    comptes = sorted(comptes, key=lambda compte: compte.cour)
    kept = [compte for compte in comptes if compte.base >= bareme.volume_minimum]
    gaps = {
        compte.cour: _forgive(compte.objectif - compte.evitees, compte.objectif, bareme) for compte in kept
    }
    surpluses = {compte.cour: max(Fraction(0), compte.evitees - compte.objectif) for compte in kept}
    wanted = sum_of(compte.objectif for compte in kept)
    done = sum_of(compte.evitees for compte in kept)
    whole_gap = sum_of(gaps.values())
    # What is forgiven to a cour is owed by nobody: none pays for it beyond its own gap.
    national_gap = min(_forgive(wanted - done, wanted, bareme), whole_gap)
    national_surplus = max(Fraction(0), done - wanted)
    due = dict(gaps)
    if mode == MUTUALISE:
        due = {
            cour: national_gap * gap / whole_gap if whole_gap else Fraction(0) for cour, gap in gaps.items()
        }
    etpt = {cour: extractions * etpt_par_extraction * bareme.part for cour, extractions in due.items()}
    exact = {compte.cour: _ask(etpt[compte.cour], compte, bareme, cout) for compte in kept}
    cents = share_cents({cour: amount for cour, amount in exact.items() if amount is not None})
    bonus = _bonus(kept, surpluses, national_surplus, bareme)
    bonus_etpt = {cour: value * etpt_par_extraction for cour, value in bonus.items()}
    bonus_cents = share_cents(
        {cour: value * cout for cour, value in bonus_etpt.items()} if cout is not None else {}
    )

    def part(compte: Compte) -> PartDue:
        cour, out = compte.cour, compte.base < bareme.volume_minimum
        return PartDue(
            cour=cour,
            base=compte.base,
            objectif=compte.objectif,
            evitees=compte.evitees,
            ecart=gaps.get(cour, Fraction(0)),
            excedent=surpluses.get(cour, Fraction(0)),
            du=due.get(cour, Fraction(0)),
            etpt=etpt.get(cour, Fraction(0)),
            exact=Fraction(0) if out and cout is not None else exact.get(cour),
            centimes=None if cout is None else cents.get(cour, 0),
            credits=compte.credits,
            interessement_etpt=bonus_etpt.get(cour),
            interessement_centimes=bonus_cents.get(cour),
            exclue=f"base inférieure à {count(bareme.volume_minimum, 'extraction')}" if out else "",
        )

    parts = tuple(part(compte) for compte in comptes)
    known = [compte.credits for compte in comptes if compte.credits is not None]
    national = PartDue(
        cour="",
        base=sum_of(compte.base for compte in kept),
        objectif=wanted,
        evitees=done,
        ecart=national_gap,
        excedent=national_surplus,
        du=sum_of(due.values()),
        etpt=sum_of(etpt.values()),
        exact=None if cout is None else sum_of(amount or Fraction(0) for amount in exact.values()),
        centimes=None if cout is None else sum(cents.values()),
        credits=sum_of(known) if known and len(known) == len(comptes) else None,
        interessement_etpt=sum_of(bonus_etpt.values()) if bonus_etpt else None,
        interessement_centimes=sum(bonus_cents.values()) if bonus_cents else None,
    )
    return Decompte(bareme, mode, cout, etpt_par_extraction, national, parts)


def settle_with_more(decompte: Decompte, part: PartDue, more: Fraction) -> PartDue:
    """Settle the year again had a cour avoided some more, or the ministry: its cours share them by gap.

    The whole rule applies anew (mode, threshold, cap, floor): two settlements differ by what is saved.
    """
    whole = sum_of(other.ecart for other in decompte.cours)

    def added(other: PartDue) -> Fraction:
        if part.cour:
            return more if other.cour == part.cour else Fraction(0)
        return more * other.ecart / whole if whole else Fraction(0)

    after = settle(
        [
            Compte(other.cour, other.base, other.objectif, other.evitees + added(other), other.credits)
            for other in decompte.cours
        ],
        decompte.bareme,
        mode=decompte.mode,
        cout=decompte.cout,
        etpt_par_extraction=decompte.etpt_par_extraction,
    )
    return next((other for other in after.cours if other.cour == part.cour), after.national)


def _forgive(gap: Fraction, objectif: Fraction, bareme: Bareme) -> Fraction:
    """Give what is short of an objective; nothing at or above it, nor within the threshold of the rule."""
    return gap if gap > bareme.seuil * objectif and gap > 0 else Fraction(0)


def _ask(etpt: Fraction, compte: Compte, bareme: Bareme, cout: Fraction | None) -> Fraction | None:
    """Give the exact amount asked of a cour: capped at a part of its credits, nothing under the floor."""
    if cout is None:
        return None
    amount = etpt * cout
    if bareme.plafond_credits is not None and compte.credits is not None:
        amount = min(amount, bareme.plafond_credits * compte.credits)
    return amount if amount >= bareme.plancher_eur else Fraction(0)


def _bonus(
    comptes: Sequence[Compte], surpluses: Mapping[str, Fraction], national: Fraction, bareme: Bareme
) -> dict[str, Fraction]:
    """Count the extractions that an intéressement would reward; empty where nothing is defined."""
    rule, share = bareme.interessement, bareme.interessement_part
    if rule == NON_DETERMINE:
        return {}
    whole = sum_of(surpluses.values())

    def reward(compte: Compte) -> Fraction:
        surplus = surpluses[compte.cour]
        match rule:
            case "symetrique":
                return surplus
            case "plafonne":
                most = bareme.interessement_plafond
                return share * (surplus if most is None else min(surplus, most * compte.objectif))
            case "seuil":
                return share * max(Fraction(0), surplus - bareme.interessement_seuil * compte.objectif)
            case "deux_paliers":
                first, last = FIRST_STEP * compte.base, LAST_STEP * compte.base
                return min(surplus, first) / 2 + max(Fraction(0), min(surplus, last) - first)
            case "fonds":
                return share * national * surplus / whole if whole else Fraction(0)
            case _:
                return share * surplus

    return {compte.cour: reward(compte) for compte in comptes}
