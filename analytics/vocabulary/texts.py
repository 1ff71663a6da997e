"""Texts that a person edits without touching the code: each is checked before it is shown.

Between braces, a text has blanks that a calculation fills in: each text has all of its own, and no other.
"""

from collections.abc import Collection, Mapping
from string import Formatter
from typing import Any, cast

from analytics.vocabulary.errors import refusal
from analytics.vocabulary.wording import enumeration


def read_table(
    where: str, table: object, expected: Collection[str], *, more: bool = False
) -> Mapping[str, Any]:
    """Read a table that has the keys expected, and no other unless `more`; say in French what is wrong."""
    if not isinstance(table, Mapping):
        raise refusal(f"Textes, « {where} » : il faut une table de textes, comme [{where}].")
    found = cast(Mapping[str, Any], table)
    missing = [f"il manque « {key} »" for key in expected if key not in found]
    unknown = [] if more else [f"« {key} » n'existe pas" for key in found if key not in expected]
    if missing or unknown:
        raise refusal(f"Textes, « {where} » : {enumeration([*missing, *unknown])}.")
    return found


def read_text(where: str, text: object, blanks: Collection[str] = ()) -> str:
    """Read a text that has the blanks given, each at least once, and no other."""
    if not isinstance(text, str) or not text.strip():
        raise refusal(f"Textes, « {where} » : il faut un texte entre guillemets.")
    found = _blanks_of(where, text)
    missing = [f"il manque « {{{blank}}} »" for blank in blanks if blank not in found]
    known = f" (connus : {', '.join(f'{{{blank}}}' for blank in blanks)})" if blanks else ""
    unknown = [f"« {{{blank}}} » n'est pas connu{known}" for blank in found if blank not in blanks]
    if missing or unknown:
        raise refusal(f"Textes, « {where} » : {enumeration([*missing, *unknown])}.")
    return text


def read_texts(where: str, texts: object) -> tuple[str, ...]:
    """Read a list of texts without blanks."""
    if not isinstance(texts, list) or not texts:
        raise refusal(f"Textes, « {where} » : il faut une liste de textes entre crochets.")
    listed = cast(list[object], texts)
    return tuple(read_text(f"{where}, {rank}", text) for rank, text in enumerate(listed, start=1))


def _blanks_of(where: str, text: str) -> list[str]:
    """List the blanks of a text, as they are typed between the braces."""
    try:
        pieces = list(Formatter().parse(text))
    except ValueError as error:
        raise refusal(
            f"Textes, « {where} » : une accolade est ouverte sans être fermée, ou l'inverse."
        ) from error
    found: list[str] = []
    for _, blank, form, conversion in pieces:
        if blank is not None:
            found.append(blank + (f"!{conversion}" if conversion else "") + (f":{form}" if form else ""))
    return found
