"""The register of settlements, as the page writes and reads it: kept, advanced, contested, checked."""

import json
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Any, cast

import dataframely as dy
import polars as pl

from analytics.decompte.bareme import Bareme
from analytics.decompte.compte import settle_again, write_exact
from analytics.decompte.documents.account import Edition, tell_reserve
from analytics.decompte.documents.write import Sorte, write_document
from analytics.decompte.releve import CONTESTABLES, Ajustement, Releve, is_far, read_cost
from analytics.decompte.words.amounts import write_plain
from analytics.vocabulary.errors import UserFacingError
from analytics.vocabulary.moments import day_in_paris
from analytics.vocabulary.perimetre import NATIONAL
from analytics.vocabulary.schemas import (
    CONTRADICTOIRE,
    CONTREPASSE,
    ETATS_DECOMPTE,
    MOST_PROPOSED,
    Contestation,
    DecompteGarde,
    EtapeDecompte,
    Lots,
)
from analytics.vocabulary.situation import Faits
from analytics.vocabulary.wording import MINUS, percent, typeset
from data.actes.decomptes import contents_of
from data.actes.version import version_of
from data.store.registre import Opposition, Registre
from data.store.store import utc_now
from pages.commun import lecture
from pages.commun.identite import lecteur


@dataclass(frozen=True)
class Dossier:
    """One settlement that is kept, as its reader may see it; `cours` holds his cours' lines only.

    `jusqu_au`: the last day on which a line may be contested, None before it may.
    """

    garde: DecompteGarde
    entrees: Mapping[str, Any]
    national: Mapping[str, Any]
    cours: tuple[Mapping[str, Any], ...]
    etapes: tuple[EtapeDecompte, ...]
    contestations: tuple[Contestation, ...]
    jusqu_au: date | None


def registre() -> Registre:
    """Give the register of the store."""
    return lecture.store().registre()


def _to_decide() -> Registre:
    """Give the register to whoever may decide: a reader of the whole ministry."""
    if not reads_all():
        raise UserFacingError("Un décompte n'est tenu que par qui voit tout le ministère.")
    return registre()


def rules() -> list[Bareme]:
    """Give the rules of the product, then those that people added."""
    added = [Bareme.from_toml(_read_rule(each.toml)) for each in registre().rules()]
    return [*(Bareme.from_toml(table) for table in lecture.rules()), *added]


def _read_rule(text: str) -> dict[str, Any]:
    """Read one rule from TOML: a table, or a file whose only `[[regle]]` it is."""
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise UserFacingError(typeset(f"Ce texte n'est pas du TOML lisible : {error}.")) from error
    listed: Any = document.get("regle", [document])
    if not isinstance(listed, list) or [isinstance(each, dict) for each in cast("list[Any]", listed)] != [
        True
    ]:
        raise UserFacingError("Donnez une règle, et une seule : une table TOML, ou un bloc [[regle]].")
    return cast("list[dict[str, Any]]", listed)[0]


def add_rule(toml: str, *, auteur: str) -> str:
    """Keep a rule that someone wrote; say what became of it."""
    bareme = Bareme.from_toml(_read_rule(toml))
    if bareme.statut == "texte":
        raise UserFacingError(
            "Seule la circulaire est la lettre du texte : une règle ajoutée est « hypothese » ou "
            "« a_definir »."
        )
    if any(known.id == bareme.id for known in rules()):
        raise UserFacingError(typeset(f"La règle « {bareme.id} » existe déjà : donnez un autre identifiant."))
    _to_decide().add_rule(identifiant=bareme.id, toml=toml, auteur=auteur, connu_le=utc_now())
    return typeset(f"Règle « {bareme.libelle} » ajoutée.")


def keep(releve: Releve, *, auteur: str) -> str:
    """Keep a simulation; say under which number."""
    number = _to_decide().record(annee=releve.annee, auteur=auteur, connu_le=utc_now(), **contents_of(releve))
    return typeset(f"Simulation enregistrée sous le n° {number}.")


def kept(annee: int) -> tuple[DecompteGarde, ...]:
    """List the settlements of a year, the last first."""
    return registre().list(lecteur().perimetre, annee=annee)[::-1]


def standing(annee: int) -> DecompteGarde | None:
    """Give the settlement of a year that stands: the furthest on its way, the last one among equals."""
    order = list(ETATS_DECOMPTE)
    found = [each for each in kept(annee) if each.etat != CONTREPASSE]
    return max(found, key=lambda each: (order.index(each.etat), each.decompte), default=None)


