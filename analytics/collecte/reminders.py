"""What a reminder says, and to which mailbox: a text with variables, filled in for each silent juridiction.

The mailboxes are those of the circular (III, 1): « chg.tgi (ou bien ca)-ville de la juridiction.justice.fr ».
Filling a text in runs nothing: a variable is a name among `VARIABLES`, or the text is refused.
"""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from string import Template
from typing import Any

import dataframely as dy
import polars as pl

from analytics.collecte.calendar import Campagne
from analytics.collecte.campaign import ARelancer
from analytics.vocabulary.errors import UserFacingError
from analytics.vocabulary.schemas import Cours, Modele
from analytics.vocabulary.texts import read_table, read_text
from analytics.vocabulary.wording import count, long_date, month, of_month, typeset, unaccented

VARIABLES: Mapping[str, str] = {
    "juridiction": "Tribunal de grande instance de Lille",
    "de_juridiction": "du tribunal de grande instance de Lille",
    "cour": "Cour d'appel de Douai",
    "mois": "mars 2009",
    "de_mois": "de mars 2009",
    "ouverture": "1er avril 2009",
    "cloture": "10 avril 2009",
    "echeance": "La collecte se termine le 10 avril 2009.",
    "absences": "2 mois",
    "lien": "l'adresse du questionnaire de la juridiction",
}
FICTIONAL = typeset(
    "Message fictif : il vient de la démonstration de Vigie, où rien n'est vrai que les juridictions."
)

# By kind of court, what stands before the town. The text names the TGI and the cours d'appel; a TPI and a
# TSA are written after them, and the chambre d'appel is one of its cour: exceptions are kept elsewhere.
_KINDS: Mapping[str, str] = {"TGI": "tgi", "CA": "ca", "TPI": "tpi", "TSA": "tsa", "CHA": "ca"}


@dataclass(frozen=True)
class Rappel:
    """A reminder ready to leave, and what is known of the juridiction it is for."""

    juridiction: str
    nom: str
    cour: str
    adresse: str
    sujet: str
    corps: str
    absences: int
    dernier_contact: date | None
    contact: str | None


@dataclass(frozen=True)
class Papier:
    """What the reminders of a day are all written on.

    `modele`: their text. `domaine`: that of the mailboxes of the circular; `boites`: those that do not follow
    it. `adresse_publique`: where the questionnaire is. `fictif`: they say that nothing in them is true.
    """

    modele: Modele
    domaine: str
    boites: Mapping[str, str]
    adresse_publique: str
    fictif: bool

    def address_of(self, juridiction: str, court: Mapping[str, Any]) -> str:
        """Give the mailbox of a juridiction; `court`: its `type` and its `ville`."""
        return self.boites.get(juridiction) or mailbox_of(court["type"], court["ville"], self.domaine)


def read_template(texts: Mapping[str, Any]) -> Modele:
    """Read the text of the product (`data/textes/collecte.toml`); one badly written is refused in French."""
    written = read_table("relance", texts.get("relance"), ("sujet", "corps"))
    sujet, corps = (typeset(read_text(f"relance, {name}", written[name])) for name in ("sujet", "corps"))
    check_template(modele := Modele(sujet, corps))
    return modele


def clean(modele: Modele) -> Modele:
    """Take away what a text may hold without anybody seeing it, and no message can carry.

    Breaks of line of other systems become ours in the text, a space in the subject.
    """
    return Modele(_visible(modele.sujet, " "), _visible(modele.corps, "\n"))


def _visible(text: str, line_break: str) -> str:
    text = text.replace("\r\n", "\n")
    return "".join(
        line_break if char in "\x0b\x0c\x85\u2028\u2029" else char
        for char in text
        if char in "\n\r\t\x0b\x0c\x85\u2028\u2029" or unicodedata.category(char) not in ("Cc", "Cf", "Cs")
    )


def lacks_link(modele: Modele) -> bool:
    """Tell whether a text leads nowhere: the juridiction would not know where to answer."""
    return not {"lien"} & {
        *Template(modele.sujet).get_identifiers(),
        *Template(modele.corps).get_identifiers(),
    }


