"""A real mail server on this machine, for tests: it keeps what it takes, and misbehaves on demand."""

import ipaddress
import socket
import ssl
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword

ACCOUNT, PASSWORD = "vigie", "mot de passe: #1"
HOST = "127.0.0.1"


def mail_settings(port: int, **changes: Any) -> dict[str, Any]:
    """Give the settings of an application whose messages go to that port."""
    return {
        "smtp_hote": HOST,
        "smtp_port": port,
        "smtp_starttls": False,
        "expediteur": "collecte@exemple.fr",
        "adresse_publique": "https://vigie.exemple",
    } | changes


@dataclass
class Facteur:
    """What the server took, in order, and what it must do: refuse recipients, hang up before some messages.

    `coupures`: the ranks, counted from 0 over all the messages offered, at which the connection is cut.
    """

    port: int
    refuses: frozenset[str] = frozenset()
    coupures: frozenset[int] = frozenset()
    courriers: list[EmailMessage] = field(default_factory=list[EmailMessage])
    destinataires: list[str] = field(default_factory=list[str])
    proposes: int = 0

    def take_mail_of_vigie(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Set the application so that its messages come here."""
        for name, value in mail_settings(self.port).items():
            monkeypatch.setenv(f"VIGIE_{name.upper()}", str(value))

    async def handle_RCPT(  # noqa: N802 - the library calls it so
        self, server: Any, session: Any, envelope: Any, address: str, rcpt_options: list[str]
    ) -> str:
        if address in self.refuses:
            return "550 5.1.1 No such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 - as above
        rank, self.proposes = self.proposes, self.proposes + 1
        if rank in self.coupures:
            server.transport.abort()
            return "250 never heard"
        message = message_from_bytes(envelope.content, policy=default)
        assert isinstance(message, EmailMessage)
        self.courriers.append(message)
        self.destinataires += envelope.rcpt_tos
        return "250 OK"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return probe.getsockname()[1]


@contextmanager
def mail_server(*, certificat: Path | None = None, compte: bool = False) -> Generator[Facteur]:
    """Run a server that encrypts with a certificate, if one is given, and asks for an account, if told so."""
    facteur = Facteur(free_port())
    options: dict[str, Any] = {}
    if certificat is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificat)
        options |= {"tls_context": context, "require_starttls": True}
    if compte:

        def check(_server: Any, _session: Any, _envelope: Any, _mechanism: str, given: Any) -> AuthResult:
            assert isinstance(given, LoginPassword)
            known = (given.login, given.password) == (ACCOUNT.encode(), PASSWORD.encode())
            return AuthResult(success=known, handled=False)

        options |= {"authenticator": check, "auth_required": True, "auth_require_tls": certificat is not None}
    controller = Controller(facteur, hostname=HOST, port=facteur.port, **options)
    controller.start()
    try:
        yield facteur
    finally:
        controller.stop()


def throwaway_certificate(folder: Path) -> Path:
    """Make a certificate for this machine, signed by nobody: one PEM file with its key."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(HOST))]), critical=False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = folder / "serveur.pem"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    return path
