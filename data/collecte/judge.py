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
from analytics.wording import enumeration, long_date, number, typeset
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

# What becomes of a line; the four kinds that `lues` is the sum of, « contredite » being refused.
ACCEPTEE, REFUSEE, REPETEE, NON_REPONSE, CONTREDITE = range(5)

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

    `acceptees` has `ligne`, the columns of the nature's trusted schema, and `rejet`: the quarantined line
    that this one corrects, null when none does. `rejets` has one row a refused
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
    faits = _state(nature, lignes, textes, reference, parametres)
    tell(0.5, "Recherche des doublons")
    doublons = _compare_lines(nature, faits)
    faits = faits.with_columns(
        etat=doublons["etat"],
        regle=pl.when(doublons["etat"] == CONTREDITE)
        .then(pl.lit(PRIORITE["valeurs_contradictoires"], dtype=pl.UInt8))
        .otherwise("regle"),
    )
    tell(0.6, "Mise en forme")
    acceptees = faits.filter(pl.col("etat") == ACCEPTEE)
    unknown = pl.col("rejet").is_not_null() & ~pl.col("rejet").is_in(sorted(rejets_connus))
    alertes = [_question_rejets(acceptees.filter(unknown))]
    acceptees = acceptees.select(
        "ligne", *nature.fiable.column_names(), rejet=pl.when(~unknown).then("rejet")
    )
    nature.fiable.validate(acceptees.drop("ligne", "rejet"), cast=False)
    tell(0.7, "Contrôle de vraisemblance")
    if nature is DECLARATIONS:
        alertes.append(
            question_declarations(
                acceptees, reference=reference, parametres=parametres, historique=historique, today=today
            )
        )
    elif nature is INTERIEUR:
        alertes.append(_question_interieur(acceptees))
    tell(0.9, "Motifs de refus")
    cellule = [_null_or_column(faits, nom).alias(nom) for nom in _CELL]
    jugement = Jugement(
        lecture=lecture,
        acceptees=acceptees,
        rejets=_refused(nature, lignes, faits, textes, doublons, reference, parametres),
        non_reponses=faits.filter(pl.col("etat") == NON_REPONSE).select("ligne", *cellule),
        alertes=pl.concat([pl.DataFrame(schema=SCHEMA_ALERTES), *alertes]).sort("ligne", "regle"),
        repetees=doublons.filter(pl.col("etat") == REPETEE).select("ligne", premiere_ligne="autre"),
        lues=lignes.height,
    )
    tell(1.0, "Lignes contrôlées")
    return jugement


def _null_or_column(frame: pl.DataFrame, nom: str) -> pl.Expr:
    return pl.col(nom) if nom in frame.columns else pl.lit(None, dtype=_CELL[nom])


# ---------------------------------------------------------------- what the texts mean


def _read_texts(nature: Nature, lignes: pl.DataFrame, reference: Reference) -> dict[str, _Textes]:
    return {champ.nom: _read_column(champ, lignes[champ.nom], reference) for champ in nature.champs}


def _read_column(champ: Champ, column: pl.Series, reference: Reference) -> _Textes:
    distinct = column.drop_nulls().unique()
    ranks = pl.DataFrame({"texte": distinct}).with_row_index("numero")
    numeros = pl.DataFrame({"texte": column}).join(ranks, on="texte", how="left", maintain_order="left")[
        "numero"
    ]
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


def _answered_cells(lignes: pl.DataFrame, textes: dict[str, _Textes], reference: Reference) -> pl.Series:
    """Tell which cells of a questionnaire grid are to be judged.

    A pair without an answer is nothing at all for an activity that this juridiction does not have, or that
    is unknown; of an empty row that cannot be placed (unknown juridiction, not in force), one cell stays,
    so that it is refused once.
    """
    frame = pl.DataFrame(
        {
            "ligne": lignes["ligne"],
            **{nom: textes[nom].on_lines("valeur") for nom in DECLARATIONS.cles},
            **{nom: textes[nom].on_lines("vide").fill_null(value=True) for nom in DECLARATIONS.chiffres},
        }
    )
    placee = _in_force(frame, reference.juridictions, "juridiction").fill_null(value=False)
    prevue = _has_activity(frame, reference).fill_null(value=False)
    return (
        frame.with_columns(
            vide=pl.all_horizontal(DECLARATIONS.chiffres),
            placee=placee,
            attendue=placee & prevue,
        )
        .select(
            ~pl.col("vide")
            | pl.col("attendue")
            | (~pl.col("placee") & pl.col("vide").all().over("ligne") & pl.col("ligne").is_first_distinct())
        )
        .to_series()
    )


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


