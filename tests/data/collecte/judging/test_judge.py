"""Each rule of the judge on the line that breaks it, and the accounts that must add up."""

import csv
from dataclasses import replace
from datetime import date

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.vocabulary.parameters import Parametres
from data.collecte.expected.natures import NATURES, Nature
from data.collecte.judging.judge import judge
from data.reference import load_parameters, load_reference
from data.store.store import TABLE_OF_NATURE
from tests.data.collecte.saisie import EMPTY_HISTORY, TODAY, accounted_for, judging, lines, reading, sample


def only_rejet(line: str, **options: str) -> dict[str, object]:
    jugement = judging(lines(line, **options))
    assert jugement.lues == jugement.rejets.height == 1
    return jugement.rejets.row(0, named=True)


@pytest.mark.parametrize(
    ("line", "regle", "champ", "valeur", "words"),
    [
        ("2009-03;TGI-LILLE;JAP;1;0;7", "ligne_trop_longue", None, "7", "guillemets"),
        (
            "2009-03;CA-DOUAI;Prononcé de délibéré ; intérêts civils;1;0",
            "ligne_trop_longue",
            None,
            "0",
            "séparateur",
        ),
        ("2009-03;TGI-LILLE;JAP;3", "colonne_manquante", "extractions_evitees", None, "décalé"),
        ("TGI-LILLE", "colonne_manquante", "juridiction", None, "courte"),
        (";TGI-LILLE;JAP;1;0", "mois_absent", "mois", "", "2009-03"),
        ("13/2009;TGI-LILLE;JAP;1;0", "mois_illisible", "mois", "13/2009", "03/2009"),
        ("1999-12;TGI-LILLE;JAP;1;0", "mois_hors_bornes", "mois", "1999-12", "2000 à 2100"),
        ("2090-05;TGI-LILLE;JAP;1;0", "mois_pas_commence", "mois", "2090-05", "n'a pas commencé"),
        ("2101-01;TGI-LILLE;JAP;1;0", "mois_hors_bornes", "mois", "2101-01", "2000 à 2100"),
        ("2009-03;=TGI-LILLE;JAP;1;0", "juridiction_inconnue", "juridiction", "=TGI-LILLE", "inconnue"),
        ("2009-03;TGI-LILLE; =JAP;1;0", "activite_inconnue", "activite", " =JAP", "inconnue"),
        ("=2009-03;TGI-LILLE;JAP;1;0", "mois_illisible", "mois", "=2009-03", "n'est pas un mois"),
        ("2009-03; ;JAP;1;0", "juridiction_absente", "juridiction", " ", "code"),
        ("2009-03;TGI de Lile;JAP;1;0", "juridiction_inconnue", "juridiction", "TGI de Lile", "TGI-LILLE"),
        ("2009-03;Douai;JAP;1;0", "juridiction_ambigue", "juridiction", "Douai", "CA-DOUAI"),
        (
            "2009-03;Saint-Pierre;JAP;1;0",
            "juridiction_ambigue",
            "juridiction",
            "Saint-Pierre",
            "TSA-SAINT-PIERRE",
        ),
        ("2009-03;TGI-LILLE;;1;0", "activite_absente", "activite", "", "libellé"),
        ("2009-03;TGI-LILLE;JAPP;1;0", "activite_inconnue", "activite", "JAPP", "JAP"),
        ("2009-03;TGI-LILLE;Cour d'assises;1;0", "activite_ambigue", "activite", "Cour d'assises", "témoins"),
        (
            "2010-03;TGI-BELLEY;JAP;1;1",
            "juridiction_hors_vigueur",
            "juridiction",
            "TGI-BELLEY",
            "fermé le 30\u00a0septembre\u00a02009\u00a0: déclarez pour le TGI de Bourg-en-Bresse (",
        ),
        (
            "2012-01;TGI-SAUMUR;JAP;1;1",
            "juridiction_hors_vigueur",
            "juridiction",
            "TGI-SAUMUR",
            "1er\u00a0septembre",
        ),
        (
            "2009-03;TGI-MAMOUDZOU;JAP;1;1",
            "juridiction_hors_vigueur",
            "juridiction",
            "TGI-MAMOUDZOU",
            "depuis le",
        ),
        ("2009-03;TGI-LILLE;CHAP;1;0", "activite_hors_juridiction", "activite", "CHAP", "TGI de Lille"),
        ("2009-03;CA-DOUAI;JAP;;", "activite_hors_juridiction", "activite", "JAP", "Douai"),
        ("2009-03;TGI-LILLE;JAP;=1+1;0", "formule", "visioconferences", "=1+1", "résultat"),
        ("2009-03;TGI-LILLE;JAP;1;+A1", "formule", "extractions_evitees", "+A1", "résultat"),
        ("2009-03;TGI-LILLE;JAP;néant;0", "rien_ou_zero", "visioconferences", "néant", "tapez 0"),
        ("2009-03;TGI-LILLE;JAP;VRAI;0", "valeur_logique", "visioconferences", "VRAI", "en chiffres"),
        ("2009-03;TGI-LILLE;JAP;~10;0", "nombre_approche", "visioconferences", "~10", "exact"),
        ("2009-03;TGI-LILLE;JAP;12;3*", "nombre_annote", "extractions_evitees", "3*", "seul"),
        ("2009-03;TGI-LILLE;JAP;-3;0", "nombre_negatif", "visioconferences", "-3", "zéro"),
        ("2009-03;TGI-LILLE;JAP;2,5;0", "nombre_non_entier", "visioconferences", "2,5", "entier"),
        ("2009-03;TGI-LILLE;JAP;1.204;0", "nombre_non_entier", "visioconferences", "1.204", "1204"),
        ("2009-03;TGI-LILLE;JAP;3;", "un_seul_chiffre", "extractions_evitees", "", "évitées"),
        ("2009-03;TGI-LILLE;JAP;n.r.;2", "un_seul_chiffre", "visioconferences", "n.r.", "visioconférences"),
        ("2009-03;TGI-LILLE;JAP;retrait;2", "retrait_incomplet", "extractions_evitees", "2", "deux"),
        ("2009-03;TGI-LILLE;JAP;10001;2", "maximum_depasse", "visioconferences", "10001", "10\u202f000"),
        (
            "2009-03;TGI-LILLE;JAP;1;99999999999999999999",
            "maximum_depasse",
            "extractions_evitees",
            "9" * 20,
            "frappe",
        ),
        ("2009-03;TGI-LILLE;JAP;7;8", "evitees_superieures", "extractions_evitees", "8", "(7)"),
        (
            "2009-10;CA-DOUAI;MANDATS_MAE;2;0",
            "pas_encore_legale",
            "activite",
            "MANDATS_MAE",
            "26\u00a0novembre",
        ),
    ],
)
def test_each_rule(line: str, regle: str, champ: str | None, valeur: str | None, words: str) -> None:
    header = "mois;juridiction;activite;visioconferences;extractions_evitees"
    if line == "TGI-LILLE":
        header, line = "juridiction;mois;activite;visioconferences;extractions_evitees", line
        champ = "mois"
    rejet = only_rejet(line, header=header)
    assert (rejet["regle"], rejet["champ"]) == (regle, champ)
    assert rejet["valeur"] == ("9" * 20 if valeur == "9" * 20 else valeur)
    assert words in str(rejet["motif"])
    assert "{" not in str(rejet["motif"])
    assert str(rejet["motif"]).endswith(".")


