"""Who is reading, and what they may see.

How one knows it is a setting (`VIGIE_IDENTITE`), read once: nothing that happens to a file afterwards opens
the server. `locale`: the server answers this machine only (see `acces`), and its reader sees the whole
ministry. `oidc`: a provider described in `.streamlit/secrets.toml` signs who reads. `mandataire`: a proxy
that proves who it is tells so in headers. The cours that somebody may see are named by their identity
(`read_cours`); without any they see nothing. The framework keeps an identity for thirty days, whatever the
provider says: here it lasts a working day, and ends where somebody signs out.
"""

import logging
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from hashlib import sha256
from html import escape
from typing import Any, TypeGuard, cast

import streamlit as st

from analytics.vocabulary.perimetre import ALL_COURS, NATIONAL, Perimetre
from analytics.vocabulary.wording import clean_text, typeset
from data.reference import load_reference
from data.settings import Settings
from data.store.store import utc_now

_CLAIM = "vigie_cours"
_LASTS = timedelta(hours=12)
_SKEW = timedelta(minutes=5)
_LONGEST_NAME = 200
_NO_NAMES = frozenset({"(null)", "null", "none", "-", "undefined", "anonymous"})
_ARRIVED, _UNREADABLE = "arrivee", "fournisseur_illisible"
_LOGGER = logging.getLogger("vigie.identite")


@dataclass(frozen=True)
class Lecteur:
    """The person at the screen: the name their writes are signed with, and their perimeter.

    `refus`: why what their identity says of their cours was not understood, where it was not.
    """

    nom: str
    perimetre: Perimetre
    refus: str = ""


NOBODY = Lecteur(nom="", perimetre=Perimetre.of([]))


@cache
def settings() -> Settings:
    """Give how one knows who reads; read once, so that nothing changes it while the server runs."""
    return Settings()


def lecteur() -> Lecteur:
    """Tell who is reading; someone not signed in, or without any cour, sees nothing."""
    match settings().identite:
        case "locale":
            return Lecteur(nom="", perimetre=NATIONAL)
        case "oidc":
            claims = _signed_claims(utc_now())
            if claims is None:
                return NOBODY
            nom, granted = _name_in(claims), claims.get(_CLAIM)
        case "mandataire":
            nom, granted = _announced(utc_now())
    return _read(nom, granted)


def granted_to(claims: Mapping[str, Any]) -> Perimetre:
    """Tell what the signature of a request lets its owner see."""
    return _read(_name_in(claims), claims.get(_CLAIM)).perimetre


def granted_by(announced: Mapping[str, str]) -> Perimetre:
    """Tell what the proxy lets the sender of a request see."""
    nom = _as_sent(announced.get(settings().mandataire_nom, ""))
    return _read(nom, announced.get(settings().mandataire_cours, "")).perimetre


def _name_in(claims: Mapping[str, Any]) -> str:
    said = (claims.get(name) for name in ("email", "name", "sub"))
    return next((each for each in said if isinstance(each, str) and each), "")


def _as_sent(header: str) -> str:
    """Read in UTF-8 what a header holds of it: each of its bytes is given as one character."""
    try:
        return header.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return header


def _read(nom: str, granted: object) -> Lecteur:
    nom = clean_name(nom)
    # What some proxies write where nobody is signed in.
    if not nom or nom.lower() in _NO_NAMES:
        return NOBODY
    perimetre, refus = read_cours(granted, _known_cours())
    return Lecteur(nom=nom, perimetre=perimetre, refus=refus)


def read_cours(granted: object, known: Collection[str]) -> tuple[Perimetre, str]:
    """Read the cours that an identity grants, and say why where it grants nothing that can be read.

    Understood: a list of codes, or one text of codes apart by commas or spaces; `*` alone, all of them. What
    is anything else, or names a cour that nobody knows, grants nothing.
    """
    match granted:
        case None | "" | [] | ():
            return Perimetre.of([]), ""
        case str():
            codes = re.split(r"\s*,\s*|\s+", granted.strip())
        case list() | tuple() if all(isinstance(code, str) for code in cast("Sequence[object]", granted)):
            codes = [code.strip() for code in cast("Sequence[str]", granted)]
        case _:
            return Perimetre.of([]), typeset(
                f"l'attribut « {_CLAIM} » de votre identité n'est ni une liste de codes, ni « * »"
            )
    if codes == [ALL_COURS]:
        return NATIONAL, ""
    unknown = [code for code in codes if code not in known]
    if unknown:
        return Perimetre.of([]), typeset(
            f"l'attribut « {_CLAIM} » de votre identité nomme « {unknown[0][:40]} », qui n'est pas le code "
            "d'une cour"
        )
    return Perimetre.of(codes), ""


