import time

import pytest

from analytics.decompte.documents.account import Edition
from analytics.decompte.documents.pdf import write_pdf
from analytics.decompte.releve import Releve
from analytics.decompte.words.lignes import LigneReleve
from analytics.decompte.words.releve import write_statement
from analytics.vocabulary.schemas import ETATS_DECOMPTE
from data.reference import load_illustrative_base
from tests.analytics.decompte.releves import make


def _write(
    releve: Releve, cour: str, *, nom: str = "cour d'appel d'Essai", etat: str = "provisoire"
) -> bytes:
    decompte = releve.decompte
    part = next((each for each in decompte.cours if each.cour == cour), decompte.national)
    lignes = write_statement(releve, part, manque=None)
    return write_pdf(releve, part, lignes, Edition(etat, "0", 2), nom=nom, noms={cour: nom})


@pytest.mark.parametrize("etat", ETATS_DECOMPTE)
@pytest.mark.parametrize("cour", ["", "CA-A"])
def test_every_state_of_a_cour_and_of_the_ministry_has_its_statement(cour: str, etat: str) -> None:
    releve = make({"CA-A": 1_000, "CA-B": 2_345})
    written = _write(releve, cour, etat=etat)
    assert written.startswith(b"%PDF-")
    # Tagged, and declared readable by assistive technology, in French.
    assert b"/MarkInfo" in written
    assert b"pdfuaid" in written
    assert written == _write(releve, cour, etat=etat)


@pytest.mark.parametrize(
    "nom", ['#panic("x")', "*a* _b_", "$", "= titre", "`", "\\u{0}", "]", "<a> @b", "//"]
)
def test_a_text_is_never_markup(nom: str) -> None:
    releve = make({"CA-A": 1_000})
    part = releve.decompte.cours[0]
    line = LigneReleve("x", nom, nom, nom, nom, forte=True)
    for whose in (part, releve.decompte.national):
        written = write_pdf(releve, whose, [line], Edition("simulation", nom), nom=nom, noms={"CA-A": nom})
        assert written.startswith(b"%PDF-")


def test_the_statements_of_all_the_cours_take_seconds_at_most() -> None:
    releve = make(dict(load_illustrative_base().iter_rows()))
    start = time.perf_counter()
    written = {_write(releve, part.cour) for part in releve.decompte.cours}
    # The aim is 2 s; a busy machine must not fail the suite.
    assert time.perf_counter() - start < 20
    assert len(written) == 37