def test_names_are_offered_as_a_sentence_does() -> None:
    motif = str(only_rejet("2009-03;Saint-Pierre;JAP;1;0")["motif"]).partition("précisez")[0]
    assert motif.count(" ou ") == 1
    assert motif.count("), ") == 1


def test_law_is_asked_of_the_last_day_of_the_month() -> None:
    jugement = judging(lines("2009-11;CA-DOUAI;MANDATS_MAE;2;0", "2009-10;CA-DOUAI;MANDATS_MAE;0;0"))
    assert jugement.acceptees.height == 2


def test_juridiction_is_in_force_on_any_day_of_the_month() -> None:
    jugement = judging(
        lines(
            "2009-09;TGI-BELLEY;JAP;1;1",
            "2009-10;TGI-BELLEY;JAP;1;1",
            "2010-12;TGI-SAUMUR;JAP;1;1",
            "2014-09;TGI-SAUMUR;JAP;1;1",
        ),
        today=date(2015, 1, 1),
    )
    assert jugement.acceptees["ligne"].to_list() == [2, 4, 5]


def test_first_rule_of_the_registry_is_the_one_reported() -> None:
    assert only_rejet("13/2009;TGI-INCONNU;JAP;-3")["regle"] == "colonne_manquante"
    assert only_rejet("13/2009;TGI-INCONNU;JAP;-3;2,5")["regle"] == "mois_illisible"
    assert only_rejet("2009-03;TGI-LILLE;CHAP;-3;2,5")["regle"] == "activite_hors_juridiction"


