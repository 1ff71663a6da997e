"""The questionnaire as a file: imported again it says the same, and its help speaks of every activity."""

from datetime import UTC, date, datetime
from hashlib import sha256

from analytics.collecte.receipt import Recu, write_receipt
from analytics.vocabulary.reference import Reference
from analytics.vocabulary.schemas import ReponseValidee
from data.collecte.forms import name_form, read_form, read_moment, write_form
from data.reference import load_counting_rules
from tests.data.collecte.saisie import judging

MARCH, NOW = date(2009, 3, 1), datetime(2009, 4, 7, 8, 5, tzinfo=UTC)
CASES = {"JAP": ("1 204", "3"), "TAP": ("", ""), "CIVIL": ("retrait", "retrait"), "TPOL": ("0", "0")}


def test_an_answer_is_an_import_like_another() -> None:
    content = write_form(MARCH, "TGI-LILLE", CASES, auteur="=Greffe", valide_le=NOW, fictif=True)
    judged = judging(content)
    assert judged.acceptees.select("activite", "visioconferences", "extractions_evitees").rows() == [
        ("JAP", 1204, 3),
        ("CIVIL", None, None),
        ("TPOL", 0, 0),
    ]
    assert judged.non_reponses["activite"].to_list() == ["TAP"]
    assert judged.rejets.is_empty()
    assert judged.lecture.colonnes_ignorees == ("valide_par", "valide_le", "donnees")
    # Whatever is pasted in a case stays in it.
    trap = judging(write_form(MARCH, "TGI-LILLE", {"JAP": ('1;2"\n3', "=1+1")}))
    assert trap.lues == trap.rejets.height == 1


def test_a_validated_text_is_read_again() -> None:
    cases = {**CASES, "JAP": ("1204", "3")}
    content = write_form(MARCH, "TGI-LILLE", cases, auteur="Greffe", valide_le=NOW)
    assert read_form(content.decode()).rows() == [
        ("JAP", 1204, 3, False),
        ("TAP", None, None, False),
        ("CIVIL", None, None, True),
        ("TPOL", 0, 0, False),
    ]
    assert read_moment(content.decode()) == NOW
    # Everyone sees the names of files: this one names no juridiction.
    assert "LILLE" not in name_form(MARCH)


def test_a_receipt_says_what_it_attests() -> None:
    content = write_form(MARCH, "TGI-LILLE", CASES, auteur="<Greffe>", valide_le=NOW)
    answer = ReponseValidee(
        7,
        MARCH,
        "TGI-LILLE",
        content.decode(),
        sha256(content).hexdigest(),
        "f.csv",
        "<Greffe>",
        NOW,
        fictive=False,
    )
    recu = Recu(answer, "TGI de Lille", "Cour d'appel de Douai", "7 avril 2009", read_form(answer.contenu))
    assert dict(recu.faits)["Empreinte SHA-256"] == answer.empreinte
    assert recu.rows({"JAP": "Juge"})[1:] == [
        ("TAP", "n.r.", "n.r."),
        ("CIVIL", "retirée", "retirée"),
        ("TPOL", "0", "0"),
        ("Total", "0", "3"),
    ]
    assert recu.fichier == "2009-03_TGI-LILLE_recu-7"
    printed = write_receipt(recu, {}, logiciel="1", moment=NOW)
    assert printed.startswith(b"%PDF")
    assert printed == write_receipt(recu, {}, logiciel="1", moment=NOW)


def test_every_activity_says_how_it_is_counted(reference: Reference) -> None:
    rules = load_counting_rules()
    assert set(rules) == set(reference.activites["activite"])
    # Column 2 of what is out of the objective is told to stay 0.
    outside = reference.activites.filter(~reference.activites["compte_objectif"])["activite"]
    assert all("Mettez-y 0" in rules[code].exclut for code in outside)


def test_a_questionnaire_asks_what_is_legal_by_then(reference: Reference) -> None:
    before, after = (
        set(reference.questionnaire("TGI", mois)["activite"])
        for mois in (date(2009, 10, 1), date(2009, 11, 1))
    )
    assert after - before == {
        "ASSISES_INTERROGATOIRE",
        "DELIBERE_INTERETS_CIVILS",
        "MANDATS_MAE",
        "CIVI_REPARATION",
    }
    assert "CHAP" in set(reference.questionnaire("CA", MARCH)["activite"])
    assert "CHAP" not in before