def open_file(number: int) -> Dossier:
    """Open one settlement, its figures restricted to the reader's cours."""
    reader = lecteur().perimetre
    whole = registre().get(number, reader)
    result: dict[str, Any] = json.loads(whole.resultat)
    steps = registre().steps(number)
    opened = [day_in_paris(step.connu_le) for step in steps if step.etat == CONTRADICTOIRE]
    days = int(lecture.parametres().at("delai_contestation", date(2009, 12, 31)).valeur)
    header = next(each for each in registre().list(reader) if each.decompte == number)
    return Dossier(
        garde=header,
        entrees=json.loads(whole.entrees),
        national=result["national"],
        cours=tuple(line for line in result["cours"] if reader.holds(line["cour"])),
        etapes=steps,
        contestations=registre().contests(number, reader),
        jusqu_au=opened[0] + timedelta(days=days) if opened else None,
    )


def _facts_of(entrees: Mapping[str, Any]) -> Faits:
    """Read again the facts of a settlement: those entered up to its lot, and received by its day."""
    known = entrees["connu_le"]
    return lecture.store().faits(
        NATIONAL, dernier_lot=entrees["lot"], connu_le=None if known is None else date.fromisoformat(known)
    )


def settle_anew(entrees: Mapping[str, Any], ajouts: Sequence[Ajustement] = ()) -> Releve:
    """Settle again what was kept, from the facts known after its lot, whatever was imported since."""
    return settle_again(
        entrees,
        _facts_of(entrees),
        lecture.referentiel(),
        demonstration=lecture.store().etat().demo,
        ajouts=ajouts,
    )


def document(dossier: Dossier, sorte: Sorte, *, cour: str | None) -> Callable[[], bytes]:
    """Write a document of a settlement that is kept, with its state and its number, when asked."""
    # Who reads is settled now: a download runs outside the session, where nobody is signed in.
    seen = lecteur().perimetre
    return lambda: write_document(
        settle_anew(dossier.entrees),
        sorte,
        _facts_of(dossier.entrees),
        lecture.referentiel(),
        cour=cour,
        perimetre=seen,
        edition=Edition(dossier.garde.etat, version_of(), dossier.garde.decompte),
        lots=_lots_of(dossier.entrees),
    )


def _lots_of(entrees: Mapping[str, Any]) -> dy.DataFrame[Lots]:
    """Read the lots that a settlement may rest on."""
    return Lots.cast(lecture.store().lots(NATIONAL).filter(pl.col("lot") <= entrees["lot"]))


def reserve_of(dossier: Dossier) -> str:
    """Say what a settlement rests on that was declared after the day it speaks of."""
    known = dossier.entrees["connu_le"]
    return "" if known is None else tell_reserve(_lots_of(dossier.entrees), date.fromisoformat(known))


def check(dossier: Dossier) -> str:
    """Settle again, and say whether the fingerprint is the same."""
    found = contents_of(settle_anew(dossier.entrees))
    same = found["empreinte"] == dossier.garde.empreinte
    return typeset(
        f"Recalculé depuis le lot {dossier.garde.lot} : "
        + (
            f"empreinte identique ({found['empreinte'][:12]}…)."
            if same
            else f"empreinte différente ({found['empreinte'][:12]}… au lieu de "
            f"{dossier.garde.empreinte[:12]}…). Les paramètres ou la clé de répartition ont changé depuis."
        )
    )


def advance(dossier: Dossier, vers: str, *, auteur: str, motif: str) -> str:
    """Bring a settlement to its next state."""
    _to_decide().advance(
        dossier.garde.decompte,
        depuis=dossier.garde.etat,
        vers=vers,
        auteur=auteur,
        motif=motif,
        connu_le=utc_now(),
    )
    return "État enregistré."


class ToConfirmError(UserFacingError):
    """What is asked is possible, and so unlikely that someone must confirm it."""


def read_proposal(text: str) -> Decimal:
    """Read the figure that someone proposes, as it is typed."""
    if not text.strip():
        raise UserFacingError("Donnez la valeur proposée : un nombre, par exemple 9 433.")
    try:
        value = Decimal("".join(text.split()).replace(",", ".").replace(MINUS, "-"))
    except InvalidOperation as error:
        raise UserFacingError(typeset(f"La valeur proposée « {text} » n'est pas un nombre.")) from error
    if not value.is_finite():
        raise UserFacingError(typeset(f"La valeur proposée « {text} » n'est pas un nombre."))
    if value > MOST_PROPOSED:
        raise UserFacingError(typeset(f"La valeur proposée « {text} » dépasse un milliard : vérifiez-la."))
    if value < 0:
        raise UserFacingError("La valeur proposée est un nombre positif ou nul.")
    return value