def test_silence_about_an_unknown_place_is_refused_not_silence() -> None:
    assert only_rejet("2009-03;TGI-INCONNU;JAP;;")["regle"] == "juridiction_inconnue"


def test_both_figures_without_answer() -> None:
    jugement = judging(lines("2009-03;TGI-LILLE;JAP;n.r.;", "2009-03;TGI-LILLE;TAP;s.o.;-"))
    assert jugement.non_reponses.rows() == [
        (2, date(2009, 3, 1), "TGI-LILLE", "JAP"),
        (3, date(2009, 3, 1), "TGI-LILLE", "TAP"),
    ]


def test_withdrawal_is_accepted_without_value() -> None:
    jugement = judging(lines("2009-03;TGI-LILLE;JAP;retrait;Retrait"))
    assert jugement.acceptees.select("visioconferences", "extractions_evitees").rows() == [(None, None)]


def test_same_cell_with_other_values_refuses_both_and_names_the_other() -> None:
    jugement = judging(
        lines(
            "2009-03;TGI-LILLE;JAP;4;2",
            "03/2009;TGI de Lille;JAP;5;2",
            "mars 2009;Lille;jap;4;2",
            "2009-04;TGI-LILLE;JAP;4;2",
        )
    )
    assert accounted_for(jugement)
    assert jugement.acceptees["ligne"].to_list() == [5]
    motifs = dict(jugement.rejets.select("ligne", "motif").iter_rows())
    assert "ligne 3 " in motifs[2]
    assert "ligne 2 " in motifs[3]
    assert "ligne 3 " in motifs[4]
    assert set(jugement.rejets["regle"]) == {"valeurs_contradictoires"}


def test_withdrawal_and_value_of_the_same_cell_contradict() -> None:
    jugement = judging(lines("2009-03;TGI-LILLE;JAP;4;2", "2009-03;TGI-LILLE;JAP;retrait;retrait"))
    assert jugement.rejets.height == 2


def test_refused_line_does_not_contradict_a_sound_one() -> None:
    jugement = judging(lines("2009-03;TGI-LILLE;JAP;4;9", "2009-03;TGI-LILLE;JAP;4;2"))
    assert jugement.acceptees["ligne"].to_list() == [3]


def test_correction_of_a_quarantined_line() -> None:
    header = "rejet;mois;juridiction;activite;visioconferences;extractions_evitees"
    content = lines(
        "41;2009-03;TGI-LILLE;JAP;4;2",
        ";2009-03;TGI-LILLE;TAP;4;2",
        "99;2009-03;TGI-LILLE;CIVIL;4;2",
        "x;2009-03;TGI-LILLE;AUTRE;4;2",
        header=header,
    )
    jugement = judging(content, rejets_connus=frozenset({41}))
    assert jugement.acceptees.select("ligne", "rejet").rows() == [(2, 41), (3, None), (4, None)]
    assert jugement.alertes.filter(pl.col("regle") == "rejet_inconnu")["ligne"].to_list() == [4]
    assert jugement.rejets["regle"].to_list() == ["rejet_illisible"]


def test_refused_text_can_be_typed_again_as_it_stood() -> None:
    content = lines('2009-03;TGI-LILLE;"Prononcé ; ""civil""";1;0', "2009-03;TGI-LILLE;JAP;7;8;x;y")
    jugement = judging(content)
    assert jugement.rejets["texte"].to_list() == [
        '2009-03;TGI-LILLE;"Prononcé ; ""civil""";1;0',
        '2009-03;TGI-LILLE;JAP;7;"8 ; x ; y"',
    ]


