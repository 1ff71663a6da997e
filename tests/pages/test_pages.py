import json
import re
from dataclasses import replace
from datetime import UTC, date, datetime
from html import unescape
from typing import Any

import polars as pl
import pytest
from streamlit.testing.v1 import AppTest

from analytics.documents.table import write_table
from analytics.objectif.lectures import USUAL_RULE
from analytics.trajectoire.country import cover_each, last_period, list_positions, survey
from analytics.vocabulary.columns import Colonne
from analytics.vocabulary.errors import UserFacingError
from analytics.vocabulary.perimetre import NATIONAL, Perimetre
from analytics.vocabulary.schemas import AgregatActivite, Equipements, Interieur, TotalJuridiction
from analytics.vocabulary.wording import number, percent
from data.reference import load_parameters, load_reference, load_referentiel
from data.store.store import Store
from pages.commun import lecture
from pages.commun.bloc_graphique import write_plain_table
from pages.commun.lecture import Situation
from pages.commun.navigation import escape_markdown
from pages.commun.telechargements import prepare_export
from tests.analytics.frames import rows_of
from tests.pages.situations import (
    COURTS,
    MONTHS,
    Visit,
    charts_of,
    empty,
    metrics,
    named,
    ordinary,
    text,
    two_years,
    words,
)

NB, NARROW = "\u00a0", "\u202f"
PAGES = ("synthese", "cour", "comparaison", "activites", "decompte", "methode")
ENGLISH = r"\b(None|NaN|nan|null|undefined|Choose|Select|Search|Loading|Error)\b"


def asked(at: AppTest, name: str) -> str:
    """Give what the address of the page says."""
    value = at.query_params[name]
    return value if isinstance(value, str) else value[0]


@pytest.mark.parametrize("page", PAGES)
def test_without_data_each_page_says_what_to_do_next(visit: Visit, page: str) -> None:
    at = visit(empty(), page)
    assert "Pas encore de données" in words(at)
    assert [link.proto.page for link in at.get("page_link")] == ["donnees"]
    assert not at.get("plotly_chart")


@pytest.mark.parametrize("page", PAGES)
def test_each_page_draws_in_french_without_any_hole(visit: Visit, page: str) -> None:
    at = visit(ordinary(demo=True), page)
    said = words(at)
    assert not re.search(ENGLISH, said)
    assert f"Données de démonstration{NB}: fictives" in said
    assert "données à fin septembre\u00a02009, connues au 12/10/2009" in said
    for chart in at.get("plotly_chart"):
        assert chart.proto.alt
        assert "NaN" not in chart.proto.spec


@pytest.mark.parametrize("page", PAGES)
def test_real_data_bear_no_banner(visit: Visit, page: str) -> None:
    assert "vigie-demo'" not in words(visit(ordinary(), page))


@pytest.mark.parametrize("page", ["synthese", "cour", "comparaison", "activites"])
def test_a_bad_link_is_said_in_french_and_replaced(visit: Visit, page: str) -> None:
    at = visit(ordinary(), page, annee="1850", mois="<script>", cour="CA-NULLE", connu_le="demain")
    said = words(at)
    assert "l'année «\u00a01850\u00a0»" in unescape(said)
    assert "&lt;script&gt;" in said
    assert "<script>" not in said
    assert "CA-NULLE" in said
    assert asked(at, "annee") == "2009"
    assert asked(at, "mois") == "9"
    at.run()
    assert "1850" in words(at)  # until the reader chooses something
    at.selectbox(key="filtre_mois").select(3).run()
    assert "1850" not in words(at)
    assert asked(at, "mois") == "3"


