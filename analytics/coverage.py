"""Who answered, who did not, and what their silence may hide.

A juridiction answers for a month when it declared at least one cell. The denominator of every rate is
the juridictions in force that month, so one that is not in force is never silent. Silence is never
counted as zero: beside what is declared stands a plausible ceiling of what was left unsaid.

Everywhere, `totaux` has one row a juridiction and a month answered (`TotalJuridiction`), and
`attendues` one row (mois, juridiction, cour, type) a juridiction and a month in force.
"""

from datetime import date

import dataframely as dy
import polars as pl

from analytics.schemas import TotalJuridiction

ANSWERED = "répondu"
CORRECTED = "corrigé"
SILENT = "silence"
NOT_IN_FORCE = "pas en vigueur"
GLYPHS = {ANSWERED: "✓", CORRECTED: "C", SILENT: "·", NOT_IN_FORCE: "–"}

# How far a juridiction's own past and future speak for a month on which it was silent. While the
# practice spreads, a year on is another world: on the demo's first year, whose truth is known (3 474
# avoided, 2 300 declared), twelve months bound it by 8 373, three by 4 712, both containing every month.
MONTHS_AROUND = 3
# When it never spoke: what nine of ten juridictions of its kind stayed under, that month.
PLAUSIBLE_SHARE = 0.9


class Reponses(dy.Schema):
    """Answers expected and received for a month, by cour."""

    mois = dy.Date(primary_key=True)
    cour = dy.String(primary_key=True)
    attendues = dy.Int64(min=1)
    repondues = dy.Int64(min=0)

    @dy.rule()
    def repondues_parmi_attendues(cls) -> pl.Expr:
        """Only answers that were expected count."""
        return pl.col("repondues") <= pl.col("attendues")


class Fourchette(dy.Schema):
    """Extractions avoided that count for the objective: what is declared, and what is plausible at most."""

    mois = dy.Date(primary_key=True)
    cour = dy.String(primary_key=True)
    bas = dy.Int64(min=0)
    haut = dy.Int64(min=0)

    @dy.rule()
    def bas_sous_haut(cls) -> pl.Expr:
        """Silence can only add."""
        return pl.col("bas") <= pl.col("haut")


class EtatReponse(dy.Schema):
    """What became of the answer of one juridiction for one month, in one word and one glyph."""

    mois = dy.Date(primary_key=True)
    juridiction = dy.String(primary_key=True)
    etat = dy.String(check=lambda c: c.is_in(list(GLYPHS)))
    glyphe = dy.String()


def count_answers(totaux: dy.DataFrame[TotalJuridiction], attendues: pl.DataFrame) -> dy.DataFrame[Reponses]:
    """Count the answers expected and received, by month and cour."""
    return Reponses.validate(
        _with_answer(totaux, attendues)
        .group_by("mois", "cour")
        .agg(attendues=pl.len().cast(pl.Int64), repondues=pl.col("repond").sum().cast(pl.Int64))
        .sort("mois", "cour")
    )


def describe_answers(
    totaux: dy.DataFrame[TotalJuridiction], attendues: pl.DataFrame
) -> dy.DataFrame[EtatReponse]:
    """Tell, for every juridiction and every month of `attendues`, whether it answered.

    A juridiction in force during some of the months only is « pas en vigueur » in the others. An
    answer is « corrigé » when a later lot changed it.
    """
    grid = attendues.select("mois").unique().join(attendues.select("juridiction").unique(), how="cross")
    known = _with_answer(totaux, attendues)
    return EtatReponse.validate(
        grid.join(known, on=["mois", "juridiction"], how="left")
        .select(
            "mois",
            "juridiction",
            etat=pl.when(pl.col("repond").is_null())
            .then(pl.lit(NOT_IN_FORCE))
            .when(~pl.col("repond"))
            .then(pl.lit(SILENT))
            .when(pl.col("corrige"))
            .then(pl.lit(CORRECTED))
            .otherwise(pl.lit(ANSWERED)),
        )
        .with_columns(glyphe=pl.col("etat").replace_strict(GLYPHS))
        .sort("juridiction", "mois")
    )


