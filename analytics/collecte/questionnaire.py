"""The monthly questionnaire of one juridiction: when it may be filled in, what it changes, what it says.

What is typed is judged elsewhere, by the rules that judge a file; here are the window of a month, the
comparison of an answer with what was declared before, and the sentences that tell them.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

import dataframely as dy
import polars as pl

from analytics.collecte.calendar import CLOSED, TO_COME, Campagne, campaign_of, first_month, open_campaign
from analytics.vocabulary.errors import UserFacingError
from analytics.vocabulary.months import FIRST_YEAR, LAST_YEAR, previous_month
from analytics.vocabulary.parameters import Parametres
from analytics.vocabulary.schemas import Reouvertures
from analytics.vocabulary.wording import count, long_date, number, of_month, typeset

REOPENED = "rouverte"
# How long before its closing a demonstration looks at a campaign: the day of the reminder.
_DEMO_DAYS = 3

FIRST, SAME, CHANGED, WITHDRAWN, UNANSWERED, REFUSED = (
    "nouvelle",
    "inchangée",
    "corrigée",
    "retirée",
    "non répondue",
    "en erreur",
)
_FIGURES = ("visioconferences", "extractions_evitees")


@dataclass(frozen=True)
class Fenetre:
    """Whether the answer of a juridiction for a month is taken on a day (`jour`), and until when.

    `rouverte_au` and `motif`: those of the reopening that counts, whether or not it is over.
    """

    campagne: Campagne
    jour: date
    rouverte_au: date | None
    motif: str

    @property
    def etat(self) -> str:
        """Tell where the answer stands: a stage of the campaign, or « rouverte » once it is over."""
        stage = self.campagne.stage_on(self.jour)
        if stage == CLOSED and self.rouverte_au is not None and self.jour <= self.rouverte_au:
            return REOPENED
        return stage

    @property
    def prend(self) -> bool:
        """Tell whether an answer is taken."""
        return self.etat not in (TO_COME, CLOSED)

    @property
    def phrase(self) -> str:
        """Say whether an answer is taken, and when it is, was or will be."""
        de_mois = of_month(self.campagne.mois)
        match self.etat:
            case "à venir":
                told = f"La collecte {de_mois} ouvrira le {long_date(self.campagne.ouverture)}."
            case "close":
                told = (
                    f"La collecte {de_mois} s'est close le {long_date(self.campagne.cloture)}. Pour répondre "
                    "ou corriger, demandez à la SDSE de rouvrir le mois."
                )
            case "rouverte":
                assert self.rouverte_au is not None  # noqa: S101 - what makes it « rouverte »
                told = (
                    f"La collecte {de_mois} est close ; la SDSE l'a rouverte pour votre juridiction jusqu'au "
                    f"{long_date(self.rouverte_au)} ({self.motif})."
                )
            case _:
                last = self.jour == self.campagne.cloture
                told = f"La collecte {de_mois} est ouverte jusqu'au {long_date(self.campagne.cloture)}" + (
                    ", aujourd'hui inclus : c'est le dernier jour." if last else " inclus."
                )
        return typeset(told)


def window_of(
    mois: date, juridiction: str, jour: date, reouvertures: dy.DataFrame[Reouvertures], parametres: Parametres
) -> Fenetre:
    """Tell whether the answer of a juridiction for a month is taken on a day; the last reopening counts."""
    mine = reouvertures.filter(pl.col("mois") == mois, pl.col("juridiction") == juridiction)
    last = mine.sort("reouverture").tail(1).to_dicts()
    return Fenetre(
        campaign_of(mois, parametres),
        jour,
        last[0]["jusqu_au"] if last else None,
        last[0]["motif"] if last else "",
    )


def months_to_answer(jour: date, parametres: Parametres) -> list[date]:
    """List the months that a questionnaire may be opened for on a day, the last first."""
    first, last = first_month(parametres), previous_month(jour)
    return pl.date_range(first, max(first, last), "1mo", eager=True).reverse().to_list()


def read_month(text: str) -> date | None:
    """Read the month of a link: « 2009-03 »; None where there is none."""
    try:
        mois = date.fromisoformat(f"{text}-01") if len(text) == len("2009-03") else None
    except ValueError:
        return None
    return mois if mois is not None and FIRST_YEAR <= mois.year <= LAST_YEAR else None


def usual_month(jour: date, parametres: Parametres) -> date:
    """Give the month that a questionnaire opens on: that of the campaign under way, else the last one."""
    found = open_campaign(jour, parametres)
    return found.mois if found else months_to_answer(jour, parametres)[0]


def day_of_demo(mois: date, parametres: Parametres) -> date:
    """Give the day that a demonstration takes for today when it is asked for a month."""
    cloture = campaign_of(mois, parametres).cloture
    return cloture.replace(day=cloture.day - _DEMO_DAYS)


class Comparaison(dy.Schema):
    """An activity of an answer beside what was declared for the month, and the last month answered before.

    `etat`: what validating would do of the cell, or « en erreur », without figures, where what is typed
    cannot be taken. Figures are null where nobody declared any.
    """

    activite = dy.String(primary_key=True)
    visioconferences = dy.Int64(nullable=True, min=0)
    extractions_evitees = dy.Int64(nullable=True, min=0)
    visioconferences_avant = dy.Int64(nullable=True, min=0)
    extractions_evitees_avant = dy.Int64(nullable=True, min=0)
    visioconferences_precedent = dy.Int64(nullable=True, min=0)
    extractions_evitees_precedent = dy.Int64(nullable=True, min=0)
    etat = dy.String(check=lambda c: c.is_in([FIRST, SAME, CHANGED, WITHDRAWN, UNANSWERED, REFUSED]))


def compare_answer(
    acceptees: pl.DataFrame,
    lignes: pl.DataFrame,
    declarees: pl.DataFrame,
    precedentes: pl.DataFrame,
    *,
    refusees: Collection[str],
) -> dy.DataFrame[Comparaison]:
    """Put an answer beside what the month holds now, and beside the last month answered.

    `lignes`: the activities of the questionnaire (`activite`), in order. `acceptees`, `declarees` and
    `precedentes` have (`activite`, `visioconferences`, `extractions_evitees`); a line of `acceptees` whose
    figures are null withdraws, an activity that is not there says nothing and leaves what was declared.
    `refusees`: the activities whose texts were refused.
    """
    said = pl.col("dite").fill_null(value=False)
    refused = pl.col("activite").is_in(list(refusees))
    figures = [*_FIGURES]
    joined = (
        lignes.select("activite")
        .join(
            acceptees.select("activite", *figures, dite=pl.lit(value=True)),
            on="activite",
            how="left",
            maintain_order="left",
        )
        .join(_suffixed(declarees, "avant"), on="activite", how="left", maintain_order="left")
        .join(_suffixed(precedentes, "precedent"), on="activite", how="left", maintain_order="left")
    )
    known = pl.col("visioconferences_avant").is_not_null()
    same = pl.all_horizontal(pl.col(name) == pl.col(f"{name}_avant") for name in figures)
    return Comparaison.validate(
        joined.with_columns(
            etat=pl.when(refused)
            .then(pl.lit(REFUSED))
            .when(~said & ~known)
            .then(pl.lit(UNANSWERED))
            .when(~said | (known & same))
            .then(pl.lit(SAME))
            .when(pl.col("visioconferences").is_null() & known)
            .then(pl.lit(WITHDRAWN))
            .when(pl.col("visioconferences").is_null())
            .then(pl.lit(UNANSWERED))
            .when(known)
            .then(pl.lit(CHANGED))
            .otherwise(pl.lit(FIRST)),
            **{
                name: pl.when(refused)
                .then(None)
                .when(said)
                .then(pl.col(name))
                .otherwise(pl.col(f"{name}_avant"))
                for name in figures
            },
        ).select(list(Comparaison.columns()))
    )


def _suffixed(cells: pl.DataFrame, suffix: str) -> pl.DataFrame:
    return cells.select("activite", *(pl.col(name).alias(f"{name}_{suffix}") for name in _FIGURES))


def cases_to_send(
    typed: Mapping[str, tuple[str, str]], ouvert_sur: Mapping[str, tuple[int, int]], withdrawn: str
) -> dict[str, tuple[str, str]]:
    """Give the two texts of each activity as they are sent: a declared figure that was emptied is withdrawn.

    `ouvert_sur`: the figures that the form was filled with when it was opened. An empty case that was empty
    then withdraws nothing, whoever has declared since.
    """
    return {
        activite: (withdrawn, withdrawn) if activite in ouvert_sur and not any(texts) else texts
        for activite, texts in typed.items()
    }


def tell_totals(comparaison: dy.DataFrame[Comparaison]) -> str:
    """Say the two totals of an answer, and on how many activities they rest."""
    answered = comparaison.filter(pl.col("visioconferences").is_not_null())
    return typeset(
        f"{count(int(answered['visioconferences'].sum()), 'visioconférence')}, dont "
        f"{count(int(answered['extractions_evitees'].sum()), 'extraction évitée', 'extractions évitées')}, "
        f"dans {number(answered.height)} des {count(comparaison.height, 'activité')} du questionnaire."
    )


def tell_unanswered(comparaison: dy.DataFrame[Comparaison]) -> str:
    """Say how many activities stay without an answer; nothing when none does."""
    empty = comparaison.filter(pl.col("visioconferences").is_null(), pl.col("etat") != REFUSED).height
    if not empty:
        return ""
    verb = "restera" if empty == 1 else "resteront"
    return typeset(
        f"{count(empty, 'activité')} sans chiffre {verb} « non répondu » : ce n'est pas zéro. S'il n'y a "
        "rien eu, tapez 0 dans les deux colonnes."
    )


def check_not_empty(comparaison: dy.DataFrame[Comparaison]) -> None:
    """Refuse an answer that says nothing."""
    if comparaison["visioconferences"].is_null().all():
        raise UserFacingError(
            typeset(
                "Le questionnaire est vide : tapez au moins un chiffre avant de valider (0 s'il n'y a "
                "rien eu)."
            )
        )
