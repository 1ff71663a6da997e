"""Where to act: what could be avoided and is not yet, by activity and by juridiction.

Of the extractions needed without video, the law allows some to be avoided; of those, the prisons equipped
put some within reach; of those, some are avoided already. What is left within reach is the potential; what
only equipment would bring is the cost of not equipping. A steering figure, on working hypotheses
(`data/parametres/leviers.toml`): the settlement knows none of it.
"""

from collections.abc import Mapping
from datetime import date
from math import cos, hypot, radians

import dataframely as dy
import polars as pl

from analytics.objectif.need import Besoin
from analytics.objectif.profile import season_of
from analytics.vocabulary.parameters import Parametres
from analytics.vocabulary.periods import Periode, last_day_of_month
from analytics.vocabulary.schemas import Activites, Declarations, Equipements, Juridictions

# What is avoided now is read on the last months answered, at most this many of the last year.
MONTHS_READ = 6
MONTHS_BACK = 12
# Mean agent-hours of an extraction: 1 270 ETPT of 1 607 hours for 155 000 extractions (circular, p. 1).
HOURS_PER_EXTRACTION = 1270 * 1607 / 155_000
KM_PER_DEGREE = 111.2


class Potentiel(dy.Schema):
    """Extractions of a year of one juridiction and one activité, all told in extractions a year.

    `faites`: avoided now, null where the juridiction answered none of the last months: its potential is
    then an upper bound. `potentiel`: within reach and not avoided. `non_equipees`: what equipping every
    prison would add. `non_permises`: what the law does not allow, or not yet. What is avoided beyond the
    ceiling counts as avoided, and the four then sum to more than the base. `poids`: effort of the escort,
    of mean 1 over the base of the country.
    """

    cour = dy.String()
    juridiction = dy.String(primary_key=True)
    activite = dy.String(primary_key=True)
    base = dy.Float64(min=0)
    faites = dy.Float64(nullable=True, min=0)
    potentiel = dy.Float64(min=0)
    non_equipees = dy.Float64(min=0)
    non_permises = dy.Float64(min=0)
    poids = dy.Float64(min=0)
    compte = dy.Bool()


def find_potential(
    besoin: dy.DataFrame[Besoin],
    cellules: dy.DataFrame[Declarations],
    *,
    activites: dy.DataFrame[Activites],
    juridictions: dy.DataFrame[Juridictions],
    equipes: Mapping[str, float],
    periode: Periode,
    parametres: Parametres,
) -> dy.DataFrame[Potentiel]:
    """Find what is left to avoid in each juridiction and activité at the end of a period.

    `cellules`: declared in the last twelve months. `equipes`: share of the prison population of each cour
    held in equipped prisons; a cour that is not there has the ceiling of the text (85 %, circular p. 4).
    """
    day = last_day_of_month(periode.fin)
    legal = {
        row["activite"]: 0.0
        if row["legal_depuis"] is not None and row["legal_depuis"] > day
        else _setting(parametres, f"part_legale_{row['activite']}", day, 1.0)
        for row in activites.iter_rows(named=True)
    }
    covered = float(parametres.at("part_population_couverte", day).valeur)
    weights = _weigh(besoin, juridictions, day, parametres)
    legale = pl.col("base") * pl.col("activite").replace_strict(legal, return_dtype=pl.Float64)
    ceiling = pl.col("legale") * pl.col("cour").replace_strict(
        dict(equipes), default=covered, return_dtype=pl.Float64
    )
    done = pl.col("faites").fill_null(0.0)
    return Potentiel.validate(
        besoin.join(_done(cellules, parametres), on=["juridiction", "activite"], how="left")
        .join(
            cellules.select("juridiction", repond=pl.lit(value=True)).unique(), on="juridiction", how="left"
        )
        # An activity that an answering juridiction never filled in is not practised there.
        .with_columns(faites=pl.when("repond").then(done), legale=legale)
        .with_columns(plafond=ceiling)
        .join(weights, on=["juridiction", "activite"])
        .select(
            "cour",
            "juridiction",
            "activite",
            "base",
            "faites",
            potentiel=(pl.col("plafond") - done).clip(0),
            non_equipees=pl.max_horizontal("legale", done) - pl.max_horizontal("plafond", done),
            non_permises=pl.max_horizontal("base", done) - pl.max_horizontal("legale", done),
            poids="poids",
            compte="compte",
        )
        .sort("cour", "juridiction", "activite")
    )


def _done(cellules: dy.DataFrame[Declarations], parametres: Parametres) -> pl.DataFrame:
    """Annualise what the last months answered avoided: their sum ÷ the share of the year they carry."""
    # In order: floats added in another one differ by a last digit.
    months = cellules.select("juridiction", "mois").unique().sort("juridiction", "mois")
    kept = months.filter(pl.col("mois").rank("ordinal", descending=True).over("juridiction") <= MONTHS_READ)
    answered: list[date] = months["mois"].unique().to_list()
    seasons = {mois: float(season_of(mois.year, parametres)[mois.month - 1]) for mois in answered}
    carried = kept.group_by("juridiction", maintain_order=True).agg(
        part=pl.col("mois").replace_strict(seasons, default=None, return_dtype=pl.Float64).sum()
    )
    return (
        cellules.join(kept, on=["juridiction", "mois"])
        .group_by("juridiction", "activite")
        .agg(evitees=pl.col("extractions_evitees").sum())
        .join(carried, on="juridiction")
        .select("juridiction", "activite", faites=pl.col("evitees") / pl.col("part"))
    )


