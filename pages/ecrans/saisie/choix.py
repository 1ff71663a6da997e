"""Which juridiction answers, for which month, on which day: what the address of the questionnaire asks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import streamlit as st

from analytics.collecte.calendar import first_month
from analytics.collecte.questionnaire import day_of_demo, months_to_answer, read_month, usual_month
from analytics.vocabulary.moments import PARIS
from analytics.vocabulary.reference import LEVEL_OF_TYPE
from analytics.vocabulary.wording import collation_key, month, typeset
from data.actes.questionnaires import Guichet
from data.store.store import Clock, utc_now
from pages.commun import adresse, identite, lecture
from pages.commun.lecture import Situation
from pages.commun.navigation import findable

JURIDICTION, MOIS, RECU, CONNU_LE = "juridiction", "mois_saisi", "recu", "connu_le"
_KEYS = {JURIDICTION: "saisie_juridiction", MOIS: "saisie_mois"}


@dataclass(frozen=True)
class Demande:
    """What is asked: by whom and when (`guichet`), for which month, by which juridiction (empty: not said).

    `noms`: the juridictions that the reader may answer for that month; `avis`: what the link asked in vain.
    """

    guichet: Guichet
    mois: date
    juridiction: str
    noms: Mapping[str, str]
    mois_possibles: Sequence[date]
    avis: tuple[str, ...]


def settle(situation: Situation, clock: Clock = utc_now) -> Demande:
    """Read what the address asks; what cannot be had is said and replaced.

    On the demonstration, today is the day of the link, or that of the reminder of the month asked.
    """
    parametres, avis = lecture.parametres(), list[str]()
    texte = st.query_params.get(MOIS, "")
    if not texte and read_month(plain := st.query_params.get("mois", "")) is not None:
        # Elsewhere that key is a number; typed by hand here, it is the whole month.
        texte = plain
    asked = read_month(texte)
    if asked is not None and asked < first_month(parametres):
        asked = None
    if texte and asked is None:
        avis.append(
            f"Le lien demande le mois « {texte[:20]} », qui ne se lit pas (attendu : un mois comme 2009-03)."
            if read_month(texte) is None
            else f"Le lien demande le mois « {texte[:20]} », que nulle collecte ne couvre."
        )
    moment = clock()
    if situation.demo:
        known, said = adresse.parse_day(st.query_params.to_dict())
        avis.extend(said)
        jour = known or day_of_demo(asked or _last_month(situation), parametres)
        moment = datetime.combine(jour, moment.astimezone(PARIS).time(), PARIS)
    guichet = Guichet(lecture.store(), identite.lecteur().perimetre, moment)
    mois = asked or usual_month(guichet.jour, parametres)
    noms = _names(guichet, mois)
    juridiction = st.query_params.get(JURIDICTION, "")
    if juridiction not in noms:
        if juridiction:
            avis.append(
                f"La juridiction « {juridiction[:60]} » du lien n'est pas en vigueur en {month(mois)}, ou "
                "n'est pas de celles qui vous sont ouvertes : choisissez la vôtre."
            )
        juridiction = next(iter(noms)) if len(noms) == 1 else ""
    possible = sorted({mois, *months_to_answer(guichet.jour, parametres)}, reverse=True)
    return Demande(guichet, mois, juridiction, noms, possible, tuple(typeset(each) for each in avis))


def _last_month(situation: Situation) -> date:
    last = lecture.whole(situation).agregat["mois"].max()
    return last if isinstance(last, date) else first_month(lecture.parametres())


def _names(guichet: Guichet, mois: date) -> dict[str, str]:
    """Name the juridictions in force of the reader's cours: by cour, the cour itself first."""
    reference = lecture.reference()
    cours = {
        code: (nom, court)
        for code, nom, court in reference.cours.select("cour", "nom", "nom_court").iter_rows()
    }
    rows = guichet.perimetre.restrict(reference.in_force(mois)).unique("juridiction", maintain_order=True)
    ordered = sorted(
        rows.select("juridiction", "nom", "nom_court", "type", "cour").iter_rows(named=True),
        key=lambda row: (
            collation_key(cours[row["cour"]][0]),
            LEVEL_OF_TYPE[row["type"]] != "CA",
            collation_key(row["nom"]),
        ),
    )
    return {row["juridiction"]: f"{cours[row['cour']][1]} · {row['nom_court']}" for row in ordered}


def draw(demande: Demande) -> None:
    """Draw the two choices; each is written in the address."""
    months = {f"{mois:%Y-%m}": month(mois) for mois in demande.mois_possibles}
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        _select(JURIDICTION, "Juridiction", demande.noms, demande.juridiction or None, width=420)
        _select(MOIS, "Mois de données", months, f"{demande.mois:%Y-%m}", width=180)


def _select(name: str, label: str, values: Mapping[str, str], value: str | None, *, width: int) -> None:
    key = _KEYS[name]
    st.session_state[key] = value
    st.selectbox(
        label,
        list(values),
        key=key,
        format_func=lambda code: findable(code if name == JURIDICTION else "", values.get(code, code)),
        placeholder="Cherchez par son nom",
        filter_mode="contains",
        width=width,
        on_change=_choose,
        args=(name, key),
    )


def _choose(name: str, key: str) -> None:
    ask(**{name: st.session_state[key] or "", RECU: ""})


def ask(**changes: str) -> None:
    """Write in the address what is asked now; an empty text asks nothing more."""
    for name, value in changes.items():
        if value:
            st.query_params[name] = value
        elif name in st.query_params:
            del st.query_params[name]


def asked_receipt() -> int | None:
    """Give the receipt that the address asks, by its number."""
    text = st.query_params.get(RECU, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None
