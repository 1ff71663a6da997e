"""Messages as files and on the wire, against a real server."""

import errno
import re
from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from analytics.vocabulary.errors import UserFacingError
from analytics.vocabulary.reference import Reference
from data.post import Courrier, DroppedError, Poste, RefusedError, check_sender, compose, write_drafts
from data.settings import Settings
from tests.outils.courrier import (
    ACCOUNT,
    HOST,
    PASSWORD,
    Facteur,
    free_port,
    mail_server,
    throwaway_certificate,
)
from tests.outils.refus import sentence

LETTER = Courrier(
    expediteur="Sous-direction de la statistique et des études <collecte@exemple.fr>",
    destinataire="chg.tgi-evry@justice.fr",
    sujet="Visioconférence, données de mars\u00a02009\u00a0: votre réponse est attendue",
    corps="Madame, Monsieur,\n\nTGI d'Évry, « données » à 1\u202f000\u00a0%.\n.\nhttps://vigie.exemple/saisie?a=b&c=d",
    message_id="<1.2009-03@exemple.fr>",
    moment=datetime(2009, 4, 7, 8, 30, tzinfo=UTC),
)


def settings(facteur: Facteur, **changes: Any) -> Settings:
    values: dict[str, Any] = {"smtp_hote": HOST, "smtp_port": facteur.port, "smtp_starttls": False, **changes}
    return Settings(**values)


def read(written: bytes) -> EmailMessage:
    message = message_from_bytes(written, policy=default)
    assert isinstance(message, EmailMessage)
    return message


def letters(number: int) -> list[EmailMessage]:
    return [
        compose(
            replace(LETTER, destinataire=f"chg.tgi-{n}@justice.fr", message_id=f"<{n}@exemple.fr>"),
            brouillon=False,
        )
        for n in range(number)
    ]


# ---------------------------------------------------------------------- files


def test_a_draft_is_a_message_that_any_program_opens(tmp_path: Path) -> None:
    (path,) = write_drafts(
        tmp_path / "a" / "b", [("2009-03_relance_TGI-EVRY.eml", compose(LETTER, brouillon=True))]
    )
    written = path.read_bytes()
    assert written.isascii()
    assert b"\n" not in written.replace(b"\r\n", b"")
    assert max(len(line) for line in written.split(b"\r\n")) <= 78
    message = read(written)
    assert message["X-Unsent"] == "1"
    assert message["Subject"] == LETTER.sujet
    assert message["From"].addresses[0].display_name == "Sous-direction de la statistique et des études"
    assert message["To"] == LETTER.destinataire
    assert message["Message-ID"] == LETTER.message_id
    # 10:30 in Paris, summer time.
    assert message["Date"] == "Tue, 07 Apr 2009 10:30:00 +0200"
    assert message.get_content_type() == "text/plain"
    assert message["Content-Transfer-Encoding"] == "quoted-printable"
    assert message.get_content().replace("\r\n", "\n") == LETTER.corps + "\n"
    assert not message.defects


def test_every_name_of_a_court_survives_a_subject(reference: Reference) -> None:
    for nom in reference.juridictions["nom"]:
        sujet = f"[FICTIF] Données de février\u00a02009\u00a0: {nom}, réponse attendue"
        written = compose(replace(LETTER, sujet=sujet), brouillon=True).as_bytes()
        assert written.isascii()
        assert read(written)["Subject"] == sujet


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "occupe").write_text("un fichier")
    with pytest.raises(UserFacingError, match="ne peut pas être écrit"):
        write_drafts(tmp_path / "occupe", [("a.eml", compose(LETTER, brouillon=True))])


@pytest.mark.parametrize(
    "expediteur", ["", "personne", "a@b", "Nom <>", "a@é.fr", "a@b.fr, c@d.fr", "a@b.fr\nBcc: c@d.fr"]
)
def test_a_sender_is_one_address(expediteur: str) -> None:
    with pytest.raises(UserFacingError, match="VIGIE_EXPEDITEUR"):
        check_sender(expediteur)


