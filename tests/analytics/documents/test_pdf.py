"""Whatever a name holds, a document prints."""

from datetime import UTC, datetime

import pytest

from analytics.documents.pdf import lay_table, print_pdf

# To the microsecond, as a real clock says it.
NOW = datetime(2010, 3, 1, 8, 30, 12, 345_678, tzinfo=UTC)


def printed(text: str) -> bytes:
    table = lay_table("Tableau", {text or "Titre": 1}, [([text], True)], right=[])
    return print_pdf(
        {
            "titre": f"Décompte {text}",
            "sous_titre": text,
            "conclusion": text,
            "alertes": [text],
            "tableaux": [table],
            "textes": [text, "fin"],
            "pied": text,
            "empreinte": "e" * 64,
        },
        NOW,
    )


@pytest.mark.parametrize(
    "text",
    [
        *(
            "Anne 😀 Martin",
            "漢字 かな 한글",
            "العربية",
            "ᚠᛇᚻ",
            "👩‍👩‍👧",
            "a\x07b\x00c\x85d",
            "\ud800",
            "\ufffe\uffff",
        ),
        *(
            "\u202egauche",
            "\u200b",
            "\u2028\u2029",
            "∞ ≠ ∑ ℵ",
            "№ ™ € ‰ … « » ’ œ Ÿ ǅ",
            "#eval($x$) *a* _b_ \\ @x <y>",
        ),
        "",
    ],
)
def test_any_text_prints(text: str) -> None:
    assert printed(text).startswith(b"%PDF")


def test_what_is_french_is_printed_as_it_is() -> None:
    assert printed("É à ç œ Ÿ « 1\u202f204,5\u00a0€ » — − ≤ → ✓"[:-1]) != printed("□")


def test_every_plane_prints() -> None:
    every = [*range(0x20, 0x3000), *range(0xD700, 0x10000, 7), *range(0x10000, 0x110000, 997)]
    assert printed("".join(map(chr, every))).startswith(b"%PDF")
