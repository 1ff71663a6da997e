"""How the collection of a month goes: who answered in time, how fast answers come, who is to be reminded.

`coverage` tells who answered; here the days count. An answer is dated by the first lot that gave it: the day
its file was received, where someone said so, else the day it was entered, in Paris. A file entered once the
collection of its month was over, nobody having said when it was received, gives answers without a day: they
are neither late nor in time, and their campaign has no pace. An answer is late when its day follows the
closing of its campaign, whatever was granted since.

As there, `totaux` has one row a juridiction and a month answered, `attendues` one row (mois, juridiction,
cour, type) a juridiction and a month in force.
"""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

import dataframely as dy
import polars as pl

from analytics.collecte.calendar import Campagne
from analytics.vocabulary.received import day_counted, day_entered
from analytics.vocabulary.schemas import (
    APPELE,
    COUNTRY,
    ENVOYE,
    IMPORT,
    Lots,
    Relances,
    Reouvertures,
    TotalJuridiction,
)

AWAITED = "attendue"
ON_TIME = "répondue"
LATE = "répondue hors délai"
UNDATED = "répondue, jour inconnu"
CORRECTED = "corrigée"
NO_ANSWER = "non répondue"
NOT_IN_FORCE = "sans objet"
GLYPHS = {
    ON_TIME: "✓",
    LATE: "R",
    CORRECTED: "C",
    AWAITED: "○",
    NO_ANSWER: "·",
    NOT_IN_FORCE: "–",
    UNDATED: "?",
}

# The last time that a juridiction was heard from, or spoken to.
ANSWER, E_MAIL, TELEPHONE_CALL = "réponse", "messagerie", "téléphone"

_PAIR = ["mois", "juridiction"]
_UNDATED = pl.col("repondu").fill_null(value=False) & pl.col("repondue_le").is_null()


class SuiviReponse(dy.Schema):
    """The answer of one juridiction for one month, as it stands on a day, in one word and one glyph.

    `cour` is null where the juridiction was not in force. `repondue_le` and `modifiee_le`: the days of the
    first and the last lot of the answer, the second null when nothing changed. An answer both late and
    corrected is told late: a correction does not bring it back in time; `corrigee` keeps that it was.
    """

    mois = dy.Date(primary_key=True)
    juridiction = dy.String(primary_key=True)
    cour = dy.String(nullable=True)
    etat = dy.String(check=lambda c: c.is_in(list(GLYPHS)))
    glyphe = dy.String()
    repondue_le = dy.Date(nullable=True)
    modifiee_le = dy.Date(nullable=True)
    corrigee = dy.Bool()


class RythmeReponse(dy.Schema):
    """The answers come by each day of a campaign: `rang` 1 is the opening.

    `repondues` and `part` are null on the days to come, and on every day where some answers have no day:
    `sans_jour` counts them. `part_habituelle`: the median, over the earlier campaigns whose answers all have
    their day, of what had come by their day of the same rank; null where there is none.
    """

    mois = dy.Date(primary_key=True)
    rang = dy.Int64(primary_key=True, min=1)
    jour = dy.Date()
    attendues = dy.Int64(min=0)
    repondues = dy.Int64(min=0, nullable=True)
    part = dy.Float64(min=0, max=1, nullable=True)
    part_habituelle = dy.Float64(min=0, max=1, nullable=True)
    sans_jour = dy.Int64(min=0)

    @dy.rule()
    def repondues_parmi_attendues(cls) -> pl.Expr:
        """Only answers that were expected count."""
        return pl.col("repondues") <= pl.col("attendues")


class AvancementCour(dy.Schema):
    """How far the answers of a cour have come on a day of a campaign; `COUNTRY`: those of all of them.

    `hors_delai`: those of the answers that came after the closing; `sans_jour`: those of which nobody knows.
    `part_habituelle`: the median, over the earlier campaigns whose answers all have their day
    (`campagnes_datees`), of what had come by their day of the same rank; null where there is none, or where
    some of these answers have no day.
    """

    cour = dy.String(primary_key=True)
    attendues = dy.Int64(min=1)
    repondues = dy.Int64(min=0)
    hors_delai = dy.Int64(min=0)
    sans_jour = dy.Int64(min=0)
    campagnes_datees = dy.Int64(min=0)
    part = dy.Float64(min=0, max=1)
    part_habituelle = dy.Float64(min=0, max=1, nullable=True)


