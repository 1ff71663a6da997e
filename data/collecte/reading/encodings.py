"""Bytes of a text → UTF-8, in the encoding that it is certainly in; else Windows-1252, and what was seen.

An encoding is certain when it alone makes of every byte a character that French is written with, at a
place where French puts it: an accented capital does not follow a small letter, nor a dash stand in a word.
"""

import codecs
import io
import re
from dataclasses import dataclass

from analytics.vocabulary.wording import typeset
from data.collecte.expected.limits import UnreadableFile

_BLOCK = 8 << 20
_LETTERS = "àâäçéèêëîïôöùûüÿœæñ"
_SIGNS = "«»’‘“”–—…€°§²³·•\u00a0ªº"
_ALLOWED = frozenset(_LETTERS + _LETTERS.upper() + _SIGNS)
_CANDIDATES = ("cp1252", "cp850", "mac_roman")
_NAMES = {"mac_roman": "mac-roman"}
_SEEN = 40


@dataclass(frozen=True)
class Texte:
    """A text in UTF-8, the name of the encoding that was found, and what of it could not be read for sure."""

    utf8: bytes
    encodage: str
    doute: str = ""


def as_utf8(content: bytes) -> Texte:
    """Find how a text is encoded, and give it in UTF-8."""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        try:
            return Texte(content.decode("utf-16").encode("utf-8"), "utf-16")
        except UnicodeError as error:
            raise UnreadableFile(
                typeset(
                    "Le fichier s'annonce en UTF-16 mais il est abîmé : enregistrez-le de nouveau en CSV "
                    "UTF-8."
                )
            ) from error
    if (utf16 := _utf16_without_mark(content)) is not None:
        return utf16
    bom = content.startswith(codecs.BOM_UTF8)
    text = content[3:] if bom else content
    if _is_utf8(text):
        twice = _undone_once(text)
        if twice is not None:
            return twice
        return Texte(text, "utf-8-bom" if bom else "utf-8")
    return _single_byte(text)


def _is_utf8(text: bytes) -> bool:
    """Check block by block: decoding a large text whole would hold it twice in memory."""
    if text.isascii():
        return True
    decoder = codecs.getincrementaldecoder("utf-8")()
    view = memoryview(text)
    try:
        for start in range(0, len(text), _BLOCK):
            decoder.decode(view[start : start + _BLOCK])
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _utf16_without_mark(content: bytes) -> Texte | None:
    """Recognise a text where one byte in two is nearly always zero, as that of Latin letters is."""
    if len(content) % 2 or b"\x00" not in content[:_BLOCK]:
        return None
    head = content[: 1 << 16]
    pairs = len(head) // 2
    zeros = (head[0::2].count(0), head[1::2].count(0))
    for name, high, low in (("utf-16-le", zeros[1], zeros[0]), ("utf-16-be", zeros[0], zeros[1])):
        if low == 0 and high > 0.7 * pairs:
            try:
                return Texte(content.decode(name).encode("utf-8"), f"{name} sans marque")
            except UnicodeError:
                return None
    return None


# UTF-8 read as Windows-1252 then written in UTF-8: the first byte of two was one of « Ã » « Â » « â » « Å ».
_DOUBLED = re.compile(
    "[ÃÂÅ][\u0080-\u00bf\u20ac\u201a\u0192\u201e\u2026\u2020\u2021\u02c6\u2030\u0160\u2039\u0152\u017d\u2018"
    "\u2019\u201c\u201d\u2022\u2013\u2014\u02dc\u2122\u0161\u203a\u0153\u017e\u0178]|â€"
)
# The five bytes that Windows-1252 leaves undefined stay what they were.
_BYTES_OF = {ord(bytes([byte]).decode("cp1252", errors="ignore") or chr(byte)): byte for byte in range(256)}


def _undone_once(text: bytes) -> Texte | None:
    """Undo an encoding done twice, when it was done to the whole text."""
    if not any(mark in text for mark in (b"\xc3\x83", b"\xc3\x82", b"\xc3\x85", b"\xc3\xa2\xe2\x82\xac")):
        return None
    written = text.decode("utf-8")
    found = _DOUBLED.search(written)
    if found is None:
        return None
    try:
        undone = bytes(_BYTES_OF[ord(character)] for character in written)
        return Texte(undone.decode("utf-8").encode("utf-8"), "utf-8 encodé deux fois")
    except (KeyError, UnicodeDecodeError):
        return Texte(text, "utf-8", doute=_around(written, found.start()))


# What a letter with an accent becomes in an encoding that is not its own: a sign in a word, a capital in it.
_ILL_READ = re.compile(
    f"[^\\W\\d_][^\\w\\x00-\\x7f{re.escape(_SIGNS)}]|[a-z][À-ÞŠŒŽŸ]|{_DOUBLED.pattern}"
    "|\N{REPLACEMENT CHARACTER}"
)


def _single_byte(text: bytes) -> Texte:
    sample = text[: 4 * _BLOCK]
    highs = set(sample) - set(range(128))
    fitting = [name for name in _CANDIDATES if _is_french(sample, highs, name)]
    name = fitting[0] if len(fitting) == 1 or "cp1252" in fitting[:1] else "cp1252"
    # Windows-1252 leaves five bytes undefined: they become « � », and the line is judged with it.
    out = io.BytesIO()
    for start in range(0, len(text), _BLOCK):
        out.write(text[start : start + _BLOCK].decode(name, errors="replace").encode("utf-8"))
    doute = ""
    if name not in fitting:
        written = sample[: 1 << 20].decode(name, errors="replace")
        found = _ILL_READ.search(written)
        doute = "" if found is None else _around(written, found.start())
    return Texte(out.getvalue(), _NAMES.get(name, name), doute)


def _is_french(sample: bytes, highs: set[int], name: str) -> bool:
    written = {byte: bytes([byte]).decode(name, errors="replace") for byte in highs}
    if not set(written.values()) <= _ALLOWED:
        return False
    capitals = bytes(byte for byte, character in written.items() if character.isupper())
    small = bytes(byte for byte, character in written.items() if character.islower())
    signs = bytes(byte for byte, character in written.items() if character in "–—…€°§²³·•“”«»ªº")
    rules: list[bytes] = []
    if capitals:
        rules.append(rb"[a-z" + re.escape(small) + rb"][" + re.escape(capitals) + rb"]")
    if name != "cp1252":
        # « ç » comes before « a », « o » or « u », « ù » in « où » alone.
        rules += [re.escape("ç".encode(name)) + rb"[^aou\x80-\xff]", rb"[^oO]" + re.escape("ù".encode(name))]
    if small:
        rules.append(rb"[A-Z][" + re.escape(small) + rb"][A-Z]")
    if signs:
        rules.append(rb"[A-Za-z][" + re.escape(signs) + rb"][A-Za-z]")
    return not any(re.search(rule, sample) for rule in rules)


def _around(text: str, at: int) -> str:
    """Give the word where something was seen."""
    start = max((text.rfind(mark, 0, at) for mark in ";,\t\n "), default=-1) + 1
    return re.split(r"[;,\t\n\r ]", text[start : start + 2 * _SEEN])[0][:_SEEN]
