"""Titles on several lines, what nobody sees, encodings, documents that are no table, lines that are notes."""

from datetime import date

import pytest

from data.collecte.importer import detected
from data.collecte.reading.read import UnreadableFile
from tests.data.collecte.classeurs import (
    AVOIDED,
    MARS,
    TITLES,
    TOTAL,
    WRITERS,
    Page,
    Rows,
    csv,
    ods,
    packed,
    state,
    whole,
    xlsx,
)
from tests.data.collecte.saisie import HEADER, lines, reading, sample

# ---------------------------------------------------------------- titles on several lines

NEEDED = (
    '"mois";"juridiction";"activité";"nombre de\nvisioconférences";"dont ""extractions évitées"""\r\n'
    '"03/2009";"TGI de\nLille";"JAP";"12";"3"\r\n'
    "03/2009;TGI de Nulle-Part;JAP;1;1\r\n"
)


@pytest.mark.parametrize("separator", [";", ",", "\t"])
@pytest.mark.parametrize("line_end", ["\r\n", "\n"])
def test_line_feed_inside_a_title(separator: str, line_end: str) -> None:
    found = state(NEEDED.replace("\r\n", line_end).replace(";", separator).encode())
    assert found["acceptees"] == [(2, MARS, "TGI-LILLE", "JAP", 12, 3)]
    assert [row[:4] for row in found["refusees"]] == [
        (3, "juridiction_inconnue", "juridiction", "TGI de Nulle-Part")
    ]


@pytest.mark.parametrize(
    ("text", "ligne"),
    [
        ('mois;juridiction;activite;"observations\n(libres)";visioconferences;extractions_evitees\n', 2),
        (
            '"Collecte\nde mars"\n\nmois;juridiction;activite;"a\n\nb";'
            "visioconferences;extractions_evitees\n",
            4,
        ),
        ('"mois\n";"juri\u00addiction";"activite";"x";"visioconférences";"extractions\névitées"\n', 2),
    ],
)
def test_line_feed_inside_an_ignored_title_above_or_everywhere(text: str, ligne: int) -> None:
    content = (text + '03/2009;TGI-LILLE;JAP;"vu\net revu";12;3\n03/2009;TGI-DOUAI;JAP;;7;2').encode()
    assert state(content) == whole(
        [(ligne, MARS, "TGI-LILLE", "JAP", 12, 3), (ligne + 1, MARS, "TGI-DOUAI", "JAP", 7, 2)]
    )


def test_line_feed_inside_the_titles_of_a_grid() -> None:
    text = (
        'Mois : mars 2009\n"Juridic\u00adtion";"Juge de l\'application\ndes peines (JAP)";;INSTRUCTION;\n'
        f';"{TOTAL}\n";"dont extractions\névitées";{TOTAL};{AVOIDED}\n'
        '"TGI de\nLille";12;3;5;2\nTGI de Douai;7;2;1;1\n'
    ).replace("Juge de l'application\ndes peines (JAP)", "JA\u00adP")
    assert state(text.encode()) == whole(
        [
            (4, MARS, "TGI-LILLE", "JAP", 12, 3),
            (4, MARS, "TGI-LILLE", "INSTRUCTION", 5, 2),
            (5, MARS, "TGI-DOUAI", "JAP", 7, 2),
            (5, MARS, "TGI-DOUAI", "INSTRUCTION", 1, 1),
        ]
    )


def test_line_numbers_are_those_of_the_workbook() -> None:
    rows: Rows = [
        ["mois", "juridiction", "activite", "note\nlibre", "visioconferences", "extractions_evitees"],
        ["03/2009", "TGI-LILLE", "JAP", "a\nb\nc", 12, 3],
        ["03/2009", "TGI-DOUAI", "JAP", None, "douze", 2],
        ["03/2009", "TGI-ARRAS", "JAP", "x\ny", 9, 4],
    ]
    quoted = [[f'"{cell}"' if isinstance(cell, str) else cell for cell in row] for row in rows]
    assert state(csv(quoted)) == state(xlsx(Page(rows))) == state(ods(Page(rows)))
    assert [row[0] for row in state(csv(quoted))["acceptees"]] == [2, 4]


# ---------------------------------------------------------------- what nobody sees

UNSEEN = ["\ufeff", "\u200b", "\u200e", "\u00ad", "\u2060", "\u200d", "\u202a", "\u2066", "\ufe0f"]
SPACES = ["\u00a0", "\u202f", "\u2007", "\u2009", "\u3000"]
MONTHS = ("janvier", "février", "mars", "avril", "mai")


