"""Router of the screens: which page, for whom. `streamlit run app.py` serves it as one ASGI application."""

import streamlit as st
from starlette.middleware import Middleware

from pages import activites, collecte, comparaison, cour, decompte, donnees, methode

# isort: split
from pages import saisie, scenarios, synthese
from pages.commun import identite, navigation
from pages.porte import acces, defauts, serveur

ICON = (  # drawn here: the framework would fetch a named icon from the internet
    '<svg viewBox="0 0 16 16"><path fill="#000091" d="M1 8c2-3.5 4.3-5 7-5s5 1.5 7 5c-2 3.5-4.3 5-7 5'
    's-5-1.5-7-5z"/><circle cx="8" cy="8" r="2.5" fill="#fff"/></svg>'
)
PAGES = {
    "synthese": ("Synthèse", synthese.render),
    "cour": ("Cour", cour.render),
    "comparaison": ("Comparaison", comparaison.render),
    "activites": ("Activités", activites.render),
    "scenarios": ("Scénarios", scenarios.render),
    "decompte": ("Décompte", decompte.render),
    "collecte": ("Collecte", collecte.render),
    "saisie": ("Saisie", saisie.render),
    "donnees": ("Données", donnees.render),
    "methode": ("Méthode", methode.render),
}


def main() -> None:
    """Run the page asked for; the navigation comes first, so that no page is ever served without it."""
    st.set_page_config(page_title="Vigie", page_icon=ICON, layout="wide")
    page = st.navigation(
        [
            st.Page(navigation.enter, title="Vigie", default=True, visibility="hidden"),
            *(st.Page(render, title=title, url_path=nom) for nom, (title, render) in PAGES.items()),
        ],
        position="top",
    )
    try:
        if identite.lets_in():
            page.run()
    except Exception as error:  # the reader is told in French, and the log without figures
        defauts.report(error)


if __name__ == "__main__":
    with serveur.turn():
        main()
else:
    acces.check_settings()
    serveur.believe_no_forwarded_address()
    readiness = serveur.Readiness()
    app = st.App(
        __file__,
        lifespan=serveur.lifespan_with(readiness, tuple(PAGES)),
        routes=readiness.routes(),
        middleware=[Middleware(serveur.Guard, {nom: title for nom, (title, _) in PAGES.items()})],
    )
