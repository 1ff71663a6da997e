"""The settlement of a year: the ministry, each cour, what rules and hypotheses change."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import polars as pl

from analytics.charts.bars import draw_bars, draw_waterfall
from analytics.decompte.bareme import USUAL_SETTLEMENT, Bareme
from analytics.decompte.documents.account import Edition, account_frame, tell_reserve
from analytics.decompte.documents.write import Sorte, write_document
from analytics.decompte.fourchette import Fourchette, draw_range
from analytics.decompte.releve import Cout, Releve, find_rule, settle_year
from analytics.decompte.settle import Compte, PartDue, settle
from analytics.decompte.words.decompte import (
    conclude_settlement,
    figures_of_settlement,
    step_down,
    tell_kept,
    tell_steps,
    warn_settlement,
)
from analytics.decompte.words.lignes import STATEMENT_COLUMNS, LigneReleve, lay_out_statement
from analytics.decompte.words.parts import (
    COUR_COLUMNS,
    lay_out_parts,
    tell_rounding,
    tell_undrawn,
    title_parts,
)
from analytics.decompte.words.releve import compare_modes, write_statement
from analytics.decompte.words.rules import (
    RULE_COLUMNS,
    RULE_KNOWN,
    SENSITIVITY_COLUMNS,
    compare_rules,
    lay_out_sensitivity,
    title_sensitivity,
)
from analytics.vocabulary import wording
from analytics.vocabulary.columns import Chiffre, Colonne, integer
from analytics.vocabulary.errors import UserFacingError
from analytics.vocabulary.moments import day_in_paris
from analytics.vocabulary.perimetre import Savoir
from analytics.vocabulary.schemas import SIMULATION
from data.actes.couts import SHORT_COSTS, choose_cost, proposed
from data.actes.version import version_of
from pages.commun import lecture
from pages.commun.adresse import slug
from pages.commun.bloc_graphique import Bloc, write_plain_table, write_table_html
from pages.commun.cadre import Contexte
from pages.commun.lecture import once
from pages.vues import calculs, registre

LIKE_THE_RULE = "regle"
MOST_RULES = 4
MOST_BARS = 15


@dataclass(frozen=True)
class VueDecompte:
    """What the page of settlement shows for one selection: of the ministry, or of one `cour`.

    `releve` is shared: never show it unrestricted.
    """

    releve: Releve
    parts: tuple[PartDue, ...]
    cour: str | None
    conclusion: str
    avertissement: str
    chiffres: tuple[Chiffre, ...]
    note_total: str
    modes: str
    cascade: Bloc
    cours: Bloc


def short_costs() -> list[tuple[str, Fraction]]:
    """List the costs of an ETPT that can be retained, under a name that a list has room for."""
    return [(SHORT_COSTS[name], each.valeur) for name, each in proposed(lecture.parametres()).items()]


def cost_of(contexte: Contexte) -> Cout | None:
    """Give the cost that the address retains, else the one recorded for the year; None where none is."""
    selection = contexte.selection
    return choose_cost(
        selection.option("cout"),
        selection.option("source"),
        selection.annee,
        registre.registre(),
        contexte.situation.connu_le,
        lecture.parametres(),
    )


def rule_of(contexte: Contexte, name: str | None = None) -> Bareme:
    """Give the rule that the address asks for, with the reading it asks for."""
    selection = contexte.selection
    bareme = find_rule(
        registre.rules(), name or selection.option("regle") or USUAL_SETTLEMENT, selection.annee
    )
    reading = dict(selection.options).get("lecture")
    return bareme if reading is None else replace(bareme, lecture=reading)


@once(64)
def releve(contexte: Contexte, name: str | None = None) -> Releve:
    """Settle the year of the selection for all the cours; raises `UserFacingError` where it cannot be."""
    selection, everywhere = contexte.selection, lecture.whole(contexte.situation)
    shared = selection.option("partage")
    return settle_year(
        everywhere,
        lecture.referentiel(),
        rule_of(contexte, name),
        periode=selection.periode,
        mode=None if shared == LIKE_THE_RULE else shared,
        cout=cost_of(contexte),
        moment=everywhere.vu,
    )


@once(32)
def fourchettes(contexte: Contexte) -> dict[str, Fourchette]:
    """Give the range of what each cour of the country, and the ministry (""), may owe."""
    return draw_range(releve(contexte))


def alert_level() -> Fraction:
    """Give the share of the credits from which an amount is flagged."""
    return lecture.parametres().at("alerte_credits", date(2009, 12, 31)).valeur


def tell_standing(contexte: Contexte, found: Releve, cour: str | None = None) -> str:
    """Say first what is kept of the year, of one cour if asked, and that what is shown is not it."""
    standing = registre.standing(contexte.selection.annee)
    if standing is None:
        return ""
    dossier = registre.open_file(standing.decompte)
    seen = contexte.situation.perimetre
    shown, kept = found.decompte.national.centimes, dossier.national["montant_eur"]
    nom = ""
    if cour is not None or not seen.knows(Savoir.LIGNE):
        # To a reader of some cours, what is kept of those; the ministry's amount is not his to read.
        whose = {cour} if cour is not None else seen.cours
        own = [part.centimes for part in found.decompte.cours if part.cour in whose]
        lines = [line["montant_eur"] for line in dossier.cours if line["cour"] in whose]
        if not own or not lines:
            return ""
        priced = [cents for cents in own if cents is not None]
        shown = sum(priced) if len(priced) == len(own) else None
        kept = None if None in lines else sum(Decimal(amount) for amount in lines)
        nom = contexte.choix.cours[next(iter(whose))] if len(whose) == 1 else "vos cours"
    day = day_in_paris(standing.connu_le)
    known = contexte.situation.connu_le
    return tell_kept(
        standing.decompte,
        standing.etat,
        None if kept is None else round(Decimal(kept) * 100),
        shown,
        nom=nom,
        enregistre=day if known is not None and day > known else None,
        projete=found.projete,
    )


@once(64)
def decompte(contexte: Contexte) -> VueDecompte:
    """Give what the page shows of the ministry: to a reader of some cours, of those only."""
    found, ranged, alerte = releve(contexte), fourchettes(contexte), alert_level()
    whole = lecture.whole(contexte.situation)
    seen = contexte.situation.perimetre
    parts = tuple(part for part in found.decompte.cours if seen.holds(part.cour))
    if not parts:
        raise UserFacingError(
            f"Aucune de vos cours n'a de base en {found.annee} : rien n'est à y régler cette année-là."
        )
    # To a reader of several cours, the one that is chosen: the ministry's line is not theirs.
    chosen = next((part for part in parts if part.cour == contexte.selection.cour), parts[0])
    subject = found.decompte.national if seen.knows(Savoir.LIGNE) else chosen
    nom = "le ministère" if seen.knows(Savoir.LIGNE) else contexte.choix.cours[chosen.cour]
    table = lay_out_parts(found, parts, dict(contexte.choix.cours), ranged, alerte=alerte)
    place = f"{contexte.perimetre}, {found.bareme.libelle}, {contexte.date_donnees}"
    warned = warn_settlement(found)
    entete = contexte.entete | {
        "regle": found.bareme.id,
        "statut_regle": found.bareme.statut,
        "valeur": warned or "lettre du texte",
    }
    fichier = f"{found.periode.fin:%Y-%m}_{slug(contexte.perimetre)}_decompte"
    sentence, steps = tell_steps(found, subject), step_down(found, subject)
    paying = table.filter(pl.col("valeur") > 0)
    whose = [part.cour for part in parts]
    rests_on = calculs.mention_of(contexte, whose)
    return VueDecompte(
        releve=found,
        parts=parts,
        cour=subject.cour or None,
        conclusion=conclude_settlement(found, subject, nom=nom, fourchette=ranged.get(subject.cour)),
        avertissement=warned,
        chiffres=figures_of_settlement(found, subject, ranged.get(subject.cour), alerte=alerte),
        note_total=calculs.note_of(contexte, whose),
        modes=compare_modes(found) if seen.knows(Savoir.LIGNE) else "",
        cascade=Bloc(
            cle="cascade",
            titre=wording.typeset(f"De l'objectif à ce qui en manque : {nom}"),
            sous_titre=f"Extractions, {place}",
            figure=draw_waterfall(steps, dark=contexte.sombre),
            alt=wording.typeset(f"Étapes du décompte. {sentence}"),
            phrase=" ".join(filter(None, (sentence, warned))),
            tableau=write_table_html(
                steps,
                (Colonne("nom", "Étape"), Colonne("texte", "Valeur", nombre=True)),
                legende=f"Étapes du décompte, {place}",
            ),
            donnees=steps.select("nom", "bas", "haut", "texte"),
            fichier=f"{fichier}_etapes",
            entete=entete,
            mention=rests_on,
        ),
        cours=Bloc(
            cle="cours_decompte",
            titre=title_parts(found, table),
            sous_titre=f"Ce que chaque cour aurait à rembourser, {place}",
            figure=draw_bars(paying.head(MOST_BARS), dark=contexte.sombre) if paying.height else None,
            phrase=" ".join(filter(None, (tell_undrawn(paying, MOST_BARS), warned, tell_rounding(found)))),
            tableau=write_table_html(table, COUR_COLUMNS, legende=f"Décompte par cour, {place}"),
            donnees=account_frame(
                found, dict(contexte.choix.cours), reserve=tell_reserve(whole.lots, found.moment.connu_le)
            ).filter(pl.col("cour").is_in(whose)),
            fichier=f"{fichier}_cours",
            entete=entete,
            mention=rests_on,
        ),
    )


# --- One cour -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class VueReleve:
    """The statement of one cour, and the declarations behind it."""

    part: PartDue
    lignes: tuple[LigneReleve, ...]
    conclusion: str
    tableau: str
    declarations: str


@once(64)
def statement_of(contexte: Contexte) -> VueReleve | None:
    """Give the statement of the selected cour; None where it has no base."""
    found, cour = releve(contexte), contexte.selection.cour
    part = next((each for each in found.decompte.cours if each.cour == cour), None)
    if part is None:
        return None
    unsaid = calculs.silence(contexte)
    declared = sum(month.evitees for month in found.details[cour].mois)
    lines = write_statement(
        found, part, manque=None if unsaid is None else unsaid.of([cour], declarees=declared)
    )
    nom = contexte.choix.cours[cour]
    place = f"{nom}, {contexte.date_donnees}"
    return VueReleve(
        part=part,
        lignes=lines,
        conclusion=conclude_settlement(found, part, nom=nom, fourchette=fourchettes(contexte).get(part.cour)),
        tableau=write_plain_table(
            lay_out_statement(lines), STATEMENT_COLUMNS, legende=f"Relevé {found.annee}, {place}"
        ),
        declarations=_declarations(contexte, cour, place),
    )


def _declarations(contexte: Contexte, cour: str, place: str) -> str:
    """Write the declarations behind a statement: by month, then by activité."""
    reference, periode = lecture.reference(), contexte.selection.periode
    own = periode.keep(contexte.situation.agregat.filter(pl.col("cour") == cour)).join(
        reference.activites.filter("compte_objectif").select("activite", "libelle", "ordre"), on="activite"
    )
    answers = periode.keep(calculs.fonds(contexte).reponses.filter(pl.col("cour") == cour))
    months = (
        answers.select("mois", "attendues", "repondues")
        .join(own.group_by("mois").agg(pl.col("extractions_evitees").sum()), on="mois", how="left")
        .with_columns(pl.col("extractions_evitees").fill_null(0))
        .sort("mois")
    )
    by_activity = (
        own.group_by("libelle", "ordre")
        .agg(pl.col("visioconferences", "extractions_evitees").sum())
        .sort("ordre")
    )
    return write_table_html(
        months,
        (
            Colonne("mois", "Mois", wording.month),
            Colonne("extractions_evitees", "Évitées déclarées", integer, nombre=True),
            Colonne("repondues", "Réponses reçues", integer, nombre=True),
            Colonne("attendues", "Réponses attendues", integer, nombre=True),
        ),
        legende=f"Déclarations mois par mois, {place}",
        titre="Les déclarations, mois par mois",
    ) + write_table_html(
        by_activity,
        (
            Colonne("libelle", "Activité"),
            Colonne("visioconferences", "Visioconférences", integer, nombre=True),
            Colonne("extractions_evitees", "Évitées déclarées", integer, nombre=True),
        ),
        legende=f"Déclarations par activité, {place}",
        titre="Les déclarations, activité par activité",
    )


def document(contexte: Contexte, sorte: Sorte, *, cour: str | None) -> bytes:
    """Write a document of the settlement shown, as the terminal would."""
    everywhere = lecture.whole(contexte.situation)
    return write_document(
        releve(contexte),
        sorte,
        everywhere,
        lecture.referentiel(),
        cour=cour,
        perimetre=contexte.situation.perimetre,
        edition=Edition(SIMULATION, version_of()),
        lots=everywhere.lots,
    )


# --- Rules and hypotheses -------------------------------------------------------------------------


def rules_side_by_side(contexte: Contexte, names: Sequence[str]) -> str:
    """Write some rules side by side as a table, the first being the reference."""
    found: list[Releve] = []
    for name in names[:MOST_RULES]:
        try:
            found.append(releve(contexte, name))
        except UserFacingError:
            continue
    seen = contexte.situation.perimetre
    columns = [column for column in RULE_COLUMNS if seen.knows(RULE_KNOWN.get(column.nom, Savoir.ECART))]
    nom = contexte.choix.cours[contexte.selection.cour]
    return write_plain_table(
        compare_rules(found, cour=contexte.selection.cour),
        columns,
        legende=f"Règles côte à côte, {nom}, {contexte.date_donnees}",
    )


@once(32)
def sensitivity(contexte: Contexte) -> Bloc:
    """Give what the ministry would owe if one hypothesis alone changed: the cost, the base, the coverage."""
    found, unsaid = releve(contexte), calculs.silence(contexte)
    here = found.decompte

    def again(*, cout: Fraction | None, base: Fraction = Fraction(1), arriving: bool = False) -> Any:
        missing: dict[str, Fraction] = {}
        if arriving and unsaid is not None:
            rows = unsaid.list_silent(set(unsaid.cours)).group_by("cour").agg(pl.col("manque").sum())
            missing = {cour: Fraction(count) for cour, count in rows.iter_rows()}
        comptes = [
            Compte(
                part.cour,
                part.base * base,
                part.objectif * base,
                part.evitees + missing.get(part.cour, 0),
                part.credits,
            )
            for part in here.cours
        ]
        return settle(
            comptes, found.bareme, mode=here.mode, cout=cout, etpt_par_extraction=here.etpt_par_extraction
        )

    cost = found.cout.euros if found.cout else None
    cases = [("Décompte affiché", here)]
    if cost is not None:
        cases += [
            (SHORT_COSTS[name], again(cout=each.valeur))
            for name, each in proposed(lecture.parametres()).items()
            if each.valeur != cost
        ]
    senate = lecture.parametres().at("extractions_senat", date(2009, 12, 31))
    text = lecture.parametres().at("extractions_2008", date(2009, 12, 31))
    cases.append(("Base du Sénat", again(cout=cost, base=senate.valeur / text.valeur)))
    if found.bareme.lecture == "A":
        cases.append(("Toutes les réponses arrivent", again(cout=cost, arriving=True)))
    frame = lay_out_sensitivity(cases, here, projete=found.projete)
    place = f"{found.bareme.libelle}, {contexte.date_donnees}"
    return Bloc(
        cle="sensibilite",
        titre=title_sensitivity(frame),
        sous_titre=f"Remboursement simulé du ministère, {place}",
        figure=draw_bars(frame, dark=contexte.sombre) if any(frame["valeur"]) else None,
        alt="Une barre par hypothèse",
        phrase=wording.typeset(
            f"Base du Sénat : {wording.number(senate.valeur)} extractions en 2008. Toutes les réponses : si "
            f"celles qui manquent arrivaient, estimées. {warn_settlement(found)}"
        ),
        tableau=write_table_html(frame, SENSITIVITY_COLUMNS, legende=f"Sensibilité, {place}"),
        donnees=frame.select("nom", "valeur"),
        fichier=f"{found.periode.fin:%Y-%m}_decompte_sensibilite",
        entete=contexte.entete,
    )
