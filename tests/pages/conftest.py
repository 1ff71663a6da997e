"""Fixtures of the pages."""

from collections.abc import Iterator
from functools import cache, partial

import pytest
from streamlit.components.v2 import manifest_scanner

from tests.outils.courrier import Facteur
from tests.pages.situations import Visit, run


@pytest.fixture(scope="session", autouse=True)
def installed_components() -> Iterator[None]:
    """Look once for what is installed: the framework reads every package again for each page that is run."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            manifest_scanner, "scan_component_manifests", cache(manifest_scanner.scan_component_manifests)
        )
        yield


@pytest.fixture
def visit(monkeypatch: pytest.MonkeyPatch) -> Visit:
    """Run one page on a situation."""
    return partial(run, monkeypatch)


@pytest.fixture
def facteur(facteur: Facteur, monkeypatch: pytest.MonkeyPatch) -> Facteur:
    """The mail server, to which the pages send."""
    facteur.take_mail_of_vigie(monkeypatch)
    return facteur
