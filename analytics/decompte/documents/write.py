"""The documents of a settlement, the same to the byte from the page and from the terminal."""

from collections.abc import Collection, Mapping
from datetime import date
from typing import Literal

import dataframely as dy
import polars as pl

from analytics.couverture.silence import Manque, survey_silence
from analytics.decompte.compte import write_account, write_json
from analytics.decompte.documents.account import MINISTERE, Edition, account_frame, file_name, tell_reserve
from analytics.decompte.fourchette import draw_range
from analytics.decompte.releve import Releve
from analytics.decompte.settle import PartDue
from analytics.decompte.words.decompte import conclude_settlement
from analytics.decompte.words.releve import write_statement
from analytics.documents.table import write_table
from analytics.trajectoire.words.conclusion import with_article
from analytics.vocabulary.errors import UserFacingError
from analytics.vocabulary.perimetre import Perimetre, Savoir
from analytics.vocabulary.schemas import COUNTRY, ETATS_DECOMPTE, Lots
from analytics.vocabulary.situation import Faits, Referentiel

Sorte = Literal["json", "csv", "xlsx", "pdf"]
WHOLE_ONLY = "Le classeur contient toutes les cours : il n'est donné qu'à qui les voit toutes."

ONE_COUR = "Le document PDF est celui d'une seule cour : choisissez laquelle."


def write_document(
    releve: Releve,
    sorte: Sorte,
    faits: Faits,
    referentiel: Referentiel,
    *,
    cour: str | None,
    perimetre: Perimetre,
    edition: Edition,
    lots: dy.DataFrame[Lots],
) -> bytes:
    """Write a settlement, whole or of one cour, with the lines that the reader may see only.

    `faits`: those of all the cours, for what silence may hide. `lots`: those of all the
    cours that it may rest on.
    """
    reserve = tell_reserve(lots, releve.moment.connu_le)
    seen = {part.cour for part in releve.decompte.cours if perimetre.holds(part.cour)}
    if not seen:
        raise UserFacingError("Aucune des cours de ce décompte ne vous est ouverte.")
    if cour is not None:
        seen &= {cour}
        if not seen:
            raise UserFacingError(
                f"La cour « {cour} » n'a pas de base en {releve.annee} : rien n'est à régler."
            )
    names = dict(referentiel.reference.cours.select("cour", "nom").iter_rows())
    match sorte:
        case "json":
            account = write_account(releve)
            for name in ("cours", "ajustements"):
                account[name] = [line for line in account[name] if line["cour"] in seen]
            if not perimetre.knows(Savoir.LIGNE):
                del account["national"]
            # Beside the figures that the fingerprint is of: it does not change them.
            return write_json(account | ({"reserve": reserve} if reserve else {})).encode()
        case "csv":
            frame = account_frame(releve, names, reserve=reserve)
            shown = (
                [*sorted(seen), COUNTRY] if cour is None and perimetre.knows(Savoir.LIGNE) else sorted(seen)
            )
            return write_table(frame.filter(pl.col("cour").is_in(shown)), "csv", sheet="Décompte")
        case "xlsx":
            if not perimetre.national:
                raise UserFacingError(WHOLE_ONLY)
            from analytics.decompte.documents.xlsx import write_xlsx

            part = _part(releve, cour)
            lines = write_statement(releve, part, manque=_hidden(releve, faits, part, referentiel))
            return write_xlsx(
                releve,
                names,
                lignes=lines,
                etat=ETATS_DECOMPTE[edition.etat]
                + ("" if edition.numero is None else f", n° {edition.numero}"),
                conclusion=_conclude(releve, part, names),
                reserve=reserve,
            )
        case "pdf":
            from analytics.decompte.documents.pdf import write_pdf

            if cour is None and not perimetre.knows(Savoir.LIGNE):
                if len(seen) != 1:
                    raise UserFacingError(ONE_COUR)
                (cour,) = seen
            part = _part(releve, cour)
            lines = write_statement(releve, part, manque=_hidden(releve, faits, part, referentiel))
            return write_pdf(
                releve,
                part,
                lines,
                edition,
                nom=with_article(names[part.cour]).removeprefix("la ") if part.cour else MINISTERE.lower(),
                noms={code: nom for code, nom in names.items() if code in seen},
                conclusion=_conclude(releve, part, names),
                reserve=reserve,
            )


def name_document(mois: date, sorte: Sorte, *, cour: str | None, etat: str, numero: int | None = None) -> str:
    """Name the file of a settlement."""
    return file_name(mois, cour or "", etat=etat, version=numero, suffixe=sorte)


def _conclude(releve: Releve, part: PartDue, names: Mapping[str, str]) -> str:
    """Write the sentence that the document opens on: that of the page."""
    nom = with_article(names[part.cour]) if part.cour else "le ministère"
    return conclude_settlement(releve, part, nom=nom, fourchette=draw_range(releve).get(part.cour))


def _part(releve: Releve, cour: str | None) -> PartDue:
    if cour is None:
        return releve.decompte.national
    return next(part for part in releve.decompte.cours if part.cour == cour)


def _hidden(releve: Releve, faits: Faits, part: PartDue, referentiel: Referentiel) -> Manque | None:
    """Estimate what the silent may have avoided in one cour, or in all of them."""
    found = survey_silence(faits, referentiel, bases=releve.reference, periode=releve.periode)
    whose: Collection[str] = [part.cour] if part.cour else list(releve.details)
    declared = sum(month.evitees for cour in whose for month in releve.details[cour].mois)
    return None if found is None else found.of(whose, declarees=declared)
