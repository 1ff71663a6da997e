"""Whatever the file: a judgement whose accounts add up, or one French sentence; never anything else."""

import io
import zipfile
from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.documents.table import write_table
from data.collecte.reading.read import Limites, UnreadableFile, read_file
from data.collecte.templates import template
from data.reference import load_reference
from tests.data.collecte.classeurs import rewritten
from tests.data.collecte.saisie import HEADER, accounted_for, judging, sample

LIMITES = Limites(octets=2_000_000, octets_decompresses=20_000_000, cellules=500_000)
SALE = sample("2009-03_sale.csv")
CSV = sample("2009-06_collecte.csv")[:6_000]
XLSX = template("xlsx", load_reference(), date(2009, 4, 1))
ODS = write_table(judging(SALE).acceptees.drop("ligne"), "ods", sheet="Saisie")


def survives(content: bytes, fichier: str = "essai") -> None:
    try:
        lecture = read_file(content, fichier, limites=LIMITES)
    except UnreadableFile as refusal:
        message = str(refusal)
        assert message[-1] in ".?"
        assert "\n" not in message
        return
    jugement = judging(lecture)
    assert accounted_for(jugement)
    assert jugement.rejets["motif"].null_count() == 0


@given(st.binary(max_size=400))
@settings(max_examples=100, deadline=None)
def test_random_bytes(content: bytes) -> None:
    survives(content)


@given(
    st.sampled_from([b"PK\x03\x04", b"\xff\xfe", b"\xef\xbb\xbf", HEADER.encode() + b"\n"]),
    st.binary(max_size=300),
)
@settings(max_examples=100, deadline=None)
def test_random_bytes_after_a_beginning_that_promises(start: bytes, content: bytes) -> None:
    survives(start + content)


CELL = st.one_of(
    st.text(max_size=12),
    st.sampled_from(
        ["2009-03", "TGI-LILLE", "JAP", "12", "0", "n.r.", '"', "'=1", "a\nb", "Total", "\u00a0", "retrait"]
    ),
)


@given(
    st.lists(st.lists(CELL, max_size=8), max_size=12),
    st.sampled_from([";", ",", "\t"]),
    st.sampled_from(["utf-8", "cp1252", "utf-16"]),
    st.booleans(),
)
@settings(max_examples=100, deadline=None)
def test_random_tables(rows: list[list[str]], separator: str, encoding: str, titled: bool) -> None:
    head = [HEADER.split(";")] if titled else []
    text = "\n".join(separator.join(row) for row in [*head, *rows])
    survives(text.encode(encoding, errors="replace"))


def mutated(content: bytes, edits: list[tuple[float, bytes, int]]) -> bytes:
    for place, inserted, removed in edits:
        at = int(place * len(content))
        content = content[:at] + inserted + content[at + removed :]
    return content


EDITS = st.lists(
    st.tuples(
        st.floats(0, 1),
        st.one_of(
            st.binary(max_size=4), st.sampled_from([b";", b'"', b"\n", b"\r", b"'", b"=", b"\xa0", b"Total"])
        ),
        st.integers(0, 12),
    ),
    max_size=6,
)


@given(st.sampled_from([SALE, CSV]), EDITS)
@settings(max_examples=120, deadline=None)
def test_mutated_text_samples(content: bytes, edits: list[tuple[float, bytes, int]]) -> None:
    survives(mutated(content, edits))


@given(st.sampled_from([XLSX, ODS]), EDITS)
@settings(max_examples=100, deadline=None)
def test_mutated_workbooks(content: bytes, edits: list[tuple[float, bytes, int]]) -> None:
    survives(mutated(content, edits))


@given(st.sampled_from([XLSX, ODS]), st.integers(0, 30), EDITS)
@settings(max_examples=120, deadline=None)
def test_workbooks_with_a_mutated_member(
    content: bytes, rank: int, edits: list[tuple[float, bytes, int]]
) -> None:
    names = zipfile.ZipFile(io.BytesIO(content)).namelist()
    survives(rewritten(content, names[rank % len(names)], lambda member: mutated(member, edits)))