def test_text_of_a_refused_line_is_bounded_and_its_quotes_closed() -> None:
    long = '"' * 500 + ";" + "x" * 3_000
    quoted = '"' + long.replace('"', '""') + '"'
    jugement = judging(lines(";".join(["13/2009", quoted, quoted, quoted, quoted, '"a\nb"'])))
    (texte,) = jugement.rejets["texte"]
    assert len(texte) < 2_000
    (row,) = csv.reader([texte], delimiter=";", strict=True)
    assert len(row) == 5
    assert row[1] == "'" * 300 + "…"


@pytest.mark.parametrize("nature", NATURES.values(), ids=lambda nature: nature.nom)
def test_texts_are_no_longer_than_the_store_holds(nature: Nature) -> None:
    table = TABLE_OF_NATURE[nature.nom]
    for champ in nature.champs:
        if champ.genre == "texte":
            assert champ.longueur == getattr(table.c[champ.nom].type, "length", None)
            values = {c.nom: "1" for c in nature.champs if c.requis}
            values |= {
                "annee": "2008",
                "mois": "2009-03",
                "cour": "CA-DOUAI",
                "activite": "JAP",
                "equipe_depuis": "",
            }
            values = {nom: value for nom, value in values.items() if nom in {c.nom for c in nature.champs}}
            longest = "é" * (champ.longueur or 0)
            header = ";".join(values)
            assert judging(
                lines(";".join({**values, champ.nom: longest}.values()), header=header)
            ).acceptees.height
            rejet = only_rejet(";".join({**values, champ.nom: longest + "é"}.values()), header=header)
            assert (rejet["regle"], rejet["champ"]) == ("texte_trop_long", champ.nom)
            assert f" {champ.longueur} caract" in str(rejet["motif"]).replace("\u00a0", " ")
            # Sent back as it was kept, it is still too long.
            again = only_rejet(str(rejet["texte"]), header=header)
            assert again["regle"] == "texte_trop_long"


def test_maximum_follows_the_parameter_of_the_month() -> None:
    low = Parametres(
        replace(p, valeur=p.valeur / 1000) if p.nom == "maximum_metier" else p for p in load_parameters()
    )
    jugement = judge(
        reading(lines("2009-03;TGI-LILLE;JAP;11;0", "2009-03;TGI-LILLE;TAP;10;0")),
        reference=load_reference(),
        parametres=low,
        historique=EMPTY_HISTORY,
        today=TODAY,
    )
    assert jugement.acceptees["ligne"].to_list() == [3]


@pytest.mark.parametrize(
    ("header", "line", "regle"),
    [
        (
            "mois;cour;service;extractions_requises;extractions_executees",
            "2009-03;Douai;;4;3",
            "texte_absent",
        ),
        (
            "mois;cour;service;extractions_requises;extractions_executees",
            "2009-03;CA-X;police;4;3",
            "cour_inconnue",
        ),
        (
            "mois;cour;service;extractions_requises;extractions_executees",
            "2009-03;Douai;police;4;",
            "un_seul_chiffre",
        ),
        (
            "mois;cour;service;extractions_requises;extractions_executees",
            "2009-03;CA-CAYENNE;police;4;3",
            "cour_hors_vigueur",
        ),
        (
            "mois;cour;service;extractions_requises;extractions_executees",
            "2009-03;Saint-Pierre et Paul;police;4;3",
            "cour_inconnue",
        ),
        ("annee;cour;extractions;source", "2008;CA-DOUAI;-1;x", "nombre_negatif"),
        ("annee;cour;extractions;source", "08;CA-DOUAI;1;x", "annee_illisible"),
        ("annee;cour;extractions;source", "2008;;1;x", "cour_absente"),
        ("annee;cour;extractions;source", "2008;CA-DOUAI;1;", "texte_absent"),
        ("annee;cour;extractions;source", "2008;CA-DOUAI;99999999;x", "maximum_depasse"),
        ("annee;cour;extractions;source", "2008;CA-DOUAI;retrait;x", "retrait_incomplet"),
        ("annee;cour;credits_eur;source", "2010;CA-DOUAI;12,345;x", "montant_illisible"),
        ("cour;etablissement;population;equipe_depuis;source", "CA-DOUAI;A;10;en 2009;x", "jour_illisible"),
    ],
)
def test_rules_of_the_other_natures(header: str, line: str, regle: str) -> None:
    rejet = only_rejet(line, header=header)
    assert rejet["regle"] == regle
    assert rejet["champ"] in header.split(";")


