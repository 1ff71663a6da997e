"""What a lot does to what was already said: values old → new, and what the same file no longer decides."""

from collections.abc import Sequence

import polars as pl

_WITHDRAWN = "retirée"


def corrected(
    news: pl.DataFrame, current: pl.DataFrame, history: pl.DataFrame, key: Sequence[str]
) -> pl.DataFrame:
    """List the new values of what already had one: the key, `avant`, `apres`, `deja_remplacee`.

    `history`: all that was said of these keys before, in the same columns as `news`; a key that it holds and
    `current` does not was withdrawn. `deja_remplacee`: the value goes back to one that another had replaced.
    """
    back = news.join(history, on=news.columns, how="semi", nulls_equal=True).select(*key)
    compared = _beside(news, current, history, key).join(
        back.with_columns(deja_remplacee=pl.lit(value=True)), on=key, how="left", maintain_order="left"
    )
    return compared.select(
        *key, avant="actuel", apres="propose", deja_remplacee=pl.col("deja_remplacee").fill_null(value=False)
    )


def overtaken(
    said: pl.DataFrame, current: pl.DataFrame, history: pl.DataFrame, key: Sequence[str]
) -> pl.DataFrame:
    """List what a file said and was corrected since: the key, `avant` (said), `apres` (what counts)."""
    return _beside(said, current, history, key).select(*key, avant="propose", apres="actuel")


def _beside(
    proposed: pl.DataFrame, current: pl.DataFrame, history: pl.DataFrame, key: Sequence[str]
) -> pl.DataFrame:
    values = [name for name in proposed.columns if name not in key]
    actual = current.select(*key, actuel=_written(values))
    return (
        proposed.select(*key, propose=_written(values))
        .join(history.select(key).unique(), on=key, how="semi", maintain_order="left")
        .join(actual, on=key, how="left", maintain_order="left")
        .with_columns(pl.col("actuel").fill_null(_WITHDRAWN))
    )


def _written(values: Sequence[str]) -> pl.Expr:
    """Write the values of each line as a person does: « 12/3 », euros with their cents."""
    texts = [_figure(name) for name in values]
    whole = pl.all_horizontal(pl.col(name).is_null() for name in values)
    joined = pl.concat_str([text.fill_null("n.r.") for text in texts], separator="/")
    return pl.when(whole).then(pl.lit(_WITHDRAWN)).otherwise(joined)


def _figure(name: str) -> pl.Expr:
    if not name.endswith("_centimes"):
        return pl.col(name).cast(pl.String)
    euros = (pl.col(name).cast(pl.Decimal(16, 2)) / 100).cast(pl.Decimal(14, 2))
    return euros.cast(pl.String).str.replace(".", ",", literal=True)
