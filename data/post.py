"""Messages out: files that a mail program opens as drafts, or sent to an SMTP server.

One connection serves a whole campaign. It is opened again once when the server drops it; a second time,
nothing more leaves.
"""

import smtplib
import ssl
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from email.errors import MessageError
from email.header import Header
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, EmailPolicy
from email.utils import format_datetime
from pathlib import Path
from typing import Self
from unicodedata import category

from analytics.vocabulary.errors import UserFacingError, reason_of, refusal
from analytics.vocabulary.moments import PARIS
from analytics.vocabulary.wording import count
from data.settings import Settings

_TIMEOUT_S = 30
# The server says so when it closes the connection instead of answering.
_CLOSING = 421


class RefusedError(Exception):
    """The server does not take a message; what it said."""


class DroppedError(Exception):
    """The server hung up, and again after one more try."""


@dataclass(frozen=True)
class Courrier:
    """What a message says, from whom, to whom, and when it was written."""

    expediteur: str
    destinataire: str
    sujet: str
    corps: str
    message_id: str
    moment: datetime


# Control characters, halves of characters, ends of lines and of paragraphs.
_ENDS_A_LINE = frozenset({"Cc", "Cs", "Zl", "Zp"})


class _Subject(str):
    """A subject as it was typed: the library would decode « =?utf-8?q?…?= » in it, and make headers of it."""

    __slots__ = ()
    name = "Subject"

    def fold(self, *, policy: EmailPolicy) -> str:
        """Write the header: the whole text encoded, so that a mail program decodes it once, to what it is."""
        text = "".join(" " if category(each) in _ENDS_A_LINE else each for each in self)
        encoded = Header(text, "utf-8", header_name=self.name).encode(linesep=policy.linesep)
        return f"{self.name}: {encoded}{policy.linesep}"


def compose(courrier: Courrier, *, brouillon: bool) -> EmailMessage:
    """Write a message; `brouillon`: a mail program opens it ready to be read over and sent.

    Raises `UserFacingError` where its recipient is not one address: nobody else is written to.
    """
    message = EmailMessage(policy=SMTP)
    message["From"] = courrier.expediteur
    if _only_address(courrier.destinataire) is None:
        raise refusal(
            f"« {courrier.destinataire} » n'est pas une adresse, une seule : "
            "corrigez celle de la juridiction."
        )
    message["To"] = courrier.destinataire
    message["Subject"] = _Subject(courrier.sujet)
    message["Date"] = format_datetime(courrier.moment.astimezone(PARIS))
    message["Message-ID"] = courrier.message_id
    if brouillon:
        message["X-Unsent"] = "1"
    else:
        message["Auto-Submitted"] = "auto-generated"
    message.set_content(courrier.corps.rstrip() + "\n", cte="quoted-printable")
    return message


def _only_address(text: str) -> Address | None:
    """Read the one address that a header would hold, with or without a name; None where it is not one."""
    message = EmailMessage(policy=SMTP)
    try:
        message["To"] = text
        (address,) = message["To"].addresses
    except (MessageError, ValueError, IndexError):
        return None
    plain = address.username and "." in address.domain and address.addr_spec.isascii()
    named = any(group.display_name for group in message["To"].groups)
    return address if plain and not named and not message["To"].defects else None


def check_sender(expediteur: str) -> str:
    """Give the domain of a sender's address; refuse what is no address."""
    address = _only_address(expediteur)
    if address is None:
        raise refusal(
            f"VIGIE_EXPEDITEUR : « {expediteur} » n'est pas une adresse. "
            "Écrivez par exemple Collecte <collecte@exemple.fr>."
        )
    return str(address.domain)


def write_drafts(folder: Path, drafts: Iterable[tuple[str, EmailMessage]]) -> tuple[Path, ...]:
    """Write each message to its file in a folder, made if need be; none is left half written."""
    written: list[Path] = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, message in drafts:
            path = folder / name
            partial = path.with_name(name + ".partiel")
            try:
                partial.write_bytes(message.as_bytes())
                partial.replace(path)
            except OSError:
                with suppress(OSError):
                    partial.unlink()
                raise
            written.append(path)
    except OSError as error:
        done = ""
        if written:
            done = (
                f" {count(len(written), 'message y est entier', 'messages y sont entiers')}, pas les autres."
            )
        raise refusal(
            f"Le dossier {folder} ne peut pas être écrit ({reason_of(error)}) : "
            f"vérifiez sa place, son chemin et ses droits.{done}"
        ) from error
    return tuple(written)


