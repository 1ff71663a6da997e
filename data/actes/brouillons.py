"""Reminders to take away: drafts that a mail program opens, in a folder or an archive."""

from datetime import date
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from zipfile import ZIP_DEFLATED, ZipFile

from analytics.collecte.reminders import Rappel
from analytics.vocabulary.schemas import DOSSIER
from data.actes.relances import Bureau, Preparation, check_address, check_open, envoi_of, reopen, write_letter
from data.post import compose, write_drafts


def write_folder(
    bureau: Bureau, preparation: Preparation, folder: Path, *, renvoyer: bool
) -> tuple[tuple[Path, ...], tuple[Path, ...]]:
    """Write each reminder to a file that a mail program opens as a draft.

    Gives the files written, and those of this campaign that were there before and are not to be sent now.
    Raises `UserFacingError`, nothing being written, where a message would lead nowhere.
    """
    if not preparation.fictif:
        check_address(bureau)
        check_open(preparation, renvoyer=renvoyer)
    moment, mois = bureau.clock(), preparation.campagne.mois
    letters = {
        name_draft(mois, rappel): (rappel, write_letter(bureau, rappel, mois, moment))
        for rappel in preparation.to_send(renvoyer=renvoyer)
    }
    drafts = [(name, compose(letter, brouillon=True)) for name, (_, letter) in letters.items()]
    written = write_drafts(folder, drafts)
    for rappel, letter in letters.values():
        reopen(bureau, preparation, rappel)
        bureau.store.collecte().note_reminder(
            bureau.perimetre,
            envoi_of(rappel, letter, mois),
            resultat=DOSSIER,
            auteur=bureau.auteur,
            connu_le=moment,
        )
    there = sorted(folder.glob(f"{mois:%Y-%m}_relance_*.eml"))
    return written, tuple(path for path in there if path.name not in letters)


def zip_drafts(bureau: Bureau, preparation: Preparation, *, renvoyer: bool) -> bytes:
    """Give the files of `write_folder` in one archive."""
    archive = BytesIO()
    with TemporaryDirectory() as folder, ZipFile(archive, "w", ZIP_DEFLATED) as zipped:
        for path in write_folder(bureau, preparation, Path(folder), renvoyer=renvoyer)[0]:
            zipped.write(path, path.name)
    return archive.getvalue()


def name_draft(mois: date, rappel: Rappel) -> str:
    """Name the file of a reminder, the same every time."""
    return f"{mois:%Y-%m}_relance_{rappel.juridiction}.eml"
