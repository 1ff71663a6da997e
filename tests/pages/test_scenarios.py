"""Scenarios on screen, on a real store: built, kept, shared, compared, asked the other way round."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from fractions import Fraction
from pathlib import Path

import polars as pl
import pytest
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import NumberInput

from analytics.leviers.levier import Levier, name_prison
from analytics.objectif.lectures import USUAL_RULE
from analytics.projection.model import round_probability
from analytics.scenarios import study
from analytics.scenarios.link import read_link, write_link
from analytics.scenarios.reader import parse_scenario
from analytics.scenarios.reverse import questions
from analytics.scenarios.scenario import Scenario
from analytics.scenarios.sensitivity import variance_indices
from analytics.scenarios.study import Socle, flatten_account, three
from analytics.statistics.ranges import Plage
from analytics.trajectoire.words.pace_and_odds import odds_if
from analytics.vocabulary import wording
from analytics.vocabulary.errors import UserFacingError
from analytics.vocabulary.perimetre import NATIONAL, Perimetre
from data.reference import load_referentiel
from data.store.store import Store
from pages.commun import lecture
from pages.commun.identite import Lecteur
from pages.ecrans.scenarios import gardes
from tests.conftest import whole_run
from tests.pages.situations import at_address, ran, read_as, reading
from tests.pages.situations import text as words
from tests.test_cli import Terminal

NOW = datetime(2010, 4, 12, 9, tzinfo=UTC)
MARCH = date(2010, 3, 1)
JLD = Scenario(
    MARCH,
    (
        Levier(
            "recours",
            Plage(0.3, 0.5, 0.7),
            date(2010, 4, 1),
            cours=("CA-DOUAI",),
            activites=("JLD_DETENTION",),
            nom="JLD à Douai",
        ),
    ),
    nom="Débats JLD",
)


@pytest.fixture
def opened(demo: Store, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    with reading(monkeypatch, demo, gardes, NOW):
        yield demo


def start(store: Store, fin: date = MARCH) -> Socle:
    """What every scenario starts from at the end of a month, as the terminal gathers it."""
    du, au = study.months_read(fin)
    return study.start_from(
        store.faits(NATIONAL),
        load_referentiel(),
        store.declarations(NATIONAL, du=du, au=au),
        fin=fin,
        regle=USUAL_RULE,
    )


def visit(**query: str) -> AppTest:
    return ran(at_address("scenarios", {"annee": "2010", "mois": "3", **query}))


def press(at: AppTest, label: str) -> AppTest:
    next(button for button in at.button if button.label == label).click()
    return ran(at)


def keep(scenario: Scenario, *, nom: str) -> int:
    return gardes.keep(scenario, nom=nom, note="", auteur="A. Martin", lot=1, tire_de=None)


def test_nothing_changes_until_a_lever_is_added(opened: Store) -> None:
    said = words(visit())
    assert "Rien ne change : l'année 2010 finirait vers" in said.replace("\u00a0", " ")
    assert "Hypothèses de travail" in said
    assert "None" not in said


def test_a_model_makes_a_scenario_that_its_link_reopens(opened: Store) -> None:
    at = press(visit(), "Les débats JLD dans dix TGI")
    told = words(at)
    assert "extractions évitées de plus d'ici décembre" in told.replace("\u00a0", " ")
    asked = at.query_params["scenario"]
    code = asked if isinstance(asked, str) else asked[0]
    again = visit(scenario=code)
    assert words(again).split("vigie-conclusion")[1][:300] == told.split("vigie-conclusion")[1][:300]
    assert "Débats JLD par visioconférence" in words(again)


def test_a_lever_is_withdrawn_and_the_change_undone(opened: Store) -> None:
    at = press(visit(scenario=write_link(JLD)), "Retirer")
    assert "JLD à Douai" not in words(at)
    assert "JLD à Douai" in words(press(at, "Annuler le dernier changement"))


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("eNpabc", "coupé"),
        ("99999", "existe pas"),
        (
            write_link(Scenario(MARCH, (Levier("recours", Plage.sure(0.3), MARCH, cours=("CA-ATLANTIS",)),))),
            "CA-ATLANTIS",
        ),
    ],
)
def test_a_link_that_cannot_be_opened_says_why(opened: Store, code: str, expected: str) -> None:
    said = words(visit(scenario=code))
    assert expected in said
    assert "Rien ne change" in said


def test_a_kept_scenario_is_found_under_its_number_and_never_changes(opened: Store) -> None:
    number = keep(JLD, nom="Débats JLD à Douai")
    at = visit(scenario=str(number))
    assert f"n° {number}" in words(at).replace("\u00a0", " ")
    assert (
        gardes.open_kept(number).texte
        == JLD.__class__(JLD.depuis, JLD.leviers, nom="Débats JLD à Douai").as_text()
    )
    assert "archivé" in gardes.put_away(number, archive=True, auteur="A. Martin")
    assert number not in [each.scenario for each in gardes.kept(archives=False)]
    assert "archivé" in words(visit(scenario=str(number)))


def test_a_reader_sees_no_scenario_that_names_another_cour(
    opened: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = keep(JLD, nom="Réservé à Douai")
    everywhere = keep(Scenario(MARCH, (Levier("reponse", Plage.sure(0.9), date(2010, 4, 1)),)), nom="Partout")
    read_as(monkeypatch, Lecteur("x", Perimetre.of(["CA-LYON"])), gardes)
    with pytest.raises(UserFacingError, match="périmètre"):
        gardes.open_kept(number)
    seen = [each.scenario for each in gardes.kept(archives=True)]
    assert everywhere in seen
    assert number not in seen
    said = words(visit(scenario=str(everywhere)))
    assert "Douai" not in said
    assert "Seules les cours de votre périmètre" in said
    assert "périmètre" in words(visit(scenario=write_link(JLD)))


def test_scenarios_side_by_side_explain_their_difference(opened: Store) -> None:
    number = keep(Scenario(MARCH, (Levier("reponse", Plage.sure(1.0), date(2010, 4, 1)),)), nom="Réponses")
    at = visit(scenario=write_link(JLD), onglet="comparer", face=str(number))
    said = words(at).replace("\u00a0", " ")
    assert "De « Débats JLD » à « Réponses »" in said
    assert "Décompte simulé" in said


def test_the_reverse_questions_answer(opened: Store) -> None:
    said = words(visit(scenario=write_link(JLD), onglet="reciproque", mois="3", annee="2009"))
    assert "Hors d'atteinte : au mieux" in said.replace("\u00a0", " ")
    # The lever only acts the year after.
    assert "le temps qui reste et la montée en charge" in said
    assert "Il manque" in said


def test_a_year_without_objective_offers_one_that_has_it(opened: Store) -> None:
    at = visit(annee="2010", mois="12")
    assert "Aucun texte ne fixe d'objectif pour l'année à venir" in words(at).replace("\u00a0", " ")
    assert any("Depuis fin mars" in link.proto.label for link in at.get("page_link"))


def test_what_matters_most_is_told(opened: Store) -> None:
    at = visit(scenario=write_link(JLD), onglet="incertitude")
    assert "est ce qui déplace le plus l'année" in words(at).replace("\u00a0", " ")


def test_the_share_of_the_variance_is_told_on_request(opened: Store) -> None:
    at = visit(scenario=write_link(JLD), onglet="incertitude")
    assert "Part de l'incertitude de l'année" not in words(at).replace("\u00a0", " ")
    at.toggle(key="indices_sobol").set_value(True).run()
    assert not at.exception, at.exception
    said = words(at).replace("\u00a0", " ")
    assert "Part de l'incertitude de l'année que chaque donnée explique" in said
    assert "Sobol" not in said
    assert "La projection, si rien ne change" in said


def field(at: AppTest, label: str) -> NumberInput:
    """Give a number of the form of a lever: those of the hypotheses come after, under the same names."""
    return next(each for each in at.number_input if each.label == label)


def test_a_lever_is_changed_in_its_form(opened: Store) -> None:
    before, after = "50 % (30 % à 70 %)", "80 % (30 % à 90 %)"
    at = press(visit(scenario=write_link(JLD)), "Modifier")
    names = ("Au moins (%)", "Le plus probable (%)", "Au plus (%)")
    assert [field(at, name).value for name in names] == [30, 50, 70]
    field(at, "Le plus probable (%)").set_value(80)
    press(at, "Enregistrer le levier")
    # What was typed is not in order: it is said, and the scenario has not changed.
    assert "entre les deux" in words(at)
    assert before in words(at).replace("\u00a0", " ")
    field(at, "Au plus (%)").set_value(90)
    press(at, "Enregistrer le levier")
    assert after in words(at).replace("\u00a0", " ")
    assert before in words(press(at, "Annuler le dernier changement")).replace("\u00a0", " ")


def shown(at: AppTest) -> Scenario:
    """The scenario that the address holds."""
    asked = at.query_params["scenario"]
    code = asked if isinstance(asked, str) else asked[0]
    text = gardes.open_kept(int(code)).texte if code.isdigit() else read_link(code)
    known = lecture.reference()
    return parse_scenario(text, study.places_of(known, lecture.store().faits(NATIONAL).equipements, NATIONAL))


def of(*levers: Levier) -> Scenario:
    return Scenario(MARCH, levers)


PLAIN = JLD.leviers[0]
ANSWERS = Levier("reponse", Plage.sure(0.9), date(2010, 4, 1), nom="Réponses")
# What the form does not show: an end, decimals of a share, a delay that is not from nothing.
HIDDEN = Levier(
    "recours",
    Plage(0.1234, 0.2567, 0.4321),
    date(2010, 4, 1),
    forme="lineaire",
    plein=date(2010, 8, 1),
    au=date(2010, 10, 1),
    retard=Plage(1.0, 2.0, 3.0),
    juridictions=("TGI-LILLE", "TGI-SAUMUR"),
    nom="Caché",
)


def change(at: AppTest, rank: int) -> AppTest:
    at.button(key=f"modifier_{rank}").click().run()
    assert not at.exception, at.exception
    return at


@pytest.mark.parametrize("kept", [False, True], ids=["in the address", "under a number"])
def test_a_lever_changed_takes_the_place_of_the_one_it_was(opened: Store, *, kept: bool) -> None:
    code = str(keep(JLD, nom="Changé")) if kept else write_link(JLD)
    at = change(visit(scenario=code), 0)
    for name, value in (("Au moins (%)", 40), ("Le plus probable (%)", 60), ("Au plus (%)", 80)):
        field(at, name).set_value(value)
    press(at, "Enregistrer le levier")
    assert shown(at).leviers == (replace(PLAIN, valeur=Plage(0.4, 0.6, 0.8)),)
    assert len([button for button in at.button if button.label == "Retirer"]) == 1
    press(change(at, 0), "Enregistrer le levier")
    assert shown(at).leviers == (replace(PLAIN, valeur=Plage(0.4, 0.6, 0.8)),)
    press(at, "Annuler le dernier changement")
    assert len(shown(at).leviers) == 1


@pytest.mark.parametrize(
    # Two alike: the one of the rank, and that one only.
    ("levers", "rank"),
    [((PLAIN, PLAIN), 1), ((PLAIN, ANSWERS), 0), ((PLAIN, ANSWERS), 1), ((HIDDEN, PLAIN, ANSWERS), 1)],
)
def test_only_the_lever_of_that_rank_changes(opened: Store, levers: tuple[Levier, ...], rank: int) -> None:
    scenario = of(*levers)
    at = change(visit(scenario=write_link(scenario)), rank)
    next(each for each in at.text_input if each.label == "Nom court du levier").set_value("Autre")
    press(at, "Enregistrer le levier")
    wanted = [*scenario.leviers]
    wanted[rank] = replace(wanted[rank], nom="Autre")
    assert shown(at).leviers == of(*wanted).leviers


def test_saved_as_it_was_a_lever_is_the_same_to_the_last_decimal(opened: Store) -> None:
    at = change(visit(scenario=write_link(of(HIDDEN)), mois="6"), 0)
    press(at, "Enregistrer le levier")
    assert shown(at).leviers == (HIDDEN,)


def test_the_month_of_the_full_effect_is_asked_of_a_rise_alone(opened: Store) -> None:
    at = change(visit(scenario=write_link(of(PLAIN))), 0)

    def asked() -> list[str]:
        return [box.label for box in at.selectbox if box.label in ("Complète en", "À 90\u00a0% en")]

    rise = next(box for box in at.selectbox if box.label == "Montée en charge")
    assert asked() == []
    for forme, label in (("logistique", "À 90\u00a0% en"), ("lineaire", "Complète en")):
        rise.set_value(forme).run()
        assert asked() == [label]
    next(box for box in at.selectbox if box.label == "Complète en").set_value(date(2010, 9, 1))
    press(at, "Enregistrer le levier")
    assert shown(at).leviers == (replace(PLAIN, forme="lineaire", plein=date(2010, 9, 1)),)
    rise = next(box for box in change(at, 0).selectbox if box.label == "Montée en charge")
    rise.set_value("palier").run()
    press(at, "Enregistrer le levier")
    assert shown(at).leviers == (PLAIN,)


@whole_run
def test_a_model_that_loses_a_lever_is_that_model_no_more(opened: Store) -> None:
    at = press(visit(), "Équiper et faire répondre")
    assert (shown(at).nom, len(shown(at).leviers)) == ("Équiper et faire répondre", 2)
    at.button(key="retirer_0").click().run()
    assert (shown(at).nom, len(shown(at).leviers)) == ("", 1)
    # A name that somebody gave stays.
    named = Scenario(MARCH, (PLAIN, ANSWERS), nom="Mon essai")
    at = visit(scenario=write_link(named))
    at.button(key="retirer_0").click().run()
    assert shown(at).nom == "Mon essai"


def test_a_year_that_has_not_begun_has_no_state(opened: Store) -> None:
    for annee in ("2009", "2010"):
        assert "État à fin décembre" not in words(visit(annee=annee, mois="12")).replace("\u00a0", " ")
    assert "État à fin mars 2010" in words(visit()).replace("\u00a0", " ")


def test_renouncing_changes_nothing(opened: Store) -> None:
    at = change(visit(scenario=write_link(of(PLAIN, ANSWERS))), 0)
    field(at, "Au plus (%)").set_value(90)
    press(at, "Renoncer")
    assert shown(at).leviers == of(PLAIN, ANSWERS).leviers


def test_what_is_changed_on_screen_is_what_the_terminal_computes(
    opened: Store,
    demo_url: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    at = change(visit(scenario=write_link(JLD)), 0)
    field(at, "Le plus probable (%)").set_value(60)
    press(at, "Enregistrer le levier")
    file = tmp_path / "s.json"
    file.write_text(
        json.dumps(
            {
                "depuis": "2010-03",
                "leviers": [
                    {
                        "nature": "recours",
                        "valeur": [0.3, 0.6, 0.7],
                        "du": "2010-04",
                        "cours": ["CA-DOUAI"],
                        "activites": ["JLD_DETENTION"],
                    }
                ],
            }
        ),
        encoding="utf-8",
    )
    monkeypatch.setenv("VIGIE_DATABASE_URL", demo_url)
    code, out, _ = Terminal(capsys)("scenario", file, "--format", "json")
    assert code == 0
    total = json.loads(out)["total"]
    etude = study.run_scenario(
        start(opened), shown(at), tirages=1024, graine=study.draws_of(lecture.parametres(), MARCH)[1]
    )
    assert three(etude.simulation.total(etude.simulation.terrain.cours)) == {
        name: pytest.approx(value, abs=1e-6) for name, value in total.items()
    }


def figures(at: AppTest) -> dict[str, tuple[str, str]]:
    return {each.label: (each.value, each.delta) for each in at.metric}


def numbers(text: str) -> list[int]:
    """Read the numbers of a sentence."""
    found = re.findall(r"[+\u2212]?\d[\d\u202f]*", text)
    return [int(each.replace("\u202f", "").replace("\u2212", "-")) for each in found]


MARCH_2009 = date(2009, 3, 1)
APRIL_2009 = date(2009, 4, 1)
EVERYWHERE = Levier("recours", Plage(0.2, 0.3, 0.4), APRIL_2009, nom="Partout")
REPLIES = Levier("reponse", Plage(0.8, 0.9, 1.0), APRIL_2009, nom="Réponses")


@pytest.mark.parametrize(
    "levers", [(EVERYWHERE,), (REPLIES,), (EVERYWHERE, REPLIES), (replace(EVERYWHERE, cours=("CA-DOUAI",)),)]
)
def test_what_is_written_adds_up(opened: Store, levers: tuple[Levier, ...]) -> None:
    at = visit(scenario=write_link(Scenario(MARCH_2009, levers)), annee="2009")
    tiles = figures(at)
    (after,) = numbers(tiles["Année, déclarées"][0])
    (before,) = numbers(tiles["Année, déclarées"][1])
    gain = numbers(tiles["Évitées en plus"][1])[0]
    assert before + gain == after
    told = words(at)
    assert f"{wording.number(before)} → {wording.number(after)}" in told
    assert f"{wording.number(gain, signed=True)} déclarées sur l'année" in told.replace("\u00a0", " ")
    rows = re.findall(r"<tr><th scope=\"row\">([^<]*)</th><td class=\"n\">([^<]*)</td></tr>", told)
    steps = [numbers(text)[0] for _, text in rows[[name for name, _ in rows].index("Rien ne change") :]]
    assert sum(steps[: 1 + len(levers) + (len(levers) > 1)]) == after


def test_one_end_of_year_wherever_it_is_written(opened: Store) -> None:
    """Title, tile, conclusion, last month of the table: the same number."""
    lever = replace(EVERYWHERE, valeur=Plage.sure(0.3), cours=("CA-DOUAI", "CA-LYON"))
    at = visit(scenario=write_link(Scenario(MARCH_2009, (lever,))), annee="2009")
    told = words(at).replace("\u00a0", " ")
    december = re.search(r"<th scope=\"row\">décembre 2009</th>(.*?)</tr>", told)
    assert december
    cells = [re.sub("<.*?>", "", cell) for cell in december[1].split("</td>")]
    before, after = (numbers(cell)[0] for cell in cells[1:3])
    tile = figures(at)["Année, déclarées"]
    assert [numbers(text)[0] for text in tile] == [after, before]
    assert f"finirait vers {wording.number(after)}" in told
    assert f"{wording.number(before)} → {wording.number(after)}" in told


def test_only_the_cours_that_move_are_listed(opened: Store) -> None:
    lever = replace(PLAIN, du=APRIL_2009)
    at = visit(scenario=write_link(Scenario(MARCH_2009, (lever,))), annee="2009")
    told = words(at).replace("\u00a0", " ")
    section = told.split("<caption>Cour par cour")[1]
    moved, number, still = re.split(r"(\d+) autres cours : rien n'y change", section, maxsplit=1)
    assert "Douai" in moved
    # The others that are listed owe another part of what the country lacks, once Douai avoids more.
    rows = moved.split("<tr>")[2:]
    assert all("→" in row for row in rows)
    unmoved = still.split("</table>")[0]
    assert unmoved.count("<tr>") == int(number) + 1
    assert len(rows) + int(number) == 37
    assert "→" not in unmoved


def test_answering_more_saves_no_escort(opened: Store) -> None:
    """To answer declares what was avoided in silence: no ETPT in the tile, the file or the comparison."""
    at = visit(scenario=write_link(Scenario(MARCH_2009, (REPLIES,))), annee="2009")
    assert figures(at)["Équivalent"][0] == "0,0\u00a0ETPT"
    assert figures(at)["Évitées en plus"][0] == "0"
    assert "Aucune extraction évitée de plus" in words(at)
    etude = study.run_scenario(
        start(opened, MARCH_2009), Scenario(MARCH_2009, (REPLIES,)), tirages=64, graine=1
    )
    told = study.account_of_scenario(etude, NATIONAL, lecture.reference(), lecture.parametres(), graine=1)
    assert told["total"]["moyenne"] > 100
    assert told["etpt"] == {"moyenne": 0.0, "q10": 0.0, "q90": 0.0}
    assert questions.escort_hours(etude, etude.simulation.terrain.cours) == pytest.approx(0, abs=1e-6)


def test_the_etpt_rest_on_what_is_really_avoided(opened: Store) -> None:
    socle = start(opened, MARCH_2009)
    etude = study.run_scenario(socle, Scenario(MARCH_2009, (EVERYWHERE,)), tirages=64, graine=1)
    told = study.account_of_scenario(etude, NATIONAL, lecture.reference(), lecture.parametres(), graine=1)
    assert told["nettes"]["moyenne"] > told["total"]["moyenne"]
    assert told["etpt"]["moyenne"] == pytest.approx(told["nettes"]["moyenne"] * 1270 / 155_000, abs=1e-5)
    flat = flatten_account(told).filter(pl.col("objet") == "etpt")
    assert flat["gain_moyenne"].to_list() == [told["etpt"]["moyenne"]]


@pytest.mark.parametrize(
    "part",
    [
        pytest.param(Fraction(3, 100), marks=whole_run),
        Fraction(4, 100),
        pytest.param(Fraction(5, 100), marks=whole_run),
    ],
)
def test_the_answer_opened_reaches_what_was_asked(opened: Store, part: Fraction) -> None:
    socle = start(opened, MARCH_2009)
    asked = Scenario(MARCH_2009, (replace(EVERYWHERE, nom="Dosé"),))
    cours = study.seen_cours(socle, NATIONAL)
    question = questions.Question(cours, ensemble=True, part=part, pondere=False)
    found = questions.seek_share(socle, asked, 0, question)
    assert found.recherche.valeur is not None
    opened_ = questions.with_value(asked, 0, found.recherche.valeur)
    at = visit(scenario=write_link(opened_), annee="2009")
    (shown_year,) = numbers(figures(at)["Année, déclarées"][0])
    assert shown_year >= found.voulues
    draws, seed = study.draws_of(lecture.parametres(), MARCH_2009)
    less = questions.with_value(asked, 0, found.recherche.valeur - 0.001)
    etude = study.run_scenario(socle, less, tirages=draws, graine=seed)
    under = questions.assess_year(socle, etude.pays, cours, ensemble=True).projection
    assert under is not None
    # A tenth of a point less, and it would not.
    assert under.moyenne < shown_year
    if part == Fraction(5, 100):
        told = figures(at)["Chances d'atteindre l'objectif"][0]
        supposed = study.answers_supposed(socle, cours)
        assert told == odds_if(round_probability(found.recherche.p or 0.0), supposed)
        for chance, value in found.recherche.chances:
            assert value is not None
            wanted = questions.with_value(asked, 0, value)
            again = study.run_scenario(socle, wanted, tirages=draws, graine=seed)
            p = questions.assess_year(socle, again.pays, cours, ensemble=True).p_objectif
            assert p is not None
            assert p >= chance


@whole_run
def test_what_was_found_opens_with_a_word(opened: Store) -> None:
    at = visit(
        scenario=write_link(Scenario(MARCH_2009, (EVERYWHERE,), nom="Essai")),
        annee="2009",
        onglet="reciproque",
    )
    press(at, "Ouvrir ce scénario")
    said = words(at).replace("\u00a0", " ")
    assert "Scénario ouvert : « Essai », le levier dosé à" in said
    assert [each.value for each in at.toast] == [
        each for each in [at.toast[0].value] if "Scénario ouvert" in each
    ]
    # What it changes is shown, not the question again.
    assert "Le moindre effort" not in said


@whole_run
def test_no_share_of_the_uncertainty_is_impossible(opened: Store) -> None:
    socle = start(opened, MARCH_2009)
    for levers in ((EVERYWHERE,), (REPLIES,), (EVERYWHERE, REPLIES)):
        etude = study.run_scenario(socle, Scenario(MARCH_2009, levers), tirages=64, graine=1)
        for seed in (1, 2):
            rows = variance_indices(etude, socle.terrain.cours if socle.terrain else (), graine=seed)
            assert all(first <= total for _, first, total in rows)
            assert sum(first for _, first, _ in rows) <= 1 + 1e-9


def test_prisons_are_chosen_by_name(opened: Store) -> None:
    at = visit()
    next(each for each in at.selectbox if each.label == "Levier").set_value("prisons").run()
    press(at, "Ajouter le levier")
    assert "Choisissez au moins un établissement" in words(at)
    listed = next(each for each in at.multiselect if each.label == "Établissements à équiper")
    waiting = opened.faits(NATIONAL).equipements.filter(pl.col("equipe_depuis").is_null())
    cour, name = waiting.select("cour", "etablissement").row(0)
    listed.set_value([name_prison(cour, name)])
    press(at, "Ajouter le levier")
    said = words(at).replace("\u00a0", " ")
    assert f"établissements désignés en service, {name}" in said
    assert "Plafond moyen, au plus probable" in said


def test_a_file_opens_a_scenario_or_says_what_is_wrong_with_it(opened: Store) -> None:
    at = visit()
    upload = at.file_uploader(key="fichier_scenario")
    upload.set_value(
        ("faux.json", b'{"depuis": "2010-03", "leviers": [{"nature": "magie"}]}', "application/json")
    )
    press(at, "Ouvrir ce fichier")
    assert "leviers[1].nature" in words(at)
    upload = at.file_uploader(key="fichier_scenario")
    upload.set_value(("jld.json", JLD.as_text().encode(), "application/json"))
    press(at, "Ouvrir ce fichier")
    assert "JLD à Douai" in words(at)


def test_a_scenario_is_archived_and_taken_out_by_name(opened: Store) -> None:
    number = keep(JLD, nom="À ranger")
    at = visit(scenario=str(number))
    at.text_input(key="nom_archive").set_value("A. Martin")
    press(at, "Archiver ce scénario")
    assert "reste lisible par son lien" in words(at)
    at.text_input(key="nom_archive").set_value("A. Martin")
    assert "ressorti des archives" in words(press(at, "Ressortir des archives"))


def test_escorts_are_weighed_for_steering_alone(opened: Store) -> None:
    link = write_link(JLD)
    plain, weighed = (words(visit(scenario=link, ponderation=each)) for each in ("sans", "priorite"))
    assert "Escortes épargnées" not in plain
    assert "Escortes épargnées" in weighed
    conclusions = [said.split("vigie-conclusion")[1][:300] for said in (plain, weighed)]
    assert conclusions[0] == conclusions[1]
    asked = words(visit(scenario=link, ponderation="priorite", onglet="reciproque"))
    assert "de l'effort d'escorte" in asked


def test_a_link_holds_json_and_nothing_else() -> None:
    text = read_link(write_link(JLD))
    assert json.loads(text)["leviers"][0]["nom"] == "JLD à Douai"
    with pytest.raises(UserFacingError, match="coupé"):
        read_link(write_link(JLD)[:-6])