class ARelancer(dy.Schema):
    """A juridiction that has not answered for a month.

    `absences`: the months in force without an answer, this one included, since it last gave one.
    `dernier_contact`: the last day it answered, for any month, or was reminded; null when never. `contact`
    says which.
    """

    juridiction = dy.String(primary_key=True)
    cour = dy.String()
    absences = dy.Int64(min=1)
    dernier_contact = dy.Date(nullable=True)
    contact = dy.String(nullable=True, check=lambda c: c.is_in([ANSWER, E_MAIL, TELEPHONE_CALL]))


def follow_answers(
    totaux: dy.DataFrame[TotalJuridiction],
    attendues: pl.DataFrame,
    lots: dy.DataFrame[Lots],
    reouvertures: dy.DataFrame[Reouvertures],
    *,
    campagnes: Iterable[Campagne],
    jour: date,
) -> dy.DataFrame[SuiviReponse]:
    """Tell, for every juridiction and every campaign, what its answer is on a day.

    A silent juridiction is still awaited until the closing, or until the day to which its month was
    reopened.
    """
    closings = closings_of(campagnes)
    due = _once(attendues).join(closings, on="mois")
    grid = closings.join(due.select("juridiction").unique(), how="cross")
    reopened = (
        reouvertures.sort("reouverture")
        .unique(_PAIR, keep="last", maintain_order=True)
        .select(*_PAIR, "jusqu_au")
    )
    answered = pl.col("repondu").fill_null(value=False)
    return SuiviReponse.validate(
        grid.join(due.select(*_PAIR, "cour"), on=_PAIR, how="left")
        .join(_dated(totaux, lots, closings), on=_PAIR, how="left")
        .join(reopened, on=_PAIR, how="left")
        .with_columns(
            etat=pl.when(pl.col("cour").is_null())
            .then(pl.lit(NOT_IN_FORCE))
            .when(answered & pl.col("repondue_le").is_null())
            .then(pl.lit(UNDATED))
            .when(answered & (pl.col("repondue_le") > pl.col("cloture")))
            .then(pl.lit(LATE))
            .when(answered & pl.col("corrigee"))
            .then(pl.lit(CORRECTED))
            .when(answered)
            .then(pl.lit(ON_TIME))
            .when(pl.max_horizontal("cloture", "jusqu_au") >= jour)
            .then(pl.lit(AWAITED))
            .otherwise(pl.lit(NO_ANSWER))
        )
        .select(
            *_PAIR,
            "cour",
            "etat",
            glyphe=pl.col("etat").replace_strict(GLYPHS, return_dtype=pl.String),
            repondue_le="repondue_le",
            modifiee_le=pl.when("corrigee").then("modifiee_le"),
            corrigee=pl.col("corrigee").fill_null(value=False),
        )
        .sort("juridiction", "mois")
    )


def follow_rate(
    totaux: dy.DataFrame[TotalJuridiction],
    attendues: pl.DataFrame,
    lots: dy.DataFrame[Lots],
    *,
    campagne: Campagne,
    anterieures: Sequence[Campagne],
    jour: date,
) -> dy.DataFrame[RythmeReponse]:
    """Follow the response rate day by day through one campaign, beside what earlier ones had by then.

    The days after `jour` have no rate yet. An earlier campaign that was shorter goes on with its late
    answers.
    """
    campaigns = [each for each in (*anterieures, campagne) if each.mois <= campagne.mois]
    dated = _once(attendues).join(_dated(totaux, lots, closings_of(campaigns)), on=_PAIR, how="left")
    undated = dict(dated.group_by("mois").agg(_UNDATED.sum()).iter_rows())
    known = {
        each.mois: _rates(dated, each, campagne.jours)
        for each in campaigns
        if each.mois == campagne.mois or not undated.get(each.mois)
    }
    now = known.pop(campagne.mois)
    without_day = int(undated.get(campagne.mois, 0))
    earlier = [each.select("rang", "part") for each in known.values()]
    usual = pl.concat([now.select("rang", "part").clear(), *earlier]).group_by("rang")
    unknown = (pl.col("jour") > jour) | (without_day > 0)
    return RythmeReponse.validate(
        now.join(usual.agg(part_habituelle=pl.col("part").median()), on="rang", how="left")
        .select(
            pl.lit(campagne.mois).alias("mois"),
            "rang",
            "jour",
            "attendues",
            repondues=pl.when(~unknown).then("repondues"),
            part=pl.when(~unknown).then("part"),
            part_habituelle="part_habituelle",
            sans_jour=pl.lit(without_day, dtype=pl.Int64),
        )
        .sort("rang")
    )


