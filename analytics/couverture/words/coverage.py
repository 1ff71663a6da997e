"""On how much of the country a total rests: one line under it, and the columns that its files carry."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from analytics.couverture.coverage import Couverture
from analytics.vocabulary import wording
from analytics.vocabulary.wording import number


@dataclass(frozen=True)
class Mention:
    """What goes with a total wherever it is shown: its line on screen, its columns in a file."""

    texte: str
    colonnes: Mapping[str, str]


def mention(couverture: Couverture, *, fourchette: bool) -> Mention:
    """Give what goes with a total; `fourchette` adds the estimate and its interval.

    The columns are those of the total, on every line of the file: a line may have its own beside them.
    """
    columns = {
        "couverture": tell_coverage(couverture, fourchette=False),
        "total_reponses_recues": str(couverture.repondues),
        "total_reponses_attendues": str(couverture.attendues),
        "total_part_volume_habituel": wording.percent(couverture.part_volume),
        "total_borne_basse": str(couverture.declarees),
        "total_borne_haute": _plain(couverture.borne_haute),
    }
    if fourchette:
        columns |= {
            "total_estime": _plain(couverture.estimees),
            "total_estime_bas": _plain(couverture.bas),
            "total_estime_haut": _plain(couverture.haut),
        }
    return Mention(tell_coverage(couverture, fourchette=fourchette), columns)


def since_january(told: Mention) -> Mention:
    """Say since when a total counts, beside figures of another period."""
    return replace(told, texte=wording.typeset(f"Depuis janvier : {told.texte}"))


def _plain(value: int | None) -> str:
    return wording.NOT_AVAILABLE if value is None else str(value)


def tell_coverage(couverture: Couverture, *, fourchette: bool) -> str:
    """Write « 412 déclarées · 71 % des réponses attendues · entre 412 et 560 »; `fourchette`: estimate too.

    An answer is one juridiction and one month. Where every answer came there is no range; where none did,
    nothing is declared, and silence is no zero.
    """
    if couverture.attendues and not couverture.repondues:
        bound = couverture.borne_haute
        most = "" if bound is None else f" · sans doute {number(bound)} au plus"
        return wording.typeset(f"aucune réponse reçue sur {number(couverture.attendues)}{most}")
    parts = [wording.count(couverture.declarees, "déclarée", "déclarées"), _answers(couverture)]
    if couverture.borne_haute is None:
        parts.append(f"au moins {number(couverture.declarees)}")
    elif not couverture.complete:
        among = ", au prorata" if couverture.au_prorata else ""
        parts.append(f"entre {number(couverture.declarees)} et {number(couverture.borne_haute)}{among}")
        if fourchette:
            parts.append(
                f"estimées {number(couverture.estimees)} ({number(couverture.bas)} à "
                f"{number(couverture.haut)}, 8 fois sur 10)"
            )
    return wording.typeset(" · ".join(parts))


def _answers(couverture: Couverture) -> str:
    """Write the share that answered: never 100 % while an answer is missing, nor 0 if one came."""
    if couverture.part_reponse is None:
        return "aucune réponse attendue"
    if couverture.complete:
        return f"100{wording.NO_BREAK_SPACE}% des réponses attendues"
    shown = min(max(round(couverture.part_reponse * 100), 1 if couverture.repondues else 0), 99)
    return f"{number(shown)}{wording.NO_BREAK_SPACE}% des réponses attendues"


def tell_volume(couverture: Couverture) -> str:
    """Say what the answers weigh; nothing where nobody ever avoided anything."""
    if couverture.part_volume is None:
        return ""
    return wording.typeset(f"{wording.percent(couverture.part_volume, 0)} du volume habituel")


def note_on_total(couverture: Couverture, *, fourchette: bool) -> str:
    """Write the note under the figures of a page: since January, the total, its coverage, what it weighs."""
    texts = [tell_coverage(couverture, fourchette=fourchette), tell_volume(couverture)]
    return wording.typeset(f"Depuis janvier : {' · '.join(filter(None, texts))}.")