@pytest.mark.parametrize("format_", WRITERS)
@pytest.mark.parametrize("first", range(len(UNSEEN + SPACES)))
def test_invisible_characters_around_any_value(first: int, format_: str) -> None:
    """In one file, five characters, each in a place of its own: each is thus tried in every place."""
    every = UNSEEN + SPACES
    around = [every[(first + place) % len(every)] for place in range(len(TITLES))]
    rows: list[list[str | int | None]] = [[f"{x}{title}" for x, title in zip(around, TITLES, strict=True)]]
    expected: list[tuple[object, ...]] = []
    for place, x in enumerate(around):
        for court, value in (("TGI-LILLE", "{x}{v}"), ("TGI-DOUAI", "{v}{x}"), ("TGI-ARRAS", "{x}{v}{x}")):
            # A month for each place: no line says again what another has said.
            line = [f"{MONTHS[place]} 2009", court, "JAP", "12", "3"]
            line[place] = value.format(x=x, v=line[place])
            rows.append([*line])
            expected.append((len(rows), date(2009, place + 1, 1), court, "JAP", 12, 3))
    assert state(WRITERS[format_](rows)) == whole(expected)


@pytest.mark.parametrize("format_", WRITERS)
@pytest.mark.parametrize("character", UNSEEN)
def test_invisible_characters_inside_any_value(character: str, format_: str) -> None:
    rows = [
        TITLES,
        [f"ma{character}rs 2009", f"TGI de Li{character}lle", f"J{character}AP", f"1{character}2", "3"],
        [f"03/{character}2009", "TGI\u2011DOUAI", "JAP", "1\u202f204", f"2{character}"],
        ["03/2009", "TGI-ARRAS", "JAP", f"re{character}trait", f"retrait{character}"],
    ]
    assert state(WRITERS[format_](rows)) == whole(
        [
            (2, MARS, "TGI-LILLE", "JAP", 12, 3),
            (3, MARS, "TGI-DOUAI", "JAP", 1204, 2),
            (4, MARS, "TGI-ARRAS", "JAP", None, None),
        ],
        alertes=1,
    )


@pytest.mark.parametrize("format_", WRITERS)
@pytest.mark.parametrize("character", ["\u200b", "\u00a0", "\u00ad"])
def test_invisible_characters_in_a_grid(character: str, format_: str) -> None:
    rows: Rows = [
        [f"{character}Mois{character} : {character}mars{character} 2009"]
        if character != "\u00a0"
        else ["\u00a0Mois\u00a0:\u00a0mars\u00a02009"],
        [f"{character}Juridiction", f"JAP{character}", None],
        [None, f"{character}{TOTAL}", AVOIDED],
        [f"TGI de{' ' if character != chr(160) else ''}{character}Lille", f"{character}12", f"3{character}"],
    ]
    assert state(WRITERS[format_](rows)) == whole([(4, MARS, "TGI-LILLE", "JAP", 12, 3)])


# ---------------------------------------------------------------- encodings

ACCENTS = (
    "mois;juridiction;activité;visioconférences;extractions évitées\r\n"
    "mars 2009;TGI d'Évry;JAP;12;3\r\nmars 2009;TGI de Béthune;JAP;5;1\r\n"
)
GRID = (
    "Utilisation de la visioconférence\r\nMois : mars 2009\r\nJuridiction;JAP;\r\n"
    f";Total;{AVOIDED}\r\nTGI de Béthune;5;1\r\nTGI d'Évry;12;3\r\n"
)
TAKEN = [(2, MARS, "TGI-EVRY", "JAP", 12, 3), (3, MARS, "TGI-BETHUNE", "JAP", 5, 1)]


def encoded(text: str, name: str) -> bytes:
    if name == "twice":
        return text.encode().decode("cp1252").encode()
    return text.encode(name)


