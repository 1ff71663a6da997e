"""A settlement as a workbook that recomputes: change a rate, a rule's option or a figure, and all follows.

The formulas are those of `analytics.decompte.settle`, in the same order. A spreadsheet computes in floating
point: gaps and remainders are rounded before they are compared, so that equal ones stay equal.
"""

import io
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from analytics.decompte.bareme import ECART_PROPRE, MUTUALISE
from analytics.decompte.compte import statut_of, write_account
from analytics.decompte.documents.account import MINISTERE, tell_vintage, vintage, warn
from analytics.decompte.releve import Releve
from analytics.decompte.settle import PartDue
from analytics.decompte.words.lignes import LigneReleve
from analytics.documents.table import written_whole
from analytics.vocabulary.schemas import ETATS_DECOMPTE, SIMULATION

# Rows of the sheet « Cours », counted from 0: warnings, headings, then the cours.
_HEADINGS, _FIRST = 2, 3
_COUNT, _EURO, _EXACT, _SHARE = "#,##0.######", '#,##0.00\\ "€"', "#,##0.0000", "0.0%"
_OPTIONS = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}

_COLUMNS = (
    ("Cour", None, 16),
    ("Nom", None, 26),
    ("Base", _COUNT, 11),
    ("Objectif", _COUNT, 11),
    ("Évitées retenues", _COUNT, 11),
    ("Crédits vacataires", _EURO, 16),
    ("Non évitées", _COUNT, 11),
    ("Excédent", _COUNT, 11),
    ("Extractions dues", _EXACT, 12),
    ("ETPT", _EXACT, 11),
    ("Montant exact (€)", "#,##0.000000", 18),
    ("Centimes entiers", "#,##0", 15),
    ("Reste (millionièmes de centime)", "#,##0", 14),
    ("Centime du plus fort reste", "0", 12),
    ("Montant", _EURO, 16),
    ("Part des crédits", _SHARE, 10),
)


def write_xlsx(
    releve: Releve,
    noms: Mapping[str, str],
    *,
    lignes: Sequence[LigneReleve],
    etat: str = ETATS_DECOMPTE[SIMULATION],
    conclusion: str = "",
    reserve: str = "",
) -> bytes:
    """Write a settlement as three sheets: its parameters, its cours in formulas, its statement in words.

    `etat`: in words, with its number; `conclusion`: the sentence of the statement; `reserve`: as in `warn`.
    Every formula carries its result, for a reader that does not calculate.
    """
    import xlsxwriter

    out = io.BytesIO()
    book: Any = xlsxwriter.Workbook(out, dict(_OPTIONS))
    with written_whole(book) as workbook:
        workbook.set_properties({"title": f"Décompte {releve.annee}", "created": vintage(releve)})
        warnings = warn(releve, reserve)
        _write_parameters(workbook, releve, etat, warnings)
        _write_cours(workbook, releve, noms, warnings)
        _write_statement(workbook, lignes, conclusion, warnings)
    return out.getvalue()


