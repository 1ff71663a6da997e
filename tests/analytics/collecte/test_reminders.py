"""What a reminder says, and where it goes."""

from datetime import date

import dataframely as dy
import pytest

from analytics.collecte.calendar import campaign_of
from analytics.collecte.campaign import ARelancer
from analytics.collecte.reminders import (
    VARIABLES,
    Papier,
    Rappel,
    check_template,
    clean,
    lacks_link,
    mailbox_of,
    read_template,
    write_reminders,
)
from analytics.vocabulary.parameters import Parametres
from analytics.vocabulary.reference import Reference
from analytics.vocabulary.schemas import Modele
from data.reference import load_texts
from tests.analytics.frames import rows_of
from tests.outils.refus import refused

MARCH = date(2009, 3, 1)
USUAL = read_template(load_texts("collecte"))


def silent(*rows: tuple[str, str, int]) -> dy.DataFrame[ARelancer]:
    return rows_of(ARelancer, [(*row, None, None) for row in rows])


def write(
    reference: Reference,
    parametres: Parametres,
    modele: Modele = USUAL,
    *,
    jour: date = date(2009, 4, 7),
    rouvert: date | None = None,
    fictif: bool = False,
) -> tuple[Rappel, ...]:
    return write_reminders(
        silent(("TGI-LILLE", "CA-DOUAI", 2), ("CA-DOUAI", "CA-DOUAI", 1)),
        reference.in_force(MARCH),
        reference.cours,
        Papier(
            modele=modele,
            domaine="justice.fr",
            boites={"CA-DOUAI": "greffe@douai.fr"},
            adresse_publique="https://vigie.exemple/",
            fictif=fictif,
        ),
        campagne=campaign_of(MARCH, parametres),
        jour=jour,
        rouvertes={"TGI-LILLE": rouvert} if rouvert else {},
    )


def test_a_reminder_names_the_juridiction_the_month_and_its_questionnaire(
    reference: Reference, parametres: Parametres
) -> None:
    lille, douai = write(reference, parametres)
    assert lille.adresse == "chg.tgi-lille@justice.fr"
    assert douai.adresse == "greffe@douai.fr"
    assert lille.sujet == "Visioconférence, données de mars\u00a02009\u00a0: votre réponse est attendue"
    assert "de mars\u00a02009 du tribunal de grande instance de Lille sur" in lille.corps
    assert "de la cour d'appel de Douai" in douai.corps
    assert "se termine le 10\u00a0avril\u00a02009." in lille.corps
    assert "https://vigie.exemple/saisie?juridiction=TGI-LILLE&mois_saisi=2009-03\n" in lille.corps
    assert "$" not in lille.sujet + lille.corps
    (late, _) = write(reference, parametres, jour=date(2009, 4, 11))
    assert "s'est terminée le 10\u00a0avril\u00a02009." in late.corps
    opened = write(reference, parametres, jour=date(2009, 4, 11), rouvert=date(2009, 4, 20))
    assert ["votre réponse est prise jusqu'au 20\u00a0avril" in each.corps for each in opened] == [
        True,
        False,
    ]
    # Before the closing, what is open longer is not told: everybody may still answer.
    assert "prise jusqu'au" not in write(reference, parametres, rouvert=date(2009, 4, 20))[0].corps


def test_every_variable_is_filled_in(reference: Reference, parametres: Parametres) -> None:
    every = Modele("$cour", "\n".join(f"${{{name}}}" for name in VARIABLES))
    lille, _ = write(reference, parametres, every)
    told = dict(zip(VARIABLES, lille.corps.splitlines(), strict=True))
    for name, example in VARIABLES.items():
        if name != "lien":
            assert told[name].replace("\u00a0", " ") == example


def test_a_fictional_message_says_so(reference: Reference, parametres: Parametres) -> None:
    for rappel in write(reference, parametres, fictif=True):
        assert rappel.sujet.startswith("[FICTIF] ")
        assert rappel.corps.startswith("Message fictif")