@pytest.mark.parametrize(
    ("encoding", "name"),
    [
        ("cp1252", "cp1252"),
        ("cp850", "cp850"),
        ("mac_roman", "mac-roman"),
        ("utf-16-le", "utf-16-le sans marque"),
        ("utf-16-be", "utf-16-be sans marque"),
        ("twice", "utf-8 encodé deux fois"),
    ],
)
def test_encoding_is_recognised_and_said(encoding: str, name: str) -> None:
    content = encoded(ACCENTS, encoding)
    assert state(content) == whole(TAKEN)
    assert f"encodage {name} · " in detected(reading(content))
    grid = encoded(GRID, encoding)
    assert state(grid)["acceptees"] == [
        (5, MARS, "TGI-BETHUNE", "JAP", 5, 1),
        (6, MARS, "TGI-EVRY", "JAP", 12, 3),
    ]
    titles = "MOIS;JURIDICTION;ACTIVITÉ;VISIOCONFÉRENCES;EXTRACTIONS ÉVITÉES"
    capitals = encoded(f"{titles}\n03/2009;TGI DE BÉTHUNE;JAP;5;1", encoding)
    assert state(capitals) == whole([(2, MARS, "TGI-BETHUNE", "JAP", 5, 1)])


@pytest.mark.parametrize(
    ("content", "seen"),
    [
        (ACCENTS.encode("cp437").replace(b"\x90", b"\x9d").replace(b"\x82", b"\x8d"), "activit�"),
        (ACCENTS.encode()[:80] + ACCENTS[70:].encode("cp1252"), "activitÃ©"),
        ((ACCENTS.encode().decode("cp1252") + "TGI d'É").encode(), "activitÃ©"),
        (ACCENTS.encode("cp037"), ""),
    ],
)
def test_unknown_encoding_is_said_with_what_is_seen(content: bytes, seen: str) -> None:
    with pytest.raises(UnreadableFile) as refusal:
        reading(content)
    message = str(refusal.value)
    assert message.startswith("Les accents du fichier ne se lisent pas (on y voit «\u00a0")
    assert message.endswith("»)\u00a0: enregistrez-le en CSV UTF-8, ou envoyez le classeur.")
    assert seen in message


def test_accents_in_doubt_are_said_when_the_titles_have_none() -> None:
    content = (
        lines("03/2009;TGI-LILLE;JAP;12;3") + "\n03/2009;TGI de BÃ©thune;JAP;5;1\n".encode() + "é".encode()
    )
    lecture = reading(content)
    assert lecture.accents_illisibles == "BÃ©thune"
    assert "accents douteux, on y voit «\u00a0BÃ©thune\u00a0»" in detected(lecture)
    assert "accents" not in detected(reading(sample("2009-06_collecte.csv")))


# ---------------------------------------------------------------- what is no table

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600
TABLE = "<table><tr><td>mois</td><td>juridiction</td></tr></table>"
XML_2003 = (
    '<?xml version="1.0"?>\n<?mso-application progid="Excel.Sheet"?>\n'
    '<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"><Worksheet/></Workbook>'
)
MHTML = "MIME-Version: 1.0\nContent-Type: multipart/related; boundary=x\n\n--x\nContent-Type: text/html\n"
WEB, OPEN = "C'est une page web malgré son nom", "ouvrez-la dans votre tableur et enregistrez-la en XLSX."
OLD = "C'est un classeur dans l'ancien format XLS"


@pytest.mark.parametrize(
    ("content", "what", "advice"),
    [
        (f"<html><body>{TABLE}</body></html>".encode(), WEB, OPEN),
        (f"\ufeff\n<!DOCTYPE html>\n<HTML>{TABLE}".encode(), WEB, OPEN),
        (TABLE.encode("utf-16"), WEB, OPEN),
        (f'<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml">{TABLE}'.encode(), WEB, OPEN),
        (XML_2003.encode(), "C'est un classeur XML 2003 malgré son nom", "enregistrez-le en XLSX."),
        (XML_2003.encode("utf-16"), "C'est un classeur XML 2003 malgré son nom", "enregistrez-le en XLSX."),
        (b"<?xml version='1.0'?><donnees/>", "C'est un document XML malgré son nom", "en XLSX."),
        (MHTML.encode(), "C'est une archive de page web (MHTML) malgré son nom", OPEN),
        (b"%PDF-1.4\n1 0 obj<<>>endobj", "C'est un document PDF", "ou demandez le fichier d'origine."),
        (b"\r\n%PDF-1.7\n", "C'est un document PDF", "ou demandez le fichier d'origine."),
        (b"{\\rtf1\\ansi mois;juridiction}", "C'est un document RTF", "enregistrez-le en XLSX."),
        (b'ID;PWXL;N;E\nC;Y1;X1;K"mois"', "C'est un classeur au format SYLK", "enregistrez-le en XLSX."),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "C'est une image malgré son nom", "enregistrez-le en XLSX."),
        (OLE + "Workbook".encode("utf-16-le"), OLD, "enregistrez-le en XLSX."),
        (b"\x09\x04\x06\x00\x00\x00\x10\x00", OLD, "enregistrez-le en XLSX."),
        (
            OLE + "EncryptedPackage".encode("utf-16-le"),
            "Le classeur est protégé par un mot de passe",
            "renvoyez-le.",
        ),
        (OLE + "WordDocument".encode("utf-16-le"), "C'est un document Word", "enregistrez-le en XLSX."),
        (packed({"xl/workbook.bin": "x"}), "C'est un classeur binaire XLSB", "enregistrez-le en XLSX."),
        (packed({"word/document.xml": "<a/>"}), "C'est un document de traitement de texte", "en XLSX."),
        (
            packed({"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": "<a/>"}),
            "C'est un document de traitement de texte",
            "en XLSX.",
        ),
    ],
)
@pytest.mark.parametrize("name", ["mars.xls", "mars.xlsx", "mars.csv"])
def test_document_that_is_no_table_is_named(content: bytes, what: str, advice: str, name: str) -> None:
    with pytest.raises(UnreadableFile) as refusal:
        reading(content, name)
    message = str(refusal.value)
    assert message.startswith(what)
    assert message.endswith(advice)
    assert message.count(".") == 1