def bound(totaux: dy.DataFrame[TotalJuridiction], attendues: pl.DataFrame) -> dy.DataFrame[Fourchette]:
    """Bound the extractions avoided of each month and cour between what is declared and a ceiling.

    Low: what is declared. High: the same, plus for each silent juridiction the most it declared
    in any month within three of that one; if it never spoke, the ninetieth centile (higher) of what
    the juridictions of its kind declared that month, or over all months when none of them answered.
    A steering figure: the settlement counts only what is declared. `totaux` may cover more months
    than `attendues`, and should: the past speaks for the silent.
    """
    declared = totaux.group_by("mois", "cour").agg(bas=pl.col("evitees_objectif").sum())
    unsaid = ceilings(totaux, attendues).group_by("mois", "cour").agg(plafond=pl.col("plafond").sum())
    months_and_cours = pl.concat(
        [
            attendues.select("mois", "cour"),
            declared.join(attendues, on="mois", how="semi").select("mois", "cour"),
        ]
    ).unique()
    return Fourchette.validate(
        months_and_cours.join(declared, on=["mois", "cour"], how="left")
        .join(unsaid, on=["mois", "cour"], how="left")
        .select("mois", "cour", bas=pl.col("bas").fill_null(0), haut=pl.col("plafond").fill_null(0))
        .with_columns(haut=pl.col("bas") + pl.col("haut"))
        .sort("mois", "cour")
    )


def ceilings(totaux: dy.DataFrame[TotalJuridiction], attendues: pl.DataFrame) -> pl.DataFrame:
    """Give each silent (mois, juridiction, cour) the most it may plausibly have avoided, `plafond`.

    The rule is that of `bound`.
    """
    silent = (
        _with_answer(totaux, attendues)
        .filter(~pl.col("repond"))
        .select("mois", "juridiction", "cour", "type")
    )
    kinds = attendues.select("juridiction", "type").unique().unique(subset="juridiction", keep="first")
    said = totaux.select("juridiction", "mois", "evitees_objectif")
    own = (
        silent.join(said.rename({"mois": "autre"}), on="juridiction")
        .filter((_rank_of("mois") - _rank_of("autre")).abs() <= MONTHS_AROUND)
        .group_by("mois", "juridiction")
        .agg(propre=pl.col("evitees_objectif").max())
    )
    of_kind = said.join(kinds, on="juridiction")
    centile = pl.col("evitees_objectif").quantile(PLAUSIBLE_SHARE, interpolation="higher").cast(pl.Int64)
    of_month = of_kind.group_by("mois", "type").agg(du_mois=centile)
    of_all_months = of_kind.group_by("type").agg(de_toujours=centile)
    return (
        silent.join(own, on=["mois", "juridiction"], how="left")
        .join(of_month, on=["mois", "type"], how="left")
        .join(of_all_months, on="type", how="left")
        .select(
            "mois",
            "juridiction",
            "cour",
            plafond=pl.coalesce("propre", "du_mois", "de_toujours", pl.lit(0, dtype=pl.Int64)),
        )
        .sort("mois", "juridiction")
    )


def falling_silent(
    totaux: dy.DataFrame[TotalJuridiction], attendues: pl.DataFrame, *, mois: date, mois_precedents: int
) -> pl.DataFrame:
    """List the (juridiction, cour) that answered the previous months, all of them, and not this one."""
    return _turned(totaux, attendues, mois=mois, mois_precedents=mois_precedents, before=True)


def speaking_again(
    totaux: dy.DataFrame[TotalJuridiction], attendues: pl.DataFrame, *, mois: date, mois_precedents: int
) -> pl.DataFrame:
    """List the (juridiction, cour) that answer this month after that many months of silence, in force."""
    return _turned(totaux, attendues, mois=mois, mois_precedents=mois_precedents, before=False)


def _turned(
    totaux: dy.DataFrame[TotalJuridiction],
    attendues: pl.DataFrame,
    *,
    mois: date,
    mois_precedents: int,
    before: bool,
) -> pl.DataFrame:
    known = _with_answer(totaux, attendues)
    now = known.filter(pl.col("mois") == mois, pl.col("repond") != before)
    earlier = (
        known.filter(
            pl.col("mois") < mois,
            pl.col("mois") >= pl.lit(mois).dt.offset_by(f"-{mois_precedents}mo"),
            pl.col("repond") == before,
        )
        .group_by("juridiction")
        .len()
        .filter(pl.col("len") == mois_precedents)
    )
    return (
        now.join(earlier, on="juridiction", how="semi")
        .select("juridiction", "cour")
        .sort("cour", "juridiction")
    )


def _rank_of(column: str) -> pl.Expr:
    return pl.col(column).dt.year() * 12 + pl.col(column).dt.month().cast(pl.Int32)


def _with_answer(totaux: dy.DataFrame[TotalJuridiction], attendues: pl.DataFrame) -> pl.DataFrame:
    """Add to each expected answer whether it came (`repond`) and whether it was changed since (`corrige`)."""
    answers = totaux.select(
        "mois",
        "juridiction",
        repond=pl.lit(value=True),
        corrige=pl.col("dernier_lot") != pl.col("premier_lot"),
    )
    return (
        attendues.sort("mois", "juridiction", "cour")
        .unique(subset=["mois", "juridiction"], keep="first", maintain_order=True)
        .join(answers, on=["mois", "juridiction"], how="left")
        .with_columns(pl.col("repond", "corrige").fill_null(value=False))
    )