def compare_cours(
    totaux: dy.DataFrame[TotalJuridiction],
    attendues: pl.DataFrame,
    lots: dy.DataFrame[Lots],
    *,
    campagne: Campagne,
    anterieures: Iterable[Campagne],
    jour: date,
) -> dy.DataFrame[AvancementCour]:
    """Compare the answers of each cour on a day with what it usually gave by then, late answers included."""
    delay = jour - campagne.ouverture
    rows = [(each.mois, each.ouverture + delay, each.cloture) for each in (*anterieures, campagne)]
    limits = pl.DataFrame(
        rows, schema={"mois": pl.Date, "limite": pl.Date, "cloture": pl.Date}, orient="row"
    ).filter(pl.col("mois") <= campagne.mois)
    due = (
        _once(attendues)
        .join(limits, on="mois")
        .join(_dated(totaux, lots, limits.select("mois", "cloture")), on=_PAIR, how="left")
    )
    come = (pl.col("repondue_le") <= pl.col("limite")).fill_null(value=False) | _UNDATED
    counted = (
        pl.concat([due, due.with_columns(cour=pl.lit(COUNTRY))])
        .group_by("mois", "cour")
        .agg(
            attendues=pl.len().cast(pl.Int64),
            repondues=come.sum().cast(pl.Int64),
            hors_delai=(come & (pl.col("repondue_le") > pl.col("cloture"))).sum().cast(pl.Int64),
            sans_jour=_UNDATED.sum().cast(pl.Int64),
        )
        .with_columns(part=pl.col("repondues") / pl.col("attendues"))
    )
    now = pl.col("mois") == campagne.mois
    usual = (
        counted.filter(~now, pl.col("sans_jour") == 0)
        .group_by("cour")
        .agg(part_habituelle=pl.col("part").median(), campagnes_datees=pl.len().cast(pl.Int64))
    )
    return AvancementCour.validate(
        counted.filter(now)
        .drop("mois")
        .join(usual, on="cour", how="left")
        .with_columns(
            pl.col("campagnes_datees").fill_null(0),
            part_habituelle=pl.when(pl.col("sans_jour") == 0).then("part_habituelle"),
        )
        .sort("cour")
    )


