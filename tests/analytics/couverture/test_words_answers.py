from datetime import date

from analytics.couverture.words.answers import rank_courts, tell_courts
from analytics.vocabulary.periods import Periode
from analytics.vocabulary.reference import Reference
from tests.analytics.frames import expected, total, totals


def test_courts_that_never_answered_are_not_at_zero(reference: Reference) -> None:
    jan = date(2009, 1, 1)
    ranked = rank_courts(
        totals([total(jan, "TGI-LILLE", "CA-DOUAI", 0)]),
        expected([(jan, "TGI-LILLE", "CA-DOUAI"), (jan, "TGI-ARRAS", "CA-DOUAI")]),
        reference.juridictions,
        periode=Periode(jan),
    )
    assert ranked.select("nom", "valeur", "texte").rows() == [
        ("TGI de Lille", 0, "0"),
        ("TGI d'Arras", None, "n.r."),
    ]
    assert "1 n'a répondu à aucun mois (n.r.)" in tell_courts(ranked)