def clean_name(nom: str) -> str:
    """Keep of a name what is written: no control character, no more than a signature holds."""
    return " ".join(clean_text(nom, lines=False).split())[:_LONGEST_NAME]


def is_fresh(claims: Mapping[str, Any], now: datetime) -> bool:
    """Tell whether an identity was given (`iat`, seconds) less than a working day ago, and has not ended.

    `exp`, where the provider says it, ends an identity sooner.
    """
    given, ends = claims.get("iat"), claims.get("exp")
    if not _is_moment(given) or not (ends is None or _is_moment(ends)):
        return False
    age = now - datetime.fromtimestamp(given, UTC)
    return -_SKEW <= age <= _LASTS and (ends is None or now < datetime.fromtimestamp(ends, UTC) + _SKEW)


def key_of(claims: Mapping[str, Any]) -> str:
    """Name one signature of one person, without saying whose."""
    said = [str(claims.get(name, "")) for name in ("iss", "sub", "iat", "nonce", "sid", "jti")]
    return sha256("\n".join(said).encode()).hexdigest()


def _is_moment(value: object) -> TypeGuard[float]:
    """Tell whether a claim is a number of seconds that a date can hold."""
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < 2**33


def _signed_claims(now: datetime) -> Mapping[str, Any] | None:
    """Give what the provider says of who signed in; None where nobody did, or no more."""
    try:
        claims: dict[str, Any] = dict(st.user) if st.user.is_logged_in else {}
    except Exception:  # whatever the framework dislikes of its secrets: then nobody has signed
        return None
    return None if not is_fresh(claims, now) or _gave_back(claims) else claims


def _gave_back(claims: Mapping[str, Any]) -> bool:
    """Tell whether a signature ended where its owner signed out, on whatever server."""
    # The reads that pages share restrict themselves to the reader: they know this module first.
    from pages.commun import lecture

    return lecture.store().deconnexions().known(key_of(claims))


def _announced(now: datetime) -> tuple[str, object]:
    """Read what the proxy said of the reader when this window connected, less than a working day ago."""
    arrived = st.session_state.setdefault(_ARRIVED, now)
    if not isinstance(arrived, datetime) or now - arrived > _LASTS:
        return "", None
    headers = st.context.headers
    return _as_sent(headers.get(settings().mandataire_nom, "")), headers.get(settings().mandataire_cours, "")


@cache
def _known_cours() -> frozenset[str]:
    return frozenset(load_reference().cours["cour"])


# --- What is shown --------------------------------------------------------------------------------


def lets_in() -> bool:
    """Say who is signed in, or ask; tell whether there is anything that they may see."""
    lu = lecteur()
    if settings().identite != "locale" and not lu.nom:
        ask_to_sign_in()
        return False
    show_reader(lu)
    if lu.perimetre.vide:
        tell_nothing_open(lu)
        return False
    return True


def ask_to_sign_in() -> None:
    """Show the way in, and nothing else."""
    st.title("Vigie")
    st.text("Cette application est réservée aux agents habilités.")
    if settings().identite == "oidc":
        st.button("Se connecter", on_click=_go_to_provider, type="primary", key="se_connecter")
        if st.session_state.pop(_UNREADABLE, False):
            told = "Le fournisseur d'identité ne peut pas être joint : prévenez l'équipe qui tient Vigie."
            st.html(f"<p class='vigie-avis' role='alert'>{escape(typeset(told))}</p>")
    else:
        st.text("Votre identité n'a pas été transmise, ou date de plus de douze heures : rechargez la page.")


def _go_to_provider() -> None:
    try:
        st.login()
    except Exception:  # its settings cannot be read any more: the framework says so in English
        _LOGGER.exception("l'identité ne peut pas être demandée")
        st.session_state[_UNREADABLE] = True


def tell_nothing_open(lu: Lecteur) -> None:
    """Say to somebody known that no cour is open to them, and why where their identity was not understood."""
    st.title("Vigie")
    why = f" : {lu.refus}" if lu.refus else ""
    told = f"Aucune cour ne vous est ouverte{why}. Demandez à la SDSE ce qui doit l'être."
    st.html(f"<p class='vigie-avis' role='alert'>{escape(typeset(told))}</p>")


def show_reader(lu: Lecteur) -> None:
    """Say who is signed in, and offer the way out; nothing on a machine of one's own."""
    if not lu.nom:
        return
    with st.container(
        key="lecteur", horizontal=True, horizontal_alignment="right", vertical_alignment="center"
    ):
        st.html(f"<p class='vigie-lecteur'>{escape(typeset(f'Connecté : {lu.nom}'))}</p>", width="content")
        if settings().identite == "oidc":
            st.button("Se déconnecter", on_click=st.logout, type="tertiary", key="se_deconnecter")