def _write_parameters(workbook: Any, releve: Releve, etat: str, warnings: Sequence[str]) -> None:
    bareme, cout, unit = releve.bareme, releve.cout, releve.decompte.etpt_par_extraction
    # 127/15 500 as the text writes it, 1 270 for 155 000.
    etpt, volume = (1270, 155_000) if unit == Fraction(1270, 155_000) else (unit.numerator, unit.denominator)
    rates = {detail.objectif.taux for detail in releve.details.values()}
    inputs: list[tuple[str, str, Fraction | int | str | None, str | None]] = [
        ("Mode (mutualise ou ecart_propre)", "Mode", releve.decompte.mode, None),
        ("Équivalent en ETPT", "ETPT_reference", etpt, "#,##0"),
        ("… pour ce nombre d'extractions", "Extractions_reference", volume, "#,##0"),
        ("Coût d'un ETPT (vide : non donné)", "Cout_ETPT", None if cout is None else cout.euros, _EURO),
        ("Part payée", "Part_payee", bareme.part, "0.0000"),
        ("Seuil, en part de l'objectif", "Seuil", bareme.seuil, "0.0000"),
        ("Plancher par cour", "Plancher_eur", bareme.plancher_eur, _EURO),
        (
            "Plafond, en part des crédits (vide : aucun)",
            "Plafond_credits",
            bareme.plafond_credits,
            "0.0000",
        ),
        ("Base minimale d'une cour", "Volume_minimum", bareme.volume_minimum, "#,##0"),
    ]
    told = [
        ("État", etat),
        ("Année", str(releve.annee)),
        ("Taux de l'objectif", " ; ".join(f"{float(rate):.4g}" for rate in sorted(rates))),
        ("Règle", f"{bareme.id} : {bareme.libelle}"),
        ("Texte de la règle", bareme.source),
        ("Statut", statut_of(releve)),
        ("Lecture", bareme.lecture),
        ("Source du coût", "aucun coût donné" if cout is None else cout.source),
        ("Source de la base", " ; ".join(sorted({d.objectif.source for d in releve.details.values()}))),
        ("Situation", tell_vintage(releve)),
        ("Empreinte", write_account(releve)["empreinte"]),
    ]
    page = workbook.add_worksheet("Paramètres")
    bold, warning = _bold(workbook), _warning(workbook)
    page.set_column(0, 0, 44)
    page.set_column(1, 1, 24)
    rank = _write_warnings(page, warnings, warning)
    page.write_string(rank, 0, "À changer pour recalculer", bold)
    first = rank + 1
    for rank, (label, name, value, style) in enumerate(inputs, first):
        page.write_string(rank, 0, label)
        shape = workbook.add_format(
            {"bg_color": "#f5f5fe", "border": 1} | ({"num_format": style} if style else {})
        )
        if isinstance(value, str):
            page.write_string(rank, 1, value, shape)
            page.data_validation(rank, 1, rank, 1, {"validate": "list", "source": [MUTUALISE, ECART_PROPRE]})
        elif value is None:
            page.write_blank(rank, 1, None, shape)
        else:
            page.write_number(rank, 1, float(value), shape)
        workbook.define_name(name, f"='Paramètres'!$B${rank + 1}")
    for rank, (label, text) in enumerate(told, first + len(inputs) + 1):
        page.write_string(rank, 0, label, bold)
        page.write_string(rank, 1, text)


def _write_cours(workbook: Any, releve: Releve, noms: Mapping[str, str], warnings: Sequence[str]) -> None:
    cours, national = releve.decompte.cours, releve.decompte.national
    page = workbook.add_worksheet("Cours")
    head = workbook.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
    plain = [workbook.add_format({"num_format": style} if style else {}) for _, style, _ in _COLUMNS]
    strong = [
        workbook.add_format({"bold": True, "top": 1} | ({"num_format": style} if style else {}))
        for _, style, _ in _COLUMNS
    ]
    for place, (title, _, width) in enumerate(_COLUMNS):
        page.set_column(place, place, width)
        page.write_string(_HEADINGS, place, title, head)
    page.write_string(0, 0, " · ".join(warnings), _warning(workbook))
    page.freeze_panes(_FIRST, 2)
    last = _FIRST + len(cours)
    for rank, part in enumerate(cours, _FIRST):
        page.write_string(rank, 0, part.cour, plain[0])
        page.write_string(rank, 1, noms.get(part.cour, part.cour), plain[1])
        for place, value in enumerate((part.base, part.objectif, part.evitees, part.credits), 2):
            if value is not None:
                page.write_number(rank, place, float(value), plain[place])
        formulas = zip(_formulas(rank + 1, last), _results(part), strict=True)
        for place, (formula, result) in enumerate(formulas, 6):
            page.write_formula(rank, place, formula, plain[place], _cell(result))
    page.write_string(last, 0, "NATIONAL", strong[0])
    page.write_string(last, 1, MINISTERE, strong[1])
    # Its whole cents, remainders and added cents are those of its cours, summed.
    own, summed = _results(national), zip(*(_results(part)[5:8] for part in cours), strict=True)
    shared = () if national.exact is None else tuple(sum(each) for each in summed)
    values = (national.base, national.objectif, national.evitees, national.credits, *own)
    values = (*values[:9], *(shared or (None,) * 3), *values[12:])
    for place, (formula, result) in enumerate(zip(_totals(last), values, strict=True), 2):
        page.write_formula(last, place, formula, strong[place], _cell(result))


def _over(column: str, last: int) -> str:
    return f"{column}${_FIRST + 1}:{column}${last}"


def _gap(wanted: str, done: str) -> str:
    """Write what is short of an objective, forgiven within the threshold (`settle._forgive`)."""
    gap = f"ROUND({wanted}-{done},9)"
    return f"IF({gap}>MAX(0,ROUND(Seuil*{wanted},9)),{gap},0)"