def test_blank_date_of_equipment_is_a_value() -> None:
    jugement = judging(
        lines(
            "Douai;Maison d'arrêt;270;;x",
            "Douai;Centre;1;01/08/2005;x",
            header="cour;etablissement;population;equipe_depuis;source",
        )
    )
    assert jugement.acceptees["equipe_depuis"].to_list() == [None, date(2005, 8, 1)]


def test_more_executed_than_required_is_questioned() -> None:
    header = "mois;cour;service;extractions_requises;extractions_executees"
    jugement = judging(lines("2009-03;Douai;police;4;5", header=header))
    assert jugement.acceptees.height == 1
    assert jugement.alertes["regle"].to_list() == ["executees_superieures"]


FRAGMENTS = {
    "mois": ["2009-03", "03/2009", "mars 2009", "13/2009", "", "2010-03", "2030-01"],
    "juridiction": ["TGI-LILLE", "TGI de Lille", "Douai", "CA-DOUAI", "TGI-BELLEY", "X", ""],
    "activite": ["JAP", "CHAP", "AUTRE", "NOTIF_EXPERTISE", "GAV_PROLONGATION", "Y", ""],
    "visioconferences": ["0", "4", "12", "n.r.", "", "2,5", "-1", "=1", "retrait", "1 204", "99999"],
    "extractions_evitees": ["0", "2", "12", "n.r.", "", "x", "retrait"],
}


@given(st.lists(st.tuples(*(st.sampled_from(texts) for texts in FRAGMENTS.values())), max_size=25))
def test_each_line_is_in_exactly_one_of_the_four(rows: list[tuple[str, ...]]) -> None:
    jugement = judging(lines(*(";".join(row) for row in rows)))
    # Two lines of separators alone are blank lines, not data.
    assert jugement.lues == sum(any(row) for row in rows)
    assert accounted_for(jugement)
    told = pl.concat(
        part["ligne"]
        for part in (jugement.acceptees, jugement.rejets, jugement.non_reponses, jugement.repetees)
    )
    assert told.is_unique().all()
    keys = jugement.acceptees.select("mois", "juridiction", "activite")
    assert keys.is_unique().all()


def test_judging_twice_gives_the_same() -> None:
    first, second = judging(sample("2009-03_sale.csv")), judging(sample("2009-03_sale.csv"))
    assert first.rejets.equals(second.rejets)
    assert first.alertes.equals(second.alertes)
    assert first.acceptees.equals(second.acceptees)


def test_trusted_frame_has_the_columns_of_its_nature() -> None:
    for nom in ("2009-03_sale.csv", "interieur-2009.csv", "equipements.csv"):
        jugement = judging(sample(nom))
        nature = NATURES[jugement.lecture.nature]
        assert jugement.acceptees.columns == ["ligne", *nature.fiable.column_names(), "rejet"]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("2011-05;TPI-MAMOUDZOU;JAP;1;1", "déclarez pour le TGI de Mamoudzou (TGI-MAMOUDZOU)."),
        ("2011-05;TSA-MAMOUDZOU;CHAP;1;1", "(CHA-MAMOUDZOU)."),
        # Where several could have taken over, none is named.
        ("2011-05;TGI-MILLAU;JAP;1;1", "déclarez pour la juridiction qui a repris son ressort."),
        # Closed then opened again: no successor before it closes.
        ("2009-03;TGI-MAMOUDZOU;JAP;1;1", "depuis le 1er\u00a0avril\u00a02011"),
    ],
)
def test_the_successor_of_a_closed_juridiction_is_named_where_it_is_known(line: str, words: str) -> None:
    rejet = only_rejet(line)
    assert rejet["regle"] == "juridiction_hors_vigueur"
    assert words in str(rejet["motif"])
