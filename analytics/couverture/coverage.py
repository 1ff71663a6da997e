"""Who answered and who did not, and on how much of the country a total rests.

What the silence of each may hide is told by `silence`; here it is set beside the answers, in four figures.

A juridiction answers for a month when it declared at least one cell. The denominator of every rate is
the juridictions in force that month, so one that is not in force is never silent.

Everywhere, `totaux` has one row a juridiction and a month answered (`TotalJuridiction`), and
`attendues` one row (mois, juridiction, cour, type) a juridiction and a month in force.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

import dataframely as dy
import polars as pl

from analytics.couverture.silence import Silence, round_up
from analytics.vocabulary.periods import Periode
from analytics.vocabulary.schemas import TotalJuridiction

ANSWERED = "répondu"
CORRECTED = "corrigé"
SILENT = "silence"
NOT_IN_FORCE = "pas en vigueur"
GLYPHS = {ANSWERED: "✓", CORRECTED: "C", SILENT: "·", NOT_IN_FORCE: "–"}


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


@dataclass(frozen=True)
class Couverture:
    """On how much of the country a total of avoided extractions rests, and where the truth may lie.

    `attendues`, `repondues`: answers, one a juridiction in force and a month. `part_volume`: the share of the
    usual volume (`volume`) that they stand for, null where nothing was ever avoided.

    Four figures, in order. The lower bound counts silence as 0: for a sum, that is what is declared, so
    `declarees` is both. `estimees`, and its interval `bas`–`haut` that holds 8 times out of 10: each of the
    silent as its past, its cour and its own silence lead to expect (`nonresponse`). `borne_haute`: each of
    them at its ceiling (`ceiling`). The last four are null where nobody ever answered. One more answer, at or
    under the ceiling of its cell, never widens `largeur`.

    `au_prorata`: only some activities are counted. One answers for all of them at once, so the answers are
    the same, and what silence adds is shared by what is declared.
    """

    attendues: int
    repondues: int
    part_volume: float | None
    declarees: int
    estimees: int | None
    bas: int | None
    haut: int | None
    borne_haute: int | None
    au_prorata: bool

    @property
    def part_reponse(self) -> Fraction | None:
        """Give the share of the juridictions that answered, month by month; None where none was expected."""
        return Fraction(self.repondues, self.attendues) if self.attendues else None

    @property
    def complete(self) -> bool:
        """Tell whether every answer expected has come: the four figures are then one."""
        return self.repondues == self.attendues

    @property
    def largeur(self) -> int | None:
        """Give the width of the range, from what is declared to the upper bound."""
        return None if self.borne_haute is None else self.borne_haute - self.declarees


def cover(
    reponses: dy.DataFrame[Reponses],
    silence: Silence | None,
    cours: Collection[str],
    *,
    periode: Periode,
    declarees: int,
    dont: int | None = None,
) -> Couverture:
    """Tell on what the total of some cours rests, from January to the end of the period.

    `declarees`: all that they declared avoided. `dont`: what they declared in the activities counted, where
    these are not all.
    """
    kept = periode.keep(reponses).filter(pl.col("cour").is_in(sorted(cours)))
    counted = declarees if dont is None else dont
    estimees = bas = haut = borne_haute = None
    if silence is not None:
        unsaid = silence.of(cours, declarees=declarees)
        share = Fraction(1) if dont is None else Fraction(dont, declarees) if declarees else Fraction(0)
        borne_haute = counted + round_up(float((unsaid.au_plus - declarees) * share))
        estimees, bas, haut = (
            min(counted + round((value - declarees) * share), borne_haute)
            for value in (unsaid.estimees, unsaid.bas, unsaid.haut)
        )
    return Couverture(
        attendues=int(kept["attendues"].sum()),
        repondues=int(kept["repondues"].sum()),
        part_volume=None if silence is None else silence.part_volume(cours),
        declarees=counted,
        estimees=estimees,
        bas=bas,
        haut=haut,
        borne_haute=borne_haute,
        au_prorata=dont is not None,
    )


def add_bounds(totals: pl.DataFrame, silence: Silence | None, *, par: str, total: str) -> pl.DataFrame:
    """Add `borne_haute` to the totals of some cours or juridictions: `total`, and the most they left unsaid.

    `par`: cour or juridiction. Null where nobody ever answered; a null total, for want of any answer, counts
    as 0 in its bound.
    """
    if silence is None:
        return totals.with_columns(borne_haute=pl.lit(None, dtype=pl.Int64))
    at_most = silence.list_silent(set(silence.cours)).group_by(par).agg(pl.col("plafond").sum())
    return (
        totals.join(at_most, on=par, how="left", maintain_order="left")
        .with_columns(
            borne_haute=pl.col(total).fill_null(0)
            + pl.col("plafond").fill_null(0.0).round(6).ceil().cast(pl.Int64)
        )
        .drop("plafond")
    )


def list_bounds(totals: Mapping[str, int], silence: Silence | None) -> dict[str, int | None]:
    """Give the upper bound of what each cour avoided, from what it declared."""
    frame = pl.DataFrame({"cour": list(totals), "declarees": list(totals.values())})
    bounded = add_bounds(frame, silence, par="cour", total="declarees")
    return dict(bounded.select("cour", "borne_haute").iter_rows())


def share_bounds(activites: pl.DataFrame, couverture: Couverture) -> pl.DataFrame:
    """Add `borne_haute` to totals by activity, pro rata of what is declared; null outside the objective.

    `activites` has `compte_objectif` and `extractions_evitees`; `couverture`: that of the activities of the
    objective together.
    """
    declared, width = couverture.declarees, couverture.largeur
    counts = pl.col("extractions_evitees")
    if width is None:
        return activites.with_columns(borne_haute=pl.lit(None, dtype=pl.Int64))
    part = counts * width / declared if declared else pl.lit(0.0)
    return activites.with_columns(
        borne_haute=pl.when("compte_objectif").then(counts + part.round(6).ceil().cast(pl.Int64))
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
