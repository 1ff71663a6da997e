"""Totals lines: recognised, compared with the sum of the lines, and never counted as data."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl

from analytics.vocabulary.wording import agree, number, typeset
from data.collecte.expected.dates import month_of
from data.collecte.expected.figures import is_total, read_amounts, read_counts
from data.collecte.expected.natures import Nature


@dataclass(frozen=True)
class Total:
    """A totals line: never data; `message` says in French when it is not the sum of the lines."""

    ligne: int
    libelle: str
    juste: bool
    message: str


def set_totals_aside(
    nature: Nature, lignes: pl.DataFrame, present: Sequence[str]
) -> tuple[pl.DataFrame, tuple[Total, ...]]:
    """Take the totals lines out, each compared with the sum of the lines it speaks of."""
    keys = [nom for nom in nature.cles if nom in present]
    looks_total = pl.any_horizontal(
        pl.col(nom)
        .str.contains(r"(?i)^['\s\u{a0}]*(?:sous[\s\-]*)?(?:total|totaux|ensemble)\b")
        .fill_null(value=False)
        for nom in keys
    )
    totals = lignes.filter(looks_total)
    if totals.is_empty():
        return lignes, ()
    counted = [nom for nom in nature.chiffres if nom in present]
    rest = lignes.filter(~looks_total)
    # A month is written in many ways, sometimes two in the same file.
    months = {text: month_of(text) for text in rest["mois"].unique().drop_nulls()} if "mois" in keys else {}
    figures = rest.select("ligne", *keys, *(_amounts(nature, nom, rest[nom]).alias(nom) for nom in counted))
    found: list[Total] = []
    last = 0
    for row in totals.head(1_000).iter_rows(named=True):
        spoken = [nom for nom in keys if (row[nom] or "").strip() and not is_total(row[nom])]
        part = figures.filter(_spoken_of(nom, row[nom], months) for nom in spoken) if spoken else figures
        found.append(_checked_total(nature, row, _parts(part, int(row["ligne"]), last), counted, keys))
        last = int(row["ligne"])
    return rest, tuple(found)


def _spoken_of(nom: str, text: str, months: Mapping[str, date | None]) -> pl.Expr:
    """Tell which lines have the key that a totals line names."""
    month = month_of(text) if nom == "mois" else None
    if month is None:
        return pl.col(nom) == text
    return pl.col(nom).is_in([written for written, meant in months.items() if meant == month])


def _parts(part: pl.DataFrame, ligne: int, last: int) -> tuple[pl.DataFrame, ...]:
    """List what a totals line may add up: the lines since the totals line before it, all above, or all."""
    return part.filter(pl.col("ligne").is_between(last, ligne)), part.filter(pl.col("ligne") < ligne), part


def _amounts(nature: Nature, nom: str, texts: pl.Series) -> pl.Series:
    read = read_amounts if nature.champ(nom).genre == "montant" else read_counts
    return read(texts)["valeur"]


def _checked_total(
    nature: Nature,
    row: dict[str, str | None],
    parts: Sequence[pl.DataFrame],
    counted: Sequence[str],
    keys: Sequence[str],
) -> Total:
    ligne = int(row["ligne"] or 0)
    libelle = next(((row[nom] or "").strip() for nom in keys if is_total(row[nom] or "")), "Total")[:60]
    likely = parts if libelle.lower().startswith("sous") else reversed(parts)
    gaps = min((_gaps(nature, row, part, counted) for part in likely), key=len)
    if not gaps:
        return Total(
            ligne, libelle, juste=True, message=typeset(f"Ligne {ligne}, « {libelle} » : somme exacte.")
        )
    return Total(
        ligne,
        libelle,
        juste=False,
        message=typeset(
            f"Ligne {ligne}, « {libelle} », {' ; '.join(gaps)} : vérifiez qu'il ne manque pas de ligne."
        ),
    )


def _gaps(
    nature: Nature, row: Mapping[str, str | None], part: pl.DataFrame, counted: Sequence[str]
) -> list[str]:
    """Say where the sums announced are not those of some lines."""
    gaps: list[str] = []
    for nom in counted:
        announced = _amounts(nature, nom, pl.Series([row[nom]], dtype=pl.String))[0]
        if announced is None:
            continue
        computed = part[nom].sum() or 0
        digits = 2 if nature.champ(nom).genre == "montant" else 0
        if announced != computed:
            said = agree(int(announced), "annoncé", "annoncés")
            gaps.append(
                f"{nature.champ(nom).libelle} : {number(announced, digits)} {said}, "
                f"{number(computed, digits)} en additionnant les lignes"
            )
    return gaps
