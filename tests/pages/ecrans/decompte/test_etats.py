"""A settlement from its simulation to its end, as the page does it, on a real store."""

import json
import shutil
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from analytics.decompte.compte import write_texts
from analytics.decompte.documents.write import Sorte
from analytics.decompte.releve import Ajustement
from analytics.vocabulary.errors import UserFacingError
from analytics.vocabulary.perimetre import NATIONAL, Perimetre
from analytics.vocabulary.reference import Reference
from data.actes.couts import choose_cost
from data.reference import load_parameters
from data.settings import Settings
from data.store.store import Store, open_store
from pages import decompte
from pages.commun import identite, lecture
from pages.commun.cadre import Contexte
from pages.commun.identite import Lecteur
from pages.terminal import decompte as commande
from pages.terminal import french
from pages.vues import decompte as vue_decompte
from pages.vues import registre
from tests.conftest import whole_run
from tests.data.store.test_store import entree
from tests.outils.refus import refuses
from tests.pages.decomptes import settled
from tests.pages.situations import at_address, ran, reading, words

NOW = datetime(2010, 2, 1, 9, tzinfo=UTC)


@pytest.fixture
def opened(demo: Store, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    with reading(monkeypatch, demo, registre, NOW):
        yield demo


@pytest.fixture
def untouched(
    demo_file: Path, tmp_path: Path, reference: Reference, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Store]:
    """A store where no other test has kept a settlement."""
    copied = shutil.copy(demo_file, tmp_path / "vigie.sqlite")
    store = open_store(Settings(database_url=str(copied)), reference)
    with reading(monkeypatch, store, registre, NOW):
        yield store
    store.close()


def number_in(said: str) -> int:
    return int("".join(character for character in said if character.isdigit()))


def test_a_settlement_runs_its_course_and_can_be_done_again(
    untouched: Store, reference: Reference, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = untouched
    found = settled(opened, reference)
    number = number_in(registre.keep(found, auteur="A. Martin"))
    first = registre.standing(2009)
    assert first is not None
    assert (first.decompte, first.etat) == (number, "simulation")
    text = opened.registre().get(number, NATIONAL).resultat
    for vers in ("provisoire", "contradictoire"):
        registre.advance(registre.open_file(number), vers, auteur="A. Martin", motif="Comité du 1er février")

    # A reader of Douai contests his own line, and no other.
    monkeypatch.setattr(registre, "lecteur", lambda: Lecteur("Douai", Perimetre.of(["CA-DOUAI"])))
    dossier = registre.open_file(number)
    assert [line["cour"] for line in dossier.cours] == ["CA-DOUAI"]
    said: dict[str, Any] = {"motif": "Deux lots non parvenus", "piece": "PV 12", "auteur": "B. Durand"}
    registre.contest(dossier, cour="CA-DOUAI", ligne="evitees", proposition="200", **said)
    with pytest.raises(UserFacingError, match="qui vous sont ouvertes"):
        registre.contest(dossier, cour="CA-LYON", ligne="evitees", proposition="200", **said)
    with pytest.raises(UserFacingError, match="n'est pas un nombre"):
        registre.contest(dossier, cour="CA-DOUAI", ligne="evitees", proposition="beaucoup", **said)
    # What is decided is not theirs to decide, whatever a screen would let them press.
    refuses(
        "qui voit tout le ministère",
        lambda: registre.keep(found, auteur="B. Durand"),
        lambda: registre.advance(dossier, "definitif", auteur="B. Durand", motif="x"),
        lambda: registre.replace(dossier, auteur="B. Durand", motif="x"),
        lambda: registre.answer(
            registre.open_file(number).contestations[0], acceptee=True, motif="x", auteur="B. Durand"
        ),
        lambda: registre.record_cost("1", source="x", auteur="B. Durand", annee=2009),
    )
    dossier = registre.open_file(number)
    monkeypatch.setattr(registre, "utc_now", lambda: NOW + timedelta(days=31))
    with pytest.raises(UserFacingError, match="délai"):
        registre.contest(dossier, cour="CA-DOUAI", ligne="base", proposition="9000", **said)

    # The Secrétariat général sees its effect, answers, and replaces.
    monkeypatch.setattr(registre, "lecteur", lambda: Lecteur("", NATIONAL))
    dossier = registre.open_file(number)
    with pytest.raises(UserFacingError, match="sans réponse"):
        registre.advance(dossier, "definitif", auteur="A. Martin", motif="Fin")
    before, after = registre.effect_of(dossier, dossier.contestations[0])
    assert after.decompte.national.ecart == before.decompte.national.ecart - 28
    registre.answer(dossier.contestations[0], acceptee=True, motif="Pièce vue", auteur="A. Martin")
    registre.replace(registre.open_file(number), auteur="A. Martin", motif="Contestation admise")
    kept = registre.kept(2009)
    assert [each.etat for each in kept] == ["provisoire", "contrepasse"]
    assert kept[0].remplace == number
    new = registre.open_file(kept[0].decompte)
    assert new.entrees["ajustements"][0]["valeur"] == "200"
    for vers in ("contradictoire", "definitif"):
        registre.advance(registre.open_file(new.garde.decompte), vers, auteur="A. Martin", motif="Suite")
    last = registre.standing(2009)
    assert last is not None
    assert (last.decompte, last.etat) == (new.garde.decompte, "definitif")
    # What was kept first has not moved by a byte, and both compute again to their fingerprint.
    assert opened.registre().get(number, NATIONAL).resultat == text
    assert "empreinte identique" in registre.check(registre.open_file(number))
    assert "empreinte identique" in registre.check(registre.open_file(new.garde.decompte))
    assert json.loads(text)["national"]["montant_eur"] == "2527463.87"


def test_a_final_settlement_computes_again_after_further_imports(
    store: Store, reference: Reference, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On both engines: what was settled is found again to the byte, whatever came since."""
    monkeypatch.setattr(lecture, "store", lambda: store)
    monkeypatch.setattr(registre, "utc_now", lambda: NOW)
    months = [date(2009, rank, 1) for rank in range(1, 13)]
    early = [(mois, court, "JAP", 20, 12) for mois in months for court in ("TGI-LILLE", "TGI-LYON")]
    store.record(entree(*early, sha="1" * 64), connu_le=NOW)
    number = number_in(registre.keep(settled(store, reference), auteur="A. Martin"))
    for vers in ("provisoire", "contradictoire", "definitif"):
        registre.advance(registre.open_file(number), vers, auteur="A. Martin", motif="Suite")
    late = [(mois, "TGI-LILLE", "JAP", 90, 80) for mois in months]
    store.record(entree(*late, sha="2" * 64), connu_le=NOW + timedelta(days=90))
    dossier = registre.open_file(number)
    assert "empreinte identique" in registre.check(dossier)
    again, now = registre.settle_anew(dossier.entrees), settled(store, reference)
    assert again.decompte.national.evitees == 288
    assert now.decompte.national.evitees == 288 + 12 * 68
    kinds: tuple[tuple[Sorte, str | None], ...] = (("pdf", "CA-DOUAI"), ("xlsx", None))
    for sorte, cour in kinds:
        write = registre.document(dossier, sorte, cour=cour)
        assert write() == write()
    text = write_texts(again)[1]
    assert text == store.registre().get(number, NATIONAL).resultat
    # A download runs outside the session, where nobody is signed in: the rights are those of the click.
    write = registre.document(dossier, "json", cour=None)
    monkeypatch.setattr(registre, "lecteur", lambda: Lecteur(nom="", perimetre=Perimetre.of([])))
    assert json.loads(write())["national"]["evitees"] == "288"


def test_a_base_put_right_carries_its_objective(opened: Store, reference: Reference) -> None:
    change = Ajustement("CA-DOUAI", "base", Fraction(9_000), "recomptage")
    part = next(part for part in settled(opened, reference, change).decompte.cours if part.cour == "CA-DOUAI")
    assert (part.base, part.objectif) == (9_000, 450)


@pytest.mark.parametrize(
    "sorte", ["json", "pdf", *(pytest.param(each, marks=whole_run) for each in ("csv", "xlsx"))]
)
@pytest.mark.parametrize("cour", [None, "CA-DOUAI"])
def test_the_terminal_gives_the_bytes_of_the_page(
    opened: Store, monkeypatch: pytest.MonkeyPatch, sorte: Sorte, cour: str | None
) -> None:

    @contextmanager
    def same() -> Generator[Store]:
        yield opened

    monkeypatch.setattr(commande, "opened", same)
    words_ = ["decompte", "--annee", "2010", "--cout-etpt", "56600", "--format", sorte]
    told = CliRunner().invoke(french.vigie, words_ + (["--cour", cour] if cour else []))
    assert told.exit_code == 0, told.output
    got: list[bytes] = []

    query = {"annee": "2010", "mois": "12", "cout": "56600", "cour": "CA-DOUAI"}
    wanted = cour

    def keep(contexte: Contexte, vue: object, *, cour: str | None) -> None:
        got.append(vue_decompte.document(contexte, sorte, cour=wanted))

    monkeypatch.setattr(decompte, "_draw_documents", keep)
    ran(at_address("decompte", query))
    assert got[0] == told.stdout_bytes


def test_two_people_at_once_one_wins_the_other_is_told(opened: Store, reference: Reference) -> None:
    number = number_in(registre.keep(settled(opened, reference, cout="50000"), auteur="A. Martin"))
    seen = registre.open_file(number)
    registre.advance(seen, "provisoire", auteur="B. Durand", motif="Comité")
    with pytest.raises(UserFacingError, match=r"B\. Durand"):
        registre.advance(seen, "provisoire", auteur="C. Petit", motif="Comité")


def test_a_rule_is_added_once_and_never_as_the_text(opened: Store) -> None:
    from pages.ecrans.decompte.etats import EXAMPLE

    assert "ajoutée" in registre.add_rule(EXAMPLE, auteur="A. Martin")
    assert "seuil-dix-pour-cent" in [rule.id for rule in registre.rules()]
    with pytest.raises(UserFacingError, match="existe déjà"):
        registre.add_rule(EXAMPLE, auteur="A. Martin")
    with pytest.raises(UserFacingError, match="lettre du texte"):
        registre.add_rule(EXAMPLE.replace("hypothese", "texte"), auteur="A. Martin")
    for bad in ("id = ", "[[regle]]\nid='a'\n[[regle]]\nid='b'", "regle = 3", "id = 'x'"):
        with pytest.raises(UserFacingError):
            registre.add_rule(bad, auteur="A. Martin")


def test_a_cost_recorded_is_in_force_and_no_hypothesis(opened: Store) -> None:
    assert choose_cost("", "", 2010, registre.registre(), None, load_parameters()) is None
    registre.record_cost("57 000,50", source="Loi de règlement", auteur="A. Martin", annee=2010)
    found = choose_cost("", "", 2010, registre.registre(), None, load_parameters())
    assert found is not None
    assert (float(found.euros), found.source, found.hypothese) == (57_000.5, "Loi de règlement", False)
    assert (
        choose_cost("", "", 2010, registre.registre(), date(2010, 1, 31), load_parameters()) is None
    )  # nobody knew it yet
    assert choose_cost("", "", 2009, registre.registre(), None, load_parameters()) is None


def test_the_page_keeps_a_simulation(opened: Store) -> None:
    query = {"annee": "2010", "mois": "12", "onglet": "etats", "cour": "CA-DOUAI"}
    at = ran(at_address("decompte", query))
    assert "Aucun décompte n'est enregistré" in words(at).replace("&#x27;", "'")
    at.text_input(key="nom_garder").set_value("A. Martin")
    next(button for button in at.button if button.label == "Enregistrer").click().run()
    assert not at.exception
    said = words(at).replace("&#x27;", "'")
    assert "Simulation enregistrée" in said
    assert "Aucune contestation" in said
    assert identite.lecteur().perimetre == NATIONAL