# ---------------------------------------------------------------- what becomes of each line

# Beyond this, a count that no working parameter bounds is a typing error.
_LARGEST_COUNT = 10_000_000


def _rule(condition: pl.Expr, regle: str) -> pl.Expr:
    """Give the priority of a rule where it is broken, null elsewhere."""
    return pl.when(condition.fill_null(value=False)).then(pl.lit(PRIORITE[regle], dtype=pl.UInt8))


def _state(
    nature: Nature,
    lignes: pl.DataFrame,
    textes: dict[str, _Textes],
    reference: Reference,
    parametres: Parametres,
) -> pl.DataFrame:
    """Give each line its values, the first rule that it breaks (`regle`), and what becomes of it (`etat`)."""
    valeurs = pl.DataFrame({nom: texte.on_lines("valeur") for nom, texte in textes.items()})
    regles = pl.DataFrame({nom: texte.on_lines("regle") for nom, texte in textes.items()})
    vides = pl.DataFrame({nom: textes[nom].on_lines("vide") for nom in nature.chiffres})
    retraits = pl.DataFrame({nom: textes[nom].on_lines("retrait") for nom in nature.chiffres})

    requis = [champ.nom for champ in nature.champs if champ.requis]
    rest = [champ.nom for champ in nature.champs if champ.nom not in nature.cles]
    unanswered = vides.select(pl.all_horizontal(pl.all().fill_null(value=False))).to_series()
    placed = (
        pl.DataFrame(
            {
                "forme": lignes.select(
                    pl.min_horizontal(
                        _rule(pl.col("surplus").is_not_null(), "ligne_trop_longue"),
                        _rule(
                            pl.any_horizontal(pl.col(nom).is_null() for nom in requis), "colonne_manquante"
                        ),
                    )
                ).to_series(),
                **{nom: regles[nom] for nom in nature.cles},
                **_rules_of_place(valeurs, reference),
            }
        )
        .select(pl.min_horizontal(pl.all()))
        .to_series()
    )
    counted = (
        pl.DataFrame(
            {
                **{nom: regles[nom] for nom in rest},
                **_rules_of_figures(nature, valeurs, vides, retraits, reference, parametres),
            }
        )
        .select(pl.min_horizontal(pl.all()))
        .to_series()
    )
    return valeurs.with_columns(
        ligne=lignes["ligne"],
        placed=placed,
        counted=counted,
        unanswered=unanswered & placed.is_null(),
    ).select(
        "ligne",
        *valeurs.columns,
        regle=pl.when(~pl.col("unanswered")).then(pl.min_horizontal("placed", "counted")),
        etat=pl.when(pl.col("unanswered"))
        .then(pl.lit(NON_REPONSE, dtype=pl.UInt8))
        .when(pl.min_horizontal("placed", "counted").is_not_null())
        .then(pl.lit(REFUSEE, dtype=pl.UInt8))
        .otherwise(pl.lit(ACCEPTEE, dtype=pl.UInt8)),
    )


def _rules_of_place(valeurs: pl.DataFrame, reference: Reference) -> dict[str, pl.Series]:
    """Check that the court existed then, and that it has the activity."""
    frame = valeurs
    if "annee" in frame.columns:
        frame = frame.with_columns(mois=pl.date(pl.col("annee"), 1, 1), fin=pl.date(pl.col("annee"), 12, 31))
    elif "mois" in frame.columns:
        frame = frame.with_columns(fin=pl.col("mois").dt.month_end())
    else:
        return {}
    if "juridiction" in frame.columns:
        absent = ~_in_force(frame, reference.juridictions, "juridiction")
        other = ~_has_activity(frame, reference)
        return {
            "vigueur": pl.select(_rule(pl.lit(absent), "juridiction_hors_vigueur")).to_series(),
            "activite prevue": pl.select(_rule(pl.lit(other), "activite_hors_juridiction")).to_series(),
        }
    absent = ~_in_force(frame, reference.cours, "cour")
    return {"vigueur": pl.select(_rule(pl.lit(absent), "cour_hors_vigueur")).to_series()}


