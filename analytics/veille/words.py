"""What the control chart says, in French: whether this month is ordinary, and whether the target holds."""

from collections.abc import Collection, Mapping
from datetime import date
from fractions import Fraction
from math import ceil, floor

import polars as pl

from analytics.veille.control_chart import EITHER, FAILS, OUTSIDE, PASSES, SHIFT, TREND, TWO_OF_THREE, Constat
from analytics.veille.watch import Veille
from analytics.vocabulary import wording
from analytics.vocabulary.columns import Chiffre, Colonne, integer, share, two_decimals

# A quiet month is not known to be ordinary: it cannot be told from what is.
ORDINARY = "Ne se distingue pas"
OF_ITS_VARIATION = "de sa variation habituelle"
# Before these months, nothing is usual yet.
_LEAST_TO_COMPARE = 4
GLYPHS = {1: "▲", -1: "▼", 0: "■"}
_WORDS = {1: "Amélioration", -1: "Dégradation", 0: ORDINARY}
_RULES = {
    OUTSIDE: {1: "ce mois dépasse la limite haute", -1: "ce mois passe sous la limite basse"},
    TREND: {1: "{n} mois de suite en hausse", -1: "{n} mois de suite en baisse"},
    TWO_OF_THREE: {
        1: "deux mois sur trois tout près de la limite haute",
        -1: "deux mois sur trois tout près de la limite basse",
    },
    SHIFT: {1: "{n} mois de suite au-dessus de la moyenne", -1: "{n} mois de suite sous la moyenne"},
}
_ASSURANCE = {
    PASSES: "tant que rien ne change, l'objectif du mois est tenu",
    FAILS: "tant que rien ne change, l'objectif du mois est manqué",
    EITHER: "tant que rien ne change, l'objectif du mois est entre les limites : tantôt tenu, tantôt manqué",
}


def icon(veille: Veille) -> str:
    """Give the glyph and the words of this month's figure."""
    if veille.constat is None:
        return f"○{wording.NO_BREAK_SPACE}Par trimestre" if veille.trimestres is not None else "○"
    if silent_month(veille) is not None:
        return f"○{wording.NO_BREAK_SPACE}Sans réponse"
    sens = veille.constat.sens
    return f"{GLYPHS[sens]}{wording.NO_BREAK_SPACE}{_WORDS[sens]}"


def silent_month(veille: Veille) -> date | None:
    """Give the month watched where nobody answered it: what the chart says is then of an earlier one."""
    if veille.constat is None or veille.carte is None:
        return None
    last = veille.carte["mois"][-1]
    return last if last > veille.constat.mois else None


def glyph(veille: Veille) -> str:
    """Give the glyph alone, for a column of cours; `GLYPHS_HELP` says what it means."""
    return icon(veille)[0]


GLYPHS_HELP = wording.typeset(
    "Ce mois-ci : ▲ amélioration, ▼ dégradation, ■ ne se distingue pas de sa variation habituelle (ne pas "
    "commenter), ○ trop peu d'extractions, suivi par trimestre, ou aucune réponse ce mois-ci"
)


def tell_chance(veilles: Collection[Veille], part: Fraction) -> str:
    """Say how many of some cours show a signal by chance alone; nothing where none has a chart.

    `part`: the share of last months that show one where nothing changes.
    """
    count = sum(veille.constat is not None for veille in veilles)
    if not count:
        return ""
    due = count * part
    if 2 * due < 1:
        who = "la seule cour suivie ainsi" if count == 1 else f"l'une des {count} cours suivies ainsi"
        return wording.typeset(
            f"Si rien ne change, le hasard seul donne ▲ ou ▼ à {who} environ un mois sur {round(1 / due)}."
        )
    least, most = (_COUNTED[min(bound, len(_COUNTED) - 1)] for bound in (floor(due), ceil(due)))
    share = least if least == most else f"{least} ou {most}"
    return wording.typeset(
        f"Sur {wording.count(count, 'cour suivie', 'cours suivies')} mois par mois, {share} en moyenne "
        f"{'montre' if due <= 1 else 'montrent'} ▲ ou ▼ par le seul hasard."
    )


