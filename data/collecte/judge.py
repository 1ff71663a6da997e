"""Raw lines → accepted, refused with a reason, repeated, or « not an answer »: the one judge of every file.

Each line is in exactly one of the four. Words are looked up once per distinct text, whatever the number of
lines; a line then only holds the number of each of its texts, and every rule is a comparison of columns.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from string import Formatter

import polars as pl

from analytics.parameters import Parametres
from analytics.schemas import last_day_of_month
from analytics.wording import enumeration, long_date, number, place_of, typeset
from data.collecte.figures import read_amounts, read_counts
from data.collecte.limits import Progress, ignore_progress
from data.collecte.names import (
    FIRST_YEAR,
    LAST_YEAR,
    Noms,
    activity_key,
    activity_names,
    cour_names,
    court_key,
    court_names,
    day_of,
    month_of,
    year_of,
)
from data.collecte.natures import DECLARATIONS, INTERIEUR, NATURES, Champ, Nature
from data.collecte.plausibility import question_declarations
from data.collecte.read import Lecture
from data.collecte.rules import ALERTES, PRIORITE, REGLES
from data.reference import Reference

_VALUE_SHOWN = 60

_CELL = {"mois": pl.Date, "juridiction": pl.String, "activite": pl.String}
SCHEMA_REJETS = {
    "ligne": pl.Int64,
    "regle": pl.String,
    "champ": pl.String,
    "valeur": pl.String,
    "motif": pl.String,
    "texte": pl.String,
    **_CELL,
}
SCHEMA_NON_REPONSES = {"ligne": pl.Int64, **_CELL}
SCHEMA_ALERTES = {"ligne": pl.Int64, "regle": pl.String, "message": pl.String, **_CELL}
SCHEMA_REPETEES = {"ligne": pl.Int64, "premiere_ligne": pl.Int64}


@dataclass(frozen=True)
class Jugement:
    """What an import would do of each line of a file; the number of lines read is `lues`.

    `acceptees` has `ligne`, then the columns of the nature's trusted schema. `rejets` has one row a refused
    line, for the first rule it breaks; `texte` is the line as typed, its fields in the nature's order joined
    with `;`, quoted where needed. `alertes` never refuse anything.
    """

    lecture: Lecture
    acceptees: pl.DataFrame
    rejets: pl.DataFrame
    non_reponses: pl.DataFrame
    alertes: pl.DataFrame
    repetees: pl.DataFrame
    lues: int


@dataclass(frozen=True)
class _Textes:
    """The distinct texts of one column, and what each means.

    `table` has `texte`, `valeur`, `regle` (its priority, null when fine), `detail`, `vide`, `retrait`;
    `numeros` gives, for each line of the file, the row of `table` (null: the line has no such column).
    """

    champ: Champ
    table: pl.DataFrame
    numeros: pl.Series

    def on_lines(self, column: str) -> pl.Series:
        """Give one column of the table for every line of the file."""
        return self.table[column].gather(self.numeros)


def judge(
    lecture: Lecture,
    *,
    reference: Reference,
    parametres: Parametres,
    historique: pl.DataFrame,
    today: date,
    rejets_connus: frozenset[int] = frozenset(),
    progress: Progress | None = None,
) -> Jugement:
    """Judge every line of a file; pure: nothing is written, and the same file gives the same judgement.

    `historique` holds the current cells (`mois`, `juridiction`, `activite`, `visioconferences`,
    `extractions_evitees`), against which plausibility is questioned. `rejets_connus` are the quarantined
    lines that await a correction.
    """
    tell = progress or ignore_progress
    nature = NATURES[lecture.nature]
    tell(0.0, "Lecture des noms")
    lignes = lecture.lignes
    textes = _read_texts(nature, lignes, reference)
    if lecture.forme == "grille":
        kept = _answered_cells(lignes, textes, reference)
        lignes = lignes.filter(kept)
        textes = _read_texts(nature, lignes, reference)
    tell(0.3, "Contrôle des lignes")
    verdict = _Verdict(nature, lignes, textes, reference, parametres)
    tell(0.5, "Recherche des doublons")
    repetees, autre_ligne = verdict.compare_lines()
    tell(0.6, "Mise en forme")
    acceptees = verdict.accepted(rejets_connus)
    nature.fiable.validate(acceptees.drop("ligne"), cast=False)
    tell(0.7, "Contrôle de vraisemblance")
    if nature is DECLARATIONS:
        alertes = question_declarations(
            acceptees, reference=reference, parametres=parametres, historique=historique, today=today
        )
    else:
        alertes = pl.DataFrame(schema=SCHEMA_ALERTES)
    alertes = pl.concat([alertes, verdict.questions(rejets_connus)]).sort("ligne", "regle")
    tell(0.9, "Motifs de refus")
    rejets = verdict.refused(autre_ligne)
    tell(1.0, "Lignes contrôlées")
    return Jugement(
        lecture=lecture,
        acceptees=acceptees,
        rejets=rejets,
        non_reponses=verdict.unanswered(),
        alertes=alertes,
        repetees=repetees,
        lues=lignes.height,
    )


# ---------------------------------------------------------------- what the texts mean


def _read_texts(nature: Nature, lignes: pl.DataFrame, reference: Reference) -> dict[str, _Textes]:
    return {champ.nom: _read_column(champ, lignes[champ.nom], reference) for champ in nature.champs}


def _read_column(champ: Champ, column: pl.Series, reference: Reference) -> _Textes:
    distinct = column.drop_nulls().unique()
    ranks = pl.DataFrame({"texte": distinct}).with_row_index("numero")
    numeros = (
        pl.DataFrame({"texte": column}).join(ranks, on="texte", how="left", maintain_order="left")["numero"]
    )
    if champ.genre == "compte":
        read = read_counts(distinct)
    elif champ.genre == "montant":
        read = read_amounts(distinct)
    else:
        read = _read_words(champ, distinct.to_list(), reference)
    table = read.select(
        texte=distinct,
        valeur="valeur",
        regle=pl.col("regle").replace_strict(PRIORITE, return_dtype=pl.UInt8),
        detail=pl.col("detail") if "detail" in read.columns else pl.lit(None, dtype=pl.String),
        vide="vide",
        retrait="retrait",
    )
    return _Textes(champ, table, numeros)


_Meaning = tuple[object, str | None, str | None]


def _read_words(champ: Champ, texts: Sequence[str], reference: Reference) -> pl.DataFrame:
    """Find what each text means: its value, or the rule it breaks and the detail of the sentence."""
    reader, dtype = _reader_of(champ, reference)
    meanings = [reader(text.strip()) for text in texts]
    return pl.DataFrame(
        {
            "valeur": pl.Series([value for value, _, _ in meanings], dtype=dtype),
            "regle": pl.Series([regle for _, regle, _ in meanings], dtype=pl.String),
            "detail": pl.Series([detail for _, _, detail in meanings], dtype=pl.String),
            "vide": pl.Series([not text.strip() for text in texts], dtype=pl.Boolean),
            "retrait": pl.repeat(value=False, n=len(texts), dtype=pl.Boolean, eager=True),
        }
    )


def _reader_of(champ: Champ, reference: Reference) -> tuple[Callable[[str], _Meaning], pl.DataType]:
    match champ.genre:
        case "mois":
            return _read_month, pl.Date()
        case "annee":
            return lambda text: _or_rule(year_of(text), "annee_illisible"), pl.Int64()
        case "jour":
            return _read_day, pl.Date()
        case "juridiction":
            return _name_reader(court_names(reference), court_key, "juridiction"), pl.String()
        case "cour":
            return _name_reader(cour_names(reference), court_key, "cour"), pl.String()
        case "activite":
            return _name_reader(activity_names(reference), activity_key, "activite"), pl.String()
        case "rejet":
            return _read_rejet, pl.Int64()
        case _:
            return lambda text: _or_rule(text or None, "texte_absent"), pl.String()


def _or_rule(value: object, regle: str) -> _Meaning:
    return (value, None, None) if value is not None else (None, regle, None)


def _read_month(text: str) -> _Meaning:
    if not text:
        return None, "mois_absent", None
    mois = month_of(text)
    if mois is None:
        return None, "mois_illisible", None
    if not FIRST_YEAR <= mois.year <= LAST_YEAR:
        return None, "mois_hors_bornes", None
    return mois, None, None


def _read_day(text: str) -> _Meaning:
    return _or_rule(day_of(text), "jour_illisible") if text else (None, None, None)


def _read_rejet(text: str) -> _Meaning:
    if not text:
        return None, None, None
    whole = text.removesuffix(".0")
    return _or_rule(
        int(whole) if whole.isascii() and whole.isdigit() and len(whole) < 16 else None, "rejet_illisible"
    )


def _name_reader(noms: Noms, key: Callable[[str], str], genre: str) -> Callable[[str], _Meaning]:
    def read(text: str) -> _Meaning:
        if not text:
            return None, f"{genre}_absente", None
        found = noms.resolve(key(text))
        if found.code is not None:
            return found.code, None, None
        if found.candidats:
            return None, f"{genre}_ambigue", " ou ".join(found.candidats)
        if found.proches:
            return None, f"{genre}_inconnue", f"peut-être {' ou '.join(found.proches)}"
        return None, f"{genre}_inconnue", "donnez son code, ou son nom tel que sur la page Méthode"

    return read


def _answered_cells(
    lignes: pl.DataFrame, textes: dict[str, _Textes], reference: Reference
) -> pl.Series:
    """Tell which cells of a questionnaire grid are to be judged.

    An empty pair is nothing at all for an activity that this juridiction does not have; of a row that
    cannot be placed (unknown juridiction, not in force), one cell stays, so that the row is refused once.
    """
    frame = pl.DataFrame(
        {
            "ligne": lignes["ligne"],
            "juridiction": textes["juridiction"].on_lines("valeur"),
            "activite": textes["activite"].on_lines("valeur"),
            "mois": textes["mois"].on_lines("valeur"),
            "vide": _all(textes[nom].on_lines("texte").str.strip_chars() == "" for nom in DECLARATIONS.chiffres),
        }
    )
    placed = _in_force(frame, reference.juridictions, "juridiction")
    known = frame["activite"].is_not_null() & _has_activity(frame, reference)
    return (
        frame.with_columns(placee=placed.fill_null(value=False), connue=known.fill_null(value=False))
        .select(
            (
                ~pl.col("vide")
                | (pl.col("placee") & (pl.col("connue") | pl.col("activite").is_null()))
                | (
                    ~pl.col("placee")
                    & pl.col("vide").all().over("ligne")
                    & pl.col("ligne").is_first_distinct()
                )
            ).alias("gardee")
        )
        .to_series()
    )


def _all(columns: "Sequence[pl.Series] | object") -> pl.Series:
    frame = pl.DataFrame([column.fill_null(value=True).alias(str(i)) for i, column in enumerate(columns)])  # type: ignore[arg-type]
    return frame.select(pl.all_horizontal(pl.all())).to_series()


def _in_force(frame: pl.DataFrame, courts: pl.DataFrame, court: str) -> pl.Series:
    """Tell, line by line, whether the court was in force on a day of the month; null where unknown."""
    pairs = frame.select(court, "mois").unique().drop_nulls()
    within = (
        pairs.join(courts.select(court, "valide_du", "valide_au"), on=court)
        .filter(
            (pl.col("valide_du").is_null() | (pl.col("valide_du") <= pl.col("mois").dt.month_end()))
            & (pl.col("valide_au").is_null() | (pl.col("valide_au") >= pl.col("mois")))
        )
        .select(court, "mois")
        .unique()
        .with_columns(en_vigueur=pl.lit(value=True))
    )
    joined = frame.select(court, "mois").join(within, on=[court, "mois"], how="left", maintain_order="left")
    return joined.select(
        pl.when(pl.col(court).is_not_null() & pl.col("mois").is_not_null()).then(
            pl.col("en_vigueur").fill_null(value=False)
        )
    ).to_series()


def _has_activity(frame: pl.DataFrame, reference: Reference) -> pl.Series:
    """Tell, line by line, whether this kind of juridiction fills in the activity; null where unknown."""
    known = (
        reference.juridictions.select("juridiction", "type")
        .unique()
        .join(reference.lignes.select("type", "activite"), on="type")
        .select("juridiction", "activite", prevue=pl.lit(value=True))
    )
    joined = frame.select("juridiction", "activite").join(
        known, on=["juridiction", "activite"], how="left", maintain_order="left"
    )
    return joined.select(
        pl.when(pl.col("juridiction").is_not_null() & pl.col("activite").is_not_null()).then(
            pl.col("prevue").fill_null(value=False)
        )
    ).to_series()