def test_the_synthesis_concludes_before_anything_else(visit: Visit) -> None:
    at = visit(ordinary(), "synthese")
    # 8 × (9 + 8 + 9) = 208 avoided; 7 750 × 9 / 12 = 5 812,5 expected. Three of 218 courts answer.
    assert f"208{NB}extractions évitées sur 5{NARROW}813 attendues à cette date{NB}: non déterminé" in words(
        at
    )
    values = metrics(at)
    assert values["Extractions évitées"] == "208"
    assert values["Visioconférences"] == "390"  # 15 for each of the 26 answers
    use = next(metric.delta for metric in at.metric if metric.label == "Visioconférences")
    # A share stands beside its own denominator: 208 of the 390 are no 67 %, they are of the 312 counted.
    assert unescape(use.replace("\\", "")) == "208 évitent une extraction"
    sense = next(metric.help for metric in at.metric if metric.label == "Visioconférences")
    assert f"66,7{NB}% de leurs 312 visioconférences" in unescape(sense.replace("\\", ""))
    assert len(at.metric) == 6
    assert all(metric.help for metric in at.metric)


def test_a_cour_is_opened_from_the_list_with_the_selection_kept(visit: Visit) -> None:
    at = visit(ordinary(), "synthese", annee="2009", mois="6")
    links = [link.proto for link in at.get("page_link")]
    assert links
    assert all("annee=2009&mois=6" in link.query_string for link in links)
    assert [option for option in at.selectbox(key="ouvrir_cour").options if "Douai" in option] == ["Douai"]


def test_the_search_ignores_case_and_accents(visit: Visit) -> None:
    at = visit(ordinary(), "synthese")
    at.text_input(key="recherche_cour").input("NIMES").run()
    shown: Any = at.dataframe[0].value
    assert list(shown["Cour"]) == ["Nîmes"]


def test_a_cour_shows_its_own_figures_and_where_its_target_comes_from(visit: Visit) -> None:
    at = visit(ordinary(), "cour", cour="CA-DOUAI")
    said = text(at)
    assert "Cour d'appel de Douai" in said
    assert metrics(at)["Extractions évitées"] == "136"  # 8 × 17
    assert "illustrative" in said  # no base was loaded: the key is printed beside the target
    assert "TGI d'Arras" in said
    charts = {json.loads(chart.proto.spec)["data"][0]["type"] for chart in at.get("plotly_chart")}
    assert charts == {"scatter", "heatmap"}
    detail = visit(ordinary(), "cour", cour="CA-DOUAI", onglet="detail")
    assert {json.loads(c.proto.spec)["data"][0]["type"] for c in detail.get("plotly_chart")} == {"bar"}
    assert "TGI d'Arras" in text(detail)


def test_a_reader_of_one_cour_never_sees_another(visit: Visit) -> None:
    own = ordinary(Perimetre.of(["CA-DOUAI"]))
    at = visit(own, "cour", cour="CA-LYON")
    said = text(at)
    assert "n'est pas dans votre périmètre" in said
    assert "TGI de Lyon" not in said
    assert at.selectbox(key="filtre_cour").options == ["Douai"]
    at = visit(own, "synthese")
    assert metrics(at)["Extractions évitées"] == "136"
    assert "France entière" not in words(at)