def _rules_of_figures(
    nature: Nature,
    valeurs: pl.DataFrame,
    vides: pl.DataFrame,
    retraits: pl.DataFrame,
    reference: Reference,
    parametres: Parametres,
) -> dict[str, pl.Series]:
    """Check the figures of a line against one another, the business maximum, and the law of the month."""
    withdrawn = retraits.select(pl.any_horizontal(pl.all())).to_series()
    whole = retraits.select(pl.all_horizontal(pl.all())).to_series() & (nature is DECLARATIONS)
    frame = valeurs.with_columns(
        une_vide=vides.select(pl.any_horizontal(pl.all())).to_series(),
        retrait_partiel=withdrawn & ~whole,
        **_limits_of_months(nature, valeurs, parametres),
    )
    counts = [nom for nom in nature.chiffres if nature.champ(nom).genre == "compte"]
    rules = {
        "retrait": _rule(pl.col("retrait_partiel"), "retrait_incomplet"),
        "une vide": _rule(pl.col("une_vide"), "un_seul_chiffre"),
        "maximum": _rule(
            pl.any_horizontal(pl.col(nom) > pl.col("maximum") for nom in counts)
            if counts
            else pl.lit(value=False),
            "maximum_depasse",
        ),
    }
    if nature is DECLARATIONS:
        frame = frame.with_columns(legal_depuis=_legal_since(valeurs, reference))
        rules["evitees"] = _rule(
            pl.col("extractions_evitees") > pl.col("visioconferences"), "evitees_superieures"
        )
        rules["legale"] = _rule(
            (pl.col("visioconferences") > 0) & (pl.col("legal_depuis") > pl.col("mois").dt.month_end()),
            "pas_encore_legale",
        )
    return frame.select(rule.alias(name) for name, rule in rules.items()).to_dict()


def _limits_of_months(
    nature: Nature, valeurs: pl.DataFrame, parametres: Parametres
) -> dict[str, pl.Series | pl.Expr]:
    if nature is not DECLARATIONS:
        return {"maximum": pl.lit(_LARGEST_COUNT)}
    months = valeurs["mois"].unique().drop_nulls()
    if months.is_empty():
        return {"maximum": pl.lit(None, dtype=pl.Int64)}
    limits = {mois: int(parametres.at("maximum_metier", mois).valeur) for mois in months}
    return {"maximum": valeurs["mois"].replace_strict(limits, default=None, return_dtype=pl.Int64)}


def _legal_since(valeurs: pl.DataFrame, reference: Reference) -> pl.Series:
    since = dict(reference.activites.select("activite", "legal_depuis").iter_rows())
    return valeurs["activite"].replace_strict(since, default=None, return_dtype=pl.Date)


def _compare_lines(nature: Nature, faits: pl.DataFrame) -> pl.DataFrame:
    """Find the lines that speak of the same cell: `ligne`, `etat`, `autre` (the line to look at).

    Equal values: the first is kept, the others are repeats. Different values: all are refused, each
    naming the first line that differs from it.
    """
    plain = faits.select("ligne", "etat", autre=pl.lit(None, dtype=pl.Int64))
    keys = list(nature.cles)
    sound = faits["etat"] == ACCEPTEE
    # Hashes first: exact comparison is left to the few lines that may be double.
    hashes = faits.select(pl.struct(keys).hash()).to_series()
    suspect = sound & hashes.is_duplicated()
    if not suspect.any():
        return plain
    double = (
        faits.with_row_index("rang")
        .filter(suspect)
        .select("rang", "ligne", *keys, contenu=pl.struct(nature.valeurs))
        .with_columns(
            premiere=pl.col("ligne").first().over(keys), modele=pl.col("contenu").first().over(keys)
        )
        .with_columns(pareille=pl.col("contenu").eq_missing(pl.col("modele")))
        .with_columns(
            lignes=pl.len().over(keys),
            accord=pl.col("pareille").all().over(keys),
            differente=pl.col("ligne").filter(~pl.col("pareille")).first().over(keys),
            tete=pl.col("rang") == pl.col("rang").first().over(keys),
        )
        .filter(pl.col("lignes") > 1)
        .select(
            "rang",
            nouvel_etat=pl.when("accord")
            .then(pl.when("tete").then(ACCEPTEE).otherwise(REPETEE))
            .otherwise(CONTREDITE)
            .cast(pl.UInt8),
            autre=pl.when(pl.col("accord") | ~pl.col("pareille")).then("premiere").otherwise("differente"),
        )
    )
    return (
        plain.drop("autre")
        .with_row_index("rang")
        .join(double, on="rang", how="left", maintain_order="left")
        .select("ligne", etat=pl.coalesce("nouvel_etat", "etat"), autre="autre")
    )


