"""`vigie decompte`: a year settled under one rule."""

from dataclasses import replace
from datetime import date
from typing import Any

import click

from analytics.decompte.bareme import MODES as SHARING
from analytics.decompte.bareme import USUAL_SETTLEMENT, Bareme
from analytics.decompte.documents.account import Edition
from analytics.decompte.documents.write import write_document
from analytics.decompte.releve import find_rule, settle_year
from analytics.objectif.lectures import LECTURES
from analytics.trajectoire.country import last_period
from analytics.vocabulary.perimetre import NATIONAL
from analytics.vocabulary.schemas import SIMULATION
from analytics.vocabulary.situation import Moment
from data.actes.couts import choose_cost
from data.actes.version import version_of
from data.reference import load_parameters, load_referentiel, load_rules
from pages.terminal.french import vigie
from pages.terminal.shared import Day, give, opened, perimetre_of


@vigie.command()
@click.option("--annee", type=click.IntRange(2000, 2100), required=True, help="Année de l'objectif.")
@click.option("--cour", metavar="COUR", default=None, help="Une seule cour : code ou nom.")
@click.option("--regle", default=USUAL_SETTLEMENT, help="Règle du décompte.", show_default=True)
@click.option("--lecture", type=click.Choice(list(LECTURES)), default=None, help="Ce qui est mesuré.")
@click.option("--mode", type=click.Choice(list(SHARING)), default=None, help="Partage entre les cours.")
@click.option("--cout-etpt", metavar="EUROS", default=None, help="Coût d'un ETPT, en euros.")
@click.option("--connu-le", type=Day(), default=None, help="Situation connue à la fin de ce jour.")
@click.option(
    "--format", "output", type=click.Choice(["json", "csv", "xlsx", "pdf"]), required=True, help="Document."
)
def decompte(
    annee: int,
    cour: str | None,
    regle: str,
    lecture: str | None,
    mode: str | None,
    cout_etpt: str | None,
    connu_le: date | None,
    output: Any,
) -> None:
    """Régler une année : ce que chaque cour, et le ministère, auraient à rembourser."""
    seen, referentiel = perimetre_of(cour), load_referentiel()
    bareme = find_rule([Bareme.from_toml(table) for table in load_rules()], regle, annee)
    if lecture is not None:
        bareme = replace(bareme, lecture=lecture)
    with opened() as store:
        lot = store.lot_connu_le(connu_le)
        demo, faits = store.etat().demo, store.faits(NATIONAL, connu_le=connu_le)
        lots = store.lots(NATIONAL)
        cout = choose_cost(cout_etpt or "", "", annee, store.registre(), connu_le, load_parameters())
    releve = settle_year(
        faits,
        referentiel,
        bareme,
        periode=last_period(faits, annee),
        mode=mode,
        cout=cout,
        moment=Moment(lot, connu_le, demo),
    )
    content = write_document(
        releve,
        output,
        faits,
        referentiel,
        cour=None if seen.national else next(iter(seen.cours)),
        perimetre=NATIONAL,
        edition=Edition(SIMULATION, version_of()),
        lots=lots,
    )
    give(content)