def test_one_perimeter_never_gets_what_was_computed_for_another(
    visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = visit(ordinary(), "synthese")

    def restricted(_day: date | None) -> Situation:
        # Of the same store: it is told from the other by its perimeter alone.
        return replace(ordinary(Perimetre.of(["CA-LYON"])), jeton=named(ordinary(), None).jeton)

    monkeypatch.setattr(lecture, "situation", restricted)
    at.run()  # the caches are those of the first reader
    assert metrics(at)["Extractions évitées"] == "72"  # 8 × 9
    assert at.selectbox(key="ouvrir_cour").options == ["Lyon"]


def test_the_situation_of_a_day_is_asked_for_and_said(visit: Visit) -> None:
    days: list[date | None] = []

    def give(day: date | None) -> Situation:
        days.append(day)
        return ordinary()

    at = visit(give, "synthese", connu_le="2009-10-12")
    assert days == [date(2009, 10, 12)]
    assert "telle qu'elle était connue le 12\u00a0octobre\u00a02009" in text(at)
    assert asked(at, "connu_le") == "2009-10-12"


def test_the_synthesis_says_what_chance_shows_and_who_was_not_judged(visit: Visit) -> None:
    said = unescape(words(visit(ordinary(), "synthese"))).replace(NB, " ").replace("\\", "")
    # Two cours have enough to be followed by month; 2 × 2 % is one month in 25.
    chance = "le hasard seul donne ▲ ou ▼ à l'une des 2 cours suivies ainsi environ un mois sur 25."
    assert said.count(chance) == 1
    # Lyon is as expected; half of Douai is silent, and nobody else ever answered.
    judged = "Aucune cour ne s'écarte nettement de ce qu'on attendait d'elle en septembre 2009 ;"
    assert said.count(judged) == 1
    assert re.search(r"; \d+ cours non jugées \(trop peu de mois passés, ou réponses inhabituelles\)\.", said)
    assert "le hasard seul" not in words(visit(empty(), "synthese"))


@pytest.mark.parametrize("annee", [2008, 2011, 2014])
@pytest.mark.parametrize("page", ["synthese", "cour", "comparaison", "activites"])
def test_a_year_without_objective_is_shown_without_one(visit: Visit, page: str, annee: int) -> None:
    at = visit(ordinary(annee=annee), page)
    assert page in ("comparaison", "activites") or f"aucun objectif n'est fixé pour {annee}" in unescape(
        words(at)
    )
    assert not re.search(ENGLISH, words(at))


def test_a_day_before_any_data_can_be_left(visit: Visit) -> None:
    def give(day: date | None) -> Situation:
        return ordinary() if day is None else empty()

    at = visit(give, "synthese", connu_le="2009-01-02")
    assert "Aucune déclaration n'est connue au 2\u00a0janvier\u00a02009" in text(at)
    at.button(key="derniere_situation").click().run()
    assert "208" in words(at)
    assert "connu_le" not in at.query_params


def test_the_years_compared_are_chosen(visit: Visit) -> None:
    def lines(at: AppTest) -> int:
        spec = json.loads(at.get("plotly_chart")[0].proto.spec)
        # The middle of the projection has hollow points.
        return sum(
            trace["mode"] == "lines+markers" and "symbol" not in trace["marker"] for trace in spec["data"]
        )

    at = visit(two_years(), "synthese")
    assert lines(at) == 2
    at.button_group[0].unselect(2009).run()
    assert asked(at, "comparer") == "aucune"
    assert lines(at) == 1


def test_the_range_adds_a_ceiling_and_says_so(visit: Visit) -> None:
    strict = words(visit(ordinary(), "synthese"))
    ranged = words(visit(ordinary(), "synthese", mode="fourchette"))
    assert ", 8 fois sur 10)" not in strict
    assert f"réponses manquantes depuis janvier{NB}: aux 208{NB}extractions évitées et déclarées" in unescape(
        ranged
    )
    assert ", 8 fois sur 10)" in ranged
    assert "Le décompte ne retient que le déclaré" in unescape(ranged)


def test_what_silence_hides_is_told_of_ones_own_cours_only(visit: Visit) -> None:
    """The levels are learnt from all the cours; a reader of one sees what the ministry sees of it."""
    everywhere, own = ordinary(), ordinary(Perimetre.of(["CA-DOUAI"]))
    wide = text(visit(everywhere, "cour", cour="CA-DOUAI", mode="fourchette"))
    narrow = text(visit(own, "cour", whole=everywhere, mode="fourchette"))
    told = re.compile(r"depuis janvier\s: aux .*? de côté")
    assert told.findall(wide) == told.findall(narrow) != []


def test_a_group_contributes_and_keeps_the_states_whole(visit: Visit) -> None:
    at = visit(ordinary(), "synthese", groupe="hors-objectif")
    values = metrics(at)
    assert values["Extractions évitées"] == "0"
    assert values["Visioconférences"] == "78"  # 3 for each of the 26 answers
    assert "Contribution à l'objectif" in values
    assert "portent sur toutes les activités" in words(at)


def test_activities_outside_the_objective_are_said_so_and_draw_no_empty_chart(visit: Visit) -> None:
    whole = visit(ordinary(), "activites")
    at = visit(ordinary(), "activites", groupe="hors-objectif")
    assert len(at.get("plotly_chart")) == len(whole.get("plotly_chart")) - 1
    said = text(at)
    assert "dont aucune ne compte dans l'objectif." in said
    assert "n.d. des" not in said
    assert "Aucune visioconférence d'une activité comptée dans l'objectif" in said


def test_an_activity_of_another_group_is_said_and_the_group_drawn(visit: Visit) -> None:
    for groupe, activite in (("hors-objectif", "JAP"), ("jugement", "JAP"), ("autres", "JLD_DETENTION")):
        at = visit(ordinary(), "activites", groupe=groupe, activite=activite)
        assert "n'est pas du groupe" in text(at), groupe
    # Nobody declared anything of that group: said so, and nothing is drawn of it.
    assert "Aucune visioconférence déclarée" in text(visit(ordinary(), "activites", groupe="jugement"))


def test_a_group_is_never_set_against_the_objective_of_all(visit: Visit) -> None:
    at = visit(ordinary(), "synthese", groupe="application-des-peines")
    labels = {metric.label for metric in at.metric}
    assert "Rythme tenu" in labels
    assert "Rythme requis" not in labels
    said = text(at)
    assert "ni reste à éviter ni projection pour un seul groupe" in said
    assert "à éviter d'ici décembre" not in said


@pytest.mark.parametrize(("lecture", "missing"), [("B", "niveau de 2008"), ("C", "comptées par l'Intérieur")])
def test_a_reading_without_its_data_says_which(visit: Visit, lecture: str, missing: str) -> None:
    at = visit(ordinary(), "cour", cour="CA-DOUAI", lecture=lecture)
    said = text(at)
    assert f"la lecture {lecture} ne peut rien en dire, " in said
    assert missing in said
    assert "est atteint" not in said
    assert "n.d. de chances" not in said


def test_a_cour_silent_in_the_last_month_sees_that_it_was(visit: Visit) -> None:
    """Months are those of the country: a reader's own silence does not disappear with his figures."""
    everywhere, own = ordinary(), ordinary(Perimetre.of(["CA-DOUAI"]))
    july = pl.col("mois") <= date(2009, 7, 1)
    silent = replace(
        own,
        agregat=AgregatActivite.cast(own.agregat.filter(july)),
        totaux=TotalJuridiction.cast(own.totaux.filter(july)),
    )
    said = text(visit(silent, "cour", whole=everywhere))
    assert f"Fin septembre{NB}2009" in said
    assert "aucune juridiction n'a répondu pour septembre" in said


def test_a_reading_that_counts_otherwise_is_named_in_the_conclusion(visit: Visit) -> None:
    at = visit(with_interieur(ordinary()), "cour", cour="CA-DOUAI", lecture="C")
    said = text(at)
    assert "la lecture C en retient" in said
    assert f"Ce que retient la lecture{NB}C depuis janvier" in said or "Ce que retient la lecture C" in said


def test_alerts_of_the_month_lead_to_the_data(visit: Visit) -> None:
    at = visit(ordinary(alertes=[date(2009, 9, 1), date(2009, 8, 1)]), "synthese")
    alert = [link.proto for link in at.get("page_link") if "étonnante" in link.proto.label]
    assert [link.page for link in alert] == ["collecte"]


def test_a_projection_hides_the_filters_but_its_way_out(visit: Visit) -> None:
    at = visit(ordinary(), "synthese", presentation="oui")
    assert not [box for box in at.selectbox if str(box.key).startswith("filtre_")]
    at.button(key="quitter_presentation").click().run()
    assert "presentation" not in at.query_params
    assert at.selectbox(key="filtre_annee").value == 2009


def test_activities_not_legal_yet_are_without_object(visit: Visit) -> None:
    said = words(visit(ordinary(), "activites"))
    assert "s.o." in said
    assert "la loi ne les permettait pas encore" in said


def test_activities_are_projected_for_the_cours_of_the_reader_only(visit: Visit) -> None:
    everywhere, own = ordinary(), ordinary(Perimetre.of(["CA-DOUAI"]))
    wide = words(visit(everywhere, "cour", cour="CA-DOUAI", onglet="detail"))
    narrow = words(visit(own, "activites", whole=everywhere))
    country = words(visit(everywhere, "activites"))
    row = r"<tr><th scope=\"row\">Juge de l&#x27;application des peines – débat.*?</tr>"
    ranges = [re.findall(r"\d+ à \d+", re.findall(row, said)[0])[0] for said in (wide, narrow, country)]
    assert ranges[0] == ranges[1] != ranges[2]
    assert "devrait apporter" in unescape(wide)
    assert "Lyon" not in narrow


def test_activities_are_not_projected_where_no_month_is_to_come(visit: Visit) -> None:
    situation = ordinary()
    december = replace(
        situation,
        agregat=AgregatActivite.cast(situation.agregat.with_columns(pl.col("mois").dt.offset_by("3mo"))),
        totaux=TotalJuridiction.cast(situation.totaux.with_columns(pl.col("mois").dt.offset_by("3mo"))),
    )
    assert "Fourchette à 80" not in words(visit(december, "activites"))
    assert "Fourchette à 80" not in words(visit(december, "cour", cour="CA-DOUAI", onglet="detail"))
    for groupe, shown in (("application-des-peines", True), ("hors-objectif", False)):
        said = words(visit(situation, "activites", groupe=groupe))
        assert ("Fourchette à 80" in said) == ("devrait apporter" in said) == shown


def test_the_method_gives_formulas_parameters_and_limits(visit: Visit) -> None:
    said = text(visit(ordinary(), "methode"))
    assert f"155{NARROW}000 × 5{NB}% = 7{NARROW}750" in said
    assert f"63,5{NB}ETPT" in said
    assert "GeoNames" in said
    assert "n'est pas le questionnaire officiel" in said
    assert "Choix de pilotage" in said


def test_every_line_of_an_export_says_where_it_comes_from() -> None:
    frame = pl.DataFrame({"mois": [date(2009, 1, 1)], "objectif": [645.83333333333]})
    heading = {"perimetre": "France entière", "donnees": "fictives (démonstration)"}
    written = write_table(prepare_export(frame, heading), "csv", sheet="a").decode("utf-8-sig")
    assert written.splitlines() == [
        "mois;objectif;perimetre;donnees",
        "2009-01;645,833333;France entière;fictives (démonstration)",
    ]


def test_names_are_text_never_markup() -> None:
    table = write_plain_table(
        pl.DataFrame({"nom": ["<b>x</b>"]}), (Colonne("nom", "<i>Nom</i>"),), legende='a "b" <c>'
    )
    assert "<b>" not in table
    assert "<i>" not in table
    assert "&quot;b&quot;" in table
    assert escape_markdown("*a* [b](c) :d: $e$") == r"\*a\* \[b\]\(c\) \:d\: \$e\$"


def test_the_page_and_the_terminal_give_the_same_figures(visit: Visit) -> None:
    situation = ordinary()
    periode = last_period(situation, 2009)
    pays = survey(situation, load_referentiel(), regle=USUAL_RULE, periode=periode)
    covered = cover_each(situation, load_referentiel(), pays)
    lines = list_positions(pays, load_reference().cours, covered, load_parameters())
    told = {line["cour"]: line for line in lines}
    at = visit(situation, "cour", cour="CA-DOUAI")
    values = {metric.label: unescape(metric.value.replace("\\", "")) for metric in at.metric}
    douai = told["CA-DOUAI"]
    assert values["Extractions évitées"] == number(douai["evitees"])
    assert values["Atteinte de l'objectif"] == percent(douai["atteinte"])
    assert values["Rythme requis"] == number(douai["rythme_requis"]) + " / mois"
    ahead = douai["projection"]
    assert values["Fin d'année"] == f"{number(ahead['q10'])} à {number(ahead['q90'])}"


def test_a_reader_of_one_cour_sees_the_same_figures_as_the_ministry(visit: Visit) -> None:
    """The national path comes from all the cours, whoever reads; nothing else of them is shown."""
    everywhere, own = ordinary(), ordinary(Perimetre.of(["CA-DOUAI"]))
    wide = metrics(visit(everywhere, "cour", cour="CA-DOUAI"))
    at = visit(own, "cour", cour="CA-DOUAI", whole=everywhere)
    assert metrics(at) == wide
    assert "Lyon" not in words(at)


def test_masked_peers_are_nowhere_on_the_page(visit: Visit) -> None:
    shown = visit(ordinary(), "comparaison", cour="CA-DOUAI")
    charts = charts_of(shown)
    assert "Lyon" in charts
    masked = visit(ordinary(), "comparaison", cour="CA-DOUAI", noms="masques")
    charts = " ".join(chart.proto.spec + chart.proto.alt for chart in masked.get("plotly_chart"))
    assert "Lyon" not in charts + words(masked)
    assert "Douai" in charts
    own = visit(ordinary(), "cour", cour="CA-DOUAI", noms="masques")
    charts = " ".join(chart.proto.spec + chart.proto.alt for chart in own.get("plotly_chart"))
    assert "Lyon" not in charts + words(own)


def test_a_reader_of_one_cour_is_compared_without_seeing_the_others(visit: Visit) -> None:
    everywhere, own = ordinary(), ordinary(Perimetre.of(["CA-DOUAI"]))
    at = visit(own, "comparaison", whole=everywhere)
    charts = charts_of(at)
    assert "Lyon" not in charts + words(at)
    assert "les limites viennent de toutes" in words(at)


def test_a_new_start_of_the_chart_needs_a_name_and_a_cause(store: Store) -> None:
    with pytest.raises(UserFacingError, match="nom et une cause"):
        store.rebase(
            cour="CA-DOUAI",
            mois=date(2009, 5, 1),
            cause=" ",
            auteur="A",
            retire=False,
            connu_le=datetime(2009, 9, 1, tzinfo=UTC),
        )
    assert store.recalages(NATIONAL).is_empty()


def with_interieur(situation: Situation) -> Situation:
    """The same, with what the police executed in each month and cour."""
    lines = [(mois, cour, "police", 500, 498) for mois in MONTHS for cour in sorted(set(COURTS.values()))]
    counted = rows_of(Interieur, lines)
    return replace(situation, interieur=counted)


def test_the_two_counts_stand_side_by_side_and_each_line_opens(visit: Visit) -> None:
    at = visit(with_interieur(ordinary()), "cour", cour="CA-DOUAI", onglet="thermometres")
    said = text(at)
    assert f"136{NB}évitées selon la Justice" in said
    # The chart; the seven lines by month; and the rows of four of them.
    assert said.count("<details class='vigie-donnees'>") == 12
    assert "Qui n'a pas répondu" in said
    assert "TGI d'Arras" in said
    assert "requises et non exécutées" in said
    assert not re.search(ENGLISH, said)


@pytest.mark.parametrize("page", ["synthese", "cour"])
def test_without_a_count_by_interieur_the_page_says_what_to_import(visit: Visit, page: str) -> None:
    at = visit(ordinary(), page, onglet="thermometres")
    assert "Importez les extractions requises et exécutées" in text(at)
    early = visit(ordinary(annee=2008), page, onglet="thermometres")
    assert "Sans objectif pour cette année" in text(early)


def equipped(situation: Situation) -> Situation:
    """The same, with one prison in two equipped in each cour."""
    lines = [
        (cour, f"Maison de {cour} {number}", 100, date(2008, 1, 1) if number else None, "fictif")
        for cour in sorted(set(COURTS.values()))
        for number in (0, 1)
    ]
    prisons = rows_of(Equipements, lines)
    return replace(situation, equipements=Equipements.cast(situation.perimetre.restrict(prisons)))


@pytest.mark.parametrize("page", ["activites", "cour"])
@pytest.mark.parametrize("ponderation", ["sans", "priorite"])
def test_where_to_act_says_what_it_rests_on(visit: Visit, page: str, ponderation: str) -> None:
    situation = equipped(ordinary())
    at = visit(situation, page, cour="CA-DOUAI", onglet="agir", ponderation=ponderation, mois="9")
    said = text(at)
    assert "hypothèse de travail que nul texte ne donne" in said
    assert "Le décompte reste sans pondération" in said or ponderation == "sans"
    assert "Ne pas équiper le reste coûte" in said
    assert not re.search(ENGLISH, said)
    assert len(at.get("plotly_chart")) == 3


def test_where_to_act_shows_a_reader_his_own_cour_only(visit: Visit) -> None:
    everywhere, own = equipped(ordinary()), equipped(ordinary(Perimetre.of(["CA-DOUAI"])))
    at = visit(own, "activites", onglet="agir", whole=everywhere)
    charts = charts_of(at)
    assert "Lyon" not in charts + words(at)
    assert "LYON" not in charts + words(at)
    assert "Arras" in charts


def test_without_equipment_the_ceiling_of_the_text_is_named(visit: Visit) -> None:
    at = visit(ordinary(), "activites", onglet="agir")
    assert "le plafond du texte est retenu partout" in text(at)


def test_a_settlement_reads_like_a_bill(visit: Visit) -> None:
    at = visit(ordinary(), "decompte", onglet="releve", cout="56600", cour="CA-DOUAI")
    said = text(at)
    assert "9\u202f433" in said  # the illustrative base of Douai
    assert "projetées jusqu'en décembre" in said
    assert "1\u202f270 / 155\u202f000" in said
    assert "Hypothèse de travail, ne vaut pas décision" in said
    assert "Les déclarations, activité par activité" in said
    assert not re.search(ENGLISH, said)


def test_without_a_cost_no_amount_is_shown(
    visit: Visit, demo_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VIGIE_DATABASE_URL", demo_url)
    at = visit(ordinary(), "decompte", cour="CA-DOUAI")
    said = text(at)
    assert metrics(at)["Remboursement simulé"].replace("\\", "") == "n.d."
    assert "le décompte s'arrête aux ETPT" in said
    assert f"{NB}€" not in " ".join(metric.value for metric in at.metric)


@pytest.mark.parametrize("onglet", ["ensemble", "releve", "regles", "sensibilite"])
@pytest.mark.parametrize("cout", ["", "56600"])
def test_each_part_of_the_settlement_draws(visit: Visit, onglet: str, cout: str) -> None:
    at = visit(ordinary(), "decompte", cour="CA-DOUAI", onglet=onglet, cout=cout)
    assert not re.search(ENGLISH, text(at))


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ({"cout": "-4"}, "n'est pas un nombre positif"),
        ({"regle": "zut"}, "n'existe pas. Règles connues"),
        ({"lecture": "C"}, "il faut les douze mois"),
    ],
)
def test_what_a_link_cannot_settle_is_said(visit: Visit, query: dict[str, str], sentence: str) -> None:
    at = visit(ordinary(), "decompte", None, **query)
    assert sentence in text(at)
    assert not at.metric