def test_the_domain_of_a_sender() -> None:
    assert check_sender("collecte@exemple.fr") == "exemple.fr"
    assert check_sender("Équipe de collecte <collecte@exemple.fr>") == "exemple.fr"


# ---------------------------------------------------------------------- the wire


def test_what_is_sent_arrives_as_it_was_written(facteur: Facteur) -> None:
    with Poste(settings(facteur)) as poste:
        poste.send(compose(LETTER, brouillon=False))
    (got,) = facteur.courriers
    assert facteur.destinataires == [LETTER.destinataire]
    assert got["Subject"] == LETTER.sujet
    assert got.get_content().replace("\r\n", "\n").rstrip("\n") == LETTER.corps
    assert "X-Unsent" not in got
    assert got["Auto-Submitted"] == "auto-generated"


def test_a_refused_recipient_does_not_spoil_the_connection(facteur: Facteur) -> None:
    facteur.refuses = frozenset({"chg.tgi-1@justice.fr"})
    one, two, three = letters(3)
    with Poste(settings(facteur)) as poste:
        poste.send(one)
        with pytest.raises(RefusedError, match=r"550 5\.1\.1 No such mailbox"):
            poste.send(two)
        poste.send(three)
    assert facteur.destinataires == ["chg.tgi-0@justice.fr", "chg.tgi-2@justice.fr"]


def test_a_connection_is_opened_again_once(facteur: Facteur) -> None:
    facteur.coupures = frozenset({1, 4})
    sent = letters(4)
    with Poste(settings(facteur)) as poste:
        for message in sent[:3]:
            poste.send(message)
        # Offered four times so far, the second one twice; the next is cut again.
        with pytest.raises(DroppedError):
            poste.send(sent[3])
        with pytest.raises(DroppedError):
            poste.send(sent[3])
    assert facteur.destinataires == [f"chg.tgi-{n}@justice.fr" for n in range(3)]


def test_an_encrypted_connection_checks_the_certificate(tmp_path: Path) -> None:
    certificat = throwaway_certificate(tmp_path)
    with mail_server(certificat=certificat) as facteur:
        known = settings(facteur, smtp_starttls=True, smtp_autorites=str(certificat))
        with Poste(known) as poste:
            poste.send(compose(LETTER, brouillon=False))
        assert len(facteur.courriers) == 1
        # Signed by nobody that the system knows.
        with pytest.raises(UserFacingError) as failure, Poste(settings(facteur, smtp_starttls=True)):
            pass
        assert "le certificat du serveur n'est pas signé" in sentence(failure)
        # In clear, this server takes nothing.
        with Poste(settings(facteur)) as poste, pytest.raises(RefusedError, match="STARTTLS"):
            poste.send(compose(LETTER, brouillon=False))
        assert len(facteur.courriers) == 1


def test_an_account_signs_in(tmp_path: Path) -> None:
    certificat = throwaway_certificate(tmp_path)
    with mail_server(certificat=certificat, compte=True) as facteur:

        def signed(password: str) -> Settings:
            return settings(
                facteur,
                smtp_starttls=True,
                smtp_autorites=str(certificat),
                smtp_utilisateur=ACCOUNT,
                smtp_mot_de_passe=SecretStr(password),
            )

        with Poste(signed(PASSWORD)) as poste:
            poste.send(compose(LETTER, brouillon=False))
        with pytest.raises(UserFacingError, match="sans accent"), Poste(signed("à deviner")):
            pass
        with pytest.raises(UserFacingError) as failure, Poste(signed("faux")):
            pass
    assert "VIGIE_SMTP_MOT_DE_PASSE" in sentence(failure)
    assert "faux" not in sentence(failure)
    assert "faux" not in repr(signed("faux"))
    assert len(facteur.courriers) == 1


