"""Why each refused line is refused: the field at fault, what was typed there, and the French sentence."""

from collections.abc import Callable, Sequence
from datetime import date
from string import Formatter

import polars as pl

from analytics.vocabulary.parameters import Parametres
from analytics.vocabulary.reference import Reference
from analytics.vocabulary.schemas import CELL, REJETS_SCHEMA
from analytics.vocabulary.wording import enumeration, long_date, number, typeset
from data.collecte.expected.natures import DECLARATIONS, Nature
from data.collecte.expected.rules import PRIORITE, refusals
from data.collecte.judging.bounds import largest_counts, legal_since
from data.collecte.judging.meanings import Textes
from data.reference import load_successors

_VALUE_SHOWN = 60
# What a refused line keeps of each field; a text keeps as much as it may hold, so that it stays too long.
_FIELD_KEPT = 300


def filled_in(phrase: str, **blanks: pl.Expr) -> pl.Expr:
    """Fill in a sentence of the registry, line by line."""
    pieces: list[pl.Expr] = []
    for text, blank, _, _ in Formatter().parse(phrase):
        pieces.append(pl.lit(text))
        if blank is not None:
            pieces.append(blanks[blank].fill_null("?"))
    return pl.concat_str(pieces)


def null_or_column(frame: pl.DataFrame, nom: str) -> pl.Expr:
    """Give a column of the cell, or nulls for a nature that has no such column."""
    return pl.col(nom) if nom in frame.columns else pl.lit(None, dtype=CELL[nom])


def line_as_typed(nature: Nature) -> pl.Expr:
    """Write a line again as a CSV would: its fields in the nature's order, `;`, quoted where needed.

    The fields that a short line does not have are not invented: the text stops where the line did. What
    stood beyond the last column goes beside the last figure: sent back untouched, the line is refused
    again. Whatever was typed, the text is shorter than 2 000 characters, and its quotes are closed.
    """
    text: pl.Expr | None = None
    for champ in reversed([champ for champ in nature.champs if champ.genre != "rejet"]):
        field = pl.col(champ.nom)
        if champ.nom == nature.chiffres[-1]:
            beyond = pl.col("surplus").str.replace_all(r"\s*;\s*", " ; ")
            field = (
                pl.when(beyond.is_null())
                .then(field)
                .otherwise(pl.concat_str(field, beyond, separator=" ; ", ignore_nulls=True))
            )
        quoted = _quoted(field, champ.longueur or _FIELD_KEPT)
        if text is None:
            text = quoted
        else:
            text = (
                pl.when(text.is_null())
                .then(quoted)
                .otherwise(pl.concat_str(quoted.fill_null(""), pl.lit(";"), text))
            )
    return text if text is not None else pl.lit("")


def _quoted(field: pl.Expr, longest: int) -> pl.Expr:
    """Quote a field where needed; one too long once quoted loses its quotation marks, then its end."""
    doubled = field.str.replace_all('"', '""', literal=True)
    bare = field.str.replace_all('"', "'", literal=True)
    cut = (
        pl.when(bare.str.len_chars() > longest)
        .then(pl.concat_str(bare.str.head(longest), pl.lit("…")))
        .otherwise(bare)
    )
    kept = pl.when(doubled.str.len_chars() > longest).then(cut).otherwise(doubled)
    return (
        pl.when(kept.str.contains(r'[;"\n\r]'))
        .then(pl.concat_str(pl.lit('"'), kept, pl.lit('"')))
        .otherwise(kept)
    )