class Poste:
    """A connection to the mail server of the settings."""

    def __init__(self, reglages: Settings) -> None:
        self._reglages = reglages
        self._smtp: smtplib.SMTP | None = None
        self._dropped = False

    def __enter__(self) -> Self:
        self._smtp = _connect(self._reglages)
        return self

    def __exit__(self, *_: object) -> None:
        if self._smtp is not None:
            with suppress(smtplib.SMTPException, OSError):
                self._smtp.quit()

    def send(self, message: EmailMessage) -> None:
        """Send one message.

        Raises `RefusedError` when the server does not take it, and `DroppedError` when the connection was
        lost and cannot be had again.
        """
        while True:
            try:
                self._deliver(message)
            except smtplib.SMTPServerDisconnected as error:
                self._reconnect(error)
            else:
                return

    def _deliver(self, message: EmailMessage) -> None:
        if self._smtp is None:
            raise smtplib.SMTPServerDisconnected("no connection")
        try:
            self._smtp.send_message(message)
        except smtplib.SMTPRecipientsRefused as error:
            raise _refused(*next(iter(error.recipients.values()))) from error
        except smtplib.SMTPResponseException as error:
            raise _refused(error.smtp_code, error.smtp_error) from error
        except smtplib.SMTPException:
            raise
        except OSError as error:
            raise smtplib.SMTPServerDisconnected("the connection is lost") from error

    def _reconnect(self, lost: smtplib.SMTPServerDisconnected) -> None:
        if self._smtp is not None:
            self._smtp.close()
            self._smtp = None
        if self._dropped:
            raise DroppedError from lost
        self._dropped = True
        try:
            self._smtp = _connect(self._reglages)
        except UserFacingError as error:
            raise DroppedError from error


def _refused(code: int, said: bytes | str) -> Exception:
    """Make the error of an answer that is not « yes »."""
    if code == _CLOSING:
        return smtplib.SMTPServerDisconnected("the server closes the connection")
    text = said.decode(errors="replace") if isinstance(said, bytes) else said
    return RefusedError(f"{code} {' '.join(text.split())}")


def _connect(reglages: Settings) -> smtplib.SMTP:
    """Open a connection, encrypted and signed in as the settings ask; say in French what fails."""
    context = _tls_context(reglages) if reglages.smtp_starttls else None
    smtp: smtplib.SMTP | None = None
    try:
        smtp = smtplib.SMTP(reglages.smtp_hote, reglages.smtp_port, timeout=_TIMEOUT_S)
        if context is not None:
            smtp.starttls(context=context)
        if reglages.smtp_utilisateur:
            smtp.login(reglages.smtp_utilisateur, reglages.smtp_mot_de_passe.get_secret_value())
    except (OSError, UnicodeEncodeError) as error:  # every error of smtplib is an OSError
        if smtp is not None:
            smtp.close()
        where = f"{reglages.smtp_hote}, port {reglages.smtp_port}"
        raise refusal(f"Aucun message n'est parti ({where}) : {_reason(error)}.") from error
    return smtp


def _tls_context(reglages: Settings) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=reglages.smtp_autorites or None)
    except OSError as error:
        raise refusal(
            f"VIGIE_SMTP_AUTORITES : {reglages.smtp_autorites} n'est pas un fichier PEM lisible."
        ) from error


def _reason(error: Exception) -> str:
    match error:
        case smtplib.SMTPNotSupportedError() if "STARTTLS" in str(error):
            return "le serveur ne chiffre pas la connexion. VIGIE_SMTP_STARTTLS=false s'en passe"
        case smtplib.SMTPNotSupportedError():
            return "le serveur ne demande pas de compte sur cette connexion. Retirez VIGIE_SMTP_UTILISATEUR"
        case smtplib.SMTPAuthenticationError():
            return "le serveur refuse ce compte. Vérifiez VIGIE_SMTP_UTILISATEUR et VIGIE_SMTP_MOT_DE_PASSE"
        case UnicodeEncodeError():
            return "le compte et le mot de passe s'écrivent sans accent"
        case ssl.SSLCertVerificationError():
            return (
                "le certificat du serveur n'est pas signé par une autorité connue, ou n'est pas à son nom. "
                "Donnez les autorités du ministère à VIGIE_SMTP_AUTORITES"
            )
        case ssl.SSLError():
            return "la connexion chiffrée a échoué. Vérifiez VIGIE_SMTP_PORT et VIGIE_SMTP_STARTTLS"
        case _:
            return "le serveur ne répond pas. Vérifiez VIGIE_SMTP_HOTE et VIGIE_SMTP_PORT"
