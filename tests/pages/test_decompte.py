"""The page of settlement beside what is kept: one state, one amount."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from html import unescape
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from analytics.schemas import NATIONAL, Perimetre
from analytics.statement import Ajustement, Cout, Releve, find_rule, read_cost, settle_year
from analytics.survey import last_period
from data.reference import Reference, load_illustrative_base, load_parameters
from data.settings import Settings
from data.store import Store, open_store
from pages.commun import identite, lecture, registre
from pages.commun.identite import Lecteur
from tests.pages.situations import words

NOW = datetime(2011, 2, 1, 9, tzinfo=UTC)
WHOLE, OWN = Lecteur("", NATIONAL), Lecteur("Douai", Perimetre.of(["CA-DOUAI"]))


@pytest.fixture
def opened(
    demo_file: Path, tmp_path: Path, reference: Reference, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Store]:
    path = tmp_path / "v.sqlite"
    shutil.copy(demo_file, path)
    store = open_store(Settings(database_url=f"sqlite:///{path}"), reference)
    monkeypatch.setattr(lecture, "store", lambda: store)
    monkeypatch.setattr(registre, "utc_now", lambda: NOW)
    st.cache_resource.clear()
    yield store
    st.cache_resource.clear()


def settled(
    store: Store, reference: Reference, *ajustements: Ajustement, connu_le: date | None = None
) -> Releve:
    faits = store.faits(NATIONAL, connu_le=connu_le)
    return settle_year(
        faits,
        reference.attendues,
        find_rule(registre.rules(), "circulaire-2009", 2009),
        periode=last_period(faits, 2009),
        mode=None,
        cout=Cout(read_cost("56600"), "Note"),
        ajustements=ajustements,
        activites=reference.activites,
        cle=load_illustrative_base(),
        lot=store.lot_connu_le(connu_le) if connu_le else store.etat().lot,
        connu_le=connu_le,
        demonstration=True,
        parametres=load_parameters(),
    )


def keep(releve: Releve, *etats: str) -> int:
    number = int("".join(filter(str.isdigit, registre.keep(releve, auteur="A. Martin"))))
    for etat in etats:
        registre.advance(registre.open_file(number), etat, auteur="A. Martin", motif="Comité")
    return number


def read_as(monkeypatch: pytest.MonkeyPatch, lecteur: Lecteur) -> None:
    for module in (registre, lecture, identite):
        monkeypatch.setattr(module, "lecteur", lambda: lecteur)


def page(**query: str) -> AppTest:
    at = AppTest.from_string("from pages import decompte\ndecompte.render()\n", default_timeout=90)
    for name, value in ({"annee": "2009", "mois": "12", "cout": "56600", "cour": "CA-DOUAI"} | query).items():
        at.query_params[name] = value
    at.run()
    assert not at.exception, at.exception
    return at


def said(at: AppTest) -> str:
    return unescape(words(at)).replace("\u00a0", " ").replace("\u202f", " ")


def first_lines(at: AppTest) -> list[str]:
    found = [part.split("</p>")[0] for part in said(at).split("vigie-conclusion'>")[1:]]
    return [line.split(" ; ")[0] + " ; " + line.split(" ; ")[1] if " ; " in line else line for line in found]


def test_the_page_opens_on_what_is_kept_and_its_amounts_are_a_simulation(
    opened: Store, reference: Reference, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert registre.standing(2009) is None
    assert len(first_lines(page())) == 1
    number = keep(settled(opened, reference), "provisoire", "contradictoire")
    base = Ajustement("CA-DOUAI", "base", read_cost("210"), "recomptage")
    monkeypatch.setattr(registre, "accepted", lambda _: (base,))
    registre.replace(registre.open_file(number), auteur="A. Martin", motif="Admise")
    at = page()
    told = said(at)
    assert first_lines(at)[0] == (
        "Décompte n° 2, provisoire : 2 313 603 € ; ce que vous voyez est une simulation, écart +213 861 €."
    )
    assert "le ministère n'a pas évité 5 450 extractions, soit 44,65 ETPT, 2 527 464 €." in told
    table = told.split("Décompte par cour")[-1]
    assert table.count("<td>simulation</td>") == 37
    assert "<td>provisoire</td>" not in told
    # Another cost, another rule: still a simulation.
    assert "<td>provisoire</td>" not in said(page(cout="60400"))
    # The statement of a cour says what is kept of that cour.
    releve = said(page(onglet="releve"))
    assert (
        "Décompte n° 2, provisoire, Douai : 0 € ; ce que vous voyez est une simulation, écart +136 997 €."
        in releve
    )
    # A reader of one cour reads its amounts, and not the ministry's.
    read_as(monkeypatch, OWN)
    own = said(page())
    assert (
        "Décompte n° 2, provisoire, Douai : 0 € ; ce que vous voyez est une simulation, écart +136 997 €."
        in own
    )
    assert "2 313 603" not in own


def test_the_settlement_that_stands_is_the_furthest_on_its_way(opened: Store, reference: Reference) -> None:
    found = settled(opened, reference)
    first = keep(found, "provisoire", "contradictoire", "definitif")
    other = replace(found, cout=Cout(read_cost("50000"), "Autre"))
    keep(other)
    standing = registre.standing(2009)
    assert standing is not None
    assert (standing.decompte, standing.etat) == (first, "definitif")
    assert registre.standing(2010) is None
    assert first_lines(page())[0].endswith(
        "définitif : 2 527 464 € ; ce que vous voyez est une simulation, de même montant."
    )
    # A link that settles nothing says so, and no state.
    assert "définitif" not in said(page(lecture="B"))
    # Seen as of a day when nothing was kept, the page says when it was.
    assert "définitif (enregistré le 1er février 2011) : " in said(page(connu_le="2010-06-01"))
