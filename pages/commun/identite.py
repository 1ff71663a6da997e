"""Who is reading, and what they may see.

With no identity provider the server answers this machine only (see `serveur`), and its reader sees
the whole ministry. With one ([auth] in .streamlit/secrets.toml), the claim `vigie_cours` of the
identity lists the cours a reader may see (codes, or `*` for all); without it they see nothing. The
framework keeps an identity for thirty days, whatever the provider says: here it lasts a working day.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import streamlit as st

from analytics.schemas import NATIONAL, Perimetre
from data.store import Clock, utc_now

_CLAIM = "vigie_cours"
_LASTS = timedelta(hours=12)


@dataclass(frozen=True)
class Lecteur:
    """The person at the screen: the name their writes are signed with, and their perimeter."""

    nom: str
    perimetre: Perimetre


def is_configured() -> bool:
    """Tell whether an identity provider is described in the secrets."""
    return st.secrets.load_if_toml_exists() and "auth" in st.secrets


def lecteur() -> Lecteur:
    """Tell who is reading; someone not signed in, or without any cour, sees nothing."""
    if not is_configured():
        return Lecteur(nom="", perimetre=NATIONAL)
    if must_sign_in():
        return Lecteur(nom="", perimetre=Perimetre.of([]))
    claims: dict[str, Any] = dict(st.user)
    nom = str(claims.get("email") or claims.get("name") or claims.get("sub") or "")
    granted = claims.get(_CLAIM, ())
    cours: Sequence[Any] = (granted,) if isinstance(granted, str) else tuple(granted or ())
    if "*" in cours:
        return Lecteur(nom=nom, perimetre=NATIONAL)
    return Lecteur(nom=nom, perimetre=Perimetre.of(str(code) for code in cours))


def must_sign_in(clock: Clock = utc_now) -> bool:
    """Tell whether the page must wait for a signature: none yet, or one that is too old."""
    return is_configured() and not (st.user.is_logged_in and is_fresh(dict(st.user), clock()))


def is_fresh(claims: Mapping[str, Any], now: datetime) -> bool:
    """Tell whether an identity was given (`iat`, seconds) less than a working day ago."""
    given = claims.get("iat")
    if not isinstance(given, int | float):
        return False
    return timedelta(0) <= now - datetime.fromtimestamp(given, UTC) + timedelta(minutes=5) <= _LASTS


def ask_to_sign_in() -> None:
    """Show the way in, and nothing else."""
    st.title("Vigie")
    st.text("Cette application est réservée aux agents habilités.")
    st.button("Se connecter", on_click=st.login, type="primary")
