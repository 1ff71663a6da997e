"""The register of settlements: nothing is edited, one person at a time, whole or nothing, on both engines."""

import signal
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from hashlib import sha256
from itertools import pairwise, product

import pytest
from sqlalchemy import Engine, insert, inspect, select
from sqlalchemy.exc import IntegrityError

from analytics.vocabulary.errors import UserFacingError
from analytics.vocabulary.perimetre import NATIONAL, Perimetre
from analytics.vocabulary.schemas import ETATS_DECOMPTE
from data.settings import Settings
from data.store import tables
from data.store.engine import reading, writing
from data.store.registre import Contenu, Opposition, Registre
from data.store.store import Store
from tests.conftest import lots_of_demo
from tests.data.store.migrations import migrating
from tests.data.store.test_store import JANUARY, entree
from tests.outils.ensemble import at_once
from tests.outils.refus import refused, refuses, sentence

# 09:30 in Paris.
T0 = datetime(2010, 3, 1, 8, 30, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
LIMIT = date(2010, 3, 31)
DOUAI, LYON = Perimetre.of(["CA-DOUAI"]), Perimetre.of(["CA-LYON"])
PATH = ("simulation", "provisoire", "contradictoire", "definitif")


@pytest.fixture
def registre(store: Store) -> Registre:
    """Give the register of a store that holds one lot."""
    store.record(entree((JANUARY, "TGI-LILLE", "JAP", 4, 2)), connu_le=T0)
    return store.registre()


def digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()


def contenu(version: int = 1) -> Contenu:
    # What a text of JSON may hold: accents, every kind of space and quote, digits that no float keeps.
    entrees = f'{{"lot":1,"note":"déjà\u202f« vu\u00a0»","version":{version}}}'
    resultat = f'{{"evitees":"0.1000000000000000000001","pays":"l\'État \\\\ \\u0000","version":{version}}}'
    return {
        "entrees": entrees,
        "resultat": resultat,
        "empreinte_entrees": digest(entrees),
        "empreinte": digest(resultat),
        "lot": 1,
    }


def kept(registre: Registre, *, etat: str = "simulation", version: int = 1, annee: int = 2009) -> int:
    """Record a settlement and bring it to a state."""
    number = registre.record(annee=annee, auteur="A. Martin", connu_le=T0, **contenu(version))
    for rank in range(PATH.index(etat)):
        step(registre, number, PATH[rank], PATH[rank + 1])
    return number


def step(
    registre: Registre,
    number: int,
    depuis: str,
    vers: str,
    auteur: str = "A. Martin",
    connu_le: datetime = T0 + HOUR,
) -> None:
    registre.advance(number, depuis=depuis, vers=vers, auteur=auteur, motif="Relu", connu_le=connu_le)


def replaced(registre: Registre, number: int, depuis: str, version: int = 2) -> int:
    return registre.replace(
        number, depuis=depuis, motif="Base corrigée", auteur="B. Petit", connu_le=T0 + DAY, **contenu(version)
    )


def contest(
    registre: Registre,
    number: int,
    perimetre: Perimetre = NATIONAL,
    *,
    cour: str = "CA-DOUAI",
    connu_le: datetime = T0 + DAY,
    motif: str = "Deux mois manquent",
    proposition: str = "412.50",
) -> int:
    return registre.contest(
        number,
        perimetre,
        Opposition(cour, "evitees", Decimal(proposition), motif, "Courrier 2010-17", "Le greffe"),
        jusqu_au=LIMIT,
        connu_le=connu_le,
    )


def cost(
    registre: Registre,
    euros: int | str,
    du: date = date(2009, 1, 1),
    au: date | None = None,
    connu_le: datetime = T0,
    source: str = "Note",
) -> None:
    registre.add_cost(
        valide_du=du, valide_au=au, euros=Decimal(euros), source=source, auteur="A", connu_le=connu_le
    )


def etat(registre: Registre, number: int) -> str:
    return registre.get(number, NATIONAL).etat


# ---------------------------------------------------------------------- states


def test_a_settlement_goes_from_simulation_to_final_and_says_who_decided(registre: Registre) -> None:
    number = kept(registre, etat="definitif")
    steps = registre.steps(number)
    assert [(one.rang, one.etat) for one in steps] == list(enumerate(PATH, start=1))
    assert [one.motif for one in steps] == ["", "Relu", "Relu", "Relu"]
    assert {one.empreinte for one in steps} == {contenu()["empreinte"]}
    assert steps[0].connu_le == T0
    (row,) = registre.list(NATIONAL)
    assert (row.decompte, row.annee, row.etat, row.lot, row.remplace) == (number, 2009, "definitif", 1, None)
    assert registre.list(NATIONAL, annee=2010) == ()


def test_only_the_three_steps_forward_are_taken(registre: Registre) -> None:
    numbers = {one: kept(registre, etat=one, version=rank) for rank, one in enumerate(PATH)}
    numbers["contrepasse"] = kept(registre, version=8)
    replaced(registre, numbers["contrepasse"], "simulation", version=9)
    for depuis, vers in set(product(ETATS_DECOMPTE, repeat=2)) - set(pairwise(PATH)):
        with pytest.raises(UserFacingError) as failure:
            step(registre, numbers[depuis], depuis, vers)
        said = f"ne passe pas de l'état « {ETATS_DECOMPTE[depuis]} » à l'état « {ETATS_DECOMPTE[vers]} »"
        assert said in sentence(failure)
        assert ("en le remplaçant" in sentence(failure)) == (vers == "contrepasse")
        assert etat(registre, numbers[depuis]) == depuis


def test_who_saw_an_old_state_is_told_who_changed_it_when_and_to_what(registre: Registre) -> None:
    number = kept(registre, etat="provisoire")
    with pytest.raises(UserFacingError) as failure:
        step(registre, number, "simulation", "provisoire")
    assert sentence(failure) == (
        f"Le décompte n° {number} n'est plus à l'état « simulation » : A. Martin l'a mis à l'état "
        "« provisoire » le 1er mars 2010 à 10 h 30. Rechargez la page et relisez-le."
    )
    with pytest.raises(UserFacingError, match="n'est plus à l'état"):
        replaced(registre, number, "simulation")
    assert len(registre.steps(number)) == 2


def test_of_two_people_at_once_one_wins_and_the_other_is_told(
    two_stores: tuple[Store, Store], registre: Registre
) -> None:

    def work(who: int, number: int) -> str:
        try:
            step(two_stores[who].registre(), number, "simulation", "provisoire", f"Personne {who}")
        except UserFacingError as refusal:
            return str(refusal)
        return ""

    for turn in range(20):
        number = kept(registre, version=turn)
        told = at_once(work, (0, number), (1, number))
        first, second = registre.steps(number)
        assert (first.etat, second.etat) == ("simulation", "provisoire")
        won, lost = sorted(told)
        assert won == ""
        assert f"{second.auteur} l'a mis à l'état «\u00a0provisoire\u00a0»" in lost


def test_the_tables_themselves_refuse_a_step_a_successor_or_an_answer_twice(
    registre: Registre, engine: Engine
) -> None:
    number = kept(registre, etat="contradictoire")
    asked = contest(registre, number)
    registre.answer(asked, acceptee=False, motif="Non", auteur="DSJ", connu_le=T0 + DAY)
    replaced(registre, number, "contradictoire")
    for table in (tables.decompte, tables.decompte_etape, tables.reponse_contestation):
        with reading(engine) as connection:
            row = dict(connection.execute(select(table)).mappings().all()[-1])
        if table is tables.decompte:
            del row["decompte"]
        with pytest.raises(IntegrityError), writing(engine) as connection:
            connection.execute(insert(table).values(row))


def test_a_year_has_one_final_settlement(registre: Registre) -> None:
    final = kept(registre, etat="definitif")
    other = kept(registre, etat="contradictoire", version=2)
    with pytest.raises(UserFacingError) as failure:
        step(registre, other, "contradictoire", "definitif")
    assert sentence(failure).startswith(f"L'année 2009 a déjà un décompte définitif, le n° {final}")
    # Another year has its own, and a final settlement that was replaced leaves its place.
    kept(registre, etat="definitif", version=3, annee=2010)
    replaced(registre, final, "definitif", version=4)
    step(registre, other, "contradictoire", "definitif")
    assert etat(registre, other) == "definitif"


# ---------------------------------------------------------------------- contents


def test_the_same_settlement_again_gives_the_number_it_has_while_it_stands(
    store: Store, registre: Registre
) -> None:
    number = kept(registre, etat="provisoire")
    before = store.etat()
    assert kept(registre) == number
    assert store.etat() == before
    assert kept(registre, annee=2010) != number
    replaced(registre, number, "provisoire")
    assert kept(registre) > number


@pytest.mark.parametrize("text", ["entrees", "resultat"])
def test_a_text_that_its_hash_does_not_name_is_never_kept(registre: Registre, text: str) -> None:
    number = kept(registre)
    forged = contenu(2)
    forged[text] += " "
    with pytest.raises(ValueError, match="hash"):
        registre.record(annee=2009, auteur="A. Martin", connu_le=T0, **forged)
    with pytest.raises(ValueError, match="hash"):
        registre.replace(number, depuis="simulation", motif="m", auteur="a", connu_le=T0, **forged)
    assert [row.etat for row in registre.list(NATIONAL)] == ["simulation"]


def test_the_contents_stay_the_same_to_the_byte_whatever_is_written_after(
    store: Store, registre: Registre, engine: Engine
) -> None:
    number = kept(registre, etat="contradictoire")
    row = select(tables.decompte).where(tables.decompte.c.decompte == number)
    steps_written = registre.steps(number)
    with reading(engine) as connection:
        written = connection.execute(row).one()
    assert (written.entrees, written.resultat) == (contenu()["entrees"], contenu()["resultat"])
    revisions = [store.etat().revision]

    def unchanged() -> None:
        with reading(engine) as connection:
            assert connection.execute(row).one() == written
        assert registre.steps(number)[: len(steps_written)] == steps_written
        revisions.append(store.etat().revision)

    asked = contest(registre, number)
    unchanged()
    registre.answer(asked, acceptee=True, motif="Exact", auteur="DSJ", connu_le=T0 + DAY)
    unchanged()
    step(registre, number, "contradictoire", "definitif")
    unchanged()
    replaced(registre, number, "definitif")
    unchanged()
    store.record(entree((JANUARY, "TGI-LILLE", "JAP", 9, 2), sha="1" * 64), connu_le=T0 + DAY)
    unchanged()
    registre.add_rule(identifiant="r", toml="[[regle]]", auteur="A", connu_le=T0)
    unchanged()
    cost(registre, 1)
    unchanged()
    # Every write tells the cached views.
    assert revisions == list(range(revisions[0], revisions[0] + 8))


@pytest.mark.parametrize("depuis", PATH)
def test_a_settlement_in_any_state_is_replaced_by_a_provisional_one(registre: Registre, depuis: str) -> None:
    first = kept(registre, etat=depuis)
    second = replaced(registre, first, depuis)
    third = replaced(registre, second, "provisoire", version=3)
    assert [(row.decompte, row.etat, row.remplace) for row in registre.list(NATIONAL)] == [
        (first, "contrepasse", None),
        (second, "contrepasse", first),
        (third, "provisoire", second),
    ]
    closing, opening = registre.steps(first)[-1], registre.steps(second)[0]
    assert (closing.etat, closing.auteur, closing.motif) == ("contrepasse", "B. Petit", "Base corrigée")
    assert (opening.rang, opening.etat, opening.motif) == (1, "provisoire", "Base corrigée")
    assert (closing.empreinte, opening.empreinte) == (contenu(1)["empreinte"], contenu(2)["empreinte"])
    assert registre.get(third, NATIONAL).resultat == contenu(3)["resultat"]
    with pytest.raises(UserFacingError, match="un autre l'a remplacé"):
        replaced(registre, first, "contrepasse", version=4)


def test_what_does_not_exist_is_said_so(registre: Registre) -> None:
    refuses(
        "n'existe pas",
        lambda: registre.get(9, NATIONAL),
        lambda: step(registre, 9, "simulation", "provisoire"),
        lambda: replaced(registre, 9, "simulation"),
        lambda: contest(registre, 9),
        lambda: registre.answer(9, acceptee=True, motif="m", auteur="a", connu_le=T0),
    )
    unknown = contenu()
    unknown["lot"] = 7
    with pytest.raises(UserFacingError, match="ne contient pas le lot n°\u00a07"):
        registre.record(annee=2009, auteur="a", connu_le=T0, **unknown)
    assert registre.list(NATIONAL) == ()


# ---------------------------------------------------------------------- contests


def test_a_contest_is_answered_once_and_read_by_whom_it_concerns(registre: Registre) -> None:
    number = kept(registre, etat="contradictoire")
    mine = contest(registre, number, DOUAI)
    other = contest(registre, number, cour="CA-LYON", proposition="1E+3")
    assert [row.contestation for row in registre.contests(number, NATIONAL)] == [mine, other]
    (seen,) = registre.contests(number, DOUAI)
    assert (seen.cour, seen.ligne, seen.piece, seen.reponse) == (
        "CA-DOUAI",
        "evitees",
        "Courrier 2010-17",
        None,
    )
    assert str(seen.proposition) == "412.50"
    registre.answer(other, acceptee=True, motif="Exact", auteur="La DSJ", connu_le=T0 + DAY)
    (answered,) = registre.contests(number, LYON)
    assert answered.reponse is not None
    assert (answered.reponse.acceptee, answered.reponse.motif) == (True, "Exact")
    assert registre.contests(number, Perimetre.of([])) == ()
    with pytest.raises(UserFacingError) as failure:
        registre.answer(other, acceptee=False, motif="Non", auteur="B", connu_le=T0 + 2 * DAY)
    assert sentence(failure) == (
        f"La contestation n° {other} a déjà sa réponse : La DSJ l'a acceptée le 2 mars 2010 à 9 h 30."
    )
    assert registre.contests(number, LYON) == (answered,)


def test_a_reader_contests_only_for_his_cours(registre: Registre) -> None:
    number = kept(registre, etat="contradictoire")
    with pytest.raises(UserFacingError, match="qui vous sont ouvertes"):
        contest(registre, number, LYON)
    assert registre.contests(number, NATIONAL) == ()


@pytest.mark.parametrize("state", ["simulation", "provisoire", "definitif"])
def test_a_settlement_is_contested_only_while_it_is_open_to_it(registre: Registre, state: str) -> None:
    number = kept(registre, etat=state)
    with refused(f"est à l'état « {ETATS_DECOMPTE[state]} »"):
        contest(registre, number)


def test_the_delay_ends_at_midnight_in_paris(registre: Registre) -> None:
    number = kept(registre, etat="contradictoire")
    # In summer time, midnight in Paris is 22:00 UTC.
    midnight = datetime(2010, 3, 31, 22, tzinfo=UTC)
    contest(registre, number, connu_le=midnight - timedelta(microseconds=1))
    with refused("s'est achevé le 31 mars 2010"):
        contest(registre, number, connu_le=midnight)
    assert len(registre.contests(number, NATIONAL)) == 1


def test_a_proposition_is_a_number(registre: Registre) -> None:
    number = kept(registre, etat="contradictoire")
    for odd in ("NaN", "Infinity", "1e999", "1e27", "1000000001", "-1"):
        with pytest.raises(UserFacingError, match="est un nombre"):
            contest(registre, number, proposition=odd)
    assert registre.contests(number, NATIONAL) == ()


def test_nobody_signs_with_an_empty_name_or_an_empty_reason(store: Store, registre: Registre) -> None:
    number = kept(registre, etat="contradictoire")
    asked = contest(registre, number)
    before = store.etat()
    refuses(
        "porte un nom et un motif\u00a0: complétez les deux",
        lambda: step(registre, number, "contradictoire", "definitif", " "),
        lambda: registre.replace(
            number, depuis="contradictoire", motif=" ", auteur="a", connu_le=T0, **contenu(2)
        ),
        lambda: contest(registre, number, motif="\n"),
        lambda: registre.answer(asked, acceptee=True, motif="", auteur="a", connu_le=T0),
    )
    with pytest.raises(UserFacingError, match="porte un nom"):
        registre.record(annee=2009, auteur="", connu_le=T0, **contenu(2))
    with pytest.raises(UserFacingError, match="complétez les trois"):
        registre.add_rule(identifiant=" ", toml="x", auteur="a", connu_le=T0)
    with pytest.raises(UserFacingError, match="un nom et une source"):
        cost(registre, 1, source="")
    assert store.etat() == before


# ---------------------------------------------------------------------- rules and costs


def test_a_rule_is_added_once_and_known_from_then_on(registre: Registre) -> None:
    toml = '[[regle]]\nid = "essai"\nlibelle = "À l\'essai"'
    registre.add_rule(identifiant="essai", toml=toml, auteur="A. Martin", connu_le=T0)
    with refused("A. Martin l'a ajoutée le 1er mars 2010 à 9 h 30"):
        registre.add_rule(identifiant="essai ", toml="autre", auteur="B", connu_le=T0 + DAY)
    assert registre.rules() == (("essai", toml, "A. Martin", T0),)
    assert registre.rules(connu_le=T0.date() - DAY) == ()
    assert registre.rules(connu_le=T0.date()) == registre.rules()
    assert registre.rules(connu_le=T0) == registre.rules()


def test_the_cost_of_a_day_is_the_last_recorded_that_holds_it(registre: Registre) -> None:
    cost(registre, "51234.560", au=date(2009, 12, 31))
    cost(registre, 53_000, du=date(2010, 1, 1), connu_le=T0 + HOUR)
    # A correction of the last quarter, known later.
    cost(registre, 52_000, du=date(2009, 10, 1), au=date(2009, 12, 31), connu_le=T0 + DAY)

    def euros(day: date, connu_le: date | datetime | None = None) -> str | None:
        found = registre.cost_at(day, connu_le=connu_le)
        return None if found is None else str(found.euros)

    assert euros(date(2008, 12, 31)) is None
    assert euros(date(2009, 1, 1)) == euros(date(2009, 9, 30)) == "51234.560"
    assert euros(date(2009, 10, 1)) == euros(date(2009, 12, 31)) == "52000"
    assert euros(date(2010, 1, 1)) == euros(date(2030, 1, 1)) == "53000"
    # As known at a moment, or at the end of a day in Paris.
    december = date(2009, 12, 31)
    assert euros(december, T0) == euros(december, T0.date()) == "51234.560"
    assert euros(december, T0 - HOUR) is euros(december, T0.date() - DAY) is None
    assert euros(december, T0 + DAY) == euros(december, T0.date() + DAY) == "52000"
    assert euros(date(2010, 1, 1), T0) is None
    assert [str(row.euros) for row in registre.costs()] == ["51234.560", "53000", "52000"]


@pytest.mark.parametrize("euros", ["0", "-1", "NaN", "Infinity", "1e27", "1000000001"])
def test_a_cost_is_an_amount(registre: Registre, euros: str) -> None:
    with pytest.raises(UserFacingError, match="au-dessus de zéro"):
        cost(registre, euros)
    assert registre.costs() == ()


def test_a_cost_does_not_end_before_it_begins(registre: Registre) -> None:
    with pytest.raises(UserFacingError, match="avant de commencer"):
        cost(registre, 1, au=date(2008, 12, 31))


# ---------------------------------------------------------------------- the store


def test_settlements_of_the_demo_leave_with_it_rules_and_costs_stay(store: Store) -> None:
    store.record_demo(lots_of_demo())
    registre = store.registre()
    number = kept(registre, etat="contradictoire")
    registre.answer(
        contest(registre, replaced_open(registre, number)),
        acceptee=True,
        motif="m",
        auteur="a",
        connu_le=T0 + 2 * DAY,
    )
    cost(registre, 1)
    registre.add_rule(identifiant="r", toml="t", auteur="a", connu_le=T0)
    rules, costs = registre.rules(), registre.costs()
    contents = store.empty_demo()
    assert contents is not None
    leaving = {singular: number for number, singular, _ in contents.partent}
    assert (leaving["décompte gardé"], leaving["contestation"]) == (2, 1)
    assert [each[:2] for each in contents.restent] == [(1, "règle de décompte"), (1, "coût d'un ETPT")]
    assert registre.list(NATIONAL) == ()
    # What a rule or an ETPT costs is no fiction.
    assert (registre.rules(), registre.costs()) == (rules, costs)
    assert (len(rules), len(costs)) == (1, 1)


def replaced_open(registre: Registre, number: int) -> int:
    """Replace a settlement, and open the new one to contests."""
    new = replaced(registre, number, "contradictoire")
    step(registre, new, "provisoire", "contradictoire", connu_le=T0 + DAY)
    return new


def test_a_replacement_killed_anywhere_is_whole_or_absent(
    settings: Settings, store: Store, registre: Registre
) -> None:
    number = kept(registre)
    before = store.etat()

    def run(last_write: int) -> int:
        command = [sys.executable, "-m", "tests.data.store.remplaceur", settings.database_url, str(number)]
        return subprocess.run([*command, str(last_write)], timeout=60).returncode

    # Four rows are written: the state of the old one, the new one, its state, the revision.
    for last_write in range(1, 5):
        assert run(last_write) == -signal.SIGKILL
        assert [(row.decompte, row.etat) for row in registre.list(NATIONAL)] == [(number, "simulation")]
        assert store.etat() == before
    assert run(5) == 0
    assert [(row.etat, row.remplace) for row in registre.list(NATIONAL)] == [
        ("contrepasse", None),
        ("provisoire", number),
    ]


def test_the_migration_can_be_taken_back(settings: Settings, store: Store, engine: Engine) -> None:
    with migrating(settings) as (_, move):
        move("0002")
    with reading(engine) as connection:
        assert not {"decompte", "regle_ajoutee", "cout_etpt"} & {*inspect(connection).get_table_names()}
    with migrating(settings) as (_, move):
        move("head")
    with reading(engine) as connection:
        assert {*tables.metadata.tables} <= {*inspect(connection).get_table_names()}


def test_nothing_contested_is_made_final_before_it_is_answered(registre: Registre) -> None:
    number = kept(registre, etat="contradictoire")
    first, second = contest(registre, number), contest(registre, number, cour="CA-LYON")
    for asked, said in ((first, "2 contestations sans réponse"), (second, "1 contestation sans réponse")):
        # Whoever looked before those came in learns it where the state is written.
        with refused(said):
            step(registre, number, "contradictoire", "definitif", connu_le=T0 + 2 * DAY)
        assert etat(registre, number) == "contradictoire"
        registre.answer(asked, acceptee=False, motif="Vu", auteur="B", connu_le=T0 + 2 * DAY)
    step(registre, number, "contradictoire", "definitif", connu_le=T0 + 2 * DAY)
    assert etat(registre, number) == "definitif"


def test_no_step_is_dated_before_the_one_it_follows(registre: Registre) -> None:
    number = kept(registre, etat="provisoire")
    for moment in (T0 + HOUR - timedelta(seconds=1), T0 - 3650 * DAY):
        with pytest.raises(UserFacingError, match="précède ce qui a déjà"):
            step(registre, number, "provisoire", "contradictoire", connu_le=moment)
        with pytest.raises(UserFacingError, match="précède ce qui a déjà"):
            registre.replace(
                number, depuis="provisoire", motif="x", auteur="B", connu_le=moment, **contenu(2)
            )
    assert [each.etat for each in registre.steps(number)] == ["simulation", "provisoire"]
    step(registre, number, "provisoire", "contradictoire")
    with pytest.raises(UserFacingError, match="précède ce qui a déjà"):
        contest(registre, number, connu_le=T0 - DAY)
    asked = contest(registre, number)
    with pytest.raises(UserFacingError, match="précède ce qui a déjà"):
        registre.answer(asked, acceptee=True, motif="Vu", auteur="B", connu_le=T0)
    assert registre.contests(number, NATIONAL)[0].reponse is None


def test_no_step_is_dated_in_the_future(registre: Registre) -> None:
    number = kept(registre)
    late = datetime.now(UTC) + timedelta(minutes=11)
    with pytest.raises(UserFacingError, match="en avance sur celle de"):
        step(registre, number, "simulation", "provisoire", connu_le=late)
    assert etat(registre, number) == "simulation"
