"""Fixtures of the pages."""

from functools import partial

import pytest

from tests.outils.courrier import Facteur
from tests.pages.situations import Visit, run


@pytest.fixture
def visit(monkeypatch: pytest.MonkeyPatch) -> Visit:
    """Run one page on a situation."""
    return partial(run, monkeypatch)


@pytest.fixture
def facteur(facteur: Facteur, monkeypatch: pytest.MonkeyPatch) -> Facteur:
    """The mail server, to which the pages send."""
    facteur.take_mail_of_vigie(monkeypatch)
    return facteur
