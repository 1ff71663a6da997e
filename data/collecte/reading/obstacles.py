"""The cells that cannot be read, laid on the lines that need them: what was seen there, and the sentence."""

from collections.abc import Iterable, Sequence

import polars as pl

from analytics.vocabulary.wording import typeset
from data.collecte.expected.natures import Nature
from data.collecte.reading.cells.findings import BARRE, CONSTATS_SCHEMA, column_letters

NO_FINDING = pl.DataFrame(schema=CONSTATS_SCHEMA)

# What a spreadsheet shows in place of a value, in whatever language, and where the column is too narrow.
_ERROR = (
    r"(?i)^\s*(?:#(?:N/?[ADC]|DIV/0|VALUE|VALEUR|WERT|REF|NAME|NOM|NULL|NUL|NUM|NOMBRE|CALC|SPILL|FIELD|CHAMP"
    r"|BLOCKED|UNKNOWN|CONNECT|BUSY|GETTING_DATA)[!?/]?|#{2,}|(?:Err|Erreur)\s*:\s*[0-9]{3})\s*$"
)


def cell_name(ligne: int, colonne: int, feuille: str | None) -> str:
    """Name a cell, and its sheet where the file has sheets."""
    cell = f"{column_letters(colonne)}{ligne}"
    return cell if feuille is None else typeset(f"{cell} de la feuille « {feuille[:40]} »")


def _sentence(genre: str, vu: str, cell: str, counted: bool) -> str:
    match genre:
        case "erreur":
            said = f"La cellule {cell} contient l'erreur « {vu} » : remplacez-la par sa valeur, ou videz-la"
        case "formule":
            said = (
                f"La cellule {cell} contient une formule sans valeur enregistrée (« {vu} ») : ouvrez le "
                "classeur, enregistrez-le, renvoyez-le"
            )
        case "affichage":
            said = (
                f"La cellule {cell} montre « {vu} », et tient un autre nombre sous son format d'affichage : "
                "donnez-lui le format Nombre, vérifiez-la, renvoyez le fichier"
            )
        case "couverte":
            said = (
                f"La cellule {cell} tient « {vu} » sous des cellules fusionnées, qui ne le montrent pas : "
                "défusionnez-les, vérifiez, renvoyez le fichier"
            )
        case "blanc":
            said = (
                f"La cellule {cell} tient « {vu} », écrit en blanc sur fond blanc : personne ne l'y voit. "
                "Donnez-lui une couleur, ou videz-la, vérifiez, renvoyez le fichier"
            )
        case _:
            wanted = "le seul nombre" if counted else "le seul texte"
            said = (
                f"La cellule {cell} a plusieurs mises en forme, on y voit « {vu} » : tapez-y {wanted}, sans "
                f"appel de note ni texte {BARRE}"
            )
    return typeset(said)


class Obstacles:
    """What stands in the way of reading the cells of one table."""

    def __init__(self, nature: Nature, constats: pl.DataFrame, feuille: str | None) -> None:
        self._nature = nature
        self._constats = constats
        self._feuille = feuille

    def laid_on(self, cells: pl.DataFrame, colonne: int, nom: str) -> tuple[pl.Series, pl.Series | None]:
        """Give a column as it is seen, and for each line why it cannot be read, if any cannot."""
        texts = cells[f"c{colonne}"]
        counted = nom in self._nature.chiffres
        wrong = pl.DataFrame(
            {"ligne": cells["ligne"], "texte": texts}, schema={"ligne": pl.Int64, "texte": pl.String}
        )
        seen = self._constats.filter(pl.col("colonne") == colonne)
        if not counted:
            seen = seen.filter(~pl.col("genre").is_in(["mixte", "affichage"]))
        found = wrong.join(seen, on="ligne", how="inner")
        if texts.str.contains(_ERROR).any():
            written = wrong.filter(pl.col("texte").str.contains(_ERROR))
            found = pl.concat(
                [
                    found,
                    written.join(found, on="ligne", how="anti").with_columns(
                        colonne=pl.lit(colonne, dtype=pl.Int64),
                        genre=pl.lit("erreur"),
                        vu=pl.col("texte").str.strip_chars(),
                    ),
                ],
                how="diagonal",
            )
        if found.is_empty():
            return texts, None
        rows = [
            (
                ligne,
                vu := shown or (text.strip() if genre == "blanc" else f"({BARRE} {text.strip()})"),
                self._said(genre, vu, ligne, colonne, counted),
            )
            for ligne, text, genre, shown in found.select(
                "ligne", pl.col("texte").fill_null(""), "genre", "vu"
            ).iter_rows()
        ]
        said = pl.DataFrame(
            rows, schema={"ligne": pl.Int64, "vu": pl.String, "obstacle": pl.String}, orient="row"
        ).unique("ligne", keep="first", maintain_order=True)
        laid = wrong.join(said, on="ligne", how="left", maintain_order="left")
        return laid.select(pl.coalesce("vu", "texte")).to_series(), laid["obstacle"]

    def _said(self, genre: str, vu: str, ligne: int, colonne: int, counted: bool) -> str:
        return _sentence(genre, vu, cell_name(ligne, colonne, self._feuille), counted)


def first_obstacle(
    height: int, obstacles: Iterable[tuple[str, pl.Series | None]]
) -> tuple[pl.Series, pl.Series]:
    """Give the first obstacle of each line, as `obstacle` and `champ_illisible`."""
    sentence = pl.Series("obstacle", [None], dtype=pl.String).new_from_index(0, height)
    champ = sentence.alias("champ_illisible")
    for nom, found in obstacles:
        if found is None:
            continue
        fresh = found.is_not_null() & sentence.is_null()
        sentence = sentence.zip_with(~fresh, found)
        champ = champ.zip_with(~fresh, pl.Series([nom]).new_from_index(0, height))
    return sentence.alias("obstacle"), champ.alias("champ_illisible")


def any_column(noms: Sequence[str]) -> list[str]:
    """List the columns that carry an obstacle beside those of a nature."""
    return [*noms, "surplus", "obstacle", "champ_illisible"]
