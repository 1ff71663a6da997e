"""Names as people write them."""

import pytest

from analytics.vocabulary.reference import Reference
from data.collecte.expected.names import (
    Resolution,
    activity_key,
    activity_names,
    cour_names,
    court_key,
    court_names,
)


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("TGI-LILLE", "TGI-LILLE"),
        ("tgi-lille", "TGI-LILLE"),
        ("TGI de Lille", "TGI-LILLE"),
        ("TGI LILLE", "TGI-LILLE"),
        ("T.G.I. de Lille", "TGI-LILLE"),
        ("Lille", "TGI-LILLE"),
        ("Tribunal de Grande Instance de LILLE", "TGI-LILLE"),
        ("CA Douai", "CA-DOUAI"),
        ("Cour d’appel de Douai", "CA-DOUAI"),
        ("cour d'appel d'Aix–en‑Provence", "CA-AIX-EN-PROVENCE"),
        ("COUR D'APPEL D'AIX EN PROVENCE", "CA-AIX-EN-PROVENCE"),
        ("CA Aix", "CA-AIX-EN-PROVENCE"),
        ("TGI du Mans", "TGI-LE-MANS"),
        ("TGI Le Mans", "TGI-LE-MANS"),
        ("TGI des Sables-d'Olonne", "TGI-LES-SABLES-D-OLONNE"),
        ("TGI Les Sables d Olonne", "TGI-LES-SABLES-D-OLONNE"),
        ("TGI de Boulogne", "TGI-BOULOGNE-SUR-MER"),
        ("TGI Saint-Étienne", "TGI-SAINT-ETIENNE"),
        ("TGI St Etienne", "TGI-SAINT-ETIENNE"),
        ("TGI de Béthune", "TGI-BETHUNE"),
        ("TGI de Saint-Pierre", "TGI-SAINT-PIERRE-REUNION"),
        ("TPI de Saint-Pierre-et-Miquelon", "TPI-SAINT-PIERRE-MIQUELON"),
        ("TSA de Mamoudzou", "TSA-MAMOUDZOU"),
    ],
)
def test_juridiction_by_code_name_or_usual_name(reference: Reference, name: str, code: str) -> None:
    assert court_names(reference).resolve(court_key(name)).code == code


def test_every_court_is_known_by_code_and_by_both_names(reference: Reference) -> None:
    names = court_names(reference)
    for code, nom, nom_court in reference.juridictions.select("juridiction", "nom", "nom_court").iter_rows():
        for spelled in (code, nom, nom_court, nom.upper(), nom.replace("'", "’").replace("-", "–")):
            assert names.resolve(court_key(spelled)).code == code, spelled


@pytest.mark.parametrize(
    "name",
    ["Douai", "Saint-Pierre", "Mamoudzou", "Saint-Denis", "TGI de Chalons", "TGI Châlons", "TGI de Chalon"],
)
def test_bare_town_of_several_courts_is_ambiguous(reference: Reference, name: str) -> None:
    found = court_names(reference).resolve(court_key(name))
    assert found.code is None
    assert len(found.candidats) >= 2


def test_bare_town_is_enough_among_cours(reference: Reference) -> None:
    assert cour_names(reference).resolve(court_key("Douai")).code == "CA-DOUAI"


def test_unknown_name_gets_the_nearest_ones(reference: Reference) -> None:
    found = court_names(reference).resolve(court_key("TGI de Lile"))
    assert found.code is None
    assert "Tribunal de grande instance de Lille (TGI-LILLE)" in found.proches


@pytest.mark.parametrize(
    "name",
    [
        "TGI de Châlons-sur-Marne",
        "Châlons-sur-Marne",
        "TASS de Lille",
        "TI de Lille",
        "Tribunal de commerce de Douai",
        "CPH de Nancy",
        "TGI-INCONNU",
        "TGI de Villefranche-sur-Mer",
    ],
)
def test_another_kind_of_court_or_another_town_suggests_nothing(reference: Reference, name: str) -> None:
    assert court_names(reference).resolve(court_key(name)) == Resolution()


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("CA de Duai", "CA-DOUAI"),
        ("TGI de Chalon-sur-Sône", "TGI-CHALON-SUR-SAONE"),
        ("TGI de Valencienne", "TGI-VALENCIENNES"),
        ("Tribunal de grande instance de Bétune", "TGI-BETHUNE"),
    ],
)
def test_a_slip_suggests_the_same_kind_of_court(reference: Reference, name: str, code: str) -> None:
    (found,) = court_names(reference).resolve(court_key(name)).proches
    assert found.endswith(f"({code})")


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("JAP", "JAP"),
        ("jld détention", "JLD_DETENTION"),
        ("Juge de l’application des peines - débat contradictoire", "JAP"),
        ("JUGE DE L'APPLICATION DES PEINES", "JAP"),
        ("Prononcé de délibéré ; intérêts civils", "DELIBERE_INTERETS_CIVILS"),
        ("JLD – débat contradictoire", "JLD_DETENTION"),
        ("Maintien en zone d'attente", "ETRANGERS_ZA"),
    ],
)
def test_activity_by_code_label_or_head_of_label(reference: Reference, name: str, code: str) -> None:
    assert activity_names(reference).resolve(activity_key(name)).code == code


def test_head_shared_by_two_activities_is_ambiguous(reference: Reference) -> None:
    found = activity_names(reference).resolve(activity_key("Cour d'assises"))
    assert found.code is None
    assert len(found.candidats) == 2


@pytest.mark.parametrize(
    ("typed", "codes"),
    [
        ("Rétention", ["ETRANGERS_RETENTION"]),
        ("CIVI", ["CIVI_REPARATION"]),
        ("garde à vue", ["GAV_PROLONGATION"]),
        ("GAV", ["GAV_PROLONGATION"]),
        ("Tribunal de police", ["TPOL"]),
        ("mandat d'arrêt européen", ["MANDATS_MAE"]),
        ("témoins", ["ASSISES_TEMOINS", "CORRECTIONNEL_TEMOINS"]),
        ("Tribunal de l'aplication des peines", ["TAP"]),
        ("de la", []),
        ("photocopies", []),
    ],
)
def test_a_part_of_the_name_of_an_activity_suggests_it(
    reference: Reference, typed: str, codes: list[str]
) -> None:
    found = activity_names(reference).resolve(activity_key(typed))
    assert found.code is None
    suggested = [label.rpartition("(")[2].rstrip(")") for label in found.proches]
    assert suggested[: len(codes)] == codes
    assert codes or not suggested
