"""Fixtures of the pages."""

from functools import partial

import pytest

from tests.pages.situations import Visit, run


@pytest.fixture
def visit(monkeypatch: pytest.MonkeyPatch) -> Visit:
    """Run one page on a situation."""
    return partial(run, monkeypatch)
