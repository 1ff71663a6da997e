"""The juridictions of a cour: which ones answered, and what each of them avoided."""

from fractions import Fraction

import dataframely as dy
import polars as pl

from analytics.couverture import coverage
from analytics.vocabulary import wording
from analytics.vocabulary.columns import Colonne, integer, not_answered, short
from analytics.vocabulary.periods import Periode
from analytics.vocabulary.schemas import Juridictions, TotalJuridiction

ANSWER_TINTS = {coverage.SILENT: 0, coverage.NOT_IN_FORCE: 1, coverage.ANSWERED: 2, coverage.CORRECTED: 3}


def lay_out_answers(
    etats: dy.DataFrame[coverage.EtatReponse], juridictions: dy.DataFrame[Juridictions]
) -> pl.DataFrame:
    """Order the answers for the heat map: the cour first, then its courts as French readers look for them."""
    known = {
        code: (kind not in ("CA", "TSA", "CHA"), wording.collation_key(nom), nom_court)
        for code, kind, nom, nom_court in juridictions.select(
            "juridiction", "type", "nom", "nom_court"
        ).iter_rows()
    }
    codes = sorted(etats["juridiction"].unique().to_list(), key=lambda code: known[code][:2])
    order = pl.DataFrame(
        {"juridiction": codes, "rang": range(len(codes)), "nom_court": [known[code][2] for code in codes]},
        schema_overrides={"juridiction": pl.String, "nom_court": pl.String, "rang": pl.Int64},
    )
    return (
        etats.join(order, on="juridiction")
        .sort("rang", "mois")
        .with_columns(
            mois_libelle=pl.col("mois").map_elements(short, return_dtype=pl.String),
            teinte=pl.col("etat").replace_strict(ANSWER_TINTS, return_dtype=pl.Int64),
        )
    )


def title_answers(etats: dy.DataFrame[coverage.EtatReponse], periode: Periode) -> str:
    """Say how many juridictions answered for the last month."""
    now = etats.filter(pl.col("mois") == periode.fin, pl.col("etat") != coverage.NOT_IN_FORCE)
    came = now.filter(pl.col("etat") != coverage.SILENT).height
    if not now.height:
        return "Aucune juridiction en vigueur"
    answered = wording.agree(came, "a répondu", "ont répondu")
    return (
        f"{wording.count(came, 'juridiction')} sur {now.height} {answered} pour {wording.month(periode.fin)}"
    )


def tell_answers(etats: dy.DataFrame[coverage.EtatReponse]) -> str:
    """Count the answers expected, received and corrected over the months shown."""
    expected = etats.filter(pl.col("etat") != coverage.NOT_IN_FORCE)
    came = expected.filter(pl.col("etat") != coverage.SILENT).height
    corrected = expected.filter(pl.col("etat") == coverage.CORRECTED).height
    part = Fraction(came, expected.height) if expected.height else None
    return wording.typeset(
        f"{wording.number(came)} {wording.agree(came, 'réponse reçue', 'réponses reçues')} sur "
        f"{wording.number(expected.height)} attendues ({wording.percent(part)}), dont "
        f"{wording.number(corrected)} {wording.agree(corrected, 'corrigée', 'corrigées')} depuis."
    )


ANSWER_COLUMNS = (
    Colonne("nom_court", "Juridiction"),
    Colonne("mois", "Mois", wording.month),
    Colonne("etat", "Réponse"),
)


def rank_courts(
    totaux: dy.DataFrame[TotalJuridiction],
    attendues: pl.DataFrame,
    juridictions: dy.DataFrame[Juridictions],
    *,
    periode: Periode,
) -> pl.DataFrame:
    """Rank the juridictions of a cour by what they avoided; one that never answered is « n.r. ».

    Columns `juridiction`, `nom`, `valeur` (null: no answer), `texte`, `attendues`, `repondues`.
    """
    expected = periode.keep(attendues).group_by("juridiction").agg(attendues=pl.len())
    answered = (
        periode.keep(totaux)
        .group_by("juridiction")
        .agg(valeur=pl.col("evitees_objectif").sum(), repondues=pl.len())
    )
    names = juridictions.select("juridiction", nom="nom_court").unique(subset="juridiction", keep="first")
    frame = (
        expected.join(answered, on="juridiction", how="full", coalesce=True)
        .join(names, on="juridiction", how="left")
        .select(
            "juridiction",
            pl.col("nom").fill_null(pl.col("juridiction")),
            "valeur",
            attendues=pl.col("attendues").fill_null(0).cast(pl.Int64),
            repondues=pl.col("repondues").fill_null(0).cast(pl.Int64),
        )
        .sort(["valeur", "nom"], descending=[True, False], nulls_last=True)
    )
    return frame.with_columns(
        texte=pl.Series([not_answered(value) for value in frame["valeur"]], dtype=pl.String)
    )


def tell_courts(ranked: pl.DataFrame) -> str:
    """Say how many juridictions avoided something, and how many never answered."""
    active = ranked.filter(pl.col("valeur") > 0).height
    silent = ranked.filter(pl.col("valeur").is_null()).height
    text = (
        f"{wording.count(active, 'juridiction')} sur {ranked.height} "
        f"{wording.agree(active, 'déclare', 'déclarent')} au moins une extraction évitée"
    )
    if silent:
        never = wording.agree(silent, "n'a répondu à aucun mois", "n'ont répondu à aucun mois")
        text += f" ; {wording.number(silent)} {never} (n.r.)"
    return wording.typeset(text + ".")


COURT_COLUMNS = (
    Colonne("nom", "Juridiction"),
    Colonne("valeur", "Extractions évitées", not_answered, nombre=True),
    Colonne("repondues", "Réponses reçues", integer, nombre=True),
    Colonne("attendues", "Réponses attendues", integer, nombre=True),
    Colonne("borne_haute", "Évitées, au plus", integer, nombre=True),
)