# ---------------------------------------------------------------- the sentences


def _filled_in(phrase: str, **blanks: pl.Expr) -> pl.Expr:
    """Fill in a sentence of the registry, line by line."""
    pieces: list[pl.Expr] = []
    for text, blank, _, _ in Formatter().parse(phrase):
        pieces.append(pl.lit(text))
        if blank is not None:
            pieces.append(blanks[blank].fill_null("?"))
    return pl.concat_str(pieces)


def _question_rejets(lines: pl.DataFrame) -> pl.DataFrame:
    return lines.select(
        "ligne",
        regle=pl.lit("rejet_inconnu"),
        message=_filled_in(ALERTES["rejet_inconnu"], valeur=pl.col("rejet").cast(pl.String)),
        **{nom: _null_or_column(lines, nom) for nom in _CELL},
    )


def _question_interieur(acceptees: pl.DataFrame) -> pl.DataFrame:
    return acceptees.filter(pl.col("extractions_executees") > pl.col("extractions_requises")).select(
        "ligne",
        regle=pl.lit("executees_superieures"),
        message=_filled_in(
            ALERTES["executees_superieures"],
            valeur=pl.col("extractions_executees").cast(pl.String),
            detail=pl.col("extractions_requises").cast(pl.String),
        ),
        mois="mois",
        juridiction=pl.lit(None, dtype=pl.String),
        activite=pl.lit(None, dtype=pl.String),
    )


def line_as_typed(champs: Sequence[str]) -> pl.Expr:
    """Write a line again as a CSV would: its fields in the nature's order, `;`, quoted where needed.

    The fields that a short line does not have are not invented: the text stops where the line did.
    """
    text: pl.Expr | None = None
    for nom in reversed([*champs, "surplus"]):
        field = pl.col(nom)
        quotable = field.str.contains('"' if nom == "surplus" else r'[;"\n\r]')
        quoted = (
            pl.when(quotable)
            .then(pl.concat_str(pl.lit('"'), field.str.replace_all('"', '""', literal=True), pl.lit('"')))
            .otherwise(field)
        )
        if text is None:
            text = quoted
        else:
            text = (
                pl.when(text.is_null())
                .then(quoted)
                .otherwise(pl.concat_str(quoted.fill_null(""), pl.lit(";"), text))
            )
    return text if text is not None else pl.lit("")


