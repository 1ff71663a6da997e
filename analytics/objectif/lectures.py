"""The rule of an objective: what is measured, how years follow each other, how they add up."""

from dataclasses import dataclass

from analytics.objectif.profile import TWELFTHS

# What is measured (the text judges « le nombre de visioconférences » and asks for fewer extractions).
LECTURES = {
    "A": "Lecture A : extractions évitées déclarées",
    "B": "Lecture B : extractions évitées au-delà de leur niveau de 2008",
    "C": "Lecture C : baisse des extractions exécutées, comptées par l'Intérieur",
}
# The same, as what is counted is named in a sentence.
MESURES = {
    "A": "extractions évitées déclarées",
    "B": "extractions évitées au-delà du niveau de 2008",
    "C": "extractions exécutées en moins",
}
# What the rate of 2010 applies to: « les réquisitions effectuées en 2009 ».
CONSTATEES, EVITEES, ATTEINT, FIXE = "constatees", "evitees", "objectif", "fixe"
CHAINAGES = {
    CONSTATEES: "Extractions exécutées l'année précédente (Intérieur)",
    EVITEES: "Base de l'année précédente moins extractions évitées",
    ATTEINT: "Base de l'année précédente, objectif supposé atteint",
    FIXE: "Base de 2008, inchangée",
}
# Whether what was avoided the year before counts again, or must be added to.
NIVEAU, INCREMENTAL = "niveau", "incremental"
MODES = {
    NIVEAU: "En niveau : toutes les extractions évitées de l'année comptent",
    INCREMENTAL: "Incrémental : seulement celles qui s'ajoutent à l'année précédente",
}


@dataclass(frozen=True)
class Regle:
    """The choices that the text leaves open: what is measured, on which base, and how it is spread."""

    lecture: str
    chainage: str
    mode: str
    profil: str


# The letter of the text, and what the product shows unless asked otherwise.
USUAL_RULE = Regle(lecture="A", chainage=CONSTATEES, mode=NIVEAU, profil=TWELFTHS)