@pytest.mark.parametrize(
    ("modele", "said"),
    [
        (Modele("o", "Le $moi"), "le texte, la variable « $moi » n'existe pas. Variables : $juridiction,"),
        (Modele("${zut}", "t"), "Dans l'objet, la variable « $zut »"),
        (Modele("o", "10 $"), "écrivez $$"),
        (Modele("o", "$échéance"), "écrivez $$"),
        (Modele("o", "${juridiction.__class__}"), "écrivez $$"),
        (Modele("a\nBcc: x@y.fr", "t"), "tient sur une ligne"),
    ],
)
def test_a_text_that_cannot_be_filled_in_is_refused(modele: Modele, said: str) -> None:
    with refused(said):
        check_template(modele)


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ({"sujet": "o"}, "« relance » : il manque « corps »"),
        ({"sujet": "o", "corps": "$moi"}, "« $moi » n'existe pas"),
    ],
)
def test_a_text_of_the_product_badly_written_is_refused(written: dict[str, str], said: str) -> None:
    with refused(said):
        read_template({"relance": written})


def test_a_dollar_and_braces_stay_what_they_are(reference: Reference, parametres: Parametres) -> None:
    lille, _ = write(reference, parametres, Modele("o", "{juridiction} %(mois)s $$mois"))
    assert lille.corps == "{juridiction} %(mois)s $mois"


@pytest.mark.parametrize(
    ("kind", "ville", "adresse"),
    [
        ("TGI", "Les Sables-d'Olonne", "chg.tgi-les-sables-d-olonne@justice.fr"),
        ("TGI", "Évry", "chg.tgi-evry@justice.fr"),
        ("CA", "Aix-en-Provence", "chg.ca-aix-en-provence@justice.fr"),
        ("TPI", "Nouméa", "chg.tpi-noumea@justice.fr"),
        ("TSA", "Saint-Pierre", "chg.tsa-saint-pierre@justice.fr"),
        ("CHA", "Mamoudzou", "chg.ca-mamoudzou@justice.fr"),
    ],
)
def test_the_mailbox_follows_the_pattern_of_the_text(kind: str, ville: str, adresse: str) -> None:
    assert mailbox_of(kind, ville, "justice.fr") == adresse


@pytest.mark.parametrize("mois", [date(2009, 1, 1), date(2011, 5, 1), date(2014, 12, 1)])
def test_no_two_juridictions_share_a_mailbox(mois: date, reference: Reference) -> None:
    boxes = [
        mailbox_of(kind, ville, "justice.fr")
        for kind, ville in reference.in_force(mois).select("type", "ville").iter_rows()
    ]
    assert len(boxes) == len(set(boxes)) > 190
    assert all(box.isascii() and " " not in box for box in boxes)


@pytest.mark.parametrize(
    ("typed", "sent"),
    [
        ("Rappel\u200b $mois", "Rappel $mois"),
        ("\ufeffRappel\u00ad $mois\u202e", "Rappel $mois"),
        ("Rappel\u2028$mois", "Rappel $mois"),
        ("Rappel\x0b$mois\x00", "Rappel $mois"),
        ("Rappel\u00a0: l\u2019œuvre — 5\u202f%", "Rappel\u00a0: l\u2019œuvre — 5\u202f%"),
    ],
)
def test_what_nobody_sees_is_taken_out_of_a_text(typed: str, sent: str) -> None:
    assert clean(Modele(typed, "a\tb\r\nc\x85d\u2060")) == Modele(sent, "a\tb\nc\nd")
    check_template(clean(Modele(typed, "t")))


@pytest.mark.parametrize(
    ("corps", "lacking"),
    [("$lien", False), ("${lien}", False), ("$$lien", True), ("Voir $juridiction", True), ("", True)],
)
def test_a_text_without_the_address_of_the_questionnaire_is_found(corps: str, lacking: bool) -> None:
    assert lacks_link(Modele("Objet", corps)) is lacking
