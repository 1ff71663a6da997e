"""What is refused, and the French that says so, its no-break spaces made plain."""

from collections.abc import Callable, Generator
from contextlib import contextmanager

import pytest

from analytics.vocabulary.errors import UserFacingError


def plain(text: object) -> str:
    """Give a text with plain spaces where it has no-break ones."""
    return str(text).replace("\u00a0", " ")


def sentence(failure: pytest.ExceptionInfo[UserFacingError]) -> str:
    """Give the sentence of a refusal."""
    return plain(failure.value)


@contextmanager
def refused(words: str) -> Generator[None]:
    """Expect a refusal whose sentence has these words."""
    with pytest.raises(UserFacingError) as failure:
        yield
    assert words in sentence(failure)


def refuses(match: str, *attempts: Callable[[], object]) -> None:
    """Expect each of these to be refused, with a sentence that matches."""
    for attempt in attempts:
        with pytest.raises(UserFacingError, match=match):
            attempt()