def _weigh(
    besoin: dy.DataFrame[Besoin], juridictions: dy.DataFrame[Juridictions], day: date, parametres: Parametres
) -> pl.DataFrame:
    """Weigh an extraction by the hours of its escort: agents × (2 km / speed + wait + preparation).

    More agents for a détenu particulièrement signalé; the distance is that to the seat of the cour, for
    want of the prisons' own places, and no longer than a road: Wallis is 2 000 km away from Nouméa.
    """

    def value(name: str) -> float:
        return float(parametres.at(name, day).valeur)

    usual = value("part_dps")
    watched = {
        code: _setting(parametres, f"part_dps_{code}", day, usual) for code in besoin["activite"].unique()
    }
    places = {
        code: (latitude, longitude)
        for code, latitude, longitude in juridictions.select(
            "juridiction", "latitude", "longitude"
        ).iter_rows()
    }
    km = {
        juridiction: min(
            max(
                value("escorte_km_minimum"),
                value("escorte_detour")
                * _distance(places[juridiction], places.get(cour, places[juridiction])),
            ),
            value("escorte_km_maximum"),
        )
        for juridiction, cour in besoin.select("juridiction", "cour").unique().iter_rows()
    }
    agents, of_watched = value("escorte_agents"), value("escorte_agents_dps")
    part = pl.col("activite").replace_strict(watched, return_dtype=pl.Float64)
    travel = 2 * pl.col("juridiction").replace_strict(km, return_dtype=pl.Float64) / value("escorte_vitesse")
    hours = (agents + (of_watched - agents) * part) * (
        travel + value("escorte_attente") + value("escorte_preparation")
    )
    return besoin.with_columns(heures=hours).select(
        "juridiction",
        "activite",
        poids=pl.col("heures") / ((pl.col("heures") * pl.col("base")).sum() / pl.col("base").sum()),
    )


def _setting(parametres: Parametres, name: str, day: date, usual: float) -> float:
    found = parametres.find(name, day)
    return float(found.valeur) if found else usual


def _distance(here: tuple[float, float], there: tuple[float, float]) -> float:
    """Give the kilometres between two places as the crow flies; good enough within one ressort."""
    middle = radians((here[0] + there[0]) / 2)
    return KM_PER_DEGREE * hypot(here[0] - there[0], (here[1] - there[1]) * cos(middle))


class ResteAEviter(dy.Schema):
    """What is left to avoid somewhere: in an activity, a juridiction or a cour (`cle`)."""

    cle = dy.String(primary_key=True)
    base = dy.Float64(min=0)
    faites = dy.Float64(min=0)
    potentiel = dy.Float64(min=0)
    au_plus = dy.Float64(min=0)
    non_equipees = dy.Float64(min=0)
    non_permises = dy.Float64(min=0)


def add_up_potential(
    potentiel: dy.DataFrame[Potentiel], par: str, *, pondere: bool
) -> dy.DataFrame[ResteAEviter]:
    """Sum by `par` (activite, juridiction or cour), largest potential first.

    `au_plus`: the part of the potential that lies in juridictions whose practice is not known.
    `pondere` weighs every extraction by the effort of its escort.
    """
    weight = pl.col("poids") if pondere else pl.lit(1.0)
    return ResteAEviter.validate(
        potentiel.with_columns(
            pl.col("base", "faites", "potentiel", "non_equipees", "non_permises") * weight,
            muette=pl.col("faites").is_null(),
        )
        .group_by(cle=par, maintain_order=True)
        .agg(
            pl.col("base").sum(),
            pl.col("faites").sum(),
            pl.col("potentiel").sum(),
            au_plus=pl.col("potentiel").filter("muette").sum(),
            non_equipees=pl.col("non_equipees").sum(),
            non_permises=pl.col("non_permises").sum(),
        )
        .sort(["potentiel", "cle"], descending=[True, False])
    )


class Retard(dy.Schema):
    """A prison without equipment, and what that costs in a year."""

    cour = dy.String(primary_key=True)
    etablissement = dy.String(primary_key=True)
    population = dy.Int64(min=0)
    extractions = dy.Float64(min=0)
    etpt = dy.Float64(min=0)


def cost_of_inaction(
    potentiel: dy.DataFrame[Potentiel],
    equipements: dy.DataFrame[Equipements],
    *,
    periode: Periode,
    etpt_par_extraction: float,
) -> dy.DataFrame[Retard]:
    """Tell what equipping each prison would put within reach: its share of what its cour lacks.

    The extractions of a cour are taken to follow the population held.
    """
    day = last_day_of_month(periode.fin)
    lost = potentiel.group_by("cour", maintain_order=True).agg(extractions=pl.col("non_equipees").sum())
    part = (pl.col("population") / pl.col("population").sum().over("cour")).fill_nan(0.0)
    return Retard.validate(
        equipements.filter(pl.col("equipe_depuis").is_null() | (pl.col("equipe_depuis") > day))
        .join(lost, on="cour")
        .with_columns(extractions=pl.col("extractions") * part)
        .select(
            "cour",
            "etablissement",
            "population",
            "extractions",
            etpt=pl.col("extractions") * etpt_par_extraction,
        )
        .sort("cour", "etablissement")
    )