def list_to_remind(
    totaux: dy.DataFrame[TotalJuridiction],
    attendues: pl.DataFrame,
    lots: dy.DataFrame[Lots],
    relances: dy.DataFrame[Relances],
    *,
    mois: date,
    clotures: pl.DataFrame,
) -> dy.DataFrame[ARelancer]:
    """List the juridictions that have not answered for a month, by cour.

    `attendues` goes back as far as absences are to be counted; `clotures` (`mois`, `cloture`): when the
    campaigns ended.
    """
    answers = _dated(totaux, lots, clotures)
    due = _once(attendues).filter(pl.col("mois") <= mois).join(answers, on=_PAIR, how="left")
    silent = due.filter(pl.col("mois") == mois, pl.col("repondu").is_null())
    since = due.filter(pl.col("repondu").is_not_null()).group_by("juridiction").agg(pl.col("mois").max())
    absences = (
        due.join(since, on="juridiction", how="left", suffix="_repondu")
        .filter(pl.col("mois") > pl.col("mois_repondu").fill_null(date.min))
        .group_by("juridiction")
        .agg(absences=pl.len().cast(pl.Int64))
    )
    reached = relances.filter(pl.col("resultat").is_in([ENVOYE, APPELE]))
    by_word = {"messagerie": E_MAIL, "telephone": TELEPHONE_CALL}
    contacts = (
        pl.concat(
            [
                answers.filter(pl.col("modifiee_le").is_not_null()).select(
                    "juridiction", dernier_contact=pl.col("modifiee_le"), contact=pl.lit(ANSWER)
                ),
                reached.select(
                    "juridiction",
                    dernier_contact=day_entered(),
                    contact=pl.col("etape").replace_strict(by_word, return_dtype=pl.String),
                ),
            ]
        )
        .sort("dernier_contact", "contact", maintain_order=True)
        .unique("juridiction", keep="last", maintain_order=True)
    )
    return ARelancer.validate(
        silent.select("juridiction", "cour")
        .join(absences, on="juridiction")
        .join(contacts, on="juridiction", how="left")
        .sort("cour", "juridiction")
    )


def _once(attendues: pl.DataFrame) -> pl.DataFrame:
    """Keep one row a juridiction and a month, as `coverage` does."""
    return attendues.sort("mois", "juridiction", "cour").unique(_PAIR, keep="first", maintain_order=True)


def closings_of(campagnes: Iterable[Campagne]) -> pl.DataFrame:
    """Give the day on which each campaign ends: `mois`, `cloture`."""
    rows = [(each.mois, each.cloture) for each in campagnes]
    return pl.DataFrame(rows, schema={"mois": pl.Date, "cloture": pl.Date}, orient="row")


def _dated(
    totaux: dy.DataFrame[TotalJuridiction], lots: dy.DataFrame[Lots], clotures: pl.DataFrame
) -> pl.DataFrame:
    """Give each answer its days, `repondue_le` and `modifiee_le`, and whether a later lot changed it.

    A day that nobody knows is null; `repondu` is true all the same.
    """
    days = lots.select(
        "lot", jour=day_counted(), muet=(pl.col("origine") == IMPORT) & pl.col("recu_le").is_null()
    )

    def day_of_lot(name: str) -> pl.Expr:
        return pl.when(~(pl.col(f"muet_{name}") & (pl.col(f"jour_{name}") > pl.col("cloture")))).then(
            pl.col(f"jour_{name}")
        )

    return (
        totaux.join(clotures, on="mois", how="left")
        .with_columns(pl.col("cloture").fill_null(date.max))
        .join(days.select(premier_lot="lot", jour_premier="jour", muet_premier="muet"), on="premier_lot")
        .join(days.select(dernier_lot="lot", jour_dernier="jour", muet_dernier="muet"), on="dernier_lot")
        .select(
            *_PAIR,
            repondu=pl.lit(value=True),
            repondue_le=day_of_lot("premier"),
            modifiee_le=day_of_lot("dernier"),
            corrigee=pl.col("dernier_lot") != pl.col("premier_lot"),
        )
    )


def _rates(dated: pl.DataFrame, campagne: Campagne, days: int) -> pl.DataFrame:
    """Count, on each of the first days of a campaign, the answers come by then."""
    answers = dated.filter(pl.col("mois") == campagne.mois)
    calendar = pl.DataFrame(
        {
            "rang": range(1, days + 1),
            "jour": [campagne.ouverture + timedelta(days=rank) for rank in range(days)],
        },
        schema={"rang": pl.Int64, "jour": pl.Date},
    )
    come = (
        calendar.join_where(answers.select("repondue_le"), pl.col("repondue_le") <= pl.col("jour"))
        .group_by("rang")
        .agg(repondues=pl.len().cast(pl.Int64))
    )
    return (
        calendar.join(come, on="rang", how="left")
        .with_columns(pl.col("repondues").fill_null(0), attendues=pl.lit(answers.height, dtype=pl.Int64))
        .with_columns(part=pl.when(pl.col("attendues") > 0).then(pl.col("repondues") / pl.col("attendues")))
    )
