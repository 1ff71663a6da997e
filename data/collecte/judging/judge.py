"""Raw lines → accepted, refused with a reason, repeated, or « not an answer »: the one judge of every file.

Each line is in exactly one of the four. Words are looked up once per distinct text, whatever the number of
lines; a line then only holds the number of each of its texts, and every rule is a comparison of columns.
"""

from dataclasses import dataclass
from datetime import date

import polars as pl

from analytics.vocabulary.parameters import Parametres
from analytics.vocabulary.reference import Reference
from analytics.vocabulary.schemas import ALERTES_SCHEMA, CELL
from data.collecte.expected.limits import Progress, ignore_progress
from data.collecte.expected.natures import DECLARATIONS, INTERIEUR, NATURES, Nature
from data.collecte.expected.rules import PRIORITE, questions
from data.collecte.judging.bounds import has_activity, in_force_then, largest_counts, legal_since
from data.collecte.judging.meanings import Textes, read_texts
from data.collecte.judging.plausibility import question_declarations
from data.collecte.judging.reasons import explain_refusals, filled_in, null_or_column
from data.collecte.reading.read import Lecture

# What becomes of a line; the first four are what `lues` is the sum of, « contredite » being refused.
ACCEPTEE, REFUSEE, REPETEE, NON_REPONSE, CONTREDITE = range(5)


@dataclass(frozen=True)
class Jugement:
    """What an import would do of each line of a file; the number of lines read is `lues`.

    `acceptees` has `ligne`, the columns of the nature's trusted schema, `recu_le` where a line says when it
    was received, and `rejet`: the quarantined line that this one corrects, null when none does. `rejets` has
    one row a refused line, for the first rule it breaks; `texte` is the line as typed, its fields in the
    nature's order joined with `;`, quoted and shortened where needed. `non_reponses`, `repetees` (`ligne`,
    `premiere_ligne`) and `alertes` refuse nothing.
    """

    lecture: Lecture
    acceptees: pl.DataFrame
    rejets: pl.DataFrame
    non_reponses: pl.DataFrame
    alertes: pl.DataFrame
    repetees: pl.DataFrame
    lues: int


def judge(
    lecture: Lecture,
    *,
    reference: Reference,
    parametres: Parametres,
    historique: pl.DataFrame,
    today: date,
    rejets_connus: frozenset[int] = frozenset(),
    dernier_mois: date | None = None,
    progress: Progress | None = None,
) -> Jugement:
    """Judge every line of a file; pure: nothing is written, and the same file gives the same judgement.

    `historique` holds the current cells (`mois`, `juridiction`, `activite`, `visioconferences`,
    `extractions_evitees`), against which plausibility is questioned. `rejets_connus` are the quarantined
    lines that await a correction, `dernier_mois` the latest month known.
    """
    tell = progress or ignore_progress
    nature = NATURES[lecture.nature]
    tell(0.0, "Lecture des noms")
    lignes = lecture.lignes
    textes = read_texts(nature, lignes, reference)
    if lecture.forme == "grille":
        kept = _answered_cells(lignes, textes, reference)
        lignes = lignes.filter(kept)
        textes = read_texts(nature, lignes, reference)
    tell(0.3, "Contrôle des lignes")
    faits = _state(nature, lignes, textes, reference, parametres, today)
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
        "ligne", *nature.fiable.column_names(), "recu_le", rejet=pl.when(~unknown).then("rejet")
    )
    nature.fiable.validate(acceptees.drop("ligne", "rejet", "recu_le"), cast=False)
    if acceptees["recu_le"].null_count() == acceptees.height:
        acceptees = acceptees.drop("recu_le")
    tell(0.7, "Contrôle de vraisemblance")
    if nature is DECLARATIONS:
        alertes.append(
            question_declarations(
                acceptees,
                reference=reference,
                parametres=parametres,
                historique=historique,
                today=today,
                dernier_mois=dernier_mois,
            )
        )
    elif nature is INTERIEUR:
        alertes.append(_question_interieur(acceptees))
    tell(0.9, "Motifs de refus")
    cellule = [null_or_column(faits, nom).alias(nom) for nom in CELL]
    jugement = Jugement(
        lecture=lecture,
        acceptees=acceptees,
        rejets=explain_refusals(nature, lignes, faits, textes, doublons, reference, parametres),
        non_reponses=faits.filter(pl.col("etat") == NON_REPONSE).select("ligne", *cellule),
        alertes=pl.concat([pl.DataFrame(schema=ALERTES_SCHEMA), *alertes]).sort("ligne", "regle"),
        repetees=doublons.filter(pl.col("etat") == REPETEE).select("ligne", premiere_ligne="autre"),
        lues=lignes.height,
    )
    tell(1.0, "Lignes contrôlées")
    return jugement


