"""How every page looks beyond the theme: one sheet, tokens only."""

_SHEET = """
.stMainBlockContainer, .block-container { padding: 3.75rem 2rem 2rem !important; max-width: 1440px; }
[data-testid="stElementToolbar"], [data-testid="stDecoration"],
[data-testid="stDataFrameColumnMenu"] { display: none !important; }
[data-testid="stVerticalBlock"] { gap: .6rem; }
.vigie-entete h1 { font-size: 1.5rem; font-weight: 700; line-height: 1.2; margin: 0; padding: 0;
  display: inline; }
.vigie-entete p { display: inline; margin: 0 0 0 .75rem; font-size: .875rem; opacity: .8; }
.vigie-lecteur { margin: 0; font-size: .875rem; line-height: 2.5rem; }
.vigie-demo { border-left: 4px solid #b34000; padding: .2rem .6rem; margin: 0; font-size: .875rem;
  background: rgba(179, 64, 0, .10); }
.vigie-avis { border-left: 4px solid #0063cb; padding: .35rem .6rem; margin: 0; font-size: .875rem;
  background: rgba(0, 99, 203, .10); }
.vigie-conclusion { font-size: 1.15rem; line-height: 1.45; font-weight: 700; margin: .1rem 0;
  max-width: 75rem; }
.vigie-titre { font-size: 1.05rem; font-weight: 700; line-height: 1.3; margin: 0; padding: 0; }
.vigie-mesure, .vigie-legende, .vigie-note { font-size: .8125rem; margin: .1rem 0 0; }
.vigie-legende span { white-space: nowrap; margin-right: .7rem; }
.vigie-legende i { display: inline-block; width: .8rem; height: .8rem; margin-right: .25rem;
  vertical-align: -1px; border: 1px solid rgba(128, 128, 128, .5); }
.vigie-phrase { font-size: .875rem; margin: .25rem 0; }
.vigie-couverture { font-size: .8125rem; margin: 0 0 .25rem; opacity: .8;
  font-variant-numeric: tabular-nums; }
.vigie-donnees summary { font-size: .8125rem; cursor: pointer; text-decoration: underline;
  width: max-content; }
.vigie-defile { overflow-x: auto; max-height: 26rem; overflow-y: auto; }
@media (max-width: 640px) {
  .vigie-empile thead { position: absolute; left: -9999px; }
  .vigie-empile tr { display: block; border-bottom: 1px solid rgba(128, 128, 128, .4); padding: .35rem 0; }
  .vigie-empile, .vigie-empile tbody, .vigie-empile caption { display: block; }
  .vigie-empile tbody th { display: block; border: 0; padding: .05rem 0; }
  .vigie-empile tbody td, .vigie-empile tbody td.n { display: flex; justify-content: space-between; gap: 1rem;
    border: 0; padding: .05rem 0; white-space: normal; }
  .vigie-empile tbody td:empty { display: none; }
  .vigie-empile td::before { content: attr(data-titre) "\\00a0: "; opacity: .75; text-align: left; }
}
.vigie-table { border-collapse: collapse; font-size: .8125rem; margin: .4rem 0; }
.vigie-table caption { text-align: left; opacity: .8; padding-bottom: .3rem; }
.vigie-table th, .vigie-table td {
  border: 0; border-bottom: 1px solid rgba(128, 128, 128, .35); padding: .25rem .6rem; text-align: left;
  vertical-align: top; }
.vigie-table .n { text-align: right; white-space: nowrap;
  font-variant-numeric: tabular-nums; }
[data-testid="stTopNavLink"]:focus-visible, [data-testid="stSidebarNavLink"]:focus-visible,
[data-testid="stPageLink"] a:focus-visible, header a:focus-visible {
  outline: 2px solid currentcolor !important; outline-offset: -2px; }
/* The accent of the dark theme is too pale under white letters. */
[data-tag] { background: transparent !important; color: inherit !important;
  box-shadow: inset 0 0 0 1px currentcolor; }
.vigie-pied { border-top: 1px solid rgba(128, 128, 128, .35); margin-top: 1rem; padding-top: .5rem;
  font-size: .8125rem; opacity: .85; }
.vigie-pied p, .vigie-pied summary { font-size: .8125rem; margin: 0 0 .3rem; }
.vigie-pied details { display: inline-block; margin-right: 1rem; vertical-align: top; max-width: 44rem; }
.vigie-pied summary { cursor: pointer; text-decoration: underline; }
.vigie-vide { border: 1px solid rgba(128, 128, 128, .35); padding: 1.5rem; max-width: 44rem; }
.vigie-vide h2 { font-size: 1.15rem; margin: 0 0 .4rem; padding: 0; }
.st-key-chiffres { display: grid !important; gap: .75rem 1.25rem;
  grid-template-columns: repeat(6, minmax(0, 1fr)); }
.st-key-chiffres > div { width: auto !important; min-width: 0; }
[data-testid="stMetric"] { border-top: 2px solid rgba(128, 128, 128, .45); padding-top: .35rem; }
[data-testid="stMetricValue"] { font-size: 1.65rem; line-height: 1.2; }
[data-testid="stMetricValue"] * { white-space: normal !important; overflow: visible; text-overflow: clip;
  overflow-wrap: normal; word-break: normal; }
@media (max-width: 640px) {
  [data-testid="stMetricValue"] { font-size: 1.3rem; }
  .vigie-conclusion { font-size: 1rem; }
}
[data-testid="stMetricLabel"] p { font-size: .8125rem; white-space: normal; overflow: visible; }
[data-testid="stMetricDelta"], [data-testid="stMetricDelta"] * { font-size: .8125rem;
  white-space: normal !important; overflow: visible; text-overflow: clip; }
.st-key-graphique_croisement { overflow-x: auto; }
.st-key-graphique_croisement > div { min-width: 52rem; }
.st-key-changements [data-testid="stPageLink"] a { white-space: normal; align-items: flex-start; }
.st-key-changements [data-testid="stPageLink"] p { font-size: .875rem; line-height: 1.4; white-space: normal;
  overflow: visible; text-overflow: clip; }
.st-key-filtres { justify-content: flex-end; }
.vigie-methode { max-width: 52rem; }
.vigie-methode-partie .vigie-defile, .vigie-releve .vigie-defile { max-height: none; }
.vigie-methode-partie tbody th { font-weight: 400; }
.vigie-methode h3 { font-size: .9375rem; margin: .7rem 0 0; padding: 0; }
.vigie-methode dd { margin: 0 0 .5rem; }
.vigie-methode-partie h2 { font-size: 1.15rem; margin: 1.2rem 0 .3rem; padding: 0; }
.vigie-methode p, .vigie-methode li, .vigie-methode dd { font-size: .9375rem; line-height: 1.5; }
.vigie-methode dt { font-weight: 700; }
.vigie-methode .formule { border-left: 3px solid rgba(128, 128, 128, .5); padding: .2rem .8rem;
  margin: .3rem 0; font-variant-numeric: tabular-nums; }
.vigie-depot { border: 1px solid rgba(128, 128, 128, .35); padding: .75rem 1rem; }
.vigie-depot h3, h3.vigie-titre { font-size: 1rem; margin: 0 0 .3rem; padding: 0; }
.vigie-depot p { margin: .15rem 0; font-size: .875rem; }
.vigie-depot summary { cursor: pointer; font-size: .875rem; margin-top: .35rem; }
.vigie-depot ul { margin: .15rem 0; padding-left: 1.1rem; }
.vigie-depot li { font-size: .875rem; }
.vigie-refus { border-left: 4px solid #ce0500; }
.vigie-fait { border-left: 4px solid #18753c; padding: .35rem .6rem; margin: 0; font-size: .875rem;
  background: rgba(24, 117, 60, .10); }
.vigie-calendrier { display: flex; flex-wrap: wrap; gap: .3rem 0; list-style: none; margin: 0 !important;
  padding: 0 !important; }
.vigie-calendrier li { border-top: 3px solid rgba(128, 128, 128, .45); margin: 0;
  padding: .3rem 1.4rem 0 .5rem;
  font-size: .875rem; line-height: 1.35; }
.vigie-calendrier li.p { border-color: #18753c; }
.vigie-calendrier li.c { border-color: #0063cb; background: rgba(0, 99, 203, .10); }
.vigie-calendrier b, .vigie-calendrier span, .vigie-calendrier em { display: block; }
.vigie-calendrier em { font-size: .75rem; font-style: normal; }
.vigie-grille { max-height: 34rem; position: relative; width: max-content; max-width: 100%; }
.vigie-grille table { border-collapse: separate; border-spacing: 0; font-size: .8125rem; }
.vigie-grille caption { position: absolute; clip-path: inset(50%); height: 1px; overflow: hidden; }
.vigie-grille th, .vigie-grille td { border: 0; border-bottom: 1px solid rgba(128, 128, 128, .25);
  padding: .15rem .5rem; text-align: center; white-space: nowrap; font-weight: 400; }
.vigie-grille th[scope="row"], .vigie-grille thead th:first-child { position: sticky; left: 0; z-index: 1;
  text-align: left; }
.vigie-grille thead th { position: sticky; top: 0; z-index: 2; font-size: .75rem; line-height: 1.2; }
.vigie-grille thead th:first-child { z-index: 3; }
.vigie-grille thead th, .vigie-grille th[scope="row"] { background: #fff; }
.vigie-grille.sombre thead th, .vigie-grille.sombre th[scope="row"] { background: #161616; }
.vigie-grille .g th { text-align: left; font-weight: 700; padding-top: .5rem; }
.vigie-grille .g b { position: sticky; left: .5rem; }
.vigie-grille td span { position: absolute; clip-path: inset(50%); width: 1px; height: 1px;
  overflow: hidden; }
.vigie-legende b { display: inline-block; min-width: 1.3rem; text-align: center; margin-right: .3rem; }
.e0 { background: rgba(0, 99, 203, .14); }
.e1 { background: rgba(179, 64, 0, .16); font-weight: 700; }
.e2 { background: rgba(0, 99, 203, .34); font-weight: 700; }
.e4 { background: rgba(179, 64, 0, .38); }
.e5 { opacity: .6; }
.e6 { background: rgba(0, 99, 203, .07); }
.vigie-lettre { border: 1px solid rgba(128, 128, 128, .35); padding: .6rem .8rem; font-size: .875rem;
  max-height: 26rem; overflow-y: auto; }
.vigie-lettre p { margin: 0 0 .5rem; font-size: .875rem; overflow-wrap: anywhere; }
.vigie-lettre pre { white-space: pre-wrap; overflow-wrap: anywhere; font-family: inherit; margin: 0;
  padding: 0; background: none; font-size: .875rem; }
.vigie-copie pre { user-select: all; cursor: copy; }
[data-testid="InputInstructions"] { display: none !important; }
.vigie-recu th { font-weight: 400; white-space: nowrap; }
.vigie-releve .vigie-table th.n { white-space: normal; }
.vigie-recu td { overflow-wrap: anywhere; font-weight: 700; }
.st-key-saisie_grille { max-width: 52rem; }
.vigie-q-tete, .vigie-q-ligne { display: grid; grid-template-columns: minmax(0, 1fr) 9rem 9rem; gap: 0 .75rem;
  align-items: center; }
.vigie-q-tete { align-items: end; font-size: .8125rem; border-bottom: 2px solid rgba(128, 128, 128, .45);
  padding: .25rem 0; position: sticky; top: 3.75rem; z-index: 1;
  background: var(--st-background-color, Canvas); }
.vigie-q-tete span + span { text-align: right; }
.vigie-q-tete small { display: block; font-size: .75rem; line-height: 1.25; }
.vigie-q-ligne { border-bottom: 1px solid rgba(128, 128, 128, .25); padding: .2rem 0; }
.vigie-q-ligne label { font-size: .875rem; line-height: 1.3; }
.vigie-q-ligne input { width: 100%; box-sizing: border-box; min-height: 2rem; padding: .2rem .5rem;
  font: inherit; font-size: 1rem; text-align: right; font-variant-numeric: tabular-nums; color: inherit;
  background: transparent; border: 1px solid #929292; border-radius: 0; scroll-margin: 8rem 0 2rem; }
.vigie-q-ligne input::placeholder { color: inherit; opacity: .65; }
.vigie-q-ligne input:focus { outline: 2px solid var(--st-primary-color, #000091); outline-offset: 1px; }
.vigie-q-ligne input[aria-invalid="true"] { border: 2px solid #ce0500; }
.vigie-q-ligne input.vigie-q-venue { background: rgba(0, 99, 203, .14); }
.vigie-q-erreur { grid-column: 1 / -1; border-left: 4px solid #ce0500; padding: .1rem .5rem;
  margin: .2rem 0 0 !important; font-size: .8125rem; }
.vigie-q-etat { min-height: 1.4rem; font-size: .8125rem; margin: .3rem 0 0 !important; }
.vigie-q-etat button { font: inherit; color: inherit; background: none; border: 1px solid currentcolor;
  padding: .1rem .5rem; cursor: pointer; }
[data-testid="stFileUploaderDropzoneInstructions"] span { display: none; }
[data-testid="stFileUploaderDropzoneInstructions"]::after {
  content: "ou glissez-les ici (20 Mo au plus par fichier)"; font-size: .875rem; }
@media (max-width: 640px), (pointer: coarse) {
  .vigie-clavier { display: none; }
}
@media (max-width: 640px) {
  .vigie-q-tete, .vigie-q-ligne { grid-template-columns: minmax(0, 1fr) minmax(0, 1fr); }
  .vigie-q-tete > span:first-child { display: none; }
  .vigie-q-tete span + span { text-align: left; }
  .vigie-q-ligne { padding: .45rem 0; }
  .vigie-q-ligne label { grid-column: 1 / -1; padding-bottom: .2rem; }
  .vigie-q-ligne input { min-height: 2.75rem; }
  .st-key-filtres { justify-content: flex-start; }
  .stMainBlockContainer, .block-container { padding: 3.75rem 1rem 1.5rem !important; }
  .vigie-entete p { display: block; margin: .15rem 0 0; }
  .vigie-conclusion { font-size: 1.05rem; }
  .st-key-chiffres { grid-template-columns: repeat(2, minmax(0, 1fr)); }
}
"""

# What a projection changes: larger type, no menu, no filter.
_PROJECTION = """
html { font-size: 125% !important; }
[data-testid="stHeader"], [data-testid="stSidebar"], .stDownloadButton,
.vigie-donnees { display: none !important; }
.stMainBlockContainer, .block-container { padding-top: 1rem !important; }
"""


def sheet(*, presentation: bool) -> str:
    """Give the style sheet of a page, as a style element."""
    return f"<style>{_SHEET}{_PROJECTION if presentation else ''}</style>"