def _formulas(row: int, last: int) -> list[str]:
    """Write the formulas of one cour, from « Non évitées » on."""
    gaps, rests, floors = _over("$G", last), _over("$M", last), _over("$L", last)
    total = last + 1
    amount = f"J{row}*Cout_ETPT"
    capped = f'IF(AND(Plafond_credits<>"",F{row}<>""),MIN({amount},Plafond_credits*F{row}),{amount})'
    return [
        f"=IF(C{row}<Volume_minimum,0,{_gap(f'D{row}', f'E{row}')})",
        f"=IF(C{row}<Volume_minimum,0,MAX(0,ROUND(E{row}-D{row},9)))",
        f'=IF(Mode="{MUTUALISE}",IF(SUM({gaps})=0,0,$G${total}*G{row}/SUM({gaps})),G{row})',
        f"=I{row}*ETPT_reference/Extractions_reference*Part_payee",
        f'=IF(Cout_ETPT="","",IF(ROUND({capped},9)>=Plancher_eur,{capped},0))',
        f'=IF(K{row}="","",INT(ROUND(K{row}*100,6)))',
        f'=IF(K{row}="","",ROUND((ROUND(K{row}*100,6)-L{row})*1000000,0))',
        # How many remainders are greater, or equal and before it in the order of the codes.
        f'=IF(K{row}="","",IF(SUMPRODUCT(--({rests}>M{row}))+SUMPRODUCT(--(M${_FIRST + 1}:M{row}=M{row}))'
        f"<=ROUND(ROUND($K${total}*100,6),0)-SUM({floors}),1,0))",
        f'=IF(K{row}="","",(L{row}+N{row})/100)',
        f'=IF(O{row}="","",IF(F{row}="","",IF(F{row}=0,"",O{row}/F{row})))',
    ]


def _totals(last: int) -> list[str]:
    """Write the row of the ministry: what its kept cours sum to, and its own gap."""
    row, bases = last + 1, _over("C", last)
    kept = [f"=SUMPRODUCT(({bases}>=Volume_minimum)*{_over(column, last)})" for column in ("C", "D", "E")]
    summed = {column: f"=SUM({_over(column, last)})" for column in "FIJKLMNO"}
    credits_, money = _over("F", last), ("K", "L", "M", "N", "O")
    for column in money:
        summed[column] = f'=IF(Cout_ETPT="","",{summed[column][1:]})'
    return [
        *kept,
        f'=IF(COUNT({credits_})=ROWS({credits_}),SUM({credits_}),"")',
        # What is forgiven to a cour is owed by nobody.
        f"=MIN({_gap(f'D{row}', f'E{row}')},SUM({_over('G', last)}))",
        f"=MAX(0,ROUND(E{row}-D{row},9))",
        *(summed[column] for column in ("I", "J", *money)),
        f'=IF(O{row}="","",IF(F{row}="","",IF(F{row}=0,"",O{row}/F{row})))',
    ]


def _results(part: PartDue) -> tuple[Fraction | int | None, ...]:
    """Give what the formulas of a row come to; how the cents were shared is left to the spreadsheet."""
    cents = part.centimes
    return (
        part.ecart,
        part.excedent,
        part.du,
        part.etpt,
        part.exact,
        None if part.exact is None else part.exact * 100 // 1,
        None if part.exact is None else round(part.exact * 100 % 1 * 1_000_000),
        None if part.exact is None or cents is None else cents - part.exact * 100 // 1,
        None if cents is None else Fraction(cents, 100),
        part.part_credits,
    )


def _cell(value: Fraction | int | None) -> float | str:
    return "" if value is None else float(value)


def _write_statement(
    workbook: Any, lignes: Sequence[LigneReleve], conclusion: str, warnings: Sequence[str]
) -> None:
    page = workbook.add_worksheet("Relevé")
    for place, width in enumerate((34, 70, 34, 60)):
        page.set_column(place, place, width)
    rank = _write_warnings(page, warnings, _warning(workbook))
    if conclusion:
        page.write_string(rank, 0, conclusion, _bold(workbook))
        rank += 2
    bold, wrapped = _bold(workbook), workbook.add_format({"text_wrap": True, "valign": "top"})
    for place, title in enumerate(("Ligne", "Calcul", "Résultat", "Texte ou source")):
        page.write_string(rank, place, title, bold)
    page.freeze_panes(rank + 1, 0)
    for row, ligne in enumerate(lignes, rank + 1):
        for place, text in enumerate((ligne.libelle, ligne.formule, ligne.valeur, ligne.source)):
            page.write_string(row, place, text, wrapped)


def _write_warnings(page: Any, warnings: Sequence[str], style: Any) -> int:
    """Write the warnings, one a row, and give the row that follows."""
    for rank, text in enumerate(warnings):
        page.write_string(rank, 0, text, style)
    return len(warnings) + 1


def _bold(workbook: Any) -> Any:
    return workbook.add_format({"bold": True})


def _warning(workbook: Any) -> Any:
    return workbook.add_format({"bold": True, "font_color": "#b34000"})
