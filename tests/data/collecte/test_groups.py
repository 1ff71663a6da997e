"""Many refusals for few reasons are told by reason first."""

from data.collecte.importer import group_refusals
from tests.data.collecte.saisie import judging, lines


def test_refusals_are_grouped_by_reason_the_commonest_first() -> None:
    typed = ["2009-03;TGI-LILLE;JAP;1;n", *(f"2009-03;TGI-DOUAI;JAP;{place};-1" for place in range(7))]
    told = group_refusals(judging(lines(*typed)).rejets, shown=5)
    assert [text.replace("\u00a0", " ").partition(" :")[0] for text in told] == [
        "7 refus (lignes 3, 4, 5, 6, 7…)",
        "1 refus (ligne 2)",
    ]
    assert group_refusals(judging(lines("2009-03;TGI-LILLE;JAP;1;1")).rejets, shown=5) == ()
