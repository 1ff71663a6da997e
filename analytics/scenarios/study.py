"""A scenario studied from what was known at the end of a month: what its levers change, and the odds."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from typing import Any

import dataframely as dy
import numpy as np
import polars as pl

from analytics.couverture.coverage import Couverture
from analytics.leviers.equipment import equipped_shares
from analytics.leviers.levier import name_prison
from analytics.leviers.potential import MONTHS_BACK, Potentiel, find_potential
from analytics.objectif.lectures import Regle
from analytics.objectif.need import spread_base
from analytics.objectif.objective import etpt_per_extraction
from analytics.projection.outlook import Avenir
from analytics.scenarios.draws import Tirages, draw, most_likely
from analytics.scenarios.reader import Lieux
from analytics.scenarios.scenario import Hypotheses, Scenario, places_named
from analytics.scenarios.simulated_outlook import PerspectivesSimulees, draw_outlook
from analytics.scenarios.simulation import Simulation, simulate
from analytics.scenarios.terrain import Terrain, lay_out_terrain
from analytics.statistics.ranges import Floats
from analytics.trajectoire.country import Pays, cover_each, list_positions, survey
from analytics.vocabulary.errors import UserFacingError
from analytics.vocabulary.parameters import Parametres
from analytics.vocabulary.perimetre import Perimetre
from analytics.vocabulary.periods import FIRST_YEAR, Periode, last_day_of_month, period_ahead
from analytics.vocabulary.reference import Reference
from analytics.vocabulary.schemas import COUNTRY, Declarations, Equipements
from analytics.vocabulary.situation import Faits, Referentiel

RIEN, INTERACTION, TOTAL = "rien_ne_change", "interaction", "total"

NOTHING_PROJECTED = (
    "Rien n'est projeté à cette date : un scénario part de la projection de fin d'année. Choisissez un mois "
    "où des déclarations sont connues."
)


class Tirage(dy.Schema):
    """One step of one draw, in extractions avoided and declared before the end of the year.

    `etape`: scenario 0 (what the months to come bring if nothing changes), each lever alone by its rank
    (« levier_1 »…), their interaction, and the total, which is their sum.
    """

    etape = dy.String(primary_key=True)
    tirage = dy.Int64(primary_key=True, min=1)
    evitees = dy.Float64()


@dataclass(frozen=True)
class Socle:
    """What every scenario of one situation starts from; `terrain` None: nothing is projected.

    `couvertures` is `country.cover_each`, where the year has begun: on what each total so far rests.
    """

    periode: Periode
    pays: Pays
    couvertures: Mapping[str, Couverture]
    potentiel: dy.DataFrame[Potentiel]
    equipements: dy.DataFrame[Equipements]
    terrain: Terrain | None
    parametres: Parametres

    @property
    def jour(self) -> date:
        """Give the day whose parameters hold."""
        return max(self.periode.fin, date(2009, 1, 1))

    @property
    def etpt_par_extraction(self) -> float:
        """Give the ETPT that an extraction takes."""
        return float(etpt_per_extraction(self.parametres, date(FIRST_YEAR, 1, 1)))

    def hypotheses(self, scenario: Scenario) -> Hypotheses:
        """Give the hypotheses of a scenario: the usual ones, save those that it replaces."""
        return Hypotheses.at(self.parametres, self.jour).replaced_by(scenario.hypotheses)


def start_from(
    faits: Faits,
    referentiel: Referentiel,
    cellules: dy.DataFrame[Declarations],
    *,
    fin: date,
    regle: Regle,
) -> Socle:
    """Gather what every scenario starts from, as known at the end of the month `fin`.

    `cellules`: the declarations of `months_read`; `regle` is that of `survey`. After a December,
    the year ahead is the next one.
    """
    periode, day = period_ahead(fin), last_day_of_month(fin)
    reference, parametres = referentiel.reference, referentiel.parametres
    pays = survey(faits, referentiel, regle=regle, periode=periode)
    bases = {cour: base.extractions for cour, base in pays.reference.items()}
    equipes = equipped_shares(faits.equipements, day)

    def potential_of(courts: pl.DataFrame) -> dy.DataFrame[Potentiel]:
        places = courts.select("juridiction", "cour", "type")
        besoin = spread_base(places, faits, referentiel, bases=bases, day=day)
        return find_potential(
            besoin,
            cellules,
            activites=reference.activites,
            juridictions=reference.juridictions,
            equipes=equipes,
            periode=Periode(fin),
            parametres=parametres,
        )

    now = reference.attendues(fin, fin)
    potentiel = potential_of(now)
    ahead = pays.perspectives.a_venir if pays.perspectives else ()
    ouvertes = reference.attendues(ahead[0], ahead[-1]) if ahead else now
    coming = pl.concat([now, ouvertes]).unique("juridiction", keep="first", maintain_order=True)
    return Socle(
        periode=periode,
        pays=pays,
        couvertures=(cover_each(faits, referentiel, pays) if periode.mois_ecoules else {}),
        potentiel=potentiel,
        equipements=faits.equipements,
        terrain=lay_out_terrain(
            potentiel if coming.height == now.height else potential_of(coming),
            pays.perspectives,
            bases=bases,
            ouvertes=ouvertes,
            activites=reference.activites,
            equipements=faits.equipements,
            day=day,
            parametres=parametres,
        ),
        parametres=parametres,
    )


@dataclass(frozen=True)
class Etude:
    """A scenario and what it changes, all the cours: restrict before showing. `pays`: under it."""

    scenario: Scenario
    socle: Socle
    hypotheses: Hypotheses
    simulation: Simulation
    pays: Pays

    @property
    def tirages(self) -> Tirages:
        """Give the draws."""
        return self.simulation.tirages

    def avenir(self, cours: Collection[str]) -> Avenir | None:
        """Give what scenario 0 brings to some cours before the end of the year."""
        perspectives = self.socle.pays.perspectives
        return perspectives.of(cours) if perspectives else None

    def lay_out_draws(self, cours: Collection[str]) -> dy.DataFrame[Tirage]:
        """Lay the draws of some cours out, a row a step and a draw: the steps sum to the total."""
        avenir = self.avenir(cours)
        nothing = draw_outlook(avenir, self.tirages.projection) if avenir else np.zeros(self.tirages.nombre)
        alone = self.simulation.alone(cours)
        steps: dict[str, Floats] = {RIEN: nothing}
        steps |= {f"levier_{rank}": row for rank, row in enumerate(alone, 1)}
        steps[INTERACTION] = self.simulation.interaction(cours)
        steps[TOTAL] = nothing + self.simulation.total(cours)
        draws = list(range(1, self.tirages.nombre + 1))
        return Tirage.validate(
            pl.concat(
                pl.DataFrame({"etape": [name] * len(draws), "tirage": draws, "evitees": row})
                for name, row in steps.items()
            )
        )


def study(
    socle: Socle,
    scenario: Scenario,
    *,
    tirages: int,
    graine: int,
    progress: Callable[[float], None] | None = None,
) -> Etude | None:
    """Run a scenario on what it starts from; None where nothing is projected."""
    terrain, perspectives = socle.terrain, socle.pays.perspectives
    if terrain is None or perspectives is None:
        return None
    hypotheses = socle.hypotheses(scenario)
    # Nothing to draw where nothing changes, and scipy's sequences are slow to import.
    drawn = (
        draw(scenario, hypotheses, tirages=tirages, graine=graine)
        if scenario.leviers
        else most_likely(scenario, hypotheses)
    )
    simulation = simulate(terrain, scenario, hypotheses, drawn, progress=progress)
    return Etude(
        scenario=scenario,
        socle=socle,
        hypotheses=hypotheses,
        simulation=simulation,
        pays=replace(socle.pays, perspectives=PerspectivesSimulees.under(perspectives, simulation.ensemble)),
    )


def three(values: Floats) -> dict[str, float]:
    """Sum draws up: their mean, and what 1 draw in 10 stays under, and above."""
    low, high = np.quantile(values, (0.1, 0.9)).tolist()
    return {"moyenne": float(values.mean()), "q10": low, "q90": high}


def write_account(
    etude: Etude,
    cours: Collection[str],
    *,
    avant: Mapping[str, Mapping[str, Any]],
    apres: Mapping[str, Mapping[str, Any]],
    graine: int,
) -> dict[str, Any]:
    """Write what a scenario changes for a machine, for the cours that its reader may see.

    `avant` and `apres`: their positions, and that of all of them together, as `country.list_positions` writes
    them, by cour. `total` and `gain` are what is declared; `nettes`, what is really avoided, whose ETPT are
    `etpt`. `national` is the whole country, beside its `cours`, where its reader may see it. Figures are
    rounded to six decimals.
    """
    simulation, terrain = etude.simulation, etude.simulation.terrain
    months = simulation.ensemble[simulation.rows(cours)].sum(axis=0)
    alone, together = simulation.alone(cours), simulation.interaction(cours)

    def line(cour: str) -> dict[str, Any]:
        named = cours if cour == COUNTRY else [cour]
        return {
            "gain": three(simulation.total(named)),
            "nettes": three(simulation.net(named)),
            "avant": {name: avant[cour][name] for name in _KEPT},
            "apres": {name: apres[cour][name] for name in _KEPT},
        }

    account: dict[str, Any] = {
        "scenario": etude.scenario.as_document(),
        "tirages": etude.tirages.nombre,
        "graine": graine,
        "annee": etude.socle.periode.annee,
        "total": three(simulation.total(cours)),
        "nettes": three(simulation.net(cours)),
        "etpt": three(simulation.net(cours) * etude.socle.etpt_par_extraction),
        "mois": [{"mois": f"{mois:%Y-%m}", **three(months[rank])} for rank, mois in enumerate(terrain.mois)],
        "leviers": [
            {"levier": rank, "nature": levier.nature, "nom": levier.nom, **three(alone[rank - 1])}
            for rank, levier in enumerate(simulation.leviers, 1)
        ],
        "interaction": three(together),
        **({"national": line(COUNTRY)} if COUNTRY in avant else {}),
        "cours": [{"cour": cour, **line(cour)} for cour in avant if cour != COUNTRY],
    }
    return _rounded(account)


_KEPT = ("objectif", "evitees", "projection", "p_objectif", "indicatif", "reponse_supposee", "etat")


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        return round(value, 6) + 0.0
    if isinstance(value, Fraction):
        return round(float(value), 6)
    # What a list or a table holds is not known before it is looked at.
    if isinstance(value, dict):
        return {name: _rounded(each) for name, each in value.items()}  # pyright: ignore[reportUnknownVariableType] - any JSON
    if isinstance(value, list):
        return [_rounded(each) for each in value]  # pyright: ignore[reportUnknownVariableType] - any JSON
    return value


def flatten_account(account: Mapping[str, Any]) -> pl.DataFrame:
    """Lay an account out as a table: a row a month, a lever and a cour, `gain` being what it adds."""
    rows: list[dict[str, Any]] = []

    def add(objet: str, nom: str, gain: Mapping[str, float], line: Mapping[str, Any] | None = None) -> None:
        row: dict[str, Any] = {
            "objet": objet,
            "nom": nom,
            **{f"gain_{key}": value for key, value in gain.items()},
        }
        for moment in ("avant", "apres"):
            told: Mapping[str, Any] = (line or {}).get(moment) or {}
            ahead: Mapping[str, Any] = told.get("projection") or {}
            row[f"annee_{moment}"] = ahead.get("moyenne")
            row[f"p_objectif_{moment}"] = told.get("p_objectif")
            row[f"reponse_supposee_{moment}"] = told.get("reponse_supposee")
            row[f"etat_{moment}"] = told.get("etat")
        rows.append(row)

    add("total", "", account["total"])
    add("nettes", "", account["nettes"])
    add("etpt", "", account["etpt"])
    for each in account["mois"]:
        add("mois", each["mois"], {name: each[name] for name in ("moyenne", "q10", "q90")})
    for each in account["leviers"]:
        told = {name: each[name] for name in ("moyenne", "q10", "q90")}
        add("levier", each["nom"] or each["nature"], told)
    add("interaction", "", account["interaction"])
    whole: list[Mapping[str, Any]] = (
        [{"cour": COUNTRY, **account["national"]}] if "national" in account else []
    )
    for each in [*whole, *account["cours"]]:
        add("cour", each["cour"], each["gain"], each)
    return pl.DataFrame(rows, infer_schema_length=None)


def places_of(reference: Reference, equipements: dy.DataFrame[Equipements], perimetre: Perimetre) -> Lieux:
    """List what a reader's scenario may name."""
    seen = perimetre.restrict(reference.juridictions)
    prisons = perimetre.restrict(equipements).select("cour", "etablissement")
    return Lieux(
        cours=frozenset(seen["cour"]),
        juridictions=frozenset(seen["juridiction"]),
        activites=frozenset(reference.activites.filter("compte_objectif")["activite"]),
        prisons=frozenset(name_prison(cour, name) for cour, name in prisons.iter_rows()),
    )


