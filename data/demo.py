"""A fictional ministry to look at: 24 months on the real courts, the same figures every time.

Nothing here is true but the courts. The counts follow the story the circular was written for: few
answer at first, those who use the equipment least stay silent longest, August is empty, and each
cour takes up the practice at its own pace. Every lot is marked `demo`, every screen says so.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import numpy as np
import polars as pl

from analytics.vocabulary.reference import Reference
from analytics.vocabulary.schemas import ALERTES_SCHEMA, AUTEUR_DEMO, DEMO, REJETS_SCHEMA, Equipements
from data.collecte.judging.plausibility import question_declarations
from data.reference import load_demo_uses, load_illustrative_base, load_parameters
from data.store.store import Entree

FIRST, LAST = date(2009, 1, 1), date(2010, 12, 1)
SEED = 20090205
# What a visitor finds: the cour that fell silent, the one that corrected a whole month, the figure to verify.
SLOWED_BY = 0.05
SILENT_COUR, SILENT_SINCE = "CA-BOURGES", date(2010, 5, 1)
CORRECTED_COUR, CORRECTED_MONTH = "CA-DOUAI", date(2010, 6, 1)
ALERT_COURT, ALERT_ACTIVITY, ALERT_MONTH = "TGI-EVRY", "INSTRUCTION", date(2010, 9, 1)

# How many days before the closing those on time answer, and which share of them: more once reminded.
_DAYS_BEFORE_CLOSING = {7: 0.15, 5: 0.2, 2: 0.35, 0: 0.3}
# The same on the day a visitor comes: that of the reminder, three days before the closing.
_DAYS_OF_THE_STORY = {7: 0.15, 5: 0.2, 3: 0.35, 0: 0.3}
_SEASON = (1.04, 0.99, 1.09, 1.0, 0.98, 1.07, 0.94, 0.58, 1.03, 1.1, 1.08, 1.1)


@dataclass(frozen=True)
class _World:
    """What really happened (`cells`), and who said so: `silence` has one row a juridiction and month."""

    cells: pl.DataFrame
    silence: pl.DataFrame


def demo_lots(reference: Reference, *, jour: date | None = None) -> list[tuple[Entree, datetime]]:
    """Build the lots of the demo, in the order in which they became known: two whole years.

    `jour`: as it stood at the end of a day, with what a visitor must find then to see what Vigie is for: a
    cour that fell silent, a correction that changed what was thought of another, a figure to verify.
    """
    generator = np.random.default_rng(SEED)
    world = _world(reference, generator)
    lots = _other_lots(reference, world, generator)
    days = _DAYS_BEFORE_CLOSING
    if jour is not None:
        # Only what the courts say of the second year is told otherwise: prisons and counts are the same.
        world, days = _with_a_story(world), _DAYS_OF_THE_STORY
    lots += _collection_lots(reference, world, generator, days)
    known = [each for each in lots if jour is None or each[1].date() <= jour]
    return sorted(known, key=lambda entry: entry[1])


def _with_a_story(world: _World) -> _World:
    """Slow the practice of 2010 down, so that the year is late; a cour falls silent, another forgets its
    second column for a month, a tribunal mistypes a figure.
    """
    # A generator of its own: the rest of the world stays what it was.
    avoided = world.cells["extractions_evitees"].to_numpy()
    slow = (world.cells["mois"].dt.year() == LAST.year).to_numpy()
    lost = np.random.default_rng(SEED + 3).binomial(np.where(slow, avoided, 0), SLOWED_BY)
    cells = world.cells.with_columns(pl.col("extractions_evitees", "visioconferences") - pl.Series(lost))
    quiet = (pl.col("cour") == SILENT_COUR) & (pl.col("mois") >= SILENT_SINCE)
    forgetful = (pl.col("cour") == CORRECTED_COUR) & (pl.col("mois") == CORRECTED_MONTH)
    mistaken = (
        (pl.col("juridiction") == ALERT_COURT)
        & (pl.col("activite") == ALERT_ACTIVITY)
        & (pl.col("mois") == ALERT_MONTH)
    )
    return _World(
        cells=cells.with_columns(
            pl.when(mistaken).then(9 * pl.col(name)).otherwise(name).alias(name)
            for name in ("visioconferences", "extractions_evitees")
        ),
        silence=world.silence.with_columns(
            muette=pl.when(quiet).then(True).when(forgetful).then(False).otherwise("muette"),
            tardive=pl.when(forgetful).then(False).otherwise("tardive"),
            corrigee=pl.when(forgetful).then(True).otherwise("corrigee"),
        ),
    )


def _world(reference: Reference, generator: np.random.Generator) -> _World:
    months = reference.attendues(FIRST, LAST)
    bases = load_illustrative_base()
    courts = months.select("juridiction", "cour", "type").unique(maintain_order=True).sort("juridiction")
    # The cour itself tries a fifth of its ressort's cases; its tribunaux share the rest unevenly.
    size = generator.gamma(2.0, 1.0, courts.height) + 0.2
    courts = courts.with_columns(
        taille=pl.when(pl.col("type").is_in(["CA", "TSA", "CHA"])).then(0.25).otherwise(pl.Series(size))
    )
    is_court = pl.col("type").is_in(["CA", "TSA", "CHA"])
    courts = courts.join(bases, on="cour").with_columns(
        base=pl.col("extractions")
        * pl.when(is_court)
        .then(0.2)
        .otherwise(0.8 * pl.col("taille") / pl.col("taille").filter(~is_court).sum().over("cour")),
        # How far and when a juridiction takes up the practice: its cour's pace, and its own.
        ardeur=pl.Series(generator.lognormal(0.0, 0.35, courts.height)),
        constance=pl.Series(generator.normal(0.0, 1.0, courts.height)),
    )
    paces = courts.select("cour").unique(maintain_order=True).sort("cour")
    paces = paces.with_columns(
        plafond=pl.Series(0.058 * generator.lognormal(0.0, 0.32, paces.height)),
        milieu=pl.Series(generator.normal(8.0, 2.6, paces.height)),
        lenteur=pl.Series(generator.uniform(2.0, 4.5, paces.height)),
    )
    held = (
        months.join(courts.drop("cour", "type", "extractions"), on="juridiction")
        .join(paces, on="cour")
        .with_columns(t=_months_since_the_first(), saison=_season())
        .with_columns(
            recours=pl.col("ardeur")
            * pl.col("plafond")
            / (1 + ((pl.col("milieu") - pl.col("t")) / pl.col("lenteur")).exp())
        )
        .sort("mois", "juridiction")
    )
    lines = (
        reference.lignes.join(load_demo_uses(), on="activite", how="left", maintain_order="left")
        .with_columns(pl.col("part", "autre_usage").fill_null(0.0))
        .with_columns(part_du_type=pl.col("part") / pl.col("part").sum().over("type"))
    )
    cells = (
        held.join(lines, on="type")
        .sort("mois", "juridiction", "ordre")
        .with_columns(
            possible=(
                pl.col("legal_depuis").is_null() | (pl.col("legal_depuis") <= pl.col("mois").dt.month_end())
            ).cast(pl.Float64)
        )
        .with_columns(
            attendu=pl.col("base")
            / 12
            * pl.col("saison")
            * pl.col("part_du_type")
            * pl.col("recours")
            * pl.col("possible"),
            autre=pl.col("autre_usage")
            * pl.col("saison")
            * (pl.col("base") / 800).sqrt()
            * pl.col("possible")
            * (0.6 + pl.col("t") / 24),
        )
    )
    # Gamma-Poisson: a hearing day more or less makes months vary more than chance alone.
    avoided = generator.poisson(cells["attendu"].to_numpy() * generator.gamma(4.0, 0.25, cells.height))
    beside = generator.poisson(0.55 * avoided + cells["autre"].to_numpy())
    rarely = cells.select((pl.col("colonne_2") == "exclue") | (pl.col("part") == 0)).to_series().to_numpy()
    avoided = np.where(rarely, 0, avoided)
    cells = cells.with_columns(
        extractions_evitees=pl.Series(avoided, dtype=pl.Int64),
        visioconferences=pl.Series(avoided + beside, dtype=pl.Int64),
    )
    # Silence falls from about 60 % to 10 % in two years, later where the equipment is used least.
    falling = 0.55 - 3.3 * held["t"].to_numpy() / 23
    use = np.log(held["ardeur"].to_numpy())
    propensity = falling - 1.1 * use - 0.8 * held["constance"].to_numpy()
    silent = generator.random(held.height) < 1 / (1 + np.exp(-propensity))
    lateness = generator.random(held.height)
    silence = held.select("mois", "juridiction", "cour").with_columns(
        muette=pl.Series(silent), tardive=pl.Series(lateness < 0.08), corrigee=pl.Series(lateness > 0.985)
    )
    return _World(cells=cells, silence=silence)


def _months_since_the_first() -> pl.Expr:
    return (pl.col("mois").dt.year() - FIRST.year) * 12 + pl.col("mois").dt.month() - 1


def _season() -> pl.Expr:
    return pl.col("mois").dt.month().replace_strict(dict(enumerate(_SEASON, 1)), return_dtype=pl.Float64)


def _collection_lots(
    reference: Reference, world: _World, generator: np.random.Generator, jours: Mapping[int, float]
) -> list[tuple[Entree, datetime]]:
    """Make each month's lots: answers as they come until the closing, late ones, then corrections.

    `jours`: how many days before the closing those on time answer, and which share of them.
    """
    columns = ["mois", "juridiction", "activite", "visioconferences", "extractions_evitees"]
    # A generator of its own: when they answer changes nothing of what they say.
    when = np.random.default_rng(SEED + 2).choice(
        list(jours), p=list(jours.values()), size=world.silence.height
    )
    silence = world.silence.with_columns(avance=pl.Series(when, dtype=pl.Int64))
    answered = world.cells.join(silence.filter(~pl.col("muette")), on=["mois", "juridiction", "cour"])
    lots: list[tuple[Entree, datetime]] = []
    known = answered.select(columns).clear()
    for (mois,), rows in answered.sort("mois", "cour", "juridiction", "ordre").group_by(
        "mois", maintain_order=True
    ):
        if not isinstance(mois, date):
            raise TypeError("mois must be a date")
        closing = (
            datetime(2009, 2, 25, 17, tzinfo=UTC) if mois == FIRST else _next_month(mois, day=10, hour=17)
        )
        corrected = rows.filter("corrigee").select(columns)
        # What was first typed before it was corrected: one column 2 forgotten.
        first_typed = pl.col("corrigee") & (pl.col("extractions_evitees") > 0)
        on_time = (
            rows.filter(~pl.col("tardive"))
            .with_columns(
                extractions_evitees=pl.when(first_typed).then(0).otherwise("extractions_evitees"),
                # Numbered from 2 in the file of each day.
                ligne=pl.int_range(2, pl.len() + 2).over("avance"),
            )
            .with_row_index("rang")
            .cast({"ligne": pl.Int64, "rang": pl.Int64})
        )
        # All the files of a month at once: a juridiction answers one day, and they share their history.
        questions = question_declarations(
            on_time.select(*columns, ligne="rang"),
            reference=reference,
            parametres=load_parameters(),
            historique=known,
            today=closing.date(),
        )
        for days in jours:
            of_day = on_time.filter(pl.col("avance") == days)
            come = of_day.select("ligne", *columns)
            moment = closing - timedelta(days=days)
            alertes = (
                questions.rename({"ligne": "rang"})
                .join(of_day.select("rang", "ligne"), on="rang", maintain_order="left")
                .select(questions.columns)
            )
            refused = None if days else _refused_lines(mois, rows, generator)
            lots.append((_entree(f"{mois:%Y-%m}_collecte_{moment:%d}.csv", come, refused, alertes), moment))
        known = pl.concat([known, rows.select(columns)])
        late = rows.filter("tardive").select(columns)
        if not late.is_empty():
            lots.append((_entree(f"{mois:%Y-%m}_reponses_tardives.csv", late), closing + timedelta(days=12)))
        changed = corrected.join(on_time.select(columns), on=columns, how="anti")
        if not changed.is_empty():
            lots.append((_entree(f"{mois:%Y-%m}_corrections.csv", changed), closing + timedelta(days=20)))
    return lots


def _other_lots(
    reference: Reference, world: _World, generator: np.random.Generator
) -> list[tuple[Entree, datetime]]:
    """Make what is not collected from the courts: base, count of Intérieur, credits, equipment."""
    bases = load_illustrative_base()
    source = "répartition illustrative de 155 000 par population"
    base = bases.with_columns(annee=pl.lit(2008, dtype=pl.Int64), source=pl.lit(source))
    lots = [
        (_entree("base_2008.csv", base, nature="base"), datetime(2009, 1, 15, 9, tzinfo=UTC)),
        (
            _entree("base_activites_2008.csv", _base_by_activity(bases), nature="base_activites"),
            datetime(2009, 1, 16, 9, tzinfo=UTC),
        ),
    ]

    true_figures = world.cells.group_by("mois", "cour").agg(evitees=pl.col("extractions_evitees").sum())
    months = (
        true_figures.join(bases, on="cour")
        .sort("mois", "cour")
        # Demand grows a little every month: what is avoided does not show whole in what is executed.
        .with_columns(croissance=1 + 0.0015 * _months_since_the_first())
        .with_columns(
            besoin=pl.col("extractions") / 12 * _season() * pl.col("croissance") - pl.col("evitees")
        )
    )
    required = generator.poisson(np.maximum(months["besoin"].to_numpy(), 0.0))
    by_police = generator.binomial(required, 0.35)
    for year in (2009, 2010):
        services: list[pl.DataFrame] = []
        for service, counted in (("gendarmerie", required - by_police), ("police", by_police)):
            not_executed = generator.binomial(counted, 0.006)
            services.append(
                months.select(
                    "mois",
                    "cour",
                    service=pl.lit(service),
                    extractions_requises=pl.Series(counted, dtype=pl.Int64),
                    extractions_executees=pl.Series(counted - not_executed, dtype=pl.Int64),
                )
            )
        counts = pl.concat(services).filter(pl.col("mois").dt.year() == year).sort("mois", "cour", "service")
        known = datetime(year + 1, 1, 20, 9, tzinfo=UTC)
        lots.append((_entree(f"interieur_{year}.csv", counts, nature="interieur"), known))
        credits_eur = (pl.col("extractions") * 25 / 2).cast(pl.Decimal(14, 2))
        credit = bases.select(
            pl.lit(year + 1, dtype=pl.Int64).alias("annee"),
            "cour",
            credits_eur=credits_eur,
            source=pl.lit("fictif"),
        )
        known = datetime(year + 1, 1, 10, 9, tzinfo=UTC)
        lots.append((_entree(f"credits_vacataires_{year + 1}.csv", credit, nature="credits"), known))

    prisons: list[tuple[object, ...]] = []
    for cour, nom in (
        reference.cours.filter(pl.col("valide_du").is_null()).select("cour", "nom_court").iter_rows()
    ):
        for number in range(1, int(generator.integers(2, 8))):
            since = date(2005, 1, 1) + timedelta(days=30 * int(generator.integers(0, 72)))
            population = int(generator.integers(60, 950))
            equipped = since.replace(day=1) if generator.random() < 0.85 else None
            prisons.append((cour, f"Établissement fictif {nom} {number}", population, equipped, "fictif"))
    held = pl.DataFrame(prisons, schema=Equipements.create_empty().schema, orient="row")
    equipment = _entree("equipements.csv", held, nature="equipements")
    lots.append((equipment, datetime(2009, 2, 20, 9, tzinfo=UTC)))
    return lots


def _base_by_activity(bases: pl.DataFrame) -> pl.DataFrame:
    """Split the base of each cour by activity: a national key that no two cours share exactly."""
    generator = np.random.default_rng(SEED + 1)
    parts = {
        parametre.nom.removeprefix("part_base_"): float(parametre.valeur)
        for parametre in load_parameters()
        if parametre.nom.startswith("part_base_")
    }
    rows: list[tuple[int, str, str, int, str]] = []
    for cour, extractions in bases.sort("cour").select("cour", "extractions").iter_rows():
        shares = generator.dirichlet(400 * np.array(list(parts.values())))
        ends = np.rint(np.cumsum(shares) * extractions).astype(int)
        counts = np.diff(ends, prepend=0).tolist()
        rows += [(2008, cour, code, n, "fictif") for code, n in zip(parts, counts, strict=True)]
    names = ["annee", "cour", "activite", "extractions", "source"]
    return pl.DataFrame(rows, schema=names, orient="row")


def _next_month(mois: date, *, day: int, hour: int) -> datetime:
    return datetime(mois.year + mois.month // 12, mois.month % 12 + 1, day, hour, tzinfo=UTC)


def _refused_lines(mois: date, rows: pl.DataFrame, generator: np.random.Generator) -> pl.DataFrame:
    """Make the faults of a month: now and then a figure that cannot be, and a name nobody knows."""
    refused: list[dict[str, object]] = []
    if mois.month % 3 == 0:
        row = rows.row(int(generator.integers(rows.height)), named=True)
        total = int(row["visioconferences"])
        refused.append(
            {
                "ligne": 2 + int(generator.integers(rows.height)),
                "regle": "evitees_superieures",
                "champ": "extractions_evitees",
                "valeur": str(total + 3),
                "motif": f"Les extractions évitées ({total + 3}) dépassent les visioconférences ({total}). "
                "Vérifiez que les deux colonnes ne sont pas inversées.",
                "texte": f"{mois:%m/%Y};{row['juridiction']};{row['activite']};{total};{total + 3}",
                "mois": mois,
                "juridiction": row["juridiction"],
                "activite": row["activite"],
                "remplace": None,
            }
        )
    if mois.month % 4 == 1:
        refused.append(
            {
                "ligne": 2 + rows.height,
                "regle": "juridiction_inconnue",
                "champ": "juridiction",
                "valeur": "TGI de Villeneuve",
                "motif": "La juridiction « TGI de Villeneuve » n'est pas dans la liste. "
                "Écrivez son code ou son nom complet.",
                "texte": f"{mois:%m/%Y};TGI de Villeneuve;JAP;4;2",
                "mois": mois,
                "juridiction": None,
                "activite": "JAP",
                "remplace": None,
            }
        )
    return pl.DataFrame(refused, schema=REJETS_SCHEMA)


def _entree(
    fichier: str,
    acceptees: pl.DataFrame,
    rejets: pl.DataFrame | None = None,
    alertes: pl.DataFrame | None = None,
    *,
    nature: str = "declarations",
) -> Entree:
    refused = pl.DataFrame(schema=REJETS_SCHEMA) if rejets is None else rejets
    return Entree(
        nature=nature,
        origine=DEMO,
        auteur=AUTEUR_DEMO,
        fichier=fichier,
        sha256=hashlib.sha256(acceptees.write_csv().encode()).hexdigest(),
        lues=acceptees.height + refused.height,
        acceptees=acceptees,
        rejets=refused,
        alertes=pl.DataFrame(schema=ALERTES_SCHEMA) if alertes is None else alertes,
    )
