"""Numbers as people type them → whole numbers, amounts, non-answers, withdrawals, or the rule they break."""

import polars as pl

from analytics.vocabulary.wording import unaccented

# Every space that typists and spreadsheets put between thousands or around a number.
_SPACES = " \u00a0\u202f\u2009\u2007\t\r"
# Only the ten digits: `\d` would also take those of other scripts.
_GROUPED = rf"^[0-9]{{1,3}}(?:[{_SPACES}][0-9]{{3}})+(?:[.,][0-9]+)?$"
# A spreadsheet that shows decimals writes « 12,0 » or « 12.00 »; three zeros could be thousands.
_WHOLE = r"^[0-9]+(?:[.,]0{1,2})?$"
_AMOUNT = r"^[0-9]+(?:[.,][0-9]{1,2})?$"
_FORMULA = r"^[=+@]"
_NEGATIVE = r"^[-−–]\s*[0-9]"

# Enough digits for any honest count or amount; beyond, the business maximum refuses before Int64 overflows.
_DIGITS = 15
_OVERFLOW = 10**_DIGITS

NON_ANSWERS = frozenset(
    {
        *("", "-", "--", "–", "—", "−", "?", "/"),
        *("n.r.", "n.r", "nr", "n.d.", "n.d", "nd", "s.o.", "s.o", "so", "n.c.", "n.c", "nc"),
        *("n/a", "na", "n.a.", "n.a", "n/r", "n/d", "s/o"),
        *("non répondu", "non repondu", "non réponse", "non disponible", "sans objet", "non communiqué"),
        *("non communique", "non renseigné", "non renseigne", "pas de réponse"),
    }
)
# What says « none » or « nothing to report »: a zero for some, no answer for others.
_NOTHING = frozenset(
    {
        *("néant", "neant", "ras", "r.a.s.", "r.a.s", "r a s", "aucun", "aucune", "rien", "zéro", "zero"),
        *("rien à signaler", "rien a signaler", "nul", "vide", "o", "x", "pas d'activité", "sans activité"),
    }
)
_LOGICAL = frozenset({"vrai", "faux", "true", "false", "oui", "non"})
_APPROXIMATE = r"^(?:[~≈≃<>≤≥±]|(?i:env(?:iron|\.)?|circa|près de|plus de|moins de)\s)\s*[0-9]"
_ANNOTATED = rf"^[0-9][0-9{_SPACES}]*\s*(?:\*+|†|\([^)]*\)|\[[^\]]*\]|[¹²³]+)$|^\([0-9{_SPACES}]+\)$"
_WITHDRAWALS = frozenset({"retrait", "retiré", "retire", "retirée", "retiree"})


def stripped(text: pl.Expr) -> pl.Expr:
    """Take away the blanks around a text."""
    return text.str.strip_chars(_SPACES + "\n")


def ungrouped(text: pl.Expr) -> pl.Expr:
    """Take away the spaces between thousands, only where they stand between groups of three digits."""
    bare = stripped(text)
    # « +12 » is 12 and « -0 » is 0: the sign of a plain figure changes nothing.
    bare = bare.str.replace(rf"^\+([0-9][0-9{_SPACES}]*(?:[.,][0-9]+)?)$", "$1").str.replace(
        r"^[-−–](0+)$", "$1"
    )
    return (
        pl.when(bare.str.contains(_GROUPED)).then(bare.str.replace_all(rf"[{_SPACES}]", "")).otherwise(bare)
    )


def read_counts(texts: pl.Series) -> pl.DataFrame:
    """Read whole numbers; one row a text: `valeur` (Int64), `vide`, `retrait`, `regle` (null when fine)."""
    return (
        _read(texts, _WHOLE, "nombre_non_entier")
        .with_columns(
            valeur=pl.when(pl.col("chiffres").str.len_bytes() > _DIGITS + 3)
            .then(_OVERFLOW)
            .otherwise(pl.col("chiffres").str.replace(r"[.,]0+$", "").cast(pl.Int64, strict=False))
        )
        .drop("chiffres")
    )


def read_amounts(texts: pl.Series) -> pl.DataFrame:
    """Read euros with at most two decimals; same columns as `read_counts`, `valeur` a Decimal."""
    read = _read(texts, _AMOUNT, "montant_illisible")
    too_long = pl.col("chiffres").str.len_bytes() > 14
    return read.with_columns(
        regle=pl.when(too_long).then(pl.lit("montant_illisible")).otherwise("regle"),
        valeur=pl.when(~too_long)
        .then(pl.col("chiffres").str.replace(",", ".", literal=True))
        .otherwise(None)
        .cast(pl.Decimal(14, 2), strict=False),
    ).drop("chiffres")


def _read(texts: pl.Series, shape: str, otherwise: str) -> pl.DataFrame:
    frame = pl.DataFrame({"texte": texts.cast(pl.String)})
    bare = frame.select(bare=ungrouped(pl.col("texte")), lower=stripped(pl.col("texte")).str.to_lowercase())
    vide = pl.col("lower").is_in(sorted(NON_ANSWERS))
    retrait = pl.col("lower").is_in(sorted(_WITHDRAWALS))
    fine = pl.col("bare").str.contains(shape)
    return bare.select(
        vide=vide,
        retrait=retrait,
        chiffres=pl.when(fine).then("bare"),
        regle=pl.when(vide | retrait | fine)
        .then(None)
        .when(pl.col("bare").str.contains(_NEGATIVE))
        .then(pl.lit("nombre_negatif"))
        .when(pl.col("bare").str.contains(_FORMULA))
        .then(pl.lit("formule"))
        .when(pl.col("lower").is_in(sorted(_NOTHING)))
        .then(pl.lit("rien_ou_zero"))
        .when(pl.col("lower").is_in(sorted(_LOGICAL)))
        .then(pl.lit("valeur_logique"))
        .when(pl.col("bare").str.contains(_APPROXIMATE))
        .then(pl.lit("nombre_approche"))
        .when(pl.col("bare").str.contains(_ANNOTATED))
        .then(pl.lit("nombre_annote"))
        .otherwise(pl.lit(otherwise)),
    )


def is_total(text: str) -> bool:
    """Tell whether a label announces a sum: « Total », « TOTAUX », « Sous-total CA Douai », « Ensemble »."""
    words = unaccented(text[:60]).split()
    return bool(words) and (words[0] in {"total", "totaux", "ensemble"} or words[:2] == ["sous", "total"])