def cours_named(scenario: Scenario, reference: Reference) -> frozenset[str]:
    """List the cours that a scenario names, by themselves or by one of their juridictions, at any date."""
    of: dict[str, set[str]] = {}
    for juridiction, cour in reference.juridictions.select("juridiction", "cour").iter_rows():
        of.setdefault(juridiction, set()).add(cour)
    return places_named(scenario, lambda code: of.get(code, set()))


def months_read(fin: date) -> tuple[date, date]:
    """Give the first and last month of the declarations that tell what is avoided now."""
    first = fin.year * 12 + fin.month - MONTHS_BACK
    return date(first // 12, first % 12 + 1, 1), fin


def draws_of(parametres: Parametres, day: date) -> tuple[int, int]:
    """Give the usual number of draws, and their seed."""
    return int(parametres.at("tirages", day).valeur), int(parametres.at("graine", day).valeur)


def run_scenario(
    socle: Socle,
    scenario: Scenario,
    *,
    tirages: int,
    graine: int,
    progress: Callable[[float], None] | None = None,
) -> Etude:
    """Study a scenario; raises `UserFacingError` where nothing is projected."""
    found = study(socle, scenario, tirages=tirages, graine=graine, progress=progress)
    if found is None:
        raise UserFacingError(NOTHING_PROJECTED)
    return found


def account_of_scenario(
    etude: Etude, perimetre: Perimetre, reference: Reference, parametres: Parametres, *, graine: int
) -> dict[str, Any]:
    """Write what a scenario changes for a machine, for the cours of its reader."""
    before, after = (
        {
            line["cour"]: line
            for line in list_positions(each, reference.cours, etude.socle.couvertures, parametres)
        }
        for each in (etude.socle.pays, etude.pays)
    )
    cours = seen_cours(etude.socle, perimetre)
    kept = {COUNTRY, *cours} if perimetre.national else {*cours}
    return write_account(
        etude,
        cours,
        avant={code: line for code, line in before.items() if code in kept},
        apres={code: line for code, line in after.items() if code in kept},
        graine=graine,
    )


def answers_supposed(socle: Socle, cours: Collection[str]) -> float | None:
    """Give the share of the answers to come that the odds of a year suppose, levers aside."""
    perspectives = socle.pays.perspectives
    ahead = perspectives.of(cours) if perspectives else None
    return ahead.reponse if ahead else None


def seen_cours(socle: Socle, perimetre: Perimetre) -> tuple[str, ...]:
    """List the cours that are simulated and that a reader may see."""
    cours = socle.terrain.cours if socle.terrain else ()
    return tuple(cour for cour in cours if perimetre.holds(cour))