_COUNTED = ("aucune", "une", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf", "dix")


def title_signal(veille: Veille) -> str:
    """Say whether the last month is ordinary variation."""
    if veille.moyenne is None:
        return "Aucun mois répondu"
    if veille.constat is None:
        return "Trop peu d'extractions pour juger un mois isolé"
    return wording.typeset(_verdict(veille, veille.constat) + _last_signal(veille))


def _last_signal(veille: Veille) -> str:
    """Where the last month is ordinary, say when the level last moved: one quiet month does not undo it."""
    if veille.constat is None or veille.constat.signal or veille.carte is None:
        return ""
    signalled = veille.carte.filter(pl.col("signal") != "")
    if signalled.is_empty():
        return ""
    last = signalled.row(-1, named=True)
    return f" ; dernier signal en {wording.month(last['mois'])}, {_WORDS[last['sens']].lower()}"


def _verdict(veille: Veille, constat: Constat) -> str:
    silent = silent_month(veille)
    if silent is not None:
        return f"Aucune réponse pour {wording.month(silent)} ; {_say(constat, wording.month(constat.mois))}"
    told = _say(constat, wording.MONTHS[constat.mois.month - 1])
    return told[0].upper() + told[1:]


def _say(constat: Constat, when: str) -> str:
    if not constat.signal:
        if constat.connus < _LEAST_TO_COMPARE:
            return f"en {when}, trop peu de mois connus pour dire ce qui est habituel"
        return f"en {when}, le taux ne se distingue pas {OF_ITS_VARIATION}"
    rule = _RULES[constat.signal][constat.sens].format(n=constat.derniers)
    return f"{_WORDS[constat.sens].lower()} en {when} : {rule}"


def tell_signal(veille: Veille) -> str:
    """Say what the chart says of the last month, and of the target; where it is silent, why."""
    if veille.moyenne is None:
        return "Aucun mois n'a de réponse : rien ne peut être suivi."
    if veille.constat is None:
        least = wording.number(veille.reglages.moyenne_minimale)
        if veille.moyenne >= veille.reglages.moyenne_minimale:
            return "Sans base d'extractions, aucun taux n'est calculable : le suivi est trimestriel."
        return wording.typeset(
            f"En moyenne {wording.number(veille.moyenne, 1)} "
            f"{wording.agree(int(veille.moyenne), 'extraction évitée', 'extractions évitées')} par mois, "
            f"moins de {least} : "
            "le hasard seul y donnerait un signal un mois ou l'autre. Le suivi est donc trimestriel, sans "
            "limites ; le retard sur l'objectif se lit dans la projection."
        )
    text = _verdict(veille, veille.constat)
    if veille.constat.assurance:
        text += f" ; {_ASSURANCE[veille.constat.assurance]}"
    if veille.constat.essai:
        text += (
            f" ; limites d'essai, moins de {veille.reglages.limites_essai} mois les fondent : rien n'est "
            "encore dit de l'objectif"
        )
    return wording.typeset(text + ".")


def note_settings(veille: Veille, recalages: Mapping[date, tuple[str, str]]) -> str:
    """Print the settings of the chart, and who made it start anew, when and why."""
    if veille.carte is None:
        return ""
    text = (
        "Carte de contrôle XmR : limites à la moyenne ± 2,66 fois l'écart moyen d'un mois à l'autre ; "
        f"tendance, {veille.reglages.tendance} mois ; série, {veille.reglages.serie} mois du même côté ; "
        "deux mois sur trois au-delà des deux tiers de la limite, les trois du même côté de la moyenne ; un "
        "mois hors limites y compte, comme dans l'outil Excel de « Making Data Count » (novembre 2023), mais "
        "pas dans NHSRplotthedots 0.2.2. Une pratique qui se répand signale presque tous ses mois : le "
        "retard se lit dans la projection, pas ici."
    )
    shown = set(veille.carte["mois"])
    for mois, (cause, auteur) in recalages.items():
        if mois not in shown:
            continue
        text += f" Recalée en {wording.month(mois)} : {cause} ({auteur})."
    return wording.typeset(text)


def label_chart(veille: Veille) -> pl.DataFrame:
    """Add to the chart what its points say: `texte`, `etat`, and the words at the end of its lines."""
    if veille.carte is None:
        raise ValueError("a series followed by quarter has no control chart")
    told: list[str] = []
    states: list[str] = []
    for row in veille.carte.iter_rows(named=True):
        word = _WORDS[row["sens"]] if row["signal"] else ORDINARY
        told_word = word if row["signal"] else f"{ORDINARY} {OF_ITS_VARIATION}"
        states.append(
            wording.NOT_ANSWERED
            if row["valeur"] is None
            else f"{GLYPHS[row['sens']]} {word}" + (f" ({row['signal']})" if row["signal"] else "")
        )
        told.append(
            wording.typeset(
                f"{wording.month(row['mois'])} : {wording.percent(row['valeur'])}, {told_word.lower()}"
            )
        )
    return veille.carte.with_columns(
        etat=pl.Series(states, dtype=pl.String), texte=pl.Series(told, dtype=pl.String)
    )


def label_quarters(veille: Veille) -> pl.DataFrame:
    """Add to the quarters what they say."""
    if veille.trimestres is None:
        raise ValueError("this series has a control chart")
    names: list[str] = [
        f"{(mois.month + 2) // 3}{'er' if mois.month < 4 else 'e'} trim. {mois.year}"
        for mois in veille.trimestres["mois"]
    ]
    told = [
        wording.typeset(f"{nom} : {wording.NOT_ANSWERED if value is None else wording.number(value)}")
        for nom, value in zip(names, veille.trimestres["valeur"], strict=True)
    ]
    return veille.trimestres.with_columns(
        nom=pl.Series(names, dtype=pl.String), texte=pl.Series(told, dtype=pl.String)
    )


CHART_COLUMNS = (
    Colonne("mois", "Mois", wording.month),
    Colonne("valeur", "Taux d'évitement", share, nombre=True),
    Colonne("centre", "Moyenne", share, nombre=True),
    Colonne("bas", "Limite basse", share, nombre=True),
    Colonne("haut", "Limite haute", share, nombre=True),
    Colonne("cible", "Objectif du mois", share, nombre=True),
    Colonne("etat", "Signal"),
)
QUARTER_COLUMNS = (
    Colonne("nom", "Trimestre"),
    Colonne("valeur", "Extractions évitées", integer, nombre=True),
    Colonne("mediane", "Médiane", two_decimals, nombre=True),
)


def figure_of_month(veille: Veille) -> Chiffre:
    """Give the figure of the month: is it ordinary variation."""
    sense = tell_signal(veille)
    beside = ""
    if silent_month(veille) is not None:
        beside = "rien à juger"
    elif veille.constat is not None:
        beside = veille.constat.signal or f"{OF_ITS_VARIATION} : ne pas commenter"
        beside += " (limites d'essai)" if veille.constat.essai else ""
    elif veille.trimestres is not None and veille.moyenne is not None:
        beside = f"{wording.number(veille.moyenne, 1)} par mois en moyenne"
    return Chiffre("Ce mois-ci", icon(veille), wording.typeset(beside), sense)
