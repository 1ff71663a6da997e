"""What a sentence must say, and who finds it: the judges register themselves by the sentence they judge."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tests.phrases.compte import Compte
from tests.phrases.ecoute import Dit
from tests.phrases.nombres import Attendu, unexplained


@dataclass(frozen=True)
class Juste:
    """What must be said: `nombres`, all of them and in order; `mots`, those of the row's verdicts that hold.

    `noms`: what must be named. `rien`: the sentence has nothing to say, and must be empty.
    """

    nombres: tuple[Attendu, ...] = ()
    mots: frozenset[str] = frozenset()
    noms: tuple[str, ...] = ()
    rien: bool = False


def says(*mots: str, nombres: Sequence[Attendu] = (), noms: tuple[str, ...] = ()) -> Juste:
    """Write what must be said."""
    return Juste(tuple(nombres), frozenset(mots), noms)


RIEN = Juste(rien=True)

Juge = Callable[[Compte, Dit], Juste]
JUGES: dict[str, Juge] = {}


def juge(*phrases: str) -> Callable[[Juge], Juge]:
    """Register who judges a sentence, by its module (without « .words ») and its name."""

    def keep(function: Juge) -> Juge:
        for phrase in phrases:
            JUGES[phrase] = function
        return function

    return keep


def plain(texte: str) -> str:
    """Write a sentence with ordinary spaces, to look for words in it."""
    return texte.replace("\u00a0", " ").replace("\u202f", " ")


def fault(texte: str, juste: Juste, verdicts: list[str]) -> str:
    """Say in what a sentence is false: a number, a verdict said or left out, a name; else nothing."""
    said = plain(texte)
    if juste.rien or not texte:
        return (
            ""
            if juste.rien and not texte
            else f"ne devrait {'rien' if juste.rien else 'pas se taire'} : {said}"
        )
    if strange := juste.mots - set(verdicts):
        return f"verdicts que la ligne ne connaît pas : {sorted(strange)}"
    left = said
    for mot in sorted(verdicts, key=len, reverse=True):  # « ne tient pas » is not « tient »
        if (mot in left) != (mot in juste.mots):
            return f"{'ne dit pas' if mot in juste.mots else 'dit à tort'} « {mot} » : {said}"
        left = left.replace(mot, "…")
    for nom in juste.noms:
        if nom not in said:
            return f"ne nomme pas « {nom} » : {said}"
    if any(hole in said.split() for hole in ("n.d.", "None", "nan")) and "n.d." not in verdicts:
        return f"un trou dans la phrase : {said}"
    bare = texte
    for nom in sorted(juste.noms, key=len, reverse=True):
        if any(char.isdigit() for char in nom):
            bare = bare.replace(nom, "")
    wrong = unexplained(bare, juste.nombres)
    return f"{wrong} : {said}" if wrong else ""
