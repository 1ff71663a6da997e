"""Which input moves a scenario the most, in words."""

from collections.abc import Sequence

from analytics.leviers.levier import Levier
from analytics.scenarios.scenario import INCERTAINES
from analytics.scenarios.words.levers import name_levers
from analytics.vocabulary import wording
from analytics.vocabulary.columns import Colonne


def name_input(name: str, leviers: Sequence[Levier]) -> str:
    """Name an input of the draws: « Recours : valeur », « Part acceptée »."""
    if name == "projection":
        return "La projection, si rien ne change"
    if name in INCERTAINES:
        return INCERTAINES[name]
    kind, rank = name.split(":")
    return f"{name_levers(leviers)[int(rank)]} : {'valeur' if kind == 'valeur' else 'retard'}"


TORNADO_COLUMNS = (
    Colonne("nom", "Donnée incertaine"),
    Colonne("texte", "Année, la donnée étant basse puis haute", nombre=True),
)
INDEX_COLUMNS = (
    Colonne("nom", "Donnée incertaine"),
    Colonne("premier", "Part de l'incertitude, à elle seule", lambda value: _about(value), nombre=True),
    Colonne("total", "Part, combinée aux autres", lambda value: _about(value), nombre=True),
)


def _about(share: float) -> str:
    """Write a share that is only estimated."""
    return wording.typeset(f"environ {wording.percent(share, 0)}")
