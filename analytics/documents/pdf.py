"""One way to print a document: a PDF that assistive technology reads too (PDF/UA-1).

Texts travel as data, never as markup: whatever a name holds is printed as it is.
"""

import json
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import cast

from analytics.vocabulary.wording import typeset

_TEMPLATE = r"""
#let d = json(bytes(sys.inputs.document))
#set document(title: d.titre, author: "Vigie", description: d.sous_titre)
#set text(lang: "fr", region: "FR", size: 9.5pt, hyphenate: false)
#set page(paper: "a4", margin: (x: 18mm, top: 20mm, bottom: 24mm), footer: context {
  set text(size: 7pt, fill: rgb("#3a3a3a"))
  line(length: 100%, stroke: 0.4pt + rgb("#dddddd"))
  grid(columns: (1fr, auto), gutter: 6mm,
    [#d.pied \ Empreinte SHA-256 : #raw(d.empreinte)],
    [Page #counter(page).display("1 / 1", both: true)])
})
#show "p. ": "p.\u{a0}"
#set table(stroke: (x, y) => (bottom: 0.4pt + rgb("#dddddd")), inset: (x: 4pt, y: 5pt))
#show table.cell.where(y: 0): set text(weight: "bold")
#show title: set text(size: 19pt, fill: rgb("#000091"))
#show heading: set text(size: 12pt, fill: rgb("#161616"))
#show heading: set block(above: 7mm, below: 3mm)
#text(size: 9pt)[Vigie — suivi des extractions judiciaires évitées]
#title()
#text(size: 11pt)[#d.sous_titre]
#if d.at("conclusion", default: "") != "" {
  block(above: 5mm, text(size: 12pt, weight: "bold", d.conclusion))
}
#for text in d.alertes {
  block(width: 100%, inset: 7pt, stroke: (left: 3pt + rgb("#b34000")), fill: rgb("#f6f6f6"),
    std.text(size: 12pt, weight: "bold", fill: rgb("#b34000"), text))
}
#let laid(one) = {
  heading(one.titre)
  table(
    columns: one.largeurs.map(w => w * 1fr),
    align: (x, y) => if one.droite.contains(x) { right } else { left },
    table.header(..one.entetes),
    ..one.lignes.map(l => l.cellules.map(c => if l.forte { strong(c) } else { c })).flatten(),
  )
}
#for one in d.tableaux { laid(one) }
#for text in d.textes { par(text) }
"""


# What the font draws, and what shows where something else was typed: a PDF for everyone refuses a character
# that it cannot draw, and with it the whole document.
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u206f]")
_NOT_DRAWN = re.compile(
    "[^\n\t\u0020-\u007e\u00a0-\u024f\u2000-\u2040\u2042\u2044-\u2052\u2054-\u205f"
    "\u20a0-\u20bf\u2116\u2122\u2190-\u222f\u2260-\u226f\u25a0-\u25af]"
)
_SUBSTITUTE = "\u25a1"


def _drawn(value: object) -> object:
    """Give a document whose every text can be printed; nobody's name may prevent it."""
    match value:
        case str():
            return _NOT_DRAWN.sub(_SUBSTITUTE, _INVISIBLE.sub("", value))
        case Mapping():
            return {name: _drawn(each) for name, each in cast("Mapping[str, object]", value).items()}
        case list() | tuple():
            return [_drawn(each) for each in cast("Sequence[object]", value)]
        case _:
            return value


def print_pdf(document: Mapping[str, object], moment: datetime) -> bytes:
    """Print a document: `titre`, `sous_titre`, `alertes`, `tableaux`, `textes`, `pied`, `empreinte`.

    `tableaux` are made by `lay_table`; `conclusion`, if there is one, comes first. The same document
    at the same moment gives the same bytes.
    """
    import typst

    return typst.compile(
        _TEMPLATE.encode(),
        ignore_system_fonts=True,
        sys_inputs={"document": json.dumps(_drawn(document), ensure_ascii=False)},
        pdf_standards=["ua-1"],
        timestamp=moment.replace(microsecond=0),  # it takes none
    )


def lay_table(
    title: str, heads: Mapping[str, int], rows: Sequence[tuple[Sequence[str], bool]], *, right: list[int]
) -> dict[str, object]:
    """Lay a table out for the template: `heads` gives each heading its share of the width."""
    return {
        "titre": typeset(title),
        "entetes": list(heads),
        "largeurs": list(heads.values()),
        "droite": right,
        "lignes": [{"cellules": list(cells), "forte": strong} for cells, strong in rows],
    }