def _refused(
    nature: Nature,
    lignes: pl.DataFrame,
    faits: pl.DataFrame,
    textes: dict[str, _Textes],
    doublons: pl.DataFrame,
    reference: Reference,
    parametres: Parametres,
) -> pl.DataFrame:
    """Write, for each refused line, the field at fault, what was typed there, and the French sentence."""
    refused = faits["etat"].is_in([REFUSEE, CONTREDITE])
    if not refused.any():
        return pl.DataFrame(schema=SCHEMA_REJETS)
    rangs = refused.arg_true()
    numeros = {nom: texte.numeros.gather(rangs) for nom, texte in textes.items()}
    frame = faits[rangs].select(
        pl.int_range(pl.len()).alias("rang"),
        "ligne",
        "regle",
        **{nom: _null_or_column(faits, nom) for nom in _CELL},
        cour=pl.col("cour") if "cour" in faits.columns else pl.lit(None, dtype=pl.String),
        annee=pl.col("annee") if "annee" in faits.columns else pl.lit(None, dtype=pl.Int64),
        texte=lignes[rangs].select(line_as_typed([c.nom for c in nature.champs])).to_series(),
        surplus=lignes["surplus"][rangs],
        autre=doublons["autre"][rangs],
        **{f"{nom} tapé": texte.table["texte"].gather(numeros[nom]) for nom, texte in textes.items()},
        **{f"{nom} lu": texte.table["valeur"].gather(numeros[nom]) for nom, texte in textes.items()},
        **{f"{nom} regle": texte.table["regle"].gather(numeros[nom]) for nom, texte in textes.items()},
        **{f"{nom} detail": texte.table["detail"].gather(numeros[nom]) for nom, texte in textes.items()},
        **{f"{nom} vide": texte.table["vide"].gather(numeros[nom]) for nom, texte in textes.items()},
        **{f"{nom} retrait": texte.table["retrait"].gather(numeros[nom]) for nom, texte in textes.items()},
    )
    pieces: list[pl.DataFrame] = []
    for regle, place in PRIORITE.items():
        part = frame.filter(pl.col("regle") == place)
        if not part.is_empty():
            pieces.append(_explained(nature, regle, part, reference, parametres))
    return pl.concat(pieces).sort("rang").drop("rang")


def _explained(
    nature: Nature, regle: str, part: pl.DataFrame, reference: Reference, parametres: Parametres
) -> pl.DataFrame:
    champ = _field_at_fault(nature, regle)
    detail = _detail(nature, regle, part, reference, parametres)
    libelles = {c.nom: c.libelle for c in nature.champs}
    part = part.with_columns(champ=champ).with_columns(
        valeur=pl.col("surplus")
        if regle == "ligne_trop_longue"
        else pl.coalesce(
            *(pl.when(pl.col("champ") == c.nom).then(pl.col(f"{c.nom} tapé")) for c in nature.champs),
            pl.lit(None, dtype=pl.String),
        ),
        detail=detail
        if detail is not None
        else pl.coalesce(
            *(pl.when(pl.col("champ") == c.nom).then(pl.col(f"{c.nom} detail")) for c in nature.champs),
            pl.lit(None, dtype=pl.String),
        ),
    )
    shown = pl.col("valeur").str.replace_all(r"\s+", " ").str.strip_chars()
    shown = (
        pl.when(shown.str.len_chars() > _VALUE_SHOWN)
        .then(pl.concat_str(shown.str.slice(0, _VALUE_SHOWN), pl.lit("…")))
        .otherwise(shown)
    )
    return part.select(
        "rang",
        "ligne",
        regle=pl.lit(regle),
        champ="champ",
        valeur="valeur",
        motif=_filled_in(
            REGLES[regle],
            champ=pl.col("champ").replace_strict(libelles, default=pl.col("champ"), return_dtype=pl.String),
            valeur=shown,
            detail=pl.col("detail"),
        ),
        texte="texte",
        **{nom: pl.col(nom) for nom in _CELL},
    )


def _first_where(noms: Sequence[str], condition: Callable[[str], pl.Expr]) -> pl.Expr:
    """Name the first column for which a condition holds."""
    return pl.coalesce(
        *(pl.when(condition(nom).fill_null(value=False)).then(pl.lit(nom)) for nom in noms),
        pl.lit(None, dtype=pl.String),
    )


def _field_at_fault(nature: Nature, regle: str) -> pl.Expr:
    match regle:
        case "ligne_trop_longue":
            return pl.lit(None, dtype=pl.String)
        case "colonne_manquante":
            requis = [champ.nom for champ in nature.champs if champ.requis]
            return _first_where(requis, lambda nom: pl.col(f"{nom} tapé").is_null())
        case "juridiction_hors_vigueur":
            return pl.lit("juridiction")
        case "cour_hors_vigueur":
            return pl.lit("cour")
        case "activite_hors_juridiction" | "pas_encore_legale":
            return pl.lit("activite")
        case "evitees_superieures":
            return pl.lit("extractions_evitees")
        case "retrait_incomplet":
            if nature is not DECLARATIONS:
                return _first_where(nature.chiffres, lambda nom: pl.col(f"{nom} retrait"))
            return _first_where(nature.chiffres, lambda nom: ~pl.col(f"{nom} retrait"))
        case "un_seul_chiffre":
            return _first_where(nature.chiffres, lambda nom: pl.col(f"{nom} vide"))
        case "maximum_depasse":
            counts = [nom for nom in nature.chiffres if nature.champ(nom).genre == "compte"]
            return pl.coalesce(
                pl.when(
                    pl.max_horizontal(pl.col(f"{nom} lu") for nom in counts) == pl.col(f"{counts[0]} lu")
                ).then(pl.lit(counts[0])),
                pl.lit(counts[-1]),
            )
        case "valeurs_contradictoires":
            return pl.lit(nature.chiffres[0])
        case _:
            noms = [champ.nom for champ in nature.champs]
            return _first_where(noms, lambda nom: pl.col(f"{nom} regle") == PRIORITE[regle])