def check_template(modele: Modele) -> None:
    """Refuse a text that cannot be filled in: an unknown variable, a lone `$`, a subject of two lines."""
    if "\n" in modele.sujet or "\r" in modele.sujet:
        raise UserFacingError("L'objet d'un message tient sur une ligne : retirez le retour à la ligne.")
    for what, text in (("l'objet", modele.sujet), ("le texte", modele.corps)):
        template = Template(text)
        if not template.is_valid():
            raise UserFacingError(
                typeset(
                    f"Dans {what}, un « $ » n'est pas suivi du nom d'une variable (sans accent ni espace) : "
                    "écrivez $$ pour le signe lui-même."
                )
            )
        unknown = [name for name in template.get_identifiers() if name not in VARIABLES]
        if unknown:
            raise UserFacingError(
                typeset(
                    f"Dans {what}, la variable « ${unknown[0]} » n'existe pas. Variables : "
                    f"{', '.join(f'${name}' for name in VARIABLES)}."
                )
            )


def write_reminders(
    a_relancer: dy.DataFrame[ARelancer],
    en_vigueur: pl.DataFrame,
    cours: dy.DataFrame[Cours],
    papier: Papier,
    *,
    campagne: Campagne,
    jour: date,
    rouvertes: Mapping[str, date],
) -> tuple[Rappel, ...]:
    """Write the reminder of each silent juridiction, as it reads on a day.

    `en_vigueur`: the juridictions in force in the month (`juridiction`, `nom`, `type`, `ville`).
    `rouvertes`: until when some may still answer, past the closing.
    """
    modele = clean(papier.modele)
    check_template(modele)
    courts = {row["juridiction"]: row for row in en_vigueur.iter_rows(named=True)}
    names = dict(cours.select("cour", "nom").iter_rows())
    subject, body = Template(modele.sujet), Template(modele.corps)
    found: list[Rappel] = []
    for row in a_relancer.iter_rows(named=True):
        code = row["juridiction"]
        court = courts[code]
        values = {
            "juridiction": court["nom"],
            "de_juridiction": of_long_name(court["nom"]),
            "cour": names[row["cour"]],
            "mois": month(campagne.mois),
            "de_mois": of_month(campagne.mois),
            "ouverture": long_date(campagne.ouverture),
            "cloture": long_date(campagne.cloture),
            "echeance": tell_closing(campagne, jour, rouvertes.get(code)),
            "absences": count(row["absences"], "mois", "mois"),
            "lien": link_to(papier.adresse_publique, code, campagne.mois),
        }
        sujet, corps = subject.substitute(values), body.substitute(values)
        found.append(
            Rappel(
                juridiction=code,
                nom=court["nom"],
                cour=row["cour"],
                adresse=papier.address_of(code, court),
                sujet=f"[FICTIF] {sujet}" if papier.fictif else sujet,
                corps=f"{FICTIONAL}\n\n{corps}" if papier.fictif else corps,
                absences=row["absences"],
                dernier_contact=row["dernier_contact"],
                contact=row["contact"],
            )
        )
    return tuple(found)


def mailbox_of(kind: str, ville: str, domaine: str) -> str:
    """Give the functional mailbox of a juridiction: « chg.tgi-les-sables-d-olonne@justice.fr »."""
    return f"chg.{_KINDS[kind]}-{unaccented(ville).replace(' ', '-')}@{domaine}"


def link_to(adresse_publique: str, juridiction: str, mois: date) -> str:
    """Give the address of a questionnaire."""
    return f"{adresse_publique.rstrip('/')}/saisie?juridiction={juridiction}&mois_saisi={mois:%Y-%m}"


def tell_closing(campagne: Campagne, jour: date, jusqu_au: date | None) -> str:
    """Say when a campaign ends, or ended; and until when a juridiction may answer all the same."""
    if jour <= campagne.cloture:
        return f"La collecte se termine le {long_date(campagne.cloture)}."
    ended = f"La collecte s'est terminée le {long_date(campagne.cloture)}"
    if jusqu_au is None:
        return f"{ended}."
    return typeset(f"{ended} ; votre réponse est prise jusqu'au {long_date(jusqu_au)} inclus.")


def of_long_name(nom: str) -> str:
    """Join « de » to the name of a court: « du tribunal de grande instance d'Arras »."""
    joined = "de la " if nom.startswith(("Cour ", "Chambre ")) else "du "
    return joined + nom[0].lower() + nom[1:]
