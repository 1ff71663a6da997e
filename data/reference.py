"""The real courts and activities of the country, dated, from `data/reference/*.csv`."""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl

from analytics.vocabulary.errors import refusal
from analytics.vocabulary.parameters import Parametre, Parametres
from analytics.vocabulary.reference import Reference
from analytics.vocabulary.schemas import Activites, Consigne, Cours, Juridictions
from analytics.vocabulary.wording import of_place, place_of

FOLDER = Path(__file__).parent / "reference"


_SHORT_KIND = {"TGI": "TGI", "TPI": "TPI", "CA": "CA", "TSA": "TSA", "CHA": "Chambre d'appel"}

# The families of the screens; the order is theirs. A code that matches none is « Autres ».
_GROUPS = {
    "Détention et instruction": ("CHINS_DETENTION", "JLD_DETENTION", "INSTRUCTION", "JUGEMENT_DETENTION"),
    "Application des peines": ("JAP", "TAP", "CHAP"),
    "Jugement": (
        "TPOL",
        "ASSISES_TEMOINS",
        "ASSISES_INTERROGATOIRE",
        "CORRECTIONNEL_TEMOINS",
        "CORRECTIONNEL_PREVENU",
        "DELIBERE_INTERETS_CIVILS",
        "NOTIF_EXPERTISE",
    ),
    "Hors objectif": ("GAV_PROLONGATION", "ETRANGERS_ZA", "ETRANGERS_RETENTION"),
}
OTHER_GROUP = "Autres"


def _read(name: str) -> pl.DataFrame:
    return pl.read_csv(FOLDER / name, infer_schema=False)


def _day(column: str) -> pl.Expr:
    return pl.col(column).str.to_date("%Y-%m-%d", strict=True)


def _with_short_names(courts: pl.DataFrame) -> pl.DataFrame:
    """Add `nom_court`: « TGI d'Agen », « CA de Douai »."""
    short = [
        f"{_SHORT_KIND[kind]} {of_place(place_of(nom))}"
        for kind, nom in courts.select("type", "nom").iter_rows()
    ]
    return courts.with_columns(nom_court=pl.Series(short, dtype=pl.String))


@cache
def load_reference() -> Reference:
    """Read the reference files, check them against their schemas, and give every court its labels."""
    cours = _with_short_names(_read("cours.csv")).select(
        cour="code",
        nom="nom",
        nom_court=pl.when(pl.col("type") == "CA").then("ville").otherwise("nom_court"),
        type="type",
        outre_mer=pl.col("zone") == "outre-mer",
        latitude=pl.col("latitude").cast(pl.Float64),
        longitude=pl.col("longitude").cast(pl.Float64),
        groupe_dsj="groupe_dsj",
        valide_du=_day("valid_from"),
        valide_au=_day("valid_to"),
    )
    juridictions = _with_short_names(_read("juridictions.csv")).select(
        juridiction="code",
        nom="nom",
        nom_court="nom_court",
        type="type",
        cour="cour_code",
        ville="ville",
        latitude=pl.col("latitude").cast(pl.Float64),
        longitude=pl.col("longitude").cast(pl.Float64),
        valide_du=_day("valid_from"),
        valide_au=_day("valid_to"),
    )
    group_of = {code: group for group, codes in _GROUPS.items() for code in codes}
    activites = (
        _read("activites.csv")
        .with_row_index("ordre")
        .select(
            ordre=pl.col("ordre").cast(pl.Int64),
            activite="code",
            libelle="libelle",
            groupe=pl.col("code").replace_strict(group_of, default=OTHER_GROUP),
            niveaux=pl.col("niveau").str.split("|"),
            compte_objectif=pl.col("compte_objectif") == "oui",
            colonne_2="colonne_2",
            legal_depuis=_day("legal_depuis"),
            base_legale="base_legale",
            note="note",
        )
    )
    return Reference(
        cours=Cours.validate(cours),
        juridictions=Juridictions.validate(juridictions),
        activites=Activites.validate(activites),
    )


@cache
def load_counting_rules() -> Mapping[str, Consigne]:
    """Read how each activity of the questionnaire is counted."""
    document = tomllib.loads((FOLDER / "comptage.toml").read_text(encoding="utf-8"))
    return {activite: Consigne(**texts) for activite, texts in document.items()}


@cache
def load_illustrative_base() -> pl.DataFrame:
    """Spread the 155 000 extractions of 2008 over the cours by population (`cour`, `extractions`).

    Nobody published such a figure: it is ILLUSTRATIVE, and must be called so wherever it is shown.
    """
    return _read("base-demo.csv").select(
        cour="cour_code", extractions=pl.col("extractions_demo_155000").cast(pl.Int64)
    )


@cache
def load_demo_uses() -> pl.DataFrame:
    """Say what each activity weighs in the demonstration, which is fiction.

    `part`: its share of a year's extractions; `autre_usage`: the videoconferences a month, in a juridiction
    of average size, that avoid no extraction.
    """
    return _read("activites-demo.csv").cast({"part": pl.Float64, "autre_usage": pl.Float64})


@cache
def load_parameters() -> Parametres:
    """Read every `data/parametres/*.toml`, checked: no value without source, no two in force at once."""
    values: list[Parametre] = []
    for path in sorted((Path(__file__).parent / "parametres").glob("*.toml")):
        document = tomllib.loads(path.read_text(encoding="utf-8"))
        values += [Parametre.from_toml(table) for table in document.get("parametre", [])]
    return Parametres(values)


@cache
def load_rules() -> tuple[dict[str, Any], ...]:
    """Read the rules of settlement that the product ships, as `Bareme.from_toml` takes them."""
    path = Path(__file__).parent / "parametres" / "reglement.toml"
    return tuple(tomllib.loads(path.read_text(encoding="utf-8"))["regle"])


@cache
def load_texts(name: str) -> Mapping[str, Any]:
    """Read the texts of `data/textes/<name>.toml`, as those who check what each must hold take them."""
    path = Path(__file__).parent / "textes" / f"{name}.toml"
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise refusal(
            f"Textes, « {path.name} » ne se lit pas ({error}) : vérifiez ses guillemets et ses crochets."
        ) from error


@cache
def load_successors() -> Mapping[str, str]:
    """Give the juridiction that took over from each that closed, where one alone is known to have."""
    rows = pl.read_csv(FOLDER / "successions.csv", infer_schema=False)
    return dict(rows.select("code", "successeur").iter_rows())