def test_a_server_that_cannot_serve_is_said_in_french(facteur: Facteur, tmp_path: Path) -> None:
    absent = Settings(smtp_hote=HOST, smtp_port=free_port(), smtp_starttls=False)
    garbage = tmp_path / "rien.pem"
    garbage.write_text("rien")
    for reglages, said in (
        (absent, "le serveur ne répond pas"),
        (Settings(smtp_hote="serveur.invalid", smtp_starttls=False), "VIGIE_SMTP_HOTE"),
        (settings(facteur, smtp_starttls=True), "ne chiffre pas la connexion"),
        (settings(facteur, smtp_utilisateur="x"), "ne demande pas de compte"),
        (settings(facteur, smtp_starttls=True, smtp_autorites=str(garbage)), "n'est pas un fichier PEM"),
        (settings(facteur, smtp_starttls=True, smtp_autorites="/nulle/part"), "n'est pas un fichier PEM"),
    ):
        with pytest.raises(UserFacingError) as failure, Poste(reglages):
            pass
        assert said in sentence(failure)
        assert not re.search(r"[Ee]rror|Connection|SSL\b", sentence(failure))
    assert facteur.courriers == []


@pytest.mark.parametrize(
    "sujet",
    [
        "=?utf-8?q?=0D=0ABcc:_e@x.fr?=",
        "Re: =?utf-8?b?DQpCY2M6IGVAeC5mcg==?= suite",
        "=?utf-8?q?=0D=0A=0D=0ACorps_de_rechange?=",
        "=?us-ascii?q?a?= =?us-ascii?q?b?=",
        "=?",
        "a" * 400,
        "é" * 200,
        "données « de mars » : 5\u202f%",
        "",
    ],
)
@pytest.mark.parametrize("brouillon", [True, False])
def test_a_subject_is_the_text_that_was_typed_decoded_by_nobody(sujet: str, brouillon: bool) -> None:
    plain_, typed = (compose(replace(LETTER, sujet=each), brouillon=brouillon) for each in ("x", sujet))
    message = read(typed.as_bytes())
    assert message["Subject"] == sujet
    assert message.keys() == read(plain_.as_bytes()).keys()
    assert message.get_content() == read(plain_.as_bytes()).get_content()


def test_what_ends_a_line_is_a_space_in_a_subject() -> None:
    message = read(
        compose(replace(LETTER, sujet="a\r\nBcc: e@x.fr\x00\u2028\ud800b"), brouillon=False).as_bytes()
    )
    assert message["Subject"] == "a  Bcc: e@x.fr   b"
    assert "Bcc" not in message


@pytest.mark.parametrize(
    "recipient",
    [
        "a@x.fr, b@y.fr",
        "a@x.fr; b@y.fr",
        "a@x.fr b@y.fr",
        "Groupe: a@x.fr, b@y.fr;",
        "Groupe: a@x.fr;",
        "a@x.fr\nBcc: b@y.fr",
        "<a@x.fr>, <b@y.fr>",
        "a@x",
        "a",
        "",
        "é@x.fr",
    ],
)
@pytest.mark.parametrize("brouillon", [True, False])
def test_nobody_is_written_to_beside_the_one_recipient(recipient: str, brouillon: bool) -> None:
    with pytest.raises(UserFacingError, match="n'est pas une adresse, une seule"):
        compose(replace(LETTER, destinataire=recipient), brouillon=brouillon)


def test_a_full_disk_leaves_no_draft_half_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written = Path.write_bytes
    whole: list[str] = []

    def until_full(path: Path, content: bytes) -> int:
        if len(whole) == 2:
            written(path, content[:10])
            raise OSError(errno.ENOSPC, "No space left on device")
        whole.append(path.name)
        return written(path, content)

    monkeypatch.setattr(Path, "write_bytes", until_full)
    message = compose(LETTER, brouillon=True)
    with pytest.raises(UserFacingError) as refused:
        write_drafts(tmp_path / "relances", [(f"{n}.eml", message) for n in range(5)])
    said = sentence(refused)
    assert "le disque est plein" in said
    assert "2 messages y sont entiers, pas les autres" in said
    left = {path.name: path.read_bytes() for path in (tmp_path / "relances").iterdir()}
    assert left == dict.fromkeys(("0.eml", "1.eml"), message.as_bytes())
