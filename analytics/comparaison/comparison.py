"""Who is really different? Funnels, ratios at equal activities, shrunk values: never a league table.

Limits are exact, and widen for overdispersion, as counts of courts vary more than chance alone (Spiegelhalter
2005, « Funnel plots for comparing institutional performance »; dispersion as in FunnelPlotR 0.6.0).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import sqrt

import dataframely as dy
import numpy as np
import polars as pl
from numpy.typing import NDArray

from analytics.statistics import beta_binomial

Floats = NDArray[np.float64]

MESURES = {
    "evitees": "Extractions évitées, rapportées à celles qu'on attendrait",
    "colonnes": "Extractions évitées, rapportées aux visioconférences (colonne 2 / colonne 1)",
    "reponses": "Réponses reçues, rapportées aux réponses attendues",
}
CRITERES = {
    "toutes": "Toutes les cours",
    "groupe": "Cours du même groupe du ministère",
    "volume": "Cours de volume voisin",
    "equipement": "Cours d'équipement voisin",
}

# What lies out on each side of the limits at 95 % and 99,8 %.
TAIL_95, TAIL_998 = 0.025, 0.001
WINSOR = 0.10

INSIDE, ABOVE, FAR_ABOVE, BELOW, FAR_BELOW = (
    "écart courant entre cours",
    "au-dessus (95 %)",
    "nettement au-dessus (99,8 %)",
    "en dessous (95 %)",
    "nettement en dessous (99,8 %)",
)
GLYPHS = {INSIDE: "■", ABOVE: "▲", FAR_ABOVE: "▲▲", BELOW: "▼", FAR_BELOW: "▼▼"}


# --- Limits ---------------------------------------------------------------------------------------


def overdispersion(z: Floats, s: Floats, *, winsor: float) -> tuple[float, float]:
    """Measure how much more the units vary than chance alone: φ = mean z², and the variance τ² it adds.

    z is winsorised at both ends; τ² = (Iφ − (I−1)) / (Σw − Σw²/Σw), w = 1/s², and 0 where Iφ ≤ I − 1.
    """
    low, high = np.quantile(z, [winsor, 1 - winsor])
    phi = float(np.square(np.clip(z, low, high)).mean())
    weights = 1 / s**2
    excess = z.size * phi - (z.size - 1)
    room = float(weights.sum() - np.square(weights).sum() / weights.sum())
    return phi, excess / room if excess > 0 and room > 0 else 0.0


@dataclass(frozen=True)
class Dispersion:
    """The centre of a funnel of proportions, and the variance that its units add to chance."""

    theta: float
    phi: float
    tau2: float

    def limits(self, n: Floats, tail: float) -> tuple[Floats, Floats]:
        """Give the exact limits of a proportion out of n, widened: `tail` at most on each side.

        The units are believed beta-binomial: τ², the variance of an angle, is ρ / 4 where ρ is that of a
        share over θ (1 − θ). At large counts the limits are those of the arcsine scale.
        """
        return beta_binomial.find_limits(self.theta, 4 * self.tau2, n, tail)


def disperse(numerateurs: Floats, denominateurs: Floats, theta: float) -> Dispersion:
    """Measure the overdispersion of proportions around θ, on the arcsine scale (s = 1 / 2√n)."""
    s = 1 / (2 * np.sqrt(denominateurs))
    z = (np.arcsin(np.sqrt(numerateurs / denominateurs)) - np.arcsin(sqrt(theta))) / s
    phi, tau2 = overdispersion(z, s, winsor=WINSOR)
    return Dispersion(theta, phi, tau2)


# --- The funnel -----------------------------------------------------------------------------------


class Entonnoir(dy.Schema):
    """One cour in a funnel: its proportion, the limits at its size (widened), and where it falls.

    `soi`: the reader's own. A cour whose numerator exceeds its denominator cannot be a proportion: it has
    no limits, and its `position` says so; it says too where fewer than `LEAST_EXPECTED` are expected.
    """

    cour = dy.String(nullable=True)
    nom_court = dy.String()
    soi = dy.Bool()
    numerateur = dy.Float64(min=0)
    denominateur = dy.Float64(min=0)
    valeur = dy.Float64()
    bas_998 = dy.Float64(nullable=True)
    bas_95 = dy.Float64(nullable=True)
    haut_95 = dy.Float64(nullable=True)
    haut_998 = dy.Float64(nullable=True)
    position = dy.String()
    glyphe = dy.String()


# Under so many expected, none or twice as many is what chance alone brings.
LEAST_EXPECTED = 5.0
TOO_FEW = f"trop peu pour dire (moins de {LEAST_EXPECTED:.0f} attendues)"
IMPOSSIBLE = "hors d'échelle : plus d'évitées que d'attendues, base à vérifier"


def funnel(rows: pl.DataFrame, *, soi: str | None) -> tuple[dy.DataFrame[Entonnoir], Dispersion | None]:
    """Place the cours in a funnel; None when fewer than three of them can be compared.

    `rows`: cour, nom_court, numerateur, denominateur. A cour without denominator is left out. Those of which
    too little is expected make the mean with the others, but not the dispersion, where three others do.
    """
    kept = rows.filter(pl.col("denominateur") > 0).with_columns(
        valeur=pl.col("numerateur") / pl.col("denominateur"), soi=pl.col("cour").eq_missing(pl.lit(soi))
    )
    sound = kept.filter(pl.col("valeur") <= 1)
    spread = None
    if sound.height >= 3 and sound["numerateur"].sum() > 0:
        spread = _disperse_those_that_tell(sound["numerateur"].to_numpy(), sound["denominateur"].to_numpy())
    limits = dict.fromkeys(("bas_998", "bas_95", "haut_95", "haut_998"), pl.lit(None, dtype=pl.Float64))
    if spread is not None:
        n = kept["denominateur"].to_numpy()
        (low, high), (far_low, far_high) = spread.limits(n, TAIL_95), spread.limits(n, TAIL_998)
        possible = pl.col("valeur") <= 1
        limits = {
            name: pl.when(possible).then(pl.Series(name, values))
            for name, values in (
                ("bas_998", far_low),
                ("bas_95", low),
                ("haut_95", high),
                ("haut_998", far_high),
            )
        }
    placed = kept.with_columns(**limits).with_columns(
        position=pl.when(pl.col("valeur") > 1)
        .then(pl.lit(IMPOSSIBLE))
        .when(pl.col("denominateur") * (spread.theta if spread else 0.0) < LEAST_EXPECTED)
        .then(pl.lit(TOO_FEW))
        .when(pl.col("valeur") > pl.col("haut_998"))
        .then(pl.lit(FAR_ABOVE))
        .when(pl.col("valeur") > pl.col("haut_95"))
        .then(pl.lit(ABOVE))
        .when(pl.col("valeur") < pl.col("bas_998"))
        .then(pl.lit(FAR_BELOW))
        .when(pl.col("valeur") < pl.col("bas_95"))
        .then(pl.lit(BELOW))
        .otherwise(pl.lit(INSIDE))
    )
    return (
        Entonnoir.validate(
            placed.with_columns(glyphe=pl.col("position").replace_strict(GLYPHS, default="○")).select(
                Entonnoir.column_names()
            ),
            cast=True,
        ),
        spread,
    )


def _disperse_those_that_tell(numerateurs: Floats, denominateurs: Floats) -> Dispersion:
    """Measure the overdispersion on the cours large enough for an angle to be normal, if three are."""
    theta = float(numerateurs.sum() / denominateurs.sum())
    large = denominateurs * theta >= LEAST_EXPECTED
    if large.sum() < 3:
        return disperse(numerateurs, denominateurs, theta)
    return disperse(numerateurs[large], denominateurs[large], theta)


def trace_limits(spread: Dispersion, largest: float, *, points: int = 60) -> pl.DataFrame:
    """Trace the limits of a funnel from its narrow end to `largest`: `denominateur`, then four columns."""
    n = np.geomspace(max(largest / 2000, 1.0), largest * 1.05, points)
    (low, high), (far_low, far_high) = spread.limits(n, TAIL_95), spread.limits(n, TAIL_998)
    return pl.DataFrame(
        {"denominateur": n, "bas_998": far_low, "bas_95": low, "haut_95": high, "haut_998": far_high}
    )


# --- At equal activities --------------------------------------------------------------------------


def expect(cells: pl.DataFrame) -> pl.DataFrame:
    """Expect of each cour what the country does with the same activities.

    Gives `cour`, `observe`, `attendu` and `exposition`.

    Indirect standardisation: E_c = Σ_a exposition_ca × (Σ_c observe / Σ_c exposition)_a. `cells`: cour,
    activite, exposition, observe.
    """
    rates = cells.group_by("activite").agg(
        taux=pl.col("observe").sum() / pl.col("exposition").sum().replace(0, None)
    )
    return (
        cells.join(rates, on="activite")
        .group_by("cour")
        .agg(
            observe=pl.col("observe").sum(),
            attendu=(pl.col("exposition") * pl.col("taux").fill_null(0.0)).sum(),
            exposition=pl.col("exposition").sum(),
        )
        .sort("cour")
    )


class Rapport(dy.Schema):
    """One cour at equal activities: O / E raw, then shrunk towards 1 with its intervals.

    `rang_bas`–`rang_haut`: the ranks it may hold, 9 chances out of 10; never one rank. `limite_bas`–
    `limite_haut`: between which a cour of its size usually falls, and `position`, where its raw ratio falls:
    both those of the funnel, so that one thing only is called a difference. Null where none can be traced.
    """

    cour = dy.String(nullable=True)
    nom_court = dy.String()
    soi = dy.Bool()
    observe = dy.Float64(min=0)
    attendu = dy.Float64(min=0)
    brut = dy.Float64(nullable=True)
    rapport = dy.Float64(min=0)
    bas_95 = dy.Float64(min=0)
    bas_80 = dy.Float64(min=0)
    haut_80 = dy.Float64(min=0)
    haut_95 = dy.Float64(min=0)
    rang_bas = dy.Int64(min=1)
    rang_haut = dy.Int64(min=1)
    cours_comparees = dy.Int64(min=1)
    limite_bas = dy.Float64(nullable=True)
    limite_haut = dy.Float64(nullable=True)
    position = dy.String(nullable=True)


# A prior this strong shrinks everything to 1: the cours do not differ more than chance alone.
_STRONGEST = 1e6
DRAWS = 2_000


def prior_strength(observe: Floats, attendu: Floats) -> float:
    """Estimate a of the Gamma(a, a) prior of the ratios, by moments: Var(O) = E + E² / a."""
    excess = float((np.square(observe - attendu) - attendu).sum())
    return min(float(np.square(attendu).sum()) / excess, _STRONGEST) if excess > 0 else _STRONGEST


def shrink(rows: pl.DataFrame, *, soi: str | None, generator: np.random.Generator) -> dy.DataFrame[Rapport]:
    """Shrink the ratios (a + O) / (a + E) with their gamma intervals and the ranks they may hold.

    `rows`: cour, nom_court, observe, attendu. The order of the rows changes nothing: ranks are drawn in the
    order of the codes.
    """
    from scipy.special import gammaincinv

    ordered = rows.sort("cour")
    observe = ordered["observe"].to_numpy().astype(np.float64)
    attendu = ordered["attendu"].to_numpy().astype(np.float64)
    if not observe.size:
        return Rapport.create_empty()
    a = prior_strength(observe, attendu)
    shape, rate = a + observe, a + attendu
    draws: Floats = generator.gamma(shape, 1 / rate, (DRAWS, observe.size))
    ranks = (-draws).argsort(axis=1).argsort(axis=1) + 1
    low_rank, high_rank = np.quantile(ranks, [0.05, 0.95], axis=0, method="nearest")

    def quantile(part: float) -> Floats:
        found: Floats = np.asarray(gammaincinv(shape, part))
        return found / rate

    return Rapport.validate(
        ordered.select(
            "cour",
            "nom_court",
            soi=pl.col("cour").eq_missing(pl.lit(soi)),
            observe=pl.col("observe").cast(pl.Float64),
            attendu=pl.col("attendu").cast(pl.Float64),
            brut=pl.when(pl.col("attendu") > 0).then(pl.col("observe") / pl.col("attendu")),
            rapport=pl.Series(shape / rate),
            bas_95=pl.Series(quantile(0.025)),
            bas_80=pl.Series(quantile(0.10)),
            haut_80=pl.Series(quantile(0.90)),
            haut_95=pl.Series(quantile(0.975)),
            rang_bas=pl.Series(low_rank.astype(np.int64)),
            rang_haut=pl.Series(high_rank.astype(np.int64)),
            cours_comparees=pl.lit(observe.size, dtype=pl.Int64),
            limite_bas=pl.lit(None, dtype=pl.Float64),
            limite_haut=pl.lit(None, dtype=pl.Float64),
            position=pl.lit(None, dtype=pl.String),
        )
    )


def place_ratios(
    ratios: dy.DataFrame[Rapport], placed: dy.DataFrame[Entonnoir], spread: Dispersion | None
) -> dy.DataFrame[Rapport]:
    """Set each ratio between the limits of the funnel, which has the same numerators and expectations."""
    if spread is None or not spread.theta:
        return ratios
    limits = placed.select(
        "cour",
        limite_bas=pl.col("bas_95") / spread.theta,
        limite_haut=pl.col("haut_95") / spread.theta,
        position="position",
    )
    return Rapport.cast(
        ratios.drop("limite_bas", "limite_haut", "position").join(
            limits, on="cour", how="left", maintain_order="left"
        )
    )


def scale_to_country(rows: pl.DataFrame) -> pl.DataFrame:
    """Give the `denominateur` whose proportions compare as ratios do: the share avoided, at equal activities.

    `rows`: observe, attendu, exposition. The whole keeps its share; where nobody avoided anything, the
    exposition itself serves.
    """
    avoided, exposed = float(rows["observe"].sum()), float(rows["exposition"].sum())
    if not avoided or not exposed:
        return rows.with_columns(denominateur=pl.col("exposition"))
    return rows.with_columns(denominateur=pl.col("attendu") * exposed / avoided)


# --- Peers ----------------------------------------------------------------------------------------


def find_peers(
    cour: str,
    *,
    critere: str,
    groupes: Mapping[str, str | None],
    volumes: Mapping[str, float],
    equipes: Mapping[str, float],
) -> frozenset[str]:
    """List the cours to compare one with, itself included: its group, or its third by volume or equipment.

    A cour whose group or equipment is not known has no peer but itself.
    """
    match critere:
        case "groupe":
            own = groupes.get(cour)
            kept = {code for code, groupe in groupes.items() if own is not None and groupe == own}
        case "volume":
            kept = _same_third(cour, volumes)
        case "equipement":
            kept = _same_third(cour, equipes)
        case _:
            kept = set(volumes)
    return frozenset({cour, *kept})


def _same_third(cour: str, sizes: Mapping[str, float]) -> set[str]:
    if cour not in sizes:
        return set()
    ordered: Sequence[str] = sorted(sizes, key=lambda code: (sizes[code], code))
    third = {code: 3 * rank // len(ordered) for rank, code in enumerate(ordered)}
    return {code for code, place in third.items() if place == third[cour]}


ANONYMOUS = "Une cour"


def mask(rows: pl.DataFrame, *, par: str) -> pl.DataFrame:
    """Take away the name and the code of every cour but the reader's own; ordered by `par`, not by name."""
    return rows.with_columns(
        cour=pl.when("soi").then("cour"),
        nom_court=pl.when("soi").then("nom_court").otherwise(pl.lit(ANONYMOUS)),
    ).sort("soi", par, descending=[True, False])