def doubt_of(dossier: Dossier, cour: str, ligne: str, proposition: Decimal) -> str:
    """Say how far a figure proposed is from the one retained; nothing where it is near."""
    kept = next((Fraction(line[ligne]) for line in dossier.cours if line["cour"] == cour), None)
    far = lecture.parametres().at("contestation_a_confirmer", date(2009, 12, 31)).valeur
    if kept is None or not is_far(kept, Fraction(proposition), far):
        return ""
    told = f"{write_plain(Fraction(proposition))} au lieu de {write_plain(kept)}"
    apart = f" ({percent((Fraction(proposition) - kept) / kept, signed=True)})" if kept else ""
    return typeset(f"{CONTESTABLES[ligne]} : {told}{apart}.")


def contest(
    dossier: Dossier,
    *,
    cour: str,
    ligne: str,
    proposition: str,
    motif: str,
    piece: str,
    auteur: str,
    confirme: bool = False,
) -> str:
    """Keep what a cour opposes to a line of its statement; `confirme`: someone saw that it is far from it."""
    if dossier.jusqu_au is None:
        raise UserFacingError("Ce décompte n'est pas encore contradictoire : il ne se conteste pas.")
    if ligne not in CONTESTABLES:
        raise UserFacingError("Choisissez la ligne que vous contestez.")
    value = read_proposal(proposition)
    if not confirme and (doubt := doubt_of(dossier, cour, ligne, value)):
        raise ToConfirmError(typeset(f"{doubt} Vérifiez la valeur, puis cochez la case qui la confirme."))
    registre().contest(
        dossier.garde.decompte,
        lecteur().perimetre,
        Opposition(cour, ligne, value, motif, piece, auteur),
        jusqu_au=dossier.jusqu_au,
        connu_le=utc_now(),
    )
    return "Contestation enregistrée : le Secrétariat général y répondra."


def answer(
    contestation: Contestation, *, acceptee: bool, motif: str, auteur: str, confirme: bool = False
) -> str:
    """Answer a contest; one that is far from what is retained is admitted by whoever confirms it."""
    if acceptee and not confirme:
        dossier = open_file(contestation.decompte)
        if doubt := doubt_of(dossier, contestation.cour, contestation.ligne, contestation.proposition):
            raise ToConfirmError(
                typeset(f"{doubt} Vérifiez la pièce, puis cochez la case qui confirme son effet.")
            )
    _to_decide().answer(
        contestation.contestation, acceptee=acceptee, motif=motif, auteur=auteur, connu_le=utc_now()
    )
    return "Réponse enregistrée."


def accepted(dossier: Dossier) -> tuple[Ajustement, ...]:
    """Turn the contests accepted into figures put right; the last word on a line wins."""
    found: dict[tuple[str, str], Ajustement] = {}
    for each in dossier.contestations:
        if each.reponse is not None and each.reponse.acceptee:
            piece = f", {each.piece}" if each.piece else ""
            found[each.cour, each.ligne] = Ajustement(
                each.cour, each.ligne, Fraction(each.proposition), f"{each.motif}{piece}"
            )
    return tuple(found.values())


def effect_of(dossier: Dossier, contestation: Contestation) -> tuple[Releve, Releve]:
    """Give a settlement before and after one contest, were it accepted."""
    return effect_of_change(
        dossier,
        Ajustement(
            contestation.cour, contestation.ligne, Fraction(contestation.proposition), contestation.motif
        ),
    )


def effect_of_change(dossier: Dossier, change: Ajustement) -> tuple[Releve, Releve]:
    """Give a settlement before and after one figure is put right."""
    return settle_anew(dossier.entrees), settle_anew(dossier.entrees, (change,))


def replace(dossier: Dossier, *, auteur: str, motif: str) -> str:
    """Reverse a settlement and keep the one that takes its place, the accepted contests in it."""
    number = _to_decide().replace(
        dossier.garde.decompte,
        depuis=dossier.garde.etat,
        motif=motif,
        auteur=auteur,
        connu_le=utc_now(),
        **contents_of(settle_anew(dossier.entrees, accepted(dossier))),
    )
    return typeset(f"Décompte contrepassé et remplacé par le n° {number}, provisoire.")


def record_cost(text: str, *, source: str, auteur: str, annee: int) -> str:
    """Record the cost of an ETPT for a year, with its source: it is then in force."""
    _to_decide().add_cost(
        valide_du=date(annee, 1, 1),
        valide_au=date(annee, 12, 31),
        euros=Decimal(write_exact(read_cost(text))),
        source=source,
        auteur=auteur,
        connu_le=utc_now(),
    )
    return "Coût enregistré : il s'applique tant que le lien n'en demande pas un autre."


def reads_all() -> bool:
    """Tell whether the reader sees the whole ministry, and so may keep, advance and answer."""
    return lecteur().perimetre.national