def _detail(
    nature: Nature, regle: str, part: pl.DataFrame, reference: Reference, parametres: Parametres
) -> pl.Expr | pl.Series | None:
    """Give what the sentence of a rule on several columns must name; None where a text's own detail "
    "serves."""
    match regle:
        case "juridiction_hors_vigueur":
            courts = reference.juridictions.select("nom", "valide_du", "valide_au", court="juridiction")
            return _periods(part.select("mois", court="juridiction"), courts, "mois")
        case "cour_hors_vigueur":
            courts = reference.cours.select("nom", "valide_du", "valide_au", court="cour")
            when = pl.coalesce("mois", pl.date(pl.col("annee"), 1, 1))
            return _periods(part.select(when.alias("mois"), court="cour"), courts, "mois")
        case "activite_hors_juridiction":
            return _without_activity(part, reference)
        case "pas_encore_legale":
            return _legal_since(part, reference).map_elements(long_date, return_dtype=pl.String)
        case "maximum_depasse":
            limits = part.select(**_limits_of_months(nature, part, parametres)).to_series()
            return limits.replace_strict(
                {limit: number(limit) for limit in limits.unique()}, return_dtype=pl.String
            )
        case "evitees_superieures":
            return pl.col("visioconferences lu").cast(pl.String)
        case "valeurs_contradictoires":
            return pl.col("autre").cast(pl.String)
        case _:
            return None


def _periods(asked: pl.DataFrame, courts: pl.DataFrame, mois: str) -> pl.Series:
    """Say when the court of each line was in force, around the month asked."""
    sentences: dict[tuple[str, date], str] = {}
    for court, day in asked.select("court", mois).unique().iter_rows():
        periods = courts.filter(pl.col("court") == court).sort("valide_du", nulls_last=False)
        nom = periods["nom"][0]
        ended = [end for end in periods["valide_au"] if end is not None and end < day]
        starts = [start for start in periods["valide_du"] if start is not None and start > day]
        words = [f"jusqu'au {long_date(max(ended))}"] if ended else []
        words += [f"depuis le {long_date(min(starts))}"] if starts else []
        sentences[court, day] = f"{nom} : en fonction {enumeration(words)}"
    keyed = pl.DataFrame(
        {
            "court": [court for court, _ in sentences],
            mois: [day for _, day in sentences],
            "phrase": [typeset(phrase) for phrase in sentences.values()],
        },
        schema={"court": pl.String, mois: pl.Date, "phrase": pl.String},
    )
    return asked.join(keyed, on=["court", mois], how="left", maintain_order="left")["phrase"]


def _without_activity(part: pl.DataFrame, reference: Reference) -> pl.Series:
    """Say that a kind of juridiction does not fill in a row of the questionnaire."""
    courts = dict(reference.juridictions.select("juridiction", "nom_court").iter_rows())
    labels = dict(reference.activites.select("activite", "libelle").iter_rows())
    pairs = part.select("juridiction", "activite").unique()
    keyed = pairs.with_columns(
        phrase=pl.Series(
            [
                typeset(
                    f"L'activité « {labels[activite]} » n'est pas de celles d'une juridiction comme "
                    f"{courts[court]}"
                )
                for court, activite in pairs.iter_rows()
            ],
            dtype=pl.String,
        )
    )
    return part.select("juridiction", "activite").join(
        keyed, on=["juridiction", "activite"], how="left", maintain_order="left"
    )["phrase"]
