"""What a file is when it is not a table that can be read, told from its content whatever its name."""

import re

from analytics.vocabulary.wording import typeset
from data.collecte.expected.limits import UnreadableFile

# Compound files: the old XLS, and what Office makes of a workbook with a password.
OLE_SIGNATURE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ZIP_SIGNATURE = b"PK"

_OPEN_AND_SAVE = "ouvrez-la dans votre tableur et enregistrez-la en XLSX"
_SAVE_AGAIN = "ouvrez-le dans votre tableur et enregistrez-le en XLSX"
_COPY = "copiez le tableau dans un classeur et enregistrez-le en XLSX"
_ANOTHER_ARCHIVE = "Cette archive n'est pas un classeur : envoyez le fichier XLSX, ODS ou CSV lui-même."

_OLE_STREAMS = (
    (
        "EncryptedPackage",
        "Le classeur est protégé par un mot de passe : enregistrez-le sans protection, puis renvoyez-le.",
    ),
    ("WordDocument", f"C'est un document Word : {_COPY}."),
    ("PowerPoint Document", f"C'est une présentation : {_COPY}."),
    ("__substg1.0_", "C'est un message : enregistrez sa pièce jointe, et envoyez-la."),
    ("Workbook", f"C'est un classeur dans l'ancien format XLS : {_SAVE_AGAIN}."),
    ("Book", f"C'est un classeur dans l'ancien format XLS : {_SAVE_AGAIN}."),
)
_BINARIES = (
    (b"\x89PNG\r\n", f"C'est une image malgré son nom : {_COPY}."),
    (b"\xff\xd8\xff", f"C'est une image malgré son nom : {_COPY}."),
    (b"GIF8", f"C'est une image malgré son nom : {_COPY}."),
    (b"II*\x00", f"C'est une image malgré son nom : {_COPY}."),
    (b"MM\x00*", f"C'est une image malgré son nom : {_COPY}."),
    (b"\x1f\x8b", _ANOTHER_ARCHIVE),
    (b"7z\xbc\xaf\x27\x1c", _ANOTHER_ARCHIVE),
    (b"Rar!\x1a", _ANOTHER_ARCHIVE),
    # The records that began the workbooks of Excel 2 to 4, without a container.
    (b"\x09\x00\x04\x00", f"C'est un classeur dans l'ancien format XLS : {_SAVE_AGAIN}."),
    (b"\x09\x02\x06\x00", f"C'est un classeur dans l'ancien format XLS : {_SAVE_AGAIN}."),
    (b"\x09\x04\x06\x00", f"C'est un classeur dans l'ancien format XLS : {_SAVE_AGAIN}."),
    (b"{\\rtf", f"C'est un document RTF (traitement de texte) malgré son nom : {_COPY}."),
)
_HEAD = 4_096


def refuse_other_binaries(content: bytes) -> None:
    """Refuse in one sentence what begins as a format that is no text and no workbook."""
    head = content[:_HEAD]
    if head.startswith(OLE_SIGNATURE):
        for stream, sentence in _OLE_STREAMS:
            if stream.encode("utf-16-le") in content:
                raise UnreadableFile(typeset(sentence))
        raise UnreadableFile(
            typeset(
                "Le classeur est protégé par un mot de passe ou dans l'ancien format XLS : "
                "enregistrez-le en XLSX, sans protection."
            )
        )
    if b"%PDF-" in head[:1_024]:
        raise UnreadableFile(
            typeset(
                "C'est un document PDF : copiez le tableau dans un classeur et enregistrez-le en XLSX, ou "
                "demandez le fichier d'origine."
            )
        )
    for start, sentence in _BINARIES:
        if head.lstrip(b"\xef\xbb\xbf \r\n").startswith(start) or head.startswith(start):
            raise UnreadableFile(typeset(sentence))


def refuse_other_texts(utf8: bytes) -> None:
    """Refuse in one sentence a text that is another kind of document."""
    head = utf8[:_HEAD].lstrip().lower()
    sentence = ""
    if re.match(rb"(?:mime-version|from|date|subject|content-type|message-id|x-[a-z-]+)\s*:", head) and (
        b"content-type:" in head
    ):
        sentence = (
            f"C'est une archive de page web (MHTML) malgré son nom : {_OPEN_AND_SAVE}."
            if b"multipart/related" in head or b"text/html" in head
            else "C'est un message : enregistrez sa pièce jointe, et envoyez-la."
        )
    elif head.startswith(b"<"):
        if b"urn:schemas-microsoft-com:office:spreadsheet" in head and b"<html" not in head:
            sentence = f"C'est un classeur XML 2003 malgré son nom : {_SAVE_AGAIN}."
        elif b"opendocument" in head and b"office:document" in head:
            sentence = f"C'est un classeur OpenDocument à plat (FODS) : {_SAVE_AGAIN}."
        elif re.search(rb"<!doctype html|<(?:html|head|body|table|meta|div|style)\b", head):
            sentence = f"C'est une page web malgré son nom : {_OPEN_AND_SAVE}."
        elif re.match(rb"<\?xml|<[a-z_][\w.:-]*[\s/>]", head):
            sentence = f"C'est un document XML malgré son nom : {_SAVE_AGAIN}."
    elif re.match(rb"id;p", head):
        sentence = f"C'est un classeur au format SYLK malgré son nom : {_SAVE_AGAIN}."
    elif re.match(rb"table\s*\n\s*0\s*,\s*1\s*\n", head):
        sentence = f"C'est un classeur au format DIF malgré son nom : {_SAVE_AGAIN}."
    if sentence:
        raise UnreadableFile(typeset(sentence))


def refuse_other_archives(names: set[str], mimetype: bytes) -> None:
    """Refuse in one sentence a ZIP archive that is no workbook, from the names of its members."""
    if "xl/workbook.bin" in names and "xl/workbook.xml" not in names and "content.xml" not in names:
        raise UnreadableFile(typeset(f"C'est un classeur binaire XLSB : {_SAVE_AGAIN}."))
    if "word/document.xml" in names or b"opendocument.text" in mimetype:
        raise UnreadableFile(typeset(f"C'est un document de traitement de texte : {_COPY}."))
    if "ppt/presentation.xml" in names or b"opendocument.presentation" in mimetype:
        raise UnreadableFile(typeset(f"C'est une présentation : {_COPY}."))
    kinds = names & {"xl/workbook.xml", "xl/workbook.bin", "content.xml"}
    if len(kinds) != 1:
        raise UnreadableFile(typeset(_ANOTHER_ARCHIVE))
