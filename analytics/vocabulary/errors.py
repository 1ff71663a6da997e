"""The errors a user can do something about."""

import errno

from analytics.vocabulary.wording import clean_text, typeset

_REASONS = {
    errno.ENOENT: "il n'existe pas",
    errno.EISDIR: "c'est un dossier",
    errno.EACCES: "l'accès est refusé",
    errno.EPERM: "l'accès est refusé",
    errno.ENOSPC: "le disque est plein",
    errno.EDQUOT: "le disque est plein pour ce compte",
    errno.EFBIG: "le fichier serait plus grand qu'il n'est permis",
    errno.EROFS: "ce disque ne peut être que lu",
    errno.ELOOP: "il renvoie à lui-même",
    errno.ENAMETOOLONG: "le nom est trop long",
    errno.EAGAIN: "il n'a pas de fin",
}


class UserFacingError(Exception):
    """Say in French what is wrong, where, and what to do next.

    The message is shown as it stands, on screen and in the terminal; anything else that is
    raised is a defect and must be left to crash.
    """


def reason_of(error: OSError) -> str:
    """Say in French why the system refuses a file."""
    return _REASONS.get(error.errno or 0, f"erreur {error.errno} du système")


def refusal(sentence: str) -> UserFacingError:
    """Make an error of a French sentence, its spaces right."""
    return UserFacingError(typeset(sentence))


def typed(sentence: str, *texts: str) -> tuple[str, ...]:
    """Strip what a person must have typed; say `sentence` where one of the texts is empty."""
    if not all(clean_text(text).strip() for text in texts):
        raise refusal(sentence)
    return tuple(text.strip() for text in texts)
