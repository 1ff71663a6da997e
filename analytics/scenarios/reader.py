"""A scenario read from its file, key by key: what is wrong is said where it stands."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, cast

from analytics.leviers.levier import ETABLISSEMENTS, LATEST, NATURES, OUVERTURE, PRISONS, Levier
from analytics.scenarios.scenario import FORMAT, INCERTAINES, LONGEST_TEXT, MOST_LEVERS, Scenario
from analytics.statistics.ranges import FORMES, PALIER, Plage
from analytics.vocabulary.errors import UserFacingError
from analytics.vocabulary.wording import clean_text, enumeration, typeset

_SCENARIO_KEYS = ("format", "depuis", "leviers", "hypotheses", "nom", "note")
_LEVER_KEYS = (
    "nature",
    "valeur",
    "du",
    "forme",
    "plein",
    "au",
    "retard",
    "cours",
    "juridictions",
    "activites",
    "prisons",
    "nom",
)


@dataclass(frozen=True)
class Lieux:
    """The codes that a scenario may name: those that its reader may see."""

    cours: Collection[str]
    juridictions: Collection[str]
    activites: Collection[str]
    prisons: Collection[str]


def parse_scenario(text: str, lieux: Lieux) -> Scenario:
    """Read a scenario from its JSON; say in French everything that is wrong with it."""
    try:
        document = _cleaned(json.loads(text))
    except (ValueError, RecursionError) as error:
        raise UserFacingError(
            "Ce scénario n'est pas un texte JSON lisible : exportez-le de nouveau, ou recopiez le lien "
            "entier."
        ) from error
    return read_scenario(document, lieux)


def _cleaned(value: object) -> object:
    """Keep of what came in a link or a file what can be read, names of keys included."""
    match value:
        case str():
            return clean_text(value)
        case list():
            return [_cleaned(each) for each in cast("list[object]", value)]
        case dict():
            return {
                clean_text(name): _cleaned(each) for name, each in cast("dict[str, object]", value).items()
            }
        case _:
            return value


def read_scenario(document: object, lieux: Lieux) -> Scenario:
    """Read a scenario from plain values.

    Raises `UserFacingError` that names each faulty key, says why, and what is allowed.
    """
    reader = _Reader(lieux)
    scenario = reader.read(document)
    if reader.faults or scenario is None:
        raise UserFacingError(typeset("Scénario refusé. " + " ".join(reader.faults)))
    return scenario


class _Reader:
    """Reads plain values, and keeps all that is wrong instead of stopping at the first."""

    def __init__(self, lieux: Lieux) -> None:
        self._lieux = lieux
        self.faults: list[str] = []

    def _say(self, key: str, why: str) -> None:
        self.faults.append(f"« {key} » : {why}.")

    def read(self, document: object) -> Scenario | None:
        table = self._table(document, "scénario", _SCENARIO_KEYS)
        if table is None:
            return None
        if table.get("format", FORMAT) != FORMAT:
            self._say("format", f"{_shown(table['format'])} n'est pas connu ; attendu : {FORMAT}")
        depuis = self._month(table, "depuis", "depuis", required=True)
        listed: Any = table.get("leviers", [])
        if not isinstance(listed, list):
            self._say("leviers", "une liste est attendue")
            listed = []
        levers = cast("list[object]", listed)
        if len(levers) > MOST_LEVERS:
            self._say("leviers", f"{len(levers)} leviers, {MOST_LEVERS} au plus")
            levers = levers[:MOST_LEVERS]
        read = [self._lever(each, rank) for rank, each in enumerate(levers, 1)]
        hypotheses = self._hypotheses(table.get("hypotheses", {}))
        texts = {name: self._text(table, name, name) for name in ("nom", "note")}
        if depuis is None:
            return None
        return Scenario(
            depuis=depuis, leviers=tuple(each for each in read if each), hypotheses=hypotheses, **texts
        )

    def _table(self, value: object, where: str, known: Sequence[str]) -> dict[str, Any] | None:
        if not isinstance(value, dict):
            self._say(where, "un objet JSON est attendu")
            return None
        table = cast("dict[str, Any]", value)
        for key in table.keys() - set(known):
            self._say(f"{where}.{key}"[:80], f"cette clé n'existe pas ; connues : {enumeration(known)}")
        return table

    def _lever(self, value: object, rank: int) -> Levier | None:
        where = f"leviers[{rank}]"
        table = self._table(value, where, _LEVER_KEYS)
        if table is None:
            return None
        nature = table.get("nature")
        if not isinstance(nature, str) or nature not in NATURES:
            self._say(f"{where}.nature", f"{_shown(nature)} n'existe pas ; permis : {enumeration(NATURES)}")
            return None
        kind = NATURES[nature]
        valeur = self._range(table, "valeur", where, kind.minimum, kind.maximum, required=True)
        retard = self._range(table, "retard", where, 0.0, LATEST, required=False)
        du = self._month(table, "du", f"{where}.du", required=True)
        au, plein = (self._month(table, name, f"{where}.{name}", required=False) for name in ("au", "plein"))
        forme = table.get("forme", PALIER)
        if not isinstance(forme, str) or forme not in FORMES:
            self._say(f"{where}.forme", f"{_shown(forme)} n'existe pas ; permis : {enumeration(FORMES)}")
            return None
        if du is not None:
            self._judge_dates(where, du, au=au, plein=plein, forme=forme)
        places = {
            name: self._codes(table, name, where, getattr(self._lieux, name))
            for name in ("cours", "juridictions", "activites", "prisons")
        }
        self._judge_places(where, nature, places)
        nom = self._text(table, "nom", f"{where}.nom")
        if valeur is None or du is None:
            return None
        return Levier(
            nature=nature,
            valeur=valeur,
            du=du,
            forme=forme,
            plein=plein if forme != PALIER else None,
            au=au,
            retard=retard or Plage.sure(0.0),
            nom=nom,
            **places,
        )

    def _judge_dates(self, where: str, du: date, *, au: date | None, plein: date | None, forme: str) -> None:
        if au is not None and au < du:
            self._say(f"{where}.au", "la fin précède le début")
        if forme != PALIER and (plein is None or plein <= du):
            self._say(f"{where}.plein", f"la forme « {forme} » demande un mois après « du »")

    def _judge_places(self, where: str, nature: str, places: Mapping[str, Sequence[str]]) -> None:
        """Say which places a kind of lever must name, or cannot."""
        if nature == PRISONS and not places["prisons"]:
            self._say(f"{where}.prisons", "nommez au moins un établissement")
        if nature != PRISONS and places["prisons"]:
            self._say(f"{where}.prisons", f"réservé à la nature « {PRISONS} »")
        if nature == PRISONS and (places["cours"] or places["juridictions"]):
            self._say(where, "des établissements désignés n'ont ni « cours » ni « juridictions »")
        if nature == OUVERTURE and not places["activites"]:
            self._say(f"{where}.activites", "une ouverture par la loi nomme au moins une activité")
        if nature == ETABLISSEMENTS and places["juridictions"]:
            self._say(f"{where}.juridictions", "les établissements se choisissent par cour")

    def _hypotheses(self, value: object) -> dict[str, Plage]:
        table = self._table(value, "hypotheses", tuple(INCERTAINES)) or {}
        read = {
            name: self._range(table, name, "hypotheses", 0.0, 1.0, required=True)
            for name in INCERTAINES
            if name in table
        }
        return {name: plage for name, plage in read.items() if plage is not None}

    def _range(
        self, table: Mapping[str, Any], name: str, where: str, low: float, high: float, *, required: bool
    ) -> Plage | None:
        if name not in table:
            if required:
                self._say(f"{where}.{name}", "cette valeur manque")
            return None
        value: Any = table[name]
        numbers: list[Any] = cast("list[Any]", value) if isinstance(value, list) else [value] * 3
        bounds = f"un nombre de {low:g} à {high:g}, ou trois : au moins, probable, au plus".replace(".", ",")
        shown = _shown(cast("object", value))
        if len(numbers) != 3 or any(type(each) not in (int, float) for each in numbers):
            self._say(f"{where}.{name}", f"{shown} n'est pas lisible ; attendu : {bounds}")
            return None
        bas, probable, haut = numbers
        # A NaN is in no interval; a whole number may be too long for a float.
        if not low <= bas <= probable <= haut <= high:
            self._say(f"{where}.{name}", f"{shown} est hors des bornes ; attendu : {bounds}, dans l'ordre")
            return None
        return Plage(float(bas), float(probable), float(haut))

    def _month(self, table: Mapping[str, Any], name: str, where: str, *, required: bool) -> date | None:
        value = table.get(name)
        if value is None:
            if required:
                self._say(where, "ce mois manque ; attendu : 2009-04")
            return None
        try:
            if not isinstance(value, str) or len(value) != 7:
                raise ValueError(value)
            return date.fromisoformat(f"{value}-01")
        except ValueError:
            self._say(where, f"{_shown(value)} n'est pas un mois ; attendu : 2009-04")
            return None

    def _codes(
        self, table: Mapping[str, Any], name: str, where: str, known: Collection[str]
    ) -> tuple[str, ...]:
        value = table.get(name, [])
        if not isinstance(value, list):
            self._say(f"{where}.{name}", "une liste de codes est attendue")
            return ()
        codes = sorted({str(each) for each in cast("list[Any]", value)})
        unknown = [code for code in codes if code not in known]
        if unknown:
            named = enumeration(f"{code[:40]}" for code in unknown[:5])
            self._say(f"{where}.{name}", f"{named} n'existe pas, ou n'est pas dans votre périmètre")
        return tuple(code for code in codes if code in known)

    def _text(self, table: Mapping[str, Any], name: str, where: str) -> str:
        value = table.get(name, "")
        if not isinstance(value, str) or len(value) > LONGEST_TEXT:
            self._say(where, f"un texte de {LONGEST_TEXT} caractères au plus est attendu")
            return ""
        return value.strip() if name == "note" else " ".join(value.split())


def _shown(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False, default=str)
    return f"« {text[:60]}{'…' if len(text) > 60 else ''} »"