@pytest.mark.parametrize("name", ["mars.xls", "mars.xlsm", "mars.XLT", "mars", "mars.pdf"])
def test_table_is_read_whatever_the_name_of_its_file(name: str) -> None:
    line = ["03/2009", "TGI-LILLE", "JAP", 12, 3]
    for write in WRITERS.values():
        assert state(write([TITLES, line]), name) == whole([(2, MARS, "TGI-LILLE", "JAP", 12, 3)])


# ---------------------------------------------------------------- lines that are no data

NOTES = [
    "Page 1 sur 2",
    "page 2/3",
    "- 4 -",
    "(1) hors chambre détachée",
    "* chiffres provisoires",
    "² y compris les reports",
    "Source : service pénal, édité le 02/04/2009",
    "Édité le 02/04/2009",
    "NB : le greffe est fermé",
]


@pytest.mark.parametrize("format_", WRITERS)
@pytest.mark.parametrize("note", NOTES)
def test_notes_are_set_apart(note: str, format_: str) -> None:
    rows = [
        TITLES,
        ["03/2009", "TGI-LILLE", "JAP", 12, 3],
        [note],
        TITLES,
        ["03/2009", "TGI-DOUAI", "JAP", 7, 2],
        [],
        [None, note],
        ["Total", None, None, 19, 5],
    ]
    content = WRITERS[format_](rows)
    assert state(content) == whole(
        [(2, MARS, "TGI-LILLE", "JAP", 12, 3), (5, MARS, "TGI-DOUAI", "JAP", 7, 2)],
        notes=[3, 4, 7],
        totaux=[(8, True)],
    )
    assert "3\u00a0lignes qui ne sont pas des données (3 à 4, 7)" in detected(reading(content))


@pytest.mark.parametrize("format_", WRITERS)
@pytest.mark.parametrize("note", NOTES)
def test_notes_of_a_grid_are_set_apart(note: str, format_: str) -> None:
    rows: Rows = [
        ["Mois : mars 2009"],
        ["Juridiction", "JAP", None],
        [None, TOTAL, AVOIDED],
        ["TGI de Lille", 12, 3],
        [note],
        ["TGI de Douai", 7, 2],
    ]
    assert state(WRITERS[format_](rows)) == whole(
        [(4, MARS, "TGI-LILLE", "JAP", 12, 3), (6, MARS, "TGI-DOUAI", "JAP", 7, 2)], notes=[5]
    )


def test_line_that_holds_more_than_a_note_is_judged() -> None:
    """A figure, a court, or words that are no note: somebody must look at them."""
    found = state(lines("Source : x;;;12;3", "(1);TGI-LILLE;JAP;;", "Fait à Lille;;;;", "03/2009;;;;"))
    assert found["notes"] == []
    assert [row[0] for row in found["refusees"]] == [2, 3, 4, 5]


def test_note_of_other_kinds_of_files() -> None:
    content = lines("2008;CA-DOUAI;10;x", "Source : SDSE", header="annee;cour;extractions;source")
    lecture = reading(content)
    assert ([note.ligne for note in lecture.notes], lecture.lignes.height, HEADER) == ([3], 1, HEADER)