def explain_refusals(
    nature: Nature,
    lignes: pl.DataFrame,
    faits: pl.DataFrame,
    textes: dict[str, Textes],
    doublons: pl.DataFrame,
    reference: Reference,
    parametres: Parametres,
) -> pl.DataFrame:
    """Write, for each refused line, the field at fault, what was typed there, and the French sentence."""
    refused = faits["regle"].is_not_null()
    if not refused.any():
        return pl.DataFrame(schema=REJETS_SCHEMA)
    rangs = refused.arg_true()
    numeros = {nom: texte.numeros.gather(rangs) for nom, texte in textes.items()}
    frame = faits[rangs].select(
        pl.int_range(pl.len()).alias("rang"),
        "ligne",
        "regle",
        **{nom: null_or_column(faits, nom) for nom in CELL},
        cour=pl.col("cour") if "cour" in faits.columns else pl.lit(None, dtype=pl.String),
        annee=pl.col("annee") if "annee" in faits.columns else pl.lit(None, dtype=pl.Int64),
        texte=lignes[rangs].select(line_as_typed(nature)).to_series(),
        surplus=lignes["surplus"][rangs],
        obstacle=lignes["obstacle"][rangs],
        champ_illisible=lignes["champ_illisible"][rangs],
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
        motif=filled_in(
            refusals()[regle],
            champ=pl.col("champ").replace_strict(libelles, default=pl.col("champ"), return_dtype=pl.String),
            valeur=shown,
            detail=pl.col("detail"),
        ),
        texte="texte",
        **{nom: pl.col(nom) for nom in CELL},
        remplace=pl.col("rejet lu"),
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
        case "cellule_illisible":
            return pl.col("champ_illisible")
        case "colonne_manquante":
            requis = [champ.nom for champ in nature.champs if champ.requis]
            return _first_where(requis, lambda nom: pl.col(f"{nom} tapé").is_null())
        case "mois_pas_commence":
            return pl.lit("mois")
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
        case "recu_a_venir" | "recu_avant_le_mois":
            return pl.lit("recu_le")
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
            advice = " : vérifiez le mois, ou déclarez pour la juridiction qui a repris son ressort"
            said = _periods(part.select("mois", court="juridiction"), courts, "mois")
            named = _successors(part.select("mois", "juridiction"), reference)
            return pl.select(pl.coalesce(named, said + typeset(advice))).to_series()
        case "cour_hors_vigueur":
            courts = reference.cours.select("nom", "valide_du", "valide_au", court="cour")
            when = pl.coalesce("mois", pl.date(pl.col("annee"), 1, 1))
            return _periods(part.select(when.alias("mois"), court="cour"), courts, "mois")
        case "activite_hors_juridiction":
            return _without_activity(part, reference)
        case "pas_encore_legale":
            return legal_since(part, reference).map_elements(long_date, return_dtype=pl.String)
        case "maximum_depasse":
            limits = part.select(**largest_counts(nature, part, parametres)).to_series()
            return limits.replace_strict(
                {limit: number(limit) for limit in limits.unique()}, return_dtype=pl.String
            )
        case "evitees_superieures":
            return pl.col("visioconferences lu").cast(pl.String)
        case "valeurs_contradictoires":
            return (
                pl.when(pl.col("autre") == pl.col("ligne"))
                .then(pl.lit("Une autre colonne de cette ligne"))
                .otherwise(pl.format("La ligne {}", "autre"))
            )
        case "cellule_illisible":
            return pl.col("obstacle")
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


def _successors(asked: pl.DataFrame, reference: Reference) -> pl.Series:
    """Say for which juridiction to declare where one has closed, null where the reference knows none."""
    names = dict(reference.juridictions.select("juridiction", "nom_court").iter_rows())
    successors = load_successors()
    phrases: list[str | None] = []
    for mois, code in asked.iter_rows():
        ends = reference.juridictions.filter(juridiction=code)["valide_au"].drop_nulls()
        closed = max((end for end in ends if end < mois), default=None)
        heir = successors.get(code)
        phrases.append(
            typeset(
                f"{names[code]}, fermé le {long_date(closed)} : déclarez pour "
                f"{'la' if names[heir].startswith('Ch') else 'le'} {names[heir]} ({heir})"
            )
            if closed is not None and heir is not None
            else None
        )
    return pl.Series(phrases, dtype=pl.String)


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