def test_a_reader_of_one_cour_reads_his_own_statement_only(visit: Visit) -> None:
    everywhere, own = ordinary(), ordinary(Perimetre.of(["CA-DOUAI"]))
    wide = text(visit(everywhere, "decompte", onglet="releve", cout="56600", cour="CA-DOUAI"))
    for onglet in ("ensemble", "releve", "regles", "sensibilite"):
        at = visit(own, "decompte", whole=everywhere, onglet=onglet, cout="56600", cour="CA-DOUAI")
        charts = charts_of(at)
        assert "Lyon" not in charts + words(at)
        if onglet == "releve":
            bill = re.compile(r"<div class='vigie-releve'>.*?</div></div>", re.S)
            assert bill.findall(text(at)) == bill.findall(wide)


def test_projections_that_no_year_has_judged_yet_say_so(visit: Visit) -> None:
    at = visit(ordinary(), "synthese", onglet="projections")
    assert "sera jugée quand le mois de décembre" in text(at)


def test_a_reading_without_its_data_affirms_nothing(visit: Visit) -> None:
    at = visit(ordinary(), "synthese", lecture="C")
    values = {metric.label: metric.value.replace(chr(92), "") for metric in at.metric}
    assert values["Atteinte de l'objectif"] == "n.d."
    assert "non déterminé" in words(at)


