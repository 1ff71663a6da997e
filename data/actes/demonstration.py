"""The demonstration as a visitor finds it: the ministry in the middle of its second year, on one day.

Beside the figures (`data.demo`): the settlement of 2009, that one cour contests; what an ETPT costs, a named
hypothesis; two scenarios. All of it is signed by the demonstration, and leaves with it.
"""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from analytics.decompte.bareme import USUAL_SETTLEMENT, Bareme
from analytics.decompte.releve import EVITEES, find_rule, settle_year
from analytics.leviers.levier import RECOURS, REPONSE, Levier, Plage
from analytics.scenarios.scenario import Scenario
from analytics.scenarios.study import cours_named
from analytics.trajectoire.country import last_period
from analytics.vocabulary.perimetre import NATIONAL, Perimetre
from analytics.vocabulary.schemas import AUTEUR_DEMO, CONTRADICTOIRE, PROVISOIRE, SIMULATION
from analytics.vocabulary.situation import Moment
from analytics.vocabulary.wording import typeset
from data.actes.archive import keep_past_projections
from data.actes.couts import choose_cost, proposed
from data.actes.decomptes import contents_of
from data.demo import demo_lots
from data.reference import load_parameters, load_reference, load_referentiel, load_rules
from data.store.registre import Opposition
from data.store.store import Store

JOUR = date(2010, 10, 7)
SETTLED = datetime(2010, 3, 15, 9, tzinfo=UTC)
CONTESTING = "CA-PARIS"
_JLD_COURTS = (
    "TGI-PARIS",
    "TGI-BOBIGNY",
    "TGI-CRETEIL",
    "TGI-NANTERRE",
    "TGI-PONTOISE",
    "TGI-VERSAILLES",
    "TGI-EVRY",
    "TGI-MARSEILLE",
    "TGI-LYON",
    "TGI-BORDEAUX",
)


def fill(store: Store) -> None:
    """Fill an empty store with the demonstration; do nothing if another process just did."""
    reference = load_reference()
    if not store.record_demo(demo_lots(reference, jour=JOUR)):
        return
    keep_past_projections(store)
    _retain_a_cost(store)
    _settle_the_first_year(store)
    for scenario in _scenarios():
        store.scenarios().keep(
            nom=scenario.nom,
            note=scenario.note,
            texte=scenario.as_text(),
            cours=cours_named(scenario, reference),
            lot=store.lot_connu_le(date(2010, 9, 20)),
            tire_de=None,
            auteur=AUTEUR_DEMO,
            connu_le=datetime(2010, 9, 20, 9, tzinfo=UTC),
        )


def _retain_a_cost(store: Store) -> None:
    usual = proposed(load_parameters())["cout_etpt_moyen"]
    store.registre().add_cost(
        valide_du=date(2009, 1, 1),
        valide_au=None,
        euros=Decimal(str(usual.valeur)),
        source=typeset(f"Hypothèse de la démonstration : {usual.libelle[0].lower()}{usual.libelle[1:]}"),
        auteur=AUTEUR_DEMO,
        connu_le=datetime(2010, 1, 25, 9, tzinfo=UTC),
    )


def _settle_the_first_year(store: Store) -> None:
    """Keep the settlement of 2009, and what one cour opposes to it."""
    day, registre = SETTLED.date(), store.registre()
    faits = store.faits(NATIONAL, connu_le=day)
    releve = settle_year(
        faits,
        load_referentiel(),
        find_rule([Bareme.from_toml(table) for table in load_rules()], USUAL_SETTLEMENT, 2009),
        periode=last_period(faits, 2009),
        mode=None,
        cout=choose_cost("", "", 2009, registre, day, load_parameters()),
        moment=Moment(store.lot_connu_le(day), day, demonstration=True),
    )
    number = registre.record(annee=2009, auteur=AUTEUR_DEMO, connu_le=SETTLED, **contents_of(releve))
    for rank, (state, then, why) in enumerate(
        (
            (SIMULATION, PROVISOIRE, "Année close, réponses tardives comprises."),
            (PROVISOIRE, CONTRADICTOIRE, "Envoyé aux cours, qui ont trente jours pour répondre."),
        ),
        1,
    ):
        registre.advance(
            number,
            depuis=state,
            vers=then,
            auteur=AUTEUR_DEMO,
            motif=why,
            connu_le=SETTLED + timedelta(days=rank),
        )
    own = next(part for part in releve.decompte.cours if part.cour == CONTESTING)
    registre.contest(
        number,
        Perimetre.of([CONTESTING]),
        Opposition(
            cour=CONTESTING,
            ligne=EVITEES,
            proposition=Decimal(int(own.evitees) + 38),
            motif="Les réponses d'un tribunal pour novembre et décembre sont parties hors délai : "
            "38 extractions évitées ne sont pas comptées.",
            piece="Courrier fictif du 2 avril 2010",
            auteur=AUTEUR_DEMO,
        ),
        jusqu_au=day + timedelta(days=32),
        connu_le=datetime(2010, 4, 2, 9, tzinfo=UTC),
    )


def _scenarios() -> tuple[Scenario, Scenario]:
    known, start = date(2010, 8, 1), date(2010, 10, 1)
    return (
        Scenario(
            known,
            (
                Levier(
                    RECOURS,
                    Plage(0.3, 0.5, 0.7),
                    start,
                    juridictions=_JLD_COURTS,
                    activites=("JLD_DETENTION",),
                    nom="Débats JLD par visioconférence",
                ),
            ),
            nom="Les débats JLD de dix grands tribunaux",
            note="Préparé pour la réunion de pilotage de septembre.",
        ),
        Scenario(
            known,
            (Levier(REPONSE, Plage(0.85, 0.95, 1.0), start, nom="Réponses"),),
            nom="Faire répondre tout le monde",
            note="Ce que change la seule collecte.",
        ),
    )