def _question_rejets(lines: pl.DataFrame) -> pl.DataFrame:
    return lines.select(
        "ligne",
        regle=pl.lit("rejet_inconnu"),
        message=filled_in(questions()["rejet_inconnu"], valeur=pl.col("rejet").cast(pl.String)),
        **{nom: null_or_column(lines, nom) for nom in CELL},
    )


def _question_interieur(acceptees: pl.DataFrame) -> pl.DataFrame:
    return acceptees.filter(pl.col("extractions_executees") > pl.col("extractions_requises")).select(
        "ligne",
        regle=pl.lit("executees_superieures"),
        message=filled_in(
            questions()["executees_superieures"],
            valeur=pl.col("extractions_executees").cast(pl.String),
            detail=pl.col("extractions_requises").cast(pl.String),
        ),
        mois="mois",
        juridiction=pl.lit(None, dtype=pl.String),
        activite=pl.lit(None, dtype=pl.String),
    )


# ---------------------------------------------------------------- what becomes of each line


def _answered_cells(lignes: pl.DataFrame, textes: dict[str, Textes], reference: Reference) -> pl.Series:
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
    placee = in_force_then(frame, reference.juridictions, "juridiction").fill_null(value=False)
    prevue = has_activity(frame, reference).fill_null(value=False)
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


def _rule(condition: pl.Expr, regle: str) -> pl.Expr:
    """Give the priority of a rule where it is broken, null elsewhere."""
    return pl.when(condition.fill_null(value=False)).then(pl.lit(PRIORITE[regle], dtype=pl.UInt8))


def _state(
    nature: Nature,
    lignes: pl.DataFrame,
    textes: dict[str, Textes],
    reference: Reference,
    parametres: Parametres,
    today: date,
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
                        _rule(pl.col("obstacle").is_not_null(), "cellule_illisible"),
                    )
                ).to_series(),
                **{nom: regles[nom] for nom in nature.cles},
                **_rules_of_place(valeurs, reference),
                **_rules_of_time(valeurs, today),
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
                **_rules_of_reception(valeurs, today),
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
        frame = frame.with_columns(mois=pl.date(pl.col("annee"), 1, 1))
    elif "mois" not in frame.columns:
        return {}
    if "juridiction" in frame.columns:
        absent = ~in_force_then(frame, reference.juridictions, "juridiction")
        other = ~has_activity(frame, reference)
        return {
            "vigueur": pl.select(_rule(pl.lit(absent), "juridiction_hors_vigueur")).to_series(),
            "activite prevue": pl.select(_rule(pl.lit(other), "activite_hors_juridiction")).to_series(),
        }
    absent = ~in_force_then(frame, reference.cours, "cour")
    return {"vigueur": pl.select(_rule(pl.lit(absent), "cour_hors_vigueur")).to_series()}


def _rules_of_time(valeurs: pl.DataFrame, today: date) -> dict[str, pl.Series]:
    """Check that the month has begun: nothing was done yet in one to come."""
    if "mois" not in valeurs.columns:
        return {}
    return valeurs.select(_rule(pl.col("mois") > today, "mois_pas_commence").alias("a venir")).to_dict()


def _rules_of_reception(valeurs: pl.DataFrame, today: date) -> dict[str, pl.Series]:
    """Check that what is said to have been received could have been, by then."""
    rules = [_rule(pl.col("recu_le") > today, "recu_a_venir").alias("recu a venir")]
    if "mois" in valeurs.columns:
        early = _rule(pl.col("recu_le") < pl.col("mois"), "recu_avant_le_mois")
        rules.append(early.alias("recu avant"))
    return valeurs.select(rules).to_dict()


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
        **largest_counts(nature, valeurs, parametres),
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
        frame = frame.with_columns(legal_depuis=legal_since(valeurs, reference))
        rules["evitees"] = _rule(
            pl.col("extractions_evitees") > pl.col("visioconferences"), "evitees_superieures"
        )
        rules["legale"] = _rule(
            (pl.col("visioconferences") > 0) & (pl.col("legal_depuis") > pl.col("mois").dt.month_end()),
            "pas_encore_legale",
        )
    return frame.select(rule.alias(name) for name, rule in rules.items()).to_dict()


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
