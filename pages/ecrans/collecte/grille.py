"""The answers of every juridiction, month by month: a table that reads by its glyphs, cour by cour."""

from collections.abc import Sequence
from datetime import date
from html import escape

import streamlit as st

from analytics.collecte.campaign import GLYPHS
from analytics.collecte.words import LEGEND, LONG_SILENT, Groupe, group_answers, share_pages
from analytics.vocabulary.wording import count, month, short_month, typeset
from pages.commun import adresse, composants, telechargements
from pages.vues.collecte import Suivi, VueCollecte, places_of

ROWS_AT_ONCE = 90
# The class of a cell says its state to the sheet; a glyph and a hidden word say it to everyone.
_CELLS = {
    state: f"<td class=e{rank}><span>{word}</span>{GLYPHS[state]}</td>"
    for rank, (state, word) in enumerate(LEGEND.items())
}
_LEGEND = " ".join(
    f"<span><b class=e{rank}>{GLYPHS[state]}</b>{word}</span>"
    for rank, (state, word) in enumerate(LEGEND.items())
)


def draw(suivi: Suivi, vue: VueCollecte, *, ressort: str) -> None:
    """Draw the juridictions of a cour, or of all a page at a time, perhaps only those long silent."""
    contexte = suivi.contexte
    only_silent = contexte.selection.option("muettes") == adresse.OUI
    silent = {each.juridiction for each in vue.preparation.rappels if each.absences >= LONG_SILENT}
    places = places_of(suivi)
    groups = [
        groupe
        for groupe in group_answers(
            vue.reponses, places, contexte.choix.cours, seules=silent if only_silent else None
        )
        if ressort in ("", groupe.cour)
    ]
    shown = sum(len(groupe.lignes) for groupe in groups)
    kind = f" sans réponse depuis {LONG_SILENT} mois ou plus" if only_silent else ""
    composants.head(typeset(f"{count(shown, 'juridiction')}{kind}, mois par mois"))
    if not shown:
        composants.note(f"Aucune juridiction ne se tait depuis {LONG_SILENT} mois : bonne nouvelle.")
        return
    st.html(f"<p class='vigie-legende'>{_LEGEND}</p>")
    months = vue.reponses["mois"].unique().sort().to_list()
    st.html(
        write_grid(
            _choose_page(groups),
            months,
            legende=f"Réponses jusqu'à {month(months[-1])}",
            sombre=contexte.sombre,
        )
    )
    telechargements.offer_table(
        vue.reponses.join(places.select("juridiction", "nom"), on="juridiction", maintain_order="left"),
        cle="grille",
        fichier=f"{suivi.campagne.mois:%Y-%m}_reponses",
        entete=contexte.entete,
    )


def _choose_page(groups: Sequence[Groupe]) -> tuple[Groupe, ...]:
    pages = share_pages(groups, au_plus=ROWS_AT_ONCE)
    if len(pages) == 1:
        return pages[0]
    names = [f"{_name(page[0])} à {_name(page[-1])}" for page in pages]
    chosen = st.segmented_control(
        "Cours montrées", range(len(pages)), format_func=names.__getitem__, default=0, key="grille_page"
    )
    return pages[chosen if chosen is not None and chosen < len(pages) else 0]


def _name(groupe: Groupe) -> str:
    return groupe.titre.split("\u00a0:")[0]


def write_grid(groupes: Sequence[Groupe], months: Sequence[date], *, legende: str, sombre: bool) -> str:
    """Write the answers as an accessible table whose heads stay in sight; every text is escaped."""
    heads = "".join(f"<th scope=col>{short_month(mois).replace(chr(0xA0), '<br>')}</th>" for mois in months)
    body = "".join(
        f"<tbody><tr class=g><th scope=rowgroup colspan={len(months) + 1}><b>{escape(groupe.titre)}</b>"
        "</th></tr>"
        + "".join(
            f"<tr><th scope=row>{escape(name)}</th>{''.join(_CELLS[state] for state in states)}</tr>"
            for name, states in groupe.lignes
        )
        + "</tbody>"
        for groupe in groupes
    )
    theme = " sombre" if sombre else ""
    return (
        f"<div class='vigie-defile vigie-grille{theme}' tabindex='0' role='region' "
        f"aria-label='{escape(legende)}'><table><caption>{escape(legende)}</caption>"
        f"<thead><tr><th scope=col>Juridiction</th>{heads}</tr></thead>{body}</table></div>"
    )
