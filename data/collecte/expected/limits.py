"""What a file may weigh, and the one sentence that refuses a file as a whole."""

from collections.abc import Callable
from dataclasses import dataclass

from analytics.vocabulary.errors import UserFacingError

# Called with the fraction done of one stage, in 0–1, and a short French label.
Progress = Callable[[float, str], None]


@dataclass(frozen=True)
class Limites:
    """Bounds on one file; only its size is a choice of the installation.

    The others stop files built to exhaust the memory: the largest honest workbook (1 048 576 rows of
    the long form) holds 8 million cells and inflates about 15 times. `cellules` are those of all sheets,
    `texte` the characters of what they hold, each counted as often as it is laid out.
    """

    octets: int
    octets_decompresses: int = 1_500_000_000
    taux_compression: int = 200
    cellules: int = 9_000_000
    texte: int = 300_000_000
    lignes: int = 1_200_000
    feuilles: int = 1_000
    colonnes_csv: int = 1_000


class UnreadableFile(UserFacingError):  # noqa: N818 - it is the file that is named
    """The file is not a table that can be judged: say in one French sentence why, and what to send."""


def ignore_progress(_fraction: float, _label: str) -> None:
    """Stand in for a progress bar where there is none."""