def test_an_unknown_option_of_a_link_is_said(visit: Visit) -> None:
    at = visit(ordinary(), "synthese", lecture="Z")
    assert "lecture=Z" in words(at)
    assert "lecture" not in at.query_params


@pytest.mark.parametrize("page", ["synthese", "cour", "comparaison", "activites", "decompte"])
@pytest.mark.parametrize("mode", ["", "fourchette"])
def test_every_page_with_a_total_says_on_what_it_rests(visit: Visit, page: str, mode: str) -> None:
    """Strict: what is declared, its coverage, its bounds; with the range, the estimate and its interval."""
    query = {"cour": "CA-DOUAI"} | ({"mode": mode} if mode else {})
    said = text(visit(ordinary(), page, None, **query))
    notes = re.findall(r"Depuis janvier\s: [^<]*", said)
    assert len(notes) == 1
    assert re.search(
        r"\d\sdéclarées · \d+\s% des réponses attendues · entre [\d\u202f]+ et [\d\u202f]+ · ", notes[0]
    )
    assert notes[0].endswith("du volume habituel.")
    assert ("estimées" in notes[0]) == (", 8 fois sur 10)" in said) == bool(mode)
    # Each chart whose figures make a total repeats the same line.
    under = re.findall(r"vigie-couverture'>([^<]*)<", said)
    assert under
    assert all(" déclarées · ".replace(" d", f"{NB}d") in line for line in under)


def test_the_range_of_a_group_is_shared_pro_rata(visit: Visit) -> None:
    said = text(visit(ordinary(), "synthese", groupe="application-des-peines"))
    assert re.search(
        r"208\sdéclarées · 1\s% des réponses attendues · entre 208 et [\d\u202f]+, au prorata", said
    )


@pytest.mark.parametrize("page", ["activites", "cour"])
def test_where_to_act_says_on_what_it_rests(visit: Visit, page: str) -> None:
    said = text(visit(ordinary(), page, cour="CA-DOUAI", onglet="agir"))
    assert re.search(r"vigie-couverture'>Depuis janvier\s: \d+\sdéclarées · ", said)


def test_a_reader_of_one_cour_reads_the_coverage_of_that_cour(visit: Visit) -> None:
    own = ordinary(Perimetre.of(["CA-DOUAI"]))
    said = text(visit(own, "synthese", whole=ordinary()))
    assert f"136{NB}déclarées" in said  # 8 × (9 + 8)
    assert f"208{NB}déclarées" not in said
